"""Running an instance: its terminal, its clock and its console line, opened in order and closed whatever
happens.

Never here: what an instance is made of (`handlers.instance`), or how the console words what it is told.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import signal
import sys
import termios
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from types import ModuleType

from bot.addresses import listening
from bot.errors import SeuilError
from bot.settings import Settings
from bot.signal_settings import place
from handlers.clock import Clock
from handlers.commands import lease
from handlers.console import Answer, Console, Request
from handlers.errands import Errands
from handlers.health import Health, doors
from handlers.instance import (
    Instance,
    Seat,
    clear_chairs,
    open_instance,
    passphrase_at_hand,
    seat_chairs,
    serve,
)
from handlers.intake import HOUR_SECONDS
from handlers.journal import Journal
from handlers.signal import Access as SignalAccess
from handlers.signal import Signal, health
from handlers.signal.daemon import Daemon
from handlers.status import telling
from handlers.telegram import Access, Telegram
from handlers.telegram.updates import CHANNEL
from handlers.terminal import Terminal
from handlers.vitals import Door
from storage.changes import PutMeta
from storage.queue_head import QueueHead

log = logging.getLogger(__name__)

RECEIVED = "received"
"""Folder of the data folder where the terminal puts files sent to its chairs, such as a digest's figures."""


async def talk(
    settings: Settings, *, guide: bool, typed: Callable[[], str | None], say: Callable[[str], None]
) -> None:
    """Serve the terminal until its input ends.

    `typed` asks for the passphrase where no file holds it; `say` tells the person at the console.
    """
    instance = await open_instance(settings)
    here = (Door("terminal", "this terminal", lambda: True),)
    console = Console(
        settings.data,
        {
            "unlock": _unlocking(instance),
            "lock": _locking(instance),
            "status": telling(instance, lambda: here),
        },
    )
    clock = Clock(
        instance.store,
        settings.digest_cron,
        settings.time_zone,
        due=instance.desk.due,
        tick=instance.tick,
        expire=instance.expire_drafts,
    )
    terminal = Terminal(
        # Larger than any update of an earlier run, so that none is taken for one seen before.
        start=int(time.time() * 1000),
        language=settings.language,
        guide=guide,
        received=settings.data / RECEIVED,
    )
    try:
        await seat_chairs(instance, settings.language)
        instance.channels[terminal.name] = terminal
        passphrase = passphrase_at_hand(settings) or typed()
        if passphrase:
            await instance.desk.unlock(passphrase)
        else:
            say("The desk is locked: `python -m bot unlock` in another terminal opens it.")
        await instance.expire_drafts()
        await console.open()
        await clock.start()
        await serve(instance, terminal)
    finally:
        clock.stop()
        await console.close()
        await instance.close()


async def try_networks(settings: Settings) -> None:
    """Before the first start makes anything: whether the networks of these settings are there.

    Raises a `SeuilError` of the kind that names what is wrong.
    """
    if settings.signal:
        there = Daemon(_signal_access(settings), lambda _: None)
        try:
            await there.try_out()
        finally:
            there.close()
    if settings.telegram_token.get_secret_value():
        telegram = Telegram(access(settings, bytes(32)))
        try:
            await telegram.try_out()
        finally:
            await telegram.close()


async def serve_networks(
    settings: Settings,
    *,
    typed: Callable[[], str | None],
    say: Callable[[str], None],
    take_over: bool = False,
) -> None:
    """Serve Telegram, Signal or both, as the settings have it, until this process is asked to end (SIGTERM,
    Ctrl-C); then finish what was begun.

    Raises a `SeuilError` of the kind that names what is wrong before anything is heard.
    """
    instance = await open_instance(settings)
    telegram = _telegram(settings, instance)
    signals = _signal(settings, instance)
    background: list[asyncio.Task[None]] = []
    watched = Health(instance)
    console = Console(
        settings.data,
        {
            "unlock": _unlocking(instance),
            "lock": _locking(instance),
            "captcha": _captcha(instance, signals, background),
            "status": telling(instance, lambda: watched.doors, settings.metrics),
        },
    )
    clock = Clock(
        instance.store,
        settings.digest_cron,
        settings.time_zone,
        due=instance.desk.due,
        tick=instance.tick,
        expire=instance.expire_drafts,
    )
    serves: list[str] = []
    try:
        if cleared := await clear_chairs(instance):
            say(f"{cleared} chairs of the terminal, where things were tried out, are no members any more.")
        if settings.metrics:
            await watched.open(*listening(settings.metrics))
        if signals is not None:
            await signals.open()
            instance.channels[signals.name] = signals
            minded = health.mind(instance.store, lambda: signals.version, instance.clock)
            background.append(asyncio.create_task(minded))
            serves.append(f"Seuil serves Signal (signal-cli {signals.version}).")
        if telegram is not None:
            mark = await telegram.open(await instance.store.meta(WEBHOOK), take_over=take_over)
            await instance.store.commit((PutMeta(WEBHOOK, mark),))
            instance.channels[telegram.name] = telegram
            mode = "webhook" if settings.telegram_webhook else "polling"
            serves.append(f"Seuil serves Telegram by {mode}.")
        await console.open()
        await clock.start()
        background.append(asyncio.create_task(_open_desk(instance, settings, typed, say)))
        background.append(asyncio.create_task(_housekeep(instance)))
        instance.linger = 0
        if telegram is not None:
            background.append(asyncio.create_task(_dress(instance, telegram, settings.bot_name)))
            instance.follow = _following(instance, telegram, background)
        watched.doors = doors(telegram, signals, by_webhook=bool(settings.telegram_webhook))
        serving = serve(instance, *instance.channels.values())
        await _until_asked(serving, lambda: say("\n".join(serves)), watched.end)
        say("Seuil ends: what was begun is finished, what was said is kept.")
    finally:
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        clock.stop()
        await console.close()
        for channel in (telegram, signals):
            if channel is not None:
                await channel.close()
        await watched.close()
        await instance.close()


def _telegram(settings: Settings, instance: Instance) -> Telegram | None:
    if not settings.telegram_token.get_secret_value():
        return None
    return Telegram(access(settings, instance.members.instance))


def _signal(settings: Settings, instance: Instance) -> Signal | None:
    if not settings.signal:
        return None
    errands = Errands(instance.shelf, instance.members.instance, instance.clock)
    # Where the desk's queue was empty, nothing older was left to be heard.
    noted = QueueHead(settings.data, instance.members.instance).read
    return Signal(_signal_access(settings), Journal(instance.store, errands, Signal.name, noted))


def _signal_access(settings: Settings) -> SignalAccess:
    return SignalAccess(
        place(settings.signal),
        settings.signal_account,
        settings.signal_username,
        settings.signal_vanish_hours * HOUR_SECONDS,
    )


WEBHOOK = "telegram-webhook"
"""Meta: the mark of the webhook this instance set last, empty for polling."""


def access(settings: Settings, key: bytes) -> Access:
    return Access(
        settings.telegram_token.get_secret_value(),
        settings.telegram_api,
        key,
        settings.telegram_webhook,
        listening(settings.telegram_listen),
    )


async def _until_asked(
    serving: Coroutine[None, None, None], ready: Callable[[], None], ending: Callable[[], None]
) -> None:
    """Serve until a signal; the channel finishes by itself what it began. `ready` is called once one would be
    obeyed, `ending` when one is."""
    task = asyncio.ensure_future(serving)
    loop = asyncio.get_running_loop()

    def end() -> None:
        ending()
        task.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    ready()
    try:
        await task
    except asyncio.CancelledError:
        if not task.cancelled():
            raise
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


async def _open_desk(
    instance: Instance, settings: Settings, typed: Callable[[], str | None], say: Callable[[str], None]
) -> None:
    """Unlocking takes seconds: witnesses are heard meanwhile."""
    try:
        passphrase = passphrase_at_hand(settings)
        if passphrase:
            # Who writes in these seconds is answered after them, and is not told of a locked desk.
            await instance.store.commit((lease(instance.clock()),))
        else:
            passphrase = await _typed(typed)
        if passphrase:
            await instance.desk.unlock(passphrase)
            await instance.work()
            return
    except SeuilError as error:
        say(f"{error}\n→ {error.hint}")
        await instance.store.commit((lease(instance.clock(), locked=True),))
    say("The desk is locked: `python -m bot unlock` in another terminal opens it.")


async def _typed(typed: Callable[[], str | None]) -> str | None:
    """What is typed at the prompt, in a thread the end of the program does not wait for."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[str | None] = loop.create_future()

    def ask() -> None:
        try:
            said = typed()
        except (EOFError, OSError, KeyboardInterrupt):
            said = None
        with suppress(RuntimeError):  # the program ended meanwhile
            loop.call_soon_threadsafe(_settle, done, said)

    echo = termios.tcgetattr(sys.stdin) if sys.stdin.isatty() else None
    threading.Thread(target=ask, daemon=True).start()
    try:
        return await done
    finally:
        if echo is not None:
            # A prompt that nobody answered leaves the terminal mute.
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, echo)


def _settle(done: asyncio.Future[str | None], said: str | None) -> None:
    if not done.done():
        done.set_result(said)


async def _dress(instance: Instance, telegram: Telegram, name: str) -> None:
    """Name, descriptions and commands, as they are in this version; tried again until all are set."""
    await asyncio.sleep(DRESS_AFTER_SECONDS)
    profile = await _profile()
    while True:
        members = [profile.Wearer(seat.role, seat.route) for seat in _seated_here(instance.seated)]
        if await profile.dress(telegram.bot, instance.words, name, members):
            return
        await asyncio.sleep(DRESS_AGAIN_SECONDS)


async def _profile() -> ModuleType:
    """`handlers.telegram.profile`, which brings a whole library: in a thread, so that nobody waits for it."""
    return await asyncio.to_thread(importlib.import_module, "handlers.telegram.profile")


def _seated_here(seated: Mapping[bytes, Seat]) -> list[Seat]:
    return [seat for seat in seated.values() if seat.route.who.channel == CHANNEL]


def _following(
    instance: Instance, telegram: Telegram, background: list[asyncio.Task[None]]
) -> Callable[[dict[bytes, Seat], dict[bytes, Seat]], None]:
    """Gives menus to who joined, and takes them from who was revoked."""

    async def follow(gone: list[Seat], new: list[Seat]) -> None:
        profile = await _profile()
        for seat in gone:
            await profile.undress_member(telegram.bot, profile.Wearer(seat.role, seat.route))
        for seat in new:
            wearer = profile.Wearer(seat.role, seat.route)
            await profile.dress_member(telegram.bot, instance.words, wearer)

    def changed(before: dict[bytes, Seat], now: dict[bytes, Seat]) -> None:
        gone = _seated_here({id: seat for id, seat in before.items() if now.get(id) != seat})
        new = _seated_here({id: seat for id, seat in now.items() if before.get(id) != seat})
        if not gone and not new:
            return
        background[:] = [task for task in background if not task.done()]
        background.append(asyncio.create_task(follow(gone, new)))

    return changed


DRESS_AFTER_SECONDS = 1.0
"""After the start, those who waited are answered first."""

DRESS_AGAIN_SECONDS = 3600.0
"""Telegram lets a bot change its name a few times a day only."""


async def _housekeep(instance: Instance) -> None:
    try:
        await instance.expire_drafts()
    except SeuilError as error:
        log.error("old drafts could not be swept: %s", error)


def _unlocking(instance: Instance) -> Request:
    async def unlock(passphrase: str) -> Answer:
        await instance.desk.unlock(passphrase)
        await instance.work()
        return {"said": "The desk is open."}

    return unlock


def _captcha(instance: Instance, signals: Signal | None, background: list[asyncio.Task[None]]) -> Request:
    async def captcha(told: str) -> Answer:
        if signals is None or not await signals.answer_challenge(told):
            return {"said": "Signal asks for no captcha."}
        background.append(asyncio.create_task(instance.dispatch.resume(instance.channels, all=False)))
        return {"said": "Signal took the captcha: what waits is sent within a minute."}

    return captcha


def _locking(instance: Instance) -> Request:
    async def lock(_: str) -> Answer:
        await instance.desk.lock("console")
        return {"said": "The desk is locked."}

    return lock
