"""A house for measurements: everything real (files, shelf, keys, words), only the network is missing.

The folder lies under the project's `.cache`, on the disk one works on, because a temporary folder is often in
memory; the shelf lies in /dev/shm, as in service.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from bot.age import HybridIdentity
from bot.questions import QUESTIONNAIRE
from bot.receipts import COST, Cost
from bot.sealing import TeamKey
from bot.signing import SignKey
from handlers import Abilities, Address, Hear, Screen
from handlers.dispatch import Dispatch
from handlers.hall import spare_the_collector
from handlers.intake import DAY_SECONDS, Keys, ReceiptDesk
from handlers.screens import House
from handlers.vocabulary import vocabularies
from locales import load
from storage import Store, open_store
from storage.shelf import DAY_KEYS_KEPT, FolderShelf

TEAM = HybridIdentity(bytes(range(32)))
HOUSE = House("l’association Exemple", "bonjour@exemple.invalid", "FR", 72, 60, 24, 28)


class Silent:
    """A channel that takes every screen at once and forgets it."""

    name = "terminal"
    can = Abilities(buttons=True, deletes=True, protects=True, longest=4096)

    def __init__(self) -> None:
        self.shown = 0
        self.last = Screen("")

    async def listen(self, hear: Hear) -> None:
        del hear

    async def show(self, who: Address, *screens: Screen) -> tuple[int, ...]:
        del who
        self.shown += len(screens)
        self.last = screens[-1] if screens else self.last
        return ()

    async def forget(self, who: Address, messages: Sequence[int]) -> None:
        del who, messages


@contextmanager
def folder() -> Iterator[Path]:
    """A folder on the project's disk, gone afterwards."""
    cache = Path(__file__).parent.parent / ".cache"
    cache.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix="bench-") as place:
        yield Path(place)


@contextmanager
def shelf_folder() -> Iterator[Path]:
    """A folder in memory, gone afterwards."""
    place = Path(tempfile.mkdtemp(dir="/dev/shm", prefix="seuil-bench-"))
    try:
        yield place
    finally:
        shutil.rmtree(place)


def dispatch_for(store: Store, shelf: FolderShelf, cost: Cost = COST) -> Dispatch:
    words = load()
    signer, key = SignKey(bytes(range(32))), TeamKey(1, TEAM.recipient)
    return Dispatch(
        store=store,
        shelf=shelf,
        keys=Keys(lambda: key, signer.verify_key, bytes(16), lambda: bytes(32), bytes(32)),
        receipts=ReceiptDesk(bytes(16), cost=cost, clock=time.time),
        questionnaire=QUESTIONNAIRE,
        words=words,
        vocabularies=vocabularies(words),
        house=HOUSE,
        clock=time.time,
    )


@asynccontextmanager
async def a_house(cost: Cost = COST) -> AsyncIterator[Dispatch]:
    """A dispatch on fresh files, closed and erased afterwards."""
    with folder() as place, shelf_folder() as kept:
        store, shelf = await open_store(f"sqlite:{place}"), FolderShelf(kept)
        today = int(time.time() // DAY_SECONDS)
        for day in range(today - DAY_KEYS_KEPT + 1, today + 1):
            await shelf.day_keys(day)  # as after some days of service: people are looked up under four keys
        dispatch = dispatch_for(store, shelf, cost)
        spare_the_collector()
        try:
            yield dispatch
        finally:
            await store.close()
            await shelf.close()
