"""The console profile: testimonies are read on moderators' own machines, and decisions come back signed.

In the usual profile the desk opens a testimony and shows it in a chat. In this one (SEUIL_DESK_PROFILE) no
network ever carries a word of one: `/get` sends its sealed parts as they are, age files that `python -m bot
open`, or the stock `age` from 1.3 on, opens with the team's key, which moderators hold. What she decides is a
*document*, signed with a key of hers that never was on the server:

    document   = canonical JSON LF: case, command, day, epoch, items, nonce, sealed, v
    signature  = minisign's, its trusted comment `seuil decision COMMAND CASE`; one for each person
    pasted     = base64(zlib(document, then each signature)): one line, `/decision …` in the chat

Who can do what with one thing stolen: a chat account alone takes cases and gets ciphertext, and decides
nothing; a signing key alone has no chat to send from; a document seen on its way was used once, by its nonce,
and is for one state of one testimony. So at the desk (`handlers.offline`), each with its own sentence:

    signature     by the registered key of the member who sends it; two people's where the table asks for two
    key           registered at the console of the instance (`python -m bot moderator-key`), never by a chat:
                  who holds a stolen chat account must not be able to bring a key of her own. The list lies in
                  a file outside the database (`storage.vouched`), so no older row brings a lost key back
    nonce, day    used once; kept at least until the day makes the document too old, in the database with the
                  act and in a file outside it, so that a restored database replays nothing
    epoch, items  made from what the testimony is now: SHA-256 over the payload of every part she told. Not of
                  the header: re-wrapping changes that and no word; the epoch says that it happened
    state         is no field: what may follow is decided by the one table (`bot.moderation`) at that moment

What a text command says (`mask`, `summary`, `note`, `reply`) may tell of a testimony: it is sealed to the
team's key inside the document, so that the chat carries none of it.

What needs the team's key at the desk even so: those texts, quotes, bans, digests. They wait until it is
unlocked; the rest is done by a desk that never had the key (`handlers.offline.KEYLESS`), because what members
say is sealed under the INSTANCE key here and not to the team's (`handlers.commands`).

Why not one key for each moderator, with items re-wrapped to it: that takes an unlocked desk to read anything.
With the team's key on moderators' machines no server needs it to be read from. The price is said plainly in
the guides: a stolen unlocked machine of one moderator reads all of an epoch, and who leaves makes it rotate.

Never here: files, prompts, the store, a clock.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import orjson

from bot import signing
from bot.age import Identity, KeyRecipient, decrypt, encrypt, payload_hash
from bot.errors import CannotOpen
from bot.moderation import COMMANDS, Refusal
from bot.sealing import NAME, packed, unpacked
from bot.signing import SignKey, VerifyKey

SIGNED = (
    "approve", "reject", "escalate", "undo", "mask", "summary", "note", "reply", "ban", "quote_yes", "delete",
)  # fmt: skip
"""What a document may say; in the console profile, a chat may not."""

_READ_ELSEWHERE = frozenset({"open", "open_yes", "quote"})
"""What shows a testimony in a chat."""

_CONSOLE_ONLY = frozenset({"get", "decision"})

VALID_DAYS = 7
"""Days a document may take from her machine to the desk. Nonces are kept for as long at least."""

NONCE = 16
"""Random bytes that make two documents of one decision differ."""

PASTED_MOST = 4096 - len("/decision ")
"""Characters: the longest message of Telegram, the shortest of our networks', and the command before it."""

TEXT_MOST = 880
"""Bytes of a text in a document. Sealed and signed, that still is one message (a test holds it)."""

TEXT_STEP = 128
"""A sealed text grows by so many bytes: its length is part of what it says."""

_UNPACKED_MOST = 16 * 1024
"""Bytes of a document and its signatures: what is longer was not written here."""

_TEXT_MAGIC = b"SEUIL-D1"
_VERSION = 1
_HEX = re.compile(r"[0-9a-f]*")
_CASE = re.compile(r"t-[0-9a-hjkmnp-tv-z]{8}")
_FILE = re.compile(rf"({_CASE.pattern})\.(\d{{1,9}})\.({NAME.pattern}?)(?: ?\(\d+\))?\.age")
_TOLD = re.compile(r"coded|story|more-[a-z0-9._-]+")


class Unfit(CannotOpen):
    """A document that is not obeyed. `key` is the desk's message; the sentence is for the console."""

    def __init__(
        self, key: str, message: str, *, hint: str = "Get the testimony again, and decide anew."
    ) -> None:
        super().__init__(message, hint=hint)
        self.key = key


@dataclass(frozen=True, slots=True)
class Decision:
    """What one document says. `case`: a reference. `day`: since 1970. `epoch`: of the newest team key that a
    part was sealed to. `items`, `nonce`: hex. `sealed`: an age file with a text, base64; empty where there is
    none."""

    command: str
    case: str
    epoch: int
    items: str
    day: int
    nonce: str = field(repr=False)
    sealed: str = field(default="", repr=False)

    def document(self) -> bytes:
        """The bytes that are signed: one spelling of one decision."""
        told = {
            "case": self.case,
            "command": self.command,
            "day": self.day,
            "epoch": self.epoch,
            "items": self.items,
            "nonce": self.nonce,
            "sealed": self.sealed,
            "v": _VERSION,
        }
        return orjson.dumps(told) + b"\n"

    @property
    def comment(self) -> str:
        """The trusted comment of its signatures: what `minisign -V` shows of it."""
        return f"seuil decision {self.command} {self.case}"

    @property
    def signers(self) -> int:
        """How many people it takes."""
        return 2 if COMMANDS[self.command].two_people else 1


@dataclass(frozen=True, slots=True)
class Signed:
    """A decision and the signatures under it, each the text of a `.minisig` file."""

    decision: Decision
    signatures: tuple[str, ...] = field(default=(), repr=False)

    def by(self, key: SignKey) -> Signed:
        """The same with one more signature. Raises `Unfit` where this key has signed, or enough have."""
        if key.verify_key.key_id in [key_id(signature) for signature in self.signatures]:
            raise Unfit(
                "desk-decision-same",
                "This key has signed this document already.",
                hint="It takes another person, with a key of her own.",
            )
        if len(self.signatures) >= self.decision.signers:
            raise Unfit(
                "desk-decision-unreadable",
                "This document has all the signatures it takes.",
                hint="Send it as it is: `/decision` and the line, by one of those who signed.",
            )
        signature = signing.sign(self.decision.document(), key, self.decision.comment)
        return Signed(self.decision, (*self.signatures, signature))

    def pasted(self) -> str:
        """One line for a chat. What is compressed is ciphertext, hashes and signatures: its length tells no
        more than theirs."""
        whole = self.decision.document() + "".join(self.signatures).encode()
        return base64.b64encode(zlib.compress(whole, 9)).decode()


# --- what a chat may say in which profile -------------------------------------------------------------------


def is_known(command: str, *, console: bool) -> bool:
    """Whether a command exists in this profile at all, to be shown by the help."""
    if not console:
        return command not in _CONSOLE_ONLY
    return command not in _READ_ELSEWHERE and (command == "undo" or command not in SIGNED)


def typed(command: str, *, console: bool) -> Refusal | None:
    """Why this command is not obeyed when it is typed in a chat; None where it is.

    `undo` gives back what one took, which is no decision: the table's `REOPEN` is the desk's to refuse.
    """
    if not console:
        return Refusal("desk-unknown") if command in _CONSOLE_ONLY else None
    if command in _READ_ELSEWHERE:
        return Refusal("desk-console-read")
    if command in SIGNED and command != "undo":
        return Refusal("desk-console-decide")
    return None


# --- the parts of a testimony -------------------------------------------------------------------------------


def file_name(case: str, epoch: int, part: str) -> str:
    """How `/get` calls a part, such as `t-k7q2m9xw.1.story.age`."""
    return f"{case}.{epoch}.{part}.age"


def read_file_name(name: str) -> tuple[str, int, str] | None:
    """Case, epoch and part, also where a program that saved it twice added ` (1)`; None for another name."""
    found = _FILE.fullmatch(name)
    return (found[1], int(found[2]), found[3]) if found else None


def items_hash(parts: Iterable[tuple[str, bytes]]) -> str:
    """What a decision is made from: SHA-256 in hex over every part that was told, by name; what the team
    wrote beside it leaves it as it is. `parts`: name and age file. Raises `CannotOpen` for other files."""
    told = [[part, payload_hash(box).hex()] for part, box in sorted(parts) if is_told(part)]
    return sha256(b"seuil|v1|items|" + orjson.dumps(told)).hexdigest()


def is_told(part: str) -> bool:
    """Whether a part is a witness's words or answers, and not the team's."""
    return _TOLD.fullmatch(part) is not None


def seal_text(text: str, recipient: KeyRecipient) -> str:
    """A text for the team only, as `Decision.sealed` holds it. Raises `Unfit` for one that is too long."""
    body = text.encode()
    if len(body) > TEXT_MOST:
        raise Unfit(
            "desk-decision-text",
            f"The text has {len(body)} bytes; {TEXT_MOST} fit into one message.",
            hint="Shorten it, or make two notes of it.",
        )
    return base64.b64encode(encrypt(packed(_TEXT_MAGIC, b"", body, _text_size), [recipient])).decode()


def open_text(decision: Decision, identities: Sequence[Identity]) -> str:
    """The text of a decision, empty where it has none. Raises `Unfit`."""
    if not decision.sealed:
        return ""
    try:
        plain = decrypt(base64.b64decode(decision.sealed, validate=True), identities)
        return unpacked(plain, _TEXT_MAGIC, _text_size)[1].decode()
    except (CannotOpen, ValueError):
        raise Unfit(
            "desk-decision-text", "The text in the document does not open with the team's key."
        ) from None


def _text_size(used: int) -> int:
    return -(-used // TEXT_STEP) * TEXT_STEP


# --- reading ------------------------------------------------------------------------------------------------


def read_pasted(text: str) -> Signed:
    """A document from the line it was pasted as, however it was broken on its way. Total: raises `Unfit`."""
    letters = "".join(text.split()).removeprefix("/decision")
    try:
        packer = zlib.decompressobj()
        whole = packer.decompress(base64.b64decode(letters, validate=True), _UNPACKED_MOST)
        if packer.unconsumed_tail or packer.unused_data or not packer.eof:
            raise ValueError("longer than any")
        document, mark, rest = whole.decode().partition(signing.UNTRUSTED)
    except (ValueError, binascii.Error, zlib.error):
        raise _unreadable() from None
    signatures = tuple(signing.UNTRUSTED + each for each in rest.split(signing.UNTRUSTED)) if mark else ()
    decision = read_document(document.encode())
    if not 1 <= len(signatures) <= decision.signers:
        raise _unreadable()
    return Signed(decision, signatures)


def read_document(document: bytes) -> Decision:
    """The decision a document spells. Raises `Unfit` for any other spelling."""
    try:
        told = orjson.loads(document)
        decision = Decision(
            *(told[name] for name in ("command", "case", "epoch", "items", "day", "nonce", "sealed"))
        )
        sound = (
            decision.command in SIGNED
            and _CASE.fullmatch(decision.case)
            and type(decision.epoch) is int
            and type(decision.day) is int
            and len(decision.items) == 64
            and _HEX.fullmatch(decision.items)
            and len(decision.nonce) == 2 * NONCE
            and _HEX.fullmatch(decision.nonce)
            and isinstance(decision.sealed, str)
            and decision.document() == document
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _unreadable() from None
    if not sound:
        raise _unreadable()
    return decision


def key_id(signature: str) -> bytes:
    """Which key a signature says it is by; `signing.verify` decides whether it is. Raises `Unfit`."""
    lines = signature.split("\n")
    try:
        return base64.b64decode(lines[1], validate=True)[2 : 2 + signing.KEY_ID]
    except (ValueError, IndexError):
        raise _unreadable() from None


def verify(signed: Signed, signature: str, key: VerifyKey) -> None:
    """Raises `Unfit` unless this is a good signature of this key under this very decision."""
    try:
        comment = signing.verify(signed.decision.document(), signature, key)
    except CannotOpen:
        comment = ""
    if comment != signed.decision.comment:
        raise Unfit(
            "desk-decision-forged",
            "A signature under the document is not good: one of the two was changed.",
            hint="Do not use it. Ask who signed to make the document again.",
        )


def _unreadable() -> Unfit:
    return Unfit(
        "desk-decision-unreadable",
        "This is no decision, or it was cut on its way.",
        hint="Copy the whole line that `python -m bot decide` printed, and nothing else.",
    )
