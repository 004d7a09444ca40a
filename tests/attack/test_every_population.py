"""A reader who runs this very program on every population there is learns no more than what is told.

Small designs are enumerated whole: all populations that give the same digest are laid beside each other, and
a number that is not told must have at least k values among them. One row is enough for two linked tables:
with and without g, any two margins of the same total have a joint table, so all their pairs are populations.
"""

from __future__ import annotations

import os
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import product

import pytest

from bot.disclosure import protect
from bot.figures import SafeTally
from bot.tally import Category, Cross, Design, Tally, Variable
from tests.attack.attacker import NONE, REST, Key

WORLDS = int(os.environ.get("ATTACKED_WORLDS", "10"))

Whole = tuple[int, ...]
"""People by column of a one-answer variable; the last are those without category."""

Population = tuple[Tally, dict[Key, int]]


def small_design(*columns: int, rows: int = 1) -> Design:
    """One-answer variables v0, v1… with so many categories; with a row, each is crossed with g."""

    def categories(id: str, size: int) -> tuple[Category, ...]:
        return tuple(Category(f"{id}.{n}", frozenset({(id, f"{id}.{n}")})) for n in range(size))

    ones = [f"v{n}" for n in range(len(columns))]
    variables = [Variable(id, False, categories(id, size)) for id, size in zip(ones, columns, strict=True)]
    crosses = [Cross(f"x{n}", "g", id) for n, id in enumerate(ones)] if rows else []
    return Design(1, (*variables, Variable("g", True, categories("g", rows))), tuple(crosses))


def splits(total: int, parts: int) -> Iterator[Whole]:
    """Every way to put `total` people into `parts` places."""
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for others in splits(total - first, parts - 1):
            yield first, *others


def insides(whole: Whole) -> dict[int, list[Whole]]:
    """Every way in which people with g can lie in the columns, by how many they are."""
    found: dict[int, list[Whole]] = defaultdict(list)
    for inside in product(*(range(count + 1) for count in whole)):
        found[sum(inside)].append(inside)
    return found


def one_way_populations(design: Design, wholes: Iterable[Whole]) -> Iterator[Population]:
    codes = [category.code for category in design.variable("v0").categories]
    for whole in wholes:
        cells: dict[Key, int] = {("v0", code): count for code, count in zip(codes, whole, strict=False)}
        yield Tally(design, sum(whole), {"v0": whole[:-1], "g": ()}, {}), cells


def crossed_populations(design: Design, *wholes: Whole) -> Iterator[Population]:
    """Every population with these columns, one tuple for each one-answer variable."""
    names = [(*(c.code for c in design.variable(cross.columns).categories), NONE) for cross in design.crosses]
    sides = [insides(whole) for whole in wholes]
    margins = {f"v{n}": whole[:-1] for n, whole in enumerate(wholes)}
    for total in range(sum(wholes[0]) + 1):
        for rows in product(*(side[total] for side in sides)):
            cells: dict[Key, int] = {("g", "g.0"): total}
            for n, row in enumerate(rows):
                cells |= {(f"v{n}", c): count for c, count in zip(names[n], wholes[n], strict=True)}
                cells |= {(f"x{n}", "g.0", c): count for c, count in zip(names[n], row, strict=True)}
            crosses = {f"x{n}": (row[:-1],) for n, row in enumerate(rows)}
            yield Tally(design, sum(wholes[0]), margins | {"g": (total,)}, crosses), cells


def told_of(safe: SafeTally) -> dict[Key, int]:
    """What is told. A merged remainder that is only the people without category tells how many they are."""
    told: dict[Key, int] = {}
    for table in safe.tables:
        told |= {(table.id, cell.code): cell.count for cell in table.cells if cell.count is not None}
    for cross in safe.crosses:
        for row, counts, rest in zip(cross.rows, cross.counts, cross.rests, strict=True):
            told |= {
                (cross.id, row, c): n for c, n in zip(cross.columns, counts, strict=True) if n is not None
            }
            if rest is not None:
                told[cross.id, row, NONE if None not in counts else REST] = rest
    return told


def with_rests(cells: dict[Key, int], told: Iterable[Key]) -> dict[Key, int]:
    """The exact numbers, with those of merged remainders."""
    keys = set(told)
    rests = {
        key: sum(
            n for cell, n in cells.items() if cell[:2] == key[:2] and len(cell) == 3 and cell not in keys
        )
        for key in keys
        if key[-1] == REST
    }
    return cells | rests


def narrowest(populations: Iterable[Population], k: int) -> int:
    """The fewest values an untold cell can have, over all populations that the program treats alike and that
    give the same told numbers, unrounded."""
    alike: dict[frozenset[tuple[Key, int]], dict[Key, set[int]]] = defaultdict(lambda: defaultdict(set))
    for exact, cells in populations:
        safe = protect(exact, k=k)
        assert isinstance(safe, SafeTally)
        told = told_of(safe)
        known = with_rests(cells, told)
        values = alike[frozenset((key, known[key]) for key in told)]
        for key, count in cells.items():
            if key not in told and (len(key) == 3 or key[0] == "g" or not exact.design.crosses):
                values[key].add(count)
    return min(len(found) for values in alike.values() for found in values.values())


@pytest.mark.parametrize(("size", "k"), [(30, 5), (30, 10), (43, 7)])
def test_no_merged_category_is_told(size: int, k: int) -> None:
    design = small_design(3, rows=0)

    assert narrowest(one_way_populations(design, splits(max(size, 3 * k), 4)), k) >= k


@pytest.mark.parametrize(("size", "k"), [(30, 5), (36, 10)])
def test_no_withheld_cell_is_told_whatever_the_columns(size: int, k: int) -> None:
    design = small_design(1)

    everybody = (population for whole in splits(size, 2) for population in crossed_populations(design, whole))

    assert narrowest(everybody, k) >= k


@pytest.mark.parametrize("seed", range(max(3, WORLDS // 3)))
def test_knowing_every_column_does_not_help_either(seed: int) -> None:
    """All two-way tables of a design with three columns, for columns that are known to the person."""
    chance = random.Random(seed)
    columns = [chance.randint(9, 12), chance.randint(9, 12), chance.randint(9, 12), chance.randint(5, 7)]
    chance.shuffle(columns)

    assert narrowest(crossed_populations(small_design(3), tuple(columns)), 5) >= 5


@pytest.mark.parametrize("columns", [(10, 15, 5), (10, 14, 6), (10, 20, 5), (11, 17, 5)])
def test_neither_the_order_of_withholding_nor_a_tight_row_tells_a_cell(columns: Whole) -> None:
    """Columns for which simpler rules were found to leave one to three values to a withheld cell: withholding
    the smallest cell rather than the smallest column, or asking only that withheld cells add up to k."""
    assert narrowest(crossed_populations(small_design(len(columns) - 1), columns), 5) >= 5


@pytest.mark.parametrize("columns", [(15, 54, 5), (60, 14, 14), (50, 12, 20), (52, 50)])
def test_nearly_all_of_a_row_is_not_told_by_being_withheld(columns: Whole) -> None:
    """Large columns, for which a cell may be withheld for nearly all only: of 50 people, 5 told and 45 left,
    the cell that could hold 40 to 45 would be known to hold 45, and the remainder nobody."""
    assert narrowest(crossed_populations(small_design(len(columns) - 1), columns), 5) >= 5


@pytest.mark.parametrize(
    "columns",
    [
        ((15, 15), (15, 15)),
        ((10, 20), (24, 6)),
        ((22, 8), (12, 18)),
        ((10, 14, 6), (18, 12)),
        ((13, 11, 7), (11, 20)),
        ((10, 10, 10), (9, 21)),
    ],
)
def test_two_tables_that_share_their_rows_tell_no_cell_of_each_other(columns: tuple[Whole, ...]) -> None:
    """A row lost for one table is lost in the other: that it is gone may not tell what it was gone for."""
    design = small_design(*(len(whole) - 1 for whole in columns))

    assert narrowest(crossed_populations(design, *columns), 5) >= 5


def test_the_enumeration_does_find_cells_where_a_rule_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proof that it can fail: were the untold cells of a row never looked at together, one would be found."""
    monkeypatch.setattr("bot.disclosure._row_is_safe", lambda *_: True)

    assert narrowest(crossed_populations(small_design(2), (10, 15, 5)), 5) < 5
