"""A testimony as text, in the order it is read: story, additions, answers, what the team wrote.

The desk shows it in a chat (`handlers.casefile`), `python -m bot open` on a moderator's own machine
(`handlers.own_machine`): the same sentences in the same order.

Never here: opening anything, and whether it may be shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.questions import EVERY_QUESTION, NEEDS_CARE
from bot.testimony import CodedPart, StoryPart
from locales import Words

HARD = NEEDS_CARE | {"threats", "pressure", "entered_without"}
"""Answers after which a reader is warned more plainly (domain notes, 5.6: reading hurts volunteers too)."""

_QUESTIONS = {question.id: question for question in EVERY_QUESTION}


@dataclass(slots=True)
class Case:
    """What is there of a case, read. `team`: for each text of the team, which kind and what it says."""

    coded: CodedPart | None = field(default=None, repr=False)
    story: StoryPart | None = field(default=None, repr=False)
    more: list[StoryPart] = field(default_factory=list, repr=False)
    team: list[tuple[str, str]] = field(default_factory=list, repr=False)

    @property
    def is_hard(self) -> bool:
        """Whether a reader is warned more plainly."""
        coded = self.coded
        return coded is not None and any(code in HARD for codes in coded.answers.values() for code in codes)

    @property
    def language(self) -> str:
        return self.coded.language if self.coded else "?"


def paragraphs(words: Words, head: str, case: Case) -> list[str]:
    told = [head, *_story(words, case.story)]
    told += [f"{words.say('desk-case-more')}\n{_texts(text)}" for text in case.more]
    if case.coded is not None and case.coded.answers:
        told.append("\n".join([words.say("desk-case-answers"), *_answers(words, case.coded)]))
    for kind, text in case.team:
        label = "desk-case-note" if kind == "note" else "desk-case-summary"
        told.append(f"{words.say(label)}\n{text}")
    return told


def share(words: Words, coded: CodedPart | None) -> str:
    """What she agreed to, in words; the code where this version does not know it."""
    if coded is None:
        return "?"
    key = f"desk-share-{coded.share}"
    return words.say(key) if words.has(key) else coded.share


def _story(words: Words, story: StoryPart | None) -> Iterable[str]:
    if story is None:
        yield words.say("desk-case-no-story")
        return
    yield f"{words.say('desk-case-story')}\n{_texts(story)}"
    if story.quote:
        yield f"{words.say('desk-case-quote')}\n{story.quote}"
    if story.removed:
        kinds = (words.say(f"kind-{kind}") if words.has(f"kind-{kind}") else kind for kind in story.removed)
        yield words.say("desk-case-removed", kinds=", ".join(kinds))


def _texts(story: StoryPart) -> str:
    return "\n\n".join(text for _, texts in story.texts for text in texts)


def _answers(words: Words, coded: CodedPart) -> Iterable[str]:
    """One line a question, in the order they are asked. A code this version does not know is shown as it
    is."""
    order = {id: place for place, id in enumerate(_QUESTIONS)}
    for id, codes in sorted(coded.answers.items(), key=lambda told: order.get(told[0], len(order))):
        question = _QUESTIONS.get(id)
        if question is None:
            yield f"· {id}: {', '.join(codes)}"
            continue
        labels = [
            words.option(question.words, code) if words.has(f"{question.words}.{code}") else code
            for code in codes
        ]
        yield f"· {words.asked(question)} {', '.join(labels)}"
