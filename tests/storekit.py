"""What the tests of storage share: random ids, small changes, and bytes found again on the disk."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

from storage import ItemRow
from storage.changes import Change, KeepCase, KeepDraft, KeepItem, Move, Operation, Seen

DAY = 20_000
MEMBER = b"moderator-one..."
OTHER = b"moderator-two..."


def new_id() -> bytes:
    return os.urandom(16)


def turn(pseudonym: bytes, draft: bytes, revision: int, box: bytes = b"box", day: int = DAY) -> Change:
    """What one turn of a conversation writes; its update has the number of the revision."""
    return (KeepDraft(pseudonym, draft, revision, box, day), Seen(pseudonym, revision, day))


def case_of(case: bytes, day: int = DAY) -> KeepCase:
    """A case whose locator, reply key and token hash follow from its id."""
    return KeepCase(case, day, case[::-1], b"reply key of " + case, b"token hash of " + case)


def submitted(case: bytes, *parts: str, box: bytes = b"sealed") -> tuple[Operation, ...]:
    return (case_of(case), *(KeepItem(case, part, 1, box) for part in parts))


def approved(case: bytes, *parts: str, day: int = DAY) -> tuple[Operation, ...]:
    return (*submitted(case, *parts), Move(case, ("waiting",), "approved", day))


async def all_of(items: AsyncIterator[ItemRow]) -> list[ItemRow]:
    return [item async for item in items]


def files_holding(folder: Path, marker: bytes) -> list[str]:
    """Names of the files in which these bytes stand, wherever in the file."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and marker in path.read_bytes())
