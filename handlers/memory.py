"""How this process asks the system for memory: from few places, so that what is let go of goes back.

glibc gives each thread an arena of its own, eight for each core. What a receipt's key, a digest or a backup
took for a moment then stays in the arena of the thread that needed it. Four minutes into a soak (`python -m
tests.faults.soak --people 100`) a process held 118 MiB with its usual arenas and 98 with two.

Never here: what is in the memory (`handlers.unseen`).
"""

from __future__ import annotations

import ctypes
import sys
from typing import Final

_M_ARENA_MAX: Final = -8
"""glibc, mallopt(3)."""

ARENAS: Final = 2
"""The loop's thread asks for most of it; one more is for all the others."""


def few_arenas() -> bool:
    """Called before any thread is started. False where the C library has no arenas (musl, macOS)."""
    if sys.platform != "linux":
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and mallopt(_M_ARENA_MAX, ARENAS) == 1
