"""How far things had got, written down outside the database: when the desk's queue was last seen empty, which
digest was frozen last, and the newest epoch of the team's keys. What is put back from before is known for
what it is, over a restart too.

An order carries the minute when it was queued, and nobody without the INSTANCE key can change it. But a desk
that starts knows no order it obeyed before: somebody who writes to the database keeps the row of an approval
and puts it back for the next digest. One small owner-only file in the data folder, which no database account
reaches, keeps that minute. Another keeps the number of the last digest: in an older copy of the database that
digest was never made, and made anew it would count the same people again, and a few more. A third keeps the
newest epoch that was sealed to: an older list of keys, put back, would have everything sealed to a key that
somebody took.

    queue.head      minute since 1970 SP HMAC-SHA256, hex LF
    digests.head    number of a digest SP HMAC-SHA256, hex LF
    team.head       epoch SP HMAC-SHA256, hex LF

Never here: what is queued, what is too old (`handlers.desk`), what is refused (`handlers.digests`,
`handlers.team_keys`).
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from bot.errors import StoreDamaged
from storage.folder import cannot_use, put_file

_FORM = re.compile(rb"(\d{1,18}) ([0-9a-f]{64})\n")


@dataclass(frozen=True, slots=True)
class _Head:
    """A file of one instance. `instance`: the INSTANCE key, 32 bytes."""

    name: ClassVar[str]
    purpose: ClassVar[bytes]

    folder: Path = field(repr=False)
    instance: bytes = field(repr=False)

    def read(self) -> int | None:
        """The number that was written last; None where none ever was. Raises `StoreDamaged` for what another
        hand wrote."""
        try:
            text = (self.folder / self.name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise cannot_use(error, "data folder") from None
        found = _FORM.fullmatch(text)
        if found is not None and hmac.compare_digest(text, self._text(int(found[1]))):
            return int(found[1])
        raise StoreDamaged(
            f"{self.name} was not written by this instance.",
            hint=f"Ask who can write to the data folder, then remove {self.name}: Seuil writes it anew.",
        )

    def write(self, number: int) -> None:
        """Durable when this returns; a kill leaves the old one or the new one."""
        try:
            put_file(self.folder, self.name, self._text(number))
        except OSError as error:
            raise cannot_use(error, "data folder") from None

    def _text(self, number: int) -> bytes:
        told = b"%d" % number
        return b"%d %s\n" % (number, hmac.digest(self.instance, self.purpose + told, "sha256").hex().encode())


class QueueHead(_Head):
    """The minute at which the queue was last seen empty."""

    __slots__ = ()
    name = "queue.head"
    purpose = b"seuil|v1|queue head|"


class DigestHead(_Head):
    """The number of the digest that was frozen last."""

    __slots__ = ()
    name = "digests.head"
    purpose = b"seuil|v1|digests head|"


class TeamHead(_Head):
    """The newest epoch of the team's keys that was ever seen."""

    __slots__ = ()
    name = "team.head"
    purpose = b"seuil|v1|team head|"
