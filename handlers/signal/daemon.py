"""One account at a signal-cli daemon: reached, tried out, asked to tell, and found again when it was away.

Never here: what is told or sent.
"""

from __future__ import annotations

import asyncio
import logging
import random
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import msgspec

from bot.errors import SignalError
from handlers.signal.rpc import Cut, Line, Place, Refusal

log = logging.getLogger(__name__)

OLDEST = (0, 13, 0)
"""The first signal-cli that speaks as it is read here; 0.13.19 is the one it was tested with."""

SETTLE_SECONDS = 1.5
"""Between two connections, and between the last word and hanging up: reconnecting at once, signal-cli was
seen to lose a message."""

LONGEST_PAUSE = 30.0
"""Seconds between two tries to reach a daemon that is away."""

TEST_SECONDS = 5.0
"""How long the first answer of a daemon is waited for."""

ALIVE_SECONDS = 60.0
"""Between two looks at whether the daemon still answers: one that hangs keeps its connection open."""

HANG_SECONDS = 30.0
"""How long that answer is waited for: a daemon under load is slow and no hanging one."""

CAPTCHA_HINT = (
    "Signal asks for a captcha before it takes more messages; replies wait in order. Solve one at "
    "signalcaptchas.org/challenge/generate, then: python -m bot captcha LINK"
)


class _Account(msgspec.Struct):
    number: str | None = None


class _Version(msgspec.Struct):
    version: str = ""


@dataclass(frozen=True, slots=True)
class Access:
    """How the daemon is reached. `account`: the bot's own number; empty where the daemon has one account
    only. `vanish`: seconds after which messages vanish from a chat; 0: left as it is."""

    place: Place
    account: str = field(default="", repr=False)
    username: str = field(default="", repr=False)
    vanish: int = 0


class Daemon:
    """`on_line(line)` gets each notification."""

    def __init__(self, access: Access, on_line: Callable[[bytes], None]) -> None:
        self._access = access
        self._on_line = on_line
        self._account = ""
        self._line: Line | None = None
        self._subscription: int | None = None
        self._asking = asyncio.Lock()
        """One asks to be told, or not to be, at a time."""
        self._listens = False
        self._is_held = False
        self._challenge = ""
        self.is_back = asyncio.Event()
        self.version = ""

    def __repr__(self) -> str:
        return "Daemon()"

    async def try_out(self) -> None:
        """Whether there is such a daemon, with such an account. Changes nothing. Raises `SignalError`."""
        try:
            await self._connect()
        except Cut:
            raise SignalError(
                "No Signal daemon answers at SEUIL_SIGNAL.",
                hint="Start signal-cli's daemon (docs/signal.md has the command), or mend the address.",
            ) from None

    async def open(self) -> None:
        """Make sure of the daemon and of the account. Raises `SignalError` before anything was changed."""
        await self.try_out()
        # What an older daemon does not know changes nothing for people.
        for wanted in ({"discoverableByNumber": False, "numberSharing": False}, self._username()):
            if wanted:
                with suppress(Refusal, Cut):
                    await self.call("updateAccount", **wanted)

    def _username(self) -> dict[str, object]:
        return {"username": self._access.username} if self._access.username else {}

    async def call(self, method: str, **params: object) -> bytes:
        """The result of a call for this account, as JSON. Raises `Refusal`, `Cut`."""
        if self._line is None:
            raise Cut
        return await self._line.call(method, {"account": self._account, **params})

    def pause(self) -> None:
        if self._line is not None:
            self._line.pause()

    def go_on(self) -> None:
        if self._line is not None:
            self._line.go_on()

    def close(self) -> None:
        if self._line is not None:
            self._line.close()

    # --- the connection -------------------------------------------------------------------------------------

    async def _connect(self) -> None:
        """One connection, tried before it is used. Raises `Cut`, `SignalError`."""
        line = await Line.open(self._access.place, self._on_line)
        try:
            self.version = await _version(line)
            self._account = await self._own_account(line)
        except BaseException:
            line.close()
            raise
        self._line = line
        self.is_back.set()

    async def _own_account(self, line: Line) -> str:
        try:
            told = msgspec.json.decode(await line.call("listAccounts"), type=list[_Account])
        except (Refusal, msgspec.DecodeError):
            raise _stranger() from None
        known = [account.number for account in told if account.number]
        wanted = self._access.account
        if wanted and wanted not in known:
            raise SignalError(
                "The Signal daemon does not have the account of SEUIL_SIGNAL_ACCOUNT.",
                hint="Register it with signal-cli first (docs/signal.md), or mend the number.",
            )
        if not known:
            raise SignalError(
                "The Signal daemon has no account.",
                hint="Register one with signal-cli first: docs/signal.md says how, captcha included.",
            )
        if not wanted and len(known) > 1:
            raise SignalError(
                "The Signal daemon has several accounts.", hint="Write the bot's own to SEUIL_SIGNAL_ACCOUNT."
            )
        return wanted or known[0]

    async def listen(self) -> None:
        """Be told what arrives, over one connection after the other, until cancelled."""
        # A process killed a moment ago hung up a moment ago.
        await asyncio.sleep(SETTLE_SECONDS)
        while True:
            line = self._line
            assert line is not None  # noqa: S101 - `open` and `_come_back` leave one
            self._listens = True
            await self._subscribe()
            await self._outlast(line)

    async def _subscribe(self) -> None:
        """Unless it is held, or was done."""
        async with self._asking:
            line = self._line
            if self._is_held or self._subscription is not None:
                return
            try:
                self._subscription = msgspec.json.decode(await self.call("subscribeReceive"), type=int)
            except (Refusal, Cut, msgspec.DecodeError):
                log.error("the Signal daemon does not let us listen; it is asked again")
                if line is not None:
                    line.abort()

    async def hold(self) -> None:
        """Have nothing more told until `tell`: it waits with Signal. What was on its way arrives still."""
        self._is_held = True
        await self._unsubscribe()

    async def tell(self) -> None:
        """After `hold`: have told what waited."""
        self._is_held = False
        if self._listens and self.is_back.is_set():
            await self._subscribe()

    async def stay(self) -> None:
        """Be there to speak, over one connection after the other, until cancelled; nothing is told to us."""
        while True:
            line = self._line
            assert line is not None  # noqa: S101 - `open`, `try_out` and `_come_back` leave one
            await self._outlast(line)

    async def _outlast(self, line: Line) -> None:
        """Until this connection ended and there is another."""
        await self._until_ended(line)
        self._subscription = None
        self.is_back.clear()
        log.error("the connection to the Signal daemon is lost; it is tried again until it is back")
        await self._come_back()

    async def _until_ended(self, line: Line) -> None:
        while not line.ended.done():
            await asyncio.wait([line.ended], timeout=ALIVE_SECONDS)
            if not line.ended.done():
                try:
                    await line.call("version", seconds=HANG_SECONDS)
                except (Cut, Refusal):
                    log.error("the Signal daemon does not answer any more; its connection is given up")
                    line.abort()

    async def _come_back(self) -> None:
        pause = SETTLE_SECONDS
        while True:
            await asyncio.sleep(pause * random.uniform(1.0, 1.5))  # noqa: S311 - no secret
            try:
                await self._connect()
            except Cut:
                pause = min(pause * 2, LONGEST_PAUSE)
            except SignalError as error:
                log.error("%s", error)
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                log.warning("the Signal daemon is back (signal-cli %s)", self.version)
                return

    async def hush(self) -> None:
        """Ask the daemon to keep what comes from now on; what was on its way arrives still."""
        self._listens = False
        if await self._unsubscribe():
            await asyncio.sleep(SETTLE_SECONDS)

    async def _unsubscribe(self) -> bool:
        """Whether it had been subscribed to."""
        async with self._asking:
            subscription, self._subscription = self._subscription, None
            if subscription is None:
                return False
            with suppress(Refusal, Cut):
                await self.call("unsubscribeReceive", subscription=subscription)
            return True

    # --- limits ---------------------------------------------------------------------------------------------

    def note_limit(self, token: str) -> None:
        """Signal limits us; `token` where it asks for a captcha. The operator is told once."""
        if not token:
            log.warning("Signal limits how much is sent; replies wait in order")
        elif token != self._challenge:
            self._challenge = token
            log.error(CAPTCHA_HINT)

    async def answer_challenge(self, captcha: str) -> bool:
        """Give Signal the captcha it asked for. False: it asked for none. Raises `SignalError`."""
        if not self._challenge:
            return False
        try:
            await self.call("submitRateLimitChallenge", challenge=self._challenge, captcha=captcha)
        except (Refusal, Cut):
            raise SignalError(
                "Signal did not take this captcha.",
                hint="Solve another one, and copy the whole link of `Open Signal`: it begins signalcaptcha://",
            ) from None
        self._challenge = ""
        return True


async def _version(line: Line) -> str:
    """Raises `SignalError` where it is not signal-cli that answers, or too old a one."""
    try:
        told = msgspec.json.decode(await line.call("version", seconds=TEST_SECONDS), type=_Version).version
    except (Refusal, msgspec.DecodeError):
        raise _stranger() from None
    except Cut:
        if line.junk:
            raise _stranger() from None
        raise
    numbers = tuple(int(number) for number in re.findall(r"\d+", told)[:3])
    if not numbers:
        raise _stranger()
    if numbers < OLDEST:
        raise SignalError(
            "The Signal daemon is too old.",
            hint="Install signal-cli 0.13.19 or newer; Signal's servers refuse what is some months old.",
        )
    return ".".join(str(number) for number in numbers)


def _stranger() -> SignalError:
    return SignalError(
        "What answers at SEUIL_SIGNAL is not a signal-cli daemon.",
        hint="Give the socket or host:port of `signal-cli daemon --socket …` or `--tcp …`, not its HTTP one.",
    )
