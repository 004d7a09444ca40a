"""It is promised that what was withdrawn, erased or past its time is in no byte of any file.

A whole life goes through the real conversation and the real desk. Every box that was ever written is noted as
it passes; at the end, those that are in no table must have left no run of 32 bytes, and words of witnesses
none at all, in any file: databases, logs of databases, free space, temporary files, the shelf, our own log.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from bot.age import HybridIdentity, decrypt
from bot.errors import CannotOpen, KeyFileError
from bot.moderation import reference
from handlers import keyring
from handlers.intake import HOUR_SECONDS
from storage import Store, open_store, postgres_sweep
from storage.changes import (
    Change,
    DropDraft,
    FinishCommand,
    KeepDraft,
    KeepItem,
    KeepReply,
    QueueCommand,
    Withdraw,
)
from storage.postgres_sweep import Sweeper
from storage.sealed import Rewrap, SealedRow
from storage.shelf import FolderShelf, Shelf
from tests.deskkit import PASSPHRASE, House
from tests.pgkit import QUICK, Server
from tests.stage import Stage
from tests.storekit import new_id, submitted

WINDOW = 16
"""Bytes looked up at once. A run of 31 holds one that begins at a multiple of 16 in the file."""

CONSTANT = 48
"""Bytes at the start of every age file: its version, and what kind of recipient."""

MARKERS = (
    "mésangebleue",
    "pinsonvert",
    "grivemauve",
    "merlenoir",
    "rossignolgris",
    "bouvreuilrose",
    "geaidoré",
)


def pieces(boxes: set[bytes]) -> set[bytes]:
    """Every run of WINDOW bytes of these boxes."""
    return {box[at : at + WINDOW] for box in boxes for at in range(CONSTANT, len(box) - WINDOW + 1)}


def traces(folders: list[Path], boxes: set[bytes], words: tuple[str, ...] = MARKERS) -> list[str]:
    """Files that hold a piece of a box, or a witness's word."""
    wanted, found = pieces(boxes), []
    spelled = [word.encode(form) for word in words for form in ("utf-8", "utf-16-le")]
    for file in (path for folder in folders for path in folder.rglob("*") if path.is_file()):
        content = file.read_bytes()
        met = any(
            content[at : at + WINDOW] in wanted
            for page in range(0, len(content), 4096)
            if content.count(0, page, page + 4096) < 4096
            for at in range(page, min(page + 4096, len(content)), WINDOW)
        )
        if met or any(word in content for word in spelled):
            found.append(file.name)
    return found


class Noting:
    """A store, and every box that was written to it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.told: set[bytes] = set()
        self.drafted: set[bytes] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def commit(self, change: Change) -> bool:
        for operation in change:
            if isinstance(operation, (KeepItem, KeepReply, QueueCommand)):
                self.told.add(operation.box)
            if isinstance(operation, KeepDraft):
                self.drafted.add(operation.box)
        return await self._store.commit(change)

    async def gone(self) -> set[bytes]:
        """What was told or ordered, and is in no table any more."""
        cases = await self._store.cases()
        living = {item.box for row in cases for item in await self._store.items(row.case)}
        living |= {box for row in cases for box in await self._store.replies(row.case)}
        return self.told - living - {row.box for row in await self._store.commands()}


async def life(store: Noting, shelf: Shelf) -> None:
    """Told and withdrawn; told, read, answered and past its time; told and erased by two; begun and erased;
    begun and forgotten; told, and there to stay."""
    stage = Stage(store=store, shelf=shelf, seed=b"\x01" * 32)  # type: ignore[arg-type]  # a store, seen through
    house = House(store)  # type: ignore[arg-type]  # as above
    await house.seat()
    await house.desk.unlock(PASSPHRASE)

    receipt = await stage.testify("Rose", f"Il a dit {MARKERS[0]} devant la porte.")
    await stage.say("Rose", "/receipt", "2", " ".join(receipt), f"Et encore {MARKERS[1]}.", "FINI")
    assert (await stage.say("autre", "/receipt", "3", " ".join(receipt)))[0]
    assert not await store.cases()
    await stage.testify("Line", f"Il a dit {MARKERS[2]} le soir.")
    for command in ("/next", "/open", f"/note {MARKERS[3]}", "/reply Merci.", "/approve"):
        await house.say("moderator", command)
    assert await store.count_cases("approved")

    await stage.testify("Ana", f"Il a dit {MARKERS[4]} au matin.")
    for chair in ("owner", "owner 2"):
        for row in await store.cases("waiting"):
            await house.say(chair, f"/delete {reference(row.case)}")

    await stage.to_story("Eva")
    await stage.say("Eva", f"Il a écrit {MARKERS[5]}.", "EFFACER")
    await stage.to_story("Mia")
    await stage.say("Mia", f"Il a chanté {MARKERS[6]}.")
    await shelf.expire(int(stage.clock.now // HOUR_SECONDS) + 200)
    for draft in await store.drafts_before(10**6):
        await store.commit((DropDraft(draft.pseudonym),))

    house.now += 61 * 86_400
    assert await house.desk.hours.expire()
    await stage.testify("Ida", "Je reste ici.")
    await house.desk.lock("the end")
    await stage.dispatch.settle()


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """The shelf's folder."""
    folder = Path("/dev/shm") / f"seuil-forensics-{os.getpid()}-{tmp_path.name}"
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def shelf(memory: Path) -> FolderShelf:
    return FolderShelf(memory)


@pytest.fixture
def places(tmp_path: Path, memory: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Path]]:
    """Wherever a byte may go: the data folder, a log file, temporary files, the shelf."""
    for name in ("data", "tmp", "log"):
        (tmp_path / name).mkdir(mode=0o700)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path / "tmp"))
    handler = logging.FileHandler(tmp_path / "log" / "seuil.log")
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield [tmp_path, memory]
    root.removeHandler(handler)
    root.setLevel(level)
    handler.close()


def test_a_run_of_a_box_is_found_wherever_it_stands(tmp_path: Path) -> None:
    box = os.urandom(1000)
    for start in range(0, 64, 7):
        (tmp_path / f"{start}").write_bytes(
            os.urandom(5000 + start) + box[200 + start : 231 + start] + bytes(9)
        )
    (tmp_path / "clean").write_bytes(os.urandom(9000) + bytes(9000) + box[300 : 300 + WINDOW - 1])

    assert len(traces([tmp_path], {box})) == 10
    assert "clean" not in traces([tmp_path], {box})


async def test_after_a_whole_life_no_file_of_an_instance_holds_what_is_gone(
    tmp_path: Path, shelf: FolderShelf, places: list[Path]
) -> None:
    store = Noting(await open_store(f"sqlite:{tmp_path / 'data'}"))
    await life(store, shelf)
    gone = await store.gone()
    assert len(gone) > 12
    assert len(store.told - gone) > 1

    assert traces(places, gone) == []  # while it runs
    assert traces(places, store.told - gone, ()) != []  # who stays is found by the same means
    await store.close()
    assert store.drafted - drafts_in(tmp_path / "data")
    assert traces(places, gone | (store.drafted - drafts_in(tmp_path / "data"))) == []


def drafts_in(folder: Path) -> set[bytes]:
    with closing(sqlite3.connect(folder / "drafts.db")) as db:
        return {box for (box,) in db.execute("SELECT box FROM person WHERE box IS NOT NULL")}


async def test_the_same_life_would_leave_traces_without_what_clears_them_away(
    tmp_path: Path, shelf: FolderShelf, places: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test above can fail."""
    monkeypatch.setattr("storage.sqlite_writer.Writer._cut", lambda *_: None)
    store = Noting(await open_store(f"sqlite:{tmp_path / 'data'}"))
    await life(store, shelf)

    assert "seuil.db-wal" in traces(places, await store.gone())
    await store.close()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Set up as docs/operating.md says."""
    server = Server((*QUICK, "-c", "wal_recycle=off", "-c", "full_page_writes=on"))
    yield server
    server.stop()


async def test_after_a_sweep_no_file_of_a_postgresql_server_holds_what_is_gone(
    server: Server, shelf: FolderShelf, places: list[Path]
) -> None:
    url = server.url(await server.schema())
    store = Noting(await open_store(url))
    await life(store, shelf)
    gone = await store.gone()
    db = await asyncpg.connect(url)
    await db.execute("ANALYZE")
    files = [server.folder / "data", server.folder / "log", *places]
    assert traces([server.folder / "data"], gone) != []  # it never overwrites

    sweeper = store._sweeper
    await sweeper.sweep(tidy=True)

    assert not sweeper.owes
    assert traces([path for path in files if path.is_dir()], gone) == []
    assert not any(word.encode() in (server.folder / "log").read_bytes() for word in MARKERS)
    assert traces([server.folder / "data"], store.told - gone, ()) != []
    await db.close()
    await store.close()


async def test_a_hot_copy_taken_before_a_withdrawal_opens_with_nothing_that_is_in_it(
    tmp_path: Path, shelf: FolderShelf, places: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything of the machine: files, keys under their passphrase, memory-backed shelf and all."""
    monkeypatch.setattr(keyring.create, "__kwdefaults__", {"work_factor": 10})
    data = tmp_path / "data"
    keyring.create(data / "keys", PASSPHRASE)
    (identity,) = keyring.unlock(data / "keys", PASSPHRASE).identities
    assert isinstance(identity, HybridIdentity)
    store = Noting(await open_store(f"sqlite:{data}"))
    stage = Stage(store=store, shelf=shelf, seed=identity.seed)  # type: ignore[arg-type]  # a store, seen through
    receipt = await stage.testify("Rose", f"Il a dit {MARKERS[0]} devant la porte.")
    for place, name in zip(places, ("machine", "memory"), strict=True):
        shutil.copytree(place, tmp_path.parent / f"{tmp_path.name}-copy" / name)
    await stage.say("Rose", "/receipt", "3", " ".join(receipt))
    await stage.dispatch.settle()
    await store.close()
    copy = tmp_path.parent / f"{tmp_path.name}-copy"

    assert await asyncio.to_thread(traces, places, store.told) == []
    assert "seuil.db" in traces([copy], store.told, ())
    assert traces([copy], set()) == []  # no word of hers
    held = [path.read_bytes() for path in copy.rglob("*") if path.is_file()]
    small = [content for content in held if len(content) <= 2048]
    seeds = {content[at : at + 32] for content in small for at in range(0, len(content) - 31, 8)}
    assert not any(b"AGE-SECRET-KEY" in content or identity.seed in content for content in held)
    assert len(seeds) > 20
    box = next(iter(store.told))
    for seed in seeds:
        with pytest.raises(CannotOpen):
            decrypt(box, [HybridIdentity(seed)])
    with pytest.raises(KeyFileError, match="passphrase is wrong"):
        keyring.unlock(copy / "machine" / "data" / "keys", "another")
    shutil.rmtree(copy)


def owing(url: str) -> Sweeper:
    """As after a start."""
    sweeper = Sweeper(url)
    sweeper.owe(postgres_sweep.ALL)
    return sweeper


async def test_what_cannot_be_written_anew_now_is_owed_and_tried_again(server: Server) -> None:
    """A backup reads the table, or another worker is at it."""
    url = server.url(await server.schema())
    store = await open_store(url)
    await store.commit(submitted(new_id(), "story"))
    await store.close()
    sweeper, reader = owing(url), await asyncpg.connect(url)
    await reader.execute("BEGIN; LOCK TABLE item IN ACCESS SHARE MODE")

    await sweeper.sweep(tidy=True)
    assert sweeper.owes
    await reader.execute("ROLLBACK")
    await sweeper.sweep(tidy=False)
    assert sweeper.owes  # not at once: a minute later
    sweeper._not_before = 0.0
    await sweeper.sweep(tidy=False)

    assert not sweeper.owes
    await reader.close()


async def test_large_tables_are_written_anew_once_a_day_and_huge_ones_by_their_operator(
    server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    url = server.url(await server.schema())
    await (await open_store(url)).close()
    sweeper = owing(url)
    monkeypatch.setattr(postgres_sweep, "AT_ONCE_BYTES", 1)
    await sweeper.sweep(tidy=False)
    assert not sweeper.owes

    sweeper.owe(postgres_sweep.TOLD)
    await sweeper.sweep(tidy=False)
    assert sweeper.owes
    assert sweeper._not_before > time.monotonic() + 80_000
    sweeper._not_before = 0.0
    monkeypatch.setattr(postgres_sweep, "DAILY_BYTES", 1)
    await sweeper.sweep(tidy=False)

    assert not sweeper.owes
    assert "VACUUM (FULL) item, reply, testimony" in caplog.text


async def test_without_the_rights_the_tables_are_written_anew_all_the_same(server: Server) -> None:
    schema = await server.schema()
    db = await asyncpg.connect(server.url())
    await db.execute(f"CREATE ROLE {schema} LOGIN; ALTER SCHEMA {schema} OWNER TO {schema}")
    await db.close()
    url = server.url(schema).replace("seuil@", f"{schema}@")
    await (await open_store(url)).close()
    sweeper = owing(url)

    await sweeper.sweep(tidy=True)

    assert not sweeper.owes


def test_only_what_ends_something_is_owed() -> None:
    row = SealedRow("digest", (1,), 1, b"box")

    assert postgres_sweep.emptied_by(Withdraw(b"l", b"t")) == postgres_sweep.TOLD
    assert postgres_sweep.emptied_by(KeepItem(b"c", "p", 1, b"b", replace=True)) == postgres_sweep.TOLD
    assert postgres_sweep.emptied_by(KeepItem(b"c", "p", 1, b"b")) == frozenset()
    assert postgres_sweep.emptied_by(Rewrap(row, b"new")) == {"digest"}
    assert postgres_sweep.emptied_by(FinishCommand(1)) == {"command"}


async def test_no_statistics_are_kept_of_what_tells_one_row_from_another(server: Server) -> None:
    url = server.url(await server.schema())
    store = await open_store(url)
    for _ in range(300):
        await store.commit(submitted(new_id(), "story"))
    db = await asyncpg.connect(url)
    await db.execute("ANALYZE")

    sampled = {
        (row["tablename"], row["attname"])
        for row in await db.fetch(
            "SELECT tablename, attname FROM pg_stats WHERE schemaname = current_schema()"
        )
    }

    assert ("testimony", "state") in sampled
    told = {("testimony", "id"), ("testimony", "locator"), ("testimony", "token_hash"), ("item", "testimony")}
    assert not sampled & told
    await db.close()
    await store.close()
