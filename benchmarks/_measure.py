"""What every measurement shares: medians with their spread, the aim beside them, and one way to say them.

A rate is told twice where it matters: by the clock on the wall, and by the processor time this process took.
On a machine that others use, the wall tells how busy they were, the processor time what the work costs.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

RUNS = 5
"""The least a median is taken of."""


def is_quick(says: str | None) -> bool:
    """Whether `--quick` was asked for. `says` is the script's own first line."""
    asked = argparse.ArgumentParser(description=says)
    asked.add_argument("--quick", action="store_true", help="a rough look, in a few seconds")
    return bool(asked.parse_args().quick)


def told(what: str, unit: str, values: Sequence[float], aim: str = "") -> None:
    """One line: the median, the least and the most, over how many runs, and the aim."""
    middle = statistics.median(values)
    digits = 0 if middle >= 1000 else 1 if middle >= 10 else 3
    few, many = (f"{value:,.{digits}f}" for value in (min(values), max(values)))
    over = f"{few} – {many}, {len(values)} runs" if len(values) > 1 else "1 run"
    print(f"{what:<62} {middle:>10,.{digits}f} {unit:<9} ({over})  {aim}".rstrip(), flush=True)


@dataclass(slots=True)
class Stopwatch:
    """Seconds on the wall and of the processor (all threads) between `with` and its end."""

    wall: float = 0.0
    processor: float = 0.0
    _began: tuple[float, float] = field(default=(0.0, 0.0), repr=False)

    def __enter__(self) -> Stopwatch:
        self._began = (time.perf_counter(), time.process_time())
        return self

    def __exit__(self, *_: object) -> None:
        self.wall = time.perf_counter() - self._began[0]
        self.processor = time.process_time() - self._began[1]


def watched(work: Callable[[], object]) -> Stopwatch:
    with Stopwatch() as watch:
        work()
    return watch


def resident() -> int:
    """Bytes of memory this process holds now."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * resource.getpagesize()
