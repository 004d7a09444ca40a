"""The words load or say, with file and line, what is broken; each language has all of them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fluent.syntax import FluentParser
from hypothesis import example, given
from hypothesis import strategies as st

import locales
from bot.errors import WordsError
from bot.normal import fold
from bot.questionnaire import Choice, Gate, Option
from bot.questions import EVERY_QUESTION
from locales import Languages, Words, aliases, load, loading, missing
from locales.loading import FILES

HERE = Path(locales.__file__).parent
EVERYTHING = load()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the languages that a test may break."""
    for tag in ("fr", "en"):
        shutil.copytree(HERE / tag, tmp_path / tag)
    return tmp_path


def append(file: Path, text: str) -> int:
    """Add lines at the end of a file. The number of the first line added."""
    before = file.read_text("utf-8").rstrip("\n") + "\n\n"
    file.write_text(before + text, "utf-8")
    return before.count("\n") + 1


# --- what is there ---------------------------------------------------------------------------------------


def test_every_language_has_all_the_words() -> None:
    assert missing(EVERY_QUESTION, EVERYTHING) == []


def test_french_comes_first_and_english_is_there() -> None:
    assert list(EVERYTHING)[:1] == ["fr"]
    assert "en" in EVERYTHING
    assert "xx" not in EVERYTHING


@pytest.mark.parametrize(
    ("asked", "answered"),
    [("fr", "fr"), ("en", "en"), ("en-GB", "en"), ("FR_ca", "fr"), ("xx", "fr"), ("", "fr"), ("xx-YY", "fr")],
)
def test_an_unknown_language_is_answered_in_french(asked: str, answered: str) -> None:
    assert EVERYTHING[asked].language == answered
    assert (EVERYTHING.get(asked) or EVERYTHING["fr"]).language == answered


def test_every_question_is_asked_and_every_option_has_its_label() -> None:
    for words in EVERYTHING.values():
        for question in EVERY_QUESTION:
            assert words.asked(question)
            if isinstance(question, Choice | Gate):
                labels = [words.option(question.words, option.code) for option in question.options]
                assert len({fold(label) for label in labels}) == len(labels), question.id


def test_a_repeated_question_says_whom_it_is_about() -> None:
    asked = {EVERYTHING["fr"].asked(question) for question in EVERY_QUESTION if question.about}

    assert "Quelle a été la réaction de vos proches\u00a0?" in asked
    assert len(asked) == len([question for question in EVERY_QUESTION if question.about])


def test_no_typed_word_means_two_things() -> None:
    meanings: dict[str, set[str]] = {}
    for words in EVERYTHING.values():
        for action in (
            "help",
            "skip",
            "back",
            "pause",
            "stop",
            "erase",
            "done",
            "next",
            "continue",
            "yes",
            "no",
        ):
            said = (*words.listed(f"alias-{action}"), words.say(f"word-{action}"))
            for word in said:
                meanings.setdefault(fold(word), set()).add(action)

    assert {word: actions for word, actions in meanings.items() if len(actions) > 1} == {}


def test_every_word_on_a_button_can_be_typed_too() -> None:
    typed = {fold(word): action for word, action in aliases(EVERYTHING).items()}

    for words in EVERYTHING.values():
        for key in words.keys():  # noqa: SIM118 - Words is no mapping
            if key.startswith("word-"):
                assert typed[fold(words.say(key))] == key.removeprefix("word-")


# --- what a message says ---------------------------------------------------------------------------------


def written(tmp_path: Path, text: str, tag: str = "fr") -> Words:
    for name in FILES:
        for language in {"fr", tag}:
            (tmp_path / language).mkdir(exist_ok=True)
            (tmp_path / language / name).write_text("", "utf-8")
    (tmp_path / tag / "talk.ftl").write_text(text, "utf-8")
    return load(tmp_path)[tag]


def test_arguments_are_put_in_place_as_they_are(tmp_path: Path) -> None:
    words = written(tmp_path, "a = { $n } sur { $of }, « { $label } »\n")

    assert words.say("a", n=2, of=2026, label="{ $n }") == "2 sur 2026, « { $n } »"


def test_plurals_are_chosen_by_the_rules_of_the_language(tmp_path: Path) -> None:
    words = written(tmp_path, "a = { $n ->\n    [one] { $n } voix\n   *[other] { $n } voies\n }\n")

    assert [words.say("a", n=n) for n in (0, 1, 2)] == ["0 voix", "1 voix", "2 voies"]


def test_a_message_may_refer_to_another(tmp_path: Path) -> None:
    words = written(tmp_path, "a = { b } { c.d }\nb = oui\nc =\n    .d = non { $n }\ne = { b }\n")

    assert words.say("a", n=1) == "oui non 1"
    assert words.say("e") == "oui"


def test_arguments_are_isolated_only_in_right_to_left_languages(tmp_path: Path) -> None:
    assert written(tmp_path, "a = x { $n }\n", "ar").say("a", n="17") == "x \u206817\u2069"
    assert written(tmp_path, "a = x { $n }\n", "es").say("a", n="17") == "x 17"


@pytest.mark.parametrize("language", list(EVERYTHING))
def test_what_is_put_together_without_fluent_is_what_fluent_says(language: str) -> None:
    words = EVERYTHING[language]
    args = {
        key: {name: name for name in words.arguments(key)}
        for key in words.keys()  # noqa: SIM118 - Words is no mapping
        if key in words._fixed or key in words._pieces
    }

    assert len(args) > 900
    assert [key for key in args if words.say(key, **args[key]) != words._through_fluent(key, args[key])] == []


def test_an_unknown_key_names_the_language_and_the_way_out() -> None:
    with pytest.raises(WordsError, match="fr: nothing is called 'no-such-key'") as told:
        EVERYTHING["fr"].say("no-such-key")
    assert "locales/fr" in told.value.hint
    with pytest.raises(WordsError, match=r"who_came\.nobody"):
        EVERYTHING["fr"].option("who_came", "nobody")


def test_a_missing_argument_names_file_and_line_and_no_value(folder: Path) -> None:
    line = append(folder / "fr" / "talk.ftl", "a = { $one } { $two }\nb = { $n ->\n   *[other] { $m }\n }\n")
    words = load(folder)["fr"]

    with pytest.raises(WordsError, match=rf"talk\.ftl, line {line}: 'a'.*'two'") as told:
        words.say("a", one="canari")
    assert "canari" not in str(told.value) + told.value.hint
    with pytest.raises(WordsError, match=rf"line {line + 1}: 'b'"):
        words.say("b", n=1)


def test_words_show_no_sentence_in_their_repr() -> None:
    assert re.fullmatch(r"Words\('fr', \d+ keys\)", repr(EVERYTHING["fr"]))


# --- what is broken --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "broken",
    ["this is not fluent\n", "a = {\n", "a = { $n\nb = c\n", "= sentence\n", 'a = { "x }\n', "a =\n"],
)
@pytest.mark.parametrize("tag", ["fr", "en"])
def test_a_broken_line_names_its_file_and_line(folder: Path, tag: str, broken: str) -> None:
    line = append(folder / tag / "talk.ftl", f"fine = yes\n{broken}")

    with pytest.raises(WordsError, match=rf"{tag}.talk\.ftl, line ({line + 1}|{line + 2})\b") as told:
        load(folder)
    assert told.value.hint


def test_a_broken_reference_is_found_when_the_words_are_read(folder: Path) -> None:
    line = append(folder / "en" / "rights.ftl", "a = { -no-such-term }\n")

    with pytest.raises(WordsError, match=rf"rights\.ftl, line {line}: 'a' cannot be said"):
        load(folder)


def test_a_key_written_twice_names_both_places(folder: Path) -> None:
    line = append(folder / "fr" / "talk.ftl", "# a comment\nwho_came = encore\n")

    with pytest.raises(
        WordsError, match=rf"talk\.ftl, line {line + 1}: 'who_came' is already in .*questions\.ftl"
    ):
        load(folder)


def test_an_option_written_twice_names_its_line(folder: Path) -> None:
    line = append(folder / "fr" / "questions.ftl", "a = b\n    .c = d\n    .c = e\n")

    with pytest.raises(WordsError, match=rf"questions\.ftl, line {line + 2}: a has two attributes \.c"):
        load(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / "en" / name).unlink()

    with pytest.raises(WordsError, match=re.escape(f"{folder / 'en' / name} is missing")):
        load(folder)


def test_a_missing_crisis_list_is_named(folder: Path) -> None:
    (folder / "en" / "crisis.txt").unlink()

    with pytest.raises(WordsError, match=r"en.crisis\.txt cannot be read"):
        locales.crisis_phrases(folder)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WordsError, match="nowhere cannot be read"):
        load(tmp_path / "nowhere")


def test_a_folder_without_french_is_refused(folder: Path) -> None:
    shutil.rmtree(folder / "fr")

    with pytest.raises(WordsError, match="no folder 'fr'"):
        load(folder)


def test_a_file_that_cannot_be_read_is_named(folder: Path) -> None:
    (folder / "fr" / "talk.ftl").unlink()
    (folder / "fr" / "talk.ftl").mkdir()

    with pytest.raises(WordsError, match=r"fr.talk\.ftl cannot be read"):
        load(folder)


def test_a_file_that_is_not_utf8_names_its_line(folder: Path) -> None:
    (folder / "fr" / "talk.ftl").write_bytes("a = b\nc = é\n".encode("latin-1"))

    with pytest.raises(WordsError, match=r"talk\.ftl, line 2: this is not UTF-8"):
        load(folder)


def test_a_folder_that_names_no_language_is_refused(folder: Path) -> None:
    shutil.copytree(folder / "en", folder / "zzz")

    with pytest.raises(WordsError, match="'zzz' is not a language tag"):
        load(folder)


def test_windows_line_endings_and_a_byte_order_mark_change_nothing(folder: Path) -> None:
    for file in (folder / "fr").glob("*.ftl"):
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    words = load(folder)["fr"]

    assert words.keys() == EVERYTHING["fr"].keys()
    assert words.say("welcome") == EVERYTHING["fr"].say("welcome")
    assert "\r" not in "".join(words.option("who_came", code) for code in ("delivery", "other"))


# --- what is missing -------------------------------------------------------------------------------------


def test_what_a_language_lacks_is_told_both_ways(folder: Path) -> None:
    append(folder / "fr" / "talk.ftl", "only-french = oui\n    .too = oui\n")
    append(folder / "en" / "talk.ftl", "only-english = yes\n")
    told = missing(EVERY_QUESTION, load(folder))

    assert len(told) == 3
    assert told[0].startswith("fr: no words for only-english, which en has (")
    assert any(sentence.startswith("en: no words for only-french.too, which fr has") for sentence in told)


def new_question() -> Iterator[Choice]:
    yield Choice(id="new_one", options=(Option("yes"), Option("no")))
    yield Choice(
        id="reaction.stranger", words="reaction", about="stranger", options=(Option("no_answer"), Option("x"))
    )


def test_a_question_without_words_is_named_in_every_language() -> None:
    told = missing(new_question(), Languages({tag: EVERYTHING[tag] for tag in ("fr", "en")}))

    for tag in ("fr", "en"):
        for key in ("new_one", "new_one.yes", "new_one.no", "reaction-who.stranger", "reaction.x"):
            assert f"{tag}: no words for {key} in questions.ftl." in told


def test_a_misspelt_argument_is_found_at_the_start(tmp_path: Path) -> None:
    folder = tmp_path / "locales"
    shutil.copytree(HERE, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    talk = folder / "en" / "talk.ftl"
    talk.write_text(talk.read_text("utf-8").replace("{ $hours }", "{ $houres }", 1), "utf-8")

    (told,) = [fault for fault in missing((), load(folder)) if "other arguments" in fault]
    assert "talk.ftl, line" in told


def test_our_quicker_parser_reads_what_fluents_own_reads() -> None:
    texts = [file.read_text("utf-8") for file in sorted(loading.HERE.glob("*/*.ftl"))]
    odd = [
        'a = x\r\n    y { $v } z\r\nb = { "}" } q\n',
        "c = \n   d }\n",
        "k = té{ -t }\n   .a = u\n# c\n-t = o",
        "j = { $n ->\n  [one] x { $n }\n *[other] y\n }\n",
        "bad\n",
        "x = a\r b\n",
    ]

    for text in (*texts, *odd):
        assert _reads_as_fluent(text)


LETTERS = ("a", "B-1", "é", " ", "  ", "\t", "\n", "\r", "\n ", "=", " = ", ".", "[", "*", "{", "}", '"')
MORE = ("{ $n }", "{$n}", "{  $n }", "{ n }", "{ -t }", "-t = ", "{ $n ->\n *[o] x\n }", "\n    .b = ")
COMMENTS = ("\n# c\n", "\n## d\n")


@given(st.lists(st.sampled_from(LETTERS + MORE + COMMENTS), max_size=30).map("".join))
@example("a = b\n{ $n }\n")
@example("a = b\n\n   c\n")
@example("a = b\n.")
@example("a =\n    .b = c\n  d\n")
@example("a = b \n")
@example("a = b\n\r\n c\n")
@example("a = { $n }{ $n } \n    .b = { $n }")
def test_it_reads_whatever_else_as_fluent_does(text: str) -> None:
    assert _reads_as_fluent(text)
    assert _reads_as_fluent(f"a = {text}\nc = d\n")


def _reads_as_fluent(text: str) -> bool:
    ours, fluents = loading._Parser(with_spans=True), FluentParser(with_spans=True)
    return ours.parse(text).equals(fluents.parse(text), ignored_fields=[])
