"""The shelf: draft keys and daily pseudonym keys, in memory only. Destroying a key here deletes a draft.

`FolderShelf` is one file of fixed slots in a memory-backed folder, mapped into the process: it outlives a
`kill -9` of the bot, and not a reboot. A reboot loses every open draft, by design: an empty shelf beside a
full `drafts.db` is ordinary, and those drafts can never be opened again.

A slot is written so that a kill between any two machine instructions leaves the old slot or the new one: the
mark that makes it count is one byte, set last and cleared first. Slots that do not count are wiped when the
shelf opens.

Besides the key stands the revision of the last committed draft: a `drafts.db` that was rolled back to an
older copy holds an older revision, and the caller refuses it. `Shelf.key` gives both.

All calls are awaited, since a shelf that many hosts share stands behind a network (`storage.shelf_redis`).
The two here never wait: plain memory operations of microseconds. Never here: boxes, chats, words.
"""

from __future__ import annotations

import ctypes
import logging
import mmap
import os
import secrets
import struct
from collections.abc import Awaitable
from pathlib import Path
from typing import Final, Protocol, TypeAlias

from bot.errors import SettingsError, StoreDamaged
from bot.secret import SecretStr
from storage.folder import FolderLock, cannot_use, is_memory_backed, own_folder
from storage.shared_shelf import MemoryShared, Shared

KEY_BYTES = 32

DAY_KEYS_KEPT = 4
"""Days a pseudonym key is kept, its own included: a draft lives 72 hours, which touch four days."""

LOG = logging.getLogger(__name__)


DayKeys: TypeAlias = tuple[tuple[int, bytes], ...]
"""(day, pseudonym key): today's, then tomorrow's where there is one, then those before, newest first."""


def days_of(today: int) -> tuple[int, ...]:
    """The days whose keys are looked under, in that order. Tomorrow's was made by a clock that has been set
    back over midnight since: who came in between is still known."""
    return (today, today + 1, *range(today - 1, today - DAY_KEYS_KEPT, -1))


class Shelf(Protocol):
    """Keys by draft id (16 bytes). An `hour` or a `day` is a number of them since 1970-01-01 (UTC)."""

    async def new_key(self, draft: bytes, hour: int, *, renewed: bool = False) -> bytes:
        """A fresh key of 32 bytes for a draft begun in this hour. One that was there for this id is
        destroyed. `renewed`: it takes the place of another of the same person's; a shelf that takes in nobody
        new gives her one all the same."""
        ...

    async def key(self, draft: bytes) -> tuple[bytes, int] | None:
        """The key and the last committed revision (0 until `advance`); None: destroyed, expired, or lost with
        a reboot. A stored draft whose revision is *lower* is a rolled-back copy; one higher by 1 is a commit
        whose `advance` a kill prevented."""
        ...

    async def advance(self, draft: bytes, revision: int) -> None:
        """Note the revision that was committed: never back. Nothing happens if the key is gone."""
        ...

    async def destroy(self, draft: bytes) -> None:
        """Overwrite the key. A second time does nothing."""
        ...

    async def expire(self, before_hour: int) -> list[bytes]:
        """Destroy the keys of drafts begun before this hour; their ids, so that the boxes can follow."""
        ...

    async def day_keys(self, today: int) -> DayKeys:
        """Those of `days_of` that there are, today's always among them. Older than `DAY_KEYS_KEPT` days:
        destroyed. Asked for at each turn and kept by nobody for longer: a shelf that many share may have lost
        them, and have others."""
        ...

    async def close(self) -> None: ...

    @property
    def shared(self) -> Shared | None:
        """None: no other process uses it."""


_MAGIC: Final = b"SEUIL SHELF v1\n".ljust(64, b"\0")
_SLOT: Final = struct.Struct("<16s32sqiB3x")
"""Draft id (or 16 zeros for a day), key, revision, hour (or day), mark: 64 bytes, the revision on a multiple
of 8."""
_KEY: Final = struct.Struct("<32sq")
"""The key and the revision of a slot: all that a turn asks for."""
_NUMBER: Final = struct.Struct("<q")
_KEY_AT, _REVISION, _MARK = 16, 48, 60
_FREE, _DRAFT, _DAY = 0, 0xD5, 0xDA

_GROW_SLOTS = 1024
"""The shelf grows by this (64 KiB) or by a quarter, whichever is more: 100 000 drafts take 6.4 to 8 MB."""


class FolderShelf:
    """The shelf in a folder such as /dev/shm/seuil or systemd's RuntimeDirectory.

    Raises SettingsError where the folder is not memory-backed and `allow_disk` is not set, AlreadyRunning
    where another process has it open, StoreDamaged where the file is not a shelf.
    """

    def __init__(self, folder: Path, *, allow_disk: bool = False) -> None:
        try:
            own_folder(folder, {"shelf"})
            _demand_memory(folder, allow_disk)
            self._lock = FolderLock(folder / "shelf.lock", "shelf")
        except OSError as error:
            raise cannot_use(error, "shelf") from None
        self._path = folder / "shelf"
        self._places: dict[bytes, int] = {}
        self._days: dict[int, int] = {}
        self._today: tuple[int, DayKeys] = (-1, ())
        """What `day_keys` answered for this day: asked for at each turn, and the same all day."""
        self._free: list[int] = []
        try:
            self._open()
        except OSError as error:
            self._lock.release()
            raise cannot_use(error, "shelf") from None
        except BaseException:
            self._lock.release()
            raise

    shared: Shared | None = None
    """The file is locked for one process."""

    def __len__(self) -> int:
        """Drafts whose key is here."""
        return len(self._places)

    async def close(self) -> None:
        """Let go of the file; the keys stay in it, for the next start."""
        if not self._map.closed:
            self._today = (-1, ())
            self._map.close()
            os.close(self._handle)
            self._lock.release()

    # --- keys of drafts -------------------------------------------------------------------------------------

    async def new_key(self, draft: bytes, hour: int, *, renewed: bool = False) -> bytes:
        del renewed
        self._destroy(draft)
        key = secrets.token_bytes(KEY_BYTES)
        self._places[draft] = self._write(draft, key, hour, _DRAFT)
        return key

    async def key(self, draft: bytes) -> tuple[bytes, int] | None:
        place = self._places.get(draft)
        if place is None:
            return None
        key, revision = _KEY.unpack_from(self._map, place + _KEY_AT)
        return key, revision

    async def advance(self, draft: bytes, revision: int) -> None:
        place = self._places.get(draft)
        if place is not None:
            (known,) = _NUMBER.unpack_from(self._map, place + _REVISION)
            if revision > known:
                _NUMBER.pack_into(self._map, place + _REVISION, revision)

    async def destroy(self, draft: bytes) -> None:
        self._destroy(draft)

    def _destroy(self, draft: bytes) -> None:
        place = self._places.pop(draft, None)
        if place is not None:
            self._wipe(place)

    async def expire(self, before_hour: int) -> list[bytes]:
        old = [draft for draft, place in self._places.items() if self._hour(place) < before_hour]
        for draft in old:
            self._destroy(draft)
        return sorted(old)

    # --- keys of days ---------------------------------------------------------------------------------------

    async def day_keys(self, today: int) -> DayKeys:
        if self._today[0] == today:
            return self._today[1]
        for day in [day for day in self._days if day <= today - DAY_KEYS_KEPT]:
            self._wipe(self._days.pop(day))
        if today not in self._days:
            key = secrets.token_bytes(KEY_BYTES)
            self._days[today] = self._write(bytes(16), key, today, _DAY)
        days = (day for day in days_of(today) if day in self._days)
        keys = tuple((day, _SLOT.unpack_from(self._map, self._days[day])[1]) for day in days)
        self._today = (today, keys)
        return keys

    # --- slots ----------------------------------------------------------------------------------------------

    def _open(self) -> None:
        _create(self._path)
        self._handle = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        try:
            os.fchmod(self._handle, 0o600)
            length = os.fstat(self._handle).st_size
            if length < _SLOT.size or length % _SLOT.size or os.pread(self._handle, 64, 0) != _MAGIC:
                raise _damaged("it does not begin as a shelf, or was cut short")
            self._map = _map(self._handle, length)
            self._read()
        except BaseException:
            os.close(self._handle)
            raise

    def _read(self) -> None:
        """Index every slot; wipe those that a kill left between two states."""
        for place in range(_SLOT.size, len(self._map), _SLOT.size):
            name, _, _, day, mark = _SLOT.unpack_from(self._map, place)
            if mark == _DRAFT:
                if name in self._places:
                    raise _damaged("a draft stands on it twice")
                self._places[name] = place
            elif mark == _DAY:
                self._days[day] = place
            elif mark == _FREE:
                self._wipe(place)
            else:
                raise _damaged("a slot is neither taken nor free")

    def _write(self, name: bytes, key: bytes, day: int, mark: int) -> int:
        if not self._free:
            self._grow()
        place = self._free.pop()
        _SLOT.pack_into(self._map, place, name, key, 0, day, _FREE)
        self._map[place + _MARK] = mark
        return place

    def _wipe(self, place: int) -> None:
        self._map[place + _MARK] = _FREE
        self._map[place : place + _SLOT.size] = bytes(_SLOT.size)
        self._free.append(place)

    def _hour(self, place: int) -> int:
        hour: int = _SLOT.unpack_from(self._map, place)[3]
        return hour

    def _grow(self) -> None:
        old = len(self._map)
        new = old + max(_GROW_SLOTS, old // _SLOT.size // 4) * _SLOT.size
        try:
            # Reserved now: writing to a page that a full memory disk cannot give would kill the process.
            os.posix_fallocate(self._handle, old, new - old)
        except OSError as error:
            raise cannot_use(error, "shelf") from None
        self._map.close()
        self._map = _map(self._handle, new)
        self._free += range(new - _SLOT.size, old - 1, -_SLOT.size)


class MemoryShelf:
    """The reference: the same promises, for tests and for trying things out. `is_shared`: several use it."""

    def __init__(self, *, is_shared: bool = False) -> None:
        self._keys: dict[bytes, tuple[bytes, int, int]] = {}
        self._days: dict[int, bytes] = {}
        self.shared: Shared | None = MemoryShared(self.key) if is_shared else None

    def __len__(self) -> int:
        return len(self._keys)

    async def close(self) -> None:
        return

    async def new_key(self, draft: bytes, hour: int, *, renewed: bool = False) -> bytes:
        del renewed
        key = secrets.token_bytes(KEY_BYTES)
        self._keys[draft] = (key, 0, hour)
        return key

    async def key(self, draft: bytes) -> tuple[bytes, int] | None:
        kept = self._keys.get(draft)
        return None if kept is None else kept[:2]

    async def advance(self, draft: bytes, revision: int) -> None:
        if draft in self._keys:
            key, known, hour = self._keys[draft]
            self._keys[draft] = (key, max(known, revision), hour)

    async def destroy(self, draft: bytes) -> None:
        self._keys.pop(draft, None)

    async def expire(self, before_hour: int) -> list[bytes]:
        old = sorted(draft for draft, (_, _, hour) in self._keys.items() if hour < before_hour)
        for draft in old:
            del self._keys[draft]
        return old

    async def day_keys(self, today: int) -> DayKeys:
        self._days = {day: key for day, key in self._days.items() if day > today - DAY_KEYS_KEPT}
        self._days.setdefault(today, secrets.token_bytes(KEY_BYTES))
        return tuple((day, self._days[day]) for day in days_of(today) if day in self._days)


def open_shelf(place: Path | SecretStr) -> Awaitable[Shelf]:
    """The shelf in a folder, or at the url of a server. Raises as either does."""
    return _at(place) if isinstance(place, SecretStr) else _in(place)


async def _in(folder: Path) -> Shelf:
    return FolderShelf(folder)


async def _at(url: SecretStr) -> Shelf:
    # Imported here: Redis's client, which a start without it does not need.
    from storage.shelf_redis import RedisShelf  # noqa: PLC0415

    return await RedisShelf.open(url.get_secret_value())


def _demand_memory(folder: Path, allow_disk: bool) -> None:
    if is_memory_backed(folder):
        return
    if not allow_disk:
        raise SettingsError(
            "The shelf's folder is on a disk: a destroyed draft key could be found there again.",
            hint="Use a folder in memory, such as /dev/shm/seuil, or systemd's RuntimeDirectory.",
        )
    LOG.warning(
        "THE SHELF IS ON A DISK. Destroyed draft keys may be recovered from it: erasing is not certain here. "
        "Never open such an instance to witnesses."
    )


def _damaged(found: str) -> StoreDamaged:
    return StoreDamaged(
        f"The shelf is not what was written there ({found}).",
        hint="Stop Seuil and delete the file `shelf`: open drafts are lost, submitted testimonies are not.",
    )


def _create(path: Path) -> None:
    """An empty shelf, whole or not at all."""
    if path.exists():
        return
    fresh = path.with_suffix(".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        os.write(handle, _MAGIC)
    finally:
        os.close(handle)
    fresh.rename(path)


def _map(handle: int, length: int) -> mmap.mmap:
    """The file as memory, kept out of swap and core dumps where the system allows it.

    Memory disks may be swapped out; locked pages are not. The limit (`ulimit -l`, often 8 MiB) may refuse.
    """
    kept = mmap.mmap(handle, length)
    for advice in ("MADV_DONTDUMP", "MADV_DONTFORK"):
        if hasattr(mmap, advice):
            kept.madvise(getattr(mmap, advice))
    first = ctypes.c_char.from_buffer(kept)
    try:
        ctypes.CDLL(None).mlock(ctypes.c_void_p(ctypes.addressof(first)), ctypes.c_size_t(length))
    finally:
        del first
    return kept
