"""The process that listens cannot even import what opens a testimony."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.listening import BANNED

ROOT = Path(__file__).parent.parent


def run(code: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *code], capture_output=True, text=True, check=False, cwd=ROOT, timeout=120
    )


def test_a_whole_testimony_is_told_added_to_and_withdrawn_without_the_opening_key():
    ran = run(["-m", "tests.listening"])

    assert ran.returncode == 0, ran.stderr[-1500:]
    assert ran.stdout.split() == ["8"], "a banned module was reached"


def test_the_ban_itself_holds():
    """Otherwise the test above would prove nothing."""
    for name in BANNED:
        ran = run(
            ["-c", f"import sys, tests.listening as l; sys.meta_path.insert(0, l.Refuse()); import {name}"]
        )
        assert ran.returncode != 0, name
        assert "must not be reachable" in ran.stderr
