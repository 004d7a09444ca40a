"""Opening what was sealed for the desk. Only the desk imports this; a test holds the listening process to it.

Whatever is opened is compared with the row it was found in. A box that opens and belongs elsewhere was
exchanged or put back by somebody: it is refused like a damaged one, and the desk raises the alarm.

Never here: files, passphrases (`bot.custody`).
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.age import Identity, decrypt
from bot.errors import CannotOpen
from bot.sealing import (
    CODE_BYTES,
    COMMAND_MAGIC,
    ITEM_MAGIC,
    Context,
    command_size,
    item_size,
    read_context,
    told_code,
    unpacked,
)


@dataclass(frozen=True, slots=True)
class Expected:
    """What the row says. None: the row does not know."""

    case: bytes = field(repr=False)
    item: str
    epoch: int | None = None
    kind: str | None = None
    reply_key_hash: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    body: bytes = field(repr=False)
    context: Context


def open_item(box: bytes, identities: Sequence[Identity], expected: Expected | Context) -> Opened:
    """The body and the context of an item. Raises `CannotOpen` unless it is exactly what the row says."""
    try:
        line, body = unpacked(decrypt(box, identities), ITEM_MAGIC, item_size)
        context = read_context(line)
    except ValueError:
        raise CannotOpen(
            "An item opens with the team's key and is no item of this program.",
            hint="Somebody may have put it there. Note the case in the audit log and look at the backup.",
        ) from None
    _compare(context, expected)
    return Opened(body, context)


def open_told(
    box: bytes, identities: Sequence[Identity], expected: Expected | Context, instance: bytes
) -> Opened:
    """As `open_item`, for what a witness told. Raises `CannotOpen` also where this instance did not write
    it."""
    opened = open_item(box, identities, expected)
    code, body = opened.body[:CODE_BYTES], opened.body[CODE_BYTES:]
    if not hmac.compare_digest(code, told_code(instance, opened.context, body)):
        raise CannotOpen(
            "An item opens with the team's key and was not written by this instance.",
            hint="Somebody may have put it there: look at who can write to the database.",
        )
    return Opened(body, opened.context)


def open_command(box: bytes, identities: Sequence[Identity]) -> bytes:
    """The body of a moderator's command. Raises `CannotOpen`. Who sent it is for the caller to check."""
    try:
        nothing, body = unpacked(decrypt(box, identities), COMMAND_MAGIC, command_size)
        if nothing:
            raise ValueError("a command has no context")
    except ValueError:
        raise CannotOpen(
            "Something in the desk's queue opens with the team's key and is no command.",
            hint="Somebody may have put it there: look at who can write to the database.",
        ) from None
    return body


def _compare(context: Context, expected: Expected | Context) -> None:
    told = [name for name in _COMPARED if not _agrees(context, expected, name)]
    if told:
        raise CannotOpen(
            f"An item belongs elsewhere: {', '.join(told)} differ from its row.",
            hint="It was exchanged with another or put back from an old copy. Compare with the last backup.",
        )


_COMPARED = ("case", "item", "epoch", "kind", "reply_key_hash", "schema", "sender_tag")


def _agrees(context: Context, expected: Expected | Context, name: str) -> bool:
    wanted = getattr(expected, name, None)
    return wanted is None or wanted == getattr(context, name)
