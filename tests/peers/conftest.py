"""One real Signal counterpart for all tests of this folder, and the real program on it."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.crowd.process import Running
from bot.settings import Settings
from handlers import keyring
from handlers.instance import lay_keys
from tests.peers.counterpart import Peer

ROOT = Path(__file__).parent.parent.parent
LISTENS = "Seuil serves Signal"
START_SECONDS = 90


class Bot:
    """The real program, on that daemon."""

    def __init__(self, folder: Path, peer: Peer) -> None:
        self.folder = folder
        self.shelf = Path("/dev/shm") / f"seuil-peer-{os.getpid()}-{folder.name}"
        self.settings = Settings(
            data=folder / "data",
            shelf=self.shelf,
            signal=str(peer.socket),
            operator_name="Une association",
            operator_contact="contact@example.org",
        )
        env = {name: value for name, value in os.environ.items() if not name.startswith("SEUIL_")}
        self.env = env | {
            "PYTHONPATH": str(ROOT),
            "SEUIL_DATA": str(self.settings.data),
            "SEUIL_SHELF": str(self.shelf),
            "SEUIL_SIGNAL": str(peer.socket),
            "SEUIL_OPERATOR_NAME": self.settings.operator_name,
            "SEUIL_OPERATOR_CONTACT": self.settings.operator_contact,
            "SEUIL_LOG_LEVEL": "DEBUG",
        }
        self.log = folder / "log"
        self.process = Running((sys.executable, "-m", "bot", "run"), self.env, folder, self.log)
        self._from = 0
        """Where in the log its last start is."""

    def start(self) -> None:
        self._from = len(self.told)
        self.process.start()

    @property
    def told(self) -> str:
        return self.log.read_text("utf-8") if self.log.exists() else ""

    async def until_logged(self, wanted: str) -> None:
        """Until it says so, since its last start."""
        async with asyncio.timeout(START_SECONDS):
            while wanted not in self.told[self._from :]:
                assert self.process.is_running, self.process.last_words()
                await asyncio.sleep(0.05)  # another process: no event tells it

    async def typed(self, *command: str) -> str:
        """What a command at the console prints."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *command),
            env=self.env,
            cwd=self.folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        told, said = await process.communicate()
        assert process.returncode == 0, said
        return told.decode().strip() or said.decode().strip()


@pytest.fixture(scope="session")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    """Registered as a real account is: Signal asks for a captcha first."""
    peer = Peer(tmp_path_factory.mktemp("signal") / "socket", captcha=True)
    peer.stop()
    try:
        peer.start()
        yield peer
    finally:
        peer.stop()


@pytest.fixture
def idle(peer: Peer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bot]:
    """Not started yet, and without keys."""
    monkeypatch.setattr(keyring.create, "__kwdefaults__", {"work_factor": 10})  # scrypt, a thousandth
    bot = Bot(tmp_path, peer)
    yield bot
    bot.process.kill()
    shutil.rmtree(bot.shelf, ignore_errors=True)


@pytest.fixture
async def bot(idle: Bot) -> Bot:
    lay_keys(idle.settings)
    idle.start()
    await idle.until_logged(LISTENS)
    return idle
