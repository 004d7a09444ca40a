"""A process that only listens: witnesses have their turns here, what members say is queued for the desk.

There may be many of them, on one store and one shelf, each behind its own port, any of them killed at any
time. Nothing here opens a testimony: its data folder holds public keys (`handlers.intake_folder`).

    SEUIL_DATA/  keys/team.keys keys/sign.pub    the team's public keys (`handlers.team_keys`)
                 instance.key salt tag-*         who is who, receipts, sender tags (`storage.key_folder`)

Never here: a clock of digests, a desk, a console's line.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from bot.addresses import listening
from bot.age import ready
from bot.errors import AlreadyRunning
from bot.settings import Settings
from handlers import Channel, Heard, intake_folder
from handlers.ground import Ground, demand_server, house_keys, open_ground, told_and_asked
from handlers.hall import Hall, listen_all, open_hall
from handlers.health import Health, doors
from handlers.networks import end_all, open_to_hear, signal_of, telegram_of, until_asked
from handlers.one_shelf import OneShelf
from handlers.owing import WORKER
from handlers.pressure import Load
from handlers.rounds import every
from storage import Store, open_store
from storage.shelf import open_shelf

log = logging.getLogger(__name__)

MEMBERS_SECONDS = 2.0
"""How soon who joined with another process is a member here too; a command is looked up at once."""

OWED_SECONDS = 5.0
"""How often is looked for answers that a worker which is no more left owed: she waits twice that at the most.
What is on its way at such a moment is a few hundred rows in a wave."""

SELDOM_SECONDS = 60.0
EXPIRY_SECONDS = 600.0
"""Drafts past their hours: ten minutes is little beside three days."""

ALIVE_SECONDS = 10.0
"""How often a worker asks whether the store still knows it as alive."""


FINISH_SECONDS = 10.0
"""How long an answer that is on its way may take, once the process is to end; the webhook waits as long."""

WORKER_BYTES = 8
"""Random: no two workers of an instance are called alike."""


@dataclass(slots=True)
class Intake:
    """A hall and its ground."""

    ground: Ground
    hall: Hall
    worker: str
    one_shelf: OneShelf = field(repr=False)

    @property
    def speaking(self) -> int:
        return self.hall.dispatch.speaking

    @property
    def unreached(self) -> int:
        return self.hall.dispatch.unreached

    @property
    def load(self) -> Load:
        return self.hall.dispatch.load

    @property
    def desk_is_open(self) -> bool | None:
        return None

    async def serve(self, *channels: Channel) -> None:
        """Hear these channels to their end. What ends one with an error ends all."""
        ending = asyncio.Event()
        jobs = [
            asyncio.create_task(every(seconds, job, at_once=True, ending=ending))
            for seconds, job in (
                (MEMBERS_SECONDS, self.ground.refresh),
                (OWED_SECONDS, self.hall.tick),
                (SELDOM_SECONDS, self._follow),
                (EXPIRY_SECONDS, self._expire),
            )
        ]
        name = asyncio.create_task(every(ALIVE_SECONDS, self._live, at_once=True))
        shelf = asyncio.create_task(self.one_shelf.stay())
        try:
            await listen_all(channels, self._hear, self.hall.resume)
        finally:
            # What a job has begun to show is shown; then what was shown is noted; and only then our name is
            # let go of. In any other order another worker would show it again.
            ending.set()
            await asyncio.wait(jobs, timeout=FINISH_SECONDS)
            await _cancelled(*jobs, shelf)
            await self.hall.close()
            await _cancelled(name)

    async def _hear(self, heard: Heard, channel: Channel) -> None:
        await self.hall.hear(heard, channel)

    async def _follow(self) -> None:
        """What changes rarely, and elsewhere."""
        await self.ground.follow_keys()
        await self.hall.refresh()
        await self.ground.look_up_verified()

    async def _expire(self) -> None:
        async with self.ground.store.only_one("expiry") as mine:
            if mine:
                await self.hall.expire_drafts()

    async def _live(self) -> None:
        """Hold our name in the store: while we do, nobody else takes over what we owe."""
        async with self.ground.store.only_one(WORKER + self.worker) as mine:
            while await mine.still():  # noqa: ASYNC110 - it is the server that is asked
                await asyncio.sleep(ALIVE_SECONDS)


async def _cancelled(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def serve_intake(settings: Settings, *, say: Callable[[str], None], take_over: bool = False) -> None:
    """Listen to the networks of these settings until this process is asked to end, and finish what was begun.

    Raises a `SeuilError` of the kind that names what is wrong before anything is heard.
    """
    demand_server(settings, "An intake apart")
    intake_folder.demand(settings.data)
    ready()
    questions, words = told_and_asked(settings)
    store = await open_store(settings.store_url)
    telegram = signals = hall = shelf = None
    try:
        async with AsyncExitStack() as held:
            shelf = await open_shelf(settings.shelf)
            one_shelf = OneShelf(store, shelf)
            held.push_async_callback(one_shelf.close)
            await one_shelf.demand()
            keys = await house_keys(settings, store)
            ground = await open_ground(settings, words, store, shelf, keys, time.time, shared=True)
            worker = secrets.token_hex(WORKER_BYTES)
            hall = open_hall(ground, shelf, keys, questions, worker=worker)
            await hall.refresh()
            intake = Intake(ground, hall, worker, one_shelf)
            watched = Health(intake)
            held.push_async_callback(watched.close)
            if settings.metrics:
                await watched.open(*listening(settings.metrics))
            await _hold_alone(held, store, settings)
            telegram, signals = telegram_of(ground), signal_of(ground, shelf)
            serves = await open_to_hear(ground, telegram, signals, take_over=take_over)
            watched.doors = doors(telegram, signals, by_webhook=bool(settings.telegram_webhook))
            serving = intake.serve(*ground.channels.values())
            await until_asked(serving, lambda: say("\n".join(serves)), watched.end)
            say("This intake ends: what was begun is finished, what was said is kept.")
    finally:
        await end_all([], telegram, signals)
        if hall is not None:
            await hall.close()
        await store.close()
        if shelf is not None:
            await shelf.close()


async def _hold_alone(held: AsyncExitStack, store: Store, settings: Settings) -> None:
    """Of what only one process may listen to, be the one. Raises `AlreadyRunning`."""
    polls = bool(settings.telegram_token.get_secret_value()) and not settings.telegram_webhook
    for wanted, name, hint in (
        (polls, "telegram polling", "Set SEUIL_TELEGRAM_WEBHOOK to share Telegram's updates among several."),
        (bool(settings.signal), "signal", "Leave SEUIL_SIGNAL empty in every intake but one."),
    ):
        if wanted and not await held.enter_async_context(store.only_one(name)):
            raise AlreadyRunning(f"Another process of this instance listens already: {name}.", hint=hint)
