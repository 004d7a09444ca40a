"""Who carries a digest to partners without a chat: one line a way. Every other channel is a chat
(`handlers.delivery.chat`).

A new way is one file beside this one, and its line here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from bot.settings import Settings
from handlers.delivery import Carrier
from handlers.delivery.folder import FolderCarrier
from handlers.delivery.mail import MailCarrier
from locales import Words

Clock: TypeAlias = Callable[[], float]
"""Seconds since 1970-01-01 UTC."""

CARRIERS: Mapping[str, Callable[[Settings, Mapping[str, Words], Clock], Carrier]] = {
    "mail": MailCarrier,
    "folder": lambda settings, _words, _clock: FolderCarrier(settings.digest_folder),
}
"""By the channel of a partner's address."""


def carriers(settings: Settings, words: Mapping[str, Words], clock: Clock) -> dict[str, Carrier]:
    """Those of one instance. Raises `SettingsError` for what is set and cannot be."""
    return {channel: make(settings, words, clock) for channel, make in CARRIERS.items()}
