"""`kill -9` at any instant: what was acknowledged is there, once, and the next start goes on from it.

Run as a program (`python -m tests.test_store_kill URL`) it is the victim: people who talk and submit for
ever, and a line on standard output for each turn that was acknowledged.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import signal
import sys
from pathlib import Path

import asyncpg
import pytest

from storage import Store, open_store
from storage.changes import QueueCommand
from tests.pgkit import url_of
from tests.storekit import DAY, submitted, turn

PEOPLE = [hashlib.sha256(bytes([n])).digest()[:16] for n in range(12)]
KILLS = {"sqlite": 16, "postgresql": 10}
"""Lives of the victim, and how it keeps what it hears."""

SUBMITS_EVERY = 3
"""Every third turn of a person submits a case, and queues a command."""


def case_for(person: bytes, revision: int) -> bytes:
    return hashlib.sha256(person + revision.to_bytes(8)).digest()[:16]


async def talk(store: Store, person: bytes, name: int) -> None:
    known = await store.person([person])
    revision = known.draft.revision if known and known.draft else 0
    while True:
        revision += 1
        change = turn(person, person, revision, os.urandom(1024))
        if revision % SUBMITS_EVERY == 0:
            case = case_for(person, revision)
            change = (*submitted(case, "coded", "story"), QueueCommand(case, b"sealed"), *change)
        if not await store.commit(change):
            raise SystemExit("refused")
        os.write(1, b"%d %d\n" % (name, revision))


async def talk_for_ever(url: str) -> None:
    store = await open_store(url)
    os.write(1, b"ready\n")
    await asyncio.gather(*(talk(store, person, name) for name, person in enumerate(PEOPLE)))


@pytest.mark.parametrize("keeper", KILLS)
async def test_no_acknowledged_turn_is_lost_or_doubled_by_a_kill(keeper: str, tmp_path: Path) -> None:
    url, acknowledged = await url_of(keeper, tmp_path / "data"), dict.fromkeys(range(len(PEOPLE)), 0)
    chance = random.Random(1)
    for _ in range(KILLS[keeper]):
        for name, revision in await one_life(url, chance.uniform(0, 0.12)):
            assert revision > acknowledged[name]
            acknowledged[name] = revision

        if keeper == "postgresql":
            await the_server_has_seen_it(url)
        await the_store_holds(url, acknowledged)

    # How many turns a life is long depends on the machine; that some were acknowledged in one does not.
    assert any(acknowledged.values())


async def the_server_has_seen_it(url: str) -> None:
    """A worker's last COMMIT may be under way when it is dead already."""
    db = await asyncpg.connect(url)
    for _ in range(500):
        if not await db.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'seuil writer %'"
        ):
            break
        await asyncio.sleep(0.01)
    else:
        pytest.fail("the session of a worker that was killed lives on")
    await db.close()


async def one_life(url: str, seconds: float) -> list[tuple[int, int]]:
    """Start the victim, kill it so long after it is ready, and give what it had acknowledged."""
    victim = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.test_store_kill", url),
        cwd=Path(__file__).parent.parent,
        stdout=asyncio.subprocess.PIPE,
    )
    assert victim.stdout is not None
    assert await victim.stdout.readline() == b"ready\n"
    await asyncio.sleep(seconds)
    victim.send_signal(signal.SIGKILL)
    lines = (await victim.stdout.read()).decode().splitlines()
    assert await victim.wait() == -signal.SIGKILL
    return [(int(name), int(revision)) for name, revision in map(str.split, lines)]


async def the_store_holds(url: str, acknowledged: dict[int, int]) -> None:
    store = await open_store(url)
    cases = {row.case for row in await store.cases()}
    commands = await store.commands(limit=1_000_000)
    expected: set[bytes] = set()
    ahead: set[bytes] = set()
    for name, person in enumerate(PEOPLE):
        row = await store.person([person])
        stored = row.draft.revision if row and row.draft else 0
        # One turn may be durable whose acknowledgement the kill swallowed; never more, never less.
        assert stored in (acknowledged[name], acknowledged[name] + 1)
        if row and row.draft:
            assert (row.draft.day, len(row.draft.box)) == (DAY, 1024)
            assert row.seen == tuple(range(max(1, stored - 7), stored + 1))
        expected |= {case_for(person, n) for n in range(SUBMITS_EVERY, stored + 1, SUBMITS_EVERY)}
        # Testimonies first: the case of a turn may be there before its draft is.
        ahead.add(case_for(person, stored + 1))
        # The victim goes on from what is stored, so what was not heard of is written as heard.
        acknowledged[name] = stored
    assert expected <= cases
    assert cases - expected <= ahead
    assert len(commands) == len(cases)
    for case in cases:
        assert len(await store.items(case)) == 2
    await store.close()


if __name__ == "__main__":
    asyncio.run(talk_for_ever(sys.argv[1]))
