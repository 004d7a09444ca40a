"""Carrying an instance over: every row of a folder's SQLite files into an empty PostgreSQL database.

All of it or nothing, in one transaction, and compared before it is made durable: a digest over every row of
every table, read again from both sides in the order of their keys, which are random. The source is only read,
and stays as it was; nobody may run on it meanwhile.

Never here: keys and salt, which stay in the data folder, and the shelf.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import asyncpg

from bot.errors import SettingsError, StoreDamaged
from storage.postgres_server import LOST, UNFIT, Connection, let_go, make_ready, reach, refused, told
from storage.sqlite_folder import prepare
from storage.sqlite_writer import DRAFTS, MAIN
from storage.sqlite_writer import told as told_by_sqlite
from storage.tables import TABLES, Table

Told = Callable[[str, int, int], None]
"""Table, rows done, rows in all: of what is copied, then of what is compared."""

ROWS_AT_ONCE: Final = 200
"""Of 6 KB at most: a little more than a megabyte in memory."""


async def move(folder: Path, url: str, tell: Told) -> int:
    """Copy all of `folder` into the empty database at `url`. How many rows.

    Raises as `storage.open_store` of either; SettingsError where the database is not empty; StoreDamaged
    where what arrived is not what was sent, and then nothing has.
    """
    if not (folder / MAIN).exists():
        raise SettingsError(
            "There is no instance in the folder to move from.",
            hint="Name the folder that holds seuil.db: `python -m bot move sqlite:FOLDER`.",
        )
    lock = prepare(folder, console=False)
    try:
        await make_ready(url)
        db = await reach(url, "seuil move", refused)
        try:
            async with db.transaction():
                rows = await _copy(folder, db, tell)
            await db.execute("ANALYZE", timeout=None)
        except (*LOST, *UNFIT, asyncpg.PostgresError) as error:
            trouble = told(error)
        except sqlite3.Error as error:
            trouble = told_by_sqlite(error, MAIN)
        else:
            return rows
        finally:
            await let_go(db)
        raise trouble
    finally:
        if lock is not None:
            lock.release()


async def _copy(folder: Path, db: Connection, tell: Told) -> int:
    for table in TABLES:
        if await db.fetchval(f"SELECT EXISTS (SELECT 1 FROM {table.name})"):  # noqa: S608 - a name of TABLES
            raise SettingsError(
                "The database to move to holds an instance already.",
                hint="Make an empty one: `createdb seuil`. Nothing was changed in either.",
            )
    moved = 0
    with closing(_opened(folder / MAIN)) as main, closing(_opened(folder / DRAFTS)) as drafts:
        for table in TABLES:
            source = main if table.file == MAIN else drafts
            count: int = source.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0]  # noqa: S608 - as above
            sent, done = hashlib.sha256(), 0
            for rows in _pages(source.execute(table.read)):
                await db.copy_records_to_table(table.name, records=rows, columns=table.columns)
                _add(sent, rows)
                done += len(rows)
                tell(table.name, done, 2 * count)
            arrived = hashlib.sha256()
            async for rows in _arrived(db, table):
                _add(arrived, rows)
                done += len(rows)
                tell(table.name, done, 2 * count)
            if sent.digest() != arrived.digest():
                raise StoreDamaged(
                    f"What arrived in the table {table.name} is not what was sent.",
                    hint="Nothing was kept of it. Check memory and disks of both machines, then again.",
                )
            moved += count
    return moved


def _opened(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path)
    db.execute("PRAGMA query_only = ON")
    return db


def _pages(rows: sqlite3.Cursor) -> Iterator[list[tuple[Any, ...]]]:
    while page := rows.fetchmany(ROWS_AT_ONCE):
        yield page


async def _arrived(db: Connection, table: Table) -> AsyncIterator[list[tuple[Any, ...]]]:
    cursor = await db.cursor(table.read)
    while page := await cursor.fetch(ROWS_AT_ONCE):
        yield [tuple(row) for row in page]


def _add(digest: hashlib._Hash, rows: list[tuple[Any, ...]]) -> None:
    """Rows of bytes, text, whole numbers and None: their `repr` is one text for each value, and no other."""
    for row in rows:
        digest.update(repr(row).encode())
