"""What an operator may write about watching a running instance: where its health and figures are read.

Here: one check. Never here: what is shown there (`handlers.metrics`), or any part of a value in a fault.

What is shown names nobody, and still it is nobody's business elsewhere: the port takes no password and speaks
plain http. So it opens near this machine only, and never on every address a machine has.
"""

from __future__ import annotations

import ipaddress

from bot.addresses import is_near, listening
from bot.declared import Told


def near_port(text: str) -> str:
    """Empty, or host:port of a place that is near."""
    if not text:
        return text
    host, _ = listening(text)
    if not is_near(host) or _is_everywhere(host):
        raise Told(
            "a place near this machine expected, one that others reach found. The port asks nobody for a "
            "password: write 127.0.0.1 and a port, a private address, or a container's own name.",
        )
    return text


def _is_everywhere(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False
