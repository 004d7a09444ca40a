"""Age files of any length, a chunk at a time: what goes in comes out sealed, or opened, and no more than two
chunks are held.

`Sealing` and `Opening` are fed with pieces of any size and give what is ready; the caller reads and writes.
The bytes are those of `bot.age.file`, whose reader takes them and the other way round.

Here the promise is weaker than there: `Opening` gives out what came before a fault. Each chunk it gives is
one that was sealed at that place, but only `end` knows that nothing is missing behind it. Whoever uses it
must be able to undo: a restoration writes beside, and puts in place once `end` has spoken.

Never here: armor, files on a disk.

Source: c2sp.org/age, "Payload".
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from bot.age import header
from bot.age.encoding import derive
from bot.age.faults import HeaderFault, PayloadFault
from bot.age.file import check_families, check_stanzas, file_key_of
from bot.age.keys import FILE_KEY, Identity, Random, Recipient
from bot.age.stream import CHUNK, NONCE, TAG, chunk_nonce

SEALED = CHUNK + TAG

HEADER_MOST = 64 * 1024
"""Bytes of a header: forty hybrid recipients. Ours have one. A file without end is refused, not gathered."""


@dataclass(slots=True)
class Sealing:
    """`Sealing.to(recipients)`, then `add` as often as one likes, then `end` once."""

    _box: ChaCha20Poly1305 = field(repr=False)
    _ready: bytearray = field(repr=False)
    """Sealed already: at first the header and the nonce."""
    _waiting: bytearray = field(default_factory=bytearray, repr=False)
    _number: int = 0

    @classmethod
    def to(cls, recipients: Sequence[Recipient], *, _random: Random = os.urandom) -> Sealing:
        """Raises `KeyFileError` as `encrypt` does."""
        check_families(recipients)
        file_key, nonce = _random(FILE_KEY), _random(NONCE)
        stanzas = tuple(recipient.wrap(file_key, _random) for recipient in recipients)
        head = header.write(stanzas, file_key) + nonce
        return cls(ChaCha20Poly1305(derive(file_key, nonce, b"payload")), bytearray(head))

    def add(self, plain: bytes) -> bytes:
        """What can be written now: whole chunks, of which none can be the last."""
        self._waiting += plain
        while len(self._waiting) > CHUNK:
            self._seal(CHUNK, last=False)
        return self._take()

    def end(self) -> bytes:
        """The rest. Nothing may be added after it."""
        self._seal(len(self._waiting), last=True)
        return self._take()

    def _seal(self, length: int, *, last: bool) -> None:
        chunk = bytes(self._waiting[:length])
        del self._waiting[:length]
        self._ready += self._box.encrypt(chunk_nonce(self._number, last), chunk, None)
        self._number += 1

    def _take(self) -> bytes:
        ready = bytes(self._ready)
        self._ready.clear()
        return ready


@dataclass(slots=True)
class Opening:
    """`Opening(identities)`, then `add` as often as one likes, then `end` once, and only then trust the
    whole."""

    identities: Sequence[Identity] = field(repr=False)
    _waiting: bytearray = field(default_factory=bytearray, repr=False)
    _box: ChaCha20Poly1305 | None = field(default=None, repr=False)
    _number: int = 0

    def add(self, piece: bytes) -> bytes:
        """What this piece completes. Raises `CannotOpen`, naming which of the five it is."""
        self._waiting += piece
        if self._box is None and not self._begin():
            return b""
        plain = bytearray()
        while len(self._waiting) > SEALED:
            plain += self._open(SEALED, last=False)
        return bytes(plain)

    def end(self) -> bytes:
        """The last chunk. Raises `CannotOpen` where the file ends too early."""
        if self._box is None:
            header.parse(bytes(self._waiting))  # a header that is torn itself is told as such
            raise PayloadFault("it ends before its first chunk does")
        last = self._open(len(self._waiting), last=True)
        if not last and self._number > 1:
            raise PayloadFault("the last chunk is empty")
        return last

    def _begin(self) -> bool:
        """Read header and nonce once they are there whole."""
        closing = self._waiting.find(b"\n--- ")
        end = self._waiting.find(b"\n", closing + 1) if closing >= 0 else -1
        if end < 0 or len(self._waiting) < end + 1 + NONCE:
            if len(self._waiting) > HEADER_MOST:
                raise HeaderFault("its end was not found")
            return False
        head, _ = header.parse(bytes(self._waiting[: end + 1]))
        check_stanzas(head)
        nonce = bytes(self._waiting[end + 1 : end + 1 + NONCE])
        self._box = ChaCha20Poly1305(derive(file_key_of(head, self.identities), nonce, b"payload"))
        del self._waiting[: end + 1 + NONCE]
        return True

    def _open(self, length: int, *, last: bool) -> bytes:
        assert self._box is not None  # noqa: S101 - seen by the callers
        sealed = bytes(self._waiting[:length])
        del self._waiting[:length]
        if length < TAG:
            raise PayloadFault("it ends before its last chunk does")
        try:
            chunk = self._box.decrypt(chunk_nonce(self._number, last), sealed, None)
        except InvalidTag:
            raise PayloadFault("a chunk is damaged, missing or out of place") from None
        self._number += 1
        return chunk
