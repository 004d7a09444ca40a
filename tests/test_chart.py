"""It is promised that the chart of a digest reads on a telephone, and as well by those who cannot see it."""

from __future__ import annotations

import re
import struct

import pytest
from hypothesis import given, settings

from bot.digest import Digest, freeze, percent
from bot.formats import chart
from bot.formats.rendered import File
from tests.told import LANGUAGES, WORDS, digest, digests, figures, number

PHONE = 1080
"""Dots: the width of a common telephone."""


def drawn(told: Digest, language: str = "fr") -> File:
    (file,) = chart.render(freeze(told), WORDS[language]).files
    return file


def size(png: bytes) -> tuple[int, int]:
    """Width and height in dots, from the head of a PNG."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


@settings(max_examples=8)
@given(digests())
def test_a_chart_is_as_wide_as_a_telephone_and_light_to_load(told: Digest) -> None:
    for language in LANGUAGES:
        file = drawn(told, language)
        width, height = size(file.body)

        assert width == PHONE
        assert PHONE / 3 < height < 2 * PHONE  # a telephone shows it whole
        assert len(file.body) <= chart.LARGEST
        assert file.media == "image/png"


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_words_tell_every_figure_it_draws_and_no_other(language: str) -> None:
    told, words = digest(figures(1, 1500)), WORDS[language]
    safe = told.figures
    alt = drawn(told, language).alt

    counts = {
        words.say(f"digest-{chart.TABLE}.{cell.code}"): cell.count
        for cell in safe.table(chart.TABLE).cells
        if cell.count is not None
    }
    assert len(counts) > 3
    for label, count in counts.items():
        row = words.say("digest-row", label=label, count=count, percent=percent(count, safe.people))
        assert row in alt
    found = {number(digits) for digits in re.findall(r"\d[\d\u202f,]*", alt)}
    shares = {percent(count, safe.people) for count in counts.values()}
    assert found == {*counts.values(), *shares, safe.people, 5}


def test_its_words_fit_a_caption() -> None:
    """1024 characters (Telegram's Bot API), where every category is told."""
    alt = {language: drawn(digest(figures(1, 1500)), language).alt for language in LANGUAGES}

    assert max(map(len, alt.values())) <= 1024
    assert not any(re.search(r"[|_*#\n]", said) for said in alt.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_in_its_words_that_nothing_is_verified(language: str) -> None:
    assert WORDS[language].say("digest-unverified") in drawn(digest(), language).alt


def test_where_nothing_may_be_told_the_picture_says_so() -> None:
    told = digest(figures(1, 40, "sparse"))
    assert all(cell.count is None for cell in told.figures.table(chart.TABLE).cells)

    file = drawn(told)

    assert size(file.body)[0] == PHONE
    assert WORDS["fr"].say("digest-nothing") in file.alt


def test_a_file_without_a_picture_needs_no_words_for_it() -> None:
    assert File("a.csv", "text/csv", b"").alt == ""
