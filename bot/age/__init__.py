"""age v1, the file format in which everything is sealed: read strictly, written one way, opened by any
age ≥ 1.3.

Five nouns: a *recipient* wraps a file key into a *stanza* of the header; an *identity* unwraps it; the
*payload* is sealed under the file key; *armor* makes text of it. One file a key type. We choose and order
primitives of `cryptography`; we invent none.

Never here: files on a disk, passphrase prompts, plugins, SSH keys.

Source: c2sp.org/age.
"""

from __future__ import annotations

from typing import TypeAlias

from bot.age import armor, bech32, hybrid, x25519
from bot.age.faults import ArmorFault, HeaderFault, MacFault, NoMatch, PayloadFault
from bot.age.file import decrypt, encrypt, opens, payload_hash, rewrap
from bot.age.flow import Opening, Sealing
from bot.age.hybrid import HybridIdentity, HybridRecipient, ready
from bot.age.keys import Family, Identity, Recipient
from bot.age.scrypt import PassphraseIdentity, PassphraseRecipient
from bot.age.x25519 import X25519Identity, X25519Recipient
from bot.errors import KeyFileError

KeyIdentity: TypeAlias = HybridIdentity | X25519Identity
"""An identity that is a key, so that it has a recipient and a line in a key file."""

KeyRecipient: TypeAlias = HybridRecipient | X25519Recipient

__all__ = [
    "ArmorFault",
    "Family",
    "HeaderFault",
    "HybridIdentity",
    "HybridRecipient",
    "Identity",
    "KeyIdentity",
    "KeyRecipient",
    "MacFault",
    "NoMatch",
    "Opening",
    "PassphraseIdentity",
    "PassphraseRecipient",
    "PayloadFault",
    "Recipient",
    "Sealing",
    "X25519Identity",
    "X25519Recipient",
    "armor",
    "decrypt",
    "encrypt",
    "opens",
    "parse_identity",
    "parse_recipient",
    "payload_hash",
    "ready",
    "rewrap",
]


def parse_recipient(text: str) -> KeyRecipient:
    """A public key from its line, `age1pq1…` or `age1…`. Raises `KeyFileError`."""
    match bech32.decode(text):
        case (hybrid.PUBLIC_NAME, public) if text.islower():
            return HybridRecipient(public)
        case (x25519.PUBLIC_NAME, public) if text.islower():
            return X25519Recipient(public)
    raise KeyFileError(
        f"This is not an age public key: {len(text)} characters found.",
        hint="A public key is one line that starts with age1pq1 (1 959 characters) or age1 (62 characters).",
    )


def parse_identity(text: str) -> KeyIdentity:
    """A secret key from its line, `AGE-SECRET-KEY-PQ-1…` or `AGE-SECRET-KEY-1…`. Raises `KeyFileError`."""
    match bech32.decode(text):
        case (hybrid.SECRET_NAME, seed) if text.isupper():
            return HybridIdentity(seed)
        case (x25519.SECRET_NAME, secret) if text.isupper():
            return X25519Identity(secret)
    raise KeyFileError(
        "This is not an age secret key.",
        hint="It is one line in capitals that starts with AGE-SECRET-KEY-PQ-1 or AGE-SECRET-KEY-1.",
    )
