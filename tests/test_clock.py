"""The bell rings when the cron expression says so in its time zone, once for all it missed, whatever the
season."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from handlers.clock import BELL, Clock, rang_between, trigger
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
            raise RuntimeError("the desk fell over")


def clock(store: MemoryStore, due: Counted, cron: str = MONTHLY) -> Clock:
    return Clock(store, cron, "Europe/Paris", due=due, tick=nothing, expire=nothing)


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
    assert rang_between(trigger(MONTHLY, "Europe/Paris"), at(after), at(until)) is rings


def test_an_hour_that_does_not_exist_in_spring_still_rings_that_day():
    bell = trigger("30 2 * * *", "Europe/Paris")

    assert rang_between(bell, at("2026-03-29T00:00"), at("2026-03-29T12:00"))


def test_an_hour_that_exists_twice_in_autumn_rings_that_day():
    bell = trigger("30 2 * * *", "Europe/Paris")

    assert rang_between(bell, at("2026-10-24T22:00"), at("2026-10-25T12:00"))


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


async def test_a_clock_that_was_set_back_rings_nothing_twice():
    store, due = MemoryStore(), Counted()
    bell = clock(store, due)
    await bell.ring_until(at("2026-11-01T08:30"))

    assert not await bell.ring_until(at("2026-10-31T12:00"))
    assert not await bell.ring_until(at("2026-11-01T08:10"))
    assert due.rang == 0


async def test_the_scheduler_starts_rings_and_stops():
    store, due = MemoryStore(), Counted()
    await store.commit((PutMeta(BELL, b"1"),))
    bell = clock(store, due)

    await bell.start()
    bell.stop()

    assert due.rang == 1, "what was due in all those years rings once at the start"
