"""Members: moderators, owners, auditors and partners, who join with a one-time code and are found by person.

A code is made at the console (or by an owner), handed over in person, and only its hash is kept. Using it is
one change with the new member, so that it works once. A member is a random id; the person it belongs to is
found by a keyed look-up, and the chat where she joined, hers or a group's, is reached by a sealed route, both
under the INSTANCE key that no database holds. That key also stands behind every role and every invitation: a
row written by anybody else makes no member.

By person and not by chat, because a group holds others than members: who writes decides, not where.

Never here: what a member may do (`bot.moderation`).
"""

from __future__ import annotations

import hmac
import logging
import re
import secrets
from dataclasses import dataclass, field, replace
from typing import Literal, cast

import orjson

from bot.boxes import open_small, seal_small
from bot.errors import CannotOpen
from bot.moderation import ROLES, Role
from bot.pseudonyms import member_lookup
from handlers import Address
from storage import InviteRow, MemberRow, Store
from storage.changes import Audit, Operation, PutInvite, PutMember, UseInvite

log = logging.getLogger(__name__)

CODE_BYTES = 15
"""120 random bits: nobody guesses one, so tries need no counting."""

INVITE_DAYS = 7
"""An invitation that was not used by then is void: it is handed over in person."""

ID_BYTES = 16
LONGEST_NAME = 60
"""Characters of a member's name, which the association chooses: a first name, or the partner's name."""

_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
_READ_AS = str.maketrans({"o": "0", "i": "1", "l": "1", "\n": " "})
_CODE = re.compile(rf"[{_LETTERS}]{{24}}|(?:[{_LETTERS}]{{4}}[ -]){{5}}[{_LETTERS}]{{4}}")
_SURE = re.compile(r"[2-9]")
"""A digit that is taken for no letter. Every code has one, and hardly any sentence that could be a code."""

Joined = Literal["joined", "refused", "already"]


@dataclass(frozen=True, slots=True)
class Route:
    """How to reach a member, and in which language. `person`: who she is where `who` is a group; empty: the
    chat is hers.

    The rest is what a partner chose for her digests. `formats`: those she wants (`bot.formats.FORMATS`);
    empty: the usual. `paused`: nothing is sent until she says so. `recipient`: her age public key, which
    digests are sealed to; empty: none.
    """

    who: Address
    language: str
    person: str = field(default="", repr=False)
    formats: tuple[str, ...] = ()
    paused: bool = False
    recipient: str = field(default="", repr=False)

    @property
    def private(self) -> Address:
        """Her own chat, which on a channel with groups is called as she is."""
        return Address(self.who.channel, self.person) if self.person else self.who

    def holds(self, chat: Address) -> bool:
        """Whether she may give commands there and be answered there: where she joined, or in private."""
        return chat in (self.who, self.private)


def new_code() -> str:
    """An invite code such as `7k2q-9x4m-…`: six groups of four."""
    letters = ""
    while not _SURE.search(letters):
        number = int.from_bytes(secrets.token_bytes(CODE_BYTES), "big")
        letters = "".join(_LETTERS[number >> shift & 31] for shift in range(0, CODE_BYTES * 8, 5))
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def read_code(text: str) -> str | None:
    """The 24 letters of an invite code, in one piece or in its groups, with or without `/join`; None for
    other text.

    Not merely 24 letters once the spaces are gone: "Il est encore dans la chambre" has as many, and what a
    witness says must never be taken for a code.
    """
    typed = text.strip().casefold().removeprefix("/join").strip().translate(_READ_AS)
    if not _CODE.fullmatch(typed) or not _SURE.search(typed):
        return None
    return typed.replace("-", "").replace(" ", "")


@dataclass(frozen=True, slots=True)
class Members:
    """Who belongs to this instance. `instance`: the INSTANCE key, 32 bytes."""

    store: Store = field(repr=False)
    instance: bytes = field(repr=False)

    async def invite(self, role: Role, name: str, today: int) -> str:
        """A fresh code for one person, kept as its hash only. `today`: days since 1970."""
        code = new_code()
        put = self.invitation(code, role, name, today)
        await self.store.commit((put, Audit(today, "console", f"invite {role}")))
        return code

    def invitation(self, code: str, role: Role, name: str, today: int) -> PutInvite:
        """The operation that makes a code valid, for a while."""
        if role not in ROLES:
            raise ValueError("not a role")
        name = _plain(name)
        return PutInvite(self._hash(code, role, name, today), role, today, name)

    async def join(
        self, who: Address, code: str, today: int, language: str = "fr", *, person: str = ""
    ) -> Joined:
        """Use a code, once, in a chat of her own or in a group where `person` typed it. A wrong, used or
        expired one gets the same answer."""
        invite = await self._invite(code)
        if invite is None or not invite.day <= today <= invite.day + INVITE_DAYS:
            return "refused"
        reached = Route(who, language, "" if person == who.chat else person)
        if await self.find(reached.private) is not None:
            return "already"
        member = secrets.token_bytes(ID_BYTES)
        lookup = self._lookup(reached.private)
        route = self.seal_route(member, cast("Role", invite.role), reached, invite.name)
        change = (
            UseInvite(invite.code_hash),
            PutMember(member, lookup, invite.role, route, today, invite.name),
            Audit(today, member.hex(), f"join {invite.role}"),
        )
        return "joined" if await self.store.commit(change) else "refused"

    async def find(self, speaker: Address) -> MemberRow | None:
        """The member somebody is, wherever she speaks (`Heard.speaker`). A row that was changed by somebody
        else than this instance is nobody's."""
        row = await self.store.member_at(self._lookup(speaker))
        if row is None:
            return None
        try:
            return row if self.route(row).private == speaker else None
        except CannotOpen as error:
            log.error("the row of a member was changed, and is not trusted: %s", error)
            return None

    def seal_route(self, member: bytes, role: Role, route: Route, name: str) -> bytes:
        chosen = [route.formats, route.paused, route.recipient, name]
        told = orjson.dumps([route.who.channel, route.who.chat, route.language, route.person, *chosen])
        return seal_small(self.instance, _purpose(member, role), told)

    def route(self, member: MemberRow) -> Route:
        """Raises `CannotOpen` for a row that was exchanged, given another role or name, or made by another
        instance."""
        told = open_small(self.instance, _purpose(member.member, member.role), member.route)
        # Older rows say less: nothing of a person before there were groups, nor of what partners choose, nor
        # of the name.
        channel, chat, language, *more = orjson.loads(told)
        more += ["", (), False, "", member.name][len(more) :]
        person, formats, paused, recipient, name = more
        if name != member.name:  # by it people at the desk say whom they mean: two must not be exchanged
            raise CannotOpen(
                "A member's row has another name than she was given.",
                hint="Somebody may have written to the database: look at who can, and read /audit.",
            )
        return Route(Address(channel, chat), language, person, tuple(formats), paused, recipient)

    def rerouted(self, row: MemberRow, route: Route) -> PutMember:
        """A member is reached otherwise, or chose otherwise. Changes nothing where she was revoked
        meanwhile."""
        sealed = self.seal_route(row.member, role_of(row), route, row.name)
        lookup = self._lookup(route.private)
        return PutMember(row.member, lookup, row.role, sealed, row.day, row.name, only_known=True)

    def admitted(self, name: str, route: Route, today: int) -> Operation:
        """A partner without a chat: digests go to a mailbox or a folder. Refused by the store where somebody
        is reached there already."""
        member = secrets.token_bytes(ID_BYTES)
        name = _plain(name)
        sealed, lookup = self.seal_route(member, "partner", route, name), self._lookup(route.who)
        return PutMember(member, lookup, "partner", sealed, today, name)

    async def moved(self, chat: Address, to: Address | None, today: int) -> int:
        """A group goes on under another id, or (None) lost us: its members are reached there, or each in
        private. How many were."""
        rerouted = 0
        for row in await self.store.members():
            if not self.is_sound(row) or (route := self.route(row)).who != chat or not route.person:
                continue
            new = replace(route, who=to) if to else replace(route, who=route.private, person="")
            line = Audit(today, row.member.hex(), "chat moved")
            rerouted += await self.store.commit((self.rerouted(row, new), line))
        return rerouted

    def _lookup(self, person: Address) -> bytes:
        return member_lookup(self.instance, person.channel, person.chat)

    def is_sound(self, member: MemberRow) -> bool:
        """Whether this instance wrote this row as it is: its id, its role, its route."""
        try:
            self.route(member)
        except CannotOpen:
            return False
        return True

    def second_mark(self, what: str, member: bytes, day: int) -> bytes:
        """How the store remembers who asked first for something that takes two, and when: nobody else can
        write it, nor make it younger. `day`: days since 1970."""
        told = b"v1|second|%d|" % day + member + what.encode()
        return hmac.digest(self.instance, told, "sha256")[:ID_BYTES]

    async def _invite(self, code: str) -> InviteRow | None:
        """The invitation of a code, as it was made: few wait at any time, so all are tried."""
        if read_code(code) is None:
            return None
        for row in await self.store.invites():
            made = self._hash(code, row.role, row.name, row.day)
            if hmac.compare_digest(made, row.code_hash):
                return row
        return None

    def _hash(self, code: str, role: str, name: str, day: int) -> bytes:
        """Keyed, over all that an invitation grants: who can write to the database can invite nobody."""
        told = orjson.dumps([read_code(code) or "", role, name, day])
        return hmac.digest(self.instance, b"v1|invite|" + told, "sha256")


def _plain(name: str) -> str:
    return "".join(letter for letter in name if letter.isprintable())[:LONGEST_NAME]


def role_of(member: MemberRow) -> Role:
    return cast("Role", member.role)


def _purpose(member: bytes, role: str) -> str:
    """A route put into another member's row does not open, nor one whose role was changed."""
    return f"route {member.hex()} {role}"
