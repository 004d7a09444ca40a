"""The same play at every door: a whole instance behind a made-up Telegram or a made-up Signal, and people who
say the lines of a play there.

    async with door("signal", tmp_path) as behind:
        played = await AtDoor(behind).perform(play)

What is compared is what is told, word for word. Three things may differ: how a channel shows the row of words
(`bare`), in how many messages it tells a screen, and the sentences about the channel itself (`own_words`).
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

from botapi import FakeTelegram
from botapi import Person as OnTelegram

from bot.settings import Settings
from handlers.instance import Instance, passphrase_at_hand
from tests import signalkit, telegramkit
from tests.plays import _BY_HAND, GESTURES, PEOPLE, SEATED, TO_REVIEW, Beat, Performance, Play, Shown
from tests.signalapi import FakeSignal
from tests.signalapi import Phone as OnSignal
from tests.stage import HOUSE, WORDS

DOORS = ("telegram", "signal")
AS_IN_PLAYS: dict[str, Any] = {"operator_name": HOUSE.operator, "operator_contact": HOUSE.contact}


class Behind(Protocol):
    """What a play needs of a door. `who`: as in the play."""

    instance: Instance

    async def says(self, who: str, language: str, text: str) -> list[str]: ...
    async def sends_a_picture(self, who: str, language: str) -> list[str]: ...
    async def corrects(self, who: str, language: str, text: str) -> list[str]: ...
    async def again(self, *, killed: bool = False) -> None: ...
    async def resumed(self) -> None: ...
    def wait(self, seconds: float) -> None: ...


class OfTelegram(telegramkit.Home):
    __slots__ = ("last", "people")

    def __init__(self, folder: Path, fake: FakeTelegram) -> None:
        super().__init__(folder, fake)
        self.people: dict[str, OnTelegram] = {}
        self.last: dict[str, Any] = {}

    @property
    def settings(self) -> Settings:
        return telegramkit.Home.settings.fget(self).but(**AS_IN_PLAYS)  # type: ignore[attr-defined]

    def person(self, who: str, language: str) -> OnTelegram:
        if who not in self.people:
            self.people[who] = self.fake.person(first_name=who, language=language)
        return self.people[who]

    async def says(self, who: str, language: str, text: str) -> list[str]:
        person = self.person(who, language)
        before = len(person.chat.from_bot)
        self.last[who] = await person.says(text)
        await self.quiet()
        return [message.text for message in person.chat.from_bot[before:]]

    async def sends_a_picture(self, who: str, language: str) -> list[str]:
        return [message.text for message in await self.send(self.person(who, language), "photo")]

    async def corrects(self, who: str, language: str, text: str) -> list[str]:
        person = self.person(who, language)
        before = len(person.chat.from_bot)
        await person.edits(self.last[who], text)
        await self.quiet()
        return [message.text for message in person.chat.from_bot[before:]]

    async def resumed(self) -> None:
        await self.quiet()

    def wait(self, seconds: float) -> None:
        self.clock.shift += seconds


class OfSignal(signalkit.Home):
    __slots__ = ("last", "people")

    def __init__(self, folder: Path, fake: FakeSignal) -> None:
        super().__init__(folder, fake)
        self.people: dict[str, OnSignal] = {}
        self.last: dict[str, int] = {}

    @property
    def settings(self) -> Settings:
        return signalkit.Home.settings.fget(self).but(**AS_IN_PLAYS)  # type: ignore[attr-defined]

    def person(self, who: str) -> OnSignal:
        return self.people.setdefault(who, self.fake.person()) if who not in self.people else self.people[who]

    async def says(self, who: str, language: str, text: str) -> list[str]:
        del language  # no hint of it comes with a message of Signal's
        shown = await self.say(self.person(who), text)
        self.last[who] = self.fake.said
        return shown

    async def sends_a_picture(self, who: str, language: str) -> list[str]:
        del language
        picture = {"contentType": "image/jpeg", "id": "x.jpg", "size": 9}
        return await self.say(self.person(who), "", attachments=[picture])

    async def corrects(self, who: str, language: str, text: str) -> list[str]:
        del language
        person = self.person(who)
        before, told = len(person.all), len(self.heard)
        person.edits(self.last[who], text)
        await self.fake.until(lambda: len(self.heard) > told and not self.hearing)
        return [each.text for each in person.all[before:]]

    async def resumed(self) -> None:
        assert self._resuming is not None
        await self._resuming

    def wait(self, seconds: float) -> None:
        self.clock.shift += seconds


@asynccontextmanager
async def door(name: str, folder: Path) -> AsyncIterator[Behind]:
    """A house with one open door; what its network refuses is a failure."""
    if name == "telegram":
        async with FakeTelegram() as telegram, OfTelegram(folder, telegram) as home:
            yield home
            assert telegram.faults == []
    else:
        async with FakeSignal(folder / "socket") as signal, OfSignal(folder, signal) as home:
            yield home
            assert signal.faults == []


class AtDoor(Performance):
    """A play, performed at a door. Of what is told, what the speaker is told."""

    def __init__(self, behind: Behind) -> None:
        super().__init__()
        self.behind = behind

    async def _seat(self, play: Play) -> None:
        for who in dict.fromkeys(beat.who for beat in play.beats if beat.who):
            chair, language = PEOPLE[who.split()[0]]
            if chair in SEATED:
                today = int(self.behind.instance.clock() // 86_400)
                code = await self.behind.instance.members.invite(chair, who.capitalize(), today)  # type: ignore[arg-type] # a role
                await self.behind.says(who, language, code)

    async def _does(self, beat: Beat) -> list[Shown]:
        language = PEOPLE[beat.who.split()[0]][1]
        if beat.what in TO_REVIEW:
            return await self._reviews(beat.who, language)
        text = self._filled(beat.what).replace("\\n", "\n")
        by_hand = _BY_HAND.fullmatch(beat.what)
        match GESTURES.get(by_hand["what"]) if by_hand else None:
            case "media":
                shown = await self.behind.sends_a_picture(beat.who, language)
            case "edit":
                assert by_hand is not None
                shown = await self.behind.corrects(beat.who, language, by_hand["text"])
            case "opened":
                shown = await self.behind.says(beat.who, language, "/start")
            case _:
                shown = await self.behind.says(beat.who, language, text)
        return [Shown(self._normal(each)) for each in shown]

    async def _reviews(self, who: str, language: str) -> list[Shown]:
        words = WORDS[language]
        for _ in range(40):
            shown = await self.behind.says(who, language, words.say("word-skip"))
            if any(words.option("review-menu", "keep") in each for each in shown):
                return [Shown(self._normal(each)) for each in shown]
        raise AssertionError("the review was never reached")

    async def _happens(self, what: str) -> list[Shown]:
        instance = self.behind.instance
        match what:
            case "le programme est tué, puis il redémarre":
                await self.behind.again(killed=True)
                await self.behind.resumed()
            case "trois jours et une heure passent":
                self.behind.wait((HOUSE.draft_hours + 1) * 3600)
                await instance.expire_drafts()
            case "le bureau se verrouille":
                await instance.desk.lock("console")
            case "le bureau est ouvert à la console":
                await instance.desk.unlock(passphrase_at_hand(self.behind.instance.settings) or "")
                await instance.work()
            case _:
                raise AssertionError(f"nobody knows how this happens at a door: {what}")
        return []


# --- comparing ----------------------------------------------------------------------------------------------

_ROW = re.compile(r"\s+[A-ZÉ]+(?: · [A-ZÉ]+)*$")


def bare(text: str) -> str:
    """Without the row of words, which has buttons where there are buttons."""
    return _ROW.sub("", text)


def own_words(text: str) -> str:
    """Without what is said about the channel itself."""
    for words in WORDS.values():
        for channel in ("terminal", *DOORS):
            for key in (f"clear-chat-{channel}", f"consent-notice-channel-{channel}"):
                text = text.replace(flat(words.say(key)), "(…)")
            if words.has(f"remains-{channel}"):
                text = text.replace(" " + flat(words.say(f"remains-{channel}")), "")
        text = text.replace(" " + flat(words.say("consent-notice-vanish", hours=24)), "")
    return text


def flat(text: str) -> str:
    return " ".join(text.split())


def told(beat: Beat) -> str:
    """All that the speaker is told, as one text."""
    return own_words(flat(" ".join(bare(shown.text) for shown in beat.shown if not shown.to)))
