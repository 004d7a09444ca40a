"""How a digest was made and what it cannot say, sentence by sentence: the same in every format."""

from __future__ import annotations

from collections.abc import Iterator

from bot.digest import Digest
from bot.figures import ROUNDED_TO
from bot.formats.rendered import Says

SENTENCES = (
    "unverified",
    "not_everyone",
    "person_once",
    "consent",
    "first_category",
    "no_category",
    "small",
    "merged",
    "withheld",
    "rounded",
    "sums",
    "not_asked",
    "frozen",
)
"""Attributes of `digest-method`, in the order they are read."""


def method(digest: Digest, words: Says) -> Iterator[str]:
    for sentence in SENTENCES:
        yield words.say(f"digest-method.{sentence}", k=digest.figures.k, rounding=ROUNDED_TO)
    if digest.change is not None:
        yield words.say("digest-method.change")
    if digest.quotes:
        yield words.say("digest-method.quotes")
