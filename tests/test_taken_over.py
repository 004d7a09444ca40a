"""It is promised that an answer a worker still owed when it ended is shown by one of the others, and by one
only."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from handlers import Address, Screen, Unreached
from handlers.owing import WORKER
from storage import ErrandRow, Store
from storage.memory import MemoryStore
from storage.shelf import MemoryShelf
from tests.stage import WORDS, Recorder, Stage

FR = WORDS["fr"]
ANSWER = FR.say("narrative-more-messages")


class Away(Recorder):
    """A network that takes nothing from now on, once it is `away`."""

    away = False

    async def show(self, who: Address, *screens: Screen) -> tuple[int, ...]:
        if self.away:
            raise Unreached
        return await super().show(who, *screens)


class Slow(Recorder):
    """A network that takes its time, so that others have theirs."""

    async def show(self, who: Address, *screens: Screen) -> tuple[int, ...]:
        for _ in range(20):
            await asyncio.sleep(0)
        return await super().show(who, *screens)


class Looked(MemoryStore):
    """Something happens between the look at what is owed and what follows from it."""

    meanwhile: Callable[[], Awaitable[None]] | None = None

    async def errands(self) -> list[ErrandRow]:
        rows = await super().errands()
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            await meanwhile()
        return rows


async def one_who_owes(store: Store, shelf: MemoryShelf) -> Stage:
    """A worker whose last answer, to a piece of a story, the network did not take."""
    channel = Away()
    one = Stage(store=store, shelf=shelf, channel=channel, worker="one")
    await one.to_story("Rose")
    await one.dispatch.settle()
    channel.away = True
    await one.hear("Rose", "Un.")
    channel.away = False
    channel.shown.clear()
    return one


async def look(*workers: Stage) -> None:
    """Each of them looks for what is left, at the same moment."""
    await asyncio.gather(
        *(each.dispatch.resume({each.channel.name: each.channel}, all=False) for each in workers)
    )


def shown(*workers: Stage) -> list[str]:
    return [screen.text for each in workers for _, screen in each.channel.shown]


@pytest.mark.parametrize("others", [1, 2, 3])
async def test_what_a_worker_that_is_no_more_owed_is_shown_once_whoever_looks(others: int) -> None:
    store, shelf = MemoryStore(), MemoryShelf(is_shared=True)
    await one_who_owes(store, shelf)
    left = [Stage(store=store, shelf=shelf, channel=Slow(), worker=f"other {n}") for n in range(others)]

    await look(*left)
    assert shown(*left) == [], "it may be on its way: it has not stood for a while"
    await look(*left)

    assert shown(*left) == [ANSWER]
    assert await store.errands() == []
    await look(*left)
    assert shown(*left) == [ANSWER]


async def test_what_a_worker_that_lives_owes_nobody_takes_over() -> None:
    store, shelf = MemoryStore(), MemoryShelf(is_shared=True)
    one = await one_who_owes(store, shelf)
    other = Stage(store=store, shelf=shelf, channel=Slow(), worker="other")

    async with store.only_one(WORKER + "one"):
        await look(other)
        await look(other)
        await look(one)

    assert (shown(other), shown(one)) == ([], [ANSWER])


async def test_what_was_shown_while_somebody_looked_is_not_shown_again() -> None:
    """A worker that ends shows what is on its way, notes it, and lets go of its name: after another read what
    is owed, and before that one asked whether it is still there."""
    store, shelf = Looked(), MemoryShelf(is_shared=True)
    one = await one_who_owes(store, shelf)
    other = Stage(store=store, shelf=shelf, channel=Slow(), worker="other")

    async def ends() -> None:
        await look(one)
        await one.dispatch.close()

    await look(other)
    store.meanwhile = ends
    await look(other)

    assert (shown(one), shown(other)) == ([ANSWER], [])
