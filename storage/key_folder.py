"""Keys and salt that must outlive a reboot: small files beside the database, for their owner only.

- `instance.key` (32 bytes) hides members' chats; its copy belongs with RECOVERY.
- `salt` (16 bytes) is in every receipt: lose it, and no receipt opens anything any more. Back it up with
  RECOVERY.
- `tag-PERIOD.key` (32 bytes) makes the sender tags of one digest period. The next period destroys it. Where
  several folders hear for one instance, they agree on one through the shelf they share.

They are no part of the database, so a stolen copy of it says nothing about chats. A missing file is made only
for an instance that is new: a fresh salt beside old testimonies would silently orphan every receipt.

Never here: the desk's key, draft keys (`storage.shelf`).
"""

from __future__ import annotations

import os
import secrets
import time
from pathlib import Path

from bot.errors import KeyFileError
from storage.folder import cannot_use, make_durable, own_folder, put_file, refuse_shared

INSTANCE_BYTES = 32
TAG_BYTES = 32
SALT_BYTES = 16

HALF_MADE_SECONDS = 60.0
"""A file that is being made is a few milliseconds old; older, its maker was killed."""


class KeyFolder:
    """Durable key files in one folder. All methods raise KeyFileError, SettingsError or StoreFull."""

    def __init__(self, folder: Path) -> None:
        try:
            own_folder(folder, {"instance.key", "salt", "seuil.db"})
        except OSError as error:
            raise cannot_use(error, "key folder") from None
        self._folder = folder

    def instance(self, *, new: bool) -> bytes:
        """The INSTANCE key. `new`: the instance has kept nothing yet, so a missing key may be made."""
        return self._keep("instance.key", INSTANCE_BYTES, make=new)

    def salt(self, *, new: bool) -> bytes:
        """The deployment salt of all receipts. `new` as above."""
        return self._keep("salt", SALT_BYTES, make=new)

    def put_back(self, *, instance: bytes, salt: bytes) -> None:
        """Write these where they are missing; what is here is left as it is."""
        for name, key in (("instance.key", instance), ("salt", salt)):
            if not (self._folder / name).exists():
                try:
                    put_file(self._folder, name, key)
                except OSError as error:
                    raise cannot_use(error, "key folder") from None

    def tag(self, period: int) -> bytes:
        """The TAG key of a period, made when first asked for. A destroyed one is never made again."""
        if self._tag_file(period).exists():
            return self._keep(self._tag_file(period).name, TAG_BYTES, make=False)
        if any(kept > period for kept in self._periods()):
            raise KeyFileError(
                "The sender-tag key of a past period was asked for; it was destroyed with that period.",
                hint="Nothing can be done, by design: tags of different periods cannot be linked.",
            )
        return self._keep(self._tag_file(period).name, TAG_BYTES, make=True)

    def rotate_tag(self, period: int) -> bytes:
        """Begin a period: its key, once those of earlier periods are destroyed."""
        key = self.tag(period)
        for old in self._periods():
            if old < period:
                shred(self._tag_file(old))
        return key

    def adopt_tag(self, period: int, agreed: bytes) -> None:
        """Have the key that was agreed on with other folders in place of the one made here, which is
        destroyed."""
        file = self._tag_file(period)
        try:
            with file.open("r+b", buffering=0) as own:
                if own.read() == agreed:
                    return
                put_file(self._folder, file.name, agreed)
                own.seek(0)
                own.write(bytes(TAG_BYTES))  # its name is the new one's already
                os.fsync(own.fileno())
        except FileNotFoundError:  # another process destroyed it: that period is over
            return
        except OSError as error:
            raise cannot_use(error, "key folder") from None

    def newest_tag(self) -> int:
        """The newest period that has a tag key here; 0 where none has."""
        return max(self._periods(), default=0)

    def _tag_file(self, period: int) -> Path:
        return self._folder / f"tag-{period}.key"

    def _periods(self) -> list[int]:
        names = [path.stem.removeprefix("tag-") for path in self._folder.glob("tag-*.key")]
        return sorted(int(name) for name in names if name.isdecimal())

    def _keep(self, name: str, length: int, *, make: bool) -> bytes:
        path = self._folder / name
        try:
            if path.exists():
                return _read(path, length)
            if make:
                return _make(path, length)
        except OSError as error:
            raise cannot_use(error, "key folder") from None
        raise KeyFileError(
            f"{name} is missing, and this instance was started before.",
            hint=f"Put back the copy of {name} that was kept with the recovery shares or the backup. Where "
            "this folder is another instance's, name the right one in SEUIL_DATA.",
        )


def shred(path: Path) -> None:
    """Overwrite a small file in place, make that durable, and remove it.

    On disks that copy on write, old blocks may stay until they are reused: encrypt the disk as well.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(handle, bytes(os.fstat(handle).st_size))
        os.fsync(handle)
    finally:
        os.close(handle)
    path.unlink()
    make_durable(path.parent)


def _read(path: Path, length: int) -> bytes:
    refuse_shared(path)
    key = path.read_bytes()
    if len(key) != length:
        raise KeyFileError(
            f"{path.name} is not a key: {length} bytes expected, {len(key)} found.",
            hint=f"Put back the copy of {path.name} that was kept with the recovery shares or the backup.",
        )
    return key


def _make(path: Path, length: int) -> bytes:
    """A new key, durable before it is used; a kill leaves it whole or not at all. Of two workers that make it
    at once, both have that of the first."""
    key = secrets.token_bytes(length)
    for half in path.parent.glob(f"{path.name}.new*"):
        if time.time() - half.stat().st_mtime > HALF_MADE_SECONDS:
            shred(half)  # left by a worker that was killed while it made one
    fresh = path.with_name(f"{path.name}.new-{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        os.write(handle, key)
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        os.link(fresh, path)
        fresh.unlink()  # one file of two names until now
    except FileExistsError:
        shred(fresh)
        key = _read(path, length)
    make_durable(path.parent)
    return key
