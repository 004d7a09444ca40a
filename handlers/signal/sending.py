"""What is shown, as messages of Signal's; and what an answer to `send` means.

A message of Signal's holds 2000 bytes; a longer one would travel as an attachment, which not every phone
shows. So a longer screen is told in several messages, cut between paragraphs.

Never here: the connection, the order of messages.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from typing import Literal

from handlers import Attachment, Screen
from handlers.signal.rpc import Refusal, Result

LONGEST_BYTES = 1900
"""Bytes of UTF-8 in one message. Signal's own clients cut at 2000; the rest is for what a client may add."""

Outcome = Literal["sent", "gone", "later", "limited", "refused"]
"""`gone`: no such account any more. `later`: the network did not take it. `limited`: Signal asks to slow
down, or for a captcha. `refused`: it would be refused again."""

_TYPES: dict[str, Outcome] = {
    "SUCCESS": "sent",
    "UNREGISTERED_FAILURE": "gone",
    "NETWORK_FAILURE": "later",
    "IDENTITY_FAILURE": "later",
    "RATE_LIMIT_FAILURE": "limited",
    "PROOF_REQUIRED_FAILURE": "limited",
}
_CODES: dict[int, Outcome] = {
    -3: "later",
    -4: "later",
    -5: "limited",
    -6: "limited",
    -32602: "later",
    -32603: "later",
}
"""Of JSON-RPC errors where no result says more: input or output, an untrusted key, a limit, a captcha, an
account that is not there, the daemon's own faults."""

USER_ERROR = -1
"""Where no result says more, and of a group: it is not there any more, or we were put out."""


def outcome(results: Iterable[Result], code: int = 0) -> Outcome:
    """What sending came to. In a group one who got it is enough: the others get it once they can."""
    found = {_TYPES.get(result.type, "later") for result in results}
    for each in ("sent", "limited", "later", "gone"):
        if each in found:
            return each
    return _CODES.get(code, "refused") if code else "sent"


def is_distrusted(results: Iterable[Result]) -> bool:
    """Whether somebody's new key is not trusted: she has a new telephone."""
    return any(result.type == "IDENTITY_FAILURE" for result in results)


def retry_after(refusal: Refusal) -> float | None:
    """Seconds Signal asks to wait; None where it does not say."""
    told = [result.retry_after_seconds for result in refusal.results]
    return max((seconds for seconds in told if seconds is not None and seconds > 0), default=None)


def challenge(refusal: Refusal) -> str:
    """The token of a captcha that is asked for, or empty."""
    return next((result.token for result in refusal.results if result.token), "")


def pieces(screen: Screen) -> list[str]:
    """A screen's text in messages; its last row as words, for there are no buttons."""
    text = screen.text
    if screen.row:
        text += "\n\n" + " · ".join(button.label for button in screen.row)
    return list(_cut(text))


def _cut(text: str) -> Iterator[str]:
    while len(text.encode()) > LONGEST_BYTES:
        head = text.encode()[:LONGEST_BYTES].decode("utf-8", "ignore")
        at = next(
            (cut for sign in ("\n\n", "\n", " ") if (cut := head.rfind(sign)) > len(head) // 3), len(head)
        )
        yield text[:at].rstrip()
        text = text[at:].lstrip()
    if text.strip():
        yield text


def attachment(file: Attachment) -> str:
    """A file as the daemon takes it: a data URI (RFC 2397) with its name."""
    name = "".join(sign for sign in file.name if sign.isalnum() or sign in "-_.")
    return f"data:{file.media};filename={name};base64,{base64.b64encode(file.body).decode()}"
