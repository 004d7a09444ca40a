"""It is promised that the PDF of a digest can be read by everybody, and that nothing said can harm it.

That it tells the same figures as every other format, to the byte in any process, is in
`tests/test_formats.py`.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.generic import Destination

from bot.digest import LONGEST_QUOTE, Digest, freeze
from bot.errors import FormatError
from bot.formats import pdf, typeset
from bot.formats.method import method
from bot.formats.spoken import TERMS
from tests.tagged import Tag, tags
from tests.told import LANGUAGES, WORDS, digest, figures

PNG = b"\x89PNG\r\n\x1a\n"
A4 = (595, 842)
"""Points."""

HOSTILE = (
    '#eval(read("/etc/passwd")) #pagebreak()',
    "$ x^2 $ et $inf$",
    "@ref <label> *gras* _italique_ `code`",
    "\\u{41} \\ \\# // commentaire /* */",
    "= Titre\n- liste\n+ numéro\n/ terme: sens",
    "« guillemets » \"droits\" ''simples'' l’été",
    "</script><b>&amp;",
    "[crochets] {accolades} ~ --- ...",
    "https://exemple.org/#ancre",
)


def said(quotes: tuple[str, ...] = (), summaries: tuple[str, ...] = (), language: str = "fr") -> Tag:
    return tags(body(quotes, summaries, language))


def body(quotes: tuple[str, ...] = (), summaries: tuple[str, ...] = (), language: str = "fr") -> bytes:
    told = digest(figures(1, 120), quotes=quotes, summaries=summaries)
    (file,) = pdf.render(freeze(told), WORDS[language]).files
    return file.body


@cache
def rich(language: str = "fr") -> tuple[Digest, bytes]:
    """Everything a digest can hold: a digest before, summaries, quotes."""
    now = digest(
        figures(1, 1500),
        digest(figures(1, 700)),
        quotes=("Je n’ouvre plus.", "J’ai changé de numéro."),
        summaries=("Des messages après un rendez-vous.",),
    )
    (file,) = pdf.render(freeze(now), WORDS[language]).files
    return now, file.body


def normal(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


# --- what PDF/UA asks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_that_it_is_accessible_and_in_which_language(language: str) -> None:
    _, body = rich(language)
    reader = PdfReader(io.BytesIO(body))
    root = reader.trailer["/Root"]

    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == language
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title == WORDS[language].say("digest-title", number=2)
    xmp = root["/Metadata"].get_data().decode()
    assert re.search(r"pdfuaid:part[>=\"]+1", xmp)
    assert WORDS[language].say("digest-title", number=2) in xmp


def test_every_page_is_a4_and_its_tab_order_follows_the_tags() -> None:
    for page in PdfReader(io.BytesIO(rich()[1])).pages:
        assert (round(page.mediabox.width), round(page.mediabox.height)) == A4
        assert page.get("/Tabs", "/S") == "/S"
        assert "/StructParents" in page


def test_no_date_no_name_and_no_program_of_the_machine_is_in_it() -> None:
    reader = PdfReader(io.BytesIO(rich()[1]))

    assert reader.metadata is not None
    assert set(reader.metadata) <= {"/Title", "/Creator"}
    assert "Typst" in reader.metadata.get("/Creator", "Typst")
    assert not re.search(r"CreateDate|ModifyDate", reader.trailer["/Root"]["/Metadata"].get_data().decode())


def test_every_typeface_is_in_the_file() -> None:
    fonts = {
        str(font.get_object()["/DescendantFonts"][0]["/BaseFont"]): font.get_object()
        for page in PdfReader(io.BytesIO(rich()[1])).pages
        for font in page["/Resources"]["/Font"].values()
    }

    assert fonts
    for font in fonts.values():
        described = font["/DescendantFonts"][0]["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(described)
        assert "/ToUnicode" in font


@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_have_a_bookmark_and_no_level_is_skipped(language: str) -> None:
    _, body = rich(language)
    headings = list(tags(body).all("H1", "H2", "H3", "H4"))

    assert headings[0].role == "H1"
    for before, after in pairwise(headings):
        assert int(after.role[1]) <= int(before.role[1]) + 1

    def titles(outline: list[Destination | list[object]]) -> list[str]:
        return [
            title
            for each in outline
            for title in (titles(each) if isinstance(each, list) else [str(each.title)])  # type: ignore[arg-type]  # nested lists of the same
        ]

    marked = {
        normal(re.sub(r"^[\d.]+ ?", "", title)) for title in titles(PdfReader(io.BytesIO(body)).outline)
    }
    contents = normal(WORDS[language].say("digest-contents"))
    assert {normal(re.sub(r"^[\d.]+ ", "", heading.text)) for heading in headings} - marked <= {contents}


def test_every_table_has_heads_and_rows_of_one_length() -> None:
    tables = list(tags(rich()[1]).all("Table"))

    assert len(tables) > 12
    for table in tables:
        (head, *rows) = table.all("TR")
        heads = list(head.all("TH"))
        assert len(heads) > 2
        assert all(cell.text for cell in heads)
        for row in rows:
            cells = list(row.all("TD"))
            assert len(cells) == len(heads) or len(cells) == 2  # a label, and one word over all the rest
            assert cells[0].text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_chart_says_its_figures_in_words(language: str) -> None:
    now, body = rich(language)
    words = WORDS[language]
    charts = [figure.alt for figure in tags(body).all("Figure")]

    told = [table for table in now.figures.tables if any(cell.count for cell in table.cells)]
    assert len(charts) == len(told) > 5
    for alt, table in zip(charts, told, strict=True):
        assert words.say(f"digest-{table.id}") in alt
        for cell in table.cells:
            label = words.say(f"digest-{table.id}.{cell.code}")
            assert (label in alt) is (cell.count is not None)
            assert cell.count is None or words.say("digest-cell", label=label, count=cell.count) in alt


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_reads_the_method_the_glossary_and_the_sources_of_help_lines(language: str) -> None:
    now, body = rich(language)
    words = WORDS[language]
    text = normal(tags(body).text)

    for sentence in method(now, words):
        assert normal(sentence) in text
    for term in TERMS:
        assert normal(words.say(f"digest-term.{term}")) in text
    for line in words.help_sources():
        assert line.number in text
        assert normal(line.source or words.say("digest-help-unsourced")) in text


DOTS, MARGIN = 24, 20
"""Dots per inch of the pages that are looked at, and millimetres on each side where nothing may be."""


def test_nothing_runs_into_the_margin() -> None:
    """Labels, quotes and a summary as long as they come. The cover has a band over its whole width."""
    long = digest(figures(2, 1500, "crowded"), quotes=("W" * LONGEST_QUOTE,), summaries=("ï" * 3000,))

    for page in typeset.pictures(pdf.TEMPLATE, pdf.told(freeze(long), WORDS["fr"]), dots=DOTS):
        rows = pixels(page)[round(10 / 25.4 * DOTS) :]
        width = len(rows[0]) // 4
        margin = round(MARGIN / 25.4 * DOTS)
        for row in rows:
            assert set(row[: margin * 4]) | set(row[(width - margin) * 4 :]) == {255}


def pixels(png: bytes) -> list[bytes]:
    """The rows of a PNG of four bytes a pixel, unfiltered (PNG specification, 9.2)."""
    width = int.from_bytes(png[16:20]) * 4
    assert png[24:26] == b"\x08\x06", "eight bits, with transparency"
    packed = b"".join(
        png[at + 8 : at + 8 + int.from_bytes(png[at : at + 4])]
        for at in _chunks(png)
        if png[at + 4 : at + 8] == b"IDAT"
    )
    raw, rows, above = zlib.decompress(packed), [], bytes(width)
    for start in range(0, len(raw), width + 1):
        above = _unfiltered(raw[start], raw[start + 1 : start + 1 + width], above)
        rows.append(above)
    return rows


def _chunks(png: bytes) -> Iterator[int]:
    at = 8
    while at < len(png):
        yield at
        at += 12 + int.from_bytes(png[at : at + 4])


def _unfiltered(kind: int, row: bytes, above: bytes) -> bytes:
    clear = bytearray(row)
    for at in range(len(row)):
        left = clear[at - 4] if at >= 4 else 0
        corner = above[at - 4] if at >= 4 else 0
        guess = (0, left, above[at], (left + above[at]) // 2, _paeth(left, above[at], corner))[kind]
        clear[at] = (row[at] + guess) & 255
    return bytes(clear)


def _paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    return min((left, above, corner), key=lambda each: abs(guess - each))


# --- what is said stays text --------------------------------------------------------------------------------


def test_markup_of_every_kind_is_read_as_it_was_written() -> None:
    told = normal(said(quotes=HOSTILE[:4], summaries=HOSTILE).text)

    for text in HOSTILE:
        for line in text.split("\n"):
            assert normal(line) in told


def test_a_quote_as_long_as_may_be_is_read_whole() -> None:
    quote = ("Je ne réponds plus au téléphone. " * 9)[:LONGEST_QUOTE].strip()

    assert quote in normal(said(quotes=(quote,)).text)


def test_signs_that_cannot_be_drawn_are_said_in_their_place() -> None:
    told = said(quotes=("J’ai pleuré 😢 puis 👩‍👧 aussi.", "你好"))
    boxes = [figure.alt for figure in told.all("Figure") if len(figure.alt) < 6]

    assert boxes == ["😢", "👩‍👧", "你好"]
    assert "J’ai pleuré 😢 puis 👩‍👧 aussi." in normal(told.text)


def test_signs_that_turn_the_direction_of_reading_are_left_out() -> None:
    told = normal(said(quotes=("avant \u202eaprès\u202c \u2067là\u2069 \u200fici",)).text)

    assert "« avant après là ici »" in told
    assert not re.search("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", told)


def test_a_language_written_from_right_to_left_is_read() -> None:
    """A PDF holds its letters as they are seen, from the left; readers turn them by the rules of Unicode."""
    assert "كان هنا"[::-1] in normal(said(quotes=("كان هنا",)).text)


def test_every_sign_that_is_said_to_be_drawn_is_drawn() -> None:
    signs = [chr(code) for first, last in typeset.DRAWN for code in range(first, last + 1)]
    data = {"language": "fr", "signs": [sign for sign in signs if typeset.readable(sign).strip()]}

    assert typeset.pdf(
        "signs.typ",
        data,
        folder=_folder(
            '#import "house.typ": *\n#set document(title: "signes")\n#show: house\n'
            "#for sign in told.signs { par(sign) }"
        ),
    ).startswith(b"%PDF")


@settings(max_examples=8)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), min_size=30, max_size=30))
def test_no_text_can_stop_a_digest(texts: list[str]) -> None:
    assert body(quotes=tuple(texts[:15]), summaries=tuple(texts[15:])).startswith(b"%PDF")


# --- pages, and what goes wrong -----------------------------------------------------------------------------


def test_pages_are_pictures_in_order_as_many_as_the_pdf_has() -> None:
    now, body = rich()
    pages = pdf.pages(freeze(now), WORDS["fr"])

    assert len(pages) == len(PdfReader(io.BytesIO(body)).pages) > 8
    assert [page.name for page in pages] == [f"seuil-2-fr-{at:02}.png" for at in range(1, len(pages) + 1)]
    for page in pages:
        assert page.body.startswith(PNG)
        assert len(page.body) < 400_000


_FOLDERS: list[Path] = []


@pytest.fixture(autouse=True)
def _fresh(tmp_path: Path) -> None:
    _FOLDERS[:] = [tmp_path]


def _folder(template: str) -> Path:
    """A folder with this template as `signs.typ`, beside what all templates share."""
    (folder,) = _FOLDERS
    (folder / "house.typ").write_bytes((typeset.TEMPLATES / "house.typ").read_bytes())
    (folder / "signs.typ").write_text(template, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("template", "place"),
    [
        ("= Titre\n#oubli", "signs.typ, line 2"),
        ("#panic(sys.inputs.data)", "signs.typ, line 1"),
        ('#set document(title: "t")\n#json(bytes(sys.inputs.data)).absent', "signs.typ, line 2"),
        ('#set document(title: "t")\n\n#json(bytes(sys.inputs.data)).secret 😢', "signs.typ, line 3"),
        ("sans titre", "signs.typ"),
    ],
)
def test_a_broken_template_says_where_and_nothing_of_what_was_told(template: str, place: str) -> None:
    with pytest.raises(FormatError) as caught:
        typeset.pdf("signs.typ", {"language": "fr", "secret": "mésange"}, folder=_folder(template))

    assert place in str(caught.value)
    assert "bot/formats" in caught.value.hint
    assert (
        "mésange"
        not in f"{caught.value} {caught.value.hint} {caught.value.__context__} {caught.value.__cause__}"
    )


def test_a_missing_template_is_the_same_kind_of_error(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"absent\.typ"):
        typeset.pdf("absent.typ", {}, folder=tmp_path)


def test_a_template_cannot_read_what_lies_outside_its_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("mésange")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "t.typ").write_text('#set document(title: "t")\n#read("../secret.txt")')

    with pytest.raises(FormatError):
        typeset.pdf("t.typ", {}, folder=inside)


def test_the_typeface_of_the_house_is_installed_with_it() -> None:
    names = {
        str(font.get_object()["/DescendantFonts"][0]["/BaseFont"])
        for page in PdfReader(io.BytesIO(rich()[1])).pages
        for font in page["/Resources"]["/Font"].values()
    }

    assert any(typeset.FAMILY.replace(" ", "") in name for name in names)
