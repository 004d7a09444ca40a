"""The program, with a clock that somebody moves while it runs: `python -m tests.faults.driven FILE run …`

FILE holds how many seconds the clock is ahead of the machine's, as eight bytes, and is read at every look.
What is moved is what a machine's clock tells (`time.time`, `datetime.now`), for everything this process runs;
how long something took (`time.monotonic`, the loop's own time) is not, as where NTP or a person sets a clock.

It must come first: whoever imported `time.time` before would go on with the machine's. Never here: any other
difference from `python -m bot`.
"""

from __future__ import annotations

import asyncio
import ctypes
import datetime
import mmap
import os
import signal
import struct
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

AHEAD = struct.Struct("<d")
TASKS = struct.Struct("<q")
"""After it: how many tasks there are, told each second by whoever runs."""

SIZE = AHEAD.size + TASKS.size


def move(file: Path, seconds: float) -> None:
    """Whoever runs on this file is `seconds` ahead from now on. The first call makes it."""
    with file.open("r+b" if file.exists() else "w+b") as clock:
        clock.write(AHEAD.pack(seconds))
        clock.truncate(SIZE)


def tasks_of(file: Path) -> int:
    """Tasks of whoever runs on this file, a second ago."""
    told: int = TASKS.unpack_from(file.read_bytes(), AHEAD.size)[0]
    return told


def tell_tasks(file: Path) -> None:
    """Count this process's tasks each second, in a thread of its own."""
    with file.open("r+b") as opened:
        told = mmap.mmap(opened.fileno(), SIZE)

    def count() -> None:
        while True:
            TASKS.pack_into(told, AHEAD.size, len(asyncio.tasks._all_tasks))  # type: ignore[attr-defined]  # every loop's
            time.sleep(1.0)

    threading.Thread(target=count, daemon=True).start()


def leak(size: int) -> None:
    """Keep so many bytes of each turn for ever, to see that somebody who looks for it finds it."""
    from handlers.dispatch import Dispatch  # noqa: PLC0415 - after the clock

    turn, kept = Dispatch._turn, []

    async def leaking(self: Dispatch, *given: object) -> object:
        kept.append(b"\1" * size)  # zeros would take no memory until they are read
        return await turn(self, *given)  # type: ignore[arg-type]  # as it was called

    Dispatch._turn = leaking  # type: ignore[assignment,method-assign]  # that it is another is the point


def drive(file: Path) -> None:
    """This process's clock follows the file from now on."""
    with file.open("rb") as opened:
        ahead = mmap.mmap(opened.fileno(), SIZE, access=mmap.ACCESS_READ)
    real: Callable[[], float] = time.time

    def driven() -> float:
        told: float = AHEAD.unpack_from(ahead)[0]
        return real() + told

    class Driven(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Driven:
            return cls.fromtimestamp(driven(), tz)

        @classmethod
        def utcnow(cls) -> Driven:
            return cls.fromtimestamp(driven(), datetime.UTC).replace(tzinfo=None)

    time.time = driven
    datetime.datetime = Driven  # type: ignore[misc]  # that it is another class is the point


def end_with_parent() -> None:
    """However the harness ends, nothing of it goes on (prctl(2), PR_SET_PDEATHSIG; only where there is such a
    call)."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


PR_SET_PDEATHSIG = 1


def main() -> None:
    end_with_parent()
    drive(Path(sys.argv[1]))
    tell_tasks(Path(sys.argv[1]))
    if size := int(os.environ.pop("DRIVEN_LEAK", "0")):
        leak(size)
    from bot.__main__ import main as bot  # noqa: PLC0415 - after the clock, which it would else keep

    sys.argv = ["bot", *sys.argv[2:]]
    bot()


if __name__ == "__main__":
    main()
