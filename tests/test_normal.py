"""The plain forms: what is kept stays readable, what is compared forgives, no trick of Unicode survives."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.normal import clean, fold

PARAGRAPH = (
    "Il est revenu trois fois sans rendez-vous, après l’intervention. J’ai eu très peur… « Ouvrez-moi », "
    "disait-il ; je n’ai pas répondu. Le lendemain, il m’a écrit que j’étais « trop belle pour vivre "
    "seule ». Depuis, je ne dors plus : où que j’aille, j’ai l’impression d’être suivie, et ma sœur vient "
    "dormir ici."
)


@pytest.mark.parametrize(
    "text", [PARAGRAPH, "ok\n\nnon", "3½ heures à 2 €", "", "Où ça ? – là-bas…", "❤ 😢 привет"]
)
def test_readable_text_is_kept_as_it_was_typed(text):
    assert clean(text) == text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0️⃣6️⃣ 1️⃣2️⃣", "06 12"),
        ("🔟", "10"),
        ("０６ １２", "06 12"),
        ("٠٦ ١٢ ۰۶ ०६", "06 12 06 06"),
        ("⓪⑥❶②⁶₃", "061263"),
        ("𝟘𝟞", "06"),
        ("0\u200b6\u200d1\u2060 2\ufeff", "061 2"),
        ("\u202e06\u202c \u206612\u2069", "06 12"),
        ("06\u202f12\xa034\u200956\u300078", "06 12 34 56 78"),
        ("0\u03366\u0336 1\u03362", "06 12"),
        ("a\r\nb\rc\u2028d\x0be", "a\nb\nc\nd\ne"),
        ("a\tb\x00\x1b[0m", "a b[0m"),
        ("e\u0301te\u0301", "été"),
        ("j´ai", "j’ai"),
        ("ﬁn", "fin"),
        ("\ud83d oui", " oui"),
        ("m²", "m2"),
    ],
)
def test_what_cannot_be_seen_is_removed_and_every_digit_is_plain(typed, kept):
    assert clean(typed) == kept


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("J’ai PEUR !", "j ai peur"),
        ("Être écoutée", "etre ecoutee"),
        ("SŒUR", "soeur"),
        ("  oui…  ", "oui"),
        ("n°\u202f1", "n 1"),
        ("E\u0301te\u0301", "ete"),
        ("٣.", "3"),
        ("STRASSE", "straße"),
        ("Ελλάδα", "ελλαδα"),
        ("👍", ""),
    ],
)
def test_the_same_word_typed_otherwise_is_recognised(one, other):
    assert fold(one) == fold(other)


def test_a_folded_text_is_bare_letters_digits_and_single_spaces():
    assert fold("« L’été, à 3 km – déjà ! »") == "l ete a 3 km deja"


@given(st.text())
def test_cleaning_twice_changes_nothing(text):
    assert clean(clean(text)) == clean(text)


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(st.characters(max_codepoint=0x17F)))
def test_the_short_way_and_the_long_way_fold_alike(text):
    assert fold(text) == fold(text + "\u200b")


@given(st.text())
def test_what_is_kept_can_always_be_written_to_disk(text):
    clean(text).encode()


@pytest.mark.parametrize("text", ["\u0336" * 100_000, "a\u200b" * 50_000, "½…" * 50_000, "ﷺ" * 10_000])
def test_a_hundred_thousand_odd_characters_take_less_than_a_second(text):
    start = time.perf_counter()
    clean(text)
    fold(text)

    assert time.perf_counter() - start < 1
