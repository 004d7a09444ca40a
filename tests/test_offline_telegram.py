"""It is promised that on Telegram a testimony of the console profile comes as files that can be saved, opens
with the team's key only, and is decided by a line that one message holds."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from botapi import FakeTelegram

from bot import age
from bot.decisions import Decision, Signed, items_hash, read_file_name, seal_text
from bot.signing import SignKey
from handlers import keyring
from handlers.instance import passphrase_at_hand
from storage.vouched import ModeratorKeys
from tests.telegramkit import Home, texts, words
from tests.test_telegram import documents

STORY = "Il a laissé des mots sous ma porte."
KEY = SignKey(b"\x51" * 32)


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(allow_http_webhook=True) as made:
        yield made


@pytest.fixture
async def home(tmp_path: Path, fake: FakeTelegram, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Home]:
    """A house of the console profile whose desk nobody opens: its keys lie elsewhere."""
    monkeypatch.setenv("SEUIL_DESK_PROFILE", "console")
    monkeypatch.setattr(keyring.create, "__kwdefaults__", {"work_factor": 10})
    async with Home(tmp_path, fake) as made:
        await made.instance.desk.lock()
        yield made


async def test_the_whole_circle_on_telegram_shows_ciphertext_and_references_only(
    home: Home, fake: FakeTelegram
) -> None:
    ana, moe = fake.person(first_name="Ana"), fake.person(first_name="Moe")
    await home.testify(ana, STORY)
    await home.joins(moe, "moderator")
    (row,) = await home.instance.store.members("moderator")
    ModeratorKeys(home.folder / "data", home.instance.members.instance).put(row.member, KEY.verify_key.line())

    (offer,) = await home.say(moe, "/suivant")
    shown = await home.press(moe, words("desk-button-get"), offer)
    files = documents(fake, moe.chat)
    settings = home.settings
    ring = keyring.unlock(settings.data / "keys", passphrase_at_hand(settings) or "")

    assert {(read_file_name(name) or ("", 0, ""))[2] for name in files} == {"coded", "story"}
    assert not any(message.protected for message in shown)
    opened = [age.decrypt(box, ring.identities) for name, box in files.items() if ".story." in name]
    assert STORY.encode() in opened[0]
    assert STORY not in texts(moe.chat.from_bot)

    parts = [((read_file_name(name) or ("", 0, ""))[2], box) for name, box in files.items()]
    case, today = (read_file_name(next(iter(files))) or ("", 0, ""))[0], int(time.time() // 86_400)
    told = ("approve", case, 1, items_hash(parts), today, os.urandom(16).hex())
    assert await home.cases("approved") == 0
    await home.say(moe, f"/decision {Signed(Decision(*told)).by(KEY).pasted()}")

    assert await home.cases("approved") == 1
    await moe.chat.until(lambda _: all(message.deleted for message in shown))


async def test_the_longest_text_of_a_decision_passes_telegram_in_one_message(
    home: Home, fake: FakeTelegram
) -> None:
    ana, moe = fake.person(first_name="Ana"), fake.person(first_name="Moe")
    await home.testify(ana, STORY)
    await home.joins(moe, "moderator")
    (row,) = await home.instance.store.members("moderator")
    ModeratorKeys(home.folder / "data", home.instance.members.instance).put(row.member, KEY.verify_key.line())
    await home.say(moe, "/next")
    await home.say(moe, "/get")
    files = documents(fake, moe.chat)
    parts = [((read_file_name(name) or ("", 0, ""))[2], box) for name, box in files.items()]
    case, today = (read_file_name(next(iter(files))) or ("", 0, ""))[0], int(time.time() // 86_400)
    sealed = seal_text("Relire à deux. " * 55, home.instance.ground.team.now().recipient)
    note = Decision("note", case, 1, items_hash(parts), today, os.urandom(16).hex(), sealed)

    waits = await home.say(moe, f"/decision {Signed(note).by(KEY).pasted()}")
    await home.instance.desk.unlock(passphrase_at_hand(home.settings) or "")
    await home.instance.work()

    assert texts(waits) == words("desk-locked")
    await moe.chat.until(lambda chat: words("desk-note-kept", case=case) in texts(chat.from_bot))
