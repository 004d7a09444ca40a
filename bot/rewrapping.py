"""Giving what is sealed to an old TEAM key a header for the newest: the payload stays as it is, to the byte.

    the file key, by the old key -> a stanza for the new key, a MAC over the new header -> opened once

A header that was just made is opened again before it may take the place of the old one: what this machine
computed wrongly, on the day the old key is destroyed, would be lost.

This moves what is kept to a new key, and takes nothing back: somebody who holds the old key *and* an old copy
opens that copy for ever.

Never here: the store, key files, the content of anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot import age
from bot.age import HybridIdentity
from bot.sealing import TeamKey


@dataclass(frozen=True, slots=True)
class Ring:
    """The secret keys by their epoch, and the public key of the newest."""

    identities: Mapping[int, HybridIdentity] = field(repr=False)
    newest: TeamKey

    def __post_init__(self) -> None:
        own = self.identities.get(self.newest.epoch)
        if own is None or own.recipient != self.newest.recipient:
            raise ValueError("a ring holds the newest key")

    def without(self, epoch: int) -> tuple[HybridIdentity, ...]:
        """All identities but that of an epoch, the newest first."""
        return tuple(self.identities[n] for n in sorted(self.identities, reverse=True) if n != epoch)


def rewrapped(box: bytes, epoch: int, ring: Ring) -> bytes | None:
    """The box under a header for the newest key; None where it is under that one already.

    `epoch`: what its row says, which only chooses the key that is tried first. Raises `CannotOpen` where no
    key opens it, or its header was changed; `PlatformError` where this machine computes wrongly.
    """
    newest = ring.newest.epoch
    rest = [n for n in (newest, *sorted(ring.identities, reverse=True)) if n != epoch]
    for number in dict.fromkeys([epoch, *rest] if epoch in ring.identities else rest):
        identity = ring.identities[number]
        if number == newest:
            if age.opens(box, [identity]):
                return None
            continue
        try:
            own = ring.identities[newest]
            return age.rewrap(box, [identity], [ring.newest.recipient], checked_by=own)
        except age.NoMatch:
            continue
    raise age.NoMatch
