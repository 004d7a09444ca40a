"""One shelf for all who hear: two processes with the keys of drafts in two places would each find no draft of
whom the other heard, and tell her that nothing was kept.

A shelf in a folder is one process's, which then hears alone. Where several share a server, the server has a
random name, the store knows it, and all hold it together; one that was begun anew and lost its name is given
it again by whoever is there. Where nobody hears, another shelf may take over.

Never here: a key. The name is nobody's secret: it says which server, and nothing of what is on it.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from contextlib import AbstractAsyncContextManager, AsyncExitStack

from bot.errors import AlreadyRunning, SeuilError
from storage import Sole, Store
from storage.changes import PutMeta
from storage.shared_shelf import Shared
from storage.shelf import Shelf

log = logging.getLogger(__name__)

IN_USE = "shelf"
"""Held in the store (`Store.only_one`, `Store.one_of`) by all who hear, as long as they do."""

AGREEING = "shelf agreed on"
"""Held while one finds out which it is."""

NAMED = "shelf"
"""Meta: the name of the shelf that is shared."""

NAME_BYTES = 16

TRIES = 50
TRY_SECONDS = 0.1
"""Another start takes a few round trips; five seconds are enough for all that begin at once."""

LOOK_SECONDS = 10.0
"""How often a process that hears looks whether it still is so: store and shelf may have been begun anew."""


class OneShelf:
    """Of one process that hears: `demand` it before anything is heard, `stay` while people are."""

    def __init__(self, store: Store, shelf: Shelf) -> None:
        self._store = store
        self._shared = shelf.shared
        self._held = AsyncExitStack()
        self._mine: Sole | None = None
        self._name: bytes | None = None
        """Of the shelf that is shared, as it was agreed on."""

    async def demand(self) -> None:
        """Raises `AlreadyRunning` where others hear with another shelf; neither is touched then."""
        if self._shared is None:
            self._mine = await self._held.enter_async_context(self._hold())
        else:
            self._mine = await self._agree(self._shared)
        if not self._mine:
            raise _elsewhere()

    async def stay(self) -> None:
        """Hold it until cancelled. What parts this process from the others later is told loudly: it goes on
        for whom it heard."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except SeuilError as error:
                log.error("put off: %s", error)

    async def look(self) -> None:
        """Once. Raises as the store and the shelf do."""
        if self._mine is None or not await self._mine.still():
            await self._held.aclose()
            self._mine = await self._held.enter_async_context(self._hold())
        if not self._mine or (self._shared is not None and not await self._is_known(self._shared)):
            error = _elsewhere()
            log.critical("PEOPLE'S DRAFTS ARE IN TWO PLACES. %s", error)

    async def close(self) -> None:
        await self._held.aclose()

    def _hold(self) -> AbstractAsyncContextManager[Sole]:
        return self._store.only_one(IN_USE) if self._shared is None else self._store.one_of(IN_USE)

    async def _agree(self, shared: Shared) -> Sole | None:
        for _ in range(TRIES):
            async with self._store.only_one(AGREEING) as first:
                if first:
                    return await self._agreed(shared)
            await asyncio.sleep(TRY_SECONDS)
        return None

    async def _agreed(self, shared: Shared) -> Sole | None:
        self._name = await shared.name()
        if self._name is None or self._name != await self._store.meta(NAMED):
            async with self._store.only_one(IN_USE) as nobody_hears:
                if not nobody_hears:
                    return None
                self._name = await shared.be_named(secrets.token_bytes(NAME_BYTES))
                await self._store.commit((PutMeta(NAMED, self._name),))
        return await self._held.enter_async_context(self._hold())

    async def _is_known(self, shared: Shared) -> bool:
        """Whether the store knows our shelf. Begun anew, it may have another name by now: it is ours all the
        same, as long as nobody else took its place in the store."""
        agreed, kept = self._name, await self._store.meta(NAMED)
        now = await shared.be_named(agreed or secrets.token_bytes(NAME_BYTES))
        if now != kept:
            if kept != agreed:
                return False
            await self._store.commit((PutMeta(NAMED, now),))
        self._name = now
        return True


def _elsewhere() -> AlreadyRunning:
    return AlreadyRunning(
        "Another process of this instance listens, and keeps the keys of drafts in another place.",
        hint="Name one Redis or Valkey server in SEUIL_SHELF of every process that listens; a folder is for "
        "one alone. Where that server was begun anew just now, start again in a minute.",
    )
