"""Keys that outlive a reboot: made once, for their owner only, missed loudly, destroyed for good."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from bot.errors import KeyFileError, SettingsError
from storage.key_folder import KeyFolder, shred
from tests.storekit import files_holding


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def keys(folder: Path) -> KeyFolder:
    return KeyFolder(folder)


def test_a_new_instance_gets_its_key_and_salt_once(folder: Path, keys: KeyFolder) -> None:
    instance, salt = keys.instance(new=True), keys.salt(new=True)

    assert (len(instance), len(salt)) == (32, 16)
    assert KeyFolder(folder).instance(new=False) == instance
    assert KeyFolder(folder).salt(new=True) == salt


def test_only_the_owner_can_read_a_key(folder: Path, keys: KeyFolder) -> None:
    keys.instance(new=True), keys.salt(new=True), keys.tag(1)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert {path.name for path in folder.iterdir()} == {"instance.key", "salt", "tag-1.key"}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_key_that_others_can_read_is_refused(folder: Path, keys: KeyFolder, mode: int) -> None:
    keys.instance(new=True)
    (folder / "instance.key").chmod(mode)

    with pytest.raises(KeyFileError, match=r"instance\.key") as refused:
        keys.instance(new=False)
    assert "chmod 600" in refused.value.hint


def test_a_missing_key_of_an_instance_that_holds_something_is_missed(keys: KeyFolder) -> None:
    for ask in (keys.instance, keys.salt):
        with pytest.raises(KeyFileError, match="missing") as refused:
            ask(new=False)
        assert "copy" in refused.value.hint


@pytest.mark.parametrize("length", [0, 15, 17, 4096])
def test_a_salt_of_another_length_is_refused_by_its_shape(folder: Path, keys: KeyFolder, length: int) -> None:
    keys.salt(new=True)
    (folder / "salt").write_bytes(b"c" * length)

    with pytest.raises(KeyFileError, match=f"16 bytes expected, {length} found") as refused:
        keys.salt(new=True)
    assert "ccc" not in str(refused.value)


def test_a_kill_while_a_key_is_made_leaves_no_half_key(folder: Path, keys: KeyFolder) -> None:
    for half in ("instance.key.new", "instance.key.new-4242"):
        (folder / half).write_bytes(b"half")
        os.utime(folder / half, (0, 0))

    assert len(keys.instance(new=True)) == 32
    assert [file.name for file in folder.iterdir()] == ["instance.key"]


def test_of_two_workers_that_make_a_key_at_once_both_have_that_of_the_first(
    folder: Path, keys: KeyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, firsts = os.link, b"f" * 32

    def after_another(fresh: Path, path: Path) -> None:
        path.write_bytes(firsts)
        path.chmod(0o600)
        link(fresh, path)

    monkeypatch.setattr(os, "link", after_another)

    assert keys.tag(7) == firsts
    assert [file.name for file in folder.iterdir()] == ["tag-7.key"]


def test_each_period_has_its_own_tag_key(keys: KeyFolder) -> None:
    first = keys.tag(1)

    assert keys.tag(1) == first
    assert keys.rotate_tag(1) == first
    assert keys.rotate_tag(2) != first


def test_the_next_period_destroys_the_tag_key_for_good(folder: Path, keys: KeyFolder) -> None:
    first = keys.tag(1)
    keys.tag(2)

    keys.rotate_tag(3)

    assert [path.name for path in folder.iterdir()] == ["tag-3.key"]
    assert files_holding(folder, first) == []
    with pytest.raises(KeyFileError, match="destroyed"):
        keys.tag(1)


def test_what_is_shredded_is_overwritten_before_it_is_unlinked(folder: Path, keys: KeyFolder) -> None:
    key = keys.tag(1)
    path = folder / "tag-1.key"
    handle = os.open(path, os.O_RDONLY)  # still holds the bytes once the name is gone

    shred(path)

    assert not path.exists()
    left = os.pread(handle, 4096, 0)
    os.close(handle)
    assert left == bytes(len(key))


def test_a_file_in_place_of_the_folder_is_refused_without_its_path(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SettingsError) as refused:
        KeyFolder(tmp_path / "file")
    assert str(tmp_path) not in str(refused.value) + refused.value.hint
