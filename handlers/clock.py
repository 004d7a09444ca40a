"""The clock: it rings bells and decides nothing.

APScheduler reads the cron expression. What is due is known by the ledger and by the last bell that was
answered, which is kept in the store; every minute (`handlers.rounds`) the clock looks whether one was due
since. So a bell missed while the program was down, or asleep, rings once when it is back, a doubled one
changes nothing, and one whose answer failed rings again a minute later.

Never here: what a bell leads to.

Why not the scheduler's own cron job in its time zone: where clocks are put back it rings twice, and where
they are put forward at midnight it loses a bell (in Beirut the whole month of April: see the tests). Here a
cron expression is read as what a clock on the wall shows, and then the moment is found at which it shows it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from bot.errors import SettingsError
from handlers.rounds import Job, every
from storage import Store
from storage.changes import PutMeta

log = logging.getLogger(__name__)

BELL = "digest-bell"
"""Meta: the last minute (since 1970) up to which bells were answered."""

TICK_SECONDS = 60
"""How often the desk looks at what waits, and the clock at its bells: a minute is soon enough for people who
work from a chat."""

EXPIRY_SECONDS = 600
"""How often drafts past their hours are destroyed: ten minutes is little beside three days."""

REMEMBER_MINUTES = 60
"""How often it is written down that nothing rang, so that a new expression asks for no bell of last month."""

SET_BACK_MINUTES = 24 * 60
"""A clock set back by less rings nothing twice. Set back by more, it had been wrong before: a server that
believed for an hour to be in 2037 would else be silent until then."""

_MOMENT = timedelta(microseconds=1)
_DAY = timedelta(days=1)


def now_utc() -> datetime:
    return datetime.now(UTC)


class Bells:
    """When a cron expression rings, by the clock on the wall in a time zone of the tz database.

    An hour that exists twice rings the first time. One that does not exist rings as much later as the clocks
    were put forward: 2:30 at 3:30. So every wall time rings once.

    Raises `SettingsError` for an expression that never rings, such as a 31st of February.
    """

    def __init__(self, cron: str, zone: str) -> None:
        self._walls = CronTrigger.from_crontab(cron, UTC)
        self._zone = ZoneInfo(zone)
        if self.next(datetime(2000, 1, 1, tzinfo=UTC)) is None:
            raise SettingsError(
                f"SEUIL_DIGEST_CRON is `{cron}`, which never comes; a day of some month was expected.",
                hint="`0 9 1 * *` is nine o'clock on the first of every month.",
            )

    def next(self, after: datetime) -> datetime | None:
        """The first bell later than `after`, in UTC; None where none comes any more."""
        behind = min(self._offset(after), self._offset(after - _DAY))  # what a gap of today has shifted
        wall = after.astimezone(UTC) + behind
        while (wall := self._walls.get_next_fire_time(None, wall + _MOMENT)) is not None:
            moment = datetime.combine(wall.date(), wall.time(), self._zone).astimezone(UTC)
            if moment > after:
                return moment
        return None

    def _offset(self, moment: datetime) -> timedelta:
        return moment.astimezone(self._zone).utcoffset() or timedelta()


def rang_between(bells: Bells, after: datetime, until: datetime) -> bool:
    """Whether a bell was to ring in (after, until]."""
    due = bells.next(after)
    return due is not None and due <= until


class Clock:
    """Rings `due` by the cron expression, `tick` every minute and `expire`, where there is any, every ten,
    until it is stopped."""

    def __init__(
        self,
        store: Store,
        cron: str,
        zone: str,
        *,
        due: Job,
        tick: Job,
        expire: Job | None = None,
        now: Callable[[], datetime] = now_utc,
    ) -> None:
        self._store = store
        self._bells = Bells(cron, zone)
        self._due = due
        self._now = now
        self._jobs = [(self.ring, TICK_SECONDS), (tick, TICK_SECONDS)]
        if expire is not None:
            self._jobs.append((expire, EXPIRY_SECONDS))
        self._running: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Ring for what was missed, then keep time."""
        await self.ring()
        self._running = [asyncio.create_task(every(seconds, job)) for job, seconds in self._jobs]

    def stop(self) -> None:
        for task in self._running:
            task.cancel()

    async def ring(self) -> None:
        """Answer every bell since the last one answered: once, however many were missed.

        Never fails: whoever is listened to meanwhile must not suffer from a digest that could not be made.
        """
        try:
            await self.ring_until(self._now())
        except Exception as error:
            # Only the kind is logged: the rest could hold what a digest is made of.
            log.error("a bell could not be answered and rings again: %s", type(error).__name__)

    async def ring_until(self, now: datetime) -> bool:
        """Whether a bell was due since the last look. The very first look only remembers when it was."""
        kept = await self._store.meta(BELL)
        minute = int(now.timestamp() // 60)
        last = minute if kept is None else int(kept)
        if last > minute + SET_BACK_MINUTES:
            log.warning("the clock was set back by more than a day: bells ring from now on")
            kept, last = None, minute
        was_due = rang_between(self._bells, datetime.fromtimestamp(last * 60, UTC), now)
        if was_due:
            # First what follows, then that it was answered: a crash in between rings again, which changes
            # nothing.
            await self._due()
        if kept is None or was_due or minute >= last + REMEMBER_MINUTES:
            # Never backwards: a clock that was set back would ring again for what was answered.
            await self._store.commit((PutMeta(BELL, str(minute).encode()),))
        return was_due
