"""Typesetting: the one place that calls Typst. A template of this folder and data in, a PDF or pictures out.

The same template and data give the same bytes, on any day and machine: no date is written, no typeface of
the machine is used (Source Sans 3 is a pinned package, the rest is in the Typst wheel), nothing is fetched.

Data reach a template as one JSON text, read by `json`, so a hash, a dollar or a backslash in a quote is a
sign like any other: nothing said is ever pasted into markup. Never here: what is in a digest, layouts (the
`.typ` files), sentences.

Signs that no typeface at hand can draw (emoji, many scripts) would be refused by PDF/UA, rightly: nobody
could read them. The template draws an empty box for them, whose alternative text is the sign itself, so that
a screen reader says it. `DRAWN` tells which need none; invisible signs that turn the direction of what
follows, or control a terminal, are left out: a quote must not rearrange the sentence after it.

Why Typst: one wheel, no system library, no browser, and it refuses to write a PDF/UA that is none.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final, Literal

import typst

from bot.errors import FormatError

FAMILY: Final = "Source Sans 3"
"""The typeface of everything set here. SIL Open Font License 1.1."""

_FACES: Final = "fontpkg_source_sans_3"
"""The package that holds it: one file upright, one italic, so no folder order chooses between two."""

TEMPLATES: Final = Path(str(resources.files("bot.formats")))

DRAWN: Final = (
    (0x20, 0x7E), (0xA0, 0xAC), (0xAE, 0x2FF), (0x384, 0x38A), (0x38E, 0x3A1), (0x3A3, 0x3FF), (0x400, 0x482),
    (0x48A, 0x4FF), (0x5D0, 0x5EA), (0x60C, 0x60C), (0x61B, 0x61B), (0x61F, 0x61F), (0x621, 0x63A),
    (0x640, 0x64A), (0x660, 0x669), (0x1E00, 0x1EFF), (0x2002, 0x200A), (0x2010, 0x2027), (0x202F, 0x203A),
    (0x20A0, 0x20BF), (0x2190, 0x2193), (0x2212, 0x2212), (0x2260, 0x2260), (0x2264, 0x2265),
)  # fmt: skip
"""First and last code points of what the typefaces draw by themselves, sign by sign (a test sets them all).
No combining marks: an accent that NFC cannot join to its letter may find no typeface for both."""

_UNDRAWN: Final = (
    "[^\\n\\x{200b}\\x{2060}" + "".join(f"\\x{{{first:x}}}-\\x{{{last:x}}}" for first, last in DRAWN) + "]+"
)
"""What is not in `DRAWN`, as Typst writes regular expressions. Typst puts U+2060 in contents,
`house.typ` U+200B in long words."""

_LINE_ENDS: Final = re.compile("\r\n?|[\v\f\u0085\u2028\u2029]")

Data = Mapping[str, object]
Form = Literal["pdf", "png"]


def pdf(template: str, data: Data, *, folder: Path = TEMPLATES) -> bytes:
    """A tagged PDF that claims PDF/UA-1, which Typst writes only where it holds.

    Raises `FormatError` for a template that is broken or missing, telling the place, never what was set.
    """
    (body,) = _set(template, data, folder, "pdf", None)
    return body


def pictures(template: str, data: Data, *, dots: float, folder: Path = TEMPLATES) -> tuple[bytes, ...]:
    """The pages as PNG, `dots` per inch. Raises as `pdf` does."""
    return _set(template, data, folder, "png", dots)


def _set(template: str, data: Data, folder: Path, form: Form, dots: float | None) -> tuple[bytes, ...]:
    told = json.dumps(_readable(data), ensure_ascii=False)
    try:
        made = typst.compile(
            folder / template,
            root=folder,
            font_paths=_faces(),
            ignore_system_fonts=True,
            format=form,
            ppi=dots,
            sys_inputs={"data": told, "family": FAMILY, "undrawn": _UNDRAWN},
            pdf_standards=["ua-1"] if form == "pdf" else [],
        )
    except typst.TypstError as error:
        broken = _broken(template, error.diagnostic)
    except (RuntimeError, OSError, ValueError):
        broken = _broken(template, "")
    else:
        return (made,) if isinstance(made, bytes) else tuple(made)
    raise broken  # outside, so that Typst's own words do not travel along as its context


@cache
def _faces() -> typst.Fonts:
    """Read once: opening typefaces costs as much as setting a page. Raises `FormatError` where it is missing:
    in another typeface the same digest would be other bytes."""
    try:
        folder = str(resources.files(_FACES) / "files")
    except ModuleNotFoundError:
        raise FormatError(
            "A digest could not be typeset: its typeface is not installed.",
            hint="Build .venv again from requirements.lock (make clean, then make run). The digest is safe.",
        ) from None
    return typst.Fonts(include_system_fonts=False, font_paths=[folder])


def _broken(template: str, diagnostic: str) -> FormatError:
    """Only the place is told: Typst quotes what it could not set, and that may be a witness's words."""
    place = re.search(r"([\w-]+\.typ):(\d+):(\d+)", diagnostic)
    where = f"{place[1]}, line {place[2]}, column {place[3]}" if place else template
    return FormatError(
        f"A digest could not be typeset: {where} is broken or missing.",
        hint="Restore bot/formats from the project. The digest is safe, and is tried again.",
    )


def _readable(told: object) -> object:
    """`told` with every text in it as it can be set."""
    match told:
        case str():
            return readable(told)
        case Mapping():
            return {name: _readable(value) for name, value in told.items()}
        case Sequence():
            return [_readable(value) for value in told]
        case _:
            return told


def readable(text: str) -> str:
    """One line end for all kinds, letters joined with their accents, nothing invisible but spaces.

    A private or unassigned sign stays, to be shown as one that cannot be drawn.
    """
    joined = unicodedata.normalize("NFC", _LINE_ENDS.sub("\n", text)).replace("\t", " ")
    return "".join(
        sign for sign in joined if sign in ("\n", JOINER) or unicodedata.category(sign) not in ("Cc", "Cf")
    )


JOINER: Final = "\u200d"
"""Holds together what is drawn as one sign (a family, a flag); inside an emoji it must stay."""
