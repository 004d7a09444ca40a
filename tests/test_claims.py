"""It is promised that of two processes which would do one thing, one does it and the other neither does it
again nor waits: commands and deliveries. On a real server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from handlers import duty
from handlers.duty import Duty
from storage import Store, open_store
from storage.changes import (
    DueDelivery,
    FinishCommand,
    FreezeDigest,
    MarkDelivery,
    MarkDigest,
    QueueCommand,
)
from storage.memory import MemoryStore
from storage.postgres import PostgresStore
from tests import pgkit
from tests.deskkit import PASSPHRASE, House
from tests.pgkit import KEEPERS, url_of
from tests.storekit import new_id

DAY = 20_000


@pytest.fixture
async def url() -> str:
    return await pgkit.emptied_url()


@pytest.fixture
async def two(url: str) -> AsyncIterator[tuple[PostgresStore, PostgresStore]]:
    """One database, as each of two processes has it."""
    stores = await PostgresStore.open(url), await PostgresStore.open(url)
    yield stores
    for store in stores:
        await store.close()


Two = tuple[PostgresStore, PostgresStore]


async def queue(store: Store, many: int) -> list[int]:
    for _ in range(many):
        await store.commit((QueueCommand(new_id(), b"box"),))
    return [row.number for row in await store.commands(1000)]


async def numbers(store: Store, limit: int = 50) -> list[int]:
    return [row.number for row in await store.claim_commands(limit)]


async def sessions_end(url: str, claimant: str) -> None:
    """As a process that is killed: its session is gone, and with it what it held."""
    db = await asyncpg.connect(url)
    gone = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1"
    assert await db.fetch(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1", claimant
    )
    while await db.fetchval(gone, claimant):  # noqa: ASYNC110 - the server rings no bell
        await asyncio.sleep(0.001)
    await db.close()


# --- commands -----------------------------------------------------------------------------------------------


async def test_two_that_claim_at_once_never_have_the_same_command(two: Two) -> None:
    for _ in range(10):
        all_queued = await queue(two[0], 20)

        claimed = await asyncio.gather(*(numbers(two[n % 2], 7) for n in range(6)))

        first, second = (sorted({number for each in claimed[n::2] for number in each}) for n in range(2))
        assert not set(first) & set(second)
        assert first + second == all_queued[:7] or second + first == all_queued[:7]
        for store, mine in ((two[0], first), (two[1], second)):
            for number in mine:
                assert await store.commit((FinishCommand(number),))
            await store.let_go()


async def test_who_claims_waits_for_nobody(two: Two, url: str) -> None:
    """Rows that another transaction holds at this moment, for as long as it likes, are left to it."""
    one, two_, three = await queue(two[0], 3)
    db = await asyncpg.connect(url)
    async with db.transaction():
        await db.execute("SELECT 1 FROM command WHERE number = $1 FOR UPDATE", one)

        assert await numbers(two[0]) == [two_, three]
        assert await numbers(two[1]) == []
    await db.close()


async def test_commands_are_taken_in_order_and_none_behind_what_another_has(two: Two) -> None:
    first, second, third = await queue(two[0], 3)

    assert await numbers(two[0], 1) == [first]
    assert await numbers(two[1]) == [], "the second is carried out after the first"
    assert await two[0].commit((FinishCommand(first),))
    assert await numbers(two[1]) == [second, third]
    assert await numbers(two[0]) == []


async def test_only_who_has_a_command_ends_it(two: Two) -> None:
    (number,) = await queue(two[0], 1)
    assert await numbers(two[0]) == [number]

    assert not await two[1].commit((FinishCommand(number),))
    assert [row.number for row in await two[1].commands()] == [number], "it is still there to be seen"
    assert await two[0].commit((FinishCommand(number),))


async def test_what_a_killed_process_had_is_free_at_once(two: Two, url: str) -> None:
    queued = await queue(two[0], 3)
    assert await numbers(two[0]) == queued
    assert await numbers(two[1]) == []

    await sessions_end(url, two[0]._claims.name)

    assert await numbers(two[1]) == queued
    assert not await two[0].commit((FinishCommand(queued[0]),)), "who was cut off ends nothing any more"


async def test_a_claim_survives_a_broken_wire_where_nobody_took_it_meanwhile(two: Two, url: str) -> None:
    queued = await queue(two[0], 2)
    await numbers(two[0])
    await sessions_end(url, two[0]._claims.name)

    assert await numbers(two[0]) == queued
    assert await numbers(two[1]) == []


async def test_who_lets_go_calls_who_waits(two: Two) -> None:
    queued = await queue(two[0], 2)
    await numbers(two[0])
    while await two[1].queued(0):
        pass
    waiting = asyncio.create_task(two[1].queued(3600))
    assert await numbers(two[1]) == []

    await two[0].let_go()

    assert await waiting
    assert await numbers(two[1]) == queued


@pytest.mark.parametrize("keeper", KEEPERS)
async def test_every_store_lets_its_only_process_claim_everything(keeper: str, tmp_path: Path) -> None:
    store = await open_store(await url_of(keeper, tmp_path))
    queued = await queue(store, 3)

    assert await numbers(store) == queued
    assert await numbers(store, 2) == queued[:2]
    await store.let_go()
    assert await numbers(store) == queued
    await store.close()


async def test_a_command_that_waited_behind_another_desk_is_obeyed_and_not_taken_for_an_old_one() -> None:
    """A desk that may take nothing does not believe that nothing is there: it would hold what it takes later
    for something put back."""
    house = House(MemoryStore())
    house.queue = replace(house.queue, clock=lambda: house.now)
    await house.desk.unlock(PASSPHRASE)
    await house.seat("owner")
    await house.queue_up("owner", "/help")
    all_there = house.store.claim_commands

    async def none(limit: int = 50) -> list[object]:
        del limit
        return []

    house.store.claim_commands = none  # type: ignore[method-assign, assignment]
    house.now += 3600
    await house.desk.pump()
    house.store.claim_commands = all_there  # type: ignore[method-assign]

    await house.desk.pump()

    assert "/help" in house.told_to("owner")
    assert "cannot open command" not in await house.acts()


# --- the desk is called -------------------------------------------------------------------------------------


async def test_a_queued_command_wakes_the_desk_without_a_look_of_its_own(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duty, "HEARD_SECONDS", 3600.0)
    monkeypatch.setattr(duty, "STANDBY_SECONDS", 3600.0)
    desk_store, intake = two
    carried: asyncio.Queue[list[int]] = asyncio.Queue()

    class Desk:
        is_open, is_idle = True, False

    class Clock:
        async def start(self) -> None: ...

        def stop(self) -> None: ...

    async def open_() -> None: ...

    async def work() -> None:
        carried.put_nowait(await numbers(desk_store))

    on_duty = Duty(desk_store, Desk(), Clock, open_, work, lambda _: None)  # type: ignore[arg-type] # what is asked
    keeping = asyncio.create_task(on_duty.keep())
    async with asyncio.timeout(60):
        assert await carried.get() == []  # it listens now
        for n in range(1, 4):
            await intake.commit((QueueCommand(new_id(), b"box"),))

            while len(await carried.get()) < n:
                pass

    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


# --- deliveries ---------------------------------------------------------------------------------------------


async def due(store: Store) -> tuple[int, bytes]:
    member = new_id()
    await store.commit((FreezeDigest(1, DAY, b"frozen", bytes(32), ()),))
    await store.commit((MarkDigest(1, ("frozen",), "approved"), DueDelivery(1, member)))
    return 1, member


async def test_a_delivery_is_made_by_one_of_two_desks(two: Two, url: str) -> None:
    delivery = await due(two[0])

    claimed = await asyncio.gather(*(two[n % 2].claim_delivery(*delivery) for n in range(8)))

    (who,) = {n % 2 for n, mine in enumerate(claimed) if mine}
    sent = MarkDelivery(*delivery, "sent")
    assert not await two[1 - who].commit((sent,)), "who does not make it does not mark it"
    assert await two[who].commit((sent,))
    assert not await two[who].claim_delivery(*delivery), "it is made"


async def test_a_delivery_waits_for_nobody_and_is_free_after_a_kill(two: Two, url: str) -> None:
    delivery = await due(two[0])
    db = await asyncpg.connect(url)
    async with db.transaction():
        await db.execute("SELECT 1 FROM delivery FOR UPDATE")
        assert not await two[0].claim_delivery(*delivery)
    await db.close()
    assert await two[0].claim_delivery(*delivery)
    assert not await two[1].claim_delivery(*delivery)

    await sessions_end(url, two[0]._claims.name)

    assert await two[1].claim_delivery(*delivery)


async def test_a_delivery_that_failed_is_tried_again_by_whoever_works_then(two: Two) -> None:
    delivery = await due(two[0])
    assert await two[0].claim_delivery(*delivery)
    await two[0].commit((MarkDelivery(*delivery, "failed", "away", 1),))

    assert await two[1].claim_delivery(*delivery)
