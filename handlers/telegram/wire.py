"""The wire: HTTP/1.1 calls to the Bot API over a pool of connections that stay open.

The parser is `httptools`; what is ours is only the pool. The stock request class of python-telegram-bot takes
0.8 to 1.9 ms a call and would be nine tenths of a turn; this takes some hundredths of that. What is rare goes
through python-telegram-bot all the same (`handlers.telegram.profile`).

Never here: what a call means, a token in a log. One call at a time on each connection: a call that is cut
short is then known to be one, and no other waits behind a slow one.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Callable
from urllib.parse import urlsplit

import httptools

MOST_LINES = 100
"""Connections at once: Telegram delivers at most 100 updates at a time, each answer takes a round trip."""

LARGEST_ANSWER = 8 * 1024 * 1024
"""Bytes. A hundred updates of 4096 characters are half a megabyte."""

CONNECT_SECONDS = 10.0


class Cut(Exception):
    """No answer: unreachable, timed out, or the connection was closed. The call may have taken effect."""


class _Line(asyncio.Protocol):
    """One connection. `answered` is the call that waits on it, if any."""

    __slots__ = ("_body", "_parser", "_size", "_status", "answered", "is_open", "keeps", "lost", "transport")

    def __init__(self, lost: Callable[[_Line], None]) -> None:
        self.transport: asyncio.Transport | None = None
        self.answered: asyncio.Future[tuple[int, bytes]] | None = None
        self.is_open = False
        self.keeps = True
        self.lost = lost
        self._parser = httptools.HttpResponseParser(self)
        self._body: list[bytes] = []
        self._size = 0
        self._status = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport) or hasattr(transport, "write")  # noqa: S101 - a stream
        self.transport = transport  # type: ignore[assignment] # uvloop's are no subclass of asyncio's
        self.is_open = True

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.is_open = False
        if self.answered is not None and not self.answered.done():
            self.answered.set_exception(Cut())
        self.lost(self)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.close()

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        if self._size > LARGEST_ANSWER:
            self.close()
        else:
            self._body.append(body)

    def on_message_complete(self) -> None:
        self._status = self._parser.get_status_code()
        if self._status < 200:
            return
        body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        self._body, self._size = [], 0
        self.keeps = self._parser.should_keep_alive()
        answered, self.answered = self.answered, None
        if answered is not None and not answered.done():
            answered.set_result((self._status, body))

    def close(self) -> None:
        self.is_open = False
        if self.transport is not None:
            self.transport.abort()


class Wire:
    """Calls under one base URL. `base`: such as `https://api.telegram.org/bot<token>`, never shown."""

    def __init__(self, base: str, *, lines: int = MOST_LINES) -> None:
        parts = urlsplit(base)
        self._host = parts.hostname or ""
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._port = parts.port or (443 if self._tls else 80)
        self._path = parts.path.encode()
        host = parts.netloc.rpartition("@")[2]
        self._head = b" HTTP/1.1\r\nHost: %s\r\nContent-Type: " % host.encode()
        self._most = lines
        self._open = 0
        self._idle: list[_Line] = []
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._lines: set[_Line] = set()
        self._closed = False

    def __repr__(self) -> str:
        return "Wire()"

    async def call(
        self, method: str, body: bytes, seconds: float, media: bytes = b"application/json"
    ) -> tuple[int, bytes]:
        """Status and body of the answer. Raises `Cut` where there is none within so many seconds."""
        line = await self._line()
        loop = asyncio.get_running_loop()
        answered = line.answered = loop.create_future()
        late = loop.call_later(seconds, line.close)
        try:
            assert line.transport is not None  # noqa: S101 - an open line has one
            line.transport.write(
                b"POST %s/%s%s%s\r\nContent-Length: %d\r\n\r\n%s"
                % (self._path, method.encode(), self._head, media, len(body), body)
            )
            status, told = await answered
            return status, told
        except asyncio.CancelledError:
            line.close()
            raise
        finally:
            late.cancel()
            self._give_back(line)

    async def close(self) -> None:
        self._closed = True
        for line in list(self._lines):
            line.close()

    # --- the pool -------------------------------------------------------------------------------------------

    async def _line(self) -> _Line:
        while True:
            while self._idle:
                line = self._idle.pop()
                if line.is_open:
                    return line
            if self._closed:
                raise Cut
            if self._open < self._most:
                return await self._connect()
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            await turn

    async def _connect(self) -> _Line:
        self._open += 1
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                _, line = await asyncio.get_running_loop().create_connection(
                    lambda: _Line(self._lost),
                    self._host,
                    self._port,
                    ssl=self._tls,
                    server_hostname=self._host if self._tls else None,
                )
        except (OSError, TimeoutError):
            self._open -= 1
            self._next()
            raise Cut from None
        except BaseException:
            self._open -= 1
            self._next()
            raise
        self._lines.add(line)
        return line

    def _give_back(self, line: _Line) -> None:
        line.answered = None
        if line.is_open and line.keeps and not self._closed:
            self._idle.append(line)
            self._next()
        elif line.is_open:
            line.close()

    def _lost(self, line: _Line) -> None:
        if line in self._lines:
            self._lines.discard(line)
            self._open -= 1
            self._next()

    def _next(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
