"""A process of our own beside this one, for what is better done there: how it is started, what it does first.

It is given nothing of the environment but what Python may need to start, hears and says through two pipes,
and ends with who started it.

Never here: what it is started for (`handlers.opener`, `handlers.delivery.press`).
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from pathlib import Path

from handlers.unseen import unseen

INHERITED = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH", "PYTHONHASHSEED")
"""What it gets of the environment: what Python may need to start, and no token."""

NICE = 5
"""How far it stands back: people who are talking come first, on a machine with one core too few."""

READY = b"\x06"
"""What it says first, once nobody can look into it: until then, any other program of the same user could read
out of its pipe whatever it is given, and answer in its place."""

_PR_SET_PDEATHSIG = 1
"""Linux, prctl(2)."""


async def start(module: str) -> Process:
    """`python -m module` with a pipe at either end. What it complains of goes nowhere: it could hold
    anything. Raises `OSError` where the system gives no process."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module),
        cwd=Path(__file__).parent.parent,
        env={name: os.environ[name] for name in INHERITED if name in os.environ},
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
    )


def ready() -> None:
    """The first thing it does: it hides, and says so."""
    keep_quiet()
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()


def keep_quiet() -> None:
    """No core dump, nobody looks in, no signal meant for who started us ends us before it, and none outlives
    it."""
    unseen()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    with suppress(OSError):
        os.nice(NICE)
