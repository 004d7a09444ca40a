"""Secrets that a person types at the console, unseen; where no terminal is, the next line of standard input.

A new passphrase is asked for again where the two differ or it is too short: whoever made a slip has often
typed two papers before, and should not have to begin with these.

Never here: what a passphrase opens (`bot.custody`), and papers (`handlers.papers`), which are shown as typed.
"""

from __future__ import annotations

import getpass
import sys

from bot.errors import KeyFileError

LEAST_CHARACTERS = 20
"""Of a new passphrase. Six words, as the guides ask for, have 23 with their spaces where each has the three
letters that words of the EFF's short list have at least; one word, or a date, has fewer than 20."""

TRIES = 3
"""How often a new passphrase is asked for."""


def secret(prompt: str) -> str:
    """One secret."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    return getpass.getpass(prompt)


def new_passphrase(prompt: str) -> str:
    """A new one, typed twice at a terminal. Raises `KeyFileError` where that failed `TRIES` times."""
    if not sys.stdin.isatty():
        return secret(prompt)
    for tries_left in reversed(range(TRIES)):
        first = getpass.getpass(prompt)
        if len(first) < LEAST_CHARACTERS:
            slip = f"It has {len(first)} characters, and takes {LEAST_CHARACTERS}: six random words or more."
        elif first != getpass.getpass("Once more: "):
            slip = "The two are not the same."
        else:
            return first
        if tries_left:
            sys.stderr.write(f"{slip} Type it again.\n")
    raise KeyFileError(slip, hint="Nothing was changed. Begin again.")
