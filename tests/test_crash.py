"""`kill -9` at any instant loses no answer that was acknowledged and doubles none."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROUNDS = int(os.environ.get("SEUIL_KILLS", "100"))
"""Kills in one run, at the least; `SEUIL_KILLS=2000` for a long one."""

LIVES = 13
"""Whole testimonies told while the kills fall, at the least: more than there are people, so that kills fall
among submissions, and among what follows them."""


@pytest.fixture
def shelf(tmp_path):
    """A folder in memory, as in use; gone with the test."""
    folder = Path("/dev/shm") / f"seuil-test-{os.getpid()}-{tmp_path.name}"
    yield folder
    for file in folder.glob("*"):
        file.unlink()
    if folder.exists():
        folder.rmdir()


def test_a_hundred_kills_lose_nothing_acknowledged_and_double_nothing(tmp_path, shelf):
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.crash",
            str(tmp_path / "data"),
            str(shelf),
            str(ROUNDS),
            str(LIVES),
            "12",
            "2017",
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        cwd=Path(__file__).parent.parent,
    )

    assert ran.returncode == 0, ran.stderr[-2000:]
    told = json.loads(ran.stdout)
    assert told["kills"] >= ROUNDS
    assert {name: told[name] for name in ("lost", "doubled", "strange", "broken", "drafts")} == {
        "lost": 0,
        "doubled": 0,
        "strange": 0,
        "broken": 0,
        "drafts": 0,
    }
    assert told["lives"] > 12, "the kills must fall among submissions too"
