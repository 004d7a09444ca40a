"""How fast what is kept is given headers for a new key, on one core: bare, and through the store on a disk.

    python -m benchmarks rewrapping

Each item is a sealed testimony's story of the smallest size (5.7 KB). Through the store, every page is one
durable change, and the WAL is cut after each, as `python -m bot keys rewrap` does it. Told by processor time,
all threads counted, which other users of the machine change less than the wall; the wall beside it.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
import tempfile
import time
from pathlib import Path

from benchmarks._measure import RUNS, Stopwatch, is_quick, resident, told
from bot import custody
from bot.rewrapping import Ring, rewrapped
from bot.sealing import Context, TeamKey, seal
from handlers.rewrapping import left, rewrap
from storage import Store, open_store
from storage.changes import KeepCase, KeepItem, Operation

ITEMS, QUICK_ITEMS = 20_000, 600
BARE = 1000
"""Boxes of a run without a store."""

OLD, NEW = custody.new_identity(b"o" * 32), custody.new_identity(b"n" * 32)
RING = Ring({1: OLD, 2: NEW}, TeamKey(2, NEW.recipient))


def box_of(case: bytes) -> bytes:
    context = Context(case, "story", "story", 1, 1, b"r" * 32, b"s" * 16)
    return seal(b"s" * 2048, context, TeamKey(1, OLD.recipient))


async def fill(store: Store, many: int) -> None:
    for start in range(0, many, 500):
        change: list[Operation] = []
        for _ in range(start, min(start + 500, many)):
            case = os.urandom(16)
            change.append(KeepCase(case, 20_000, os.urandom(16), bytes(1216), hashlib.sha256(case).digest()))
            change.append(KeepItem(case, "story", 1, box_of(case)))
        await store.commit(tuple(change))


def bare(many: int) -> float:
    boxes = [box_of(bytes(16)) for _ in range(many)]
    start = time.process_time()
    for box in boxes:
        rewrapped(box, 1, RING)
    return many / (time.process_time() - start)


async def through(folder: Path, many: int) -> None:
    store = await open_store(f"sqlite:{folder}")
    await fill(store, many)
    before = most = resident()

    def tell(*_: object) -> None:
        nonlocal most
        most = max(most, resident())

    for what, work in (
        ("through the store: re-wrapped", lambda: rewrap(store, RING, 20_000, tell)),
        ("through the store: found to be done already", lambda: rewrap(store, RING, 20_000, tell)),
        ("through the store: looked at before the old key goes", lambda: left(store, RING, 1, tell)),
    ):
        with Stopwatch() as watch:
            await work()
        told(what, "items/s", [many / watch.processor], "aim 2,000" if "re-wrapped" in what else "")
        told("    by the clock", "items/s", [many / watch.wall])
    told("    memory above what was there, at its highest", "MiB", [(most - before) / 2**20])
    await store.close()


def main() -> int:
    quick = is_quick(__doc__.splitlines()[0] if __doc__ else None)
    runs = [bare(BARE // 10 if quick else BARE) for _ in range(RUNS)]
    told("bare: unwrapped, wrapped, opened once", "items/s", runs, "aim 2,000")
    with tempfile.TemporaryDirectory(prefix=".bench-", dir=Path.cwd()) as folder:
        asyncio.run(through(Path(folder), QUICK_ITEMS if quick else ITEMS))
    return 0


if __name__ == "__main__":
    sys.exit(main())
