"""The acts on a case: taking it, deciding, what is written beside it, erasing it.

Each act takes what was asked and gives what to write and what to say; `handlers.desk` commits that in one
change with its line in the audit log. So an act happens whole or not at all, and once.

Never here: whether it is allowed (`bot.moderation`), and showing a case (`handlers.casefile`).
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import replace

from bot.errors import KeyFileError
from bot.moderation import Second, masked, reference
from bot.receipts import seal_reply
from bot.redaction import Redacted, redact
from bot.testimony import CODED, MORE, STORY, StoryPart, read_coded, read_story, write_story
from handlers import Button, Screen
from handlers.bench import Act, Asked, Bench, ItemError, shown
from handlers.casefile import NOTE, warning
from handlers.quotes import Released, may_leave, write_released
from handlers.texts import QUOTE, SUMMARY, waiting_texts
from storage.changes import (
    AskSecond,
    CaseState,
    EraseCase,
    KeepReply,
    Move,
    Operation,
    PutMeta,
    TakeSecond,
)

MAY_SUMMARISE = frozenset({"stats_and_summary", "stats_and_quote"})
MAY_QUOTE = frozenset({"stats_and_quote"})

ASKED_DAYS = 7
"""Days a request waits for its second person. Who agrees later agrees to something long forgotten."""

# --- taking, deciding ---------------------------------------------------------------------------------------


async def claim_next(bench: Bench, asked: Asked) -> Act:
    """Take a case of the oldest day. Which one of that day is chance: an order would tell the hour."""
    waiting = await bench.store.cases("waiting")
    if not waiting:
        return Act(screens=(asked.say("desk-queue-empty"),), audited=False)
    oldest = min(row.day for row in waiting)
    row = bench.choose([row for row in waiting if row.day == oldest])
    claim = Move(row.case, ("waiting",), "claimed", bench.today, claimed_by=asked.member.member)
    try:
        screen = await warning(bench, asked, row)
    except ItemError as alarm:
        # Nobody can read it: it goes to the owners, or it would be taken again and again.
        aside = Move(row.case, ("waiting",), "escalated", bench.today)
        said = await alarmed(bench, asked, alarm)
        return replace(said, change=(aside, *said.change))
    line = bench.log(asked.member.member, "claim", reference(row.case))
    return Act((claim, line), (screen,), audited=False)


async def alarmed(bench: Bench, asked: Asked, alarm: ItemError) -> Act:
    """A case that does not open: the asker is told, owners are alarmed."""
    others = await bench.tell("owner", "desk-alarm-item", case=reference(alarm.case), part=alarm.part)
    line = bench.log("desk", "cannot open", reference(alarm.case))
    return Act((line,), (asked.say("desk-cannot-open"),), others, audited=False)


async def release(bench: Bench, asked: Asked) -> Act:
    member = asked.member.member
    move = Move(asked.row.case, ("claimed",), "waiting", bench.today, held_by=member)
    return Act((move,), (asked.say("desk-released", case=asked.ref),))


def _decided(bench: Bench, asked: Asked, state: CaseState) -> Act:
    row, member = asked.row, asked.member.member
    held = member if row.state == "claimed" else None
    change = (
        Move(row.case, (row.state,), state, bench.today, held_by=held),
        PutMeta(last_key(member), state[:1].encode() + row.case),
    )
    buttons = (Button(asked.words.say("desk-button-next"), "/next"),)
    return Act(change, (Screen(asked.words.say(f"desk-{state}", case=asked.ref), buttons),))


async def approve(bench: Bench, asked: Asked) -> Act:
    return _decided(bench, asked, "approved")


async def reject(bench: Bench, asked: Asked) -> Act:
    return _decided(bench, asked, "rejected")


async def escalate(bench: Bench, asked: Asked) -> Act:
    return _decided(bench, asked, "escalated")


async def alert_owners(bench: Bench, asked: Asked) -> Act:
    others = await bench.tell("owner", "desk-escalated-alert", case=asked.ref)
    return Act(others=tuple(answer for answer in others if answer.member != asked.member.member))


async def reopen(bench: Bench, asked: Asked) -> Act:
    """Take back one's last decision: the case is in one's hands again."""
    row, member = asked.row, asked.member.member
    change = (
        Move(row.case, (row.state,), "claimed", bench.today, claimed_by=member),
        PutMeta(last_key(member), b""),
    )
    return Act(change, (asked.say("desk-reopened", case=asked.ref),))


def last_key(member: bytes) -> str:
    """Meta: the first letter of a member's last decision, and its case."""
    return f"last-{member.hex()}"


async def forget_chat(bench: Bench, asked: Asked) -> Act:
    bench.warned.discard((asked.member.member, asked.row.case))
    return Act(forget=True)


# --- what is written beside a case --------------------------------------------------------------------------


def _redacted(asked: Asked) -> tuple[Redacted, tuple[Screen, ...]]:
    """What a moderator typed, without what could point at somebody, and a line that says what was taken."""
    safe = redact(asked.given.text, language=asked.words.language)
    if not safe.removed:
        return safe, ()
    kinds = ", ".join(sorted(set(safe.removed)))
    return safe, (asked.say("desk-redacted", kinds=kinds),)


async def keep_summary(bench: Bench, asked: Asked) -> Act:
    coded = await bench.part(asked.row, CODED, read_coded)
    if coded is None or coded[1].share not in MAY_SUMMARISE:
        return Act(screens=(asked.say("desk-summary-refused"),), audited=False)
    safe, taken = _redacted(asked)
    waiting = await waiting_texts(bench.store)
    change = (
        bench.keep(coded[0], SUMMARY, safe.text.encode()),
        waiting.with_text(asked.row.case, SUMMARY).put(),
    )
    if bench.policy.console:  # she has it where she wrote it; here it would be in a chat
        return Act(change, (asked.say("desk-summary-kept-sealed", case=asked.ref), *taken))
    return Act(change, (asked.say("desk-summary-kept", case=asked.ref), *shown(safe.text), *taken))


async def keep_note(bench: Bench, asked: Asked) -> Act:
    coded = await bench.part(asked.row, CODED, read_coded)
    if coded is None:
        return Act(screens=(asked.say("desk-case-gone"),), audited=False)
    safe, taken = _redacted(asked)
    note = bench.keep(coded[0], NOTE + secrets.token_hex(4), safe.text.encode())
    return Act((note,), (asked.say("desk-note-kept", case=asked.ref), *taken))


async def mask(bench: Bench, asked: Asked) -> Act:
    """Take words out of the story and of what was added later, for good: the old box is overwritten."""
    change: list[Operation] = []
    count = 0
    for item in await bench.store.items(asked.row.case):
        if item.part == STORY or item.part.startswith(MORE):
            opened = bench.open(asked.row, item)
            story = bench.readable(asked.row, item.part, read_story, opened)
            placeholder = bench.words[story.language].say("desk-mask-placeholder")
            without, found = _masked(story, asked.given.text, placeholder)
            if found:
                count += found
                change.append(bench.keep(opened.context, item.part, write_story(without)))
    if not count:
        return Act(screens=(asked.say("desk-mask-nothing", case=asked.ref),), audited=False)
    return Act(tuple(change), (asked.say("desk-masked", count=count, case=asked.ref),))


def _masked(story: StoryPart, words: str, placeholder: str) -> tuple[StoryPart, int]:
    texts = []
    total = 0
    for id, told in story.texts:
        without, found = masked(told, words, placeholder)
        texts.append((id, without))
        total += found
    (quote,), found = masked((story.quote,), words, placeholder)
    return replace(story, texts=tuple(texts), quote=quote), total + found


async def reply(bench: Bench, asked: Asked) -> Act:
    """Sign an answer and seal it to the witness's receipt, if the row's key is the one sealed inside."""
    row = asked.row
    try:
        coded = await bench.part(row, CODED, read_coded)
    except ItemError:
        return await _no_reply(bench, asked)
    if coded is None:
        return Act(screens=(asked.say("desk-case-gone"),), audited=False)
    safe, taken = _redacted(asked)
    item = f"reply-{len(await bench.store.replies(row.case)) + 1}"
    try:
        box = seal_reply(safe.text, row.case, item, row.reply_key, bench.keys().signer)
    except KeyFileError:
        return await _no_reply(bench, asked)
    return Act((KeepReply(row.case, box),), (asked.say("desk-reply-kept", case=asked.ref), *taken))


async def _no_reply(bench: Bench, asked: Asked) -> Act:
    others = await bench.tell("owner", "desk-alarm-reply", case=asked.ref)
    line = bench.log("desk", "reply key differs", asked.ref)
    return Act((line,), (asked.say("desk-reply-impossible", case=asked.ref),), others, audited=False)


# --- what takes two people ----------------------------------------------------------------------------------


async def second_of(bench: Bench, asked: Asked) -> tuple[str, Second, tuple[Operation, ...]]:
    """What exactly is asked for, who asked first, and what clears a request of somebody who has left since.

    A quote is asked for as it stands in the sealed story of that moment: masking a word makes it another.
    """
    what = await _what(bench, asked)
    first = await bench.store.asked_second(what)
    if first is None:
        return what, "nobody", ()
    asker = await asker_of(bench, what)
    if asker == asked.member.member:
        return what, "self", ()
    own = bench.members.second_mark(what, asked.member.member, bench.today)
    return what, "nobody" if asker is None else "other", (TakeSecond(what, own),)


async def asker_of(bench: Bench, what: str) -> bytes | None:
    """Who asked first, if this is still somebody who may, and not long ago: a mark that nobody's key made is
    nobody's."""
    first = await bench.store.asked_second(what)
    days = range(bench.today - ASKED_DAYS, bench.today + 1)
    for row in await bench.store.members("owner", "moderator"):
        marks = [bench.members.second_mark(what, row.member, day) for day in days]
        if first in marks and bench.members.is_sound(row):
            return row.member
    return None


async def _what(bench: Bench, asked: Asked) -> str:
    what = f"{asked.given.command} {asked.row.case.hex()}"
    if asked.given.command != "quote_yes":
        return what
    boxes = [item.box for item in await bench.store.items(asked.row.case) if item.part == STORY]
    return f"{what} {hashlib.sha256(b''.join(boxes)).hexdigest()[:16]}"


async def ask_second(bench: Bench, asked: Asked, what: str) -> Act:
    """Keep a request until somebody else confirms it, and tell everybody who could."""
    member = asked.member.member
    name = asked.given.command.partition("_")[0]
    if name == "quote":
        refused = await _quote_refused(bench, asked)
        if refused is not None:
            return refused
    everybody = await bench.tell("owner moderator", f"desk-{name}-wanted", case=asked.ref)
    others = tuple(answer for answer in everybody if answer.member != member)
    said = asked.say(f"desk-{name}-asked", case=asked.ref)
    asking = AskSecond(what, bench.members.second_mark(what, member, bench.today), bench.today)
    return Act((asking,), (said,), others)


async def erase(_bench: Bench, asked: Asked) -> Act:
    return Act((EraseCase(asked.row.case),), (asked.say("desk-deleted", case=asked.ref),))


async def show_quote(bench: Bench, asked: Asked) -> Act:
    refused = await _quote_refused(bench, asked)
    if refused is not None:
        return refused
    story = await bench.part(asked.row, STORY, read_story)
    quote = story[1].quote if story else ""
    confirm = Button(asked.words.say("desk-button-quote-yes"), f"/quote yes {asked.ref}")
    return Act(screens=(Screen(asked.words.say("desk-quote", case=asked.ref), (confirm,)), *shown(quote)))


async def _quote_refused(bench: Bench, asked: Asked) -> Act | None:
    """Why the sentence of this case cannot be released, if it cannot."""
    coded = await bench.part(asked.row, CODED, read_coded)
    story = await bench.part(asked.row, STORY, read_story)
    if coded is None or coded[1].share not in MAY_QUOTE:
        why = "desk-quote-refused"
    elif any(item.part == QUOTE for item in await bench.store.items(asked.row.case)):
        why = "desk-quote-already"
    elif story is None:
        why = "desk-no-story"
    elif not story[1].quote.strip():
        why = "desk-quote-none"
    elif not may_leave(story[1].quote.strip(), bench.words):
        why = "desk-quote-unfit"
    else:
        return None
    return Act(screens=(asked.say(why, case=asked.ref),), audited=False)


async def release_quote(bench: Bench, asked: Asked) -> Act:
    """The second person agrees: the sentence is copied beside the story, to outlive it until its digest."""
    refused = await _quote_refused(bench, asked)
    story = await bench.part(asked.row, STORY, read_story)
    first = asked.cosigner or await asker_of(bench, await _what(bench, asked))
    if refused is not None or story is None or first is None:
        return refused or Act(screens=(asked.say("desk-no-story", case=asked.ref),), audited=False)
    context, told = story
    both = frozenset({first.hex(), asked.member.member.hex()})
    body = write_released(Released(told.quote.strip(), both))
    waiting = await waiting_texts(bench.store)
    change = (bench.keep(context, QUOTE, body), waiting.with_text(asked.row.case, QUOTE).put())
    return Act(change, (asked.say("desk-quote-released", case=asked.ref),))
