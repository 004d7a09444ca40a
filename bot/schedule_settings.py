"""What an operator may write about time: when a period may close, and in which time zone.

Here: the five columns of a crontab, read as narrowly as both crontab and APScheduler agree on. Never here:
ringing (`handlers.clock`), or any part of a value in a fault.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Sequence

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CRON_NAMES = ((), (), (), _MONTHS, _DAYS)
_CRON_LIMITS = ((0, 59), (0, 23), (1, 31), (1, 12), None)
"""Minute, hour, day of month, month, day of week. Days of the week go by name only: crontab counts from
Sunday, APScheduler from Monday, and a digest sent on the wrong day is not noticed for a month."""


def known_zone(name: str) -> str:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("unknown zone") from None
    return name


def cron(text: str) -> str:
    columns = text.split()
    if len(columns) != len(_CRON_LIMITS):
        raise ValueError("five columns")
    for column, names, limits in zip(columns, _CRON_NAMES, _CRON_LIMITS, strict=True):
        if not all(_cron_part_holds(part, names, limits) for part in column.split(",")):
            raise ValueError("a column that says nothing")
    return " ".join(columns)


def _cron_part_holds(part: str, names: Sequence[str], limits: tuple[int, int] | None) -> bool:
    span, _, step = part.partition("/")
    if "/" in part and not (step.isascii() and step.isdigit() and int(step) > 0):
        return False
    if span == "*":
        return True
    ends = span.lower().split("-")
    if len(ends) > 2:
        return False
    if all(end in names for end in ends):
        numbers = [names.index(end) for end in ends]
        return numbers == sorted(numbers)
    if limits is None or not all(end.isascii() and end.isdigit() for end in ends):
        return False
    numbers = [int(end) for end in ends]
    return limits[0] <= numbers[0] <= numbers[-1] <= limits[1]
