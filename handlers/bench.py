"""What lies on the desk: the store, the keys while it is unlocked, the words, the clock, the house's rules.

Also the few things every act needs: opening an item as its row says it must be, sealing one, answering a
member in her language. Acts themselves are in `handlers.cases`, `handlers.office` and `handlers.digests`.

Never here: a key in a repr, a log or an exception.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
import logging
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import ClassVar, Self, TypeAlias, TypeVar

from bot.errors import CannotOpen, KeyFileError, StoreDamaged
from bot.junk import Insults
from bot.key_list import KeyList
from bot.moderation import CaseView, Given, Role, reference
from bot.opening import Expected, Opened, open_item, open_told
from bot.receipts import reply_key_hash
from bot.sealing import Context, TeamKey, context_line, seal, seal_told
from bot.settings import Settings
from bot.signing import NotSigned, sign, verify
from handlers import Address, Screen
from handlers.commands import Answer, Queue
from handlers.delivery import Carrier
from handlers.keyring import Unlocked
from handlers.members import Members
from locales import Words, insult_phrases
from storage import CaseRow, ItemRow, MemberRow, Store
from storage.audit_head import AuditHead
from storage.changes import Audit, Change, KeepItem, Operation, PutMeta
from storage.held import Held
from storage.queue_head import DigestHead, QueueHead
from storage.vouched import ModeratorKeys, UsedDecisions

log = logging.getLogger(__name__)

DAY_SECONDS = 86_400
EPOCH = date(1970, 1, 1).toordinal()
"""Day 0 of the store, in `date` ordinals."""

SHOWN_MINUTES = 10
"""What a moderator was shown leaves the chat after so long (design, section 6)."""

LONGEST_SCREEN = 3500
"""Characters: under the 4096 of a Telegram message, with room for what a channel adds."""

WRITTEN_HERE = frozenset({"summary", "quote", "note"})
"""Kinds of items that the desk itself writes: they leave in its name, so they carry its signature."""

_SIGNATURE_LINES = 4
_APPROVAL = "seuil desk approval"

T = TypeVar("T")

Say: TypeAlias = Callable[[Address, Screen], Awaitable[None]]
Clock: TypeAlias = Callable[[], float]
"""Seconds since 1970-01-01 UTC."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules an association may choose (`bot.settings` has the limits). Units are in the names."""

    story_days: int = 60
    coded_months: int = 24
    idle_minutes: int = 30
    claim_minutes: int = 24 * 60
    """A case somebody took and left lying goes back to the queue."""

    notify_minutes: int = 60
    """At most one "to read" message in so long: a count rising by the minute would tell when people write."""

    k: int = 10
    min_people: int = 30
    automatic: bool = False
    """Whether a due digest leaves without `/digest approve`."""

    zone: str = "Europe/Paris"
    """Times of the day are told in it."""

    console: bool = False
    """Whether testimonies are read on moderators' own machines (`bot.decisions`), never in a chat."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """What the settings say; what they leave open is as above."""
        return cls(
            story_days=settings.story_days,
            coded_months=settings.coded_months,
            idle_minutes=settings.desk_idle_minutes,
            k=settings.k,
            min_people=settings.min_people,
            automatic=settings.digest_automatic,
            zone=settings.time_zone,
            console=settings.desk_profile == "console",
        )


class ItemError(Exception):
    """Something sealed for the desk is not what it must be: owners hear of it, and the log keeps it."""

    def __init__(self, case: bytes, part: str) -> None:
        super().__init__(f"{part} of {reference(case)} cannot be opened")
        self.case = case
        self.part = part


class LedgerError(Exception):
    """A digest in the ledger is not what was frozen there: it is not sent, and owners hear of it."""

    act: ClassVar[str] = "cannot read digest"
    alarm: ClassVar[str] = "desk-alarm-digest"
    said: ClassVar[str] = "desk-digest-cannot-read"

    def __init__(self, number: int) -> None:
        super().__init__(f"{self.act}: {number}")
        self.number = number


class ApprovalError(LedgerError):
    """A digest is marked as approved and nobody at the desk approved it."""

    act = "digest was not approved"
    alarm = "desk-alarm-approval"
    said = "desk-digest-not-approved"


class MadeBefore(LedgerError):
    """A digest of this number was frozen before, and the ledger does not know it: it is not made again."""

    act = "digest was made before"
    alarm = "desk-alarm-made-before"
    said = "desk-digest-made-before"


@dataclass(frozen=True, slots=True)
class Asked:
    """A command on its way: who gave it, in which words she is answered, about which case."""

    member: MemberRow
    role: Role
    words: Words = field(repr=False)
    given: Given
    case: CaseRow | None = None
    view: CaseView = "none"
    cosigner: bytes = b""
    """The second member who signed for it, where it came as a document."""

    @property
    def row(self) -> CaseRow:
        """The case. `decide` lets nothing through that needs one and has none."""
        assert self.case is not None  # noqa: S101 - see above
        return self.case

    @property
    def ref(self) -> str:
        return reference(self.row.case)

    def say(self, key: str, **args: str | int) -> Screen:
        return Screen(self.words.say(key, **args))


@dataclass(frozen=True, slots=True)
class Act:
    """What an effect comes to: what to write, what to show to the asker, what to tell to others."""

    change: Change = ()
    screens: tuple[Screen, ...] = field(default=(), repr=False)
    others: tuple[Answer, ...] = field(default=(), repr=False)
    forget: bool = False
    """What was shown in the asker's chat is taken out of it, where the channel can."""
    audited: bool = True
    after: Callable[[], Awaitable[None]] | None = field(default=None, repr=False)
    """Done once the change is durable; a crash before it must be repaired elsewhere."""


@functools.cache
def known_insults() -> Insults:
    """The insults of every language, read once: a list that cannot be read is told at the start."""
    return Insults(insult_phrases())


async def _nothing() -> Sequence[str]:
    return ()


@dataclass(slots=True)
class Bench:
    """Everything an act may reach for. `ring` is None while the desk is locked."""

    store: Store
    queue: Queue
    members: Members
    words: Mapping[str, Words]
    clock: Clock
    policy: Policy = field(default_factory=Policy)
    choose: Callable[[Sequence[CaseRow]], CaseRow] = secrets.choice
    to_verify: Callable[[], Awaitable[Sequence[str]]] = field(default=_nothing, repr=False)
    """Names of what the operator still has to verify, as `python -m bot check` tells it."""
    audit_head: AuditHead | None = field(default=None, repr=False)
    """Where the audit log ended, outside the database; None in a house without a folder."""
    queue_head: QueueHead | None = field(default=None, repr=False)
    """When the queue was last seen empty, outside the database; None in a house without a folder."""
    digest_head: DigestHead | None = field(default=None, repr=False)
    """Which digest was frozen last, outside the database; None in a house without a folder."""
    held: Held | None = field(default=None, repr=False)
    """Which digests are held, outside the database; None in a house without a folder."""
    listed: Callable[[], KeyList] | None = field(default=None, repr=False)
    """The list of team keys as it is now; None in a house without a folder."""
    moderator_keys: ModeratorKeys | None = field(default=None, repr=False)
    """By which keys members sign what they decide on their own machines; None in a house without a folder."""
    used: UsedDecisions | None = field(default=None, repr=False)
    """Which of these decisions were obeyed, outside the database; None in a house without a folder."""
    ring: Unlocked | None = field(default=None, repr=False)
    warned: set[tuple[bytes, bytes]] = field(default_factory=set, repr=False)
    """(member, case): who was warned before a text. In memory: after a restart, one is warned again."""
    read: set[tuple[bytes, bytes]] = field(default_factory=set, repr=False)
    """(member, case): who was shown a text since the start. Nobody accepts what she has not read."""
    last: dict[bytes, bytes] = field(default_factory=dict, repr=False)
    """The case each member was shown or warned of last: what her next command is about when it names none."""

    asked_many: dict[bytes, frozenset[bytes]] = field(default_factory=dict, repr=False)
    """What each member was asked to confirm a decision on: the cases she saw counted."""
    insults: Insults = field(default_factory=known_insults, repr=False)
    carriers: Mapping[str, Carrier] = field(default_factory=dict, repr=False)
    """What takes a digest to a partner, by the channel of her address; a chat for all others."""

    @property
    def today(self) -> int:
        return int(self.clock() // DAY_SECONDS)

    @property
    def team(self) -> TeamKey:
        return self.queue.team()

    def keys(self) -> Unlocked:
        if self.ring is None:
            raise KeyFileError("The desk is locked.", hint="Unlock it at the console: python -m bot unlock")
        return self.ring

    # --- items ----------------------------------------------------------------------------------------------

    def open(self, row: CaseRow, item: ItemRow) -> Opened:
        """An item of a case, as its row says it must be. Raises `ItemError`."""
        expected = Expected(case=row.case, item=item.part, reply_key_hash=reply_key_hash(row.reply_key))
        identities = self.keys().identities
        try:
            if item.part.partition("-")[0] in WRITTEN_HERE:  # by the row: the sealer chose the context's kind
                opened = open_item(item.box, identities, expected)
                return Opened(self.checked(opened.body, opened.context), opened.context)
            return open_told(item.box, identities, expected, self.queue.instance)
        except CannotOpen:
            raise ItemError(row.case, item.part) from None

    def keep(self, like: Context, part: str, body: bytes) -> KeepItem:
        """A part of the same case as `like`, sealed to the present key: signed if the desk wrote it, with the
        intake's code if it is what was told."""
        context = replace(like, kind=part.partition("-")[0], item=part, epoch=self.team.epoch)
        if context.kind in WRITTEN_HERE:
            box = seal(self.signed(body, context), context, self.team)
        else:
            box = seal_told(body, context, self.team, self.queue.instance)
        return KeepItem(like.case, part, self.team.epoch, box, replace=True)

    async def part(self, row: CaseRow, part: str, read: Callable[[bytes], T]) -> tuple[Context, T] | None:
        """One part of a case, read; None where it is not there. Raises `ItemError`."""
        for item in await self.store.items(row.case):
            if item.part == part:
                opened = self.open(row, item)
                return opened.context, self.readable(row, part, read, opened)
        return None

    def readable(self, row: CaseRow, part: str, read: Callable[[bytes], T], opened: Opened) -> T:
        try:
            return read(opened.body)
        except CannotOpen:
            raise ItemError(row.case, part) from None

    def let_go(self) -> None:
        """Of the keys, and of what is remembered while they are here. Python cannot promise to erase their
        bytes; nothing refers to them any more."""
        self.ring = None
        self.warned.clear()
        self.read.clear()
        self.last.clear()
        self.asked_many.clear()

    # --- what the desk writes -------------------------------------------------------------------------------

    def signed(self, body: bytes, context: Context) -> bytes:
        """What the desk wrote, signed for where it belongs: anybody can seal to the team's public key."""
        return sign(body, self.keys().signer, _belongs(context)).encode() + body

    def checked(self, signed: bytes, context: Context) -> bytes:
        """What the desk wrote, if it did. Raises `CannotOpen`."""
        parts = signed.split(b"\n", _SIGNATURE_LINES)
        signature, body = b"\n".join(parts[:-1]) + b"\n", parts[-1]
        signer = self.keys().signer.verify_key
        if verify(body, signature.decode("utf-8", "replace"), signer) != _belongs(context):
            raise NotSigned("it was made for another place")
        return body

    def approval(self, number: int, sha256: bytes) -> PutMeta:
        """The desk's signed word that this digest was approved: a column is anybody's who can write there."""
        said = sign(_approved(number, sha256), self.keys().signer, _APPROVAL)
        return PutMeta(approval_key(number), said.encode())

    async def demand_approval(self, number: int, sha256: bytes) -> None:
        """Raises `ApprovalError` unless the desk approved this digest, as it stands."""
        said = await self.store.meta(approval_key(number)) or b""
        try:
            signer = self.keys().signer.verify_key
            if verify(_approved(number, sha256), said.decode("utf-8", "replace"), signer) != _APPROVAL:
                raise NotSigned("it was made for another purpose")
            if self.held is not None and number in await asyncio.to_thread(self.held.read):
                raise NotSigned("it was taken back")
        except (CannotOpen, StoreDamaged):
            raise ApprovalError(number) from None

    async def hold(self, number: int, *, held: bool) -> None:
        """Note outside the database that an approval is taken back, or given: the signature under an old one
        does not age."""
        if self.held is not None:
            try:
                await asyncio.to_thread(self.held.mark, number, held=held)
            except StoreDamaged as error:
                # Until somebody looked, no approval counts at all.
                log.error("whether digests are held is not known: %s", error)

    # --- people ---------------------------------------------------------------------------------------------

    def words_of(self, member: MemberRow) -> Words:
        """The words a member is answered in; French where her route does not open."""
        try:
            return self.words[self.members.route(member).language]
        except (CannotOpen, KeyError):
            return self.words["fr"]

    async def tell(self, roles: str, key: str, /, **args: str | int) -> tuple[Answer, ...]:
        """The same message for every member of these roles, each in her language."""
        return tuple(
            Answer(row.member, (Screen(self.words_of(row).say(key, **args)),))
            for row in await self.store.members(*roles.split())
        )

    def queued(self, answers: Iterable[Answer]) -> list[Operation]:
        """What shows these, for the change that gives reason to: neither is lost without the other."""
        return [self.queue.operation(answer, secrets.token_bytes(16)) for answer in answers]

    def log(self, actor: bytes | str, act: str, about: str = "") -> Audit:
        who = actor if isinstance(actor, str) else actor.hex()
        return Audit(self.today, who, act, about)


def approval_key(number: int) -> str:
    """Meta: the signature under the approval of a digest; empty where it was taken back."""
    return f"digest-approved-{number}"


def _approved(number: int, sha256: bytes) -> bytes:
    return f"seuil|v1|digest approved|{number}|{sha256.hex()}\n".encode()


def _belongs(context: Context) -> str:
    return f"seuil desk {hashlib.sha256(context_line(context)).hexdigest()}"


def pages(text: str, longest: int = LONGEST_SCREEN) -> list[str]:
    """A long text in pieces a channel takes, cut between lines or words where it can be."""
    found: list[str] = []
    rest = text.strip("\n")
    while len(rest) > longest:
        cut = max(rest.rfind("\n", 1, longest), longest // 2)
        if rest[cut] != "\n":
            cut = max(rest.rfind(" ", 1, longest), longest // 2)
        found.append(rest[:cut].rstrip())
        rest = rest[cut:].strip()
    return [*found, rest] if rest else found


def shown(text: str) -> tuple[Screen, ...]:
    """Screens that are not to be forwarded and do not stay."""
    return tuple(Screen(page, protect=True, minutes=SHOWN_MINUTES) for page in pages(text))


def mark(secret: bytes) -> str:
    """How a member's id or a ban is called at the desk: 32 bits of its hash, never itself."""
    return hashlib.sha256(b"seuil|v1|mark|" + secret).hexdigest()[:8]
