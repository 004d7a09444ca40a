"""The writing side of the SQLite keeper: what happens on the one thread that writes.

A `Writer` is the connection that aiosqlite drives. Its `commit` is a group commit: it takes the changes laid
in its `Tray`, of many people, writes them all and makes them durable with one fsync a file. aiosqlite hands a
plain call to its thread for each statement, and offers no public way to run a function there; but the class
of the connection may be chosen (`factory`), and `await db.commit()` runs our `commit` on the thread, once a
batch.

Two files, in this order: `seuil.db`, then `drafts.db`. SQLite cannot make them one transaction in WAL mode,
so they are two connections, and the order is written here in two lines, not left to an ATTACH.

Drafts are thought out in Python (`storage.people`), on rows known to the caller or read once a batch, and
written as rows: one statement for many people. Besides the speed, each statement lets go of the interpreter's
lock, and taking it back from a busy event loop costs up to 5 ms (`sys.setswitchinterval`): few statements,
short batches.

Never here: await, and what the caller knows about time.
"""

from __future__ import annotations

import sqlite3
import struct
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from bot.errors import AlreadyRunning, SeuilError, StoreDamaged, StoreFull
from storage import PersonRow
from storage.changes import (
    Change,
    DropDraft,
    DropErrand,
    ForgetSeen,
    FreezeDigest,
    KeepCase,
    KeepItem,
    Operation,
    PutErrand,
)
from storage.folder import InPlace
from storage.people import (
    ERRANDS,
    PERSONAL,
    Refused,
    after,
    is_forgotten,
    is_personal,
    last_word,
    person_from,
    pseudonyms_in,
    row_of,
)
from storage.sqlite_acts import ACTS, ERASING, UNCONDITIONAL

MAIN: Final = "seuil.db"
DRAFTS: Final = "drafts.db"

ARRIVING = (KeepCase, KeepItem)

PAGE_BYTES = 8192
"""Of `seuil.db` (`sqlite_folder.PAGE_SIZES`). A blob of as many bytes fills a page of its own."""

MIXED_PAGES = 512
LEAST_FREE_PAGES = 128
"""So 4 MiB are laid in at once, for some two hundred testimonies, and the last of them still has a choice."""

UNFIT = (
    *(sqlite3.ProgrammingError, sqlite3.InterfaceError, sqlite3.DataError, sqlite3.IntegrityError),
    *(TypeError, ValueError, OverflowError, struct.error),
)
"""What Python or SQLite says of a value that cannot be stored: a fault of the caller, never of the file."""

BUSY_MS = 2000
"""How long a batch waits for another program that writes: console commands take milliseconds."""

CUT_MS = 20
"""How long cutting a WAL waits for readers. Ours take less; for others, the store tries again later."""

CACHE_KIB = 8192
"""Page cache of the writer's connection to each file."""

CHECKPOINT_PAGES = 4000
"""WAL length at which SQLite copies it into the file by itself: 16 MiB, some thousand turns."""

TURNS: Final = """
CREATE TEMP VIEW turn (
    pseudonym, day, seen, draft, revision, draft_day, box, owed, owed_mark, owed_box, done, done_mark
) AS SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL;
CREATE TEMP TRIGGER turn_person INSTEAD OF INSERT ON turn WHEN NEW.pseudonym IS NOT NULL BEGIN
    INSERT INTO person (place, pseudonym, day, seen, draft, revision, draft_day, box)
        VALUES (random(), NEW.pseudonym, NEW.day, NEW.seen, NEW.draft, NEW.revision, NEW.draft_day, NEW.box)
        ON CONFLICT (pseudonym) DO UPDATE SET
            day = excluded.day, seen = excluded.seen, draft = excluded.draft,
            revision = excluded.revision, draft_day = excluded.draft_day, box = excluded.box;
END;
CREATE TEMP TRIGGER turn_owed INSTEAD OF INSERT ON turn WHEN NEW.owed IS NOT NULL BEGIN
    INSERT OR REPLACE INTO errand (id, mark, box) VALUES (NEW.owed, NEW.owed_mark, NEW.owed_box);
END;
CREATE TEMP TRIGGER turn_done INSTEAD OF INSERT ON turn WHEN NEW.done IS NOT NULL BEGIN
    DELETE FROM errand WHERE id = NEW.done AND mark <= NEW.done_mark;
END;
"""
"""A view of the writing connection alone: a row laid in it is a person's row, an errand that is owed, one
that is done, or all three. So a batch is one statement, and without a BEGIN the statement is the transaction,
fsync and all: the interpreter's lock is let go of once."""

NO_PERSON: Final = (None,) * 7
NO_ERRAND: Final = (None,) * 3
NOT_DONE: Final = (None,) * 2
NOTHING: Final = (*NO_PERSON, *NO_ERRAND, *NOT_DONE)

SIZES: Final = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 83)
"""Rows of one statement: few sizes, which SQLite keeps ready; 83 rows of 12 are under the 999 parameters that
the oldest SQLite takes."""

LAY: Final = {
    # Only places for parameters are assembled, from constants: no injection (S608).
    many: "INSERT INTO turn VALUES " + ", ".join(["(" + ", ".join("?" * 12) + ")"] * many)  # noqa: S608
    for many in SIZES
}

LOOK_UP_MANY = 128
LOOK_UP: Final = (
    "SELECT pseudonym, day, seen, draft, revision, draft_day, box FROM person"  # noqa: S608 - as above
    f" WHERE pseudonym IN ({', '.join('?' * LOOK_UP_MANY)})"
)
"""People by pseudonym; unused places are NULL, which equals nothing."""


def told(error: sqlite3.Error, file: str) -> SeuilError:
    """SQLite's refusal in our words. Its own may quote what was written, and never leaves the store."""
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith(
        ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_TRUNCATE")
    ):
        return StoreFull(
            f"The disk refuses to take more of {file}.",
            hint="Make room on the disk of the data folder. What was acknowledged is safe.",
        )
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL")):
        return AlreadyRunning(
            f"Another program is using {file} and does not let go of it.",
            hint="Stop the other program: a second Seuil, a backup that hangs, or a database browser.",
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")):
        return StoreDamaged(
            f"{file} can not be opened for writing.",
            hint="The data folder (mode 700) and its files (600) must belong to the user who runs Seuil.",
        )
    if name.startswith("SQLITE_IOERR"):
        return StoreDamaged(
            f"The disk does not read or write {file} as it should ({name}).",
            hint="Copy the data folder before anything else, then look at the system's log for this disk.",
        )
    return damaged(file, name or type(error).__name__)


def damaged(file: str, found: str) -> StoreDamaged:
    if file == DRAFTS:
        hint = "Stop Seuil and delete drafts.db, drafts.db-wal, drafts.db-shm: only open drafts are lost."
    else:
        hint = f"Stop Seuil, keep a copy of {file} as it is, and restore the last backup."
    return StoreDamaged(f"{file} is not what was written there ({found}).", hint=hint)


def connect(path: Path) -> sqlite3.Connection:
    """A connection for the thread that calls, with the settings every writing connection has."""
    return settle(sqlite3.connect(path, isolation_level=None))


def settle(db: sqlite3.Connection) -> sqlite3.Connection:
    db.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA secure_delete = ON")
    db.execute("PRAGMA foreign_keys = ON")
    # An order by a column without index would otherwise spill rows into a temporary file outside the folder.
    db.execute("PRAGMA temp_store = MEMORY")
    db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    return db


def truncate(db: sqlite3.Connection) -> bool:
    """Copy the WAL into the file and cut it to nothing. False where a reader is in the way (try again)."""
    db.execute(f"PRAGMA busy_timeout = {CUT_MS}")
    try:
        busy: int = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    finally:
        db.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    return busy == 0


def pages(pseudonyms: list[bytes]) -> Iterator[list[bytes | None]]:
    """Parameters for LOOK_UP, as many times as needed."""
    for start in range(0, len(pseudonyms), LOOK_UP_MANY):
        page: list[bytes | None] = [*pseudonyms[start : start + LOOK_UP_MANY]]
        yield page + [None] * (LOOK_UP_MANY - len(page))


@dataclass(slots=True)
class Tray:
    """What goes to the writer and what comes back. Only one side holds it at a time."""

    changes: list[Change] = field(default_factory=list, repr=False)
    known: dict[bytes, PersonRow | None] = field(default_factory=dict, repr=False)
    """Rows of people as they are in the file now; None: there is no row."""

    answers: list[bool | Exception] = field(default_factory=list)
    """One a change: done, refused, or failed."""
    people: dict[bytes, PersonRow | None] = field(default_factory=dict, repr=False)
    """Rows of people as they are now, for all whose row was written."""
    unerased: SeuilError | None = None
    """Why something that was erased may still stand in a WAL: a reader is in the way, or there is no room."""


@dataclass(slots=True)
class _Batch:
    """What one attempt has done so far."""

    known: dict[bytes, PersonRow | None]
    people: dict[bytes, PersonRow | None] = field(default_factory=dict)
    errands: dict[bytes, PutErrand | DropErrand] = field(default_factory=dict)
    """The last word on each."""
    answers: list[bool | Exception] = field(default_factory=list)
    at: str = DRAFTS
    """The file being worked on, to be named where it fails."""
    main_open: bool = False
    main_done: bool = False
    erases: set[str] = field(default_factory=set)

    def person(self, pseudonym: bytes) -> PersonRow | None:
        return self.people[pseudonym] if pseudonym in self.people else self.known[pseudonym]


class _Alone(Exception):
    """A digest is frozen in a transaction of its own: it marks every case of its period, and must not hold
    1.4 KB in memory for each."""


class Writer(sqlite3.Connection):
    """The connection to `seuil.db`, with the one to `drafts.db` beside it (None for a console command)."""

    def __init__(self, *arguments: Any, tray: Tray, drafts: Path | None, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        settle(self)
        self._tray = tray
        self._drafts = None if drafts is None else connect(drafts)
        if self._drafts is not None:
            self._drafts.executescript(TURNS)
        main = Path(str(arguments[0]))
        self._in_place = InPlace(main, *(() if drafts is None else (drafts,)))
        self._owed: set[str] = set()
        """Files whose WAL must be cut before what was erased may be called erased."""

    def close(self) -> None:
        if self._drafts is not None:
            self._drafts.close()
        super().close()

    def commit(self) -> None:
        """Write what lies in the tray. Answers and failures are laid in the tray; nothing is raised."""
        tray = self._tray
        # Asked before, so that nothing is written to it, and after, so that nothing is acknowledged.
        file = self._in_place.missing()
        if file is None:
            batch = self._attempt(tray.changes, tray.known)
            file = self._in_place.missing()
        if file is not None:
            batch = _Batch(tray.known, answers=[_replaced(file)] * len(tray.changes))
        tray.answers, tray.people = batch.answers, batch.people
        self._owed |= batch.erases
        full = any(isinstance(answer, StoreFull) for answer in batch.answers)
        # A WAL that is cut gives its room back: the next batch may find what this one lacked.
        tray.unerased = self._cut({MAIN, DRAFTS} if full else self._owed)

    # --- one batch ------------------------------------------------------------------------------------------

    def _attempt(self, changes: list[Change], known: dict[bytes, PersonRow | None]) -> _Batch:
        """Write these changes together; what no database could take fails alone."""
        batch = _Batch(known)
        try:
            self._write(changes, batch)
        except _Alone:
            self._roll_back()
            return self._one_by_one(changes, known)
        except UNFIT:
            self._roll_back()
            if len(changes) > 1:
                return self._one_by_one(changes, known)
            error = TypeError("A change holds a value of a kind or size that no store can keep.")
            return _Batch(known, answers=[error])
        except sqlite3.Error as error:
            self._roll_back()
            return _failed(changes, batch, told(error, batch.at))
        return batch

    def _one_by_one(self, changes: list[Change], known: dict[bytes, PersonRow | None]) -> _Batch:
        whole = _Batch(known)
        for change in changes:
            one = self._attempt([change], {**known, **whole.people})
            whole.answers += one.answers
            whole.people |= one.people
            whole.errands |= one.errands
            whole.erases |= one.erases
        return whole

    def _write(self, changes: list[Change], batch: _Batch) -> None:
        self._look_up(changes, batch)
        for change in changes:
            batch.answers.append(self._one(change, batch))
        batch.at = DRAFTS
        self._write_drafts(batch)
        if batch.main_open:
            batch.at = MAIN
            self.execute("COMMIT")
            batch.main_done = True
        batch.at = DRAFTS
        if self._drafts is not None and self._drafts.in_transaction:
            self._drafts.execute("COMMIT")

    def _roll_back(self) -> None:
        for db in (self, self._drafts):
            if db is not None and db.in_transaction:
                with suppress(sqlite3.Error):  # a failed COMMIT may have rolled back by itself
                    db.execute("ROLLBACK")

    def _one(self, change: Change, batch: _Batch) -> bool:
        """Do one change inside the batch, or leave it undone and answer False."""
        mine: dict[bytes, PersonRow | None] = {}
        errands: dict[bytes, PutErrand | DropErrand] = {}
        others: list[Operation] = []
        erases: set[str] = set()
        try:
            for operation in change:
                if isinstance(operation, PERSONAL):
                    pseudonym = operation.pseudonym
                    person = mine[pseudonym] if pseudonym in mine else batch.person(pseudonym)
                    mine[pseudonym] = after(person, operation)
                    if type(operation) is DropDraft and person and person.draft:
                        erases.add(DRAFTS)
                elif isinstance(operation, ERRANDS):
                    before = errands.get(operation.id) or batch.errands.get(operation.id)
                    errands[operation.id] = last_word(before, operation)
                elif isinstance(operation, ForgetSeen):
                    forgotten = self._forgotten(operation, {**batch.people, **mine})
                    mine |= dict.fromkeys(forgotten)
                    erases |= {DRAFTS} if forgotten else set()
                else:
                    others.append(operation)
                    if isinstance(operation, (*ERASING, *ARRIVING)):
                        # What arrived is cut out of the WAL as well: a WAL is a diary, in which the minutes
                        # that the desk notes there stand between one testimony and the next.
                        erases.add(MAIN)
        except Refused:
            return False
        if others and not self._keep(others, batch):
            return False
        batch.people |= mine
        batch.errands |= errands
        batch.erases |= erases
        return True

    def _keep(self, operations: list[Operation], batch: _Batch) -> bool:
        batch.at = MAIN
        first = not batch.main_open
        if not first and any(type(operation) is FreezeDigest for operation in operations):
            raise _Alone
        if first:
            self.execute("BEGIN IMMEDIATE")
            batch.main_open = True
        if any(isinstance(operation, ARRIVING) for operation in operations):
            self._mix_pages()
        # The first is undone with the whole transaction: a savepoint keeps every page it touches in memory.
        careful = not first and not all(isinstance(operation, UNCONDITIONAL) for operation in operations)
        if careful:
            self.execute("SAVEPOINT change")
        held = all(ACTS[type(operation)](self, operation) for operation in operations)
        if first and not held:
            self.execute("ROLLBACK")
            batch.main_open = False
        if careful:
            if not held:
                self.execute("ROLLBACK TO change")
            self.execute("RELEASE change")
        batch.at = DRAFTS
        return held

    def _mix_pages(self) -> None:
        """Keep some free pages in the file, in random order.

        A box lies on a page of its own, and SQLite gives out new pages one after the other: their order in
        the file would tell which testimony came before which. Free pages it gives out in the order of its
        list, which is that in which a table of random keys was dropped.
        """
        free: int = self.execute("PRAGMA freelist_count").fetchone()[0]
        if free < LEAST_FREE_PAGES:
            self.execute("CREATE TABLE blank (place INTEGER PRIMARY KEY, page BLOB NOT NULL)")
            self.execute(
                "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?)"
                " INSERT INTO blank SELECT random(), zeroblob(?) FROM number",
                (MIXED_PAGES, PAGE_BYTES),
            )
            self.execute("DROP TABLE blank")

    def _cut(self, files: set[str]) -> SeuilError | None:
        trouble: SeuilError | None = None
        for file in sorted(files):
            db = self if file == MAIN else self._drafts
            try:
                if db is None or truncate(db):
                    self._owed.discard(file)
                else:
                    trouble = _in_the_way(file)
            except sqlite3.Error as error:
                trouble = told(error, file)
        return trouble if self._owed else None

    # --- drafts.db ------------------------------------------------------------------------------------------

    def _look_up(self, changes: list[Change], batch: _Batch) -> None:
        """Read the rows of people that the caller does not know."""
        asked = pseudonyms_in(changes)
        unknown = [pseudonym for pseudonym in asked if pseudonym not in batch.known]
        if self._drafts is None:  # a console: nothing personal is let in
            return
        batch.known = {**batch.known, **dict.fromkeys(unknown)}
        for page in pages(unknown):
            for row in self._drafts.execute(LOOK_UP, page):
                batch.known[row[0]] = person_from(row)

    def _forgotten(self, forget: ForgetSeen, people: dict[bytes, PersonRow | None]) -> list[bytes]:
        if self._drafts is None:
            return []
        sql = "SELECT pseudonym FROM person WHERE draft IS NULL AND day < ? AND pseudonym >= ?"
        values = [forget.before, forget.start]
        if forget.end:
            sql, values = f"{sql} AND pseudonym < ?", [*values, forget.end]
        stored = self._drafts.execute(sql, values)
        forgotten = [pseudonym for (pseudonym,) in stored if pseudonym not in people]
        return forgotten + [p for p, row in people.items() if row and is_forgotten(row, forget)]

    def _write_drafts(self, batch: _Batch) -> None:
        """Alone and in one statement, it is durable when this returns; else the caller commits."""
        if self._drafts is None or not (batch.people or batch.errands):
            return
        errands = batch.errands.values()
        people = [row_of(person) for person in batch.people.values() if person]
        owed = [(e.id, e.mark, e.box) for e in errands if type(e) is PutErrand]
        done = [(e.id, e.mark) for e in errands if type(e) is DropErrand]
        rows = [
            (*(person or NO_PERSON), *(put or NO_ERRAND), *(dropped or NOT_DONE))
            for person, put, dropped in zip_longest(people, owed, done)
        ]
        gone = [(pseudonym,) for pseudonym, person in batch.people.items() if not person]
        if gone or batch.main_open or len(rows) > SIZES[-1]:
            self._drafts.execute("BEGIN IMMEDIATE")
        if gone:
            self._drafts.executemany("DELETE FROM person WHERE pseudonym = ?", gone)
        for start in range(0, len(rows), SIZES[-1]):
            some = rows[start : start + SIZES[-1]]
            many = SIZES[bisect_left(SIZES, len(some))]
            some += [NOTHING] * (many - len(some))
            self._drafts.execute(LAY[many], [value for row in some for value in row])


def erases(change: Change) -> bool:
    """Whether the caller may be told only when a WAL has been cut."""
    return any(
        isinstance(operation, (DropDraft, ForgetSeen, *ERASING))
        or (isinstance(operation, KeepItem) and operation.replace)
        for operation in change
    )


def _failed(changes: list[Change], batch: _Batch, error: SeuilError) -> _Batch:
    """Everybody is told, except those whose change was made durable before a later file failed."""
    answers: list[bool | Exception] = [error] * len(changes)
    if batch.main_done:
        for place, change in enumerate(changes):
            if not is_personal(change):
                answers[place] = batch.answers[place]
    return _Batch(batch.known, answers=answers, erases=batch.erases if batch.main_done else set())


def _replaced(file: str) -> StoreDamaged:
    return StoreDamaged(
        f"Another file was put in the place of {file} while Seuil was running.",
        hint="Stop Seuil, and ask who did it. A backup is restored with `python -m bot restore`, into an "
        "empty folder. Nothing was acknowledged since.",
    )


def _in_the_way(file: str) -> AlreadyRunning:
    return AlreadyRunning(
        f"Another program keeps reading {file}: what was erased is gone from it, but its WAL can not be cut.",
        hint="Stop the other program: a second Seuil, a backup that hangs, or a database browser.",
    )
