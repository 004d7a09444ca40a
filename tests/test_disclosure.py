"""What may be told, and what `protect` makes of counts near its limits. The proof against attackers is in
tests/attack; here every rule is seen at work."""

from __future__ import annotations

import ast
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bot
from bot.disclosure import TooFew, protect, rounded
from bot.errors import SettingsError, StoreDamaged
from bot.figures import SafeTable, SafeTally, as_data, recall
from bot.tally import DESIGN, Category, Coded, Cross, Design, Tally, Variable, tally
from tests.people import MOODS, coded, crowd, population


def safe(told: list[Coded], k: int = 10) -> SafeTally:
    figures = protect(tally(told), k=k)
    assert isinstance(figures, SafeTally)
    return figures


def told_in(table: SafeTable) -> dict[str, int]:
    return {cell.code: cell.count for cell in table.cells if cell.count is not None}


@cache
def counted(seed: int, size: int, mood: str) -> Tally:
    return tally(population(seed, size, mood))


def tallies() -> st.SearchStrategy[tuple[Tally, int]]:
    return st.builds(
        lambda seed, size, mood, k: (counted(seed, max(size, 3 * k), mood), k),
        st.integers(0, 9),
        st.sampled_from([30, 47, 80, 150, 400]),
        st.sampled_from(MOODS),
        st.sampled_from([5, 6, 7, 10, 12, 20]),
    )


def exact_and_told(exact: Tally, figures: SafeTally) -> list[tuple[int, int]]:
    """Each told number beside the exact one it was made of."""
    pairs = [(exact.people, figures.people)]
    for table in figures.tables:
        counts = exact.counts[table.id]
        pairs += [
            (n, cell.count) for n, cell in zip(counts, table.cells, strict=True) if cell.count is not None
        ]
        if table.rest is not None:
            shown = sum(n for n, cell in zip(counts, table.cells, strict=True) if cell.count is not None)
            pairs.append((exact.people - shown, table.rest))
    for cross in figures.crosses:
        for row, (counts, told, rest) in enumerate(
            zip(exact.crosses[cross.id], cross.counts, cross.rests, strict=True)
        ):
            pairs += [(n, count) for n, count in zip(counts, told, strict=True) if count is not None]
            if rest is not None:
                shown = sum(n for n, count in zip(counts, told, strict=True) if count is not None)
                pairs.append((exact.counts[cross.rows_of][row] - shown, rest))
    return pairs


@given(tallies())
def test_every_told_number_is_k_people_or_more_rounded_to_five(drawn: tuple[Tally, int]) -> None:
    exact, k = drawn
    figures = protect(exact, k=k)
    assert isinstance(figures, SafeTally)

    for count, told in exact_and_told(exact, figures):
        assert count >= k
        assert told >= k
        assert told % 5 == 0
        assert abs(told - count) <= 2


@given(tallies())
def test_every_told_part_leaves_k_people_or_more_outside_it(drawn: tuple[Tally, int]) -> None:
    exact, k = drawn
    figures = protect(exact, k=k)
    assert isinstance(figures, SafeTally)

    for table in figures.tables:
        for count, cell in zip(exact.counts[table.id], table.cells, strict=True):
            if cell.count is not None:
                assert exact.people - count >= k
                assert 10 * count < 9 * exact.people
    for cross in figures.crosses:
        wholes = exact.counts[cross.columns_of]
        for counts, told in zip(exact.crosses[cross.id], cross.counts, strict=True):
            for count, whole, number in zip(counts, wholes, told, strict=True):
                assert number is None or (whole - count >= k and 10 * count < 9 * whole)


@given(tallies())
def test_a_cell_is_told_only_where_its_row_and_its_column_are(drawn: tuple[Tally, int]) -> None:
    exact, k = drawn
    figures = protect(exact, k=k)
    assert isinstance(figures, SafeTally)

    for cross in figures.crosses:
        rows, columns = told_in(figures.table(cross.rows_of)), told_in(figures.table(cross.columns_of))
        for row, counts, rest in zip(cross.rows, cross.counts, cross.rests, strict=True):
            told = [column for column, count in zip(cross.columns, counts, strict=True) if count is not None]
            assert not told or row in rows
            assert set(told) <= set(columns)
            assert (rest is None) is (not told), "what a row withholds is merged, unless it is the whole row"


@given(tallies())
def test_the_same_counts_give_the_same_figures(drawn: tuple[Tally, int]) -> None:
    exact, k = drawn

    assert protect(exact, k=k) == protect(exact, k=k)


@given(tallies())
def test_a_higher_k_never_tells_a_number_a_lower_one_withholds_for_being_small(
    drawn: tuple[Tally, int],
) -> None:
    exact, k = drawn
    figures = protect(exact, k=2 * k)

    if isinstance(figures, SafeTally):
        assert all(count >= 2 * k for count, _ in exact_and_told(exact, figures))


@given(tallies())
def test_totals_and_parts_agree_within_the_rounding(drawn: tuple[Tally, int]) -> None:
    exact, k = drawn
    figures = protect(exact, k=k)
    assert isinstance(figures, SafeTally)

    for table in figures.tables:
        if table.rest is not None:
            parts = [*told_in(table).values(), table.rest]
            assert abs(sum(parts) - figures.people) <= 2 * (len(parts) + 1)


@pytest.mark.parametrize("size", [0, 1, 29])
def test_under_thirty_people_nothing_at_all_is_told(size: int) -> None:
    assert protect(tally(crowd(size, what_happened="calls"))) == TooFew(30)
    assert protect(tally(crowd(30, what_happened="calls"))) != TooFew(30)


def test_nobody_is_told_of_no_more_than_few_are() -> None:
    """Zero is a small number: that nobody said something tells it of each of them."""
    people = [coded(n, what_happened="calls" if n < 50 else "", who_came="delivery") for n in range(100)]

    figures = safe(people)

    assert {cell.code: cell.count for cell in figures.table("what_happened").cells}["threats"] is None
    assert 0 not in [*figures.numbers()]


def test_the_smallest_period_grows_with_k_and_with_the_setting() -> None:
    assert protect(tally(crowd(59)), k=20) == TooFew(60)
    assert protect(tally(crowd(80)), least=100) == TooFew(100)


def test_k_is_never_under_five_and_the_period_never_under_thirty() -> None:
    with pytest.raises(SettingsError) as found:
        protect(tally([]), k=4)
    assert "SEUIL_K" in found.value.hint

    with pytest.raises(SettingsError) as found:
        protect(tally([]), least=29)
    assert "SEUIL_MIN_PEOPLE" in found.value.hint


def test_a_small_category_is_merged_with_those_who_gave_none() -> None:
    people = [
        coded(n, repetition="once" if n < 20 else "ongoing" if n < 29 else "unknown") for n in range(40)
    ]

    table = safe(people).table("repetition")

    assert told_in(table) == {"once": 20}
    assert table.rest == 20
    assert [cell.status for cell in table.cells] == ["merged", "merged", "merged", "published"]


def test_a_remainder_that_is_too_small_takes_the_smallest_category_with_it() -> None:
    """Zero people without category is a small remainder too: or it would say that nobody was silent."""
    people = [
        coded(n, repetition="once" if n < 20 else "ongoing" if n < 32 else "more_than_five")
        for n in range(60)
    ]

    table = safe(people).table("repetition")

    assert told_in(table) == {"once": 20, "more_than_five": 30}
    assert table.rest == 10


def test_what_nearly_everybody_said_is_not_told() -> None:
    people = [
        coded(n, what_happened="calls" if n < 91 else "threats", repetition="once" if n < 91 else "")
        for n in range(101)
    ]

    figures = safe(people)

    assert told_in(figures.table("what_happened")) == {"threats": 10}
    assert told_in(figures.table("repetition")) == {}


def test_a_lone_withheld_cell_takes_another_with_it() -> None:
    """Delivery with calls are 5 people, and nobody is without category: the row would add up to them."""
    people = [
        coded(
            n,
            who_came="delivery" if n < 25 else "plumber" if n < 60 else "cleaning" if n < 100 else "",
            what_happened="calls" if n < 5 or 30 <= n < 45 or 60 <= n < 80 else "",
        )
        for n in range(120)
    ]

    figures = safe(people)
    row = dict(zip(figures.crosses[0].columns, figures.crosses[0].counts[1], strict=True))

    assert set(told_in(figures.table("who_came"))) == {
        "delivery_transport",
        "repair_works",
        "personal_services",
    }
    assert row["delivery_transport"] is None
    assert row["repair_works"] is None
    assert row["personal_services"] == 20
    assert figures.crosses[0].rests[1] == 20, "the two of them, merged"


def test_among_equals_the_category_declared_last_is_merged() -> None:
    people = [coded(n, repetition=("ongoing", "two_to_five", "once")[n % 3]) for n in range(60)]

    assert told_in(safe(people).table("repetition")) == {"ongoing": 20, "two_to_five": 20}


def test_a_row_that_no_withholding_can_save_loses_its_total() -> None:
    """13 called, 10 had a delivery: 3 or more of the 20 others called. If fewer than 5 did, 3 or 4 did."""
    people = [
        coded(n, who_came="delivery" if n < 10 else "", what_happened="calls" if n < 2 or n > 18 else "")
        for n in range(30)
    ]

    figures = safe(people, k=5)

    assert told_in(figures.table("who_came")) == {"delivery_transport": 10}
    assert told_in(figures.table("what_happened")) == {}


def test_a_row_lost_for_one_two_way_table_is_lost_in_the_other() -> None:
    """The row of the test before. 7 of the 12 who were listened to called, which would be told: but these 7
    and the 6 others add up to the 13 that are not."""
    people = [
        coded(
            n,
            who_came="delivery" if n < 10 else "",
            what_happened="calls" if n < 2 or n > 18 else "",
            reaction__company_service="listened" if 14 <= n < 26 else "",
        )
        for n in range(30)
    ]

    figures = safe(people, k=5)

    assert told_in(figures.table("company_reaction")) == {"listened": 10}
    for cross in figures.crosses:
        assert cross.counts[1] == (None,) * 5
        assert cross.rests[1] is None
    alone = safe([replace(one, answers={**one.answers, "who_came": ()}) for one in people], k=5)
    assert alone.crosses[1].counts[1] == (None, None, 5, None, None), "it was lost for the other's sake"


def test_a_cell_that_is_nearly_its_whole_row_is_not_told() -> None:
    """185 of the 200 who told of calls had a delivery: those who had none would stand out."""
    people = [
        coded(
            n,
            who_came="delivery" if n < 300 else "plumber",
            what_happened="calls" if n < 185 or n >= 585 else "",
        )
        for n in range(600)
    ]

    figures = safe(people)

    assert told_in(figures.table("what_happened"))["messages"] == 200
    assert figures.crosses[0].counts[1] == (None,) * 5


def test_what_a_row_withholds_together_is_not_nearly_everybody_either() -> None:
    """96 of 100, 93 of 100 and 28 of 30: none is told, and 217 of 230 would tell it of all of them. So the
    cell that could tell the 217 by subtraction, 20 of 100, is withheld as well."""
    with_calls = {*range(96), *range(100, 193), *range(200, 220), *range(300, 328)}
    people = [
        coded(
            n,
            who_came="delivery" if n < 100 else "plumber" if n < 200 else "cleaning" if n < 300 else "",
            what_happened="calls" if n in with_calls else "",
        )
        for n in range(330)
    ]

    figures = safe(people)

    assert told_in(figures.table("what_happened"))["messages"] == 235
    assert figures.crosses[0].counts[1] == (None,) * 5
    assert figures.crosses[0].rests[1] is None


def test_everybody_of_a_trade_saying_the_same_is_not_told() -> None:
    people = [
        coded(
            n, who_came="delivery" if n < 30 else "plumber", what_happened="calls" if n < 30 or n > 80 else ""
        )
        for n in range(120)
    ]

    figures = safe(people)

    assert figures.crosses[0].counts[1] == (None,) * 5


def test_why_a_number_is_withheld_is_told_nowhere() -> None:
    few = safe([coded(n, what_happened="calls" if n < 3 else "") for n in range(100)])
    nearly_all = safe([coded(n, what_happened="calls" if n < 97 else "") for n in range(100)])

    assert few == nearly_all


@pytest.mark.parametrize(("count", "told"), [(10, 10), (12, 10), (13, 15), (17, 15), (18, 20), (30, 30)])
def test_rounding_is_to_the_nearest_five(count: int, told: int) -> None:
    assert rounded(count) == told


@pytest.mark.parametrize(("rows", "columns"), [(False, False), (True, True), (False, True)])
def test_a_two_way_table_the_method_does_not_speak_of_cannot_be_declared(rows: bool, columns: bool) -> None:
    """Rows of one answer would add up down each column, columns of several would not add up along a row."""
    category = (Category("c", frozenset({("q", "c")})),)

    with pytest.raises(ValueError, match="rows of several answers"):
        Design(1, (Variable("r", rows, category), Variable("c", columns, category)), (Cross("x", "r", "c"),))


def test_only_protect_and_the_ledger_make_figures() -> None:
    figures = safe(crowd(40))

    with pytest.raises(TypeError, match="protect"):
        SafeTally(1, 10, 40, (), (), made=None)
    with pytest.raises((TypeError, ValueError)):
        replace(figures, people=41)


def test_no_other_module_holds_the_stamp_of_protected_figures() -> None:
    holders = set()
    house = Path(bot.__file__).parents[1]
    rooms = ("bot", "handlers", "storage", "locales")
    for file in (path for room in rooms for path in (house / room).rglob("*.py")):
        names = {node.id for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Name)}
        names |= {
            a.name
            for node in ast.walk(ast.parse(file.read_text()))
            if isinstance(node, ast.ImportFrom)
            for a in node.names
        }
        if "PROTECTED" in names:
            holders.add(file.name)

    assert holders == {"figures.py", "disclosure.py"}


@given(tallies())
def test_figures_come_back_from_the_ledger_as_they_went(drawn: tuple[Tally, int]) -> None:
    exact, k = drawn
    figures = protect(exact, k=k)
    assert isinstance(figures, SafeTally)

    assert recall(as_data(figures)) == figures


@pytest.mark.parametrize(
    "harm", ["under k", "not a multiple", "more than all", "k under five", "a text", "a hole"]
)
def test_figures_that_were_never_made_here_are_refused(harm: str) -> None:
    data = as_data(safe([coded(n, what_happened="calls" if n < 50 else "") for n in range(100)]))
    cells = data["tables"][0]["cells"]  # type: ignore[index]  # plain JSON, seen as object
    assert cells[1][1] == 50
    match harm:
        case "under k":
            cells[1][1] = 5
        case "not a multiple":
            cells[1][1] = 51
        case "more than all":
            cells[1][1] = 105
        case "k under five":
            data["k"] = 1
        case "a text":
            cells[1][1] = "50"
        case "a hole":
            cells[1][1] = None

    with pytest.raises(StoreDamaged):
        recall(data)


def test_the_design_is_the_one_the_figures_name() -> None:
    figures = safe(crowd(40))

    assert figures.design == DESIGN.version
    assert [table.id for table in figures.tables] == [variable.id for variable in DESIGN.variables]
