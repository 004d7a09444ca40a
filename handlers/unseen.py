"""A process nobody looks into: what it holds in memory is not written down when it dies, and not read while
it lives.

The desk's keys, drafts, what is being typed: all of it stands in the memory of this process. A core dump
would put it on a disk, where systemd keeps such files for weeks; and without this, any other program of the
same user can read it while we run. Root still can (SECURITY.md says so).

Never here: swap, which only the machine can switch off.
"""

from __future__ import annotations

import ctypes
import resource
import sys

_PR_SET_DUMPABLE = 4
"""Linux, prctl(2). An `exec` sets it back, so every process says it for itself."""


def unseen() -> None:
    """No core dump of this process nor of those it starts, and nobody attaches to it."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
