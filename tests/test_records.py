"""Records are frozen, and tell nothing of what they hide."""

from __future__ import annotations

import pytest
from rich.pretty import pretty_repr

from bot.records import Record
from bot.turns import State
from storage import DraftRow, PersonRow
from storage.changes import KeepDraft, PutErrand

CANARY = "mésangebleue77"
SEALED = CANARY.encode()


class Note(Record, frozen=True):
    about: str
    words: str

    hidden = frozenset({"words"})


EACH = (
    Note("x", CANARY),
    State("narrative", answers={"q": (CANARY,)}, texts={"narrative": (CANARY,)}, quote=CANARY),
    DraftRow(b"p", b"i", 1, SEALED, 2),
    PersonRow(b"p", DraftRow(b"p", b"i", 1, SEALED, 2), (1,)),
    KeepDraft(b"p", b"i", 1, SEALED, 2),
    PutErrand(b"i", 1, SEALED),
)


@pytest.mark.parametrize("record", EACH, ids=lambda record: type(record).__name__)
def test_what_a_record_hides_is_in_no_repr(record: Record) -> None:
    for told in (repr(record), str(record), f"{record}", pretty_repr(record)):
        assert CANARY not in told
        assert repr(SEALED)[2:-1] not in told


def test_what_a_record_does_not_hide_is_told() -> None:
    assert repr(Note("x", CANARY)) == "Note(about='x')"


def test_a_record_does_not_change() -> None:
    note = Note("x", "y")

    with pytest.raises(AttributeError):
        note.about = "z"  # type: ignore[misc]  # the promise is that this fails
