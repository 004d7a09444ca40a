"""Limits that hold under a flood: how fast one person may speak, and which testimonies wait apart.

A limit never refuses a testimony and never changes what a witness is told: a doubted one is kept and sealed
like any other, with its receipt, and only its state says that it waits apart (`quarantined`) until a
moderator looks.

All that is counted here is in this process's memory, under names and hashes that are keyed, bounded in
number, and gone after a day or at the next start. Nothing is ever written. Where several processes hear, how
many testimonies came is counted for all of them on the shelf they share (`A_DAY`, `AN_HOUR`).

Never here: words (`bot.junk` reads them and keeps hashes), who is banned (the store), an await.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict, deque
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Literal

from bot.junk import ALIKE, SAME, doubt, overlap, short_form, sketch
from bot.turns import Submit
from storage.changes import Arrival
from storage.shared_shelf import Allowance

DAY_SECONDS = 86_400
HOUR_SECONDS = 3_600
MINUTE_SECONDS = 60

TOLD_A_DAY = 3
"""Testimonies of one person in a day that are read in their turn: several visitors in one building, a first
try sent too soon. More wait apart."""

CALM_AN_HOUR = 60
"""Testimonies an hour up to which nothing is doubted for being short. A wave is no flood: a national form of
30 questions brought 828 an hour for three days (NousToutes, 2020), so above this only what holds no story, or
is doubtful in itself, waits apart; a story is read in its turn at any rate."""

SAME_SHORT = 4
"""The same short text ("il m'a suivie") may come from several people; the fifth in a day waits apart."""

STORIES_KEPT = 2_000
"""Sketches remembered, for a day at most: 16 hashes each, about 5 MB (measured)."""

PEOPLE_KEPT = 20_000
"""People whose testimonies of the day are counted: keyed names, about 4 MB. The longest silent is forgotten
first."""

MOST_UNANSWERED = 60
"""Messages of one person that may wait for their answers at once. A long story pasted as 40 messages passes;
who reads the answers never has more than two or three, however fast."""

A_DAY = Allowance("day", TOLD_A_DAY, DAY_SECONDS, HOUR_SECONDS, counts_refused=True)
"""Of one person."""

AN_HOUR = Allowance("hour", CALM_AN_HOUR, HOUR_SECONDS, MINUTE_SECONDS, counts_refused=True)
"""Of everybody."""

Entry = Literal["hear", "tell", "drop"]


@dataclass(frozen=True, slots=True)
class Everywhere:
    """What is counted over all processes that hear, with this testimony."""

    often: bool
    """This person handed in more than her share of a day."""
    flooded: bool
    """The house got more than a calm hour's testimonies."""


class Limits:
    """One for each process that listens. Nothing of it survives the process, and nothing has a repr."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._verdicts: OrderedDict[bytes, Arrival] = OrderedDict()
        self._people: OrderedDict[bytes, deque[float]] = OrderedDict()
        """When each person handed in lately; who did last stands last."""
        self._hour: deque[float] = deque(maxlen=CALM_AN_HOUR)
        self._stories: OrderedDict[int, tuple[float, tuple[int, ...]]] = OrderedDict()
        self._holding: dict[int, tuple[int, ...]] = {}
        """The stories that hold a hash, so that a new one is compared only with those it could resemble. Most
        hashes stand in one story: with a set for each, 2 000 stories took 11 MB."""
        self._short: OrderedDict[int, tuple[float, int]] = OrderedDict()
        self._number = 0
        self._unanswered: dict[Hashable, int] = {}
        self._flooding: set[Hashable] = set()
        """Who was told that it is too fast, and still has messages to be answered."""

    def __repr__(self) -> str:
        return "Limits()"

    # --- how fast one person may speak ----------------------------------------------------------------------

    def enter(self, who: Hashable) -> Entry:
        """Count a message that begins to wait for its answer; each is ended with `leave`. "tell": the first
        that is too many, of which she is told; "drop": all others until those before are answered. Let in one
        by one as places become free, a flood would for as long as it lasts hold most of the places that a
        network has for everybody. `who`: a pseudonym or an address."""
        count = self._unanswered[who] = self._unanswered.get(who, 0) + 1
        if who in self._flooding:
            return "drop"
        if count <= MOST_UNANSWERED:
            return "hear"
        self._flooding.add(who)
        return "tell"

    def leave(self, who: Hashable) -> None:
        """It was answered, or dropped."""
        count = self._unanswered.pop(who) - 1
        if count:
            self._unanswered[who] = count
        else:
            self._flooding.discard(who)

    # --- which testimonies wait apart -----------------------------------------------------------------------

    def judge(
        self,
        pseudonym: bytes,
        submit: Submit,
        now: float,
        case: bytes = b"",
        everywhere: Everywhere | None = None,
    ) -> Arrival:
        """Where a testimony waits. Counts it. `case`: its id, by which a replayed turn gets the same answer
        and is not counted twice. `everywhere`: in place of what is counted here.

        No I/O; a few milliseconds for the longest story among many alike. Raises nothing.
        """
        if case and case in self._verdicts:
            return self._verdicts[case]
        texts = [text for told in submit.texts.values() for text in told]
        doubted = doubt(texts)
        nothing = doubted == "thin" and not any(submit.texts.values()) and not any(submit.answers.values())
        same = self._resembles(texts, now)
        if everywhere is None:
            # Each is asked, because each also counts.
            everywhere = Everywhere(self._often(pseudonym, now), self._flooded(now))
        often, flooded = everywhere.often, everywhere.flooded
        apart = nothing or often or doubted == "junk" or same >= SAME
        apart = apart or (flooded and (doubted == "thin" or same >= ALIKE))
        verdict: Arrival = "quarantined" if apart else "waiting"
        if case:
            self._verdicts[case] = verdict
            if len(self._verdicts) > STORIES_KEPT:
                self._verdicts.popitem(last=False)
        return verdict

    def _often(self, pseudonym: bytes, now: float) -> bool:
        """Whether this person handed in more than her share of a day."""
        while self._people and now - next(iter(self._people.values()))[-1] >= DAY_SECONDS:
            self._people.popitem(last=False)
        times = self._people.pop(pseudonym, None) or deque(maxlen=TOLD_A_DAY + 1)
        self._people[pseudonym] = times
        times.append(now)
        if len(self._people) > PEOPLE_KEPT:
            self._people.popitem(last=False)
        return len(times) > TOLD_A_DAY and now - times[0] < DAY_SECONDS

    def _flooded(self, now: float) -> bool:
        """Whether the house got more than a calm hour's testimonies in the hour before this one."""
        flooded = len(self._hour) == CALM_AN_HOUR and now - self._hour[0] < HOUR_SECONDS
        self._hour.append(now)
        return flooded

    def _resembles(self, texts: list[str], now: float) -> float:
        """How much of this story was told in the last day already, 0 to 1; remembers it."""
        self._forget_stories(now)
        hashes = sketch(texts, self._key)
        if not hashes:
            return self._repeated(texts, now)
        candidates = {number for hash in hashes for number in self._holding.get(hash, ())}
        told_before = (frozenset(self._stories[number][1]) for number in candidates)
        same = max((overlap(hashes, each) for each in told_before), default=0.0)
        if same >= SAME:
            # A copy is not remembered beside what it copies: a flood would make each look-up long.
            return same
        self._number += 1
        self._stories[self._number] = (now, tuple(hashes))
        for hash in hashes:
            self._holding[hash] = (*self._holding.get(hash, ()), self._number)
        return same

    def _repeated(self, texts: list[str], now: float) -> float:
        told = short_form(texts, self._key)
        if not told:
            return 0.0
        count = self._short.pop(told, (now, 0))[1] + 1
        self._short[told] = (now, count)
        if len(self._short) > STORIES_KEPT:
            self._short.popitem(last=False)
        return 1.0 if count > SAME_SHORT else 0.0

    def _forget_stories(self, now: float) -> None:
        while self._short and now - next(iter(self._short.values()))[0] >= DAY_SECONDS:
            self._short.popitem(last=False)
        while self._stories:
            number, (told, hashes) = next(iter(self._stories.items()))
            if len(self._stories) < STORIES_KEPT and now - told < DAY_SECONDS:
                break
            del self._stories[number]
            for hash in hashes:
                if holding := tuple(each for each in self._holding[hash] if each != number):
                    self._holding[hash] = holding
                else:
                    del self._holding[hash]
