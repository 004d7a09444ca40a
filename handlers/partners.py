"""What a partner asks for and chooses: past digests, her language, which files, a pause, a key, to leave.

Her choices live in her sealed route, beside the address they are about. Also here: how an owner adds a
partner who has no chat, a mailbox or a folder.

Never here: what is in a digest, and who may give which command (`bot.moderation`).
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace

from bot.age import parse_recipient
from bot.errors import KeyFileError
from bot.moderation import Do
from bot.sealing import fingerprint
from handlers import Address, Attachment, Screen
from handlers.bench import Act, ApprovalError, Asked, Bench, Say
from handlers.delivery import offered, wanted
from handlers.delivery.chat import files_of, screens
from handlers.delivery.renditions import Unrendered
from handlers.digests import Digests
from handlers.members import LONGEST_NAME, Route
from handlers.office import named
from handlers.publishing import Spawn
from storage import DigestRow
from storage.changes import Change, DropMember

LISTED = 30
"""Digests that /digest list names: years of them, in a message a telephone shows."""

_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")
_FOLDER = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")

_ALL = ("all", "tout", "tous")
"""What brings back the usual formats."""


class Partners:
    def __init__(self, bench: Bench, digests: Digests, spawn: Spawn, say: Say) -> None:
        self._bench = bench
        self._digests = digests
        self._spawn = spawn
        self._say = say
        self.acts: Mapping[Do, Callable[[Bench, Asked], Awaitable[Act]]] = {
            Do.DIGEST_LAST: self._again,
            Do.DIGEST_LIST: self._list,
            Do.SHOW_VERIFYING: self._verify,
            Do.SET_LANGUAGE: self._language,
            Do.SET_FORMATS: self._formats,
            Do.PAUSE: self._pause,
            Do.RESUME: self._resume,
            Do.ASK_LEAVE: self._ask_leave,
            Do.LEAVE: self._leave,
            Do.SET_KEY: self._key,
            Do.DROP_KEY: self._drop_key,
            Do.ADD_MAILBOX: self._add_mailbox,
            Do.ADD_FOLDER: self._add_folder,
        }

    # --- past digests ---------------------------------------------------------------------------------------

    async def _approved(self) -> list[DigestRow]:
        """Those the desk approved. One that merely says so is passed over; it alarms where it is sent."""
        found = []
        for row in await self._bench.store.digests():
            try:
                await self._bench.demand_approval(row.period, row.sha256)
            except ApprovalError:
                continue
            if row.state == "approved":
                found.append(row)
        return found

    async def _asked_for(self, asked: Asked) -> DigestRow | Screen:
        """The digest she names by its number, the last where she names none; else what to say."""
        rows = await self._approved()
        number = asked.given.text.strip().lstrip("#n°")
        if not rows:
            return asked.say("desk-digest-none")
        if not number:
            return rows[-1]
        found = [row for row in rows if number.isdecimal() and row.period == int(number)]
        return found[0] if found else asked.say("desk-digest-no-such", last=rows[-1].period)

    async def _again(self, _bench: Bench, asked: Asked) -> Act:
        """The same digest, to the byte."""
        row = await self._asked_for(asked)
        if isinstance(row, Screen):
            return Act(screens=(row,))
        try:
            parcel = await self._digests.ledger.parcel(row, self._route(asked), asked.words.language)
        except Unrendered:
            return Act(screens=(asked.say("desk-digest-not-ready", period=row.period),))
        return Act(screens=screens(parcel, asked.words))

    async def _list(self, _bench: Bench, asked: Asked) -> Act:
        rows = (await self._approved())[-LISTED:]
        if not rows:
            return Act(screens=(asked.say("desk-digest-none"),))
        lines = [asked.words.say("desk-digest-list")]
        for row in rows:
            digest = self._digests.read(row)
            lines.append(
                asked.words.say(
                    "desk-digest-listed", number=row.period, first=digest.first_month, last=digest.last_month
                )
            )
        return Act(screens=(Screen("\n".join(lines)),))

    async def _verify(self, _bench: Bench, asked: Asked) -> Act:
        """The public key, how to check with it, and the signatures of one digest as she gets it."""
        line = self._bench.keys().signer.verify_key.line()
        how = Screen(asked.words.say("desk-verify", line=line))
        row = await self._asked_for(asked)
        if isinstance(row, Screen):
            return Act(screens=(how, row))
        try:
            parcel = await self._digests.ledger.parcel(row, self._route(asked), asked.words.language)
        except Unrendered:
            return Act(screens=(how, asked.say("desk-digest-not-ready", period=row.period)))
        signed = tuple(
            Attachment(f"{file.name}.minisig", "text/plain", parcel.sign(file.body, file.name).encode())
            for file in files_of(parcel)
        )
        told = asked.words.say("desk-verify-files", period=row.period, sha256=parcel.sha256)
        return Act(screens=(how, Screen(told, files=signed)))

    # --- choices --------------------------------------------------------------------------------------------

    def _route(self, asked: Asked) -> Route:
        return self._bench.members.route(asked.member)

    def _chosen(self, asked: Asked, route: Route) -> Change:
        return (self._bench.members.rerouted(asked.member, route),)

    async def _language(self, bench: Bench, asked: Asked) -> Act:
        code = asked.given.text.strip().casefold()
        spoken = ", ".join(bench.words)
        if code not in bench.words:
            told = asked.say("desk-language", language=asked.words.language, languages=spoken)
            return Act(screens=(told,), audited=False)
        change = self._chosen(asked, replace(self._route(asked), language=code))
        return Act(change, (Screen(bench.words[code].say("desk-language-set", language=code)),))

    async def _formats(self, _bench: Bench, asked: Asked) -> Act:
        names = asked.given.text.casefold().replace(",", " ").split()
        known, route = offered(), self._route(asked)
        listed = ", ".join(known)
        if not names or not {*names} <= {*known, *_ALL}:
            present = ", ".join(name for name in wanted(route) if name in known)
            return Act(screens=(asked.say("desk-formats", names=present, formats=listed),), audited=False)
        chosen = () if {*names} & {*_ALL} else tuple(name for name in known if name in names)
        route = replace(route, formats=chosen)
        present = ", ".join(name for name in wanted(route) if name in known)
        return Act(self._chosen(asked, route), (asked.say("desk-formats-set", names=present),))

    async def _pause(self, _bench: Bench, asked: Asked) -> Act:
        change = self._chosen(asked, replace(self._route(asked), paused=True))
        return Act(change, (asked.say("desk-paused"),))

    async def _resume(self, _bench: Bench, asked: Asked) -> Act:
        """What was missed is sent at once."""
        change = self._chosen(asked, replace(self._route(asked), paused=False))

        async def after() -> None:
            self._spawn(self._digests.ledger.deliver)

        return Act(change, (asked.say("desk-resumed"),), after=after)

    async def _ask_leave(self, _bench: Bench, asked: Asked) -> Act:
        return Act(screens=(asked.say("desk-leave"),))

    async def _leave(self, bench: Bench, asked: Asked) -> Act:
        """Once it is durable she is no member whom an answer finds: her goodbye is said beside the queue."""
        who = asked.member
        others = await bench.tell("owner", "desk-partner-left", name=named(who))
        goodbye = asked.say("desk-left")
        where = self._route(asked).who

        async def after() -> None:
            self._spawn(job)

        async def job() -> None:
            with suppress(Exception):  # whatever a network can raise: she left, and is not called back
                await self._say(where, goodbye)

        return Act((DropMember(who.member),), (), others, after=after)

    # --- a key ----------------------------------------------------------------------------------------------

    async def _key(self, _bench: Bench, asked: Asked) -> Act:
        line, route = "".join(asked.given.text.split()), self._route(asked)
        if not line:
            if not route.recipient:
                return Act(screens=(asked.say("desk-key-none"),), audited=False)
            told = asked.say("desk-key-is", fingerprint=fingerprint(parse_recipient(route.recipient)))
            return Act(screens=(told,), audited=False)
        try:
            recipient = parse_recipient(line)
        except KeyFileError:
            return Act(screens=(asked.say("desk-key-refused"),), audited=False)
        change = self._chosen(asked, replace(route, recipient=line))
        return Act(change, (asked.say("desk-key-set", fingerprint=fingerprint(recipient)),))

    async def _drop_key(self, _bench: Bench, asked: Asked) -> Act:
        change = self._chosen(asked, replace(self._route(asked), recipient=""))
        return Act(change, (asked.say("desk-key-dropped"),))

    # --- partners without a chat ----------------------------------------------------------------------------

    async def _add_mailbox(self, bench: Bench, asked: Asked) -> Act:
        name, _, place = asked.given.text.strip().rpartition(" ")
        return await self._add(bench, asked, name, mailbox(place))

    async def _add_folder(self, bench: Bench, asked: Asked) -> Act:
        name = asked.given.text.strip()
        return await self._add(bench, asked, name, folder(name))

    async def _add(self, bench: Bench, asked: Asked, name: str, to: Address | None) -> Act:
        name = " ".join(name.split())[:LONGEST_NAME]
        if to is None or not name:
            return Act(screens=(asked.say("desk-partner-example"),), audited=False)
        if await bench.members.find(to) is not None:
            return Act(screens=(asked.say("desk-partner-there"),), audited=False)
        put = bench.members.admitted(name, Route(to, asked.words.language), bench.today)
        return Act((put,), (asked.say("desk-partner-added", name=name),))


def mailbox(text: str) -> Address | None:
    """A mail address as the address of a partner; None for what is none. Plain ASCII forms only (RFC 5321):
    what follows from anything cleverer differs from server to server."""
    return Address("mail", text) if _MAILBOX.fullmatch(text) and ".." not in text else None


def folder(name: str) -> Address | None:
    """A folder's name as the address of a partner; None for what could lead anywhere else."""
    plain = "-".join(name.casefold().split())
    return Address("folder", plain) if _FOLDER.fullmatch(plain) else None
