"""100 000 open drafts: what each takes on the disk and in memory, and how soon the first of them is answered.

    python -m benchmarks restart

The drafts are as a real conversation leaves them in the middle of the way: a story of 300 characters, half
the questions answered, sealed at their real size, each with a key of its own on the shelf. Then the program
is started anew, several times, in a process of its own: Python, the words of every language, the store with
its check of the files, the shelf, the instance. The time runs from before the process starts until somebody
who left in the middle has her answer, made durable.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import shutil
import subprocess
import sys
import time
from pathlib import Path

from benchmarks._house import Silent, folder, shelf_folder
from benchmarks._measure import RUNS, is_quick, resident, told
from benchmarks.turns import WAY
from bot.boxes import seal_draft
from bot.pseudonyms import pseudonym
from bot.settings import Settings
from handlers import Address, Heard
from handlers.drafts import find, write_envelope
from handlers.instance import Instance, lay_keys, open_instance
from handlers.intake import DAY_SECONDS, HOUR_SECONDS
from storage.changes import KeepDraft, Seen

DRAFTS, QUICK_DRAFTS = 100_000, 10_000
"""Two starts hold some 100 KiB more or less than each other: the memory of five hundred drafts."""
AT_ONCE = 1000
HALF_WAY = 24
"""Lines of `turns.WAY` that were said: the story and half of the questions."""

SOMEBODY = Address("terminal", "somebody")
AIM_SECONDS = 2.0


def settings_at(data: Path, shelf: Path) -> Settings:
    return Settings(data=data, shelf=shelf)


async def half_way(instance: Instance) -> bytes:
    """Somebody talks until the middle; what her draft holds then."""
    for update, (kind, text) in enumerate(WAY[:HALF_WAY], start=1):
        await instance.hear(Heard(SOMEBODY, update, kind, text, "fr"), Silent())
    today = int(time.time() // DAY_SECONDS)
    person = await find(instance.store, instance.shelf, SOMEBODY, today)
    return write_envelope(person.envelope)


async def fill(instance: Instance, many: int) -> None:
    """As many drafts as that, each sealed under its own key, kept through the store and the shelf."""
    said = await half_way(instance)
    now = time.time()
    today = int(now // DAY_SECONDS)
    (_, day_key), *_ = await instance.shelf.day_keys(today)

    async def one(number: int) -> None:
        name, id = pseudonym(day_key, "terminal", f"n{number}"), secrets.token_bytes(16)
        key = await instance.shelf.new_key(id, int(now // HOUR_SECONDS))
        box = seal_draft(key, id + name, 1, said)
        assert await instance.store.commit((KeepDraft(name, id, 1, box, today), Seen(name, 1, today)))
        await instance.shelf.advance(id, 1)

    for start in range(0, many, AT_ONCE):
        await asyncio.gather(*(one(number) for number in range(start, min(start + AT_ONCE, many))))


async def made(data: Path, shelf: Path, many: int) -> None:
    instance = await open_instance(settings_at(data, shelf))
    try:
        await fill(instance, many)
    finally:
        await instance.close()


async def answered(data: Path, shelf: Path, update: int) -> None:
    """What the started process does: open all, answer one, say how much memory that took."""
    instance = await open_instance(settings_at(data, shelf))
    try:
        channel = Silent()
        await instance.hear(Heard(SOMEBODY, update, "text", "passer", "fr"), channel)
        assert channel.shown
        print("answered", resident(), flush=True)
    finally:
        await instance.close()


def restarted(data: Path, shelf: Path, update: int) -> tuple[float, int]:
    """Seconds from before the process starts to its answer, and the bytes of memory it holds then."""
    command = [sys.executable, "-m", "benchmarks.restart", "--answer", str(data), str(shelf), str(update)]
    # Modules are compiled once, as where Seuil is installed, whatever this shell says of it.
    env = {**os.environ, "PYTHONPYCACHEPREFIX": str(data.parent / "compiled"), "PYTHONDONTWRITEBYTECODE": ""}
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as process:
        assert process.stdout is not None
        said = process.stdout.readline().split()
        took = time.perf_counter() - began
    assert said[:1] == ["answered"]
    return took, int(said[1])


def on_disk(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())


def measure(many: int, runs: int) -> None:
    with folder() as place, shelf_folder() as kept:
        data, shelf = place / "many", kept / "many"
        none, few = place / "none", kept / "none"
        lay_keys(settings_at(data, shelf))
        shutil.copytree(data, none)
        asyncio.run(made(none, few, 1))
        asyncio.run(made(data, shelf, many))
        disk = (on_disk(data) - on_disk(none)) / many
        told("disk, an open draft", "bytes", [disk], "aim < 4,096")
        told("shelf (in memory), an open draft", "bytes", [on_disk(shelf) / many])
        restarted(none, few, 99)
        empty = [restarted(none, few, 100 + run) for run in range(runs)]
        full = [restarted(data, shelf, 100 + run) for run in range(runs)]
        told("start to first answer, one draft", "s", [took for took, _ in empty])
        aim = f"aim < {AIM_SECONDS:.0f} for {DRAFTS:,}"
        told(f"start to first answer, {many:,} drafts", "s", [took for took, _ in full], aim)
        idle = [(held - nothing) / many for (_, held), (_, nothing) in zip(full, empty, strict=True)]
        told("memory, an idle open draft (store, shelf and its file)", "bytes", idle, "aim < 1,024")


def main() -> int:
    logging.disable(logging.WARNING)
    if sys.argv[1:2] == ["--answer"]:
        data, shelf, update = sys.argv[2:]
        asyncio.run(answered(Path(data), Path(shelf), int(update)))
        return 0
    quick = is_quick(__doc__)
    measure(QUICK_DRAFTS if quick else DRAFTS, 1 if quick else RUNS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
