"""The hall, where people come in: a member goes to the reception, anybody else has a witness's turn.

It seals to public keys and opens nothing: no module that opens a testimony is imported from here. Several
processes may each have a hall, on one store and one shelf.

Never here: what a turn does (`handlers.dispatch`), what a member's words mean.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from bot import redaction
from bot.questionnaire import Questionnaire
from bot.receipts import COST, Cost
from handlers import Address, Channel, Gone, Heard, Screen, Unreached
from handlers.commands import Queue
from handlers.counts import COUNTS
from handlers.dispatch import Dispatch
from handlers.ground import Ground, HouseKeys
from handlers.intake import DAY_SECONDS, HOUR_SECONDS, Keys, ReceiptDesk
from handlers.members import read_code
from handlers.reception import Reception
from handlers.screens import House
from handlers.vocabulary import vocabularies
from locales import Words
from storage.changes import DropDraft, ForgetSeen
from storage.key_folder import KeyFolder
from storage.shelf import Shelf

log = logging.getLogger(__name__)

LONGEST_CODE = 60
"""Characters. An invite code is 24 letters in groups, perhaps after `/join`."""

DAYS_SEEN = 2
"""Days an answered update is remembered after its draft is gone: Telegram redelivers for one."""

A_FEW = 4
"""First bytes of pseudonyms that are looked through together: a sixty-fourth of all people. Of a hundred
thousand, 4 ms in which nobody's turn is made durable, and not a fifth of a second."""


@dataclass(slots=True)
class Hall:
    """Use `open_hall`, then `refresh` before anybody is heard."""

    ground: Ground
    shelf: Shelf = field(repr=False)
    key_folder: KeyFolder = field(repr=False)
    reception: Reception = field(repr=False)
    dispatch: Dispatch = field(repr=False)
    shared: bool = False
    """Others hear as well: who joined with them a moment ago is not known here yet."""
    _tag: bytes = field(default=b"", repr=False)
    _period: int = 0

    async def hear(self, heard: Heard, channel: Channel) -> bool:
        """One update to its end. True: a member spoke, and what she said waits for the desk."""
        COUNTS.updates.note(channel.name)
        if self._may_be_member(heard) and await self.reception.hear(heard, channel):
            if heard.kind == "moved":
                await self._moved(heard, channel)
            self.ground.leaving.heard(heard.who, heard.message)
            return True
        await self.dispatch.hear(heard, channel)
        return False

    async def _moved(self, heard: Heard, channel: Channel) -> None:
        """A group's chat has another id: what was still to leave the old one, people must take out."""
        ground = self.ground
        here = [seat.route for seat in ground.seated.values() if seat.route.who == heard.who]
        if await ground.leaving.moved(heard.who) and here:
            words = ground.words[here[0].language]
            with suppress(Gone, Unreached):
                where = Address(heard.who.channel, heard.text)
                await channel.show(where, Screen(words.say("desk-chat-moved")))

    def _may_be_member(self, heard: Heard) -> bool:
        """Whether to look the chat up among the members: a witness's turn costs no look-up."""
        if heard.who in self.ground.chats or heard.person or heard.kind == "moved":
            return True  # a group is nobody's doorstep
        if heard.kind != "text":
            return False
        if self.shared and heard.text.startswith("/"):
            return True
        return len(heard.text) < LONGEST_CODE and read_code(heard.text) is not None

    async def refresh(self) -> None:
        """Which digest period it is: it changes when one is frozen.

        It never goes back. In an older copy of the database, or after somebody wrote a digest into it, it
        would: the key of that period is destroyed, and nobody could be heard any more.
        """
        kept = self.key_folder.newest_tag()  # first: another process may begin a period meanwhile
        digests = await self.ground.store.digests()
        told = digests[-1].period + 1 if digests else 1
        period = max(told, kept)
        if period != self._period and told < kept:
            log.error(
                "the database says that digest period %d runs, and %d was begun: it is an older copy, or "
                "somebody wrote to it",
                told,
                kept,
            )
        self._tag, self._period = await self._agreed(period), period

    async def _agreed(self, period: int) -> bytes:
        """This period's TAG key: where several processes hear, one for all of them."""
        own = self._tag if period == self._period else self.key_folder.rotate_tag(period)
        if self.shelf.shared is None:
            return own
        agreed = await self.shelf.shared.tag_key(period, own)
        if agreed != own:
            log.info("sender tags are made with the key that other intakes have")
            self.key_folder.adopt_tag(period, agreed)
        return agreed

    def tag(self) -> bytes:
        """This period's TAG key."""
        return self._tag

    async def resume(self) -> None:
        """After a start, once the channels are open: what is owed is shown."""
        await self.dispatch.resume(self.ground.channels)

    async def tick(self) -> None:
        """Called every minute or so: what the network did not take is shown again."""
        await self.dispatch.resume(self.ground.channels, all=False)

    async def expire_drafts(self) -> int:
        """Destroy the keys of drafts whose hours are over, which is their end. How many.

        The boxes that no key opens any more are swept out once no draft of their day can live.
        """
        now, hours = self.ground.clock(), self.ground.settings.draft_hours
        gone = await self.shelf.expire(int(now // HOUR_SECONDS) - hours + 1)
        today = int(now // DAY_SECONDS)
        store = self.ground.store
        for row in await store.drafts_before(today - hours // 24 - 1):
            # Not where she came back meanwhile.
            await store.commit((DropDraft(row.pseudonym, row.id, row.revision),))
        for first in range(0, 256, A_FEW):
            end = bytes([first + A_FEW]) if first + A_FEW < 256 else b""
            await store.commit((ForgetSeen(today - DAYS_SEEN, bytes([first]), end),))
        return len(gone)

    async def close(self) -> None:
        await self.dispatch.close()


def open_hall(
    ground: Ground,
    shelf: Shelf,
    keys: HouseKeys,
    questions: Questionnaire,
    *,
    cost: Cost = COST,
    worker: str = "",
) -> Hall:
    """The hall of this ground. `worker`: its id, where it is one of several."""
    made: list[Hall] = []  # it is asked for its tag at each testimony, and is not there yet

    def tag() -> bytes:
        return made[0].tag()

    dispatch = Dispatch(
        store=ground.store,
        shelf=shelf,
        keys=Keys(keys.team.now, keys.team.verify, keys.salt, tag, keys.instance, ground.follow_keys),
        receipts=ReceiptDesk(keys.salt, cost=cost, clock=ground.clock, ahead=not worker),
        questionnaire=questions,
        words=ground.words,
        vocabularies=vocabularies(ground.words),
        house=_house(ground, ground.words),
        clock=ground.clock,
        worker=worker,
    )
    console = ground.settings.desk_profile == "console"
    queue = Queue(ground.store, keys.team.now, keys.instance, ground.clock, console)
    reception = Reception(ground.members, queue, ground.words, ground.clock)
    made.append(Hall(ground, shelf, keys.folder, reception, dispatch, bool(worker)))
    return made[0]


def _house(ground: Ground, words: Mapping[str, Words]) -> House:
    settings = ground.settings
    return House(
        operator=settings.operator_name or words[settings.language].say("operator-unnamed"),
        contact=settings.operator_contact or words[settings.language].say("contact-unnamed"),
        country=settings.help_country,
        draft_hours=settings.draft_hours,
        story_days=settings.story_days,
        coded_months=settings.coded_months,
        backup_days=settings.backup_days,
        vanish_hours={"signal": settings.signal_vanish_hours},
        verified=ground.verified.get,
    )


# --- listening ----------------------------------------------------------------------------------------------


async def listen_all(
    channels: Sequence[Channel],
    hear: Callable[[Heard, Channel], Awaitable[None]],
    resume: Callable[[], Awaitable[None]],
) -> None:
    """Hear these channels to their end, and take up meanwhile what was left. What ends one with an error ends
    all."""

    async def listen(channel: Channel) -> None:
        async def heard_here(heard: Heard) -> None:
            await hear(heard, channel)

        await channel.listen(heard_here)

    resuming = asyncio.ensure_future(resume())
    settling = asyncio.create_task(_settle_down())
    listening = [asyncio.create_task(listen(channel)) for channel in channels]
    try:
        await asyncio.gather(*listening)
    finally:
        for task in (settling, *listening):
            task.cancel()
        await asyncio.gather(settling, *listening, return_exceptions=True)
        await resuming


SETTLE_SECONDS = 1.0
"""After the start, those who waited are answered first."""


async def _settle_down() -> None:
    """What a start can do without, once it has happened: what the first story needs is loaded, in a thread,
    so that no turn waits for it."""
    await asyncio.sleep(SETTLE_SECONDS)
    await asyncio.to_thread(redaction.ready)
    spare_the_collector()


def spare_the_collector() -> None:
    """Called once all that lives as long as the program is there: the collector looks it through no more.

    Words, questions and keys are some hundred thousand objects that never die. And a thousand people talking
    at once make enough short-lived ones to call the collector a hundred times a second: it comes less often
    now. Together this is a tenth of a turn's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)


YOUNG_OBJECTS = 20_000
"""New objects before the collector looks at them (CPython's own: 700): a few megabytes at the most."""
