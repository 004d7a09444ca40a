"""Signal, as a channel: hears through a signal-cli daemon, shows in order for each chat, deletes what is
ours.

    rpc        the line to the daemon         envelopes   what arrives, and what it comes to
    daemon     one account at the daemon      sending     what is shown, as messages

The daemon tells a thing once. So what it tells is journalled before anything else (`handlers.journal`), and
it is asked to tell only while we listen: what people write meanwhile waits with Signal.

Never here: a number, a name or a word of anybody, in a log or anywhere; what follows from what is heard.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import OrderedDict
from collections.abc import Awaitable, Sequence
from contextlib import suppress

import msgspec

from bot.errors import CannotOpen
from handlers import Abilities, Address, Gone, Hear, Heard, Screen, Unreached
from handlers.journal import Journal
from handlers.signal.daemon import Access, Daemon
from handlers.signal.envelopes import CHANNEL, GROUP, Translator, ours, timestamp_of
from handlers.signal.rpc import Cut, Refusal, Result
from handlers.signal.sending import LONGEST_BYTES, attachment, challenge, outcome, pieces, retry_after

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 60.0
"""How long a message is tried; after that it stays owed, and the clock tries again."""

FIRST_PAUSE, LONGEST_TRY = 0.5, 15.0
LIMITED_SECONDS = 60.0
"""How long a chat waits where Signal limits it and does not say for how long."""

STUCK_SECONDS = (2.0, 10.0, 60.0)
"""Pauses before something that failed is tried again. Then it is given up: it must not hold up others."""

AT_ONCE = 32
"""Messages with the daemon at the same time: it encrypts one after the other, the network is what is waited
for."""

MOST_WAITING = 2000
"""Lines read and not yet journalled; then no more is read until they are."""

MOST_REMEMBERED = 100_000
"""Chats of which the timer was looked after, some 200 bytes each."""

DROP_SECONDS = 0.25
"""What leads to no change leaves the journal with the next lines, or after so long."""

FINISH_SECONDS = 10.0


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
        self._journal = journal
        self._translator = Translator()
        self._arrived: list[bytes] = []
        self._has_arrived = asyncio.Event()
        self._is_kept = asyncio.Event()
        """Whether all that arrived is in the journal."""
        self._is_kept.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._tails: dict[str, asyncio.Future[None]] = {}
        self._sending = asyncio.Semaphore(AT_ONCE)
        self._timed: OrderedDict[str, bool] = OrderedDict()
        """Chats whose timer is as it should be (True), or was found otherwise (False)."""

    def __repr__(self) -> str:
        return "Signal()"

    @property
    def version(self) -> str:
        """The daemon's own."""
        return self._daemon.version

    async def open(self) -> None:
        """Make sure of the daemon and of the account. Raises `SignalError` before anything was changed."""
        await self._daemon.open()

    async def close(self) -> None:
        self._daemon.close()
        await self._journal.settle()

    async def answer_challenge(self, captcha: str) -> bool:
        """Give Signal the captcha it asked for. False: it asked for none. Raises `SignalError`."""
        return await self._daemon.answer_challenge(captcha)

    # --- hearing --------------------------------------------------------------------------------------------

    async def listen(self, hear: Hear) -> None:
        """Hear until cancelled; then what was begun is finished."""
        for taken in await self._journal.left():
            self._begin(taken.id, taken.line, hear)
        keeping = asyncio.create_task(self._keep(hear))
        try:
            await self._daemon.listen()
        finally:
            await asyncio.shield(self._finish(keeping))

    def _take(self, line: bytes) -> None:
        self._arrived.append(line)
        self._is_kept.clear()
        self._has_arrived.set()
        if len(self._arrived) >= MOST_WAITING:
            self._daemon.pause()

    async def _keep(self, hear: Hear) -> None:
        """Journal what arrives, as much at once as has come meanwhile; then begin with it."""
        while True:
            try:
                async with asyncio.timeout(DROP_SECONDS):
                    await self._has_arrived.wait()
            except TimeoutError:
                await self._journal.settle()
                continue
            self._has_arrived.clear()
            lines, self._arrived = self._arrived, []
            ids = await self._journal.put(lines)
            self._daemon.go_on()
            for id, line in zip(ids, lines, strict=True):
                self._begin(id, line, hear)
            if not self._arrived:
                self._is_kept.set()

    def _begin(self, id: bytes, line: bytes, hear: Hear) -> None:
        heard = self._translated(id, line)
        if heard is None:
            self._journal.drop(id)
            return
        task = asyncio.create_task(self._one(id, heard, hear))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _translated(self, id: bytes, line: bytes) -> Heard | None:
        try:
            arrived = self._translator.arrived(line)
        except CannotOpen as error:
            log.error("%s %s", error, error.hint)
            return None
        heard = arrived.heard
        if heard is None:
            return None
        if arrived.timer is not None and self._vanish and heard.who.chat not in self._timed:
            self._timed[heard.who.chat] = arrived.timer == self._vanish
            if len(self._timed) > MOST_REMEMBERED:
                self._timed.popitem(last=False)
        return msgspec.structs.replace(heard, along=(self._journal.done(id),))

    async def _one(self, id: bytes, heard: Heard, hear: Hear) -> None:
        is_done = False

        async def ack() -> None:
            nonlocal is_done
            is_done = True
            self._journal.drop(id)  # where it led to no change

        heard = msgspec.structs.replace(heard, ack=ack)
        for pause in (*STUCK_SECONDS, None):
            try:
                await hear(heard)
            except Exception as error:
                log.error("something heard failed: %s", type(error).__name__)
            if is_done:
                return
            if pause is not None:
                await asyncio.sleep(pause)
        log.error("something heard is given up: it failed again and again")
        self._journal.drop(id)

    async def _finish(self, keeping: asyncio.Task[None]) -> None:
        """Bring to its end what was begun, once nothing new is told."""
        await self._daemon.hush()
        with suppress(TimeoutError):
            async with asyncio.timeout(FINISH_SECONDS):
                await self._is_kept.wait()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=FINISH_SECONDS)
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping

    # --- showing --------------------------------------------------------------------------------------------

    def show(self, who: Address, *screens: Screen) -> Awaitable[tuple[int, ...]]:
        before = self._tails.get(who.chat)
        mine = self._tails[who.chat] = asyncio.get_running_loop().create_future()
        return self._show(who.chat, screens, before, mine)

    async def _show(
        self,
        chat: str,
        screens: tuple[Screen, ...],
        before: asyncio.Future[None] | None,
        mine: asyncio.Future[None],
    ) -> tuple[int, ...]:
        try:
            if before is not None:
                await asyncio.shield(before)
            if self._timed.get(chat) is False:
                await self._set_timer(chat)
            sent: list[int] = []
            for screen in screens:
                *first, last = pieces(screen) or [""]
                for text in first:
                    sent += await self._send(chat, screen, text)
                sent += await self._send(chat, screen, last, [attachment(file) for file in screen.files])
            return tuple(sent)
        finally:
            mine.set_result(None)
            if self._tails.get(chat) is mine:
                del self._tails[chat]

    async def _set_timer(self, chat: str) -> None:
        """Messages vanish in this chat. Once for each process, so that who changes it afterwards may."""
        self._timed[chat] = True
        with suppress(Refusal, Cut):
            await self._daemon.call("updateContact", recipient=chat, expiration=self._vanish)

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
                    return told.timestamp
            except Cut:
                came_to = "later"
            except msgspec.DecodeError:
                came_to = "refused"
            except Refusal as refusal:
                came_to = outcome(refusal.results, refusal.code)
                if came_to == "limited":
                    wait = max(wait, retry_after(refusal) or LIMITED_SECONDS)
                    self._daemon.note_limit(challenge(refusal))
            if came_to == "gone":
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
            await asyncio.sleep(wait)
            pause = min(pause * 2, LONGEST_TRY)

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
        except Cut:
            raise Unreached from None
        except Refusal as refusal:
            came_to = outcome(refusal.results, refusal.code)
            if came_to in ("later", "limited"):
                raise Unreached from None
            if came_to == "gone":
                raise Gone from None


def _to(chat: str) -> dict[str, object]:
    if chat.startswith(GROUP):
        return {"groupId": [chat.removeprefix(GROUP)]}
    return {"recipient": [chat]}


__all__ = ["Access", "Signal"]
