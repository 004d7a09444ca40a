"""Telegram's side of a webhook: up to a hundred updates at once, handed over again until HTTP 200.

The answer to a webhook may itself be a call of the Bot API ("reply in the webhook's own answer").
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from urllib.parse import urlsplit

from benchmarks.crowd.http import Fields, Message, fields, first
from benchmarks.crowd.post import Letter, Post

AT_ONCE = 40
"""Telegram's usual `max_connections`; at most 100."""

AGAIN_SECONDS = 0.2
"""After a refusal. Telegram waits longer; the crowd has no such patience."""

Call = Callable[[str, Fields], object]


class Webhook:
    """Hands letters over to `url`. `half` tells half the network's round trip, in seconds."""

    def __init__(
        self, post: Post, url: str, *, most: int, secret: str, half: Callable[[], float], call: Call
    ) -> None:
        self.post = post
        self.call = call
        self.half = half
        self.counts: Counter[str] = Counter()
        self.url = url
        parts = urlsplit(url)
        self._at = (parts.hostname or "127.0.0.1", parts.port or 80)
        proof = f"X-Telegram-Bot-Api-Secret-Token: {secret}\r\n" if secret else ""
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self.head = (
            f"POST {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
            f"Accept-Encoding: gzip, deflate\r\nConnection: keep-alive\r\n{proof}"
        ).encode()
        self._most = max(1, min(100, most))
        self._open = 0
        self._idle: list[Delivery] = []
        self._rests = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def close(self) -> None:
        self._closed = True
        for delivery in self._idle:
            delivery.hang_up()

    def pump(self) -> None:
        """Hand over what waits, as far as there are connections."""
        if self._closed:
            later = self.post.pump
            if later is not None and later != self.pump:
                later()  # what came back to us goes by the one that was set since
            return
        waiting = self.post.waiting
        while waiting and self._idle:
            delivery = self._idle.pop()
            if not delivery.is_gone:
                delivery.bring(waiting.popleft())
        if waiting and self._open < self._most and not (self._idle or self._rests):
            self._open += 1
            task = asyncio.get_running_loop().create_task(self._connect())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _connect(self) -> None:
        try:
            await asyncio.get_running_loop().create_connection(lambda: Delivery(self), *self._at)
        except OSError:
            self._open -= 1
            self._rest()

    def _rest(self) -> None:
        if not self._rests:
            self._rests = True
            asyncio.get_running_loop().call_later(AGAIN_SECONDS, self._wake)

    def _wake(self) -> None:
        self._rests = False
        self.pump()

    def is_free(self, delivery: Delivery) -> None:
        self._idle.append(delivery)
        self.pump()

    def is_lost(self, delivery: Delivery, letter: Letter | None) -> None:
        self._open -= 1
        if delivery in self._idle:
            self._idle.remove(delivery)
        if letter is not None:
            self.post.waiting.appendleft(letter)
            self.counts["handed over again"] += 1
            self._rest()
        else:
            self.pump()

    def answered(self, delivery: Delivery, letter: Letter, message: Message) -> None:
        if message.head[9:10] != b"2":
            self.counts[f"webhook answered {message.head[9:12].decode()}"] += 1
            self.post.waiting.appendleft(letter)
            asyncio.get_running_loop().call_later(AGAIN_SECONDS, self.is_free, delivery)
            return
        self.post.confirm(letter)
        if b'"method"' in message.body:
            said = fields(message)
            self.call(str(said.pop("method", "")), said)
        if b"connection: close" in message.low:
            delivery.hang_up()
        elif not delivery.is_gone:
            self.is_free(delivery)


class Delivery(asyncio.Protocol):
    """One connection to the bot's webhook, with at most one letter on it."""

    def __init__(self, webhook: Webhook) -> None:
        self._webhook = webhook
        self._buffer = b""
        self._letter: Letter | None = None
        self._transport: asyncio.Transport
        self.is_gone = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a stream's is always a Transport
        self._webhook.is_free(self)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.is_gone = True
        letter, self._letter = self._letter, None
        self._webhook.is_lost(self, letter)

    def hang_up(self) -> None:
        self._transport.close()

    def bring(self, letter: Letter) -> None:
        self._letter = letter
        if half := self._webhook.half():
            asyncio.get_running_loop().call_later(half, self._write, letter.body)
        else:
            self._write(letter.body)

    def _write(self, body: bytes) -> None:
        if self.is_gone:
            return  # lost while the letter was on its way: it went back to the others
        self._transport.write(self._webhook.head + b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        message = first(self._buffer, 0)
        if message is None:
            return
        self._buffer = self._buffer[message.end :]
        letter, self._letter = self._letter, None
        if letter is None:
            return
        if half := self._webhook.half():
            asyncio.get_running_loop().call_later(half, self._webhook.answered, self, letter, message)
        else:
            self._webhook.answered(self, letter, message)
