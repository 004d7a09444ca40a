"""The classic key type, `age1…`: every age program knows it, and a large quantum computer would break it.

For partners whose tools know nothing newer. Testimonies go to `hybrid` keys.

Source: c2sp.org/age, "The X25519 recipient type".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from bot.age import bech32
from bot.age.encoding import derive, from_base64, to_base64
from bot.age.faults import HeaderFault
from bot.age.header import Stanza
from bot.age.keys import WRAPPED, Family, Random, unwrap_with, wrap_with
from bot.errors import KeyFileError

KIND = "X25519"
PUBLIC_NAME = "age"
SECRET_NAME = "age-secret-key-"  # noqa: S105 — the public prefix of every secret key
KEY = 32
"""Bytes of a secret, of a public key and of an ephemeral share."""

_INFO = b"age-encryption.org/v1/X25519"


@dataclass(frozen=True, slots=True)
class X25519Recipient:
    """Equal when the keys are."""

    public: bytes = field(repr=False)
    _key: X25519PublicKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.public) != KEY:
            raise _not_a_key("public")
        object.__setattr__(self, "_key", X25519PublicKey.from_public_bytes(self.public))

    @property
    def family(self) -> Family:
        return Family.CLASSIC

    def text(self) -> str:
        return bech32.encode(PUBLIC_NAME, self.public)

    def wrap(self, file_key: bytes, random: Random) -> Stanza:
        """Raises `KeyFileError` for a public key of low order, to which everybody has the secret."""
        ephemeral = X25519PrivateKey.from_private_bytes(random(KEY))
        share = ephemeral.public_key().public_bytes_raw()
        try:
            shared = ephemeral.exchange(self._key)
        except ValueError:
            raise _not_a_key("public") from None
        key = derive(shared, share + self.public, _INFO)
        return Stanza((KIND, to_base64(share)), wrap_with(key, file_key))


@dataclass(frozen=True, slots=True)
class X25519Identity:
    secret: bytes = field(repr=False)
    recipient: X25519Recipient = field(init=False, repr=False, compare=False)
    _key: X25519PrivateKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.secret) != KEY:
            raise _not_a_key("secret")
        key = X25519PrivateKey.from_private_bytes(self.secret)
        object.__setattr__(self, "_key", key)
        object.__setattr__(self, "recipient", X25519Recipient(key.public_key().public_bytes_raw()))

    def secret_text(self) -> str:
        """The secret itself, for a key file. Never print it, never log it."""
        return bech32.encode(SECRET_NAME, self.secret).upper()

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        own = [(_share(stanza), stanza.body) for stanza in stanzas if stanza.kind == KIND]
        for share, body in own:
            file_key = unwrap_with(self._wrap_key(share), body)
            if file_key is not None:
                return file_key
        return None

    def _wrap_key(self, share: bytes) -> bytes:
        try:
            shared = self._key.exchange(X25519PublicKey.from_public_bytes(share))
        except ValueError:  # OpenSSL refuses the all-zero secret that every low-order share gives
            raise HeaderFault("an X25519 share is of low order") from None
        return derive(shared, share + self.recipient.public, _INFO)


def _share(stanza: Stanza) -> bytes:
    share = from_base64(stanza.arguments[1]) if len(stanza.arguments) == 2 else None
    if share is None or len(share) != KEY or len(stanza.body) != WRAPPED:
        raise HeaderFault("an X25519 stanza is not of the expected shape")
    return share


def _not_a_key(half: str) -> KeyFileError:
    return KeyFileError(
        f"This is not an X25519 {half} key.",
        hint="Make a new pair with `age-keygen`, or ask for the key again.",
    )
