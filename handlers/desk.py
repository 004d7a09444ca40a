"""The desk: takes what members queued, in order, and carries it out with the keys in memory.

Each act, its line in the audit log, the end of its command and its answer are one change: killed at any
instant, nothing is done twice and nothing done is left unsaid. Answers come back out of the same queue and
may be shown twice, never not at all: each member's in order, on a lane of her own (`handlers.lanes`), so that
a slow or blocked chat delays nobody else.

Locked, it opens nothing and does nothing but wait, let claims lapse and let what is past its time be
erased: none of that needs a key. What is queued meanwhile is carried out when it is unlocked. In the console
profile (`bot.decisions`) most of it needs none: it is carried out, by a desk that may never have had the key.

Never here: what an act does (`handlers.cases`, `handlers.office`, `handlers.digests`), who may do it
(`bot.moderation`), and a passphrase from a chat.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial

from bot import age
from bot.decisions import Unfit, typed
from bot.errors import CannotOpen, KeyFileError, SeuilError, StoreAway, StoreDamaged, StoreFull
from bot.moderation import COMMANDS, UNKNOWN, CaseView, Do, Given, Refusal, Second, decide, parse, reference
from bot.opening import open_command
from handlers import Address, Gone, Screen, bans, casefile, cases, custodians, office, offline, quarantine
from handlers.bench import DAY_SECONDS, Act, Asked, Bench, ItemError, LedgerError, Say
from handlers.commands import (
    STALE_MINUTES,
    Answer,
    Order,
    is_for_team,
    lease,
    open_without_key,
    read_queued,
)
from handlers.delivery.waiting import TOLD, waiting
from handlers.digests import Digests
from handlers.keyring import Unlocked
from handlers.lanes import Lanes
from handlers.members import role_of
from handlers.pace import OnceAMinute
from handlers.partners import Partners
from handlers.publishing import Publishing
from handlers.texts import QUOTE, SUMMARY, waiting_texts
from handlers.verifying import note_head
from storage import CaseRow, CommandRow, MemberRow
from storage.changes import DropItems, EraseCase, FinishCommand, Move, Operation, PutMeta

log = logging.getLogger(__name__)

BATCH = 50
"""Commands looked at together."""

TRIES = 5
"""An answer that cannot be shown is given up after so many, and the log says so; in a chat that is gone, at
once."""

LINGER_SECONDS = 5.0
"""How long `pump` waits for what it shows. What takes longer goes on without it."""

PRIVATE_ONLY = frozenset({"invite"})
"""Commands whose answer is for one person: in a group they do not exist."""

UNDONE_BY_DOCUMENT = frozenset({"approved", "rejected", "escalated"})
"""What is decided by a document is taken back by one."""

MONTH_DAYS = 30.44

Carry = Callable[[Bench, Asked], Awaitable[Act]]

_ACTS: Mapping[Do, Carry] = {
    Do.SHOW_HELP: office.show_help,
    Do.SHOW_STATUS: office.show_status,
    Do.SHOW_QUEUE: office.show_queue,
    Do.SHOW_STATS: office.show_stats,
    Do.CLAIM_NEXT: cases.claim_next,
    Do.WARN: casefile.warn,
    Do.SHOW_CASE: casefile.show_case,
    Do.SEND_SEALED: offline.send_sealed,
    Do.APPROVE: cases.approve,
    Do.REJECT: cases.reject,
    Do.ESCALATE: cases.escalate,
    Do.RELEASE: cases.release,
    Do.REOPEN: cases.reopen,
    Do.KEEP_SUMMARY: cases.keep_summary,
    Do.SHOW_QUOTE: cases.show_quote,
    Do.RELEASE_QUOTE: cases.release_quote,
    Do.MASK: cases.mask,
    Do.KEEP_NOTE: cases.keep_note,
    Do.REPLY: cases.reply,
    Do.ERASE: cases.erase,
    Do.SHOW_QUARANTINE: quarantine.show,
    Do.RELEASE_QUARANTINE: quarantine.release,
    Do.ASK_REJECT_QUARANTINE: quarantine.ask_reject,
    Do.REJECT_QUARANTINE: quarantine.reject,
    Do.REOPEN_MANY: quarantine.reopen_many,
    Do.BAN: bans.ban,
    Do.UNBAN: bans.unban,
    Do.FORGET_CHAT: cases.forget_chat,
    Do.ALERT_OWNERS: cases.alert_owners,
    Do.SHOW_PARTNERS: office.show_partners,
    Do.INVITE: office.invite,
    Do.REVOKE: office.revoke,
    Do.SHOW_AUDIT: office.show_audit,
    Do.VERIFY_AUDIT: office.verify_audit,
    Do.ASK_DESTROY: custodians.ask_destroy,
}
"""What needs no more than the bench. The digests' acts and the lock are added by the desk itself."""

DELIVERIES = b"deliveries"
"""The lane on which digests leave: no member's, so that none waits behind a partner's network."""


class Desk:
    """One desk an instance. `say` shows a screen in a chat; `forget` takes what was shown out of it again."""

    def __init__(
        self,
        bench: Bench,
        say: Say,
        *,
        unlocking: Callable[[str], Unlocked],
        forget: Callable[[Address], Awaitable[None]] | None = None,
    ) -> None:
        """`unlocking`: opens the key files with a passphrase, slowly; raises `KeyFileError`."""
        self._bench = bench
        self._say = say
        self._forget = forget
        self._unlocking = unlocking
        self._turn = asyncio.Lock()
        self._noting = asyncio.Lock()
        self._audit_alarmed = False
        self._used = bench.clock()
        self._locking = False
        self._opening = False
        self._outdated = False
        """Locked by itself, for want of a key that was made since."""
        self._failed: dict[int, tuple[int, float]] = {}
        """Answers that could not be shown: how often, and when to try again."""
        self._lanes = Lanes()
        self._seldom = OnceAMinute(bench.clock)
        self._told, self._told_at = 0, float("-inf")
        self._apart, self._apart_seen, self._apart_told_at = 0, float("inf"), float("-inf")
        self._held_since: dict[tuple[bytes, bytes], float] = {}
        self._expired_on = -1
        self._drained = 0
        """The last minute in which the queue was seen empty."""
        self._drained_noted = 0
        """Of these, the one that stands outside the database."""
        self._waiting: dict[int, bytes] = {}
        """Orders that wait for the key though the desk works (console profile), and whose they are."""
        self._obeyed: dict[bytes, int] = {}
        """The boxes of orders that were carried out lately, by hash, and their minutes: `_demand_fresh`."""
        self._offline = offline.Offline(bench)
        self.digests = Digests(bench, say)
        published = Publishing(bench, self.digests, self._soon, self._pass_on).acts
        chosen = Partners(bench, self.digests, self._soon, say).acts
        self._acts: Mapping[Do, Carry] = {**_ACTS, **published, **chosen, Do.LOCK: self._lock_by_command}

    def __repr__(self) -> str:
        return f"Desk({'open' if self.is_open else 'locked'})"

    # --- the keys -------------------------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        return self._bench.ring is not None

    async def unlock(self, passphrase: str) -> None:
        """Take the keys into memory. Raises `KeyFileError`, and stays locked."""
        self._opening = True
        try:
            ring = await asyncio.to_thread(self._unlocking, passphrase)
        finally:
            self._opening = False
        if self._bench.team.recipient not in [identity.recipient for identity in ring.identities]:
            raise KeyFileError(
                "The key file opens, but it is not the key that testimonies are sealed to.",
                hint="Restore keys/team.age of this instance, and compare fingerprints: python -m bot keys",
            )
        await self._bench.store.commit((lease(self._bench.clock()), self._bench.log("desk", "unlock")))
        self._used, self._locking = self._bench.clock(), False
        await self._recall_queue()
        await self._offline.note()
        self._bench.ring = ring
        self._waiting.clear()
        await self._note_audit()

    async def unlock_again(self, passphrase: str) -> bool:
        """After the keys were rotated: take the new ones, where the desk was open until then. False, and
        nothing happens, where it was not."""
        if not self.is_open and not self._outdated:
            return False
        await self.unlock(passphrase)
        return True

    async def lock(self, why: str = "lock") -> None:
        """Let go of the keys, and say so to all."""
        if not self.is_open:
            return
        self._outdated = False
        self.stand_down()
        await self._bench.store.commit(
            (
                lease(self._bench.clock(), locked=not self._bench.policy.console),
                self._bench.log("desk", why),
            )
        )
        await self._note_audit()
        await self._note_queue()

    def stand_down(self) -> None:
        """Another desk works, or this one lost the store for long: let go of the keys and write nothing."""
        self._bench.let_go()
        self._locking = False

    @property
    def is_idle(self) -> bool:
        """Whether nobody gave an order for so long that the keys are to go."""
        return self._bench.clock() - self._used >= self._bench.policy.idle_minutes * 60

    async def close(self) -> None:
        """The end of the program: lock, and let go of what is not shown by then. It stays in the queue."""
        await self.lock("exit")
        await self._lanes.quiet(LINGER_SECONDS)
        await self._lanes.close()

    async def _keep_up(self) -> None:
        """Hold the keys that are listed, and no other: what was destroyed is let go of; for a newer one, the
        passphrase is needed again."""
        bench, ring = self._bench, self._bench.ring
        if ring is None or bench.listed is None or self._opening:
            return
        listed = {key.recipient for key in bench.listed().keys}
        held = tuple(identity for identity in ring.identities if identity.recipient in listed)
        if len(held) < len(listed):
            await self.lock("keys were rotated")
            self._outdated = True
            await self._announce("owner", "desk-keys-rotated")
        elif len(held) < len(ring.identities):
            bench.ring = replace(ring, identities=held)

    async def _note_audit(self) -> None:
        """Write down outside the database where the audit log ends, or alarm owners: once for each start."""
        bench = self._bench
        if bench.audit_head is None:
            return
        async with self._noting:
            try:
                sound = await note_head(bench.store, bench.audit_head)
            except StoreDamaged as error:
                log.error("the audit log cannot be vouched for: %s", error)
                sound = False
        if not sound and not self._audit_alarmed:
            self._audit_alarmed = True
            await bench.store.commit((bench.log("desk", "audit log was cut"),))
            await self._announce("owner", "desk-alarm-audit")

    async def _recall_queue(self) -> None:
        """Know again, after a start, when the queue was last seen empty."""
        bench = self._bench
        if bench.queue_head is None or self._drained:
            return
        now = int(bench.clock() // 60)
        try:
            noted = await asyncio.to_thread(bench.queue_head.read)
        except StoreDamaged as error:
            # Failing closed: what is queued from now on is obeyed, and nothing that may have been put back.
            log.error("what was queued before is not obeyed: %s", error)
            noted = now
        self._drained = min(noted or 0, now)

    async def _note_queue(self) -> None:
        """Write down outside the database when the queue was last seen empty, and the last digest."""
        await self.digests.note()
        if self._bench.queue_head is not None and self._drained != self._drained_noted:
            drained = self._drained
            await asyncio.to_thread(self._bench.queue_head.write, drained)
            self._drained_noted = drained

    async def _lock_by_command(self, _bench: Bench, asked: Asked) -> Act:
        async def after() -> None:
            self._locking = True

        return Act(screens=(asked.say("desk-lock-done"),), after=after)

    # --- what the clock brings ------------------------------------------------------------------------------

    async def tick(self) -> None:
        """Called every minute or so: the idle lock, lapsed claims, what is past its time, news, the queue."""
        bench = self._bench
        if self.is_open and self.is_idle:
            async with self._turn:
                await self.lock("idle lock")
        if self.is_open or bench.policy.console:
            await bench.store.commit((lease(bench.clock()),))
        await self._lapse()
        if self._expired_on != bench.today:
            await self.expire()
            self._expired_on = bench.today
        await self._tell_news()
        await self.pump()
        await self._settle()
        await self._note_audit()
        await self._note_queue()

    async def due(self) -> None:
        """The bell: a digest is due. Kept until it is made: a locked desk or a crash only delays it."""
        await self.digests.remember_due()
        await self._settle()

    async def _settle(self) -> None:
        """Make what is due and send what is owed; locked, say once that it waits."""
        if not self.is_open:
            await self._tell_waiting()
            return
        async with self._turn:
            if self.is_open:
                await self.digests.make_due()
        self._soon(self.digests.ledger.deliver)
        await self._lanes.quiet(LINGER_SECONDS)
        await self.pump()

    def _soon(self, job: Callable[[], Awaitable[None]]) -> None:
        """Do this on the lane of deliveries, one after the other, holding nobody up. What a full disk or a
        locked desk puts off, the next tick does."""

        async def done() -> bool:
            try:
                await job()
            except SeuilError as error:
                log.error("a delivery was put off: %s", error)
            return True

        self._lanes.add(DELIVERIES, 0, done)

    def _pass_on(self, member: bytes, screen: Screen) -> None:
        self._lanes.add(member, 0, partial(self._notice, Answer(member, (screen,))))

    async def _tell_waiting(self) -> None:
        """Once for each digest that waits for the desk, however often it is locked over it."""
        store = self._bench.store
        waits = await waiting(self._bench.members, int(self._bench.clock() // 60))
        told = await store.meta(TOLD) or b""
        if waits is not None and waits.mark != told:
            await store.commit((PutMeta(TOLD, waits.mark),))
            await self._announce("owner moderator", waits.key, period=waits.number)

    async def _lapse(self) -> None:
        """Give back what somebody took and left lying. Counted from when this process first saw it taken."""
        bench, now = self._bench, self._bench.clock()
        held = {(row.case, row.claimed_by or b""): row for row in await bench.store.cases("claimed")}
        self._held_since = {key: self._held_since.get(key, now) for key in held}
        for key, since in self._held_since.items():
            if now - since >= bench.policy.claim_minutes * 60:
                case, holder = key
                back = Move(case, ("claimed",), "waiting", bench.today, held_by=holder)
                await bench.store.commit((back, bench.log("desk", "lapse", reference(case))))

    async def _tell_news(self) -> None:
        """Say that something waits, and nothing else: not more often than the policy's rate.

        What is in quarantine is told once a day at most, in the same message where there is one: a flood of
        junk is one notice, and does not hold up the notice of a testimony.
        """
        bench, now = self._bench, self._bench.clock()
        rate = bench.policy.notify_minutes * 60
        counted = await bench.store.count_cases("waiting", "quarantined")
        count, apart = (counted.get(state, (0, 0))[0] for state in ("waiting", "quarantined"))
        self._told, self._apart = min(self._told, count), min(self._apart, apart)
        apart_due = apart > self._apart and now - self._apart_told_at >= DAY_SECONDS
        self._apart_seen = min(self._apart_seen, now) if apart_due else float("inf")
        news = count > self._told
        # Alone, the quarantine waits a while for a testimony to be told with.
        if now - self._told_at < rate or not (news or now - self._apart_seen >= rate):
            return
        self._told_at, self._told = now, count
        if apart_due:
            self._apart, self._apart_told_at = apart, now
        if news:
            key = "desk-new-and-quarantine" if apart_due else "desk-new"
            await self._announce("moderator", key, count=count, apart=apart)
        else:
            await self._announce("moderator", "desk-new-quarantine", count=apart)

    async def _announce(self, roles: str, key: str, **args: str | int) -> None:
        """Tell members something that needs no key and no certainty."""
        for answer in await self._bench.tell(roles, key, **args):
            self._lanes.add(answer.member, 0, partial(self._notice, answer))
        await self._lanes.quiet(LINGER_SECONDS)

    async def _notice(self, answer: Answer) -> bool:
        """Shown or not: it is said again when there is reason to. What waits behind it is not held up."""
        with suppress(Gone):
            await self._show(answer)
        return True

    async def expire(self) -> int:
        """Erase what is past its time: stories, notes and replies' cases. How many cases were touched.

        A summary or quote that waits for its digest stays until the coded answers go: it was written, or
        released by two people, to be read by others.
        """
        bench = self._bench
        coded_before = bench.today - int(bench.policy.coded_months * MONTH_DAYS)
        due = await bench.store.retention(
            story_before=bench.today - bench.policy.story_days, coded_before=coded_before
        )
        waiting = (await waiting_texts(bench.store)).texts
        parts: dict[bytes, list[str]] = {}
        for case, part in due:
            if part not in (SUMMARY, QUOTE) or (case, part) not in waiting:
                parts.setdefault(case, []).append(part)
        for row in await bench.store.cases("waiting", "quarantined", "claimed"):
            # Nobody decided in all that time: it goes as the oldest decided ones do, with everything.
            if row.day < coded_before:
                parts[row.case] = ["coded"]
        for case, gone in parts.items():
            # With the coded answers goes the rest: the row, its replies, and what the receipt would find.
            erase: Operation = EraseCase(case) if "coded" in gone else DropItems(case, tuple(gone))
            await bench.store.commit((erase, bench.log("desk", "expire", reference(case))))
        return len(parts)

    # --- the queue ------------------------------------------------------------------------------------------

    async def pump(self, linger: float | None = None) -> int:
        """Carry out all that is queued, then wait for what is shown, `linger` seconds at the most and
        holding nobody up. How many orders and answers came to their end."""
        done = 0
        while True:
            async with self._turn:
                ended = await self._carry_out()
            ended += await self._lanes.quiet(LINGER_SECONDS if linger is None else linger)
            done += ended
            if not ended:
                return done

    async def _carry_out(self) -> int:
        """Take every order that waits, and put every answer on its lane. How many orders came to their end.

        Only one at a time: the caller holds the turn, and no network is waited for in it.
        """
        done, most = 0, BATCH
        await self._keep_up()
        if self._bench.policy.console:
            await self._recall_queue()
        while self.is_open or self._bench.policy.console:
            self._lanes.forget_ended()
            queued = await self._bench.store.claim_commands(most)
            if not queued and not await self._bench.store.commands(1):
                # Also where the clock was set back: what is queued from now on is not stale.
                self._drained = int(self._bench.clock() // 60)
            ended = 0
            held: set[bytes] = set()
            for row in queued:
                if not self._lanes.knows(row.number):
                    ended += await self._take(row, held)
            done += ended
            if not ended:
                if len(queued) < most:
                    break
                most += BATCH  # answers for a chat that takes none stand before the orders of others
        if self._locking:
            await self.lock()
        return done

    def _may_try(self, row: CommandRow) -> bool:
        return self._failed.get(row.number, (0, float("-inf")))[1] <= self._bench.clock()

    async def _take(self, row: CommandRow, held: set[bytes]) -> bool:
        """Carry out one order, or put one answer on its lane. Whether an order came to its end. `held`: whose
        answers wait for one that could not be shown yet."""
        bench = self._bench
        if is_for_team(row.box) and not self.is_open:
            return False
        try:
            queued = read_queued(bench.queue.instance, self._opened(row.box))
            self._demand_fresh(queued, row.box)
        except CannotOpen:
            # Once a minute: what it writes goes into this very queue, and must not call for another alarm.
            is_told = not self._seldom("cannot open command")
            answers = () if is_told else await bench.tell("owner", "desk-alarm-command")
            line = bench.log("desk", "cannot open command")
            return await bench.store.commit((FinishCommand(row.number), line, *self._answers(answers)))
        match queued:
            case Answer(member):
                if member in held or not self._may_try(row):
                    held.add(member)
                elif not self._lanes.holds_up(member):
                    self._lanes.add(member, row.number, partial(self._answer, row.number, queued))
                return False
            case Order():
                if not self.is_open and await self._waits(row, queued):
                    return False
                obeyed = not self._locking and await self._obey(row, queued)
                if obeyed:
                    self._obeyed[_hash(row.box)] = queued.minute
                return obeyed

    def _opened(self, box: bytes) -> bytes:
        """What is in a box of the queue. Raises `CannotOpen`."""
        if is_for_team(box):
            return open_command(box, self._bench.keys().identities)
        return open_without_key(self._bench.queue.instance, box)

    async def _waits(self, row: CommandRow, order: Order) -> bool:
        """Whether an order is left until the key is in memory; told once. What a member signs after it waits
        as well: it was decided in that order."""
        bench = self._bench
        member = next((found for found in await bench.store.members() if found.member == order.member), None)
        if member is None or not bench.members.is_sound(member):
            return False
        behind = any(who == order.member and number < row.number for number, who in self._waiting.items())
        given = parse(order.text, role_of(member))
        signed = given is not None and given.command == "decision"
        if not (behind and signed) and not offline.waits_for_key(order.text, role_of(member)):
            return False
        if row.number not in self._waiting:
            self._waiting[row.number] = order.member
            told = Screen(bench.words_of(member).say("desk-locked"))
            self._lanes.add(
                order.member, 0, partial(self._notice, Answer(order.member, (told,), where=order.where))
            )
        return True

    def _demand_fresh(self, queued: Order | Answer, box: bytes) -> None:
        """An order older than a moment at which nothing was queued was carried out before that moment:
        somebody kept its row and put it back. Younger ones are known by their boxes. Raises `CannotOpen`."""
        oldest = self._drained - STALE_MINUTES
        self._obeyed = {known: minute for known, minute in self._obeyed.items() if minute >= oldest}
        if queued.minute < oldest or _hash(box) in self._obeyed:
            raise CannotOpen(
                "Something in the desk's queue was carried out before and put back.",
                hint="Somebody may have written to the database: look at who can, and read /audit.",
            )

    async def _answer(self, number: int, answer: Answer) -> bool:
        """Show an answer and end it. False: it is kept and tried again, and the next ones wait for it."""
        finish: tuple[Operation, ...] = (FinishCommand(number),)
        tries = self._failed.get(number, (0, 0.0))[0] + 1
        try:
            shown = await self._show(answer)
        except Gone:
            shown, tries = False, TRIES
        if not shown:
            if tries < TRIES:
                self._failed[number] = (tries, self._bench.clock() + 60 * 2**tries)
                return False
            finish += (self._bench.log("desk", "answer given up"),)
        self._failed.pop(number, None)
        await self._bench.store.commit(finish)
        return True

    async def _show(self, answer: Answer) -> bool:
        """Show screens to a member. False where the channel would not take them. Raises `Gone`.

        Where she asked, if that is still a chat of hers: else where she joined.
        """
        for row in await self._bench.store.members():
            if row.member == answer.member:
                try:
                    route = self._bench.members.route(row)
                    who = answer.where if answer.where and route.holds(answer.where) else route.who
                    for screen in answer.screens:
                        await self._say(who, screen)
                except Gone:
                    raise
                except Exception as error:
                    # Whatever a network can raise: the answer is kept and tried again.
                    log.warning("an answer could not be shown: %s", type(error).__name__)
                    return False
        return True

    def _answers(self, answers: tuple[Answer, ...]) -> list[Operation]:
        return [self._bench.queue.operation(answer, secrets.token_bytes(16)) for answer in answers]

    # --- one order ------------------------------------------------------------------------------------------

    async def _obey(self, row: CommandRow, order: Order) -> bool:
        bench = self._bench
        self._used = bench.clock()
        members = await bench.store.members()
        member = next((found for found in members if found.member == order.member), None)
        finish = FinishCommand(row.number)
        if member is None or not bench.members.is_sound(member):
            return await bench.store.commit((finish, bench.log("desk", "command of no member")))
        try:
            act = await self._act(member, order)
        except (StoreAway, StoreDamaged, StoreFull):
            raise
        except Exception as error:
            # A fault of ours must not stop the queue for everybody. Its text could hold anything.
            log.error("a command failed: %s", type(error).__name__)
            line = bench.log("desk", "command failed")
            again = Screen(bench.words_of(member).say("desk-try-again"))
            return await bench.store.commit(
                (finish, line, *self._answers((Answer(member.member, (again,), where=order.where),)))
            )
        answers = self._answers((Answer(member.member, act.screens, where=order.where), *act.others))
        if not await bench.store.commit((finish, *act.change, *answers)):
            again = Screen(bench.words_of(member).say("desk-try-again"))
            told = Answer(member.member, (again,), where=order.where)
            return await bench.store.commit((finish, *self._answers((told,))))
        if act.forget:
            self._lanes.add(member.member, 0, partial(self._forget_chats, member))
        if act.after is not None:
            await act.after()
        return True

    async def _act(self, member: MemberRow, order: Order) -> Act:
        """What a member's words come to. Refusals are acts that only say something."""
        bench, words, role = self._bench, self._bench.words_of(member), role_of(member)
        given = parse(order.text, role)
        if given is None:
            return Act(screens=(Screen(words.say(UNKNOWN.key)),))
        if role not in COMMANDS[given.command].roles or self._is_out_of_place(member, order, given):
            return self._refused(member, given, Screen(words.say(UNKNOWN.key)))
        if (refusal := typed(given.command, console=bench.policy.console)) is not None:
            return self._refused(member, given, Screen(words.say(refusal.key)))
        command = COMMANDS[given.command]
        if command.needs_text and not given.text:
            example = words.say(f"desk-help-{command.name}").partition(":")[0].strip()
            return Act(screens=(Screen(words.say("desk-no-text", example=example)),))
        if given.command == "decision":
            return await self._obey_document(member, given)
        case, view = await self._looked_up(member, given.command, given.case)
        if bench.policy.console and given.command == "undo" and view in UNDONE_BY_DOCUMENT:
            return self._refused(member, given, Screen(words.say("desk-console-decide")), case)
        return await self._carry(Asked(member, role, words, given, case, view))

    async def _obey_document(self, member: MemberRow, given: Given) -> Act:
        """What was decided on a machine of hers, once every doubt about it is answered."""
        bench, words, role = self._bench, self._bench.words_of(member), role_of(member)
        try:
            told = await self._offline.heard(member, given.text)
            decided = Given(told.decision.command, told.decision.case, told.text)
            if decided.command == "undo":
                case, view = await self._last_decided(member)
                if case is None or reference(case.case) != decided.case:
                    case, view = None, "none"
            else:
                case = await self._named(decided.case)
                view = "gone" if case is None else _view(case, member)
            asked = Asked(member, role, words, decided, case, view, told.cosigner)
            second: Second = "other" if told.cosigner else "nobody"
            refusal = decide(role, decided.command, view, second)
            if isinstance(refusal, Refusal):
                return self._refused(member, decided, asked.say(refusal.key), case)
            await self._offline.demand_current(asked, told.decision)
        except Unfit as fault:
            return self._refused(member, given, Screen(words.say(fault.key)))
        bench.read.add((member.member, asked.row.case))  # the document holds what only its files hash to
        return await self._offline.once(told, asked, await self._carry(asked))

    async def _carry(self, asked: Asked) -> Act:
        """What a command comes to that may be given as far as its words go."""
        bench, member, role = self._bench, asked.member, asked.role
        given, case, view = asked.given, asked.case, asked.view
        command = COMMANDS[given.command]
        what: str = ""
        second: Second = "other" if asked.cosigner else "nobody"
        taken: tuple[Operation, ...] = ()
        if command.two_people and case is not None and not asked.cosigner:
            what, second, taken = await cases.second_of(bench, asked)
        decision = decide(role, given.command, view, second)
        if isinstance(decision, Refusal):
            if view == "none":
                return Act(screens=(asked.say(decision.key),))
            return self._refused(member, given, asked.say(decision.key), case)
        if Do.APPROVE in decision and (member.member, asked.row.case) not in bench.read:
            return Act(screens=(asked.say("desk-read-first"),))
        try:
            if decision == (Do.ASK_SECOND,):
                acts = [await cases.ask_second(bench, asked, what)]
            else:
                acts = [await self._acts[effect](bench, asked) for effect in decision]
        except ItemError as error:
            acts, taken = [await cases.alarmed(bench, asked, error)], ()
        except LedgerError as error:
            acts = [await self.digests.alarmed(asked, error)]
        return self._together(asked, acts, taken)

    def _refused(self, member: MemberRow, given: Given, screen: Screen, case: CaseRow | None = None) -> Act:
        """A polite no that the log remembers: whoever tries the doors is seen. One line a minute and member,
        so that nobody fills it."""
        if not self._seldom(member.member):
            return Act(screens=(screen,))
        about = given.case if case is None else reference(case.case)
        return Act((self._bench.log(member.member, f"refused {given.command}", about),), (screen,))

    def _is_out_of_place(self, member: MemberRow, order: Order, given: Given) -> bool:
        route = self._bench.members.route(member)
        return given.command in PRIVATE_ONLY and (order.where or route.who) != route.private

    def _together(self, asked: Asked, acts: list[Act], taken: tuple[Operation, ...]) -> Act:
        """The acts of one command as one, with its line in the log."""
        change = (*taken, *(operation for act in acts for operation in act.change))
        if COMMANDS[asked.given.command].audited and all(act.audited for act in acts):
            about = "" if asked.case is None else asked.ref
            change = (*change, self._bench.log(asked.member.member, asked.given.command, about))
        return Act(
            change,
            tuple(screen for act in acts for screen in act.screens),
            tuple(other for act in acts for other in act.others),
            forget=any(act.forget for act in acts),
            after=next((act.after for act in acts if act.after is not None), None),
        )

    async def _looked_up(self, member: MemberRow, command: str, ref: str) -> tuple[CaseRow | None, CaseView]:
        """The case a command is about: the one it names, the one its giver holds, or her last decision."""
        if not COMMANDS[command].argument.startswith("case") and command not in ("next", "undo", "queue"):
            return None, "none"
        if ref:
            row = await self._named(ref)
            return row, "gone" if row is None else _view(row, member)
        if command == "quarantine_release":
            # Without a name it is about all that is in quarantine, whatever she holds.
            return None, "none"
        held = [row for row in await self._bench.store.cases("claimed") if row.claimed_by == member.member]
        if held:
            return held[0], "mine"
        if command == "undo":
            return await self._last_decided(member)
        shown = self._bench.last.get(member.member)
        if command in ("open", "open_yes", "get", "approve", "reject") and shown:
            row = await self._bench.store.case(shown)
            if row is not None and row.state in ("escalated", "quarantined"):
                # She reads what she holds no claim on: "/open" again means the one she was warned of.
                return row, _view(row, member)
        return None, "none"

    async def _named(self, ref: str) -> CaseRow | None:
        """The case of a reference. Few are open at a time and many are decided: those are looked at last."""
        for states in (("claimed", "escalated"), ("waiting", "quarantined"), ("approved",), ("rejected",)):
            found = [row for row in await self._bench.store.cases(*states) if reference(row.case) == ref]
            if len(found) == 1:
                return found[0]
        return None

    async def _last_decided(self, member: MemberRow) -> tuple[CaseRow | None, CaseView]:
        """Her last decision, unless somebody decided otherwise since."""
        if await quarantine.last_many(self._bench, member.member) is not None:
            return None, "many"
        kept = await self._bench.store.meta(cases.last_key(member.member))
        row = await self._bench.store.case(kept[1:]) if kept else None
        if row is None or not kept or row.state[:1].encode() != kept[:1]:
            return None, "none"
        return row, _view(row, member)

    async def _forget_chats(self, member: MemberRow) -> bool:
        """Take what was shown to a member out of where she joined, and out of her own chat."""
        if self._forget is None:
            return True
        route = self._bench.members.route(member)
        for who in dict.fromkeys((route.who, route.private)):
            try:
                await self._forget(who)
            except Exception as error:
                # What could not be taken away now leaves by itself after its minutes.
                log.warning("a chat could not be cleared: %s", type(error).__name__)
        return True


def _hash(box: bytes) -> bytes:
    """What tells a box from all others, however it is spelt and whichever key its header is for: no two are
    sealed alike, and nobody changes a payload that still opens."""
    return age.payload_hash(box) if is_for_team(box) else hashlib.sha256(box).digest()


def _view(row: CaseRow, member: MemberRow) -> CaseView:
    match row.state:
        case "claimed":
            return "mine" if row.claimed_by == member.member else "theirs"
        case "approved":
            return "approved" if row.counted_in is None else "counted"
        case other:
            return other
