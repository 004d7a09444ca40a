"""Disclosure control: from exact counts to figures that many people are in and no one can be found in.

Here: the one function that makes a `SafeTally` (`bot.figures`) of a `Tally`. Never here: counting
(`bot.tally`), words, formats, storage. Formats accept nothing but what is made here, so an exact count has no
way to a partner.

The method, for a statistician
------------------------------
Notation: N people; k the threshold (10 by default, from 5 up); every count is of distinct people.

1. A period of fewer than 30 people (or 3k) tells nothing at all.
2. One-way table, one answer. A category is told if its count c has k <= c and c < 90 % of N (dominance). All
   others, with everybody who gave no category, are *merged* into one remainder. While the remainder holds
   fewer than k people, zero included, the smallest told category is merged into it. So k <= remainder.
3. One-way table, several answers. A category is told if k <= c, k <= N - c ("did not" is a cell too) and
   c < 90 % of N. Otherwise it is *withheld*. Nothing adds up in such a table, so nothing can be subtracted.
4. Two-way table, rows g of a several-answers variable, columns w of a one-answer variable. Rows and columns
   are the told categories of 2 and 3; what 2 merged is one further column, the remainder. Within a row all
   adds up twice, because of the margins: the cells n(g,w) to the row's total G, and the cells "in w, not g",
   W - n, to N - G. A cell is told if k <= n, k <= W - n, and n is under 90 % of W and of G. A remainder that
   alone is not told could be subtracted, so it is told too, or else it must not be alone. Otherwise, with
     S people with g and Z people without g in the columns of the row that are not told, and
     A, for each of these columns, the people of all the others of them,
   it must be that S >= k, Z >= k, that S is under 90 % of S + Z, and that of S - A and Z - A, the least that
   column must hold of each, one is 0 or less; or else both are k or more, and of the counts the column may
   then hold, up to W - (Z - A), none or at least k are 90 % of W or of G. While that fails, the told cell in
   the smallest column W is withheld as well. What a row withholds is then merged: S is told as its remainder,
   unless it is the whole row. A row that withholding cells cannot save loses its total G, in its one-way
   table and in both two-way tables, and all is done again: a fixpoint, since cells are only ever withheld.
   The other direction: down a column the cells of a several-answers variable overlap and add up to nothing;
   each is bounded by W, and that is the set {n, W - n} above. `bot.tally.Design` refuses a two-way table with
   rows of one answer, whose columns would add up, or with columns of several, whose rows would not.
5. Only then is every told number rounded, each by itself, to the nearest multiple of 5. Percentages and
   changes are computed by readers of a `SafeTally`, thus from rounded numbers.

Why it holds, even for a reader who knew the told numbers before rounding, the method and k
- A merged category: give its people to "no category", or give it all of the remainder. No told number moves,
  so it may be anything from 0 to the remainder, which is k people or more.
- A category withheld from a table of several answers: nothing told contains it. From 0 to N.
- A withheld cell n of a two-way table: exchange people with g against people without g between it and the
  other cells of its row that are not told. With A the people of those other columns, n moves freely within
  min(W, S) - max(0, S - A) = min(W, S, A, W + A - S), and W + A - S = Z. All four are k or more.
- A cell of the merged column, by its parts: as for a merged category. What a row withholds, merged: S is a
  difference of told numbers, so telling it tells nothing.
- Two digests: periods share no person's count and tags are not carried over, so nothing told in one bounds a
  cell of the other; a change is a difference of told numbers. Who withdraws before a digest is frozen is in
  none; who withdraws after stays in that one, and was never to be in the next. A period of too few people
  tells nothing, and is told whole when it closes. Two partners: both get the same numbers.
- Which of "too few", "nearly all" and "to protect another" withheld a cell is told nowhere.

Interval: a withheld count may lie anywhere in [lo, hi] with hi - lo >= k.

Why a reader who runs this very program on all populations learns no more: apart from the first test of each
cell, every decision rests on told numbers (S, Z, A, W are differences of told numbers; the order in 4 is by
W, not by n: the smallest n would say that the others are larger). So populations with the same told numbers
are treated the same. What remains is the first test itself, which a cell fails with n in [0, k - 1], with
W - n in [0, k - 1], k values each, or with n at 90 % of W or of G, values which the told numbers may cut
short: a row that tells 5 of 50 leaves 45 to the others, and a cell that may hold 40 to 45 of them is withheld
for 45 alone. The last condition on S - A and Z - A sees to it that k values of one of these stay possible, or
that the cell cannot have failed and was withheld for another's sake. Small designs are enumerated whole in
tests/attack.

What it does not promise: a person who knows k - 1 others of a cell from elsewhere learns about the last one;
rounding only blurs that. The two two-way tables share their row totals. For one row the exchange above
respects both: with g and without g, any two margins of one total have a joint table. That all rows can share
one joint table is not proved here but attacked, by integer programming, in tests/attack.

Why not differential privacy: with 30 to 300 people and ten tables the noise would be larger than
the signal. Why not optimal suppression by a solver: a rule of ten lines can be checked by hand.
Sources: INSEE manual on statistical confidentiality (secondary suppression, linked tables); UK LLC (10, zero
included, complementary masks); NHS Digital (rounding to 5 after suppression).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from bot.errors import SettingsError
from bot.figures import K_FLOOR, PROTECTED, ROUNDED_TO, Cell, SafeCross, SafeTable, SafeTally, Status
from bot.tally import Cross, Design, Tally

K: Final = 10
"""People. Smallest count told unless an association asks for more."""

LEAST_PEOPLE: Final = 30
"""People in a period; under it the period stays open."""

DOMINANT_TENTHS: Final = 9
"""A value that 9 in 10 people of a row share says something about each of them."""


@dataclass(frozen=True, slots=True)
class TooFew:
    """The period holds fewer than `least` people. How many is not said."""

    least: int


def rounded(count: int) -> int:
    """To the nearest multiple of `ROUNDED_TO`."""
    return (count + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO


def protect(exact: Tally, *, k: int = K, least: int = LEAST_PEOPLE) -> SafeTally | TooFew:
    """Withhold and merge until nobody can be found, then round: the method at the head of this file.

    `k` and `least` are in people. Raises `SettingsError` for a `k` under `K_FLOOR` or a `least` under
    `LEAST_PEOPLE`. The same tally gives the same figures, always.
    """
    _check(k, least)
    least = max(least, 3 * k)
    if exact.people < least:
        return TooFew(least)
    told, crosses = _fixpoint(exact, _threshold(k))
    return SafeTally(
        design=exact.design.version,
        k=k,
        people=rounded(exact.people),
        tables=tuple(_table(exact, variable.id, told[variable.id]) for variable in exact.design.variables),
        crosses=tuple(_cross(exact, cross, crosses[cross.id]) for cross in exact.design.crosses),
        made=PROTECTED,
    )


def _check(k: int, least: int) -> None:
    if k < K_FLOOR:
        raise SettingsError(
            f"The smallest count told is set to {k} people; {K_FLOOR} or more expected.",
            hint=f"Set SEUIL_K to {K} or more. Raising it is always safe.",
        )
    if least < LEAST_PEOPLE:
        raise SettingsError(
            f"The smallest digest is set to {least} people; {LEAST_PEOPLE} or more expected.",
            hint=f"Set SEUIL_MIN_PEOPLE to {LEAST_PEOPLE} or more. Raising it is always safe.",
        )


def _threshold(k: int) -> int:
    """The least count that is `k` or more and does not round to less: 10 for 10, 13 for 12."""
    return next(count for count in range(k, k + ROUNDED_TO) if rounded(count) >= k)


def _dominates(part: int, whole: int) -> bool:
    return 10 * part >= DOMINANT_TENTHS * whole


_Told = dict[str, frozenset[int]]
"""By one-way table, the places of the categories that may be told."""
_ToldCells = dict[str, frozenset[tuple[int, int]]]
"""By two-way table, the (row, column) that may be told."""


def _fixpoint(exact: Tally, k: int) -> tuple[_Told, _ToldCells]:
    """All tables together: a row that cannot be saved loses its total everywhere, and all is done again."""
    told: _Told = {
        variable.id: (_told_among_many if variable.many else _told_of_one)(
            exact.counts[variable.id], exact.people, k
        )
        for variable in exact.design.variables
    }
    while True:
        crosses: _ToldCells = {}
        lost: dict[str, frozenset[int]] = {}
        for cross in exact.design.crosses:
            cells, rows = _told_cells(exact, cross, told, k)
            crosses[cross.id] = cells
            lost[cross.rows] = lost.get(cross.rows, frozenset()) | rows
        if not any(lost.values()):
            return told, crosses
        told = {id: places - lost.get(id, frozenset()) for id, places in told.items()}


def _told_of_one(counts: tuple[int, ...], people: int, k: int) -> frozenset[int]:
    """One answer each: merge what is small, then the smallest, until the remainder holds k people (2)."""
    told = {place for place, count in enumerate(counts) if count >= k and not _dominates(count, people)}
    while told and people - sum(counts[place] for place in told) < k:
        told.remove(_smallest(told, counts))
    return frozenset(told)


def _told_among_many(counts: tuple[int, ...], people: int, k: int) -> frozenset[int]:
    """Several answers each: enough who did, enough who did not (3)."""
    return frozenset(place for place, count in enumerate(counts) if _tellable(count, people, k))


def _tellable(part: int, whole: int, k: int) -> bool:
    return part >= k and whole - part >= k and not _dominates(part, whole)


def _smallest(places: Iterable[int], counts: tuple[int, ...]) -> int:
    """The smallest count; among equals, the category declared last."""
    return min(places, key=lambda place: (counts[place], -place))


def _told_cells(
    exact: Tally, cross: Cross, told: _Told, k: int
) -> tuple[frozenset[tuple[int, int]], frozenset[int]]:
    """The cells of a two-way table that may be told, and the rows whose total must be withheld (4)."""
    totals, columns = exact.counts[cross.rows], exact.counts[cross.columns]
    cells: set[tuple[int, int]] = set()
    lost: set[int] = set()
    for row in sorted(told[cross.rows]):
        inside = exact.crosses[cross.id][row]
        margin = {place: (inside[place], columns[place]) for place in sorted(told[cross.columns])}
        shown = _told_of_row(margin, totals[row], exact.people, k)
        if shown is None:
            lost.add(row)
        else:
            cells |= {(row, place) for place in shown}
    return frozenset(cells), frozenset(lost)


def _told_of_row(
    columns: Mapping[int, tuple[int, int]], total: int, people: int, k: int
) -> frozenset[int] | None:
    """`columns`: (people with g, all people) of each told column. None: not even all withheld is enough."""
    remainder = (
        total - sum(inside for inside, _ in columns.values()),
        people - sum(whole for _, whole in columns.values()),
    )
    told = {place for place, (inside, whole) in columns.items() if _fits(inside, whole, total, k)}
    while not _row_is_safe(
        [remainder, *(columns[place] for place in columns if place not in told)], total, k
    ):
        if not told:
            return None
        told.remove(min(told, key=lambda place: (columns[place][1], -place)))
    return frozenset(told)


def _fits(inside: int, whole: int, total: int, k: int) -> bool:
    return _tellable(inside, whole, k) and not _dominates(inside, total)


def _row_is_safe(untold: list[tuple[int, int]], total: int, k: int) -> bool:
    """Whether the cells of a row that are not told protect each other; they come as (with g, all people)."""
    if len(untold) == 1:  # the remainder alone: subtraction tells it; as the whole row, it is G over N itself
        ((inside, whole),) = untold
        return inside == total or _fits(inside, whole, total, k)
    having = sum(inside for inside, _ in untold)
    everybody = sum(whole for _, whole in untold)
    lacking = everybody - having
    if min(having, lacking) < k or _dominates(having, everybody):
        return False
    return all(
        _tells_no_reason(whole, total, having - (everybody - whole), lacking - (everybody - whole), k)
        for _, whole in untold
    )


def _tells_no_reason(whole: int, total: int, having: int, lacking: int, k: int) -> bool:
    """From the least a cell must hold of people with and without g: whether each reason to withhold it leaves
    k counts open, or is none of its reasons. Few people are one reason, nearly all are the other."""
    if having <= 0 or lacking <= 0:
        return True
    nearly_all = -(-DOMINANT_TENTHS * min(whole, total) // 10)
    dominant = whole - lacking - nearly_all + 1
    return min(having, lacking) >= k and not 0 < dominant < k


def _table(exact: Tally, id: str, told: frozenset[int]) -> SafeTable:
    variable, counts = exact.design.variable(id), exact.counts[id]
    adds_up = not variable.many and bool(told)
    otherwise: Status = "merged" if adds_up else "withheld"
    cells = tuple(
        Cell(category.code, rounded(counts[place]), "published")
        if place in told
        else Cell(category.code, None, otherwise)
        for place, category in enumerate(variable.categories)
    )
    rest = exact.people - sum(counts[place] for place in told)
    return SafeTable(id, variable.many, cells, rounded(rest) if adds_up else None)


def _cross(exact: Tally, cross: Cross, cells: frozenset[tuple[int, int]]) -> SafeCross:
    design: Design = exact.design
    return SafeCross(
        cross.id,
        cross.rows,
        cross.columns,
        tuple(category.code for category in design.variable(cross.rows).categories),
        tuple(category.code for category in design.variable(cross.columns).categories),
        tuple(
            tuple(rounded(count) if (row, column) in cells else None for column, count in enumerate(counts))
            for row, counts in enumerate(exact.crosses[cross.id])
        ),
        tuple(_rest_of_row(exact, cross, row, cells) for row in range(len(exact.counts[cross.rows]))),
    )


def _rest_of_row(exact: Tally, cross: Cross, row: int, cells: frozenset[tuple[int, int]]) -> int | None:
    """What a row does not tell, merged: subtraction would tell it anyway. None where it is the whole row."""
    inside = exact.crosses[cross.id][row]
    told = [column for column in range(len(inside)) if (row, column) in cells]
    return rounded(exact.counts[cross.rows][row] - sum(inside[column] for column in told)) if told else None
