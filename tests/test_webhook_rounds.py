"""It is promised that of a hundred updates that come at once, the first are confirmed while the last wait to
be begun; and that whoever was taken is heard, though the process ends before it was begun.
"""

from __future__ import annotations

import asyncio
import json
from typing import cast

from handlers import Heard
from handlers.telegram.updates import Translator, read_update
from handlers.telegram.webhook import Webhook, _Connection

MANY = 100
"""Telegram brings no more at once."""


class Crowd:
    """What happened, in its order. Each turn is durable in the next round of the loop."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int]] = []
        self.all_confirmed = asyncio.Event()
        translator = Translator("b", lambda *_: None)  # type: ignore[arg-type] # no button is pressed here
        self.webhook = Webhook("https://a.example/h", ("127.0.0.1", 0), "s3cret", translator)

    async def hear(self, heard: Heard) -> None:
        self.told.append(("begun", heard.update))
        await asyncio.sleep(0)
        assert heard.ack is not None
        await heard.ack()

    def comes(self, number: int) -> None:
        chat = {"id": number, "type": "private"}
        message = {"message_id": 1, "date": 0, "chat": chat, "from": {"id": number}, "text": "Un."}
        body = json.dumps({"update_id": number, "message": message}).encode()
        self.webhook.take(read_update(body), cast(_Connection, _Waiting(self, number)))


class _Waiting:
    def __init__(self, crowd: Crowd, number: int) -> None:
        self._crowd, self._number = crowd, number

    def answer(self, answer: bytes) -> None:
        told = self._crowd.told
        told.append((answer[9:12].decode(), self._number))
        if [what for what, _ in told].count("200") == MANY:
            self._crowd.all_confirmed.set()


async def test_of_a_hundred_at_once_the_first_are_confirmed_before_the_last_are_begun() -> None:
    crowd = Crowd()
    serving = asyncio.create_task(crowd.webhook.run(crowd.hear))
    await asyncio.sleep(0)
    for number in range(1, MANY + 1):
        crowd.comes(number)
    await crowd.all_confirmed.wait()
    serving.cancel()

    begun = [number for what, number in crowd.told if what == "begun"]
    assert begun == list(range(1, MANY + 1)), "in the order in which they came"
    assert sorted(number for what, number in crowd.told if what == "200") == begun
    before_the_last = crowd.told[: crowd.told.index(("begun", MANY))]
    assert [what for what, _ in before_the_last].count("200") > MANY // 2


async def test_what_was_taken_and_not_begun_when_the_end_comes_is_heard_and_confirmed() -> None:
    crowd = Crowd()
    serving = asyncio.create_task(crowd.webhook.run(crowd.hear))
    await asyncio.sleep(0)
    for number in range(1, MANY + 1):
        crowd.comes(number)
    serving.cancel()
    await asyncio.wait({serving})

    assert sorted(number for what, number in crowd.told if what == "200") == list(range(1, MANY + 1))
