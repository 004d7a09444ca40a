"""Measurements run to their end and say their figures. How fast is for `make bench`: no speed is asserted."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

FIGURES = {
    "engine": ["turns a second of one core"],
    "turns": [
        "durable turns a second, by the clock",
        "testimonies handed in a second, Argon2id as in service",
    ],
    "restart": ["disk, an open draft", "memory, an idle open draft", "start to first answer, 10,000 drafts"],
    "backups": [
        "backup of 2,000 items, by the clock",
        "restore of 2,000 items, by the clock",
        "    memory above that of two items",
    ],
    "rewrapping": [
        "bare: unwrapped, wrapped, opened once",
        "through the store: re-wrapped",
        "    memory above what was there, at its highest",
    ],
    "sealed_digest": [
        "a digest of 1,000 sealed testimonies on 1 core",
        "    times what opening alone takes",
        "    memory above what was there, at its highest",
        "freezing it in the ledger, every case marked as counted",
    ],
    "signal": [
        "Seuil on Signal: turns a second",
        "Seuil on Telegram, polling: turns a second",
        "Signal's turns, against Telegram's in the same minutes",
        "Seuil on Signal, offered: answered after, 99 in 100",
    ],
    "telegram": [
        "Seuil, polling: turns a second",
        "Seuil, webhook: turns a second",
        "ConversationHandler: turns a second",
        "Seuil's better way, against ConversationHandler",
    ],
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_measurement_says_its_figures(name: str) -> None:
    said = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", "--quick"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert said.returncode == 0, said.stderr
    for figure in FIGURES[name]:
        assert re.search(rf"^{re.escape(figure)}.* [\d,.]+ \S+ +\(", said.stdout, re.MULTILINE), said.stdout


def test_the_wave_says_what_gave_first() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "benchmarks.wave", "--quick"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert said.returncode == 0, said.stderr
    assert re.search(r"^gives first: \w", said.stdout, re.MULTILINE), said.stdout
    came = [int(count) for count in re.findall(r"people came +(\d+)", said.stdout)]
    assert len(came) == 2
    assert sum(came) > 0
