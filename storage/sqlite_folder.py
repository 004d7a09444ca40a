"""The SQLite keeper's folder: made ready before the first statement, or refused with a sentence.

Here: who may read the files, one running bot a folder, whether a file is a database of ours and sound, and
the numbered migrations, which only go forward. Never here: a row.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from bot.errors import StoreDamaged
from storage.folder import FolderLock, cannot_use, one_at_a_time, own_folder
from storage.sqlite_writer import DRAFTS, MAIN, connect, damaged, told, truncate

MIGRATIONS = Path(__file__).parent / "migrations"

APPLICATION_ID = 0x5E01
"""Written in the header of our databases, so that another program's file is not taken for ours."""

PAGE_SIZES = {MAIN: 8192, DRAFTS: 4096}
"""Bytes. A testimony's row (1.4 KB with its post-quantum reply key) stays whole on a page of 8 KiB; a draft's
turn writes one page of 4 KiB."""

QUICK_CHECK_BYTES = {MAIN: 256 * 1024 * 1024, DRAFTS: 32 * 1024 * 1024}
"""Files up to this size are read through at the start; larger ones only by `Store.check`, which operators
run. More drafts than that are a wave: then people wait for the first answer (100 000 drafts, 160 MB, are a
fifth of a second), and each draft's box is authenticated anyway when it is opened."""


def prepare(folder: Path, *, console: bool) -> FolderLock | None:
    """Make the folder and its files ready. Raises as `storage.open_store`."""
    try:
        own_folder(folder, {MAIN})
        lock = None if console else FolderLock(folder / "lock", "data folder")
    except OSError as error:
        raise cannot_use(error, "data folder") from None
    try:
        if not console and not _length(folder / MAIN) and _length(folder / DRAFTS):
            raise damaged(MAIN, "it is missing or empty beside a drafts.db that is not")
        files = [folder / file for file in ((MAIN,) if console else (MAIN, DRAFTS))]
        with one_at_a_time(folder):
            for step in (_demand_known, _make_ready):  # both files are known before either is touched
                for path in files:
                    _in_our_words(step, path)
    except BaseException:
        if lock is not None:
            lock.release()
        raise
    return lock


def read_through(folder: Path, *, drafts: bool) -> None:
    """Read every page, index and cross-reference. Raises `StoreDamaged`."""
    for file in (MAIN, DRAFTS) if drafts else (MAIN,):
        try:
            with closing(connect(folder / file)) as db:
                _demand_sound(db, file, "PRAGMA integrity_check(1)")
        except sqlite3.Error as error:
            raise told(error, file) from None


def _in_our_words(step: Callable[[Path], None], path: Path) -> None:
    try:
        step(path)
    except sqlite3.Error as error:
        raise told(error, path.name) from None
    except OSError as error:
        raise cannot_use(error, "data folder") from None


def _demand_known(path: Path) -> None:
    """Raises `StoreDamaged` for a database that is not ours, or not ours any more; writes nothing."""
    if not _length(path):
        return
    file = path.name
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        version: int = db.execute("PRAGMA user_version").fetchone()[0]
        owner: int = db.execute("PRAGMA application_id").fetchone()[0]
        tables: int = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    known = len(_steps(file))
    if owner != APPLICATION_ID and tables:
        raise damaged(file, "it is another program's database")
    if version > known:
        raise StoreDamaged(
            f"{file} was written by a newer Seuil (schema {version}; this one knows {known}).",
            hint="Start the newer Seuil again, or restore a backup that was made before it.",
        )
    if version < 0:
        raise damaged(file, "its schema has a number that none of ours has")


def _make_ready(path: Path) -> None:
    # Opened by SQLite alone: closing any other handle of a database gives up the locks this process holds.
    fresh = not _length(path)
    if not path.exists():
        # Made before SQLite does, which would ask the umask; the WAL and its index take the same mode.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    path.chmod(0o600)
    if fresh:
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            db.execute(f"PRAGMA page_size = {PAGE_SIZES[path.name]}")
            db.execute("VACUUM")  # an empty database takes its page size here
    with closing(connect(path)) as db:
        _migrate(db, path.name)
        if not fresh and _length(path) <= QUICK_CHECK_BYTES[path.name]:
            _demand_sound(db, path.name, "PRAGMA quick_check(1)")
        # What a killed process had erased may still stand in its WAL.
        truncate(db)


def _migrate(db: sqlite3.Connection, file: str) -> None:
    """Bring the schema forward, one numbered step a transaction."""
    version: int = db.execute("PRAGMA user_version").fetchone()[0]
    for number, step in enumerate(_steps(file)[version:], version + 1):
        db.executescript(
            f"BEGIN IMMEDIATE; {step.read_text('utf-8')} PRAGMA user_version = {number};"
            f" PRAGMA application_id = {APPLICATION_ID}; COMMIT;"
        )


def _steps(file: str) -> list[Path]:
    return sorted((MIGRATIONS / file.removesuffix(".db")).glob("*.sql"))


def _demand_sound(db: sqlite3.Connection, file: str, question: str) -> None:
    found = db.execute(question).fetchone()[0]
    if found != "ok":
        raise damaged(file, "its pages do not fit together")


def _length(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
