"""A PostgreSQL server as its keeper sees it: reached by a url, made ready or refused with a sentence, and
what it says in our words.

Here: how a connection is made, numbered migrations that only go forward, which of the server's errors pass by
themselves, and what to do about the others. Its own words may quote rows, keys and statements: none of them,
and no part of the url, ever leaves this file. Never here: a row.
"""

from __future__ import annotations

import asyncio
import logging
import random
import struct
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar, Final, TypeAlias

import asyncpg

from bot.errors import AlreadyRunning, SettingsError, SeuilError, StoreAway, StoreDamaged, StoreFull

log = logging.getLogger(__name__)

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

MIGRATIONS = Path(__file__).parent / "migrations" / "postgres"

OLDEST: Final = 14
"""The oldest PostgreSQL that its own makers still mend."""

PATIENCE_SECONDS: Final = 30.0
"""How long a call goes on trying while the server is away: a restart takes seconds, a fail-over less than
half a minute. Longer, and Telegram would deliver the update again beside us."""

FIRST_PAUSE_SECONDS: Final = 0.02
LONGEST_PAUSE_SECONDS: Final = 1.0

CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 30.0
WRITE_SECONDS: Final = 10.0
"""For one statement. The largest that writes marks 10 000 cases and takes a second. Behind a wire that
swallows everything a server answers nothing: there must be time to try again on another."""

SESSION: Final = {
    "client_min_messages": "error",
    "lock_timeout": "5s",
    # What a broken connection held is let go of, though nobody told the server that it broke.
    "idle_in_transaction_session_timeout": "20s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "timezone": "UTC",
}
"""For every connection; none of it needs a right."""

UNFIT: Final = (
    *(TypeError, ValueError, OverflowError, struct.error),
    *(asyncpg.DataError, asyncpg.CheckViolationError, asyncpg.NotNullViolationError),
    asyncpg.ProgramLimitExceededError,
)
"""What Python or the driver says of a value that cannot be stored: a fault of the caller, never of the
server. Some of the driver's words for a misused connection are a ValueError too: `is_away` is asked first."""

TALKATIVE: Final = {
    ("fsync", "off"): "a power cut may lose what was acknowledged",
    ("full_page_writes", "off"): "a power cut may damage the database",
    ("track_commit_timestamp", "on"): "it keeps the moment of every testimony",
    ("wal_recycle", "on"): "its log keeps the ciphertext of what was erased until it is written over",
    ("archive_mode", "on"): "the archive of its log keeps the ciphertext of what was erased",
    ("archive_mode", "always"): "the archive of its log keeps the ciphertext of what was erased",
    ("log_statement", "all"): "its log keeps the moment and the ciphertext of every answer",
    ("log_statement", "mod"): "its log keeps the moment and the ciphertext of every answer",
    ("log_min_duration_statement", "0"): "its log keeps the moment and the ciphertext of every answer",
}
"""Settings of a server that undo what Seuil promises, and how. Its operator's: we can only say so."""


class Patience:
    """Pauses that grow, until it was enough. Two workers that failed together do not come back together."""

    _told_at: ClassVar[float] = 0.0
    """When it was last logged that a server is away, by the monotonic clock."""

    def __init__(self) -> None:
        self._pause = FIRST_PAUSE_SECONDS
        self._until = asyncio.get_running_loop().time() + PATIENCE_SECONDS

    async def pause(self, *, away: bool) -> bool:
        """Wait a little. False, at once, where there is no time left to try again."""
        if away and time.monotonic() - Patience._told_at > PATIENCE_SECONDS:
            # Once for all who wait.
            Patience._told_at = time.monotonic()
            log.warning("the PostgreSQL server does not answer; trying again for %d s", PATIENCE_SECONDS)
        pause = self._pause * random.uniform(0.5, 1)  # noqa: S311 - to part two workers, not to hide anything
        if asyncio.get_running_loop().time() + pause > self._until:
            return False
        await asyncio.sleep(pause)
        self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)
        return True


async def connect(
    url: str, name: str, session: dict[str, str] | None = None, seconds: float | None = None
) -> Connection:
    """A connection that may write: where the url names several hosts, to the one that takes writes.

    Raises what asyncpg raises; `is_away` and `told` know it.
    """
    db = await asyncpg.connect(
        url,
        timeout=CONNECT_SECONDS,
        command_timeout=READ_SECONDS if seconds is None else seconds,
        server_settings={**SESSION, **(session or {}), "application_name": name},
        target_session_attrs="read-write",
    )
    # An operator may have made commits of this database lazy; a stricter choice than ours stays.
    await db.execute(
        "SELECT set_config('synchronous_commit', 'on', false)"
        " WHERE current_setting('synchronous_commit') IN ('off', 'local')"
    )
    return db


async def make_ready(url: str) -> None:
    """Bring the schema forward, all steps or none. Raises as `storage.open_store`."""
    db = await reach(url, "seuil start", refused)
    trouble: SeuilError | None = None
    try:
        await _demand_fit(db)
        async with db.transaction():
            await _migrate(db)
        await _warn(db)
    except (*LOST, *UNFIT, asyncpg.PostgresError) as error:
        trouble = refused(error)
    finally:
        await let_go(db)
    if trouble is not None:
        raise trouble


async def reach(
    url: str,
    name: str,
    say: Callable[[BaseException], SeuilError],
    session: dict[str, str] | None = None,
) -> Connection:
    """A connection, patiently: a server may be starting too. Raises what `say` makes of it."""
    patience = Patience()
    while True:
        try:
            return await connect(url, name, session)
        except (*LOST, *UNFIT, asyncpg.PostgresError) as error:
            trouble, away = say(error), is_away(error)
        if not away or not await patience.pause(away=True):
            raise trouble


async def let_go(db: Connection) -> None:
    """End a connection, however it is."""
    try:
        await db.close(timeout=CONNECT_SECONDS)
    except (*LOST, asyncpg.PostgresError):
        db.terminate()


async def is_touched(url: str, tables: Sequence[str]) -> bool:
    """Whether one of these tables is there and has a row; nothing is made. Raises as `storage.open_store`."""
    db = await reach(url, "seuil look", refused)
    try:
        for name in tables:
            there = "SELECT to_regclass(quote_ident(current_schema()) || '.' || $1) IS NOT NULL"
            if await db.fetchval(there, name) and await db.fetchval(
                f"SELECT EXISTS (SELECT 1 FROM {name})"  # noqa: S608 - a name of the caller's, not of a person's
            ):
                return True
    except (*LOST, *UNFIT, asyncpg.PostgresError) as error:
        trouble = refused(error)
    else:
        return False
    finally:
        await let_go(db)
    raise trouble


async def _demand_fit(db: Connection) -> None:
    if db.get_server_version().major < OLDEST:
        raise SettingsError(
            f"The PostgreSQL server is older than {OLDEST}.", hint="Give SEUIL_STORE a newer server."
        )
    if await db.fetchval("SHOW server_encoding") != "UTF8":
        raise SettingsError(
            "The database keeps no UTF-8 text.",
            hint="Make one that does: `createdb --encoding=UTF8 --template=template0 seuil`.",
        )
    if await db.fetchval("SELECT current_schema()") is None:
        raise SettingsError(
            "The database has no schema of the name that SEUIL_STORE gives.",
            hint="Make it (`CREATE SCHEMA …`), or leave `search_path` out of the url.",
        )


async def _migrate(db: Connection) -> None:
    await db.execute("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' schema', 0))")
    steps = sorted(MIGRATIONS.glob("*.sql"))
    tables: int = await db.fetchval(
        "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()",
    )
    ours = await db.fetchval(
        "SELECT to_regclass(quote_ident(current_schema()) || '.seuil_schema') IS NOT NULL"
    )
    if tables and not ours:
        raise SettingsError(
            "The database holds tables of another program.",
            hint="Make one for Seuil alone: `createdb seuil`, and name it in SEUIL_STORE.",
        )
    if not ours:
        await db.execute("CREATE TABLE seuil_schema (version integer NOT NULL)")
        await db.execute("INSERT INTO seuil_schema (version) VALUES (0)")
    version: int | None = await db.fetchval("SELECT version FROM seuil_schema")
    if version is None or version < 0:
        raise StoreDamaged(
            "The database does not say which schema it has.",
            hint="Keep a copy of the database as it is, and restore the last backup.",
        )
    if version > len(steps):
        raise SettingsError(
            f"The database was written by a newer Seuil (schema {version}; this one knows {len(steps)}).",
            hint="Start the newer Seuil again, or restore a backup that was made before it.",
        )
    for step in steps[version:]:
        await db.execute(await asyncio.to_thread(step.read_text, "utf-8"), timeout=None)
    if version < len(steps):
        await db.execute("UPDATE seuil_schema SET version = $1", len(steps))


async def _warn(db: Connection) -> None:
    for row in await db.fetch(
        "SELECT name, setting FROM pg_settings WHERE name = ANY($1::text[])", [name for name, _ in TALKATIVE]
    ):
        if harm := TALKATIVE.get((row["name"], row["setting"])):
            log.warning("the PostgreSQL server has %s = %s: %s", row["name"], row["setting"], harm)


# --- what it says -------------------------------------------------------------------------------------------

LOST: Final = (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError, EOFError)
"""What a connection that broke, or was never made, says; OSError covers time-outs and names of no host."""

AWAY_STATES: Final = (
    "08",  # connection exceptions
    "57P01",  # the operator stops the server
    "57P02",  # another process of the server crashed
    "57P03",  # the server is starting, or stopping
    "57P05",  # idle for too long
    "25P03",  # idle in a transaction for too long
    "25006",  # this server has become one that only reads: a fail-over
    "53300",  # it has too many connections now
    "53200",  # it has no memory now
)

CONTENDED_STATES: Final = (
    "40001",  # serialisation failure
    "40P01",  # deadlock
    "55P03",  # a lock did not come
    "23505",  # somebody else wrote this key meanwhile
    "23503",  # somebody else erased what this refers to meanwhile
)


def is_away(error: BaseException) -> bool:
    """Whether the connection is of no use any more, and a new one may be."""
    if isinstance(error, asyncpg.PostgresError):
        return str(error.sqlstate or "").startswith(AWAY_STATES)
    return isinstance(error, LOST) and not isinstance(error, asyncpg.exceptions.ClientConfigurationError)


def is_contended(error: BaseException) -> bool:
    """Whether two workers met, so that the same thing tried again is decided anew."""
    return isinstance(error, asyncpg.PostgresError) and error.sqlstate in CONTENDED_STATES


def told(error: BaseException) -> SeuilError:
    """What a running store raises. No word of the server's own."""
    state = str(getattr(error, "sqlstate", None) or "")
    if state == "53100":
        return StoreFull(
            "The disk of the PostgreSQL server refuses to take more.",
            hint="Make room on that disk. What was acknowledged is safe.",
        )
    if state in CONTENDED_STATES:
        return AlreadyRunning(
            "Another program holds rows of the database and does not let go of them.",
            hint="Look in pg_stat_activity for a session that is idle in a transaction, and end it.",
        )
    if is_away(error) or state.startswith(("28", "3D", "42501", "57014")):
        return StoreAway(
            f"The PostgreSQL server does not answer as it should ({state or 'no connection'}).",
            hint="See that it runs, can be reached and lets Seuil in. What was acknowledged is safe.",
        )
    return StoreDamaged(
        f"The database is not what was written there ({state or type(error).__name__}).",
        hint="Stop Seuil, keep a copy of the database as it is, and restore the last backup.",
    )


def refused(error: BaseException) -> SeuilError:
    """What a start raises: there, a wrong url or a missing right is what is most likely."""
    state = str(getattr(error, "sqlstate", None) or "")
    if state.startswith("28"):
        return SettingsError(
            "The PostgreSQL server does not let this user in.",
            hint="Check user, password and database in SEUIL_STORE, and the server's pg_hba.conf.",
        )
    if state == "3D000":
        return SettingsError(
            "The PostgreSQL server has no database of the name that SEUIL_STORE gives.",
            hint="Make it: `createdb seuil`, owned by the user of SEUIL_STORE.",
        )
    if state == "42501":
        return SettingsError(
            "The PostgreSQL user of SEUIL_STORE may not make or use tables in its database.",
            hint="Make it the owner: `ALTER DATABASE … OWNER TO …`.",
        )
    if isinstance(error, (asyncpg.exceptions.ClientConfigurationError, *UNFIT)) and not is_away(error):
        return SettingsError(
            "The url of SEUIL_STORE can not be read.",
            hint="Write it as postgresql://USER:PASSWORD@HOST:PORT/DATABASE, odd characters as % codes.",
        )
    if is_away(error):
        return StoreAway(
            f"The PostgreSQL server cannot be reached ({state or type(error).__name__}).",
            hint="Start it, or check host and port in SEUIL_STORE.",
        )
    return told(error)
