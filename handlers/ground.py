"""What every process of an instance stands on, whichever part of the work it does: the store, the words, who
is a member at this moment, the channels that are open, and what is to leave members' chats again.

    ground     this                      hall    where people are heard
    deskroom   the desk, made of this    duty    the one desk that works, where there are several

Never here: hearing, a key that opens anything, a file of the data folder.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.errors import CannotOpen, KeyFileError, SettingsError, WordsError
from bot.moderation import Role
from bot.questionnaire import Questionnaire, faults
from bot.questions import EVERY_QUESTION, questionnaire
from bot.settings import Settings
from bot.signing import VerifyKey
from handlers import Address, Channel, Screen
from handlers.errands import Errands
from handlers.leaving import Leaving
from handlers.members import Members, Route, role_of
from handlers.team_keys import KEYS, TeamKeys
from handlers.verifying import verified_on
from locales import Words, every_help_line, load, missing
from storage import Store
from storage.changes import PutMeta
from storage.key_folder import KeyFolder
from storage.queue_head import TeamHead
from storage.shelf import Shelf

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Seat:
    """A member: what she is, and where."""

    role: Role
    route: Route = field(repr=False)


Seated = dict[bytes, Seat]
"""Members by their ids."""


@dataclass(slots=True)
class Ground:
    """`seated`, `chats` and `verified` are as of the last `refresh` and `look_up_verified`."""

    settings: Settings
    words: Mapping[str, Words]
    store: Store = field(repr=False)
    members: Members = field(repr=False)
    leaving: Leaving = field(repr=False)
    team: TeamKeys
    clock: Callable[[], float]
    channels: dict[str, Channel] = field(default_factory=dict)
    verified: dict[str, date] = field(default_factory=dict, repr=False)
    """What an operator verified, and when."""
    seated: Seated = field(default_factory=dict, repr=False)
    chats: set[Address] = field(default_factory=set, repr=False)
    """Chats in which members sit."""
    follow: Callable[[Seated, Seated], None] | None = field(default=None, repr=False)
    """Told who was seated before and who is now, whenever that changed."""

    @property
    def key(self) -> bytes:
        """The INSTANCE key, 32 bytes."""
        return self.members.instance

    async def refresh(self) -> None:
        """Look up who is a member."""
        before, seated = self.seated, {}
        for row in await self.store.members():
            try:
                seated[row.member] = Seat(role_of(row), self.members.route(row))
            except CannotOpen as error:
                log.error("a member cannot be reached: %s", error)
        self.seated = seated
        self.chats = {chat for seat in seated.values() for chat in (seat.route.who, seat.route.private)}
        if self.follow is not None and before != seated:
            self.follow(before, seated)

    async def follow_keys(self) -> None:
        """Take a later list of the team's public keys, where there is one."""
        await self.team.follow(self.store)

    async def look_up_verified(self) -> None:
        """What was verified at the console meanwhile."""
        for line in every_help_line():
            day = await verified_on(self.store, line.id)
            if day is not None:
                self.verified[line.id] = day

    async def say(self, who: Address, screen: Screen) -> None:
        """Show a member a screen; a channel that is not open here raises KeyError."""
        shared = any(seat.route.person and seat.route.who == who for seat in self.seated.values())
        await self.leaving.show(self.channels[who.channel], who, screen, shared=shared)

    async def forget(self, who: Address) -> None:
        """Take out of a member's chat what was shown there for its minutes."""
        await self.leaving.leave(self.channels, who)


# --- laying it ----------------------------------------------------------------------------------------------


def told_and_asked(settings: Settings) -> tuple[Questionnaire, Mapping[str, Words]]:
    """The questions, and the words of every language, complete. Refuses to start otherwise, naming everything
    at once."""
    questions = questionnaire(home_context=settings.ask_home_context, about_you=settings.ask_about_you)
    words = load()
    wanting = [*faults(questions), *missing(EVERY_QUESTION, words)]
    if wanting:
        raise WordsError("\n".join(wanting), hint="Mend the files that are named, then start again.")
    return questions, words


def demand_server(settings: Settings, what: str) -> None:
    """Raises `SettingsError` where the store is a file of one process."""
    if not settings.store_url.startswith("postgresql:"):
        raise SettingsError(
            f"{what} needs a store that several processes share, and SEUIL_STORE names none.",
            hint="Set SEUIL_STORE=postgresql://… for every part (docs/operating.md), or let one process do "
            "it all: python -m bot run",
        )


@dataclass(frozen=True, slots=True)
class HouseKeys:
    """What a process may hold that listens: public keys, and the secrets that say who is who. `folder`: the
    data folder they were read from."""

    folder: KeyFolder = field(repr=False)
    team: TeamKeys
    instance: bytes = field(repr=False)
    salt: bytes = field(repr=False)


async def house_keys(settings: Settings, store: Store) -> HouseKeys:
    """Read them, and make those that a new instance lacks. Raises `KeyFileError` for what is missing, and
    where another process on this store has others."""
    folder = KeyFolder(settings.data)
    # The cheapest question first: of cases there may be very many.
    is_new = await store.meta(AGREED) is None and not await store.members() and not await store.cases()
    instance, salt = folder.instance(new=is_new), folder.salt(new=is_new)
    team = TeamKeys(settings.data / KEYS, TeamHead(settings.data, instance))
    await _agree(store, instance, team.verify)
    await team.follow(store)
    return HouseKeys(folder, team, instance, salt)


async def _agree(store: Store, instance: bytes, verify: VerifyKey) -> None:
    """All processes of an instance have one instance key, and check against one signing key: a desk with
    others would put aside what the intake seals, and nobody would know."""
    ours = hmac.digest(instance, _PURPOSE + verify.line().encode(), hashlib.sha256)
    kept = await store.meta(AGREED)
    if kept is None:
        await store.commit((PutMeta(AGREED, ours),))
    elif not hmac.compare_digest(kept, ours):
        raise KeyFileError(
            "The keys in this data folder are not those of the instance in the store.",
            hint="Name the right folder in SEUIL_DATA, or the right store in SEUIL_STORE. An intake's folder "
            "is made where the desk is: python -m bot intake-folder",
        )


AGREED = "house-keys"
"""Meta: a code over what every process of the instance must have alike."""

_PURPOSE = b"seuil|v1|house keys|"


async def open_ground(
    settings: Settings,
    words: Mapping[str, Words],
    store: Store,
    shelf: Shelf,
    keys: HouseKeys,
    clock: Callable[[], float],
    *,
    shared: bool = False,
) -> Ground:
    """The ground of a process. `shared`: others have theirs on the same store."""
    members = Members(store, keys.instance)
    leaving = Leaving(store, Errands(shelf, keys.instance, clock), clock, shared=shared)
    ground = Ground(settings, words, store, members, leaving, keys.team, clock)
    await ground.refresh()
    await ground.look_up_verified()
    return ground
