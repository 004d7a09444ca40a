"""What is promised of the team's key file: a passphrase opens it, and every other end is told apart."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import age, custody, signing
from bot.errors import KeyFileError

HYBRID = custody.new_identity(b"t" * 32)
CLASSIC = age.X25519Identity(b"x" * 32)
PASSPHRASE = "quatre mots tirés au sort"
CHEAP = 2
"""Work factor for tests: 4 rounds."""

LOCKED = custody.lock([HYBRID, CLASSIC], PASSPHRASE, work_factor=CHEAP)


def refusal(file: bytes, passphrase: str = PASSPHRASE) -> KeyFileError:
    with pytest.raises(KeyFileError) as refused:
        custody.unlock(file, passphrase)
    assert refused.value.hint
    return refused.value


def test_the_passphrase_gives_back_the_keys_in_order():
    assert custody.unlock(LOCKED, PASSPHRASE) == (HYBRID, CLASSIC)
    assert custody.unlock(custody.lock(HYBRID, "a", work_factor=CHEAP), "a") == (HYBRID,)


def test_an_armored_key_file_unlocks_too():
    assert custody.unlock(age.armor.wrap(LOCKED), PASSPHRASE) == (HYBRID, CLASSIC)


def test_an_accent_typed_in_two_parts_is_the_same_passphrase():
    assert custody.unlock(LOCKED, "quatre mots tire\u0301s au sort") == (HYBRID, CLASSIC)


def test_a_wrong_passphrase_is_told_from_a_wrong_file():
    assert "passphrase is wrong" in str(refusal(LOCKED, PASSPHRASE.upper()))
    assert "not locked with a passphrase" in str(refusal(age.encrypt(b"", [HYBRID.recipient])))
    assert "cannot be read" in str(refusal(b"not a key file"))


def test_a_torn_or_damaged_key_file_is_refused():
    for length in range(0, len(LOCKED), 3):
        refusal(LOCKED[:length])
    for place in range(0, len(LOCKED), 5):
        damaged = bytearray(LOCKED)
        damaged[place] ^= 1
        refusal(bytes(damaged))
    refusal(LOCKED + b"\0")


def test_a_locked_file_that_holds_something_else_is_refused():
    for text in ("", "# only a comment\n", "bonjour\n", HYBRID.recipient.text()):
        refusal(custody.lock_text(text, PASSPHRASE, work_factor=CHEAP))
    refusal(age.encrypt(b"\xff\xfe", [age.PassphraseRecipient(PASSPHRASE, CHEAP)]))


def test_an_empty_passphrase_is_refused():
    with pytest.raises(KeyFileError):
        custody.lock(HYBRID, "")


def test_a_key_file_is_what_age_keygen_writes():
    text = custody.identity_text([CLASSIC])

    assert text.splitlines()[0] == "# public key: " + CLASSIC.recipient.text()
    assert text.splitlines()[1] == CLASSIC.secret_text()
    assert text.endswith("\n")


def test_comments_blank_lines_and_windows_line_ends_are_passed_over():
    text = f"# created: 2026-11-01\r\n\r\n# public key: age1…\r\n{CLASSIC.secret_text()}\r\n\n"

    assert custody.read_identities(text) == [CLASSIC]


def test_a_bad_line_is_named_by_its_number_and_never_shown():
    slip = CLASSIC.secret_text()[:-1] + "Q"

    with pytest.raises(KeyFileError) as refused:
        custody.read_identities(f"# a\n\n{slip}\n")
    assert "Line 3" in str(refused.value)
    assert slip[20:40] not in str(refused.value) + refused.value.hint


@given(st.text(max_size=200))
def test_any_text_that_is_no_key_file_is_refused_in_one_way(text):
    with pytest.raises(KeyFileError):
        custody.read_identities(text)


def test_the_signing_key_is_locked_like_the_others():
    key = signing.SignKey(b"s" * 32)
    locked = custody.lock_signer(key, PASSPHRASE, work_factor=CHEAP)

    assert custody.unlock_signer(locked, PASSPHRASE) == key
    with pytest.raises(KeyFileError):
        custody.unlock_signer(locked, "autre")
    with pytest.raises(KeyFileError):
        custody.unlock_signer(LOCKED, PASSPHRASE)


def test_a_seed_always_gives_the_same_team_key():
    public = hashlib.sha256(HYBRID.recipient.public).hexdigest()

    assert public == KNOWN
    assert custody.new_identity(b"t" * 32) == HYBRID
    with pytest.raises(KeyFileError):
        custody.new_identity(b"t" * 31)


KNOWN = "e6fb3b1692d7d5399e9e27bbd27ad79459498e34ec7f4aab9836e4cb9cd1bf16"
"""SHA-256 of the public key; npm's age-encryption gives the same for this seed."""
