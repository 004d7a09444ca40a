"""Turns a second from what was typed to what is shown, each sealed and durable before it is shown.

    python -m benchmarks turns

1 000 people talk at once; each says her next line as soon as she has been answered. A turn is all of it: the
look-up under her keyed name, opening the draft, reading what she typed (her story is redacted), `step`,
sealing, SQLite with `synchronous=FULL` on a real disk, the keys' shelf in /dev/shm, painting the answer.

She tells a story of 300 characters with a name and a telephone number in it, answers every list, and stops
at the last confirmation. Handing a testimony in is measured apart: Argon2id costs a sixth of a second of a
core by design (`bot.receipts.COST`), which no batching helps: mixing it in would measure Argon2id alone.

Told twice: free to use every core, and held to one. The loop and the writer's thread take turns at one Python
interpreter, so a second core adds little, and moving between cores can cost more than it gives.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import secrets
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks._house import Silent, a_house
from benchmarks._measure import RUNS, Stopwatch, is_quick, told
from bot.receipts import COST, Cost
from handlers import Address, Heard, Kind
from handlers.dispatch import Dispatch

PEOPLE = 1000
AIM = 8_000

STORY = (
    "Il est venu un mardi pour réparer la connexion. Il a pris mon numéro sur la fiche d’intervention, et le "
    "soir même il m’a écrit : « tu es seule ? ». J’ai répondu non. Il a recommencé le lendemain, puis "
    "encore, depuis le 06 39 98 12 34. Sa collègue, Mme Durand, m’a dit au téléphone que ce n’était pas bien "
    "grave."
)
Line = tuple[Kind, str]

WAY: tuple[Line, ...] = (
    ("opened", ""),
    *(("text", said) for said in ("1", "2", "1", "1", "1", STORY, "FINI", "Je n’ose plus ouvrir la porte.")),
    *(("text", said) for said in ("1", "3", "2", "2 3", "7", "FINI", "1", "2", "FINI", "1", "2", "FINI")),
    *(("text", said) for said in ("2", "3", "1", "8", "1", "3 4", "FINI", "1", "2", "1", "FINI", "passer")),
    *(("text", said) for said in ("1 2", "FINI", "1", "3", "FINI", "1", "1")),
)
"""One person's lines, from arriving to the last confirmation."""

SEND: Line = ("text", "1")
CHEAP = Cost(memory_kib=8, passes=1, lanes=1)
"""Argon2id at a thousandth of its cost: what is left of a submission is sealing and the disk."""


async def talk(
    dispatch: Dispatch, channel: Silent, lines: tuple[Line, ...], waits: list[float] | None = None
) -> None:
    """One person says her lines, each once the one before was answered. `waits` gets seconds a turn."""
    who = Address(channel.name, secrets.token_hex(8))
    for update, (kind, text) in enumerate(lines, start=1):
        began = time.perf_counter()
        await dispatch.hear(Heard(who, update, kind, text, "fr"), channel)
        if waits is not None:
            waits.append(time.perf_counter() - began)


async def crowd(dispatch: Dispatch, people: int, lines: tuple[Line, ...]) -> tuple[Stopwatch, list[float]]:
    channel, waits = Silent(), list[float]()
    gc.collect()
    with Stopwatch() as watch:
        await asyncio.gather(*(talk(dispatch, channel, lines, waits) for _ in range(people)))
    return watch, waits


@contextmanager
def one_core() -> Iterator[None]:
    """All threads of this process on one processor, where the system lets us choose."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    all_of_them = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(all_of_them)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, all_of_them)


async def conversations(people: int, runs: int) -> None:
    done: list[Stopwatch] = []
    middle: list[float] = []
    slow: list[float] = []
    async with a_house() as dispatch:
        await crowd(dispatch, people // 10, WAY)
        for _ in range(runs):
            watch, waits = await crowd(dispatch, people, WAY)
            waits.sort()
            done.append(watch)
            middle.append(statistics.median(waits) * 1e3)
            slow.append(waits[len(waits) * 99 // 100] * 1e3)
    turns = people * len(WAY)
    print(f"{people:,} people at once, {len(WAY)} turns each")
    told("durable turns a second, by the clock", "/s", [turns / run.wall for run in done], f"aim > {AIM:,}")
    told("durable turns a second of processor time", "/s", [turns / run.processor for run in done])
    told("processor time a turn, all threads", "µs", [run.processor / turns * 1e6 for run in done])
    told("a turn takes, one in two", "ms", middle)
    told("a turn takes, 99 in 100", "ms", slow)


async def submissions(people: int, runs: int, cost: Cost, what: str) -> None:
    """Everybody hands her testimony in at once."""
    done: list[Stopwatch] = []
    async with a_house(cost) as dispatch:
        for _ in range(runs):
            done.append(await handed_in(dispatch, people))
    told(what, "/s", [people / run.wall for run in done])


async def handed_in(dispatch: Dispatch, people: int) -> Stopwatch:
    channel = Silent()
    go = asyncio.Event()
    ready = 0

    async def tell() -> None:
        nonlocal ready
        who = Address(channel.name, secrets.token_hex(8))
        for update, (kind, text) in enumerate(WAY, start=1):
            await dispatch.hear(Heard(who, update, kind, text, "fr"), channel)
        ready += 1
        if ready == people:
            go.set()
        await go.wait()
        await dispatch.hear(Heard(who, len(WAY) + 1, *SEND, "fr"), channel)

    everybody = asyncio.gather(*(tell() for _ in range(people)))
    await go.wait()
    with Stopwatch() as watch:
        await everybody
    return watch


def main() -> int:
    logging.disable(logging.WARNING)
    quick = is_quick(__doc__)
    people, runs = (100, 1) if quick else (PEOPLE, RUNS)
    asyncio.run(conversations(people, runs))
    print("the same with all threads on one core")
    with one_core():
        asyncio.run(conversations(people, runs))
    asyncio.run(
        submissions(
            2 if quick else 12,
            1 if quick else RUNS,
            COST,
            "testimonies handed in a second, Argon2id as in service",
        )
    )
    asyncio.run(
        submissions(
            20 if quick else PEOPLE,
            1 if quick else RUNS,
            CHEAP,
            "the same without Argon2id's cost: sealing, disk",
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
