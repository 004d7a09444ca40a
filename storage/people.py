"""What a change makes of one person's row: draft and answered updates. Every keeper thinks the same here.

Pure: rows in, rows out. A person of whom nothing is left has no row (None).
"""

from __future__ import annotations

from typing import TypeAlias

from storage import DraftRow, PersonRow
from storage.changes import SEEN_KEPT, DropDraft, KeepDraft, Seen

PersonOperation: TypeAlias = KeepDraft | DropDraft | Seen


class Refused(Exception):
    """A condition of the change does not hold. Never leaves the store."""


def after(person: PersonRow | None, operation: PersonOperation) -> PersonRow | None:
    """The row once this is done. Raises `Refused` where the operation's condition does not hold."""
    if isinstance(operation, Seen):
        return _seen(person, operation)
    if isinstance(operation, KeepDraft):
        return _kept(person, operation)
    if person is None or not person.seen:
        return None
    return PersonRow(operation.pseudonym, None, person.seen, person.day)


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
