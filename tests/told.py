"""What each format tells, read back from what a partner receives, in one shape, so that all can be compared.

A format added to `bot.formats.FORMATS` adds its line to `READERS`: how its counts and its facts are found
again by somebody who has nothing but the rendering and the words of its language.

Never here: promises (`tests/test_formats.py`), or a look into the frozen digest while reading.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser

from hypothesis import strategies as st

import locales
from bot.digest import Digest, compose
from bot.disclosure import protect
from bot.figures import SafeTally
from bot.formats import Rendered
from bot.tally import DESIGN, Cross, tally
from locales import Words
from tests.people import MOODS, population
from tests.tagged import Tag, tags

WORDS = locales.load()
LANGUAGES = list(WORDS)

Counts = dict[tuple[str, str, str], int]
"""People by (table, row, column), in codes. One-way: no column. What is left is called `REST`."""

REST = "rest"
TOTAL = ("people", "", "")


@dataclass(frozen=True, slots=True)
class Told:
    """`facts`: months, k, rounding and the fingerprint, as `facts_of` gives them."""

    counts: Counts
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Reader:
    """`read`: what a rendering tells. `said`: every word and number a person or program finds in it.

    `whole`: it tells all counts; a picture of some figures may tell fewer, and never others.
    """

    read: Callable[[Rendered, Words], Told]
    said: Callable[[Rendered], str]
    whole: bool = True


# --- digests to tell ----------------------------------------------------------------------------------------


@cache
def figures(seed: int = 1, size: int = 200, mood: str = "plain", k: int = 10) -> SafeTally:
    safe = protect(tally(population(seed, size, mood)), k=k)
    assert isinstance(safe, SafeTally)
    return safe


def digest(
    safe: SafeTally | None = None,
    before: Digest | None = None,
    months: tuple[str, str] = ("2026-07", "2026-09"),
    **texts: tuple[str, ...],
) -> Digest:
    return compose(
        number=before.number + 1 if before else 1,
        months=months,
        figures=safe or figures(),
        before=before,
        **texts,
    )


def digests() -> st.SearchStrategy[Digest]:
    """Protected figures of made-up people, few and many, with and without a digest before and words."""
    size_and_k = [(36, 10), (120, 5), (700, 12), (1500, 10)]  # few of each, since making them takes longest
    safe = st.builds(
        lambda seed, sized, mood: figures(seed, sized[0], mood, sized[1]),
        st.integers(0, 1),
        st.sampled_from(size_and_k),
        st.sampled_from(MOODS),
    )
    texts = st.lists(
        st.sampled_from(["Des messages, le soir.", "On m’a crue.", "Il est revenu."]), max_size=2
    )
    months = st.sampled_from([("2026-07", "2026-09"), ("2026-12", "2026-12"), ("2025-11", "2026-02")])
    return st.builds(
        lambda now, before, period, summaries, quotes: digest(
            now, before, period, summaries=tuple(summaries), quotes=tuple(quotes)
        ),
        safe,
        st.none() | st.builds(digest, safe),
        months,
        texts,
        texts,
    )


def counts_of(safe: SafeTally) -> Counts:
    """Every told count, as the protected figures hold them: what all formats are held to."""
    counts: dict[tuple[str, str, str], int | None] = {TOTAL: safe.people}
    for table in safe.tables:
        counts |= {(table.id, cell.code, ""): cell.count for cell in table.cells}
        counts[table.id, REST, ""] = table.rest
    for cross in safe.crosses:
        for row, cells, rest in zip(cross.rows, cross.counts, cross.rests, strict=True):
            counts |= {
                (cross.id, row, column): count for column, count in zip(cross.columns, cells, strict=True)
            }
            counts[cross.id, row, REST] = rest
    return {cell: count for cell, count in counts.items() if count is not None}


def facts_of(first: str, last: str, k: int, rounding: int, sha256: str) -> dict[str, object]:
    return {"first": first, "last": last, "k": k, "rounding": rounding, "sha256": sha256}


# --- JSON and CSV -------------------------------------------------------------------------------------------


def _body(rendered: Rendered) -> str:
    (file,) = rendered.files
    return file.body.decode("utf-8-sig")


def _json(rendered: Rendered, _: Words) -> Told:
    told = json.loads(_body(rendered))
    counts: dict[tuple[str, str, str], int | None] = {TOTAL: told["people"]}
    for table in told["tables"]:
        counts |= {(table["id"], cell["code"], ""): cell["count"] for cell in table["cells"]}
        counts[table["id"], REST, ""] = table["rest"] and table["rest"]["count"]
    for cross in told["crosses"]:
        counts |= {(cross["id"], cell["row"], cell["column"]): cell["count"] for cell in cross["cells"]}
        counts |= {(cross["id"], rest["row"], REST): rest["count"] for rest in cross["rests"]}
    return Told(
        {cell: count for cell, count in counts.items() if count is not None},
        facts_of(*told["months"].values(), told["k"], told["rounding"], told["sha256"]),
    )


def _cells(rendered: Rendered) -> str:
    return "\n".join("\n".join(row.values()) for row in csv_rows(rendered))


def csv_rows(rendered: Rendered) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(_body(rendered), newline="")))


def _csv(rendered: Rendered, _: Words) -> Told:
    rows = csv_rows(rendered)
    names = ("period_first", "period_last", "k", "rounding", "sha256")
    ((first, last, k, rounding, sha256),) = {tuple(row[name] for name in names) for row in rows}
    return Told(
        {
            (row["table"], row["row_code"], row["column_code"]): int(row["count"])
            for row in rows
            if row["count"]
        },
        facts_of(first, last, int(k), int(rounding), sha256),
    )


# --- what is read as sentences ------------------------------------------------------------------------------

_MARK = 999
"""Stands for any number in a sentence while it becomes a pattern: three digits are grouped in no language."""
_NAME = "\ue000"
"""Stands for any words."""


def number(digits: str) -> int:
    """As people write it: 1 235, 1,235."""
    return int(re.sub(r"\D", "", digits))


@cache
def sentence(words: Words, key: str, **args: str | int) -> re.Pattern[str]:
    """The words of a key as a pattern, `_MARK` and `_NAME` as groups, any space for a space."""
    pieces = re.split(rf"(\s+|{_MARK}|{_NAME})", words.say(key, **args))
    groups = {str(_MARK): r"(\d[\d\u202f\u00a0,]*)", _NAME: r"(.+?)"}
    pattern = (r"\s+" if piece.isspace() else groups.get(piece, re.escape(piece)) for piece in pieces)
    return re.compile("".join(pattern))


def facts_in(text: str, words: Words) -> dict[str, object]:
    """Months, k, rounding and fingerprint, from sentences all formats for people share."""

    def found(key: str, **args: str | int) -> re.Match[str]:
        match = sentence(words, key, **args).search(text)
        assert match, (key, text[:500])
        return match

    months = {
        words.say(f"digest-month.m{month:02}", year=str(year)): f"{year}-{month:02}"
        for year in range(2024, 2029)
        for month in range(1, 13)
    }
    spaced = re.sub(r"\s+", " ", text)
    period = sentence(words, "digest-period", first=_NAME, last=_NAME).search(spaced) or found(
        "digest-period-one", month=_NAME
    )
    return facts_of(
        months[period[1]],
        months[period[period.re.groups]],
        number(found("digest-method.small", k=_MARK)[1]),
        number(found("digest-method.rounded", rounding=_MARK)[1]),
        re.search(r"\b[0-9a-f]{64}\b", text)[0],  # type: ignore[index]  # missing is a failure, told by its line
    )


def people_in(text: str, words: Words) -> int:
    match = sentence(words, "digest-people", count=_MARK).search(text)
    assert match, text[:500]
    return number(match[1])


def categories(table: str, words: Words) -> dict[str, str]:
    """Label to code, with the line of what is left."""
    codes = (category.code for category in DESIGN.variable(table).categories)
    return {words.say(f"digest-{table}.{code}"): code for code in codes} | {words.say("digest-rest"): REST}


def _text(rendered: Rendered, words: Words) -> Told:
    """Line by line, as one listens: a title, in two-way tables a row, then "label: n people"."""
    text = said_in_messages(rendered)
    counts: Counts = {TOTAL: people_in(text, words)}
    for table, row, line in _lines(text, words):
        cross = next((cross for cross in DESIGN.crosses if cross.id == table), None)
        key = "digest-cell" if cross else "digest-row"
        for label, code in categories(cross.columns if cross else table, words).items():
            match = sentence(words, key, label=label, count=_MARK, percent=_MARK).match(line)
            if match and row is not None:
                cell = (table, row, code) if cross else (table, code, "")
                assert cell not in counts, cell
                counts[cell] = number(match[1])
    return Told(counts, facts_in(text, words))


def _lines(text: str, words: Words) -> Iterator[tuple[str, str | None, str]]:
    """(table, row, line) for each line under the title of a table; a two-way table begins without a row."""
    titles = {words.say(f"digest-{table.id}"): table.id for table in (*DESIGN.variables, *DESIGN.crosses)}
    heads = {
        (cross.id, words.say("digest-cross-row", label=label)): code
        for cross in DESIGN.crosses
        for label, code in categories(cross.rows, words).items()
    }
    crosses = {cross.id for cross in DESIGN.crosses}
    table, row = "", None
    for line in text.split("\n"):
        if line in titles:
            table, row = titles[line], None if titles[line] in crosses else ""
        elif (table, line) in heads:
            row = heads[table, line]
        elif table:
            yield table, row, line


def said_in_messages(rendered: Rendered) -> str:
    return "\n".join(rendered.messages)


# --- the page -----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Sheet:
    """A table as it is seen: its title, and its cells as text, heads first."""

    title: str = ""
    rows: list[list[str]] = field(default_factory=list)


class _Seen(HTMLParser):
    """The text of a page as a reader meets it, and its tables. What is hidden, drawn or code is no text."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.sheets: list[Sheet] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - the parser's own signature
        if tag in ("meta", "br", "rect"):
            return
        self._inside.append(tag)
        if tag == "table":
            self.sheets.append(Sheet())
        if tag == "tr":
            self.sheets[-1].rows.append([])
        if tag in ("td", "th"):
            self.sheets[-1].rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._inside:
            while self._inside.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if {"style", "script", "svg"} & set(self._inside):
            return
        self.text.append(data)
        if {"td", "th"} & set(self._inside):
            self.sheets[-1].rows[-1][-1] += data
        elif {"caption", "h3"} <= set(self._inside):
            self.sheets[-1].title += data


def _seen(rendered: Rendered) -> _Seen:
    seen = _Seen()
    seen.feed(_body(rendered))
    seen.close()
    return seen


def _said_on_page(rendered: Rendered) -> str:
    return "\n".join(_seen(rendered).text)


def _page(rendered: Rendered, words: Words) -> Told:
    seen = _seen(rendered)
    text = " ".join(seen.text)
    lead = (
        sentence(words, "digest-number", count=_MARK).pattern
        + r"\s+"
        + re.escape(words.say("digest-people-told"))
    )
    people = re.search(lead, text)
    assert people, text[:500]
    counts: Counts = {TOTAL: number(people[1])}
    titles = {sheet.title: sheet for sheet in seen.sheets}
    for table in DESIGN.variables:
        if sheet := titles.get(words.say(f"digest-{table.id}")):
            heads, *rows = sheet.rows
            at = heads.index(words.say("digest-column.people"))
            codes = categories(table.id, words)
            counts |= {
                (table.id, codes[row[0]], ""): number(row[at])
                for row in rows
                if len(row) > at and re.search(r"\d", row[at])
            }
    for cross in DESIGN.crosses:
        if sheet := titles.get(words.say(f"digest-{cross.id}")):
            for cell, count in _crossed(sheet, cross, words):
                assert counts.setdefault(cell, count) == count, cell  # totals are told beside each cell too
    return Told(counts, facts_in(text, words))


def _crossed(sheet: Sheet, cross: Cross, words: Words) -> Iterator[tuple[tuple[str, str, str], int]]:
    """The cells of a two-way table with a number; its totals as cells of the one-way tables they are of."""
    (_, *heads), *rows = sheet.rows
    whole = {words.say("digest-column.all"): ""}
    rows_of, columns_of = categories(cross.rows, words) | whole, categories(cross.columns, words) | whole
    for label, *cells in rows:
        for head, cell in zip(heads, cells, strict=True):
            row, column = rows_of[label], columns_of[head]
            if re.search(r"\d", cell):
                if row and column:
                    yield (cross.id, row, column), number(cell)
                elif row or column:
                    yield (cross.rows if row else cross.columns, row or column, ""), number(cell)
                else:
                    yield TOTAL, number(cell)


# --- the PDF and the chart ----------------------------------------------------------------------------------


def _tagged(rendered: Rendered) -> Tag:
    (file,) = rendered.files
    return tags(file.body)


def _said_in_pdf(rendered: Rendered) -> str:
    """What is read aloud, without the numbers of sections and pages."""
    said = _tagged(rendered).all("Title", "P", "H1", "H2", "Figure", "TH", "TD", "LBody", "BlockQuote")
    return re.sub(r"(?<=\d)\xa0(?=\d{3})", "\u202f", "\n".join(_unnumbered(tag) for tag in said))


def _unnumbered(tag: Tag) -> str:
    return re.sub(r"^\d+(\.\d+)? ", "", tag.text) if tag.role in ("H1", "H2") else tag.text


def _sheets(root: Tag) -> Iterator[Sheet]:
    """Tables under the heading they are under; those of a section without one have no title."""
    title = ""
    for tag in root.all("H1", "H2", "Table"):
        if tag.role != "Table":
            title = _unnumbered(tag) if tag.role == "H2" else ""
        else:
            yield Sheet(title, [[cell.text for cell in row.all("TH", "TD")] for row in tag.all("TR")])


def _pdf(rendered: Rendered, words: Words) -> Told:
    root, text = _tagged(rendered), _said_in_pdf(rendered)
    lead = sentence(words, "digest-number", count=_MARK).pattern
    people = re.search(lead + r"\n" + re.escape(words.say("digest-people-told")), text)
    assert people, text[:500]
    counts: Counts = {TOTAL: number(people[1])}
    sheets = {sheet.title: sheet for sheet in _sheets(root) if sheet.title}
    for table in DESIGN.variables:
        if sheet := sheets.get(words.say(f"digest-{table.id}")):
            codes = categories(table.id, words)
            counts |= {(table.id, codes[row[0]], ""): number(row[1]) for row in _numbered(sheet)}
    for cross in DESIGN.crosses:
        if sheet := sheets.get(words.say(f"digest-{cross.id}")):
            (_, _, *heads), *rows = sheet.rows
            rows_of, columns_of = categories(cross.rows, words), categories(cross.columns, words)
            for label, total, *cells in rows:
                assert not re.search(r"\d", total) or number(total) == counts[cross.rows, rows_of[label], ""]
                counts |= {
                    (cross.id, rows_of[label], columns_of[head]): number(cell)
                    for head, cell in zip(heads, cells, strict=True)
                    if re.search(r"\d", cell)
                }
    return Told(counts, facts_in(text, words))


def _numbered(sheet: Sheet) -> Iterator[list[str]]:
    return (row for row in sheet.rows[1:] if re.search(r"\d", row[1]))


def _alt(rendered: Rendered) -> str:
    """A picture is read by what is said in its place."""
    (file,) = rendered.files
    return file.alt


def _chart(rendered: Rendered, words: Words) -> Told:
    said = _alt(rendered)
    counts: Counts = {TOTAL: people_in(said, words)}
    for label, code in categories("what_happened", words).items():
        if match := sentence(words, "digest-row", label=label, count=_MARK, percent=_MARK).search(said):
            counts["what_happened", code, ""] = number(match[1])
    return Told(counts, {})


READERS: Mapping[str, Reader] = {
    "text": Reader(_text, said_in_messages),
    "json": Reader(_json, _body),
    "csv": Reader(_csv, _cells),
    "page": Reader(_page, _said_on_page),
    "pdf": Reader(_pdf, _said_in_pdf),
    "chart": Reader(_chart, _alt, whole=False),
}
