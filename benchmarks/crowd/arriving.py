"""A wave of people: so many new ones a second, whatever the answers take, each going her whole way to her
receipt.

Who is told that too many write leaves, and is counted; who is told so when she hands in tries again. Nobody
acts before she is answered, and all who came are there until their end.

Never here: how many come when (`benchmarks.wave`).
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.crowd.people import Crowd, Person
from benchmarks.crowd.plans import Keyboard, Plan, Say
from benchmarks.crowd.ways import OURS
from locales import Words, load

HANDING_IN = Say("1")
PLAN: Plan = (*OURS, HANDING_IN)
"""The last confirmation, and the receipt."""

THINKING_SECONDS = 1.0
"""Between an answer and what she does next, on average. People take longer: the same turns a second then come
from more people at once."""

LOOK_SECONDS = 0.01
"""How often it is looked who comes."""

AGAIN_SECONDS = 20.0
"""Who is told that too many hand in tries again after so long."""


@dataclass(slots=True)
class Seen:
    """Of one stage. Waits in seconds."""

    came: int = 0
    turns: list[float] = field(default_factory=list, repr=False)
    receipts: list[float] = field(default_factory=list, repr=False)
    """From handing in to the receipt, those who were put off included."""
    turned_away: int = 0
    put_off: int = 0
    failed: int = 0
    """Told that nothing was kept of what they said."""


class Arriving(Crowd):
    """`rate`: new people a second, from now on."""

    def __init__(self, send: Callable[[Person, bytes], None], thinking: float = THINKING_SECONDS) -> None:
        super().__init__(PLAN, send, None)
        words: Words = load()["fr"]
        self._busy = words.say("busy", minutes=0).partition("0")[0]
        self._sending_busy = words.say("sending-busy").strip()
        self._failed = words.say("failed")
        self.rate = 0.0
        self.seen = Seen()
        self.then = self._next
        self._thinking = thinking
        self._chance = random.Random(1)
        self._task: asyncio.Task[None] | None = None
        self._began: dict[int, float] = {}

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._come())

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    @property
    def waiting(self) -> int:
        return sum(person.waiting for person in self.people.values())

    @property
    def handing_in(self) -> int:
        return len(self._began)

    async def _come(self) -> None:
        """By chance, at whatever the rate is: a draw of time is used up as fast as people come."""
        left, looked = self._chance.expovariate(1.0), time.perf_counter()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            now = time.perf_counter()
            left -= self.rate * (now - looked)
            looked = now
            while left <= 0:
                left += self._chance.expovariate(1.0)
                self.seen.came += 1
                self.act(self.arrive())

    def heard(self, chat: int, text: str, keyboard: Keyboard | None, message: int) -> None:
        person = self.people.get(chat)
        if person is not None and person.waiting:
            if text.startswith(self._busy):
                self.seen.turned_away += 1
                self._began.pop(chat, None)
                del self.people[chat]
                return
            if self._sending_busy in text and person.step == len(PLAN):
                self.seen.put_off += 1
                asyncio.get_running_loop().call_later(AGAIN_SECONDS, self._again, person)
                return
            if text == self._failed:
                self.seen.failed += 1
                asyncio.get_running_loop().call_later(AGAIN_SECONDS, self._again, person)
                return
        super().heard(chat, text, keyboard, message)

    def _again(self, person: Person) -> None:
        if person.chat in self.people and person.waiting:
            self.repeat(person)

    def act(self, person: Person, since: float | None = None) -> None:
        super().act(person, since)
        if person.step == len(PLAN):
            self._began[person.chat] = person.since

    def _next(self, person: Person) -> None:
        took = self.record.took[-1]
        if person.chat in self._began:
            self.seen.receipts.append(time.perf_counter() - self._began.pop(person.chat))
        else:
            self.seen.turns.append(took)
        if self.is_over(person):
            self.leave(person)
            return
        wait = self._chance.expovariate(1 / self._thinking)
        asyncio.get_running_loop().call_later(wait, self._act_later, person)

    def _act_later(self, person: Person) -> None:
        if person.chat in self.people:
            self.act(person)
