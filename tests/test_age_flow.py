"""It is promised that an age file written or read a chunk at a time is the same file."""

from __future__ import annotations

import os
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.age import HeaderFault, HybridIdentity, NoMatch, Opening, PayloadFault, Sealing, decrypt, encrypt
from bot.age.stream import CHUNK
from bot.errors import CannotOpen, KeyFileError

OWN, OTHER = HybridIdentity(b"\x05" * 32), HybridIdentity(b"\x06" * 32)
LENGTHS = (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 7)


def pieces(whole: bytes, size: int) -> list[bytes]:
    return [whole[at : at + size] for at in range(0, len(whole), size)]


def sealed(plain: bytes, size: int) -> bytes:
    sealing = Sealing.to([OWN.recipient])
    return b"".join([*map(sealing.add, pieces(plain, size)), sealing.end()])


def opened(file: bytes, size: int, identity: HybridIdentity = OWN) -> bytes:
    opening = Opening([identity])
    return b"".join([*map(opening.add, pieces(file, size)), opening.end()])


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("size", [1000, CHUNK, 3 * CHUNK])
def test_what_is_sealed_in_pieces_opens_whole_and_the_other_way_round(length: int, size: int) -> None:
    plain = os.urandom(length)

    assert decrypt(sealed(plain, size), [OWN]) == plain
    assert opened(encrypt(plain, [OWN.recipient]), size) == plain


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2 * CHUNK + 200), st.integers(1, 40_000))
def test_any_pieces_give_the_same(length: int, size: int) -> None:
    plain = bytes(length)

    assert opened(sealed(plain, size), size) == plain


def test_a_file_cut_anywhere_is_refused_at_its_end_at_the_latest() -> None:
    whole = encrypt(os.urandom(2 * CHUNK + 100), [OWN.recipient])
    sizes = {*range(0, 3000, 83), *range(len(whole) - 200, len(whole), 7), len(whole) - CHUNK}

    for size in sorted(sizes):
        with pytest.raises(CannotOpen):
            opened(whole[:size], 5000)


def test_what_was_prolonged_reordered_or_flipped_gives_a_named_fault() -> None:
    whole = encrypt(os.urandom(3 * CHUNK), [OWN.recipient])
    start = len(whole) - 3 * (CHUNK + 16)
    first, second = whole[start : start + CHUNK + 16], whole[start + CHUNK + 16 : start + 2 * (CHUNK + 16)]

    for wrong in (whole + b"\0", whole[:start] + second + first + whole[start + 2 * (CHUNK + 16) :]):
        with pytest.raises(PayloadFault):
            opened(wrong, 10_000)
    with pytest.raises(PayloadFault):
        opened(whole[:-1] + bytes([whole[-1] ^ 1]), 10_000)


def test_a_last_chunk_that_is_empty_is_refused_as_in_the_whole_reader() -> None:
    sealing = Sealing.to([OWN.recipient])
    file = sealing.add(bytes(CHUNK + 1))
    sealing._waiting.clear()
    file += sealing.end()

    with pytest.raises(PayloadFault, match="empty"):
        decrypt(file, [OWN])
    with pytest.raises(PayloadFault, match="empty"):
        opened(file, 4096)


def test_another_key_a_broken_header_and_nobody_are_told_apart() -> None:
    whole = encrypt(b"plain", [OWN.recipient])

    with pytest.raises(NoMatch):
        opened(whole, 100, OTHER)
    with pytest.raises(HeaderFault):
        opened(b"something else entirely", 5)
    with pytest.raises(HeaderFault, match="end"):
        opened(b"age-encryption.org/v1\n" + bytes(200_000), 4096)
    with pytest.raises(KeyFileError):
        Sealing.to([])


def test_sixteen_megabytes_pass_through_a_megabyte_of_memory() -> None:
    sealing, opening, zeros = Sealing.to([OWN.recipient]), Opening([OWN]), bytes(100_000)
    tracemalloc.start()

    came = sum(len(opening.add(sealing.add(zeros))) for _ in range(168))
    came += len(opening.add(sealing.end())) + len(opening.end())
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert came == 168 * len(zeros)
    assert most < 1024 * 1024
