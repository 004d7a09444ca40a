"""Witnesses on Telegram while the real process is killed, again and again.

This process plays the network (`benchmarks.crowd`) and the people. Each of them walks a way drawn for her
alone, with words nobody else uses; what she must be answered at every step was told beforehand by a house in
memory that nobody kills (`tests.stage`). The bot is killed with SIGKILL at random instants. In the end it may
live, and everybody must stand before the review of exactly what she said; those who hand in must leave one
case each. Run by test_telegram_kill.py, and by `make soak` as a program of its own:

    python -m tests.telegram_crash polling|webhook [PEOPLE [KILLS [SEED]]]
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import orjson

from benchmarks.crowd.api import Api
from benchmarks.crowd.people import Crowd, Person
from benchmarks.crowd.plans import Keyboard, Press, Say
from benchmarks.crowd.post import Post
from benchmarks.crowd.process import Running
from benchmarks.crowd.ways import Mode, seuil
from bot.opening import Expected, open_told
from bot.settings import Settings
from bot.testimony import STORY, read_story
from handlers import Screen, keyring
from handlers.instance import KEYS, lay_keys, open_instance, passphrase_at_hand
from handlers.telegram.screens import Painter
from handlers.telegram.updates import CHANNEL
from tests.stage import HOUSE, WORDS, Recorder, Stage, receipt_in

ROOT = Path(__file__).resolve().parent.parent
SOUND = (sys.executable, "-m", "bot", "run")
FORGETFUL = (
    sys.executable,
    "-c",
    "import sys; from msgspec.structs import replace\n"
    "import handlers.dispatch as d; from bot.__main__ import main\n"
    "find = d.find\n"
    "async def forgetful(*given): return replace(await find(*given), seen=())\n"
    "d.find = forgetful; sys.argv = ['bot', 'run']; main()",
)
"""The same bot, which does not remember what it answered: it handles twice what is brought again."""

MESSAGES = 12
"""Of each story: there, what is handled twice or not at all is seen best."""

LIFE_SECONDS = (0.0, 1.0)
"""From when the bot listens to its kill. Everybody spoke meanwhile, so the first instants are the fullest."""

PACE = 1.4
"""Her way takes so many times as long as the bot lives until its last kill: few are through by then."""

START_SECONDS = 30.0
STILL_SECONDS = 8.0
"""At the end: who is not answered for so long is not answered any more."""

SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprtvz" for vowel in "aeiou"]
KEEP = WORDS["fr"].option("review-menu", "keep")


@dataclass(frozen=True, slots=True)
class Step:
    """What she does, and the messages that answer it. None: the receipt, which nobody can foretell."""

    action: Say | Press = field(repr=False)
    answer: tuple[str, ...] | None = field(repr=False)
    again: tuple[str, ...] = field(default=(), repr=False)
    """What answers it where it is brought again: the place where she stands, which may be new to her (after a
    pause: "you can go on")."""
    is_like_last: bool = False
    """The answer ends as the one before: only what Telegram was told says which of the two it is."""


@dataclass(frozen=True, slots=True)
class Script:
    steps: tuple[Step, ...] = field(repr=False)
    told: tuple[str, ...] = field(repr=False)
    """Her story, message by message."""
    words: tuple[str, ...] = field(repr=False)
    """Nobody else uses them, and she uses each once."""
    hands_in: bool


@dataclass(slots=True)
class Outcome:
    """People, but for kills, answers, cases and `shown_again`. What comes after that must be 0."""

    kills: int = 0
    people: int = 0
    answers: int = 0
    finished: int = 0
    submitted: int = 0
    shown_again: int = 0
    """Messages seen once more after a kill: allowed, for who can know whether the first was read."""
    wrong: int = 0
    """Were told something that no step of their way so far tells: the bot was ahead of them, or behind."""
    swallowed: int = 0
    """Telegram was told that her words arrived; she was never answered."""
    unanswered: int = 0
    """Her words were never taken."""
    lost: int = 0
    """Words missing in a review or a case, and cases missing."""
    doubled: int = 0
    """Words twice in a review or a case, and cases too many."""

    @property
    def faults(self) -> dict[str, int]:
        names = ("wrong", "swallowed", "unanswered", "lost", "doubled")
        return {name: count for name in names if (count := getattr(self, name))}


# --- what everybody will do, and must be told ---------------------------------------------------------------


class Drawer:
    """Draws ways through the conversation in a house of its own."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._stage = Stage(channel=Recorder(CHANNEL))
        self._painter = Painter(bytes(32))
        self._used: set[str] = set()

    def _word(self) -> str:
        """Nobody else's; in no dictionary of names or places."""
        while (word := "".join(self._chance.choices(SYLLABLES, k=5))) in self._used:
            pass
        self._used.add(word)
        return word

    def _texts(self, screens: Sequence[Screen]) -> tuple[str, ...]:
        bodies = [body for screen in screens for body in self._painter.messages(1, screen)]
        return tuple(orjson.loads(body)["text"] for body in bodies)

    async def script(self, name: str, *, hands_in: bool) -> Script:
        steps: list[Step] = []
        screen = Screen("")

        async def do(text: str, *, ends: bool = False) -> None:
            nonlocal screen
            label = next((button.label for button in screen.buttons if button.say == text), None)
            can_press = label is not None and self._chance.random() < 0.5
            screens = await self._stage.screens(name, text)
            screen = screens[-1]
            again = () if ends else self._texts(await self._stage.again(name))
            action = Press(label) if can_press and label is not None else Say(text)
            steps.append(Step(action, None if ends else self._texts(screens), again))

        for text in ("/start", "1", "2", "1", "1", "1"):
            await do(text)
        story = [self._word() for _ in range(MESSAGES)]
        for word in story:
            await do(f"et puis {word} encore")
        await do("FINI")
        words = [*story, await self._facts(do, lambda: screen)]
        if hands_in:
            for text in ("1", "1"):
                await do(text)
            await do("1", ends=True)
        told = tuple(f"et puis {word} encore" for word in story)
        return Script(tuple(_alike(steps)), told, tuple(words), hands_in)

    async def _facts(self, do: Callable[..., object], screen: Callable[[], Screen]) -> str:
        """From the end of the story to the review, every list answered at random. The word she said first."""
        said, stamp = "", ""
        for _ in range(90):
            here = screen()
            if any(button.label == KEEP for button in here.buttons):
                return said
            if not said and not here.buttons:
                said = self._word()
                await do(f"depuis {said} je dors mal")  # type: ignore[misc]  # a coroutine function
            elif here.stamp == stamp:
                await do("FINI")  # type: ignore[misc]  # a coroutine function
                stamp = ""
                if screen().stamp == here.stamp:
                    await do("PASSER")  # type: ignore[misc]  # a coroutine function
            elif here.buttons and self._chance.random() < 0.85:
                stamp = here.stamp
                await do(str(self._chance.randint(1, min(3, len(here.buttons)))))  # type: ignore[misc]  # same
            else:
                await do("PASSER")  # type: ignore[misc]  # a coroutine function
        raise AssertionError("the review was never reached")


def _alike(steps: Sequence[Step]) -> list[Step]:
    """The same, with those marked whose answer ends as the one before."""
    marked = list(steps[:1])
    for before, step in pairwise(steps):
        is_like = bool(before.answer and step.answer and before.answer[-1] == step.answer[-1])
        marked.append(replace(step, is_like_last=is_like))
    return marked


# --- people -------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Witness(Person):
    script: Script = field(default_factory=lambda: Script((), (), (), False), repr=False)
    heard: list[str] = field(default_factory=list, repr=False)
    """All messages since she acted last."""
    seen: set[str] = field(default_factory=set, repr=False)
    """All that the steps she did can have told her."""
    is_wrong: bool = False
    is_answered: bool = False
    """She sees an answer; where it is like the last one, it counts once Telegram has confirmed her words."""

    @property
    def is_over(self) -> bool:
        return self.step >= len(self.script.steps) and not self.waiting


class Witnesses(Crowd):
    """Everybody at once, each on her own way."""

    def __init__(self, post: Post, chance: random.Random, pause: float) -> None:
        super().__init__((), post.send, None)
        self.outcome = Outcome()
        self.witnesses: list[Witness] = []
        self._chance = chance
        self.pause = pause
        """Seconds between an answer and what she does next, on average."""

    def come(self, script: Script) -> None:
        witness = Witness(1_000_001 + len(self.witnesses), script=script)
        self.people[witness.chat] = witness
        self.witnesses.append(witness)

    def next(self, witness: Witness) -> None:
        step = witness.script.steps[witness.step]
        witness.step += 1
        witness.heard, witness.is_answered = [], False
        witness.seen |= {*(step.answer or ()), *step.again}
        self._do(witness, step.action)

    def heard(self, chat: int, text: str, keyboard: Keyboard | None, message: int) -> None:
        witness = self.people.get(chat)
        assert isinstance(witness, Witness)
        if keyboard is not None:
            witness.keyboard, witness.under = keyboard, message
        step = witness.script.steps[witness.step - 1]
        is_receipt = step.answer is None and bool(receipt_in(text))
        if step.answer is None and not is_receipt and text not in witness.seen:
            return  # what stands around the receipt
        if not is_receipt and text not in witness.seen:
            witness.is_wrong = True
        if text in witness.heard or not witness.waiting or (step.answer and text not in step.answer):
            self.outcome.shown_again += 1
        witness.heard.append(text)
        if witness.waiting and (is_receipt or (step.answer and text == step.answer[-1])):
            witness.is_answered = True
            if not step.is_like_last:
                self.answered(witness)

    def answered(self, witness: Witness) -> None:
        witness.waiting = False
        self.outcome.answers += 1
        if not witness.is_over:
            wait = self._chance.uniform(0, 2 * self.pause)
            asyncio.get_running_loop().call_later(wait, self.next, witness)

    def look(self) -> None:
        """Who waits only for Telegram to know that her words arrived goes on once it does."""
        for witness in self.witnesses:
            if witness.waiting and witness.is_answered and witness.taken == witness.update:
                self.answered(witness)


# --- the scene ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Scene:
    """`say` is told how it goes on; `command` starts the bot.

    `brings_again`: at each kill Telegram has not heard the last confirmation (by polling only), so there is
    always something handled that comes again, whatever the instant.
    """

    mode: Mode
    people: int
    kills: int
    handing_in: int = 5
    seed: int = 2017
    command: tuple[str, ...] = SOUND
    still: float = STILL_SECONDS
    brings_again: bool = False
    say: Callable[[str], None] = lambda _: None

    async def play(self) -> Outcome:
        """Everything, in a folder that is gone afterwards."""
        folder = Path(tempfile.mkdtemp(prefix="seuil-kill-"))
        shelf = Path(tempfile.mkdtemp(dir="/dev/shm", prefix="seuil-kill-"))
        settings = Settings(
            data=folder / "data",
            shelf=shelf / "keys",
            operator_name=HOUSE.operator,
            operator_contact=HOUSE.contact,
        )
        try:
            _cheap_keys(settings)
            return await self._play(folder, settings)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            shutil.rmtree(shelf, ignore_errors=True)

    async def _play(self, folder: Path, settings: Settings) -> Outcome:
        chance = random.Random(self.seed)
        post = Post()
        api = Api(post)
        drawer = Drawer(chance)
        scripts = [await drawer.script(f"w{n}", hands_in=n < self.handing_in) for n in range(self.people)]
        steps = max(len(script.steps) for script in scripts)
        crowd = Witnesses(post, chance, PACE * self.kills * sum(LIFE_SECONDS) / 2 / steps)
        api.crowd = crowd
        for script in scripts:
            crowd.come(script)
        bot = Running(self.command, self._env(settings, await api.serve()), folder, folder / "log")
        try:
            await self._live(bot, api, crowd, chance)
        finally:
            bot.kill()
            api.close()
        outcome = crowd.outcome
        outcome.people = self.people
        _judge_reviews(crowd)
        await _judge_cases(settings, crowd)
        return outcome

    def _env(self, settings: Settings, base: str) -> dict[str, str]:
        env = {name: value for name, value in os.environ.items() if not name.startswith("SEUIL_")}
        return {
            **env,
            **seuil(self.mode).env(base),
            "PYTHONPATH": str(ROOT),
            "SEUIL_DATA": str(settings.data),
            "SEUIL_SHELF": str(settings.shelf),
            "SEUIL_OPERATOR_NAME": settings.operator_name,
            "SEUIL_OPERATOR_CONTACT": str(settings.operator_contact),
        }

    async def _live(self, bot: Running, api: Api, crowd: Witnesses, chance: random.Random) -> None:
        looking = asyncio.create_task(_look(crowd))
        try:
            for witness in crowd.witnesses:
                crowd.next(witness)
            for kill in range(1, self.kills + 1):
                await self._start(bot, api)
                await asyncio.sleep(chance.uniform(*LIFE_SECONDS))
                assert bot.is_running, bot.last_words()
                bot.kill()
                if self.brings_again:
                    api.post.bring_again()
                crowd.outcome.kills = kill
                over = sum(witness.is_over for witness in crowd.witnesses)
                told = f"{crowd.outcome.answers:,} answers, {over} people through"
                self.say(f"{self.mode}: kill {kill} of {self.kills}, {told}")
            await self._start(bot, api)
            await _until_still(crowd, self.still)
            await bot.stop()
        finally:
            looking.cancel()

    async def _start(self, bot: Running, api: Api) -> None:
        api.post.asked = 0
        api.calls["setwebhook"] = 0
        bot.start()
        until = time.perf_counter() + START_SECONDS
        while not (api.post.asked or api.calls["setwebhook"]):  # looked at from outside: no event tells it
            assert bot.is_running, bot.last_words()
            assert time.perf_counter() < until, "the bot does not come to listen"
            await asyncio.sleep(0.002)


def _cheap_keys(settings: Settings) -> None:
    """Keys under a passphrase that costs little to try: the desk opens at each of many starts."""
    defaults = keyring.create.__kwdefaults__
    keyring.create.__kwdefaults__ = {"work_factor": 10}
    try:
        lay_keys(settings)
    finally:
        keyring.create.__kwdefaults__ = defaults


async def _look(crowd: Witnesses) -> None:
    while True:
        await asyncio.sleep(0.01)
        crowd.look()


async def _until_still(crowd: Witnesses, seconds: float) -> None:
    """Until everybody is at her end, or nobody is answered any more."""
    crowd.pause = 0.0
    answers, since = -1, time.perf_counter()
    while not all(witness.is_over for witness in crowd.witnesses):
        if crowd.outcome.answers != answers:
            answers, since = crowd.outcome.answers, time.perf_counter()
        if time.perf_counter() - since > seconds:
            return
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.4)  # what is shown twice, or too much, arrives


# --- what became of it --------------------------------------------------------------------------------------


def _judge_reviews(crowd: Witnesses) -> None:
    outcome = crowd.outcome
    for witness in crowd.witnesses:
        outcome.wrong += witness.is_wrong
        if witness.is_over:
            outcome.finished += 1
        elif witness.taken == witness.update:
            outcome.swallowed += 1
        else:
            outcome.unanswered += 1
        if witness.is_over and not witness.script.hands_in:
            # Shown twice after a kill it is one review, unless the two differ.
            earlier = {text for step in witness.script.steps[:-1] for text in step.answer or ()}
            review = "\n".join(text for text in dict.fromkeys(witness.heard) if text not in earlier)
            counts = [review.count(word) for word in witness.script.words]
            outcome.lost += counts.count(0)
            outcome.doubled += sum(count > 1 for count in counts)


async def _judge_cases(settings: Settings, crowd: Witnesses) -> None:
    """Open every case: one for each who handed in, with all her messages once, in order."""
    expected = {w.script.told for w in crowd.witnesses if w.script.hands_in and w.is_over}
    unlocked = keyring.unlock(settings.data / KEYS, passphrase_at_hand(settings) or "")
    instance = await open_instance(settings)
    found: Counter[tuple[str, ...]] = Counter()
    try:
        for row in await instance.store.cases():
            for item in await instance.store.items(row.case):
                if item.part == STORY:
                    told = Expected(row.case, STORY)
                    body = open_told(item.box, unlocked.identities, told, instance.members.instance).body
                    found[tuple(dict(read_story(body).texts)["narrative"])] += 1
    finally:
        await instance.close()
    crowd.outcome.submitted = found.total()
    crowd.outcome.lost += len(expected - set(found))
    crowd.outcome.doubled += sum(count - 1 for count in found.values())
    words = Counter(word for told in found for line in told for word in line.split())
    for witness in crowd.witnesses:
        if witness.script.hands_in and witness.is_over:
            crowd.outcome.doubled += sum(words[word] > 1 for word in witness.script.words)


def main() -> None:
    mode: Mode = "webhook" if sys.argv[1] == "webhook" else "polling"
    people, kills, seed = ([int(given) for given in sys.argv[2:]] + [200, 50, 2017][len(sys.argv) - 2 :])[:3]

    def say(line: str) -> None:
        sys.stderr.write(f"{line}\n")

    scene = Scene(mode, people, kills, seed=seed, brings_again=mode == "polling", say=say)
    outcome = asyncio.run(scene.play())
    sys.stdout.write(json.dumps(asdict(outcome)) + "\n")
    if outcome.faults or outcome.finished < people:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
