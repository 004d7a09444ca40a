"""What is promised of small boxes and keyed names: one draft, one revision, one purpose, one person."""

from __future__ import annotations

import os

import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from hypothesis import given
from hypothesis import strategies as st

from bot import boxes, pseudonyms
from bot.errors import CannotOpen

KEY = b"k" * 32
DRAFT = b"d" * 16
BOX = boxes.seal_draft(KEY, DRAFT, 3, b"Il est revenu.")


# --- drafts -------------------------------------------------------------------------------------------------


@given(st.binary(max_size=10_000), st.binary(min_size=16, max_size=16), st.integers(0, 2**63))
def test_a_draft_opens_as_it_was(text, draft, revision):
    assert boxes.open_draft(KEY, draft, revision, boxes.seal_draft(KEY, draft, revision, text)) == text


@pytest.mark.parametrize(
    ("key", "draft", "revision"),
    [(b"q" * 32, DRAFT, 3), (KEY, b"e" * 16, 3), (KEY, DRAFT, 2), (KEY, DRAFT, 4), (KEY, DRAFT[:15], 3)],
    ids=["another-key", "another-draft", "older-revision", "newer-revision", "shorter-id"],
)
def test_a_draft_opens_as_nothing_else(key, draft, revision):
    with pytest.raises(CannotOpen):
        boxes.open_draft(key, draft, revision, BOX)


def test_a_draft_of_the_older_revision_is_refused_in_the_place_of_the_newer():
    older = boxes.seal_draft(KEY, DRAFT, 2, b"avant")

    with pytest.raises(CannotOpen):
        boxes.open_draft(KEY, DRAFT, 3, older)


@given(st.data())
def test_any_flipped_bit_of_a_draft_is_refused(data):
    box = bytearray(BOX)
    box[data.draw(st.integers(0, len(box) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(CannotOpen):
        boxes.open_draft(KEY, DRAFT, 3, bytes(box))


def test_a_draft_cut_anywhere_is_refused():
    for length in range(len(BOX)):
        with pytest.raises(CannotOpen):
            boxes.open_draft(KEY, DRAFT, 3, BOX[:length])


@given(st.binary(max_size=600))
def test_any_bytes_at_all_are_refused_in_one_way(junk):
    with pytest.raises(CannotOpen):
        boxes.open_draft(KEY, DRAFT, 3, junk)
    with pytest.raises(CannotOpen):
        boxes.open_small(KEY, "route", junk)


def test_drafts_grow_by_steps_fine_at_first_and_coarse_later():
    def size(length: int) -> int:
        return len(boxes.seal_draft(KEY, DRAFT, 1, b"x" * length)) - 12 - 16

    assert {size(length) for length in range(0, 509)} == {512}
    assert size(509) == 1024
    assert size(4092) == 4096
    assert size(4093) == size(8188) == 8192
    assert {size(length) % 4096 for length in range(4093, 40_000, 997)} == {0}


def test_the_same_draft_never_gives_the_same_box():
    assert len({boxes.seal_draft(KEY, DRAFT, 3, b"encore") for _ in range(50)}) == 50


def test_a_box_is_the_documented_one():
    """Opened by the primitive alone: 12 bytes of nonce, then a length and zeros, bound to canonical JSON."""
    bound_to = b'["draft",1,"' + b"64" * 16 + b'",3]'
    plain = ChaCha20Poly1305(KEY).decrypt(BOX[:12], BOX[12:], bound_to)

    assert plain == (14).to_bytes(4, "big") + b"Il est revenu." + bytes(512 - 4 - 14)


# --- small boxes --------------------------------------------------------------------------------------------


@given(st.binary(max_size=300), st.text(max_size=20))
def test_something_small_opens_for_its_purpose_only(text, purpose):
    box = boxes.seal_small(KEY, purpose, text)

    assert boxes.open_small(KEY, purpose, box) == text
    for key, other in ((KEY, purpose + "x"), (b"q" * 32, purpose)):
        with pytest.raises(CannotOpen):
            boxes.open_small(key, other, box)


def test_routes_of_one_channel_look_the_same():
    lengths = {len(boxes.seal_small(KEY, "route", b"telegram|" + b"1" * digits)) for digits in range(5, 14)}

    assert len(lengths) == 1


def test_a_short_key_is_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        boxes.seal_small(b"k", "route", b"")


# --- keyed names --------------------------------------------------------------------------------------------

NAMES = (pseudonyms.pseudonym, pseudonyms.sender_tag, pseudonyms.member_lookup)


def test_names_are_the_ones_they_always_were():
    assert [name(KEY, "telegram", "123456").hex() for name in NAMES] == KNOWN


KNOWN = [
    "1529e31b4c2fc44c6408716172774c20",
    "0d5c50a06bb30de434cb512360f7d65e",
    "f54b0b8c054f0dc2c6cc18c5628b8d07",
]
"""HMAC-SHA256 of `v1|pseudonym|telegram|123456` and its like under 32 times `k`, 16 bytes."""


@given(st.text(max_size=20), st.text(max_size=20))
def test_two_people_two_channels_two_purposes_and_two_keys_never_share_a_name(one, other):
    names = {
        name(key, channel, chat)
        for name in NAMES
        for key in (KEY, b"q" * 32)
        for channel in ("telegram", "signal")
        for chat in {one, other, one + "|" + other}
    }

    assert len(names) == len(NAMES) * 2 * 2 * len({one, other, one + "|" + other})


def test_a_channel_cannot_lend_its_name_to_a_chat():
    for channel in ("", "telegram|1"):
        with pytest.raises(ValueError, match="channel"):
            pseudonyms.pseudonym(KEY, channel, "1")
    with pytest.raises(ValueError, match="32 bytes"):
        pseudonyms.pseudonym(b"", "telegram", "1")


def test_no_two_boxes_share_a_nonce_not_even_across_a_fork():
    boxes.seal_draft(KEY, bytes(16), 1, b"")
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, b"".join(boxes.seal_draft(KEY, bytes(16), 1, b"")[:12] for _ in range(300)))
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as told:
        nonces = [told.read(12) for _ in range(300)]
    nonces += [boxes.seal_draft(KEY, bytes(16), 1, b"")[:12] for _ in range(300)]

    assert len(set(nonces)) == 600
    assert all(len(nonce) == 12 for nonce in nonces)
