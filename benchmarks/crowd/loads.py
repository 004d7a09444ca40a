"""How a crowd comes and goes: what somebody does once she was answered, and who comes when.

everybody   so many people at once, each acting as soon as she is answered; who has finished is replaced
offered     so many actions a second, whatever the answers take: latency counts from when each was due.
            People stand at every step of the way: those who come by chance do not all tell their story in
            the same second
held        so many people act up to one step and stay there, their drafts open
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque

from benchmarks.crowd.people import Crowd, Person

ARRIVING_SECONDS = 120.0
AT_A_TIME = 200
"""People who arrive in one step of the loop; between two steps the bot is served."""


class Everybody:
    """A closed loop of `many` people."""

    def __init__(self, crowd: Crowd, many: int) -> None:
        self._crowd = crowd
        self._many = many
        crowd.then = self._go_on

    async def arrive(self, over: float = 0.0) -> None:
        """All at once; or over so many seconds, so that people are not all at the same step."""
        began = time.perf_counter()
        for number in range(self._many):
            ahead = began + over * number / self._many - time.perf_counter()
            if ahead > 0 or number % AT_A_TIME == AT_A_TIME - 1:
                await asyncio.sleep(max(0.0, ahead))
            self._crowd.act(self._crowd.arrive())

    def _go_on(self, person: Person) -> None:
        crowd = self._crowd
        if crowd.is_over(person):
            crowd.leave(person)
            person = crowd.arrive()
        crowd.act(person)


class Offered:
    """An open loop: `rate` actions a second at random instants, each by who was free for longest."""

    def __init__(self, crowd: Crowd, rate: float) -> None:
        self._crowd = crowd
        self._rate = rate
        self._free: deque[Person] = deque()
        self._chance = random.Random(1)
        self._task: asyncio.Task[None] | None = None
        crowd.then = self._rest

    def _rest(self, person: Person) -> None:
        if self._crowd.is_over(person):
            self._crowd.leave(person)
        else:
            self._free.append(person)

    async def arrive(self, many: int) -> None:
        """So many people, each at another step, as fast as they are answered. Raises TimeoutError after two
        minutes."""
        crowd, steps = self._crowd, len(self._crowd.plan)
        ahead: dict[int, int] = {}
        arrived = asyncio.Event()

        def go_on(person: Person) -> None:
            if person.step < ahead[person.chat]:
                crowd.act(person)
                return
            self._free.append(person)
            if len(self._free) == many:
                arrived.set()

        crowd.then = go_on
        for number in range(many):
            person = crowd.arrive()
            ahead[person.chat] = number % steps
            go_on(person)
            if number % AT_A_TIME == AT_A_TIME - 1:
                await asyncio.sleep(0)
        async with asyncio.timeout(ARRIVING_SECONDS):
            await arrived.wait()
        self._chance.shuffle(self._free)
        crowd.then = self._rest

    def start(self, many: int = 0) -> None:
        """Who arrived, and `many` more at the beginning, share the actions; more come when none is free."""
        self._free.extend(self._crowd.arrive() for _ in range(many))
        self._task = asyncio.get_running_loop().create_task(self._offer())

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _offer(self) -> None:
        due = time.perf_counter()
        while True:
            due += self._chance.expovariate(self._rate)
            if (ahead := due - time.perf_counter()) > 0:
                await asyncio.sleep(ahead)
            self._crowd.act(self._free.popleft() if self._free else self._crowd.arrive(), due)


class Held:
    """People act up to step `until`, at most `at_once` of them on the way, then stay."""

    def __init__(self, crowd: Crowd, until: int, at_once: int) -> None:
        self._crowd = crowd
        self._until = until
        self._at_once = at_once
        self._to_come = 0
        self._on_the_way = 0
        self.held = 0
        self.everybody = asyncio.Event()
        crowd.then = self._go_on

    async def arrive(self, many: int) -> None:
        """Bring so many more; returns when they are there. Raises TimeoutError after two minutes."""
        self._to_come += many
        self.everybody.clear()
        while self._on_the_way < self._at_once and self._to_come:
            self._next()
            await asyncio.sleep(0)
        async with asyncio.timeout(ARRIVING_SECONDS):
            await self.everybody.wait()

    def _next(self) -> None:
        self._to_come -= 1
        self._on_the_way += 1
        self._crowd.act(self._crowd.arrive())

    def _go_on(self, person: Person) -> None:
        if person.step < self._until:
            self._crowd.act(person)
            return
        self.held += 1
        self._on_the_way -= 1
        if self._to_come:
            self._next()
        elif not self._on_the_way:
            self.everybody.set()
