"""What is done again and again: each job so long after it last ended, by a clock that nobody sets.

Why not a scheduler: those there are plan by the machine's clock. Set back an hour, they are silent for an
hour; set on by years (a small machine starts without knowing the date), they first count every job of those
years, for minutes, and nobody is heard meanwhile.

Never here: what rings at an hour of the day (`handlers.clock`), what a job does.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from bot.errors import SeuilError

log = logging.getLogger(__name__)

Job = Callable[[], Awaitable[object]]


async def every(
    seconds: float, job: Job, *, at_once: bool = False, ending: asyncio.Event | None = None
) -> None:
    """Do it after so many seconds (`at_once`: now), and so long after each end, until cancelled, or until
    `ending` is set: what has begun is then finished.

    A round that fails puts nothing off but itself: a store that is away is there again at the next.
    """
    ending = asyncio.Event() if ending is None else ending
    if not at_once:
        await _pause(seconds, ending)
    while not ending.is_set():
        try:
            await job()
        except SeuilError as error:
            log.error("put off: %s", error)
        except Exception as error:
            # A fault of ours. Only its kind is logged: its text could hold anything.
            log.error("put off: %s", type(error).__name__)
        await _pause(seconds, ending)


async def _pause(seconds: float, ending: asyncio.Event) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await ending.wait()
