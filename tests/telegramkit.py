"""A whole house on a Telegram that is made up: a real instance in a folder, the real channel, real HTTP.

    async with Home(tmp_path, fake) as home:
        ana = fake.person(first_name="Ana")
        shown = await home.say(ana, "/start")         # every message this turn brought to her
        shown = await home.press(ana, "Français")

A turn is over when Telegram had its update confirmed and the house did all that follows from it; nobody waits
longer than `PATIENCE`, and nobody waits for luck.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import socket
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from botapi import FakeTelegram, Message, Person
from botapi.groups import Group

from bot.secret import SecretStr
from bot.settings import Settings
from handlers import Address, Heard
from handlers.instance import Instance, lay_keys, open_instance, passphrase_at_hand
from handlers.intake import DAY_SECONDS
from handlers.networks import WEBHOOK, access
from handlers.telegram import Telegram
from storage.changes import PutMeta
from tests.stage import CHEAP, WORDS

PATIENCE = 15.0
MOST_PASSED = 60
"""Questions there can be before the review."""


class Hands:
    """A clock that runs by itself and can be moved on. It begins at noon: a person is known for four days, of
    which the first and the last are as long as the hour of the day makes them."""

    def __init__(self) -> None:
        self.shift = DAY_SECONDS / 2 - time.time() % DAY_SECONDS

    def __call__(self) -> float:
        return time.time() + self.shift


@dataclass(slots=True)
class Home:
    """A running instance with Telegram open. `start`, `stop` and `kill` as often as a test likes."""

    folder: Path
    fake: FakeTelegram
    clock: Hands = field(default_factory=Hands)
    port: int = 0
    """Where it listens for a webhook; 0: it polls."""
    instance: Instance = field(init=False, repr=False)
    telegram: Telegram = field(init=False, repr=False)
    hearing: int = 0
    """Updates being worked on."""
    heard: list[Heard] = field(default_factory=list, repr=False)
    _serving: asyncio.Task[None] | None = None
    _resuming: asyncio.Task[None] | None = None

    @property
    def settings(self) -> Settings:
        hook = f"127.0.0.1:{self.port}"
        by_hook: dict[str, Any] = {"telegram_webhook": f"http://{hook}/hook", "telegram_listen": hook}
        return Settings(
            data=self.folder / "data",
            shelf=self.shelf,
            telegram_token=SecretStr(self.fake.token),
            telegram_api=self.fake.base,
            **(by_hook if self.port else {}),
        )

    @property
    def shelf(self) -> Path:
        return Path("/dev/shm") / f"seuil-telegram-{os.getpid()}-{self.folder.name}"

    @property
    def today(self) -> int:
        return int(self.clock() // DAY_SECONDS)

    async def __aenter__(self) -> Self:
        lay_keys(self.settings)
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        shutil.rmtree(self.shelf, ignore_errors=True)

    # --- starting and ending --------------------------------------------------------------------------------

    async def start(self) -> None:
        """As `handlers.running.serve_networks` does it, without signals and console."""
        settings = self.settings
        self.instance = await open_instance(settings, clock=self.clock, cost=CHEAP)
        self.telegram = Telegram(access(settings, self.instance.members.instance))
        mark = await self.telegram.open(await self.instance.store.meta(WEBHOOK))
        await self.instance.store.commit((PutMeta(WEBHOOK, mark),))
        self.instance.channels[self.telegram.name] = self.telegram
        await self.instance.desk.unlock(passphrase_at_hand(settings) or "")
        await self.instance.work()
        self._resuming = asyncio.create_task(self.instance.resume())
        self._resuming.add_done_callback(lambda _: self.fake.bell.ring())
        self._serving = asyncio.create_task(self.telegram.listen(self._hear))

    async def stop(self) -> None:
        """An orderly end."""
        await self._end_listening()
        await self.telegram.close()
        await self.instance.close()

    async def kill(self) -> None:
        """As after SIGKILL, as far as the house can know: what was only in its memory is lost."""
        for task in (self._resuming, self._serving):
            if task is not None:
                task.cancel()
        await self.telegram.close()
        self.instance.dispatch._owing.take_settled()  # what a killed process did not write
        await self._end_listening()
        await self.instance.store.close()
        await self.instance.shelf.close()

    async def again(self, *, killed: bool = False) -> None:
        """A restart."""
        await (self.kill() if killed else self.stop())
        await self.start()

    async def _end_listening(self) -> None:
        for task in (self._serving, self._resuming):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await asyncio.wait_for(asyncio.shield(task), PATIENCE)
        self._serving = self._resuming = None

    async def _hear(self, heard: Heard) -> None:
        self.hearing += 1
        self.heard.append(heard)
        try:
            await self.instance.hear(heard, self.telegram)
        finally:
            self.hearing -= 1
            self.fake.bell.ring()

    # --- people ---------------------------------------------------------------------------------------------

    async def quiet(self) -> None:
        """Until every update is confirmed and all that follows from it is done."""
        await self.fake.until(lambda _: self._is_quiet(), PATIENCE)

    def _is_quiet(self) -> bool:
        resumed = self._resuming is None or self._resuming.done()
        return resumed and not self.fake.updates.pending and not self.hearing

    async def say(self, who: Person, text: str, in_: Group | None = None) -> list[Message]:
        """Every message of the bot that saying this brought to the chat it was said in."""
        chat = in_.chat if in_ else who.chat
        before = len(chat.from_bot)
        await who.says(text, in_)
        await self.quiet()
        return chat.from_bot[before:]

    async def send(self, who: Person, kind: str) -> list[Message]:
        before = len(who.chat.from_bot)
        await who.sends(kind)
        await self.quiet()
        return who.chat.from_bot[before:]

    async def press(self, who: Person, label: str, on: Message | None = None) -> list[Message]:
        """What a press brought. Every press is answered, with nothing that a locked telephone would show."""
        before = len(who.chat.from_bot)
        query = await who.presses(label, on=on)
        assert query is not None
        answer = await query.answered()
        assert set(answer) <= {"callback_query_id"}
        await self.quiet()
        return who.chat.from_bot[before:]

    async def say_all(self, who: Person, *lines: str) -> list[Message]:
        """Several lines in order; what the last one brought."""
        shown: list[Message] = []
        for line in lines:
            shown = await self.say(who, line)
        return shown

    async def to_story(self, who: Person) -> list[Message]:
        """From arriving to the first words of the story, in French."""
        return await self.say_all(who, "/start", "1", "2", "1", "1", "1")

    async def to_review(self, who: Person) -> list[Message]:
        """Pass every question up to the review."""
        for _ in range(MOST_PASSED):
            shown = await self.say(who, "PASSER")
            if option("review-menu", "keep") in texts(shown):
                return shown
        raise AssertionError("the review was never reached")

    async def testify(self, who: Person, story: str) -> list[Message]:
        """A whole testimony, in words; the messages with the receipt and after."""
        await self.to_story(who)
        await self.say_all(who, story, "FINI")
        await self.to_review(who)
        return await self.say_all(who, "1", "1", "1")

    async def joins(self, who: Person, role: str, in_: Group | None = None) -> list[Message]:
        """Become a member by an invitation, as anybody would; in a group after /join."""
        code = await self.instance.members.invite(role, who.first_name, self.today)  # type: ignore[arg-type]  # a role by name
        return await self.say(who, f"/join {code}" if in_ else code, in_)

    async def tick(self, *, minutes: float = 0) -> None:
        """What the clock brings, after so many minutes."""
        self.clock.shift += minutes * 60
        await self.instance.tick()

    async def cases(self, state: str) -> int:
        return len(await self.instance.store.cases(state))  # type: ignore[arg-type]  # a state by name

    async def audit(self) -> str:
        return "\n".join(row.line for row in await self.instance.store.audit_lines())

    def address(self, who: Person) -> Address:
        return Address(self.telegram.name, str(who.id))


def texts(messages: Iterable[Message]) -> str:
    return "\n".join(message.text for message in messages)


def option(key: str, code: str) -> str:
    return WORDS["fr"].option(key, code)


def words(key: str, **args: str | int) -> str:
    return WORDS["fr"].say(key, **args)


def labels(message: Message) -> Sequence[str]:
    return [button.label for button in message.buttons]


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


class Ear(logging.Handler):
    """Every log record, in full."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(f"{record.getMessage()} {vars(record)!r}")
