"""A whole house on a Signal that is made up: a real instance in a folder, the real channel, a real socket."""

from __future__ import annotations

import asyncio
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.settings import Settings
from handlers import Address, Heard
from handlers.errands import Errands
from handlers.instance import Instance, lay_keys, open_instance, passphrase_at_hand
from handlers.intake import DAY_SECONDS
from handlers.journal import Journal
from handlers.signal import Access, Signal
from tests.signalapi import FakeSignal, Phone
from tests.stage import CHEAP, WORDS
from tests.telegramkit import MOST_PASSED, PATIENCE, Hands

VANISH = 86_400


@dataclass(slots=True)
class Home:
    """A running instance with Signal open. `start`, `stop` and `kill` as often as a test likes."""

    folder: Path
    fake: FakeSignal
    clock: Hands = field(default_factory=Hands)
    instance: Instance = field(init=False, repr=False)
    signal: Signal = field(init=False, repr=False)
    hearing: int = 0
    heard: list[Heard] = field(default_factory=list, repr=False)
    _serving: asyncio.Task[None] | None = None
    _resuming: asyncio.Task[None] | None = None

    @property
    def settings(self) -> Settings:
        return Settings(data=self.folder / "data", shelf=self.shelf, signal=str(self.fake.place))

    @property
    def shelf(self) -> Path:
        return Path("/dev/shm") / f"seuil-signal-{os.getpid()}-{self.folder.name}"

    async def __aenter__(self) -> Self:
        lay_keys(self.settings)
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        shutil.rmtree(self.shelf, ignore_errors=True)

    async def start(self) -> None:
        settings = self.settings
        await self.join(await open_instance(settings, clock=self.clock, cost=CHEAP))
        await self.instance.desk.unlock(passphrase_at_hand(settings) or "")
        await self.instance.work()
        self._resuming = asyncio.create_task(self.instance.resume())

    async def join(self, instance: Instance) -> None:
        """Signal as one more channel of an instance."""
        self.instance = instance
        errands = Errands(self.instance.shelf, self.instance.members.instance, self.clock)
        journal = Journal(self.instance.store, errands, Signal.name)
        self.signal = Signal(Access(self.fake.place, vanish=VANISH), journal)
        await self.signal.open()
        self.instance.channels[self.signal.name] = self.signal
        self._serving = asyncio.create_task(self.signal.listen(self._hear))

    async def stop(self) -> None:
        await self.part()
        await self.instance.close()

    async def part(self) -> None:
        for task in (self._serving, self._resuming):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await asyncio.wait_for(asyncio.shield(task), PATIENCE)
        await self.signal.close()

    async def kill(self) -> None:
        """As after SIGKILL, as far as the house can know: what was only in its memory is lost."""
        for task in (self._serving, self._resuming, *self.signal._hearing._tasks):
            if task is not None:
                task.cancel()
        self.signal._daemon.close()
        self.signal._hearing._journal._dropped.clear()  # what a killed process did not write
        self.instance.dispatch._owing.take_settled()
        for task in (self._serving, self._resuming):
            if task is not None:
                with suppress(asyncio.CancelledError):
                    await task
        await self.instance.store.close()
        await self.instance.shelf.close()

    async def again(self, *, killed: bool = False) -> None:
        await (self.kill() if killed else self.stop())
        await self.start()

    async def _hear(self, heard: Heard) -> None:
        self.hearing += 1
        self.heard.append(heard)
        try:
            await self.instance.hear(heard, self.signal)
        finally:
            self.hearing -= 1
            self.fake.ring()

    # --- people ---------------------------------------------------------------------------------------------

    async def say(self, who: Phone, text: str, **more: object) -> list[str]:
        """Every message of the bot that saying this brought."""
        before = len(who.all)
        told = len(self.heard)
        who.says(text, **more)  # type: ignore[arg-type]  # any field of a dataMessage
        await self.fake.until(lambda: len(self.heard) > told and not self.hearing)
        return [each.text for each in who.all[before:]]

    async def say_all(self, who: Phone, *lines: str) -> list[str]:
        shown: list[str] = []
        for line in lines:
            shown = await self.say(who, line)
        return shown

    async def to_story(self, who: Phone) -> list[str]:
        return await self.say_all(who, "/start", "1", "2", "1", "1", "1")

    async def to_review(self, who: Phone) -> list[str]:
        keep = WORDS["fr"].option("review-menu", "keep")
        for _ in range(MOST_PASSED):
            shown = await self.say(who, "PASSER")
            if any(keep in text for text in shown):
                return shown
        raise AssertionError("the review was never reached")

    async def testify(self, who: Phone, story: str) -> list[str]:
        await self.to_story(who)
        await self.say_all(who, story, "FINI")
        await self.to_review(who)
        return await self.say_all(who, "1", "1", "1")

    async def joins(self, who: Phone, role: str, group: str = "") -> list[str]:
        today = int(self.clock() // DAY_SECONDS)
        code = await self.instance.members.invite(role, "Somebody", today)  # type: ignore[arg-type]  # a role by name
        return await self.say(who, f"/join {code}" if group else code, group=group)

    async def cases(self, state: str) -> int:
        return len(await self.instance.store.cases(state))  # type: ignore[arg-type]  # a state by name

    def address(self, who: Phone) -> Address:
        return Address(self.signal.name, who.aci)
