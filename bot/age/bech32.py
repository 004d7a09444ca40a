"""Bech32, the spelling of age keys: a name, a checksum that catches typing slips, one case.

The variant is BIP 173 without its limit of 90 characters: a hybrid recipient has about 1 960. The checksum is
computed over lower case; a string is all lower or all upper, never mixed.

Source: c2sp.org/age, "Conventions used in this document"; BIP 173.
"""

from __future__ import annotations

from collections.abc import Iterable

ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_VALUE = {letter: value for value, letter in enumerate(ALPHABET)}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM_LETTERS = 6


def encode(name: str, raw: bytes) -> str:
    """The lower-case spelling of `raw` under a lower-case human-readable name."""
    values = _to_fives(raw)
    checksum = _polymod([*_expand(name), *values, *[0] * _CHECKSUM_LETTERS]) ^ 1
    values += [(checksum >> 5 * (_CHECKSUM_LETTERS - 1 - place)) & 31 for place in range(_CHECKSUM_LETTERS)]
    return name + "1" + "".join(ALPHABET[value] for value in values)


def decode(text: str) -> tuple[str, bytes] | None:
    """The name, in lower case, and the bytes; None for anything that is not strictly Bech32."""
    if not text.isascii() or text not in (text.lower(), text.upper()):
        return None
    name, separator, letters = text.lower().rpartition("1")
    if not separator or not _is_name(name) or len(letters) < _CHECKSUM_LETTERS:
        return None
    values = [_VALUE.get(letter, -1) for letter in letters]
    if -1 in values or _polymod([*_expand(name), *values]) != 1:
        return None
    raw = _from_fives(values[:-_CHECKSUM_LETTERS])
    return None if raw is None else (name, raw)


def _is_name(name: str) -> bool:
    return bool(name) and all("!" <= letter <= "~" for letter in name)


def _expand(name: str) -> list[int]:
    codes = name.encode("ascii")
    return [code >> 5 for code in codes] + [0] + [code & 31 for code in codes]


def _polymod(values: Iterable[int]) -> int:
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(_GENERATOR):
            if top >> place & 1:
                checksum ^= generator
    return checksum


def _to_fives(raw: bytes) -> list[int]:
    """Groups of 5 bits, the last one filled with zeros."""
    count = -(-len(raw) * 8 // 5)
    number = int.from_bytes(raw, "big") << (count * 5 - len(raw) * 8)
    return [number >> 5 * (count - 1 - place) & 31 for place in range(count)]


def _from_fives(values: list[int]) -> bytes | None:
    """Whole bytes, or None where more than 4 bits are left over or one of them is set."""
    spare = len(values) * 5 % 8
    number = 0
    for value in values:
        number = number << 5 | value
    if spare > 4 or number & ((1 << spare) - 1):
        return None
    return (number >> spare).to_bytes(len(values) * 5 // 8, "big")
