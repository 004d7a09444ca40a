"""It is promised that what any earlier Seuil kept is there, whole, in the newest; that a migration which is
cut leaves one schema or the other; and that a newer program's data is left alone.

The texts of the earlier schemas are `tests.schemas`. A migration without one fails here, and says what to do.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from bot import audit
from bot.errors import SettingsError, StoreAway, StoreDamaged
from storage import (
    AuditRow,
    CaseRow,
    CommandRow,
    DeliveryRow,
    DigestRow,
    DraftRow,
    ErrandRow,
    InviteRow,
    ItemRow,
    MemberRow,
    PersonRow,
    Store,
    open_store,
    postgres_server,
)
from storage.changes import Audit, EraseCase, KeepDraft, Move, QueueCommand, Seen, Withdraw
from tests.pgkit import fresh_url
from tests.schemas import (
    DAY,
    FILES,
    SERIES,
    Rows,
    load,
    load_server,
    rows_of,
    rows_there,
    same_rows,
    steps,
    text_of,
    version_of,
)
from tests.storekit import all_of, new_id, submitted

NEWEST = {series: len(steps(series)) for series in SERIES}
FOLDERS = [
    *((number, NEWEST["drafts"]) for number in range(1, NEWEST["seuil"] + 1)),
    *((NEWEST["seuil"], number) for number in range(1, NEWEST["drafts"])),
    (1, 1),
]
"""Schemas of the two files of a folder. They are migrated each by its own number."""


@pytest.fixture(params=FOLDERS, ids=lambda pair: f"seuil {pair[0]}, drafts {pair[1]}")
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder as an earlier Seuil left it."""
    seuil, drafts = request.param
    load("seuil", seuil, tmp_path / "data")
    load("drafts", drafts, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture(params=range(1, NEWEST["postgres"] + 1), ids=lambda number: f"postgres {number}")
async def url(request: pytest.FixtureRequest) -> str:
    """A database as an earlier Seuil left it."""
    url = await fresh_url()
    await load_server(request.param, url)
    return url


# --- whoever adds a migration -------------------------------------------------------------------------------


@pytest.mark.parametrize("series", SERIES)
def test_every_schema_is_kept_as_the_program_of_its_time_left_it(series: str) -> None:
    numbers = [step.name for step in steps(series)]
    texts = sorted(text.name for text in text_of(series, 1).parent.glob("*.sql"))

    assert numbers == [f"{number:04}.sql" for number in range(1, len(numbers) + 1)], "numbered without a gap"
    assert texts == numbers, "a migration was added: run `python -m tests.schemas`, and keep what it writes"


@pytest.mark.parametrize(("series", "number"), [(s, n) for s in FILES for n in range(1, NEWEST[s] + 1)])
def test_each_text_says_something_of_every_table_and_column(series: str, number: int, tmp_path: Path) -> None:
    load(series, number, tmp_path)

    assert version_of(tmp_path / FILES[series]) == number
    demand_telling(rows_of(tmp_path / FILES[series]))


async def test_each_text_of_a_server_says_something_of_every_table_and_column(url: str) -> None:
    demand_telling(await rows_there(url))


def demand_telling(rows: Rows) -> None:
    for table, there in rows.items():
        assert there, table
        for column in there[0]:
            assert any(row[column] is not None for row in there), (table, column)


@pytest.mark.parametrize(("series", "number"), [(s, n) for s in FILES for n in range(1, NEWEST[s] + 1)])
def test_a_step_that_was_released_is_never_changed(series: str, number: int, tmp_path: Path) -> None:
    load(series, number, tmp_path)
    with closing(sqlite3.connect(":memory:")) as db:
        for step in steps(series)[:number]:
            db.executescript(step.read_text("utf-8"))
        made = schema_of(db)

    assert schema_in(tmp_path / FILES[series]) == made


async def test_a_step_of_a_server_that_was_released_is_never_changed(url: str) -> None:
    number, other = await ask(url, "SELECT version FROM seuil_schema"), await fresh_url()
    db = await asyncpg.connect(other)
    for step in steps("postgres")[:number]:
        await db.execute(step.read_text("utf-8"))
    await db.execute("CREATE TABLE seuil_schema (version integer NOT NULL)")
    await db.close()

    assert await schema_there(url) == await schema_there(other)


# --- forward, with everything -------------------------------------------------------------------------------


async def test_every_row_of_an_older_folder_is_there_and_is_told(folder: Path) -> None:
    before = everything_in(folder)

    store = await open_store(f"sqlite:{folder}")
    try:
        after = everything_in(folder)
        assert same_rows(before, after)
        await demand_told(store, after)
        await store.check()
    finally:
        await store.close()
    assert {series: version_of(folder / file) for series, file in FILES.items()} == {
        series: NEWEST[series] for series in FILES
    }


async def test_every_row_of_an_older_database_is_there_and_is_told(url: str) -> None:
    before = await rows_there(url)

    store = await open_store(url)
    try:
        after = await rows_there(url)
        assert same_rows(before, after)
        await demand_told(store, after)
        await store.check()
    finally:
        await store.close()


def test_a_row_that_is_lost_or_changed_would_be_noticed(tmp_path: Path) -> None:
    load("seuil", 1, tmp_path)
    before = rows_of(tmp_path / FILES["seuil"])

    for table, rows in before.items():
        changed = [{**rows[0], column: b"other"} for column in rows[0]]
        assert not same_rows(before, {**before, table: rows[1:]})
        assert not any(same_rows(before, {**before, table: [row, *rows[1:]]}) for row in changed), table
    assert same_rows(before, {**before, "new": [], "ban": [{**row, "why": ""} for row in before["ban"]]})


async def test_an_older_folder_ends_with_the_schema_of_a_new_one(folder: Path, tmp_path: Path) -> None:
    for place in (folder, tmp_path / "new"):
        await (await open_store(f"sqlite:{place}")).close()

    for file in FILES.values():
        assert schema_in(folder / file) == schema_in(tmp_path / "new" / file)


async def test_an_older_database_ends_with_the_schema_of_a_new_one(url: str) -> None:
    new = await fresh_url()
    for place in (url, new):
        await (await open_store(place)).close()

    assert await schema_there(url) == await schema_there(new)


async def test_life_goes_on_in_an_older_folder(folder: Path) -> None:
    await go_on(f"sqlite:{folder}", everything_in(folder))


async def test_life_goes_on_in_an_older_database(url: str) -> None:
    await go_on(url, await rows_there(url))


async def go_on(url: str, rows: Rows) -> None:
    """Answer, submit, moderate, withdraw: with what was there before."""
    store = await open_store(url)
    try:
        person = next(row for row in rows["person"] if row["draft"] is not None)
        again = KeepDraft(person["pseudonym"], person["draft"], person["revision"] + 1, b"box", DAY)
        assert await store.commit((again, Seen(person["pseudonym"], 10**6, DAY)))
        assert not await store.commit((again,))

        assert await store.commit(submitted(new_id(), "coded", "story"))
        claimed = next(row for row in rows["testimony"] if row["state"] == "claimed")
        approve = Move(claimed["id"], ("claimed",), "approved", DAY, held_by=claimed["claimed_by"])
        assert await store.commit((approve, Audit(DAY, "desk", "approve")))

        for row in rows["testimony"][::2]:
            assert await store.commit((Withdraw(row["locator"], row["token_hash"]),))
        for row in rows["testimony"][1::2]:
            assert await store.commit((EraseCase(row["id"]),))
        for row in rows["testimony"]:
            assert (await store.items(row["id"]), await store.replies(row["id"])) == ([], [])

        finished = next(row for row in rows["command"] if row["box"] is None)
        queued = await store.commands()
        assert await store.commit((QueueCommand(finished["update_key"], b"again"),))
        assert await store.commands() == queued
        assert await store.commit((QueueCommand(b"a new key", b"new"),))
        assert (await store.commands())[-1].number > max(row["number"] for row in rows["command"])

        log = [(row.number, row.line, row.chain) for row in await store.audit_lines()]
        assert audit.first_break(log) is None
        assert len(log) == len(rows["audit"]) + 1
    finally:
        await store.close()


async def demand_told(store: Store, rows: Rows) -> None:
    """Every row, by every way the `Store` promise has to it."""
    by = {
        table: sorted(there, key=lambda row: repr(next(iter(row.values())))) for table, there in rows.items()
    }
    cases = {row["id"]: case_row(row) for row in by["testimony"]}
    for row in by["testimony"]:
        assert await store.case(row["id"]) == await store.case_at(row["locator"]) == cases[row["id"]]
        items = [item_row(item) for item in by["item"] if item["testimony"] == row["id"]]
        assert await store.items(row["id"]) == sorted(items, key=lambda item: item.part)
        replies = [(each["number"], each["box"]) for each in by["reply"] if each["testimony"] == row["id"]]
        assert await store.replies(row["id"]) == [box for _, box in sorted(replies)]
    for state in {case.state for case in cases.values()}:
        told = [case for case in cases.values() if case.state == state]
        assert await store.cases(state) == sorted(told, key=lambda case: case.case)
    waiting = [case.case for case in cases.values() if case.state == "approved" and case.counted_in is None]
    assert {item.case for item in await all_of(store.coded_items())} == set(waiting) != set()
    past = [(row["testimony"], row["part"]) for row in by["item"] if cases[row["testimony"]].decided_day]
    assert sorted(await store.retention(story_before=10**6, coded_before=10**6)) == sorted(past)

    queued = [CommandRow(row["number"], row["box"]) for row in by["command"] if row["box"] is not None]
    assert await store.commands() == queued != []
    members = [MemberRow(r["id"], r["role"], r["route"], r["day"], r["name"]) for r in by["member"]]
    assert sorted(await store.members(), key=repr) == sorted(members, key=repr)
    for row, member in zip(by["member"], members, strict=True):
        assert await store.member_at(row["lookup"]) == member
    invites = [InviteRow(row["code_hash"], row["role"], row["day"], row["name"]) for row in by["invite"]]
    assert await store.invites() == invites
    assert await store.bans() == [row["tag"] for row in by["ban"]]
    for row in by["asking"]:
        assert await store.asked_second(row["what"]) == row["member"]

    assert await store.audit_lines() == [AuditRow(r["number"], r["line"], r["chain"]) for r in by["audit"]]
    digests = [DigestRow(r["period"], r["day"], r["state"], r["frozen"], r["sha256"]) for r in by["digest"]]
    assert await store.digests() == digests
    for row in by["rendition"]:
        assert await store.rendition(row["period"], row["language"]) == row["box"]
    deliveries = [
        DeliveryRow(r["period"], r["member"], r["state"], r["tries"], r["reason"], r["next_try"])
        for r in by["delivery"]
    ]
    assert sorted(await store.deliveries(), key=repr) == sorted(deliveries, key=repr)
    for row in by["meta"]:
        assert await store.meta(row["key"]) == row["value"]

    for row in by["person"]:
        assert await store.person([row["pseudonym"]]) == person_row(row)
    assert await store.count_drafts() == sum(row["draft"] is not None for row in by["person"])
    errands = [ErrandRow(row["id"], row["mark"], row["box"]) for row in by["errand"]]
    assert sorted(await store.errands(), key=repr) == sorted(errands, key=repr)


def case_row(row: dict[str, Any]) -> CaseRow:
    return CaseRow(
        *(
            row[name]
            for name in ("id", "state", "day", "decided_day", "claimed_by", "counted_in", "reply_key")
        )
    )


def item_row(row: dict[str, Any]) -> ItemRow:
    return ItemRow(row["testimony"], row["part"], row["epoch"], row["box"])


def person_row(row: dict[str, Any]) -> PersonRow:
    pseudonym, seen, draft = row["pseudonym"], row["seen"], None
    if row["draft"] is not None:
        draft = DraftRow(pseudonym, row["draft"], row["revision"], row["box"], row["draft_day"])
    updates = tuple(int.from_bytes(seen[at : at + 8], "big") for at in range(0, len(seen), 8))
    return PersonRow(pseudonym, draft, updates, row["day"])


# --- a newer one --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("newer", FILES.values())
@pytest.mark.parametrize("version", [99, -1])
async def test_a_folder_of_another_seuil_is_left_as_it_is(newer: str, version: int, tmp_path: Path) -> None:
    load("seuil", 1, tmp_path)
    load("drafts", 1, tmp_path)
    with closing(sqlite3.connect(tmp_path / newer)) as db:
        db.execute(f"PRAGMA user_version = {version}")
    before = {file: (tmp_path / file).read_bytes() for file in FILES.values()}

    with pytest.raises(StoreDamaged, match="newer Seuil" if version > 0 else "number") as refused:
        await open_store(f"sqlite:{tmp_path}")

    assert refused.value.hint
    assert "\n" not in str(refused.value)
    assert {file: (tmp_path / file).read_bytes() for file in FILES.values()} == before


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ("UPDATE seuil_schema SET version = 99", SettingsError),
        ("UPDATE seuil_schema SET version = -1", StoreDamaged),
        ("DELETE FROM seuil_schema", StoreDamaged),
    ],
)
async def test_a_database_of_another_seuil_is_left_as_it_is(
    change: str, error: type[Exception], url: str
) -> None:
    await ask(url, change)
    before, schema = await rows_there(url), await schema_there(url)

    with pytest.raises(error) as refused:
        await open_store(url)

    assert "\n" not in str(refused.value)
    assert (await rows_there(url), await schema_there(url)) == (before, schema)


# --- cut, and at once ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seuil", "drafts"), [(0, 0), (1, 1)])
async def test_a_folder_killed_at_any_statement_is_the_old_or_the_new_one(
    seuil: int, drafts: int, tmp_path: Path
) -> None:
    ran = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.migration_kill", str(tmp_path / "kills"), str(seuil), str(drafts)),
        cwd=Path(__file__).parent.parent,
        stdout=asyncio.subprocess.PIPE,
    )
    assert ran.stdout is not None
    told = await ran.stdout.read()

    assert await ran.wait() == 0
    written = sum(len(list(statements(step))) for series in FILES for step in steps(series)[seuil:])
    assert int(told) > written


def statements(step: Path) -> Iterator[str]:
    """Each statement of a migration, with the comments before it."""
    said = ""
    for line in step.read_text("utf-8").splitlines(keepends=True):
        said += line
        if sqlite3.complete_statement(said):
            yield said
            said = ""
    assert not re.sub(r"--.*", "", said).strip(), "a migration ends with its last statement"


ONE_MORE = """
CREATE TABLE note (what text);
ALTER TABLE ban ADD COLUMN why text NOT NULL DEFAULT '';
DROP TABLE meta;
"""
"""A migration that only this test knows."""

KILL = "SELECT pg_terminate_backend(pg_backend_pid());\n"


@pytest.fixture
def one_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """A server's steps, and one more."""
    folder = tmp_path / "steps"
    shutil.copytree(SERIES["postgres"], folder)
    (folder / f"{NEWEST['postgres'] + 1:04}.sql").write_text(ONE_MORE)
    monkeypatch.setattr(postgres_server, "MIGRATIONS", folder)
    return sorted(folder.glob("*.sql"))


async def test_a_database_killed_at_any_statement_is_the_old_one(url: str, one_more: list[Path]) -> None:
    number = await ask(url, "SELECT version FROM seuil_schema")
    await killed_at_each(url, one_more[number:])


async def test_an_empty_database_killed_at_any_statement_is_empty(one_more: list[Path]) -> None:
    await killed_at_each(await fresh_url(), one_more)


async def killed_at_each(url: str, ahead: list[Path]) -> None:
    before, schema = await rows_there(url), await schema_there(url)
    for step in ahead:
        whole, parts = step.read_text("utf-8"), list(statements(step))
        for cut in range(len(parts) + 1):
            step.write_text("".join([*parts[:cut], KILL, *parts[cut:]]))
            with pytest.raises(StoreAway):
                await postgres_server.make_ready(url)
            assert await schema_there(url) == schema, (step.name, cut)
        step.write_text(whole)
    assert await rows_there(url) == before

    await postgres_server.make_ready(url)

    assert await ask(url, "SELECT version FROM seuil_schema") == NEWEST["postgres"] + 1
    assert await ask(url, "SELECT count(*) FROM note") == 0


async def test_workers_that_start_at_once_migrate_a_database_once(url: str, one_more: list[Path]) -> None:
    await asyncio.gather(*(postgres_server.make_ready(url) for _ in range(5)))

    assert await ask(url, "SELECT version FROM seuil_schema") == NEWEST["postgres"] + 1


AT_ONCE = """
import asyncio, sys
from storage import open_store
print("ready", flush=True)
sys.stdin.readline()
async def once():
    await (await open_store(sys.argv[1], console=True)).close()
asyncio.run(once())
"""


async def test_programs_that_start_at_once_migrate_a_folder_once(tmp_path: Path) -> None:
    load("seuil", 1, tmp_path)
    before = rows_of(tmp_path / "seuil.db")
    programs = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", AT_ONCE, f"sqlite:{tmp_path}"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=Path(__file__).parent.parent,
            env=dict(os.environ),
        )
        for _ in range(3)
    ]
    for program in programs:
        assert program.stdout is not None
        assert await program.stdout.readline() == b"ready\n"

    ended = await asyncio.gather(*(program.communicate(b"now\n") for program in programs))

    assert [program.returncode for program in programs] == [0, 0, 0], ended
    assert same_rows(before, rows_of(tmp_path / "seuil.db"))


# --- looked at ----------------------------------------------------------------------------------------------


def everything_in(folder: Path) -> Rows:
    return {table: there for file in FILES.values() for table, there in rows_of(folder / file).items()}


def schema_in(path: Path) -> set[tuple[str, str, str]]:
    with closing(sqlite3.connect(path)) as db:
        return schema_of(db)


def schema_of(db: sqlite3.Connection) -> set[tuple[str, str, str]]:
    said = db.execute("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'").fetchall()
    return {(kind, name, re.sub(r"[\s\"]+", " ", sql).strip()) for kind, name, sql in said}


LOOKED_AT = (
    "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()",
    "SELECT indexname, replace(indexdef, current_schema(), '') FROM pg_indexes"
    " WHERE schemaname = current_schema()",
    "SELECT c.relname, c.reloptions, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,"
    " a.attstorage, a.attcollation, pg_get_expr(d.adbin, d.adrelid) FROM pg_class c"
    " JOIN pg_attribute a ON a.attrelid = c.oid"
    " LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum"
    " WHERE c.relnamespace = current_schema()::regnamespace AND a.attnum > 0 AND NOT a.attisdropped",
    "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = current_schema()::regnamespace",
)


async def schema_there(url: str) -> list[list[str]]:
    db = await asyncpg.connect(url)
    told = [sorted(repr(tuple(row)) for row in await db.fetch(question)) for question in LOOKED_AT]
    await db.close()
    return told


async def ask(url: str, question: str) -> Any:
    db = await asyncpg.connect(url)
    told = await db.fetchval(question)
    await db.close()
    return told
