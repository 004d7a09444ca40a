"""It is promised that figures for programs name nobody, tell of nobody by their movement, and cost a turn
nothing."""

from __future__ import annotations

import asyncio
import re
import time
import tomllib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from botapi import FakeTelegram

from bot import VERSION
from bot.errors import SettingsError, StoreDamaged, StoreFull
from handlers import keyring, metrics
from handlers.counts import CHANNELS, COMES_TO, COUNTS, FAULTS, SECONDS, Counts, Spread
from handlers.desking import standing_of
from handlers.duty import Duty
from handlers.health import Health, doors
from handlers.metrics import METRICS, STEP, Page, Told, down, up
from handlers.pressure import Load
from handlers.status import lines, telling
from handlers.vitals import BEAT_SECONDS, Beat, Door, Vitals, vitals
from tests.signalapi import FakeSignal
from tests.signalkit import Home as SignalHome
from tests.stage import Stage
from tests.telegramkit import Home, free_port, texts

ROOT = Path(__file__).resolve().parent.parent
STORY = "mirabelle : le technicien est revenu le soir, rue des Lilas, 06 39 98 12 34"
SAMPLE = re.compile(r"([a-z_]+)(?:\{([^}]*)\})? (\S+)")


@pytest.fixture(autouse=True)
def counted_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test counts from nothing."""
    fresh = Counts()
    for name in Counts.__slots__:
        monkeypatch.setattr(COUNTS, name, getattr(fresh, name))


@pytest.fixture
def quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring.create, "__kwdefaults__", {"work_factor": 10})  # scrypt, a thousandth


@pytest.fixture
async def home(tmp_path: Path, quick_keys: None) -> AsyncIterator[Home]:
    async with FakeTelegram() as fake, Home(tmp_path, fake) as home:
        yield home


@pytest.fixture
async def health(home: Home) -> AsyncIterator[Health]:
    """The port of a house whose page is made anew each time."""
    health = Health(home.instance, counts=COUNTS, page_seconds=0)
    yield health
    await health.close()


def door(home: Home) -> Door:
    return Door("telegram", "by polling", lambda: home.telegram.is_listening)


async def get(port: int, path: str = "/metrics", method: str = "GET") -> tuple[int, str]:
    return await spoken(port, f"{method} {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())


async def spoken(port: int, said: bytes) -> tuple[int, str]:
    """Status and body of what these bytes bring; 0 where the line is hung up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(said)
    head, _, body = (await asyncio.wait_for(reader.read(), 10)).decode().partition("\r\n\r\n")
    writer.close()
    return (int(head.split()[1]) if head else 0), body


def samples(page: str) -> dict[tuple[str, str], float]:
    read = {}
    for line in page.splitlines():
        if not line.startswith("#"):
            found = SAMPLE.fullmatch(line)
            assert found, line
            read[found[1], found[2] or ""] = float(found[3])
    return read


def family(name: str) -> metrics.Metric:
    bare = re.sub(r"_(bucket|sum|count)$", "", name)
    return next(metric for metric in METRICS if metric.name in (name, bare))


def labels(told: str) -> dict[str, str]:
    return dict(re.findall(r'([a-z_]+)="([^"]*)"', told))


# --- the whole circle ---------------------------------------------------------------------------------------


async def circle(home: Home) -> list[str]:
    """A witness, a moderator, a partner, an erasure, a refusal: everything that must not be told."""
    ana = home.fake.person(first_name="Anastasia", username="ana_de_lyon", language="fr")
    lou = home.fake.person(first_name="Louison", language="fr")
    eve = home.fake.person(first_name="Evelyne", language="fr")
    refuge = home.fake.person(first_name="Refugette", language="fr")
    receipt = texts(await home.testify(ana, STORY))
    await home.joins(lou, "moderator")
    await home.joins(refuge, "partner")
    for line in ("/next", "/open", "/approve", "/stats", "/status"):
        await home.say(lou, line)
    await home.to_story(eve)
    await home.say(eve, "EFFACER")
    await home.tick(minutes=1)
    words = re.findall(r"^\d\. (\S+)$", receipt, flags=re.MULTILINE)
    cases = [row.case.hex() for row in await home.instance.store.cases()]
    members = [row.member.hex() for row in await home.instance.store.members()]
    assert len(words) >= 8
    assert cases
    assert members
    people = [str(person.id) for person in (ana, lou, eve, refuge)]
    names = [
        "Anastasia",
        "ana_de_lyon",
        "Louison",
        "Evelyne",
        "Refugette",
        "mirabelle",
        "Lilas",
        "0639981234",
    ]
    token = home.fake.token
    secrets = [token, *token.split(":"), *people, *names, *cases, *members, str(home.folder), *words]
    ours = {value for metric in METRICS for values in metric.labels.values() for value in values}
    return [secret for secret in secrets if len(secret) > 3 and secret not in ours]  # "signal" is one of 2048


async def test_after_the_whole_circle_no_label_or_value_holds_an_id_an_address_a_token_or_a_word(
    home: Home, health: Health
) -> None:
    secrets = await circle(home)
    health.doors = [door(home)]

    page = await health.page()

    told = "\n".join(line for line in page.splitlines() if not line.startswith("#")).casefold()
    assert [secret for secret in secrets if secret.casefold() in told] == []
    every_label_is_of_a_closed_list(page)


def every_label_is_of_a_closed_list(page: str) -> None:
    read = samples(page)
    for name, told in read:
        metric, given = family(name), labels(told)
        if metric.kind == "histogram":
            assert set(given) <= {"le"}
            assert given.get("le", "+Inf") in {*map(str, SECONDS), "+Inf"}
        else:
            assert set(given) == set(metric.labels), name
            assert all(value in metric.labels[label] for label, value in given.items()), (name, told)
    wanting = {metric.name for metric in METRICS} - {family(name).name for name, _ in read}
    assert wanting == {"seuil_signal_version"}


def test_no_closed_list_holds_anything_that_came_from_outside() -> None:
    for metric in METRICS:
        for values in metric.labels.values():
            assert values
            assert all(re.fullmatch(r"[A-Za-z0-9.+-]+", value) for value in values), metric.name


def test_what_comes_from_outside_becomes_the_name_of_nothing() -> None:
    counts = Counts()

    counts.updates.note("mirabelle")
    counts.failed.note("MirabelleError")
    counts.call("telegram", "mirabelle", "ok")
    counts.call("mirabelle", "mirabelle", "ok")

    assert counts.updates.numbers == dict.fromkeys(CHANNELS, 0) | {"other": 1}
    assert counts.failed.numbers == dict.fromkeys(FAULTS, 0) | {"other": 1}
    assert {key for key, count in counts.calls.numbers.items() if count} == {
        ("telegram", "other", "ok"),
        ("signal", "other", COMES_TO[-1]),
    }


# --- what movement would tell -------------------------------------------------------------------------------

NOISE = {"seuil_store_seconds", "seuil_loop_late_seconds", "seuil_disk_free_bytes",
         "process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds"}  # fmt: skip
"""What also moves when nobody writes."""


async def test_one_whole_testimony_moves_no_figure(home: Home, health: Health) -> None:
    await home.joins(home.fake.person(first_name="Lou", language="fr"), "moderator")
    health.doors = [door(home)]
    before = samples(await health.page())

    await home.testify(home.fake.person(first_name="Ana", language="fr"), STORY)

    after = samples(await health.page())
    moved = {name for name, told in after if after[name, told] != before.get((name, told))}
    assert moved - NOISE == set()
    assert COUNTS.turns > 20


def test_what_people_do_is_told_in_whole_steps_and_what_goes_wrong_at_once() -> None:
    counts = Counts()
    for came_to in COMES_TO:
        for _ in range(STEP + 1):
            counts.call("telegram", "sendMessage", came_to)
            counts.call("telegram", "deleteMessages", came_to)

    told = {key: count for key, count in metrics._calls(seen(counts)) if count}

    steps = {(call, came_to): count for (_, call, came_to), count in told.items()}
    assert {key for key, count in steps.items() if count == STEP} == {
        ("sendMessage", "ok"),
        ("sendMessage", "gone"),
        ("deleteMessages", "ok"),
        ("deleteMessages", "gone"),
        ("deleteMessages", "refused"),
    }
    assert set(steps.values()) == {STEP, STEP + 1}


def test_a_spread_is_told_only_when_a_whole_step_was_passed_and_never_goes_back() -> None:
    spread, told = Spread(), Told()
    before = (told.classes, told.seconds)
    for number in range(1, 4 * STEP):
        spread.note(time.perf_counter() - (number % 7) / 10)
        told.look(spread)

        now = (told.classes, told.seconds)
        assert (now != before) == (number % STEP == 0)
        assert all(a <= b for a, b in zip(before[0], now[0], strict=True))
        assert list(now[0]) == sorted(now[0])
        assert {count % STEP for count in now[0]} == {0}
        before = now
    assert told.classes[-1] == 3 * STEP


def test_how_many_there_are_is_told_in_tens_and_what_is_wrong_is_never_told_as_nothing() -> None:
    assert [down(count, 10) for count in (0, 1, 9, 10, 19)] == [0, 0, 0, 10, 10]
    assert [up(count, 10) for count in (0, 1, 9, 10, 11)] == [0, 10, 10, 10, 20]


async def test_a_page_is_given_out_again_for_a_minute(home: Home) -> None:
    health = Health(home.instance)
    health.doors = [door(home)]

    first = await health.page()
    COUNTS.logged.note("ERROR")

    assert await health.page() == first
    assert Health(home.instance)._page_seconds == 60


async def test_the_memory_of_one_receipt_is_on_no_page(home: Home) -> None:
    page, now = Page(Counts()), await vitals(home.instance, ())
    told = []
    for mib in (80, 80, 144, 80, 100, 100):
        process = replace(now.process, memory_bytes=mib * 2**20)
        read = samples(page.text(replace(now, process=process), is_ready=True))
        told.append(read["process_resident_memory_bytes", ""] / 2**20)

    assert told == [80, 80, 80, 80, 80, 96]


# --- what is counted ----------------------------------------------------------------------------------------


def seen(counts: Counts, now: Vitals | None = None) -> metrics.Seen:
    return metrics.Seen(Page(counts), counts, now, True)  # type: ignore[arg-type]  # for what needs no vitals


async def test_turns_calls_and_commits_are_counted_where_they_happen(home: Home) -> None:
    ana = home.fake.person(first_name="Ana", language="fr")
    await home.say(ana, "/start")
    turns, shown = COUNTS.turns, len(ana.chat.from_bot)
    sent = COUNTS.calls.numbers["telegram", "sendMessage", "ok"]
    changes = home.instance.store.written.changes  # type: ignore[attr-defined]  # SQLite counts

    await home.say_all(ana, "1", "2")

    assert COUNTS.turns == turns + 2
    assert COUNTS.calls.numbers["telegram", "sendMessage", "ok"] == sent + len(ana.chat.from_bot) - shown
    assert COUNTS.updates.numbers["telegram"] == COUNTS.turns
    assert sum(COUNTS.durable.classes) == COUNTS.turns
    assert sum(COUNTS.shown.classes) >= COUNTS.turns - 1
    assert home.instance.store.written.changes >= changes + 2  # type: ignore[attr-defined]  # as above
    assert 0 < home.instance.store.written.commits <= home.instance.store.written.changes  # type: ignore[attr-defined]  # as above


async def test_what_is_refused_slowed_down_and_cut_is_counted_by_kind(home: Home) -> None:
    ana = home.fake.person(first_name="Ana", language="fr")
    await home.say(ana, "/start")
    home.fake.fail_next("sendMessage", 429, chat=ana.id, retry_after=1)
    home.fake.fail_next("sendMessage", 502, chat=ana.id)

    await home.say(ana, "1")

    assert COUNTS.calls.numbers["telegram", "sendMessage", "limited"] == 1
    assert COUNTS.calls.numbers["telegram", "sendMessage", "broken"] == 1
    assert COUNTS.retries.numbers["telegram"] == 2


async def test_on_signal_too_it_is_told_whether_people_are_heard_and_what_calls_come_to(
    tmp_path: Path, quick_keys: None
) -> None:
    async with FakeSignal(tmp_path / "signal.sock") as fake, SignalHome(tmp_path, fake) as home:
        health = Health(home.instance, page_seconds=0)
        health.doors = doors(None, home.signal, by_webhook=False)
        ana = fake.person()
        await home.say(ana, "/start")
        read = samples(await health.page())

        assert read["seuil_channel_listening", 'channel="signal"'] == 1
        assert read["seuil_signal_version", ""] == 13_019
        assert COUNTS.calls.numbers["signal", "send", "ok"] == len(ana.all) > 0
        assert COUNTS.updates.numbers["signal"] == COUNTS.turns == 1

        await fake.die()
        async with asyncio.timeout(10):
            while await health.lacks() != ("signal",):
                health._looked_at = float("-inf")
                await asyncio.sleep(0.02)
        assert samples(await health.page())["seuil_channel_listening", 'channel="signal"'] == 0


async def test_a_turn_that_fails_is_counted_by_its_kind() -> None:
    stage = Stage()
    await stage.hear("ana", kind="opened")

    async def full(_: object) -> bool:
        raise StoreFull("The disk refuses to take more.", hint="Make room.")

    stage.store.commit = full  # type: ignore[method-assign]  # what a full disk does
    await stage.say("ana", "1")

    assert COUNTS.failed.numbers["StoreFull"] == 1
    assert COUNTS.turns == 2


async def test_an_update_that_comes_again_is_counted_as_such() -> None:
    stage = Stage()
    await stage.hear("ana", kind="opened")
    await stage.again("ana")

    assert COUNTS.again == 1


# --- the port -----------------------------------------------------------------------------------------------


async def test_the_port_tells_living_from_serving(home: Home, health: Health) -> None:
    port = free_port()
    await health.open("127.0.0.1", port)

    assert await get(port, "/live") == (200, "live\n")
    assert await get(port, "/ready") == (503, "starting\n")

    health.doors = [door(home), Door("signal", "signal-cli 0.13.19", lambda: False)]
    assert await get(port, "/ready") == (503, "signal\n")

    health.end()
    assert await get(port, "/live") == (200, "live\n")
    assert await get(port, "/ready") == (503, "ending\n")


async def test_it_is_ready_while_people_are_heard_and_the_store_answers(home: Home, health: Health) -> None:
    port = free_port()
    await health.open("127.0.0.1", port)
    health.doors = [door(home)]
    assert await get(port, "/ready") == (200, "ready\n")
    assert samples((await get(port))[1])["seuil_ready", ""] == 1

    async def damaged(_: str) -> bytes | None:
        raise StoreDamaged("seuil.db is not what was written there.", hint="Restore the last backup.")

    home.instance.store.meta = damaged  # type: ignore[method-assign]  # what a broken disk does
    health._looked_at = float("-inf")

    assert await get(port, "/ready") == (503, "store\n")
    read = samples((await get(port))[1])
    assert (read["seuil_ready", ""], read["seuil_store_up", ""]) == (0, 0)
    assert ("seuil_drafts_open", "") not in read


async def test_the_port_answers_what_it_is_for_and_outlives_whatever_else_is_said(
    home: Home, health: Health
) -> None:
    port = free_port()
    await health.open("127.0.0.1", port)
    health.doors = [door(home)]

    assert (await get(port, "/metrics?x=1"))[0] == 200
    assert await get(port, "/metrics", "HEAD") == (200, "")
    assert (await get(port, "/"))[0] == 404
    assert (await get(port, "/metrics", "POST"))[0] == 405
    assert (await spoken(port, b"mirabelle\r\n\r\n"))[0] == 400
    assert (await spoken(port, b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n"))[0] == 0
    assert (await spoken(port, b"\xff\x00\r\n\r\n"))[0] == 400
    _, hung_up = await asyncio.open_connection("127.0.0.1", port)
    hung_up.close()

    assert (await get(port, "/live"))[0] == 200


async def test_a_port_that_is_taken_is_told_with_a_way_out(home: Home, health: Health) -> None:
    port, other = free_port(), Health(home.instance)
    await health.open("127.0.0.1", port)

    with pytest.raises(SettingsError, match=f"SEUIL_METRICS: port {port} cannot be listened on"):
        await other.open("127.0.0.1", port)


async def test_a_loop_that_is_held_up_is_told(home: Home) -> None:
    beat = Beat()
    beat.start()
    time.sleep(BEAT_SECONDS + 0.3)  # noqa: ASYNC251 - holding it up over a beat is what is tried
    for _ in range(3):
        await asyncio.sleep(0)  # the loop's next rounds, in which the beat rings

    assert beat.worst() >= 0.3
    assert beat.worst() == 0
    beat.stop()


def test_the_version_of_signal_is_a_number_and_no_word_of_the_daemons() -> None:
    def told(version: str) -> float | None:
        daemon = Door("signal", "", lambda: True, lambda: version)
        return metrics._signal_version(seen(Counts(), now=_with(daemon)))

    assert told("0.13.19") == 13_019
    assert told("1.2.3") == 1_002_003
    assert told("mirabelle") is None


def _with(door: Door) -> Vitals:
    return Vitals(
        None,
        ((door, True),),
        False,
        None,
        "memory",
        None,
        0,
        0,
        0,
        0,
        Load(),
        0,  # type: ignore[arg-type]  # doors alone
    )


def test_the_version_is_the_packages() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"] == VERSION


# --- for people ---------------------------------------------------------------------------------------------


async def test_status_tells_people_how_it_is(home: Home) -> None:
    secrets = await circle(home)

    said = (await telling(home.instance, lambda: [door(home)], "127.0.0.1:9464")(""))["said"]

    rows = {line[:12].strip(): line[12:] for line in said.splitlines()}
    assert rows["Seuil"].startswith(VERSION)
    assert rows["telegram"] == "by polling, people are heard"
    assert rows["desk"] == "open"
    assert rows["store"].startswith("sqlite, answers in ")
    assert re.fullmatch(r"[\d.]+ [KMGT]iB free of .*", rows["disk"])
    assert rows["drafts"] == "fewer than ten are open"
    assert rows["to read"] == "0 waiting, 0 being read, 0 escalated, 0 apart"
    assert rows["digests"] == rows["deliveries"] == "none"
    assert rows["watched at"] == "127.0.0.1:9464"
    assert [secret for secret in secrets if secret.casefold() in said.casefold()] == []


async def test_status_of_a_desk_apart_says_which_of_the_desks_it_is_and_not_that_it_hears(home: Home) -> None:
    now = await vitals(home.instance, [])
    duty = Duty.__new__(Duty)
    for is_on, how in ((True, "a desk apart, on duty"), (False, "a desk apart, waiting: another one works")):
        duty.is_on = is_on
        said = "\n".join(lines(replace(now, doors=((standing_of(duty), True),)), "", 0.0))
        assert f"part        {how}\n" in said
        assert "heard" not in said


async def test_status_says_what_lacks(home: Home) -> None:
    await home.testify(home.fake.person(first_name="Ana", language="fr"), STORY)
    await home.instance.desk.lock()
    now = await vitals(home.instance, [Door("telegram", "by polling", lambda: False)])

    said = "\n".join(lines(replace(now, free_bytes=2**20, unreached=2), "", now.process.started + 90_061))

    assert "telegram    by polling, nobody is heard" in said
    assert "desk        locked (python -m bot unlock)" in said
    assert "(1 day, 1 h)" in said
    assert "1.0 MiB free of" in said
    assert "that is little, make room" in said
    assert "1 waiting (the oldest for 0 days)" in said
    assert "2 answers: the network did not take them" in said
    assert "store       sqlite, does not answer" in "\n".join(lines(replace(now, kept=None), "", 0.0))


# --- what it costs ------------------------------------------------------------------------------------------


def noted(counts: Counts) -> None:
    """All that one turn notes on Telegram, where each poll brings one."""
    began = time.perf_counter()
    counts.updates.note("telegram")
    counts.turns += 1
    durable = counts.durable.note(began)
    counts.call("telegram", "sendMessage", "ok")
    counts.call("telegram", "getUpdates", "ok")
    counts.shown.note(durable)


async def test_counting_takes_less_than_a_hundredth_of_a_turn() -> None:
    """In memory, without a network or a disk: what the turn itself takes of a processor."""
    stage, counts, many = Stage(), Counts(), 200
    await stage.to_story("ana")
    turns, notes = [], []
    for _ in range(7):
        began = time.process_time()
        for _ in range(many):
            await stage.say("ana", "encore un mot")
        turns.append((time.process_time() - began) / many)
        began = time.process_time()
        for _ in range(many * 20):
            noted(counts)
        notes.append((time.process_time() - began) / many / 20)

    # The least of each: a busy machine only ever adds.
    assert min(notes) < 0.01 * min(turns), (notes, turns)
