"""The textual header of an age file: one version line, stanzas, one MAC line. Read strictly, written one way.

Whatever `parse` accepts, `Header.text` writes back byte for byte; so the MAC may be computed over what
was read.

Source: c2sp.org/age, "Header" and its ABNF.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass, field

from bot.age.encoding import derive, from_base64, to_base64
from bot.age.faults import HeaderFault, MacFault

VERSION_LINE = b"age-encryption.org/v1\n"
COLUMNS = 64
"""Characters in a full body line; the last line is shorter, and may be empty."""

MAC_BYTES = 32
_ARGUMENTS = re.compile(r"[!-~]+(?: [!-~]+)*")


@dataclass(frozen=True, slots=True)
class Stanza:
    """The file key wrapped for one recipient. `arguments` begins with the stanza's type."""

    arguments: tuple[str, ...]
    body: bytes = field(repr=False)

    @property
    def kind(self) -> str:
        return self.arguments[0]

    def text(self) -> str:
        encoded = to_base64(self.body)
        lines = [encoded[at : at + COLUMNS] for at in range(0, len(encoded) + 1, COLUMNS)]
        return "\n".join(["-> " + " ".join(self.arguments), *lines, ""])


@dataclass(frozen=True, slots=True)
class Header:
    stanzas: tuple[Stanza, ...]
    mac: bytes = field(repr=False)
    signed: bytes = field(repr=False)
    """What the MAC covers: everything from the version line to the three dashes."""

    def check(self, file_key: bytes) -> None:
        """Raise `MacFault` unless this header was written with this file key."""
        if not hmac.compare_digest(_mac(file_key, self.signed), self.mac):
            raise MacFault


def write(stanzas: tuple[Stanza, ...], file_key: bytes) -> bytes:
    """The whole header, its MAC line included."""
    signed = VERSION_LINE + "".join(stanza.text() for stanza in stanzas).encode("ascii") + b"---"
    return signed + b" " + to_base64(_mac(file_key, signed)).encode("ascii") + b"\n"


def parse(file: bytes) -> tuple[Header, bytes]:
    """The header and the payload behind it. Raises `HeaderFault`."""
    if not file.startswith(VERSION_LINE):
        raise HeaderFault("the first line is not that of age v1")
    stanzas: list[Stanza] = []
    at = len(VERSION_LINE)
    while file.startswith(b"-> ", at):
        stanza, at = _stanza(file, at)
        stanzas.append(stanza)
    if not stanzas:
        raise HeaderFault("a recipient stanza is expected after the first line")
    if not file.startswith(b"--- ", at):
        raise HeaderFault("a line is neither a recipient stanza nor the closing line")
    line, payload_at = _line(file, at)
    mac = from_base64(line[4:])
    if mac is None or len(mac) != MAC_BYTES:
        raise HeaderFault("the closing line does not hold a MAC of 32 bytes")
    return Header(tuple(stanzas), mac, file[: at + 3]), file[payload_at:]


def _stanza(file: bytes, at: int) -> tuple[Stanza, int]:
    line, at = _line(file, at)
    if not _ARGUMENTS.fullmatch(line, 3):
        raise HeaderFault("the arguments of a stanza are not visible ASCII, one space apart")
    arguments = tuple(line[3:].split(" "))
    body = bytearray()
    while True:
        encoded, at = _line(file, at)
        part = from_base64(encoded) if len(encoded) <= COLUMNS else None
        if part is None:
            raise HeaderFault("the body of a stanza is not canonical base64 in lines of 64")
        body += part
        if len(encoded) < COLUMNS:
            return Stanza(arguments, bytes(body)), at


def _line(file: bytes, at: int) -> tuple[str, int]:
    """The line at `at` without its line feed, and where the next one begins."""
    end = file.find(b"\n", at)
    if end < 0:
        raise HeaderFault("it ends in the middle of a line")
    try:
        return str(file[at:end], "ascii"), end + 1
    except UnicodeDecodeError:
        raise HeaderFault("it holds something other than ASCII") from None


def _mac(file_key: bytes, signed: bytes) -> bytes:
    return hmac.digest(derive(file_key, b"", b"header"), signed, "sha256")
