"""Digests by mail: one conversation with one SMTP server, encrypted, for one partner.

Nothing is said before the way is safe: with `tls` the certificate is checked before the first byte, with
`starttls` before the password, and where it is not offered nothing is sent. What `bot.mail_settings` lets
through in clear is this machine only.

Sent means that the server said 250 to the whole mail. What happens to the connection after that changes
nothing: to call it a failure would send a second one. Where the answer was lost, the mail is sent again under
the same Message-ID, and its reader's system sees that it is the same.

Every answer becomes a `Reason`. A server that says "later" (4xx) is told as one that did not answer in time:
there is nothing to mend. A server's own words are never kept: they repeat addresses.

Never here: what is in a mail (`bot.letters`), when it is tried again (the ledger).
"""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from aiosmtplib import SMTP
from aiosmtplib.errors import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from bot import letters
from bot.addresses import NotAnAddress, mailbox
from bot.errors import KeyFileError, SettingsError
from bot.letters import Envelope, Set, Which
from bot.mail_settings import PORTS
from bot.settings import Settings
from handlers import Address
from handlers.delivery import Parcel, Reason, Undelivered
from locales import Words

log = logging.getLogger(__name__)

ANSWER_SECONDS = 60.0
"""For each answer of the server. RFC 5321 (4.5.3.2) asks for minutes of those that check what they take; a
minute is what provider after provider keeps to, and whoever is slower is tried again."""

WHOLE_SECONDS = 300.0
"""For all of it, so that a server that answers byte by byte holds nobody."""

Stage = Literal["connect", "secure", "login", "send"]

_FULL = frozenset({452, 552})
"""Insufficient storage, exceeded storage allocation. Source: RFC 5321, section 4.2.3."""

_FULL_TOLD = re.compile(r"\s*[45]\.(?:2\.2|2\.3|3\.1|3\.4)\b")
"""Mailbox full, mail too large for it, system full, mail too large. Source: RFC 3463."""

_WANTS_LOGIN = frozenset({530, 534, 535, 538})
"""Source: RFC 4954, section 6."""


class MailCarrier:
    """Keeps the promise of `Carrier` for addresses of the channel "mail".

    Raises `SettingsError` at once for a file of certificates that is none.
    """

    def __init__(
        self,
        settings: Settings,
        words: Mapping[str, Words],
        clock: Callable[[], float] = time.time,
        *,
        answer_seconds: float = ANSWER_SECONDS,
        whole_seconds: float = WHOLE_SECONDS,
    ) -> None:
        self._settings = settings
        self._words = words
        self._clock = clock
        self._answer_seconds = answer_seconds
        self._whole_seconds = whole_seconds
        in_clear = not settings.smtp_host or settings.smtp_security == "none"
        self._tls = None if in_clear else _trusting(settings.smtp_ca)

    async def carry(self, to: Address, parcel: Parcel) -> None:
        """Raises `Undelivered`. Nothing of an address is in it, in what caused it, or in a log."""
        if not self._settings.smtp_host:
            raise Undelivered("unset")
        address = _read(to)
        mail = await asyncio.to_thread(self._compose, address, parcel)
        reason = await self._sent(address, mail)
        if reason is not None:
            raise Undelivered(reason)

    def _compose(self, address: str, parcel: Parcel) -> bytes:
        settings = self._settings
        whole = packed(parcel, address)
        envelope = Envelope(
            sender=settings.smtp_from,
            name=settings.bot_name,
            to=address,
            reply_to=settings.smtp_reply_to,
            date=datetime.fromtimestamp(self._clock(), UTC),
        )
        return letters.compose(whole, envelope, self._words[parcel.language], parcel.key_line)

    async def _sent(self, address: str, mail: bytes) -> Reason | None:
        """Why the mail was not taken, or None. An exception of a library goes no further than here: its
        text, its arguments and its causes may hold the address."""
        # What a network or a server can raise is theirs to invent: whatever it is, it is told as a reason.
        client = self._client()
        stage: Stage = "connect"
        try:
            async with asyncio.timeout(self._whole_seconds):
                await client.connect()
                stage = "secure"
                if self._settings.smtp_security == "starttls":
                    await client.starttls()
                stage = "login"
                if self._settings.smtp_user:
                    password = self._settings.smtp_password.get_secret_value()
                    await client.login(self._settings.smtp_user, password)
                stage = "send"
                await client.sendmail(self._settings.smtp_from, [address], mail)
        except Exception as error:
            reason = reason_of(stage, error)
            log.warning("a mail did not leave: %s at %s, answer %d", reason, stage, code_of(error))
            client.close()
            return reason
        except BaseException:
            client.close()
            raise
        await self._leave(client)
        return None

    def _client(self) -> SMTP:
        settings = self._settings
        return SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port or PORTS[settings.smtp_security],
            use_tls=settings.smtp_security == "tls",
            start_tls=False,  # asked for by name above: left to itself, the library takes no for an answer
            tls_context=self._tls,
            timeout=self._answer_seconds,
            # What we call ourselves: the association's domain, not this machine's name.
            local_hostname=settings.smtp_from.rpartition("@")[2],
        )

    async def _leave(self, client: SMTP) -> None:
        """Say goodbye. The mail was taken: nothing here can undo that."""
        try:
            await client.quit(timeout=min(5.0, self._answer_seconds))
        except (SMTPException, OSError):
            log.debug("the mail server did not say goodbye")
        finally:
            client.close()


def packed(parcel: Parcel, to: str) -> Set:
    """What a parcel brings, signed, and sealed where the partner has a key. Raises `Undelivered`: what cannot
    be sealed is not sent in clear."""
    which = Which(parcel.number, parcel.sha256, parcel.language, to)
    try:
        whole = letters.pack(which, parcel.rendered, parcel.wanted, parcel.sign)
        return letters.sealed(whole, parcel.recipient, which, parcel.sign) if parcel.recipient else whole
    except LookupError:
        reason: Reason = "unrendered"
    except KeyFileError:
        reason = "unsealed"
    raise Undelivered(reason)


def reason_of(stage: Stage, error: Exception) -> Reason:
    """What a moderator is told of it."""
    if isinstance(error, SMTPRecipientsRefused):
        return reason_of(stage, error.recipients[0])
    if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
        return "insecure"
    if isinstance(error, SMTPTimeoutError | SMTPServerDisconnected | SMTPConnectError | OSError):
        return "unreachable"  # OSError: asyncio's TimeoutError is one
    if stage == "secure":
        return "insecure"
    if isinstance(error, SMTPResponseException):
        return _reason_of_answer(stage, error)
    return "login" if stage == "login" else "other"


def _reason_of_answer(stage: Stage, error: SMTPResponseException) -> Reason:
    if error.code in _FULL or _FULL_TOLD.match(error.message):
        return "full"
    if isinstance(error, SMTPAuthenticationError) or error.code in _WANTS_LOGIN or stage == "login":
        return "unreachable" if error.code < 500 else "login"
    if error.code < 500:
        return "unreachable"
    return "refused" if isinstance(error, SMTPRecipientRefused) else "other"


def code_of(error: Exception) -> int:
    """The number of a server's answer, 0 where it gave none."""
    if isinstance(error, SMTPRecipientsRefused):
        return error.recipients[0].code
    return error.code if isinstance(error, SMTPResponseException) else 0


def _read(to: Address) -> str:
    """Checked again here, whatever was checked where it was typed: this line goes to a server."""
    try:
        return mailbox(to.chat)
    except NotAnAddress:
        reason: Reason = "refused"
    raise Undelivered(reason)


def _trusting(authority: Path | None) -> ssl.SSLContext:
    """Checks certificates and names: of the authorities this machine knows, or of `authority` only."""
    try:
        return ssl.create_default_context(cafile=authority)
    except (OSError, ssl.SSLError):
        raise SettingsError(
            "SEUIL_SMTP_CA: a readable file of certificates (PEM) expected, another found.",
            hint="It starts with -----BEGIN CERTIFICATE-----. Leave the line out for a server that everybody "
            "can check.",
        ) from None
