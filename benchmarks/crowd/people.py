"""The crowd: who acts, what each is answered, how long it took, and whether it was the right answer.

An answer can be several messages. What answers an action is learned once, from one person who goes the
whole way alone (`crowd.learning`): from then on a turn is over when its last message has come, which is the
one with the keyboard where there is one, and every message of it is compared with what she was told.

Never here: HTTP, processes, and how fast people act: a load (`crowd.loads`) says what someone does once
answered.
"""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from benchmarks.crowd.plans import Action, Keyboard, Plan, Say, marker, pressed, said

FIRST_CHAT = 1_000_001
MARK = "{m}"


@dataclass(slots=True)
class Person:
    """Somebody in a private chat with the bot."""

    chat: int
    step: int = 0
    """Actions she has done."""
    answered: int = 0
    """Actions that were answered."""
    waiting: bool = False
    since: float = 0.0
    """When she last did something, or was to do it; `time.perf_counter` seconds."""
    texts: list[str] = field(default_factory=list, repr=False)
    """What came since then."""
    keyboard: Keyboard | None = field(default=None, repr=False)
    under: int = 0
    """The message the keyboard stands under."""
    update: int = 0
    """The last update she caused…"""
    taken: int = 0
    """…and the newest one the bot confirmed to Telegram."""


class Told(NamedTuple):
    """How the bot answers one action."""

    texts: list[str]
    has_keyboard: bool


class Lesson(NamedTuple):
    """How the bot answers every action of a plan."""

    turns: list[Told]
    is_single: bool
    """One message answers every action: then any message does, a wrong one too."""

    def before(self, step: int) -> list[str]:
        """What somebody has seen last who is at that step: the last question, and all that came since."""
        seen: list[str] = []
        for told in reversed(self.turns[:step]):
            seen += told.texts
            if told.has_keyboard or self.is_single:
                break
        return seen

    def ends(self, step: int, text: str, has_keyboard: bool) -> bool:
        """Whether this message is the last of the answer to that step."""
        if self.is_single or has_keyboard:
            return True
        told = self.turns[step]
        return not told.has_keyboard and text == told.texts[-1]


@dataclass(slots=True)
class Record:
    """What was seen. Times are `time.perf_counter` seconds, one for each answer."""

    at: array[float] = field(default_factory=lambda: array("d"))
    took: array[float] = field(default_factory=lambda: array("f"))
    wrong: int = 0
    """Answers that were not the one to that action."""
    unasked: int = 0
    """Messages that nobody waited for."""
    finished: int = 0
    """People who went the whole way."""


Then = Callable[[Person], None]
Judge = Callable[[Person], bool]
"""Looks at an answer that is not the expected one; False: it is none, she goes on waiting."""


class Crowd:
    """Everybody, their plan, and what happened. `send` brings an update to the bot."""

    def __init__(
        self,
        plan: Plan,
        send: Callable[[Person, bytes], None],
        lesson: Lesson | None,
        typed: Callable[[int, int, str], bytes] = said,
    ) -> None:
        """`typed`: what a network makes of a chat, a message's number and a text."""
        self.plan = plan
        self._typed = typed
        self.send = send
        self.lesson = lesson
        self.people: dict[int, Person] = {}
        self.record = Record()
        self.then: Then = _stays
        """What somebody does once she was answered."""
        self.judge: Judge | None = None
        self._next_chat = FIRST_CHAT
        self._next_message = 100

    def message_id(self) -> int:
        self._next_message += 1
        return self._next_message

    # --- acting ---------------------------------------------------------------------------------------------

    def arrive(self) -> Person:
        person = Person(self._next_chat)
        self._next_chat += 1
        self.people[person.chat] = person
        return person

    def is_over(self, person: Person) -> bool:
        return person.step >= len(self.plan)

    def leave(self, person: Person) -> None:
        self.record.finished += 1
        del self.people[person.chat]

    def act(self, person: Person, since: float | None = None) -> None:
        """Her next action. `since`: when she was to do it, where the load is late."""
        person.since = time.perf_counter() if since is None else since
        person.step += 1
        self._do(person, self.plan[person.step - 1])

    def repeat(self, person: Person) -> None:
        """Nobody answered: she does the same once more."""
        self._do(person, self.plan[person.step - 1])

    def _do(self, person: Person, action: Action) -> None:
        person.waiting = True
        person.texts = []
        self.send(person, self._update(person, action))

    def _update(self, person: Person, action: Action) -> bytes:
        chat = person.chat
        if isinstance(action, Say):
            text = action.text
            if action.is_marked:
                text = text.replace(MARK, marker(chat, person.step - 1))
            return self._typed(chat, self.message_id(), text)
        button = action.button(person.keyboard or [])
        if button is None or "callback_data" not in button:
            return self._typed(
                chat, self.message_id(), "?"
            )  # will be answered by something else, and counted wrong
        return pressed(chat, self.message_id(), person.under, "?", button["callback_data"])

    # --- being answered -------------------------------------------------------------------------------------

    def heard(self, chat: int, text: str, keyboard: Keyboard | None, message: int) -> None:
        """The bot said something in a chat."""
        person = self.people.get(chat)
        if person is None:
            self.record.unasked += 1
            return
        if keyboard is not None:
            person.keyboard, person.under = keyboard, message
        person.texts.append(text)
        lesson = self.lesson
        if not person.waiting:
            self.record.unasked += 1
        elif lesson is not None and lesson.ends(person.step - 1, text, keyboard is not None):
            self._answered(person, lesson)

    def _answered(self, person: Person, lesson: Lesson) -> None:
        told = lesson.turns[person.step - 1].texts
        if person.texts != told:
            if self.judge is None:
                self.record.wrong += 1
            elif not self.judge(person):
                person.texts = []
                return
        self.goes_on(person)

    def goes_on(self, person: Person) -> None:
        """She takes what she sees for her answer."""
        now = time.perf_counter()
        person.waiting = False
        person.answered += 1
        record = self.record
        record.at.append(now)
        record.took.append(now - person.since)
        self.then(person)


def _stays(_: Person) -> None:
    pass
