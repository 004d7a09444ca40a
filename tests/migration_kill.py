"""A folder of an older schema that is made ready and killed, before every single statement in turn; run by
test_migrations.py as a program of its own, because it forks.

    python -m tests.migration_kill FOLDER SEUIL DRAFTS

FOLDER is made and left to the caller; the numbers are the schemas both files begin with, 0 for no file. What
is printed is how often it was killed. It fails where a file is left at a schema between two, or with other
rows.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from storage import sqlite_folder, sqlite_writer
from tests.schemas import FILES, load, rows_of, same_rows, steps, version_of


def make_ready(folder: Path) -> None:
    lock = sqlite_folder.prepare(folder, console=False)
    if lock is not None:
        lock.release()


def make_ready_killed_at(folder: Path, statement: int) -> bool:
    """Whether there was such a statement."""
    child = os.fork()
    if child == 0:
        count = iter(range(1_000_000))

        def watch(_sql: str) -> None:
            if next(count) == statement:
                os.kill(os.getpid(), signal.SIGKILL)

        def watched(path: Path) -> sqlite3.Connection:
            db = sqlite3.connect(path, isolation_level=None)
            db.set_trace_callback(watch)
            return sqlite_writer.settle(db)

        sqlite_folder.connect = watched  # type: ignore[attr-defined] # what it imported
        make_ready(folder)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status):
        assert os.WEXITSTATUS(status) == 0
        return False
    return True


def main() -> None:
    folder, begun = Path(sys.argv[1]), {"seuil": int(sys.argv[2]), "drafts": int(sys.argv[3])}
    origin = folder / "origin"
    for series, number in begun.items():
        if number:
            load(series, number, origin)
    before = {series: rows_of(origin / FILES[series]) for series, number in begun.items() if number}
    kills, killed = 0, True
    while killed:
        place = folder / str(kills)
        shutil.copytree(origin, place) if origin.exists() else place.mkdir(mode=0o700, parents=True)
        killed = make_ready_killed_at(place, kills)
        for series, number in begun.items():
            path = place / FILES[series]
            if number:
                assert number <= version_of(path) <= len(steps(series)), (series, kills)
                assert same_rows(before[series], rows_of(path)), (series, kills)
        make_ready(place)
        for series in begun:
            path = place / FILES[series]
            assert version_of(path) == len(steps(series)), (series, kills)
            assert same_rows(before.get(series, {}), rows_of(path)), (series, kills)
            with closing(sqlite3.connect(path)) as db:
                assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        shutil.rmtree(place)
        kills += killed
    sys.stdout.write(f"{kills}\n")


if __name__ == "__main__":
    main()
