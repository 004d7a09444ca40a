"""A digest is frozen once; every format and every resend tells exactly what was frozen."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import locales
from bot.digest import (
    LONGEST_QUOTE,
    MOST_QUOTES,
    Digest,
    Offered,
    choose_quotes,
    compose,
    fingerprint,
    freeze,
    percent,
    thaw,
)
from bot.disclosure import protect
from bot.errors import StoreDamaged
from bot.figures import SafeTally
from bot.formats import FORMATS
from bot.formats.method import SENTENCES
from bot.formats.text import LONGEST
from bot.tally import DESIGN, tally
from tests.people import MOODS, coded, crowd, population

WORDS = locales.load()
LANGUAGES = list(WORDS)
NARROW, NO_BREAK = "\u202f", "\u00a0"


@cache
def figures(seed: int = 1, size: int = 200, mood: str = "plain", k: int = 10) -> SafeTally:
    safe = protect(tally(population(seed, size, mood)), k=k)
    assert isinstance(safe, SafeTally)
    return safe


def digest(safe: SafeTally | None = None, before: Digest | None = None, **told: tuple[str, ...]) -> Digest:
    return compose(
        number=2 if before else 1,
        months=("2026-07", "2026-09"),
        figures=safe or figures(),
        before=before,
        **told,
    )


def digests() -> st.SearchStrategy[Digest]:
    safe = st.builds(
        figures,
        st.integers(0, 4),
        st.sampled_from([36, 120, 700]),
        st.sampled_from(MOODS),
        st.sampled_from([5, 10, 12]),
    )
    texts = st.lists(st.text(max_size=80), max_size=3).map(tuple)
    first = st.builds(digest, safe)
    return st.builds(
        lambda a, b, s, q: digest(a, b, summaries=s, quotes=q), safe, st.none() | first, texts, texts
    )


def text_of(frozen: bytes, language: str) -> str:
    return "\n\n".join(FORMATS["text"](frozen, WORDS[language]).messages)


def json_of(frozen: bytes, language: str) -> dict[str, object]:
    told = json.loads(FORMATS["json"](frozen, WORDS[language]).files[0].body)
    assert isinstance(told, dict)
    return told


@given(digests())
def test_a_frozen_digest_thaws_to_itself(digest: Digest) -> None:
    assert thaw(freeze(digest)) == digest


def test_a_digest_frozen_by_an_earlier_version_is_read_and_sent_as_it_was() -> None:
    """Its rows have no merged rest where cells of them are withheld: that was the method of the day."""
    frozen = (Path(__file__).parent / "vectors" / "digest-1.json").read_bytes()

    told = thaw(frozen)

    assert fingerprint(frozen) == "829a5b0e399fde2782baa2dbf218293e3a0eb8fc715f7cad72ecac19e3347b50"
    assert freeze(told) == frozen
    assert told.figures.crosses[0].counts[0] == (30, None, None, None, 25)
    assert told.figures.crosses[0].rests[0] is None
    for language in LANGUAGES:
        assert json_of(frozen, language)["sha256"] == fingerprint(frozen)
        assert "25" in text_of(frozen, language)


@given(digests())
def test_what_is_thawed_freezes_to_the_same_bytes(digest: Digest) -> None:
    frozen = freeze(digest)

    assert freeze(thaw(frozen)) == frozen


@given(digests())
def test_both_languages_tell_the_same_numbers(digest: Digest) -> None:
    def numbers(told: object) -> Iterator[object]:
        match told:
            case dict():
                for key, value in told.items():
                    yield from (
                        [] if key in ("label", "title", "rules", "method", "language") else numbers(value)
                    )
            case list():
                for value in told:
                    yield from numbers(value)
            case _:
                yield told

    frozen = freeze(digest)

    assert list(numbers(json_of(frozen, "fr"))) == list(numbers(json_of(frozen, "en")))


@given(digests())
def test_messages_are_short_enough_for_every_channel(digest: Digest) -> None:
    for language in LANGUAGES:
        for message in FORMATS["text"](freeze(digest), WORDS[language]).messages:
            assert 0 < len(message) <= LONGEST


def test_a_summary_longer_than_a_message_loses_nothing() -> None:
    summary = "mésange " * 2000

    messages = FORMATS["text"](freeze(digest(summaries=(summary,))), WORDS["fr"]).messages

    assert "".join(messages).count("mésange") == 2000
    assert max(map(len, messages)) <= LONGEST


def test_a_line_that_is_cut_is_cut_between_words() -> None:
    for message in FORMATS["text"](freeze(digest(summaries=("mésange " * 2000,))), WORDS["fr"]).messages:
        assert not re.search(r"mésang?$|^sange", message)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_title_ends_no_message_and_is_said_again_in_the_next(language: str) -> None:
    words, frozen = WORDS[language], freeze(digest(figures(1, 3000), summaries=("mésange " * 150,) * 9))
    titles = {cross.id: words.say(f"digest-{cross.id}") for cross in DESIGN.crosses}
    heads = {
        words.say("digest-cross-row", label=words.say(f"digest-what_happened.{row.code}"))
        for row in DESIGN.variable("what_happened").categories
    }

    messages = [message.split("\n") for message in FORMATS["text"](frozen, words).messages]
    for lines in messages:
        assert lines[-1] not in {*titles.values(), *heads, words.say("digest-summaries")}
        if any(line in heads for line in lines):
            assert min(map(lines.index, set(titles.values()) & set(lines))) < min(
                lines.index(line) for line in lines if line in heads
            )
    assert sum(words.say("digest-summaries") in lines for lines in messages) > 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_line_read_aloud_says_what_is_counted_and_then_how_many(language: str) -> None:
    people = {"fr": "personnes", "en": "people"}[language]
    lines = text_of(freeze(digest(figures(1, 3000), digest())), language).split("\n")

    figures_told = [line for line in lines if re.search(rf": [\d\u202f,]+[\u00a0 ]{people}", line)]
    assert len(figures_told) > 100
    for line in figures_told:
        assert re.fullmatch(rf"[^\d]+: [\d\u202f,]+[\u00a0 ]{people}(, \d+[\u00a0\u202f]?%(, .+)?)?", line), (
            line
        )


def test_nothing_is_drawn_with_characters() -> None:
    for language in LANGUAGES:
        assert not re.search(r"[|_*#\t═─█▇■●•]|--|  ", text_of(freeze(digest()), language))


def test_a_digest_cannot_hold_exact_counts() -> None:
    with pytest.raises(TypeError, match="protect"):
        compose(number=1, months=("2026-07", "2026-09"), figures=tally(crowd(40)), before=None)  # type: ignore[arg-type]  # the point


@pytest.mark.parametrize(
    ("number", "months"),
    [(0, ("2026-07", "2026-09")), (1, ("2026-09", "2026-07")), (1, ("2026-07-01", "2026-07-31"))],
)
def test_a_digest_knows_months_and_no_finer_date(number: int, months: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="months"):
        compose(number=number, months=months, figures=figures(), before=None)


@pytest.mark.parametrize("harm", [b"", b"{}", b"[]", b"null", b"\xff", b'{"format":"seuil-digest/1"}'])
def test_a_damaged_digest_is_refused(harm: bytes) -> None:
    with pytest.raises(StoreDamaged):
        thaw(harm)


@given(st.data())
def test_a_digest_with_one_byte_changed_is_another_or_none(data: st.DataObject) -> None:
    """It may be a digest still, such as one with another number; never this one, never a failure unnamed."""
    frozen = freeze(digest())
    at = data.draw(st.integers(0, len(frozen) - 1))
    harmed = frozen[:at] + bytes([data.draw(st.integers(0, 255))]) + frozen[at + 1 :]

    try:
        assert (thaw(harmed) == thaw(frozen)) is (harmed == frozen)
    except StoreDamaged:
        assert harmed != frozen


def test_the_fingerprint_is_of_the_frozen_bytes_and_in_every_format() -> None:
    frozen = freeze(digest())

    assert json_of(frozen, "fr")["sha256"] == fingerprint(frozen)
    assert fingerprint(frozen) in text_of(frozen, "en")


def test_change_is_between_published_figures_only() -> None:
    first, second = digest(figures(1, 120)), figures(1, 300)
    now = digest(second, first)
    before = {(table.id, cell.code): cell.count for table in first.figures.tables for cell in table.cells}

    assert now.change is not None
    assert now.change.since == 1
    assert now.change.people == second.people - first.figures.people
    for table in second.tables:
        for cell in table.cells:
            was = before[table.id, cell.code]
            both = cell.count is not None and was is not None
            assert now.change.of(table.id, cell.code) == ((cell.count or 0) - (was or 0) if both else None)


def test_change_is_not_told_between_figures_that_do_not_compare() -> None:
    assert digest(figures(k=5), digest(figures(k=10))).change is None


def test_change_is_said_in_words() -> None:
    grown = freeze(digest(figures(1, 300), digest(figures(1, 200))))
    shrunk = freeze(digest(figures(1, 200), digest(figures(1, 300))))

    assert "Le total augmente de 100 par rapport au bilan n°\u00a01." in text_of(grown, "fr")
    assert "The total is 100 lower than in digest number 1." in text_of(shrunk, "en")


def test_percentages_are_of_rounded_counts_without_decimals() -> None:
    assert [percent(count, 120) for count in (0, 45, 50, 120)] == [0, 38, 42, 100]
    for table in json_of(freeze(digest()), "fr")["tables"]:  # type: ignore[attr-defined]  # JSON as it comes
        for cell in table["cells"]:
            assert cell["percent"] == (
                None if cell["count"] is None else percent(cell["count"], figures().people)
            )


def test_every_status_has_its_rule() -> None:
    told = json_of(freeze(digest()), "en")
    statuses = {cell["status"] for table in told["tables"] for cell in table["cells"]}  # type: ignore[attr-defined]  # JSON as it comes

    assert statuses <= set(told["rules"])  # type: ignore[call-overload]  # JSON as it comes


def test_summaries_do_not_keep_the_order_they_were_written_in() -> None:
    assert digest(summaries=("b", "a")) == digest(summaries=("a", "b"))


def test_the_words_of_a_digest_reach_no_repr() -> None:
    told = digest(summaries=("mésange",), quotes=("hirondelle",))

    assert "mésange" not in repr(told)
    assert "hirondelle" not in repr(told)
    assert "hirondelle" not in repr(Offered("hirondelle", 1, frozenset("ab"), b"x"))


# quotes


def offered(
    words: str = "Je n’ouvre plus.", period: int = 1, moderators: str = "ab", person: bytes = b"p"
) -> Offered:
    return Offered(words, period, frozenset(moderators), person)


def chosen(*quotes: Offered, number: int = 2) -> tuple[str, ...]:
    return choose_quotes(
        quotes, number=number, shuffle=random.Random(1).shuffle, gives_away=lambda words: "Lyon" in words
    )


def test_a_quote_that_passed_every_gate_is_told() -> None:
    assert chosen(offered()) == ("Je n’ouvre plus.",)


@pytest.mark.parametrize(
    "quote",
    [
        offered(period=2),
        offered(period=3),
        offered(moderators="a"),
        offered("C’était le 12."),
        offered("C’était le ①."),
        offered("Il habite à Lyon."),
        offered(""),
        offered("a" * (LONGEST_QUOTE + 1)),
    ],
)
def test_a_quote_that_could_give_someone_away_is_not_told(quote: Offered) -> None:
    assert chosen(quote) == ()


def test_one_quote_a_person_and_few_in_all() -> None:
    hers = [offered(f"phrase {letter}", person=b"same") for letter in "abc"]
    others = [offered(f"autre {letter}", person=letter.encode()) for letter in "abcdefgh"]

    assert len(chosen(*hers)) == 1
    assert len(chosen(*hers, *others)) == MOST_QUOTES


def test_quotes_come_in_the_order_of_chance() -> None:
    quotes = [offered(letter, person=letter.encode()) for letter in "abcde"]

    assert chosen(*quotes) != tuple("abcde")
    assert sorted(chosen(*quotes)) == list("abcde")


# words


def said(language: str) -> Mapping[str, str]:
    """Every sentence of a digest in one language, with arguments in place."""
    words = WORDS[language]
    args = {
        "count": 1235,
        "percent": 12,
        "by": 5,
        "since": 1,
        "number": 2,
        "k": 10,
        "rounding": 5,
        "year": "2026",
    }
    names = ("label", "row", "first", "last", "month", "labels", "words", "sha256")
    args |= dict.fromkeys(names, "mot")
    return {key: words.say(key, **args) for key in sorted(words.keys()) if key.startswith("digest-")}


def test_every_language_says_everything_a_digest_needs() -> None:
    french = set(said("fr"))
    needed = {f"digest-{v.id}" for v in DESIGN.variables} | {f"digest-{cross.id}" for cross in DESIGN.crosses}
    needed |= {f"digest-{v.id}.{category.code}" for v in DESIGN.variables for category in v.categories}
    needed |= {f"digest-method.{sentence}" for sentence in SENTENCES}

    for language in LANGUAGES:
        assert set(said(language)) == french
        assert needed <= french


def test_a_method_sentence_that_is_never_read_is_not_kept() -> None:
    written = {key.removeprefix("digest-method.") for key in said("fr") if key.startswith("digest-method.")}

    assert written == {*SENTENCES, "change", "quotes"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_digest_says_people_said_and_unverified_and_judges_nobody(language: str) -> None:
    everything = text_of(freeze(digest()), language).lower()
    promised = {
        "fr": ("ont déclaré", "non vérifiés", "la personne venue"),
        "en": ("said", "unverified", "the person who came"),
    }
    judging = (
        "agress|coupable|auteur des faits|harceleur|prédateur|perpetrat|guilty|offender|culprit|harasser"
    )

    for phrase in promised[language]:
        assert phrase in everything
    assert not [key for key, sentence in said(language).items() if re.search(judging, sentence.lower())]


def test_french_has_its_no_break_spaces() -> None:
    for key, sentence in said("fr").items():
        assert not re.search(r"(?<![\u202f\u00a0])[;?!%](?!\w)", sentence), key
        assert not re.search(r"(?<!\u00a0):", sentence), key
        assert not re.search("«(?!\u00a0)|(?<!\u00a0)»", sentence), key
        assert "'" not in sentence, key


def test_numbers_are_written_as_each_language_writes_them() -> None:
    assert f"1{NARROW}235{NO_BREAK}personnes" in said("fr")["digest-people"]
    assert "1,235 people" in said("en")["digest-people"]


@pytest.mark.parametrize(
    ("months", "french"),
    [
        (("2026-08", "2026-08"), "retenus en août 2026."),
        (("2026-07", "2026-09"), "entre juillet 2026 et septembre 2026."),
    ],
)
def test_the_period_is_said_in_months(months: tuple[str, str], french: str) -> None:
    frozen = freeze(compose(number=1, months=months, figures=figures(), before=None))

    assert french in text_of(frozen, "fr")


def test_a_table_in_which_nothing_can_be_told_says_so() -> None:
    safe = protect(tally([coded(n, repetition="once") for n in range(40)]))
    assert isinstance(safe, SafeTally)

    told = text_of(freeze(digest(safe)), "fr")
    assert "Aucun nombre de ce tableau ne peut être diffusé sans risque" in told
