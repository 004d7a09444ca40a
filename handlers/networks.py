"""The networks as the settings have them, for every process that hears or speaks on one.

Never here: which process does what (`handlers.running`, `handlers.intaking`, `handlers.desking`).
"""

from __future__ import annotations

import asyncio
import importlib
import signal
from collections.abc import Callable, Coroutine, Mapping
from types import ModuleType

from bot.addresses import listening
from bot.settings import Settings
from bot.signal_settings import place
from handlers.errands import Errands
from handlers.ground import Ground, Seat, Seated
from handlers.intake import HOUR_SECONDS
from handlers.journal import Journal
from handlers.signal import Access as SignalAccess
from handlers.signal import Signal
from handlers.signal.daemon import Daemon
from handlers.telegram import Access, Telegram
from handlers.telegram.updates import CHANNEL
from storage.changes import PutMeta
from storage.queue_head import QueueHead
from storage.shelf import Shelf

WEBHOOK = "telegram-webhook"
"""Meta: the mark of the webhook this instance set last, empty for polling."""


async def try_networks(settings: Settings) -> None:
    """Before the first start makes anything: whether the networks of these settings are there.

    Raises a `SeuilError` of the kind that names what is wrong.
    """
    if settings.signal:
        there = Daemon(signal_access(settings), lambda _: None)
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


def telegram_of(ground: Ground) -> Telegram | None:
    """Not opened yet; None where the settings have no token."""
    if not ground.settings.telegram_token.get_secret_value():
        return None
    return Telegram(access(ground.settings, ground.key))


def signal_of(ground: Ground, shelf: Shelf) -> Signal | None:
    """Not opened yet; None where the settings have no daemon."""
    settings = ground.settings
    if not settings.signal:
        return None
    # Where the desk's queue was empty, nothing older was left to be heard.
    noted = QueueHead(settings.data, ground.key).read
    errands = Errands(shelf, ground.key, ground.clock)
    return Signal(signal_access(settings), Journal(ground.store, errands, Signal.name, noted))


def signal_access(settings: Settings) -> SignalAccess:
    return SignalAccess(
        place(settings.signal),
        settings.signal_account,
        settings.signal_username,
        settings.signal_vanish_hours * HOUR_SECONDS,
    )


def access(settings: Settings, key: bytes) -> Access:
    return Access(
        settings.telegram_token.get_secret_value(),
        settings.telegram_api,
        key,
        settings.telegram_webhook,
        listening(settings.telegram_listen),
    )


async def open_to_hear(
    ground: Ground, telegram: Telegram | None, signals: Signal | None, *, take_over: bool = False
) -> list[str]:
    """Open the networks, to be listened to. What is served from now on, a line each."""
    serves: list[str] = []
    if signals is not None:
        await signals.open()
        ground.channels[signals.name] = signals
        serves.append(f"Seuil serves Signal (signal-cli {signals.version}).")
    if telegram is not None:
        mark = await telegram.open(await ground.store.meta(WEBHOOK), take_over=take_over)
        await ground.store.commit((PutMeta(WEBHOOK, mark),))
        ground.channels[telegram.name] = telegram
        mode = "webhook" if ground.settings.telegram_webhook else "polling"
        serves.append(f"Seuil serves Telegram by {mode}.")
    return serves


async def until_asked(
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


# --- what a bot wears on Telegram ---------------------------------------------------------------------------


async def dress(ground: Ground, telegram: Telegram) -> None:
    """Name, descriptions and commands, as they are in this version; tried again until all are set."""
    await asyncio.sleep(DRESS_AFTER_SECONDS)
    profile = await _profile()
    while True:
        members = [profile.Wearer(seat.role, seat.route) for seat in _seated_here(ground.seated)]
        if await profile.dress(telegram.bot, ground.words, ground.settings.bot_name, members):
            return
        await asyncio.sleep(DRESS_AGAIN_SECONDS)


async def _profile() -> ModuleType:
    """`handlers.telegram.profile`, which brings a whole library: in a thread, so that nobody waits for it."""
    return await asyncio.to_thread(importlib.import_module, "handlers.telegram.profile")


def _seated_here(seated: Mapping[bytes, Seat]) -> list[Seat]:
    return [seat for seat in seated.values() if seat.route.who.channel == CHANNEL]


def following(
    ground: Ground, telegram: Telegram, background: list[asyncio.Task[None]]
) -> Callable[[Seated, Seated], None]:
    """Gives menus to who joined, and takes them from who was revoked."""

    async def follow(gone: list[Seat], new: list[Seat]) -> None:
        profile = await _profile()
        for seat in gone:
            await profile.undress_member(telegram.bot, profile.Wearer(seat.role, seat.route))
        for seat in new:
            wearer = profile.Wearer(seat.role, seat.route)
            await profile.dress_member(telegram.bot, ground.words, wearer)

    def changed(before: Seated, now: Seated) -> None:
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


async def end_all(background: list[asyncio.Task[None]], *channels: Telegram | Signal | None) -> None:
    """Stop what goes on beside the serving, then close the networks."""
    for task in background:
        task.cancel()
    await asyncio.gather(*background, return_exceptions=True)
    for channel in channels:
        if channel is not None:
            await channel.close()
