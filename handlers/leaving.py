"""What members are shown for a few minutes leaves their chats: in time, on a decision, after a restart too.

Each showing is an errand in the store before it begins, and again once the network said where it stands. Of
one that never came to be known (a crash, a message the network may or may not have taken) an errand without
messages is left: it was shown after the last message known before and before the next one that is known, and
all that stands between the two in a private chat is taken out. Not in a group: between the two, others talk;
nor where ids do not count up by one (Signal): there what a crash hid stays until the chat's timer takes it.

Never here: what is shown, and witnesses' chats (`handlers.dispatch`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from msgspec.structs import replace

from handlers import Address, Channel, Gone, Screen, Unreached
from handlers.errands import Deletion, Errands, new_deletion
from handlers.intake import Clock
from storage import Store
from storage.changes import DropErrand

MOST_BETWEEN = 100
"""Ids looked through for a message that may stand in a chat: one call of Telegram's. All chats of a bot count
together, so they are the seconds of a crash."""


@dataclass(slots=True)
class Leaving:
    """What is to leave which chat, and when."""

    store: Store = field(repr=False)
    errands: Errands = field(repr=False)
    clock: Clock
    shared: bool = False
    """Another process shows what is to leave: what that is, is looked up each time."""
    _due: dict[Address, list[Deletion]] = field(default_factory=dict, repr=False)
    _doubtful: dict[Address, list[Deletion]] = field(default_factory=dict, repr=False)
    """Showings whose messages are not known."""
    _last: dict[Address, int] = field(default_factory=dict, repr=False)
    """The last message known in a chat, hers or ours."""
    _resuming: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)
    _is_resumed: bool = False

    async def show(self, channel: Channel, who: Address, screen: Screen, *, shared: bool = False) -> None:
        """Show a screen, and remember it where it stays for its minutes only. `shared`: others talk there.

        Raises `Gone`, `Unreached`.
        """
        await self.resume()
        deletion = None
        if screen.minutes and channel.can.deletes:
            until = int(self.clock() // 60) + screen.minutes
            deletion = new_deletion(who, (), until, 0 if shared else self._last.get(who, 0))
            await self.store.commit((await self.errands.delete(deletion, member=True),))
        try:
            shown = await channel.show(who, screen)
        except Gone:
            if deletion is not None:
                await self.store.commit((DropErrand(deletion.id, 0),))
            raise
        except BaseException:
            if deletion is not None:
                self._doubtful.setdefault(who, []).append(deletion)
            raise
        if deletion is not None:
            if shown:
                deletion = replace(deletion, messages=shown)
                self._due.setdefault(who, []).append(deletion)
                await self.store.commit((await self.errands.delete(deletion, member=True),))
            else:
                await self.store.commit((DropErrand(deletion.id, 0),))
        if shown:
            await self._clear_up(channel, who, shown, shared=shared)

    def heard(self, who: Address, message: int) -> None:
        """She wrote this in her chat: what is shown to her next stands after it."""
        if message:
            self._last[who] = message

    async def _clear_up(
        self, channel: Channel, who: Address, shown: tuple[int, ...], *, shared: bool
    ) -> None:
        """Something stands there now: what may stand before it and was never known goes."""
        self._last[who] = shown[-1]
        for deletion in self._doubtful.pop(who, ()):
            first = max(deletion.since, shown[0] - MOST_BETWEEN - 1) + 1
            is_between = channel.can.counts and not shared
            between = tuple(range(first, shown[0])) if is_between else ()
            await self._take_out({channel.name: channel}, who, [replace(deletion, messages=between)])

    async def leave(self, channels: Mapping[str, Channel], who: Address) -> None:
        """Take out of a chat now whatever was to leave it."""
        await self.resume()
        await self._take_out(channels, who, self._due.pop(who, []))

    async def moved(self, who: Address) -> bool:
        """A group goes on under another id: what stood in the old one, no bot can reach any more. Whether
        there was anything."""
        await self.resume()
        left = [*self._due.pop(who, []), *self._doubtful.pop(who, [])]
        if left:
            await self.store.commit(tuple(DropErrand(deletion.id, 0) for deletion in left))
        return bool(left)

    async def tick(self, channels: Mapping[str, Channel]) -> None:
        """Take out what stood for its minutes."""
        await self.resume()
        minute = int(self.clock() // 60)
        for who, deletions in list(self._due.items()):
            due = [deletion for deletion in deletions if deletion.minute <= minute]
            if due:
                self._due[who] = [deletion for deletion in deletions if deletion.minute > minute]
                await self._take_out(channels, who, due)
        self._due = {who: deletions for who, deletions in self._due.items() if deletions}
        for who, doubtful in list(self._doubtful.items()):
            channel = channels.get(who.channel)
            if channel is not None and all(deletion.minute <= minute for deletion in doubtful):
                # Nothing was shown there since that would tell where it ends.
                guess = _after if channel.can.counts else _none
                after = [replace(each, messages=guess(each.since)) for each in self._doubtful.pop(who)]
                await self._take_out(channels, who, after)

    async def resume(self) -> None:
        """After a start: know again what was to leave. Before anything is shown: what is noted from then on
        is nothing that a crash left."""
        async with self._resuming:
            if self._is_resumed and not self.shared:
                return
            self._due.clear()
            self._doubtful.clear()
            for row in await self.store.errands():
                errand = await self.errands.read(row)
                if isinstance(errand, Deletion) and errand.minute:
                    known = self._due if errand.messages else self._doubtful
                    known.setdefault(errand.who, []).append(errand)
            self._is_resumed = True

    async def _take_out(self, channels: Mapping[str, Channel], who: Address, due: list[Deletion]) -> None:
        for deletion in due:
            try:
                if deletion.messages:
                    await channels[who.channel].forget(who, deletion.messages)
            except (KeyError, Unreached):  # a channel that is not open, as a network that does not answer
                self._due.setdefault(who, []).append(deletion)
                continue
            except Gone:
                pass  # nobody reads there any more
            await self.store.commit((DropErrand(deletion.id, 0),))


def _after(message: int) -> tuple[int, ...]:
    return tuple(range(message + 1, message + 1 + MOST_BETWEEN)) if message else ()


def _none(_: int) -> tuple[int, ...]:
    return ()
