"""A digest over 100 000 sealed testimonies, from the file on the disk to the ledger; a million with --full.

    python -m benchmarks sealed_digest
    python -m benchmarks.sealed_digest --full

Each testimony is really sealed, for its own case and sender, to the team's hybrid post-quantum key, and
nearly every person answers something else. Then, as on the day of a digest, on one core and on all: open
every one, check that it belongs to its row and was written here, count, protect, compose, freeze.

*Opening alone* is such boxes opened from memory by as many processes, with nothing read, counted or sent
between processes: what no digest can go under. It runs before each digest, on `SAMPLE` of them, so that both
meet the same noise. On a machine that others use, trust the ratio of processor times.

`benchmarks/digest.py` measures counting, protecting and telling alone.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import logging
import multiprocessing
import os
import resource
import shutil
import sqlite3
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from benchmarks._house import folder
from benchmarks._measure import RUNS, Stopwatch, resident, told
from bot.age import decrypt
from bot.disclosure import TooFew
from bot.opening import Expected, open_told
from bot.receipts import reply_key_hash
from bot.sealing import Context, seal_told
from bot.testimony import CODED, SCHEMA, CodedPart, ConsentRecord, write_coded
from handlers.beside import NICE
from handlers.digests import Made
from storage import Store, open_store
from storage.changes import PutMeta
from tests.deskkit import IDENTITY, INSTANCE, NOW, PASSPHRASE, REPLY, TEAM, House
from tests.people import population

SEALED, MANY = 100_000, 1_000_000
AT_ONCE = 500
"""Testimonies in one change while they are made, and boxes a process opens when it does nothing else."""

SAMPLE = 20_000
"""Of how many the cost of opening alone is taken; it is the same for each."""

DISK_BYTES = 14_000
"""Of a testimony with its sealed coded part: its row and its box on the disk, and the diary while it is
written and frozen."""

AIM_RATIO = 1.5


# --- what is opened -----------------------------------------------------------------------------------------


def sealed(seed: int, day: int, many: int) -> list[tuple[bytes, bytes]]:
    """(case, box) of people who answer by weights of their own."""
    record = ConsentRecord(1, "fr", "terminal", day)
    hashed = reply_key_hash(REPLY.reply_recipient.public)
    made = []
    for number, one in enumerate(population(seed, many, "plain"), seed * AT_ONCE):
        body = write_coded(CodedPart(1, "fr", one.consent, one.answers, record))
        case = number.to_bytes(8, "big") + os.urandom(8)  # in order, so that the file grows at its end
        context = Context(case, CODED, CODED, SCHEMA, TEAM.epoch, hashed, os.urandom(16))
        made.append((case, seal_told(body, context, TEAM, INSTANCE)))
    return made


async def fill(place: Path, pool: ProcessPoolExecutor, day: int, many: int) -> None:
    """As after months of service, approved and waiting for their digest. Sealed on every core, and laid into
    the file past the store, which makes each of them durable: that alone would take an hour."""
    await (await open_store(f"sqlite:{place}")).close()  # the tables
    with closing(sqlite3.connect(place / "seuil.db", isolation_level=None)) as db, bar() as shown:
        db.execute("PRAGMA journal_mode = OFF")
        db.execute("PRAGMA synchronous = OFF")
        task = shown.add_task("sealing", total=many)
        loop, seeds = asyncio.get_running_loop(), range(-(-many // AT_ONCE))
        ahead: deque[asyncio.Future[list[tuple[bytes, bytes]]]] = deque()
        for seed in [*seeds, *[None] * len(CORES) * 2]:
            if seed is not None:
                few = min(AT_ONCE, many - seed * AT_ONCE)
                ahead.append(loop.run_in_executor(pool, sealed, seed, day, few))
            if ahead and (seed is None or len(ahead) > 2 * len(CORES)):
                made = await ahead.popleft()
                lay_in(db, made, day)
                shown.advance(task, len(made))


def lay_in(db: sqlite3.Connection, made: list[tuple[bytes, bytes]], day: int) -> None:
    public = REPLY.reply_recipient.public
    db.execute("BEGIN")
    db.executemany(
        "INSERT INTO testimony (id, state, day, decided_day, locator, token_hash, reply_key)"
        " VALUES (?, 'approved', ?, ?, ?, ?, ?)",
        [(case, day, day, case, bytes(32), public) for case, _ in made],
    )
    db.executemany(
        "INSERT INTO item (testimony, part, epoch, box) VALUES (?, ?, ?, ?)",
        [(case, CODED, TEAM.epoch, box) for case, box in made],
    )
    db.execute("COMMIT")


# --- the same process layout, with nothing but opening ------------------------------------------------------


@dataclass
class Alone:
    """Boxes in the memory of one process, made at its start."""

    boxes: list[tuple[bytes, bytes]] = field(default_factory=list)


ALONE = Alone()


def lay_out(nice: int) -> None:
    os.nice(nice)
    ALONE.boxes = sealed(1, 20_000, AT_ONCE)


def open_all() -> float:
    """Processor seconds."""
    began = time.process_time()
    for case, box in ALONE.boxes:
        open_told(box, [IDENTITY], Expected(case=case, item=CODED), INSTANCE)
    return time.process_time() - began


def decrypt_all() -> float:
    began = time.process_time()
    for _, box in ALONE.boxes:
        decrypt(box, [IDENTITY])
    return time.process_time() - began


def pool(cores: int, nice: int = 0) -> ProcessPoolExecutor:
    made = ProcessPoolExecutor(
        cores, multiprocessing.get_context("spawn"), initializer=lay_out, initargs=(nice,)
    )
    list(made.map(time.sleep, [0.2] * cores * 4))  # all of them are there, and have their boxes
    return made


def timed(opening: ProcessPoolExecutor, work: Callable[[], float], many: int) -> tuple[float, float]:
    """Seconds on the wall and of processors for `many`, from a sample of them."""
    shares = min(many, SAMPLE) // AT_ONCE
    with Stopwatch() as watch:
        asked = [opening.submit(work) for _ in range(shares)]
        processor = sum(share.result() for share in asked)
    scale = many / (shares * AT_ONCE)
    return watch.wall * scale, processor * scale


# --- the machine --------------------------------------------------------------------------------------------

CORES = sorted(os.sched_getaffinity(0))


@contextmanager
def on(cores: int) -> Iterator[None]:
    """This process, its threads and whatever it starts, on so many cores."""
    pin(CORES[:cores])
    try:
        yield
    finally:
        pin(CORES)


def pin(cores: list[int]) -> None:
    for thread in Path("/proc/self/task").iterdir():
        with suppress(ProcessLookupError):  # a thread that ended while we looked
            os.sched_setaffinity(int(thread.name), cores)


class Memory:
    """The most that this process, and all it started, held at once between `with` and its end: bytes above
    what was there, and bytes."""

    def __enter__(self) -> Memory:
        self._before = resident()
        self.grew, self.children = 0, 0
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look)
        self._watch.start()
        return self

    def _look(self) -> None:
        while not self._over.wait(0.05):
            self.grew = max(self.grew, resident() - self._before)
            self.children = max(self.children, sum(map(resident_of, children())))

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watch.join()


def children() -> list[int]:
    found: list[int] = []
    for thread in Path("/proc/self/task").iterdir():
        try:
            found += map(int, (thread / "children").read_text().split())
        except OSError:  # a thread that ended while we looked
            continue
    return found


def resident_of(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def of_children() -> float:
    """Processor seconds of the processes that were started and ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def bar() -> Progress:
    """On standard error, and only where somebody watches: figures stay alone on standard output."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def demand_room(place: Path, many: int) -> None:
    """SystemExit where the disk would not hold them."""
    needed, free = many * DISK_BYTES / 2**30, shutil.disk_usage(place).free / 2**30
    print(f"{many:,} sealed testimonies take about {needed:.1f} GiB for a while; {free:.1f} GiB are free.")
    if free < needed * 1.2:
        raise SystemExit("That is too little: make room on the disk of the project, or measure fewer.")


# --- a digest -----------------------------------------------------------------------------------------------


@dataclass
class Took:
    """Of one layout, a value a run."""

    wall: list[float] = field(default_factory=list)
    desk: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    opening: list[tuple[float, float]] = field(default_factory=list)
    decrypting: list[tuple[float, float]] = field(default_factory=list)
    grew: list[float] = field(default_factory=list)
    children: list[float] = field(default_factory=list)

    def say(self, many: int, cores: int) -> None:
        where = f"on {cores} core{'s' if cores > 1 else ''}"
        told(f"a digest of {many:,} sealed testimonies {where}", "s", self.wall)
        told("    testimonies a second", "/s", [many / wall for wall in self.wall])
        alone = [wall for wall, _ in self.opening]
        told("    opening them alone, as many processes", "s", alone)
        told("    times what opening alone takes", "times", ratios(self.wall, alone), f"aim < {AIM_RATIO}")
        told("    processor time, all processes", "s", self.processor)
        told("    of which the desk's own process", "s", self.desk)
        alone = [processor for _, processor in self.opening]
        told(
            "    times what opening alone costs", "times", ratios(self.processor, alone), f"aim < {AIM_RATIO}"
        )
        alone = [processor for _, processor in self.decrypting]
        told("    times what age alone costs", "times", ratios(self.processor, alone))
        told("    memory above what was there, at its highest", "MiB", self.grew, "aim: flat")
        told("    memory of the processes that open, together", "MiB", self.children)


def ratios(ours: list[float], theirs: list[float]) -> list[float]:
    return [one / other for one, other in zip(ours, theirs, strict=True)]


async def made(house: House, many: int) -> Made:
    with bar() as shown:
        task = shown.add_task("counting", total=many)
        digest = await house.desk.digests.make(lambda done: shown.update(task, completed=done))
    assert not isinstance(digest, TooFew)
    assert digest.unopened == 0
    return digest


async def alone(cores: int, many: int, took: Took) -> None:
    """Not in the loop's way, and its processes gone before memory is looked at."""

    def run() -> None:
        with pool(cores, NICE if cores > 1 else 0) as opening:
            took.opening.append(timed(opening, open_all, many))
            took.decrypting.append(timed(opening, decrypt_all, many))

    await asyncio.to_thread(run)


async def one(house: House, cores: int, many: int, took: Took) -> Made:
    with on(cores):
        await alone(cores, many, took)
        before = of_children()
        with Memory() as memory, Stopwatch() as watch:
            digest = await made(house, many)
    took.wall.append(watch.wall)
    took.desk.append(watch.processor)
    took.processor.append(watch.processor + of_children() - before)
    took.grew.append(memory.grew / 2**20)
    took.children.append(memory.children / 2**20)
    return digest


async def froze(store: Store, digest: Made) -> None:
    """The digest in the ledger and its cases marked, in one change; and how long another change waits."""
    with Memory() as memory, Stopwatch() as watch:
        freezing = asyncio.ensure_future(store.commit(digest.change))
        await asyncio.sleep(0)
        with Stopwatch() as waiting:
            await store.commit((PutMeta("bench", b"1"),))
        assert await freezing
    told("freezing it in the ledger, every case marked as counted", "s", [watch.wall])
    told("    memory for that, at its highest", "MiB", [memory.grew / 2**20])
    told("    a turn that comes meanwhile waits at most", "s", [waiting.wall])


async def measure(many: int, runs: int, layouts: list[int]) -> None:
    with folder() as place:
        demand_room(place, many)
        with await asyncio.to_thread(pool, len(CORES)) as sealing, Stopwatch() as filling:
            await fill(place, sealing, int(NOW // 86_400), many)
        told(f"making {many:,}, sealed on every core", "s", [filling.wall])
        told("    bytes on the disk for each", "bytes", [(place / "seuil.db").stat().st_size / many])
        store = await open_store(f"sqlite:{place}")
        try:
            house = House(store)
            await house.seat()
            await house.desk.unlock(PASSPHRASE)
            tooks = {cores: Took() for cores in layouts}
            for _, (cores, took) in itertools.product(range(runs), tooks.items()):
                digest = await one(house, cores, many, took)
            for cores, took in tooks.items():
                took.say(many, cores)
            await froze(store, digest)
        finally:
            await store.close()


def main() -> int:
    logging.disable(logging.WARNING)
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--quick", action="store_true", help="a rough look, in a few seconds")
    asked.add_argument("--full", action="store_true", help="a million, once; some ten minutes")
    asked.add_argument("--many", type=int, default=0, help="so many testimonies")
    asked.add_argument("--cores", type=int, nargs="*", help="on so many cores; one and all when not named")
    asked.add_argument("--runs", type=int, default=0, help="how often each digest is made")
    given = asked.parse_args()
    many = given.many or (1_000 if given.quick else MANY if given.full else SEALED)
    runs = given.runs or (1 if given.quick or given.full else RUNS)
    asyncio.run(measure(many, runs, given.cores or sorted({len(CORES), 1}, reverse=True)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
