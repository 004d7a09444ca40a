"""The ledger of deliveries: what is owed to whom, tried until it arrives, and never silently given up.

    due -- carried -- sent
             └─ failed -- (a wait) -- carried … -- given up, until somebody asks for it again

"Once" is a constraint of the store. Each partner's outcome is marked as soon as it is known, so that a crash
sends again at most what was on its way, and that is identical (`handlers.delivery.renditions`). When the next
try is due stands in the ledger: a restart neither forgets nor hurries it.

Never here: making a digest, approving one (`handlers.publishing`), what a carrier does on its way.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.errors import CannotOpen, KeyFileError, StoreAway, StoreDamaged, StoreFull
from bot.formats import Rendered
from bot.signing import sign
from handlers import Screen
from handlers.bench import Bench, LedgerError, Say, mark
from handlers.commands import Answer
from handlers.delivery import Carrier, Parcel, Reason, Undelivered, wanted
from handlers.delivery.chat import ChatCarrier
from handlers.delivery.renditions import Renditions, Unrendered
from handlers.delivery.waiting import is_due
from handlers.members import Route
from handlers.office import named
from storage import DeliveryRow, DigestRow, MemberRow
from storage.changes import Change, DeliveryState, MarkDelivery, Operation

log = logging.getLogger(__name__)

HALF_A_DAY = 12 * 60
WAITS = (1, 2, 5, 15, 60, 240, *[HALF_A_DAY] * 13)
"""Minutes before a failed delivery is tried again; after the last it is given up, a week after the first."""

SLOW: tuple[Reason, ...] = ("blocked", "refused")
SLOW_WAITS = (HALF_A_DAY,) * 13
"""Who blocked us, or whose address is not taken, is not asked every minute."""

AT_ONCE = 4
"""Partners served at the same time: one who does not answer delays few others."""

Frozen = Callable[[DigestRow], bytes]
Alarm = Callable[[LedgerError], Awaitable[None]]


def waits_for(reason: Reason) -> Sequence[int]:
    return SLOW_WAITS if reason in SLOW else WAITS


@dataclass(frozen=True, slots=True)
class Partner:
    row: MemberRow
    route: Route = field(repr=False)
    language: str


@dataclass(frozen=True, slots=True)
class Failure:
    """One that moderators have not heard of."""

    number: int
    reason: Reason
    name: str
    next_try: int


class Ledger:
    """`frozen` reads a digest back, or raises `LedgerError`; `alarm` tells owners of one that does not."""

    def __init__(self, bench: Bench, say: Say, frozen: Frozen, alarm: Alarm) -> None:
        self._bench = bench
        self._frozen = frozen
        self._alarm = alarm
        self._chat = ChatCarrier(say, bench.words)
        self._one = asyncio.Lock()
        self._told: set[tuple[int, str, tuple[str, ...]]] = set()
        """Formats that could not be made, and were told since the start: (number, language, formats)."""
        self.renditions = Renditions(bench)

    # --- reading --------------------------------------------------------------------------------------------

    @property
    def minute(self) -> int:
        return int(self._bench.clock() // 60)

    async def partners(self) -> dict[bytes, Partner]:
        """Every partner that can be reached, paused or not."""
        found = {}
        for row in await self._bench.store.members("partner"):
            try:
                route = self._bench.members.route(row)
            except CannotOpen:
                continue  # alarmed where it is met: a row of somebody else's making is nobody's
            found[row.member] = Partner(row, route, self._bench.words_of(row).language)
        return found

    async def parcel(self, row: DigestRow, route: Route, language: str) -> Parcel:
        """An approved digest for one partner. Raises `LedgerError`, `Unrendered`, `KeyFileError` (locked)."""
        await self._bench.demand_approval(row.period, row.sha256)
        try:
            rendered = await self.renditions.of(row, self._frozen(row), language)
        except Unrendered as error:
            await self._tell_unrendered(row.period, language, error.formats)
            raise
        return self._parcel(row, route, language, rendered)

    def _parcel(
        self, row: DigestRow, route: Route, language: str, rendered: Mapping[str, Rendered]
    ) -> Parcel:
        signer = self._bench.keys().signer
        # An old digest may lack the one format she chose: its text was always there.
        chosen = tuple(name for name in wanted(route) if name in rendered)
        return Parcel(
            number=row.period,
            sha256=row.sha256.hex(),
            language=language,
            rendered=rendered,
            wanted=chosen or ("text",),
            recipient=route.recipient,
            sign=lambda body, comment: sign(body, signer, comment),
            key_line=signer.verify_key.line(),
        )

    # --- sending --------------------------------------------------------------------------------------------

    async def deliver(self) -> None:
        """Send every approved digest to whom it is owed at this minute. Call it at any time, as often as you
        like; a locked desk sends nothing."""
        async with self._one:
            failures: list[Failure] = []
            for row in await self._bench.store.digests():
                if row.state == "approved":
                    try:
                        failures += await self._deliver(row)
                    except LedgerError as error:
                        await self._alarm(error)
                    except KeyFileError:
                        break  # locked meanwhile: it waits, visibly
            await self._tell(failures)

    async def _deliver(self, row: DigestRow) -> list[Failure]:
        reached = {member: each for member, each in (await self.partners()).items() if not each.route.paused}
        rows = await self._bench.store.deliveries(row.period)
        owed = [each for each in rows if each.member in reached and is_due(each, self.minute)]
        if not owed:
            return []
        await self._bench.demand_approval(row.period, row.sha256)
        rendered = await self._rendered(row, sorted({reached[each.member].language for each in owed}))
        turn = asyncio.Semaphore(AT_ONCE)

        async def one(delivery: DeliveryRow) -> Failure | None:
            async with turn:
                return await self._carry(row, delivery, rendered)

        # All come to their end before the first fault is told: what is on its way must not be tried again.
        failures: list[Failure] = []
        for ended in await asyncio.gather(*map(one, owed), return_exceptions=True):
            if isinstance(ended, BaseException):
                raise ended
            failures += [ended] if ended is not None else []
        return failures

    async def _rendered(
        self, row: DigestRow, languages: Sequence[str]
    ) -> dict[str, Mapping[str, Rendered] | None]:
        """By language; None where a format cannot be made, of which members hear once."""
        frozen = self._frozen(row)
        found: dict[str, Mapping[str, Rendered] | None] = {}
        for language in languages:
            try:
                found[language] = await self.renditions.of(row, frozen, language)
            except Unrendered as error:
                found[language] = None
                await self._tell_unrendered(row.period, language, error.formats)
        return found

    async def _carry(
        self, row: DigestRow, delivery: DeliveryRow, rendered: Mapping[str, Mapping[str, Rendered] | None]
    ) -> Failure | None:
        """One delivery and its mark. A failure that moderators have not heard of, or None."""
        # Looked at again: while others were served, she may have left, or the digest been held.
        partner = (await self.partners()).get(delivery.member)
        now = await self._bench.store.digest(row.period)
        if partner is None or partner.route.paused or now is None or now.state != "approved":
            return None
        if partner.language not in rendered:
            return None  # she changed her language this very moment: the next round
        if not await self._bench.store.claim_delivery(delivery.period, delivery.member):
            return None  # another desk is at it: one that follows us, or has not heard yet that we follow
        reason = await self._try(row, partner, rendered[partner.language])
        return await self._mark(delivery, partner, reason)

    async def _try(
        self, row: DigestRow, partner: Partner, rendered: Mapping[str, Rendered] | None
    ) -> Reason | None:
        """Carry it. Why it did not arrive, or None."""
        if rendered is None:
            return "unrendered"
        try:
            parcel = self._parcel(row, partner.route, partner.language, rendered)
            await self._carrier(partner).carry(partner.route.who, parcel)
        except Undelivered as error:
            return error.reason
        except (KeyFileError, StoreAway, StoreDamaged, StoreFull):
            raise
        except Exception as error:
            # A carrier's fault. Only the kind is logged: the rest could hold an address.
            log.error("a carrier failed: %s", type(error).__name__)
            return "other"
        return None

    def _carrier(self, partner: Partner) -> Carrier:
        return self._bench.carriers.get(partner.route.who.channel, self._chat)

    async def _mark(self, delivery: DeliveryRow, partner: Partner, reason: Reason | None) -> Failure | None:
        bench, number, tries = self._bench, delivery.period, delivery.tries
        name = named(partner.row)
        state: DeliveryState = "sent"
        next_try = 0
        notices: Change = ()
        if reason is not None and tries < len(waits_for(reason)):
            state, next_try = "failed", self.minute + waits_for(reason)[tries]
        elif reason is not None:
            state = "given-up"
            notices = await self._notices("desk-delivery-given-up-notice", (name,), number, reason)
        change = (
            MarkDelivery(number, delivery.member, state, reason or "", next_try),
            bench.log("desk", f"{state} digest", f"{number} {mark(delivery.member)}"),
        )
        await bench.store.commit((*change, *notices))
        if reason is None or state != "failed" or reason == delivery.reason:
            return None
        return Failure(number, reason, name, next_try)

    # --- telling --------------------------------------------------------------------------------------------

    async def _tell(self, failures: Sequence[Failure]) -> None:
        """One notice for each digest and reason, however many partners it is about."""
        together: dict[tuple[int, Reason], list[Failure]] = defaultdict(list)
        for failure in failures:
            if failure.reason != "unrendered":  # told with the format that is broken
                together[failure.number, failure.reason].append(failure)
        for (number, reason), those in together.items():
            names = tuple(sorted(failure.name for failure in those))
            at = when(min(failure.next_try for failure in those), self._bench.policy.zone)
            await self._bench.store.commit(
                await self._notices("desk-delivery-failed-notice", names, number, reason, at)
            )

    async def _notices(
        self, key: str, names: Sequence[str], number: int, reason: Reason, at: str = ""
    ) -> tuple[Operation, ...]:
        """What tells owners and moderators of it, durable with the change it is part of."""
        told: list[Answer] = []
        for row in await self._bench.store.members("owner", "moderator"):
            words = self._bench.words_of(row)
            why = words.say(f"desk-undelivered.{reason}")
            text = words.say(key, period=number, names=", ".join(names), why=why, at=at)
            told.append(Answer(row.member, (Screen(text),)))
        return tuple(self._bench.queued(told))

    async def _tell_unrendered(self, number: int, language: str, formats: tuple[str, ...]) -> None:
        """Once for each start: the templates are mended at the console, and the next try says no more."""
        if (number, language, formats) in self._told:
            return
        self._told.add((number, language, formats))
        bench = self._bench
        line = bench.log("desk", "cannot render digest", f"{number} {language} {' '.join(formats)}")
        names = ", ".join(formats)
        told = await bench.tell("owner moderator", "desk-digest-unrendered", period=number, formats=names)
        await bench.store.commit((line, *bench.queued(told)))


def when(minute: int, zone: str) -> str:
    """A minute since 1970 as people at the desk read it: `2026-11-23 14:05`."""
    there = datetime.fromtimestamp(60 * minute, UTC).astimezone(ZoneInfo(zone))
    return there.strftime("%Y-%m-%d %H:%M")
