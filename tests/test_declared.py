"""It is promised that declared values are read in order, checked beside each other, never change, and that a
secret is shown to nobody who does not ask for it."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.declared import (
    Before,
    Beside,
    Frozen,
    NotAsExpected,
    OneOf,
    Text,
    Told,
    Whole,
    declared,
    derived,
    folder,
    secret,
    yes_no,
)
from bot.secret import SecretStr

CANARY = "zq-canary"


def _not_under(number: int, before: Before) -> int:
    if number < before.get("low", number):
        raise Told("under the other one.")
    return number


class Range(Frozen):
    low: int = declared(Whole(1, 9), default=1, expected="1 to 9")
    high: int = declared(Whole(1, 9), Beside(_not_under), default=5, expected="1 to 9")
    middle: float = declared(
        Whole(1, 9), default=derived(lambda before: before.get("high", 5) / 2), expected="a number"
    )
    owner: str = declared(Text(12), default="", expected="at most 12 characters", shown=False)
    step: int | None = declared(Whole(1, 3), default=None, expected="1 to 3")
    key: SecretStr = declared(secret, default=SecretStr(""), expected="a key")


def faults(**written: object) -> dict[str, ValueError]:
    with pytest.raises(NotAsExpected) as caught:
        Range(**written)
    assert CANARY not in f"{caught.value!r} {caught.value} {caught.value.faults!r}"
    return {fault.name: fault.why for fault in caught.value.faults}


def test_what_is_not_given_is_as_usual_and_may_follow_from_what_stands_before():
    assert (Range().low, Range().high, Range().middle) == (1, 5, 2.5)
    assert Range(high="8").middle == 4
    assert Range(step=None).step is None


def test_every_fault_is_told_and_one_at_fault_is_not_held_against_the_next():
    assert [*faults(low="no", high=0, step=4, key=None, owner=CANARY * 2)] == [
        "low", "high", "owner", "step", "key",
    ]  # fmt: skip
    assert set(faults(low="10", high="2")) == {"low"}
    assert str(faults(low=CANARY)["low"]) == "not a whole number"


def test_a_contradiction_is_told_also_by_what_is_usual():
    assert str(faults(low=6)["high"]) == "under the other one."


def test_a_name_that_is_not_declared_is_refused():
    with pytest.raises(TypeError, match="Range has no hgih"):
        Range(hgih=3)  # type: ignore[call-arg]  # that is the point


def test_nothing_changes_and_nothing_goes():
    whole = Range()

    with pytest.raises(FrozenInstanceError):
        whole.low = 2  # type: ignore[misc]  # that is the point
    with pytest.raises(FrozenInstanceError):
        del whole.low
    assert whole == Range()


def test_another_with_other_values_is_checked_as_the_first_was():
    first = Range(low=2, owner=CANARY)

    other = first.but(high="7")

    assert (other.low, other.high, other.owner, first.high) == (2, 7, CANARY, 5)
    assert other.middle == first.middle
    with pytest.raises(NotAsExpected):
        first.but(high=1)


def test_equal_values_are_equal_wherever_they_went():
    one = Range(low=2, key=CANARY)  # type: ignore[arg-type]  # as people write it

    assert one == copy.deepcopy(one) == pickle.loads(pickle.dumps(one))  # noqa: S301 (made in this line)
    assert hash(one) == hash(one.but(low=2))
    assert one != one.but(low=3)
    assert one != object()


def test_a_repr_shows_neither_secrets_nor_what_is_not_to_be_shown():
    shown = repr(Range(low=2, owner=CANARY, key=CANARY))  # type: ignore[arg-type]  # as people write it

    assert shown == "Range(low=2, high=5, middle=2.5, step=None, key=SecretStr('**********'))"


@given(st.text(min_size=1))
def test_a_secret_is_given_to_whoever_asks_and_shows_the_same_stars_for_all(text):
    told = SecretStr(text)

    assert told.get_secret_value() == text
    assert told
    assert {repr(told), f"{[told]}"[1:-1]} == {"SecretStr('**********')"}
    assert {str(told), f"{told}"} == {"**********"}
    assert (told == SecretStr(text), told == SecretStr(f"{text}."), told == text) == (True, False, False)


def test_no_secret_is_seen_to_be_none_and_only_text_is_one():
    assert (str(SecretStr("")), repr(SecretStr("")), bool(SecretStr(""))) == ("", "SecretStr('')", False)
    with pytest.raises(TypeError):
        SecretStr(7)  # type: ignore[arg-type]  # that is the point
    with pytest.raises(FrozenInstanceError):
        SecretStr("")._text = "x"  # type: ignore[misc]  # that is the point


@pytest.mark.parametrize(
    ("read", "written", "meant"),
    [(Whole(5, 10), " 07 ", 7), (Whole(5, 10), 10, 10), (yes_no, "Yes", True), (yes_no, "off", False),
     (yes_no, True, True), (OneOf(("a", "b"), str.lower), "B", "b"), (Text(3), "été", "été"),
     (Text(pattern="[A-Z]{2}", change=str.upper), "fr", "FR"), (folder, "~/x", Path.home() / "x"),
     (folder, Path("x"), Path("x")), (secret, "s", SecretStr("s")), (secret, SecretStr("s"), SecretStr("s"))],
)  # fmt: skip
def test_each_kind_is_read_as_people_write_it(read, written, meant):
    assert read(written) == meant
    assert type(read(written)) is type(meant)


@pytest.mark.parametrize(
    ("read", "written"),
    [*((Whole(5, 10), wrong) for wrong in ("4", "11", "7.0", "1e1", "７", "", "9" * 5000, "\ud800")),
     *((Whole(5, 10), wrong) for wrong in (4, 11, True, 7.0, None)),
     *((yes_no, wrong) for wrong in ("", "2", "maybe", 1, None)), (OneOf(("a",)), "A"), (OneOf(("a",)), None),
     (Text(3), "four"), (Text(), 3), (Text(pattern="[a-z]"), "a\n"), (secret, None), (secret, b"s"),
     (folder, "~nobody-of-this-name/x"), (folder, "a\0b"), (folder, 3)],
)  # fmt: skip
def test_anything_else_is_refused_and_not_repeated(read, written):
    with pytest.raises(ValueError) as refused:  # noqa: PT011 (what is said is looked at below)
        read(written)

    assert len(str(written)) < 3 or str(written) not in f"{refused.value!r}"
    assert refused.value.__cause__ is None


def test_settings_are_there_without_what_a_first_answer_would_wait_for():
    loaded = "import sys, bot.settings; print({name.partition('.')[0] for name in sys.modules})"

    ran = subprocess.run(
        [sys.executable, "-c", loaded], capture_output=True, text=True, timeout=60, check=True
    )

    assert "'zoneinfo'" in ran.stdout
    for slow in ("pydantic", "pydantic_settings", "dotenv", "difflib", "asyncio", "importlib_metadata"):
        assert f"'{slow}'" not in ran.stdout


def test_no_command_loads_pydantic_by_a_library_of_ours():
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "bot", "run", "--only", "nobody"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert "--only takes the word intake" in ran.stderr
    assert "bot.settings" in ran.stderr
    assert "pydantic" not in ran.stderr
