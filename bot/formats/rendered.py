"""What a format gives back, and what it needs: words. Never here: any format, any sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class HelpSource:
    """A help line in one language, and where what is told of it was read.

    `date` of the source as precise as it is known: "2022", "2022-03" or "2022-03-18", or empty.
    """

    number: str
    who: str
    hours: str
    cost: str
    source: str
    date: str


class Says(Protocol):
    """One language. A key is `message` or `message.attribute`; `locales.Words` keeps this promise."""

    @property
    def language(self) -> str: ...

    def say(self, key: str, **args: str | int) -> str: ...

    def help_sources(self) -> tuple[HelpSource, ...]: ...


@dataclass(frozen=True, slots=True)
class File:
    """Something to attach or to put in a folder. `alt`: of a picture, the same in words."""

    name: str
    media: str
    body: bytes
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """Messages for a chat, files for everything else: a format gives either, or both."""

    messages: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
