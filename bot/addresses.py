"""Addresses an operator writes: where the program calls, where it is called, where it listens, who gets mail.

Here: what such an address must look like, and which places are near enough for what travels there to need no
encryption. Never here: calling anybody, or looking a name up. A name is near because of its form, not because
of what it stands for today.

Why so strict: everything a witness writes and the bot's token travel to these addresses. A slip of the
keyboard must not send them in clear over somebody else's wire.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Self

_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{0,15})://(?P<owner>[^/?#\\\s]*@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::(?P<port>\d{1,5}))?"
    r"(?P<path>/[!-~]*)?(?P<rest>[?#][!-~]*)?"
)
"""Printable ASCII throughout, as RFC 3986 has it; a name in another script is written in its xn-- form."""

_LISTEN = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253}):(?P<port>\d{1,5})")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_ALONE = re.compile(r"[a-z](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
"""A single label is a container or a neighbour, unless it starts as a number does: resolvers read 134744072
and 0x8080808 as addresses somewhere in the world."""

LONGEST_NAME = 253
"""Characters of a host's name. Source: RFC 1035, section 2.3.4, without its length bytes."""

_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
LONGEST_LOCAL_PART, LONGEST_MAILBOX = 64, 254
"""Characters. Source: RFC 5321, section 4.5.3.1, and erratum 1690 of RFC 3696."""

PORTS = {"http": 80, "https": 443}
HIGHEST_PORT = 65535


class NotAnAddress(ValueError):
    """The text is no address of the form asked for. Holds no part of it."""


@dataclass(frozen=True, slots=True)
class Url:
    """An http or https URL without user, query or fragment. `path` is empty or starts with a slash."""

    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises NotAnAddress."""
        found = _URL.fullmatch(text)
        if not found or found["owner"] or found["rest"] or set("?#") & set(found["path"] or ""):
            raise NotAnAddress
        scheme = found["scheme"].lower()
        if scheme not in PORTS:
            raise NotAnAddress
        return cls(
            scheme, _host(found["host"]), _port(found["port"] or str(PORTS[scheme])), found["path"] or ""
        )

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"

    @property
    def is_near(self) -> bool:
        return is_near(self.host)


def listening(text: str) -> tuple[str, int]:
    """Host (an IPv6 address without its brackets) and port of `host:port`. Raises NotAnAddress."""
    found = _LISTEN.fullmatch(text)
    if not found:
        raise NotAnAddress
    return _host(found["host"]), _port(found["port"])


def host_name(text: str) -> str:
    """A name or an IP address, in lower case, an IPv6 address without brackets. Raises NotAnAddress."""
    if len(text) > LONGEST_NAME:
        raise NotAnAddress
    return _host(f"[{text}]" if ":" in text and not text.startswith("[") else text)


def mailbox(text: str) -> str:
    """An e-mail address, its domain in lower case. Raises NotAnAddress.

    The form nearly everybody has: ASCII, a name with dots, a domain with a dot. Quoted names, comments and
    addresses by number are refused: all they add is ways to say something else to a server or in a header.
    """
    local, _, domain = text.rpartition("@")
    sound = len(local) <= LONGEST_LOCAL_PART and len(text) <= LONGEST_MAILBOX and "." in domain
    if not sound or not _LOCAL_PART.fullmatch(local) or domain.rpartition(".")[2].isdigit():
        raise NotAnAddress
    return f"{local}@{_host(domain)}"


def is_near(host: str) -> bool:
    """Whether the host is this machine, a private network's, or a name without a dot, as containers have."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return bool(_ALONE.fullmatch(host))
    # ::ffff:8.8.8.8 is 8.8.8.8, and Python before 3.13 takes every such address for a private one.
    inner = getattr(address, "ipv4_mapped", None) or address
    return bool(inner.is_loopback or inner.is_private)


def _host(text: str) -> str:
    """In lower case, without brackets."""
    host = text.lower()
    if not text.isascii():  # before lower(), which makes a plain k of the Kelvin sign
        raise NotAnAddress
    if host.startswith("["):
        try:
            address = ipaddress.IPv6Address(host[1:-1])
        except ValueError:
            raise NotAnAddress from None
        if address.scope_id is not None or not host.endswith("]"):
            raise NotAnAddress
        return str(address)
    if not all(_LABEL.fullmatch(label) for label in host.split(".")):
        raise NotAnAddress
    return host


def _port(text: str) -> int:
    if not text.isascii() or not 1 <= int(text) <= HIGHEST_PORT:
        raise NotAnAddress
    return int(text)
