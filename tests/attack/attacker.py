"""The attacker: everything a partner could work out from digests, by integer programming.

It shares no code with `bot.disclosure`. It reads partners' JSON copies, knows the published method, k, the
rounding and the declared tables, and asks a solver (CBC) for the least and the greatest value of each number
not told can have, over every population that fits. Several digests are attacked as one problem.

What it knows of a population: one-answer tables add up to everybody; a cell of a two-way table fits in its
row and in its column, and what is left of the one in what is left of the other; the two two-way tables of a
row come from one joint table; who told nobody told nobody (`APART`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pulp

CBC = pulp.PULP_CBC_CMD.pulp_cbc_path
"""The solver that comes inside the pulp package: no program to install."""

NONE = ""
"""The column of people without category."""

REST = "rest"

APART = (("company_reaction", "told_nobody"), "told_whom")
"""The questionnaire lets nobody be in that category and in any of that table."""

Key = tuple[str, ...]
"""("people",), (table, code), (table, REST), (cross, row, column), (cross, row, REST)."""


@dataclass(frozen=True)
class Table:
    many: bool
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Crossing:
    rows: str
    columns: str


@dataclass(frozen=True)
class Release:
    """What one digest tells, and what its method declares. With `rounding` 1 the told numbers are exact."""

    k: int
    rounding: int
    tables: Mapping[str, Table]
    crosses: Mapping[str, Crossing]
    told: Mapping[Key, int] = field(repr=False)
    told_before: Mapping[Key, int] = field(default_factory=dict, repr=False)
    """What the changes it tells say of the digest before."""

    def exactly(self, exact: Mapping[Key, int]) -> Release:
        """The same release for a reader who knows the told numbers before rounding: stronger than any."""
        return replace(self, rounding=1, told={key: exact[key] for key in self.told})


def read(*copies: bytes) -> Release:
    """One digest from several partners' copies. Whatever any of them tells is known."""
    told: dict[Key, int] = {}
    before: dict[Key, int] = {}
    for copy in copies:
        digest = json.loads(copy)
        for known, numbers in ((told, _numbers(digest)), (before, _numbers_before(digest))):
            for key, number in numbers:
                assert known.setdefault(key, number) == number, "two copies of one digest differ"
    return Release(
        k=digest["k"],
        rounding=digest["rounding"],
        tables={
            table["id"]: Table(table["several_answers"], tuple(cell["code"] for cell in table["cells"]))
            for table in digest["tables"]
        },
        crosses={cross["id"]: Crossing(cross["rows"], cross["columns"]) for cross in digest["crosses"]},
        told=told,
        told_before=before,
    )


def _numbers(digest: Any) -> Iterator[tuple[Key, int]]:
    yield ("people",), digest["people"]
    for table in digest["tables"]:
        for cell in table["cells"]:
            if cell["count"] is not None:
                yield (table["id"], cell["code"]), cell["count"]
        if table["rest"] is not None:
            yield (table["id"], REST), table["rest"]["count"]
    for cross in digest["crosses"]:
        for cell in cross["cells"]:
            if cell["count"] is not None:
                yield (cross["id"], cell["row"], cell["column"]), cell["count"]
        for rest in cross["rests"]:
            if rest["count"] is not None:
                yield (cross["id"], rest["row"], REST), rest["count"]


def _numbers_before(digest: Any) -> Iterator[tuple[Key, int]]:
    if digest["change"] is not None:
        yield ("people",), digest["people"] - digest["change"]["people"]
    for table in digest["tables"]:
        for cell in table["cells"]:
            if cell["change"] is not None:
                yield (table["id"], cell["code"]), cell["count"] - cell["change"]


class World:
    """Every population that one digest allows, as linear constraints over whole numbers."""

    def __init__(self, release: Release, problem: pulp.LpProblem, name: str) -> None:
        self.release, self._problem, self._name, self._names = release, problem, name, 0
        self.cells: dict[Key, Any] = {}
        self._people = self.cells["people",] = self._number()
        self._require(self._people >= max(30, 3 * release.k))
        for id, table in release.tables.items():
            self._one_way(id, table)
        for id, cross in release.crosses.items():
            self._two_way(id, cross)
        alone, others = APART
        if others in release.tables:
            for code in release.tables[others].codes:
                self._require(self.cells[others, code] + self.cells[alone] <= self._people)
        for rows in {cross.rows for cross in release.crosses.values()}:
            self._joint([id for id, cross in release.crosses.items() if cross.rows == rows])
        for key, number in release.told.items():
            self._require(self.cells[key] >= max(number - release.rounding // 2, release.k))
            self._require(self.cells[key] <= number + release.rounding // 2)

    def untold(self) -> list[Key]:
        """Every declared number that is not told."""
        return [
            key for key in self.cells if key not in self.release.told and REST not in key and NONE not in key
        ]

    def _number(self) -> Any:
        self._names += 1
        return self._problem.add_variable(f"{self._name}_{self._names}", lowBound=0, cat="Integer")

    def _require(self, constraint: Any) -> None:
        self._problem += constraint

    def _fits(self, part: Any, whole: Any) -> None:
        """The method: a told part has k inside, k outside, and is under nine tenths."""
        self._require(part >= self.release.k)
        self._require(whole - part >= self.release.k)
        self._require(10 * part <= 9 * whole - 1)

    def _told(self, codes: tuple[str, ...], *where: str) -> list[str]:
        return [code for code in codes if (*where, code) in self.release.told]

    def _one_way(self, id: str, table: Table) -> None:
        for code in table.codes:
            cell = self.cells[id, code] = self._number()
            self._require(cell <= self._people)
        for code in self._told(table.codes, id):
            self._fits(self.cells[id, code], self._people)
        if not table.many:
            self.cells[id, NONE] = self._number()
            self._require(pulp.lpSum(self.cells[id, code] for code in (*table.codes, NONE)) == self._people)
            told = self._told(table.codes, id)
            self.cells[id, REST] = self._people - pulp.lpSum(self.cells[id, code] for code in told)

    def _two_way(self, id: str, cross: Crossing) -> None:
        columns = (*self.release.tables[cross.columns].codes, NONE)
        for row in self.release.tables[cross.rows].codes:
            total = self.cells[cross.rows, row]
            for column in columns:
                cell = self.cells[id, row, column] = self._number()
                self._require(cell <= self.cells[cross.columns, column])
            self._require(pulp.lpSum(self.cells[id, row, column] for column in columns) == total)
            told = self._told(columns, id, row)
            for column in told:
                self._fits(self.cells[id, row, column], self.cells[cross.columns, column])
                self._require(10 * self.cells[id, row, column] <= 9 * total - 1)
            having = self.cells[id, row, REST] = total - pulp.lpSum(self.cells[id, row, c] for c in told)
            if (cross.rows, row) in self.release.told:
                wholes = pulp.lpSum(self.cells[cross.columns, column] for column in told)
                self._require(having >= self.release.k)
                self._require(self._people - wholes - having >= self.release.k)
                self._require(10 * having <= 9 * (self._people - wholes) - 1)

    def _joint(self, ids: list[str]) -> None:
        """One joint table behind the two-way tables of the same rows, and behind each of their told rows."""
        if len(ids) < 2:
            return
        first, second = (self.release.crosses[id] for id in ids)
        ones = (*self.release.tables[first.columns].codes, NONE)
        twos = (*self.release.tables[second.columns].codes, NONE)
        joint = self._margins(
            {one: self.cells[first.columns, one] for one in ones},
            {two: self.cells[second.columns, two] for two in twos},
        )
        for row in self._told(self.release.tables[first.rows].codes, first.rows):
            part = self._margins(
                {one: self.cells[ids[0], row, one] for one in ones},
                {two: self.cells[ids[1], row, two] for two in twos},
            )
            for pair, number in part.items():
                self._require(number <= joint[pair])

    def _margins(self, ones: dict[str, Any], twos: dict[str, Any]) -> dict[tuple[str, str], Any]:
        table = {(one, two): self._number() for one in ones for two in twos}
        for one, total in ones.items():
            self._require(pulp.lpSum(table[one, two] for two in twos) == total)
        for two, total in twos.items():
            self._require(pulp.lpSum(table[one, two] for one in ones) == total)
        return table


class Attacker:
    """Has read some digests, and bounds what they do not tell.

    `growing`: believes that each digest counts all the people of the one before, and some more.
    """

    def __init__(self, *releases: Release, growing: bool = False) -> None:
        self.problem = pulp.LpProblem("attack", pulp.LpMinimize)
        self.worlds = [World(release, self.problem, f"p{n}") for n, release in enumerate(releases)]
        if growing:
            for before, after in zip(self.worlds, self.worlds[1:], strict=False):
                for key in (key for key in before.cells if REST not in key):
                    self.problem += after.cells[key] >= before.cells[key]

    def bounds(self, world: World, key: Key) -> tuple[int, int]:
        return self._extreme(world.cells[key], 1), self._extreme(world.cells[key], -1)

    def growth(self, key: Key) -> tuple[int, int]:
        """Of one number, between the first digest and the last."""
        by = self.worlds[-1].cells[key] - self.worlds[0].cells[key]
        return self._extreme(by, 1), self._extreme(by, -1)

    def _extreme(self, cell: Any, sign: int) -> int:
        self.problem.setObjective(sign * cell)
        status = self.problem.solve(pulp.COIN_CMD(path=CBC, msg=False))
        assert pulp.LpStatus[status] == "Optimal", "no population fits what was told"
        return round(pulp.value(cell))
