"""What is promised of age files: strict in everything the specification says, refused in one way only."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from hypothesis import assume, given
from hypothesis import strategies as st

from bot import age
from bot.age import bech32, stream
from bot.errors import CannotOpen, KeyFileError, PlatformError
from tests import age_vectors

VECTORS = json.loads((Path(__file__).parent / "vectors" / "age.json").read_text(encoding="utf-8"))
FAULTS = {
    age_vectors.NO_MATCH: age.NoMatch,
    age_vectors.MAC: age.MacFault,
    age_vectors.HEADER: age.HeaderFault,
    age_vectors.PAYLOAD: age.PayloadFault,
    age_vectors.ARMOR: age.ArmorFault,
}
IDENTITIES = {
    "x25519": age.X25519Identity(age_vectors.SECRET),
    "hybrid": age.HybridIdentity(age_vectors.SEED),
}
CLASSIC, HYBRID = IDENTITIES["x25519"], IDENTITIES["hybrid"]
KINDS: list[Any] = [
    pytest.param((HYBRID.recipient, HYBRID), id="hybrid"),
    pytest.param((CLASSIC.recipient, CLASSIC), id="x25519"),
    pytest.param((age.PassphraseRecipient("été", 2), age.PassphraseIdentity("été")), id="passphrase"),
]


def identities_of(vector: dict[str, Any]) -> list[age.Identity]:
    return [
        IDENTITIES.get(name) or age.PassphraseIdentity(name.removeprefix("passphrase:"))
        for name in vector["identities"]
    ]


# --- vectors ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_every_vector_meets_its_named_end(vector):
    file = base64.b64decode(vector["file"])

    if vector["expect"] == age_vectors.OK:
        assert age.decrypt(file, identities_of(vector)) == base64.b64decode(vector["plain"])
    else:
        with pytest.raises(CannotOpen) as refused:
            age.decrypt(file, identities_of(vector))
        assert type(refused.value) is FAULTS[vector["expect"]]
        assert refused.value.hint


def test_the_vectors_are_those_of_the_script_that_makes_them():
    made = {vector.name: vector for vector in age_vectors.vectors()}

    assert [vector["name"] for vector in VECTORS] == list(made)
    for vector in VECTORS:
        again = made[vector["name"]]
        assert again.expect == vector["expect"]
        if not again.name.startswith("hybrid/"):
            assert again.file == vector["file"]


def test_the_keys_printed_in_the_specification_are_read_and_written_as_there():
    classic = age.parse_identity("AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX")
    hybrid = age.parse_identity(
        "AGE-SECRET-KEY-PQ-1XX76JRALNLXDMEW0CRK45QMCCH4X06SE84UN3VPM33W6HWDX0H3SK3ZQFR"
    )

    assert classic.recipient.text() == "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
    assert hybrid.recipient.text().startswith(
        "age1pq1x34nzsvr0rxjsgdn8zgyhfe8j7ceq5r9rdelkjuh3y235jzxshfg87p"
    )
    assert hybrid.recipient.text().endswith("heyty7saeq0d3fzv49zc0k")
    assert classic.secret_text().endswith("PQ4EGAEX")
    assert hybrid.secret_text().endswith("SK3ZQFR")


# --- whole files --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("length", [0, 1, 65535, 65536, 65537, 131072, 200_000])
def test_what_is_sealed_opens_again_at_every_length(kind, length):
    recipient, identity = kind
    file = age.encrypt(b"s" * length, [recipient])

    assert age.decrypt(file, [identity]) == b"s" * length
    assert age.decrypt(age.armor.wrap(file), [identity]) == b"s" * length


def test_one_of_many_keys_is_enough_on_either_side():
    others = [age.HybridIdentity(bytes([n]) * 32) for n in range(4)]
    file = age.encrypt(b"ici", [other.recipient for other in others] + [HYBRID.recipient])

    assert age.decrypt(file, [CLASSIC, HYBRID]) == b"ici"
    assert age.decrypt(file, [*reversed(others)]) == b"ici"
    with pytest.raises(age.NoMatch):
        age.decrypt(file, [CLASSIC])
    with pytest.raises(age.NoMatch):
        age.decrypt(file, [])


@pytest.mark.parametrize(
    "recipients",
    [
        [],
        [HYBRID.recipient, CLASSIC.recipient],
        [age.PassphraseRecipient("a", 1), HYBRID.recipient],
        [age.PassphraseRecipient("a", 1), age.PassphraseRecipient("b", 1)],
    ],
    ids=["nobody", "hybrid-and-classic", "passphrase-and-key", "two-passphrases"],
)
def test_keys_of_different_strength_never_share_a_file(recipients):
    with pytest.raises(KeyFileError):
        age.encrypt(b"", recipients)
    with pytest.raises(KeyFileError):
        age.rewrap(age.encrypt(b"", [HYBRID.recipient]), [HYBRID], recipients)


def test_the_same_text_never_gives_the_same_file():
    assert len({age.encrypt(b"encore", [HYBRID.recipient]) for _ in range(20)}) == 20


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_cut_anywhere_is_refused(kind):
    recipient, identity = kind
    file = age.encrypt(b"Il est revenu deux fois.", [recipient])

    for length in range(len(file)):
        with pytest.raises(CannotOpen):
            age.decrypt(file[:length], [identity])


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_prolonged_is_refused(kind):
    recipient, identity = kind
    file = age.encrypt(b"Il est revenu deux fois.", [recipient])

    for more in (b"\0", b"\n", bytes(16), file):
        with pytest.raises(CannotOpen):
            age.decrypt(file + more, [identity])


@pytest.mark.parametrize("kind", KINDS)
def test_every_flipped_bit_is_refused(kind):
    recipient, identity = kind
    file = age.encrypt(b"Il est revenu.", [recipient])

    for place in range(len(file)):
        flipped = bytearray(file)
        flipped[place] ^= 1 << place % 8
        with pytest.raises(CannotOpen):
            age.decrypt(bytes(flipped), [identity])


@given(st.data())
def test_any_flipped_bit_of_a_long_or_armored_file_is_refused(data):
    file = age.encrypt(b"a" * 70_000, [CLASSIC.recipient])
    file = data.draw(st.sampled_from([file, age.armor.wrap(file)]))
    flipped = bytearray(file)
    flipped[data.draw(st.integers(0, len(file) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assume(bytes(flipped).strip() != file.strip())  # white space after the armor may be any

    with pytest.raises(CannotOpen):
        age.decrypt(bytes(flipped), [CLASSIC])


STARTS = (
    b"",
    b"age-encryption.org/v1\n",
    b"age-encryption.org/v1\n-> X25519 ",
    b"-----BEGIN AGE ENCRYPTED FILE-----\n",
)


@given(st.sampled_from(STARTS), st.binary(max_size=300))
def test_any_bytes_at_all_are_refused_in_one_way(start, rest):
    with pytest.raises(CannotOpen):
        age.decrypt(start + rest, [CLASSIC, HYBRID, age.PassphraseIdentity("a", most_work=2)])


LINES = st.sampled_from(
    [
        "-> X25519 " + age_vectors.b64(bytes(32)),
        "-> mlkem768x25519 " + age_vectors.b64(bytes(1120)),
        "-> scrypt " + age_vectors.b64(bytes(16)) + " 1",
        "-> scrypt",
        "-> grease",
        age_vectors.b64(bytes(32)),
        "A" * 64,
        "",
        "--- " + age_vectors.b64(bytes(32)),
        "age-encryption.org/v1",
    ]
)


@given(st.lists(LINES, max_size=8), st.binary(max_size=60))
def test_any_lines_of_a_header_in_any_order_are_refused_in_one_way(lines, payload):
    file = "\n".join(["age-encryption.org/v1", *lines, ""]).encode() + payload

    with pytest.raises(CannotOpen):
        age.decrypt(file, [CLASSIC, HYBRID, age.PassphraseIdentity("a", most_work=2)])


def test_a_work_factor_beyond_this_machine_is_refused_and_not_a_crash(monkeypatch):
    file = age.encrypt(b"", [age.PassphraseRecipient("a", 1)])

    def no_memory(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("bot.age.scrypt.Scrypt", no_memory)
    with pytest.raises(age.HeaderFault):
        age.decrypt(file, [age.PassphraseIdentity("a")])


# --- payload of many chunks ---------------------------------------------------------------------------------

FILE_KEY = bytes(16)
NONCE = bytes(range(16))


def sealed_chunks(*chunks: tuple[bytes, int]) -> bytes:
    """A payload of these (plaintext, last-flag) chunks, each in its place."""
    key = age_vectors.expand(age_vectors.extract(NONCE, FILE_KEY), b"payload")
    return NONCE + b"".join(
        age_vectors.chacha(key, plain, number.to_bytes(11, "big") + bytes([last]))
        for number, (plain, last) in enumerate(chunks)
    )


FULL = b"f" * 65536


def test_a_payload_of_several_chunks_is_that_of_the_specification():
    payload = sealed_chunks((FULL, 0), (FULL, 0), (b"fin", 1))

    assert stream.seal(FULL * 2 + b"fin", FILE_KEY, NONCE) == payload
    assert stream.open_(payload, FILE_KEY) == FULL * 2 + b"fin"
    assert stream.open_(sealed_chunks((FULL, 0), (FULL, 1)), FILE_KEY) == FULL * 2


@pytest.mark.parametrize(
    "payload",
    [
        sealed_chunks((FULL, 0)),
        sealed_chunks((FULL, 0), (FULL, 0)),
        sealed_chunks((FULL, 1), (b"fin", 1)),
        sealed_chunks((FULL, 0), (b"", 1)),
        sealed_chunks((FULL, 0), (b"", 0)),
        sealed_chunks((FULL, 0), (b"court", 0), (b"fin", 1)),
        sealed_chunks((FULL, 0), (b"fin", 1))[: 16 + 65552],
        sealed_chunks((FULL, 0), (b"fin", 1))[: 16 + 65552 + 10],
        sealed_chunks((FULL, 0), (b"fin", 1)) + b"!",
        NONCE + sealed_chunks((FULL, 0), (FULL, 0), (b"", 1))[16 + 65552 :],
        sealed_chunks((b"", 1), (b"", 1)),
        sealed_chunks((FULL + b"f", 1)),
    ],
    ids=[
        "no-last-chunk",
        "full-and-no-last-chunk",
        "last-before-the-end",
        "empty-last-chunk",
        "empty-chunk-not-last",
        "short-chunk-inside",
        "cut-at-a-chunk",
        "cut-in-a-chunk",
        "one-byte-more",
        "first-chunk-gone",
        "two-empty-chunks",
        "chunk-too-long",
    ],
)
def test_chunks_cut_moved_or_added_are_refused(payload):
    with pytest.raises(age.PayloadFault):
        stream.open_(payload, FILE_KEY)


# --- new headers --------------------------------------------------------------------------------------------


def test_a_rewrapped_file_opens_with_the_new_key_and_not_with_the_old():
    new = age.HybridIdentity(b"n" * 32)
    file = age.encrypt(b"le meme texte", [HYBRID.recipient])
    moved = age.rewrap(file, [HYBRID], [new.recipient])

    assert age.decrypt(moved, [new]) == b"le meme texte"
    assert moved[-13 - 32 :] == file[-13 - 32 :]
    with pytest.raises(age.NoMatch):
        age.decrypt(moved, [HYBRID])
    with pytest.raises(CannotOpen):
        age.rewrap(file, [new], [new.recipient])


def test_a_forged_header_is_not_rewrapped():
    vector = next(vector for vector in VECTORS if vector["name"] == "header/mac-wrong")

    with pytest.raises(age.MacFault):
        age.rewrap(base64.b64decode(vector["file"]), [CLASSIC], [CLASSIC.recipient])


# --- keys ---------------------------------------------------------------------------------------------------


@given(st.binary(min_size=32, max_size=32))
def test_a_key_is_read_from_its_line_as_it_was(secret):
    for identity in (age.X25519Identity(secret), age.HybridIdentity(secret)):
        assert age.parse_identity(identity.secret_text()) == identity
        assert age.parse_recipient(identity.recipient.text()) == identity.recipient


@pytest.mark.parametrize("text", [CLASSIC.recipient.text(), HYBRID.recipient.text()[:90]])
def test_a_slip_in_a_public_key_is_caught(text):
    for place in range(len(text)):
        wrong = text[:place] + ("q" if text[place] != "q" else "p") + text[place + 1 :]
        with pytest.raises(KeyFileError):
            age.parse_recipient(wrong)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "age1",
        CLASSIC.recipient.text().upper(),
        "Age" + CLASSIC.recipient.text()[3:],
        CLASSIC.recipient.text() + " ",
        CLASSIC.recipient.text() + "é",
        CLASSIC.secret_text(),
        bech32.encode("age", bytes(31)),
        bech32.encode("age", bytes(33)),
        bech32.encode("age1pq", bytes(1215)),
        bech32.encode("age1pq", b"\xff" * 1216),
        bech32.encode("age1tag", bytes(33)),
    ],
)
def test_what_is_not_a_public_key_is_refused(text):
    with pytest.raises(KeyFileError):
        age.parse_recipient(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        CLASSIC.secret_text().lower(),
        CLASSIC.secret_text()[:-1],
        CLASSIC.recipient.text(),
        bech32.encode("age-secret-key-", bytes(31)).upper(),
        bech32.encode("age-secret-key-pq-", bytes(33)).upper(),
        bech32.encode("age-plugin-x-", bytes(32)).upper(),
    ],
)
def test_what_is_not_a_secret_key_is_refused(text):
    with pytest.raises(KeyFileError):
        age.parse_identity(text)


def test_bech32_leaves_no_bit_unread():
    assert bech32.decode("A12UEL5L") == ("a", b"")
    assert bech32.decode("a12uel5l") == ("a", b"")
    assert bech32.decode(bech32.encode("x", b"\x00\xff")) == ("x", b"\x00\xff")
    for bad in ("1nwldj5", "a1", "a1qqqqq", "li1dgmt3", "pzry9x0s0muk", "x1b4n0q5v", "A12uEL5L", "10a06t8"):
        assert bech32.decode(bad) is None


@given(st.text(max_size=120))
def test_any_text_at_all_is_a_key_or_refused(text):
    for read in (age.parse_identity, age.parse_recipient):
        with pytest.raises(KeyFileError):
            read(text)


@pytest.mark.parametrize("public", [bytes(32), b"\x01" + bytes(31), age_vectors.LOW_ORDER])
def test_nothing_is_sealed_to_a_key_whose_secret_everybody_has(public):
    with pytest.raises(KeyFileError):
        age.encrypt(b"", [age.X25519Recipient(public)])
    with pytest.raises(KeyFileError):
        age.encrypt(b"", [age.HybridRecipient(HYBRID.recipient.public[:1184] + public)])


def test_no_key_shows_itself():
    secret = b"\xab" * 32
    keys = [age.X25519Identity(secret), age.HybridIdentity(secret)]
    passphrases = [age.PassphraseIdentity("mot de passe"), age.PassphraseRecipient("mot de passe")]

    for shown in map(repr, [*keys, *passphrases]):
        assert "mot de passe" not in shown
        assert "\\xab" not in shown
        assert "SECRET" not in shown


# --- the platform -------------------------------------------------------------------------------------------


def test_a_machine_with_ml_kem_is_ready():
    age.ready()


def test_a_machine_without_ml_kem_is_told_so(monkeypatch):
    class Missing:
        @staticmethod
        def from_seed_bytes(_: bytes) -> None:
            raise UnsupportedAlgorithm("ML-KEM is not supported by this build.")

    monkeypatch.setattr("bot.age.hybrid.MLKEM768PrivateKey", Missing)
    with pytest.raises(PlatformError) as refused:
        age.ready()
    assert "cryptography" in refused.value.hint
