"""What each operation writes in PostgreSQL: one statement or two, inside a transaction that is already open.

Each function answers whether its operation's condition held; where it did not, the caller rolls back. "Once"
and "only if" are said in SQL: by a constraint, or in the WHERE of what writes. Two workers that meet in the
same row wait for one another there; where only a constraint parts them, one of them fails and its transaction
is decided again.

Never here: transactions, people and errands.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from bot import audit
from storage.changes import (
    COMMANDS_REMEMBERED,
    AskSecond,
    Audit,
    Ban,
    DropItems,
    DropMember,
    DueDelivery,
    EraseCase,
    FinishCommand,
    FreezeDigest,
    KeepCase,
    KeepItem,
    KeepRendition,
    KeepReply,
    MarkDelivery,
    MarkDigest,
    Move,
    Operation,
    PutInvite,
    PutMember,
    PutMeta,
    QueueCommand,
    TakeSecond,
    Unban,
    UseInvite,
    Withdraw,
)
from storage.postgres_server import Connection
from storage.sealed import KINDS, Rewrap, rewrap_parameters, rewrap_sql

UNCONDITIONAL: Final = (DropItems, QueueCommand, DropMember, PutInvite, Ban, Audit, PutMeta, Rewrap)
"""Operations that always hold: a change of these alone needs no savepoint."""

ONE_AT_A_TIME: Final[dict[type[Operation], str]] = {
    Audit: "audit",
    QueueCommand: "queue",
    FinishCommand: "queue",
    PutMember: "member",
}
"""What rests on more than the row it writes (the last line, the next number, nobody else's chat), and the
lock that lets one worker do it at a time."""

QUEUE: Final = "seuil_queue"
"""The channel on which a queued command is told to whoever listens, with the schema it is in."""

CASES_AT_ONCE: Final = 10_000
"""Of a frozen digest: a million ids are 16 MB, and never one statement's parameters."""

# --- testimonies --------------------------------------------------------------------------------------------


async def _keep_case(db: Connection, new: KeepCase) -> bool:
    kept = await db.fetchval(
        "INSERT INTO testimony (id, state, day, locator, token_hash, reply_key)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING 1",
        *(new.case, new.state, new.day, new.locator, new.token_hash, new.reply_key),
    )
    # Nothing is written either where another case holds the locator: ask whether this one is there. Apart,
    # because a statement does not see what another worker wrote while it waited for that worker.
    return (
        kept is not None or await db.fetchval("SELECT 1 FROM testimony WHERE id = $1", new.case) is not None
    )


async def _keep_item(db: Connection, new: KeepItem) -> bool:
    there = await db.fetchval(
        "WITH there AS (SELECT id FROM testimony WHERE id = $1), kept AS ("
        " INSERT INTO item (testimony, part, epoch, box) SELECT id, $2, $3, $4 FROM there"
        " ON CONFLICT (testimony, part) DO UPDATE SET epoch = excluded.epoch, box = excluded.box WHERE $5"
        ") SELECT 1 FROM there",
        *(new.case, new.part, new.epoch, new.box, new.replace),
    )
    return there is not None


REWRAP: Final = {kind: rewrap_sql(kind, "${}") for kind in KINDS}


async def _rewrap(db: Connection, asked: Rewrap) -> bool:
    await db.execute(REWRAP[asked.row.kind], *rewrap_parameters(asked))
    return True


async def _drop_items(db: Connection, old: DropItems) -> bool:
    await db.execute(
        "DELETE FROM item USING unnest($2::text[]) AS named (part)"
        " WHERE testimony = $1 AND (item.part = named.part"
        " OR (right(named.part, 1) = '-' AND starts_with(item.part, named.part)))",
        *(old.case, old.parts),
    )
    return True


async def _withdraw(db: Connection, asked: Withdraw) -> bool:
    return await _one_row(
        db, "DELETE FROM testimony WHERE locator = $1 AND token_hash = $2", asked.locator, asked.token_hash
    )


async def _erase_case(db: Connection, asked: EraseCase) -> bool:
    return await _one_row(db, "DELETE FROM testimony WHERE id = $1", asked.case)


async def _move(db: Connection, move: Move) -> bool:
    return await _one_row(
        db,
        "UPDATE testimony SET state = $1::text,"
        " claimed_by = CASE WHEN $1 = 'claimed' THEN $2::bytea END,"
        " decided_day = CASE WHEN $1 IN ('approved', 'rejected', 'escalated') THEN $3::bigint END"
        " WHERE id = $4 AND ($5::bytea IS NULL OR claimed_by = $5) AND state = ANY($6::text[])",
        *(move.to_state, move.claimed_by, move.day, move.case, move.held_by, move.from_states),
    )


async def _keep_reply(db: Connection, new: KeepReply) -> bool:
    # Two replies at once: the second waits for the first at the row of their case.
    if await db.fetchval("SELECT 1 FROM testimony WHERE id = $1 FOR UPDATE", new.case) is None:
        return False
    return await _one_row(
        db,
        "INSERT INTO reply (testimony, number, box)"
        " SELECT $1, 1 + count(*), $2 FROM reply WHERE testimony = $1",
        *(new.case, new.box),
    )


# --- the desk -----------------------------------------------------------------------------------------------


async def _queue_command(db: Connection, new: QueueCommand) -> bool:
    await db.execute(
        "WITH queued AS ("
        " INSERT INTO command (number, update_key, box)"
        " SELECT 1 + coalesce(max(number), 0), $1, $2 FROM command"
        " ON CONFLICT (update_key) DO NOTHING RETURNING number"
        ") SELECT pg_notify($3, current_schema()) FROM queued",
        *(new.update_key, new.box, QUEUE),
    )
    return True


async def _finish_command(db: Connection, done: FinishCommand) -> bool:
    held = await _one_row(
        db,
        "UPDATE command SET box = NULL, claimed_by = NULL WHERE number = $1 AND box IS NOT NULL"
        # Another process that has it is at work on it.
        " AND (claimed_by IS NULL OR claimed_by = current_setting('seuil.claimant', true))",
        done.number,
    )
    await db.execute(
        "DELETE FROM command WHERE box IS NULL AND number <= (SELECT max(number) FROM command) - $1::bigint",
        COMMANDS_REMEMBERED,
    )
    return held


async def _put_member(db: Connection, new: PutMember) -> bool:
    return await _one_row(
        db,
        "INSERT INTO member (id, lookup, role, route, day, name)"
        " SELECT $1::bytea, $2::bytea, $3, $4, $5, $6"
        " WHERE NOT EXISTS (SELECT 1 FROM member WHERE lookup = $2 AND id <> $1)"
        " AND (NOT $7 OR EXISTS (SELECT 1 FROM member WHERE id = $1))"
        " ON CONFLICT (id) DO UPDATE SET lookup = excluded.lookup, role = excluded.role,"
        " route = excluded.route, day = excluded.day, name = excluded.name",
        *(new.member, new.lookup, new.role, new.route, new.day, new.name, new.only_known),
    )


async def _drop_member(db: Connection, old: DropMember) -> bool:
    await db.execute("DELETE FROM member WHERE id = $1", old.member)
    return True


async def _put_invite(db: Connection, new: PutInvite) -> bool:
    await db.execute(
        "INSERT INTO invite (code_hash, role, day, name) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (code_hash) DO UPDATE SET role = excluded.role, day = excluded.day,"
        " name = excluded.name",
        *(new.code_hash, new.role, new.day, new.name),
    )
    return True


async def _use_invite(db: Connection, used: UseInvite) -> bool:
    return await _one_row(db, "DELETE FROM invite WHERE code_hash = $1", used.code_hash)


async def _ban(db: Connection, new: Ban) -> bool:
    await db.execute(
        "INSERT INTO ban (tag, day) VALUES ($1, $2) ON CONFLICT (tag) DO UPDATE SET day = excluded.day",
        *(new.tag, new.day),
    )
    return True


async def _unban(db: Connection, old: Unban) -> bool:
    return await _one_row(db, "DELETE FROM ban WHERE tag = $1", old.tag)


async def _ask_second(db: Connection, asked: AskSecond) -> bool:
    return await _one_row(
        db,
        "INSERT INTO asking (what, member, day) VALUES ($1, $2, $3) ON CONFLICT (what) DO NOTHING",
        *(asked.what, asked.member, asked.day),
    )


async def _take_second(db: Connection, taken: TakeSecond) -> bool:
    return await _one_row(db, "DELETE FROM asking WHERE what = $1 AND member <> $2", taken.what, taken.member)


# --- audit and ledger ---------------------------------------------------------------------------------------


async def _audit(db: Connection, act: Audit) -> bool:
    last = await db.fetchrow("SELECT number, chain FROM audit ORDER BY number DESC LIMIT 1")
    number, previous = last or (0, audit.START)
    line = audit.line(number + 1, act.day, act.actor, act.act, act.about)
    await db.execute(
        "INSERT INTO audit (number, line, chain) VALUES ($1, $2, $3)",
        *(number + 1, line, audit.chain(previous, line)),
    )
    return True


async def _freeze(db: Connection, new: FreezeDigest) -> bool:
    if not await _one_row(
        db,
        "INSERT INTO digest (period, day, state, sha256, frozen) VALUES ($1, $2, 'frozen', $3, $4)"
        " ON CONFLICT (period) DO NOTHING",
        *(new.period, new.day, new.sha256, new.frozen),
    ):
        return False
    for start in range(0, len(new.cases), CASES_AT_ONCE):
        some = list(new.cases[start : start + CASES_AT_ONCE])
        counted = await _rows(
            db,
            "UPDATE testimony SET counted_in = $1"
            " WHERE id = ANY($2::bytea[]) AND state = 'approved' AND counted_in IS NULL",
            *(new.period, some),
        )
        if counted != len(some):
            return False
    return True


async def _mark_digest(db: Connection, mark: MarkDigest) -> bool:
    return await _one_row(
        db,
        "UPDATE digest SET state = $1 WHERE period = $2 AND state = ANY($3::text[])",
        *(mark.to_state, mark.period, mark.from_states),
    )


async def _is_digest(db: Connection, period: int) -> bool:
    return await db.fetchval("SELECT 1 FROM digest WHERE period = $1", period) is not None


async def _keep_rendition(db: Connection, new: KeepRendition) -> bool:
    if not await _is_digest(db, new.period):
        return False
    await db.execute(
        "INSERT INTO rendition (period, language, box) VALUES ($1, $2, $3)"
        " ON CONFLICT (period, language) DO NOTHING",
        *(new.period, new.language, new.box),
    )
    return True


async def _due(db: Connection, new: DueDelivery) -> bool:
    if not await _is_digest(db, new.period):
        return False
    await db.execute(
        "INSERT INTO delivery (period, member, state, tries) VALUES ($1, $2, 'due', 0)"
        " ON CONFLICT (period, member) DO UPDATE SET state = 'due', tries = 0, reason = '', next_try = 0"
        " WHERE $3::text = 'always' OR ($3 = 'unsent' AND delivery.state <> 'sent')",
        *(new.period, new.member, new.anew),
    )
    return True


async def _mark_delivery(db: Connection, mark: MarkDelivery) -> bool:
    return await _one_row(
        db,
        "UPDATE delivery SET state = $1, tries = tries + 1, reason = $2, next_try = $3, claimed_by = NULL"
        " WHERE period = $4 AND member = $5 AND state <> 'sent'"
        " AND (claimed_by IS NULL OR claimed_by = current_setting('seuil.claimant', true))",
        *(mark.state, mark.reason, mark.next_try, mark.period, mark.member),
    )


async def _put_meta(db: Connection, new: PutMeta) -> bool:
    await db.execute(
        "INSERT INTO meta (key, value) VALUES ($1, $2)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        *(new.key, new.value),
    )
    return True


async def _rows(db: Connection, sql: str, *parameters: object) -> int:
    """How many rows this wrote, changed or removed: the last word of what the server answers."""
    return int((await db.execute(sql, *parameters)).rpartition(" ")[2])


async def _one_row(db: Connection, sql: str, *parameters: object) -> bool:
    return await _rows(db, sql, *parameters) == 1


ACTS: dict[type[Operation], Callable[[Connection, Any], Awaitable[bool]]] = {
    KeepCase: _keep_case,
    KeepItem: _keep_item,
    Rewrap: _rewrap,
    DropItems: _drop_items,
    Withdraw: _withdraw,
    EraseCase: _erase_case,
    Move: _move,
    KeepReply: _keep_reply,
    QueueCommand: _queue_command,
    FinishCommand: _finish_command,
    PutMember: _put_member,
    DropMember: _drop_member,
    PutInvite: _put_invite,
    UseInvite: _use_invite,
    Ban: _ban,
    Unban: _unban,
    AskSecond: _ask_second,
    TakeSecond: _take_second,
    Audit: _audit,
    FreezeDigest: _freeze,
    MarkDigest: _mark_digest,
    KeepRendition: _keep_rendition,
    DueDelivery: _due,
    MarkDelivery: _mark_delivery,
    PutMeta: _put_meta,
}
"""By the kind of operation."""
