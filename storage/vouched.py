"""Small lists in files outside the database, vouched for with the INSTANCE key: what must not change with a
database that was put back, or that somebody writes to.

    { line LF } HMAC-SHA256, hex LF

Two live here. `moderators.keys` holds the public keys of members who decide on their own machines: what is
registered at the console stands, and a key that was taken away stays away. `decisions.used` holds the nonces
of signed decisions that were obeyed, for as many days as one is valid.

Never here: who may register a key, and what a decision is (`handlers.offline`).
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import StoreDamaged
from storage.folder import cannot_use, put_file

KEYS = "moderators.keys"
USED = "decisions.used"


@dataclass(frozen=True, slots=True)
class _Vouched:
    """A file of one instance. `instance`: the INSTANCE key, 32 bytes."""

    name: str
    folder: Path = field(repr=False)
    instance: bytes = field(repr=False)

    def read(self) -> tuple[str, ...]:
        """Its lines; none where there is no file. Raises `StoreDamaged` for what another hand wrote."""
        try:
            text = (self.folder / self.name).read_bytes()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise cannot_use(error, "data folder") from None
        try:
            *lines, _ = text.decode("ascii").splitlines()
        except ValueError:
            lines = []
        if not hmac.compare_digest(text, self._text(lines)):
            raise StoreDamaged(
                f"{self.name} was not written by this instance.",
                hint=f"Ask who can write to the data folder. Then remove {self.name}: docs/console.md says "
                "what has to be done anew.",
            )
        return tuple(lines)

    def write(self, lines: Iterable[str]) -> None:
        """Durable when this returns; a kill leaves the old file or the new one."""
        try:
            put_file(self.folder, self.name, self._text(sorted(lines)))
        except OSError as error:
            raise cannot_use(error, "data folder") from None

    def _text(self, lines: Iterable[str]) -> bytes:
        told = "".join(f"{line}\n" for line in lines).encode("ascii")
        purpose = f"seuil|v1|{self.name}|".encode()
        return told + hmac.digest(self.instance, purpose + told, "sha256").hex().encode() + b"\n"


class ModeratorKeys:
    """Public keys of members, by member: a key is somebody's, and she has one."""

    def __init__(self, folder: Path, instance: bytes) -> None:
        self._file = _Vouched(KEYS, folder, instance)

    def read(self) -> Mapping[bytes, str]:
        """Member's id -> the base64 line of her minisign public key. Raises `StoreDamaged`."""
        lines = (line.split(" ") for line in self._file.read())
        return {bytes.fromhex(member): line for member, line in lines}

    def put(self, member: bytes, line: str) -> None:
        """From now on this is her key, in place of the one before; an empty line takes it away."""
        kept = {**self.read(), member: line}
        self._file.write(f"{who.hex()} {key}" for who, key in kept.items() if key)


class UsedDecisions:
    """Which documents were obeyed: (day, nonce in hex)."""

    def __init__(self, folder: Path, instance: bytes) -> None:
        self._file = _Vouched(USED, folder, instance)

    def read(self) -> frozenset[tuple[int, str]]:
        """Raises `StoreDamaged`."""
        return read_used("\n".join(self._file.read()))

    def write(self, used: frozenset[tuple[int, str]]) -> None:
        self._file.write(write_used(used).splitlines())


def write_used(used: frozenset[tuple[int, str]]) -> str:
    return "\n".join(f"{day} {nonce}" for day, nonce in sorted(used))


def read_used(text: str) -> frozenset[tuple[int, str]]:
    """The inverse of `write_used`. Raises `ValueError`."""
    found = (line.split(" ") for line in text.splitlines())
    return frozenset((int(day), nonce) for day, nonce in found)
