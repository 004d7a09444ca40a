"""A small disk: filled to its last byte, and freed again.

Mounting one takes a right that not every user has: `can_mount` says whether this one does, and where it does
not, disks are left as they are and the harness says so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

BALLAST = "ballast"


@cache
def can_mount() -> bool:
    """Tried out, once: being root is neither needed nor enough in a container."""
    place = Path(tempfile.mkdtemp(prefix="seuil-disk-"))
    try:
        return _mount(place, 1)
    finally:
        _unmount(place)


def _mount(place: Path, mib: int) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", f"size={mib}m,mode=0755", "seuil-faults", str(place)]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _unmount(place: Path) -> None:
    with suppress(OSError):
        subprocess.run(["umount", "-l", str(place)], capture_output=True, check=False)
    shutil.rmtree(place, ignore_errors=True)


class Disk:
    """A folder that is a disk of its own where one can be mounted, else only a folder."""

    def __init__(self, mib: int, name: str) -> None:
        # A short path: a socket's name has at most 107 bytes.
        self.place = Path(tempfile.mkdtemp(prefix=f"s-{name}-"))
        self.place.chmod(0o755)
        self.is_small = can_mount() and _mount(self.place, mib)

    def fill(self) -> None:
        """To the last byte, for every user."""
        if not self.is_small:
            raise RuntimeError("only a disk of its own is filled")
        with (self.place / BALLAST).open("ab", buffering=0) as ballast:
            for size in (1 << 20, 1 << 12):
                with suppress(OSError):
                    while True:
                        ballast.write(bytes(size))

    def free(self) -> None:
        with suppress(FileNotFoundError):
            os.unlink(self.place / BALLAST)

    def remove(self) -> None:
        _unmount(self.place)
