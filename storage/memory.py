"""The reference keeper: plain dictionaries, nothing durable. The other keepers must agree with this one.

It is for tests and for trying things out. A change writes straight into the tables and notes what stood there
before; where a condition does not hold, the notes are read backwards.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from msgspec.structs import replace as changed

from bot import audit
from storage import (
    AuditRow,
    CaseRow,
    CommandRow,
    DeliveryRow,
    DigestRow,
    DraftRow,
    ErrandRow,
    InviteRow,
    ItemRow,
    MemberRow,
    PersonRow,
)
from storage.changes import (
    COMMANDS_REMEMBERED,
    AskSecond,
    Audit,
    Ban,
    CaseState,
    Change,
    DropDraft,
    DropErrand,
    DropItems,
    DropMember,
    DueDelivery,
    EraseCase,
    FinishCommand,
    ForgetSeen,
    FreezeDigest,
    KeepCase,
    KeepDraft,
    KeepItem,
    KeepRendition,
    KeepReply,
    MarkDelivery,
    MarkDigest,
    Move,
    Operation,
    PutErrand,
    PutInvite,
    PutMember,
    PutMeta,
    QueueCommand,
    Seen,
    TakeSecond,
    Unban,
    UseInvite,
    Withdraw,
)
from storage.people import Refused, after, is_forgotten
from storage.sealed import Key, Kind, Rewrap, SealedRow
from storage.workers import OneProcess

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

DECIDED: tuple[CaseState, ...] = ("approved", "rejected", "escalated")
"""States whose day is the day of the decision."""


class _Table(dict[K, V], Generic[K, V]):
    """A dictionary that can take back what was done since `undo` was last emptied."""

    def __init__(self, undo: list[tuple[dict[Any, Any], Any, Any]]) -> None:
        super().__init__()
        self._undo = undo

    def put(self, key: K, value: V) -> None:
        self._undo.append((self, key, self.get(key)))
        self[key] = value

    def drop(self, key: K) -> None:
        if key in self:
            self._undo.append((self, key, self.pop(key)))


@dataclass(frozen=True, slots=True)
class _Case:
    row: CaseRow
    locator: bytes = field(repr=False)
    token_hash: bytes = field(repr=False)


def _demand(held: object) -> None:
    if not held:
        raise Refused


class MemoryStore(OneProcess):
    def __init__(self) -> None:
        super().__init__()
        self._undo: list[tuple[dict[Any, Any], Any, Any]] = []
        undo = self._undo
        self._people: _Table[bytes, PersonRow] = _Table(undo)
        self._errands: _Table[bytes, ErrandRow] = _Table(undo)
        self._cases: _Table[bytes, _Case] = _Table(undo)
        self._items: _Table[tuple[bytes, str], ItemRow] = _Table(undo)
        self._replies: _Table[bytes, tuple[bytes, ...]] = _Table(undo)
        self._commands: _Table[int, tuple[bytes, bytes | None]] = _Table(undo)
        self._members: _Table[bytes, tuple[bytes, MemberRow]] = _Table(undo)
        self._invites: _Table[bytes, InviteRow] = _Table(undo)
        self._bans: _Table[bytes, int] = _Table(undo)
        self._seconds: _Table[str, bytes] = _Table(undo)
        self._audit: _Table[int, AuditRow] = _Table(undo)
        self._digests: _Table[int, DigestRow] = _Table(undo)
        self._renditions: _Table[tuple[int, str], bytes] = _Table(undo)
        self._deliveries: _Table[tuple[int, bytes], DeliveryRow] = _Table(undo)
        self._meta: _Table[str, bytes] = _Table(undo)

    async def commit(self, change: Change) -> bool:
        self._undo.clear()
        try:
            for operation in change:
                self._do(operation)
        except Refused:
            for table, key, before in reversed(self._undo):
                if before is None:
                    table.pop(key, None)
                else:
                    table[key] = before
            return False
        self._call(change)
        return True

    async def close(self) -> None:
        """The end of a process: what it held is free. Rows stay, so that another may go on with them."""
        self._let_go()

    async def check(self) -> None:
        return

    def _do(self, operation: Operation) -> None:
        match operation:
            case KeepDraft(pseudonym) | DropDraft(pseudonym) | Seen(pseudonym):
                person = after(self._people.get(pseudonym), operation)
                if person is None:
                    self._people.drop(pseudonym)
                else:
                    self._people.put(pseudonym, person)
            case ForgetSeen():
                for person in [person for person in self._people.values() if is_forgotten(person, operation)]:
                    self._people.drop(person.pseudonym)
            case PutErrand(id, mark, box):
                self._errands.put(id, ErrandRow(id, mark, box))
            case DropErrand(id, mark):
                if id in self._errands and self._errands[id].mark <= mark:
                    self._errands.drop(id)
            case KeepCase() | KeepItem() | DropItems() | KeepReply() | Withdraw() | EraseCase() | Move():
                self._do_case(operation)
            case QueueCommand() | FinishCommand():
                self._do_command(operation)
            case Rewrap(row, box, epoch):
                self._rewrap(row, box, epoch)
            case FreezeDigest() | MarkDigest() | KeepRendition() | DueDelivery() | MarkDelivery():
                self._do_ledger(operation)
            case _:
                self._do_desk(operation)

    def _do_case(
        self, operation: KeepCase | KeepItem | DropItems | KeepReply | Withdraw | EraseCase | Move
    ) -> None:
        match operation:
            case KeepCase(case, day, locator, reply_key, token_hash, state):
                if case not in self._cases:
                    _demand(not any(kept.locator == locator for kept in self._cases.values()))
                    row = CaseRow(case, state, day, None, None, None, reply_key)
                    self._cases.put(case, _Case(row, locator, token_hash))
            case KeepItem(case, part, epoch, box, again):
                _demand(case in self._cases)
                if again or (case, part) not in self._items:
                    self._items.put((case, part), ItemRow(case, part, epoch, box))
            case DropItems(case, parts):
                prefixes = tuple(part for part in parts if part.endswith("-"))
                for key in [key for key in self._items if key[0] == case]:
                    if key[1] in parts or key[1].startswith(prefixes):
                        self._items.drop(key)
            case KeepReply(case, box):
                _demand(case in self._cases)
                self._replies.put(case, (*self._replies.get(case, ()), box))
            case Withdraw(locator, token_hash):
                found = [
                    k for k in self._cases.values() if (k.locator, k.token_hash) == (locator, token_hash)
                ]
                _demand(found)
                self._erase(found[0].row.case)
            case EraseCase(case):
                _demand(case in self._cases)
                self._erase(case)
            case Move():
                self._move(operation)

    def _rewrap(self, row: SealedRow, box: bytes, epoch: int) -> None:
        if row not in [replace(there, epoch=row.epoch) for there in self._sealed(row.kind)]:
            return
        key: Any = row.key
        match row.kind:
            case "item":
                self._items.put(key, changed(self._items[key], epoch=epoch, box=box))
            case "command":
                self._commands.put(key[0], (self._commands[key[0]][0], box))
            case "digest":
                self._digests.put(key[0], changed(self._digests[key[0]], frozen=box))
            case "rendition":
                self._renditions.put(key, box)

    def _sealed(self, kind: Kind) -> list[SealedRow]:
        match kind:
            case "item":
                return [SealedRow(kind, key, row.epoch, row.box) for key, row in self._items.items()]
            case "command":
                queued = self._commands.items()
                return [SealedRow(kind, (n,), 0, box) for n, (_, box) in queued if box is not None]
            case "digest":
                return [SealedRow(kind, (n,), 0, row.frozen) for n, row in self._digests.items()]
            case "rendition":
                return [SealedRow(kind, key, 0, box) for key, box in self._renditions.items()]

    def _erase(self, case: bytes) -> None:
        for key in [key for key in self._items if key[0] == case]:
            self._items.drop(key)
        self._replies.drop(case)
        self._cases.drop(case)

    def _move(self, move: Move) -> None:
        kept = self._cases.get(move.case)
        if kept is None or kept.row.state not in move.from_states:
            raise Refused
        _demand(move.held_by is None or kept.row.claimed_by == move.held_by)
        row = changed(
            kept.row,
            state=move.to_state,
            claimed_by=move.claimed_by if move.to_state == "claimed" else None,
            decided_day=move.day if move.to_state in DECIDED else None,
        )
        self._cases.put(move.case, replace(kept, row=row))

    def _do_command(self, operation: QueueCommand | FinishCommand) -> None:
        match operation:
            case QueueCommand(update_key, box):
                if not any(key == update_key for key, _ in self._commands.values()):
                    number = max(self._commands, default=0) + 1
                    self._commands.put(number, (update_key, box))
            case FinishCommand(number):
                key, box_left = self._commands.get(number, (b"", None))
                _demand(box_left is not None)
                self._commands.put(number, (key, None))
                horizon = max(self._commands) - COMMANDS_REMEMBERED
                for old in [n for n, (_, b) in self._commands.items() if b is None and n <= horizon]:
                    self._commands.drop(old)

    def _do_desk(self, operation: Operation) -> None:
        match operation:
            case PutMember(member, lookup, role, route, day, name, only_known):
                _demand(not only_known or self._members.get(member) is not None)
                _demand(all(k == member for k, (at, _) in self._members.items() if at == lookup))
                self._members.put(member, (lookup, MemberRow(member, role, route, day, name)))
            case DropMember(member):
                self._members.drop(member)
            case PutInvite(code_hash, role, day, name):
                self._invites.put(code_hash, InviteRow(code_hash, role, day, name))
            case UseInvite(code_hash):
                _demand(code_hash in self._invites)
                self._invites.drop(code_hash)
            case Ban(tag, day):
                self._bans.put(tag, day)
            case Unban(tag):
                _demand(tag in self._bans)
                self._bans.drop(tag)
            case AskSecond(what, member):
                _demand(what not in self._seconds)
                self._seconds.put(what, member)
            case TakeSecond(what, member):
                _demand(self._seconds.get(what, member) != member)
                self._seconds.drop(what)
            case Audit(day, actor, act, about):
                number = len(self._audit) + 1
                line = audit.line(number, day, actor, act, about)
                previous = self._audit[number - 1].chain if number > 1 else audit.START
                self._audit.put(number, AuditRow(number, line, audit.chain(previous, line)))
            case PutMeta(key, value):
                self._meta.put(key, value)

    def _do_ledger(
        self, operation: FreezeDigest | MarkDigest | KeepRendition | DueDelivery | MarkDelivery
    ) -> None:
        match operation:
            case FreezeDigest(period, day, frozen, sha256, cases):
                _demand(period not in self._digests)
                self._digests.put(period, DigestRow(period, day, "frozen", frozen, sha256))
                for case in cases:
                    kept = self._cases.get(case)
                    if kept is None or kept.row.state != "approved" or kept.row.counted_in is not None:
                        raise Refused
                    self._cases.put(case, replace(kept, row=changed(kept.row, counted_in=period)))
            case MarkDigest(period, from_states, to_state):
                digest = self._digests.get(period)
                if digest is None or digest.state not in from_states:
                    raise Refused
                self._digests.put(period, changed(digest, state=to_state))
            case KeepRendition(period, language, box):
                _demand(period in self._digests)
                if (period, language) not in self._renditions:
                    self._renditions.put((period, language), box)
            case DueDelivery(period, member, anew):
                _demand(period in self._digests)
                there = self._deliveries.get((period, member))
                if there is None or anew == "always" or (anew == "unsent" and there.state != "sent"):
                    self._deliveries.put((period, member), DeliveryRow(period, member, "due", 0))
            case MarkDelivery(period, member, state, reason, next_try):
                owed = self._deliveries.get((period, member))
                if owed is None or owed.state == "sent":
                    raise Refused
                row = DeliveryRow(period, member, state, owed.tries + 1, reason, next_try)
                self._deliveries.put((period, member), row)

    # drafts
    async def person(self, pseudonyms: Sequence[bytes]) -> PersonRow | None:
        return next((self._people[p] for p in pseudonyms if p in self._people), None)

    def remembered(self, pseudonym: bytes) -> PersonRow | None:
        return self._people.get(pseudonym)

    async def count_drafts(self) -> int:
        return sum(1 for person in self._people.values() if person.draft)

    async def errands(self) -> list[ErrandRow]:
        return [self._errands[id] for id in sorted(self._errands)]

    async def errand(self, id: bytes) -> ErrandRow | None:
        return self._errands.get(id)

    async def count_errands(self) -> int:
        return len(self._errands)

    async def drafts_before(self, day: int) -> list[DraftRow]:
        drafts = [person.draft for person in self._people.values() if person.draft]
        return sorted((d for d in drafts if d.day < day), key=lambda d: (d.id, d.pseudonym))

    # testimonies
    async def case(self, case: bytes) -> CaseRow | None:
        kept = self._cases.get(case)
        return kept.row if kept else None

    async def case_at(self, locator: bytes) -> CaseRow | None:
        return next((kept.row for kept in self._cases.values() if kept.locator == locator), None)

    async def cases(self, *states: CaseState) -> list[CaseRow]:
        rows = [kept.row for _, kept in sorted(self._cases.items(), key=lambda pair: pair[0])]
        return [row for row in rows if not states or row.state in states]

    async def count_cases(self, *states: CaseState) -> dict[CaseState, tuple[int, int]]:
        days = {state: [row.day for row in await self.cases(state)] for state in states}
        return {state: (len(each), min(each)) for state, each in days.items() if each}

    async def items(self, case: bytes) -> list[ItemRow]:
        return [item for key, item in sorted(self._items.items(), key=lambda pair: pair[0]) if key[0] == case]

    async def coded_items(self) -> AsyncIterator[ItemRow]:
        for row in await self.cases("approved"):
            item = self._items.get((row.case, "coded"))
            if item and row.counted_in is None:
                yield item

    async def count_coded(self) -> int:
        return len([item async for item in self.coded_items()])

    async def sealed(self, kind: Kind, after: Key | None, limit: int) -> list[SealedRow]:
        rows = sorted(self._sealed(kind), key=lambda row: row.key)
        return [row for row in rows if after is None or row.key > after][:limit]

    async def count_sealed(self, kind: Kind) -> int:
        return len(self._sealed(kind))

    async def replies(self, case: bytes) -> list[bytes]:
        return list(self._replies.get(case, ()))

    async def retention(self, *, story_before: int, coded_before: int) -> list[tuple[bytes, str]]:
        due = []
        for case, part in sorted(self._items):
            decided = self._cases[case].row.decided_day
            if decided is not None and decided < (coded_before if part == "coded" else story_before):
                due.append((case, part))
        return due

    # the desk
    async def commands(self, limit: int = 50) -> list[CommandRow]:
        queued = [CommandRow(n, box) for n, (_, box) in sorted(self._commands.items()) if box is not None]
        return queued[:limit]

    async def member_at(self, lookup: bytes) -> MemberRow | None:
        return next((row for at, row in self._members.values() if at == lookup), None)

    async def members(self, *roles: str) -> list[MemberRow]:
        rows = [self._members[member][1] for member in sorted(self._members)]
        return [row for row in rows if not roles or row.role in roles]

    async def invites(self) -> list[InviteRow]:
        return [self._invites[code] for code in sorted(self._invites)]

    async def invite(self, code_hash: bytes) -> InviteRow | None:
        return self._invites.get(code_hash)

    async def is_banned(self, tag: bytes) -> bool:
        return tag in self._bans

    async def bans(self) -> list[bytes]:
        return sorted(self._bans)

    async def asked_second(self, what: str) -> bytes | None:
        return self._seconds.get(what)

    # audit and ledger
    async def audit_lines(self, after: int = 0, limit: int = 1000) -> list[AuditRow]:
        return [self._audit[number] for number in sorted(self._audit) if number > after][:limit]

    async def digests(self) -> list[DigestRow]:
        return [self._digests[period] for period in sorted(self._digests)]

    async def digest(self, period: int) -> DigestRow | None:
        return self._digests.get(period)

    async def rendition(self, period: int, language: str) -> bytes | None:
        return self._renditions.get((period, language))

    async def deliveries(self, period: int | None = None) -> list[DeliveryRow]:
        rows = [self._deliveries[key] for key in sorted(self._deliveries)]
        return [row for row in rows if period is None or row.period == period]

    async def meta(self, key: str) -> bytes | None:
        return self._meta.get(key)
