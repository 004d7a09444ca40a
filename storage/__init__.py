"""The memory: what is kept, how it is found again, and how it is truly erased.

`Store` is one promise with several keepers; `STORES` names them. The memory store is the reference: it is the
shortest, and the others must agree with it (one contract test runs on all).

What every keeper promises:
- `commit` returns only when the change would survive `kill -9` and a power cut (the memory store excepted);
- a change is all or nothing; its conditions are decided inside the same transaction;
- where a change touches drafts and testimonies, testimonies are made durable first, or both together. In
  SQLite they live in two files and cannot be one transaction: a crash between them leaves a submitted case
  beside an unfinished draft, and the replayed turn writes the same case again, which changes nothing
  (`KeepCase`, `KeepItem`);
- what is dropped, withdrawn or erased leaves no byte in any file of the store when `commit` returns
  (PostgreSQL cannot promise that: `storage.postgres` says what is gone when);
- nothing is returned in an order that tells which testimony came before which.

Never here: keys, plain text, decisions about people.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.errors import SettingsError
from bot.records import Record
from storage.changes import CaseState, Change, DeliveryState, DigestState
from storage.sealed import Key, Kind, SealedRow


class DraftRow(Record, frozen=True):
    pseudonym: bytes
    id: bytes
    revision: int
    box: bytes
    day: int

    hidden = frozenset({"box"})


class PersonRow(Record, frozen=True):
    """What is remembered of one pseudonym: her draft if any, and the last updates that were answered, oldest
    first. `day` is the last day she was answered."""

    pseudonym: bytes
    draft: DraftRow | None
    seen: tuple[int, ...]
    day: int = 0


class ErrandRow(Record, frozen=True):
    id: bytes
    mark: int
    box: bytes

    hidden = frozenset({"box"})


class CaseRow(Record, frozen=True):
    case: bytes
    state: CaseState
    day: int
    decided_day: int | None
    claimed_by: bytes | None
    counted_in: int | None
    reply_key: bytes

    hidden = frozenset({"reply_key"})


class ItemRow(Record, frozen=True):
    case: bytes
    part: str
    epoch: int
    box: bytes

    hidden = frozenset({"box"})


class CommandRow(Record, frozen=True):
    number: int
    box: bytes

    hidden = frozenset({"box"})


class MemberRow(Record, frozen=True):
    member: bytes
    role: str
    route: bytes
    day: int
    name: str

    hidden = frozenset({"route"})


class InviteRow(Record, frozen=True):
    code_hash: bytes
    role: str
    day: int
    name: str

    hidden = frozenset({"code_hash"})


class DigestRow(Record, frozen=True):
    period: int
    day: int
    state: DigestState
    frozen: bytes
    sha256: bytes

    hidden = frozenset({"frozen"})


class DeliveryRow(Record, frozen=True):
    period: int
    member: bytes
    state: DeliveryState
    tries: int
    reason: str = ""
    """Of the last try, where it failed: a `handlers.delivery.Reason`."""
    next_try: int = 0
    """Minutes since 1970."""


class AuditRow(Record, frozen=True):
    number: int
    line: str
    chain: bytes
    """SHA-256 over the previous chain value and this line (`bot.audit`)."""


@dataclass(slots=True)
class Written:
    """What a keeper wrote since it was opened: changes, and the times it made some of them durable
    together."""

    changes: int = 0
    commits: int = 0


class Sole(Protocol):
    """What `Store.only_one` gives: true where this worker is the one."""

    def __bool__(self) -> bool: ...

    async def still(self) -> bool:
        """Whether it is the one at this moment, as the server says; never raises."""
        ...


class Store(Protocol):
    """Where everything is kept.

    All methods raise `StoreDamaged`, `StoreFull`, (a server does not answer) `StoreAway` or (another program
    stands in the way) `AlreadyRunning`, and nothing else of their own. Where a server was lost in the middle
    of a commit and does not come back, nobody knows whether it was done: `StoreAway.unsure`.
    """

    async def commit(self, change: Change) -> bool:
        """Make a change durable; or leave it undone and answer False, where a condition does not hold."""
        ...

    async def close(self) -> None:
        """Finish what was asked for, then let go of every file. A second time does nothing."""
        ...

    async def check(self) -> None:
        """Read every page of every file. Raises `StoreDamaged`, naming the file."""
        ...

    # drafts
    async def person(self, pseudonyms: Sequence[bytes]) -> PersonRow | None:
        """The first of these pseudonyms (today's, yesterday's, …) that is known. One look-up for many people
        when many ask at once."""
        ...

    def remembered(self, pseudonym: bytes) -> PersonRow | None:
        """What `person` would find under this pseudonym, where that is known without reading; None says
        nothing."""
        ...

    async def count_drafts(self) -> int: ...

    async def drafts_before(self, day: int) -> list[DraftRow]:
        """Drafts last written before `day`, for expiry, by id."""
        ...

    async def errands(self) -> list[ErrandRow]:
        """All that is still to be done in chats, by id."""
        ...

    async def errand(self, id: bytes) -> ErrandRow | None:
        """The one of this id, if it is still to be done."""
        ...

    async def count_errands(self) -> int: ...

    # testimonies
    async def case(self, case: bytes) -> CaseRow | None: ...

    async def case_at(self, locator: bytes) -> CaseRow | None: ...

    async def cases(self, *states: CaseState) -> list[CaseRow]:
        """Cases in these states (all when none is named), by id, which is random."""
        ...

    async def count_cases(self, *states: CaseState) -> dict[CaseState, tuple[int, int]]:
        """How many there are in each of these states, and the day the oldest came; a state without any is
        left out. No row is read into memory: there may be very many."""
        ...

    async def items(self, case: bytes) -> list[ItemRow]:
        """By part."""
        ...

    def coded_items(self) -> AsyncIterator[ItemRow]:
        """The `coded` item of every approved case not yet counted in a digest, by case id, a few at a time:
        memory stays flat for any number of cases."""
        ...

    async def count_coded(self) -> int:
        """How many `coded_items` will give."""
        ...

    async def replies(self, case: bytes) -> list[bytes]:
        """Boxes, in the order they were kept."""
        ...

    async def retention(self, *, story_before: int, coded_before: int) -> list[tuple[bytes, str]]:
        """(case, part) of every item past its time: all parts but `coded` of cases decided before
        `story_before`, `coded` of cases decided before `coded_before`. Days."""
        ...

    # the desk
    async def commands(self, limit: int = 50) -> list[CommandRow]:
        """The oldest commands still queued, in order."""
        ...

    async def member_at(self, lookup: bytes) -> MemberRow | None: ...

    async def members(self, *roles: str) -> list[MemberRow]: ...

    async def invites(self) -> list[InviteRow]: ...

    async def invite(self, code_hash: bytes) -> InviteRow | None: ...

    async def is_banned(self, tag: bytes) -> bool: ...

    async def bans(self) -> list[bytes]: ...

    async def asked_second(self, what: str) -> bytes | None:
        """Who asked first for something that needs two, if anybody did."""
        ...

    # audit and ledger
    async def audit_lines(self, after: int = 0, limit: int = 1000) -> list[AuditRow]: ...

    async def digests(self) -> list[DigestRow]: ...

    async def digest(self, period: int) -> DigestRow | None: ...

    async def rendition(self, period: int, language: str) -> bytes | None: ...

    async def deliveries(self, period: int | None = None) -> list[DeliveryRow]: ...

    async def meta(self, key: str) -> bytes | None: ...

    # what one process takes to do alone; it has it until it is done, let go of, or the process is no more
    async def claim_commands(self, limit: int = 50) -> list[CommandRow]:
        """The oldest commands still queued, in order, that are this process's to carry out from now on. None
        behind one that another process has. Never waits for it."""
        ...

    async def claim_delivery(self, period: int, member: bytes) -> bool:
        """Whether this delivery, not sent yet, is this process's to make."""
        ...

    async def let_go(self) -> None:
        """Of every command and delivery claimed: another process is to do them."""
        ...

    # what is sealed to the team's key
    async def sealed(self, kind: Kind, after: Key | None, limit: int) -> list[SealedRow]:
        """Rows of one kind by their key, which says nothing of when they came: those that follow `after`,
        or the first."""
        ...

    async def count_sealed(self, kind: Kind) -> int: ...

    # workers
    def only_one(self, name: str) -> AbstractAsyncContextManager[Sole]:
        """Do what only one worker of the instance may do at a time: `async with store.only_one("clock") as
        mine`. True, unless another holds this name just now; never waits.

        It spares work, and decides nothing: a worker that loses its server in the middle learns it when it
        asks (`Sole.still`), and another may have begun. What must happen once is a condition of a change.
        """
        ...

    def one_of(self, name: str) -> AbstractAsyncContextManager[Sole]:
        """Hold a name together with all who hold it so. False where somebody holds it as `only_one`, for whom
        it is not to be had while anybody has it. Never waits."""
        ...

    async def queued(self, seconds: float) -> bool:
        """Wait until a command was queued, by any worker, since this was last asked; False after so many
        seconds. True may be said once too often."""
        ...


async def open_store(url: str, *, console: bool = False) -> Store:
    """The store at `memory:`, `sqlite:FOLDER` or `postgresql://USER:PASSWORD@HOST/DATABASE`.

    `console` is for commands given beside a running bot: testimonies, desk and ledger can be read and
    written, drafts belong to the bot and are neither locked nor seen.

    Raises SettingsError for any other url, and for a server that will not have us; `AlreadyRunning` where
    another process holds the folder; and `StoreDamaged`, `StoreFull`, `StoreAway` as every method.
    """
    kind, _, place = url.partition(":")
    if kind not in STORES:
        raise SettingsError(
            f"The store must be one of {', '.join(sorted(STORES))}; another kind was found.",
            hint="Write `sqlite:data` to keep all in the folder `data`, `postgresql://…` for a server, or "
            "`memory:` to try things out.",
        )
    return await STORES[kind](place, console)


async def _open_memory(place: str, console: bool) -> Store:
    # Imported here because every keeper needs the rows above.
    from storage.memory import MemoryStore  # noqa: PLC0415

    del place, console
    return MemoryStore()


async def _open_sqlite(place: str, console: bool) -> Store:
    from storage.sqlite import SqliteStore  # noqa: PLC0415

    if not place:
        raise SettingsError(
            "The sqlite store has no folder.", hint="Write `sqlite:FOLDER`, such as `sqlite:data`."
        )
    return await SqliteStore.open(Path(place), console=console)


async def _open_postgres(place: str, console: bool) -> Store:
    from storage.postgres import PostgresStore  # noqa: PLC0415

    return await PostgresStore.open(f"postgresql:{place}", console=console)


STORES: dict[str, Callable[[str, bool], Awaitable[Store]]] = {
    "memory": _open_memory,
    "sqlite": _open_sqlite,
    "postgresql": _open_postgres,
}
"""Every keeper, by the name it has in a url."""
