"""The acts of the house: help, the state of the desk, who is a member, the audit log.

Never here: testimonies. The figures here are about the queue and never about what was told.
"""

from __future__ import annotations

from datetime import date

import orjson

from bot.decisions import is_known
from bot.errors import CannotOpen, StoreDamaged
from bot.key_list import KeyList
from bot.moderation import commands_of, read_role
from bot.sealing import fingerprint
from handlers import Screen
from handlers.bench import EPOCH, SHOWN_MINUTES, Act, Asked, Bench, mark, pages
from handlers.members import INVITE_DAYS, LONGEST_NAME, new_code
from handlers.signal import health
from handlers.verifying import audit_log
from storage import AuditRow, MemberRow
from storage.changes import DropMember, Move, Operation, UseInvite

AUDIT_SHOWN = 15
"""Lines of the log that /audit shows: what fits on a telephone."""


async def show_help(bench: Bench, asked: Asked) -> Act:
    say = asked.words.say
    lines = [say("desk-help", role=say(f"desk-role-{asked.role}"))]
    for name in commands_of(asked.role):
        if not is_known(name, console=bench.policy.console):
            continue
        own = f"desk-help-{name}-{asked.role}"
        lines.append(say(own if asked.words.has(own) else f"desk-help-{name}"))
    return Act(screens=tuple(Screen(page) for page in pages("\n".join(lines))))


async def show_queue(bench: Bench, asked: Asked) -> Act:
    claimed = await bench.store.cases("claimed")
    counts = {
        "waiting": len(await bench.store.cases("waiting")),
        "claimed": len(claimed),
        "escalated": len(await bench.store.cases("escalated")),
    }
    said = [asked.words.say("desk-queue", **counts)]
    if apart := len(await bench.store.cases("quarantined")):
        said.append(asked.words.say("desk-queue-quarantine", count=apart))
    if asked.case is not None and asked.view == "mine":
        said.append(asked.words.say("desk-queue-mine", case=asked.ref))
    return Act(screens=(Screen("\n".join(said)),))


async def show_stats(bench: Bench, asked: Asked) -> Act:
    waiting = await bench.store.cases("waiting")
    oldest = min((row.day for row in waiting), default=bench.today)
    screen = asked.say(
        "desk-stats",
        waiting=len(waiting),
        days=max(0, bench.today - oldest),
        claimed=len(await bench.store.cases("claimed")),
        escalated=len(await bench.store.cases("escalated")),
        ready=await bench.store.count_coded(),
    )
    return Act(screens=(screen,))


async def show_status(bench: Bench, asked: Asked) -> Act:
    digests = [row for row in await bench.store.digests() if row.state != "approved"]
    screen = asked.say(
        "desk-status",
        fingerprint=fingerprint(bench.team.recipient),
        waiting=len(await bench.store.cases("waiting")),
        ready=await bench.store.count_coded(),
        digests=len(digests),
        minutes=bench.policy.idle_minutes,
    )
    screens = [screen]
    if (signal := await health.read(bench.store)) is not None:
        days = max(0, bench.today - signal.since)
        key = "desk-status-signal-old" if signal.is_old(bench.today) else "desk-status-signal"
        screens.append(asked.say(key, version=signal.version, days=days))
    if bench.listed is not None:
        screens.append(_key_screen(asked, bench.listed(), int(bench.clock() // 60)))
    asking = await bench.to_verify()
    # How many, and where to read which: there are as many as help lines in all the world's countries.
    return Act(screens=(*screens, asked.say("desk-status-verify", count=len(asking))))


def _key_screen(asked: Asked, listed: KeyList, minute: int) -> Screen:
    """Which epoch it is, whether an older key still exists, and when the next is due."""
    days = listed.due_in_days(minute)
    key = "desk-status-key-due" if days <= 0 else "desk-status-key"
    return asked.say(key, epoch=listed.newest.epoch, days=abs(days), older=len(listed.keys) - 1)


# --- members ------------------------------------------------------------------------------------------------


async def show_partners(bench: Bench, asked: Asked) -> Act:
    partners = await bench.store.members("partner")
    if not partners:
        return Act(screens=(asked.say("desk-partners-none"),))
    lines = sorted(_partner_line(bench, asked, row) for row in partners)
    return Act(
        screens=tuple(Screen(page) for page in pages("\n".join([asked.words.say("desk-partners"), *lines])))
    )


def _partner_line(bench: Bench, asked: Asked, row: MemberRow) -> str:
    """A partner, by which way and in which language it is served; never where."""
    try:
        route = bench.members.route(row)
    except CannotOpen:
        return f"· {named(row)} · ?"
    told = ["·", named(row), "·", route.who.channel, "·", route.language]
    if route.recipient:
        told += ["·", asked.words.say("desk-partner-sealed")]
    if route.paused:
        told += ["·", asked.words.say("desk-partner-paused")]
    return " ".join(told)


async def invite(bench: Bench, asked: Asked) -> Act:
    """A code in a chat passes through its network: it leaves the chat soon, works once, and for a week."""
    word, _, name = asked.given.text.partition(" ")
    role, name = read_role(word), " ".join(name.split())[:LONGEST_NAME]
    if role is None or not name:
        return Act(screens=(asked.say("desk-invite-roles"),), audited=False)
    code = new_code()
    label = asked.words.say(f"desk-role-{role}")
    line = bench.log(asked.member.member, f"invite {role}")
    screens = (
        asked.say("desk-invite", role=label, name=name, days=INVITE_DAYS),
        Screen(code, protect=True, minutes=SHOWN_MINUTES),
    )
    return Act((bench.members.invitation(code, role, name, bench.today), line), screens, audited=False)


async def revoke(bench: Bench, asked: Asked) -> Act:
    """Remove a member, or an invitation nobody used. What she had taken to read goes back to the queue."""
    wanted = asked.given.text.strip().casefold()
    members = await bench.store.members()
    found = [row for row in members if wanted in (_called(bench, row).casefold(), mark(row.member))]
    if not found:
        return await _revoke_invite(bench, asked, members, wanted)
    if len(found) > 1:
        names = ", ".join(f"{named(row)} = {mark(row.member)}" for row in found)
        return Act(screens=(asked.say("desk-revoke-several", names=names),), audited=False)
    (gone,) = found
    if gone.role == "owner" and sum(row.role == "owner" for row in members) == 1:
        return Act(screens=(asked.say("desk-revoke-last-owner"),), audited=False)
    claims: list[Operation] = [
        Move(case.case, ("claimed",), "waiting", bench.today, held_by=gone.member)
        for case in await bench.store.cases("claimed")
        if case.claimed_by == gone.member
    ]
    line = bench.log(asked.member.member, f"revoke {gone.role}", mark(gone.member))
    told = asked.say("desk-revoked", name=named(gone))
    if gone.role not in ("owner", "moderator"):
        return Act((DropMember(gone.member), *claims, line), (told,), audited=False)
    everybody = await bench.tell("owner", "desk-revoked-rotate", name=named(gone))
    others = tuple(a for a in everybody if a.member not in (gone.member, asked.member.member))
    rotate = asked.say("desk-revoked-rotate", name=named(gone))
    return Act((DropMember(gone.member), *claims, line), (told, rotate), others, audited=False)


async def _revoke_invite(bench: Bench, asked: Asked, members: list[MemberRow], wanted: str) -> Act:
    unused = [row for row in await bench.store.invites() if row.name.casefold() == wanted]
    if not unused:
        names = ", ".join(sorted(_called(bench, row) for row in members))
        return Act(screens=(asked.say("desk-revoke-unknown", names=names),), audited=False)
    screen = asked.say("desk-invite-withdrawn", name=unused[0].name)
    return Act(tuple(UseInvite(row.code_hash) for row in unused), (screen,))


def named(row: MemberRow) -> str:
    return row.name or mark(row.member)


def _called(bench: Bench, row: MemberRow) -> str:
    """By the name she was given; one whose row was changed by the mark that nobody can change."""
    return named(row) if bench.members.is_sound(row) else mark(row.member)


# --- audit --------------------------------------------------------------------------------------------------


async def show_audit(bench: Bench, asked: Asked) -> Act:
    last: list[AuditRow] = []
    after = 0
    while page := await bench.store.audit_lines(after):
        last = (last + page)[-AUDIT_SHOWN:]
        after = page[-1].number
    if not last:
        return Act(screens=(asked.say("desk-audit-empty"),))
    names = {row.member.hex(): named(row) for row in await bench.store.members()}
    lines = "\n".join(_audit_line(row, names) for row in last)
    return Act(screens=tuple(Screen(page) for page in pages(lines)))


def _audit_line(row: AuditRow, names: dict[str, str]) -> str:
    """A line that is broken is shown as it stands: `/audit verify` says where the chain breaks."""
    try:
        number, day, actor, act, about = orjson.loads(row.line)
    except ValueError:
        return row.line
    when = date.fromordinal(EPOCH + day).isoformat()
    return f"{number} · {when} · {names.get(actor, actor[:8])} · {act} {about}".rstrip()


async def verify_audit(bench: Bench, asked: Asked) -> Act:
    """Check the whole log, a page at a time, also against what is known of it outside the database."""
    try:
        outside = bench.audit_head.read() if bench.audit_head is not None else None
    except StoreDamaged:
        return Act(screens=(asked.say("desk-audit-head-damaged"),))
    walk = await audit_log(bench.store, outside)
    if walk.broken is not None:
        return Act(screens=(asked.say("desk-audit-broken", line=walk.broken),))
    if walk.missing is not None:
        return Act(screens=(asked.say("desk-audit-cut", lines=walk.missing),))
    if not walk.lines:
        return Act(screens=(asked.say("desk-audit-empty"),))
    screen = asked.say("desk-audit-sound", lines=walk.lines, head=walk.head.hex()[:16])
    return Act(screens=(screen,))
