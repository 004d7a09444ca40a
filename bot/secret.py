"""Text that is used and never shown: tokens, passwords, urls that hold one.

Here: the one cover. Never here: what such a text must look like (the sisters of `bot.settings`).

Why a class: a string reaches a log through any repr around it. This one shows stars, and whoever wants what
is under them has to ask for it by a name that a review sees.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import final

_STARS = "*" * 10
"""As many for every secret: a length tells something too."""


@final
@dataclass(frozen=True, slots=True, repr=False)
class SecretStr:
    """A secret. False when it is empty."""

    _text: str = field()

    def __post_init__(self) -> None:
        if not isinstance(self._text, str):
            raise TypeError("a secret is text")

    def get_secret_value(self) -> str:
        """The text itself."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __str__(self) -> str:
        return _STARS if self else ""

    def __repr__(self) -> str:
        return f"SecretStr({str(self)!r})"
