"""The audit log as a chain: each line's value covers all lines before it, so none can be changed unseen.

A line is canonical JSON of (number, day, actor, act, about). It holds no personal data: the actor is a
member's random id, what it is about is a short random reference.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

START = hashlib.sha256(b"seuil|audit|v1").digest()
"""The chain value before the first line."""


def line(number: int, day: int, actor: str, act: str, about: str) -> str:
    return json.dumps([number, day, actor, act, about], ensure_ascii=False, separators=(",", ":"))


def chain(previous: bytes, text: str) -> bytes:
    """The 32-byte chain value after this line."""
    return hashlib.sha256(previous + text.encode()).digest()


def first_break(
    rows: Iterable[tuple[int, str, bytes]], previous: bytes = START, expected: int = 1
) -> int | None:
    """The number of the first line that does not fit its chain, or None for a sound log.

    `rows` are (number, line, chain value) in order; `previous` and `expected` continue an earlier page.
    """
    for number, text, value in rows:
        try:
            own_number = json.loads(text)[0]
        except (ValueError, IndexError, TypeError, KeyError, RecursionError):
            return expected
        if number != expected or own_number != number or chain(previous, text) != value:
            return expected
        previous, expected = value, expected + 1
    return None
