"""What befalls a fleet: one thing at a time, held for a while, then all is well again.

A deck is drawn from, not a die: in so many rounds as there are cards, everything that can happen happened
once.

Never here: what must hold meanwhile and afterwards.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

from tests.faults.fleet import Fleet
from tests.faults.many import Many
from tests.faults.wires import KINDS, Harm, Kind

HOUR = 3600.0

HOLDS: dict[Kind, tuple[float, float]] = {
    "late": (1.0, 4.0),
    "refused": (0.3, 4.0),
    "cut": (0.5, 3.0),
    "reset": (0.5, 3.0),
    "halved": (0.5, 3.0),
    "trickled": (0.5, 3.0),
    "swallowed": (1.0, 12.0),
}
"""Seconds each lasts. A database is waited for half a minute, and some of these are longer than any call
waits (10 s)."""

SHARES: dict[Kind, tuple[float, float]] = {
    "late": (0.3, 1.0),
    "refused": (1.0, 1.0),
    "cut": (0.02, 0.2),
    "reset": (0.02, 0.2),
    "halved": (0.02, 0.2),
    "trickled": (0.1, 1.0),
    "swallowed": (0.3, 1.0),
}

MOST_DAYS_AHEAD = 45
"""Stories go 60 days after their decision: none may go before it was looked for."""

Act = Callable[[Fleet, random.Random, float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Fault:
    """`needs`: what of the fleet it befalls."""

    name: str
    needs: str
    act: Act


def _wired(name: str, kind: Kind) -> Fault:
    async def act(fleet: Fleet, chance: random.Random, haste: float) -> None:
        wire = fleet.wires[name]
        wire.worsen(Harm(kind, chance.uniform(*SHARES[kind]), chance.uniform(0.05, 1.0)))
        await asyncio.sleep(chance.uniform(*HOLDS[kind]) * haste)
        await wire.heal()

    return Fault(f"{name}: {kind}", f"wire {name}", act)


def _killed(name: str) -> Fault:
    async def act(fleet: Fleet, chance: random.Random, haste: float) -> None:
        fleet.kill(name)
        await asyncio.sleep(chance.uniform(0.0, 1.0) * haste)
        await fleet.start(name)

    return Fault(f"{name}: kill -9", f"kill {name}", act)


def _killed_twice(name: str) -> Fault:
    """Once more as soon as it hears: while it shows what it owes."""

    async def act(fleet: Fleet, chance: random.Random, haste: float) -> None:
        for _ in range(2):
            fleet.kill(name)
            await fleet.start(name)
            await asyncio.sleep(chance.uniform(0.0, 0.3) * haste)

    return Fault(f"{name}: kill -9 at its start", f"kill {name}", act)


def _ended(name: str) -> Fault:
    async def act(fleet: Fleet, chance: random.Random, haste: float) -> None:
        del chance, haste
        await fleet.end(name)
        await fleet.start(name)

    return Fault(f"{name}: restarted", f"kill {name}", act)


async def _server_killed(fleet: Fleet, chance: random.Random, haste: float) -> None:
    assert fleet.server is not None
    await asyncio.to_thread(fleet.server.kill)
    await asyncio.sleep(chance.uniform(0.0, 4.0) * haste)
    await fleet.wake()


async def _both_killed(fleet: Fleet, chance: random.Random, haste: float) -> None:
    assert fleet.server is not None
    name = chance.choice(sorted(fleet.bots))
    fleet.kill(name)
    await asyncio.to_thread(fleet.server.kill)
    waking = asyncio.create_task(fleet.wake())
    await asyncio.sleep(chance.uniform(0.0, 1.0) * haste)
    await fleet.start(name)
    await waking


def _filled(name: str) -> Fault:
    async def act(fleet: Fleet, chance: random.Random, haste: float) -> None:
        disk = fleet.disks[name]
        await asyncio.to_thread(disk.fill)
        await asyncio.sleep(chance.uniform(0.5, 3.0) * haste)
        disk.free()
        await fleet.wake()

    return Fault(f"disk of {name}: full", f"disk {name}", act)


async def _filled_and_killed(fleet: Fleet, chance: random.Random, haste: float) -> None:
    """Started on a full disk, and freed meanwhile."""
    disk = fleet.disks["data"]
    await asyncio.to_thread(disk.fill)
    await asyncio.sleep(chance.uniform(0.2, 1.0) * haste)
    name = chance.choice(sorted(fleet.bots))
    fleet.kill(name)
    starting = asyncio.create_task(fleet.start(name))
    await asyncio.sleep(chance.uniform(0.5, 2.0) * haste)
    disk.free()
    await starting


def _moved(hours: float) -> Act:
    async def act(fleet: Fleet, chance: random.Random, haste: float) -> None:
        if fleet.ahead + hours * HOUR < MOST_DAYS_AHEAD * 24 * HOUR:
            fleet.move(hours * HOUR)
        await asyncio.sleep(chance.uniform(0.2, 1.0) * haste)
        await fleet.unlock()  # as long away, the desk had locked itself

    return act


async def _shelf_killed(fleet: Fleet, chance: random.Random, haste: float) -> None:
    """Every open draft goes with it: its key was in this memory and nowhere else."""
    assert isinstance(fleet, Many)
    await asyncio.to_thread(fleet.redis.kill)
    fleet.forgot()
    await asyncio.sleep(chance.uniform(0.0, 3.0) * haste)
    await asyncio.to_thread(fleet.redis.start)


async def _rolled(fleet: Fleet, chance: random.Random, haste: float) -> None:
    """A new version: one after the other ends as asked and is started anew."""
    for name in fleet.bots:
        await fleet.end(name)
        await fleet.start(name)
        await asyncio.sleep(chance.uniform(0.5, 1.0) * haste)


ALL = (
    *(_wired(name, kind) for name in ("api", "postgresql", "redis", "hook") for kind in KINDS),
    *(
        make(name)
        for name in ("bot", "intake-1", "intake-2", "desk-1", "desk-2")
        for make in (_killed, _killed_twice, _ended)
    ),
    Fault("postgresql: kill -9", "postgresql", _server_killed),
    Fault("postgresql and a process: kill -9", "postgresql", _both_killed),
    Fault("redis: kill -9", "redis", _shelf_killed),
    Fault("all processes: restarted one after the other", "many", _rolled),
    _filled("data"),
    _filled("pg"),
    Fault("disk of data: full at a start", "disk data", _filled_and_killed),
    Fault("clock: a day on", "clock", _moved(25.0)),
    Fault("clock: four days on", "clock", _moved(96.0)),
    Fault("clock: an hour back", "clock", _moved(-1.0)),
)

NAMES = frozenset(fault.name for fault in ALL)


def deck(fleet: Fleet, chance: random.Random, only: tuple[str, ...] = ()) -> Iterator[Fault]:
    """Everything that can befall this fleet, in an order drawn anew each time all of it happened. `only`:
    what its name holds."""
    cards = [fault for fault in ALL if fault.needs in fleet.has and _named(fault.name, only)]
    while cards:
        chance.shuffle(cards)
        yield from list(cards)


def _named(name: str, only: tuple[str, ...]) -> bool:
    """A whole name means that fault alone; a part of names, all that hold it."""
    return not only or any(each == name if each in NAMES else each in name for each in only)
