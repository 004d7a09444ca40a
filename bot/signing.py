"""Signatures in minisign format: anyone can check what the team or a partner's digest says with `minisign
-V`.

Ed25519 over BLAKE2b-512 of the document ("ED"), then again over that signature and the trusted comment.
The older form without the hash ("Ed") is not accepted: one way to sign is enough. Secret keys are written
in minisign's form without passphrase: `bot.custody` locks them in an age file instead.

Never here: files. Source: jedisct1.github.io/minisign, "Signature format" and "Key format".
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from bot.errors import CannotOpen, KeyFileError

UNTRUSTED = "untrusted comment: "
"""Begins a signature and a key. What follows it on the line is not signed."""

TRUSTED = "trusted comment: "
KEY_ID = 8
SEED = 32
SIGNATURE = 64

_KEY_ALGORITHM = b"Ed"
_PREHASHED = b"ED"
_CHECKSUM_ALGORITHM = b"B2"
_NO_KDF = bytes(2)
_KDF_FIELDS = bytes(32 + 8 + 8)
"""Salt, operations and memory limits of a passphrase: zeros where there is none."""


class NotSigned(CannotOpen):
    """A document does not carry a good signature of this key."""

    def __init__(self, message: str) -> None:
        super().__init__(
            f"Signature: {message}.",
            hint="Do not use this document. Get it again, and the signer's public key by another way.",
        )


@dataclass(frozen=True, slots=True)
class VerifyKey:
    """A public key. `key_id` only helps to tell keys apart."""

    key_id: bytes
    public: bytes

    def __post_init__(self) -> None:
        if len(self.key_id) != KEY_ID or len(self.public) != 32:
            raise _no_key("public")

    def line(self) -> str:
        """The base64 line, as `minisign -P` takes it."""
        return _base64(_KEY_ALGORITHM + self.key_id + self.public)

    def text(self) -> str:
        """A `minisign.pub` file."""
        return f"{UNTRUSTED}minisign public key {_shown(self.key_id)}\n{self.line()}\n"


@dataclass(frozen=True, slots=True)
class SignKey:
    seed: bytes = field(repr=False)
    verify_key: VerifyKey = field(init=False, compare=False)
    _key: Ed25519PrivateKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.seed) != SEED:
            raise _no_key("secret")
        key = Ed25519PrivateKey.from_private_bytes(self.seed)
        public = key.public_key().public_bytes_raw()
        object.__setattr__(self, "_key", key)
        object.__setattr__(self, "verify_key", VerifyKey(hashlib.sha256(public).digest()[:KEY_ID], public))

    def raw(self, message: bytes) -> bytes:
        """A bare Ed25519 signature. Sign documents with `sign`."""
        return self._key.sign(message)

    def secret_text(self) -> str:
        """A `minisign.key` file without passphrase. Never print it, never log it, never write it bare."""
        secret = self.verify_key.key_id + self.seed + self.verify_key.public
        checksum = hashlib.blake2b(_KEY_ALGORITHM + secret, digest_size=32).digest()
        raw = _KEY_ALGORITHM + _NO_KDF + _CHECKSUM_ALGORITHM + _KDF_FIELDS + secret + checksum
        return f"{UNTRUSTED}minisign secret key\n{_base64(raw)}\n"


def sign(document: bytes, key: SignKey, trusted_comment: str) -> str:
    """The text of a `.minisig` file. The trusted comment is signed too, and is one line."""
    if not trusted_comment.isprintable():
        raise ValueError("a trusted comment is one printable line")
    signature = key.raw(hashlib.blake2b(document).digest())
    over_all = key.raw(signature + trusted_comment.encode())
    return (
        f"{UNTRUSTED}signature from Seuil key {_shown(key.verify_key.key_id)}\n"
        f"{_base64(_PREHASHED + key.verify_key.key_id + signature)}\n"
        f"{TRUSTED}{trusted_comment}\n"
        f"{_base64(over_all)}\n"
    )


def verify(document: bytes, signature_text: str, public: VerifyKey) -> str:
    """The trusted comment of a good signature. Raises `NotSigned` for anything else."""
    first, comment, second = _read_signature(signature_text)
    if first[:2] != _PREHASHED:
        raise NotSigned("it is not of the prehashed kind that minisign writes")
    if first[2 : 2 + KEY_ID] != public.key_id:
        raise NotSigned("it is by another key")
    key = Ed25519PublicKey.from_public_bytes(public.public)
    try:
        key.verify(first[2 + KEY_ID :], hashlib.blake2b(document).digest())
        key.verify(second, first[2 + KEY_ID :] + comment.encode("utf-8", "surrogatepass"))
    except InvalidSignature:
        raise NotSigned("the document or the signature was changed") from None
    return comment


def read_public(text: str) -> VerifyKey:
    """A public key from a `minisign.pub` file or from its base64 line alone. Raises `KeyFileError`."""
    lines = text.strip().splitlines()
    raw = _from_base64(lines[-1]) if lines else None
    shape = len(lines) == 1 or (len(lines) == 2 and lines[0].startswith(UNTRUSTED))
    if not shape or raw is None or len(raw) != 2 + KEY_ID + 32 or raw[:2] != _KEY_ALGORITHM:
        raise _no_key("public")
    return VerifyKey(raw[2 : 2 + KEY_ID], raw[2 + KEY_ID :])


def read_secret(text: str) -> SignKey:
    """A secret key from the text `SignKey.secret_text` writes. Raises `KeyFileError`."""
    lines = text.strip().splitlines()
    raw = _from_base64(lines[1]) if len(lines) == 2 and lines[0].startswith(UNTRUSTED) else None
    head = len(_KEY_ALGORITHM + _NO_KDF + _CHECKSUM_ALGORITHM + _KDF_FIELDS)
    if raw is None or len(raw) != head + KEY_ID + SEED + 32 + 32:
        raise _no_key("secret")
    key = SignKey(raw[head + KEY_ID : head + KEY_ID + SEED])
    if key.secret_text().splitlines()[1] != lines[1]:
        raise _no_key("secret")
    return key


def _read_signature(text: str) -> tuple[bytes, str, bytes]:
    lines = text.removesuffix("\n").split("\n")
    if len(lines) != 4 or not lines[0].startswith(UNTRUSTED) or not lines[2].startswith(TRUSTED):
        raise NotSigned("four lines are expected, as minisign writes them")
    first, second = _from_base64(lines[1]), _from_base64(lines[3])
    if first is None or second is None or len(first) != 2 + KEY_ID + SIGNATURE or len(second) != SIGNATURE:
        raise NotSigned("its base64 is damaged")
    return first, lines[2].removeprefix(TRUSTED), second


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _from_base64(line: str) -> bytes | None:
    try:
        raw = base64.b64decode(line, validate=True)
    except ValueError:
        return None
    return raw if _base64(raw) == line else None


def _shown(key_id: bytes) -> str:
    """As minisign shows it: little-endian, in capitals."""
    return f"{int.from_bytes(key_id, 'little'):016X}"


def _no_key(half: str) -> KeyFileError:
    ways_out = {
        "public": "A public key is the two lines of a minisign.pub file, or the second of them alone.",
        "secret": "A key to sign with is the signing.age that `python -m bot own-keys` wrote.",
    }
    return KeyFileError(f"This is not a minisign {half} key.", hint=ways_out[half])
