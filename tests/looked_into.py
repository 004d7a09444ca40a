"""`python -m bot`, which writes down all it has in memory and names all it has open, at each SIGUSR2; run in
its place by tests that look for what must not be there.

    python -m tests.looked_into FILE run --only intake

Without CAP_SYS_PTRACE nobody else may look into such a process, not even its own user (`handlers.unseen`). So
it looks into itself, for which no right is needed, and what it finds is what root would.

Never here: any other difference from `python -m bot`.
"""

from __future__ import annotations

import ctypes
import os
import re
import signal
import sys
from contextlib import suppress
from pathlib import Path

_PR_SET_DUMPABLE = 4
"""Linux, prctl(2): while it is 0, /proc/self is root's."""

_AT_ONCE = 1 << 22
"""Bytes: what is read is in this process's memory too, for a moment."""


def tell(file: Path) -> None:
    """All of it into FILE; what is open into FILE.open, a line each. FILE is there once all is told."""
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)
    try:
        opened = [_target(each) for each in Path("/proc/self/fd").iterdir()]
        file.with_suffix(".open").write_text("\n".join(opened), "utf-8")
        part = file.with_suffix(".part")
        with part.open("wb", buffering=0) as told:
            _copy(told.fileno())
        part.rename(file)
    finally:
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _target(link: Path) -> str:
    with suppress(FileNotFoundError):
        return os.readlink(link)
    return ""  # the list's own


def _copy(into: int) -> None:
    with Path("/proc/self/mem").open("rb", buffering=0) as memory:
        for line in Path("/proc/self/maps").read_text("utf-8").splitlines():
            found = re.match(r"([0-9a-f]+)-([0-9a-f]+) r", line)
            if found is None or "[v" in line:  # what the kernel lends to everybody
                continue
            at, end = (int(each, 16) for each in found.groups())
            with suppress(OSError, OverflowError):
                memory.seek(at)
                while at < end and (some := memory.read(min(_AT_ONCE, end - at))):
                    os.write(into, some)
                    at += len(some)


def main() -> None:
    file = Path(sys.argv[1])
    signal.signal(signal.SIGUSR2, lambda *_: tell(file))
    from bot.__main__ import main as bot  # noqa: PLC0415 - a signal that comes early is waited for

    sys.argv = ["bot", *sys.argv[2:]]
    bot()


if __name__ == "__main__":
    main()
