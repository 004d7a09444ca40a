"""When the desk's queue was last seen empty, written down outside the database: what was carried out before
that moment and is put back, over a restart too, is known for what it is.

An order carries the minute when it was queued, and nobody without the INSTANCE key can change it. But a desk
that starts knows no order it obeyed before: somebody who writes to the database keeps the row of an approval
and puts it back for the next digest. One small owner-only file in the data folder, which no database account
reaches, keeps that minute.

    queue.head    minute since 1970 SP HMAC-SHA256, hex LF

Never here: what is queued, and what is too old (`handlers.desk`).
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import StoreDamaged
from storage.folder import cannot_use, put_file

NAME = "queue.head"

_PURPOSE = b"seuil|v1|queue head|"
_FORM = re.compile(rb"(\d{1,18}) ([0-9a-f]{64})\n")


@dataclass(frozen=True, slots=True)
class QueueHead:
    """The file of one instance. `instance`: the INSTANCE key, 32 bytes."""

    folder: Path = field(repr=False)
    instance: bytes = field(repr=False)

    def read(self) -> int | None:
        """The minute that was written last; None where none ever was. Raises `StoreDamaged` for what another
        hand wrote."""
        try:
            text = (self.folder / NAME).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise cannot_use(error, "data folder") from None
        found = _FORM.fullmatch(text)
        if found is not None and hmac.compare_digest(text, self._text(int(found[1]))):
            return int(found[1])
        raise StoreDamaged(
            f"{NAME} was not written by this instance.",
            hint=f"Ask who can write to the data folder, then remove {NAME}: the desk writes it anew.",
        )

    def write(self, minute: int) -> None:
        """Durable when this returns; a kill leaves the old one or the new one."""
        try:
            put_file(self.folder, NAME, self._text(minute))
        except OSError as error:
            raise cannot_use(error, "data folder") from None

    def _text(self, minute: int) -> bytes:
        told = b"%d" % minute
        return b"%d %s\n" % (minute, hmac.digest(self.instance, _PURPOSE + told, "sha256").hex().encode())
