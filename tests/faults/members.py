"""A moderator who reads and decides as long as there is something to read, and a partner who gets digests.

What they were told is kept: a decision that was confirmed must stand in the end, and each digest must have
come, every time the same. Nothing here waits: each message that comes leads to the next thing said.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.crowd.people import Person
from benchmarks.crowd.plans import said
from locales import Words
from tests.stage import WORDS

PATIENCE_SECONDS = 10.0
"""After which a member says it once more. An order is queued, so both are carried out."""

PAUSE_SECONDS = 0.4
REST_SECONDS = 2.0
DIGEST_EVERY = 30
"""Approvals after which she asks for a digest; the least people a period holds (SEUIL_MIN_PEOPLE)."""

REFERENCE = "t-[0-9a-z]{8}"


def pattern(words: Words, key: str, **given: str | int) -> re.Pattern[str]:
    """What a sentence looks like, whichever case or digest it names."""
    text = re.escape(words.say(key, **given)).replace("CASE", f"(?P<case>{REFERENCE})")
    return re.compile(text.replace("9999", r"(?P<number>\d+)"))


FR = WORDS["fr"]
WARNED = [pattern(FR, key, case="CASE") for key in ("desk-warning", "desk-warning-hard")]
INSULTS = pattern(FR, "desk-warning-insults", case="CASE")
APPROVED = pattern(FR, "desk-approved", case="CASE")
CHECKLIST = FR.say("desk-case-checklist")
EMPTY = FR.say("desk-queue-empty")
TOO_FEW = pattern(FR, "desk-digest-too-few", min=9999)
"""Nothing is owed to any partner, and nothing is left to be counted."""
TITLE = pattern(FR, "digest-title", number=9999)


@dataclass(slots=True)
class Member(Person):
    """Somebody with a role. `send` brings her words to the bot."""

    send: Callable[[Member, bytes], None] | None = field(default=None, repr=False)
    next_id: Callable[[], int] | None = field(default=None, repr=False)
    said: str = field(default="", repr=False)
    planned: asyncio.TimerHandle | None = field(default=None, repr=False)
    longest: float = float("inf")
    """Seconds she rests at most."""

    def says(self, text: str) -> None:
        assert self.send is not None
        assert self.next_id is not None
        self.planned, self.waiting, self.said, self.since = None, True, text, time.monotonic()
        self.send(self, said(self.chat, self.next_id(), text))

    def plan(self, text: str, seconds: float = PAUSE_SECONDS) -> None:
        """What she says next, unless something else comes before."""
        if self.planned is not None:
            self.planned.cancel()
        wait = min(seconds, self.longest)
        self.planned = asyncio.get_running_loop().call_later(wait, self.says, text)

    def hears(self, text: str) -> None:
        """A message of the bot."""
        del text
        self.waiting = False

    def look(self) -> None:
        """Who was not answered for long says it again."""
        if self.waiting and self.planned is None and time.monotonic() - self.since > PATIENCE_SECONDS:
            self.says(self.said)

    def rests(self) -> None:
        if self.planned is not None:
            self.planned.cancel()


@dataclass(slots=True)
class Moderator(Member):
    approved: set[str] = field(default_factory=set)
    """Cases she was told are approved."""
    case: str = ""
    ending: bool = False
    """She reads all that waits without a pause, asks for a last digest, and `is_through`."""
    is_through: bool = False
    _asked_at: int = 0

    def hears(self, text: str) -> None:
        if met := APPROVED.search(text):
            self.approved.add(met["case"])
        if not self.waiting and self.planned is None:
            return  # once more, or late: each thing she says leads to one next at most
        self.waiting = False
        if met := next(filter(None, (each.search(text) for each in WARNED)), None):
            self.case = met["case"]
            self.plan(f"/open {self.case}")
        elif met := INSULTS.search(text):
            self.plan(f"/open yes {met['case']}")
        elif CHECKLIST in text:
            self.plan(f"/approve {self.case}")
        elif APPROVED.search(text):
            self.plan(self._after_decision())
        elif self.ending and self.said == "/digest send" and TOO_FEW.search(text):
            self.is_through = True
        elif EMPTY in text or (self.ending and self.said == "/digest send"):
            self.plan("/digest send" if self.ending else "/next", REST_SECONDS)
        elif self.planned is None:
            self.plan("/next")

    def _after_decision(self) -> str:
        if len(self.approved) - self._asked_at >= DIGEST_EVERY:
            self._asked_at = len(self.approved)
            return "/digest send"
        return "/next"


@dataclass(slots=True)
class Partner(Member):
    digests: dict[int, list[str]] = field(default_factory=dict, repr=False)
    """The first message of each that came, by its number."""

    def hears(self, text: str) -> None:
        Member.hears(self, text)
        if met := TITLE.match(text):
            self.digests.setdefault(int(met["number"]), []).append(text)
