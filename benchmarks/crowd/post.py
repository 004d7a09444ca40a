"""Updates on their way to the bot, and how Telegram hands them over: by long polling.

Kept in order until the bot has confirmed them: by asking for a higher offset, or by HTTP 200 to the webhook
(`crowd.webhook`). What is not confirmed is handed over again.

Never here: what is in an update.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from itertools import islice
from typing import NamedTuple, Protocol

from benchmarks.crowd.http import Fields, answer, refusal
from benchmarks.crowd.people import Person

AT_MOST = 100
"""Updates that one getUpdates brings, as Telegram does."""

LONGEST_POLL_SECONDS = 50
NOTHING = answer(b'{"ok":true,"result":[]}')


class Letter(NamedTuple):
    """One update: its id, its JSON, and who caused it."""

    id: int
    body: bytes
    person: Person


class Line(Protocol):
    """Where an answer goes: the connection that asked."""

    def reply(self, data: bytes) -> None: ...


class Poll(NamedTuple):
    line: Line
    limit: int
    timer: asyncio.TimerHandle


class Post:
    """What waits for the bot. `pump` is the webhook's, once one is set."""

    def __init__(self) -> None:
        self.waiting: deque[Letter] = deque()
        self.pump: Callable[[], None] | None = None
        self.asked = 0
        """How many times the bot asked for updates."""
        self.confirmed: list[Letter] = []
        """What the bot confirmed last."""
        self._open: set[int] = set()
        """Numbers of what people did and the bot did not confirm yet, wherever it is."""
        self._next_id = 10_000_000
        self._poll: Poll | None = None
        self._is_flushing = False

    def send(self, person: Person, rest: bytes) -> None:
        """`rest`: the update's JSON after its id."""
        number = self._next_id
        self._next_id += 1
        person.update = number
        self._open.add(number)
        self.waiting.append(Letter(number, b'{"update_id":%d,' % number + rest, person))
        if self.pump is not None:
            self.pump()
        elif self._poll is not None and not self._is_flushing:
            self._is_flushing = True  # whoever acts in the same instant goes with the same answer
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        self._is_flushing = False
        if self._poll is not None and self.waiting:
            line, limit, timer = self._poll
            self._poll = None
            timer.cancel()
            self._hand_over(line, limit)

    def _hand_over(self, line: Line, limit: int) -> None:
        bodies = [letter.body for letter in islice(self.waiting, limit)]
        line.reply(answer(b'{"ok":true,"result":[' + b",".join(bodies) + b"]}"))

    def ask(self, said: Fields, line: Line) -> bytes | None:
        """getUpdates. None: the line is answered later."""
        self.asked += 1
        if self.pump is not None:
            return refusal(409, "Conflict: can't use getUpdates method while webhook is active")
        offset = int(said.get("offset") or 0)
        waiting = self.waiting
        confirmed = []
        while waiting and (waiting[0].id < offset or (offset < 0 and len(waiting) > -offset)):
            letter = waiting.popleft()
            self.confirm(letter)
            confirmed.append(letter)
        self.confirmed = confirmed or self.confirmed
        if self._poll is not None:
            other = self._poll.line
            self.hang_up(other)
            other.reply(
                refusal(
                    409,
                    "Conflict: terminated by other getUpdates request; "
                    "make sure that only one bot instance is running",
                )
            )
        limit = min(int(said.get("limit") or AT_MOST), AT_MOST)
        timeout = float(said.get("timeout") or 0)
        if waiting:
            self._hand_over(line, limit)
        elif timeout <= 0:
            return NOTHING
        else:
            loop = asyncio.get_running_loop()
            timer = loop.call_later(min(timeout, LONGEST_POLL_SECONDS), self._timed_out, line)
            self._poll = Poll(line, limit, timer)
        return None

    @property
    def unconfirmed(self) -> int:
        """Updates that the bot did not confirm yet."""
        return len(self._open)

    def confirm(self, letter: Letter) -> None:
        """The bot said that it has this one. By webhook an older one may come after a newer: the first 200 to
        it was lost on the way, and it was handed over again."""
        self._open.discard(letter.id)
        letter.person.taken = max(letter.person.taken, letter.id)

    def bring_again(self) -> None:
        """As if what the bot confirmed last had never arrived here."""
        self._open |= {letter.id for letter in self.confirmed}
        self.waiting.extendleft(reversed(self.confirmed))
        self.confirmed = []

    def _timed_out(self, line: Line) -> None:
        self.hang_up(line)
        line.reply(NOTHING)

    def hang_up(self, line: Line) -> None:
        """The connection that asked is gone, or was answered."""
        if self._poll is not None and self._poll.line is line:
            self._poll.timer.cancel()
            self._poll = None
