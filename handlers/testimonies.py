"""Testimonies that are handed in, and what a receipt is used for: all that of a turn is sealed to the team.

This is the listening path: it seals and opens nothing, but replies, with the receipt that was typed.

Never here: when it is durable and what else is shown (`handlers.dispatch`), Argon2id (`handlers.intake`).
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from msgspec.structs import replace

from bot.errors import CannotOpen, SeuilError
from bot.places import CLOSING
from bot.pseudonyms import sender_tag
from bot.questionnaire import Questionnaire
from bot.receipts import ReceiptKeys, open_reply, reply_key_hash
from bot.receipts import new as new_receipt
from bot.records import Record
from bot.sealing import Context, seal_told
from bot.testimony import (
    CODED,
    MORE,
    SCHEMA,
    STORY,
    CodedPart,
    ConsentRecord,
    StoryPart,
    write_coded,
    write_story,
)
from bot.turns import NOBODY, State, Submit, UseReceipt
from handlers import Address, Screen
from handlers.counts import COUNTS
from handlers.drafts import Envelope, Person
from handlers.intake import MAY_TRY, Clock, Keys, ReceiptDesk
from handlers.limits import A_DAY, AN_HOUR, Everywhere, Limits
from locales import Words
from storage import Store
from storage.changes import KeepCase, KeepItem, Operation, Withdraw
from storage.shared_shelf import Shared

log = logging.getLogger(__name__)


class Done(Record, frozen=True):
    """What a turn comes to: what to write, the new envelope, and what is told besides."""

    envelope: Envelope
    operations: tuple[Operation, ...] = ()
    tells: tuple[Screen, ...] = ()
    fresh: bool = False
    """The old draft is destroyed with its key, and a new one begins."""
    since: float | None = None
    """When a receipt began to be looked at: the answer leaves a whole number of seconds after that."""


@dataclass(frozen=True, slots=True)
class Testimonies:
    """Of one process that listens."""

    _store: Store = field(repr=False)
    _keys: Keys = field(repr=False)
    _receipts: ReceiptDesk = field(repr=False)
    _limits: Limits = field(repr=False)
    _questionnaire: Questionnaire = field(repr=False)
    _words: Mapping[str, Words] = field(repr=False)
    _clock: Clock = field(repr=False)
    _shared: Shared | None = field(default=None, repr=False)
    """Where several listen: what they count together. Away, it fails closed: nothing is handed in or tried,
    the update is not acknowledged and comes again."""

    async def submit(self, submit: Submit, person: Person, who: Address, today: int) -> Done:
        """Seal the testimony. The case and the receipt were drawn at consent, so that a replay writes the
        same."""
        before = person.envelope
        record = before.consented
        closing = State(at=CLOSING, language=before.state.language, country=before.state.country)
        if record is None or not before.case:
            log.error("a testimony without a recorded consent was not kept")
            return Done(before, tells=(self._screen("sealing-failed", before.state.language),))
        tag = sender_tag(self._keys.tag(), who.channel, who.chat)
        if await self._store.is_banned(tag):
            return Done(Envelope(NOBODY), tells=(self._screen("not-accepted", closing.language),), fresh=True)
        receipt = new_receipt(before.entropy)
        if self._receipts.is_crowded and not self._receipts.is_ready(receipt):
            COUNTS.put_off += 1
            return Done(before, tells=(self._screen("sending-busy", before.state.language),))
        await self._keys.follow()
        try:
            keys = await self._receipts.keys(receipt)
            items = self._seal(submit, before, record, keys, tag)
        except (SeuilError, ValueError, MemoryError) as error:
            log.error("a testimony could not be sealed and was not kept: %s", type(error).__name__)
            return Done(before, tells=(self._screen("sealing-failed", before.state.language),))
        now = self._clock()
        everywhere = None if self._shared is None else await _counted(self._shared, person, now)
        arrival = self._limits.judge(person.pseudonym, submit, now, before.case, everywhere)
        public = keys.reply_recipient.public
        case = KeepCase(before.case, today, keys.locator, public, keys.token_hash, arrival)
        kept = Envelope(closing, case=b"", entropy=before.entropy, owes_receipt=True)
        return Done(kept, (case, *items), fresh=True)

    def _seal(
        self, submit: Submit, before: Envelope, record: ConsentRecord, keys: ReceiptKeys, tag: bytes
    ) -> tuple[KeepItem, ...]:
        language = before.state.language
        coded = CodedPart(self._questionnaire.version, language, submit.share, submit.answers, record)
        story = StoryPart(language, tuple(submit.texts.items()), submit.quote, submit.removed)
        bodies = ((CODED, write_coded(coded)), (STORY, write_story(story)))
        return tuple(self._item(before.case, part, body, keys, tag) for part, body in bodies)

    def _item(self, case: bytes, part: str, body: bytes, keys: ReceiptKeys, tag: bytes) -> KeepItem:
        team = self._keys.team()
        context = Context(
            case=case,
            kind=part.partition("-")[0],
            item=part,
            schema=SCHEMA,
            epoch=team.epoch,
            reply_key_hash=reply_key_hash(keys.reply_recipient.public),
            sender_tag=tag,
        )
        box = seal_told(body, context, team, self._keys.instance)
        return KeepItem(case, part, team.epoch, box)

    async def use(self, use: UseReceipt, done: Done, person: Person, language: str) -> Done:
        """Read, add or withdraw. Whatever the receipt is worth, the answer and its time are the same."""
        start = self._clock()
        if self._receipts.is_besieged or not await self._may_try(person.pseudonym, start):
            return replace(done, tells=(self._screen("receipt-too-many", language),))
        keys = await self._receipts.tried(use.receipt)
        await self._keys.follow()  # whatever the receipt is worth
        row = await self._store.case_at(keys.locator)
        operations: tuple[Operation, ...] = ()
        tells: tuple[Screen, ...] = (self._screen(_SAME_ANSWER[use.purpose], language),)
        if row is not None:
            match use.purpose:
                case "withdraw":
                    operations = (Withdraw(keys.locator, keys.token_hash),)
                case "add":
                    story = StoryPart(language, (("addition", use.addition),))
                    part = MORE + secrets.token_hex(4)
                    operations = (self._item(row.case, part, write_story(story), keys, b""),)
                case "read":
                    tells = await self._replies(row.case, keys, language) or tells
        return replace(done, operations=operations, tells=tells, since=start)

    async def _may_try(self, pseudonym: bytes, now: float) -> bool:
        if self._shared is None:
            return self._receipts.may_try(pseudonym)
        return await self._shared.allows(MAY_TRY, pseudonym, now, secrets.token_bytes(MARK_BYTES))

    async def _replies(self, case: bytes, keys: ReceiptKeys, language: str) -> tuple[Screen, ...]:
        words = self._words[language]
        boxes = await self._store.replies(case)
        told: list[Screen] = []
        for box in boxes:
            try:
                text = open_reply(box, keys, case, self._keys.verify)
            except CannotOpen as error:
                log.error("a reply was not shown: %s", error)
            else:
                told.append(Screen(words.say("receipt-reply", text=text), protect=True))
        return tuple(told)

    def _screen(self, key: str, language: str) -> Screen:
        return Screen(self._words[language].say(key))


async def _counted(shared: Shared, person: Person, now: float) -> Everywhere:
    """Count a testimony over all processes. It is marked by what dies with her draft: handed in again after a
    crash it counts once, and afterwards nothing tells which testimony it was."""
    of_hers, of_all = (hmac.digest(person.key, b"counted " + each, "sha256") for each in (b"day", b"hour"))
    within, calm = await asyncio.gather(
        shared.allows(A_DAY, person.pseudonym, now, of_hers[:MARK_BYTES]),
        shared.allows(AN_HOUR, b"", now, of_all[:MARK_BYTES]),
    )
    return Everywhere(often=not within, flooded=not calm)


MARK_BYTES = 16
"""Of what tells one time from another."""

_SAME_ANSWER = {"read": "receipt-nothing", "add": "added", "withdraw": "withdrawn"}
"""What is told whether or not there is such a testimony: nobody who holds the phone learns it from us."""
