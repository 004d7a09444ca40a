"""An hour of people who talk, a moderator who decides and a partner: does anything grow, and is what should
be emptied empty in the end?

    python -m tests.faults.soak [--minutes 60] [--people 200] [--store sqlite|postgresql] [--leak 0]

`--leak` puts a leak in on purpose (bytes a turn), to see that it would be found.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sqlite3
import sys
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field

import asyncpg
import uvloop

from benchmarks.crowd.process import take_place
from handlers.clock import EXPIRY_SECONDS
from tests.faults.driven import tasks_of
from tests.faults.fleet import Fleet, Keeper
from tests.faults.growth import BOUNDS, WARMING, Look, Slope, look, slopes
from tests.faults.people import Lives
from tests.faults.scene import Scene

EMPTIED = {
    "person": "SELECT count(*) FROM person",
    "errand": "SELECT count(*) FROM errand",
    "command": "SELECT count(*) FROM command WHERE box IS NOT NULL",
}
"""Tables in which no such row may be left once everybody is through and drafts and names have had their days.
Of a command that was carried out its number is remembered, up to a thousand (`COMMANDS_REMEMBERED`)."""

AWAY_HOURS = 24.0 * 5
"""Drafts live three days, and who was answered is remembered for two after that."""

SWEEP_SECONDS = EXPIRY_SECONDS + 60.0
"""Housekeeping comes every ten minutes, by a clock that nobody sets: it is not hurried by the one we move."""

EVERY_SECONDS = 10.0
LOOKS = 8
"""In each of these."""

ONCE_KIB = 24 * 1024.0
"""What comes once in the first half hour (pages of the database, rows and names that are remembered), and
would be a slope in a look of minutes."""

SHORT_MINUTES = 30.0

HURRY, HURRIED = 5, WARMING * 3 / 4
"""How much sooner people act in most of the time that it warms up: what is remembered up to a number (rows of
people, sketches of stories, names) is full when looks begin to count, and what grows then is something else.
What only a crowd in a hurry needs is let go of before."""


def bounds_for(minutes: float) -> dict[str, float]:
    """An hour's growth that is borne; in a short look, what comes once is borne as well."""
    once = ONCE_KIB * 60 / (minutes * (1 - WARMING)) if minutes < SHORT_MINUTES else 0.0
    return {**BOUNDS, "memory": max(BOUNDS["memory"], once)}


@dataclass(slots=True)
class Soak:
    keeper: Keeper = "sqlite"
    minutes: float = 60.0
    people: int = 200
    pause: float = 2.0
    leak: int = 0
    looks: list[Look] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)
    faults: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list, repr=False)
    """What was seen of each fault."""

    async def play(self) -> list[Slope]:
        scene = Scene(self.keeper, people=self.people, pause=self.pause, ways=20)
        chance = random.Random(scene.seed)
        scripts = await scene.ways_of(chance)
        restarts: Counter[str] = Counter()
        fleet = Fleet(self.keeper, "polling", chance, restarts)
        fleet.leak = self.leak
        async with fleet:
            crowd = Lives(fleet.post, chance, scripts, fleet.now, self.pause)
            fleet.api.crowd = crowd
            moderator, partner = await scene.seat(fleet, crowd)
            await fleet.start("bot")
            crowd.start(self.people)
            partner.plan("/format text", 0.5)
            moderator.plan("/next", 1.0)
            await self._watch(fleet, crowd)
            await scene.end_talking(crowd, moderator)
            await scene.members_end(fleet, crowd, moderator, partner)
            await scene.all_confirmed(fleet.post, crowd)
            fleet.move(AWAY_HOURS * 3600)
            await self._until_empty(fleet)
            await fleet.end("bot")
            crowd.stop()
            crowd.outcome.refused = fleet.api.faults.total()
            self.faults = {**crowd.outcome.faults, **restarts}
            self.notes = [*crowd.outcome.notes, *(f"refused: {each}" for each in fleet.api.faults)]
            self.left = await self._left(fleet)
        return slopes(self.looks, bounds_for(self.minutes))

    async def _watch(self, fleet: Fleet, crowd: Lives) -> None:
        began = time.monotonic()
        pid = fleet.bots["bot"].pid
        every = min(EVERY_SECONDS, self.minutes * 60 / 24)
        while (at := time.monotonic() - began) < self.minutes * 60:
            crowd.pause = self.pause / HURRY if at < self.minutes * 60 * HURRIED else self.pause
            several = []
            for _ in range(LOOKS):
                several.append(look(pid, at, tasks_of(fleet.clock)))
                await asyncio.sleep(every / LOOKS)
            # A receipt's key takes 64 MiB for a sixth of a second: the least of several looks is without it.
            seen = min(several, key=lambda each: each.memory)
            self.looks.append(seen)
            if len(self.looks) % 6 == 1:
                counts = f"{seen.files:.0f} files, {seen.threads:.0f} threads, {seen.tasks:.0f} tasks"
                said = (
                    f"{at / 60:5.1f} min: {seen.memory:,.0f} KiB, {counts}, {crowd.outcome.answers:,} answers"
                )
                sys.stderr.write(f"{said}\n")

    async def _until_empty(self, fleet: Fleet) -> None:
        for _ in range(int(SWEEP_SECONDS)):
            if not (await self._left(fleet)).total():
                return
            await asyncio.sleep(1.0)

    async def _left(self, fleet: Fleet) -> Counter[str]:
        if self.keeper == "postgresql":
            assert fleet.server is not None
            db = await asyncpg.connect(fleet.server.url())
            try:
                return Counter({table: await db.fetchval(count) for table, count in EMPTIED.items()})
            finally:
                await db.close()
        left: Counter[str] = Counter()
        for name in ("drafts.db", "seuil.db"):
            with closing(sqlite3.connect(f"file:{fleet.settings.data / name}?mode=ro", uri=True)) as db:
                there = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
                for table in there & set(EMPTIED):
                    left[table] += db.execute(EMPTIED[table]).fetchone()[0]
        return left


async def soaked(told: argparse.Namespace) -> int:
    soak = Soak(told.store, told.minutes, told.people, told.pause, told.leak)
    grown = await soak.play()
    lines = [f"{'GROWS ' if slope.is_growth else ''}{slope}" for slope in grown]
    lines.append(f"left in tables that are emptied: {dict(soak.left)}")
    if soak.faults:
        lines += [f"it did not hold: {soak.faults}", *soak.notes]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if soak.faults or soak.left.total() or any(slope.is_growth for slope in grown) else 0


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    asked.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    asked.add_argument("--minutes", type=float, default=60.0)
    asked.add_argument("--people", type=int, default=200)
    asked.add_argument("--pause", type=float, default=2.0)
    asked.add_argument("--leak", type=int, default=0, help="bytes a turn, put in on purpose")
    take_place()
    return uvloop.run(soaked(asked.parse_args()))


if __name__ == "__main__":
    raise SystemExit(main())
