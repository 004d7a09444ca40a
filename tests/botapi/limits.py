"""How long, how many, how large: every limit of the Bot API by number, with Telegram's complaint.

Numbers come from `telegram.constants` (python-telegram-bot keeps them beside their source), and from the
sentences of the manual where it is present. Never here: types, and rules that need to know the chat.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from telegram import constants as c

from .text import utf16


@dataclass(frozen=True, slots=True)
class Limit:
    """From `low` to `high` of a unit; `form` what all of it must look like.

    `parsed`: counted after markup was taken out, so not here when the call brings a parse_mode.
    """

    low: int
    high: int
    unit: str
    """characters (UTF-16 units, as Telegram counts), bytes (UTF-8), items, or value."""
    low_says: str = ""
    high_says: str = ""
    parsed: bool = False
    form: str = ""

    def faults(self, value: Any, where: str) -> Iterator[str]:
        size = self.size(value)
        if size is None:
            return
        unit = "" if self.unit == "value" else f" {self.unit}"
        if size < self.low:
            yield self.low_says or f"{where} is under {self.low}{unit}"
        elif size > self.high:
            yield self.high_says or f"{where} is over {self.high}{unit}"
        elif self.form and not re.fullmatch(self.form, value):
            yield self.high_says or f"{where} holds characters that are not allowed"

    def size(self, value: Any) -> int | None:
        match self.unit, value:
            case "characters", str():
                return utf16(value)
            case "bytes", str():
                return len(value.encode())
            case "items", list():
                return len(value)
            case "value", int() | float():
                return int(value)
        return None


TEXT = Limit(
    c.MessageLimit.MIN_TEXT_LENGTH, c.MessageLimit.MAX_TEXT_LENGTH, "characters",
    "message text is empty", "message is too long", parsed=True,
)  # fmt: skip
CAPTION = Limit(
    0, c.MessageLimit.CAPTION_LENGTH, "characters", high_says="message caption is too long", parsed=True
)
LANGUAGE = Limit(0, 2, "characters", high_says="LANG_CODE_INVALID", form=r"([a-z]{2})?")
PLACEHOLDER = Limit(
    c.ReplyLimit.MIN_INPUT_FIELD_PLACEHOLDER, c.ReplyLimit.MAX_INPUT_FIELD_PLACEHOLDER, "characters"
)
IDS = Limit(c.BulkRequestLimit.MIN_LIMIT, c.BulkRequestLimit.MAX_LIMIT, "items",
            "message identifiers are not specified", "too many messages to operate on")  # fmt: skip

LIMITS: dict[tuple[str, str], Limit] = {
    ("sendMessage", "text"): TEXT,
    ("editMessageText", "text"): TEXT,
    ("sendMessage", "entities"): Limit(0, c.MessageLimit.MESSAGE_ENTITIES, "items"),
    ("deleteMessages", "message_ids"): IDS,
    ("forwardMessages", "message_ids"): IDS,
    ("copyMessages", "message_ids"): IDS,
    ("answerCallbackQuery", "text"): Limit(
        0, c.CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH, "characters", high_says="MESSAGE_TOO_LONG"
    ),
    ("getUpdates", "limit"): Limit(c.PollingLimit.MIN_LIMIT, c.PollingLimit.MAX_LIMIT, "value"),
    ("getUpdates", "timeout"): Limit(0, 3600, "value"),
    ("setWebhook", "max_connections"): Limit(
        c.WebhookLimit.MIN_CONNECTIONS_LIMIT, c.WebhookLimit.MAX_CONNECTIONS_LIMIT, "value"
    ),
    ("setWebhook", "secret_token"): Limit(
        c.WebhookLimit.MIN_SECRET_TOKEN_LENGTH, c.WebhookLimit.MAX_SECRET_TOKEN_LENGTH, "characters",
        high_says="secret token contains unallowed characters or is too long", form=r"[A-Za-z0-9_-]+",
    ),
    ("setMyCommands", "commands"): Limit(
        0, c.BotCommandLimit.MAX_COMMAND_NUMBER, "items", high_says="BOT_COMMANDS_TOO_MUCH"
    ),
    ("setMyName", "name"): Limit(0, c.BotNameLimit.MAX_NAME_LENGTH, "characters"),
    ("setMyDescription", "description"): Limit(
        0, c.BotDescriptionLimit.MAX_DESCRIPTION_LENGTH, "characters"
    ),
    ("setMyShortDescription", "short_description"): Limit(
        0, c.BotDescriptionLimit.MAX_SHORT_DESCRIPTION_LENGTH, "characters"
    ),
    ("BotCommand", "command"): Limit(
        c.BotCommandLimit.MIN_COMMAND, c.BotCommandLimit.MAX_COMMAND, "characters",
        "BOT_COMMAND_INVALID", "BOT_COMMAND_INVALID", form=r"[a-z0-9_]+",
    ),
    ("BotCommand", "description"): Limit(
        c.BotCommandLimit.MIN_DESCRIPTION, c.BotCommandLimit.MAX_DESCRIPTION, "characters",
        "BOT_COMMAND_DESCRIPTION_INVALID", "BOT_COMMAND_DESCRIPTION_INVALID",
    ),
    ("InlineKeyboardButton", "text"): Limit(1, 4096, "characters", "inline keyboard button text is empty"),
    ("InlineKeyboardButton", "callback_data"): Limit(
        c.InlineKeyboardButtonLimit.MIN_CALLBACK_DATA, c.InlineKeyboardButtonLimit.MAX_CALLBACK_DATA, "bytes",
        "BUTTON_DATA_INVALID", "BUTTON_DATA_INVALID",
    ),
    ("CopyTextButton", "text"): Limit(
        c.InlineKeyboardButtonLimit.MIN_COPY_TEXT, c.InlineKeyboardButtonLimit.MAX_COPY_TEXT, "characters",
        "BUTTON_COPY_TEXT_INVALID", "BUTTON_COPY_TEXT_INVALID",
    ),
    ("ReplyKeyboardMarkup", "input_field_placeholder"): PLACEHOLDER,
    ("ForceReply", "input_field_placeholder"): PLACEHOLDER,
}  # fmt: skip

UPLOAD_BYTES = c.FileSizeLimit.FILESIZE_UPLOAD
PHOTO_BYTES = c.FileSizeLimit.PHOTOSIZE_UPLOAD


def limit_of(owner: str, name: str) -> Limit | None:
    """The limit of a field of a method or an object; captions and languages are the same everywhere."""
    if name == "caption" and owner.startswith(("send", "edit", "copy", "InputMedia")):
        return CAPTION
    if name == "language_code" and "My" in owner:
        return LANGUAGE
    return LIMITS.get((owner, name))


def told_limit(types: list[str], description: str) -> Limit | None:
    """The limit that a sentence of the manual states, when it states one we can read."""
    texts, lists = "String" in types, any(each.startswith("Array of ") for each in types)
    if texts and (told := re.search(r"(\d+)-(\d+) (characters|[Bb]ytes)", description)):
        return Limit(int(told[1]), int(told[2]), told[3].lower(), parsed="parsing" in description)
    if texts and (told := re.search(r"[Uu]p to (\d+) characters", description)):
        return Limit(0, int(told[1]), "characters")
    if lists and (told := re.search(r"list of (\d+)-(\d+) |must include (\d+)-(\d+) items", description)):
        low, high = [int(each) for each in told.groups() if each]
        return Limit(low, high, "items")
    if lists and (told := re.search(r"[Uu]p to (\d+) (?:identifiers|items)|[Aa]t most (\d+) ", description)):
        return Limit(0, int(told[1] or told[2]), "items")
    if "Integer" in types and "or 0x" not in description:
        told = re.search(
            r"(?:between|, ) ?(\d+)(?:-| and )(\d+)(?: are accepted| if specified|\.|,|$|;)", description
        )
        if told:
            return Limit(int(told[1]), int(told[2]), "value")
    return None
