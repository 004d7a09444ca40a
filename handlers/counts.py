"""What this process counts while it works: a few whole numbers that mean the same for everybody.

Here: the counters themselves, made for the path of a turn. A note is one addition in a table laid out
beforehand; all of a turn take 0.8 µs (`tests/test_metrics.py` holds them under a hundredth of it). What is
told of them, and in which steps, is decided in `handlers.metrics` and nowhere else.

Never here: who, where, what was said. A key that is not of its closed list is counted as the last of the
list, so nothing that comes from outside can become the name of anything.

Why not prometheus-client: it is well kept, but what a turn needs of it takes 3 µs where a turn has some 200
(each note waits for a lock, and there is one thread here), and loading it takes 80 ms of a start and 7 MiB:
for a format of text that `handlers.metrics` writes in thirty lines.

Why one set for the process: that is what is watched. Two instances in one process (tests) add up.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Sequence
from time import perf_counter
from typing import Generic, Literal, TypeVar, get_args

from bot import errors
from bot.errors import SeuilError

Key = TypeVar("Key", bound=Hashable)

ComesTo = Literal["ok", "gone", "limited", "refused", "broken", "cut"]
"""What a call came to. `gone`: a chat that takes no more, an ordinary end. `limited`: asked to slow down
(429). `broken`: a fault of theirs (5xx). `cut`: no answer."""

COMES_TO: tuple[ComesTo, ...] = get_args(ComesTo)

CHANNELS = ("telegram", "signal", "terminal", "other")

CALLS: dict[str, tuple[str, ...]] = {
    "telegram": ("getUpdates", "sendMessage", "deleteMessages", "answerCallbackQuery", "other"),
    "signal": ("send", "remoteDelete", "other"),
}
"""The calls that are told apart, by channel."""

FAULTS = (
    *sorted(
        name
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, SeuilError) and kind is not SeuilError
    ),
    "other",
)
"""Kinds of errors: ours by name, everybody else's together."""

LEVELS = ("WARNING", "ERROR", "CRITICAL")

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Upper bounds of the classes that durations are sorted into. A turn takes 0.2 ms to think and some to be
durable; a message that is not taken is given up after 60 s."""


class Count(Generic[Key]):
    """A number for each key of a closed list."""

    __slots__ = ("numbers", "other")

    def __init__(self, keys: Sequence[Key]) -> None:
        self.numbers = dict.fromkeys(keys, 0)
        self.other = keys[-1]

    def note(self, key: Key) -> None:
        """One more. A key that is not in the list is counted as the last of it."""
        try:
            self.numbers[key] += 1
        except KeyError:
            self.numbers[self.other] += 1


class Spread:
    """How durations spread: how many in each class of `SECONDS`, the last for longer ones; and their sum."""

    __slots__ = ("classes", "seconds")

    def __init__(self) -> None:
        self.classes = [0] * (len(SECONDS) + 1)
        self.seconds = 0.0

    def note(self, since: float) -> float:
        """Something that began at `since` (as `perf_counter` tells it) is over. When that is."""
        over = perf_counter()
        seconds = over - since
        self.classes[bisect_left(SECONDS, seconds)] += 1
        self.seconds += seconds
        return over


class Counts:
    """Everything that is counted."""

    __slots__ = (
        "again",
        "calls",
        "durable",
        "failed",
        "logged",
        "put_off",
        "retries",
        "shown",
        "too_fast",
        "turns",
        "updates",
    )

    def __init__(self) -> None:
        self.updates = Count(CHANNELS)
        self.turns = 0
        self.again = 0
        """Updates delivered again and answered again."""
        self.too_fast = 0
        """Of one person, more than may wait at once."""
        self.put_off = 0
        """People who were asked to begin, or to hand in, later."""
        self.failed = Count(FAULTS)
        self.durable = Spread()
        """From hearing to having it on the disk."""
        self.shown = Spread()
        """From there to the network's having taken the answer, or having been given up."""
        self.calls = Count(
            [(on, call, to) for on, calls in CALLS.items() for call in calls for to in COMES_TO]
        )
        self.retries = Count(CHANNELS)
        self.logged = Count(LEVELS)

    def call(self, channel: str, call: str, came_to: ComesTo) -> None:
        """A call was answered, or not."""
        try:
            self.calls.numbers[channel, call, came_to] += 1
        except KeyError:
            self.calls.note((channel, "other", came_to))


COUNTS = Counts()
"""This process's."""
