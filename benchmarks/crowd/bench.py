"""One run of the Telegram measurement: how much of everything, which bots, and how figures are told.

Never here: what is measured (`benchmarks.telegram`, `crowd.survival`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from benchmarks._measure import told
from benchmarks.crowd import needs, ways
from benchmarks.crowd.stands import NotStarted, Place, Stand, Way, ground, stand
from benchmarks.crowd.windows import Window

T = TypeVar("T")

ROUND_TRIP = 0.04
"""Seconds to Telegram and back from a rented machine in Europe."""

WARM_SECONDS = 2.0
BUSY = 0.85
"""Of its processor: a harness that uses more was the limit itself."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything."""

    people: int
    many_people: int
    seconds: float
    """Of one window."""
    stock: bool
    """Whether every stock bot is measured, or only the one that needs nothing more than is here."""
    rate: float
    """Turns a second that are offered."""
    before_kill: float
    """Seconds of talking."""
    after_kill: float
    """Seconds, at most, to see what everybody is answered."""
    drafts: int
    restarts: int
    long_look: float
    """Seconds to see what the bot does beside answering: some of it comes once a minute, some every ten."""


class Bench:
    """One run of the measurement."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self.ours = [ways.seuil("polling"), ways.seuil("webhook")]
        self.stock = list(self._stock())
        self.failed = False

    def _stock(self) -> Iterator[Way]:
        for make in ways.STOCK if self.size.stock else ways.STOCK[:1]:
            try:
                yield make()
            except needs.Missing as why:
                print(f"left out: {make.__name__.replace('_', ' ')}. {why}")

    async def on_stand(self, way: Way, measured: Callable[[Stand, Place], Awaitable[T]]) -> T | None:
        """Start the bot on fresh files and measure. None, and said why, when it does not work."""
        try:
            with ground(way) as place:
                async with stand(way, place) as there:
                    return await measured(there, place)
        except (NotStarted, TimeoutError, needs.Missing) as error:
            print(f"{way.name}: {error or 'it came to no end'}", flush=True)
            self.failed |= way in self.ours
            return None

    def tell(self, way: Way, window: Window, aim: str = "", slow_aim: str = "") -> None:
        told(f"{way.name}: turns a second", "/s", window.rate, aim)
        if window.cost:
            told(f"{way.name}: processor time a turn", "µs", window.cost)
            told(f"{way.name}: answered after, one in two", "ms", window.middle)
            told(f"{way.name}: answered after, 99 in 100", "ms", window.slow, slow_aim)
        told(f"{way.name}: longest time without any answer", "ms", [window.silence])
        if window.wrong:
            print(f"  {window.wrong:,} answers were not the one to that action")
        if window.harness > BUSY:
            print(f"  the harness used {window.harness:.0%} of its processor: it was the limit, not the bot")
