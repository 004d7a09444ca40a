"""A post office for tests: a real SMTP server on this machine, with certificates made for the occasion.

`PostOffice.says` makes it answer otherwise than well at any step; `Deaf` never answers at all.
"""

# ruff: noqa: ARG002 - aiosmtpd decides what its hooks are given
from __future__ import annotations

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HERE = "127.0.0.1"
USER, PASSWORD = "seuil", "mot-de-passe-zq"

Way = str
"""How it is spoken to: tls, starttls or none, as in the settings."""


# --- certificates -------------------------------------------------------------------------------------------


@dataclass
class Authority:
    """Somebody who vouches for servers: its certificate is `file`."""

    place: Path
    name: str = "essai"
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def __post_init__(self) -> None:
        own = x509.BasicConstraints(ca=True, path_length=0)
        self.certificate = self._signed(self.name, self.key.public_key(), self.name, [own])
        self.file = self.place / f"{self.name}.pem"
        self.file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def _signed(
        self,
        subject: str,
        key: ec.EllipticCurvePublicKey,
        issuer: str,
        extensions: list[x509.ExtensionType],
        days: int = 2,
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=4))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False
            )
        )
        for extension in extensions:
            builder = builder.add_extension(extension, critical=True)
        return builder.sign(self.key, hashes.SHA256())

    def vouches(self, *names: x509.GeneralName, days: int = 2) -> ssl.SSLContext:
        """What a server of these names needs."""
        key = ec.generate_private_key(ec.SECP256R1())
        usual = names or (x509.IPAddress(IPv4Address(HERE)),)
        certificate = self._signed(
            "serveur", key.public_key(), self.name, [x509.SubjectAlternativeName(usual)], days
        )
        file = self.place / f"server-{certificate.serial_number}.pem"
        plain = serialization.NoEncryption()
        file.write_bytes(
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


# --- the office ---------------------------------------------------------------------------------------------


@dataclass
class PostOffice:
    """What arrived, and what is answered in place of yes: by verb, such as {"RCPT": "550 no such user"}."""

    says: dict[str, str] = field(default_factory=dict)
    drops: set[str] = field(default_factory=set)
    """Verbs after which the line is cut, whatever was answered."""
    kept: list[bytes] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    called: list[str] = field(default_factory=list)
    """What clients called themselves."""
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    was_encrypted: list[bool] = field(default_factory=list)
    port: int = 0

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, name: str, responses: list[str]
    ) -> list[str]:
        session.host_name = name
        self.called.append(name)
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self._answer(server, "MAIL")

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._answer(server, "RCPT")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self._answer(server, "DATA")
        if answer.startswith("250"):
            assert isinstance(envelope.original_content, bytes)
            self.kept.append(envelope.original_content)
            self.senders.append(envelope.mail_from or "")
            self.recipients.append(list(envelope.rcpt_tos))
            transport = server.transport
            self.was_encrypted.append(transport.get_extra_info("ssl_object") is not None)
        return answer

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        return self._answer(server, "QUIT").replace("250", "221")

    def _answer(self, server: SMTP, verb: str) -> str:
        if verb in self.drops:
            server.transport.abort()
        return self.says.get(verb, "250 OK")

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login, data.password))
        good = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=good, handled=False)

    @property
    def mails(self) -> list[EmailMessage]:
        """As a mail reader takes them apart."""
        return [read(mail) for mail in self.kept]


def read(mail: bytes) -> EmailMessage:
    found = message_from_bytes(mail, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def shown(mail: EmailMessage, kind: str = "plain") -> str:
    """The text a mail reader shows, or its HTML; empty where there is none. Line ends as Python has them."""
    body = mail.get_body((kind,))
    return "" if body is None else body.get_content().replace("\r\n", "\n")


def attached(mail: EmailMessage) -> Mapping[str, bytes]:
    """The files of a mail, by name."""
    files = {}
    for part in mail.iter_attachments():
        name, body = part.get_filename(), part.get_payload(decode=True)
        assert isinstance(name, str)
        assert isinstance(body, bytes)
        files[name] = body
    return files


@asynccontextmanager
async def open_office(
    way: Way, context: ssl.SSLContext | None = None, *, login: bool = False, **changed: Any
) -> AsyncIterator[PostOffice]:
    """A server that listens on a free port of this machine until the end."""
    office = PostOffice(**changed)
    loop = asyncio.get_running_loop()

    def speak() -> SMTP:
        with warnings.catch_warnings():
            # It does not see that TLS began with the first byte, and warns of passwords in clear.
            warnings.simplefilter("ignore", UserWarning)
            return SMTP(
                office,
                hostname="essai",
                loop=loop,
                tls_context=context if way == "starttls" else None,
                authenticator=office.authenticate if login else None,
                auth_required=login,
                auth_require_tls=way == "starttls",
                timeout=30,
            )

    implicit = context if way == "tls" else None
    server = await loop.create_server(speak, HERE, 0, ssl=implicit)
    office.port = server.sockets[0].getsockname()[1]
    try:
        yield office
    finally:
        server.close()
        await _until_hung_up()


@asynccontextmanager
async def deaf(
    first: bytes = b"", picked_up: asyncio.Event | None = None, hung_up: asyncio.Event | None = None
) -> AsyncIterator[int]:
    """A port where somebody picks up, says `first`, and nothing more. The events are set when a client was
    heard, and when it hung up."""
    lines: list[asyncio.StreamWriter] = []

    async def pick_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines.append(writer)
        writer.write(first)
        while await reader.read(1024):
            if picked_up is not None:
                picked_up.set()
        if hung_up is not None:
            hung_up.set()

    server = await asyncio.start_server(pick_up, HERE, 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await _until_hung_up()


async def _until_hung_up() -> None:
    """Cut every line of this loop, those included whose other end hung up in the middle of a handshake, of
    which no server knows yet. Its own register is private, and the only one."""
    loop = asyncio.get_running_loop()
    for _ in range(3):
        for transport in list(loop._transports.values()):  # type: ignore[attr-defined]  # of selector loops
            transport.abort()
        for _ in range(3):
            await asyncio.sleep(0)
