"""It is promised that nothing from outside, however it is spelled, brings more than a value or a declared
error.

A bounded run, the same every day, through the harness of `python -m tests.fuzz`.
"""

from __future__ import annotations

import itertools
import random

import pytest

from handlers.telegram.webhook import LARGEST_BODY, LARGEST_HEAD, _Connection
from tests.fuzz import changed, tried
from tests.parsers import PARSERS, Parser, fed, hooked

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


@pytest.mark.parametrize(
    "begins", [b"POST /", b"POST /hook HTTP/1.1\r\nX-A: ", b"POST /hook HTTP/1.1\r\nX-A: b\r\n"]
)
async def test_a_request_without_end_is_not_gathered(begins: bytes) -> None:
    more = b"X-A: b\r\n" if begins.endswith(b"\n") else b"a"
    connection = _Connection(hooked())

    transport = fed(connection, begins + more * (2 * (LARGEST_HEAD + LARGEST_BODY) // len(more)))

    assert transport.closed
    assert transport.written.startswith(b"HTTP/1.1 4")
    assert connection._taken < LARGEST_HEAD + LARGEST_BODY + 1024
