"""The keys' whole life beside a running Seuil, by the console's own commands: what listens follows, the desk
stays open, nothing is lost, and every refusal leaves things as they were."""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import __main__ as front_door
from bot import age, key_list
from bot.errors import CannotOpen, KeyFileError
from bot.sealing import TeamKey
from bot.settings import Settings
from handlers import Address, Heard, custodians, keyring, rotation
from handlers.console import Console
from handlers.desking import rekeying
from handlers.instance import Instance, lay_keys, open_instance, passphrase_at_hand, seat_chairs
from handlers.team_keys import KEYS, LIST, TeamKeys
from handlers.terminal import Terminal
from storage.changes import KeepItem, PutMeta
from storage.sealed import KINDS, SealedRow
from tests.pgkit import emptied_url
from tests.stage import CHEAP
from tests.test_together import found

QUICK = 10
"""scrypt's work factor here: a thousandth of the real one."""


class Beside:
    """A running instance, and a console beside it."""

    def __init__(self, instance: Instance, settings: Settings) -> None:
        self.instance, self.settings = instance, settings
        self.shown = io.StringIO()
        self.terminal = Terminal(
            start=0, language="fr", reads=io.StringIO(""), writes=self.shown, guide=False
        )
        instance.channels["terminal"] = self.terminal
        self._update = 0

    async def type(self, chair: str, *lines: str) -> None:
        for line in lines:
            self._update += 1
            heard = Heard(Address("terminal", chair), self._update, "text", line, "fr")
            await self.instance.hear(heard, self.terminal)

    async def testify(self, name: str) -> None:
        await self.type(name, "/start", "1", "2", "1", "1", "1", "Il est revenu.", "FINI", *["PASSER"] * 15)
        await self.type(name, "1", "1")

    async def console(self, *command: str) -> None:
        """A command of the console, in a thread as in a process of its own."""
        await asyncio.to_thread(front_door.app, list(command), standalone_mode=False)

    async def boxes(self) -> list[SealedRow]:
        store = self.instance.store
        return [row for kind in KINDS for row in await store.sealed(kind, None, 10_000)]

    def keys(self) -> rotation.Held:
        return rotation.hold(self.settings.data, passphrase_at_hand(self.settings) or "", work_factor=QUICK)

    async def an_hour_passes(self) -> None:
        held = self.keys()
        *older, newest = held.listed.keys
        earlier = TeamKey(newest.epoch, newest.recipient, newest.since - 60)
        text = key_list.write((*older, earlier), held.unlocked.signer)
        (self.settings.data / KEYS / LIST).write_text(text)
        await self.instance.store.commit((PutMeta("team-keys", text.encode()),))

    async def two_agree(self, epoch: int) -> None:
        """On the day of the console; two people type it in tests/test_custodians.py."""
        import time  # noqa: PLC0415 - as above

        key = self.keys().listed.key(epoch)
        assert key is not None
        instance = self.instance.members.instance
        word = custodians._word(instance, key, int(time.time() // 86_400))
        await self.instance.store.commit((PutMeta(custodians.meta_key(epoch), word),))


@pytest.fixture(params=["sqlite", "postgresql"])
async def beside(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Beside]:
    monkeypatch.setattr(keyring.create, "__kwdefaults__", {"work_factor": QUICK})
    monkeypatch.setattr(rotation.hold, "__kwdefaults__", {"work_factor": QUICK})
    shelf = Path("/dev/shm") / f"seuil-keys-{os.getpid()}-{tmp_path.name}"
    store = await emptied_url() if request.param == "postgresql" else ""
    settings = Settings(data=tmp_path / "data", shelf=shelf, store=store)  # type: ignore[arg-type] # as from .env
    for name, value in (
        ("SEUIL_DATA", str(settings.data)),
        ("SEUIL_SHELF", str(shelf)),
        ("SEUIL_STORE", store),
    ):
        monkeypatch.setenv(name, value)
    lay_keys(settings)
    instance = await open_instance(settings, cost=CHEAP)
    await seat_chairs(instance, "fr")
    await instance.desk.unlock(passphrase_at_hand(settings) or "")
    line = Console(settings.data, {"rekey": rekeying(instance.desk, instance.work)})
    await line.open()
    yield Beside(instance, settings)
    await line.close()
    await instance.close()
    shutil.rmtree(shelf, ignore_errors=True)


async def test_a_key_lives_and_dies_beside_a_running_seuil_and_nothing_is_lost(beside: Beside) -> None:
    await beside.testify("Rose")
    old = beside.keys().identities[1]

    await beside.console("keys", "rotate")
    assert beside.instance.desk.is_open, "an open desk stays open"
    await beside.testify("Lila")
    assert beside.instance.ground.team.now().epoch == 2
    await beside.console("keys", "rewrap")
    assert not any(age.opens(row.box, [old]) for row in await beside.boxes())
    await beside.an_hour_passes()
    await beside.two_agree(1)
    await beside.console("keys", "destroy", "1")

    assert [key.epoch for key in TeamKeys(beside.settings.data / KEYS).list().keys] == [2]
    await beside.type("moderator", "/next", "/open", "/approve", "/next", "/open", "/approve")
    assert len(await beside.instance.store.cases("approved")) == 2
    assert not any(own.recipient == old.recipient for own in beside.instance.desk._bench.keys().identities)
    await beside.console("audit", "verify")


async def test_a_locked_desk_stays_locked_over_a_rotation(beside: Beside) -> None:
    await beside.instance.desk.lock()

    await beside.console("keys", "rotate")

    assert not beside.instance.desk.is_open
    await beside.instance.desk.unlock(passphrase_at_hand(beside.settings) or "")
    assert beside.instance.desk.is_open


async def test_nothing_is_destroyed_that_something_is_sealed_to(beside: Beside) -> None:
    await beside.testify("Rose")
    await beside.console("keys", "rotate")
    await beside.an_hour_passes()
    before = found(beside.settings.data / KEYS)

    with pytest.raises(KeyFileError, match="takes two people"):
        await beside.console("keys", "destroy", "1")
    await beside.two_agree(1)
    with pytest.raises(KeyFileError, match="still sealed to the key of epoch 1: item 2"):
        await beside.console("keys", "destroy", "1")

    assert found(beside.settings.data / KEYS) == before


async def test_a_row_that_lies_does_not_get_a_key_destroyed(beside: Beside) -> None:
    """Somebody who writes to the database says of every box that it is under the new key already."""
    await beside.testify("Rose")
    await beside.console("keys", "rotate")
    await beside.an_hour_passes()
    await beside.two_agree(1)
    for row in await beside.boxes():
        if row.kind == "item":
            case, part = row.key
            lie = KeepItem(case, part, 2, row.box, replace=True)  # type: ignore[arg-type] # the key of an item
            await beside.instance.store.commit((lie,))

    with pytest.raises(KeyFileError, match="still sealed"):
        await beside.console("keys", "destroy", "1")
    await beside.console("keys", "rewrap")
    await beside.console("keys", "destroy", "1")


async def test_what_no_key_opens_alarms_owners_and_the_console(beside: Beside) -> None:
    await beside.testify("Rose")
    await beside.console("keys", "rotate")
    junk = age.encrypt(b"x", [age.HybridIdentity(bytes(32)).recipient])
    (story,) = [row for row in await beside.boxes() if row.key[-1] == "story"]
    case = story.key[0]
    await beside.instance.store.commit((KeepItem(case, "story", 1, junk, replace=True),))  # type: ignore[arg-type]

    with pytest.raises(CannotOpen, match=r"item t-\w+ story"):
        await beside.console("keys", "rewrap")

    await beside.instance.work()
    alarm = beside.instance.ground.words["fr"].say("desk-alarm-unopened", count=1)
    assert " ".join(alarm.split()) in " ".join(beside.shown.getvalue().split())


async def test_a_wrong_passphrase_changes_nothing_whatever_is_asked(
    beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    (beside.settings.data / KEYS / "passphrase").write_text("autre chose\n")
    before = found(beside.settings.data / KEYS)
    monkeypatch.setattr(sys, "stdin", io.StringIO("autre chose\n"))

    for command in ("rotate", "rewrap", "passphrase"):
        with pytest.raises(KeyFileError, match="passphrase is wrong"):
            await beside.console("keys", command)
    assert found(beside.settings.data / KEYS) == before


async def test_papers_are_shown_on_a_terminal_only(beside: Beside) -> None:
    before = found(beside.settings.data / KEYS)

    with pytest.raises(KeyFileError, match="this is none"):
        await beside.console("recovery", "make")
    with pytest.raises(KeyFileError, match="No recovery key was made"):
        await beside.console("recovery", "verify")

    assert found(beside.settings.data / KEYS) == before
