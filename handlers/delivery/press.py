"""The press: a process of its own that makes every format of one digest, and ends.

    it hides, and says so -> a digest and a language on its input -> every format on its output -> the end

Typesetting takes 40 MB for a second, and leaves crumbs all over the memory it was given: thirty digests in a
process that lives for months made it 60 MB larger for good. What the press took goes back with it, and
people who are talking do not wait for it.

Started by `handlers.delivery.renditions`. It writes nothing else: no log, no traceback. Never here: a key, a
store, a network, the layout of any format (`bot.formats`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import ClassVar

import msgspec

from bot.formats import FORMATS, Rendered, Says
from bot.records import Record
from handlers.beside import ready
from locales import load


class Order(Record, frozen=True):
    """`frozen`: the digest, as it was frozen."""

    language: str
    frozen: bytes

    hidden: ClassVar[frozenset[str]] = frozenset({"frozen"})


class Printed(Record, frozen=True):
    """Every format by its name; of those that could not be made, the kind of error."""

    formats: Mapping[str, Rendered]
    broken: Mapping[str, str]

    hidden: ClassVar[frozenset[str]] = frozenset({"formats"})


def print_all(frozen: bytes, words: Says) -> Printed:
    formats: dict[str, Rendered] = {}
    broken: dict[str, str] = {}
    for name, format_ in FORMATS.items():
        try:
            formats[name] = format_(frozen, words)
        except Exception as error:
            # Only the kind: the rest could quote a sentence.
            broken[name] = type(error).__name__
    return Printed(formats, broken)


def main() -> None:
    try:
        ready()
        order = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Order)
        printed = print_all(order.frozen, load()[order.language])
        sys.stdout.buffer.write(msgspec.msgpack.encode(printed))
        sys.stdout.buffer.flush()
    except BaseException:
        os._exit(1)  # without its text, which could hold anything; who started us sees that we ended
    os._exit(0)


if __name__ == "__main__":
    main()
