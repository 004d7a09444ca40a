"""Two of three papers give the recovery key back; every other pile is refused for its own reason."""

from __future__ import annotations

import itertools
import json

import pytest
from shamir_mnemonic import generate_mnemonics

from bot import age, custody, key_list, recovery, signing
from bot.errors import KeyFileError
from bot.recovery import Copy, Share, join, read_share, split
from bot.sealing import TeamKey

SEED = bytes(range(32))
SHARES = split(SEED)
OTHERS = split(bytes(32))
SIGNER = signing.SignKey(b"k" * 32)
FORGER = signing.SignKey(b"f" * 32)
TEAM = [custody.new_identity(bytes([n]) * 32) for n in (1, 2)]
KEYS = [TeamKey(n, own.recipient) for n, own in enumerate(TEAM, start=1)]
LIST = key_list.write(KEYS, SIGNER)
COPY = Copy(LIST, tuple(TEAM), SIGNER, b"i" * 32, b"s" * 16)
IDENTITY = custody.new_identity(SEED)

KNOWN_SEED = bytes.fromhex("00112233445566778899aabbccddeeff" * 2)
KNOWN_SHARES = (
    "pacific marathon academic acid aquatic gather stick curly axle script inmate "
    "echo leaf transfer multiple subject buyer oral glen hunting stilt much "
    "moisture expand merit pleasure papa income cage dress bulb observe dress",
    "pacific marathon academic agency aspect inside warn quiet woman oasis lunch "
    "daisy seafood become remove easy enemy geology legs weapon merchant educate "
    "story punish exhaust game quiet smell amazing fumes mother junior wrist",
    "pacific marathon academic always ambition exchange necklace blanket harvest rhythm mortgage "
    "veteran reunion frequent senior location amazing total response crisis trouble work "
    "already style manual season lizard grownup desire romantic wrist diminish random",
)
"""Made once with these 32 bytes: a paper that was written by this version is read by every later one."""


def refusal(typed: str) -> KeyFileError:
    with pytest.raises(KeyFileError) as refused:
        read_share(typed)
    said = str(refused.value) + refused.value.hint
    assert not any(len(word) > 4 and f" {word} " in said for word in typed.split()), "no word is quoted"
    return refused.value


def together(*shares: Share) -> str:
    with pytest.raises(KeyFileError) as refused:
        join(shares)
    assert refused.value.hint
    return str(refused.value)


# --- papers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pair", list(itertools.permutations(range(3), 2)))
def test_any_two_papers_in_any_order_give_the_key_back(pair: tuple[int, int]) -> None:
    assert join([SHARES[place] for place in pair]) == IDENTITY


@pytest.mark.parametrize("pair", [(0, 1), (0, 2), (1, 2)])
def test_papers_of_this_version_are_read_by_every_later_one(pair: tuple[int, int]) -> None:
    shares = [read_share(KNOWN_SHARES[place]) for place in pair]

    assert join(shares).seed == KNOWN_SEED
    assert [share.number for share in shares] == [place + 1 for place in pair]


def test_a_paper_has_33_words_and_shows_none_of_them() -> None:
    for share in SHARES:
        assert len(share.words.split()) == recovery.WORDS
        assert share.words.split()[5] not in repr(share)
    assert [share.number for share in SHARES] == [1, 2, 3]
    assert len({share.set for share in SHARES}) == 1


def test_capitals_spaces_and_shortened_words_are_forgiven() -> None:
    share = SHARES[1]

    assert read_share(f"  {share.words.upper()}\n") == share
    assert read_share("\n".join(share.words.split())) == share
    assert read_share(" ".join(word[:4] for word in share.words.split())) == share


def test_a_word_that_is_not_of_the_list_is_told_by_its_place() -> None:
    words = SHARES[0].words.split()

    for place in (1, 7, 33):
        typed = [*words[: place - 1], "porte", *words[place:]]
        assert str(refusal(" ".join(typed))) == f"Word {place} is not a word of the list."
    assert "Word 2 " in str(refusal(" ".join([words[0], words[1][:3], *words[2:]])))


def test_every_single_wrong_word_of_the_list_is_noticed() -> None:
    words = SHARES[0].words.split()

    for place in range(recovery.WORDS):
        other = "academic" if words[place] != "academic" else "zero"
        typed = [*words[:place], other, *words[place + 1 :]]
        assert "is not the one on the paper" in str(refusal(" ".join(typed)))


def test_two_words_exchanged_are_noticed() -> None:
    words = SHARES[0].words.split()
    places = [place for place in range(32) if words[place] != words[place + 1]]

    for place in places:
        typed = [*words[:place], words[place + 1], words[place], *words[place + 2 :]]
        assert refusal(" ".join(typed))


def test_too_few_and_too_many_words_are_counted() -> None:
    words = SHARES[0].words

    assert "33 words, and 0 were typed" in str(refusal(""))
    assert "33 words, and 32 were typed" in str(refusal(words.rpartition(" ")[0]))
    assert "33 words, and 34 were typed" in str(refusal(f"{words} academic"))
    assert "33 words, and 66 were typed" in str(refusal(f"{words} {words}"))


def test_papers_of_another_kind_are_told_as_such() -> None:
    for groups, threshold in (([(3, 5)], 1), ([(1, 1)], 1), ([(2, 3), (2, 3)], 2), ([(2, 5)], 1)):
        made = generate_mnemonics(threshold, groups, SEED)[-1][-1]
        assert "another kind" in str(refusal(made))
    assert "33 words" in str(refusal(generate_mnemonics(1, [(2, 3)], SEED[:16])[0][0]))


def test_one_paper_is_too_few() -> None:
    assert together(SHARES[0]) == "2 shares are needed, and 1 was given."


def test_a_paper_twice_is_one_paper() -> None:
    assert together(SHARES[1], SHARES[1]) == "This is share 2 twice."


def test_papers_of_two_sets_open_nothing() -> None:
    assert "of two sets" in together(SHARES[0], OTHERS[1])
    assert "of two sets" in together(SHARES[0], OTHERS[0])


def test_one_paper_says_nothing_of_the_key() -> None:
    """Each of two keys has a paper that agrees with it: the same value is possible under any key."""
    values = {share.words.split()[4:-3].__repr__() for _ in range(8) for share in split(SEED)[:1]}

    assert len(values) == 8, "the same key, drawn again, is on other papers"


# --- which key it is ----------------------------------------------------------------------------------------

KEY = recovery.describe(IDENTITY, SHARES, 29_840_000)


def test_what_the_team_signed_is_read_again() -> None:
    known = [read_share(words) for words in KNOWN_SHARES]
    key = recovery.describe(custody.new_identity(KNOWN_SEED), known, 29_840_000)
    text = recovery.write_key(key, SIGNER)

    assert recovery.read_key(text, SIGNER.verify_key) == key
    # Known papers: of drawn ones, some have the word `recover`, which the document's own name holds.
    assert not any(word in text for share in known for word in share.words.split() if len(word) > 6)


def test_a_recovery_key_that_the_team_did_not_sign_is_refused() -> None:
    """Else the next rotation would seal every key to whoever can write a file."""
    good = recovery.write_key(KEY, SIGNER)
    theirs = recovery.describe(custody.new_identity(bytes(32)), OTHERS, 29_840_000)
    bad = [
        "",
        "\ud800",
        recovery.write_key(theirs, FORGER),
        recovery.write_key(theirs, FORGER).partition("untrusted")[0] + good[good.index("untrusted") :],
        good.replace('"set":', '"sit":'),
        LIST,
    ]
    for document in ("", "{}\n{}\n", '{"kind":"seuil-recovery","v":1}\n[]\n'):
        bad.append(document + signing.sign(document.encode(), SIGNER, recovery.KEY_KIND))

    for text in bad:
        with pytest.raises(KeyFileError, match="not put there by the team"):
            recovery.read_key(text, SIGNER.verify_key)


def test_a_paper_is_checked_against_the_one_that_was_made() -> None:
    for share in SHARES:
        KEY.demand(share)
    forged = Share(SHARES[0].set, 1, SHARES[1].words)
    with pytest.raises(KeyFileError, match="another set"):
        KEY.demand(OTHERS[0])
    with pytest.raises(KeyFileError, match="not the one that was made here"):
        KEY.demand(forged)


# --- the copy -----------------------------------------------------------------------------------------------


def test_the_copy_gives_everything_back_to_two_papers_and_to_nobody_else() -> None:
    file = recovery.seal_copy(COPY, KEY.recipient)

    assert recovery.open_copy(file, join(SHARES[:2])) == COPY
    assert repr(COPY) == "Copy()"
    with pytest.raises(KeyFileError, match="another recovery key"):
        recovery.open_copy(file, join(OTHERS[:2]))


def test_the_copy_is_an_age_file_that_any_age_opens_and_any_eye_reads() -> None:
    told = json.loads(age.decrypt(recovery.seal_copy(COPY, KEY.recipient), [IDENTITY]))

    assert told["kind"] == "seuil-recovery-copy"
    assert told["team"] == [own.secret_text() for own in TEAM]
    assert (told["instance"], told["salt"]) == ("69" * 32, "73" * 16)
    assert told["list"] == LIST


@pytest.mark.parametrize(
    ("field", "other"),
    [
        ("kind", "autre"),
        ("v", 2),
        ("list", key_list.write(KEYS[:1], SIGNER)),
        ("list", key_list.write(KEYS, FORGER)),
        ("team", [TEAM[0].secret_text()]),
        ("team", [age.X25519Identity(b"x" * 32).secret_text()] * 2),
        ("sign", FORGER.secret_text()),
        ("instance", "zz"),
        ("salt", None),
    ],
)
def test_a_copy_whose_parts_are_not_of_each_other_is_refused(field: str, other: object) -> None:
    told = json.loads(age.decrypt(recovery.seal_copy(COPY, KEY.recipient), [IDENTITY])) | {field: other}

    with pytest.raises(KeyFileError, match="damaged"):
        recovery.open_copy(age.encrypt(json.dumps(told).encode(), [KEY.recipient]), IDENTITY)


def test_no_flipped_bit_of_a_copy_goes_unnoticed() -> None:
    file = recovery.seal_copy(COPY, KEY.recipient)

    for place in range(0, len(file), 97):
        changed = bytearray(file)
        changed[place] ^= 1
        with pytest.raises(KeyFileError):
            recovery.open_copy(bytes(changed), IDENTITY)
