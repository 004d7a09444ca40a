"""A backup of 100 000 sealed items, and putting it back: seconds, and memory at its highest.

    python -m benchmarks backups

Two items of the usual size a testimony, beside its row, in files. Backing up is reading, sealing, writing,
making durable and reading again; restoring is opening, writing, reading again row by row, and SQLite's own
look at every page. Each is done in a process of its own, so that its memory is its own.
"""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from benchmarks._house import folder
from benchmarks._measure import RUNS, is_quick, told, watched
from bot.age import HybridIdentity
from bot.settings import Settings
from handlers import backups, keyring, restoring
from handlers.backup_keys import PUBLIC
from handlers.team_keys import KEYS
from storage import open_store
from storage.key_folder import KeyFolder

ITEMS = 100_000
BOX_BYTES = 5755
"""Of an item in the smallest bucket."""

REPLY_KEY_BYTES = 1216
BACKUP = HybridIdentity(bytes(32))
AIM_SECONDS = 60


def settings_at(data: Path) -> Settings:
    return Settings(data=data, shelf=Path("/dev/shm") / "seuil-bench-none")


def silent(_what: str, _done: int, _of: int) -> None:
    """Nobody watches."""


def fill(data: Path, items: int) -> None:
    """An instance with as many items. Written row by row: how it came in is measured elsewhere."""
    keys = KeyFolder(data)
    keys.instance(new=True)
    keys.salt(new=True)
    keyring.create(data / KEYS, "mesure", work_factor=10)
    (data / PUBLIC).write_text(BACKUP.recipient.text())

    async def lay() -> None:
        await (await open_store(f"sqlite:{data}")).close()

    asyncio.run(lay())
    with closing(sqlite3.connect(data / "seuil.db")) as db:
        for _ in range(items // 2):
            case, box = os.urandom(16), os.urandom(BOX_BYTES)
            db.execute(
                "INSERT INTO testimony (id, state, day, locator, token_hash, reply_key)"
                " VALUES (?, 'waiting', 20000, ?, ?, ?)",
                (case, os.urandom(16), os.urandom(32), os.urandom(REPLY_KEY_BYTES)),
            )
            db.executemany(
                "INSERT INTO item VALUES (?, ?, 1, ?)", [(case, "coded", box), (case, "story", box)]
            )
        db.commit()


def back_up(data: Path, out: Path) -> None:
    asyncio.run(backups.make(settings_at(data), out, time.time(), silent))


def put_back(data: Path, out: Path) -> None:
    new = data.parent / "new"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    for name in restoring.SECRETS:
        shutil.copy2(data / name, new / name)
    file = backups.backups_in(out)[-1][2]
    asyncio.run(restoring.restore(settings_at(new), file, (BACKUP,), str, time.time(), silent))


WORKS = {"backup": back_up, "restore": put_back}


def worked(what: str, data: Path, out: Path) -> tuple[float, float, float]:
    """Seconds by the clock, of the processor, and MB of memory at its highest."""
    said = subprocess.run(
        [sys.executable, "-m", "benchmarks.backups", "--work", what, str(data), str(out)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    return float(said[0]), float(said[1]), float(said[2])


def measure(items: int, runs: int) -> None:
    with folder() as place:
        few, many, out = place / "few", place / "many", place / "out"
        fill(few / "data", 2)
        fill(many / "data", items)
        for what in WORKS:
            found, bare = [], []
            for run in range(runs):
                for data, told_in in ((few, bare), (many, found)):
                    to = out / data.name / (str(run) if what == "backup" else "0")
                    to.mkdir(parents=True, exist_ok=True)
                    told_in.append(worked(what, data / "data", to))
            aim = f"aim < {AIM_SECONDS} for {ITEMS:,}"
            told(f"{what} of {items:,} items, by the clock", "s", [wall for wall, _, _ in found], aim)
            told("    of the processor", "s", [busy for _, busy, _ in found])
            more = [much - none for (_, _, much), (_, _, none) in zip(found, bare, strict=True)]
            told("    memory above that of two items", "MB", more)


def main() -> int:
    logging.disable(logging.WARNING)
    if sys.argv[1:2] == ["--work"]:
        what, data, out = sys.argv[2:]
        watch = watched(lambda: WORKS[what](Path(data), Path(out)))
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(watch.wall, watch.processor, most)
        return 0
    quick = is_quick(__doc__)
    measure(2_000 if quick else ITEMS, 1 if quick else RUNS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
