"""Chat text, for everybody and for screen readers: one figure a line, in words, nothing drawn.

Read aloud, a line is whole: what is counted comes first, then how many people, then the rest of the sentence;
no sign stands for a word but the per cent. The fingerprint, 64 signs nobody listens to, is the last line.

A message holds whole blocks (a title and its lines) up to `LONGEST` characters; only a block longer than that
is cut, between lines. A title never ends a message: it goes with the first block under it, and is said again
where the next message begins in the middle of its blocks, for whoever listens to one message alone.
Never here: anything that is not in the frozen digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.digest import Digest, fingerprint, percent, thaw
from bot.figures import SafeCross, SafeTable
from bot.formats.method import method
from bot.formats.rendered import Rendered, Says

LONGEST = 3500
"""Characters in a message. Telegram takes 4096 (Bot API); the rest is for what a channel puts around it."""


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines that stay together, and the title they are under, where that is not their first line."""

    lines: tuple[str, ...]
    under: str = ""


def render(frozen: bytes, words: Says) -> Rendered:
    digest = thaw(frozen)
    return Rendered(messages=tuple(_packed(_blocks(digest, fingerprint(frozen), words))))


def _blocks(digest: Digest, sha256: str, words: Says) -> Iterator[_Block]:
    yield _Block(tuple(_head(digest, words)))
    for table in digest.figures.tables:
        yield _Block((words.say(f"digest-{table.id}"), *_table(table, digest, words)))
    for cross in digest.figures.crosses:
        yield from _cross(cross, words)
    for summary in digest.summaries:
        yield _Block((summary,), under=words.say("digest-summaries"))
    if digest.quotes:
        quotes = (words.say("digest-quote", words=quote) for quote in digest.quotes)
        yield _Block((words.say("digest-quotes"), *quotes))
    yield _Block((words.say("digest-method"), *method(digest, words)))
    yield _Block((words.say("digest-fingerprint", sha256=sha256),))


def _head(digest: Digest, words: Says) -> Iterator[str]:
    yield words.say("digest-title", number=digest.number)
    first, last = _month(digest.first_month, words), _month(digest.last_month, words)
    one = digest.first_month == digest.last_month
    yield (
        words.say("digest-period-one", month=first)
        if one
        else words.say("digest-period", first=first, last=last)
    )
    yield words.say("digest-people", count=digest.figures.people)
    if digest.change is not None:
        by = digest.change.people
        yield words.say(f"digest-people-change.{_way(by)}", by=abs(by), since=digest.change.since)
    yield words.say("digest-unverified")


def _way(by: int) -> str:
    return "more" if by > 0 else "fewer" if by < 0 else "same"


def _month(month: str, words: Says) -> str:
    year, _, place = month.partition("-")
    return words.say(f"digest-month.m{place}", year=year)


def _table(table: SafeTable, digest: Digest, words: Says) -> Iterator[str]:
    def label(code: str) -> str:
        return words.say(f"digest-{table.id}.{code}")

    people = digest.figures.people
    told = [cell for cell in table.cells if cell.count is not None]
    if not told:
        yield words.say("digest-nothing")
        return
    if table.many:
        yield words.say("digest-several")
    for cell in told:
        assert cell.count is not None  # noqa: S101 - for the type checker: `told` holds no other
        row = words.say(
            "digest-row", label=label(cell.code), count=cell.count, percent=percent(cell.count, people)
        )
        by = None if digest.change is None else digest.change.of(table.id, cell.code)
        yield row if by is None else words.say(f"digest-row-change.{_way(by)}", row=row, by=abs(by))
    if table.rest is not None:
        yield words.say(
            "digest-row",
            label=words.say("digest-rest"),
            count=table.rest,
            percent=percent(table.rest, people),
        )
    left = [label(cell.code) for cell in table.cells if cell.count is None]
    if left:
        yield words.say(
            "digest-left-merged" if table.rest is not None else "digest-left-withheld",
            labels=words.say("digest-between").join(left),
        )


def _cross(cross: SafeCross, words: Says) -> Iterator[_Block]:
    """Under the title, a block for each row with something told, and one for what is not."""
    title = words.say(f"digest-{cross.id}")
    rows = [
        (words.say("digest-cross-row", label=words.say(f"digest-{cross.rows_of}.{row}")), *cells)
        for row, counts, rest in zip(cross.rows, cross.counts, cross.rests, strict=True)
        if (cells := list(_cells(cross, counts, rest, words)))
    ]
    for row in rows:
        yield _Block(row, under=title)
    yield _Block((words.say("digest-cross-left" if rows else "digest-nothing"),), under=title)


def _cells(cross: SafeCross, counts: tuple[int | None, ...], rest: int | None, words: Says) -> Iterator[str]:
    for column, count in zip(cross.columns, counts, strict=True):
        if count is not None:
            label = words.say(f"digest-{cross.columns_of}.{column}")
            yield words.say("digest-cell", label=label, count=count)
    if rest is not None:
        yield words.say("digest-cell", label=words.say("digest-rest"), count=rest)


def _packed(blocks: Iterable[_Block]) -> Iterator[str]:
    """Blocks into messages, a blank line between two; titles as the head of this file says."""
    message, title = "", ""
    for block in blocks:
        for piece in _pieces(block):
            said = piece if block.under in ("", title) else f"{block.under}\n\n{piece}"
            if message and len(message) + 2 + len(said) > LONGEST:
                yield message
                message, said = "", f"{block.under}\n\n{piece}" if block.under else piece
            message = f"{message}\n\n{said}" if message else said
            title = block.under
    if message:
        yield message


def _pieces(block: _Block) -> Iterator[str]:
    """A block as one piece, or as few as its lines allow."""
    longest = LONGEST - (len(block.under) + 2 if block.under else 0)
    piece = ""
    for line in (part for whole in block.lines for part in _cut(whole, longest)):
        if piece and len(piece) + 1 + len(line) > longest:
            yield piece
            piece = ""
        piece = f"{piece}\n{line}" if piece else line
    if piece:
        yield piece


def _cut(line: str, longest: int) -> Iterator[str]:
    """A line that is too long, cut after a space where there is one, losing nothing."""
    while len(line) > longest:
        at = line.rfind(" ", 0, longest) + 1 or longest
        yield line[:at]
        line = line[at:]
    if line:
        yield line
