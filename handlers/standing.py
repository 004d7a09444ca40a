"""What the console's commands share that are given beside an instance, running or not: its settings, its
store, the passphrase of its desk, a word to whoever sits there.

What is not there is said before anything is made: a command that opened a store in a folder without one would
leave an empty database, which the next backup would take for the instance, and no restoration would replace.

Never here: what a command does.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import typer

from bot.errors import SettingsError
from bot.settings import Settings
from handlers.instance import passphrase_at_hand
from handlers.team_keys import KEYS
from handlers.typed import secret
from locales import countries, spoken
from storage import Store, open_store
from storage.changes import Operation

DATABASE = "seuil.db"
"""Where the store is files."""

INSTANCE = "instance.key"
"""Made at the first start, wherever the store is."""

DAY_SECONDS = 86_400


def say(text: str = "") -> None:
    """To the person at the console, beside what a command answers with."""
    typer.echo(text, err=True)


def day_now() -> int:
    """Days since 1970, as the audit log counts them."""
    return int(time.time() // DAY_SECONDS)


def settings_here() -> Settings:
    """The settings, where the words they name exist. Raises `SettingsError`."""
    settings = Settings.load()
    languages, helped = sorted(spoken()), sorted(countries())
    if settings.language not in languages:
        raise SettingsError(
            f"SEUIL_LANGUAGE: a folder of locales/ expected. There are {', '.join(languages)}.",
            hint="Name one of these, or leave the line out for the usual fr.",
        )
    if settings.help_country not in helped:
        raise SettingsError(
            f"SEUIL_HELP_COUNTRY: a country with help lines expected. There are {', '.join(helped)}.",
            hint="Name one of these, or leave the line out for the usual FR.",
        )
    return settings


def standing() -> Settings:
    """The settings of an instance that was started before. Raises `SettingsError` where there is none."""
    settings = settings_here()
    demand_standing(settings)
    return settings


def keyed() -> Settings:
    """The settings of an instance whose keys are here, with or without its database: keys are brought back
    before it is. Raises `SettingsError` where there is none."""
    settings = settings_here()
    if not (settings.data / KEYS).is_dir():
        demand_standing(settings)
    return settings


def demand_standing(settings: Settings) -> None:
    """Raises `SettingsError` where nothing is kept yet, or not any more."""
    kind, _, folder = settings.store_url.partition(":")
    if kind == "sqlite" and (Path(folder) / DATABASE).exists():
        return
    has_keys = (settings.data / INSTANCE).exists()
    if kind != "sqlite" and has_keys:
        return
    if has_keys or (settings.data / KEYS).is_dir():
        raise SettingsError(
            f"There are keys in {settings.data} and no instance that was started with them.",
            hint="If there was one, put its database back: python -m bot restore. If not: python -m bot run",
        )
    raise SettingsError(
        f"There is no instance in {settings.data} yet.",
        hint="Start it once with `make run`, or name its folder in SEUIL_DATA.",
    )


@asynccontextmanager
async def kept(settings: Settings) -> AsyncIterator[Store]:
    """The store of an instance, beside a program that may be running on it."""
    demand_standing(settings)
    store = await open_store(settings.store_url, console=True)
    try:
        yield store
    finally:
        await store.close()


async def commit(settings: Settings, *change: Operation) -> None:
    """Put this into the store; who keeps the audit log sees what of it is a line there."""
    async with kept(settings) as store:
        await store.commit(change)


def passphrase_for(settings: Settings) -> str:
    """The passphrase of the desk: from a file, or typed."""
    return passphrase_at_hand(settings) or secret("Passphrase of the desk: ")
