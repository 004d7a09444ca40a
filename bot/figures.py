"""Figures that may be told: the only numbers a digest can hold.

Here: the shape of protected figures, and their way into the ledger and back. Never here: how they are
protected (`bot.disclosure`), or any exact count. `PROTECTED` is the stamp `bot.disclosure.protect` puts on
what it made; a test sees that no other module asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import InitVar, dataclass, field
from typing import Any, Final, Literal, get_args

from bot.errors import StoreDamaged

K_FLOOR: Final = 5
"""People. No setting goes lower: under it even the rounding unit would tell one person."""

ROUNDED_TO: Final = 5
"""People. Every told number is a multiple of it."""

PROTECTED: Final = object()

Status = Literal["published", "merged", "withheld"]
"""`merged`: counted in the remainder of its table. `withheld`: told nowhere; nor for which reason."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A category of a one-way table. `count`, in people, is None unless it is published."""

    code: str
    count: int | None
    status: Status


@dataclass(frozen=True, slots=True)
class SafeTable:
    """A one-way table. `rest`: the merged categories together with the people without category; None where
    nothing is told, or where a person may be in several categories and nothing adds up."""

    id: str
    many: bool
    cells: tuple[Cell, ...]
    rest: int | None


@dataclass(frozen=True, slots=True)
class SafeCross:
    """A two-way table: `counts[row][column]`, None where not told. `rows_of`, `columns_of`: one-way tables.

    `rests[row]`: the cells of a row that are not told, merged with its people outside every column; None
    where no cell is told.
    """

    id: str
    rows_of: str
    columns_of: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: tuple[tuple[int | None, ...], ...]
    rests: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class SafeTally:
    """Made by `bot.disclosure.protect`, or read back by `recall` from the ledger; nowhere else."""

    design: int
    k: int
    people: int
    tables: tuple[SafeTable, ...]
    crosses: tuple[SafeCross, ...]
    made: InitVar[object] = field(kw_only=True)

    def __post_init__(self, made: object) -> None:
        if made is not PROTECTED:
            raise TypeError("A SafeTally is made by bot.disclosure.protect, from a Tally.")

    def table(self, id: str) -> SafeTable:
        return next(table for table in self.tables if table.id == id)

    def numbers(self) -> Iterator[int]:
        """Every told number, whatever table it is in."""
        yield self.people
        for table in self.tables:
            yield from (cell.count for cell in table.cells if cell.count is not None)
            if table.rest is not None:
                yield table.rest
        for cross in self.crosses:
            yield from (count for row in (*cross.counts, cross.rests) for count in row if count is not None)


def as_data(safe: SafeTally) -> dict[str, object]:
    """A `SafeTally` as plain lists, numbers and codes, for the ledger."""
    tables = [
        {
            "cells": [[cell.code, cell.count, cell.status] for cell in table.cells],
            "id": table.id,
            "many": table.many,
            "rest": table.rest,
        }
        for table in safe.tables
    ]
    crosses = [
        {
            "columns": list(cross.columns),
            "columns_of": cross.columns_of,
            "counts": [list(row) for row in cross.counts],
            "id": cross.id,
            "rests": list(cross.rests),
            "rows": list(cross.rows),
            "rows_of": cross.rows_of,
        }
        for cross in safe.crosses
    ]
    return {"crosses": crosses, "design": safe.design, "k": safe.k, "people": safe.people, "tables": tables}


def recall(data: Any) -> SafeTally:
    """What `as_data` wrote, read back from the ledger.

    Raises `StoreDamaged` for anything `protect` could not have told, such as a number under k.
    """
    try:
        safe = _read(data)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _never_made() from None
    numbers = list(safe.numbers())
    if not all(_is_told(number, safe) for number in numbers) or safe.k < K_FLOOR:
        raise _never_made()
    return safe


def _read(data: Any) -> SafeTally:
    return SafeTally(
        design=_whole(data["design"]),
        k=_whole(data["k"]),
        people=_whole(data["people"]),
        tables=tuple(
            SafeTable(
                id=table["id"],
                many=table["many"],
                cells=tuple(_cell(*cell) for cell in table["cells"]),
                rest=None if table["rest"] is None else _whole(table["rest"]),
            )
            for table in data["tables"]
        ),
        crosses=tuple(
            SafeCross(
                id=cross["id"],
                rows_of=cross["rows_of"],
                columns_of=cross["columns_of"],
                rows=tuple(cross["rows"]),
                columns=tuple(cross["columns"]),
                counts=tuple(tuple(row) for row in cross["counts"]),
                rests=tuple(cross["rests"]),
            )
            for cross in data["crosses"]
        ),
        made=PROTECTED,
    )


def _cell(code: str, count: int | None, status: Status) -> Cell:
    if status not in get_args(Status) or (count is None) is (status == "published"):
        raise ValueError
    return Cell(code, count, status)


def _whole(number: Any) -> int:
    if type(number) is not int:
        raise TypeError
    return number


def _is_told(number: object, safe: SafeTally) -> bool:
    return type(number) is int and number % ROUNDED_TO == 0 and safe.k <= number <= safe.people


def _never_made() -> StoreDamaged:
    return StoreDamaged(
        "A frozen digest holds figures that were never made here.",
        hint="Restore the ledger from a backup. Partners have their copy, and `/audit` its fingerprint.",
    )
