"""The whole fake: its clock, chats and people, what is done with a call, and waiting until all is quiet.

Never here: HTTP (server.py), what a method does (messages.py, profile.py, webhook.py).
"""

from __future__ import annotations

import random
import time
from collections import Counter
from itertools import count
from types import TracebackType
from typing import Any, Self

from . import profile, webhook
from .chats import PATIENCE, Bell, Chat, Json, Message
from .contract import Upload
from .groups import INSIDE, Group
from .messages import SIMULATED
from .pace import Pace
from .people import Person, Query
from .reading import Call, Given, canonical, read
from .refusals import WEBHOOK_ACTIVE, Fault, Refused, bad, conflict, forbidden, logged_out, too_many, upgraded
from .server import Server
from .trouble import Plan, Script, Trouble
from .updates import Updates
from .webhook import Webhook

TOKEN = "5000000001:AAFakeFakeFakeFakeFakeFakeFakeFake0"
"""A token that looks like one and opens nothing anywhere."""


class FakeTelegram:
    """A Bot API server with one bot. `async with FakeTelegram() as fake:` serves it at `fake.base`."""

    def __init__(
        self,
        token: str = TOKEN,
        username: str = "seuil_test_bot",
        *,
        allow_http_webhook: bool = False,
        seed: int = 0,
        port: int = 0,
    ) -> None:
        self.token, self.allow_http_webhook = token, allow_http_webhook
        self.me: Json = {"id": int(token.partition(":")[0]), "is_bot": True, "username": username}
        self.sees_all = False
        """Whether the bot's privacy mode is off."""
        self.shift = 0.0
        self.begun = time.time()
        self.bell = Bell()
        self.chats: dict[int, Chat] = {}
        self.people: dict[int, Person] = {}
        self.groups: dict[int, Group] = {}
        self.queries: dict[str, Query] = {}
        self.files: dict[str, Upload] = {}
        self._file_facts: dict[str, Json] = {}
        self.commands: dict[tuple[str, Any, Any, str], list[Json]] = {}
        self.profile: dict[tuple[str, str], str] = {("name", ""): "Seuil"}
        self.renamed: list[float] = []
        self.logged_out = False
        self.calls: Counter[str] = Counter()
        self.surprises: Counter[str] = Counter()
        """Methods of the Bot API that were called and are not simulated."""
        self.faults: list[Fault] = []
        self.log: list[Call] = []
        """Every call whose shape was right, in order."""
        self.trouble = Trouble()
        self.script = Script()
        self.pace = Pace()
        self.round_trip = 0.0
        """Seconds each answer is late, to tell a far Telegram from a near one."""
        self.in_flight = 0
        chance = random.Random(seed)
        self.updates = Updates(self.now, chance.randrange(100_000_000, 900_000_000), self.bell.ring)
        self.updates.repeats = lambda: self.trouble.repeats()  # noqa: PLW0108 # trouble may be replaced
        self.hook = Webhook(self, self.from_webhook)
        self.updates.added = self.hook.push
        self._messages, self._queries = (
            count(1 + chance.randrange(1000)),
            count(chance.randrange(10**15, 10**16)),
        )
        self._supergroups: dict[int, count[int]] = {}
        self._people, self._chats = count(5_000_000_101), count(1)
        self.server = Server(self, port)

    @property
    def base(self) -> str:
        """Where it listens: scheme, host and port, no slash at the end."""
        return self.server.base

    async def __aenter__(self) -> Self:
        await self.server.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.hook.stop()
        await self.server.stop()

    # --- time and numbers -----------------------------------------------------------------------------------

    def now(self) -> float:
        return time.time() + self.shift

    def second(self) -> int:
        return int(self.now())

    def later(self, *, minutes: float = 0, hours: float = 0, seconds: float = 0) -> None:
        """Let time pass for Telegram, and for nobody else."""
        self.shift += hours * 3600 + minutes * 60 + seconds
        self.updates.forget_old()

    def next_message(self, chat: Chat) -> int:
        """Private chats and basic groups share one counter, so ids have gaps; supergroups count alone."""
        return next(self._supergroups.get(chat.id, self._messages))

    def next_query(self) -> str:
        return str(next(self._queries))

    # --- people and chats -----------------------------------------------------------------------------------

    def person(
        self,
        id: int | None = None,
        first_name: str = "Ana",
        language: str | None = "fr",
        last_name: str | None = None,
        username: str | None = None,
        premium: bool = False,
    ) -> Person:
        """Somebody with a Telegram account, who has not written yet."""
        number = next(self._people) if id is None else id
        about = {"first_name": first_name, "last_name": last_name, "username": username}
        told = {key: value for key, value in about.items() if value is not None}
        chat = self.chats[number] = Chat(number, "private", Bell(self.bell), told)
        person = Person(self, number, first_name, language, last_name, username, premium, chat)
        self.people[number] = person
        return person

    def new_chat(self, kind: str, about: Json) -> Chat:
        number = next(self._chats)
        id = -1_000_000_000_000 - 2_000_000_000 - number if kind == "supergroup" else -4_000_000_000 - number
        if kind == "supergroup":
            self._supergroups[id] = count(1)
        chat = self.chats[id] = Chat(id, kind, Bell(self.bell), about)
        return chat

    async def group(
        self,
        title: str,
        members: list[Person],
        *,
        supergroup: bool = False,
        bot: bool = True,
        admin: bool = False,
    ) -> Group:
        """A group whose first member made it, with the bot in it unless said otherwise."""
        chat = self.new_chat("supergroup" if supergroup else "group", {"title": title})
        group = self.groups[chat.id] = Group(self, chat, title, list(members))
        if bot:
            await group.adds_bot(members[0], admin)
        return group

    def short_me(self) -> Json:
        return {
            "id": self.me["id"],
            "is_bot": True,
            "first_name": self.profile.get(("name", ""), self.me["username"]),
            "username": self.me["username"],
        }

    def as_member(self, status: str) -> Json:
        """The bot as a ChatMember of this status."""
        told: Json = {"user": self.short_me(), "status": status}
        if status == "kicked":
            told["until_date"] = 0
        if status == "administrator":
            told |= dict.fromkeys(profile.RIGHTS, False)
            told |= {"can_manage_chat": True, "can_delete_messages": True}
        return told

    def reach(self, named: int | str, writing: bool = True) -> Chat:
        """The chat a call names, or Telegram's reason why the bot cannot get there."""
        chat = self.chats.get(int(named)) if str(named).lstrip("-").isdigit() else None
        if chat is None:
            raise bad("chat not found")
        if person := self.people.get(chat.id):
            if person.gone:
                raise forbidden("user is deactivated")
            if not person.started:
                raise forbidden("bot can't initiate conversation with a user")
            if person.blocked and writing:
                raise forbidden("bot was blocked by the user")
        if group := self.groups.get(chat.id):
            if group.chat is not chat:
                raise upgraded(group.id)
            if group.status not in INSIDE:
                how = "was kicked from" if group.status == "kicked" else "is not a member of"
                raise forbidden(f"bot {how} the {'super' if chat.kind == 'supergroup' else ''}group chat")
        return chat

    # --- files ----------------------------------------------------------------------------------------------

    def keep_file(self, told: Json, upload: Upload) -> None:
        self.files[told["file_id"]] = upload
        self._file_facts[told["file_id"]] = told

    def known_file(self, named: str) -> Json:
        if named.startswith(("http://", "https://")):
            raise bad("failed to get HTTP URL content")
        if named not in self._file_facts:
            raise bad("wrong file identifier/HTTP URL specified")
        return self._file_facts[named]

    def document(self, message: Message) -> Upload:
        """The file the bot sent in this message."""
        return self.files[message.raw["document"]["file_id"]]

    # --- calls ----------------------------------------------------------------------------------------------

    def fail_next(
        self,
        method: str,
        how: int | str,
        *,
        chat: int | None = None,
        times: int = 1,
        after: bool = False,
        retry_after: int = 1,
        seconds: float = 0.0,
        description: str = "",
    ) -> None:
        """Make the next calls of a method fail: by a status, or "slow", "silent" or "cut" (trouble.Plan)."""
        canonical(method)
        self.script.add(method, chat, times, Plan(how, after, retry_after, seconds, description))

    def understood(self, name: str, came: Given) -> Call:
        """The call, counted; or a fault, noted and raised."""
        if self.logged_out:
            raise logged_out()
        try:
            method = canonical(name)
            self.calls[method] += 1
            call = read(method, came)
        except Refused as refusal:
            raise self.noted(name, came.fields, refusal) from None
        self.log.append(call)
        return call

    def noted(self, name: str, fields: Json, refusal: Refused) -> Refused:
        self.faults.append(Fault(name, tuple(sorted(fields)), refusal.code, refusal.description))
        self.bell.ring()
        return refusal

    def planned(self, call: Call) -> Plan | None:
        """What is to go wrong with this call; a 429 halts its chat until it is over."""
        self.pace.refuse_early(call.method, call.chat, self.now())
        plan = self.script.take(call.method, call.chat) or self.trouble.pick(call.method)
        if plan and plan.how == 429:
            self.pace.halt(call.method, call.chat, self.now() + plan.retry_after)
            raise too_many(plan.retry_after)
        return plan

    async def perform(self, call: Call) -> Any:
        """Let a call take effect and say its result, or Refused."""
        try:
            if call.method == "getUpdates":
                return await self._poll(call.args)
            self.pace.refuse_flood(call.method, call.chat, (call.chat or 0) < 0, self.now())
            if call.method in WAITING:
                return await WAITING[call.method](self, call.args)
            if call.method not in SIMULATED:
                self.surprises[call.method] += 1
                raise bad(f"{call.method} is not simulated")
            return SIMULATED[call.method](self, call.args)
        except Refused as refusal:
            raise self.noted(call.method, call.args, refusal) from None

    async def _poll(self, args: Json) -> list[Json]:
        if self.hook.url:
            raise conflict(WEBHOOK_ACTIVE)
        self.updates.allow(args.get("allowed_updates"))
        return await self.updates.poll(args.get("offset", 0), args.get("limit", 100), args.get("timeout", 0))

    async def from_webhook(self, name: str, came: Given) -> None:
        """A call in the body of a webhook's answer: done or refused, its result is told to nobody."""
        try:
            call = self.understood(name, came)
            plan = self.planned(call)
            if plan is None or plan.how == "slow" or plan.after:
                await self.perform(call)
        except Refused:
            return

    # --- waiting --------------------------------------------------------------------------------------------

    async def until(self, look: Any, timeout: float = PATIENCE) -> Any:  # noqa: ASYNC109 # for tests
        """Wait until `look(fake)` is true of anything here."""
        return await self.bell.until(lambda: look(self), timeout, self.shown)

    async def settled(self, timeout: float = PATIENCE) -> None:  # noqa: ASYNC109 # for tests
        """Every update was confirmed and no call is being answered. A bot that confirms before it speaks may
        still have something to say: for that, wait for what it is to say."""
        await self.bell.until(lambda: not self.updates.pending and not self.in_flight, timeout, self.shown)

    def shown(self) -> str:
        return (
            f"not so after all; pending {len(self.updates.pending)}, in flight {self.in_flight}, "
            f"calls {dict(self.calls)}, faults {self.faults[-5:]}"
        )


WAITING = {"setWebhook": webhook.set_webhook, "deleteWebhook": webhook.delete_webhook}
