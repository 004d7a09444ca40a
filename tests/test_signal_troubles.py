"""When Signal, its daemon, the disk or a group fails: nothing is lost, nothing is answered out of order, and
operators read one clear line."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest

from bot.errors import CannotOpen, StoreFull
from handlers import Attachment, Gone, Heard, Screen, ground, journal, keyring
from handlers.instance import Instance, passphrase_at_hand
from handlers.signal import daemon, health, hearing
from handlers.signal.envelopes import LATEST, Translator
from storage import Store
from storage.changes import Operation
from storage.memory import MemoryStore
from tests.signalapi import FakeSignal, Phone
from tests.signalkit import Home
from tests.stage import WORDS

STORY = "Il est venu un mardi, puis il a laissé des mots sous ma porte."
FR = WORDS["fr"]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring.create, "__kwdefaults__", {"work_factor": 10})  # scrypt, a thousandth
    monkeypatch.setattr(ground, "load", lambda: WORDS)  # read once, not at every start
    monkeypatch.setattr(daemon, "SETTLE_SECONDS", 0.01)  # the made-up daemon does not race
    monkeypatch.setattr(journal, "AGAIN_SECONDS", 0.01)
    monkeypatch.setattr(hearing, "STUCK_SECONDS", (0.01, 0.01))


@pytest.fixture
async def fake(tmp_path: Path) -> AsyncIterator[FakeSignal]:
    async with FakeSignal(tmp_path / "socket") as fake:
        yield fake
        assert fake.faults == []


@pytest.fixture
async def home(fake: FakeSignal, tmp_path: Path) -> AsyncIterator[Home]:
    async with Home(tmp_path, fake) as home:
        yield home


@pytest.fixture
def ana(fake: FakeSignal) -> Phone:
    return fake.person()


# --- the disk -----------------------------------------------------------------------------------------------


class Full:
    """A store on a disk that is full for some commits."""

    def __init__(self, store: Store, times: int) -> None:
        self._store = store
        self.times = times

    async def commit(self, change: Sequence[Operation]) -> bool:
        if self.times:
            self.times -= 1
            raise StoreFull("The disk is full.", hint="Make room.")
        return await self._store.commit(tuple(change))


async def test_what_arrives_while_the_disk_is_full_is_kept_once_there_is_room(
    home: Home, ana: Phone, caplog: pytest.LogCaptureFixture
) -> None:
    await home.to_story(ana)
    kept = home.signal._hearing._journal
    kept.store = Full(kept.store, 3)  # type: ignore[assignment]  # all that a journal uses of it

    await home.say(ana, STORY)
    await home.say(ana, "FINI")

    assert STORY in "\n".join(await home.to_review(ana))
    assert caplog.text.count("what arrives cannot be kept") == 1
    assert "what arrives is kept again" in caplog.text


async def test_a_journal_that_fails_in_an_unknown_way_ends_the_program_and_does_not_leave_it_deaf(
    home: Home, ana: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> list[bytes]:
        raise RuntimeError

    monkeypatch.setattr(type(home.signal._hearing._journal), "put", broken)
    monkeypatch.setattr(hearing, "FINISH_SECONDS", 0.1)
    ana.says("bonjour")

    serving = home._serving
    assert serving is not None
    with pytest.raises(RuntimeError):
        await asyncio.wait_for(asyncio.shield(serving), 15)
    home._serving = None


# --- order --------------------------------------------------------------------------------------------------


async def test_what_she_writes_waits_for_what_she_wrote_before_and_could_not_be_handled_yet(
    home: Home, ana: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    await home.to_story(ana)
    hear, failed = Instance.hear, []

    async def flaky(self: Instance, heard: Heard, channel: object) -> None:
        if not failed:
            failed.append(heard)
            raise RuntimeError
        await hear(self, heard, channel)  # type: ignore[arg-type]  # as it came

    monkeypatch.setattr(Instance, "hear", flaky)
    ana.says("Le premier.")
    ana.says("Le second.")
    await home.fake.until(lambda: len(home.heard) == 9 and not home.hearing)
    await home.say(ana, "FINI")

    review = "\n".join(await home.to_review(ana))
    assert review.index("Le premier.") < review.index("Le second.")


async def test_what_fails_again_and_again_is_given_up_and_holds_up_nobody(
    home: Home, ana: Phone, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await home.to_story(ana)
    hear = Instance.hear

    async def poisoned(self: Instance, heard: Heard, channel: object) -> None:
        if heard.text == "poison":
            raise RuntimeError
        await hear(self, heard, channel)  # type: ignore[arg-type]  # as it came

    monkeypatch.setattr(Instance, "hear", poisoned)
    ana.says("poison")
    await home.say(ana, STORY)
    await home.fake.until(lambda: FR.say("narrative-more-messages") in ana.shown)

    assert "is given up" in caplog.text
    assert "poison" not in caplog.text
    await home.signal._hearing.settle()
    assert await home.signal._hearing._journal.left() == []


async def test_a_chat_that_is_limited_for_a_moment_is_answered_in_order_after_it(
    home: Home, ana: Phone
) -> None:
    await home.say(ana, "/start")
    ana.limited = ("", 0.3)
    ana.says("1")
    ana.says("2")
    await home.fake.until(lambda: home.fake.calls["send"] > 2)
    before, ana.limited = len(ana.all), None

    await home.fake.until(lambda: not home.hearing)

    shown = [each.text for each in ana.all[before:]]
    danger = next(at for at, text in enumerate(shown) if "en danger" in text)
    assert any("1. " in text for text in shown[danger + 1 :])


# --- the daemon ---------------------------------------------------------------------------------------------


async def test_a_daemon_that_hangs_is_given_up_and_found_again_once_it_was_restarted(
    home: Home, ana: Phone, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(daemon, "ALIVE_SECONDS", 0.05)
    monkeypatch.setattr(daemon, "HANG_SECONDS", 0.1)
    monkeypatch.setattr(daemon, "TEST_SECONDS", 0.1)
    await home.again()
    await home.to_story(ana)
    home.fake.hang()
    more = Attachment("x.bin", "application/octet-stream", bytes(2_000_000))
    stuck = asyncio.ensure_future(home.signal.show(home.address(ana), Screen("x", files=(more,))))
    await until(lambda: "its connection is given up" in caplog.text)
    await until(lambda: "is lost" in caplog.text)

    await home.fake.die()
    ana.says(STORY)
    await home.fake.start()
    await home.fake.until(lambda: FR.say("narrative-more-messages") in ana.shown)

    assert await stuck


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(15):
        while not holds():  # noqa: ASYNC110 - a log has no event
            await asyncio.sleep(0.01)


async def test_a_message_that_could_not_be_taken_back_is_taken_back_later(home: Home, ana: Phone) -> None:
    await home.to_story(ana)
    home.fake.broken = {"remoteDelete"}
    await home.say(ana, "EFFACER")
    assert len(ana.shown) > 1

    home.fake.broken = set()
    await home.instance.tick()

    assert len(ana.shown) == 1


async def test_nothing_is_guessed_where_ids_do_not_count(home: Home, fake: FakeSignal, ana: Phone) -> None:
    await home.testify(ana, STORY)
    mod = fake.person()
    await home.joins(mod, "moderator")
    await home.say_all(mod, "/next")
    fake.broken = {"send"}
    mod.says("/open")
    await fake.until(lambda: fake.calls["send"] and len(home.heard) and not home.hearing)
    fake.broken = set()
    before = fake.calls["remoteDelete"]
    home.clock.shift += 3600

    await home.instance.tick()
    await home.instance.tick()

    assert fake.calls["remoteDelete"] - before <= 3


async def test_who_has_a_new_telephone_the_daemon_does_not_trust_is_told_of_once(
    home: Home, ana: Phone, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("handlers.signal.PATIENCE_SECONDS", 0.01)
    ana.is_new = True

    await home.say(ana, "bonjour")
    await home.say(ana, "bonjour")

    assert caplog.text.count("--trust-new-identities always") == 1
    assert ana.aci not in caplog.text


# --- groups -------------------------------------------------------------------------------------------------


async def test_members_of_a_group_that_is_gone_are_reached_in_private(home: Home, fake: FakeSignal) -> None:
    mod = fake.person()
    group = fake.group(mod)
    await home.joins(mod, "moderator", group)
    assert await home.say(mod, "/next", group=group)
    del fake.groups[group]

    await home.say(mod, "/next", group=group)
    (seat,) = [seat for seat in home.instance.ground.seated.values() if seat.role == "moderator"]
    if seat.route.person:
        await fake.until(lambda: not home.hearing)
        await home.instance.refresh()
    (seat,) = [seat for seat in home.instance.ground.seated.values() if seat.role == "moderator"]

    assert seat.route.who == home.address(mod)
    assert await home.say(mod, "/help")


async def test_a_member_who_is_no_longer_registered_holds_up_no_other(home: Home, fake: FakeSignal) -> None:
    one, two = fake.person(), fake.person()
    await home.joins(one, "moderator")
    await home.joins(two, "moderator")
    one.is_gone = True

    await home.say(one, "/help")

    assert await home.say(two, "/help")
    with pytest.raises(Gone):
        await home.signal.show(home.address(one), Screen("x"))


# --- what no daemon should send -----------------------------------------------------------------------------


def test_a_line_nested_without_end_is_no_notification() -> None:
    deep = b'{"method":"receive","params":{"envelope":{"dataMessage":{"sticker":' + b"[" * 200_000

    with pytest.raises(CannotOpen):
        Translator().arrived(deep)


async def test_a_line_nested_without_end_cuts_nobody_off(home: Home, ana: Phone) -> None:
    await home.say(ana, "/start")
    home.fake.junk(b'{"x":' + b"[" * 100_000)
    home.fake.junk(b'{"id":1,"error":{"code":-1,"data":' + b"[" * 100_000)

    assert await home.say(ana, "1")
    assert home.fake.calls["subscribeReceive"] == 1


async def test_a_clock_from_the_end_of_time_is_nobodys(home: Home, ana: Phone) -> None:
    ana.sends(LATEST, dataMessage={"message": "bonjour", "expiresInSeconds": 0})
    ana.edits(LATEST * 4, "bonjour")

    await home.fake.until(lambda: ana.shown)

    assert [heard.kind for heard in home.heard] == ["edit"]


# --- how old the daemon is ----------------------------------------------------------------------------------


async def test_since_when_a_version_serves_is_remembered_and_a_new_one_is_young_again() -> None:
    store = MemoryStore()

    assert await health.read(store) is None
    await health.note(store, "0.13.19", 100)
    assert await health.note(store, "0.13.19", 190) == health.Health("0.13.19", 100)
    assert await health.note(store, "0.14.1", 191) == health.Health("0.14.1", 191)


async def test_a_daemon_that_grew_old_is_named_once_in_the_log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "HOUR_SECONDS", 0.001)
    store, hours = MemoryStore(), 0

    def clock() -> float:
        nonlocal hours
        hours += 1
        return hours * 3600.0

    minding = asyncio.create_task(health.mind(store, lambda: "0.13.19", clock))
    await until(lambda: hours > 24 * (health.OLD_DAYS + 2))
    minding.cancel()
    await asyncio.wait([minding])

    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "0.13.19" in caplog.text


async def test_status_tells_moderators_which_daemon_serves_and_since_when(
    home: Home, fake: FakeSignal
) -> None:
    mod = fake.person()
    await home.joins(mod, "moderator")
    today = int(home.clock() // 86_400)
    await health.note(home.instance.store, "0.13.19", today - 7)
    assert FR.say("desk-status-signal", version="0.13.19", days=7) in await home.say(mod, "/status")

    home.clock.shift += health.OLD_DAYS * 86_400
    await home.instance.desk.unlock(passphrase(home))

    old = FR.say("desk-status-signal-old", version="0.13.19", days=97)
    assert old in await home.say(mod, "/status")


def passphrase(home: Home) -> str:
    return passphrase_at_hand(home.settings) or ""
