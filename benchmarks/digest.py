"""What a digest costs: to count, protect and tell 100 000 people, and the memory it takes at its highest.

    python -m benchmarks.digest [PEOPLE | --quick]

Medians of `RUNS` runs, with the spread between them: the machine's noise. Testimonies are made up while they
are counted, as the desk opens them one by one; their own cost is measured first and told apart. The attack on
what is told has its long form too: `ATTACKED_WORLDS=500 python -m pytest tests/attack`.
"""

from __future__ import annotations

import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import locales
from bot.digest import compose, freeze
from bot.disclosure import protect
from bot.figures import SafeTally
from bot.formats import FORMATS
from bot.tally import Coded, tally
from tests.people import population

RUNS = 5
PEOPLE = 100_000


def told(what: str, unit: str, values: list[float]) -> None:
    middle = statistics.median(values)
    spread = (max(values) - min(values)) / middle * 100 if middle else 0
    print(f"{what:<58} {middle:>12,.2f} {unit:<10} ±{spread / 2:.0f} % over {len(values)}")


def seconds(run: Callable[[], object]) -> list[float]:
    taken = []
    for _ in range(RUNS):
        began = time.perf_counter()
        run()
        taken.append(time.perf_counter() - began)
    return taken


def testimonies(people: int) -> Iterator[Coded]:
    """`people` made-up testimonies, one at a time: a few thousand profiles told by ever new people."""
    profiles = list(population(1, 5_000, "plain"))
    for number in range(people):
        profile = profiles[number % len(profiles)]
        yield Coded(profile.answers, profile.consent, number.to_bytes(16, "big"), profile.language)


def digest_of(counted: Iterable[Coded]) -> bytes:
    """From coded testimonies to the frozen bytes: what the desk does between opening and sending."""
    figures = protect(tally(counted))
    assert isinstance(figures, SafeTally)
    return freeze(compose(number=1, months=("2026-07", "2026-09"), figures=figures, before=None))


def peak_bytes(run: Callable[[], object]) -> int:
    tracemalloc.start()
    run()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def main(people: int = PEOPLE) -> None:
    words = locales.load()
    frozen = digest_of(testimonies(people))
    exact = tally(testimonies(people))
    told(f"make up {people:,} testimonies", "s", seconds(lambda: sum(1 for _ in testimonies(people))))
    told(
        f"make up, count, protect and freeze {people:,}", "s", seconds(lambda: digest_of(testimonies(people)))
    )
    told("    protect alone", "ms", [taken * 1e3 for taken in seconds(lambda: protect(exact))])
    for name, format in FORMATS.items():
        for language in words:
            taken = seconds(lambda format=format, language=language: format(frozen, words[language]))  # type: ignore[misc]  # bound now, on purpose
            told(f"    tell as {name}, {language}", "ms", [second * 1e3 for second in taken])
    few = peak_bytes(lambda: digest_of(islice(testimonies(people), people // 10)))
    many = peak_bytes(lambda: digest_of(testimonies(people)))
    told("memory at its highest", "MiB", [many / 2**20])
    told("    for each further person", "bytes", [(many - few) / (people - people // 10)])


if __name__ == "__main__":
    main(*([PEOPLE // 20] if sys.argv[1:] == ["--quick"] else map(int, sys.argv[1:2])))
