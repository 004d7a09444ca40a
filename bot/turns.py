"""The nouns of the conversation: what a person can do, where she stands, what follows.

All of it is frozen data. Her words have no `repr`, so that none reaches a log by accident; effects carry
message keys, never sentences. `bot.conversation.step` is the one function over these.

Why `State` and `Turn` are records and not dataclasses: a turn reads one state and makes three or four. Made,
changed and read in C they take a sixth of the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

import msgspec

from bot.receipts import Receipt
from bot.records import Record
from bot.redaction import Redacted

# --- events: what a person does -----------------------------------------------------------------------------


class Opened(Record, frozen=True):
    """She arrives, or says /start. `language` is a hint and only pre-selects."""

    language: str = "fr"


class Said(Record, frozen=True):
    """Her own words, already redacted. `crisis`: they hold a phrase that brings the help lines first."""

    words: Redacted
    crisis: bool = False
    despair: bool = False
    """It is about dying: the lines for that come before the police."""


class Replaced(Record, frozen=True):
    """She edited the message she sent last."""

    words: Redacted
    crisis: bool = False
    despair: bool = False


class Chose(Record, frozen=True):
    """One or several codes of what is on offer, by number, label or button. `finished`: she said FINI with
    them."""

    codes: tuple[str, ...]
    finished: bool = False


class Skipped(Record, frozen=True): ...


class WentBack(Record, frozen=True): ...


class Paused(Record, frozen=True): ...


class Left(Record, frozen=True):
    """STOP: she leaves, and nothing unfinished is kept."""


class Erased(Record, frozen=True):
    """EFFACER: like leaving, with every message deleted that the channel lets us delete, and one neutral
    line."""


class Finished(Record, frozen=True):
    """FINI: she has said or picked all she wants at this place."""


class TurnedPage(Record, frozen=True): ...


class Resumed(Record, frozen=True):
    """CONTINUER: she comes back to where she was."""


class SteppedAside(Record, frozen=True):
    """She asks for something that is open at any moment."""

    to: Literal["help", "rights", "privacy", "language", "receipt"]


class MistypedCommand(Record, frozen=True):
    """A word after a slash that is no command: never taken for her story."""


class SentMedia(Record, frozen=True):
    """A picture, a voice note, a file. It was not downloaded."""


class TypedReceipt(Record, frozen=True):
    """Eight words that are a receipt."""

    receipt: Receipt

    hidden = frozenset({"receipt"})


class MistypedReceipt(Record, frozen=True):
    """Eight words of the list whose check does not fit: a slip, told without asking the database."""


Event: TypeAlias = (
    Opened
    | Said
    | Replaced
    | Chose
    | Skipped
    | WentBack
    | Paused
    | Left
    | Erased
    | Finished
    | TurnedPage
    | Resumed
    | SteppedAside
    | SentMedia
    | TypedReceipt
    | MistypedReceipt
    | MistypedCommand
)

# --- effects: what follows ----------------------------------------------------------------------------------


class Tell(Record, frozen=True):
    """Say a message. `about` completes it where it depends on a kind or a country, never on her words."""

    key: str
    about: str = ""


class Ask(Record, frozen=True):
    """Show the place where she stands now. What it shows is a function of the state alone."""


class NoteConsent(Record, frozen=True):
    """She has accepted that what follows is kept: the caller notes which text, in which language, which
    day."""


class Submit(Record, frozen=True):
    """Seal and keep this testimony, show its receipt, and drop the draft it came from."""

    answers: Mapping[str, tuple[str, ...]]
    texts: Mapping[str, tuple[str, ...]]
    removed: tuple[str, ...]
    share: str
    quote: str

    hidden = frozenset({"answers", "texts", "quote"})


class UseReceipt(Record, frozen=True):
    """Read, add to or withdraw the testimony of a receipt; the answer never tells whether there is one."""

    purpose: Literal["read", "add", "withdraw"]
    receipt: Receipt
    addition: tuple[str, ...] = ()

    hidden = frozenset({"receipt", "addition"})


class Forget(Record, frozen=True):
    """Destroy the draft's key and the draft. `messages`: delete from the chat what the channel lets us
    delete."""

    messages: bool = False


class HideReceipt(Record, frozen=True):
    """Delete the message that showed the receipt, where the channel can."""


Effect: TypeAlias = Tell | Ask | NoteConsent | Submit | UseReceipt | Forget | HideReceipt

# --- where she stands ---------------------------------------------------------------------------------------

Answers: TypeAlias = Mapping[str, tuple[str, ...]]
"""Codes chosen at each question; an empty tuple where she passed."""

Texts: TypeAlias = Mapping[str, tuple[str, ...]]
"""Her redacted words at each question, a message each."""


class State(Record, frozen=True, array_like=True, tag="state"):
    """Where one person stands. The empty state is somebody who is not here."""

    at: str = ""
    """A question's id, or a place of `bot.places` (those start with @)."""
    language: str = "fr"
    country: str = ""
    """Whose help lines she wants, once she said so."""
    aside: tuple[str, ...] = ()
    """Where she stepped aside to, innermost last; the way itself stands still meanwhile."""
    page: int = 0
    picked: tuple[str, ...] = ()
    """What she has picked so far at a place that takes several."""
    hinted: bool = False
    """She was told once how to answer here; she is not told again."""
    answers: Answers = msgspec.field(default_factory=dict)
    texts: Texts = msgspec.field(default_factory=dict)
    removed: tuple[str, ...] = ()
    """Kinds that redaction took out of her words so far."""
    quote: str = ""

    def here(self) -> str:
        return self.aside[-1] if self.aside else self.at

    hidden = frozenset({"answers", "texts", "quote"})


class Turn(Record, frozen=True):
    """What one event makes of a state, and what follows from it."""

    state: State
    effects: tuple[Effect, ...]


NOBODY = State()


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(State)


def write_state(state: State) -> bytes:
    """A state as bytes (MessagePack, an array that begins with "state"): small, because a draft is sealed and
    padded, not compressed."""
    return _ENCODER.encode(state)


def read_state(box: bytes) -> State:
    """The inverse of `write_state`. Raises ValueError for anything else."""
    try:
        return _DECODER.decode(box)
    except msgspec.DecodeError:
        raise ValueError("not a state") from None
