"""Opening and counting every coded testimony of a period: the memory stays flat, and the loop free.

The store gives a few at a time; a thread opens them and feeds the tally, asking the loop for the next few
when it has none left. So at any moment one chunk is in memory, and people are answered while 100 000 items
are opened.

Never here: what is told of the counts (`bot.disclosure`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field

from bot.age import KeyIdentity
from bot.errors import CannotOpen
from bot.opening import Expected, open_told
from bot.tally import TAG_BYTES, Coded, Tally, tally
from bot.testimony import CODED, read_coded
from storage import ItemRow

CHUNK = 200
"""Items fetched together: about a megabyte."""

Progress = Callable[[int], None]
"""Called on the loop with how many were opened so far."""


@dataclass(slots=True)
class Counted:
    """The exact counts, which cases are in them, and which could not be opened. Never leaves the desk.

    `first_day`: the earliest day of consent among them, in days since 1970; None where nothing was counted.
    """

    tally: Tally = field(repr=False)
    cases: tuple[bytes, ...] = field(repr=False)
    unopened: tuple[bytes, ...] = field(repr=False)
    first_day: int | None = None


async def count(
    items: AsyncIterator[ItemRow],
    identities: Sequence[KeyIdentity],
    instance: bytes,
    progress: Progress | None = None,
) -> Counted:
    """Open and count all `items`. What cannot be opened, or was not written by the instance whose key is
    `instance`, is left out and named."""
    loop = asyncio.get_running_loop()
    stopped = False

    async def fetch() -> list[ItemRow]:
        rows: list[ItemRow] = []
        if not stopped:
            async for row in items:
                rows.append(row)
                if len(rows) == CHUNK:
                    break
        return rows

    def chunks() -> Iterator[list[ItemRow]]:
        while rows := asyncio.run_coroutine_threadsafe(fetch(), loop).result():
            yield rows
            if progress is not None:
                loop.call_soon_threadsafe(progress, len(cases) + len(unopened))

    cases: list[bytes] = []
    unopened: list[bytes] = []

    first_day: int | None = None

    def opened() -> Iterator[Coded]:
        nonlocal first_day
        for rows in chunks():
            for row in rows:
                found = _open(row, identities, instance)
                if found is None:
                    unopened.append(row.case)
                    continue
                coded, day = found
                first_day = day if first_day is None else min(first_day, day)
                cases.append(row.case)
                yield coded

    try:
        exact = await asyncio.to_thread(lambda: tally(opened()))
    finally:
        stopped = True
    return Counted(exact, tuple(cases), tuple(unopened), first_day)


def _open(row: ItemRow, identities: Sequence[KeyIdentity], instance: bytes) -> tuple[Coded, int] | None:
    """A testimony to be counted and its day of consent; None where it is not what was sealed."""
    try:
        opened = open_told(row.box, identities, Expected(case=row.case, item=CODED), instance)
        part = read_coded(opened.body)
    except CannotOpen:
        return None
    if len(opened.context.sender_tag) < TAG_BYTES:
        return None
    return Coded(part.answers, part.share, opened.context.sender_tag, part.language), part.consented.day
