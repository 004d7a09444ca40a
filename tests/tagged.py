"""A PDF as a screen reader meets it: its tags in reading order, with their text and alternative text.

Only what is tagged is read: page headers, page numbers and drawings are artifacts, and absent here as they
are to somebody who listens. Enough of PDF for what Typst writes; anything else fails. Never here: promises.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from pypdf import PageObject, PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, PdfObject, StreamObject


@dataclass(slots=True)
class Tag:
    """One structure element. `text`: its own and all within; `alt`: what is said instead, or empty."""

    role: str
    alt: str = ""
    inside: list[Tag | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        if self.alt:
            return self.alt
        return "".join(each if isinstance(each, str) else each.text for each in self.inside)

    def all(self, *roles: str) -> Iterator[Tag]:
        """Every element of these roles, itself included, in reading order."""
        if self.role in roles:
            yield self
        for each in self.inside:
            if isinstance(each, Tag):
                yield from each.all(*roles)


@lru_cache(maxsize=4)
def tags(body: bytes) -> Tag:
    """The whole document as its root element."""
    reader = PdfReader(io.BytesIO(body))
    told = {page.indirect_reference.idnum: dict(_marked(page)) for page in reader.pages}  # type: ignore[union-attr]  # every page of a file has one
    tree = _of(reader.trailer["/Root"])["/StructTreeRoot"]
    root = Tag("Root")
    _walk(_of(tree).get("/K"), None, root, told)
    return root


def _of(thing: PdfObject | None) -> DictionaryObject:
    found = thing.get_object() if thing is not None else None
    assert isinstance(found, DictionaryObject), found
    return found


def _walk(
    thing: PdfObject | None, page: int | None, into: Tag, told: Mapping[int, Mapping[int, str]]
) -> None:
    """Adds what `thing`, a `/K` of the structure tree, holds. `page`: the object number of its page."""
    found = thing.get_object() if thing is not None else None
    match found:
        case None:
            return
        case ArrayObject():
            for each in found:
                _walk(each, page, into, told)
        case int():
            assert page is not None
            into.inside.append(told[page].get(int(found), ""))
        case DictionaryObject():
            if "/Pg" in found:
                page = found.raw_get("/Pg").idnum
            if found.get("/Type") == "/MCR":
                _walk(found["/MCID"], page, into, told)
            elif "/S" in found:
                child = Tag(str(found["/S"]).removeprefix("/"), str(found.get("/Alt", "")))
                into.inside.append(child)
                _walk(found.get("/K"), page, child, told)


_MEANT = re.compile(
    rb"""/[A-Z]\w*\s*(?P<property>\()
    |(?P<string>\()
    |/ActualText\s*<(?P<instead>[0-9A-Fa-f]*)>
    |/MCID\s+(?P<id>\d+)
    |/(?P<font>\w+)\s+[\d.]+\s+Tf
    |(?P<operator>BDC|BMC|EMC)\b""",
    re.VERBOSE | re.DOTALL,
)
"""All that matters of a content stream here. pypdf's own reader takes a second a report."""

_ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_SIGNS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def _marked(page: PageObject) -> Iterator[tuple[int, str]]:
    """(marked-content id, text) of a page."""
    fonts = {name[1:]: _letters(_of(font)) for name, font in _of(_of(page["/Resources"])["/Font"]).items()}
    contents = page.get_contents()
    assert contents is not None
    letters: Mapping[int, str] = {}
    stack: list[tuple[int | None, str | None]] = []  # (id, text said instead)
    id: int | None = None
    instead: str | None = None
    told: dict[int, list[str]] = {}
    data, at = contents.get_data(), 0
    while match := _MEANT.search(data, at):
        at = match.end()
        if match["font"]:
            letters = fonts[match["font"].decode()]
        elif match["id"]:
            id = int(match["id"])
        elif match["instead"]:
            instead = bytes.fromhex(match["instead"].decode()).decode("utf-16")
        elif match["operator"] == b"EMC":
            stack.pop()
        elif match["operator"]:
            if instead is not None:
                _say(instead, stack, told)
            stack.append((id, instead))
            id = instead = None
        elif match["property"]:
            _, at = _string(data, at)
        else:
            run, at = _string(data, at)
            said = (letters[int.from_bytes(run[each : each + 2])] for each in range(0, len(run), 2))
            _say("".join(said), stack, told)
    yield from ((id, "".join(pieces)) for id, pieces in told.items())


def _say(text: str, stack: list[tuple[int | None, str | None]], told: dict[int, list[str]]) -> None:
    """Text is of the innermost marked content with an id, unless something else is said instead of it."""
    for id, instead in reversed(stack):
        if instead is not None:
            return
        if id is not None:
            told.setdefault(id, []).append(text)
            return


def _string(data: bytes, at: int) -> tuple[bytes, int]:
    """The string opened before `at`, and where it ends. Balanced parentheses within are not escaped."""
    start, depth = at, 1
    while depth:
        sign = data[at : at + 1]
        at += 2 if sign == b"\\" else 1
        depth += {b"(": 1, b")": -1}.get(sign, 0)

    def meant(escape: re.Match[bytes]) -> bytes:
        sign = escape[1]
        return bytes([int(sign, 8)]) if sign[:1].isdigit() else _SIGNS.get(sign, sign)

    return _ESCAPED.sub(meant, data[start : at - 1]), at


def _letters(font: DictionaryObject) -> dict[int, str]:
    """Glyph number to text, by the font's ToUnicode table."""
    table = font["/ToUnicode"].get_object()
    assert isinstance(table, StreamObject)
    letters: dict[int, str] = {}
    section = ""
    for line in table.get_data().decode("latin-1").splitlines():
        words = line.split()
        if words and words[-1] in ("beginbfchar", "beginbfrange"):
            section = words[-1]
        elif words and words[0] in ("endbfchar", "endbfrange"):
            section = ""
        elif section:
            codes = [bytes.fromhex(each) for each in line.replace("<", " ").replace(">", " ").split()]
            first, last = int.from_bytes(codes[0]), int.from_bytes(codes[-2])
            said = codes[-1].decode("utf-16-be")
            for step in range(last - first + 1):
                letters[first + step] = said[:-1] + chr(ord(said[-1]) + step)
    return letters
