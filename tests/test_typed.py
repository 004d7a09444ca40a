"""It is promised that a slip at a prompt costs one line, and that Ctrl-C gets out of every one."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from handlers import keyring
from tests.ptykit import Terminal

ROOT = Path(__file__).resolve().parent.parent
LONG_ENOUGH = "six mots tirés au hasard ici"
ASK = "from handlers.typed import new_passphrase; print('got', new_passphrase('A new one: '))"
CTRL_C = "\x03"


def at_a_terminal(*args: str, data: Path) -> Terminal:
    own = {name: value for name, value in os.environ.items() if not name.startswith("SEUIL_")}
    env = own | {"SEUIL_DATA": str(data), "TERM": "xterm", "PYTHONPATH": str(ROOT)}
    return Terminal([sys.executable, *args], env, str(ROOT))


def test_a_new_passphrase_that_was_mistyped_is_asked_for_again(tmp_path: Path) -> None:
    with at_a_terminal("-c", ASK, data=tmp_path) as at:
        at.until("A new one: ")
        at.type("court")
        at.until("It has 5 characters, and takes 20: six random words or more. Type it again.\nA new one: ")
        at.type(LONG_ENOUGH)
        at.until("Once more: ")
        at.type(LONG_ENOUGH + "x")
        at.until("The two are not the same. Type it again.\nA new one: ")
        at.type(LONG_ENOUGH)
        at.until("Once more: ")
        at.type(LONG_ENOUGH)
        at.until(f"got {LONG_ENOUGH}")
        assert at.end() == 0


def test_a_new_passphrase_that_is_too_short_three_times_is_refused(tmp_path: Path) -> None:
    with at_a_terminal("-c", ASK, data=tmp_path) as at:
        for _ in range(3):
            at.until("A new one: ")
            at.type("2026-11-23")
        at.until("KeyFileError")
        assert at.end() != 0
    assert "2026-11-23" not in at.heard


@pytest.mark.parametrize("command", ["drill", "restore"])
def test_ctrl_c_while_a_paper_is_typed_ends_there_with_a_line_of_its_own(
    command: str, tmp_path: Path
) -> None:
    keyring.create(tmp_path / "keys", LONG_ENOUGH, work_factor=10)
    (tmp_path / "keys" / "recovery.age").write_bytes(b"not opened")
    (tmp_path / "keys" / "recovery.age").chmod(0o600)
    (tmp_path / "seuil.db").touch(0o600)  # a drill is of an instance that stands

    with at_a_terminal("-m", "bot", "recovery", command, data=tmp_path) as at:
        at.until("before all are there")
        at.type(f"academic acid{CTRL_C}")
        assert at.end() == 130
    assert at.heard.endswith("\n")
    assert "were typed" not in at.heard
