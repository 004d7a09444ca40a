"""How a running instance is at this moment, for whoever asks (`handlers.metrics`, `handlers.status`).

Here: counting what the store holds, asking the machine, nothing rounded. Never here: who, what was told, and
what of this leaves the process. Figures for programs are rounded in `handlers.metrics`; the console's are for
somebody who could open the database anyway.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import shutil
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from bot.errors import SeuilError
from handlers.commands import desk_is_open
from handlers.delivery.waiting import waiting
from handlers.ground import Ground
from handlers.intake import DAY_SECONDS
from handlers.pressure import Load
from storage import Store, Written
from storage.changes import CaseState

OPEN_STATES: tuple[CaseState, ...] = ("waiting", "claimed", "escalated", "quarantined")
"""Of cases that somebody has still to look at."""

MOST_COMMANDS = 1000
"""Commands in the desk's queue that are counted; they are few."""

STORE_SECONDS = 5.0
"""A store that did not answer for so long does not answer."""

BEAT_SECONDS = 1.0

_STARTED = time.time()


@dataclass(frozen=True, slots=True)
class Door:
    """A channel that is open. `how`: in what way, for people."""

    name: str
    how: str
    is_listening: Callable[[], bool] = field(repr=False)
    version: Callable[[], str] = field(default=lambda: "", repr=False)
    """Of the program behind it, as digits and points; empty where there is none."""
    hears: bool = True
    """False for a desk apart, which speaks and hears nobody."""


@dataclass(frozen=True, slots=True)
class Process:
    """This process. None where the machine does not tell."""

    pid: int
    started: float
    """Seconds since 1970."""
    cpu_seconds: float
    memory_bytes: int | None
    files: int | None
    most_files: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What the store holds. `seconds`: how long one look-up took."""

    seconds: float
    drafts: int
    cases: Mapping[str, int]
    oldest_days: int
    """Since the day the oldest waiting case came; 0 without one."""
    errands: int
    commands: int
    digests: Mapping[str, int]
    deliveries: Mapping[str, int]
    is_desk_open: bool
    is_digest_held_up: bool
    """Something is to be made or sent, and the desk is locked."""


@dataclass(frozen=True, slots=True)
class Vitals:
    process: Process
    doors: tuple[tuple[Door, bool], ...]
    """And whether each is heard through."""
    is_desk_open: bool
    kept: Kept | None
    """None: the store does not answer."""
    keeper: str
    written: Written | None
    """None where the keeper does not count."""
    free_bytes: int
    disk_bytes: int
    speaking: int
    unreached: int
    load: Load
    late_seconds: float


class Beat:
    """How late the loop is: a bell that should ring every second, and by how much it came later at worst."""

    def __init__(self) -> None:
        self._worst = 0.0
        self._due = 0.0
        self._bell: asyncio.TimerHandle | None = None

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._due = loop.time() + BEAT_SECONDS
        self._bell = loop.call_at(self._due, self._ring)

    def stop(self) -> None:
        if self._bell is not None:
            self._bell.cancel()

    def worst(self) -> float:
        """Seconds, since this was last asked."""
        worst, self._worst = self._worst, 0.0
        return worst

    def _ring(self) -> None:
        self._worst = max(self._worst, asyncio.get_running_loop().time() - self._due)
        self.start()


class Watched(Protocol):
    """A process of an instance, whichever part of the work it does."""

    @property
    def ground(self) -> Ground: ...

    @property
    def speaking(self) -> int:
        """People whose turn is being worked on."""
        ...

    @property
    def unreached(self) -> int:
        """People whom the network did not take an answer for."""
        ...

    @property
    def load(self) -> Load: ...

    @property
    def desk_is_open(self) -> bool | None:
        """None: the desk is another process, and its lease in the store says."""
        ...


async def vitals(watched: Watched, doors: Sequence[Door], beat: Beat | None = None) -> Vitals:
    """All of it, now. Raises nothing: a store that does not answer is told as one."""
    disk = shutil.disk_usage(watched.ground.settings.data)
    store, here = watched.ground.store, watched.desk_is_open
    kept = await _kept(watched)
    written = getattr(store, "written", None)
    return Vitals(
        process=process(),
        doors=tuple((door, door.is_listening()) for door in doors),
        is_desk_open=here if here is not None else kept is not None and kept.is_desk_open,
        kept=kept,
        keeper=keeper(store),
        written=written if isinstance(written, Written) else None,
        free_bytes=disk.free,
        disk_bytes=disk.total,
        speaking=watched.speaking,
        unreached=watched.unreached,
        load=watched.load,
        late_seconds=beat.worst() if beat is not None else 0.0,
    )


async def answers(store: Store) -> bool:
    """Whether the store answers."""
    try:
        async with asyncio.timeout(STORE_SECONDS):
            await store.meta("")
    except (SeuilError, OSError, RuntimeError, TimeoutError):
        return False
    return True


def keeper(store: Store) -> str:
    """memory, sqlite, postgres: the module it is written in."""
    return type(store).__module__.rpartition(".")[2]


async def _kept(watched: Watched) -> Kept | None:
    try:
        async with asyncio.timeout(STORE_SECONDS):
            return await _counted(watched)
    except (SeuilError, OSError, RuntimeError, TimeoutError):
        return None


async def _counted(watched: Watched) -> Kept:
    store, now = watched.ground.store, watched.ground.clock()
    began = time.perf_counter()
    await store.meta("")
    seconds = time.perf_counter() - began
    cases = await store.count_cases(*OPEN_STATES)
    today = int(now // DAY_SECONDS)
    here = watched.desk_is_open
    is_open = await desk_is_open(store, now) if here is None else here
    waits = None if is_open else await waiting(watched.ground.members, int(now // 60))
    return Kept(
        seconds,
        await store.count_drafts(),
        {state: count for state, (count, _) in cases.items()},
        max(0, today - cases["waiting"][1]) if "waiting" in cases else 0,
        await store.count_errands(),
        len(await store.commands(MOST_COMMANDS)),
        Counter(row.state for row in await store.digests()),
        Counter(row.state for row in await store.deliveries()),
        is_open,
        waits is not None,
    )


def process() -> Process:
    used = resource.getrusage(resource.RUSAGE_SELF)
    memory = files = None
    with contextlib.suppress(OSError, ValueError, IndexError):  # no /proc: not Linux
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
        memory = pages * resource.getpagesize()
        files = len(os.listdir("/proc/self/fd"))
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return Process(os.getpid(), _STARTED, used.ru_utime + used.ru_stime, memory, files, most)
