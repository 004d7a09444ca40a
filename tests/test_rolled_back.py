"""It is promised that an older database under a running Seuil is noticed: nothing is acknowledged into a file
that is nowhere, and owners are told when what they know of is not there any more."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest

from bot.errors import StoreDamaged
from storage import Store, open_store
from storage.audit_head import AuditHead
from storage.changes import Audit
from tests.deskkit import PASSPHRASE, House, words
from tests.pgkit import fresh_url
from tests.storekit import DAY, new_id, submitted, turn


def copied(folder: Path, name: str) -> Path:
    """A sound copy of a running database."""
    copy = folder.parent / f"older-{name}"
    with closing(sqlite3.connect(folder / name)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy


@pytest.mark.parametrize("name", ["seuil.db", "drafts.db"])
async def test_nothing_is_acknowledged_into_a_file_that_was_replaced(tmp_path: Path, name: str) -> None:
    """It was: all who wrote until the next start were answered, and nothing of theirs was there."""
    folder, person = tmp_path / "data", new_id()
    store = await open_store(f"sqlite:{folder}")
    await store.commit(submitted(new_id(), "story"))
    await store.commit(turn(person, person, 1))
    copied(folder, name).rename(folder / name)

    for change in (submitted(new_id(), "story"), turn(person, person, 2), (Audit(DAY, "m", "act"),)):
        with pytest.raises(StoreDamaged, match=f"in the place of {name}") as refused:
            await store.commit(change)
        assert "restore" in refused.value.hint
    await store.close()
    store = await open_store(f"sqlite:{folder}")
    assert len(await store.cases()) == 1
    await store.close()


async def test_a_file_that_was_taken_away_is_noticed_too(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:{tmp_path}")
    (tmp_path / "seuil.db").rename(tmp_path / "elsewhere.db")

    with pytest.raises(StoreDamaged):
        await store.commit(submitted(new_id(), "story"))
    await store.close()


async def desk_on(store: Store, folder: Path) -> House:
    house = House(store)
    house.bench.audit_head = AuditHead(folder, house.queue.instance)
    await house.seat("owner")
    await house.desk.unlock(PASSPHRASE)
    await house.say("owner", "/lock")
    await house.desk.unlock(PASSPHRASE)
    return house


async def test_owners_are_told_when_an_older_copy_was_written_over_a_running_database(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    store = await open_store(f"sqlite:{folder}")
    house = await desk_on(store, folder)
    older = copied(folder, "seuil.db")
    await house.say("owner", "/lock")
    await house.desk.unlock(PASSPHRASE)
    await house.desk.tick()
    assert words("desk-alarm-audit") not in house.told_to("owner")

    with closing(sqlite3.connect(older)) as source, closing(sqlite3.connect(folder / "seuil.db")) as target:
        source.backup(target)
    house.now += 60
    await house.desk.tick()

    assert words("desk-alarm-audit") in house.told_to("owner")
    await store.close()


async def test_owners_are_told_when_an_older_dump_was_put_back_on_a_running_server(tmp_path: Path) -> None:
    store = await open_store(await fresh_url())
    house = await desk_on(store, tmp_path)
    db = await asyncpg.connect(store._url)  # type: ignore[attr-defined]  # the server's
    await db.execute("CREATE TABLE older AS SELECT * FROM audit")
    await house.say("owner", "/lock")
    await house.desk.unlock(PASSPHRASE)
    await house.desk.tick()

    await db.execute("DELETE FROM audit; INSERT INTO audit SELECT * FROM older")
    house.now += 60
    await house.desk.tick()

    assert words("desk-alarm-audit") in house.told_to("owner")
    await db.close()
    await store.close()
