"""One turn, from what was heard to what is shown: find, think, make durable, show, acknowledge.

The order is a promise. Nothing is shown, and no update acknowledged, before it is durable; and what is
durable with it is that an answer is owed. A crash before the acknowledgement makes the channel deliver
the update again: nothing is done twice, and the place where she stands is shown again. A crash after it
leaves the answer owed, and it is shown at the next start. One person's updates are handled one after the
other, different people's at the same time; an answer the network does not take holds up nobody's next
words.

This is the listening path: it holds public keys only. `bot.custody`, `bot.opening` and `handlers.desk` cannot
be imported from here (a contract and a test hold it).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from time import perf_counter

from msgspec.structs import replace

from bot.errors import SeuilError, StoreAway, StoreDamaged
from bot.places import REVIEW
from bot.questionnaire import Questionnaire
from bot.reading import Vocabulary
from bot.receipts import new as new_receipt
from bot.records import Record
from bot.testimony import (
    ConsentRecord,
)
from bot.turns import (
    NOBODY,
    Ask,
    Effect,
    Forget,
    NoteConsent,
    Submit,
    Tell,
    Turn,
    UseReceipt,
)
from handlers import Address, Channel, Gone, Heard, Screen, Unreached
from handlers.answers import Answers, receipt_in
from handlers.counts import COUNTS
from handlers.drafts import (
    Envelope,
    Person,
    beginning,
    find,
    moved,
    noting,
    standing,
    with_consent,
    write,
)
from handlers.errands import Deletion, Errands, Owed
from handlers.intake import DAY_SECONDS, Clock, Keys, ReceiptDesk
from handlers.limits import Entry, Limits
from handlers.owing import Owing
from handlers.pressure import Flight, Load, Pressure, Pressures
from handlers.screens import House
from handlers.shown import Shown
from handlers.testimonies import Done, Testimonies
from handlers.traces import MOST_NOTED, between, noted
from locales import Words
from storage import Store
from storage.changes import Operation
from storage.shelf import Shelf

log = logging.getLogger(__name__)

CONSENT_TEXT = 1
"""Version of the consent notice in talk.ftl. Raise it whenever what she consents to changes."""

TRIES = 20
"""A turn is thought out again where another worker answered the same person meanwhile. Each time somebody's
turn was done, and one worker does one of hers at a time: this is more than there are workers."""

OWED_AT_ONCE = 20
"""Answers owed since before the start that are on their way together; the other lines are for what is said
now."""

WELCOME = Tell("welcome")
"""What a conversation begins with: not with a call for help, a receipt, or leaving."""


def with_envelope(done: Done, envelope: Envelope) -> Done:
    return Done(envelope, done.operations, done.tells, done.fresh, done.since)


class Thought(Record, frozen=True):
    """A turn thought out: what to write, what to show."""

    done: Done
    screens: tuple[Screen, ...]
    errands: tuple[Operation, ...] = ()
    deletion: Deletion | None = None
    begins: bool = False
    """A conversation begins with it: it may as well begin later."""

    hidden = frozenset({"screens"})


class OnWay(Record, frozen=True, gc=True):
    """An answer handed to the channel, and what follows once the network took it."""

    pseudonym: bytes
    update: int
    shown: Awaitable[tuple[int, ...]]
    deletion: Deletion | None = None
    kept: bool = True
    """Whether there is a draft in which the ids of what was shown will be noted."""
    draft: Envelope | None = None
    """Where an answer is shown again: the draft, to know where the first showing may stand."""

    hidden = frozenset({"pseudonym", "shown", "draft"})


class _Alone:
    """A person's turn, waited for and given back. Written out: as a generator it took 5 µs more a turn."""

    __slots__ = ("_lock", "_turns", "_who")

    def __init__(self, turns: dict[Address, tuple[asyncio.Lock, int]], who: Address) -> None:
        self._turns = turns
        self._who = who

    async def __aenter__(self) -> None:
        lock, waiting = self._turns.get(self._who) or (asyncio.Lock(), 0)
        self._turns[self._who] = (lock, waiting + 1)
        self._lock = lock
        try:
            await lock.acquire()
        except BaseException:
            self._leave()
            raise

    async def __aexit__(self, *_: object) -> None:
        self._lock.release()
        self._leave()

    def _leave(self) -> None:
        lock, waiting = self._turns[self._who]
        if waiting == 1:
            del self._turns[self._who]
        else:
            self._turns[self._who] = (lock, waiting - 1)


class Dispatch:
    """Hears witnesses. What members say goes to `handlers.reception` instead. `worker`: our own id, where
    several processes listen."""

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
        worker: str = "",
    ) -> None:
        self._store = store
        self._shelf = shelf
        self._keys = keys
        self._receipts = receipts
        self._clock = clock
        self._turns: dict[Address, tuple[asyncio.Lock, int]] = {}
        self._answers = Answers(questionnaire, words, vocabularies, house)
        self._limits = Limits()
        self.pressures = Pressures()
        self._testimonies = Testimonies(
            store, keys, receipts, self._limits, questionnaire, words, clock, shelf.shared
        )
        self._errands = Errands(shelf, keys.instance, clock, worker)
        self._shown = Shown(shelf)
        self._owing = Owing(store, self._errands)

    @property
    def speaking(self) -> int:
        """People whose turn is being worked on."""
        return len(self._turns)

    @property
    def load(self) -> Load:
        return Load(self.pressures.in_flight, self._receipts.waiting, self.pressures.is_high)

    @property
    def unreached(self) -> int:
        """People whom the network did not take an answer for, though it was tried for a while."""
        return self._owing.unreached

    # --- one turn -------------------------------------------------------------------------------------------

    async def hear(self, heard: Heard, channel: Channel) -> None:
        """Handle one update to its end. Raises nothing of the witness's making."""
        entry = self._limits.enter(heard.who)
        try:
            if entry == "hear":
                await self._heard(heard, channel)
            else:
                await self._too_fast(entry, heard, channel)
        finally:
            self._limits.leave(heard.who)

    async def _heard(self, heard: Heard, channel: Channel) -> None:
        began = perf_counter()
        pressure = self.pressures.of(channel.name)
        flight = pressure.begin(max(0.0, self._clock() - heard.said) if heard.said else 0.0)
        try:
            async with self._alone(heard.who):
                on_way = await self._hear_alone(heard, channel, flight, pressure)
            COUNTS.turns += 1
            # Her next words wait for what this turn made durable, not for the network.
            if on_way is not None:
                durable = COUNTS.durable.note(began)
                await self._delivered(on_way, heard.who, channel)
                COUNTS.shown.note(durable)
        finally:
            pressure.end(flight)
        if flight.is_put_off:
            await self._put_off(heard, channel, pressure)

    async def _put_off(self, heard: Heard, channel: Channel, pressure: Pressure) -> None:
        """She would begin, and too many are in the middle: she is told so once, and nothing is kept."""
        COUNTS.put_off += 1
        if pressure.tells(heard.who):
            async with pressure.notice():
                with suppress(Gone, Unreached):
                    await channel.show(heard.who, self._answers.busy(heard))

    async def _too_fast(self, entry: Entry, heard: Heard, channel: Channel) -> None:
        """A flood from one person is not worked on, and she is told so once."""
        COUNTS.too_fast += 1
        await _acknowledge(heard)
        if entry == "tell":
            with suppress(Gone, Unreached):
                await channel.show(heard.who, self._answers.screen("too-fast", self._answers.hint(heard)))

    def _alone(self, who: Address) -> _Alone:
        """One turn at a time per person; nothing is kept of a person who is not speaking."""
        return _Alone(self._turns, who)

    async def _hear_alone(
        self, heard: Heard, channel: Channel, flight: Flight, pressure: Pressure
    ) -> OnWay | None:
        try:
            return await self._turn(heard, channel, flight, pressure)
        except SeuilError as error:
            if isinstance(error, StoreAway) and error.unsure:
                # Not acknowledged, it comes again: by then the store knows whether it was answered.
                raise
            COUNTS.failed.note(type(error).__name__)
            log.error("a turn failed and nothing was kept of it: %s", error)
        except Exception as error:
            # A fault of ours, in redaction or anywhere: nothing was kept, nobody else's turn is lost with
            # hers, and its text is not told, for it could hold her words.
            COUNTS.failed.note(type(error).__name__)
            log.error("a turn failed and nothing was kept of it: %s", type(error).__name__)
        # Failing closed: she is told that nothing was kept of her message, and may send it again. So it is
        # acknowledged: delivered again later, it would be kept twice.
        try:
            await channel.show(heard.who, self._answers.screen("failed", self._answers.hint(heard)))
        except (Gone, Unreached):
            return None
        await _acknowledge(heard)
        return None

    async def _turn(self, heard: Heard, channel: Channel, flight: Flight, pressure: Pressure) -> OnWay | None:
        today = int(self._clock() // DAY_SECONDS)
        person = await find(self._store, self._shelf, heard.who, today)
        if heard.kind == "gone":
            await self._erase(person, heard)
            return None
        for _ in range(TRIES):
            if heard.update in person.seen:
                COUNTS.again += 1
                return await self._again(person, heard, channel)
            person = beginning(person)
            shown_before = self._shown.to(person)
            thought = await self._thought(person, heard, channel, today)
            if thought.begins and pressure.is_high:
                flight.is_put_off = True
                await _acknowledge(heard)
                return None
            if not flight.has_place:
                await pressure.place(flight)
            if await self._commit(person, thought.done, heard, thought.errands, shown_before):
                break
            # Somebody else moved her draft (expiry, or another worker): nothing was done; look again. It may
            # have been this very update, delivered to both.
            person = await find(self._store, self._shelf, heard.who, today)
        else:
            raise StoreDamaged(
                f"A turn was refused {TRIES} times by the store.",
                hint="Something other than Seuil may write to its database.",
            )
        envelope = thought.done.envelope
        if envelope.state.at == REVIEW:
            self._receipts.prepare(new_receipt(envelope.entropy))
        if thought.done.since is not None:
            # After the commit: erasing a case takes a few milliseconds that erasing none does not take.
            await self._receipts.wait_from(thought.done.since)
        shown = channel.show(heard.who, *thought.screens)
        on_way = OnWay(person.pseudonym, heard.update, shown, thought.deletion, kept=bool(envelope.state.at))
        if envelope.owes_receipt:
            # The receipt is destroyed here once it was shown; what she says next must find it gone.
            await _acknowledge(heard)
            await self._receipt_was_shown(on_way, heard, receipt_in(thought.screens))
            return None
        if thought.done.since is not None:
            # What a receipt brought is in no draft: shown first, so that a crash has it asked for again.
            await self._delivered(on_way, heard.who, channel)
            await _acknowledge(heard)
            return None
        await _acknowledge(heard)
        return on_way

    async def _thought(self, person: Person, heard: Heard, channel: Channel, today: int) -> Thought:
        """Think one turn out, to what is written and what is shown. Nothing is done yet."""
        state = person.envelope.state
        turn = self._answers.turn(heard, person.envelope)
        done = await self._carry_out(turn, person, heard, today)
        sent = self._shown.to(person)
        lost = channel.can.counts and not sent
        envelope, deletion = noted(
            turn, person.envelope, done.envelope, heard, sent, lost=lost, fresh=done.fresh
        )
        done = with_envelope(done, envelope)
        language = turn.state.language if turn.state.at else state.language or self._answers.hint(heard)
        shown_state = envelope.state
        effects: tuple[Effect, ...] = turn.effects
        if shown_state is not turn.state:
            effects = (Ask(),) if shown_state.at else ()
        told = list(done.tells)
        if person.lost:
            told.append(self._answers.screen("expired", language))
        screens = self._answers.screens(channel, effects, envelope, language, told)
        errands: list[Operation] = [] if deletion is None else [await self._errands.delete(deletion)]
        if screens:
            errands.append(
                await self._errands.owe(person.pseudonym, heard.update, heard.who, language, effects)
            )
        begins = not state.at and WELCOME in turn.effects
        return Thought(done, tuple(screens), tuple(errands), deletion, begins)

    async def _commit(
        self,
        person: Person,
        done: Done,
        heard: Heard,
        errands: tuple[Operation, ...] = (),
        shown: tuple[int, ...] = (),
    ) -> bool:
        """Make a turn durable, then settle the shelf. False: nothing was done. `shown`: what it noted of that
        which was shown before."""
        writing = await write(
            person, done.envelope, self._shelf, self._clock(), heard.update, fresh=done.fresh
        )
        settled = self._owing.take_settled()
        try:
            kept = await self._store.commit(
                (*done.operations, *writing.operations, *errands, *settled, *heard.along)
            )
        except SeuilError as error:
            self._owing.give_back(settled)
            if not (isinstance(error, StoreAway) and error.unsure):
                await writing.undo(self._shelf, person)
            raise
        if not kept:
            self._owing.give_back(settled)
            await writing.undo(self._shelf, person)
            return False
        await writing.settle(self._shelf)
        await self._shown.drop(person.pseudonym, shown)
        return True

    async def _delivered(self, on_way: OnWay, who: Address, channel: Channel) -> None:
        """Wait until the network took the answer, then settle what was owed."""
        try:
            shown = await on_way.shown
        except Gone:
            async with self._alone(who):
                today = int(self._clock() // DAY_SECONDS)
                person = await find(self._store, self._shelf, who, today)
                await self._erase(person, Heard(who, on_way.update, "gone"))
            self._owing.shown(on_way.pseudonym, on_way.update)
            return
        except Unreached:
            self._owing.not_taken(on_way.pseudonym, who)
            return
        earlier: tuple[int, ...] = ()
        if on_way.deletion is not None:
            earlier = await self._shown.take(on_way.pseudonym)
        elif on_way.draft is not None and channel.can.counts and shown:
            known = await self._shown.since(on_way.pseudonym)
            shown = shown if known else (*between(on_way.draft, shown[0], MOST_NOTED), *shown)
        if on_way.kept:
            await self._shown.add(on_way.pseudonym, shown)
        self._owing.shown(on_way.pseudonym, on_way.update)
        if on_way.deletion is not None:
            messages = sorted({*on_way.deletion.messages, *earlier})
            await self._delete(replace(on_way.deletion, messages=tuple(messages)), channel)

    async def settle(self) -> None:
        """Write down now what was shown."""
        await self._owing.settle()

    async def close(self) -> None:
        """The end: write down what was shown, while there is a store."""
        self._receipts.close()
        await self._owing.close()

    async def _delete(self, deletion: Deletion, channel: Channel) -> None:
        try:
            await channel.forget(deletion.who, deletion.messages)
        except Unreached:
            return  # it is an errand still: tried again by the clock
        except Gone:
            pass
        self._owing.drop(deletion.id)

    async def _erase(self, person: Person, heard: Heard) -> None:
        """She left, or her chat takes no more messages: her draft goes with its key."""
        for _ in range(TRIES):
            if await self._commit(person, Done(Envelope(NOBODY)), heard):
                break
            person = await find(self._store, self._shelf, heard.who, int(self._clock() // DAY_SECONDS))
        await self._shown.take(person.pseudonym)
        await _acknowledge(heard)

    # --- after a restart ------------------------------------------------------------------------------------

    async def resume(self, channels: Mapping[str, Channel], *, all: bool = True) -> None:
        """Show what is owed and delete what is to be deleted, a few at a time: a slow chat holds up no other.
        `all`: as after a start, when none of it can be on its way; else what the network did not take
        before. What the store does not let be done now is done by the next call."""
        few = asyncio.Semaphore(OWED_AT_ONCE)

        async def settle(errand: Owed | Deletion) -> None:
            async with few:
                channel = channels[errand.who.channel]
                try:
                    if isinstance(errand, Owed):
                        await self._owed(errand, channel)
                    else:
                        await self._delete(errand, channel)
                except SeuilError as error:
                    log.error("what is owed could not be shown, and is tried again: %s", error)
                    if isinstance(errand, Owed):
                        self._owing.not_taken(errand.pseudonym, errand.who)

        try:
            async with self._owing.recalled(channels, all=all) as due:
                await asyncio.gather(*map(settle, due))
        except SeuilError as error:
            log.error("what is owed could not be read, and is looked for again: %s", error)

    async def _owed(self, owed: Owed, channel: Channel) -> None:
        async with self._alone(owed.who):
            if not self._owing.take_up(owed):
                return
            today = int(self._clock() // DAY_SECONDS)
            person = await find(self._store, self._shelf, owed.who, today)
            if person.pseudonym != owed.pseudonym or person.seen[-1:] != (owed.update,):
                return  # she spoke meanwhile, and was answered
            self._owing.showing(owed)
            heard = Heard(owed.who, owed.update, "text", language=owed.language)
            on_way = await self._show_again(person, heard, channel, owed.effects)
        if on_way is not None:
            await self._delivered(on_way, owed.who, channel)

    async def _again(self, person: Person, heard: Heard, channel: Channel) -> OnWay | None:
        """A redelivered update: what it did is done; its answer is shown where it is still owed, else the
        place where she stands."""
        on_way = None
        owed = await self._owing.redelivered(person.pseudonym, heard.update)
        if owed is not None:
            on_way = await self._show_again(person, heard, channel, owed.effects)
        elif not self._owing.was_shown_again(person.pseudonym, heard.update) and person.envelope.state.at:
            on_way = await self._show_again(person, heard, channel, (Ask(),))
        await _acknowledge(heard)
        return on_way

    async def _show_again(
        self, person: Person, heard: Heard, channel: Channel, effects: tuple[Effect, ...]
    ) -> OnWay | None:
        state = person.envelope.state
        language = state.language if state.at else self._answers.hint(heard)
        if not state.at:
            effects = tuple(effect for effect in effects if not isinstance(effect, Ask))
        screens = self._answers.screens(channel, effects, person.envelope, language)
        shown = channel.show(heard.who, *screens)
        kept = bool(state.at)
        on_way = OnWay(person.pseudonym, heard.update, shown, kept=kept, draft=person.envelope)
        if person.envelope.owes_receipt:
            await self._receipt_was_shown(on_way, heard, receipt_in(screens))
            return None
        return on_way

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
                    done = await self._testimonies.submit(effect, person, heard.who, today)
                case UseReceipt():
                    done = await self._testimonies.use(effect, done, person, turn.state.language)
        return done

    async def _receipt_was_shown(self, on_way: OnWay, heard: Heard, at: int) -> None:
        """Show a receipt, then destroy it here with the key of the draft that held it. `at`: its place among
        the messages."""
        try:
            await self._show_receipt(on_way, heard, at)
        except SeuilError as error:
            # What she handed in is kept and confirmed, so it is not told as failed.
            log.error("a receipt that was shown could not be destroyed; it is shown once more: %s", error)

    async def _show_receipt(self, on_way: OnWay, heard: Heard, at: int) -> None:
        try:
            shown = await on_way.shown
        except Gone:
            person = await find(self._store, self._shelf, heard.who, int(self._clock() // DAY_SECONDS))
            await self._erase(person, replace(heard, ack=None))
            return
        except Unreached:
            self._owing.not_taken(on_way.pseudonym, heard.who)
            return
        self._owing.shown(on_way.pseudonym, on_way.update)
        today = int(self._clock() // DAY_SECONDS)
        for _ in range(TRIES):
            person = await find(self._store, self._shelf, heard.who, today)
            if not person.envelope.owes_receipt:
                return  # another worker showed it as well, and it is destroyed
            envelope = noting(person.envelope, shown)
            receipt = shown[at] if at < len(shown) else 0
            after = standing(
                Envelope(envelope.state), envelope.messages, envelope.last, envelope.spoke, receipt
            )
            if await self._commit(person, Done(after, fresh=True), heard):
                return


async def _acknowledge(heard: Heard) -> None:
    if heard.ack is not None:
        await heard.ack()
