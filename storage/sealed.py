"""Everything in the store that is sealed to the team's key, named once for all keepers, and how it is given
another header.

A column that holds an age file for the team stands in `PLACES`, or a rotation would forget it: a test walks
every column of every table. Replies are sealed to their witness, drafts and routes under keys of their own:
these are no age files for the team.

Never here: a key, and what is inside (`bot.rewrapping`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias, get_args

Kind = Literal["item", "command", "digest", "rendition"]
KINDS: tuple[Kind, ...] = get_args(Kind)

Key: TypeAlias = tuple[bytes | str | int, ...]
"""What a row is found by, in the order of its table's primary key."""


@dataclass(frozen=True, slots=True)
class Place:
    """A column, and the key of its table."""

    column: str
    key: tuple[str, ...]
    has_epoch: bool = False


PLACES: Final[dict[Kind, Place]] = {
    "item": Place("box", ("testimony", "part"), has_epoch=True),
    "command": Place("box", ("number",)),
    "digest": Place("frozen", ("period",)),
    "rendition": Place("box", ("period", "language")),
}
"""By the name of the table."""


@dataclass(frozen=True, slots=True)
class SealedRow:
    """`epoch`: the key it is sealed to, if the row is right; 0 where rows of its kind do not say."""

    kind: Kind
    key: Key = field(repr=False)
    epoch: int
    box: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Rewrap:
    """Put a box with another header in the place of the one that was read. Where that one is not there any
    more (it was withdrawn, masked, carried out), what is there is left as it is."""

    row: SealedRow
    box: bytes = field(repr=False)
    epoch: int = 0


# Only names of the table above and places for parameters are put together below: nothing to inject (S608).


def page_sql(kind: Kind, *, first: bool, mark: str) -> str:
    """The next rows of a kind by their key. Parameters: the last key unless `first`, and how many. `mark`:
    how the keeper writes the nth parameter, such as `?{}`."""
    place = PLACES[kind]
    epoch = "epoch" if place.has_epoch else "0"
    names, count = ", ".join(place.key), len(place.key)
    values = ", ".join(mark.format(n) for n in range(1, count + 1))
    after = "" if first else f" AND ({names}) > ({values})"
    limit = mark.format(1 if first else count + 1)
    return (
        f"SELECT {names}, {epoch}, {place.column} FROM {kind}"  # noqa: S608 - see above
        f" WHERE {place.column} IS NOT NULL{after} ORDER BY {names} LIMIT {limit}"
    )


def count_sql(kind: Kind) -> str:
    return f"SELECT count(*) FROM {kind} WHERE {PLACES[kind].column} IS NOT NULL"  # noqa: S608 - see above


def rewrap_sql(kind: Kind, mark: str) -> str:
    """Parameters: the new box, the old one, the key, and (of items) the epoch."""
    place = PLACES[kind]
    epoch = f", epoch = {mark.format(3 + len(place.key))}" if place.has_epoch else ""
    row = " AND ".join(f"{name} = {mark.format(n)}" for n, name in enumerate(place.key, 3))
    return (
        f"UPDATE {kind} SET {place.column} = {mark.format(1)}{epoch}"  # noqa: S608 - see above
        f" WHERE {row} AND {place.column} = {mark.format(2)}"
    )


def rewrap_parameters(asked: Rewrap) -> tuple[object, ...]:
    """For `rewrap_sql`."""
    row = asked.row
    epoch = (asked.epoch,) if PLACES[row.kind].has_epoch else ()
    return (asked.box, row.box, *row.key, *epoch)


def rows_from(kind: Kind, rows: list[tuple[Any, ...]]) -> list[SealedRow]:
    """Of what `page_sql` found. SQLite keeps any value in any column: what is no box is one that no key
    opens, and stops nobody."""
    return [SealedRow(kind, tuple(row[:-2]), row[-2], _box(row[-1])) for row in rows]


def _box(kept: object) -> bytes:
    return kept if isinstance(kept, bytes) else str(kept).encode("utf-8", "replace")
