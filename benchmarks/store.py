"""What the store costs: changes and look-ups a second, bytes and memory a draft, time to open 100 000 drafts.

    python -m benchmarks.store [FOLDER]

Medians of `RUNS` runs, with the spread between them: the machine's noise. FOLDER (default: a temporary one)
decides which disk is measured. Run it on one core (`taskset -c 0`) to compare with other figures.
"""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from storage import Store, open_store
from storage.changes import Change, DropDraft, KeepCase, KeepDraft, KeepItem, Seen
from storage.shelf import FolderShelf
from storage.sqlite import SqliteStore
from tests.pgkit import DURABLE, Server

RUNS = 7
PEOPLE = 1000
TURNS = 15
"""Turns of one person a run: a whole testimony."""

DRAFTS = 100_000
BOX = os.urandom(1024)
ITEM = os.urandom(5755)
"""A sealed and padded part of 4 KiB."""

DAY = 20_000


def told(what: str, unit: str, values: list[float]) -> None:
    middle = statistics.median(values)
    spread = (max(values) - min(values)) / middle * 100 if middle else 0
    print(f"{what:<58} {middle:>12,.2f} {unit:<10} ±{spread / 2:.0f} % over {len(values)}")


async def measure(what: str, run: Callable[[], Awaitable[int]]) -> None:
    """Say how many a second by the clock, and what one costs a core, which other programs disturb less.

    A run says how many it did.
    """
    rates, costs = [], []
    for _ in range(RUNS):
        began, worked = time.perf_counter(), time.process_time()
        done = await run()
        rates.append(done / (time.perf_counter() - began))
        costs.append((time.process_time() - worked) / done * 1e6)
    told(what, "/s", rates)
    told("    of one core", "µs each", costs)


def a_turn(person: bytes, revision: int) -> Change:
    return (KeepDraft(person, person, revision, BOX, DAY), Seen(person, revision, DAY))


async def conversations(store: Store) -> int:
    """1 000 people write 15 turns each, all at once."""

    async def talk(person: bytes) -> None:
        for revision in range(1, TURNS + 1):
            assert await store.commit(a_turn(person, revision))

    await asyncio.gather(*(talk(os.urandom(16)) for _ in range(PEOPLE)))
    return PEOPLE * TURNS


async def testimonies(store: Store) -> int:
    """The same, and each is submitted and its draft dropped: what a real wave asks of the disk."""

    async def tell(person: bytes) -> None:
        for revision in range(1, TURNS):
            assert await store.commit(a_turn(person, revision))
        case = os.urandom(16)
        items = (KeepItem(case, "coded", 1, ITEM), KeepItem(case, "story", 1, ITEM))
        kept = KeepCase(case, DAY, os.urandom(16), os.urandom(1216), os.urandom(32))
        assert await store.commit((kept, *items, DropDraft(person), Seen(person, TURNS, DAY)))

    await asyncio.gather(*(tell(os.urandom(16)) for _ in range(PEOPLE)))
    return PEOPLE * TURNS


async def measure_speed(url: str, name: str) -> None:
    store = await open_store(url)
    await measure(f"{name}: durable turns (draft + update), 1 000 at once", lambda: conversations(store))
    await measure(f"{name}: durable turns, every 15th submits", lambda: testimonies(store))

    alone: list[float] = []
    for _ in range(RUNS * 20):
        began = time.perf_counter()
        await store.commit(a_turn(os.urandom(16), 1))
        alone.append((time.perf_counter() - began) * 1e3)
    told(f"{name}: one turn of one person alone", "ms", alone)
    await store.close()


def measure_server(folder: Path) -> None:
    """The same on PostgreSQL: a server of ours on the same disk, which syncs each commit as it should."""
    folder.chmod(0o711)  # where we are root, the server runs as another user, in a folder of its own there
    server = Server(DURABLE, above=folder)
    try:
        asyncio.run(measure_speed(server.url(), "PostgreSQL"))
    finally:
        server.stop()


def resident() -> int:
    """Bytes of memory this process holds now."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize()


async def measure_many(folder: Path) -> None:
    """100 000 idle drafts: what they take on the disk and in memory, and how soon a turn is answered."""
    people = [os.urandom(16) for _ in range(DRAFTS)]
    before = resident()
    store = await SqliteStore.open(folder / "many")
    for start in range(0, DRAFTS, PEOPLE):
        some = people[start : start + PEOPLE]
        await asyncio.gather(*(store.commit(a_turn(person, 1)) for person in some))
    await store.close()
    length = sum(path.stat().st_size for path in (folder / "many").iterdir())
    told("disk, an open draft with a box of 1 KiB", "bytes", [length / DRAFTS])

    opened: list[float] = []
    for _ in range(RUNS):
        began = time.perf_counter()
        store = await SqliteStore.open(folder / "many")
        assert await store.person([os.urandom(16), people[-1]])
        opened.append(time.perf_counter() - began)
        await store.close()
    told("open with 100 000 drafts, check, answer one person", "s", opened)

    store = await SqliteStore.open(folder / "many")

    async def read() -> int:
        store._hot.clear()
        found = await asyncio.gather(*(store.person([os.urandom(16), one]) for one in people[19_999::-1]))
        assert all(found)
        return len(found)

    for start in range(0, DRAFTS, PEOPLE):
        some = people[start : start + PEOPLE]
        await asyncio.gather(*(store.commit(a_turn(person, 2)) for person in some))
    told("memory, an idle open draft of 100 000: store", "bytes", [(resident() - before) / DRAFTS])

    async def hot() -> int:
        for person in people[:PEOPLE] * 20:
            assert await store.person([person])
        return PEOPLE * 20

    await measure("look-ups of people, none remembered, two pseudonyms each", read)
    await measure("look-ups of people, remembered", hot)
    await store.close()


async def measure_shelf(folder: Path) -> None:
    before = resident()
    shelf = FolderShelf(folder / "shelf", allow_disk=True)
    drafts = [os.urandom(16) for _ in range(DRAFTS)]
    began = time.perf_counter()
    for draft in drafts:
        await shelf.new_key(draft, DAY)
    told("shelf: a new key", "µs", [(time.perf_counter() - began) / DRAFTS * 1e6])
    told("memory, an idle open draft of 100 000: shelf", "bytes", [(resident() - before) / DRAFTS])
    await shelf.close()
    opened: list[float] = []
    for _ in range(RUNS):
        began = time.perf_counter()
        shelf = FolderShelf(folder / "shelf", allow_disk=True)
        opened.append(time.perf_counter() - began)
        await shelf.close()
    told("shelf: open with 100 000 keys", "s", opened)


def main() -> None:
    logging.disable(logging.WARNING)  # the shelf may lie on the disk here, and says so each time
    where = [argument for argument in sys.argv[1:] if argument != "--quick"]
    with tempfile.TemporaryDirectory(dir=where[0] if where else None) as place:
        asyncio.run(measure_speed(f"sqlite:{Path(place) / 'speed'}", "SQLite"))
        measure_server(Path(place))
        if "--quick" not in sys.argv:
            asyncio.run(measure_many(Path(place)))
            asyncio.run(measure_shelf(Path(place)))


if __name__ == "__main__":
    main()
