"""Help lines are data that says where it comes from and never that it was checked."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from bot.errors import WordsError
from locales import HelpLine, countries, every_help_line, help_lines, load
from locales.helplines import KINDS, read

LANGUAGES = load()
LINES = every_help_line()


def ids(country: str, *kinds: str) -> set[str]:
    return {line.id for line in help_lines(country, *kinds)}


def test_france_has_lines_for_every_need() -> None:
    assert all(help_lines("FR", kind) for kind in KINDS)


def test_every_country_offered_has_a_number_for_danger_and_for_care() -> None:
    offered = {key.partition(".")[2] for key in LANGUAGES["fr"].keys() if key.startswith("help-country.")}  # noqa: SIM118

    assert offered - {"other"} == set(countries())
    assert all(help_lines(country, "danger") and help_lines(country, "care") for country in countries())


def test_every_kind_of_help_has_its_heading_and_its_place_in_the_menu() -> None:
    for words in LANGUAGES.values():
        assert all(words.option("help-head", kind) and words.option("help-menu", kind) for kind in KINDS)


def test_lines_are_chosen_by_any_of_the_kinds_in_the_order_of_the_file() -> None:
    chosen = help_lines("FR", "suicide", "danger")

    assert [line.id for line in chosen] == [line.id for line in help_lines("fr") if line in chosen]
    assert {"fr-17", "fr-112", "fr-114", "fr-3114"} == {line.id for line in chosen}


def test_words_of_distress_reach_the_line_for_suicide_as_well() -> None:
    assert "fr-3114" in ids("FR", "danger")


def test_a_minor_finds_119_and_3018() -> None:
    assert {"119", "3018"} == {line.number for line in help_lines("FR", "minor")}


def test_a_country_without_a_file_has_no_lines() -> None:
    assert help_lines("other") == ()
    assert help_lines("") == ()


def test_the_line_for_school_bullying_that_was_replaced_is_not_listed() -> None:
    assert not [line for line in LINES if line.number.replace(" ", "") == "3020"]


def test_ids_are_unique_and_carry_their_country() -> None:
    assert len({line.id for line in LINES}) == len(LINES)
    assert all(line.id.startswith(f"{line.country.lower()}-") for line in LINES)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.id)
def test_every_line_says_for_whom_when_and_at_what_cost_in_every_language(line: HelpLine) -> None:
    for words in LANGUAGES.values():
        told = words.say(
            "help-line-anonymous" if line.anonymous else "help-line",
            number=line.number,
            who=line.who[words.language],
            hours=line.hours[words.language],
            cost=line.cost[words.language],
        )
        assert len(told) <= 200
        assert line.hours[words.language][0].isupper()
        assert line.cost[words.language][0].islower()
        assert not re.search(r"['!]", told)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.id)
def test_every_line_has_a_dated_source_or_says_what_to_verify(line: HelpLine) -> None:
    assert re.fullmatch(r"|20\d\d(-\d\d(-\d\d)?)?", line.source_date)
    assert (line.source and line.source_date) or line.to_verify
    assert line.kinds
    assert line.channels
    assert line.languages


def test_no_line_claims_to_have_been_verified() -> None:
    claims = [
        line.id for line in LINES if re.search(r"(?<!non )vérifié|\bverified", line.source + line.to_verify)
    ]

    assert claims == []


def test_a_source_is_stale_after_eighteen_months_and_without_a_date_always() -> None:
    line = next(line for line in LINES if line.source_date == "2023-09-28")
    undated = next(line for line in LINES if not line.source_date)

    assert not line.stale(date(2025, 3, 1))
    assert line.stale(date(2025, 4, 1))
    assert not line.stale(date(2025, 4, 1), months=24)
    assert undated.stale(date(1990, 1, 1))


def test_a_text_in_a_language_that_is_not_there_is_given_in_french() -> None:
    line = help_lines("FR")[0]

    assert line.text("who", "en") != line.text("who", "fr")
    assert line.text("who", "xx") == line.text("who", "fr")


GOOD = """[[line]]
id = "xx-1"
number = "1"
channels = ["phone"]
kinds = ["danger"]
who = { fr = "police" }
hours = { fr = "Jour et nuit" }
cost = { fr = "gratuit" }
source = "Une page"
source_date = "2024-01"
"""


def test_a_line_without_optional_fields_is_read(tmp_path: Path) -> None:
    (tmp_path / "XX.toml").write_text(GOOD, "utf-8")

    (line,) = read(tmp_path / "XX.toml")

    assert (line.country, line.anonymous, line.languages, line.to_verify) == ("XX", None, (), "")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD.replace('number = "1"\n', ""), "entry 1: no number"),
        (GOOD.replace('kinds = ["danger"]', 'kinds = ["love"]'), "kind 'love'"),
        (GOOD.replace('who = { fr = "police" }', 'who = { en = "police" }'), "no who.fr"),
        (GOOD + 'verified = "2026"\n', "unknown verified"),
        (GOOD + GOOD.replace("source_date", "date"), "entry 2: no source_date, unknown date"),
        ("[[line]\n", "is not TOML"),
        ("[other]\n", r"has no \[\[line\]\]"),
    ],
)
def test_a_broken_file_is_named_with_what_is_wrong(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "XX.toml").write_text(text, "utf-8")

    with pytest.raises(WordsError, match=rf"XX\.toml.*{told}") as error:
        read(tmp_path / "XX.toml")
    assert error.value.hint


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WordsError, match=r"ZZ\.toml cannot be read"):
        read(tmp_path / "ZZ.toml")
