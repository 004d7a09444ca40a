"""Two plain forms of what people type: `clean`, which is kept, and `fold`, with which words are recognised.

A phone number can hide behind emoji digits, Arabic digits, invisible joiners or a strike-through; a label can
be typed with or without its accents. Everything that reads a witness's words reads one of these two forms, so
that no detector has to know the tricks of Unicode.

Never here: what a word means (`bot.redaction`, `bot.crisis`), or any memory of what was read: no cache may
hold a witness's words.

Why not bare NFKC: it writes "…" as three dots, "3½" as "31⁄2" and "´" as a space under an accent. Those are
kept as typed (the accent used as an apostrophe becomes one), so that the text stays the one she wrote.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_QUIET: Final = re.compile(r"[\n -~À-ÖØ-öø-ÿ«»°€’‘“”–—…Œœ•¡¿×÷½¼¾]*")
"""What French and English are written with, and `clean` leaves as it is."""

_AS_TYPED: Final = re.compile(r"([…¨¯¸˘˙˚˛˜˝ͺ΄\u2017\u203e\u203c\u2047-\u2049¼-¾⅐-⅞↉])")
"""Compatibility characters that NFKC would make harder to read, or turn into something else."""

_ACCENT_ON_NOTHING: Final = re.compile(r"(?<=[\x00-@\[-`{-~])[\u0300-\u036f]+")
"""Strike-throughs and piled-up accents on digits and punctuation: they carry no sound, only hide a number."""

_INVISIBLE_LETTERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")
_LINE_BREAKS: Final = frozenset("\n\x0b\x0c\r\x1c\x1d\x1e\x85\u2028\u2029")
_ALIASES: Final = {"´": "’", "\u2800": " ", "🔟": "10", "\t": " ", "ʼ": "’", "′": "'", "⁄": "/"}


def _cleaned(character: str) -> str:
    """What one character becomes: itself, an ASCII digit, a space, a line break, or nothing."""
    if character in _ALIASES:
        return _ALIASES[character]
    if character in _LINE_BREAKS:
        return "\n"
    if character in "¼½¾" or 0x2150 <= ord(character) <= 0x215F or character == "↉":
        return character
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    category = unicodedata.category(character)
    if category == "Zs":
        return " "
    if category in {"Cf", "Cc", "Cs", "Me"} or character in _INVISIBLE_LETTERS:
        return ""
    if 0xFE00 <= ord(character) <= 0xFE0F or 0xE0100 <= ord(character) <= 0xE01EF:
        return ""
    return character


class _Lazily(dict[int, str]):
    """A table that learns a character when it is first met: Unicode is large, alphabets are small."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _cleaned(chr(code))
        return found


_CLEANED: Final = _Lazily()


def clean(text: str) -> str:
    """The text as it is kept: the same words, without anything that cannot be seen.

    NFKC; zero-width, bidi and other format characters removed; keycaps and any script's decimal digits to
    ASCII digits; every kind of space to a plain space; every kind of line break to "\\n". Accents,
    apostrophes, French punctuation and emoji stay.

    Total and idempotent. Two microseconds for a paragraph of French, tens for what needs mending.
    """
    if "\xa0" in text or "\u202f" in text:
        text = text.replace("\xa0", " ").replace("\u202f", " ")
    quiet = _QUIET.match(text)
    if quiet is not None and quiet.end() == len(text):
        return text
    return _mended(text)


def _mended(text: str) -> str:
    text = text.replace("\r\n", "\n")
    while True:
        plain = _ACCENT_ON_NOTHING.sub("", text.translate(_CLEANED))
        pieces = _AS_TYPED.split(plain)
        pieces[::2] = [unicodedata.normalize("NFKC", piece) for piece in pieces[::2]]
        plain = "".join(pieces)
        if plain == text:
            return plain
        text = plain


def _folded(character: str) -> str:
    """A Latin character for matching: its bare lower-case letter, or a space for what is no letter."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", character.casefold()) if c.isalnum())
    return bare.replace("œ", "oe").replace("æ", "ae").replace("ø", "o") or " "


class _UnfoldableError(Exception):
    """A character outside the short table: the long way round is needed."""


class _Short(dict[int, str]):
    def __missing__(self, code: int) -> str:
        raise _UnfoldableError


_FOLDED: Final = _Short(
    {code: _folded(chr(code)) for code in (*range(0x20, 0x7F), *range(0xC0, 0x180)) if chr(code) not in "×÷ŉ"}
    | {ord(c): " " for c in "\n\xa0\u202f«»°’‘“”–—…•×÷"}
)


def fold(text: str) -> str:
    """The text for comparing: lower case, no accents, letters and digits only, single spaces between words.

    Apostrophes count as spaces, because people write `j'ai`, `j’ai` and `j ai`; so "J’ai PEUR !" and "j ai
    peur" fold to the same. Nothing folded is ever kept or shown.

    Total and idempotent; under a microsecond for a short answer.
    """
    if text.isascii() and text.isalnum():
        return text.lower()
    try:
        return " ".join(text.translate(_FOLDED).split())
    except _UnfoldableError:
        return _folded_slowly(text)


def _folded_slowly(text: str) -> str:
    while True:
        loose = unicodedata.normalize("NFKD", clean(text).casefold())
        loose = loose.replace("œ", "oe").replace("æ", "ae").replace("ø", "o")
        bare = "".join(_letter_or_space(c) for c in loose)
        folded = " ".join(unicodedata.normalize("NFC", bare).split())
        if folded == text:
            return folded
        text = folded


def _letter_or_space(character: str) -> str:
    if character.isalnum():
        return character
    if unicodedata.combining(character):
        return ""
    return character if unicodedata.category(character) in {"Mc", "Mn"} else " "
