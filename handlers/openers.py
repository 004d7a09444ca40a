"""Openers: as many processes as there are cores, for as long as a digest is counted.

Python runs on one core at a time, and opening does not let go of it (two threads take as long as one). So
where there is much to open, processes do it (`handlers.opener`): each is given a few testimonies, and the
next few before it has answered, so that it never waits and never holds more than `AHEAD` of them.

Never here: a queue that grows, a process that outlives its digest, a key anywhere but in a pipe.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import IO

import msgspec

from bot.age import KeyIdentity
from bot.errors import PlatformError
from bot.roll import Sealed, Sheet
from bot.tally import DESIGN
from handlers import beside
from handlers.opener import LENGTH, Hello, framed

MOST = 8
"""Openers at once: this process reads the store and feeds about so many."""

WORTH_IT = 4000
"""Testimonies from which openers pay: they take a quarter of a second to start, as opening 1 500 does."""

AHEAD = 2
"""Sheets asked of an opener and not yet answered: one that it makes, one that waits in its pipe."""

PIPE_BYTES = 1024 * 1024
"""The most that Linux gives anybody (/proc/sys/fs/pipe-max-size); of its usual 64 KiB a few need six."""

PATIENCE_SECONDS = 10.0
"""How long an opener may take to notice that nobody listens, before it is killed: its two sheets take a
fiftieth of a second, on a machine that has nothing else to do."""


def how_many(expected: int) -> int:
    """Openers for so many testimonies: none where this process does it as fast alone."""
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return min(cores, MOST) if cores > 1 and expected >= WORTH_IT and sys.executable else 0


class Opener:
    """The desk's end of one opener."""

    def __init__(self, process: Process) -> None:
        assert process.stdin is not None  # noqa: S101 - asked for below
        assert process.stdout is not None  # noqa: S101 - as above
        self._process = process
        self._to, self._from = process.stdin, process.stdout

    @classmethod
    async def start(cls) -> Opener:
        process = await beside.start("handlers.opener")
        opener = cls(process)
        widen(opener._to.transport.get_extra_info("pipe"))
        return opener

    async def greet(self, hello: Hello) -> None:
        """Hand over the keys, once it hides what it holds. Of one that is gone its first sheet tells."""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            if await self._from.readexactly(len(beside.READY)) == beside.READY:
                self._to.write(framed(hello))

    async def give(self, few: Sequence[Sealed]) -> None:
        """Ask for the sheet of a few. Raises `PlatformError` where the opener is gone."""
        try:
            self._to.write(framed(few))
            await self._to.drain()
        except ConnectionError:
            raise await self._lost() from None

    async def sheet(self) -> Sheet:
        """The next answer, in the order asked. Raises `PlatformError` where the opener is gone."""
        try:
            (length,) = LENGTH.unpack(await self._from.readexactly(LENGTH.size))
            return msgspec.msgpack.decode(await self._from.readexactly(length), type=Sheet)
        except (asyncio.IncompleteReadError, ConnectionError, msgspec.MsgspecError):
            raise await self._lost() from None

    async def _lost(self) -> PlatformError:
        code = await self.end()
        how = f"killed by signal {-code}" if code < 0 else f"exit code {code}"
        return PlatformError(
            f"A process that opened testimonies for a digest ended before its work was done ({how}).",
            hint="Nothing was frozen and nothing is lost; the digest is made anew. If it comes again, look in"
            " the system's log whether memory ran out.",
        )

    def leave(self) -> None:
        """Hang up, whatever is still on its way: it notices after a sheet or two, and ends by itself."""
        if not self._to.transport.is_closing():
            self._to.transport.abort()

    async def end(self) -> int:
        """Its exit code.

        Not by a signal at once: asyncio looks first whether the process is there, and so takes the exit code
        of one that has just died from whoever waits for it.
        """
        self.leave()
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self._process.wait()
        with suppress(ProcessLookupError):
            self._process.kill()
        return await self._process.wait()


def widen(pipe: IO[bytes] | None) -> None:
    """Let a pipe hold what an opener is given ahead, so that this process does not hand it over in sixths: a
    fifth of its time. Where the system refuses, it does."""
    if pipe is not None and sys.platform == "linux":
        with suppress(OSError):
            fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, PIPE_BYTES)


@asynccontextmanager
async def openers(
    many: int, identities: Sequence[KeyIdentity], instance: bytes
) -> AsyncIterator[list[Opener]]:
    """`many` openers that hold these keys, or as many as the system gives; afterwards, however it ends, they
    are gone."""
    hello = Hello(tuple(identity.secret_text() for identity in identities), instance, DESIGN.version)
    started: list[Opener] = []
    try:
        with suppress(OSError):  # no process, no memory for one: who can open alone does
            for _ in range(many):
                started.append(await Opener.start())
        await asyncio.gather(*(opener.greet(hello) for opener in started))
        yield started
    finally:
        for opener in started:
            opener.leave()  # all at once, before anything is waited for: a second Ctrl-C must leave none
        for opener in started:
            await opener.end()
