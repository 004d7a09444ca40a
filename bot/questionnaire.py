"""What a questionnaire is: questions as data, and the faults such data can have.

A question says when it is asked; none says where to go next. Conditions look only backwards and rest on
choices, never on what a person wrote in her own words. So the path can be recomputed from the answers at any
moment, drawn, checked and explained, and changing an early answer drops what is no longer asked.

Never here: the questions themselves (`bot.questions`), the walk through them (`bot.conversation`), or any
sentence a person reads (`locales`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

LONGEST_ID = 40
"""Characters. An id and an option's code must fit a button's 64 bytes beside a revision number (Bot API)."""

ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?")


Given: TypeAlias = Mapping[str, tuple[str, ...]]
"""Codes chosen at each question so far."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Holds when any of `codes` was chosen at `question`."""

    question: str
    codes: frozenset[str]

    def holds(self, given: Given) -> bool:
        return not self.codes.isdisjoint(given.get(self.question, ()))


@dataclass(frozen=True, slots=True)
class Answered:
    """Holds when `question` was answered at all, skipped being no answer."""

    question: str

    def holds(self, given: Given) -> bool:
        return bool(given.get(self.question))


@dataclass(frozen=True, slots=True)
class Not:
    condition: Condition

    def holds(self, given: Given) -> bool:
        return not self.condition.holds(given)


@dataclass(frozen=True, slots=True)
class AllOf:
    conditions: tuple[Condition, ...]

    def holds(self, given: Given) -> bool:
        return all(condition.holds(given) for condition in self.conditions)


Condition: TypeAlias = Chosen | Answered | Not | AllOf


@dataclass(frozen=True, slots=True)
class Option:
    """One line of a closed list. `alone` options, such as "none of these", exclude all others."""

    code: str
    alone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What every question has. `words` is its paragraph in questions.ftl, its own id unless shared."""

    id: str
    when: Condition | None = None
    words: str = ""
    about: str = ""
    """The code of the option this copy of a repeated question is about, such as whose reaction is asked."""

    def __post_init__(self) -> None:
        if not self.words:
            object.__setattr__(self, "words", self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Question):
    """A closed list. Counted in digests unless `counted` is False (then it only steers, and is not kept)."""

    options: tuple[Option, ...]
    many: bool = False
    counted: bool = True
    skipping: str = ""
    """The code that skipping stands for where the way needs one; "": skipping is no answer."""

    _by_code: Mapping[str, Option] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # `super()` without arguments does not survive slots=True on Python 3.11.
        Question.__post_init__(self)
        object.__setattr__(self, "_by_code", {option.code: option for option in self.options})

    def option(self, code: str) -> Option | None:
        return self._by_code.get(code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Question):
    """Her own words: redacted, sealed, never counted. `many` takes several messages until she says it is
    done."""

    many: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate(Question):
    """A warning before a harder block, with three ways: go on, leave the block out, pause."""

    options: tuple[Option, ...] = (Option("go_on"), Option("leave_out"), Option("pause"))

    def option(self, code: str) -> Option | None:
        return next((option for option in self.options if option.code == code), None)


AnyQuestion: TypeAlias = Choice | Text | Gate


@dataclass(frozen=True, slots=True)
class Stage:
    """A named stretch of the way, shown softly as "step 2 of 5"."""

    id: str
    questions: tuple[AnyQuestion, ...]


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """Every question in the order it may be asked, and the version stored inside each testimony."""

    version: int
    stages: tuple[Stage, ...]
    takes_minors: bool = False
    """Only where the association has a child-protection protocol of its own (domain notes, 5.6)."""
    questions: tuple[AnyQuestion, ...] = field(init=False)
    places: Mapping[str, int] = field(init=False, repr=False, compare=False)
    _stages: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        stages = {q.id: n for n, stage in enumerate(self.stages, start=1) for q in stage.questions}
        object.__setattr__(self, "_stages", stages)
        questions = tuple(question for stage in self.stages for question in stage.questions)
        object.__setattr__(self, "questions", questions)
        object.__setattr__(self, "places", {question.id: place for place, question in enumerate(questions)})

    def question(self, id: str) -> AnyQuestion | None:
        place = self.places.get(id)
        return None if place is None else self.questions[place]

    def stage_of(self, id: str) -> int:
        """Which stage, from 1, the question stands in."""
        return self._stages[id]


def rests_on(condition: Condition) -> Iterator[tuple[str, frozenset[str]]]:
    """Each question a condition looks at, with the codes it looks for (none for `Answered`)."""
    match condition:
        case Chosen(question, codes):
            yield question, codes
        case Answered(question):
            yield question, frozenset()
        case Not(inner):
            yield from rests_on(inner)
        case AllOf(conditions):
            for inner in conditions:
                yield from rests_on(inner)


def faults(questionnaire: Questionnaire) -> list[str]:
    """Every fault of a questionnaire, each as a sentence; an empty list is a sound one."""
    found: list[str] = []
    seen: dict[str, AnyQuestion] = {}
    if questionnaire.version < 1:
        found.append(f"The version is {questionnaire.version}; versions start at 1.")
    for question in questionnaire.questions:
        found += _own_faults(question)
        if question.id in seen:
            found.append(f"Two questions are called {question.id}.")
        if question.when is not None:
            found += _condition_faults(question, question.when, seen)
        seen[question.id] = question
    if not questionnaire.questions:
        found.append("There is no question at all.")
    return found


def _own_faults(question: AnyQuestion) -> Iterator[str]:
    if not ID.fullmatch(question.id) or len(question.id) > LONGEST_ID:
        yield f"{question.id!r} is not an id: lower-case words of at most {LONGEST_ID} characters expected."
    if isinstance(question, Choice | Gate):
        codes = [option.code for option in question.options]
        if len(codes) < 2:
            yield f"{question.id} offers fewer than two options."
        for code in sorted({code for code in codes if codes.count(code) > 1}):
            yield f"{question.id} offers {code} twice."
        for code in codes:
            if not ID.fullmatch(code) or len(code) > LONGEST_ID:
                yield f"{question.id} offers {code!r}, which is not a code."
    if isinstance(question, Choice) and question.skipping and question.option(question.skipping) is None:
        yield f"{question.id} takes skipping for {question.skipping}, which it does not offer."
    if (
        isinstance(question, Choice)
        and not question.many
        and any(option.alone for option in question.options)
    ):
        yield f"{question.id} takes one answer, so no option of it can be 'alone'."


def _condition_faults(
    question: AnyQuestion, condition: Condition, seen: Mapping[str, AnyQuestion]
) -> Iterator[str]:
    for id, codes in rests_on(condition):
        earlier = seen.get(id)
        if earlier is None:
            yield f"{question.id} looks at {id}, which is not asked before it."
        elif isinstance(earlier, Text):
            yield f"{question.id} rests on {id}, which is in the person's own words; only choices steer."
        else:
            for code in sorted(codes):
                if earlier.option(code) is None:
                    yield f"{question.id} looks for {code} at {id}, which does not offer it."
