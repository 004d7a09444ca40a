"""An instance: one folder with its store, its keys, its intake and its desk, put together and taken apart
again.

    SEUIL_DATA/  seuil.db drafts.db       the store
                 keys/                    the team's keys (`handlers.keyring`)
                 instance.key salt tag-*  what must outlive a reboot (`storage.key_folder`)
                 audit.head               where the audit log ended (`storage.audit_head`)
                 digests.head             which digest was frozen last (`storage.queue_head`)
                 digests.held             which digests are held (`storage.held`)
                 queue.head               when the desk's queue was last empty (`storage.queue_head`)
                 team.head                the newest epoch that was sealed to (`storage.queue_head`)
    SEUIL_SHELF/ shelf                    the keys of open drafts, in memory

Never here: a channel's manners, a command of the desk, a question.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from bot.age import ready
from bot.errors import CannotOpen, WordsError
from bot.moderation import Role
from bot.questionnaire import Questionnaire, faults
from bot.questions import EVERY_QUESTION, questionnaire
from bot.receipts import COST, Cost
from bot.settings import Settings
from handlers import Address, Channel, Gone, Heard, Screen, Unreached, keyring
from handlers.bench import Bench, Policy
from handlers.commands import Queue
from handlers.counts import COUNTS
from handlers.delivery.carriers import carriers
from handlers.desk import Desk
from handlers.dispatch import Dispatch
from handlers.errands import Errands
from handlers.intake import DAY_SECONDS, HOUR_SECONDS, Keys, ReceiptDesk
from handlers.leaving import Leaving
from handlers.members import Members, Route, read_code, role_of
from handlers.reception import Reception
from handlers.screens import House
from handlers.team_keys import TeamKeys
from handlers.verifying import entries, verified_on
from handlers.vocabulary import vocabularies
from locales import Words, every_help_line, load, missing
from storage import Store, open_store
from storage.audit_head import AuditHead
from storage.changes import Audit, DropDraft, DropMember, ForgetSeen, Move
from storage.folder import own_folder
from storage.held import Held
from storage.key_folder import KeyFolder
from storage.queue_head import DigestHead, QueueHead, TeamHead
from storage.shelf import FolderShelf, Shelf

log = logging.getLogger(__name__)

KEYS = "keys"


@dataclass(frozen=True, slots=True)
class FirstStart:
    """What a first start made, to be told to whoever started it."""

    keys: Path
    passphrase: Path | None


def lay_keys(settings: Settings) -> FirstStart | None:
    """Make the team's keys where there are none. None where there were.

    With SEUIL_PASSPHRASE_FILE the passphrase is the operator's own; without, one is drawn and written beside
    the keys, which is good for trying Seuil out and for nothing else.
    """
    folder = settings.data / KEYS
    # Either is there once anything can have been sealed to these keys, wherever it is kept.
    if not any((settings.data / name).exists() for name in ("seuil.db", "instance.key")):
        keyring.sweep_half_made(folder, drawn=settings.passphrase_file is None)
    if keyring.exists(folder):
        return None
    own_folder(settings.data, {"seuil.db"})
    if settings.passphrase_file is not None:
        keyring.create(folder, keyring.read_passphrase(settings.passphrase_file))
        return FirstStart(folder, None)
    return FirstStart(folder, keyring.first_keys(folder))


def passphrase_at_hand(settings: Settings) -> str | None:
    """The passphrase where a file holds it; None where it must be typed."""
    if settings.passphrase_file is not None:
        return keyring.read_passphrase(settings.passphrase_file)
    place = settings.data / KEYS / keyring.PASSPHRASE
    return keyring.read_passphrase(place) if place.exists() else None


def check_words(questions: Questionnaire) -> Mapping[str, Words]:
    """The words of every language, complete. Refuses to start otherwise, naming everything at once."""
    words = load()
    wanting = [*faults(questions), *missing(EVERY_QUESTION, words)]
    if wanting:
        raise WordsError("\n".join(wanting), hint="Mend the files that are named, then start again.")
    return words


@dataclass(frozen=True, slots=True)
class Seat:
    """A member: what she is, and where."""

    role: Role
    route: Route = field(repr=False)


@dataclass(slots=True)
class Instance:
    """A running instance. `open_instance` makes one; `close` ends it with nothing half done."""

    settings: Settings
    words: Mapping[str, Words]
    store: Store = field(repr=False)
    shelf: Shelf = field(repr=False)
    key_folder: KeyFolder = field(repr=False)
    team: TeamKeys
    members: Members = field(repr=False)
    reception: Reception = field(repr=False)
    dispatch: Dispatch = field(repr=False)
    desk: Desk
    leaving: Leaving = field(repr=False)
    clock: Callable[[], float]
    channels: dict[str, Channel] = field(default_factory=dict)
    verified: dict[str, date] = field(default_factory=dict, repr=False)
    """What an operator verified, and when, as of the last minute."""
    seated: dict[bytes, Seat] = field(default_factory=dict, repr=False)
    linger: float | None = None
    """Seconds a member's message waits for what the desk shows (None: the desk's own measure)."""
    follow: Callable[[dict[bytes, Seat], dict[bytes, Seat]], None] | None = field(default=None, repr=False)
    """Told who was seated before and who is now, whenever that changed."""
    _tag: bytes = field(default=b"", repr=False)
    _period: int = 0
    _chats: set[Address] = field(default_factory=set, repr=False)

    # --- hearing --------------------------------------------------------------------------------------------

    async def hear(self, heard: Heard, channel: Channel) -> None:
        """One update to its end: a member's goes to the desk, anybody else's is a witness's turn."""
        COUNTS.updates.note(channel.name)
        if self._may_be_member(heard) and await self.reception.hear(heard, channel):
            if heard.kind == "moved":
                await self._moved(heard, channel)
            self.leaving.heard(heard.who, heard.message)
            await self.work()
            return
        await self.dispatch.hear(heard, channel)

    async def _moved(self, heard: Heard, channel: Channel) -> None:
        """A group's chat has another id: what was still to leave the old one, people must take out."""
        here = [seat.route for seat in self.seated.values() if seat.route.who == heard.who]
        if await self.leaving.moved(heard.who) and here:
            words = self.words[here[0].language]
            with suppress(Gone, Unreached):
                where = Address(heard.who.channel, heard.text)
                await channel.show(where, Screen(words.say("desk-chat-moved")))

    def _may_be_member(self, heard: Heard) -> bool:
        """Whether to look the chat up among the members: a witness's turn costs no look-up."""
        if heard.who in self._chats or heard.person or heard.kind == "moved":
            return True  # a group is nobody's doorstep
        return heard.kind == "text" and len(heard.text) < LONGEST_CODE and read_code(heard.text) is not None

    async def work(self) -> None:
        """Let the desk carry out what waits, then follow what it may have changed."""
        await self.desk.pump(self.linger)
        await self.refresh()

    async def refresh(self) -> None:
        """Who is a member, and which digest period it is: both change rarely, and only at the desk."""
        before, self.seated = self.seated, {}
        for row in await self.store.members():
            try:
                self.seated[row.member] = Seat(role_of(row), self.members.route(row))
            except CannotOpen as error:
                log.error("a member cannot be reached: %s", error)
        self._chats = {chat for seat in self.seated.values() for chat in (seat.route.who, seat.route.private)}
        if self.follow is not None and before != self.seated:
            self.follow(before, self.seated)
        digests = await self.store.digests()
        period = digests[-1].period + 1 if digests else 1
        if period != self._period:
            self._tag, self._period = self.key_folder.rotate_tag(period), period

    def tag(self) -> bytes:
        """This period's TAG key."""
        return self._tag

    async def say(self, who: Address, screen: Screen) -> None:
        """Show a member a screen; a channel that is not open here raises KeyError."""
        shared = any(seat.route.person and seat.route.who == who for seat in self.seated.values())
        await self.leaving.show(self.channels[who.channel], who, screen, shared=shared)

    async def forget(self, who: Address) -> None:
        """Take out of a member's chat what was shown there for its minutes."""
        await self.leaving.leave(self.channels, who)

    async def resume(self) -> None:
        """After a start, once the channels are open: what is owed is shown, what was to leave a chat is
        remembered."""
        await self.dispatch.resume(self.channels)
        await self.leaving.resume()

    # --- keeping time ---------------------------------------------------------------------------------------

    async def tick(self) -> None:
        await self.team.follow(self.store)
        await self.desk.tick()
        await self.refresh()
        await self.leaving.tick(self.channels)
        await self.dispatch.resume(self.channels, all=False)
        await self.look_up_verified()

    async def look_up_verified(self) -> None:
        """What was verified at the console meanwhile."""
        for line in every_help_line():
            day = await verified_on(self.store, line.id)
            if day is not None:
                self.verified[line.id] = day

    async def expire_drafts(self) -> int:
        """Destroy the keys of drafts whose hours are over, which is their end. How many.

        The boxes that no key opens any more are swept out once no draft of their day can live.
        """
        now = self.clock()
        gone = await self.shelf.expire(int(now // HOUR_SECONDS) - self.settings.draft_hours + 1)
        today = int(now // DAY_SECONDS)
        for row in await self.store.drafts_before(today - self.settings.draft_hours // 24 - 1):
            await self.store.commit((DropDraft(row.pseudonym),))
        await self.store.commit((ForgetSeen(today - DAYS_SEEN),))
        return len(gone)

    async def close(self) -> None:
        await self.desk.close()
        await self.dispatch.settle()
        await self.store.close()
        await self.shelf.close()


LONGEST_CODE = 60
"""Characters. An invite code is 24 letters in groups, perhaps after `/join`."""

DAYS_SEEN = 2
"""Days an answered update is remembered after its draft is gone: Telegram redelivers for one."""


async def open_instance(
    settings: Settings, *, clock: Callable[[], float] = time.time, cost: Cost = COST
) -> Instance:
    """Open the instance of these settings. Raises a `SeuilError` of the kind that names what is wrong."""
    ready()
    questions = questionnaire(home_context=settings.ask_home_context, about_you=settings.ask_about_you)
    words = check_words(questions)
    store = await open_store(settings.store_url)
    shelf: Shelf | None = None
    try:
        shelf = FolderShelf(settings.shelf)
        return await _put_together(settings, clock, cost, questions, words, store, shelf)
    except BaseException:
        await store.close()
        if shelf is not None:
            await shelf.close()
        raise


async def _put_together(
    settings: Settings,
    clock: Callable[[], float],
    cost: Cost,
    questions: Questionnaire,
    words: Mapping[str, Words],
    store: Store,
    shelf: Shelf,
) -> Instance:
    folder = settings.data / KEYS
    key_folder = KeyFolder(settings.data)
    is_new = not await store.cases() and not await store.members()
    instance_key, salt = key_folder.instance(new=is_new), key_folder.salt(new=is_new)
    team = TeamKeys(folder, TeamHead(settings.data, instance_key))
    await team.follow(store)
    members = Members(store, instance_key)
    queue = Queue(store, team.now, instance_key, clock)
    verified: dict[str, date] = {}
    house = House(
        operator=settings.operator_name or words[settings.language].say("operator-unnamed"),
        contact=settings.operator_contact or words[settings.language].say("contact-unnamed"),
        country=settings.help_country,
        draft_hours=settings.draft_hours,
        story_days=settings.story_days,
        coded_months=settings.coded_months,
        vanish_hours={"signal": settings.signal_vanish_hours},
        verified=verified.get,
    )
    # The parts below speak through the instance they become part of.
    made: list[Instance] = []

    async def say(who: Address, screen: Screen) -> None:
        await made[0].say(who, screen)

    async def forget(who: Address) -> None:
        await made[0].forget(who)

    def tag() -> bytes:
        return made[0].tag()

    async def to_verify() -> tuple[str, ...]:
        today = today_of(clock)
        return tuple(entry.id for entry in await entries(store, today) if entry.asks(today))

    bench = Bench(
        store,
        queue,
        members,
        words,
        clock,
        Policy.of(settings),
        to_verify=to_verify,
        audit_head=AuditHead(settings.data, instance_key),
        queue_head=QueueHead(settings.data, instance_key),
        digest_head=DigestHead(settings.data, instance_key),
        held=Held(settings.data, instance_key),
        carriers=carriers(settings, words, clock),
        listed=team.list,
    )
    dispatch = Dispatch(
        store=store,
        shelf=shelf,
        keys=Keys(team.now, team.verify, salt, tag, instance_key, partial(team.follow, store)),
        receipts=ReceiptDesk(salt, cost=cost, clock=clock),
        questionnaire=questions,
        words=words,
        vocabularies=vocabularies(words),
        house=house,
        clock=clock,
    )
    instance = Instance(
        settings=settings,
        words=words,
        store=store,
        shelf=shelf,
        key_folder=key_folder,
        team=team,
        members=members,
        reception=Reception(members, queue, words, clock),
        dispatch=dispatch,
        desk=Desk(
            bench,
            say,
            unlocking=lambda passphrase: keyring.unlock(folder, passphrase),
            forget=forget,
        ),
        leaving=Leaving(store, Errands(shelf, instance_key, clock), clock),
        clock=clock,
        verified=verified,
    )
    made.append(instance)
    await instance.refresh()
    await instance.look_up_verified()
    return instance


CHAIRS = (
    ("moderator", "moderator", "Modération 1"),
    ("moderator 2", "moderator", "Modération 2"),
    ("owner", "owner", "Responsable"),
    ("owner 2", "owner", "Responsable 2"),
    ("auditor", "auditor", "Audit"),
    ("partner", "partner", "Partenaire"),
)
"""The terminal's seats that belong to members: chat, role, name."""


async def seat_chairs(instance: Instance, language: str) -> int:
    """Let the terminal's own seats join, each with an invitation as anybody would. How many were new."""
    if await instance.store.members():
        # Only a house without members: who was revoked stays revoked, and a real team is not joined from
        # here.
        return 0
    today = int(instance.clock() // DAY_SECONDS)
    joined = 0
    for chat, role, name in CHAIRS:
        who = Address("terminal", chat)
        if await instance.members.find(who) is None:
            code = await instance.members.invite(role, name, today)  # type: ignore[arg-type] # a role of the table
            await instance.members.join(who, code, today, language)
            joined += 1
    await instance.refresh()
    return joined


async def clear_chairs(instance: Instance) -> int:
    """Take the terminal's seats away before people come by a network: who tried things out in a terminal
    would else be two owners nobody sees, and a partner nobody reaches. How many there were."""
    today = int(instance.clock() // DAY_SECONDS)
    gone = {
        row.member: row.role
        for row in await instance.store.members()
        if instance.members.is_sound(row) and instance.members.route(row).who.channel == "terminal"
    }
    for case in await instance.store.cases("claimed") if gone else ():
        if case.claimed_by in gone:
            claim = Move(case.case, ("claimed",), "waiting", today, held_by=case.claimed_by)
            await instance.store.commit((claim,))
    for member, role in gone.items():
        line = Audit(today, "console", f"revoke {role}")
        await instance.store.commit((DropMember(member), line))
    if gone:
        await instance.refresh()
    return len(gone)


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


async def serve(instance: Instance, *channels: Channel) -> None:
    """Hear these channels to their end. What ends one with an error ends all."""
    for channel in channels:
        instance.channels[channel.name] = channel
    spare_the_collector()

    async def listen(channel: Channel) -> None:
        async def hear(heard: Heard) -> None:
            await instance.hear(heard, channel)

        await channel.listen(hear)

    resuming = asyncio.create_task(instance.resume())
    listening = [asyncio.create_task(listen(channel)) for channel in channels]
    try:
        await asyncio.gather(*listening)
    finally:
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)
        await resuming


def today_of(clock: Callable[[], float]) -> date:
    return datetime.fromtimestamp(clock(), UTC).date()
