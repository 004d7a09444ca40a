"""What a crowd leaves behind: kill -9 in the middle of everything, memory, a new start over many drafts."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path

from benchmarks._measure import told
from benchmarks.crowd.bench import WARM_SECONDS, Bench
from benchmarks.crowd.kills import Aftermath, kill_and_return
from benchmarks.crowd.loads import Held, Offered
from benchmarks.crowd.people import Crowd, Person
from benchmarks.crowd.stands import Place, Stand, Way
from benchmarks.crowd.windows import watch
from benchmarks.restart import made

STORY_TOLD = 8
"""Actions until somebody's story is told."""

FEW = 5_000
"""People whose drafts are open before memory is weighed the first time: what comes once has come by then, and
the store remembers as many rows as it ever will (`HOT_PEOPLE`)."""

HALF_WAY = 24
"""Actions of who is there again after every new start."""

TITLES = "confirmed     lost  swallowed  skewed  set back  unanswered   whole  first answer"


async def kills(bench: Bench) -> None:
    """kill -9 while everybody talks."""
    size = bench.size
    print(f"\nkill -9 while {size.people:,} people talk as fast as they are answered, then a new start")
    print(f"{'':<44} {TITLES}")
    for way in (*bench.ours, *bench.stock) if size.everything else bench.ours[:1]:

        async def killed(there: Stand, place: Place, way: Way = way) -> Aftermath:
            return await kill_and_return(way, place, there, people=size.people, times=size.times)

        seen = await bench.on_stand(way, killed)
        if seen is not None:
            _tell(bench, way, seen)
    print(f"{'aim for Seuil':<44} {0:>18} {0:>10} {0:>7} {0:>9} {0:>11}")


def _tell(bench: Bench, way: Way, seen: Aftermath) -> None:
    bench.note(way, "lost", f"{seen.lost_share:.1%}")
    first = "none" if math.isinf(seen.first_reply) else f"{seen.first_reply:.2f} s"
    print(
        f"{way.name:<44} {seen.confirmed:>9,} {seen.lost_share:>8.1%} {seen.swallowed:>10,} "
        f"{seen.skewed:>7,} {seen.set_back:>9,} {seen.unanswered:>11,} {seen.whole:>7,} {first:>13}",
        flush=True,
    )
    bench.note(way, "swallowed", f"{seen.swallowed:,}")
    bench.note(way, "skewed", f"{seen.skewed:,}")
    bench.note(way, "set back", f"{seen.set_back:,}")
    if way in bench.ours:
        print(f"  of the whole, {seen.whole_ways:,} came to the end of their way, every word as expected")
    if seen.wrong_later:
        print(f"  {seen.wrong_later:,} wrong answers later on")


async def memory(bench: Bench) -> None:
    """What a running bot takes in all, and for each open draft."""
    many = bench.size.many_people
    few = min(FEW, many)

    async def weighed(there: Stand, _: Place) -> tuple[int, float]:
        load = Held(there.crowd, STORY_TOLD, at_once=200)
        await load.arrive(few)
        await asyncio.sleep(1)
        before = there.bot.weight().memory
        await load.arrive(many)
        await asyncio.sleep(1)
        after = there.bot.weight().memory
        return after, (after - before) / many

    print(f"\n{many:,} people tell their story and stop there")
    found = await bench.on_stand(bench.ours[0], weighed)
    if found is not None:
        whole, each = found
        told(f"memory, a bot with {few + many:,} open drafts", "MB", [whole / 1e6], "aim < 150 at 10,000")
        told("memory, an open draft of a running bot", "bytes", [each], "aim < 1,024")


async def restart(bench: Bench) -> None:
    """A new start over many open drafts; then a long look at what housekeeping holds back."""
    size = bench.size
    print(f"\na new start with {size.drafts:,} open drafts")
    way = bench.ours[0]

    async def restarted(there: Stand, place: Place) -> None:
        person = there.crowd.arrive()
        for _ in range(HALF_WAY):
            await _one_turn(there.crowd, person)
        await there.bot.stop()
        await made(Path(place.env["SEUIL_DATA"]), Path(place.env["SEUIL_SHELF"]), size.drafts)
        waits = [await _first_answer(there, person) for _ in range(size.restarts)]
        told(f"start to first answer, {size.drafts:,} drafts", "s", waits, "aim < 0.5")
        if there.crowd.record.wrong:
            print("  the answer was not the one to what she had said")
            bench.failed = True
        await _looked_at(bench, way, there)

    await bench.on_stand(way, restarted)


async def _one_turn(crowd: Crowd, person: Person) -> None:
    """She acts and is answered. Raises TimeoutError when she is not, in half a minute."""
    crowd.act(person)
    async with asyncio.timeout(30):
        while person.waiting:  # noqa: ASYNC110 - an event for each person would be a weight for all
            await asyncio.sleep(0.001)


async def _first_answer(there: Stand, person: Person) -> float:
    """Seconds from before the bot starts until somebody who spoke meanwhile is answered."""
    there.post.asked = 0
    there.bot.start()
    await _one_turn(there.crowd, person)
    took = there.crowd.record.at[-1] - there.bot.began
    await there.bot.stop()
    return took


async def _looked_at(bench: Bench, way: Way, there: Stand) -> None:
    size = bench.size
    there.post.asked = 0
    there.bot.start()
    await there.is_up()  # the start itself was measured before
    rate = size.rate / 2
    load = Offered(there.crowd, rate)
    await load.arrive(size.people)
    load.start()
    await asyncio.sleep(WARM_SECONDS)
    print(f"{rate:,.0f} turns a second offered, for {size.long_look:.0f} s")
    bench.tell(way, await watch(there, size.long_look))
    load.stop()
