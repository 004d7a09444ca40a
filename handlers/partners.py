"""What a partner asks for and chooses: past digests, her language, which files, a pause, a key, to leave.

Her choices live in her sealed route, beside the address they are about. Also here: how an owner adds a
partner who has no chat, a mailbox or a folder.

Never here: what is in a digest, and who may give which command (`bot.moderation`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace

from bot.addresses import NotAnAddress, mailbox
from bot.age import KeyRecipient, encrypt, parse_recipient
from bot.errors import KeyFileError, SettingsError
from bot.moderation import Do
from bot.sealing import fingerprint
from handlers import Address, Screen
from handlers.bench import Act, ApprovalError, Asked, Bench, Say
from handlers.delivery import offered, wanted
from handlers.delivery.chat import screens, signatures
from handlers.delivery.folder import NAME
from handlers.delivery.renditions import Unrendered
from handlers.digests import Digests
from handlers.members import LONGEST_NAME, Members, Route
from handlers.office import named
from handlers.publishing import Spawn
from locales import load
from storage import DigestRow
from storage.changes import Audit, Change, DropMember

LISTED = 30
"""Digests that /digest list names: years of them, in a message a telephone shows."""

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
        return Act(screens=screens(parcel, self._route(asked).who, asked.words))

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
        """The public key, how to check with it, and what checks one digest as she gets it. A sealed one came
        with its signature."""
        line = self._bench.keys().signer.verify_key.line()
        how = Screen(asked.words.say("desk-verify", line=line))
        row, route = await self._asked_for(asked), self._route(asked)
        if isinstance(row, Screen) or route.recipient:
            return Act(screens=(how, row) if isinstance(row, Screen) else (how,))
        try:
            parcel = await self._digests.ledger.parcel(row, route, asked.words.language)
        except Unrendered:
            return Act(screens=(how, asked.say("desk-digest-not-ready", period=row.period)))
        told = asked.words.say("desk-verify-files", period=row.period, sha256=parcel.sha256)
        return Act(screens=(how, Screen(told, files=signatures(parcel, route.who))))

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

    async def _key(self, bench: Bench, asked: Asked) -> Act:
        line, route = "".join(asked.given.text.split()), self._route(asked)
        if not line:
            if not route.recipient:
                return Act(screens=(asked.say("desk-key-none"),), audited=False)
            told = asked.say("desk-key-is", fingerprint=fingerprint(parse_recipient(route.recipient)))
            return Act(screens=(told,), audited=False)
        try:
            recipient = sealable(line)
        except KeyFileError:
            return Act(screens=(asked.say("desk-key-refused"),), audited=False)
        change = self._chosen(asked, replace(route, recipient=line))
        # Whoever holds her telephone could seal the next digests to himself: owners can ask her.
        name = named(asked.member)
        others = await bench.tell("owner", "desk-partner-key", name=name, fingerprint=fingerprint(recipient))
        return Act(change, (asked.say("desk-key-set", fingerprint=fingerprint(recipient)),), others)

    async def _drop_key(self, bench: Bench, asked: Asked) -> Act:
        change = self._chosen(asked, replace(self._route(asked), recipient=""))
        others = await bench.tell("owner", "desk-partner-key-dropped", name=named(asked.member))
        return Act(change, (asked.say("desk-key-dropped"),), others)

    # --- partners without a chat ----------------------------------------------------------------------------

    async def _add_mailbox(self, bench: Bench, asked: Asked) -> Act:
        name, _, place = asked.given.text.strip().rpartition(" ")
        return await self._add(bench, asked, name, in_mailbox(place))

    async def _add_folder(self, bench: Bench, asked: Asked) -> Act:
        name = asked.given.text.strip()
        return await self._add(bench, asked, name, in_folder(name))

    async def _add(self, bench: Bench, asked: Asked, name: str, to: Address | None) -> Act:
        name = " ".join(name.split())[:LONGEST_NAME]
        if to is None or not name:
            return Act(screens=(asked.say("desk-partner-example"),), audited=False)
        if await bench.members.find(to) is not None:
            return Act(screens=(asked.say("desk-partner-there"),), audited=False)
        put = bench.members.admitted(name, Route(to, asked.words.language), bench.today)
        return Act((put,), (asked.say("desk-partner-added", name=name),))


def in_mailbox(text: str) -> Address | None:
    """A mail address as the address of a partner; None for what is none."""
    try:
        return Address("mail", mailbox(text))
    except NotAnAddress:
        return None


def in_folder(name: str) -> Address | None:
    """A folder's name as the address of a partner; None for what could lead anywhere else."""
    letters = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    plain = "-".join(letters.split())
    return Address("folder", plain) if NAME.fullmatch(plain) else None


def route_of(mail: str, folder: str, language: str, key: str) -> Route:
    """What the console says of a partner without a chat. Raises `SettingsError`, `KeyFileError`."""
    if bool(mail) == bool(folder):
        raise SettingsError(
            "Either a mail address or a folder expected.",
            hint="For example: python -m bot partner Refuge --mail bilans@refuge.example",
        )
    to = in_mailbox(mail) if mail else in_folder(folder)
    if to is None:
        raise SettingsError(
            "A mail address expected, another form found."
            if mail
            else "A folder's name expected: letters and digits, another form found.",
            hint="Such as bilans@refuge.example for an address; such as refuge for a folder, without a path.",
        )
    spoken = load()
    if language not in spoken:
        raise SettingsError(
            f"--language: one of {', '.join(sorted(spoken))} expected.",
            hint="Leave it out for the usual fr.",
        )
    return Route(to, language, recipient=sealable(key).text() if key else "")


def sealable(line: str) -> KeyRecipient:
    """A public key that things can be sealed to. Raises `KeyFileError`, also for one that is spelled as it
    should be and is none: to some points of the curve everybody has the secret."""
    recipient = parse_recipient(line)
    encrypt(b"", [recipient])
    return recipient


async def add(members: Members, name: str, route: Route, today: int) -> bool:
    """Add a partner from the console. False: somebody is reached there already. `today`: days since 1970."""
    put = members.admitted(" ".join(name.split()), route, today)
    return await members.store.commit((put, Audit(today, "console", "add partner")))
