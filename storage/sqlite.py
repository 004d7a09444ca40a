"""The SQLite keeper: a folder with `seuil.db` (testimonies, desk, ledger) and `drafts.db` (drafts, seen
updates).

Callers lay their changes in a queue; a single writer takes all that waits, up to `BATCH`, and makes it
durable at once (`storage.sqlite_writer`). While one batch is on its way to the disk the next one gathers by
itself: no timer decides, and a lone caller never waits for company. Look-ups of people are gathered in the
same way.

This process is the only writer of `drafts.db` (a lock file says so), hence it may remember rows it has
written or read: a conversation under way costs no read. At most `HOT_PEOPLE` rows are remembered.

What was erased is erased when `commit` returns: the WAL of the file concerned is cut first. Where another
program's reader is in the way, only those who erased wait; everybody else is served.

Never here: what changes mean (`sqlite_writer`), how a folder is made ready (`sqlite_folder`).
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import aiosqlite

from bot.errors import SeuilError
from storage import (
    AuditRow,
    CaseRow,
    CommandRow,
    DeliveryRow,
    DigestRow,
    DraftRow,
    ErrandRow,
    InviteRow,
    ItemRow,
    MemberRow,
    PersonRow,
    Written,
)
from storage.changes import STATES, CaseState, Change
from storage.folder import FolderLock
from storage.people import is_personal, person_from, pseudonyms_in
from storage.sealed import Key, Kind, SealedRow, count_sql, page_sql, rows_from
from storage.sqlite_folder import prepare, read_through
from storage.sqlite_writer import (
    DRAFTS,
    LOOK_UP,
    MAIN,
    Tray,
    Writer,
    erases,
    pages,
    told,
)
from storage.workers import OneProcess

BATCH = 512
"""Changes made durable together at most. Larger ones only make the first of them wait longer: an fsync shared
by 512 already costs each of them a few microseconds."""

HOT_PEOPLE = 4096
"""Rows of people remembered: about 2 KiB each with a 1 KiB box, so at most 8 MiB."""

ERASE_RETRY_SECONDS = 0.25
ERASE_GIVE_UP_SECONDS = 30.0
"""How often, and for how long, an erasure waits for another program's reader to let go of the WAL."""

PAGE = 64
"""Rows taken at a time where memory must stay flat."""

# aiosqlite logs every statement with its parameters at DEBUG: ids and locators would stand in the log.
logging.getLogger("aiosqlite").setLevel(logging.WARNING)

People = OrderedDict[bytes, PersonRow | None]
Waiting = tuple[Change, "asyncio.Future[bool]"]
Asking = tuple[tuple[bytes, ...], "asyncio.Future[PersonRow | None]"]


class SqliteStore(OneProcess):
    """Use `await SqliteStore.open(folder)`, or `open_store("sqlite:FOLDER")`."""

    def __init__(self, tray: Tray, writer: aiosqlite.Connection, main: aiosqlite.Connection) -> None:
        super().__init__()
        self._tray = tray
        self._writer = writer
        self._main = main
        self._drafts: aiosqlite.Connection | None = None
        self._folder = Path()
        self._lock: FolderLock | None = None
        self._closed = False
        self.written = Written()

        self._hot: People = OrderedDict()
        self._rewritten: set[bytes] = set()
        """Whose row was written while people were being looked up."""

        self._waiting: list[Waiting] = []
        self._unerased: list[tuple[asyncio.Future[bool], float]] = []
        """Committed, but not yet gone from a WAL; with the loop's time at which to give up."""
        self._asking: list[Asking] = []
        self._writing: asyncio.Task[None] | None = None
        self._reading: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, folder: Path, *, console: bool = False) -> SqliteStore:
        """Raises as `storage.open_store`. The folder is made if it is not there."""
        lock = await asyncio.to_thread(prepare, folder, console=console)
        opened: list[aiosqlite.Connection] = []
        try:
            tray = Tray()
            drafts = None if console else folder / DRAFTS
            make = partial(Writer, tray=tray, drafts=drafts)
            with _speaking(MAIN):
                opened.append(await aiosqlite.connect(folder / MAIN, factory=make, isolation_level=None))
                opened.append(await _reader(folder / MAIN))
            store = cls(tray, *opened)
            if drafts is not None:
                with _speaking(DRAFTS):
                    opened.append(await _reader(drafts))
                store._drafts = opened[-1]
            store._folder, store._lock = folder, lock
            return store
        except BaseException:
            for db in opened:
                await db.close()
            if lock is not None:
                lock.release()
            raise

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        for task in (self._writing, self._reading):
            if task is not None:
                await asyncio.gather(task, return_exceptions=True)
        # The writer last: the last connection to a file cuts its WAL.
        for db in (self._drafts, self._main, self._writer):
            if db is not None:
                with suppress(sqlite3.Error):
                    await db.close()
        if self._lock is not None:
            self._lock.release()

    async def check(self) -> None:
        await asyncio.to_thread(read_through, self._folder, drafts=self._drafts is not None)

    # --- writing --------------------------------------------------------------------------------------------

    async def commit(self, change: Change) -> bool:
        self._still_open()
        if self._drafts is None and is_personal(change):
            raise RuntimeError("Drafts belong to the running bot, not to the console.")
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((change, done))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        return await done

    def _still_open(self) -> None:
        if self._closed:
            raise RuntimeError("The store is closed.")

    async def _write(self) -> None:
        while self._waiting or self._unerased:
            if not self._waiting:
                await asyncio.sleep(ERASE_RETRY_SECONDS)
            batch = self._waiting[:BATCH]
            del self._waiting[:BATCH]
            try:
                await self._write_together(batch)
            except Exception as error:  # a fault of ours; whatever it was, nobody may wait for ever
                for _, done in batch:
                    if not done.done():
                        done.set_exception(error)

    async def _write_together(self, batch: list[Waiting]) -> None:
        tray, hot = self._tray, self._hot
        tray.changes = [change for change, _ in batch]
        asked = pseudonyms_in(tray.changes)
        tray.known = {pseudonym: hot[pseudonym] for pseudonym in asked if pseudonym in hot}
        await self._writer.commit()
        self.written.commits += 1
        self.written.changes += len(batch)

        self._rewritten.update(tray.people)
        self._remember(tray.people.items())
        give_up = asyncio.get_running_loop().time() + ERASE_GIVE_UP_SECONDS
        for (change, done), answer in zip(batch, tray.answers, strict=True):
            if answer is True:
                self._call(change)
            if done.done():  # its caller was cancelled; the change stands all the same
                continue
            if isinstance(answer, Exception):
                done.set_exception(answer)
            elif answer and tray.unerased and erases(change):
                self._unerased.append((done, give_up))
            else:
                done.set_result(answer)
        self._settle_erasures(tray.unerased)

    def _settle_erasures(self, trouble: SeuilError | None) -> None:
        now = asyncio.get_running_loop().time()
        waiting, self._unerased = self._unerased, []
        for done, give_up in waiting:
            if done.done():
                continue
            if trouble is None:
                done.set_result(True)
            elif now >= give_up:
                done.set_exception(trouble)
            else:
                self._unerased.append((done, give_up))

    def _remember(self, people: Iterable[tuple[bytes, PersonRow | None]]) -> None:
        hot = self._hot
        for pseudonym, person in people:
            hot[pseudonym] = person
            hot.move_to_end(pseudonym)
        while len(hot) > HOT_PEOPLE:
            hot.popitem(last=False)

    # --- drafts ---------------------------------------------------------------------------------------------

    def remembered(self, pseudonym: bytes) -> PersonRow | None:
        return self._hot.get(pseudonym)

    async def person(self, pseudonyms: Sequence[bytes]) -> PersonRow | None:
        self._still_open()
        for pseudonym in pseudonyms:
            if pseudonym not in self._hot:
                break
            if person := self._hot[pseudonym]:
                return person
        else:
            return None
        if self._drafts is None:
            return None
        found: asyncio.Future[PersonRow | None] = asyncio.get_running_loop().create_future()
        self._asking.append((tuple(pseudonyms), found))
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._look_up(self._drafts))
        return await found

    async def _look_up(self, drafts: aiosqlite.Connection) -> None:
        while self._asking:
            asking, self._asking = self._asking, []
            try:
                known = await self._known(drafts, {p for pseudonyms, _ in asking for p in pseudonyms})
            except SeuilError as error:
                for _, found in asking:
                    if not found.done():
                        found.set_exception(error)
                continue
            for pseudonyms, found in asking:
                if not found.done():
                    found.set_result(next((known[p] for p in pseudonyms if known[p]), None))

    async def _known(self, drafts: aiosqlite.Connection, asked: set[bytes]) -> dict[bytes, PersonRow | None]:
        known = {pseudonym: self._hot[pseudonym] for pseudonym in asked if pseudonym in self._hot}
        unknown = [pseudonym for pseudonym in asked if pseudonym not in known]
        while unknown:
            self._rewritten.clear()
            read: dict[bytes, PersonRow | None] = dict.fromkeys(unknown)
            for page in pages(unknown):
                for row in await _rows(drafts, DRAFTS, LOOK_UP, *page):
                    read[row[0]] = person_from(row)
            # A row written in the meantime may have been read as it was before: then what was written counts,
            # or,
            # where so much was written that it is remembered no more, it is read again.
            unknown = [p for p in self._rewritten & read.keys() if p not in self._hot]
            sure = {p: row for p, row in read.items() if p not in self._rewritten}
            self._remember(sure.items())
            known |= sure
            known |= {p: self._hot[p] for p in self._rewritten & read.keys() if p in self._hot}
        return known

    async def count_drafts(self) -> int:
        rows = await self._draft_rows("SELECT count(*) FROM person WHERE draft_day IS NOT NULL")
        return rows[0][0] if rows else 0

    async def drafts_before(self, day: int) -> list[DraftRow]:
        rows = await self._draft_rows(
            "SELECT pseudonym, draft, revision, box, draft_day FROM person"
            " WHERE draft_day < ? ORDER BY draft, pseudonym",
            day,
        )
        return [DraftRow(*row) for row in rows]

    async def errands(self) -> list[ErrandRow]:
        rows = await self._draft_rows("SELECT id, mark, box FROM errand ORDER BY id")
        return [ErrandRow(*row) for row in rows]

    async def errand(self, id: bytes) -> ErrandRow | None:
        rows = await self._draft_rows("SELECT id, mark, box FROM errand WHERE id = ?", id)
        return ErrandRow(*rows[0]) if rows else None

    async def count_errands(self) -> int:
        rows = await self._draft_rows("SELECT count(*) FROM errand")
        return rows[0][0] if rows else 0

    async def _draft_rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        self._still_open()
        if self._drafts is None:
            return []
        return await _rows(self._drafts, DRAFTS, sql, *parameters)

    # --- testimonies ----------------------------------------------------------------------------------------

    async def _main_rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        self._still_open()
        return await _rows(self._main, MAIN, sql, *parameters)

    async def case(self, case: bytes) -> CaseRow | None:
        rows = await self._main_rows(
            "SELECT id, state, day, decided_day, claimed_by, counted_in, reply_key FROM testimony"
            " WHERE id = ?",
            case,
        )
        return CaseRow(*rows[0]) if rows else None

    async def case_at(self, locator: bytes) -> CaseRow | None:
        rows = await self._main_rows(
            "SELECT id, state, day, decided_day, claimed_by, counted_in, reply_key FROM testimony"
            " WHERE locator = ?",
            locator,
        )
        return CaseRow(*rows[0]) if rows else None

    async def cases(self, *states: CaseState) -> list[CaseRow]:
        rows = await self._main_rows(
            "SELECT id, state, day, decided_day, claimed_by, counted_in, reply_key FROM testimony"
            " WHERE ?1 = 0 OR state IN (?2, ?3, ?4, ?5, ?6, ?7) ORDER BY id",
            *(len(states), *(*states, *[None] * len(STATES))[: len(STATES)]),
        )
        return [CaseRow(*row) for row in rows]

    async def count_cases(self, *states: CaseState) -> dict[CaseState, tuple[int, int]]:
        rows = await self._main_rows(
            "SELECT state, count(*), min(day) FROM testimony"
            " WHERE state IN (?, ?, ?, ?, ?, ?) GROUP BY state",
            *(*states, *[None] * len(STATES))[: len(STATES)],
        )
        return {state: (count, day) for state, count, day in rows}

    async def items(self, case: bytes) -> list[ItemRow]:
        rows = await self._main_rows(
            "SELECT testimony, part, epoch, box FROM item WHERE testimony = ? ORDER BY part", case
        )
        return [ItemRow(*row) for row in rows]

    async def coded_items(self) -> AsyncIterator[ItemRow]:
        last = b""
        while True:
            rows = await self._main_rows(
                "SELECT item.testimony, item.part, item.epoch, item.box FROM testimony"
                " JOIN item ON item.testimony = testimony.id AND item.part = 'coded'"
                " WHERE testimony.state = 'approved' AND testimony.counted_in IS NULL AND testimony.id > ?"
                " ORDER BY testimony.id LIMIT ?",
                *(last, PAGE),
            )
            for row in rows:
                yield ItemRow(*row)
            if len(rows) < PAGE:
                return
            last = rows[-1][0]

    async def sealed(self, kind: Kind, after: Key | None, limit: int) -> list[SealedRow]:
        sql = page_sql(kind, first=after is None, mark="?{}")
        return rows_from(kind, await self._main_rows(sql, *(after or ()), limit))

    async def count_sealed(self, kind: Kind) -> int:
        rows = await self._main_rows(count_sql(kind))
        count: int = rows[0][0]
        return count

    async def count_coded(self) -> int:
        rows = await self._main_rows(
            "SELECT count(*) FROM testimony"
            " JOIN item ON item.testimony = testimony.id AND item.part = 'coded'"
            " WHERE testimony.state = 'approved' AND testimony.counted_in IS NULL"
        )
        count: int = rows[0][0]
        return count

    async def replies(self, case: bytes) -> list[bytes]:
        return _firsts(
            await self._main_rows("SELECT box FROM reply WHERE testimony = ? ORDER BY number", case)
        )

    async def retention(self, *, story_before: int, coded_before: int) -> list[tuple[bytes, str]]:
        rows = await self._main_rows(
            "SELECT item.testimony, item.part FROM testimony JOIN item ON item.testimony = testimony.id"
            " WHERE testimony.decided_day < CASE item.part WHEN 'coded' THEN ? ELSE ? END"
            " ORDER BY item.testimony, item.part",
            *(coded_before, story_before),
        )
        return [(case, part) for case, part in rows]

    # --- the desk -------------------------------------------------------------------------------------------

    async def commands(self, limit: int = 50) -> list[CommandRow]:
        rows = await self._main_rows(
            "SELECT number, box FROM command WHERE box IS NOT NULL ORDER BY number LIMIT ?", limit
        )
        return [CommandRow(*row) for row in rows]

    async def member_at(self, lookup: bytes) -> MemberRow | None:
        rows = await self._main_rows("SELECT id, role, route, day, name FROM member WHERE lookup = ?", lookup)
        return MemberRow(*rows[0]) if rows else None

    async def members(self, *roles: str) -> list[MemberRow]:
        rows = await self._main_rows("SELECT id, role, route, day, name FROM member ORDER BY id")
        return [member for row in rows if (member := MemberRow(*row)).role in roles or not roles]

    async def invites(self) -> list[InviteRow]:
        rows = await self._main_rows("SELECT code_hash, role, day, name FROM invite ORDER BY code_hash")
        return [InviteRow(*row) for row in rows]

    async def invite(self, code_hash: bytes) -> InviteRow | None:
        rows = await self._main_rows(
            "SELECT code_hash, role, day, name FROM invite WHERE code_hash = ?", code_hash
        )
        return InviteRow(*rows[0]) if rows else None

    async def is_banned(self, tag: bytes) -> bool:
        return bool(await self._main_rows("SELECT 1 FROM ban WHERE tag = ?", tag))

    async def bans(self) -> list[bytes]:
        return _firsts(await self._main_rows("SELECT tag FROM ban ORDER BY tag"))

    async def asked_second(self, what: str) -> bytes | None:
        return _first(await self._main_rows("SELECT member FROM asking WHERE what = ?", what))

    # --- audit and ledger -----------------------------------------------------------------------------------

    async def audit_lines(self, after: int = 0, limit: int = 1000) -> list[AuditRow]:
        rows = await self._main_rows(
            "SELECT number, line, chain FROM audit WHERE number > ? ORDER BY number LIMIT ?", after, limit
        )
        return [AuditRow(*row) for row in rows]

    async def digests(self) -> list[DigestRow]:
        rows = await self._main_rows("SELECT period, day, state, frozen, sha256 FROM digest ORDER BY period")
        return [DigestRow(*row) for row in rows]

    async def digest(self, period: int) -> DigestRow | None:
        rows = await self._main_rows(
            "SELECT period, day, state, frozen, sha256 FROM digest WHERE period = ?", period
        )
        return DigestRow(*rows[0]) if rows else None

    async def rendition(self, period: int, language: str) -> bytes | None:
        return _first(
            await self._main_rows(
                "SELECT box FROM rendition WHERE period = ? AND language = ?", period, language
            )
        )

    async def deliveries(self, period: int | None = None) -> list[DeliveryRow]:
        rows = await self._main_rows(
            "SELECT period, member, state, tries, reason, next_try FROM delivery"
            " WHERE ?1 IS NULL OR period = ?1 ORDER BY period, member",
            period,
        )
        return [DeliveryRow(*row) for row in rows]

    async def meta(self, key: str) -> bytes | None:
        return _first(await self._main_rows("SELECT value FROM meta WHERE key = ?", key))


async def _reader(path: Path) -> aiosqlite.Connection:
    """A connection that only reads. In WAL mode it neither waits for the writer nor holds it up."""
    db = await aiosqlite.connect(path, isolation_level=None)
    await db.execute("PRAGMA query_only = ON")
    await db.execute("PRAGMA temp_store = MEMORY")
    return db


async def _rows(db: aiosqlite.Connection, file: str, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    """All rows at once: a statement left half-read would hold up the erasing of what others drop."""
    with _speaking(file):
        return [tuple(row) for row in await db.execute_fetchall(sql, parameters)]


def _first(rows: list[tuple[Any, ...]]) -> bytes | None:
    return rows[0][0] if rows else None


def _firsts(rows: list[tuple[Any, ...]]) -> list[bytes]:
    return [value for (value,) in rows]


@contextmanager
def _speaking(file: str) -> Iterator[None]:
    """Say SQLite's errors in our words."""
    try:
        yield
    except sqlite3.Error as error:
        raise told(error, file) from None
