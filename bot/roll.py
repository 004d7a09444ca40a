"""From sealed coded testimonies to a tally, in pieces: any number of them, in any order, by anybody.

A *sheet* is what a few testimonies come to: for each person who allows figures her sender tag and her profile
(the categories she is in, `bot.tally`), the first day of consent, and which could not be opened. The *roll*
takes sheets as they come. A person whose testimonies lie on several sheets is one person: her profiles are
united before anything is counted, so how the work was split changes nothing. `bot.tally.tally` is the
reference, and a test holds the roll to it.

Why not the dictionary of `tally`: a million people are 170 MB there and 24 MB here, side by side in bytes.
They are told apart by the first byte of their tag, and united 256 times a few.

Never here: processes, stores, what may be told of the counts.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import ClassVar, overload

from bot.age import Identity
from bot.errors import CannotOpen
from bot.opening import Expected, open_told
from bot.records import Record
from bot.tally import DESIGN, TAG_BYTES, Bits, Coded, Design, Tally, bits, counted, profile
from bot.testimony import CODED, read_coded

CASE_BYTES = 16


class Sealed(Record, frozen=True, array_like=True):
    """A coded testimony as it lies in the store: the case of its row, and its box."""

    case: bytes
    box: bytes

    hidden: ClassVar[frozenset[str]] = frozenset({"case", "box"})


class Sheet(Record, frozen=True, array_like=True):
    """What a few testimonies come to. Never leaves the desk.

    `people`: tag and profile side by side, `TAG_BYTES` and `profile_bytes(design)` each.
    `unopened`: places, in what was given, of those that are not what was sealed.
    `first_day`: the earliest day of consent, in days since 1970; None where nothing was opened.
    """

    people: bytes
    unopened: tuple[int, ...] = ()
    first_day: int | None = None

    hidden: ClassVar[frozenset[str]] = frozenset({"people", "unopened", "first_day"})


def profile_bytes(design: Design) -> int:
    return -(-sum(len(variable.categories) for variable in design.variables) // 8)


class Reader:
    """What is needed to open testimonies and to read them by a design. Holds the keys: no repr."""

    __slots__ = ("_identities", "_instance", "_table", "_width")

    def __init__(self, identities: Sequence[Identity], instance: bytes, design: Design = DESIGN) -> None:
        """`instance`: the INSTANCE key, without which nobody can have written a testimony."""
        self._identities = identities
        self._instance = instance
        self._table: Bits = bits(design)
        self._width = profile_bytes(design)

    def sheet(self, few: Iterable[Sealed]) -> Sheet:
        """Open a few. What cannot be opened, or was not written by this instance, is left out and named."""
        people = bytearray()
        unopened: list[int] = []
        days: list[int] = []
        for place, sealed in enumerate(few):
            found = self._opened(sealed)
            if found is None:
                unopened.append(place)
                continue
            told, day = found
            days.append(day)
            people += record(told, self._table, self._width)
        return Sheet(bytes(people), tuple(unopened), min(days, default=None))

    def _opened(self, sealed: Sealed) -> tuple[Coded, int] | None:
        """A testimony to be counted and its day of consent; None where it is not what was sealed."""
        try:
            opened = open_told(
                sealed.box, self._identities, Expected(case=sealed.case, item=CODED), self._instance
            )
            part = read_coded(opened.body)
        except CannotOpen:
            return None
        tag = opened.context.sender_tag
        if len(tag) != TAG_BYTES:
            return None
        return Coded(part.answers, part.share, tag, part.language), part.consented.day


def record(told: Coded, table: Bits, width: int) -> bytes:
    """One line of a sheet; nothing for who does not allow figures."""
    her = profile(told, table)
    return b"" if her is None else told.tag + her.to_bytes(width, "big")


class Roll:
    """Sheets on their way to a tally. Takes 24 bytes a testimony, and nothing else grows with them."""

    __slots__ = ("_design", "_drawers", "_line")

    def __init__(self, design: Design = DESIGN) -> None:
        self._design = design
        self._line = TAG_BYTES + profile_bytes(design)
        self._drawers = tuple(bytearray() for _ in range(256))

    def add(self, people: bytes) -> None:
        """The people of a sheet. Raises `ValueError` for what no sheet of this design holds."""
        line, drawers = self._line, self._drawers
        if len(people) % line:
            raise ValueError(f"a sheet holds lines of {line} bytes")
        for at in range(0, len(people), line):
            drawers[people[at]].extend(people[at : at + line])

    def tally(self) -> Tally:
        """As `bot.tally.tally` of all that is on the sheets. Some seconds for a million people."""
        return counted(self._design, (her for drawer in self._drawers for her in self._united(drawer)))

    def _united(self, drawer: bytearray) -> Iterable[int]:
        people: dict[bytes, int] = {}
        for at in range(0, len(drawer), self._line):
            tag = bytes(drawer[at : at + TAG_BYTES])
            her = int.from_bytes(drawer[at + TAG_BYTES : at + self._line], "big")
            people[tag] = people.get(tag, 0) | her
        return people.values()


class Cases(Sequence[bytes]):
    """Case ids, sorted, 16 bytes each and nothing more: a tuple of them takes five times as much."""

    __slots__ = ("_ids",)

    def __init__(self, ids: Iterable[bytes] = ()) -> None:
        """`ids`: of any order; where they come sorted, as a store gives them, no other copy is made."""
        joined = b"".join(ids)
        if len(joined) % CASE_BYTES:
            raise ValueError(f"a case id has {CASE_BYTES} bytes")
        self._ids = joined
        if any(one > other for one, other in pairwise(self)):
            self._ids = b"".join(sorted(self))

    def __len__(self) -> int:
        return len(self._ids) // CASE_BYTES

    @overload
    def __getitem__(self, place: int) -> bytes: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[bytes, ...]: ...
    def __getitem__(self, place: int | slice) -> bytes | tuple[bytes, ...]:
        if isinstance(place, slice):
            return tuple(self[each] for each in range(*place.indices(len(self))))
        at = range(len(self))[place] * CASE_BYTES
        return self._ids[at : at + CASE_BYTES]

    def __iter__(self) -> Iterator[bytes]:
        ids = self._ids
        return (ids[at : at + CASE_BYTES] for at in range(0, len(ids), CASE_BYTES))

    def __contains__(self, case: object) -> bool:
        if not isinstance(case, bytes):
            return False
        place = bisect_left(self, case)
        return place < len(self) and self[place] == case

    def __repr__(self) -> str:
        return f"Cases of {len(self)}"
