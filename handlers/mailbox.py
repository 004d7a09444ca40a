"""A mailbox for the demonstration: a mail server on the loopback that takes every mail into a folder.

    mailbox/1.eml      the mail as it came        mailbox/1/…      what it carries, taken apart

Never here: anything of a real instance. It asks nobody who they are, and hears this machine only.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

LARGEST_BYTES = 32 * 1024 * 1024


class _Taker:
    """aiosmtpd's handler."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._number = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        del server, session
        self._number += 1
        body = envelope.content
        assert isinstance(body, bytes)  # noqa: S101 - a server without decode_data hands over bytes
        await asyncio.to_thread(self._take_in, body, self._number)
        return "250 taken"

    def _take_in(self, body: bytes, number: int) -> None:
        apart = self._folder / str(number)
        apart.mkdir(mode=0o700, parents=True)
        (self._folder / f"{number}.eml").write_bytes(body)
        mail = message_from_bytes(body, policy=policy.default)
        assert isinstance(mail, EmailMessage)  # noqa: S101 - what this policy makes
        for kind, name in (("plain", "read.txt"), ("html", "read.html")):
            part = mail.get_body((kind,))
            if part is not None:
                (apart / name).write_text(part.get_content(), "utf-8")
        for part in mail.iter_attachments():
            content = part.get_payload(decode=True)
            (apart / Path(part.get_filename() or "unnamed").name).write_bytes(
                content if isinstance(content, bytes) else b""
            )


def free_place() -> socket.socket:
    """A port of this machine that nobody has, seen by nobody else."""
    place = socket.socket()
    place.bind(("127.0.0.1", 0))
    return place


@asynccontextmanager
async def mailbox(folder: Path, place: socket.socket) -> AsyncIterator[None]:
    """Take in what is mailed to `place`, for as long as the block lasts."""
    taker = _Taker(folder)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(taker, hostname="localhost", data_size_limit=LARGEST_BYTES), sock=place
    )
    try:
        yield
    finally:
        server.close()
