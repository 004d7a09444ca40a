"""What is promised of receipts: forgiving to the hand, strict to the letter, silent about the story."""

from __future__ import annotations

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import age, receipts, signing
from bot.errors import CannotOpen, KeyFileError
from bot.receipt_words import LANGUAGES, SHORTEST, may_hold, tokens, vocabulary
from bot.receipts import Cost, Receipt
from bot.sealing import item_size, packed

CHEAP = Cost(memory_kib=8, passes=1, lanes=1)
SALT = b"s" * 16
RECEIPT = receipts.new(bytes(range(10)))
KEYS = receipts.derive(RECEIPT, SALT, CHEAP)
SIGNER = signing.SignKey(b"k" * 32)
CASE = b"c" * 16

some = st.binary(min_size=10, max_size=10).map(receipts.new)
languages = st.sampled_from(sorted(LANGUAGES))


def typed(receipt: Receipt, language: str = "fr") -> str:
    return " ".join(receipts.words(receipt, language))


def bare(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


# --- words --------------------------------------------------------------------------------------------------


def test_a_receipt_gives_the_words_it_always_gave():
    assert typed(RECEIPT, "fr") == KNOWN_FR
    assert typed(RECEIPT, "en") == KNOWN_EN


KNOWN_FR = "abaisser agréable inductif agréable éligible achat bolide coiffer"
KNOWN_EN = "abandon amount liar amount expire adjust cage cry"


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_no_word_of_a_list_is_so_short_that_a_receipt_would_be_overlooked(language):
    words = {**vocabulary(language).whole, **vocabulary(language).beginnings}

    assert min(map(len, words)) >= SHORTEST
    assert may_hold(" ".join(sorted(words, key=len)[:8]), 8)


@given(some, languages)
def test_a_receipt_is_eight_words_and_is_read_back(receipt, language):
    words = receipts.words(receipt, language)

    assert len(words) == 8
    assert receipts.read(" ".join(words)) == receipt


MANNERS = {
    "capitals": str.upper,
    "titles": str.title,
    "no accents": bare,
    "accents in two parts": lambda text: unicodedata.normalize("NFD", text),
    "accents in one part": lambda text: unicodedata.normalize("NFC", text),
    "many spaces": lambda text: "  " + text.replace(" ", " \u00a0\t ") + "\n",
    "lines": lambda text: text.replace(" ", "\n"),
    "hyphens": lambda text: text.replace(" ", "-"),
    "commas": lambda text: text.replace(" ", ", ") + ".",
    "numbered": lambda text: "  ".join(f"{n}. {word}" for n, word in enumerate(text.split(), 1)),
    "numbered in brackets": lambda text: "\n".join(f"{n}) {word}" for n, word in enumerate(text.split(), 1)),
    "four letters": lambda text: " ".join(bare(word)[:4] for word in text.split()),
    "a slip after four letters": lambda text: " ".join(bare(word)[:4] + "x" for word in text.split()),
    "in quotes": lambda text: f"« {text} »",
    "in bold": lambda text: "**" + text.replace(" ", "** **") + "**",
    "zero width": lambda text: text.replace("e", "e\u200b"),
    "after a few words": lambda text: "Bonjour, voici : " + text + ". Merci",
}


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_receipt_is_read_however_it_is_typed(manner, language):
    for start in range(20):
        receipt = receipts.new(bytes(range(start, start + 10)))
        text = typed(receipt, language)
        if manner.startswith(("a slip", "four")) and min(map(len, text.split())) < 4:
            continue
        assert receipts.read(MANNERS[manner](text)) == receipt, text


@given(some, languages, st.data())
def test_words_are_never_corrected_into_another_receipt(receipt, language, data):
    words = list(receipts.words(receipt, language))
    place = data.draw(st.integers(0, 7))
    words[place] = data.draw(st.sampled_from(vocabulary(language).words))
    found = receipts.read(" ".join(words))

    assert found in (None, receipt) or receipts.words(found, language) == tuple(words)


def test_slips_pass_the_check_no_more_often_than_one_in_two_hundred():
    words = receipts.words(RECEIPT, "fr")
    listed = vocabulary("fr").words
    wrong = [
        (*words[:place], listed[number], *words[place + 1 :])
        for place in range(8)
        for number in range(0, 2048, 8)
        if listed[number] != words[place]
    ]

    passed = sum(receipts.read(" ".join(slip)) is not None for slip in wrong)
    assert passed / len(wrong) < 1 / 150  # 1 in 256 expected, of 2 048 slips


def test_two_words_exchanged_are_nearly_always_caught_and_still_look_like_a_receipt():
    seen = passed = 0
    for start in range(20):
        words = receipts.words(receipts.new(bytes(range(start, start + 10))), "fr")
        for one, other in itertools.combinations(range(8), 2):
            swapped = list(words)
            swapped[one], swapped[other] = swapped[other], swapped[one]
            sound = receipts.read(" ".join(swapped)) is not None
            assert sound != receipts.looks_like(" ".join(swapped)) or swapped == list(words)
            seen, passed = seen + 1, passed + sound

    assert passed / seen < 1 / 100  # 1 in 256 expected, of 560 exchanges


def test_a_mistyped_receipt_looks_like_one_and_ordinary_words_do_not():
    words = receipts.words(RECEIPT, "fr")

    assert receipts.looks_like(" ".join((*words[:7], "xxxxxx")))
    assert receipts.looks_like(" ".join((*words[:7], words[0])))
    assert not receipts.looks_like(" ".join(words))
    assert not receipts.looks_like(" ".join(words[:7]))
    assert not receipts.looks_like("il est venu chez moi un matin tôt")
    assert not receipts.looks_like("he came to my place early one day")
    assert not receipts.looks_like("")


@given(st.text(max_size=400))
def test_any_text_at_all_is_read_without_an_error(text):
    assert receipts.read(text) is None
    assert receipts.find_in(text) == []
    assert receipts.looks_like(text) in (True, False)


def test_a_receipt_has_no_repr(canary):
    receipt = receipts.new(canary.encode()[:10])

    for shown in (repr(receipt), str(receipt), repr(receipts.derive(receipt, SALT, CHEAP))):
        assert canary[:6] not in shown
        assert "\\x" not in shown
    assert all(word not in repr(tokens(typed(receipt))) for word in receipts.words(receipt, "fr"))


def test_a_receipt_has_eighty_bits():
    for entropy in (b"", b"x" * 9, b"x" * 11):
        with pytest.raises(ValueError, match="80 bits"):
            receipts.new(entropy)


def test_four_letters_are_enough_in_every_language():
    for language in LANGUAGES:
        plain = [bare(word) for word in vocabulary(language).words]
        assert len({word[:4] for word in plain}) == len(plain) == 2048


def test_an_unknown_language_has_words_too():
    assert receipts.words(RECEIPT, "br") == receipts.words(RECEIPT, "fr")


# --- receipts in a story ------------------------------------------------------------------------------------

BEFORE = "Il est revenu mardi. Mon reçu : "
AFTER = ". Je ne sais plus quoi faire."


@given(some, languages)
def test_a_receipt_in_a_story_is_found_where_it_stands(receipt, language):
    words = typed(receipt, language)

    spans = receipts.find_in(BEFORE + words + AFTER)
    assert len(spans) == 1
    start, end = spans[0]
    assert (BEFORE + words + AFTER)[start:end].endswith(words)
    assert start <= len(BEFORE) <= end == len(BEFORE + words)


def test_a_numbered_receipt_in_a_story_leaves_no_word():
    words = receipts.words(RECEIPT, "fr")
    text = BEFORE + "\n".join(f"{n}. {word}" for n, word in enumerate(words, 1)) + AFTER

    ((start, end),) = receipts.find_in(text)
    left = text[:start] + text[end:]
    assert not any(word in left for word in words)
    assert BEFORE.strip() in left
    assert AFTER in left


def test_two_receipts_and_a_mistyped_one_are_all_found():
    other = receipts.new(b"0123456789")
    words = receipts.words(RECEIPT, "fr")
    mistyped = " ".join((words[1], words[0], *words[2:]))
    text = f"{typed(RECEIPT)} puis {typed(other, 'en')} puis {mistyped} fin"

    spans = receipts.find_in(text)
    assert [text[start:end] for start, end in spans] == [typed(RECEIPT), typed(other, "en"), mistyped]


def test_ordinary_stories_hold_no_receipt():
    stories = [
        "Le livreur a insisté pour entrer et il a regardé partout. J'ai eu peur et j'ai fermé la porte.",
        "The technician asked whether I lived alone, then he wrote to me the same evening, again and again.",
        "Table chaise lampe. " * 40,
        "1 2 3 4 5 6 7 8",
    ]

    assert [receipts.find_in(story) for story in stories] == [[]] * len(stories)


# --- keys ---------------------------------------------------------------------------------------------------


def test_a_receipt_gives_the_keys_it_always_gave():
    assert KEYS.locator.hex() == KNOWN_LOCATOR
    assert KEYS.token_hash.hex() == KNOWN_TOKEN_HASH
    assert receipts.reply_key_hash(KEYS.reply_recipient.public).hex() == KNOWN_REPLY_KEY


KNOWN_LOCATOR = "7f5f7068a53f6e165da141abee1311d0"
KNOWN_TOKEN_HASH = "38b4263613e887e1681e82e07a1a02d0f460c936ccb86019aa340187496a14ca"
KNOWN_REPLY_KEY = "5c4b694e65d2e77a578bf6add5ec22238213c956e5baead7b9d6b277fe102c46"


def test_another_receipt_salt_or_cost_gives_other_keys():
    others = [
        receipts.derive(receipts.new(b"x" * 10), SALT, CHEAP),
        receipts.derive(RECEIPT, b"t" * 16, CHEAP),
        receipts.derive(RECEIPT, SALT, Cost(8, 2, 1)),
    ]

    for name in ("locator", "reply_seed", "withdraw_token", "token_hash"):
        assert len({getattr(keys, name) for keys in [KEYS, *others]}) == 4


def test_no_key_of_a_receipt_is_part_of_another():
    parts = [KEYS.locator, KEYS.reply_seed, KEYS.withdraw_token, KEYS.token_hash]

    assert len({part[:16] for part in parts}) == 4
    assert [len(part) for part in parts] == [16, 32, 32, 32]


def test_the_real_cost_is_the_documented_one():
    assert Cost(memory_kib=65536, passes=3, lanes=1) == receipts.COST
    assert receipts.derive(RECEIPT, SALT).locator != KEYS.locator


def test_a_salt_of_another_length_is_refused():
    with pytest.raises(ValueError, match="16 bytes"):
        receipts.derive(RECEIPT, b"s" * 15, CHEAP)


# --- replies ------------------------------------------------------------------------------------------------


def reply(text: str = "Nous vous croyons.", item: str = "reply-1", case: bytes = CASE) -> bytes:
    return receipts.seal_reply(text, case, item, KEYS.reply_recipient.public, SIGNER)


@given(st.text(max_size=400))
def test_a_witness_reads_what_the_team_wrote(text):
    assert receipts.open_reply(reply(text), KEYS, CASE, SIGNER.verify_key) == text


def test_replies_look_the_same_whatever_their_length():
    assert len({len(reply("x" * length)) for length in (0, 1, 300, 2500)}) == 1


def test_a_reply_to_another_case_receipt_or_place_is_refused():
    other = receipts.derive(receipts.new(b"x" * 10), SALT, CHEAP)

    with pytest.raises(CannotOpen):
        receipts.open_reply(reply(), KEYS, b"d" * 16, SIGNER.verify_key)
    with pytest.raises(CannotOpen):
        receipts.open_reply(reply(), other, CASE, SIGNER.verify_key)
    with pytest.raises(CannotOpen):
        receipts.open_reply(reply(), KEYS, CASE, SIGNER.verify_key, item="reply-2")
    assert receipts.open_reply(reply(), KEYS, CASE, SIGNER.verify_key, item="reply-1")


def test_a_reply_signed_by_another_is_never_shown():
    forged = receipts.seal_reply(
        "Venez.", CASE, "reply-1", KEYS.reply_recipient.public, signing.SignKey(b"f" * 32)
    )

    with pytest.raises(CannotOpen):
        receipts.open_reply(forged, KEYS, CASE, SIGNER.verify_key)


def test_a_reply_taken_from_its_box_and_sealed_to_another_witness_is_refused():
    """The signature names the key it was written for."""
    victim = receipts.derive(receipts.new(b"x" * 10), SALT, CHEAP)
    inside = age.decrypt(reply(), [KEYS.reply_identity])
    moved = age.encrypt(inside, [victim.reply_recipient])

    with pytest.raises(CannotOpen):
        receipts.open_reply(moved, victim, CASE, SIGNER.verify_key)


@given(st.binary(max_size=100))
def test_anything_else_sealed_to_a_receipt_is_refused_in_one_way(junk):
    for plaintext in (junk, age.decrypt(reply(), [KEYS.reply_identity])[:-1] + b"\x01"):
        with pytest.raises(CannotOpen):
            receipts.open_reply(age.encrypt(plaintext, [KEYS.reply_recipient]), KEYS, CASE, SIGNER.verify_key)
    with pytest.raises(CannotOpen):
        receipts.open_reply(junk, KEYS, CASE, SIGNER.verify_key)


def test_another_document_of_the_team_is_no_reply():
    for document in (b"[]", b"{}", b'{"text":1,"item":"a"}', b"bonjour"):
        signature = signing.sign(document, SIGNER, "x").encode()
        box = age.encrypt(
            packed(receipts.REPLY_MAGIC, signature, document, item_size), [KEYS.reply_recipient]
        )
        with pytest.raises(CannotOpen):
            receipts.open_reply(box, KEYS, CASE, SIGNER.verify_key)


def test_a_reply_is_not_sealed_to_what_is_no_key():
    with pytest.raises(KeyFileError):
        receipts.seal_reply("", CASE, "reply-1", b"x" * 10, SIGNER)
