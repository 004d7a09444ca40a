"""What workers of one instance promise each other, where there is only one of them: one process, one store.

`only_one`, `one_of` and `queued` of `storage.Store` for the keepers that no second process can open.
Never here: a row.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from storage import CommandRow, DeliveryRow
from storage.changes import Change, QueueCommand


@dataclass(frozen=True, slots=True)
class Alone:
    """As `storage.Sole`, where nobody else can take it."""

    mine: bool

    def __bool__(self) -> bool:
        return self.mine

    async def still(self) -> bool:
        return self.mine


class OneProcess(ABC):
    """The part of a keeper that calls and is called within one process, and claims what nobody else could."""

    @abstractmethod
    async def commands(self, limit: int = 50) -> list[CommandRow]: ...

    @abstractmethod
    async def deliveries(self, period: int | None = None) -> list[DeliveryRow]: ...

    def __init__(self) -> None:
        self._held: set[str] = set()
        self._together: Counter[str] = Counter()
        self._called = asyncio.Event()

    @asynccontextmanager
    async def only_one(self, name: str) -> AsyncIterator[Alone]:
        """As `storage.Store.only_one`."""
        if name in self._held or self._together[name]:
            yield Alone(mine=False)
            return
        self._held.add(name)
        try:
            yield Alone(mine=True)
        finally:
            self._held.discard(name)

    @asynccontextmanager
    async def one_of(self, name: str) -> AsyncIterator[Alone]:
        """As `storage.Store.one_of`."""
        if name in self._held:
            yield Alone(mine=False)
            return
        self._together[name] += 1
        try:
            yield Alone(mine=True)
        finally:
            self._together[name] = max(0, self._together[name] - 1)  # it may have been let go of

    async def claim_commands(self, limit: int = 50) -> list[CommandRow]:
        """As `storage.Store.claim_commands`."""
        return await self.commands(limit)

    async def claim_delivery(self, period: int, member: bytes) -> bool:
        """As `storage.Store.claim_delivery`."""
        rows = await self.deliveries(period)
        return any(row.member == member and row.state != "sent" for row in rows)

    async def let_go(self) -> None:
        """As `storage.Store.let_go`: there is nobody else to do it."""
        return

    async def queued(self, seconds: float) -> bool:
        """As `storage.Store.queued`."""
        return await waited(self._called, seconds)

    def _let_go(self) -> None:
        """Of every name that is held."""
        self._held.clear()
        self._together.clear()

    def _call(self, change: Change) -> None:
        """This was made durable."""
        if queues(change):
            self._called.set()


def queues(change: Change) -> bool:
    """Whether somebody waits for this at the desk."""
    return any(isinstance(operation, QueueCommand) for operation in change)


async def waited(event: asyncio.Event, seconds: float) -> bool:
    """Whether it was set, now or within this time; it is not afterwards."""
    if not event.is_set():
        try:
            await asyncio.wait_for(event.wait(), seconds)
        except TimeoutError:
            return False
    event.clear()
    return True
