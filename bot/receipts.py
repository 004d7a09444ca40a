"""Receipts: eight words that let a witness come back from any phone, add, read replies, withdraw.

80 bits drawn by the machine, never chosen, and 8 check bits that catch a slip of the finger without
asking the database. From the 80 bits and the deployment's salt, Argon2id and HKDF give where the case is
found, the key that replies are sealed to, and the token that withdraws. None of them opens the testimony:
somebody who takes phone and receipt gets the replies, not the story.

Never here: the database, the timer that makes every answer take as long, the count of tries. A receipt
has no repr.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from bot import signing
from bot.age import HybridIdentity, HybridRecipient, decrypt, encrypt
from bot.errors import CannotOpen
from bot.receipt_words import BITS, LANGUAGES, Token, may_hold, tokens, vocabulary
from bot.sealing import canonical, item_size, packed, unpacked

ENTROPY = 10
"""Bytes drawn for a receipt: 80 bits."""

WORDS = 8
"""80 bits and 8 check bits, 11 bits a word."""

SALT = 16
"""Bytes of the deployment's salt. Whoever loses it loses every receipt."""

REPLY_MAGIC = b"SEUIL-R1"
_CHECK_LABEL = b"seuil|receipt|v1|"
_REPLY_KIND = "seuil-reply"


@dataclass(frozen=True, slots=True)
class Receipt:
    entropy: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.entropy) != ENTROPY:
            raise ValueError("a receipt has 80 bits")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one try costs, by Argon2id."""

    memory_kib: int
    passes: int
    lanes: int


COST = Cost(memory_kib=64 * 1024, passes=3, lanes=1)
"""161 ms of one core, measured in November 2026. With 80 random bits this is a second wall, not the
first; it is for a thread with a queue, one at a time."""


@dataclass(frozen=True, slots=True)
class ReceiptKeys:
    locator: bytes = field(repr=False)
    """16 bytes: where the case is found."""

    reply_seed: bytes = field(repr=False)
    """32 bytes: the seed of the key replies are sealed to."""

    withdraw_token: bytes = field(repr=False)
    """32 bytes: proves the right to withdraw."""

    @property
    def token_hash(self) -> bytes:
        """SHA-256 of the withdraw token, which is all the case's row knows of it."""
        return hashlib.sha256(self.withdraw_token).digest()

    @property
    def reply_identity(self) -> HybridIdentity:
        """Computed at each call (about 0.1 ms): keep it no longer than the call that needs it."""
        return HybridIdentity(self.reply_seed)

    @property
    def reply_recipient(self) -> HybridRecipient:
        return self.reply_identity.recipient


# --- words ------------------------------------------------------------------------------------------------


def new(entropy: bytes) -> Receipt:
    """A receipt from 10 random bytes."""
    return Receipt(entropy)


def words(receipt: Receipt, language: str) -> tuple[str, ...]:
    """Its eight words, accents and all."""
    number = int.from_bytes(receipt.entropy + _check(receipt.entropy), "big")
    listed = vocabulary(language).words
    return tuple(listed[number >> BITS * (WORDS - 1 - place) & 2**BITS - 1] for place in range(WORDS))


def read(text: str) -> Receipt | None:
    """The receipt that somebody typed, in any of our languages; None where there is none.

    Capitals, accents, punctuation, numbering, words cut after four letters and words around it are
    forgiven. Where two readings have a right check, the one with more whole words is taken.
    """
    best = max(_sound(tokens(text)), key=lambda sound: sound.whole, default=None)
    return None if best is None else best.receipt


def looks_like(text: str) -> bool:
    """Whether this is eight words of one list and no receipt: then one word is mistyped, and one can say so.

    A typing slip often leaves the list, so seven words of eight are enough.
    """
    typed = tokens(text)
    if len(typed) != WORDS or read(text) is not None:
        return False
    return any(_known(typed, language) >= WORDS - 1 for language in LANGUAGES)


def find_in(text: str) -> list[tuple[int, int]]:
    """Where receipts stand in a longer text, as (start, end), so that they are never kept in a story.

    Also eight whole words of one list in a row whose check is wrong: in French and English prose the little
    words in between are in no list, and a mistyped receipt is nearly a receipt.
    """
    if not may_hold(text, WORDS):
        return []
    typed = tokens(text)
    starts = {sound.at for sound in _sound(typed)}
    starts |= {at for at in _windows(typed) if _is_list(typed[at : at + WORDS])}
    spans: list[tuple[int, int]] = []
    for at in sorted(starts):
        start, end = typed[at].start, typed[at + WORDS - 1].end
        if spans and start <= spans[-1][1]:
            start, _ = spans.pop()
        spans.append((start, end))
    return spans


# --- keys -------------------------------------------------------------------------------------------------


def derive(receipt: Receipt, salt: bytes, cost: Cost = COST) -> ReceiptKeys:
    """Everything a receipt gives, for this deployment's 16 bytes of salt. Slow on purpose."""
    if len(salt) != SALT:
        raise ValueError("the deployment's salt has 16 bytes")
    argon2 = Argon2id(
        salt=salt, length=32, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib
    )
    root = argon2.derive(receipt.entropy)
    return ReceiptKeys(
        locator=_expand(root, b"seuil|receipt|v1|locator", 16),
        reply_seed=_expand(root, b"seuil|receipt|v1|reply", 32),
        withdraw_token=_expand(root, b"seuil|receipt|v1|withdraw", 32),
    )


def reply_key_hash(reply_recipient: bytes) -> bytes:
    """SHA-256 of a public reply key: sealed inside the testimony, and compared by the desk before it
    replies."""
    return hashlib.sha256(reply_recipient).digest()


# --- replies ----------------------------------------------------------------------------------------------


def seal_reply(text: str, case: bytes, item: str, reply_recipient: bytes, sign: signing.SignKey) -> bytes:
    """A reply signed by the team and sealed to the witness's receipt. `item`: which reply of the case it is.

    `reply_recipient` is the 1 216 bytes of the case's row: compare `reply_key_hash` of it with the hash
    sealed in the testimony first. Raises `KeyFileError` where it is no key.
    """
    recipient = HybridRecipient(reply_recipient)
    document = _reply_document(text, case, item, reply_recipient)
    signature = signing.sign(document, sign, _REPLY_KIND)
    return encrypt(packed(REPLY_MAGIC, signature.encode(), document, item_size), [recipient])


def open_reply(
    box: bytes, keys: ReceiptKeys, case: bytes, verify_key: signing.VerifyKey, item: str | None = None
) -> str:
    """The text of a reply to this case. Raises `CannotOpen` unless the team signed it for this case and key.

    `item`: which reply it must be, where the row knows.
    """
    identity = keys.reply_identity
    try:
        signature, document = unpacked(decrypt(box, [identity]), REPLY_MAGIC, item_size)
        signing.verify(document, signature.decode(), verify_key)
        text, told_item = _read_reply(document)
        if document != _reply_document(text, case, told_item, identity.recipient.public):
            raise ValueError("for another case or key")
        if item is not None and item != told_item:
            raise ValueError("another reply")
    except ValueError:
        raise CannotOpen(
            "A reply opens with the receipt and is not one the team wrote for this case.",
            hint="Somebody may have put it there: look at who can write to the database.",
        ) from None
    return text


def _reply_document(text: str, case: bytes, item: str, public: bytes) -> bytes:
    return canonical(
        {
            "case": case.hex(),
            "item": item,
            "key": reply_key_hash(public).hex(),
            "kind": _REPLY_KIND,
            "text": text,
        }
    )


def _read_reply(document: bytes) -> tuple[str, str]:
    told = json.loads(document)
    if not (
        isinstance(told, dict) and isinstance(told.get("text"), str) and isinstance(told.get("item"), str)
    ):
        raise ValueError("another document")
    return told["text"], told["item"]


# --- reading words ----------------------------------------------------------------------------------------


def _check(entropy: bytes) -> bytes:
    return hashlib.sha256(_CHECK_LABEL + entropy).digest()[:1]


def _windows(typed: list[Token]) -> range:
    return range(len(typed) - WORDS + 1)


@dataclass(frozen=True, slots=True)
class _Sound:
    """Eight words in a row whose check is right."""

    at: int
    whole: int
    receipt: Receipt


def _sound(typed: list[Token]) -> Iterator[_Sound]:
    for language in LANGUAGES:
        listed = vocabulary(language)
        numbers = [listed.number(token.plain) for token in typed]
        for at in _windows(typed):
            receipt = _from_numbers(numbers[at : at + WORDS])
            if receipt is not None:
                whole = sum(token.plain in listed.whole for token in typed[at : at + WORDS])
                yield _Sound(at, whole, receipt)


def _from_numbers(numbers: list[int | None]) -> Receipt | None:
    bits = 0
    for number in numbers:
        if number is None:
            return None
        bits = bits << BITS | number
    raw = bits.to_bytes(ENTROPY + 1, "big")
    return Receipt(raw[:ENTROPY]) if _check(raw[:ENTROPY]) == raw[ENTROPY:] else None


def _is_list(typed: list[Token]) -> bool:
    lists = [vocabulary(language).whole for language in LANGUAGES]
    return any(all(token.plain in listed for token in typed) for listed in lists)


def _known(typed: list[Token], language: str) -> int:
    return sum(vocabulary(language).number(token.plain) is not None for token in typed)


def _expand(root: bytes, label: bytes, length: int) -> bytes:
    return HKDFExpand(SHA256(), length, label).derive(root)
