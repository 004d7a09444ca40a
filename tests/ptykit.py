"""A terminal for the programs that are made for one: it is read until it says something, and typed to.

Never here: what is promised.
"""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import time
from collections.abc import Mapping, Sequence
from types import TracebackType

PATIENCE_SECONDS = 60.0
"""How long a program may take to say what is waited for: scrypt takes some seconds on a busy machine."""

FROM_A_TERMINAL = (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP)
"""What somebody at a terminal sends with a key, or by closing it."""


class Terminal:
    """`python -m bot …` in a terminal of its own; `with` sees to its end."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str], cwd: str) -> None:
        self.heard = ""
        """All that was on the terminal, control sequences included."""
        self._at = 0
        self._pid, self._handle = pty.fork()
        if self._pid == 0:  # pragma: no cover - this is the other process
            os.chdir(cwd)
            for number in FROM_A_TERMINAL:
                # Whoever was started in the background ignores these, and so would all it starts.
                signal.signal(number, signal.SIG_DFL)
            os.execve(argv[0], list(argv), dict(env))  # noqa: S606 - a program of the test itself, no shell
        self.code: int | None = None

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        if self.code is None:
            os.kill(self._pid, signal.SIGKILL)
            self._reap()
        os.close(self._handle)

    def until(self, pattern: str) -> re.Match[str]:
        """Wait until the terminal has said this, after what was waited for last."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while True:
            found = re.compile(pattern, re.DOTALL).search(self.heard, self._at)
            if found:
                self._at = found.end()
                return found
            assert self._read(give_up), f"not said: {pattern!r}; last words: {self.heard[-600:]!r}"

    def type(self, line: str) -> None:
        os.write(self._handle, line.encode() + b"\n")

    def end(self) -> int:
        """The exit code, once it ended by itself."""
        while self._read(give_up := time.monotonic() + PATIENCE_SECONDS):
            pass
        assert time.monotonic() < give_up, f"it did not end; last words: {self.heard[-600:]!r}"
        self._reap()
        assert self.code is not None
        return self.code

    def _reap(self) -> None:
        self.code = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])

    def _read(self, give_up: float) -> bool:
        ready, _, _ = select.select([self._handle], [], [], max(0.0, give_up - time.monotonic()))
        if not ready:
            return False
        try:
            more = os.read(self._handle, 65_536)
        except OSError:  # how a terminal says on Linux that the program has ended
            return False
        self.heard += more.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(more)
