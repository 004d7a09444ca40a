"""What is looked for first never hides what would have been found.

Detectors skip a pattern when a text lacks a shape of digits or a word that the pattern cannot match without.
Whoever changes a pattern and forgets its shape is told here, over the corpus and its mixtures.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from importlib import import_module

import pytest

from bot.normal import clean
from bot.reading import _receipts_in
from bot.receipts import find_in, new, words
from bot.redaction.trees import any_of
from bot.redaction.view import View
from tests.redaction_corpus import cases

companies, moments, papers, phones, places = (
    import_module(f"bot.redaction.{family}")
    for family in ("companies", "moments", "papers", "phones", "places")
)

SHAPES = {
    "a date in figures": (moments._FIGURES, moments._DATE_SHAPE),
    "a day and a month": (moments._SHORT, moments._DATE_SHAPE),
    "a month and a year in figures": (re.compile(r"(?<!\d)(?:0[1-9]|1[0-2])/20\d\d"), moments._DATE_SHAPE),
    "a weekday and a day": (moments._WEEKDAY_DAY, moments._WEEKDAY_SHAPE),
    "a clock": (moments._CLOCK, moments._CLOCK_SHAPE),
    "an hour with a dot": (moments._DOTTED, moments._DOTTED_SHAPE),
    "a plate": (papers._PLATE, papers._THREE),
    "an old plate": (papers._OLD_PLATE, papers._OLD_PLATE_SHAPE),
    "a foreign plate": (papers._FOREIGN_PLATE, papers._FOREIGN_SHAPE),
    "a French postcode": (places._FRENCH_CODE, places._FRENCH_SHAPE),
    "a postcode of four figures": (places._FOUR_FIGURES, places._FOUR_SHAPE),
    "a British postcode": (places._BRITISH, places._BRITISH_SHAPE),
    "a Canadian postcode": (places._CANADIAN, places._CANADIAN_SHAPE),
    "a date beside a telephone number": (phones._DATE, phones._YEAR_SHAPE),
}
"""Patterns, and what is looked for before them in the stretch that holds the digits."""

WORDED = {
    "an hour in English": (moments._SPOKEN_ENGLISH, moments._SPOKEN_WORDS),
    "the end of a card": (papers._CARD_ENDS, papers._CARD_CUES),
    "a card's code": (papers._CVV, papers._CVV_CUES),
    "a postcode that is named": (places._ASKED_CODE, places._CODE_WORDS),
    "latitude and longitude": (places._LAT_LON, places._LAT_LON_WORDS),
}
"""Patterns, and the words one of which must be there."""


def mixtures() -> Iterator[View]:
    """Every text of the corpus, and texts cut and joined in the middle of things, always the same ones."""
    texts = sorted(case.text for case in cases())
    dice = random.Random(7)
    for text in texts:
        yield View.of(clean(text))
        other = dice.choice(texts)
        yield View.of(clean(text[: dice.randrange(len(text) + 1)] + other[dice.randrange(len(other) + 1) :]))


VIEWS = list(mixtures())


@pytest.mark.parametrize("name", SHAPES)
def test_a_text_without_the_shape_holds_no_match(name: str) -> None:
    pattern, shape = SHAPES[name]
    matched = [view for view in VIEWS if view.digits and pattern.search(view.plain)]

    assert matched
    assert all(shape.search(view.figures) for view in matched)


@pytest.mark.parametrize("name", WORDED)
def test_a_text_without_the_words_holds_no_match(name: str) -> None:
    pattern, cues = WORDED[name]
    matched = [view for view in VIEWS if pattern.search(view.plain)]

    assert matched
    assert not any(view.words.isdisjoint(cues) for view in matched)


def test_a_listed_company_is_never_skipped_for_want_of_its_words() -> None:
    matched = [view for view in VIEWS if companies._LISTED.search(view.plain)]

    assert matched
    assert all(
        companies._may_be_listed(view.words) or "3f" in view.plain or "g7" in view.plain for view in matched
    )


def test_the_quick_look_for_receipts_finds_what_the_careful_one_finds() -> None:
    receipts = [
        " ".join(words(new(bytes([n] * 10)), language)) for n in range(40) for language in ("fr", "en")
    ]
    dice = random.Random(11)
    views = [
        View.of(clean(f"{view.text} {dice.choice(['', '1. ', '« '])}{receipt}. {view.text}"))
        for view, receipt in zip(VIEWS, receipts * 9, strict=False)
    ]

    for view in (*VIEWS, *views):
        assert [(span.start, span.end) for span in _receipts_in(view)] == find_in(view.text)
    assert all(_receipts_in(view) for view in views)


def test_a_tree_of_words_takes_the_longest_first() -> None:
    tree = re.compile(any_of(("six", "soixante", "soixantes", "un peu", "un"), plural_unless="ix|ept"))

    assert [m.group() for m in tree.finditer("six soixantes soixantesix un peu une")] == [
        "six",
        "soixantes",
        "soixante",
        "six",
        "un peu",
        "un",
    ]
