"""What members are shown for a few minutes leaves their chats: in time, on a decision, after a restart too.

Each message that must leave is an errand in the store before anything else is done with it. Never here: what
is shown, and witnesses' chats (`handlers.dispatch`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from handlers import Address, Channel, Gone, Screen, Unreached
from handlers.errands import Deletion, Errands, new_deletion
from handlers.intake import Clock
from storage import Store
from storage.changes import DropErrand


@dataclass(slots=True)
class Leaving:
    """What is to leave which chat, and when."""

    store: Store = field(repr=False)
    errands: Errands = field(repr=False)
    clock: Clock
    _due: dict[Address, list[Deletion]] = field(default_factory=dict, repr=False)

    async def show(self, channel: Channel, who: Address, screen: Screen) -> None:
        """Show a screen, and remember it where it stays for its minutes only."""
        shown = await channel.show(who, screen)
        if screen.minutes and shown:
            deletion = new_deletion(who, shown, int(self.clock() // 60) + screen.minutes)
            self._due.setdefault(who, []).append(deletion)
            await self.store.commit((self.errands.delete(deletion, member=True),))

    async def leave(self, channels: Mapping[str, Channel], who: Address) -> None:
        """Take out of a chat now whatever was to leave it."""
        await self._take_out(channels, who, self._due.pop(who, []))

    async def tick(self, channels: Mapping[str, Channel]) -> None:
        """Take out what stood for its minutes."""
        minute = int(self.clock() // 60)
        for who, deletions in list(self._due.items()):
            due = [deletion for deletion in deletions if deletion.minute <= minute]
            if due:
                self._due[who] = [deletion for deletion in deletions if deletion.minute > minute]
                await self._take_out(channels, who, due)
        self._due = {who: deletions for who, deletions in self._due.items() if deletions}

    async def resume(self, channels: Mapping[str, Channel]) -> None:
        """After a start: know again what was to leave."""
        for row in await self.store.errands():
            errand = self.errands.read(row)
            if isinstance(errand, Deletion) and errand.minute and errand.who.channel in channels:
                self._due.setdefault(errand.who, []).append(errand)

    async def _take_out(self, channels: Mapping[str, Channel], who: Address, due: list[Deletion]) -> None:
        for deletion in due:
            try:
                await channels[who.channel].forget(who, deletion.messages)
            except Unreached:
                self._due.setdefault(who, []).append(deletion)
                continue
            except Gone:
                pass  # nobody reads there any more
            await self.store.commit((DropErrand(deletion.id, 0),))
