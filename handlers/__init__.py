"""The doors: channels, dispatch, desk, clock, delivery. This is the room that waits on the world.

`Channel` is the promise every door keeps; `bot.__main__` holds the table of those that are open. A channel
translates and decides nothing: it turns what arrives into `Heard`, and a `Screen` into what its network
shows.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Address:
    """A chat on a channel. `chat` never reaches a log, a table or an exception."""

    channel: str
    chat: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Button:
    """A press says `say`, exactly as if it had been typed."""

    label: str
    say: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message: a digest's data, never anything a witness sent."""

    name: str
    media: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Screen:
    """One message. Options are in the text as well, numbered: buttons are a convenience, never the only
    way."""

    text: str = field(repr=False)
    buttons: tuple[Button, ...] = field(default=(), repr=False)
    row: tuple[Button, ...] = field(default=(), repr=False)
    """The constant last row: skip, back, pause, help."""
    protect: bool = False
    """Not to be forwarded or saved, where the channel can prevent it."""
    minutes: int = 0
    """Deleted from the chat after so many minutes where the channel can; 0: stays."""
    files: tuple[Attachment, ...] = ()


Kind = Literal["text", "edit", "media", "opened", "gone"]
"""`media`: a picture, voice note or file, not downloaded. `gone`: the person blocked or left the channel."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing a person did. `update` is unique and growing per chat; `ack` is called once it is durable."""

    who: Address
    update: int
    kind: Kind
    text: str = field(default="", repr=False)
    language: str = ""
    """The platform's hint, such as "fr-FR"; only pre-selects."""
    ack: Callable[[], Awaitable[None]] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Abilities:
    buttons: bool
    deletes: bool
    protects: bool
    longest: int
    """Characters in one message."""


class Channel(Protocol):
    """A door. `show` returns when the network took the message; `forget` deletes what it can of a chat."""

    name: str
    can: Abilities

    def heard(self) -> AsyncIterator[Heard]: ...

    async def show(self, who: Address, screen: Screen) -> None: ...

    async def hide(self, who: Address) -> None:
        """Take the last protected message, a receipt, out of the chat where the channel can."""
        ...

    async def forget(self, who: Address) -> None: ...
