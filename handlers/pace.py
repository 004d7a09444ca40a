"""Once a minute each: for answers and lines in the log that a flood could otherwise ask for at will.

In memory only: after a restart everybody has her minute again. Never here: the limits of a witness.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

MINUTE_SECONDS = 60

MOST_REMEMBERED = 10_000
"""Names kept at once, some hundred bytes each. Where more come within a minute, all wait for the next."""


@dataclass(slots=True)
class OnceAMinute:
    clock: Callable[[], float] = field(repr=False)
    """Seconds since 1970."""
    _last: dict[Hashable, float] = field(default_factory=dict, repr=False)

    def __call__(self, name: Hashable) -> bool:
        """Whether this is the first time within a minute. A clock that was set back begins anew."""
        now = self.clock()
        if name not in self._last and len(self._last) >= MOST_REMEMBERED:
            self._last = {known: at for known, at in self._last.items() if 0 <= now - at < MINUTE_SECONDS}
            if len(self._last) >= MOST_REMEMBERED:
                return False
        if 0 <= now - self._last.get(name, float("-inf")) < MINUTE_SECONDS:
            return False
        self._last[name] = now
        return True
