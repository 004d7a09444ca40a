"""Updates as Telegram sends them, and what they come to in this house.

Only the fields that are used are decoded: who spoke where, the words, and of anything else only that it is
there. Names, user names, files and places never enter the program.

Never here: what an update leads to.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import msgspec
from msgspec.structs import replace

from handlers import Address, Heard, Kind

ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
"""What is asked for: nothing else is used."""

CHANNEL = "telegram"


class User(msgspec.Struct):
    id: int
    language_code: str = ""


class Chat(msgspec.Struct):
    id: int
    type: str = "private"


Anything = msgspec.Raw | None


class Message(msgspec.Struct):
    """Of contents other than text, only whether they are there (undecoded)."""

    message_id: int
    chat: Chat
    date: int = 0
    """Seconds since 1970."""
    sender: User | None = msgspec.field(default=None, name="from")
    text: str = ""
    media_group_id: str = ""
    migrate_to_chat_id: int = 0
    sender_chat: msgspec.Raw = msgspec.Raw()
    forward_origin: msgspec.Raw = msgspec.Raw()
    animation: msgspec.Raw = msgspec.Raw()
    audio: msgspec.Raw = msgspec.Raw()
    contact: msgspec.Raw = msgspec.Raw()
    dice: msgspec.Raw = msgspec.Raw()
    document: msgspec.Raw = msgspec.Raw()
    game: msgspec.Raw = msgspec.Raw()
    location: msgspec.Raw = msgspec.Raw()
    paid_media: msgspec.Raw = msgspec.Raw()
    photo: msgspec.Raw = msgspec.Raw()
    poll: msgspec.Raw = msgspec.Raw()
    sticker: msgspec.Raw = msgspec.Raw()
    story: msgspec.Raw = msgspec.Raw()
    venue: msgspec.Raw = msgspec.Raw()
    video: msgspec.Raw = msgspec.Raw()
    video_note: msgspec.Raw = msgspec.Raw()
    voice: msgspec.Raw = msgspec.Raw()
    checklist: msgspec.Raw = msgspec.Raw()

    @property
    def is_media(self) -> bool:
        """Whether this is anything but her own words: forwarded words are somebody else's."""
        return any(bytes(getattr(self, name)) for name in CONTENTS)


CONTENTS = (
    "forward_origin", "animation", "audio", "contact", "dice", "document", "game", "location", "paid_media",
    "photo", "poll", "sticker", "story", "venue", "video", "video_note", "voice", "checklist",
)  # fmt: skip


class Press(msgspec.Struct):
    id: str
    sender: User = msgspec.field(name="from")
    message: Message | None = None
    data: str = ""


class Membership(msgspec.Struct):
    status: str = ""


class Joining(msgspec.Struct):
    chat: Chat
    sender: User | None = msgspec.field(default=None, name="from")
    new_chat_member: Membership | None = None


class Update(msgspec.Struct):
    update_id: int
    message: Message | None = None
    edited_message: Message | None = None
    callback_query: Press | None = None
    my_chat_member: Joining | None = None


class _Numbered(msgspec.Struct):
    update_id: int


_one = msgspec.json.Decoder(Update)
_many = msgspec.json.Decoder(list[Update])
_raw = msgspec.json.Decoder(list[msgspec.Raw])
_number = msgspec.json.Decoder(_Numbered)
_UNREADABLE = (msgspec.DecodeError, ValueError, RecursionError)
"""No JSON, or of another shape; no text; lists within lists within lists."""


def read_update(body: bytes) -> Update:
    """One update; one that is shaped as none we know has its number only. Raises ValueError without one."""
    try:
        return _one.decode(body)
    except _UNREADABLE:
        try:
            return Update(_number.decode(body).update_id)
        except _UNREADABLE:
            raise ValueError("no update") from None


def read_updates(body: bytes | msgspec.Raw) -> list[Update]:
    """The updates of one `getUpdates`; one without a number is left out. Raises ValueError for what is no
    list."""
    try:
        return _many.decode(body)
    except _UNREADABLE:
        pass
    try:
        each_apart = _raw.decode(body)
    except _UNREADABLE:
        raise ValueError("no updates") from None
    updates = []
    for each in each_apart:
        with suppress(ValueError):
            updates.append(read_update(bytes(each)))
    return updates


class Translator:
    """From an update to what was heard. `username`: the bot's own, to know commands meant for another."""

    def __init__(self, username: str, reads: Any) -> None:
        """`reads(data, chat)` gives the stamp and the words of a button, or None for one never offered."""
        self._suffix = f"@{username}".casefold()
        self._reads = reads
        self._album = ("", 0)

    def heard(self, update: Update, *, is_behind: bool = False) -> Heard | None:
        """What a person did. None: nothing to answer. `is_behind`: Telegram holds more that waits. Only then
        is told when it was said: by a clock that goes wrong, everybody would else seem to wait long."""
        if (message := update.message) is not None:
            heard = self._message(update.update_id, message)
            return replace(heard, said=message.date) if is_behind and heard is not None else heard
        if (message := update.edited_message) is not None:
            if not message.text or message.chat.type != "private":
                return None
            return _heard(update.update_id, "edit", message, message.sender, message.text)
        if (press := update.callback_query) is not None:
            return self._press(update.update_id, press)
        joining = update.my_chat_member
        if joining is None or joining.new_chat_member is None:
            return None
        if joining.new_chat_member.status not in ("kicked", "left"):
            return None
        who = Address(CHANNEL, str(joining.chat.id))
        return Heard(who, update.update_id, "gone", person=_group(joining.chat))

    def _message(self, number: int, message: Message) -> Heard | None:
        if message.migrate_to_chat_id:
            return _heard(number, "moved", message, message.sender, str(message.migrate_to_chat_id))
        if message.chat.type != "private" and (message.sender is None or bytes(message.sender_chat)):
            return None  # an anonymous administrator: all of a group share one id, and none may be a member
        text = message.text
        if text and not bytes(message.forward_origin):
            if text[0] == "/":
                text = self._command(text)
                if not text:
                    return None
            return _heard(number, "text", message, message.sender, text)
        if not message.is_media or message.chat.type != "private":
            return None
        if message.media_group_id:
            # An album is one thing she did: it is answered once.
            album = (message.media_group_id, message.chat.id)
            if album == self._album:
                return None
            self._album = album
        return _heard(number, "media", message, message.sender)

    def _command(self, text: str) -> str:
        """A command without the bot's name and what a link added to /start; "" for another bot's."""
        name, space, rest = text.partition(" ")
        bare, at, _ = name.partition("@")
        if at and name[len(bare) :].casefold() != self._suffix:
            return ""
        return "/start" if bare == "/start" else bare + space + rest

    def _press(self, number: int, press: Press) -> Heard | None:
        if press.message is None:
            return None
        chat = press.message.chat
        read = self._reads(press.data, chat.id)
        kind: Kind = "forged" if read is None else "press"
        stamp, say = read or ("", "")
        return Heard(
            Address(CHANNEL, str(chat.id)),
            number,
            kind,
            say,
            press.sender.language_code,
            person="" if chat.type == "private" else str(press.sender.id),
            stamp=stamp,
        )


def _heard(number: int, kind: Kind, message: Message, sender: User | None, text: str = "") -> Heard:
    chat = message.chat
    return Heard(
        Address(CHANNEL, str(chat.id)),
        number,
        kind,
        text,
        sender.language_code if sender else "",
        person="" if chat.type == "private" else str(sender.id if sender else 0),
        message=message.message_id,
    )


def _group(chat: Chat) -> str:
    """In place of a person, where nobody in particular did it."""
    return "" if chat.type == "private" else "0"
