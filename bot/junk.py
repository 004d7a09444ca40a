"""What looks like junk: text that is no language, and the same story told again by many.

A doubt decides nothing and refuses nobody. It only says that a testimony waits apart until somebody looks,
so that a flood of junk does not stand between a witness and the one who reads her. So every rule here errs on
the side of the witness: short, clumsy, misspelt, in capitals, in any language and any script is language.

Never here: the words themselves after the call (a sketch is of keyed hashes), what was counted
(`handlers.limits`), or an opinion on what was told.

Why no model and no word list: a list of words would hold the very words of those who tell, and nobody could
say of a model why it set a testimony apart.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, Literal, TypeAlias

from bot.crisis import Phrases
from bot.normal import fold
from bot.redaction.kinds import PLACEHOLDER

Doubt = Literal["", "thin", "junk"]
"""`thin`: no doubt by itself, but enough while the house is flooded. `junk`: no language at all."""

Sketch: TypeAlias = frozenset[int]
"""The smallest keyed hashes of a story's shingles. Two sketches overlap as much as their stories do."""

FEWEST_LETTERS: Final = 3
"""Letters under which there is no word: "Non" is one."""

THIN_LETTERS: Final = 40
"""Letters of half a line: too little to read during a flood, ample for somebody who cannot say more."""

FEWEST_VOWELS: Final = 0.15
"""Of the letters. French has 0.45, English 0.38, Polish 0.38, text messages ("jsp pk tt le mnd") 0.2; a hand
on the keyboard's middle row 0.05."""

LATIN_SURE: Final = 12
"""Latin letters from which the share of vowels says something."""

CONSONANTS_IN_A_ROW: Final = 6
"""Longest in French: 4 ("abstraction"), in English 6 ("latchstring"), in German 8 ("Angstschweiß")."""

REPEATED_WORDS: Final = 8
REPEATED_SHARE: Final = 0.7
"""One word making up so much of so many is no story. "Non non non non" is only four."""

REPEATED_LETTERS: Final = 12

LONGEST_WORD: Final = 30
"""Letters; the longest of French dictionaries has 25, of German daily use about 30."""

SHINGLE_WORDS: Final = 4
SKETCH_HASHES: Final = 16
READ_WORDS: Final = 1500
"""Words that are read, about five pages: the work is bounded."""

READ_CHARACTERS: Final = 8 * READ_WORDS
"""Of one message: a channel that takes long ones must not make the work long."""

SAME: Final = 0.6
"""Overlap of two sketches from which two stories are one. Two people never share six of ten runs of four
words; one text with another greeting or another first name does."""

ALIKE: Final = 0.3

_LINK = re.compile(
    r"(?:https?://|www\.)\S+|\b\w+\.(?:com|net|org|info|ru|xyz|io|me|fr)(?:/\S*)?\b", re.IGNORECASE
)
_VOWELS: Final = frozenset("aeiouy")
_MASHED: Final = re.compile(rf"[bcdfghjklmnpqrstvwxz]{{{CONSONANTS_IN_A_ROW},}}")


def doubt(texts: Iterable[str]) -> Doubt:
    """How doubtful a story is, all its messages together. No text at all is `thin`: many tell by choices
    alone.

    Total: accepts anything, raises nothing.
    """
    words = _words(texts)
    letters = "".join(word for word in words if not word.isdigit())
    if not words:
        return "junk" if any(text.strip() for text in texts) else "thin"
    if len(letters) < FEWEST_LETTERS or _is_mashed(words, letters) or _is_repeated(words, letters):
        return "junk"
    return "thin" if len(letters) < THIN_LETTERS else ""


def _words(texts: Iterable[str]) -> list[str]:
    words: list[str] = []
    for text in texts:
        if len(words) >= READ_WORDS:
            break
        words += fold(_LINK.sub(" ", PLACEHOLDER.sub(" ", text[:READ_CHARACTERS]))).split()
    return words[:READ_WORDS]


def _is_mashed(words: list[str], letters: str) -> bool:
    """Whether a hand fell on the keys. Only Latin letters are judged: other scripts may write no vowels."""
    latin = "".join(letter for letter in letters if letter.isascii())
    if len(latin) < LATIN_SURE or len(latin) * 2 < len(letters):
        return False
    if sum(letter in _VOWELS for letter in latin) < FEWEST_VOWELS * len(latin):
        return True
    strange = sum(len(word) for word in words if _MASHED.search(word) or len(word) > LONGEST_WORD)
    return strange * 2 > len(letters)


def _is_repeated(words: list[str], letters: str) -> bool:
    commonest = Counter(words).most_common(1)[0][1]
    if len(words) >= REPEATED_WORDS and commonest >= REPEATED_SHARE * len(words):
        return True
    if len(letters) < REPEATED_LETTERS:
        return False
    return Counter(letters).most_common(1)[0][1] >= REPEATED_SHARE * len(letters)


def sketch(texts: Iterable[str], key: bytes) -> Sketch:
    """A story as a few keyed hashes; empty where it is too short to be told from another.

    `key`: at most 64 bytes drawn when the program starts and kept nowhere, so that a sketch tells nothing to
    who has it, and nobody can try out a sentence on it.
    Source: bottom-k sketches, Broder 1997 ("On the resemblance and containment of documents").
    """
    words = _words(texts)
    if len(words) < SHINGLE_WORDS * 3:
        return frozenset()
    return frozenset(sorted(set(_hashes(words, key)))[:SKETCH_HASHES])


def _hashes(words: list[str], key: bytes) -> Iterator[int]:
    for at in range(len(words) - SHINGLE_WORDS + 1):
        yield _hash(" ".join(words[at : at + SHINGLE_WORDS]), key)


def short_form(texts: Iterable[str], key: bytes) -> int:
    """A whole text as one keyed hash, for what is too short for a sketch; 0 where there is none."""
    words = _words(texts)
    return _hash(" ".join(words), key) if words else 0


def _hash(text: str, key: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), key=key, digest_size=8).digest(), "big")


def overlap(one: Sketch, other: Sketch) -> float:
    """How much two stories have in common, 0 to 1: the share of their smallest hashes that both hold."""
    smallest = sorted(one | other)[:SKETCH_HASHES]
    return sum(hash in one and hash in other for hash in smallest) / len(smallest) if smallest else 0.0


class Insults:
    """Words that hurt who reads them. Compared word for word; finding one decides and hides nothing.

    What a witness quotes is often the very insult she was called, so nobody is judged by it: a reader is
    asked whether she wants to read on.
    """

    __slots__ = ("_phrases",)

    def __init__(self, lines: Iterable[str]) -> None:
        """`lines` as written in `insults.txt`."""
        self._phrases = Phrases(lines)

    def stand_in(self, texts: Iterable[str]) -> bool:
        return any(self._phrases.in_crisis(fold(text)) for text in texts)
