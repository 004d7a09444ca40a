"""`kill -9` at any instant: what was acknowledged is there, once, and the next start goes on from it. The
victim is `tests.store_talk`.
"""

from __future__ import annotations

import asyncio
import random
import signal
import sys
from pathlib import Path

import asyncpg
import pytest

from storage import open_store
from tests.pgkit import url_of
from tests.store_talk import PEOPLE, SUBMITS_EVERY, case_for
from tests.storekit import DAY

KILLS = {"sqlite": 32, "postgresql": 10}
"""Lives of the victim at the least, and how it keeps what it hears."""

MOST_LIVES = 10
"""Times KILLS. A slow machine lives more lives until enough was said in them; one that acknowledges one turn
of a person in ten lives is not slow: it is broken."""


@pytest.mark.parametrize("keeper", KILLS)
async def test_no_acknowledged_turn_is_lost_or_doubled_by_a_kill(keeper: str, tmp_path: Path) -> None:
    url, acknowledged = await url_of(keeper, tmp_path / "data"), dict.fromkeys(range(len(PEOPLE)), 0)
    chance, lives = random.Random(1), 0
    while lives < KILLS[keeper] or min(acknowledged.values()) <= KILLS[keeper]:
        assert lives < MOST_LIVES * KILLS[keeper], f"too little is acknowledged in a life: {acknowledged}"
        for name, revision in await one_life(url, chance.uniform(0, 0.12)):
            assert revision > acknowledged[name]
            acknowledged[name] = revision
        lives += 1

        if keeper == "postgresql":
            await the_server_has_seen_it(url)
        await the_store_holds(url, acknowledged)

    assert min(acknowledged.values()) > KILLS[keeper]


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
        *(sys.executable, "-m", "tests.store_talk", url),
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
