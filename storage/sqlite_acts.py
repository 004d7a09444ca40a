"""What each operation writes in `seuil.db`: one statement or two, inside a transaction that is already open.

Each function answers whether its operation's condition held; where it did not, the caller rolls back to its
savepoint. "Once" and "only if" are said in SQL: by a constraint, or in the WHERE of what writes.

Never here: transactions, drafts.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

from bot import audit
from storage.changes import (
    COMMANDS_REMEMBERED,
    STATES,
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
from storage.sealed import KINDS, Rewrap, rewrap_parameters, rewrap_sql

ERASING = (DropItems, Withdraw, EraseCase, FinishCommand, DropMember, UseInvite, Unban, TakeSecond, Rewrap)
"""Operations after which the file must hold no byte of what went; `KeepItem(replace=True)` is one as well."""

UNCONDITIONAL = (DropItems, QueueCommand, DropMember, PutInvite, Ban, Audit, PutMeta, Rewrap)
"""Operations on testimonies that always hold: a change of these alone needs no savepoint."""


# --- testimonies ------------------------------------------------------------------------------


def _keep_case(db: sqlite3.Connection, new: KeepCase) -> bool:
    # Nothing is written either where another case holds the locator: ask whether this one is there.
    db.execute(
        "INSERT INTO testimony (id, state, day, locator, token_hash, reply_key)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (new.case, new.state, new.day, new.locator, new.token_hash, new.reply_key),
    )
    return _is_case(db, new.case)


def _is_case(db: sqlite3.Connection, case: bytes) -> bool:
    return db.execute("SELECT 1 FROM testimony WHERE id = ?", (case,)).fetchone() is not None


def _keep_item(db: sqlite3.Connection, new: KeepItem) -> bool:
    if not _is_case(db, new.case):
        return False
    db.execute(
        "INSERT INTO item (testimony, part, epoch, box) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (testimony, part) DO UPDATE SET epoch = excluded.epoch, box = excluded.box WHERE ?",
        (new.case, new.part, new.epoch, new.box, new.replace),
    )
    return True


REWRAP = {kind: rewrap_sql(kind, "?{}") for kind in KINDS}


def _rewrap(db: sqlite3.Connection, asked: Rewrap) -> bool:
    db.execute(REWRAP[asked.row.kind], rewrap_parameters(asked))
    return True


def _drop_items(db: sqlite3.Connection, old: DropItems) -> bool:
    db.executemany(
        "DELETE FROM item WHERE testimony = ?1"
        " AND (part = ?2 OR (?2 LIKE '%-' AND substr(part, 1, length(?2)) = ?2))",
        [(old.case, part) for part in old.parts],
    )
    return True


def _withdraw(db: sqlite3.Connection, asked: Withdraw) -> bool:
    return _one_row(
        db, "DELETE FROM testimony WHERE locator = ? AND token_hash = ?", asked.locator, asked.token_hash
    )


def _erase_case(db: sqlite3.Connection, asked: EraseCase) -> bool:
    return _one_row(db, "DELETE FROM testimony WHERE id = ?", asked.case)


def _move(db: sqlite3.Connection, move: Move) -> bool:
    states = (*move.from_states, *[None] * len(STATES))[: len(STATES)]
    return _one_row(
        db,
        "UPDATE testimony SET state = ?1,"
        " claimed_by = CASE WHEN ?1 = 'claimed' THEN ?2 END,"
        " decided_day = CASE WHEN ?1 IN ('approved', 'rejected', 'escalated') THEN ?3 END"
        " WHERE id = ?4 AND (?5 IS NULL OR claimed_by = ?5) AND state IN (?6, ?7, ?8, ?9, ?10, ?11)",
        *(move.to_state, move.claimed_by, move.day, move.case, move.held_by, *states),
    )


def _keep_reply(db: sqlite3.Connection, new: KeepReply) -> bool:
    return _one_row(
        db,
        "INSERT INTO reply (testimony, number, box)"
        " SELECT id, 1 + (SELECT count(*) FROM reply WHERE testimony = id), ?"
        " FROM testimony WHERE id = ?",
        *(new.box, new.case),
    )


# --- the desk ---------------------------------------------------------------------------------


def _queue_command(db: sqlite3.Connection, new: QueueCommand) -> bool:
    db.execute(
        "INSERT INTO command (update_key, box) VALUES (?, ?) ON CONFLICT (update_key) DO NOTHING",
        (new.update_key, new.box),
    )
    return True


def _finish_command(db: sqlite3.Connection, done: FinishCommand) -> bool:
    held = _one_row(db, "UPDATE command SET box = NULL WHERE number = ? AND box IS NOT NULL", done.number)
    db.execute(
        "DELETE FROM command WHERE box IS NULL AND number <= (SELECT max(number) FROM command) - ?",
        (COMMANDS_REMEMBERED,),
    )
    return held


def _put_member(db: sqlite3.Connection, new: PutMember) -> bool:
    return _one_row(
        db,
        "INSERT INTO member (id, lookup, role, route, day, name) SELECT ?1, ?2, ?3, ?4, ?5, ?6"
        " WHERE NOT EXISTS (SELECT 1 FROM member WHERE lookup = ?2 AND id <> ?1)"
        " AND (NOT ?7 OR EXISTS (SELECT 1 FROM member WHERE id = ?1))"
        " ON CONFLICT (id) DO UPDATE SET lookup = excluded.lookup, role = excluded.role,"
        " route = excluded.route, day = excluded.day, name = excluded.name",
        *(new.member, new.lookup, new.role, new.route, new.day, new.name, new.only_known),
    )


def _drop_member(db: sqlite3.Connection, old: DropMember) -> bool:
    db.execute("DELETE FROM member WHERE id = ?", (old.member,))
    return True


def _put_invite(db: sqlite3.Connection, new: PutInvite) -> bool:
    db.execute(
        "INSERT INTO invite (code_hash, role, day, name) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (code_hash) DO UPDATE SET role = excluded.role, day = excluded.day,"
        " name = excluded.name",
        (new.code_hash, new.role, new.day, new.name),
    )
    return True


def _use_invite(db: sqlite3.Connection, used: UseInvite) -> bool:
    return _one_row(db, "DELETE FROM invite WHERE code_hash = ?", used.code_hash)


def _ban(db: sqlite3.Connection, new: Ban) -> bool:
    db.execute(
        "INSERT INTO ban (tag, day) VALUES (?, ?) ON CONFLICT (tag) DO UPDATE SET day = excluded.day",
        (new.tag, new.day),
    )
    return True


def _unban(db: sqlite3.Connection, old: Unban) -> bool:
    return _one_row(db, "DELETE FROM ban WHERE tag = ?", old.tag)


def _ask_second(db: sqlite3.Connection, asked: AskSecond) -> bool:
    return _one_row(
        db,
        "INSERT INTO asking (what, member, day) VALUES (?, ?, ?) ON CONFLICT (what) DO NOTHING",
        *(asked.what, asked.member, asked.day),
    )


def _take_second(db: sqlite3.Connection, taken: TakeSecond) -> bool:
    return _one_row(db, "DELETE FROM asking WHERE what = ? AND member <> ?", taken.what, taken.member)


# --- audit and ledger -------------------------------------------------------------------------


def _audit(db: sqlite3.Connection, act: Audit) -> bool:
    last = db.execute("SELECT number, chain FROM audit ORDER BY number DESC LIMIT 1").fetchone()
    number, previous = last or (0, audit.START)
    line = audit.line(number + 1, act.day, act.actor, act.act, act.about)
    db.execute(
        "INSERT INTO audit (number, line, chain) VALUES (?, ?, ?)",
        (number + 1, line, audit.chain(previous, line)),
    )
    return True


def _freeze(db: sqlite3.Connection, new: FreezeDigest) -> bool:
    fresh = _one_row(
        db,
        "INSERT INTO digest (period, day, state, sha256, frozen) VALUES (?, ?, 'frozen', ?, ?)"
        " ON CONFLICT (period) DO NOTHING",
        *(new.period, new.day, new.sha256, new.frozen),
    )
    counted = db.executemany(
        "UPDATE testimony SET counted_in = ? WHERE id = ? AND state = 'approved' AND counted_in IS NULL",
        ((new.period, case) for case in new.cases),  # a million of them: never all at once
    )
    return fresh and (not new.cases or counted.rowcount == len(new.cases))


def _mark_digest(db: sqlite3.Connection, mark: MarkDigest) -> bool:
    states = (*mark.from_states, *[None] * 3)[:3]
    return _one_row(
        db,
        "UPDATE digest SET state = ? WHERE period = ? AND state IN (?, ?, ?)",
        *(mark.to_state, mark.period, *states),
    )


def _is_digest(db: sqlite3.Connection, period: int) -> bool:
    return db.execute("SELECT 1 FROM digest WHERE period = ?", (period,)).fetchone() is not None


def _keep_rendition(db: sqlite3.Connection, new: KeepRendition) -> bool:
    if not _is_digest(db, new.period):
        return False
    db.execute(
        "INSERT INTO rendition (period, language, box) VALUES (?, ?, ?)"
        " ON CONFLICT (period, language) DO NOTHING",
        (new.period, new.language, new.box),
    )
    return True


def _due(db: sqlite3.Connection, new: DueDelivery) -> bool:
    if not _is_digest(db, new.period):
        return False
    db.execute(
        "INSERT INTO delivery (period, member, state, tries) VALUES (?1, ?2, 'due', 0)"
        " ON CONFLICT (period, member) DO UPDATE SET state = 'due', tries = 0, reason = '', next_try = 0"
        " WHERE ?3 = 'always' OR (?3 = 'unsent' AND state <> 'sent')",
        (new.period, new.member, new.anew),
    )
    return True


def _mark_delivery(db: sqlite3.Connection, mark: MarkDelivery) -> bool:
    return _one_row(
        db,
        "UPDATE delivery SET state = ?, tries = tries + 1, reason = ?, next_try = ?"
        " WHERE period = ? AND member = ? AND state <> 'sent'",
        *(mark.state, mark.reason, mark.next_try, mark.period, mark.member),
    )


def _put_meta(db: sqlite3.Connection, new: PutMeta) -> bool:
    db.execute(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (new.key, new.value),
    )
    return True


def _one_row(db: sqlite3.Connection, sql: str, *parameters: object) -> bool:
    """Whether this wrote, changed or removed a row."""
    return db.execute(sql, parameters).rowcount == 1


ACTS: dict[type[Operation], Callable[[sqlite3.Connection, Any], bool]] = {
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
