"""What is promised of signatures: the stock minisign agrees, and nothing else is accepted."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot import signing
from bot.errors import CannotOpen, KeyFileError
from bot.signing import NotSigned, SignKey

KEY = SignKey(b"k" * 32)
OTHER = SignKey(b"o" * 32)
DOCUMENT = "Résumé du mois\n".encode()
GOOD = signing.sign(DOCUMENT, KEY, "digest 2026-10")

MINISIGN = shutil.which("minisign")
needs_minisign = pytest.mark.skipif(MINISIGN is None, reason="minisign is missing: apt-get install minisign")


@given(st.binary(max_size=500), st.text(st.characters(categories=["L", "N", "P"]), max_size=80))
def test_a_good_signature_gives_its_trusted_comment(document, comment):
    assert signing.verify(document, signing.sign(document, KEY, comment), KEY.verify_key) == comment


def test_the_same_document_is_always_signed_the_same():
    assert signing.sign(DOCUMENT, KEY, "digest 2026-10") == GOOD
    assert hashlib.sha256(GOOD.encode()).hexdigest() == KNOWN


KNOWN = "a063d3d953139576b1f45a0d922d69e104f19ac07165b10f6bcd7eb5fb4955ff"
"""SHA-256 of the known answer, checked with minisign 0.11 when it was written down."""


def test_another_key_is_refused():
    with pytest.raises(NotSigned):
        signing.verify(DOCUMENT, GOOD, OTHER.verify_key)
    with pytest.raises(NotSigned):
        signing.verify(DOCUMENT, GOOD, signing.VerifyKey(KEY.verify_key.key_id, OTHER.verify_key.public))


@given(st.data())
def test_any_flipped_bit_of_a_document_is_refused(data):
    changed = bytearray(DOCUMENT)
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(NotSigned):
        signing.verify(bytes(changed), GOOD, KEY.verify_key)


@given(st.integers(GOOD.index("\n"), len(GOOD) - 2), st.characters(categories=["L", "N"]))
def test_any_other_character_of_a_signature_is_refused(place, character):
    """All but the first line: it is called untrusted because nothing signs it."""
    changed = GOOD[:place] + character + GOOD[place + 1 :]
    assume(changed != GOOD)

    with pytest.raises(NotSigned):
        signing.verify(DOCUMENT, changed, KEY.verify_key)


def test_a_signature_cut_anywhere_is_refused():
    for length in range(len(GOOD) - 1):
        with pytest.raises(NotSigned):
            signing.verify(DOCUMENT, GOOD[:length], KEY.verify_key)


@given(st.text(max_size=300))
def test_any_text_at_all_is_refused_in_one_way(text):
    for candidate in (text, signing.UNTRUSTED + text, GOOD + text + "x"):
        with pytest.raises(CannotOpen):
            signing.verify(DOCUMENT, candidate, KEY.verify_key)


def test_a_trusted_comment_of_another_signature_is_refused():
    other = signing.sign(DOCUMENT, KEY, "digest 2026-11")
    mixed = GOOD.splitlines()[:2] + other.splitlines()[2:3] + GOOD.splitlines()[3:]

    with pytest.raises(NotSigned):
        signing.verify(DOCUMENT, "\n".join(mixed) + "\n", KEY.verify_key)


def test_the_older_form_that_signs_no_hash_is_refused():
    signature = KEY.raw(DOCUMENT)
    raw = base64.b64encode(b"Ed" + KEY.verify_key.key_id + signature).decode()
    over_all = base64.b64encode(KEY.raw(signature + b"x")).decode()

    with pytest.raises(NotSigned):
        signing.verify(
            DOCUMENT, f"untrusted comment: \n{raw}\ntrusted comment: x\n{over_all}\n", KEY.verify_key
        )


def test_a_trusted_comment_is_one_printable_line():
    for comment in ("a\nb", "a\rb", "\x1b[2J"):
        with pytest.raises(ValueError, match="one printable line"):
            signing.sign(DOCUMENT, KEY, comment)


def test_keys_are_read_as_they_were_written():
    assert signing.read_public(KEY.verify_key.text()) == KEY.verify_key
    assert signing.read_public(KEY.verify_key.line()) == KEY.verify_key
    assert signing.read_secret(KEY.secret_text()) == KEY


@given(st.text(max_size=200))
def test_any_text_that_is_no_key_is_refused(text):
    for read in (signing.read_public, signing.read_secret):
        for candidate in (text, signing.UNTRUSTED + "\n" + text):
            with pytest.raises(KeyFileError):
                read(candidate)


def test_a_damaged_secret_key_is_refused():
    first, line = KEY.secret_text().splitlines()
    for place in range(0, len(line), 7):
        damaged = line[:place] + ("A" if line[place] != "A" else "B") + line[place + 1 :]
        with pytest.raises(KeyFileError):
            signing.read_secret(f"{first}\n{damaged}\n")


def test_a_signing_key_does_not_show_itself():
    shown = repr(SignKey(b"\xab" * 32))

    assert "\\xab\\xab" not in shown
    assert "seed" not in shown


# --- minisign -----------------------------------------------------------------------------------------------


@pytest.mark.oracle
@needs_minisign
def test_minisign_verifies_what_we_sign(tmp_path):
    (tmp_path / "digest.txt").write_bytes(DOCUMENT)
    (tmp_path / "digest.txt.minisig").write_text(GOOD)
    (tmp_path / "team.pub").write_text(KEY.verify_key.text())

    def verify(*key: str) -> subprocess.CompletedProcess[str]:
        command = ["minisign", "-V", "-m", "digest.txt", *key]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    by_file, by_line = verify("-p", "team.pub"), verify("-P", KEY.verify_key.line())
    assert by_file.returncode == by_line.returncode == 0
    assert "Trusted comment: digest 2026-10" in by_file.stdout
    assert verify("-P", OTHER.verify_key.line()).returncode != 0
    (tmp_path / "digest.txt").write_bytes(DOCUMENT + b"!")
    assert verify("-p", "team.pub").returncode != 0


@pytest.mark.oracle
@needs_minisign
def test_minisign_signs_with_our_secret_key_and_we_verify(tmp_path):
    (tmp_path / "digest.txt").write_bytes(DOCUMENT)
    (tmp_path / "team.key").write_text(KEY.secret_text())

    subprocess.run(
        ["minisign", "-S", "-W", "-s", "team.key", "-m", "digest.txt", "-t", "par minisign"],
        cwd=tmp_path,
        input=b"",
        capture_output=True,
        check=True,
    )

    signature = (tmp_path / "digest.txt.minisig").read_text()
    assert signing.verify(DOCUMENT, signature, KEY.verify_key) == "par minisign"
