"""Which testimony a command is about, and how it stands to whoever gives it.

Never here: what is done with it, and whether it may be (`bot.moderation`).
"""

from __future__ import annotations

from bot.moderation import COMMANDS, CaseView, reference
from handlers import cases, quarantine
from handlers.bench import Bench
from storage import CaseRow, MemberRow


async def looked_up(
    bench: Bench, member: MemberRow, command: str, ref: str
) -> tuple[CaseRow | None, CaseView]:
    """The case a command is about: the one it names, the one its giver holds, or her last decision."""
    if not COMMANDS[command].argument.startswith("case") and command not in ("next", "undo", "queue"):
        return None, "none"
    if ref:
        row = await named(bench, ref)
        return row, "gone" if row is None else view_of(row, member)
    if command == "quarantine_release":
        # Without a name it is about all that is in quarantine, whatever she holds.
        return None, "none"
    held = [row for row in await bench.store.cases("claimed") if row.claimed_by == member.member]
    if held:
        return held[0], "mine"
    if command == "undo":
        return await last_decided(bench, member)
    shown = bench.last.get(member.member)
    if command in ("open", "open_yes", "get", "approve", "reject") and shown:
        row = await bench.store.case(shown)
        if row is not None and row.state in ("escalated", "quarantined"):
            # She reads what she holds no claim on: "/open" again means the one she was warned of.
            return row, view_of(row, member)
    return None, "none"


async def named(bench: Bench, ref: str) -> CaseRow | None:
    """The case of a reference. Few are open at a time and many are decided: those are looked at last."""
    for states in (("claimed", "escalated"), ("waiting", "quarantined"), ("approved",), ("rejected",)):
        found = [row for row in await bench.store.cases(*states) if reference(row.case) == ref]
        if len(found) == 1:
            return found[0]
    return None


async def last_decided(bench: Bench, member: MemberRow) -> tuple[CaseRow | None, CaseView]:
    """Her last decision, unless somebody decided otherwise since."""
    if await quarantine.last_many(bench, member.member) is not None:
        return None, "many"
    kept = await bench.store.meta(cases.last_key(member.member))
    row = await bench.store.case(kept[1:]) if kept else None
    if row is None or not kept or row.state[:1].encode() != kept[:1]:
        return None, "none"
    return row, view_of(row, member)


def view_of(row: CaseRow, member: MemberRow) -> CaseView:
    match row.state:
        case "claimed":
            return "mine" if row.claimed_by == member.member else "theirs"
        case "approved":
            return "approved" if row.counted_in is None else "counted"
        case other:
            return other
