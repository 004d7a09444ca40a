"""Running a whole instance in one process: its terminal or its networks, its desk, its clock and its console
line, opened in order and closed whatever happens.

Parts of it in processes of their own: `handlers.intaking`, `handlers.desking`. Never here: what an instance
is made of (`handlers.instance`), or how the console words what it is told.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from bot.addresses import listening
from bot.errors import SeuilError
from bot.settings import Settings
from handlers.clock import Clock
from handlers.console import Answer, Console, Request
from handlers.desking import ask_at_start, captcha, locking, opening, rekeying, unlocking
from handlers.duty import Duty
from handlers.health import Health, doors
from handlers.instance import (
    Instance,
    clear_chairs,
    open_instance,
    passphrase_at_hand,
    seat_chairs,
    serve,
)
from handlers.networks import (
    dress,
    end_all,
    following,
    open_to_hear,
    signal_of,
    telegram_of,
    until_asked,
)
from handlers.signal import health
from handlers.status import telling
from handlers.terminal import Terminal
from handlers.vitals import Door

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
            "unlock": unlocking(instance.desk, instance.work),
            "rekey": rekeying(instance.desk, instance.work),
            "lock": locking(instance.desk),
            "status": telling(instance, lambda: here),
        },
    )
    clock = _clock(instance)
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


def _clock(instance: Instance) -> Clock:
    settings = instance.settings
    return Clock(
        instance.store,
        settings.digest_cron,
        settings.time_zone,
        due=instance.desk.due,
        tick=instance.tick,
        expire=instance.expire_drafts,
    )


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
    telegram = telegram_of(instance.ground)
    signals = signal_of(instance.ground, instance.shelf)
    background: list[asyncio.Task[None]] = []
    watched = Health(instance)
    duty = Duty(
        instance.store,
        instance.desk,
        clock=lambda: _clock(instance),
        open_=opening(instance.desk, instance.store, settings, instance.work, ask_at_start(typed), say),
        work=instance.work,
        say=say,
    )
    console = Console(
        settings.data,
        {
            "unlock": unlocking(instance.desk, instance.work, duty),
            "rekey": rekeying(instance.desk, instance.work),
            "lock": locking(instance.desk),
            "captcha": _captcha(instance, captcha(signals), background),
            "status": telling(instance, lambda: watched.doors, settings.metrics),
        },
    )
    try:
        if cleared := await clear_chairs(instance):
            say(f"{cleared} chairs of the terminal, where things were tried out, are no members any more.")
        if settings.metrics:
            await watched.open(*listening(settings.metrics))
        serves = await open_to_hear(instance.ground, telegram, signals, take_over=take_over)
        if signals is not None:
            minded = health.mind(instance.store, lambda: signals.version, instance.clock)
            background.append(asyncio.create_task(minded))
        await console.open()
        background.append(asyncio.create_task(instance.one_shelf.stay()))
        background.append(asyncio.create_task(duty.keep()))
        background.append(asyncio.create_task(_housekeep(instance)))
        instance.linger = 0
        if telegram is not None:
            background.append(asyncio.create_task(dress(instance.ground, telegram)))
            instance.ground.follow = following(instance.ground, telegram, background)
        watched.doors = doors(telegram, signals, by_webhook=bool(settings.telegram_webhook))
        serving = serve(instance, *instance.channels.values())
        await until_asked(serving, lambda: say("\n".join(serves)), watched.end)
        say("Seuil ends: what was begun is finished, what was said is kept.")
    finally:
        await console.close()
        await end_all(background, telegram, signals)
        await watched.close()
        await instance.close()


async def _housekeep(instance: Instance) -> None:
    try:
        await instance.expire_drafts()
    except SeuilError as error:
        log.error("old drafts could not be swept: %s", error)


def _captcha(instance: Instance, answer: Request, background: list[asyncio.Task[None]]) -> Request:
    async def answered(told: str) -> Answer:
        answered = await answer(told)
        background.append(asyncio.create_task(instance.hall.tick()))
        return answered

    return answered
