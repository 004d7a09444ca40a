"""A demonstration: made-up people tell made-up stories through the real conversation, and all that follows is
real.

Nothing here is a testimony. The same number of people gives the same people (`handlers.made_up`).

Never here: a shortcut around the conversation, the desk or disclosure control.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bot.errors import SettingsError
from bot.questions import EVERY_QUESTION
from bot.receipts import Cost
from bot.settings import Settings, default_shelf
from handlers import Abilities, Address, Hear, Heard, Screen
from handlers.instance import Instance, lay_keys, open_instance, passphrase_at_hand, seat_chairs
from handlers.made_up import Person
from handlers.mailbox import free_place, mailbox

LIGHT = Cost(memory_kib=1024, passes=1, lanes=1)
"""Argon2id for made-up receipts: they protect nobody, and 64 MiB each would only be waited for."""

AT_ONCE = 40
"""People who talk at the same time: their turns share the disk's commits."""

MAILBOX = "mailbox"
"""The mails of a partner that reads mails."""

PARTNERS = "partners"
"""The folder of partners without a chat."""

MOST_ANSWERS = 80
"""Answers one person gives at the most; the questionnaire has half as many questions."""


class Sink:
    """A channel that keeps the last messages of each chat, for a made-up person to answer."""

    can = Abilities(buttons=False, deletes=False, protects=False, longest=100_000)

    def __init__(self, received: Path) -> None:
        """`received`: where files sent to a chat are put."""
        self.name = "terminal"
        self.received = received
        self.last: dict[Address, list[str]] = {}

    async def listen(self, hear: Hear) -> None:
        """Nobody types here: `Play` speaks for everybody."""

    async def show(self, who: Address, *screens: Screen) -> tuple[int, ...]:
        self.last.setdefault(who, []).extend(screen.text for screen in screens)
        for file in (file for screen in screens for file in screen.files):
            self.received.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self.received / file.name).write_bytes(file.body)
            self.last[who].append(f"→ {self.received / file.name}")
        return ()

    async def forget(self, who: Address, messages: Sequence[int]) -> None:
        """Nobody looks at this channel."""


@dataclass
class Play:
    """The demonstration on one instance."""

    instance: Instance
    sink: Sink
    update: int = 0

    async def say(self, chat: str, text: str, kind: str = "text", language: str = "fr") -> list[str]:
        who = Address("terminal", chat)
        self.sink.last[who] = []
        self.update += 1
        heard = Heard(who, self.update, "opened" if kind == "opened" else "text", text, language)
        await self.instance.hear(heard, self.sink)
        return self.sink.last.get(who, [])

    async def testify(self, number: int, language: str, chance: random.Random) -> bool:
        """One person from her first to her last message. Whether she sent a testimony."""
        words = self.instance.words[language]
        person = Person(chance, words)
        by_text = {words.asked(question): question for question in EVERY_QUESTION}
        menus = {
            words.question("review-menu"): words.option("review-menu", "keep"),
            words.question("confirm"): words.option("confirm", "send"),
            words.question("quote-which"): "1",
        }
        chat = f"demo {number}"
        shown = await self.say(chat, "", "opened", language)
        for _ in range(MOST_ANSWERS):
            asked = next((text for text in reversed(shown)), "")
            if words.question("closing") in asked:
                await self.say(chat, words.option("closing", "end"))
                return True
            if words.question("help-menu") in asked:
                return False
            question = next((q for text, q in by_text.items() if text in asked), None)
            if question is not None:
                for typed in person.answers(question):
                    shown = await self.say(chat, typed)
            elif words.option("quote-shown", "yes") in asked:
                shown = await self.say(chat, words.option("quote-shown", "yes"))
            else:
                shown = await self.say(
                    chat, next((say for text, say in menus.items() if text in asked), "PASSER")
                )
        raise RuntimeError("a made-up person never came to the end of the questionnaire")

    async def moderate(self, number: int, chance: random.Random) -> None:
        """One case by one of two moderators: taken, read, decided."""
        moderator = ("moderator", "moderator 2")[number % 2]
        await self.say(moderator, "/next")
        await self.say(moderator, "/open")
        verdict = chance.choices(("/approve", "/reject", "/escalate"), (95, 4, 1))[0]
        await self.say(moderator, verdict)


def _fresh(folder: Path, mail_port: int) -> Settings:
    if folder.exists() and any(folder.iterdir()):
        raise SettingsError(
            f"The folder {folder} is not empty.",
            hint=f"Name another one with --folder, or remove it first: rm -r {folder}",
        )
    return Settings(
        data=folder,
        shelf=default_shelf(folder),
        digest_folder=folder / PARTNERS,
        smtp_host="127.0.0.1",
        smtp_port=mail_port,
        smtp_security="none",
        smtp_from="bilan@exemple.invalid",
        operator_name="l’association de démonstration",
        operator_contact="demo@exemple.invalid",
    )


async def play(folder: Path, people: int) -> None:
    """Make an instance in `folder`, fill it, moderate it, send its digest. Prints as it goes."""
    out = Console()
    with free_place() as place:
        settings = _fresh(folder, place.getsockname()[1])
        async with mailbox(folder / MAILBOX, place):
            await _play(settings, people, out)


async def _play(settings: Settings, people: int, out: Console) -> None:
    folder = settings.data
    lay_keys(settings)
    instance = await open_instance(settings, cost=LIGHT)
    sink = Sink(folder / "received")
    instance.channels["terminal"] = sink
    try:
        await seat_chairs(instance, "fr")
        await instance.desk.unlock(passphrase_at_hand(settings) or "")
        played = Play(instance, sink)
        sent = await _tell(played, people, out)
        await _decide(played, sent, out)
        await _digest(played, settings, out)
    finally:
        await instance.close()


async def _delivered(played: Play) -> None:  # typesetting takes a second or two
    while any(row.state == "due" for row in await played.instance.store.deliveries()):
        await played.instance.work()


def _bar(out: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=out
    )


async def _tell(played: Play, people: int, out: Console) -> int:
    together = asyncio.Semaphore(AT_ONCE)
    with _bar(out) as bar:
        task = bar.add_task("made-up witnesses tell", total=people)

        async def one(number: int) -> bool:
            chance = random.Random(number)  # noqa: S311 - made-up people, the same each time
            language = "en" if chance.random() < 0.12 else "fr"
            async with together:
                told = await played.testify(number, language, chance)
            bar.advance(task)
            return told

        sent = sum(await asyncio.gather(*(one(number) for number in range(people))))
    out.print(f"{sent} testimonies were sealed; {people - sent} people chose to keep nothing.")
    return sent


async def _decide(played: Play, sent: int, out: Console) -> None:
    chance = random.Random(sent)  # noqa: S311 - as above
    # So many in a minute look like a flood, and wait apart until somebody says otherwise.
    await played.say("moderator", "/quarantine release")
    with _bar(out) as bar:
        task = bar.add_task("moderators read and decide", total=sent)
        for number in range(sent):
            await played.moderate(number, chance)
            bar.advance(task)


async def _digest(played: Play, settings: Settings, out: Console) -> None:
    (settings.data / PARTNERS).mkdir(mode=0o700)
    partners = ("/partners folder presse", "/partners mail Refuge courrier@exemple.invalid")
    for command in (*partners, "/digest preview", "/digest send", "/digest"):
        shown = await played.say("owner", command)
        await _delivered(played)
        out.rule(f"owner: {command}")
        out.print("\n".join(shown), markup=False, highlight=False)
    received = played.sink.last.get(Address("terminal", "partner"), [])
    out.rule("what the partner received")
    out.print("\n\n".join(received), markup=False, highlight=False)
    out.rule()
    out.print(
        f"Partners without a chat found the same in {settings.data / PARTNERS} and {settings.data / MAILBOX}."
    )
    out.print(f"The instance is in {settings.data}. Sit in its chairs: SEUIL_DATA={settings.data} make run")
