"""All that is sealed to the team's key is found, in every store, and given another header without a trace of
the old one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from bot import age
from bot.errors import CannotOpen
from storage import Store, open_store
from storage.changes import (
    FinishCommand,
    FreezeDigest,
    KeepItem,
    KeepRendition,
    QueueCommand,
    Withdraw,
)
from storage.sealed import KINDS, PLACES, Rewrap, SealedRow
from tests.deskkit import IDENTITY
from tests.keykit import EVERY_PART, lived_in
from tests.pgkit import every_store
from tests.storekit import case_of, files_holding, new_id, submitted

store = every_store


OLD = b"the old header, " * 300
NEW = b"the new header, " * 300


async def filled(store: Store) -> list[bytes]:
    """One row of every kind, and two cases."""
    cases = sorted(new_id() for _ in range(2))
    for case in cases:
        assert await store.commit(submitted(case, "coded", "story", box=OLD))
    assert await store.commit((QueueCommand(b"update", OLD), QueueCommand(b"done", OLD)))
    assert await store.commit((FinishCommand(2),))
    assert await store.commit((FreezeDigest(1, 3, OLD, bytes(32), ()), KeepRendition(1, "fr", OLD)))
    return cases


async def every(store: Store, page: int) -> list[SealedRow]:
    """What a walk a page at a time finds."""
    found: list[SealedRow] = []
    for kind in KINDS:
        after = None
        while rows := await store.sealed(kind, after, page):
            found += rows
            after = rows[-1].key
    return found


@pytest.mark.parametrize("page", [1, 2, 100])
async def test_a_walk_finds_every_box_once_in_the_order_of_its_key(store: Store, page: int) -> None:
    first, second = await filled(store)

    found = await every(store, page)

    assert [(row.kind, row.key, row.epoch) for row in found] == [
        *[("item", (case, part), 1) for case in (first, second) for part in ("coded", "story")],
        ("command", (1,), 0),
        ("digest", (1,), 0),
        ("rendition", (1, "fr"), 0),
    ]
    assert {row.box for row in found} == {OLD}
    assert sum([await store.count_sealed(kind) for kind in KINDS]) == len(found)


async def test_a_box_takes_another_header_where_it_is_still_what_was_read(store: Store) -> None:
    await filled(store)
    rows = await every(store, 100)

    assert await store.commit(tuple(Rewrap(row, NEW, 2) for row in rows))

    assert {(row.box, row.epoch) for row in await every(store, 100) if row.kind == "item"} == {(NEW, 2)}
    assert {row.box for row in await every(store, 100)} == {NEW}
    assert [row.key for row in await every(store, 100)] == [row.key for row in rows]


async def test_what_changed_meanwhile_is_left_and_the_others_are_not(store: Store) -> None:
    first, second = await filled(store)
    rows = await every(store, 100)
    case = case_of(first)
    assert await store.commit((Withdraw(case.locator, case.token_hash),))
    assert await store.commit((KeepItem(second, "story", 2, b"masked", replace=True), FinishCommand(1)))

    assert await store.commit(tuple(Rewrap(row, NEW, 3) for row in rows))

    assert await store.case(first) is None
    assert [(item.part, item.box, item.epoch) for item in await store.items(second)] == [
        ("coded", NEW, 3),
        ("story", b"masked", 2),
    ]
    assert await store.commands() == []
    assert (await store.digests())[0].frozen == NEW


async def test_no_byte_of_an_old_header_stays_in_the_files(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:{tmp_path}")
    await filled(store)
    assert files_holding(tmp_path, OLD[:64])

    await store.commit(tuple(Rewrap(row, NEW, 2) for row in await every(store, 100)))

    assert files_holding(tmp_path, OLD[:64]) == []
    await store.close()


# --- nothing is forgotten -----------------------------------------------------------------------------------

NOT_THE_TEAMS = {
    "reply.box": "sealed to the receipt of its witness",
    "testimony.reply_key": "a public key",
    "member.route": "under the INSTANCE key",
    "person.box": "a draft, under a key of its own",
    "errand.box": "under a key of the shelf",
}
"""Columns that hold long noise and no age file for the team, each with what it is."""

BOXES = (".box", ".frozen", ".route", ".reply_key")
"""How columns of long noise are called."""


def columns(folder: Path) -> dict[str, list[object]]:
    """Every column of every table, with all that stands in it."""
    found: dict[str, list[object]] = {}
    for file in ("seuil.db", "drafts.db"):
        db = sqlite3.connect(folder / file)
        for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for _, column, *_ in db.execute(f"PRAGMA table_info({table})").fetchall():
                rows = db.execute(f"SELECT {column} FROM {table}").fetchall()  # noqa: S608 - names of the schema
                found[f"{table}.{column}"] = [value for (value,) in rows]
        db.close()
    return found


def opens(value: object) -> bool:
    """Whether this is an age file for the team."""
    try:
        age.decrypt(bytes(value) if isinstance(value, bytes) else str(value).encode(), [IDENTITY])
    except CannotOpen:
        return False
    return True


async def test_every_column_of_boxes_is_known(tmp_path: Path) -> None:
    """A new column of bytes must be said to be sealed to the team, or what else it is."""
    await (await open_store(f"sqlite:{tmp_path}")).close()

    boxes = {name for name in columns(tmp_path) if name.endswith(BOXES)}
    assert boxes == {f"{kind}.{place.column}" for kind, place in PLACES.items()} | set(NOT_THE_TEAMS)


async def test_a_whole_house_keeps_nothing_for_the_team_outside_the_known_places(tmp_path: Path) -> None:
    """Told, added to, noted, summarised, quoted, counted, rendered, ordered: then every cell is tried."""
    store = await open_store(f"sqlite:{tmp_path}")
    await lived_in(store)
    await store.close()

    cells = columns(tmp_path)
    assert {name for name, values in cells.items() if any(map(opens, values))} == {
        f"{kind}.{place.column}" for kind, place in PLACES.items()
    }
    assert {str(part).partition("-")[0] for part in cells["item.part"]} == EVERY_PART
