"""The recovery key: 32 bytes on three papers, any two of which give them back; one paper gives nothing.

    papers      SLIP-39, one group, 2 of 3, no passphrase: 33 English words each (`shamir-mnemonic`)
    the key     X-Wing from these 32 bytes, as every key of the team: `age -d` opens with it what it opens
    the copy    an age file to it: all that must be had to open testimonies again

Which key it is, and a hash of each paper, stand in a small document that the team signs: else whoever writes
to the key folder could name a key of her own, and the next rotation would seal everything to it. A paper is
256 random bits, so its hash says nothing about it.

Words of a share are in no message, log or repr: it is told which word is wrong by its place. The library's
own errors quote words, and never leave this file.

Never here: files, screens, keyboards. Source: SLIP-0039.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics
from shamir_mnemonic.share import Share as Mnemonic
from shamir_mnemonic.wordlist import WORDLIST

from bot import age, custody, key_list, signing
from bot.age import HybridIdentity, HybridRecipient, parse_recipient
from bot.errors import CannotOpen, KeyFileError
from bot.key_list import KeyList
from bot.sealing import canonical

SHARES, NEEDED = 3, 2
SEED = 32
"""Bytes that are shared out."""

WORDS = 33
"""Of a share of 32 bytes: 20 bits of set and 20 of place, 256 of value, padding, 30 of checksum."""

LETTERS = 4
"""First letters that tell every word of the list from all others."""

KEY_KIND = "seuil-recovery"
COPY_KIND = "seuil-recovery-copy"
_VERSION = 1
_PAPER = b"seuil|v1|recovery paper|"


# --- papers -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Share:
    """One paper. `set`: all papers of one making have the same number; `number`: 1, 2 or 3."""

    set: int
    number: int
    words: str = field(repr=False)

    @property
    def mark(self) -> str:
        """A hash of this paper, 64 hexadecimal digits."""
        return hashlib.sha256(_PAPER + self.words.encode()).hexdigest()


def split(seed: bytes) -> tuple[Share, ...]:
    """Three papers of these 32 bytes."""
    (made,) = generate_mnemonics(1, [(NEEDED, SHARES)], seed)
    return tuple(read_share(words) for words in made)


def read_share(typed: str) -> Share:
    """A paper as it was typed: capitals, spaces and all but the first four letters of a word are forgiven.

    Raises `KeyFileError`, which tells what is wrong and where, and quotes no word.
    """
    words = [_word(word, place) for place, word in enumerate(typed.split(), start=1)]
    if len(words) != WORDS:
        raise _refused(f"A share has {WORDS} words, and {len(words)} were typed")
    try:
        mnemonic = Mnemonic.from_mnemonic(" ".join(words))
    except MnemonicError:
        raise _refused("Every word is of the list, and one of them is not the one on the paper") from None
    if (mnemonic.group_count, mnemonic.member_threshold) != (1, NEEDED) or mnemonic.index >= SHARES:
        raise _refused("These words are a share of another kind, made by another program")
    return Share(mnemonic.identifier, mnemonic.index + 1, " ".join(words))


def join(shares: Sequence[Share]) -> HybridIdentity:
    """The recovery key, of two papers. Raises `KeyFileError` for too few, twice the same, or two sets."""
    if len(shares) < NEEDED:
        raise _refused(f"{NEEDED} shares are needed, and {len(shares)} was given", "Ask a second person.")
    first, second, *_ = shares
    if first.set != second.set:
        raise _refused(
            "These shares are of two sets",
            "The number of the set is on the first line of each paper; older papers open older copies only.",
        )
    if first.number == second.number:
        raise _refused(f"This is share {first.number} twice", "Ask another person for hers.")
    try:
        return HybridIdentity(combine_mnemonics([first.words, second.words]))
    except MnemonicError:
        raise _refused("These two shares do not belong together") from None


def _word(typed: str, place: int) -> str:
    word = typed.casefold()
    fitting = [
        known for known in WORDLIST if known == word or (len(word) >= LETTERS and known.startswith(word))
    ]
    if len(fitting) != 1:
        raise _refused(f"Word {place} is not a word of the list")
    return str(fitting[0])


def _refused(what: str, way_out: str = "Look at the paper, and type it again.") -> KeyFileError:
    return KeyFileError(f"{what}.", hint=way_out)


# --- which key it is ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RecoveryKey:
    """What stays on the machine of a recovery key. `made`: minute since 1970; `marks`: of the papers, by
    number."""

    recipient: HybridRecipient
    made: int
    set: int
    marks: tuple[str, ...] = field(repr=False)

    def demand(self, share: Share) -> None:
        """Raises `KeyFileError` unless this is one of its papers, to the last word."""
        if share.set != self.set:
            raise _refused(
                "This share is of another set than the recovery key of this instance",
                "Look at its first line: papers of an older set open older copies only.",
            )
        if not hmac.compare_digest(share.mark, self.marks[share.number - 1]):
            raise _refused("This share has the right beginning and is not the one that was made here")


def describe(identity: HybridIdentity, shares: Sequence[Share], made: int) -> RecoveryKey:
    return RecoveryKey(identity.recipient, made, shares[0].set, tuple(share.mark for share in shares))


def write_key(key: RecoveryKey, signer: signing.SignKey) -> str:
    """The signed document that `read_key` reads."""
    head = {"kind": KEY_KIND, "v": _VERSION}
    told = {
        "made": key.made,
        "recipient": key.recipient.text(),
        "set": key.set,
        "shares": list(key.marks),
    }
    document = "".join(canonical(line).decode() + "\n" for line in (head, told))
    return document + signing.sign(document.encode(), signer, KEY_KIND)


def read_key(text: str, signer: signing.VerifyKey) -> RecoveryKey:
    """Raises `KeyFileError` for a document that the team did not sign, or of another form."""
    document, mark, signature = text.partition(signing.UNTRUSTED)
    try:
        comment = signing.verify(document.encode(), mark + signature, signer)
        head, told = [json.loads(line) for line in document.splitlines()]
        recipient = parse_recipient(told["recipient"])
        sound = head == {"kind": KEY_KIND, "v": _VERSION} and comment == KEY_KIND
        if not sound or not isinstance(recipient, HybridRecipient) or len(told["shares"]) != SHARES:
            raise ValueError("another document")
        return RecoveryKey(recipient, int(told["made"]), int(told["set"]), tuple(map(str, told["shares"])))
    except (CannotOpen, KeyFileError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise KeyFileError(
            "The recovery key beside the team's keys was not put there by the team.",
            hint="Nothing is sealed to it. Ask who can write to keys/, then make it again: "
            "python -m bot recovery make --replace",
        ) from None


# --- the copy -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Copy:
    """All that must be had again. `list_text`: the signed list; `identities`: in its order."""

    list_text: str = field(repr=False)
    identities: tuple[HybridIdentity, ...] = field(repr=False)
    signer: signing.SignKey = field(repr=False)
    instance: bytes = field(repr=False)
    salt: bytes = field(repr=False)

    @property
    def listed(self) -> KeyList:
        return key_list.read(self.list_text, self.signer.verify_key)


def seal_copy(copy: Copy, recipient: HybridRecipient) -> bytes:
    """An age file of JSON that only the recovery key opens."""
    told = {
        "kind": COPY_KIND,
        "v": _VERSION,
        "list": copy.list_text,
        "team": [identity.secret_text() for identity in copy.identities],
        "sign": copy.signer.secret_text(),
        "instance": copy.instance.hex(),
        "salt": copy.salt.hex(),
    }
    return age.encrypt(canonical(told), [recipient])


def open_copy(file: bytes, identity: HybridIdentity) -> Copy:
    """Raises `KeyFileError` where it does not open, or what is in it does not belong together."""
    try:
        copy = _copy(json.loads(age.decrypt(file, [identity])))
        if [own.recipient for own in copy.identities] != [key.recipient for key in copy.listed.keys]:
            raise ValueError("keys that are not listed")
    except age.NoMatch:
        raise KeyFileError(
            "The recovery copy is sealed to another recovery key than these shares give.",
            hint="It was made before or after them: look at the dates on the papers.",
        ) from None
    except (CannotOpen, KeyFileError, ValueError, KeyError, TypeError, RecursionError):
        raise KeyFileError(
            "The recovery copy is damaged.", hint="Take the copy from a backup, or from another machine."
        ) from None
    return copy


def _copy(told: Any) -> Copy:
    if told["kind"] != COPY_KIND or told["v"] != _VERSION:
        raise ValueError("another document")
    identities = custody.read_identities("\n".join(told["team"]))
    hybrids = tuple(identity for identity in identities if isinstance(identity, HybridIdentity))
    if len(hybrids) != len(identities):
        raise ValueError("a key of another kind")
    return Copy(
        told["list"],
        hybrids,
        signing.read_secret(told["sign"]),
        bytes.fromhex(told["instance"]),
        bytes.fromhex(told["salt"]),
    )
