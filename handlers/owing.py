"""What is owed: answers that were made durable and not shown yet, deletions not done yet.

In a house with one process that listens, what stands in the store at its start is owed by nobody else, and
is done at once. Where several listen, each errand says whose it is; what stood a while and belongs to a
worker that is no more is taken over by one of the others.

Never here: showing it (`handlers.dispatch`), sealing it (`handlers.errands`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Collection
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from bot.errors import SeuilError
from handlers import Address
from handlers.errands import Deletion, Errands, Owed, Taken
from storage import ErrandRow, Store
from storage.changes import DropErrand, Operation

log = logging.getLogger(__name__)

SETTLE_SECONDS = 0.25
"""What was shown is noted with the next change that is written; where nobody speaks, after so long. Killed in
between, the bot shows some answers twice."""

WORKER = "worker "
"""Before a worker's id: the name it holds in the store (`Store.only_one`) for as long as it lives."""


class Owing:
    """`errands.worker` is our own id where there are several workers."""

    def __init__(self, store: Store, errands: Errands) -> None:
        self._store = store
        self._errands = errands
        self._settled: list[DropErrand] = []
        self._settling: asyncio.Task[None] | None = None
        self._is_closed = False
        self._unreached: dict[bytes, Address] = {}
        self._resumed: set[tuple[bytes, int]] = set()
        """What was shown again after the start: delivered again as well, it needs no third answer."""
        self._waiting: dict[bytes, Owed] = {}
        """Of what is owed since before the start, what was not shown again yet."""
        self._recalled = asyncio.Event()
        """Not set while it is being read."""
        self._recalled.set()
        self._is_all_due = False
        """What was owed at the start is to be read still: the store was away when it was asked."""
        self._stood: set[tuple[bytes, int]] = set()
        """What was there at the last look."""

    @property
    def unreached(self) -> int:
        """People whom the network did not take an answer for, though it was tried for a while."""
        return len(self._unreached)

    # --- done, or not ---------------------------------------------------------------------------------------

    def not_taken(self, pseudonym: bytes, who: Address) -> None:
        """The network did not take her answer: it stays owed."""
        self._unreached[pseudonym] = who

    def shown(self, pseudonym: bytes, update: int) -> None:
        """Her answer to this update was shown."""
        self._unreached.pop(pseudonym, None)
        self.drop(pseudonym, update)

    def drop(self, id: bytes, mark: int = 0) -> None:
        """An errand is done: written down with the next change, or soon."""
        self._settled.append(DropErrand(id, mark))
        if not self._is_closed and (self._settling is None or self._settling.done()):
            self._settling = asyncio.create_task(self._settle_soon())

    def take_settled(self) -> list[DropErrand]:
        """What is to be written with a change; `give_back` where the change was not made."""
        settled, self._settled = self._settled, []
        return settled

    def give_back(self, settled: list[DropErrand]) -> None:
        self._settled += settled

    async def _settle_soon(self) -> None:
        while self._settled:
            await asyncio.sleep(SETTLE_SECONDS)
            await self.settle()

    async def close(self) -> None:
        """Write down what was done; what is done from now on is shown again at the next start."""
        self._is_closed = True
        if self._settling is not None:
            self._settling.cancel()
            await asyncio.gather(self._settling, return_exceptions=True)
        await self.settle()

    async def settle(self) -> None:
        """Write down now what was done."""
        if settled := self.take_settled():
            try:
                await self._store.commit(tuple(settled))
            except SeuilError as error:
                # What was shown may be shown again after a restart; nothing is lost.
                log.error("what was shown could not be noted: %s", error)

    # --- owed since before ----------------------------------------------------------------------------------

    @asynccontextmanager
    async def recalled(self, channels: Collection[str], *, all: bool) -> AsyncIterator[list[Owed | Deletion]]:
        """What is to be done in these channels, as the store knows it. `all`: as after a start; else only
        what is known not to be on its way. What is taken over from a worker that is no more, no third one
        takes over before this has ended."""
        async with _Abandoned(self._store) as abandoned:
            if all:
                self._recalled.clear()
                self._is_all_due = True
            try:
                due = await self._due(channels, abandoned, all=self._is_all_due)
                self._is_all_due = False
                self._waiting.update({each.pseudonym: each for each in due if isinstance(each, Owed)})
            finally:
                self._recalled.set()
            try:
                yield due
            finally:
                if abandoned:
                    await self.settle()

    async def _due(
        self, channels: Collection[str], abandoned: _Abandoned, *, all: bool
    ) -> list[Owed | Deletion]:
        due: list[Owed | Deletion] = []
        dropped: list[Operation] = []
        rows = await self._store.errands()
        stood, self._stood = self._stood, {(row.id, row.mark) for row in rows}
        for row in rows:
            errand = await self._errands.read(row)
            if errand is None:
                dropped.append(DropErrand(row.id, row.mark))
            elif isinstance(errand, Taken) or errand.who.channel not in channels:
                continue  # of a line, the channel it came by takes care
            elif isinstance(errand, Deletion):
                is_left = not self._errands.worker or (row.id, row.mark) in stood
                due += [errand] if errand.minute == 0 and is_left else []
            elif errand.worker == self._errands.worker:
                due += [errand] if all or errand.pseudonym in self._unreached else []
            elif (row.id, row.mark) in stood and await abandoned.by(errand.worker):
                # Read anew: it may have been shown, and noted, between the look and the worker's end.
                due += [errand] if await self._store.errand(row.id) == row else []
        if dropped:
            await self._store.commit(tuple(dropped))
        return due

    def take_up(self, owed: Owed) -> bool:
        """Whether it is still to be shown again. It was not, where it was delivered again meanwhile."""
        waiting = self._waiting.get(owed.pseudonym)
        if waiting is None or waiting.update != owed.update:
            return False
        del self._waiting[owed.pseudonym]
        return True

    def showing(self, owed: Owed) -> None:
        """It is shown again now."""
        self._resumed.add((owed.pseudonym, owed.update))

    async def redelivered(self, pseudonym: bytes, update: int) -> Owed | None:
        """What is owed for an update that is delivered again."""
        await self._recalled.wait()
        owed = self._waiting.get(pseudonym)
        if owed is None and self._errands.worker:
            owed = await self._of(await self._store.errand(pseudonym))
        if owed is None or owed.update != update:
            return None
        self._waiting.pop(pseudonym, None)
        self.showing(owed)
        return owed

    async def _of(self, row: ErrandRow | None) -> Owed | None:
        errand = None if row is None else await self._errands.read(row)
        return errand if isinstance(errand, Owed) else None

    def was_shown_again(self, pseudonym: bytes, update: int) -> bool:
        return (pseudonym, update) in self._resumed


class _Abandoned(AbstractAsyncContextManager["_Abandoned"]):
    """Workers that will do their errands no more, each asked about once. Their names are ours to the end, so
    that nobody else asks meanwhile. True where there is one."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, bool] = {}
        self._names = AsyncExitStack()

    def __bool__(self) -> bool:
        return any(self._known.values())

    async def by(self, worker: str) -> bool:
        if worker not in self._known:
            async with AsyncExitStack() as asked:
                free = await asked.enter_async_context(self._store.only_one(WORKER + worker))
                if free:
                    self._names.push_async_exit(asked.pop_all())
                self._known[worker] = bool(free)
        return self._known[worker]

    async def __aexit__(self, *raised: object) -> None:
        await self._names.aclose()
