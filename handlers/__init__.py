"""The doors: channels, dispatch, desk, clock, delivery. This is the room that waits on the world.

`Channel` is the promise every door keeps; `Ground.channels` holds those that are open. A channel
translates and decides nothing: it turns what arrives into `Heard`, and a `Screen` into what its network
shows.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from bot.records import Record
from storage.changes import Operation


class Address(Record, frozen=True):
    """A chat on a channel. `chat` never reaches a log, a table or an exception."""

    channel: str
    chat: str

    hidden = frozenset({"chat"})


class Button(Record, frozen=True):
    """A press says `say`, exactly as if it had been typed."""

    label: str
    say: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message: a digest's data, never anything a witness sent."""

    name: str
    media: str
    body: bytes = field(repr=False)


class Screen(Record, frozen=True):
    """One message. Options are in the text as well, numbered: buttons are a convenience, never the only
    way."""

    text: str
    buttons: tuple[Button, ...] = ()
    row: tuple[Button, ...] = ()
    """The constant last row: skip, back, pause, help."""
    protect: bool = False
    """Not to be forwarded or saved, where the channel can prevent it."""
    minutes: int = 0
    """Deleted from the chat after so many minutes where the channel can; 0: stays."""
    files: tuple[Attachment, ...] = ()
    stamp: str = ""
    """Which place its buttons belong to: pressed when she stands elsewhere, they are no answer. Buttons
    without a stamp are members': a channel that brings presses back vouches that it offered them."""
    copy: Button | None = None
    """Something worth keeping elsewhere, a receipt: offered for copying where the channel can."""

    hidden = frozenset({"text", "buttons", "row", "copy"})


Kind = Literal["text", "edit", "press", "forged", "media", "unread", "opened", "gone", "moved"]
"""`press`: a button. `forged`: a press of a button that was never offered there. `media`: a picture, voice
note or file, not downloaded. `unread`: her words did not arrive whole; the text says how, "garbled" or
"long". `gone`: the person blocked or left the channel, or a group put us out. `moved`: a group goes on under
a new id, which is the text."""


class Heard(Record, frozen=True, gc=True):
    """One thing a person did. `update` is unique and growing per chat; `ack` is called once it is durable."""

    who: Address
    update: int
    kind: Kind
    text: str = ""
    language: str = ""
    """The platform's hint, such as "fr-FR"; only pre-selects."""
    ack: Callable[[], Awaitable[None]] | None = None
    person: str = ""
    """Who speaks, where several share the chat; empty: the chat is hers."""
    message: int = 0
    """What the channel calls her message, so that it can be deleted; 0: it cannot."""
    stamp: str = ""
    """Of a press: the place its button belonged to. Of a text: the place of the message it replies to, where
    it quotes one."""
    along: tuple[Operation, ...] = ()
    """Written with the change this leads to, if it leads to one."""
    said: int = 0
    """When she said it (seconds since 1970), where the channel knows that more waits behind it; 0: heard at
    once, or not known."""

    hidden = frozenset({"text", "ack", "person", "along"})

    @property
    def speaker(self) -> Address:
        """The person, wherever she speaks."""
        return Address(self.who.channel, self.person) if self.person else self.who


def with_ack(heard: Heard, ack: Callable[[], Awaitable[None]]) -> Heard:
    """The same, with what confirms it. Written out: `replace` takes three times as long."""
    return Heard(
        heard.who,
        heard.update,
        heard.kind,
        heard.text,
        heard.language,
        ack,
        heard.person,
        heard.message,
        heard.stamp,
        heard.along,
        heard.said,
    )


@dataclass(frozen=True, slots=True)
class Abilities:
    buttons: bool
    deletes: bool
    protects: bool
    longest: int
    """Characters in one message."""
    counts: bool = False
    """Whether the ids of messages count up by one: what a crash kept from being noted is then found between
    two that are known."""
    sounds: bool = False
    """Each message is heard or felt on her telephone, and is a call for us: few are better than many."""


class Gone(Exception):
    """This chat takes no more messages: blocked, deleted, left. An ordinary end, no fault."""


class Unreached(Exception):
    """The network did not take the message, though it was tried for a while. It is owed still."""


Hear = Callable[[Heard], Awaitable[None]]


class Channel(Protocol):
    """A door. It hears until it is closed, shows, and deletes what its network lets it delete."""

    name: str
    can: Abilities

    async def listen(self, hear: Hear) -> None:
        """Hand over what people do, each person's in order, until the end or until cancelled."""
        ...

    def show(self, who: Address, *screens: Screen) -> Awaitable[tuple[int, ...]]:
        """Take these in now, after all that was taken in before for this chat; done when the network took
        them. The ids of what was shown, () where they have none. Raises `Gone`, `Unreached`."""
        ...

    async def forget(self, who: Address, messages: Sequence[int]) -> None:
        """Delete these messages where the network lets it. Raises `Unreached`."""
        ...
