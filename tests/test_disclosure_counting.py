"""How people are counted, before anything is protected."""

from __future__ import annotations

import random
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import StoreDamaged
from bot.questionnaire import Choice
from bot.questions import EVERY_QUESTION
from bot.roll import Cases, Roll, profile_bytes, record
from bot.tally import COUNTED, DESIGN, Coded, Tally, bits, tally
from tests.people import MOODS, coded, population


def count(counted: Tally, table: str, code: str) -> int:
    codes = [category.code for category in DESIGN.variable(table).categories]
    return counted.counts[table][codes.index(code)]


def some_testimonies() -> st.SearchStrategy[list[Coded]]:
    """A few people, some of whom testify several times, with every consent there is and one there is not."""
    questions = [question for question in EVERY_QUESTION if isinstance(question, Choice)]
    answer = st.sampled_from(questions).flatmap(
        lambda question: st.tuples(
            st.just(question.id),
            st.sets(st.sampled_from([option.code for option in question.options]), min_size=1),
        )
    )
    consents = st.sampled_from([*sorted(COUNTED), "none", "never heard of"])
    return st.lists(
        st.builds(
            lambda answers, consent, number: Coded(
                {question: tuple(sorted(codes)) for question, codes in answers},
                consent,
                bytes([number]) * 16,
                "fr",
            ),
            st.lists(answer, max_size=4),
            consents,
            st.integers(0, 5),
        ),
        max_size=8,
    )


def test_a_person_who_testifies_twice_is_one_person_with_all_she_told() -> None:
    told = [
        coded(1, what_happened="calls"),
        coded(1, what_happened="threats calls"),
        coded(2, what_happened="calls"),
    ]

    counted = tally(told)

    assert counted.people == 2
    assert count(counted, "what_happened", "messages") == 2
    assert count(counted, "what_happened", "threats") == 1


def test_two_answers_of_one_group_count_once() -> None:
    assert count(tally([coded(1, what_happened="calls msg_unwanted")]), "what_happened", "messages") == 1


@pytest.mark.parametrize("consent", ["none", "", "all", "STATS_ONLY"])
def test_without_consent_to_figures_nothing_is_counted(consent: str) -> None:
    counted = tally([coded(1, consent, what_happened="calls")])

    assert counted.people == 0
    assert not any(any(cells) for cells in counted.counts.values())


def test_a_testimony_not_given_for_figures_adds_nothing_to_another_of_the_same_person() -> None:
    counted = tally([coded(1, what_happened="calls"), coded(1, "none", what_happened="threats")])

    assert count(counted, "what_happened", "threats") == 0


def test_of_several_reactions_the_hardest_is_counted() -> None:
    told = coded(
        1,
        told_whom="company_service landlord_agency",
        reaction__company_service="handled_done",
        reaction__landlord_agency="minimised",
    )

    assert tally([told]).counts["company_reaction"] == (1, 0, 0, 0, 0)


def test_other_unknown_silence_and_refusal_are_people_without_category() -> None:
    told = [coded(n, who_came=code) for n, code in enumerate(["other", "unknown", "prefer_not", "sales"])]

    counted = tally([*told, coded(9)])

    assert counted.people == 5
    assert sum(counted.counts["who_came"]) == 0


def test_a_two_way_table_counts_people_in_both() -> None:
    told = [
        coded(1, what_happened="calls", who_came="delivery"),
        coded(2, what_happened="calls threats", who_came="plumber"),
        coded(3, what_happened="calls"),
    ]

    rows = tally(told).crosses["happened_by_who_came"]

    assert rows[1] == (0, 1, 1, 0, 0)
    assert rows[6] == (0, 0, 1, 0, 0)


@given(some_testimonies(), st.randoms(use_true_random=False))
def test_order_does_not_matter(told: list[Coded], chance: random.Random) -> None:
    shuffled = list(told)
    chance.shuffle(shuffled)

    assert tally(shuffled) == tally(told)


@given(some_testimonies(), st.data())
def test_however_the_work_is_split_the_count_is_the_same(told: list[Coded], data: st.DataObject) -> None:
    """`bot.roll`: sheets of any size, in any order, a person's testimonies on several of them."""
    cuts = sorted(data.draw(st.sets(st.integers(0, len(told)))))
    sheets = [told[a:b] for a, b in pairwise([0, *cuts, len(told)])]
    table, width = bits(DESIGN), profile_bytes(DESIGN)
    roll = Roll()

    for sheet in data.draw(st.permutations(sheets)):
        roll.add(b"".join(record(one, table, width) for one in sheet))

    assert roll.tally() == tally(told)


def test_a_crowd_is_counted_the_same_in_pieces() -> None:
    table, width = bits(DESIGN), profile_bytes(DESIGN)
    for mood in MOODS:
        told = [*population(3, 400, mood), *population(4, 300, mood)]  # 300 of the 400, who say more
        told = [replace(one, tag=sha256(one.tag).digest()[:16]) for one in told]
        roll = Roll()
        roll.add(b"".join(record(one, table, width) for one in told))

        assert roll.tally() == tally(told)
        assert roll.tally().people == 400


def test_a_roll_takes_whole_lines_only() -> None:
    with pytest.raises(ValueError, match="24 bytes"):
        Roll().add(bytes(25))


@given(st.sets(st.binary(min_size=16, max_size=16)), st.randoms(use_true_random=False))
def test_cases_are_sorted_and_found_whatever_their_order(ids: set[bytes], chance: random.Random) -> None:
    mixed = sorted(ids)
    chance.shuffle(mixed)
    cases = Cases(mixed)

    assert list(cases) == [cases[place] for place in range(len(cases))] == sorted(ids)
    assert all(case in cases for case in ids)
    assert (bytes(16) in cases) == (bytes(16) in ids)
    assert cases[:3] == tuple(sorted(ids)[:3])
    assert repr(cases) == f"Cases of {len(ids)}"


@given(some_testimonies())
def test_telling_the_same_again_changes_nothing(told: list[Coded]) -> None:
    assert tally([*told, *told]) == tally(told)


@given(some_testimonies())
def test_refusals_leave_no_trace(told: list[Coded]) -> None:
    assert tally(told) == tally(one for one in told if one.consent in COUNTED)


@given(some_testimonies(), st.data())
def test_a_withdrawn_testimony_leaves_no_count_behind(told: list[Coded], data: st.DataObject) -> None:
    """Withdrawn before the digest is frozen: what is left is counted as if she had never spoken."""
    gone = data.draw(st.integers(0, 5))
    left = [one for one in told if one.tag != bytes([gone]) * 16]
    hers = [one for one in told if one.tag == bytes([gone]) * 16 and one.consent in COUNTED]

    assert tally(left).people == tally(told).people - bool(hers)
    assert all(
        few <= many
        for id, cells in tally(left).counts.items()
        for few, many in zip(cells, tally(told).counts[id], strict=True)
    )


@given(some_testimonies())
def test_every_cell_fits_in_its_margins(told: list[Coded]) -> None:
    counted = tally(told)
    for cross in DESIGN.crosses:
        for row, cells in enumerate(counted.crosses[cross.id]):
            assert sum(cells) <= counted.counts[cross.rows][row] <= counted.people
            assert all(n <= whole for n, whole in zip(cells, counted.counts[cross.columns], strict=True))
    for variable in DESIGN.variables:
        if not variable.many:
            assert sum(counted.counts[variable.id]) <= counted.people


def test_a_testimony_without_a_whole_sender_tag_stops_the_digest() -> None:
    with pytest.raises(StoreDamaged, match="3 bytes"):
        tally([Coded({}, "stats_only", b"abc", "fr")])


def test_exact_counts_and_answers_have_no_repr() -> None:
    told = coded(1, what_happened="calls")

    assert "calls" not in repr(told)
    assert tally([told] * 77).people == 1
    assert not any(sign.isdigit() for sign in repr(tally(population(1, 40, MOODS[0]))))


def test_every_category_counts_answers_that_can_be_given() -> None:
    """And a variable with one answer puts no answer into two categories."""
    offered = {
        (question.id, option.code)
        for question in EVERY_QUESTION
        if isinstance(question, Choice)
        for option in question.options
    }
    for variable in DESIGN.variables:
        taken = [pair for category in variable.categories for pair in category.of]
        assert set(taken) <= offered
        assert len(taken) == len(set(taken))
        assert not {code for _, code in taken} & {"other", "unknown", "prefer_not", "none", "nothing_now"}


def test_no_table_tells_where_in_which_language_or_who_was_at_home() -> None:
    asked = {
        question
        for variable in DESIGN.variables
        for category in variable.categories
        for question, _ in category.of
    }

    assert not asked & {"region", "lang", "home_context", "about_age", "about_gender"}
    assert len(DESIGN.variables) <= 10
    assert len(DESIGN.crosses) == 2
