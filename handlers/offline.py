"""The desk's side of the console profile: sealed parts go out as they are, signed decisions come in.

Every doubt about a document has its own sentence, and all are answered before anything is touched: is it
whole, whose signatures are under it, are these registered keys of people who are members now, is it of these
days, was it obeyed before, is it about the testimony as it is. What may follow is the table's
(`bot.moderation`).

Which documents were obeyed is known in two places: in the database, written with the act itself, so that a
kill between the two is none; and in a file outside it, written after, so that a database that was put back
forgets nothing. At the start the two are made one.

Never here: a key that opens without the desk being open, and what a decision does (`handlers.cases`).
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field, replace

from bot.decisions import (
    VALID_DAYS,
    Decision,
    Signed,
    Unfit,
    file_name,
    is_told,
    items_hash,
    key_id,
    open_text,
    read_pasted,
    typed,
    verify,
)
from bot.errors import CannotOpen, KeyFileError, SeuilError, StoreDamaged
from bot.moderation import CaseView, Refusal, Role, decide, parse, reference
from bot.signing import VerifyKey, read_public
from handlers import Attachment, Screen
from handlers.bench import Act, Asked, Bench
from handlers.members import role_of
from storage import MemberRow
from storage.changes import PutMeta
from storage.vouched import read_used, write_used

log = logging.getLogger(__name__)

USED = "decisions-used"
"""Meta: the decisions that were obeyed, as `storage.vouched` writes them."""

KEYLESS = frozenset(
    {
        *("help", "status", "queue", "stats", "next", "get", "undo", "lock", "partners", "invite", "revoke"),
        *("quarantine", "quarantine_release", "quarantine_reject", "quarantine_reject_yes"),
        *("audit", "audit_verify", "approve", "reject", "escalate", "delete"),
    }
)
"""What opens no testimony and signs nothing in the team's name."""

SENT_MINUTES = 60
"""Ciphertext leaves the chat again after so long: time to take it to another machine, none to gather it."""

MEDIA = "application/octet-stream"
"""age has no registered type."""

KEPT_ANYWAY = 200
"""How many of the decisions that were obeyed are kept although their days are over: where a clock went ahead
and came back, they would be young again. Eight kilobytes."""

AHEAD_DAYS = 1
"""How far a clock may be ahead: it is another day elsewhere."""


async def send_sealed(bench: Bench, asked: Asked) -> Act:
    """Every part of a case as it is kept, to be opened elsewhere."""
    row = asked.row
    files = tuple(
        Attachment(file_name(asked.ref, item.epoch, item.part), MEDIA, item.box)
        for item in await bench.store.items(row.case)
    )
    if not files:
        return Act(screens=(asked.say("desk-case-gone"),), audited=False)
    bench.last[asked.member.member] = row.case
    text = asked.words.say("desk-get", case=asked.ref, count=len(files))
    return Act(screens=(Screen(text, files=files, minutes=SENT_MINUTES),))


def waits_for_key(text: str, role: Role) -> bool:
    """Whether an order of the console profile can be carried out only once the team's key is in memory."""
    given = parse(text, role)
    if given is None or typed(given.command, console=True) is not None:
        return False
    if given.command != "decision":
        return given.command not in KEYLESS
    try:
        decision = read_pasted(given.text).decision
    except Unfit:
        return False  # refused, which takes no key
    return bool(decision.sealed) or decision.command not in KEYLESS


@dataclass(frozen=True, slots=True)
class Told:
    """A document that is whole and signed by whom it must be."""

    decision: Decision
    text: str = field(repr=False)
    cosigner: bytes = b""


class Offline:
    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._used: frozenset[tuple[int, str]] = frozenset()
        """What was obeyed since the start, whatever became of the database meanwhile."""

    # --- who says it ----------------------------------------------------------------------------------------

    async def heard(self, member: MemberRow, pasted: str) -> Told:
        """A document `member` sent, if she may have it obeyed. Raises `Unfit`."""
        signed = read_pasted(pasted)
        cosigner = await self._signed_by(member, signed)
        decision = signed.decision
        if cosigner is None and decision.signers > 1:
            raise Unfit("desk-decision-one", "It takes a second signature.")
        self._demand_time(decision)
        if (decision.day, decision.nonce) in await self._obeyed():
            raise Unfit("desk-decision-used", "This document was obeyed before.")
        text = open_text(decision, self._bench.keys().identities if decision.sealed else ())
        return Told(decision, text, cosigner.member if cosigner is not None else b"")

    async def _signed_by(self, member: MemberRow, signed: Signed) -> MemberRow | None:
        """The second person who signed, where somebody did. Raises `Unfit` unless every signature is good, by
        another member each, and one of them hers."""
        keys = await self._keys()
        if member.member not in keys:
            raise Unfit("desk-decision-no-key", "No key is registered for the member who sent it.")
        signers = []
        for signature in signed.signatures:
            found = [who for who, key in keys.items() if key.key_id == key_id(signature)]
            if not found:
                raise Unfit("desk-decision-unknown-key", "It is signed by a key that is not registered.")
            verify(signed, signature, keys[found[0]])
            signers.append(found[0])
        if len(set(signers)) < len(signers):
            raise Unfit("desk-decision-same", "Both signatures are one person's.")
        if member.member not in signers:
            raise Unfit("desk-decision-not-yours", "It is signed by another member than the one who sent it.")
        others = [who for who in signers if who != member.member]
        return await self._second(others[0], signed.decision) if others else None

    async def _second(self, member: bytes, decision: Decision) -> MemberRow:
        """The second person, if she is a member still, with a role that may."""
        rows = {row.member: row for row in await self._bench.store.members()}
        row = rows.get(member)
        if row is None or not self._bench.members.is_sound(row):
            raise Unfit("desk-decision-revoked", "Who signed beside her is no member any more.")
        if all(isinstance(decide(role_of(row), decision.command, view), Refusal) for view in _ANY_VIEW):
            raise Unfit("desk-decision-may-not", "Who signed beside her may not decide that.")
        return row

    async def _keys(self) -> dict[bytes, VerifyKey]:
        book = self._bench.moderator_keys
        if book is None:
            return {}
        try:
            lines = await asyncio.to_thread(book.read)
            return {member: read_public(line) for member, line in lines.items()}
        except (StoreDamaged, KeyFileError, ValueError) as error:
            log.error("no decision is obeyed: %s", error)
            raise _no_record() from None

    # --- once, and in time ----------------------------------------------------------------------------------

    def _demand_time(self, decision: Decision) -> None:
        today = self._bench.today
        if decision.day > today + AHEAD_DAYS:
            raise Unfit("desk-decision-ahead", "It is dated in days to come.")
        if decision.day < today - VALID_DAYS:
            raise Unfit("desk-decision-old", "It was made too long ago.")

    async def _obeyed(self) -> frozenset[tuple[int, str]]:
        """What was obeyed, as far as it could come back. Raises `Unfit` where nobody can know."""
        book, kept = self._bench.used, await self._bench.store.meta(USED) or b""
        try:
            outside = await asyncio.to_thread(book.read) if book is not None else frozenset()
            known = read_used(kept.decode("ascii", "replace")) | outside | self._used
        except (StoreDamaged, ValueError) as error:
            log.error("no decision is obeyed: %s", error)
            raise _no_record() from None
        oldest = self._bench.today - VALID_DAYS
        recent = {each for each in known if each[0] >= oldest}
        return frozenset(recent | set(sorted(known)[-KEPT_ANYWAY:]))

    async def once(self, told: Told, asked: Asked, act: Act) -> Act:
        """The act with what keeps its document from being obeyed again, and the names of who signed."""
        if not act.change:
            return act  # nothing was done: she may send it again
        now = (told.decision.day, told.decision.nonce)
        used = await self._obeyed() | {now}
        lines = [self._bench.log(asked.member.member, "document", asked.ref)]
        if told.cosigner:
            lines.append(self._bench.log(told.cosigner, f"cosigned {asked.given.command}", asked.ref))

        async def after() -> None:
            self._used = used
            try:
                await self.note()
            except SeuilError as error:  # the act is done; the next one writes both down
                log.error("a decision that was obeyed is not noted outside the database: %s", error)

        return replace(
            act, change=(*act.change, PutMeta(USED, write_used(used).encode()), *lines), after=after
        )

    async def note(self) -> None:
        """Write down outside the database what was obeyed."""
        if self._bench.used is None:
            return
        try:
            used = await self._obeyed()
        except Unfit:
            return  # said in the log; until somebody looked, no decision is obeyed
        if used != await asyncio.to_thread(self._bench.used.read):
            await asyncio.to_thread(self._bench.used.write, used)

    # --- about what -----------------------------------------------------------------------------------------

    async def demand_current(self, asked: Asked, decision: Decision) -> None:
        """Raises `Unfit` unless the decision was made from what this case holds now."""
        items = [item for item in await self._bench.store.items(asked.row.case) if is_told(item.part)]
        if max((item.epoch for item in items), default=0) != decision.epoch:
            raise Unfit("desk-decision-epoch", "It was made from files of an earlier key.")
        try:
            now = items_hash((item.part, item.box) for item in items)
        except CannotOpen:
            now = ""
        if now != decision.items:
            raise Unfit("desk-decision-stale", f"{reference(asked.row.case)} is not what it was made from.")


_ANY_VIEW: tuple[CaseView, ...] = ("mine", "theirs", "approved", "waiting")


def _no_record() -> Unfit:
    return Unfit("desk-decision-no-record", "What was obeyed, or by whose keys, is not known any more.")
