"""CSV, for partners who compute in tables: tidy, one row a cell, the same rows in every digest of a design.

Rows: the total; each category of each one-way table, and what the told ones leave (`rest`); each cell of each
two-way table, and what the told cells of each row leave. `COLUMNS` are explained in docs/digest-data.md.

Never here: anything that is not in the frozen digest, or its words (summaries, quotes, method): they are no
cells, and the JSON has them.

Why a comma: it is what RFC 4180 writes and what every reader outside an office takes unless told otherwise.
A semicolon would please Excel in France at a double click, and give everybody else one column without a
complaint; a comma gives Excel one column, which is seen at once and mended by its import window.
Why a byte order mark: without it Excel reads accents wrong, silently; pandas, R and LibreOffice skip it.
Why no decimal: a comma in a number would need a setting. Percentages are whole, as everywhere.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final

from bot.digest import Digest, fingerprint, percent, thaw
from bot.figures import ROUNDED_TO, SafeCross, SafeTable, Status
from bot.formats.data import status_in_row
from bot.formats.rendered import File, Rendered, Says

FORMAT: Final = "seuil-digest-csv/1"
"""A column is never given another meaning, or another place, under the same number."""

COLUMNS: Final = (
    *("format", "sha256", "language", "digest", "period_first", "period_last", "unverified"),
    *("k", "rounding", "design"),
    *("table", "table_title", "kind", "several_answers"),
    *("row_code", "row_label", "column_code", "column_label"),
    *("status", "rule", "count", "percent", "change", "change_since"),
)
REST: Final = "rest"
"""Code of what the told cells leave. No category of any design is called so."""

_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes a spreadsheet compute a cell instead of showing it (OWASP, CSV injection), full-width too."""

_Row = dict[str, str | int | None]


def render(frozen: bytes, words: Says) -> Rendered:
    digest = thaw(frozen)
    same = _same(digest, fingerprint(frozen), words)
    page = io.StringIO(newline="")
    sheet = csv.DictWriter(page, COLUMNS, lineterminator="\r\n")
    sheet.writeheader()
    for row in _rows(digest, words):
        sheet.writerow({name: _written(value) for name, value in (same | row).items()})
    body = page.getvalue().encode("utf-8-sig")
    return Rendered(files=(File(f"seuil-{digest.number}-{words.language}.csv", "text/csv", body),))


def _written(value: str | int | None) -> str | int:
    """Missing is empty. Text that a spreadsheet would compute gets an apostrophe in front."""
    if isinstance(value, str) and value.lstrip().startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value


def _same(digest: Digest, sha256: str, words: Says) -> _Row:
    """What every row carries, so that rows of many digests can be laid under each other."""
    return dict.fromkeys(COLUMNS) | {
        "format": FORMAT,
        "sha256": sha256,
        "language": words.language,
        "digest": digest.number,
        "period_first": digest.first_month,
        "period_last": digest.last_month,
        "unverified": "true",
        "k": digest.figures.k,
        "rounding": ROUNDED_TO,
        "design": digest.figures.design,
        "several_answers": "false",
        "change_since": None if digest.change is None else digest.change.since,
    }


def _rows(digest: Digest, words: Says) -> Iterator[_Row]:
    yield {
        "table": "people",
        "table_title": words.say("digest-total"),
        "kind": "total",
        "change": None if digest.change is None else digest.change.people,
        **_told(digest.figures.people, "published", digest, words, rule="total"),
    }
    for table in digest.figures.tables:
        yield from _one_way(table, digest, words)
    many = {table.id: table.many for table in digest.figures.tables}
    for cross in digest.figures.crosses:
        for row in _two_way(cross, digest, words):
            yield row | {"several_answers": _yes(many[cross.rows_of])}


def _one_way(table: SafeTable, digest: Digest, words: Says) -> Iterator[_Row]:
    same: _Row = {
        "table": table.id,
        "table_title": words.say(f"digest-{table.id}"),
        "kind": "one-way",
        "several_answers": _yes(table.many),
    }
    for cell in table.cells:
        yield {
            **same,
            "row_code": cell.code,
            "row_label": words.say(f"digest-{table.id}.{cell.code}"),
            "change": None if digest.change is None else digest.change.of(table.id, cell.code),
            **_told(cell.count, cell.status, digest, words),
        }
    if not table.many:
        yield (
            same
            | {"row_code": REST, "row_label": words.say("digest-rest")}
            | _rest(table.rest, digest, words)
        )


def _two_way(cross: SafeCross, digest: Digest, words: Says) -> Iterator[_Row]:
    """Without percentages, as in the JSON: of everybody they would mislead, of a row they would be of few."""
    for row, counts, rest in zip(cross.rows, cross.counts, cross.rests, strict=True):
        same: _Row = {
            "table": cross.id,
            "table_title": words.say(f"digest-{cross.id}"),
            "kind": "cross",
            "row_code": row,
            "row_label": words.say(f"digest-{cross.rows_of}.{row}"),
        }
        for column, count in zip(cross.columns, counts, strict=True):
            label = words.say(f"digest-{cross.columns_of}.{column}")
            told = _told(count, status_in_row(count, rest), digest, words)
            yield {**same, "column_code": column, "column_label": label, **told, "percent": None}
        label = words.say("digest-rest")
        told = _rest(rest, digest, words)
        yield {**same, "column_code": REST, "column_label": label, **told, "percent": None}


def _rest(count: int | None, digest: Digest, words: Says) -> _Row:
    if count is None:
        return _told(None, "withheld", digest, words)
    return _told(count, "published", digest, words, rule="rest")


def _told(count: int | None, status: Status, digest: Digest, words: Says, rule: str = "") -> _Row:
    """`rule`: which sentence says why it is told, where it is not the one of its status."""
    return {
        "status": status,
        "rule": words.say(f"digest-status.{rule or status}", k=digest.figures.k),
        "count": count,
        "percent": None if count is None else percent(count, digest.figures.people),
    }


def _yes(statement: bool) -> str:
    return "true" if statement else "false"
