"""Seuil on the real Signal protocol: an unmodified signal-cli, Signal's own test server, the real program.

`make test-peers` runs it; `make test` shows it as skipped, for it fetches programs of some hundred megabytes.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from benchmarks.crowd.process import Running
from bot.settings import Settings
from handlers import keyring
from handlers.instance import lay_keys
from tests.peers.counterpart import Peer, Phone
from tests.stage import WORDS, receipt_in

pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(not os.environ.get("SEUIL_PEERS"), reason="real Signal programs: make test-peers"),
]

ROOT = Path(__file__).parent.parent.parent
STORY = "Il est venu un mardi, puis il a laissé des mots sous ma porte."
FR = WORDS["fr"]
ROW = " · AIDE"
"""Ends every question: the answer is there."""
DANGER = "Êtes-vous en danger"
KILLS = 20


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    peer = Peer(tmp_path_factory.mktemp("signal") / "socket")
    peer.stop()
    peer.start()
    yield peer
    peer.stop()


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

    async def until_logged(self, wanted: str, times: int = 1) -> None:
        async with asyncio.timeout(60):
            while not self.log.exists() or self.log.read_text("utf-8").count(wanted) < times:
                assert self.process.is_running, self.process.last_words()
                await asyncio.sleep(0.05)  # another process: no event tells it

    async def typed(self, *command: str) -> str:
        """What a command at the console prints."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *command),
            env=self.env,
            cwd=self.folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        told, _ = await process.communicate()
        assert process.returncode == 0, command
        return told.decode().strip()


@pytest.fixture
async def bot(peer: Peer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bot]:
    monkeypatch.setattr(keyring.create, "__kwdefaults__", {"work_factor": 10})  # scrypt, a thousandth
    bot = Bot(tmp_path, peer)
    lay_keys(bot.settings)
    bot.process.start()
    await bot.until_logged("Seuil serves Signal")
    yield bot
    bot.process.kill()
    shutil.rmtree(bot.shelf, ignore_errors=True)


async def to_story(who: Phone) -> None:
    for line in ("bonjour", "1", "2", "1", "1", "1"):
        await who.asks(line, ROW)
    assert any("FINI" in shown for shown in who.shown[-2:])


async def to_review(who: Phone) -> str:
    keep = FR.option("review-menu", "keep")
    before = len(who.shown)
    for _ in range(60):
        if keep in await who.asks("PASSER", ROW):
            return "\n".join(who.shown[before:])
    raise AssertionError("the review was never reached")


async def tells_all(who: Phone) -> str:
    """A whole testimony; her receipt."""
    await to_story(who)
    await who.asks(STORY, "FINI")
    await who.asks("FINI", ROW)
    await to_review(who)
    await who.asks("1", ROW)
    await who.asks("1", ROW)
    await who.says("1")
    await who.until(lambda: any(receipt_in(shown) for shown in who.shown))
    return " ".join(next(words for shown in who.shown if (words := receipt_in(shown))))


async def test_two_people_at_once_tell_everything_and_one_takes_it_back_with_her_receipt(
    bot: Bot, peer: Peer
) -> None:
    ana, zoe = await peer.person("ana"), await peer.person("zoe")

    receipt, _ = await asyncio.gather(tells_all(ana), tells_all(zoe))
    assert {*ana.timers, *zoe.timers} <= {0, 86_400}
    assert 86_400 in ana.timers

    await ana.asks("/receipt", ROW)
    await ana.asks(receipt, ROW)
    await ana.asks("3", ROW)
    await ana.says("1")
    await ana.until(lambda: FR.say("withdrawn") in "\n".join(ana.shown))

    log = bot.log.read_text("utf-8")
    for secret in (ana.aci, zoe.aci, "mardi", "+1555", receipt):
        assert secret not in log


async def test_erasing_takes_back_our_messages_on_her_phone(bot: Bot, peer: Peer) -> None:
    ana = await peer.person("eva")
    await to_story(ana)
    standing = len(ana.shown)

    await ana.asks("EFFACER", FR.say("erased"))

    await ana.until(lambda: len(ana.gone) >= standing)


async def test_a_daemon_killed_in_the_middle_is_found_again_and_nothing_is_lost(bot: Bot, peer: Peer) -> None:
    ana = await peer.person("lea")
    await to_story(ana)
    peer.kill_daemon()
    await bot.until_logged("the connection to the Signal daemon is lost")
    await ana.says(STORY, waits=False)

    peer.start_daemon()
    await bot.until_logged("the Signal daemon is back")
    await ana.until(lambda: FR.say("narrative-more-messages") in ana.shown)
    await ana.asks("FINI", ROW)

    assert STORY in await to_review(ana)


async def test_a_limit_holds_replies_back_in_order_and_loses_none(bot: Bot, peer: Peer) -> None:
    ana = await peer.person("mia")
    await ana.asks("bonjour", "1. Français")
    await peer.control("/ratelimit", {"target": "mia"})
    await ana.says("1")
    try:
        await bot.until_logged("limit", 1)
    finally:
        await peer.control("/unratelimit", {"target": "mia"})

    await ana.asks("2", "1. Raconter")

    told = "\n".join(ana.shown)
    assert told.index(DANGER) < told.index("1. Raconter")


async def test_twenty_kills_lose_nothing_and_double_nothing(bot: Bot, peer: Peer) -> None:
    chance = random.Random(2017)
    ana = await peer.person("noa")
    await to_story(ana)
    lines = [f"et puis {word} encore" for word in WORDS_OF_HERS]
    for line in lines:
        await ana.says(line, waits=False)
        await asyncio.sleep(chance.uniform(0.0, 0.15))
        bot.process.kill()
        bot.process.start()
    await bot.until_logged("Seuil serves Signal", len(lines) + 1)
    received = FR.say("narrative-more-messages")
    await ana.until(lambda: received in ana.shown)
    await ana.asks("FINI", ROW)

    review = await to_review(ana)

    assert [review.count(line) for line in lines] == [1] * len(lines)
    places = [review.index(line) for line in lines]
    assert places == sorted(places)


WORDS_OF_HERS = [f"{a}{b}bilu" for a in ("ka", "me", "ti", "so", "ru") for b in ("da", "fe", "go", "li")]
assert len(WORDS_OF_HERS) == KILLS


async def test_a_moderator_reads_and_decides_on_signal_and_what_she_read_is_taken_back(
    bot: Bot, peer: Peer
) -> None:
    ana, mod = await peer.person("pia"), await peer.person("mod")
    await tells_all(ana)
    await mod.asks(await bot.typed("invite", "moderator", "--name", "Une"), FR.say("desk-role-moderator"))

    await mod.asks("/next", "/open")
    await mod.asks("/open", STORY)
    await mod.asks("/approve", "/next")

    await mod.until(lambda: mod.gone)
