"""The bot as a process of its own: started on its own processor, weighed, killed.

The harness takes the last processor, the bot the first: neither takes time from the other. Where there is one
processor only, or the system does not let us choose, both share what there is.
"""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
"""Of processor time, a second."""


def processors() -> tuple[set[int], set[int]]:
    """For the bot, for the harness."""
    if not hasattr(os, "sched_getaffinity"):
        return set(), set()
    everyone = sorted(os.sched_getaffinity(0))
    return {everyone[0]}, {everyone[-1]}


BOTS, OURS = processors()


def take_place() -> None:
    """This process onto the harness's processor, with as many open files as the system gives."""
    if OURS:
        os.sched_setaffinity(0, OURS)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@contextmanager
def on(processors: set[int]) -> Iterator[None]:
    """What is started here runs there."""
    if not processors:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, processors)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@dataclass(frozen=True, slots=True)
class Weight:
    """Of a process and all it started."""

    processor: float
    """Seconds it has used."""
    memory: int
    """Bytes it holds now."""


class Running:
    """A command, started and started again; `log` takes all it says."""

    def __init__(
        self,
        command: Sequence[str],
        env: Mapping[str, str],
        folder: Path,
        log: Path,
        *,
        spread: bool = False,
    ) -> None:
        """`spread`: on every processor, where several share them; else on the bots' own."""
        self._command = list(command)
        self._on = BOTS | OURS if spread else BOTS
        self._env = dict(env)
        self._folder = folder
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self.began = 0.0

    def start(self) -> None:
        self.began = time.perf_counter()
        with self._log.open("ab") as log, on(self._on):
            self._process = subprocess.Popen(
                self._command,
                env=self._env,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Of the last start. Raises AssertionError before the first."""
        assert self._process is not None
        return self._process.pid

    @property
    def exit_code(self) -> int:
        """Of the last start; 0 while it runs, and before."""
        return (self._process.poll() if self._process is not None else None) or 0

    def last_words(self) -> str:
        """How it ended and the last lines it said, for who must find out why it stopped."""
        code = self._process.poll() if self._process is not None else None
        said = self._log.read_text("utf-8", "replace").strip().splitlines()
        how = "" if code is None else f"it ended with {code}; "
        return how + (" ".join(said[-3:]) if said else "it said nothing")

    def kill(self) -> None:
        """kill -9, of all it started."""
        if self._process is not None and self.is_running:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    async def stop(self, within: float = 15.0) -> None:
        """Ask it to end, and end it where it does not."""
        process = self._process
        if process is None or not self.is_running:
            return
        process.terminate()
        until = time.perf_counter() + within
        # the Bot API is still served meanwhile: a bot ends what it began
        while self.is_running and time.perf_counter() < until:  # noqa: ASYNC110 - a process has no event
            await asyncio.sleep(0.02)
        self.kill()

    def weight(self) -> Weight:
        return weigh(self._process.pid) if self._process is not None and self.is_running else Weight(0, 0)


def weigh(leader: int) -> Weight:
    """The whole group of a process. Raises nothing for what ended meanwhile: it weighs nothing."""
    processor, pages = 0.0, 0
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            stat = (folder / "stat").read_text("ascii", "replace")
        except OSError:
            continue
        values = stat[stat.rfind(")") + 2 :].split()
        if int(values[2]) == leader:
            processor += (int(values[11]) + int(values[12])) / TICKS
            pages += int(values[21])
    return Weight(processor, pages * resource.getpagesize())
