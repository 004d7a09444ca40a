"""A demonstration: made-up people tell made-up stories through the real conversation, and all that follows is
real.

Nothing here is a testimony. The stories are put together from a few sentences written for this file, with
numbers from the ranges the regulator keeps for fiction, so that one sees redaction work. The same number of
people gives the same people.

Never here: a shortcut around the conversation, the desk or disclosure control.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bot.errors import SettingsError
from bot.questionnaire import AnyQuestion, Choice, Text
from bot.questions import EVERY_QUESTION
from bot.receipts import Cost
from bot.settings import Settings, default_shelf
from handlers import Abilities, Address, Hear, Heard, Screen
from handlers.instance import Instance, lay_keys, open_instance, passphrase_at_hand, seat_chairs
from handlers.mailbox import free_place, mailbox
from locales import Words

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

_STORIES = {
    "fr": (
        "Il est venu pour {what}. Le soir même il m’a écrit : « vous avez un très beau sourire ». "
        "Je ne lui avais pas donné mon numéro, il l’a pris dans le dossier.",
        "Après le rendez-vous j’ai reçu des messages du 06 39 98 {a} {b}. Je n’ai pas répondu. "
        "Il est repassé deux jours après, sans rendez-vous.",
        "Pendant des semaines il a laissé des mots sous ma porte. Le bailleur en a ri : offrez-lui un café.",
        "Il s’appelle Kevin, c’est tout ce que je sais. Il a appelé depuis un numéro masqué, puis a écrit.",
        "J’ai signalé au service client. « Ce n’est pas méchant. » Il m’a rappelée le lendemain.",
    ),
    "en": (
        "He came for {what}. That evening he texted that I have a lovely smile. I never gave my number.",
        "He wrote from 07700 9001{a}, three times. I told the company; nobody answered.",
    ),
}
_WHAT = {
    "fr": ("la fibre", "une livraison", "la chaudière", "le compteur"),
    "en": ("the boiler", "a delivery"),
}

_WEIGHTED: dict[str, tuple[tuple[str, int], ...]] = {
    "who_came": (
        ("telecom_technician", 28),
        ("delivery", 24),
        ("electrician", 10),
        ("plumber", 10),
        ("works", 8),
        ("caretaker", 6),
        ("real_estate", 4),
        ("driver", 4),
        ("locksmith", 2),
        ("home_care", 2),
        ("other", 2),
    ),
    "who_sent": (
        ("telecom_operator", 18),
        ("subcontractor", 24),
        ("delivery_company", 20),
        ("landlord_agency", 14),
        ("self_employed", 10),
        ("marketplace_platform", 8),
        ("unknown", 6),
    ),
    "contact_source": (
        ("client_file", 44),
        ("given_for_visit", 34),
        ("app", 10),
        ("door_or_letterbox", 8),
        ("unknown", 4),
    ),
    "what_happened": (
        ("msg_unwanted", 30),
        ("data_misuse", 28),
        ("msg_appearance", 22),
        ("calls", 14),
        ("remarks_sexual", 14),
        ("came_back", 10),
        ("letters", 8),
        ("social_media", 8),
        ("waited_outside", 5),
        ("threats", 4),
        ("pressure", 2),
    ),
    "channel": (
        ("sms", 40),
        ("messaging_app", 22),
        ("call", 18),
        ("in_person_home", 18),
        ("letter", 8),
        ("social_network", 8),
    ),
    "repetition": (
        ("once", 30),
        ("two_to_five", 34),
        ("more_than_five", 16),
        ("ongoing", 10),
        ("unknown", 4),
    ),
    "duration": (("one_day", 20), ("under_one_month", 34), ("one_to_six_months", 20), ("over_six_months", 6)),
    "when_period": (
        ("under_three_months", 24),
        ("three_to_twelve_months", 28),
        ("one_to_six_years", 30),
        ("over_six_years", 10),
    ),
    "region": (
        ("ile_de_france", 26),
        ("auvergne_rhone_alpes", 14),
        ("occitanie", 12),
        ("nouvelle_aquitaine", 9),
        ("hauts_de_france", 9),
        ("grand_est", 7),
        ("bretagne", 6),
        ("belgium", 3),
        ("corse", 1),
        ("prefer_not", 8),
    ),
    "home_context": (("alone", 50), ("with_children", 24), ("with_adult", 20), ("prefer_not", 6)),
    "told_whom": (
        ("friends_family", 40),
        ("company_service", 34),
        ("nobody", 22),
        ("landlord_agency", 14),
        ("police_gendarmerie", 10),
    ),
    "reaction": (
        ("no_answer", 24),
        ("minimised", 30),
        ("listened", 14),
        ("handled_promised", 14),
        ("defended_worker", 8),
        ("handled_done", 6),
        ("blamed", 6),
    ),
    "after_report": (("nothing_more", 34), ("contacted_again", 24), ("apologies", 12), ("unknown", 10)),
    "backlash": (("nothing", 40), ("support", 24), ("mockery", 16), ("pressure_to_retract", 6)),
    "consequences": (
        ("fear_home", 40),
        ("avoid_appointments", 28),
        ("sleep", 22),
        ("changed_number", 8),
        ("changed_locks", 5),
        ("none", 12),
    ),
    "needs": (
        ("warn_others", 34),
        ("stop", 24),
        ("protect_data", 24),
        ("be_heard", 22),
        ("know_rights", 18),
        ("company_change", 10),
    ),
    "consent_share": (("stats_only", 50), ("stats_and_summary", 30), ("stats_and_quote", 16), ("none", 4)),
}
"""What made-up people answer, by weight. Invented: no survey stands behind it."""

_FIXED = {
    "danger_now": "no",
    "intent": "testify",
    "adult": "yes",
    "consent_collect": "accept",
    "gate_physical": "leave_out",
}


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
class Person:
    """Somebody made up: a language, a story, and what she answers where she answers."""

    chance: random.Random = field(repr=False)
    words: Words = field(repr=False)

    def answers(self, question: AnyQuestion) -> Iterator[str]:
        """What she types at a question, by label, as one does; passing one question in ten."""
        label = self.words.option
        if question.id == "lang":
            yield label("lang", self.words.language)
        elif question.id in _FIXED:
            yield label(question.words, _FIXED[question.id])
        elif isinstance(question, Text):
            yield from self._story() if question.many else ("PASSER",)
        elif self.chance.random() < 0.1 and question.id != "consent_share":
            yield "PASSER"
        elif isinstance(question, Choice):
            yield from self._chosen(question)

    def _story(self) -> Iterator[str]:
        story = self.chance.choice(_STORIES[self.words.language])
        a, b = self.chance.randrange(10, 100), self.chance.randrange(10, 100)
        yield story.format(what=self.chance.choice(_WHAT[self.words.language]), a=a, b=b)
        yield "FINI"

    def _chosen(self, question: Choice) -> Iterator[str]:
        weighted = _WEIGHTED.get(question.words)
        if weighted is None:
            yield "PASSER"
            return
        codes, weights = zip(*weighted, strict=True)
        if not question.many:
            yield self.words.option(question.words, self.chance.choices(codes, weights)[0])
            return
        chosen = list(dict.fromkeys(self.chance.choices(codes, weights, k=self.chance.randint(1, 3))))
        alone = [code for code in chosen if (option := question.option(code)) is not None and option.alone]
        for code in alone[:1] or chosen:
            yield self.words.option(question.words, code)
        if not alone:
            yield "FINI"


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
