"""What stands in her chat of a conversation: which messages a draft notes, and which are to be deleted.

Never here: deleting them (`handlers.dispatch`), what was shown since her last turn (`handlers.shown`).
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from bot.turns import Forget, HideReceipt, Turn
from handlers import Heard
from handlers.drafts import Envelope, messages_of, noting, standing
from handlers.errands import Deletion, new_deletion

MOST_BETWEEN = 500
"""Ids tried after a crash: five calls of Telegram's hundred."""

MOST_NOTED = 50
"""Of these, how many a draft notes where she goes on after a crash: a byte each."""


def noted(
    turn: Turn,
    before: Envelope,
    after: Envelope,
    heard: Heard,
    shown: Sequence[int],
    *,
    lost: bool,
    fresh: bool,
) -> tuple[Envelope, Deletion | None]:
    """The draft after this turn with its messages noted; and what is to be deleted, if anything.

    `shown`: what was shown to her since `before`; `lost`: that nobody knows it any more, on a channel whose
    messages are counted. `fresh`: nothing of the draft before is kept.
    """
    known = between(before, heard.message, MOST_NOTED) if lost else shown
    told = noting(before, (*known, heard.message) if heard.message else known)
    for effect in turn.effects:
        if isinstance(effect, Forget) and effect.messages and fresh:
            more = between(before, heard.message, MOST_BETWEEN) if lost else ()
            messages = sorted({*messages_of(told), *more})
            return after, new_deletion(heard.who, messages) if messages else None
    if not after.state.at:
        return after, None
    spoke = heard.message if heard.kind == "text" else before.spoke
    envelope = standing(after, told.messages, told.last, spoke, before.receipt)
    if before.receipt and any(isinstance(effect, HideReceipt) for effect in turn.effects):
        return replace(envelope, receipt=0), new_deletion(heard.who, (before.receipt,))
    return envelope, None


def between(envelope: Envelope, message: int, most: int) -> range:
    """Where messages of ours may stand that a crash kept from being noted: between her last words and this.
    A bot's chats share one counter, so the first few ids after hers are the likely ones."""
    if not envelope.last or not message:
        return range(0)
    return range(envelope.last + 1, min(message, envelope.last + 1 + most))
