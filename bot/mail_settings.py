"""What an operator may write about mail: which server takes it, how the way there is protected, who writes.

Here: one check a setting, each given what stands before it in `bot.settings.Settings`, so that two settings
which contradict each other are told among all other faults. Never here: a call to a server, a certificate
being read, or any part of a value in a fault.

Why there is no "TLS if offered": whoever sits on the wire takes the offer away, and the mail, the password
and the partner's address travel in clear while everything looks well. So the way is `tls` (from the first
byte, RFC 8314), or `starttls` and nothing where it is not offered. `none` is for a server on this very
machine, which passes mail on by itself.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from bot.addresses import host_name, mailbox
from bot.declared import Before, Told
from bot.secret import SecretStr

Security = Literal["tls", "starttls", "none"]

PORTS: Mapping[Security, int] = {"tls": 465, "starttls": 587, "none": 25}
"""Where a server listens that says nothing else: submissions and submission (RFC 8314), smtp (RFC 5321)."""


def sender(text: str) -> str:
    """Empty, or an address."""
    return mailbox(text) if text else text


def server(text: str, before: Before) -> str:
    """Empty, or a name or an IP address; a sender must stand before it."""
    if text and before.get("smtp_from") == "":
        raise Told(
            "given without SEUIL_SMTP_FROM, and no server takes a mail that nobody writes. Set the address "
            "of the association too, or leave this line out."
        )
    return host_name(text) if text else text


def security(kind: Security, before: Before) -> Security:
    """In clear only to this machine."""
    host = before.get("smtp_host", "")
    if kind == "none" and host and not is_here(host):
        raise Told(
            "tls or starttls expected, none found for a server that is not this machine. The digest, the "
            "password and the partners' addresses would travel in clear: write tls, or starttls."
        )
    return kind


def port(number: int | None, before: Before) -> int | None:
    """None: the usual one. The two ports that speak one way only are not asked for the other."""
    kind = before.get("smtp_security")
    if number == PORTS["tls"] and kind in {"starttls", "none"}:
        raise Told(
            "another port expected, 465 found, where TLS begins with the first byte. Write "
            "SEUIL_SMTP_SECURITY=tls, or leave this line out."
        )
    if number == PORTS["starttls"] and kind == "tls":
        raise Told(
            "another port expected, 587 found, where TLS begins with STARTTLS. Write "
            "SEUIL_SMTP_SECURITY=starttls, or leave this line out."
        )
    return number


def user(name: str) -> str:
    if not name.isprintable():
        raise ValueError("not a name")
    return name


def password(secret: SecretStr, before: Before) -> SecretStr:
    """With a user, or neither."""
    user, given = before.get("smtp_user"), bool(secret.get_secret_value())
    if user and not given:
        raise Told("left out while SEUIL_SMTP_USER is given. Set both, or leave out both.")
    if user == "" and given:
        raise Told("given without SEUIL_SMTP_USER. Set both, or leave out both.")
    return secret


def authority(file: Path | None, before: Before) -> Path | None:
    """A file of certificates makes sense where there are certificates."""
    if file is not None and before.get("smtp_security") == "none":
        raise Told(
            "given with SEUIL_SMTP_SECURITY=none, which asks for no certificate. Leave out one of the two."
        )
    return file


def with_server(value: Any, before: Before) -> Any:
    """What is said about a server when no server is named is a line forgotten or one too many."""
    if value and before.get("smtp_host") == "":
        raise Told(
            "given without SEUIL_SMTP_HOST, so no mail leaves. Name the server too, or leave this line out."
        )
    return value


def is_here(host: str) -> bool:
    """Whether the host is this machine, whatever any resolver says (RFC 6761 for the name)."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
