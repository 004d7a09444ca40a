"""The line to the signal-cli daemon: JSON-RPC 2.0, one object a line, over a UNIX socket or TCP.

Requests are matched with their answers by number; everything else that comes is handed on as it is, line by
line. One connection at a time: what the daemon does with two clients of one account is nobody's promise.

Never here: what a call or a line means. Nothing of a line is ever logged: each holds an address or words.
Source: the man page signal-cli-jsonrpc(5), and what the daemon did when it was run.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

LONGEST_LINE = 16 * 1024 * 1024
"""Bytes. A message has some thousands; a daemon that sends more without an end of line is none."""

CONNECT_SECONDS = 5.0
CALL_SECONDS = 30.0
"""How long an answer is waited for. Sending takes the daemon two round trips and some cryptography."""


class Cut(Exception):
    """No answer: no daemon there, timed out, or the connection was closed. The call may have taken effect."""


class Refusal(Exception):
    """The daemon answered with an error. `code` as in JSON-RPC; its words never leave this room."""

    def __init__(self, code: int, results: tuple[Result, ...] = ()) -> None:
        super().__init__(f"refused ({code})")
        self.code = code
        self.results = results


class Result(msgspec.Struct, rename="camel"):
    """How sending to one recipient ended."""

    type: str = ""
    token: str | None = None
    retry_after_seconds: float | None = None

    def __repr__(self) -> str:
        return f"Result({self.type})"


class _Response(msgspec.Struct):
    results: list[Result] = []


class _Data(msgspec.Struct):
    response: _Response | None = None


class _Error(msgspec.Struct):
    code: int = 0
    data: msgspec.Raw = msgspec.Raw(b"null")


class _Answer(msgspec.Struct):
    """`id` and `method` tell an answer from everything else."""

    id: int | str | None = None
    method: str = ""
    result: msgspec.Raw = msgspec.Raw(b"null")
    error: _Error | None = None


_decode = msgspec.json.Decoder(_Answer).decode
_decode_data = msgspec.json.Decoder(_Data | None).decode
_encode = msgspec.json.Encoder().encode

Place = Path | tuple[str, int]
"""A UNIX socket, or host and port."""


class Line(asyncio.Protocol):
    """One connection. `on_line(line)` gets what is no answer; `ended` is done once the connection is."""

    def __init__(self, on_line: Callable[[bytes], None]) -> None:
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.junk = 0
        """Lines that are no JSON-RPC."""
        self._on_line = on_line
        self._transport: asyncio.Transport | None = None
        self._rest = b""
        self._numbers = itertools.count(1)
        self._asked: dict[int, asyncio.Future[bytes]] = {}

    def __repr__(self) -> str:
        return "Line()"

    @classmethod
    async def open(cls, place: Place, on_line: Callable[[bytes], None]) -> Line:
        """Raises `Cut` where nobody listens there."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                if isinstance(place, Path):
                    _, line = await loop.create_unix_connection(lambda: cls(on_line), str(place))
                else:
                    _, line = await loop.create_connection(lambda: cls(on_line), *place)
        except (OSError, TimeoutError):
            raise Cut from None
        return line

    async def call(
        self, method: str, params: Mapping[str, object] | None = None, seconds: float = CALL_SECONDS
    ) -> bytes:
        """The result of one call, as JSON. Raises `Refusal`, and `Cut`."""
        transport = self._transport
        if transport is None or transport.is_closing():
            raise Cut
        number = next(self._numbers)
        asked = self._asked[number] = asyncio.get_running_loop().create_future()
        transport.write(
            _encode({"jsonrpc": "2.0", "id": number, "method": method, "params": params or {}}) + b"\n"
        )
        try:
            async with asyncio.timeout(seconds):
                told: bytes = await asked
                return told
        except TimeoutError:
            raise Cut from None
        finally:
            del self._asked[number]

    def pause(self) -> None:
        """Take nothing more in until `go_on`: the daemon keeps it."""
        if self._transport is not None and self._transport.is_reading():
            self._transport.pause_reading()

    def go_on(self) -> None:
        if self._transport is not None and not self._transport.is_reading():
            self._transport.resume_reading()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """End it now: a daemon that takes nothing in any more would keep `close` waiting for ever."""
        if self._transport is not None:
            self._transport.abort()

    # --- asyncio.Protocol -----------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment] # a stream's: uvloop's are no subclass of asyncio's

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._transport = None
        for asked in self._asked.values():
            if not asked.done():
                asked.set_exception(Cut())
        if not self.ended.done():
            self.ended.set_result(None)

    def data_received(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n") if self._rest else data.split(b"\n")
        for line in lines:
            if line.strip():
                self._take(line)
        if len(self._rest) > LONGEST_LINE and self._transport is not None:
            self.junk += 1
            self._rest = b""
            self._transport.abort()

    def _take(self, line: bytes) -> None:
        try:
            answer = _decode(line)
        except (msgspec.DecodeError, ValueError, RecursionError):
            self.junk += 1
            return
        if answer.method:
            self._on_line(line)
            return
        asked = self._asked.get(answer.id) if isinstance(answer.id, int) else None
        if asked is None or asked.done():
            return
        if answer.error is None:
            asked.set_result(bytes(answer.result))
        else:
            asked.set_exception(Refusal(answer.error.code, _results(answer.error.data)))


def _results(data: msgspec.Raw) -> tuple[Result, ...]:
    try:
        told = _decode_data(data)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return ()
    return tuple(told.response.results) if told is not None and told.response is not None else ()
