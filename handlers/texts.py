"""Summaries and quotes that wait for a digest: which cases have one.

They lie sealed beside their case; this list of case ids spares a digest to look into every case. A text is
taken off the list, and its item dropped, by the very change that freezes the digest it appears in.

Never here: the texts.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from storage import Store
from storage.changes import PutMeta

WAITING = "texts"
"""Meta: 17 bytes for each text, a letter for its part and the case's id."""

SUMMARY = "summary"
QUOTE = "quote"
_LETTER = {SUMMARY: b"s", QUOTE: b"q"}
_PART = {letter: part for part, letter in _LETTER.items()}
_SIZE = 17


@dataclass(frozen=True, slots=True)
class Waiting:
    """(case, part) of every text that waits."""

    texts: frozenset[tuple[bytes, str]] = field(repr=False)

    def put(self) -> PutMeta:
        records = sorted(_LETTER[part] + case for case, part in self.texts)
        return PutMeta(WAITING, b"".join(records))

    def with_text(self, case: bytes, part: str) -> Waiting:
        return Waiting(self.texts | {(case, part)})

    def without(self, gone: frozenset[tuple[bytes, str]]) -> Waiting:
        return Waiting(self.texts - gone)


async def waiting_texts(store: Store) -> Waiting:
    raw = await store.meta(WAITING) or b""
    records = (raw[at : at + _SIZE] for at in range(0, len(raw), _SIZE))
    return Waiting(frozenset((record[1:], _PART[record[:1]]) for record in records))
