"""Showing a case to the one who reads it: a warning first, then what was told, protected, for ten minutes.

What is shown was redacted before it was ever kept. It still is somebody's story: it is not shown before the
reader was warned, nor to anybody but the one who took the case (or an owner), and each showing is a line in
the log.

Never here: decisions (`handlers.cases`).
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.moderation import reference
from bot.questions import EVERY_QUESTION, NEEDS_CARE
from bot.testimony import CODED, MORE, STORY, CodedPart, StoryPart, read_coded, read_story
from handlers import Button, Screen
from handlers.bench import SHOWN_MINUTES, Act, Asked, Bench, shown
from handlers.texts import SUMMARY
from locales import Words
from storage import CaseRow

NOTE = "note-"
"""Prefix of the parts a moderator writes for the team."""

HARD = NEEDS_CARE | {"threats", "pressure", "entered_without"}
"""Answers after which a reader is warned more plainly (domain notes, 5.6: reading hurts volunteers too)."""

_QUESTIONS = {question.id: question for question in EVERY_QUESTION}


async def warning(bench: Bench, asked: Asked, row: CaseRow) -> Screen:
    """What is said before a text is shown. Raises `ItemError` where the case does not open."""
    coded = await bench.part(row, CODED, read_coded)
    hard = coded is not None and any(code in HARD for codes in coded[1].answers.values() for code in codes)
    ref = reference(row.case)
    bench.warned.add((asked.member.member, row.case))
    bench.last[asked.member.member] = row.case
    read = Button(asked.words.say("desk-button-open"), f"/open {ref}")
    if row.state == "quarantined":
        back = Button(asked.words.say("desk-button-quarantine-look"), "/quarantine")
        return Screen(asked.words.say("desk-warning-quarantine", case=ref), (read, back))
    leave = Button(asked.words.say("desk-button-undo"), "/undo")
    return Screen(asked.words.say("desk-warning-hard" if hard else "desk-warning", case=ref), (read, leave))


async def warn(bench: Bench, asked: Asked) -> Act:
    return Act(screens=(await warning(bench, asked, asked.row),), audited=False)


async def show_case(bench: Bench, asked: Asked) -> Act:
    if (asked.member.member, asked.row.case) not in bench.warned:
        return await warn(bench, asked)
    reader = (asked.member.member, asked.row.case)
    if asked.given.command != "open_yes" and reader not in bench.read and await _insults(bench, asked.row):
        return Act(screens=(_insult_warning(asked),), audited=False)
    told = await _paragraphs(bench, asked)
    bench.read.add(reader)
    last = Screen(asked.words.say("desk-case-checklist"), _decisions(asked), minutes=SHOWN_MINUTES)
    return Act(screens=(*shown("\n\n".join(told)), last))


async def _insults(bench: Bench, row: CaseRow) -> bool:
    """Whether her words hold insults or threats. A witness quotes what she was called: this judges nobody, it
    only asks the reader whether she wants to read it now."""
    for item in await bench.store.items(row.case):
        if item.part == STORY or item.part.startswith(MORE):
            story = bench.readable(row, item.part, read_story, bench.open(row, item))
            if bench.insults.stand_in((*(text for _, texts in story.texts for text in texts), story.quote)):
                return True
    return False


def _insult_warning(asked: Asked) -> Screen:
    """The second press is another command than the first, so that pressing twice by mistake shows nothing."""
    buttons = [Button(asked.words.say("desk-button-open-yes"), f"/open yes {asked.ref}")]
    if asked.view == "mine":
        buttons.append(Button(asked.words.say("desk-button-undo"), "/undo"))
    return Screen(asked.words.say("desk-warning-insults", case=asked.ref), tuple(buttons))


def _decisions(asked: Asked) -> tuple[Button, ...]:
    if asked.view == "quarantined":
        release = Button(asked.words.say("desk-button-release"), f"/quarantine release {asked.ref}")
        return release, Button(asked.words.say("desk-button-quarantine-look"), "/quarantine")
    said = {"approve": asked.ref, "reject": asked.ref, "escalate": asked.ref, "undo": ""}
    return tuple(
        Button(asked.words.say(f"desk-button-{name}"), f"/{name} {ref}".strip()) for name, ref in said.items()
    )


async def _paragraphs(bench: Bench, asked: Asked) -> list[str]:
    """Every part of the case as text, in the order it is read: story, additions, answers, the team's."""
    coded: CodedPart | None = None
    story: StoryPart | None = None
    more: list[str] = []
    team: list[str] = []
    say = asked.words.say
    for item in await bench.store.items(asked.row.case):
        opened = bench.open(asked.row, item)
        if item.part == CODED:
            coded = bench.readable(asked.row, item.part, read_coded, opened)
        elif item.part == STORY:
            story = bench.readable(asked.row, item.part, read_story, opened)
        elif item.part.startswith(MORE):
            more.append(_texts(bench.readable(asked.row, item.part, read_story, opened)))
        elif item.part == SUMMARY:
            team.append(f"{say('desk-case-summary')}\n{opened.body.decode()}")
        elif item.part.startswith(NOTE):
            team.append(f"{say('desk-case-note')}\n{opened.body.decode()}")
    told = [_head(asked, coded)]
    told += _story(asked.words, story)
    told += [f"{say('desk-case-more')}\n{text}" for text in more]
    if coded is not None and coded.answers:
        told.append("\n".join([say("desk-case-answers"), *_answers(asked.words, coded)]))
    return told + team


def _head(asked: Asked, coded: CodedPart | None) -> str:
    return asked.words.say(
        "desk-case-head",
        case=asked.ref,
        state=asked.words.say(f"desk-state-{asked.row.state}"),
        language=coded.language if coded else "?",
        share=_share(asked.words, coded.share) if coded else "?",
    )


def _share(words: Words, share: str) -> str:
    key = f"desk-share-{share}"
    return words.say(key) if words.has(key) else share


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
