"""Running an instance: its terminal, its clock and its console line, opened in order and closed whatever
happens.

Never here: what an instance is made of (`handlers.instance`), or how the console words what it is told.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from bot.settings import Settings
from handlers.clock import Clock
from handlers.console import Answer, Console, Request
from handlers.instance import Instance, open_instance, passphrase_at_hand, seat_chairs, serve
from handlers.terminal import Terminal

RECEIVED = "received"
"""Folder of the data folder where the terminal puts files sent to its chairs, such as a digest's figures."""


async def talk(
    settings: Settings, *, guide: bool, typed: Callable[[], str | None], say: Callable[[str], None]
) -> None:
    """Serve the terminal until its input ends.

    `typed` asks for the passphrase where no file holds it; `say` tells the person at the console.
    """
    instance = await open_instance(settings)
    console = Console(settings.data, {"unlock": _unlocking(instance), "lock": _locking(instance)})
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


def _unlocking(instance: Instance) -> Request:
    async def unlock(passphrase: str) -> Answer:
        await instance.desk.unlock(passphrase)
        await instance.work()
        return {"said": "The desk is open."}

    return unlock


def _locking(instance: Instance) -> Request:
    async def lock(_: str) -> Answer:
        await instance.desk.lock("console")
        return {"said": "The desk is locked."}

    return lock
