"""What one person does, action by action, and how an action reads as an update of the Bot API.

Never here: when she does it, and what she is answered. One plan is shared by the whole crowd; what differs
from one person to the next is a marker in her words, by which a bot's store can be searched afterwards.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

MARKER = "{m}"
"""In a text: where this person's marker of this step goes."""

BOT_ID = 123456789
ME = orjson.dumps(
    {
        "id": BOT_ID,
        "is_bot": True,
        "first_name": "Seuil",
        "username": "seuil_bench_bot",
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }
)

Row = list[dict[str, Any]]
Keyboard = list[Row]
"""An inline keyboard as the bot sent it."""


def marker(chat: int, step: int) -> str:
    return f"m{chat}x{step}z"


@dataclass(frozen=True, slots=True)
class Say:
    """Type a text."""

    text: str = field(repr=False)

    @property
    def is_marked(self) -> bool:
        return MARKER in self.text


@dataclass(frozen=True, slots=True)
class Press:
    """Press a button of the last keyboard: by its place from 0 (-1: the last), or by its label."""

    which: int | str

    def button(self, keyboard: Keyboard) -> dict[str, Any] | None:
        buttons = [button for row in keyboard for button in row]
        if isinstance(self.which, str):
            return next((button for button in buttons if button.get("text") == self.which), None)
        return buttons[min(self.which, len(buttons) - 1)] if buttons else None


Action = Say | Press
Plan = Sequence[Action]


def said(chat: int, message: int, text: str) -> bytes:
    """The rest of an update after its `update_id`: a person typed a text."""
    entities = b""
    if text[:1] == "/":
        entities = b',"entities":[{"offset":0,"length":%d,"type":"bot_command"}]' % len(
            text.split(maxsplit=1)[0]
        )
    return (
        b'"message":{"message_id":%d,"from":{"id":%d,"is_bot":false,"first_name":"Somebody","language_code":"fr"},'
        b'"chat":{"id":%d,"first_name":"Somebody","type":"private"},"date":%d,"text":%s%s}}'
        % (message, chat, chat, int(time.time()), orjson.dumps(text), entities)
    )


def pressed(chat: int, query: int, message: int, text: str, data: str) -> bytes:
    """The rest of an update after its `update_id`: a person pressed a button under a message of the bot."""
    return (
        b'"callback_query":{"id":"%d","from":{"id":%d,"is_bot":false,"first_name":"Somebody","language_code":"fr"},'
        b'"message":{"message_id":%d,"from":%s,"chat":{"id":%d,"first_name":"Somebody","type":"private"},"date":%d,'
        b'"text":%s},"chat_instance":"%d","data":%s}}'
        % (
            query,
            chat,
            message,
            ME,
            chat,
            int(time.time()),
            orjson.dumps(text or "?"),
            chat,
            orjson.dumps(data),
        )
    )
