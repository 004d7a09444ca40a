"""It is promised that processes which hear for one instance keep the keys of drafts in one place: who would
begin with another is told so before anything is touched."""

from __future__ import annotations

import asyncio
import logging
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from botapi import FakeTelegram

from bot.errors import AlreadyRunning
from handlers import keyring, one_shelf
from handlers.one_shelf import NAMED, OneShelf
from storage import Store, open_store
from storage.memory import MemoryStore
from storage.shelf import FolderShelf, MemoryShelf, Shelf
from storage.shelf_redis import RedisShelf
from tests import pgkit, rediskit
from tests.fleetkit import Fleet
from tests.processkit import started
from tests.test_workers import INTAKE, refused


@pytest.fixture(params=["memory", "postgresql"])
async def stores(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Store, Store]]:
    """One store, as each of two processes has it."""
    if request.param == "memory":
        one: Store = MemoryStore()
        yield one, one
        return
    url = await pgkit.fresh_url()
    opened = await open_store(url), await open_store(url)
    yield opened
    for store in opened:
        await store.close()


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(dir="/dev/shm"))
    yield made / "shelf"
    shutil.rmtree(made)


def shelf_of(kind: str, folder: Path, server: Shelf) -> Shelf:
    return FolderShelf(folder) if kind == "folder" else server


@pytest.mark.parametrize(
    ("first", "second"), [("folder", "server"), ("server", "folder"), ("folder", "folder")]
)
async def test_a_folder_is_for_one_process_that_hears_alone(
    stores: tuple[Store, Store], folder: Path, first: str, second: str
) -> None:
    server = MemoryShelf(is_shared=True)
    shelves = [shelf_of(first, folder, server), shelf_of(second, folder.with_name("other"), server)]
    one, other = (OneShelf(store, shelf) for store, shelf in zip(stores, shelves, strict=True))
    await one.demand()
    before = await stores[0].meta(NAMED)

    with pytest.raises(AlreadyRunning, match="keeps the keys of drafts in another place") as told:
        await other.demand()

    assert "SEUIL_SHELF" in told.value.hint
    assert await stores[0].meta(NAMED) == before
    await other.close()
    await one.look()
    await one.close()
    again = OneShelf(stores[1], shelves[1])
    await again.demand()  # nobody hears with the first any more
    await again.close()
    for shelf in shelves:
        await shelf.close()


async def test_of_two_servers_the_second_is_refused_and_not_touched(stores: tuple[Store, Store]) -> None:
    right, wrong = MemoryShelf(is_shared=True), MemoryShelf(is_shared=True)
    one, same, other = (
        OneShelf(stores[0], right),
        OneShelf(stores[1], right),
        OneShelf(stores[1], wrong),
    )
    await one.demand()
    await same.demand()

    with pytest.raises(AlreadyRunning):
        await other.demand()

    assert wrong.shared is not None
    assert await wrong.shared.name() is None
    for each in (one, same, other):
        await each.close()


async def test_many_that_start_at_one_moment_agree(stores: tuple[Store, Store]) -> None:
    shelf = MemoryShelf(is_shared=True)
    many = [OneShelf(stores[n % 2], shelf) for n in range(6)]

    await asyncio.gather(*(each.demand() for each in many))

    for each in many:
        await each.look()
        await each.close()


async def test_a_server_begun_anew_is_the_same_as_long_as_somebody_hears(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store, server = MemoryStore(), await asyncio.to_thread(rediskit.Server)
    shelves = [await RedisShelf.open(server.url) for _ in range(2)]
    one = OneShelf(store, shelves[0])
    await one.demand()
    server.kill()
    await asyncio.to_thread(server.start)

    newcomer = OneShelf(store, shelves[1])
    with pytest.raises(AlreadyRunning, match="another place"):
        await newcomer.demand()  # nobody gave it back its name yet
    await one.look()
    await newcomer.demand()

    assert "TWO PLACES" not in caplog.text
    for each in (one, newcomer):
        await each.close()
    for shelf in shelves:
        await shelf.close()
    server.stop()


async def test_a_server_that_was_given_another_name_meanwhile_is_known_by_it() -> None:
    store, shelf = MemoryStore(), MemoryShelf(is_shared=True)
    one = OneShelf(store, shelf)
    await one.demand()
    shelf.shared = MemoryShelf(is_shared=True).shared  # begun anew
    assert shelf.shared is not None
    await shelf.shared.be_named(b"another")
    restarted = OneShelf(store, shelf)
    one._shared = shelf.shared

    await one.look()

    assert await store.meta(NAMED) == b"another"
    await restarted.demand()
    for each in (one, restarted):
        await each.close()


async def test_who_finds_out_later_that_others_use_another_shelf_says_so_loudly(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """As after an absence of the store's server, in which a name is held by nobody."""
    store = MemoryStore()
    here, there = (OneShelf(store, MemoryShelf(is_shared=True)) for _ in range(2))
    await here.demand()
    await here.close()
    await there.demand()

    await here.look()

    assert "PEOPLE'S DRAFTS ARE IN TWO PLACES" in caplog.text
    assert [record.levelno for record in caplog.records] == [logging.CRITICAL]
    await there.look()
    assert len(caplog.records) == 1, "who is right says nothing"
    await there.close()
    await here.close()


async def test_a_name_lost_with_its_session_is_held_again() -> None:
    url = await pgkit.fresh_url()
    store, other = await open_store(url), await open_store(url)
    one = OneShelf(store, MemoryShelf())
    await one.demand()
    await sessions_end(url)

    await one.look()

    async with other.only_one(one_shelf.IN_USE) as free:
        assert not free
    await one.close()
    for each in (store, other):
        await each.close()


async def sessions_end(url: str) -> None:
    """End every session that holds a name."""
    db = await asyncpg.connect(url)
    ended = await db.fetch(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'seuil only one'"
    )
    assert ended
    await db.close()


async def test_an_intake_with_another_shelf_is_refused_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring.create, "__kwdefaults__", {"work_factor": 10})  # scrypt, a thousandth
    server = await asyncio.to_thread(rediskit.Server)
    with tempfile.TemporaryDirectory(dir="/dev/shm") as memory:
        async with FakeTelegram(allow_http_webhook=True) as fake:
            telegram = {"SEUIL_TELEGRAM_API": fake.base, "SEUIL_TELEGRAM_TOKEN": fake.token}
            fleet = Fleet(tmp_path, await pgkit.fresh_url(), server.url, telegram)
            await fleet.make()
            own = {**fleet.intake_env(1), "SEUIL_SHELF": str(Path(memory) / "shelf")}
            async with started(fleet.intake_env(0), *INTAKE) as process:
                await process.says("serves Telegram")
                code, said, _ = await refused(own, *INTAKE)

                assert code == 10
                assert "keeps the keys of drafts in another place" in said
                assert await process.end() == 0
    server.stop()
