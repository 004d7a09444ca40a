"""It is promised that intakes on several machines, each with a folder of its own, are as one: a person counts
once whichever hears her, a ban holds at all of them, and limits are counted over all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import StoreAway
from bot.opening import Expected, open_item
from bot.pseudonyms import sender_tag
from bot.settings import Settings
from handlers import Address, Heard, Kind, intake_folder, keyring, with_ack
from handlers.ground import house_keys, open_ground, told_and_asked
from handlers.hall import Hall, open_hall
from handlers.instance import lay_keys, passphrase_at_hand
from handlers.intake import TRIES, TRY_SECONDS
from handlers.limits import A_DAY, AN_HOUR, CALM_AN_HOUR, TOLD_A_DAY
from storage import Store
from storage.changes import Ban
from storage.key_folder import KeyFolder
from storage.memory import MemoryStore
from storage.shared_shelf import Allowance, Shared
from storage.shelf import MemoryShelf, Shelf
from storage.shelf_redis import RedisShelf
from tests import rediskit
from tests.stage import CHEAP, NOW, WORDS, Recorder, Stage
from tests.storekit import new_id
from tests.test_two_workers import Chat, Workers, review

FR = WORDS["fr"]
DAY = int(NOW // 86_400)
PERIOD = 1
THEIRS, OURS, THIRD = b"\x01" * 32, b"\x02" * 32, b"\x03" * 32


@pytest.fixture(params=["memory", "redis"])
async def shelves(request: pytest.FixtureRequest) -> AsyncIterator[list[Shelf]]:
    """The shelf that three intakes share, as each has it."""
    if request.param == "memory":
        yield [MemoryShelf(is_shared=True)] * 3
        return
    server = await asyncio.to_thread(rediskit.emptied)
    opened: list[Shelf] = [await RedisShelf.open(server.url) for _ in range(3)]
    yield opened
    for shelf in opened:
        await shelf.close()


def shared(shelf: Shelf) -> Shared:
    assert shelf.shared is not None
    return shelf.shared


def instances(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: int) -> tuple[Path, list[Path]]:
    """A desk's folder, and those of intakes elsewhere."""
    monkeypatch.setattr(keyring.create, "__kwdefaults__", {"work_factor": 10})  # scrypt, a thousandth
    desk = tmp_path / "desk"
    lay_keys(Settings(data=desk))
    KeyFolder(desk).instance(new=True)
    KeyFolder(desk).salt(new=True)
    folders = [tmp_path / f"intake {n}" for n in range(many)]
    for folder in folders:
        intake_folder.make(desk, folder)
    return desk, folders


async def hall_of(folder: Path, store: Store, shelf: Shelf) -> Hall:
    told = Settings(data=folder)
    keys = await house_keys(told, store)
    questions, words = told_and_asked(told)
    ground = await open_ground(told, words, store, shelf, keys, lambda: NOW, shared=True)
    hall = open_hall(ground, shelf, keys, questions, cost=CHEAP, worker=folder.name)
    await hall.refresh()
    return hall


async def tells(hall: Hall, name: str, start: int) -> list[str]:
    """A whole testimony, at this intake."""
    chat, updates = Recorder(), iter(range(start, start + 90))

    async def say(line: str, kind: Kind = "text") -> str:
        before = len(chat.shown)
        who = Address(chat.name, name)
        await hall.hear(Heard(who, next(updates), kind, line, "fr"), chat)
        return "\n".join(screen.text for _, screen in chat.shown[before:])

    await say("", "opened")
    for line in ("1", "2", "1", "1", "1", "Il est revenu.", "FINI"):
        told = await say(line)
    while FR.option("review-menu", "keep") not in told:
        told = await say("PASSER")
    return [await say("1") for _ in range(3)]


# --- one key of sender tags ---------------------------------------------------------------------------------


async def test_the_first_key_of_a_period_is_everybodys_until_the_next(shelves: list[Shelf]) -> None:
    one, other, third = map(shared, shelves)

    assert await one.tag_key(7, THEIRS) == THEIRS
    assert await other.tag_key(7, OURS) == THEIRS
    assert await one.tag_key(8, OURS) == OURS
    assert await third.tag_key(8, THIRD) == OURS
    assert await other.tag_key(8, THEIRS) == OURS


async def test_who_tells_through_two_machines_is_one_person(
    shelves: list[Shelf], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, folders = instances(tmp_path, monkeypatch, 2)
    store = MemoryStore()
    halls = [await hall_of(folder, store, shelf) for folder, shelf in zip(folders, shelves, strict=False)]

    for n, hall in enumerate(halls):
        assert FR.say("receipt-use") in (await tells(hall, "Rose", 100 * n + 1))[-1]

    ring = keyring.unlock(desk / "keys", passphrase_at_hand(Settings(data=desk)) or "")
    items = [item for case in await store.cases() for item in await store.items(case.case)]
    tags = {
        open_item(item.box, ring.identities, Expected(item.case, item.part)).context.sender_tag
        for item in items
    }
    assert len(items) == 4
    assert tags == {sender_tag(halls[0].tag(), "terminal", "Rose")}
    for hall in halls:
        await hall.close()


async def test_a_ban_holds_at_every_machine(
    shelves: list[Shelf], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, folders = instances(tmp_path, monkeypatch, 2)
    store = MemoryStore()
    one, other = [
        await hall_of(folder, store, shelf) for folder, shelf in zip(folders, shelves, strict=False)
    ]
    await store.commit((Ban(sender_tag(one.tag(), "terminal", "Rose"), DAY),))

    told = await tells(other, "Rose", 1)

    assert FR.say("not-accepted") in told[-1]
    assert await store.cases() == []
    for hall in (one, other):
        await hall.close()


async def test_the_agreed_key_is_in_every_folder_and_the_other_is_destroyed(
    shelves: list[Shelf], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """So that what an intake sealed before a restart of the shelf still counts as the same person's."""
    caplog.set_level(logging.DEBUG)
    _, folders = instances(tmp_path, monkeypatch, 2)
    own = KeyFolder(folders[1]).tag(PERIOD)
    handle = (folders[1] / f"tag-{PERIOD}.key").open("rb")  # the bytes where they stood
    store = MemoryStore()
    halls = [await hall_of(folder, store, shelf) for folder, shelf in zip(folders, shelves, strict=False)]

    kept = [KeyFolder(folder).tag(PERIOD) for folder in folders]

    assert kept == [halls[0].tag()] * 2
    assert own not in kept
    assert handle.read() == bytes(32)
    handle.close()
    assert oct((folders[1] / f"tag-{PERIOD}.key").stat().st_mode & 0o777) == "0o600"
    for secret in (own, halls[0].tag()):
        assert secret.hex() not in caplog.text
        assert repr(secret) not in caplog.text
    for hall in halls:
        await hall.close()


async def test_a_shelf_begun_anew_is_given_the_key_that_everybody_had() -> None:
    server = await asyncio.to_thread(rediskit.Server)
    one, other = [await RedisShelf.open(server.url) for _ in range(2)]
    await one.tag_key(7, THEIRS)
    await other.tag_key(7, OURS)
    server.kill()
    await asyncio.to_thread(server.start)

    await other.recheck()
    newcomer = await RedisShelf.open(server.url)

    assert await newcomer.tag_key(7, OURS) == THEIRS
    for shelf in (one, other, newcomer):
        await shelf.close()
    server.stop()


async def test_a_key_of_tags_goes_with_its_period_and_with_the_last_worker() -> None:
    server = await asyncio.to_thread(rediskit.emptied)
    shelf = await RedisShelf.open(server.url)
    await shelf.tag_key(7, THEIRS)
    left = int(server.say("TTL", b"seuil:tag:7")[1:])
    await shelf.tag_key(8, OURS)

    assert 0 < left <= 2 * 86_400
    assert server.say("EXISTS", b"seuil:tag:7") == b":0\r\n"
    assert THEIRS not in server.say("GET", b"seuil:tag:8")
    await shelf.close()


# --- limits over all workers --------------------------------------------------------------------------------

SMALL = Allowance("small", 3, 100, 10)
STRICT = Allowance("strict", 3, 100, 10, counts_refused=True)


@pytest.mark.parametrize("allowance", [SMALL, STRICT])
async def test_an_allowance_is_one_over_all_who_share_it(shelves: list[Shelf], allowance: Allowance) -> None:
    workers, hers = [*map(shared, shelves)], new_id()

    told = [await workers[n % 3].allows(allowance, hers, NOW, new_id()) for n in range(5)]

    assert told == [True, True, True, False, False]
    assert await workers[0].allows(allowance, new_id(), NOW, new_id()), "another person's is her own"
    late = NOW + allowance.seconds + allowance.step
    assert await workers[1].allows(allowance, hers, late, new_id())


async def test_many_who_ask_at_one_moment_get_no_more_than_there_is(shelves: list[Shelf]) -> None:
    hers = new_id()

    told = await asyncio.gather(
        *(shared(shelves[n % 3]).allows(SMALL, hers, NOW, new_id()) for n in range(30))
    )

    assert sum(told) == SMALL.most


moments = st.lists(
    st.tuples(st.sampled_from([SMALL, STRICT]), st.integers(0, 2), st.integers(0, 60), st.integers(0, 12)),
    max_size=30,
)


@settings(deadline=None, max_examples=60)
@given(moments)
def test_the_server_counts_as_the_reference_does(asked: list[tuple[Allowance, int, int, int]]) -> None:
    server = rediskit.emptied()

    async def both() -> None:
        shelf, reference = await RedisShelf.open(server.url), MemoryShelf(is_shared=True)
        now = NOW
        for allowance, whose, later, mark in asked:
            now += later
            question = (allowance, bytes([whose]), now, bytes([mark]))
            assert await shelf.allows(*question) == await shared(reference).allows(*question)
        await shelf.close()

    asyncio.run(both())


async def test_what_counts_says_nothing_of_who_or_which_testimony_and_ends_by_itself() -> None:
    server = await asyncio.to_thread(rediskit.emptied)
    shelf = await RedisShelf.open(server.url)
    stage = Stage(shelf=shelf)
    await stage.testify("Rose", "Il est revenu.")
    (case,) = await stage.store.cases()

    kept = server.say("KEYS", "seuil:done:*").split(b"\r\n")
    names = [word for word in kept if word.startswith(b"seuil:")]

    assert len(names) == 2, "one of hers, one of everybody's"
    for name in names:
        marks = server.say("ZRANGE", name, "0", "-1", "WITHSCORES")
        assert case.case not in marks
        assert b"Rose" not in name + marks
        assert 0 < int(server.say("TTL", name)[1:]) <= A_DAY.seconds + A_DAY.step
    hers, _ = sorted(names, key=len, reverse=True)
    *_, moment, _ = server.say("ZRANGE", hers, "0", "-1", "WITHSCORES").split(b"\r\n")
    assert int(moment) % 3600 == 0, "the hour, and no closer"
    await shelf.close()


async def _tells(workers: Workers, name: str, story: str) -> None:
    await workers.to_story(name)
    await workers.say(name, story)
    await review(workers, name)
    await workers.say(name, "1", "1", "1")


async def test_a_persons_share_of_a_day_is_one_over_all_workers(shelves: list[Shelf]) -> None:
    store = MemoryStore()
    workers = Workers.of(3, store, shelves, Chat())

    for n in range(TOLD_A_DAY + 2):
        await _tells(
            workers, "Rose", f"Récit {n} : il est revenu un soir de la semaine {n}, sans rendez-vous."
        )

    assert len(await store.cases("waiting")) == TOLD_A_DAY
    assert len(await store.cases("quarantined")) == 2


async def test_a_calm_hour_is_one_over_all_workers(shelves: list[Shelf]) -> None:
    """Thin testimonies are doubted where more than a calm hour's came, whichever heard them."""
    store = MemoryStore()
    workers = Workers.of(3, store, shelves, Chat())
    for n in range(CALM_AN_HOUR):
        await shared(shelves[n % 3]).allows(AN_HOUR, b"", NOW, new_id())

    await _tells(workers, "Rose", "Il est revenu.")

    assert len(await store.cases("quarantined")) == 1


async def test_receipts_are_tried_so_often_over_all_workers_and_no_more(shelves: list[Shelf]) -> None:
    workers = Workers.of(3, MemoryStore(), shelves, Chat())
    receipt = " ".join(await Stage().testify("Alix", "Il est revenu."))
    too_many, nothing = FR.say("receipt-too-many"), FR.say("receipt-nothing")

    async def tries() -> str:
        return "\n".join(await workers.say("Rose", "/receipt", "1", receipt))

    told = [await tries() for _ in range(TRIES + 1)]

    assert [nothing in each for each in told] == [True] * TRIES + [False]
    assert too_many in told[-1]
    for stage in workers.stages:
        stage.clock.now += TRY_SECONDS + 60
    assert nothing in await tries()


@pytest.mark.parametrize("doing", ["hands in", "tries a receipt"])
async def test_where_nobody_can_count_nothing_is_handed_in_or_tried_and_it_comes_again(
    doing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = MemoryShelf(is_shared=True)
    workers = Workers.of(1, MemoryStore(), [shelf], Chat())
    store, acknowledged = workers.stages[0].store, []
    if doing == "hands in":
        await workers.to_story("Rose")
        await workers.say("Rose", "Il est revenu.")
        await review(workers, "Rose")
        await workers.say("Rose", "1", "1")
    else:
        await workers.say("Rose", "/receipt", "1")
    said = "1" if doing == "hands in" else " ".join(await Stage().testify("Alix", "Il est revenu."))

    async def ack() -> None:
        acknowledged.append(1)

    async def away(*_: object) -> bool:
        raise StoreAway("The shelf's server cannot be reached.", hint="Start it.", unsure=True)

    heard, shown = with_ack(workers.heard("Rose", said), ack), len(workers.chat.shown)
    with monkeypatch.context() as patched:
        patched.setattr(shelf.shared, "allows", away)
        with pytest.raises(StoreAway):
            await workers.at_next(heard)
    assert (acknowledged, len(workers.chat.shown)) == ([], shown), "nothing is told that may be wrong"
    assert await store.cases() == []

    await workers.at_next(heard)

    assert acknowledged == [1]
    assert len(await store.cases()) == (doing == "hands in")
