"""What a digest costs but for opening: to count, protect and tell 100 000 people, and the memory of that.

    python -m benchmarks.digest [PEOPLE | --quick]

Medians of `RUNS` runs, with the spread between them: the machine's noise. Testimonies are made up while they
are counted, as the desk opens them one by one; their own cost is measured first and told apart. They come
from a few thousand profiles; `benchmarks/sealed_digest.py` has as many as people. The attack on what is told
has its long form too: `ATTACKED_WORLDS=500 python -m pytest tests/attack`.

Telling is rendering a frozen digest in one format and language. The first time, in a process that rendered
nothing yet, is told apart: fonts and templates are read then, and a digest is often rendered just once.
"""

from __future__ import annotations

import hashlib
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice

import locales
from bot.digest import compose, freeze
from bot.disclosure import protect
from bot.figures import SafeTally
from bot.formats import FORMATS, Format
from bot.roll import Roll, profile_bytes, record
from bot.tally import DESIGN, Coded, Tally, bits
from locales import Words
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
        tag = hashlib.sha256(number.to_bytes(16, "big")).digest()[:16]  # tags are spread as hashes are
        yield Coded(profile.answers, profile.consent, tag, profile.language)


def gathered(counted: Iterable[Coded]) -> Tally:
    """As the desk does, line by line on a roll."""
    table, width, roll = bits(DESIGN), profile_bytes(DESIGN), Roll()
    for one in counted:
        roll.add(record(one, table, width))
    return roll.tally()


def digest_of(counted: Iterable[Coded]) -> bytes:
    """From coded testimonies to the frozen bytes: what the desk does between opening and sending."""
    figures = protect(gathered(counted))
    assert isinstance(figures, SafeTally)
    return freeze(compose(number=1, months=("2026-07", "2026-09"), figures=figures, before=None))


def telling(frozen: bytes, words: Mapping[str, Words]) -> None:
    for language, said in words.items():
        first = {name: once(format, frozen, said) for name, format in FORMATS.items()}
        told(f"    tell in every format, {language}, the first time (aim < 2)", "s", [sum(first.values())])
        runs = {name: [once(format, frozen, said) for _ in range(RUNS)] for name, format in FORMATS.items()}
        whole = [sum(run) for run in zip(*runs.values(), strict=True)]
        told(f"    tell in every format, {language} (aim < 2)", "s", whole)
        for name, taken in runs.items():
            told(f"        as {name}", "ms", [second * 1e3 for second in taken])


def once(format: Format, frozen: bytes, words: Words) -> float:
    began = time.perf_counter()
    format(frozen, words)
    return time.perf_counter() - began


def peak_bytes(run: Callable[[], object]) -> int:
    tracemalloc.start()
    run()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def main(people: int = PEOPLE) -> None:
    words = locales.load()
    frozen = digest_of(testimonies(people))
    exact = gathered(testimonies(people))
    told(f"make up {people:,} testimonies", "s", seconds(lambda: sum(1 for _ in testimonies(people))))
    told(
        f"make up, count, protect and freeze {people:,}", "s", seconds(lambda: digest_of(testimonies(people)))
    )
    told("    protect alone", "ms", [taken * 1e3 for taken in seconds(lambda: protect(exact))])
    telling(frozen, words)
    few = peak_bytes(lambda: digest_of(islice(testimonies(people), people // 10)))
    many = peak_bytes(lambda: digest_of(testimonies(people)))
    told("memory at its highest", "MiB", [many / 2**20])
    told("    for each further person", "bytes", [(many - few) / (people - people // 10)])


if __name__ == "__main__":
    main(*([PEOPLE // 20] if sys.argv[1:] == ["--quick"] else map(int, sys.argv[1:2])))
