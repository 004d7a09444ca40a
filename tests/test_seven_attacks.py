"""The seven attacks that Seuil is built against, tried one by one.

Others stand where their defence is: digests and orders put back in tests/test_put_back.py, forged presses on
a real chat in tests/test_telegram.py, everything a writer of the database may try in tests/test_attacks.py.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import shutil
import sqlite3
import statistics
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from time import perf_counter

import pytest

from bot.errors import StoreDamaged
from bot.moderation import COMMANDS
from bot.opening import Expected, open_item
from bot.pseudonyms import member_lookup, pseudonym, sender_tag
from bot.receipts import new
from bot.receipts import words as receipt_words
from bot.signing import NotSigned, SignKey, sign, verify
from bot.testimony import read_story
from handlers import Address, Button, Screen, intake
from handlers.telegram.screens import Painter
from storage import open_store
from storage.key_folder import KeyFolder
from storage.shelf import MemoryShelf
from tests.deskkit import House, Testimony, words
from tests.stage import NOW, Clock, Recorder, Stage
from tests.test_attacks import seated, write_to

__all__ = ["seated"]

TODAY = int(NOW // 86_400)


# --- guess every account against a full dump ----------------------------------------------------------------

CHAT = "5512345678"
"""Ten digits, as Telegram numbers accounts."""

MOBILE = "+33639981234"
"""A number that nobody has (ARCEP keeps 06 39 98 for films), as somebody might look for one."""


def blobs(folder: Path) -> Iterator[bytes]:
    """Every value of 32 bytes in the databases, and every 32 bytes in a row of every small file: all that
    could be a key."""
    for path in folder.rglob("*"):
        if path.suffix == ".db":
            with closing(sqlite3.connect(path)) as db:
                for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                    for row in db.execute(f"SELECT * FROM {table}"):  # noqa: S608 - its own tables
                        yield from (cell for cell in row if isinstance(cell, bytes) and len(cell) == 32)
        elif path.is_file() and path.stat().st_size < 8192:
            body = path.read_bytes()
            yield from (body[at : at + 32] for at in range(len(body) - 31))
            yield body.ljust(32, b"\0")[:32]


async def test_a_full_dump_gives_nothing_to_try_a_telegram_account_or_a_french_mobile_number_against(
    tmp_path: Path,
) -> None:
    """Everything but memory: databases, salt, INSTANCE key, TAG key. What is kept of whom is a keyed name
    under a key of the shelf; with that key, every French mobile number (200 million) would be tried in five
    minutes of one core, and every account of Telegram (35 bits) in a day: 690 000 names a second."""
    shelf, keys = MemoryShelf(), KeyFolder(tmp_path)
    instance, tag_key = keys.instance(new=True), keys.tag(1)
    keys.salt(new=True)
    store = await open_store(f"sqlite:{tmp_path}")
    stage = Stage(store=store, shelf=shelf, channel=Recorder("telegram"))
    stage.tag = tag_key
    await stage.testify(CHAT, "Il est revenu le soir.")
    await stage.to_story(MOBILE)
    await stage.say(MOBILE, "Il a gardé mon numéro.")
    day_keys = [key for _, key in await shelf.day_keys(TODAY)]
    await stage.dispatch.settle()
    await store.close()
    dump = everything(tmp_path)
    at_hand = {instance, tag_key, *blobs(tmp_path)}
    assert len(at_hand) >= 4  # those two, the salt, and a hash that stands with the case

    accounts = [CHAT, MOBILE, MOBILE.replace("+33", "0"), MOBILE[1:]]
    made = {
        name(key, channel, chat)
        for key in at_hand
        for name in (pseudonym, sender_tag, member_lookup)
        for channel in ("telegram", "signal")
        for chat in accounts
    }

    assert not [each for each in made if each in dump]
    assert not [chat for chat in accounts if chat.encode() in dump]
    assert pseudonym(day_keys[0], "telegram", MOBILE) in dump  # with the shelf's key it would be found
    testimonies = (tmp_path / "seuil.db").read_bytes()
    assert pseudonym(day_keys[0], "telegram", MOBILE) not in testimonies  # where those are, by no key at all
    assert sender_tag(tag_key, "telegram", CHAT) == await sealed_tag(tmp_path, stage)


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def sealed_tag(folder: Path, stage: Stage) -> bytes:
    """The sender tag of the one testimony, which takes the team's key to be read."""
    store = await open_store(f"sqlite:{folder}")
    (row,) = await store.cases()
    (box,) = [item.box for item in await store.items(row.case) if item.part == "coded"]
    await store.close()
    return open_item(box, [stage.team], Expected(row.case, "coded")).context.sender_tag


async def test_once_the_days_key_is_destroyed_the_shelf_s_owner_cannot_guess_either() -> None:
    shelf = MemoryShelf()
    ((_, key),) = await shelf.day_keys(TODAY)
    named = pseudonym(key, "telegram", CHAT)

    later = await shelf.day_keys(TODAY + 10)

    assert key not in [each for _, each in later]
    assert named not in [pseudonym(each, "telegram", CHAT) for _, each in later]


# --- link two testimonies of one person ---------------------------------------------------------------------

LOOKS = (
    "/queue", "/stats", "/status", "/next", "/open", "/note Vu.", "/summary Un homme insiste.", "/approve",
    "/next", "/open", "/reject", "/undo", "/quarantine", "/digest status", "/digest list", "/digest preview",
    "/partners", "/help", "/audit", "/audit verify", "/ban", "/unban", "/stats", "/status",
)  # fmt: skip


async def looked_at(folder: Path, seated, tags: tuple[bytes, ...]) -> list[str]:  # type: ignore[no-untyped-def]  # a fixture
    """All that a moderator, an owner and an auditor are shown of testimonies told by these senders."""
    house: House = await seated(folder, "moderator", "owner", "auditor")
    house.bench.choose = lambda rows: min(rows, key=lambda row: row.case)  # else which is offered is chance
    told = [Testimony(case=bytes([n]) * 16, tag=tag) for n, tag in enumerate(tags, start=1)]
    await house.tell(*told)
    shown = []
    for chair in ("moderator", "owner", "auditor"):
        shown += [await house.say(chair, typed) for typed in LOOKS]
    for command in ("open", "approve", "ban", "unban", "undo"):
        shown += [await house.say("moderator", f"/{command} {each.ref}") for each in told]
    return [*shown, *await house.acts()]


async def test_no_view_and_no_counter_of_a_moderator_tells_whether_two_testimonies_are_of_one_person(
    seated, tmp_path: Path
) -> None:
    tags = [os.urandom(16) for _ in range(4)]
    apart = await looked_at(tmp_path / "apart", seated, tuple(tags))
    same = await looked_at(tmp_path / "same", seated, (tags[0], *tags[:-1]))

    hidden = re.compile(r"\b[0-9a-f]{8,}\b")  # marks of members, who are drawn anew
    assert [hidden.sub("·", each) for each in same] == [hidden.sub("·", each) for each in apart]
    assert {typed.split()[0][1:] for typed in LOOKS} <= {name.split("_")[0] for name in COMMANDS}
    assert any("t-" in each for each in apart)


# --- time receipts ------------------------------------------------------------------------------------------

TRIES = 200
"""Of three kinds in turn, drawn anew each time."""


class Counting:
    """Counts what is asked of a store."""

    def __init__(self, store: object) -> None:
        self._store = store
        self.asked: Counter[str] = Counter()

    def __getattr__(self, name: str) -> object:
        self.asked[name] += 1
        return getattr(self._store, name)


class RealClock(Clock):
    """The hand of a real clock, and a real sleep."""

    def __init__(self) -> None:
        super().__init__()
        self.start = perf_counter()

    def __call__(self) -> float:
        return NOW + perf_counter() - self.start

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(seconds)


async def three_kinds(stage: Stage) -> dict[str, tuple[str, ...]]:
    """Receipts of no testimony, of one that was withdrawn, and of one that has no reply yet."""
    withdrawn, silent = await stage.testify("a", "Il est venu."), await stage.testify("b", "Il a écrit.")
    await stage.say("c", "/receipt", "3", " ".join(withdrawn))
    return {
        "unknown": receipt_words(new(b"0123456789"), "fr"),
        "withdrawn": withdrawn,
        "silent": silent,
    }


async def test_unknown_withdrawn_and_silent_receipts_cost_the_same_slow_hash_and_say_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = Stage()
    kinds = await three_kinds(stage)
    derived: list[bytes] = []
    derive = intake.derive

    def counted(receipt, *rest):  # type: ignore[no-untyped-def]  # as `derive`
        derived.append(receipt.entropy)
        return derive(receipt, *rest)

    monkeypatch.setattr(intake, "derive", counted)
    chance = random.Random(1)
    worked: dict[str, set[tuple[int, float, tuple[str, ...]]]] = {kind: set() for kind in kinds}
    for number in range(TRIES):
        kind = chance.choice(list(kinds))
        chat = f"tries {number}"
        await stage.say(chat, "/receipt", "1")
        before, start = len(derived), stage.clock.now
        said = await stage.say(chat, " ".join(kinds[kind]))
        worked[kind].add((len(derived) - before, stage.clock.now - start, tuple(said)))

    assert worked["unknown"] == worked["withdrawn"] == worked["silent"]
    ((hashes, seconds, said),) = worked["unknown"]
    assert (hashes, seconds) == (1, 1.0)
    assert words("receipt-nothing") in said[0]


async def test_unknown_withdrawn_and_silent_receipts_are_within_noise_of_each_other_over_200_tries(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a real clock, by ranks (Mann and Whitney 1947): however slow the machine, the three kinds come from
    one distribution. |z| over 4.5 is chance once in 150 000."""
    monkeypatch.setattr(intake, "ANSWER_SECONDS", 0.02)  # as one second hides it, so must a fiftieth
    monkeypatch.setattr("tests.stage.Clock", RealClock)
    stage = Stage()
    kinds = await three_kinds(stage)
    order = [kind for kind in kinds for _ in range(TRIES // 3 + 1)]
    random.Random(2).shuffle(order)
    took: dict[str, list[float]] = {kind: [] for kind in kinds}
    for number, kind in enumerate(order):
        chat = f"tries {number}"
        await stage.say(chat, "/receipt", "1")
        start = perf_counter()
        await stage.say(chat, " ".join(kinds[kind]))
        took[kind].append(perf_counter() - start)

    assert sum(map(len, took.values())) >= TRIES
    assert all(seconds >= 0.02 for each in took.values() for seconds in each)
    for one, other in (("unknown", "withdrawn"), ("unknown", "silent"), ("withdrawn", "silent")):
        assert abs(rank_z(took[one], took[other])) < 4.5, (one, other)
    slower = [seconds + 2 * statistics.pstdev(took["unknown"]) for seconds in took["unknown"]]
    assert abs(rank_z(slower, took["silent"])) > 4.5  # what was not within noise would be seen


def rank_z(one: list[float], other: list[float]) -> float:
    """How far the ranks of two samples are from chance, in standard deviations."""
    above = sum((a > b) + (a == b) / 2 for a in one for b in other)
    n, m = len(one), len(other)
    return (above - n * m / 2) / (n * m * (n + m + 1) / 12) ** 0.5


# --- type a receipt into a story ----------------------------------------------------------------------------


@pytest.mark.parametrize("manner", ["plain", "numbered", "commas", "capitals"])
async def test_a_receipt_typed_into_a_story_is_in_nothing_that_is_kept(tmp_path: Path, manner: str) -> None:
    stage = Stage(store=await open_store(f"sqlite:{tmp_path}"))
    eight = await stage.testify("a", "Il est venu.")
    typed = {
        "plain": " ".join(eight),
        "numbered": "\n".join(f"{n}. {word}" for n, word in enumerate(eight, start=1)),
        "commas": ", ".join(eight),
        "capitals": " ".join(eight).upper(),
    }[manner]
    await stage.testify("b", f"Il a écrit. {typed}\nEt il est revenu.")

    stories = []
    for row in await stage.store.cases():
        (box,) = [item.box for item in await stage.store.items(row.case) if item.part == "story"]
        part = read_story(open_item(box, [stage.team], Expected(row.case, "story")).body[32:])
        stories.append(" ".join(text for _, texts in part.texts for text in texts))
    await stage.dispatch.settle()
    await stage.store.close()
    told = " ".join(stories).lower()
    assert "il est revenu" in told
    assert [word for word in eight if re.search(rf"\b{word}\b", told)] == []


# --- forge a digest -----------------------------------------------------------------------------------------


async def test_a_forged_digest_is_neither_sent_nor_taken_for_one(seated, tmp_path: Path) -> None:
    """Put into the ledger it does not leave; made elsewhere, a partner's check refuses it."""
    house = await seated(tmp_path, "owner", "partner")
    write_to(
        tmp_path,
        "INSERT INTO digest (period, day, state, sha256, frozen) VALUES (1, ?, 'approved', ?, ?)",
        *(house.today, bytes(32), b"FORGED"),
    )
    partner = await house.members.find(Address("terminal", "partner"))
    write_to(
        tmp_path,
        "INSERT INTO delivery (period, member, state, tries) VALUES (1, ?, 'due', 0)",
        partner.member,
    )

    await house.desk.tick()

    assert house.told_to("partner") == ""
    ours, theirs = SignKey(b"\x02" * 32), SignKey(os.urandom(32))
    document, comment = b"digest 1", "digest-1"
    assert verify(document, sign(document, ours, comment), ours.verify_key) == comment
    for forged in (sign(document, theirs, comment), sign(b"digest 2", ours, comment)):
        with pytest.raises(NotSigned):
            verify(document, forged, ours.verify_key)


# --- forge callback data ------------------------------------------------------------------------------------


def test_data_of_a_button_that_was_not_offered_in_this_chat_is_none_of_ours() -> None:
    painter, order = Painter(bytes(range(32))), "/approve t-k7q2m9xw"
    (body,) = painter.messages(7, Screen("Accepter ?", (Button("Oui", order),)))
    found = re.search(rb'"callback_data":\s*"([^"]+)"', body)
    assert found is not None
    data = found[1].decode()

    assert painter.read(data, 7) == ("", order)
    assert painter.read(data, 8) is None
    assert Painter(bytes(32)).read(data, 7) is None
    assert painter.read("!" + "A" * 11 + order, 7) is None
    assert painter.read(order, 7) is None
    for place in range(1, len(data)):
        other = "A" if data[place] != "A" else "B"
        assert painter.read(data[:place] + other + data[place + 1 :], 7) is None
        assert painter.read(data[:place], 7) is None


# --- restore an old database under a running intake ---------------------------------------------------------


async def test_an_old_database_put_under_a_running_intake_is_refused_and_nothing_is_acknowledged(
    tmp_path: Path,
) -> None:
    """Else what people tell goes into a file that has no name any more, and is gone at the next start."""
    folder, older = tmp_path / "data", tmp_path / "older"
    stage = Stage(store=await open_store(f"sqlite:{folder}"))
    await stage.testify("a", "Il est venu.")
    older.mkdir()
    for name in ("seuil.db", "drafts.db"):
        shutil.copy(folder / name, older / name)
    await stage.testify("b", "Il est revenu.")
    for name in ("seuil.db", "drafts.db"):
        (older / name).rename(folder / name)

    with pytest.raises((StoreDamaged, AssertionError)):
        await stage.testify("c", "Encore.")

    assert len(await stage.store.cases()) == 2
    with suppress(StoreDamaged):
        await stage.dispatch.settle()
    await stage.store.close()
    again = await open_store(f"sqlite:{folder}")
    assert len(await again.cases()) == 1  # what was put there, as it was
    await again.close()
