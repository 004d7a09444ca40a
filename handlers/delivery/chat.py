"""A digest in a chat: its messages, its chart with what it shows in words, its files. On any channel.

Nothing of it is protected: a digest is made to be passed on. With a partner's age key, nothing stands in the
chat but one file sealed to it, since most networks read what passes.

Never here: what is in a digest, when it is sent. Killed in the middle, a chat gets the whole again.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import replace

from bot.formats import File
from bot.letters import SUMS
from handlers import Address, Attachment, Gone, Screen, Unreached
from handlers.delivery import Parcel, Reason, Undelivered
from handlers.delivery.mail import packed
from locales import Words

log = logging.getLogger(__name__)

FULL = (errno.ENOSPC, errno.EDQUOT)


class ChatCarrier:
    """`say` shows a screen in a chat; a channel that is not open here raises KeyError."""

    def __init__(self, say: Callable[[Address, Screen], Awaitable[None]], words: Mapping[str, Words]) -> None:
        self._say = say
        self._words = words

    async def carry(self, to: Address, parcel: Parcel) -> None:
        try:
            for screen in screens(parcel, to, self._words[parcel.language]):
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


def screens(parcel: Parcel, to: Address, words: Words) -> tuple[Screen, ...]:
    """All that a chat is shown of a digest, in order. Raises `Undelivered` for a key that does not work."""
    if parcel.recipient:
        files = tuple(attached(file) for file in packed(parcel, to.chat).files)
        return (Screen(words.say("desk-digest-sealed", period=parcel.number), files=files),)
    return tuple(_open(parcel, words))


def signatures(parcel: Parcel, to: Address) -> tuple[Attachment, ...]:
    """What checks the files of a chat: the sums, their signature, and the text, which came as messages."""
    whole = packed(replace(parcel, recipient=""), to.chat)
    return tuple(
        attached(file) for file in whole.files if file.name.startswith(SUMS) or file.name.endswith(".txt")
    )


def _open(parcel: Parcel, words: Words) -> Iterator[Screen]:
    rendered = {name: parcel.rendered[name] for name in parcel.wanted}
    if "text" in rendered:
        yield from (Screen(message) for message in rendered["text"].messages)
    else:
        yield Screen(words.say("digest-title", number=parcel.number))
    if "chart" in rendered:
        for file in rendered["chart"].files:  # what it shows in words first: not everybody sees it
            yield Screen(file.alt or words.say("desk-digest-chart"), files=(attached(file),))
    data = [file for name in rendered if name not in ("text", "chart") for file in rendered[name].files]
    if data:
        yield Screen(words.say("desk-digest-files"), files=tuple(attached(file) for file in data))


def attached(file: File) -> Attachment:
    return Attachment(file.name, file.media, file.body)
