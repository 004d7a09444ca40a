"""What root of a machine that only listens can do with the desk that is elsewhere. It opens nothing, and has
the instance's key, since it says who is who. SECURITY.md tells what follows; this holds it."""

from __future__ import annotations

from handlers import Address
from handlers.commands import Queue
from handlers.members import Members
from storage import Store
from tests.deskkit import INSTANCE, PASSPHRASE, TEAM, House, Testimony
from tests.offlinekit import Home, decided, files, house, pasted, state, store

__all__ = ["house", "store"]

STORY = "Il a laissé des mots sous ma porte."
INTRUDER = Address("terminal", "intruder")


async def orders(house: House, *typed: str) -> str:
    """With what lies in an intake's folder, somebody seats himself and gives orders. What he is shown."""
    members = Members(house.store, INSTANCE)
    queue = Queue(house.store, lambda: TEAM, INSTANCE, lambda: house.now, house.policy.console)
    if await members.find(INTRUDER) is None:
        code = await members.invite("moderator", "Lou", house.today)
        assert await members.join(INTRUDER, code, house.today) == "joined"
    row = await members.find(INTRUDER)
    assert row is not None
    for each in typed:
        await queue.put(row.member, each, each.encode())
        await house.desk.pump()
    return house.told_to(INTRUDER.chat)


async def test_in_the_usual_profile_an_unlocked_desk_shows_him_what_waits_and_the_journal_has_it(
    store: Store,
) -> None:
    house = House(store)
    await house.seat("moderator", "owner")
    await house.tell(Testimony())

    assert STORY not in await orders(house, "/next", "/open", "/open")
    await house.desk.unlock(PASSPHRASE)
    await house.desk.pump()

    assert STORY in await orders(house, "/open yes", "/open")
    assert {"claim", "open"} <= set(await house.acts())


async def test_in_the_console_profile_he_is_sent_what_he_cannot_open_and_decides_nothing(house: Home) -> None:
    testimony = Testimony()
    await house.tell(testimony)

    told = await orders(house, "/next", "/open", "/get", "/approve", "/reject", "/delete " + testimony.ref)
    told += await orders(house, pasted(await decided(house, testimony, "reject"), "moderator"))

    assert STORY not in told
    assert files(house)
    assert all(STORY.encode() not in body for body in files(house).values())
    assert await state(house, testimony) == "claimed"
