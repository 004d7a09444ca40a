"""What an operator may write about Signal: where its daemon listens, which account is the bot's.

Here: one check a setting, each given what stands before it in `bot.settings.Settings`. Never here: a call to
the daemon, or any part of a value in a fault.

The daemon asks nobody who they are: whoever reaches it reads and writes as the bot. So a TCP address must be
near; a socket of one's own is better.
"""

from __future__ import annotations

import re
from pathlib import Path

from bot.addresses import NotAnAddress, is_near, listening
from bot.declared import Before, Told

_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
"""E.164."""

_USERNAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{2,31}\.[0-9]{2,9}")
"""A nickname, a point, digits: as Signal gives it."""


def daemon(text: str) -> str:
    """Empty, a socket's path, or host:port of a place that is near."""
    if not text or "/" in text:
        return text
    try:
        host, _ = listening(text)
    except NotAnAddress:
        raise ValueError("no address") from None
    if not is_near(host):
        raise Told(
            "a place near this machine expected, one far away found. The daemon takes orders from whoever "
            "reaches it: use its socket, or an address of a private network."
        )
    return text


def account(text: str, before: Before) -> str:
    if text and not _NUMBER.fullmatch(text):
        raise ValueError("not a number")
    return _with_daemon(text, before)


def username(text: str, before: Before) -> str:
    if text and not _USERNAME.fullmatch(text):
        raise ValueError("not a name")
    return _with_daemon(text, before)


def place(text: str) -> Path | tuple[str, int]:
    """Where the daemon listens, of a setting that was checked."""
    return Path(text).expanduser() if "/" in text else listening(text)


def _with_daemon(text: str, before: Before) -> str:
    if text and before.get("signal") == "":
        raise Told(
            "given without SEUIL_SIGNAL, so there is no daemon that could have it. Set the daemon's socket "
            "too, or leave this line out."
        )
    return text
