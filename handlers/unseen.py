"""A process nobody looks into: what it holds in memory is not written down when it dies, not put on a disk
while it waits, and not read while it lives.

The desk's keys, drafts, what is being typed: all of it stands in the memory of this process. A core dump
would put it on a disk, where systemd keeps such files for weeks; so would swap, at any hour; and without
this, any other program of the same user can read it while we run, in /proc/PID/mem and /proc/PID/environ.
Root still can (SECURITY.md says so).

Never here: the swap of the kernel's own copies, and of a machine that hibernates, which only the machine can
switch off; arguments, which /proc/PID/cmdline shows to everybody, and which therefore hold no secret.
"""

from __future__ import annotations

import ctypes
import logging
import resource
import sys
from pathlib import Path
from typing import Final

log = logging.getLogger(__name__)

_PR_SET_DUMPABLE: Final = 4
"""Linux, prctl(2). An `exec` sets it back, so every process says it for itself."""

_EVERY_PAGE_ONCE_USED: Final = 1 | 2 | 4
"""Linux 4.4, mlockall(2): MCL_CURRENT, MCL_FUTURE, MCL_ONFAULT. Without the last, each thread's whole stack
and everything reserved is made resident: 107 MB more at the start of `run`, against 4 kB."""

STATUS: Final = Path("/proc/self/status")
SWAPS: Final = Path("/proc/swaps")
"""Linux, proc(5): a line of titles, then one for each place that memory is swapped to."""


def unseen() -> None:
    """No core dump of this process nor of those it starts, nobody attaches to it, and no page of it is
    swapped where the platform allows. Each process says it for itself."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        system = ctypes.CDLL(None)
        system.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
        _lock_memory(system)


def _lock_memory(system: ctypes.CDLL) -> None:
    """Lock all pages, where no limit stands in the way.

    Under a finite RLIMIT_MEMLOCK the call may succeed, and memory asked for later is then refused: the
    program would die of what protects it. So under such a limit it is tried with none allowed at all, where
    it succeeds for nobody but a process that limits do not bind (CAP_IPC_LOCK).
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    if hard == resource.RLIM_INFINITY:
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (hard, hard))
        system.mlockall(_EVERY_PAGE_ONCE_USED)
        return
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (0, hard))
    system.mlockall(_EVERY_PAGE_ONCE_USED)
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (soft, hard))


def warn_of_swap(status: Path = STATUS, swaps: Path = SWAPS) -> None:
    """Say once, in the log, that keys may be written to swap; nothing where memory is locked, or where there
    is no swap. On systems that do not tell, they may."""
    if not _locked_kilobytes(status) and _swap_places(swaps):
        log.warning(
            "memory could not be locked, and this machine may write keys to its swap: allow it "
            "(RLIMIT_MEMLOCK=infinity), or switch swap off, or encrypt it under a key drawn at each start"
        )


def _locked_kilobytes(status: Path) -> int:
    try:
        lines = status.read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmLck:"))


def _swap_places(swaps: Path) -> int:
    try:
        return len(swaps.read_text().splitlines()) - 1
    except OSError:
        return 1
