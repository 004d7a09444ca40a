"""On Telegram, from witness to digest: nothing is lost, nothing stays that must go, and no stranger learns
anything."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from botapi import FakeTelegram, Message, Person
from botapi.chats import Chat
from botapi.trouble import Trouble

from handlers import Address, Heard, ground, keyring
from storage.changes import Move
from tests.stage import WORDS, Recorder, receipt_in
from tests.telegramkit import Ear, Home, free_port, labels, option, texts, words

STORY = "Il est venu un mardi, puis il a laissé des mots sous ma porte."


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        yield fake
        assert fake.faults == []
        assert fake.surprises == {}
        assert fake.calls["getFile"] == 0
        assert all(
            call.args["link_preview_options"]["is_disabled"]
            for call in fake.log
            if call.method == "sendMessage"
        )


@pytest.fixture(autouse=True)
def quick_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring.create, "__kwdefaults__", {"work_factor": 10})  # scrypt, a thousandth
    monkeypatch.setattr(ground, "load", lambda: WORDS)  # read once, not at every start


@pytest.fixture
async def home(fake: FakeTelegram, tmp_path: Path) -> AsyncIterator[Home]:
    async with Home(tmp_path, fake) as home:
        yield home


@pytest.fixture
def ana(fake: FakeTelegram) -> Person:
    return fake.person(first_name="Ana", language="fr")


def receipt_of(shown: list[Message]) -> Message:
    return next(message for message in shown if receipt_in(message.text))


def mine(who: Person) -> list[Message]:
    """What stands in her chat, of both sides."""
    return who.chat.there


# --- a testimony --------------------------------------------------------------------------------------------


async def test_a_witness_tells_everything_in_words_and_gets_her_receipt_protected_with_a_copy(
    home: Home, ana: Person
) -> None:
    receipt = receipt_of(await home.testify(ana, STORY))

    assert receipt.protected
    (button,) = receipt.buttons
    assert button.copies == " ".join(receipt_in(receipt.text))
    assert await home.cases("waiting") == 1


async def test_a_witness_tells_everything_with_buttons_but_for_her_story(home: Home, ana: Person) -> None:
    shown = await home.say(ana, "/start")
    for at in (0, 1, 0, 0, 0):
        shown = await home.press(ana, shown[-1].buttons[at].label)
    await home.say(ana, STORY)
    shown = await home.press(ana, "FINI")
    while option("review-menu", "keep") not in labels(shown[-1]):
        shown = await home.press(ana, "PASSER")
    for _ in range(3):
        shown = await home.press(ana, shown[-1].buttons[0].label)

    assert receipt_in(receipt_of(shown).text)
    assert await home.cases("waiting") == 1


async def test_an_edit_replaces_the_last_answer_and_no_other(home: Home, ana: Person) -> None:
    await home.to_story(ana)
    first = await ana.says("Le premier.")
    await home.quiet()
    second = await ana.says("Le deuxieme.")
    await home.quiet()
    await ana.edits(second, "Le second.")
    await home.quiet()
    await ana.edits(first, "Le tout premier.")
    await home.quiet()
    assert words("edit-too-late") in texts(ana.chat.from_bot[-2:])

    await home.say(ana, "FINI")
    review = texts(await home.to_review(ana))
    assert "Le premier." in review
    assert "Le second." in review
    assert "deuxieme" not in review
    assert "tout premier" not in review


async def test_what_is_no_text_is_refused_kindly_and_never_downloaded(home: Home, ana: Person) -> None:
    await home.to_story(ana)

    for kind in [
        "photo",
        "sticker",
        "voice",
        "document",
        "video",
        "location",
        "contact",
        "poll",
        "dice",
        "forward",
    ]:
        assert words("media-refused") in texts(await home.send(ana, kind)), kind
    assert sum(home.fake.calls[method] for method in home.fake.calls if "file" in method.lower()) == 0


async def test_an_album_is_answered_once(home: Home, ana: Person) -> None:
    await home.to_story(ana)

    assert texts(await home.send(ana, "album")).count(words("media-refused")) == 1


async def test_a_press_on_an_old_keyboard_is_answered_and_changes_nothing(home: Home, ana: Person) -> None:
    shown = await home.say_all(ana, "/start", "1")
    old = shown[-1]
    await home.say_all(ana, "2", "1", "1", "1", STORY)
    before = await home.instance.store.count_drafts()

    answer = await home.press(ana, old.buttons[0].label, on=old)

    assert words("button-old") in texts(answer)
    assert await home.instance.store.count_drafts() == before
    await home.say(ana, "FINI")
    assert STORY in texts(await home.to_review(ana))


async def test_a_redelivered_update_does_nothing_twice(home: Home, fake: FakeTelegram, ana: Person) -> None:
    fake.trouble = Trouble(duplicates=1.0, seed=3)

    review = ""
    await home.to_story(ana)
    await home.say_all(ana, STORY, "FINI")
    review = texts(await home.to_review(ana))
    assert review.count(STORY) == 1
    await home.say_all(ana, "1", "1", "1")

    assert await home.cases("waiting") == 1
    assert sum(bool(receipt_in(message.text)) for message in ana.chat.from_bot) == 1


async def test_a_language_the_house_does_not_speak_breaks_nothing(home: Home, fake: FakeTelegram) -> None:
    for language in ("de", None, "zh-hans"):
        person = fake.person(first_name="Uta", language=language)
        assert await home.say(person, "/start")
        await home.say(person, "1")


async def test_by_webhook_a_whole_testimony_is_the_same(
    fake: FakeTelegram, tmp_path: Path, ana: Person
) -> None:
    fake.allow_http_webhook = True
    async with Home(tmp_path, fake, port=free_port()) as home:
        (*_, consent) = await home.say_all(ana, "/start", "1", "2", "1", "1")
        await home.press(ana, consent.buttons[0].label)
        await home.say_all(ana, STORY, "FINI")
        await home.to_review(ana)
        receipt_of(await home.say_all(ana, "1", "1", "1"))

        assert await home.cases("waiting") == 1
    assert fake.calls["getUpdates"] == 0


# --- leaving ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "restart", "goes_on"),
    [
        ("EFFACER", "no", False),
        ("STOP", "no", False),
        ("EFFACER", "stopped", False),
        ("STOP", "stopped", True),
        ("STOP", "killed", False),
        ("EFFACER", "killed", True),
    ],
)
async def test_leaving_deletes_every_message_of_both_sides(
    home: Home, ana: Person, said: str, restart: str, goes_on: bool
) -> None:
    await home.to_story(ana)
    await home.say(ana, STORY)
    if restart != "no":
        await home.again(killed=restart == "killed")
        await home.quiet()
    if goes_on:
        await home.say(ana, STORY)

    (last,) = await home.say(ana, said)

    await ana.chat.until(lambda chat: chat.there == [last])
    assert last.text.startswith(words("erased" if said == "EFFACER" else "stopped"))
    assert await home.instance.store.count_drafts() == 0


async def test_the_end_takes_the_whole_testimony_and_its_receipt_out_of_the_chat(
    home: Home, ana: Person
) -> None:
    receipt = receipt_of(await home.testify(ana, STORY))
    explained = await home.press(ana, option("closing", "clear_chat"))
    assert words("clear-chat-telegram") in texts(explained)
    assert not receipt.deleted

    (last,) = await home.press(ana, option("closing", "end"))

    await ana.chat.until(lambda chat: chat.there == [last])
    assert await home.cases("waiting") == 1


async def test_the_receipt_is_hidden_once_she_noted_it(home: Home, ana: Person) -> None:
    receipt = receipt_of(await home.testify(ana, STORY))
    others = [message for message in mine(ana) if message is not receipt]

    await home.press(ana, option("closing", "hide"))

    await ana.chat.until(lambda _: receipt.deleted)
    assert not any(message.deleted for message in others)


async def test_what_telegram_no_longer_lets_be_deleted_stays_and_the_rest_goes(
    home: Home, fake: FakeTelegram, ana: Person
) -> None:
    await home.to_story(ana)
    old = list(mine(ana))
    fake.later(hours=49)
    await home.say(ana, STORY)

    fake.faults.clear()
    (last,) = await home.say(ana, "EFFACER")

    await ana.chat.until(lambda chat: chat.there == [*old, last])
    assert {fault.method for fault in fake.faults} == {"deleteMessages"}
    fake.faults.clear()  # the limit is found by trying


async def test_blocking_the_bot_erases_the_draft(home: Home, ana: Person) -> None:
    await home.to_story(ana)
    assert len(home.instance.shelf) == 1

    await ana.blocks()
    await home.quiet()

    assert len(home.instance.shelf) == 0
    assert await home.instance.store.count_drafts() == 0


async def test_a_chat_that_refuses_an_answer_has_its_draft_erased(
    home: Home, fake: FakeTelegram, ana: Person
) -> None:
    await home.to_story(ana)

    fake.fail_next("sendMessage", 403, chat=ana.id, description="Forbidden: bot was blocked by the user")
    await home.say(ana, STORY)

    assert len(home.instance.shelf) == 0
    assert await home.instance.store.count_drafts() == 0


# --- a network that fails -----------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [429, 502, "cut", "slow"])
async def test_an_answer_comes_in_order_whatever_the_network_does(
    home: Home, fake: FakeTelegram, ana: Person, how: int | str
) -> None:
    calm = fake.person(first_name="Bea", language="fr")
    await home.to_story(calm)
    await home.say_all(ana, "/start", "1")

    fake.fail_next("sendMessage", how, chat=ana.id, seconds=0.3)
    for line in ("2", "1", "1", "1"):
        await ana.says(line)
    await home.quiet()

    # As to somebody whom nothing happened to.
    assert [message.text for message in ana.chat.from_bot] == [message.text for message in calm.chat.from_bot]


async def test_a_chat_that_is_held_delays_no_other(home: Home, fake: FakeTelegram, ana: Person) -> None:
    bea = fake.person(first_name="Bea", language="fr")
    fake.fail_next("sendMessage", 429, chat=ana.id, retry_after=3)

    await ana.says("/start")
    await fake.until(lambda fake: fake.calls["sendMessage"] == 1)
    await bea.says("/start")
    await bea.hears()
    assert ana.chat.from_bot == []

    await ana.hears()


# --- moderators ---------------------------------------------------------------------------------------------


@pytest.fixture
async def moe(home: Home, fake: FakeTelegram) -> Person:
    """A moderator, by an invitation."""
    moe = fake.person(first_name="Moe", language="fr")
    joined = await home.joins(moe, "moderator")
    assert words("desk-joined", role=words("desk-role-moderator")) in texts(joined)
    return moe


async def read(home: Home, moe: Person) -> list[Message]:
    """Take the next testimony and read it."""
    await home.say(moe, "/next")
    return await home.press(moe, words("desk-button-open"))


async def test_a_moderator_is_told_without_content_reads_it_protected_and_approving_takes_it_out(
    home: Home, ana: Person, moe: Person
) -> None:
    await home.testify(ana, STORY)
    told = len(moe.chat.from_bot)
    await home.tick()
    assert [notice.text for notice in moe.chat.from_bot[told:]] == [words("desk-new", count=1)]

    shown = await read(home, moe)
    assert STORY in texts(shown)
    assert all(message.protected for message in shown if STORY in message.text)
    decided = await home.press(moe, words("desk-button-approve"))

    assert await home.cases("approved") == 1
    await moe.chat.until(lambda _: all(message.deleted for message in shown))
    assert not any(message.deleted for message in decided)


@pytest.mark.parametrize("restart", ["no", "stopped", "killed"])
async def test_what_a_moderator_reads_leaves_after_ten_minutes(
    home: Home, ana: Person, moe: Person, restart: str
) -> None:
    await home.testify(ana, STORY)
    shown = await read(home, moe)
    if restart != "no":
        await home.again(killed=restart == "killed")
        await home.quiet()

    await home.tick(minutes=8)
    assert not any(message.deleted for message in shown)
    await home.tick(minutes=3)

    await moe.chat.until(lambda _: all(message.deleted for message in shown))


async def test_what_a_moderator_does_is_done_once_though_it_is_delivered_twice(
    home: Home, fake: FakeTelegram, ana: Person, moe: Person
) -> None:
    bea = fake.person(first_name="Bea", language="fr")
    await home.testify(ana, STORY)
    await home.testify(bea, "Une autre fois, il est revenu pour le compteur.")
    fake.trouble = Trouble(duplicates=1.0)

    await home.say(moe, "/next")
    assert await home.cases("claimed") == 1
    await home.press(moe, words("desk-button-open"))
    await home.press(moe, words("desk-button-approve"))

    assert (await home.cases("approved"), await home.cases("waiting")) == (1, 1)


async def test_forged_data_from_a_member_is_audited_and_from_a_witness_changes_nothing(
    home: Home, ana: Person, moe: Person
) -> None:
    await home.testify(ana, STORY)
    (notice,) = await home.say(moe, "/next")
    query = await moe.presses_data("!AAAAAAAAAAA/approve", on=notice)
    assert set(await query.answered()) <= {"callback_query_id"}
    await home.quiet()
    assert moe.chat.from_bot[-1].text == words("desk-unknown")
    assert "forged press" in await home.audit()
    assert await home.cases("approved") == 0

    shown = await home.to_story(ana)
    for data in ("!AAAAAAAAAAA/approve", "x", "nowhere|1", notice.buttons[0].data or ""):
        query = await ana.presses_data(data, on=shown[-1])
        assert set(await query.answered()) <= {"callback_query_id"}
        await home.quiet()
        assert words("button-old") in texts(ana.chat.from_bot[-2:])
    assert await home.cases("claimed") == 1


async def test_in_a_group_that_is_not_hers_a_member_is_told_what_a_stranger_is(
    home: Home, fake: FakeTelegram, ana: Person, moe: Person
) -> None:
    await home.testify(ana, STORY)

    for somebody in (moe, ana):
        group = await fake.group("Un groupe", [somebody])
        said = await home.say(somebody, "/next", in_=group)
        assert [message.text for message in said] == [words("desk-unknown")]
    assert await home.cases("claimed") == 0


# --- the digest ---------------------------------------------------------------------------------------------


def documents(fake: FakeTelegram, chat: Chat) -> dict[str, bytes]:
    """Files the bot sent into a chat, by name."""
    sent = [fake.document(message) for message in chat.from_bot if "document" in message.raw]
    return {upload.filename: upload.content for upload in sent}


@pytest.mark.parametrize("grown", [False, True], ids=["as it was", "grown into a supergroup"])
async def test_from_thirty_testimonies_to_the_partners_group(
    home: Home, fake: FakeTelegram, moe: Person, grown: bool
) -> None:
    await crowd(home, 32)
    paula = fake.person(first_name="Paula", language="fr")
    group = await fake.group("Partenaires", [paula])
    await home.joins(paula, "partner", in_=group)
    if grown:
        await group.upgrades()
        await home.quiet()
    before = len(group.chat.from_bot)

    await home.instance.desk.due()
    assert words("desk-digest-frozen", period=1) in texts(moe.chat.from_bot)
    assert "32" in texts(await home.say(moe, "/digest preview"))
    assert group.chat.from_bot[before:] == []
    fake.fail_next("sendDocument", 429, chat=group.id)
    approved = await home.say(moe, "/digest approve")

    assert words("desk-digest-approved", period=1) in texts(approved)
    await group.chat.until(lambda chat: any(name.endswith(".json") for name in documents(fake, chat)))
    arrived = group.chat.from_bot[before:]
    told = [message.text for message in arrived if message.text]
    assert words("desk-digest-files") in told
    assert len(set(told)) == len(told)
    assert sum("photo" in message.raw for message in arrived) == 1, "the chart is seen at once"
    files = documents(fake, group.chat)
    assert b"32" in next(body for name, body in files.items() if name.endswith(".json"))
    await home.tick(minutes=60)
    assert group.chat.from_bot[before:] == arrived, "sent once"


async def test_a_partner_is_answered_in_her_group_and_only_there(home: Home, fake: FakeTelegram) -> None:
    paula = fake.person(first_name="Paula", language="fr")
    group, other = await fake.group("Partenaires", [paula]), await fake.group("Autre", [paula])
    await home.joins(paula, "partner", in_=group)

    assert words("desk-unknown") not in texts(await home.say(paula, "/help", in_=group))
    assert texts(await home.say(paula, "/help", in_=other)) == words("desk-unknown")


async def crowd(home: Home, size: int) -> None:
    """Made-up testimonies, told to the dispatch: what Telegram does to one is tried above."""
    told = Recorder("terminal")
    for number in range(size):
        who = Address("terminal", f"witness {number}")
        lines = ["/start", "1", "2", "1", "1", "1", f"Il est venu le {number}.", "FINI"]
        for update in range(1, 99):
            at = len(told.shown)
            line = lines.pop(0) if lines else "PASSER"
            await home.instance.dispatch.hear(Heard(who, update, "text", line, "fr"), told)
            shown = "".join(screen.text for _, screen in told.shown[at:])
            if option("review-menu", "keep") in shown:
                lines = ["1", "1", "1"]
            if any(screen.copy for _, screen in told.shown[at:]):
                break
    for row in await home.instance.store.cases():
        await home.instance.store.commit((Move(row.case, (row.state,), "approved", home.today),))
    assert await home.cases("approved") == size


# --- logs ---------------------------------------------------------------------------------------------------


async def test_the_logs_at_debug_hold_no_token_no_id_no_name_no_word(home: Home, fake: FakeTelegram) -> None:
    ear, root = Ear(), logging.getLogger()
    level = root.level
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    try:
        zoe = fake.person(first_name="Zoechanari", language="fr", username="zoe_chanari")
        await home.to_story(zoe)
        fake.fail_next("sendMessage", 502, chat=zoe.id)
        await home.say(zoe, "mirabellecanari")
        await home.send(zoe, "photo")
        fake.fail_next("sendMessage", 403, chat=zoe.id, description="Forbidden: bot was blocked by the user")
        await home.say(zoe, "mirabellecanari encore")
    finally:
        root.removeHandler(ear)
        root.setLevel(level)

    told = "\n".join(ear.told)
    for secret in (fake.token, fake.token.partition(":")[2], str(zoe.id), "chanari", "mirabelle"):
        assert secret not in told
