"""The page: a digest as one HTML file, to be opened, read aloud, printed, put on a site or in an archive.

It asks nothing of anybody: no script, no font, no image, no address to fetch from, and a policy inside
that would refuse them (CSP; the style is allowed by its hash, so nobody can add another). Everything told is
text; bars and tints only repeat it. What it promises to people with a keyboard, a screen reader, a phone, a
printer or tired eyes is WCAG 2.2 AA, held by tests in a real browser.

Never here: anything that is not in the frozen digest, any sentence. How it looks is in page.css.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from bot.digest import Change, Digest, fingerprint, percent, thaw
from bot.figures import ROUNDED_TO, SafeTable
from bot.formats.markup import Markup, element, joined
from bot.formats.method import method
from bot.formats.page_tables import bar, changes, help_table, number, one_way, two_way
from bot.formats.rendered import File, Rendered, Says
from bot.formats.spoken import HEADLINES, TERMS, by, period


@dataclass(frozen=True, slots=True)
class _Part:
    """A section of the page. `below`: (id, title) of what has a heading of its own in it."""

    id: str
    title: str
    body: Markup
    below: tuple[tuple[str, str], ...] = ()


def render(frozen: bytes, words: Says) -> Rendered:
    digest = thaw(frozen)
    body = f"<!doctype html>\n{_document(digest, fingerprint(frozen), words)}\n".encode()
    return Rendered(files=(File(f"seuil-{digest.number}-{words.language}.html", "text/html", body),))


def _document(digest: Digest, sha256: str, words: Says) -> Markup:
    parts = list(_parts(digest, words))
    return element(
        "html",
        _head(digest, sha256, words),
        element(
            "body",
            element("a", words.say("digest-skip"), href="#content", class_="skip"),
            element("header", _masthead(digest, words), class_="masthead"),
            element(
                "div",
                _contents(parts, words),
                element("main", *map(_section, parts), id="content", tabindex=-1),
                class_="frame",
            ),
            element("footer", _imprint(sha256, words)),
        ),
        lang=words.language,
    )


# --- the head -----------------------------------------------------------------------------------------------


def _head(digest: Digest, sha256: str, words: Says) -> Markup:
    title = words.say("digest-title", number=digest.number)
    style = _print_marks(title, words.say("digest-label"), sha256) + _style()
    allowed = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{allowed}'; base-uri 'none'; form-action 'none'"
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="format-detection", content="telephone=no"),
        element("title", f"{title}. {period(digest, words)}"),
        element("style", Markup(style)),
    )


@cache
def _style() -> str:
    return resources.files("bot.formats").joinpath("page.css").read_text("utf-8")


def _print_marks(title: str, label: str, sha256: str) -> str:
    """What stands at the edges of a printed sheet, so that one sheet alone still says what it is of."""
    marks = {
        "top-left": _quoted(title),
        "top-right": _quoted(label),
        "bottom-left": _quoted(sha256),
        "bottom-right": 'counter(page) " / " counter(pages)',
    }
    told = "".join(f"@{edge}{{content:{mark}}}" for edge, mark in marks.items())
    return f"@page{{{told}}}\n"


def _quoted(told: str) -> str:
    """A CSS string, every sign but letters and digits written by its number."""
    signs = (sign if sign.isascii() and sign.isalnum() else f"\\{ord(sign):06x}" for sign in told)
    return f'"{"".join(signs)}"'


# --- around the parts ---------------------------------------------------------------------------------------


def _masthead(digest: Digest, words: Says) -> Markup:
    return joined(
        [
            element("p", words.say("digest-label"), class_="label"),
            element("h1", words.say("digest-title", number=digest.number)),
            element("p", words.say("digest-subject"), class_="subject"),
            element("p", period(digest, words), class_="period"),
        ]
    )


def _contents(parts: list[_Part], words: Says) -> Markup:
    def link(id: str, title: str, *below: Markup) -> Markup:
        return element("li", element("a", title, href=f"#{id}"), *below)

    entries = [
        link(
            part.id,
            part.title,
            *([element("ol", *(link(*each) for each in part.below))] if part.below else []),
        )
        for part in parts
    ]
    return element(
        "nav",
        element("h2", words.say("digest-contents"), id="contents"),
        element("ol", *entries),
        aria_labelledby="contents",
    )


def _section(part: _Part) -> Markup:
    return element("section", element("h2", part.title), part.body, id=part.id)


def _imprint(sha256: str, words: Says) -> Markup:
    before, _, after = words.say("digest-fingerprint", sha256=sha256).partition(sha256)
    return joined(
        [
            element("p", words.say("digest-unverified")),
            element("p", before, element("code", sha256), after, class_="fingerprint"),
        ]
    )


# --- the parts ----------------------------------------------------------------------------------------------


def _parts(digest: Digest, words: Says) -> Iterator[_Part]:
    figures = digest.figures
    yield _Part("headline", words.say("digest-headline"), _headline(digest, words))
    yield _Part(
        "tables",
        words.say("digest-section.tables"),
        joined(
            [
                element("p", words.say("digest-of-all"), class_="note"),
                *(one_way(table, digest, words) for table in figures.tables),
            ]
        ),
        tuple((table.id, words.say(f"digest-{table.id}")) for table in figures.tables),
    )
    yield _Part(
        "crosses",
        words.say("digest-section.crosses"),
        joined(two_way(cross, figures.table(cross.rows_of), words) for cross in figures.crosses),
        tuple((cross.id, words.say(f"digest-{cross.id}")) for cross in figures.crosses),
    )
    if digest.change is not None:
        yield _changes(digest, digest.change, words)
    if digest.summaries or digest.quotes:
        yield _texts(digest, words)
    yield _Part("method", words.say("digest-method"), element("ol", *_method(digest, words), class_="method"))
    yield _Part("glossary", words.say("digest-section.glossary"), _glossary(digest, words))
    yield _Part(
        "help",
        words.say("digest-section.help"),
        joined(
            [
                element("p", words.say("digest-help-note"), class_="note"),
                help_table(words.help_sources(), words),
            ]
        ),
    )


def _headline(digest: Digest, words: Says) -> Markup:
    told = [
        element("p", number(digest.figures.people, words), class_="people"),
        element("p", words.say("digest-people-told"), class_="told"),
    ]
    if digest.change is not None:
        told.append(element("p", _people_change(digest.change, words), class_="change"))
    told.append(element("p", words.say("digest-unverified"), class_="unverified"))
    answers = [
        answer
        for id in HEADLINES
        if (answer := _most_given(digest.figures.table(id), digest, words)) is not None
    ]
    if not answers:
        return element("div", *told, class_="headline")
    return joined(
        [
            element("div", *told, class_="headline"),
            element("h3", words.say("digest-often")),
            element("ul", *answers, class_="answers"),
        ]
    )


def _most_given(table: SafeTable, digest: Digest, words: Says) -> Markup | None:
    """The answer that most people gave, as far as rounded numbers can tell; among equals, the first."""
    told = [(cell.count, cell.code) for cell in table.cells if cell.count is not None]
    if not told:
        return None
    count, code = max(told, key=lambda each: each[0])
    share = percent(count, digest.figures.people)
    return element(
        "li",
        element("span", words.say(f"digest-{table.id}"), class_="of"),
        element("span", words.say("digest-percent", percent=share), class_="share"),
        bar(share),
        element(
            "span",
            element("span", words.say(f"digest-{table.id}.{code}"), class_="answer"),
            element("span", words.say("digest-count", count=count), class_="count"),
        ),
    )


def _changes(digest: Digest, change: Change, words: Says) -> _Part:
    """The largest, one under the other; each is also beside its answer."""
    title = words.say("digest-section.change", since=change.since)
    people = words.say("digest-people", count=digest.figures.people)
    notes = [
        words.say(f"digest-method.{name}", rounding=ROUNDED_TO) for name in ("change", "rounded", "sums")
    ]
    return _Part(
        "change",
        title,
        joined(
            [
                element("p", f"{people} {_people_change(change, words)}", class_="lead"),
                changes(change, digest.figures, words),
                element("p", " ".join(notes), class_="note"),
            ]
        ),
    )


def _people_change(change: Change, words: Says) -> str:
    way, size = by(change.people)
    return words.say(f"digest-people-change.{way}", by=size, since=change.since)


def _texts(digest: Digest, words: Says) -> _Part:
    summaries = [element("p", summary, dir="auto") for summary in digest.summaries]
    quotes = [
        element("li", element("blockquote", element("p", words.say("digest-quote", words=quote), dir="auto")))
        for quote in digest.quotes
    ]
    body, below = [], []
    for id, told in (("summaries", summaries), ("quotes", [element("ul", *quotes)] if quotes else [])):
        if told:
            title = words.say(f"digest-{id}")
            body.append(element("div", element("h3", title), *told, class_=id, id=id))
            below.append((id, title))
    return _Part("words", words.say("digest-section.words"), joined(body), tuple(below))


def _method(digest: Digest, words: Says) -> Iterator[Markup]:
    return (element("li", sentence) for sentence in method(digest, words))


def _glossary(digest: Digest, words: Says) -> Markup:
    def meaning(term: str) -> str:
        return words.say(f"digest-meaning.{term}", k=digest.figures.k, rounding=ROUNDED_TO)

    return element(
        "dl",
        *(
            element("div", element("dt", words.say(f"digest-term.{term}")), element("dd", meaning(term)))
            for term in TERMS
        ),
    )
