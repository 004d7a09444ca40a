"""The shelf that many hosts share: a Redis or Valkey server that keeps everything in memory and nothing else.

    seuil:shelf            the version of this layout
    seuil:name             what tells this server from every other: random, no secret
    seuil:draft:<id>       key, revision, hour of a draft; gone after `KEY_SECONDS` whatever happens
    seuil:hours            draft ids by the hour they were begun
    seuil:shown:<name>     ids of the messages shown to a pseudonym since her last turn; gone as a draft is
    seuil:day:<day>        the pseudonym key of a day; the first worker that asks makes it, all read it
    seuil:tag:<period>     the key of sender tags; the first worker that asks gives its own, all take it
    seuil:done:<what>:<name>  how often something was done lately, as numbers that mean nothing elsewhere

A server that writes to a disk, copies itself to another, throws keys out or notes what it was told is refused
(`storage.redis_fit`); each new connection and `RECHECK_SECONDS` look again. A server found unfit under way is
told of loudly and takes in nobody new; who is in mid-conversation goes on.

A key is overwritten where it stands before it is deleted: it is kept in a value of its own that is too long
to be moved (`VALUE_BYTES`), and it never passes through a script. What the server's allocator, its buffers
and its machine's swap may still hold is said in docs/operating.md.

A server that was begun anew is a reboot: every open draft is lost. Keys of days and of tags are put back by
the first worker that still has them, so that people are known again, are told that nothing was kept, and are
shown what was owed to them.

Never here: boxes, chats, words, and a connection (`storage.redis_line`).
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import struct
from collections.abc import Sequence
from typing import Any, Final

from bot.errors import SettingsError, SeuilError, StoreDamaged
from storage.redis_fit import unfit
from storage.redis_line import Command, Exchange, Line
from storage.shared_shelf import Allowance, Shared
from storage.shelf import DAY_KEYS_KEPT, KEY_BYTES, DayKeys, days_of

log = logging.getLogger(__name__)

VERSION: Final = b"1"
DRAFT: Final = b"seuil:draft:"
SHOWN: Final = b"seuil:shown:"
HOURS: Final = b"seuil:hours"
DAY: Final = b"seuil:day:%d"
TAG: Final = b"seuil:tag:%d"
DONE: Final = b"seuil:done:%b:%b"
MARK: Final = b"seuil:shelf"
NAME: Final = b"seuil:name"

VALUE_BYTES: Final = 160
"""Of a value that holds a key. Short ones are kept inside another object (up to 44 bytes in Redis, 128 in
Valkey) and copied when they are written to; these are written to in place."""
_VALUE: Final = struct.Struct(f">{KEY_BYTES}sQ{VALUE_BYTES - KEY_BYTES - 8}x")
"""Key, revision."""
_WIPED: Final = bytes(VALUE_BYTES)

KEY_SECONDS: Final = 73 * 3600
"""A belt: a draft lives 72 hours at most, and `expire` destroys its key within the next."""
DAY_SECONDS: Final = (DAY_KEYS_KEPT + 1) * 86_400
LONG_AGO: Final = 7
"""Days before those kept whose keys are destroyed; whatever is older went with `DAY_SECONDS`."""
TAG_SECONDS: Final = 2 * 86_400
"""Each look at the server gives a tag key its time anew: it is gone two days after the last worker."""

EXPIRED_TOGETHER: Final = 500

RECHECK_SECONDS: Final = 30.0

ADVANCE: Final = b"""
local kept = redis.call('GETRANGE', KEYS[1], 32, 39)
if #kept == 8 and struct.unpack('>I8', kept) < tonumber(ARGV[1]) then
  redis.call('SETRANGE', KEYS[1], 32, struct.pack('>I8', ARGV[1]))
end
"""
"""Never back, and never for a key that is gone. It sees the revision only. Numbers are doubles there: exact
up to 2**53, which is more turns than anybody takes."""

ALLOWS: Final = b"""
for _, mark in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[3])) do
  redis.call('ZREM', KEYS[1], mark)
end
redis.call('ZREM', KEYS[1], ARGV[1])
local others = redis.call('ZRANGE', KEYS[1], 0, -1)
local most = tonumber(ARGV[4])
local allowed = #others < most
if allowed or ARGV[6] == '1' then
  redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
  redis.call('EXPIRE', KEYS[1], ARGV[5])
  for n = 1, #others - most do
    redis.call('ZREM', KEYS[1], others[n])
  end
end
return allowed and 1 or 0
"""
"""As `MemoryShared.allows`, at one instant for all workers. It needs no right that the rest does not."""


class RedisShelf:
    """Use `await RedisShelf.open(url)`, or `storage.shelf.open_shelf`."""

    def __init__(self, url: str) -> None:
        self._line = Line(url, self._begin)
        self._is_open = False
        self._unfit: SettingsError | None = None
        self._advance = self._allows = b""
        self._name = b""
        """As it was said last."""
        self._tag: tuple[int, bytes] = (0, b"")
        """What `tag_key` answered for this period."""
        self._today: tuple[int, DayKeys] = (-1, ())
        """What `day_keys` answered for this day: asked for at each turn, and the same all day."""
        self._asking_days = asyncio.Lock()
        self._to_destroy: dict[bytes, None] = {}
        """Drafts whose key must be destroyed and was not yet, as far as is known."""
        self._watching: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, url: str) -> RedisShelf:
        """Raises `SettingsError` where the server is not fit or does not let us in, `StoreAway` where there
        is none; nothing was written then."""
        shelf = cls(url)
        try:
            await shelf._line.ask("PING")
        except BaseException:
            await shelf._line.close()
            raise
        shelf._watching = asyncio.create_task(shelf._watch())
        return shelf

    def __repr__(self) -> str:
        return "RedisShelf()"

    async def close(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        await self._line.close()
        self._today = (-1, ())

    # --- keys of drafts -------------------------------------------------------------------------------------

    async def new_key(self, draft: bytes, hour: int, *, renewed: bool = False) -> bytes:
        if self._unfit is not None and not renewed:
            raise self._unfit
        key = secrets.token_bytes(KEY_BYTES)
        name = DRAFT + draft
        await self._line.ask_all(
            (
                ("SETRANGE", name, 0, _WIPED),
                ("SET", name, _VALUE.pack(key, 0), "EX", KEY_SECONDS),
                ("ZADD", HOURS, hour, draft),
            )
        )
        return key

    async def key(self, draft: bytes) -> tuple[bytes, int] | None:
        return _read(await self._line.ask("GET", DRAFT + draft))

    async def advance(self, draft: bytes, revision: int) -> None:
        # Not waited for: a revision that comes late, or never, refuses nothing that is right.
        self._line.tell("EVALSHA", self._advance, 1, DRAFT + draft, revision)

    async def destroy(self, draft: bytes) -> None:
        # Remembered until it is done: where the server is away just now, the next connection begins with it.
        self._to_destroy[draft] = None
        await self._destroy((draft,))
        self._to_destroy.pop(draft, None)

    async def _destroy(self, drafts: Sequence[bytes]) -> None:
        answers = await self._line.exchange([command for draft in drafts for command in _destroying(draft)])
        # A server that is full overwrites nothing, and deletes all the same.
        for deleted in answers[1::3]:
            if isinstance(deleted, SeuilError):
                raise deleted

    async def expire(self, before_hour: int) -> list[bytes]:
        gone: list[bytes] = []
        while True:
            old = await self._line.ask(
                *("ZRANGEBYSCORE", HOURS, "-inf", f"({before_hour}", "LIMIT", 0, EXPIRED_TOGETHER)
            )
            if not old:
                return sorted(gone)
            await self._destroy(old)
            gone += old

    # --- what was shown -------------------------------------------------------------------------------------

    @property
    def shared(self) -> Shared:
        return self

    async def key_and_shown(
        self, draft: bytes, pseudonym: bytes
    ) -> tuple[tuple[bytes, int] | None, tuple[int, ...]]:
        value, shown = await self._line.ask_all(
            (("GET", DRAFT + draft), ("ZRANGE", SHOWN + pseudonym, 0, -1))
        )
        return _read(value), tuple(map(int, shown))

    async def shown(self, pseudonym: bytes) -> tuple[int, ...]:
        return tuple(map(int, await self._line.ask("ZRANGE", SHOWN + pseudonym, 0, -1)))

    async def add_shown(self, pseudonym: bytes, messages: Sequence[int]) -> None:
        # A set, not a list: what is asked twice comes to the same.
        pairs = [number for message in messages for number in (message, message)]
        name = SHOWN + pseudonym
        await self._line.ask_all((("ZADD", name, *pairs), ("EXPIRE", name, KEY_SECONDS)))

    async def drop_shown(self, pseudonym: bytes, messages: Sequence[int]) -> None:
        if messages:
            self._line.tell("ZREM", SHOWN + pseudonym, *messages)

    # --- what all workers have alike ------------------------------------------------------------------------

    async def name(self) -> bytes | None:
        name: bytes | None = await self._line.ask("GET", NAME)
        return name

    async def be_named(self, offered: bytes) -> bytes:
        _, self._name = await self._line.ask_all((("SET", NAME, offered, "NX"), ("GET", NAME)))
        return self._name

    async def tag_key(self, period: int, offered: bytes) -> bytes:
        if self._tag[0] != period:
            self._tag = (period, await _agreed(self._line.ask_all, period, offered))
        return self._tag[1]

    async def _keep_tag(self, exchange: Exchange) -> None:
        """Put it back where an operator emptied the server, or it was begun anew."""
        period, ours = self._tag
        if period:
            agreed = await _agreed(exchange, period, ours)
            if self._tag == (period, ours):
                self._tag = (period, agreed)

    async def allows(self, allowance: Allowance, whose: bytes, now: float, mark: bytes) -> bool:
        done, since = allowance.span(now)
        kept_seconds = allowance.seconds + allowance.step
        allowed = await self._line.ask(
            *("EVALSHA", self._allows, 1, DONE % (allowance.name.encode("ascii"), whose)),
            *(mark, done, since, allowance.most, kept_seconds, int(allowance.counts_refused)),
        )
        return bool(allowed)

    # --- keys of days ---------------------------------------------------------------------------------------

    async def day_keys(self, today: int) -> DayKeys:
        if self._today[0] == today:
            return self._today[1]
        async with self._asking_days:
            if self._today[0] != today:
                fresh = secrets.token_bytes(KEY_BYTES)
                answers = await self._line.ask_all(_days(today, [(today, fresh)]))
                self._today = (today, _kept_days(today, answers[-1]))
            return self._today[1]

    # --- the server -----------------------------------------------------------------------------------------

    async def _begin(self, exchange: Exchange) -> None:
        """Look at a server before anything is asked of it; then make it ready."""
        trouble = await unfit(exchange)
        if not self._is_open:
            if trouble is not None:
                raise trouble
            _demand_ours(*await exchange([("GET", MARK)]))
        self._note(trouble)
        today, keys = self._today
        commands: list[Command] = [
            *(("SET", MARK, VERSION), ("SCRIPT LOAD", ADVANCE), ("SCRIPT LOAD", ALLOWS))
        ]
        commands += [("SET", NAME, self._name, "NX")] if self._name else ()
        commands += [command for draft in self._to_destroy for command in _destroying(draft)]
        answers = await exchange([*commands, *(_days(today, keys) if keys else ())])
        # A server that is full refuses what it has already; at the start every refusal counts.
        for answer in answers[1:3] if self._is_open else answers:
            if isinstance(answer, SeuilError):
                raise answer
        self._to_destroy.clear()
        self._advance, self._allows = answers[1:3]
        if keys and not isinstance(answers[-1], SeuilError):
            self._today = (today, _kept_days(today, answers[-1]))
        await self._keep_tag(exchange)
        self._is_open = True

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(RECHECK_SECONDS)
            await self.recheck()

    async def recheck(self) -> None:
        """Look whether the server is still fit. Raises nothing: what it finds is logged, and obeyed."""
        try:
            self._note(await unfit(self._line.exchange))
            today, keys = self._today
            if keys:  # an operator may have emptied it
                answers = await self._line.ask_all(_days(today, keys))
                if self._today[0] == today:
                    self._today = (today, _kept_days(today, answers[-1]))
            await self._keep_tag(self._line.ask_all)
        except SeuilError as error:
            log.error("the shelf's server could not be looked at: %s", error)

    def _note(self, trouble: SettingsError | None) -> None:
        if trouble is not None and self._unfit is None:
            log.critical("THE SHELF TAKES IN NOBODY NEW. %s %s", trouble, trouble.hint)
        if trouble is None and self._unfit is not None:
            log.warning("the shelf's server is as it must be again: new people are taken in")
        self._unfit = trouble


def _read(value: bytes | None) -> tuple[bytes, int] | None:
    """None where there is none, or where it is overwritten and not deleted yet: zeros are nobody's key."""
    if value is None:
        return None
    if len(value) != VALUE_BYTES:
        raise StoreDamaged(
            "The shelf is not what was written there (a key is too long or too short).",
            hint="Find out who else writes to that database. Empty it while Seuil is stopped: open drafts "
            "are lost, submitted testimonies are not.",
        )
    key, revision = _VALUE.unpack(value)
    return None if key == bytes(KEY_BYTES) else (key, revision)


def _destroying(draft: bytes) -> tuple[Command, ...]:
    """Overwritten first: what is deleted only stays where it was until that memory is used again."""
    return (("SETRANGE", DRAFT + draft, 0, _WIPED), ("DEL", DRAFT + draft), ("ZREM", HOURS, draft))


def _days(today: int, offered: list[tuple[int, bytes]] | DayKeys) -> list[Command]:
    """Give these keys to days that have none, destroy those past, and (last) read those that count."""
    oldest = today - DAY_KEYS_KEPT + 1
    commands: list[Command] = []
    for day in range(oldest - LONG_AGO, oldest):
        commands += [("SETRANGE", DAY % day, 0, _WIPED), ("DEL", DAY % day)]
    for day, key in offered:
        commands.append(("SET", DAY % day, _VALUE.pack(key, 0), "EX", DAY_SECONDS, "NX"))
    return [*commands, ("MGET", *(DAY % day for day in days_of(today)))]


def _tags(period: int, offered: bytes) -> list[Command]:
    """Destroy keys of the periods before, give this one where there is none, and (last) read the one that
    counts."""
    name = TAG % period
    commands: list[Command] = []
    for past in range(max(1, period - LONG_AGO), period):
        commands += [("SETRANGE", TAG % past, 0, _WIPED), ("DEL", TAG % past)]
    commands.append(("SET", name, _VALUE.pack(offered, 0), "EX", TAG_SECONDS, "NX"))
    return [*commands, ("EXPIRE", name, TAG_SECONDS), ("GET", name)]


async def _agreed(exchange: Exchange, period: int, offered: bytes) -> bytes:
    """The key that is there now. Ours, where a server that is full took none."""
    *_, value = await exchange(_tags(period, offered))
    if isinstance(value, SeuilError):
        raise value
    kept = _read(value)
    return offered if kept is None else kept[0]


def _kept_days(today: int, values: list[bytes | None]) -> DayKeys:
    read = ((day, _read(value)) for day, value in zip(days_of(today), values, strict=True))
    return tuple((day, kept[0]) for day, kept in read if kept is not None)


def _demand_ours(mark: Any) -> None:
    if isinstance(mark, SeuilError):
        raise mark
    if mark not in (None, VERSION):
        raise SettingsError(
            "The database on the shelf's server was used by a newer Seuil.",
            hint="Start the newer Seuil again, or name another database in SEUIL_SHELF.",
        )
