"""A program that runs seals to the newest key of the list, and is talked into no other."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from bot import custody, key_list
from bot.errors import KeyFileError, StoreDamaged
from bot.sealing import TeamKey
from bot.signing import SignKey
from handlers.team_keys import LIST, META, PUBLIC, TeamKeys
from storage.changes import PutMeta
from storage.memory import MemoryStore
from storage.queue_head import TeamHead

SIGNER = SignKey(b"k" * 32)
KEYS = [TeamKey(n, custody.new_identity(bytes([n]) * 32).recipient, 29_800_000 + n) for n in range(1, 5)]
INSTANCE = b"i" * 32


def publish(folder: Path, *epochs: int, signer: SignKey = SIGNER) -> bytes:
    """Write a list of these epochs into its file, as a rotation does: under a new name, then in place."""
    folder.mkdir(mode=0o700, exist_ok=True)
    text = key_list.write([KEYS[epoch - 1] for epoch in epochs], signer).encode()
    for name, body in ((LIST, text), (PUBLIC, SIGNER.verify_key.text().encode())):
        (folder / "fresh").write_bytes(body)
        (folder / "fresh").chmod(0o600)
        (folder / "fresh").rename(folder / name)
    return text


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    publish(tmp_path / "keys", 1)
    return tmp_path / "keys"


@pytest.fixture
def head(tmp_path: Path) -> TeamHead:
    return TeamHead(tmp_path, INSTANCE)


def test_a_rotation_is_taken_up_without_a_restart(folder: Path, head: TeamHead) -> None:
    keys = TeamKeys(folder, head)
    assert keys.now() == KEYS[0]

    publish(folder, 1, 2)

    assert keys.now() == KEYS[1]
    assert keys.list().keys == (KEYS[0], KEYS[1])
    assert head.read() == 2


@pytest.mark.parametrize("how", ["unsigned", "forged", "older", "missing", "shared"])
def test_who_runs_keeps_to_the_list_it_has_when_another_is_put_there(
    how: str, folder: Path, head: TeamHead, caplog: pytest.LogCaptureFixture
) -> None:
    publish(folder, 1, 2)
    keys = TeamKeys(folder, head)

    match how:
        case "unsigned":
            (folder / LIST).write_bytes((folder / LIST).read_bytes().partition(b"untrusted")[0])
        case "forged":
            publish(folder, 1, 3, signer=SignKey(b"f" * 32))
        case "older":
            publish(folder, 1)
        case "missing":
            (folder / LIST).unlink()
        case "shared":
            publish(folder, 1, 2, 3)
            (folder / LIST).chmod(0o644)

    with caplog.at_level(logging.ERROR):
        assert keys.now() == KEYS[1]
        assert keys.now() == KEYS[1]
    assert len(caplog.records) == 1, "told once, not at every seal"
    assert "is not believed" in caplog.text


def test_a_key_that_was_destroyed_does_not_come_back_in_an_old_list(folder: Path, head: TeamHead) -> None:
    publish(folder, 2)
    keys = TeamKeys(folder, head)

    publish(folder, 1, 2)

    assert keys.list().keys == (KEYS[1],)


def test_an_older_list_is_refused_at_the_start_whatever_was_restarted(folder: Path, head: TeamHead) -> None:
    publish(folder, 1, 2)
    TeamKeys(folder, head)

    publish(folder, 1)

    with pytest.raises(KeyFileError) as refused:
        TeamKeys(folder, head)
    assert "epoch 2 was seen before" in str(refused.value)


def test_a_head_that_another_hand_wrote_is_told_at_the_start(folder: Path, tmp_path: Path) -> None:
    TeamKeys(folder, TeamHead(tmp_path, INSTANCE))
    (tmp_path / "team.head").write_text("0 " + "0" * 64 + "\n")

    with pytest.raises(StoreDamaged):
        TeamKeys(folder, TeamHead(tmp_path, INSTANCE))


async def test_another_machine_takes_the_list_from_the_store(tmp_path: Path) -> None:
    store = MemoryStore()
    here, there = tmp_path / "keys", tmp_path / "there"
    for each in (here, there):
        publish(each, 1)
    desk, intake = TeamKeys(here), TeamKeys(there, TeamHead(tmp_path, INSTANCE))
    text = publish(here, 1, 2)

    await desk.follow(store)
    await intake.follow(store)

    assert intake.now() == KEYS[1]
    assert (there / LIST).read_bytes() == text
    assert TeamKeys(there, TeamHead(tmp_path, INSTANCE)).now() == KEYS[1]


async def test_the_store_cannot_put_back_or_make_up_a_list(folder: Path, head: TeamHead) -> None:
    first = (folder / LIST).read_bytes()
    publish(folder, 1, 2)
    keys, store = TeamKeys(folder, head), MemoryStore()
    ours = (folder / LIST).read_bytes()
    forged = key_list.write([KEYS[0], KEYS[3]], SignKey(b"f" * 32)).encode()

    for told in (first, forged, b"", b"\xff", ours[:-9]):
        await store.commit((PutMeta(META, told),))
        await keys.follow(store)

        assert keys.now() == KEYS[1]
        assert await store.meta(META) == ours, "the list that holds is put there again"
    assert (folder / LIST).read_bytes() == ours


async def test_following_writes_nothing_where_nothing_is_new(folder: Path, head: TeamHead) -> None:
    keys, store = TeamKeys(folder, head), MemoryStore()
    await keys.follow(store)
    commits = 0

    async def commit(_: object) -> bool:
        nonlocal commits
        commits += 1
        return True

    store.commit = commit  # type: ignore[method-assign] # counts what is written
    await keys.follow(store)

    assert commits == 0


def test_what_is_shown_of_the_keys_is_the_epoch(folder: Path) -> None:
    assert repr(TeamKeys(folder)) == "TeamKeys(epoch=1)"
