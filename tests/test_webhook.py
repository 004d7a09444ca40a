"""It is promised that each time Telegram brings an update it is answered: 200 once it is durable, and 503
where it is not known to be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager

from handlers import Hear, Heard
from handlers.telegram.updates import Translator
from handlers.telegram.webhook import Webhook
from tests.telegramkit import free_port

SECRET = "s3cret"
UPDATE = b'{"update_id":7,"message":{"message_id":1,"chat":{"id":5},"from":{"id":5},"text":"/start"}}'
REQUEST = (
    b"POST /hook HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    b"X-Telegram-Bot-Api-Secret-Token: %s\r\nContent-Length: %d\r\n\r\n%s"
    % (SECRET.encode(), len(UPDATE), UPDATE)
)

Bring = Callable[[], Coroutine[None, None, bytes]]


@asynccontextmanager
async def hearing(hear: Hear) -> AsyncIterator[Callable[[], Coroutine[None, None, Bring]]]:
    """A webhook that hears so; each call opens a connection, whose calls bring the update and give the first
    line of the answer."""
    port = free_port()
    server = Webhook("https://a.example/hook", ("127.0.0.1", port), SECRET, Translator("b", lambda *_: None))
    await server.open()
    serving = asyncio.create_task(server.run(hear))
    writers: list[asyncio.StreamWriter] = []

    async def connect() -> Bring:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writers.append(writer)

        async def bring() -> bytes:
            writer.write(REQUEST)
            async with asyncio.timeout(5):
                head = await reader.readuntil(b"\r\n\r\n")
            return head.partition(b"\r\n")[0]

        return bring

    try:
        yield connect
    finally:
        for writer in writers:
            writer.close()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


async def acknowledge(heard: Heard) -> None:
    assert heard.ack is not None
    await heard.ack()


async def test_an_update_brought_again_while_its_answer_is_on_the_way_is_confirmed_as_well() -> None:
    """Its first 200 was lost, and the first delivery ends in the middle of the second: by then, she was shown
    her answer."""
    is_heard = [asyncio.Event(), asyncio.Event()]
    goes_on = [asyncio.Event(), asyncio.Event()]
    times = 0

    async def hear(heard: Heard) -> None:
        nonlocal times
        mine, times = times, times + 1
        is_heard[mine].set()
        if mine == 0:
            await acknowledge(heard)  # and now it is shown, which takes a while
        await goes_on[mine].wait()
        if mine == 1:
            await acknowledge(heard)

    async with hearing(hear) as connect:
        first, second = await connect(), await connect()
        assert await first() == b"HTTP/1.1 200 OK"
        again = asyncio.create_task(second())
        await is_heard[1].wait()
        goes_on[0].set()  # first: who waited first goes on first
        goes_on[1].set()

        assert await again == b"HTTP/1.1 200 OK"


async def test_an_update_that_fails_is_brought_again_and_no_other_takes_its_answer() -> None:
    """On one connection, each request has its own answer, also where the update's first delivery failed."""
    times = 0

    async def hear(heard: Heard) -> None:
        nonlocal times
        times += 1
        if times == 1:
            raise RuntimeError("a fault")
        await acknowledge(heard)
        if times == 2:
            raise RuntimeError("a fault once it was durable")

    async with hearing(hear) as connect:
        bring = await connect()

        assert [await bring() for _ in range(3)] == [
            b"HTTP/1.1 503 Service Unavailable",
            b"HTTP/1.1 200 OK",
            b"HTTP/1.1 200 OK",
        ]
