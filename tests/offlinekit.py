"""A desk of the console profile for tests: members who have keys, and what their own machines make."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.decisions import Decision, Signed, items_hash, seal_text
from bot.signing import SignKey
from handlers import Address
from handlers.bench import Policy
from storage import Store, open_store
from storage.vouched import ModeratorKeys, UsedDecisions
from tests.deskkit import IDENTITY, INSTANCE, PASSPHRASE, House, Testimony

KEYS = {
    chair: SignKey(bytes([at]) * 32) for at, chair in enumerate(("moderator", "moderator 2", "owner"), 70)
}
CONSOLE = Policy(console=True)
STORY = "Il a laissé des mots sous ma porte."


class Home(House):
    """A house whose desk has a folder for what lies outside the database."""

    folder: Path

    def restart(self) -> None:
        """A desk as after a restart, locked, with the files that are there."""
        self.new_desk()
        self.bench.moderator_keys = self.book
        self.bench.used = UsedDecisions(self.folder, INSTANCE)

    @property
    def book(self) -> ModeratorKeys:
        return ModeratorKeys(self.folder, INSTANCE)


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    kept = await open_store("memory:")
    yield kept
    await kept.close()


@pytest.fixture
async def house(store: Store, tmp_path: Path) -> Home:
    """An open desk of the console profile; three members have a key."""
    house = Home(store, CONSOLE)
    house.folder = tmp_path
    house.restart()
    await house.seat("moderator", "moderator 2", "owner", "auditor")
    for chair, key in KEYS.items():
        house.book.put(await member(house, chair), key.verify_key.line())
    await house.desk.unlock(PASSPHRASE)
    return house


async def member(house: Home, chair: str) -> bytes:
    row = await house.members.find(Address("terminal", chair))
    assert row is not None
    return row.member


async def decided(
    house: Home, testimony: Testimony, command: str, *, text: str = "", **changed: object
) -> Decision:
    """What her own machine makes of the files `/get` gave."""
    parts = [(item.part, item.box) for item in await house.store.items(testimony.case)]
    told: dict[str, object] = {
        "command": command,
        "case": testimony.ref,
        "epoch": 1,
        "items": items_hash(parts),
        "day": house.today,
        "nonce": f"{len(house.shown):032x}",
        "sealed": seal_text(text, IDENTITY.recipient) if text else "",
        **changed,
    }
    return Decision(**told)  # type: ignore[arg-type]  # seven fields by name


def pasted(decision: Decision, *chairs: str) -> str:
    signed = Signed(decision)
    for chair in chairs:
        signed = signed.by(KEYS[chair])
    return f"/decision {signed.pasted()}"


async def claimed(house: Home, testimony: Testimony, chair: str = "moderator") -> None:
    await house.tell(testimony)
    assert testimony.ref in await house.say(chair, "/next")


async def state(house: Home, testimony: Testimony) -> str:
    row = await house.store.case(testimony.case)
    return row.state if row else "gone"


def files(house: Home) -> dict[str, bytes]:
    return {file.name: file.body for _, screen in house.shown for file in screen.files}
