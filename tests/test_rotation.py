"""The life of the key files: whatever is done, and whatever instant it is cut at, testimonies open and only
what is to open them does."""

from __future__ import annotations

import itertools
import os
import resource
from pathlib import Path

import pytest

from bot import age, custody, key_list, recovery
from bot.errors import KeyFileError, StoreFull
from bot.key_list import KeyList
from bot.sealing import TeamKey
from bot.signing import SignKey
from handlers import keyring, rotation
from handlers.keyring import SIGN, TEAM
from handlers.rotation import RECOVERY_COPY, RECOVERY_KEY, Held
from handlers.team_keys import KEYS, LIST, PUBLIC, TeamKeys, read_list
from storage.key_folder import KeyFolder
from tests.test_together import child_that, found, killed_at

PASSPHRASE = "six mots tirés au hasard ici"
OTHER = "un autre jour six autres mots"
CHEAP = 4
"""scrypt's work factor here: 16 rounds."""

LATER = 30_000_000
"""A minute since 1970, long after the keys were made."""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with fresh keys."""
    return made(tmp_path / "data")


def made(data: Path) -> Path:
    data.mkdir(mode=0o700)
    keyring.create(data / KEYS, PASSPHRASE, work_factor=CHEAP)
    folder = KeyFolder(data)
    folder.instance(new=True)
    folder.salt(new=True)
    return data


def hold(data: Path, passphrase: str = PASSPHRASE) -> Held:
    return rotation.hold(data, passphrase, work_factor=CHEAP)


def sealed_to(data: Path) -> bytes:
    return age.encrypt(b"Il est revenu.", [TeamKeys(data / KEYS).now().recipient])


def opens(data: Path, box: bytes, passphrase: str = PASSPHRASE) -> bool:
    return age.opens(box, keyring.unlock(data / KEYS, passphrase).identities)


def with_recovery(data: Path) -> tuple[recovery.Share, ...]:
    identity = custody.new_identity(os.urandom(32))
    shares = recovery.split(identity.seed)
    rotation.keep_recovery(hold(data), identity, shares, LATER)
    return shares


# --- a new epoch --------------------------------------------------------------------------------------------


def test_after_a_rotation_what_was_and_what_comes_both_open(data: Path) -> None:
    before = sealed_to(data)

    listed = rotation.rotate(hold(data), LATER)

    after = sealed_to(data)
    assert [key.epoch for key in listed.keys] == [1, 2]
    assert listed.newest.since == LATER
    assert read_list(data / KEYS)[0] == listed
    assert opens(data, before)
    assert opens(data, after)
    assert not age.opens(after, [hold(data).identities[1]])
    assert {path.stat().st_mode & 0o777 for path in (data / KEYS).iterdir()} == {0o600}


def test_a_rotation_does_not_change_who_signs(data: Path) -> None:
    before = read_list(data / KEYS)[1]

    rotation.rotate(hold(data), LATER)

    assert read_list(data / KEYS)[1] == before
    assert keyring.unlock(data / KEYS, PASSPHRASE).signer.verify_key == before


def test_the_newest_key_is_tried_first(data: Path) -> None:
    rotation.rotate(hold(data), LATER)
    listed = rotation.rotate(hold(data), LATER + 1)

    unlocked = keyring.unlock(data / KEYS, PASSPHRASE)
    assert [own.recipient for own in unlocked.identities] == [key.recipient for key in reversed(listed.keys)]
    assert hold(data).ring.newest.epoch == 3


def test_a_wrong_passphrase_changes_nothing(data: Path) -> None:
    before = found(data)

    with pytest.raises(KeyFileError, match="passphrase is wrong"):
        hold(data, "autre")

    assert found(data) == before


def test_a_key_of_the_wrong_kind_in_the_key_file_changes_nothing(data: Path) -> None:
    classic = custody.lock(age.X25519Identity(b"x" * 32), PASSPHRASE, work_factor=CHEAP)
    (data / KEYS / TEAM).write_bytes(classic)
    before = found(data)

    with pytest.raises(KeyFileError, match="another kind"):
        hold(data)

    assert found(data) == before


# --- the end of an epoch ------------------------------------------------------------------------------------


def test_a_destroyed_key_opens_nothing_any_more_anywhere(data: Path) -> None:
    shares = with_recovery(data)
    before = sealed_to(data)
    rotation.rotate(hold(data), LATER)
    gone = hold(data).identities[1].secret_text()

    listed = rotation.destroy(hold(data), 1, LATER + 60)

    assert [key.epoch for key in listed.keys] == [2]
    assert not opens(data, before)
    copy, _ = rotation.drill(data, shares[:2])
    assert not age.opens(before, copy.identities)
    text = custody.unlock_text((data / KEYS / TEAM).read_bytes(), PASSPHRASE)
    assert gone not in text
    assert not any(b"AGE-SECRET" in body for body in found(data).values())


def test_the_present_key_an_unknown_one_and_one_just_replaced_are_not_destroyed(data: Path) -> None:
    rotation.rotate(hold(data), LATER)
    before = found(data)

    for epoch, minute, why in (
        (2, LATER + 99, "the present one"),
        (7, LATER + 99, "no key of epoch 7"),
        (1, LATER + 59, "began a moment ago"),
        (1, LATER - 99, "began a moment ago"),
    ):
        with pytest.raises(KeyFileError, match=why):
            rotation.destroy(hold(data), epoch, minute)
    assert found(data) == before


def test_the_file_of_before_is_overwritten(data: Path) -> None:
    """Not only replaced: its blocks would hold the old key, under the old passphrase."""
    with (data / KEYS / TEAM).open("rb") as old:
        length = os.fstat(old.fileno()).st_size
        rotation.rotate(hold(data), LATER)

        assert old.read() == bytes(length)


# --- another passphrase -------------------------------------------------------------------------------------


def test_only_the_new_passphrase_opens_and_it_opens_both_files(data: Path) -> None:
    box = sealed_to(data)
    rotation.rotate(hold(data), LATER)
    before = hold(data).unlocked

    rotation.change_passphrase(hold(data), OTHER)

    assert hold(data, OTHER).unlocked == before
    assert opens(data, box, OTHER)
    with pytest.raises(KeyFileError, match="passphrase is wrong"):
        hold(data)
    assert custody.unlock_signer((data / KEYS / SIGN).read_bytes(), OTHER) == before.signer


def test_an_empty_passphrase_changes_nothing(data: Path) -> None:
    before = found(data)

    with pytest.raises(KeyFileError):
        rotation.change_passphrase(hold(data), "")

    assert found(data) == before


# --- cut at any instant, and a full disk --------------------------------------------------------------------

ACTS = {
    "rotate": lambda data: rotation.rotate(hold(data), LATER + 1),
    "destroy": lambda data: rotation.destroy(hold(data), 1, LATER + 60),
    "passphrase": lambda data: rotation.change_passphrase(hold(data), OTHER),
    "recovery": with_recovery,
}


def rotated(place: Path) -> Path:
    """With two epochs, and a recovery key."""
    data = made(place)
    with_recovery(data)
    rotation.rotate(hold(data), LATER)
    return data


@pytest.mark.parametrize("act", ACTS)
def test_killed_at_any_instant_the_keys_are_of_one_moment(act: str, tmp_path: Path) -> None:
    """Some passphrase opens both files; the list is that of the keys; the copy is that of the list."""
    ends = set()
    for instant in itertools.count(0, 4):
        data = rotated(tmp_path / f"at-{instant}")
        before = found(data)
        code = child_that(lambda data=data: ACTS[act](data), killed_at(instant))  # type: ignore[misc]

        changed = act == "passphrase" and not opened_by(data, PASSPHRASE)
        held = hold(data, OTHER if changed else PASSPHRASE)
        known = rotation.recovery_key(data / KEYS)
        assert known is not None
        assert set(held.identities) == {key.epoch for key in held.listed.keys}
        assert {path.name for path in (data / KEYS).iterdir()} == NAMES
        ends.add(found(data) == before)
        if code == 0:
            break
        assert code == 9
    assert ends == {True, False}


NAMES = {TEAM, SIGN, LIST, PUBLIC, RECOVERY_KEY, RECOVERY_COPY}


def opened_by(data: Path, passphrase: str) -> bool:
    try:
        hold(data, passphrase)
    except KeyFileError:
        return False
    return True


def test_killed_at_any_instant_of_a_rotation_two_papers_open_what_is_sealed_to(tmp_path: Path) -> None:
    for instant in itertools.count(1, 5):
        data = made(tmp_path / f"at-{instant}")
        shares = with_recovery(data)
        code = child_that(lambda data=data: ACTS["rotate"](data), killed_at(instant))  # type: ignore[misc]

        box = sealed_to(data)  # a listener that starts after the power came back
        copy, _ = rotation.drill(data, shares[1:])
        assert age.opens(box, copy.identities), instant
        assert opens(data, box), instant
        if code == 0:
            break


SMALL = 256 * 1024
"""Bytes of the disk below: room for the keys of an instance, and not for those of tomorrow beside them."""


@pytest.mark.parametrize("act", ACTS)
def test_a_full_disk_in_the_middle_leaves_the_instance_exactly_as_it_was(act: str, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = not os.system(f"mount -t tmpfs -o size={SMALL} none {disk} 2>/dev/null")  # noqa: S605 - a path of ours
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        data = rotated(disk / "data")
        ends = set()
        for spare in range(0, 20 * 4096, 4096):
            if mounted:
                filled(disk, spare)
            before = found(data)
            try:
                if not mounted:  # who may mount nothing is refused long files instead
                    resource.setrlimit(resource.RLIMIT_FSIZE, (spare // 4, limits[1]))
                ACTS[act](data)
            except StoreFull:
                resource.setrlimit(resource.RLIMIT_FSIZE, limits)
                assert found(data) == before, spare
                assert hold(data)
                ends.add("refused")
            else:
                ends.add("done")
                break
        assert ends == {"refused", "done"}
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        if mounted:
            os.system(f"umount {disk}")  # noqa: S605 - as above


def filled(disk: Path, spare: int) -> None:
    """Leave so many bytes."""
    filler = disk / "filler"
    filler.unlink(missing_ok=True)
    stat = os.statvfs(disk)
    free = stat.f_bavail * stat.f_frsize - spare
    filler.write_bytes(bytes(max(0, free)))


# --- the recovery key ---------------------------------------------------------------------------------------


def test_a_drill_opens_the_copy_and_changes_nothing(data: Path) -> None:
    shares = with_recovery(data)
    rotation.rotate(hold(data), LATER)
    before = found(data)

    copy, known = rotation.drill(data, (shares[2], shares[0]))

    assert found(data) == before
    assert copy.listed == read_list(data / KEYS)[0]
    assert copy.instance == (data / "instance.key").read_bytes()
    assert known.made == LATER


def test_a_drill_says_which_papers_or_files_are_not_of_each_other(data: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="No recovery key was made"):
        rotation.drill(data, ())
    old = with_recovery(data)
    shares = with_recovery(data)
    before = found(data)
    for papers, why in (
        (shares[:1], "1 was given"),
        ((shares[0], shares[0]), "share 1 twice"),
        ((shares[0], old[1]), "of two sets"),
        (old[:2], "another set"),
    ):
        with pytest.raises(KeyFileError, match=why):
            rotation.drill(data, papers)
    assert found(data) == before

    os.replace(data / "salt", tmp_path / "kept")
    (data / "salt").write_bytes(bytes(16))
    (data / "salt").chmod(0o600)
    with pytest.raises(KeyFileError, match="not a copy of this instance"):
        rotation.drill(data, shares[:2])


def test_a_recovery_key_that_somebody_put_there_stops_the_rotation(data: Path) -> None:
    """Every key would be sealed to hers."""
    with_recovery(data)
    theirs = custody.new_identity(bytes(32))
    forged = recovery.describe(theirs, recovery.split(theirs.seed), LATER)
    (data / KEYS / RECOVERY_KEY).write_text(recovery.write_key(forged, SignKey(bytes(32))))
    before = found(data)

    with pytest.raises(KeyFileError, match="not put there by the team"):
        rotation.rotate(hold(data), LATER)

    assert found(data) == before


def test_two_papers_and_the_copy_bring_an_instance_back_from_nothing(data: Path, tmp_path: Path) -> None:
    shares = with_recovery(data)
    rotation.rotate(hold(data), LATER)
    box = sealed_to(data)
    empty = tmp_path / "empty"
    empty.mkdir(mode=0o700)
    copy = recovery.open_copy((data / KEYS / RECOVERY_COPY).read_bytes(), recovery.join(shares[1:]))

    restored = rotation.restore(empty, copy, OTHER, work_factor=CHEAP)

    assert opens(empty, box, OTHER)
    assert sorted(restored) == [
        "instance.key",
        "keys/sign.age",
        "keys/sign.pub",
        "keys/team.age",
        "keys/team.keys",
        "salt",
    ]
    for name in ("instance.key", "salt", "keys/sign.pub", "keys/team.keys"):
        assert (empty / name).read_bytes() == (data / name).read_bytes(), name
        assert (empty / name).stat().st_mode & 0o777 == 0o600


def test_where_only_the_passphrase_was_lost_nothing_else_changes(data: Path) -> None:
    shares = with_recovery(data)
    box, before = sealed_to(data), found(data)
    copy, _ = rotation.drill(data, shares[:2])

    assert rotation.restore(data, copy, OTHER, work_factor=CHEAP) == ["keys/team.age", "keys/sign.age"]

    assert opens(data, box, OTHER)
    after = found(data)
    assert {name for name in before if before[name] != after[name]} == {"keys/team.age", "keys/sign.age"}


@pytest.mark.parametrize("name", ["instance.key", "salt", "keys/sign.pub", "keys/team.keys"])
def test_nothing_is_restored_over_another_instance_or_a_later_one(
    name: str, data: Path, tmp_path: Path
) -> None:
    shares = with_recovery(data)
    copy, _ = rotation.drill(data, shares[:2])
    if name == "keys/team.keys":
        rotation.rotate(hold(data), LATER)
    else:
        other = made(tmp_path / "other")
        (data / name).write_bytes((other / name).read_bytes())
    before = found(data)

    with pytest.raises(KeyFileError):
        rotation.restore(data, copy, OTHER, work_factor=CHEAP)

    assert found(data) == before


# --- the list and the keys are of each other ----------------------------------------------------------------


def test_a_list_with_a_key_that_nobody_holds_is_refused_at_the_desk(data: Path) -> None:
    held = hold(data)
    strange = TeamKey(2, custody.new_identity(bytes(32)).recipient)
    (data / KEYS / LIST).write_text(key_list.write((*held.listed.keys, strange), held.unlocked.signer))

    with pytest.raises(KeyFileError, match="not its own"):
        hold(data)


def test_a_list_from_before_a_rotation_is_refused_at_the_desk(data: Path) -> None:
    before = (data / KEYS / LIST).read_bytes()
    rotation.rotate(hold(data), LATER)
    (data / KEYS / LIST).write_bytes(before)

    with pytest.raises(KeyFileError, match="not its own"):
        hold(data)


def test_what_is_held_is_shown_nowhere(data: Path) -> None:
    shown = repr(hold(data))

    assert PASSPHRASE not in shown
    assert "AGE-SECRET" not in shown
    assert isinstance(hold(data).listed, KeyList)
