"""A desk in a process of its own, on another machine or under another user: it speaks on the networks and
hears nobody. And what any process with a desk is asked at the console.

It shares the store with the processes that listen (`handlers.intaking`), so the store is a server; their
shelf and their salt it never sees.

Never here: a witness's turn; an update.
"""

from __future__ import annotations

import asyncio
import sys
import termios
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from bot.addresses import listening
from bot.age import ready
from bot.errors import AlreadyRunning, SeuilError
from bot.settings import Settings
from handlers.clock import Clock
from handlers.commands import lease
from handlers.console import Answer, Console, Request
from handlers.desk import Desk
from handlers.deskroom import open_desk
from handlers.duty import Duty
from handlers.ground import Ground, demand_server, house_keys, open_ground, told_and_asked
from handlers.health import Health
from handlers.instance import passphrase_at_hand
from handlers.networks import dress, end_all, following, signal_of, telegram_of, until_asked
from handlers.pressure import Load
from handlers.signal import Signal, health
from handlers.status import telling
from handlers.telegram import Telegram
from handlers.vitals import Door
from storage import Store, open_store
from storage.shelf import MemoryShelf


@dataclass(slots=True)
class DeskApart:
    """A desk and its ground."""

    ground: Ground
    desk: Desk
    speaking: int = 0
    unreached: int = 0
    load: Load = Load()  # noqa: RUF009 - frozen

    @property
    def desk_is_open(self) -> bool | None:
        return self.desk.is_open

    async def work(self) -> None:
        """Carry out what waits. Who is a member, the processes that listen may have changed."""
        await self.ground.refresh()
        await self.desk.pump(0)
        await self.ground.refresh()

    async def tick(self) -> None:
        await self.ground.follow_keys()
        await self.desk.tick()
        await self.ground.refresh()
        await self.ground.leaving.tick(self.ground.channels)
        await self.ground.look_up_verified()


async def serve_desk(
    settings: Settings, *, typed: Callable[[], str | None], say: Callable[[str], None]
) -> None:
    """Be a desk of this instance, or wait to be, until this process is asked to end.

    Raises a `SeuilError` of the kind that names what is wrong before anything is touched.
    """
    demand_server(settings, "A desk apart")
    ready()
    _, words = told_and_asked(settings)
    store = await open_store(settings.store_url)
    background: list[asyncio.Task[None]] = []
    telegram = signals = None
    apart: DeskApart | None = None
    try:
        keys = await house_keys(settings, store)
        # Its own showings are sealed under the INSTANCE key; what others owe, it never reads.
        shelf = MemoryShelf()
        ground = await open_ground(settings, words, store, shelf, keys, time.time)
        apart = DeskApart(ground, open_desk(ground, keys))
        telegram, signals = telegram_of(ground), signal_of(ground, shelf)
        for channel in (telegram, signals):
            if channel is not None:
                await channel.open_to_speak()
                ground.channels[channel.name] = channel
        await _serve(apart, telegram, signals, background, typed, say)
        say("The desk ends: it is locked, and what waits is kept.")
    finally:
        await end_all(background, telegram, signals)
        if apart is not None:
            await apart.desk.close()
        await store.close()


async def _serve(
    apart: DeskApart,
    telegram: Telegram | None,
    signals: Signal | None,
    background: list[asyncio.Task[None]],
    typed: Callable[[], str | None],
    say: Callable[[str], None],
) -> None:
    ground, desk, settings = apart.ground, apart.desk, apart.ground.settings
    watched = Health(apart)
    duty = Duty(
        ground.store,
        desk,
        clock=lambda: Clock(
            ground.store, settings.digest_cron, settings.time_zone, due=desk.due, tick=apart.tick
        ),
        open_=opening(desk, ground.store, settings, apart.work, ask_at_start(typed), say),
        work=apart.work,
        say=say,
    )
    watched.doors = (Door("desk", "a desk apart", lambda: True, hears=False),)
    console = Console(
        settings.data,
        {
            "unlock": unlocking(desk, apart.work, duty),
            "rekey": rekeying(desk, apart.work),
            "lock": locking(desk),
            "captcha": captcha(signals),
            "status": telling(apart, lambda: (standing_of(duty),), settings.metrics),
        },
    )
    try:
        if settings.metrics:
            await watched.open(*listening(settings.metrics))
        await console.open()
        await ground.leaving.resume()
        if signals is not None:
            minded = health.mind(ground.store, lambda: signals.version, ground.clock)
            background += [asyncio.create_task(minded), asyncio.create_task(signals.stay())]
        if telegram is not None:
            background.append(asyncio.create_task(dress(ground, telegram)))
            ground.follow = following(ground, telegram, background)
        await until_asked(duty.keep(), lambda: say("Seuil's desk is here."), watched.end)
    finally:
        await console.close()
        await watched.close()


def standing_of(duty: Duty) -> Door:
    """Which of the desks this one is, for `status`."""
    how = "a desk apart, on duty" if duty.is_on else "a desk apart, waiting: another one works"
    return Door("desk", how, lambda: True, hears=False)


# --- what is asked at the console ---------------------------------------------------------------------------


def opening(
    desk: Desk,
    store: Store,
    settings: Settings,
    work: Callable[[], Awaitable[None]],
    asked: Callable[[], Awaitable[str | None]],
    say: Callable[[str], None],
) -> Callable[[], Awaitable[None]]:
    """What opens a desk at the beginning of its duty: it takes seconds, and people are heard meanwhile."""

    async def open_() -> None:
        if desk.is_open:
            return
        try:
            passphrase = passphrase_at_hand(settings)
            if passphrase:
                # Who writes in these seconds is answered after them, and is not told of a locked desk.
                await store.commit((lease(time.time()),))
            else:
                passphrase = await asked()
            if passphrase:
                await desk.unlock(passphrase)
                await work()
                return
        except SeuilError as error:
            say(f"{error}\n→ {error.hint}")
            with suppress(SeuilError):
                await store.commit((lease(time.time(), locked=True),))
        say("The desk is locked: `python -m bot unlock` in another terminal opens it.")

    return open_


def ask_at_start(typed: Callable[[], str | None]) -> Callable[[], Awaitable[str | None]]:
    """Asks for what is typed at the prompt, in a thread the end of the program does not wait for."""

    async def ask() -> str | None:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[str | None] = loop.create_future()

        def wait() -> None:
            try:
                said = typed()
            except (EOFError, OSError, KeyboardInterrupt):
                said = None
            with suppress(RuntimeError):  # the program ended meanwhile
                loop.call_soon_threadsafe(_settle, done, said)

        echo = termios.tcgetattr(sys.stdin) if sys.stdin.isatty() else None
        threading.Thread(target=wait, daemon=True).start()
        try:
            return await done
        finally:
            if echo is not None:
                # A prompt that nobody answered leaves the terminal mute.
                termios.tcsetattr(sys.stdin, termios.TCSADRAIN, echo)

    return ask


def _settle(done: asyncio.Future[str | None], said: str | None) -> None:
    if not done.done():
        done.set_result(said)


def unlocking(desk: Desk, work: Callable[[], Awaitable[None]], duty: Duty | None = None) -> Request:
    async def unlock(passphrase: str) -> Answer:
        if duty is not None and not duty.is_on:
            raise AlreadyRunning(
                "Another desk of this instance works; this one waits, locked.",
                hint="Unlock that one. Where it is not to work any more, stop it: this one takes over.",
            )
        await desk.unlock(passphrase)
        await work()
        return {"said": "The desk is open."}

    return unlock


def rekeying(desk: Desk, work: Callable[[], Awaitable[None]]) -> Request:
    async def again(passphrase: str) -> Answer:
        if not await desk.unlock_again(passphrase):
            return {"said": "The desk was locked, and stays so."}
        await work()
        return {"said": "The desk holds the keys as they are now."}

    return again


def locking(desk: Desk) -> Request:
    async def lock(_: str) -> Answer:
        await desk.lock("console")
        return {"said": "The desk is locked."}

    return lock


def captcha(signals: Signal | None) -> Request:
    async def answer(told: str) -> Answer:
        if signals is None or not await signals.answer_challenge(told):
            return {"said": "Signal asks for no captcha."}
        return {"said": "Signal took the captcha: what waits is sent within a minute."}

    return answer
