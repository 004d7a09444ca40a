"""Plays: whole dialogues as text that anyone can read and correct, and the house that performs them.

    # a remark
    TÉMOIN  bonjour
    BOT     Bonjour, vous pouvez raconter ici…
            (the rest of the same message)

    [trois jours passent]
    TÉMOIN  [envoie une photo]

A line of BOT is one message, folded and with the row of words under it as a terminal shows it. What cannot be
the same twice is written in one way: receipts' words, cases, invitations, fingerprints. `UPDATE_PLAYS=1`
writes what the house really says into the files; the difference is then read by a person.

The house is whole: the real dispatch, reception and desk over one store in memory, with real sealing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from bot.questions import EVERY_QUESTION
from bot.signing import SignKey
from handlers import Address, Heard, Kind, Screen
from handlers.bench import Policy
from handlers.desk import Desk
from handlers.keyring import Unlocked
from handlers.members import Members
from handlers.reception import Reception
from handlers.terminal import folded
from storage import Store
from storage.changes import Move
from storage.memory import MemoryStore
from tests.deskkit import IDENTITY, House, Testimony
from tests.stage import HOUSE, WORDS, Stage, receipt_in

PLAYS = Path(__file__).parent / "transcripts"
SEED = b"\x01" * 32
"""The seed of `deskkit.IDENTITY`: what the stage seals, the desk opens."""

PEOPLE = {
    "TÉMOIN": ("witness", "fr"),
    "WITNESS": ("witness", "en"),
    "MODÉRATRICE": ("moderator", "fr"),
    "MODERATOR": ("moderator", "en"),
    "RESPONSABLE": ("owner", "fr"),
    "OWNER": ("owner", "en"),
    "AUDITRICE": ("auditor", "fr"),
    "PARTENAIRE": ("partner", "fr"),
    "PARTNER": ("partner", "en"),
    "INVITÉE": ("guest", "fr"),
}
"""Who may speak, the chair she sits in, the language her application tells. A number is another person."""

SEATED = ("owner", "moderator", "auditor", "partner")

_DOES = re.compile(r"(?P<who>[A-ZÉÈ]+(?: \d)?) {2,}(?P<text>\S.*)")
_SHOWN = re.compile(r"BOT(?: → (?P<to>[A-ZÉÈ]+(?: \d)?))? {2,}(?P<text>.*)")
_HAPPENS = re.compile(r"\[(?P<what>.+)\]")
_BY_HAND = re.compile(r"\[(?P<what>[^\]]+)\]\s*(?P<text>.*)")

GESTURES: dict[str, Kind] = {
    "ouvre la conversation": "opened",
    "opens the chat": "opened",
    "envoie une photo": "media",
    "sends a picture": "media",
    "corrige son dernier message": "edit",
    "corrects her last message": "edit",
}

TO_REVIEW = ("[passe toutes les questions jusqu'à la relecture]", "[skips every question up to the review]")
"""Many turns as one, for plays that are about something else. What is shown is the last of them."""


# --- reading and writing ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """One message of the bot, to the one who spoke or (`to`) to somebody else."""

    text: str
    to: str = ""


@dataclass
class Beat:
    """Something somebody does, or that happens (`who` is empty), and what the bot shows after it."""

    before: list[str]
    """Remarks and blank lines above it, as they stand."""
    who: str
    what: str
    shown: list[Shown] = field(default_factory=list)


@dataclass
class Play:
    beats: list[Beat]
    end: list[str]

    @classmethod
    def read(cls, text: str) -> Play:
        """Raises ValueError naming the line that is neither a part, a remark nor a stage direction."""
        beats: list[Beat] = []
        waiting: list[str] = []
        for number, line in enumerate(text.splitlines(), start=1):
            if line.startswith(" ") and beats and beats[-1].shown:
                last = beats[-1].shown[-1]
                beats[-1].shown[-1] = Shown("\n".join([last.text, *waiting, line.strip()]), last.to)
                waiting = []
            elif not line or line.startswith("#"):
                waiting.append(line)
            elif found := _SHOWN.fullmatch(line):
                if not beats or waiting:
                    raise ValueError(f"line {number}: BOT answers nobody")
                beats[-1].shown.append(Shown(found["text"], found["to"] or ""))
            elif found := _HAPPENS.fullmatch(line):
                beats.append(Beat(waiting, "", found["what"]))
                waiting = []
            elif (found := _DOES.fullmatch(line)) and found["who"].split()[0] in PEOPLE:
                beats.append(Beat(waiting, found["who"], found["text"]))
                waiting = []
            else:
                raise ValueError(f"line {number}: who speaks here?")
        return cls(beats, waiting)

    def write(self) -> str:
        names = [beat.who for beat in self.beats]
        names += [f"BOT → {shown.to}" if shown.to else "BOT" for beat in self.beats for shown in beat.shown]
        width = max(map(len, names)) + 2
        return "\n".join(self.lines(width)) + "\n"

    def lines(self, width: int) -> Iterator[str]:
        for beat in self.beats:
            yield from beat.before
            yield f"{beat.who:<{width}}{beat.what}" if beat.who else f"[{beat.what}]"
            for shown in beat.shown:
                first, *rest = shown.text.split("\n")
                yield f"{f'BOT → {shown.to}' if shown.to else 'BOT':<{width}}{first}".rstrip()
                yield from (f"{'':<{width}}{line}" if line else "" for line in rest)
        yield from self.end


# --- performing ---------------------------------------------------------------------------------------------


class _Desk(House):
    """The desk of `deskkit`, with the keys the stage seals to and a clock both share."""

    def __init__(self, store: Store, stage: Stage) -> None:
        self.stage = stage
        super().__init__(store, Policy(idle_minutes=480))

    def new_desk(self) -> Desk:
        desk = super().new_desk()
        signer = SignKey(SEED)
        desk._unlocking = lambda _: Unlocked((IDENTITY,), signer)
        return desk


class Performance:
    """One house, in which one play is performed. Everything shown is remembered with whom it was shown to."""

    def __init__(self) -> None:
        store = MemoryStore()
        self.stage = Stage(store=store, seed=SEED)
        self.desk = _Desk(store, self.stage)
        self.members: Members = self.desk.members
        self.reception = Reception(self.members, self.desk.queue, WORDS, lambda: self.stage.clock.now)
        self.receipt: tuple[str, ...] = ()
        self.code = ""
        self.case = ""
        self._update = 0
        self._names: dict[str, str] = {}

    async def perform(self, play: Play) -> Play:
        """The same play with what the house really shows."""
        await self._seat(play)
        beats = []
        for beat in play.beats:
            shown = await (self._does(beat) if beat.who else self._happens(beat.what))
            beats.append(Beat(beat.before, beat.who, beat.what, shown))
        return Play(beats, play.end)

    async def _seat(self, play: Play) -> None:
        """Members take their seats before the curtain, each with an invitation of her own."""
        for who in dict.fromkeys(beat.who for beat in play.beats if beat.who):
            chair, language = PEOPLE[who.split()[0]]
            chat = f"{chair} {who.partition(' ')[2]}".strip()
            self._names[chat] = who
            if chair in SEATED:
                code = await self.members.invite(chair, who.capitalize(), self.desk.today)  # type: ignore[arg-type] # a role
                await self.members.join(Address("terminal", chat), code, self.desk.today, language)
        await self.desk.desk.unlock("")

    async def _does(self, beat: Beat) -> list[Shown]:
        chair, language = PEOPLE[beat.who.split()[0]]
        who = Address("terminal", f"{chair} {beat.who.partition(' ')[2]}".strip())
        kind: Kind = "text"
        text = self._filled(beat.what)
        if beat.what in TO_REVIEW:
            return await self._passes_to_review(who, language)
        if (by_hand := _BY_HAND.fullmatch(beat.what)) and by_hand["what"] in GESTURES:
            kind, text = GESTURES[by_hand["what"]], by_hand["text"]
        self._update += 1
        heard = Heard(who, self._update, kind, text.replace("\\n", "\n"), language)
        return await self._what_is_shown(self._hear(heard), who.chat)

    async def _passes_to_review(self, who: Address, language: str) -> list[Shown]:
        words = WORDS[language]
        for _ in range(40):
            self._update += 1
            heard = Heard(who, self._update, "text", words.say("word-skip"), language)
            shown = await self._what_is_shown(self._hear(heard), who.chat)
            if words.option("review-menu", "keep") in shown[-1].text:
                return shown
        raise AssertionError("the review was never reached")

    async def _hear(self, heard: Heard) -> None:
        if not await self.reception.hear(heard, self.stage.channel):
            await self.stage.dispatch.hear(heard, self.stage.channel)
        await self.desk.desk.pump()

    async def _happens(self, what: str) -> list[Shown]:
        return await self._what_is_shown(_HAPPENINGS[what](self), "")

    async def _what_is_shown(self, doing: object, chat: str) -> list[Shown]:
        start, start_desk = len(self.stage.channel.shown), len(self.desk.shown)
        await doing  # type: ignore[misc] # a coroutine of this class
        by_dispatch = [(who.chat, screen) for who, screen in self.stage.channel.shown[start:]]
        shown = [*by_dispatch, *self.desk.shown[start_desk:]]
        told = [self._told(to, screen, chat) for to, screen in shown if to in self._names]
        # Members are drawn ids: in which order several are told the same news is nobody's line.
        groups = [list(group) for _, group in groupby(told, key=lambda message: bool(message.to))]
        return [m for group in groups for m in _without_files(sorted(group, key=lambda message: message.to))]

    def _told(self, to: str, screen: Screen, chat: str) -> Shown:
        text = screen.text
        if screen.row:
            text += "\n" + " · ".join(button.label for button in screen.row)
        return Shown(self._normal(text), "" if to == chat else self._names[to])

    def _normal(self, text: str) -> str:
        if words := receipt_in(text):
            self.receipt = words
            text = re.sub(r"(?m)^(\d)\. \S+$", r"\1. ······", text)
        if found := re.search(r"\bt-[0-9a-z]{8}\b", text):
            self.case = found[0]
        if found := re.search(r"\b[0-9a-z]{4}(?:-[0-9a-z]{4}){5}\b", text):
            self.code = found[0]
            text = text.replace(found[0], "xxxx-xxxx-xxxx-xxxx-xxxx-xxxx")
        text = re.sub(r"\bt-[0-9a-z]{8}\b", "t-xxxxxxxx", text)
        text = re.sub(r"\b[0-9a-f]{64}\b", "(64 lettres)", text)
        text = re.sub(r"\b[0-9a-f]{16,32}\b", "(marque)", text)
        return "\n".join(line.rstrip() for paragraph in text.split("\n") for line in folded(paragraph))

    def _filled(self, text: str) -> str:
        for said, meant in (
            ("<les huit mots>", " ".join(self.receipt)),
            ("<the eight words>", " ".join(self.receipt)),
            ("<sept des huit mots>", " ".join(self.receipt[1:])),
            ("<le code>", self.code),
            ("t-xxxxxxxx", self.case),
        ):
            text = text.replace(said, meant)
        return text

    # --- what happens ---------------------------------------------------------------------------------------

    async def restart(self) -> None:
        """The program is killed: nothing but the store and the shelf outlives it."""
        before = self.stage
        self.stage = Stage(store=before.store, shelf=before.shelf, channel=before.channel, seed=SEED)
        self.stage.clock.now = before.clock.now
        self.desk.new_desk()
        await self.desk.desk.unlock("")

    async def days_pass(self) -> None:
        self.stage.clock.now += (HOUSE.draft_hours + 1) * 3600
        self.desk.now = self.stage.clock.now
        await self.stage.shelf.expire(int(self.desk.now // 3600) - HOUSE.draft_hours + 1)

    async def many_others(self) -> None:
        """Forty-three others testified and were accepted: what they said is drawn by a fixed rule."""
        for number in range(43):
            told = Testimony(answers=dict(_others(number)))
            await self.desk.tell(told)
            change = (Move(told.case, ("waiting",), "approved", self.desk.today),)
            assert await self.desk.store.commit(change)

    async def lock(self) -> None:
        await self.desk.desk.lock("console")

    async def unlock(self) -> None:
        await self.desk.desk.unlock("")
        await self.desk.desk.pump()


_HAPPENINGS = {
    "trois jours et une heure passent": Performance.days_pass,
    "le programme est tué, puis il redémarre": Performance.restart,
    "quarante-trois autres témoignages sont acceptés": Performance.many_others,
    "le bureau se verrouille": Performance.lock,
    "le bureau est ouvert à la console": Performance.unlock,
}


def _without_files(shown: list[Shown]) -> Iterator[Shown]:
    """A file that came as messages of text is named, not repeated: docs/donnees.fr.md describes it."""
    inside = False
    for message in shown:
        inside = inside or message.text.startswith("{\n")
        if not inside:
            yield message
        elif message.text.rstrip().endswith("\n}"):
            inside = False
            yield Shown("(le fichier JSON, que décrit docs/donnees.fr.md)", message.to)


def _others(number: int) -> Iterator[tuple[str, Sequence[str]]]:
    asked = {question.id: question for question in EVERY_QUESTION}
    for place, id in enumerate(("who_came", "what_happened", "repetition", "needs")):
        options = [option.code for option in asked[id].options]  # type: ignore[union-attr] # these are choices
        yield id, (options[(number * (place + 1)) % min(3, len(options))],)
