"""What listening needs besides the store: public keys, the slow hash, limits. Nothing here opens a testimony.

`ReceiptDesk` is the queue in front of Argon2id: one at a time, in a thread, so that a burst of receipts
cannot take all memory; testimonies before receipts that somebody tries; no longer than somebody waits for
without harm; and every answer about a receipt leaves at a whole second so that none is told by its timing.

Where one process hears everybody, it makes the keys of whoever reads what she will send, while she reads: her
handing in is then as quick as any turn, and by polling holds up nobody's update behind hers.
"""

from __future__ import annotations

import asyncio
import math
import os
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter
from typing import ParamSpec, TypeVar

from bot.receipts import COST, Cost, Receipt, ReceiptKeys, derive
from bot.sealing import TeamKey
from bot.signing import VerifyKey
from storage.shared_shelf import Allowance

P = ParamSpec("P")
T = TypeVar("T")

TRIES = 5
TRY_SECONDS = 600
"""Receipts one chat may try: five in ten minutes. 80 bits cannot be guessed; this keeps the queue short."""

MAY_TRY = Allowance("tries", TRIES, TRY_SECONDS, 60)
"""The same, where several processes hear."""

ANSWER_SECONDS = 1.0
"""An answer about a receipt leaves at the next whole second: Argon2id and the look-up take far less."""

LONGEST_WAIT_SECONDS = 5.0
"""Who would wait longer until her testimony is handed in is asked to do it again in a moment. It stays in her
draft meanwhile: a queue here would hold places that everybody's updates need (Telegram has 100)."""

FIRST_SECONDS = 0.16
"""What one receipt is thought to take before the first was made (`bot.receipts.COST`, one core)."""

MOST_AHEAD = 100
"""Receipts whose keys are made ahead or wait for it: 3 KiB each. At six a second that is a quarter of a
minute of reading; who is not among them waits, as she would else."""

AHEAD_SECONDS = 900.0
"""How long they are kept for somebody who reads what she will send, or went away from it."""

NICE = 5
"""Of the thread that makes receipts' keys (setpriority(2)): where there is one core for it and everybody's
turns, it gets a quarter of it and not a half. What turns leave it has all the same."""

MOST_TRIED = 10
"""Receipts that may wait to be tried at once: one a second is answered."""

Clock = Callable[[], float]
"""Seconds since 1970-01-01 UTC."""

DAY_SECONDS = 86_400
HOUR_SECONDS = 3_600


async def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Keys:
    """What the intake seals with. `team` is the TEAM key of this moment; `verify` is the public key that
    signs replies; `tag` is this period's TAG key; `instance`, the INSTANCE key, says of what is sealed that
    this intake wrote it."""

    team: Callable[[], TeamKey] = field(repr=False)
    verify: VerifyKey
    salt: bytes = field(repr=False)
    tag: Callable[[], bytes] = field(repr=False)
    instance: bytes = field(repr=False)
    follow: Callable[[], Awaitable[None]] = field(default=_nothing, repr=False)
    """Looks whether a later list of TEAM keys was published: before a testimony is sealed."""


def _stand_back() -> None:
    mine = threading.get_native_id()
    with suppress(OSError):  # where threads have no priority of their own, as on macOS
        # Behind whatever place the process was started at: for root a plain 5 may be a step to the front.
        os.setpriority(os.PRIO_PROCESS, mine, os.getpriority(os.PRIO_PROCESS, mine) + NICE)


async def in_pool(pool: Executor, work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    return await asyncio.get_running_loop().run_in_executor(pool, partial(work, *given, **named))


class ReceiptDesk:
    """Derives receipt keys, one at a time, and holds every answer to the same clock."""

    def __init__(
        self,
        salt: bytes,
        *,
        cost: Cost = COST,
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        ahead: bool = False,
    ) -> None:
        """`ahead`: whoever is seen here before she hands in hands in here (`prepare`)."""
        self._salt = salt
        self._cost = cost
        self._clock = clock
        self._sleep = sleep
        self._one = asyncio.Lock()
        self._tried = asyncio.Lock()
        self._tries: dict[bytes, deque[float]] = {}
        self._trying = 0
        self._waiting = 0
        self._seconds = FIRST_SECONDS
        self._makes_ahead = ahead
        self._behind = asyncio.Lock()
        self._hashing = ThreadPoolExecutor(1, "receipts", _stand_back)
        self._ahead: dict[bytes, asyncio.Task[ReceiptKeys]] = {}
        self._making: asyncio.Task[ReceiptKeys] | None = None
        """Of those made ahead, the one that is being made."""

    @property
    def waiting(self) -> int:
        """Receipts that are being made or tried, or wait for it."""
        return self._waiting

    @property
    def is_crowded(self) -> bool:
        """Whether somebody who hands in now would wait too long."""
        return self._waiting * self._seconds >= LONGEST_WAIT_SECONDS

    @property
    def is_besieged(self) -> bool:
        """Whether somebody who tries a receipt now would wait too long, for others who try."""
        return self._trying >= MOST_TRIED

    async def keys(self, receipt: Receipt) -> ReceiptKeys:
        """The keys of a new receipt: a testimony waits for nothing but other testimonies, and for the one
        receipt being tried, or made ahead, at that moment."""
        is_ready = self.is_ready(receipt)
        ahead = self._ahead.pop(receipt.entropy, None)
        if ahead is not None and (is_ready or ahead is self._making):
            with suppress(ValueError, MemoryError):
                return await asyncio.shield(ahead)
        elif ahead is not None:
            ahead.cancel()
        self._waiting += 1
        try:
            async with self._one:
                return await self._made(receipt)
        finally:
            self._waiting -= 1

    async def _made(self, receipt: Receipt) -> ReceiptKeys:
        began = perf_counter()
        keys = await in_pool(self._hashing, derive, receipt, self._salt, self._cost)
        # What it takes changes with what else the machine does: the last five count most.
        self._seconds += (perf_counter() - began - self._seconds) / 5
        return keys

    # --- while she reads what she will send -----------------------------------------------------------------

    def prepare(self, receipt: Receipt) -> None:
        """Make its keys once nobody waits who hands in. Nothing happens where that is no use."""
        if not self._makes_ahead or receipt.entropy in self._ahead or self.is_crowded:
            return
        if len(self._ahead) >= MOST_AHEAD and not self._made_room():
            return
        self._ahead[receipt.entropy] = asyncio.create_task(self._prepared(receipt))
        asyncio.get_running_loop().call_later(AHEAD_SECONDS, self.forget, receipt)

    def _made_room(self) -> bool:
        """Whether the oldest keys that are there, of who did not hand in, were let go of."""
        oldest = next((entropy for entropy, ahead in self._ahead.items() if ahead.done()), None)
        if oldest is not None:
            self.forget(Receipt(oldest))
        return oldest is not None

    def is_ready(self, receipt: Receipt) -> bool:
        """Whether its keys are there."""
        ahead = self._ahead.get(receipt.entropy)
        return ahead is not None and ahead.done() and not ahead.cancelled() and ahead.exception() is None

    def forget(self, receipt: Receipt) -> None:
        """Its keys are not needed, or not any more."""
        ahead = self._ahead.pop(receipt.entropy, None)
        if ahead is not None:
            ahead.cancel()

    def close(self) -> None:
        """Let go of all that was made ahead, and of the thread once what it makes is made."""
        self._hashing.shutdown(wait=False)
        for entropy in list(self._ahead):
            self.forget(Receipt(entropy))

    async def _prepared(self, receipt: Receipt) -> ReceiptKeys:
        # They wait for each other first: one of them at the most stands in the queue of those who hand in.
        async with self._behind, self._one:
            self._making = self._ahead.get(receipt.entropy)
            try:
                return await self._made(receipt)
            finally:
                self._making = None

    async def tried(self, receipt: Receipt) -> ReceiptKeys:
        """The keys of a receipt somebody typed. These wait for each other first, so that only one of them
        ever stands in the queue of testimonies: anybody can try receipts from many chats."""
        self._trying += 1
        try:
            async with self._tried:
                return await self.keys(receipt)
        finally:
            self._trying -= 1

    def may_try(self, pseudonym: bytes) -> bool:
        """Whether this chat may try another receipt now; counts the try."""
        now = self._clock()
        for name in [name for name, tries in self._tries.items() if tries[-1] <= now - TRY_SECONDS]:
            del self._tries[name]
        tries = self._tries.setdefault(pseudonym, deque())
        while tries and tries[0] <= now - TRY_SECONDS:
            tries.popleft()
        tries.append(now)
        if len(tries) > TRIES:
            tries.pop()
            return False
        return True

    async def wait_from(self, start: float) -> None:
        """Hold an answer until a whole number of `ANSWER_SECONDS` since `start` has passed."""
        spent = self._clock() - start
        due = max(1, math.ceil(spent / ANSWER_SECONDS)) * ANSWER_SECONDS
        # Never longer: the clock may have been set back meanwhile, by hours.
        await self._sleep(min(max(0.0, due - spent), ANSWER_SECONDS))
