"""Everybody who talks, and what each of them must be told: one witness after the other, life after life.

A life is a way through the conversation that was walked before, in a house in memory that nothing befalls
(`tests.telegram_crash`), retold with words nobody else uses. She goes on as soon as she is answered, after a
pause; told that her message was not kept, she sends it again; told that many write at this moment, she does
the same again when she was asked to, and must be answered then; told nothing, she waits. When her draft is
lost by design she is somebody to whom anything may be said, but something must.

Never here: processes, and what befalls them.
"""

from __future__ import annotations

import asyncio
import math
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import ClassVar

from benchmarks.crowd.people import Crowd, Person
from benchmarks.crowd.plans import Keyboard, Say
from benchmarks.crowd.post import Post
from bot.redaction import kept_line
from handlers.intake import LONGEST_WAIT_SECONDS
from handlers.pressure import COME_BACK_MINUTES, MANY
from tests.faults.members import Member
from tests.stage import WORDS, receipt_in
from tests.telegram_crash import SYLLABLES, Script, Step, Witness

FAILED = WORDS["fr"].say("failed")
"""Nothing was kept of what she said: she may send it again."""
EXPIRED = WORDS["fr"].say("expired")
"""What she had begun is gone."""

BUSY = WORDS["fr"].say("busy", minutes=COME_BACK_MINUTES)
"""She would begin, and many are in the middle: nothing was kept of it, and she may come back later."""
SENDING_BUSY = WORDS["fr"].say("sending-busy")
"""Many hand in at this moment: she stands before her last step still, and may do it again in a minute."""

COME_BACK_SECONDS = COME_BACK_MINUTES * 60 + 5.0
SEND_AGAIN_SECONDS = (60.0, 90.0)
"""As each is told."""

AGAIN_SECONDS = (0.3, 1.2)
"""How soon somebody sends again what was not kept."""

ANSWER_SECONDS = 6.0
"""How long an answer is waited for after what was not kept was brought again."""

DRAFT_SECONDS = 69 * 3600.0
"""A draft this old may be gone: it lives 72 hours, counted in whole ones, and is swept by the hour."""


PAST, PAST_LETTERS = 8, 60
"""How much of somebody's past a note tells: things that happened, each with its round; letters of a text."""


@dataclass(slots=True)
class Outcome:
    """What was done and seen. From `wrong` on, each must be 0."""

    rounds: int = 0
    befell: Counter[str] = field(default_factory=Counter)
    restarts: Counter[str] = field(default_factory=Counter)
    """Processes that ended by themselves, by name and exit code."""
    lives: int = 0
    answers: int = 0
    finished: int = 0
    submitted: int = 0
    decided: int = 0
    digests: int = 0
    shown_again: int = 0
    """Messages seen once more: allowed, for who can know whether the first was read."""
    not_kept: int = 0
    """Told to send it again: allowed, and nothing was kept of it."""
    put_off: int = 0
    """Told that many write, and to come back: allowed, and who does is answered."""
    lost_by_design: int = 0
    """Lives whose draft went with the memory that held its key, or with its hours…"""
    told_of_loss: int = 0
    """…and who were told that."""
    notes: list[str] = field(default_factory=list, repr=False)
    """What was seen of each fault, for who must find out why: made-up words of made-up people."""
    wrong: int = 0
    """Were told something that no step of their way so far tells."""
    swallowed: int = 0
    """Telegram was told that her words arrived; she was never answered."""
    unanswered: int = 0
    """Her words were never taken, though all was well again."""
    lost: int = 0
    """Words missing in a review or a case, cases missing, decisions missing, digests that did not arrive."""
    doubled: int = 0
    """Words twice in a review or a case, cases and digests too many."""
    strange: int = 0
    """Cases and digests that nobody made."""
    refused: int = 0
    """Calls that the Bot API does not take."""
    leaked: int = 0
    """Words, chats, keys found in a log."""
    unconfirmed: int = 0
    """Updates that Telegram still holds, though all was well again."""
    stayed_down: int = 0
    """Processes that a service manager would not have started again."""

    FAULTS: ClassVar[tuple[str, ...]] = (
        "wrong",
        "swallowed",
        "unanswered",
        "lost",
        "doubled",
        "strange",
        "refused",
        "leaked",
        "unconfirmed",
        "stayed_down",
    )

    @property
    def faults(self) -> dict[str, int]:
        return {name: count for name in self.FAULTS if (count := getattr(self, name))}


@dataclass(slots=True)
class Teller(Witness):
    """A witness, in one life."""

    lost: bool = False
    """Her draft may be gone, by design."""
    began: float = 0.0
    """By the program's clock; 0: she has not spoken yet."""
    spoke_at: float = 0.0
    back_at: float = 0.0
    """When she comes back who was told that many write; 0: she was not told so, or came."""
    shown: str = field(default="", repr=False)
    """What she was shown last, in this life…"""
    shown_at: float = 0.0
    """…and when, as when she spoke, by the harness's own time."""
    past: list[str] = field(default_factory=list, repr=False)
    """All that she did and was told, for who must find out why."""


def retold(script: Script, chance: random.Random, used: set[str]) -> Script:
    """The same way, told in words that nobody used before."""
    fresh = dict.fromkeys(script.words, "")
    for word in fresh:
        fresh[word] = _word(chance, used)
    find = re.compile("|".join(fresh))

    def told(text: str) -> str:
        return find.sub(lambda met: fresh[met[0]], text)

    def again(texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(told, texts))

    def step(before: Step) -> Step:
        action = Say(told(before.action.text)) if isinstance(before.action, Say) else before.action
        answer = None if before.answer is None else again(before.answer)
        return replace(before, action=action, answer=answer, again=again(before.again))

    words = tuple(fresh[word] for word in script.words)
    return Script(tuple(map(step, script.steps)), again(script.told), words, script.hands_in)


def _word(chance: random.Random, used: set[str]) -> str:
    """Nobody else's, and one that redaction leaves as it is wherever it stands."""
    while True:
        word = "".join(chance.choices(SYLLABLES, k=5))
        lines = (f"et puis {word} encore", f"depuis {word} je dors mal")
        if word not in used and all(kept_line(line, "fr") == line for line in lines):
            used.add(word)
            return word


class Lives(Crowd):
    """Everybody at once. `scripts`: the ways that are retold; `now`: the program's clock."""

    def __init__(
        self,
        post: Post,
        chance: random.Random,
        scripts: Sequence[Script],
        now: Callable[[], float],
        pause: float,
    ) -> None:
        super().__init__((), post.send, None)
        self.outcome = Outcome()
        self.pause = pause
        """Seconds between an answer and what she does next, on average."""
        self.ending = False
        """Nobody comes any more, and who is there hurries."""
        self.must: set[tuple[str, ...]] = set()
        """Stories of those who saw a receipt…"""
        self.may: set[tuple[str, ...]] = set()
        """…and of those whose last step was under way when drafts were lost."""
        self.words: set[str] = set()
        self.chats: set[int] = set()
        self.receipts: list[tuple[str, ...]] = []
        self._chance = chance
        self._scripts = scripts
        self._now = now
        self._looking: asyncio.Task[None] | None = None

    @property
    def tellers(self) -> list[Teller]:
        return [person for person in self.people.values() if isinstance(person, Teller)]

    # --- coming and going -----------------------------------------------------------------------------------

    def start(self, many: int) -> None:
        for _ in range(many):
            self._later(self.come)
        self._looking = asyncio.get_running_loop().create_task(self._look())

    def stop(self) -> None:
        if self._looking is not None:
            self._looking.cancel()

    def join(self, member: Member) -> None:
        self.people[member.chat] = member
        self.chats.add(member.chat)

    def come(self) -> None:
        script = retold(self._chance.choice(self._scripts), self._chance, self.words)
        person = self.arrive()
        teller = self.people[person.chat] = Teller(person.chat, script=script)
        self.chats.add(teller.chat)
        self.outcome.lives += 1
        self.next(teller)

    def _later(self, do: Callable[..., None], *given: object) -> None:
        asyncio.get_running_loop().call_later(self._chance.uniform(0, 2 * self.pause), do, *given)

    def _gone(self, teller: Teller) -> None:
        self.people.pop(teller.chat, None)
        if not self.ending:
            self._later(self.come)

    # --- acting ---------------------------------------------------------------------------------------------

    def next(self, teller: Teller) -> None:
        if teller.chat not in self.people or teller.waiting:
            return
        step = teller.script.steps[teller.step]
        teller.step += 1
        teller.heard, teller.is_answered = [], False
        teller.seen |= {*(step.answer or ()), *step.again}
        self._says(teller)

    def _says(self, teller: Teller) -> None:
        """Her step, for the first time or once more."""
        teller.began = teller.began or self._now()
        teller.spoke_at, teller.back_at = time.monotonic(), 0.0
        teller.past.append(f"{self.outcome.rounds}: step {teller.step}")
        self._do(teller, teller.script.steps[teller.step - 1].action)

    def _send_again(self, teller: Teller, update: int, *, comes_again: bool = False) -> None:
        """It was not kept. Only once Telegram knows that it arrived: killed in between, the bot is brought it
        again, and keeps it after all. Then its answer is waited for."""
        if (
            not teller.waiting
            or teller.is_answered
            or teller.back_at
            or teller.update != update
            or teller.chat not in self.people
        ):
            return
        loop = asyncio.get_running_loop()
        if teller.taken != update:
            loop.call_later(0.2, partial(self._send_again, teller, update, comes_again=True))
        elif comes_again:
            loop.call_later(ANSWER_SECONDS, self._send_again, teller, update)
        else:
            self._says(teller)

    # --- being put off --------------------------------------------------------------------------------------

    def _is_put_off(self, teller: Teller, text: str) -> bool:
        """Whether this asks her to come back, and she stands where that may be asked."""
        if not teller.waiting:
            return False
        if text == BUSY:
            return teller.step == 1
        told, _, asked = text.partition("\n\n")
        is_asked_again = not asked or asked in teller.seen  # with it or after it: where she stands still
        return told == SENDING_BUSY and is_asked_again and teller.script.steps[teller.step - 1].answer is None

    def _put_off(self, teller: Teller) -> None:
        self.outcome.put_off += 1
        wait = COME_BACK_SECONDS if teller.step == 1 else self._chance.uniform(*SEND_AGAIN_SECONDS)
        teller.back_at = time.monotonic() + wait
        if teller.step == 1:
            teller.began = 0.0  # there is nothing of hers

    def _comes_back(self, teller: Teller) -> bool:
        """Whether it is time. At the end nobody stays away for long: who would begin comes once fewer wait
        than are ever called many, and who hands in once those before her have their receipts."""
        if teller.taken != teller.update:
            return False  # brought again, it may be answered after all
        now = time.monotonic()
        if not self.ending:
            return now >= teller.back_at
        if teller.step == 1:
            return len(self.waiting()) < MANY - 1
        return now >= teller.shown_at + LONGEST_WAIT_SECONDS

    # --- being answered -------------------------------------------------------------------------------------

    def heard(self, chat: int, text: str, keyboard: Keyboard | None, message: int) -> None:
        person = self.people.get(chat)
        if isinstance(person, Member):
            person.hears(text)
        if not isinstance(person, Teller):
            return
        if keyboard is not None:
            person.keyboard, person.under = keyboard, message
        person.shown, person.shown_at = text, time.monotonic()
        person.past.append(f"{self.outcome.rounds}: told {text[:PAST_LETTERS]!r}")
        if person.lost:
            self._is_told_of_loss(person, text)
        elif text == FAILED:
            self.outcome.not_kept += 1
            wait = self._chance.uniform(*AGAIN_SECONDS)
            asyncio.get_running_loop().call_later(wait, self._send_again, person, person.update)
        elif self._is_put_off(person, text):
            self._put_off(person)
        else:
            self._hears(person, text)

    def _hears(self, teller: Teller, text: str) -> None:
        step = teller.script.steps[teller.step - 1]
        receipt = receipt_in(text) if step.answer is None else ()
        if receipt:
            self.receipts.append(receipt)
        if step.answer is None and not receipt and text not in teller.seen:
            return  # what stands around the receipt
        if not receipt and text not in teller.seen:
            teller.is_wrong = True
            past = "; ".join(teller.past[-PAST:])
            self.outcome.notes.append(f"step {teller.step} ({step.action}) was told: {text}; before: {past}")
        if text in teller.heard or not teller.waiting or (step.answer and text not in step.answer):
            self.outcome.shown_again += 1
        teller.heard.append(text)
        if teller.waiting and (receipt or (step.answer and text == step.answer[-1])):
            teller.is_answered = True
            if not step.is_like_last:
                self.answered(teller)

    def answered(self, teller: Teller) -> None:
        teller.waiting, teller.back_at = False, 0.0
        self.outcome.answers += 1
        if teller.is_over:
            self._over(teller)
        else:
            self._later(self.next, teller)

    def _over(self, teller: Teller) -> None:
        outcome = self.outcome
        outcome.finished += 1
        outcome.wrong += teller.is_wrong
        if teller.script.hands_in:
            self.must.add(teller.script.told)
        else:
            # Shown twice it is one review, unless the two differ.
            earlier = {text for step in teller.script.steps[:-1] for text in step.answer or ()}
            review = "\n".join(text for text in dict.fromkeys(teller.heard) if text not in earlier)
            counts = [review.count(word) for word in teller.script.words]
            outcome.lost += counts.count(0)
            outcome.doubled += sum(count > 1 for count in counts)
        self._gone(teller)

    # --- what is lost by design -----------------------------------------------------------------------------

    def drafts_are_gone(self, older_than: float = -math.inf) -> None:
        """From now on. `older_than`: seconds of the program's clock; all of them where it is left out, for
        that clock may have been set back since somebody began."""
        for teller in self.tellers:
            if teller.began and not teller.lost and self._now() - teller.began >= older_than:
                teller.lost = True
                if teller.script.hands_in and teller.step >= len(teller.script.steps):
                    self.may.add(teller.script.told)

    def _is_told_of_loss(self, teller: Teller, text: str) -> None:
        if not teller.waiting:
            return  # of what she said before
        self.outcome.lost_by_design += 1
        self.outcome.told_of_loss += text.startswith(EXPIRED)
        self.people.pop(teller.chat, None)
        self._later(self.come)  # also where everybody comes to her end: who lost a draft can begin again

    # --- looking --------------------------------------------------------------------------------------------

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(0.01)
            for teller in self.tellers:
                # Who waits only for Telegram to know that her words arrived goes on once it does.
                if teller.waiting and teller.is_answered and teller.taken == teller.update:
                    self.answered(teller)
                elif teller.back_at and self._comes_back(teller):
                    self._says(teller)

    def waiting(self) -> set[tuple[int, int]]:
        """Who waits now, and for which answer. Who was asked to come back was answered."""
        return {(each.chat, each.step) for each in self.tellers if each.waiting and not each.back_at}

    def give_up(self) -> None:
        """Whoever is still here was left alone."""
        for teller in self.tellers:
            self.outcome.notes.append(left_alone(teller))
            self.outcome.wrong += teller.is_wrong
            if teller.taken == teller.update:
                self.outcome.swallowed += 1
            else:
                self.outcome.unanswered += 1


def left_alone(teller: Teller) -> str:
    """Where somebody stands whom nobody answers any more: made-up words of a made-up person."""
    now = time.monotonic()
    step = teller.script.steps[teller.step - 1]
    said = step.action.text if isinstance(step.action, Say) else step.action.which
    shown = f"{teller.shown[:300]!r} {now - teller.shown_at:.1f} s ago" if teller.shown else "nothing"
    states = {
        "waits": teller.waiting,
        "saw an answer": teller.is_answered,
        "which is like the last": step.is_like_last,
        "asked to come back": bool(teller.back_at),
        "draft lost": teller.lost,
        "confirmed": teller.taken == teller.update,
    }
    return "; ".join(
        (
            f"left alone at step {teller.step} of {len(teller.script.steps)}",
            f"said {said!r} {now - teller.spoke_at:.1f} s ago",
            f"was shown last {shown}",
            *(f"{name}: {'yes' if holds else 'no'}" for name, holds in states.items()),
        )
    )


def is_person(person: Person) -> bool:
    return isinstance(person, Teller)
