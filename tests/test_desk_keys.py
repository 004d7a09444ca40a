"""The desk holds the keys that are listed, and no other: it follows rotations and destructions by itself."""

from __future__ import annotations

import pytest

from bot import custody
from bot.key_list import KeyList
from bot.sealing import TeamKey
from handlers.keyring import Unlocked
from storage.memory import MemoryStore
from tests.deskkit import IDENTITY, PASSPHRASE, SIGNER, TEAM, House, words

OLD = custody.new_identity(b"\x09" * 32)
NEW = custody.new_identity(b"\x0a" * 32)
EARLIER, LATER = TeamKey(0, OLD.recipient), TeamKey(2, NEW.recipient)


@pytest.fixture
async def house() -> House:
    house = House(MemoryStore())
    await house.seat("owner", "moderator")
    await house.desk.unlock(PASSPHRASE)
    return house


async def test_an_open_desk_locks_and_says_why_when_keys_are_rotated_without_it(house: House) -> None:
    house.bench.listed = lambda: KeyList((TEAM, LATER))

    await house.say("owner", "/queue")

    assert not house.desk.is_open
    assert words("desk-keys-rotated") in house.told_to("owner")
    assert words("desk-keys-rotated") not in house.told_to("moderator")
    assert "keys were rotated" in await house.acts()
    assert len(await house.store.commands()) == 1, "what was asked waits"


async def test_what_was_asked_meanwhile_is_done_once_the_desk_has_the_new_key(house: House) -> None:
    house.bench.listed = lambda: KeyList((TEAM, LATER))
    await house.say("owner", "/help")

    house.desk._unlocking = lambda _: Unlocked((NEW, IDENTITY), SIGNER)
    await house.desk.unlock(PASSPHRASE)
    await house.desk.pump()

    assert "/next" in house.told_to("owner")


async def test_an_open_desk_lets_go_of_a_key_that_was_destroyed(house: House) -> None:
    house.bench.ring = Unlocked((IDENTITY, OLD), SIGNER)
    house.bench.listed = lambda: KeyList((EARLIER, TEAM))
    await house.desk.pump()
    assert house.bench.keys().identities == (IDENTITY, OLD)

    house.bench.listed = lambda: KeyList((TEAM,))
    await house.desk.pump()

    assert house.bench.keys().identities == (IDENTITY,)
    assert house.desk.is_open
