"""A word a witness says is in no log, no repr and no byte of any file, whichever way she says it."""

from __future__ import annotations

import io
import logging
import os
import tempfile
from pathlib import Path

import pytest

from bot.errors import StoreFull
from bot.receipts import Cost
from bot.settings import Settings
from handlers import Address, Heard
from handlers.instance import lay_keys, open_instance, passphrase_at_hand, seat_chairs
from handlers.terminal import Terminal

CANARY = "mésangebleue77"
SPELLINGS = (CANARY, CANARY.upper(), "mesangebleue77", "me\u0301sangebleue77")
LIGHT = Cost(memory_kib=8, passes=1, lanes=1)

WAYS = (
    ("opened", ""),
    ("text", CANARY),  # before consent
    ("text", "1"),
    ("text", "2"),
    ("text", f"{CANARY} que faire"),
    ("text", "1"),
    ("text", "1"),
    ("text", "1"),
    ("text", f"Il s’appelle {CANARY}. Et {CANARY}."),
    ("edit", f"Il a dit {CANARY}."),
    ("media", f"légende {CANARY}"),
    ("text", f"il est là {CANARY}"),  # words of distress
    ("text", "1"),
    ("text", "FINI"),
    ("text", CANARY),
    ("text", f"une {CANARY}"),  # own words at a list
    ("text", f"{CANARY} encore"),
    ("text", f"/{CANARY}"),
    ("text", f"/receipt {CANARY}"),
    ("text", "/receipt"),
    ("text", "1"),
    ("text", CANARY),  # where a receipt is waited for
    ("text", "PASSER"),
    ("text", "PAUSE"),
    ("text", CANARY),
    ("text", "CONTINUER"),
)


def bytes_of(*folders: Path) -> dict[str, bytes]:
    return {
        str(file): file.read_bytes() for folder in folders for file in folder.rglob("*") if file.is_file()
    }


@pytest.fixture
def shelf(tmp_path):
    folder = Path("/dev/shm") / f"seuil-canary-{os.getpid()}-{tmp_path.name}"
    yield folder
    for file in folder.glob("*"):
        file.unlink()
    folder.rmdir()


async def test_a_canary_told_in_every_way_is_in_no_log_no_repr_and_no_file(
    tmp_path, shelf, caplog, monkeypatch
):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    settings = Settings(data=tmp_path / "data", shelf=shelf)
    lay_keys(settings)
    instance = await open_instance(settings, cost=LIGHT)
    shown = io.StringIO()
    terminal = Terminal(start=0, language="fr", reads=io.StringIO(""), writes=shown, guide=False)
    instance.channels["terminal"] = terminal
    await seat_chairs(instance, "fr")
    await instance.desk.unlock(passphrase_at_hand(settings) or "")
    who = Address("terminal", "witness")
    reprs = []
    found: dict[str, list[str]] = {}

    def look(when: str) -> None:
        for file, content in bytes_of(tmp_path, shelf).items():
            for spelling in SPELLINGS:
                if spelling.encode() in content or spelling.encode("utf-16-le") in content:
                    found.setdefault(when, []).append(file)

    for update, (kind, text) in enumerate(WAYS, start=1):
        heard = Heard(who, update, kind, text, "fr")
        reprs += [repr(heard), repr(instance)]
        await instance.hear(heard, terminal)
        look(f"{update} {kind}")
    await refused_by_the_disk(instance, terminal, who)
    look("a full disk")
    for update in range(500, 560):
        await instance.hear(Heard(who, update, "text", "PASSER" if update < 540 else "1", "fr"), terminal)
    for n, command in enumerate(("/next", "/open", "/note vue", "/approve", "/status", "/audit")):
        await instance.hear(Heard(Address("terminal", "moderator"), 900 + n, "text", command), terminal)
    look("after the desk read it")
    assert len(await instance.store.cases("approved")) == 1, "the canary went the whole way"
    await instance.close()
    look("closed")

    assert found == {}
    assert CANARY in shown.getvalue(), "it was told, and shown back on the review"
    for spelling in SPELLINGS:
        assert spelling not in caplog.text
        assert not any(spelling in told for told in reprs)


async def refused_by_the_disk(instance, terminal, who):
    commit = instance.store.commit

    async def full(change):
        raise StoreFull("The disk is full.", hint="Make room.")

    instance.store.commit = full
    try:
        await instance.hear(Heard(who, 400, "text", f"{CANARY} perdu", "fr"), terminal)
    finally:
        instance.store.commit = commit
