"""Whether a Redis or Valkey server may hold the keys of drafts: one that forgets, and forgets nothing else.

What is destroyed on the shelf must be gone. A server that writes to a disk, sends all it knows to another, or
notes the commands it was given keeps what was destroyed; one that makes room by itself destroys drafts nobody
wanted destroyed. It is only looked at, never changed.

Never here: a connection (`storage.redis_line`), a key.
"""

from __future__ import annotations

from typing import Any, Final

from bot.errors import SettingsError, SeuilError
from storage.redis_line import Exchange

LINE: Final = '`--save "" --appendonly no --maxmemory-policy noeviction --slowlog-log-slower-than -1`'
"""What a server must be started with."""

SECTIONS: Final = ("persistence", "replication", "memory", "cluster")
ASKED: Final = ("save", "appendonly", "maxmemory-policy", "slowlog-log-slower-than", "slowlog-max-len")


async def unfit(exchange: Exchange) -> SettingsError | None:
    """None: it may be used. Else what is wrong, and the way out. Raises as a line does."""
    answers = await exchange(
        [*(("INFO", section) for section in SECTIONS), *(("CONFIG GET", name) for name in ASKED)]
    )
    if any(isinstance(answer, SeuilError) for answer in answers):
        return SettingsError(
            "The shelf's server does not say whether it keeps anything on a disk.",
            hint="Give its user `+info +config|get`, and do not rename CONFIG. Where a host of such servers "
            "forbids that, run one of your own.",
        )
    told: dict[str, str] = {}
    for answer in answers[: len(SECTIONS)]:
        told |= _fields(answer)
    for answer in answers[len(SECTIONS) :]:
        told |= _pairs(answer)
    wrong = _wrong(told)
    if wrong is None:
        return None
    return SettingsError(f"The shelf's server {wrong}.", hint=f"Start it with {LINE}, alone, for Seuil only.")


def _wrong(told: dict[str, str]) -> str | None:
    """The first of what speaks against it, or None. What is not told speaks against it too."""

    def number(name: str) -> int:
        text = told.get(name, "0")
        return int(text) if text.lstrip("-").isdigit() else 0

    if told.get("save") != "":
        return "saves what it holds to a disk: a destroyed key could be found there again"
    if told.get("appendonly") != "no" or number("aof_enabled"):
        return "writes what it is told to a disk (appendonly): a destroyed key could be found there again"
    if number("rdb_last_load_keys_loaded"):
        return "read keys from a file when it started: what was destroyed may have come back"
    if told.get("role") != "master" or number("connected_slaves"):
        return "has a copy, or is one (replication): a key must be in one place to be destroyed"
    if number("rdb_bgsave_in_progress") or number("aof_rewrite_in_progress"):
        return "is writing what it holds to a disk at this moment"
    if number("cluster_enabled"):
        return "is part of a cluster, and the shelf needs one place"
    if "noeviction" not in (told.get("maxmemory-policy"), told.get("maxmemory_policy")):
        return "throws keys out where its memory is full: drafts would be lost at random"
    if number("slowlog-log-slower-than") >= 0 and number("slowlog-max-len"):
        return "notes slow commands with all they held (slowlog): a destroyed key could be found there again"
    return None


def _fields(answer: Any) -> dict[str, str]:
    """`INFO` as names and values."""
    lines = bytes(answer).decode("utf-8", "replace").splitlines()
    return {name: value for name, colon, value in (line.partition(":") for line in lines) if colon}


def _pairs(answer: Any) -> dict[str, str]:
    """`CONFIG GET` as names and values; nothing for what it does not know."""
    words = [bytes(word).decode("utf-8", "replace") for word in answer]
    return dict(zip(words[::2], words[1::2], strict=True))
