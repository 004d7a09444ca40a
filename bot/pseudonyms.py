"""Keyed names for people: the same person is found again while a key lives, and by nobody once it is
destroyed.

An account id has about 35 bits: hours on one core, seconds on a graphics card. Slow hashing would not
help, so the secrecy and the death of the key are everything. A pseudonym indexes drafts and counters of
72 hours, never cases; a sender tag stands only inside sealed testimonies; a member's look-up finds a
moderator or a partner.

    HMAC-SHA256(key, "v1|" purpose "|" channel "|" chat)[:16]

A channel's name never holds "|", so no two people share the bytes. Never here: keys, their rotation, a clock.
"""

from __future__ import annotations

import hmac

LENGTH = 16
"""Bytes of every keyed name."""


def pseudonym(day_key: bytes, channel: str, chat: str) -> bytes:
    """Who is speaking, today. `day_key`: 32 bytes drawn for this day."""
    return _keyed(day_key, "pseudonym", channel, chat)


def sender_tag(period_key: bytes, channel: str, chat: str) -> bytes:
    """What lets the desk count a person once and refuse a banned one within a digest period."""
    return _keyed(period_key, "sender", channel, chat)


def member_lookup(instance_key: bytes, channel: str, chat: str) -> bytes:
    """Where a moderator's or a partner's row is found. `instance_key`: INSTANCE."""
    return _keyed(instance_key, "member", channel, chat)


def _keyed(key: bytes, purpose: str, channel: str, chat: str) -> bytes:
    if len(key) != 32:
        raise ValueError("a key has 32 bytes")
    if not channel or "|" in channel:
        raise ValueError("a channel has a name without |")
    told = f"v1|{purpose}|{channel}|{chat}".encode()
    # Not `hmac.digest`: it lets another thread run at each call, and waiting for the interpreter to come back
    # took longer than all the rest of a turn.
    return hmac.new(key, told, "sha256").digest()[:LENGTH]
