"""HTML from Python: elements whose text is escaped, always, because its type says what it is.

A plain `str` is text and is escaped where it enters an element; `Markup` is what an element gives back, and
enters another as it is. So text that looks like markup (a quote with `<script>` in it) stays text without
anybody remembering to escape it. Never here: any sentence, any layout.

Why not a template engine: a page is one function of a digest, and its tables are loops with a shape of
their own. A second language to write them in would be one more thing to read and to trust with escaping.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final

_CONTROLS: Final = dict.fromkeys(
    (code for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n"), "\ufffd"
)
"""Characters that HTML forbids and that browsers guess about; they are shown as what they are, unreadable."""


class Markup(str):
    """Markup that is well-formed and escaped. Made by `element` and `joined`; by hand only from constants."""

    __slots__ = ()


def text(told: str) -> Markup:
    """Text as it must be written to be read as text, inside an element or an attribute."""
    return told if isinstance(told, Markup) else Markup(escape(told.translate(_CONTROLS)))


def joined(pieces: Iterable[str]) -> Markup:
    return Markup("".join(map(text, pieces)))


def element(name: str, /, *inside: str, **attributes: str | int | None) -> Markup:
    """`element("p", "R&D", class_="note")` is `<p class="note">R&amp;D</p>`.

    An attribute's underscores are hyphens; one at its end only keeps Python happy. None leaves it out.
    """
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{text(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name == "meta":  # without an end; the others of this kind we do not use
        return Markup(f"<meta{told}>")
    return Markup(f"<{name}{told}>{joined(inside)}</{name}>")
