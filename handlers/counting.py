"""Opening and counting every coded testimony of a period: on every core, the memory flat, and the loop free.

The store gives a few at a time. Where there are many, processes open them (`handlers.openers`); where there
are few, or one core, a thread does. Either way a few are on their way at any moment, people are answered
while a million are opened, and what grows with the number is 40 bytes a testimony (`bot.roll`).

Never here: what is told of the counts (`bot.disclosure`).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field

from bot.age import KeyIdentity
from bot.roll import Cases, Reader, Roll, Sealed, Sheet
from bot.tally import Tally
from handlers.openers import AHEAD, Opener, how_many, openers
from storage import ItemRow

CHUNK = 64
"""Items opened together: some 370 KB, and a hundredth of a second's work."""

Progress = Callable[[int], None]
"""Called on the loop with how many were opened so far."""


@dataclass(slots=True)
class Counted:
    """The exact counts, which cases are in them, and which could not be opened. Never leaves the desk.

    `first_day`: the earliest day of consent among them, in days since 1970; None where nothing was counted.
    """

    tally: Tally = field(repr=False)
    cases: Sequence[bytes] = field(repr=False)
    unopened: tuple[bytes, ...] = field(repr=False)
    first_day: int | None = None


async def count(
    items: AsyncIterator[ItemRow],
    identities: Sequence[KeyIdentity],
    instance: bytes,
    progress: Progress | None = None,
    *,
    expected: int = 0,
    processes: int | None = None,
) -> Counted:
    """Open and count all `items`. What cannot be opened, or was not written by the instance whose key is
    `instance`, is left out and named.

    `expected`: about how many there are. `processes`: how many open them (None: as many as pay; 0: this one
    alone). Raises `PlatformError` where one of them ends before its work is done: then nothing was counted.
    """
    many = how_many(expected) if processes is None else processes
    work = _Work(items, progress or (lambda _: None))
    async with openers(many, identities, instance) as opening:
        await (work.shared(opening) if opening else work.alone(Reader(identities, instance)))
    return await work.done()


class _Work:
    """What is still to be opened, and what came of the rest."""

    def __init__(self, items: AsyncIterator[ItemRow], progress: Progress) -> None:
        self._items = items
        self._progress = progress
        self._reading = asyncio.Lock()
        self._roll = Roll()
        self._cases: dict[int, bytes] = {}
        """By place of the chunk: they come back in any order, and the store's order is worth keeping."""
        self._unopened: dict[int, list[bytes]] = {}
        self._first_day: int | None = None
        self._given = 0
        self._opened = 0

    async def next(self) -> tuple[int, list[Sealed]]:
        """The next few and their place; none at the end."""
        few: list[Sealed] = []
        async with self._reading:
            async for row in self._items:
                few.append(Sealed(row.case, row.box))
                if len(few) == CHUNK:
                    break
            self._given += 1
            return self._given, few

    def take(self, place: int, cases: Sequence[bytes], sheet: Sheet) -> None:
        unopened = set(sheet.unopened)
        self._roll.add(sheet.people)
        self._cases[place] = b"".join(case for at, case in enumerate(cases) if at not in unopened)
        if unopened:
            self._unopened[place] = [cases[at] for at in sheet.unopened]
        days = [day for day in (self._first_day, sheet.first_day) if day is not None]
        self._first_day = min(days, default=None)
        self._opened += len(cases)
        self._progress(self._opened)

    async def alone(self, reader: Reader) -> None:
        while True:
            place, few = await self.next()
            if not few:
                return
            sheet = await asyncio.to_thread(reader.sheet, few)
            self.take(place, [sealed.case for sealed in few], sheet)

    async def shared(self, opening: Iterable[Opener]) -> None:
        tasks = [asyncio.create_task(self._feed(opener)) for opener in opening]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _feed(self, opener: Opener) -> None:
        """Give an opener the next few before it has answered, and take its answers, to the end."""
        asked: deque[tuple[int, list[bytes]]] = deque()
        more = True
        while more or asked:
            while more and len(asked) < AHEAD:
                place, few = await self.next()
                more = bool(few)
                if more:
                    await opener.give(few)
                    asked.append((place, [sealed.case for sealed in few]))
            if asked:
                sheet = await opener.sheet()
                self.take(*asked.popleft(), sheet)

    async def done(self) -> Counted:
        """In a thread: uniting and counting a million people takes some seconds."""
        return await asyncio.to_thread(self._counted)

    def _counted(self) -> Counted:
        cases = Cases(self._cases[place] for place in sorted(self._cases))
        unopened = tuple(case for place in sorted(self._unopened) for case in self._unopened[place])
        return Counted(self._roll.tally(), cases, unopened, self._first_day)
