"""It is promised that a desk of the console profile works without the team's key, which it may never have
had, and that what takes the key waits for it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.decisions import SIGNED
from handlers.commands import Queue, is_for_team
from handlers.offline import KEYLESS
from storage import Store
from storage.changes import QueueCommand
from tests.deskkit import PASSPHRASE, TEAM, House, Testimony, words
from tests.offlinekit import CONSOLE, Home, claimed, decided, files, house, member, pasted, state, store

__all__ = ["house", "store"]


@pytest.fixture
async def keyless(house: Home) -> Home:
    """The same after a restart: nobody ever unlocks it."""
    house.restart()
    return house


async def test_a_desk_without_the_key_gives_out_takes_back_and_obeys_what_is_signed(keyless: Home) -> None:
    testimony, other = Testimony(), Testimony()
    await claimed(keyless, testimony)
    await keyless.say("moderator", "/get")
    await keyless.say("moderator", pasted(await decided(keyless, testimony, "approve"), "moderator"))
    await keyless.tell(other)
    both = pasted(await decided(keyless, other, "delete"), "moderator", "owner")
    await keyless.say("owner", both)

    assert files(keyless)
    assert await state(keyless, testimony) == "approved"
    assert await state(keyless, other) == "gone"
    assert not keyless.desk.is_open
    assert await keyless.say("owner", both) == words("desk-decision-used")
    assert "cannot open command" not in await keyless.acts()


async def test_what_takes_the_key_waits_for_it_is_told_once_and_is_done_then(keyless: Home) -> None:
    testimony = Testimony()
    await claimed(keyless, testimony)
    mask = await decided(keyless, testimony, "mask", text="sous ma porte", nonce="a" * 32)

    assert await keyless.say("moderator", pasted(mask, "moderator")) == words("desk-locked")
    await keyless.desk.tick()
    assert keyless.told_to("moderator").count(words("desk-locked")) == 1
    assert words("desk-masked", count=1, case=testimony.ref) not in keyless.told_to("moderator")
    await keyless.desk.unlock(PASSPHRASE)
    await keyless.desk.pump()

    assert words("desk-masked", count=1, case=testimony.ref) in keyless.told_to("moderator")


async def test_what_one_signs_after_something_that_waits_waits_behind_it_and_others_do_not(
    keyless: Home,
) -> None:
    testimony, other = Testimony(), Testimony()
    await claimed(keyless, testimony)
    await claimed(keyless, other, "moderator 2")
    note = await decided(keyless, testimony, "note", text="Un mot.", nonce="a" * 32)
    await keyless.say("moderator", pasted(note, "moderator"))
    approve = await decided(keyless, testimony, "approve", nonce="b" * 32)
    await keyless.say("moderator", pasted(approve, "moderator"))
    await keyless.say("moderator 2", pasted(await decided(keyless, other, "approve"), "moderator 2"))

    assert (await state(keyless, testimony), await state(keyless, other)) == ("claimed", "approved")
    await keyless.desk.unlock(PASSPHRASE)
    await keyless.desk.pump()

    assert await state(keyless, testimony) == "approved"
    assert [item.part[:4] for item in await keyless.store.items(testimony.case)].count("note") == 1


@pytest.mark.parametrize("name", sorted(KEYLESS - set(SIGNED)))
async def test_nothing_that_is_said_to_need_no_key_needs_it(keyless: Home, name: str) -> None:
    typed = {"invite": "/invite auditor Zoé", "revoke": "/revoke auditor"}.get(
        name, "/" + name.replace("_", " ")
    )
    await keyless.tell(Testimony())

    said = await keyless.say("owner", typed)

    assert said
    assert words("desk-try-again") not in said
    assert words("desk-locked") not in said
    assert "command failed" not in await keyless.acts()


@pytest.mark.parametrize("typed", ["/digest preview", "/digest send", "/digest approve", "/unban 0a0b0c0d"])
async def test_what_is_counted_or_opened_waits_for_the_key(keyless: Home, typed: str) -> None:
    assert await keyless.say("owner", typed) == words("desk-locked")
    assert "command failed" not in await keyless.acts()


async def test_somebody_who_writes_to_the_database_orders_nothing_without_the_key_either(
    keyless: Home,
) -> None:
    testimony = Testimony()
    await claimed(keyless, testimony)
    (await keyless.store.commit((QueueCommand(b"forged".ljust(32), os.urandom(4096)),)))
    other = Queue(keyless.store, lambda: TEAM, b"\x08" * 32, console=True)
    await other.put(await member(keyless, "owner"), f"/revoke {testimony.ref}", b"forged")

    await keyless.desk.pump()

    assert (await keyless.acts()).count("cannot open command") == 2
    assert words("desk-alarm-command") in keyless.told_to("owner")


async def test_an_order_that_is_put_back_is_known_without_the_key_too(keyless: Home) -> None:
    testimony = Testimony()
    await keyless.tell(testimony)
    await keyless.queue_up("moderator", "/next")
    (row,) = await keyless.store.commands()
    await keyless.desk.pump()
    await keyless.say("moderator", "/undo")

    await keyless.store.commit((QueueCommand(b"again".ljust(32), row.box),))
    await keyless.desk.pump()

    assert await state(keyless, testimony) == "waiting"
    assert "cannot open command" in await keyless.acts()


async def test_a_stolen_database_tells_nothing_of_what_is_queued(keyless: Home) -> None:
    """Sealed under a key that no database holds, and all of one length."""
    await keyless.queue_up("moderator", "/next")
    await keyless.queue_up("owner", "/revoke moderator 2")

    first, second = await keyless.store.commands()

    assert len(first.box) == len(second.box)
    assert b"next" not in first.box
    assert not is_for_team(first.box)


async def test_the_usual_profile_obeys_nothing_while_it_is_locked(store: Store) -> None:
    house = House(store)
    await house.seat("moderator")
    await house.tell(Testimony())

    assert await house.say("moderator", "/next") == ""
    assert [row.state for row in await store.cases()] == ["waiting"]


async def test_what_was_queued_in_the_other_profile_is_still_read(store: Store, tmp_path: Path) -> None:
    house = House(store)
    await house.seat("moderator")
    await house.tell(Testimony())
    await house.queue_up("moderator", "/next")

    house.policy = CONSOLE
    house.new_desk()
    await house.desk.pump()
    assert [row.state for row in await store.cases()] == ["waiting"]
    await house.desk.unlock(PASSPHRASE)
    await house.desk.pump()

    assert [row.state for row in await store.cases()] == ["claimed"]
