"""Rights that no package brings: which of them this process has.

A test marked `privileged("CAP_SYS_ADMIN")` may be skipped where this process has not that capability, and
nowhere else (conftest.py): a machine that grants it runs the test or fails.

Never here: what takes them.
"""

from __future__ import annotations

from pathlib import Path

CAPABILITIES = {"CAP_SYS_PTRACE": 19, "CAP_SYS_ADMIN": 21}
"""Linux, capabilities(7): their bits. The first: to look into another's process; the second: to mount."""

STATUS = Path("/proc/self/status")


def has(capability: str, status: Path = STATUS) -> bool:
    """Where the system tells nothing (not Linux), no. Raises `KeyError` for another capability."""
    bit = 1 << CAPABILITIES[capability]
    try:
        lines = status.read_text("ascii").splitlines()
    except OSError:
        return False
    return any(int(line.split()[1], 16) & bit for line in lines if line.startswith("CapEff:"))
