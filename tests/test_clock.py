"""The bell rings when the cron expression says so in its time zone, once for all it missed, whatever the
season."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from apscheduler.schedulers import base as scheduling
from apscheduler.triggers import interval

from bot.errors import SettingsError
from bot.settings import Settings
from handlers import clock as clocks
from handlers.clock import BELL, REMEMBER_MINUTES, Bells, Clock, rang_between
from storage.changes import PutMeta
from storage.memory import MemoryStore

MONTHLY = "0 9 1 * *"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


async def nothing() -> None:
    return


class Counted:
    def __init__(self, *, fails: bool = False) -> None:
        self.rang = 0
        self.fails = fails

    async def __call__(self) -> None:
        self.rang += 1
        if self.fails:
            raise RuntimeError("the desk fell over with mésange in its hands")


class Hand:
    """The hand of a clock that a test turns."""

    def __init__(self, text: str) -> None:
        self.at = at(text)

    def __call__(self) -> datetime:
        return self.at

    async def turn(self, clock: Clock, until: str, minutes: int = 1) -> None:
        """Minute by minute, as the scheduler does."""
        while self.at < at(until):
            self.at += timedelta(minutes=minutes)
            await clock.ring()


def clock(store: MemoryStore, due: Counted, cron: str = MONTHLY, hand: Hand | None = None) -> Clock:
    return Clock(
        store,
        cron,
        "Europe/Paris",
        due=due,
        tick=nothing,
        expire=nothing,
        now=hand or Hand("2026-06-15T12:00"),
    )


def rings(cron: str, zone: str, after: str, until: str) -> Iterator[str]:
    """Every bell, as the wall shows it."""
    bells, moment = Bells(cron, zone), at(after)
    while (following := bells.next(moment)) is not None and following <= at(until):
        assert following > moment
        moment = following
        yield moment.astimezone(ZoneInfo(zone)).isoformat(" ", "minutes")


@pytest.mark.parametrize(
    ("after", "until", "rings"),
    [
        ("2026-10-31T00:00", "2026-11-01T07:59", False),  # winter: 9:00 in Paris is 8:00 UTC
        ("2026-10-31T00:00", "2026-11-01T08:00", True),
        ("2026-06-30T00:00", "2026-07-01T06:59", False),  # summer: 7:00 UTC
        ("2026-06-30T00:00", "2026-07-01T07:00", True),
        ("2026-07-01T07:00", "2026-07-31T23:00", False),
    ],
)
def test_nine_o_clock_in_paris_is_nine_o_clock_in_summer_and_in_winter(after, until, rings):
    assert rang_between(Bells(MONTHLY, "Europe/Paris"), at(after), at(until)) is rings


def test_an_hour_that_does_not_exist_in_spring_rings_once_that_day():
    assert [*rings("30 2 * * *", "Europe/Paris", "2026-03-28T12:00", "2026-03-30T12:00")] == [
        "2026-03-29 03:30+02:00",
        "2026-03-30 02:30+02:00",
    ]


def test_it_rings_though_the_look_came_after_the_gap():
    """Asked at 3:10 by the new time, the bell of 2:30 is still to come: at 3:30."""
    bells = Bells("30 2 * * *", "Europe/Paris")

    assert bells.next(at("2026-03-29T01:10")) == at("2026-03-29T01:30")


def test_an_hour_that_exists_twice_in_autumn_rings_once_that_day():
    assert [*rings("30 2 * * *", "Europe/Paris", "2026-10-24T12:00", "2026-10-26T12:00")] == [
        "2026-10-25 02:30+02:00",
        "2026-10-26 02:30+01:00",
    ]


def test_looked_at_in_the_second_of_two_equal_hours_it_has_rung():
    """2:30 was half an hour before the first 3:00; at the second 2:10 the next one is tomorrow's."""
    bells = Bells("30 2 * * *", "Europe/Paris")

    assert bells.next(at("2026-10-25T01:10")) == at("2026-10-26T01:30")


def test_no_month_is_lost_where_clocks_are_put_forward_at_midnight():
    """The scheduler's own cron job passes over April 2026 in Beirut."""
    months = [wall[:7] for wall in rings("0 0 1 * *", "Asia/Beirut", "2025-12-31T12:00", "2026-12-31T12:00")]

    assert months == [f"2026-{month:02}" for month in range(1, 13)]


@pytest.mark.parametrize("hour", ["0 0", "30 0", "45 1", "30 2", "15 23"])
def test_every_day_rings_once_in_every_zone(hour: str):
    """Some of the zones there are. An hour that is not there may ring on the next day: 23:15 in Nuuk."""
    for zone in sorted(available_timezones())[::13]:
        walls = [*rings(f"{hour} * * *", zone, "2025-12-31T06:00", "2027-01-01T18:00")]
        moments = [datetime.fromisoformat(wall) for wall in walls]
        apart = [later - sooner for sooner, later in pairwise(moments)]
        assert len([wall for wall in walls if wall.startswith("2026")]) == 365, zone
        assert timedelta(hours=22) < min(apart) <= max(apart) < timedelta(hours=26), zone


def test_the_usual_bell_is_monthly():
    defaults = {name: field.default for name, field in Settings.declared().items()}

    cron, zone = defaults["digest_cron"], defaults["time_zone"]

    assert [wall[:16] for wall in rings(cron, zone, "2025-12-31T12:00", "2026-12-31T12:00")] == [
        f"2026-{month:02}-01 09:00" for month in range(1, 13)
    ]


def test_an_expression_that_never_rings_is_refused():
    with pytest.raises(SettingsError, match="never comes") as found:
        Bells("0 9 31 2 *", "Europe/Paris")

    assert "first of every month" in found.value.hint


async def test_the_first_look_only_remembers_when_it_was():
    due = Counted()

    assert not await clock(MemoryStore(), due).ring_until(at("2026-11-01T08:00"))
    assert due.rang == 0


async def test_bells_missed_while_the_program_was_down_ring_once():
    store, due = MemoryStore(), Counted()
    bell = clock(store, due)
    await bell.ring_until(at("2026-06-15T12:00"))

    assert await clock(store, due).ring_until(at("2026-11-02T08:00"))
    assert due.rang == 1
    assert not await bell.ring_until(at("2026-11-02T08:01"))


async def test_a_doubled_bell_changes_nothing():
    store, due = MemoryStore(), Counted()
    bell = clock(store, due)
    await bell.ring_until(at("2026-10-15T12:00"))

    await bell.ring_until(at("2026-11-01T08:00"))
    await bell.ring_until(at("2026-11-01T08:00"))

    assert due.rang == 1


async def test_a_bell_whose_answer_failed_rings_again():
    store = MemoryStore()
    await clock(store, Counted()).ring_until(at("2026-10-15T12:00"))
    with pytest.raises(RuntimeError):
        await clock(store, Counted(fails=True)).ring_until(at("2026-11-01T08:00"))

    due = Counted()
    assert await clock(store, due).ring_until(at("2026-11-01T08:01"))
    assert due.rang == 1


async def test_a_bell_whose_answer_failed_rings_again_a_minute_later(caplog):
    store, due, hand = MemoryStore(), Counted(fails=True), Hand("2026-10-31T12:00")
    bell = clock(store, due, hand=hand)
    await bell.ring()

    await hand.turn(bell, "2026-11-01T08:02")
    due.fails = False
    await hand.turn(bell, "2026-11-01T12:00")

    assert due.rang == 4, "at 9:00, 9:01 and 9:02, and at 9:03 it was answered"
    assert "RuntimeError" in caplog.text
    assert "mésange" not in caplog.text


async def test_a_clock_that_was_set_back_rings_nothing_twice():
    store, due = MemoryStore(), Counted()
    bell = clock(store, due)
    await bell.ring_until(at("2026-10-31T12:00"))
    await bell.ring_until(at("2026-11-01T08:30"))

    assert not await bell.ring_until(at("2026-10-31T12:00"))
    assert not await bell.ring_until(at("2026-11-01T08:10"))
    assert due.rang == 1


async def test_a_clock_that_had_been_years_ahead_is_not_silent_until_then(caplog):
    store, due = MemoryStore(), Counted()
    bell = clock(store, due)
    await bell.ring_until(at("2037-01-15T12:00"))
    caplog.set_level(logging.WARNING)

    assert not await bell.ring_until(at("2026-10-15T12:00"))
    assert await bell.ring_until(at("2026-11-01T08:00"))
    assert "set back" in caplog.text


async def test_minute_by_minute_a_year_of_months_rings_twelve_times():
    store, due, hand = MemoryStore(), Counted(), Hand("2026-01-01T08:30")
    bell = clock(store, due, hand=hand)
    await bell.ring()

    await hand.turn(bell, "2027-01-01T08:30", minutes=17)

    assert due.rang == 12


async def test_started_anew_every_few_minutes_it_rings_as_often():
    """A server that restarts all the time neither misses a bell nor doubles one."""
    store, due, hand = MemoryStore(), Counted(), Hand("2026-10-24T20:00")

    while hand.at < at("2026-10-27T12:00"):
        await clock(store, due, "30 2 * * *", hand).ring()
        hand.at += timedelta(minutes=7)

    assert due.rang == 3


async def test_a_new_expression_asks_for_no_bell_of_before():
    """From the first of the month to the fifteenth, changed on the 20th: it rings on the next fifteenth."""
    store, due, hand = MemoryStore(), Counted(), Hand("2026-10-31T12:00")
    await clock(store, due, hand=hand).ring()
    await hand.turn(clock(store, due, hand=hand), "2026-11-20T12:00", minutes=REMEMBER_MINUTES)
    assert due.rang == 1

    changed = clock(store, due, "0 9 15 * *", hand)
    await hand.turn(changed, "2026-12-14T12:00", minutes=60)
    assert due.rang == 1
    await hand.turn(changed, "2026-12-15T12:00", minutes=60)
    assert due.rang == 2


async def test_the_scheduler_starts_rings_and_stops():
    store, due = MemoryStore(), Counted()
    await store.commit((PutMeta(BELL, b"1"),))
    bell = clock(store, due)

    await bell.start()
    bell.stop()

    assert due.rang == 1, "what was due in all those years rings once at the start"


async def test_a_bell_that_fails_at_the_start_keeps_nobody_from_being_heard():
    store, due = MemoryStore(), Counted(fails=True)
    await store.commit((PutMeta(BELL, b"1"),))
    bell = clock(store, due)

    await bell.start()
    bell.stop()

    assert due.rang == 1
    assert await store.meta(BELL) == b"1", "and it rings again"


# --- a machine whose clock is set ---------------------------------------------------------------------------


class Machine(datetime):
    """What a machine's clock tells, also to the scheduler there was, and to whoever brings it back."""

    ahead = timedelta()

    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + cls.ahead


class Ticked:
    """Lets a test wait for the next ticks."""

    def __init__(self) -> None:
        self.ticks: asyncio.Queue[None] = asyncio.Queue()

    async def tick(self) -> None:
        self.ticks.put_nowait(None)

    async def next(self, count: int) -> None:
        while not self.ticks.empty():
            self.ticks.get_nowait()
        for _ in range(count):
            await asyncio.wait_for(self.ticks.get(), 10)


@pytest.fixture
async def ticking(monkeypatch) -> AsyncIterator[Ticked]:
    """A clock on a machine whose own can be set. It ticks twenty times a second."""
    monkeypatch.setattr(Machine, "ahead", timedelta())
    for module in (scheduling, interval):
        monkeypatch.setattr(module, "datetime", Machine)
    monkeypatch.setattr(clocks, "TICK_SECONDS", 0.05)
    ticked = Ticked()
    bell = Clock(
        MemoryStore(), MONTHLY, "Europe/Paris", due=Counted(), tick=ticked.tick, now=lambda: Machine.now(UTC)
    )
    await bell.start()
    yield ticked
    bell.stop()


@pytest.mark.parametrize("set_by", [timedelta(hours=-1), timedelta(days=-400), timedelta(days=40)])
async def test_a_machine_whose_clock_is_set_goes_on_ticking(ticking: Ticked, set_by: timedelta):
    await ticking.next(2)

    Machine.ahead = set_by

    await ticking.next(3)


async def test_a_tick_that_fails_is_followed_by_the_next_and_its_words_are_not_logged(monkeypatch, caplog):
    monkeypatch.setattr(clocks, "TICK_SECONDS", 0.001)
    failing, failed = Counted(fails=True), asyncio.Event()

    async def tick() -> None:
        if failing.rang == 3:
            failed.set()
        await failing()

    bell = Clock(MemoryStore(), MONTHLY, "Europe/Paris", due=Counted(), tick=tick)
    await bell.start()
    await asyncio.wait_for(failed.wait(), 10)
    bell.stop()

    assert "put off: RuntimeError" in caplog.text
    assert "mésange" not in caplog.text


async def test_a_clock_that_was_stopped_ticks_no_more(monkeypatch):
    monkeypatch.setattr(clocks, "TICK_SECONDS", 0.001)
    ticked = Ticked()
    bell = Clock(MemoryStore(), MONTHLY, "Europe/Paris", due=Counted(), tick=ticked.tick)
    await bell.start()
    await ticked.next(2)

    bell.stop()
    await asyncio.sleep(0)
    before = ticked.ticks.qsize()

    await asyncio.sleep(0.05)
    assert ticked.ticks.qsize() == before
