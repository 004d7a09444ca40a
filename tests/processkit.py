"""A `python -m bot …` in a process of its own: what it says, and how it ends.

Never here: what is promised, and how many there are (`tests.fleetkit`).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 30.0
"""Seconds. A start takes two of them on a machine that does nothing else, and what a killed worker owed is
taken over after ten at the most."""


class Process:
    """With what it said on standard error."""

    def __init__(self, process: asyncio.subprocess.Process, patience: float) -> None:
        self.process = process
        self.patience = patience
        self.err = ""

    async def says(self, words: str, *, times: int = 1) -> None:
        """Wait until standard error holds these words."""
        assert self.process.stderr
        async with asyncio.timeout(self.patience):
            while self.err.count(words) < times:
                read = await self.process.stderr.read(4096)
                assert read, self.err
                self.err += read.decode()

    async def ended(self, *, by: signal.Signals | None = None) -> tuple[int, str]:
        """Its exit code and standard output, once it is over."""
        if by is not None and self.process.returncode is None:
            self.process.send_signal(by)
        out, err = await asyncio.wait_for(self.process.communicate(), self.patience)
        self.err += err.decode()
        return self.process.returncode or 0, out.decode()

    async def end(self, by: signal.Signals = signal.SIGTERM) -> int:
        """End it, and wait until it has; it said nothing on standard output. Its exit code."""
        code, out = await self.ended(by=by)
        assert out == ""
        return code


@contextlib.asynccontextmanager
async def started(
    env: dict[str, str],
    *args: str,
    stdin: int = asyncio.subprocess.DEVNULL,
    closed: bool = False,
    folder: Path = ROOT,
    patience: float = PATIENCE,
    module: str = "bot",
) -> AsyncIterator[Process]:
    """`closed`: without a standard input, as a service may be. `module`: what is run in the bot's place."""
    command = [sys.executable, "-m", module, *args]
    if closed:
        command = ["sh", "-c", 'exec "$@" <&-', "sh", *command]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env={**os.environ, **env, "PYTHONPATH": str(ROOT)},
        stdin=stdin,
        stdout=pipe,
        stderr=pipe,
    )
    try:
        yield Process(process, patience)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
