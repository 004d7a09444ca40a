"""An instance in one process: its hall and its desk on one ground, opened and taken apart again.

    SEUIL_DATA/  seuil.db drafts.db       the store
                 keys/                    the team's keys (`handlers.keyring`)
                 instance.key salt tag-*  what must outlive a reboot (`storage.key_folder`)
                 team.head                the newest epoch that was sealed to (`storage.queue_head`)
                 and what the desk keeps  (`handlers.deskroom`)
    SEUIL_SHELF/ shelf                    the keys of open drafts, in memory

A process that only listens is `handlers.intaking`, a desk apart `handlers.desking`. Never here: a channel's
manners, a command of the desk, a question.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bot.age import ready
from bot.errors import KeyFileError
from bot.receipts import COST, Cost
from bot.settings import Settings
from handlers import Address, Channel, Heard, keyring
from handlers.desk import Desk
from handlers.deskroom import open_desk
from handlers.dispatch import Dispatch
from handlers.ground import Ground, house_keys, open_ground, told_and_asked
from handlers.hall import Hall, listen_all, open_hall
from handlers.intake import DAY_SECONDS
from handlers.members import Members
from handlers.one_shelf import OneShelf
from handlers.pressure import Load
from handlers.team_keys import KEYS, LIST
from locales import Words
from storage import Store, open_store
from storage.changes import Audit, DropMember, Move
from storage.folder import own_folder
from storage.occupied import is_occupied
from storage.shelf import Shelf, open_shelf


@dataclass(frozen=True, slots=True)
class FirstStart:
    """What a first start made, to be told to whoever started it."""

    keys: Path
    passphrase: Path | None


def wants_keys(settings: Settings) -> bool:
    """Whether `lay_keys` would make keys. What a first start left that was killed counts for none."""
    folder = settings.data / KEYS
    return not (keyring.exists(folder) if _was_started(settings) else (folder / LIST).exists())


def _was_started(settings: Settings) -> bool:
    """Either is there once anything can have been sealed to the keys here, wherever it is kept."""
    return any((settings.data / name).exists() for name in ("seuil.db", "instance.key"))


async def demand_free(settings: Settings) -> None:
    """Before keys are made. Raises `KeyFileError` where the store holds an instance already, which has keys
    of its own: new ones would open nothing of it."""
    if await is_occupied(settings.store_url):
        raise KeyFileError(
            "The store holds an instance already, and its keys are not in this data folder.",
            hint="Name the folder that holds its keys/ in SEUIL_DATA, or another store in SEUIL_STORE. Where "
            "the keys are lost: python -m bot recovery restore",
        )


def lay_keys(settings: Settings) -> FirstStart | None:
    """Make the team's keys where there are none. None where there were.

    With SEUIL_PASSPHRASE_FILE the passphrase is the operator's own; without, one is drawn and written beside
    the keys, which is good for trying Seuil out and for nothing else.
    """
    if not wants_keys(settings):
        return None
    folder = settings.data / KEYS
    if not _was_started(settings):
        keyring.sweep_half_made(folder, drawn=settings.passphrase_file is None)
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


@dataclass(slots=True)
class Instance:
    """A whole instance in one process: a hall and a desk on one ground. `open_instance` makes one; `close`
    ends it with nothing half done."""

    ground: Ground
    hall: Hall
    desk: Desk
    one_shelf: OneShelf = field(repr=False)
    linger: float | None = None
    """Seconds a member's message waits for what the desk shows (None: the desk's own measure)."""

    @property
    def settings(self) -> Settings:
        return self.ground.settings

    @property
    def words(self) -> Mapping[str, Words]:
        return self.ground.words

    @property
    def store(self) -> Store:
        return self.ground.store

    @property
    def members(self) -> Members:
        return self.ground.members

    @property
    def channels(self) -> dict[str, Channel]:
        return self.ground.channels

    @property
    def clock(self) -> Callable[[], float]:
        return self.ground.clock

    @property
    def dispatch(self) -> Dispatch:
        return self.hall.dispatch

    @property
    def shelf(self) -> Shelf:
        return self.hall.shelf

    @property
    def speaking(self) -> int:
        return self.dispatch.speaking

    @property
    def unreached(self) -> int:
        return self.dispatch.unreached

    @property
    def load(self) -> Load:
        return self.dispatch.load

    @property
    def desk_is_open(self) -> bool | None:
        return self.desk.is_open

    async def hear(self, heard: Heard, channel: Channel) -> None:
        """One update to its end."""
        if await self.hall.hear(heard, channel):
            await self.work()

    async def work(self) -> None:
        """Let the desk carry out what waits, then follow what it may have changed."""
        await self.desk.pump(self.linger)
        await self.refresh()

    async def refresh(self) -> None:
        """Who is a member, and which digest period it is: both change rarely, and only at the desk."""
        await self.ground.refresh()
        await self.hall.refresh()

    async def resume(self) -> None:
        """After a start, once the channels are open: what is owed is shown, what was to leave a chat is
        remembered."""
        await self.hall.resume()
        await self.ground.leaving.resume()

    async def tick(self) -> None:
        """Called every minute or so."""
        await self.ground.follow_keys()
        await self.desk.tick()
        await self.refresh()
        await self.ground.leaving.tick(self.channels)
        await self.hall.tick()
        await self.ground.look_up_verified()

    async def expire_drafts(self) -> int:
        """As `Hall.expire_drafts`."""
        return await self.hall.expire_drafts()

    async def close(self) -> None:
        await self.desk.close()
        await self.hall.close()
        await self.one_shelf.close()
        await self.store.close()
        await self.shelf.close()


async def open_instance(
    settings: Settings, *, clock: Callable[[], float] = time.time, cost: Cost = COST
) -> Instance:
    """Open the instance of these settings. Raises a `SeuilError` of the kind that names what is wrong."""
    ready()
    questions, words = told_and_asked(settings)
    async with AsyncExitStack() as held:
        store = await open_store(settings.store_url)
        held.push_async_callback(store.close)
        shelf = await open_shelf(settings.shelf)
        held.push_async_callback(shelf.close)
        one_shelf = OneShelf(store, shelf)
        held.push_async_callback(one_shelf.close)
        await one_shelf.demand()
        keys = await house_keys(settings, store)
        ground = await open_ground(settings, words, store, shelf, keys, clock)
        hall = open_hall(ground, shelf, keys, questions, cost=cost)
        instance = Instance(ground, hall, open_desk(ground, keys), one_shelf)
        await instance.refresh()
        held.pop_all()
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


async def serve(instance: Instance, *channels: Channel) -> None:
    """Hear these channels to their end. What ends one with an error ends all."""
    for channel in channels:
        instance.channels[channel.name] = channel
    await listen_all(channels, instance.hear, instance.resume)
