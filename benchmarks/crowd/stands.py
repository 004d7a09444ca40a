"""A bot on its stand: its files, its process, the Bot API it talks to, and the crowd behind it.

    with ground(way) as place:                      files and services, gone afterwards
        async with stand(way, place) as there:      the bot started and listening
            ...

Never here: what is measured.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks._house import folder
from benchmarks.crowd.api import Api
from benchmarks.crowd.learning import Unanswered, learn
from benchmarks.crowd.people import Crowd, Lesson
from benchmarks.crowd.plans import Plan
from benchmarks.crowd.post import Post
from benchmarks.crowd.process import Running

ROOT = Path(__file__).parent.parent.parent
COMPILED = ROOT / ".cache" / "compiled"
"""Modules are compiled once, as where a bot is installed, whatever this shell says of it."""

START_SECONDS = 60.0


class NotStarted(Exception):
    """The bot under test did not come to listen; its last words say why."""


Services = Callable[[Path], AbstractContextManager[Mapping[str, str]]]


def _nothing(_: Path) -> AbstractContextManager[Mapping[str, str]]:
    return nullcontext({})


@dataclass(frozen=True, slots=True)
class Way:
    """One way to build a bot, and what people do with it."""

    name: str
    family: str
    """Ways of one family answer in the same words, however they are reached."""
    plan: Plan = field(repr=False)
    command: tuple[str, ...]
    env: Callable[[str], Mapping[str, str]] = field(repr=False)
    """Its environment, given the Bot API's address."""
    services: Services = field(default=_nothing, repr=False)
    """What must run or exist beside it, given its folder; yields more of its environment."""
    told: tuple[str, ...] = ()
    """A command that prints all the bot has kept."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a bot keeps its files, and the environment it is started in."""

    folder: Path
    env: Mapping[str, str] = field(repr=False)


@contextmanager
def ground(way: Way) -> Iterator[Place]:
    """A folder on the project's disk and the services of that way, for as long as the block lasts."""
    with folder() as place, way.services(place) as more:
        env = {name: value for name, value in os.environ.items() if not name.startswith("SEUIL_")}
        env |= {"PYTHONPYCACHEPREFIX": str(COMPILED), "PYTHONDONTWRITEBYTECODE": "", "PYTHONUNBUFFERED": "1"}
        yield Place(place, {**env, **more})


@dataclass(slots=True)
class Stand:
    """The bot under test and its world."""

    api: Api
    post: Post
    crowd: Crowd
    bot: Running

    def worsen(self, *, round_trip: float = 0.0, refused: float = 0.0) -> None:
        """From now on the network takes `round_trip` seconds, and that share of what is sent is refused."""
        self.api.half, self.api.refused = round_trip / 2, refused

    async def is_up(self) -> None:
        """Wait until the bot listens. Raises `NotStarted`."""
        until = time.perf_counter() + START_SECONDS
        while not self.api.is_listened_to:
            if not self.bot.is_running or time.perf_counter() > until:
                raise NotStarted(self.bot.last_words())
            await asyncio.sleep(0.005)


_lessons: dict[str, Lesson] = {}
"""By family: learned by the first who needs it, for the whole run."""


@asynccontextmanager
async def stand(way: Way, place: Place) -> AsyncIterator[Stand]:
    """Start the bot and learn how it answers, where that is not known yet. Raises `NotStarted`."""
    post = Post()
    api = Api(post)
    crowd = Crowd(way.plan, post.send, None)
    api.crowd = crowd
    env = {**place.env, **way.env(await api.serve())}
    log = Path(tempfile.gettempdir()) / f"seuil-bench-{os.getpid()}.log"
    bot = Running(way.command, env, place.folder, log)
    there = Stand(api, post, crowd, bot)
    try:
        bot.start()
        await there.is_up()
        if way.family not in _lessons:
            _lessons[way.family] = await learn(crowd)
        crowd.lesson = _lessons[way.family]
        yield there
    except Unanswered as error:
        raise NotStarted(f"{error}; {bot.last_words()}") from None
    finally:
        bot.kill()
        api.close()
        log.unlink(missing_ok=True)
