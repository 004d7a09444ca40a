"""Base64 in which every value has exactly one spelling, and HKDF as age uses it.

Why not `b64decode` alone: it forgives line breaks, padding and stray bits, and each thing forgiven is a
second spelling of the same file, in which somebody can hide something.

Source: c2sp.org/age, "Conventions used in this document"; RFC 4648 §3.5; RFC 5869.
"""

from __future__ import annotations

import base64
import binascii

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_PADDING = ("", "===", "==", "=")
"""By letters over a multiple of four. One letter over is never right, whatever follows."""


def to_base64(raw: bytes) -> str:
    """Standard alphabet, no padding."""
    return base64.b64encode(raw).rstrip(b"=").decode("ascii")


def from_base64(text: str) -> bytes | None:
    """The bytes, or None for anything but the one canonical spelling without padding."""
    try:
        raw = binascii.a2b_base64(text + _PADDING[len(text) % 4], strict_mode=True)
    except ValueError:
        return None
    # Letters and padding are settled; bits of the last letter could be left over, so it is written again.
    rest = len(raw) % 3
    return raw if "=" not in text and (not rest or to_base64(raw[-rest:]) == text[-rest - 1 :]) else None


def derive(secret: bytes, salt: bytes, info: bytes) -> bytes:
    """HKDF-SHA-256 to 32 bytes."""
    return HKDF(SHA256(), 32, salt, info).derive(secret)
