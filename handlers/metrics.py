"""What programs that watch are told, in the text format of Prometheus: one table, and its rounding.

Figures name nobody: every value of a label is of a closed list that stands in this program. But on a small
instance a figure can be a person. Where one witness writes today, "12 more messages at 14:03, one testimony
at 14:20" is written about her, to the minute, into a database that somebody keeps for weeks; the store itself
keeps no more than the day. Whoever sees her telephone, and this, knows what she did. So:

- what people do is told in whole steps of `STEP` acts, some ten testimonies: on a small instance it moves
  every other day, and in a wave nobody notices the steps;
- how many there are of something of theirs is told in whole tens, downwards;
- what goes wrong is told at once, because somebody must act; where it counts people, in tens, upwards;
- what the machine uses is rounded as coarsely: sealing one testimony takes a sixth of a second of processor
  and 64 MiB for as long;
- the page is made once a minute (`handlers.health`), however often it is asked for;
- nothing at all is told of testimonies handed in, withdrawn or erased, of receipts, of crisis words, of
  languages, countries or answers.

What is about the house and its partners (the desk's queue, digests, deliveries) is exact.

Never here: a label that comes from outside; a figure that is not in `METRICS`.
Format: Prometheus, "Exposition formats", text 0.0.4.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from bot import VERSION
from handlers.counts import CALLS, CHANNELS, COMES_TO, FAULTS, LEVELS, SECONDS, Counts, Spread
from handlers.intake import DAY_SECONDS
from handlers.vitals import OPEN_STATES, Kept, Vitals
from storage.changes import DeliveryState, DigestState

MEDIA = "text/plain; version=0.0.4; charset=utf-8"

STEP = 300
"""Acts of people that are told together. A testimony takes some thirty turns, and no cell of a digest holds
fewer than ten people."""

TENS = 10

CPU_SECONDS = 10
"""Steps in which used processor time is told: some sixty testimonies."""

MEMORY_BYTES = 16 * 1024 * 1024
DISK_BYTES = 64 * 1024 * 1024
FILES = 16
LATE_SECONDS = 0.01

Kind = Literal["counter", "gauge", "histogram"]
Values = Iterable[tuple[tuple[str, ...], float]]

DIGESTS: tuple[DigestState, ...] = get_args(DigestState)
DELIVERIES: tuple[DeliveryState, ...] = get_args(DeliveryState)
KEEPERS = ("sqlite", "postgres", "memory", "other")

ORDINARY = frozenset({"deleteMessages", "remoteDelete", "answerCallbackQuery"})
"""Calls that are refused in the ordinary course of things: a message too old to delete says that somebody
erased, and when."""


class Told:
    """A spread as it is told: as it stood when it had last passed a whole step."""

    def __init__(self) -> None:
        self.classes = (0,) * (len(SECONDS) + 1)
        """Cumulative, in whole steps."""
        self.seconds = 0.0

    def look(self, spread: Spread) -> None:
        if down(sum(spread.classes), STEP) == self.classes[-1]:
            return
        count, classes = 0, []
        for each in spread.classes:
            count += each
            classes.append(down(count, STEP))
        self.classes, self.seconds = tuple(classes), round(spread.seconds, 3)


class Page:
    """The pages of one process, one after the other."""

    def __init__(self, counts: Counts) -> None:
        self.counts = counts
        self.durable = Told()
        self.shown = Told()
        self.memory = 0
        """Bytes, of the last two looks the lesser: one receipt's 64 MiB are seen by one look at most."""
        self._memory_seen: int | None = None

    def text(self, vitals: Vitals, *, is_ready: bool) -> str:
        self.durable.look(self.counts.durable)
        self.shown.look(self.counts.shown)
        memory = vitals.process.memory_bytes or 0
        before = memory if self._memory_seen is None else self._memory_seen
        self.memory, self._memory_seen = min(memory, before), memory
        seen = Seen(self, self.counts, vitals, is_ready)
        return "".join(line for metric in METRICS for line in _lines(metric, seen))


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page is made of."""

    page: Page
    counts: Counts
    vitals: Vitals
    is_ready: bool


@dataclass(frozen=True, slots=True)
class Metric:
    """One family of figures. `labels`: each with all the values it can have."""

    name: str
    kind: Kind
    help: str
    read: Callable[[Seen], Values] = field(repr=False)
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def down(count: float, step: int) -> int:
    return int(count // step * step)


def up(count: float, step: int) -> int:
    return int(-(-count // step) * step)


# --- reading ------------------------------------------------------------------------------------------------


def _one(read: Callable[[Seen], float | None]) -> Callable[[Seen], Values]:
    """A figure without labels; none where there is none."""

    def values(seen: Seen) -> Values:
        value = read(seen)
        return () if value is None else (((), value),)

    return values


def _acts(read: Callable[[Counts], int]) -> Callable[[Seen], Values]:
    return _one(lambda seen: down(read(seen.counts), STEP))


def _of_kept(read: Callable[[Kept], float]) -> Callable[[Seen], Values]:
    """What only a store that answers can tell."""
    return _one(lambda seen: None if seen.vitals.kept is None else read(seen.vitals.kept))


def _by_state(
    states: tuple[str, ...], read: Callable[[Kept], Mapping[str, int]], step: int = 1
) -> Callable[[Seen], Values]:
    def values(seen: Seen) -> Values:
        kept = seen.vitals.kept
        return () if kept is None else [((state,), down(read(kept).get(state, 0), step)) for state in states]

    return values


def _calls(seen: Seen) -> Values:
    for key, count in seen.counts.calls.numbers.items():
        _, call, came_to = key
        is_fault = came_to in ("limited", "broken", "cut") or (came_to == "refused" and call not in ORDINARY)
        yield key, count if is_fault else down(count, STEP)


def _written(read: str) -> Callable[[Seen], Values]:
    def value(seen: Seen) -> int | None:
        written = seen.vitals.written
        return None if written is None else down(getattr(written, read), STEP)

    return _one(value)


def _doors(seen: Seen) -> Values:
    for door, is_listening in seen.vitals.doors:
        yield (door.name if door.name in CHANNELS else CHANNELS[-1],), int(is_listening)


def _signal_version(seen: Seen) -> float | None:
    """A version as a number, since as a label it would be words from outside: 0.13.19 is 13019."""
    for door, _ in seen.vitals.doors:
        numbers = [int(number) for number in re.findall(r"\d{1,3}", door.version())[:3]]
        if door.name == "signal" and len(numbers) == 3:
            major, minor, patch = numbers
            return major * 1_000_000 + minor * 1_000 + patch
    return None


def _spread(read: Callable[[Page], Told]) -> Callable[[Seen], Values]:
    def values(seen: Seen) -> Values:
        told = read(seen.page)
        for bound, count in zip((*SECONDS, "+Inf"), told.classes, strict=True):
            yield ("_bucket", str(bound)), count
        yield ("_sum",), told.seconds
        yield ("_count",), told.classes[-1]

    return values


def _keeper(seen: Seen) -> Values:
    keeper = seen.vitals.keeper
    return (((VERSION, keeper if keeper in KEEPERS else KEEPERS[-1]), 1),)


# --- the table ----------------------------------------------------------------------------------------------


def counter(name: str, help: str, read: Callable[[Seen], Values], **labels: tuple[str, ...]) -> Metric:
    return Metric(name, "counter", help, read, labels)


def gauge(name: str, help: str, read: Callable[[Seen], Values], **labels: tuple[str, ...]) -> Metric:
    return Metric(name, "gauge", help, read, labels)


_CALLED = tuple(dict.fromkeys(call for calls in CALLS.values() for call in calls))

METRICS: tuple[Metric, ...] = (
    # is all well
    gauge("seuil_info", "Version, and which store it runs on. Always 1.", _keeper,
          version=(VERSION,), store=KEEPERS),
    gauge("seuil_ready", "1 where people are heard and the store answers.",
          _one(lambda s: int(s.is_ready))),
    gauge("seuil_store_up", "1 where the store answers.",
          _one(lambda s: int(s.vitals.kept is not None))),
    gauge("seuil_store_seconds", "How long one look-up in the store took.",
          _of_kept(lambda kept: round(kept.seconds, 3))),
    gauge("seuil_channel_listening", "1 where people are heard through this channel.", _doors,
          channel=CHANNELS),
    gauge("seuil_signal_version", "signal-cli's version: 0.13.19 is 13019.", _one(_signal_version)),
    gauge("seuil_loop_late_seconds", "How late the loop was at worst since the last page.",
          _one(lambda s: round(round(s.vitals.late_seconds / LATE_SECONDS) * LATE_SECONDS, 2))),
    # what goes wrong
    counter("seuil_turns_failed_total", "Turns that failed: nothing was kept, and she was told so.",
            lambda s: [((k,), n) for k, n in s.counts.failed.numbers.items()], kind=FAULTS),
    counter("seuil_log_lines_total", "Lines of the log from WARNING on.",
            lambda s: [((k,), n) for k, n in s.counts.logged.numbers.items()], level=LEVELS),
    counter("seuil_retries_total", "Messages that were tried again.",
            lambda s: [((k,), n) for k, n in s.counts.retries.numbers.items()], channel=CHANNELS),
    gauge("seuil_answers_unreached", "People whom the network did not take an answer for, in tens upwards.",
          _one(lambda s: up(s.vitals.unreached, TENS))),
    gauge("seuil_crowded", "1 where who would begin, on some network, is asked to come back.",
          _one(lambda s: int(s.vitals.load.is_high))),
    # what people do, in steps
    counter("seuil_updates_total", "Updates received, in steps of 300.",
            lambda s: [((k,), down(n, STEP)) for k, n in s.counts.updates.numbers.items()], channel=CHANNELS),
    counter("seuil_updates_again_total", "Of these, delivered again, in steps of 300.",
            _acts(lambda c: c.again)),
    counter("seuil_turns_total", "Turns of witnesses, in steps of 300.", _acts(lambda c: c.turns)),
    counter("seuil_turns_too_fast_total", "Messages of one person beyond sixty that wait, in steps of 300.",
            _acts(lambda c: c.too_fast)),
    counter("seuil_put_off_total", "Times people were asked to begin, or to hand in, later, in steps of 300.",
            _acts(lambda c: c.put_off)),
    Metric("seuil_turn_durable_seconds", "histogram", "From hearing to durable, in steps of 300.",
           _spread(lambda page: page.durable)),
    Metric("seuil_turn_shown_seconds", "histogram", "From durable to shown or given up, in steps of 300.",
           _spread(lambda page: page.shown)),
    counter("seuil_calls_total", "Calls of a network by what they came to; what is no fault in steps of 300.",
            _calls, channel=tuple(CALLS), call=_CALLED, came_to=COMES_TO),
    counter("seuil_store_changes_total", "Changes made durable, in steps of 300.", _written("changes")),
    counter("seuil_store_commits_total", "Times some were made durable together, in steps of 300.",
            _written("commits")),
    # what there is, in tens
    gauge("seuil_speaking", "People whose turn is being worked on, in tens downwards.",
          _one(lambda s: down(s.vitals.speaking, TENS))),
    gauge("seuil_in_flight", "Turns whose answer the network did not take yet, in tens downwards.",
          _one(lambda s: down(s.vitals.load.in_flight, TENS))),
    gauge("seuil_handing_in", "Receipts that are being made or tried, or wait for it, in tens downwards.",
          _one(lambda s: down(s.vitals.load.handing_in, TENS))),
    gauge("seuil_drafts_open", "Open drafts, in tens downwards.",
          _of_kept(lambda kept: down(kept.drafts, TENS))),
    gauge("seuil_cases", "Cases somebody has still to look at, in tens downwards.",
          _by_state(OPEN_STATES, lambda kept: kept.cases, TENS), state=OPEN_STATES),
    gauge("seuil_oldest_waiting_seconds", "Since the oldest waiting case came, in whole days.",
          _of_kept(lambda kept: kept.oldest_days * DAY_SECONDS)),
    gauge("seuil_errands", "Answers, deletions and lines of the journal still to be done, in tens downwards.",
          _of_kept(lambda kept: down(kept.errands, TENS))),
    # the house
    gauge("seuil_desk_open", "1 where the desk is open.", _one(lambda s: int(s.vitals.is_desk_open))),
    gauge("seuil_desk_commands", "Commands in the desk's queue, 1000 at most.",
          _of_kept(lambda kept: kept.commands)),
    gauge("seuil_digest_held_up", "1 where a digest is due and the desk is locked.",
          _of_kept(lambda kept: int(kept.is_digest_held_up))),
    gauge("seuil_digests", "Digests, by state.",
          _by_state(DIGESTS, lambda kept: kept.digests), state=DIGESTS),
    gauge("seuil_deliveries", "Deliveries to partners, by state.",
          _by_state(DELIVERIES, lambda kept: kept.deliveries), state=DELIVERIES),
    # the machine
    gauge("seuil_disk_free_bytes", "Free on the disk of the data folder, in steps of 64 MiB.",
          _one(lambda s: down(s.vitals.free_bytes, DISK_BYTES))),
    gauge("seuil_disk_bytes", "Size of that disk.", _one(lambda s: s.vitals.disk_bytes)),
    gauge("process_start_time_seconds", "When the process began, in whole minutes since 1970.",
          _one(lambda s: down(s.vitals.process.started, 60))),
    counter("process_cpu_seconds_total", "Processor time, in steps of 10 s.",
            _one(lambda s: down(s.vitals.process.cpu_seconds, CPU_SECONDS))),
    gauge("process_resident_memory_bytes", "Memory, the lesser of two looks, in steps of 16 MiB.",
          _one(lambda s: down(s.page.memory, MEMORY_BYTES) if s.page.memory else None)),
    gauge("process_open_fds", "Open files and connections, in steps of 16.",
          _one(lambda s: None if s.vitals.process.files is None else up(s.vitals.process.files, FILES))),
    gauge("process_max_fds", "How many there may be.", _one(lambda s: s.vitals.process.most_files)),
)  # fmt: skip
"""Every figure there is."""


# --- writing ------------------------------------------------------------------------------------------------


def _lines(metric: Metric, seen: Seen) -> Iterator[str]:
    yield f"# HELP {metric.name} {metric.help}\n# TYPE {metric.name} {metric.kind}\n"
    for values, number in metric.read(seen):
        yield f"{metric.name}{_labelled(metric, values)} {number!r}\n"


def _labelled(metric: Metric, values: tuple[str, ...]) -> str:
    if metric.kind == "histogram":
        suffix, *bound = values
        return f'{suffix}{{le="{bound[0]}"}}' if bound else suffix
    told = ",".join(f'{label}="{value}"' for label, value in zip(metric.labels, values, strict=True))
    return f"{{{told}}}" if told else ""
