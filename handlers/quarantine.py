"""The quarantine: what the intake set apart, looked at, given back to the queue, or refused all at once.

Refusing many at once is one act with one line in the log, asked for twice, and taken back whole with `/undo`
as long as it is one's last decision. Which testimonies it was about lies sealed under the INSTANCE key in the
place of that last decision: the next decision takes its place, so nothing of it piles up.

Never here: why a testimony was set apart (`handlers.limits` decides that, and tells nobody).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import orjson

from bot.boxes import open_small, seal_small
from bot.errors import CannotOpen
from bot.moderation import reference
from handlers import Button, Screen
from handlers.bench import Act, Asked, Bench
from handlers.cases import last_key
from storage import CaseRow
from storage.changes import CaseState, Change, Move, PutMeta

MANY = b"m"
"""First byte of a last decision that was on many."""

LISTED = 20
"""References that /quarantine shows: what fits on a telephone."""

OFFERED = 4
"""Of these, with a button to read them."""

_BATCH_BYTES = 5


@dataclass(frozen=True, slots=True)
class Many:
    """A decision on many cases: all went from quarantine to `state`. `batch`: random, its name in the log."""

    batch: bytes
    state: CaseState
    cases: tuple[bytes, ...]

    @property
    def about(self) -> str:
        return f"{reference(self.batch).replace('t-', 'b-', 1)} x {len(self.cases)}"

    def put(self, bench: Bench, member: bytes) -> PutMeta:
        told = orjson.dumps([self.batch.hex(), self.state, [case.hex() for case in self.cases]])
        return PutMeta(last_key(member), MANY + seal_small(bench.queue.instance, _purpose(member), told))


def _purpose(member: bytes) -> str:
    """One member's decision put in the place of another's does not open."""
    return f"many {member.hex()}"


async def last_many(bench: Bench, member: bytes) -> Many | None:
    """A member's last decision, if it was on many and something of it still stands; what was decided
    otherwise, withdrawn or erased since is left out."""
    kept = await bench.store.meta(last_key(member)) or b""
    if kept[:1] != MANY:
        return None
    try:
        batch, state, listed = orjson.loads(open_small(bench.queue.instance, _purpose(member), kept[1:]))
    except CannotOpen:
        return None
    standing = {row.case for row in await bench.store.cases(state)}
    cases = tuple(case for case in map(bytes.fromhex, listed) if case in standing)
    return Many(bytes.fromhex(batch), state, cases) if cases else None


# --- looking ------------------------------------------------------------------------------------------------


async def show(bench: Bench, asked: Asked) -> Act:
    rows = await bench.store.cases("quarantined")
    if not rows:
        return Act(screens=(asked.say("desk-quarantine-empty"),))
    refs = [reference(row.case) for row in rows[:LISTED]]
    lines = [asked.words.say("desk-quarantine", count=len(rows)), " · ".join(refs)]
    if len(rows) > LISTED:
        lines.append(asked.words.say("desk-quarantine-more", count=len(rows) - LISTED))
    buttons = [
        Button(asked.words.say("desk-button-open-case", case=ref), f"/open {ref}") for ref in refs[:OFFERED]
    ]
    buttons.append(Button(asked.words.say("desk-button-quarantine-reject"), "/quarantine reject"))
    return Act(screens=(Screen("\n".join(lines), tuple(buttons)),))


# --- giving back, refusing ----------------------------------------------------------------------------------


async def release(bench: Bench, asked: Asked) -> Act:
    """Give one, or all, to the queue."""
    rows = await bench.store.cases("quarantined") if asked.case is None else [asked.row]
    if not rows:
        return Act(screens=(asked.say("desk-quarantine-empty"),), audited=False)
    return _moved(bench, asked, rows, "waiting", "desk-quarantine-released")


async def ask_reject(bench: Bench, asked: Asked) -> Act:
    """The first of two clicks. What is shown as a number now is what the second click is about."""
    rows = await bench.store.cases("quarantined")
    if not rows:
        return Act(screens=(asked.say("desk-quarantine-empty"),))
    bench.asked_many[asked.member.member] = frozenset(row.case for row in rows)
    buttons = (
        Button(asked.words.say("desk-button-quarantine-reject-yes"), "/quarantine reject yes"),
        Button(asked.words.say("desk-button-quarantine-look"), "/quarantine"),
    )
    return Act(screens=(Screen(asked.words.say("desk-quarantine-reject", count=len(rows)), buttons),))


async def reject(bench: Bench, asked: Asked) -> Act:
    """The second click: what came into quarantine after the first one stays there."""
    meant = bench.asked_many.pop(asked.member.member, frozenset())
    rows = [row for row in await bench.store.cases("quarantined") if row.case in meant]
    if not rows:
        first = await ask_reject(bench, asked)
        return Act(screens=first.screens, audited=False)
    return _moved(bench, asked, rows, "rejected", "desk-quarantine-rejected")


def _moved(bench: Bench, asked: Asked, rows: list[CaseRow], state: CaseState, said: str) -> Act:
    member = asked.member.member
    many = Many(secrets.token_bytes(_BATCH_BYTES), state, tuple(row.case for row in rows))
    for row in rows:
        bench.warned.discard((member, row.case))
    change: Change = (
        *(Move(row.case, ("quarantined",), state, bench.today) for row in rows),
        many.put(bench, member),
        bench.log(member, asked.given.command, many.about),
    )
    return Act(change, (asked.say(said, count=len(rows)),), forget=True, audited=False)


async def reopen_many(bench: Bench, asked: Asked) -> Act:
    """Put back into quarantine what one's last decision took out of it, as far as it still stands."""
    member = asked.member.member
    many = await last_many(bench, member)
    if many is None:
        return Act(screens=(asked.say("desk-nothing-to-undo"),), audited=False)
    change: Change = (
        *(Move(case, (many.state,), "quarantined", bench.today) for case in many.cases),
        PutMeta(last_key(member), b""),
        bench.log(member, "undo many", many.about),
    )
    return Act(change, (asked.say("desk-quarantine-reopened", count=len(many.cases)),), audited=False)
