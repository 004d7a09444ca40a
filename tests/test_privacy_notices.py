"""It is promised that the privacy notices and the impact assessment say what the program says and does: the
same sentences, the same times, the same thresholds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.places import PRIVACY_PAGES
from bot.settings import Settings
from locales import load

DOCS = Path(__file__).resolve().parent.parent / "docs"
NOTICES = {"fr": "confidentialite.fr.md", "en": "privacy.md"}
OPERATORS = {"fr": "[nom de l’association]", "en": "[name of the association]"}
WORDS = load()
USUAL = {name: about.default for name, about in Settings.declared().items()}
"""The settings of somebody who changes none."""


def read(name: str) -> str:
    """A document on one line, without the marks of a quotation."""
    text = re.sub(r"^> ?", "", (DOCS / name).read_text("utf-8"), flags=re.MULTILINE)
    return re.sub(r"[ \n]+", " ", text)


def said(language: str) -> list[str]:
    """What /privacy answers where no setting was changed, message by message."""
    told = {
        "operator": OPERATORS[language],
        "contact": "[contact]",
        "hours": USUAL["draft_hours"],
        "story_days": USUAL["story_days"],
        "coded_months": USUAL["coded_months"],
        "backup_days": USUAL["backup_days"],
    }
    keys = sorted(key for key in WORDS[language].keys() if re.fullmatch(r"privacy-\d", key))  # noqa: SIM118 - no mapping
    return [WORDS[language].say(key, **told) for key in keys]


@pytest.mark.parametrize("language", NOTICES)
def test_the_notice_says_every_sentence_of_the_programs_own_answer(language: str) -> None:
    notice, messages = read(NOTICES[language]), said(language)

    assert len(messages) == PRIVACY_PAGES
    assert [message for message in messages if message not in notice] == []


UNITS = {
    r"heures|hours": {"draft_hours"},
    r"jours|days": {"story_days", "backup_days"},
    r"mois|months": {"coded_months"},
    r"personnes|people": {"k", "min_people"},
}


@pytest.mark.parametrize("document", [*NOTICES.values(), "dpia.fr.md"])
def test_every_time_and_threshold_of_a_notice_is_that_of_the_settings(document: str) -> None:
    text = read(document)

    for unit, settings in UNITS.items():
        told = {int(number) for number in re.findall(rf"\b(\d+) (?:{unit})\b", text)}
        if unit.startswith("personnes") and document == "dpia.fr.md":
            told |= {int(number) for number in re.findall(r"aucun bilan sous (\d+)", text)}
        assert told == {USUAL[setting] for setting in settings}, unit


def test_the_assessment_speaks_of_every_article_that_asks_for_something_here() -> None:
    text = read("dpia.fr.md")

    for article in ("9", "10", "11", "28", "33", "35", "36"):
        assert re.search(
            rf"\barticles? (?:\d+(?:\(\d\)\(\w\))?(?: et |, ))*{article}\b", text, re.IGNORECASE
        ), article
    for right in ("Accès", "Rectification", "Effacement", "Opposition", "Portabilité", "Réclamation"):
        assert right in text
