"""People who talk while the program is killed, again and again; run by test_crash.py as a program of its own.

One process stays alive and plays the network: it forks a child that serves everybody on real files, kills it
with SIGKILL at a random instant, and delivers again, to the next child, every update that was not
acknowledged. At the end everybody finishes, and every testimony is opened and compared with what its teller
was told had arrived.

It is killed ROUNDS times, and on until whole LIVES have been lived meanwhile, from arriving to the receipt:
on a slow machine a life takes more kills.

    python -m tests.crash FOLDER SHELF ROUNDS LIVES PEOPLE SEED
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import struct
import sys
import time
from collections import Counter
from pathlib import Path

from bot.opening import Expected, open_told
from bot.testimony import STORY, read_story
from handlers import Heard
from storage import open_store
from storage.shelf import FolderShelf
from tests.stage import INSTANCE, Stage

MESSAGES = 6
"""Messages of each story."""

ACK = struct.Struct("<HHH")
"""Person, life, step: what a child reports once an update is acknowledged."""

LONGEST_LIFE_MS = 300
"""A child lives up to so long: its start takes about 20 ms, a round of turns about 5 ms."""

MOST_KILLS = 20
"""Times ROUNDS. A machine on which so many kills leave no room for LIVES spends its time on starting."""

FOREVER = 10**6
"""Lives: more than anybody lives between two kills."""


def script(passes: int, person: int, life: int) -> list[str]:
    """What one person types in one life, from arriving to the end of the closing screen."""
    story = [f"p{person} v{life} m{n}." for n in range(MESSAGES)]
    return ["/start", "1", "2", "1", "1", "1", *story, "FINI", *["PASSER"] * passes, "1", "1", "1", "5"]


async def passes_to_review() -> int:
    stage = Stage()
    await stage.to_story("dry")
    await stage.say("dry", "Un.", "FINI")
    for passed in range(1, 60):
        if "Continuer avec ce texte" in (await stage.say("dry", "PASSER"))[-1]:
            return passed
    raise AssertionError("the review was never reached")


async def serve(
    folder: Path, shelf: Path, passes: int, at: dict[int, list[int]], lives: int, pipe: int
) -> None:
    """Deliver everybody's next updates until all have lived `lives` lives."""
    stage = Stage(store=await open_store(f"sqlite:{folder}"), shelf=FolderShelf(shelf))

    async def one(person: int) -> None:
        life, step = at[person]
        while life < lives:
            lines = script(passes, person, life)
            while step < len(lines):
                await deliver(stage, person, life, step, lines[step], pipe)
                step += 1
            life, step = life + 1, 0

    await asyncio.gather(*(one(person) for person in at))
    await stage.store.close()


async def deliver(stage: Stage, person: int, life: int, step: int, text: str, pipe: int) -> None:
    acknowledged = asyncio.Event()

    async def ack() -> None:
        os.write(pipe, ACK.pack(person, life, step))
        acknowledged.set()

    heard = Heard(stage.address(f"p{person}"), life * 1_000 + step + 1, "text", text, "fr", ack)
    await stage.dispatch.hear(heard, stage.channel)
    assert acknowledged.is_set(), "a turn failed"


def one_child(
    folder: Path, shelf: Path, passes: int, at: dict[int, list[int]], lives: int, wait: float
) -> bool:
    """Fork a child, let it live, kill it, and move `at` by what was acknowledged. True when it came to the
    end."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reads)
        try:
            asyncio.run(serve(folder, shelf, passes, at, lives, writes))
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    os.close(writes)
    if wait:
        time.sleep(wait)  # not for luck: the random instant of the kill is the test
        os.kill(child, signal.SIGKILL)
    told = b""
    while chunk := os.read(reads, 65536):
        told += chunk
    os.close(reads)
    _, status = os.waitpid(child, 0)
    for person, life, step in ACK.iter_unpack(told[: len(told) // ACK.size * ACK.size]):
        done = (life, step) >= tuple(at[person])
        assert done, "an update was acknowledged again after it was acknowledged"
        at[person][:] = [life, step + 1]
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise SystemExit("a child failed")
    return os.WIFEXITED(status)


async def judge(folder: Path, people: int, lives: int) -> dict[str, object]:
    """Open every testimony: each life once, each message once, in order."""
    stage = Stage(store=await open_store(f"sqlite:{folder}"))
    told: Counter[str] = Counter()
    broken = 0
    for row in await stage.store.cases():
        for item in await stage.store.items(row.case):
            if item.part == STORY:
                body = open_told(item.box, [stage.team], Expected(row.case, STORY), INSTANCE).body
                lines = dict(read_story(body).texts)["narrative"]
                who = lines[0].rsplit(" ", 1)[0]
                told[who] += 1
                broken += lines != tuple(f"{who} m{n}." for n in range(MESSAGES))
    expected = {f"p{person} v{life}" for person in range(people) for life in range(lives)}
    drafts = await stage.store.count_drafts()
    await stage.store.close()
    return {
        "lost": len(expected - set(told)),
        "doubled": sum(count > 1 for count in told.values()),
        "strange": len(set(told) - expected),
        "broken": broken,
        "drafts": drafts,
    }


def lived(at: dict[int, list[int]], lines: int) -> int:
    """Whole lives that were acknowledged to their last line."""
    return sum(life + (step >= lines) for life, step in at.values())


def main() -> None:
    folder, shelf = Path(sys.argv[1]), Path(sys.argv[2])
    rounds, enough, people, seed = (int(given) for given in sys.argv[3:7])
    chance = random.Random(seed)
    passes = asyncio.run(passes_to_review())
    lines = len(script(passes, 0, 0))
    at = {person: [0, 0] for person in range(people)}
    kills = 0
    while kills < rounds or lived(at, lines) < enough:
        if kills == MOST_KILLS * rounds:
            raise SystemExit(f"{lived(at, lines)} lives were lived under {kills} kills: too few to judge")
        one_child(folder, shelf, passes, at, FOREVER, chance.uniform(0.005, LONGEST_LIFE_MS / 1000))
        kills += 1
    under_kills = lived(at, lines)
    lives = max(life for life, _ in at.values()) + 1
    for place in at.values():
        if place[1] >= lines:
            place[:] = [place[0] + 1, 0]
    one_child(folder, shelf, passes, at, lives, 0)
    told = {"kills": kills, "lives": under_kills, **asyncio.run(judge(folder, people, lives))}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
