"""The pages on rights inform, say where they come from, and are never withheld from those who skip."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.questionnaire import Choice
from bot.questions import EVERY_QUESTION, QUESTIONNAIRE
from bot.rights import RULES_NOTHING_OUT, Topic, every_legal_line, every_topic, is_stale, topics
from locales import load

LANGUAGES = load()
EVERY_ID = [topic.id for topic in every_topic()]
CHOICES = [question for question in EVERY_QUESTION if isinstance(question, Choice)]


def ids(answers: dict[str, tuple[str, ...]]) -> list[str]:
    return [topic.id for topic in topics("FR", answers)]


# --- who sees which page -----------------------------------------------------------------------------


def test_a_person_who_skips_everything_gets_all_the_pages() -> None:
    assert ids({}) == EVERY_ID
    assert ids({question.id: () for question in CHOICES}) == EVERY_ID


def test_answers_that_say_nothing_rule_nothing_out() -> None:
    vague = {
        question.id: tuple(option.code for option in question.options if option.code in RULES_NOTHING_OUT)
        for question in CHOICES
    }

    assert ids(vague) == EVERY_ID


def test_answers_bring_the_pages_they_call_for() -> None:
    told = ids(
        {
            "who_came": ("electrician",),
            "who_sent": ("landlord_agency",),
            "contact_source": ("given_for_visit",),
            "what_happened": ("letters",),
            "what_physical": ("none",),
            "told_whom": ("landlord_agency",),
            "reaction.landlord_agency": ("minimised",),
            "after_report": ("nothing_more",),
            "backlash": ("nothing",),
        }
    )

    assert {"data_misuse", "minimised", "moral_harassment", "landlord", "company"} <= set(told)
    assert not {"home_entry", "voyeurism", "sexual_assault", "telecom_mediator", "threats"} & set(told)


def test_one_message_about_her_looks_brings_data_and_both_kinds_of_remarks() -> None:
    told = ids({"what_happened": ("msg_appearance", "data_misuse"), "who_came": ("telecom_technician",)})

    assert {"data_misuse", "cnil", "sexist_remarks", "telecom_mediator", "malicious_calls"} <= set(told)
    assert "home_entry" not in told


@given(
    st.fixed_dictionaries(
        {},
        optional={
            question.id: st.lists(
                st.sampled_from([option.code for option in question.options]), max_size=3
            ).map(tuple)
            for question in CHOICES
        },
    )
)
def test_whom_to_turn_to_and_what_to_keep_are_there_whatever_she_answers(
    answers: dict[str, tuple[str, ...]],
) -> None:
    told = ids(answers)

    assert {"whom", "evidence", "delays", "police", "defender", "lawyer"} <= set(told)
    assert told == [id for id in EVERY_ID if id in told]


def test_the_law_of_other_countries_is_not_described() -> None:
    for country in ("BE", "CH", "CA", "GB", "other", ""):
        assert topics(country, {}) == ()


def test_pages_rest_only_on_answers_that_exist() -> None:
    for topic in every_topic():
        for chosen in topic.when:
            question = QUESTIONNAIRE.question(chosen.question)
            assert isinstance(question, Choice), (topic.id, chosen.question)
            assert chosen.codes <= {option.code for option in question.options}, topic.id


# --- what the pages say -----------------------------------------------------------------------------


def pages(topic: Topic) -> list[str]:
    return [f"right-{topic.id}" if n == 1 else f"right-{topic.id}-{n}" for n in range(1, topic.pages + 1)]


@pytest.mark.parametrize("topic", every_topic(), ids=lambda topic: topic.id)
def test_every_page_has_its_words_and_no_word_lacks_its_page(topic: Topic) -> None:
    for words in LANGUAGES.values():
        assert all(words.say(page) for page in pages(topic))
        assert not words.has(f"right-{topic.id}-{topic.pages + 1}")
        assert words.option("rights-menu", topic.id) == words.say(f"right-{topic.id}.title")


def test_no_page_of_words_is_left_without_a_topic() -> None:
    known = {page for topic in every_topic() for page in pages(topic)}

    for words in LANGUAGES.values():
        said = {key for key in words.keys() if key.startswith("right-") and "." not in key}  # noqa: SIM118
        assert said == known


@pytest.mark.parametrize(
    "id",
    [
        "data_misuse",
        "sexist_remarks",
        "sexual_harassment",
        "moral_harassment",
        "malicious_calls",
        "home_entry",
        "voyeurism",
        "sexual_assault",
        "threats",
        "online_attacks",
    ],
)
def test_facts_may_fall_under_a_law_and_are_never_said_to(id: str) -> None:
    assert "peut relever" in LANGUAGES["fr"].say(f"right-{id}") or "peuvent relever" in LANGUAGES["fr"].say(
        f"right-{id}"
    )
    assert "may fall under" in LANGUAGES["en"].say(f"right-{id}")


def test_evidence_stays_at_home() -> None:
    assert "Gardez-les chez vous. Ne nous les envoyez pas." in LANGUAGES["fr"].say("right-evidence")
    assert "Keep them at home. Do not send them to us." in LANGUAGES["en"].say("right-evidence")


def test_the_company_is_asked_to_tell_him_not_to_write_again() -> None:
    assert "ne plus vous contacter, même pour s’excuser" in LANGUAGES["fr"].say("right-company")


def test_evidence_comes_before_erasure() -> None:
    assert "Gardez d’abord vos preuves" in LANGUAGES["fr"].say("right-company-3")


@pytest.mark.parametrize(
    ("page", "facts"),
    [
        ("data_misuse", ["226-21", "5 ans", "300 000 €"]),
        ("sexist_remarks", ["R625-8-3", "1 500 €", "1 an"]),
        ("sexual_harassment", ["222-33"]),
        ("sexual_harassment-2", ["2 ans", "30 000 €", "3 ans", "45 000 €"]),
        ("moral_harassment", ["222-33-2-2", "1 an", "15 000 €", "45 000 €"]),
        ("malicious_calls", ["222-16", "deux", "15 000 €"]),
        ("home_entry", ["226-4", "3 ans", "45 000 €", "2023"]),
        ("voyeurism", ["226-3-1"]),
        ("sexual_assault", ["222-22", "2025", "silence"]),
        ("delays", ["1 an", "6 ans", "20 ans", "dernier fait"]),
        ("delays-2", ["3 mois", "1 an"]),
        ("online_attacks", ["3 mois"]),
        ("cnil", ["un mois"]),
        ("landlord", ["1719", "6 juillet 1989"]),
        ("defender", ["39 28"]),
    ],
)
def test_the_figures_of_the_law_are_those_of_its_sources(page: str, facts: list[str]) -> None:
    said = LANGUAGES["fr"].say(f"right-{page}").replace("\u00a0", " ")

    assert [fact for fact in facts if fact not in said] == []


def test_both_languages_tell_the_same_articles_and_figures() -> None:
    for topic in every_topic():
        for page in pages(topic):
            told = [
                sorted(re.findall(r"\d[\d-]*", re.sub(r"(?<=\d)[\u00a0,](?=\d{3})", "", words.say(page))))
                for words in LANGUAGES.values()
            ]
            assert all(figures == told[0] for figures in told), (page, told)


# --- where it comes from -----------------------------------------------------------------------------


def test_every_topic_has_sources_and_every_line_a_date_or_a_doubt() -> None:
    assert all(topic.sources for topic in every_topic())
    for line in every_legal_line():
        assert line.text
        assert re.fullmatch(r"|20\d\d(-\d\d(-\d\d)?)?", line.source_date)
        assert (line.source and line.source_date) or line.to_verify, line.id


def test_every_legal_line_has_an_id_of_its_own() -> None:
    lines = every_legal_line()

    assert len({line.id for line in lines}) == len(lines)
    assert {line.id.partition(".")[0] for line in lines} == set(EVERY_ID)


@pytest.mark.parametrize(
    ("source_date", "today", "stale"),
    [
        ("", date(2020, 1, 1), True),
        ("2022", date(2023, 7, 31), False),
        ("2022", date(2023, 8, 1), True),
        ("2022-03", date(2023, 9, 30), False),
        ("2022-03", date(2023, 10, 1), True),
        ("2022-03-18", date(2023, 10, 1), True),
        ("2025-11", date(2025, 11, 8), False),
    ],
)
def test_a_source_is_stale_after_eighteen_months(source_date: str, today: date, stale: bool) -> None:
    assert is_stale(source_date, today) is stale


def test_a_legal_line_tells_its_age_by_the_date_it_is_given() -> None:
    line = next(line for line in every_legal_line() if line.source_date == "2024-03-23")

    assert not line.stale(date(2025, 9, 1))
    assert line.stale(date(2025, 10, 1))
    assert not line.stale(date(2025, 10, 1), months=24)
