"""ASCII armor: an age file as text for mail and chat. Strict PEM, one spelling for each file.

Forgiven, because mail programs do it: white space before and after the block, and CRLF line ends throughout.
Nothing else is: no headers, no other line length, no mixed line ends.

Source: c2sp.org/age, "ASCII armor"; RFC 7468 §3, figure 3.
"""

from __future__ import annotations

import base64

from bot.age.faults import ArmorFault

BEGIN = b"-----BEGIN AGE ENCRYPTED FILE-----"
END = b"-----END AGE ENCRYPTED FILE-----"
COLUMNS = 64
_SPACE = b" \t\r\n"


def is_armored(file: bytes) -> bool:
    """Whether this is meant as armor, good or bad: a binary file begins with letters, not dashes."""
    return file.lstrip(_SPACE).startswith(b"-----")


def wrap(file: bytes) -> bytes:
    encoded = base64.b64encode(file)
    lines = [encoded[at : at + COLUMNS] for at in range(0, len(encoded), COLUMNS)]
    return b"\n".join([BEGIN, *lines, END, b""])


def unwrap(text: bytes) -> bytes:
    """The binary file inside, or `ArmorFault`."""
    lines = _one_line_end(text.strip(_SPACE)).split(b"\n")
    if lines[0] != BEGIN or len(lines) == 1:
        raise ArmorFault("the first line is not the expected one")
    if lines[-1] != END:
        raise ArmorFault("the last line is not the expected one")
    body = lines[1:-1]
    if any(len(line) != COLUMNS for line in body[:-1]) or (body and not 0 < len(body[-1]) <= COLUMNS):
        raise ArmorFault("lines of 64 characters are expected, the last one shorter and not empty")
    return _decoded(b"".join(body))


def _one_line_end(text: bytes) -> bytes:
    if b"\r" not in text:
        return text
    if not text.count(b"\r\n") == text.count(b"\r") == text.count(b"\n"):
        raise ArmorFault("line ends are mixed")
    return text.replace(b"\r\n", b"\n")


def _decoded(encoded: bytes) -> bytes:
    try:
        raw = base64.b64decode(encoded, validate=True)
    except ValueError:
        raise ArmorFault("the text is not base64 with padding") from None
    if base64.b64encode(raw) != encoded:
        raise ArmorFault("the base64 is not the canonical one")
    return raw
