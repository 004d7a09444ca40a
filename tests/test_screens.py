"""What is shown can always be said, in every language, at every place, and fits what a channel takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import places, rights
from bot.conversation import step
from bot.questions import QUESTIONNAIRE
from bot.turns import State
from handlers import Button, Screen
from handlers.screens import TOGETHER_CHARACTERS, Painter, together
from tests.stage import HOUSE, WORDS
from tests.walks import meant, moves, to_review

ROOT = Path(__file__).parent.parent
BOT_API_LONGEST = 4096
"""Characters in one Telegram message (Bot API, sendMessage)."""


def painter(channel: str = "terminal") -> Painter:
    return Painter(QUESTIONNAIRE, WORDS, HOUSE, channel)


@given(moves(), st.sampled_from(["fr", "en"]), st.sampled_from(["terminal", "telegram", "signal", "web"]))
def test_every_turn_can_be_shown_in_every_language_on_every_channel(said, language, channel):
    state = State(language=language)
    for event in said:
        turn = step(QUESTIONNAIRE, state, meant(event, state))
        spoken = turn.state.language or language
        for screen in painter(channel).turn(turn.effects, turn.state, spoken):
            assert screen.text.strip()
            assert len(screen.text) <= BOT_API_LONGEST
            assert "{" not in screen.text
        state = turn.state


@given(moves())
def test_a_turn_is_two_messages_at_the_most(said):
    """A burst frightens: what is told is one message, what is asked another."""
    state = State()
    for event in said:
        turn = step(QUESTIONNAIRE, state, meant(event, state))
        assert len(painter().turn(turn.effects, turn.state, "fr")) <= 2
        state = turn.state


def test_every_key_that_may_be_told_exists_in_every_language():
    handlers = (f"handlers/{name}.py" for name in ("answers", "dispatch", "testimonies"))
    for file in ("bot/conversation.py", *handlers):
        source = (ROOT / file).read_text()
        keys = set(re.findall(r'(?:Tell|screen|_nothing_kept\(state,)\(?\s*"([a-z-]+)"', source))
        assert keys
        for words in WORDS.values():
            assert {
                key for key in keys - {"help-lines", "stage", "clear-chat"} if not words.has(key)
            } == set()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_page_on_rights_and_privacy_can_be_read(language):
    for topic in rights.every_topic():
        for page in range(topic.pages):
            state = State(at="lang", language=language, aside=(places.TOPIC + topic.id,), page=page)
            (screen,) = painter().ask(state)
            assert screen.text.strip()
    for page in range(places.PRIVACY_PAGES):
        (screen,) = painter().ask(State(at="lang", language=language, aside=(places.PRIVACY,), page=page))
        assert screen.text.strip()


@pytest.mark.parametrize("country", places.COUNTRIES)
@pytest.mark.parametrize("kind", places.HELP_KINDS)
def test_every_kind_of_help_has_an_answer_in_every_country(country, kind):
    for language, words in WORDS.items():
        blocks = painter().help_block(kind, State(language=language, country=country), words)
        assert all(block.strip() for block in blocks)


def test_help_is_by_country_and_not_by_language():
    french = painter().help_block("danger", State(country="FR"), WORDS["en"])
    swiss = painter().help_block("danger", State(country="CH"), WORDS["en"])

    assert "17" in french[0]
    assert french != swiss


def test_nothing_claims_to_be_verified_until_an_operator_said_so():
    told = "\n".join(painter().help_block("talk", State(country="FR"), WORDS["fr"]))

    assert WORDS["fr"].say("help-dated", year="2000").split(". ")[1] in told


def test_a_long_story_is_shown_whole_on_the_review_in_pages():
    state = to_review().state
    story = " ".join(f"mot{n}" for n in range(2_000))
    long = State(
        at=places.REVIEW, answers=state.answers, texts={"narrative": (story,), "narrative_more": ("Fin.",)}
    )

    shown = [screen.text for screen in painter().ask(long)]

    assert all(len(text) <= BOT_API_LONGEST for text in shown)
    assert all(f"mot{n}" in " ".join(shown).split() for n in range(2_000))


def test_long_lists_are_paged_and_numbered_through():
    numbers: list[int] = []
    for page in range(4):
        (screen,) = painter().ask(State(at="region", page=page))
        numbers += [int(button.say) for button in screen.buttons]

    assert numbers == list(range(1, 25))


def test_a_painter_that_paints_for_many_tells_each_only_of_her_own_rights_and_picks():
    one = painter()
    states = [
        State(at="who_came", aside=(places.RIGHTS,), country=country, answers=answers)
        for country in ("FR", "BE")
        for answers in ({}, {"what_happened": ("data_misuse",)}, {"what_happened": ("threats", "other")})
    ]
    states += [
        State(at="what_happened", picked=picked, aside=aside)
        for picked in ((), ("other",), ("staring", "other"))
        for aside in ((), (places.COUNTRY,))
    ]

    for state in (*states, *states):
        assert one.ask(state) == painter().ask(state)

    assert one.ask(states[0]) != one.ask(states[1])
    assert (
        "(choisi)"
        not in one.ask(State(at="what_happened", picked=("other",), aside=(places.COUNTRY,)))[0].text
    )


def test_what_is_told_and_asked_at_once_is_one_message_with_its_buttons() -> None:
    told, asked = (
        Screen("Bonjour."),
        Screen("Que voulez-vous faire ?", row=(Button("Aide", "AIDE"),), stamp="a"),
    )

    assert together([told, asked]) == [
        Screen("Bonjour.\n\nQue voulez-vous faire ?", row=asked.row, stamp=asked.stamp)
    ]


@pytest.mark.parametrize(
    "apart",
    [
        Screen("huit mots", protect=True, copy=Button("Copier", "huit mots")),
        Screen("lu dix minutes", minutes=10),
        Screen("une question", (Button("Oui", "1"),)),
        Screen("une liste", stamp="b"),
    ],
)
def test_what_is_deleted_protected_or_answered_alone_takes_nothing_in(apart: Screen) -> None:
    assert together([apart, Screen("La suite.")]) == [apart, Screen("La suite.")]


@given(st.lists(st.text(min_size=1, max_size=900), max_size=8))
def test_joined_or_not_everything_is_told_in_its_order_and_can_be_read_at_once(texts: list[str]) -> None:
    joined = [screen.text for screen in together([Screen(text) for text in texts])]

    assert "\n\n".join(joined) == "\n\n".join(texts)
    assert all(len(text) <= TOGETHER_CHARACTERS + len("\n\n") for text in joined)
