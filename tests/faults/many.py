"""Two processes that listen behind nginx, two desks, PostgreSQL and Redis: what `docs/scaling.md` calls many.

What is laid out, and how each is told, is `tests.fleetkit`'s; here it stands on wires and a small disk.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from pathlib import Path

from bot.secret import SecretStr
from bot.settings import Settings
from handlers import keyring
from handlers.members import Members
from storage import open_store
from storage.key_folder import KeyFolder
from tests import fleetkit, rediskit
from tests.faults.driven import move
from tests.faults.fleet import DATA_MIB, Fleet, Opened

INTAKES, DESKS = ("intake-1", "intake-2"), ("desk-1", "desk-2")


def can_balance() -> bool:
    """Whether nginx is on this machine."""
    return shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") is not None


class Many(Fleet):
    async def _build(self) -> None:
        self._make_folder()
        move(self.clock, 0.0)
        disk = self._disk("data", DATA_MIB)
        store = await self._keep()
        self.redis = await asyncio.to_thread(rediskit.Server)
        self._stack.callback(self.redis.kill)
        shelf = await self._wire("redis", str(self.redis.socket))
        plan = fleetkit.Fleet(disk.place, store, f"redis://127.0.0.1:{shelf.port}/0", await self._telegram())
        await _made(plan)
        await self._stack.enter_async_context(plan.nginx())
        hook = await self._wire("hook", ("127.0.0.1", plan.front))
        front = {"SEUIL_TELEGRAM_WEBHOOK": f"http://127.0.0.1:{hook.port}/h"}
        aside = Path(tempfile.mkdtemp(dir="/dev/shm", prefix="seuil-faults-"))
        self._stack.callback(shutil.rmtree, aside, ignore_errors=True)
        self.settings = Settings(data=disk.place / "desk", shelf=aside / "keys", store=SecretStr(store))
        for n, name in enumerate(INTAKES):
            self._add(name, ("run", "--only", "intake"), {**plan.intake_env(n), **front})
        for name in DESKS:
            self._add(name, ("desk",), plan.desk_env)
        self._minding = asyncio.get_running_loop().create_task(self._mind())

    @property
    def has(self) -> set[str]:
        return super().has | {"redis", "many"}

    async def opened(self) -> Opened:
        store = await open_store(self.settings.store_url)
        return Opened(store, Members(store, KeyFolder(self.settings.data).instance(new=False)), store.close)

    async def unlock(self) -> bool:
        """Of two desks on one folder, the console reaches the one that came last: both are started anew, and
        whichever goes on duty opens itself."""
        for name in DESKS:
            await self.end(name)
            await self.start(name)
        return True


async def _made(plan: fleetkit.Fleet) -> None:
    """With keys under a passphrase that costs little to try: desks open at each of many starts."""
    defaults = keyring.create.__kwdefaults__
    keyring.create.__kwdefaults__ = {**defaults, "work_factor": 10}
    try:
        await plan.make()
    finally:
        keyring.create.__kwdefaults__ = defaults
