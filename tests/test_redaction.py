"""What could point at somebody is gone before anything is kept; everything else stays as it was told."""

# ruff: noqa: E501, SIM905 - lists of what a thumb can type are read as lines

import copy
import dataclasses
import json
import pickle
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.redaction import (
    HELP_NUMBERS,
    LANGUAGES,
    Kind,
    Redacted,
    Span,
    View,
    already_redacted,
    kept_line,
    redact,
)
from bot.redaction.kinds import PLACEHOLDER, placeholder
from bot.redaction.view import plainly
from locales import every_help_line
from tests.redaction_corpus import STRUCTURED, cases

CANARY = "Zanzibarette"

POSITIVE = [case for case in cases() if case.kind is not None]
NEGATIVE = [case for case in cases() if case.kind is None]


def test_the_corpus_is_large_enough_to_mean_something():
    assert len(POSITIVE) >= 300
    assert len(NEGATIVE) >= 300
    assert {case.kind for case in POSITIVE} >= set(Kind) - {Kind.RECEIPT}


@pytest.mark.parametrize("kind", sorted(STRUCTURED))
def test_ninety_nine_of_a_hundred_structured_identifiers_are_taken_out(kind):
    told = [case for case in POSITIVE if case.kind == kind]
    missed = [(case.text, redact(case.text).text) for case in told if case.survivors()]

    assert len(missed) <= len(told) // 100, missed


@pytest.mark.parametrize("kind", [Kind.NAME, Kind.COMPANY])
def test_names_and_companies_of_the_corpus_are_taken_out_nine_times_in_ten(kind):
    told = [case for case in POSITIVE if case.kind == kind]
    missed = [(case.text, redact(case.text).text) for case in told if case.survivors()]

    assert len(missed) <= len(told) // 10, missed


def test_ordinary_sentences_come_out_as_they_went_in():
    touched = [
        (case.text, redact(case.text).text) for case in NEGATIVE if redact(case.text).text != case.text
    ]

    assert len(touched) * 100 < len(NEGATIVE), touched


@pytest.mark.parametrize(
    ("text", "kept", "removed"),
    [
        ("son 06 39 98 12 34, et voilà", "son [téléphone], et voilà", (Kind.PHONE,)),
        ("le 12 mars 2024 à 14h30", "le [date : 2024] à [après-midi]", (Kind.DATE, Kind.TIME)),
        ("à 7h puis à 23h", "à [matin] puis à [nuit]", (Kind.TIME, Kind.TIME)),
        ("il s'appelle kevin", "il s'appelle [nom]", (Kind.NAME,)),
        ("12 bis rue des Lilas, 75011 Paris", "[adresse], [code postal]", (Kind.ADDRESS, Kind.POSTCODE)),
        ("rien de tout cela", "rien de tout cela", ()),
    ],
)
def test_the_witness_sees_what_was_removed_and_of_what_kind(text, kept, removed):
    result = redact(text)

    assert (result.text, result.removed) == (kept, removed)


def test_placeholders_speak_the_language_of_the_witness():
    text = "il m'a écrit du 06 39 98 12 34 à 3pm"

    assert redact(text, language="fr").text == "il m'a écrit du [téléphone] à [après-midi]"
    assert redact(text, language="en").text == "il m'a écrit du [phone] à [afternoon]"
    assert redact(text, language="tlh").text == redact(text, language="fr").text


@pytest.mark.parametrize("number", sorted(HELP_NUMBERS))
def test_help_lines_pass_however_they_are_spaced(number):
    spaced = " ".join(number[i : i + 2] for i in range(0, len(number), 2))

    for written in (number, spaced, f"le {number}, oui"):
        assert redact(f"on m'a dit {written}").text == f"on m'a dit {written}"


def test_an_operator_may_let_other_numbers_pass():
    text = "l'association au 01 99 00 12 34"

    assert redact(text, keep_numbers=HELP_NUMBERS | {"0199001234"}).text == text
    assert redact(text).removed == (Kind.PHONE,)


def test_a_help_line_beside_a_private_number_saves_only_itself():
    assert (
        redact("le 3919, puis le 06 39 98 12 34 et le 112").text == "le 3919, puis le [téléphone] et le 112"
    )


def test_the_caller_may_mark_more_such_as_receipts():
    def find_receipt(view: View):
        at = view.plain.find("huit mots secrets")
        return [Span(at, at + 17, Kind.RECEIPT)] if at >= 0 else []

    result = redact("mon code : huit mots secrets.", extra=[find_receipt])

    assert (result.text, result.removed) == ("mon code : [reçu].", (Kind.RECEIPT,))


def test_a_name_told_once_is_recognised_when_it_comes_back():
    kept = redact("il s'appelle Steeven Kerbiriou. Le lendemain steeven m'a écrit, KERBIRIOU aussi.").text

    assert kept == "il s'appelle [nom]. Le lendemain [nom] m'a écrit, [nom] aussi."


def test_names_that_are_words_stay_words():
    for text in ("une pierre, une rose et un marin", "la Marine nationale", "Rose ou bleu, peu importe"):
        assert redact(text).text == text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", list(Kind))
def test_every_placeholder_is_left_alone_by_every_detector(kind, language):
    mark = placeholder(kind, language, "2024" if kind is Kind.DATE else "")

    for text in (mark, f"il s'appelle {mark}", f"12 {mark} 06 {mark} @{mark}", f"rue {mark} n° {mark}{mark}"):
        assert mark in redact(text).text
        assert PLACEHOLDER.search(mark)


def test_a_redacted_is_made_by_redact_and_by_nobody_else():
    with pytest.raises(TypeError):
        Redacted("06 39 98 12 34")
    with pytest.raises(TypeError):
        dataclasses.replace(redact("rien"), text="06 39 98 12 34")

    assert already_redacted("déjà relu", ["phone"]) == already_redacted("déjà relu", [Kind.PHONE])
    assert copy.copy(redact("rien")).text == "rien"


def test_no_repr_and_no_error_shows_a_word_of_it():
    result = redact(f"il s'appelle bob, {CANARY}")

    assert CANARY in result.text
    assert CANARY not in repr(result) + str(result) + f"{result!r}"
    assert CANARY not in repr(View.of(result.text))


def test_one_line_in_is_one_line_out():
    assert kept_line("appelle\\n06 39\\n98 12 34\\nmerci") == "appelle\\n[téléphone]\\nmerci"
    assert "\n" not in kept_line("a\u2028b\\nc\r")
    assert kept_line("call 07700 900123", "en") == "call [phone]"


PIECES = st.sampled_from(
    (
        "06 39 98 12 34|zéro|six|douze|trente|@|kevin|gmail|.com| point |arobase|rue|12|bis|des|Lilas|75011|Paris"
        "|il s'appelle|M.|Dupont|n°|dossier|AB|123|CD|FR76|14h30|le|mars|2024|/|-|:|[nom]|[|]|[date : 2024]|orange"
        "|chez|3919|0 800|l'|’|\n|…|½|0️⃣|étage|porte|bât|C|code|insta|plaque|+33|(0)|O|l|48.8566|,|8FW4V75V+8Q|pm|at"
        "|Street|carte|IBAN|1 85 05 78 006 084 36"
    ).split("|")
)
TEXTS = st.one_of(
    st.text(), st.lists(PIECES, max_size=25).map(" ".join), st.lists(PIECES, max_size=25).map("".join)
)


@given(TEXTS)
def test_redacting_twice_is_redacting_once(text):
    once = redact(text).text

    assert redact(once).text == once
    assert redact(once).removed == ()


@given(TEXTS)
def test_any_text_at_all_can_be_redacted_and_written_down(text):
    result = redact(text)

    assert json.loads(json.dumps([result.text, *result.removed]))
    assert pickle.loads(pickle.dumps(result.removed)) == result.removed  # noqa: S301 - our own two lines above


@given(st.text())
def test_what_detectors_see_has_every_character_in_its_place(text):
    assert len(plainly(text)) == len(text)


@given(st.text(st.characters(codec="latin-1")), st.integers(0, 99_999_999))
def test_a_mobile_number_never_survives_whatever_stands_around_it(around, number):
    digits = f"{number:08}"
    written = " ".join(("06", *(digits[i : i + 2] for i in range(0, 8, 2))))

    assert written not in redact(f"{around} {written} {around}").text


ENDLESS = (
    "1|1 |a@|a@a@|@|a|a.|a-|A |06 |zero |un deux |il s'appelle |12 rue |1/|1:|12h|/|[|[nom]|M. A |www.|n° "
    "|dossier 12 |a1|Kevin |rue |le 12 mars |_|'|a'|arobase |x at |insta: |1.1,|fr76 |soixante |o0|+33|(|point "
    "|société |a sarl |12 baker |rue des |digicode 1 |interphone a |chez |é|\u200b|0️⃣|٣|plaque a1 |code a |1,1,"
    "|a (at) |monsieur |12 a |a b street |m. a. |3919 06 39 98 12 34 |Jean Paul |75011 Paris Sur |code 1-|14h30-|rib 1"
).split("|")


@pytest.mark.parametrize("unit", ENDLESS)
def test_ten_times_the_text_takes_ten_times_the_time_and_not_a_hundred(unit):
    """No clock decides what is fast: a long text is compared with a short one on the same machine."""

    def seconds(characters: int) -> float:
        text = (unit * (characters // len(unit) + 1))[:characters]
        taken = []
        for _ in range(3):
            start = time.process_time()
            redact(text)
            taken.append(time.process_time() - start)
        return min(taken)

    seconds(2_000)
    assert seconds(50_000) < 40 * seconds(5_000) + 0.01, "a pattern has lost its linear time"


def test_every_help_line_that_is_a_number_may_be_written_down() -> None:
    numbers = {re.sub(r"\D", "", line.number) for line in every_help_line() if line.number[0].isdigit()}

    assert numbers - HELP_NUMBERS == set()
