"""It is promised that an instance moves from its files to a server whole, or not at all."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest

from bot.errors import AlreadyRunning, SettingsError, StoreDamaged, StoreFull
from bot.settings import Settings
from handlers import moving as moving_over
from storage import Store, open_store
from storage.changes import (
    AskSecond,
    Audit,
    Ban,
    Change,
    DueDelivery,
    FreezeDigest,
    KeepRendition,
    KeepReply,
    PutErrand,
    PutInvite,
    PutMember,
    PutMeta,
    QueueCommand,
    Seen,
)
from storage.moving import ROWS_AT_ONCE, move
from storage.sqlite_writer import DRAFTS, MAIN
from storage.tables import TABLES
from tests.pgkit import emptied_url, fresh_url
from tests.storekit import DAY, MEMBER, OTHER, approved, new_id, submitted, turn
from tests.test_store_agrees import everything

PERSON, CASE = bytes([1]) * 16, bytes([9]) * 16

LIFE: Change = (
    *turn(PERSON, PERSON, 1),
    Seen(PERSON, 77, DAY),
    PutErrand(PERSON, 7, b"owed"),
    *approved(CASE, "coded", "story", "add-é"),
    KeepReply(CASE, b"\0 reply"),
    *submitted(new_id(), "story", box=bytes(9000)),
    QueueCommand(b"key", b"box"),
    PutMember(MEMBER, b"chat", "owner", b"route", DAY, "Zoë"),
    PutInvite(OTHER, "partner", DAY, ""),
    Ban(b"m1", DAY),
    AskSecond("a", MEMBER, DAY),
    Audit(DAY, "member", "act", "é·"),
    FreezeDigest(1, DAY, b"frozen", b"sha", (CASE,)),
    KeepRendition(1, "fr", b"page"),
    DueDelivery(1, MEMBER),
    PutMeta("a", b"value"),
)
"""Something in every table."""


def silent(_table: str, _done: int, _of: int) -> None:
    """Who does not watch."""


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    """A folder with an instance in it that has lived a little."""
    store = await open_store(f"sqlite:{tmp_path / 'data'}")
    assert await store.commit(LIFE)
    for _ in range(ROWS_AT_ONCE + 5):
        await store.commit(submitted(new_id(), "story"))
    await store.close()
    return tmp_path / "data"


async def all_of(url: str) -> list[object]:
    store = await open_store(url)
    try:
        return await everything(store)
    finally:
        await store.close()


async def count(url: str) -> int:
    db = await asyncpg.connect(url)
    rows = [await db.fetchval(f"SELECT count(*) FROM {table.name}") for table in TABLES]  # noqa: S608 - ours
    await db.close()
    return sum(rows)


def test_every_table_of_the_files_is_moved_with_every_column(folder: Path) -> None:
    for file in (MAIN, DRAFTS):
        with closing(sqlite3.connect(folder / file)) as db:
            there = {
                name: {row[1] for row in db.execute(f"PRAGMA table_info({name})")} - {"place"}
                for (name,) in db.execute(
                    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
                )
            }
        assert {table.name: set(table.columns) for table in TABLES if table.file == file} == there


async def test_everything_is_there_afterwards_and_nothing_left_the_files(folder: Path) -> None:
    url, before = await emptied_url(), await all_of(f"sqlite:{folder}")
    seen: dict[str, tuple[int, int]] = {}

    rows = await move(folder, url, lambda table, done, of: seen.update({table: (done, of)}))

    assert await all_of(url) == before == await all_of(f"sqlite:{folder}")
    assert rows == await count(url) > 2 * ROWS_AT_ONCE
    assert set(seen) == {table.name for table in TABLES}
    assert all(done == of for done, of in seen.values())


async def test_who_was_in_mid_conversation_goes_on_from_the_server(folder: Path) -> None:
    url = await emptied_url()
    await move(folder, url, silent)

    store: Store = await open_store(url)
    assert await store.commit(turn(PERSON, PERSON, 2))
    await store.close()


async def test_a_database_that_is_not_empty_is_left_alone(folder: Path) -> None:
    url = await emptied_url()
    await move(folder, url, silent)
    before = await all_of(url)

    with pytest.raises(SettingsError, match="an instance already"):
        await move(folder, url, silent)

    assert await all_of(url) == before


async def test_a_running_instance_is_not_moved(folder: Path) -> None:
    url, running = await emptied_url(), await open_store(f"sqlite:{folder}")

    with pytest.raises(AlreadyRunning):
        await move(folder, url, silent)

    await running.close()
    assert await count(url) == 0


async def test_what_arrives_changed_is_noticed_and_nothing_is_kept(folder: Path) -> None:
    url = await fresh_url()
    await (await open_store(url)).close()
    db = await asyncpg.connect(url)
    await db.execute(
        "CREATE FUNCTION alter() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN NEW.box = NEW.box || '\\x00'::bytea; RETURN NEW; END $$;"
        " CREATE TRIGGER alter BEFORE INSERT ON reply FOR EACH ROW EXECUTE FUNCTION alter()"
    )
    await db.close()

    with pytest.raises(StoreDamaged, match="table reply"):
        await move(folder, url, silent)

    assert await count(url) == 0


async def test_a_move_that_is_cut_leaves_nothing_and_can_be_made_again(folder: Path) -> None:
    url = await emptied_url()

    def cut(table: str, done: int, of: int) -> None:
        if table == TABLES[-1].name:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await move(folder, url, cut)

    assert await count(url) == 0
    assert await move(folder, url, silent) == await count(url)


async def test_a_full_disk_there_is_told(folder: Path) -> None:
    url = await fresh_url()
    await (await open_store(url)).close()
    db = await asyncpg.connect(url)
    await db.execute(
        "CREATE FUNCTION full_() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = '53100'; END $$;"
        " CREATE TRIGGER full_ BEFORE INSERT ON meta FOR EACH ROW EXECUTE FUNCTION full_()"
    )
    await db.close()

    with pytest.raises(StoreFull):
        await move(folder, url, silent)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("postgresql://u:canary@db/seuil", "sqlite:data"),
        ("", ""),
        ("sqlite:", "postgresql://u:canary@db/seuil"),
        ("", "postgresql://u:canary@db.example.org/seuil"),
        ("sqlite:nowhere", "postgresql://u:canary@db/seuil"),
    ],
)
async def test_any_other_way_is_refused_before_anything_is_touched(
    tmp_path: Path, source: str, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(SettingsError) as refused:
        await moving_over.carry_over(Settings(data=tmp_path / "data"), source, target)

    assert refused.value.hint
    assert "canary" not in f"{refused.value} {refused.value.hint}"
    assert os.listdir(tmp_path) == []


async def test_the_console_moves_from_the_settings_and_shows_how_far_it_is(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = await emptied_url()

    rows = await moving_over.carry_over(Settings(data=folder, store=url), "", "")  # type: ignore[arg-type]  # as a .env gives it

    assert rows == await count(url)
    assert "testimony" in capsys.readouterr().err
