"""Text as it may reach a terminal: nothing a witness wrote can move its cursor, name its window or turn
letters round.

Kept: letters of every script, signs, emoji, line ends, and the two invisible joiners that Persian, Arabic and
emoji are written with. Everything else that is not seen (escape, carriage return, bell, bidirectional
overrides, private and unassigned code points) is shown as one replacement sign, so that the reader sees that
something was there.

Never here: taking names out (`bot.redaction`).
"""

from __future__ import annotations

import unicodedata

SHOWN_AS = "\N{REPLACEMENT CHARACTER}"

_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})
_LINE_ENDS = {"\r\n": "\n", "\u2028": "\n", "\u2029": "\n", "\t": "    "}


def harmless(text: str) -> str:
    """The same to read, without what a terminal would obey. Total."""
    for written, shown in _LINE_ENDS.items():
        text = text.replace(written, shown)
    return "".join(
        letter
        if letter == "\n" or letter in _JOINERS or unicodedata.category(letter) not in _UNSEEN
        else SHOWN_AS
        for letter in text
    )
