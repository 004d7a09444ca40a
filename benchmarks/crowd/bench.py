"""One run of the Telegram measurement: how much of everything, which bots, and how figures are told.

Never here: what is measured (`benchmarks.telegram`, `crowd.survival`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from benchmarks._measure import told
from benchmarks.crowd import needs, ways
from benchmarks.crowd.kills import Times
from benchmarks.crowd.stands import NotStarted, Place, Stand, Way, ground, stand
from benchmarks.crowd.windows import Window

T = TypeVar("T")

ROUND_TRIP = 0.04
"""Seconds to Telegram and back from a rented machine in Europe."""

WARM_SECONDS = 2.0
WIDE = 15
"""Characters of a column of the table."""

AIMS = {
    "1,000, 0 ms": "> 4,000",
    "1,000, 40 ms": "> 2,200",
    "429, left": "0",
    "lost": "0",
    "swallowed": "0",
    "skewed": "0",
    "set back": "0",
}
"""By column of the table."""

BUSY = 0.85
"""Of its processor: a harness that uses more was the limit itself."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything."""

    people: int
    many_people: int
    round_trips: tuple[float, ...]
    """Seconds to Telegram and back."""
    seconds: float
    """Of one window."""
    everything: bool
    """Every stock bot in every part; or only the one that needs nothing more than is here, once."""
    rate: float
    """Turns a second that are offered."""
    times: Times
    """Around a kill -9."""
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
        self._noted: dict[str, dict[str, str]] = {}

    def _stock(self) -> Iterator[Way]:
        for make in ways.STOCK if self.size.everything else ways.STOCK[:1]:
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

    def note(self, way: Way, column: str, value: str) -> None:
        """For the table at the end."""
        self._noted.setdefault(column, {})[way.name] = value

    def table(self) -> None:
        """All ways beside each other, one line each, the aims last."""
        if not self._noted:
            return
        rows = [way.name for way in (*self.ours, *self.stock)] + ["aim for Seuil"]
        print(f"\n{'turns a second, and people after a fault':<40}", end="")
        print("".join(f"{column:>{WIDE}}" for column in self._noted))
        for row in rows:
            values = (self._noted[column].get(row, "–") for column in self._noted)
            if row == "aim for Seuil":
                values = (AIMS.get(column, "") for column in self._noted)
            print(f"{row:<40}" + "".join(f"{value:>{WIDE}}" for value in values))

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
