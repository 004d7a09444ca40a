"""Updates waiting for the bot: numbered, kept a day, confirmed by offset or by a webhook's 2xx.

Never here: what an update says. One bot, one queue; a webhook and long polling exclude each other.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from .refusals import OTHER_POLLER, bad, conflict

KEPT_SECONDS = 24 * 3600
"""Telegram forgets an update after a day, confirmed or not."""

LONGEST_POLL = 50.0
"""Seconds after which Telegram answers an empty poll whatever was asked for."""

KINDS = frozenset({
    "message", "edited_message", "channel_post", "edited_channel_post", "business_connection",
    "business_message", "edited_business_message", "deleted_business_messages", "message_reaction",
    "message_reaction_count", "inline_query", "chosen_inline_result", "callback_query", "shipping_query",
    "pre_checkout_query", "purchased_paid_media", "poll", "poll_answer", "my_chat_member", "chat_member",
    "chat_join_request", "chat_boost", "removed_chat_boost", "managed_bot", "guest_message",
})  # fmt: skip
ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""Kinds that come only when named in allowed_updates."""


@dataclass(frozen=True, slots=True, eq=False)
class Update:
    id: int
    kind: str
    body: dict[str, Any]
    at: float
    lane: Hashable
    """Updates of one lane reach a webhook one after the other; lanes go in parallel."""

    def wire(self) -> dict[str, Any]:
        return {"update_id": self.id, self.kind: self.body}


class Updates:
    """The queue. `added` is called with each new update (a webhook wants to know)."""

    def __init__(self, now: Callable[[], float], first_id: int, ring: Callable[[], None]) -> None:
        self._now, self._next, self._ring = now, first_id, ring
        self.pending: OrderedDict[int, Update] = OrderedDict()
        self.ever: list[Update] = []
        self.allowed: frozenset[str] = KINDS - ON_REQUEST
        self.allowed_told: list[str] | None = None
        self.added: Callable[[Update], None] = lambda _: None
        self.repeats: Callable[[], bool] = lambda: False
        self._again: list[Update] = []
        self._hanging: asyncio.Future[None] | None = None

    @property
    def polled(self) -> bool:
        """Whether somebody waits for updates right now."""
        return self._hanging is not None

    def allow(self, kinds: list[str] | None) -> None:
        """Keep to these kinds from now on; None changes nothing, an empty list is the default."""
        if kinds is None:
            return
        if unknown := set(kinds) - KINDS:
            raise bad(f"{len(unknown)} of allowed_updates are no kinds of updates")
        self.allowed = frozenset(kinds) or KINDS - ON_REQUEST
        self.allowed_told = kinds or None

    def add(self, kind: str, body: dict[str, Any], lane: Hashable) -> None:
        if kind not in self.allowed:
            return
        update = Update(self._next, kind, body, self._now(), (kind, lane))
        self._next += 1
        self.pending[update.id] = update
        self.ever.append(update)
        self.added(update)
        self._wake()

    def forget_old(self) -> None:
        while self.pending and next(iter(self.pending.values())).at < self._now() - KEPT_SECONDS:
            self.pending.popitem(last=False)

    def forget_all(self) -> None:
        self.pending.clear()
        self._again.clear()
        self._ring()

    def confirmed(self, ids: Iterable[int]) -> None:
        for each in ids:
            update = self.pending.pop(each, None)
            if update and self.repeats():
                self._again.append(update)
        self._ring()

    def confirm_below(self, offset: int) -> None:
        """Everything under `offset` is confirmed; a negative one keeps only so many of the latest."""
        if offset < 0:
            offset = next(islice(reversed(self.pending), -offset - 1, None), 0)
        ids = []
        for each in self.pending:
            if each >= offset:
                break
            ids.append(each)
        self.confirmed(ids)

    def interrupt(self, why: str) -> None:
        """End a hanging poll with a 409."""
        if self._hanging and not self._hanging.done():
            self._hanging.set_exception(conflict(why))

    async def poll(self, offset: int, limit: int, patience: float) -> list[dict[str, Any]]:
        """Up to `limit` updates, waiting for the first one; whoever polled before us is sent away."""
        loop = asyncio.get_running_loop()
        self.interrupt(OTHER_POLLER)
        self.forget_old()
        self.confirm_below(offset)
        end = loop.time() + min(patience, LONGEST_POLL)
        while not (self.pending or self._again) and loop.time() < end:
            await self._wait(end - loop.time())
        again, self._again = self._again, []
        return [each.wire() for each in [*again, *islice(self.pending.values(), limit)][:limit]]

    async def _wait(self, seconds: float) -> None:
        turn = self._hanging = asyncio.get_running_loop().create_future()
        self._ring()
        try:
            await asyncio.wait({turn}, timeout=seconds)
            if turn.done():
                turn.result()
        finally:
            turn.cancel()
            if self._hanging is turn:
                self._hanging = None

    def _wake(self) -> None:
        if self._hanging and not self._hanging.done():
            self._hanging.set_result(None)
        self._ring()
