"""A fleet: several processes of one instance behind a real nginx, on a real PostgreSQL and a made-up
Telegram.

Never here: what is promised.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

from benchmarks.crowd.needs import free_port
from bot.settings import Settings
from handlers import intake_folder
from handlers.ground import house_keys
from handlers.instance import lay_keys
from storage import open_store
from tests.processkit import PATIENCE

ROOT = Path(__file__).resolve().parent.parent


class Fleet:
    """Who runs where. `desk_env` and `intake_env(n)` are the settings of each process."""

    def __init__(self, place: Path, store: str, shelf: str, telegram: dict[str, str]) -> None:
        self.place, self.store, self.shelf = place, store, shelf
        self.telegram = telegram
        self.front = free_port()
        self.ports = [free_port(), free_port()]

    @property
    def hook(self) -> str:
        return f"http://127.0.0.1:{self.front}/h"

    def _env(self, **more: str) -> dict[str, str]:
        return {"SEUIL_STORE": self.store, "SEUIL_LOG_LEVEL": "DEBUG", **self.telegram, **more}

    @property
    def desk_env(self) -> dict[str, str]:
        return self._env(SEUIL_DATA=str(self.place / "desk"))

    def intake_env(self, n: int) -> dict[str, str]:
        return self._env(
            SEUIL_DATA=str(self.place / "intake"),
            SEUIL_SHELF=self.shelf,
            SEUIL_TELEGRAM_WEBHOOK=self.hook,
            SEUIL_TELEGRAM_LISTEN=f"127.0.0.1:{self.ports[n]}",
        )

    async def make(self) -> None:
        """The desk's folder, its keys in the store, and the folder of the intakes."""
        data = self.place / "desk"
        settings = Settings(data=data, store=self.store)  # type: ignore[arg-type] # read as in the file
        lay_keys(settings)
        store = await open_store(settings.store_url)
        try:
            await house_keys(settings, store)
        finally:
            await store.close()
        intake_folder.make(data, self.place / "intake")

    @contextlib.asynccontextmanager
    async def nginx(self) -> AsyncIterator[None]:
        """The documented configuration, with plain HTTP and our ports."""
        documented = (ROOT / "docs" / "deploy" / "nginx.conf").read_text("utf-8")
        server = re.sub(r"\n\s+ssl_certificate.*", "", documented)
        for old, new in (
            ("listen 443 ssl", f"listen 127.0.0.1:{self.front}"),
            ("127.0.0.1:8443", f"127.0.0.1:{self.ports[0]}"),
            ("127.0.0.1:8444", f"127.0.0.1:{self.ports[1]}"),
            ("/a-path-nobody-guesses", "/h"),
        ):
            assert old in server, old
            server = server.replace(old, new)
        at = self.place / "nginx"
        at.mkdir()
        temporary = "".join(
            f"{kind}_temp_path {at}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (at / "nginx.conf").write_text(
            f"daemon off;\nmaster_process off;\npid {at}/pid;\nevents {{ worker_connections 1024; }}\n"
            f"http {{\n{temporary}{server}\n}}\n"
        )
        program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
        assert program, "asked for by the fixture"
        process = await asyncio.create_subprocess_exec(
            *(program, "-p", str(at), "-e", str(at / "error.log"), "-c", str(at / "nginx.conf"))
        )
        try:
            await listens(self.front)
            yield
        finally:
            process.kill()
            await process.wait()


async def listens(port: int) -> None:
    """Wait until somebody takes connections there."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                return
