"""A digest: what leaves the desk, frozen once and for all. Its bytes are the digest; formats read them.

Here: what a digest holds, how it is frozen and thawed, what changed since the one before, which quotes may be
in it. Never here: exact counts (a digest holds a `SafeTally` and nothing else of numbers), layouts
(`bot.formats`), sentences (`locales`), dates finer than a month, clocks.

Why bytes: the ledger keeps them with their SHA-256, partners can compare fingerprints, and sending again is
sending the same, to the byte, whatever was withdrawn or improved since.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from bot.errors import StoreDamaged
from bot.figures import SafeTally, as_data, recall

FORMAT: Final = "seuil-digest/1"
"""Written in every frozen digest. A digest frozen by an older version stays readable under its own number."""

MOST_QUOTES: Final = 5
LONGEST_QUOTE: Final = 200
"""Characters. A quote is one short sentence; a longer one has more of its author in it."""

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Change:
    """Against the digest before, from its published figures only: differences of rounded counts of people.

    `cells`: (table, category, difference), for cells published in both.
    """

    since: int
    people: int
    cells: tuple[tuple[str, str, int], ...]

    def of(self, table: str, code: str) -> int | None:
        return next((by for id, category, by in self.cells if (id, category) == (table, code)), None)


@dataclass(frozen=True, slots=True)
class Digest:
    """One period, its months as "2026-07". Summaries are moderators' words, quotes are witnesses'."""

    number: int
    first_month: str
    last_month: str
    figures: SafeTally
    change: Change | None = None
    summaries: tuple[str, ...] = field(default=(), repr=False)
    quotes: tuple[str, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if type(self.figures) is not SafeTally:
            raise TypeError("A digest holds figures made by bot.disclosure.protect, and no others.")
        months = (self.first_month, self.last_month)
        if self.number < 1 or not all(_MONTH.fullmatch(month) for month in months) or months[0] > months[1]:
            raise ValueError("A digest has a number from 1 and two months, such as 2026-07 and 2026-09.")


def compose(
    *,
    number: int,
    months: tuple[str, str],
    figures: SafeTally,
    before: Digest | None,
    summaries: Iterable[str] = (),
    quotes: Iterable[str] = (),
) -> Digest:
    """A digest ready to be frozen. Summaries go in alphabetical order: their own order would tell time."""
    return Digest(
        number=number,
        first_month=months[0],
        last_month=months[1],
        figures=figures,
        change=None if before is None else _change(figures, before),
        summaries=tuple(sorted(summaries)),
        quotes=tuple(quotes),
    )


def _change(now: SafeTally, before: Digest) -> Change | None:
    """None when the two do not compare: other tables, or another threshold."""
    then = before.figures
    if (now.design, now.k) != (then.design, then.k):
        return None
    earlier = {(table.id, cell.code): cell.count for table in then.tables for cell in table.cells}
    cells = tuple(
        (table.id, cell.code, cell.count - was)
        for table in now.tables
        for cell in table.cells
        if cell.count is not None and (was := earlier.get((table.id, cell.code))) is not None
    )
    return Change(before.number, now.people - then.people, cells)


def percent(count: int, people: int) -> int:
    """Of the published total, from published counts, without decimals; halves go up."""
    return (200 * count + people) // (2 * people)


def freeze(digest: Digest) -> bytes:
    """The digest as canonical JSON (sorted keys, no spaces, UTF-8). `thaw(freeze(digest)) == digest`."""
    change = digest.change
    told = {
        "change": None if change is None else [change.since, change.people, [list(c) for c in change.cells]],
        "figures": as_data(digest.figures),
        "format": FORMAT,
        "months": [digest.first_month, digest.last_month],
        "number": digest.number,
        "quotes": list(digest.quotes),
        "summaries": list(digest.summaries),
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def thaw(frozen: bytes) -> Digest:
    """The inverse of `freeze`. Raises `StoreDamaged` for any other bytes."""
    try:
        told = json.loads(frozen)
        digest = _digest(told)
        whole = told["format"] == FORMAT and freeze(digest) == frozen
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        whole = False
    if not whole:
        raise StoreDamaged(
            "A frozen digest is not what was written there.",
            hint="Restore the ledger from a backup. Partners have their copy, and `/audit` its fingerprint.",
        )
    return digest


def _digest(told: Any) -> Digest:
    change = None
    if told["change"] is not None:
        since, people, cells = told["change"]
        change = Change(since, people, tuple((id, code, by) for id, code, by in cells))
    return Digest(
        number=told["number"],
        first_month=told["months"][0],
        last_month=told["months"][1],
        figures=recall(told["figures"]),
        change=change,
        summaries=tuple(told["summaries"]),
        quotes=tuple(told["quotes"]),
    )


def fingerprint(frozen: bytes) -> str:
    """SHA-256 of a frozen digest, in hexadecimal: what the audit log keeps and partners can compare."""
    return hashlib.sha256(frozen).hexdigest()


@dataclass(frozen=True, slots=True)
class Offered:
    """A sentence a witness chose and released. `period`: the digest her testimony was counted in.

    `moderators`: who released it. `person`: anything that is the same for two sentences of one person.
    """

    words: str = field(repr=False)
    period: int
    moderators: frozenset[str]
    person: bytes = field(repr=False)


def choose_quotes(
    offered: Iterable[Offered],
    *,
    number: int,
    shuffle: Callable[[list[Offered]], None],
    gives_away: Callable[[str], bool],
) -> tuple[str, ...]:
    """The quotes of digest `number`, in random order, at most `MOST_QUOTES` and one a person.

    Each was told at least one period before, so that it belongs to no table beside it; was released by two
    moderators; has no digit in it (dates, hours, ages); and `gives_away` finds no place, month or rare trade.
    """
    fit = [
        quote
        for quote in offered
        if quote.period < number
        and len(quote.moderators) >= 2
        and 0 < len(quote.words) <= LONGEST_QUOTE
        and not any(sign.isnumeric() for sign in quote.words)
        and not gives_away(quote.words)
    ]
    shuffle(fit)
    one_each: dict[bytes, str] = {}
    for quote in fit:
        one_each.setdefault(quote.person, quote.words)
    return tuple(one_each.values())[:MOST_QUOTES]
