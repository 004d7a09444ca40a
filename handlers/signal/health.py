"""Which signal-cli serves us, and since when as far as we know: Signal refuses clients that grow old.

The store remembers the version and the day it was first met, so that a restart of ours makes nothing young
again, and the desk can tell it on another machine too. Never here: the daemon itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from bot.errors import SeuilError
from handlers.intake import DAY_SECONDS, HOUR_SECONDS
from storage import Store
from storage.changes import PutMeta

log = logging.getLogger(__name__)

META = "signal-cli"

OLD_DAYS = 90
"""About as long as Signal's servers serve a client that is not renewed."""

OLD_HINT = (
    "signal-cli %s has served here for %d days: Signal refuses clients that grow old. Install a newer one "
    "(docs/signal.md)"
)


@dataclass(frozen=True, slots=True)
class Health:
    """`since`: the day this version was first met; days since 1970."""

    version: str
    since: int

    def is_old(self, today: int) -> bool:
        return today - self.since > OLD_DAYS


async def mind(store: Store, version: Callable[[], str], clock: Callable[[], float]) -> None:
    """Note it now and every hour, for a daemon may be replaced while we run. Never ends."""
    is_told = False
    while True:
        today = int(clock() // DAY_SECONDS)
        try:
            known = await note(store, version(), today)
        except SeuilError as error:
            log.error("the version of the Signal daemon could not be noted: %s", error)
        else:
            if known.is_old(today) and not is_told:
                log.warning(OLD_HINT, known.version, today - known.since)
            is_told = known.is_old(today)
        await asyncio.sleep(HOUR_SECONDS)


async def note(store: Store, version: str, today: int) -> Health:
    """The daemon was met today, in this version."""
    known = await read(store)
    if known is None or known.version != version:
        known = Health(version, today)
        await store.commit((PutMeta(META, f"{version} {today}".encode()),))
    return known


async def read(store: Store) -> Health | None:
    """What is known; None where no daemon was ever met."""
    version, _, since = (await store.meta(META) or b"").decode().partition(" ")
    return Health(version, int(since)) if version and since.isdigit() else None
