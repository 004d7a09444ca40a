"""PDF, for partners who print, quote and file: a report that screen readers can read (PDF/UA-1, A4).

What it says is put together here, sentence by sentence; how it looks is in `report.typ`. `pages` gives the
same report as pictures, for whoever approves it. Never here: anything that is not in the frozen digest or in
the words, any sentence, any colour.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bot.digest import Digest, fingerprint, percent, thaw
from bot.figures import ROUNDED_TO, SafeCross, SafeTable
from bot.formats.data import status_in_row
from bot.formats.method import method
from bot.formats.rendered import File, Rendered, Says
from bot.formats.spoken import (
    HEADLINES,
    TERMS,
    alternative,
    begun,
    by,
    dated,
    largest_changes,
    of_table,
    period,
)
from bot.formats.typeset import pdf, pictures

TEMPLATE: Final = "report.typ"

DOTS: Final = 110
"""Dots per inch of a page as a picture: read on a screen without zooming, about 100 kB a page."""

_Told = dict[str, object]


def render(frozen: bytes, words: Says) -> Rendered:
    name = f"seuil-{thaw(frozen).number}-{words.language}.pdf"
    return Rendered(files=(File(name, "application/pdf", pdf(TEMPLATE, told(frozen, words))),))


def pages(frozen: bytes, words: Says) -> tuple[File, ...]:
    """The pages of the same report as PNG, in order, for who approves it in a chat."""
    number = thaw(frozen).number
    bodies = pictures(TEMPLATE, told(frozen, words), dots=DOTS)
    return tuple(
        File(
            f"seuil-{number}-{words.language}-{page:02}.png",
            "image/png",
            body,
            words.say("digest-title", number=number),
        )
        for page, body in enumerate(bodies, start=1)
    )


def told(frozen: bytes, words: Says) -> _Told:
    """Everything the template places, said."""
    digest = thaw(frozen)
    return {
        **_cover(digest, words),
        "fingerprint": words.say("digest-fingerprint", sha256=fingerprint(frozen)),
        "columns": _columns(digest, words),
        "sections": {
            name: words.say(f"digest-section.{name}")
            for name in ("tables", "crosses", "words", "glossary", "help")
        },
        "contents": words.say("digest-contents"),
        "of-all": words.say("digest-of-all"),
        "tables": [_table(table, digest, words) for table in digest.figures.tables],
        "crosses": [_cross(cross, digest, words) for cross in digest.figures.crosses],
        "change": _change(digest, words),
        "summaries-title": words.say("digest-summaries"),
        "summaries": list(digest.summaries),
        "quotes-title": words.say("digest-quotes"),
        "quotes": [words.say("digest-quote", words=quote) for quote in digest.quotes],
        "method-title": words.say("digest-method"),
        "method": list(method(digest, words)),
        "glossary": list(_glossary(digest, words)),
        "help-note": words.say("digest-help-note"),
        "help": list(_help(words)),
    }


def _cover(digest: Digest, words: Says) -> _Told:
    title, when = words.say("digest-title", number=digest.number), period(digest, words)
    change = digest.change
    return {
        "language": words.language,
        "title": title,
        "running": f"{title}. {when}",
        "label": words.say("digest-label"),
        "subject": words.say("digest-subject"),
        "period": when,
        "people": {
            "number": words.say("digest-number", count=digest.figures.people),
            "told": words.say("digest-people-told"),
            "change": None if change is None else _people_change(digest, words),
        },
        "often": words.say("digest-often"),
        "keys": list(_headlines(digest, words)),
        "unverified": words.say("digest-unverified"),
        "means": words.say("digest-method.unverified"),
    }


def _people_change(digest: Digest, words: Says) -> str:
    assert digest.change is not None  # noqa: S101 - for the type checker: only asked where there is one
    way, number = by(digest.change.people)
    return words.say(f"digest-people-change.{way}", by=number, since=digest.change.since)


def _headlines(digest: Digest, words: Says) -> Iterator[_Told]:
    """The most given answer of each table that matters most, where one may be told; of equals, the first."""
    for id in HEADLINES:
        told = [cell for cell in digest.figures.table(id).cells if cell.count is not None]
        if told:
            most = max(told, key=lambda cell: cell.count or 0)
            yield {
                "title": words.say(f"digest-{id}"),
                "label": words.say(f"digest-{id}.{most.code}"),
                "share": _share(most.count or 0, digest, words),
            }


def _columns(digest: Digest, words: Says) -> _Told:
    names = ("answer", "people", "share", "question", "line", "who", "when", "source")
    columns: _Told = {name: words.say(f"digest-column.{name}") for name in names}
    if digest.change is not None:
        columns["change"] = words.say("digest-column.change", since=digest.change.since)
    return columns


def _share(count: int, digest: Digest, words: Says) -> str:
    return words.say("digest-percent", percent=percent(count, digest.figures.people))


def _table(table: SafeTable, digest: Digest, words: Says) -> _Told:
    return {
        "title": words.say(f"digest-{table.id}"),
        "several": words.say("digest-several") if table.many else None,
        "nothing": words.say("digest-nothing"),
        "alt": alternative(table, digest, words),
        "bars": [
            {
                "label": label,
                "share": _share(count, digest, words),
                "percent": percent(count, digest.figures.people),
                "rest": code is None,
            }
            for code, label, count in of_table(table, words)
        ],
        "rows": list(_rows(table, digest, words)),
    }


def _rows(table: SafeTable, digest: Digest, words: Says) -> Iterator[_Told]:
    for cell in table.cells:
        label = words.say(f"digest-{table.id}.{cell.code}")
        if cell.count is None:
            yield {"label": label, "untold": words.say(f"digest-untold.{cell.status}")}
        else:
            change = None if digest.change is None else digest.change.of(table.id, cell.code)
            yield _row(label, cell.count, change, digest, words)
    if table.rest is not None:
        yield _row(words.say("digest-rest"), table.rest, None, digest, words)


def _row(label: str, count: int, change: int | None, digest: Digest, words: Says) -> _Told:
    return {
        "label": label,
        "untold": None,
        "count": words.say("digest-number", count=count),
        "share": _share(count, digest, words),
        "change": "" if change is None else _by(change, words),
    }


def _by(change: int, words: Says) -> str:
    way, number = by(change)
    return words.say(f"digest-by.{way}", by=number)


def _cross(cross: SafeCross, digest: Digest, words: Says) -> _Told:
    """Rows with their total in front, as the one-way table tells it; a row of which nothing is told stays."""
    totals = {cell.code: cell.count for cell in digest.figures.table(cross.rows_of).cells}
    nothing = not any(count is not None for counts in cross.counts for count in counts)
    return {
        "title": words.say(f"digest-{cross.id}"),
        "nothing": words.say("digest-nothing"),
        "note": words.say("digest-cross-note"),
        "columns": [
            words.say("digest-column.answer"),
            words.say("digest-column.all"),
            *(words.say(f"digest-{cross.columns_of}.{column}") for column in cross.columns),
            words.say("digest-rest"),
        ],
        "rows": []
        if nothing
        else [
            {
                "label": words.say(f"digest-{cross.rows_of}.{row}"),
                "cells": [
                    _cell(totals[row], None, words),
                    *(_cell(count, rest, words) for count in (*counts, rest)),
                ],
            }
            for row, counts, rest in zip(cross.rows, cross.counts, cross.rests, strict=True)
        ],
    }


def _cell(count: int | None, rest: int | None, words: Says) -> _Told:
    if count is not None:
        return {"told": True, "says": words.say("digest-number", count=count)}
    status = status_in_row(count, rest)
    return {
        "told": False,
        "says": words.say("digest-untold.merged" if status == "merged" else "digest-untold.short"),
    }


def _change(digest: Digest, words: Says) -> _Told | None:
    change = digest.change
    if change is None:
        return None
    return {
        "title": words.say("digest-section.change", since=change.since),
        "people": _people_change(digest, words),
        "most": words.say("digest-change-most"),
        "nothing": words.say("digest-change-none", rounding=ROUNDED_TO),
        "notes": [
            words.say("digest-method.change"),
            words.say("digest-method.sums", rounding=ROUNDED_TO),
        ],
        "rows": [
            {
                "label": words.say(f"digest-{table}.{code}"),
                "title": words.say(f"digest-{table}"),
                "count": words.say("digest-number", count=_count(digest, table, code)),
                "by": _by(by_how_many, words),
            }
            for table, code, by_how_many in largest_changes(change)
        ],
    }


def _count(digest: Digest, table: str, code: str) -> int:
    return next(cell.count or 0 for cell in digest.figures.table(table).cells if cell.code == code)


def _glossary(digest: Digest, words: Says) -> Iterator[_Told]:
    for term in TERMS:
        meaning = words.say(f"digest-meaning.{term}", k=digest.figures.k, rounding=ROUNDED_TO)
        yield {"term": words.say(f"digest-term.{term}"), "meaning": begun(meaning)}


def _help(words: Says) -> Iterator[_Told]:
    for line in words.help_sources():
        where = [each for each in (line.source, dated(line.date, words)) if each]
        yield {
            "number": line.number,
            "who": begun(line.who),
            "when": ", ".join(each for each in (line.hours, line.cost) if each),
            "source": ", ".join(where) if line.source else words.say("digest-help-unsourced"),
        }
