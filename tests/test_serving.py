"""It is promised that `run` with a token serves Telegram until it is asked to end, and else says why not."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from botapi import FakeTelegram

from bot import __main__ as console
from bot.settings import Settings
from handlers import keyring
from handlers.instance import lay_keys
from tests.processkit import ROOT, Process, started

PATIENCE = 20.0
"""Seconds: a start takes one or two of them on a machine that does nothing else."""

OTHERS = "http://127.0.0.1:9/others"
"""A webhook somebody else registered; nobody is there."""


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(allow_http_webhook=True) as fake:
        yield fake


@pytest.fixture
def house(tmp_path: Path, fake: FakeTelegram, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The environment of an instance that has its keys and the fake's token."""
    monkeypatch.setattr(keyring.create, "__kwdefaults__", {"work_factor": 10})  # scrypt, a thousandth
    shelf = Path("/dev/shm") / f"seuil-serving-{os.getpid()}-{tmp_path.name}"
    lay_keys(Settings(data=tmp_path / "data", shelf=shelf))
    yield {
        **os.environ,
        "SEUIL_DATA": str(tmp_path / "data"),
        "SEUIL_SHELF": str(shelf),
        "SEUIL_TELEGRAM_API": fake.base,
        "SEUIL_TELEGRAM_TOKEN": fake.token,
    }
    shutil.rmtree(shelf, ignore_errors=True)


@contextlib.asynccontextmanager
async def run(
    env: dict[str, str],
    *args: str,
    stdin: int = asyncio.subprocess.DEVNULL,
    closed: bool = False,
    folder: Path = ROOT,
) -> AsyncIterator[Process]:
    async with started(
        env, "run", *args, stdin=stdin, closed=closed, folder=folder, patience=PATIENCE
    ) as process:
        yield process


async def refused(env: dict[str, str], *args: str) -> tuple[int, str]:
    """The exit code of a start that does not succeed, and what was said: sentences and a way out."""
    async with run(env, *args) as seuil:
        code, out = await seuil.ended()
    assert out == ""
    said, _, way_out = seuil.err.strip().rpartition("\n→ ")
    assert said, seuil.err
    assert way_out, seuil.err
    assert "Traceback" not in seuil.err
    assert env["SEUIL_TELEGRAM_TOKEN"].partition(":")[2] not in seuil.err
    return code, said.splitlines()[-1]


# --- serving ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("closed", [False, True], ids=["of nothing", "closed"])
async def test_without_standard_input_it_serves_until_it_is_asked_to_end(
    fake: FakeTelegram, house: dict[str, str], closed: bool
) -> None:
    ana = fake.person(first_name="Ana", language="fr")
    async with run(house, closed=closed) as seuil:
        await ana.says("/start")
        assert "Bonjour" in (await ana.hears())[0].text

        code, out = await seuil.ended(by=signal.SIGTERM)

    assert (code, out) == (0, "")
    assert fake.faults == []


async def test_it_logs_at_info_on_standard_error_and_tells_nobody_who_wrote(
    fake: FakeTelegram, house: dict[str, str]
) -> None:
    ana = fake.person(first_name="Anastasia", language="fr")
    async with run({**house, "SEUIL_LOG_LEVEL": "DEBUG"}) as seuil:
        await ana.says("/start mirabelle")
        await ana.hears()
        await seuil.ended(by=signal.SIGTERM)

    assert "serves Telegram by polling" in seuil.err
    for secret in (fake.token.partition(":")[2], "Anastasia", "mirabelle", str(ana.id)):
        assert secret not in seuil.err


async def test_what_it_holds_in_memory_is_written_down_by_no_crash(
    fake: FakeTelegram, house: dict[str, str]
) -> None:
    """A core dump held the drafts and, unlocked, the team's key; systemd keeps such files for weeks."""
    async with run(house) as seuil:
        await seuil.says("serves Telegram")
        about = Path(f"/proc/{seuil.process.pid}/limits")
        limits = await asyncio.to_thread(about.read_text, "utf-8")

    assert [line.split()[4:6] for line in limits.splitlines() if "core file" in line] == [["0", "0"]]


async def test_a_settings_file_with_a_token_that_others_can_read_is_refused(
    fake: FakeTelegram, house: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(f"SEUIL_TELEGRAM_TOKEN={fake.token}\n")
    (tmp_path / ".env").chmod(0o644)
    async with run(house, folder=tmp_path) as running:
        code, _ = await running.ended()

    assert code == 3
    assert "chmod 600 .env" in running.err
    assert fake.token not in running.err


async def test_what_is_typed_at_it_is_no_conversation(fake: FakeTelegram, house: dict[str, str]) -> None:
    async with run(house, stdin=asyncio.subprocess.PIPE) as seuil:
        assert seuil.process.stdin
        seuil.process.stdin.write(b"bonjour\n1\n")
        await seuil.says("serves Telegram")
        code, out = await seuil.ended(by=signal.SIGINT)

    assert (code, out) == (0, "")


async def test_it_serves_by_webhook_where_one_is_set(fake: FakeTelegram, house: dict[str, str]) -> None:
    port = free_port()
    house |= {
        "SEUIL_TELEGRAM_WEBHOOK": f"http://127.0.0.1:{port}/h",
        "SEUIL_TELEGRAM_LISTEN": f"127.0.0.1:{port}",
    }
    ana = fake.person(first_name="Ana", language="fr")
    async with run(house) as seuil:
        await ana.says("/start")
        assert "Bonjour" in (await ana.hears())[0].text
        assert fake.calls["getUpdates"] == 0
        code, _ = await seuil.ended(by=signal.SIGTERM)

    assert code == 0
    assert "serves Telegram by webhook" in seuil.err
    assert "/h" not in seuil.err


async def test_programs_and_people_are_told_how_it_is(fake: FakeTelegram, house: dict[str, str]) -> None:
    port = free_port()
    async with run({**house, "SEUIL_METRICS": f"127.0.0.1:{port}"}) as seuil:
        await seuil.says("serves Telegram")
        async with asyncio.timeout(PATIENCE):
            while not (ready := await asked(port, "/ready")).endswith("\r\n\r\nready\n"):
                assert ready.startswith("HTTP/1.1 503"), ready
        assert "\nseuil_ready 1\n" in await asked(port, "/metrics")
        code, said = await status(house)
        assert (code, "telegram    by polling, people are heard\n" in said) == (0, True)
        await seuil.ended(by=signal.SIGTERM)

    code, said = await status(house)
    assert code == 10
    assert "No running Seuil answers for this instance." in said


async def asked(port: int, path: str) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\n\r\n".encode())
    told = (await reader.read()).decode()
    writer.close()
    return told


async def status(env: dict[str, str]) -> tuple[int, str]:
    """Exit code of `python -m bot status`, and what it said on both streams."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "status"), cwd=ROOT, env=env,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    told, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    return process.returncode or 0, told.decode()


# --- what stops it before anything starts -------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


async def test_nothing_is_made_where_a_network_is_not_there(
    fake: FakeTelegram, house: dict[str, str], tmp_path: Path
) -> None:
    nobody = socket.socket()
    nobody.bind(("127.0.0.1", 0))
    nobody.listen()
    taken = f"127.0.0.1:{nobody.getsockname()[1]}"
    new = {**house, "SEUIL_DATA": str(tmp_path / "new")}
    try:
        for wrong, code in (
            ({"SEUIL_TELEGRAM_TOKEN": fake.token[:-1] + "x"}, 11),
            ({"SEUIL_TELEGRAM_WEBHOOK": f"http://{taken}/hook", "SEUIL_TELEGRAM_LISTEN": taken}, 11),
            ({"SEUIL_SIGNAL": str(tmp_path / "no-socket")}, 13),
        ):
            assert (await refused({**new, **wrong}))[0] == code
            assert not (tmp_path / "new").exists()
    finally:
        nobody.close()

    async with run(new) as running:
        await running.says("First start.")
        await running.says("serves Telegram")
        await running.ended(by=signal.SIGTERM)


async def test_a_token_telegram_does_not_know_is_told_with_code_11(house: dict[str, str]) -> None:
    code, said = await refused({**house, "SEUIL_TELEGRAM_TOKEN": "5000000001:" + "B" * 35})

    assert (code, said) == (11, "Telegram does not know this token.")


async def test_an_api_that_is_not_there_is_told_with_code_11(house: dict[str, str]) -> None:
    code, said = await refused({**house, "SEUIL_TELEGRAM_API": f"http://127.0.0.1:{free_port()}"})

    assert code == 11
    assert "cannot be reached" in said


async def test_a_port_that_is_taken_is_told_with_code_11(house: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said = await refused(
            {
                **house,
                "SEUIL_TELEGRAM_WEBHOOK": f"http://127.0.0.1:{port}/h",
                "SEUIL_TELEGRAM_LISTEN": f"127.0.0.1:{port}",
            }
        )

    assert code == 11
    assert f"port {port}" in said


async def test_a_second_process_on_one_folder_is_told_with_code_10_and_the_first_goes_on(
    fake: FakeTelegram, house: dict[str, str]
) -> None:
    async with run(house) as first:
        await first.says("serves Telegram")
        code, said = await refused(house)

        ana = fake.person(first_name="Ana", language="fr")
        await ana.says("/start")
        assert await ana.hears()

    assert code == 10
    assert "Another process" in said


async def test_of_two_processes_on_one_token_the_later_is_told_with_code_11_and_the_first_goes_on(
    fake: FakeTelegram, house: dict[str, str], tmp_path: Path
) -> None:
    shelf = Path(house["SEUIL_SHELF"])
    others = {"SEUIL_DATA": str(tmp_path / "other"), "SEUIL_SHELF": str(shelf / "other")}
    lay_keys(Settings(data=tmp_path / "other", shelf=shelf / "other"))
    ana = fake.person(first_name="Ana", language="fr")
    async with run(house) as first:
        await ana.says("/start")
        await ana.hears()
        await asyncio.sleep(3)  # not for luck: who serves longer is the first
        code, said = await refused({**house, **others})
        assert (code, said) == (11, "Another program already serves this bot's token, so this one stops.")

        await ana.says("1")
        assert await ana.hears()
        assert first.process.returncode is None


async def test_an_address_that_serves_the_token_is_not_taken_from_it_unless_that_is_said(
    fake: FakeTelegram, house: dict[str, str]
) -> None:
    await fake.hook.start(OTHERS, {})

    code, said = await refused(house)
    assert code == 11
    assert "a webhook that this Seuil did not set" in said
    assert fake.hook.url == OTHERS

    ana = fake.person(first_name="Ana", language="fr")
    async with run(house, "--take-over"):
        await ana.says("/start")
        assert await ana.hears()
    assert fake.hook.url == ""


async def test_taking_over_without_a_bot_is_told_with_code_3(house: dict[str, str]) -> None:
    async with run({**house, "SEUIL_TELEGRAM_TOKEN": ""}, "--take-over") as seuil:
        code, _ = await seuil.ended()

    assert code == 3
    assert "SEUIL_TELEGRAM_TOKEN is not set." in seuil.err


# --- the loop it runs on ------------------------------------------------------------------------------------


async def kind_of_loop() -> str:
    return type(asyncio.get_running_loop()).__module__


def test_telegram_is_served_on_uvloop_where_there_is_one() -> None:
    """Everywhere but on Windows: it is a dependency, so nothing is skipped where it is missing."""
    assert re.match("uvloop", console._run_fast(kind_of_loop()))


def test_telegram_is_served_as_well_where_there_is_no_uvloop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)

    assert console._run_fast(kind_of_loop()).startswith("asyncio")
