"""It is promised that nothing from outside, however it is spelled, brings more than a value or a declared
error.

A bounded run, the same every day, through the harness of `python -m tests.fuzz`.
"""

from __future__ import annotations

import itertools
import random

import pytest

from tests.fuzz import changed, tried
from tests.parsers import PARSERS, Parser

INPUTS = 250
"""For each parser: seeds, what has broken readers before, and changes by chance, the same every day."""


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)
def test_what_comes_from_outside_is_a_value_or_a_declared_error(parser: Parser) -> None:
    for data in itertools.islice(changed(parser.seeds, random.Random(parser.name)), INPUTS):
        tried(parser, data)


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)
def test_the_examples_that_all_begins_from_are_read(parser: Parser) -> None:
    read = []
    for seed in parser.seeds:
        try:
            parser.reads(seed)
        except parser.raises:
            continue
        read.append(seed)

    assert read, "no example is a good one: nothing behind the first refusal was tried"


def test_another_error_would_be_noticed() -> None:
    for error in (KeyError, RecursionError, MemoryError):

        def fails(_data: bytes, error: type[Exception] = error) -> object:
            raise error

        with pytest.raises(error):
            tried(Parser("broken", fails, (b"",), (ValueError,)), b"")
