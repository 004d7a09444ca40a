"""It is promised that a machine's clock set back holds nothing up at the desk: no notice, no claim, no
answer, and that no desk stays open longer by it."""

from __future__ import annotations

import pytest

from handlers.bench import Policy
from storage.memory import MemoryStore
from tests.deskkit import PASSPHRASE, House, Testimony, words

DAY = 86_400


@pytest.fixture
async def house() -> House:
    house = House(MemoryStore(), Policy(claim_minutes=60, idle_minutes=480))
    await house.seat()
    await house.desk.unlock(PASSPHRASE)
    return house


async def test_what_arrives_is_told_of_within_the_usual_time(house: House) -> None:
    await house.tell(Testimony())
    await house.desk.tick()

    house.now -= DAY
    await house.desk.tick()
    await house.tell(Testimony())
    house.now += house.policy.notify_minutes * 60
    await house.desk.tick()

    assert house.told_to("moderator").endswith(words("desk-new", count=2))


async def test_what_somebody_left_lying_goes_back_to_the_queue(house: House) -> None:
    await house.tell(Testimony())
    await house.say("moderator", "/next")
    await house.desk.tick()

    house.now -= DAY
    await house.desk.tick()
    house.now += house.policy.claim_minutes * 60
    await house.desk.tick()

    assert [row.state for row in await house.store.cases()] == ["waiting"]


async def test_an_idle_desk_locks_itself(house: House) -> None:
    await house.say("moderator", "/help")

    house.now -= DAY
    await house.desk.tick()
    assert house.desk.is_open
    house.now += house.policy.idle_minutes * 60
    await house.desk.tick()

    assert not house.desk.is_open


async def test_an_answer_that_could_not_be_shown_is_tried_again_at_once(house: House) -> None:
    async def away(*_: object) -> None:
        raise OSError

    house.desk._said._say, show = away, house.desk._said._say
    await house.queue_up("moderator", "/queue")
    await house.desk.pump()
    assert house.told_to("moderator") == ""

    house.desk._said._say = show
    house.now -= DAY
    await house.desk.pump()

    assert house.told_to("moderator") == words("desk-queue", waiting=0, claimed=0, escalated=0)
