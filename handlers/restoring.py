"""Restoring a backup into a place where there is no instance: whole, or not at all.

Three things come together: the file; the secret half of BACKUP, from where it is kept; and what is kept with
RECOVERY, in `SEUIL_DATA`:
- `instance.key` and `salt`, if they were kept as files. Then it is proved that this instance made the backup;
- else `keys/`, with the passphrase: the team's key opens the kit that holds them. Anybody could have sealed
  such a kit, so the operator compares the instance's mark with her paper;
- where there is a list of the team's keys, a backup whose testimonies were sealed to an epoch that is not on
  it is refused: that key was destroyed, and what it opened was meant to go with it.

What was known outside the database (`storage.audit_head`, `queue_head`, `held`) is written anew beside it;
what is there already and knows more, stays. Orders from before are refused from this minute on.

Never here: rows (`storage.restoring`), the form of a backup (`bot.backups`), making one (`handlers.backups`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bot.age import KeyIdentity, Opening
from bot.audit import START, first_break
from bot.backups import Head, Kit, Known, Sums, Unpacking, demand_same, open_kit, pack_row
from bot.errors import CannotOpen, KeyFileError, StoreDamaged
from bot.settings import Settings
from handlers import keyring
from handlers.backups import TORN, pieces_of, torn
from handlers.progress import Tell
from handlers.standing import DAY_SECONDS, commit
from handlers.team_keys import LIST, read_list
from storage.audit_head import AuditHead
from storage.audit_head import Head as AuditEnd
from storage.changes import Audit
from storage.folder import cannot_use, own_folder, put_file
from storage.held import Held
from storage.key_folder import KeyFolder
from storage.queue_head import DigestHead, QueueHead, TeamHead
from storage.restoring import Place, empty_place, planned
from storage.tables import Table

SECRETS = ("instance.key", "salt")
HEADS = ("audit.head", "digests.head", "digests.held", "queue.head", "team.head")


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back. `proved`: by an instance.key that was not in the backup itself."""

    day: date
    mark: str
    counts: dict[str, int]
    proved: bool
    digest: int
    """The last digest that is known to have been made."""
    audit_short: int
    """Lines of the audit log that were known here and are not in the backup."""


@dataclass(slots=True)
class _Reading:
    """A backup on its way in."""

    file: Path
    identities: tuple[KeyIdentity, ...] = field(repr=False)
    tell: Tell
    unpacking: Unpacking = field(default_factory=Unpacking, repr=False)

    def rows(self) -> Iterator[list[tuple[int, list[Any]]]]:
        """Rows as they come; the first page of them, perhaps empty, once the head is known."""
        opening = Opening(self.identities)
        try:
            for piece in pieces_of(self.file, self.tell, "restore"):
                rows = self.unpacking.add(opening.add(piece))
                if self.unpacking.head is not None:
                    yield rows
            yield self.unpacking.add(opening.end())
        except TORN as fault:
            raise torn(fault) from None

    @property
    def head(self) -> Head:
        if self.unpacking.head is None:
            self.unpacking.end()  # says what is wrong
            raise AssertionError
        return self.unpacking.head


async def restore(
    settings: Settings,
    file: Path,
    identities: tuple[KeyIdentity, ...],
    passphrase: Callable[[], str],
    now: float,
    tell: Tell,
    *,
    last_digest: int = 0,
) -> Restored:
    """Put a backup back into the empty place these settings name.

    `last_digest`: the number of the last digest partners received, where it is later than the backup.

    Raises `CannotOpen` for a file that is not a whole backup for these keys; `KeyFileError` where what is
    kept with RECOVERY is missing, wrong or another instance's; `SettingsError` where there is an instance
    already; `StoreFull`, `StoreDamaged`, `StoreAway`, `AlreadyRunning`. Then everything is as it was.
    """
    reading = _Reading(file, identities, tell)
    pages = reading.rows()
    first = next(pages)
    head = reading.head
    tables, epochs = planned(head.tables), _epochs(settings.data)
    kit, proved = _kit(settings, head, passphrase)
    async with empty_place(settings.store_url) as place:
        found: set[int] = set()
        for rows in _chained(first, pages):
            await _put(place, tables, rows, found)
        sums = reading.unpacking.end()
        _demand_made_by(reading.unpacking, kit, proved)
        _demand_epochs(found, epochs)
        await _demand_arrived(place, tables, sums, tell)
        own = AuditHead(settings.data, kit.instance).read()
        log = await _walk_log(place, tables, sums.known, own)
        with _all_or_none(settings.data):
            _write_files(settings.data, kit, sums.known, int(now // 60), last_digest)
            if own is None:
                AuditHead(settings.data, kit.instance).write(log.end)
            await place.keep()
    await commit(settings, Audit(int(now // DAY_SECONDS), "console", "restore"))
    counts = {name: rows for name, rows, _ in sums.tables}
    made = DigestHead(settings.data, kit.instance).read() or 0
    day = date(1970, 1, 1) + timedelta(head.day)
    return Restored(day, head.mark, counts, proved, made, log.short)


def _chained(first: list[Any], pages: Iterator[list[Any]]) -> Iterator[list[Any]]:
    yield first
    yield from pages


# --- whose it is --------------------------------------------------------------------------------------------


def _kit(settings: Settings, head: Head, passphrase: Callable[[], str]) -> tuple[Kit, bool]:
    """The instance's key and salt, and whether they were kept here and not only in the backup."""
    data = settings.data
    there = [name for name in SECRETS if (data / name).exists()]
    if "instance.key" in there:
        demand_same(KeyFolder(data).instance(new=False), head)
    if len(there) == len(SECRETS):
        keys = KeyFolder(data)
        return Kit(keys.instance(new=False), keys.salt(new=False)), True
    if not (data / "keys" / keyring.TEAM).exists():
        raise KeyFileError(
            "What is kept with the recovery shares is not here: instance.key and salt, or the team's keys.",
            hint="Put keys/ into SEUIL_DATA, with instance.key and salt if you kept them, then try again.",
        )
    unlocked = keyring.unlock(data / "keys", passphrase())
    try:
        kit = open_kit(head.kit, unlocked.identities)
    except CannotOpen:
        raise _dead(head.epoch) from None
    if "salt" in there and KeyFolder(data).salt(new=False) != kit.salt:
        raise KeyFileError(
            "The salt here is another than that of this backup.",
            hint="Take it away if it is another instance's: the backup holds its own.",
        )
    if "instance.key" in there:
        # Not the one in the kit: a mark is short, and two keys may have the same.
        return Kit(KeyFolder(data).instance(new=False), kit.salt), True
    demand_same(kit.instance, head)
    return kit, False


def _epochs(data: Path) -> frozenset[int] | None:
    """The epochs whose keys exist; None where there is no list here."""
    if not (data / "keys" / LIST).exists():
        return None
    return frozenset(key.epoch for key in read_list(data / "keys")[0].keys)


def _demand_epochs(found: set[int], epochs: frozenset[int] | None) -> None:
    if epochs is not None and (dead := found - epochs):
        raise _dead(min(dead))


def _dead(epoch: int) -> CannotOpen:
    return CannotOpen(
        f"This backup was sealed to the team's key of epoch {epoch}, which is not among the keys here.",
        hint="If that key was destroyed, the backup went with it, as was meant: take a later one. If not, "
        "put the keys/ of its time here.",
    )


def _demand_made_by(unpacking: Unpacking, kit: Kit, proved: bool) -> None:
    if not unpacking.vouched_by(kit.instance):
        raise CannotOpen(
            "This backup was not made by this instance."
            if proved
            else "This backup was not made with the instance key that is in it.",
            hint="Nothing was kept of it. Keep the file, ask who can write where it lay, and take another.",
        )


# --- rows ---------------------------------------------------------------------------------------------------


async def _put(
    place: Place, tables: tuple[Table, ...], rows: list[tuple[int, list[Any]]], epochs: set[int]
) -> None:
    """Rows of several tables, in their order; notes the epochs of items."""
    by_table: dict[int, list[list[Any]]] = {}
    for number, values in rows:
        by_table.setdefault(number, []).append(values)
    for number, those in by_table.items():
        table = tables[number]
        if table.name == "item":
            at = table.columns.index("epoch")
            epochs.update(values[at] for values in those if isinstance(values[at], int))
        await place.put(table, those)


async def _demand_arrived(place: Place, tables: tuple[Table, ...], sums: Sums, tell: Tell) -> None:
    """Read every row again and compare."""
    done, of = 0, sum(rows for _, rows, _ in sums.tables)
    for number, (table, told) in enumerate(zip(tables, sums.tables, strict=True)):
        found, count = hashlib.sha256(), 0
        async for rows in place.read(table):
            found.update(b"".join(pack_row(number, row) for row in rows))
            count += len(rows)
            done += len(rows)
            tell("compare", done, of)
        if (table.name, count, found.digest()) != told:
            raise StoreDamaged(
                f"What arrived in the table {table.name} is not what the backup holds.",
                hint="Nothing was kept of it. Check this machine's memory and disk, then again.",
            )


@dataclass(frozen=True, slots=True)
class _Log:
    """The audit log that was put back, and how many lines were known here that are not in it."""

    end: AuditEnd
    short: int


async def _walk_log(place: Place, tables: tuple[Table, ...], known: Known, own: AuditEnd | None) -> _Log:
    """Raises `CannotOpen` where its chain is broken, or is not the one that was known when it was backed
    up."""
    table = next((table for table in tables if table.name == "audit"), None)
    end, wanted = AuditEnd(0, START), {head.lines for head in (own,) if head} | {(known.audit or (0,))[0]}
    met = {0: START}
    if table is not None:
        order = [table.columns.index(name) for name in ("number", "line", "chain")]
        async for rows in place.read(table):
            lines = [tuple(row[at] for at in order) for row in rows]
            if first_break(lines, end.chain, end.lines + 1) is not None:
                raise _bad_log()
            met |= {number: chain for number, _, chain in lines if number in wanted}
            end = AuditEnd(lines[-1][0], lines[-1][2])
    if known.audit is not None and met.get(known.audit[0]) != known.audit[1]:
        raise _bad_log()
    if own is None or met.get(own.lines) == own.chain:
        return _Log(end, 0)
    return _Log(end, max(1, own.lines - end.lines))


def _bad_log() -> CannotOpen:
    return CannotOpen(
        "The audit log in this backup is broken.",
        hint="Nothing was kept of it. Take the backup before this one, and ask who wrote to the database.",
    )


# --- files --------------------------------------------------------------------------------------------------


def _write_files(data: Path, kit: Kit, known: Known, minute: int, last_digest: int) -> None:
    """What stands beside the database."""
    for name, secret in (("instance.key", kit.instance), ("salt", kit.salt)):
        if not (data / name).exists():
            put_file(data, name, secret)
    digests = DigestHead(data, kit.instance)
    if made := max(digests.read() or 0, known.digest or 0, last_digest):
        digests.write(made)
    queue = QueueHead(data, kit.instance)
    queue.write(max(queue.read() or 0, known.queue or 0, minute))
    team = TeamHead(data, kit.instance)
    if newest := max(team.read() or 0, known.team or 0):
        team.write(newest)
    held = Held(data, kit.instance)
    for number in known.held:
        held.mark(number, held=True)


@contextmanager
def _all_or_none(data: Path) -> Iterator[None]:
    """Small files as they were, unless what is done here succeeds."""
    try:
        own_folder(data, {"keys", *SECRETS})
        before = {
            name: (data / name).read_bytes() if (data / name).exists() else None for name in SECRETS + HEADS
        }
    except OSError as error:
        raise cannot_use(error, "data folder") from None
    try:
        yield
    except BaseException as error:
        for name, content in before.items():
            with suppress(OSError):
                if content is None:
                    (data / name).unlink(missing_ok=True)
                elif (data / name).read_bytes() != content:
                    put_file(data, name, content)
        if isinstance(error, OSError):
            raise cannot_use(error, "data folder") from None
        raise
