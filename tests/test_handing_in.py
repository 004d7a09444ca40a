"""It is promised that whoever hands in holds up nobody for long: the slow hash is made while she reads what
she will send, and by polling the updates behind hers are confirmed without waiting for it."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import pytest
from botapi import FakeTelegram

from bot.receipts import Receipt, derive
from bot.receipts import new as new_receipt
from handlers import intake, keyring
from handlers.intake import MOST_AHEAD, NICE, ReceiptDesk
from tests.stage import CHEAP, WORDS, Stage, receipt_in
from tests.telegramkit import Home, texts

FR = WORDS["fr"]
SALT = bytes(16)


class Slow:
    """Argon2id that takes as long as it is told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.goes = asyncio.Event()
        self.made: list[bytes] = []
        self.begun = 0
        monkeypatch.setattr(intake, "in_pool", self.instead)

    async def instead(self, _pool: Executor, work: Any, *arguments: Any) -> Any:
        self.begun += 1
        await self.goes.wait()
        self.made.append(arguments[0].entropy)
        return work(*arguments)


def desk(*, ahead: bool = True) -> ReceiptDesk:
    return ReceiptDesk(SALT, cost=CHEAP, clock=lambda: 0.0, ahead=ahead)


def receipts(many: int) -> list[Receipt]:
    return [new_receipt(number.to_bytes(10, "big")) for number in range(1, many + 1)]


async def until_ready(receipts: ReceiptDesk, hers: Receipt) -> None:
    async with asyncio.timeout(30):
        while not receipts.is_ready(hers):  # noqa: ASYNC110 - a thread rings no bell
            await asyncio.sleep(0.001)


async def idle() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


@pytest.mark.parametrize("put_back", [0, 3])
def test_turns_go_before_the_hash_where_there_is_one_core_for_both(
    monkeypatch: pytest.MonkeyPatch, put_back: int
) -> None:
    """Also where the process was started behind others, as by `nice`."""

    def priority(*_: object) -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    def serve() -> tuple[int, int]:
        mine = min(19, priority() + put_back)
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), mine)  # of this thread alone
        return mine, cast(int, asyncio.run(desk().keys(hers)))

    monkeypatch.setattr(intake, "derive", priority)
    (hers,) = receipts(1)

    with ThreadPoolExecutor(1) as thread:
        turns, hashing = thread.submit(serve).result()
    assert hashing == min(19, turns + NICE)


async def test_keys_made_ahead_are_the_same_and_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    slow, ahead = Slow(monkeypatch), desk()
    slow.goes.set()
    (hers,) = receipts(1)
    ahead.prepare(hers)
    ahead.prepare(hers)
    await idle()

    assert ahead.is_ready(hers)
    assert (ahead.waiting, ahead.is_crowded) == (0, False)
    assert await ahead.keys(hers) == derive(hers, SALT, CHEAP)
    assert slow.made == [hers.entropy]
    assert not ahead.is_ready(hers), "they are kept for nobody else"


async def test_who_hands_in_goes_before_all_that_is_made_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    slow, ahead = Slow(monkeypatch), desk()
    first, second, third, hers = receipts(4)
    for each in (first, second, third):
        ahead.prepare(each)
    await idle()
    handing_in = [asyncio.create_task(ahead.keys(each)) for each in (hers, third)]
    await idle()

    slow.goes.set()
    await asyncio.gather(*handing_in)
    await idle()

    assert slow.made[:3] == [first.entropy, hers.entropy, third.entropy], "one that was begun is ended"
    assert slow.made[3:] == [second.entropy]


async def test_who_hands_in_while_hers_is_being_made_waits_for_that_and_no_second_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slow, ahead = Slow(monkeypatch), desk()
    (hers,) = receipts(1)
    ahead.prepare(hers)
    await idle()

    handing_in = asyncio.create_task(ahead.keys(hers))
    await idle()
    slow.goes.set()

    assert await handing_in == derive(hers, SALT, CHEAP)
    assert slow.begun == 1


async def test_no_more_is_made_ahead_than_is_said_and_none_where_several_hear(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slow, ahead, one_of_many = Slow(monkeypatch), desk(), desk(ahead=False)
    for each in receipts(MOST_AHEAD + 20):
        ahead.prepare(each)
        one_of_many.prepare(each)
    await idle()

    assert len(ahead._ahead) == MOST_AHEAD
    assert one_of_many._ahead == {}
    assert slow.begun == 1, "one at a time"
    ahead.close()
    await idle()
    assert ahead._ahead == {}


async def test_who_left_what_was_made_for_her_makes_room_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    slow, ahead = Slow(monkeypatch), desk()
    slow.goes.set()
    left, newcomer = receipts(MOST_AHEAD), new_receipt(b"the newest")
    for each in left:
        ahead.prepare(each)
    while len(slow.made) < MOST_AHEAD:
        await idle()

    ahead.prepare(newcomer)
    await idle()

    assert len(ahead._ahead) == MOST_AHEAD
    assert (ahead.is_ready(newcomer), ahead.is_ready(left[0]), ahead.is_ready(left[1])) == (True, False, True)


async def test_what_was_made_ahead_is_let_go_of_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "AHEAD_SECONDS", 0.0)
    slow, ahead = Slow(monkeypatch), desk()
    slow.goes.set()
    (hers,) = receipts(1)
    ahead.prepare(hers)
    await asyncio.sleep(0.01)

    assert ahead._ahead == {}
    assert await ahead.keys(hers) == derive(hers, SALT, CHEAP)


async def test_whose_keys_are_there_hands_in_at_once_however_many_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = Stage()
    stage.receipts._makes_ahead = True
    await stage.to_story("Rose")
    await stage.say("Rose", "Il a écrit.", "FINI")
    await stage.to_review("Rose")
    (hers,) = map(Receipt, stage.receipts._ahead)
    await until_ready(stage.receipts, hers)
    slow = Slow(monkeypatch)
    many = int(intake.LONGEST_WAIT_SECONDS / intake.FIRST_SECONDS) * 3
    queue = [asyncio.create_task(stage.receipts.keys(each)) for each in receipts(many)]
    await idle()
    assert stage.receipts.is_crowded

    told = await stage.say("Rose", "1", "1", "1")

    assert any(map(receipt_in, told))
    assert len(await stage.store.cases()) == 1
    assert slow.made == []
    slow.goes.set()
    await asyncio.gather(*queue)


async def test_who_changes_her_mind_at_the_review_leaves_no_testimony() -> None:
    stage = Stage()
    stage.receipts._makes_ahead = True
    await stage.to_story("Rose")
    await stage.say("Rose", "Il a écrit.", "FINI")
    await stage.to_review("Rose")

    await stage.say("Rose", "EFFACER")
    await stage.dispatch.close()

    assert await stage.store.cases() == []
    assert stage.receipts._ahead == {}


# --- by polling ---------------------------------------------------------------------------------------------


@pytest.fixture
async def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Home]:
    monkeypatch.setattr(keyring.create, "__kwdefaults__", {"work_factor": 10})  # scrypt, a thousandth
    async with FakeTelegram() as fake, Home(tmp_path, fake) as home:
        yield home


async def test_by_polling_who_hands_in_holds_up_nobody_behind_her(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More people than Telegram brings at once write behind her, and the hash of another never ends."""
    rose = home.fake.person(first_name="Rose", language="fr")
    desk_of_receipts = home.instance.dispatch._receipts
    await home.to_story(rose)
    await home.say_all(rose, "Il a écrit.", "FINI")
    await home.to_review(rose)
    await home.say_all(rose, "1", "1")
    (hers,) = map(Receipt, desk_of_receipts._ahead)
    await until_ready(desk_of_receipts, hers)
    slow = Slow(monkeypatch)
    hammered = asyncio.create_task(desk_of_receipts.keys(new_receipt(bytes(10))))
    await idle()

    await rose.says("1")
    others = [home.fake.person(first_name=f"P{n}", language="fr") for n in range(150)]
    for who in others:
        await who.says("AIDE")
    await home.quiet()

    assert "huit mots" in texts(rose.chat.from_bot)
    assert all(who.chat.from_bot for who in others)
    assert slow.made == []
    slow.goes.set()
    await hammered
