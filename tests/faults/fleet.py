"""The processes of one Seuil and what they stand on: a disk, wires, a database, the Bot API.

    async with Fleet(keeper="postgresql", …) as fleet:
        await fleet.start("bot"); fleet.kill("bot"); …

Whoever ends by himself is started again, as a service manager does it (docs/deploy/seuil.service), and
counted.

Never here: what befalls it, and who talks to it.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from benchmarks.crowd.api import Api
from benchmarks.crowd.needs import free_port
from benchmarks.crowd.post import Post
from benchmarks.crowd.process import Running
from benchmarks.crowd.stands import COMPILED
from benchmarks.crowd.ways import HOOK, TOKEN
from bot.errors import SeuilError
from bot.secret import SecretStr
from bot.settings import Settings
from handlers import console
from handlers.instance import open_instance, passphrase_at_hand
from handlers.members import Members
from storage import Store
from tests.faults.disks import Disk
from tests.faults.driven import move
from tests.faults.strict import StrictApi
from tests.faults.wires import Wire
from tests.pgkit import SOCKET, Server
from tests.stage import HOUSE
from tests.telegram_crash import ROOT, _cheap_keys

Keeper = Literal["sqlite", "postgresql"]
Mode = Literal["polling", "webhook"]

START_SECONDS = 60.0
AGAIN_SECONDS = 0.5
"""A service manager waits longer; nobody has that time here."""

STAYS_DOWN = frozenset({3, 4, 5, 7, 8})
"""Exit codes after which a service is not started again (RestartPreventExitStatus)."""

DATA_MIB, CLUSTER_MIB = 192, 768
"""Small enough to be filled at once, large enough for an hour of people."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What an instance keeps, and whose it is."""

    store: Store
    members: Members
    close: Callable[[], Awaitable[None]]


class Fleet:
    """One instance. `wires` and `disks` by name: what befalls them is somebody else's."""

    def __init__(self, keeper: Keeper, mode: Mode, chance: random.Random, restarts: Counter[str]) -> None:
        self.keeper, self.mode = keeper, mode
        self.chance = chance
        self.post = Post()
        self.api: Api = StrictApi(self.post)
        self.wires: dict[str, Wire] = {}
        self.disks: dict[str, Disk] = {}
        self.server: Server | None = None
        self.restarts = restarts
        self.stayed_down = 0
        self.leak = 0
        """Bytes a turn that are put in on purpose."""
        self.ahead = 0.0
        """Seconds the instance's clock is ahead."""
        self.moved: Callable[[], None] = _nothing
        """Called when the clock was moved…"""
        self.forgot: Callable[[], None] = _nothing
        """…and when the memory that holds the keys of drafts is gone."""
        self.bots: dict[str, Running] = {}
        self._wanted: set[str] = set()
        self._minding: asyncio.Task[None] | None = None
        self._stack = AsyncExitStack()

    @property
    def has(self) -> set[str]:
        """What there is that something can befall."""
        there = {f"wire {name}" for name in self.wires} | {f"kill {name}" for name in self.bots}
        there |= {f"disk {name}" for name, disk in self.disks.items() if disk.is_small}
        return there | ({"postgresql"} if self.server is not None else set()) | {"clock"}

    def now(self) -> float:
        """Seconds since 1970 by the instance's clock."""
        return time.time() + self.ahead

    # --- building and taking down ---------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        try:
            await self._build()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._minding is not None:
            self._minding.cancel()
        for bot in self.bots.values():
            bot.kill()
        await self._stack.aclose()

    def _make_folder(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="seuil-faults-"))
        self._stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self.clock = self.folder / "clock"

    async def _build(self) -> None:
        self._make_folder()
        shelf = Path(tempfile.mkdtemp(dir="/dev/shm", prefix="seuil-faults-"))
        self._stack.callback(shutil.rmtree, shelf, ignore_errors=True)
        move(self.clock, 0.0)
        disk = self._disk("data", DATA_MIB)
        store = await self._keep()
        self.settings = Settings(
            data=disk.place / "data",
            shelf=shelf / "keys",
            store=SecretStr(store),
            operator_name=HOUSE.operator,
            operator_contact=HOUSE.contact,
        )
        _cheap_keys(self.settings)
        told = await self._telegram()
        if self.mode == "webhook":
            listen = free_port()
            hook = await self._wire("hook", ("127.0.0.1", listen))
            told["SEUIL_TELEGRAM_WEBHOOK"] = f"http://127.0.0.1:{hook.port}{HOOK}"
            told["SEUIL_TELEGRAM_LISTEN"] = f"127.0.0.1:{listen}"
        told["SEUIL_DATA"] = str(self.settings.data)
        told["SEUIL_SHELF"] = str(self.settings.shelf)
        told["SEUIL_STORE"] = store
        self._add("bot", ("run",), told)
        self._minding = asyncio.get_running_loop().create_task(self._mind())

    async def _telegram(self) -> dict[str, str]:
        """The Bot API, behind a wire, as the instance is told of it."""
        base = await self.api.serve()
        self._stack.callback(self.api.close)
        wire = await self._wire("api", ("127.0.0.1", int(base.rpartition(":")[2])))
        return {"SEUIL_TELEGRAM_API": f"http://127.0.0.1:{wire.port}", "SEUIL_TELEGRAM_TOKEN": TOKEN}

    async def opened(self) -> Opened:
        """What is kept, while no process of ours runs."""
        instance = await open_instance(self.settings, clock=self.now)
        return Opened(instance.store, instance.members, instance.close)

    async def _keep(self) -> str:
        """Where everything is kept; the url as the instance is told it."""
        if self.keeper == "sqlite":
            return ""
        disk = self._disk("pg", CLUSTER_MIB)
        self.server = server = await asyncio.to_thread(Server, above=disk.place)
        self._stack.callback(server.stop)
        wire = await self._wire("postgresql", str(server.sockets / SOCKET))
        return f"postgresql://seuil@127.0.0.1:{wire.port}/postgres?sslmode=disable"

    def _disk(self, name: str, mib: int) -> Disk:
        disk = self.disks[name] = Disk(mib, name)
        self._stack.callback(disk.remove)
        return disk

    async def _wire(self, name: str, target: tuple[str, int] | str) -> Wire:
        wire = self.wires[name] = await self._stack.enter_async_context(Wire(target, self.chance))
        return wire

    def _add(self, name: str, arguments: tuple[str, ...], told: Mapping[str, str]) -> None:
        command = (sys.executable, "-m", "tests.faults.driven", str(self.clock), *arguments)
        self.bots[name] = Running(command, self._env(told), self.folder, self.log(name))

    def _env(self, told: Mapping[str, str]) -> dict[str, str]:
        env = {name: value for name, value in os.environ.items() if not name.startswith("SEUIL_")}
        return {
            **env,
            "PYTHONPATH": str(ROOT),
            # compiled once, as where it is installed
            "PYTHONPYCACHEPREFIX": str(COMPILED),
            "PYTHONDONTWRITEBYTECODE": "",
            "SEUIL_OPERATOR_NAME": HOUSE.operator,
            "SEUIL_OPERATOR_CONTACT": HOUSE.contact,
            "SEUIL_LOG_LEVEL": "DEBUG",
            "SEUIL_DESK_IDLE_MINUTES": "480",
            "DRIVEN_LEAK": str(self.leak),
            **told,
        }

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    # --- processes ------------------------------------------------------------------------------------------

    async def start(self, name: str) -> None:
        """Start it, and wait until it serves. It may end meanwhile, and be started again by who minds it."""
        self._wanted.add(name)
        if not self.bots[name].is_running:
            self._begin(name)
        await self.listens()

    def _begin(self, name: str) -> None:
        self.post.asked = 0
        self.bots[name].start()

    async def listens(self) -> None:
        """Somebody hears what Telegram brings. Raises AssertionError where nobody does for a minute."""
        until = time.monotonic() + START_SECONDS
        while not (self.post.asked or self.api.webhook is not None):
            assert time.monotonic() < until, f"nobody hears: {self.last_words()}"
            await asyncio.sleep(0.01)

    def kill(self, name: str) -> None:
        self._wanted.discard(name)
        self.bots[name].kill()

    async def end(self, name: str) -> None:
        """As asked: SIGTERM, and what was begun is finished."""
        self._wanted.discard(name)
        await self.bots[name].stop(within=40.0)

    def last_words(self) -> str:
        return "; ".join(f"{name}: {bot.last_words()}" for name, bot in self.bots.items())

    async def _mind(self) -> None:
        """Start again whoever ended by himself."""
        while True:
            await asyncio.sleep(AGAIN_SECONDS)
            for name in sorted(self._wanted):
                bot = self.bots[name]
                if bot.is_running:
                    continue
                code = bot.exit_code
                self.restarts[f"{name} ended with {code}"] += 1
                self.stayed_down += code in STAYS_DOWN
                self._begin(name)

    # --- the clock and the desk -----------------------------------------------------------------------------

    def move(self, seconds: float) -> None:
        """In one instant of everybody's: whoever may have lost her draft is known to have."""
        self.ahead += seconds
        move(self.clock, self.ahead)
        self.moved()

    async def unlock(self) -> bool:
        """Open the desk, as somebody at the console does it. Whether it is open."""
        with suppress(SeuilError, OSError):
            await console.ask(self.settings.data, "unlock", passphrase_at_hand(self.settings) or "")
            return True
        return False

    async def wake(self) -> None:
        """The database runs, whatever ended it."""
        if self.server is not None and not self.server.is_running:
            await asyncio.to_thread(self.server.start)


def _nothing() -> None:
    """Nobody asked to be told."""
