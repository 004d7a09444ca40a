"""It is promised that what a member is shown for some minutes leaves her chat, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from botapi import FakeTelegram, Message

from handlers import Address, Screen, Unreached, ground, keyring
from tests.stage import WORDS
from tests.telegramkit import Home, words

STORY = "mon voisin entre quand il veut et il ne repart pas"


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        yield fake
        assert fake.faults == []


@pytest.fixture
async def home(fake: FakeTelegram, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Home]:
    monkeypatch.setattr(keyring.create, "__kwdefaults__", {"work_factor": 10})  # scrypt, a thousandth
    monkeypatch.setattr(ground, "load", lambda: WORDS)  # read once, not at every start
    async with Home(tmp_path, fake) as home:
        await home.testify(fake.person(first_name="Ana", language="fr"), STORY)
        yield home


def stories(messages: list[Message]) -> list[Message]:
    return [message for message in messages if STORY in message.text]


class Lost:
    """Telegram's channel, which shows and never says so: the program dies, or the network does."""

    def __init__(self, home: Home, ends: type[BaseException] | None) -> None:
        self._show = home.telegram.show
        self._ends = ends
        self.shown = asyncio.Event()

    async def show(self, who: Address, *screens: Screen) -> tuple[int, ...]:
        ids = await self._show(who, *screens)
        if not any(STORY in screen.text for screen in screens):
            return ids
        self.shown.set()
        if self._ends is not None:
            raise self._ends
        return await asyncio.Future()


async def test_a_story_that_was_shown_in_the_instant_of_a_kill_is_taken_out(
    home: Home, fake: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    moe = fake.person(first_name="Moe", language="fr")
    await home.joins(moe, "moderator")
    await home.say(moe, "/next")
    home.instance.linger = 0
    lost = Lost(home, None)
    monkeypatch.setattr(home.telegram, "show", lost.show)
    await moe.presses(words("desk-button-open"))
    await lost.shown.wait()
    (unknown,) = stories(moe.chat.from_bot)

    await home.again(killed=True)
    await moe.chat.until(lambda chat: len(stories(chat.from_bot)) == 2)
    await moe.chat.until(lambda _: unknown.deleted)

    known = stories(moe.chat.from_bot)[1]
    assert not known.deleted
    await home.tick(minutes=11)
    await moe.chat.until(lambda _: known.deleted)
    assert await home.instance.store.errands() == []


async def test_a_story_of_which_nobody_knows_whether_it_arrived_is_taken_out(
    home: Home, fake: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    moe = fake.person(first_name="Moe", language="fr")
    await home.joins(moe, "moderator")
    await home.say(moe, "/next")
    with monkeypatch.context() as network:
        network.setattr(home.telegram, "show", Lost(home, Unreached).show)
        await home.press(moe, words("desk-button-open"))
        await moe.chat.until(lambda chat: stories(chat.from_bot))
    (unknown,) = stories(moe.chat.from_bot)

    await home.tick(minutes=5)  # it is tried again

    await moe.chat.until(lambda _: unknown.deleted)
    assert not stories(moe.chat.from_bot)[1].deleted


async def test_in_a_group_nothing_is_taken_out_that_somebody_else_may_have_said(
    home: Home, fake: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    moe = fake.person(first_name="Moe", language="fr")
    group = await fake.group("Relecture", [moe])
    await home.joins(moe, "moderator", in_=group)
    await home.say(moe, "/next", in_=group)
    with monkeypatch.context() as network:
        network.setattr(home.telegram, "show", Lost(home, Unreached).show)
        await home.say(moe, "/open", in_=group)
        await group.chat.until(lambda chat: stories(chat.from_bot))

    said = await moe.says("rien à voir", group)
    await home.tick(minutes=5)  # it is tried again
    await home.tick(minutes=11)

    first, again = stories(group.chat.from_bot)
    await group.chat.until(lambda _: again.deleted)
    assert not first.deleted
    assert not said.deleted
    assert await home.instance.store.errands() == []


async def test_a_group_that_got_another_id_is_told_what_it_must_delete_by_hand(
    home: Home, fake: FakeTelegram
) -> None:
    moe = fake.person(first_name="Moe", language="fr")
    group = await fake.group("Relecture", [moe])
    await home.joins(moe, "moderator", in_=group)
    await home.say(moe, "/next", in_=group)
    await home.say(moe, "/open", in_=group)

    await group.upgrades()
    await home.quiet()

    assert [message.text for message in group.chat.from_bot] == [words("desk-chat-moved")]
    await home.tick(minutes=11)
    assert await home.instance.store.errands() == []
