"""Whole dialogues, performed word for word: what a play says is what people read.

`UPDATE_PLAYS=1 make test ARGS=tests/test_transcripts.py` writes what is really said into the plays, to be
read by a person before it is committed.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from tests.plays import PLAYS, Performance, Play

FILES = sorted(PLAYS.glob("*.txt"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_house_says_every_line_of_the_play(file: Path) -> None:
    play = Play.read(file.read_text("utf-8"))

    performed = asyncio.run(Performance().perform(play))

    if os.environ.get("UPDATE_PLAYS"):
        file.write_text(performed.write(), "utf-8")
    assert performed.write() == file.read_text("utf-8")


def test_there_is_a_play_for_every_way_through() -> None:
    named = {file.stem for file in FILES}

    assert {
        "tout-passer",
        "tout-raconter",
        "danger",
        "mineure",
        "refus-du-consentement",
        "pause-et-reprise",
        "effacer",
        "recu-lire-ajouter-retirer",
        "droits-et-aide",
        "mots-de-detresse",
        "libre-au-lieu-de-choisir",
        "images-refusees",
        "english-whole-way",
        "moderation-circle",
    } <= named


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_play_begins_by_saying_what_it_shows(file: Path) -> None:
    assert file.read_text("utf-8").startswith("# ")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("SOUFFLEUR  psst", "line 1: who speaks here"),
        ("BOT  Bonjour", "line 1: BOT answers nobody"),
        ("TÉMOIN  1\nsans nom", "line 2: who speaks here"),
    ],
)
def test_a_line_nobody_speaks_is_named(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        Play.read(text)


async def test_a_wrong_line_in_a_play_is_noticed() -> None:
    play = Play.read("# essai\nTÉMOIN  bonjour\nBOT     Bonsoir.\n")

    performed = await Performance().perform(play)

    assert "Bonsoir" in play.write()
    assert "Bonsoir" not in performed.write()
