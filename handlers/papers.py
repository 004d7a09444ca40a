"""Papers on a terminal: shown to one person at a time, typed back, and taken off the screen again.

The screen of its own that a terminal has for editors (the alternate screen) keeps no lines to scroll back to;
it is cleared before it is left. What no program can promise is said to people before the first word is shown.

Never here: files, keys, what a paper means (`bot.recovery`).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress

from bot import recovery
from bot.errors import KeyFileError
from bot.recovery import Share

ALTERNATE, MAIN = "\x1b[?1049h", "\x1b[?1049l"
CLEAR = "\x1b[2J\x1b[3J\x1b[H"
"""Clear the screen, what was scrolled off it, and go to its corner."""

TRIES = 5
"""How often a share may be typed before the command ends: a slip is told, and forgiven."""

IN_A_ROW = 3
"""Words on a line: read aloud, compared, written without losing the place."""

BEFORE = """\
Three people, three papers, three pens. Each sees her own share, alone, and writes it by hand.

What is shown stands on no disk. What no program can promise:
  - that nobody looks over a shoulder, and no camera or telephone sees this screen;
  - that this terminal keeps nothing: no tmux, no screen, no recording, no remote desktop;
  - that memory is wiped at once: when you are done, close this terminal and switch the machine off.
"""


def show_papers(shares: Sequence[Share], day: str) -> None:
    """Show each share by itself. Raises `KeyFileError` where the ceremony is broken off; nothing is kept
    then."""
    try:
        _put(BEFORE)
        _wait("When only the first person sees this screen, press Enter. ")
        for share in shares:
            _show(share, day)
            if share.number < len(shares):
                _wait(f"Call person {share.number + 1}. When only she sees this screen, press Enter. ")
    except (EOFError, KeyboardInterrupt):
        _put("\n")  # after the prompt she did not answer
        raise KeyFileError(
            "The making was broken off: no recovery key was made, and these papers are worth nothing.",
            hint="Burn what was written, then give the same command again.",
        ) from None


def _show(share: Share, day: str) -> None:
    words = share.words.split()
    rows = [words[at : at + IN_A_ROW] for at in range(0, len(words), IN_A_ROW)]
    _put(ALTERNATE + CLEAR)
    try:
        _put(f"Share {share.number} of {recovery.SHARES}, set {share.set}, {day}.\n\n")
        for row, first in zip(rows, range(1, len(words), IN_A_ROW), strict=True):
            _put("".join(f"{n:>4}. {word:<12}" for n, word in enumerate(row, first)).rstrip() + "\n")
        _put("\nWrite this line and all the words, with their numbers, by hand.\n")
        _wait("When they are written, press Enter: they are not shown again. ")
    finally:
        _put(CLEAR + MAIN)


def typed_share(whose: str) -> Share:
    """One share, typed on one line or on several, and taken off the screen. A slip is told, and she types it
    again. Raises `KeyFileError` after `TRIES`, or where nothing more comes."""
    slip = ""
    for _ in range(TRIES - 1):
        try:
            return recovery.read_share(_typed_words(whose, slip))
        except KeyFileError as error:
            if not sys.stdin.isatty():
                raise
            slip = f"{error}\n→ {error.hint}\n\n"
    return recovery.read_share(_typed_words(whose, slip))


def typed_shares() -> tuple[Share, ...]:
    """Two people's. The same paper twice, or papers of two sets, are for the caller to refuse."""
    return tuple(typed_share(f"paper {n} of {recovery.NEEDED}") for n in range(1, recovery.NEEDED + 1))


def _typed_words(whose: str, slip: str) -> str:
    """Lines until there are as many words as a share has, or an empty one. `slip`: what was wrong before."""
    asked = sys.stdin.isatty()
    if asked:
        _put(ALTERNATE + CLEAR + slip)
        _put(f"Type {whose}, all {recovery.WORDS} words; the first four letters are enough.\n")
        _put("Enter goes to the next line; an empty line ends before all are there.\n\n")
    typed: list[str] = []
    try:
        while len(typed) < recovery.WORDS:
            line = sys.stdin.readline()
            if not line.strip():
                break
            typed += [word for word in line.split() if not word.rstrip(".").isdecimal()]
    finally:
        if asked:
            _put(CLEAR + MAIN)
    return " ".join(typed)


def _wait(prompt: str) -> None:
    _put(prompt)
    if not sys.stdin.readline():
        raise EOFError
    with suppress(OSError):
        sys.stdout.flush()


def _put(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
