"""The rules of the conversation that are about words, in every language (domain notes, R1 to R20).

A rule that a sentence can break is a lint over all sentences; the others look at the sentence they are about.
Lengths are measured with arguments as long as they really get.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import pytest

from bot.questionnaire import Choice, Gate, Text
from bot.questions import EVERY_QUESTION
from bot.redaction import Kind
from locales import Words, help_lines, load

LANGUAGES = load()
WITNESS_FILES = ("talk.ftl", "questions.ftl", "rights.ftl")
LONGEST_MESSAGE = 300
MOST_SENTENCES = 3
LONGEST_LABEL = 40
LONGEST_BUTTON = 40
NBSP = "\u00a0"

BY_CODE = ("alias-", "word-", "kind-")
"""Single words, not sentences."""

ARGUMENTS: dict[str, str | int] = {
    "story_days": 60,
    "coded_months": 24,
    "backup_days": 28,
    "hours": 72,
    "minutes": 10,
    "n": 5,
    "of": 5,
    "page": 3,
    "pages": 3,
    "number": "arretonslesviolences.gouv.fr",
    "label": "Ce que j’ai écrit ce soir-là sur le palier de mon appartement",
    "question": "Qui envoyait cette personne, à votre connaissance\u00a0?",
    "answer": "Des messages non désirés, Des appels, Des mots ou des lettres laissés",
    "who": "femmes victimes de violences, et leurs proches",
    "cost": "gratuit et absent de la facture",
    "source": "Gouvernement français, page sur les numéros d’urgence",
    "date": "22 septembre 2023",
    "year": "2018",
    "operator": "Association des Portes Ouvertes de la Région Lyonnaise",
    "contact": "donnees@portes-ouvertes.example",
    "kinds": "numéro de téléphone, adresse, plaque d’immatriculation, nom, nom d’entreprise",
    "quote": "Je n’ose plus ouvrir quand on sonne" * 3,
    "text": "Bonjour, nous vous avons lue",
    "lines": "17\u00a0: police secours\n3919\u00a0: femmes victimes de violences, et leurs proches",
    "words": "\n".join(f"{n}. aborder" for n in range(1, 9)),
}
WITHOUT_LISTS: dict[str, str | int] = {**ARGUMENTS, "lines": "", "words": "", "text": "", "quote": ""}
"""For counting sentences: help lines, receipts and quotes are not ours."""


def every_language() -> Iterator[Words]:
    yield from LANGUAGES.values()


def keys(words: Words, *files: str) -> list[str]:
    """The keys of the witness's files (or of `files`), without lists of typed words."""
    return sorted(
        key
        for key in words.keys()  # noqa: SIM118 - Words is no mapping
        if any(f"{file}, line" in words.where(key) for file in files or WITNESS_FILES)
        and not key.startswith(BY_CODE)
    )


def sentences(text: str) -> int:
    return len(re.findall(r"[.?!…]+(?=[\s»”]|$)", text))


@pytest.fixture(params=list(LANGUAGES), name="words")
def _words(request: pytest.FixtureRequest) -> Words:
    return LANGUAGES[request.param]


# --- every sentence --------------------------------------------------------------------------------------


def test_r20_every_message_is_short(words: Words) -> None:
    long = {
        key: (len(said), sentences(counted))
        for key in keys(words)
        for said, counted in [(words.say(key, **ARGUMENTS), words.say(key, **WITHOUT_LISTS))]
        if len(said) > LONGEST_MESSAGE or sentences(counted) > MOST_SENTENCES
    }

    assert long == {}


def test_r20_every_label_fits_a_button(words: Words) -> None:
    labels = {
        key: words.say(key) for key in keys(words, "questions.ftl") if "." in key and "-who." not in key
    }
    labels |= {
        key: words.say(key) for key in keys(words, "talk.ftl") if "." in key and "help-head" not in key
    }
    labels |= {key: words.say(key) for key in keys(words, "rights.ftl") if key.endswith(".title")}

    assert {key: len(label) for key, label in labels.items() if len(label) > LONGEST_LABEL} == {}


def test_r20_a_question_asks_one_thing(words: Words) -> None:
    asked = {q.words for q in EVERY_QUESTION if q.words != "lang"}

    assert {id for id in asked if words.say(id, who="de vos proches").count("?") > 1} == set()


def test_r20_options_carry_their_number_in_the_text(words: Words) -> None:
    assert words.say("option-line", number=3, label="Autre") == "3. Autre"
    assert "Autre" in words.say("option-chosen", label="Autre")


def test_r12_no_sentence_raises_its_voice_or_draws_pictures(words: Words) -> None:
    loud = {
        key
        for key in keys(words)
        for said in [words.say(key, **ARGUMENTS)]
        if "!" in said or any(unicodedata.category(c) in {"So", "Sk", "Cn", "Co"} for c in said)
    }

    assert loud == set()


BANNED = {
    "R6 asking for reasons, clothes, refusal, certainty": (
        r"pourquoi|why|por qué|warum|perch[eé]|لماذا|"
        r"habillée?s?|vêtements?|tenue|wearing|clothes|outfit|dressed|"
        r"avez[- ]vous dit non|did you say no|résisté|resist(ed)?|"
        r"(êtes|etes)[- ]vous (sûre?|certaine?)|are you (sure|certain)|"
        r"prétendu(e|ment)?|alleged(ly)?|soi[- ]disant|vraiment|really|"
        r"how come|comment se fait[- ]il|qu['’]avez[- ]vous fait pour|what did you do"
    ),
    "R12 praise, pity, verdict": (
        r"bravo|courage(use?|ux)?|courageous|brave|félicitations|congratulations|fort(e)? de|well done|"
        r"désolée?s?|sorry|malheureusement|unfortunately|hélas|pauvre|poor|terrible|horrible|affreux|awful|"
        r"agresseurs?|coupables?|guilty|aggressors?|perpetrators?|offenders?|"
        r"(ce )?n['’]est pas grave|c['’]est grave|it is (not )?serious|"
        r"vous êtes victime|you are a victim|"
        r"c['’]est (un|du) (délit|crime|harcèlement)|this is (a crime|harassment)"
    ),
    "R12 promises": (
        r"garanti(e|es|s|ssons)?|guaranteed?|promis|promets|promise[ds]?|nous vous promettons|"
        r"100\s?%|jamais retrouvée?|totalement|absolument|completely anonymous|parfaitement|"
        r"toujours là pour vous|always there for you|ne vous inquiétez pas|don['’]t worry|tout ira bien"
    ),
    "R13 pressure to report": (
        r"vous devez|vous devriez|il faut(?! une)|il est important de|n['’]oubliez pas|"
        r"you must|you should|you have to|you need to|make sure|portez plainte|file a complaint now"
    ),
    "R19 going back into the scene": (
        r"remettez[- ]vous|replongez|revivez|revivre|imaginez|fermez les yeux|souvenez[- ]vous|"
        r"imagine|close your eyes|picture yourself|relive|remember"
    ),
    "not this case": r"pré[- ]plainte|3020|30\s20",
    "nobody is named": r"orange|sfr|bouygues|amazon|uber|deliveroo|enedis|edf|la poste\b.*livr",
}


OTHERS_WORDS = {"reaction.handled_promised"}
"""What somebody else said, as an option: the company promised, we do not."""


@pytest.mark.parametrize("rule", BANNED)
def test_r6_r12_r13_r19_some_words_are_never_said(words: Words, rule: str) -> None:
    pattern = re.compile(rf"(?<!\w)({BANNED[rule]})(?!\w)", re.IGNORECASE)

    said = {key: words.say(key, **ARGUMENTS) for key in keys(words) if key not in OTHERS_WORDS}

    assert {key: found[0] for key in said if (found := pattern.search(said[key]))} == {}


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ("R6 asking for reasons, clothes, refusal, certainty", "Pourquoi avez-vous ouvert la porte ?"),
        ("R6 asking for reasons, clothes, refusal, certainty", "Êtes-vous sûre ?"),
        ("R12 praise, pity, verdict", "Bravo, vous êtes courageuse."),
        ("R12 promises", "Votre anonymat est garanti."),
        ("R13 pressure to report", "Vous devez porter plainte."),
        ("R19 going back into the scene", "Remettez-vous dans la scène."),
        ("not this case", "Faites une pré-plainte en ligne."),
    ],
)
def test_r6_the_lint_itself_sees_what_it_bans(rule: str, sentence: str) -> None:
    assert re.search(rf"(?<!\w)({BANNED[rule]})(?!\w)", sentence, re.IGNORECASE)


# --- typography ------------------------------------------------------------------------------------------


def test_french_marks_keep_their_space() -> None:
    words = LANGUAGES["fr"]
    for key in keys(words):
        if key == "lang":
            continue  # asked in two languages at once
        said = words.say(key, **ARGUMENTS)
        assert not re.search(rf"(?<![{NBSP}])[;:?»](?=\s|$)", said), (key, said)
        assert not re.search(rf"«(?!{NBSP}\S)", said), (key, said)
        assert f"{NBSP}{NBSP}" not in said, (key, said)


def test_apostrophes_and_quotes_are_typographic(words: Words) -> None:
    assert {key for key in keys(words) if re.search(r"['\"]", words.say(key, **ARGUMENTS))} == set()


def test_no_double_space_no_middle_dot_no_stray_blank(words: Words) -> None:
    bad = {
        key
        for key in keys(words)
        for said in [words.say(key, **ARGUMENTS)]
        if "  " in said or "·" in said or said != said.strip() or re.search(r"\s[.,]", said)
    }

    assert bad == set()


PIECES = {
    "receipt-copy",
    "option-line",
    "option-chosen",
    "review-answer",
    "lang",
    "receipt-reply",
    "care-block",
    "commands-help",
    "operator-unnamed",
    "contact-unnamed",
}
"""What is put together with something else, or ends with a list."""


def test_sentences_end_and_labels_do_not(words: Words) -> None:
    for key in keys(words):
        said = words.say(key, **ARGUMENTS)
        if "." in key:
            assert said[-1] != ".", (key, said)
        elif key not in PIECES:
            assert said[-1] in ".?:…»”", (key, said)


# --- rules of one sentence each --------------------------------------------------------------------------


def test_r1_the_welcome_says_what_this_is_and_how_to_stop() -> None:
    told = {words.language: words.say("welcome").lower() for words in every_language()}

    for part in (
        "programme",
        "pas une personne",
        "pas un service d’urgence",
        "aucune plainte",
        "bénévoles",
        "stop",
    ):
        assert part in told["fr"]
    for part in ("program", "not a person", "not an emergency service", "no complaint", "volunteers", "stop"):
        assert part in told["en"]
    assert "?" not in "".join(told.values())


@pytest.mark.parametrize("country", ["FR", "BE", "CH", "LU", "CA", "GB", "ES", "DE"])
def test_r2_every_country_has_a_number_for_danger(country: str) -> None:
    assert help_lines(country, "danger")


def test_r2_after_danger_nothing_is_kept_and_the_way_back_is_told(words: Words) -> None:
    assert "/start" in words.say("danger-offer")
    assert re.search("rien n’est gardé|nothing of this exchange is kept", words.say("danger-offer"))


def test_r3_consent_says_who_what_how_long_and_how_to_withdraw(words: Words) -> None:
    notice = words.say("consent-notice", story_days=61, coded_months=25)

    assert "61" in notice
    assert "25" in notice
    assert re.search("bénévoles|Volunteers", notice)
    assert re.search("retirer|withdraw", notice)
    assert re.search("aucun nom|no name", notice)
    assert "434-3" in words.say("consent-limit")
    for refused in ("consent-refused", "nothing-told", "nothing-kept"):
        assert re.search("aide et les droits restent|Help and rights stay", words.say(refused))


@pytest.mark.parametrize("channel", ["telegram", "signal", "terminal", "web"])
def test_r3_each_channel_says_who_can_read_it(words: Words, channel: str) -> None:
    assert re.search("voi[tr]|sees?", words.say(f"consent-notice-channel-{channel}"))


def test_r4_the_prompt_suggests_nothing(words: Words) -> None:
    content = re.compile(r"\w{5,}")
    prompt = {
        word.lower() for id in ("narrative", "narrative_more") for word in content.findall(words.say(id))
    }
    suggested = {
        word.lower()
        for question in EVERY_QUESTION
        if question.id in {"who_came", "who_sent", "what_happened", "what_physical", "consequences"}
        and isinstance(question, Choice)
        for option in question.options
        if option.code not in {"other", "prefer_not", "unknown", "none"}
        for word in content.findall(words.option(question.words, option.code))
    }
    how_to_send = {"messages", "numéro", "adresse", "number", "address"}
    shared = prompt & suggested - how_to_send

    assert shared == set()
    assert not re.search("par exemple|for example", words.say("narrative"))


def test_r5_nothing_she_wrote_is_put_into_a_question(words: Words) -> None:
    for question in EVERY_QUESTION:
        if not question.about:
            assert words.say(question.words) == words.question(question.words, who="x", text="x", quote="x")


def test_r7_unknown_prefer_not_and_other_are_the_same_plain_options_everywhere(words: Words) -> None:
    plain = {
        "fr": {"unknown": "Je ne sais pas", "prefer_not": "Je préfère ne pas dire", "other": "Autre"},
        "en": {"unknown": "I don’t know", "prefer_not": "I’d rather not say", "other": "Other"},
    }[words.language]

    for question in EVERY_QUESTION:
        if isinstance(question, Choice):
            for code, label in plain.items():
                if question.option(code) is not None:
                    assert words.option(question.words, code) == label, question.id


def test_r7_skipping_is_never_commented(words: Words) -> None:
    assert not [key for key in words.keys() if "skipped" in key]  # noqa: SIM118 - Words is no mapping
    assert re.search("PASSER|SKIP", words.say("not-understood"))


def test_r8_lists_are_said_to_be_for_grouped_figures(words: Words) -> None:
    for stage in ("stage-facts", "stage-after"):
        assert re.search("chiffres groupés|grouped figures", words.say(stage))


def test_r9_the_gate_warns_and_has_three_ways(words: Words) -> None:
    gates = [question for question in EVERY_QUESTION if isinstance(question, Gate)]

    for gate in gates:
        assert [option.code for option in gate.options] == ["go_on", "leave_out", "pause"]
        assert re.search("pouvez la passer|can skip it", words.say(gate.words))
        assert all(words.option(gate.words, option.code) for option in gate.options)
    assert gates


def test_r10_a_pause_says_how_long_how_to_go_on_and_that_nobody_writes_first(words: Words) -> None:
    paused = words.say("paused", hours=71)

    assert "71" in paused
    assert words.say("word-continue") in paused
    assert re.search("aucun rappel|no reminder", paused)
    assert words.option("resume-offer", "resume").upper() == words.say("word-continue")


def test_r10_coming_back_tells_nothing_of_the_story(words: Words) -> None:
    for key in ("resume-offer", "erased", "ended", "expired", "stopped"):
        assert not re.search(r"récit|témoign|story|testimon|harc|harass", words.say(key))
    assert len(words.say("erased")) < 15


def test_r11_progress_is_soft_and_says_how_long_it_takes(words: Words) -> None:
    assert {"2", "5"} <= set(re.findall(r"\d", words.say("progress", n=2, of=5)))
    assert "15 minutes" in words.say("progress-start")
    for stage in ("threshold", "story", "facts", "after", "choose"):
        assert words.say(f"stage-{stage}")


def test_r12_what_is_said_after_the_story_is_fixed(words: Words) -> None:
    for key in ("validation-story", "validation-care"):
        assert re.search("n’est pas de votre faute|is not your fault", words.say(key))


def test_r13_care_and_rights_leave_the_decision_to_her(words: Words) -> None:
    assert re.search("même sans plainte|even without a complaint", words.say("care-block", lines=""))
    assert re.search("vous qui décidez|you are the one who decides", words.say("validation-care"))
    assert re.search("vous qui décidez|you are the one who decides", words.say("rights-intro"))


def test_r14_the_review_shows_what_is_kept_and_lets_her_change_it(words: Words) -> None:
    assert re.search("exactement|exactly", words.say("review-intro"))
    for code in ("keep", "change", "remove", "erase"):
        assert words.option("review-menu", code)
    for code in ("send", "back", "erase"):
        assert words.option("confirm", code)


def test_r14_each_kind_that_can_be_taken_out_has_a_name(words: Words) -> None:
    assert {kind.value for kind in Kind if not words.has(f"kind-{kind.value}")} == set()


def test_r14_passing_the_choice_of_use_is_said_to_be_what_it_is(words: Words) -> None:
    (question,) = [q for q in EVERY_QUESTION if q.id == "consent_share"]

    assert isinstance(question, Choice)
    assert question.skipping == "stats_only"
    assert re.search(
        "passez cette question, .* seulement aux chiffres groupés|skip .* only serves grouped figures",
        words.say("consent_share"),
    )


def test_r15_the_end_says_what_comes_next_and_offers_help(words: Words) -> None:
    sent = words.say("sent", story_days=61, coded_months=25)

    assert "61" in sent
    assert "25" in sent
    for code in ("help", "grounding", "hide", "clear_chat", "end"):
        assert words.option("closing", code)
    for channel in ("telegram", "signal", "terminal", "web"):
        assert words.say(f"clear-chat-{channel}")
    assert re.search("cinq choses|five things", words.say("grounding"))


def test_r16_no_question_asks_who_where_or_when_exactly(words: Words) -> None:
    asks = re.compile(
        r"(?<!\w)(nom|prénom|numéro|adresse|plaque|badge|date|heure|rue|ville|quartier|"
        r"name|number|address|plate|street|city|town|time|day)(?!\w)",
        re.IGNORECASE,
    )
    for question in EVERY_QUESTION:
        said = words.say(question.words, who="de vos proches")
        for sentence in re.findall(r"[^.?]*\?", said):
            assert not asks.search(sentence), (question.id, sentence)


def test_r16_she_is_asked_to_write_no_name(words: Words) -> None:
    for id in ("narrative", "add-ask"):
        assert re.search("ni nom, ni numéro, ni adresse|no name, number or address", words.say(id))


def test_r17_after_words_of_distress_she_may_go_on_or_pause(words: Words) -> None:
    assert words.option("crisis-offer", "go_on")
    assert words.option("crisis-offer", "pause")


def test_r18_a_minor_is_told_whom_to_call_and_that_nothing_is_kept(words: Words) -> None:
    told = words.say("minor")

    assert "119" in told
    assert "3018" in told
    assert re.search("rien n’est gardé|nothing of this exchange is kept", told)


def test_r18_the_questions_are_those_of_adults_only(words: Words) -> None:
    assert "18" in words.say("adult")


# --- receipts and promises -------------------------------------------------------------------------------


def test_a_receipt_says_it_is_shown_once_and_belongs_on_paper(words: Words) -> None:
    told = words.say("receipt", words="MOTS")

    assert "MOTS" in told
    assert re.search("plus montrés|not be shown again", told)
    assert re.search("papier|paper", told)


def test_the_answer_to_a_receipt_does_not_tell_whether_there_is_a_testimony(words: Words) -> None:
    for key in ("receipt-nothing", "added", "withdrawn"):
        assert not re.search(
            r"votre témoignage|your testimony|inconnu|unknown|retiré|withdrawn", words.say(key)
        )


def test_what_is_not_promised_is_said(words: Words) -> None:
    told = words.say("privacy-6") + words.say("privacy-7") + words.say("withdraw-ask")

    for part in ("Telegram", "Signal"):
        assert part in told
    assert re.search("serveur voit|server sees", told)
    assert re.search("déverrouillé|unlocked", told)
    assert re.search("chiffres déjà envoyés .* restent|figures already sent .* stay", told)


def test_every_text_question_says_how_to_end_it(words: Words) -> None:
    for question in EVERY_QUESTION:
        if isinstance(question, Text):
            ending = words.say("word-done" if question.many else "word-skip")
            assert ending in words.say(question.words), question.id
