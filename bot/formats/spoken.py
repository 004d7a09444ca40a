"""What several formats say alike: the period, changes, a chart in words, what a report opens and ends with.

Never here: any sentence.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bot.digest import Change, Digest, percent
from bot.figures import ROUNDED_TO, SafeTable
from bot.formats.rendered import Says

HEADLINES: Final = ("what_happened", "company_reaction", "consequences")
"""One-way tables whose most given answer opens a report: what, what was done about it, what it cost."""

MOST_CHANGES: Final = 12
"""Lines of the table of changes: it stays on one page, and every change is beside its answer anyway."""

TERMS: Final = (
    *("testimony", "person", "came", "period", "share", "rounded"),
    *("threshold", "published", "merged", "withheld", "fingerprint"),
)
"""The glossary of a report, each after the words it needs."""


def period(digest: Digest, words: Says) -> str:
    first, last = _month(digest.first_month, words), _month(digest.last_month, words)
    if digest.first_month == digest.last_month:
        return words.say("digest-period-one", month=first)
    return words.say("digest-period", first=first, last=last)


def _month(month: str, words: Says) -> str:
    year, _, place = month.partition("-")
    return words.say(f"digest-month.m{place}", year=year)


def by(change: int) -> tuple[str, int]:
    """Which attribute says a change ("more", "fewer", "same"), and how large it is."""
    return "more" if change > 0 else "fewer" if change < 0 else "same", abs(change)


def largest_changes(change: Change) -> tuple[tuple[str, str, int], ...]:
    """(table, category, people), the largest first, without those that rounding alone could make."""
    marked = (cell for cell in change.cells if abs(cell[2]) > ROUNDED_TO)
    return tuple(sorted(marked, key=lambda cell: -abs(cell[2])))[:MOST_CHANGES]


def of_table(table: SafeTable, words: Says) -> Iterator[tuple[str | None, str, int]]:
    """(code, label, people) of all that is told in a table; the remainder, without code, comes last."""
    for cell in table.cells:
        if cell.count is not None:
            yield cell.code, words.say(f"digest-{table.id}.{cell.code}"), cell.count
    if table.rest is not None:
        yield None, words.say("digest-rest"), table.rest


def alternative(table: SafeTable, digest: Digest, words: Says) -> str:
    """The bar chart of a table, read aloud: the same figures in the same order."""
    rows = [
        words.say("digest-row", label=label, count=count, percent=percent(count, digest.figures.people))
        for _, label, count in of_table(table, words)
    ]
    title = words.say(f"digest-{table.id}")
    if not rows:
        return f"{title}. {words.say('digest-nothing')}"
    return words.say("digest-chart", label=title, labels=words.say("digest-between").join(rows))


def dated(date: str, words: Says) -> str:
    """The month of a source, or its year: "septembre 2023" of "2023-09-22". The day helps nobody."""
    year, month = date[:4], date[5:7]
    return words.say(f"digest-month.m{month}", year=year) if year and month else year


def begun(text: str) -> str:
    """With a capital: it begins what it stands in."""
    return text[:1].upper() + text[1:]
