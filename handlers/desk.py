"""The desk: takes what members queued, in order, and carries it out with the keys in memory.

Each act, its line in the audit log, the end of its command and its answer are one change: killed at any
instant, nothing is done twice and nothing done is left unsaid. Answers come back out of the same queue and
may be shown twice, never not at all: each member's in order, on a lane of her own (`handlers.lanes`), so that
a slow or blocked chat delays nobody else.

Locked, it opens nothing and does nothing but wait, let claims lapse and let what is past its time be
erased: none of that needs a key. What is queued meanwhile is carried out when it is unlocked. In the console
profile (`bot.decisions`) most of it needs none: it is carried out, by a desk that may never have had the key.

Never here: what an order comes to (`handlers.acting`), how answers are shown and tried again
(`handlers.answering`), what the clock brings (`handlers.hours`), and a passphrase from a chat.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.errors import CannotOpen, KeyFileError, SeuilError, StoreAway, StoreDamaged, StoreFull
from bot.moderation import Do, parse
from bot.opening import open_command
from handlers import Address, Screen, offline
from handlers.acting import Acting
from handlers.answering import Answering
from handlers.bench import Act, Asked, Bench, Say
from handlers.commands import (
    Answer,
    Order,
    is_for_team,
    lease,
    open_without_key,
    read_queued,
)
from handlers.digests import Digests
from handlers.fresh import Fresh
from handlers.hours import Hours
from handlers.keyring import Unlocked
from handlers.members import role_of
from handlers.pace import OnceAMinute
from handlers.partners import Partners
from handlers.publishing import Publishing
from handlers.verifying import note_head
from storage import CommandRow
from storage.changes import FinishCommand

log = logging.getLogger(__name__)

BATCH = 50
"""Commands looked at together."""

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
        self._unlocking = unlocking
        self._turn = asyncio.Lock()
        self._noting = asyncio.Lock()
        self._audit_alarmed = False
        self._used = bench.clock()
        self._locking = False
        self._opening = False
        self._outdated = False
        """Locked by itself, for want of a key that was made since."""
        self._said = Answering(bench, say, forget)
        self._lanes = self._said.lanes
        self.hours = Hours(bench, self._said.announce)
        self._seldom = OnceAMinute(bench.clock)
        self._expired_on = -1
        self._fresh = Fresh(bench)
        self._waiting: dict[int, bytes] = {}
        """Orders that wait for the key though the desk works (console profile), and whose they are."""
        self._offline = offline.Offline(bench)
        self.digests = Digests(bench, say)
        published = Publishing(bench, self.digests, self._soon, self._said.pass_on).acts
        chosen = Partners(bench, self.digests, self._soon, say).acts
        more = {**published, **chosen, Do.LOCK: self._lock_by_command}
        self._acting = Acting(bench, self.digests, self._offline, more)

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
        await self._fresh.recall()
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
        await self._said.close()

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
            await self._said.announce("owner", "desk-keys-rotated")
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
            await self._said.announce("owner", "desk-alarm-audit")

    async def _note_queue(self) -> None:
        """Write down outside the database when the queue was last seen empty, and the last digest."""
        await self.digests.note()
        await self._fresh.note()

    async def _lock_by_command(self, _bench: Bench, asked: Asked) -> Act:
        async def after() -> None:
            self._locking = True

        return Act(screens=(asked.say("desk-lock-done"),), after=after)

    # --- what the clock brings ------------------------------------------------------------------------------

    async def tick(self) -> None:
        """Called every minute or so: the idle lock, lapsed claims, what is past its time, news, the queue."""
        bench = self._bench
        self._used = min(self._used, bench.clock())  # a clock that was set back keeps no desk open longer
        if self.is_open and self.is_idle:
            async with self._turn:
                await self.lock("idle lock")
        if self.is_open or bench.policy.console:
            await bench.store.commit((lease(bench.clock()),))
        await self.hours.lapse()
        if self._expired_on != bench.today:
            await self.hours.expire()
            self._expired_on = bench.today
        await self.hours.tell_news()
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
            await self.hours.tell_waiting()
            return
        async with self._turn:
            if self.is_open:
                await self.digests.make_due()
        self._soon(self.digests.ledger.deliver)
        await self._lanes.quiet()
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

    # --- the queue ------------------------------------------------------------------------------------------

    async def pump(self, linger: float | None = None) -> int:
        """Carry out all that is queued, then wait for what is shown, `linger` seconds at the most and
        holding nobody up. How many orders and answers came to their end."""
        done = 0
        while True:
            async with self._turn:
                ended = await self._carry_out()
            ended += await self._lanes.quiet(linger)
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
            await self._fresh.recall()
        while self.is_open or self._bench.policy.console:
            self._lanes.forget_ended()
            queued = await self._bench.store.claim_commands(most)
            if not queued and not await self._bench.store.commands(1):
                self._fresh.drained()
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

    async def _take(self, row: CommandRow, held: set[bytes]) -> bool:
        """Carry out one order, or put one answer on its lane. Whether an order came to its end. `held`: whose
        answers wait for one that could not be shown yet."""
        bench = self._bench
        if is_for_team(row.box) and not self.is_open:
            return False
        try:
            queued = read_queued(bench.queue.instance, self._opened(row.box))
            self._fresh.demand(queued, row.box)
        except CannotOpen:
            # Once a minute: what it writes goes into this very queue, and must not call for another alarm.
            is_told = not self._seldom("cannot open command")
            answers = () if is_told else await bench.tell("owner", "desk-alarm-command")
            line = bench.log("desk", "cannot open command")
            return await bench.store.commit((FinishCommand(row.number), line, *self._said.queued(*answers)))
        match queued:
            case Answer(member):
                if member in held or not self._said.may_try(row.number):
                    held.add(member)
                elif not self._lanes.holds_up(member):
                    self._said.put(row.number, queued)
                return False
            case Order():
                if not self.is_open and await self._waits(row, queued):
                    return False
                obeyed = not self._locking and await self._obey(row, queued)
                if obeyed:
                    self._fresh.obeyed(queued, row.box)
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
            self._said.tell(Answer(order.member, (told,), where=order.where))
        return True

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
            act = await self._acting.act(member, order)
        except (StoreAway, StoreDamaged, StoreFull):
            raise
        except Exception as error:
            # A fault of ours must not stop the queue for everybody. Its text could hold anything.
            log.error("a command failed: %s", type(error).__name__)
            line = bench.log("desk", "command failed")
            again = Screen(bench.words_of(member).say("desk-try-again"))
            return await bench.store.commit(
                (finish, line, *self._said.queued(Answer(member.member, (again,), where=order.where)))
            )
        answers = self._said.queued(Answer(member.member, act.screens, where=order.where), *act.others)
        if not await bench.store.commit((finish, *act.change, *answers)):
            again = Screen(bench.words_of(member).say("desk-try-again"))
            told = Answer(member.member, (again,), where=order.where)
            return await bench.store.commit((finish, *self._said.queued(told)))
        if act.forget:
            self._said.clear(member)
        if act.after is not None:
            await act.after()
        return True
