"""kill -9 while everybody talks, then a new start: what was lost, and what each person sees of it.

Looked at from outside, as people see it:

    lost       an answer of the bot had confirmed it, and it is gone
    swallowed  Telegram was told that her message had arrived, nobody answered it, it will not come again
    skewed     her message was handled twice: the bot is ahead of her
    set back   the bot is behind her: it asks again what she has answered, or does not know her

What a stock bot has lost is looked up in its store, by the marker of every text. Ours is sealed: there,
everybody must go on from exactly the question after her last answered one, and the review at the end, which
shows every answer, must be the one of somebody who was never interrupted.
"""

from __future__ import annotations

import asyncio
import math
import re
import subprocess
import time
from dataclasses import dataclass, field

from benchmarks.crowd.loads import Everybody
from benchmarks.crowd.people import Crowd, Lesson, Person
from benchmarks.crowd.plans import Say, marker
from benchmarks.crowd.stands import Place, Stand, Way

ARRIVING = 0.75
"""Of the time until the kill: then people are at every step of their way, not all at the same."""

MARKERS = re.compile(rb"m\d+x\d+z")


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds."""

    before: float
    """Of talking, until the kill."""
    patience: float = 5.0
    """After the new start: who is not answered by then says it again. By then all that waited was brought."""
    second_look: float = 2.0
    """Who is shown once more where she stood waits so long for something new."""
    after: float = 25.0
    """In which the rest is seen, at most."""


@dataclass(slots=True)
class Aftermath:
    """People and answers, counted once each."""

    people: int = 0
    """In the middle of their way at the kill."""
    confirmed: int = 0
    """Answers that the bot had answered when it was killed."""
    lost: int = 0
    """Of these."""
    lost_share: float = 0.0
    whole: int = 0
    """Went on as if nothing had happened."""
    swallowed: int = 0
    skewed: int = 0
    set_back: int = 0
    unanswered: int = 0
    """Never heard of the bot again."""
    whole_ways: int = 0
    """Of those, how many came to the end of their way, all right to the last word."""
    wrong_later: int = 0
    """Wrong answers after that, and to people who came later."""
    first_reply: float = math.inf
    """Seconds from the new start to the first answer, if one came."""


@dataclass(slots=True)
class Trial:
    """Sees everybody's first answer after the kill."""

    crowd: Crowd
    lesson: Lesson
    times: Times
    before: dict[int, int] = field(default_factory=dict)
    """Chat: how many of her actions were answered at the kill."""
    judged: dict[int, str] = field(default_factory=dict)
    lost: dict[int, int] = field(default_factory=dict)
    """Chat: how many of her answers the bot has lost, by where it is."""
    again: dict[int, float] = field(default_factory=dict)
    """Chat: since when she sees the previous question again."""
    doubtful: set[int] = field(default_factory=set)
    """Chats that go on from it: their next answer tells."""
    seen: Aftermath = field(default_factory=Aftermath)

    def begin(self) -> None:
        self.before = {person.chat: person.answered for person in self.crowd.people.values()}
        self.seen.people = len(self.before)
        self.seen.confirmed = sum(self.before.values())
        self.crowd.judge = self.judge

    def judge(self, person: Person) -> bool:
        """An answer that is not exactly the expected one; False: wait for another."""
        step = person.step - 1
        expected = self.lesson.turns[step].texts
        before = self.lesson.before(step)
        if person.texts[-1] == expected[-1] and {*expected, *before}.issuperset(person.texts):
            return True  # something was shown once more before it, or only the place where she stands
        if person.texts[-1] in before:
            self.again.setdefault(person.chat, time.perf_counter())
            return False
        self._name(person, step)
        return True

    def _name(self, person: Person, step: int) -> None:
        """What a wrong answer says of the bot: it is where somebody is who is told this.

        A bot that is one ahead may be found out at the end of the way only: the first wrong answer counts,
        however late. One that belongs nowhere is taken for the worst: all she said is lost.
        """
        if self.judged.get(person.chat, "whole" if person.chat in self.before else "") != "whole":
            self.seen.wrong_later += 1
            return
        places = [n for n, told in enumerate(self.lesson.turns) if told.texts[-1] == person.texts[-1]]
        place = min(places, key=lambda n: abs(n - step), default=-1)
        self.judged[person.chat] = "skewed" if place > step else "set back"
        if place <= step:  # at her step, but with other words: at least one answer is not as she gave it
            self.lost[person.chat] = max(1, step - place) if places else self.before[person.chat]

    def answered(self, person: Person) -> None:
        """Any answer after the kill, wrong ones named already."""
        is_shown_again = self.again.pop(person.chat, None) is not None and person.chat in self.doubtful
        if person.chat in self.before and not is_shown_again:
            self.judged.setdefault(person.chat, "whole")

    def look_again(self) -> None:
        """Who sees the previous question and no other goes on from there: if it was only shown again, all is
        well; if the bot is behind her, the next answer is a wrong one."""
        now = time.perf_counter()
        for chat, since in list(self.again.items()):
            person = self.crowd.people.get(chat)
            if person is None or not person.waiting:
                continue
            if person.taken != person.update:
                self.again[chat] = now  # what she said was not heard yet: of what she sees it is no answer
            elif now - since > self.times.second_look:
                self.doubtful.add(chat)
                self.crowd.goes_on(person)


async def kill_and_return(way: Way, place: Place, there: Stand, *, people: int, times: Times) -> Aftermath:
    """Serve `people`, kill, start again, watch until all is seen or the time is up.

    Raises `NotStarted` when the bot does not start again.
    """
    crowd = there.crowd
    assert crowd.lesson is not None
    began = time.perf_counter()
    await Everybody(crowd, people).arrive(over=times.before * ARRIVING)
    await asyncio.sleep(began + times.before - time.perf_counter())
    trial = Trial(crowd, crowd.lesson, times)
    there.bot.kill()
    await asyncio.sleep(0.2)  # what was on the wire arrives: it was said
    trial.begin()
    kept = _kept(way, place)
    if kept is not None:
        _count_lost(trial, kept)
    await _start_again(there, trial)
    await _watch(there, trial)
    _count(trial, is_sealed=kept is None)
    return trial.seen


def _kept(way: Way, place: Place) -> set[bytes] | None:
    """The markers in all the bot has kept; None when it keeps nothing that could be read."""
    if not way.told:
        return None
    env = {**place.env, **way.env("")}
    said = subprocess.run(way.told, env=env, cwd=place.folder, stdout=subprocess.PIPE, check=False).stdout
    return set(MARKERS.findall(said))


def _count_lost(trial: Trial, kept: set[bytes]) -> None:
    marked = [n for n, action in enumerate(trial.crowd.plan) if isinstance(action, Say) and action.is_marked]
    expected = {
        marker(chat, step).encode()
        for chat, answered in trial.before.items()
        for step in marked
        if step < answered
    }
    trial.seen.confirmed = len(expected)
    trial.seen.lost = len(expected - kept)


async def _start_again(there: Stand, trial: Trial) -> None:
    record = there.crowd.record
    then = there.crowd.then

    def go_on(person: Person) -> None:
        trial.answered(person)
        if there.crowd.is_over(person) and person.chat in trial.before:
            trial.seen.whole_ways += trial.judged[person.chat] == "whole"
        then(person)

    there.crowd.then = go_on
    there.post.asked = 0
    done = len(record.at)
    there.bot.start()
    await there.is_up()
    until = time.perf_counter() + trial.times.patience
    # looked at from outside: whoever is answered first, nobody signals it
    while len(record.at) == done and time.perf_counter() < until:  # noqa: ASYNC110
        await asyncio.sleep(0.001)
    if len(record.at) > done:
        trial.seen.first_reply = record.at[done] - there.bot.began


async def _watch(there: Stand, trial: Trial) -> None:
    began = time.perf_counter()
    repeated = False
    crowd = there.crowd
    while time.perf_counter() - began < trial.times.after:
        await asyncio.sleep(0.1)
        trial.look_again()
        if not repeated and time.perf_counter() - began > trial.times.patience:
            repeated = True
            _swallowed(there, trial)
        if repeated and not any(chat in crowd.people for chat in trial.before):
            return


def _swallowed(there: Stand, trial: Trial) -> None:
    """Who was never answered although the bot took her message: named, then she says it again."""
    waits = {letter.person.chat for letter in there.post.waiting}
    for person in list(there.crowd.people.values()):
        is_old = person.chat in trial.before and person.chat not in trial.judged
        if is_old and person.waiting and person.chat not in waits and person.chat not in trial.again:
            trial.judged[person.chat] = "swallowed"
            there.crowd.repeat(person)


def _count(trial: Trial, *, is_sealed: bool) -> None:
    seen, names = trial.seen, list(trial.judged.values())
    seen.whole, seen.swallowed = names.count("whole"), names.count("swallowed")
    seen.skewed, seen.set_back = names.count("skewed"), names.count("set back")
    seen.unanswered = seen.people - len(names)
    if is_sealed:
        seen.lost = sum(trial.lost.values())
    seen.lost_share = seen.lost / max(1, seen.confirmed)
