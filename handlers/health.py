"""The port for programs that watch: whether this process lives, whether it serves, and its figures.

    GET /live      200 while the loop turns: else restart it
    GET /ready     200 while people are heard and the store answers; else 503 and what lacks, a word a line
    GET /metrics   the page of `handlers.metrics`

Plain HTTP/1.1, one answer a connection, near this machine only (`bot.watch_settings`). Nothing is asked of
who comes, and nothing of a request is logged. The webhook's own `GET /health` (`handlers.telegram.webhook`)
stays: it says that Telegram's calls would be taken.

Why a page is kept for a minute: asked for more often, it would tell more finely when somebody writes, and
take from the store what people need.

Never here: what is told (`handlers.metrics`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from bot.errors import SettingsError
from handlers.counts import COUNTS, Counts
from handlers.metrics import MEDIA, Page
from handlers.vitals import Beat, Door, Watched, answers, vitals

if TYPE_CHECKING:
    from handlers.signal import Signal
    from handlers.telegram import Telegram

PAGE_SECONDS = 60.0
"""For how long a page is given out again."""

READY_SECONDS = 1.0
"""For how long it is not asked again whether the store answers."""

LARGEST_HEAD = 8192
"""Bytes of a request's first lines."""

REQUEST_SECONDS = 5.0
MOST_AT_ONCE = 32

PLAIN = "text/plain; charset=utf-8"
_PHRASES = {
    200: "OK",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    503: "Service Unavailable",
}


def doors(telegram: Telegram | None, signals: Signal | None, *, by_webhook: bool) -> tuple[Door, ...]:
    """The networks that are served."""
    served: list[Door] = []
    if telegram is not None:
        how = "by webhook" if by_webhook else "by polling"
        served.append(Door(telegram.name, how, lambda: telegram.is_listening))
    if signals is not None:
        how = f"signal-cli {signals.version}"
        served.append(Door(signals.name, how, lambda: signals.is_listening, lambda: signals.version))
    return tuple(served)


class Health:
    """`open` before the channels, so that a start can be watched; `close` in the end."""

    def __init__(
        self,
        watched: Watched,
        *,
        counts: Counts = COUNTS,
        page_seconds: float = PAGE_SECONDS,
    ) -> None:
        self.doors: Sequence[Door] = ()
        """The channels that are to be heard; none while the program starts."""
        self.is_ending = False
        self.beat = Beat()
        self._watched = watched
        self._page = Page(counts)
        self._page_seconds = page_seconds
        self._server: asyncio.Server | None = None
        self._making = asyncio.Lock()
        self._told, self._told_at = "", float("-inf")
        self._lacks: tuple[str, ...] = ()
        self._looked_at = float("-inf")
        self._open = 0

    async def open(self, host: str, port: int) -> None:
        """Take the port. Raises `SettingsError` where it is taken."""
        try:
            self._server = await asyncio.start_server(
                self._serve, host, port, limit=LARGEST_HEAD, backlog=MOST_AT_ONCE
            )
        except OSError:
            raise SettingsError(
                f"SEUIL_METRICS: port {port} cannot be listened on. It is taken, or not ours to take.",
                hint="Stop the other program, or choose another port. Left empty, none is opened.",
            ) from None
        self.beat.start()

    def end(self) -> None:
        """From now on nobody new should be sent here."""
        self.is_ending = True

    async def close(self) -> None:
        self.beat.stop()
        if self._server is not None:
            self._server.close()

    # --- what is told ---------------------------------------------------------------------------------------

    async def lacks(self) -> tuple[str, ...]:
        """What is not as it should be, in words of a closed list; () where people are served."""
        if self.is_ending:
            return ("ending",)
        if not self.doors:
            return ("starting",)
        now = asyncio.get_running_loop().time()
        if now - self._looked_at >= READY_SECONDS:
            self._looked_at = now
            deaf = [door.name for door in self.doors if not door.is_listening()]
            store = () if await answers(self._watched.ground.store) else ("store",)
            self._lacks = (*deaf, *store)
        return self._lacks

    async def page(self) -> str:
        """The figures, at most `page_seconds` old."""
        async with self._making:
            now = asyncio.get_running_loop().time()
            if now - self._told_at >= self._page_seconds:
                seen = await vitals(self._watched, self.doors, self.beat)
                self._told = self._page.text(seen, is_ready=not await self.lacks())
                self._told_at = now
            return self._told

    # --- the port -------------------------------------------------------------------------------------------

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        try:
            if self._open <= MOST_AT_ONCE:
                async with asyncio.timeout(REQUEST_SECONDS):
                    head = await reader.readuntil(b"\r\n\r\n")
                writer.write(await self._answer(head))
                async with asyncio.timeout(REQUEST_SECONDS):
                    await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # who asks badly, or not at all, is hung up on
        finally:
            self._open -= 1
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _answer(self, head: bytes) -> bytes:
        method, _, rest = head.partition(b"\r\n")[0].partition(b" ")
        path, _, version = rest.partition(b" ")
        if not version.startswith(b"HTTP/1."):
            return _written(400, "")
        if method not in (b"GET", b"HEAD"):
            return _written(405, "")
        status, told, media = await self._at(path.partition(b"?")[0])
        return _written(status, told, media, with_body=method == b"GET")

    async def _at(self, path: bytes) -> tuple[int, str, str]:
        match path:
            case b"/live":
                return 200, "live\n", PLAIN
            case b"/ready":
                lacks = await self.lacks()
                return (
                    (503, "".join(f"{word}\n" for word in lacks), PLAIN) if lacks else (200, "ready\n", PLAIN)
                )
            case b"/metrics":
                return 200, await self.page(), MEDIA
            case _:
                return 404, "", PLAIN


def _written(status: int, told: str, media: str = PLAIN, *, with_body: bool = True) -> bytes:
    body = told.encode()
    head = (
        f"HTTP/1.1 {status} {_PHRASES[status]}\r\nContent-Type: {media}\r\nContent-Length: {len(body)}\r\n"
        "Cache-Control: no-store\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + (body if with_body else b"")
