"""A folder of ours on a disk: for its owner only, used by one process, refused in plain words.

Used by every keeper of files here: the SQLite store, the shelf, the key folder. Never here: what is in the
files.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import AlreadyRunning, KeyFileError, SettingsError, SeuilError, StoreFull


class FolderLock:
    """Held by the one process that runs on a folder; the system lets go of it when the process ends,
    however."""

    def __init__(self, file: Path, role: str) -> None:
        self._handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._handle)
            raise AlreadyRunning(
                f"Another process is using this instance's {role}.",
                hint="Stop the other Seuil first, or give this one a folder of its own.",
            ) from None

    def release(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


class InPlace:
    """Which files these names stood for when they were opened. Where another was put in the place of one,
    what is written afterwards goes nowhere, and nobody would notice before the next start."""

    def __init__(self, *paths: Path) -> None:
        self._marks = {path: _mark(path) for path in paths}

    def missing(self) -> str | None:
        """The name of the first that is not the same file any more. A microsecond or two each."""
        return next((path.name for path, mark in self._marks.items() if _mark(path) != mark), None)


def _mark(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def own_folder(folder: Path, ours: set[str]) -> None:
    """Make a folder only its owner can enter. One that others can enter is closed to them if it is new
    (empty) or holds a file of ours; it is refused otherwise, since it may be somebody else's."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o077:
        there = set(os.listdir(folder))
        if there and not there & ours:
            raise SettingsError(
                "The data folder can be entered by other users and holds other things.",
                hint="Give Seuil a folder of its own, or close this one: `chmod 700 FOLDER`.",
            )
        folder.chmod(0o700)


def refuse_shared(file: Path) -> None:
    """Raises `KeyFileError` for a secret file that others of this machine can read. One that is not there is
    not shared."""
    try:
        mode = file.stat().st_mode
    except OSError:
        return
    if mode & 0o077:
        raise KeyFileError(
            f"{file.name} can be read by others than its owner.",
            hint=f"Run `chmod 600` on {file.name}, and ask who read it meanwhile.",
        )


def cannot_use(error: OSError, role: str) -> SeuilError:
    """An operating system's refusal in our words, without the path."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return StoreFull(f"The disk of the {role} is full.", hint="Make room, then start again.")
    return SettingsError(
        f"The {role} can not be used: {error.strerror}.",
        hint="It must be a folder that belongs to the user who runs Seuil, on a disk that can be written.",
    )


def put_file(folder: Path, name: str, body: bytes) -> None:
    """A small owner-only file in place of the one of this name, durable when this returns; a kill leaves the
    old one or the new one. Raises OSError."""
    fresh = folder / f"{name}.new"
    # Not through a link: of a folder on a shared disk, others know the names too.
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    handle = os.open(fresh, flags, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(body)
        out.flush()
        os.fsync(out.fileno())
    fresh.rename(folder / name)
    make_durable(folder)


def make_durable(path: Path) -> None:
    """On the disk when this returns: a file as it is, a folder's names as they are. Raises OSError."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Wait until no other process makes this folder ready."""
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
        os.fsync(handle)  # the names of new files survive a power cut
    finally:
        os.close(handle)


MEMORY_KINDS = ("tmpfs", "ramfs")


def is_memory_backed(folder: Path) -> bool:
    """Whether this folder lives in memory, as the kernel's table of mounts says. False where there is no
    table."""
    device = folder.stat().st_dev
    number = f"{os.major(device)}:{os.minor(device)}"
    try:
        mounts = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return False
    for mount in mounts:
        # "36 35 98:0 /root /mount options … - kind source options": man 5 proc_pid_mountinfo
        before, _, after = mount.partition(" - ")
        if before.split()[2] == number:
            return after.split()[0] in MEMORY_KINDS
    return False
