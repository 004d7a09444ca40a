"""From what was typed to what was meant: one message becomes one event.

The order is the method. A number answers before anything else; then the words that work everywhere, in every
language; then the labels on the screen; then a receipt; and only what is none of these is her own words,
which are redacted here, before anything else sees them. So nothing un-redacted can reach a state or an
effect.

Never here: sentences (labels and words come in as a `Vocabulary`), or what follows from an event.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot import receipts
from bot.crisis import Phrases
from bot.normal import clean, fold
from bot.places import RECEIPT_WORDS, Place
from bot.receipt_words import SHORTEST
from bot.redaction import already_redacted, redact
from bot.redaction.kinds import Kind, Span
from bot.redaction.view import View
from bot.turns import (
    Chose,
    Erased,
    Event,
    Finished,
    Left,
    MistypedCommand,
    MistypedReceipt,
    Opened,
    Paused,
    Replaced,
    Resumed,
    Said,
    Skipped,
    SteppedAside,
    TurnedPage,
    TypedReceipt,
    WentBack,
)

WORDS: Mapping[str, Event] = {
    "help": SteppedAside("help"),
    "skip": Skipped(),
    "back": WentBack(),
    "pause": Paused(),
    "stop": Left(),
    "erase": Erased(),
    "done": Finished(),
    "next": TurnedPage(),
    "continue": Resumed(),
}
"""The words that work at every moment, by the name of their alias list in talk.ftl (`alias-<name>`)."""

COMMANDS: Mapping[str, Event] = {
    "/help": SteppedAside("help"),
    "/privacy": SteppedAside("privacy"),
    "/language": SteppedAside("language"),
    "/receipt": SteppedAside("receipt"),
    "/rights": SteppedAside("rights"),
    "/erase": Erased(),
    "/stop": Left(),
    "/skip": Skipped(),
    "/back": WentBack(),
    "/pause": Paused(),
    "/done": Finished(),
    "/next": TurnedPage(),
    # The same in French: each language's list of commands shows its own, and all are understood.
    "/aide": SteppedAside("help"),
    "/confidentialite": SteppedAside("privacy"),
    "/langue": SteppedAside("language"),
    "/recu": SteppedAside("receipt"),
    "/droits": SteppedAside("rights"),
    "/effacer": Erased(),
}

_SEVERAL = re.compile(r"\d{1,3}(?:[\s,;.+&/-]+(?:et |and )?\d{1,3})*[\s.)]*", re.ASCII)
_NUMBER = re.compile(r"\d{1,3}", re.ASCII)
_COMMAND = re.compile(r"/[a-z_]{2,32}(@\w+)?", re.ASCII | re.IGNORECASE)

LONGEST_WORD = 40
"""Characters. A word, a command or a label is shorter; longer messages are not looked up as one."""


NOTHING = already_redacted("", ())
"""What is kept of words that must not be kept."""


LONGEST_LIST = 200
"""Characters of several labels typed one after the other: five of the longest."""

_BETWEEN_LABELS = re.compile(r"\s*[,;/\n]\s*|\s+(?:et|and)\s+")

LONGEST_RECEIPT = 150
"""Characters. Eight words of at most eight letters, numbered and spaced out."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What one language's screens let a person say.

    `words`: folded words of every language → event. `labels`: the folded labels of a paragraph → option code.
    `yes` and `no`: folded ways to say so. `phrases`: what brings the help lines first;
    `despair`: those of them that are about dying.
    """

    language: str
    words: Mapping[str, Event]
    labels: Callable[[str], Mapping[str, str]]
    yes: frozenset[str]
    no: frozenset[str]
    phrases: Phrases
    despair: Phrases


def hear(text: str, place: Place, vocabulary: Vocabulary, *, hint: str = "", edited: bool = False) -> Event:
    """What a message means at this place. Total: anything is at least her own words.

    `hint` is the platform's language for `/start`. Edited messages are only ever her own words.
    """
    if not edited:
        meant = _meant(text, place, vocabulary, hint)
        if meant is not None:
            return meant
    folded = fold(text)
    crisis = vocabulary.phrases.in_crisis(folded)
    if place.id in RECEIPT_WORDS:
        # What is typed where a receipt is waited for is never kept, not even redacted.
        words = NOTHING
    else:
        words = redact(text, language=vocabulary.language, extra=(_receipts_in,))
    despair = crisis and vocabulary.despair.in_crisis(folded)
    return Replaced(words, crisis, despair) if edited else Said(words, crisis, despair)


def _meant(text: str, place: Place, vocabulary: Vocabulary, hint: str) -> Event | None:
    # Most turns are one number, and most others one word: they need no other look.
    if text in place.numbers:
        return place.numbers[text]
    if text.isascii() and text.isalpha() and len(text) <= LONGEST_WORD:
        named = _by_name(text, place, vocabulary, hint)
        return _as_receipt(text, place) if named is None else named
    if place.offers:
        numbered = _by_number(text, place) or (_with_done(text, place, vocabulary) if place.many else None)
        if numbered is not None:
            return numbered
    if place.many and place.offers and len(text) <= LONGEST_LIST:
        listed = _by_labels(text, place, vocabulary)
        if listed is not None:
            return listed
    if len(text) <= LONGEST_WORD:
        named = _by_name(text, place, vocabulary, hint)
        if named is not None:
            return named
    return _as_receipt(text, place)


def _by_number(text: str, place: Place) -> Event | None:
    numbers = text.strip()
    if not (numbers.isascii() and numbers.isdigit()):
        numbers = clean(text).strip()
        if not _SEVERAL.fullmatch(numbers):
            return None
    places = [int(number) for number in _NUMBER.findall(numbers)] if len(numbers) <= LONGEST_WORD else []
    if not places or not all(1 <= n <= len(place.offers) for n in places):
        return Chose(())
    return Chose(tuple(place.offers[n - 1].code for n in places))


def _with_done(text: str, place: Place, vocabulary: Vocabulary) -> Event | None:
    """Numbers and FINI in one message, as the hint above the list can be read."""
    numbers, _, last = text.strip().rpartition(" ")
    if len(text) > LONGEST_WORD or not numbers or vocabulary.words.get(fold(last)) != Finished():
        return None
    chosen = _by_number(numbers.rstrip(" ,;"), place)
    return Chose(chosen.codes, finished=True) if isinstance(chosen, Chose) and chosen.codes else None


def _by_labels(text: str, place: Place, vocabulary: Vocabulary) -> Event | None:
    """Several labels with commas or "et" between them; None unless each is one."""
    parts = [fold(part) for part in _BETWEEN_LABELS.split(text)]
    if len(parts) < 2:
        return None
    labels = vocabulary.labels(place.words)
    codes = tuple(code for part in parts if (code := labels.get(part)) is not None)
    return Chose(codes) if len(codes) == len(parts) else None


def _by_name(text: str, place: Place, vocabulary: Vocabulary, hint: str) -> Event | None:
    stripped = text.strip()
    if stripped.startswith("/"):
        command = "/" + fold(stripped.split()[0].split("@")[0].removeprefix("/"))
        if command == "/start":
            return Opened(hint or vocabulary.language)
        return COMMANDS.get(command) or (MistypedCommand() if _COMMAND.fullmatch(stripped) else None)
    folded = fold(stripped)
    if place.offers and not place.takes_text:
        code = vocabulary.labels(place.words).get(folded)
        if code is not None and any(offer.code == code for offer in place.offers):
            return Chose((code,))
    meant = vocabulary.words.get(folded)
    if meant is not None:
        return meant
    if folded in vocabulary.yes:
        return _first_offered(place, ("yes", "accept"))
    if folded in vocabulary.no:
        if place.takes_text and not place.many:
            return Skipped()
        return _first_offered(place, ("no", "refuse"))
    return None


def _first_offered(place: Place, codes: tuple[str, ...]) -> Event | None:
    offered = {offer.code for offer in place.offers}
    return next((Chose((code,)) for code in codes if code in offered), None)


def _as_receipt(text: str, place: Place) -> Event | None:
    """A receipt where one is waited for; elsewhere only a message that is nothing else."""
    if place.id in RECEIPT_WORDS:
        receipt = receipts.read(text)
        if receipt is not None:
            return TypedReceipt(receipt)
        return MistypedReceipt() if receipts.looks_like(text) else None
    if len(text) > LONGEST_RECEIPT:
        return None
    spans = receipts.find_in(text)
    if len(spans) == 1 and not fold(text[: spans[0][0]] + text[spans[0][1] :]):
        receipt = receipts.read(text)
        return None if receipt is None else TypedReceipt(receipt)
    return None


_ROW = re.compile(f"(?<![a-z])(?:[a-z]{{{SHORTEST},}}+ ++){{{receipts.WORDS - 1}}}[a-z]{{{SHORTEST}}}")
"""Eight words in a row, none too short for a receipt: not in ten paragraphs of prose."""

_LIGATURE = re.compile("[œæßŒÆ]")
_GROWING = re.compile(r"(?<![^\W\d_])[^\W\d_]?[œæßŒÆ][^\W\d_]?(?![^\W\d_])")
"""A word of one or two letters that is longer once it is made plain, such as "tœ"."""


def _receipts_in(view: View) -> list[Span]:
    latin = "µ" not in view.plain and "¿" not in view.plain
    grows = _LIGATURE.search(view.text) and _GROWING.search(view.text)
    if latin and not grows and not _ROW.search(view.letters):
        return []  # told ten times as quickly as by `find_in`, whose own look takes any alphabet
    return [Span(start, end, Kind.RECEIPT) for start, end in receipts.find_in(view.text)]
