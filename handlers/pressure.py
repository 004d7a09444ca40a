"""How much is on its way at once, and who goes first when it is too much.

Two things are bounded: the turns whose answer the network did not take yet, and with them memory; and how
long people wait. Where it is too long for too many, people in the middle of a conversation go first, and who
would begin one is asked, once, to come back. Help, rights and receipts are open to everybody at any moment:
what is put off is decided in `handlers.dispatch`.

Too long is a standing queue, as CoDel has it (RFC 8289): not one slow chat or a burst after a pause, but a
while in which nobody at all was answered soon. Seconds are counted from when something was said, where the
channel knows that more waits behind it, and else from when it was heard.

Never here: what is said, where somebody stands, the clock on the wall. All of it is in memory, and forgotten
with the process.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import islice
from time import monotonic

MOST_ON_WAY = 2_000
"""Turns of one network that are made durable and shown at once; more wait, not confirmed, with it (Telegram
brings 100 at most), or in Signal's journal. 5.3 KiB each, so 10 MiB: as tracemalloc has it, for 300
characters on Telegram whose answer is not taken. Sent a hundred at a time in 40 ms, they are gone in a
second."""

CROWDED = MOST_ON_WAY * 3 // 4

MANY = 10
"""Where fewer people than this are being answered, it is not true that many write."""

TARGET_SECONDS = 5.0
"""A wait that is too long: half of the ten seconds for which people stay with something that does not answer
(Nielsen, Usability Engineering, 1993)."""

INTERVAL_SECONDS = 10.0
"""For so long nobody was answered within the target: no burst any more. After a restart, 2 000 turns a second
work off what came in a pause of hours before that."""

CALM_SECONDS = 1.0
"""One answer as quick as this ends it: the queue was empty."""

COME_BACK_MINUTES = 10
"""What is told who would begin. She is told again after that, where it still holds."""

MOST_TOLD = 20_000
"""People remembered as told, some 250 bytes each: 5 MB. The first told is forgotten first."""

NOTICES_AT_ONCE = 20
"""Of a hundred lines to Telegram: the others are for answers."""

MOST_NOTICES = 500
"""Notices that wait for the network. Whom no more can be told is told when she writes again."""


@dataclass(frozen=True, slots=True)
class Load:
    """What a process that listens has to do at this moment."""

    in_flight: int = 0
    """Turns that began and whose answer was not taken yet."""
    handing_in: int = 0
    """Receipts that are being made or tried, or wait for it."""
    is_high: bool = False
    """Who would begin is asked to come back."""


class Flight:
    """One turn, from what was heard to its answer's being taken."""

    __slots__ = ("has_place", "heard", "is_put_off", "waited")

    def __init__(self, heard: float, waited: float) -> None:
        self.heard = heard
        self.waited = waited
        """Seconds, before it was heard."""
        self.has_place = False
        self.is_put_off = False


class Pressures:
    """Of one process that listens: a pressure for each network, so that a slow one neither fills the places
    of another nor hides behind its quick answers. `now`: as `Pressure` takes it."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now, self._since = now, now()
        self._networks: dict[str, Pressure] = {}

    def of(self, channel: str) -> Pressure:
        known = self._networks.get(channel)
        if known is None:
            known = self._networks[channel] = Pressure(self._now, self._since)
        return known

    @property
    def in_flight(self) -> int:
        """As `Pressure.in_flight`, over all networks."""
        return sum(each.in_flight for each in self._networks.values())

    @property
    def is_high(self) -> bool:
        """Whether people who would begin on some network are to come back later."""
        return any(each.is_high for each in self._networks.values())


class Pressure:
    """One for each network of a process that listens. `now`: seconds of a clock that never goes back.
    `since`: when it began, if before now."""

    def __init__(self, now: Callable[[], float] = monotonic, since: float | None = None) -> None:
        self._now = now
        self._flights: dict[Flight, None] = {}
        """In the order they began."""
        self._places = asyncio.Semaphore(MOST_ON_WAY)
        self._above: float | None = None
        """Since when nobody was answered within the target."""
        self._is_standing = False
        self._ended = now() if since is None else since
        self._told: OrderedDict[Hashable, float] = OrderedDict()
        self._notices = 0
        self._lines = asyncio.Semaphore(NOTICES_AT_ONCE)

    def __repr__(self) -> str:
        return f"Pressure({len(self._flights)} turns)"

    # --- turns ----------------------------------------------------------------------------------------------

    def begin(self, waited: float = 0.0) -> Flight:
        """A turn begins, of something that was said so many seconds ago. Each is ended with `end`."""
        flight = Flight(self._now(), waited)
        self._flights[flight] = None
        return flight

    async def place(self, flight: Flight) -> None:
        """Wait until there is room for it among the turns that are written down and shown."""
        await self._places.acquire()
        flight.has_place = True

    def end(self, flight: Flight) -> None:
        """It was answered, or given up."""
        del self._flights[flight]
        if flight.has_place:
            self._places.release()
        if not flight.is_put_off:  # who was put off waited for nothing
            self._note(self._now() - flight.heard + flight.waited)

    def _note(self, seconds: float) -> None:
        self._ended = self._now()
        if seconds < TARGET_SECONDS:
            self._above = None
            self._is_standing &= seconds >= CALM_SECONDS
            return
        if self._above is None:
            self._above = self._ended
        self._is_standing |= self._ended - self._above >= INTERVAL_SECONDS

    @property
    def in_flight(self) -> int:
        """Turns that began and did not end."""
        return len(self._flights)

    @property
    def is_high(self) -> bool:
        """Whether people who would begin are to come back later."""
        count = len(self._flights)
        if count < MANY:
            return False
        now = self._now()
        # What was seen longer ago says nothing of now.
        is_standing = self._is_standing and now - self._ended < INTERVAL_SECONDS
        return count >= CROWDED or is_standing or self._is_stuck(now)

    def _is_stuck(self, now: float) -> bool:
        """Whether nothing ends any more, of which `_note` would hear nothing."""
        flight = next(islice(self._flights, MANY - 1, None))
        return self._ended < flight.heard and now - flight.heard >= TARGET_SECONDS + INTERVAL_SECONDS

    # --- who is asked to come back --------------------------------------------------------------------------

    def tells(self, who: Hashable) -> bool:
        """Whether she is to be told now; that she is told is remembered."""
        now = self._now()
        told = self._told.get(who)
        if told is not None and now - told < COME_BACK_MINUTES * 60:
            return False
        if self._notices >= MOST_NOTICES:
            return False
        self._told[who] = now
        self._told.move_to_end(who)
        if len(self._told) > MOST_TOLD:
            self._told.popitem(last=False)
        return True

    @asynccontextmanager
    async def notice(self) -> AsyncIterator[None]:
        """Around the sending of one notice: a few lines are for these."""
        self._notices += 1
        try:
            async with self._lines:
                yield
        finally:
            self._notices -= 1
