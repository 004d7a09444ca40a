"""Which digests are held, written down outside the database: an approval that was taken back stays so.

An approval is the desk's signature, and a signature does not age: somebody who writes to the database keeps
it from before the digest was held, puts it back, and the digest leaves. One small owner-only file in the data
folder, which no database account reaches, keeps which were held and not approved since.

    digests.held    { number SP } HMAC-SHA256, hex LF

Never here: approvals (`handlers.bench`), and what a digest holds.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import StoreDamaged
from storage.folder import cannot_use, put_file

NAME = "digests.held"

_PURPOSE = b"seuil|v1|digests held|"
_FORM = re.compile(rb"((?:\d{1,9} )*)([0-9a-f]{64})\n")


@dataclass(frozen=True, slots=True)
class Held:
    """The file of one instance. `instance`: the INSTANCE key, 32 bytes."""

    folder: Path = field(repr=False)
    instance: bytes = field(repr=False)

    def read(self) -> frozenset[int]:
        """Numbers of digests. Raises `StoreDamaged` for what another hand wrote."""
        try:
            text = (self.folder / NAME).read_bytes()
        except FileNotFoundError:
            return frozenset()
        except OSError as error:
            raise cannot_use(error, "data folder") from None
        found = _FORM.fullmatch(text)
        if found is not None:
            held = frozenset(map(int, found[1].split()))
            if hmac.compare_digest(text, self._text(held)):
                return held
        raise StoreDamaged(
            f"{NAME} was not written by this instance.",
            hint=f"Ask who can write to the data folder, then remove {NAME}, and hold again what is to wait.",
        )

    def mark(self, number: int, *, held: bool) -> None:
        """Durable when this returns; a kill leaves the old file or the new one."""
        before = self.read()
        after = before | {number} if held else before - {number}
        if after != before:
            try:
                put_file(self.folder, NAME, self._text(after))
            except OSError as error:
                raise cannot_use(error, "data folder") from None

    def _text(self, held: Iterable[int]) -> bytes:
        told = b"".join(b"%d " % number for number in sorted(held))
        return told + hmac.digest(self.instance, _PURPOSE + told, "sha256").hex().encode() + b"\n"
