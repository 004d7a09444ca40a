"""Putting an instance back into a place where there is none: whole, or not at all.

- In files: the database is made beside, in the folder `restoring`, and takes its place by its name alone.
- On a server: one transaction, into tables that are all empty.

Either way what arrived is read again, row by row, before it counts; so are the audit log's chain, what refers
to what, and (in files) every page. A kill leaves the place as it was; the next restoration sweeps up.

Never here: what a backup looks like, keys, what the operator does next.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import asyncpg

from bot.errors import CannotOpen, SettingsError, StoreDamaged
from storage.folder import FolderLock, cannot_use, make_durable, own_folder
from storage.postgres_server import LOST, UNFIT, Connection, let_go, make_ready, reach, refused
from storage.postgres_server import told as told_by_server
from storage.snapshot import READING, ROWS_AT_ONCE
from storage.sqlite_folder import prepare
from storage.sqlite_writer import DRAFTS, MAIN
from storage.sqlite_writer import told as told_by_sqlite
from storage.tables import TABLES, Table

BESIDE: Final = "restoring"

BY_NAME: Final = {table.name: table for table in TABLES}

Rows = list[tuple[Any, ...]]


class Place(Protocol):
    """An instance that is being put back. Every method raises as `storage.open_store`."""

    async def put(self, table: Table, rows: Sequence[Sequence[Any]]) -> None: ...

    def read(self, table: Table) -> AsyncIterator[Rows]:
        """What arrived, in the order of its key."""
        ...

    async def keep(self) -> None:
        """Make it the instance. Before this there is none."""
        ...


def planned(tables: Sequence[tuple[str, Sequence[str]]]) -> tuple[Table, ...]:
    """The tables of a backup as they are here. Raises `CannotOpen` for one we do not know."""
    found = []
    for name, columns in tables:
        ours = BY_NAME.get(name)
        if ours is None or not set(columns) <= set(ours.columns) or not set(ours.key) <= set(columns):
            raise CannotOpen(
                "This backup holds what this Seuil does not know: a newer one made it.",
                hint="Take the newer Seuil to restore it.",
            )
        found.append(Table(name, ours.file, tuple(columns), ours.key))
    return tuple(found)


@asynccontextmanager
async def empty_place(url: str) -> AsyncIterator[Place]:
    """The place at a store's url, which must hold no instance. Left without `keep`, it is as it was.

    Raises SettingsError where there is an instance; AlreadyRunning where one runs.
    """
    kind, _, where = url.partition(":")
    if kind == "sqlite":
        async with _files(Path(where)) as files:
            yield files
    elif kind == "postgresql":
        async with _server(url) as server:
            yield server
    else:
        raise SettingsError(
            "Nothing is restored into a store that does not last.",
            hint="Name another in SEUIL_STORE, or leave it empty for files in SEUIL_DATA.",
        )


# --- files --------------------------------------------------------------------------------------------------


@asynccontextmanager
async def _files(folder: Path) -> AsyncIterator[Place]:
    beside = folder / BESIDE
    try:
        own_folder(folder, {MAIN, "instance.key", "salt", "keys"})
        lock = FolderLock(folder / "lock", "data folder")
    except OSError as error:
        raise cannot_use(error, "data folder") from None
    try:
        if any((folder / name).exists() for name in (MAIN, DRAFTS)):
            raise SettingsError(
                "There is an instance in the data folder already.",
                hint="Restore into a folder without seuil.db and drafts.db: name another in SEUIL_DATA, or "
                "move them away, and think twice before you erase them.",
            )
        shutil.rmtree(beside, ignore_errors=True)
        prepare(beside, console=True)
        db = _opened(beside / MAIN)
        try:
            yield _Files(folder, db)
        finally:
            db.close()
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        lock.release()


def _opened(path: Path) -> sqlite3.Connection:
    """All or nothing is a matter of the file's name: what is half done is thrown away."""
    try:
        db = sqlite3.connect(path, isolation_level=None)
        for pragma in (
            "journal_mode = OFF",
            "synchronous = OFF",
            "temp_store = MEMORY",
            "foreign_keys = OFF",
        ):
            db.execute(f"PRAGMA {pragma}")
        db.execute("BEGIN")
    except sqlite3.Error as error:
        raise told_by_sqlite(error, MAIN) from None
    return db


@dataclass(slots=True)
class _Files:
    folder: Path
    db: sqlite3.Connection

    async def put(self, table: Table, rows: Sequence[Sequence[Any]]) -> None:
        places = ", ".join("?" * len(table.columns))
        try:
            self.db.executemany(
                f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES ({places})",  # noqa: S608 - names of TABLES
                rows,
            )
        except sqlite3.IntegrityError:
            raise _unfit() from None
        except sqlite3.Error as error:
            raise told_by_sqlite(error, MAIN) from None

    async def read(self, table: Table) -> AsyncIterator[Rows]:
        try:
            found = self.db.execute(table.read)
            while page := found.fetchmany(ROWS_AT_ONCE):
                yield page
        except sqlite3.Error as error:
            raise told_by_sqlite(error, MAIN) from None

    async def keep(self) -> None:
        try:
            self.db.execute("COMMIT")
            if self.db.execute("PRAGMA foreign_key_check").fetchone() is not None:
                raise _unfit()
            if self.db.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
                raise StoreDamaged(
                    "What was written to the data folder is not what is read there.",
                    hint="Nothing was kept of it. Check this machine's memory and disk, then again.",
                )
            self.db.execute("PRAGMA journal_mode = WAL")
            self.db.close()
            make_durable(self.folder / BESIDE / MAIN)
            # A WAL that was left here without its database would be taken for this one's.
            for left in (f"{MAIN}-wal", f"{MAIN}-shm"):
                (self.folder / left).unlink(missing_ok=True)
            (self.folder / BESIDE / MAIN).rename(self.folder / MAIN)
            make_durable(self.folder)
        except sqlite3.Error as error:
            raise told_by_sqlite(error, MAIN) from None
        except OSError as error:
            raise cannot_use(error, "data folder") from None


# --- a server -----------------------------------------------------------------------------------------------


@asynccontextmanager
async def _server(url: str) -> AsyncIterator[Place]:
    await make_ready(url)
    db = await reach(url, "seuil restore", refused, READING)
    try:
        place = _Server(db)
        await place.begin()
        yield place
    finally:
        with suppress(*LOST, asyncpg.PostgresError):
            if db.is_in_transaction():
                await db.execute("ROLLBACK")
        await let_go(db)


@dataclass(slots=True)
class _Server:
    db: Connection

    async def begin(self) -> None:
        await self._run("BEGIN")
        for table in TABLES:
            if await self._run(f"SELECT 1 FROM {table.name} LIMIT 1") != "SELECT 0":  # noqa: S608 - a name of TABLES
                raise SettingsError(
                    "The database holds an instance already.",
                    hint="Make an empty one: `createdb seuil`. Nothing was changed.",
                )

    async def put(self, table: Table, rows: Sequence[Sequence[Any]]) -> None:
        try:
            await self.db.copy_records_to_table(
                table.name, records=[tuple(row) for row in rows], columns=table.columns
            )
            return
        except (*LOST, *UNFIT, asyncpg.PostgresError) as error:
            trouble = _unfit() if _is_unfit(error) else told_by_server(error)
        raise trouble

    async def read(self, table: Table) -> AsyncIterator[Rows]:
        trouble = None
        try:
            found = await self.db.cursor(table.read)
            while page := await found.fetch(ROWS_AT_ONCE):
                yield [tuple(row) for row in page]
        except (*LOST, *UNFIT, asyncpg.PostgresError) as error:
            trouble = told_by_server(error)
        if trouble is not None:
            raise trouble

    async def keep(self) -> None:
        await self._run("COMMIT")
        await self._run("ANALYZE")

    async def _run(self, statement: str) -> str:
        try:
            done: str = await self.db.execute(statement, timeout=None)
            return done
        except (*LOST, *UNFIT, asyncpg.PostgresError) as error:
            trouble = told_by_server(error)
        raise trouble


def _is_unfit(error: BaseException) -> bool:
    return isinstance(error, asyncpg.IntegrityConstraintViolationError)


def _unfit() -> CannotOpen:
    return CannotOpen(
        "The rows of this backup do not fit together.",
        hint="Nothing was kept of it. Take the backup before this one, and tell us of this one.",
    )
