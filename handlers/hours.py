"""What the clock brings to the desk: claims that lapse, news that something waits, a digest that waits for
the key, and what is past its time.

None of it needs a key: a locked desk does it as well.

Never here: when it is looked (`handlers.clock`), what a member orders.
"""

from __future__ import annotations

from typing import Protocol

from bot.moderation import reference
from handlers.bench import DAY_SECONDS, Bench
from handlers.delivery.waiting import TOLD, waiting
from handlers.texts import QUOTE, SUMMARY, waiting_texts
from storage.changes import DropItems, EraseCase, Move, Operation, PutMeta

MONTH_DAYS = 30.44
"""A twelfth of a year of 365.24 days."""


class Announce(Protocol):
    """Tells members of these roles something that needs no key and no certainty."""

    async def __call__(self, roles: str, key: str, **args: str | int) -> None: ...


class Hours:
    """One for each desk."""

    def __init__(self, bench: Bench, announce: Announce) -> None:
        self._bench = bench
        self._announce = announce
        self._told, self._told_at = 0, float("-inf")
        self._apart, self._apart_seen, self._apart_told_at = 0, float("inf"), float("-inf")
        self._held_since: dict[tuple[bytes, bytes], float] = {}

    async def lapse(self) -> None:
        """Give back what somebody took and left lying. Counted from when this process first saw it taken."""
        bench, now = self._bench, self._bench.clock()
        held = {(row.case, row.claimed_by or b""): row for row in await bench.store.cases("claimed")}
        # Never later than now: after a clock was set back, a claim would last as much longer.
        self._held_since = {key: min(self._held_since.get(key, now), now) for key in held}
        for key, since in self._held_since.items():
            if now - since >= bench.policy.claim_minutes * 60:
                case, holder = key
                back = Move(case, ("claimed",), "waiting", bench.today, held_by=holder)
                await bench.store.commit((back, bench.log("desk", "lapse", reference(case))))

    async def tell_news(self) -> None:
        """Say that something waits, and nothing else: not more often than the policy's rate.

        What is in quarantine is told once a day at most, in the same message where there is one: a flood of
        junk is one notice, and does not hold up the notice of a testimony.
        """
        bench, now = self._bench, self._bench.clock()
        rate = bench.policy.notify_minutes * 60
        counted = await bench.store.count_cases("waiting", "quarantined")
        count, apart = (counted.get(state, (0, 0))[0] for state in ("waiting", "quarantined"))
        self._told, self._apart = min(self._told, count), min(self._apart, apart)
        self._told_at, self._apart_told_at = min(self._told_at, now), min(self._apart_told_at, now)
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

    async def tell_waiting(self) -> None:
        """Once for each digest that waits for the desk, however often it is locked over it."""
        store = self._bench.store
        waits = await waiting(self._bench.members, int(self._bench.clock() // 60))
        told = await store.meta(TOLD) or b""
        if waits is not None and waits.mark != told:
            await store.commit((PutMeta(TOLD, waits.mark),))
            await self._announce("owner moderator", waits.key, period=waits.number)

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
