"""The tables of the page: one-way with bars, two-way with tints, each readable without seeing either.

Every number stands as text in a cell, in `<data value>`, beside what is drawn; what is drawn is hidden from
screen readers. Bars are SVG, so that they print where backgrounds do not. Never here: the page around them.

Roles are written out though the elements have them: on a phone the rows are laid out one under the other, and
browsers take the roles away from a table that is not laid out as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from bot.digest import Change, Digest, percent
from bot.figures import ROUNDED_TO, Cell, SafeCross, SafeTable, SafeTally
from bot.formats.markup import Markup, element, joined, text
from bot.formats.rendered import HelpSource, Says
from bot.formats.spoken import begun, by, dated, largest_changes

TINTS = 5
"""Steps of a tint in a two-way table, by fifths of its largest told number."""

_row = partial(element, "tr", role="row")
_cell = partial(element, "td", role="cell")
_row_head = partial(element, "th", role="rowheader", scope="row")
_column_head = partial(element, "th", role="columnheader", scope="col")


def number(count: int, words: Says) -> Markup:
    return element("data", words.say("digest-number", count=count), value=count)


def bar(share: int, kind: str = "told") -> Markup:
    """`share` in percent of the width. A picture of a number that stands beside it as text."""
    return element(
        "svg",
        element("rect", class_="track", width="100%", height="100%"),
        element("rect", class_=kind, width=f"{share}%", height="100%"),
        class_="bar",
        aria_hidden="true",
        focusable="false",
    )


def one_way(table: SafeTable, digest: Digest, words: Says) -> Markup:
    title = words.say(f"digest-{table.id}")
    if not any(cell.count is not None for cell in table.cells):
        return _nothing(table.id, title, words)
    since = None if digest.change is None else digest.change.since
    rows = [_one_way_row(table, cell, digest, words) for cell in table.cells]
    if table.rest is not None:
        rows.append(_told_row(words.say("digest-rest"), table.rest, None, digest, words, code="rest"))
    heads = [words.say(f"digest-column.{name}") for name in ("answer", "share", "people")]
    if since is not None:
        heads.append(words.say("digest-column.change", since=since))
    return _table(
        table.id,
        title,
        heads,
        rows,
        kind="one-way",
        note=words.say("digest-several") if table.many else None,
    )


def _one_way_row(table: SafeTable, cell: Cell, digest: Digest, words: Says) -> Markup:
    label = words.say(f"digest-{table.id}.{cell.code}")
    if cell.count is not None:
        change = None if digest.change is None else digest.change.of(table.id, cell.code)
        return _told_row(label, cell.count, change, digest, words, code=cell.code)
    return _row(
        _row_head(label),
        _cell(
            words.say(f"digest-untold.{cell.status}"),
            colspan=2 if digest.change is None else 3,
            class_="untold",
        ),
        data_code=cell.code,
        data_status=cell.status,
    )


def _told_row(
    label: str, count: int, change: int | None, digest: Digest, words: Says, *, code: str
) -> Markup:
    share = percent(count, digest.figures.people)
    rest = code == "rest"
    cells = [
        _cell(
            bar(share, "rest" if rest else "told"),
            element("span", words.say("digest-percent", percent=share), class_="share"),
            class_="drawn",
        ),
        _cell(number(count, words), class_="count", data_label=words.say("digest-column.people")),
    ]
    if digest.change is not None:
        cells.append(_cell(_short(words) if change is None else _change(change, words), class_="change"))
    return _row(_row_head(label), *cells, data_code=code, class_="rest" if rest else None)


def _change(change: int, words: Says) -> str:
    way, size = by(change)
    return words.say(f"digest-by.{way}", by=size)


def _short(words: Says) -> Markup:
    return element(
        "abbr", words.say("digest-untold.short"), title=words.say("digest-untold.withheld"), class_="untold"
    )


def two_way(cross: SafeCross, totals: SafeTable, words: Says) -> Markup:
    """`totals`: the one-way table of its rows, whose numbers come first in each row."""
    title = words.say(f"digest-{cross.id}")
    largest = max((count for counts in cross.counts for count in counts if count is not None), default=None)
    if largest is None:
        return _nothing(cross.id, title, words)
    columns = [words.say(f"digest-{cross.columns_of}.{column}") for column in cross.columns]
    labels = [words.say("digest-column.all"), *columns, words.say("digest-rest")]
    rows = [
        _row(
            _row_head(words.say(f"digest-{cross.rows_of}.{code}")),
            *_two_way_cells(cross, labels, (cell.count, *counts, rest), largest, words),
            data_code=code,
        )
        for code, cell, counts, rest in zip(cross.rows, totals.cells, cross.counts, cross.rests, strict=True)
    ]
    heads = [words.say("digest-column.answer"), *labels]
    return _table(cross.id, title, heads, rows, kind="two-way", note=words.say("digest-cross-note"))


def _two_way_cells(
    cross: SafeCross, labels: list[str], counts: tuple[int | None, ...], largest: int, words: Says
) -> Iterator[Markup]:
    """`data-label` is what a phone shows beside the number, where the heads are out of sight."""
    for column, label, count in zip(("all", *cross.columns, "rest"), labels, counts, strict=True):
        yield _cell(
            _untold(column, counts[-1], words) if count is None else number(count, words),
            data_column=column,
            data_label=label,
            class_=_look(column, count, largest),
        )


def _look(column: str, count: int | None, largest: int) -> str:
    if count is None:
        return "untold"
    return column if column in ("all", "rest") else f"tint-{-(-TINTS * count // largest)}"


def _untold(column: str, rest: int | None, words: Says) -> Markup:
    """In a row that tells what it leaves, all that is not told is in there; but for the total of the row."""
    return _short(words) if column == "all" or rest is None else text(words.say("digest-untold.merged"))


def _nothing(id: str, title: str, words: Says) -> Markup:
    return element(
        "div",
        element("h3", title),
        element("p", words.say("digest-nothing"), class_="note"),
        class_="sheet",
        id=id,
    )


def _table(
    id: str,
    title: str,
    heads: list[str],
    rows: list[Markup],
    *,
    kind: str,
    note: str | None = None,
) -> Markup:
    caption = [element("h3", title)]
    if note is not None:
        caption.append(element("p", note, class_="note"))
    return element(
        "div",
        _bare_table(kind, element("caption", *caption, role="caption"), heads, rows),
        class_="sheet",
        id=id,
    )


def changes(change: Change, figures: SafeTally, words: Says) -> Markup:
    """The largest, one under the other, each with what is told now."""
    largest = largest_changes(change)
    if not largest:
        return element("p", words.say("digest-change-none", rounding=ROUNDED_TO))
    told = {
        (table.id, cell.code): cell.count
        for table in figures.tables
        for cell in table.cells
        if cell.count is not None
    }
    people = words.say("digest-column.people")
    rows = [
        _row(
            _row_head(words.say(f"digest-{table}.{code}")),
            _cell(words.say(f"digest-{table}"), class_="question"),
            _cell(number(told[table, code], words), class_="count", data_label=people),
            _cell(_change(by_how_many, words), class_="change"),
        )
        for table, code, by_how_many in largest
    ]
    heads = [words.say(f"digest-column.{name}") for name in ("answer", "question")]
    heads += [people, words.say("digest-column.change", since=change.since)]
    return _bare_table("changes", element("caption", words.say("digest-change-most")), heads, rows)


def _bare_table(kind: str, caption: Markup, heads: list[str], rows: Iterable[Markup]) -> Markup:
    return element(
        "table",
        caption,
        element("thead", _row(*map(_column_head, heads)), role="rowgroup"),
        element("tbody", *rows, role="rowgroup"),
        role="table",
        class_=kind,
    )


def help_table(lines: tuple[HelpSource, ...], words: Says) -> Markup:
    """Help lines with the source of what is told of each, and that source's month or year."""
    names = ("line", "who", "when", "source")
    heads = [words.say(f"digest-column.{name}") for name in names]
    caption = element("caption", words.say("digest-section.help"), class_="unseen")
    return _bare_table("help", caption, heads, (_help_row(line, words) for line in lines))


def _help_row(line: HelpSource, words: Says) -> Markup:
    source = (
        joined([_french(line.source, words), *_dated(line.date, words)])
        if line.source
        else words.say("digest-help-unsourced")
    )
    return _row(
        _row_head(line.number),
        _cell(begun(line.who)),
        _cell(element("div", line.hours), element("div", line.cost)),
        _cell(source, class_="source"),
    )


def _french(source: str, words: Says) -> Markup:
    """Sources are named in French in every language, and a voice that reads another must know it."""
    return element("span", source, lang=None if words.language == "fr" else "fr")


def _dated(date: str, words: Says) -> Iterator[Markup]:
    if told := dated(date, words):
        yield element("time", told, datetime=date[:7])
