"""Calls of the Bot API: what the answers mean, and how often a call is tried.

A 429, a 5xx, a time-out are ordinary: the call is made again, later, with chance in it so that many do not
come back at once. A chat that takes no more messages is an ordinary end. Nothing of a call is ever logged but
its method and a number: descriptions may quote what was sent.
"""

from __future__ import annotations

import asyncio
import logging
import random

import msgspec

from handlers import Gone, Unreached
from handlers.counts import COUNTS, ComesTo
from handlers.telegram.wire import Cut, Wire

log = logging.getLogger(__name__)

CALL_SECONDS = 20.0
"""How long an answer is waited for."""

PATIENCE_SECONDS = 60.0
"""How long a message is tried; after that it stays owed, and the clock tries again."""

FIRST_PAUSE, LONGEST_PAUSE = 0.4, 15.0
"""Seconds between tries after a fault of the network, doubling."""

FLOODED = 0.5
"""Share of lately refused calls (429) from which on the whole bot waits, not only the chat."""


class _Parameters(msgspec.Struct):
    retry_after: float = 1.0
    migrate_to_chat_id: int = 0


class _Answer(msgspec.Struct):
    ok: bool = False
    result: msgspec.Raw = msgspec.Raw(b"null")
    error_code: int = 0
    description: str = ""
    parameters: _Parameters | None = None


_decode = msgspec.json.Decoder(_Answer).decode
encode = msgspec.json.Encoder().encode


class Refused(Exception):
    """Telegram answered no, and would again. `code` is its error code; its words are in `description`, which
    never leaves this room."""

    def __init__(self, code: int, description: str = "") -> None:
        super().__init__(f"refused ({code})")
        self.code = code
        self.description = description


class TooMany(Refused):
    def __init__(self, seconds: float) -> None:
        super().__init__(429)
        self.seconds = seconds


class Broken(Refused):
    """An answer that is none: 5xx, or no JSON."""


class Moved(Refused):
    """A group became a supergroup, with another id."""

    def __init__(self, chat: int) -> None:
        super().__init__(400)
        self.chat = chat


_ENDS = ("chat not found", "user is deactivated", "peer_id_invalid", "group chat was deactivated")


def is_end(refused: Refused) -> bool:
    """Whether a chat takes no more messages: blocked, deleted, left."""
    return refused.code == 403 or any(end in refused.description.lower() for end in _ENDS)


def _came_to(refused: Refused | Cut) -> ComesTo:
    match refused:
        case Cut():
            return "cut"
        case TooMany():
            return "limited"
        case Broken():
            return "broken"
        case _:
            return "gone" if is_end(refused) else "refused"


class Api:
    """One bot's calls."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._refused = 0.0
        self._paused_until = 0.0

    def __repr__(self) -> str:
        return "Api()"

    async def once(self, method: str, body: bytes, seconds: float = CALL_SECONDS) -> msgspec.Raw:
        """The result of one call. Raises `Refused` and its kinds, and `Cut`."""
        try:
            result = await self._once(method, body, seconds)
        except (Refused, Cut) as refused:
            COUNTS.call("telegram", method, _came_to(refused))
            raise
        COUNTS.call("telegram", method, "ok")
        return result

    async def _once(self, method: str, body: bytes, seconds: float) -> msgspec.Raw:
        status, told = await self._wire.call(method, body, seconds)
        try:
            answer = _decode(told)
        except (msgspec.DecodeError, ValueError, RecursionError):
            raise Broken(status) from None
        if answer.ok:
            return answer.result
        code = answer.error_code or status
        if code == 429:
            raise TooMany(answer.parameters.retry_after if answer.parameters else 1.0)
        if answer.parameters is not None and answer.parameters.migrate_to_chat_id:
            raise Moved(answer.parameters.migrate_to_chat_id)
        raise (Broken if code >= 500 else Refused)(code, answer.description)

    async def insist(self, method: str, body: bytes, patience: float = PATIENCE_SECONDS) -> msgspec.Raw:
        """The result of a call that is tried for a while. Raises `Gone`, `Unreached`, `Moved`, `Refused`."""
        loop = asyncio.get_running_loop()
        until, pause = loop.time() + patience, FIRST_PAUSE
        while True:
            if self._paused_until > loop.time():
                await asyncio.sleep(self._paused_until - loop.time())
            try:
                result = await self.once(method, body)
            except TooMany as refused:
                wait = refused.seconds + random.uniform(0.05, 0.5)  # noqa: S311 - no secret
                self._note_flood(loop.time(), refused.seconds)
            except (Broken, Cut):
                wait = pause * random.uniform(0.5, 1.5)  # noqa: S311 - no secret
                pause = min(pause * 2, LONGEST_PAUSE)
            except Moved:
                raise
            except Refused as refused:
                if is_end(refused):
                    raise Gone from None
                raise
            else:
                self._refused *= 0.98
                return result
            if loop.time() + wait > until:
                log.warning("%s was not taken; it is tried again later", method)
                raise Unreached
            COUNTS.retries.note("telegram")
            await asyncio.sleep(wait)

    def _note_flood(self, now: float, seconds: float) -> None:
        self._refused = self._refused * 0.98 + 0.02
        if self._refused > FLOODED:
            self._paused_until = max(self._paused_until, now + seconds)
