"""What an operator may write about the database: nothing for the usual files, or a PostgreSQL server's url.

Here: one check, of form and of the way there. Never here: a connection, or any part of a value in a fault;
the url may hold a password.

What travels to the server is sealed already, but who speaks to it may also erase, and when somebody writes is
seen on the wire: a server that is not near must be known by its certificate.
"""

from __future__ import annotations

import re

from bot.addresses import is_near
from bot.declared import Told
from bot.secret import SecretStr

_HOST = r"(?:[A-Za-z0-9._%-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?"
_URL = re.compile(
    rf"postgres(?:ql)?://(?:[^/?#@\s]*@)?(?P<hosts>(?:{_HOST}(?:,{_HOST})*)?)"
    r"(?:/(?P<database>[^/?#\s]*))?(?:\?(?P<options>[^?#\s]+))?"
)

KNOWN = (["verify-full"], ["verify-ca"])
"""Values of `sslmode` that check the server's certificate. Source: PostgreSQL, libpq, SSL support."""


def database(secret: SecretStr) -> SecretStr:
    """Empty, or postgresql://USER:PASSWORD@HOST:PORT/DATABASE?OPTIONS, where HOST may be several with commas
    between them, and a socket's folder stands in `?host=/folder`."""
    text = secret.get_secret_value()
    if not text:
        return secret
    url = _URL.fullmatch(text)
    if url is None:
        raise ValueError("no url")
    if not url["database"]:
        raise Told(
            "a database's name at the end expected, none found. Make a database for Seuil alone "
            "(`createdb seuil`) and write …/seuil."
        )
    options = [pair.partition("=")[::2] for pair in (url["options"] or "").split("&")]
    hosts = [host for listed in (url["hosts"], *_all("host", options)) for host in listed.split(",") if host]
    if not all(map(_near, hosts)) and _all("sslmode", options)[-1:] not in KNOWN:
        raise Told(
            "a server that is near expected, or one whose certificate is checked. Add ?sslmode=verify-full, "
            "or use a private address."
        )
    return SecretStr(f"postgresql://{text.partition('://')[2]}")


def _all(name: str, options: list[tuple[str, str]]) -> list[str]:
    return [value for given, value in options if given == name]


def _near(host: str) -> bool:
    """Whether this is a socket's folder or a place near this machine; a port after it does not matter."""
    if host.startswith(("/", "%2F", "%2f")):
        return True
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    return is_near(name.lower())
