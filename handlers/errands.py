"""What is still to be done: an answer that was not shown yet, messages that must be deleted, a line that was
taken in and not handled.

An errand is made durable with the change it belongs to, and dropped once it was done: a crash in between
loses neither the answer nor the deletion. It holds a chat's address, so it is sealed: under a key that dies
with its day where it concerns a witness, under the INSTANCE key where it concerns a member.

Never here: what is answered, and how a network deletes.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence

import orjson

from bot.boxes import open_under, purpose_key, seal_under
from bot.errors import CannotOpen
from bot.records import Record
from bot.turns import Ask, Effect, Tell
from handlers import Address
from handlers.intake import DAY_SECONDS, Clock
from storage import ErrandRow
from storage.changes import PutErrand
from storage.shelf import DayKeys, Shelf

log = logging.getLogger(__name__)

OWED, DELETION, TAKEN = "owed", "deletion", "taken"
PURPOSE = "errand"
MEMBERS = 0
"""In place of a day: sealed under the INSTANCE key, since it must outlive a reboot."""

_DAY_BYTES = 4
ID_BYTES = 16


class Owed(Record, frozen=True):
    """An answer somebody waits for. `told`: the keys of what it tells; then it asks, where `asks`."""

    pseudonym: bytes
    update: int
    who: Address
    language: str
    told: tuple[Tell, ...] = ()
    asks: bool = True
    worker: str = ""
    """Whose it is, where several processes listen."""

    hidden = frozenset({"pseudonym"})

    @property
    def effects(self) -> tuple[Effect, ...]:
        return (*self.told, Ask()) if self.asks else self.told


class Deletion(Record, frozen=True):
    """Messages to delete in a chat, from `minute` on (since 1970; 0: at once). Without any: something is
    being shown there, after message `since` (0: not known)."""

    id: bytes
    who: Address
    messages: tuple[int, ...] = ()
    minute: int = 0
    since: int = 0

    hidden = frozenset({"id"})


class Taken(Record, frozen=True):
    """A line that came from a network, not yet handled (`handlers.journal`). `minute`: when it was taken in,
    since 1970; the errands write it."""

    id: bytes
    channel: str
    line: bytes
    minute: int = 0

    hidden = frozenset({"id", "line"})


class Errands:
    """Seals errands and reads them again. `instance`: the INSTANCE key, 32 bytes. `worker`: whose they are,
    where several processes listen."""

    def __init__(self, shelf: Shelf, instance: bytes, clock: Clock, worker: str = "") -> None:
        self.worker = worker
        self._shelf = shelf
        self._instance = purpose_key(instance, PURPOSE)
        self._clock = clock
        self._alive: DayKeys = ()
        self._keys: dict[int, bytes] = {}
        """Drawn from the shelf's keys of days, which are asked for each time: a shelf in memory may lose them
        under a program that goes on."""

    async def owe(
        self, pseudonym: bytes, update: int, who: Address, language: str, effects: Sequence[Effect]
    ) -> PutErrand:
        """What makes an answer owed until it was shown."""
        told = [(effect.key, effect.about) for effect in effects if type(effect) is Tell]
        asks = any(type(effect) is Ask for effect in effects)
        body = orjson.dumps((OWED, who.channel, who.chat, language, told, asks, self.worker))
        return await self._put(pseudonym, update, self._today(), body)

    async def delete(self, deletion: Deletion, *, member: bool = False) -> PutErrand:
        """What makes messages go, later or after a crash."""
        who = deletion.who
        body = orjson.dumps(
            (DELETION, who.channel, who.chat, deletion.minute, deletion.messages, deletion.since)
        )
        return await self._put(deletion.id, 0, MEMBERS if member else self._today(), body)

    async def take(self, taken: Taken) -> PutErrand:
        """What keeps a line until it was handled. Bound to its id and its minute: handled once, a line put
        back is known by them."""
        line, minute = taken.line.decode("utf-8", "replace"), int(self._clock() // 60)
        body = orjson.dumps((TAKEN, taken.channel, "", line, taken.id.hex(), minute))
        return await self._put(taken.id, 0, self._today(), body)

    async def read(self, row: ErrandRow) -> Owed | Deletion | Taken | None:
        """None where its key is gone: its day is over, or the machine was started anew."""
        day, box = int.from_bytes(row.box[:_DAY_BYTES], "big"), row.box[_DAY_BYTES:]
        key = await self._key(day)
        if key is None:
            return None
        try:
            kind, channel, chat, *more = orjson.loads(open_under(key, box, _bound(day, row.id, row.mark)))
            if kind == TAKEN:
                return _taken(row, channel, more)
        except (CannotOpen, ValueError):
            log.error(
                "something to be done in a chat cannot be opened and is dropped: the database was changed"
            )
            return None
        who = Address(channel, chat)
        if kind == OWED:
            language, told, asks, *worker = more  # none: written before there were several
            return Owed(row.id, row.mark, who, language, tuple(Tell(*each) for each in told), asks, *worker)
        minute, messages, *since = more  # none: written before it was known
        return Deletion(row.id, who, tuple(messages), minute, *since)

    async def _put(self, id: bytes, mark: int, day: int, body: bytes) -> PutErrand:
        key = await self._key(day)
        assert key is not None  # noqa: S101 - today's key and the instance's are always there
        return PutErrand(
            id, mark, day.to_bytes(_DAY_BYTES, "big") + seal_under(key, body, _bound(day, id, mark))
        )

    def _today(self) -> int:
        return int(self._clock() // DAY_SECONDS)

    async def _key(self, day: int) -> bytes | None:
        if day == MEMBERS:
            return self._instance
        alive = await self._shelf.day_keys(self._today())
        if alive != self._alive:
            self._alive, self._keys = alive, {each: purpose_key(key, PURPOSE) for each, key in alive}
        return self._keys.get(day)


def _bound(day: int, id: bytes, mark: int) -> bytes:
    """A witness's errand is its row's: whoever writes to the database could else have one shown what another
    was told. A member's is a deletion, which names its chat itself."""
    return b"" if day == MEMBERS else id + b"%d" % mark


def _taken(row: ErrandRow, channel: str, more: Sequence[object]) -> Taken:
    """Raises `ValueError` for a line in another's row."""
    line, id, minute = more
    if id != row.id.hex() or not isinstance(line, str) or not isinstance(minute, int):
        raise ValueError("a line of another row")
    return Taken(row.id, channel, line.encode(), minute)


def new_deletion(who: Address, messages: Sequence[int], minute: int = 0, since: int = 0) -> Deletion:
    return Deletion(secrets.token_bytes(ID_BYTES), who, tuple(messages), minute, since)
