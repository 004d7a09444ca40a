"""A signal-cli daemon that is made up: JSON-RPC over a UNIX socket, as strict as the real one where we
use it.

    async with FakeSignal(place) as fake:
        ana = fake.person()
        ana.says("bonjour")
        await fake.until(lambda: ana.shown)

It tells a thing once (`told`), as the real one was seen to: a line written to a client that dies is gone.
What comes while nobody subscribed waits. Notifications have the shape of those recorded from signal-cli
0.13.19.
What a client must never do is in `faults`.
"""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ACCOUNT = "+15550100001"
PATIENCE = 15.0
DATA_URI = re.compile(r"data:[\w.+-]+/[\w.+-]+;filename=[^;/]+;base64,[A-Za-z0-9+/=]+")

PARAMETERS = {
    "version": set(),
    "listAccounts": set(),
    "subscribeReceive": {"account"},
    "unsubscribeReceive": {"account", "subscription"},
    "send": {"account", "recipient", "groupId", "message", "attachment"},
    "remoteDelete": {"account", "recipient", "groupId", "targetTimestamp"},
    "updateContact": {"account", "recipient", "expiration"},
    "updateAccount": {"account", "username", "discoverableByNumber", "numberSharing"},
    "submitRateLimitChallenge": {"account", "challenge", "captcha"},
}


@dataclass(slots=True)
class Shown:
    """A message of the bot on a phone."""

    timestamp: int
    text: str
    files: list[str] = field(default_factory=list)
    is_gone: bool = False


@dataclass(slots=True, eq=False)
class Phone:
    """One person; her ACI is all that anybody may know."""

    fake: FakeSignal = field(repr=False)
    aci: str
    chat: str = ""
    """Where she writes: her own chat, or a group's id."""
    timer: int = 0
    all: list[Shown] = field(default_factory=list)
    limited: tuple[str, float] | None = None
    """Signal limits what is sent to her: the captcha's token, seconds."""
    is_gone: bool = False
    is_new: bool = False
    """She has a new telephone, whose key the daemon does not trust."""

    @property
    def shown(self) -> list[str]:
        """What stands on her phone of the bot's."""
        return [each.text for each in self.all if not each.is_gone]

    def says(self, text: str | None, *, group: str = "", **more: Any) -> int:
        """A text, or anything else by the fields of a dataMessage. Its time."""
        at = self.fake.tick()
        message = {
            "timestamp": at,
            "message": text,
            "expiresInSeconds": self.timer,
            "viewOnce": False,
            **more,
        }
        if group:
            message["groupInfo"] = {"groupId": group, "groupName": "Équipe", "revision": 1, "type": "DELIVER"}
        self.fake.said = at
        self.sends(at, dataMessage=message)
        return at

    def edits(self, at: int, text: str) -> int:
        now = self.fake.tick()
        message = {"timestamp": now, "message": text, "expiresInSeconds": self.timer, "viewOnce": False}
        self.sends(now, editMessage={"targetSentTimestamp": at, "dataMessage": message})
        return now

    def sends(self, at: int, **envelope: Any) -> None:
        """Any envelope."""
        self.fake.notify(
            {
                "envelope": {
                    "source": self.aci,
                    "sourceNumber": None,
                    "sourceUuid": self.aci,
                    "sourceName": "Somebody",
                    "sourceDevice": 1,
                    "timestamp": at,
                    "serverReceivedTimestamp": at,
                    "serverDeliveredTimestamp": 0,
                    **envelope,
                },
                "account": ACCOUNT,
            }
        )

    def garbled(self) -> None:
        """Something that could not be decrypted."""
        at = self.fake.tick()
        self.fake.notify(
            {
                "envelope": {"sourceUuid": self.aci, "sourceNumber": None, "timestamp": at},
                "account": ACCOUNT,
                "exception": {"message": "decryption failed", "type": "ProtocolInvalidMessageException"},
            }
        )


class FakeSignal:
    def __init__(self, place: Path, version: str = "0.13.19") -> None:
        self.place = place
        self.version = version
        self.accounts = [ACCOUNT]
        self.people: dict[str, Phone] = {}
        self.groups: dict[str, list[Phone]] = {}
        self.calls: Counter[str] = Counter()
        self.faults: list[str] = []
        self.is_deaf = False
        """Answers nothing: it hangs."""
        self.profile: dict[str, Any] = {}
        self.said = 0
        """When somebody last said something."""
        self.told = 0
        """Notifications written to a client."""
        self.clients = 0
        self.broken: set[str] = set()
        """Methods that come to nothing: the daemon does not reach Signal."""
        self._waiting: list[dict[str, Any]] = []
        self._server: asyncio.Server | None = None
        self._subscribed: asyncio.StreamWriter | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._now = 1_795_387_340_000
        self._changed = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.die()

    async def start(self) -> None:
        self._server = await asyncio.start_unix_server(self._client, str(self.place), limit=2**24)

    def hang(self) -> None:
        """Take nothing in any more and answer nothing, and keep every connection open."""
        self.is_deaf = True
        for writer in self._open:
            writer.transport.pause_reading()  # type: ignore[attr-defined]  # a socket's can

    async def die(self) -> None:
        """The daemon ends; what people write meanwhile waits with Signal."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self._subscribed = None
        self.is_deaf = False
        for writer in list(self._open):
            writer.transport.abort()
        while self._open:  # noqa: ASYNC110 - whoever is cut off ends at once
            await asyncio.sleep(0)
        self.place.unlink(missing_ok=True)
        self._ring()

    # --- people ---------------------------------------------------------------------------------------------

    def person(self) -> Phone:
        phone = Phone(self, str(uuid.UUID(int=0xA11CE000000000000000000000000000 + len(self.people))))
        self.people[phone.aci] = phone
        return phone

    def group(self, *members: Phone) -> str:
        id = f"Z3JvdXBpZ3JvdXBpZ3JvdXBpZ3JvdXBpZ3JvdXA{len(self.groups)}="
        self.groups[id] = list(members)
        return id

    def tick(self) -> int:
        """The time, in milliseconds: never the same twice."""
        self._now += 1000
        return self._now

    def notify(self, params: dict[str, Any]) -> None:
        if self._subscribed is None:
            self._waiting.append(params)
            return
        self._tell(params)

    def junk(self, line: bytes) -> None:
        """Write bytes to who listens."""
        assert self._subscribed is not None
        self._subscribed.write(line + b"\n")

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until something is so; looked at whenever something happened here."""
        async with asyncio.timeout(PATIENCE):
            while not holds():
                self._changed.clear()
                await self._changed.wait()

    def _ring(self) -> None:
        self._changed.set()

    def ring(self) -> None:
        """Something happened that the daemon cannot see."""
        self._changed.set()

    # --- JSON-RPC -------------------------------------------------------------------------------------------

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        self.clients += 1
        if self.clients > 1:
            self.faults.append("two connections at once")
        try:
            while line := await reader.readline():
                if not self.is_deaf:
                    self._answer(json.loads(line), writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.clients -= 1
            self._open.discard(writer)
            if self._subscribed is writer:
                self._subscribed = None
            writer.close()
            self._ring()

    def _answer(self, asked: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        method, params = asked["method"], asked["params"]
        self.calls[method] += 1
        known = PARAMETERS.get(method)
        if known is None or not set(params) <= known:
            self.faults.append(f"{method} does not take this")
        told: dict[str, Any] = {"jsonrpc": "2.0", "id": asked["id"]}
        try:
            told["result"] = self._call(method, params, writer)
        except Fault as fault:
            told["error"] = {"code": fault.code, "message": "…", "data": fault.data}
        writer.write(json.dumps(told).encode() + b"\n")
        if method == "subscribeReceive":
            waiting, self._waiting = self._waiting, []
            for params in waiting:
                self._tell(params)
        self._ring()

    def _tell(self, params: dict[str, Any]) -> None:
        assert self._subscribed is not None
        self.told += 1
        line = {"jsonrpc": "2.0", "method": "receive", "params": {"subscription": 0, "result": params}}
        self._subscribed.write(json.dumps(line).encode() + b"\n")

    def _call(self, method: str, params: dict[str, Any], writer: asyncio.StreamWriter) -> Any:
        if method == "version":
            return {"version": self.version}
        if method == "listAccounts":
            return [{"number": number} for number in self.accounts]
        if params.get("account") not in self.accounts:
            raise Fault(-32602)
        if method in self.broken:
            raise Fault(-3)
        match method:
            case "subscribeReceive":
                if self._subscribed is not None:
                    self.faults.append("subscribed twice")
                self._subscribed = writer
                return 0
            case "unsubscribeReceive":
                self._subscribed = None
            case "updateAccount":
                self.profile |= {name: value for name, value in params.items() if name != "account"}
            case "updateContact":
                self.people[params["recipient"]].timer = params["expiration"]
            case "submitRateLimitChallenge":
                self._solved(params)
            case "send" | "remoteDelete":
                return self._each(method, params)
            case _:
                raise Fault(-32601)
        return {}

    def _solved(self, params: dict[str, Any]) -> None:
        if not params["captcha"].startswith("signalcaptcha://"):
            raise Fault(-6)
        for phone in self.people.values():
            if phone.limited and phone.limited[0] == params["challenge"]:
                phone.limited = None

    def _each(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        at = self.tick()
        phones = self._to(params)
        results = []
        for phone in phones:
            result: dict[str, Any] = {"recipientAddress": {"uuid": phone.aci, "number": None}}
            if phone.is_gone:
                result["type"] = "UNREGISTERED_FAILURE"
            elif phone.is_new:
                result["type"] = "IDENTITY_FAILURE"
            elif phone.limited is not None:
                token, seconds = phone.limited
                result |= {"type": "RATE_LIMIT_FAILURE", "token": token, "retryAfterSeconds": seconds}
            else:
                result["type"] = "SUCCESS"
                self._reaches(method, params, phone, at)
            results.append(result)
        if all(result["type"] != "SUCCESS" for result in results):
            limited = any(result["type"] == "RATE_LIMIT_FAILURE" for result in results)
            raise Fault(-5 if limited else -1, {"response": {"timestamp": at, "results": results}})
        return {"timestamp": at, "results": results}

    def _to(self, params: dict[str, Any]) -> list[Phone]:
        if "groupId" in params:
            (id,) = params["groupId"]
            if id not in self.groups:
                raise Fault(-1)  # no such group, or we were put out
            return self.groups[id]
        (aci,) = params["recipient"]
        if aci not in self.people:
            self.faults.append("sent to nobody")
            raise Fault(-32603)
        return [self.people[aci]]

    def _reaches(self, method: str, params: dict[str, Any], phone: Phone, at: int) -> None:
        if method == "remoteDelete":
            for message in phone.all:
                if message.timestamp == params["targetTimestamp"]:
                    message.is_gone = True
                    return
            self.faults.append("deleted what was never sent")
            return
        text, files = params.get("message", ""), params.get("attachment", [])
        if not text and not files:
            self.faults.append("an empty message")
        if len(text.encode()) > 2000:
            self.faults.append("a message that travels as an attachment")
        self.faults += ["no data URI" for file in files if not DATA_URI.fullmatch(file)]
        phone.all.append(Shown(at, text, list(files)))


class Fault(Exception):
    def __init__(self, code: int, data: Any = None) -> None:
        super().__init__(code)
        self.code = code
        self.data = data
