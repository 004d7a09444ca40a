"""It is promised that the data of a digest are read by programs as meant: CSV by rows, JSON by its schema."""

from __future__ import annotations

import copy
import csv
import io
import json
import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from bot.digest import Digest, freeze, percent, thaw
from bot.figures import K_FLOOR, ROUNDED_TO
from bot.formats import FORMATS, Rendered
from bot.formats import data as json_format
from bot.formats.table import COLUMNS, REST
from bot.tally import DESIGN
from tests.told import LANGUAGES, WORDS, csv_rows, digest, digests, figures

FEW = 8
UNTOLD_BY_PANDAS = {
    *("", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>"),
    *("N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"),
}
"""What `pandas.read_csv` takes for missing, from its documentation. R knows `NA` alone."""
SCHEMA: dict[str, Any] = json.loads(json_format.schema().body)


def changed() -> Digest:
    """A digest with something in every field."""
    return digest(
        figures(1, 1500), digest(figures(2, 700)), summaries=("Le soir.",), quotes=("J’ai eu peur.",)
    )


def rows_of(digest: Digest, language: str = "fr") -> list[dict[str, str]]:
    return csv_rows(FORMATS["csv"](freeze(digest), WORDS[language]))


def body_of(rendered: Rendered) -> bytes:
    (file,) = rendered.files
    return file.body


def json_of(digest: Digest, language: str = "fr") -> dict[str, Any]:
    told = json.loads(body_of(FORMATS["json"](freeze(digest), WORDS[language])))
    assert isinstance(told, dict)
    return told


# --- CSV ----------------------------------------------------------------------------------------------------


def test_the_table_is_utf_8_with_a_mark_commas_and_crlf() -> None:
    body = body_of(FORMATS["csv"](freeze(changed()), WORDS["fr"]))

    assert body.startswith(b"\xef\xbb\xbfformat,sha256,language,")
    assert "Propos, regards ou insultes" in body.decode("utf-8-sig")
    assert body.count(b"\r\n") == body.count(b"\n") == body.count(b"\r") == len(rows_of(changed())) + 1
    assert {len(row) for row in csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""))} == {
        len(COLUMNS)
    }


@settings(max_examples=FEW)
@given(frozen=digests().map(freeze))
def test_each_cell_is_one_row_and_every_digest_of_a_design_has_the_same_rows(frozen: bytes) -> None:
    digest = thaw(frozen)
    names = ("table", "kind", "several_answers", "row_code", "column_code")

    cells = [tuple(row[name] for name in names) for row in rows_of(digest)]

    assert len(cells) == len(set(cells))
    assert cells == [tuple(row[name] for name in names) for row in rows_of(changed())]
    assert cells[0] == ("people", "total", "false", "", "")


@settings(max_examples=FEW)
@given(frozen=digests().map(freeze))
def test_a_number_is_there_exactly_where_the_status_says_published(frozen: bytes) -> None:
    digest = thaw(frozen)

    for row in rows_of(digest):
        assert (row["count"] != "") is (row["status"] == "published")
        if row["count"]:
            assert int(row["count"]) % int(row["rounding"]) == 0
            assert int(row["count"]) >= int(row["k"])
        assert row["percent"] in (
            "",
            str(percent(int(row["count"] or 0), digest.figures.people)) if row["count"] else "",
        )
        assert (row["percent"] != "") is (row["status"] == "published" and row["kind"] != "cross")
        assert not row["change"] or (row["status"] == "published" and row["change_since"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_status_has_its_rule_in_words(language: str) -> None:
    rules = {(row["status"], row["rule"]) for row in rows_of(changed(), language)}
    rules |= {(row["status"], row["rule"]) for row in rows_of(digest(figures(1, 36, "sparse")), language)}

    said = {
        ("published", WORDS[language].say(f"digest-status.{rule}", k=10))
        for rule in ("published", "rest", "total")
    }
    said |= {
        (status, WORDS[language].say(f"digest-status.{status}", k=10)) for status in ("merged", "withheld")
    }
    assert rules == said


def test_only_labels_and_rules_change_with_the_language() -> None:
    spoken = {"language", "table_title", "row_label", "column_label", "rule"}

    for french, english in zip(rows_of(changed(), "fr"), rows_of(changed(), "en"), strict=True):
        assert {name for name in COLUMNS if french[name] != english[name]} <= spoken


def test_no_category_is_called_as_what_is_left() -> None:
    assert REST not in {category.code for variable in DESIGN.variables for category in variable.categories}


@settings(max_examples=FEW)
@given(frozen=digests().map(freeze))
def test_no_word_of_the_table_is_taken_for_a_missing_value(frozen: bytes) -> None:
    digest = thaw(frozen)

    always = ("format", "sha256", "language", "table", "table_title", "kind", "status", "rule")
    for language in LANGUAGES:
        for row in rows_of(digest, language):
            assert not {row[name] for name in always} & UNTOLD_BY_PANDAS
            for code, label in (("row_code", "row_label"), ("column_code", "column_label")):
                assert not {row[code], row[label]} & (UNTOLD_BY_PANDAS - {""})
                assert bool(row[code]) is bool(row[label])


class Says:
    """A language in which everything begins as a formula does."""

    language = "xx"

    def __init__(self, begins: str) -> None:
        self.begins = begins

    def say(self, key: str, **_: str | int) -> str:
        return f'{self.begins}cmd|"{key}",\r\nx'

    def help_sources(self) -> tuple[Any, ...]:
        return ()


@pytest.mark.parametrize(
    "begins", ["=", "+", "-", "@", "\t=", "\r=", "\n@", " =", "\u00a0+", "＝", "＋", "－", "＠"]
)
def test_nothing_in_the_table_is_a_formula(begins: str) -> None:
    rows = csv_rows(FORMATS["csv"](freeze(changed()), Says(begins)))

    told = [cell for row in rows for cell in row.values()]
    assert f'\'{begins}cmd|"digest-total",\r\nx' in told
    for cell in told:
        assert re.fullmatch(r"-?[0-9]+", cell) or not re.match(r"\s*[=+\-@＝＋－＠]", cell)


@pytest.mark.parametrize("language", LANGUAGES)
def test_our_own_labels_need_no_apostrophe(language: str) -> None:
    assert not [cell for row in rows_of(changed(), language) for cell in row.values() if cell[:1] == "'"]


# --- the schema ---------------------------------------------------------------------------------------------


def faults(told: object) -> list[str]:
    return [fault.message for fault in Draft202012Validator(SCHEMA).iter_errors(told)]


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=25)
@given(frozen=digests().map(freeze))
def test_every_json_keeps_to_the_schema(language: str, frozen: bytes) -> None:
    assert faults(json_of(thaw(frozen), language)) == []


def test_the_schema_is_one_and_is_named_by_its_format() -> None:
    file = json_format.schema()
    Draft202012Validator.check_schema(SCHEMA)

    assert file.name == "seuil-digest-json-1.schema.json"
    assert SCHEMA["title"] == SCHEMA["properties"]["format"]["const"] == json_format.FORMAT
    assert SCHEMA["$id"] == f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, json_format.FORMAT)}"


def test_the_schema_sends_nobody_to_an_address() -> None:
    dialect = SCHEMA["$schema"]

    assert re.findall(r"https?://[^\"]+", json_format.schema().body.decode()) == [dialect]


def parts(schema: object) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for inner in schema.values():
            yield from parts(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from parts(inner)


def test_every_object_of_the_schema_is_closed_and_every_field_is_explained_and_always_there() -> None:
    objects = [part for part in parts(SCHEMA) if part.get("type") == "object"]

    assert len(objects) == 10
    for each in objects:
        assert each["additionalProperties"] is False
        assert set(each["required"]) == set(each["properties"])
        for name, field in each["properties"].items():
            meant = SCHEMA["$defs"][field["$ref"].rpartition("/")[2]] if "$ref" in field else {}
            assert field.get("description") or meant.get("description"), name


def test_the_schema_knows_the_same_bounds_as_the_program() -> None:
    people, k = SCHEMA["properties"]["people"], SCHEMA["properties"]["k"]

    assert SCHEMA["$defs"]["count"]["minimum"] == k["minimum"] == K_FLOOR
    assert SCHEMA["$defs"]["count"]["multipleOf"] == people["multipleOf"] == ROUNDED_TO
    assert SCHEMA["properties"]["rounding"]["const"] == ROUNDED_TO


Harm = Callable[[dict[str, Any]], object]


def cell(told: dict[str, Any], status: str, of: str = "tables") -> dict[str, Any]:
    return next(
        each
        for table in told[of]
        for each in table["cells"]
        if each["status"] == status
    )  # fmt: skip


def one_answer(told: dict[str, Any]) -> dict[str, Any]:
    return next(table for table in told["tables"] if table["rest"])


WRONG: dict[str, Harm] = {
    "a withheld cell with a count": lambda told: cell(told, "withheld").update(count=15),
    "a withheld cell with a percentage": lambda told: cell(told, "withheld").update(percent=4),
    "a withheld cell with a change": lambda told: cell(told, "withheld").update(change=5),
    "a merged cell with a count": lambda told: cell(told, "merged").update(count=15, percent=4),
    "a cell of a two-way table with a count that is not published": lambda told: cell(
        told, "published", "crosses"
    ).update(status="merged"),
    "a published cell without a count": lambda told: cell(told, "published").update(count=None),
    "a published cell without a percentage": lambda told: cell(told, "published").update(percent=None),
    "a count that is not rounded": lambda told: cell(told, "published").update(count=43),
    "a count under k": lambda told: cell(told, "published").update(count=5),
    "a count under k, in a two-way table": lambda told: cell(told, "published", "crosses").update(count=5),
    "a rest under k": lambda told: one_answer(told)["rest"].update(count=5),
    "a rest of a row under k": lambda told: told["crosses"][0]["rests"][0].update(count=5),
    "a zero": lambda told: cell(told, "published").update(count=0),
    "a count that is text": lambda told: cell(told, "published").update(count="45"),
    "half a person": lambda told: cell(told, "published").update(count=17.5),
    "a percentage over all": lambda told: cell(told, "published").update(percent=101),
    "a change that is not rounded": lambda told: cell(told, "published").update(change=3),
    "a status nobody explained": lambda told: cell(told, "withheld").update(status="too small"),
    "a merged cell where nothing took it": lambda told: one_answer(told).update(rest=None),
    "a rest where nothing adds up": lambda told: one_answer(told).update(several_answers=True),
    "one field more": lambda told: told.update(region="69"),
    "one field more, in a cell": lambda told: cell(told, "published").update(exact=43),
    "one field less": lambda told: told.pop("sha256"),
    "one field less, in a cell": lambda told: cell(told, "published").pop("label"),
    "another format": lambda told: told.update(format="seuil-digest-json/2"),
    "a day": lambda told: told["months"].update(first="2026-07-14"),
    "a month there is not": lambda told: told["months"].update(last="2026-13"),
    "k under its floor": lambda told: told.update(k=4),
    "another rounding": lambda told: told.update(rounding=1),
    "fewer people than a digest has": lambda told: told.update(people=25),
    "people not rounded": lambda told: told.update(people=203),
    "verified": lambda told: told.update(unverified=False),
    "a fingerprint cut short": lambda told: told.update(sha256=told["sha256"][:-1]),
    "no digest before the first": lambda told: told["change"].update(since=0),
}


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """A digest in which every status occurs."""
    told = json_of(changed())
    statuses = {cell["status"] for table in told["tables"] for cell in table["cells"]}
    assert statuses == {"published", "merged", "withheld"}
    return told


@pytest.mark.parametrize("wrong", WRONG)
def test_the_schema_refuses(wrong: str, told: dict[str, Any]) -> None:
    harmed = copy.deepcopy(told)
    assert faults(harmed) == []

    WRONG[wrong](harmed)

    assert faults(harmed) != []


@pytest.mark.parametrize(
    ("k", "least"), [(5, 5), (6, 10), (10, 10), (12, 15), (17, 20), (25, 25), (30, 30), (50, 50)]
)
def test_the_schema_asks_of_each_count_what_k_asks(k: int, least: int, told: dict[str, Any]) -> None:
    harmed = copy.deepcopy(told)
    harmed["k"] = k
    counts = [part for part in parts(harmed) if part.get("count") is not None]
    for part in counts:
        part["count"] = least
    assert faults(harmed) == []

    for part in counts:
        part["count"] = least - 5
        assert faults(harmed) != []
        part["count"] = least
