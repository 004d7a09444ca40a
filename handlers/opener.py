"""One opener: a process of its own that opens testimonies for the desk, a few at a time, and ends with it.

    ready -> hello (the keys) -> { a few sealed testimonies -> their sheet } -> the input ends, and so do we

Started by `handlers.openers`, never by hand. Everything comes and goes through two pipes as msgpack behind a
length of 4 bytes; the keys come first, so that they stand on no disk, in no argument and in no environment.

It writes nothing else: no log, no core dump, no traceback (the desk sends its standard error nowhere). When
the desk ends, whatever ended it, the system kills the opener; where the system cannot, the pipe's end does.

Never here: what a process of its own is good for (`handlers.openers`), a store, a network.
"""

from __future__ import annotations

import os
import struct
import sys
from typing import BinaryIO, ClassVar

import msgspec

from bot.age import parse_identity
from bot.records import Record
from bot.roll import Reader, Sealed
from bot.tally import DESIGN
from handlers.beside import ready

LENGTH = struct.Struct(">I")


class Hello(Record, frozen=True, array_like=True):
    """The first thing an opener hears. `identities`: lines of a key file. `design`: its version; an opener
    that started from newer files than the desk counts nothing."""

    identities: tuple[str, ...]
    instance: bytes
    design: int

    hidden: ClassVar[frozenset[str]] = frozenset({"identities", "instance"})


def framed(message: object) -> bytes:
    """A message as it goes through a pipe."""
    body = msgspec.msgpack.encode(message)
    return LENGTH.pack(len(body)) + body


def serve(hear: BinaryIO, say: BinaryIO) -> None:
    """Answer everything on `hear` until it ends."""
    hello = msgspec.msgpack.decode(_heard(hear), type=Hello)
    if hello.design != DESIGN.version:
        return
    reader = Reader([parse_identity(line) for line in hello.identities], hello.instance)
    few = msgspec.msgpack.Decoder(list[Sealed])
    while body := _heard(hear):
        say.write(framed(reader.sheet(few.decode(body))))
        say.flush()


def _heard(hear: BinaryIO) -> bytes:
    """The next message; nothing where the other end is gone, even in the middle of one."""
    head = hear.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return b""
    (length,) = LENGTH.unpack(head)
    body = hear.read(length)
    return body if len(body) == length else b""


def main() -> None:
    try:
        ready()
        serve(sys.stdin.buffer, sys.stdout.buffer)
    except BaseException:
        os._exit(1)  # without its text, which could hold anything; the desk sees that we ended
    os._exit(0)  # at once: a pipe whose reader is gone cannot be flushed


if __name__ == "__main__":
    main()
