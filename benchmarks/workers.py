"""Several processes that listen, on PostgreSQL and Redis, behind nginx: turns a second, durable and sealed.

    python -m benchmarks.workers              two that listen, 1 000 people, then 10 000
    python -m benchmarks.workers --intakes 1

All of it runs on this machine: the Bot API and the people on its last processor, everything else on all it
has. PostgreSQL's own binaries come with the tests; a machine without nginx or Redis is told so.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import shutil
import statistics
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TypeVar

import uvloop

from benchmarks._house import folder
from benchmarks._measure import told
from benchmarks.crowd import ways
from benchmarks.crowd.api import Api
from benchmarks.crowd.learning import learn
from benchmarks.crowd.loads import Everybody
from benchmarks.crowd.people import Crowd
from benchmarks.crowd.post import Post
from benchmarks.crowd.process import BOTS, OURS, Running, Weight, on, take_place
from benchmarks.crowd.stands import NotStarted, Stand
from benchmarks.crowd.windows import watch
from tests import rediskit
from tests.fleetkit import Fleet
from tests.pgkit import DURABLE, Server

PEOPLE = (1_000, 10_000)
SECONDS, QUICK_SECONDS = 20.0, 2.0
WARM_SECONDS = 3.0
START_SECONDS = 60.0
EVERYWHERE = BOTS | OURS
Kind = TypeVar("Kind")
AIM, SLOW_AIM = "aim > 3,000", "aim < 1,000"


class Several(Running):
    """Processes that are one to who weighs them."""

    def __init__(self, bots: list[Running]) -> None:
        self._bots = bots

    @property
    def is_running(self) -> bool:
        return all(bot.is_running for bot in self._bots)

    def last_words(self) -> str:
        return "; ".join(bot.last_words() for bot in self._bots)

    def weight(self) -> Weight:
        each = [bot.weight() for bot in self._bots]
        return Weight(sum(one.processor for one in each), sum(one.memory for one in each))

    def kill(self) -> None:
        for bot in self._bots:
            bot.kill()


def missing() -> str:
    """What this machine lacks, in a sentence; empty where it lacks nothing."""
    if not shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin"):
        return "There is no nginx on this machine: apt install nginx-light."
    if rediskit.program() is None:
        return "There is no Redis or Valkey server on this machine: apt install redis-server."
    return ""


@asynccontextmanager
async def serving(intakes: int, place: Path) -> AsyncIterator[Stand]:
    """Everything started, and how it answers learned. Raises `NotStarted`."""
    async with AsyncExitStack() as stack:
        server = await asyncio.to_thread(_everywhere, lambda: Server(DURABLE, place))
        stack.callback(server.stop)
        redis = await asyncio.to_thread(_everywhere, rediskit.Server)
        stack.callback(redis.stop)
        post = Post()
        api = Api(post)
        crowd = Crowd(ways.OURS, post.send, None)
        api.crowd = crowd
        base = await api.serve()
        stack.callback(api.close)
        telegram = {"SEUIL_TELEGRAM_API": base, "SEUIL_TELEGRAM_TOKEN": ways.TOKEN, "SEUIL_LOG_LEVEL": "INFO"}
        plan = Fleet(place, server.url(), redis.url, telegram)
        await plan.make()
        with on(EVERYWHERE):
            await stack.enter_async_context(plan.nginx())
        python = (sys.executable, "-m", "bot")
        bots = [
            _process((*python, "run", "--only", "intake"), plan.intake_env(n), place, f"intake-{n}")
            for n in range(intakes)
        ]
        bots.append(_process((*python, "desk"), plan.desk_env, place, "desk"))
        there = Stand(api, post, crowd, Several(bots))
        stack.callback(there.bot.kill)
        for bot in bots:
            bot.start()
        await there.is_up()
        await asyncio.sleep(
            WARM_SECONDS
        )  # the others come to listen as well: nginx passes by who does not yet
        crowd.lesson = await learn(crowd)
        yield there


def _everywhere(start: Callable[[], Kind]) -> Kind:
    """What it starts runs on every processor, as the workers do."""
    with on(EVERYWHERE):
        return start()


def _process(command: tuple[str, ...], told: Mapping[str, str], place: Path, name: str) -> Running:
    env = {name: value for name, value in os.environ.items() if not name.startswith("SEUIL_")}
    root = str(Path(__file__).parent.parent)
    env |= {"PYTHONPATH": root, "PYTHONUNBUFFERED": "1", **told}
    return Running(command, env, place, place / f"{name}.log", spread=True)


async def measured(people: int, intakes: int, seconds: float) -> None:
    with folder() as place:
        place.chmod(0o755)  # PostgreSQL runs as another user where this one is root
        async with serving(intakes, place) as there:
            await Everybody(there.crowd, people).arrive()
            await asyncio.sleep(min(WARM_SECONDS, seconds))
            window = await watch(there, seconds)
            memory = there.bot.weight().memory / 2**20
    name = f"{intakes} that listen, PostgreSQL, {people:,} people"
    told(f"{name}: turns a second", "/s", window.rate, AIM if intakes == 2 else "")
    told(f"{name}: processor a turn, theirs", "µs", window.cost or [0.0])
    told(f"{name}: answered after, one in two", "ms", window.middle or [0.0])
    told(f"{name}: answered after, 99 in 100", "ms", window.slow or [0.0], SLOW_AIM)
    told(f"{name}: memory, theirs and the desk's", "MiB", [memory])
    if window.wrong:
        print(f"  {window.wrong:,} answers were not the one to that action")
    if window.harness > 0.85:
        print(f"  the harness used {window.harness:.0%} of its processor: it was the limit, not the bot")
    assert statistics.median(window.rate) > 0, "nobody was answered"


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    asked.add_argument("--quick", action="store_true", help="fifty people, two seconds")
    asked.add_argument("--intakes", type=int, choices=(1, 2), default=2)
    options = asked.parse_args()
    if lacks := missing():
        print(f"left out: {lacks}")
        return 0
    logging.disable(logging.WARNING)
    take_place()
    for people in (50,) if options.quick else PEOPLE:
        try:
            uvloop.run(measured(people, options.intakes, QUICK_SECONDS if options.quick else SECONDS))
        except NotStarted as error:
            print(error)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
