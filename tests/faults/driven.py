"""The program, with a clock that somebody moves while it runs: `python -m tests.faults.driven FILE run …`

FILE holds how many seconds the clock is ahead of the machine's, as eight bytes, and is read at every look.
What is moved is what a machine's clock tells (`time.time`, `datetime.now`), for everything this process runs;
how long something took (`time.monotonic`, the loop's own time) is not, as where NTP or a person sets a clock.

It must come first: whoever imported `time.time` before would go on with the machine's. Never here: any other
difference from `python -m bot`.
"""

from __future__ import annotations

import datetime
import mmap
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path

AHEAD = struct.Struct("<d")


def move(file: Path, seconds: float) -> None:
    """Whoever runs on this file is `seconds` ahead from now on. The first call makes it."""
    with file.open("r+b" if file.exists() else "w+b") as clock:
        clock.write(AHEAD.pack(seconds))


def drive(file: Path) -> None:
    """This process's clock follows the file from now on."""
    with file.open("rb") as opened:
        ahead = mmap.mmap(opened.fileno(), AHEAD.size, access=mmap.ACCESS_READ)
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


def main() -> None:
    drive(Path(sys.argv[1]))
    from bot.__main__ import main as bot  # noqa: PLC0415 - after the clock, which it would else keep

    sys.argv = ["bot", *sys.argv[2:]]
    bot()


if __name__ == "__main__":
    main()
