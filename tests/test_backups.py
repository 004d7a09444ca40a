"""It is promised that a backup is whole, tells nothing to who finds it, and comes back whole or not at
all."""

from __future__ import annotations

import asyncio
import fnmatch
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from bot import age, backups
from bot.age import HybridIdentity
from bot.backups import Head, Kit, Known, Packing, Unpacking, mark, open_kit, padded
from bot.errors import AlreadyRunning, CannotOpen, KeyFileError, SettingsError, StoreDamaged, StoreFull
from bot.sealing import TeamKey
from bot.secret import SecretStr
from bot.settings import Settings
from handlers import backup_keys, keyring, restoring
from handlers import backups as making
from handlers.team_keys import read_list
from storage import Store, open_store, snapshot
from storage.audit_head import AuditHead
from storage.audit_head import Head as AuditEnd
from storage.changes import AskSecond, Audit, PutInvite, QueueCommand
from storage.folder import FolderLock
from storage.held import Held
from storage.key_folder import KeyFolder
from storage.queue_head import DigestHead, QueueHead, TeamHead
from storage.restoring import BESIDE
from storage.tables import TABLES
from tests.pgkit import emptied_url, fresh_url
from tests.storekit import DAY, files_holding, new_id, submitted
from tests.storekit import all_of as all_items
from tests.test_store_moving import LIFE

BACKUP, TEAM = HybridIdentity(b"\x07" * 32), HybridIdentity(b"\x08" * 32)
PASSPHRASE = "sel vent lune"
NOW = DAY * 86_400.0 + 3600


def silent(_what: str, _done: int, _of: int) -> None:
    """Who does not watch."""


def passphrase() -> str:
    return PASSPHRASE


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring.create, "__kwdefaults__", {"work_factor": 10})


def settings_for(folder: Path, url: str = "") -> Settings:
    return Settings(data=folder, shelf=Path("/dev/shm") / f"none-{os.getpid()}", store=SecretStr(url))


@pytest.fixture
def lived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of an instance in files that has lived a little, with a key for backups."""
    settings = settings_for(tmp_path / "data")
    lay(settings)
    asyncio.run(live(settings.store_url))
    (tmp_path / "backups").mkdir(mode=0o700)
    return settings


def lay(settings: Settings) -> None:
    keys = KeyFolder(settings.data)
    instance = keys.instance(new=True)
    keys.salt(new=True)
    keyring.create(settings.data / "keys", PASSPHRASE)
    (settings.data / backup_keys.PUBLIC).write_text(BACKUP.recipient.text() + "\n")
    AuditHead(settings.data, instance).write(AuditEnd(0, backups_start()))
    DigestHead(settings.data, instance).write(1)
    Held(settings.data, instance).mark(7, held=True)
    TeamHead(settings.data, instance).write(1)


def backups_start() -> bytes:
    return hashlib.sha256(b"seuil|audit|v1").digest()


async def live(url: str) -> None:
    store = await open_store(url)
    assert await store.commit(LIFE)
    for _ in range(snapshot.ROWS_AT_ONCE + 5):
        await store.commit(submitted(new_id(), "story"))
    for number in range(5):
        await store.commit((Audit(DAY, "member", f"act {number}"),))
    await store.close()


async def backed_up(settings: Settings, now: float = NOW) -> making.Made:
    return await making.make(settings, settings.data.parent / "backups", now, silent)


def kept_apart(settings: Settings, folder: Path, *names: str, url: str = "") -> Settings:
    """A new machine: what was kept with RECOVERY, and nothing else."""
    folder.mkdir(mode=0o700)
    for name in names:
        copy = shutil.copytree if (settings.data / name).is_dir() else shutil.copy2
        copy(settings.data / name, folder / name)
    return settings_for(folder, url)


async def put_back(settings: Settings, file: Path, identity: HybridIdentity = BACKUP, **more: Any) -> Any:
    return await restoring.restore(settings, file, (identity,), passphrase, NOW + 86_400, silent, **more)


async def all_of(url: str) -> list[object]:
    """All that a backup takes, as the store tells it; the audit log without what came after it."""
    store = await open_store(url)
    try:
        cases = await store.cases()
        return [
            len(cases),
            cases,
            [(await store.items(row.case), await store.replies(row.case)) for row in cases],
            [await all_items(store.coded_items()), await store.members(), await store.bans()],
            [row for row in await store.audit_lines() if row.number <= 6],
            [await store.digests(), await store.deliveries(), await store.rendition(1, "fr")],
            await store.meta("a"),
        ]
    finally:
        await store.close()


async def cases_of(url: str) -> list[object]:
    store = await open_store(url)
    try:
        return [*await store.cases()]
    finally:
        await store.close()


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "lock"
    }


# --- what is in one -----------------------------------------------------------------------------------------


async def test_every_table_of_both_databases_is_in_a_backup_or_left_out_for_a_reason(lived: Settings) -> None:
    url = await emptied_url()
    db = await asyncpg.connect(url)
    there = {
        row["tablename"]
        for row in await db.fetch("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
    }
    await db.close()
    for file in ("seuil.db", "drafts.db"):
        with closing(sqlite3.connect(lived.data / file)) as files:
            there |= {
                name for (name,) in files.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
            }

    decided = {table.name for table in snapshot.KEPT} | set(snapshot.LEFT_OUT)

    assert there - {name for name in there if name.startswith("sqlite_stat")} == decided
    assert not {table.name for table in snapshot.KEPT} & set(snapshot.LEFT_OUT)
    assert all(len(reason.split()) > 2 for reason in snapshot.LEFT_OUT.values())


def test_a_table_or_a_column_that_nobody_decided_on_is_noticed() -> None:
    """`test_store_moving` holds `storage.tables` to both schemas; a backup takes all of it but one column."""
    whole = {table.name: set(table.columns) for table in TABLES}

    left = {table.name: whole[table.name] - set(table.columns) for table in snapshot.KEPT}

    assert {name: columns for name, columns in left.items() if columns} == {"command": {"box"}}


def test_every_file_of_an_instance_is_in_a_backup_or_left_out_for_a_reason(lived: Settings) -> None:
    KeyFolder(lived.data).tag(1)
    QueueHead(lived.data, KeyFolder(lived.data).instance(new=False)).write(5)
    for name in ("console.sock", "moderators.keys", "decisions.used"):
        (lived.data / name).touch()

    for name in tree(lived.data):
        said = [why for pattern, why in snapshot.FILES.items() if fnmatch.fnmatch(name, pattern)]
        assert len(said) == 1, name
        assert said[0].startswith(("in: ", "out: "))


async def test_drafts_invitations_orders_and_keys_are_in_no_backup(lived: Settings, tmp_path: Path) -> None:
    made = await backed_up(lived)
    plain = age.decrypt(made.file.read_bytes(), [BACKUP])
    keys = KeyFolder(lived.data)

    for secret in (
        keys.instance(new=False),
        keys.salt(new=False),
        b"AGE-SECRET",
        b"scrypt",
        PASSPHRASE.encode(),
    ):
        assert secret not in plain
    for row in LIFE:
        if isinstance(row, (PutInvite, AskSecond)):
            assert not any(table.name in ("invite", "asking") for table in snapshot.KEPT)
    assert b"owed" not in plain  # an errand
    assert not [row for row in unpacked(plain) if row[0] == "command"]  # it waits: its order is not repeated
    assert b"\0 reply" in plain


def unpacked(plain: bytes) -> list[tuple[str, list[Any]]]:
    reading = Unpacking()
    rows = reading.add(plain)
    reading.end()
    assert reading.head is not None
    return [(reading.head.tables[number][0], values) for number, values in rows]


async def test_nothing_is_plain_on_the_disk_while_a_backup_is_written(
    lived: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary, seen = b"Zo\xc3\xab", []
    real = making._Writing.add

    def watched(self: Any, plain: bytes) -> None:
        real(self, plain)
        seen.append(files_holding(tmp_path / "backups", canary))

    monkeypatch.setattr(making._Writing, "add", watched)
    made = await backed_up(lived)

    assert len(seen) > 5
    assert not any(seen)
    assert canary in age.decrypt(made.file.read_bytes(), [BACKUP])
    assert sorted(os.listdir(tmp_path / "backups")) == ["lock", made.file.name, f"{made.file.name}.sha256"]
    assert made.file.stat().st_mode & 0o777 == 0o600


def test_the_length_of_a_backup_is_one_of_few() -> None:
    lengths = {padded(length) for length in range(1, 64 << 20, 4099)}

    assert len(lengths) < 60
    assert all(
        length <= padded(length) <= max(1 << 20, length * 9 // 8 + 1) for length in range(1, 9 << 20, 997)
    )


async def test_backups_of_one_day_and_the_next_have_the_same_length(lived: Settings) -> None:
    first = await backed_up(lived)
    store = await open_store(lived.store_url)
    await store.commit(submitted(new_id(), "story", box=os.urandom(5755)))
    await store.close()

    assert (await backed_up(lived, NOW + 86_400)).bytes == first.bytes


# --- and back -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["sqlite", "postgresql"])
@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
async def test_a_backup_of_either_database_comes_back_in_either(
    tmp_path: Path, source: str, target: str
) -> None:
    await (await open_store(f"sqlite:{tmp_path / 'warm'}")).close()
    settings = settings_for(tmp_path / "data", await fresh_url() if source == "postgresql" else "")
    await asyncio.to_thread(lay, settings)
    await live(settings.store_url)
    (tmp_path / "backups").mkdir()
    made = await backed_up(settings)
    url = await fresh_url() if target == "postgresql" else ""
    new = kept_apart(settings, tmp_path / "new", "keys", url=url)

    back = await put_back(new, made.file)

    before, after = await all_of(settings.store_url), await all_of(new.store_url)
    assert before == after
    assert len(await cases_of(new.store_url)) > snapshot.ROWS_AT_ONCE
    assert sum(back.counts.values()) == made.rows
    assert (KeyFolder(new.data).salt(new=False), KeyFolder(new.data).instance(new=False)) == (
        KeyFolder(settings.data).salt(new=False),
        KeyFolder(settings.data).instance(new=False),
    )


async def test_a_restored_instance_goes_on(lived: Settings, tmp_path: Path) -> None:
    made = await backed_up(lived)
    new = kept_apart(lived, tmp_path / "new", "keys")
    await put_back(new, made.file)

    store = await open_store(new.store_url)
    assert await store.commit(submitted(new_id(), "story"))
    assert await store.commit((QueueCommand(b"key", b"again"), Audit(DAY, "console", "x")))
    await store.check()
    lines = [row.line for row in await store.audit_lines()]
    await store.close()

    assert '"restore"' in lines[-2]
    with closing(sqlite3.connect(new.data / "seuil.db")) as db:
        assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert BESIDE not in os.listdir(new.data)


async def test_what_was_known_outside_the_database_is_known_again(lived: Settings, tmp_path: Path) -> None:
    made = await backed_up(lived)
    new = kept_apart(lived, tmp_path / "new", "instance.key", "salt")

    back = await put_back(new, made.file, last_digest=4)

    instance = KeyFolder(new.data).instance(new=False)
    assert back.proved
    assert (back.digest, DigestHead(new.data, instance).read()) == (4, 4)
    assert Held(new.data, instance).read() == {7}
    assert TeamHead(new.data, instance).read() == 1
    assert QueueHead(new.data, instance).read() == int((NOW + 86_400) // 60)
    head = AuditHead(new.data, instance).read()
    assert head is not None
    assert head.lines == 6


async def test_heads_that_know_more_stay_and_what_is_missing_is_told(lived: Settings, tmp_path: Path) -> None:
    made = await backed_up(lived)
    new = kept_apart(lived, tmp_path / "new", "instance.key", "salt")
    instance = KeyFolder(new.data).instance(new=False)
    AuditHead(new.data, instance).write(AuditEnd(9, b"\1" * 32))
    DigestHead(new.data, instance).write(3)

    back = await put_back(new, made.file)

    assert (back.audit_short, back.digest) == (3, 3)
    assert AuditHead(new.data, instance).read() == AuditEnd(9, b"\1" * 32)


# --- what is refused ----------------------------------------------------------------------------------------


async def test_a_torn_or_changed_backup_is_refused_and_the_place_stays_as_it_was(
    lived: Settings, tmp_path: Path
) -> None:
    made = await backed_up(lived)
    whole = made.file.read_bytes()
    new = kept_apart(lived, tmp_path / "new", "keys")
    before = tree(new.data)
    cuts = [0, 10, 1500, 2000, 66_000, len(whole) // 2, len(whole) - 1]
    torn = [whole[:cut] for cut in cuts] + [
        whole + b"\0",
        *(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in (30, 1400, 5000, len(whole) - 5)),
    ]

    for number, content in enumerate(torn):
        (tmp_path / "torn.age").write_bytes(content)
        with pytest.raises(CannotOpen) as refused:
            await put_back(new, tmp_path / "torn.age")
        assert refused.value.hint, number
        assert tree(new.data) == before, number


async def test_another_key_another_instance_and_another_file_are_told_apart(
    lived: Settings, tmp_path: Path
) -> None:
    made = await backed_up(lived)
    stranger = settings_for(tmp_path / "stranger")
    await asyncio.to_thread(lay, stranger)
    (tmp_path / "other.age").write_bytes(age.encrypt(b"a letter to somebody", [BACKUP.recipient]))

    with pytest.raises(CannotOpen, match="None of these keys"):
        await put_back(kept_apart(lived, tmp_path / "a", "keys"), made.file, TEAM)
    with pytest.raises(KeyFileError, match="is of the instance"):
        await put_back(kept_apart(stranger, tmp_path / "b", "instance.key", "salt"), made.file)
    with pytest.raises(CannotOpen, match="not among the keys"):
        await put_back(kept_apart(stranger, tmp_path / "c", "keys"), made.file)
    with pytest.raises(KeyFileError, match="kept with the recovery shares"):
        await put_back(settings_for(tmp_path / "d"), made.file)
    with pytest.raises(CannotOpen, match="no backup of Seuil"):
        await put_back(kept_apart(lived, tmp_path / "e", "keys"), tmp_path / "other.age")
    assert [name for name in "abcde" if (tmp_path / name / "seuil.db").exists()] == []


async def test_a_place_with_an_instance_in_it_is_left_alone(lived: Settings, tmp_path: Path) -> None:
    made = await backed_up(lived)
    before = tree(lived.data)

    with pytest.raises(SettingsError, match="an instance in the data folder already"):
        await put_back(lived, made.file)
    running = await open_store(lived.store_url)
    with pytest.raises(AlreadyRunning):
        await put_back(lived, made.file)
    await running.close()
    url = await fresh_url()
    await live(url)
    rows = await all_of(url)
    with pytest.raises(SettingsError, match="holds an instance already"):
        await put_back(kept_apart(lived, tmp_path / "new", "keys", url=url), made.file)

    assert await all_of(url) == rows
    assert tree(lived.data).keys() == before.keys()
    assert tree(lived.data)["seuil.db"] == before["seuil.db"]


async def test_a_backup_that_somebody_else_sealed_is_not_this_instances(
    lived: Settings, tmp_path: Path
) -> None:
    """The public key of backups is public: anybody can seal to it."""
    forged = sealed_by(lived, instance=b"\x09" * 32, claims=KeyFolder(lived.data).instance(new=False))
    (tmp_path / "forged.age").write_bytes(forged)

    with pytest.raises(CannotOpen, match="not made by this instance"):
        await put_back(kept_apart(lived, tmp_path / "new", "instance.key", "salt"), tmp_path / "forged.age")


def sealed_by(
    settings: Settings,
    instance: bytes,
    claims: bytes,
    version: int = 1,
    tables: Any = (("meta", ("key", "value")),),
) -> bytes:
    team = read_list(settings.data / "keys")[0].newest
    head = Head(
        version=version,
        day=DAY,
        epoch=1,
        mark=mark(claims),
        tables=tables,
        kit=Kit(instance, bytes(16)).seal(team),
    )
    packing = Packing(head)
    body = packing.begin() + packing.rows(0, [[f"k{n}", b"value"] for n in range(3)])
    return age.encrypt(body + b"".join(packing.end(Known(), instance)), [BACKUP.recipient])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"version": 2}, "newer Seuil"),
        ({"tables": (("unheard", ("key", "value")),)}, "does not know"),
        ({"tables": (("meta", ("key", "unheard")),)}, "does not know"),
        ({"tables": (("meta", ("value", "day")),)}, "does not know"),
    ],
)
async def test_a_newer_backup_is_refused_before_anything_is_touched(
    lived: Settings, tmp_path: Path, changed: dict[str, Any], said: str
) -> None:
    own = KeyFolder(lived.data).instance(new=False)
    (tmp_path / "newer.age").write_bytes(sealed_by(lived, own, own, **changed))
    new = kept_apart(lived, tmp_path / "new", "instance.key", "salt")

    with pytest.raises(CannotOpen, match=said):
        await put_back(new, tmp_path / "newer.age")

    assert sorted(os.listdir(new.data)) == ["instance.key", "salt"]


async def test_rows_that_do_not_fit_together_are_refused_on_both_databases(
    lived: Settings, tmp_path: Path
) -> None:
    own = KeyFolder(lived.data).instance(new=False)
    tables = (("reply", ("testimony", "number")),)
    (tmp_path / "odd.age").write_bytes(sealed_by(lived, own, own, tables=tables))

    for name, url in (("files", ""), ("server", await fresh_url())):
        new = kept_apart(lived, tmp_path / name, "instance.key", "salt", url=url)
        with pytest.raises((CannotOpen, StoreDamaged)):
            await put_back(new, tmp_path / "odd.age")
        assert sorted(set(os.listdir(new.data)) - {"lock"}) == ["instance.key", "salt"]


async def test_after_the_teams_key_was_changed_and_destroyed_an_old_backup_does_not_open(
    lived: Settings, tmp_path: Path
) -> None:
    made = await backed_up(lived)
    new = kept_apart(lived, tmp_path / "new")
    await asyncio.to_thread(keyring.create, new.data / "keys", PASSPHRASE)

    with pytest.raises(CannotOpen, match="not among the keys"):
        await put_back(new, made.file)
    plain = age.decrypt(made.file.read_bytes(), [BACKUP])
    reading = Unpacking()
    reading.add(plain)
    assert reading.head is not None
    with pytest.raises(CannotOpen):
        open_kit(reading.head.kit, keyring.unlock(new.data / "keys", PASSPHRASE).identities)


# --- writing it ---------------------------------------------------------------------------------------------


async def test_old_backups_go_and_the_newest_never_does(lived: Settings, tmp_path: Path) -> None:
    folder, today = tmp_path / "backups", date(1970, 1, 1) + timedelta(DAY)
    names = {age_: f"seuil-{(today - timedelta(age_)).isoformat()}.age" for age_ in (100, 30, 29, 28, 1)}
    others = ("seuil-2020-01-01.age.txt", "letters.age", "seuil-2020-02-30.age")
    for name in (*names.values(), *others, f"{names[30]}.sha256", "seuil-2020-01-01.age.part"):
        (folder / name).write_bytes(b"old")

    made = await backed_up(lived)

    left = set(os.listdir(folder)) - {"lock"}
    assert made.erased == 3
    assert left == {names[28], names[1], *others, made.file.name, f"{made.file.name}.sha256"}


async def test_an_old_backup_that_is_the_only_one_stays_where_the_next_fails(
    lived: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "backups" / "seuil-2020-01-01.age"
    old.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(making._Writing, "add", full)
    with pytest.raises(StoreFull, match="backup folder"):
        await backed_up(lived)

    assert sorted(os.listdir(old.parent)) == ["lock", old.name]


async def test_a_disk_that_keeps_something_else_is_noticed(
    lived: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making._Writing, "_read_again", lambda *_: "0" * 64)

    with pytest.raises(StoreDamaged, match="not read as it was written"):
        await backed_up(lived)

    assert os.listdir(tmp_path / "backups") == ["lock"]


async def test_two_backups_of_a_day_are_two_and_two_at_once_are_refused(
    lived: Settings, tmp_path: Path
) -> None:
    names = [(await backed_up(lived)).file.name for _ in range(2)]
    with locked(tmp_path / "backups"), pytest.raises(AlreadyRunning):
        await backed_up(lived)

    assert names == [
        f"seuil-{date(1970, 1, 1) + timedelta(DAY)}.age",
        f"seuil-{date(1970, 1, 1) + timedelta(DAY)}-2.age",
    ]
    for name in names:
        told = (tmp_path / "backups" / f"{name}.sha256").read_text().split()
        assert told == [hashlib.sha256((tmp_path / "backups" / name).read_bytes()).hexdigest(), name]


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    lock = FolderLock(folder / "lock", "backup folder")
    yield
    lock.release()


async def test_an_instance_is_backed_up_while_it_runs(lived: Settings) -> None:
    running: Store = await open_store(lived.store_url)
    case = new_id()
    await running.commit(submitted(case, "story"))

    made = await backed_up(lived)
    await running.commit(submitted(new_id(), "story"))
    await running.close()

    assert case in age.decrypt(made.file.read_bytes(), [BACKUP])


FULL = """
import asyncio, resource, sys
from pathlib import Path
from tests.test_backups import *
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
settings = settings_for(Path(sys.argv[1]))
try:
    if sys.argv[2] == "backup":
        asyncio.run(backed_up(settings))
    else:
        asyncio.run(put_back(settings, Path(sys.argv[2])))
except SeuilError as error:
    print(type(error).__name__, "|", error, "|", error.hint)
""".replace(
    "from tests.test_backups import *", "from tests.test_backups import *\nfrom bot.errors import SeuilError"
)


async def test_a_disk_that_fills_in_the_middle_is_told_and_leaves_all_as_it_was(
    lived: Settings, tmp_path: Path
) -> None:
    made = await backed_up(lived)
    new = kept_apart(lived, tmp_path / "new", "keys")
    before, backups_before = tree(new.data), tree(tmp_path / "backups")

    for place, what, room in ((lived.data, "backup", "400000"), (new.data, str(made.file), "100000")):
        ended = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-c", FULL, str(place), what, room],
            capture_output=True,
            text=True,
            cwd=Path(__file__).parent.parent,
        )
        assert ended.stdout.startswith("StoreFull | The disk"), ended.stdout + ended.stderr

    assert tree(new.data) == before
    assert tree(tmp_path / "backups") == backups_before


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from tests.test_backups import *
from storage import restoring as placing
async def kill(self): os.kill(os.getpid(), signal.SIGKILL)
placing._Files.keep = kill
asyncio.run(put_back(settings_for(Path(sys.argv[1])), Path(sys.argv[2])))
"""


async def test_a_restoration_that_is_killed_can_be_made_again(lived: Settings, tmp_path: Path) -> None:
    made = await backed_up(lived)
    new = kept_apart(lived, tmp_path / "new", "keys")

    ended = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", KILLED, str(new.data), str(made.file)],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
    )
    assert ended.returncode == -9, ended.stderr
    assert not (new.data / "seuil.db").exists()
    await put_back(new, made.file)

    assert await all_of(new.store_url) == await all_of(lived.store_url)


# --- its key ------------------------------------------------------------------------------------------------


def test_the_secret_half_is_made_once_and_never_beside_what_it_opens(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()

    with pytest.raises(KeyFileError, match="beside what it opens"):
        backup_keys.make_key(data, b"\x07" * 32, data / "key.age", PASSPHRASE, work_factor=10)
    assert os.listdir(data) == []
    line = backup_keys.make_key(data, b"\x07" * 32, tmp_path / "key.age", PASSPHRASE, work_factor=10)
    with pytest.raises(KeyFileError, match="already"):
        backup_keys.make_key(data, b"\x07" * 32, tmp_path / "other.age", PASSPHRASE, work_factor=10)

    assert backup_keys.recipient(data).text() == line == BACKUP.recipient.text()
    assert b"AGE-SECRET" not in (tmp_path / "key.age").read_bytes()
    assert backup_keys.identities_in(tmp_path / "key.age", passphrase) == (BACKUP,)
    with pytest.raises(KeyFileError, match="passphrase is wrong"):
        backup_keys.identities_in(tmp_path / "key.age", lambda: "another")


def test_a_key_that_is_there_already_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "key.age").write_bytes(b"mine")

    with pytest.raises(KeyFileError, match="left as it is"):
        backup_keys.make_key(
            tmp_path / "data", b"\x07" * 32, tmp_path / "key.age", PASSPHRASE, work_factor=10
        )

    assert (tmp_path / "key.age").read_bytes() == b"mine"
    assert os.listdir(tmp_path / "data") == []


async def test_without_a_key_or_a_folder_nothing_is_backed_up(lived: Settings, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="where backups go"):
        making.folder_of(lived, None)
    with pytest.raises(SettingsError, match="not there"):
        making.folder_of(lived, tmp_path / "unmounted")
    (lived.data / backup_keys.PUBLIC).unlink()
    with pytest.raises(KeyFileError, match="no key for backups"):
        await backed_up(lived)
    assert os.listdir(tmp_path / "backups") == []


def test_a_kit_is_for_the_team_alone() -> None:
    kit = Kit(b"\1" * 32, b"\2" * 16)
    box = kit.seal(TeamKey(1, TEAM.recipient))

    assert open_kit(box, [TEAM]) == kit
    with pytest.raises(CannotOpen):
        open_kit(box, [BACKUP])
    with pytest.raises(CannotOpen):
        open_kit(age.encrypt(b"{}", [TEAM.recipient]), [TEAM])
    assert "1" * 8 not in repr(kit)
    assert backups.mark(kit.instance).count("-") == 3
