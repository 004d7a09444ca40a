"""What a change makes of one person's row: draft and answered updates. Every keeper thinks the same here.

Pure: rows in, rows out. A person of whom nothing is left has no row (None). A database keeps such a row as
seven values: pseudonym, day, seen (8 bytes an update, big-endian, oldest first), and of the draft its id,
revision, day and box.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeAlias

from storage import DraftRow, PersonRow
from storage.changes import (
    SEEN_KEPT,
    Change,
    DropDraft,
    DropErrand,
    ForgetSeen,
    KeepDraft,
    PutErrand,
    Seen,
)

PersonOperation: TypeAlias = KeepDraft | DropDraft | Seen
Errand: TypeAlias = PutErrand | DropErrand

PERSONAL: Final = (KeepDraft, DropDraft, Seen)
ERRANDS: Final = (PutErrand, DropErrand)

LARGEST: Final = 2**63 - 1
"""The largest number of a database's column."""


class Refused(Exception):
    """A condition of the change does not hold. Never leaves the store."""


def after(person: PersonRow | None, operation: PersonOperation) -> PersonRow | None:
    """The row once this is done. Raises `Refused` where the operation's condition does not hold."""
    if isinstance(operation, Seen):
        return _seen(person, operation)
    if isinstance(operation, KeepDraft):
        return _kept(person, operation)
    return _dropped(person, operation)


def _dropped(person: PersonRow | None, old: DropDraft) -> PersonRow | None:
    if old.id:
        draft = person.draft if person else None
        if draft is None or (draft.id, draft.revision) != (old.id, old.revision):
            raise Refused
    if person is None or not person.seen:
        return None
    return PersonRow(old.pseudonym, None, person.seen, person.day)


def _seen(person: PersonRow | None, answered: Seen) -> PersonRow:
    update = answered.update
    if person is None:
        return PersonRow(answered.pseudonym, None, (update,), answered.day)
    if update in person.seen:
        return person
    seen = (*person.seen, update)[-SEEN_KEPT:]
    return PersonRow(answered.pseudonym, person.draft, seen, answered.day)


def _kept(person: PersonRow | None, new: KeepDraft) -> PersonRow:
    old = person.draft if person else None
    if new.revision != (old.revision + 1 if old else 1) or (old and old.id != new.id):
        raise Refused
    draft = DraftRow(new.pseudonym, new.id, new.revision, new.box, new.day)
    if person is None:
        return PersonRow(new.pseudonym, draft, (), new.day)
    return PersonRow(new.pseudonym, draft, person.seen, new.day)


def person_from(row: Sequence[Any]) -> PersonRow:
    """The person of a row of seven values."""
    pseudonym, day, seen, draft, revision, draft_day, box = row
    kept = None if draft is None else DraftRow(pseudonym, draft, revision, box, draft_day)
    return PersonRow(pseudonym, kept, struct.unpack(f">{len(seen) // 8}q", seen), day)


_SEEN: Final = tuple(struct.Struct(f">{many}q") for many in range(SEEN_KEPT + 1))
"""Updates answered, as they are stored, by how many they are."""


def row_of(person: PersonRow) -> tuple[object, ...]:
    """The seven values of a person. Raises `struct.error` for an update that fits no column."""
    seen = _SEEN[len(person.seen)].pack(*person.seen)
    if person.draft is None:
        return (person.pseudonym, person.day, seen, None, None, None, None)
    draft = person.draft
    return (person.pseudonym, person.day, seen, draft.id, draft.revision, draft.day, draft.box)


def last_word(before: Errand | None, errand: Errand) -> Errand:
    """What is left to write of two operations on one errand, in order."""
    if before is None or isinstance(errand, PutErrand):
        return errand
    if before.mark > errand.mark:
        return before
    # What was put in this very batch is gone with whatever it replaced.
    return DropErrand(errand.id, LARGEST) if isinstance(before, PutErrand) else errand


def is_forgotten(person: PersonRow, forget: ForgetSeen) -> bool:
    return person.draft is None and person.day < forget.before and forget.takes(person.pseudonym)


def pseudonyms_in(changes: Iterable[Change]) -> set[bytes]:
    """Whose rows these changes rest on."""
    return {
        operation.pseudonym for change in changes for operation in change if isinstance(operation, PERSONAL)
    }


def is_personal(change: Change) -> bool:
    """Whether any of this is about drafts, which belong to the bot and not to the console."""
    return any(isinstance(operation, (*PERSONAL, *ERRANDS, ForgetSeen)) for operation in change)
