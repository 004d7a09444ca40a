"""Which orders in the desk's queue were carried out before, and put back by somebody who can write there.

When the queue was last seen empty stands outside the database (`storage.queue_head`): an order older than
that was carried out then. Younger ones are known by their boxes, as long as this process lives.

Never here: documents of the console profile, which are obeyed once by other means (`handlers.offline`).
"""

from __future__ import annotations

import asyncio
import hashlib
import logging

from bot import age
from bot.errors import CannotOpen, StoreDamaged
from handlers.bench import Bench
from handlers.commands import STALE_MINUTES, Answer, Order, is_for_team

log = logging.getLogger(__name__)


class Fresh:
    """One for each desk."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._drained = 0
        """The last minute in which the queue was seen empty."""
        self._noted = 0
        """Of these, the one that stands outside the database."""
        self._obeyed: dict[bytes, int] = {}
        """The boxes of orders that were carried out lately, by hash, and their minutes."""

    async def recall(self) -> None:
        """Know again, after a start, when the queue was last seen empty."""
        bench = self._bench
        if bench.queue_head is None or self._drained:
            return
        now = int(bench.clock() // 60)
        try:
            noted = await asyncio.to_thread(bench.queue_head.read)
        except StoreDamaged as error:
            # Failing closed: what is queued from now on is obeyed, and nothing that may have been put back.
            log.error("what was queued before is not obeyed: %s", error)
            noted = now
        self._drained = min(noted or 0, now)

    def drained(self) -> None:
        """The queue is empty now. Also where the clock was set back: what is queued from now on is not
        stale."""
        self._drained = int(self._bench.clock() // 60)

    def obeyed(self, order: Order, box: bytes) -> None:
        """This was carried out."""
        self._obeyed[_hash(box)] = order.minute

    def demand(self, queued: Order | Answer, box: bytes) -> None:
        """An order older than a moment at which nothing was queued was carried out before that moment:
        somebody kept its row and put it back. Younger ones are known by their boxes. Raises `CannotOpen`."""
        oldest = self._drained - STALE_MINUTES
        self._obeyed = {known: minute for known, minute in self._obeyed.items() if minute >= oldest}
        if queued.minute < oldest or _hash(box) in self._obeyed:
            raise CannotOpen(
                "Something in the desk's queue was carried out before and put back.",
                hint="Somebody may have written to the database: look at who can, and read /audit.",
            )

    async def note(self) -> None:
        """Write down outside the database when the queue was last seen empty."""
        if self._bench.queue_head is not None and self._drained != self._noted:
            drained = self._drained
            await asyncio.to_thread(self._bench.queue_head.write, drained)
            self._noted = drained


def _hash(box: bytes) -> bytes:
    """What tells a box from all others, however it is spelt and whichever key its header is for: no two are
    sealed alike, and nobody changes a payload that still opens."""
    return age.payload_hash(box) if is_for_team(box) else hashlib.sha256(box).digest()
