"""Sealing for the desk: what the listening process seals, it can never open again.

An item is an age file to the TEAM key of the present epoch. Inside stands what it belongs to (its
`Context`), so that a row exchanged with another, or an old one put back, is found out at the desk.

    plaintext = magic (8 B) | length of the context (4 B) | length of the body (4 B) | context | body | zeros

Why zeros: the length of a story is part of the story, so items grow by steps only. Why never compressed:
a length would tell about the content again.

Never here: an identity, a secret key, anything that opens. That is `bot.opening`, which only the desk
imports.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import struct
from base64 import b32encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson

from bot.age import HybridRecipient, KeyRecipient, encrypt

ITEM_MAGIC = b"SEUIL-I1"
COMMAND_MAGIC = b"SEUIL-C1"
PREFIX = struct.Struct(">8sII")
"""Magic, bytes of context, bytes of body."""

KIB = 1024
BUCKETS = (4 * KIB, 8 * KIB, 16 * KIB, 32 * KIB, 64 * KIB)
"""Plaintext sizes of an item, in bytes; above the last, its multiples. A story of 1 and one of 3 500
bytes look the same; ten sizes would already sort people."""

COMMAND_STEP = 4 * KIB
"""Plaintext sizes of a moderator's command are multiples of this."""

CODE_BYTES = 32
"""Before the body of what a witness told: the instance's code for it."""

_TOLD = b"seuil|v1|told|"

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
"""What the kind and the name of an item look like, so that the context cannot outgrow its bucket."""

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Context:
    """What an item belongs to. It is sealed with it, and compared with the row it is found in."""

    case: bytes = field(repr=False)
    """16 random bytes."""

    kind: str
    """What the body is: `coded`, `story`, `addition`…"""

    item: str
    """Which part of the case it is, as in its row."""

    schema: int
    """Version of the questionnaire."""

    epoch: int
    """Epoch of the TEAM key it was first sealed to. Re-wrapping does not change it."""

    reply_key_hash: bytes = field(repr=False)
    """SHA-256 of the public key replies are sealed to, 32 bytes; empty where there is no receipt."""

    sender_tag: bytes = field(repr=False)
    """16 bytes (`bot.pseudonyms.sender_tag`); empty where nothing is known of the sender."""

    def __post_init__(self) -> None:
        sound = (
            len(self.case) == 16
            and NAME.fullmatch(self.kind)
            and NAME.fullmatch(self.item)
            and _is_number(self.schema)
            and _is_number(self.epoch)
            and len(self.reply_key_hash) in (0, 32)
            and len(self.sender_tag) in (0, 16)
        )
        if not sound:
            raise ValueError("a context has a case of 16 bytes, plain names, small numbers and whole hashes")


@dataclass(frozen=True, slots=True)
class TeamKey:
    """The public key of an epoch. `bot.key_list` is how the listening process gets one."""

    epoch: int
    recipient: HybridRecipient = field(repr=False)
    since: int = 0
    """Minute since 1970 at which it was made; 0 where an earlier version did not write it down."""


def seal(body: bytes, context: Context, key: TeamKey) -> bytes:
    """An item that only the desk opens: an age file of one of few sizes. `context.epoch` is that of the
    key."""
    if context.epoch != key.epoch:
        raise ValueError("the context names another epoch than the key")
    return encrypt(packed(ITEM_MAGIC, context_line(context), body, item_size), [key.recipient])


def seal_told(body: bytes, context: Context, key: TeamKey, instance: bytes) -> bytes:
    """An item that holds what a witness told, with the instance's code for it: the team's key is public, so
    without that code whoever writes to the database could put words, or a consent, into her mouth.

    `instance`: the INSTANCE key, 32 bytes, which no database holds.
    """
    return seal(told_code(instance, context, body) + body, context, key)


def told_code(instance: bytes, context: Context, body: bytes) -> bytes:
    """HMAC-SHA256 over what an item belongs to and what it says: CODE_BYTES."""
    line = context_line(context)
    return hmac.digest(instance, _TOLD + struct.pack(">I", len(line)) + line + body, "sha256")


def seal_command(body: bytes, key: TeamKey) -> bytes:
    """A moderator's command for the desk's queue. Anyone can seal one: who sent it must be proved by its
    body."""
    return encrypt(packed(COMMAND_MAGIC, b"", body, command_size), [key.recipient])


def fingerprint(recipient: KeyRecipient) -> str:
    """80 bits of SHA-256 of a public key, for people to compare: `abcd efgh ijkl mnop`."""
    letters = b32encode(hashlib.sha256(recipient.public).digest()[:10]).decode("ascii").lower()
    return " ".join(letters[at : at + 4] for at in range(0, len(letters), 4))


# --- the form inside, shared with `bot.opening` -----------------------------------------------------------


def context_line(context: Context) -> bytes:
    """Canonical JSON: one spelling for one context. As `canonical`, which is five times slower, writes it."""
    return orjson.dumps(
        {
            "case": context.case.hex(),
            "epoch": context.epoch,
            "item": context.item,
            "kind": context.kind,
            "reply": context.reply_key_hash.hex(),
            "schema": context.schema,
            "tag": context.sender_tag.hex(),
            "v": _VERSION,
        },
        option=orjson.OPT_SORT_KEYS,
    )


def read_context(line: bytes) -> Context:
    """The context from its line. Raises `ValueError` for any other spelling."""
    try:
        told = orjson.loads(line)
        context = Context(
            case=bytes.fromhex(told["case"]),
            kind=told["kind"],
            item=told["item"],
            schema=told["schema"],
            epoch=told["epoch"],
            reply_key_hash=bytes.fromhex(told["reply"]),
            sender_tag=bytes.fromhex(told["tag"]),
        )
    except (KeyError, TypeError, RecursionError):
        raise ValueError("a context has other fields") from None
    if context_line(context) != line:
        raise ValueError("a context has one spelling")
    return context


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, no spaces and no escapes that could be spared, as UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def item_size(used: int) -> int:
    """The bucket for so many bytes."""
    for bucket in BUCKETS:
        if used <= bucket:
            return bucket
    return -(-used // BUCKETS[-1]) * BUCKETS[-1]


def command_size(used: int) -> int:
    return -(-used // COMMAND_STEP) * COMMAND_STEP


def packed(magic: bytes, preamble: bytes, body: bytes, size: Callable[[int], int]) -> bytes:
    """Magic, lengths, preamble and body, filled with zeros up to `size(used)` bytes."""
    used = PREFIX.size + len(preamble) + len(body)
    return PREFIX.pack(magic, len(preamble), len(body)) + preamble + body + bytes(size(used) - used)


def unpacked(plaintext: bytes, magic: bytes, size: Callable[[int], int]) -> tuple[bytes, bytes]:
    """The preamble and the body. Raises `ValueError` for anything `packed` would not have written."""
    if len(plaintext) < PREFIX.size or plaintext[: len(magic)] != magic:
        raise ValueError("another magic")
    _, preamble_length, body_length = PREFIX.unpack_from(plaintext)
    body_at = PREFIX.size + preamble_length
    used = body_at + body_length
    if len(plaintext) != size(used) or plaintext.count(0, used) != len(plaintext) - used:
        raise ValueError("lengths or padding")
    return plaintext[PREFIX.size : body_at], plaintext[body_at:used]


def _is_number(value: Any) -> bool:
    """A small count. `True` and 3.0 are none: they would be another spelling."""
    return type(value) is int and 0 <= value < 2**31
