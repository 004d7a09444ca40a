"""When too much comes at once, memory is bounded, the middle goes before beginnings, nobody meets silence."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from concurrent.futures import Executor
from typing import Any

import pytest

from bot.receipts import new as new_receipt
from handlers import Address, Heard, Screen, intake, pressure, status
from handlers.counts import COUNTS
from handlers.limits import MOST_UNANSWERED, Limits
from handlers.pressure import (
    CALM_SECONDS,
    COME_BACK_MINUTES,
    CROWDED,
    INTERVAL_SECONDS,
    MANY,
    MOST_NOTICES,
    MOST_TOLD,
    TARGET_SECONDS,
    Flight,
    Load,
    Pressure,
    Pressures,
)
from handlers.telegram.updates import Chat, Message, Translator, Update
from storage.changes import Change
from storage.memory import MemoryStore
from tests.stage import WORDS, Recorder, Stage

FR = WORDS["fr"]
BUSY = FR.say("busy", minutes=COME_BACK_MINUTES)
TOO_LONG = TARGET_SECONDS + INTERVAL_SECONDS


class Now:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


class SlowStore(MemoryStore):
    """A store whose commits wait until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.goes = asyncio.Event()
        self.goes.set()

    async def commit(self, change: Change) -> bool:
        await asyncio.sleep(0)  # what comes meanwhile waits, as for a disk
        await self.goes.wait()
        return await super().commit(change)


class SlowChannel(Recorder):
    """A channel that takes an answer once it is let go, and counts those it was given before."""

    def __init__(self) -> None:
        super().__init__()
        self.goes = asyncio.Event()
        self.goes.set()
        self.on_way = 0
        self.most = 0

    async def show(self, who: Address, *screens: Screen) -> tuple[int, ...]:
        self.on_way += 1
        self.most = max(self.most, self.on_way)
        await self.goes.wait()
        self.on_way -= 1
        return await super().show(who, *screens)


async def until_idle() -> None:
    """Let everything go as far as it goes without the world: nothing here waits for time or a thread."""
    for _ in range(500):
        await asyncio.sleep(0)


def begun(*work: Coroutine[Any, Any, Any]) -> list[asyncio.Task[Any]]:
    return [asyncio.create_task(each) for each in work]


def crowd(held: Pressure, many: int = MANY) -> list[Flight]:
    return [held.begin() for _ in range(many)]


def texts(channel: Recorder, name: str) -> list[str]:
    return [screen.text for who, screen in channel.shown if who.chat == name]


async def in_the_middle(stage: Stage, many: int) -> list[str]:
    """People who stand at their story."""
    names = [f"middle {number}" for number in range(many)]
    for name in names:
        await stage.to_story(name)
    return names


# --- what is too much ---------------------------------------------------------------------------------------


def test_one_slow_chat_or_a_burst_is_no_crowd() -> None:
    now = Now()
    held = Pressure(now)
    first, slow, *_ = crowd(held, MANY + 2)
    now.seconds += 30
    held.end(first)
    assert not held.is_high

    now.seconds += INTERVAL_SECONDS
    held.end(held.begin())
    held.end(slow)
    assert not held.is_high


def standing(held: Pressure, now: Now) -> None:
    for _ in range(2):
        flight = held.begin()
        now.seconds += INTERVAL_SECONDS
        held.end(flight)
        now.seconds += 1


def test_a_while_without_a_quick_answer_is_a_crowd_until_one_is_quick_again() -> None:
    now = Now()
    held = Pressure(now)
    standing(held, now)
    flights = crowd(held)
    assert held.is_high

    now.seconds += CALM_SECONDS + 1
    held.end(flights.pop())
    flights += crowd(held, 1)
    assert held.is_high

    held.end(held.begin())
    assert not held.is_high


def test_where_nothing_ends_any_more_it_is_seen_all_the_same() -> None:
    now = Now()
    held = Pressure(now)
    now.seconds += 1
    crowd(held)
    now.seconds += TOO_LONG - 1
    assert not held.is_high

    now.seconds += 1
    assert held.is_high


def test_where_few_are_answered_nobody_is_told_that_many_write() -> None:
    now = Now()
    held = Pressure(now)
    standing(held, now)
    crowd(held, MANY - 1)
    now.seconds += TOO_LONG

    assert not held.is_high


def test_a_crowd_that_is_over_turns_nobody_away() -> None:
    now = Now()
    held = Pressure(now)
    standing(held, now)
    now.seconds += INTERVAL_SECONDS
    crowd(held)

    assert not held.is_high


def test_so_many_turns_are_a_crowd_however_quick_they_were() -> None:
    held = Pressure(Now())
    crowd(held, CROWDED - 1)
    assert not held.is_high

    crowd(held, 1)
    assert held.is_high


def test_what_waited_with_the_network_counts() -> None:
    now = Now()
    held = Pressure(now)
    for _ in range(2):
        held.end(held.begin(TARGET_SECONDS))
        now.seconds += INTERVAL_SECONDS
    held.end(held.begin(TARGET_SECONDS))
    crowd(held)

    assert held.is_high


def test_each_is_told_once_and_again_where_she_came_back_in_vain() -> None:
    now = Now()
    held = Pressure(now)
    assert [held.tells("her") for _ in range(3)] == [True, False, False]

    now.seconds += COME_BACK_MINUTES * 60
    assert [held.tells("her") for _ in range(2)] == [True, False]


async def test_no_more_is_remembered_or_told_at_once_than_is_said() -> None:
    held = Pressure(Now())
    for number in range(MOST_TOLD + 100):
        held.tells(number)
    assert len(held._told) == MOST_TOLD

    async def waits() -> None:
        async with held.notice():
            await asyncio.Event().wait()

    tasks = begun(*(waits() for _ in range(MOST_NOTICES)))
    await until_idle()
    assert not held.tells("one more")
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert held.tells("one more")


# --- a slow store -------------------------------------------------------------------------------------------


async def test_with_a_slow_store_who_is_in_the_middle_goes_first_and_a_newcomer_is_told_once() -> None:
    store, now = SlowStore(), Now()
    stage = Stage(store=store)
    stage.dispatch.pressures = Pressures(now)
    names = await in_the_middle(stage, MANY)
    now.seconds += 1
    store.goes.clear()
    said = begun(*(stage.hear(name, f"Il a écrit à {name}.") for name in names))
    await until_idle()
    now.seconds += TOO_LONG
    before = COUNTS.put_off

    assert await stage.hear("new", kind="opened") == [BUSY]
    assert await stage.hear("new", "Bonjour") == []
    assert COUNTS.put_off == before + 2
    assert not any(task.done() for task in said)

    store.goes.set()
    for answers in await asyncio.gather(*said):
        assert answers == [FR.say("narrative-more-messages")]
    assert FR.say("welcome") in (await stage.hear("new", kind="opened"))[0]


async def test_what_was_put_off_is_nowhere_and_is_confirmed() -> None:
    store, now = SlowStore(), Now()
    stage = Stage(store=store)
    stage.dispatch.pressures = Pressures(now)
    now.seconds += 1
    crowd(stage.dispatch.pressures.of(stage.channel.name))
    now.seconds += TOO_LONG
    acknowledged: list[bool] = []

    async def ack() -> None:
        acknowledged.append(True)

    who = stage.address("new")
    await stage.dispatch.hear(Heard(who, 7, "text", "Bonjour, je veux raconter.", "fr", ack), stage.channel)

    assert acknowledged == [True]
    assert await store.count_drafts() == await store.count_errands() == 0


@pytest.mark.parametrize("line", ["AIDE", "/help", "il est là", "/rights", "/privacy", "/receipt", "EFFACER"])
async def test_help_rights_and_receipts_are_open_to_everybody_in_any_crowd(line: str) -> None:
    stage, now = Stage(), Now()
    calm = await Stage().hear("new", line)
    stage.dispatch.pressures = Pressures(now)
    now.seconds += 1
    crowd(stage.dispatch.pressures.of(stage.channel.name))
    now.seconds += TOO_LONG

    assert stage.dispatch.pressures.is_high
    assert await stage.hear("new", line) == calm


# --- a slow network -----------------------------------------------------------------------------------------


async def test_with_a_slow_network_no_more_turns_are_begun_than_are_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pressure, "MOST_ON_WAY", 20)
    channel = SlowChannel()
    stage = Stage(channel=channel)
    names = await in_the_middle(stage, 60)
    channel.goes.clear()
    channel.most = 0
    acknowledged: list[str] = []

    def one(number: int, name: str) -> Coroutine[Any, Any, None]:
        async def ack() -> None:
            acknowledged.append(name)

        heard = Heard(stage.address(name), 10_000 + number, "text", "Il a écrit.", "fr", ack)
        return stage.dispatch.hear(heard, channel)

    tasks = begun(*(one(number, name) for number, name in enumerate(names)))
    await until_idle()
    assert (channel.most, len(acknowledged)) == (20, 20)
    assert stage.dispatch.load.in_flight == 60

    channel.goes.set()
    await asyncio.gather(*tasks)
    assert sorted(acknowledged) == sorted(names)
    assert stage.dispatch.load.in_flight == 0


# --- seeing it ----------------------------------------------------------------------------------------------


def test_status_tells_a_crowd_in_tens_and_of_few_nothing() -> None:
    assert status._crowd(Load(9, 9)) == "fewer than ten are being answered"
    assert status._crowd(Load(47, 12, is_high=True)) == (
        "40 or more are being answered, 10 or more wait to hand in; "
        "who would begin is asked to come back later"
    )


# --- one person's flood -------------------------------------------------------------------------------------


async def test_one_person_s_flood_delays_nobody_by_more_than_her_sixty() -> None:
    stage = Stage(store=SlowStore())
    others = await in_the_middle(stage, 20)
    await stage.to_story("flood")
    start = len(stage.channel.shown)

    await asyncio.gather(
        *(stage.hear("flood", f"Encore {number}.") for number in range(2000)),
        *(stage.hear(name, "Il a écrit.") for name in others),
    )

    order = [who.chat for who, _ in stage.channel.shown[start:]]
    assert {order.index(name) <= MOST_UNANSWERED + len(others) for name in others} == {True}
    assert texts(stage.channel, "flood").count(FR.say("too-fast")) == 1
    assert order.count("flood") == MOST_UNANSWERED + 1


def test_who_floods_is_heard_again_once_all_hers_are_answered() -> None:
    limits = Limits()
    for _ in range(MOST_UNANSWERED + 1):
        limits.enter("her")
    for _ in range(MOST_UNANSWERED):
        limits.leave("her")
        assert limits.enter("her") == "drop"
        limits.leave("her")

    limits.leave("her")
    assert limits.enter("her") == "hear"


# --- handing in ---------------------------------------------------------------------------------------------


class Hammered:
    """Argon2id that takes as long as it is told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.goes = asyncio.Event()
        monkeypatch.setattr(intake, "in_pool", self.instead)

    async def instead(self, _pool: Executor, work: Any, *arguments: Any) -> Any:
        await self.goes.wait()
        return work(*arguments)


async def to_the_last_step(stage: Stage, name: str) -> None:
    await stage.to_story(name)
    await stage.say(name, "Il a écrit.", "FINI")
    await stage.to_review(name)
    await stage.say(name, "1", "1")


async def test_who_would_wait_long_to_hand_in_is_asked_to_do_it_again_and_loses_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = Stage()
    await to_the_last_step(stage, "Rose")
    hammered = Hammered(monkeypatch)
    longest = int(intake.LONGEST_WAIT_SECONDS / intake.FIRST_SECONDS) + 1
    queue = begun(*(stage.receipts.keys(new_receipt(bytes(10))) for _ in range(longest)))
    await until_idle()
    assert stage.dispatch.load.handing_in == longest

    answers = await stage.hear("Rose", "1")
    assert answers[0] == FR.say("sending-busy")
    assert FR.say("confirm") in answers[-1]
    assert await stage.store.cases() == []

    hammered.goes.set()
    await asyncio.gather(*queue)
    assert FR.say("receipt-use") in "".join(await stage.hear("Rose", "1"))
    assert len(await stage.store.cases("waiting")) == 1


async def test_receipts_that_are_tried_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage()
    hammered = Hammered(monkeypatch)
    tried = begun(*(stage.receipts.tried(new_receipt(bytes(10))) for _ in range(intake.MOST_TRIED)))
    await until_idle()

    assert stage.receipts.is_besieged
    assert stage.dispatch.load.handing_in == 1
    hammered.goes.set()
    await asyncio.gather(*tried)
    assert not stage.receipts.is_besieged


# --- Telegram -----------------------------------------------------------------------------------------------


def heard_at(date: int, *, is_behind: bool) -> Sequence[int]:
    update = Update(1, Message(1, Chat(5), date=date, text="Bonjour"))
    heard = Translator("", lambda *_: None).heard(update, is_behind=is_behind)
    assert heard is not None
    return (heard.said,)


def test_when_something_was_said_counts_only_where_telegram_holds_more() -> None:
    assert heard_at(1_790_000_000, is_behind=True) == (1_790_000_000,)
    assert heard_at(1_790_000_000, is_behind=False) == (0,)
