"""The journal: what a network tells us once and never again, kept before anything is done with it.

A line is sealed and durable before it is looked at, handled from the journal, and dropped with the change it
leads to (`Heard.along`). What is left after a crash is handled at the next start: what was answered before is
known by its number, so nothing is done twice.

Sealed under the day's key as everything on its way is: a machine that was switched off forgets it with the
drafts. Never here: what a line says.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.errors import SeuilError
from handlers.errands import Errands, Taken
from storage import Store
from storage.changes import DropErrand

log = logging.getLogger(__name__)

AGAIN_SECONDS = 1.0
"""Before a journal that could not be written (a full disk) is tried again: the line is nowhere else."""

LONGEST_MINUTES = 30
"""How long a line may wait to be handled, behind others of its chat that fail again and again."""

_NUMBER_BYTES = _RANDOM_BYTES = 8


@dataclass(slots=True)
class Journal:
    """One channel's. `put` before anything else, `done` or `drop` in the end."""

    store: Store = field(repr=False)
    errands: Errands = field(repr=False)
    channel: str
    noted: Callable[[], int | None] = field(default=lambda: None, repr=False)
    """A minute at which nothing older was still to be handled, as it is known outside the database; None:
    not known."""
    _numbers: itertools.count[int] = field(init=False, repr=False)
    _dropped: list[DropErrand] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        # In the order of arrival, over restarts too: nanoseconds since 1970, then one more for each line.
        self._numbers = itertools.count(time.time_ns())

    async def put(self, lines: Sequence[bytes]) -> list[bytes]:
        """Make lines durable, however long it takes; their ids, in order."""
        numbers = itertools.islice(self._numbers, len(lines))
        ids = [each.to_bytes(_NUMBER_BYTES, "big") + secrets.token_bytes(_RANDOM_BYTES) for each in numbers]
        is_told = False
        while True:
            dropped, self._dropped = self._dropped, []
            try:
                taken = [Taken(id, self.channel, line) for id, line in zip(ids, lines, strict=True)]
                await self.store.commit((*[await self.errands.take(each) for each in taken], *dropped))
                break
            except (SeuilError, OSError) as error:
                self._dropped = dropped + self._dropped
                if not is_told:
                    hint = error.hint if isinstance(error, SeuilError) else ""
                    log.error("what arrives cannot be kept and is tried again: %s %s", _what(error), hint)
                is_told = True
            await asyncio.sleep(AGAIN_SECONDS)
        if is_told:
            log.warning("what arrives is kept again")
        return ids

    def number(self, id: bytes) -> int:
        """What a line is called from now on: growing, and the same after a crash. It stands in the store for
        as long as a draft does, so it is not when she wrote, to the millisecond, as the network has it."""
        return int.from_bytes(id[:_NUMBER_BYTES], "big")

    def arrived(self, id: bytes) -> int:
        """When it was put, in seconds since 1970."""
        return self.number(id) // 10**9

    def done(self, id: bytes) -> DropErrand:
        """What drops a line, for the change it leads to."""
        return DropErrand(id, 0)

    def drop(self, id: bytes) -> None:
        """Drop a line that leads to nothing, with the next lines that are put, or by `settle`."""
        self._dropped.append(DropErrand(id, 0))

    async def settle(self) -> None:
        dropped, self._dropped = self._dropped, []
        if dropped:
            try:
                await self.store.commit(tuple(dropped))
            except SeuilError as error:
                self._dropped = dropped + self._dropped
                log.error("the journal could not be cleared: %s", error)

    async def read(self, id: bytes) -> bytes | None:
        """A line that was put; None where it was handled, or its key is gone."""
        row = await self.store.errand(id)
        taken = None if row is None else await self.errands.read(row)
        return taken.line if isinstance(taken, Taken) else None

    async def left(self) -> list[Taken]:
        """What was put and not dropped, oldest first. Not what is so old that it was handled: somebody kept
        its row and put it back, and it would be said a second time."""
        found = [await self.errands.read(row) for row in await self.store.errands()]
        ours = [each for each in found if isinstance(each, Taken) and each.channel == self.channel]
        oldest = await self._oldest()
        for each in ours:
            if each.minute < oldest:
                log.error("a line that was handled before stands in the journal again, and is dropped")
                self.drop(each.id)
        return [each for each in ours if each.minute >= oldest]

    async def _oldest(self) -> int:
        try:
            noted = await asyncio.to_thread(self.noted)
        except SeuilError as error:
            log.error("how old the journal may be is not known: %s", error)
            noted = None
        return 0 if noted is None else noted - LONGEST_MINUTES


def _what(error: Exception) -> str:
    """A system's error could name a path; ours are written to be read."""
    return str(error) if isinstance(error, SeuilError) else type(error).__name__
