"""What a backup takes of an instance: every row it needs, as they all were at one moment, a page at a time.

Both databases give the same rows in the same order, that of their keys, which are random. What is made of one
is put back into either.

`LEFT_OUT` says of every other table why it is not taken, `FILES` the same of every file; a test meets a table
or a file that is in neither.

Reading takes one look at the database from first to last. Meanwhile others write as ever; but SQLite cannot
cut its WAL, so who erases something waits for the end of the backup (600 MB take some seconds).

Never here: what is done with a row, keys, drafts.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar

import asyncpg

from bot.errors import SettingsError
from storage.postgres_server import LOST, UNFIT, Connection, let_go, make_ready, reach, refused, told
from storage.sqlite_folder import prepare
from storage.sqlite_writer import MAIN
from storage.sqlite_writer import told as told_by_sqlite
from storage.tables import TABLES

LEFT_OUT: Final = {
    "invite": "one that was used since would be good again: an old copy must let nobody in",
    "asking": "what one person asked for and a second agreed to since would be agreed to again",
    "person": "drafts and seen updates die within days, and with them who spoke to the bot",
    "errand": "it names chats, sealed under keys that die with their day",
    "worker": "of running processes",
    "seuil_schema": "written anew with the tables",
    "sqlite_sequence": "follows from the desk's queue",
}
"""Tables that are in no backup, and why."""

FILES: Final = {
    "seuil.db*": "in: row by row, without its pages, in which erased bytes may stand",
    "salt": "in: in the kit, sealed to the team",
    "instance.key": "in: in the kit, sealed to the team",
    "audit.head": "in: what it says",
    "digests.head": "in: what it says",
    "digests.held": "in: what it says",
    "queue.head": "in: what it says",
    "team.head": "in: what it says",
    "moderators.keys": "out: kept apart, or registered anew: an old copy must bring no key back",
    "decisions.used": "out: what it says is in seuil.db too",
    "drafts.db*": "out: drafts and seen updates",
    "tag-*.key": "out: it links the testimonies of one person, and dies with its period",
    "keys/*": "out: private keys are kept with RECOVERY, so that an old backup dies with its epoch",
    "backup.pub": "out: `python -m bot backup key` writes it",
    "lock": "out: of a running process",
    "console.sock": "out: the socket of a running process",
    "SEUIL_SHELF/*": "out: keys of drafts, in memory, made to disappear",
    "logs": "out: they are the system's, and hold no word of anybody",
}
"""Files and folders of an instance: in a backup or not, and why."""

KEPT: Final = tuple(
    # Orders that wait are not taken: one that was carried out since would be carried out again. The keys of
    # finished ones are, so that a late redelivery finds them.
    replace(table, columns=("number", "update_key"), where="box IS NULL")
    if table.name == "command"
    else table
    for table in TABLES
    if table.name not in LEFT_OUT
)
"""What is taken of each table that is."""

ROWS_AT_ONCE: Final = 200
"""Of 6 KB at most: a little more than a megabyte in memory."""

READING: Final = {
    # By its keys, from first to last: a sort of this length would lie in a file of the server's, in clear.
    "enable_seqscan": "off",
    "enable_sort": "off",
    "jit": "off",
    # The disk that a backup is written to may be slow.
    "idle_in_transaction_session_timeout": "0",
}

T = TypeVar("T")

Page = tuple[int, list[tuple[Any, ...]]]
"""Number of the table in KEPT, and rows of it."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`counts`: rows of each table of KEPT. `pages` gives all of them once."""

    counts: tuple[int, ...]
    pages: AsyncIterator[Page]


@asynccontextmanager
async def snapshot(url: str) -> AsyncIterator[Snapshot]:
    """The instance at a store's url, which may be running. Raises as `storage.open_store`."""
    kind, _, place = url.partition(":")
    if kind == "sqlite":
        db = _open_files(Path(place))
        try:
            yield Snapshot(_counted(db), _file_pages(db))
        finally:
            db.close()
    elif kind == "postgresql":
        await make_ready(url)
        server = await reach(url, "seuil backup", refused, READING)
        try:
            yield Snapshot(await _counted_there(server), _server_pages(server))
        finally:
            await let_go(server)
    else:
        raise SettingsError(
            "Only what lasts can be backed up, and this store does not.",
            hint="Name another in SEUIL_STORE, or leave it empty for files in SEUIL_DATA.",
        )


# What a database says is translated here, and not around what the caller does with a page: that may fail too.


def _open_files(folder: Path) -> sqlite3.Connection:
    prepare(folder, console=True)
    try:
        db = sqlite3.connect(folder / MAIN, isolation_level=None)
        db.execute("PRAGMA query_only = ON")
        db.execute("PRAGMA temp_store = MEMORY")
        db.execute("BEGIN")
    except sqlite3.Error as error:
        raise told_by_sqlite(error, MAIN) from None
    return db


def _counted(db: sqlite3.Connection) -> tuple[int, ...]:
    try:
        return tuple(db.execute(table.count).fetchone()[0] for table in KEPT)
    except sqlite3.Error as error:
        raise told_by_sqlite(error, MAIN) from None


async def _file_pages(db: sqlite3.Connection) -> AsyncIterator[Page]:
    for number, table in enumerate(KEPT):
        try:
            rows = db.execute(table.read)
            page = rows.fetchmany(ROWS_AT_ONCE)
        except sqlite3.Error as error:
            raise told_by_sqlite(error, MAIN) from None
        while page:
            yield number, page
            try:
                page = rows.fetchmany(ROWS_AT_ONCE)
            except sqlite3.Error as error:
                raise told_by_sqlite(error, MAIN) from None


async def _counted_there(db: Connection) -> tuple[int, ...]:
    try:
        await db.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return tuple([await db.fetchval(table.count, timeout=None) for table in KEPT])
    except (*LOST, *UNFIT, asyncpg.PostgresError) as error:
        trouble = told(error)
    raise trouble


async def _server_pages(db: Connection) -> AsyncIterator[Page]:
    for number, table in enumerate(KEPT):
        cursor = await _there(db.cursor(table.read))
        while page := await _there(cursor.fetch(ROWS_AT_ONCE)):
            yield number, [tuple(row) for row in page]


async def _there(asked: Awaitable[T]) -> T:
    try:
        return await asked
    except (*LOST, *UNFIT, asyncpg.PostgresError) as error:
        trouble = told(error)
    raise trouble
