"""Showing a case to the one who reads it: a warning first, then what was told, protected, for ten minutes.

What is shown was redacted before it was ever kept. It still is somebody's story: it is not shown before the
reader was warned, nor to anybody but the one who took the case (or an owner), and each showing is a line in
the log.

Never here: decisions (`handlers.cases`).
"""

from __future__ import annotations

from bot.moderation import reference
from bot.testimony import CODED, MORE, STORY, read_coded, read_story
from handlers import Button, Screen
from handlers.bench import SHOWN_MINUTES, Act, Asked, Bench, shown
from handlers.texts import SUMMARY
from handlers.told import HARD, Case, paragraphs, share
from storage import CaseRow

NOTE = "note-"
"""Prefix of the parts a moderator writes for the team."""


async def warning(bench: Bench, asked: Asked, row: CaseRow) -> Screen:
    """What is said before a text is shown. Raises `ItemError` where the case does not open.

    In the console profile it is shown elsewhere, and nothing is opened here.
    """
    if bench.policy.console:
        return fetched(bench, asked, row)
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


def fetched(bench: Bench, asked: Asked, row: CaseRow) -> Screen:
    """What is said of a case that is read on one's own machine."""
    ref = reference(row.case)
    bench.last[asked.member.member] = row.case
    get = Button(asked.words.say("desk-button-get"), f"/get {ref}")
    if row.state == "quarantined":
        return Screen(asked.words.say("desk-console-quarantine", case=ref), (get,))
    leave = Button(asked.words.say("desk-button-undo"), "/undo")
    return Screen(asked.words.say("desk-console-next", case=ref), (get, leave))


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
    """Every part of the case as text."""
    case = Case()
    for item in await bench.store.items(asked.row.case):
        opened = bench.open(asked.row, item)
        if item.part == CODED:
            case.coded = bench.readable(asked.row, item.part, read_coded, opened)
        elif item.part == STORY:
            case.story = bench.readable(asked.row, item.part, read_story, opened)
        elif item.part.startswith(MORE):
            case.more.append(bench.readable(asked.row, item.part, read_story, opened))
        elif item.part == SUMMARY or item.part.startswith(NOTE):
            case.team.append((item.part.partition("-")[0], opened.body.decode()))
    head = asked.words.say(
        "desk-case-head",
        case=asked.ref,
        state=asked.words.say(f"desk-state-{asked.row.state}"),
        language=case.language,
        share=share(asked.words, case.coded),
    )
    return paragraphs(asked.words, head, case)
