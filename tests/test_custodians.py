"""Destroying a key takes two people of the house, each for herself, and nobody who writes to the database can
be one of them."""

from __future__ import annotations

import pytest

from bot import custody
from bot.errors import KeyFileError
from bot.key_list import KeyList
from bot.sealing import TeamKey, fingerprint
from handlers.custodians import demand_agreed, forget_agreement, meta_key
from storage.changes import PutMeta
from storage.memory import MemoryStore
from tests.deskkit import INSTANCE, PASSPHRASE, TEAM, House, words

OLD = TeamKey(0, custody.new_identity(b"\x09" * 32).recipient)
OLDER = TeamKey(0, custody.new_identity(b"\x0b" * 32).recipient)
SHOWN = {"epoch": 0, "fingerprint": fingerprint(OLD.recipient)}


@pytest.fixture
async def house() -> House:
    house = House(MemoryStore())
    await house.seat()
    await house.desk.unlock(PASSPHRASE)
    house.bench.listed = lambda: KeyList((OLD, TEAM))
    house.desk._keep_up = _nothing  # its ring holds no key of epoch 0, and need not here
    return house


async def _nothing() -> None:
    return None


async def agreed(house: House, key: TeamKey = OLD, today: int | None = None) -> bool:
    try:
        await demand_agreed(house.store, INSTANCE, key, house.today if today is None else today)
    except KeyFileError:
        return False
    return True


async def test_two_people_agree_and_the_console_finds_their_word(house: House) -> None:
    assert await house.say("moderator", "/key destroy 0") == words("desk-key-destroy-asked", **SHOWN)
    assert words("desk-key-destroy-wanted", **SHOWN) in house.told_to("owner")
    assert not await agreed(house)

    assert await house.say("owner", "/clé détruire 0") == words("desk-key-destroy-agreed", **SHOWN)

    assert await agreed(house)
    assert (await house.acts())[-2:] == ["key_destroy", "key_destroy"]


async def test_one_person_asking_twice_is_one_person(house: House) -> None:
    await house.say("owner", "/key destroy 0")

    assert words("desk-second-same") in await house.say("owner", "/key destroy 0")
    assert not await agreed(house)


async def test_who_has_left_or_asked_long_ago_counts_no_more(house: House) -> None:
    await house.say("moderator", "/key destroy 0")
    await house.say("owner", "/revoke moderator")
    assert words("desk-key-destroy-asked", **SHOWN) in await house.say("owner", "/key destroy 0")
    assert not await agreed(house)

    house.now += 8 * 86_400
    assert words("desk-key-destroy-asked", **SHOWN) in await house.say("owner 2", "/key destroy 0")
    assert not await agreed(house)


async def test_their_word_is_about_this_key_and_holds_for_a_week(house: House) -> None:
    await house.say("owner", "/key destroy 0")
    await house.say("moderator", "/key destroy 0")

    assert await agreed(house, today=house.today + 7)
    assert not await agreed(house, today=house.today + 8)
    assert not await agreed(house, today=house.today - 1)
    assert not await agreed(house, OLDER)

    await house.store.commit((forget_agreement(0),))
    assert not await agreed(house)


@pytest.mark.parametrize("word", [b"", b"\x00" * 32, b"1"])
async def test_a_word_written_into_the_database_is_nobodys(house: House, word: bytes) -> None:
    await house.store.commit((PutMeta(meta_key(0), word),))

    assert not await agreed(house)


@pytest.mark.parametrize(
    "typed", ["/key destroy 1", "/key destroy 7", "/key destroy un", "/key destroy ²", "/key destroy -1"]
)
async def test_the_present_key_and_unknown_ones_are_not_spoken_of(house: House, typed: str) -> None:
    assert await house.say("owner", typed) == words("desk-key-which")


@pytest.mark.parametrize("chair", ["auditor", "partner"])
async def test_who_may_not_decide_about_testimonies_may_not_about_keys(house: House, chair: str) -> None:
    assert words("desk-unknown") in await house.say(chair, "/key destroy 0")


async def test_revoking_a_moderator_tells_owners_to_rotate(house: House) -> None:
    said = await house.say("owner", "/revoke moderator")

    assert words("desk-revoked-rotate", name="moderator") in said
    assert words("desk-revoked-rotate", name="moderator") in house.told_to("owner 2")
    assert words("desk-revoked-rotate", name="partner") not in await house.say("owner", "/revoke partner")


async def test_status_says_when_a_rotation_is_due(house: House) -> None:
    fresh = TeamKey(1, TEAM.recipient, int(house.now // 60))
    house.bench.listed = lambda: KeyList((OLD, fresh))
    assert words("desk-status-key", epoch=1, days=90, older=1) in await house.say("moderator", "/status")

    house.now += 100 * 86_400
    assert words("desk-status-key-due", epoch=1, days=10, older=1) in await house.say("moderator", "/status")
