"""JSON, for partners who compute. One object, UTF-8, one file.

    format       "seuil-digest-json/1"; the same number, the same fields with the same meaning
    language     of every title, label and rule here
    sha256       of the frozen digest, the same in every language and format
    number       of the digest, from 1
    months       {"first": "2026-07", "last": "2026-09"}
    unverified   true: testimonies are what people said, checked by nobody
    people       counted, rounded
    k, rounding  no count under k people is told; every count is a multiple of `rounding`
    design       version of the tables; digests compare only when design and k are the same
    rules        what each status means: "published", "merged" (in `rest`), "withheld"
    tables       [{id, title, several_answers, cells: [{code, label, status, count, percent, change}], rest}]
                 count, percent, change: null unless published; `rest`: {label, count, percent} or null
    crosses      [{id, title, rows, columns, cells: [{row, column, status, count}], rests: [{row, count}]}];
                 rows, columns: table ids; a rest is what the cells of its row leave, or null
    change       {since, people} against the digest before, from published figures, or null
    summaries    moderators' words        quotes   sentences their authors released
    method       how it was counted and protected, in plain words

`percent` is of `people`. Never here: anything that is not in the frozen digest.

The same, for programs, is digest.schema.json (JSON Schema, draft 2020-12). It knows every field and refuses
any other, so that a partner's program finds out by itself when it was written for another format: a new
field is a new number. `schema()` gives it as a file, to be put beside the data where data are kept (a folder,
a mail) and not in a chat, where it would be one more thing to wonder about.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import Final

from bot.digest import Digest, fingerprint, percent, thaw
from bot.figures import ROUNDED_TO, SafeCross, SafeTable, Status
from bot.formats.method import method
from bot.formats.rendered import File, Rendered, Says

FORMAT: Final = "seuil-digest-json/1"


def schema() -> File:
    """What every file of `FORMAT` keeps to. Its name tells the format, so it may lie beside many digests."""
    body = resources.files("bot.formats").joinpath("digest.schema.json").read_bytes()
    return File(f"{FORMAT.replace('/', '-')}.schema.json", "application/schema+json", body)


def render(frozen: bytes, words: Says) -> Rendered:
    digest = thaw(frozen)
    figures = digest.figures
    told = {
        "format": FORMAT,
        "language": words.language,
        "sha256": fingerprint(frozen),
        "number": digest.number,
        "months": {"first": digest.first_month, "last": digest.last_month},
        "unverified": True,
        "people": figures.people,
        "k": figures.k,
        "rounding": ROUNDED_TO,
        "design": figures.design,
        "rules": {
            status: words.say(f"digest-status.{status}", k=figures.k)
            for status in ("published", "merged", "withheld")
        },
        "tables": [_table(table, digest, words) for table in figures.tables],
        "crosses": [_cross(cross, words) for cross in figures.crosses],
        "change": None
        if digest.change is None
        else {"since": digest.change.since, "people": digest.change.people},
        "summaries": list(digest.summaries),
        "quotes": list(digest.quotes),
        "method": list(method(digest, words)),
    }
    body = json.dumps(told, ensure_ascii=False, indent=2).encode() + b"\n"
    return Rendered(files=(File(f"seuil-{digest.number}-{words.language}.json", "application/json", body),))


def _table(table: SafeTable, digest: Digest, words: Says) -> dict[str, object]:
    people = digest.figures.people
    return {
        "id": table.id,
        "title": words.say(f"digest-{table.id}"),
        "several_answers": table.many,
        "cells": [
            {
                "code": cell.code,
                "label": words.say(f"digest-{table.id}.{cell.code}"),
                "status": cell.status,
                "count": cell.count,
                "percent": None if cell.count is None else percent(cell.count, people),
                "change": None if digest.change is None else digest.change.of(table.id, cell.code),
            }
            for cell in table.cells
        ],
        "rest": None
        if table.rest is None
        else {
            "label": words.say("digest-rest"),
            "count": table.rest,
            "percent": percent(table.rest, people),
        },
    }


def _cross(cross: SafeCross, words: Says) -> dict[str, object]:
    return {
        "id": cross.id,
        "title": words.say(f"digest-{cross.id}"),
        "rows": cross.rows_of,
        "columns": cross.columns_of,
        "cells": [
            {
                "row": row,
                "column": column,
                "status": status_in_row(count, rest),
                "count": count,
            }
            for row, counts, rest in zip(cross.rows, cross.counts, cross.rests, strict=True)
            for column, count in zip(cross.columns, counts, strict=True)
        ],
        "rests": [{"row": row, "count": rest} for row, rest in zip(cross.rows, cross.rests, strict=True)],
    }


def status_in_row(count: int | None, rest: int | None) -> Status:
    """Of a cell of a two-way table, by what is told of it and of the rest of its row."""
    if count is not None:
        return "published"
    return "withheld" if rest is None else "merged"
