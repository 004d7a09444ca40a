"""What a format gives back, and what it needs: words. Never here: any format, any sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Says(Protocol):
    """One language. A key is `message` or `message.attribute`; `locales.Words` keeps this promise."""

    @property
    def language(self) -> str: ...

    def say(self, key: str, **args: str | int) -> str: ...


@dataclass(frozen=True, slots=True)
class File:
    """Something to attach or to put in a folder."""

    name: str
    media: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Rendered:
    """Messages for a chat, files for everything else: a format gives either, or both."""

    messages: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
