"""Where the audit log ended, written down outside the database: nobody who writes there cuts it unseen.

The log's chain has no key: somebody who writes to the database can cut lines and compute it anew. One small
owner-only file in the data folder, which no database account reaches, keeps how many lines there were and
the chain's value there, with a code made with the INSTANCE key.

    audit.head    lines SP chain value, hex SP HMAC-SHA256, hex LF

Never here: the lines, and what is compared with what (`handlers.verifying`).
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import StoreDamaged
from storage.folder import cannot_use, put_file

NAME = "audit.head"

_PURPOSE = b"seuil|v1|audit head|"
_FORM = re.compile(rb"(\d{1,18}) ([0-9a-f]{64}) ([0-9a-f]{64})\n")


@dataclass(frozen=True, slots=True)
class Head:
    """The log as it was: `lines` of it, and the chain's 32 bytes after the last of them."""

    lines: int
    chain: bytes


@dataclass(frozen=True, slots=True)
class AuditHead:
    """The file of one instance. `instance`: the INSTANCE key, 32 bytes."""

    folder: Path = field(repr=False)
    instance: bytes = field(repr=False)

    def read(self) -> Head | None:
        """What was written last; None where nothing ever was. Raises `StoreDamaged` for what another hand
        wrote."""
        try:
            text = (self.folder / NAME).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise cannot_use(error, "data folder") from None
        found = _FORM.fullmatch(text)
        if found is not None:
            head = Head(int(found[1]), bytes.fromhex(found[2].decode()))
            if hmac.compare_digest(text, self._text(head)):
                return head
        raise StoreDamaged(
            f"{NAME} was not written by this instance.",
            hint="Ask who can write to the data folder. Compare the audit log with the last backup, then "
            f"remove {NAME}: the desk writes it anew.",
        )

    def write(self, head: Head) -> None:
        """Durable when this returns; a kill leaves the old one or the new one."""
        try:
            put_file(self.folder, NAME, self._text(head))
        except OSError as error:
            raise cannot_use(error, "data folder") from None

    def _text(self, head: Head) -> bytes:
        told = f"{head.lines} {head.chain.hex()}"
        return f"{told} {hmac.digest(self.instance, _PURPOSE + told.encode(), 'sha256').hex()}\n".encode()
