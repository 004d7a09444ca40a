"""The conversation keeps its promises for any event in any state."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot import places
from bot.conversation import step
from bot.places import is_asked, kept_answers, kept_texts, place
from bot.questionnaire import Choice, Chosen, Option, Questionnaire, Stage, Text, faults
from bot.questions import QUESTIONNAIRE, questionnaire
from bot.redaction import redact
from bot.turns import (
    NOBODY,
    Ask,
    Chose,
    Erased,
    Finished,
    Forget,
    Left,
    Opened,
    Paused,
    Replaced,
    Resumed,
    SentMedia,
    Skipped,
    State,
    SteppedAside,
    Submit,
    Tell,
    TurnedPage,
    TypedReceipt,
    UseReceipt,
    WentBack,
    read_state,
    write_state,
)
from tests.walks import RECEIPT, TO_STORY, events, meant, moves, says, submitted, to_review, walk


@given(st.lists(events(), max_size=40), events())
def test_any_event_in_any_state_has_an_answer(said, last):
    turn = step(QUESTIONNAIRE, walk(said).state, last)

    assert turn.effects
    place(QUESTIONNAIRE, turn.state)


@given(st.text(max_size=20), st.lists(st.text(max_size=8), max_size=3), st.integers(-3, 99), events())
def test_a_state_from_nowhere_is_answered_too(at, aside, page, event):
    turn = step(QUESTIONNAIRE, State(at=at, aside=tuple(aside), page=page), event)

    assert turn.effects


@given(moves())
def test_a_state_survives_being_written_and_read(said):
    state = walk(said).state

    assert read_state(write_state(state)) == state


@given(st.binary(max_size=60))
def test_bytes_that_are_no_state_are_a_value_error(box):
    try:
        read_state(box)
    except ValueError:
        return
    raise AssertionError("random bytes were taken for a state")


@given(moves())
def test_leaving_forgets_everything_at_any_moment(said):
    turn = step(QUESTIONNAIRE, walk(said).state, Left())

    assert turn.state == State()
    assert any(isinstance(effect, Forget) for effect in turn.effects)


@given(moves())
def test_erasing_forgets_everything_and_says_one_neutral_line(said):
    turn = step(QUESTIONNAIRE, walk(said).state, Erased())

    assert turn.state == State()
    assert turn.effects == (Forget(messages=True), Tell("erased"))


@given(moves(), st.sampled_from(["06 39 98 12 34", "canari@exemple.fr"]))
def test_nothing_unredacted_reaches_a_state_or_an_effect_that_stores(said, secret):
    turn = walk([*said, says(f"Écrivez-moi : {secret}."), Replaced(redact(f"non, {secret}"))])

    assert secret.encode() not in write_state(turn.state)
    for effect in turn.effects:
        if isinstance(effect, Submit | UseReceipt):
            assert secret not in repr([getattr(effect, name) for name in effect.__slots__])


@given(moves())
def test_her_words_have_no_repr(said):
    turn = walk([*said, says("canariunique")])

    assert "canariunique" not in repr(turn)
    assert "canariunique" not in repr(says("canariunique"))


@given(moves())
def test_no_more_than_one_thing_is_told_and_one_asked_for_each_event(said):
    """A burst of messages frightens; what is told is one message, what is asked another."""
    turn = walk([])
    for event in said:
        turn = step(QUESTIONNAIRE, turn.state, meant(event, turn.state))
        assert sum(isinstance(effect, Ask) for effect in turn.effects) <= 1


@given(moves())
def test_only_what_is_still_asked_is_submitted(said):
    """Changing an earlier answer drops what is no longer asked."""
    for sent in submitted(walk(said)):
        for id in sent.answers:
            question = QUESTIONNAIRE.question(id)
            assert question is not None
            assert isinstance(question, Choice)
            assert question.counted
            assert is_asked(question, {**sent.answers, "gate_physical": ("go_on",)})


@given(moves())
def test_nothing_is_submitted_without_consent_and_a_last_yes(said):
    consented = False
    turn = walk([])
    for event in said:
        before = turn.state
        happened = meant(event, before)
        turn = step(QUESTIONNAIRE, before, happened)
        consented = consented or before.answers.get("consent_collect") == ("accept",)
        if submitted(turn):
            assert consented
            assert before.at == places.CONFIRM
            assert happened == Chose(("send",))


# --- the way, told as stories -------------------------------------------------------------------------------


def test_the_questionnaire_has_no_fault():
    assert faults(questionnaire(about_you=True)) == []


def test_every_kind_of_fault_is_told_as_a_sentence():
    text = Text(id="story")
    late = Choice(id="late", options=(Option("a"), Option("b")))
    broken = Questionnaire(
        version=0,
        stages=(
            Stage(
                "all",
                (
                    text,
                    Choice(id="Bad id", options=(Option("x"),)),
                    Choice(
                        id="on_text", options=(Option("a"), Option("a")), when=Chosen("story", frozenset("a"))
                    ),
                    Choice(
                        id="early", options=(Option("a"), Option("b")), when=Chosen("late", frozenset("a"))
                    ),
                    late,
                    late,
                    Choice(
                        id="gone", options=late.options, when=Chosen("late", frozenset({"c"})), skipping="z"
                    ),
                    Choice(id="lonely", options=(Option("a", alone=True), Option("b"))),
                ),
            ),
        ),
    )

    told = " ".join(faults(broken))

    for part in (
        "versions start at 1",
        "is not an id",
        "fewer than two options",
        "offers a twice",
        "only choices steer",
        "not asked before it",
        "Two questions are called late",
        "does not offer it",
        "takes skipping for z",
        "can be 'alone'",
    ):
        assert part in told, part


def test_the_next_question_is_the_first_one_not_met():
    turn = walk((*TO_STORY, says("Il m’a écrit."), Finished(), Skipped(), Chose(("delivery",))))

    assert turn.state.at == "who_sent"
    assert turn.state.answers["who_came"] == ("delivery",)


def test_several_messages_make_one_story_until_she_says_it_is_done():
    turn = walk((*TO_STORY, says("Un."), says("Deux."), Finished()))

    assert turn.state.texts["narrative"] == ("Un.", "Deux.")
    assert Tell("validation-story") in turn.effects
    assert turn.state.at == "narrative_more"


def test_an_edited_message_replaces_the_last_one():
    turn = walk((*TO_STORY, says("Un."), says("Deux."), Replaced(redact("Deux, mieux."))))

    assert turn.state.texts["narrative"] == ("Un.", "Deux, mieux.")


def test_an_edited_message_replaces_the_last_one_even_at_the_next_question():
    turn = walk((*TO_STORY, says("Un."), Finished(), says("Encore."), Replaced(redact("Encore, mieux."))))

    assert turn.state.at == "who_came"
    assert turn.state.texts["narrative_more"] == ("Encore, mieux.",)


def test_options_that_stand_alone_exclude_the_others():
    before = walk((*TO_STORY, Skipped(), Skipped(), Skipped(), Skipped(), Skipped()))
    assert before.state.at == "what_happened"

    picked = walk([Chose(("calls", "letters")), Chose(("calls",))], before.state)
    assert picked.state.picked == ("letters",)

    alone = walk([Chose(("prefer_not",))], picked.state)
    assert alone.state.answers["what_happened"] == ("prefer_not",)
    assert alone.state.at == "gate_physical"


def test_her_own_words_at_a_list_are_kept_as_other():
    turn = walk((*TO_STORY, Skipped(), Skipped(), says("quelqu’un pour le piano")))

    assert turn.state.answers["who_came"] == ("other",)
    assert turn.state.texts["who_came"] == ("quelqu’un pour le piano",)


def test_she_is_told_once_how_to_answer_and_never_twice():
    before = walk((*TO_STORY, Skipped(), Skipped(), Skipped()))
    assert before.state.at == "who_sent"

    once = walk([says("une camionnette blanche")], before.state)
    twice = walk([says("je ne sais plus bien")], once.state)

    assert Tell("not-understood") in once.effects
    assert Tell("not-understood") not in twice.effects
    assert twice.state.texts["who_sent"] == ("je ne sais plus bien",)
    assert twice.state.at == "contact_source"


def test_nothing_she_writes_before_consent_is_kept():
    turn = walk([Opened(), says("il m’a suivie"), says("il m’a suivie jusqu’en bas"), says("encore")])

    assert turn.state.texts == {}
    assert turn.state.answers == {}


def test_going_back_and_answering_again_keeps_what_followed():
    turn = to_review(Chose(("delivery",)), Chose(("shop",)))
    change = walk([Chose(("change",)), Chose(("who_came",)), Chose(("plumber",))], turn.state)

    assert change.state.at == places.REVIEW
    assert change.state.answers["who_came"] == ("plumber",)
    assert change.state.answers["who_sent"] == ("shop",)


def test_changing_an_answer_drops_what_is_no_longer_asked():
    turn = to_review()
    told = walk(
        [
            Chose(("change",)),
            Chose(("told_whom",)),
            Chose(("cnil", "doctor")),
            Finished(),
            Chose(("no_answer",)),
            Chose(("listened",)),
            Skipped(),
            Skipped(),
        ],
        turn.state,
    )
    assert told.state.at == places.REVIEW
    assert kept_answers(QUESTIONNAIRE, told.state)["reaction.cnil"] == ("no_answer",)

    changed = walk([Chose(("change",)), Chose(("told_whom",)), Chose(("cnil",)), Finished()], told.state)

    assert "reaction.cnil" not in kept_answers(QUESTIONNAIRE, changed.state)
    assert kept_answers(QUESTIONNAIRE, changed.state)["reaction.doctor"] == ("listened",)


def test_any_sentence_can_be_taken_out():
    turn = to_review()
    without = walk([Chose(("remove",)), Chose(("s1",))], turn.state)

    assert kept_texts(QUESTIONNAIRE, without.state)["narrative"] == ("Il m’a écrit le soir.",)
    assert without.state.at == places.REMOVE

    nothing = walk([Chose(("s1",))], without.state)
    assert kept_texts(QUESTIONNAIRE, nothing.state) == {}


def test_a_gate_leaves_the_block_out_or_pauses():
    gate = walk((*TO_STORY, *[Skipped()] * 6))
    assert gate.state.at == "gate_physical"

    out = walk([Chose(("leave_out",))], gate.state)
    paused = walk([Chose(("pause",))], gate.state)

    assert out.state.at == "channel"
    assert paused.state.here() == places.RESUME
    assert walk([Resumed()], paused.state).state.at == "gate_physical"


def test_what_she_writes_while_paused_at_her_story_is_kept_in_it():
    turn = walk((*TO_STORY, says("Un."), Paused(), says("Deux.")))

    assert turn.state.texts["narrative"] == ("Un.", "Deux.")


def test_coming_back_offers_to_resume_and_never_repeats_the_story():
    turn = walk((*TO_STORY, says("Un."), Opened()))

    assert turn.state.here() == places.RESUME
    assert turn.effects[-1] == Ask()


def test_a_quote_is_shown_before_it_is_offered_and_no_quote_falls_back_to_the_least_use():
    turn = to_review()
    offered = walk([Chose(("keep",)), Chose(("stats_and_quote",)), Chose(("s2",))], turn.state)
    assert offered.state.at == places.QUOTE_SHOWN
    assert offered.state.quote == "Il m’a écrit le soir."

    yes = walk([Chose(("yes",)), Chose(("send",))], offered.state)
    assert submitted(yes)[0].quote == "Il m’a écrit le soir."

    no = walk([Chose(("no",)), Chose(("send",))], offered.state)
    assert submitted(no)[0].quote == ""
    assert submitted(no)[0].share == "stats_only"


def test_a_changed_story_takes_its_quote_back():
    turn = to_review()
    offered = walk(
        [Chose(("keep",)), Chose(("stats_and_quote",)), Chose(("s2",)), Chose(("yes",))], turn.state
    )
    changed = walk([Chose(("back",)), Chose(("remove",)), Chose(("s2",)), WentBack()], offered.state)
    sent = walk([Chose(("keep",)), Chose(("stats_and_quote",)), Skipped(), Chose(("send",))], changed.state)

    assert submitted(sent)[0].quote == ""


def test_keeping_nothing_forgets_the_draft_and_leaves_help_open():
    turn = walk([Chose(("keep",)), Chose(("none",))], to_review().state)

    assert Forget() in turn.effects
    assert turn.state.texts == {}
    assert kept_answers(QUESTIONNAIRE, turn.state) == {}
    assert turn.state.here() == places.HELP


def test_after_submitting_nothing_of_the_testimony_stays_in_the_state():
    turn = walk([Chose(("keep",)), Chose(("stats_only",)), Chose(("send",))], to_review().state)

    assert submitted(turn)
    assert turn.state == State(at=places.CLOSING)


def test_stepping_aside_comes_back_to_where_she_was():
    for to in ("help", "rights", "privacy", "language", "receipt"):
        turn = walk((*TO_STORY, says("Un."), SteppedAside(to), WentBack()))
        assert turn.state.here() == "narrative", to
        assert turn.state.texts["narrative"] == ("Un.",)


def test_help_rights_and_privacy_need_no_consent_and_no_testimony():
    for to in ("help", "rights", "privacy"):
        turn = walk([SteppedAside(to)])
        assert turn.state.here().startswith("@"), to
        assert turn.state.answers == {}


def test_who_came_for_help_first_reads_what_this_is_before_the_first_question():
    for first, back in (
        (SteppedAside("help"), WentBack()),
        (SteppedAside("help"), Chose(("end",))),
        (SteppedAside("rights"), WentBack()),
        (SteppedAside("language"), Chose(("en",))),
        (says("il est là", crisis=True), Chose(("go_on",))),
    ):
        turn = step(QUESTIONNAIRE, walk([first]).state, back)

        assert turn.state.here() == QUESTIONNAIRE.questions[0].id
        assert turn.effects == (Tell("welcome"), Ask())


def test_who_came_with_a_receipt_is_not_told_what_she_knows():
    receipt = walk([SteppedAside("receipt")]).state

    assert step(QUESTIONNAIRE, receipt, WentBack()).effects == (Ask(),)


def test_privacy_is_read_page_by_page_and_ends_where_she_was():
    turn = walk([*TO_STORY, SteppedAside("privacy"), *[TurnedPage()] * places.PRIVACY_PAGES])

    assert turn.state.here() == "narrative"


def test_a_receipt_is_never_kept_in_a_state():
    adding = walk([SteppedAside("receipt"), Chose(("add",)), says("Il est revenu."), TypedReceipt(RECEIPT)])

    used = [effect for effect in adding.effects if isinstance(effect, UseReceipt)]
    assert used == [UseReceipt("add", RECEIPT, ("Il est revenu.",))]
    assert adding.state.texts == {}
    assert adding.state.here() == places.RECEIPT


def test_words_that_are_no_receipt_are_not_kept_where_one_is_waited_for():
    turn = walk([SteppedAside("receipt"), Chose(("read",)), says("je ne trouve plus le papier")])

    assert Tell("receipt-form") in turn.effects
    assert turn.state.texts == {}


def test_media_are_refused_and_she_stays_where_she_was():
    turn = walk((*TO_STORY, says("Un."), SentMedia()))

    assert Tell("media-refused") in turn.effects
    assert turn.state.at == "narrative"


def test_a_story_too_long_to_seal_is_told_and_what_was_there_stays():
    turn = walk((*TO_STORY, says("a" * 150_000), says("b" * 60_000)))

    assert Tell("too-much") in turn.effects
    assert turn.state.texts["narrative"] == ("a" * 150_000,)


def test_somebody_who_is_not_here_can_erase_and_stop_without_starting_anything():
    for event in (Erased(), Left()):
        assert step(QUESTIONNAIRE, NOBODY, event).state == NOBODY


def test_going_back_from_a_changed_answer_returns_to_the_review():
    turn = walk([Chose(("change",)), Chose(("narrative",)), WentBack()], to_review().state)

    assert turn.state.at == places.REVIEW


def test_passing_what_was_answered_before_keeps_that_answer():
    """Consent once given is not taken back by PASSER."""
    state = walk((*TO_STORY, says("Un."), WentBack())).state
    assert state.at == "consent_collect"

    turn = walk([Skipped()], state)

    assert turn.state.at != places.HELP
    assert turn.state.texts["narrative"] == ("Un.",)


def test_passing_a_list_keeps_what_is_ticked():
    before = walk((*TO_STORY, *[Skipped()] * 5, Chose(("calls", "letters"))))
    assert before.state.at == "what_happened"

    assert walk([Skipped()], before.state).state.answers["what_happened"] == ("calls", "letters")


def test_signs_without_a_letter_are_no_answer_in_her_own_words():
    turn = walk((*TO_STORY, Skipped(), Skipped(), says("-5")))

    assert turn.state.texts == {}
    assert turn.state.at == "who_came"


def test_what_she_writes_where_nothing_is_kept_is_said_not_to_be_kept():
    turn = walk((*TO_STORY, SteppedAside("help"), says("il m’a écrit"), says("tous les soirs")))

    assert Tell("not-kept") in turn.effects
    assert turn.state.texts == {}


def test_words_of_distress_after_a_pause_are_kept_too():
    turn = walk((*TO_STORY, says("Un."), Paused(), says("Il est là.", crisis=True)))

    assert turn.state.here() == places.BREATH
    assert turn.state.texts["narrative"] == ("Un.", "Il est là.")
