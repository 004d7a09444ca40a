"""The page of a digest asks nothing of anybody, and everybody can read it: looked at in a real browser.

That it tells the same counts as every other format, and no other, is promised in test_formats.py.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Literal

import pypdf
import pytest
from playwright.sync_api import Browser, Page, Route

from bot.digest import Digest, fingerprint, freeze
from bot.formats import page as page_format
from bot.formats.markup import Markup, element, joined, text
from tests.browser import ROOT, chromium, faults, needs_axe, needs_chromium
from tests.told import LANGUAGES, WORDS, digest, figures

pytestmark = pytest.mark.oracle

HOSTILE = (
    "<script>fetch('https://example.org/')</script>",
    "</style></p></main><img src=https://example.org/a.png onerror=alert(1)>",
    '"onmouseover="alert(1)" \'&amp; &lt; &#x3c;',
    "à l’envers \u202egnirts\u202d, puis \u0007 et \u0000 et \x85 fini",
    "جاء مرة أخرى.",
    "{{ 7 * 7 }} ${7 * 7} { $words }",
)
SUMMARY = "Plusieurs personnes disent que les messages ont commencé le soir même.\nPuis plus rien."
A4 = (595, 842)
"""Points, rounded: 210 by 297 mm."""


@cache
def rich() -> Digest:
    """Nearly everything that can be in a digest, with a digest before it."""
    before = digest(figures(1, 700))
    return digest(figures(1, 1500), before, summaries=(SUMMARY,), quotes=("Je n’ouvre plus.", "On m’a crue."))


@cache
def sparse() -> Digest:
    return digest(figures(1, 36, "sparse"))


@cache
def hostile() -> Digest:
    return digest(figures(1, 700), summaries=HOSTILE, quotes=HOSTILE)


def html(told: Digest, language: str = "fr") -> str:
    (file,) = page_format.render(freeze(told), WORDS[language]).files
    return file.body.decode()


# --- as it is written ---------------------------------------------------------------------------------------


class _Tree(HTMLParser):
    """Elements in order, with their attributes and what they are in; fails where one is not closed."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], tuple[str, ...]]] = []
        self._in: list[str] = []
        self.feed(source)
        self.close()
        assert self._in == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute twice in {tag}"
        self.elements.append((tag, dict(attrs), tuple(self._in)))
        if tag != "meta":
            self._in.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._in.pop() == tag

    def all(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes, _ in self.elements if tag in tags]


everything = pytest.mark.parametrize("told", [rich, sparse, hostile], ids=["rich", "sparse", "hostile"])
languages = pytest.mark.parametrize("language", LANGUAGES)


@everything
@languages
def test_it_is_well_formed_and_has_its_landmarks(told: Callable[[], Digest], language: str) -> None:
    tree = _Tree(html(told(), language))
    tags = [tag for tag, _, _ in tree.elements]

    assert tree.all("html") == [{"lang": language}]
    assert [tag for tag in tags if tag in ("header", "nav", "main", "footer", "h1")] == [
        *("header", "h1", "nav", "main", "footer")
    ]
    assert html(told(), language).startswith("<!doctype html>\n")


@everything
def test_headings_skip_no_level(told: Callable[[], Digest]) -> None:
    levels = [int(tag[1]) for tag, _, _ in _Tree(html(told())).elements if re.fullmatch("h[1-6]", tag)]

    assert levels[0] == 1
    assert all(deeper <= level + 1 for level, deeper in pairwise(levels))
    assert levels.count(1) == 1
    assert levels.count(2) >= 6


@everything
def test_every_link_leads_somewhere_in_the_page(told: Callable[[], Digest]) -> None:
    tree = _Tree(html(told()))
    ids = [attributes["id"] for _, attributes, _ in tree.elements if "id" in attributes]
    links = [attributes["href"] for attributes in tree.all("a")]

    assert len(ids) == len(set(ids))
    assert {f"#{id}" for id in ids} >= set(links)
    assert len(links) > 15


@everything
def test_every_table_has_a_caption_and_every_head_its_scope(told: Callable[[], Digest]) -> None:
    tree = _Tree(html(told()))

    assert len(tree.all("caption")) == len(tree.all("table")) > 0
    assert {attributes["scope"] for attributes in tree.all("th")} == {"col", "row"}
    assert len([at for at in tree.all("svg") if at["aria-hidden"] == "true"]) == len(tree.all("svg"))


def test_sources_of_help_lines_say_that_they_are_in_french() -> None:
    spans = [at for at in _Tree(html(sparse(), "en")).all("span") if at.get("lang")]

    assert [at["lang"] for at in spans] == ["fr"] * len(
        [1 for line in WORDS["en"].help_sources() if line.source]
    )
    assert 'lang="fr"' not in html(sparse()).partition("<body>")[2]


@everything
def test_it_holds_no_script_no_address_and_nothing_to_load(told: Callable[[], Digest]) -> None:
    source = html(told())
    tree = _Tree(source)

    assert {tag for tag, _, _ in tree.elements} <= {
        *("html", "head", "meta", "title", "style", "body", "a", "header", "div", "nav", "ol", "ul", "li"),
        *(
            "main",
            "section",
            "h1",
            "h2",
            "h3",
            "p",
            "span",
            "data",
            "svg",
            "rect",
            "table",
            "caption",
            "thead",
        ),
        *("tbody", "tr", "th", "td", "abbr", "blockquote", "dl", "dt", "dd", "time", "footer", "code"),
    }
    names = {name for _, attributes, _ in tree.elements for name in attributes}
    assert not {
        name for name in names if name.startswith("on") or name in ("src", "srcset", "style", "action")
    }
    assert not re.search(r"url\(|@import|expression\(", source)


def test_no_bar_is_longer_than_everybody() -> None:
    widths = [at["width"] or "" for at in _Tree(html(rich())).all("rect")]

    assert len(widths) > 50
    assert {width for width in widths if not re.fullmatch(r"(100|[1-9]?[0-9])%", width)} == set()


def test_another_process_writes_the_same_bytes() -> None:
    program = (
        "import sys, locales; from bot.formats import page\n"
        "rendered = page.render(sys.stdin.buffer.read(), locales.load()['fr'])\n"
        "sys.stdout.buffer.write(rendered.files[0].body)"
    )

    told = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "7"},
        input=freeze(rich()),
        capture_output=True,
        check=True,
    ).stdout

    assert told.decode() == html(rich())


# --- markup -------------------------------------------------------------------------------------------------


def test_text_is_escaped_and_markup_is_not_escaped_again() -> None:
    inner = element("b", '<i> & "')

    assert inner == "<b>&lt;i&gt; &amp; &quot;</b>"
    assert element("p", inner, "<") == f"<p>{inner}&lt;</p>"
    assert joined([inner, "<"]) == f"{inner}&lt;"
    assert isinstance(inner, Markup)


def test_an_attribute_is_escaped_even_if_it_was_markup() -> None:
    assert element("p", title=text('"<')) == '<p title="&amp;quot;&amp;lt;"></p>'
    assert element("p", class_="a", data_code='"', id=None) == '<p class="a" data-code="&quot;"></p>'


def test_signs_that_html_forbids_are_shown_as_unreadable() -> None:
    assert text("a\0b\x1fc\x7fd\x9fe\r") == "a\ufffdb\ufffdc\ufffdd\ufffde\ufffd"
    assert text("a\tb\nc") == "a\tb\nc"


# --- as it is seen ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


Shown = Callable[..., Page]
Scheme = Literal["light", "dark"]


def opened(browser: Browser, file: Path, asked: list[str], **options: object) -> Page:
    """A file in a window that reaches nothing else. `asked` gets each address it asked for all the same, and
    each box that popped up."""

    def answer(route: Route) -> None:
        if route.request.url == file.as_uri():
            route.continue_()
        else:
            asked.append(route.request.url)
            route.abort()

    wide: dict[str, object] = {"viewport": {"width": 1280, "height": 900}}
    context = browser.new_context(**(wide | options))  # type: ignore[arg-type]  # as playwright names them
    context.route("**/*", answer)
    page = context.new_page()
    page.on("dialog", lambda dialog: asked.append(dialog.type))
    page.goto(file.as_uri())
    return page


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Shown]:
    """Opens a page; if it asked for anything, the test fails when it is over."""
    pages: list[Page] = []
    asked: list[str] = []

    def open_page(source: str, **options: object) -> Page:
        file = tmp_path / f"{len(pages)}.html"
        file.write_text(source, "utf-8", newline="")
        pages.append(opened(browser, file, asked, **options))
        return pages[-1]

    yield open_page
    for page in pages:
        page.context.close()
    assert asked == []


PHONE = {"viewport": {"width": 320, "height": 640}}


@needs_chromium
@needs_axe
@pytest.mark.parametrize(
    ("told", "language", "first", "then"),
    [
        (rich, "fr", (1280, "light"), (320, "dark")),
        (rich, "en", (320, "light"), (1280, "dark")),
        (sparse, "fr", (320, "light"), (1280, "dark")),
        (sparse, "en", (1280, "light"), (320, "dark")),
    ],
)
def test_axe_finds_nothing_wrong(
    show: Shown,
    told: Callable[[], Digest],
    language: str,
    first: tuple[int, Scheme],
    then: tuple[int, Scheme],
) -> None:
    page = show(html(told(), language))

    for width, scheme in (first, then):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        assert faults(page) == [], (width, scheme)


@needs_chromium
@needs_axe
def test_axe_would_find_what_is_wrong(show: Shown) -> None:
    broken = html(sparse()).replace('<html lang="fr">', "<html>").replace('scope="row"', "")
    page = show(broken)
    page.evaluate("document.querySelector('h1').style.color = '#ddd'")

    found = " ".join(faults(page))

    assert "html-has-lang" in found
    assert "color-contrast" in found


@needs_chromium
def test_hostile_words_are_shown_as_they_are_and_do_nothing(show: Shown) -> None:
    page = show(html(hostile()))
    shown = [
        *page.locator(".summaries p").all_text_contents(),
        *page.locator("blockquote p").all_text_contents(),
    ]
    expected = [re.sub("[\0\x07\x85]", "\ufffd", words) for words in HOSTILE]

    assert shown[: len(HOSTILE)] == sorted(expected)
    assert [words.strip("«» \u00a0") for words in shown[len(HOSTILE) :]] == expected
    assert page.locator("script, img").count() == 0
    directions = "each => getComputedStyle(each).direction"
    assert page.locator("blockquote p", has_text="جاء").evaluate(directions) == "rtl"
    assert page.locator("#method h2").evaluate(directions) == "ltr"


SLIPPED = (
    "<script>document.title = 'ran'</script><img src='https://example.org/a.png'>"
    "<style>h1 { background: url(https://example.org/b.png) }</style>"
    "<p id=slipped style='background: url(https://example.org/c.png)'>d</p></main>"
)


@needs_chromium
def test_even_something_slipped_in_could_ask_for_nothing(show: Shown) -> None:
    page = show(html(sparse()).replace("</main>", SLIPPED))

    assert page.locator("#slipped").inner_text() == "d"
    assert page.title() != "ran"
    assert page.locator("h1").evaluate("each => getComputedStyle(each).backgroundImage") == "none"


@needs_chromium
def test_it_is_the_policy_that_refuses_it(browser: Browser, tmp_path: Path) -> None:
    file, asked = tmp_path / "open.html", list[str]()
    file.write_text(
        html(sparse()).replace("</main>", SLIPPED).replace("Content-Security-Policy", "x"), "utf-8"
    )

    page = opened(browser, file, asked)

    assert page.title() == "ran"
    assert sorted(asked) == [f"https://example.org/{name}.png" for name in "abc"]
    page.context.close()


@needs_chromium
def test_its_own_style_is_allowed_by_its_hash(show: Shown) -> None:
    page = show(html(sparse()))

    assert page.locator(".unseen").first.evaluate("each => getComputedStyle(each).position") == "absolute"


@needs_chromium
@languages
def test_without_javascript_the_same_text_is_there(show: Shown, language: str) -> None:
    source = html(rich(), language)

    without = show(source, java_script_enabled=False).locator("body").inner_text()

    assert without == show(source).locator("body").inner_text()
    for told in ("people-told", "method.unverified", "section.help", "meaning.period"):
        assert WORDS[language].say(f"digest-{told}") in without
    assert SUMMARY in without
    assert fingerprint(freeze(rich())) in without


@needs_chromium
@pytest.mark.parametrize(("told", "language"), [(rich, "fr"), (rich, "en"), (hostile, "fr")])
def test_nothing_is_cut_off_on_a_narrow_phone(show: Shown, told: Callable[[], Digest], language: str) -> None:
    page = show(html(told(), language), **PHONE)

    assert page.evaluate("document.documentElement.scrollWidth") == 320
    beyond = (
        "all => all.filter(e => !e.closest('thead, .skip, .unseen'))"
        ".filter(e => e.getBoundingClientRect().right > 320.5).map(e => e.outerHTML.slice(0, 80))"
    )
    assert page.locator("body *").evaluate_all(beyond) == []


@needs_chromium
@languages
@pytest.mark.parametrize("width", [800, 1100, 1440])
def test_no_heading_of_a_column_runs_into_its_neighbour(show: Shown, width: int, language: str) -> None:
    """Where the browser has no hyphenation of its own, as on many a Linux, a long word breaks at the edge."""
    page = show(html(rich(), language), viewport={"width": width, "height": 900})

    beyond = "all => all.filter(e => e.scrollWidth > e.clientWidth).map(e => e.innerText)"
    assert page.locator(".two-way thead th").evaluate_all(beyond) == []


@needs_chromium
def test_larger_spacing_of_text_cuts_nothing_off(show: Shown) -> None:
    """WCAG 1.4.12: a reader's own style, which a browser lets past the page's policy."""
    page = show(html(rich()), **PHONE, bypass_csp=True)
    page.add_style_tag(
        content="* { line-height: 1.5 !important }"
        "* { letter-spacing: .12em !important; word-spacing: .16em !important }"
        "p { margin-block-end: 2em !important }"
    )

    assert page.evaluate("document.documentElement.scrollWidth") == 320


@needs_chromium
def test_a_table_on_a_phone_is_still_a_table_to_a_screen_reader(show: Shown) -> None:
    page = show(html(rich()), **PHONE)
    label = WORDS["fr"].say("digest-what_happened.messages")

    table = page.get_by_role("table").first
    assert table.get_by_role("row").count() == 9
    assert table.get_by_role("rowheader", name=label).count() == 1
    assert table.get_by_role("columnheader").count() == 4


@needs_chromium
def test_the_keyboard_comes_first_to_the_content_then_through_the_contents(show: Shown) -> None:
    page = show(html(rich()))
    where = "[document.activeElement.className, document.activeElement.hash, document.activeElement.id]"

    page.keyboard.press("Tab")
    assert page.evaluate(where) == ["skip", "#content", ""]
    page.wait_for_function("document.querySelector('.skip').getBoundingClientRect().top >= 0")
    page.keyboard.press("Tab")
    assert page.evaluate(where)[1] == "#headline"
    outline = page.evaluate("getComputedStyle(document.activeElement).outline")
    assert re.search("solid 3px", outline), outline
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert page.evaluate(where)[2] == "content"


@needs_chromium
def test_links_of_the_contents_are_large_enough_to_touch(show: Shown) -> None:
    page = show(html(rich()), **PHONE)
    heights = page.locator("nav a:visible").evaluate_all(
        "all => all.map(e => e.getBoundingClientRect().height)"
    )

    assert len(heights) >= 7
    assert min(heights) >= 24, "WCAG 2.5.8, pixels"


@needs_chromium
def test_a_reader_who_chose_few_colours_still_sees_bars(show: Shown) -> None:
    page = show(html(rich()), forced_colors="active")
    fill = "each => getComputedStyle(each).fill"

    assert page.locator("rect.told").first.evaluate(fill) != page.locator("rect.track").first.evaluate(fill)
    assert page.locator("rect.track").first.evaluate("each => getComputedStyle(each).stroke") != "none"


@needs_chromium
@pytest.mark.parametrize(("motion", "behaviour"), [("reduce", "auto"), ("no-preference", "smooth")])
def test_nothing_moves_for_who_asked_for_less_motion(show: Shown, motion: str, behaviour: str) -> None:
    page = show(html(sparse()), reduced_motion=motion)

    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == behaviour
    moving = (
        "all => all.map(getComputedStyle).filter"
        "(e => e.animationName !== 'none' || parseFloat(e.transitionDuration)).length"
    )
    assert page.locator("*").evaluate_all(moving) == 0


# --- as it is printed ---------------------------------------------------------------------------------------


def unspaced(told: str) -> str:
    """Without the spaces and ligatures of a layout."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", told))


@needs_chromium
def test_it_prints_on_a4_with_no_table_cut_and_its_fingerprint_on_every_sheet(show: Shown) -> None:
    page = show(html(rich()), color_scheme="dark")
    reader = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    sheets = [unspaced(sheet.extract_text()) for sheet in reader.pages]
    words = WORDS["fr"]

    assert 5 < len(sheets) < 15
    assert {(round(sheet.mediabox.width), round(sheet.mediabox.height)) for sheet in reader.pages} == {A4}
    for number, sheet in enumerate(sheets, start=1):
        assert fingerprint(freeze(rich())) in sheet
        assert f"{number}/{len(sheets)}" in sheet
    for table in rich().figures.tables:
        keys = (f"digest-{table.id}", *(f"digest-{table.id}.{cell.code}" for cell in table.cells))
        whole = {unspaced(words.say(key)) for key in keys}
        assert any(all(part in sheet for part in whole) for sheet in sheets), table.id


@needs_chromium
def test_it_prints_dark_on_light_even_for_a_reader_who_sees_light_on_dark(show: Shown) -> None:
    page = show(html(sparse()), color_scheme="dark")
    shown = "getComputedStyle(document.documentElement).backgroundColor"
    dark = page.evaluate(shown)

    page.emulate_media(media="print", color_scheme="dark")

    assert page.evaluate(shown) == "rgb(255, 255, 255)" != dark
    assert not page.locator("nav").is_visible()
