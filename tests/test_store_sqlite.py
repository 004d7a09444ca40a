"""What the SQLite store promises beyond the contract: files, crowds, full disks, damage, and no byte left."""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import signal
import sqlite3
import stat
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.errors import AlreadyRunning, SettingsError, SeuilError, StoreDamaged, StoreFull
from storage import Store, open_store, sqlite
from storage.changes import (
    Audit,
    Change,
    DropDraft,
    DropItems,
    EraseCase,
    FinishCommand,
    ForgetSeen,
    KeepDraft,
    KeepItem,
    Move,
    PutMeta,
    QueueCommand,
    Seen,
    Withdraw,
)
from storage.sqlite import HOT_PEOPLE, SqliteStore
from storage.sqlite_writer import Writer
from tests.storekit import DAY, case_of, files_holding, new_id, submitted, turn

MARKER = b"un mot que personne ne doit retrouver"
BOX = MARKER * 30


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def shared_folder(folder: Path) -> Path:
    """A folder others can enter, with something of theirs in it."""
    folder.mkdir()
    folder.chmod(0o755)
    (folder / "holiday.jpg").touch()
    return folder


def make(folder: Path) -> None:
    folder.mkdir(mode=0o700)


def modes(folder: Path) -> dict[str, int]:
    """Who may do what with the folder and each file in it."""
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())}


@pytest.fixture
async def store(folder: Path) -> AsyncIterator[SqliteStore]:
    store = await SqliteStore.open(folder)
    yield store
    await store.close()


# --- files --------------------------------------------------------------------------------------------------


async def test_only_the_owner_can_read_any_file(folder: Path, store: Store) -> None:
    await store.commit((*turn(new_id(), new_id(), 1), *submitted(new_id(), "story")))

    found = modes(folder)
    assert {"seuil.db", "drafts.db", "seuil.db-wal", "drafts.db-wal", "lock"} <= found.keys()
    assert found.pop(folder.name) == 0o700
    assert set(found.values()) == {0o600}


async def test_a_folder_that_others_share_is_refused(shared_folder: Path) -> None:
    with pytest.raises(SettingsError, match="other users"):
        await open_store(f"sqlite:{shared_folder}")


async def test_one_process_at_a_time_runs_on_a_folder(folder: Path, store: Store) -> None:
    with pytest.raises(AlreadyRunning) as refused:
        await open_store(f"sqlite:{folder}")

    assert str(folder) not in str(refused.value) + refused.value.hint


async def test_the_console_works_beside_a_running_bot(folder: Path, store: Store) -> None:
    pseudonym = new_id()
    await store.commit(turn(pseudonym, new_id(), 1))
    console = await open_store(f"sqlite:{folder}", console=True)

    assert await console.commit((PutMeta("from", b"the console"), Audit(DAY, "console", "invited")))
    assert await store.commit((Audit(DAY, "desk", "noted"),))

    assert await store.meta("from") == b"the console"
    assert [row.number for row in await console.audit_lines()] == [1, 2]
    assert await console.person([pseudonym]) is None
    assert await console.count_drafts() == 0
    with pytest.raises(RuntimeError, match="console"):
        await console.commit(turn(pseudonym, new_id(), 1))
    await console.close()


async def test_everything_is_there_after_closing_and_opening(folder: Path) -> None:
    pseudonym, draft, case = new_id(), new_id(), new_id()
    async with opened(folder) as store:
        await store.commit((*turn(pseudonym, draft, 1), *submitted(case, "story")))

    async with opened(folder) as store:
        person = await store.person([pseudonym])
        assert person is not None
        assert person.seen == (1,)
        assert len(await store.items(case)) == 1
        assert await store.commit(turn(pseudonym, draft, 2))


async def test_a_closed_store_says_so(folder: Path) -> None:
    store = await SqliteStore.open(folder)
    await store.close()

    with pytest.raises(RuntimeError):
        await store.commit(())


# --- many people, one fsync ---------------------------------------------------------------------------------


class CountingWriter(Writer):
    """A writer that counts what it makes durable."""

    commits = 0

    def commit(self) -> None:
        CountingWriter.commits += 1
        super().commit()


async def test_a_thousand_people_share_a_few_transactions(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "Writer", CountingWriter)
    CountingWriter.commits = 0
    people = [new_id() for _ in range(1000)]
    async with opened(folder) as store:
        answers = await asyncio.gather(*(store.commit(turn(person, person, 1)) for person in people))

        assert all(answers)
        assert await store.count_drafts() == 1000
    assert CountingWriter.commits <= 1000 // sqlite.BATCH + 2


async def test_in_a_crowd_a_refused_change_takes_nobody_with_it(store: Store) -> None:
    good = [new_id() for _ in range(50)]
    cases = [new_id() for _ in range(50)]
    changes = [turn(person, person, 1) for person in good] + [
        (*submitted(case, "story"), *((EraseCase(new_id()),) if number % 2 else ()))
        for number, case in enumerate(cases)
    ]

    answers = await asyncio.gather(*(store.commit(change) for change in changes))

    assert answers == [True] * 50 + [True, False] * 25
    assert [row.case for row in await store.cases()] == sorted(cases[::2])


async def test_in_a_crowd_a_value_no_store_can_keep_fails_alone(store: Store) -> None:
    people = [new_id() for _ in range(20)]
    unfit: list[Change] = [
        (Seen(new_id(), 2**63, DAY),),
        (PutMeta("key", object()),),  # type: ignore[arg-type]  # that is the point
        (Audit(DAY, "\ud800", ""),),
    ]
    changes = [*unfit, *(turn(person, person, 1) for person in people), *unfit]

    answers = await asyncio.gather(*(store.commit(change) for change in changes), return_exceptions=True)

    assert [type(answer) for answer in answers] == [TypeError] * 3 + [bool] * 20 + [TypeError] * 3
    assert await store.count_drafts() == 20
    assert await store.audit_lines() == []


async def test_two_turns_of_one_person_at_once_are_decided_in_order(store: Store) -> None:
    person, draft = new_id(), new_id()

    answers = await asyncio.gather(
        *(store.commit(turn(person, draft, revision)) for revision in (1, 2, 2, 3, 1, 4))
    )

    assert answers == [True, True, False, True, False, True]


async def test_nobody_waits_for_ever_on_a_fault_of_ours(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [new_id() for _ in range(sqlite.BATCH + 5)]
    with monkeypatch.context() as broken:
        broken.setattr(Writer, "_attempt", lambda *_: 1 / 0)
        answers = await asyncio.gather(
            *(store.commit(turn(person, person, 1)) for person in people), return_exceptions=True
        )

    assert {type(answer) for answer in answers} == {ZeroDivisionError}
    assert await store.commit(turn(people[0], people[0], 1))


async def test_a_caller_who_gives_up_takes_nobody_with_it(store: Store) -> None:
    people = [new_id() for _ in range(10)]
    tasks = [asyncio.create_task(store.commit(turn(person, person, 1))) for person in people]
    await asyncio.sleep(0)
    tasks[3].cancel()

    answers = await asyncio.gather(*tasks, return_exceptions=True)

    assert [type(answer) for answer in answers] == [bool] * 3 + [asyncio.CancelledError] + [bool] * 6
    assert await store.count_drafts() >= 9


async def test_look_ups_of_many_people_find_each_their_own(folder: Path) -> None:
    people = [new_id() for _ in range(700)]
    async with opened(folder) as store:
        await asyncio.gather(*(store.commit(turn(person, person[::-1], 1)) for person in people))

    async with opened(folder) as store:
        found = await asyncio.gather(*(store.person([new_id(), person]) for person in people))

    assert [row.draft.id for row in found if row and row.draft] == [person[::-1] for person in people]


async def test_what_is_remembered_is_never_older_than_what_was_written(folder: Path) -> None:
    """Readers and writers of the same people, with room for a few of them only."""
    people = [new_id() for _ in range(40)]
    written = dict.fromkeys(people, 0)

    async def talk(store: Store, person: bytes) -> None:
        for revision in range(1, 30):
            assert await store.commit(turn(person, person, revision))
            written[person] = revision

    async def look(store: Store) -> None:
        for _ in range(60):
            for person in people:
                before = written[person]
                row = await store.person([person])
                assert (row.draft.revision if row and row.draft else 0) >= before

    with pytest.MonkeyPatch.context() as small:
        small.setattr(sqlite, "HOT_PEOPLE", 7)
        async with opened(folder) as store:
            await asyncio.gather(
                *(talk(store, person) for person in people), *(look(store) for _ in range(4))
            )


@pytest.mark.parametrize("room", [HOT_PEOPLE, 0])
async def test_a_row_read_before_it_was_written_again_is_not_taken_for_the_last(
    folder: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    """The look-up has its rows in hand when the person's next turn is committed."""
    person = new_id()
    async with opened(folder) as store:
        await store.commit(turn(person, person, 1))
    in_hand, go_on, read = asyncio.Event(), asyncio.Event(), sqlite._rows

    async def slow(*asked: Any) -> Any:
        rows = await read(*asked)
        in_hand.set()
        await go_on.wait()
        return rows

    monkeypatch.setattr(sqlite, "_rows", slow)
    monkeypatch.setattr(sqlite, "HOT_PEOPLE", room)
    async with opened(folder) as store:
        looking = asyncio.create_task(store.person([person]))
        await in_hand.wait()
        await store.commit(turn(person, person, 2))
        go_on.set()

        for row in (await looking, await store.person([person])):
            assert row is not None
            assert row.draft is not None
            assert row.draft.revision == 2
        assert await store.commit(turn(person, person, 3))


async def test_no_more_people_are_remembered_than_said(store: SqliteStore) -> None:
    for start in range(0, HOT_PEOPLE + 1000, 500):
        await asyncio.gather(*(store.commit((Seen(new_id(), n, DAY),)) for n in range(start, start + 500)))

    assert len(store._hot) == HOT_PEOPLE


# --- nothing is left ----------------------------------------------------------------------------------------


async def test_no_byte_of_dropped_drafts_is_in_any_file(folder: Path, store: Store) -> None:
    people = [new_id() for _ in range(200)]
    for revision in (1, 2):
        await asyncio.gather(*(store.commit(turn(person, person, revision, BOX)) for person in people))
    assert files_holding(folder, MARKER)

    await asyncio.gather(*(store.commit((DropDraft(person), Seen(person, 9, DAY))) for person in people))

    assert files_holding(folder, MARKER) == []


async def test_no_byte_of_forgotten_people_is_in_any_file(folder: Path, store: Store) -> None:
    people = [new_id() for _ in range(300)]
    await asyncio.gather(*(store.commit(turn(person, person[::-1], 1)) for person in people))
    await asyncio.gather(*(store.commit((DropDraft(person),)) for person in people))

    await store.commit((ForgetSeen(DAY + 1),))

    assert [person for person in people if files_holding(folder, person)] == []
    assert [person for person in people if files_holding(folder, person[::-1])] == []


async def test_no_byte_of_withdrawn_cases_is_in_any_file_or_index(folder: Path, store: Store) -> None:
    cases = [new_id() for _ in range(60)]
    for case in cases:
        await store.commit((*submitted(case, "coded", "story", box=BOX * 7), PutMeta("last", case[:1])))

    await asyncio.gather(
        *(store.commit((Withdraw(case[::-1], b"token hash of " + case),)) for case in cases[:30]),
        *(store.commit((EraseCase(case),)) for case in cases[30:]),
    )

    assert files_holding(folder, MARKER) == []
    assert [case for case in cases if files_holding(folder, case) or files_holding(folder, case[::-1])] == []


async def test_no_byte_of_dropped_or_replaced_items_is_in_any_file(folder: Path, store: Store) -> None:
    case = new_id()
    await store.commit((case_of(case), KeepItem(case, "story", 1, BOX * 9), KeepItem(case, "note", 1, BOX)))

    await store.commit((DropItems(case, ("story",)),))
    await store.commit((KeepItem(case, "note", 2, b"another", replace=True),))

    assert files_holding(folder, MARKER) == []
    assert len(await store.items(case)) == 1


async def test_no_byte_of_a_finished_command_is_in_any_file(folder: Path, store: Store) -> None:
    await store.commit((QueueCommand(b"key", BOX),))
    (command,) = await store.commands()

    await store.commit((FinishCommand(command.number),))

    assert files_holding(folder, MARKER) == []


async def test_an_erasure_waits_for_a_reader_and_others_do_not(folder: Path, store: Store) -> None:
    person, case = new_id(), new_id()
    await store.commit((*turn(person, person, 1), *submitted(case, "story", box=BOX)))
    with closing(sqlite3.connect(folder / "seuil.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM item").fetchone()

        erasing = asyncio.create_task(store.commit((EraseCase(case),)))
        for revision in (2, 3, 4):
            assert await asyncio.wait_for(store.commit(turn(person, person, revision)), 2)
        assert not erasing.done()
        assert files_holding(folder, MARKER)
        reader.execute("COMMIT")

    assert await erasing
    assert files_holding(folder, MARKER) == []


async def test_an_erasure_that_a_reader_holds_up_for_ever_is_no_success(
    folder: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "ERASE_GIVE_UP_SECONDS", 0.1)
    case = new_id()
    await store.commit(submitted(case, "story", box=BOX))
    with closing(sqlite3.connect(folder / "seuil.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM item").fetchone()
        with pytest.raises(AlreadyRunning, match=r"seuil\.db"):
            await store.commit((EraseCase(case),))
        reader.execute("COMMIT")

    assert await store.commit((DropItems(case, ("story",)),))
    assert files_holding(folder, MARKER) == []


async def test_what_a_killed_process_had_erased_is_gone_at_the_next_start(folder: Path) -> None:
    await (await SqliteStore.open(folder)).close()
    script = (
        "import os, sqlite3, sys;"
        "db = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "db.execute('PRAGMA secure_delete = ON');"
        "db.execute('INSERT INTO meta VALUES (?, ?)', ('key', sys.argv[2].encode()));"
        "db.execute('DELETE FROM meta');"
        "os.kill(os.getpid(), 9)"
    )
    killed = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, folder / "seuil.db", MARKER.decode()
    )
    assert await killed.wait() == -signal.SIGKILL
    assert files_holding(folder, MARKER) == ["seuil.db-wal"]

    async with opened(folder):
        assert files_holding(folder, MARKER) == []


async def test_no_log_line_at_debug_holds_an_id_or_a_box(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    canary = b"canary-canary-16"
    await store.commit((*turn(canary, canary, 1, canary), *submitted(canary, "story", box=canary)))
    await store.person([b"x" * 16, canary])
    await store.case_at(canary[::-1])
    await store.items(canary)

    assert "canary" not in caplog.text
    assert canary[::-1].decode() not in caplog.text


# --- full disks ---------------------------------------------------------------------------------------------


@contextmanager
def a_disk_with_room_for(length: int) -> Iterator[None]:
    """No file of this process may grow beyond so many bytes: what a full disk looks like to SQLite."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (length, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_full_disk_is_told_and_leaves_nothing_half_written(folder: Path, store: Store) -> None:
    kept, person, cases = new_id(), new_id(), [new_id() for _ in range(40)]
    assert await store.commit(turn(kept, kept, 1, BOX))

    with a_disk_with_room_for(64 * 1024):
        answers = await asyncio.gather(
            store.commit(turn(person, person, 1, BOX * 200)),
            *(store.commit(submitted(case, "story", box=BOX * 10)) for case in cases),
            return_exceptions=True,
        )

    assert {type(answer) for answer in answers} == {StoreFull}
    assert await store.person([person]) is None
    assert await store.cases() == []
    await store.check()
    assert await store.commit(turn(kept, kept, 2))
    assert all(await asyncio.gather(*(store.commit(submitted(case, "story")) for case in cases)))


async def test_where_only_drafts_find_no_room_testimonies_are_kept_and_acknowledged(
    folder: Path, store: Store
) -> None:
    """The two files fail apart: a mixed turn is told to come again, and coming again changes nothing."""
    earlier, mine, other = new_id(), new_id(), new_id()
    person, big = new_id(), new_id()
    assert await store.commit(submitted(earlier, "story"))  # lays in pages for those that follow
    with a_disk_with_room_for(128 * 1024):
        answers = await asyncio.gather(
            store.commit(submitted(other, "story")),
            store.commit((*submitted(mine, "story"), *turn(person, person, 1))),
            store.commit(turn(big, big, 1, BOX * 300)),
            return_exceptions=True,
        )

    assert answers[0] is True
    assert [type(answer) for answer in answers[1:]] == [StoreFull, StoreFull]
    assert await store.person([person]) is None
    assert await store.commit((*submitted(mine, "story"), *turn(person, person, 1)))
    assert [row.case for row in await store.cases()] == sorted([earlier, mine, other])
    assert len(await store.items(mine)) == 1


# --- damage -------------------------------------------------------------------------------------------------


async def fill(folder: Path) -> None:
    async with opened(folder) as store:
        people = [new_id() for _ in range(60)]
        await asyncio.gather(
            *(store.commit((*turn(p, p, 1, BOX), *submitted(p, "story", box=BOX))) for p in people)
        )


@pytest.mark.parametrize("file", ["seuil.db", "drafts.db"])
async def test_a_file_with_a_garbage_header_is_named(folder: Path, file: str) -> None:
    await fill(folder)
    with (folder / file).open("r+b") as damaged:
        damaged.write(os.urandom(100))

    with pytest.raises(StoreDamaged, match=file.replace(".", r"\.")) as told:
        await open_store(f"sqlite:{folder}")
    assert told.value.hint


@pytest.mark.parametrize("file", ["seuil.db", "drafts.db"])
async def test_a_torn_page_is_found_at_the_start(folder: Path, file: str) -> None:
    await fill(folder)
    length = (folder / file).stat().st_size
    with (folder / file).open("r+b") as damaged:
        for page in range(1, length // 4096):
            damaged.seek(page * 4096)
            damaged.write(os.urandom(512))

    with pytest.raises(StoreDamaged, match=file.replace(".", r"\.")):
        await open_store(f"sqlite:{folder}")


@pytest.mark.parametrize("file", ["seuil.db", "drafts.db"])
async def test_a_file_cut_short_is_found_at_the_start(folder: Path, file: str) -> None:
    await fill(folder)
    os.truncate(folder / file, (folder / file).stat().st_size // 2)

    with pytest.raises(StoreDamaged, match=file.replace(".", r"\.")):
        await open_store(f"sqlite:{folder}")


async def test_testimonies_that_vanished_beside_their_drafts_are_missed(folder: Path) -> None:
    await fill(folder)
    (folder / "seuil.db").unlink()

    with pytest.raises(StoreDamaged, match=r"seuil\.db"):
        await open_store(f"sqlite:{folder}")


async def test_damage_under_a_running_store_is_told_in_our_words(folder: Path, store: Store) -> None:
    for _ in range(60):
        await store.commit(submitted(new_id(), "story", box=BOX))
    await store.commit((EraseCase((await store.cases())[0].case),))  # the pages are in the file now
    with (folder / "seuil.db").open("r+b") as damaged:
        damaged.seek(8192)
        damaged.write(os.urandom((folder / "seuil.db").stat().st_size - 8192))

    with pytest.raises(StoreDamaged, match=r"seuil\.db"):
        await store.check()


async def test_another_programs_database_is_not_taken_for_ours(folder: Path) -> None:
    make(folder)
    with closing(sqlite3.connect(folder / "seuil.db")) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")

    with pytest.raises(StoreDamaged, match="another program"):
        await open_store(f"sqlite:{folder}")


async def test_a_schema_newer_than_the_program_is_refused(folder: Path) -> None:
    await fill(folder)
    with closing(sqlite3.connect(folder / "seuil.db")) as newer:
        newer.execute("PRAGMA user_version = 99")

    with pytest.raises(StoreDamaged, match="newer") as refused:
        await open_store(f"sqlite:{folder}")
    assert "newer Seuil" in refused.value.hint


async def test_a_refused_folder_can_be_opened_once_mended(folder: Path) -> None:
    await fill(folder)
    good = (folder / "drafts.db").read_bytes()
    (folder / "drafts.db").write_bytes(b"garbage" * 1000)
    with pytest.raises(StoreDamaged):
        await open_store(f"sqlite:{folder}")

    (folder / "drafts.db").write_bytes(good)

    async with opened(folder) as store:
        assert await store.count_drafts() == 60


async def test_a_lock_that_another_program_holds_is_told(folder: Path, store: Store) -> None:
    with closing(sqlite3.connect(folder / "seuil.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(AlreadyRunning, match=r"seuil\.db"):
            await store.commit(submitted(new_id(), "story"))
        other.execute("ROLLBACK")

    assert await store.commit(submitted(new_id(), "story"))


async def test_errors_of_the_database_never_leak(folder: Path, store: Store) -> None:
    with closing(sqlite3.connect(folder / "seuil.db", isolation_level=None)) as other:
        other.execute("DROP TABLE meta")

    for asking in (store.meta("key"), store.commit((PutMeta("key", MARKER),))):
        with pytest.raises(SeuilError) as told:
            await asking
        assert told.value.__cause__ is None
        assert MARKER.decode() not in str(told.value)


# --- order --------------------------------------------------------------------------------------------------


async def test_testimonies_are_durable_before_drafts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the drafts' file is committed, the case already stands in the other one, for any other process."""
    seen: list[int] = []

    class Watching(sqlite3.Connection):
        def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
            if sql == "COMMIT":
                with closing(sqlite3.connect(folder / "seuil.db")) as outside:
                    seen.append(outside.execute("SELECT count(*) FROM testimony").fetchone()[0])
            return super().execute(sql, *parameters)

    async with opened(folder):
        pass
    monkeypatch.setattr(
        "storage.sqlite_writer.connect",
        lambda path: sqlite3.connect(path, isolation_level=None, factory=Watching),
    )
    async with opened(folder) as store:
        person = new_id()
        await store.commit((*turn(person, person, 1), *submitted(new_id(), "story")))

    assert seen == [1]


async def test_no_table_of_testimonies_has_a_row_number(folder: Path, store: Store) -> None:
    with closing(sqlite3.connect(folder / "seuil.db")) as db:
        for table in ("testimony", "item", "reply", "member", "invite", "ban"):
            with pytest.raises(sqlite3.OperationalError, match="rowid"):
                db.execute(f"SELECT rowid FROM {table}")  # noqa: S608 - names above


async def test_the_order_of_drafts_in_their_file_tells_nothing(folder: Path, store: Store) -> None:
    people = [new_id() for _ in range(64)]
    for person in people:
        await store.commit((KeepDraft(person, person, 1, b"box", DAY),))
    await store.commit((DropDraft(people[0]),))

    with closing(sqlite3.connect(folder / "drafts.db")) as db:
        rows = [row[0] for row in db.execute("SELECT pseudonym FROM person ORDER BY place")]
    assert rows != people
    assert rows != people[1:]


async def test_a_move_made_by_many_at_once_is_made_by_one(store: Store) -> None:
    case = new_id()
    await store.commit((case_of(case),))

    answers = await asyncio.gather(
        *(store.commit((Move(case, ("waiting",), "claimed", DAY, claimed_by=new_id()),)) for _ in range(50))
    )

    assert sorted(answers) == [False] * 49 + [True]


class opened:  # noqa: N801 - read as `async with opened(folder)`
    """A store for the length of a block."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def __aenter__(self) -> SqliteStore:
        self._store = await SqliteStore.open(self._folder)
        return self._store

    async def __aexit__(self, *_: object) -> None:
        await self._store.close()
