"""Chat text, for everybody and for screen readers: one figure a line, in words, nothing drawn.

A message holds whole blocks (a title and its lines) up to `LONGEST` characters; only a block longer than that
is cut, between lines. Never here: anything that is not in the frozen digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.digest import Digest, fingerprint, percent, thaw
from bot.figures import SafeCross, SafeTable
from bot.formats.method import method
from bot.formats.rendered import Rendered, Says

LONGEST = 3500
"""Characters in a message. Telegram takes 4096 (Bot API); the rest is for what a channel puts around it."""


def render(frozen: bytes, words: Says) -> Rendered:
    digest = thaw(frozen)
    blocks = [block for block in _blocks(digest, fingerprint(frozen), words) if block]
    return Rendered(messages=tuple(_packed(blocks)))


def _blocks(digest: Digest, sha256: str, words: Says) -> Iterator[list[str]]:
    yield list(_head(digest, words))
    for table in digest.figures.tables:
        yield [words.say(f"digest-{table.id}"), *_table(table, digest, words)]
    for cross in digest.figures.crosses:
        yield from _cross(cross, words)
    if digest.summaries:
        yield [words.say("digest-summaries")]
        yield from ([summary] for summary in digest.summaries)
    if digest.quotes:
        yield [
            words.say("digest-quotes"),
            *(words.say("digest-quote", words=quote) for quote in digest.quotes),
        ]
    yield [words.say("digest-method"), *method(digest, words)]
    yield [words.say("digest-fingerprint", sha256=sha256)]


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


def _cross(cross: SafeCross, words: Says) -> Iterator[list[str]]:
    """A block for the title, one for each row with something told, one for what is not."""
    rows = [
        [words.say("digest-cross-row", label=words.say(f"digest-{cross.rows_of}.{row}")), *cells]
        for row, counts, rest in zip(cross.rows, cross.counts, cross.rests, strict=True)
        if (cells := list(_cells(cross, counts, rest, words)))
    ]
    yield [words.say(f"digest-{cross.id}")]
    yield from rows
    yield [words.say("digest-cross-left" if rows else "digest-nothing")]


def _cells(cross: SafeCross, counts: tuple[int | None, ...], rest: int | None, words: Says) -> Iterator[str]:
    for column, count in zip(cross.columns, counts, strict=True):
        if count is not None:
            label = words.say(f"digest-{cross.columns_of}.{column}")
            yield words.say("digest-cell", label=label, count=count)
    if rest is not None:
        yield words.say("digest-cell", label=words.say("digest-rest"), count=rest)


def _packed(blocks: Iterable[list[str]]) -> Iterator[str]:
    """Blocks into messages, a blank line between two."""
    message = ""
    for block in blocks:
        for piece in _pieces(block):
            if message and len(message) + 2 + len(piece) > LONGEST:
                yield message
                message = ""
            message = f"{message}\n\n{piece}" if message else piece
    if message:
        yield message


def _pieces(block: list[str]) -> Iterator[str]:
    """A block as one piece, or as few as its lines allow; a line that is too long is cut, losing nothing."""
    lines = [line[at : at + LONGEST] for line in block for at in range(0, len(line), LONGEST)]
    piece = ""
    for line in lines:
        if piece and len(piece) + 1 + len(line) > LONGEST:
            yield piece
            piece = ""
        piece = f"{piece}\n{line}" if piece else line
    if piece:
        yield piece
