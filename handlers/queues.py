"""What is shown in one chat comes in the order it was given, whatever the network takes for each of it.

Every channel over a network keeps this. Different chats do not wait for each other.

Never here: how anything is sent, or tried again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

Send: TypeAlias = Callable[[], Awaitable[tuple[int, ...]]]
"""Sends what one call of `show` was given; the ids of it."""


class Queues:
    """One queue a chat, for as long as something stands in it."""

    def __init__(self) -> None:
        self._tails: dict[str, asyncio.Future[None]] = {}

    def __repr__(self) -> str:
        return f"Queues({len(self._tails)} chats)"

    def then(self, chat: str, send: Send) -> Awaitable[tuple[int, ...]]:
        """`send` after all that was given for this chat before this call.

        What is returned must be awaited: who comes next waits for it.
        """
        before = self._tails.get(chat)
        mine = self._tails[chat] = asyncio.get_running_loop().create_future()
        return self._after(chat, send, before, mine)

    async def _after(
        self, chat: str, send: Send, before: asyncio.Future[None] | None, mine: asyncio.Future[None]
    ) -> tuple[int, ...]:
        try:
            if before is not None:
                await asyncio.shield(before)
            return await send()
        finally:
            mine.set_result(None)
            if self._tails.get(chat) is mine:
                del self._tails[chat]
