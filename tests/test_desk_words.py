"""The desk's words: every key it can say is written in each language, and nothing is written for nobody."""

from __future__ import annotations

import re
from pathlib import Path

from bot.moderation import COMMANDS, ROLES, VIEWS, Refusal, decide
from locales import load

ROOT = Path(__file__).parent.parent
WORDS = load()
SOURCE = "".join(path.read_text() for room in ("handlers", "bot") for path in (ROOT / room).rglob("*.py"))
LITERAL = frozenset(re.findall(r"[\"'](desk-[a-z_-]+[a-z])[\"']", SOURCE)) - {"desk-lease"}
PREFIXES = tuple(prefix for prefix in re.findall(r"[\"'](desk-[a-z_.-]*)\{", SOURCE) if prefix != "desk-")
MADE = {"desk-approved", "desk-rejected", "desk-escalated"} | {
    f"desk-{name}-{said}" for name in ("quote", "delete") for said in ("asked", "wanted")
}
"""What `desk-{…}` comes to in the code."""

KEYS = WORDS["fr"].keys()
WRITTEN = frozenset(key for key in KEYS if key.startswith("desk-"))


def test_every_key_the_desk_says_is_written_in_each_language() -> None:
    for language in WORDS:
        assert {key for key in LITERAL if not WORDS[language].has(key)} == set()


def test_every_refusal_of_the_table_is_written() -> None:
    decided = [decide(role, name, view) for role in ROLES for name in COMMANDS for view in VIEWS]

    assert {refusal.key for refusal in decided if isinstance(refusal, Refusal)} <= WRITTEN


def test_every_command_has_its_line_of_help() -> None:
    assert {f"desk-help-{name}" for name in COMMANDS} <= WRITTEN


def test_nothing_is_written_that_the_desk_never_says() -> None:
    assert {key for key in WRITTEN - LITERAL - MADE if not key.startswith(PREFIXES)} == set()


def test_nothing_the_desk_says_itself_is_longer_than_a_telephone_shows() -> None:
    for language in WORDS.values():
        for key in WRITTEN:
            assert len(language.say(key, **ARGUMENTS)) <= 300, key


NUMBERS = (
    "waiting claimed escalated ready days minutes total failed sent count tries min digests lines line period"
    " apart number epoch older"
)
TEXTS = (
    "case kinds name names role state language languages share example part bans fingerprint head why at"
    " formats first last sha256 version"
)
ARGUMENTS: dict[str, str | int] = {**dict.fromkeys(NUMBERS.split(), 2), **dict.fromkeys(TEXTS.split(), "x")}
