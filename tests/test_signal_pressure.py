"""It is promised that a wave on Signal fills no memory, loses nothing, keeps each chat's order, and that who
is in the middle goes before who would begin. Against a made-up daemon, over a real socket."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from handlers import keyring, pressure, signal
from handlers.signal import daemon, hearing
from tests.signalapi import FakeSignal, Phone
from tests.signalkit import Home
from tests.stage import WORDS

FR = WORDS["fr"]
BUSY = FR.say("busy", minutes=pressure.COME_BACK_MINUTES)
BEGUN, LEFT, FEW = 8, 30, 4


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bounds, a hundredth of their size."""
    monkeypatch.setattr(hearing, "MOST_BEGUN", BEGUN)
    monkeypatch.setattr(hearing, "MOST_LEFT", LEFT)
    monkeypatch.setattr(hearing, "FEW_LEFT", FEW)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried again is tried soon, and nobody waits for a real daemon to settle."""
    monkeypatch.setattr(signal, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(signal, "LONGEST_TRY", 0.05)
    monkeypatch.setattr(keyring.create, "__kwdefaults__", {"work_factor": 10})  # scrypt, a thousandth
    monkeypatch.setattr(daemon, "SETTLE_SECONDS", 0.02)


@pytest.fixture
async def fake(tmp_path: Path) -> AsyncIterator[FakeSignal]:
    async with FakeSignal(tmp_path / "socket") as fake:
        yield fake
        assert fake.faults == []


@pytest.fixture
async def home(fake: FakeSignal, tmp_path: Path) -> AsyncIterator[Home]:
    async with Home(tmp_path / "house", fake) as home:
        await fake.until(lambda: fake._subscribed)
        yield home


def begun(home: Home) -> int:
    return len(home.signal._hearing._tasks)


async def greeted(fake: FakeSignal, people: list[Phone]) -> None:
    await fake.until(lambda: all(who.all for who in people))


async def until_held(fake: FakeSignal) -> None:
    await fake.until(lambda: fake.calls["unsubscribeReceive"])


async def test_of_a_flood_so_many_are_begun_and_the_rest_waits_in_the_journal_and_with_signal(
    small: None, fake: FakeSignal, home: Home
) -> None:
    fake.broken = {"send"}
    first, later = ([fake.person() for _ in range(many)] for many in (BEGUN + LEFT + 10, 50))
    for who in first:
        who.says("/start")
    await until_held(fake)
    for who in later:
        who.says("/start")

    assert begun(home) <= BEGUN
    assert LEFT <= home.signal._hearing.left <= LEFT + 10
    assert len(fake._waiting) == len(later), "with Signal, as if nobody listened"
    assert await home.instance.store.count_errands() <= len(first) + BEGUN

    fake.broken = set()
    await greeted(fake, [*first, *later])
    assert fake.calls["subscribeReceive"] > 1, "and it is heard again"
    assert home.signal._hearing.left == 0


async def test_one_chats_order_is_kept_through_all_that_waits(
    small: None, fake: FakeSignal, home: Home
) -> None:
    rose, others = fake.person(), [fake.person() for _ in range(20)]
    await home.to_story(rose)
    lines = [f"Phrase {n}." for n in range(40)]
    for n, line in enumerate(lines):
        rose.says(line)
        others[n % 20].says("AIDE")
    await fake.until(lambda: len(home.heard) >= 6 + 80 and not home.hearing)

    await home.say(rose, "FINI")
    shown = "\n".join(await home.to_review(rose))

    assert [shown.count(line) for line in lines] == [1] * len(lines)
    assert sorted(lines, key=shown.index) == lines


@pytest.mark.parametrize("killed", [True, False])
async def test_what_waited_in_the_journal_outlives_the_process(
    killed: bool, small: None, fake: FakeSignal, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "FINISH_SECONDS", 0.1)
    fake.broken = {"send"}
    people = [fake.person() for _ in range(BEGUN + LEFT + 5)]
    for who in people:
        who.says("/start")
    await until_held(fake)

    stopping = asyncio.create_task(home.again(killed=killed))
    await asyncio.sleep(0)
    fake.broken = set()
    await stopping

    await greeted(fake, people)
    await fake.until(lambda: home.signal._hearing.left == 0)
    shown = [Counter(message.text for message in who.all) for who in people]
    assert max(max(texts.values()) for texts in shown) <= 2, "what was on its way at a kill may come again"


async def test_while_many_are_in_the_middle_who_would_begin_is_told_so_and_they_go_on(
    fake: FakeSignal, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their answers do not get through at this moment; hers does."""
    monkeypatch.setattr(pressure, "MANY", 4)
    monkeypatch.setattr(pressure, "CROWDED", 4)
    middle = [fake.person() for _ in range(4)]
    for who in middle:
        await home.to_story(who)
    for who in middle:
        who.limited = ("", 0.5)
        who.says("Il est revenu.")
    await fake.until(lambda: home.instance.load.in_flight >= 4)
    newcomer, helped = fake.person(), fake.person()

    newcomer.says("/start")
    await fake.until(lambda: newcomer.shown)
    assert await home.instance.store.count_drafts() == len(middle), "nothing is kept of her"
    newcomer.says("/start")
    helped.says("AIDE")
    await fake.until(lambda: helped.shown)

    assert newcomer.shown == [BUSY], "in a sentence, once"
    assert BUSY not in helped.shown, "help is open to everybody"
    for who in middle:
        before = len(who.shown)
        who.limited = None
        await fake.until(lambda who=who, before=before: len(who.shown) > before)


async def test_a_crowd_on_one_network_is_none_on_another() -> None:
    networks = pressure.Pressures(lambda: 0.0)
    for _ in range(pressure.CROWDED):
        networks.of("signal").begin()

    assert networks.of("signal").is_high
    assert not networks.of("telegram").is_high
    assert networks.in_flight == pressure.CROWDED
    assert networks.is_high


async def test_a_daemon_that_ends_while_it_is_held_is_asked_again_when_there_is_room(
    small: None, fake: FakeSignal, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.broken = {"send"}
    people = [fake.person() for _ in range(BEGUN + LEFT + 5)]
    for who in people:
        who.says("/start")
    await until_held(fake)

    await fake.die()
    await fake.start()
    fake.broken = set()
    late = fake.person()
    late.says("/start")

    await greeted(fake, [*people, late])
