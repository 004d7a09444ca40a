"""What an operator may write about the shelf: a folder in memory, or the url of a Redis or Valkey server.

Here: one check, of form and of the way there. Never here: a connection, whether a folder is memory, or any
part of a url in a fault; it may hold a password.

The keys of open drafts travel to that server in clear: one that is not near must be known by its certificate.
"""

from __future__ import annotations

import re
from pathlib import Path

from bot.addresses import is_near
from bot.declared import Told, folder
from bot.secret import SecretStr

_LOOKS_LIKE_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_SERVER = re.compile(
    r"(?P<scheme>redis|rediss|valkey|valkeys)://(?:(?P<owner>[^/?#@\s]*)@)?"
    r"(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?(?:/(?P<database>\d{0,5}))?"
    r"(?:\?ssl_ca_certs=(?P<authority>[^?#&\s]+))?"
)
_SOCKET = re.compile(r"unix://(?:(?P<owner>[^/?#@\s]*)@)?/[^?#@\s]+(?:\?db=\d{1,5})?")


def place_of_shelf(given: object) -> Path | SecretStr:
    """A `Path` for a folder; a `SecretStr` for the url of a server, in the words redis-py knows:

    redis://USER:PASSWORD@HOST:PORT/DATABASE, rediss:// with a certificate (?ssl_ca_certs=FILE for one's own
    authority), unix://USER:PASSWORD@/SOCKET?db=DATABASE. valkey:// and valkeys:// are the same.
    """
    text = given.get_secret_value() if isinstance(given, SecretStr) else given
    if not isinstance(text, str) or not _LOOKS_LIKE_URL.match(text):
        return folder(text)
    if _SOCKET.fullmatch(text):
        return SecretStr(text)
    url = _SERVER.fullmatch(text)
    if url is None:
        raise Told(
            "a folder in memory expected, or a url such as redis://user:password@host:6379/0, "
            "rediss://… or unix:///run/valkey/socket."
        )
    scheme = url["scheme"].replace("valkey", "redis")
    if scheme == "redis" and not is_near(url["host"].strip("[]").lower()):
        raise Told(
            "a server that is near expected, or one whose certificate is checked. Write rediss://, or use a "
            "private address."
        )
    if scheme == "redis" and url["authority"]:
        raise Told("a certificate's authority is for rediss:// only. Leave it out, or write rediss://.")
    return SecretStr(scheme + text[len(url["scheme"]) :])
