"""Delivery: how a frozen digest reaches a partner. One promise, `Carrier`, and those who keep it.

A carrier takes a parcel to one place and says how it went, once. Whether and when it is tried again, who is
owed what, and what was sent is the ledger's (`handlers.digests`), never a carrier's.

Never here: what is in a digest, how it reads (`bot.formats`), who may receive it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from bot.formats import FORMATS, Rendered
from handlers import Address
from handlers.members import Route

Reason = Literal[
    "unreachable",
    "insecure",
    "login",
    "refused",
    "blocked",
    "full",
    "unwritable",
    "unrendered",
    "unsealed",
    "unset",
    "other",
]
"""Why a parcel did not arrive; each has its sentence for moderators, `desk-undelivered.<reason>`.

`unreachable`: no server answered, or not in time. `insecure`: it offers no TLS, or a certificate nobody
vouches for. `login`: it does not take our name and password. `refused`: it does not take this address.
`blocked`: the partner blocked the bot, or left. `full`: no room on the disk, or in the mailbox. `unwritable`:
our folder is not there, or not ours to write. `unrendered`: a format could not be made. `unsealed`: the
partner's age key does not work. `unset`: the settings that this way needs are missing."""


CHATLESS = ("mail", "folder")
"""Channels of partners without a chat: an address there is a mailbox's, or a folder's name."""

USUAL_IN_A_CHAT = ("text", "chart", "pdf", "csv", "json")
"""A page opens badly on a telephone; a mail shows it, and a folder has room for it."""


def offered() -> tuple[str, ...]:
    """The formats a partner may choose among. A chart goes with the text: it is the text's picture."""
    return tuple(name for name in FORMATS if name != "chart")


def wanted(route: Route) -> tuple[str, ...]:
    """The formats a partner gets: those she chose, else what is usual where she is."""
    if not route.formats:
        return tuple(FORMATS) if route.who.channel in CHATLESS else USUAL_IN_A_CHAT
    return (*route.formats, *(("chart",) if "text" in route.formats else ()))


class Undelivered(Exception):
    """A parcel did not arrive. Nothing of the address is in it."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Parcel:
    """One digest in one language, every format rendered, as it was kept the first time: a resend is
    identical.

    `wanted`: the formats (`bot.formats.FORMATS`) this partner asked for. `recipient`: its age recipient, or
    empty. `sign(body, trusted_comment)`: the minisign signature file of `body`, by the instance's key.
    `key_line`: the public key that checks it.
    """

    number: int
    sha256: str
    language: str
    rendered: Mapping[str, Rendered] = field(repr=False)
    wanted: tuple[str, ...]
    recipient: str = field(default="", repr=False)
    sign: Callable[[bytes, str], str] = field(default=lambda _body, _comment: "", repr=False)
    key_line: str = ""


class Carrier(Protocol):
    """Takes a parcel somewhere. Raises `Undelivered`, and nothing else of its own."""

    async def carry(self, to: Address, parcel: Parcel) -> None: ...
