"""All detectors asked about one text, and what they say brought together.

Never here: a pattern (each family has its file), and what is done with what was found.
"""

from __future__ import annotations

from typing import Final

from bot.redaction.companies import find as companies
from bot.redaction.doors import find as doors
from bot.redaction.kinds import Finder, Kind, Span, inside_any
from bot.redaction.moments import find as moments
from bot.redaction.names import find as names
from bot.redaction.online import find as online
from bot.redaction.papers import find as papers
from bot.redaction.phones import SPELLED
from bot.redaction.phones import find as phones
from bot.redaction.places import find as places
from bot.redaction.streets import find as streets
from bot.redaction.view import View

FINDERS: Final[tuple[Finder, ...]] = (
    moments,
    papers,
    online,
    streets,
    doors,
    places,
    companies,
    names,
)
"""Asked in this order after the phones; of two marks of one length, the earlier finder names the kind."""


def marks(view: View, extra: tuple[Finder, ...], keep: frozenset[str]) -> list[Span]:
    """Everything found, in order, overlaps united under the kind of the longest of them. `extra` finders are
    asked last; `keep` are numbers, digits only, that pass."""
    kept: list[tuple[int, int]] = []
    found: list[Span] = []
    if view.digits or "zero" in view.plain or not view.words.isdisjoint(SPELLED):
        found, kept = phones(view, keep)
    for finder in (*FINDERS, *extra):
        found.extend(finder(view))
    if kept:
        kept.sort()
        found = [s for s in found if not inside_any(kept, s.start, s.end)]
    if len(found) < 2:
        return found
    found.sort(key=lambda span: span.start)
    united = [found[0]]
    for span in found[1:]:
        last = united[-1]
        if span.start >= last.end:
            united.append(span)
            continue
        main = max(last, span, key=_weight)
        united[-1] = Span(last.start, max(last.end, span.end), main.kind, main.band)
    return united


_VAGUE: Final = {Kind.NUMBER: 0, Kind.PHONE: 1}
"""Of marks of the same length, the one that rests on a word beside it names the kind."""


def _weight(span: Span) -> tuple[int, int]:
    return span.end - span.start, _VAGUE.get(span.kind, 2)
