"""The Signal daemon as far as bots need it here: JSON-RPC over a UNIX socket; people are `crowd.people`.

It is lenient on purpose: a strict one is what the tests have, this one must cost little. What is not
simulated: cryptography and Signal's servers (`benchmarks.signal` measures a real daemon), groups, files.

Half of the network's round trip passes before a call is heard, half before its answer arrives.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from benchmarks.crowd.learning import Unanswered, learn
from benchmarks.crowd.people import Crowd, Lesson, Person
from benchmarks.crowd.plans import Plan, Say
from benchmarks.crowd.process import Running
from benchmarks.crowd.stands import START_SECONDS, NotStarted, Place, Way
from benchmarks.turns import WAY

ACCOUNT = "+15550100001"
SOCKET = "signal.sock"

TYPED: Plan = (Say("/start"), *(Say(text) for _, text in WAY[1:]))
"""The way of `benchmarks.turns`: nothing is pressed, for there are no buttons."""

ACI = "00000000-0000-4000-8000-%012d"
"""Of a chat."""


def arrived(chat: int, message: int, text: str) -> bytes:
    """A notification: a person typed a text."""
    del message
    return (
        b'{"jsonrpc":"2.0","method":"receive","params":{"subscription":0,"result":{"envelope":{"source":"%s",'
        b'"sourceNumber":null,"sourceUuid":"%s","sourceName":"Somebody","sourceDevice":1,"timestamp":%d,'
        b'"serverReceivedTimestamp":1,"serverDeliveredTimestamp":1,"dataMessage":{"timestamp":1,"message":%s,'
        b'"expiresInSeconds":0,"viewOnce":false}},"account":"%s"}}}\n'
        % ((aci := (ACI % chat).encode()), aci, _now(), orjson.dumps(text), ACCOUNT.encode())
    )


_last = 0


def _now() -> int:
    """Milliseconds since 1970, never the same twice: it is how Signal calls a message."""
    global _last  # noqa: PLW0603 - one clock for everybody
    _last = max(_last + 1, int(time.time() * 1000))
    return _last


class Daemon:
    """What one bot is served. `serve` opens it."""

    def __init__(self) -> None:
        self.crowd: Crowd | None = None
        self.half = 0.0
        """Half of the network's round trip, in seconds."""
        self._listening: Connection | None = None
        self._waiting: list[bytes] = []
        self._is_flushing = False
        self._server: asyncio.Server | None = None

    async def serve(self, place: Path) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_unix_server(lambda: Connection(self), str(place))

    def close(self) -> None:
        if self._server is not None:
            self._server.close()

    @property
    def is_listened_to(self) -> bool:
        return self._listening is not None

    def listens(self, connection: Connection | None) -> None:
        self._listening = connection
        self._flush()

    def lost(self, connection: Connection) -> None:
        if self._listening is connection:
            self._listening = None

    def send(self, person: Person, line: bytes) -> None:
        """Somebody said something."""
        del person
        self._waiting.append(line)
        if not self._is_flushing:
            self._is_flushing = True  # whoever acts in the same instant goes with the same write
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        self._is_flushing = False
        if self._listening is not None and self._waiting:
            lines, self._waiting = b"".join(self._waiting), []
            self._listening.reply(lines)

    def call(self, asked: dict[str, object], connection: Connection) -> bytes:
        """The answer to one call."""
        result: object = {}
        match asked["method"]:
            case "send":
                result = self._sent(asked["params"])  # type: ignore[arg-type]  # always an object
            case "version":
                result = {"version": "0.13.19"}
            case "listAccounts":
                result = [{"number": ACCOUNT}]
            case "subscribeReceive":
                result = 0
                asyncio.get_running_loop().call_soon(self.listens, connection)
            case "unsubscribeReceive":
                self.listens(None)
        return orjson.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": result}) + b"\n"

    def _sent(self, said: dict[str, list[str] | str]) -> object:
        aci, at = said["recipient"][0], _now()
        if self.crowd is not None:
            self.crowd.heard(int(aci[-12:]), str(said["message"]), None, at)
        address = {"uuid": aci, "number": None, "username": None}
        return {"timestamp": at, "results": [{"recipientAddress": address, "type": "SUCCESS"}]}


class Connection(asyncio.Protocol):
    """One connection of the bot to the daemon."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self._rest = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a stream's is always a Transport

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._daemon.lost(self)

    def data_received(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        half, replies = self._daemon.half, []
        for line in lines:
            if half:
                asyncio.get_running_loop().call_later(half, self._hear, line)
            else:
                replies.append(self._daemon.call(orjson.loads(line), self))
        if replies:
            self.reply(b"".join(replies))

    def _hear(self, line: bytes) -> None:
        self.reply(self._daemon.call(orjson.loads(line), self))

    def reply(self, data: bytes) -> None:
        if half := self._daemon.half:
            asyncio.get_running_loop().call_later(half, self._write, data)
        else:
            self._write(data)

    def _write(self, data: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(data)


@dataclass(slots=True)
class SignalStand:
    """The bot under test and its world, as `crowd.stands.Stand`."""

    daemon: Daemon
    crowd: Crowd
    bot: Running

    def worsen(self, *, round_trip: float = 0.0) -> None:
        self.daemon.half = round_trip / 2


_lessons: list[Lesson] = []
"""Learned once, for the whole run."""


async def lesson_of(crowd: Crowd) -> Lesson:
    if not _lessons:
        _lessons.append(await learn(crowd))
    return _lessons[0]


@asynccontextmanager
async def signal_stand(way: Way, place: Place) -> AsyncIterator[SignalStand]:
    """Start the bot and learn how it answers, where that is not known yet. Raises `NotStarted`."""
    daemon = Daemon()
    crowd = daemon.crowd = Crowd(way.plan, daemon.send, None, arrived)
    socket = place.folder / SOCKET
    await daemon.serve(socket)
    log = Path(tempfile.gettempdir()) / f"seuil-bench-{os.getpid()}.log"
    bot = Running(way.command, {**place.env, **way.env(str(socket))}, place.folder, log)
    try:
        bot.start()
        until = time.perf_counter() + START_SECONDS
        while not daemon.is_listened_to:
            if not bot.is_running or time.perf_counter() > until:
                raise NotStarted(bot.last_words())
            await asyncio.sleep(0.005)
        crowd.lesson = await lesson_of(crowd)
        yield SignalStand(daemon, crowd, bot)
    except Unanswered as error:
        raise NotStarted(f"{error}; {bot.last_words()}") from None
    finally:
        bot.kill()
        daemon.close()
        log.unlink(missing_ok=True)
