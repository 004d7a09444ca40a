"""What an operator may write about the database: nothing for the usual files, or a PostgreSQL server's url.

Here: one check, of form and of the way there. Never here: a connection, or any part of a value in a fault;
the url may hold a password.

What travels to the server is sealed already, but who speaks to it may also erase, and when somebody writes is
seen on the wire: a server that is not near must be known by its certificate.
"""

from __future__ import annotations

from typing import LiteralString
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import SecretStr
from pydantic_core import PydanticCustomError

from bot.addresses import is_near
from bot.telegram_settings import TOLD

SCHEMES = ("postgresql", "postgres")

KNOWN = ("verify-full", "verify-ca")
"""Values of `sslmode` that check the server's certificate. Source: PostgreSQL, libpq, SSL support."""


def database(secret: SecretStr) -> SecretStr:
    """Empty, or postgresql://USER:PASSWORD@HOST:PORT/DATABASE?OPTIONS, where HOST may be several with commas
    between them, and a socket's folder stands in `?host=/folder`."""
    text = secret.get_secret_value()
    if not text:
        return secret
    try:
        url = urlsplit(text)
        options = parse_qs(url.query, strict_parsing=bool(url.query))
    except ValueError:
        raise ValueError("no url") from None
    if url.scheme not in SCHEMES or not text.startswith(f"{url.scheme}://") or url.fragment:
        raise ValueError("no url")
    if not url.path.strip("/") or "/" in url.path.strip("/"):
        raise _refused(
            "a database's name at the end expected, none found. Make a database for Seuil alone "
            "(`createdb seuil`) and write …/seuil."
        )
    if not all(map(_near, _hosts(url.netloc, options))) and options.get("sslmode", [""])[-1] not in KNOWN:
        raise _refused(
            "a server that is near expected, or one whose certificate is checked. Add ?sslmode=verify-full, "
            "or use a private address."
        )
    return SecretStr(f"postgresql://{text.partition('://')[2]}")


def _hosts(netloc: str, options: dict[str, list[str]]) -> list[str]:
    """Every place the url names. A url without any means a socket of this machine."""
    given = [part for value in options.get("host", []) for part in value.split(",")]
    listed = netloc.rpartition("@")[2]
    return [unquote(host) for host in (*listed.split(","), *given) if host]


def _near(host: str) -> bool:
    """Whether this is a socket or a place near this machine; a port after it does not matter."""
    if host.startswith("/"):
        return True
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    return is_near(name.lower())


def _refused(sentence: LiteralString) -> PydanticCustomError:
    return PydanticCustomError(TOLD, sentence)
