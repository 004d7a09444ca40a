"""How many turns of conversation one core thinks through: `step` alone, in memory.

    python -m benchmarks engine

One turn is one event given to `step`. The walk is the whole questionnaire, every question answered: a story
of three messages, several picks where a list takes several, all eleven reactions, review, and submission.
Reading what was typed, sealing and the store are not in it (`benchmarks/turns.py`).
"""

from __future__ import annotations

import sys

from benchmarks._measure import RUNS, is_quick, told, watched
from bot import places
from bot.conversation import step
from bot.questionnaire import Choice, Gate
from bot.questions import QUESTIONNAIRE
from bot.redaction import redact
from bot.turns import NOBODY, Chose, Event, Finished, Opened, Said, State, Submit

STORY = redact(
    "Il est venu réparer la box. Le soir même il m’a écrit sur mon numéro privé, puis encore. " * 3
)
AIM = 50_000


def the_whole_way() -> list[Event]:
    """The events of one person who answers everything, found by walking."""
    events: list[Event] = []
    state = NOBODY

    def turn(event: Event) -> None:
        nonlocal state
        events.append(event)
        made = step(QUESTIONNAIRE, state, event)
        sent = any(isinstance(effect, Submit) for effect in made.effects)
        state = NOBODY if sent else made.state

    turn(Opened())
    while state.at:
        for event in _answer(state):
            turn(event)
    return events


def _answer(state: State) -> list[Event]:
    """What she says where she stands: the ways on are chosen, and lists are picked from at two places."""
    ways = {"danger_now": "no", places.REVIEW: "keep", places.CONFIRM: "send", "consent_share": "stats_only"}
    here = places.place(QUESTIONNAIRE, state)
    question = QUESTIONNAIRE.question(here.id)
    if here.takes_text:
        return [Said(STORY)] * (3 if here.many else 1) + ([Finished()] if here.many else [])
    if here.id == "told_whom" and isinstance(question, Choice):
        return [
            Chose(tuple(o.code for o in question.options if not o.alone and o.code != "other")),
            Finished(),
        ]
    if isinstance(question, Choice) and question.many:
        codes = [option.code for option in question.options if not option.alone]
        return [Chose((codes[0],)), Chose((codes[1],)), Finished()]
    if isinstance(question, Gate):
        return [Chose(("go_on",))]
    return [Chose((ways.get(here.id, here.offers[0].code),))]


def walk(events: list[Event], times: int) -> None:
    for _ in range(times):
        state = NOBODY
        for event in events:
            state = step(QUESTIONNAIRE, state, event).state


def main() -> int:
    quick = is_quick(__doc__)
    events = the_whole_way()
    times = 10 if quick else 1000
    walk(events, times // 10)
    runs = [watched(lambda: walk(events, times)) for _ in range(RUNS if quick else 2 * RUNS + 1)]
    turns = times * len(events)
    print(f"one whole questionnaire: {len(events)} turns")
    told("turns a second of one core", "/s", [turns / run.processor for run in runs], f"aim > {AIM:,}")
    told("the same by the clock on the wall", "/s", [turns / run.wall for run in runs])
    told("one turn", "µs", [run.processor / turns * 1e6 for run in runs])
    return 0


if __name__ == "__main__":
    sys.exit(main())
