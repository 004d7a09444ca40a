"""The line to a Redis or Valkey server: what is asked in one moment goes out together, and is asked again
where the line broke.

One connection. Whatever was asked while the last group was on its way makes the next: under load, many
people's calls share one round trip, one system call and one wake-up on either side. So everything asked here
must come to the same when it is done twice.

A server that is away is waited for (`PATIENCE_SECONDS`, once for all who ask), then `StoreAway` says so at
once, and it is looked for again each second. `unsure` is set there: nobody is told anything, the update is
not acknowledged and comes again.

Never here: what is asked, and a word of the server's own. Its errors quote what they were sent, which may be
a key.
"""

from __future__ import annotations

import asyncio
import logging
import random
import ssl
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Final, TypeAlias

from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.exceptions import (
    AuthenticationError,
    ConnectionError,
    NoPermissionError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TimeoutError,
)

from bot.errors import SettingsError, SeuilError, StoreAway, StoreDamaged, StoreFull

log = logging.getLogger(__name__)

PATIENCE_SECONDS: Final = 15.0
"""How long one absence is waited out: a server without files starts in a second. Together with the store's
patience it stays under the minute in which Telegram delivers an update again."""

FIRST_PAUSE_SECONDS: Final = 0.02
LONGEST_PAUSE_SECONDS: Final = 1.0

CONNECT_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 5.0
"""For one group. Each command in it takes microseconds."""

TOGETHER: Final = 500
"""Calls in one group at most: 0.2 MB, a few milliseconds of the server's time."""

Command: TypeAlias = tuple[bytes | str | int, ...]
Exchange: TypeAlias = Callable[[Sequence[Command]], Awaitable[list[Any]]]
"""Commands in, their answers out, in order. An answer may be a `SeuilError`: that command was refused."""

LOST: Final = (ConnectionError, TimeoutError, OSError, EOFError, NoScriptError, ReadOnlyError)
"""What a connection that broke, or was never made, says; and a server that was begun anew, or that only reads
now: in each case a new connection may help."""


class Line:
    """`begin` is told of each new connection before anything else goes over it. What it raises is raised to
    all who wait."""

    def __init__(self, url: str, begin: Callable[[Exchange], Awaitable[None]]) -> None:
        # RESP2 and no greeting of the client library's: what any Redis since 6 and any Valkey understands.
        self._pool = ConnectionPool.from_url(
            url, protocol=2, driver_info=None, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=None
        )
        self._begin = begin
        self._connection: AbstractConnection | None = None
        self._waiting: list[tuple[Sequence[Command], asyncio.Future[list[Any]] | None]] = []
        self._sending: asyncio.Task[None] | None = None
        self._away_since: float | None = None
        self._closed = False
        self.groups = 0
        """Sent so far."""

    def __repr__(self) -> str:
        return "Line()"

    async def ask(self, *command: bytes | str | int) -> Any:
        """The answer to one command. Raises `StoreAway`, `StoreFull`, `StoreDamaged`."""
        return (await self.ask_all((command,)))[0]

    async def ask_all(self, commands: Sequence[Command]) -> list[Any]:
        """The answers to several that go out together, in order. Raises as `ask`, for the first refused."""
        answers = await self.exchange(commands)
        for answer in answers:
            if isinstance(answer, SeuilError):
                raise answer
        return answers

    async def exchange(self, commands: Sequence[Command]) -> list[Any]:
        """As `ask_all`, but a command that was refused answers with its error. Raises `StoreAway`."""
        answered: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()
        self._put(commands, answered)
        return await answered

    def tell(self, *command: bytes | str | int) -> None:
        """Send a command with the next group; how it ended is not asked."""
        self._put((command,), None)

    async def close(self) -> None:
        """Send what was told, then hang up. A second time does nothing."""
        if self._closed:
            return
        self._closed = True
        if self._sending is not None:
            await asyncio.gather(self._sending, return_exceptions=True)
        await self._hang_up(at_once=False)

    # --- groups ---------------------------------------------------------------------------------------------

    def _put(self, commands: Sequence[Command], answered: asyncio.Future[list[Any]] | None) -> None:
        if self._closed:
            raise RuntimeError("The shelf is closed.")
        self._waiting.append((commands, answered))
        if self._sending is None or self._sending.done():
            # It begins once all who can run now have asked.
            self._sending = asyncio.create_task(self._send())

    async def _send(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:TOGETHER], self._waiting[TOGETHER:]
            trouble: Exception | None = None
            answers: list[Any] = []
            try:
                answers = await self._exchanged([command for commands, _ in group for command in commands])
            except Exception as error:  # whatever it was, nobody may wait for ever
                trouble = error
            at = 0
            for commands, answered in group:
                at += len(commands)
                if answered is None or answered.done():  # nobody asks, or not any more
                    continue
                if trouble is not None:
                    answered.set_exception(trouble)
                else:
                    answered.set_result(answers[at - len(commands) : at])

    async def _exchanged(self, commands: list[Command]) -> list[Any]:
        """Patiently. Raises `StoreAway`, or what `begin` raises."""
        pause = FIRST_PAUSE_SECONDS
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection = self._connection or await self._connected()
                answers = await _exchange(connection, commands)
            except (*LOST, RedisError) as error:
                trouble = said_on_the_way(error)
            except BaseException:
                await self._hang_up()  # what comes next on it would answer something else
                raise
            else:
                self.groups += 1
                return answers
            await self._hang_up()
            if self._away_since is None:
                self._away_since = loop.time()
                log.warning("the shelf's server does not answer; trying again for %d s", PATIENCE_SECONDS)
            pause *= random.uniform(0.5, 1)  # noqa: S311 - to part two workers, not to hide anything
            await asyncio.sleep(pause)
            if loop.time() > self._away_since + PATIENCE_SECONDS or not isinstance(trouble, StoreAway):
                raise trouble
            pause = min(pause * 3, LONGEST_PAUSE_SECONDS)

    async def _connected(self) -> AbstractConnection:
        connection: AbstractConnection = self._pool.make_connection()  # type: ignore[no-untyped-call]  # theirs
        try:
            await connection.connect()  # type: ignore[no-untyped-call]  # theirs
            await self._begin(lambda commands: _exchange(connection, commands))
        except BaseException:
            await connection.disconnect(nowait=True)
            raise
        if self._away_since is not None:
            log.warning("the shelf's server answers again")
            self._away_since = None
        self._connection = connection
        return connection

    async def _hang_up(self, *, at_once: bool = True) -> None:
        """`at_once`: without waiting for what a broken line may never say."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(*LOST):
                await connection.disconnect(nowait=at_once)


async def _exchange(connection: AbstractConnection, commands: Sequence[Command]) -> list[Any]:
    """One group over one connection. Raises `LOST`."""
    async with asyncio.timeout(ANSWER_SECONDS):
        await connection.send_packed_command(connection.pack_commands(commands), check_health=False)
        return [await _answer(connection) for _ in commands]


async def _answer(connection: AbstractConnection) -> Any:
    try:
        return await connection.read_response(disable_decoding=True)
    except (NoScriptError, ReadOnlyError):
        raise
    except ResponseError as error:
        refused = error
    return told(refused)


# --- what it says -------------------------------------------------------------------------------------------


def _code(error: BaseException) -> str:
    """The server's first word, where it is a code; else what kind of error it was. Nothing else of it."""
    first = str(error).partition(" ")[0]
    return first if first.isalpha() and first.isupper() else type(error).__name__


def told(error: ResponseError) -> SeuilError:
    """What a command that was refused comes to."""
    if isinstance(error, OutOfMemoryError):
        return StoreFull(
            "The memory of the shelf's server is full.",
            hint="Raise its `maxmemory`. What was acknowledged is safe.",
        )
    if isinstance(error, (NoPermissionError, AuthenticationError)):
        return _not_let_in(_code(error))
    return StoreDamaged(
        f"The shelf's server does not hold what was put there ({_code(error)}).",
        hint="Give Seuil a database of its own on it, and empty that one while Seuil is stopped: open drafts "
        "are lost, submitted testimonies are not.",
    )


def said_on_the_way(error: BaseException) -> SeuilError:
    """What a broken line comes to. Only `StoreAway` may pass by itself."""
    causes = (error, error.__cause__, error.__context__)  # the client wraps what a handshake met
    if any(isinstance(each, (AuthenticationError, NoPermissionError)) for each in causes):
        return _not_let_in(_code(error.__cause__ or error))
    if any(isinstance(each, ssl.SSLCertVerificationError) for each in causes):
        return SettingsError(
            "The certificate of the shelf's server is not one this machine trusts.",
            hint="Name its authority in SEUIL_SHELF (?ssl_ca_certs=FILE), or mend the certificate.",
        )
    if isinstance(error, ResponseError) and not isinstance(error, LOST):
        return told(error)
    return StoreAway(
        f"The shelf's server cannot be reached ({type(error).__name__}).",
        hint="Start it, or check host and port in SEUIL_SHELF. What was acknowledged is safe.",
        unsure=True,
    )


def _not_let_in(code: str) -> SettingsError:
    return SettingsError(
        f"The shelf's server does not let this user in, or not do what Seuil must do there ({code}).",
        hint="Check user and password in SEUIL_SHELF, and the user's rights: docs/operating.md has the line.",
    )
