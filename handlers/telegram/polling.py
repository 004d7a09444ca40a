"""Long polling: an update is confirmed only once it is durable.

Telegram forgets every update below the offset of the next `getUpdates`. The offset goes up to the first
update that is still being worked on and no further, so a crash loses nothing: what was not confirmed comes
again. What comes again while it is worked on is let pass; what was answered before is known by its number
(`handlers.dispatch`).

What is slow must not hold it: a hundred updates at the most come beyond an unconfirmed one. The one slow
thing, the hash of a receipt, is made before it is asked for (`handlers.intake.ReceiptDesk.prepare`).

Never here: what an update means.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from contextlib import suppress

from bot.errors import TelegramError
from handlers import Hear, Heard, with_ack
from handlers.telegram.calls import Api, Broken, Refused, TooMany, encode
from handlers.telegram.updates import ALLOWED, Translator, Update, read_updates
from handlers.telegram.wire import Cut

log = logging.getLogger(__name__)

MOST = 100
"""Updates in one answer (Bot API, getUpdates)."""

POLL_SECONDS = 50
"""How long Telegram holds a question that has no answer yet (it closes at 60 by itself)."""

STUCK_SECONDS = (2.0, 10.0, 60.0)
"""Pauses before an update that failed is tried again. Then it is given up: it must not hold up others."""

WAIT_SECONDS = 0.05
"""Between two polls that brought nothing new while something is still worked on."""

DURABLE_SECONDS = 0.03
"""How long what a poll brought may take to become durable before the next poll. A hundred turns take half of
that; asked sooner, Telegram brings the same hundred once more, and a round trip is lost."""

SETTLING_SECONDS = 90.0
CONFLICTS = 3
"""A 409 says that somebody else polls, and comes to both in turn. The one who came later is to stop: it bears
so many, which a connection left by a killed process does not give, and one more for each second it had served
before the first. Who had served a minute and a half bears any number."""

CONFLICT_SECONDS = 0.7
"""Between two conflicts, always: who is to go on must not be kept from its people for longer and longer."""

LONGEST_PAUSE = 30.0

UNANSWERED_SECONDS = 120.0
"""Without any answer for so long, nobody is heard: a question is held for 50 seconds, and asked again after
45 at the most."""

NUMBERS_SECONDS = 6 * 86_400.0
"""After a week without any update Telegram begins its numbers anew (Bot API, Update)."""

FINISH_SECONDS = 10.0
"""What is on its way gets so long at the end; it is durable, and owed, whatever happens then."""


class Polling:
    """Asks for updates until it is stopped."""

    def __init__(
        self,
        api: Api,
        translator: Translator,
        pressed: Callable[[str], None],
        *,
        seconds: int = POLL_SECONDS,
    ) -> None:
        """`pressed(id)` answers a press, which every press is owed whatever comes of it."""
        self._api = api
        self._pressed = pressed
        self._translator = translator
        self._seconds = seconds
        self._next = 0
        """The first update not seen yet."""
        self._unfinished: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._progress = asyncio.Event()
        self._conflicts = 0
        self._first_conflict = 0.0
        self._since = 0.0
        self._answered = 0.0
        self._gives_way = False
        """Another process goes on with this token."""

    @property
    def is_answered(self) -> bool:
        """Whether Telegram answered lately."""
        return asyncio.get_running_loop().time() - self._answered < UNANSWERED_SECONDS

    async def run(self, hear: Hear) -> None:
        """Until cancelled; then what was begun is finished and confirmed. Raises `TelegramError` where
        another process polls with this token."""
        started = self._answered = asyncio.get_running_loop().time()
        pause = 0.5
        try:
            while True:
                offset = self._offset()
                try:
                    updates = await self._ask(offset, self._seconds)
                    self._answered = asyncio.get_running_loop().time()
                    pause = 0.5
                except TooMany as refused:
                    await asyncio.sleep(refused.seconds + 0.1)
                    continue
                except Refused as refused:
                    if refused.code == 401:
                        raise _revoked() from None
                    if refused.code == 409:
                        self._conflict(asyncio.get_running_loop().time() - started)
                        await _rest(CONFLICT_SECONDS)
                        continue
                    if not isinstance(refused, Broken):
                        log.error("getUpdates is refused (%d); it is tried again", refused.code)
                    pause = await _rest(pause)
                    continue
                except Cut:
                    pause = await _rest(pause)
                    continue
                if self._take(updates, hear):
                    await self._until_durable()
                else:
                    await self._some_progress()
        finally:
            await asyncio.shield(self._finish())

    def _offset(self) -> int:
        if self._unfinished:
            return min(self._unfinished)
        if self._next and asyncio.get_running_loop().time() - self._since > NUMBERS_SECONDS:
            self._next = 0
        return self._next

    async def _ask(self, offset: int, seconds: int, limit: int = MOST) -> list[Update]:
        body = encode({"offset": offset, "limit": limit, "timeout": seconds, "allowed_updates": ALLOWED})
        told = await self._api.once("getUpdates", body, seconds + 15.0)
        try:
            return read_updates(told)
        except ValueError:
            raise Broken(200) from None

    def _take(self, updates: list[Update], hear: Hear) -> int:
        """Begin with what is new. How many."""
        new = 0
        is_behind = len(updates) >= MOST
        for update in sorted(updates, key=_number):
            number = update.update_id
            if number < self._next:
                continue  # being worked on, or finished while an older one is
            new += 1
            self._next = number + 1
            if update.callback_query is not None:
                self._pressed(update.callback_query.id)
            heard = self._translator.heard(update, is_behind=is_behind)
            if heard is None:
                continue
            self._unfinished.add(number)
            task = asyncio.create_task(self._one(number, heard, hear))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._since = asyncio.get_running_loop().time() if new else self._since
        return new

    async def _one(self, number: int, heard: Heard, hear: Hear) -> None:
        async def ack() -> None:
            self._unfinished.discard(number)
            self._progress.set()

        for pause in (*STUCK_SECONDS, None):
            try:
                await hear(with_ack(heard, ack))
            except Exception as error:
                log.error("an update failed: %s", type(error).__name__)
            if number not in self._unfinished:
                return
            if pause is not None:
                # It failed and nobody could be told. Telegram has it still: this goes on, or a restart does.
                await asyncio.sleep(pause)
        log.error("an update is given up: it failed again and again")
        await ack()

    async def _until_durable(self) -> None:
        """Wait a little for all that was begun. One slow turn holds up nobody else's for longer."""
        with suppress(TimeoutError):
            async with asyncio.timeout(DURABLE_SECONDS):
                while self._unfinished:
                    self._progress.clear()
                    await self._progress.wait()

    async def _some_progress(self) -> None:
        """Wait until something was finished: asking at once would bring the same again."""
        if not self._unfinished:
            return
        self._progress.clear()
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._progress.wait()
        except TimeoutError:
            pass

    def _conflict(self, seconds: float) -> None:
        """`seconds` after the start, Telegram said that somebody else polls."""
        if not self._conflicts:
            self._first_conflict = seconds
        self._conflicts += 1
        log.warning("another program asks for this bot's updates (409)")
        served = self._first_conflict
        if served < SETTLING_SECONDS and self._conflicts >= CONFLICTS + served:
            self._gives_way = True
            raise TelegramError(
                "Another program already serves this bot's token, so this one stops.",
                hint="Stop one of the two. If you do not know of another, revoke the token with BotFather.",
            )

    async def _finish(self) -> None:
        """Let what was begun come to its end, and confirm it. Not where another process goes on: what is not
        confirmed it hears as well, and one more poll of ours could make it stop too."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=FINISH_SECONDS)
        if self._gives_way:
            return
        with suppress(Refused, Cut):  # delivered again, then, and known
            await self._ask(self._offset(), 0, 1)


async def _rest(pause: float) -> float:
    """Wait with chance in it; the next pause."""
    await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
    return min(pause * 2, LONGEST_PAUSE)


def _number(update: Update) -> int:
    return update.update_id


def _revoked() -> TelegramError:
    return TelegramError(
        "Telegram no longer knows this bot's token.",
        hint="Ask BotFather for the token of this bot, write it to SEUIL_TELEGRAM_TOKEN, and start again.",
    )
