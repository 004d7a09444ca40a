"""Ways through the conversation for tests: a person who answers, as events, without words on a screen."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import strategies as st

from bot import places
from bot.conversation import step
from bot.questions import QUESTIONNAIRE
from bot.receipts import new as new_receipt
from bot.redaction import redact
from bot.turns import (
    NOBODY,
    Chose,
    Effect,
    Erased,
    Event,
    Finished,
    Left,
    MistypedCommand,
    MistypedReceipt,
    Opened,
    Paused,
    Replaced,
    Resumed,
    Said,
    SentMedia,
    Skipped,
    State,
    SteppedAside,
    Submit,
    Turn,
    TurnedPage,
    TypedReceipt,
    WentBack,
)

RECEIPT = new_receipt(bytes(range(10)))

CODES = sorted(
    {option.code for q in QUESTIONNAIRE.questions for option in getattr(q, "options", ())}
    | {
        "resume",
        "erase",
        "go_on",
        "pause",
        "keep",
        "change",
        "remove",
        "send",
        "back",
        "no_quote",
        "s1",
        "s2",
    }
    | {
        "help",
        "grounding",
        "hide",
        "clear_chat",
        "end",
        "read",
        "add",
        "withdraw",
        "FR",
        "BE",
        "other",
        "country",
    }
    | {q.id for q in QUESTIONNAIRE.questions}
)


def says(text: str, *, crisis: bool = False) -> Said:
    return Said(redact(text), crisis)


def events() -> st.SearchStrategy[Event]:
    """Anything a person can do, in no order that makes sense."""
    words = st.sampled_from(
        [
            "",
            "Il est revenu. Puis il a écrit.",
            "appelez le 06 39 98 12 34",
            "oui",
            "…",
            "Une phrase\nune autre",
        ]
    )
    plain: list[Event] = [
        Opened(),
        Opened("en"),
        Skipped(),
        WentBack(),
        Paused(),
        Left(),
        Erased(),
        Finished(),
        TurnedPage(),
        Resumed(),
        SentMedia(),
        TypedReceipt(RECEIPT),
        MistypedReceipt(),
        MistypedCommand(),
    ]
    return st.one_of(
        st.sampled_from(plain),
        st.lists(st.sampled_from(CODES), max_size=3).map(lambda codes: Chose(tuple(codes))),
        st.sampled_from(["help", "rights", "privacy", "language", "receipt"]).map(SteppedAside),
        st.builds(lambda text, crisis: says(text, crisis=crisis), words, st.booleans()),
        st.builds(lambda text, crisis: Replaced(redact(text), crisis), words, st.booleans()),
    )


def moves() -> st.SearchStrategy[list[object]]:
    """Events that make more sense: a number stands for that offer of the place where she is."""
    return st.lists(st.one_of(events(), st.integers(0, 24), st.integers(0, 3)), max_size=60)


def walk(said: Iterable[object], state: State = NOBODY) -> Turn:
    """Follow events from a state; numbers choose what is on offer there. The last turn, with all effects so
    far."""
    turn = Turn(state, ())
    effects: list[Effect] = []
    for event in said:
        turn = step(QUESTIONNAIRE, turn.state, meant(event, turn.state))
        effects += turn.effects
    return Turn(turn.state, tuple(effects))


def meant(event: object, state: State) -> Event:
    if isinstance(event, int):
        offers = places.place(QUESTIONNAIRE, state).offers
        return Chose((offers[event % len(offers)].code,)) if offers else Finished()
    return event  # type: ignore[return-value]


TO_STORY: tuple[Event, ...] = (
    Opened(),
    Chose(("fr",)),
    Chose(("no",)),
    Chose(("testify",)),
    Chose(("yes",)),
    Chose(("accept",)),
)
"""From nothing to the first message of the story."""


def to_review(*facts: Event) -> Turn:
    """A short story, `facts` from `who_came` on, and everything after them passed, up to the review."""
    turn = walk(
        (*TO_STORY, says("Il a gardé mon numéro. Il m’a écrit le soir."), Finished(), Skipped(), *facts)
    )
    while turn.state.at != places.REVIEW:
        turn = walk([Skipped()], turn.state)
    return turn


def submitted(turn: Turn) -> list[Submit]:
    return [effect for effect in turn.effects if isinstance(effect, Submit)]
