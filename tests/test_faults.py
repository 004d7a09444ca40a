"""It is promised that whatever befalls a running Seuil, nothing acknowledged is lost and nobody is left
alone.

`make soak` plays the same with 500 people and 200 rounds. Here: a few rounds, and that the harness sees what
it is made to see, for a blind one would praise any program.
"""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from benchmarks.crowd.plans import Say
from benchmarks.crowd.post import Post
from tests import rediskit
from tests.faults import draws, people
from tests.faults import fleet as fleets
from tests.faults.disks import Disk, can_mount
from tests.faults.driven import move
from tests.faults.fleet import Keeper, Mode
from tests.faults.many import can_balance
from tests.faults.scene import Scene
from tests.faults.wires import Harm, Kind, Wire
from tests.telegram_crash import ROOT, Script, Step

FEW = {"people": 40, "ways": 4, "haste": 0.3, "pause": 0.2, "handing_in": 0.25}
"""Of everything, for a test of some seconds."""

FORGETFUL = (
    "import sys; from msgspec.structs import replace\n"
    "import handlers.dispatch as d; from bot.__main__ import main\n"
    "find = d.find\n"
    "async def forgetful(*given): return replace(await find(*given), seen=())\n"
    "d.find = forgetful; sys.argv = ['bot', 'run']; main()"
)


ON_FILES = (
    "hook: halved",
    "disk of data: full",
    "bot: kill -9",
    "clock: four days on",
    "clock: an hour back",
)
ON_A_SERVER = (
    "postgresql: kill -9",
    "postgresql: swallowed",
    "disk of pg: full",
    "api: reset",
    "bot: restarted",
)


@pytest.mark.parametrize(
    ("keeper", "mode", "only"),
    [("sqlite", "webhook", ON_FILES), ("postgresql", "polling", ON_A_SERVER)],
)
async def test_whatever_befalls_it_nothing_acknowledged_is_lost_and_nobody_is_left_alone(
    keeper: Keeper, mode: Mode, only: tuple[str, ...]
) -> None:
    possible = [name for name in only if can_mount() or "disk" not in name]

    outcome = await Scene(keeper, mode, only=only, rounds=len(possible), **FEW).play()  # type: ignore[arg-type]  # few by name

    assert outcome.faults == {}, outcome.notes
    assert dict(outcome.befell) == dict.fromkeys(possible, 1)
    assert outcome.finished > 0


@pytest.mark.skipif(not can_balance(), reason="no nginx on this machine: `apt install nginx-light`")
@pytest.mark.skipif(rediskit.program() is None, reason="no Redis or Valkey server on this machine")
async def test_of_several_processes_any_may_be_killed_and_only_what_lay_in_memory_is_lost() -> None:
    only = ("intake-1: kill -9", "desk-1: kill -9", "redis: kill -9", "redis: cut")

    outcome = await Scene(many=True, only=only, rounds=len(only), **FEW).play()  # type: ignore[arg-type]  # few by name

    assert outcome.faults == {}, outcome.notes
    assert dict(outcome.befell) == dict.fromkeys(only, 1)
    assert outcome.finished > 0


# --- the wire -----------------------------------------------------------------------------------------------


class Echo(asyncio.Protocol):
    """Says everything back."""

    def __init__(self, gone: list[asyncio.Future[None]]) -> None:
        self._gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        gone.append(self._gone)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._gone.set_result(None)

    def data_received(self, data: bytes) -> None:
        self._transport.write(data)  # type: ignore[attr-defined]  # a stream's is always a Transport


Reach = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


@asynccontextmanager
async def echoing() -> AsyncIterator[tuple[Wire, Reach]]:
    """A wire to somebody who says everything back, and how to reach it."""
    gone: list[asyncio.Future[None]] = []
    server = await asyncio.get_running_loop().create_server(lambda: Echo(gone), "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    async with Wire((host, port), random.Random(1)) as wire:
        yield wire, lambda: asyncio.open_connection("127.0.0.1", wire.port)
    server.close()
    await asyncio.gather(*gone)


async def test_a_whole_wire_carries_what_is_said_in_order() -> None:
    async with echoing() as (_, reach):
        reader, writer = await reach()
        for number in range(100):
            writer.write(b"%03d" % number)

        assert await reader.readexactly(300) == b"".join(b"%03d" % number for number in range(100))
        writer.close()


@pytest.mark.parametrize("kind", ["late", "trickled", "swallowed"])
async def test_what_a_bad_wire_delays_arrives_whole_once_it_is_healed(kind: Kind) -> None:
    async with echoing() as (wire, reach):
        reader, writer = await reach()
        wire.worsen(Harm(kind, 1.0, 0.05))
        writer.write(b"abcdef")
        await asyncio.sleep(0.02)
        await wire.heal()
        writer.write(b"ghi")

        assert await asyncio.wait_for(reader.readexactly(9), 5) == b"abcdefghi"
        assert wire.harmed > 0
        writer.close()


async def test_what_a_wire_delays_again_and_again_arrives_in_order() -> None:
    """Healed in the middle, and told to do something else, it carries nothing before what is late still."""
    async with echoing() as (wire, reach):
        reader, writer = await reach()
        for number, kind in enumerate(("late", "swallowed", "trickled", "late") * 10):
            wire.worsen(Harm(kind, 1.0, 0.02))  # type: ignore[arg-type]  # kinds, by name
            writer.write(b"%03d" % number)
            await asyncio.sleep(0.002)
            await wire.heal()

        assert await asyncio.wait_for(reader.readexactly(120), 5) == b"".join(b"%03d" % n for n in range(40))
        writer.close()


@pytest.mark.parametrize(("kind", "arrives"), [("cut", b""), ("halved", b"a"), ("reset", b"")])
async def test_a_wire_that_breaks_ends_both_sides_and_carries_again_once_it_is_healed(
    kind: Kind, arrives: bytes
) -> None:
    async with echoing() as (wire, reach):
        reader, writer = await reach()
        wire.worsen(Harm(kind))
        writer.write(b"abcdef")

        said = b""
        with suppress(ConnectionError):
            said = await asyncio.wait_for(reader.read(), 5)
        assert said == (arrives if kind == "halved" else b"")[: len(said)]
        writer.close()
        await wire.heal()
        reader, writer = await reach()
        writer.write(b"abc")
        assert await reader.readexactly(3) == b"abc"
        writer.close()


async def test_a_wire_that_refuses_lets_nobody_in_until_it_is_healed() -> None:
    async with echoing() as (wire, reach):
        wire.worsen(Harm("refused"))
        with pytest.raises(ConnectionRefusedError):
            await reach()

        await wire.heal()
        reader, writer = await reach()
        writer.write(b"abc")
        assert await reader.readexactly(3) == b"abc"
        writer.close()


# --- what the harness sees ----------------------------------------------------------------------------------


async def test_a_bot_that_handles_twice_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """By webhook, what was handled and not confirmed is brought again at every kill."""
    told = fleets.Fleet._add

    def forgetful(self: fleets.Fleet, name: str, arguments: tuple[str, ...], env: dict[str, str]) -> None:
        told(self, name, arguments, env)
        self.bots[name]._command[1:] = ["-c", FORGETFUL]

    monkeypatch.setattr(fleets.Fleet, "_add", forgetful)
    monkeypatch.setitem(draws.SHARES, "reset", (0.3, 0.5))
    scene = Scene("sqlite", "webhook", only=("hook: reset",), rounds=6, still=4.0, **{**FEW, "haste": 0.6})  # type: ignore[arg-type]  # few by name

    outcome = await scene.play()

    assert outcome.wrong + outcome.doubled > 0


SHORT = Script((Step(Say("/start"), ("Bonjour",)), Step(Say("1"), None)), ("un",), ("un",), hands_in=True)
"""She begins, and hands in."""


@asynccontextmanager
async def somebody(
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[tuple[people.Lives, Post, people.Teller]]:
    """Who has just said /start, confirmed to Telegram; asked to come back, she does so at once."""
    monkeypatch.setattr(people, "COME_BACK_SECONDS", 0.0)
    monkeypatch.setattr(people, "SEND_AGAIN_SECONDS", (0.0, 0.0))
    post = Post()
    crowd = people.Lives(post, random.Random(1), [SHORT], lambda: 1.0, 0.0)
    crowd.start(0)
    crowd.come()
    (teller,) = crowd.tellers
    try:
        yield crowd, post, teller
    finally:
        crowd.stop()


async def says(post: Post, crowd: people.Lives, teller: people.Teller, *answer: str) -> bytes:
    """What she says next; it is confirmed, and answered so."""
    async with asyncio.timeout(5):
        while not post.waiting:  # noqa: ASYNC110 - nobody tells that somebody spoke
            await asyncio.sleep(0.001)
    letter = post.waiting.popleft()
    post.confirm(letter)
    for text in answer:
        crowd.heard(teller.chat, text, None, 1)
    return letter.body


async def test_who_is_told_that_many_write_comes_back_and_goes_on_once_she_is_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    receipt = "\n".join(f"{n}. mot" for n in range(1, 9))
    async with somebody(monkeypatch) as (crowd, post, teller):
        said = [
            await says(post, crowd, teller, people.BUSY),
            await says(post, crowd, teller, "Bonjour"),
            await says(post, crowd, teller, people.SENDING_BUSY, "Bonjour"),
            await says(post, crowd, teller, f"{people.SENDING_BUSY}\n\nBonjour"),
            await says(post, crowd, teller, receipt),
        ]

    assert [b'"text":"/start"' in each for each in said] == [True, True, False, False, False]
    assert (crowd.outcome.finished, crowd.outcome.put_off, crowd.outcome.faults) == (1, 3, {})


@pytest.mark.parametrize("put_off", [people.BUSY, people.SENDING_BUSY])
async def test_who_comes_back_as_she_was_told_and_is_not_answered_then_is_seen(
    monkeypatch: pytest.MonkeyPatch, put_off: str
) -> None:
    async with somebody(monkeypatch) as (crowd, post, teller):
        if put_off == people.SENDING_BUSY:
            await says(post, crowd, teller, "Bonjour")
        await says(post, crowd, teller, put_off)
        await says(post, crowd, teller)
        crowd.give_up()

    assert crowd.outcome.faults == {"swallowed": 1}
    (note,) = crowd.outcome.notes
    assert f"left alone at step {teller.step} of 2" in note
    assert f"was shown last {put_off[:300]!r}" in note


@pytest.mark.parametrize("put_off", [people.BUSY, people.SENDING_BUSY])
async def test_nobody_is_asked_to_come_back_in_the_middle_of_what_she_tells(
    monkeypatch: pytest.MonkeyPatch, put_off: str
) -> None:
    middle = Step(Say("un"), ("Et après",))
    monkeypatch.setattr(
        sys.modules[__name__], "SHORT", Script((SHORT.steps[0], middle), ("un",), ("un",), False)
    )
    async with somebody(monkeypatch) as (crowd, post, teller):
        await says(post, crowd, teller, "Bonjour")
        await says(post, crowd, teller, put_off)
        crowd.give_up()

    assert crowd.outcome.faults == {"wrong": 1, "swallowed": 1}


async def test_a_word_that_telegram_still_holds_in_the_end_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    async with somebody(monkeypatch) as (crowd, post, _):
        await Scene(still=0.0).all_confirmed(post, crowd)

    assert crowd.outcome.faults == {"unconfirmed": 1}


@pytest.mark.privileged("CAP_SYS_ADMIN")
@pytest.mark.skipif(not can_mount(), reason="CAP_SYS_ADMIN is missing: no disk can be mounted here")
def test_a_disk_that_is_filled_takes_no_byte_and_takes_some_once_it_is_freed() -> None:
    disk = Disk(1, "test")
    file = disk.place / "some"
    try:
        disk.fill()
        with pytest.raises(OSError, match="No space"):
            file.write_bytes(bytes(4096))

        disk.free()
        assert file.write_bytes(bytes(4096)) == 4096
    finally:
        disk.remove()


def test_what_fills_a_disk_takes_every_byte_there_is_and_gives_all_of_it_back(tmp_path: Path) -> None:
    """Of a file, whose limit stands for a disk's: for this no right is needed."""
    room = 3 * (1 << 20) + 4096 + 11
    fills = (
        "import resource, sys; from pathlib import Path\n"
        "from tests.faults import disks\n"
        "disks.can_mount = lambda: False; disk = disks.Disk(1, 'test')\n"
        "try: disk.fill()\n"
        "except RuntimeError: print('no disk of its own')\n"
        "disk.is_small = True; room = int(sys.argv[1]); ballast = disk.place / disks.BALLAST\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))\n"
        "disk.fill(); print(ballast.stat().st_size)\n"
        "disk.free(); disk.free(); print(ballast.exists())\n"
        "disk.remove(); print(disk.place.exists())\n"
    )

    said = subprocess.run(
        [sys.executable, "-c", fills, str(room)], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert said.stdout.splitlines() == ["no disk of its own", str(room), "False", "False"]


def test_a_driven_clock_moves_what_a_machines_clock_tells_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    move(file, 0.0)
    watch = (
        "import sys, time; from pathlib import Path\n"
        "from tests.faults.driven import drive, move\n"
        "file = Path(sys.argv[1]); before = time.monotonic(); drive(file)\n"
        "from datetime import UTC, datetime\n"
        "first = time.time(), datetime.now(UTC); move(file, 86400.0)\n"
        "second = time.time(), datetime.now(UTC); after = time.monotonic()\n"
        "print(second[0] - first[0] > 86399, (second[1] - first[1]).days, after - before < 60)\n"
    )

    said = subprocess.run(
        [sys.executable, "-c", watch, str(file)], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert said.stdout.split() == ["True", "1", "True"]
