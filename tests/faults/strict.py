"""The crowd's Bot API, as strict as the tests': every call's shape is held against the descriptions of the
Bot API.

Nothing else differs: fast enough for a crowd, and it forgives nothing it knows of. What only a Telegram with
whole chats can refuse (a message that is not there) is `tests.botapi`'s.
"""

from __future__ import annotations

from benchmarks.crowd.api import Api
from benchmarks.crowd.http import Fields, refusal
from benchmarks.crowd.post import Line
from tests.botapi.reading import Given, read
from tests.botapi.refusals import Refused

FILES = ("sendphoto", "senddocument")
"""Calls that carry files, whose bytes this API does not read."""


class StrictApi(Api):
    def call(self, method: str, said: Fields, line: Line | None) -> bytes | None:
        if method.lower() not in FILES:
            try:
                read(method, Given(said, native=not all(isinstance(value, str) for value in said.values())))
            except Refused as refused:
                self.faults[f"{method}: {refused.description}"] += 1
                return refusal(refused.code, refused.description)
        return super().call(method, said, line)
