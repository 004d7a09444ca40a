"""What the Signal daemon notifies us of, decoded as far as it is used, and what it comes to.

Of an envelope only who, when and what was said are read. The sender's account id (ACI) is her address; her
number, name and picture are not even decoded. Fields and kinds nobody told us of are let pass.

Never here: what follows from it. No word of an envelope reaches a log.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import msgspec

from bot.errors import CannotOpen
from handlers import Address, Heard

CHANNEL = "signal"
GROUP = "group."
"""Begins a group's chat. A person's is her ACI, which never does."""

LONG_TEXT = "text/x-signal-plain"
"""The type of the attachment in which Signal sends what is longer than a message; the message holds its
beginning."""

LATEST = 1 << 52
"""Milliseconds since 1970, and some hundred thousand years: a later clock is nobody's, and no store's."""

MOST_REMEMBERED = 20_000
"""Shown messages of which the place is remembered, some 200 bytes each; a reply to an older one is a text
like any other."""


class _Group(msgspec.Struct, rename="camel"):
    group_id: str = ""


class _Quote(msgspec.Struct):
    id: int = 0


class _File(msgspec.Struct, rename="camel"):
    content_type: str = ""


class _Message(msgspec.Struct, rename="camel"):
    message: str | None = None
    expires_in_seconds: int = 0
    is_expiration_update: bool = False
    view_once: bool = False
    quote: _Quote | None = None
    group_info: _Group | None = None
    attachments: list[_File] | None = None
    sticker: Any = None
    contacts: Any = None
    reaction: Any = None
    remote_delete: Any = None
    payment: Any = None
    poll_create: Any = None
    poll_vote: Any = None
    poll_terminate: Any = None
    story_context: Any = None


class _Edit(msgspec.Struct, rename="camel"):
    target_sent_timestamp: int = 0
    data_message: _Message | None = None


class _Envelope(msgspec.Struct, rename="camel"):
    source_uuid: str | None = None
    timestamp: int = 0
    data_message: _Message | None = None
    edit_message: _Edit | None = None


class _Carried(msgspec.Struct):
    envelope: _Envelope | None = None
    exception: Any = None


class _Params(_Carried):
    result: _Carried | None = None
    """Around the envelope where the daemon was asked to notify (`subscribeReceive`)."""


class _Notification(msgspec.Struct):
    method: str = ""
    params: _Params | None = None


_decode = msgspec.json.Decoder(_Notification).decode
_ACI_LENGTH = 36

Ids: TypeAlias = "OrderedDict[tuple[str, int], str]"


def ours(timestamp: int) -> int:
    """The id, for this house, of a message we sent: the two kinds share one number, and only ours can be
    deleted."""
    return timestamp << 1 | 1


def hers(timestamp: int) -> int:
    return timestamp << 1


def timestamp_of(message: int) -> int | None:
    """When we sent it (milliseconds since 1970), which is how Signal calls it; None where it is hers."""
    return message >> 1 if message & 1 else None


@dataclass(frozen=True, slots=True)
class Arrived:
    """`heard`: None where nothing follows. `timer`: seconds after which messages vanish in her chat; None
    where nothing is said of it."""

    heard: Heard | None
    timer: int | None = None


NOTHING = Arrived(None)


@dataclass(slots=True)
class Translator:
    """Knows which place each shown message belonged to, for replies that quote one."""

    _places: Ids = field(default_factory=OrderedDict, repr=False)

    def shown(self, chat: str, timestamp: int, stamp: str) -> None:
        """Remember the place a message we sent belongs to."""
        self._places[chat, timestamp] = stamp
        if len(self._places) > MOST_REMEMBERED:
            self._places.popitem(last=False)

    def arrived(self, line: bytes) -> Arrived:
        """What one notification comes to. Raises `CannotOpen` for a line that is no notification."""
        try:
            told = _decode(line)
        except (msgspec.DecodeError, ValueError, RecursionError):
            raise CannotOpen(
                "A line of the Signal daemon cannot be read.",
                hint="Look at `signal-cli --version`: 0.13.19 is the version this was made for.",
            ) from None
        if told.method != "receive" or told.params is None:
            return NOTHING
        carried = told.params.result or told.params
        envelope = carried.envelope
        if envelope is None or not _is_aci(envelope.source_uuid):
            return NOTHING
        if not 0 < envelope.timestamp < LATEST:
            return NOTHING
        assert envelope.source_uuid is not None  # noqa: S101 - for the type checker: an ACI is no None
        return self._from(envelope.source_uuid, envelope, failed=carried.exception is not None)

    def _from(self, aci: str, envelope: _Envelope, *, failed: bool) -> Arrived:
        update, edit = envelope.timestamp, envelope.edit_message
        said = edit.data_message if edit is not None else envelope.data_message
        if said is None:
            # Receipts, typing, calls, stories, our own other devices. What could not be decrypted, though,
            # was said to us, and would else get no answer.
            if failed and edit is None:
                return Arrived(
                    Heard(Address(CHANNEL, aci), update, "unread", "garbled", message=hers(update))
                )
            return NOTHING
        group = said.group_info
        if group is not None and not group.group_id:
            return NOTHING
        who, person = (
            (Address(CHANNEL, GROUP + group.group_id), aci) if group else (Address(CHANNEL, aci), "")
        )
        timer = None if group else said.expires_in_seconds
        if _is_no_speech(said):
            return Arrived(None, timer)
        kind, text = "text", said.message or ""
        if any(file.content_type == LONG_TEXT for file in said.attachments or ()):
            kind, text = "unread", "long"
        elif _is_media(said):
            kind, text = "media", ""
        elif not text.strip():
            return Arrived(None, timer)  # a timer was changed, or a profile: nothing was said
        message = hers(update)
        stamp = ""
        if edit is not None:
            if kind == "text":
                at = edit.target_sent_timestamp
                kind, message = "edit", hers(at if 0 < at < LATEST else update)
        elif kind == "text" and said.quote is not None:
            stamp = self._places.get((who.chat, said.quote.id), "")
        heard = Heard(who, update, kind, text, "", None, person, message, stamp)  # type: ignore[arg-type] # of Kind
        return Arrived(heard, timer)


def _is_no_speech(said: _Message) -> bool:
    """Reactions, deletions, votes, replies to stories: about something else that was or was not said to
    us."""
    return any(
        part is not None
        for part in (
            said.reaction,
            said.remote_delete,
            said.poll_vote,
            said.poll_terminate,
            said.story_context,
        )
    )


def _is_media(said: _Message) -> bool:
    return (
        said.view_once
        or any(
            part not in (None, []) for part in (said.sticker, said.contacts, said.payment, said.poll_create)
        )
        or bool(said.attachments)
    )


def _is_aci(text: str | None) -> bool:
    return text is not None and len(text) == _ACI_LENGTH and text.replace("-", "").isalnum()
