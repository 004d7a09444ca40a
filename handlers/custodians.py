"""Destroying a key takes two people of the house, and whoever sits at the console: the two agree in a chat,
each for herself, then the console finds their word.

    /key destroy 1    a first person asks, a second agrees: their word lies in the store for a week
    python -m bot keys destroy 1    needs that word, and the passphrase

The word is a code made with the INSTANCE key over the very key that is to go and the day it was given: nobody
who writes to the database makes one, makes one younger, or turns it against another key.

Never here: key files, destroying (`handlers.rotation`).
"""

from __future__ import annotations

import hashlib
import hmac

from bot.errors import KeyFileError
from bot.sealing import TeamKey, fingerprint
from handlers.bench import Act, Asked, Bench
from handlers.cases import ASKED_DAYS, asker_of
from storage import Store
from storage.changes import AskSecond, Operation, PutMeta, TakeSecond

_PURPOSE = b"seuil|v1|destroy key|"


def meta_key(epoch: int) -> str:
    """Meta: the word of two people that the key of an epoch may be destroyed."""
    return f"destroy-key-{epoch}"


async def ask_destroy(bench: Bench, asked: Asked) -> Act:
    """The first of two asks, the second agrees."""
    key = _named(bench, asked.given.text)
    if key is None:
        return Act(screens=(asked.say("desk-key-which"),), audited=False)
    member, epoch = asked.member.member, key.epoch
    what = f"destroy key {epoch} {_mark(key)}"
    mark = bench.members.second_mark(what, member, bench.today)
    first = await asker_of(bench, what)
    shown: dict[str, str | int] = {"epoch": epoch, "fingerprint": fingerprint(key.recipient)}
    if first == member:
        return Act(screens=(asked.say("desk-second-same"),), audited=False)
    change: tuple[Operation, ...] = ()
    if await bench.store.asked_second(what) is not None:
        change = (TakeSecond(what, mark),)  # answered now, or asked by somebody who has left, or long ago
    if first is None:
        everybody = await bench.tell("owner moderator", "desk-key-destroy-wanted", **shown)
        others = tuple(answer for answer in everybody if answer.member != member)
        change = (*change, AskSecond(what, mark, bench.today))
        return Act(change, (asked.say("desk-key-destroy-asked", **shown),), others)
    word = PutMeta(meta_key(epoch), _word(bench.queue.instance, key, bench.today))
    return Act((*change, word), (asked.say("desk-key-destroy-agreed", **shown),))


async def demand_agreed(store: Store, instance: bytes, key: TeamKey, today: int) -> None:
    """Raises `KeyFileError` unless two people agreed lately that this key is destroyed. `today`: days since
    1970."""
    told = await store.meta(meta_key(key.epoch)) or b""
    days = range(today - ASKED_DAYS, today + 1)
    if not any(hmac.compare_digest(told, _word(instance, key, day)) for day in days):
        raise KeyFileError(
            f"Destroying the key of epoch {key.epoch} takes two people, and they have not agreed.",
            hint=f"Each of two members writes to the bot: /key destroy {key.epoch}. Then ask again.",
        )


def forget_agreement(epoch: int) -> PutMeta:
    return PutMeta(meta_key(epoch), b"")


def _named(bench: Bench, text: str) -> TeamKey | None:
    """The key of an epoch that exists and is not the present one."""
    word = text.strip()
    if bench.listed is None or not (word.isascii() and word.isdecimal() and len(word) < 10):
        return None
    listed = bench.listed()
    key = listed.key(int(word))
    return None if key == listed.newest else key


def _word(instance: bytes, key: TeamKey, day: int) -> bytes:
    told = b"%d|%d|" % (key.epoch, day) + key.recipient.public
    return hmac.digest(instance, _PURPOSE + told, "sha256")


def _mark(key: TeamKey) -> str:
    return hashlib.sha256(key.recipient.public).hexdigest()[:16]
