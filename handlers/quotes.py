"""Sentences witnesses chose: which may be released at all, and which go into a digest.

A sentence leaves only after two people read it, a digest later than the figures its author is in, without a
place, a month, a trade or anything redaction would take out. What is here errs towards keeping back.

Never here: the last choice and its order (`bot.digest.choose_quotes`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import orjson
from babel.dates import get_month_names

from bot.digest import LONGEST_QUOTE
from bot.errors import CannotOpen
from bot.questions import REGION
from bot.redaction import redact
from locales import Words

TRADES = (
    *("antenniste", "bailiff", "carpenter", "caretaker", "chauffagiste", "chimney", "concierge", "courier"),
    *("déménageu", "désinsect", "diagnostiqueur", "électricien", "electrician", "exterminator", "facteur"),
    *("factrice", "gardien", "gazier", "handyman", "huissier", "livreu", "locksmith", "menuisier", "mover"),
    *("notaire", "painter", "peintre", "plombier", "plumber", "postman", "ramoneu", "serrurier"),
    *("technicien", "technician", "vitrier"),
)
"""How the words for trades begin. With the two who read it, a rare one is not let through."""

_TELLS_NOTHING = frozenset({"prefer_not", "other_country"})
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Released:
    """A sentence and the two who released it, as sealed beside its case."""

    words: str = field(repr=False)
    moderators: frozenset[str]


def write_released(released: Released) -> bytes:
    return orjson.dumps([released.words, sorted(released.moderators)])


def read_released(body: bytes) -> Released:
    """The inverse of `write_released`. Raises `CannotOpen` for anything else."""
    try:
        words, moderators = orjson.loads(body)
        return Released(words, frozenset(moderators))
    except (ValueError, TypeError):
        raise CannotOpen(
            "A released sentence opened, but is not of this form.",
            hint="It was written by another version of Seuil, or a row was exchanged: see /audit.",
        ) from None


def may_leave(sentence: str, languages: Mapping[str, Words]) -> bool:
    """Whether a sentence is short enough and points at nothing a program can see."""
    short = 0 < len(sentence) <= LONGEST_QUOTE and not any(sign.isnumeric() for sign in sentence)
    return short and not gives_away(sentence, languages)


def gives_away(sentence: str, languages: Mapping[str, Words]) -> bool:
    """Whether it names a region, a month or a trade, or holds what redaction takes out."""
    if redact(sentence).removed:
        return True
    told = sentence.casefold()
    typed = _WORD.findall(told)
    if any(word.startswith(trade) for word in typed for trade in TRADES):
        return True
    return any(
        not _months(words).isdisjoint(typed) or any(place in told for place in _places(words))
        for words in languages.values()
    )


@lru_cache(maxsize=8)
def _months(words: Words) -> frozenset[str]:
    names = get_month_names("wide", locale=words.language.replace("-", "_")).values()
    return frozenset(name.casefold() for name in names)


@lru_cache(maxsize=8)
def _places(words: Words) -> tuple[str, ...]:
    return tuple(
        words.option("region", option.code).casefold()
        for option in REGION
        if option.code not in _TELLS_NOTHING
    )
