"""What is sealed to an old key gets a header for the new one: nothing is lost, left over, or read."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot import age, custody, opening
from bot.errors import CannotOpen, PlatformError
from bot.harmless import SHOWN_AS
from bot.rewrapping import Ring, rewrapped
from bot.sealing import Context, TeamKey, seal
from handlers import rewrapping
from handlers.keyring import Unlocked
from handlers.rewrapping import left, rewrap
from storage import Store, open_store
from storage.changes import KeepItem
from storage.sealed import KINDS, SealedRow
from tests.deskkit import IDENTITY, PASSPHRASE, SIGNER, House, Testimony, words
from tests.keykit import lived_in
from tests.pgkit import KEEPERS, url_of
from tests.storekit import files_holding

NEW = custody.new_identity(b"\x0a" * 32)
STRANGER = custody.new_identity(b"\x0b" * 32)
LATER = TeamKey(2, NEW.recipient)
RING = Ring({1: IDENTITY, 2: NEW}, LATER)
CASE = b"c" * 16
CONTEXT = Context(CASE, "story", "story", 1, 1, b"r" * 32, b"s" * 16)
BOX = seal(b"Il est revenu.", CONTEXT, TeamKey(1, IDENTITY.recipient))


def nothing(*_: object) -> None:
    """Where nobody looks at the progress."""


async def every(store: Store) -> list[SealedRow]:
    return [row for kind in KINDS for row in await store.sealed(kind, None, 10_000)]


# --- one box ------------------------------------------------------------------------------------------------


def test_the_payload_stays_to_the_byte_and_only_the_new_key_opens():
    moved = rewrapped(BOX, 1, RING)

    assert moved is not None
    assert age.payload_hash(moved) == age.payload_hash(BOX)
    assert len(moved) == len(BOX)
    assert opening.open_item(moved, [NEW], CONTEXT).body == b"Il est revenu."
    assert opening.open_item(moved, [NEW], CONTEXT).context.epoch == 1, "first sealed to, which stays"
    with pytest.raises(age.NoMatch):
        age.decrypt(moved, [IDENTITY])


def test_what_is_under_the_newest_key_is_left_whatever_its_row_says():
    moved = rewrapped(BOX, 1, RING)

    assert moved is not None
    for epoch in (0, 1, 2, 9):
        assert rewrapped(moved, epoch, RING) is None


@pytest.mark.parametrize("epoch", [0, 1, 2, 9])
def test_a_row_that_lies_about_its_epoch_only_costs_time(epoch):
    assert rewrapped(BOX, epoch, RING) is not None


def test_what_no_key_opens_or_somebody_changed_is_told_and_not_replaced():
    for place in (0, 30, 600, 1500):
        changed = bytearray(BOX)
        changed[place] ^= 1
        with pytest.raises(CannotOpen):
            rewrapped(bytes(changed), 1, RING)
    with pytest.raises(age.NoMatch):
        rewrapped(age.encrypt(b"", [STRANGER.recipient]), 1, RING)
    with pytest.raises(CannotOpen):
        rewrapped(b"", 1, RING)


def test_a_payload_that_was_damaged_before_is_no_better_afterwards():
    damaged = BOX[:-1] + bytes([BOX[-1] ^ 1])

    moved = rewrapped(damaged, 1, RING)

    assert moved is not None
    with pytest.raises(age.PayloadFault):
        age.decrypt(moved, [NEW])


def test_a_header_that_does_not_open_replaces_nothing(monkeypatch):
    """A machine that computes wrongly would lose, on the day the old key goes, what it touched."""
    real = age.HybridRecipient.wrap

    def wrong(recipient, file_key, chance):
        return real(STRANGER.recipient, file_key, chance)

    monkeypatch.setattr(age.HybridRecipient, "wrap", wrong)

    with pytest.raises(PlatformError):
        rewrapped(BOX, 1, RING)


def test_a_ring_holds_the_newest_key():
    for identities in ({}, {1: IDENTITY}, {2: IDENTITY}):
        with pytest.raises(ValueError, match="newest"):
            Ring(identities, LATER)
    assert RING.without(1) == (NEW,)
    assert RING.without(9) == (NEW, IDENTITY)


# --- a whole store ------------------------------------------------------------------------------------------


@pytest.fixture(params=KEEPERS)
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    store = await open_store(await url_of(request.param, tmp_path / "data"))
    yield await lived_in(store)
    await store.close()


async def with_new_key(house: House) -> None:
    """The desk after a rotation and a re-wrapping: it holds the newest key alone."""
    house.queue = type(house.queue)(house.store, lambda: LATER, house.queue.instance)
    house.new_desk()
    house.desk._unlocking = lambda _: Unlocked((NEW,), SIGNER)
    await house.desk.unlock(PASSPHRASE)


async def test_after_it_the_desk_does_everything_with_the_new_key_alone(house: House) -> None:
    before = await every(house.store)
    told: list[tuple[str, int, int]] = []

    walked = await rewrap(house.store, RING, 20_000, lambda *step: told.append(step))

    after = await every(house.store)
    assert (walked.moved, walked.already, walked.unopened) == (len(before), 0, [])
    assert [age.payload_hash(row.box) for row in after] == [age.payload_hash(row.box) for row in before]
    assert not any(age.opens(row.box, [IDENTITY]) for row in after)
    assert {kind for kind, _, _ in told} == set(KINDS)
    assert [step for step in told if step[1] > step[2]] == []
    await with_new_key(house)
    await house.desk.pump()
    assert words("desk-stats", waiting=0, days=0, claimed=1, escalated=0, ready=0) in house.told_to("owner")
    assert "Il a laissé des mots" in await house.say("moderator", "/open") + await house.say(
        "moderator", "/open"
    )
    assert words("digest-title", number=1) in await house.say("partner", "/digest")
    assert "cannot open" not in " ".join(await house.acts())


async def test_a_second_walk_finds_nothing_to_do(house: House) -> None:
    await rewrap(house.store, RING, 20_000, nothing)
    before = await every(house.store)

    walked = await rewrap(house.store, RING, 20_000, nothing)

    assert (walked.moved, walked.already) == (0, len(before))
    assert await every(house.store) == before
    assert (await house.acts())[-2:] == ["rewrap", "rewrap"]


async def test_what_no_key_opens_is_told_by_case_and_left_and_the_rest_is_done(house: House) -> None:
    lost = Testimony()
    await house.tell(lost)
    junk = age.encrypt(b"x", [STRANGER.recipient])
    assert await house.store.commit((KeepItem(lost.case, "story", 1, junk, replace=True),))

    walked = await rewrap(house.store, RING, 20_000, nothing)

    assert walked.unopened == [f"item {lost.ref} story"]
    assert [row.box for row in await every(house.store) if row.key == (lost.case, "story")] == [junk]
    assert not any(age.opens(row.box, [IDENTITY]) for row in await every(house.store))


async def test_a_row_that_holds_no_box_stops_nobody_and_is_told_without_what_a_terminal_obeys(
    tmp_path: Path,
) -> None:
    """SQLite keeps any value in any column, and a name is what somebody wrote there."""
    store = await open_store(f"sqlite:{tmp_path / 'data'}")
    house = House(store)
    testimony = Testimony()
    await house.tell(testimony)
    with closing(sqlite3.connect(tmp_path / "data" / "seuil.db")) as db, db:
        for part, box in (("a\x1b[2J\nb", b"x"), ("text", "words"), ("number", 7)):
            db.execute(
                "INSERT INTO item (testimony, part, epoch, box) VALUES (?, ?, 1, ?)",
                (testimony.case, part, box),
            )

    walked = await rewrap(store, RING, 20_000, nothing)

    assert sorted(walked.unopened) == [
        f"item {testimony.ref} {part}" for part in (f"a{SHOWN_AS}[2J b", "number", "text")
    ]
    assert walked.moved == 2
    assert (await left(store, RING, 1, nothing)).unopened == 3
    await store.close()


async def test_what_would_be_lost_with_a_key_is_counted_by_what_opens_and_not_by_what_rows_say(
    house: House,
) -> None:
    found = await left(house.store, RING, 1, nothing)
    assert found.sealed == {kind: await house.store.count_sealed(kind) for kind in KINDS}

    await rewrap(house.store, RING, 20_000, nothing)
    assert not await left(house.store, RING, 1, nothing)

    late = Testimony()
    sealed = late.item("story", late.told())
    await house.tell(late)
    assert await house.store.commit((KeepItem(late.case, "story", 2, sealed.box, replace=True),))
    found = await left(house.store, RING, 1, nothing)
    assert found.sealed == {"item": 2}, "its coded part, and a story whose row lies about its epoch"


async def test_what_changes_while_a_page_is_worked_on_stays_as_it_became(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A withdrawal, and a story that a moderator masks, between the reading and the writing of a page."""
    first, second = Testimony(), Testimony()
    await house.tell(first, second)
    masked = seal(b"masked", CONTEXT, TeamKey(1, IDENTITY.recipient))
    real, store = rewrapping._moves, house.store
    loop = asyncio.get_running_loop()

    async def meanwhile() -> None:
        keep = first.change()[0]
        from storage.changes import Withdraw  # noqa: PLC0415 - what a witness does in this moment

        await store.commit((Withdraw(keep.locator, keep.token_hash),))  # type: ignore[union-attr]
        await store.commit((KeepItem(second.case, "story", 1, masked, replace=True),))

    def slow(*args):
        asyncio.run_coroutine_threadsafe(meanwhile(), loop).result(20)
        return real(*args)

    monkeypatch.setattr(rewrapping, "_moves", slow)
    await rewrap(store, RING, 20_000, nothing)
    monkeypatch.setattr(rewrapping, "_moves", real)
    await rewrap(store, RING, 20_000, nothing)

    assert await store.case(first.case) is None
    (box,) = [item.box for item in await store.items(second.case) if item.part == "story"]
    assert age.payload_hash(box) == age.payload_hash(masked)
    assert not any(age.opens(row.box, [IDENTITY]) for row in await every(store))


# --- killed -------------------------------------------------------------------------------------------------


def test_killed_at_any_instant_nothing_is_lost_and_the_next_walk_ends_it(tmp_path: Path) -> None:
    """Some dozens of processes, each killed at another statement that SQLite runs."""
    folder = tmp_path / "data"
    before = asyncio.run(_rows_after(folder, lived_in))
    kept = {(row.kind, row.key): age.payload_hash(row.box) for row in before}
    halves = set()

    for statements in (1, 7, 20, 45, 80, 120, 170, 230, 300):
        code = _in_another_process(folder, statements)

        rows = asyncio.run(_rows_after(folder))
        assert {(row.kind, row.key): age.payload_hash(row.box) for row in rows} == kept
        assert all(age.opens(row.box, [NEW, IDENTITY]) for row in rows)
        halves.add(sum(age.opens(row.box, [NEW]) for row in rows))
        assert code in (0, 9)

    rows = asyncio.run(_rows_after(folder, lambda store: rewrap(store, RING, 20_000, nothing)))
    assert {(row.kind, row.key): age.payload_hash(row.box) for row in rows} == kept
    assert not any(age.opens(row.box, [IDENTITY]) for row in rows)
    assert len(halves - {0, len(rows)}) > 1, "killed in the middle, more than once"


async def _rows_after(
    folder: Path, work: Callable[[Store], Awaitable[object]] | None = None
) -> list[SealedRow]:
    store = await open_store(f"sqlite:{folder}")
    if work is not None:
        await work(store)
    rows = await every(store)
    await store.close()
    return rows


def _in_another_process(folder: Path, statements: int) -> int:
    child = os.fork()
    if child == 0:  # pragma: no cover - this is the other process
        code = 3
        try:
            code = asyncio.run(_rewrap_until_killed(folder, statements))
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


async def _rewrap_until_killed(folder: Path, statements: int) -> int:  # pragma: no cover - another process
    """Re-wrap a few at a time, and die at one of the statements that SQLite runs."""
    rewrapping.PAGE = 4
    store = await open_store(f"sqlite:{folder}", console=True)
    left_to_run = statements

    def each() -> int:
        nonlocal left_to_run
        left_to_run -= 1
        if left_to_run == 0:
            os._exit(9)
        return 0

    await store._writer._execute(store._writer._conn.set_progress_handler, each, 20)  # type: ignore[attr-defined]
    await rewrap(store, RING, 20_000, nothing)
    await store.close()
    return 0


async def test_no_byte_of_an_old_header_can_be_found_in_the_files(tmp_path: Path) -> None:
    """An old header opens with the old key: who took that key must not find one in a free page or a WAL."""
    store = await open_store(f"sqlite:{tmp_path}")
    await lived_in(store)
    stanzas = [row.box[40:200] for row in await every(store)]

    await rewrap(store, RING, 20_000, nothing)

    assert [files_holding(tmp_path, stanza) for stanza in stanzas if files_holding(tmp_path, stanza)] == []
    await store.close()
    db = sqlite3.connect(tmp_path / "seuil.db")
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()
