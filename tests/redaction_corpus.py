"""Reads the corpus under `tests/corpus/redaction`: what must not survive, and what must be left alone.

Every text was written for this project and every person in it is invented; telephone numbers come from ranges
that their regulators keep for fiction wherever there are such ranges.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.normal import clean
from bot.redaction import Kind, redact

CORPUS = Path(__file__).parent / "corpus" / "redaction"
STRUCTURED = frozenset(Kind) - {Kind.NAME, Kind.COMPANY, Kind.RECEIPT}
"""Kinds with a shape of their own, of which 99 in 100 must be found; names and companies have none."""

_SECRET = re.compile(r"⟦(.*?)⟧", re.DOTALL)
_PLACEHOLDER = re.compile(r"\[[^\]]*\]")


@dataclass(frozen=True, slots=True)
class Case:
    """`kind` is None when the text must come out as it went in."""

    file: str
    kind: Kind | None
    language: str
    text: str
    secrets: tuple[str, ...]

    def survivors(self) -> list[str]:
        """What still points at somebody: a whole secret, or two digits or four letters of one in a row."""
        kept = _PLACEHOLDER.sub("", redact(self.text, language=self.language).text)
        parts = [p for s in self.secrets for p in (clean(s), *re.findall(r"\d{2,}|[^\W\d_]{4,}", clean(s)))]
        return [part for part in parts if part in kept]


def cases(pattern: str = "*.txt") -> Iterator[Case]:
    """All cases of the files that match, in order."""
    for path in sorted(CORPUS.glob(pattern)):
        for line in path.read_text("utf-8").split("\n"):
            if line and not line.startswith("#"):
                yield _read(path.stem, line.replace("\\n", "\n"))


def _read(file: str, line: str) -> Case:
    if file.startswith("unchanged"):
        return Case(file, None, file.rpartition("_")[2], line, ())
    kind, language, marked = line.split("\t", 2)
    secrets = tuple(_SECRET.findall(marked))
    return Case(file, Kind(kind), language, marked.replace("⟦", "").replace("⟧", ""), secrets)
