"""The list of public TEAM keys, signed by TEAM-SIGN: what everybody who seals reads, and nobody can forge.

    {"kind":"seuil-team-keys","v":1}
    {"epoch":1,"recipient":"age1pq1…"}
    {"epoch":2,"recipient":"age1pq1…","since":29840000}
    untrusted comment: …                     a minisign signature of all that stands above it

A line for each epoch whose secret key still exists: one is added by a rotation, one is taken away when a key
is destroyed. What is sealed, is sealed to the newest. So of two lists the later one is known without a clock:
the newer newest epoch, and at the same newest one the shorter list.

Never here: a secret TEAM key, and files.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot import signing
from bot.age import HybridRecipient, parse_recipient
from bot.errors import CannotOpen, KeyFileError
from bot.sealing import TeamKey, canonical

KIND = "seuil-team-keys"
_VERSION = 1

ROTATION_DAYS = 90
"""Days a TEAM key is sealed to before the next is due: who takes it later reads no more than a quarter."""

MINUTES_A_DAY = 1440


@dataclass(frozen=True, slots=True)
class KeyList:
    """The epochs whose keys exist, the newest last."""

    keys: tuple[TeamKey, ...]

    def __post_init__(self) -> None:
        epochs = [key.epoch for key in self.keys]
        publics = {key.recipient.public for key in self.keys}
        if not epochs or epochs != sorted(set(epochs)) or len(publics) != len(epochs):
            raise ValueError("a list has at least one key, and each epoch a key of its own")

    @property
    def newest(self) -> TeamKey:
        return self.keys[-1]

    def key(self, epoch: int) -> TeamKey | None:
        return next((key for key in self.keys if key.epoch == epoch), None)

    def is_later_than(self, other: KeyList) -> bool:
        return (self.newest.epoch, -len(self.keys)) > (other.newest.epoch, -len(other.keys))

    def due_in_days(self, minute: int) -> int:
        """Days until a rotation is due, below zero where it is overdue. `minute`: now, since 1970. A key
        whose age is not known is due."""
        if not self.newest.since:
            return 0
        return ROTATION_DAYS - max(0, minute - self.newest.since) // MINUTES_A_DAY


def write(keys: Sequence[TeamKey], signer: signing.SignKey) -> str:
    """The signed list that `read` reads."""
    lines = [{"kind": KIND, "v": _VERSION}, *[_line(key) for key in KeyList(tuple(keys)).keys]]
    document = "".join(canonical(line).decode() + "\n" for line in lines)
    return document + signing.sign(document.encode(), signer, KIND)


def read(text: str, signer: signing.VerifyKey, *, at_least: int = 0) -> KeyList:
    """The list, if TEAM-SIGN signed it. `at_least` is the newest epoch already seen: an older list put back
    is refused.

    Raises `KeyFileError` for a list that is unsigned, forged, out of date or not of this form.
    """
    document, mark, signature = text.partition(signing.UNTRUSTED)
    try:
        comment = signing.verify(document.encode(), mark + signature, signer)
    except (CannotOpen, UnicodeEncodeError):
        raise _bad_list("is not signed by the key this instance trusts") from None
    keys = _read_keys(document, comment)
    if keys.newest.epoch < at_least:
        raise _bad_list(f"ends at epoch {keys.newest.epoch}, and epoch {at_least} was seen before")
    return keys


def _line(key: TeamKey) -> dict[str, Any]:
    told: dict[str, Any] = {"epoch": key.epoch, "recipient": key.recipient.text()}
    return told | ({"since": key.since} if key.since else {})


def _read_keys(document: str, comment: str) -> KeyList:
    try:
        head, *lines = [json.loads(line) for line in document.splitlines()]
        if head != {"kind": KIND, "v": _VERSION} or comment != KIND:
            raise ValueError("another document")
        return KeyList(tuple(_read_key(line) for line in lines))
    except (ValueError, KeyError, TypeError, RecursionError, KeyFileError):
        raise _bad_list("is signed, and is no list of team keys") from None


def _read_key(line: dict[str, Any]) -> TeamKey:
    recipient, since = parse_recipient(str(line["recipient"])), line.get("since", 0)
    if not isinstance(recipient, HybridRecipient) or not _is_number(line["epoch"]) or not _is_number(since):
        raise ValueError("another key")
    return TeamKey(line["epoch"], recipient, since)


def _is_number(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**31


def _bad_list(what: str) -> KeyFileError:
    return KeyFileError(
        f"The list of team keys {what}.",
        hint="Nothing is sealed to it. Restore keys/team.keys and keys/sign.pub; ask who can write there.",
    )
