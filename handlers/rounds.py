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

from bot.errors import SeuilError

log = logging.getLogger(__name__)

Job = Callable[[], Awaitable[object]]


async def every(seconds: float, job: Job, *, at_once: bool = False) -> None:
    """Do it after so many seconds (`at_once`: now), and so long after each end, until cancelled.

    A round that fails puts nothing off but itself: a store that is away is there again at the next.
    """
    if not at_once:
        await asyncio.sleep(seconds)
    while True:
        try:
            await job()
        except SeuilError as error:
            log.error("put off: %s", error)
        except Exception as error:
            # A fault of ours. Only its kind is logged: its text could hold anything.
            log.error("put off: %s", type(error).__name__)
        await asyncio.sleep(seconds)
