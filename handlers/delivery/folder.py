"""Digests into a folder: each partner has one, each digest one in it, whole or not there at all.

    <SEUIL_DIGEST_FOLDER>/<partner>/seuil-3-fr/   seuil-3-fr.txt, … SHA256SUMS, SHA256SUMS.minisig
                                                  or, sealed, seuil-3-fr.zip.age and its signature

It is written beside its place under a name that begins with a dot, made durable, and given its name by one
rename: who looks, a program that synchronises included, sees all of it or none. What is there is never
changed. The same again is found to be the same; something else under its name is left, and told.

Names are walked one by one from the open folder above them, following no link: what a partner with a way into
its own folder puts there leads nowhere else.

Never here: which files there are (`bot.letters`), when it is tried again (the ledger).
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import re
import secrets
import shutil
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bot import letters
from bot.formats.rendered import File
from bot.letters import Set
from handlers import Address
from handlers.delivery import Parcel, Reason, Undelivered
from handlers.delivery.mail import packed

log = logging.getLogger(__name__)

NAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?")
"""A partner's folder: the same on every disk and in every shell, and never a way up."""

_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")

_REASONS: dict[int, Reason] = {
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EFBIG: "full",
    errno.EACCES: "unwritable",
    errno.EPERM: "unwritable",
    errno.EROFS: "unwritable",
    errno.ENOTDIR: "unwritable",
    errno.ELOOP: "unwritable",
    errno.ENOENT: "unwritable",
    errno.EIO: "unreachable",
    errno.ESTALE: "unreachable",
    errno.ENXIO: "unreachable",
    errno.ETIMEDOUT: "unreachable",
}
"""What a disk says, as a moderator is told it. ENOENT: no folder of all; not mounted, perhaps."""

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
_FOLDER = _READ | os.O_DIRECTORY
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class FolderCarrier:
    """Keeps the promise of `Carrier` for addresses of the channel "folder". `root` None: there is no such
    way here. Folders are made 0700 and files 0600; `root` itself is the operator's to make."""

    def __init__(self, root: Path | None) -> None:
        self._root = root
        self._one = threading.Lock()
        """A write that was given up on goes on in its thread: the next one waits for it."""

    async def carry(self, to: Address, parcel: Parcel) -> None:
        """Raises `Undelivered`."""
        if self._root is None:
            raise Undelivered("unset")
        reason = await asyncio.to_thread(self._kept, self._root, to.chat, parcel)
        if reason is not None:
            raise Undelivered(reason)

    def _kept(self, root: Path, partner: str, parcel: Parcel) -> Reason | None:
        """Why it could not be kept, or None. The system's own words hold paths, and partners' names."""
        if not NAME.fullmatch(partner):
            return "refused"
        whole = packed(parcel, partner)
        _check(whole)
        with self._one:
            try:
                with _partners_folder(root, partner) as folder:
                    return _keep(folder, whole, parcel)
            except OSError as error:
                reason = _REASONS.get(error.errno or 0, "other")
                kind = errno.errorcode.get(error.errno or 0, "?")
                log.warning("a digest was not written: %s (%s)", reason, kind)
                return reason


def _check(whole: Set) -> None:
    """Names of files come from our formats; that one led elsewhere would be our fault, and stops here."""
    for name in (whole.name, *(file.name for file in whole.files)):
        if not _FILE_NAME.fullmatch(name):
            raise ValueError("a file of a digest has a name that could lead elsewhere")


@contextmanager
def _partners_folder(root: Path, partner: str) -> Iterator[int]:
    with _opened(os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)) as above:
        with suppress(FileExistsError):
            os.mkdir(partner, 0o700, dir_fd=above)
            os.fsync(above)
        with _opened(os.open(partner, _FOLDER, dir_fd=above)) as folder:
            yield folder


@contextmanager
def _opened(descriptor: int) -> Iterator[int]:
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _keep(folder: int, whole: Set, parcel: Parcel) -> Reason | None:
    try:
        os.stat(whole.name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        _sweep(folder, whole)
        _write(folder, whole)
        return None
    same = _is_there(folder, whole, parcel)
    os.fsync(folder)  # it may have been renamed just before the power went
    return None if same else "other"


def _is_there(folder: int, whole: Set, parcel: Parcel) -> bool:
    """Whether the folder of that name holds this very set. What somebody put beside it is theirs."""
    with _opened(os.open(whole.name, _FOLDER, dir_fd=folder)) as inside:
        kept = {file.name: _read(inside, file) for file in whole.files}
    if whole.is_sealed:
        found = {name: body for name, body in kept.items() if body is not None}
        return letters.is_ours(found, whole, parcel.sign)
    return all(kept[file.name] == file.body for file in whole.files)


def _read(inside: int, file: File) -> bytes | None:
    """What stands under the name of a file, None where there is none. No more than is worth comparing."""
    try:
        descriptor = os.open(file.name, _READ | os.O_NONBLOCK, dir_fd=inside)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as opened:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        return opened.read(len(file.body) + 1)


def _write(folder: int, whole: Set) -> None:
    """Raises OSError, having left nothing."""
    unnamed = f".{whole.name}.{secrets.token_hex(8)}"
    os.mkdir(unnamed, 0o700, dir_fd=folder)
    try:
        with _opened(os.open(unnamed, _FOLDER, dir_fd=folder)) as inside:
            for file in whole.files:
                _write_file(inside, file)
            os.fsync(inside)
        os.rename(unnamed, whole.name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        shutil.rmtree(unnamed, ignore_errors=True, dir_fd=folder)
        raise
    os.fsync(folder)


def _write_file(inside: int, file: File) -> None:
    with _opened(os.open(file.name, _NEW, 0o600, dir_fd=inside)) as descriptor:
        left = memoryview(file.body)
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)


def _sweep(folder: int, whole: Set) -> None:
    """Take away what a process that was killed left of this very set. Only one process has a desk."""
    unnamed = re.compile(rf"\.{re.escape(whole.name)}\.[0-9a-f]{{16}}")
    for name in os.listdir(folder):
        if unnamed.fullmatch(name):
            shutil.rmtree(name, ignore_errors=True, dir_fd=folder)
