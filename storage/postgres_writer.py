"""The writing side of the PostgreSQL keeper: many people's changes in one transaction.

A batch locks the rows of its people (`FOR UPDATE`, in the order of their pseudonyms, so that two workers
never wait for each other in a ring), thinks their turns out in Python (`storage.people`) and writes them as
rows: a statement for all, whatever their number. What concerns testimonies and the desk is one statement an
operation, behind a savepoint where it has a condition.

What can go wrong, and what is done:
- a value that no database can store: every change of the batch alone, and that one fails alone;
- two workers meet (a deadlock, a serialisation failure, the same new person): all of it is decided again;
- the connection breaks: all of it again on a new one, unless the COMMIT was on its way. Then only the
  database knows, and is asked: each batch leaves its number in the worker's row, in the same transaction.

Never here: what waits, and for how long it may.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import asyncpg

from bot.errors import StoreAway
from storage import PersonRow, postgres_server
from storage.changes import Change, DropErrand, ForgetSeen, Operation, PutErrand
from storage.people import (
    ERRANDS,
    PERSONAL,
    Errand,
    Refused,
    after,
    is_forgotten,
    last_word,
    person_from,
    pseudonyms_in,
    row_of,
)
from storage.postgres_acts import ACTS, ONE_AT_A_TIME, UNCONDITIONAL
from storage.postgres_claims import SETTING
from storage.postgres_server import (
    LOST,
    UNFIT,
    Connection,
    Patience,
    connect,
    is_away,
    is_contended,
    let_go,
    told,
)

BY_KEY: Final = {
    # Everything a batch reads, it reads by its key. Statistics of a young table, or none, would talk the
    # planner into reading all of it, and prepared statements keep to such a plan.
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "jit": "off",
}

WORKER_DAYS: Final = 7
"""After which the row of a worker that was killed is swept away."""

BEGIN: Final = "BEGIN ISOLATION LEVEL READ COMMITTED"

LOCK_PEOPLE: Final = (
    "WITH mark AS (INSERT INTO worker (id, batch) VALUES ($1, $2)"
    " ON CONFLICT (id) DO UPDATE SET batch = excluded.batch, day = current_date)"
    " SELECT pseudonym, day, seen, draft, revision, draft_day, box FROM person"
    " WHERE pseudonym = ANY($3::bytea[]) ORDER BY pseudonym FOR UPDATE"
)
NEW_PEOPLE: Final = (
    "INSERT INTO person (pseudonym, day, seen, draft, revision, draft_day, box) SELECT * FROM"
    " unnest($1::bytea[], $2::bigint[], $3::bytea[], $4::bytea[], $5::bigint[], $6::bigint[], $7::bytea[])"
    " ON CONFLICT (pseudonym) DO NOTHING"
)
KNOWN_PEOPLE: Final = (
    "UPDATE person SET day = new.day, seen = new.seen, draft = new.draft, revision = new.revision,"
    " draft_day = new.draft_day, box = new.box FROM"
    " unnest($1::bytea[], $2::bigint[], $3::bytea[], $4::bytea[], $5::bigint[], $6::bigint[], $7::bytea[])"
    " AS new (pseudonym, day, seen, draft, revision, draft_day, box)"
    " WHERE person.pseudonym = new.pseudonym"
)
PUT_ERRANDS: Final = (
    "INSERT INTO errand (id, mark, box) SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bytea[])"
    " ON CONFLICT (id) DO UPDATE SET mark = excluded.mark, box = excluded.box"
)
DROP_ERRANDS: Final = (
    "DELETE FROM errand USING unnest($1::bytea[], $2::bigint[]) AS done (id, mark)"
    " WHERE errand.id = done.id AND errand.mark <= done.mark"
)


def _unsure() -> StoreAway:
    return StoreAway(
        "The PostgreSQL server was lost in the middle of a commit: whether it was done, only it knows.",
        hint="See that it runs and can be reached. What was acknowledged is safe.",
        unsure=True,
    )


class _Met(Exception):
    """Another worker wrote the same new person first."""


@dataclass(slots=True)
class _Batch:
    """What one attempt has done so far."""

    changes: Sequence[Change]
    known: dict[bytes, PersonRow] = field(default_factory=dict)
    """Rows as they are in the database, locked."""
    people: dict[bytes, PersonRow | None] = field(default_factory=dict)
    errands: dict[bytes, Errand] = field(default_factory=dict)
    answers: list[bool] = field(default_factory=list)
    committing: bool = False
    """Whether a COMMIT may have reached the server."""

    def person(self, pseudonym: bytes) -> PersonRow | None:
        return self.people[pseudonym] if pseudonym in self.people else self.known.get(pseudonym)


class Writer:
    """One connection that writes, made again whenever it breaks. One batch at a time. `claimant`: the name
    under which its process claims (`storage.postgres_claims`)."""

    def __init__(self, url: str, claimant: str = "") -> None:
        self._url = url
        self._session = {**BY_KEY, SETTING: claimant}
        self._worker = os.urandom(16)
        self._name = f"seuil writer {self._worker.hex()[:12]}"
        self._number = 0
        self._db: Connection | None = None

    async def write(self, changes: Sequence[Change]) -> list[bool | Exception]:
        """Make these changes durable. One answer a change: done, refused, or failed."""
        answers, trouble, unsure = await self._settle(changes)
        if trouble is None:
            return [*answers]
        if is_away(trouble) or not isinstance(trouble, UNFIT):
            return [_unsure() if unsure else told(trouble)] * len(changes)
        if len(changes) > 1:
            return [answer for change in changes for answer in await self.write([change])]
        return [TypeError("A change holds a value of a kind or size that no store can keep.")]

    async def close(self) -> None:
        if self._db is None:
            return
        try:
            await self._db.execute("DELETE FROM worker WHERE id = $1", self._worker)
        except (*LOST, asyncpg.PostgresError):
            pass  # swept away later
        await let_go(self._db)
        self._db = None

    # --- one batch, until it is decided ---------------------------------------------------------------------

    async def _settle(self, changes: Sequence[Change]) -> tuple[list[bool], Exception | None, bool]:
        """Try until it is done, refused, or no use trying. The answers, or what is in the way, and whether it
        may be done all the same."""
        self._number += 1
        batch, patience = _Batch(changes), Patience()
        while True:
            try:
                db = await self._connected()
                if batch.committing and await self._arrived(db):
                    return batch.answers, None, False
                batch = _Batch(changes)
                await self._attempt(db, batch)
            except Refused:  # of a change that is alone
                return [False], None, False
            except (_Met, *LOST, *UNFIT, asyncpg.PostgresError) as error:
                trouble = error
            else:
                return batch.answers, None, False
            if not isinstance(trouble, _Met) and not is_away(trouble) and not is_contended(trouble):
                return [], trouble, False
            if not await patience.pause(away=is_away(trouble)):
                return [], trouble, batch.committing and is_away(trouble)

    async def _connected(self) -> Connection:
        if self._db is None or self._db.is_closed():
            self._db = await connect(self._url, self._name, self._session, postgres_server.WRITE_SECONDS)
            # What was left of our last connection may still hold locks, or be about to commit.
            await self._db.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = $1 AND pid <> pg_backend_pid()",
                self._name,
            )
            await self._db.execute(
                "DELETE FROM worker WHERE day < current_date - $1::integer AND id <> $2",
                *(WORKER_DAYS, self._worker),
            )
        return self._db

    async def _arrived(self, db: Connection) -> bool:
        """Whether the COMMIT that nobody answered made this batch durable. Waits for the row where the other
        connection has not ended yet."""
        last = await db.fetchval("SELECT batch FROM worker WHERE id = $1 FOR UPDATE", self._worker)
        return bool(last == self._number)

    async def _attempt(self, db: Connection, batch: _Batch) -> None:
        try:
            await db.execute(BEGIN)
            await self._write(db, batch)
            batch.committing = True
            ended = await db.execute("COMMIT")
        except BaseException as error:
            await self._roll_back(db, broken=is_away(error) or not isinstance(error, Exception))
            raise
        if ended != "COMMIT":  # a transaction that failed is ended by COMMIT without an error
            batch.committing = False
            raise _Met

    async def _roll_back(self, db: Connection, *, broken: bool) -> None:
        try:
            if not broken:
                await db.execute("ROLLBACK")
                return
        except (*LOST, asyncpg.PostgresError):
            pass
        db.terminate()
        self._db = None

    # --- what a batch writes --------------------------------------------------------------------------------

    async def _write(self, db: Connection, batch: _Batch) -> None:
        asked = sorted(pseudonyms_in(batch.changes))
        for row in await db.fetch(LOCK_PEOPLE, self._worker, self._number, asked):
            batch.known[row["pseudonym"]] = person_from(tuple(row))
        await self._lock_tables(db, batch.changes)
        for change in batch.changes:
            batch.answers.append(await self._one(db, change, batch))
        await self._write_people(db, batch)
        await self._write_errands(db, batch.errands.values())

    async def _lock_tables(self, db: Connection, changes: Sequence[Change]) -> None:
        kinds = {type(operation) for change in changes for operation in change}
        locks = sorted({ONE_AT_A_TIME[kind] for kind in kinds if kind in ONE_AT_A_TIME})
        if locks:
            await db.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' ' || name, 0))"
                " FROM unnest($1::text[]) AS name",
                locks,
            )

    async def _one(self, db: Connection, change: Change, batch: _Batch) -> bool:
        """Do one change inside the batch, or leave it undone and answer False."""
        mine: dict[bytes, PersonRow | None] = {}
        errands: dict[bytes, Errand] = {}
        others: list[Operation] = []
        alone = len(batch.changes) == 1
        try:
            for operation in change:
                if isinstance(operation, PERSONAL):
                    whose = operation.pseudonym
                    before = mine[whose] if whose in mine else batch.person(whose)
                    mine[whose] = after(before, operation)
                elif isinstance(operation, ERRANDS):
                    said = errands.get(operation.id) or batch.errands.get(operation.id)
                    errands[operation.id] = last_word(said, operation)
                elif isinstance(operation, ForgetSeen):
                    mine |= await self._forgotten(db, operation, batch, mine)
                else:
                    others.append(operation)
        except Refused:
            if alone:
                raise
            return False
        if others and not await self._keep(db, others, alone=alone):
            return False
        batch.people |= mine
        batch.errands |= errands
        return True

    async def _keep(self, db: Connection, operations: list[Operation], *, alone: bool) -> bool:
        careful = not alone and not all(isinstance(operation, UNCONDITIONAL) for operation in operations)
        if careful:
            await db.execute("SAVEPOINT change")
        for operation in operations:
            if not await ACTS[type(operation)](db, operation):
                if alone:
                    raise Refused
                await db.execute("ROLLBACK TO change; RELEASE change")
                return False
        if careful:
            await db.execute("RELEASE change")
        return True

    async def _forgotten(
        self, db: Connection, forget: ForgetSeen, batch: _Batch, mine: dict[bytes, PersonRow | None]
    ) -> dict[bytes, PersonRow | None]:
        """The people to be forgotten, without their rows. Who is answered by another worker just now is not
        forgotten."""
        stored = await db.fetch(
            "SELECT pseudonym FROM person WHERE draft IS NULL AND day < $1 AND pseudonym >= $2"
            " AND ($3 = ''::bytea OR pseudonym < $3) FOR UPDATE SKIP LOCKED",
            forget.before,
            forget.start,
            forget.end,
        )
        written = {**batch.people, **mine}
        found = [row["pseudonym"] for row in stored if row["pseudonym"] not in written]
        batch.known |= {p: PersonRow(p, None, ()) for p in found if p not in batch.known}
        found += [p for p, row in written.items() if row and is_forgotten(row, forget)]
        return dict.fromkeys(found)

    async def _write_people(self, db: Connection, batch: _Batch) -> None:
        people = sorted(batch.people.items())
        fresh = [row_of(row) for whose, row in people if row and whose not in batch.known]
        again = [row_of(row) for whose, row in people if row and whose in batch.known]
        gone = [whose for whose, row in people if not row and whose in batch.known]
        if fresh and await db.execute(NEW_PEOPLE, *_columns(fresh)) != f"INSERT 0 {len(fresh)}":
            raise _Met
        if again:
            await db.execute(KNOWN_PEOPLE, *_columns(again))
        if gone:
            await db.execute("DELETE FROM person WHERE pseudonym = ANY($1::bytea[])", gone)

    async def _write_errands(self, db: Connection, errands: Iterable[Errand]) -> None:
        ordered = sorted(errands, key=lambda errand: errand.id)
        put = [(e.id, e.mark, e.box) for e in ordered if isinstance(e, PutErrand)]
        done = [(e.id, e.mark) for e in ordered if isinstance(e, DropErrand)]
        if put:
            await db.execute(PUT_ERRANDS, *_columns(put))
        if done:
            await db.execute(DROP_ERRANDS, *_columns(done))


def _columns(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Rows as `unnest` takes them: one list a column."""
    return [list(column) for column in zip(*rows, strict=True)]
