"""Watching a stand for some seconds: how many turns, what each costs, how long people wait.

The time is cut in slices and each is measured alone: their spread is this machine's noise, in that minute.
"""

from __future__ import annotations

import asyncio
import gc
import time
from dataclasses import dataclass, field
from itertools import pairwise

from benchmarks.crowd.stands import NotStarted, Stand

SLICES = 5
SILENCE_SECONDS = 3.0
"""Nobody was answered for so long: nobody will be. Longer than what a refused call is told to wait."""

DRAIN_SECONDS = 60.0


@dataclass(slots=True)
class Window:
    """What was seen. One value a slice, except where said."""

    rate: list[float] = field(default_factory=list)
    """Turns a second."""
    cost: list[float] = field(default_factory=list)
    """Microseconds of processor time of the bot, a turn."""
    middle: list[float] = field(default_factory=list)
    slow: list[float] = field(default_factory=list)
    """Milliseconds from an action to its whole answer: of one in two, of 99 in 100."""
    silence: float = 0.0
    """The longest time without any answer, over all: milliseconds."""
    wrong: int = 0
    """Answers that were not the one to that action, over all."""
    harness: float = 0.0
    """The share of its processor that the harness used: near 1, it and not the bot was the limit."""


async def watch(there: Stand, seconds: float, slices: int = SLICES) -> Window:
    """Measure from now on. Raises `NotStarted` when the bot ends meanwhile."""
    gc.collect()
    gc.freeze()  # the crowd lives as long as the bench: looking through it again would only be noise
    seen, record = Window(), there.crowd.record
    began, ours, first = time.perf_counter(), time.process_time(), len(record.at)
    wrong = record.wrong
    for _ in range(slices):
        at, done, weight = time.perf_counter(), len(record.at), there.bot.weight()
        await asyncio.sleep(seconds / slices)
        took, spent = time.perf_counter() - at, there.bot.weight().processor - weight.processor
        if not there.bot.is_running:
            raise NotStarted(f"it ended under the crowd: {there.bot.last_words()}")
        delays = sorted(record.took[done:])
        seen.rate.append(len(delays) / took)
        if delays:
            seen.cost.append(spent / len(delays) * 1e6)
            seen.middle.append(delays[len(delays) // 2] * 1e3)
            seen.slow.append(delays[len(delays) * 99 // 100] * 1e3)
    ended = time.perf_counter()
    answers = [began, *record.at[first:], ended]
    seen.silence = max(later - earlier for earlier, later in pairwise(answers)) * 1e3
    seen.wrong = record.wrong - wrong
    seen.harness = (time.process_time() - ours) / (ended - began)
    return seen


async def left_waiting(there: Stand) -> int:
    """Let everybody stop, answer who still waits, and count who never is."""
    crowd = there.crowd
    crowd.then = lambda _: None
    until = time.perf_counter() + DRAIN_SECONDS
    while time.perf_counter() < until:
        done = len(crowd.record.at)
        await asyncio.sleep(SILENCE_SECONDS)
        if len(crowd.record.at) == done:
            break
    return sum(person.waiting for person in crowd.people.values())
