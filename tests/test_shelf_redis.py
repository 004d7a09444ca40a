"""What the shelf that many hosts share promises besides what every shelf does (`test_shelf`): which servers
it refuses, and what happens when one is killed, emptied, full, slow or changed under it. On a real server."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import Self

import pytest
from cryptography import x509

from bot.errors import SettingsError, SeuilError, StoreAway, StoreFull
from storage import redis_line, shelf_redis
from storage.shelf_redis import RedisShelf
from tests import rediskit
from tests.mailkit import Authority
from tests.rediskit import FIT, Server
from tests.storekit import new_id

DAY = 20_000
HOUR = DAY * 24
PASSWORD = "canary-of-the-shelf"


@pytest.fixture
def server() -> Server:
    """The shared one, emptied."""
    return rediskit.emptied()


@pytest.fixture
def own() -> Iterator[Server]:
    """A server of this test's own, to be killed and changed."""
    server = Server()
    yield server
    server.stop()


@asynccontextmanager
async def opened(server: Server) -> AsyncIterator[RedisShelf]:
    shelf = await RedisShelf.open(server.url)
    try:
        yield shelf
    finally:
        await shelf.close()


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long for a server that is away."""
    monkeypatch.setattr(redis_line, "PATIENCE_SECONDS", 0.3)
    monkeypatch.setattr(redis_line, "ANSWER_SECONDS", 0.3)


# --- servers that are refused -------------------------------------------------------------------------------


def started(**changed: str) -> tuple[str, ...]:
    """The settings of a fit server, but for these."""
    words = dict(zip(FIT[::2], FIT[1::2], strict=True))
    words |= {f"--{name.replace('_', '-')}": value for name, value in changed.items()}
    return tuple(word for name, value in words.items() for word in (name, *(value.split() or [""])))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"save": "3600 1"}, "saves what it holds to a disk"),
        ({"appendonly": "yes"}, "appendonly"),
        ({"maxmemory_policy": "allkeys-lru"}, "throws keys out"),
        ({"maxmemory_policy": "volatile-ttl"}, "throws keys out"),
        ({"slowlog_log_slower_than": "10000"}, "slowlog"),
        ({"cluster_enabled": "yes"}, "cluster"),
        ({"rename_command": "CONFIG hidden"}, "does not say"),
    ],
)
async def test_a_server_that_keeps_tells_or_forgets_by_itself_is_refused_before_anything_is_touched(
    changed: dict[str, str], said: str
) -> None:
    server = await asyncio.to_thread(Server, *started(**changed))
    try:
        with pytest.raises(SettingsError, match=said) as refused:
            await RedisShelf.open(server.url)
        assert refused.value.hint
        assert b":0\r\n" in server.say("DBSIZE")
    finally:
        server.stop()


async def test_a_server_with_a_copy_is_refused_and_so_is_the_copy(own: Server) -> None:
    copy = await asyncio.to_thread(Server)
    try:
        # Over a socket no server can follow another: one port, for this test.
        own.kill()
        port = free_port()
        own.start(*FIT, "--port", str(port), "--bind", "127.0.0.1")
        copy.say("REPLICAOF", "127.0.0.1", str(port))
        await until(lambda: b"connected_slaves:1" in own.say("INFO", "replication"))

        for each in (own, copy):
            with pytest.raises(SettingsError, match="replication"):
                await RedisShelf.open(each.url)
    finally:
        copy.stop()


async def test_a_server_that_began_with_what_a_file_held_is_refused(own: Server) -> None:
    own.say("SET", "seuil:draft:old", "key")
    own.say("SAVE")
    own.kill()
    own.start()
    if b"rdb_last_load_keys_loaded" not in own.say("INFO", "persistence"):
        own.say("DEL", "seuil:draft:old")  # a server older than 7.0 does not tell; its operator must know
        async with opened(own):
            return

    with pytest.raises(SettingsError, match="from a file"):
        await RedisShelf.open(own.url)


async def test_a_server_that_is_not_there_is_told_at_once_and_in_one_sentence(soon: None) -> None:
    with pytest.raises(StoreAway, match="cannot be reached") as refused:
        await RedisShelf.open("unix:///nowhere/at/all")

    assert "SEUIL_SHELF" in refused.value.hint


@pytest.mark.parametrize("user", ["", "seuil"])
async def test_a_wrong_password_is_refused_and_told_to_nobody(
    own: Server, user: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    own.say("ACL", "SETUSER", "default", "resetpass", ">another")

    with pytest.raises(SettingsError, match="let this user in") as refused:
        await RedisShelf.open(f"unix://{user}:{PASSWORD}@{own.socket}")

    assert_untold(refused.value, caplog)


async def test_a_user_without_the_rights_is_refused(own: Server) -> None:
    own.say("ACL", "SETUSER", "seuil", "on", ">" + PASSWORD, "~seuil:*", "+info", "+config|get")

    with pytest.raises(SettingsError, match="let this user in") as refused:
        await RedisShelf.open(f"unix://seuil:{PASSWORD}@{own.socket}")

    assert "NoPermission" in str(refused.value)
    assert b":0\r\n" in own.say("DBSIZE")


async def test_the_rights_that_the_guide_names_are_enough(own: Server) -> None:
    rights = rediskit.rights_in_the_guide()
    own.say("ACL", "SETUSER", "seuil", "on", ">" + PASSWORD, *rights)
    shelf = await RedisShelf.open(f"unix://seuil:{PASSWORD}@{own.socket}")
    draft = new_id()

    key = await shelf.new_key(draft, HOUR)
    await shelf.advance(draft, 1)

    assert await shelf.key(draft) == (key, 1)
    assert len(await shelf.day_keys(DAY)) == 1
    assert await shelf.expire(HOUR + 1) == [draft]
    assert await shelf.key(draft) is None
    await shelf.recheck()
    assert await shelf.new_key(draft, HOUR)
    await shelf.close()


async def test_nothing_of_a_shelf_shows_its_password(own: Server, soon: None) -> None:
    own.say("ACL", "SETUSER", "default", "resetpass", ">" + PASSWORD)
    shelf = await RedisShelf.open(f"unix://:{PASSWORD}@{own.socket}")
    own.kill()

    with pytest.raises(StoreAway) as away:
        await shelf.key(new_id())

    assert PASSWORD not in repr(shelf) + repr(shelf._line) + repr(vars(away.value))
    await shelf.close()


def assert_untold(error: SeuilError, caplog: pytest.LogCaptureFixture) -> None:
    told = repr(error) + str(error) + error.hint + caplog.text
    assert PASSWORD not in told


# --- the way there ------------------------------------------------------------------------------------------


class Behind:
    """TLS before a server, on a port of this machine; keeps what it was told."""

    def __init__(self, server: Server, context: ssl.SSLContext) -> None:
        self._server, self._context = server, context
        self.told = bytearray()
        self._served: list[asyncio.Task[None] | None] = []

    async def __aenter__(self) -> Self:
        self._listening = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._context)
        self.port = self._listening.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listening.close()
        await asyncio.gather(*filter(None, self._served), return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._served.append(asyncio.current_task())
        far_reader, far_writer = await asyncio.open_unix_connection(self._server.socket)

        async def carry(source: asyncio.StreamReader, to: asyncio.StreamWriter, kept: bytearray) -> None:
            with suppress(OSError):
                while some := await source.read(65536):
                    kept.extend(some)
                    to.write(some)
            to.close()
            with suppress(OSError):
                await to.wait_closed()

        await asyncio.gather(carry(reader, far_writer, self.told), carry(far_reader, writer, bytearray()))


async def test_a_server_elsewhere_is_known_by_its_certificate(server: Server, tmp_path: Path) -> None:
    authority = await asyncio.to_thread(Authority, tmp_path)
    async with Behind(server, authority.vouches()) as behind:
        shelf = await RedisShelf.open(f"rediss://127.0.0.1:{behind.port}/0?ssl_ca_certs={authority.file}")
        key = await shelf.new_key(draft := new_id(), HOUR)

        assert await shelf.key(draft) == (key, 0)
        await shelf.close()


@pytest.mark.parametrize("fault", ["another authority", "another name", "too old"])
async def test_a_server_that_is_another_is_told_no_password(
    server: Server, tmp_path: Path, fault: str
) -> None:
    authority, known = await asyncio.to_thread(Authority, tmp_path), tmp_path / "essai.pem"
    context = authority.vouches()
    if fault == "another authority":
        known = (await asyncio.to_thread(Authority, tmp_path, "autre")).file
    elif fault == "another name":
        context = authority.vouches(x509.DNSName("shelf.example.org"))
    else:
        context = authority.vouches(days=-1)
    async with Behind(server, context) as behind:
        url = f"rediss://seuil:{PASSWORD}@127.0.0.1:{behind.port}/0?ssl_ca_certs={known}"

        with pytest.raises(SettingsError, match="certificate") as refused:
            await RedisShelf.open(url)

        assert PASSWORD.encode() not in behind.told
        assert PASSWORD not in str(refused.value) + refused.value.hint


# --- a server that changes under way ------------------------------------------------------------------------


async def test_a_server_set_to_keep_things_meanwhile_takes_in_nobody_new_and_says_so_loudly(
    own: Server, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(own) as shelf:
        draft = new_id()
        key = await shelf.new_key(draft, HOUR)
        own.say("CONFIG", "SET", "save", "60 1")

        await shelf.recheck()
        await shelf.recheck()

        with pytest.raises(SettingsError, match="disk"):
            await shelf.new_key(new_id(), HOUR)
        assert await shelf.key(draft) == (key, 0), "who was taken in before goes on"
        assert await shelf.new_key(new_id(), HOUR, renewed=True)
        assert [each.levelno for each in caplog.records] == [logging.CRITICAL]
        assert "NOBODY NEW" in caplog.text

        own.say("CONFIG", "SET", "save", "")
        await shelf.recheck()

        assert await shelf.new_key(new_id(), HOUR)


async def test_the_server_is_looked_at_again_without_being_asked_to(
    own: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(shelf_redis, "RECHECK_SECONDS", 0.01)
    async with opened(own):
        own.say("CONFIG", "SET", "appendonly", "yes")

        await until(lambda: "NOBODY NEW" in caplog.text)


async def test_a_server_begun_anew_with_files_takes_in_nobody_new(
    own: Server, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(own) as shelf:
        own.kill()
        own.start(*started(save="60 1"))

        with pytest.raises(SettingsError, match="disk"):
            await first_try_and_second(shelf)
        assert "NOBODY NEW" in caplog.text


async def first_try_and_second(shelf: RedisShelf) -> None:
    """The first finds out while it is under way; the second is refused before."""
    for _ in range(2):
        await shelf.new_key(new_id(), HOUR)


# --- a server that is killed, away, emptied, full -----------------------------------------------------------


async def test_a_killed_server_is_a_reboot_and_the_program_goes_on(own: Server) -> None:
    async with opened(own) as shelf, opened(own) as other:
        draft = new_id()
        await shelf.new_key(draft, HOUR)
        days = await shelf.day_keys(DAY)
        await other.day_keys(DAY)

        own.kill()
        own.start()

        assert await shelf.key(draft) is None, "every open draft is lost"
        assert await other.day_keys(DAY) == await shelf.day_keys(DAY) == days, "and people are known again"
        async with opened(own) as new:
            assert await new.day_keys(DAY) == days
        key = await shelf.new_key(draft, HOUR)
        await shelf.advance(draft, 3)
        assert await other.key(draft) == await shelf.key(draft) == (key, 3)


async def test_who_asks_while_the_server_is_away_waits_for_it(own: Server) -> None:
    async with opened(own) as shelf:
        draft = new_id()
        own.kill()
        asking = [asyncio.create_task(shelf.new_key(draft, HOUR)) for _ in range(20)]
        await asyncio.sleep(0.05)
        assert not any(task.done() for task in asking)

        await asyncio.to_thread(own.start)

        keys = await asyncio.gather(*asking)
        assert await shelf.key(draft) in [(key, 0) for key in keys]


async def test_a_server_that_stays_away_is_told_so_that_the_turn_comes_again(
    own: Server, soon: None, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(own) as shelf:
        own.kill()

        for _ in range(3):
            with pytest.raises(StoreAway, match="cannot be reached") as away:
                await shelf.key(new_id())
            assert away.value.unsure

        assert caplog.text.count("trying again") == 1, "it is said once"
        await asyncio.to_thread(own.start)
        assert await shelf.key(new_id()) is None


async def test_a_key_that_could_not_be_destroyed_is_destroyed_once_the_server_is_back(
    own: Server, soon: None
) -> None:
    async with opened(own) as shelf:
        draft, other = new_id(), new_id()
        key = await shelf.new_key(draft, HOUR)
        await shelf.new_key(other, HOUR)
        os.kill(own.pid, signal.SIGSTOP)  # it answers nothing, and forgets nothing

        with pytest.raises(StoreAway):
            await shelf.destroy(draft)
        os.kill(own.pid, signal.SIGCONT)

        assert await shelf.key(other) is not None
        assert not own.holding(draft)
        assert not own.holding(key)


async def test_a_server_that_was_emptied_is_given_its_keys_of_days_back(own: Server) -> None:
    async with opened(own) as shelf:
        days = await shelf.day_keys(DAY)
        own.say("FLUSHALL")

        await shelf.recheck()

        async with opened(own) as new:
            assert await new.day_keys(DAY) == days


async def test_a_full_server_takes_no_new_key_and_still_destroys(own: Server) -> None:
    async with opened(own) as shelf:
        draft = new_id()
        key = await shelf.new_key(draft, HOUR)
        own.say("CONFIG", "SET", "maxmemory", "1")

        with pytest.raises(StoreFull, match="memory"):
            await shelf.new_key(new_id(), HOUR)

        assert await shelf.key(draft) == (key, 0)
        await shelf.destroy(draft)
        assert await shelf.key(draft) is None
        assert not own.holding(draft)


async def test_a_server_whose_scripts_were_forgotten_is_taught_them_again(own: Server) -> None:
    async with opened(own) as shelf:
        draft = new_id()
        key = await shelf.new_key(draft, HOUR)
        own.say("SCRIPT", "FLUSH")

        await shelf.advance(draft, 4)

        assert await shelf.key(draft) == (key, 4)


async def test_what_another_program_wrote_into_the_shelf_is_told_and_not_guessed_at(own: Server) -> None:
    async with opened(own) as shelf:
        draft = new_id()
        own.say("SET", b"seuil:draft:" + draft, "hello")

        with pytest.raises(SeuilError, match="not what was written") as told:
            await shelf.key(draft)
        assert "hello" not in str(told.value)


async def test_a_database_of_a_newer_seuil_is_refused(own: Server) -> None:
    own.say("SET", "seuil:shelf", "2")

    with pytest.raises(SettingsError, match="newer"):
        await RedisShelf.open(own.url)


# --- many workers -------------------------------------------------------------------------------------------


async def test_workers_that_meet_at_midnight_agree_on_one_key(server: Server) -> None:
    shelves = [await RedisShelf.open(server.url) for _ in range(6)]

    found = await asyncio.gather(*(shelf.day_keys(DAY + 1) for shelf in shelves for _ in range(5)))

    assert len(set(found)) == 1
    assert len(found[0]) == 1
    for shelf in shelves:
        await shelf.close()


async def test_revisions_of_two_workers_only_go_up(server: Server) -> None:
    async with opened(server) as one, opened(server) as other:
        draft = new_id()
        key = await one.new_key(draft, HOUR)

        for revision in range(1, 60, 2):
            await one.advance(draft, revision + 1)
            await other.advance(draft, revision)
        await other.key(draft)

        assert await one.key(draft) == (key, 60)


async def test_a_key_that_one_worker_destroyed_is_gone_for_all(server: Server) -> None:
    async with opened(server) as one, opened(server) as other:
        draft = new_id()
        await one.new_key(draft, HOUR)
        await other.destroy(draft)
        await one.advance(draft, 5)

        assert await one.key(draft) is None
        assert not server.holding(draft)


async def test_two_workers_that_sweep_at_once_destroy_what_is_old_and_nothing_else(server: Server) -> None:
    async with opened(server) as one, opened(server) as other:
        old = sorted(new_id() for _ in range(1_200))
        await asyncio.gather(*(one.new_key(draft, HOUR) for draft in old))
        await one.new_key(kept := new_id(), HOUR + 1)

        swept = await asyncio.gather(one.expire(HOUR + 1), other.expire(HOUR + 1))

        assert set(swept[0]) | set(swept[1]) == set(old)
        assert [await other.key(draft) for draft in old[::100]] == [None] * 12
        assert await other.key(kept) is not None


async def test_what_many_ask_at_once_goes_out_together(server: Server) -> None:
    async with opened(server) as shelf:
        drafts = [new_id() for _ in range(300)]
        keys = await asyncio.gather(*(shelf.new_key(draft, HOUR) for draft in drafts))
        before = shelf._line.groups

        found = await asyncio.gather(*(shelf.key(draft) for draft in drafts))

        assert found == [(key, 0) for key in keys]
        assert shelf._line.groups - before == 1


async def test_one_who_does_not_wait_any_more_holds_up_nobody(server: Server) -> None:
    async with opened(server) as shelf:
        draft = new_id()
        key = await shelf.new_key(draft, HOUR)
        gone = asyncio.create_task(shelf.key(new_id()))
        asking = asyncio.create_task(shelf.key(draft))
        await asyncio.sleep(0)
        gone.cancel()

        assert await asking == (key, 0)
        assert await shelf.key(draft) == (key, 0)


# --- what is left behind ------------------------------------------------------------------------------------


async def test_every_key_ends_by_itself_if_nobody_ends_it(server: Server) -> None:
    async with opened(server) as shelf:
        draft = new_id()
        await shelf.new_key(draft, HOUR)
        await shelf.advance(draft, 1)
        await shelf.day_keys(DAY)

        for name, most in ((b"seuil:draft:" + draft, 73 * 3600), (b"seuil:day:%d" % DAY, 5 * 86_400)):
            left = int(server.say("TTL", name)[1:])
            assert most - 60 < left <= most


async def test_a_key_that_is_overwritten_and_not_deleted_yet_is_no_key(server: Server) -> None:
    """A line that breaks between the two, or another worker that looks at that moment: whoever writes to the
    database could have sealed a draft under zeros."""
    async with opened(server) as shelf:
        await shelf.new_key(draft := new_id(), HOUR)
        server.say("SETRANGE", b"seuil:draft:" + draft, "0", bytes(160))
        assert await shelf.key(draft) is None

        await shelf.advance(draft, 7)
        assert await shelf.key_and_shown(draft, new_id()) == (None, ())

        server.say("SETRANGE", b"seuil:day:%d" % (DAY - 1), "0", bytes(160))
        assert [day for day, _ in await shelf.day_keys(DAY)] == [DAY]


def overwritten(commands: list[list[str]]) -> dict[str, int]:
    """Of each name that was deleted with nothing between, how many zeros were written over it first."""
    wiped: dict[str, int] = {}
    for before, after in pairwise(commands):
        match before, after:
            case ["SETRANGE", name, "0", zeros], ["DEL", same] if name == same:
                wiped[name] = zeros.count(r"\x00")
    return wiped


async def test_a_key_is_overwritten_to_its_last_byte_just_before_it_is_deleted(own: Server) -> None:
    """What the server is asked for; that it writes where the key stood is looked at below."""
    async with opened(own) as shelf:
        drafts = [new_id() for _ in range(6)]
        for draft in drafts:
            await shelf.new_key(draft, HOUR)
        await shelf.day_keys(DAY)
        names = [*(b"seuil:draft:" + draft for draft in drafts), b"seuil:day:%d" % DAY]
        lengths = [int(own.say("STRLEN", name)[1:]) for name in names]

        with own.heard() as commands:
            for draft in drafts[::2]:
                await shelf.destroy(draft)
            await shelf.expire(HOUR + 1)
            await shelf.day_keys(DAY + 9)

    wiped = overwritten(commands)
    assert set(wiped) == {name for command, *names in commands if command == "DEL" for name in names}
    assert sum(name.startswith("seuil:draft:") for name in wiped) == len(drafts)
    assert f"seuil:day:{DAY}" in wiped
    assert min(lengths) > 0
    assert min(wiped.values()) >= max(lengths)


@pytest.mark.privileged("CAP_SYS_PTRACE")
async def test_a_destroyed_key_is_overwritten_where_it_stood(own: Server) -> None:
    """With its first revision it stands in its own place only: what came in held none, and nobody read it."""
    async with opened(own) as shelf:
        drafts = [new_id() for _ in range(6)]
        keys = [await shelf.new_key(draft, HOUR) for draft in drafts]
        ((_, day),) = await shelf.day_keys(DAY)
        for draft in drafts:
            await shelf.advance(draft, 1)
        assert await shelf.key(new_id()) is None, "the last of them went out before"
        kept = [key + (1).to_bytes(8, "big") for key in keys]
        memory = await asyncio.to_thread(own.memory)
        assert [memory.count(each) for each in kept] == [1] * 6

        for draft in drafts[::2]:
            await shelf.destroy(draft)
        await shelf.expire(HOUR + 1)
        await shelf.day_keys(DAY + 9)

        memory = await asyncio.to_thread(own.memory)
        assert [memory.count(each) for each in kept] == [0] * 6
        assert not own.holding(day)


# --- small things -------------------------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


async def until(holds: object) -> None:
    """Wait for what must come, however long it takes; the test's own time is the limit."""
    assert callable(holds)
    async with asyncio.timeout(30):
        while not await asyncio.to_thread(holds):  # noqa: ASYNC110 - it is another program's
            await asyncio.sleep(0.01)
