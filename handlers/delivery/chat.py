"""A digest in a chat: its messages, its chart with what it shows in words, its files. On any channel.

Nothing of it is protected: a digest is made to be passed on. With a partner's age key, nothing stands in the
chat but files sealed to it, since most networks read what passes.

Never here: what is in a digest, when it is sent. Killed in the middle, a chat gets the whole again.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping

from bot.age import encrypt, parse_recipient
from bot.errors import KeyFileError
from bot.formats import File
from handlers import Address, Attachment, Gone, Screen, Unreached
from handlers.delivery import Parcel, Reason, Undelivered
from locales import Words

log = logging.getLogger(__name__)

FULL = (errno.ENOSPC, errno.EDQUOT)
SEALED_MEDIA = "application/octet-stream"


class ChatCarrier:
    """`say` shows a screen in a chat; a channel that is not open here raises KeyError."""

    def __init__(self, say: Callable[[Address, Screen], Awaitable[None]], words: Mapping[str, Words]) -> None:
        self._say = say
        self._words = words

    async def carry(self, to: Address, parcel: Parcel) -> None:
        try:
            for screen in screens(parcel, self._words[parcel.language]):
                await self._say(to, screen)
        except Undelivered:
            raise
        except Exception as error:
            # Whatever a network can raise. Only the kind is logged: the rest could hold an address.
            log.warning("a digest could not be shown: %s", type(error).__name__)
            raise Undelivered(_reason(error)) from None


def _reason(error: Exception) -> Reason:
    match error:
        case Gone():
            return "blocked"
        case Unreached() | KeyError() | ConnectionError() | TimeoutError():
            return "unreachable"
        case OSError(errno=code) if code in FULL:
            return "full"
    return "other"


def screens(parcel: Parcel, words: Words) -> tuple[Screen, ...]:
    """All that a chat is shown of a digest, in order. Raises `Undelivered` for a key that does not work."""
    if parcel.recipient:
        files = tuple(_sealed(file, parcel.recipient) for file in files_of(parcel))
        return (Screen(words.say("desk-digest-sealed", period=parcel.number), files=files),)
    return tuple(_open(parcel, words))


def _open(parcel: Parcel, words: Words) -> Iterator[Screen]:
    if "text" in parcel.wanted and "text" in parcel.rendered:
        yield from (Screen(message) for message in parcel.rendered["text"].messages)
    else:
        yield Screen(words.say("digest-title", number=parcel.number))
    if "chart" in parcel.wanted and "chart" in parcel.rendered:
        chart = parcel.rendered["chart"]
        told = "\n".join(chart.messages) or words.say("desk-digest-chart")
        yield Screen(told, files=tuple(_attached(file) for file in chart.files))
    if files := tuple(_attached(file) for file in _data(parcel)):
        yield Screen(words.say("desk-digest-files"), files=files)


def files_of(parcel: Parcel) -> tuple[File, ...]:
    """The digest as this partner wants it, all as files: the text too. What signatures are made of."""
    text: tuple[File, ...] = ()
    if "text" in parcel.wanted and "text" in parcel.rendered:
        name = f"seuil-{parcel.number}-{parcel.language}.txt"
        body = "\n\n".join(parcel.rendered["text"].messages) + "\n"
        text = (File(name, "text/plain; charset=utf-8", body.encode()),)
    chart = parcel.rendered["chart"].files if {"chart"} & {*parcel.wanted} & {*parcel.rendered} else ()
    return (*text, *chart, *_data(parcel))


def _data(parcel: Parcel) -> tuple[File, ...]:
    names = [name for name in parcel.rendered if name in parcel.wanted and name not in ("text", "chart")]
    return tuple(file for name in names for file in parcel.rendered[name].files)


def _attached(file: File) -> Attachment:
    return Attachment(file.name, file.media, file.body)


def _sealed(file: File, recipient: str) -> Attachment:
    try:
        return Attachment(f"{file.name}.age", SEALED_MEDIA, encrypt(file.body, [parse_recipient(recipient)]))
    except KeyFileError:
        raise Undelivered("unsealed") from None
