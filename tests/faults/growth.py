"""What of a process grows while it serves as many people as before: memory, files, threads, tasks.

Looks are taken at even times; the first third is warming up and counts for nothing. A slope counts as growth
only where all of what chance could make of it still lies above the bound.

Never here: the load.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

WARMING = 1 / 3
HOUR = 3600.0

BOUNDS = {"memory": 16 * 1024.0, "files": 30.0, "threads": 10.0, "tasks": 60.0}
"""A process hour's growth that is borne: KiB, and numbers of. What is remembered for a while, up to a number,
comes slowly: 4 096 rows (8 MiB), the sketches of 2 000 stories (5 MiB), 20 000 names (4 MiB). A leak of 50
bytes a turn is more than all of these at 100 turns a second (17 MiB). Files, threads and tasks go up and down
with people; in an hour one a minute would be none of that."""


@dataclass(frozen=True, slots=True)
class Look:
    """`at`: seconds. `memory`: KiB of the process's own (RssAnon)."""

    at: float
    memory: float
    files: float
    threads: float
    tasks: float


def look(pid: int, at: float, tasks: int) -> Look:
    status = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines()
    )
    memory = float(status["RssAnon"].split()[0])
    return Look(at, memory, float(len(os.listdir(f"/proc/{pid}/fd"))), float(status["Threads"]), float(tasks))


@dataclass(frozen=True, slots=True)
class Slope:
    """An hour's growth, and how much of it may be chance (two standard errors)."""

    what: str
    an_hour: float
    chance: float
    bound: float

    @property
    def is_growth(self) -> bool:
        return self.an_hour - self.chance > self.bound

    def __str__(self) -> str:
        unit = " KiB/h" if self.what == "memory" else "/h"
        return f"{self.what}: {self.an_hour:+,.0f}{unit} (± {self.chance:,.0f}; bound {self.bound:,.0f})"


def slopes(looks: Sequence[Look], bounds: dict[str, float] | None = None) -> list[Slope]:
    """Of everything that is looked at, by least squares. Raises ValueError for fewer than six looks."""
    counted = looks[int(len(looks) * WARMING) :]
    if len(looks) < 6:
        raise ValueError("too few looks for a slope")
    hours = [each.at / HOUR for each in counted]
    found = []
    for what, bound in (bounds or BOUNDS).items():
        steep, chance = _fitted(hours, [getattr(each, what) for each in counted])
        found.append(Slope(what, steep, chance, bound))
    return found


def _fitted(x: Sequence[float], y: Sequence[float]) -> tuple[float, float]:
    """Slope and two standard errors of a line through these points."""
    n = len(x)
    mx, my = sum(x) / n, sum(y) / n
    spread = sum((each - mx) ** 2 for each in x)
    steep = sum((a - mx) * (b - my) for a, b in zip(x, y, strict=True)) / spread
    left = sum((b - my - steep * (a - mx)) ** 2 for a, b in zip(x, y, strict=True))
    return steep, 2 * math.sqrt(left / max(1, n - 2) / spread)
