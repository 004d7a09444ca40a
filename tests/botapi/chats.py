"""What is in a chat: messages with their keyboards, and a bell that rings when something changed.

Never here: what people and bots may do (people.py, messages.py), HTTP.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

PATIENCE = 10.0
"""Seconds a test waits before it says what it saw instead. Reaching it is a failure, never a measure."""

ANONYMOUS_ADMIN = 1087968824
"""Telegram's own account in whose name an anonymous admin speaks."""


class NothingCame(AssertionError):
    """What was waited for did not happen; the message says what was there instead."""


class Bell:
    """Rung at every change. `until` looks again after each ring, so that nobody sleeps and nobody polls."""

    def __init__(self, above: Bell | None = None) -> None:
        self._above, self._waiting = above, set[asyncio.Future[None]]()

    def ring(self) -> None:
        for each in self._waiting:
            if not each.done():
                each.set_result(None)
        self._waiting.clear()
        if self._above:
            self._above.ring()

    async def until(self, look: Callable[[], Any], patience: float, told: Callable[[], str]) -> Any:
        loop = asyncio.get_running_loop()
        end = loop.time() + patience
        while not (seen := look()):
            turn = loop.create_future()
            self._waiting.add(turn)
            done, _ = await asyncio.wait({turn}, timeout=end - loop.time())
            self._waiting.discard(turn)
            if not done:
                raise NothingCame(told())
        return seen


@dataclass(frozen=True, slots=True)
class Button:
    """A button as a person sees it, on the message it hangs under."""

    label: str
    data: str | None
    message: Message = field(repr=False)
    copies: str | None = None
    opens: str | None = None


@dataclass(slots=True, eq=False)
class Message:
    """A message as Telegram keeps it. `raw` is what the Bot API shows of it, minus a reply keyboard."""

    chat: Chat = field(repr=False)
    raw: Json
    mine: bool
    """Whether the bot wrote it."""
    deleted: bool = False
    edits: int = 0
    keyboard: Json | None = None
    """The reply markup as the bot gave it, of any of the four kinds."""

    @property
    def id(self) -> int:
        return int(self.raw["message_id"])

    @property
    def date(self) -> int:
        return int(self.raw["date"])

    @property
    def text(self) -> str:
        return str(self.raw.get("text", self.raw.get("caption", "")))

    @property
    def protected(self) -> bool:
        return bool(self.raw.get("has_protected_content"))

    @property
    def previews_off(self) -> bool:
        return bool(self.raw.get("link_preview_options", {}).get("is_disabled"))

    @property
    def buttons(self) -> tuple[Button, ...]:
        return tuple(self._buttons())

    def _buttons(self) -> Iterator[Button]:
        markup = self.keyboard or {}
        for row in markup.get("inline_keyboard", []) or markup.get("keyboard", []):
            for each in row:
                copies = each.get("copy_text", {}).get("text")
                yield Button(each["text"], each.get("callback_data"), self, copies, each.get("url"))

    def button(self, label: str) -> Button:
        """The first button whose label is this, or is found by it as a regular expression."""
        for button in self.buttons:
            if button.label == label:
                return button
        for button in self.buttons:
            if re.search(label, button.label):
                return button
        raise NothingCame(f"no button {label!r} among {[each.label for each in self.buttons]}")

    def shown(self) -> str:
        who = "bot" if self.mine else "person"
        gone = " (deleted)" if self.deleted else ""
        return f"{self.id} {who}{gone}: {self.text!r} {[each.label for each in self.buttons]}"


@dataclass(slots=True, eq=False)
class Chat:
    """A private chat, a basic group or a supergroup, with everything ever said in it."""

    id: int
    kind: str
    """private, group or supergroup"""
    bell: Bell = field(repr=False)
    about: Json
    """What a message shows of its chat, besides id and type."""
    messages: dict[int, Message] = field(default_factory=dict, repr=False)
    from_bot: list[Message] = field(default_factory=list, repr=False)
    actions: list[str] = field(default_factory=list)
    heard: int = 0
    """How many of the bot's messages `hears` has handed out."""

    def wire(self) -> Json:
        return {"id": self.id, **self.about, "type": self.kind}

    def keep(self, message: Message) -> Message:
        self.messages[message.id] = message
        if message.mine:
            self.from_bot.append(message)
        self.bell.ring()
        return message

    @property
    def there(self) -> list[Message]:
        """Messages that are not deleted, oldest first."""
        return [each for each in self.messages.values() if not each.deleted]

    def last(self) -> Message:
        """The bot's latest message that still has buttons; its latest at all where none has."""
        left = [each for each in self.from_bot if not each.deleted]
        if not left:
            raise NothingCame(f"the bot has nothing in chat {self.id}: {self.shown()}")
        return next((each for each in reversed(left) if each.buttons), left[-1])

    async def hears(self, n: int = 1, patience: float = PATIENCE) -> list[Message]:
        """The next `n` messages of the bot that were not handed out yet, in order."""
        await self.bell.until(
            lambda: len(self.from_bot) >= self.heard + n,
            patience,
            lambda: (
                f"{n} new messages awaited, {len(self.from_bot) - self.heard} came; there: {self.shown()}"
            ),
        )
        self.heard += n
        return self.from_bot[self.heard - n : self.heard]

    async def until(self, look: Callable[[Chat], Any], patience: float = PATIENCE) -> Any:
        """Wait until something is true of this chat, such as that a message was edited or deleted."""
        return await self.bell.until(lambda: look(self), patience, lambda: f"not so; there: {self.shown()}")

    def shown(self) -> str:
        return "\n  ".join(["", *(each.shown() for each in self.messages.values())]) or "nothing"
