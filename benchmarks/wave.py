"""A wave: from nothing through three real sizes, each held, whole testimonies with their receipts.

    python -m benchmarks.wave            each size held half a minute
    python -m benchmarks.wave --full     each held five minutes
    python -m benchmarks.wave --hold 120 --thinking 5 --mode webhook

The bot has the whole machine, of which the people and the Bot API take a part of one processor: receipts are
hashed on what is left of it. People come whatever the answers take, and wait for theirs. What each stage
tells: how many came and were told that too many write, turns a second and what they waited for, testimonies
handed in and what their receipts took, who waits at its end, memory. Then what gave first.

Sources of the sizes: NousToutes' form of 2020 (60 000 answers in three days); #MeToo's first day, if each of
its 4.7 million people testified; that day's peak hour, four times its mean.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import uvloop

from benchmarks.crowd import ways
from benchmarks.crowd.api import Api
from benchmarks.crowd.arriving import PLAN, THINKING_SECONDS, Arriving, Seen
from benchmarks.crowd.learning import learn
from benchmarks.crowd.people import Crowd
from benchmarks.crowd.post import Post
from benchmarks.crowd.process import Running, take_place
from benchmarks.crowd.stands import NotStarted, Stand, ground

SIZES = (
    ("NousToutes, 2020", 0.23),
    ("#MeToo, the first day", 54.0),
    ("#MeToo, the peak hour", 218.0),
)
"""New testimonies a second."""

HOLD_SECONDS, FULL_SECONDS, QUICK_SECONDS = 30.0, 300.0, 3.0
QUICK_SIZES = (("a few", 1.0), ("some", 3.0))

TURN_SECONDS, RECEIPT_SECONDS = 1.0, 15.0
"""What 99 in 100 may wait for an answer; for a receipt, as long as somebody waits without harm."""


@dataclass(frozen=True, slots=True)
class Stage:
    name: str
    rate: float
    seconds: float
    seen: Seen
    waiting: int
    handing_in: int
    post: int
    """Updates that Telegram holds for the bot."""
    memory: int
    harness: float

    @property
    def gives(self) -> list[str]:
        """What does not hold at this size."""
        found = []
        if self.seen.turned_away:
            found.append("newcomers are told to come back")
        if self.seen.put_off or _slow(self.seen.receipts) > RECEIPT_SECONDS:
            found.append("handing in")
        if _slow(self.seen.turns) > TURN_SECONDS:
            found.append("turns")
        if self.seen.failed:
            found.append("the store")
        return found


def _middle(waits: Sequence[float]) -> float:
    return sorted(waits)[len(waits) // 2] if waits else 0.0


def _slow(waits: Sequence[float]) -> float:
    return sorted(waits)[len(waits) * 99 // 100] if waits else 0.0


async def _learned(there: Stand) -> None:
    """One person goes the whole way alone. Her receipt is nobody else's: the last answer is told by its being
    one."""
    teacher = Crowd(PLAN, there.post.send, None)
    there.api.crowd = teacher
    lesson = await learn(teacher)
    there.api.crowd = there.crowd
    there.crowd.lesson = lesson
    there.crowd.judge = lambda person: person.step == len(PLAN)


async def _stage(there: Stand, crowd: Arriving, name: str, rate: float, hold: float) -> Stage:
    """From the rate before to this one in a third of the time, then held."""
    before, crowd.seen = crowd.rate, Seen()
    ours, began = asyncio.get_running_loop().time(), time.process_time()
    steps = 20
    for step in range(1, steps + 1):
        crowd.rate = before + (rate - before) * step / steps
        await asyncio.sleep(hold / 3 / steps)
    await asyncio.sleep(hold)
    seconds = asyncio.get_running_loop().time() - ours
    return Stage(
        name,
        rate,
        seconds,
        crowd.seen,
        crowd.waiting,
        crowd.handing_in,
        len(there.post.waiting),
        there.bot.weight().memory,
        (time.process_time() - began) / seconds,
    )


def tell(stage: Stage) -> None:
    seen = stage.seen
    print(f"\n{stage.name}: {stage.rate:,.2f} new testimonies a second, {stage.seconds:.0f} s")
    lines = [
        ("people came", f"{seen.came:,}"),
        ("told that too many write", f"{seen.turned_away:,}"),
        ("turns a second", f"{len(seen.turns) / stage.seconds:,.0f}"),
        ("a turn, one in two", f"{_middle(seen.turns) * 1e3:,.0f} ms"),
        ("a turn, 99 in 100", f"{_slow(seen.turns) * 1e3:,.0f} ms"),
        ("testimonies handed in a second", f"{len(seen.receipts) / stage.seconds:,.2f}"),
        ("a receipt, one in two", f"{_middle(seen.receipts):,.1f} s"),
        ("a receipt, 99 in 100", f"{_slow(seen.receipts):,.1f} s"),
        ("told to hand in later", f"{seen.put_off:,}"),
        ("told that nothing was kept", f"{seen.failed:,}"),
        ("at the end: people who wait", f"{stage.waiting:,}"),
        ("at the end: of these, handing in", f"{stage.handing_in:,}"),
        ("at the end: updates Telegram holds", f"{stage.post:,}"),
        ("at the end: memory", f"{stage.memory / 2**20:,.0f} MiB"),
    ]
    for what, value in lines:
        print(f"  {what:<40} {value:>12}")
    if stage.harness > 0.85:
        print(f"  the harness used {stage.harness:.0%} of its processor: it was the limit, not the bot")
    print(f"  {'gives: ' + ', '.join(stage.gives) if stage.gives else 'held'}", flush=True)


async def wave(
    mode: ways.Mode, sizes: Sequence[tuple[str, float]], hold: float, thinking: float
) -> list[Stage]:
    """Every size, one after the other. Raises `NotStarted`."""
    way = ways.seuil(mode)
    with ground(way) as place:
        post = Post()
        api = Api(post)
        crowd = Arriving(post.send, thinking)
        env = {**place.env, **way.env(await api.serve())}
        bot = Running(way.command, env, place.folder, place.folder / "log", spread=True)
        there = Stand(api, post, crowd, bot)
        try:
            bot.start()
            await there.is_up()
            await _learned(there)
            crowd.start()
            stages = []
            for name, rate in sizes:
                stages.append(await _stage(there, crowd, name, rate, hold))
                tell(stages[-1])
            return stages
        finally:
            crowd.stop()
            bot.kill()
            api.close()


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    asked.add_argument("--quick", action="store_true", help="a few people, for some seconds")
    asked.add_argument("--full", action="store_true", help="each size held five minutes")
    asked.add_argument("--hold", type=float, default=0.0, help="seconds each size is held")
    asked.add_argument(
        "--thinking", type=float, default=0.0, help="seconds between an answer and what follows"
    )
    asked.add_argument("--mode", choices=("polling", "webhook"), default="polling")
    told = asked.parse_args()
    logging.disable(logging.WARNING)
    take_place()
    hold = told.hold or (QUICK_SECONDS if told.quick else FULL_SECONDS if told.full else HOLD_SECONDS)
    thinking = told.thinking or (0.02 if told.quick else THINKING_SECONDS)
    try:
        stages = uvloop.run(wave(told.mode, QUICK_SIZES if told.quick else SIZES, hold, thinking))
    except NotStarted as error:
        print(error)
        return 1
    first = next((stage for stage in stages if stage.gives), None)
    gives = "nothing" if first is None else f"{', '.join(first.gives)}, at {first.rate:,.2f} a second"
    print(f"\ngives first: {gives}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
