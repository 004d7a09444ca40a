"""The same conversation at every door: the plays, performed word for word on Telegram and on Signal.

What the terminal tells is in the plays themselves (`test_transcripts`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from handlers import ground, keyring
from handlers.signal import daemon
from tests.doors import DOORS, AtDoor, door, told
from tests.plays import PLAYS, Beat, Performance, Play
from tests.stage import WORDS

FILES = sorted(PLAYS.glob("*.txt"))
BEYOND = "quarante-trois autres témoignages sont acceptés"
"""Where the circle's play goes on with figures, which no door changes."""

HINTED = ("english-whole-way",)
"""Begun in the language the application tells. Signal tells none: there the first words are French, and said
again in hers once she chose it."""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring.create, "__kwdefaults__", {"work_factor": 10})  # scrypt, a thousandth
    monkeypatch.setattr(ground, "load", lambda: WORDS)  # read once, not at every start
    monkeypatch.setattr(daemon, "SETTLE_SECONDS", 0.01)  # the made-up daemon does not race


def play_of(file: Path) -> Play:
    play = Play.read(file.read_text("utf-8"))
    until = next((at for at, beat in enumerate(play.beats) if beat.what == BEYOND), len(play.beats))
    return Play(play.beats[:until], [])


def as_read(beats: list[Beat]) -> list[tuple[str, str, str]]:
    return [(beat.who, beat.what, told(beat)) for beat in beats]


def first_alike(file: Path, name: str) -> int:
    """The first beat that must be alike."""
    return 2 if name == "signal" and file.stem in HINTED else 0


@pytest.mark.parametrize("name", DOORS)
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_every_play_is_told_in_the_same_words_at_every_door(
    file: Path, name: str, tmp_path: Path
) -> None:
    play = play_of(file)
    at_the_terminal = await Performance().perform(play)

    async with door(name, tmp_path) as behind:
        there = await AtDoor(behind).perform(play)

    first = first_alike(file, name)
    assert as_read(there.beats)[first:] == as_read(at_the_terminal.beats)[first:]
