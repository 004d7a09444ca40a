"""Digests: made when due, frozen once in the ledger, sent to every partner, said to moderators.

    due -- count -- protect -- FREEZE (its cases, its texts, who is owed it) -- approve -- send -- settle

Each step is one change. Killed between two of them, the next look at the ledger goes on from there: a frozen
digest is never made again, and what was not marked as sent is sent again, identical to the byte. The frozen
digest lies in the ledger sealed to the desk's key, because it holds sentences that nobody has received yet,
and signed by it, because whoever can write to the ledger could else speak to partners in its name. So is each
approval: a state in a row is nobody's word.

Never here: when a digest is due (the clock), what may be told (`bot.disclosure`), how it reads
(`bot.formats`).
"""

from __future__ import annotations

import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from bot.digest import Digest, Offered, choose_quotes, compose, fingerprint, freeze, thaw
from bot.disclosure import TooFew, protect
from bot.errors import CannotOpen
from bot.formats import FORMATS, File
from bot.moderation import Do, reference
from bot.opening import Expected, open_item
from bot.sealing import Context, seal
from handlers import Attachment, Screen
from handlers.bans import BANNED
from handlers.bench import (
    EPOCH,
    Act,
    ApprovalError,
    Asked,
    Bench,
    ItemError,
    LedgerError,
    Say,
    approval_key,
    mark,
    shown,
)
from handlers.commands import Answer
from handlers.counting import Counted, Progress, count
from handlers.office import named
from handlers.quotes import gives_away, read_released
from handlers.texts import QUOTE, SUMMARY, waiting_texts
from locales import Words
from storage import CaseRow, DigestRow, MemberRow
from storage.changes import (
    Change,
    DeliveryState,
    DropItems,
    DueDelivery,
    FreezeDigest,
    MarkDelivery,
    MarkDigest,
    Operation,
    PutMeta,
    Unban,
)

log = logging.getLogger(__name__)

T = TypeVar("T")

DUE = "digest-due"
"""Meta: a bell rang and its digest was not made yet."""

_KIND = "digest"
_NO_CASE = bytes(16)
_SCHEMA = 1

SHOWN_DIGESTS = 5
"""Digests that /digest lists."""

ALARMS = 20
"""Items that cannot be opened and get a line in the log of their own; the rest is in the number."""

LONG = 2000
"""Items over which counting takes more than about a second, so that the asker is told that it runs."""

RETRY_MINUTES = (1, 2, 5, 15, 60, 240)
"""Minutes before a failed delivery is tried again; the last repeats."""


@dataclass(frozen=True, slots=True)
class Texts:
    """The summaries and quotes of a digest, and which (case, part) they were."""

    summaries: tuple[str, ...] = field(default=(), repr=False)
    quotes: tuple[str, ...] = field(default=(), repr=False)
    used: frozenset[tuple[bytes, str]] = field(default=frozenset(), repr=False)
    gone: frozenset[tuple[bytes, str]] = field(default=frozenset(), repr=False)
    """On the list, but their case was withdrawn."""


@dataclass(frozen=True, slots=True)
class Made:
    """A digest that is ready to be frozen, and the change that freezes it."""

    digest: Digest
    frozen: bytes = field(repr=False)
    change: Change = field(repr=False)
    unopened: int = 0


class Digests:
    def __init__(self, bench: Bench, say: Say, progress: Callable[[int, int], None] | None = None) -> None:
        """`progress(done, total)` is called on the loop while items are opened."""
        self._bench = bench
        self._say = say
        self._progress = progress
        self._shuffle = random.SystemRandom().shuffle
        self._next_try: dict[tuple[int, bytes], float] = {}
        self._alarmed: set[tuple[int, str]] = set()
        self.acts: Mapping[Do, Callable[[Bench, Asked], Awaitable[Act]]] = {
            Do.DIGEST_PREVIEW: self._preview,
            Do.DIGEST_APPROVE: self._approve,
            Do.DIGEST_HOLD: self._hold,
            Do.DIGEST_SEND: self._send,
            Do.DIGEST_STATUS: self._status,
            Do.DIGEST_LAST: self._last,
        }

    # --- making ---------------------------------------------------------------------------------------------

    async def make(self, progress: Progress | None = None) -> Made | TooFew:
        """Open, count, protect and compose the next digest. Writes nothing.

        Raises `KeyFileError` when locked. Memory stays flat: items pass by in chunks.
        """
        bench = self._bench
        counted = await self._count(progress)
        figures = protect(counted.tally, k=bench.policy.k, least=bench.policy.min_people)
        if isinstance(figures, TooFew):
            return figures
        rows = await bench.store.digests()
        before = self.read(rows[-1]) if rows else None
        number = rows[-1].period + 1 if rows else 1
        first = bench.today if counted.first_day is None else counted.first_day
        texts = await self._texts(counted, number)
        digest = compose(
            number=number,
            # A period begins where the last one ended; the first, with the first testimony in it.
            months=(_month(min(bench.today, rows[-1].day if rows else first)), _month(bench.today)),
            figures=figures,
            before=before,
            summaries=texts.summaries,
            quotes=texts.quotes,
        )
        frozen = freeze(digest)
        change = await self._freezing(number, frozen, counted, texts)
        return Made(digest, frozen, change, len(counted.unopened))

    async def _count(self, progress: Progress | None) -> Counted:
        bench = self._bench
        total = await bench.store.count_coded()

        def tell(done: int) -> None:
            if progress is not None:
                progress(done)
            if self._progress is not None:
                self._progress(done, total)

        return await count(bench.store.coded_items(), bench.keys().identities, bench.queue.instance, tell)

    async def _freezing(self, number: int, frozen: bytes, counted: Counted, texts: Texts) -> Change:
        """Everything that freezing is, as one change: it holds if no case in it was withdrawn meanwhile."""
        bench = self._bench
        context = Context(_NO_CASE, _KIND, f"{_KIND}-{number}", _SCHEMA, bench.team.epoch, b"", b"")
        sha256 = fingerprint(frozen)
        drops = [DropItems(case, (part,)) for case, part in sorted(texts.used)]
        waiting = (await waiting_texts(bench.store)).without(texts.used | texts.gone)
        alarms = [bench.log("desk", "cannot open", reference(case)) for case in counted.unopened[:ALARMS]]
        return (
            FreezeDigest(
                number,
                bench.today,
                seal(bench.signed(frozen, context), context, bench.team),
                bytes.fromhex(sha256),
                counted.cases,
            ),
            *drops,
            waiting.put(),
            *[DueDelivery(number, row.member) for row in await bench.store.members("partner")],
            # Sender tags change with the period: an old ban would mean nobody any more.
            *[Unban(tag) for tag in await bench.store.bans()],
            PutMeta(BANNED, b""),
            PutMeta(DUE, b""),
            *alarms,
            bench.log("desk", "freeze digest", f"{number} {sha256[:16]}"),
        )

    async def _texts(self, counted: Counted, number: int) -> Texts:
        bench = self._bench
        here = frozenset(counted.cases)
        summaries: dict[bytes, str] = {}
        offered: list[tuple[bytes, Offered]] = []
        gone: set[tuple[bytes, str]] = set()
        for case, part in sorted((await waiting_texts(bench.store)).texts):
            row = await bench.store.case(case)
            if row is None:
                gone.add((case, part))
            elif row.state != "approved" or (row.counted_in is None and case not in here):
                continue
            elif part == SUMMARY:
                summary = await self._part(row, SUMMARY, bytes.decode)
                if summary is not None:
                    summaries[case] = summary[1]
            elif row.counted_in is not None:
                quote = await self._part(row, QUOTE, read_released)
                if quote is not None:
                    told = quote[1]
                    person = quote[0].sender_tag or case
                    offered.append((case, Offered(told.words, row.counted_in, told.moderators, person)))
        quotes = choose_quotes(
            [sentence for _, sentence in offered],
            number=number,
            shuffle=self._shuffle,
            gives_away=lambda words: gives_away(words, bench.words),
        )
        used = {(case, SUMMARY) for case in summaries}
        used |= {(case, QUOTE) for case, sentence in offered if sentence.words in quotes}
        return Texts(tuple(summaries.values()), quotes, frozenset(used), frozenset(gone))

    async def _part(self, row: CaseRow, part: str, read: Callable[[bytes], T]) -> tuple[Context, T] | None:
        """A text for a digest; one that does not open is left out and stays on the list."""
        try:
            return await self._bench.part(row, part, read)
        except ItemError:
            log.error("a text for a digest could not be opened")
            return None

    # --- the ledger -----------------------------------------------------------------------------------------

    def read(self, row: DigestRow) -> Digest:
        return thaw(self.frozen(row))

    def frozen(self, row: DigestRow) -> bytes:
        """The bytes that were frozen. Raises `LedgerError` where the ledger holds something else."""
        expected = Expected(case=_NO_CASE, item=f"{_KIND}-{row.period}", kind=_KIND)
        try:
            opened = open_item(row.frozen, self._bench.keys().identities, expected)
            # Anybody can seal to the team's public key; what leaves in its name was signed at the desk.
            frozen = self._bench.checked(opened.body, opened.context)
        except CannotOpen:
            frozen = b""
        if bytes.fromhex(fingerprint(frozen)) != row.sha256:
            raise LedgerError(row.period)
        return frozen

    def messages(self, frozen: bytes, words: Words) -> tuple[Screen, ...]:
        """A digest as a chat receives it: its text, then the same figures as a file to compute with."""
        text = (Screen(message) for message in FORMATS["text"](frozen, words).messages)
        files = tuple(Attachment(file.name, file.media, file.body) for file in self.files(frozen, words))
        return (*text, Screen(words.say("desk-digest-file"), files=files))

    def files(self, frozen: bytes, words: Words) -> tuple[File, ...]:
        """A digest as files, for a folder."""
        return FORMATS["json"](frozen, words).files

    # --- the bell -------------------------------------------------------------------------------------------

    async def remember_due(self) -> None:
        await self._bench.store.commit((PutMeta(DUE, b"1"),))

    async def settle(self, progress: Progress | None = None) -> None:
        """Make what is due, send what is owed. Call it at any time: the ledger knows what is left."""
        try:
            if await self._bench.store.meta(DUE):
                await self._make_due(progress)
            await self.deliver()
        except LedgerError as error:
            await self._alarm(error)

    async def _alarm(self, error: LedgerError) -> None:
        """Once for each start: it does not mend itself, and nobody reads a log that repeats."""
        if (error.number, error.act) not in self._alarmed:
            self._alarmed.add((error.number, error.act))
            await self._bench.store.commit((self._bench.log("desk", error.act, str(error.number)),))
            await self._tell("owner", error.alarm, period=error.number)

    async def _make_due(self, progress: Progress | None) -> None:
        bench = self._bench
        made = await self.make(progress)
        if isinstance(made, TooFew):
            await bench.store.commit((PutMeta(DUE, b""), bench.log("desk", "digest rolls over")))
            await self._tell("owner moderator", "desk-digest-too-few", min=made.least)
            return
        number = made.digest.number
        change = made.change
        if bench.policy.automatic:
            change = (*change, *self._marking(made))
        if not await bench.store.commit(change):
            return  # Somebody withdrew while it was counted: the next tick counts again.
        if made.unopened:
            await self._tell("owner", "desk-unopened", count=made.unopened)
        if not bench.policy.automatic:
            await self._tell("owner moderator", "desk-digest-frozen", period=number)

    async def _tell(self, roles: str, key: str, **args: str | int) -> None:
        for answer in await self._bench.tell(roles, key, **args):
            await self._show(answer)

    async def _show(self, answer: Answer) -> None:
        for row in await self._bench.store.members():
            if row.member == answer.member:
                await self._sent(row, answer.screens)

    async def _sent(self, member: MemberRow, screens: tuple[Screen, ...]) -> bool:
        try:
            who = self._bench.members.route(member).who
            for screen in screens:
                await self._say(who, screen)
        except Exception as error:
            # Whatever a network can raise. Only the kind is logged: the rest could hold an address.
            log.warning("a digest or its notice could not be shown: %s", type(error).__name__)
            return False
        return True

    async def deliver(self) -> None:
        """Send every approved digest to whom it is owed and has not got it."""
        bench = self._bench
        partners = {row.member: row for row in await bench.store.members("partner")}
        for row in await bench.store.digests():
            owed = [d for d in await bench.store.deliveries(row.period) if d.state != "sent"]
            owed = [d for d in owed if d.member in partners and self._may_try(d.period, d.member)]
            if row.state != "approved" or not owed:
                continue
            frozen = self.frozen(row)
            await bench.demand_approval(row.period, row.sha256)
            for delivery in owed:
                partner = partners[delivery.member]
                sent = await self._sent(partner, self.messages(frozen, bench.words_of(partner)))
                if not sent:
                    minutes = RETRY_MINUTES[min(delivery.tries, len(RETRY_MINUTES) - 1)]
                    self._next_try[row.period, delivery.member] = bench.clock() + 60 * minutes
                state: DeliveryState = "sent" if sent else "failed"
                about = f"{row.period} {mark(delivery.member)}"
                await bench.store.commit(
                    (
                        MarkDelivery(row.period, delivery.member, state),
                        bench.log("desk", f"{state} digest", about),
                    )
                )

    async def alarmed(self, asked: Asked, error: LedgerError) -> Act:
        others = await self._bench.tell("owner", error.alarm, period=error.number)
        line = self._bench.log("desk", error.act, str(error.number))
        return Act((line,), (asked.say(error.said, period=error.number),), others, audited=False)

    def _may_try(self, number: int, member: bytes) -> bool:
        return self._next_try.get((number, member), 0.0) <= self._bench.clock()

    # --- commands -------------------------------------------------------------------------------------------

    async def _open_row(self) -> DigestRow | None:
        """The oldest digest that waits for a decision, or that somebody has not received."""
        partners = {row.member for row in await self._bench.store.members("partner")}
        for row in await self._bench.store.digests():
            owed = [d for d in await self._bench.store.deliveries(row.period) if d.state != "sent"]
            if row.state != "approved" or any(d.member in partners for d in owed):
                return row
        return None

    async def _preview(self, _bench: Bench, asked: Asked) -> Act:
        row = await self._open_row()
        if row is not None:
            state = asked.words.say(f"desk-digest-state-{row.state}")
            head = asked.say("desk-digest-preview-frozen", period=row.period, state=state)
            return Act(screens=(head, *self._text(self.frozen(row), asked.words)))
        made = await self._make_for(asked)
        if isinstance(made, TooFew):
            return Act(screens=(asked.say("desk-digest-too-few", min=made.least),))
        head = asked.say("desk-digest-preview-open")
        return Act(screens=(head, *self._text(made.frozen, asked.words)))

    def _text(self, frozen: bytes, words: Words) -> tuple[Screen, ...]:
        return tuple(
            screen for message in FORMATS["text"](frozen, words).messages for screen in shown(message)
        )

    async def _make_for(self, asked: Asked) -> Made | TooFew:
        """Make a digest because a member asked: she is told that it runs where it takes a while."""
        total = await self._bench.store.count_coded()
        if total > LONG:
            await self._sent(asked.member, (asked.say("desk-digest-working", total=total),))
        return await self.make()

    async def _approving(self, row: DigestRow) -> list[Operation]:
        owed = [DueDelivery(row.period, p.member) for p in await self._bench.store.members("partner")]
        approving = MarkDigest(row.period, (row.state,), "approved")
        return [approving, self._bench.approval(row.period, row.sha256), *owed]

    def _marking(self, made: Made) -> Change:
        """What approves a digest in the change that freezes it."""
        number = made.digest.number
        approval = self._bench.approval(number, bytes.fromhex(fingerprint(made.frozen)))
        return (MarkDigest(number, ("frozen",), "approved"), approval)

    async def _is_approved(self, row: DigestRow) -> bool:
        """Whether the desk approved it; a row that merely says so waits like any other."""
        try:
            await self._bench.demand_approval(row.period, row.sha256)
        except ApprovalError:
            return False
        return row.state == "approved"

    async def _approve(self, bench: Bench, asked: Asked) -> Act:
        waiting = [row for row in await bench.store.digests() if not await self._is_approved(row)]
        if not waiting:
            return Act(screens=(asked.say("desk-digest-nothing"),), audited=False)
        row = waiting[0]
        screen = asked.say("desk-digest-approved", period=row.period)
        return Act(tuple(await self._approving(row)), (screen,), after=self._delivering(asked, row.period))

    async def _hold(self, _bench: Bench, asked: Asked) -> Act:
        row = await self._open_row()
        if row is None:
            return Act(screens=(asked.say("desk-digest-nothing"),), audited=False)
        change = (
            MarkDigest(row.period, ("frozen", "approved", "held"), "held"),
            PutMeta(approval_key(row.period), b""),
        )
        return Act(change, (asked.say("desk-digest-held", period=row.period),))

    async def _send(self, bench: Bench, asked: Asked) -> Act:
        """Send what waits; where nothing waits, make a digest, freeze it and send it."""
        row = await self._open_row()
        if row is not None and row.state == "held":
            return Act(screens=(asked.say("desk-digest-is-held", period=row.period),), audited=False)
        if row is not None:
            if row.state == "approved":
                await bench.demand_approval(row.period, row.sha256)
            self._next_try.clear()
            screen = asked.say("desk-digest-approved", period=row.period)
            return Act(
                tuple(await self._approving(row)), (screen,), after=self._delivering(asked, row.period)
            )
        made = await self._make_for(asked)
        if isinstance(made, TooFew):
            screen = asked.say("desk-digest-too-few", min=made.least)
            return Act(screens=(screen,), audited=False)
        number = made.digest.number
        others = await bench.tell("owner", "desk-unopened", count=made.unopened) if made.unopened else ()
        return Act(
            (*made.change, *self._marking(made)),
            (asked.say("desk-digest-approved", period=number),),
            others,
            after=self._delivering(asked, number),
        )

    def _delivering(self, asked: Asked, number: int) -> Callable[[], Awaitable[None]]:
        """Send, then say how it went. After a crash the clock sends, and /digest says how it went."""

        async def after() -> None:
            await self.settle()
            states = [d.state for d in await self._bench.store.deliveries(number)]
            screen = asked.say(
                "desk-digest-sent",
                period=number,
                sent=states.count("sent"),
                failed=states.count("failed"),
                total=len(states),
            )
            await self._sent(asked.member, (screen,))

        return after

    async def _status(self, bench: Bench, asked: Asked) -> Act:
        rows = (await bench.store.digests())[-SHOWN_DIGESTS:]
        if not rows:
            return Act(screens=(asked.say("desk-digest-none"),))
        names = {row.member: named(row) for row in await bench.store.members("partner")}
        lines = []
        for row in rows:
            state = asked.words.say(f"desk-digest-state-{row.state}")
            lines.append(asked.words.say("desk-digest-line", period=row.period, state=state))
            for delivery in await bench.store.deliveries(row.period):
                told = asked.words.say(
                    "desk-digest-delivery",
                    name=names.get(delivery.member, mark(delivery.member)),
                    state=asked.words.say(f"desk-delivery-{delivery.state}"),
                    tries=delivery.tries,
                )
                lines.append(f"  {told}")
        return Act(screens=(Screen("\n".join(lines)),))

    async def _last(self, bench: Bench, asked: Asked) -> Act:
        """A partner asks again: the same digest, to the byte."""
        approved = [row for row in await bench.store.digests() if row.state == "approved"]
        if not approved:
            return Act(screens=(asked.say("desk-digest-none"),))
        row = approved[-1]
        await self._bench.demand_approval(row.period, row.sha256)
        return Act(screens=self.messages(self.frozen(row), asked.words))


def _month(day: int) -> str:
    return date.fromordinal(EPOCH + day).isoformat()[:7]
