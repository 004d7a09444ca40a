"""Ids of what was shown to a person since her last turn, until her next one notes them in her draft.

She may erase everything at any moment, and then all of it must go. Where one process listens, they are in its
memory. Where several do, her next turn may be heard by another: they stand on the shelf, beside her draft's
key, and come with it in one round trip (`handlers.drafts.find`).

Lost with a crash of the process, or of the shelf: then `handlers.dispatch` guesses where they stand.

Never here: what was shown.
"""

from __future__ import annotations

import logging

from bot.errors import SeuilError
from handlers.drafts import Person
from storage.shelf import Shelf

log = logging.getLogger(__name__)

MOST_REMEMBERED = 100_000
"""People whose last shown ids are held in memory, some 300 bytes each."""


class Shown:
    """Names are pseudonyms. Raises nothing: what the shelf does not take is as lost as in a crash."""

    def __init__(self, shelf: Shelf) -> None:
        self._shared = shelf.shared
        self._here: dict[bytes, tuple[int, ...]] = {}

    def __repr__(self) -> str:
        return "Shown()"

    def to(self, person: Person) -> tuple[int, ...]:
        """What was shown to her since, as far as it was known when she was found."""
        return self._here.get(person.pseudonym, ()) if self._shared is None else person.shown

    async def add(self, pseudonym: bytes, messages: tuple[int, ...]) -> None:
        if not messages:
            return
        if self._shared is not None:
            try:
                await self._shared.add_shown(pseudonym, messages)
            except SeuilError as error:
                log.error("where messages stand could not be noted: %s", error)
            return
        self._here[pseudonym] = (*self._here.get(pseudonym, ()), *messages)
        if len(self._here) > MOST_REMEMBERED:
            del self._here[next(iter(self._here))]

    async def drop(self, pseudonym: bytes, messages: tuple[int, ...]) -> None:
        """These are noted in her draft, or go with it. What was shown meanwhile stays."""
        if not messages:
            return
        if self._shared is not None:
            await self._shared.drop_shown(pseudonym, messages)
            return
        left = tuple(each for each in self._here.pop(pseudonym, ()) if each not in messages)
        if left:
            self._here[pseudonym] = left

    async def take(self, pseudonym: bytes) -> tuple[int, ...]:
        """All of them, and forget them."""
        if self._shared is None:
            return self._here.pop(pseudonym, ())
        try:
            messages = await self._shared.shown(pseudonym)
            if messages:
                await self._shared.drop_shown(pseudonym, messages)
        except SeuilError as error:
            log.error("where messages stand is not known: %s", error)
            return ()
        return messages

    async def since(self, pseudonym: bytes) -> tuple[int, ...]:
        """As `to`, now."""
        if self._shared is None:
            return self._here.get(pseudonym, ())
        try:
            return await self._shared.shown(pseudonym)
        except SeuilError:
            return ()
