"""It is promised that of several desks one works, and that it knows when it no longer does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.errors import StoreAway
from handlers import duty
from handlers.duty import STANDS_BY, TAKES_OVER, Duty


class Mine:
    """A name in the store that may be lost."""

    def __init__(self, held: bool) -> None:
        self.held = held

    def __bool__(self) -> bool:
        return self.held

    async def still(self) -> bool:
        return self.held


class Store:
    """Gives the name to who asks while it is free; says when something is queued."""

    def __init__(self) -> None:
        self.mine = Mine(held=True)
        self.is_away = False
        self.let_go_of = 0
        self.queue: asyncio.Queue[bool] = asyncio.Queue()

    @asynccontextmanager
    async def only_one(self, name: str) -> AsyncIterator[Mine]:
        assert name == duty.DESK
        if self.is_away:
            raise StoreAway("away", hint="wait")
        yield self.mine

    async def let_go(self) -> None:
        self.let_go_of += 1

    async def queued(self, seconds: float) -> bool:
        assert seconds > 0
        return await self.queue.get()


class Desk:
    def __init__(self) -> None:
        self.is_open, self.is_idle = False, False

    def stand_down(self) -> None:
        self.is_open = False


class Clock:
    def __init__(self, begun: list[str]) -> None:
        self.begun = begun

    async def start(self) -> None:
        self.begun.append("start")

    def stop(self) -> None:
        self.begun.append("stop")


class House:
    """One desk on duty or waiting for it, and what became of it."""

    def __init__(self) -> None:
        self.store, self.desk = Store(), Desk()
        self.worked: asyncio.Queue[None] = asyncio.Queue()
        self.begun: list[str] = []
        self.said: list[str] = []
        self.duty = Duty(
            self.store,  # type: ignore[arg-type] # what of it is asked
            self.desk,  # type: ignore[arg-type] # as above
            clock=lambda: Clock(self.begun),  # type: ignore[arg-type, return-value] # as above
            open_=self.open_,
            work=self.work,
            say=self.said.append,
        )

    async def open_(self) -> None:
        self.desk.is_open = True

    async def work(self) -> None:
        self.worked.put_nowait(None)

    async def works(self) -> None:
        """Something is queued, and was carried out."""
        self.store.queue.put_nowait(True)
        await asyncio.wait_for(self.worked.get(), 5)


@pytest.fixture
async def house(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr(duty, "STANDBY_SECONDS", 0.001)
    house = House()
    keeping = asyncio.create_task(house.duty.keep())
    yield house
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


async def until(look: object) -> None:
    """Let the others go on until this is so."""
    assert callable(look)
    async with asyncio.timeout(5):
        while not look():  # noqa: ASYNC110 - what is looked at rings no bell
            await asyncio.sleep(0.001)


async def test_the_desk_on_duty_is_opened_and_carries_out_what_is_queued(house: House) -> None:
    await house.works()

    assert house.duty.is_on
    assert house.desk.is_open
    assert house.begun == ["start"]
    assert house.store.let_go_of == 0, "what it has taken is its own"


async def test_a_desk_that_waits_says_so_once_and_stays_locked(house: House) -> None:
    house.store.mine.held = False
    house.store.queue.put_nowait(False)
    await until(lambda: house.said)
    for _ in range(20):
        await asyncio.sleep(0.001)

    assert house.said == [STANDS_BY]
    assert not house.desk.is_open
    assert not house.duty.is_on


async def test_a_desk_that_waited_says_that_it_works_now(house: House) -> None:
    house.store.mine.held = False
    house.store.queue.put_nowait(False)
    await until(lambda: house.said)

    house.store.mine = Mine(held=True)
    await house.works()

    assert house.said == [STANDS_BY, TAKES_OVER]


async def test_a_desk_whose_store_comes_back_goes_on_with_its_keys(house: House) -> None:
    await house.works()
    spell = house.store.mine
    house.store.is_away = True
    spell.held = False
    house.store.queue.put_nowait(False)
    await until(lambda: not house.duty.is_on)
    assert house.desk.is_open, "the next spell may be its own again"

    house.store.is_away, house.store.mine = False, Mine(held=True)
    await house.works()

    assert house.begun == ["start", "stop", "start"]


async def test_a_desk_that_is_idle_while_the_store_is_away_lets_go_of_its_keys(house: House) -> None:
    await house.works()
    house.store.is_away, house.store.mine.held = True, False
    house.desk.is_idle = True
    house.store.queue.put_nowait(False)

    await until(lambda: not house.desk.is_open)


async def test_where_another_took_over_meanwhile_the_keys_are_let_go_of(house: House) -> None:
    await house.works()
    house.store.mine.held = False
    house.store.queue.put_nowait(False)

    await until(lambda: not house.desk.is_open and house.store.let_go_of)
    assert house.said == [STANDS_BY]
