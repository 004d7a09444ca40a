"""The twenty rules of interviewing, each by its number. Those about wording alone are in
test_words_rules.py."""

from __future__ import annotations

import re

import pytest

from bot import places
from bot.conversation import step
from bot.questionnaire import Choice, Gate, Text
from bot.questions import NEEDS_CARE, QUESTIONNAIRE, questionnaire
from bot.turns import (
    NOBODY,
    Ask,
    Chose,
    Erased,
    Finished,
    Forget,
    Opened,
    Paused,
    Skipped,
    State,
    SteppedAside,
    Tell,
)
from handlers.screens import Painter
from tests.stage import HOUSE, WORDS, Stage
from tests.walks import TO_STORY, says, to_review, walk

FACTS = [q.id for q in QUESTIONNAIRE.stages[2].questions + QUESTIONNAIRE.stages[3].questions]


def order(id: str) -> int:
    return QUESTIONNAIRE.places[id]


async def test_r1_the_first_message_says_what_this_is_and_asks_nothing():
    first, second = await Stage().hear("Rose", kind="opened")

    assert first == WORDS["fr"].say("welcome")
    assert "?" not in first
    assert "STOP" in first
    assert second.startswith(WORDS["fr"].question("lang"))


def test_r2_danger_is_asked_first_and_a_yes_brings_help_and_stores_nothing():
    assert order("danger_now") == 1

    turn = walk([Opened(), Chose(("fr",)), Chose(("yes",))])

    assert turn.state == NOBODY
    assert [e for e in turn.effects if isinstance(e, Forget)]
    assert Tell("help-lines", "danger") in turn.effects


def test_r2_not_knowing_shows_help_and_lets_her_go_on():
    turn = walk([Opened(), Chose(("fr",)), Chose(("unknown",))])

    assert Tell("help-lines", "danger") in turn.effects
    assert turn.state.at == "intent"


async def test_r3_nothing_she_says_is_stored_before_consent_and_refusal_leaves_help_and_rights():
    stage = Stage()
    await stage.hear("Rose", kind="opened")
    answers = await stage.say("Rose", "1", "2", "1", "1")
    assert any("434-3" in text for text in answers), "the limit of secrecy is told before consent"

    answers = await stage.say("Rose", "2")

    assert WORDS["fr"].say("consent-refused") in answers[0]
    assert WORDS["fr"].question("help-menu") in answers[-1]
    refused = walk((*TO_STORY[:-1], Chose(("refuse",))))
    assert set(refused.state.answers) <= {"lang", "danger_now"}
    assert refused.state.texts == {}
    assert walk([SteppedAside("rights")], refused.state).state.here() == places.RIGHTS


def test_r4_her_own_words_come_before_any_list_that_could_suggest_what_happened():
    assert isinstance(QUESTIONNAIRE.question("narrative"), Text)
    assert all(order("narrative") < order(id) for id in FACTS)


def test_r5_there_are_at_most_three_open_probes_and_none_echoes_her_words():
    probes = [q for q in QUESTIONNAIRE.questions if isinstance(q, Text) and q.id != "narrative"]

    assert len(probes) <= 3
    for words in WORDS.values():
        for probe in probes:
            assert "{" not in words.question(probe.words)


@pytest.mark.parametrize("question", list(QUESTIONNAIRE.questions), ids=lambda q: q.id)
def test_r7_every_question_can_be_passed_and_is_not_asked_again(question):
    state = walk([Opened()]).state
    seen = set()
    while state.at and not state.aside and state.at != places.REVIEW:
        assert state.at not in seen, "a passed question was asked again"
        seen.add(state.at)
        event = Chose(("accept",)) if state.at == "consent_collect" else Skipped()
        if state.at == "told_whom":
            state = walk([Chose(("cnil", "doctor", "company_service")), Finished()], state).state
            continue
        state = walk([event], state).state
    assert state.here() in (places.REVIEW, places.HELP)
    if question.when is None and question.id != "consent_share":
        assert question.id in seen


def test_r7_who_passes_everything_is_still_given_all_the_help():
    turn = walk([Opened(), *[Skipped()] * 5])

    assert turn.state.here() == places.HELP
    assert [offer.code for offer in places.place(QUESTIONNAIRE, turn.state).offers][:8] == list(
        places.HELP_KINDS
    )
    assert walk([SteppedAside("rights")], turn.state).state.here() == places.RIGHTS


def test_r7_not_knowing_preferring_not_to_say_and_other_are_plain_options():
    for question in QUESTIONNAIRE.questions:
        if isinstance(question, Choice) and question.counted:
            assert question.option("prefer_not") is not None, question.id


def test_r8_lists_are_said_to_be_for_figures_when_they_begin():
    turn = walk((*TO_STORY, says("Un."), Finished(), Skipped()))

    assert turn.state.at == "who_came"
    assert Tell("stage", "facts") in turn.effects
    assert "chiffres" in WORDS["fr"].say("stage-facts")
    assert "figures" in WORDS["en"].say("stage-facts")


def test_r9_a_warning_with_three_ways_stands_before_the_physical_block():
    gate = QUESTIONNAIRE.question("gate_physical")

    assert isinstance(gate, Gate)
    assert [option.code for option in gate.options] == ["go_on", "leave_out", "pause"]
    assert order("gate_physical") + 1 == order("what_physical")
    assert walk((*TO_STORY, *[Skipped()] * 7)).state.at == "channel", "passing the warning passes the block"


async def test_r10_pausing_keeps_the_draft_and_nothing_is_ever_sent_unasked():
    stage = Stage()
    await stage.to_story("Rose")
    answers = await stage.say("Rose", "Il a gardé mon numéro.", "PAUSE")
    assert str(HOUSE.draft_hours) in answers[0], "the expiry is told in advance"
    shown = len(stage.channel.shown)

    stage.clock.now += 3600 * 24

    assert len(stage.channel.shown) == shown
    assert walk([Paused()], walk(TO_STORY).state).effects == (Tell("paused"),)
    back = await stage.say("Rose", "CONTINUER")
    assert back[-1].startswith(WORDS["fr"].question("narrative"))


async def test_r11_progress_is_soft_and_true():
    stage = Stage()
    answers = await stage.to_story("Rose")
    assert "Étape 2 sur 5" in answers[0]
    assert "15 minutes" in answers[0]

    answers = await stage.say("Rose", "Un.", "FINI", "PASSER")
    assert "Étape 3 sur 5" in answers[0]
    assert len(QUESTIONNAIRE.stages) == 5


def test_r12_fixed_sentences_follow_the_story_and_the_hard_block():
    assert Tell("validation-story") in walk((*TO_STORY, says("Un."), Finished())).effects
    for code in sorted(NEEDS_CARE):
        turn = walk((*TO_STORY, *[Skipped()] * 6, Chose(("go_on",)), Chose((code,)), Finished()))
        assert Tell("care-block") in turn.effects, code
        assert turn.state.at == "channel"


async def test_r14_she_sees_the_exact_text_then_chooses_its_use_then_confirms():
    stage = Stage()
    await stage.to_story("Rose")
    answers = await stage.say(
        "Rose", "Il s’appelle Kevin, son numéro : 06 39 98 12 34.", "FINI", *["PASSER"] * 40
    )
    turn = to_review()
    assert turn.state.at == places.REVIEW
    kept = walk([Chose(("keep",))], turn.state)
    assert kept.state.at == "consent_share"
    shared = walk([Chose(("stats_only",))], kept.state)
    assert shared.state.at == places.CONFIRM
    assert not any("06 39 98" in screen.text for _, screen in stage.channel.shown)
    assert answers


async def test_r14_the_review_shows_what_is_sealed_to_the_letter():
    stage = Stage()
    await stage.to_story("Rose")
    await stage.say("Rose", "Son numéro : 06 39 98 12 34. Il a rappelé.", "FINI", "PASSER")
    answers = await stage.to_review("Rose")

    review = "\n".join(answers)
    assert "Son numéro : [téléphone]. Il a rappelé." in review.replace("\u00a0", " ")
    assert WORDS["fr"].say("kind-phone") in review


async def test_r15_the_end_gives_the_receipt_the_dates_help_a_quiet_exercise_and_how_to_clear():
    stage = Stage()
    receipt = await stage.testify("Rose", "Il a gardé mon numéro.")
    assert len(receipt) == 8

    shown = "\n".join(screen.text for _, screen in stage.channel.shown[-3:])
    assert str(HOUSE.story_days) in shown
    labels = {
        WORDS["fr"].option("closing", code) for code in ("help", "grounding", "hide", "clear_chat", "end")
    }
    assert all(label in shown for label in labels)
    assert WORDS["fr"].say("grounding") in (await stage.say("Rose", "2"))[0]


async def test_r17_words_of_distress_bring_help_first_then_offer_to_pause_and_leave_no_trace():
    stage = Stage()
    await stage.to_story("Rose")

    answers = await stage.say("Rose", "il est là, devant la porte")

    assert "17" in answers[0]
    assert answers[1].startswith(WORDS["fr"].question("crisis-offer"))
    back = await stage.say("Rose", "1")
    assert back[-1].startswith(WORDS["fr"].question("narrative"))


def test_r17_what_she_wrote_in_distress_is_not_lost():
    turn = walk((*TO_STORY, says("Il est là.", crisis=True)))

    assert turn.effects[0] is not None
    assert Tell("help-lines", "danger") in turn.effects
    assert turn.state.texts["narrative"] == ("Il est là.",)
    assert "crisis" not in str(turn.state.removed)


def test_r18_under_18_gets_help_lines_and_nothing_is_kept():
    turn = walk((*TO_STORY[:-2], Chose(("no",))))

    assert turn.state == NOBODY
    assert Tell("help-lines", "minor") in turn.effects
    assert any(isinstance(effect, Forget) for effect in turn.effects)


def test_r18_an_association_with_its_own_protocol_may_go_on():
    with_protocol = questionnaire(takes_minors=True)
    state = walk(TO_STORY[:-2]).state

    assert step(with_protocol, state, Chose(("no",))).state.at == "consent_collect"


async def test_r20_one_question_is_one_message_with_numbered_options():
    stage = Stage()
    await stage.to_story("Rose")
    answers = await stage.say("Rose", "Un.", "FINI", "PASSER")

    question = answers[-1]
    assert question.count("?") == 1
    numbers = [int(n) for n in re.findall(r"^(\d+)\. ", question, flags=re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) <= places.MOST_OPTIONS


@pytest.mark.parametrize("language", ["fr", "en"])
def test_r20_every_place_shows_at_most_seven_options_and_a_message_a_question(language):
    painter = Painter(QUESTIONNAIRE, WORDS, HOUSE, "terminal")
    for question in QUESTIONNAIRE.questions:
        for page in range(4):
            screen = painter.ask(State(at=question.id, language=language, page=page))[-1]
            assert len(screen.buttons) <= places.MOST_OPTIONS
            for button in screen.buttons:
                assert f"{button.say}. {button.label}" in screen.text


def test_erasing_is_one_step_and_always_at_hand():
    for state in (walk(TO_STORY).state, to_review().state, walk([SteppedAside("help")]).state):
        assert walk([Erased()], state).state == NOBODY
        assert Ask() not in walk([Erased()], state).effects
