"""What every earlier Seuil left behind: for each numbered schema, a database as text, rows in every table.

    python -m tests.schemas

writes the text of the newest schema where it is missing, and never another one: a text of an older schema
was written by the program of its time (its head says which), and is never made again by a newer program,
which could only say what it believes now. So whoever adds a migration runs this before the next one is added.

Never here: what is promised of a migration (`tests.test_migrations`), and anybody's words: boxes are noise.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final, TypeAlias

import asyncpg

from storage import changes as c
from storage import open_store, postgres_server, sqlite_folder
from storage.sqlite_writer import DRAFTS, MAIN

FOLDER: Final = Path(__file__).parent / "schemas"

SERIES: Final = {
    "seuil": sqlite_folder.MIGRATIONS / "seuil",
    "drafts": sqlite_folder.MIGRATIONS / "drafts",
    "postgres": postgres_server.MIGRATIONS,
}
"""Everything that is migrated, and where its numbered steps are."""

FILES: Final = {"seuil": MAIN, "drafts": DRAFTS}

DAY: Final = 20_000


def steps(series: str) -> list[Path]:
    return sorted(SERIES[series].glob("*.sql"))


def text_of(series: str, number: int) -> Path:
    return FOLDER / series / f"{number:04}.sql"


# --- a life that leaves something in every table ------------------------------------------------------------


def lives() -> Iterator[c.Change]:
    """Changes, one after the other, the same in every run. Every column that may be empty is so in one row,
    and is not in another."""
    noise = _Noise()
    people = [noise(16) for _ in range(3)]
    yield (c.KeepDraft(people[0], noise(16), 1, noise(), DAY), c.Seen(people[0], 1, DAY))
    yield tuple(c.Seen(people[0], update, DAY) for update in range(2, 12))
    yield (c.Seen(people[1], 2**53, DAY - 1),)
    yield (c.KeepDraft(people[2], noise(16), 1, b"", DAY),)
    yield (c.PutErrand(people[0], 11, noise()), c.PutErrand(noise(16), 0, noise()))
    owner, moderator, partner = (noise(16) for _ in range(3))
    for member, role, name in (
        (owner, "owner", "Zoë"),
        (moderator, "moderator", ""),
        (partner, "partner", "L’abri · 2"),
    ):
        yield (c.PutMember(member, noise(16), role, noise(), DAY, name),)
    yield (c.PutInvite(noise(32), "auditor", DAY, "Audit"), c.Ban(noise(16), DAY))
    yield (c.AskSecond("erase 1a2b", owner, DAY),)
    yield from _cases(moderator, noise)
    for number, state in ((1, "approved"), (2, "held"), (3, "frozen")):
        counted = noise(16)
        yield (*_case(counted, noise), c.Move(counted, ("waiting",), "approved", DAY))
        frozen = noise(300)
        sha256 = hashlib.sha256(frozen).digest()
        yield (c.FreezeDigest(number, DAY + number, frozen, sha256, (counted,)),)
        if state != "frozen":
            yield (c.MarkDigest(number, ("frozen",), state),)  # type: ignore[arg-type] # two of its states
        yield (c.KeepRendition(number, "fr", noise()), c.KeepRendition(number, "en", noise()))
        yield (c.DueDelivery(number, partner), c.DueDelivery(number, owner))
    yield (c.MarkDelivery(1, partner, "sent"),)
    yield (c.MarkDelivery(1, owner, "failed", "refused", 30_000_000),)
    yield (c.MarkDelivery(2, owner, "given-up", "gone"),)
    for number in range(3):
        yield (c.QueueCommand(b"key %d" % number, noise()),)
    yield (c.FinishCommand(1),)
    for act, about in (("unlock", ""), ("approve", "1a2b3c"), ("é·", "«\u00a0»")):
        yield (c.Audit(DAY, owner.hex(), act, about),)
    yield (c.PutMeta("digest-bell", b"29000000"), c.PutMeta("verified 3919", b""))


class _Noise:
    """Bytes as sealed ones look."""

    def __init__(self) -> None:
        self._chance = random.Random("seuil")

    def __call__(self, length: int = 96) -> bytes:
        return self._chance.randbytes(length)


def _case(case: bytes, noise: _Noise, state: c.Arrival = "waiting") -> c.Change:
    told = c.KeepCase(case, DAY, noise(16), noise(1216), noise(32), state)
    return (told, *(c.KeepItem(case, part, 1, noise()) for part in ("coded", "story", "add-00ff")))


def _cases(moderator: bytes, noise: _Noise) -> Iterator[c.Change]:
    for state in c.STATES:
        case = noise(16)
        if state == "quarantined":
            yield _case(case, noise, "quarantined")
            continue
        yield _case(case, noise)
        yield (c.KeepReply(case, noise()), c.KeepReply(case, noise()))
        if state == "claimed":
            yield (c.Move(case, ("waiting",), "claimed", DAY, claimed_by=moderator),)
        elif state != "waiting":
            yield (c.Move(case, ("waiting",), state, DAY + 5),)


# --- as text ------------------------------------------------------------------------------------------------


async def live(url: str) -> None:
    """Live there, and leave."""
    store = await open_store(url)
    for change in lives():
        if not await store.commit(change):
            raise AssertionError(f"refused: {change!r}")
    await store.close()


def dump(path: Path) -> str:
    """A SQLite file as text."""
    with closing(sqlite3.connect(path)) as db:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        lines = [*db.iterdump(), f"PRAGMA user_version = {version};"]
    return "\n".join([*lines, f"PRAGMA application_id = {sqlite_folder.APPLICATION_ID};"]) + "\n"


async def dump_server(url: str) -> str:
    """A PostgreSQL schema as text: its steps as they stand now, and its rows."""
    db = await asyncpg.connect(url)
    await db.execute("INSERT INTO worker (id, batch, day) VALUES ('\\x0102', 7, '2026-11-23')")
    await db.execute("UPDATE command SET claimed_by = 'seuil claims 0102' WHERE number = 2")
    await db.execute("UPDATE delivery SET claimed_by = 'seuil claims 0102' WHERE period = 3")
    lines = [step.read_text("utf-8") for step in steps("postgres")]
    lines.append("CREATE TABLE seuil_schema (version integer NOT NULL);")
    # In the order in which they were made: a table refers only to one made before it.
    for (table,) in await db.fetch(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
        " ORDER BY oid"
    ):
        for row in await db.fetch(f"SELECT * FROM {table}"):  # noqa: S608 - a table of ours
            values = ", ".join(map(_written, row.values()))
            names = ", ".join(row.keys())
            lines.append(f"INSERT INTO {table} ({names}) VALUES ({values});")  # noqa: S608 - as above
    await db.close()
    return "\n".join(lines) + "\n"


def _written(value: Any) -> str:
    match value:
        case None:
            return "NULL"
        case bytes():
            return f"'\\x{value.hex()}'"
        case int():
            return str(value)
        case _:
            return "'" + str(value).replace("'", "''") + "'"


def load(series: str, number: int, folder: Path) -> None:
    """Put the database of this text into a folder, as the program of its time left it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / FILES[series]
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA page_size = {sqlite_folder.PAGE_SIZES[path.name]}")
        db.execute("PRAGMA journal_mode = WAL")
        db.executescript(text_of(series, number).read_text("utf-8"))
    path.chmod(0o600)


async def load_server(number: int, url: str) -> None:
    """The same, into an empty schema of a server."""
    db = await asyncpg.connect(url)
    async with db.transaction():
        await db.execute(text_of("postgres", number).read_text("utf-8"))
    await db.close()


# --- compared -----------------------------------------------------------------------------------------------

Rows: TypeAlias = dict[str, list[dict[str, Any]]]
"""By table; each row by column."""


def rows_of(path: Path) -> Rows:
    """Every row of a SQLite file."""
    with closing(sqlite3.connect(path)) as db:
        db.row_factory = sqlite3.Row
        names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        return {
            name: [dict(row) for row in db.execute(f"SELECT * FROM {name}")]  # noqa: S608 - a table of ours
            for (name,) in db.execute(names)
        }


def version_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute("PRAGMA user_version").fetchone()[0])


async def rows_there(url: str) -> Rows:
    """Every row of a server's schema."""
    db = await asyncpg.connect(url)
    names = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
    rows: Rows = {}
    for (name,) in await db.fetch(names):
        rows[name] = [dict(row) for row in await db.fetch(f"SELECT * FROM {name}")]  # noqa: S608 - a table of ours
    await db.close()
    return rows


KEPT_NOWHERE: Final = frozenset({"worker", "seuil_schema"})
"""Tables that say something of the program and nothing of anybody."""


def same_rows(before: Rows, after: Rows) -> bool:
    """Whether every row that was there still is, with what stood in it; what a newer schema adds is its own.

    A migration that renames or drops what was there says so here, with what it means now.
    """
    for table, rows in before.items():
        if table in KEPT_NOWHERE:
            continue
        columns = list(rows[0]) if rows else []
        now = [[row.get(column, "nothing") for column in columns] for row in after.get(table, [])]
        if sorted(map(repr, now)) != sorted(repr(list(row.values())) for row in rows):
            return False
    return True


async def write_missing() -> list[Path]:
    """Write the text of each series' newest schema where there is none. Which were written."""
    # The wheel with the server is asked for here alone: a child that is killed needs none.
    from tests.pgkit import fresh_url  # noqa: PLC0415

    written: list[Path] = []
    with tempfile.TemporaryDirectory() as folder:
        await live(f"sqlite:{folder}/data")
        for series in SERIES:
            text = text_of(series, len(steps(series)))
            if text.exists():
                continue
            if series == "postgres":
                url = await fresh_url()
                await live(url)
                said = await dump_server(url)
            else:
                said = dump(Path(folder) / "data" / FILES[series])
            text.parent.mkdir(parents=True, exist_ok=True)
            text.write_text(f"-- What Seuil left with this schema. Made-up rows.\n{said}", "utf-8")
            written.append(text)
    return written


if __name__ == "__main__":
    for each in asyncio.run(write_missing()):
        sys.stdout.write(f"{each.relative_to(FOLDER.parent.parent)}\n")
