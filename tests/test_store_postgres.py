"""What the PostgreSQL store promises beyond the contract: several workers, lost connections, a killed server,
refusals that say what to do, and nothing of a row in any error."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import traceback
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import asyncpg
import pytest
from msgspec.structs import replace as changed

from bot import audit
from bot.errors import SettingsError, SeuilError, StoreAway, StoreFull
from storage import PersonRow, Store, open_store, postgres, postgres_server
from storage.changes import (
    Audit,
    Ban,
    Change,
    DropDraft,
    EraseCase,
    KeepReply,
    PutMember,
    PutMeta,
    QueueCommand,
    Seen,
    Withdraw,
)
from storage.postgres import PostgresStore
from storage.postgres_server import MIGRATIONS
from tests.pgkit import QUICK, Server, Wire, emptied_url, fresh_url, shared
from tests.storekit import DAY, MEMBER, OTHER, case_of, new_id, submitted, turn


@pytest.fixture
async def url() -> str:
    return await emptied_url()


@pytest.fixture
async def store(url: str) -> AsyncIterator[PostgresStore]:
    async with opened(url) as store:
        yield store


@pytest.fixture
def quarrels(url: str) -> Callable[[], str]:
    """What the server logged since: where workers meet in a constraint, it quotes the key they met in."""
    log = shared().folder / "log"
    before = log.stat().st_size

    def since() -> str:
        return log.read_bytes()[before:].decode()

    return since


class opened:  # noqa: N801 - reads as the verb it is
    """`async with opened(url) as store`."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def __aenter__(self) -> PostgresStore:
        self._store = await PostgresStore.open(self._url)
        return self._store

    async def __aexit__(self, *_: object) -> None:
        await self._store.close()


async def say(url: str, *statements: str) -> None:
    """What another program does to the database."""
    db = await asyncpg.connect(url)
    for statement in statements:
        await db.execute(statement)
    await db.close()


def raising(table: str, state: str, when: str = "true", said: str = "canary") -> tuple[str, str]:
    """What makes the server refuse to write in a table, with an error of this state that quotes what it
    met."""
    return (
        f"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {when} THEN"
        f" RAISE EXCEPTION '{said}' USING ERRCODE = '{state}', DETAIL = '{said}', HINT = '{said}';"
        " END IF; RETURN NEW; END $$",
        f"CREATE TRIGGER refuse BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()",
    )


async def ask(url: str, sql: str, *parameters: object) -> object:
    db = await asyncpg.connect(url)
    value: object = await db.fetchval(sql, *parameters)
    await db.close()
    return value


# --- several workers ----------------------------------------------------------------------------------------


async def test_two_workers_never_both_move_one_draft(url: str) -> None:
    people = [new_id() for _ in range(20)]
    async with opened(url) as one, opened(url) as other:
        for revision in range(1, 6):
            answers = await asyncio.gather(
                *(store.commit(turn(person, person, revision)) for person in people for store in (one, other))
            )

            assert [sum(answers[n : n + 2]) for n in range(0, len(answers), 2)] == [1] * len(people)

        for store in (one, other):
            found = [await store.person([person]) for person in people]
            assert [row.draft.revision for row in found if row and row.draft] == [5] * len(people)


async def test_the_audit_log_of_two_workers_is_one_chain(url: str, quarrels: Callable[[], str]) -> None:
    async with opened(url) as one, opened(url) as other:
        await asyncio.gather(
            *(
                store.commit((QueueCommand(new_id(), b"box"), Audit(DAY, "member", f"act {number}")))
                for number in range(20)
                for store in (one, other)
            )
        )

        rows = await one.audit_lines()
        assert len(rows) == 40
        assert audit.first_break((row.number, row.line, row.chain) for row in rows) is None
        assert [row.number for row in await other.commands()] == list(range(1, 41))
    assert "Key (" not in quarrels()


async def test_two_workers_keep_every_reply_and_one_member_a_chat(
    url: str, quarrels: Callable[[], str]
) -> None:
    case = new_id()
    async with opened(url) as one, opened(url) as other:
        await one.commit((case_of(case),))
        for _ in range(20):
            await asyncio.gather(*(store.commit((KeepReply(case, b"r"),)) for store in (one, other)))
        joined = await asyncio.gather(
            one.commit((PutMember(MEMBER, b"chat", "moderator", b"route", DAY),)),
            other.commit((PutMember(OTHER, b"chat", "partner", b"route", DAY),)),
        )

        assert len(await one.replies(case)) == 40
        assert sorted(joined) == [False, True]
    assert "Key (" not in quarrels()


async def test_a_case_is_withdrawn_by_one_worker_only(url: str) -> None:
    cases = [new_id() for _ in range(20)]
    async with opened(url) as one, opened(url) as other:
        for case in cases:
            await one.commit(submitted(case, "story", "coded"))
        answers = await asyncio.gather(
            *(
                store.commit((Withdraw(case[::-1], b"token hash of " + case),))
                for case in cases
                for store in (one, other)
            )
        )

        assert sum(answers) == len(cases)
        assert await one.cases() == []


async def test_two_workers_may_start_at_once_on_a_new_database() -> None:
    url = await fresh_url()

    stores = await asyncio.gather(*(open_store(url) for _ in range(4)))

    assert await ask(url, "SELECT version FROM seuil_schema") == len(list(MIGRATIONS.glob("*.sql")))
    await asyncio.gather(*(store.close() for store in stores))


async def test_one_of_two_workers_keeps_the_clock_and_another_takes_it_over(url: str) -> None:
    async with opened(url) as one, opened(url) as other:
        async with one.only_one("clock") as first, other.only_one("clock") as second:
            assert [bool(each) for each in (first, second)] == [True, False]
        async with other.only_one("clock") as later:
            assert later


async def test_a_desk_hears_of_a_command_that_another_worker_queued(url: str) -> None:
    async with opened(url) as desk, opened(url) as intake:
        assert await desk.queued(0)
        waiting = asyncio.create_task(desk.queued(30))

        await intake.commit((QueueCommand(b"key", b"box"),))

        assert await waiting
        assert [row.box for row in await desk.commands()] == [b"box"]


async def test_a_desk_whose_wire_breaks_looks_again(url: str) -> None:
    async with Wire(shared(), url) as wire, opened(wire.url) as desk:
        await desk.queued(0)
        waiting = asyncio.create_task(desk.queued(30))
        await asyncio.sleep(0)
        wire.break_all()

        assert await waiting
        assert await desk.queued(0)  # it listens again


async def test_the_console_neither_sees_nor_writes_drafts(url: str, store: Store) -> None:
    person = new_id()
    await store.commit(turn(person, person, 1))
    console = await open_store(url, console=True)

    assert await console.commit((PutMeta("from", b"the console"),))
    assert await store.meta("from") == b"the console"
    assert await console.person([person]) is None
    assert (await console.count_drafts(), await console.drafts_before(DAY + 9), await console.errands()) == (
        *(0, []),
        [],
    )
    with pytest.raises(RuntimeError, match="console"):
        await console.commit(turn(person, person, 2))
    await console.close()


async def test_a_worker_that_ended_leaves_no_row(url: str) -> None:
    await ask(url, "INSERT INTO worker VALUES ('killed', 1, current_date - 30) RETURNING 1")

    async with opened(url) as store:
        await store.commit(turn(new_id(), new_id(), 1))
        assert await ask(url, "SELECT count(*) FROM worker") == 1

    assert await ask(url, "SELECT count(*) FROM worker") == 0


# --- many people, one transaction ---------------------------------------------------------------------------


async def test_a_crowd_shares_a_few_transactions(url: str, store: PostgresStore) -> None:
    people = [new_id() for _ in range(500)]

    answers = await asyncio.gather(*(store.commit(turn(person, person, 1)) for person in people))

    assert all(answers)
    assert await store.count_drafts() == 500
    batches = await ask(url, "SELECT max(batch) FROM worker")
    assert isinstance(batches, int)
    assert batches <= 500 // postgres.BATCH + 2


async def test_in_a_crowd_a_refused_change_takes_nobody_with_it(store: Store) -> None:
    good = [new_id() for _ in range(30)]
    cases = [new_id() for _ in range(30)]
    changes = [turn(person, person, 1) for person in good] + [
        (*submitted(case, "story"), *((EraseCase(new_id()),) if number % 2 else ()))
        for number, case in enumerate(cases)
    ]

    answers = await asyncio.gather(*(store.commit(change) for change in changes))

    assert answers == [True] * 30 + [True, False] * 15
    assert [row.case for row in await store.cases()] == sorted(cases[::2])


async def test_in_a_crowd_a_value_no_store_can_keep_fails_alone(store: Store) -> None:
    people = [new_id() for _ in range(10)]
    unfit: list[Change] = [
        (Seen(new_id(), 2**63, DAY),),
        (PutMeta("key", object()),),  # type: ignore[arg-type]  # that is the point
        (PutMeta("no\0 text", b""),),
        (Audit(DAY, "\ud800", ""),),
        (case_of(new_id(), day=2**70),),
        (changed(case_of(new_id()), state="gone"),),  # type: ignore[arg-type]  # as above
        (PutMeta("k" * 9000 + os.urandom(9000).hex(), b""),),
    ]
    changes = [*unfit, *(turn(person, person, 1) for person in people), *unfit]

    answers = await asyncio.gather(*(store.commit(change) for change in changes), return_exceptions=True)

    assert [type(answer) for answer in answers] == [TypeError] * 7 + [bool] * 10 + [TypeError] * 7
    assert await store.count_drafts() == 10
    assert (await store.audit_lines(), await store.cases()) == ([], [])


async def test_two_turns_of_one_person_at_once_are_decided_in_order(store: Store) -> None:
    person, draft = new_id(), new_id()

    answers = await asyncio.gather(
        *(store.commit(turn(person, draft, revision)) for revision in (1, 2, 2, 3, 1, 4))
    )

    assert answers == [True, True, False, True, False, True]


async def test_a_caller_who_gives_up_takes_nobody_with_it(store: Store) -> None:
    people = [new_id() for _ in range(10)]
    tasks = [asyncio.create_task(store.commit(turn(person, person, 1))) for person in people]
    await asyncio.sleep(0)
    tasks[3].cancel()

    answers = await asyncio.gather(*tasks, return_exceptions=True)

    assert [type(answer) for answer in answers] == [bool] * 3 + [asyncio.CancelledError] + [bool] * 6


async def test_a_closed_store_says_so(url: str) -> None:
    store = await open_store(url)
    await store.close()

    with pytest.raises(RuntimeError):
        await store.commit(())
    with pytest.raises(RuntimeError):
        await store.cases()


# --- what breaks --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arrives", [True, False])
async def test_a_commit_whose_answer_was_lost_is_done_once(url: str, arrives: bool) -> None:
    """Whether the wire broke before the COMMIT or behind it: what was asked is there, once, and told so."""
    person = new_id()
    async with Wire(shared(), url) as wire, opened(wire.url) as store:
        assert await store.commit(turn(person, person, 1))
        wire.cut_at(b"COMMIT\0", passing=arrives)

        answer = await store.commit((*turn(person, person, 2), Audit(DAY, "member", "act")))

        assert wire.cuts == 1
        assert answer
        row = await store.person([person])
        assert row is not None
        assert row.draft is not None
        assert (row.draft.revision, len(await store.audit_lines())) == (2, 1)


async def test_a_look_up_whose_wire_breaks_is_made_again(url: str) -> None:
    person = new_id()
    async with Wire(shared(), url) as wire, opened(wire.url) as store:
        await store.commit(turn(person, person, 1))
        assert await store.person([person])
        wire.break_all()

        assert await store.person([person])
        assert await store.commit(turn(person, person, 2))


@pytest.mark.parametrize("arrives", [True, False])
async def test_who_cannot_know_whether_a_commit_was_done_says_so(
    url: str, arrives: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_server, "PATIENCE_SECONDS", 0.2)
    async with Wire(shared(), url) as wire, opened(wire.url) as store:
        await store.commit(turn(new_id(), new_id(), 1))
        wire.cut_at(b"COMMIT\0", passing=arrives, for_good=True)

        with pytest.raises(StoreAway, match="only it knows") as error:
            await store.commit(turn(new_id(), new_id(), 1))
        with pytest.raises(StoreAway, match="does not answer") as later:
            await store.commit(turn(new_id(), new_id(), 1))

        assert (error.value.unsure, later.value.unsure) == (True, False)
        assert await ask(url, "SELECT count(*) FROM person") == 1 + arrives


@pytest.mark.parametrize("marker", [b"COMMIT\0", b"BEGIN", b"FOR UPDATE"])
async def test_a_wire_that_swallows_everything_is_given_up_in_time(
    url: str, marker: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing closes, nobody answers: only the clock tells."""
    monkeypatch.setattr(postgres_server, "WRITE_SECONDS", 0.3)
    person = new_id()
    async with Wire(shared(), url) as wire, opened(wire.url) as store:
        wire.cut_at(marker, passing=False, silently=True)

        assert await store.commit((*turn(person, person, 1), Audit(DAY, "member", "act")))

        assert wire.cuts == 1
        assert len(await store.audit_lines()) == 1


async def test_workers_that_meet_decide_again() -> None:
    url = await fresh_url()
    async with opened(url) as store:
        await say(url, "CREATE SEQUENCE tried", *raising("ban", "40P01", "nextval('tried') < 4"))

        answers = await asyncio.gather(
            store.commit((Ban(b"tag", DAY),)), store.commit(turn(new_id(), new_id(), 1))
        )

        assert answers == [True, True]
        assert await ask(url, "SELECT last_value FROM tried") == 4


async def test_a_full_disk_is_told_and_what_is_small_goes_on(canary: str) -> None:
    url = await fresh_url()
    async with opened(url) as store:
        await say(url, *raising("item", "53100"))

        with pytest.raises(StoreFull) as full:
            await store.commit(submitted(new_id(), "story"))

        assert "safe" in full.value.hint
        assert await store.commit(turn(new_id(), new_id(), 1))
        assert await store.cases() == []


@pytest.mark.parametrize("state", ["53100", "40001", "XX001", "42501", "57014", "P0001", "22023"])
async def test_no_word_of_the_servers_own_is_in_an_error_or_a_log(
    canary: str, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its words may quote rows: DETAIL does."""
    monkeypatch.setattr(postgres_server, "PATIENCE_SECONDS", 0.1)
    url = await fresh_url()
    async with opened(url) as store:
        await say(url, *raising("ban", state, said=canary))

        with pytest.raises((SeuilError, TypeError)) as error:
            await store.commit((Ban(canary.encode(), DAY),))

    logging.getLogger("test").error("failed", exc_info=error.value)
    hint = getattr(error.value, "hint", "")
    assert canary not in "".join((*traceback.format_exception(error.value), repr(error.value), hint))
    assert canary.encode().hex() not in str(error.value)


async def test_a_server_that_stays_away_is_told_so(
    url: str, store: PostgresStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(postgres_server, "PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr(postgres_server.Patience, "_told_at", 0.0)
    async with Wire(shared(), url) as wire:
        lonely = await PostgresStore.open(wire.url)
        await lonely.commit(turn(new_id(), new_id(), 1))
    # Nobody listens there any more.

    for tried in (lonely.commit(turn(new_id(), new_id(), 1)), lonely.person([new_id()]), lonely.cases()):
        with pytest.raises(StoreAway, match="does not answer"):
            await tried
    assert "does not answer; trying again" in caplog.text
    await lonely.close()
    with pytest.raises(StoreAway, match="cannot be reached"):
        await open_store(wire.url)


async def test_a_server_killed_again_and_again_loses_nothing_acknowledged() -> None:
    """`kill -9` of the server under load: nobody is refused, nothing is lost, nothing is there twice."""
    server = await asyncio.to_thread(Server)
    people, done = [new_id() for _ in range(16)], asyncio.Event()

    async def talk(store: Store, person: bytes) -> int:
        revision = 0
        while not done.is_set():
            revision += 1
            assert await store.commit((*turn(person, person, revision), Audit(DAY, "member", "spoke")))
        return revision

    try:
        async with opened(server.url()) as store, opened(server.url()) as other:
            talks = [
                asyncio.create_task(talk((store, other)[n % 2], person)) for n, person in enumerate(people)
            ]
            for _ in range(3):
                await asyncio.sleep(0.3)
                server.kill()
                await asyncio.to_thread(server.start)
            await asyncio.sleep(0.3)
            done.set()
            said = await asyncio.gather(*talks)

            rows = [await store.person([person]) for person in people]
            assert [row.draft.revision for row in rows if row and row.draft] == said
            assert await ask(server.url(), "SELECT count(*) FROM audit") == sum(said)
            assert await ask(server.url(), "SELECT max(number) FROM audit") == sum(said)
    finally:
        await asyncio.to_thread(server.stop)


async def test_a_standby_takes_over_and_has_everything_acknowledged() -> None:
    """The first server is killed for good; the url names both, and commits waited for both."""
    first = await asyncio.to_thread(Server, (*QUICK, "-c", "synchronous_standby_names=*"))
    servers, people, done = [first], [new_id() for _ in range(8)], asyncio.Event()
    acknowledged = dict.fromkeys(people, 0)

    async def talk(store: Store, person: bytes) -> None:
        while not done.is_set():
            revision = acknowledged[person] + 1
            assert await store.commit(turn(person, person, revision))
            acknowledged[person] = revision

    async def all_have_had(turns: int) -> None:
        async with asyncio.timeout(30):
            while min(acknowledged.values()) < turns:  # noqa: ASYNC110 - one of eight acknowledges it
                await asyncio.sleep(0.01)

    try:
        servers.append(await asyncio.to_thread(Server, QUICK, None, first))
        both = first.url().replace(f"{first.sockets}", f"{first.sockets},{servers[1].sockets}")
        async with opened(both) as store:
            talks = [asyncio.create_task(talk(store, person)) for person in people]
            await all_have_had(3)
            first.kill()
            servers[1].promote()
            await all_have_had(max(acknowledged.values()) + 3)
            done.set()
            await asyncio.gather(*talks)

            rows = [await store.person([person]) for person in people]
            assert [row.draft.revision for row in rows if row and row.draft] == [*acknowledged.values()]
            assert await ask(servers[1].url(), "SELECT count(*) FROM person") == len(people)
    finally:
        for server in servers:
            await asyncio.to_thread(server.stop)


# --- who is let in ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("postgresql://seuil:canary@/nowhere?host={host}", "no database"),
        ("postgresql://seuil@/postgres?host={host}&search_path=nowhere", "no schema"),
        ("postgresql://canary:canary@/postgres?host={host}", "let this user in"),
        ("postgresql://h:port/canary", "can not be read"),
        ("postgresql://u:canary@h:1/d?sslmode=canary", "can not be read"),
    ],
)
async def test_a_wrong_url_is_refused_with_a_way_out_and_never_repeated(wrong: str, said: str) -> None:
    server = await asyncio.to_thread(shared)

    with pytest.raises(SettingsError, match=said) as refused:
        await open_store(wrong.format(host=server.sockets))

    assert refused.value.hint
    assert "canary" not in "".join(traceback.format_exception(refused.value)) + refused.value.hint


async def test_a_user_without_rights_is_refused_before_anything_is_made() -> None:
    url, name = await fresh_url(), f"u{new_id().hex()}"
    await say(url, f"CREATE ROLE {name} LOGIN")
    theirs = url.replace("seuil@", f"{name}@")
    with pytest.raises(SettingsError, match="no schema"):  # it may not even see it
        await open_store(theirs)

    schema = await ask(url, "SELECT current_schema()")
    await say(url, f"GRANT USAGE ON SCHEMA {schema} TO {name}")

    with pytest.raises(SettingsError, match="may not make"):
        await open_store(theirs)
    assert await ask(url, "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()") == 0


async def test_a_schema_of_a_newer_seuil_is_left_alone() -> None:
    url = await fresh_url()
    await (await open_store(url)).close()
    await say(url, "UPDATE seuil_schema SET version = version + 1")

    with pytest.raises(SettingsError, match="newer Seuil"):
        await open_store(url)


async def test_another_programs_database_is_left_alone() -> None:
    url = await fresh_url()
    await say(url, "CREATE TABLE person (name text)")

    with pytest.raises(SettingsError, match="another program"):
        await open_store(url)

    assert await ask(url, "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()") == 1


async def test_a_server_that_undoes_a_promise_is_told_of(caplog: pytest.LogCaptureFixture) -> None:
    await (await open_store(await fresh_url())).close()

    assert "fsync = off: a power cut may lose" in caplog.text


async def test_every_commit_waits_for_the_disk_whatever_the_database_says(url: str) -> None:
    db = await postgres_server.connect(f"{url}&synchronous_commit=off", "test")

    assert await db.fetchval("SHOW synchronous_commit") == "on"
    await db.close()


# --- what is erased -----------------------------------------------------------------------------------------


async def test_what_was_withdrawn_is_swept_out_of_the_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "SWEEP_SECONDS", 0.0)
    url, case = await fresh_url(), new_id()
    async with opened(url) as store:
        await store.commit((*submitted(case, "story", box=bytes(9000)), KeepReply(case, b"reply")))
        assert store._sweeping is not None
        await store._sweeping

        await store.commit((Withdraw(case[::-1], b"token hash of " + case),))
        await store._sweeping

    # A vacuum gives back the pages at a table's end that hold nothing any more.
    assert await ask(url, "SELECT pg_relation_size('item') + pg_relation_size('testimony')") == 0
    toast = "SELECT pg_relation_size(reltoastrelid) FROM pg_class WHERE oid = 'item'::regclass"
    assert await ask(url, toast) == 0


async def test_no_row_tells_which_conversation_a_testimony_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "SWEEP_SECONDS", 0.0)
    url, person, telling = await fresh_url(), new_id(), new_id()
    async with opened(url) as store:
        await store.commit(turn(telling, telling, 1))
        await store.commit(turn(person, person, 1))
        await store.commit((*submitted(new_id(), "story"), DropDraft(person), Seen(person, 2, DAY)))
        assert store._sweeping is not None
        await store._sweeping

        assert await store.person([person]) == PersonRow(person, None, (1, 2), DAY)

    together = "SELECT count(*) FROM person, testimony WHERE person.xmin = testimony.xmin"
    assert await ask(url, together) == 0
    assert await ask(url, "SELECT count(*) FROM person WHERE draft IS NOT NULL") == 1


# --- its schema ---------------------------------------------------------------------------------------------


async def test_a_schema_goes_forward_with_its_data_or_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps, person = tmp_path / "steps", new_id()
    shutil.copytree(MIGRATIONS, steps)
    known = len(list(MIGRATIONS.glob("*.sql")))
    url = await fresh_url()
    async with opened(url) as store:
        await store.commit((*turn(person, person, 1), *submitted(new_id(), "story"), Ban(b"tag", DAY)))
    monkeypatch.setattr(postgres_server, "MIGRATIONS", steps)
    version = "SELECT version FROM seuil_schema"

    (steps / "9001.sql").write_text("ALTER TABLE ban ADD COLUMN note text NOT NULL DEFAULT 'none';")
    async with opened(url) as store:
        assert (await store.bans(), await store.count_drafts()) == ([b"tag"], 1)
        assert len(await store.items((await store.cases())[0].case)) == 1
    assert (await ask(url, version), await ask(url, "SELECT note FROM ban")) == (known + 1, "none")

    (steps / "9002.sql").write_text("DROP TABLE ban; ALTER TABLE nowhere ADD COLUMN note text;")
    with pytest.raises(SeuilError):
        await open_store(url)
    assert (await ask(url, version), await ask(url, "SELECT count(*) FROM ban")) == (known + 1, 1)
