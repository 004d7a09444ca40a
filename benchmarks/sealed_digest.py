"""A digest over 100 000 sealed testimonies, from the file on the disk to the text a partner reads.

    python -m benchmarks sealed_digest

Each testimony is really sealed, for its own case and sender, to the team's hybrid post-quantum key; only what
they answered comes from 2 000 made-up people. Then, as on the day of a digest: open every one (a thread does,
the loop stays free), check that it belongs to its row, count, protect, choose, compose, freeze. A fifth of
them is counted `RUNS` times, to tell how far the same work spreads, then all of them once. Freezing
it in the ledger and rendering it are told apart.

`benchmarks/digest.py` measures counting and protecting alone.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import sys
from collections.abc import Iterable
from itertools import islice

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from benchmarks._house import folder
from benchmarks._measure import RUNS, Stopwatch, is_quick, resident, told
from bot.disclosure import TooFew
from bot.receipts import reply_key_hash
from bot.sealing import Context, seal_told
from bot.testimony import CODED, SCHEMA, CodedPart, ConsentRecord, write_coded
from handlers.digests import Made
from storage import Store, open_store
from storage.changes import KeepCase, KeepItem, Move, Operation
from tests.deskkit import INSTANCE, PASSPHRASE, REPLY, TEAM, WORDS, House
from tests.people import population

SEALED = 100_000
PATTERNS = 2_000
AT_ONCE = 500
"""Testimonies in one change while they are made."""
AIM_SECONDS = 60


def bar() -> Progress:
    """On standard error, and only where somebody watches: figures stay alone on standard output."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def bodies(day: int) -> list[bytes]:
    record = ConsentRecord(1, "fr", "terminal", day)
    people = population(7, PATTERNS, "plain")
    return [write_coded(CodedPart(1, "fr", one.consent, one.answers, record)) for one in people]


def testimony(body: bytes, day: int, public: bytes, hashed: bytes) -> tuple[Operation, ...]:
    """One approved testimony: its row, its coded part sealed for it, and the moderator's decision."""
    case = os.urandom(16)
    context = Context(case, CODED, CODED, SCHEMA, TEAM.epoch, hashed, os.urandom(16))
    return (
        KeepCase(case, day, hashlib.sha256(case).digest()[:16], public, bytes(32)),
        KeepItem(case, CODED, TEAM.epoch, seal_told(body, context, TEAM, INSTANCE)),
        Move(case, ("waiting",), "approved", day),
    )


async def fill(store: Store, day: int, many: int) -> None:
    public = REPLY.reply_recipient.public
    hashed = reply_key_hash(public)
    told_by = bodies(day)
    left: Iterable[int] = iter(range(many))
    with bar() as shown:
        task = shown.add_task("sealing", total=many)
        while some := list(islice(left, AT_ONCE)):
            change = [op for n in some for op in testimony(told_by[n % PATTERNS], day, public, hashed)]
            assert await store.commit(tuple(change))
            shown.advance(task, len(some))


async def made(house: House, many: int) -> tuple[Made, Stopwatch, int]:
    """A digest, how long it took, and the most memory that was held on the way."""
    most = resident()
    with bar() as shown, Stopwatch() as watch:
        task = shown.add_task("counting", total=many)

        def tell(done: int) -> None:
            nonlocal most
            most = max(most, resident())
            shown.update(task, completed=done)

        digest = await house.desk.digests.make(tell)
    assert not isinstance(digest, TooFew)
    assert digest.unopened == 0
    return digest, watch, most


async def measure(many: int, runs: int) -> None:
    with folder() as place:
        store = await open_store(f"sqlite:{place}")
        try:
            await digests(House(store), many, runs)
        finally:
            await store.close()


async def digests(house: House, many: int, runs: int) -> None:
    """`runs` digests of a fifth of them, for the spread; then one of all."""
    few = many // 5
    await house.seat()
    with Stopwatch() as filling:
        await fill(house.store, house.today, few)
    told("sealed and kept a second", "/s", [few / filling.wall])
    await house.desk.unlock(PASSPHRASE)
    await counted(house, few, runs)
    await fill(house.store, house.today, many - few)
    digest = await counted(house, many, 1, f"aim < {AIM_SECONDS} for {SEALED:,}")
    with Stopwatch() as freezing:
        assert await house.store.commit(digest.change)
    told("freezing it in the ledger, every case marked as counted", "s", [freezing.wall])
    with Stopwatch() as rendering:
        for words in WORDS.values():
            house.desk.digests.messages(digest.frozen, words)
            house.desk.digests.files(digest.frozen, words)
    told("rendering it, text and data, every language", "s", [rendering.wall])


async def counted(house: House, many: int, runs: int, aim: str = "") -> Made:
    took: list[Stopwatch] = []
    grew: list[float] = []
    for _ in range(runs):
        before = resident()
        digest, watch, most = await made(house, many)
        took.append(watch)
        grew.append((most - before) / 2**20)
    told(f"a digest of {many:,} sealed testimonies", "s", [run.wall for run in took], aim)
    told("its processor time, all threads", "s", [run.processor for run in took])
    told("memory above what was there, at its highest", "MiB", grew, "aim: flat")
    return digest


def main() -> int:
    logging.disable(logging.WARNING)
    quick = is_quick(__doc__)
    asyncio.run(measure(1_000 if quick else SEALED, 2 if quick else RUNS))
    return 0


if __name__ == "__main__":
    sys.exit(main())
