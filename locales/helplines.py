"""Help lines by country: data with, for each, its source and the date of that source.

Nothing here was checked against the live web, so nothing here says that it was: an operator verifies each
line before opening and records it elsewhere. The words around a line are in `talk.ftl`; only what belongs to
the line itself (for whom, when, at what cost) is written beside it, in each language.

Never here: today's date. Whether a source is stale is asked with a date.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from bot.errors import WordsError
from bot.rights import STALE_MONTHS, is_stale

HERE: Final = Path(__file__).parent / "help"
KINDS: Final = ("danger", "talk", "sexual", "digital", "minor", "suicide", "rights", "care")
_TEXTS: Final = ("who", "hours", "cost")
_OPTIONAL: Final = {"to_verify": "", "anonymous": "unknown", "languages": []}
_FIELDS: Final = ("id", "number", "channels", "kinds", *_TEXTS, "source", "source_date")


@dataclass(frozen=True, slots=True)
class HelpLine:
    """One line. `number` is what to dial, write to or open. Texts are by language, French always there."""

    country: str
    id: str
    number: str
    channels: tuple[str, ...]
    kinds: tuple[str, ...]
    who: Mapping[str, str] = field(hash=False)
    hours: Mapping[str, str] = field(hash=False)
    cost: Mapping[str, str] = field(hash=False)
    anonymous: bool | None
    """None: not known from the source."""
    languages: tuple[str, ...]
    source: str
    source_date: str
    """As precise as known: "2022", "2022-03" or "2022-03-18"; empty where no source was seen."""
    to_verify: str
    """What is doubtful, for the operator; empty where nothing is beyond the age of the source."""

    def text(self, which: str, language: str) -> str:
        """`who`, `hours` or `cost` in a language, else in French."""
        texts: Mapping[str, str] = {"who": self.who, "hours": self.hours, "cost": self.cost}[which]
        return texts.get(language, texts["fr"])

    def stale(self, today: date, months: int = STALE_MONTHS) -> bool:
        """True where the source is older than `months` or undated. A vague date counts from its start."""
        return is_stale(self.source_date, today, months)


def help_lines(country: str, *kinds: str) -> tuple[HelpLine, ...]:
    """The lines of a country (such as "FR") that serve any of `kinds`, in order; all where none is named.

    A country without a file has no lines: what to say then is `help-no-country`.
    """
    lines = _all().get(country.upper(), ())
    return tuple(line for line in lines if not kinds or any(kind in line.kinds for kind in kinds))


def every_help_line() -> tuple[HelpLine, ...]:
    """All of them, for the operator's list."""
    return tuple(line for lines in _all().values() for line in lines)


def countries() -> tuple[str, ...]:
    """The countries that have lines, France first."""
    return tuple(_all())


@cache
def _all() -> Mapping[str, tuple[HelpLine, ...]]:
    files = sorted(HERE.glob("*.toml"), key=lambda file: (file.stem != "FR", file.stem))
    if not files:
        raise WordsError(f"{HERE} holds no help lines.", hint="Restore locales/help from the project.")
    return {file.stem: read(file) for file in files}


def read(file: Path) -> tuple[HelpLine, ...]:
    """The lines of one file. Raises `WordsError` naming the file and what is wrong in it."""
    try:
        rows = tomllib.loads(file.read_text("utf-8"))["line"]
    except OSError as error:
        raise WordsError(
            f"{file} cannot be read: {error.strerror}.", hint="Restore it from the project."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WordsError(f"{file} is not TOML: {error}.", hint="Mend the line that is named.") from None
    except KeyError:
        raise WordsError(f"{file} has no [[line]].", hint="A help line starts with `[[line]]`.") from None
    return tuple(_line(file, number, row) for number, row in enumerate(rows, start=1))


def _is_words(told: object) -> bool:
    return isinstance(told, dict) and all(isinstance(text, str) for text in told.values())


def _wrong(file: Path, number: int, faults: list[str]) -> WordsError:
    return WordsError(
        f"{file}, line entry {number}: {', '.join(faults)}.",
        hint="Compare it with the first [[line]] of locales/help/FR.toml.",
    )


def _line(file: Path, number: int, row: Mapping[str, Any]) -> HelpLine:
    faults = [f"no {name}" for name in _FIELDS if name not in row]
    faults += [f"unknown {name}" for name in row if name not in (*_FIELDS, *_OPTIONAL)]
    if not faults:
        faults += [
            f"no {name}.fr" for name in _TEXTS if isinstance(row[name], dict) and "fr" not in row[name]
        ]
    faults += [f"{name} is no table of words by language" for name in _TEXTS if not _is_words(row.get(name))]
    faults += [
        f"{name} is no text"
        for name in ("id", "number", "source", "source_date")
        if not isinstance(row.get(name), str)
    ]
    if faults:
        raise _wrong(file, number, faults)
    faults += [f"kind {kind!r}" for kind in row.get("kinds", ()) if kind not in KINDS]
    if faults:
        raise _wrong(file, number, faults)
    row = {**_OPTIONAL, **row}
    return HelpLine(
        country=file.stem,
        id=row["id"],
        number=row["number"],
        channels=tuple(row["channels"]),
        kinds=tuple(row["kinds"]),
        who=row["who"],
        hours=row["hours"],
        cost=row["cost"],
        anonymous=None if row["anonymous"] == "unknown" else bool(row["anonymous"]),
        languages=tuple(row["languages"]),
        source=row["source"],
        source_date=row["source_date"],
        to_verify=row["to_verify"],
    )
