"""It is promised that a process which ends lets go of Telegram's calls in good order: what it took is done
and confirmed, what it did not take is for another. Else an update comes twice, and so does an answer.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from benchmarks.crowd.needs import free_port
from handlers import Heard
from handlers.telegram.updates import Translator
from handlers.telegram.webhook import Webhook

SECRET = "s3cret"
PATIENCE = 20.0
"""Seconds, for what takes none."""


def update(number: int) -> bytes:
    """A request of Telegram's, whole."""
    chat = {"id": 5, "type": "private"}
    message = {"message_id": number, "date": 0, "chat": chat, "from": {"id": 5}, "text": "Un."}
    body = json.dumps({"update_id": number, "message": message}).encode()
    head = (
        "POST /h HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        f"X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Caller:
    """A connection of Telegram's, or of a balancer's, that stays open."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def sends(self, number: int) -> None:
        self.writer.write(update(number))

    async def answer(self) -> str:
        """The head of the next answer; empty where the connection was closed instead."""
        with suppress(asyncio.IncompleteReadError, ConnectionResetError):
            async with asyncio.timeout(PATIENCE):
                return (await self.reader.readuntil(b"\r\n\r\n")).decode()
        return ""


class Served:
    """A webhook on a port of its own. What it hears is held until it is let go of."""

    def __init__(self) -> None:
        self.port = free_port()
        self.heard: list[int] = []
        self.goes_on, self.is_shown = asyncio.Event(), asyncio.Event()
        self.fails = False
        self._arrived = asyncio.Condition()
        translator = Translator("b", lambda *_: None)  # type: ignore[arg-type] # no button is pressed here
        self.webhook = Webhook("https://a.example/h", ("127.0.0.1", self.port), SECRET, translator)
        self.serving: asyncio.Task[None] | None = None
        self._callers: list[Caller] = []

    async def hear(self, heard: Heard) -> None:
        """Durable after `goes_on`, shown after `is_shown`."""
        async with self._arrived:
            self.heard.append(heard.update)
            self._arrived.notify_all()
        await self.goes_on.wait()
        if self.fails:
            raise RuntimeError("made up")
        assert heard.ack is not None
        await heard.ack()
        await self.is_shown.wait()

    async def has_heard(self, *numbers: int) -> None:
        async with asyncio.timeout(PATIENCE), self._arrived:
            await self._arrived.wait_for(lambda: self.heard == list(numbers))

    async def caller(self) -> Caller:
        caller = Caller(*await asyncio.open_connection("127.0.0.1", self.port))
        self._callers.append(caller)
        return caller

    def leaves(self) -> None:
        assert self.serving is not None
        self.serving.cancel()

    async def has_left(self) -> None:
        assert self.serving is not None
        await asyncio.wait({self.serving})
        assert self.serving.cancelled()

    async def hang_up(self) -> None:
        for caller in self._callers:
            caller.writer.close()
            with suppress(ConnectionError):
                await caller.writer.wait_closed()


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    served = Served()
    await served.webhook.open()
    served.serving = asyncio.create_task(served.webhook.run(served.hear))
    yield served
    for event in (served.goes_on, served.is_shown):
        event.set()
    served.leaves()
    await served.has_left()
    await served.hang_up()


async def test_what_a_leaving_process_took_is_finished_and_confirmed_before_the_line_is_cut(
    served: Served,
) -> None:
    busy = await served.caller()
    busy.sends(1)
    await served.has_heard(1)

    served.leaves()
    await asyncio.sleep(0)
    served.goes_on.set()
    answer = await busy.answer()

    assert answer.startswith("HTTP/1.1 200 OK\r\n")
    assert "Connection: close\r\n" in answer, "a balancer sends nothing more on it"
    assert await busy.answer() == ""
    served.is_shown.set()
    await served.has_left()


async def test_a_leaving_process_takes_nothing_more_and_says_so_at_once(served: Served) -> None:
    busy, idle = await served.caller(), await served.caller()
    busy.sends(1)
    await served.has_heard(1)
    # Behind the one that is worked on: it came before the end, and was not begun.
    busy.sends(2)

    served.leaves()

    assert await idle.answer() == "", "a line that nobody waits on is closed"
    with pytest.raises(ConnectionRefusedError):
        await served.caller()
    served.goes_on.set()
    assert (await busy.answer()).startswith("HTTP/1.1 200 ")
    assert await busy.answer() == ""
    served.is_shown.set()
    await served.has_left()
    assert served.heard == [1], "the other is for whoever is there"


async def test_an_update_that_comes_again_while_it_is_worked_on_is_heard_once_and_confirmed_to_both(
    served: Served,
) -> None:
    first, again = await served.caller(), await served.caller()
    first.sends(1)
    await served.has_heard(1)
    again.sends(1)
    other = await served.caller()
    other.sends(2)
    await served.has_heard(1, 2)  # so the repeated one was read as well

    served.goes_on.set()

    answers = [await each.answer() for each in (first, again)]
    assert [answer[:15] for answer in answers] == ["HTTP/1.1 200 OK"] * 2
    assert served.heard == [1, 2]


async def test_where_a_turn_fails_none_of_those_who_brought_it_is_told_that_it_is_kept(
    served: Served,
) -> None:
    served.fails = True
    first, again = await served.caller(), await served.caller()
    first.sends(1)
    await served.has_heard(1)
    again.sends(1)
    other = await served.caller()
    other.sends(2)
    await served.has_heard(1, 2)

    served.goes_on.set()

    assert [(await each.answer())[:12] for each in (first, again)] == ["HTTP/1.1 503"] * 2


async def test_the_end_of_a_first_delivery_answers_no_later_one_of_the_same_update(served: Served) -> None:
    """Confirmed, and its answer still on its way: delivered again, it waits for its own turn."""
    first, again = await served.caller(), await served.caller()
    first.sends(1)
    await served.has_heard(1)
    served.goes_on.set()
    assert (await first.answer()).startswith("HTTP/1.1 200 ")
    served.goes_on.clear()
    again.sends(1)
    await served.has_heard(1, 1)

    served.is_shown.set()  # the first is over
    await asyncio.sleep(0)
    served.goes_on.set()

    assert (await again.answer()).startswith("HTTP/1.1 200 ")
