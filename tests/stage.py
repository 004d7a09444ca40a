"""A whole house in memory for tests: everything real but the disk, the clock and the network.

`Stage` seats people on a channel that remembers what it showed. `say` speaks and returns what was answered.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.age import HybridIdentity
from bot.questionnaire import Questionnaire
from bot.questions import QUESTIONNAIRE
from bot.receipts import Cost
from bot.sealing import TeamKey
from bot.signing import SignKey
from handlers import Abilities, Address, Hear, Heard, Kind, Screen
from handlers.dispatch import Dispatch
from handlers.intake import Keys, ReceiptDesk
from handlers.screens import House
from handlers.telegram.updates import CHANNEL
from handlers.vocabulary import vocabularies
from locales import load
from storage import Store
from storage.memory import MemoryStore
from storage.shelf import MemoryShelf, Shelf

CHEAP = Cost(memory_kib=8, passes=1, lanes=1)
"""Argon2id for tests: the same function, a thousandth of the work."""

NOW = 1_790_000_000.0
"""Seconds since 1970: a fixed autumn day, so that no test depends on today."""

INSTANCE = b"\x03" * 32
WORDS = load()
VOCABULARIES = vocabularies(WORDS)

HOUSE = House(
    operator="l’association Exemple",
    contact="bonjour@exemple.invalid",
    country="FR",
    draft_hours=72,
    story_days=60,
    coded_months=24,
    backup_days=28,
)


class Recorder:
    """A channel that shows nothing to anybody and remembers what it was asked to show."""

    can = Abilities(buttons=True, deletes=True, protects=True, longest=4096)

    def __init__(self, name: str = "terminal") -> None:
        self.name = name
        if name == CHANNEL:
            self.can = replace(self.can, sounds=True)
        self.shown: list[tuple[Address, Screen]] = []
        self.forgotten: list[tuple[Address, int]] = []
        self.numbered = 0
        """Messages shown so far: the last one's id."""

    async def listen(self, hear: Hear) -> None:
        """Tests speak through the stage."""

    async def show(self, who: Address, *screens: Screen) -> tuple[int, ...]:
        self.shown += [(who, screen) for screen in screens]
        self.numbered += len(screens)
        return tuple(range(self.numbered - len(screens) + 1, self.numbered + 1))

    async def forget(self, who: Address, messages: Sequence[int]) -> None:
        self.forgotten += [(who, message) for message in messages]


@dataclass
class Clock:
    now: float = NOW
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Stage:
    """One instance with its channel. Names are people; each has a chat of her own."""

    def __init__(
        self,
        *,
        store: Store | None = None,
        shelf: Shelf | None = None,
        channel: Recorder | None = None,
        questionnaire: Questionnaire = QUESTIONNAIRE,
        seed: bytes = bytes(32),
        worker: str = "",
    ) -> None:
        self.clock = Clock()
        self.store: Store = MemoryStore() if store is None else store
        self.shelf: Shelf = MemoryShelf() if shelf is None else shelf
        self.channel = channel or Recorder()
        self.team = HybridIdentity(seed)
        self.signer = SignKey(seed)
        self.tag = bytes(range(32))
        team = TeamKey(1, self.team.recipient)
        self.keys = Keys(lambda: team, self.signer.verify_key, bytes(16), lambda: self.tag, INSTANCE)
        self.receipts = ReceiptDesk(bytes(16), cost=CHEAP, clock=self.clock, sleep=self.clock.sleep)
        self.dispatch = Dispatch(
            store=self.store,
            shelf=self.shelf,
            keys=self.keys,
            receipts=self.receipts,
            questionnaire=questionnaire,
            words=WORDS,
            vocabularies=VOCABULARIES,
            house=HOUSE,
            clock=self.clock,
            worker=worker,
        )
        self._update = 0

    def address(self, name: str) -> Address:
        return Address(self.channel.name, name)

    async def hear(self, name: str, text: str = "", kind: Kind = "text", *, update: int = 0) -> list[str]:
        """What one thing said by `name` brings back, as texts in order."""
        return [screen.text for screen in await self.screens(name, text, kind, update=update)]

    async def screens(
        self, name: str, text: str = "", kind: Kind = "text", *, update: int = 0
    ) -> list[Screen]:
        if not update:
            self._update += 1
            update = self._update
        start = len(self.channel.shown)
        await self.dispatch.hear(Heard(self.address(name), update, kind, text, "fr"), self.channel)
        return [screen for who, screen in self.channel.shown[start:] if who.chat == name]

    async def again(self, name: str) -> list[Screen]:
        """What the last update brings back where the network delivers it once more."""
        return await self.screens(name, update=self._update)

    async def say(self, name: str, *lines: str) -> list[str]:
        """Several lines in order; the answers to the last one."""
        answers: list[str] = []
        for line in lines:
            answers = await self.hear(name, line)
        return answers

    async def to_story(self, name: str) -> list[str]:
        """From arriving to the first message of the story, in French."""
        await self.hear(name, kind="opened")
        return await self.say(name, "1", "2", "1", "1", "1")

    async def to_review(self, name: str) -> list[str]:
        """Pass everything up to the review; what it shows."""
        for _ in range(60):
            answers = await self.say(name, "PASSER")
            if WORDS["fr"].option("review-menu", "keep") in answers[-1]:
                return answers
        raise AssertionError("the review was never reached")

    async def testify(self, name: str, story: str, *facts: str, share: str = "1") -> tuple[str, ...]:
        """A whole testimony: a story, answers from `who_came` on, everything else passed. The receipt's
        words."""
        await self.to_story(name)
        await self.say(name, story, "FINI", "PASSER", *facts)
        await self.to_review(name)
        answers = await self.say(name, "1", share, "1")
        return next(words for words in map(receipt_in, answers) if words)


def receipt_in(text: str) -> tuple[str, ...]:
    """The eight words of a receipt message; none of another message."""
    found = re.findall(r"^\d\. (\S+)$", text, flags=re.MULTILINE)
    return tuple(found) if len(found) == 8 else ()
