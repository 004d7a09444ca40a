"""Signal, as a channel: hears through a signal-cli daemon, shows in order for each chat, deletes what is
ours.

    rpc        the line to the daemon         envelopes   what arrives, and what it comes to
    daemon     one account at the daemon      hearing     journalled, then handed over in order
                                              sending     what is shown, as messages

The daemon tells a thing once. So what it tells is journalled before anything else (`handlers.journal`), and
it is asked to tell only while we listen: what people write meanwhile waits with Signal.

Never here: a number, a name or a word of anybody, in a log or anywhere; what follows from what is heard.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import OrderedDict
from collections.abc import Awaitable, Sequence
from contextlib import suppress

import msgspec

from handlers import Abilities, Address, Gone, Hear, Heard, Screen, Unreached
from handlers.counts import COUNTS, ComesTo
from handlers.journal import Journal
from handlers.queues import Queues
from handlers.signal.daemon import Access, Daemon
from handlers.signal.envelopes import CHANNEL, GROUP, Translator, ours, timestamp_of
from handlers.signal.hearing import Hearing
from handlers.signal.rpc import Cut, Refusal, Result
from handlers.signal.sending import (
    LONGEST_BYTES,
    USER_ERROR,
    Outcome,
    attachment,
    challenge,
    is_distrusted,
    outcome,
    pieces,
    retry_after,
)

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 60.0
"""How long a message is tried; after that it stays owed, and the clock tries again."""

FIRST_PAUSE, LONGEST_TRY = 0.5, 15.0
LIMITED_SECONDS = 60.0
"""How long a chat waits where Signal limits it and does not say for how long."""

AT_ONCE = 128
"""Messages with the daemon at the same time. Enough for 3 000 a second at 40 ms to Signal; few enough that a
daemon which encrypts 30 a second (`benchmarks.signal`) answers each long before `rpc.CALL_SECONDS`, after
which it would be sent twice."""

MOST_REMEMBERED = 100_000
"""Chats of which the timer was looked after, some 200 bytes each."""

NOBODY = "-"
"""Who says that a group is gone: none of its people."""

DISTRUST_HINT = (
    "Somebody with a new telephone cannot be answered: the Signal daemon does not trust her new key. "
    "Start it with --trust-new-identities always (docs/signal.md)"
)


_COUNTED: dict[Outcome, ComesTo] = {
    "sent": "ok",
    "gone": "gone",
    "later": "cut",
    "limited": "limited",
    "refused": "refused",
}


class _Sent(msgspec.Struct):
    timestamp: int = 0
    results: list[Result] = []


class Signal:
    """One account. `open` before `listen`; `close` in the end."""

    name = CHANNEL
    can = Abilities(buttons=False, deletes=True, protects=False, longest=LONGEST_BYTES)

    def __init__(self, access: Access, journal: Journal) -> None:
        self._daemon = Daemon(access, self._take)
        self._vanish = access.vanish
        self._translator = Translator()
        self._hearing = Hearing(journal, self._translator, self._note_timer)
        self._is_distrust_told = False
        self._queues = Queues()
        self._sending = asyncio.Semaphore(AT_ONCE)
        self._timed: OrderedDict[str, bool] = OrderedDict()
        """Chats whose timer is as it should be (True), or was found otherwise (False)."""

    def __repr__(self) -> str:
        return "Signal()"

    @property
    def version(self) -> str:
        """The daemon's own."""
        return self._daemon.version

    @property
    def is_listening(self) -> bool:
        """Whether people are heard at this moment."""
        return self._daemon.is_back.is_set()

    async def open(self) -> None:
        """Make sure of the daemon and of the account. Raises `SignalError` before anything was changed."""
        await self._daemon.open()

    async def open_to_speak(self) -> None:
        """As `open`, where another process hears and has set the account up."""
        await self._daemon.try_out()

    async def stay(self) -> None:
        """In place of `listen`, after `open_to_speak`: the connection is kept, until cancelled."""
        await self._daemon.stay()

    async def close(self) -> None:
        self._daemon.close()
        await self._hearing.settle()

    async def answer_challenge(self, captcha: str) -> bool:
        """Give Signal the captcha it asked for. False: it asked for none. Raises `SignalError`."""
        return await self._daemon.answer_challenge(captcha)

    # --- hearing --------------------------------------------------------------------------------------------

    async def listen(self, hear: Hear) -> None:
        """Hear until cancelled; then what was begun is finished."""
        await self._hearing.resume(hear)
        keeping = asyncio.create_task(self._hearing.keep(hear, self._daemon.go_on))
        listening = asyncio.create_task(self._daemon.listen())
        beside = (
            asyncio.create_task(self._hearing.catch_up(hear)),
            asyncio.create_task(self._hearing.mind(self._daemon.hold, self._daemon.tell)),
        )
        try:
            # None ever ends by itself; where one fails, to go on would be to be deaf.
            ended, _ = await asyncio.wait({keeping, listening, *beside}, return_when=asyncio.FIRST_COMPLETED)
            ended.pop().result()
        finally:
            await asyncio.shield(self._finish(keeping, listening, beside))

    def _take(self, line: bytes) -> None:
        if not self._hearing.take(line):
            self._daemon.pause()

    def _note_timer(self, chat: str, seconds: int) -> None:
        if self._vanish and chat not in self._timed:
            self._timed[chat] = seconds == self._vanish
            if len(self._timed) > MOST_REMEMBERED:
                self._timed.popitem(last=False)

    async def _finish(
        self,
        keeping: asyncio.Task[None],
        listening: asyncio.Task[None],
        beside: Sequence[asyncio.Task[None]],
    ) -> None:
        """Bring to its end what was begun, once nothing new is told or begun with. What was left in the
        journal, the next start begins with."""
        for task in (listening, *beside):
            task.cancel()
        await asyncio.wait([listening, *beside])
        await self._daemon.hush()
        await self._hearing.finish()
        keeping.cancel()
        await asyncio.wait([keeping])

    # --- showing --------------------------------------------------------------------------------------------

    def show(self, who: Address, *screens: Screen) -> Awaitable[tuple[int, ...]]:
        return self._queues.then(who.chat, lambda: self._show(who.chat, screens))

    async def _show(self, chat: str, screens: tuple[Screen, ...]) -> tuple[int, ...]:
        if self._timed.get(chat) is False:
            await self._set_timer(chat)
        sent: list[int] = []
        for screen in screens:
            *first, last = pieces(screen) or [""]
            for text in first:
                sent += await self._send(chat, screen, text)
            sent += await self._send(chat, screen, last, [attachment(file) for file in screen.files])
        return tuple(sent)

    async def _set_timer(self, chat: str) -> None:
        """Messages vanish in this chat. Once for each process, so that who changes it afterwards may."""
        self._timed[chat] = True
        try:
            await self._daemon.call("updateContact", recipient=chat, expiration=self._vanish)
        except Refusal:
            log.warning("the Signal daemon did not set a chat's timer")
        except Cut:
            self._timed[chat] = False

    async def _send(self, chat: str, screen: Screen, text: str, files: Sequence[str] = ()) -> list[int]:
        message: dict[str, object] = {"message": text, **_to(chat)}
        if files:
            message["attachment"] = list(files)
        told = await self._insist(message)
        if not told:
            return []
        self._translator.shown(chat, told, screen.stamp)
        return [ours(told)]

    async def _insist(self, message: dict[str, object]) -> int:
        """When a message was sent, tried for a while; 0 where it never will be.

        Raises `Gone`, `Unreached`.
        """
        loop = asyncio.get_running_loop()
        until, pause = loop.time() + PATIENCE_SECONDS, FIRST_PAUSE
        while True:
            wait = pause * random.uniform(0.5, 1.5)  # noqa: S311 - no secret
            try:
                async with self._sending:
                    told = msgspec.json.decode(await self._daemon.call("send", **message), type=_Sent)
                came_to = outcome(told.results)
                if came_to == "sent":
                    COUNTS.call(CHANNEL, "send", "ok")
                    return told.timestamp
            except Cut:
                came_to = "later"
            except msgspec.DecodeError:
                came_to = "refused"
            except Refusal as refusal:
                came_to = self._refused(message, refusal)
                if came_to == "limited":
                    wait = max(wait, retry_after(refusal) or LIMITED_SECONDS)
            COUNTS.call(CHANNEL, "send", _COUNTED[came_to])
            if came_to == "gone":
                self._lost(message)
                raise Gone
            if came_to == "refused":
                # Never meant to happen; tried again, it would hold up this chat for ever.
                log.error("a message is refused by the Signal daemon and left out")
                return 0
            if loop.time() + wait > until:
                log.warning("a message was not taken by Signal; it is tried again later")
                raise Unreached
            if not self._daemon.is_back.is_set():
                with suppress(TimeoutError):
                    async with asyncio.timeout(until - loop.time()):
                        await self._daemon.is_back.wait()
            COUNTS.retries.note(CHANNEL)
            await asyncio.sleep(wait)
            pause = min(pause * 2, LONGEST_TRY)

    def _refused(self, message: dict[str, object], refusal: Refusal) -> Outcome:
        came_to = outcome(refusal.results, refusal.code)
        if came_to == "limited":
            self._daemon.note_limit(challenge(refusal))
        if is_distrusted(refusal.results) and not self._is_distrust_told:
            self._is_distrust_told = True
            log.error(DISTRUST_HINT)
        is_group = "groupId" in message and "attachment" not in message
        if is_group and refusal.code == USER_ERROR and not refusal.results:
            return "gone"
        return came_to

    def _lost(self, message: dict[str, object]) -> None:
        """A group put us out, or is no more: the house learns it from us, since Signal tells nobody."""
        groups = message.get("groupId")
        if isinstance(groups, list):
            who = Address(CHANNEL, GROUP + groups[0])
            self._hearing.happened(Heard(who, int(time.time() * 1000), "gone", person=NOBODY))

    # --- deleting -------------------------------------------------------------------------------------------

    async def forget(self, who: Address, messages: Sequence[int]) -> None:
        """Delete what is ours, newest first; Signal's clients take it back for a day after it was sent."""
        for message in sorted(set(messages), reverse=True):
            timestamp = timestamp_of(message)
            if timestamp is not None:
                await self._delete(who.chat, timestamp)

    async def _delete(self, chat: str, timestamp: int) -> None:
        try:
            async with self._sending:
                await self._daemon.call("remoteDelete", **_to(chat), targetTimestamp=timestamp)
            COUNTS.call(CHANNEL, "remoteDelete", "ok")
        except Cut:
            raise Unreached from None
        except Refusal as refusal:
            came_to = outcome(refusal.results, refusal.code)
            COUNTS.call(CHANNEL, "remoteDelete", _COUNTED[came_to])
            if came_to in ("later", "limited"):
                raise Unreached from None
            if came_to == "gone":
                raise Gone from None


def _to(chat: str) -> dict[str, object]:
    if chat.startswith(GROUP):
        return {"groupId": [chat.removeprefix(GROUP)]}
    return {"recipient": [chat]}


__all__ = ["Access", "Signal"]
