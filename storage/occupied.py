"""Whether the place at a store's url holds an instance, looked at without touching it: no table is made, no
schema brought forward, no lock taken.

For a first start: it makes keys, and must not where others' keys were before.

Never here: whose instance it is.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from storage.sqlite_writer import MAIN, told

TOUCHED: Final = ("meta", "testimony", "member", "audit")
"""Tables of every schema there was; a started instance has a row in one of them."""


async def is_occupied(url: str) -> bool:
    """Raises as `storage.open_store`."""
    kind, _, place = url.partition(":")
    if kind == "sqlite":
        return _in_files(Path(place))
    if kind == "postgresql":
        # Imported here: its client, which an instance in files does not need.
        from storage.postgres_server import is_touched  # noqa: PLC0415

        return await is_touched(url, TOUCHED)
    return False


def _in_files(folder: Path) -> bool:
    file = folder / MAIN
    if not file.exists() or not file.stat().st_size:
        return False
    # Without a log beside it nobody uses it, and even its reading need leave nothing there.
    alone = not file.with_name(f"{MAIN}-wal").exists()
    manner = "mode=ro&immutable=1" if alone else "mode=ro"
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?{manner}", uri=True)) as db:
            tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            return any(
                db.execute(f"SELECT EXISTS (SELECT 1 FROM {name})").fetchone()[0]  # noqa: S608 - a name of TOUCHED
                for name in TOUCHED
                if name in tables
            )
    except sqlite3.Error as error:
        raise told(error, MAIN) from None
