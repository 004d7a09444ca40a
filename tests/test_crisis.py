"""R17: words of distress bring the help lines, in every language, without anything being weighed or kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.crisis import Phrases
from bot.normal import fold
from locales import crisis_phrases

PHRASES = Phrases(crisis_phrases())


def alarms(text: str) -> bool:
    return PHRASES.in_crisis(fold(text))


@pytest.mark.parametrize(
    "text",
    [
        "Il est là",
        "il est la",
        "IL EST DEVANT MA PORTE !!!",
        "je crois qu’il revient",
        "jveux mourir",
        "J'ai envie d'en finir…",
        "je vais me suicider",
        "aidez-moi vite",
        "il est ché moi",
        "Il a les clés de l'appartement",
        "je vais mourir",
        "He's here",
        "he’s outside my door, please",
        "I want to kill myself",
        "im gonna die",
        "he is trying to get in",
    ],
)
def test_r17_words_of_distress_are_recognised_as_people_write_them(text: str) -> None:
    assert alarms(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Il m'a envoyé un message pour me dire que j'avais un beau sourire.",
        "C'était à mourir de rire, je vais mourir de rire",
        "on était morts, enfin, morte de rire",
        "Le technicien est venu installer la fibre un mardi.",
        "Il était là la semaine dernière pour le compteur.",
        "Il a laissé des mots dans ma boîte aux lettres.",
        "Le livreur a gardé mon numéro.",
        "I was dying to tell someone.",
        "He texted me after the visit to say I was pretty.",
        "The plumber came twice without an appointment.",
    ],
)
def test_r17_an_ordinary_story_is_not_interrupted(text: str) -> None:
    assert not alarms(text)


def test_r17_an_exception_hides_only_its_own_words() -> None:
    assert alarms("je vais mourir de rire, non, je veux mourir")


def test_r17_only_whole_words_count() -> None:
    phrases = Phrases(["il est là", "kms"])

    assert phrases.in_crisis("il est la")
    assert not phrases.in_crisis("il est lache")
    assert not phrases.in_crisis("fil est la")
    assert not phrases.in_crisis("10kms")


def test_r17_a_list_without_phrases_alarms_at_nothing() -> None:
    assert not Phrases([]).in_crisis("il est la")
    assert not Phrases(["- mourir de rire"]).in_crisis("mourir de rire")


@pytest.mark.parametrize("phrase", [line for line in crisis_phrases() if not line.startswith("-")])
def test_r17_every_phrase_of_the_lists_alarms_by_itself(phrase: str) -> None:
    assert alarms(phrase)


@given(before=st.text(max_size=60), after=st.text(max_size=60))
def test_r17_a_phrase_alarms_wherever_it_stands(before: str, after: str) -> None:
    assert alarms(f"{before} . il est devant ma porte . {after}")


@given(st.text(max_size=300))
def test_r17_no_text_makes_it_stumble(text: str) -> None:
    assert alarms(text) in (True, False)


def test_r17_each_language_has_phrases_of_its_own() -> None:
    assert alarms("il est dans l'escalier")
    assert alarms("he is on the stairs")
