"""The audit chain: what is changed, moved, dropped or slipped in is found at the first line that breaks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.audit import START, chain, first_break, line

Row = tuple[int, str, bytes]
acts = st.lists(st.tuples(st.integers(0, 40_000), st.text(), st.text(), st.text()), min_size=1, max_size=20)


def log_of(told: list[tuple[int, str, str, str]]) -> list[Row]:
    rows: list[Row] = []
    value = START
    for number, act in enumerate(told, start=1):
        text = line(number, *act)
        value = chain(value, text)
        rows.append((number, text, value))
    return rows


@given(acts)
def test_a_log_as_it_was_written_is_sound(told: list[tuple[int, str, str, str]]) -> None:
    assert first_break(log_of(told)) is None


@given(acts)
def test_a_sound_log_is_sound_page_by_page(told: list[tuple[int, str, str, str]]) -> None:
    rows = log_of(told)
    half = len(rows) // 2
    previous = rows[half - 1][2] if half else START

    assert first_break(rows[:half]) is None
    assert first_break(rows[half:], previous, half + 1) is None


@given(acts, st.data())
def test_a_line_changed_anywhere_is_found_there(
    told: list[tuple[int, str, str, str]], data: st.DataObject
) -> None:
    rows = log_of(told)
    at = data.draw(st.integers(0, len(rows) - 1))
    number, text, value = rows[at]
    place = data.draw(st.integers(0, len(text) - 1))
    rows[at] = (number, text[:place] + chr((ord(text[place]) + 1) % 0xD800) + text[place + 1 :], value)

    assert first_break(rows) == at + 1


@given(acts, st.data())
def test_a_chain_value_changed_anywhere_is_found_there(
    told: list[tuple[int, str, str, str]], data: st.DataObject
) -> None:
    rows = log_of(told)
    at = data.draw(st.integers(0, len(rows) - 1))
    number, text, value = rows[at]
    rows[at] = (number, text, bytes([value[0] ^ 1]) + value[1:])

    assert first_break(rows) == at + 1


@given(acts, st.data())
def test_a_line_dropped_before_the_last_is_found(
    told: list[tuple[int, str, str, str]], data: st.DataObject
) -> None:
    rows = log_of([*told, (1, "a", "b", "c")])
    at = data.draw(st.integers(0, len(rows) - 2))
    del rows[at]

    assert first_break(rows) == at + 1


@given(acts, st.data())
def test_a_line_rewritten_with_its_own_chain_value_is_found_at_the_next(
    told: list[tuple[int, str, str, str]], data: st.DataObject
) -> None:
    rows = log_of([*told, (1, "a", "b", "c")])
    at = data.draw(st.integers(0, len(rows) - 2))
    forged = line(at + 1, 0, "somebody", "else", "forged here")
    rows[at] = (at + 1, forged, chain(rows[at - 1][2] if at else START, forged))

    assert first_break(rows) == at + 2


def test_a_line_that_is_no_line_is_a_break_and_not_an_error() -> None:
    for text in ("", "{}", "[]", "null", "[1"):
        assert first_break([(1, text, chain(START, text))]) == 1
