"""What a shelf that several processes use keeps besides keys, so that they are as one: what was shown to a
person, the key of sender tags they agreed on, and how often something was done lately.

All of it dies with the shelf, as keys of drafts do: never in the store, never on a disk. Moments are rounded
up to a step: who reads this memory learns the hour somebody handed in, and not which row came then.

Never here: what a limit is for (`handlers.limits`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

KeyAndRevision: TypeAlias = "tuple[bytes, int] | None"


@dataclass(frozen=True, slots=True)
class Allowance:
    """How often something may be done, over all processes: `most` times in `seconds`.

    `name` tells it from others, in ASCII letters. `step`: seconds to which each moment is rounded up; the
    limit is never looser for it. `counts_refused`: what was too many counts too, so that who never stops is
    never within it.
    """

    name: str
    most: int
    seconds: int
    step: int
    counts_refused: bool = False

    def span(self, now: float) -> tuple[int, int]:
        """When a thing done now is noted as done; and the last moment that does not count any more."""
        return -int(-now // self.step) * self.step, int(now) - self.seconds


class Shared(Protocol):
    """Kept under her pseudonym, and as long as her draft: ids of the messages that were shown to her since
    her last turn. And what all processes have alike."""

    async def key_and_shown(self, draft: bytes, pseudonym: bytes) -> tuple[KeyAndRevision, tuple[int, ...]]:
        """As `Shelf.key` and `shown`, in one round trip."""

    async def shown(self, pseudonym: bytes) -> tuple[int, ...]:
        """In the order of their numbers."""

    async def add_shown(self, pseudonym: bytes, messages: Sequence[int]) -> None: ...

    async def drop_shown(self, pseudonym: bytes, messages: Sequence[int]) -> None:
        """Those and no others."""

    async def name(self) -> bytes | None:
        """What tells this shelf from every other, where it was named. Nothing is written."""

    async def be_named(self, offered: bytes) -> bytes:
        """Its name: this one, where it had none. One that was begun anew is given it again by all who know
        it."""

    async def tag_key(self, period: int, offered: bytes) -> bytes:
        """The key of sender tags in this digest period: the first that was offered, by whichever process.
        Those of earlier periods are destroyed."""

    async def allows(self, allowance: Allowance, whose: bytes, now: float, mark: bytes) -> bool:
        """Whether this may be done once more; counts it. `whose`: a pseudonym, or empty for everybody.
        `mark`: what tells this time from the others; asked again with it, it counts once."""


class MemoryShared:
    """The reference. `key`: as `Shelf.key`."""

    def __init__(self, key: Callable[[bytes], Awaitable[KeyAndRevision]]) -> None:
        self._key = key
        self._shown: dict[bytes, set[int]] = {}
        self._name: bytes | None = None
        self._tags: dict[int, bytes] = {}
        self._done: dict[tuple[str, bytes], dict[bytes, int]] = {}

    async def key_and_shown(self, draft: bytes, pseudonym: bytes) -> tuple[KeyAndRevision, tuple[int, ...]]:
        return await self._key(draft), await self.shown(pseudonym)

    async def shown(self, pseudonym: bytes) -> tuple[int, ...]:
        return tuple(sorted(self._shown.get(pseudonym, ())))

    async def add_shown(self, pseudonym: bytes, messages: Sequence[int]) -> None:
        self._shown.setdefault(pseudonym, set()).update(messages)

    async def drop_shown(self, pseudonym: bytes, messages: Sequence[int]) -> None:
        self._shown.get(pseudonym, set()).difference_update(messages)

    async def name(self) -> bytes | None:
        return self._name

    async def be_named(self, offered: bytes) -> bytes:
        self._name = self._name or offered
        return self._name

    async def tag_key(self, period: int, offered: bytes) -> bytes:
        self._tags = {kept: key for kept, key in self._tags.items() if kept >= period}
        return self._tags.setdefault(period, offered)

    async def allows(self, allowance: Allowance, whose: bytes, now: float, mark: bytes) -> bool:
        done, since = allowance.span(now)
        kept = self._done.pop((allowance.name, whose), {})
        others = {each: at for each, at in kept.items() if at > since and each != mark}
        allowed = len(others) < allowance.most
        if allowed or allowance.counts_refused:
            newest = sorted(others.items(), key=lambda pair: (pair[1], pair[0]))[-allowance.most :]
            others = {**dict(newest), mark: done}
        if others:
            self._done[(allowance.name, whose)] = others
        return allowed
