"""HTTP/1.1 as a bot speaks it to the Bot API: one request out of a buffer, its fields, one answer.

Never here: sockets, methods of the Bot API, what people do. Written by hand because the harness must stay
well ahead of the fastest bot it measures, on one core that it shares with the crowd: no framework does.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

import orjson

Fields = dict[str, Any]
"""The parameters of a call, by name; values are strings, or JSON values where the bot sent JSON."""

DONE = orjson.dumps({"ok": True, "result": True})
_BOUNDARY = re.compile(rb'boundary="?([^";\r\n]+)"?')
_NAME = re.compile(rb"name=\"?([^\";\r\n]+)")


class Message(NamedTuple):
    """A request or an answer. `low` is `head` in lower case; `end` is where the next one begins.

    A tuple, for it is made several times a turn and a frozen dataclass takes four times as long to make.
    """

    head: bytes
    low: bytes
    body: bytes
    end: int

    def header(self, name: bytes) -> bytes:
        """The value of a header, named in lower case; empty when it is not there."""
        start = self.low.find(b"\r\n" + name + b":")
        if start < 0:
            return b""
        stop = self.low.find(b"\r\n", start + 2)
        return self.head[start + len(name) + 3 : stop if stop >= 0 else None].strip()


def first(buffer: bytes, start: int) -> Message | None:
    """The first whole message from `start` on; None while some of it is still to come."""
    stop = buffer.find(b"\r\n\r\n", start)
    if stop < 0:
        return None
    head = buffer[start:stop]
    low = head.lower()
    at = low.find(b"\r\ncontent-length:")
    if at >= 0:
        line = low.find(b"\r\n", at + 2)
        end = stop + 4 + int(low[at + 17 : line if line >= 0 else None])
        return Message(head, low, buffer[stop + 4 : end], end) if len(buffer) >= end else None
    if b"transfer-encoding: chunked" in low:
        body, end = _chunks(buffer, stop + 4)
        return Message(head, low, body, end) if end else None
    return Message(head, low, b"", stop + 4)


def _chunks(buffer: bytes, at: int) -> tuple[bytes, int]:
    """A chunked body and where it ends; 0 while some of it is still to come."""
    chunks: list[bytes] = []
    while True:
        line = buffer.find(b"\r\n", at)
        if line < 0:
            return b"", 0
        size = int(buffer[at:line].split(b";")[0], 16)
        at = line + 2 + size + 2
        if len(buffer) < at:
            return b"", 0
        if not size:
            return b"".join(chunks), at
        chunks.append(buffer[line + 2 : at - 2])


def fields(message: Message) -> Fields:
    """What a call says, in any of the three ways bots write it: JSON, a form, multipart."""
    body = message.body
    if not body:
        return {}
    kind = message.header(b"content-type")
    if b"json" in kind or body[:1] == b"{":
        said = orjson.loads(body)
        return said if isinstance(said, dict) else {}
    if kind[:9].lower() == b"multipart":
        return _multipart(kind, body)
    return form(body)


def form(text: bytes) -> Fields:
    """`a=1&b=2`, as in a query or in a body."""
    pairs = (pair.partition("=") for pair in text.decode("ascii", "replace").split("&"))
    return {name: unquote_plus(value) if "%" in value or "+" in value else value for name, _, value in pairs}


def _multipart(kind: bytes, body: bytes) -> Fields:
    boundary = _BOUNDARY.search(kind)
    said: Fields = {}
    for part in body.split(b"--" + boundary.group(1))[1:] if boundary else ():
        head, _, value = part.partition(b"\r\n\r\n")
        if name := _NAME.search(head):
            said[name.group(1).decode()] = value[:-2].decode("utf-8", "replace")
    return said


def answer(body: bytes) -> bytes:
    return (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    ) + body


def refusal(code: int, why: str, parameters: Fields | None = None) -> bytes:
    """An error as Telegram words it."""
    said: Fields = {"ok": False, "error_code": code, "description": why}
    if parameters:
        said["parameters"] = parameters
    body = orjson.dumps(said)
    head = b"HTTP/1.1 %d Error\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    return head % (code, len(body)) + body
