"""It is promised that backups are made and put back at the console, in sentences, without anybody at the
keyboard."""

from __future__ import annotations

import fnmatch
import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot import custody
from handlers import backup_keys
from storage.snapshot import FILES
from tests.test_main import QUICK, Ended, instance, made, own_process, seuil

__all__ = ["instance", "made", "own_process", "seuil"]

Seuil = Callable[..., Ended]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup_keys.make_key, "__kwdefaults__", {"work_factor": QUICK})


@pytest.fixture
def backups(seuil: Seuil, instance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for backups, named by the settings, and a key on a stick."""
    folder = tmp_path / "backups"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("SEUIL_BACKUP_FOLDER", str(folder))
    ended = seuil("backup", "key", "--out", str(tmp_path / "key.age"), stdin="trois mots secrets\n")
    assert ended.code == 0, ended.err
    return folder


def test_a_backup_goes_out_and_comes_back_without_a_question(
    seuil: Seuil, instance: Path, backups: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert seuil("backup").code == 0
    (file,) = backups.glob("*.age")
    verified = seuil(
        "backup", "verify", str(file), "-i", str(tmp_path / "key.age"), stdin="trois mots secrets\n"
    )
    new = tmp_path / "new"
    new.mkdir(mode=0o700)
    shutil.copytree(instance / "keys", new / "keys")
    monkeypatch.setenv("SEUIL_DATA", str(new))
    restored = seuil("restore", str(file), "-i", str(tmp_path / "key.age"), stdin="trois mots secrets\n")
    audited = seuil("audit", "verify")

    assert (verified.code, restored.code, audited.code) == (0, 0, 0), (
        verified.err + restored.err + audited.err
    )
    assert "member: 6" in verified.out
    assert "Whole." in verified.err
    mark = verified.out.split("instance ")[1].split(",")[0]
    assert f"Compare with the paper of the recovery shares: instance {mark}" in restored.err
    assert "/revoke" in restored.err
    assert "is whole" in audited.out


def test_every_file_a_running_instance_leaves_is_in_a_backup_or_left_out_for_a_reason(
    instance: Path, backups: Path
) -> None:
    files = [path.relative_to(instance).as_posix() for path in instance.rglob("*") if path.is_file()]

    assert {"seuil.db", "drafts.db", "salt", "keys/team.age", "backup.pub"} <= set(files)
    for name in files:
        said = [why for pattern, why in FILES.items() if fnmatch.fnmatch(name, pattern)]
        assert len(said) == 1, name


def test_a_second_folder_may_be_named_and_the_sum_beside_a_backup_is_its_own(
    seuil: Seuil, backups: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()

    ended = seuil("backup", "--to", str(tmp_path / "elsewhere"))

    assert ended.code == 0, ended.err
    (file,) = (tmp_path / "elsewhere").glob("*.age")
    told = file.with_name(f"{file.name}.sha256").read_text().split()[0]
    assert told == hashlib.sha256(file.read_bytes()).hexdigest()
    assert not list(backups.glob("*.age"))


def test_the_key_on_the_stick_is_a_locked_age_file_and_its_passphrase_is_shown_nowhere(
    seuil: Seuil, instance: Path, backups: Path, tmp_path: Path
) -> None:
    (identity,) = custody.unlock((tmp_path / "key.age").read_bytes(), "trois mots secrets")
    again = seuil("backup", "key", "--out", str(tmp_path / "other.age"), stdin="autre\n")

    assert (instance / "backup.pub").read_text().strip() == identity.recipient.text()
    assert again.code == 4
    assert "already" in again.one_sentence()
    assert not (tmp_path / "other.age").exists()


@pytest.mark.parametrize(
    ("broken", "code", "said"),
    [
        ("passphrase", 4, "passphrase is wrong"),
        ("torn", 9, "torn"),
        ("other key", 9, "None of these keys"),
        ("instance there", 3, "already"),
        ("no keys", 4, "kept with the recovery shares"),
        ("no file", 4, "cannot be read"),
    ],
)
def test_what_cannot_be_restored_is_told_with_its_code_and_nothing_is_made(
    seuil: Seuil,
    backups: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    broken: str,
    code: int,
    said: str,
) -> None:
    assert seuil("backup").code == 0
    (file,), instance = backups.glob("*.age"), tmp_path / "data"
    new, key, typed = tmp_path / "new", tmp_path / "key.age", "trois mots secrets\n"
    new.mkdir(mode=0o700)
    if broken != "no keys":
        shutil.copytree(instance / "keys", new / "keys")
    if broken == "passphrase":
        typed = "deux mots\n"
    if broken == "torn":
        file.write_bytes(file.read_bytes()[:-20])
    if broken == "no file":
        file = tmp_path / "nowhere.age"
    if broken == "other key":
        backup_keys.make_key(
            new / "..", b"\3" * 32, Path("/dev/shm") / f"{tmp_path.name}.age", "trois mots secrets"
        )
        key = Path("/dev/shm") / f"{tmp_path.name}.age"
    monkeypatch.setenv("SEUIL_DATA", str(instance if broken == "instance there" else new))

    ended = seuil("restore", str(file), "-i", str(key), stdin=typed)

    assert (ended.code, said in ended.one_sentence()) == (code, True), ended.err
    assert not (new / "seuil.db").exists()
    assert not (new / "instance.key").exists()
    if broken == "other key":
        key.unlink()


def test_without_a_place_or_a_key_nothing_is_backed_up_and_the_code_says_why(
    seuil: Seuil, instance: Path, tmp_path: Path
) -> None:
    no_place = seuil("backup")
    no_key = seuil("backup", "--to", str(tmp_path))
    not_there = seuil("backup", "--to", str(tmp_path / "unmounted"))

    assert (no_place.code, no_key.code, not_there.code) == (3, 4, 3)
    assert "SEUIL_BACKUP_FOLDER" in no_place.err
    assert "backup key" in no_key.err
    assert "Mount its disk" in not_there.err
