"""How fast a bot may speak: Telegram's floods, and who called again before a 429 allowed it.

Never here: 429s on purpose (trouble.py draws them; here they are remembered, as Telegram does).
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field
from math import ceil

from telegram.constants import FloodLimit

from .refusals import too_many

SPEAKING = ("send", "edit", "copy", "forward")


@dataclass(slots=True)
class Bucket:
    """So many at once, then so many a second."""

    rate: float
    burst: float
    left: float
    at: float

    def wait(self, now: float) -> float:
        """Seconds until one more is allowed; 0 when it is now."""
        self.left = min(self.burst, self.left + (now - self.at) * self.rate)
        self.at = now
        return 0.0 if self.left >= 1 else (1 - self.left) / self.rate


@dataclass(slots=True)
class Pace:
    """Telegram's limits when `enforced`; halts after a 429 are always kept."""

    enforced: bool = False
    chat_burst: int = 3
    halts: dict[tuple[str, int | None], float] = field(default_factory=dict)
    impatient: list[tuple[str, float]] = field(default_factory=list)
    """Calls made before the `retry_after` of their chat was over: method, and seconds too early."""
    _chats: dict[int, Bucket] = field(default_factory=dict)
    _groups: defaultdict[int, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _all: Bucket | None = None

    def halt(self, method: str, chat: int | None, until: float) -> None:
        self.halts[method, chat] = until

    def refuse_early(self, method: str, chat: int | None, now: float) -> None:
        """A call inside a halt gets another 429, for what is left of it."""
        left = self.halts.get((method, chat), 0.0) - now
        if left > 0:
            self.impatient.append((method, left))
            raise too_many(ceil(left))
        self.halts.pop((method, chat), None)

    def refuse_flood(self, method: str, chat: int | None, group: bool, now: float) -> None:
        if not self.enforced or chat is None or not method.startswith(SPEAKING):
            return
        if self._all is None:
            each_second = float(FloodLimit.MESSAGES_PER_SECOND)
            self._all = Bucket(each_second, each_second, each_second, now)
        burst = float(self.chat_burst)
        own = self._chats.setdefault(
            chat, Bucket(float(FloodLimit.MESSAGES_PER_SECOND_PER_CHAT), burst, burst, now)
        )
        waits = [self._all.wait(now), own.wait(now), self._group_wait(chat, now) if group else 0.0]
        if max(waits) > 0:
            self.halt(method, chat, now + max(waits))
            raise too_many(ceil(max(waits)))
        self._all.left -= 1
        own.left -= 1
        if group:
            self._groups[chat].append(now)

    def _group_wait(self, chat: int, now: float) -> float:
        spoken = self._groups[chat]
        while spoken and spoken[0] <= now - 60:
            spoken.popleft()
        return 0.0 if len(spoken) < FloodLimit.MESSAGES_PER_MINUTE_PER_GROUP else spoken[0] + 60 - now
