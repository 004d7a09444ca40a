"""One person goes the whole way alone, slowly: what she is told is what everybody else must be told.

She cannot know how many messages answer her, so after each she waits whether another comes.
"""

from __future__ import annotations

import asyncio
import time

from benchmarks.crowd.people import Crowd, Lesson, Told

SILENCE_SECONDS = 0.08
"""With nobody else there, and no network between, nothing more comes after so long."""

PATIENCE_SECONDS = 20.0


class Unanswered(Exception):
    """The bot left the only person there is without an answer."""


async def learn(crowd: Crowd) -> Lesson:
    """Walk the crowd's plan once. Raises `Unanswered`."""
    person = crowd.arrive()
    turns: list[Told] = []
    while not crowd.is_over(person):
        under = person.under
        crowd.act(person)
        await _silence_after_answer(person.texts, person.step)
        person.waiting = False
        turns.append(Told(list(person.texts), person.under != under))
    del crowd.people[person.chat]
    return Lesson(turns, all(len(told.texts) == 1 for told in turns))


async def _silence_after_answer(texts: list[str], step: int) -> None:
    until = time.perf_counter() + PATIENCE_SECONDS
    count = 0
    while True:
        await asyncio.sleep(SILENCE_SECONDS if texts else 0.005)
        if texts and len(texts) == count:
            return
        count = len(texts)
        if time.perf_counter() > until:
            raise Unanswered(f"nothing came in {PATIENCE_SECONDS:.0f} s to action {step}")
