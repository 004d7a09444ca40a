"""What moderators do with a digest: preview it, approve it, hold it, send it, send it again, see how it went.

Nothing leaves that nobody approved, unless the instance is automatic. A preview shows what a partner will
read, and names the formats that cannot be made before anything depends on them.

Never here: making a digest (`handlers.digests`), and the tries of a delivery (`handlers.delivery.ledger`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.disclosure import TooFew
from bot.formats import Rendered
from bot.moderation import Do
from handlers import Screen
from handlers.bench import SHOWN_MINUTES, Act, ApprovalError, Asked, Bench, approval_key, mark, shown
from handlers.commands import Answer
from handlers.delivery.chat import attached
from handlers.delivery.ledger import Partner, when
from handlers.delivery.renditions import Unrendered, render
from handlers.delivery.waiting import DUE
from handlers.digests import Digests, Made
from handlers.office import named
from storage import DeliveryRow, DigestRow
from storage.changes import DueDelivery, MarkDigest, Operation, PutMeta

SHOWN_DIGESTS = 5
"""Digests that /digest lists."""

LONG = 2000
"""Items over which counting takes more than about a second, so that the asker is told that it runs."""

LOOKED_AT = ("chart", "pdf")
"""Formats whose files a preview shows, beside the text: what people see first, and what they will print."""

Job = Callable[[], Awaitable[None]]
Spawn = Callable[[Job], None]
"""Has it done soon, outside the desk's turn: a partner's network must not keep moderators waiting."""

Show = Callable[[bytes, Screen], None]
"""Shows a member a passing word, soon and perhaps not at all."""


class Publishing:
    def __init__(self, bench: Bench, digests: Digests, spawn: Spawn, show: Show) -> None:
        self._bench = bench
        self._digests = digests
        self._spawn = spawn
        self._show = show
        self.acts: Mapping[Do, Callable[[Bench, Asked], Awaitable[Act]]] = {
            Do.DIGEST_PREVIEW: self._preview,
            Do.DIGEST_APPROVE: self._approve,
            Do.DIGEST_HOLD: self._hold,
            Do.DIGEST_SEND: self._send,
            Do.DIGEST_RESEND: self._resend,
            Do.DIGEST_STATUS: self._status,
        }

    async def _open_row(self) -> DigestRow | None:
        """The oldest digest that waits for a decision, or that somebody who takes digests has not got."""
        partners = await self._digests.ledger.partners()
        taking = {member for member, partner in partners.items() if not partner.route.paused}
        for row in await self._bench.store.digests():
            rows = await self._bench.store.deliveries(row.period)
            if row.state != "approved" or any(d.state != "sent" and d.member in taking for d in rows):
                return row
        return None

    # --- preview --------------------------------------------------------------------------------------------

    async def _preview(self, _bench: Bench, asked: Asked) -> Act:
        row = await self._open_row()
        if row is None:
            made = await self._make_for(asked)
            if isinstance(made, TooFew):
                return Act(screens=(asked.say("desk-digest-too-few", min=made.least),))
            head, frozen = asked.say("desk-digest-preview-open"), made.frozen
        else:
            state = asked.words.say(f"desk-digest-state-{row.state}")
            head = asked.say("desk-digest-preview-frozen", period=row.period, state=state)
            frozen = self._digests.frozen(row)
        rendered, broken = await self._rendered(row, frozen, asked)
        warned = (asked.say("desk-digest-broken", formats=", ".join(broken)),) if broken else ()
        return Act(screens=(head, *_looked_at(rendered, asked), *warned))

    async def _rendered(
        self, row: DigestRow | None, frozen: bytes, asked: Asked
    ) -> tuple[Mapping[str, Rendered], tuple[str, ...]]:
        """What partners receive: as it is kept, where it is approved. And what cannot be made."""
        language = asked.words.language
        if row is not None and await self._is_approved(row):
            try:
                return await self._digests.ledger.renditions.of(row, frozen, language), ()
            except Unrendered:
                pass  # what can be shown is
        return await render(frozen, self._bench.words[language])

    async def _make_for(self, asked: Asked) -> Made | TooFew:
        """Make a digest because a member asked: she is told that it runs where it takes a while."""
        total = await self._bench.store.count_coded()
        if total > LONG:
            self._show(asked.member.member, asked.say("desk-digest-working", total=total))
        return await self._digests.make()

    # --- decide ---------------------------------------------------------------------------------------------

    async def _approving(self, row: DigestRow) -> list[Operation]:
        owed = [DueDelivery(row.period, each.member) for each in await self._bench.store.members("partner")]
        approving = MarkDigest(row.period, (row.state,), "approved")
        return [approving, self._bench.approval(row.period, row.sha256), *owed]

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
        after = self._delivering(asked, row.period, approved=True)
        return Act(tuple(await self._approving(row)), (screen,), after=after)

    async def _hold(self, bench: Bench, asked: Asked) -> Act:
        row = await self._open_row()
        if row is None:
            return Act(screens=(asked.say("desk-digest-nothing"),), audited=False)
        await bench.hold(row.period, held=True)  # first: if the rest fails, it waits for a decision
        change = (
            MarkDigest(row.period, ("frozen", "approved", "held"), "held"),
            PutMeta(approval_key(row.period), b""),
        )
        return Act(change, (asked.say("desk-digest-held", period=row.period),))

    async def _send(self, bench: Bench, asked: Asked) -> Act:
        """Send what waits; where nothing waits, make a digest, freeze it and send it."""
        row = await self._open_row()
        if row is None:
            return await self._send_new(bench, asked)
        if row.state == "held":
            return Act(screens=(asked.say("desk-digest-is-held", period=row.period),), audited=False)
        approved = row.state == "approved"
        if approved:
            await bench.demand_approval(row.period, row.sha256)
            unsent = [d for d in await bench.store.deliveries(row.period) if d.state != "sent"]
            change: list[Operation] = [DueDelivery(row.period, d.member, "unsent") for d in unsent]
        else:
            change = await self._approving(row)
        screen = asked.say("desk-digest-approved", period=row.period)
        after = self._delivering(asked, row.period, approved=not approved)
        return Act(tuple(change), (screen,), after=after)

    async def _send_new(self, bench: Bench, asked: Asked) -> Act:
        made = await self._make_for(asked)
        if isinstance(made, TooFew):
            screen = asked.say("desk-digest-too-few", min=made.least)
            return Act(screens=(screen,), audited=False)
        number = made.digest.number
        others = await bench.tell("owner", "desk-unopened", count=made.unopened) if made.unopened else ()
        return Act(
            (*made.change, *self._digests.approving(made)),
            (asked.say("desk-digest-approved", period=number),),
            others,
            after=self._delivering(asked, number, approved=True),
        )

    async def _resend(self, bench: Bench, asked: Asked) -> Act:
        """Past digests to one partner: all she has not got, or one by its number, though she has it."""
        name, _, number = asked.given.text.strip().rpartition(" ")
        partner = await self._partner(asked.given.text) or (await self._partner(name) if name else None)
        if partner is None:
            names = ", ".join(
                sorted(named(each.row) for each in (await self._digests.ledger.partners()).values())
            )
            return Act(screens=(asked.say("desk-resend-unknown", names=names or "-"),), audited=False)
        one = int(number) if number.isdecimal() and partner == await self._partner(name) else None
        approved = [row for row in await bench.store.digests() if await self._is_approved(row)]
        member = partner.row.member
        sent = {d.period for d in await bench.store.deliveries() if d.member == member and d.state == "sent"}
        periods = [
            row.period for row in approved if row.period == one or (one is None and row.period not in sent)
        ]
        if not periods:
            return Act(screens=(asked.say("desk-resend-nothing", name=named(partner.row)),), audited=False)
        change = tuple(
            DueDelivery(period, member, "unsent" if one is None else "always") for period in periods
        )
        screen = asked.say("desk-resend", count=len(periods), name=named(partner.row))
        return Act(change, (screen,), after=self._delivering(asked, periods[-1]))

    async def _partner(self, wanted: str) -> Partner | None:
        """The one partner of this name, or mark."""
        wanted = wanted.strip().casefold()
        found = [
            each
            for each in (await self._digests.ledger.partners()).values()
            if wanted in (each.row.name.casefold(), mark(each.row.member))
        ]
        return found[0] if len(found) == 1 else None

    def _delivering(self, asked: Asked, number: int, *, approved: bool = False) -> Job:
        """Send, then say how it went. After a crash the clock sends, and /digest says how it went.
        `approved`: by this very command."""

        async def job() -> None:
            await self._digests.ledger.deliver()
            bench = self._bench
            rows = await bench.store.deliveries(number)
            sent = sum(d.state == "sent" for d in rows)
            failed = sum(d.state in ("failed", "given-up") for d in rows)
            screen = asked.say("desk-digest-sent", period=number, sent=sent, failed=failed, total=len(rows))
            await bench.store.commit(tuple(bench.queued([Answer(asked.member.member, (screen,))])))

        async def after() -> None:
            if approved:
                await self._bench.hold(number, held=False)
            self._spawn(job)

        return after

    # --- status ---------------------------------------------------------------------------------------------

    async def _status(self, bench: Bench, asked: Asked) -> Act:
        rows = (await bench.store.digests())[-SHOWN_DIGESTS:]
        lines = [asked.words.say("desk-digest-due")] if await bench.store.meta(DUE) else []
        if not rows and not lines:
            return Act(screens=(asked.say("desk-digest-none"),))
        partners = await self._digests.ledger.partners()
        names = {row.member: named(row) for row in await bench.store.members("partner")}
        for row in rows:
            state = asked.words.say(f"desk-digest-state-{row.state}")
            lines.append(asked.words.say("desk-digest-line", period=row.period, state=state))
            for delivery in await bench.store.deliveries(row.period):
                member = delivery.member
                told = self._line(delivery, names.get(member, ""), partners.get(member), asked)
                lines.append(f"  {told}")
        return Act(screens=(Screen("\n".join(lines)),))

    def _line(self, delivery: DeliveryRow, name: str, partner: Partner | None, asked: Asked) -> str:
        """One partner: the state, and where it did not arrive, why, and what follows. `name`: empty for who
        is no member any more; `partner`: None for a row that somebody changed as well."""
        say = asked.words.say
        told = [
            say(
                "desk-digest-delivery",
                name=name or mark(delivery.member),
                state=say(f"desk-delivery-{delivery.state}"),
                tries=delivery.tries,
            )
        ]
        if delivery.state in ("failed", "given-up") and delivery.reason:
            told.append(say(f"desk-undelivered.{delivery.reason}"))
        if delivery.state == "sent":
            return told[0]
        if partner is None:
            told.append(say("desk-delivery-unsound" if name else "desk-delivery-gone"))
        elif partner.route.paused:
            told.append(say("desk-delivery-paused"))
        elif delivery.state == "failed":
            told.append(say("desk-delivery-next", at=when(delivery.next_try, self._bench.policy.zone)))
        elif delivery.state == "given-up":
            told.append(say("desk-delivery-anew"))
        return " ".join(told)


def _looked_at(rendered: Mapping[str, Rendered], asked: Asked) -> tuple[Screen, ...]:
    """The text, the chart and what people will print: not to be forwarded, and gone after some minutes."""
    screens: list[Screen] = []
    if "text" in rendered:
        screens += [screen for message in rendered["text"].messages for screen in shown(message)]
    for name in (name for name in LOOKED_AT if name in rendered):
        for file in rendered[name].files:
            told = file.alt or asked.words.say(f"desk-digest-preview-{name}")
            screens.append(Screen(told, protect=True, minutes=SHOWN_MINUTES, files=(attached(file),)))
    return tuple(screens)
