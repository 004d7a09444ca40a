"""The PostgreSQL keeper: one database for several workers, on one machine or many.

Callers lay their changes in a queue; a writer takes all that waits, up to `BATCH`, and makes it durable in
one transaction (`storage.postgres_writer`). Reads go through a small pool. Nothing is remembered between two
calls: another worker may have written meanwhile. A server that is away is waited for (`PATIENCE_SECONDS`),
then `StoreAway` says so.

**What erased means here.** PostgreSQL never overwrites: what is deleted stays in its page until a vacuum
clears the row away, in its log (WAL) until that segment is used again, and in what was archived from it. So
"no byte is left when `commit` returns" cannot be promised, and is not:
- a *draft* is gone at once: the box that stays behind was sealed under a key of its own, on the shelf, which
  was destroyed; no backup of the database holds it;
- a *testimony*, its items and its replies are gone for everybody who asks the database. Within
  `SWEEP_SECONDS` their tables are written anew, and the server's log is switched, so that a server that is
  set up for it holds no byte of them any more (`storage.postgres_sweep` says when, and where not).

Each row also carries the number of the transaction that wrote it: who has the files can tell in which order
testimonies came. Which conversation one of them ended is told for `SWEEP_SECONDS` only: then the rows of all
who have no draft are written anew together. What is read here tells nothing of either: all is ordered by
random ids.

Never here: what changes mean (`postgres_acts`, `people`), how a server is reached and what it says
(`postgres_server`), clearing away (`postgres_sweep`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

import asyncpg

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
    Sole,
    Written,
)
from storage.changes import (
    CaseState,
    Change,
    DropItems,
    EraseCase,
    FinishCommand,
    FreezeDigest,
    KeepCase,
    KeepItem,
    Withdraw,
)
from storage.people import is_personal, person_from
from storage.postgres_claims import Claims
from storage.postgres_server import (
    LOST,
    READ_SECONDS,
    Connection,
    Patience,
    connect,
    is_away,
    is_contended,
    let_go,
    make_ready,
    told,
)
from storage.postgres_sweep import ALL, Sweeper, emptied_by
from storage.postgres_workers import Workers
from storage.postgres_writer import Writer
from storage.sealed import Key, Kind, Rewrap, SealedRow, count_sql, page_sql, rows_from

BATCH: Final = 128
"""Changes made durable together at most. Measured: a group of 50 costs each a fifth of a lone one, a group of
200 hardly less."""

READERS: Final = 4
"""Connections that read, at most. A server has a hundred for all its workers."""

PAGE: Final = 64
"""Rows taken at a time where memory must stay flat."""

SWEEP_SECONDS: Final = 60.0
"""After a testimony came or something was erased, until its tables are vacuumed: many share one vacuum."""

SWEPT: Final = (KeepCase, KeepItem, DropItems, Withdraw, EraseCase, FinishCommand, Rewrap)
"""After these something is left behind that need not be."""

Waiting = tuple[Change, "asyncio.Future[bool]"]
Asking = tuple[tuple[bytes, ...], "asyncio.Future[PersonRow | None]"]
Row = tuple[Any, ...]


class PostgresStore:
    """Use `await PostgresStore.open(url)`, or `open_store("postgresql://…")`."""

    def __init__(self, url: str, *, console: bool) -> None:
        self._url = url
        self._console = console
        self._claims = Claims(url)
        self._writer = Writer(url, self._claims.name)
        self._workers = Workers(url)
        self._idle: list[Connection] = []
        self._reading_now = asyncio.Semaphore(READERS)
        self._closed = False
        self.written = Written()

        self._waiting: list[Waiting] = []
        self._asking: list[Asking] = []
        self._writing: asyncio.Task[None] | None = None
        self._looking: asyncio.Task[None] | None = None
        self._sweeping: asyncio.Task[None] | None = None
        self._unswept = False
        self._sweeper = Sweeper(url)

    @classmethod
    async def open(cls, url: str, *, console: bool = False) -> PostgresStore:
        """Raises as `storage.open_store`. The tables are made if they are not there."""
        await make_ready(url)
        store = cls(url, console=console)
        if not console:
            store._sweeper.owe(ALL)  # who erased something may have been killed
            store._sweep_soon()
        return store

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        if self._sweeping is not None:
            self._sweeping.cancel()
        for task in (self._writing, self._looking, self._sweeping):
            if task is not None:
                await asyncio.gather(task, return_exceptions=True)
        if self._console and self._unswept:  # a command ends before a minute is over
            await self._sweeper.sweep(tidy=True)
        await self._writer.close()
        await self._workers.close()
        await self._claims.close()
        for db in self._idle:
            await let_go(db)

    async def check(self) -> None:
        """Read every row whole: the server compares each page with its checksum while it does."""
        for table in ("person", "errand", "item", "reply", "command", "rendition"):
            # A name of this very line, no parameter: nothing to inject.
            await self._rows(f"SELECT count(md5(box)) FROM {table}", patient=True)  # noqa: S608
        await self._rows("SELECT count(md5(reply_key)) FROM testimony", patient=True)
        await self._rows("SELECT count(md5(frozen)) FROM digest", patient=True)
        await self._rows("SELECT count(md5(line)) FROM audit", patient=True)

    # --- writing --------------------------------------------------------------------------------------------

    async def commit(self, change: Change) -> bool:
        self._still_open()
        if self._console and is_personal(change):
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
        while self._waiting:
            batch = self._next_batch()
            try:
                answers = await self._writer.write([change for change, _ in batch])
                self.written.commits += 1
                self.written.changes += len(batch)
            except Exception as error:  # a fault of ours; whatever it was, nobody may wait for ever
                answers = [error] * len(batch)
            for (_, done), answer in zip(batch, answers, strict=True):
                if done.done():  # its caller was cancelled; the change stands all the same
                    continue
                if isinstance(answer, Exception):
                    done.set_exception(answer)
                else:
                    done.set_result(answer)
            operations = [operation for change, _ in batch for operation in change]
            self._sweeper.owe(frozenset().union(*map(emptied_by, operations)))
            if any(isinstance(operation, SWEPT) for operation in operations):
                self._sweep_soon()

    def _next_batch(self) -> list[Waiting]:
        """What is made durable together. A digest is frozen alone: it takes long and locks what it counts."""
        length = min(len(self._waiting), BATCH)
        alone = (n for n, (change, _) in enumerate(self._waiting[:length]) if _freezes(change))
        batch = self._waiting[: max(1, next(alone, length))]
        del self._waiting[: len(batch)]
        return batch

    def _sweep_soon(self) -> None:
        self._unswept = True
        if self._sweeping is None or self._sweeping.done():
            self._sweeping = asyncio.create_task(self._sweep())

    async def _sweep(self) -> None:
        while self._unswept or self._sweeper.owes:
            await asyncio.sleep(SWEEP_SECONDS)
            tidy, self._unswept = self._unswept, False
            await self._sweeper.sweep(tidy=tidy)

    # --- reading --------------------------------------------------------------------------------------------

    async def _rows(self, sql: str, *parameters: object, patient: bool = False) -> list[Row]:
        """All rows of a query that changes nothing, and so may be tried again. `patient`: it reads a whole
        table."""
        self._still_open()
        patience = Patience()
        async with self._reading_now:
            while True:
                db = None
                try:
                    db = self._at_hand() or await connect(self._url, "seuil reader")
                    rows = [
                        tuple(row)
                        for row in await db.fetch(sql, *parameters, timeout=None if patient else READ_SECONDS)
                    ]
                except BaseException as error:
                    trouble = error
                    if db is not None:
                        db.terminate()
                    if not isinstance(error, (*LOST, asyncpg.PostgresError)):
                        raise
                else:
                    self._idle.append(db)
                    return rows
                passes = is_away(trouble) or is_contended(trouble)
                if not passes or not await patience.pause(away=is_away(trouble)):
                    raise told(trouble)

    def _at_hand(self) -> Connection | None:
        """A connection that was used before and is still whole."""
        while self._idle:
            db = self._idle.pop()
            if not db.is_closed():
                return db
        return None

    async def _row(self, sql: str, *parameters: object) -> Row | None:
        return next(iter(await self._rows(sql, *parameters)), None)

    async def _value(self, sql: str, *parameters: object) -> Any:
        row = await self._row(sql, *parameters)
        return row[0] if row else None

    # --- workers --------------------------------------------------------------------------------------------

    def only_one(self, name: str) -> AbstractAsyncContextManager[Sole]:
        self._still_open()
        return self._workers.only_one(name)

    def one_of(self, name: str) -> AbstractAsyncContextManager[Sole]:
        self._still_open()
        return self._workers.one_of(name)

    async def claim_commands(self, limit: int = 50) -> list[CommandRow]:
        self._still_open()
        return await self._claims.commands(limit)

    async def claim_delivery(self, period: int, member: bytes) -> bool:
        self._still_open()
        return await self._claims.delivery(period, member)

    async def let_go(self) -> None:
        self._still_open()
        await self._claims.let_go()

    async def queued(self, seconds: float) -> bool:
        self._still_open()
        return await self._workers.queued(seconds)

    # --- drafts ---------------------------------------------------------------------------------------------

    def remembered(self, pseudonym: bytes) -> PersonRow | None:
        """Nothing: another worker may have answered her meanwhile."""
        del pseudonym
        return None

    async def person(self, pseudonyms: Sequence[bytes]) -> PersonRow | None:
        self._still_open()
        if self._console or not pseudonyms:
            return None
        found: asyncio.Future[PersonRow | None] = asyncio.get_running_loop().create_future()
        self._asking.append((tuple(pseudonyms), found))
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_up())
        return await found

    async def _look_up(self) -> None:
        while self._asking:
            asking, self._asking = self._asking, []
            asked = list({pseudonym for pseudonyms, _ in asking for pseudonym in pseudonyms})
            try:
                rows = await self._rows(
                    "SELECT pseudonym, day, seen, draft, revision, draft_day, box FROM person"
                    " WHERE pseudonym = ANY($1::bytea[])",
                    asked,
                )
            except Exception as error:  # whatever it was, nobody may wait for ever
                for _, found in asking:
                    if not found.done():
                        found.set_exception(error)
                continue
            known = {row[0]: person_from(row) for row in rows}
            for pseudonyms, found in asking:
                if not found.done():
                    found.set_result(next((known[p] for p in pseudonyms if p in known), None))

    async def count_drafts(self) -> int:
        if self._console:
            return 0
        count: int = await self._value("SELECT count(*) FROM person WHERE draft_day IS NOT NULL")
        return count

    async def drafts_before(self, day: int) -> list[DraftRow]:
        if self._console:
            return []
        rows = await self._rows(
            "SELECT pseudonym, draft, revision, box, draft_day FROM person"
            " WHERE draft_day < $1 ORDER BY draft, pseudonym",
            day,
        )
        return [DraftRow(*row) for row in rows]

    async def errands(self) -> list[ErrandRow]:
        if self._console:
            return []
        return [ErrandRow(*row) for row in await self._rows("SELECT id, mark, box FROM errand ORDER BY id")]

    async def errand(self, id: bytes) -> ErrandRow | None:
        if self._console:
            return None
        rows = await self._rows("SELECT id, mark, box FROM errand WHERE id = $1", id)
        return ErrandRow(*rows[0]) if rows else None

    async def count_errands(self) -> int:
        if self._console:
            return 0
        count: int = await self._value("SELECT count(*) FROM errand")
        return count

    # --- testimonies ----------------------------------------------------------------------------------------

    async def case(self, case: bytes) -> CaseRow | None:
        row = await self._row(
            "SELECT id, state, day, decided_day, claimed_by, counted_in, reply_key FROM testimony"
            " WHERE id = $1",
            case,
        )
        return CaseRow(*row) if row else None

    async def case_at(self, locator: bytes) -> CaseRow | None:
        row = await self._row(
            "SELECT id, state, day, decided_day, claimed_by, counted_in, reply_key FROM testimony"
            " WHERE locator = $1",
            locator,
        )
        return CaseRow(*row) if row else None

    async def cases(self, *states: CaseState) -> list[CaseRow]:
        rows = await self._rows(
            "SELECT id, state, day, decided_day, claimed_by, counted_in, reply_key FROM testimony"
            " WHERE cardinality($1::text[]) = 0 OR state = ANY($1) ORDER BY id",
            states,
        )
        return [CaseRow(*row) for row in rows]

    async def count_cases(self, *states: CaseState) -> dict[CaseState, tuple[int, int]]:
        rows = await self._rows(
            "SELECT state, count(*), min(day) FROM testimony WHERE state = ANY($1::text[]) GROUP BY state",
            states,
        )
        return {state: (count, day) for state, count, day in rows}

    async def items(self, case: bytes) -> list[ItemRow]:
        rows = await self._rows(
            "SELECT testimony, part, epoch, box FROM item WHERE testimony = $1 ORDER BY part", case
        )
        return [ItemRow(*row) for row in rows]

    async def coded_items(self) -> AsyncIterator[ItemRow]:
        last = b""
        while True:
            rows = await self._rows(
                "SELECT item.testimony, item.part, item.epoch, item.box FROM testimony"
                " JOIN item ON item.testimony = testimony.id AND item.part = 'coded'"
                " WHERE testimony.state = 'approved' AND testimony.counted_in IS NULL AND testimony.id > $1"
                " ORDER BY testimony.id LIMIT $2",
                *(last, PAGE),
            )
            for row in rows:
                yield ItemRow(*row)
            if len(rows) < PAGE:
                return
            last = rows[-1][0]

    async def sealed(self, kind: Kind, after: Key | None, limit: int) -> list[SealedRow]:
        sql = page_sql(kind, first=after is None, mark="${}")
        return rows_from(kind, await self._rows(sql, *(after or ()), limit))

    async def count_sealed(self, kind: Kind) -> int:
        count: int = await self._value(count_sql(kind))
        return count

    async def count_coded(self) -> int:
        count: int = await self._value(
            "SELECT count(*) FROM testimony"
            " JOIN item ON item.testimony = testimony.id AND item.part = 'coded'"
            " WHERE testimony.state = 'approved' AND testimony.counted_in IS NULL"
        )
        return count

    async def replies(self, case: bytes) -> list[bytes]:
        rows = await self._rows("SELECT box FROM reply WHERE testimony = $1 ORDER BY number", case)
        return [box for (box,) in rows]

    async def retention(self, *, story_before: int, coded_before: int) -> list[tuple[bytes, str]]:
        rows = await self._rows(
            "SELECT item.testimony, item.part FROM testimony JOIN item ON item.testimony = testimony.id"
            " WHERE testimony.decided_day < CASE item.part WHEN 'coded' THEN $1::bigint ELSE $2::bigint END"
            " ORDER BY item.testimony, item.part",
            *(coded_before, story_before),
        )
        return [(case, part) for case, part in rows]

    # --- the desk -------------------------------------------------------------------------------------------

    async def commands(self, limit: int = 50) -> list[CommandRow]:
        rows = await self._rows(
            "SELECT number, box FROM command WHERE box IS NOT NULL ORDER BY number LIMIT $1", limit
        )
        return [CommandRow(*row) for row in rows]

    async def member_at(self, lookup: bytes) -> MemberRow | None:
        row = await self._row("SELECT id, role, route, day, name FROM member WHERE lookup = $1", lookup)
        return MemberRow(*row) if row else None

    async def members(self, *roles: str) -> list[MemberRow]:
        rows = await self._rows(
            "SELECT id, role, route, day, name FROM member"
            " WHERE cardinality($1::text[]) = 0 OR role = ANY($1) ORDER BY id",
            roles,
        )
        return [MemberRow(*row) for row in rows]

    async def invites(self) -> list[InviteRow]:
        rows = await self._rows("SELECT code_hash, role, day, name FROM invite ORDER BY code_hash")
        return [InviteRow(*row) for row in rows]

    async def invite(self, code_hash: bytes) -> InviteRow | None:
        row = await self._row("SELECT code_hash, role, day, name FROM invite WHERE code_hash = $1", code_hash)
        return InviteRow(*row) if row else None

    async def is_banned(self, tag: bytes) -> bool:
        return bool(await self._rows("SELECT 1 FROM ban WHERE tag = $1", tag))

    async def bans(self) -> list[bytes]:
        return [tag for (tag,) in await self._rows("SELECT tag FROM ban ORDER BY tag")]

    async def asked_second(self, what: str) -> bytes | None:
        member: bytes | None = await self._value("SELECT member FROM asking WHERE what = $1", what)
        return member

    # --- audit and ledger -----------------------------------------------------------------------------------

    async def audit_lines(self, after: int = 0, limit: int = 1000) -> list[AuditRow]:
        rows = await self._rows(
            "SELECT number, line, chain FROM audit WHERE number > $1 ORDER BY number LIMIT $2", after, limit
        )
        return [AuditRow(*row) for row in rows]

    async def digests(self) -> list[DigestRow]:
        rows = await self._rows("SELECT period, day, state, frozen, sha256 FROM digest ORDER BY period")
        return [DigestRow(*row) for row in rows]

    async def digest(self, period: int) -> DigestRow | None:
        row = await self._row(
            "SELECT period, day, state, frozen, sha256 FROM digest WHERE period = $1", period
        )
        return DigestRow(*row) if row else None

    async def rendition(self, period: int, language: str) -> bytes | None:
        box: bytes | None = await self._value(
            "SELECT box FROM rendition WHERE period = $1 AND language = $2", period, language
        )
        return box

    async def deliveries(self, period: int | None = None) -> list[DeliveryRow]:
        rows = await self._rows(
            "SELECT period, member, state, tries, reason, next_try FROM delivery"
            " WHERE $1::bigint IS NULL OR period = $1 ORDER BY period, member",
            period,
        )
        return [DeliveryRow(*row) for row in rows]

    async def meta(self, key: str) -> bytes | None:
        value: bytes | None = await self._value("SELECT value FROM meta WHERE key = $1", key)
        return value


def _freezes(change: Change) -> bool:
    return any(isinstance(operation, FreezeDigest) for operation in change)
