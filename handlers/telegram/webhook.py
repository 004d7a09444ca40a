"""The webhook: Telegram calls, and is answered 200 only once the update is durable.

A small HTTP/1.1 server on `httptools`, to stand behind a proxy that speaks TLS. It takes POSTs of JSON on one
path, with the secret that was agreed with Telegram, and nothing else; `GET /health` says whether it serves.

Leaving, it takes no more: a connection without a request is closed, and whoever still sends one is told 503,
which a balancer passes on to another worker. What was taken is finished and answered before its connection is
closed: an update whose answer is lost comes again, and where she stands is shown twice.

Never here: what an update means. Nothing of a request is logged.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections import deque
from collections.abc import Callable, Coroutine
from functools import partial
from urllib.parse import urlsplit

import httptools

from bot.errors import TelegramError
from handlers import Hear, Heard, with_ack
from handlers.telegram.updates import Translator, Update, read_update

log = logging.getLogger(__name__)

LARGEST_BODY = 256 * 1024
"""Bytes. A message has 4096 characters, and what comes with it some thousands more."""

LARGEST_HEAD = 64 * 1024
"""Bytes. Telegram's are a few hundred; the parser itself would gather one without end."""

HEALTH = b"/health"
SECRET = b"x-telegram-bot-api-secret-token"

IDLE_SECONDS = 75.0
"""A connection that says nothing for so long is closed."""

FINISH_SECONDS = 10.0
"""How long what was taken may take, once it is to end. What is not done by then stays owed."""

AT_A_TIME = 8
"""Updates begun in one round of the loop. A hundred come at once, and begun at once they would all be
answered at the end, and come at once again: 40 ms away that was a fifth fewer turns."""

ALL_BUSY = 90
"""Updates worked on at once from which on Telegram is taken to hold more: it may bring 100."""

_PHRASES = {200: "OK", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
            413: "Content Too Large", 415: "Unsupported Media Type", 503: "Service Unavailable"}  # fmt: skip


def _answer(status: int, body: bytes = b"", media: bytes = b"application/json") -> bytes:
    head = f"HTTP/1.1 {status} {_PHRASES[status]}\r\nContent-Length: {len(body)}\r\n".encode()
    return head + (b"Content-Type: %s\r\n" % media if body else b"") + b"\r\n" + body


_OK = _answer(200)


class Webhook:
    """Serves one path. `secret`: what Telegram sends along, agreed by setWebhook."""

    def __init__(self, url: str, listen: tuple[str, int], secret: str, translator: Translator) -> None:
        self.path = (urlsplit(url).path or "/").encode()
        self._listen = listen
        self._secret = secret.encode()
        self._translator = translator
        self._hear: Hear | None = None
        self._server: asyncio.Server | None = None
        self._connections: set[_Connection] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._working: dict[int, list[_Connection]] = {}
        """Updates that are worked on, each with those who wait for its answer."""
        self._taken: deque[Callable[[], Coroutine[None, None, None]]] = deque()
        """Those of them that are not begun yet."""
        self.is_leaving = False

    async def open(self) -> None:
        """Take the port. Raises `TelegramError` where it is taken."""
        host, port = self._listen
        try:
            self._server = await asyncio.get_running_loop().create_server(
                lambda: _Connection(self), host, port, backlog=256
            )
        except OSError:
            raise TelegramError(
                f"The webhook cannot listen on port {port}: it is taken, or not ours to take.",
                hint="Stop the other program, or choose another port in SEUIL_TELEGRAM_LISTEN.",
            ) from None

    async def shut(self) -> None:
        """Give the port back, where nothing was served."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def run(self, hear: Hear) -> None:
        """Serve until cancelled; then what was begun is finished and answered."""
        self._hear = hear
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.shield(self._close())

    async def _close(self) -> None:
        self.is_leaving, self._hear = True, None
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections):
            connection.leave()
        self._begin(len(self._taken))
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=FINISH_SECONDS)
        for connection in list(self._connections):
            connection.close()

    @property
    def is_serving(self) -> bool:
        return self._hear is not None

    def is_ours(self, secret: bytes) -> bool:
        return hmac.compare_digest(secret, self._secret)

    def take(self, update: Update, connection: _Connection) -> None:
        """Begin with an update; the connection is answered once it is durable."""
        if self._hear is None:
            connection.answer(_answer(503))
            return
        number = update.update_id
        if (waiting := self._working.get(number)) is not None:
            # Delivered again while it is worked on: durable for both, or for neither. Told 503, a balancer
            # would give it to another worker meanwhile, and take this one for broken.
            waiting.append(connection)
            return
        heard = self._translator.heard(update, is_behind=len(self._working) >= ALL_BUSY)
        reply = _reply(update)
        if heard is None:
            connection.answer(reply)
            return
        self._working[number] = waiting = [connection]
        if not self._taken:
            asyncio.get_running_loop().call_soon(self._begin)
        self._taken.append(partial(self._one, number, heard, waiting, reply, self._hear))

    def _begin(self, many: int = AT_A_TIME) -> None:
        """Begin with a few; the loop sees to what is durable by now before the next few."""
        for _ in range(min(many, len(self._taken))):
            task = asyncio.create_task(self._taken.popleft()())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if self._taken:
            asyncio.get_running_loop().call_soon(self._begin)

    async def _one(
        self, number: int, heard: Heard, waiting: list[_Connection], reply: bytes, hear: Hear
    ) -> None:
        def answer(answer: bytes) -> None:
            """Whoever waits, once."""
            if waiting:
                del self._working[number]
            while waiting:
                waiting.pop().answer(answer)

        async def ack() -> None:
            answer(reply)

        try:
            await hear(with_ack(heard, ack))
        except Exception as error:
            log.error("an update failed: %s", type(error).__name__)
        answer(_answer(503))


def _reply(update: Update) -> bytes:
    """The answer to a delivery: a press is answered in it, which saves a call and tells nothing."""
    press = update.callback_query
    if press is None:
        return _OK
    named = "".join(letter for letter in press.id if letter.isalnum() or letter in "-_")
    return _answer(200, b'{"method":"answerCallbackQuery","callback_query_id":"%s"}' % named.encode())


class _Connection(asyncio.Protocol):
    """One connection: requests one after the other, each answered in its turn."""

    def __init__(self, webhook: Webhook) -> None:
        self._webhook = webhook
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._body: list[bytes] = []
        self._size = 0
        self._taken = 0
        """Bytes of the request that is coming in."""
        self._path = b""
        self._secret = b""
        self._media = b""
        self._busy = False
        self._ready: deque[tuple[bytes, bytes, bytes, bytes, bytes]] = deque()
        self._idle: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment] # uvloop's are no subclass of asyncio's
        self._webhook._connections.add(self)
        self._wait_a_while()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._webhook._connections.discard(self)
        self._transport = None
        if self._idle is not None:
            self._idle.cancel()

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._end(400)
            return
        self._taken += len(data)
        if self._taken > LARGEST_HEAD + LARGEST_BODY:
            self._end(413)

    def on_url(self, url: bytes) -> None:
        self._path += url

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        if name == SECRET:
            self._secret = value
        elif name == b"content-type":
            self._media = value
        elif name == b"content-length" and value.isdigit() and int(value) > LARGEST_BODY:
            self._end(413)

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        if self._size > LARGEST_BODY:
            self._end(413)
        else:
            self._body.append(body)

    def on_message_complete(self) -> None:
        request = (self._parser.get_method(), self._path, self._secret, self._media, b"".join(self._body))
        self._path = self._secret = self._media = b""
        self._body, self._size, self._taken = [], 0, 0
        self._ready.append(request)
        if not self._busy:
            self._next()

    def _next(self) -> None:
        while self._ready and not self._busy:
            self._busy = True
            self._handle(*self._ready.popleft())

    def _handle(self, method: bytes, path: bytes, secret: bytes, media: bytes, body: bytes) -> None:
        webhook = self._webhook
        path = path.partition(b"?")[0]
        if path == HEALTH and method in (b"GET", b"HEAD"):
            self.answer(_answer(200, b"ok\n" if method == b"GET" else b"", b"text/plain"))
        elif path != webhook.path:
            self.answer(_answer(404))
        elif method != b"POST":
            self.answer(_answer(405))
        elif not webhook.is_ours(secret):
            self.answer(_answer(403))
        elif not media.lower().startswith(b"application/json"):
            self.answer(_answer(415))
        else:
            try:
                update = read_update(body)
            except ValueError:
                self.answer(_answer(400))
            else:
                webhook.take(update, self)

    def answer(self, answer: bytes) -> None:
        """Answer the request that is being worked on."""
        self._busy = False
        if self._transport is not None and not self._transport.is_closing():
            if self._webhook.is_leaving:
                self._transport.write(answer.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
                self._transport.close()
                return
            self._transport.write(answer)
            self._wait_a_while()
        self._next()

    def _end(self, status: int) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(_answer(status))
            self._transport.close()

    def leave(self) -> None:
        """Close, unless somebody waits for an answer here."""
        if not self._busy:
            self.close()

    def close(self) -> None:
        """What was written is still sent."""
        if self._transport is not None:
            self._transport.close()

    def _wait_a_while(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._close_if_idle)

    def _close_if_idle(self) -> None:
        if self._busy:
            self._wait_a_while()
        else:
            self.close()
