"""Carrying an instance over from its folder to a PostgreSQL server, with a bar that moves.

Never here: a row (`storage.moving`).
"""

from __future__ import annotations

from pathlib import Path

from bot.errors import SettingsError
from bot.secret import SecretStr
from bot.settings import Settings
from bot.store_settings import database
from handlers.progress import shown
from storage.moving import move


async def carry_over(settings: Settings, source: str, target: str) -> int:
    """Move the instance at `source` (sqlite:FOLDER; empty: SEUIL_DATA) to `target` (postgresql://…; empty:
    SEUIL_STORE). How many rows. Raises as `storage.moving.move`."""
    kind, _, place = (source or f"sqlite:{settings.data}").partition(":")
    url = target or settings.store.get_secret_value()
    if kind != "sqlite" or not place or not url.startswith("postgresql://"):
        raise SettingsError(
            "An instance moves from sqlite:FOLDER to postgresql://…, and these are others.",
            hint="Set SEUIL_STORE to the new place, then: python -m bot move",
        )
    try:
        url = database(SecretStr(url)).get_secret_value()
    except ValueError:
        raise SettingsError(
            "The url to move to is none that SEUIL_STORE would take.",
            hint="See SEUIL_STORE in .env.example; a server that is not near needs ?sslmode=verify-full.",
        ) from None
    with shown() as tell:
        return await move(Path(place), url, tell)
