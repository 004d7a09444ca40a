"""What every shelf promises, and what the one in a folder promises when it is killed, copied or damaged."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import shutil
import signal
import stat
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import AlreadyRunning, SettingsError, StoreDamaged
from storage import shelf as shelves
from storage.changes import DropDraft
from storage.shelf import DAY_KEYS_KEPT, FolderShelf, MemoryShelf, Shelf, is_memory_backed
from storage.shelf_redis import RedisShelf
from storage.sqlite import SqliteStore
from tests import rediskit
from tests.storekit import files_holding, new_id, turn

DAY = 20_000
KILLS = 30


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one; elsewhere the disk, which the tests below allow."""
    if is_memory_backed(tmp_path) or not Path("/dev/shm").is_dir():
        yield tmp_path / "shelf"
        return
    made = Path(tempfile.mkdtemp(dir="/dev/shm"))
    yield made / "shelf"
    shutil.rmtree(made)


def open_folder(folder: Path) -> FolderShelf:
    return FolderShelf(folder, allow_disk=True)


@pytest.fixture(params=["memory", "folder", "redis"])
async def shelf(request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[Shelf]:
    """Any shelf; every test that takes it is a promise all of them keep."""
    shelf: Shelf
    if request.param == "redis":
        server = await asyncio.to_thread(rediskit.emptied)
        shelf = await RedisShelf.open(server.url)
    else:
        shelf = MemoryShelf() if request.param == "memory" else open_folder(folder)
    yield shelf
    await shelf.close()


# --- every shelf --------------------------------------------------------------------------------------------


async def test_a_new_key_is_random_and_found_again(shelf: Shelf) -> None:
    draft = new_id()

    key = await shelf.new_key(draft, DAY)

    assert len(key) == 32
    assert await shelf.key(draft) == (key, 0)
    assert await shelf.new_key(new_id(), DAY) != key
    assert await shelf.key(new_id()) is None


async def test_the_last_committed_revision_stands_beside_the_key(shelf: Shelf) -> None:
    draft = new_id()
    key = await shelf.new_key(draft, DAY)

    await shelf.advance(draft, 1)
    await shelf.advance(draft, 2)
    await shelf.advance(draft, 1)
    await shelf.advance(new_id(), 7)

    assert await shelf.key(draft) == (key, 2), "and it never goes back"


async def test_a_destroyed_key_is_gone_for_good(shelf: Shelf) -> None:
    draft, other = new_id(), new_id()
    await shelf.new_key(draft, DAY)
    kept = await shelf.new_key(other, DAY)

    await shelf.destroy(draft)
    await shelf.destroy(draft)
    await shelf.advance(draft, 3)

    assert await shelf.key(draft) is None
    assert await shelf.key(other) == (kept, 0)


async def test_a_draft_begun_again_has_another_key(shelf: Shelf) -> None:
    draft = new_id()
    first = await shelf.new_key(draft, DAY)
    await shelf.advance(draft, 5)

    second = await shelf.new_key(draft, DAY)

    assert second != first
    assert await shelf.key(draft) == (second, 0)


async def test_keys_expire_with_the_day_their_draft_was_begun(shelf: Shelf) -> None:
    old, new = sorted(new_id() for _ in range(3)), new_id()
    for draft in old:
        await shelf.new_key(draft, DAY)
    await shelf.new_key(new, DAY + 1)

    assert await shelf.expire(DAY + 1) == old
    assert await shelf.expire(DAY + 1) == []

    assert await shelf.key(old[0]) is None
    assert await shelf.key(new) is not None


async def test_every_day_has_its_own_key_newest_first(shelf: Shelf) -> None:
    ((_, first),) = await shelf.day_keys(DAY)
    (today, second), yesterday = await shelf.day_keys(DAY + 1)

    assert (today, yesterday) == (DAY + 1, (DAY, first))
    assert len(first) == 32
    assert first != second
    assert await shelf.day_keys(DAY + 1) == ((DAY + 1, second), (DAY, first))


async def test_day_keys_live_as_long_as_a_draft_may(shelf: Shelf) -> None:
    for day in range(DAY, DAY + 10):
        keys = await shelf.day_keys(day)

    assert [day for day, _ in keys] == [DAY + 9, DAY + 8, DAY + 7, DAY + 6]
    assert len(keys) == DAY_KEYS_KEPT


async def test_a_clock_set_back_over_midnight_still_finds_the_key_from_after_it(shelf: Shelf) -> None:
    await shelf.day_keys(DAY - 1)
    ((_, after), _) = await shelf.day_keys(DAY + 1)

    assert [day for day, _ in await shelf.day_keys(DAY)] == [DAY, DAY + 1, DAY - 1]
    assert (await shelf.day_keys(DAY))[1] == (DAY + 1, after)
    assert [day for day, _ in await shelf.day_keys(DAY + 1)] == [DAY + 1, DAY, DAY - 1]


async def test_a_clock_set_back_by_days_gets_no_key_of_a_day_to_come(shelf: Shelf) -> None:
    await shelf.day_keys(DAY + 2)

    assert [day for day, _ in await shelf.day_keys(DAY)] == [DAY]
    assert [day for day, _ in await shelf.day_keys(DAY + 2)] == [DAY + 2, DAY]


# --- the shelf in a folder ----------------------------------------------------------------------------------

drafts = st.sampled_from([bytes([n]) * 16 for n in range(6)])
acts = st.lists(
    st.one_of(
        st.tuples(st.just("new"), drafts, st.integers(1, 4)),
        st.tuples(st.just("advance"), drafts, st.integers(0, 2**53)),
        st.tuples(st.just("destroy"), drafts, st.just(0)),
        st.tuples(st.just("expire"), drafts, st.integers(1, 5)),
        st.tuples(st.just("reopen"), drafts, st.just(0)),
    )
)


@settings(deadline=None)
@given(acts)
def test_the_folder_agrees_with_the_reference(happened: list[tuple[str, bytes, int]]) -> None:
    with tempfile.TemporaryDirectory() as place:

        async def opened() -> FolderShelf:
            return open_folder(Path(place) / "s")

        asyncio.run(both_do(happened, opened))


@settings(deadline=None)
@given(acts)
def test_the_server_agrees_with_the_reference(happened: list[tuple[str, bytes, int]]) -> None:
    server = rediskit.emptied()

    asyncio.run(both_do(happened, lambda: RedisShelf.open(server.url)))


async def both_do(
    happened: list[tuple[str, bytes, int]], opened: Callable[[], Awaitable[FolderShelf | RedisShelf]]
) -> None:
    shelf, reference = await opened(), MemoryShelf()
    keys: dict[bytes, bytes] = {}
    for act, draft, number in happened:
        if act == "new":
            keys[draft] = await shelf.new_key(draft, number)
            await reference.new_key(draft, number)
        elif act == "expire":
            assert await shelf.expire(number) == await reference.expire(number)
        elif act == "reopen":
            await shelf.close()
            shelf = await opened()
        else:
            for one in (shelf, reference):
                await one.advance(draft, number) if act == "advance" else await one.destroy(draft)
        expected = await reference.key(draft)
        assert await shelf.key(draft) == (expected and (keys[draft], expected[1]))
        if isinstance(shelf, FolderShelf):
            assert len(shelf) == len(reference)
    await shelf.close()


async def test_keys_outlive_the_process(folder: Path) -> None:
    shelf = open_folder(folder)
    drafts = [new_id() for _ in range(3000)]
    keys = [await shelf.new_key(draft, DAY) for draft in drafts]
    await shelf.advance(drafts[7], 41)
    days = await shelf.day_keys(DAY)
    await shelf.close()

    shelf = open_folder(folder)

    assert [await shelf.key(draft) for draft in drafts] == [
        (key, 41 * (n == 7)) for n, key in enumerate(keys)
    ]
    assert await shelf.day_keys(DAY) == days
    await shelf.close()


async def test_a_destroyed_key_leaves_no_byte_in_the_folder(folder: Path) -> None:
    shelf = open_folder(folder)
    drafts = [new_id() for _ in range(50)]
    keys = [await shelf.new_key(draft, DAY + n % 2) for n, draft in enumerate(drafts)]
    day_key = (await shelf.day_keys(DAY))[0][1]

    for draft in drafts[::2]:
        await shelf.destroy(draft)
    await shelf.expire(DAY + 9)
    await shelf.day_keys(DAY + 9)

    assert [secret for secret in (*drafts, *keys, day_key) if files_holding(folder, secret)] == []
    await shelf.close()


async def test_a_shelf_of_many_drafts_stays_small_and_reuses_its_slots(folder: Path) -> None:
    shelf = open_folder(folder)
    for _ in range(20):
        drafts = [new_id() for _ in range(1000)]
        for draft in drafts:
            await shelf.new_key(draft, DAY)
        for draft in drafts:
            await shelf.destroy(draft)

    assert (folder / "shelf").stat().st_size <= 2 * 1024 * 64
    await shelf.close()


async def test_only_the_owner_can_read_the_shelf(folder: Path) -> None:
    shelf = open_folder(folder)

    assert modes_of(folder) == (0o700, {0o600})
    await shelf.close()


def modes_of(folder: Path) -> tuple[int, set[int]]:
    """Of the folder, and of all that is in it."""
    return stat.S_IMODE(folder.stat().st_mode), {
        stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()
    }


def test_a_folder_on_a_disk_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelves, "is_memory_backed", lambda _: False)

    with pytest.raises(SettingsError, match="disk") as refused:
        FolderShelf(folder)
    assert "/dev/shm" in refused.value.hint


async def test_a_folder_on_a_disk_can_be_allowed_loudly(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(shelves, "is_memory_backed", lambda _: False)

    await FolderShelf(folder, allow_disk=True).close()

    assert "ON A DISK" in caplog.text
    assert caplog.records[0].levelno == logging.WARNING


@pytest.mark.skipif(
    not Path("/proc/self/mountinfo").exists(), reason="no /proc/self/mountinfo: only Linux has one"
)
def test_memory_is_told_from_disk_by_the_table_of_mounts() -> None:
    assert is_memory_backed(Path("/dev/shm"))
    assert not is_memory_backed(Path("/proc"))


async def test_one_process_at_a_time_holds_a_shelf(folder: Path) -> None:
    shelf = open_folder(folder)

    with pytest.raises(AlreadyRunning):
        open_folder(folder)
    await shelf.close()
    await open_folder(folder).close()


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        os.urandom,
        lambda length: b"SEUIL SHELF v1\n".ljust(64, b"\0") + os.urandom(length),
        lambda _: b"SEUIL SHELF v1\n".ljust(64, b"\0") + bytes(63),
    ],
)
async def test_a_damaged_shelf_is_told_and_not_guessed_at(folder: Path, damage: object) -> None:
    await open_folder(folder).close()
    assert callable(damage)
    (folder / "shelf").write_bytes(damage(6400))

    with pytest.raises(StoreDamaged, match="shelf") as told:
        open_folder(folder)
    assert "delete" in told.value.hint

    (folder / "shelf").unlink()
    await open_folder(folder).close()


async def test_a_slot_that_a_kill_left_half_written_is_free_and_wiped(folder: Path) -> None:
    shelf = open_folder(folder)
    draft, key = new_id(), await shelf.new_key(new_id(), DAY)
    await shelf.close()
    image = bytearray((folder / "shelf").read_bytes())
    image[128:144], image[144:176] = draft, key[::-1]  # all of a slot but its mark
    (folder / "shelf").write_bytes(image)

    shelf = open_folder(folder)

    assert await shelf.key(draft) is None
    assert files_holding(folder, key[::-1]) == []
    assert len(shelf) == 1
    await shelf.close()


async def test_a_rolled_back_draft_is_known_by_its_revision(folder: Path, tmp_path: Path) -> None:
    """Somebody puts back an older copy of drafts.db: the shelf remembers how far the draft had come."""
    data, person = tmp_path / "data", new_id()
    with_shelf = open_folder(folder)
    await with_shelf.new_key(person, DAY)
    copies = []
    for revision in (1, 2, 3):
        store = await SqliteStore.open(data)
        await store.commit(turn(person, person, revision))
        await with_shelf.advance(person, revision)
        await store.close()
        copies.append((data / "drafts.db").read_bytes())
    (data / "drafts.db").write_bytes(copies[1])

    store = await SqliteStore.open(data)
    row = await store.person([person])
    kept = await with_shelf.key(person)

    assert row is not None
    assert row.draft is not None
    assert kept is not None
    assert row.draft.revision < kept[1]
    assert await store.commit((DropDraft(person),))
    await store.close()
    await with_shelf.close()


# --- kill -9 ------------------------------------------------------------------------------------------------


VICTIM = """
import asyncio, os, sys
from pathlib import Path
from storage.shelf import FolderShelf

async def live(number):
    shelf = FolderShelf(Path(sys.argv[1]), allow_disk=True)
    os.write(1, b"ready\\n")
    while True:
        draft = number.to_bytes(16)
        key = await shelf.new_key(draft, 1)
        os.write(1, b"made %d %s\\n" % (number, key.hex().encode()))
        await shelf.advance(draft, number)
        os.write(1, b"advanced %d -\\n" % number)
        if number % 3:
            await shelf.destroy(draft)
            os.write(1, b"destroyed %d -\\n" % number)
        number += 1

asyncio.run(live(int(sys.argv[2])))
"""
"""Makes, advances and destroys keys for ever, and says what it has done."""


async def test_a_kill_leaves_the_old_slot_or_the_new_one(folder: Path) -> None:
    chance = random.Random(2)
    following = 1
    for _ in range(KILLS):
        made: dict[int, str] = {}
        state: dict[int, str] = {}
        for act, number, key in await one_life(folder, following, chance.uniform(0, 0.01)):
            state[number] = act
            if act == "made":
                made[number] = key
            following = number + 2  # the next number may have been begun

        shelf = open_folder(folder)
        for number, act in state.items():
            found = await shelf.key(number.to_bytes(16))
            if found is None:  # destroyed, or the kill came between the destroying and the word of it
                assert number % 3
                assert act != "made"
                continue
            assert act != "destroyed"
            assert found[0].hex() == made[number]
            assert found[1] in ((number,) if act == "advanced" else (0, number))
        await shelf.close()
        image = (folder / "shelf").read_bytes()
        gone = [number for number, act in state.items() if act == "destroyed"]
        assert not any(bytes.fromhex(made[number]) in image for number in gone[-20:])
    assert following > KILLS * 3


async def one_life(folder: Path, following: int, seconds: float) -> list[tuple[str, int, str]]:
    victim = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", VICTIM, folder, str(following)),
        cwd=Path(__file__).parent.parent,
        stdout=asyncio.subprocess.PIPE,
    )
    assert victim.stdout is not None
    assert await victim.stdout.readline() == b"ready\n"
    await asyncio.sleep(seconds)
    victim.send_signal(signal.SIGKILL)
    lines = (await victim.stdout.read()).decode().splitlines()
    assert await victim.wait() == -signal.SIGKILL
    return [(act, int(number), key) for act, number, key in map(str.split, lines)]
