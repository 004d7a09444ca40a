"""Two people at two consoles: whichever change to the keys comes second, no key is lost, and no copy is made
that does not open."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bot import custody, recovery
from bot.age import KeyIdentity
from bot.errors import KeyFileError
from handlers import keyring, rotation
from handlers.rotation import Held
from tests.test_rotation import LATER, OTHER, PASSPHRASE, hold, made, opens, sealed_to, with_recovery
from tests.test_together import found


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return made(tmp_path / "data")


def new_papers(held: Held) -> object:
    identity = custody.new_identity(os.urandom(32))
    return rotation.keep_recovery(held, identity, recovery.split(identity.seed), LATER)


ACTS: dict[str, Callable[[Held], object]] = {
    "rotate": lambda held: rotation.rotate(held, LATER),
    "destroy": lambda held: rotation.destroy(held, 1, LATER + 120),
    "passphrase": lambda held: rotation.change_passphrase(held, OTHER),
    "papers": new_papers,
}


@pytest.mark.parametrize("second", ACTS)
def test_a_change_of_keys_that_another_overtook_is_refused_and_loses_no_key(second: str, data: Path) -> None:
    """Between opening the keys and changing them lies a prompt, a walk over what is kept, or a ceremony."""
    rotation.rotate(hold(data), LATER - 999)
    with_recovery(data)
    mine = hold(data)
    rotation.rotate(hold(data), LATER)
    arrived, before = sealed_to(data), found(data)

    with pytest.raises(KeyFileError, match="changed meanwhile") as refused:
        ACTS[second](mine)

    assert refused.value.hint
    assert found(data) == before
    assert opens(data, arrived)


def test_papers_that_another_made_meanwhile_are_those_the_copy_opens_with(data: Path) -> None:
    with_recovery(data)
    mine = hold(data)
    shares = with_recovery(data)

    with pytest.raises(KeyFileError, match="changed meanwhile"):
        rotation.rotate(mine, LATER)

    copy, _ = rotation.drill(data, shares[:2])
    assert opens(data, sealed_to(data))
    assert len(copy.identities) == 1


def test_a_changed_passphrase_stays_changed_whoever_rotates_meanwhile(data: Path) -> None:
    mine = hold(data)
    rotation.change_passphrase(hold(data), OTHER)

    with pytest.raises(KeyFileError, match="changed meanwhile"):
        rotation.rotate(mine, LATER)

    assert opens(data, sealed_to(data), OTHER)


def test_who_unlocks_while_another_rotates_is_told_of_no_theft(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unlocking takes scrypt's seconds, and a rotation an instant of them."""
    real, mine = custody.unlock, hold(data)

    def slow(file: bytes, passphrase: str) -> tuple[KeyIdentity, ...]:
        monkeypatch.setattr(custody, "unlock", real)
        rotation.rotate(mine, LATER)
        return real(file, passphrase)

    monkeypatch.setattr(custody, "unlock", slow)
    unlocked = keyring.unlock(data / "keys", PASSPHRASE)

    assert list(unlocked.identities) == list(mine.unlocked.identities)
    assert len(keyring.unlock(data / "keys", PASSPHRASE).identities) == 2
