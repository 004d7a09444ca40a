"""Where members are heard: a code makes a member, and what a member says is queued for the desk.

This is the listening path. It seals to the desk's public key and opens nothing; that the desk is locked it
knows
from the lease the desk leaves in the store.

Never here: what a command means. A member's chat belongs to the desk: it is no witness's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from handlers import Channel, Heard, Screen
from handlers.commands import Queue, desk_is_open
from handlers.intake import DAY_SECONDS, Clock
from handlers.members import Members, read_code
from locales import Words


@dataclass(frozen=True, slots=True)
class Reception:
    members: Members
    queue: Queue
    words: Mapping[str, Words]
    clock: Clock

    async def hear(self, heard: Heard, channel: Channel) -> bool:
        """Take what a member said, or a code that makes one. False: this is somebody else; nothing was done.

        The update is acknowledged once it is durable, as everywhere.
        """
        member = await self.members.find(heard.who)
        if heard.kind == "text" and read_code(heard.text) is not None:
            await channel.show(heard.who, await self._joined(heard))
        elif member is None:
            return False
        elif heard.kind in ("text", "opened"):
            words = self.words[self.members.route(member).language]
            said = heard.text if heard.kind == "text" else "/help"
            update = f"{heard.who.channel}|{heard.who.chat}|{heard.update}"
            await self.queue.put(member.member, said, update.encode())
            if not await desk_is_open(self.members.store, self.clock()):
                await channel.show(heard.who, Screen(words.say("desk-locked")))
        if heard.ack is not None:
            await heard.ack()
        return True

    async def _joined(self, heard: Heard) -> Screen:
        words = self.words[heard.language or "fr"]
        today = int(self.clock() // DAY_SECONDS)
        outcome = await self.members.join(heard.who, heard.text, today, words.language)
        if outcome == "already":
            return Screen(words.say("desk-join-already"))
        member = await self.members.find(heard.who)
        if member is None:
            return Screen(words.say("desk-join-refused"))
        # Also when the code is refused: it is her own, delivered again after a crash.
        return Screen(words.say("desk-joined", role=words.say(f"desk-role-{member.role}")))
