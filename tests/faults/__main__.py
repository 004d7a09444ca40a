"""`python -m tests.faults`: everything that can happen, to hundreds at once. `--help` says how."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from dataclasses import fields

import uvloop

from benchmarks.crowd.process import take_place
from tests.faults.disks import can_mount
from tests.faults.scene import Scene


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


async def play(scene: Scene) -> int:
    outcome = await scene.play()
    sys.stdout.write(json.dumps({each.name: getattr(outcome, each.name) for each in fields(outcome)}) + "\n")
    if outcome.faults:
        say("\n".join([f"It did not hold: {outcome.faults}", *outcome.notes]))
        return 1
    await asyncio.sleep(0)
    return 0


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.partition(":")[2] if __doc__ else None)
    asked.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    asked.add_argument("--mode", choices=("polling", "webhook"), default="polling")
    asked.add_argument(
        "--many", action="store_true", help="nginx, two that listen, two desks, PostgreSQL, Redis"
    )
    asked.add_argument("--people", type=int, default=500)
    asked.add_argument("--rounds", type=int, default=200)
    asked.add_argument("--seed", type=int, default=2017)
    asked.add_argument(
        "--haste", type=float, default=1.0, help="how long each fault lasts, against what is usual"
    )
    asked.add_argument("--pause", type=float, default=4.0, help="seconds somebody thinks, on average")
    asked.add_argument(
        "--only", nargs="*", default=[], help="only faults whose name holds this, such as `kill` or `clock`"
    )
    told = asked.parse_args()
    take_place()
    if not can_mount():
        say("No disk can be mounted here, so none is filled: that takes root, or a container that may mount.")
    scene = Scene(
        told.store,
        told.mode,
        told.people,
        told.rounds,
        told.seed,
        told.haste,
        told.pause,
        many=told.many,
        only=tuple(told.only),
        say=say,
    )
    return uvloop.run(play(scene))


if __name__ == "__main__":
    raise SystemExit(main())
