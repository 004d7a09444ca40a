"""Words for receipts: 2 048 of them in each language, and a forgiving way to read them back.

The lists are those of BIP 39, as the `mnemonic` package carries them: the first four letters of a word
are its own, so four letters suffice; accents and capitals do not count. One word is 11 bits.

Never here: what the bits mean, or whether they are right. That is `bot.receipts`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from mnemonic import Mnemonic

BITS = 11
"""Bits a word carries: the lists have 2 048 words."""

TELLING = 4
"""Letters that tell a word from all others of its list."""

SHORTEST = 3
"""Letters of the shortest word of any list."""

LANGUAGES: Mapping[str, str] = {"fr": "french", "en": "english"}
"""Our name for a language, and that of its list."""

_RUN = re.compile("(?:[^\\W\\d_][\u0300-\u036f\u200b-\u200d\u2060\u00ad]*)+")
"""Letters with whatever is drawn on them or hidden between them by keyboards. All else parts words."""

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})


@dataclass(frozen=True, slots=True)
class Token:
    """A word as it stands in a text, and where."""

    plain: str = field(repr=False)
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Vocabulary:
    words: tuple[str, ...]
    whole: Mapping[str, int] = field(repr=False)
    beginnings: Mapping[str, int] = field(repr=False)

    def number(self, plain: str) -> int | None:
        """Which word this is, by its whole or by its first letters."""
        found = self.whole.get(plain)
        if found is None and len(plain) >= TELLING:
            found = self.beginnings.get(plain[:TELLING])
        return found


@cache
def vocabulary(language: str) -> Vocabulary:
    """The list of a language, read once. An unknown language has the first of ours."""
    words = Mnemonic(LANGUAGES.get(language, next(iter(LANGUAGES.values())))).wordlist
    plain = [_plain(word) for word in words]
    return Vocabulary(
        words=tuple(unicodedata.normalize("NFC", word) for word in words),
        whole={word: number for number, word in enumerate(plain)},
        beginnings={word[:TELLING]: number for number, word in enumerate(plain) if len(word) >= TELLING},
    )


def tokens(text: str) -> list[Token]:
    """The words of a text, without case and accents, and where they stand. Digits and signs only part
    them."""
    return [Token(_plain(run.group()), run.start(), run.end()) for run in _RUN.finditer(text)]


def may_hold(text: str, many: int) -> bool:
    """False where no `many` words in a row are long enough for a list, as in almost all prose: quickly told.

    A word with accents or ligatures counts as long, whatever its length: it may grow when it is made plain.
    """
    row = 0
    for word in _RUN.findall(text):
        row = row + 1 if len(word) >= SHORTEST or not word.isascii() else 0
        if row == many:
            return True
    return False


def _plain(word: str) -> str:
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in decomposed if letter.isalpha()).translate(_LIGATURES)
