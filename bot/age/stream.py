"""The payload: chunks of 64 KiB, each sealed with its number and whether it is the last.

All or nothing: a payload that fails anywhere gives no byte at all. Other age programs may release what
came before the fault; a testimony cut short without a word would be worse than none.

Source: c2sp.org/age, "Payload".
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from bot.age.encoding import derive
from bot.age.faults import PayloadFault

CHUNK = 64 * 1024
"""Bytes of plaintext in every chunk but the last."""

TAG = 16
NONCE = 16
"""Random bytes before the first chunk; with the file key they give the payload key."""


def seal(plaintext: bytes, file_key: bytes, nonce: bytes) -> bytes:
    """The nonce and the sealed chunks. An empty plaintext is one empty final chunk."""
    box = ChaCha20Poly1305(derive(file_key, nonce, b"payload"))
    if len(plaintext) <= CHUNK:
        return nonce + box.encrypt(chunk_nonce(0, True), plaintext, None)
    starts = range(0, len(plaintext), CHUNK)
    return nonce + b"".join(
        box.encrypt(chunk_nonce(number, number == len(starts) - 1), plaintext[at : at + CHUNK], None)
        for number, at in enumerate(starts)
    )


def open_(payload: bytes, file_key: bytes) -> bytes:
    """The whole plaintext, or `PayloadFault`."""
    if len(payload) < NONCE + TAG:
        raise PayloadFault("it ends before its first chunk does")
    box = ChaCha20Poly1305(derive(file_key, payload[:NONCE], b"payload"))
    starts = range(NONCE, len(payload), CHUNK + TAG)
    try:
        chunks = [
            box.decrypt(chunk_nonce(number, number == len(starts) - 1), payload[at : at + CHUNK + TAG], None)
            for number, at in enumerate(starts)
        ]
    except InvalidTag:
        raise PayloadFault("a chunk is damaged, missing or out of place") from None
    if len(chunks) > 1 and not chunks[-1]:
        raise PayloadFault("the last chunk is empty")
    return b"".join(chunks)


def chunk_nonce(number: int, last: bool) -> bytes:
    """11 bytes of big-endian counter, then 1 for the last chunk and 0 for the others."""
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")
