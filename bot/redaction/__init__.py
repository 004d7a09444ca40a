"""Redaction: what could point at somebody is taken out before anything is written down.

`redact` is the only maker of a `Redacted` from what a person typed, and only a `Redacted` may be kept. Each
family of detectors has its file: `phones`, `online`, `streets`, `doors`, `places`, `papers`, `moments`,
`names`, `companies`; `detectors` asks them all.

Never here: a hash, an index or a memory of what was removed; it is forgotten where it was found. Nor any
claim of completeness: names that follow no cue, nicknames, rare facts and ways of writing stay, which is
why everything that leaves the instance is read by two people first.

How: the text is cleaned, every detector marks what it sees, overlapping marks become one, and the whole is
repeated until nothing is found, so that redacting twice is redacting once. Mistakes lean to the side of
removing: the witness sees the result before it is kept, and can say it otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import InitVar, dataclass, field
from itertools import count
from typing import Final

from bot.normal import clean
from bot.redaction.help_numbers import HELP_NUMBERS
from bot.redaction.kinds import DAYTIMES, LANGUAGES, PLACEHOLDER, Finder, Kind, Span, placeholder
from bot.redaction.view import MASK, View

__all__ = [
    "DAYTIMES",
    "HELP_NUMBERS",
    "LANGUAGES",
    "Finder",
    "Kind",
    "Redacted",
    "Span",
    "View",
    "already_redacted",
    "kept_line",
    "ready",
    "redact",
]

PASSES: Final = 8
"""Times a text is read again because something was found; people's texts need one or two. One made so that
each removal uncovers the next is cut off at the first thing still found, to keep time in proportion."""

_MAKER: Final = object()


@dataclass(frozen=True, slots=True)
class Redacted:
    """Words that may be kept. `removed` lists what was taken out, in the order of the text.

    Made by `redact`, or by `already_redacted` from a draft this program sealed itself; by nobody else.
    """

    text: str = field(repr=False)
    removed: tuple[Kind, ...] = ()
    maker: InitVar[object] = None

    def __post_init__(self, maker: object) -> None:
        if maker is not _MAKER:
            raise TypeError("A Redacted is made by redact(), or restored by already_redacted().")


def redact(
    text: str,
    *,
    language: str = "fr",
    keep_numbers: frozenset[str] = HELP_NUMBERS,
    extra: Iterable[Finder] = (),
) -> Redacted:
    """Take out of `text` all that is known to point at somebody.

    `language` chooses the words of the placeholders only: French and English are both read in any text.
    `keep_numbers` are national numbers, digits only, that pass. `extra` finders mark more, such as receipts:
    they get a `View` and give `Span`s over `view.text`.

    Total: accepts any text, raises nothing of its own, and takes time in proportion to the length.
    """
    from bot.redaction.detectors import marks  # noqa: PLC0415 - see `ready`

    text = clean(text)
    extra = tuple(extra)
    removed: list[Kind] = []
    for passed in count():
        view = View.of(PLACEHOLDER.sub(_mask, text) if "[" in text else text)
        spans = marks(view, extra, keep_numbers)
        if not spans:
            break
        if passed >= PASSES:
            spans = [spans[0]._replace(end=len(text))]
        removed.extend(span.kind for span in spans)
        text = _without(text, spans, language)
    return Redacted(text, tuple(removed), _MAKER)


def ready() -> None:
    """Load the detectors now rather than with the first text.

    Compiling their patterns takes a good part of a start, and most of what people say is a number or one
    word: a program that serves them calls this once those who waited have their answer.
    """
    from bot.redaction import detectors  # noqa: F401, PLC0415 - to have it loaded


def already_redacted(text: str, removed: Iterable[Kind]) -> Redacted:
    """Sharp: takes `text` at its word. Only for what `redact` made and this program sealed itself."""
    return Redacted(text, tuple(removed), _MAKER)


def kept_line(line: str, language: str = "fr") -> str:
    """What would be kept of one line, where a literal `\\n` stands for a line break, in and out."""
    return redact(line.replace("\\n", "\n"), language=language).text.replace("\n", "\\n")


def _mask(found: re.Match[str]) -> str:
    return MASK * len(found.group())


def _without(text: str, spans: list[Span], language: str) -> str:
    pieces: list[str] = []
    at = 0
    for span in spans:
        pieces += text[at : span.start], placeholder(span.kind, language, span.band)
        at = span.end
    pieces.append(text[at:])
    return "".join(pieces)
