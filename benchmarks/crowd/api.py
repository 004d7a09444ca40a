"""The Bot API as far as bots need it here, served over HTTP to one bot; people are `crowd.people`.

It is lenient on purpose: a strict Bot API is what the tests have, this one must cost little. What is not
simulated: TLS, Telegram's own rate limits (set `refused`), groups, files.

Half of the network's round trip passes before a call is heard, half before its answer arrives.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable

import orjson

from benchmarks.crowd.http import DONE, Fields, Message, answer, fields, first, form, refusal
from benchmarks.crowd.people import Crowd
from benchmarks.crowd.plans import ME, Keyboard
from benchmarks.crowd.post import Line, Post
from benchmarks.crowd.webhook import AT_ONCE, Webhook

RETRY_SECONDS = 1
"""What a refused call is told to wait (`retry_after`)."""

KEYBOARDS_KEPT = 20_000
"""Keyboards that were decoded already; most are the same for everybody."""

YES = answer(DONE)
NOTHING = answer(b'{"ok":true,"result":[]}')


def _result(value: object) -> bytes:
    return answer(orjson.dumps({"ok": True, "result": value}))


def _name(_: Fields) -> bytes:
    return _result({"name": "Seuil"})


def _description(_: Fields) -> bytes:
    return _result({"description": ""})


def _short_description(_: Fields) -> bytes:
    return _result({"short_description": ""})


def _me(_: Fields) -> bytes:
    return answer(b'{"ok":true,"result":' + ME + b"}")


def _chat(said: Fields) -> bytes:
    return _result({"id": int(said.get("chat_id") or 0), "type": "private", "first_name": "Somebody"})


class Api:
    """What one bot is served. `serve` opens it on a free port of the loopback."""

    def __init__(self, post: Post) -> None:
        self.post = post
        self.crowd: Crowd | None = None
        self.half = 0.0
        """Half of the network's round trip, in seconds."""
        self.refused = 0.0
        """Share of what is sent that is answered 429."""
        self.calls: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.webhook: Webhook | None = None
        self._chance = random.Random(1)
        self._keyboards: dict[str | bytes, Keyboard | None] = {}
        self._connections: set[Connection] = set()
        self._server: asyncio.Server | None = None
        self._message = 50_000_000
        self._methods: dict[str, Callable[[Fields], bytes]] = {
            "getme": _me,
            "sendmessage": self._send,
            "editmessagetext": self._send,
            "editmessagereplymarkup": self._mark,
            "setwebhook": self._set_webhook,
            "deletewebhook": self._delete_webhook,
            "getwebhookinfo": self._webhook_info,
            "getchat": _chat,
            "getmyname": _name,
            "getmydescription": _description,
            "getmyshortdescription": _short_description,
        }

    async def serve(self) -> str:
        """Open; the address bots are to call."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self), "127.0.0.1", 0, backlog=4096)
        host, port = self._server.sockets[0].getsockname()[:2]
        return f"http://{host}:{port}"

    def close(self) -> None:
        if self.webhook is not None:
            self.webhook.close()
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections):
            connection.hang_up()

    def opened(self, connection: Connection) -> None:
        self._connections.add(connection)

    def lost(self, connection: Connection) -> None:
        self._connections.discard(connection)
        self.post.hang_up(connection)

    @property
    def is_listened_to(self) -> bool:
        """Whether the bot asks for updates or has set a webhook."""
        return bool(self.post.asked) or self.webhook is not None

    # --- calls ----------------------------------------------------------------------------------------------

    def call(self, method: str, said: Fields, line: Line | None) -> bytes | None:
        """One call of the bot. None: it is answered later. No line: a call in a webhook's answer."""
        name = method.lower()
        self.calls[name] += 1
        if name == "getupdates":
            return self.post.ask(said, line) if line is not None else None
        is_sent = name.startswith(("send", "edit"))
        if is_sent and line is not None and self.refused and self._chance.random() < self.refused:
            self.faults["429"] += 1
            why = f"Too Many Requests: retry after {RETRY_SECONDS}"
            return refusal(429, why, {"retry_after": RETRY_SECONDS})
        known = self._methods.get(name)
        if known is not None:
            return known(said)
        if is_sent:
            return self._send(said)
        if name.startswith("get"):
            return NOTHING
        return YES

    def _send(self, said: Fields) -> bytes:
        chat = int(said["chat_id"])
        text = str(said.get("text") or said.get("caption") or "")
        keyboard, raw = self._keyboard(said.get("reply_markup"))
        message = int(said.get("message_id") or 0)
        if not message:
            self._message += 1
            message = self._message
        if self.crowd is not None:
            self.crowd.heard(chat, text, keyboard, message)
        return answer(
            b'{"ok":true,"result":{"message_id":%d,"from":%s,"chat":{"id":%d,"first_name":"Somebody",'
            b'"type":"private"},"date":%d,"text":%s%s}}'
            % (
                message,
                ME,
                chat,
                int(time.time()),
                orjson.dumps(text),
                b',"reply_markup":' + raw if raw else b"",
            )
        )

    def _mark(self, said: Fields) -> bytes:
        """editMessageReplyMarkup: new buttons under an old message answer nobody, but can be pressed."""
        keyboard, _ = self._keyboard(said.get("reply_markup"))
        person = self.crowd.people.get(int(said.get("chat_id") or 0)) if self.crowd is not None else None
        if person is not None and keyboard is not None:
            person.keyboard, person.under = keyboard, int(said.get("message_id") or 0)
        return YES

    def _keyboard(self, said: object) -> tuple[Keyboard | None, bytes]:
        """An inline keyboard, decoded once, and as JSON."""
        if not said:
            return None, b""
        raw = said if isinstance(said, str) else orjson.dumps(said)
        if raw not in self._keyboards:
            if len(self._keyboards) >= KEYBOARDS_KEPT:
                self._keyboards.clear()
            markup = orjson.loads(raw) if isinstance(said, str) else said
            self._keyboards[raw] = markup.get("inline_keyboard") if isinstance(markup, dict) else None
        keyboard = self._keyboards[raw] or None
        return keyboard, (raw.encode() if isinstance(raw, str) else raw) if keyboard else b""

    # --- the webhook ----------------------------------------------------------------------------------------

    def _set_webhook(self, said: Fields) -> bytes:
        self._delete_webhook({})
        if url := str(said.get("url") or ""):
            webhook = Webhook(
                self.post,
                url,
                most=int(said.get("max_connections") or AT_ONCE),
                secret=str(said.get("secret_token") or ""),
                half=lambda: self.half,
                call=lambda method, parameters: self.call(method, parameters, None),
            )
            self.webhook, self.post.pump = webhook, webhook.pump
            asyncio.get_running_loop().call_soon(webhook.pump)
        return YES

    def _delete_webhook(self, said: Fields) -> bytes:
        if self.webhook is not None:
            self.webhook.close()
            self.webhook, self.post.pump = None, None
        if str(said.get("drop_pending_updates")).lower() == "true":
            self.faults["dropped by the bot"] += len(self.post.waiting)
            self.post.waiting.clear()
        return YES

    def _webhook_info(self, _: Fields) -> bytes:
        url = "" if self.webhook is None else self.webhook.url
        return _result(
            {"url": url, "has_custom_certificate": False, "pending_update_count": len(self.post.waiting)}
        )


class Connection(asyncio.Protocol):
    """One connection of the bot to the Bot API."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._buffer = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a stream's is always a Transport
        self._api.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._api.lost(self)

    def hang_up(self) -> None:
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data if self._buffer else data
        at = 0
        half = self._api.half
        while at < len(buffer):
            message = first(buffer, at)
            if message is None:
                break
            at = message.end
            if half:
                asyncio.get_running_loop().call_later(half, self._hear, message)
            else:
                self._hear(message)
        self._buffer = buffer[at:]

    def _hear(self, message: Message) -> None:
        head = message.head
        space = head.find(b" ")
        path, _, query = head[space + 1 : head.find(b" ", space + 1)].partition(b"?")
        said = fields(message)
        if query:
            said = {**form(query), **said}
        replied = self._api.call(path[path.rfind(b"/") + 1 :].decode(), said, self)
        if replied is not None:
            self.reply(replied)

    def reply(self, data: bytes) -> None:
        half = self._api.half
        if half:
            asyncio.get_running_loop().call_later(half, self._write, data)
        else:
            self._write(data)

    def _write(self, data: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(data)
