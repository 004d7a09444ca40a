"""`make bench`: this machine and its noise first, then every measurement, each in a process of its own.

A measurement is a script of this folder: it prints its own medians of at least five runs, takes `--quick` for
a rough look, and leaves with 0. `python -m benchmarks sealing redaction` runs only those named.

Why the noise is printed: a shared machine can be twice as slow from one minute to the next. A figure means
nothing without knowing how far the same work spread at the same time.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
RUNS = 9
"""Of each yardstick: enough for a median and a spread, short enough to be repeated before and after."""

LIMIT_SECONDS = 1200
"""Of one measurement: the longest takes about five minutes here; one that hangs must not hide the others."""


def spread(work: Callable[[], object], runs: int = RUNS) -> tuple[float, float]:
    """(median seconds, half of the range as a share of the median) of the same work done again and again."""
    took = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    median = statistics.median(took)
    return median, (max(took) - min(took)) / 2 / median


def compute() -> None:
    """Some 20 ms of one core: plain Python and hashing."""
    total = 0
    for number in range(150_000):
        total += number * number % 7
    hashlib.sha256(bytes(4_000_000)).digest()


def sync() -> None:
    """Ten small durable writes on the disk of the project, as the store makes them."""
    with tempfile.NamedTemporaryFile(dir=HERE.parent, prefix=".bench-") as file:
        for _ in range(10):
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())


def machine() -> None:
    print(
        f"machine   {os.cpu_count()} cores, {platform.machine()}, {platform.system()} {platform.release()}; "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}; load {os.getloadavg()[0]:.1f}"
    )
    noise()


def noise() -> None:
    for name, work, parts in (("computing", compute, 1), ("fsync", sync, 10)):
        median, share = spread(work)
        print(f"noise     {name:<10} {median / parts * 1000:8.2f} ms ± {share:.0%}")


def measurements(names: list[str]) -> list[Path]:
    """The scripts to run, in alphabetical order; SystemExit names one that is not there."""
    found = {path.stem: path for path in sorted(HERE.glob("*.py")) if not path.stem.startswith("_")}
    if unknown := [name for name in names if name not in found]:
        raise SystemExit(
            f"No measurement is called {', '.join(unknown)}; there are {', '.join(found) or 'none'}."
        )
    return [path for name, path in found.items() if not names or name in names]


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure Seuil on this machine.")
    asked.add_argument("names", nargs="*", help="measurements to run; all when none is named")
    asked.add_argument("--quick", action="store_true", help="a rough look, in about a minute")
    options = asked.parse_args()
    scripts = measurements(options.names)
    machine()
    failed = []
    for script in scripts:
        print(f"\n== {script.stem}", flush=True)
        # by name and not by path: beside a file called `telegram.py` no script finds the library
        command = [sys.executable, "-m", f"benchmarks.{script.stem}", *(["--quick"] if options.quick else [])]
        try:
            subprocess.run(command, cwd=HERE.parent, check=True, timeout=LIMIT_SECONDS)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            failed.append(script.stem)
    print()
    noise()
    if failed:
        print(f"failed    {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
