"""A wire between two processes, which carries what they say until it is told to do it badly.

    wire = Wire(target)                 a place of the loopback to listen at, before `target`
    async with wire: …                  connect to `wire.port`
    wire.worsen(Harm("halved", 0.3))    from now on; `wire.heal()` ends it

Never here: when, and what the two sides say.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from collections import deque
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["late", "refused", "cut", "reset", "halved", "trickled", "swallowed"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""late: so many seconds later. refused: nobody listens any more, and all is cut. cut: closed in the middle of
a message. reset: the same, by a RST. halved: half of a message arrives, then it is cut. trickled: half of it,
the rest later. swallowed: both ends stay open and hear nothing; healed, all of it arrives."""

Target = tuple[str, int] | str
"""Host and port, or the path of a socket."""

TIMER_SECONDS = 0.002
"""A timer may come so much too early: loops count in milliseconds."""

NO_LINGER = struct.pack("ii", 1, 0)
"""SO_LINGER of no seconds: closing sends a RST."""


@dataclass(frozen=True, slots=True)
class Harm:
    """`share` of the messages it happens to, from 0 to 1; `seconds` where something is late."""

    kind: Kind
    share: float = 1.0
    seconds: float = 0.2


class Wire:
    def __init__(self, target: Target, chance: random.Random, port: int = 0) -> None:
        self.target = target
        self.port = port
        self.harm: Harm | None = None
        self.harmed = 0
        """Messages it happened to."""
        self.chance = chance
        self.pairs: set[Pair] = set()
        self.open: set[Side] = set()
        self._closed = asyncio.Event()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Wire:
        await self._listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._shut()
        for pair in list(self.pairs):
            pair.cut()
        while self.open:
            self._closed.clear()
            await self._closed.wait()

    def opened(self, side: Side) -> None:
        self.open.add(side)

    def closed(self, side: Side, pair: Pair) -> None:
        """A pair is forgotten once both ends are: what one was to be told may still be swallowed."""
        self.open.discard(side)
        if side.other not in self.open:
            self.pairs.discard(pair)
        self._closed.set()

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Pair(self).near, "127.0.0.1", self.port, backlog=1024, reuse_address=True
        )
        self.port = self._server.sockets[0].getsockname()[1]

    def _shut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def worsen(self, harm: Harm) -> None:
        self.harm = harm
        if harm.kind == "refused":
            self._shut()
            for pair in list(self.pairs):
                pair.cut()
                self.harmed += 1

    async def heal(self) -> None:
        self.harm = None
        if self._server is None:
            await self._listen()
        for pair in list(self.pairs):
            pair.near.let_through()
            pair.far.let_through()

    def befalls(self) -> Harm | None:
        """What happens to this message."""
        harm = self.harm
        if harm is None or self.chance.random() >= harm.share:
            return None
        self.harmed += 1
        return harm


class Pair:
    """One connection and its continuation to the target."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.near, self.far = Side(self), Side(self)
        self.near.other, self.far.other = self.far, self.near
        self._reaching: asyncio.Task[None] | None = None
        wire.pairs.add(self)

    def reach(self) -> None:
        self._reaching = asyncio.get_running_loop().create_task(self._reach())

    async def _reach(self) -> None:
        loop, target = asyncio.get_running_loop(), self.wire.target
        try:
            if isinstance(target, str):
                await loop.create_unix_connection(lambda: self.far, target)
            else:
                await loop.create_connection(lambda: self.far, *target)
        except OSError:
            self.cut()

    def cut(self, *, rudely: bool = False) -> None:
        for side in (self.near, self.far):
            side.end(rudely=rudely)


class Side(asyncio.Protocol):
    """One end. What arrives here leaves by `other`."""

    other: Side

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self._transport: asyncio.Transport | None = None
        self._to_write: list[bytes] = []
        """Before the connection is made, or while the wire swallows."""
        self._late: deque[tuple[float, bytes]] = deque()
        """What is to be written, and when, in order: timers of one instant come in any."""
        self._due = 0.0
        self._is_closing = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a stream's is always a Transport
        self._pair.wire.opened(self)
        if self is self._pair.near:
            self._pair.reach()
        self.let_through()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._transport = None
        self._pair.wire.closed(self, self._pair)
        self.other.finish()

    def data_received(self, data: bytes) -> None:
        wire = self._pair.wire
        harm = wire.befalls()
        half = data[: len(data) // 2]
        match harm:
            case None:
                self.other.write(data)
            case Harm("late", seconds=seconds):
                self.other.write_after(data, seconds * wire.chance.random())
            case Harm("trickled", seconds=seconds):
                self.other.write(half)
                self.other.write_after(data[len(half) :], seconds * wire.chance.random())
            case Harm("swallowed"):
                self.other.write_after(data, None)
            case Harm("halved"):
                self.other.write(half)
                asyncio.get_running_loop().call_later(0.01, self._pair.cut)
            case Harm("reset"):
                self._pair.cut(rudely=True)
            case _:
                self._pair.cut()

    def write(self, data: bytes) -> None:
        if self._transport is None or self._to_write:
            self._to_write.append(data)
        elif self._late:
            self.write_after(data, 0.0)
        elif not self._transport.is_closing():
            self._transport.write(data)

    def write_after(self, data: bytes, seconds: float | None) -> None:
        """In order, whatever was late before. None: when the wire is healed."""
        if seconds is None or self._to_write:
            self._to_write.append(data)
            return
        loop = asyncio.get_running_loop()
        self._due = max(self._due, loop.time() + seconds)
        self._late.append((self._due, data))
        loop.call_at(self._due, self._write_late)

    def _write_late(self) -> None:
        """What is due by now."""
        if self._transport is None or self._transport.is_closing():
            return
        now = asyncio.get_running_loop().time() + TIMER_SECONDS
        while self._late and self._late[0][0] <= now:
            self._transport.write(self._late.popleft()[1])
        self._close_if_done()

    def let_through(self) -> None:
        if self._transport is None:
            return
        held, self._to_write = self._to_write, []
        for data in held:
            self.write(data)
        self._write_late()

    def finish(self) -> None:
        """The other end hung up: so does this one, once all has arrived."""
        self._is_closing = True
        self._close_if_done()

    def _close_if_done(self) -> None:
        if self._is_closing and self._transport is not None and not (self._late or self._to_write):
            self._transport.close()

    def end(self, *, rudely: bool) -> None:
        self._to_write.clear()
        self._late.clear()
        self._is_closing = True
        if self._transport is None:
            return
        if rudely and (raw := self._transport.get_extra_info("socket")) is not None:
            with_tcp = raw.family in (socket.AF_INET, socket.AF_INET6)
            if with_tcp:
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        self._transport.abort()
