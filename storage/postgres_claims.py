"""What one process takes to do alone, in PostgreSQL: commands of the queue, and deliveries.

Of two that would take at one moment (a desk that lost its duty and does not know it yet, and the one that
follows) each row goes to one, and neither waits for the other: rows are taken with `FOR UPDATE SKIP LOCKED`,
and what a process has stays its own by the name of its session here, for as long as that lives. No clock, no
lease: with `kill -9` the session ends, and what it held is free.

Commands are carried out in order. So they are taken from the oldest on, and none behind one that another
process has: who comes second gets nothing for now, and is called when the first lets go.

Never here: what is done with a row, and that it was done (`storage.postgres_acts`).
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

import asyncpg

from storage import CommandRow
from storage.postgres_acts import QUEUE
from storage.postgres_server import LOST, Connection, Patience, connect, is_away, is_contended, let_go, told

PREFIX: Final = "seuil claims "
SETTING: Final = "seuil.claimant"
"""Of the writer's session: the name under which this process claims, for `postgres_acts` to compare."""

ALIVE: Final = (
    "alive AS MATERIALIZED (SELECT application_name AS name FROM pg_stat_activity"
    " WHERE starts_with(application_name, 'seuil claims '))"
)
OLDEST: Final = (
    "SELECT number, box, claimed_by IS NOT DISTINCT FROM $2 FROM command WHERE box IS NOT NULL"
    " ORDER BY number LIMIT $1"
)
ONE_CLAIMS: Final = "SELECT pg_try_advisory_xact_lock(hashtextextended(current_schema() || ' claiming', 0))"
CLAIM_COMMANDS: Final = (
    f"WITH {ALIVE}, free AS ("  # noqa: S608 - words of this file
    " SELECT number FROM command WHERE box IS NOT NULL"
    " AND (claimed_by IS NULL OR claimed_by NOT IN (SELECT name FROM alive))"
    " AND number < coalesce((SELECT min(number) FROM command WHERE box IS NOT NULL AND claimed_by <> $2"
    " AND claimed_by IN (SELECT name FROM alive)), 9223372036854775807)"
    " ORDER BY number LIMIT $1 FOR UPDATE SKIP LOCKED"
    ") UPDATE command SET claimed_by = $2 FROM free WHERE command.number = free.number"
)
MINE: Final = (
    "SELECT number, box FROM command WHERE box IS NOT NULL AND claimed_by = $2 ORDER BY number LIMIT $1"
)
CLAIM_DELIVERY: Final = (
    f"WITH {ALIVE}, free AS ("  # noqa: S608 - words of this file
    " SELECT period, member FROM delivery WHERE period = $1 AND member = $2 AND state <> 'sent'"
    " AND (claimed_by IS NULL OR claimed_by = $3 OR claimed_by NOT IN (SELECT name FROM alive))"
    " FOR UPDATE SKIP LOCKED"
    ") UPDATE delivery SET claimed_by = $3 FROM free"
    " WHERE delivery.period = free.period AND delivery.member = free.member RETURNING true"
)
LET_GO: Final = (
    "WITH commands AS (UPDATE command SET claimed_by = NULL WHERE claimed_by = $1),"
    " deliveries AS (UPDATE delivery SET claimed_by = NULL WHERE claimed_by = $1)"
    " SELECT pg_notify($2, current_schema())"
)

Answer = TypeVar("Answer")


class Claims:
    """One process's. Its session is made when something is claimed first."""

    def __init__(self, url: str) -> None:
        self.name = PREFIX + os.urandom(8).hex()
        self._url = url
        self._db: Connection | None = None
        self._one = asyncio.Lock()
        self._has_claimed = False

    async def close(self) -> None:
        db, self._db = self._db, None
        if db is not None:
            await let_go(db)

    async def commands(self, limit: int) -> list[CommandRow]:
        """As `storage.Store.claim_commands`."""
        return await self._ask(lambda db: self._commands(db, limit))

    async def _commands(self, db: Connection, limit: int) -> list[CommandRow]:
        oldest = await db.fetch(OLDEST, limit, self.name)
        if not all(mine for _, _, mine in oldest):
            self._has_claimed = True
            async with db.transaction():
                # One claims at a time, or the second would take what stands behind the first's.
                if await db.fetchval(ONE_CLAIMS):
                    await db.execute(CLAIM_COMMANDS, limit, self.name)
            return [CommandRow(*row) for row in await db.fetch(MINE, limit, self.name)]
        return [CommandRow(number, box) for number, box, _ in oldest]

    async def delivery(self, period: int, member: bytes) -> bool:
        """As `storage.Store.claim_delivery`."""
        self._has_claimed = True
        return bool(await self._value(CLAIM_DELIVERY, period, member, self.name))

    async def let_go(self) -> None:
        """As `storage.Store.let_go`."""
        if self._has_claimed:
            await self._value(LET_GO, self.name, QUEUE)
            self._has_claimed = False

    async def _value(self, sql: str, *parameters: object) -> Any:
        return await self._ask(lambda db: db.fetchval(sql, *parameters))

    async def _ask(self, ask: Callable[[Connection], Awaitable[Answer]]) -> Answer:
        """Patiently: whatever is asked here comes to the same when it is asked twice."""
        patience = Patience()
        async with self._one:
            while True:
                try:
                    return await ask(await self._connected())
                except (*LOST, asyncpg.PostgresError) as error:
                    trouble = error
                if is_away(trouble) and self._db is not None:
                    self._db.terminate()
                passes = is_away(trouble) or is_contended(trouble)
                if not passes or not await patience.pause(away=is_away(trouble)):
                    raise told(trouble)

    async def _connected(self) -> Connection:
        if self._db is None or self._db.is_closed():
            self._db = await connect(self._url, self.name)
            # A claim says who is at work now: what a crash of the server takes of it, nobody misses.
            await self._db.execute("SET synchronous_commit = off")
        return self._db
