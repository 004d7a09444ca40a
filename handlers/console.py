"""The console's line to a running program: a socket only its owner can open, for unlocking and locking the
desk.

A passphrase is typed at the console and travels here, never through a chat. One request a connection, one
line of JSON each way.

Never here: what unlocking means (`handlers.desk`).
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path

from bot.errors import AlreadyRunning, KeyFileError, SeuilError

NAME = "console.sock"
LONGEST_LINE = 4096
"""Bytes. A passphrase of a hundred words is a tenth of it."""

SECONDS = 30
"""How long the console waits: unlocking takes about two seconds of scrypt."""

Answer = Mapping[str, str]
Request = Callable[[str], Awaitable[Answer]]


class Console:
    """Listens in `folder`. `requests`: what can be asked, by name."""

    def __init__(self, folder: Path, requests: Mapping[str, Request]) -> None:
        self._path = folder / NAME
        self._requests = requests
        self._server: asyncio.AbstractServer | None = None

    async def open(self) -> None:
        with suppress(FileNotFoundError):
            self._path.unlink()
        mask = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(self._answer, self._path, limit=LONGEST_LINE)
        finally:
            os.umask(mask)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            with suppress(FileNotFoundError):
                self._path.unlink()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            answer = await self._asked(await reader.readline())
        except SeuilError as error:
            answer = {"error": str(error), "hint": error.hint, "code": str(error.exit_code)}
        except (ValueError, TypeError, KeyError, asyncio.LimitOverrunError):
            answer = {
                "error": "The request was not understood.",
                "hint": "Use the console of the same version.",
            }
        writer.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
        with suppress(ConnectionError):
            await writer.drain()
        writer.close()

    async def _asked(self, line: bytes) -> Answer:
        asked = json.loads(line)
        return await self._requests[asked["ask"]](asked.get("with", ""))


async def ask(folder: Path, what: str, with_: str = "") -> Answer:
    """Ask the program that runs on `folder`. Raises what it raised, or `AlreadyRunning` when none listens."""
    try:
        reader, writer = await asyncio.open_unix_connection(folder / NAME)
    except (FileNotFoundError, ConnectionError):
        raise AlreadyRunning(
            "No running Seuil answers for this instance.",
            hint="Start it with `make run` in another terminal (a desk apart: `python -m bot desk`).",
        ) from None
    writer.write(json.dumps({"ask": what, "with": with_}).encode() + b"\n")
    try:
        answer: Answer = json.loads(await asyncio.wait_for(reader.readline(), SECONDS))
    except (TimeoutError, ValueError):
        raise AlreadyRunning(
            "The running Seuil did not answer.", hint="Look at its log, then ask again."
        ) from None
    finally:
        writer.close()
    if "error" in answer:
        kinds = {str(kind.exit_code): kind for kind in SeuilError.__subclasses__()}
        raise kinds.get(answer.get("code", ""), KeyFileError)(answer["error"], hint=answer.get("hint", ""))
    return answer
