"""What the desk says to members: each one's answers in order on a lane of her own (`handlers.lanes`), tried
again where a chat does not take them.

An answer stands in the desk's queue until it was shown, so that none is lost; what is merely told (that
something waits, that the desk is locked) is told once, and said again when there is reason to.

Never here: what is said.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from handlers import Address, Gone, Screen
from handlers.bench import Bench, Say
from handlers.commands import Answer
from handlers.lanes import Lanes
from storage import MemberRow
from storage.changes import FinishCommand, Operation

log = logging.getLogger(__name__)

TRIES = 5
"""An answer that cannot be shown is given up after so many, and the log says so; in a chat that is gone, at
once."""


class Answering:
    """One for each desk. `say` shows a screen in a chat; `forget` takes what was shown out of it again."""

    def __init__(self, bench: Bench, say: Say, forget: Callable[[Address], Awaitable[None]] | None) -> None:
        self._bench = bench
        self._say = say
        self._forget = forget
        self.lanes = Lanes()
        self._failed: dict[int, tuple[int, float]] = {}
        """Answers that could not be shown: how often, and when to try again."""

    async def announce(self, roles: str, key: str, **args: str | int) -> None:
        """Tell members something that needs no key and no certainty."""
        for answer in await self._bench.tell(roles, key, **args):
            self.tell(answer)
        await self.lanes.quiet()

    def tell(self, answer: Answer) -> None:
        """Show it behind what waits for her; not again, where it cannot be shown."""
        self.lanes.add(answer.member, 0, partial(self._notice, answer))

    def pass_on(self, member: bytes, screen: Screen) -> None:
        self.tell(Answer(member, (screen,)))

    def put(self, number: int, answer: Answer) -> None:
        """Show what stands in the queue behind what waits for her, and end it there."""
        self.lanes.add(answer.member, number, partial(self._answer, number, answer))

    def may_try(self, number: int) -> bool:
        left = self._failed.get(number, (0, float("-inf")))[1] - self._bench.clock()
        return left <= 0 or left > 60 * 2**TRIES  # so long is no pause of ours: the clock was set back

    def clear(self, member: MemberRow) -> None:
        """Take what was shown to a member out of her chats, behind what waits for her."""
        self.lanes.add(member.member, 0, partial(self._forget_chats, member))

    def queued(self, *answers: Answer) -> list[Operation]:
        """What puts answers into the queue, in the change that they answer."""
        return [self._bench.queue.operation(answer, secrets.token_bytes(16)) for answer in answers]

    async def close(self) -> None:
        """Let go of what is not shown within a moment. It stays in the queue."""
        await self.lanes.quiet()
        await self.lanes.close()

    async def _notice(self, answer: Answer) -> bool:
        """Shown or not: it is said again when there is reason to. What waits behind it is not held up."""
        with suppress(Gone):
            await self._show(answer)
        return True

    async def _answer(self, number: int, answer: Answer) -> bool:
        """Show an answer and end it. False: it is kept and tried again, and the next ones wait for it."""
        finish: tuple[Operation, ...] = (FinishCommand(number),)
        tries = self._failed.get(number, (0, 0.0))[0] + 1
        try:
            shown = await self._show(answer)
        except Gone:
            shown, tries = False, TRIES
        if not shown:
            if tries < TRIES:
                self._failed[number] = (tries, self._bench.clock() + 60 * 2**tries)
                return False
            finish += (self._bench.log("desk", "answer given up"),)
        self._failed.pop(number, None)
        await self._bench.store.commit(finish)
        return True

    async def _show(self, answer: Answer) -> bool:
        """Show screens to a member. False where the channel would not take them. Raises `Gone`.

        Where she asked, if that is still a chat of hers: else where she joined.
        """
        for row in await self._bench.store.members():
            if row.member == answer.member:
                try:
                    route = self._bench.members.route(row)
                    who = answer.where if answer.where and route.holds(answer.where) else route.who
                    for screen in answer.screens:
                        await self._say(who, screen)
                except Gone:
                    raise
                except Exception as error:
                    # Whatever a network can raise: the answer is kept and tried again.
                    log.warning("an answer could not be shown: %s", type(error).__name__)
                    return False
        return True

    async def _forget_chats(self, member: MemberRow) -> bool:
        """Take what was shown to a member out of where she joined, and out of her own chat."""
        if self._forget is None:
            return True
        route = self._bench.members.route(member)
        for who in dict.fromkeys((route.who, route.private)):
            try:
                await self._forget(who)
            except Exception as error:
                # What could not be taken away now leaves by itself after its minutes.
                log.warning("a chat could not be cleared: %s", type(error).__name__)
        return True
