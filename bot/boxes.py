"""Small symmetric boxes: drafts under a key of the shelf, members' routes under the instance key.

A draft's box is bound to its id and revision, so an older revision or another's draft put in its place
does not open. Destroying the 32 bytes of the key destroys every copy of the draft, wherever it was
written.

    box = nonce (12 B, random) | ChaCha20-Poly1305 of: length (4 B) | plaintext | zeros

Never here: where keys live (`storage.shelf`), and testimonies: those are `bot.sealing`'s.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from bot.errors import CannotOpen

KEY = 32
NONCE = 12
_LENGTH = struct.Struct(">I")

FINE_STEP = 512
"""Bytes. Drafts grow by this much while they are short…"""

COARSE_STEP = 4096
"""…and by this much beyond. Most drafts are under 4 KiB on disk; how far somebody has got shows only
roughly."""

SMALL_STEP = 64
"""Bytes. A route is an account id of a channel, so that all of one channel look the same."""


def seal_draft(key: bytes, id: bytes, revision: int, plaintext: bytes) -> bytes:
    """A box for one revision of one draft. `key`: 32 bytes drawn for this draft alone. `id`: whatever the
    draft must not be parted from, its own id first."""
    return _seal(key, _draft(id, revision), plaintext, _draft_size(_LENGTH.size + len(plaintext)))


def open_draft(key: bytes, id: bytes, revision: int, box: bytes) -> bytes:
    """What was sealed as this revision of this draft. Raises `CannotOpen`."""
    return _open(key, _draft(id, revision), box)


def seal_small(key: bytes, purpose: str, plaintext: bytes) -> bytes:
    """A box for something short under the instance's key. A box for one purpose does not open for another."""
    used = _LENGTH.size + len(plaintext)
    return _seal(_purpose_key(key, purpose), b"", plaintext, -(-used // SMALL_STEP) * SMALL_STEP)


def purpose_key(key: bytes, purpose: str) -> bytes:
    """The key for one purpose, for those who seal many boxes with it: `seal_under`, `open_under`."""
    return _purpose_key(key, purpose)


def seal_under(key: bytes, plaintext: bytes, bound_to: bytes = b"") -> bytes:
    """A short box under a key that is for one purpose only. `bound_to`: what it must not be parted from."""
    return _seal(key, bound_to, plaintext, -(-(_LENGTH.size + len(plaintext)) // SMALL_STEP) * SMALL_STEP)


def open_under(key: bytes, box: bytes, bound_to: bytes = b"") -> bytes:
    """What was sealed under this key, bound to this. Raises `CannotOpen`."""
    return _open(key, bound_to, box)


def open_small(key: bytes, purpose: str, box: bytes) -> bytes:
    """What was sealed for this purpose. Raises `CannotOpen`."""
    return _open(_purpose_key(key, purpose), b"", box)


def _seal(key: bytes, bound_to: bytes, plaintext: bytes, size: int) -> bytes:
    nonce = _nonce()
    padded = (_LENGTH.pack(len(plaintext)) + plaintext).ljust(size, b"\0")
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, padded, bound_to)


_drawn: list[bytes] = []
"""Nonces that were drawn and not used yet."""

NONCES_AT_ONCE = 256


def _nonce() -> bytes:
    """A random nonce, used once. Drawn many at a time: each draw lets another thread run, and waiting for the
    interpreter to come back took longer than sealing itself."""
    while True:
        try:
            return _drawn.pop()
        except IndexError:
            drawn = os.urandom(NONCE * NONCES_AT_ONCE)
            _drawn.extend(drawn[at : at + NONCE] for at in range(0, len(drawn), NONCE))


os.register_at_fork(after_in_child=_drawn.clear)  # a child must never use the nonces its parent will use


def _open(key: bytes, bound_to: bytes, box: bytes) -> bytes:
    try:
        padded = ChaCha20Poly1305(key).decrypt(box[:NONCE], box[NONCE:], bound_to)
    except (InvalidTag, ValueError):
        raise CannotOpen(
            "A draft or a route does not open with its key.",
            hint="The key was destroyed or is another's, or the database was put back from an older copy.",
        ) from None
    (length,) = _LENGTH.unpack_from(padded)
    return padded[_LENGTH.size : _LENGTH.size + length]


def _draft(id: bytes, revision: int) -> bytes:
    """Canonical JSON of `["draft", 1, id in hex, revision]`."""
    return f'["draft",1,"{id.hex()}",{revision:d}]'.encode("ascii")


def _draft_size(used: int) -> int:
    step = FINE_STEP if used <= COARSE_STEP else COARSE_STEP
    return -(-used // step) * step


def _purpose_key(key: bytes, purpose: str) -> bytes:
    if len(key) != KEY:
        raise ValueError("an instance key has 32 bytes")
    return hmac.digest(key, b"v1|box|" + purpose.encode(), hashlib.sha256)
