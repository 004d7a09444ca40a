"""What several formats say alike: the period, a change, the bars of a chart in words. Never here: any sentence."""

from __future__ import annotations

from collections.abc import Iterator

from bot.digest import Digest, percent
from bot.figures import SafeTable
from bot.formats.rendered import Says


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
    return words.say(
        "digest-chart", label=words.say(f"digest-{table.id}"), labels=words.say("digest-between").join(rows)
    )
