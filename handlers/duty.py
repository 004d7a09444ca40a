"""On duty: of all the desks of an instance, one works; the others wait and take over.

Which one it is, the store says (`Store.only_one`): a desk that is killed, or cut off from the store, is off
duty at once or within the minute, and the next one begins. What must happen once (an act, a digest) is a
condition of its change all the same: two desks that both believe to be on duty for a moment do nothing twice.
What one of them has begun is its own until then (`Store.claim_commands`), and it lets go of the rest.

Never here: what a desk does (`handlers.desk`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.errors import SeuilError
from handlers.clock import Clock
from handlers.desk import Desk
from storage import Sole, Store

log = logging.getLogger(__name__)

DESK = "desk"
"""The name the desk on duty holds in the store."""

STANDBY_SECONDS = 5.0
"""How often a waiting desk asks whether it may begin; as long again is a duty unheld after a kill."""

HEARD_SECONDS = 15.0
"""How often the desk on duty asks whether it still is, where nothing is queued meanwhile."""

STANDS_BY = "Another desk works for this instance. This one waits, and takes over when that one ends."

TAKES_OVER = "The other desk ended: this one works now. Unlock it where no file gives the passphrase."


@dataclass(slots=True)
class Duty:
    """`open_`: unlocks the desk, where a passphrase is at hand, and may take its time. `clock`: makes the
    clock of one spell of duty. `work`: carries out what waits. `say`: tells the person at the console."""

    store: Store = field(repr=False)
    desk: Desk
    clock: Callable[[], Clock]
    open_: Callable[[], Awaitable[None]]
    work: Callable[[], Awaitable[None]]
    say: Callable[[str], None]
    is_on: bool = False

    async def keep(self) -> None:
        """Wait for duty, and do it, until cancelled."""
        is_told = False
        while True:
            try:
                async with self.store.only_one(DESK) as mine:
                    if mine:
                        if is_told:
                            self.say(TAKES_OVER)
                        is_told = False
                        await self._serve(mine)
                    else:
                        is_told = self._stand_by(is_told=is_told)
                        await self.store.let_go()
            except SeuilError as error:
                log.error("the desk waits for the store: %s", error)
            if self.desk.is_open and self.desk.is_idle:
                self.desk.stand_down()
            await asyncio.sleep(STANDBY_SECONDS)

    def _stand_by(self, *, is_told: bool) -> bool:
        """Another desk is on duty: keep no key, and say so once."""
        if self.desk.is_open:
            log.warning("another desk is on duty: this one is locked")
            self.desk.stand_down()
        if not is_told:
            self.say(STANDS_BY)
        return True

    async def _serve(self, mine: Sole) -> None:
        """One spell of duty. The keys stay in memory where it ends because the store was lost: the next spell
        may be this desk's again."""
        self.is_on = True
        opening = asyncio.ensure_future(self.open_())
        clock = self.clock()
        try:
            await clock.start()
            while await mine.still():
                if await self.store.queued(HEARD_SECONDS):
                    await self.work()
        finally:
            self.is_on = False
            clock.stop()
            opening.cancel()
            await asyncio.gather(opening, return_exceptions=True)
