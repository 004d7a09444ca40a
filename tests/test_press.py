"""The press, a process of its own that makes the formats of a digest: the same as here, once it hides, all or
none, in a time that ends, and nothing of it stays."""

from __future__ import annotations

import asyncio
import errno
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import msgspec
import pytest

from bot.formats import FORMATS
from handlers import beside
from handlers.beside import READY
from handlers.delivery import renditions
from handlers.delivery.press import Printed, print_all
from handlers.delivery.renditions import render
from tests.deskkit import WORDS
from tests.parcels import frozen

NOTHING = ({}, tuple(FORMATS))
"""What is made where no format could be."""

StandIn = Callable[[str], Path]


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> StandIn:
    """Has a few lines of shell run in place of a press, in an empty folder, which is given back."""

    def put(script: str) -> Path:
        python = tmp_path / "python"
        python.write_text(f"#!/bin/sh\ncd '{tmp_path}'\n{script}\n")
        python.chmod(0o700)
        monkeypatch.setattr(sys, "executable", str(python))
        return tmp_path

    return put


async def test_the_press_prints_what_would_be_printed_here() -> None:
    pressed = await render(frozen(), WORDS["en"])

    here = print_all(frozen(), WORDS["en"])
    assert pressed == (here.formats, ())
    assert {*here.formats} == {*FORMATS}


async def test_where_there_is_no_process_for_it_a_digest_is_made_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def none_left(_: str) -> NoReturn:
        raise OSError(errno.EAGAIN, "no more processes")

    monkeypatch.setattr(beside, "start", none_left)

    made, broken = await render(frozen(), WORDS["fr"])

    assert ({*made}, broken) == ({*FORMATS}, ())


async def test_a_press_that_is_killed_has_made_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    start = beside.start

    async def shot(module: str) -> asyncio.subprocess.Process:
        process = await start(module)
        process.kill()
        return process

    monkeypatch.setattr(beside, "start", shot)

    assert await render(frozen(), WORDS["fr"]) == ({}, tuple(FORMATS))
    assert "the format pdf of a digest cannot be made: the press ended with -9" in caplog.text


async def test_who_waits_no_more_leaves_no_press_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    started: asyncio.Future[asyncio.subprocess.Process] = asyncio.get_running_loop().create_future()
    start = beside.start

    async def noted(module: str) -> asyncio.subprocess.Process:
        started.set_result(await start(module))
        return started.result()

    monkeypatch.setattr(beside, "start", noted)
    making = asyncio.create_task(render(frozen(), WORDS["fr"]))
    press = await started
    making.cancel()

    with pytest.raises(asyncio.CancelledError):
        await making
    assert await press.wait() == -9


@pytest.mark.parametrize("says", [READY, b"x", b""], ids=["ready", "something else", "nothing"])
async def test_a_press_gets_no_digest_before_it_hides_what_it_holds(stand_in: StandIn, says: bytes) -> None:
    """It did: until it hid, any program of the same user read a digest out of its pipe, or answered in its
    place."""
    folder = stand_in(f"printf '{says.decode()}'\nexec >&-\ncat > got")

    assert await render(frozen(), WORDS["fr"]) == NOTHING

    assert (frozen() in (folder / "got").read_bytes()) == (says == READY)


async def test_a_press_that_does_not_end_is_not_waited_for_for_ever(
    stand_in: StandIn, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stand_in("exec sleep 3600")
    monkeypatch.setattr(renditions, "PATIENCE_SECONDS", 0.01)

    assert await render(frozen(), WORDS["fr"]) == NOTHING

    assert "the format pdf of a digest cannot be made: the press took too long" in caplog.text


@pytest.mark.parametrize("names", [tuple(FORMATS)[1:], (*FORMATS, "new")], ids=["fewer", "more"])
async def test_a_press_of_another_version_makes_no_half_digest(
    stand_in: StandIn, caplog: pytest.LogCaptureFixture, names: tuple[str, ...]
) -> None:
    """The files of the program were changed while it runs: what was kept would have been half a digest."""
    here = print_all(frozen(), WORDS["fr"]).formats
    folder = stand_in("cat ready\ncat > /dev/null\ncat answer")
    (folder / "ready").write_bytes(READY)
    answer = Printed({name: here.get(name, here["text"]) for name in names}, {})
    (folder / "answer").write_bytes(msgspec.msgpack.encode(answer))

    assert await render(frozen(), WORDS["fr"]) == NOTHING

    assert "the press knows other formats" in caplog.text
