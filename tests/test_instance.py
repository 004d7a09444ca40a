"""An instance is put together from its folder, keeps its hours, and is taken apart with nothing half done."""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot import moderation
from bot.errors import AlreadyRunning, KeyFileError, SeuilError, StoreAway, WordsError
from bot.settings import Settings
from handlers import Address, Heard, console, ground, keyring
from handlers.instance import (
    CHAIRS,
    KEYS,
    clear_chairs,
    demand_free,
    lay_keys,
    open_instance,
    passphrase_at_hand,
    seat_chairs,
    serve,
    wants_keys,
)
from handlers.terminal import Terminal
from storage import open_store
from tests.pgkit import emptied_url
from tests.stage import CHEAP, NOW, Clock

QUICK = 10
"""scrypt's work factor in tests: a thousandth of the real one."""


ON_BOTH = pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
async def settings(request, tmp_path, monkeypatch):
    """An instance's settings, with keys that are quick to unlock: on files, unless a test asks for both."""
    monkeypatch.setattr(keyring, "WORK_FACTOR", QUICK)
    monkeypatch.setattr(keyring.create, "__kwdefaults__", {"work_factor": QUICK})
    shelf = Path("/dev/shm") / f"seuil-instance-{os.getpid()}-{tmp_path.name}"
    store = await emptied_url() if getattr(request, "param", "") == "postgresql" else ""
    yield Settings(data=tmp_path / "data", shelf=shelf, store=store)
    for file in shelf.glob("*"):
        file.unlink()
    if shelf.exists():
        shelf.rmdir()


@pytest.fixture
async def house(settings):
    """A running instance with its terminal chairs, unlocked, on a clock that stands still."""
    lay_keys(settings)
    clock = Clock()
    instance = await open_instance(settings, clock=clock, cost=CHEAP)
    await seat_chairs(instance, "fr")
    await instance.desk.unlock(passphrase_at_hand(settings) or "")
    yield instance
    await instance.close()


async def play(instance, *lines: str, start: int = 0) -> str:
    """What the terminal shows of a play."""
    shown = io.StringIO()
    reads = io.StringIO("".join(line + "\n" for line in lines))
    terminal = Terminal(start=start, language="fr", reads=reads, writes=shown, guide=False)
    await serve(instance, terminal)
    return shown.getvalue()


TO_STORY = ("/start", "1", "2", "1", "1", "1")


def test_a_first_start_makes_owner_only_keys_once_and_says_where(settings):
    made = lay_keys(settings)

    assert made is not None
    assert made.passphrase is not None
    for file in made.keys.iterdir():
        assert file.stat().st_mode & 0o077 == 0, file.name
    assert settings.data.stat().st_mode & 0o077 == 0
    assert lay_keys(settings) is None


@ON_BOTH
@pytest.mark.parametrize("written", range(5))
def test_a_first_start_killed_at_any_file_can_be_started_again(settings, monkeypatch, written):
    write, count = keyring._write, iter(range(99))

    def dies(file, content):
        if next(count) == written:
            raise KeyboardInterrupt
        write(file, content)

    monkeypatch.setattr(keyring, "_write", dies)
    with pytest.raises(KeyboardInterrupt):
        lay_keys(settings)
    monkeypatch.setattr(keyring, "_write", write)

    assert lay_keys(settings) is not None
    assert keyring.unlock(settings.data / KEYS, passphrase_at_hand(settings) or "")


def as_it_is(*folders: Path) -> dict[Path, int]:
    """Everything in these folders, and when it was last written."""
    return {path: path.stat().st_mtime_ns for folder in folders for path in folder.rglob("*")}


async def left_by_others(settings) -> Settings:
    """Settings with a new folder, and the store of an instance that was started once from another."""
    lay_keys(settings)
    await (await open_instance(settings, cost=CHEAP)).close()
    new = settings.data.with_name("new")
    if settings.store_url.startswith("sqlite:"):
        new.mkdir(mode=0o700)
        (new / "seuil.db").write_bytes((settings.data / "seuil.db").read_bytes())
    return settings.but(data=new)


@pytest.mark.parametrize(
    ("command", "settings"),
    [("run", "sqlite"), ("run", "postgresql"), ("desk", "postgresql")],
    indirect=["settings"],
)
async def test_a_new_folder_at_the_store_of_others_is_refused_before_anything_is_made(settings, command):
    new = await left_by_others(settings)
    before = as_it_is(settings.data.parent)
    env = {
        "SEUIL_DATA": str(new.data), "SEUIL_STORE": new.store.get_secret_value(),
        "SEUIL_SHELF": str(new.shelf), "SEUIL_TELEGRAM_TOKEN": "123456:" + "A" * 35,
        "SEUIL_TELEGRAM_API": "http://127.0.0.1:9",
    }  # fmt: skip

    ended = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-m", "bot", command], env={**os.environ, **env},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert (ended.returncode, ended.stdout) == (KeyFileError.exit_code, "")
    said, way_out = ended.stderr.strip().splitlines()[-2:]
    assert said == "The store holds an instance already, and its keys are not in this data folder."
    assert way_out.startswith("→ Name the folder that holds its keys/ in SEUIL_DATA")
    assert as_it_is(settings.data.parent) == before


@ON_BOTH
async def test_keys_of_ones_own_at_the_store_of_others_are_refused_and_no_more_are_made(settings):
    new = await left_by_others(settings)
    keyring.create(new.data / KEYS, "des mots à soi", work_factor=QUICK)
    new.data.chmod(0o700)

    with pytest.raises(KeyFileError, match=r"instance\.key is missing") as told:
        await open_instance(new, cost=CHEAP)

    assert "SEUIL_DATA" in told.value.hint
    assert not (new.data / "instance.key").exists()
    assert not (new.data / "salt").exists()


@ON_BOTH
async def test_a_store_where_nothing_was_kept_is_free_for_a_first_start(settings):
    await (await open_store(settings.store_url)).close()

    await demand_free(settings)

    assert wants_keys(settings)


def test_keys_beside_a_database_are_never_swept_away(settings):
    lay_keys(settings)
    (settings.data / "seuil.db").write_bytes(b"")
    (settings.data / KEYS / "team.keys").unlink()

    assert lay_keys(settings) is None
    assert (settings.data / KEYS / "team.age").exists()


def test_a_passphrase_file_of_the_operators_own_is_used_and_none_is_drawn(settings, tmp_path):
    own = tmp_path / "phrase"
    own.write_text("six mots tirés au hasard ici\n")
    own.chmod(0o600)
    settings = settings.but(passphrase_file=own)

    made = lay_keys(settings)

    assert made is not None
    assert made.passphrase is None
    assert keyring.unlock(made.keys, "six mots tirés au hasard ici")


def test_a_passphrase_others_can_read_is_refused(settings, tmp_path):
    own = tmp_path / "phrase"
    own.write_text("six mots\n")
    own.chmod(0o644)

    with pytest.raises(KeyFileError, match="read by others"):
        lay_keys(settings.but(passphrase_file=own))


async def test_a_wrong_passphrase_leaves_the_desk_locked(settings):
    lay_keys(settings)
    instance = await open_instance(settings, cost=CHEAP)
    try:
        with pytest.raises(KeyFileError):
            await instance.desk.unlock("pas la bonne")
        assert not instance.desk.is_open
    finally:
        await instance.close()


async def open_and_unlock(settings):
    instance = await open_instance(settings, cost=CHEAP)
    try:
        await instance.desk.unlock(passphrase_at_hand(settings) or "")
    finally:
        await instance.close()


@pytest.mark.parametrize("name", ["team.keys", "sign.pub", "team.age"])
async def test_a_missing_key_file_is_named_with_a_way_out(settings, name):
    lay_keys(settings)
    (settings.data / KEYS / name).unlink()

    with pytest.raises(SeuilError, match=name) as told:
        await open_and_unlock(settings)
    assert "backup" in told.value.hint


async def test_a_list_of_team_keys_that_is_not_signed_by_its_key_is_refused(settings, tmp_path):
    lay_keys(settings)
    keyring.create(tmp_path / "other", "une autre", work_factor=QUICK)
    (settings.data / KEYS / "team.keys").write_bytes((tmp_path / "other" / "team.keys").read_bytes())

    with pytest.raises(KeyFileError, match="not signed"):
        await open_instance(settings, cost=CHEAP)


async def test_two_programs_on_one_folder_the_second_says_so(settings, house):
    with pytest.raises(AlreadyRunning):
        await open_instance(settings, cost=CHEAP)


def test_words_that_lack_something_refuse_to_start(settings, monkeypatch):
    monkeypatch.setattr(ground, "missing", lambda *_: ["fr: no words for who_came in questions.ftl."])

    with pytest.raises(WordsError, match="who_came"):
        ground.told_and_asked(settings)


async def test_every_chair_of_the_terminal_joins_once_by_invitation(house):
    assert await seat_chairs(house, "fr") == 0
    members = await house.store.members()
    assert len(members) == len(CHAIRS)
    assert {row.role for row in members} == set(moderation.ROLES)
    assert await house.store.invites() == []


@ON_BOTH
async def test_the_whole_circle_in_one_terminal(house):
    shown = await play(
        house,
        *TO_STORY,
        "Son numéro : 06 39 98 12 34. Il a écrit.",
        "FINI",
        *["PASSER"] * 18,
        "1",
        "1",
        "1",
        "5",
        "/as moderator",
        "/next",
        "/open",
        "/approve",
        "/as owner",
        "/digest preview",
    )

    assert "[téléphone]" in shown
    assert "06 39 98" not in shown.split("C’est reçu", 1)[1]
    assert "Votre reçu, en huit mots" in shown
    (row,) = await house.store.cases("approved")
    assert row.counted_in is None


async def test_a_draft_is_destroyed_once_its_hours_are_over_and_not_before(house):
    await play(house, *TO_STORY, "Un.")
    assert len(house.shelf) == 1

    house.clock.now = NOW + 70 * 3600
    assert await house.expire_drafts() == 0
    house.clock.now = NOW + 73 * 3600
    assert await house.expire_drafts() == 1

    assert len(house.shelf) == 0
    shown = await play(house, "FINI", start=1000)
    assert "Bonjour" in shown
    house.clock.now = NOW + 200 * 3600
    await house.expire_drafts()
    rows = await house.store.drafts_before(10**6)
    assert all([await house.shelf.key(row.id) for row in rows]), "boxes without a key are swept out"


async def test_a_members_words_go_to_the_desk_and_never_into_a_draft(house):
    shown = await play(house, "/as moderator", "/queue", "bonjour")

    assert "À relire" in shown
    assert await house.store.count_drafts() == 0


async def test_an_invited_person_joins_by_typing_her_code_once(house):
    code = await house.members.invite("partner", "Association", int(NOW // 86400))
    shown = await play(house, "/as witness 7", code, "/help", start=2000)

    assert "/digest" in shown
    member = await house.members.find(Address("terminal", "witness 7"))
    assert member is not None
    assert member.role == "partner"


async def test_a_new_digest_period_has_a_new_tag_key_and_the_old_one_is_destroyed(
    house, settings, monkeypatch
):
    before = house.hall.tag()
    real = house.store.digests

    async def frozen():
        class Row:
            period = 1

        return [Row()]

    monkeypatch.setattr(house.store, "digests", frozen)
    await house.refresh()

    assert house.hall.tag() != before
    assert [file.name for file in settings.data.glob("tag-*")] == ["tag-2.key"]
    monkeypatch.setattr(house.store, "digests", real)


async def test_the_console_unlocks_and_locks_a_running_desk(house, settings):
    await house.desk.lock()

    async def unlock(passphrase: str) -> dict[str, str]:
        await house.desk.unlock(passphrase)
        return {"said": "open"}

    async def refused(_: str) -> dict[str, str]:
        raise StoreAway("It is away.", hint="Wait.")

    line = console.Console(settings.data, {"unlock": unlock, "wait": refused})
    await line.open()
    try:
        assert (settings.data / console.NAME).stat().st_mode & 0o077 == 0
        with pytest.raises(KeyFileError):
            await console.ask(settings.data, "unlock", "pas la bonne")
        assert (await console.ask(settings.data, "unlock", passphrase_at_hand(settings) or ""))[
            "said"
        ] == "open"
        assert house.desk.is_open
        with pytest.raises(KeyFileError, match="not understood"):
            await console.ask(settings.data, "open the door")
        with pytest.raises(StoreAway, match="It is away"):
            await console.ask(settings.data, "wait")  # of the kind it was: the exit code is its
    finally:
        await line.close()
    with pytest.raises(AlreadyRunning, match="No running Seuil"):
        await console.ask(settings.data, "unlock", "x")


async def test_updates_of_many_people_are_heard_at_the_same_time(house):
    async def one(n: int) -> None:
        channel = Terminal(start=0, language="fr", reads=io.StringIO(), writes=io.StringIO(), guide=False)
        house.channels["terminal"] = channel
        for update, text in enumerate(TO_STORY, start=1):
            await house.hear(Heard(Address("terminal", f"witness {n}"), update, "text", text, "fr"), channel)

    await asyncio.gather(*(one(n) for n in range(2, 30)))
    assert await house.store.count_drafts() == 28


async def test_chairs_of_a_trial_are_no_members_once_a_network_is_served(house):
    before = {row.role for row in await house.store.members()}
    assert {"owner", "moderator", "partner"} <= before

    assert await clear_chairs(house) == len(CHAIRS)

    assert await house.store.members() == []
    assert house.ground.seated == {}
    assert await clear_chairs(house) == 0
    assert "revoke owner" in "\n".join(row.line for row in await house.store.audit_lines())
