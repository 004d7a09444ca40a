"""It is promised that a backup dies with the key of its epoch, and that the next one carries everything
on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot import age, custody, recovery
from bot.backups import Unpacking, open_kit
from bot.errors import CannotOpen
from handlers import keyring, rewrapping, rotation
from handlers.team_keys import KEYS, read_list
from storage import open_store
from storage.changes import KeepItem
from tests.storekit import case_of, files_holding, new_id
from tests.test_backups import (
    BACKUP,
    NOW,
    PASSPHRASE,
    backed_up,
    kept_apart,
    lay,
    lived,
    put_back,
    quick,
    settings_for,
    silent,
)

__all__ = ["lived", "quick"]

STORY = b"Il est revenu le soir."
MINUTE = int(NOW // 60)


@pytest.fixture
async def told(tmp_path: Path) -> Path:
    """The data folder of an instance with one real item."""
    settings = settings_for(tmp_path / "data")
    lay(settings)
    (tmp_path / "backups").mkdir()
    await keep(settings.data)
    return settings.data


async def keep(data: Path) -> bytes:
    team, case = read_list(data / KEYS)[0].newest, new_id()
    store = await open_store(f"sqlite:{data}")
    box = age.encrypt(STORY, [team.recipient])
    assert await store.commit((case_of(case), KeepItem(case, "story", team.epoch, box)))
    await store.close()
    return box


def hold(data: Path) -> rotation.Held:
    return rotation.hold(data, PASSPHRASE, work_factor=10)


async def opened(data: Path) -> list[bytes]:
    """Every story that the keys of this folder open."""
    identities = keyring.unlock(data / KEYS, PASSPHRASE).identities
    store = await open_store(f"sqlite:{data}")
    boxes = [item.box for row in await store.cases() for item in await store.items(row.case)]
    await store.close()
    return [age.decrypt(box, identities) for box in boxes]


async def rewrap(data: Path) -> None:
    store = await open_store(f"sqlite:{data}")
    walked = await rewrapping.rewrap(store, hold(data).ring, MINUTE // 1440, silent)
    await store.close()
    assert walked.moved > 0


async def test_after_rotation_and_destruction_an_old_backup_opens_no_more_and_the_new_one_does(
    told: Path, tmp_path: Path
) -> None:
    settings = settings_for(told)
    old = await backed_up(settings)
    rotation.rotate(hold(told), MINUTE)
    await rewrap(told)
    new = await backed_up(settings, NOW + 86_400)
    assert await opened(told) == [STORY]
    between = kept_apart(settings, tmp_path / "between", "keys")
    await put_back(between, old.file)  # the old key is still there
    assert await opened(between.data) == [STORY]

    rotation.destroy(hold(told), 1, MINUTE + rotation.SETTLED_MINUTES)

    with pytest.raises(CannotOpen, match="epoch 1, which is not among the keys here"):
        await put_back(kept_apart(settings, tmp_path / "a", "keys"), old.file)
    with pytest.raises(CannotOpen, match="epoch 1, which is not among the keys here"):
        await put_back(kept_apart(settings, tmp_path / "b", "keys", "instance.key", "salt"), old.file)
    after = kept_apart(settings, tmp_path / "after", "keys")
    await put_back(after, new.file)
    assert await opened(after.data) == [STORY]


async def test_no_box_of_a_backup_of_before_opens_with_any_key_that_is_left(told: Path) -> None:
    old = await backed_up(settings_for(told))
    rotation.rotate(hold(told), MINUTE)
    await rewrap(told)
    rotation.destroy(hold(told), 1, MINUTE + rotation.SETTLED_MINUTES)
    left = keyring.unlock(told / KEYS, PASSPHRASE).identities

    reading = Unpacking()
    rows = reading.add(age.decrypt(old.file.read_bytes(), [BACKUP]))

    assert reading.head is not None
    boxes = [values[-1] for number, values in rows if reading.head.tables[number][0] == "item"]
    assert boxes
    for box in boxes:
        with pytest.raises(CannotOpen):
            age.decrypt(box, left)
    with pytest.raises(CannotOpen):
        open_kit(reading.head.kit, left)


async def test_after_rewrapping_no_file_holds_the_header_of_before(told: Path) -> None:
    """It would open with the key that whoever left may have taken along."""
    box = await keep(told)
    header = box[100:160]
    assert files_holding(told, header) == ["seuil.db"]

    rotation.rotate(hold(told), MINUTE)
    await rewrap(told)

    assert files_holding(told, header) == []
    assert files_holding(told, box[-50:]) == ["seuil.db"]  # the payload is carried over


async def test_two_papers_the_recovery_copy_and_a_backup_are_enough_on_an_empty_machine(
    told: Path, tmp_path: Path
) -> None:
    identity = custody.new_identity(os.urandom(32))
    papers = recovery.split(identity.seed)
    rotation.keep_recovery(hold(told), identity, papers, MINUTE)
    made = await backed_up(settings_for(told))
    copy = recovery.open_copy((told / KEYS / rotation.RECOVERY_COPY).read_bytes(), recovery.join(papers[1:]))
    new = kept_apart(settings_for(told), tmp_path / "new")
    rotation.restore(new.data, copy, PASSPHRASE, work_factor=10)

    back = await put_back(new, made.file)

    assert back.proved
    assert await opened(new.data) == [STORY]
