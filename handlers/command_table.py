"""The console's commands, each made when it is asked for.

A service that starts needs one of twenty-odd commands, and the modules of the others are a fifth of a start.
So the front door has a table: a name, and where its command is. Asked for help, or for a name that is not
there, it makes them all.

Never here: what a command does.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

import typer
from typer.core import TyperGroup
from typer.main import get_group_from_info
from typer.models import TyperInfo

Place: TypeAlias = Callable[..., None] | str
"""A command's function, or where it is: "handlers.module:name", of a function or of a `typer.Typer`."""


class Table(Mapping[str, Any]):
    """Commands by name, in the order of the manual."""

    def __init__(self, places: Mapping[str, Place]) -> None:
        self._places = places
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        made = self._made.get(name)
        if made is None:
            made = self._made[name] = _made(name, self._places[name])
        return made

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def _made(name: str, place: Place) -> Any:
    """The command itself, as Typer makes it."""
    found: Any = place
    if isinstance(place, str):
        module, _, attribute = place.partition(":")
        found = getattr(importlib.import_module(module), attribute)
    if isinstance(found, typer.Typer):
        # As `Typer.add_typer` has it made.
        about = TyperInfo(found, name=name)
        return get_group_from_info(
            about, pretty_exceptions_short=True, rich_markup_mode=None, suggest_commands=True
        )
    alone = typer.Typer(add_completion=False, rich_markup_mode=None)
    alone.command(name)(found)
    return typer.main.get_command(alone)


def group_of(places: Mapping[str, Place]) -> type[TyperGroup]:
    """What `typer.Typer(cls=…)` takes, for a group of these commands."""

    class Group(TyperGroup):
        def __init__(self, **told: Any) -> None:
            super().__init__(**{**told, "commands": {}})
            self.commands = Table(places)  # type: ignore[assignment]  # a dict, of which nothing is written

    return Group
