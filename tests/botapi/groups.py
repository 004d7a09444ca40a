"""Groups as bots live in them: privacy mode, being added, promoted and thrown out, growing into a supergroup.

Never here: what people say (people.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .chats import PATIENCE, Chat, Json, Message
from .text import command

if TYPE_CHECKING:
    from .fake import FakeTelegram
    from .people import Person

INSIDE = ("member", "administrator")


@dataclass(slots=True, eq=False)
class Group:
    """A group. `status` is the bot's: member, administrator, left or kicked."""

    fake: FakeTelegram = field(repr=False)
    chat: Chat = field(repr=False)
    title: str
    members: list[Person]
    status: str = "left"
    former: int | None = None
    """Its id before it became a supergroup."""

    @property
    def id(self) -> int:
        return self.chat.id

    def bot_sees(self, message: Message) -> bool:
        """Privacy mode: commands, replies to the bot and mentions, unless the bot is an admin."""
        if self.status not in INSIDE:
            return False
        service = not message.text and "from" in message.raw and set(message.raw) & SERVICE
        if service or self.status == "administrator" or self.fake.sees_all:
            return True
        replied = message.raw.get("reply_to_message", {}).get("from", {}).get("id") == self.fake.me["id"]
        name = str(self.fake.me["username"]).lower()
        spoken = command(message.text, message.raw.get("entities", []))
        to_us = spoken is not None and spoken[1].lower() in ("", name)
        return replied or to_us or f"@{name}" in message.text.lower()

    # --- the bot comes and goes -----------------------------------------------------------------------------

    async def adds_bot(self, by: Person | None = None, admin: bool = False) -> None:
        """Someone adds the bot: it is told its new place, and reads the service message."""
        self._turns("administrator" if admin else "member", by)
        self._service(by, {"new_chat_members": [self.fake.short_me()]})

    async def promotes_bot(self, by: Person | None = None) -> None:
        self._turns("administrator", by)

    async def demotes_bot(self, by: Person | None = None) -> None:
        self._turns("member", by)

    async def removes_bot(self, by: Person | None = None) -> None:
        self._turns("kicked", by)

    def bot_leaves(self) -> None:
        self._turns("left", None, itself=True)

    def _turns(self, new: str, by: Person | None, itself: bool = False) -> None:
        old, self.status = self.status, new
        doer = self.fake.short_me() if itself else (by or self.members[0]).user()
        told = {
            "chat": self.chat.wire(),
            "from": doer,
            "date": self.fake.second(),
            "old_chat_member": self.fake.as_member(old),
            "new_chat_member": self.fake.as_member(new),
        }
        self.fake.updates.add("my_chat_member", told, self.chat.id)

    # --- people come and go ---------------------------------------------------------------------------------

    async def joins(self, person: Person) -> None:
        self.members.append(person)
        self._service(person, {"new_chat_members": [person.user()]})

    async def loses(self, person: Person) -> None:
        self.members.remove(person)
        self._service(person, {"left_chat_member": person.user()})

    # --- growing --------------------------------------------------------------------------------------------

    async def upgrades(self) -> None:
        """It becomes a supergroup: another chat with another id; calls to the old one are told which."""
        old = self.chat
        new = self.fake.new_chat("supergroup", {"title": self.title})
        self.former = old.id
        self._service(None, {"migrate_to_chat_id": new.id})
        self.chat = new
        self.fake.groups[new.id] = self
        self._service(None, {"migrate_from_chat_id": old.id})

    def _service(self, by: Person | None, body: Json) -> None:
        head = {
            "message_id": self.fake.next_message(self.chat),
            "from": (by or self.members[0]).user(),
            "chat": self.chat.wire(),
            "date": self.fake.second(),
        }
        message = self.chat.keep(Message(self.chat, head | body, mine=False))
        if self.bot_sees(message):
            self.fake.updates.add("message", dict(message.raw), self.chat.id)

    async def hears(self, n: int = 1, timeout: float = PATIENCE) -> list[Message]:  # noqa: ASYNC109 # for tests
        return await self.chat.hears(n, timeout)


SERVICE = {
    "new_chat_members", "left_chat_member", "migrate_to_chat_id", "migrate_from_chat_id",
    "message_auto_delete_timer_changed",
}  # fmt: skip
