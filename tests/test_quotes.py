"""A sentence leaves only where nothing a program can see in it points at somebody: one gate a test.

Who may release it, and when it may appear, is tried at the desk (test_desk, test_desk_digests) and in
test_digest.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

import locales
from bot.digest import LONGEST_QUOTE
from bot.errors import CannotOpen
from bot.normal import fold
from handlers.quotes import (
    NUMBERS,
    PHRASES,
    PLACES,
    TIMES,
    TRADES,
    Released,
    gives_away,
    may_leave,
    read_released,
    write_released,
)

LANGUAGES = locales.load()


@pytest.mark.parametrize(
    "sentence",
    [
        "Je n’ose plus ouvrir quand on sonne.",
        "Vous lui avez tapé dans l’œil, m’a-t-on dit.",
        "« Vous lui avez tapé dans l’œil », m’a-t-on dit.",
        "Il a utilisé mon numéro pour lui. Personne ne m’a crue.",
        "Il m’a écrit : Tu es belle.",
        "C’est mon problème, paraît-il.",
        "J’ai reçu un SMS le soir, puis une fois encore.",
        "Il est revenu avec [retiré], et j’ai changé de [téléphone].",
        "I am afraid at home, and I moved.",
        "He used my number for himself.",
    ],
)
def test_a_sentence_that_points_at_nobody_may_leave(sentence: str) -> None:
    assert may_leave(sentence, LANGUAGES)


@pytest.mark.parametrize("sentence", ["", "a" * (LONGEST_QUOTE + 1)])
def test_a_sentence_is_short(sentence: str) -> None:
    assert not may_leave(sentence, LANGUAGES)
    assert may_leave("a" * LONGEST_QUOTE, LANGUAGES)


@pytest.mark.parametrize(
    "sentence",
    [
        "Il est venu 3 fois.",
        "C’était le ①.",
        "Il est venu trois fois.",
        "Ma fille de six ans a vu.",
        "J’ai vingt-quatre ans.",
        "Au troisième étage, on entend tout.",
        "Je suis la cinquième à le dire.",
        "Une dizaine de messages en une nuit.",
        "Il y en a eu DEUX.",
        "He came three times.",
        "He wrote twice a day.",
        "I live on the fourth floor.",
    ],
)
def test_no_number_leaves_in_figures_or_in_words(sentence: str) -> None:
    assert not may_leave(sentence, LANGUAGES)


@pytest.mark.parametrize(
    "sentence",
    [
        "C’était en mars.",
        "C’était en fevrier.",
        "Il venait le mardi.",
        "Il venait les mardis.",
        "C’était le premier janvier.",
        "Depuis oct. je dors mal.",
        "C’était à noël.",
        "Il a écrit le soir du reveillon.",
        "C’était l’été.",
        "Tout l’hiver, il a attendu en bas.",
        "Il m’écrivait à minuit.",
        "He came on monday.",
        "It was last spring.",
        "He wrote on new year’s eve.",
    ],
)
def test_no_date_season_feast_or_hour_leaves(sentence: str) -> None:
    assert not may_leave(sentence, LANGUAGES)


@pytest.mark.parametrize(
    "sentence",
    [
        "On vit en Île-de-France.",
        "on vit en ile de france.",
        "on vit en provence alpes cote d'azur",
        "en belgique on m’a dit non",
        "je suis bretonne",
        "we live in brittany",
        "En alsace, on ne dit rien.",
    ],
)
def test_no_region_leaves_however_it_is_typed(sentence: str) -> None:
    assert not may_leave(sentence, LANGUAGES)


@pytest.mark.parametrize(
    "sentence",
    [
        "Le plombier m’a suivie.",
        "L’electricien m’a suivie.",
        "les demenageurs riaient",
        "L’accordeur de mon piano m’a écrit.",
        "Mon aide-soignante a tout vu.",
        "The gas man wrote to me.",
        "The locksmith kept a key.",
    ],
)
def test_no_trade_leaves_however_it_is_typed(sentence: str) -> None:
    assert not may_leave(sentence, LANGUAGES)


@pytest.mark.parametrize(
    "sentence",
    [
        "J’habite à Lyon.",
        "Mon amie Leïla m’a aidée.",
        "J’ai peur. Je l’ai dit à Zed, et il a ri.",
        "J’ai appelé LYON, en vain.",
        "He works for Acme.",
    ],
)
def test_no_capital_leaves_within_a_sentence(sentence: str) -> None:
    """A person, a company, a town: most are written with one."""
    assert not may_leave(sentence, LANGUAGES)


@pytest.mark.parametrize("sentence", ["écrivez à une.voisine@exemple.org", "il s'appelle zébulon"])
def test_nothing_redaction_takes_out_leaves(sentence: str) -> None:
    assert not may_leave(sentence, LANGUAGES)


def test_every_language_of_the_instance_is_looked_for() -> None:
    """A sentence of a French witness may name a month in English."""
    french = {"fr": LANGUAGES["fr"]}

    assert gives_away("it was in february", LANGUAGES)
    assert not gives_away("it was in february", french)


def test_lists_are_written_as_sentences_are_compared() -> None:
    """A word with an accent, or twice in a list, would never be found or be found in vain."""
    for words in (TRADES, NUMBERS, TIMES, PHRASES, PLACES):
        assert [fold(word) for word in words] == list(words)
        assert len(set(words)) == len(words)


def test_a_released_sentence_comes_back_with_the_two_who_released_it() -> None:
    released = Released("Je n’ouvre plus.", frozenset({"one", "other"}))

    assert read_released(write_released(released)) == released
    assert "ouvre" not in repr(replace(released, moderators=frozenset()))
    for harm in (b"", b"{}", b"[]", b'["a"]', b'["a", 1]'):
        with pytest.raises(CannotOpen):
            read_released(harm)
