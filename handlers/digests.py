"""Digests: made when due, and frozen once in the ledger. Then somebody approves them, and they leave.

    due -- count -- protect -- FREEZE (its cases, its texts, who is owed it) -- approve -- send -- settle

Each step is one change. Killed between two of them, the next look at the ledger goes on from there: a frozen
digest is never made again, and what was not marked as sent is sent again, identical to the byte. The frozen
digest lies in the ledger sealed to the desk's key, because it holds sentences that nobody has received yet,
and signed by it, because whoever can write to the ledger could else speak to partners in its name. So is each
approval: a state in a row is nobody's word.

Never here: when a digest is due (the clock), what may be told (`bot.disclosure`), how it reads
(`bot.formats`), who approves it (`handlers.publishing`), how it leaves (`handlers.delivery`).
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from bot.digest import Digest, Offered, choose_quotes, compose, fingerprint, freeze, thaw
from bot.disclosure import TooFew, protect
from bot.errors import CannotOpen, KeyFileError, PlatformError, StoreDamaged
from bot.moderation import reference
from bot.opening import Expected, open_item
from bot.sealing import Context, seal
from handlers.bans import BANNED
from handlers.bench import (
    EPOCH,
    Act,
    Asked,
    Bench,
    ItemError,
    LedgerError,
    MadeBefore,
    Say,
)
from handlers.counting import Counted, Progress, count
from handlers.delivery.ledger import Ledger
from handlers.delivery.waiting import DUE, TOLD
from handlers.quotes import gives_away, read_released
from handlers.texts import QUOTE, SUMMARY, waiting_texts
from storage import CaseRow, DigestRow
from storage.changes import (
    Change,
    DropItems,
    DueDelivery,
    FreezeDigest,
    MarkDigest,
    PutMeta,
    Unban,
)

log = logging.getLogger(__name__)

T = TypeVar("T")

_KIND = "digest"
_NO_CASE = bytes(16)
_SCHEMA = 1

ALARMS = 20
"""Items that cannot be opened and get a line in the log of their own; the rest is in the number."""


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
        self._progress = progress
        self._shuffle = random.SystemRandom().shuffle
        self._alarmed: set[tuple[int, str]] = set()
        self._told_uncounted = False
        self._noted = 0
        self.ledger = Ledger(bench, say, self.frozen, self.alarm)

    # --- making ---------------------------------------------------------------------------------------------

    async def make(self, progress: Progress | None = None) -> Made | TooFew:
        """Open, count, protect and compose the next digest. Writes nothing.

        Raises `KeyFileError` when locked, `MadeBefore` where the next is no new one. Memory stays flat: items
        pass by in chunks.
        """
        bench = self._bench
        await self._demand_new()
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

    async def _demand_new(self) -> None:
        """An older copy of the database would have the people of its last digest counted once more, beside a
        few others: two such digests, subtracted, tell of the few. Raises `MadeBefore`."""
        rows, head = await self._bench.store.digests(), self._bench.digest_head
        number = rows[-1].period + 1 if rows else 1
        try:
            made = head is not None and number <= (await asyncio.to_thread(head.read) or 0)
        except StoreDamaged:
            made = True
        if made:
            raise MadeBefore(number)

    async def note(self) -> None:
        """Write down outside the database which digest was frozen last. A number that anybody put into a row
        would keep the next ones from being made."""
        rows, head = await self._bench.store.digests(), self._bench.digest_head
        if head is None or not rows or rows[-1].period <= self._noted:
            return
        with suppress(StoreDamaged, LedgerError, KeyFileError):  # told where the next digest is made, or read
            self.frozen(rows[-1])
            if rows[-1].period > (await asyncio.to_thread(head.read) or 0):
                await asyncio.to_thread(head.write, rows[-1].period)
            self._noted = rows[-1].period

    async def _count(self, progress: Progress | None) -> Counted:
        bench = self._bench
        total = await bench.store.count_coded()

        def tell(done: int) -> None:
            if progress is not None:
                progress(done)
            if self._progress is not None:
                self._progress(done, total)

        items, identities = bench.store.coded_items(), bench.keys().identities
        return await count(items, identities, bench.queue.instance, tell, expected=total)

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
        here = counted.cases
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

    # --- the bell -------------------------------------------------------------------------------------------

    async def remember_due(self) -> None:
        if not await self._bench.store.meta(DUE):
            await self._bench.store.commit((PutMeta(DUE, b"1"), PutMeta(TOLD, b"")))

    async def settle(self, progress: Progress | None = None) -> None:
        """Make what is due, send what is owed. Call it at any time: the ledger knows what is left."""
        await self.make_due(progress)
        await self.ledger.deliver()

    async def make_due(self, progress: Progress | None = None) -> None:
        """Make the digest a bell rang for, where it was not made yet."""
        try:
            if await self._bench.store.meta(DUE):
                await self._make_due(progress)
        except LedgerError as error:
            await self.alarm(error)
        except PlatformError as error:
            # It is due still, and counted again at the next tick.
            log.error("a digest that is due could not be counted: %s", error)
            await self._tell_uncounted()

    async def _tell_uncounted(self) -> None:
        """Once for each start: what ended a counting process, memory above all, seldom mends itself."""
        if not self._told_uncounted:
            self._told_uncounted = True
            told = await self._bench.tell("owner moderator", "desk-digest-uncounted")
            await self._bench.store.commit(tuple(self._bench.queued(told)))

    async def _make_due(self, progress: Progress | None) -> None:
        bench = self._bench
        made = await self.make(progress)
        if isinstance(made, TooFew):
            rolls = (PutMeta(DUE, b""), bench.log("desk", "digest rolls over"))
            told = await bench.tell("owner moderator", "desk-digest-too-few", min=made.least)
            await bench.store.commit((*rolls, *bench.queued(told)))
            return
        number = made.digest.number
        told = await bench.tell("owner", "desk-unopened", count=made.unopened) if made.unopened else ()
        if bench.policy.automatic:
            change = (*made.change, *self.approving(made))
        else:
            told = (*told, *await bench.tell("owner moderator", "desk-digest-frozen", period=number))
            change = made.change
        # Where somebody withdrew while it was counted, nothing is written: the next tick counts again.
        await bench.store.commit((*change, *bench.queued(told)))

    def approving(self, made: Made) -> Change:
        """What approves a digest in the change that freezes it."""
        number = made.digest.number
        approval = self._bench.approval(number, bytes.fromhex(fingerprint(made.frozen)))
        return (MarkDigest(number, ("frozen",), "approved"), approval)

    # --- what is not as it was frozen -----------------------------------------------------------------------

    async def alarm(self, error: LedgerError) -> None:
        """Once for each start: it does not mend itself, and nobody reads a log that repeats."""
        if (error.number, error.act) not in self._alarmed:
            self._alarmed.add((error.number, error.act))
            told = await self._bench.tell("owner", error.alarm, period=error.number)
            line = self._bench.log("desk", error.act, str(error.number))
            await self._bench.store.commit((line, *self._bench.queued(told)))

    async def alarmed(self, asked: Asked, error: LedgerError) -> Act:
        others = await self._bench.tell("owner", error.alarm, period=error.number)
        line = self._bench.log("desk", error.act, str(error.number))
        return Act((line,), (asked.say(error.said, period=error.number),), others, audited=False)


def _month(day: int) -> str:
    return date.fromordinal(EPOCH + day).isoformat()[:7]
