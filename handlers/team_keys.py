"""The list of public team keys as the listeners hold it: read from its file, followed while they run.

    keys/team.keys    the list (`bot.key_list`)
    keys/sign.pub     the public key that signs it
    team.head         the newest epoch that was ever seen (`storage.queue_head`), so that no older list counts

A rotation writes a new list beside a program that runs. It is taken at the next seal: one look at the file's
date, no restart. Programs on other machines have another copy of the file: there the list comes through the
store, where it can be neither forged nor, because of `team.head`, be put back. Before a testimony is sealed
the store is asked, so that nobody seals to a key that is about to be destroyed.

What is not signed, or is older than what was seen, is refused at the start. A program that runs keeps to the
list it has, and its log says so.

Never here: a secret key, what opens anything (`handlers.keyring`).
"""

from __future__ import annotations

import asyncio
import logging
import os
from pathlib import Path

from bot import key_list
from bot.errors import KeyFileError, SeuilError
from bot.key_list import KeyList
from bot.sealing import TeamKey
from bot.signing import VerifyKey, read_public
from storage import Store
from storage.changes import PutMeta
from storage.folder import cannot_use, put_file, refuse_shared
from storage.queue_head import TeamHead
from storage.together import settle

log = logging.getLogger(__name__)

KEYS = "keys"
"""Folder of the data folder."""

LIST, PUBLIC = "team.keys", "sign.pub"

META = "team-keys"
"""Meta: the list's text, for programs on other machines."""


def read_list(folder: Path, *, at_least: int = 0) -> tuple[KeyList, VerifyKey]:
    """The list of a key folder and the key that signed it. Raises `KeyFileError` for any list that is not
    signed by it, or is older than `at_least`."""
    verify = read_public(read_file(folder / PUBLIC).decode("utf-8", "replace"))
    return key_list.read(_text_of(folder), verify, at_least=at_least), verify


class TeamKeys:
    """The list of one instance. `head` is None in a house without a folder for it.

    Raises `KeyFileError` where the list is not to be trusted, `StoreDamaged` where `team.head` is not.
    """

    def __init__(self, folder: Path, head: TeamHead | None = None) -> None:
        settle(folder)
        self._folder, self._head = folder, head
        self._seen = (head.read() if head is not None else None) or 0
        self._mark = _mark(folder)
        self._list, self.verify = read_list(folder, at_least=self._seen)
        self._text = _text_of(folder)
        self._note()

    def __repr__(self) -> str:
        return f"TeamKeys(epoch={self._list.newest.epoch})"

    def now(self) -> TeamKey:
        """The key to seal to."""
        return self.list().newest

    def list(self) -> KeyList:
        """The list, as its file is now."""
        mark = _mark(self._folder)
        if mark != self._mark:
            self._mark = mark
            try:
                self._take(_text_of(self._folder))
            except SeuilError as error:
                log.error("keys/%s was changed and is not believed: %s", LIST, error)
        return self._list

    async def follow(self, store: Store) -> None:
        """Take the list that is in the store where it is later than ours, else put ours there."""
        told = await store.meta(META)
        mine = self.list()
        if told == self._text.encode():
            return
        if told and await self._is_later(told):
            await asyncio.to_thread(self._adopt, told)
        elif mine is self._list:
            await store.commit((PutMeta(META, self._text.encode()),))

    async def _is_later(self, told: bytes) -> bool:
        try:
            theirs = key_list.read(told.decode("utf-8", "replace"), self.verify, at_least=self._seen)
        except KeyFileError as error:
            log.error("the list of team keys in the database is not believed: %s", error)
            return False
        return theirs.is_later_than(self._list)

    def _adopt(self, told: bytes) -> None:
        try:
            put_file(self._folder, LIST, told)
        except OSError as error:
            # What is held in memory counts meanwhile; a restart reads it from the store again.
            trouble = cannot_use(error, "key folder")
            log.error("keys/%s could not be written: %s %s", LIST, trouble, trouble.hint)
        self._take(told.decode("utf-8", "replace"))
        self._mark = _mark(self._folder)

    def _take(self, text: str) -> None:
        taken = key_list.read(text, self.verify, at_least=self._seen)
        if self._list.is_later_than(taken):
            raise KeyFileError(
                "The list of team keys is an older one that was put back.",
                hint="Ask who can write to the key folder. Programs that run keep to the later list.",
            )
        before, self._list, self._text = self._list.newest.epoch, taken, text
        if taken.newest.epoch != before:
            log.info("what arrives is sealed to epoch %d from now on", taken.newest.epoch)
        self._note()

    def _note(self) -> None:
        """Remember the newest epoch outside the list's file."""
        newest = self._list.newest.epoch
        if self._head is not None and newest > self._seen:
            try:
                self._head.write(newest)
            except SeuilError as error:
                log.error("%s could not be written: %s", TeamHead.name, error)
                return
        self._seen = max(self._seen, newest)


def read_file(file: Path) -> bytes:
    """A key file. Refuses one that others can read. Raises `KeyFileError`."""
    refuse_shared(file)
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise KeyFileError(
            f"The key file {file.parent.name}/{file.name} is missing.",
            hint="Restore it from your backup. A fresh instance makes its keys at the first `make run`.",
        ) from None
    except OSError as error:
        raise KeyFileError(
            f"{file.name} cannot be read: {os.strerror(error.errno or 0).lower()}.",
            hint="Give its owner the right to read it (chmod 600).",
        ) from None


def _text_of(folder: Path) -> str:
    return read_file(folder / LIST).decode("utf-8", "replace")


def _mark(folder: Path) -> tuple[int, int, int] | None:
    """What changes when the file does."""
    try:
        stat = os.stat(folder / LIST)
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_ino, stat.st_size
