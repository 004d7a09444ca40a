"""What workers of one instance promise each other through PostgreSQL: an advisory lock, and a notification.

Both hang on a session of their own: a worker that is killed, or cut off for half a minute, holds nothing any
more. Never here: a row.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import asyncpg

from storage.postgres_acts import QUEUE
from storage.postgres_server import LOST, Connection, let_go, reach, told
from storage.workers import waited

SOLE_SECONDS: Final = 10.0
"""Until a server that does not say whose a name is counts as gone: what a lost session held, it lets go of
after half a minute (`storage.postgres_server`)."""


@dataclass(frozen=True, slots=True)
class Sole:
    """As `storage.Sole`: a lock that lives as long as its session."""

    mine: bool
    session: Connection = field(repr=False)

    def __bool__(self) -> bool:
        return self.mine

    async def still(self) -> bool:
        try:
            return self.mine and await self.session.fetchval("SELECT true", timeout=SOLE_SECONDS) is True
        except (*LOST, asyncpg.PostgresError):
            return False


class Workers:
    def __init__(self, url: str) -> None:
        self._url = url
        self._called = asyncio.Event()
        self._listening: Connection | None = None
        self._schema = ""

    async def close(self) -> None:
        listening, self._listening = self._listening, None
        if listening is not None:
            await let_go(listening)

    def only_one(self, name: str) -> AbstractAsyncContextManager[Sole]:
        """As `storage.Store.only_one`."""
        return self._held(
            "SELECT pg_try_advisory_lock(hashtextextended(current_schema() || ' only ' || $1, 0))", name
        )

    def one_of(self, name: str) -> AbstractAsyncContextManager[Sole]:
        """As `storage.Store.one_of`."""
        return self._held(
            "SELECT pg_try_advisory_lock_shared(hashtextextended(current_schema() || ' only ' || $1, 0))",
            name,
        )

    @asynccontextmanager
    async def _held(self, asking: str, name: str) -> AsyncIterator[Sole]:
        db = await reach(self._url, "seuil only one", told)
        try:
            mine = await _asked(db, asking, name)
            yield Sole(bool(mine), db)
        finally:
            try:
                # The end of a session lets go as well, but some time after we heard of it.
                await db.execute("SELECT pg_advisory_unlock_all()")
            except (*LOST, asyncpg.PostgresError):
                pass
            await let_go(db)

    async def queued(self, seconds: float) -> bool:
        """As `storage.Store.queued`. True as well where the wire broke: something may have been missed."""
        if self._listening is None or self._listening.is_closed():
            await self._listen()
            return True
        return await waited(self._called, seconds)

    async def _listen(self) -> None:
        db = await reach(self._url, "seuil desk", told)
        self._schema = str(await _asked(db, "SELECT current_schema()"))
        self._called.clear()
        db.add_termination_listener(lambda _: self._called.set())
        try:
            await db.add_listener(QUEUE, self._heard)
        except (*LOST, asyncpg.PostgresError) as error:
            trouble = told(error)
        else:
            self._listening = db
            return
        db.terminate()
        raise trouble

    def _heard(self, _db: object, _pid: int, _channel: str, schema: object) -> None:
        if schema == self._schema:
            self._called.set()


async def _asked(db: Connection, sql: str, *parameters: object) -> object:
    try:
        value: object = await db.fetchval(sql, *parameters)
    except (*LOST, asyncpg.PostgresError) as error:
        trouble = told(error)
    else:
        return value
    raise trouble
