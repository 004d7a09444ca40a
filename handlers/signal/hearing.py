"""From a line of the daemon to a turn of the house: journalled, read, handed over, dropped once it is
durable.

The daemon tells a thing once, so nothing is done with a line before it is in the journal. What one chat says
is handed over in order: the next thing once the one before is durable.

So many are begun at a time; those behind them are left in the journal, and nothing of them in memory but
their ids. Where these are many too, no more is asked for: it waits with Signal.

Never here: the connection, and what is shown.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress

import msgspec

from bot.errors import CannotOpen, SeuilError
from handlers import Hear, Heard, with_ack
from handlers.journal import Journal
from handlers.pressure import MOST_ON_WAY
from handlers.signal.envelopes import Translator

log = logging.getLogger(__name__)

STUCK_SECONDS = (2.0, 10.0, 60.0)
"""Pauses before something that failed is tried again, while what she wrote after it waits: handled before it,
an answer would be one to another question. Then it is given up."""

MOST_WAITING = 2000
"""Lines read and not yet journalled; then no more is read until they are."""

MOST_BEGUN = MOST_ON_WAY
"""Lines handed over and not ended. Enough that it is seen that many write (`handlers.pressure`): who would
begin is told so at once, and who is in the middle goes on. 5 KiB each, so 10 MiB."""

MOST_LEFT = 5_000
"""Lines left in the journal before no more is asked for: a hundred bytes each here, some 2 KiB there. What is
on its way at that moment comes still."""

FEW_LEFT = 500

AGAIN_SECONDS = 1.0
"""Before the journal is read again where the store was away."""

DROP_SECONDS = 0.25
"""What leads to no change leaves the journal with the next lines, or after so long."""

FINISH_SECONDS = 10.0


class Hearing:
    """`on_timer(chat, seconds)` is told what is known of a chat's timer before its words are handed over."""

    def __init__(
        self, journal: Journal, translator: Translator, on_timer: Callable[[str, int], None]
    ) -> None:
        self._journal = journal
        self._translator = translator
        self._on_timer = on_timer
        self._arrived: list[bytes] = []
        self._has_arrived = asyncio.Event()
        self._is_kept = asyncio.Event()
        """Whether all that arrived is in the journal."""
        self._is_kept.set()
        self._hear: Hear | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._left: deque[bytes] = deque()
        """Lines in the journal that are not begun, by id, oldest first. What comes behind them waits too."""
        self._has_room = asyncio.Event()
        self._is_moved = asyncio.Event()
        """Whether more or fewer are left than before."""
        self._durable: dict[str, asyncio.Future[None]] = {}
        """By chat: done once what was heard there last is durable."""

    def take(self, line: bytes) -> bool:
        """A line arrived. False: no more should come for now."""
        self._arrived.append(line)
        self._is_kept.clear()
        self._has_arrived.set()
        return len(self._arrived) < MOST_WAITING

    async def resume(self, hear: Hear) -> None:
        """Begin with what was left in the journal."""
        self._hear = hear
        self._leave([taken.id for taken in await self._journal.left()])

    async def keep(self, hear: Hear, go_on: Callable[[], None]) -> None:
        """Journal what arrives, as much at once as has come meanwhile; then begin with it. Never ends."""
        while True:
            try:
                async with asyncio.timeout(DROP_SECONDS):
                    await self._has_arrived.wait()
            except TimeoutError:
                await self._journal.settle()
                continue
            self._has_arrived.clear()
            lines, self._arrived = self._arrived, []
            ids = await self._journal.put(lines)
            go_on()
            for n, (id, line) in enumerate(zip(ids, lines, strict=True)):
                if self._left or len(self._tasks) >= MOST_BEGUN:
                    self._leave(ids[n:])
                    break
                self._begin(id, line, hear)
            if not self._arrived:
                self._is_kept.set()

    @property
    def left(self) -> int:
        """Lines that wait in the journal until those before them are ended."""
        return len(self._left)

    def _leave(self, ids: Sequence[bytes]) -> None:
        self._left.extend(ids)
        self._is_moved.set()
        if len(self._tasks) < MOST_BEGUN:
            self._has_room.set()

    async def catch_up(self, hear: Hear) -> None:
        """Begin with what was left, in order, as room comes. Never ends."""
        while True:
            await self._has_room.wait()
            self._has_room.clear()
            while self._left and len(self._tasks) < MOST_BEGUN:
                # It stays the first until it is begun: what arrives meanwhile stands behind it.
                id = self._left[0]
                try:
                    line = await self._journal.read(id)
                except (SeuilError, OSError) as error:
                    log.error("the journal cannot be read and is tried again: %s", type(error).__name__)
                    await asyncio.sleep(AGAIN_SECONDS)
                    continue
                if line is not None:
                    self._begin(id, line, hear, since=self._journal.arrived(id))
                self._left.popleft()
                self._is_moved.set()

    async def mind(self, hold: Callable[[], Awaitable[None]], go_on: Callable[[], Awaitable[None]]) -> None:
        """Have no more told where too much is left, and more again where little is. Never ends."""
        while True:
            await self._until(lambda: len(self._left) >= MOST_LEFT)
            log.warning("more is written on Signal than can be answered: what comes waits there")
            await hold()
            await self._until(lambda: len(self._left) <= FEW_LEFT)
            await go_on()

    async def _until(self, holds: Callable[[], bool]) -> None:
        while not holds():
            self._is_moved.clear()
            await self._is_moved.wait()

    async def finish(self) -> None:
        """Wait for the end of what was begun, once nothing new arrives."""
        with suppress(TimeoutError):
            async with asyncio.timeout(FINISH_SECONDS):
                await self._is_kept.wait()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=FINISH_SECONDS)

    async def settle(self) -> None:
        await self._journal.settle()

    def happened(self, heard: Heard) -> None:
        """Something nobody told us."""
        if self._hear is not None:
            self._work(self._unjournalled(heard, self._hear))

    # --- one line -------------------------------------------------------------------------------------------

    def _begin(self, id: bytes, line: bytes, hear: Hear, *, since: int = 0) -> None:
        """`since`: when it arrived (seconds since 1970), where it waited behind others."""
        heard = self._translated(id, line)
        if heard is None:
            self._journal.drop(id)
            return
        heard = msgspec.structs.replace(heard, said=since) if since else heard
        before = self._durable.get(heard.who.chat)
        mine = self._durable[heard.who.chat] = asyncio.get_running_loop().create_future()
        self._work(self._one(id, heard, hear, before, mine))

    def _translated(self, id: bytes, line: bytes) -> Heard | None:
        try:
            arrived = self._translator.arrived(line)
        except CannotOpen as error:
            log.error("%s", error)
            return None
        heard = arrived.heard
        if heard is None:
            return None
        if arrived.timer is not None:
            self._on_timer(heard.who.chat, arrived.timer)
        return msgspec.structs.replace(
            heard, update=self._journal.number(id), along=(self._journal.done(id),)
        )

    def _work(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if self._left:
            self._has_room.set()

    async def _one(
        self,
        id: bytes,
        heard: Heard,
        hear: Hear,
        before: asyncio.Future[None] | None,
        mine: asyncio.Future[None],
    ) -> None:
        async def ack() -> None:
            self._journal.drop(id)  # where it led to no change
            self._is_durable(heard.who.chat, mine)

        try:
            if before is not None:
                await asyncio.shield(before)
            await _insist(with_ack(heard, ack), hear, mine)
            if not mine.done():
                log.error("something heard is given up: it failed again and again")
                self._journal.drop(id)
        finally:
            self._is_durable(heard.who.chat, mine)

    def _is_durable(self, chat: str, mine: asyncio.Future[None]) -> None:
        if not mine.done():
            mine.set_result(None)
        if self._durable.get(chat) is mine:
            del self._durable[chat]

    async def _unjournalled(self, heard: Heard, hear: Hear) -> None:
        try:
            await hear(heard)
        except Exception as error:
            log.error("something that happened could not be noted: %s", type(error).__name__)


async def _insist(heard: Heard, hear: Hear, durable: asyncio.Future[None]) -> None:
    for pause in (*STUCK_SECONDS, None):
        try:
            await hear(heard)
        except Exception as error:
            log.error("something heard failed: %s", type(error).__name__)
        if durable.done() or pause is None:
            return
        await asyncio.sleep(pause)
