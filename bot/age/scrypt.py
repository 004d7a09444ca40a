"""The passphrase key type: what stands between a thief of the key file and the team's key.

A passphrase stanza is alone in its header; `bot.age.file` sees to it for all.

Source: c2sp.org/age, "The scrypt recipient type"; RFC 7914.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from bot.age.encoding import from_base64, to_base64
from bot.age.faults import HeaderFault
from bot.age.header import Stanza
from bot.age.keys import WRAPPED, Family, Random, unwrap_with, wrap_with

KIND = "scrypt"
SALT = 16
"""Bytes, drawn anew for each file."""

WORK_FACTOR = 18
"""Base-two logarithm of scrypt's N: 256 MiB and about a second. The default of the `age` command."""

MOST_WORK = 20
"""A file that asks for more is refused unread: 1 GiB and several seconds. Twice as much each further step."""

_DECIMAL = re.compile(r"[1-9][0-9]*")
_LABEL = b"age-encryption.org/v1/scrypt"


@dataclass(frozen=True, slots=True)
class PassphraseRecipient:
    passphrase: str = field(repr=False)
    work_factor: int = WORK_FACTOR

    @property
    def family(self) -> Family:
        return Family.PASSPHRASE

    def wrap(self, file_key: bytes, random: Random) -> Stanza:
        salt = random(SALT)
        key = _wrap_key(self.passphrase, salt, self.work_factor)
        return Stanza((KIND, to_base64(salt), str(self.work_factor)), wrap_with(key, file_key))


@dataclass(frozen=True, slots=True)
class PassphraseIdentity:
    passphrase: str = field(repr=False)
    most_work: int = MOST_WORK

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        for stanza in stanzas:
            if stanza.kind == KIND:
                salt, work_factor = self._read(stanza)
                return unwrap_with(self._wrap_key(salt, work_factor), stanza.body)
        return None

    def _wrap_key(self, salt: bytes, work_factor: int) -> bytes:
        try:
            return _wrap_key(self.passphrase, salt, work_factor)
        except MemoryError:
            raise HeaderFault("its scrypt work factor needs more memory than there is") from None

    def _read(self, stanza: Stanza) -> tuple[bytes, int]:
        salt = from_base64(stanza.arguments[1]) if len(stanza.arguments) == 3 else None
        if salt is None or len(salt) != SALT or len(stanza.body) != WRAPPED:
            raise HeaderFault("a scrypt stanza is not of the expected shape")
        work_factor = stanza.arguments[2]
        if not _DECIMAL.fullmatch(work_factor):
            raise HeaderFault("a scrypt work factor is not a plain decimal number")
        if len(work_factor) > 2 or int(work_factor) > self.most_work:
            raise HeaderFault(f"a scrypt work factor of at most {self.most_work} is accepted")
        return salt, int(work_factor)


def _wrap_key(passphrase: str, salt: bytes, work_factor: int) -> bytes:
    secret = passphrase.encode("utf-8", "surrogatepass")
    return Scrypt(salt=_LABEL + salt, length=32, n=1 << work_factor, r=8, p=1).derive(secret)
