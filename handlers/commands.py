"""The intake's half of the desk: what a member says is sealed to the desk's key and queued.

The intake cannot open what it queues, and this module imports nothing that opens. Each order carries a code
made with the INSTANCE key, because anybody who can write to the database could seal one: an order without it
is refused at the desk.

In the console profile (`bot.decisions`) no order and no answer holds a word of a testimony, and they are to
be read while no key of the team is in memory, or on the machine at all: there they are sealed under the
INSTANCE key, which no database holds, instead of to the team's.

Answers travel through the same queue. An act and its answer are one change, so that a crash between the two
loses neither; an answer may then be shown twice, never not at all.

Never here: what an order does (`bot.moderation`, `handlers.desk`).
"""

from __future__ import annotations

import hmac
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import orjson

from bot.boxes import open_small, seal_small
from bot.errors import CannotOpen
from bot.sealing import COMMAND_MAGIC, TeamKey, command_size, packed, seal_command, unpacked
from handlers import Address, Attachment, Button, Screen
from storage import Store
from storage.changes import Operation, PutMeta, QueueCommand

LEASE = "desk-lease"
"""Meta: until which minute (since 1970) the desk says it is open. A desk that was killed is closed soon."""

LEASE_MINUTES = 3

STALE_MINUTES = 5
"""How much older than the last empty queue something in it may be: clocks of two machines differ a little."""

_CODE_BYTES = 32
_PURPOSE = b"seuil|v1|desk queue|"
_QUEUE = "desk queue"
_AGE = b"age-encryption.org/"
"""How every age file begins; a box under the INSTANCE key begins with a random nonce."""


@dataclass(frozen=True, slots=True)
class Order:
    """Something a member typed."""

    member: bytes
    text: str = field(repr=False)
    minute: int = 0
    """When it was queued, in minutes since 1970; the queue writes it."""
    where: Address | None = None
    """The chat where it was typed and is to be answered; None: where she joined."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Screens to show to a member."""

    member: bytes
    screens: tuple[Screen, ...] = field(repr=False)
    minute: int = 0
    """As an order's."""
    where: Address | None = None
    """As an order's. Notices and digests go where she joined."""


Queued: TypeAlias = Order | Answer


@dataclass(frozen=True, slots=True)
class Queue:
    """Where the intake puts what members say: the store, the desk's public key as it is now, and the INSTANCE
    key."""

    store: Store = field(repr=False)
    team: Callable[[], TeamKey] = field(repr=False)
    instance: bytes = field(repr=False)
    clock: Callable[[], float] = time.time
    """Seconds since 1970."""
    console: bool = False
    """Whether what is queued is to be read without the team's key."""

    async def put(
        self,
        member: bytes,
        text: str,
        update_key: bytes,
        where: Address | None = None,
        along: tuple[Operation, ...] = (),
    ) -> None:
        """Queue what a member typed, durably, and write `along` with it. The same `update_key` again (a
        redelivery) changes nothing."""
        await self.store.commit((self.operation(Order(member, text, where=where), update_key), *along))

    def operation(self, what: Queued, update_key: bytes) -> QueueCommand:
        """What queues an order or an answer, for a change that holds more."""
        # Keyed: a bare hash of a chat and its update would give the chat away to whoever tries them all.
        name = hmac.digest(self.instance, b"seuil|v1|update|" + update_key, "sha256")
        told = _write(self.instance, what, int(self.clock() // 60))
        if self.console:
            whole = packed(COMMAND_MAGIC, b"", told, command_size)
            return QueueCommand(name, seal_small(self.instance, _QUEUE, whole))
        return QueueCommand(name, seal_command(told, self.team()))


async def desk_is_open(store: Store, now: float) -> bool:
    """Whether the desk can answer at this moment. `now`: seconds since 1970."""
    until = await store.meta(LEASE)
    return until is not None and now // 60 <= int(until)


def lease(now: float, *, locked: bool = False) -> Operation:
    """The desk's word that it is open for the next minutes, or that it is locked."""
    return PutMeta(LEASE, b"0" if locked else str(int(now // 60) + LEASE_MINUTES).encode())


def is_for_team(box: bytes) -> bool:
    """Whether something queued opens with the team's key, and not with the instance's."""
    return box.startswith(_AGE)


def open_without_key(instance: bytes, box: bytes) -> bytes:
    """The body of what was queued in the console profile. Raises `CannotOpen`."""
    try:
        return unpacked(open_small(instance, _QUEUE, box), COMMAND_MAGIC, command_size)[1]
    except ValueError:
        raise CannotOpen(
            "Something in the desk's queue opens and is no command.",
            hint="Somebody may have put it there: look at who can write to the database.",
        ) from None


# --- the form inside ----------------------------------------------------------------------------------------


def read_queued(instance: bytes, body: bytes) -> Queued:
    """The inverse of what `queued` seals. Raises `CannotOpen` for what this instance did not write."""
    code, told = body[:_CODE_BYTES], body[_CODE_BYTES:]
    if not hmac.compare_digest(code, _code(instance, told)):
        raise CannotOpen(
            "Something in the desk's queue was not put there by this instance.",
            hint="Somebody may have written to the database: look at who can, and read /audit.",
        )
    kind, minute, member, content, *place = orjson.loads(told)
    where = Address(*place) if place else None
    if kind == "order":
        return Order(bytes.fromhex(member), content, minute, where)
    return Answer(bytes.fromhex(member), tuple(_screen(screen) for screen in content), minute, where)


def _write(instance: bytes, what: Queued, minute: int) -> bytes:
    place = [what.where.channel, what.where.chat] if what.where else []
    content: object
    match what:
        case Order(text=text):
            kind, content = "order", text.encode("utf-8", "replace").decode()
        case Answer(screens=screens):
            kind, content = "answer", [_plain(screen) for screen in screens]
    told = orjson.dumps([kind, minute, what.member.hex(), content, *place])
    return _code(instance, told) + told


def _code(instance: bytes, told: bytes) -> bytes:
    return hmac.digest(instance, _PURPOSE + told, "sha256")


def _plain(screen: Screen) -> list[object]:
    files = [[file.name, file.media, b64encode(file.body).decode()] for file in screen.files]
    return [screen.text, _pairs(screen.buttons), _pairs(screen.row), screen.protect, screen.minutes, files]


def _pairs(buttons: Sequence[Button]) -> list[list[str]]:
    return [[button.label, button.say] for button in buttons]


def _screen(told: Sequence[object]) -> Screen:
    text, buttons, row, protect, minutes, files = told
    assert isinstance(text, str)  # noqa: S101 - authenticated above: this instance wrote it
    assert isinstance(minutes, int)  # noqa: S101 - authenticated above
    assert isinstance(files, list)  # noqa: S101 - authenticated above
    attached = tuple(Attachment(name, media, b64decode(body)) for name, media, body in files)
    return Screen(text, _buttons(buttons), _buttons(row), bool(protect), minutes, attached)


def _buttons(told: object) -> tuple[Button, ...]:
    assert isinstance(told, list)  # noqa: S101 - authenticated above
    return tuple(Button(label, say) for label, say in told)
