"""It is promised that the fake Bot API brings updates as Telegram does, counts floods, fails when told."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from aiogram import Bot as Aiogram
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramRetryAfter
from aiohttp import web
from botapi import FakeTelegram, NothingCame, Trouble
from botapi.bare import Api, Hook, hooked
from botapi.messages import SIMULATED
from telegram import Bot
from telegram.error import NetworkError, RetryAfter, TimedOut

DAY = 24


@pytest.fixture
async def fake():
    async with FakeTelegram(allow_http_webhook=True) as fake:
        yield fake


@pytest.fixture
async def api(fake):
    async with aiohttp.ClientSession() as session:
        yield Api(fake, session)


@pytest.fixture
async def ana(fake):
    """Somebody who has written once, and whose word was read."""
    ana = fake.person()
    await ana.says("/start")
    fake.updates.forget_all()
    return ana


@pytest.fixture
async def ptb(fake, monkeypatch):
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # or each RetryAfter warns of its next major version
    async with Bot(fake.token, base_url=f"{fake.base}/bot") as bot:
        yield bot


# --- updates by polling -------------------------------------------------------------------------------------


async def test_an_update_comes_again_until_it_is_confirmed(api, ana):
    for text in "abc":
        await ana.says(text)
    first = await api("getUpdates", limit=2)

    assert await api("getUpdates", limit=2) == first
    assert [each["message"]["text"] for each in await api("getUpdates", offset=first[-1]["update_id"])] == [
        "b",
        "c",
    ]
    [last] = await api("getUpdates", offset=-1)
    assert last["message"]["text"] == "c"
    assert await api("getUpdates", offset=last["update_id"] + 1) == []
    assert await api("getUpdates", offset=first[0]["update_id"]) == []


async def test_a_poll_waits_for_the_first_update_and_a_second_poller_sends_the_first_away(fake, api, ana):
    first = asyncio.create_task(api.no("getUpdates", timeout=30))
    await fake.until(lambda fake: fake.updates.polled)
    second = asyncio.create_task(api("getUpdates", timeout=30))

    assert (await first)[0] == 409
    assert (await first)[1].startswith(
        "Conflict: terminated by other getUpdates request; make sure that only one"
    )
    await ana.says("enfin")
    assert [each["message"]["text"] for each in await second] == ["enfin"]


async def test_a_poller_that_died_is_forgotten_and_nothing_of_what_came_is_lost(fake, api, ana):
    poller = asyncio.create_task(api("getUpdates", timeout=30))
    await fake.until(lambda fake: fake.updates.polled)
    poller.cancel()
    await fake.until(lambda fake: not fake.updates.polled)

    await ana.says("un")
    assert [each["message"]["text"] for each in await api("getUpdates")] == ["un"]


async def test_calls_sent_ahead_on_one_connection_are_answered_in_order(fake, ana):
    def call(text: str) -> bytes:
        body = f'{{"chat_id":{ana.id},"text":"{text}"}}'
        return (
            f"POST /bot{fake.token}/sendMessage HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()

    reader, writer = await asyncio.open_connection("127.0.0.1", int(fake.base.rsplit(":")[-1]))
    writer.write(b"".join(call(f"n{at}") for at in range(20)))
    answers = b""
    while answers.count(b'"text":"n') < 20:
        answers += await reader.read(65536)
    writer.close()
    await writer.wait_closed()

    assert [each.text for each in await ana.hears(20)] == [f"n{at}" for at in range(20)]
    assert answers.index(b'"n0"') < answers.index(b'"n9"') < answers.index(b'"n19"')


async def test_only_kinds_that_were_asked_for_come_and_only_for_a_day(fake, api, ana):
    await api("getUpdates", allowed_updates=["message"])
    said = await ana.says("un")
    await ana.edits(said, "deux")
    await ana.blocks()
    await ana.unblocks()

    assert [list(each) for each in await api("getUpdates")] == [["update_id", "message"]]
    fake.later(hours=DAY + 1)
    assert await api("getUpdates") == []


# --- updates by webhook -------------------------------------------------------------------------------------


async def test_a_webhook_gets_updates_with_its_secret_and_excludes_polling(fake, api, ana):
    async with hooked() as hook:
        await ana.says("avant")
        await api(
            "setWebhook",
            url=hook.url,
            secret_token="s-3_cret",
            max_connections=5,
            allowed_updates=["message"],
        )
        await ana.says("après")
        await fake.settled()

        assert (hook.texts, set(hook.headers)) == (["avant", "après"], {"s-3_cret"})
        told = await api("getWebhookInfo")
        assert (told["url"], told["pending_update_count"], told["max_connections"]) == (hook.url, 0, 5)
        code, why = await api.no("getUpdates")
        assert (code, why.startswith("Conflict: can't use getUpdates method while webhook is active")) == (
            409,
            True,
        )
        await api("deleteWebhook")
        await ana.says("plus tard")
        assert [each["message"]["text"] for each in await api("getUpdates")] == ["plus tard"]


async def test_a_webhook_is_tried_again_until_it_takes_the_update_in_order_within_a_chat(fake, api, ana):
    async with hooked(lambda hook: web.Response(status=200 if len(hook.came) > 2 else 503)) as hook:
        await api("setWebhook", url=hook.url)
        await ana.says("un")
        await ana.says("deux")
        await fake.settled()

        assert hook.texts == ["un", "un", "un", "deux"]
        assert (await api("getWebhookInfo"))["last_error_message"].startswith(
            "Wrong response from the webhook: 503"
        )


async def test_a_webhook_is_called_in_parallel_for_different_people_and_no_more_than_allowed(fake, api):
    full = asyncio.Event()

    async def wait(hook: Hook) -> web.Response:
        if fake.hook.at_once == 3:
            full.set()
        await full.wait()
        return web.Response()

    async with hooked(wait) as hook:
        await api("setWebhook", url=hook.url, max_connections=3)
        for _ in range(9):
            await fake.person().says("moi")
        await fake.settled()

        assert (len(hook.came), fake.hook.most_at_once) == (9, 3)


async def test_a_webhook_set_once_more_as_it_is_interrupts_no_delivery(fake, api, ana):
    """Each of several processes of one bot sets it when it starts."""
    arrived, goes_on = asyncio.Event(), asyncio.Event()

    async def wait(hook: Hook) -> web.Response:
        arrived.set()
        await goes_on.wait()
        return web.Response()

    async with hooked(wait) as hook:
        same = {"url": hook.url, "secret_token": "s-3_cret", "max_connections": 3}
        await api("setWebhook", **same)
        await ana.says("un")
        await arrived.wait()

        assert await api("setWebhook", **same, allowed_updates=["message"]) is True
        goes_on.set()
        await fake.settled()
        assert hook.texts == ["un"]
        assert fake.updates.allowed == {"message"}

        await api("setWebhook", **{**same, "secret_token": "another"})
        await ana.says("deux")
        await fake.settled()
        assert hook.headers[-1] == "another"


async def test_a_call_in_the_webhooks_answer_is_done_and_checked(fake, api, ana):
    def says(hook: Hook) -> web.Response:
        more = {"parse_mod": "HTML"} if hook.texts[-1] == "mal" else {}
        return web.json_response({"method": "sendMessage", "chat_id": ana.id, "text": "voilà", **more})

    async with hooked(says) as hook:
        await api("setWebhook", url=hook.url)
        await ana.says("bien")
        await ana.says("mal")
        await fake.settled()

    assert [each.text for each in ana.chat.from_bot] == ["voilà"]
    assert [(each.method, each.code) for each in fake.faults] == [("sendMessage", 400)]


async def test_a_webhook_may_be_taken_away_by_its_own_answer(fake, api, ana):
    async with hooked(lambda _: web.json_response({"method": "deleteWebhook"})) as hook:
        await api("setWebhook", url=hook.url)
        await ana.says("un")
        await fake.until(lambda fake: not fake.hook.url and not fake.updates.pending)

        assert hook.texts == ["un"]
        assert await api("getUpdates") == []


async def test_telegrams_own_server_calls_only_https_on_its_ports():
    async with FakeTelegram() as fake, aiohttp.ClientSession() as session:
        api = Api(fake, session)

        plain = await api.no("setWebhook", url="http://exemple.invalid/hook")
        port = await api.no("setWebhook", url="https://exemple.invalid:8080/hook")

    assert plain == (400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
    assert port == (400, "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")


async def test_pending_updates_are_dropped_only_when_asked(fake, api, ana):
    await ana.says("un")
    await api("deleteWebhook")
    assert len(await api("getUpdates")) == 1
    await api("deleteWebhook", drop_pending_updates=True)
    assert await api("getUpdates") == []


# --- floods -------------------------------------------------------------------------------------------------


async def test_limits_are_enforced_when_asked_and_patience_is_rewarded(fake, api, ana):
    for _ in range(8):
        await api.text(ana)
    fake.pace.enforced = True
    for _ in range(3):
        await api.text(ana)

    told = await api.answer("sendMessage", json={"chat_id": ana.id, "text": "x"})
    assert (told["error_code"], told["parameters"]) == (429, {"retry_after": 1})
    assert told["description"] == "Too Many Requests: retry after 1"
    assert fake.pace.impatient == []
    assert (await api.no("sendMessage", chat_id=ana.id, text="x"))[0] == 429
    assert len(fake.pace.impatient) == 1
    fake.later(seconds=2)
    await api.text(ana)


async def test_a_group_takes_twenty_messages_a_minute(fake, api, ana):
    fake.pace.enforced, fake.pace.chat_burst = True, 100
    group = await fake.group("A", [ana])
    for _ in range(20):
        await api.text(group)

    told = await api.answer("sendMessage", json={"chat_id": group.id, "text": "x"})
    assert 50 < told["parameters"]["retry_after"] <= 60


async def test_thirty_messages_a_second_go_out_to_everybody_together(fake, api):
    fake.pace.enforced = True
    fake.now = lambda: 1_790_000_000.0
    people = [fake.person() for _ in range(31)]
    for each in people:
        await each.says("moi")
    answers = [await api.answer("sendMessage", json={"chat_id": each.id, "text": "x"}) for each in people]

    assert [each["ok"] for each in answers] == [True] * 30 + [False]


# --- failing on purpose -------------------------------------------------------------------------------------


async def test_a_single_call_fails_as_scripted_in_one_chat_only_and_is_no_fault_of_the_bot(
    fake, api, ptb, ana
):
    ben = fake.person()
    await ben.says("moi")
    fake.fail_next("sendMessage", 429, chat=ana.id, retry_after=7)

    await ptb.send_message(ben.id, "x")
    with pytest.raises(RetryAfter):
        await ptb.send_message(ana.id, "x")
    assert (ana.chat.from_bot, fake.faults, fake.pace.impatient) == ([], [], [])
    assert (await api.no("sendMessage", chat_id=ana.id, text="x"))[0] == 429
    assert [method for method, _ in fake.pace.impatient] == ["sendMessage"]
    fake.later(seconds=7)
    await ptb.send_message(ana.id, "x")


async def test_a_broken_proxy_answers_in_html(fake, api, ptb, ana):
    fake.fail_next("sendMessage", 502, times=2)

    async with api.session.post(api.url("sendMessage"), json={"chat_id": ana.id, "text": "x"}) as answer:
        assert (answer.status, answer.content_type) == (502, "text/html")
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await ptb.send_message(ana.id, "x")
    await ptb.send_message(ana.id, "x")


@pytest.mark.parametrize(("after", "there"), [(False, 0), (True, 1)])
@pytest.mark.parametrize("how", ["cut", "silent", 500])
async def test_a_call_fails_before_or_after_it_took_effect(fake, ptb, ana, how, after, there):
    fake.fail_next("sendMessage", how, after=after)

    with pytest.raises((NetworkError, TimedOut)):
        await ptb.send_message(ana.id, "x", read_timeout=0.3)
    assert len(ana.chat.from_bot) == there


async def test_a_fault_of_the_fake_itself_does_not_pass_for_a_telegram_that_is_down(
    fake, api, ana, monkeypatch
):
    def breaks(fake, args):
        raise KeyError("made up")

    monkeypatch.setitem(SIMULATED, "sendMessage", breaks)
    async with api.session.post(api.url("sendMessage"), json={"chat_id": ana.id, "text": "x"}) as answer:
        assert answer.status == 500

    assert [(each.code, each.reason) for each in fake.faults] == [
        (500, "the fake broke: KeyError('made up')")
    ]


async def test_a_slow_answer_comes(fake, api, ana):
    fake.fail_next("sendMessage", "slow", seconds=0.05)

    began = asyncio.get_running_loop().time()
    await api.text(ana)

    assert asyncio.get_running_loop().time() - began >= 0.05


async def test_trouble_is_drawn_from_its_seed(fake, api, ana):
    async def statuses() -> list[int]:
        fake.trouble = Trouble(seed=5, too_many=0.2, broken=0.2, retry_after=1, spare=frozenset({"getMe"}))
        told = []
        for _ in range(40):
            fake.later(seconds=2)
            async with api.session.post(
                api.url("sendMessage"), json={"chat_id": ana.id, "text": "x"}
            ) as answer:
                told.append(answer.status)
        return told

    first = await statuses()

    assert first == await statuses()
    assert set(first) == {200, 429, 500, 502}
    assert all([await api("getMe") for _ in range(20)])
    assert fake.faults == []


async def test_confirmed_updates_come_twice_when_asked(fake, api, ana):
    fake.trouble = Trouble(duplicates=1.0)
    await ana.says("un")
    [update] = await api("getUpdates")

    assert await api("getUpdates", offset=update["update_id"] + 1) == [update]
    assert await api("getUpdates", offset=update["update_id"] + 1) == []


async def test_a_webhook_gets_updates_out_of_order_when_asked(fake, api, ana):
    fake.trouble = Trouble(reordering=1.0)

    def first_time_no(hook: Hook) -> web.Response:
        return web.Response(status=503 if hook.texts == ["un"] else 200)

    async with hooked(first_time_no) as hook:
        await api("setWebhook", url=hook.url, max_connections=1)
        await ana.says("un")
        await ana.says("deux")
        await fake.settled()

        assert hook.texts == ["un", "deux", "un"]


async def test_aiogram_understands_the_fakes_429(fake, ana):
    session = AiohttpSession(api=TelegramAPIServer.from_base(fake.base))
    fake.trouble = Trouble(too_many=1.0, retry_after=3)
    async with Aiogram(fake.token, session=session) as bot:
        with pytest.raises(TelegramRetryAfter) as refused:
            await bot.send_message(ana.id, "x")

    assert refused.value.retry_after == 3


# --- waiting ------------------------------------------------------------------------------------------------


async def test_who_waits_hears_in_order_and_says_what_was_there_when_nothing_came(api, ana):
    await api.text(ana, "un")
    await api.text(ana, "deux")

    assert [each.text for each in await ana.hears()] == ["un"]
    assert [each.text for each in await ana.hears()] == ["deux"]
    with pytest.raises(NothingCame, match=r"1 new messages awaited, 0 came; there:(.|\n)*bot: 'deux'"):
        await ana.hears(timeout=0.01)


async def test_settled_waits_for_confirmation_and_not_for_a_clock(fake, api, ana):
    await ana.says("un")
    with pytest.raises(NothingCame, match="pending 1"):
        await fake.settled(timeout=0.01)
    [update] = await api("getUpdates")

    waiting = asyncio.create_task(fake.settled())
    await api("getUpdates", offset=update["update_id"] + 1)
    await waiting
