"""Opening a period's testimonies in processes of their own: the same count, and nothing of them stays."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
import uvloop
from msgspec.structs import replace as changed

from bot.errors import CannotOpen, PlatformError
from bot.sealing import CODE_BYTES, Context, canonical, context_line, read_context, seal
from bot.testimony import read_coded
from handlers import counting, openers
from handlers.beside import READY
from handlers.counting import CHUNK, Counted, count
from handlers.digests import Made
from handlers.openers import AHEAD, WORTH_IT, Opener, how_many
from storage import ItemRow, open_store
from storage.changes import Move
from tests.deskkit import IDENTITY, INSTANCE, PASSPHRASE, TEAM, House, Testimony

ROOT = Path(__file__).parent.parent
DAY = Testimony().day


def row(testimony: Testimony) -> ItemRow:
    kept = testimony.item("coded", testimony.coded())
    return ItemRow(kept.case, kept.part, kept.epoch, kept.box)


@pytest.fixture(scope="module")
def some() -> list[ItemRow]:
    """Three chunks and a bit: two people told twice, far apart; one refused figures; four boxes are bad."""
    twice = [bytes([7]) * 16, bytes([8]) * 16]
    told = [Testimony(answers={"what_happened": ("calls",)}, tag=tag) for tag in twice]
    told += [Testimony(day=DAY - n % 9) for n in range(3 * CHUNK)]
    told += [Testimony(answers={"what_happened": ("threats",)}, tag=tag) for tag in twice]
    told += [Testimony(share="none")]
    rows = [row(testimony) for testimony in told]
    bad = [row(Testimony()) for _ in range(4)]
    bad[0] = changed(bad[0], box=bad[0].box[:-1] + bytes([bad[0].box[-1] ^ 1]))
    bad[1] = changed(bad[1], box=b"")
    bad[2] = changed(bad[2], case=bytes(16))  # put back elsewhere
    bad[3] = changed(bad[3], box=forged(bad[3].case))
    for place, one in enumerate(bad):
        rows.insert(place * CHUNK, one)
    return rows


def forged(case: bytes) -> bytes:
    context = Context(case, "coded", "coded", 1, 1, bytes(32), bytes(16))
    return seal(bytes(CODE_BYTES) + Testimony().coded(), context, TEAM)


async def each(rows: list[ItemRow]) -> AsyncIterator[ItemRow]:
    for one in rows:
        yield one


async def endless(rows: list[ItemRow]) -> AsyncIterator[ItemRow]:
    while True:
        for one in rows:
            yield one
        await asyncio.sleep(0)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The process ids of every opener a test starts."""
    pids: list[int] = []
    start = Opener.start

    async def noted() -> Opener:
        opener = await start()
        pids.append(opener._process.pid)
        return opener

    monkeypatch.setattr(Opener, "start", noted)
    return pids


def is_there(pid: int) -> bool:
    """Running, or ended and not yet taken note of."""
    return Path(f"/proc/{pid}").exists()


def kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


async def until(true: Callable[[], bool]) -> None:
    """Wait by looking, not for a while."""
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110 - of another process there is no event
            await asyncio.sleep(0.01)


# --- the count ----------------------------------------------------------------------------------------------


async def test_openers_count_what_one_process_counts(some: list[ItemRow]) -> None:
    alone = await count(each(some), [IDENTITY], INSTANCE, processes=0)
    shared = await count(each(some), [IDENTITY], INSTANCE, processes=2)

    assert alone.tally.people == 2 + 3 * CHUNK
    assert shared.tally == alone.tally
    assert list(shared.cases) == list(alone.cases)
    assert shared.unopened == alone.unopened
    assert shared.first_day == alone.first_day == DAY - 8


async def test_what_cannot_be_opened_is_left_out_and_named(some: list[ItemRow]) -> None:
    counted = await count(each(some), [IDENTITY], INSTANCE, processes=2)

    assert counted.unopened == tuple(some[place * CHUNK].case for place in range(4))
    assert set(counted.cases) == {one.case for one in some} - set(counted.unopened)


async def test_nothing_to_open_is_nobody() -> None:
    for processes in (0, 1):
        counted = await count(each([]), [IDENTITY], INSTANCE, processes=processes)

        assert (counted.tally.people, len(counted.cases), counted.first_day) == (0, 0, None)


def test_openers_serve_the_faster_loop_too(some: list[ItemRow]) -> None:
    async def run() -> Counted:
        return await count(each(some), [IDENTITY], INSTANCE, processes=2)

    assert uvloop.run(run()).tally.people == 2 + 3 * CHUNK


async def test_only_a_few_are_on_their_way_however_many_there_are(some: list[ItemRow]) -> None:
    given = most = 0

    async def watched() -> AsyncIterator[ItemRow]:
        nonlocal given
        for _ in range(12):
            for one in some:
                given += 1
                yield one

    def progress(done: int) -> None:
        nonlocal most
        most = max(most, given - done)

    await count(watched(), [IDENTITY], INSTANCE, progress, processes=2)

    assert given == 12 * len(some)
    assert most <= (2 * AHEAD + 1) * CHUNK


@pytest.mark.parametrize("body", [
    b"", b"\xff", b"{}", b"[]", b'{"answers":{"a":["\xff"]}}', b"[" * 100_000,
    Testimony().coded().replace(b'["letters"]', b'"letters"'),
    Testimony().coded().replace(str(DAY).encode(), b'"today"'),
])  # fmt: skip
def test_an_answer_of_another_form_stops_only_itself(body: bytes) -> None:
    with pytest.raises(CannotOpen):
        read_coded(body)


def test_a_context_is_spelled_as_ever() -> None:
    """It is compared by bytes, and codes are computed over it: a faster writer must write the same."""
    context = Context(os.urandom(16), "coded", "more-1", 3, 12, os.urandom(32), b"")
    told = {
        "case": context.case.hex(), "epoch": 12, "item": "more-1", "kind": "coded",
        "reply": context.reply_key_hash.hex(), "schema": 3, "tag": "", "v": 1,
    }  # fmt: skip

    assert context_line(context) == canonical(told)
    assert read_context(context_line(context)) == context


# --- whether to have any ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cores", "many", "expected"), [
    (1, 10**6, 0), (2, 10**6, 2), (64, 10**6, 8), (2, WORTH_IT, 2), (2, WORTH_IT - 1, 0), (64, 30, 0),
])  # fmt: skip
def test_few_testimonies_and_one_core_have_no_openers(
    monkeypatch: pytest.MonkeyPatch, cores: int, many: int, expected: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)))

    assert how_many(many) == expected


async def test_where_the_system_gives_no_process_one_does_it_alone(
    monkeypatch: pytest.MonkeyPatch, some: list[ItemRow]
) -> None:
    async def refused(*_: object, **__: object) -> None:
        raise BlockingIOError

    monkeypatch.setattr(asyncio, "create_subprocess_exec", refused)

    counted = await count(each(some), [IDENTITY], INSTANCE, processes=2)

    assert counted.tally.people == 2 + 3 * CHUNK


# --- keys ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("says", [READY, b"x", b""], ids=["ready", "something else", "nothing"])
async def test_an_opener_gets_no_key_before_it_hides_what_it_holds(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, says: bytes
) -> None:
    """It did: until it hid, any program of the same user read the team's key out of its pipe."""
    got = tmp_path / "got"
    stand_in = tmp_path / "python"
    stand_in.write_text(f"#!/bin/sh\nprintf '{says.decode()}'\nexec >&-\ncat > '{got}'\n")
    stand_in.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(stand_in))

    async with openers.openers(1, [IDENTITY], INSTANCE):
        pass

    assert (b"AGE-SECRET-KEY" in got.read_bytes()) == (says == READY)


def test_an_opener_says_that_it_is_ready_once_it_hides_what_it_holds() -> None:
    """Its own words to itself: no core dump, no debugger, then the one byte."""
    asks = "import ctypes, resource; from handlers.beside import keep_quiet; keep_quiet(); " + (
        "print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), *resource.getrlimit(resource.RLIMIT_CORE))"
    )
    told = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True)

    assert told.stdout.split() == ["0", "0", "0"]  # PR_GET_DUMPABLE is 3


async def test_the_key_stands_in_no_argument_and_no_environment_and_no_core_dump(
    some: list[ItemRow], started: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEUIL_TELEGRAM_TOKEN", "123:made-up")
    at_work = asyncio.Event()
    counted = asyncio.create_task(
        count(endless(some), [IDENTITY], INSTANCE, lambda _: at_work.set(), processes=1)
    )
    await at_work.wait()
    about = Path(f"/proc/{started[0]}")
    seen = (about / "cmdline").read_bytes() + (about / "environ").read_bytes()
    limits = (about / "limits").read_text()
    counted.cancel()
    await asyncio.gather(counted, return_exceptions=True)

    for secret in (IDENTITY.secret_text().encode(), IDENTITY.seed, INSTANCE, b"SEUIL_"):
        assert secret not in seen
    assert [line.split()[4:6] for line in limits.splitlines() if "core file" in line] == [["0", "0"]]


# --- ends ---------------------------------------------------------------------------------------------------


async def test_when_all_is_counted_no_opener_is_left(some: list[ItemRow], started: list[int]) -> None:
    await count(each(some), [IDENTITY], INSTANCE, processes=2)

    assert len(started) == 2
    assert not any(map(is_there, started))


async def test_counting_that_is_given_up_leaves_no_opener(some: list[ItemRow], started: list[int]) -> None:
    for waits in (False, True):  # before the first answer, and in the middle
        at_work = asyncio.Event()
        task = asyncio.create_task(
            count(endless(some), [IDENTITY], INSTANCE, lambda _, at=at_work: at.set(), processes=2)
        )
        await (at_work.wait() if waits else until(lambda: len(started) == 2))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    assert len(started) == 4
    assert not any(map(is_there, started))


async def test_a_store_that_fails_leaves_no_opener(some: list[ItemRow], started: list[int]) -> None:
    async def torn() -> AsyncIterator[ItemRow]:
        for one in some:
            yield one
        raise RuntimeError("the store")

    with pytest.raises(RuntimeError, match="the store"):
        await count(torn(), [IDENTITY], INSTANCE, processes=2)

    assert len(started) == 2
    assert not any(map(is_there, started))


async def test_an_opener_that_is_killed_is_told_and_nothing_is_counted(
    some: list[ItemRow], started: list[int]
) -> None:
    with pytest.raises(PlatformError, match="signal 9") as told:
        await count(endless(some), [IDENTITY], INSTANCE, lambda _: kill(started[0]), processes=2)

    assert "Nothing was frozen" in told.value.hint
    assert not any(map(is_there, started))


async def test_openers_of_another_version_count_nothing(
    some: list[ItemRow], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openers, "DESIGN", replace(openers.DESIGN, version=999))

    with pytest.raises(PlatformError, match="exit code 0"):
        await count(each(some), [IDENTITY], INSTANCE, processes=1)


async def test_signals_meant_for_the_desk_do_not_end_its_openers(
    some: list[ItemRow], started: list[int]
) -> None:
    """Ctrl-C and a service manager signal every process at once; the desk decides what is finished first."""

    def ask(_: int) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with suppress(ProcessLookupError):  # it has given its last answer and is missed below if too soon
                os.kill(started[0], number)

    counted = await count(each(some), [IDENTITY], INSTANCE, ask, processes=1)

    assert counted.tally.people == 2 + 3 * CHUNK


MURDERED = """
import asyncio, sys
from tests.test_openers import *

async def go():
    rows = [row(Testimony()) for _ in range(CHUNK)]
    pids, start = [], Opener.start
    async def noted():
        opener = await start()
        pids.append(opener._process.pid)
        return opener
    Opener.start = noted
    told = []
    def tell(done):
        if not told:
            told.append(print(*pids, flush=True))
    await count(endless(rows), [IDENTITY], INSTANCE, tell, processes=2)

asyncio.run(go())
"""


@pytest.fixture
def desk() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", MURDERED]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


async def test_an_opener_that_does_not_notice_is_killed(
    some: list[ItemRow], started: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openers, "PATIENCE_SECONDS", 0.2)
    at_work = asyncio.Event()

    def stop(_: int) -> None:
        os.kill(started[0], signal.SIGSTOP)
        at_work.set()

    task = asyncio.create_task(count(endless(some), [IDENTITY], INSTANCE, stop, processes=1))
    await at_work.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert not is_there(started[0])


async def test_openers_die_with_a_desk_that_is_killed(desk: subprocess.Popen[str]) -> None:
    assert desk.stdout is not None
    pids = [int(pid) for pid in (await asyncio.to_thread(desk.stdout.readline)).split()]
    were_there = [is_running(pid) for pid in pids]
    desk.kill()

    assert were_there == [True, True]
    await until(lambda: not any(map(is_running, pids)))


def is_running(pid: int) -> bool:
    """Not a dead one whose new parent takes no note of its end."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


# --- the digest ---------------------------------------------------------------------------------------------


async def test_a_digest_whose_opener_is_killed_is_not_frozen_and_can_be_made_anew(
    some: list[ItemRow], started: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "how_many", lambda _: 2)
    house = House(await open_store("memory:"))
    await house.seat()
    await house.desk.unlock(PASSPHRASE)
    for testimony in (Testimony() for _ in range(3 * CHUNK)):
        await house.tell(testimony)
        await house.store.commit((Move(testimony.case, ("waiting",), "approved", house.today),))

    noted = Opener.start

    async def doomed() -> Opener:
        opener = await noted()
        if len(started) == 1:
            kill(started[0])
        return opener

    monkeypatch.setattr(Opener, "start", doomed)
    with pytest.raises(PlatformError):
        await house.desk.digests.make()
    frozen_then = await house.store.digests()
    made = await house.desk.digests.make()

    assert frozen_then == []
    assert isinstance(made, Made)
    assert made.digest.figures.people == 190  # 192, rounded
    assert not any(map(is_there, started))
