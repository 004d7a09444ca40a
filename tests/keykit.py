"""A house in which something of every kind was sealed to the team's key: told, added to, noted, summarised,
quoted, counted, rendered, and an order that still waits.

Never here: what is promised of it.
"""

from __future__ import annotations

from bot.testimony import StoryPart, write_story
from storage import Store
from tests.deskkit import PASSPHRASE, House, Testimony, words

QUOTE = "Je n'ouvre plus la porte à personne."

EVERY_PART = {"coded", "story", "more", "note", "summary", "quote"}
"""What the parts of a case begin with."""


async def lived_in(store: Store, *, people: int = 30) -> House:
    """Its desk is open, its members are seated, one digest was sent, and one order waits in the queue."""
    house = House(store)
    await house.seat()
    await house.desk.unlock(PASSPHRASE)
    await house.tell(*(Testimony() for _ in range(people)))
    while words("desk-queue-empty") not in await house.say("moderator", "/next"):
        await house.say("moderator", "/approve")
    await house.say("owner", "/digest send")
    await house.say("owner", "/digest approve")
    await house.desk.tick()
    told = Testimony(share="stats_and_quote", quote=QUOTE)
    await house.tell(told)
    addition = write_story(StoryPart("fr", (("addition", ("Il est revenu.",)),)))
    assert await store.commit((told.item("more-1", addition, sender_tag=b""),))
    for typed in ("/next", "/note À relire.", "/summary Un homme insiste.", f"/quote oui {told.ref}"):
        await house.say("moderator", typed)
    await house.say("moderator 2", f"/quote oui {told.ref}")
    await house.desk.lock()
    await house.queue_up("owner", "/stats")
    return house
