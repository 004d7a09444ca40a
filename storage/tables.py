"""Every table that both databases have, with its columns and its key: what is read and written row by row,
whatever keeps it.

Used where an instance is carried over (`storage.moving`) and where it is backed up (`storage.snapshot`).
Never here: what a column means (`storage.changes`), and what only one of the databases has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from storage.sqlite_writer import DRAFTS, MAIN


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    file: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    where: str = "TRUE"
    """Which of its rows."""

    # Names and words of the tables below and of `storage.snapshot`, no parameters: nothing to inject.

    @property
    def read(self) -> str:
        return f"SELECT {', '.join(self.columns)} {self._rows} ORDER BY {', '.join(self.key)}"

    @property
    def count(self) -> str:
        return f"SELECT count(*) {self._rows}"

    @property
    def _rows(self) -> str:
        return f"FROM {self.name} WHERE {self.where}"


def _table(file: str, name: str, keys: str, others: str) -> Table:
    key = tuple(keys.split())
    return Table(name, file, (*key, *others.split()), key)


TABLES: Final = (
    _table(
        MAIN, "testimony", "id", "state day decided_day claimed_by counted_in locator token_hash reply_key"
    ),
    _table(MAIN, "item", "testimony part", "epoch box"),
    _table(MAIN, "reply", "testimony number", "box"),
    _table(MAIN, "command", "number", "update_key box"),
    _table(MAIN, "member", "id", "lookup role route day name"),
    _table(MAIN, "invite", "code_hash", "role day name"),
    _table(MAIN, "ban", "tag", "day"),
    _table(MAIN, "asking", "what", "member day"),
    _table(MAIN, "audit", "number", "line chain"),
    _table(MAIN, "digest", "period", "day state sha256 frozen"),
    _table(MAIN, "rendition", "period language", "box"),
    _table(MAIN, "delivery", "period member", "state tries reason next_try"),
    _table(MAIN, "meta", "key", "value"),
    _table(DRAFTS, "person", "pseudonym", "day seen draft revision draft_day box"),
    _table(DRAFTS, "errand", "id", "mark box"),
)
"""In an order in which nothing refers to what is not there yet."""
