"""Phrases that bring the help lines first: "he is at the door", "I want to die" (domain notes, R17).

A fixed list, compared word for word: no score, no model, nothing learnt and nothing kept. An alert too many
costs one message with telephone numbers; one too few may cost a life, so the list is wide. The phrases
themselves are words, and live in each language's `crisis.txt`.

Why a tree of letters: an alternation of six hundred phrases tries each of them at each word, which takes a
quarter of a millisecond for a paragraph; as a tree, starting only after a space, it takes three microseconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from bot.normal import fold

_HARMLESS = "-"
"""What starts an exception, such as "- mourir de rire"."""

_END = ""


class Phrases:
    """A list of phrases to be looked for in folded text. It is made into patterns when a first text is
    looked at, or by `ready`: a start has no text."""

    def __init__(self, lines: Iterable[str]) -> None:
        """`lines` as written in `crisis.txt`, exceptions with their leading "-"; folded here."""
        self._lines = tuple(line.strip() for line in lines)

    @cached_property
    def _alarming(self) -> re.Pattern[str]:
        return _any_of(fold(line) for line in self._lines if not line.startswith(_HARMLESS))

    @cached_property
    def _harmless(self) -> re.Pattern[str]:
        return _any_of(fold(line) for line in self._lines if line.startswith(_HARMLESS))

    def ready(self) -> None:
        """Make the patterns now."""
        self.in_crisis("")

    def in_crisis(self, text: str) -> bool:
        """True if a phrase stands in this text, whole words only. `text` is folded (`bot.normal.fold`)."""
        text = f" {text}"
        harmless = self._harmless
        if self._alarming.search(text) is None:
            return False
        return self._alarming.search(harmless.sub(" ", text)) is not None


def _any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    """A pattern for any of these phrases after a space, up to the end of a word."""
    tree: dict[str, Any] = {}
    for phrase in phrases:
        node = tree
        for letter in phrase:
            node = node.setdefault(letter, {})
        if phrase:
            node[_END] = {}
    return re.compile(" " + _branches(tree) if tree else "(?!)")


def _branches(node: dict[str, Any]) -> str:
    ways = [re.escape(letter) + _branches(rest) for letter, rest in sorted(node.items()) if letter != _END]
    if _END in node:
        # The shortest phrase is enough: once it ends, longer ones that begin with it change nothing.
        ways.insert(0, r"(?![^ ])")
    return ways[0] if len(ways) == 1 else f"(?:{'|'.join(ways)})"
