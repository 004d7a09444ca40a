"""Whole age files in memory: sealed, opened, or given a new header.

Never here: disks, streams (`bot.age.flow`), names of files. What we seal is kilobytes.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence

from bot.age import armor, header, scrypt, stream
from bot.age.faults import HeaderFault, NoMatch
from bot.age.keys import FILE_KEY, Family, Identity, Random, Recipient
from bot.errors import KeyFileError, PlatformError


def encrypt(plaintext: bytes, recipients: Sequence[Recipient], *, _random: Random = os.urandom) -> bytes:
    """A binary age file that any one of these recipients can open.

    Raises `KeyFileError` where there is no recipient, where families are mixed, or for an unusable public
    key.
    """
    check_families(recipients)
    file_key = _random(FILE_KEY)
    stanzas = tuple(recipient.wrap(file_key, _random) for recipient in recipients)
    return header.write(stanzas, file_key) + stream.seal(plaintext, file_key, _random(stream.NONCE))


def decrypt(file: bytes, identities: Sequence[Identity]) -> bytes:
    """The whole plaintext of a binary or armored age file. Raises `CannotOpen`, whatever the bytes."""
    head, payload = _parse(file)
    return stream.open_(payload, file_key_of(head, identities))


def rewrap(
    file: bytes,
    identities: Sequence[Identity],
    recipients: Sequence[Recipient],
    *,
    checked_by: Identity | None = None,
    _random: Random = os.urandom,
) -> bytes:
    """The same payload under a header for other recipients; the payload is carried over unread.

    The file key stays, so whoever could open the old copy and kept the file key can open the new one: this
    moves files to a new key, it takes nothing back. Raises `CannotOpen` and `KeyFileError`; and
    `PlatformError` where the new header does not open with `checked_by`.
    """
    check_families(recipients)
    head, payload = _parse(file)
    file_key = file_key_of(head, identities)
    stanzas = tuple(recipient.wrap(file_key, _random) for recipient in recipients)
    if checked_by is not None and checked_by.unwrap(stanzas) != file_key:
        raise PlatformError(
            "A header that was just made does not open: this machine computes wrongly.",
            hint="Stop, and test the memory of this machine. The file is as it was.",
        )
    return header.write(stanzas, file_key) + payload


def opens(file: bytes, identities: Sequence[Identity]) -> bool:
    """Whether one of these identities opens the header; the payload is not looked at. Raises `CannotOpen` for
    a header that is malformed or was changed."""
    try:
        file_key_of(_parse(file)[0], identities)
    except NoMatch:
        return False
    return True


def payload_hash(file: bytes) -> bytes:
    """SHA-256 of what stays the same under another header, or in armor. Raises `CannotOpen`."""
    return hashlib.sha256(_parse(file)[1]).digest()


def _parse(file: bytes) -> tuple[header.Header, bytes]:
    head, payload = header.parse(armor.unwrap(file) if armor.is_armored(file) else file)
    check_stanzas(head)
    return head, payload


def check_stanzas(head: header.Header) -> None:
    """A passphrase stands alone. Raises `HeaderFault`."""
    if len(head.stanzas) > 1 and any(stanza.kind == scrypt.KIND for stanza in head.stanzas):
        raise HeaderFault("a scrypt stanza is not alone")


def file_key_of(head: header.Header, identities: Sequence[Identity]) -> bytes:
    """The file key of the first identity that has one. Raises `NoMatch` and `MacFault`."""
    for identity in identities:
        file_key = identity.unwrap(head.stanzas)
        if file_key is not None:
            head.check(file_key)
            return file_key
    raise NoMatch


def check_families(recipients: Sequence[Recipient]) -> None:
    """Raises `KeyFileError` as `encrypt` does."""
    families = {recipient.family for recipient in recipients}
    if not recipients:
        raise KeyFileError("Nobody to seal to.", hint="Name at least one public key.")
    if len(families) > 1 or (Family.PASSPHRASE in families and len(recipients) > 1):
        raise KeyFileError(
            "Keys of different kinds cannot share one file: it would be as weak as the weakest.",
            hint="Seal once to the post-quantum keys (age1pq1…), and once more to each of the others.",
        )
