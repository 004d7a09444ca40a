"""People as Telegram shows them to a bot: they write, press, edit, block, and hear what the bot answers.

Never here: what the bot is refused (fake.py, messages.py); groups (groups.py).
Speaking never waits for the bot; `hears` does.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .chats import ANONYMOUS_ADMIN, PATIENCE, Button, Chat, Json, Message, NothingCame
from .contents import SHAPES, album
from .text import found, split

if TYPE_CHECKING:
    from .fake import FakeTelegram
    from .groups import Group

QUERY_SECONDS = 15 * 60
"""About how long Telegram lets a pressed button be answered."""


@dataclass(slots=True, eq=False)
class Query:
    """A pressed button. `answer` is what the bot answered (its arguments), None until it did."""

    id: str
    data: str
    message: Message = field(repr=False)
    at: float
    answer: Json | None = None

    async def answered(self, patience: float = PATIENCE) -> Json:
        told = await self.message.chat.bell.until(
            lambda: self.answer is not None and [self.answer], patience, lambda: "the press was not answered"
        )
        return told[0]  # type: ignore[no-any-return] # until gives back what was looked at


@dataclass(slots=True, eq=False)
class Person:
    fake: FakeTelegram = field(repr=False)
    id: int
    first_name: str
    language: str | None
    last_name: str | None
    username: str | None
    premium: bool
    chat: Chat = field(repr=False)
    started: bool = False
    blocked: bool = False
    gone: bool = False

    def user(self) -> Json:
        """This person as the Bot API shows a User."""
        told = {
            "id": self.id,
            "is_bot": False,
            "first_name": "" if self.gone else self.first_name,
            "last_name": self.last_name,
            "username": self.username,
            "language_code": self.language,
            "is_premium": self.premium or None,
        }
        return {key: value for key, value in told.items() if value is not None}

    # --- saying ---------------------------------------------------------------------------------------------

    async def says(
        self, text: str, in_: Group | None = None, reply_to: Message | None = None, anonymous: bool = False
    ) -> Message:
        """Write, as a client does: a long text goes as several messages. The last one is returned."""
        for piece in split(text):
            body: Json = {"text": piece}
            if marks := found(piece):
                body["entities"] = marks
            message = self._post(body, in_, reply_to, anonymous)
        return message

    async def sends(self, kind: str, in_: Group | None = None, **more: Any) -> Message:
        """Send something that is no text: a name of contents.SHAPES, or "album"."""
        bodies = album(**more) if kind == "album" else [SHAPES[kind](**more)]
        return [self._post(body, in_, None, False) for body in bodies][-1]

    async def edits(self, message: Message, text: str) -> Message:
        """Change what was written; the bot gets the whole message again."""
        if message.mine or message.deleted or message.raw["from"]["id"] != self.id:
            raise ValueError("people edit only their own messages that are still there")
        message.raw |= {"text": text, "edit_date": self.fake.second()}
        message.raw.pop("entities", None)
        if marks := found(text):
            message.raw["entities"] = marks
        message.edits += 1
        group = self.fake.groups.get(message.chat.id)
        if group is None or group.bot_sees(message):
            self.fake.updates.add("edited_message", dict(message.raw), message.chat.id)
        message.chat.bell.ring()
        return message

    def _post(self, body: Json, group: Group | None, reply_to: Message | None, anonymous: bool) -> Message:
        if self.gone or (self.blocked and group is None):
            raise ValueError("who deleted the account or blocked the bot cannot write to it")
        chat = group.chat if group else self.chat
        self.started = self.started or group is None
        head: Json = {"message_id": self.fake.next_message(chat), "from": self.user()}
        if anonymous:
            head["from"] = {
                "id": ANONYMOUS_ADMIN, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"
            }  # fmt: skip
            head["sender_chat"] = chat.wire()
        head |= {"chat": chat.wire(), "date": self.fake.second()}
        if reply_to:
            head["reply_to_message"] = dict(reply_to.raw)
        message = chat.keep(Message(chat, head | body, mine=False))
        if group is None or group.bot_sees(message):
            self.fake.updates.add("message", dict(message.raw), chat.id)
        return message

    # --- pressing -------------------------------------------------------------------------------------------

    async def presses(
        self, which: Button | str, on: Message | None = None, in_: Group | None = None
    ) -> Query | None:
        """Press a button, by itself (even one that was since replaced) or by its label or a regex of it, on
        the latest message with buttons or on `on`. Copying and links tell the bot nothing: None."""
        chat = in_.chat if in_ else self.chat
        button = which if isinstance(which, Button) else (on or chat.last()).button(which)
        if button.message.deleted:
            raise NothingCame("the message with this button was deleted")
        if "keyboard" in (button.message.keyboard or {}):
            await self.says(button.label, in_)
            return None
        return None if button.data is None else await self.presses_data(button.data, button.message)

    async def presses_data(self, data: str, on: Message | None = None) -> Query:
        """A press with any data, as a forged client sends it."""
        if self.gone or self.blocked:
            raise ValueError("who deleted the account or blocked the bot cannot press")
        message = on or self.chat.last()
        query = Query(self.fake.next_query(), data, message, self.fake.now())
        self.fake.queries[query.id] = query
        told = {
            "id": query.id, "from": self.user(), "message": dict(message.raw),
            "chat_instance": str(7_000_000_000_000 + message.chat.id), "data": data,
        }  # fmt: skip
        self.fake.updates.add("callback_query", told, self.id)
        return query

    # --- coming and going -----------------------------------------------------------------------------------

    async def blocks(self) -> None:
        self._turns("member", "kicked")
        self.blocked = True

    async def unblocks(self) -> None:
        self._turns("kicked", "member")
        self.blocked = False

    async def deletes_account(self) -> None:
        """The account goes; the bot is not told, it finds out when it writes."""
        self.gone = True

    async def deletes(self, *messages: Message) -> None:
        """Messages deleted by the person; the bot is not told."""
        for message in messages:
            message.deleted = True
            message.chat.bell.ring()

    def _turns(self, old: str, new: str) -> None:
        told = {
            "chat": self.chat.wire(),
            "from": self.user(),
            "date": self.fake.second(),
            "old_chat_member": self.fake.as_member(old),
            "new_chat_member": self.fake.as_member(new),
        }
        self.fake.updates.add("my_chat_member", told, self.chat.id)

    # --- hearing --------------------------------------------------------------------------------------------

    async def hears(self, n: int = 1, timeout: float = PATIENCE) -> list[Message]:  # noqa: ASYNC109 # for tests
        """The next `n` messages of the bot in the private chat that were not heard yet, in order."""
        return await self.chat.hears(n, timeout)

    async def asks(self, text: str, n: int = 1) -> Message:
        """Say something and hear `n` answers; the last one is returned."""
        await self.says(text)
        return (await self.hears(n))[-1]

    async def silence(self, seconds: float = 0.2) -> None:
        """Nothing new came within this time. The one place where a test waits for nothing."""
        await asyncio.sleep(seconds)
        if len(self.chat.from_bot) > self.chat.heard:
            raise AssertionError(f"silence was expected; there: {self.chat.shown()}")
