"""Seuil on Telegram under a crowd, beside the stock ways of building such a bot, in the same minutes.

    python -m benchmarks telegram               all of it, in about ten minutes
    python -m benchmarks.telegram speed kills   only these: speed offered refused kills memory restart

The bot is a process of its own on a processor of its own; this process, on another, is the Bot API and the
crowd (`benchmarks.crowd`). A turn is one thing a person does and its whole answer. Seuil's are sealed and
durable (`synchronous=FULL` on a real disk) before they are shown; what the others keep, and when, is in
`benchmarks/peers`. Each stock bot is first made ready under `.cache`; what cannot be is named and left out.

Handing a testimony in is measured elsewhere (`benchmarks.turns`): Argon2id would be all that is seen.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import statistics
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace

import uvloop

from benchmarks._measure import told
from benchmarks.crowd import survival
from benchmarks.crowd.bench import ROUND_TRIP, WARM_SECONDS, Bench, Size
from benchmarks.crowd.kills import Times
from benchmarks.crowd.loads import Everybody, Offered
from benchmarks.crowd.process import take_place
from benchmarks.crowd.stands import Place, Stand, Way
from benchmarks.crowd.windows import Window, left_waiting, watch

USUAL = Size(
    people=1_000,
    many_people=10_000,
    round_trips=(0.0, ROUND_TRIP),
    seconds=5,
    everything=True,
    rate=1_000,
    times=Times(before=8),
    drafts=100_000,
    restarts=5,
    long_look=65,
)
FULL = replace(USUAL, seconds=20, times=Times(before=75, after=60), restarts=9, long_look=630)
QUICK = Size(
    people=50,
    many_people=50,
    round_trips=(0.0,),
    seconds=1,
    everything=False,
    rate=100,
    times=Times(before=1, patience=2, second_look=0.5, after=5),
    drafts=500,
    restarts=1,
    long_look=1,
)

REFUSED = 0.01
"""The share of messages that Telegram answers with 429 in `refused`."""


async def speed(bench: Bench) -> None:
    """Turns a second of people who act as soon as they are answered."""
    size = bench.size
    for people in sorted({size.people, size.many_people}):
        for round_trip in size.round_trips:
            print(f"\n{people:,} people at once, round trip {round_trip * 1e3:.0f} ms")
            stock = bench.stock if people == size.people or not round_trip else []
            seen = {}
            for way in (*bench.ours, *stock):
                aim = ""
                if way in bench.ours and people == size.people:
                    aim = "aim > 2,200" if round_trip else "aim > 4,000, then 6,900, then 10,000"
                seen[way.name] = await closed(bench, way, people, round_trip, aim)
            against_stock(bench, seen)


async def closed(bench: Bench, way: Way, people: int, round_trip: float, aim: str) -> Window | None:
    async def measured(there: Stand, _: Place) -> Window:
        there.worsen(round_trip=round_trip)
        await Everybody(there.crowd, people).arrive()
        await asyncio.sleep(min(WARM_SECONDS, bench.size.seconds))
        return await watch(there, bench.size.seconds)

    window = await bench.on_stand(way, measured)
    if window is not None:
        bench.tell(way, window, aim)
        column = f"{people:,}, {round_trip * 1e3:.0f} ms"
        bench.note(way, column, f"{statistics.median(window.rate):,.0f}")
    return window


def against_stock(bench: Bench, seen: dict[str, Window | None]) -> None:
    """How many times the first of the stock ways, in the same minutes."""
    ours = [window for way in bench.ours if (window := seen[way.name]) is not None]
    stock = seen.get(bench.stock[0].name) if bench.stock else None
    if ours and stock is not None and (slow := statistics.median(stock.rate)):
        best = max(ours, key=lambda window: statistics.median(window.rate))
        times = [rate / slow for rate in best.rate]
        told("Seuil's better way, against ConversationHandler", "times", times, "aim > 10")


async def offered(bench: Bench) -> None:
    """Latency when so many turns a second come, whatever the answers take."""
    size = bench.size
    print(f"\n{size.rate:,.0f} turns a second offered, round trip {ROUND_TRIP * 1e3:.0f} ms")

    async def measured(there: Stand, _: Place) -> Window:
        there.worsen(round_trip=ROUND_TRIP)
        load = Offered(there.crowd, size.rate)
        await load.arrive(size.people)
        load.start()
        await asyncio.sleep(min(WARM_SECONDS, size.seconds))
        window = await watch(there, size.seconds)
        load.stop()
        return window

    for way in bench.ours:
        window = await bench.on_stand(way, measured)
        if window is not None:
            bench.tell(way, window, slow_aim=f"aim < {ROUND_TRIP * 1e3 + 50:.0f}: the round trip and 50")


async def refused(bench: Bench) -> None:
    """One message in a hundred is answered 429: who is left without an answer?"""
    print("\none message in a hundred is refused with 429, to be sent again after a second")

    async def measured(there: Stand, _: Place) -> tuple[Window, int]:
        there.worsen(refused=REFUSED)
        await Everybody(there.crowd, bench.size.people).arrive()
        await asyncio.sleep(min(WARM_SECONDS, bench.size.seconds))
        window = await watch(there, bench.size.seconds)
        return window, await left_waiting(there)

    for way in (bench.ours[0], *bench.stock):
        found = await bench.on_stand(way, measured)
        if found is not None:
            window, left = found
            aim = "aim 0" if way in bench.ours else ""
            told(f"{way.name}: turns a second", "/s", window.rate)
            told(f"{way.name}: left without an answer", "people", [left], aim)
            told(f"{way.name}: wrong answers", "answers", [window.wrong], aim)
            bench.note(way, "429, left", f"{left:,}")


PARTS: dict[str, Callable[[Bench], Awaitable[None]]] = {
    "speed": speed,
    "offered": offered,
    "refused": refused,
    "kills": survival.kills,
    "memory": survival.memory,
    "restart": survival.restart,
}

QUICK_PARTS = ("speed", "kills")


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    asked.add_argument("parts", nargs="*", metavar="PART", help=f"all when none is named: {', '.join(PARTS)}")
    asked.add_argument("--quick", action="store_true", help="a rough look at a few, in half a minute")
    asked.add_argument("--full", action="store_true", help="longer windows, in more than half an hour")
    options = asked.parse_args()
    if unknown := [name for name in options.parts if name not in PARTS]:
        asked.error(f"there is no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    logging.disable(logging.WARNING)
    take_place()
    bench = Bench(QUICK if options.quick else FULL if options.full else USUAL)
    for name, part in PARTS.items():
        if name in (options.parts or (QUICK_PARTS if options.quick else PARTS)):
            uvloop.run(_in(part, bench))
    bench.table()
    return 1 if bench.failed else 0


async def _in(part: Callable[[Bench], Awaitable[None]], bench: Bench) -> None:
    await part(bench)


if __name__ == "__main__":
    sys.exit(main())
