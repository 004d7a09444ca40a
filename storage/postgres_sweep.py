"""Clearing away what was erased on a PostgreSQL server, as far as it lets us.

A server never overwrites. Four places hold the bytes of a row that was deleted, and each is cleared in its
own way, in this order:
- its page: a vacuum frees the room and leaves the bytes. `VACUUM (FULL)` writes the living rows into new
  files and drops the old ones. It takes the table for itself, a second for 10 000 testimonies. So it follows
  each erasure while the tables are small (`AT_ONCE_BYTES`), once a day while they are middling
  (`DAILY_BYTES`), and beyond that it is the operator's, at an hour of her choice;
- the old files, which are dropped for good at the next checkpoint;
- the server's log (WAL): it is switched to a new file, and the checkpoint lets go of those before. They are
  gone where the server does not keep them to be written over (`wal_recycle = off`), nor archives them;
- statistics: boxes are too wide to be sampled, and of ids none are taken (migration 0002).

`CHECKPOINT` and `pg_switch_wal` are rights that a superuser gives. Without them the server does both by
itself: it begins a new file of its log when one is full (16 MB), and has a checkpoint every five minutes.

Why not a key for each case, whose destruction would end every copy at once: such keys must live where they
can be overwritten, beside every worker and every desk, outlive the loss of each machine, and be in every
backup for as long as the boxes are, or a restored backup opens nothing. There they would end nothing earlier,
and lose testimonies with a disk. The key that ends all copies is the team's own, with each rotation.

Never here: which rows go.
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from typing import Final

import asyncpg

from storage.changes import DropItems, EraseCase, FinishCommand, KeepItem, Operation, Withdraw
from storage.postgres_server import LOST, Connection, connect, let_go
from storage.sealed import Rewrap

log = logging.getLogger(__name__)

AT_ONCE_BYTES: Final = 64 * 1024 * 1024
"""Some 8 000 testimonies: written anew within a second."""

DAILY_BYTES: Final = 1024 * 1024 * 1024
"""Some 130 000: ten seconds, in which who submits waits. Writers are patient for thirty."""

DAY_SECONDS: Final = 86_400
AGAIN_SECONDS: Final = 60
"""After another worker was at it, or a table was not to be had."""

BLUR: Final = (
    "UPDATE person SET day = day WHERE pseudonym IN"
    " (SELECT pseudonym FROM person WHERE draft IS NULL FOR UPDATE SKIP LOCKED)"
)
VACUUM: Final = "VACUUM (SKIP_LOCKED) person, testimony, item, reply, command, digest, rendition"

TOLD: Final = frozenset({"testimony", "item", "reply"})
ORDERED: Final = frozenset({"command"})
ALL: Final = TOLD | ORDERED | {"digest", "rendition"}
"""Tables whose rows hold what was told, or ordered, and all that is sealed to the team."""

SIZE: Final = (
    "SELECT sum(pg_total_relation_size(quote_ident(name)::regclass)) FROM unnest($1::text[]) AS t (name)"
)

ONE_AT_A_TIME: Final = "SELECT pg_try_advisory_lock(hashtextextended(current_schema() || ' sweep', 0))"

LOCK_SECONDS: Final = 1
"""How long a table is waited for. Who comes after stands behind us; a backup holds it for minutes."""


def emptied_by(operation: Operation) -> frozenset[str]:
    """The tables in which this leaves behind what must go for good."""
    if isinstance(operation, (Withdraw, EraseCase, DropItems)):
        return TOLD
    if isinstance(operation, KeepItem) and operation.replace:
        return TOLD
    if isinstance(operation, Rewrap):
        # The header of before opens with a key that somebody may have taken along.
        return frozenset((operation.row.kind,))
    return ORDERED if isinstance(operation, FinishCommand) else frozenset()


class Sweeper:
    """One worker's."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._owed: frozenset[str] = frozenset()
        self._not_before = float("-inf")
        self._told = False

    @property
    def owes(self) -> bool:
        return bool(self._owed)

    def owe(self, tables: frozenset[str]) -> None:
        """Something was erased from these."""
        self._owed |= tables

    async def sweep(self, *, tidy: bool) -> None:
        """Clear away what can be now; `tidy`: what any change leaves, too.

        Where that fails, the next one does it, and the server's own vacuum.
        """
        due = self.owes and time.monotonic() >= self._not_before
        if not tidy and not due:
            return
        try:
            db = await connect(self._url, "seuil sweep", {"lock_timeout": f"{LOCK_SECONDS}s"})
        except (*LOST, asyncpg.PostgresError):
            return
        try:
            if tidy:
                await db.execute(BLUR, timeout=None)
                await db.execute(VACUUM, timeout=None)
            if due:
                await self._write_anew(db)
        except (*LOST, asyncpg.PostgresError):
            pass
        finally:
            await let_go(db)

    async def _write_anew(self, db: Connection) -> None:
        tables, self._not_before = self._owed, time.monotonic() + AGAIN_SECONDS
        size: int = await db.fetchval(SIZE, sorted(tables))
        if size > DAILY_BYTES:
            self._owed -= tables
            self._tell_once()
            return
        if not await db.fetchval(ONE_AT_A_TIME):
            return
        self._owed -= tables
        try:
            for table in sorted(tables):
                await db.execute(f"VACUUM (FULL) {table}", timeout=None)
            for statement in ("SELECT pg_switch_wal()", "CHECKPOINT"):
                with suppress(asyncpg.InsufficientPrivilegeError):
                    await db.execute(statement, timeout=None)
        except BaseException:
            self._owed |= tables
            raise
        self._not_before = time.monotonic() + (DAY_SECONDS if size > AT_ONCE_BYTES else 0)

    def _tell_once(self) -> None:
        if not self._told:
            self._told = True
            log.warning(
                "the tables are too large to be written anew while people testify: run VACUUM (FULL) %s; at "
                "a quiet hour, so that nothing of what was erased stays in free space",
                ", ".join(sorted(TOLD)),
            )
