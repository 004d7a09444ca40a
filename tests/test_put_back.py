"""What was put back: rows from before, where somebody can write to the database and holds no key.

A signature or a code does not age. What was done, taken back or frozen since is known outside the database,
in small files of the data folder; these tests hold them to it, over restarts and older copies.
"""

from __future__ import annotations

import shutil
import stat
from dataclasses import replace

import pytest

from bot import age
from storage import open_store
from storage.held import Held
from storage.queue_head import DigestHead, QueueHead
from tests.deskkit import PASSPHRASE, House, Testimony, words
from tests.test_attacks import seated, write_to

__all__ = ["seated"]


@pytest.mark.parametrize("file", ["as it is", "another's"])
async def test_an_approval_that_was_taken_back_and_put_back_sends_nothing(seated, tmp_path, file):
    """It did: the desk's signature from before `/digest hold` was as good as on the first day."""
    house = await seated(tmp_path, "owner", "partner")
    house.bench.held = Held(tmp_path, house.queue.instance)
    house.deaf.add("partner")
    await house.tell(*(Testimony() for _ in range(30)))
    write_to(tmp_path, "UPDATE testimony SET state = 'approved', decided_day = ?", house.today)
    await house.desk.due()
    await house.say("owner", "/digest approve")
    kept = await house.store.meta("digest-approved-1")
    await house.say("owner", "/digest hold")
    house.deaf.clear()
    if file == "another's":
        (tmp_path / "digests.held").write_bytes(b"0" * 64 + b"\n")
    write_to(tmp_path, "UPDATE meta SET value = ? WHERE key = 'digest-approved-1'", kept)
    write_to(tmp_path, "UPDATE digest SET state = 'approved'")
    write_to(tmp_path, "UPDATE delivery SET state = 'due', next_try = 0")

    house.now += 600
    await house.desk.tick()

    assert words("digest-title", number=1) not in house.told_to("partner")
    assert "digest was not approved" in await house.acts()
    await house.say("owner", "/digest hold")
    await house.say("owner", "/digest approve")
    if file == "another's":  # it was looked at, and removed, by nobody yet
        assert words("digest-title", number=1) not in house.told_to("partner")
    else:
        assert stat.S_IMODE((tmp_path / "digests.held").stat().st_mode) == 0o600
        assert words("digest-title", number=1) in house.told_to("partner")
        assert house.bench.held.read() == frozenset()


@pytest.mark.parametrize("file", ["as it is", "another's"])
async def test_a_digest_is_not_made_again_in_an_older_copy_of_the_database(seated, tmp_path, file):
    """It was: number 1 left twice, with 34 people and with the same and four others."""
    house = await seated(tmp_path / "data", "owner", "partner")
    house.bench.digest_head = DigestHead(tmp_path, house.queue.instance)
    await house.tell(*(Testimony() for _ in range(34)))
    write_to(tmp_path / "data", "UPDATE testimony SET state = 'approved', decided_day = ?", house.today)
    await house.store.close()
    shutil.copytree(tmp_path / "data", tmp_path / "older")
    for folder in ("data", "older"):
        house = House(await open_store(f"sqlite:{tmp_path / folder}"))
        await house.desk.unlock(PASSPHRASE)
        house.bench.digest_head = DigestHead(tmp_path, house.queue.instance)
        said = await house.say("owner", "/digest send")
        await house.desk.due()
        await house.desk.tick()
        if folder == "data":
            assert words("digest-title", number=1) in house.told_to("partner")
            assert stat.S_IMODE((tmp_path / "digests.head").stat().st_mode) == 0o600
        if file == "another's":
            DigestHead(tmp_path, bytes(32)).write(0)
        kept = await house.store.digests()
        await house.store.close()

    assert words("desk-digest-made-before", period=1) in said
    assert words("desk-alarm-made-before", period=1) in house.told_to("owner")
    assert house.told_to("partner") == ""
    assert kept == []


@pytest.mark.parametrize("way", ["at once", "over a restart", "and the file is another's"])
async def test_an_order_put_back_is_not_obeyed_over_a_restart_either(seated, tmp_path, way):
    """It was: a desk that started anew knew nothing of what it had carried out, however long ago; and for
    five minutes none did. A kept /invite, or /digest approve, was obeyed for ever."""
    house = await seated(tmp_path, "owner")
    house.queue = replace(house.queue, clock=lambda: house.now)
    house.bench.queue_head = QueueHead(tmp_path, house.queue.instance)
    await house.queue_up("owner", "/invite moderator Eve")
    (box,) = [row.box for row in await house.store.commands()]
    await house.desk.pump()
    if way != "at once":
        house.now += 600
        await house.desk.tick()
        await house.desk.lock()
        house.new_desk()
        house.bench.queue_head = QueueHead(tmp_path, house.queue.instance)
    if way == "and the file is another's":
        QueueHead(tmp_path, bytes(32)).write(0)
    write_to(tmp_path, "INSERT INTO command (update_key, box) VALUES (?, ?)", b"again", box)
    if way == "over a restart":
        await house.queue_up("owner", "/help")
    house.shown.clear()

    await house.desk.unlock(PASSPHRASE)
    await house.desk.pump()

    acts = await house.acts()
    assert acts.count("invite moderator") == 1
    assert "cannot open command" in acts
    if way == "over a restart":
        assert "/help" in house.told_to("owner")  # what was queued meanwhile is obeyed
        assert stat.S_IMODE((tmp_path / "queue.head").stat().st_mode) == 0o600


async def test_a_digest_written_into_the_ledger_keeps_no_other_from_being_made(seated, tmp_path):
    house = await seated(tmp_path, "owner", "partner")
    house.bench.digest_head = DigestHead(tmp_path, house.queue.instance)
    write_to(
        tmp_path, "INSERT INTO digest VALUES (999, ?, 'frozen', zeroblob(32), zeroblob(900))", house.today
    )

    await house.desk.tick()
    write_to(tmp_path, "DELETE FROM digest")

    assert house.bench.digest_head.read() is None
    assert words("desk-digest-too-few", min=30) in await house.say("owner", "/digest send")


async def test_an_order_put_back_in_another_spelling_is_not_obeyed(seated, tmp_path):
    """It was: an age file in armor is the same order to the key, and was another box to the desk's memory."""
    house = await seated(tmp_path, "owner")
    house.queue = replace(house.queue, clock=lambda: house.now)
    await house.queue_up("owner", "/invite moderator Eve")
    (box,) = [row.box for row in await house.store.commands()]
    await house.desk.pump()
    write_to(tmp_path, "INSERT INTO command (update_key, box) VALUES (?, ?)", b"again", age.armor.wrap(box))

    await house.desk.pump()

    assert (await house.acts()).count("invite moderator") == 1
    assert "cannot open command" in await house.acts()
