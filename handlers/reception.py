"""Where members are heard: a code makes a member, and what a member says is queued for the desk.

This is the listening path. It seals to the desk's public key and opens nothing; that the desk is locked it
knows from the lease the desk leaves in the store.

In a group nobody is a witness, whatever is said there: all of it is taken here. Who is no member, or is one
somewhere else, gets what an unknown command gets, and only for a command: a bot that talks to everybody
betrays what it is for.

Never here: what a command means. A member's chat belongs to the desk: it is no witness's.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from handlers import Address, Channel, Gone, Heard, Screen, Unreached
from handlers.commands import Queue, desk_is_open
from handlers.delivery.waiting import waiting
from handlers.intake import DAY_SECONDS, Clock
from handlers.members import Members, Route, read_code
from handlers.pace import OnceAMinute
from locales import Words
from storage import MemberRow
from storage.changes import Audit

STAFF = frozenset({"owner", "moderator", "auditor"})

SAYS = frozenset({"text", "press", "opened"})
"""What can be a command. What was edited later or sent as a file is none."""

SECRET = "AGE-SECRET-KEY-"  # noqa: S105 - how every secret key begins


@dataclass(frozen=True, slots=True)
class Reception:
    members: Members
    queue: Queue
    words: Mapping[str, Words]
    clock: Clock
    _seldom: OnceAMinute = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_seldom", OnceAMinute(self.clock))

    async def hear(self, heard: Heard, channel: Channel) -> bool:
        """Take what a member said, a code that makes one, or anything in a group. False: this is somebody
        else in a chat of her own; nothing was done.

        The update is acknowledged once it is durable, as everywhere; what is said then is no more than a
        courtesy. Only a welcome is said before, because a code serves once: after a crash it is delivered
        again, and she is welcomed.
        """
        if heard.kind == "text" and read_code(heard.text) is not None:
            await _show(channel, heard.who, await self._joined(heard))
            await _acknowledge(heard)
            return True
        answer = await self._taken(heard, channel)
        if answer is None:
            return False
        await _acknowledge(heard)
        for screen in answer:
            await _show(channel, heard.who, screen)
        return True

    async def _taken(self, heard: Heard, channel: Channel) -> tuple[Screen, ...] | None:
        """What is to be said at once; None where nobody of ours spoke."""
        if heard.kind == "moved":
            await self.members.moved(heard.who, Address(heard.who.channel, heard.text), self._today)
            return ()
        if heard.kind == "gone" and await self.members.moved(heard.who, None, self._today):
            return ()
        member = await self.members.find(heard.speaker)
        if member is None and not in_group(heard):
            return None
        if member is None or not (route := self.members.route(member)).holds(heard.who):
            return self._hush(heard)
        if holds_secret(heard.text):
            return await self._taken_out(heard, channel, self.words[route.language])
        return await self._queued(heard, member, route)

    async def _taken_out(self, heard: Heard, channel: Channel, words: Words) -> tuple[Screen, ...]:
        """A secret key, sent for the public one, goes no further: not into the queue, and out of her chat
        where the network lets us."""
        if heard.message:
            with suppress(Gone, Unreached):
                await channel.forget(heard.who, (heard.message,))
        return (Screen(words.say("desk-key-secret")),)

    async def _queued(self, heard: Heard, member: MemberRow, route: Route) -> tuple[Screen, ...]:
        """What a member says where she may say it goes to the desk."""
        words = self.words[route.language]
        if heard.kind == "forged":
            if self._seldom(member.member):
                await self.members.store.commit((Audit(self._today, member.member.hex(), "forged press"),))
            return (Screen(words.say("desk-unknown")),)
        if not (is_command(heard) if in_group(heard) else heard.kind in SAYS):
            return ()
        said = "/help" if heard.kind == "opened" else heard.text
        update = f"{heard.who.channel}|{heard.who.chat}|{heard.update}"
        where = None if heard.who == route.who else heard.who
        await self.queue.put(member.member, said, update.encode(), where, heard.along)
        if await desk_is_open(self.members.store, self.clock()):
            return ()
        locked = Screen(words.say("desk-locked"))
        # What waits is said to those who can do something about it.
        waits = await waiting(self.members, int(self.clock() // 60)) if member.role in STAFF else None
        if waits is None:
            return (locked,)
        return (locked, Screen(words.say(waits.key, period=waits.number)))

    def _hush(self, heard: Heard) -> tuple[Screen, ...]:
        """A command from somebody who has none to give in this group."""
        if (is_command(heard) or heard.kind == "forged") and self._seldom(heard.who):
            return (Screen(self.words[heard.language or "fr"].say("desk-unknown")),)
        return ()

    @property
    def _today(self) -> int:
        return int(self.clock() // DAY_SECONDS)

    async def _joined(self, heard: Heard) -> Screen:
        words = self.words[heard.language or "fr"]
        outcome = await self.members.join(
            heard.who, heard.text, self._today, words.language, person=heard.person
        )
        if outcome == "already":
            return Screen(words.say("desk-join-already"))
        member = await self.members.find(heard.speaker)
        if member is None or self.members.route(member).who != heard.who:
            return Screen(words.say("desk-join-refused"))
        # Also when the code is refused: it is her own, delivered again after a crash.
        return Screen(words.say("desk-joined", role=words.say(f"desk-role-{member.role}")))


def holds_secret(text: str) -> bool:
    """Whether there is an age secret key in it, of any kind, however it was pasted."""
    return SECRET in "".join(text.split()).upper()


def in_group(heard: Heard) -> bool:
    """Whether the chat is more people's than the speaker's."""
    return heard.person not in ("", heard.who.chat)


def is_command(heard: Heard) -> bool:
    """Whether this is said to us: people talk to each other in a group."""
    return heard.kind in SAYS and (heard.kind != "text" or heard.text.lstrip().startswith("/"))


async def _acknowledge(heard: Heard) -> None:
    if heard.ack is not None:
        await heard.ack()


async def _show(channel: Channel, who: Address, screen: Screen) -> None:
    """Whom the network does not reach is told nothing: what she said counts all the same."""
    try:
        await channel.show(who, screen)
    except (Gone, Unreached):
        return
