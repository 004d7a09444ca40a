"""The fake seen from outside by a test: bare calls over HTTP, and a bot's own little webhook.

Never here: what is promised (test_botapi*.py).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web

from .fake import FakeTelegram


class Api:
    """Calls the fake as bare HTTP. `await api("getMe")` gives the result, `api.no(...)` the refusal."""

    def __init__(self, fake: FakeTelegram, session: aiohttp.ClientSession) -> None:
        self.fake, self.session = fake, session

    def url(self, method: str, token: str | None = None) -> str:
        return f"{self.fake.base}/bot{token or self.fake.token}/{method}"

    async def __call__(self, method: str, **fields: Any) -> Any:
        answer = await self.answer(method, json=fields)
        assert answer["ok"], answer
        return answer["result"]

    async def no(self, method: str, **fields: Any) -> tuple[int, str]:
        answer = await self.answer(method, json=fields)
        assert answer["ok"] is False, answer
        return int(answer["error_code"]), str(answer["description"])

    async def answer(self, method: str, token: str | None = None, **how: Any) -> dict[str, Any]:
        async with self.session.post(self.url(method, token), **how) as answer:
            told: dict[str, Any] = await answer.json()
            assert told["ok"] is (answer.status == 200)
            assert told.get("error_code", 200) == answer.status
            return told

    async def text(self, who: Any, text: str = "Bonjour", **more: Any) -> dict[str, Any]:
        """The bot writes to somebody, or to a group."""
        sent: dict[str, Any] = await self("sendMessage", chat_id=who.id, text=text, **more)
        return sent


class Hook:
    """A bot's own little web server: keeps what came, and answers as `says` decides."""

    def __init__(self, says: Callable[[Hook], Any]) -> None:
        self.came: list[dict[str, Any]] = []
        self.headers: list[str | None] = []
        self.says = says
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        self.came.append(await request.json())
        self.headers.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        said = self.says(self)
        response: web.Response = await said if asyncio.iscoroutine(said) else said
        return response

    @property
    def texts(self) -> list[str]:
        return [each["message"]["text"] for each in self.came]


@asynccontextmanager
async def hooked(says: Callable[[Hook], Any] = lambda _: web.Response()) -> AsyncIterator[Hook]:
    hook = Hook(says)
    app = web.Application()
    app.router.add_post("/hook", hook.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield hook
    await runner.cleanup()
