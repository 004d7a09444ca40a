"""`python -m bot status`: how the running instance is, in lines for whoever sits at the console.

Here: the words of it, from `handlers.vitals`. They go over the console's socket, which only the owner of the
folder can open: so counts are exact, apart from how many write at this moment, which is nobody's business.

Never here: who, where, what was told. Nothing is written to a log.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from bot import VERSION
from handlers.console import Answer, Request
from handlers.metrics import TENS, down
from handlers.pressure import Load
from handlers.vitals import MOST_COMMANDS, Door, Kept, Process, Vitals, Watched, vitals

LITTLE_SPACE = 1024**3
"""Bytes free on the disk under which that is said to be little. A testimony takes some 16 KiB."""

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def telling(watched: Watched, doors: Callable[[], Sequence[Door]], port: str = "") -> Request:
    """What the console's line answers to `status`. `port`: the setting SEUIL_METRICS."""

    async def status(_: str) -> Answer:
        seen = await vitals(watched, doors())
        return {"said": "\n".join(lines(seen, port, time.time()))}

    return status


def lines(seen: Vitals, port: str, now: float) -> Iterator[str]:
    """One subject a line, the word for it first."""
    yield _line("Seuil", f"{VERSION}, Python {platform.python_version()}")
    yield _line("runs", _runs(seen.process, now))
    for door, is_listening in seen.doors:
        if not door.hears:
            yield _line("part", door.how)
            continue
        yield _line(door.name, f"{door.how}, {'people are heard' if is_listening else 'nobody is heard'}")
    if not seen.doors:
        yield _line("channels", "none is open yet")
    yield _line("desk", "open" if seen.is_desk_open else "locked (python -m bot unlock)")
    yield _line("store", _store(seen))
    yield _line("disk", _disk(seen))
    yield _line("crowd", _crowd(seen.load))
    if seen.kept is not None:
        yield from _kept(seen.kept, seen.unreached)
    yield _line("watched at", port or "no port (SEUIL_METRICS is empty)")


def _line(name: str, told: str) -> str:
    return f"{name:<12}{told}"


def _runs(process: Process, now: float) -> str:
    since = datetime.fromtimestamp(process.started, UTC).strftime("%Y-%m-%d %H:%M UTC")
    told = [f"since {since} ({_for(now - process.started)}), process {process.pid}"]
    if process.memory_bytes is not None:
        told.append(f"{_size(process.memory_bytes)} of memory, {process.files} open files")
    return ", ".join(told)


def _store(seen: Vitals) -> str:
    if seen.kept is None:
        return f"{seen.keeper}, does not answer: look at the log"
    return f"{seen.keeper}, answers in {seen.kept.seconds * 1000:.1f} ms"


def _disk(seen: Vitals) -> str:
    told = f"{_size(seen.free_bytes)} free of {_size(seen.disk_bytes)}"
    return told if seen.free_bytes >= LITTLE_SPACE else f"{told}: that is little, make room"


def _crowd(load: Load) -> str:
    many, handing_in = down(load.in_flight, TENS), down(load.handing_in, TENS)
    told = f"{many} or more are being answered" if many else "fewer than ten are being answered"
    told += f", {handing_in} or more wait to hand in" if handing_in else ""
    return f"{told}; who would begin is asked to come back later" if load.is_high else told


def _kept(kept: Kept, unreached: int) -> Iterator[str]:
    drafts = down(kept.drafts, TENS)
    yield _line("drafts", f"{drafts} or more are open" if drafts else "fewer than ten are open")
    cases = ", ".join(f"{kept.cases.get(state, 0)} {told}" for state, told in _CASES.items())
    oldest = f" (the oldest for {_days(kept.oldest_days)})" if kept.cases.get("waiting") else ""
    yield _line("to read", cases.replace(" waiting", f" waiting{oldest}"))
    if unreached:
        yield _line("not shown", f"{unreached} answers: the network did not take them; they are tried again")
    if kept.commands:
        more = " or more" if kept.commands >= MOST_COMMANDS else ""
        yield _line("commands", f"{kept.commands}{more} wait for the desk")
    yield _line("digests", _told(kept.digests, _DIGESTS))
    yield _line("deliveries", _told(kept.deliveries, _DELIVERIES))
    if kept.is_digest_held_up:
        yield _line("", "a digest is due and waits for the desk to be opened")


_CASES = {"waiting": "waiting", "claimed": "being read", "escalated": "escalated", "quarantined": "apart"}
_DIGESTS = {"frozen": "not approved yet", "held": "held", "approved": "approved"}
_DELIVERIES = {"due": "to send", "failed": "failed, tried again", "sent": "sent", "given-up": "given up"}


def _told(counts: Mapping[str, int], names: Mapping[str, str]) -> str:
    told = [f"{counts[state]} {name}" for state, name in names.items() if counts.get(state)]
    return ", ".join(told) or "none"


def _size(count: int) -> str:
    """1536 -> 1.5 KiB."""
    size, unit = float(count), 0
    while size >= 1024 and unit < len(_UNITS) - 1:
        size, unit = size / 1024, unit + 1
    return f"{size:.1f} {_UNITS[unit]}" if unit else f"{count} B"


def _for(seconds: float) -> str:
    minutes = int(seconds // 60)
    days, hours = divmod(minutes // 60, 24)
    if days:
        return f"{_days(days)}, {hours} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"
