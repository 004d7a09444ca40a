"""Several small files of a folder, replaced together: all of them or none, whatever the instant of a kill.

    next/          being written. Found later, it was never in force: it is destroyed
    ready/         written whole. Renaming `next` to it is the instant at which the change is made
    …/NAME.gone    another name of what a file was before, so that it can be overwritten once it is replaced

What was made from files that somebody else replaced meanwhile would undo what she did, and with a key that
only her file held, all that was sealed to it: it is refused, under the same lock.

All that needs room on the disk happens before that instant: a full disk leaves everything as it was. After
it, whoever comes next finishes the change (`settle`).

Never here: what the files hold.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from bot.errors import KeyFileError
from storage.folder import cannot_use, make_durable, one_at_a_time
from storage.key_folder import shred

NEXT, READY = "next", "ready"
GONE = ".gone"

_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
"""How a file system without hard links refuses one: there, what is replaced is left to the disk."""


Marks = Mapping[str, bytes | None]
"""SHA-256 of files by name; None for one that is not there."""


def marks(folder: Path, names: Iterable[str]) -> Marks:
    """What tells whether these files are as they were. Raises `SettingsError`."""
    try:
        return {name: _mark(folder / name) for name in names}
    except OSError as error:
        raise cannot_use(error, "key folder") from None


def put_together(folder: Path, files: Mapping[str, bytes], *, made_from: Marks | None = None) -> None:
    """Owner-only files in place of those of these names; in force and durable when this returns.

    `made_from`: the files that these were made from, which may not have changed meanwhile.

    Raises `StoreFull`, `SettingsError`, or `KeyFileError` where another program was quicker; then nothing has
    changed.
    """
    try:
        with one_at_a_time(folder):
            _finish(folder)
            if made_from is not None and marks(folder, made_from) != made_from:
                raise KeyFileError(
                    "The keys were changed meanwhile by somebody else, and are left as she made them.",
                    hint="Ask who else is at a console (python -m bot keys status), then begin again.",
                )
            _prepare(folder, files)
            _apply(folder)
    except OSError as error:
        raise cannot_use(error, "key folder") from None


def settle(folder: Path) -> None:
    """Finish a change that was made and not finished, take away one that was never made. Call it before such
    files are read. Raises as `put_together`."""
    try:
        if (folder / READY).is_dir() or (folder / NEXT).is_dir():
            with one_at_a_time(folder):
                _finish(folder)
    except OSError as error:
        raise cannot_use(error, "key folder") from None


def _mark(file: Path) -> bytes | None:
    try:
        return hashlib.sha256(file.read_bytes()).digest()
    except FileNotFoundError:
        return None


def _finish(folder: Path) -> None:
    if (folder / READY).is_dir():
        _apply(folder)
    if (folder / NEXT).is_dir():
        _destroy(folder / NEXT)


def _prepare(folder: Path, files: Mapping[str, bytes]) -> None:
    try:
        os.mkdir(folder / NEXT, 0o700)
        for name, body in files.items():
            _write(folder / NEXT / name, body)
            _name_again(folder / name, folder / NEXT / (name + GONE))
        make_durable(folder / NEXT)
        os.rename(folder / NEXT, folder / READY)
    except OSError:
        _destroy(folder / NEXT)
        raise
    make_durable(folder)


def _apply(folder: Path) -> None:
    ready = folder / READY
    for name in sorted(os.listdir(ready)):
        if not name.endswith(GONE):
            os.rename(ready / name, folder / name)
    make_durable(folder)
    for name in sorted(os.listdir(ready)):
        _overwrite(ready / name)
    os.rmdir(ready)
    make_durable(folder)


def _destroy(half: Path) -> None:
    """Only other names of files in force are left alone: they are not overwritten."""
    with suppress(OSError):
        for name in sorted(os.listdir(half)):
            if name.endswith(GONE):
                os.unlink(half / name)
            else:
                _overwrite(half / name)
        os.rmdir(half)


def _overwrite(path: Path) -> None:
    try:
        shred(path)
    except OSError:  # a disk without room to write anew: at least its name goes
        path.unlink(missing_ok=True)


def _name_again(file: Path, name: Path) -> None:
    try:
        os.link(file, name)
    except FileNotFoundError:
        return
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise


def _write(path: Path, body: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(body)
        out.flush()
        os.fsync(out.fileno())
