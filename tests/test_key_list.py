"""What is promised of the list of public team keys: nobody forges it, and the later of two lists is known."""

from __future__ import annotations

import pytest

from bot import age, custody, key_list, signing
from bot.errors import KeyFileError
from bot.key_list import KeyList
from bot.sealing import TeamKey

TEAM = custody.new_identity(b"t" * 32)
OTHER = custody.new_identity(b"o" * 32)
KEY = TeamKey(3, TEAM.recipient)
NEXT = TeamKey(5, OTHER.recipient, 29_840_000)
SIGNER = signing.SignKey(b"k" * 32)


def test_every_key_of_a_signed_list_is_read_the_newest_last():
    listed = key_list.read(key_list.write([KEY, NEXT], SIGNER), SIGNER.verify_key)

    assert listed == KeyList((KEY, NEXT))
    assert listed.newest == NEXT
    assert (listed.key(3), listed.key(4)) == (KEY, None)


def test_the_form_of_a_list_is_the_one_that_earlier_versions_wrote():
    """Byte for byte: a list that is lying on a disk must be read by every later version."""
    head = '{"kind":"seuil-team-keys","v":1}\n'
    line = '{"epoch":3,"recipient":"' + TEAM.recipient.text() + '"}\n'

    text = key_list.write([KEY], SIGNER)

    assert text[: text.index(signing.UNTRUSTED)] == head + line
    assert text.splitlines()[-2] == "trusted comment: seuil-team-keys"


def test_a_list_that_is_unsigned_forged_or_changed_is_refused():
    good = key_list.write([KEY], SIGNER)
    document = good[: good.index(signing.UNTRUSTED)]
    forged = key_list.write([TeamKey(9, OTHER.recipient)], signing.SignKey(b"f" * 32))
    newer = key_list.write([TeamKey(9, OTHER.recipient)], SIGNER)
    bad = [
        "",
        document,
        forged,
        document.replace('"epoch":3', '"epoch":4') + good[len(document) :],
        newer[: newer.index(signing.UNTRUSTED)] + good[len(document) :],
        good.replace("seuil-team-keys", "seuil-team-kays"),
        " " + good,
        good.replace("\n", "\r\n"),
        good + good,
        "\ud800" + good,
    ]

    for text in bad:
        with pytest.raises(KeyFileError) as refused:
            key_list.read(text, SIGNER.verify_key)
        assert refused.value.hint


def test_no_flipped_bit_of_a_list_goes_unnoticed():
    good = key_list.write([KEY, NEXT], SIGNER).encode()
    unsigned = good.index(b"untrusted comment: ") + len(b"untrusted comment: ")
    comment = range(unsigned, good.index(b"\n", unsigned))
    """What stands there is not signed, as minisign has it."""

    for place in range(0, len(good), 7):
        changed = bytearray(good)
        changed[place] ^= 1 << place % 8
        if place not in comment:
            with pytest.raises(KeyFileError):
                key_list.read(changed.decode("utf-8", "replace"), SIGNER.verify_key)


HEAD = '{"kind":"seuil-team-keys","v":1}\n'


@pytest.mark.parametrize(
    "document",
    [
        "",
        "{}\n",
        "[]\n",
        "nothing\n",
        "[" * 100_000 + "\n",
        HEAD,
        '{"kind":"seuil-team-keys","v":2}\n{"epoch":1,"recipient":"PUBLIC"}\n',
        HEAD + '{"epoch":1}\n',
        HEAD + "[1]\n",
        HEAD + '{"epoch":"1","recipient":"PUBLIC"}\n',
        HEAD + '{"epoch":true,"recipient":"PUBLIC"}\n',
        HEAD + '{"epoch":-1,"recipient":"PUBLIC"}\n',
        HEAD + '{"epoch":1,"recipient":"age1"}\n',
        HEAD + '{"epoch":1,"recipient":1}\n',
        HEAD + '{"epoch":1,"recipient":"CLASSIC"}\n',
        HEAD + '{"epoch":1,"recipient":"PUBLIC","since":-1}\n',
        HEAD + '{"epoch":1,"recipient":"PUBLIC"}\n{"epoch":1,"recipient":"OTHER"}\n',
        HEAD + '{"epoch":2,"recipient":"PUBLIC"}\n{"epoch":1,"recipient":"OTHER"}\n',
        HEAD + '{"epoch":1,"recipient":"PUBLIC"}\n{"epoch":2,"recipient":"PUBLIC"}\n',
    ],
)
def test_another_document_the_team_signed_is_no_key_list(document):
    document = document.replace("PUBLIC", TEAM.recipient.text()).replace("OTHER", OTHER.recipient.text())
    document = document.replace("CLASSIC", age.X25519Identity(b"x" * 32).recipient.text())
    text = document + signing.sign(document.encode(), SIGNER, key_list.KIND)

    with pytest.raises(KeyFileError) as refused:
        key_list.read(text, SIGNER.verify_key)
    assert "is no list of team keys" in str(refused.value)


def test_a_list_signed_as_something_else_is_no_key_list():
    document = HEAD + '{"epoch":1,"recipient":"' + TEAM.recipient.text() + '"}\n'

    assert key_list.read(document + signing.sign(document.encode(), SIGNER, key_list.KIND), SIGNER.verify_key)
    with pytest.raises(KeyFileError):
        key_list.read(document + signing.sign(document.encode(), SIGNER, "autre chose"), SIGNER.verify_key)


def test_an_older_list_put_back_is_refused():
    old = key_list.write([KEY], SIGNER)

    assert key_list.read(old, SIGNER.verify_key, at_least=3).newest == KEY
    with pytest.raises(KeyFileError) as refused:
        key_list.read(old, SIGNER.verify_key, at_least=4)
    assert "epoch 4 was seen before" in str(refused.value)


def test_the_later_of_two_lists_has_the_newer_key_or_one_destroyed():
    first, both, last = KeyList((KEY,)), KeyList((KEY, NEXT)), KeyList((NEXT,))

    assert both.is_later_than(first)
    assert last.is_later_than(both)
    assert last.is_later_than(first)
    assert not first.is_later_than(both)
    assert not both.is_later_than(both)


def test_a_rotation_is_due_after_ninety_days_and_at_once_where_the_age_is_not_known():
    listed, day = KeyList((NEXT,)), 1440

    assert listed.due_in_days(NEXT.since) == 90
    assert listed.due_in_days(NEXT.since + 89 * day) == 1
    assert listed.due_in_days(NEXT.since + 90 * day) == 0
    assert listed.due_in_days(NEXT.since + 100 * day) == -10
    assert listed.due_in_days(NEXT.since - 100 * day) == 90, "a clock that was set back makes nothing due"
    assert KeyList((KEY,)).due_in_days(NEXT.since) == 0


def test_a_list_has_a_key_and_no_epoch_twice():
    for keys in ((), (KEY, KEY), (NEXT, KEY), (KEY, TeamKey(4, TEAM.recipient))):
        with pytest.raises(ValueError, match="a key of its own"):
            KeyList(keys)
