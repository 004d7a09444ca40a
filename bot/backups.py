"""What a backup holds, and how whoever restores it knows that it is whole and whose it is.

    age file to BACKUP( "SEUIL-B1" | frame … )      frame = length (4 B) | kind (1 B) | body

    H  what it is: day, epoch of the team's key, mark of the instance, tables and columns, and the kit
    R  a row: number of its table (1 B), its values (msgpack), in the order of the head
    E  rows and SHA-256 of each table, what was known outside the database, and a code for all of it
    P  zeros: the file's length tells an eighth, not how many testified since yesterday

A backup is made by nobody, with the public key of BACKUP alone, whose other half is offline. So it must not
rely on that key for its secrets: who finds it one day has *still-sealed copies*. Hence
- no private key is in it: not the team's, not the one that signs, not under a passphrase either. With them,
  an old backup and an old passphrase would outlive every rotation. They are kept with RECOVERY;
- `salt` and `instance.key`, without which no receipt and no order is worth anything, are in it as the *kit*,
  sealed to the team's key, of which the machine has the public half. When an epoch is destroyed, the kits of
  its backups die with it, as their testimonies do.

What authenticates it is the code of its last frame, made with the INSTANCE key. Who has the machine could
make one; who has only the backup folder cannot. A kit proves nothing, anybody can seal one: where
`instance.key` was not kept elsewhere, the *mark* is compared with the one on paper.

Never here: files, a database, a clock; and never in a backup: drafts, seen updates, errands, the shelf, tag
keys, logs (`storage.snapshot` says why, table by table).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import struct
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from bot.age import Identity, decrypt, encrypt
from bot.errors import CannotOpen, KeyFileError
from bot.sealing import TeamKey

MAGIC: Final = b"SEUIL-B1"
VERSION: Final = 1

FRAME: Final = struct.Struct(">IB")
"""Bytes after it; kind."""

FRAME_MOST: Final = 32 * 1024 * 1024
"""Bytes of a frame. The largest thing we keep is a digest's files in one language: a few megabytes."""

PAD_LEAST: Final = 1024 * 1024
"""Bytes. A young instance looks like any other."""

PAD_AT_ONCE: Final = 64 * 1024

HEAD, ROW, END, PAD = b"HREP"

_MARK = b"seuil|v1|instance mark"
_CODE = b"seuil|v1|backup"
_KIT = "seuil-kit"


class Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands first. `day`: since 1970."""

    version: int
    day: int
    epoch: int
    mark: str
    tables: tuple[tuple[str, tuple[str, ...]], ...]
    """Names, each with its columns: a newer Seuil knows what to put where."""
    kit: bytes


class Known(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was known outside the database as it was read: `storage.audit_head`, `queue_head`, `held`."""

    audit: tuple[int, bytes] | None = None
    """Lines of the audit log, and the chain's value after them."""
    digest: int | None = None
    queue: int | None = None
    team: int | None = None
    held: tuple[int, ...] = ()


class Sums(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands last: what the rows must have been. `tables`: (name, rows, SHA-256)."""

    head: bytes
    tables: tuple[tuple[str, int, bytes], ...]
    known: Known


@dataclass(frozen=True, slots=True)
class Kit:
    """What is not in the database, and without which it is worth nothing."""

    instance: bytes = field(repr=False)
    salt: bytes = field(repr=False)

    def seal(self, key: TeamKey) -> bytes:
        """For the team alone."""
        told = {name: b64encode(value).decode() for name, value in self._secrets().items()}
        return encrypt(json.dumps({"kind": _KIT, "v": 1, **told}).encode(), [key.recipient])

    def _secrets(self) -> dict[str, bytes]:
        return {"instance": self.instance, "salt": self.salt}


def open_kit(box: bytes, identities: Sequence[Identity]) -> Kit:
    """Raises `CannotOpen`: `NoMatch` where these keys are not of the epoch the backup was made in."""
    try:
        told = json.loads(decrypt(box, identities))
        kit = Kit(b64decode(told["instance"], validate=True), b64decode(told["salt"], validate=True))
        if told["kind"] == _KIT and len(kit.instance) == 32 and len(kit.salt) == 16:
            return kit
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise _damaged("its kit is none")


def mark(instance: bytes) -> str:
    """What an instance is known by, in four groups: written on paper beside the recovery shares."""
    told = hmac.digest(instance, _MARK, "sha256")[:8].hex()
    return "-".join(told[at : at + 4] for at in range(0, 16, 4))


# --- writing ------------------------------------------------------------------------------------------------


class Packing:
    """A backup's frames, one after the other: `begin`, `row` for each row, `end`."""

    def __init__(self, head: Head) -> None:
        self._head = head
        self._sums = [hashlib.sha256() for _ in head.tables]
        self._rows = [0] * len(head.tables)
        self._length = 0

    def begin(self) -> bytes:
        return self._out(MAGIC + frame(HEAD, msgspec.msgpack.encode(self._head)))

    def rows(self, table: int, rows: Sequence[Sequence[Any]]) -> bytes:
        """Rows of a table, by its number in the head, in the order of their key."""
        packed = b"".join(pack_row(table, row) for row in rows)
        self._sums[table].update(packed)
        self._rows[table] += len(rows)
        return self._out(packed)

    def end(self, known: Known, instance: bytes) -> Iterator[bytes]:
        """Zeros that hide the length, then the sums and their code."""
        names = [name for name, _ in self._head.tables]
        sums = Sums(
            head=hashlib.sha256(msgspec.msgpack.encode(self._head)).digest(),
            tables=tuple(
                (name, count, sum_.digest())
                for name, count, sum_ in zip(names, self._rows, self._sums, strict=True)
            ),
            known=known,
        )
        body = msgspec.msgpack.encode(sums)
        code = _code(instance, body)
        yield from _zeros(self._length + FRAME.size + len(body) + len(code))
        yield frame(END, body + code)

    def _out(self, packed: bytes) -> bytes:
        self._length += len(packed)
        return packed


def frame(kind: int, body: bytes) -> bytes:
    return FRAME.pack(len(body), kind) + body


_KINDS: Final = frozenset({bytes, str, int, type(None)})
"""What rows are made of."""

_FITS: Final = range(-(2**63), 2**63).__contains__
"""Whole numbers of a database."""

_packed: Final = msgspec.msgpack.Encoder().encode


def pack_row(table: int, row: Sequence[Any]) -> bytes:
    """One row of bytes, text, whole numbers and None. The same row is always the same bytes."""
    body = _packed(row)
    if len(body) > FRAME_MOST:
        raise CannotOpen(
            "The database holds something larger than a backup can carry.",
            hint="Tell us, with the table and the size, and without what is in it.",
        )
    return FRAME.pack(len(body) + 1, ROW) + bytes((table,)) + body


def padded(length: int) -> int:
    """The length a backup is given: the next eighth of a power of two, a mebibyte at least."""
    if length <= PAD_LEAST:
        return PAD_LEAST
    step = 1 << (length.bit_length() - 4)
    return -(-length // step) * step


def _zeros(length: int) -> Iterator[bytes]:
    """What brings so many bytes to a length that others have too."""
    left = padded(length + FRAME.size) - length
    while left:
        zeros = min(left - FRAME.size, PAD_AT_ONCE)
        if 0 < left - FRAME.size - zeros < FRAME.size:  # no room for the head of one more
            zeros -= FRAME.size
        yield frame(PAD, bytes(zeros))
        left -= FRAME.size + zeros


def _code(instance: bytes, body: bytes) -> bytes:
    return hmac.digest(hmac.digest(instance, _CODE, "sha256"), body, "sha256")


# --- reading ------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Unpacking:
    """Frames from pieces of any size: `add` gives the rows that are complete now; after `end` the sums hold.

    Raises `CannotOpen` for whatever is not exactly what was packed.
    """

    head: Head | None = None
    _sums: Sums | None = None
    _signed: bytes = field(default=b"", repr=False)
    _code: bytes = field(default=b"", repr=False)
    _begun: bool = False
    _waiting: bytearray = field(default_factory=bytearray, repr=False)
    _seen: list[Any] = field(default_factory=list, repr=False)
    _rows: list[int] = field(default_factory=list)

    def add(self, plain: bytes) -> list[tuple[int, list[Any]]]:
        """(number of the table, values) of each row."""
        self._waiting += plain
        at = 0
        if not self._begun:
            if len(self._waiting) < len(MAGIC):
                return []
            if not self._waiting.startswith(MAGIC):
                raise CannotOpen(
                    "This file is no backup of Seuil.", hint="Name one that `python -m bot backup` wrote."
                )
            self._begun, at = True, len(MAGIC)
        rows: list[tuple[int, list[Any]]] = []
        with memoryview(self._waiting) as waiting:
            while len(waiting) - at >= FRAME.size:
                length, kind = FRAME.unpack_from(waiting, at)
                if length > FRAME_MOST + 1:
                    raise _damaged("a part of it is too long")
                end = at + FRAME.size + length
                if end > len(waiting):
                    break
                self._frame(kind, waiting[at:end], rows)
                at = end
        del self._waiting[:at]
        return rows

    def end(self) -> Sums:
        """What the rows were, once each table's count and SHA-256 are those that were written."""
        if self.head is None or self._sums is None or self._waiting:
            raise _damaged("its end is missing")
        names = [name for name, _ in self.head.tables]
        found = tuple(
            (name, count, sum_.digest())
            for name, count, sum_ in zip(names, self._rows, self._seen, strict=True)
        )
        if found != self._sums.tables:
            raise _damaged("its rows are not those that were written")
        return self._sums

    def vouched_by(self, instance: bytes) -> bool:
        """Whether it was made with this INSTANCE key. After `end`."""
        return hmac.compare_digest(self._code, _code(instance, self._signed))

    def _frame(self, kind: int, whole: memoryview, rows: list[tuple[int, list[Any]]]) -> None:
        body = whole[FRAME.size :]
        if self._sums is not None or (self.head is None) != (kind == HEAD):
            raise _damaged("its parts are out of order")
        if kind == ROW:
            rows.append(self._row(whole, body))
        elif kind == HEAD:
            self._head(bytes(body))
        elif kind == END:
            self._signed, self._code = bytes(body[:-32]), bytes(body[-32:])
            self._sums = _read(self._signed, Sums)
            assert self.head is not None  # noqa: S101 - seen above
            if self._sums.head != hashlib.sha256(msgspec.msgpack.encode(self.head)).digest():
                raise _damaged("its head is another's")
        elif kind != PAD:
            raise _damaged("a part of it is of no known kind")

    def _head(self, body: bytes) -> None:
        # The version first: what a newer Seuil writes may have fields we do not know.
        told = _read(body, dict)
        if isinstance(told.get("version"), int) and told["version"] > VERSION:
            raise CannotOpen(
                f"This backup was made by a newer Seuil (form {told['version']}; this one knows {VERSION}).",
                hint="Take the newer Seuil to restore it.",
            )
        self.head = _read(body, Head)
        self._seen = [hashlib.sha256() for _ in self.head.tables]
        self._rows = [0] * len(self.head.tables)

    def _row(self, whole: memoryview, body: memoryview) -> tuple[int, list[Any]]:
        assert self.head is not None  # noqa: S101 - seen by the caller
        table = body[0] if len(body) else len(self._rows)
        if table >= len(self._rows):
            raise _damaged("a row is of no known table")
        values: list[Any] = _read(body[1:], list)
        if not _KINDS.issuperset(map(type, values)) or any(type(n) is int and not _FITS(n) for n in values):
            raise _damaged("a row holds what no database of ours does")
        if len(values) != len(self.head.tables[table][1]):
            raise _damaged("a row has not as many values as its table has columns")
        self._seen[table].update(whole)
        self._rows[table] += 1
        return table, values


def _read(body: bytes | memoryview, kind: type[Any]) -> Any:
    try:
        return msgspec.msgpack.decode(body, type=kind)
    except (msgspec.DecodeError, ValueError, RecursionError):  # bytes that are no text are a plain ValueError
        raise _damaged("a part of it cannot be read") from None


def _damaged(found: str) -> CannotOpen:
    return CannotOpen(
        f"This backup is not what was written: {found}.",
        hint="Take another copy of it, or the one before; nothing was changed here.",
    )


# --- whose it is --------------------------------------------------------------------------------------------


def demand_same(instance: bytes, head: Head) -> None:
    """Raises `KeyFileError` where the backup is of another instance than this key."""
    if not hmac.compare_digest(mark(instance), head.mark):
        raise KeyFileError(
            f"This backup is of the instance {head.mark}, and instance.key here is that of {mark(instance)}.",
            hint="Name the data folder that belongs to it, or put its own instance.key and salt there.",
        )
