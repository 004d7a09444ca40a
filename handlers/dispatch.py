"""One turn, from what was heard to what is shown: find, think, make durable, show, acknowledge.

The order is a promise. Nothing is shown before it is durable, and an update is acknowledged only once its
answer was shown: a crash anywhere in between makes the channel deliver it again, and then the place where she
stands is shown again, and nothing is done twice. One person's updates are handled one after the other,
different people's at the same time.

This is the listening path: it holds public keys only. `bot.custody`, `bot.opening` and `handlers.desk` cannot
be imported from here (a contract and a test hold it).
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.conversation import step
from bot.errors import CannotOpen, SeuilError, StoreDamaged
from bot.places import CLOSING, place
from bot.pseudonyms import sender_tag
from bot.questionnaire import Questionnaire
from bot.reading import Vocabulary, hear
from bot.receipts import ReceiptKeys, open_reply, reply_key_hash
from bot.receipts import new as new_receipt
from bot.receipts import words as receipt_words
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
from bot.turns import (
    NOBODY,
    Ask,
    Effect,
    Event,
    Forget,
    HideReceipt,
    NoteConsent,
    Opened,
    SentMedia,
    State,
    Submit,
    Turn,
    UseReceipt,
)
from handlers import Address, Channel, Heard, Screen
from handlers.drafts import Envelope, Person, find, moved, with_consent, write
from handlers.intake import DAY_SECONDS, Clock, Keys, ReceiptDesk
from handlers.screens import House, Painter
from locales import Words
from storage import Store
from storage.changes import KeepCase, KeepItem, Operation, Withdraw
from storage.shelf import Shelf

log = logging.getLogger(__name__)

CONSENT_TEXT = 1
"""Version of the consent notice in talk.ftl. Raise it whenever what she consents to changes."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a turn comes to: what to write, the new envelope, and what is told besides."""

    envelope: Envelope
    operations: tuple[Operation, ...] = ()
    tells: tuple[Screen, ...] = ()
    fresh: bool = False
    """The old draft is destroyed with its key, and a new one begins."""
    since: float | None = None
    """When a receipt began to be looked at: the answer leaves a whole number of seconds after that."""


class Dispatch:
    """Hears witnesses. What members say goes to `handlers.reception` instead."""

    def __init__(  # noqa: PLR0913 - the parts a turn needs, all named
        self,
        *,
        store: Store,
        shelf: Shelf,
        keys: Keys,
        receipts: ReceiptDesk,
        questionnaire: Questionnaire,
        words: Mapping[str, Words],
        vocabularies: Mapping[str, Vocabulary],
        house: House,
        clock: Clock,
    ) -> None:
        self._store = store
        self._shelf = shelf
        self._keys = keys
        self._receipts = receipts
        self._questionnaire = questionnaire
        self._words = words
        self._vocabularies = vocabularies
        self._house = house
        self._clock = clock
        self._painters: dict[str, Painter] = {}
        self._turns: dict[Address, tuple[asyncio.Lock, int]] = {}

    # --- one turn -------------------------------------------------------------------------------------------

    async def hear(self, heard: Heard, channel: Channel) -> None:
        """Handle one update to its end. Raises nothing of the witness's making."""
        # One turn at a time per person; nothing is kept of a person who is not speaking.
        lock, waiting = self._turns.get(heard.who) or (asyncio.Lock(), 0)
        self._turns[heard.who] = (lock, waiting + 1)
        try:
            async with lock:
                await self._hear_alone(heard, channel)
        finally:
            _, waiting = self._turns[heard.who]
            if waiting == 1:
                del self._turns[heard.who]
            else:
                self._turns[heard.who] = (lock, waiting - 1)

    async def _hear_alone(self, heard: Heard, channel: Channel) -> None:
        try:
            await self._turn(heard, channel)
        except SeuilError as error:
            log.error("a turn failed and nothing was kept of it: %s", error)
            await self._say_failed(heard, channel)
            return
        except Exception as error:
            # A fault of ours, in redaction or anywhere: nothing was kept, nobody else's turn is lost with
            # hers, and its text is not told, for it could hold her words.
            log.error("a turn failed and nothing was kept of it: %s", type(error).__name__)
            await self._say_failed(heard, channel)
            return
        if heard.ack is not None:
            await heard.ack()

    async def _turn(self, heard: Heard, channel: Channel) -> None:
        today = int(self._clock() // DAY_SECONDS)
        person = await find(self._store, self._shelf, heard.who, today)
        state = person.envelope.state
        if heard.kind == "gone":
            await self._commit(person, Done(Envelope(NOBODY)), heard.update)
            return
        if heard.update in person.seen and state.at:
            await self._show_again(person, heard, channel)
            return
        turn = step(self._questionnaire, state, self._event(heard, state))
        done = await self._carry_out(turn, person, heard, today)
        if not await self._commit(person, done, heard.update):
            # Somebody else moved her draft (expiry, or a second process): nothing was done; look again.
            person = await find(self._store, self._shelf, heard.who, today)
            turn = step(self._questionnaire, person.envelope.state, self._event(heard, person.envelope.state))
            done = await self._carry_out(turn, person, heard, today)
            if not await self._commit(person, done, heard.update):
                raise StoreDamaged(
                    "A turn was refused twice by the store.", hint="Two programs may write to one instance."
                )
        if done.since is not None:
            # After the commit: erasing a case takes a few milliseconds that erasing none does not take.
            await self._receipts.wait_from(done.since)
        await self._show(turn, done, person, state, heard, channel)

    def _event(self, heard: Heard, state: State) -> Event:
        vocabulary = self._vocabulary(state.language if state.at else self._hint(heard))
        match heard.kind:
            case "media":
                return SentMedia()
            case "opened":
                return Opened(self._hint(heard))
            case _:
                here = place(self._questionnaire, state)
                return hear(heard.text, here, vocabulary, hint=self._hint(heard), edited=heard.kind == "edit")

    def _hint(self, heard: Heard) -> str:
        base = heard.language.partition("-")[0].lower()
        return base if base in self._vocabularies else "fr"

    def _vocabulary(self, language: str) -> Vocabulary:
        return self._vocabularies.get(language) or self._vocabularies["fr"]

    async def _commit(self, person: Person, done: Done, update: int) -> bool:
        """Make a turn durable, then settle the shelf. False: nothing was done."""
        writing = write(person, done.envelope, self._shelf, self._clock(), update, fresh=done.fresh)
        try:
            kept = await self._store.commit((*done.operations, *writing.operations))
        except SeuilError:
            writing.undo(self._shelf, person)
            raise
        if not kept:
            writing.undo(self._shelf, person)
            return False
        writing.settle(self._shelf)
        return True

    # --- carrying effects out -------------------------------------------------------------------------------

    async def _carry_out(self, turn: Turn, person: Person, heard: Heard, today: int) -> Done:
        done = Done(moved(person.envelope, turn.state))
        for effect in turn.effects:
            match effect:
                case NoteConsent():
                    record = ConsentRecord(CONSENT_TEXT, turn.state.language, heard.who.channel, today)
                    done = replace(done, envelope=with_consent(done.envelope, record))
                case Forget():
                    done = replace(done, envelope=Envelope(turn.state), fresh=True)
                case Submit():
                    done = await self._submit(effect, person, heard, today)
                case UseReceipt():
                    done = await self._use_receipt(effect, done, person, turn.state)
        return done

    async def _submit(self, submit: Submit, person: Person, heard: Heard, today: int) -> Done:
        """Seal the testimony. The case and the receipt were drawn at consent, so that a replay writes the
        same."""
        before = person.envelope
        record = before.consented
        closing = State(at=CLOSING, language=before.state.language, country=before.state.country)
        if record is None or not before.case:
            log.error("a testimony without a recorded consent was not kept")
            return Done(before, tells=(self._screen("sealing-failed", before.state.language),))
        tag = sender_tag(self._keys.tag(), heard.who.channel, heard.who.chat)
        if await self._store.is_banned(tag):
            return Done(Envelope(NOBODY), tells=(self._screen("not-accepted", closing.language),), fresh=True)
        try:
            keys = await self._receipts.keys(new_receipt(before.entropy))
            items = self._seal(submit, before, record, keys, tag)
        except (SeuilError, ValueError, MemoryError) as error:
            log.error("a testimony could not be sealed and was not kept: %s", type(error).__name__)
            return Done(before, tells=(self._screen("sealing-failed", before.state.language),))
        case = KeepCase(before.case, today, keys.locator, keys.reply_recipient.public, keys.token_hash)
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
        team = self._keys.team
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

    async def _use_receipt(self, use: UseReceipt, done: Done, person: Person, state: State) -> Done:
        """Read, add or withdraw. Whatever the receipt is worth, the answer and its time are the same."""
        start = self._clock()
        language = state.language
        if not self._receipts.may_try(person.pseudonym):
            return replace(done, tells=(self._screen("receipt-too-many", language),))
        keys = await self._receipts.tried(use.receipt)
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

    # --- showing --------------------------------------------------------------------------------------------

    async def _show(
        self, turn: Turn, done: Done, person: Person, before: State, heard: Heard, channel: Channel
    ) -> None:
        painter = self._painter(channel)
        language = turn.state.language if turn.state.at else before.language
        for effect in turn.effects:
            if isinstance(effect, Forget) and effect.messages and done.fresh:
                await channel.forget(heard.who)
            elif isinstance(effect, HideReceipt):
                await channel.hide(heard.who)
        screens = list(done.tells)
        if person.lost:
            screens.append(self._screen("expired", language))
        shown_state = done.envelope.state
        effects: tuple[Effect, ...] = turn.effects
        if shown_state is not turn.state:
            effects = (Ask(),) if shown_state.at else ()
        asked = painter.turn(effects, shown_state, language)
        screens += self._with_receipt(done.envelope, asked) if done.envelope.owes_receipt else asked
        for screen in screens:
            await channel.show(heard.who, screen)
        if done.envelope.owes_receipt:
            await self._receipt_was_shown(heard)

    async def _show_again(self, person: Person, heard: Heard, channel: Channel) -> None:
        """A redelivered update: what it did is done; the place where she stands is shown again."""
        state = person.envelope.state
        screens = self._painter(channel).turn((Ask(),), state, state.language)
        if person.envelope.owes_receipt:
            screens = self._with_receipt(person.envelope, screens)
        for screen in screens:
            await channel.show(heard.who, screen)
        if person.envelope.owes_receipt:
            await self._receipt_was_shown(heard)

    def _with_receipt(self, envelope: Envelope, screens: list[Screen]) -> list[Screen]:
        """The receipt in a message of its own, so that it can be hidden; then what happens now, the rest."""
        words = self._words[envelope.state.language]
        eight = receipt_words(new_receipt(envelope.entropy), envelope.state.language)
        numbered = "\n".join(f"{n}. {word}" for n, word in enumerate(eight, start=1))
        receipt = "\n".join((words.say("receipt", words=numbered), words.say("receipt-use")))
        sent = words.say("sent", story_days=self._house.story_days, coded_months=self._house.coded_months)
        first, *rest = screens
        return [Screen(receipt, protect=True), replace(first, text=f"{sent}\n\n{first.text}"), *rest]

    async def _receipt_was_shown(self, heard: Heard) -> None:
        """The receipt was shown: it is destroyed here, with the key of the draft that held it."""
        today = int(self._clock() // DAY_SECONDS)
        person = await find(self._store, self._shelf, heard.who, today)
        if person.envelope.owes_receipt:
            await self._commit(person, Done(Envelope(person.envelope.state), fresh=True), heard.update)

    async def _say_failed(self, heard: Heard, channel: Channel) -> None:
        """Failing closed: she is told that nothing was kept of her message. The update is not
        acknowledged."""
        await channel.show(heard.who, self._screen("failed", self._hint(heard)))

    def _screen(self, key: str, language: str) -> Screen:
        words = self._words[language]
        return Screen(words.say(key))

    def _painter(self, channel: Channel) -> Painter:
        painter = self._painters.get(channel.name)
        if painter is None:
            painter = Painter(self._questionnaire, dict(self._words), self._house, channel.name)
            self._painters[channel.name] = painter
        return painter


_SAME_ANSWER = {"read": "receipt-nothing", "add": "added", "withdraw": "withdrawn"}
"""What is told whether or not there is such a testimony: nobody who holds the phone learns it from us."""
