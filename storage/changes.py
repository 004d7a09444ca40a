"""Everything that can be written, as data: one `Change` is all or nothing.

A change is a tuple of operations. Some are conditional: they say what must be true, and where it is not, the
whole change is left undone and `Store.commit` answers False. So "once" and "only if" are decided in one
place, by the store, and not by careful code above it.

Only ciphertext, random ids, days and states pass through here. Boxes have no `repr`.

Units: a `day` is a number of days since 1970-01-01 (UTC), the finest time that is kept. An id is 16 random
bytes. A pseudonym, a locator and a sender tag are 16 bytes; hashes are 32.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias, get_args

from bot.records import Record
from storage.sealed import Rewrap

CaseState = Literal["waiting", "quarantined", "claimed", "approved", "rejected", "escalated"]
"""Withdrawn is no state: a withdrawn case has no row. Quarantined: kept apart until somebody looks, because
the intake doubts it."""

STATES: tuple[CaseState, ...] = get_args(CaseState)

Arrival = Literal["waiting", "quarantined"]
"""The state a testimony arrives in."""

DigestState = Literal["frozen", "held", "approved"]
DeliveryState = Literal["due", "sent", "failed", "given-up"]
"""`failed`: it is tried again; `given-up`: not before somebody asks for it."""

Anew = Literal["never", "unsent", "always"]


# --- drafts (drafts.db: never in a backup) ------------------------------------------------------------------


class KeepDraft(Record, frozen=True):
    """Put a draft at `revision`. Conditional: the stored one has the same id and is at `revision - 1`
    (1 means: there is none)."""

    pseudonym: bytes
    id: bytes
    revision: int
    box: bytes
    day: int

    hidden = frozenset({"box"})


class DropDraft(Record, frozen=True):
    """Remove the draft of a pseudonym, if there is one. The caller destroys its key on the shelf as well.
    Conditional where an `id` is given: there is one, with this id, at this revision."""

    pseudonym: bytes
    id: bytes = b""
    revision: int = 0


class Seen(Record, frozen=True):
    """Remember that this update was answered. The last `SEEN_KEPT` per pseudonym are kept, whatever the draft
    does."""

    pseudonym: bytes
    update: int
    day: int


class ForgetSeen(Record, frozen=True):
    """Forget the people who have no draft and were last answered before `before`: nothing of them is left.

    Of those whose pseudonyms stand from `start` on, and before `end` where it is given: whoever is answered
    in the meantime waits for it, and a hundred thousand rows are a fifth of a second.
    """

    before: int
    start: bytes = b""
    end: bytes = b""

    def takes(self, pseudonym: bytes) -> bool:
        """Whether it is one of these."""
        return self.start <= pseudonym and (not self.end or pseudonym < self.end)


class PutErrand(Record, frozen=True):
    """Remember something to be done in a chat: an answer that is owed, messages to delete. One already there
    under this id is replaced. `mark`: the update an answer is owed to, else 0."""

    id: bytes
    mark: int
    box: bytes

    hidden = frozenset({"box"})


class DropErrand(Record, frozen=True):
    """It was done. One that was put later (a larger `mark`) stays."""

    id: bytes
    mark: int


SEEN_KEPT = 8
"""Updates remembered per person. A channel redelivers what was not acknowledged; a person has few in
flight."""


# --- testimonies --------------------------------------------------------------------------------------------


class KeepCase(Record, frozen=True):
    """Register a submitted testimony. A case that is already there is left as it is, in its state (a replayed
    turn). Conditional: no other case has its locator."""

    case: bytes
    day: int
    locator: bytes
    reply_key: bytes
    token_hash: bytes
    state: Arrival = "waiting"

    hidden = frozenset({"locator", "reply_key", "token_hash"})


class KeepItem(Record, frozen=True):
    """Keep a sealed part of a case. Conditional: the case is there. An item already there is left as it is
    unless `replace`."""

    case: bytes
    part: str
    epoch: int
    box: bytes
    replace: bool = False

    hidden = frozenset({"box"})


class DropItems(Record, frozen=True):
    """Erase parts of a case: those named, and all whose name starts with a named prefix that ends in `-`."""

    case: bytes
    parts: tuple[str, ...]


class Withdraw(Record, frozen=True):
    """Erase a case with everything that hangs on it. Conditional: the locator is known and the hash is its
    own."""

    locator: bytes
    token_hash: bytes

    hidden = frozenset({"locator", "token_hash"})


class EraseCase(Record, frozen=True):
    """Erase a case with everything that hangs on it, by the desk (two people) or by retention.
    Conditional."""

    case: bytes


class Move(Record, frozen=True):
    """Change the state of a case. Conditional: it is in one of `from_states`, and claimed by `held_by` if
    given.

    `claimed_by` is set when moving to claimed and cleared otherwise; `day` is kept as the day of the decision
    when moving to approved, rejected or escalated, and cleared otherwise.
    """

    case: bytes
    from_states: tuple[CaseState, ...]
    to_state: CaseState
    day: int
    held_by: bytes | None = None
    claimed_by: bytes | None = None


class KeepReply(Record, frozen=True):
    """Keep a reply, already signed and sealed to the case's reply key. Conditional: the case is there."""

    case: bytes
    box: bytes

    hidden = frozenset({"box"})


# --- the desk's queue ---------------------------------------------------------------------------------------


class QueueCommand(Record, frozen=True):
    """Queue a member's command, sealed to the desk. `update_key` makes a redelivered one the same (UNIQUE),
    also after it was finished: the keys of the last `COMMANDS_REMEMBERED` commands are kept, without their
    boxes."""

    update_key: bytes
    box: bytes

    hidden = frozenset({"box"})


class FinishCommand(Record, frozen=True):
    """Take a command off the queue and erase its box. Conditional: it is still there."""

    number: int


COMMANDS_REMEMBERED = 1000
"""Finished commands whose update key is kept. A channel redelivers within minutes; members give a few a
minute."""


# --- members, invitations, bans -----------------------------------------------------------------------------


class PutMember(Record, frozen=True):
    """A moderator, owner, auditor or partner. `lookup` finds it by chat, `route` (sealed) is how to reach it.

    The same member again is replaced. Conditional: no other member has this lookup (one chat is one
    member), and with `only_known`, this one is there: who was revoked meanwhile does not come back."""

    member: bytes
    lookup: bytes
    role: str
    route: bytes
    day: int
    name: str = ""
    only_known: bool = False

    hidden = frozenset({"lookup", "route"})


class DropMember(Record, frozen=True):
    member: bytes


class PutInvite(Record, frozen=True):
    code_hash: bytes
    role: str
    day: int
    name: str = ""

    hidden = frozenset({"code_hash"})


class UseInvite(Record, frozen=True):
    """Conditional: the invitation is there; it is used up."""

    code_hash: bytes

    hidden = frozenset({"code_hash"})


class Ban(Record, frozen=True):
    tag: bytes
    day: int

    hidden = frozenset({"tag"})


class Unban(Record, frozen=True):
    """Conditional: the tag is banned."""

    tag: bytes

    hidden = frozenset({"tag"})


class AskSecond(Record, frozen=True):
    """Remember that one person asked for something that needs two. Conditional: nobody has asked for it
    yet."""

    what: str
    member: bytes
    day: int


class TakeSecond(Record, frozen=True):
    """The second person agrees. Conditional: somebody else asked for it; the asking is used up."""

    what: str
    member: bytes


# --- audit and ledger ---------------------------------------------------------------------------------------


class Audit(Record, frozen=True):
    """Append one act to the hash-chained log. No personal data: `actor` is a member's random id in hex, or a
    role of the program; `case` is a short random reference."""

    day: int
    actor: str
    act: str
    about: str = ""


class FreezeDigest(Record, frozen=True):
    """Freeze a period's digest and count its cases in it. Conditional: the period is not frozen yet, and
    every case is still there, approved and counted in no other digest. Where a case was withdrawn after the
    tally the answer is False: tally again."""

    period: int
    day: int
    frozen: bytes
    sha256: bytes
    cases: Sequence[bytes]

    hidden = frozenset({"frozen", "cases"})


class MarkDigest(Record, frozen=True):
    """Conditional: the digest is in one of `from_states`."""

    period: int
    from_states: tuple[DigestState, ...]
    to_state: DigestState


class KeepRendition(Record, frozen=True):
    """Keep what a digest is in one language. One already kept is left as it is (UNIQUE). Conditional: the
    digest is there."""

    period: int
    language: str
    box: bytes

    hidden = frozenset({"box"})


class DueDelivery(Record, frozen=True):
    """A digest is owed to a partner. One already owed or sent is left as it is (UNIQUE), unless it begins
    `anew`, at its first try: what was not sent, or always. Conditional: the digest is there."""

    period: int
    member: bytes
    anew: Anew = "never"


class MarkDelivery(Record, frozen=True):
    """Note one try and how it ended. Conditional: the delivery is owed and not `sent` yet. `next_try`:
    minutes since 1970."""

    period: int
    member: bytes
    state: DeliveryState
    reason: str = ""
    next_try: int = 0


class PutMeta(Record, frozen=True):
    """A named value of the instance, such as what an operator verified. Never a key or a salt: those are
    files."""

    key: str
    value: bytes

    hidden = frozenset({"value"})


Operation: TypeAlias = (
    KeepDraft
    | DropDraft
    | Seen
    | ForgetSeen
    | PutErrand
    | DropErrand
    | KeepCase
    | KeepItem
    | Rewrap
    | DropItems
    | Withdraw
    | EraseCase
    | Move
    | KeepReply
    | QueueCommand
    | FinishCommand
    | PutMember
    | DropMember
    | PutInvite
    | UseInvite
    | Ban
    | Unban
    | AskSecond
    | TakeSecond
    | Audit
    | FreezeDigest
    | MarkDigest
    | KeepRendition
    | DueDelivery
    | MarkDelivery
    | PutMeta
)

Change: TypeAlias = tuple[Operation, ...]
