"""The fake over real HTTP/1.1: paths, tokens, answers, and connections that end badly on purpose.

Never here: what calls mean. Why aiohttp: aiogram brings it, and it knows multipart and pipelining.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import orjson
from aiohttp import web

from .limits import UPLOAD_BYTES
from .reading import Call, given
from .refusals import Refused, bad, no_such_method, unauthorized
from .trouble import Plan, proxy_page

if TYPE_CHECKING:
    from .fake import FakeTelegram

PATH = re.compile(r"/bot([^/]+)/([A-Za-z]+)")
SERVER = {"Server": "nginx/1.18.0"}


class Server:
    """Listens on loopback. Port 0 lets the machine choose one."""

    def __init__(self, fake: FakeTelegram, port: int) -> None:
        self._fake, self._port = fake, port
        self._runner: web.AppRunner | None = None
        self._over = asyncio.Event()
        self.base = ""

    async def start(self) -> None:
        self._over = asyncio.Event()
        app = web.Application(client_max_size=2 * UPLOAD_BYTES)
        app.router.add_route("*", "/{tail:.*}", self.handle)
        self._runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1, keepalive_timeout=600
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, backlog=1024)
        await site.start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Close every connection, also those that wait."""
        self._over.set()
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        try:
            return await self._answered(request)
        except Refused as refusal:
            return told(refusal.wire(), refusal.code)
        except Exception as error:
            # a fault of the fake itself must not pass for a Telegram that is down, which bots forgive
            self._fake.noted(request.path.rpartition("/")[2], {}, Refused(500, f"the fake broke: {error!r}"))
            raise

    async def _answered(self, request: web.Request) -> web.StreamResponse:
        fake = self._fake
        split = PATH.fullmatch(request.path)
        if split is None:
            raise no_such_method()
        if split[1] != fake.token:
            raise unauthorized()
        if request.method not in ("GET", "POST"):
            raise Refused(405, "Method Not Allowed")
        waiting = split[2].lower() == "getupdates"
        fake.in_flight += not waiting
        try:
            call = fake.understood(split[2], await self._given(request, split[2]))
            return await self._done(request, call, fake.planned(call))
        finally:
            fake.in_flight -= not waiting
            fake.bell.ring()

    async def _given(self, request: web.Request, name: str) -> Any:
        try:
            return await given(request)
        except Refused as refusal:
            raise self._fake.noted(name, {}, refusal) from None
        except web.HTTPRequestEntityTooLarge:
            raise self._fake.noted(name, {}, Refused(413, "Request Entity Too Large")) from None
        except ValueError:
            raise self._fake.noted(name, {}, bad("can't parse the body")) from None

    async def _done(self, request: web.Request, call: Call, plan: Plan | None) -> web.StreamResponse:
        fake = self._fake
        if fake.round_trip and call.method != "getUpdates":
            await asyncio.sleep(fake.round_trip)
        if plan is None:
            return told({"ok": True, "result": await fake.perform(call)})
        if plan.how == "slow":
            await asyncio.sleep(plan.seconds)
            return told({"ok": True, "result": await fake.perform(call)})
        if plan.after:
            await fake.perform(call)
        return await self._failed(request, plan)

    async def _failed(self, request: web.Request, plan: Plan) -> web.StreamResponse:
        if plan.how == "silent":
            self._fake.in_flight -= 1  # nobody is at work on it: who waits for quiet does not wait for this
            self._fake.bell.ring()
            try:
                await self._over.wait()
            finally:
                self._fake.in_flight += 1
        if isinstance(plan.how, int) and plan.how < 500:
            raise Refused(plan.how, plan.description or "Bad Request: made to fail")
        if isinstance(plan.how, int):
            return web.Response(
                text=proxy_page(plan.how), status=plan.how, content_type="text/html", headers=SERVER
            )
        if request.transport:
            request.transport.abort()
        return web.Response()


def told(answer: dict[str, Any], status: int = 200) -> web.Response:
    return web.Response(
        body=orjson.dumps(answer), status=status, content_type="application/json", headers=SERVER
    )
