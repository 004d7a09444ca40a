"""Bans: a sender whose testimony shows abuse sends no more until the next digest.

A ban is taken back from the very testimony it was made from, and every other testimony gets the same answer,
whoever sent it. Else `/ban` on one and `/unban` on another would tell whether one person told both.

Which testimony a ban came from lies sealed under the INSTANCE key beside the bans: the database tells nobody
who was banned for what, nor that two bans are of one sender.

Never here: what a ban does (`handlers.dispatch` asks the store when somebody submits).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import orjson

from bot.boxes import open_small, seal_small
from bot.errors import CannotOpen
from bot.moderation import reference
from bot.testimony import CODED, read_coded
from handlers.bench import Act, Asked, Bench
from storage.changes import Ban, Operation, PutMeta, Unban

BANNED = "banned-from"
"""Meta: which testimonies bans were made from, and of which sender; empty where there is no ban."""

_PURPOSE = "bans"


@dataclass(frozen=True, slots=True)
class Origins:
    """The tag that was banned, by the case the ban was made from."""

    tags: dict[bytes, bytes] = field(default_factory=dict, repr=False)

    def put(self, instance: bytes) -> PutMeta:
        told = orjson.dumps([[case.hex(), tag.hex()] for case, tag in sorted(self.tags.items())])
        return PutMeta(BANNED, seal_small(instance, _PURPOSE, told))

    def without(self, case: bytes) -> Origins:
        return Origins({other: tag for other, tag in self.tags.items() if other != case})


async def origins(bench: Bench) -> Origins:
    """What is remembered of bans. What this instance did not write is nothing: the ban itself stands."""
    box = await bench.store.meta(BANNED)
    if not box:
        return Origins()
    try:
        told = orjson.loads(open_small(bench.queue.instance, _PURPOSE, box))
    except CannotOpen:
        return Origins()
    return Origins({bytes.fromhex(case): bytes.fromhex(tag) for case, tag in told})


async def ban(bench: Bench, asked: Asked) -> Act:
    coded = await bench.part(asked.row, CODED, read_coded)
    tag = coded[0].sender_tag if coded else b""
    if not tag:
        return Act(screens=(asked.say("desk-no-tag", case=asked.ref),), audited=False)
    known = await origins(bench)
    kept = Origins({**known.tags, asked.row.case: tag}).put(bench.queue.instance)
    return Act((Ban(tag, bench.today), kept), (asked.say("desk-banned", case=asked.ref),))


async def unban(bench: Bench, asked: Asked) -> Act:
    known = await origins(bench)
    if asked.case is None and not asked.given.text:
        listed = ", ".join(sorted(reference(case) for case in known.tags))
        said = asked.say("desk-bans", bans=listed) if listed else asked.say("desk-bans-none")
        return Act(screens=(said,), audited=False)
    tag = b"" if asked.case is None else known.tags.get(asked.case.case, b"")
    if asked.case is None or not tag:
        about = "" if asked.case is None else asked.ref
        line = bench.log(asked.member.member, "unban refused", about)
        return Act((line,), (asked.say("desk-not-banned"),), audited=False)
    left = known.without(asked.case.case)
    change: list[Operation] = [left.put(bench.queue.instance)]
    if tag not in left.tags.values() and await bench.store.is_banned(tag):
        change.append(Unban(tag))
    return Act(tuple(change), (asked.say("desk-unbanned"),))
