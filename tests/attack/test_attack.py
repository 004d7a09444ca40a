"""No number that a digest does not tell can be worked out. Both attacks share no code with `bot.disclosure`'s
reasoning: one asks a solver for every population that fits two digests, the other runs the whole program on
every population of small designs and looks at those that give the same digest.

`ATTACKED_WORLDS=500 pytest tests/attack` attacks so many populations instead of a few.
"""

from __future__ import annotations

import os
import random
from collections import defaultdict
from collections.abc import Iterator
from itertools import product

import pytest

import locales
from bot.digest import compose, freeze
from bot.disclosure import protect
from bot.figures import SafeTally
from bot.formats import FORMATS
from bot.tally import DESIGN, Category, Cross, Design, Tally, Variable, tally
from tests.attack.attacker import NONE, REST, Attacker, Crossing, Key, Release, Table, World, read
from tests.people import MOODS, population

WORLDS = int(os.environ.get("ATTACKED_WORLDS", "10"))
CELLS = 6
"""Cells attacked in each world, drawn by its seed: two solver runs each."""

WORDS = locales.load()


def exact_numbers(exact: Tally, told: Release) -> dict[Key, int]:
    """Every number of a population under the attacker's keys, with what the told numbers leave."""
    numbers: dict[Key, int] = {("people",): exact.people}
    for variable in exact.design.variables:
        codes = [category.code for category in variable.categories]
        numbers |= {
            (variable.id, code): count for code, count in zip(codes, exact.counts[variable.id], strict=True)
        }
        shown = sum(numbers[variable.id, code] for code in codes if (variable.id, code) in told.told)
        numbers[variable.id, REST] = exact.people - shown
    for cross in exact.design.crosses:
        for row, counts in zip(
            exact.design.variable(cross.rows).categories, exact.crosses[cross.id], strict=True
        ):
            columns = [category.code for category in exact.design.variable(cross.columns).categories]
            cells: dict[Key, int] = {(cross.id, row.code, c): n for c, n in zip(columns, counts, strict=True)}
            shown = sum(number for key, number in cells.items() if key in told.told)
            numbers |= cells | {(cross.id, row.code, REST): numbers[cross.rows, row.code] - shown}
    return numbers


def protected(exact: Tally, k: int = 10) -> SafeTally:
    safe = protect(exact, k=k)
    assert isinstance(safe, SafeTally)
    return safe


def copies(safe: SafeTally, number: int = 1) -> list[bytes]:
    """What the French and the English partner hold."""
    frozen = freeze(compose(number=number, months=("2026-07", "2026-09"), figures=safe, before=None))
    return [FORMATS["json"](frozen, WORDS[language]).files[0].body for language in ("fr", "en")]


def worth_attacking(world: World, chance: random.Random) -> list[Key]:
    """Mostly untold cells of rows whose total is told: there is something to subtract them from."""
    untold = world.untold()
    chance.shuffle(untold)
    crosses = world.release.crosses
    return sorted(
        untold, key=lambda key: len(key) < 3 or (crosses[key[0]].rows, key[1]) not in world.release.told
    )[: CELLS // 2]


def worlds() -> Iterator[tuple[int, str, int, int]]:
    for seed in range(WORLDS):
        chance = random.Random(seed)
        yield (
            seed,
            MOODS[seed % len(MOODS)],
            chance.choice([33, 60, 90, 150, 300]),
            chance.choice([5, 10, 10]),
        )


@pytest.mark.parametrize(("seed", "mood", "size", "k"), [*worlds()])
def test_no_untold_number_can_be_bounded_narrower_than_k(seed: int, mood: str, size: int, k: int) -> None:
    """Two consecutive digests and both partners' copies, by a reader who even knows the numbers unrounded."""
    periods = [tally(population(seed, size, mood)), tally(population(seed, size + 7, mood))]
    releases = [read(*copies(protected(exact, k), number)) for number, exact in enumerate(periods, start=1)]
    exact = [exact_numbers(period, release) for period, release in zip(periods, releases, strict=True)]
    known = [release.exactly(truth) for release, truth in zip(releases, exact, strict=True)]
    attacker = Attacker(*(known if seed % 2 else releases))

    for world, truth in zip(attacker.worlds, exact, strict=True):
        for key in worth_attacking(world, random.Random(seed)):
            low, high = attacker.bounds(world, key)
            assert low <= truth[key] <= high, f"the attacker is wrong about {key}"
            assert high - low >= k, f"{key} is between {low} and {high}"


def test_every_untold_number_of_a_usual_digest_is_safe() -> None:
    release = read(*copies(protected(tally(population(3, 120, "plain")))))
    attacker = Attacker(release)
    (world,) = attacker.worlds
    crossed = [key for key in world.untold() if len(key) == 3 and key[:2] != REST]

    assert any((release.crosses[key[0]].rows, key[1]) in release.told for key in crossed)
    for key in crossed[::3]:
        low, high = attacker.bounds(world, key)
        assert high - low >= 10, f"{key} is between {low} and {high}"


def test_the_attacker_does_find_people_where_a_cell_is_withheld_alone() -> None:
    """Proof that the attack can succeed: without complementary suppression, subtraction finds the cell."""
    told: dict[Key, int] = {("people",): 100, ("g", "g0"): 40}
    told |= {("v", "v0"): 50, ("v", "v1"): 30, ("v", REST): 20}
    told |= {("x", "g0", "v0"): 20, ("x", "g0", NONE): 10}
    tables = {"v": Table(False, ("v0", "v1")), "g": Table(True, ("g0",))}
    attacker = Attacker(Release(10, 5, tables, {"x": Crossing("g", "v")}, told))

    low, high = attacker.bounds(attacker.worlds[0], ("x", "g0", "v1"))

    assert high - low < 10


def small_design(columns: int, rows: int) -> Design:
    def categories(id: str, size: int) -> tuple[Category, ...]:
        return tuple(Category(f"{id}{n}", frozenset({(id, f"{id}{n}")})) for n in range(size))

    return Design(
        1,
        (Variable("v", False, categories("v", columns)), Variable("g", True, categories("g", rows))),
        (Cross("x", "g", "v"),) if rows else (),
    )


def splits(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """Every way to put `total` people into `parts` places."""
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for others in splits(total - first, parts - 1):
            yield first, *others


def populations(design: Design, wholes: Iterator[tuple[int, ...]]) -> Iterator[tuple[Tally, dict[Key, int]]]:
    """Every population with these column totals (the last is "no category"), with all its cells."""
    crossed = bool(design.crosses)
    for whole in wholes:
        for inside in product(*(range(count + 1) for count in whole)) if crossed else [()]:
            names = [category.code for category in design.variable("v").categories]
            cells: dict[Key, int] = {("v", name): count for name, count in zip(names, whole, strict=False)}
            if crossed:
                cells["g", "g0"] = sum(inside)
                cells |= {("x", "g0", c): n for c, n in zip((*names, NONE), inside, strict=True)}
            yield (
                Tally(
                    design,
                    sum(whole),
                    {"v": whole[:-1], "g": (sum(inside),) if crossed else ()},
                    {"x": (inside[:-1],)} if crossed else {},
                ),
                cells,
            )


def told_of(safe: SafeTally) -> dict[Key, int]:
    told: dict[Key, int] = {}
    for table in safe.tables:
        told |= {(table.id, cell.code): cell.count for cell in table.cells if cell.count is not None}
    for cross in safe.crosses:
        for row, counts, rest in zip(cross.rows, cross.counts, cross.rests, strict=True):
            told |= {("x", row, c): n for c, n in zip(cross.columns, counts, strict=True) if n is not None}
            told |= {} if rest is None else {("x", row, NONE): rest}
    return told


def narrowest(design: Design, wholes: Iterator[tuple[int, ...]], k: int, *, unrounded: bool) -> int:
    """The fewest values an untold cell can have, over all populations that the program treats alike."""
    alike: dict[frozenset[tuple[Key, int]], dict[Key, set[int]]] = defaultdict(lambda: defaultdict(set))
    for exact, cells in populations(design, wholes):
        told = told_of(protected(exact, k))
        known = {key: cells[key] for key in told} if unrounded else told
        values = alike[frozenset(known.items())]
        for key, count in cells.items():
            if key not in told:
                values[key].add(count)
    return min(len(found) for values in alike.values() for found in values.values())


@pytest.mark.parametrize(("size", "k"), [(30, 5), (30, 10), (43, 7)])
def test_running_the_program_on_all_populations_tells_no_merged_category(size: int, k: int) -> None:
    assert narrowest(small_design(3, 0), splits(max(size, 3 * k), 4), k, unrounded=True) >= k


@pytest.mark.parametrize(("size", "k"), [(30, 5), (36, 10)])
def test_running_the_program_on_all_populations_tells_no_withheld_cell(size: int, k: int) -> None:
    assert narrowest(small_design(1, 1), splits(size, 2), k, unrounded=True) >= k


@pytest.mark.parametrize("seed", range(WORLDS // 3))
def test_knowing_every_column_does_not_help_either(seed: int) -> None:
    """All two-way tables of a design with three columns, for columns that are known to the person."""
    chance = random.Random(seed)
    columns = [chance.randint(9, 12), chance.randint(9, 12), chance.randint(9, 12), chance.randint(5, 7)]
    chance.shuffle(columns)

    assert narrowest(small_design(3, 1), iter([tuple(columns)]), 5, unrounded=True) >= 5


@pytest.mark.parametrize("columns", [(10, 15, 5), (10, 14, 6), (10, 20, 5), (11, 17, 5)])
def test_neither_the_order_of_withholding_nor_a_tight_row_tells_a_cell(columns: tuple[int, ...]) -> None:
    """Columns for which simpler rules were found to leave one to three values to a withheld cell: withholding
    the smallest cell rather than the smallest column, or asking only that withheld cells add up to k."""
    assert narrowest(small_design(len(columns) - 1, 1), iter([columns]), 5, unrounded=True) >= 5


def test_the_declared_tables_have_rows_and_columns_the_proof_speaks_of() -> None:
    for cross in DESIGN.crosses:
        assert DESIGN.variable(cross.rows).many
        assert not DESIGN.variable(cross.columns).many
