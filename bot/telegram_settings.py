"""What an operator may write about Telegram: its API's address, the token, the webhook, where it listens.

Here: one check a setting, each given what stands before it in `bot.settings.Settings`, so that two settings
which contradict each other are told among all other faults. Never here: a call to Telegram, or any part of a
value in a fault.

Telegram's own servers are held to what Telegram demands. Any other address is somebody's own Bot API server:
it may give out shorter tokens, and it may live on a private network without certificates.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.addresses import Url, listening
from bot.declared import Before, Told
from bot.secret import SecretStr

TELEGRAM = "https://api.telegram.org"
TELEGRAM_HOST = "api.telegram.org"
TELEGRAM_CALLS = (443, 80, 88, 8443)
"""Ports Telegram's servers call. Source: https://core.telegram.org/bots/api#setwebhook."""

_TOKEN = re.compile(r"[0-9]{5,20}:[A-Za-z0-9_-]{30,64}")
_LOCAL_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{1,128}")
"""What servers other than Telegram's own give out: nobody promised BotFather's lengths there."""


def api(text: str) -> str:
    """Scheme, host and port, without a slash at the end. https, except to a host that is near."""
    url = Url.read(text)
    if url.path.strip("/"):
        raise Told("an address without a path expected, one with a path found. Keep scheme, host and port.")
    if url.scheme != "https" and not url.is_near:
        raise Told(
            "https expected, http to a host that is not near found. The token and every answer would travel "
            "in clear: write https, or use a private address."
        )
    return str(replace(url, path=""))


def token(secret: SecretStr, before: Before) -> SecretStr:
    """As BotFather gives it where the API is Telegram's own; elsewhere digits, a colon and a word."""
    shape = _TOKEN if _telegrams_own(before) else _LOCAL_TOKEN
    if secret.get_secret_value() and not shape.fullmatch(secret.get_secret_value()):
        raise ValueError("not a token")
    return secret


def webhook(text: str, before: Before) -> str:
    """Empty, or a URL that the API which is set can and may call; its path is never empty."""
    if not text:
        return text
    url, own = Url.read(text), _telegrams_own(before)
    if url.scheme != "https" and (own or not url.is_near):
        raise Told(
            "https expected, http found. Put a proxy with a certificate before Seuil, or leave the line out: "
            "it then asks Telegram for what is new, which needs no address."
        )
    if own and url.port not in TELEGRAM_CALLS:
        raise Told(
            "port 443, 80, 88 or 8443 expected, another found. Telegram calls no other: use 443, behind a "
            "proxy."
        )
    if own and url.is_near:
        raise Told(
            "an address Telegram can call expected, one of a private network found. Write the public one, or "
            "leave the line out: Seuil then asks Telegram for what is new."
        )
    if "telegram_token" in before and not before["telegram_token"].get_secret_value():
        raise Told(
            "given without SEUIL_TELEGRAM_TOKEN, so there is no bot to call. Set the token too, or leave "
            "this line out."
        )
    return str(replace(url, path=url.path or "/"))


def listen(text: str, before: Before) -> str:
    """host:port, as `bot.addresses.listening` takes it apart."""
    listening(text)
    if before.get("telegram_webhook") == "":
        raise Told(
            "given without SEUIL_TELEGRAM_WEBHOOK, so nobody is told to call there. Set the webhook too, or "
            "leave this line out."
        )
    return text


def _telegrams_own(before: Before) -> bool:
    """Whether the API called is Telegram's. False also where its address is at fault itself."""
    return "telegram_api" in before and Url.read(before["telegram_api"]).host == TELEGRAM_HOST
