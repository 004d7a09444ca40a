"""One service on two networks: a receipt from one works on the other, a ban reaches both, partners everywhere
read the same figures."""

from __future__ import annotations

import base64
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from botapi import FakeTelegram

from bot.settings import default_shelf
from handlers import demo, ground, keyring
from handlers.signal import daemon
from tests import signalkit, telegramkit
from tests.signalapi import FakeSignal, Phone
from tests.stage import WORDS, receipt_in

STORY = "Il est venu un mardi, puis il a laissé des mots sous ma porte."
OTHER = "Le livreur a gardé mon numéro, et il appelle la nuit depuis le printemps."
FR = WORDS["fr"]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring.create, "__kwdefaults__", {"work_factor": 10})  # scrypt, a thousandth
    monkeypatch.setattr(ground, "load", lambda: WORDS)  # read once, not at every start
    monkeypatch.setattr(daemon, "SETTLE_SECONDS", 0.01)  # the made-up daemon does not race


@dataclass(slots=True)
class Both:
    """One instance with both doors open."""

    telegram: telegramkit.Home
    signal: signalkit.Home


@asynccontextmanager
async def both_open(tmp_path: Path) -> AsyncIterator[Both]:
    async with (
        FakeTelegram() as telegram,
        FakeSignal(tmp_path / "socket") as signal,
        telegramkit.Home(tmp_path, telegram) as home,
    ):
        other = signalkit.Home(tmp_path, signal)
        await other.join(home.instance)
        yield Both(home, other)
        await other.part()
        assert telegram.faults == []
        assert signal.faults == []


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[Both]:
    async with both_open(tmp_path) as both:
        yield both


def receipt_of(shown: list[str]) -> str:
    return " ".join(next(words for text in shown if (words := receipt_in(text))))


async def test_a_receipt_from_telegram_reads_adds_and_withdraws_on_signal(both: Both) -> None:
    ana = both.telegram.fake.person(first_name="Ana", language="fr")
    told = await both.telegram.testify(ana, STORY)
    receipt = receipt_of([message.text for message in told])
    other = both.signal.fake.person()
    assert await both.telegram.cases("waiting") == 1

    await both.signal.say_all(other, "/receipt", "1")
    assert FR.say("receipt-nothing") in await both.signal.say(other, receipt)
    await both.signal.say_all(other, "/receipt", "2", "Il est revenu.")
    assert FR.say("added") in await both.signal.say(other, receipt)
    await both.signal.say_all(other, "/receipt", "3")
    assert FR.say("withdrawn") in await both.signal.say(other, receipt)

    assert await both.telegram.cases("waiting") == 0


async def test_a_receipt_from_signal_withdraws_on_telegram(both: Both) -> None:
    receipt = receipt_of(await both.signal.testify(both.signal.fake.person(), STORY))
    ana = both.telegram.fake.person(first_name="Ana", language="fr")

    await both.telegram.say_all(ana, "/receipt", "3")
    shown = await both.telegram.say(ana, receipt)

    assert FR.say("withdrawn") in telegramkit.texts(shown)
    assert await both.signal.cases("waiting") == 0


async def test_a_moderator_on_one_network_bans_who_wrote_on_the_other(both: Both) -> None:
    zoe, fake = both.signal.fake.person(), both.telegram.fake
    await both.signal.testify(zoe, STORY)
    ana = fake.person(first_name="Ana", language="fr")
    await both.telegram.testify(ana, OTHER)
    on_signal, on_telegram = both.signal.fake.person(), fake.person(first_name="Mod", language="fr")
    await both.signal.joins(on_signal, "moderator")
    await both.telegram.joins(on_telegram, "moderator")

    await both.telegram.say_all(on_telegram, "/next", "/open", "/ban")
    await both.signal.say_all(on_signal, "/next", "/open", "/ban")

    refused = FR.say("not-accepted")
    assert refused in "\n".join(await both.signal.testify(zoe, STORY))
    assert refused in telegramkit.texts(await both.telegram.testify(ana, STORY))
    stranger = both.signal.fake.person()
    assert receipt_of(await both.signal.testify(stranger, STORY))


async def test_partners_on_both_networks_get_the_same_words_and_the_same_files(tmp_path: Path) -> None:
    data = tmp_path / "data"
    try:
        await demo.play(data, 40)
    finally:
        shutil.rmtree(default_shelf(data), ignore_errors=True)
    async with both_open(tmp_path) as both:
        ana = both.telegram.fake.person(first_name="Ana", language="fr")
        zoe = both.signal.fake.person()
        await both.telegram.joins(ana, "partner")
        await both.signal.joins(zoe, "partner")

        on_telegram = await both.telegram.say(ana, "/digest last")
        on_signal = await both.signal.say(zoe, "/digest last")

        there = [both.telegram.fake.document(each) for each in on_telegram if "document" in each.raw]
        here = files_of(zoe)
        assert {".pdf", ".csv", ".json"} <= {Path(file.filename).suffix for file in there}
        assert {file.filename: file.content for file in there}.items() <= here.items()
        assert any(name.endswith(".png") for name in here)
        assert sum("photo" in each.raw for each in on_telegram) == 1
        words = "\n".join(each.text for each in on_telegram if "document" not in each.raw)
        assert words.split() == "\n".join(on_signal).split()


def files_of(phone: Phone) -> dict[str, bytes]:
    files = {}
    for file in (file for each in phone.all for file in each.files):
        head, _, body = file.partition(";base64,")
        files[head.partition("filename=")[2]] = base64.b64decode(body)
    return files
