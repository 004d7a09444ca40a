"""It is promised that a demonstration sends one digest to a chat, a mailbox and a folder, the same
in each."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from bot.settings import default_shelf
from handlers import demo, ground, keyring
from tests.stage import WORDS


async def test_a_demonstration_reaches_a_chat_a_mailbox_and_a_folder_with_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(keyring.create, "__kwdefaults__", {"work_factor": 10})  # scrypt, a thousandth
    monkeypatch.setattr(ground, "load", lambda: WORDS)
    folder = tmp_path / "demo"
    try:
        await demo.play(folder, 40)
    finally:
        shutil.rmtree(default_shelf(folder), ignore_errors=True)

    told = capsys.readouterr().out
    assert re.search(r"\d+ testimonies were sealed", told)
    mailed, kept = folder / "mailbox" / "1", folder / "partners" / "presse" / "seuil-1-fr"
    data = {"seuil-1-fr.pdf", "seuil-1-fr.csv", "seuil-1-fr.json"}
    assert data <= {file.name for file in kept.iterdir()}
    for file in kept.iterdir():
        if file.name.startswith("seuil-1"):
            assert (mailed / file.name).read_bytes() == file.read_bytes()
    for name in data:
        assert (folder / "received" / name).read_bytes() == (kept / name).read_bytes()
    title = (kept / "seuil-1-fr.txt").read_text("utf-8").splitlines()[0]
    assert title in (mailed / "read.txt").read_text("utf-8")
