"""Files, sent by python-telegram-bot, and the client it is for them and for `profile`.

The library takes longer to load than all that answers a witness. So only this module and `profile` import it,
and both are imported when they are first needed.

Never here: a text message.
"""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta

from telegram import Bot, Message
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter
from telegram.error import TelegramError as LibraryError

from handlers import Attachment, Gone, Unreached
from handlers.telegram.calls import PATIENCE_SECONDS, Moved

# Otherwise every `RetryAfter` that the library raises warns of its next major version (see `profile`).
os.environ.setdefault("PTB_TIMEDELTA", "1")

FILE_PAUSE = 0.5
"""Seconds before a file is tried again, besides those Telegram asks for."""


def client(token: str, api: str) -> Bot:
    """`api`: the address of the Bot API, without a slash at its end."""
    return Bot(token, base_url=f"{api}/bot", base_file_url=f"{api}/file/bot")


async def send(bot: Bot, chat: int, file: Attachment, *, protect: bool) -> int:
    """Send a file; the message's id. Tried for as long as a text is: given up sooner, what went before it is
    sent again. Raises `Gone`, `Moved`, `Unreached`."""
    loop = asyncio.get_running_loop()
    until = loop.time() + PATIENCE_SECONDS
    while True:
        try:
            told = await _upload(bot, chat, file, protect=protect or None)
        except Forbidden:
            raise Gone from None
        except ChatMigrated as moved:
            raise Moved(moved.new_chat_id) from None
        except BadRequest as error:
            raise (Gone if "chat not found" in str(error).lower() else Unreached) from None
        except RetryAfter as refused:
            wait = _seconds(refused) + FILE_PAUSE
        except LibraryError:
            wait = FILE_PAUSE
        else:
            return told.message_id
        if loop.time() + wait > until:
            raise Unreached
        await asyncio.sleep(wait)


async def _upload(bot: Bot, chat: int, file: Attachment, *, protect: bool | None) -> Message:
    """A picture is shown in the chat, where Telegram takes it for one; any other file is to be opened."""
    if file.media == "image/png":
        try:
            return await bot.send_photo(chat, file.body, filename=file.name, protect_content=protect)
        except BadRequest as error:
            if "chat not found" in str(error).lower():
                raise
    return await bot.send_document(chat, file.body, filename=file.name, protect_content=protect)


def _seconds(refused: RetryAfter) -> float:
    """The library is changing from whole seconds to a timedelta."""
    told = refused.retry_after
    return told.total_seconds() if isinstance(told, timedelta) else float(told)
