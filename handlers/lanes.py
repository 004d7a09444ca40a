"""What is shown to members: each one's in order, different ones' at the same time.

A lane is one member's line of things to do over the network. It is a task while there is something on it, and
nothing once there is not. Nothing here is durable: what must not be lost stays in the store until its job has
ended it there.

Never here: what is shown, and when it is tried again (`handlers.answering`).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TypeAlias

Job: TypeAlias = Callable[[], Awaitable[bool]]
"""Done once, its failures its own. False: it must be done again, and what stands behind it is let go of."""


LINGER_SECONDS = 5.0
"""How long is waited for what is on its way. What takes longer goes on without whoever waited."""


class Lanes:
    """Jobs have a number, by which the store calls them; 0: the store knows nothing of it."""

    def __init__(self) -> None:
        self._waiting: dict[bytes, deque[tuple[int, Job]]] = {}
        self._tasks: dict[bytes, asyncio.Task[int]] = {}
        self._numbers: set[int] = set()
        self._ended: set[int] = set()
        self._stuck: set[bytes] = set()

    def __len__(self) -> int:
        return len(self._numbers)

    def __repr__(self) -> str:
        return f"Lanes({len(self._waiting)} members, {len(self)} jobs)"

    def knows(self, number: int) -> bool:
        """Whether this one is on a lane, or left one since `forget_ended`."""
        return number in self._numbers or number in self._ended

    def holds_up(self, member: bytes) -> bool:
        """Whether something of hers was to be done again since `forget_ended`: what was read from the store
        before must not overtake it."""
        return member in self._stuck

    def forget_ended(self) -> None:
        """Called before the store is read: what ended until then is not in it any more."""
        self._ended.clear()
        self._stuck.clear()

    def add(self, member: bytes, number: int, job: Job) -> None:
        """Behind all that waits for this member."""
        if number:
            self._numbers.add(number)
        self._waiting.setdefault(member, deque()).append((number, job))
        task = self._tasks.get(member)
        if task is None or task.done():
            self._tasks[member] = asyncio.create_task(self._run(member, task))

    async def quiet(self, seconds: float | None = None) -> int:
        """Wait until the lanes are empty, so long at the most (None: `LINGER_SECONDS`). How many jobs that
        the store knows ended since this was asked last. Raises what a job raised."""
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=LINGER_SECONDS if seconds is None else seconds)
        ended = 0
        for member, task in list(self._tasks.items()):
            if task.done():
                del self._tasks[member]
                ended += task.result()
        return ended

    async def close(self) -> None:
        """Let go of everything. What the store knows is there to be done again."""
        tasks, self._tasks = list(self._tasks.values()), {}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, member: bytes, before: asyncio.Task[int] | None) -> int:
        lane = self._waiting[member]
        try:
            ended = before.result() if before else 0
            while lane:
                number, job = lane[0]
                if not await job():
                    self._stuck.add(member)
                    break
                lane.popleft()
                if number:
                    self._numbers.discard(number)
                    self._ended.add(number)
                    ended += 1
        finally:
            # No await from here to the end: nothing is put on a lane that nobody walks any more.
            del self._waiting[member]
            left = {number for number, _ in lane if number}
            self._numbers -= left
            self._ended |= left
        return ended
