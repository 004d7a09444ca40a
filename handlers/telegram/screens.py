"""From a screen to the Bot API's messages: text, keyboard, what may be done with it.

Options stand in the text, numbered; buttons repeat them, one a row, the constant ones in a last row. A
button's data says which list it belongs to (its stamp), or, for members, carries a code that only this
instance can make for this chat: a press of anything else was forged.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Iterator

from handlers import Button, Screen
from handlers.telegram.calls import encode

LONGEST_TEXT = 4096
"""Characters of a message (Bot API, sendMessage); counted in UTF-16, of which an emoji takes two."""

LONGEST_DATA = 64
"""Bytes of a button's data (Bot API, InlineKeyboardButton)."""

LONGEST_COPY = 256
"""Characters (Bot API, CopyTextButton)."""

ROW = 4
"""Short words of the constant row that stand beside each other on a telephone."""

_CODE = 8
_SIGNED, _STAMPED = "!", "|"


class Painter:
    """Makes messages. `key`: 32 bytes of this instance, for members' buttons."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def messages(self, chat: int, screen: Screen) -> list[bytes]:
        """Bodies of sendMessage, in order; the keyboard is on the last."""
        pieces = list(cut(screen.text))
        bodies = []
        for number, text in enumerate(pieces, start=1):
            body: dict[str, object] = {
                "chat_id": chat,
                "text": text,
                "link_preview_options": {"is_disabled": True},
            }
            if screen.protect:
                body["protect_content"] = True
            if number == len(pieces) and (rows := self._rows(chat, screen)):
                body["reply_markup"] = {"inline_keyboard": rows}
            bodies.append(encode(body))
        return bodies

    def _rows(self, chat: int, screen: Screen) -> list[list[dict[str, object]]]:
        rows = [[key] for button in screen.buttons if (key := self._key_of(chat, screen.stamp, button))]
        if screen.copy is not None and len(screen.copy.say) <= LONGEST_COPY:
            rows.append([{"text": screen.copy.label, "copy_text": {"text": screen.copy.say}}])
        row = [key for button in screen.row if (key := self._key_of(chat, screen.stamp, button))]
        return rows + [part for part in (row[:-ROW], row[-ROW:]) if part]

    def _key_of(self, chat: int, stamp: str, button: Button) -> dict[str, object] | None:
        data = stamp + _STAMPED + button.say if stamp else _SIGNED + self._code(chat, button.say) + button.say
        if len(data.encode()) > LONGEST_DATA:
            return None
        return {"text": button.label, "callback_data": data}

    def read(self, data: str, chat: int) -> tuple[str, str] | None:
        """Stamp and words of a button; None for one that this instance never offered in this chat."""
        if data.startswith(_SIGNED):
            code, say = data[1 : 1 + CODE_LENGTH], data[1 + CODE_LENGTH :]
            return ("", say) if hmac.compare_digest(code.encode(), self._code(chat, say).encode()) else None
        stamp, mark, say = data.partition(_STAMPED)
        return (stamp, say) if mark and stamp and say else None

    def _code(self, chat: int, say: str) -> str:
        made = hmac.new(self._key, f"v1|button|{chat}|{say}".encode(), "sha256").digest()[:_CODE]
        return urlsafe_b64encode(made).decode().rstrip("=")


CODE_LENGTH = 11
"""Characters of eight bytes in base 64."""


def cut(text: str) -> Iterator[str]:
    """A text in messages that fit, cut at paragraphs, lines or spaces."""
    while length(text) > LONGEST_TEXT:
        head = text[:LONGEST_TEXT]
        while length(head) > LONGEST_TEXT:
            head = head[: -(length(head) - LONGEST_TEXT)]
        at = max(head.rfind("\n\n"), 0) or max(head.rfind("\n"), 0) or max(head.rfind(" "), 0) or len(head)
        yield text[:at]
        text = text[at:].lstrip("\n ")
    if text.strip():
        yield text


def length(text: str) -> int:
    """As Telegram counts: in UTF-16."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2
