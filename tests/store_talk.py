"""People who talk and submit for ever on one store, until they are killed; run by test_store_kill.py as a
program of its own. Each turn that was acknowledged is a line on standard output: who, and which turn.

    python -m tests.store_talk URL

Never here: what a test needs and a victim does not. It is started for every kill, and starts in a tenth of a
second.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys

from storage import Store, open_store
from storage.changes import QueueCommand
from tests.storekit import submitted, turn

PEOPLE = [hashlib.sha256(bytes([n])).digest()[:16] for n in range(12)]

SUBMITS_EVERY = 3
"""Every third turn of a person submits a case, and queues a command."""


def case_for(person: bytes, revision: int) -> bytes:
    return hashlib.sha256(person + revision.to_bytes(8)).digest()[:16]


async def talk(store: Store, person: bytes, name: int) -> None:
    known = await store.person([person])
    revision = known.draft.revision if known and known.draft else 0
    while True:
        revision += 1
        change = turn(person, person, revision, os.urandom(1024))
        if revision % SUBMITS_EVERY == 0:
            case = case_for(person, revision)
            change = (*submitted(case, "coded", "story"), QueueCommand(case, b"sealed"), *change)
        if not await store.commit(change):
            raise SystemExit("refused")
        os.write(1, b"%d %d\n" % (name, revision))


async def talk_for_ever(url: str) -> None:
    store = await open_store(url)
    os.write(1, b"ready\n")
    await asyncio.gather(*(talk(store, person, name) for name, person in enumerate(PEOPLE)))


if __name__ == "__main__":
    asyncio.run(talk_for_ever(sys.argv[1]))
