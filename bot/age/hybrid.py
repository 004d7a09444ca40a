"""The post-quantum key type, `age1pq1…`: ML-KEM-768 and X25519 together (X-Wing). Testimonies are sealed
to it.

Whoever keeps a copy today and owns a quantum computer one day must break both. A secret is a seed of 32
bytes; SHAKE256 of it gives the 64 bytes of an ML-KEM seed and the 32 of an X25519 secret.

Source: c2sp.org/age, "The MLKEM768-X25519 hybrid recipient type"; filippo.io/hpke-pq. The HPKE draft is
not yet an RFC; age has frozen its use.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from bot.age import bech32
from bot.age.encoding import from_base64, to_base64
from bot.age.faults import HeaderFault
from bot.age.header import Stanza
from bot.age.keys import WRAPPED, Family, Random
from bot.errors import KeyFileError, PlatformError

KIND = "mlkem768x25519"
PUBLIC_NAME = "age1pq"
SECRET_NAME = "age-secret-key-pq-"  # noqa: S105 — the public prefix of every secret key
SEED = 32
"""Bytes of a secret."""

MLKEM_PUBLIC = 1184
PUBLIC = MLKEM_PUBLIC + 32
"""Bytes of a public key: ML-KEM-768, then X25519."""

ENCAPSULATED = 1088 + 32
"""Bytes of `enc`: the ML-KEM-768 ciphertext, then the X25519 share."""

_INFO = b"age-encryption.org/mlkem768x25519"


@cache
def _suite() -> Suite:
    """Made at first use, so that a build without ML-KEM is told by `ready` and not by a failing import."""
    return Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


def ready() -> None:
    """Raise `PlatformError` unless this machine can seal to a hybrid key and open again."""
    try:
        identity = HybridIdentity(bytes(SEED))
        opened = identity.unwrap([identity.recipient.wrap(bytes(16), bytes)])
    except (UnsupportedAlgorithm, AttributeError):
        opened = None
    if opened != bytes(16):
        raise PlatformError(
            "The `cryptography` library here has no ML-KEM, or does not compute it as age expects.",
            hint="Install the published wheel: `pip install --only-binary :all: 'cryptography>=50'`.",
        )


@dataclass(frozen=True, slots=True)
class HybridRecipient:
    """Equal when the keys are."""

    public: bytes = field(repr=False)
    _key: MLKEM768X25519PublicKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_key", _public_key(self.public))

    @property
    def family(self) -> Family:
        return Family.POST_QUANTUM

    def text(self) -> str:
        return bech32.encode(PUBLIC_NAME, self.public)

    def wrap(self, file_key: bytes, random: Random) -> Stanza:
        """HPKE draws its own randomness; `random` is here for the promise all recipients keep.

        Raises `KeyFileError` for a public key whose X25519 half is of low order.
        """
        del random
        try:
            sealed = _suite().encrypt(file_key, self._key, _INFO)
        except ValueError:
            raise _not_a_key("public") from None
        return Stanza((KIND, to_base64(sealed[:ENCAPSULATED])), sealed[ENCAPSULATED:])


@dataclass(frozen=True, slots=True)
class HybridIdentity:
    seed: bytes = field(repr=False)
    recipient: HybridRecipient = field(init=False, repr=False, compare=False)
    _key: MLKEM768X25519PrivateKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.seed) != SEED:
            raise _not_a_key("secret")
        expanded = hashlib.shake_256(self.seed).digest(64 + 32)
        post_quantum = MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        classic = X25519PrivateKey.from_private_bytes(expanded[64:])
        public = post_quantum.public_key().public_bytes_raw() + classic.public_key().public_bytes_raw()
        object.__setattr__(self, "_key", MLKEM768X25519PrivateKey(post_quantum, classic))
        object.__setattr__(self, "recipient", HybridRecipient(public))

    def secret_text(self) -> str:
        """The secret itself, for a key file. Never print it, never log it."""
        return bech32.encode(SECRET_NAME, self.seed).upper()

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        own = [_encapsulated(stanza) + stanza.body for stanza in stanzas if stanza.kind == KIND]
        for sealed in own:
            try:
                return _suite().decrypt(sealed, self._key, _INFO)
            except InvalidTag:  # another's stanza and a low-order share look the same: neither opens
                continue
        return None


def _public_key(public: bytes) -> MLKEM768X25519PublicKey:
    try:
        post_quantum = MLKEM768PublicKey.from_public_bytes(public[:MLKEM_PUBLIC])
        classic = X25519PublicKey.from_public_bytes(public[MLKEM_PUBLIC:])
    except ValueError:
        raise _not_a_key("public") from None
    return MLKEM768X25519PublicKey(post_quantum, classic)


def _encapsulated(stanza: Stanza) -> bytes:
    enc = from_base64(stanza.arguments[1]) if len(stanza.arguments) == 2 else None
    if enc is None or len(enc) != ENCAPSULATED or len(stanza.body) != WRAPPED:
        raise HeaderFault("an mlkem768x25519 stanza is not of the expected shape")
    return enc


def _not_a_key(half: str) -> KeyFileError:
    return KeyFileError(
        f"This is not an ML-KEM-768 and X25519 {half} key.",
        hint="Make a new pair with `age-keygen -pq` (age 1.3 or newer), or ask for the key again.",
    )
