"""Failing on purpose: what share of calls goes wrong and how, and single calls that are made to.

Never here: refusals that the bot deserves. What fails here is nobody's fault and is no `Fault`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

HOWS = {"slow", "silent", "cut"}
"""Besides an HTTP status: answered late, never answered, connection closed."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How one call goes wrong: an HTTP status (429 and 4xx as Telegram, 5xx as its proxy, in HTML) or one of
    HOWS; `after` it took effect, or instead."""

    how: int | str
    after: bool = False
    retry_after: int = 1
    seconds: float = 0.0
    description: str = ""

    def __post_init__(self) -> None:
        if not (isinstance(self.how, int) and 400 <= self.how < 600) and self.how not in HOWS:
            raise ValueError(f"a call fails by a status from 400 to 599 or one of {sorted(HOWS)}")


@dataclass(slots=True)
class Trouble:
    """Shares from 0 to 1 of all calls, drawn from one seed; at most one misfortune befalls a call."""

    seed: int = 0
    too_many: float = 0.0
    retry_after: int = 1
    """Seconds that a 429 asks to wait."""
    broken: float = 0.0
    broken_after: float = 0.0
    silent: float = 0.0
    silent_after: float = 0.0
    cut_before: float = 0.0
    cut_after: float = 0.0
    slow: float = 0.0
    seconds: float = 0.05
    """How late a slow answer is."""
    duplicates: float = 0.0
    """Share of confirmed updates that are delivered once more."""
    reordering: float = 0.0
    """Share of updates that do not wait for those of the same chat before them (webhooks only)."""
    spare: frozenset[str] = frozenset()
    """Methods that are left alone."""
    _chance: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    def pick(self, method: str) -> Plan | None:
        if method in self.spare:
            return None
        draw = self._chance.random()
        for share, plan in self._plans():
            if draw < share:
                return plan
            draw -= share
        return None

    def _plans(self) -> list[tuple[float, Plan]]:
        proxy = 502 if self._chance.random() < 0.5 else 500
        return [
            (self.too_many, Plan(429, retry_after=self.retry_after)),
            (self.broken, Plan(proxy)),
            (self.broken_after, Plan(proxy, after=True)),
            (self.silent, Plan("silent")),
            (self.silent_after, Plan("silent", after=True)),
            (self.cut_before, Plan("cut")),
            (self.cut_after, Plan("cut", after=True)),
            (self.slow, Plan("slow", seconds=self.seconds)),
        ]

    def repeats(self) -> bool:
        return self._chance.random() < self.duplicates

    def overtakes(self) -> bool:
        return self._chance.random() < self.reordering


@dataclass(slots=True)
class Script:
    """Calls that are made to fail by name: the next `times` of a method, in one chat or in any."""

    lines: list[tuple[str, int | None, int, Plan]] = field(default_factory=list)

    def add(self, method: str, chat: int | None, times: int, plan: Plan) -> None:
        self.lines.append((method.lower(), chat, times, plan))

    def take(self, method: str, chat: int | None) -> Plan | None:
        for at, (named, where, times, plan) in enumerate(self.lines):
            if named == method.lower() and where in (None, chat):
                self.lines[at : at + 1] = [(named, where, times - 1, plan)] if times > 1 else []
                return plan
        return None


def proxy_page(status: int) -> str:
    """What stands before Telegram answers when it does not: HTML, no JSON."""
    title = {
        500: "Internal Server Error",
        502: "Bad Gateway",
        503: "Service Unavailable",
        504: "Gateway Time-out",
    }
    head = f"{status} {title.get(status, 'Error')}"
    return (
        f"<html>\r\n<head><title>{head}</title></head>\r\n<body>\r\n<center><h1>{head}</h1></center>\r\n"
        "<hr><center>nginx/1.18.0</center>\r\n</body>\r\n</html>\r\n"
    )
