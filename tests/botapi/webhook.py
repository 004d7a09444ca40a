"""Updates pushed to the bot: one delivery at a time for each chat, many chats at once, again until a 2xx.

Never here: what waits (updates.py). A 2xx may carry one call in its body; its result is told to nobody.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp
import orjson
from telegram.constants import SUPPORTED_WEBHOOK_PORTS

from .messages import method
from .reading import Given, from_json, pairs
from .refusals import Refused, bad
from .updates import Update

if TYPE_CHECKING:
    from .fake import FakeTelegram

HEADER = "X-Telegram-Bot-Api-Secret-Token"
CONNECTIONS = 40
"""How many deliveries go at once unless setWebhook says otherwise."""


@dataclass(slots=True)
class Webhook:
    """Where updates are pushed, when `url` says so. `patience` is the wait before a second try, doubled up to
    `longest`, in seconds: far less than Telegram's, so that tests end."""

    fake: FakeTelegram
    call: Callable[[str, Given], Awaitable[Any]]
    patience: float = 0.05
    longest: float = 2.0
    timeout: float = 60.0
    url: str = ""
    secret: str | None = None
    connections: int = CONNECTIONS
    certificate: bool = False
    error: tuple[float, str] | None = None
    tries: int = 0
    at_once: int = 0
    most_at_once: int = 0
    _lanes: defaultdict[Hashable, deque[Update]] = field(default_factory=lambda: defaultdict(deque))
    _running: dict[Hashable, asyncio.Task[None]] = field(default_factory=dict)
    _session: aiohttp.ClientSession | None = None
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CONNECTIONS))

    def is_set_so(self, args: dict[str, Any]) -> bool:
        """Whether setWebhook with these would change nothing but the kinds of updates. A certificate is never
        known to be the same."""
        if self.certificate or "certificate" in args or args.get("drop_pending_updates"):
            return False
        asked = (args["url"], args.get("secret_token"), args.get("max_connections", CONNECTIONS))
        return asked == (self.url, self.secret, self.connections)

    async def start(self, url: str, args: dict[str, Any]) -> None:
        await self.stop()
        self.url, self.secret = url, args.get("secret_token")
        self.connections = args.get("max_connections", CONNECTIONS)
        self.certificate = "certificate" in args
        self._room = asyncio.Semaphore(self.connections)
        trust: ssl.SSLContext | bool = not self.certificate
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self.connections, ssl=trust),
            timeout=aiohttp.ClientTimeout(total=self.timeout),
        )
        for update in self.fake.updates.pending.values():
            self.push(update)

    async def stop(self) -> None:
        self.url = ""
        running = [each for each in self._running.values() if each is not asyncio.current_task()]
        self._lanes.clear()
        self._running.clear()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        if self._session:
            await self._session.close()
            self._session = None

    def push(self, update: Update) -> None:
        if not self.url:
            return
        lane = update.id if self.fake.trouble.overtakes() else update.lane
        self._lanes[lane].append(update)
        if lane not in self._running:
            self._running[lane] = asyncio.get_running_loop().create_task(self._run(lane))

    async def _run(self, lane: Hashable) -> None:
        queue = self._lanes[lane]
        while queue:
            await self._until_taken(queue[0])
            queue.popleft()
        self._lanes.pop(lane, None)
        self._running.pop(lane, None)
        self.fake.bell.ring()

    async def _until_taken(self, update: Update) -> None:
        wait = self.patience
        while update.id in self.fake.updates.pending:
            async with self._room:
                taken = await self._deliver(update)
            if taken and not self.fake.trouble.repeats():
                self.fake.updates.confirmed([update.id])
            elif taken:
                continue
            else:
                await asyncio.sleep(wait)
                wait = min(wait * 2, self.longest)
            self.fake.updates.forget_old()

    async def _deliver(self, update: Update) -> bool:
        """One try. Whatever the answer's body asks for is done before the update counts as taken."""
        assert self._session is not None
        headers = {"Content-Type": "application/json", "User-Agent": "TelegramBot (like TwitterBot)"}
        if self.secret:
            headers[HEADER] = self.secret
        self.tries += 1
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            async with self._session.post(
                self.url, data=orjson.dumps(update.wire()), headers=headers, allow_redirects=False
            ) as answer:
                body = await answer.read()
                if 200 <= answer.status < 300:
                    await self._asked(answer.content_type, body)
                    return True
                self._failed(f"Wrong response from the webhook: {answer.status} {answer.reason}")
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            self._failed(f"Connection failed: {type(error).__name__}")
        finally:
            self.at_once -= 1
        return False

    async def _asked(self, kind: str, body: bytes) -> None:
        fields: dict[str, Any] = {}
        with contextlib.suppress(Refused):
            if kind == "application/json" and body.startswith(b"{"):
                fields = from_json(body)
            elif kind == "application/x-www-form-urlencoded":
                fields = dict(pairs(body.decode()))
        asked = fields.pop("method", None)
        if isinstance(asked, str):
            await self.call(asked, Given(fields, native=kind == "application/json"))

    def _failed(self, why: str) -> None:
        self.error = (self.fake.now(), why)
        self.fake.bell.ring()


def refuse_url(url: str, plain_allowed: bool) -> None:
    """Telegram calls https only, on four ports; a Bot API server of one's own calls anything."""
    split = urlsplit(url)
    if not split.hostname:
        raise bad("bad webhook: invalid webhook URL specified")
    if plain_allowed:
        return
    if split.scheme != "https":
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if (split.port or 443) not in SUPPORTED_WEBHOOK_PORTS:
        raise bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")


# --- the three methods; the first two wait, so fake.py awaits them ------------------------------------------


async def set_webhook(fake: FakeTelegram, args: dict[str, Any]) -> bool:
    """Set as it is already, nothing is begun anew: deliveries that are on their way go on (telegram-bot-api,
    `Client::process_set_webhook_query`: "Webhook is already set")."""
    if not args["url"]:
        return await delete_webhook(fake, args)
    refuse_url(args["url"], fake.allow_http_webhook)
    fake.updates.allow(args.get("allowed_updates"))
    if fake.hook.is_set_so(args):
        return True
    fake.updates.interrupt("terminated by setWebhook request")
    if args.get("drop_pending_updates"):
        fake.updates.forget_all()
    await fake.hook.start(args["url"], args)
    return True


async def delete_webhook(fake: FakeTelegram, args: dict[str, Any]) -> bool:
    await fake.hook.stop()
    if args.get("drop_pending_updates"):
        fake.updates.forget_all()
    return True


@method("getWebhookInfo")
def get_webhook_info(fake: FakeTelegram, args: dict[str, Any]) -> dict[str, Any]:
    hook = fake.hook
    told: dict[str, Any] = {
        "url": hook.url,
        "has_custom_certificate": hook.certificate,
        "pending_update_count": len(fake.updates.pending),
    }
    if hook.url:
        told["max_connections"] = hook.connections
        told["ip_address"] = "127.0.0.1"
        if hook.error:
            told |= {"last_error_date": int(hook.error[0]), "last_error_message": hook.error[1]}
    if fake.updates.allowed_told:
        told["allowed_updates"] = fake.updates.allowed_told
    return told
