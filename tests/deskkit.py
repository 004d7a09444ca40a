"""A whole desk for tests: real keys, real sealing, any store; only the clock and the chats are made up.

`say` is a member typing: it goes through the queue like everything else, and what she was shown comes back.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

import pytest

from bot.age import HybridIdentity
from bot.errors import KeyFileError
from bot.moderation import Role, reference
from bot.receipts import Cost, ReceiptKeys, derive, new, reply_key_hash
from bot.sealing import Context, TeamKey, seal, seal_told
from bot.signing import SignKey
from bot.testimony import SCHEMA, CodedPart, ConsentRecord, StoryPart, write_coded, write_story
from handlers import Address, Screen
from handlers.bench import WRITTEN_HERE, Bench, Policy
from handlers.commands import Queue
from handlers.delivery import Carrier, press, renditions
from handlers.desk import Desk
from handlers.keyring import Unlocked
from handlers.members import Members
from locales import load
from storage import Store
from storage.changes import KeepCase, KeepItem, Operation

NOW = 1_790_000_000.0
"""Seconds since 1970: a fixed autumn day."""

PASSPHRASE = "corde lune abri sel vent bol"
WORDS = load()
CHEAP = Cost(memory_kib=8, passes=1, lanes=1)

CHAIRS: Mapping[str, Role] = {
    "owner": "owner",
    "owner 2": "owner",
    "moderator": "moderator",
    "moderator 2": "moderator",
    "auditor": "auditor",
    "partner": "partner",
    "partner 2": "partner",
}

IDENTITY = HybridIdentity(b"\x01" * 32)
SIGNER = SignKey(b"\x02" * 32)
INSTANCE = b"\x03" * 32
TEAM = TeamKey(1, IDENTITY.recipient)
REPLY = derive(new(b"0123456789"), b"\x04" * 16, CHEAP)
"""One receipt for all made-up cases: deriving is slow on purpose."""


def open_keys(passphrase: str) -> Unlocked:
    """What the console does with the key files; slow scrypt is tested with the keyring."""
    if passphrase != PASSPHRASE:
        raise KeyFileError("The passphrase is wrong.", hint="Mind capitals.")
    return Unlocked((IDENTITY,), SIGNER)


@dataclass
class Testimony:
    """One submitted testimony. What is not given is plain."""

    __test__ = False

    case: bytes = field(default_factory=lambda: os.urandom(16))
    day: int = int(NOW // 86_400)
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: {"what_happened": ("letters",)})
    share: str = "stats_only"
    story: str = "Il a laissé des mots sous ma porte."
    quote: str = ""
    tag: bytes = field(default_factory=lambda: os.urandom(16))
    keys: ReceiptKeys = REPLY
    _change: tuple[Operation, ...] = field(default=(), repr=False)

    @property
    def ref(self) -> str:
        return reference(self.case)

    def item(self, part: str, body: bytes, **changed: object) -> KeepItem:
        hashed = reply_key_hash(self.keys.reply_recipient.public)
        told = {"case": self.case, "reply_key_hash": hashed, "sender_tag": self.tag, **changed}
        context = Context(kind=part.partition("-")[0], item=part, schema=SCHEMA, epoch=1, **told)  # type: ignore[arg-type]  # three fields by name
        if part.partition("-")[0] in WRITTEN_HERE:
            return KeepItem(self.case, part, 1, seal(body, context, TEAM))
        return KeepItem(self.case, part, 1, seal_told(body, context, TEAM, INSTANCE))

    def coded(self) -> bytes:
        consented = ConsentRecord(1, "fr", "terminal", self.day)
        return write_coded(CodedPart(1, "fr", self.share, self.answers, consented))

    def told(self) -> bytes:
        return write_story(StoryPart("fr", (("narrative", (self.story,)),), self.quote))

    def change(self) -> tuple[Operation, ...]:
        """Sealed at the first call; the same afterwards."""
        if not self._change:
            self._change = self._sealed()
        return self._change

    def _sealed(self) -> tuple[Operation, ...]:
        locator = hashlib.sha256(self.case).digest()[:16]
        public = self.keys.reply_recipient.public
        return (
            KeepCase(self.case, self.day, locator, public, hashlib.sha256(self.case).digest()),
            self.item("coded", self.coded()),
            self.item("story", self.told()),
        )


class House:
    """An instance with its members seated. `now` is the clock's hand."""

    def __init__(self, store: Store, policy: Policy | None = None) -> None:
        self.store = store
        self.now = NOW
        self.shown: list[tuple[str, Screen]] = []
        self.readers = True
        self.forgotten: list[str] = []
        self.deaf: set[str] = set()
        """Chats that take no message."""
        self.trouble: dict[str, Exception] = {}
        """What the network says instead of taking a message, by chat."""
        self.carriers: dict[str, Carrier] = {}
        self.members = Members(store, INSTANCE)
        self.queue = Queue(store, lambda: TEAM, INSTANCE, console=bool(policy and policy.console))
        self._updates: Counter[str] = Counter()
        self.policy = policy or Policy()
        self.desk = self.new_desk()

    def new_desk(self) -> Desk:
        """A desk as after a restart: locked, and knowing nothing but the store."""
        self.bench = Bench(self.store, self.queue, self.members, WORDS, lambda: self.now, self.policy)
        self.bench.carriers = self.carriers
        self.desk = Desk(self.bench, self._show, unlocking=open_keys, forget=self._forget)
        return self.desk

    async def _show(self, who: Address, screen: Screen) -> None:
        if who.chat in self.deaf:
            raise ConnectionError(f"{who.chat} blocked us, said the network with an address in it")
        if trouble := self.trouble.get(who.chat):
            raise trouble
        self.shown.append((who.chat, screen))

    async def _forget(self, who: Address) -> None:
        self.forgotten.append(who.chat)

    @property
    def today(self) -> int:
        return int(self.now // 86_400)

    async def seat(self, *chairs: str) -> None:
        for chair in chairs or CHAIRS:
            code = await self.members.invite(CHAIRS[chair], chair, self.today)
            language = "en" if chair == "partner 2" else "fr"
            assert await self.members.join(Address("terminal", chair), code, self.today, language) == "joined"

    async def tell(self, *testimonies: Testimony) -> None:
        for testimony in testimonies:
            assert await self.store.commit(testimony.change())

    async def queue_up(self, chair: str, text: str) -> None:
        member = await self.members.find(Address("terminal", chair))
        assert member is not None
        if self.readers and text.startswith(("/approve", "approve")):
            # As if the asker had read what she accepts: showing it is tried where it is the subject.
            self.bench.read.update((member.member, row.case) for row in await self.store.cases())
        self._updates[chair] += 1
        await self.queue.put(member.member, text, f"{chair} {self._updates[chair]}".encode())

    async def say(self, chair: str, text: str) -> str:
        """What the chair is shown after typing this, all screens as one text."""
        before = len(self.shown)
        await self.queue_up(chair, text)
        await self.desk.pump()
        return "\n".join(screen.text for who, screen in self.shown[before:] if who == chair)

    def told_to(self, chair: str) -> str:
        return "\n".join(screen.text for who, screen in self.shown if who == chair)

    async def acts(self) -> list[str]:
        """The acts of the audit log, in order."""
        import json  # noqa: PLC0415 - the log's own form

        return [json.loads(row.line)[3] for row in await self.store.audit_lines()]


def print_here(monkeypatch: pytest.MonkeyPatch, formats: Mapping[str, Any]) -> None:
    """Only these formats, and made in this process: the press has all there are, and takes a second."""

    async def no_press(_: object) -> NoReturn:
        raise OSError

    monkeypatch.setattr(renditions, "_pressed", no_press)
    monkeypatch.setattr(press, "FORMATS", formats)


def words(key: str, language: str = "fr", **args: str | int) -> str:
    return WORDS[language].say(key, **args)
