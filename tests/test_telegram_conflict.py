"""It is promised that of two processes on one token the one that stops takes nothing with it."""

from __future__ import annotations

import msgspec
import pytest

from bot.errors import TelegramError
from handlers import Heard
from handlers.telegram import polling
from handlers.telegram.calls import Api, Refused
from handlers.telegram.polling import Polling
from handlers.telegram.updates import Translator
from handlers.telegram.wire import Wire

UPDATE = b'[{"update_id":7,"message":{"message_id":1,"chat":{"id":5},"from":{"id":5},"text":"/start"}}]'


class Shared(Api):
    """A Bot API that brings one update, and then says that somebody else asks as well."""

    def __init__(self) -> None:
        super().__init__(Wire("http://127.0.0.1:1/bot"))
        self.offsets: list[int] = []

    async def once(self, method: str, body: bytes, seconds: float = 0.0) -> msgspec.Raw:
        del method, seconds
        self.offsets.append(msgspec.json.decode(body)["offset"])
        if len(self.offsets) == 1:
            return msgspec.Raw(UPDATE)
        raise Refused(409)


async def test_who_gives_way_confirms_nothing_more_and_ends_no_poll_of_who_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(polling, "CONFLICT_SECONDS", 0.0)
    api, heard = Shared(), []

    async def hear(what: Heard) -> None:
        heard.append(what.update)
        assert what.ack is not None
        await what.ack()

    with pytest.raises(TelegramError, match="already serves"):
        await Polling(api, Translator("", lambda *_: None), lambda _: None).run(hear)

    conflicts = len(api.offsets) - 1
    assert heard == [7]
    assert polling.CONFLICTS <= conflicts <= polling.CONFLICTS + 1, "and no poll after the last of them"
