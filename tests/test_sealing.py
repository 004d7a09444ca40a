"""What is promised of sealed items and commands: only the desk opens them, and only where they belong."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import age, custody, opening, sealing
from bot.errors import CannotOpen
from bot.opening import Expected
from bot.sealing import BUCKETS, COMMAND_STEP, Context, TeamKey

TEAM = custody.new_identity(b"t" * 32)
OTHER = custody.new_identity(b"o" * 32)
KEY = TeamKey(3, TEAM.recipient)
HERE = Context(
    case=b"c" * 16,
    kind="story",
    item="story",
    schema=1,
    epoch=3,
    reply_key_hash=b"r" * 32,
    sender_tag=b"s" * 16,
)
OVERHEAD = 22 + 1513 + 44 + 48 + 16 + 16
"""Bytes an age file with one hybrid stanza adds: version, stanza line, body, MAC line, nonce, tag."""


# --- items --------------------------------------------------------------------------------------------------


@given(
    st.binary(max_size=5000),
    st.builds(
        Context,
        case=st.binary(min_size=16, max_size=16),
        kind=st.from_regex(sealing.NAME, fullmatch=True),
        item=st.from_regex(sealing.NAME, fullmatch=True),
        schema=st.integers(0, 2**31 - 1),
        epoch=st.just(3),
        reply_key_hash=st.sampled_from([b"", b"r" * 32]),
        sender_tag=st.sampled_from([b"", b"s" * 16]),
    ),
)
def test_the_desk_reads_exactly_what_was_sealed(body, context):
    opened = opening.open_item(sealing.seal(body, context, KEY), [OTHER, TEAM], context)

    assert opened.body == body
    assert opened.context == context


def test_one_letter_and_a_long_answer_look_the_same():
    sizes = {len(sealing.seal(b"x" * length, HERE, KEY)) for length in (0, 1, 40, 3500)}

    assert sizes == {BUCKETS[0] + OVERHEAD} == {5755}


@given(st.integers(0, 200_000))
def test_items_come_in_few_sizes(length):
    size = sealing.item_size(length)

    assert size >= length
    assert size in BUCKETS or size % BUCKETS[-1] == 0
    assert size <= max(BUCKETS[0], 2 * length)


def test_a_long_item_grows_by_whole_buckets():
    allowed = [*BUCKETS, 2 * BUCKETS[-1]]
    for length in (4096, 9000, 30_000, 60_000, 70_000):
        box = sealing.seal(b"x" * length, HERE, KEY)
        assert len(box) - OVERHEAD - 16 * (len(box) > 2**16 + 2000) in allowed
        assert opening.open_item(box, [TEAM], HERE).body == b"x" * length


ELSEWHERE = {
    "case": b"d" * 16,
    "kind": "coded",
    "item": "coded",
    "schema": 2,
    "epoch": 4,
    "reply_key_hash": b"q" * 32,
    "sender_tag": b"",
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_an_item_that_belongs_elsewhere_is_refused(name):
    box = sealing.seal(b"ici", HERE, KEY)

    with pytest.raises(CannotOpen) as refused:
        opening.open_item(box, [TEAM], replace(HERE, **{name: ELSEWHERE[name]}))
    assert name in str(refused.value)
    assert refused.value.hint
    assert {field.name for field in fields(Context)} == set(ELSEWHERE)


@pytest.mark.parametrize(
    "wrong",
    [
        {"case": b"d" * 16},
        {"item": "addition-1"},
        {"epoch": 2},
        {"kind": "coded"},
        {"reply_key_hash": b"q" * 32},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_row_that_knows_less_still_refuses_what_it_knows_to_be_wrong(wrong):
    box = sealing.seal(b"ici", HERE, KEY)
    row = Expected(case=HERE.case, item="story")

    assert opening.open_item(box, [TEAM], row).body == b"ici"
    with pytest.raises(CannotOpen):
        opening.open_item(box, [TEAM], replace(row, **wrong))


def test_two_rows_exchanged_are_both_refused():
    there = replace(HERE, case=b"d" * 16)
    box_here, box_there = sealing.seal(b"ici", HERE, KEY), sealing.seal(b"la", there, KEY)

    for box, row in ((box_here, there), (box_there, HERE)):
        with pytest.raises(CannotOpen):
            opening.open_item(box, [TEAM], row)


def test_an_item_opens_with_no_other_key():
    with pytest.raises(CannotOpen):
        opening.open_item(sealing.seal(b"ici", HERE, KEY), [OTHER], HERE)


@given(st.data())
def test_any_flipped_bit_of_an_item_is_refused(data):
    box = bytearray(sealing.seal(b"ici", HERE, KEY))
    box[data.draw(st.integers(0, len(box) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(CannotOpen):
        opening.open_item(bytes(box), [TEAM], HERE)


def test_a_rewrapped_item_still_belongs_to_its_row():
    moved = age.rewrap(sealing.seal(b"ici", HERE, KEY), [TEAM], [OTHER.recipient])

    assert opening.open_item(moved, [OTHER], HERE).body == b"ici"


LINE = sealing.context_line(HERE)


def item(line: bytes) -> bytes:
    """A well-formed plaintext around this line, which may be no context."""
    return sealing.packed(sealing.ITEM_MAGIC, line, b"ici", sealing.item_size)


def command(line: bytes) -> bytes:
    return sealing.packed(sealing.COMMAND_MAGIC, line, b"/next", sealing.command_size)


GOOD = item(LINE)


@pytest.mark.parametrize(
    "plaintext",
    [
        b"",
        GOOD[:10],
        GOOD[:-1],
        GOOD + bytes(4096),
        GOOD[:-1] + b"\x01",
        b"X" + GOOD[1:],
        command(LINE),
        item(b""),
        item(b"[]"),
        item(b"{}"),
        item(b" " + LINE),
        item(LINE[:-1] + b',"x":1}'),
        item(LINE.replace(b'"epoch":3', b'"epoch":3.0')),
        item(LINE.replace(b'"schema":1', b'"schema":true')),
        item(LINE.replace(b'"epoch":3', b'"epoch":"3"')),
        item(LINE.replace(b'"kind":"story"', b'"kind":1')),
        item(LINE.replace(b'"v":1', b'"v":2')),
        item(b"\xff" + LINE),
        item(b"[" * 3000),
        sealing.PREFIX.pack(sealing.ITEM_MAGIC, 2**32 - 1, 2**32 - 1) + bytes(4080),
    ],
)
def test_what_somebody_else_sealed_to_the_team_is_refused(plaintext):
    """The public key is public: anything may have been sealed to it."""
    box = age.encrypt(plaintext, [TEAM.recipient])

    with pytest.raises(CannotOpen):
        opening.open_item(box, [TEAM], HERE)
    with pytest.raises(CannotOpen):
        opening.open_command(box, [TEAM])


@given(st.binary(max_size=200))
def test_any_bytes_sealed_to_the_team_are_refused_in_one_way(junk):
    for plaintext in (junk, sealing.packed(sealing.ITEM_MAGIC, junk, b"", sealing.item_size)):
        with pytest.raises(CannotOpen):
            opening.open_item(age.encrypt(plaintext, [TEAM.recipient]), [TEAM], HERE)


@pytest.mark.parametrize(
    "wrong",
    [
        {"case": b""},
        {"case": b"c" * 17},
        {"kind": "Story"},
        {"item": ""},
        {"item": "a" * 65},
        {"item": "a b"},
        {"schema": -1},
        {"epoch": 2**31},
        {"reply_key_hash": b"r"},
        {"sender_tag": b"s" * 15},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_context_refuses_to_be_wrong(wrong):
    with pytest.raises(ValueError, match="context"):
        replace(HERE, **wrong)


def test_an_item_names_the_epoch_of_its_key():
    with pytest.raises(ValueError, match="epoch"):
        sealing.seal(b"", HERE, TeamKey(4, TEAM.recipient))


def test_nothing_of_an_item_shows_in_a_repr(canary):
    context = replace(HERE, case=canary.encode()[:16], sender_tag=b"\xab" * 16)
    opened = opening.open_item(sealing.seal(canary.encode(), context, KEY), [TEAM], context)

    for shown in (repr(opened), repr(context), repr(KEY), repr(Expected(context.case, "story"))):
        assert canary[:8] not in shown
        assert "\\xab" not in shown


# --- commands -----------------------------------------------------------------------------------------------


@given(st.binary(max_size=9000))
def test_the_desk_reads_a_command_and_its_size_tells_little(body):
    box = sealing.seal_command(body, KEY)

    assert opening.open_command(box, [TEAM]) == body
    assert (len(box) - OVERHEAD) % COMMAND_STEP == 0


def test_a_command_is_no_item_and_an_item_no_command():
    with pytest.raises(CannotOpen):
        opening.open_item(sealing.seal_command(b"/next", KEY), [TEAM], HERE)
    with pytest.raises(CannotOpen):
        opening.open_command(sealing.seal(b"/next", HERE, KEY), [TEAM])
    with pytest.raises(CannotOpen):
        opening.open_command(sealing.seal_command(b"/next", KEY), [OTHER])


# --- how keys are shown -------------------------------------------------------------------------------------


def test_a_fingerprint_is_short_and_tells_keys_apart():
    shown = sealing.fingerprint(TEAM.recipient)

    assert [len(part) for part in shown.split()] == [4, 4, 4, 4]
    assert shown == sealing.fingerprint(custody.new_identity(b"t" * 32).recipient)
    assert shown != sealing.fingerprint(OTHER.recipient)


# --- the wall -----------------------------------------------------------------------------------------------


def test_importing_what_seals_imports_nothing_that_opens_for_the_desk():
    program = (
        "import sys, bot.sealing, bot.boxes, bot.receipts, bot.pseudonyms, bot.signing; "
        "print([name for name in sys.modules if name in ('bot.opening', 'bot.custody')])"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)

    assert said.stdout.strip() == "[]"
