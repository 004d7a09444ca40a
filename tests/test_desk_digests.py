"""Digests at the desk: made once, frozen, the same for everybody, and never lost or doubled in the ledger."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace as changed

from bot.digest import thaw
from bot.errors import PlatformError
from bot.formats import FORMATS
from handlers import Screen, digests
from handlers.bench import Policy
from storage import Store, open_store
from storage.changes import Change, KeepItem, Move, Withdraw
from tests.deskkit import PASSPHRASE, WORDS, House, Testimony, print_here, words

QUOTE = "J'ai eu peur chez moi et personne ne m'a crue."


@pytest.fixture(autouse=True)
def quick_formats(monkeypatch: pytest.MonkeyPatch) -> None:
    """Typesetting takes a second each time, and is tested where it is the subject."""
    quick = {name: FORMATS[name] for name in ("text", "csv", "json")}
    print_here(monkeypatch, quick)


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    kept = await open_store("memory:" if request.param == "memory" else f"sqlite:{tmp_path / 'data'}")
    yield kept
    await kept.close()


@pytest.fixture
async def house(store: Store) -> House:
    made = House(store, Policy(idle_minutes=480))
    await made.seat()
    await made.desk.unlock(PASSPHRASE)
    return made


async def approved(house: House, *testimonies: Testimony) -> None:
    await house.tell(*testimonies)
    for told in testimonies:
        assert await house.store.commit((Move(told.case, ("waiting",), "approved", house.today),))


def crowd(size: int, **changed: object) -> list[Testimony]:
    return [Testimony(**changed) for _ in range(size)]  # type: ignore[arg-type]  # fields by name


THIRTY = crowd(30)
"""Sealed once: sealing is what takes the time of these tests."""


def received(house: House, chair: str) -> str:
    """All a partner got, as one text."""
    return "".join(screen.text for who, screen in house.shown if who == chair)


# --- made on command and by the bell ------------------------------------------------------------------------


async def test_on_command_a_digest_is_made_and_every_partner_receives_it(house: House) -> None:
    await approved(house, *crowd(40))

    said = await house.say("moderator", "/digest send")

    assert words("desk-digest-approved", period=1) in said
    assert words("desk-digest-sent", period=1, sent=2, failed=0, total=2) in said
    (row,) = await house.store.digests()
    frozen = house.desk.digests.frozen(row)
    assert thaw(frozen).figures.people == 40
    for chair, language in (("partner", "fr"), ("partner 2", "en")):
        assert FORMATS["text"](frozen, WORDS[language]).messages[0] in received(house, chair)
        attached = {
            file.name: file.body for who, screen in house.shown if who == chair for file in screen.files
        }
        for name in ("csv", "json"):
            for file in FORMATS[name](frozen, WORDS[language]).files:
                assert attached.pop(file.name) == file.body
        assert attached == {}
    assert {case.counted_in for case in await house.store.cases()} == {1}


async def test_under_thirty_people_the_period_stays_open_and_says_so(house: House) -> None:
    await approved(house, *crowd(29))

    assert await house.say("moderator", "/digest send") == words("desk-digest-too-few", min=30)
    await house.desk.due()

    assert words("desk-digest-too-few", min=30) in house.told_to("owner")
    assert await house.store.digests() == []
    await approved(house, Testimony())
    await house.desk.due()
    assert [row.period for row in await house.store.digests()] == [1]


async def test_the_first_digest_begins_in_the_month_of_its_first_testimony(house: House) -> None:
    await approved(house, Testimony(day=house.today - 70), *THIRTY)

    await house.say("moderator", "/digest send")

    (row,) = await house.store.digests()
    digest = thaw(house.desk.digests.frozen(row))
    assert (digest.first_month, digest.last_month) == ("2026-07", "2026-09")


async def test_one_person_counts_once(house: House) -> None:
    tag = b"the same person."
    await approved(house, *crowd(29), *crowd(10, tag=tag, answers={"needs": ("stop",)}))

    await house.say("moderator", "/digest send")

    (row,) = await house.store.digests()
    assert thaw(house.desk.digests.frozen(row)).figures.people == 30


async def test_the_bell_makes_a_digest_that_waits_for_approval(house: House) -> None:
    await approved(house, *crowd(40))

    await house.desk.due()
    await house.desk.due()

    assert received(house, "partner") == ""
    assert words("desk-digest-frozen", period=1) in house.told_to("moderator")
    preview = await house.say("moderator 2", "/digest preview")
    assert words("desk-digest-preview-frozen", period=1, state=words("desk-digest-state-frozen")) in preview
    await house.say("moderator 2", "/digest approve")
    assert received(house, "partner") != ""
    assert len(await house.store.digests()) == 1


async def test_an_automatic_instance_sends_without_approval(store: Store) -> None:
    house = House(store, Policy(automatic=True))
    await house.seat()
    await house.desk.unlock(PASSPHRASE)
    await approved(house, *THIRTY)

    await house.desk.due()

    assert received(house, "partner") != ""


async def test_a_due_digest_waits_visibly_for_a_locked_desk(house: House) -> None:
    await approved(house, *THIRTY)
    await house.desk.lock()

    await house.desk.due()
    assert words("desk-digest-waits-locked") in house.told_to("moderator")
    assert await house.store.digests() == []
    house.new_desk()
    await house.desk.unlock(PASSPHRASE)
    await house.desk.tick()

    assert [row.state for row in await house.store.digests()] == ["frozen"]


async def test_a_due_digest_that_cannot_be_counted_is_told_once_and_made_at_the_next_tick(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await approved(house, *crowd(40))
    count, failures = digests.count, iter((True, True, False))

    async def fails(*given: Any, **more: Any) -> Any:
        if next(failures):
            raise PlatformError("A process that opens testimonies ended.", hint="Look at the memory.")
        return await count(*given, **more)

    monkeypatch.setattr(digests, "count", fails)
    await house.desk.due()
    await house.desk.tick()
    assert await house.store.digests() == []

    await house.desk.tick()

    assert house.told_to("moderator").count(words("desk-digest-uncounted")) == 1
    assert [row.state for row in await house.store.digests()] == ["frozen"]


async def test_a_held_digest_leaves_only_after_it_is_approved(house: House) -> None:
    await approved(house, *THIRTY)
    await house.desk.due()

    assert words("desk-digest-held", period=1) in await house.say("moderator", "/digest hold")
    assert words("desk-digest-is-held", period=1) in await house.say("moderator", "/digest send")
    await house.desk.tick()
    assert received(house, "partner") == ""
    await house.say("owner", "/digest approve")

    assert received(house, "partner") != ""


async def test_a_preview_freezes_nothing(house: House) -> None:
    await approved(house, *THIRTY)

    preview = await house.say("moderator", "/digest preview")

    assert words("desk-digest-preview-open") in preview
    assert words("digest-title", number=1) in preview
    assert await house.store.digests() == []


async def test_periods_are_disjoint_and_the_second_compares_with_the_first(house: House) -> None:
    await approved(house, *crowd(40))
    await house.say("moderator", "/digest send")
    house.now += 35 * 86_400
    house.desk._used = house.now
    await approved(house, *crowd(50))

    await house.say("moderator", "/digest send")

    first, second = [thaw(house.desk.digests.frozen(row)) for row in await house.store.digests()]
    assert (first.figures.people, second.figures.people) == (40, 50)
    assert second.change is not None
    assert (second.change.since, second.change.people) == (1, 10)
    assert first.last_month == second.first_month < second.last_month
    assert sorted({case.counted_in for case in await house.store.cases()}) == [1, 2]  # type: ignore[type-var]  # all counted


async def test_a_ban_ends_with_the_period_of_its_tag(house: House) -> None:
    told = Testimony()
    await house.tell(told)
    await house.say("moderator", "/next")
    await house.say("moderator", "/ban")
    await approved(house, *THIRTY)

    await house.say("moderator", "/digest send")

    assert not await house.store.is_banned(told.tag)


async def test_what_is_counted_can_no_longer_be_undone(house: House) -> None:
    told = Testimony()
    await house.tell(told)
    await house.say("moderator", "/next")
    await house.say("moderator", "/approve")
    await approved(house, *crowd(29))
    await house.say("moderator", "/digest send")

    assert words("desk-case-counted") in await house.say("moderator", "/undo")


# --- the same for everybody, for ever -----------------------------------------------------------------------


async def test_a_partner_who_asks_again_gets_the_same_to_the_byte(house: House) -> None:
    await approved(house, *THIRTY)
    await house.say("moderator", "/digest send")
    first = received(house, "partner")
    house.shown.clear()

    await house.say("partner", "/digest")

    assert received(house, "partner") == first


async def test_a_partner_who_comes_later_receives_the_next_and_can_ask_for_the_last(house: House) -> None:
    await house.say("owner", "/revoke partner 2")
    await approved(house, *THIRTY)
    await house.say("moderator", "/digest send")
    await house.seat("partner 2")
    await house.desk.tick()
    assert received(house, "partner 2") == ""

    assert words("digest-title", "en", number=1) in await house.say("partner 2", "/digest")


async def test_before_the_first_digest_a_partner_is_told_so(house: House) -> None:
    assert await house.say("partner", "/bilan") == words("desk-digest-none")


async def test_a_frozen_digest_somebody_changed_is_not_sent(house: House) -> None:
    await approved(house, *THIRTY)
    await house.desk.due()
    honest = house.store.digests

    async def forged() -> list[object]:
        return [changed(row, frozen=row.frozen[:-1] + bytes([row.frozen[-1] ^ 1])) for row in await honest()]

    house.store.digests = forged  # type: ignore[method-assign,assignment]  # a ledger somebody wrote to
    said = await house.say("moderator", "/digest preview")

    assert words("desk-digest-cannot-read", period=1) in said
    assert words("desk-alarm-digest", period=1) in house.told_to("owner")


async def test_the_log_holds_the_fingerprint_of_each_digest(house: House) -> None:
    await approved(house, *THIRTY)
    await house.say("moderator", "/digest send")

    (row,) = await house.store.digests()
    lines = [json.loads(line.line) for line in await house.store.audit_lines()]

    assert any(act == "freeze digest" and row.sha256.hex()[:16] in about for _, _, _, act, about in lines)


# --- texts --------------------------------------------------------------------------------------------------


async def told_with_texts(house: House) -> Testimony:
    """A testimony with a summary and a sentence two moderators released, approved."""
    told = Testimony(share="stats_and_quote", quote=QUOTE)
    await house.tell(told)
    await house.say("moderator", "/next")
    await house.say("moderator", "/summary Un résumé sans détail.")
    await house.say("moderator", "/approve")
    await house.say("moderator", f"/quote oui {told.ref}")
    await house.say("moderator 2", f"/quote oui {told.ref}")
    return told


async def test_a_summary_is_in_its_digest_and_a_sentence_one_digest_later(house: House) -> None:
    told = await told_with_texts(house)
    await approved(house, *crowd(30))
    await house.say("moderator", "/digest send")
    await approved(house, *crowd(30))
    await house.say("moderator", "/digest send")
    await approved(house, *crowd(30))
    await house.say("moderator", "/digest send")

    digests = [thaw(house.desk.digests.frozen(row)) for row in await house.store.digests()]

    assert [digest.summaries for digest in digests] == [("Un résumé sans détail.",), (), ()]
    assert [digest.quotes for digest in digests] == [(), (QUOTE,), ()]
    assert {item.part for item in await house.store.items(told.case)} == {"coded", "story"}


async def test_a_withdrawn_testimony_takes_its_texts_along(house: House) -> None:
    told = await told_with_texts(house)
    keep = told.change()[0]
    assert await house.store.commit((Withdraw(keep.locator, keep.token_hash),))  # type: ignore[union-attr]  # a KeepCase
    await approved(house, *THIRTY)

    await house.say("moderator", "/digest send")

    (row,) = await house.store.digests()
    assert thaw(house.desk.digests.frozen(row)).summaries == ()


async def test_no_sentence_lies_readable_in_the_ledger_before_it_is_sent(tmp_path: Path, canary: str) -> None:
    folder = tmp_path / "data"
    store = await open_store(f"sqlite:{folder}")
    house = House(store)
    await house.seat()
    await house.desk.unlock(PASSPHRASE)
    await approved(house, *crowd(30, share="stats_and_summary"))
    await house.tell(told := Testimony(share="stats_and_summary", story=canary))
    await house.say("moderator", "/next")
    await house.say("moderator", f"/summary Résumé {canary}")
    await house.say("moderator", "/approve")
    await house.desk.due()
    (row,) = await store.digests()
    assert canary in "".join(thaw(house.desk.digests.frozen(row)).summaries)
    assert told.case
    await store.close()

    held = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())

    assert canary.encode() not in held
    assert canary not in repr(row)


# --- what does not open -------------------------------------------------------------------------------------


async def test_items_that_do_not_open_are_left_out_and_alarm_owners(house: House) -> None:
    bad = Testimony()
    await approved(house, bad, *THIRTY)
    await house.store.commit((KeepItem(bad.case, "coded", 1, b"damaged", replace=True),))

    await house.say("moderator", "/digest send")

    row = await house.store.case(bad.case)
    assert row is not None
    assert row.counted_in is None
    assert words("desk-unopened", count=1) in house.told_to("owner")
    assert "cannot open" in await house.acts()


async def test_who_withdraws_while_a_digest_is_counted_is_not_in_it(house: House) -> None:
    told = Testimony()
    await approved(house, told, *THIRTY)
    keep = told.change()[0]
    made = await house.desk.digests.make()
    assert await house.store.commit((Withdraw(keep.locator, keep.token_hash),))  # type: ignore[union-attr]  # a KeepCase

    assert not await house.store.commit(made.change)  # type: ignore[union-attr]  # not TooFew

    await house.desk.due()
    (row,) = await house.store.digests()
    assert thaw(house.desk.digests.frozen(row)).figures.people == 30


# --- sending ------------------------------------------------------------------------------------------------


async def test_a_partner_who_cannot_be_reached_is_seen_and_tried_again(house: House) -> None:
    await approved(house, *THIRTY)
    house.deaf.add("partner")

    said = await house.say("moderator", "/digest send")

    assert words("desk-digest-sent", period=1, sent=1, failed=1, total=2) in said
    status = await house.say("owner", "/digest")
    assert (
        words("desk-digest-delivery", name="partner", state=words("desk-delivery-failed"), tries=1) in status
    )
    house.deaf.clear()
    await house.desk.tick()
    assert received(house, "partner") == ""
    house.now += 60
    await house.desk.tick()
    assert words("digest-title", number=1) in received(house, "partner")
    assert {d.state for d in await house.store.deliveries()} == {"sent"}


class KilledError(Exception):
    """The process died here."""


class Mortal:
    """A store that dies just before or just after its nth commit, or never."""

    def __init__(self, store: Store, dies_at: int, after: bool) -> None:
        self._store, self._left, self._after = store, dies_at, after

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    async def commit(self, change: Change) -> bool:
        self._left -= 1
        if self._left == 0 and not self._after:
            raise KilledError
        done = await self._store.commit(change)
        if self._left == 0:
            raise KilledError
        return done


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("dies_at", range(1, 12))
async def test_a_kill_between_any_two_steps_loses_and_doubles_no_digest(dies_at: int, after: bool) -> None:
    store = await open_store("memory:")
    house = House(store)
    await house.seat()
    await house.desk.unlock(PASSPHRASE)
    await approved(house, *THIRTY)
    await house.queue_up("moderator", "/digest send")
    house.bench.store = Mortal(store, dies_at, after)  # type: ignore[assignment]

    try:
        await house.desk.pump()
        await house.desk.tick()
    except KilledError:
        house.new_desk()
        await house.desk.unlock(PASSPHRASE)
        await house.desk.tick()
        await house.desk.tick()

    (row,) = await store.digests()
    assert row.state == "approved"
    assert {d.state for d in await store.deliveries()} == {"sent"}
    assert (await house.acts()).count("freeze digest") == 1
    texts = FORMATS["text"](house.desk.digests.frozen(row), WORDS["fr"]).messages
    assert set(texts) <= {screen.text for who, screen in house.shown if who == "partner"}
    assert await store.commands() == []
    assert words("desk-digest-approved", period=1) in house.told_to("moderator")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("dies_at", range(1, 8))
async def test_a_kill_between_any_two_steps_loses_and_doubles_no_act(dies_at: int, after: bool) -> None:
    store = await open_store("memory:")
    house = House(store)
    await house.seat()
    await house.desk.unlock(PASSPHRASE)
    told = Testimony()
    await house.tell(told, Testimony())
    for typed in ("/next", "/note Une note.", "/reply Merci."):
        await house.queue_up("moderator", typed)
    house.bench.choose = lambda rows: next(row for row in rows if row.case == told.case)
    house.bench.store = Mortal(store, dies_at, after)  # type: ignore[assignment]

    try:
        await house.desk.pump()
    except KilledError:
        house.new_desk()
        house.bench.choose = lambda rows: next(row for row in rows if row.case == told.case)
        await house.desk.unlock(PASSPHRASE)
        await house.desk.pump()

    assert [row.case for row in await store.cases("claimed")] == [told.case]
    assert sum(item.part.startswith("note-") for item in await store.items(told.case)) == 1
    assert len(await store.replies(told.case)) == 1
    acts = await house.acts()
    assert [acts.count(act) for act in ("claim", "note", "reply")] == [1, 1, 1]
    assert await store.commands() == []
    for answer in (
        "Témoignage t-",
        words("desk-note-kept", case=told.ref),
        words("desk-reply-kept", case=told.ref),
    ):
        assert answer in house.told_to("moderator")


# --- many ---------------------------------------------------------------------------------------------------


async def test_people_are_answered_while_a_digest_is_counted(house: House) -> None:
    await approved(house, *crowd(400))
    longest = 0.0
    running = True

    async def beat() -> None:
        nonlocal longest
        while running:
            start = time.perf_counter()
            await asyncio.sleep(0.001)
            longest = max(longest, time.perf_counter() - start)

    beating = asyncio.create_task(beat())
    done: list[int] = []
    made = await house.desk.digests.make(done.append)
    running = False
    await beating

    assert done[-1] == 400
    assert len(done) >= 2
    assert longest < 0.5
    assert made is not None


async def test_counting_that_is_given_up_stops_reading(house: House) -> None:
    await approved(house, *THIRTY)
    reads, begun = 0, asyncio.Event()
    honest: Callable[[], AsyncIterator[object]] = house.store.coded_items

    async def endless() -> AsyncIterator[object]:
        nonlocal reads
        while True:
            async for row in honest():
                reads += 1
                begun.set()
                yield row

    async def thirty() -> int:
        return 30

    house.store.coded_items = endless  # type: ignore[method-assign,assignment]  # a period that never ends
    house.store.count_coded = thirty  # type: ignore[method-assign]
    task = asyncio.create_task(house.desk.digests.make())
    async with asyncio.timeout(15):
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        before = -1
        while reads != before:  # a period that never ends: read on, it would never be still
            before = reads
            await asyncio.sleep(0.2)


async def test_screens_of_a_digest_fit_every_channel(house: House) -> None:
    await approved(house, *crowd(60, answers={"what_happened": ("letters", "calls"), "needs": ("stop",)}))
    await house.say("moderator", "/digest send")

    screens: list[Screen] = [screen for _, screen in house.shown]

    assert all(len(screen.text) <= 4096 for screen in screens)
