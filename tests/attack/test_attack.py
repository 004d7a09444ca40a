"""No number that a digest does not tell can be worked out by a solver that is asked for every population that
fits. It shares no code with `bot.disclosure`'s reasoning.

`ATTACKED_WORLDS=500 pytest tests/attack` attacks so many populations instead of a few.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

import locales
from bot.digest import Digest, compose, freeze
from bot.disclosure import protect
from bot.figures import SafeTally
from bot.formats import FORMATS
from bot.tally import DESIGN, Coded, Tally, tally
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


def copies(safe: SafeTally, number: int = 1, before: SafeTally | None = None) -> list[bytes]:
    """What the French and the English partner hold."""
    earlier = None if before is None else digest(before, number - 1)
    frozen = freeze(digest(safe, number, earlier))
    return [FORMATS["json"](frozen, WORDS[language]).files[0].body for language in ("fr", "en")]


def digest(safe: SafeTally, number: int, before: Digest | None = None) -> Digest:
    return compose(number=number, months=("2026-07", "2026-09"), figures=safe, before=before)


def people(seed: int, size: int, mood: str) -> Iterator[Coded]:
    """Made-up people who answer as the questionnaire lets them: who told nobody told nobody."""
    for told in population(seed, size, mood):
        whom = told.answers.get("told_whom", ())
        yield replace(told, answers={**told.answers, "told_whom": ("nobody",)}) if "nobody" in whom else told


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
    periods = [tally(people(seed, size, mood)), tally(people(seed, size + 7, mood))]
    first, second = (protected(exact, k) for exact in periods)
    releases = [read(*copies(first)), read(*copies(second, 2, first))]
    exact = [exact_numbers(period, release) for period, release in zip(periods, releases, strict=True)]
    known = [release.exactly(truth) for release, truth in zip(releases, exact, strict=True)]
    attacker = Attacker(*(known if seed % 2 else releases))

    for world, truth in zip(attacker.worlds, exact, strict=True):
        for key in worth_attacking(world, random.Random(seed)):
            low, high = attacker.bounds(world, key)
            assert low <= truth[key] <= high, f"the attacker is wrong about {key}"
            assert high - low >= k, f"{key} is between {low} and {high}"


def test_every_untold_number_of_a_usual_digest_is_safe() -> None:
    release = read(*copies(protected(tally(people(3, 120, "plain")))))
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


def test_the_declared_tables_have_rows_and_columns_the_proof_speaks_of() -> None:
    for cross in DESIGN.crosses:
        assert DESIGN.variable(cross.rows).many
        assert not DESIGN.variable(cross.columns).many
