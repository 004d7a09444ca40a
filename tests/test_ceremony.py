"""The key ceremony can be followed word for word: every command of the guide is typed in a terminal, and what
the guide says the machine answers, it answers."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from bot import key_list
from bot.sealing import TeamKey
from handlers import custodians, keyring, rotation
from handlers.team_keys import KEYS, LIST, read_list
from storage import open_store
from storage.changes import PutMeta
from storage.key_folder import KeyFolder
from tests.deskkit import INSTANCE, Testimony
from tests.ptykit import Terminal
from tests.test_docs import GUIDES, fenced

ROOT = Path(__file__).resolve().parent.parent
GUIDE, ENGLISH = "key-ceremony.fr.md", "key-ceremony.md"
PASSPHRASE, NEW_PASSPHRASE = "six mots tirés au hasard ici", "six autres mots pour un autre jour"
CHEAP = 10
"""scrypt's work factor here: a thousandth of the real one."""

QUICKLY = f"""
import sys
from handlers import rotation
rotation.hold.__kwdefaults__ = {{"work_factor": {CHEAP}}}
rotation.restore.__kwdefaults__ = {{"work_factor": {CHEAP}}}
from bot import __main__ as console
console.main()
"""


class Ceremony:
    """Three volunteers at one machine, who do what the guide says."""

    def __init__(self, folder: Path) -> None:
        self.data, self.folder = folder / "data", folder
        self.papers: dict[str, str] = {}
        self.data.mkdir(mode=0o700)
        keyring.create(self.data / KEYS, PASSPHRASE, work_factor=CHEAP)
        for name, key in (("instance.key", INSTANCE), ("salt", bytes(16))):
            (self.data / name).write_bytes(key)
            (self.data / name).chmod(0o600)
        asyncio.run(self._told())

    async def _told(self) -> None:
        """Something that was sealed to the key of the first epoch, so that there is something to lose."""
        store = await open_store(f"sqlite:{self.data}")
        key = read_list(self.data / KEYS)[0].newest
        from bot import age  # noqa: PLC0415 - what a witness's intake seals with

        for testimony in (Testimony(), Testimony()):
            case, *items = testimony.change()
            sealed = [
                type(item)(item.case, item.part, 1, age.encrypt(b"x", [key.recipient])) for item in items
            ]  # type: ignore[union-attr,call-arg]
            await store.commit((case, *sealed))
        await store.close()

    def follow(self, block: str) -> None:
        """One block of the guide: its commands, each to its end, with exit code 0."""
        for command in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, *rest = command.rstrip("\n").split("\n")
            self.before(line)
            with Terminal(
                [sys.executable, "-c", QUICKLY, *line.split()[3:]], self.environment(), str(ROOT)
            ) as at:
                for step in rest:
                    self.one(at, step)
                assert at.end() == 0, at.heard
            self.after(at.heard)

    def one(self, at: Terminal, step: str) -> None:
        if not step.startswith("> "):
            at.until(r".*?".join(re.escape(part) for part in step.split("…")))
            return
        what = step[2:]
        if paper := re.search(r"papier (\d)", what):
            at.until("before all are there")
            at.type(self.papers[paper[1]])
        else:
            at.type({"Entrée": "", "la phrase de passe": self.passphrase}.get(what, NEW_PASSPHRASE))

    passphrase = PASSPHRASE

    def before(self, line: str) -> None:
        """What the guide tells between its commands."""
        if "keys destroy 1" in line:
            self.an_hour_passes()
            asyncio.run(self.two_members_agree())
        if "recovery restore" in line:
            (self.folder / "copie").mkdir()
            shutil.copy(self.data / KEYS / rotation.RECOVERY_COPY, self.folder / "copie" / "recovery.age")
            self.data = self.folder / "empty"
            self.data.mkdir(mode=0o700)

    def after(self, heard: str) -> None:
        for number, words in re.findall(
            r"Share (\d) of 3, set \d+, [\d-]+\.\n\n(.*?)\n\nWrite this", heard, re.DOTALL
        ):
            self.papers[number] = " ".join(re.sub(r"\d+\.", " ", words).split())
        if "Changed." in heard:
            self.passphrase = NEW_PASSPHRASE

    def an_hour_passes(self) -> None:
        held = rotation.hold(self.data, self.passphrase, work_factor=CHEAP)
        *older, newest = held.listed.keys
        earlier = TeamKey(newest.epoch, newest.recipient, newest.since - 60)
        (self.data / KEYS / LIST).write_text(key_list.write((*older, earlier), held.unlocked.signer))

    async def two_members_agree(self) -> None:
        """What `/clé détruire 1` of two members leaves in the store: tests/test_custodians.py types it."""
        store = await open_store(f"sqlite:{self.data}", console=True)
        key = read_list(self.data / KEYS)[0].keys[0]
        import time  # noqa: PLC0415 - the day of the console

        word = custodians._word(INSTANCE, key, int(time.time() // 86_400))
        await store.commit((PutMeta(custodians.meta_key(1), word),))
        await store.close()

    def environment(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("SEUIL_")}
        copies = {"SEUIL_DATA": str(self.data), "TERM": "xterm", "PYTHONPATH": str(ROOT)}
        return own | copies


def console_blocks(guide: str) -> list[str]:
    return fenced(GUIDES[guide], "console")


@pytest.fixture
def ceremony(tmp_path: Path) -> Ceremony:
    return Ceremony(tmp_path)


def test_the_guide_can_be_followed_word_for_word(ceremony: Ceremony) -> None:
    listed = read_list(ceremony.data / KEYS)[0]

    for block in console_blocks(GUIDE):
        ceremony.follow(block.replace("copie/recovery.age", str(ceremony.folder / "copie" / "recovery.age")))

    after = read_list(ceremony.data / KEYS)[0]
    assert [key.epoch for key in after.keys] == [2]
    assert after.newest.recipient != listed.newest.recipient
    assert keyring.unlock(ceremony.data / KEYS, NEW_PASSPHRASE)
    assert KeyFolder(ceremony.data).instance(new=False) == INSTANCE
    assert len(set(ceremony.papers.values())) == 3


IN_ENGLISH = {
    "la phrase de passe": "the passphrase",
    "la nouvelle phrase de passe": "the new passphrase",
    "Entrée": "Enter",
    "les mots du papier 1": "the words of paper 1",
    "les mots du papier 2": "the words of paper 2",
    "les mots du papier 3": "the words of paper 3",
}


def test_both_guides_type_the_same_and_are_answered_the_same() -> None:
    french = [
        "\n".join(
            f"> {IN_ENGLISH[line[2:]]}" if line.startswith("> ") else line for line in block.splitlines()
        )
        for block in console_blocks(GUIDE)
    ]

    assert [block.replace("copie/", "copy/") for block in french] == [
        block.rstrip("\n") for block in console_blocks(ENGLISH)
    ]


def test_every_command_of_keys_and_recovery_is_in_the_ceremony() -> None:
    typed = set(re.findall(r"^\$ python -m bot (keys \w+|recovery \w+)", GUIDES[GUIDE], flags=re.MULTILINE))

    assert typed == {
        *("keys status", "keys rotate", "keys rewrap", "keys destroy", "keys passphrase"),
        *("recovery make", "recovery verify", "recovery drill", "recovery restore"),
    }


@pytest.mark.parametrize("guide", [GUIDE, ENGLISH])
def test_every_sentence_the_guide_explains_is_one_the_program_says(guide: str) -> None:
    sources = "".join(
        (ROOT / file).read_text("utf-8")
        for file in (
            "bot/custody.py",
            "bot/recovery.py",
            "handlers/rotation.py",
            "handlers/custodians.py",
            "handlers/key_commands.py",
            "handlers/papers.py",
            "storage/folder.py",
        )
    )
    plain = re.sub(r"\{[^}]*\}", "#", re.sub(r'"\s*\n\s*f?"', "", sources))
    rows = re.findall(r"^\| `([^`]+)` \|", GUIDES[guide], flags=re.MULTILINE)

    assert len(rows) == 13
    for said in rows:
        shape = re.sub(r"\b(?:1|2|7|33)\b|key folder", "#", said)
        assert shape in plain or said in plain, said
