"""A text as the detectors see it: every character in its place, but in plain lower-case letters.

Never here: any opinion on what the letters mean.

Why a second text of the same length: people write names and streets with and without capitals and accents, so
detectors match plain letters and then cut the same positions out of the text that is kept.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final

MASK: Final = "\x00"
"""Stands for each character of a placeholder: no cleaned text holds it, so no detector matches across one."""

_DIGIT: Final = re.compile(r"[0-9]")

AROUND: Final = 12
"""Characters on each side of a digit that say whether it may be part of a date, an hour or a postcode."""


def _bare(code: int) -> int:
    letter = unicodedata.normalize("NFKD", chr(code).lower())[0]
    return ord(letter) if letter.isascii() and letter.isalpha() else ord(chr(code).lower()) & 0xFF


_BARE: Final = bytes(code if chr(code) in "´¨¯¸µª²³¹º¼½¾" else _bare(code) for code in range(256))


_WORDS: Final = bytes(code if chr(code) in "abcdefghijklmnopqrstuvwxyzµ" else 0x20 for code in _BARE)
"""What is left of each character when only words count."""


class _OneForOne(dict[int, str]):
    """Characters beyond Latin-1: punctuation to its plain twin, letters to their bare letter or `µ`."""

    def __missing__(self, code: int) -> str:
        if code < 0x100:
            one = chr(code)
        else:
            character = unicodedata.normalize("NFKD", chr(code))[0]
            one = character if character.isascii() else ("µ" if character.isalpha() else "¿")
        self[code] = one
        return one


_ONE_FOR_ONE: Final = _OneForOne(
    {ord(many): one for many, one in zip("‘’“”–—−‐‑…œŒ€æÆ", "''\"\"-----.oO¤aA", strict=True)}
    | {ord(look): one for look, one in zip("аеорсухіАЕОРСХВНКМТ", "aeopcyxiAEOPCXBHKMT", strict=True)}
)
"""The second line: Cyrillic letters that look Latin, typed to slip past filters."""


def plainly(text: str) -> str:
    """`text` in bare lower-case letters, one character for one; `µ` stands for any other alphabet."""
    try:
        raw = text.replace("’", "'").replace("…", ".").replace("œ", "o").replace("–", "-").encode("latin-1")
    except UnicodeEncodeError:
        raw = text.translate(_ONE_FOR_ONE).encode("latin-1")
    return raw.translate(_BARE).decode("latin-1")


def _shouted(text: str) -> bool:
    if sum(map(str.isupper, text[:20])) < 7:
        return False
    letters = sum(map(str.isalpha, text))
    return letters > 11 and sum(map(str.isupper, text)) * 5 > letters * 3


def _figures(plain: str) -> str:
    first = _DIGIT.search(plain)
    if first is None:
        return ""
    last = _DIGIT.search(plain[::-1])
    end = len(plain) - last.start() if last else len(plain)
    return plain[max(0, first.start() - AROUND) : end + AROUND]


@dataclass(frozen=True, slots=True)
class View:
    """`text` is cleaned; `plain` and `letters` (spaces for all else) have the same length; `words` are the
    plain words in it."""

    text: str = field(repr=False)
    plain: str = field(repr=False)
    letters: str = field(repr=False)
    words: frozenset[str] = field(repr=False)
    figures: str = field(repr=False)
    """The stretch of `plain` that holds all digits and `AROUND` characters on both sides; "" without a digit.
    Most patterns need a certain shape of digits: looked for here first, they cost next to nothing."""
    shouting: bool
    """Mostly capitals: a capital then says nothing about a word."""

    @classmethod
    def of(cls, text: str) -> View:
        plain = plainly(text)
        shouting = text[:1].isupper() and _shouted(text)
        letters = plain.encode("latin-1").translate(_WORDS).decode("latin-1")
        return cls(
            text,
            plain,
            letters,
            frozenset(letters.split()),
            _figures(plain),
            shouting,
        )

    @property
    def digits(self) -> bool:
        return self.figures != ""

    def capital(self, at: int) -> bool:
        """A capital that means something stands at this place."""
        return not self.shouting and self.text[at : at + 1].isupper()
