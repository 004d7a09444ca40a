"""It is promised that two workers that hear the same people, on one store and one shelf, come to what one
would: nothing lost, nothing twice, everything erased."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.errors import StoreAway
from handlers import Abilities, Address, Heard, Kind, Screen, with_ack
from storage import Store, open_store, redis_line
from storage.changes import Change, DropDraft, Seen
from storage.memory import MemoryStore
from storage.shelf import MemoryShelf, Shelf
from storage.shelf_redis import RedisShelf
from tests import rediskit
from tests.pgkit import KEEPERS, url_of
from tests.stage import WORDS, Recorder, Stage, receipt_in
from tests.storekit import DAY, new_id, turn

FR = WORDS["fr"]
TO_STORY = ("1", "2", "1", "1", "1")


class Chat(Recorder):
    """One counter for her messages and ours, as in a Telegram chat."""

    can = Abilities(buttons=True, deletes=True, protects=True, longest=4096, counts=True)

    def hers(self) -> int:
        self.numbered += 1
        return self.numbered


class Elsewhere(Chat):
    """Where ids do not count up by one, so that nothing can be guessed: as on Signal."""

    can = Abilities(buttons=False, deletes=True, protects=False, longest=2000)


class SlowStore(MemoryStore):
    """Writes the next change only when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.is_held, self.goes_on = asyncio.Event(), asyncio.Event()
        self._holds = False

    def hold_next(self) -> None:
        self._holds = True

    async def commit(self, change: Change) -> bool:
        if self._holds:
            self._holds = False
            self.is_held.set()
            await self.goes_on.wait()
        return await super().commit(change)


@dataclass
class Workers:
    """Some workers of one house, and the network before them."""

    stages: list[Stage]
    chat: Chat
    updates: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    turn: itertools.count[int] = field(default_factory=itertools.count)

    @classmethod
    def of(cls, many: int, store: Store, shelves: Sequence[Shelf], chat: Chat) -> Workers:
        return cls(
            [Stage(store=store, shelf=shelves[n % len(shelves)], channel=chat) for n in range(many)], chat
        )

    def heard(self, name: str, text: str, kind: Kind = "text") -> Heard:
        return Heard(
            Address(self.chat.name, name), next(self.updates), kind, text, "fr", message=self.chat.hers()
        )

    async def say(self, name: str, *lines: str, kind: Kind = "text") -> list[str]:
        """Each line is heard by the next worker; the answers to the last one."""
        start = len(self.chat.shown)
        for line in lines:
            start = len(self.chat.shown)
            await self.at_next(self.heard(name, line, kind))
        return [screen.text for who, screen in self.chat.shown[start:] if who.chat == name]

    async def at_next(self, heard: Heard) -> None:
        stage = self.stages[next(self.turn) % len(self.stages)]
        await stage.dispatch.hear(heard, self.chat)

    async def at_all(self, heard: Heard) -> None:
        """Delivered to every worker at the same moment."""
        await asyncio.gather(*(stage.dispatch.hear(heard, self.chat) for stage in self.stages))

    async def to_story(self, name: str) -> None:
        await self.say(name, "", kind="opened")
        await self.say(name, *TO_STORY)

    async def settle(self) -> None:
        for stage in self.stages:
            await stage.dispatch.settle()


@pytest.fixture(params=["memory", "postgresql and redis"])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[Store, list[Shelf]]]:
    """One store, and the shelf as each of two workers has it."""
    store = await open_store(await url_of(request.param.split()[0], tmp_path))
    shelves: list[Shelf] = [MemoryShelf(is_shared=True)]
    if request.param != "memory":
        server = await asyncio.to_thread(rediskit.emptied)
        shelves = [await RedisShelf.open(server.url) for _ in range(2)]
    yield store, shelves
    await store.close()
    for shelf in shelves:
        await shelf.close()


House = tuple[Store, list[Shelf]]


async def review(workers: Workers, name: str) -> str:
    """What she is shown before she decides: all she said."""
    await workers.say(name, "FINI")
    for _ in range(60):
        answers = await workers.say(name, "PASSER")
        if FR.option("review-menu", "keep") in answers[-1]:
            return "\n".join(answers)
    raise AssertionError("the review was never reached")


# --- erasing ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("network", [Chat, Elsewhere])
@pytest.mark.parametrize("end", ["EFFACER", "STOP"])
async def test_what_was_shown_by_either_worker_is_deleted_by_whichever_hears_the_end(
    house: House, network: type[Chat], end: str
) -> None:
    async def told(workers: Workers) -> list[int]:
        await workers.to_story("Rose")
        await workers.say("Rose", "Un.", "Deux.", "FINI", "PASSER", "RETOUR", end)
        await workers.settle()
        return sorted(message for _, message in workers.chat.forgotten)

    alone = await told(Workers.of(1, Stage().store, [MemoryShelf()], network()))
    two = await told(Workers.of(2, *house, network()))

    assert two == alone
    assert len(alone) == len(set(alone))
    if end == "EFFACER":
        assert len(alone) > 20, "hers and ours"


async def test_what_is_shown_late_by_one_worker_is_deleted_by_the_next_end_at_the_other(house: House) -> None:
    """A slow network: her next turn is heard elsewhere before this one's answer is known to stand there."""
    workers = Workers.of(2, *house, Elsewhere())
    await workers.to_story("Rose")
    held, stands = asyncio.Event(), asyncio.Event()
    shown_late: list[int] = []
    show = workers.chat.show

    async def slowly(who: Address, *screens: Screen) -> tuple[int, ...]:
        ids = await show(who, *screens)
        if not shown_late:
            shown_late.extend(ids)
            stands.set()
            await held.wait()
        return ids

    workers.chat.show = slowly  # type: ignore[method-assign]
    late = asyncio.create_task(workers.at_next(workers.heard("Rose", "Un.")))
    await stands.wait()
    await workers.say("Rose", "Deux.")
    held.set()
    await late
    await workers.say("Rose", "Trois.", "EFFACER")

    assert shown_late
    assert set(shown_late) <= {message for _, message in workers.chat.forgotten}


@pytest.mark.parametrize("workers", [1, 2])
async def test_what_is_shown_while_her_next_turn_is_being_written_is_not_forgotten(workers: int) -> None:
    """It was: noted by nobody, it stayed in her chat when she erased everything."""
    store = SlowStore()
    shelf = MemoryShelf(is_shared=workers > 1)
    house = Workers.of(workers, store, [shelf], Elsewhere())
    await house.to_story("Rose")
    store.hold_next()
    writing = asyncio.create_task(house.at_next(house.heard("Rose", "Un.")))
    await store.is_held.wait()
    late = (900, 901)
    (row,) = await store.drafts_before(10**6)
    await house.stages[0].dispatch._shown.add(row.pseudonym, late)
    store.goes_on.set()
    await writing

    await house.say("Rose", "EFFACER")

    assert set(late) <= {message for _, message in house.chat.forgotten}


# --- races --------------------------------------------------------------------------------------------------


async def test_an_update_delivered_to_both_workers_at_once_is_one_turn(house: House) -> None:
    workers = Workers.of(2, *house, Chat())
    await workers.to_story("Rose")
    lines = [f"Phrase {n}." for n in range(12)]

    for line in lines:
        await workers.at_all(workers.heard("Rose", line))

    shown = await review(workers, "Rose")
    assert [shown.count(line) for line in lines] == [1] * len(lines)


async def test_a_testimony_each_update_of_which_came_to_both_workers_is_kept_once(house: House) -> None:
    store, _ = house
    workers = Workers.of(2, *house, Chat())
    await workers.at_all(workers.heard("Rose", "", "opened"))
    for line in (*TO_STORY, "Un.", "Deux.", "FINI"):
        await workers.at_all(workers.heard("Rose", line))
    for _ in range(60):
        if FR.option("review-menu", "keep") in workers.chat.shown[-1][1].text:
            break
        await workers.at_all(workers.heard("Rose", "PASSER"))
    for line in ("1", "1", "1"):
        await workers.at_all(workers.heard("Rose", line))
    await workers.settle()

    (case,) = await store.cases()
    receipts = {words for _, screen in workers.chat.shown if (words := receipt_in(screen.text))}
    assert len(receipts) == 1
    assert sorted(item.part for item in await store.items(case.case)) == ["coded", "story"]
    assert await store.errands() == []


async def test_two_messages_that_race_through_two_workers_are_both_kept(house: House) -> None:
    workers = Workers.of(2, *house, Chat())
    await workers.to_story("Rose")
    lines = [f"Phrase {n}." for n in range(24)]

    for one, other in zip(lines[::2], lines[1::2], strict=True):
        await asyncio.gather(
            workers.at_next(workers.heard("Rose", one)), workers.at_next(workers.heard("Rose", other))
        )

    shown = await review(workers, "Rose")
    assert [shown.count(line) for line in lines] == [1] * len(lines)


@pytest.mark.parametrize("keeper", KEEPERS)
async def test_a_draft_is_dropped_only_as_it_was_known_where_that_is_said(
    keeper: str, tmp_path: Path
) -> None:
    store = await open_store(await url_of(keeper, tmp_path))
    pseudonym, draft = new_id(), new_id()
    await store.commit(turn(pseudonym, draft, 1))
    await store.commit(turn(pseudonym, draft, 2))

    assert not await store.commit((DropDraft(pseudonym, draft, 1), Seen(pseudonym, 9, DAY)))
    assert not await store.commit((DropDraft(pseudonym, new_id(), 2),))
    row = await store.person([pseudonym])
    assert row is not None
    assert row.draft is not None
    assert row.seen == (1, 2)
    assert await store.commit((DropDraft(pseudonym, draft, 2), *turn(pseudonym, new_id(), 1)))
    assert not await store.commit((DropDraft(new_id(), draft, 2),))
    await store.close()


async def test_who_goes_back_before_she_hands_in_has_handed_in_nothing() -> None:
    """What one worker made durable was overruled by another that had not seen it: she was shown the question
    again, and her testimony was gone all the same."""
    store = SlowStore()
    workers = Workers.of(2, store, [MemoryShelf(is_shared=True)], Chat())
    await workers.to_story("Rose")
    await workers.say("Rose", "Un.")
    await review(workers, "Rose")
    await workers.say("Rose", "1", "1")
    store.hold_next()
    handing_in = asyncio.create_task(workers.at_next(workers.heard("Rose", "1")))
    await store.is_held.wait()

    await workers.say("Rose", "RETOUR")
    store.goes_on.set()
    await handing_in

    assert await store.cases() == []
    assert await store.count_drafts() == 1


async def test_who_erases_while_her_words_are_heard_elsewhere_has_nothing_left(house: House) -> None:
    store, shelves = house
    for round in range(8):
        workers = Workers.of(2, *house, Chat())
        name = f"Rose {round}"
        await workers.to_story(name)
        await workers.say(name, "Un secret.")
        (row,) = await store.drafts_before(10**6)

        await asyncio.gather(
            workers.at_next(workers.heard(name, "Un autre secret.")),
            workers.at_next(workers.heard(name, "EFFACER")),
        )

        assert await shelves[0].key(row.id) is None, "what she had said opens no more"
        await workers.say(name, "EFFACER")
        for draft in await store.drafts_before(10**6):
            assert draft.id != row.id
        await workers.say(name, "STOP")
        assert await store.drafts_before(10**6) == []


async def test_many_people_through_three_workers_in_any_order_each_hand_in_once(house: House) -> None:
    store, _ = house
    workers = Workers.of(3, *house, Chat())

    async def one(name: str) -> tuple[str, ...]:
        await workers.to_story(name)
        await workers.say(name, f"Je suis {name}.")
        assert f"Je suis {name}." in await review(workers, name)
        for _ in range(2):
            await workers.say(name, "1")
        said = await workers.say(name, "1")
        return next(words for words in map(receipt_in, said) if words)

    receipts = await asyncio.gather(*(one(f"P{n}") for n in range(6)))
    await workers.settle()

    assert len(set(receipts)) == 6
    assert len(await store.cases()) == 6
    assert await store.errands() == []


# --- a shelf that is away -----------------------------------------------------------------------------------


async def test_a_turn_while_the_shelf_is_away_is_not_acknowledged_and_comes_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(redis_line, "PATIENCE_SECONDS", 0.1)
    server = await asyncio.to_thread(rediskit.Server)
    shelves: list[Shelf] = [await RedisShelf.open(server.url) for _ in range(2)]
    workers = Workers.of(2, Stage().store, shelves, Chat())
    await workers.to_story("Rose")
    acknowledged: list[int] = []

    async def ack() -> None:
        acknowledged.append(1)

    heard = with_ack(workers.heard("Rose", "Un."), ack)
    server.kill()
    before = len(workers.chat.shown)
    with pytest.raises(StoreAway):
        await workers.at_next(heard)
    assert acknowledged == []
    assert len(workers.chat.shown) == before, "and she is told nothing that may be wrong"

    await asyncio.to_thread(server.start)
    await workers.at_next(heard)

    assert acknowledged == [1]
    shown = "\n".join(screen.text for _, screen in workers.chat.shown[before:])
    assert FR.say("expired") in shown, "its memory is gone: she is known, and told that nothing was kept"
    await workers.to_story("Rose")
    await workers.say("Rose", "Deux.")
    assert "Deux." in await review(workers, "Rose")
    for shelf in shelves:
        await shelf.close()
    server.stop()


async def test_a_server_that_comes_back_in_time_costs_nobody_a_turn() -> None:
    server = await asyncio.to_thread(rediskit.Server)
    shelves: list[Shelf] = [await RedisShelf.open(server.url) for _ in range(2)]
    workers = Workers.of(2, Stage().store, shelves, Chat())
    server.kill()

    arriving = asyncio.create_task(workers.to_story("Rose"))
    await asyncio.sleep(0.05)
    await asyncio.to_thread(server.start)
    await arriving

    await workers.say("Rose", "Un.")
    assert "Un." in await review(workers, "Rose")
    for shelf in shelves:
        await shelf.close()
    server.stop()
