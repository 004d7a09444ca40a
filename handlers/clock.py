"""The clock: it rings bells and decides nothing.

APScheduler keeps its jobs in memory. What is due is known by the ledger and by the last bell that was
answered, which is kept in the store, so that a bell missed while the program was down rings once when it
starts again, and a doubled one changes nothing.

Never here: what a bell leads to.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from storage import Store
from storage.changes import PutMeta

BELL = "digest-bell"
"""Meta: the last minute (since 1970) up to which bells were answered."""

TICK_SECONDS = 60
"""How often the desk looks at what waits: a minute is soon enough for people who work from a chat."""

EXPIRY_SECONDS = 600
"""How often drafts past their hours are destroyed: ten minutes is little beside three days."""

Bell = Callable[[], Awaitable[object]]


def trigger(cron: str, zone: str) -> CronTrigger:
    """A cron expression in a time zone. Daylight saving is the trigger's business: 9:00 stays 9:00."""
    return CronTrigger.from_crontab(cron, ZoneInfo(zone))


def rang_between(bell: CronTrigger, after: datetime, until: datetime) -> bool:
    """Whether the bell was to ring in (after, until]."""
    due = bell.get_next_fire_time(None, after + timedelta(microseconds=1))
    return due is not None and due <= until


class Clock:
    """Rings `due` by the cron expression, `tick` every minute and `expire` every ten, until it is stopped."""

    def __init__(self, store: Store, cron: str, zone: str, *, due: Bell, tick: Bell, expire: Bell) -> None:
        self._store = store
        self._bell = trigger(cron, zone)
        self._due = due
        self._scheduler = AsyncIOScheduler(timezone=ZoneInfo(zone))
        for job, every in ((tick, TICK_SECONDS), (expire, EXPIRY_SECONDS)):
            self._scheduler.add_job(
                job, IntervalTrigger(seconds=every), coalesce=True, misfire_grace_time=None
            )
        self._scheduler.add_job(self.ring, self._bell, coalesce=True, misfire_grace_time=None)

    async def start(self) -> None:
        """Ring for what was missed, then keep time."""
        await self.ring()
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def ring(self) -> None:
        """Answer every bell since the last one answered: once, however many were missed."""
        now = datetime.now(UTC)
        await self.ring_until(now)

    async def ring_until(self, now: datetime) -> bool:
        """Whether a bell was due since the last look. The very first look only remembers when it was."""
        kept = await self._store.meta(BELL)
        was_due = kept is not None and rang_between(
            self._bell, datetime.fromtimestamp(int(kept) * 60, UTC), now
        )
        if was_due:
            # First what follows, then that it was answered: a crash in between rings again, which changes
            # nothing.
            await self._due()
        minute = int(now.timestamp() // 60)
        if kept is None or minute > int(kept):
            # Never backwards: a clock that was set back would ring again for what was answered.
            await self._store.commit((PutMeta(BELL, str(minute).encode()),))
        return was_due
