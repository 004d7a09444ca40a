"""The plays, performed word for word through the real signal-cli: the house is in this process, the daemon,
the server and the telephones are not.
"""

from __future__ import annotations

import asyncio
import base64
import os
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.settings import Settings
from handlers import ground, keyring
from handlers.instance import Instance
from tests import signalkit
from tests.doors import AS_IN_PLAYS, AtDoor
from tests.peers.counterpart import PATIENCE, Peer, Phone
from tests.plays import PLAYS, Performance
from tests.stage import WORDS
from tests.test_channels import as_read, first_alike, play_of

pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(not os.environ.get("SEUIL_PEERS"), reason="real Signal programs: make test-peers"),
]

FILES = sorted(PLAYS.glob("*.txt"))


@dataclass(slots=True)
class Elsewhere:
    """What a house asks of its daemon, where that is another program."""

    place: Path

    def ring(self) -> None:
        """Nobody waits for it: see `until`."""

    async def until(self, holds: Callable[[], object]) -> None:
        until = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < until, "nothing was heard"
            await asyncio.sleep(0.01)  # the daemon is another process: no event tells it


class OfPeer(signalkit.Home):
    """A house at the real daemon. Each play has people of its own."""

    __slots__ = ("last", "peer", "people", "sent", "title")

    def __init__(self, folder: Path, peer: Peer, title: str) -> None:
        super().__init__(folder, Elsewhere(peer.socket))  # type: ignore[arg-type]  # all that is used of it
        self.peer, self.title = peer, title
        self.people: dict[str, Phone] = {}
        self.last: dict[str, int] = {}
        self.sent: Counter[str] = Counter()
        """Messages the daemon took, by person."""

    @property
    def settings(self) -> Settings:
        told: Settings = signalkit.Home.settings.fget(self)  # type: ignore[attr-defined]
        return told.but(**AS_IN_PLAYS)

    async def join(self, instance: Instance) -> None:
        await super().join(instance)
        call = self.signal._daemon.call

        async def counted(method: str, **params: Any) -> bytes:
            told = await call(method, **params)
            if method == "send":
                self.sent[params["recipient"][0]] += 1
            return told

        self.signal._daemon.call = counted  # type: ignore[method-assign]

    async def person(self, who: str) -> Phone:
        if who not in self.people:
            self.people[who] = await self.peer.person(f"{self.title}-{len(self.people)}")
        return self.people[who]

    async def _after(self, phone: Phone, does: Callable[[], Any]) -> list[str]:
        await phone.until(lambda: len(phone.shown) >= self.sent[phone.aci])
        before, told = len(phone.shown), len(self.heard)
        await does()
        await self.fake.until(lambda: len(self.heard) > told and not self.hearing)
        await phone.until(lambda: len(phone.shown) >= self.sent[phone.aci])
        return phone.shown[before:]

    async def says(self, who: str, language: str, text: str) -> list[str]:
        del language
        phone = await self.person(who)

        async def does() -> None:
            self.last[who] = await phone.says(text)

        return await self._after(phone, does)

    async def sends_a_picture(self, who: str, language: str) -> list[str]:
        del language
        phone = await self.person(who)
        body = base64.b64encode(bytes(99)).decode()
        picture = {"from": phone.name, "data": body, "contentType": "image/jpeg", "fileName": "x.jpg"}
        return await self._after(phone, lambda: self.peer.control("/attachment", picture))

    async def corrects(self, who: str, language: str, text: str) -> list[str]:
        del language
        phone = await self.person(who)
        told = {"timestamp": "$ts", "body": text}
        edit = {"editMessage": {"targetSentTimestamp": self.last[who], "dataMessage": told}}
        return await self._after(
            phone, lambda: self.peer.control("/raw", {"from": phone.name, "content": edit})
        )

    async def resumed(self) -> None:
        assert self._resuming is not None
        await self._resuming
        for phone in self.people.values():
            await phone.until(lambda phone=phone: len(phone.shown) >= self.sent[phone.aci])

    def wait(self, seconds: float) -> None:
        self.clock.shift += seconds


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_every_play_is_told_in_the_same_words_through_the_real_signal_cli(
    file: Path, peer: Peer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring.create, "__kwdefaults__", {"work_factor": 10})  # scrypt, a thousandth
    monkeypatch.setattr(ground, "load", lambda: WORDS)  # read once, not at every start
    play = play_of(file)
    at_the_terminal = await Performance().perform(play)

    async with OfPeer(tmp_path, peer, file.stem) as home:
        there = await AtDoor(home).perform(play)

    first = first_alike(file, "signal")
    assert as_read(there.beats)[first:] == as_read(at_the_terminal.beats)[first:]
