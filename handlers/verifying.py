"""What the operator has to verify before opening: help lines and legal lines, and what was verified when.

Nothing that Seuil tells was checked against the live web by the program, so nothing claims it. An entry
asks for a look when its source is older than eighteen months, undated or marked as doubtful. An operator
who looked says so with `python -m bot verify`, and the day is recorded; after eighteen months it asks again.

Also the walk along the audit log, which the console and the desk both take.

Never here: the entries (`locales/help`, `bot.rights`), or what today is: the day is an argument.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bot.audit import START, first_break
from bot.errors import SettingsError
from bot.rights import STALE_MONTHS, every_legal_line
from locales import every_help_line
from storage import Store
from storage.audit_head import AuditHead, Head
from storage.changes import Audit, PutMeta

_KEY = "verified|"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that is told: `id` names it at the console, `says` is what to look at."""

    id: str
    country: str
    says: str
    source: str
    source_date: str
    doubt: str
    stale: bool
    verified: date | None

    def asks(self, today: date) -> bool:
        """Whether an operator should look at it."""
        if self.verified is not None:
            months = (today.year - self.verified.year) * 12 + today.month - self.verified.month
            return months > STALE_MONTHS
        return self.stale or bool(self.doubt)


async def entries(store: Store, today: date) -> list[Entry]:
    """Every help line and every legal line, with the day it was verified by this instance's operator."""
    found = [
        Entry(
            line.id,
            line.country,
            f"{line.number} ({line.text('who', 'fr')}; {line.text('hours', 'fr')})",
            line.source,
            line.source_date,
            line.to_verify,
            line.stale(today),
            None,
        )
        for line in every_help_line()
    ]
    found += [
        Entry(
            line.id,
            line.country,
            line.text,
            line.source,
            line.source_date,
            line.to_verify,
            line.stale(today),
            None,
        )
        for line in every_legal_line()
    ]
    days = {entry.id: await verified_on(store, entry.id) for entry in found}
    return [_with_day(entry, days[entry.id]) for entry in found]


def _with_day(entry: Entry, day: date | None) -> Entry:
    return Entry(
        entry.id, entry.country, entry.says, entry.source, entry.source_date, entry.doubt, entry.stale, day
    )


async def verified_on(store: Store, id: str) -> date | None:
    told = await store.meta(_KEY + id)
    return None if told is None else date.fromisoformat(told.decode())


async def record(store: Store, ids: Iterable[str], today: date) -> int:
    """Record that an operator looked at these entries today. How many. Raises `SettingsError` for an unknown
    id."""
    known = {entry.id for entry in await entries(store, today)}
    wanted = list(dict.fromkeys(ids))
    unknown = [id for id in wanted if id not in known]
    if unknown:
        raise SettingsError(
            f"No entry is called {', '.join(unknown)}.", hint="`python -m bot check` lists the names."
        )
    day = (today - date(1970, 1, 1)).days
    for id in wanted:
        await store.commit(
            (PutMeta(_KEY + id, today.isoformat().encode()), Audit(day, "console", "verify", id))
        )
    return len(wanted)


@dataclass(frozen=True, slots=True)
class Walk:
    """What a walk along the audit log found. `lines` of it are whole, `head` is the chain's value after
    them."""

    lines: int
    head: bytes
    broken: int | None = None
    """The first line that is not what was written there."""
    missing: int | None = None
    """How many lines were known outside the database to be there, where they are not, or are others."""


async def audit_log(store: Store, outside: Head | None = None) -> Walk:
    """Walk the audit log a page at a time, and compare it with what is known of it outside the database."""
    found = START if outside is not None and outside.lines == 0 else None
    previous, count = START, 0
    while page := await store.audit_lines(after=count):
        broken = first_break(((row.number, row.line, row.chain) for row in page), previous, count + 1)
        if broken is not None:
            return Walk(count, previous, broken=broken)
        if outside is not None and count < outside.lines <= page[-1].number:
            found = page[outside.lines - count - 1].chain
        previous, count = page[-1].chain, page[-1].number
    if outside is not None and found != outside.chain:
        return Walk(count, previous, missing=outside.lines)
    return Walk(count, previous)


async def note_head(store: Store, file: AuditHead) -> bool:
    """Write down outside the database where the audit log ends now. False, and nothing is written, where it
    does not go on from what was written last: it was cut, or another was put in its place.

    Raises `StoreDamaged` where another hand wrote the file.
    """
    before = await asyncio.to_thread(file.read)
    after = before or Head(0, START)
    if after.lines:
        here = await store.audit_lines(after=after.lines - 1, limit=1)
        if not here or (here[0].number, here[0].chain) != (after.lines, after.chain):
            return False
    head = after
    while page := await store.audit_lines(after=head.lines):
        rows = ((row.number, row.line, row.chain) for row in page)
        if first_break(rows, head.chain, head.lines + 1) is not None:
            return False
        head = Head(page[-1].number, page[-1].chain)
    if head != before:
        await asyncio.to_thread(file.write, head)
    return True
