"""The crowd that measures bots on Telegram sees what happens to it: a blind harness would praise any bot."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from pathlib import Path

import orjson
import pytest

from benchmarks.crowd import stands, windows
from benchmarks.crowd.http import answer, fields, first
from benchmarks.crowd.kills import Aftermath, Times, kill_and_return
from benchmarks.crowd.loads import Everybody, Held, Offered
from benchmarks.crowd.people import Person
from benchmarks.crowd.plans import Press, Say, said
from benchmarks.crowd.post import Post
from benchmarks.crowd.stands import Place, Way, stand
from benchmarks.crowd.webhook import Webhook
from benchmarks.crowd.windows import left_waiting, watch

ROOT = Path(__file__).parent.parent
PLAN = (Say("/start"), Press(0), Say("two {m}"), Press("one"), Say("four {m}"), Say("fin"))
PEOPLE = 12
SHORT = Times(before=0.5, patience=1.0, second_look=0.5, after=3.0)


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is known of any bot, and nobody waits long to see that nothing comes."""
    monkeypatch.setattr(stands, "_lessons", {})
    monkeypatch.setattr(windows, "SILENCE_SECONDS", 0.5)


def way(fault: str, folder: Path) -> Way:
    """The clumsy bot, which is told the Bot API's address by a shell, for its command is fixed before."""
    command = ("sh", "-c", f'exec "{sys.executable}" -m tests.clumsy_bot "$API" "{folder}" {fault}')
    return Way(fault, fault, PLAN, command, lambda api: {"API": api, "PYTHONPATH": str(ROOT)})


def place(folder: Path) -> Place:
    return Place(folder, {})


async def killed(fault: str, folder: Path) -> Aftermath:
    bot = way(fault, folder)
    async with stand(bot, place(folder)) as there:
        return await kill_and_return(bot, place(folder), there, people=PEOPLE, times=SHORT)


async def test_a_bot_that_loses_nothing_is_seen_to_lose_nothing(tmp_path: Path) -> None:
    seen = await killed("none", tmp_path)

    assert seen.people == PEOPLE
    assert (seen.lost, seen.swallowed, seen.skewed, seen.set_back, seen.unanswered) == (0, 0, 0, 0, 0)
    assert seen.whole == seen.whole_ways == PEOPLE
    assert seen.wrong_later == 0
    assert seen.first_reply < 5


async def test_a_bot_that_forgets_is_seen_to_leave_everybody_in_the_middle(tmp_path: Path) -> None:
    seen = await killed("forgets", tmp_path)

    assert seen.whole_ways < PEOPLE
    assert seen.swallowed + seen.set_back + seen.unanswered > 0


async def test_a_bot_that_handles_twice_is_seen_to_be_ahead(tmp_path: Path) -> None:
    for kill in range(4):  # what is handled twice may be a harmless /start, once
        folder = tmp_path / str(kill)
        folder.mkdir()
        seen = await killed("repeats", folder)
        if seen.skewed + seen.set_back:
            break

    assert seen.skewed + seen.set_back > 0
    assert seen.whole_ways < PEOPLE


async def test_a_bot_that_confirms_too_soon_is_seen_to_swallow(tmp_path: Path) -> None:
    seen = await killed("swallows", tmp_path)

    assert seen.swallowed > 0


async def test_turns_are_counted_with_their_time_and_their_cost(tmp_path: Path) -> None:
    async with stand(way("none", tmp_path), place(tmp_path)) as there:
        await Everybody(there.crowd, PEOPLE).arrive()
        window = await watch(there, 1.0, 2)

        assert min(window.rate) > 10
        assert window.wrong == 0
        assert min(window.cost) > 0
        assert 0 < min(window.middle) <= max(window.slow)
        assert await left_waiting(there) == 0


async def test_the_network_takes_its_time_each_way(tmp_path: Path) -> None:
    async with stand(way("none", tmp_path), place(tmp_path)) as there:
        there.worsen(round_trip=0.1)
        load = Offered(there.crowd, 4)
        load.start(4)
        window = await watch(there, 1.5, 1)
        load.stop()

    assert window.middle[0] > 150  # half to bring it, a whole for the first message, half for the second


async def test_people_who_come_by_chance_stand_at_every_step_of_the_way(tmp_path: Path) -> None:
    async with stand(way("none", tmp_path), place(tmp_path)) as there:
        steps = len(there.crowd.plan)
        load = Offered(there.crowd, 4)
        await load.arrive(2 * steps)

        standing = Counter(person.step for person in there.crowd.people.values())
        assert standing == dict.fromkeys(range(steps), 2)
        assert there.crowd.record.wrong == 0


async def test_people_who_are_held_stay_where_they_are(tmp_path: Path) -> None:
    async with stand(way("none", tmp_path), place(tmp_path)) as there:
        load = Held(there.crowd, 3, at_once=4)
        await load.arrive(10)

        assert load.held == 10
        assert {person.step for person in there.crowd.people.values()} == {3}


async def test_a_message_that_is_refused_leaves_somebody_waiting_for_a_bot_that_does_not_repeat_it(
    tmp_path: Path,
) -> None:
    async with stand(way("none", tmp_path), place(tmp_path)) as there:
        there.worsen(refused=1.0)
        await Everybody(there.crowd, 2).arrive()

        assert await left_waiting(there) == 2
        assert there.api.faults["429"] > 0


JSON = b'{"chat_id": 7, "text": "a=b"}'
FORM = b"chat_id=7&text=a%3Db"
PARTS = (
    b'--x\r\nContent-Disposition: form-data; name="chat_id"\r\n\r\n7\r\n'
    b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\na=b\r\n--x--\r\n'
)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (b"application/json", JSON),
        (b"application/x-www-form-urlencoded", FORM),
        (b"multipart/form-data; boundary=x", PARTS),
    ],
)
@pytest.mark.parametrize("chunked", [False, True])
def test_a_call_says_the_same_in_every_way_bots_write_it(kind: bytes, body: bytes, chunked: bool) -> None:
    length = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: %d" % len(body)
    sent = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if chunked else body
    call = b"POST /bot1:x/sendMessage HTTP/1.1\r\nContent-Type: %s\r\n%s\r\n\r\n%s" % (kind, length, sent)

    assert all(first(call[:cut], 0) is None for cut in range(len(call)))
    message = first(call + b"POST", 0)
    assert message is not None
    assert message.end == len(call)
    assert {name: str(value) for name, value in fields(message).items()} == {"chat_id": "7", "text": "a=b"}


def test_an_answer_is_read_as_it_was_written() -> None:
    body = orjson.dumps({"ok": True})

    message = first(answer(body), 0)

    assert message is not None
    assert message.body == body


async def test_a_word_confirmed_late_does_not_hide_that_a_newer_one_was_confirmed() -> None:
    """By webhook: the 200 to the first was lost, and it is handed over again once the second is confirmed."""
    post, ana, came = Post(), Person(7), list[int]()
    hearing = set[asyncio.Task[object] | None]()

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hearing.add(asyncio.current_task())
        buffer = b""
        while got := await reader.read(65536):
            buffer += got
            if (message := first(buffer, 0)) is None:
                continue
            buffer = buffer[message.end :]
            came.append(orjson.loads(message.body)["update_id"])
            if len(came) == 1:
                post.send(ana, said(7, 2, "deux"))
                while ana.taken != ana.update:  # noqa: ASYNC110 - nothing tells it
                    await asyncio.sleep(0.001)
                break
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(hear, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/h"
    hook = Webhook(post, url, most=2, secret="", half=lambda: 0.0, call=lambda *_: None)
    post.pump = hook.pump
    post.send(ana, said(7, 1, "un"))
    async with asyncio.timeout(10):
        while post.unconfirmed:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.001)
    hook.close()
    server.close()
    await asyncio.gather(*filter(None, hearing))

    assert came == [ana.update - 1, ana.update, ana.update - 1]
    assert ana.taken == ana.update
