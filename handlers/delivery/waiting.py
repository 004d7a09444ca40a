"""What waits for the desk to be opened, told from the ledger's plain columns: no key is needed to say so.

Never here: opening anything. The listening path asks too, so that a locked desk is not silent about a digest.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.errors import CannotOpen
from handlers.members import Members
from storage import DeliveryRow
from storage.changes import DeliveryState

DUE = "digest-due"
"""Meta: a bell rang and its digest was not made yet."""

TOLD = "digest-waits-told"
"""Meta: what moderators were last told to be waiting for a locked desk (`Waits.mark`)."""

OWED: tuple[DeliveryState, ...] = ("due", "failed")
"""What the desk tries by itself."""


@dataclass(frozen=True, slots=True)
class Waits:
    """A digest is to be made (`number` 0), or one is to be sent."""

    number: int = 0

    @property
    def key(self) -> str:
        return "desk-delivery-waits-locked" if self.number else "desk-digest-waits-locked"

    @property
    def mark(self) -> bytes:
        return b"%d" % self.number


async def waiting(members: Members, minute: int) -> Waits | None:
    """What a locked desk holds up at this minute (since 1970); None where nothing does."""
    store = members.store
    if await store.meta(DUE):
        return Waits()
    approved = {row.period for row in await store.digests() if row.state == "approved"}
    reached = await _taking(members)
    owed = [
        row.period
        for row in await store.deliveries()
        if row.period in approved and row.member in reached and is_due(row, minute)
    ]
    return Waits(max(owed)) if owed else None


def is_due(row: DeliveryRow, minute: int) -> bool:
    return row.state in OWED and row.next_try <= minute


async def _taking(members: Members) -> set[bytes]:
    """Partners who take digests at present."""
    found = set()
    for row in await members.store.members("partner"):
        try:
            if not members.route(row).paused:
                found.add(row.member)
        except CannotOpen:
            continue  # a row of somebody else's making
    return found
