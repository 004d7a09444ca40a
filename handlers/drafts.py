"""An open draft: what is sealed at each turn, and how it is found and opened again.

A draft holds where a person stands, and what a submission will need so that replaying it changes nothing: the
case's random id and the receipt's random bits are drawn once, when she consents, and travel sealed with her
words.

Never here: what her words mean, or which channel they came by.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec
from msgspec.structs import replace

from bot.boxes import open_draft, seal_draft
from bot.errors import CannotOpen
from bot.pseudonyms import pseudonym
from bot.records import Record
from bot.testimony import ConsentRecord
from bot.turns import NOBODY, State
from handlers import Address
from handlers.intake import DAY_SECONDS, HOUR_SECONDS
from storage import DraftRow, Store
from storage.changes import DropDraft, KeepDraft, Operation, Seen
from storage.shelf import Shelf

log = logging.getLogger(__name__)

ID_BYTES = 16
ENTROPY_BYTES = 10
"""80 random bits: a receipt (`bot.receipts`)."""


class Envelope(Record, frozen=True, array_like=True, tag="envelope"):
    """What one draft seals. `case` and `entropy` are empty until she consents."""

    state: State
    case: bytes = b""
    entropy: bytes = b""
    consented: ConsentRecord | None = None
    owes_receipt: bool = False
    """A testimony was kept and its receipt was not shown yet: shown again after a crash, then destroyed."""
    messages: bytes = b""
    """The channel's ids of what stands in the chat, hers and ours, packed: so that it can be deleted."""
    last: int = 0
    """The last of these ids."""
    spoke: int = 0
    """The id of what she wrote last: an edit of anything older replaces nothing."""
    receipt: int = 0
    """The id of the message that showed the receipt, until it is hidden."""

    hidden = frozenset({"case", "entropy", "messages"})


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Envelope)


def write_envelope(envelope: Envelope) -> bytes:
    """An envelope as bytes: MessagePack, an array that begins with "envelope"."""
    return _ENCODER.encode(envelope)


def read_envelope(plain: bytes) -> Envelope:
    """The inverse of `write_envelope`. Raises ValueError for anything else."""
    try:
        return _DECODER.decode(plain)
    except msgspec.DecodeError:
        raise ValueError("not an envelope") from None


def moved(envelope: Envelope, state: State) -> Envelope:
    """The same draft with her at another place."""
    return replace(envelope, state=state)


def standing(envelope: Envelope, messages: bytes, last: int, spoke: int, receipt: int) -> Envelope:
    """The same draft, with what stands in the chat."""
    return replace(envelope, messages=messages, last=last, spoke=spoke, receipt=receipt)


def with_consent(envelope: Envelope, record: ConsentRecord) -> Envelope:
    if envelope.case:
        return replace(envelope, consented=record)
    return replace(
        envelope,
        case=secrets.token_bytes(ID_BYTES),
        entropy=secrets.token_bytes(ENTROPY_BYTES),
        consented=record,
    )


# --- what stands in the chat --------------------------------------------------------------------------------

MOST_MESSAGES = 3000
"""Bytes of packed ids, a thousand messages or more. Older ones are let go: two days later no bot can delete
them anyway."""


def noting(envelope: Envelope, messages: Iterable[int]) -> Envelope:
    """The same draft, knowing these messages as well."""
    packed, last = bytearray(envelope.messages), envelope.last
    for message in messages:
        # An answer's id may become known after that of what she wrote next: steps go both ways.
        step = (message - last) << 1 if message >= last else (last - message) << 1 | 1
        last = message
        while step > 0x7F:
            packed.append(step & 0x7F | 0x80)
            step >>= 7
        packed.append(step)
    if len(packed) > MOST_MESSAGES:
        kept = _unpacked(bytes(packed))
        return noting(replace(envelope, messages=b"", last=0), kept[len(kept) // 2 :])
    return replace(envelope, messages=bytes(packed), last=last)


def messages_of(envelope: Envelope) -> list[int]:
    """All that is known to stand in the chat."""
    return _unpacked(envelope.messages)


def _unpacked(packed: bytes) -> list[int]:
    """Steps from one id to the next, the sign in the lowest bit, seven bits a byte, the lowest first (zigzag
    and LEB128)."""
    messages: list[int] = []
    last = step = shift = 0
    for byte in packed:
        step |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            last += -(step >> 1) if step & 1 else step >> 1
            messages.append(last)
            step = shift = 0
    return messages


# --- finding and writing ------------------------------------------------------------------------------------


class Person(Record, frozen=True):
    """One person as found: under which pseudonym, with which draft, and what she had been answered."""

    pseudonym: bytes
    envelope: Envelope
    row: DraftRow | None = None
    seen: tuple[int, ...] = ()
    lost: bool = False
    """There was a draft, and its key is gone (a reboot) or it was rolled back: nothing was kept."""
    key: bytes = b""
    """Of her draft, as the shelf had it; empty without one. A key that dies before the turn is written leaves
    a box that nothing opens: she is told at her next word, as if it had died right after."""
    name: bytes = b""
    """Her pseudonym under today's key."""
    carried: tuple[int, ...] = ()
    """What she had been answered under the name of another day, to be remembered under this one."""

    shown: tuple[int, ...] = ()
    """Of a shelf that is shared: ids of what was shown to her since her last turn."""

    hidden = frozenset({"pseudonym", "key", "name"})


async def find(store: Store, shelf: Shelf, who: Address, today: int) -> Person:
    """Look a person up under every daily key that still lives, and open her draft if there is one."""
    (_, key), *older = await shelf.day_keys(today)
    name = pseudonym(key, who.channel, who.chat)
    # Most who talk began today and talked a moment ago: then no older name needs to be made.
    row = store.remembered(name)
    if row is None:
        row = await store.person([name, *(pseudonym(key, who.channel, who.chat) for _, key in older)])
    if row is None:
        return Person(name, Envelope(NOBODY), name=name)
    if row.draft is None:
        return Person(row.pseudonym, Envelope(NOBODY), seen=row.seen, name=name)
    shown: tuple[int, ...] = ()
    if shelf.shared is None:
        held = await shelf.key(row.draft.id)
    else:
        held, shown = await shelf.shared.key_and_shown(row.draft.id, row.pseudonym)
    envelope = None if held is None else _open(row.draft, *held)
    if held is None or envelope is None:
        return Person(row.pseudonym, Envelope(NOBODY), row.draft, row.seen, lost=True, shown=shown, name=name)
    return Person(row.pseudonym, envelope, row.draft, row.seen, key=held[0], shown=shown, name=name)


def beginning(person: Person) -> Person:
    """The same person under today's name, unless an open draft holds her to another day's: the key of that
    day would die before what she begins now has had its hours."""
    if person.pseudonym == person.name or (person.row is not None and not person.lost):
        return person
    return replace(person, pseudonym=person.name, carried=person.seen)


def _open(draft: DraftRow, key: bytes, revision: int) -> Envelope | None:
    """A draft opened with its key. `revision`: how far the shelf knows it."""
    if draft.revision < revision:
        log.error(
            "a draft is older than the shelf knows it: the drafts database was rolled back; it is refused"
        )
        return None
    try:
        return read_envelope(open_draft(key, draft.id + draft.pseudonym, draft.revision, draft.box))
    except (CannotOpen, ValueError):
        log.error("a draft cannot be opened with its key: the drafts database was changed; it is refused")
        return None


@dataclass(slots=True)
class Writing:
    """The operations that bring a person's draft to a new envelope, and what the shelf must do once they are
    durable."""

    operations: tuple[Operation, ...]
    destroy: bytes = field(default=b"", repr=False)
    advance: tuple[bytes, int] | None = field(default=None, repr=False)

    async def settle(self, shelf: Shelf) -> None:
        """Called once the change is committed: only then may a key die or a revision be the last one."""
        if self.advance is not None:
            await shelf.advance(*self.advance)
        if self.destroy:
            await shelf.destroy(self.destroy)

    async def undo(self, shelf: Shelf, person: Person) -> None:
        """Called when the change was not made: a key drawn for a draft that does not exist is destroyed."""
        if self.advance is not None and (person.row is None or self.advance[0] != person.row.id):
            await shelf.destroy(self.advance[0])


async def write(
    person: Person, envelope: Envelope, shelf: Shelf, now: float, update: int, *, fresh: bool = False
) -> Writing:
    """Put a draft at its next revision, or drop it when nobody is here any more.

    `fresh`: the old draft is destroyed with its key and a new one begins, so that what it held is gone.
    """
    today = int(now // DAY_SECONDS)
    seen: tuple[Operation, ...] = (
        *[Seen(person.pseudonym, each, today) for each in person.carried],
        Seen(person.pseudonym, update, today),
    )
    old = person.row
    if not envelope.state.at:
        if old is None:
            return Writing(seen)
        return Writing((DropDraft(old.pseudonym, old.id, old.revision), *seen), destroy=old.id)
    if old is None or fresh or person.lost:
        id, revision = secrets.token_bytes(ID_BYTES), 1
        key = await shelf.new_key(id, int(now // HOUR_SECONDS), renewed=old is not None and not person.lost)
        dropped: tuple[Operation, ...] = ()
        if old is not None:
            dropped = (DropDraft(old.pseudonym, old.id, old.revision),)
    else:
        id, revision, key, dropped = old.id, old.revision + 1, person.key, ()
    # Bound to her pseudonym as well: whoever writes to the database could else put it into a row of his own
    # and read it in his chat.
    box = seal_draft(key, id + person.pseudonym, revision, write_envelope(envelope))
    keep = KeepDraft(person.pseudonym, id, revision, box, today)
    return Writing(
        (*dropped, keep, *seen),
        destroy=old.id if old is not None and dropped else b"",
        advance=(id, revision),
    )
