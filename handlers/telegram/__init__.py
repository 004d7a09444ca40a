"""Telegram, as a channel: hears by polling or by webhook, shows in order for each chat, deletes what it may.

    updates      what arrives, and what it comes to        polling, webhook   how it arrives
    screens      what is shown, as the Bot API's messages   calls, wire        how it is sent
    profile      the bot's name and commands                files            by python-telegram-bot

Never here: an address, a name or a word of anybody in a log or an exception; what follows from what is heard.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
from base64 import urlsafe_b64encode
from collections import deque
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from bot.errors import TelegramError
from handlers import Abilities, Address, Attachment, Gone, Hear, Heard, Screen, Unreached
from handlers.queues import Queues
from handlers.telegram.calls import Api, Broken, Moved, Refused, TooMany, encode
from handlers.telegram.polling import Polling
from handlers.telegram.screens import LONGEST_TEXT, Painter
from handlers.telegram.updates import ALLOWED, CHANNEL, Translator
from handlers.telegram.webhook import Webhook
from handlers.telegram.wire import MOST_LINES, Cut, Wire

if TYPE_CHECKING:
    from telegram import Bot

log = logging.getLogger(__name__)

AT_ONCE = 100
"""Messages in one deleteMessages, and the most connections a webhook may ask for (Bot API)."""

GROUP_MESSAGES, GROUP_SECONDS = 20, 60.0
"""Telegram takes 20 messages a minute in a group (Bot FAQ). Private chats are not held back: their limit is
said to be one a second, is not kept by Telegram itself, and a 429 is an ordinary answer."""

OPENING_TRIES = 3
OPENING_SECONDS = 5.0


class _Sent(msgspec.Struct):
    message_id: int


class _Me(msgspec.Struct):
    username: str = ""


class _Info(msgspec.Struct):
    url: str = ""


@dataclass(frozen=True, slots=True)
class Access:
    """How the bot is reached. `key`: 32 bytes of this instance, for the secrets agreed with Telegram."""

    token: str = field(repr=False)
    api: str
    key: bytes = field(repr=False)
    webhook: str = field(default="", repr=False)
    """Empty: long polling."""
    listen: tuple[str, int] = ("127.0.0.1", 8443)

    def mark(self) -> bytes:
        """What says of a webhook that this instance set it."""
        return hmac.digest(self.key, b"v1|webhook|" + self.webhook.encode(), hashlib.sha256)

    def secret(self) -> str:
        """The same at each start: what Telegram sends meanwhile is still known."""
        made = hmac.digest(self.key, b"v1|webhook secret|" + self.token.encode(), hashlib.sha256)
        return urlsafe_b64encode(made).decode().rstrip("=")


class Telegram:
    """One bot. `open` before `listen`; `close` in the end."""

    name = CHANNEL
    can = Abilities(buttons=True, deletes=True, protects=True, longest=LONGEST_TEXT, counts=True, sounds=True)

    def __init__(self, access: Access) -> None:
        self._access = access
        base = f"{access.api}/bot{access.token}"
        self._wire = Wire(base)
        # A poll holds its connection for a minute: it has one of its own, and the answers all the others.
        self._poll_wire = Wire(base, lines=1)
        self._api = Api(self._wire)
        self._painter = Painter(hmac.digest(access.key, b"v1|buttons", hashlib.sha256))
        self._bot: Bot | None = None
        self._translator = Translator("", self._painter.read)
        self._server: Webhook | None = None
        self._queues = Queues()
        self._groups: dict[int, deque[float]] = {}
        self._answering: set[asyncio.Task[None]] = set()
        self._hear: Hear | None = None
        self._polling: Polling | None = None

    def __repr__(self) -> str:
        return "Telegram()"

    @property
    def bot(self) -> Bot:
        """python-telegram-bot's client, for what is rare. Loaded when first asked for: it is a sixth of the
        whole start, and answers nobody."""
        if self._bot is None:
            from handlers.telegram.files import client  # noqa: PLC0415 - see above

            self._bot = client(self._access.token, self._access.api)
        return self._bot

    # --- opening and closing --------------------------------------------------------------------------------

    async def try_out(self) -> None:
        """Whether there is such a bot, and a port for its webhook. Changes nothing.

        Raises `TelegramError`.
        """
        await self._first("getMe")
        if self._access.webhook:
            server = Webhook(self._access.webhook, self._access.listen, "", self._translator)
            await server.open()
            await server.shut()

    async def open_to_speak(self) -> None:
        """As `open`, where another process takes the updates. Raises `TelegramError`."""
        await self._first("getMe")

    async def open(self, known: bytes | None, *, take_over: bool = False) -> bytes:
        """Make sure of the bot, and take its updates. `known`: the mark of the webhook this instance set
        last. The new mark. Raises `TelegramError` before anything was changed."""
        me = msgspec.json.decode(await self._first("getMe"), type=_Me)
        self._translator = Translator(me.username, self._painter.read)
        info = msgspec.json.decode(await self._first("getWebhookInfo"), type=_Info)
        access = self._access
        mark = access.mark() if access.webhook else b""
        if info.url and info.url != access.webhook and not take_over:
            there = hmac.digest(access.key, b"v1|webhook|" + info.url.encode(), hashlib.sha256)
            if known is None or not hmac.compare_digest(there, known):
                raise TelegramError(
                    "This bot's updates go to a webhook that this Seuil did not set: another serves it.",
                    hint="Stop the other program. If there is none any more: python -m bot run --take-over",
                )
        if access.webhook:
            self._server = Webhook(access.webhook, access.listen, access.secret(), self._translator)
            await self._server.open()
            await self._first(
                "setWebhook",
                encode(
                    {
                        "url": access.webhook,
                        "secret_token": access.secret(),
                        "allowed_updates": ALLOWED,
                        "max_connections": AT_ONCE,
                    }
                ),
            )
        elif info.url:
            await self._first("deleteWebhook")
        return mark

    async def _first(self, method: str, body: bytes = b"{}") -> msgspec.Raw:
        """A call without which nothing starts."""
        fault = "cannot be reached"
        for attempt in range(OPENING_TRIES):
            try:
                return await self._api.once(method, body, OPENING_SECONDS)
            except TooMany as refused:
                fault = "asks to wait"
                await asyncio.sleep(min(refused.seconds, OPENING_SECONDS))
            except (Broken, Cut):
                await asyncio.sleep(0.3 * (attempt + 1))
            except Refused as refused:
                if refused.code in (401, 404):
                    raise TelegramError(
                        "Telegram does not know this token.",
                        hint="Ask BotFather for the bot's token (/mybots, API Token) and write it to "
                        "SEUIL_TELEGRAM_TOKEN.",
                    ) from None
                raise TelegramError(
                    f"Telegram refuses {method} ({refused.code}).",
                    hint="Look at SEUIL_TELEGRAM_WEBHOOK: a public https address with a valid certificate "
                    "is needed, on port 443, 80, 88 or 8443.",
                ) from None
        raise TelegramError(
            f"The Bot API {fault}.",
            hint="Look at this machine's network, and at SEUIL_TELEGRAM_API if it is set. Then start again.",
        )

    async def close(self) -> None:
        if self._answering:
            await asyncio.wait(self._answering, timeout=2.0)
        await self._wire.close()
        await self._poll_wire.close()
        if self._bot is not None:
            await self._bot.request.shutdown()

    # --- hearing --------------------------------------------------------------------------------------------

    async def listen(self, hear: Hear) -> None:
        self._hear = hear
        if self._server is not None:
            await self._server.run(hear)
        else:
            self._polling = Polling(Api(self._poll_wire), self._translator, self._answer_press)
            await self._polling.run(hear)

    @property
    def is_listening(self) -> bool:
        """Whether people are heard at this moment."""
        if self._server is not None:
            return self._server.is_serving
        return self._polling is not None and self._polling.is_answered

    def _answer_press(self, query: str) -> None:
        """Every press is answered, with nothing in it: a toast would show on a locked telephone."""
        task = asyncio.create_task(self._answered(encode({"callback_query_id": query})))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answered(self, body: bytes) -> None:
        # Too old, or answered before: the button only turns a little longer.
        with suppress(Refused, Gone, Unreached):
            await self._api.insist("answerCallbackQuery", body, 10.0)

    # --- showing --------------------------------------------------------------------------------------------

    def show(self, who: Address, *screens: Screen) -> Awaitable[tuple[int, ...]]:
        return self._queues.then(who.chat, lambda: self._show(int(who.chat), screens))

    async def _show(self, chat: int, screens: tuple[Screen, ...]) -> tuple[int, ...]:
        sent = []
        for screen in screens:
            for body in self._painter.messages(chat, screen):
                if (id := await self._send(chat, body)) is not None:
                    sent.append(id)
            for file in screen.files:
                sent.append(await self._send_file(chat, screen, file))
        return tuple(sent)

    async def _send(self, chat: int, body: bytes) -> int | None:
        if chat < 0:
            await self._pace(chat)
        try:
            result = await self._api.insist("sendMessage", body)
        except Moved as moved:
            await self._follow(chat, moved.chat)
            raise Unreached from None
        except Refused as refused:
            # Never meant to happen; tried again, it would hold up this chat for ever.
            log.error("a message is refused (%d) and left out", refused.code)
            return None
        return msgspec.json.decode(result, type=_Sent).message_id

    async def _follow(self, chat: int, to: int) -> None:
        """A group has another id now: tell the house, which sends again."""
        if self._hear is not None:
            await self._hear(Heard(Address(CHANNEL, str(chat)), 0, "moved", str(to), person="0"))

    async def _pace(self, chat: int) -> None:
        loop = asyncio.get_running_loop()
        times = self._groups.setdefault(chat, deque())
        while times and times[0] <= loop.time() - GROUP_SECONDS:
            times.popleft()
        if len(times) >= GROUP_MESSAGES:
            await asyncio.sleep(times[0] + GROUP_SECONDS - loop.time())
        times.append(loop.time())

    async def _send_file(self, chat: int, screen: Screen, file: Attachment) -> int:
        from handlers.telegram.files import send  # noqa: PLC0415 - see `bot`

        try:
            return await send(self.bot, chat, file, protect=screen.protect)
        except Moved as moved:
            await self._follow(chat, moved.chat)
            raise Unreached from None

    # --- deleting -------------------------------------------------------------------------------------------

    async def forget(self, who: Address, messages: Sequence[int]) -> None:
        """Newest first: a bot may delete what is less than 48 hours old, so that where one is too old, all
        before it are."""
        left = sorted(set(messages), reverse=True)
        for start in range(0, len(left), AT_ONCE):
            if not await self._delete(int(who.chat), left[start : start + AT_ONCE]):
                return

    async def _delete(self, chat: int, messages: list[int]) -> bool:
        """Whether all of these could be deleted. Where one cannot, the whole batch is refused: halved."""
        try:
            await self._api.insist("deleteMessages", encode({"chat_id": chat, "message_ids": messages}))
        except Moved:
            return True
        except Refused:
            if len(messages) == 1:
                return False
            half = len(messages) // 2
            newer = await self._delete(chat, messages[:half])
            return await self._delete(chat, messages[half:]) and newer
        return True


__all__ = ["MOST_LINES", "Access", "Telegram"]
