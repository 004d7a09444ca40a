"""Backups: written unattended with a public key, read again before they count, and erased when their time is
over.

    FOLDER/seuil-2026-11-23.age      the backup of a day (`bot.backups`); a second one of that day ends in -2
    FOLDER/seuil-2026-11-23.age.sha256    for `sha256sum -c`, so that a copy can be checked without a key
    FOLDER/….part                    being written; the next backup sweeps it away

A backup appears under its name once every byte of it was read back from the disk. Then those whose days are
over go, never the newest: a testimony that was withdrawn is in no backup `SEUIL_BACKUP_DAYS` later.

Nothing is ever plain on a disk: rows go from the database through the sealing into the file, a page at a
time.

Never here: its key (`handlers.backup_keys`), what is in it (`bot.backups`, `storage.snapshot`), restoring
(`handlers.restoring`).
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from bot.age import (
    HeaderFault,
    KeyIdentity,
    KeyRecipient,
    MacFault,
    Opening,
    PayloadFault,
    Sealing,
)
from bot.backups import VERSION, Head, Kit, Known, Packing, Sums, Unpacking, mark
from bot.errors import CannotOpen, KeyFileError, SettingsError, StoreDamaged
from bot.settings import Settings
from handlers.backup_keys import recipient
from handlers.progress import Tell
from handlers.standing import commit
from handlers.team_keys import read_list
from storage.audit_head import AuditHead
from storage.changes import Audit
from storage.folder import FolderLock, cannot_use, make_durable, put_file
from storage.held import Held
from storage.key_folder import KeyFolder
from storage.queue_head import DigestHead, QueueHead, TeamHead
from storage.snapshot import KEPT, snapshot

NAME: Final = re.compile(r"seuil-(\d{4}-\d\d-\d\d)(?:-(\d{1,3}))?\.age")
"""Files in the folder that are ours to erase; all others are left alone."""

PART: Final = ".part"
SUM: Final = ".sha256"

READ_AT_ONCE: Final = 1024 * 1024
"""Bytes."""


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was written and read again."""

    file: Path
    rows: int
    bytes: int
    sha256: str
    mark: str
    erased: int
    """Older ones whose days were over."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A backup that was opened to its end. `vouched`: None where there is no instance.key here to ask."""

    head: Head
    sums: Sums
    vouched: bool | None

    @property
    def day(self) -> date:
        return date(1970, 1, 1) + timedelta(self.head.day)


# --- writing ------------------------------------------------------------------------------------------------


async def make(settings: Settings, folder: Path, now: float, tell: Tell) -> Made:
    """Back the instance up into a folder, read it again, and erase what is past its days.

    Raises `KeyFileError`, `SettingsError`, `StoreFull`, `StoreDamaged`, `StoreAway`, `AlreadyRunning`
    (another backup is being made); then nothing was erased but backups whose days were over.
    """
    today = datetime.fromtimestamp(now, UTC).date()
    key = recipient(settings.data)
    keys = KeyFolder(settings.data)
    kit = Kit(keys.instance(new=False), keys.salt(new=False))
    known = _known(settings.data, kit.instance)
    try:
        lock = FolderLock(folder / "lock", "backup folder")
    except OSError as error:
        raise cannot_use(error, "backup folder") from None
    try:
        # First, because it may make the room this one needs; and after, because this one may be the newest.
        erased = _erase_past(folder, today, settings.backup_days)
        file = _free_name(folder, today)
        head = _head(settings, kit, (today - date(1970, 1, 1)).days)
        try:
            writing = _Writing(file, key)
        except OSError as error:
            raise cannot_use(error, "backup folder") from None
        try:
            rows = await _write(settings, writing, Packing(head), known, kit.instance, tell)
            writing.finish(tell)
        except OSError as error:
            raise cannot_use(error, "backup folder") from None
        finally:
            writing.sweep()
        erased += _erase_past(folder, today, settings.backup_days)
    finally:
        lock.release()
    await commit(settings, Audit(head.day, "console", "backup"))
    return Made(file, rows, writing.length, writing.sha256, head.mark, erased)


def _head(settings: Settings, kit: Kit, day: int) -> Head:
    team = read_list(settings.data / "keys")[0].newest
    return Head(
        version=VERSION,
        day=day,
        epoch=team.epoch,
        mark=mark(kit.instance),
        tables=tuple((table.name, table.columns) for table in KEPT),
        kit=kit.seal(team),
    )


def _known(data: Path, instance: bytes) -> Known:
    """Before the database is read: there may be more in it by then, and never less."""
    audit = AuditHead(data, instance).read()
    return Known(
        audit=None if audit is None else (audit.lines, audit.chain),
        digest=DigestHead(data, instance).read(),
        queue=QueueHead(data, instance).read(),
        team=TeamHead(data, instance).read(),
        held=tuple(sorted(Held(data, instance).read())),
    )


async def _write(
    settings: Settings, out: _Writing, packing: Packing, known: Known, instance: bytes, tell: Tell
) -> int:
    async with snapshot(settings.store_url) as taken:
        done, of = 0, sum(taken.counts)
        out.add(packing.begin())
        async for table, rows in taken.pages:
            out.add(packing.rows(table, rows))
            done += len(rows)
            tell("backup", done, of)
    for piece in packing.end(known, instance):
        out.add(piece)
    return done


@dataclass(slots=True)
class _Writing:
    """A file on its way: sealed as it grows, under another name until it was read again."""

    file: Path
    key: KeyRecipient = field(repr=False)
    length: int = 0
    sha256: str = ""
    _part: Path = field(init=False, repr=False)
    _sealing: Sealing = field(init=False, repr=False)
    _sum: hashlib._Hash = field(init=False, repr=False)
    _handle: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._part = self.file.with_name(self.file.name + PART)
        self._sealing = Sealing.to([self.key])
        self._sum = hashlib.sha256()
        # Nothing that stands there already, and through no link: others may know the folder too.
        self._handle = os.open(self._part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)

    def add(self, plain: bytes) -> None:
        self._put(self._sealing.add(plain))

    def finish(self, tell: Tell) -> None:
        """Seal the end, make all durable, read it again from the disk, and give it its name."""
        self._put(self._sealing.end())
        os.fsync(self._handle)
        self.sha256 = self._sum.hexdigest()
        if self._read_again(tell) != self.sha256:
            raise StoreDamaged(
                "The backup is not read as it was written.",
                hint="It was taken away. Check the disk of the backup folder, then make another.",
            )
        put_file(self.file.parent, self.file.name + SUM, f"{self.sha256}  {self.file.name}\n".encode())
        self._part.rename(self.file)
        make_durable(self.file.parent)

    def sweep(self) -> None:
        os.close(self._handle)
        with suppress(OSError):
            self._part.unlink(missing_ok=True)

    def _put(self, sealed: bytes) -> None:
        view = memoryview(sealed)
        while view:
            view = view[os.write(self._handle, view) :]
        self._sum.update(sealed)
        self.length += len(sealed)

    def _read_again(self, tell: Tell) -> str:
        # What the system remembers of the file is let go of first, or the disk would not be asked.
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(self._handle, 0, 0, os.POSIX_FADV_DONTNEED)
        found, done = hashlib.sha256(), 0
        os.lseek(self._handle, 0, os.SEEK_SET)
        while piece := os.read(self._handle, READ_AT_ONCE):
            found.update(piece)
            done += len(piece)
            tell("verify", done, self.length)
        return found.hexdigest()


# --- keeping ------------------------------------------------------------------------------------------------


def _listed(folder: Path) -> list[str]:
    return sorted(os.listdir(folder)) if folder.is_dir() else []


def backups_in(folder: Path) -> list[tuple[date, int, Path]]:
    """Our backups in a folder: day, number of that day, file; the newest last."""
    found = []
    for name in _listed(folder):
        if (told := NAME.fullmatch(name)) is not None:
            with suppress(ValueError):  # the thirtieth of February is none of ours
                found.append((date.fromisoformat(told[1]), int(told[2] or 1), folder / name))
    return sorted(found)


def _erase_past(folder: Path, today: date, days: int) -> int:
    """Erase backups whose days are over, save the newest, and what a killed one left. How many backups."""
    erased = 0
    try:
        for name in _listed(folder):
            if name.endswith(PART) and NAME.fullmatch(name.removesuffix(PART)):
                (folder / name).unlink()
        for day, _, file in backups_in(folder)[:-1]:
            if (today - day).days > days:
                file.unlink()
                file.with_name(file.name + SUM).unlink(missing_ok=True)
                erased += 1
    except OSError as error:
        raise cannot_use(error, "backup folder") from None
    return erased


def _free_name(folder: Path, today: date) -> Path:
    taken = {number for day, number, _ in backups_in(folder) if day == today}
    number = next(number for number in range(1, 1000) if number not in taken)
    return folder / f"seuil-{today.isoformat()}{'' if number == 1 else f'-{number}'}.age"


def folder_of(settings: Settings, given: Path | None) -> Path:
    """Where backups go. Raises `SettingsError` where nobody said."""
    folder = given or settings.backup_folder
    if folder is None:
        raise SettingsError(
            "Nobody said where backups go.",
            hint="Set SEUIL_BACKUP_FOLDER, best on another disk, or name a folder with --to.",
        )
    if not folder.is_dir():
        raise SettingsError(
            "The folder for backups is not there.",
            hint="Mount its disk, or make it for this user alone: `mkdir -m 700 FOLDER`.",
        )
    return folder


# --- reading ------------------------------------------------------------------------------------------------


def pieces_of(file: Path, tell: Tell, what: str) -> Iterator[bytes]:
    """The bytes of a file, a megabyte at a time."""
    try:
        done, of = 0, file.stat().st_size
        with file.open("rb") as content:
            while piece := content.read(READ_AT_ONCE):
                done += len(piece)
                yield piece
                tell(what, done, of)
    except OSError as error:
        raise KeyFileError(
            f"{file.name} cannot be read: {error.strerror}.", hint="Check the path and its rights."
        ) from None


TORN: Final = (HeaderFault, MacFault, PayloadFault)
"""How a file that was cut, prolonged or changed is known."""


def torn(fault: CannotOpen) -> CannotOpen:
    return CannotOpen(
        f"The backup is torn, or was changed. {fault}",
        hint="Fetch the file again, or take the one before. Its .sha256 says whether a copy is whole.",
    )


def check(file: Path, identities: tuple[KeyIdentity, ...], data: Path, tell: Tell) -> Checked:
    """Open a backup to its end. Raises `CannotOpen` for one that is not whole, or not for these keys."""
    opening, unpacking = Opening(identities), Unpacking()
    try:
        for piece in pieces_of(file, tell, "verify"):
            unpacking.add(opening.add(piece))
        unpacking.add(opening.end())
    except TORN as fault:
        raise torn(fault) from None
    sums = unpacking.end()
    assert unpacking.head is not None  # noqa: S101 - `end` saw to it
    instance = KeyFolder(data).instance(new=False) if (data / "instance.key").exists() else None
    return Checked(unpacking.head, sums, None if instance is None else unpacking.vouched_by(instance))
