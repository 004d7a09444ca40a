"""What a recipient and an identity promise; each key type keeps these promises in its own file.

A recipient wraps a file key into a stanza; an identity finds its own among all stanzas of a header and
unwraps it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from bot.age.header import Stanza

FILE_KEY = 16
"""Bytes. Drawn anew for every file, never reused."""

WRAPPED = FILE_KEY + 16
"""Bytes of every native stanza body: the file key and a tag. Checked first, against partitioning oracles."""

Random = Callable[[int], bytes]
"""So many random bytes, please. `os.urandom` everywhere but in the script that writes test vectors."""


class Family(Enum):
    """Recipients of different families never stand in one file: the weakest would decide for all."""

    POST_QUANTUM = "post-quantum"
    CLASSIC = "classic"
    PASSPHRASE = "passphrase"  # noqa: S105 — the name of a key type


class Recipient(Protocol):
    @property
    def family(self) -> Family: ...

    def wrap(self, file_key: bytes, random: Random) -> Stanza: ...


class Identity(Protocol):
    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """The file key; None where no stanza is for this identity.

        Raises `HeaderFault` for a malformed stanza of this identity's type, wherever it stands: all are
        looked at before any is decrypted.
        """
        ...


def wrap_with(key: bytes, file_key: bytes) -> bytes:
    """Seal a file key under a wrapping key that is used once, hence the fixed nonce."""
    return ChaCha20Poly1305(key).encrypt(bytes(12), file_key, None)


def unwrap_with(key: bytes, body: bytes) -> bytes | None:
    try:
        return ChaCha20Poly1305(key).decrypt(bytes(12), body, None)
    except InvalidTag:
        return None
