"""Walking over all that is sealed to the team: giving it headers for the newest key, and making sure of it.

A page at a time, each page one change: killed at any instant, what was done stays done, and the next walk
finds what is left, because it asks the boxes and not a note about them. The bot may run meanwhile: what was
withdrawn, masked or carried out since it was read is left as it is.

Never here: how a header is made (`bot.rewrapping`), where boxes lie (`storage.sealed`), key files
(`handlers.rotation`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

from bot import age
from bot.age import HybridIdentity
from bot.errors import CannotOpen
from bot.harmless import harmless
from bot.moderation import reference
from bot.rewrapping import Ring, rewrapped
from bot.settings import Settings
from handlers.bench import Bench
from handlers.commands import Queue, is_for_team
from handlers.members import Members
from locales import load
from storage import Store
from storage.changes import Audit
from storage.key_folder import KeyFolder
from storage.sealed import KINDS, Kind, Rewrap, SealedRow

PAGE = 200
"""Boxes in one change: about a megabyte, and a fifteenth of a second of one core."""

Tell = Callable[[str, int, int], None]
"""Kind, how many were looked at, of how many."""


@dataclass(slots=True)
class Walked:
    """What a walk found."""

    moved: int = 0
    already: int = 0
    """Under the newest key before."""
    unopened: list[str] = field(default_factory=list)
    """What no key opens: the kind, and the case where it is a case's."""


@dataclass(slots=True)
class Left:
    """How much of each kind only the key that is to be destroyed opens, and how much opens with none."""

    sealed: dict[Kind, int] = field(default_factory=dict)
    unopened: int = 0

    def __bool__(self) -> bool:
        return bool(self.sealed)


async def rewrap(store: Store, ring: Ring, day: int, tell: Tell) -> Walked:
    """Give everything a header for the newest key. `day`: today, for the audit log.

    Raises as the store does; what was done until then stays.
    """
    walked = Walked()
    async for kind, rows, done, total in _pages(store):
        moves = await asyncio.to_thread(_moves, rows, ring, walked)
        if moves:
            await store.commit(tuple(moves))
        walked.moved += len(moves)
        tell(kind, done, total)
    about = f"epoch {ring.newest.epoch}, {walked.moved}"
    await store.commit((Audit(day, "console", "rewrap", about),))
    return walked


async def left(store: Store, ring: Ring, epoch: int, tell: Tell) -> Left:
    """What would be lost with the key of this epoch. Nothing is written."""
    found = Left()
    rest, gone = ring.without(epoch), ring.identities[epoch]
    async for kind, rows, done, total in _pages(store):
        only, none = await asyncio.to_thread(_only, rows, rest, gone)
        if only:
            found.sealed[kind] = found.sealed.get(kind, 0) + only
        found.unopened += none
        tell(kind, done, total)
    return found


async def opened_with(store: Store, identities: Sequence[HybridIdentity]) -> tuple[int, int]:
    """How many of a first page of every kind these keys open, and of how many. Nothing is written."""
    opens = tried = 0
    for kind in KINDS:
        for row in await store.sealed(kind, None, PAGE):
            tried += 1
            try:
                opens += age.opens(row.box, identities)
            except CannotOpen:
                continue
    return opens, tried


async def alarm(settings: Settings, store: Store, ring: Ring, many: int) -> None:
    """Tell owners that some of what is kept opens with no key, and note it."""
    instance = KeyFolder(settings.data).instance(new=False)
    members, words = Members(store, instance), load()
    console = settings.desk_profile == "console"
    queue = Queue(store, lambda: ring.newest, instance, console=console)
    bench = Bench(store, queue, members, words, time.time)
    told = await bench.tell("owner", "desk-alarm-unopened", count=many)
    await store.commit((bench.log("console", "cannot open", str(many)), *bench.queued(told)))


async def _pages(store: Store) -> AsyncIterator[tuple[Kind, list[SealedRow], int, int]]:
    for kind in KINDS:
        total, done, after = await store.count_sealed(kind), 0, None
        while rows := await store.sealed(kind, after, PAGE):
            after = rows[-1].key
            done += len(rows)
            yield kind, rows, done, max(total, done)


def _moves(rows: list[SealedRow], ring: Ring, walked: Walked) -> list[Rewrap]:
    moves = []
    for row in rows:
        if row.kind == "command" and not is_for_team(row.box):
            walked.already += 1  # the instance's, and not the team's (console profile)
            continue
        try:
            box = rewrapped(row.box, row.epoch, ring)
        except CannotOpen:
            walked.unopened.append(_called(row))
            continue
        if box is None:
            walked.already += 1
        else:
            moves.append(Rewrap(row, box, ring.newest.epoch))
    return moves


def _only(rows: list[SealedRow], rest: tuple[HybridIdentity, ...], gone: HybridIdentity) -> tuple[int, int]:
    """How many open with the last key alone, and how many with none."""
    only = none = 0
    for row in rows:
        if row.kind == "command" and not is_for_team(row.box):
            continue
        try:
            if not age.opens(row.box, rest):
                only, none = (only + 1, none) if age.opens(row.box, [gone]) else (only, none + 1)
        except CannotOpen:
            none += 1
    return only, none


def _called(row: SealedRow) -> str:
    """For people, on a terminal: an item by its case and part, the rest by its number."""
    first, *rest = row.key
    name = reference(first) if isinstance(first, bytes) else str(first)
    return harmless(" ".join([row.kind, name, *map(str, rest)])).replace("\n", " ")
