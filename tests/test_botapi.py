"""It is promised that the fake Bot API server refuses what Telegram refuses and keeps what Telegram keeps.

Two clients nobody here wrote, python-telegram-bot's and aiogram's, check from outside that its shapes fit.
"""

from __future__ import annotations

import aiohttp
import pytest
from aiogram import Bot as Aiogram
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import BufferedInputFile, Update
from botapi import BESIDE, FakeTelegram, NothingCame
from botapi.bare import Api
from botapi.contents import SHAPES
from botapi.contract import by_manual, by_models
from botapi.text import utf16
from telegram import Bot, BotCommand, BotCommandScopeChat, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Forbidden, RetryAfter

YES = {
    "inline_keyboard": [[{"text": "Oui", "callback_data": "yes"}], [{"text": "Non", "callback_data": "no"}]]
}
DAY = 24
NEWER = {"can_send_welcome_messages"}
"""Fields that Telegram sends today and the manual of Bot API 10.1 does not know."""


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


# --- two clients that nobody here wrote ---------------------------------------------------------------------


async def test_python_telegram_bot_goes_through_a_whole_conversation(fake, ptb):
    ana = fake.person(first_name="Ana", last_name="X", username="ana_x", premium=True)
    await ana.says("/start 🦊 @someone")
    [started] = await ptb.get_updates(timeout=5)
    assert started.message.from_user.language_code == "fr"
    assert [each.type for each in started.message.entities] == ["bot_command", "mention"]
    assert started.message.parse_entity(started.message.entities[1]) == "@someone"

    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Oui", callback_data="yes")]])
    sent = await ptb.send_message(ana.id, "Bonjour", reply_markup=keyboard, protect_content=True)
    [heard] = await ana.hears()
    query = await ana.presses("Oui")
    [press] = await ptb.get_updates(offset=started.update_id + 1, timeout=5)
    await press.callback_query.answer()
    edited = await press.callback_query.edit_message_text("Merci")
    await ptb.delete_message(ana.id, started.message.message_id)
    await ptb.send_document(ana.id, b"a box", filename="récit.age", caption="voici", protect_content=True)

    assert (sent.has_protected_content, sent.reply_markup, heard.protected) == (True, keyboard, True)
    assert (press.callback_query.data, await query.answered(), edited.text) == ("yes", {}, "Merci")
    assert (heard.text, heard.edits, heard.buttons) == ("Merci", 1, ())
    [document] = await ana.hears()
    assert (fake.document(document).content, document.text) == (b"a box", "voici")
    assert document.raw["document"]["file_name"] == "récit.age"
    assert [each.mine for each in ana.chat.there] == [True, True]
    assert fake.faults == []


async def test_aiogram_goes_through_a_whole_conversation(fake):
    ana = fake.person(language=None)
    session = AiohttpSession(api=TelegramAPIServer.from_base(fake.base))
    async with Aiogram(fake.token, session=session) as bot:
        await ana.says("bonjour")
        [update] = await bot.get_updates(timeout=5, allowed_updates=["message"])
        await bot.send_document(
            ana.id, BufferedInputFile(b"a box", "b.age"), caption="<b>voici</b>", parse_mode="HTML"
        )
        me = await bot.me()
        full = await bot.get_chat(ana.id)
        member = await bot.get_chat_member(ana.id, me.id)
        [document] = await ana.hears()

    assert (update.message.text, update.message.from_user.language_code) == ("bonjour", None)
    assert (fake.document(document).content, document.text) == (b"a box", "voici")
    assert document.raw["caption_entities"] == [{"offset": 0, "length": 5, "type": "bold"}]
    assert (full.id, member.status) == (ana.id, "member")
    assert fake.faults == []


async def everything(fake, api) -> list[dict]:
    """Every kind of update, made once; the bot is in the groups where they need it."""
    await api("getUpdates", allowed_updates=["message", "edited_message", "callback_query", "my_chat_member"])
    ana, ben = fake.person(last_name="X", username="ana_x", premium=True), fake.person(first_name="Ben")
    for kind in SHAPES:
        more = {"user": ben.user()} if kind == "forwarded_from" else {}
        await ana.sends(kind, **more)
    await ana.sends("album")
    said = await ana.says("voir https://exemple.invalid, +33 1 99 00 00 00 ou x@exemple.invalid #tag")
    await ana.edits(said, "/start autre")
    await api.text(ana, reply_markup=YES, reply_parameters={"message_id": said.id})
    await ana.presses("Oui")
    await ana.says("réponse", reply_to=ana.chat.last())
    await ana.blocks()
    await ana.unblocks()
    group = await fake.group("Équipe", [ana, ben], admin=True)
    await ana.says("anonyme", in_=group, anonymous=True)
    await group.joins(fake.person())
    await group.loses(ben)
    await group.upgrades()
    await group.demotes_bot()
    await group.removes_bot()
    return [each.wire() for each in fake.updates.ever]


def faults_of(contract, kind: str, told: dict) -> list[str]:
    return list(contract.faults(contract.objects[kind], told, kind))


async def test_every_update_has_the_shape_aiogram_and_python_telegram_bot_know(fake, api, ptb):
    updates = await everything(fake, api)

    assert [fault for each in updates for fault in faults_of(by_models(), "Update", each)] == []
    assert all(Update.model_validate(each).event for each in updates)
    read = await ptb.get_updates(limit=100)
    assert [each.update_id for each in read] == [each["update_id"] for each in updates]
    assert not [each for each in read if each.message and each.message.api_kwargs]


@pytest.mark.beside
async def test_where_the_manual_is_beside_the_clone_it_agrees_with_every_call_and_every_update(
    fake, api, ana
):
    if not BESIDE.exists():
        pytest.skip("the machine-readable Bot API is not beside this clone")
    manual = by_manual()
    assert manual is not None
    updates = await everything(fake, api)
    await ana.says("encore")
    results = {
        "Message": await api.text(
            ana, "<b>x</b>", parse_mode="HTML", link_preview_options={"is_disabled": True}
        ),
        "User": await api("getMe"),
        "ChatFullInfo": await api("getChat", chat_id=ana.id),
        "WebhookInfo": await api("getWebhookInfo"),
        "ChatMemberMember": await api("getChatMember", chat_id=ana.id, user_id=fake.me["id"]),
        "BotName": await api("getMyName"),
        "BotDescription": await api("getMyDescription"),
        "BotShortDescription": await api("getMyShortDescription"),
    }

    faults = {fault for each in updates for fault in faults_of(manual, "Update", each)}
    assert faults <= {f'field "{name}" is not known in ChatMemberAdministrator' for name in NEWER}
    assert [fault for kind, each in results.items() for fault in faults_of(manual, kind, each)] == []
    text = manual.methods["sendMessage"]["text"].limit
    assert text is not None
    assert (text.low, text.high, text.parsed) == (1, 4096, True)
    told = {
        name: slot.limit.high for name, slot in manual.objects["InlineKeyboardButton"].items() if slot.limit
    }
    assert told == {"callback_data": 64}


# --- the address --------------------------------------------------------------------------------------------


async def test_a_wrong_token_and_an_unknown_method_are_refused_as_telegram_does(fake, api):
    wrong = await api.answer("getMe", token="5000000001:AAwrong")
    unknown = await api.answer("sendMesage")

    assert wrong == {"ok": False, "error_code": 401, "description": "Unauthorized"}
    assert (unknown["error_code"], unknown["description"]) == (404, "Not Found: method not found")


async def test_methods_are_found_whatever_their_capitals_by_get_and_by_form(fake, api, ana):
    fields = {
        "chat_id": str(ana.id),
        "text": "x",
        "protect_content": "true",
        "reply_markup": '{"force_reply":true}',
    }
    async with api.session.get(api.url("SENDMESSAGE"), params=fields) as answer:
        assert (await answer.json())["ok"]
    assert (await api.answer("sendmessage", data=fields))["ok"]
    assert (
        await api.answer(
            "sendMessage", json={"chat_id": ana.id, "text": "x", "reply_markup": '{"force_reply":true}'}
        )
    )["ok"]

    assert [each.protected for each in await ana.hears(3)] == [True, True, False]
    assert fake.calls == {"sendMessage": 3}


async def test_a_method_that_is_not_simulated_is_refused_and_counted(fake, api, ana):
    assert await api.no("sendDice", chat_id=ana.id) == (400, "Bad Request: sendDice is not simulated")
    assert fake.surprises == {"sendDice": 1}


# --- what is in a call --------------------------------------------------------------------------------------


def under(button: dict, times: int = 1) -> dict:
    """A message's fields with this button under it, so many times."""
    return {"reply_markup": {"inline_keyboard": [[button]] * times}}


LONG = "🦊" * 2048  # 4096 UTF-16 units
WRONG = {
    "an unknown field": ({"tekst": "x"}, 'field "tekst" is not known in sendMessage'),
    "a missing field": ({"text": ...}, 'field "text" of sendMessage is missing'),
    "a number for a text": ({"text": 5}, "sendMessage.text has the wrong type"),
    "a text for a boolean": ({"protect_content": "yes"}, "sendMessage.protect_content has the wrong type"),
    "a number for a boolean": ({"protect_content": 1}, "sendMessage.protect_content has the wrong type"),
    "null": ({"parse_mode": None}, "sendMessage.parse_mode has the wrong type"),
    "a field gone from the API": (
        {"disable_web_page_preview": True},
        'field "disable_web_page_preview" is not known in sendMessage',
    ),
    "an empty text": ({"text": ""}, "message text is empty"),
    "only spaces": ({"text": " \n"}, "message text is empty"),
    "a text too long": ({"text": LONG + "x"}, "message is too long"),
    "a text too long once parsed": (
        {"text": "<b>" + LONG + "x</b>", "parse_mode": "HTML"},
        "message is too long",
    ),
    "a tag Telegram does not know": (
        {"text": "<h1>x</h1>", "parse_mode": "HTML"},
        'can\'t parse entities: Unsupported start tag "h1"',
    ),
    "a tag that is not closed": (
        {"text": "<b>x", "parse_mode": "HTML"},
        "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
    ),
    "markup that is no JSON": ({"reply_markup": "{"}, "can't parse reply_markup: it is no JSON"),
    "a button of no kind": (
        under({"text": "x"}),
        "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    ),
    "a button of two kinds": (
        under({"text": "x", "callback_data": "a", "url": "https://x.invalid"}),
        "can't parse inline keyboard button: it has more than one action",
    ),
    "a misspelt button": (
        under({"text": "x", "callback": "a"}),
        'field "callback" is not known in InlineKeyboardButton',
    ),
    "callback data too long": (under({"text": "x", "callback_data": "é" * 33}), "BUTTON_DATA_INVALID"),
    "callback data of no byte": (under({"text": "x", "callback_data": ""}), "BUTTON_DATA_INVALID"),
    "copied text too long": (
        under({"text": "x", "copy_text": {"text": "x" * 257}}),
        "BUTTON_COPY_TEXT_INVALID",
    ),
    "too many buttons": (under({"text": "x", "callback_data": "a"}, 101), "reply markup is too long"),
    "an unknown chat": ({"chat_id": 1}, "chat not found"),
    "a chat by an unknown name": ({"chat_id": "@nobody"}, "chat not found"),
    "an answer to no message": ({"reply_parameters": {"message_id": 1}}, "message to be replied not found"),
}


@pytest.mark.parametrize("case", WRONG)
async def test_a_message_is_refused_with(fake, api, ana, case):
    change, why = WRONG[case]
    fields = {"chat_id": ana.id, "text": "secret", **change}

    told = await api.no("sendMessage", **{key: value for key, value in fields.items() if value is not ...})

    assert told == (400, f"Bad Request: {why}")
    [fault] = fake.faults
    assert (fault.method, fault.code) == ("sendMessage", 400)
    assert "secret" not in repr(fault)
    assert ana.chat.from_bot == []


@pytest.mark.parametrize(
    ("method", "fields", "why"),
    [
        ("sendDocument", {"document": "no-such-file"}, "wrong file identifier/HTTP URL specified"),
        ("sendDocument", {"document": "https://exemple.invalid/x"}, "failed to get HTTP URL content"),
        ("sendDocument", {"document": "attach://x"}, "1 files that fields speak of did not come"),
        ("sendDocument", {"document": "x", "caption": "x" * 1025}, "message caption is too long"),
        ("sendChatAction", {"action": "dancing"}, "wrong parameter action in request"),
        ("deleteMessages", {"message_ids": list(range(1, 102))}, "too many messages to operate on"),
        ("deleteMessages", {"message_ids": []}, "message identifiers are not specified"),
        ("deleteMessages", {"message_ids": ["1"]}, "deleteMessages.message_ids[] has the wrong type"),
        ("deleteMessage", {"message_id": True}, "deleteMessage.message_id has the wrong type"),
    ],
)
async def test_calls_about_a_chat_are_refused(api, ana, method, fields, why):
    assert await api.no(method, chat_id=ana.id, **fields) == (400, f"Bad Request: {why}")


@pytest.mark.parametrize(
    ("method", "fields", "why"),
    [
        ("answerCallbackQuery", {"callback_query_id": "1", "text": "x" * 201}, "MESSAGE_TOO_LONG"),
        ("getUpdates", {"limit": 101}, "getUpdates.limit is over 100"),
        ("getUpdates", {"allowed_updates": ["messages"]}, "1 of allowed_updates are no kinds of updates"),
        ("setMyCommands", {"commands": [{"command": "Aide", "description": "x"}]}, "BOT_COMMAND_INVALID"),
        (
            "setMyCommands",
            {"commands": [{"command": "a", "description": ""}]},
            "BOT_COMMAND_DESCRIPTION_INVALID",
        ),
        (
            "setMyCommands",
            {"commands": [{"command": "a", "description": "x"}] * 101},
            "BOT_COMMANDS_TOO_MUCH",
        ),
        (
            "setMyCommands",
            {"commands": [], "scope": {"type": "chat"}},
            'field "chat_id" of BotCommandScopeChat is missing',
        ),
        ("setMyCommands", {"commands": [], "language_code": "fra"}, "LANG_CODE_INVALID"),
        ("setMyName", {"name": "x" * 65}, "setMyName.name is over 64 characters"),
        (
            "setMyDescription",
            {"description": "x" * 513},
            "setMyDescription.description is over 512 characters",
        ),
        (
            "setMyShortDescription",
            {"short_description": "x" * 121},
            "setMyShortDescription.short_description is over 120 characters",
        ),
        (
            "setWebhook",
            {"url": "https://x.invalid", "max_connections": 101},
            "setWebhook.max_connections is over 100",
        ),
        (
            "setWebhook",
            {"url": "https://x.invalid", "secret_token": "é"},
            "secret token contains unallowed characters or is too long",
        ),
        ("setWebhook", {"url": "nowhere"}, "bad webhook: invalid webhook URL specified"),
    ],
)
async def test_calls_about_the_bot_are_refused(api, method, fields, why):
    assert await api.no(method, **fields) == (400, f"Bad Request: {why}")


async def test_what_just_fits_is_taken(api, ana):
    keyboard = [[{"text": "x", "callback_data": "é" * 32}]] * 99 + [
        [{"text": "x", "copy_text": {"text": "x" * 256}}]
    ]

    sent = await api.text(ana, LONG, reply_markup={"inline_keyboard": keyboard})
    marked = await api.text(ana, "<b>" + LONG + "</b>", parse_mode="HTML")

    assert utf16(sent["text"]) == utf16(marked["text"]) == 4096


async def test_a_file_that_no_field_speaks_of_an_empty_one_and_words_that_are_no_utf8_are_refused(api, ana):
    def form(**files: bytes) -> aiohttp.FormData:
        data = aiohttp.FormData({"chat_id": str(ana.id)})
        for name, content in files.items():
            data.add_field(name, content, filename="x.age")
        return data

    lonely = await api.answer("sendDocument", data=form(document=b"x", other=b"x"))
    empty = await api.answer("sendDocument", data=form(document=b""))
    latin = await api.answer(
        "sendMessage",
        data=b"chat_id=1&text=%E9",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )

    assert lonely["description"] == "Bad Request: 1 files came that no field speaks of"
    assert empty["description"] == "Bad Request: file must be non-empty"
    assert latin["description"] == "Bad Request: strings must be encoded in UTF-8"


async def test_a_file_over_the_limit_is_refused(monkeypatch, ptb, ana):
    monkeypatch.setattr("botapi.messages.UPLOAD_BYTES", 10)

    await ptb.send_document(ana.id, b"x" * 10)
    with pytest.raises(BadRequest, match="File is too big"):
        await ptb.send_document(ana.id, b"x" * 11)


# --- who may be written to ----------------------------------------------------------------------------------


async def test_a_bot_cannot_write_first(fake, api):
    stranger = fake.person()

    assert await api.no("sendMessage", chat_id=stranger.id, text="x") == (
        403,
        "Forbidden: bot can't initiate conversation with a user",
    )


async def test_who_blocked_the_bot_is_out_of_reach_until_unblocking(fake, api, ana):
    await ana.blocks()

    assert await api.no("sendMessage", chat_id=ana.id, text="x") == (
        403,
        "Forbidden: bot was blocked by the user",
    )
    assert await api.no("sendChatAction", chat_id=ana.id, action="typing") == (
        403,
        "Forbidden: bot was blocked by the user",
    )
    await ana.unblocks()
    await api.text(ana)
    statuses = [each["my_chat_member"]["new_chat_member"]["status"] for each in await api("getUpdates")]
    assert statuses == ["kicked", "member"]


async def test_a_deleted_account_is_out_of_reach(api, ptb, ana):
    await ana.deletes_account()

    with pytest.raises(Forbidden, match="user is deactivated"):
        await ptb.send_message(ana.id, "x")


async def test_a_bot_thrown_out_of_a_group_or_gone_is_told_so(fake, api, ana):
    thrown, left = await fake.group("A", [ana]), await fake.group("B", [ana], supergroup=True)
    await thrown.removes_bot(ana)
    await api("leaveChat", chat_id=left.id)

    assert await api.no("sendMessage", chat_id=thrown.id, text="x") == (
        403,
        "Forbidden: bot was kicked from the group chat",
    )
    assert await api.no("sendMessage", chat_id=left.id, text="x") == (
        403,
        "Forbidden: bot is not a member of the supergroup chat",
    )


async def test_a_group_that_became_a_supergroup_says_its_new_id(fake, api, ana):
    group = await fake.group("A", [ana])
    old = group.id
    await group.upgrades()

    told = await api.answer("sendMessage", json={"chat_id": old, "text": "x"})

    assert told["description"] == "Bad Request: group chat was upgraded to a supergroup chat"
    assert told["parameters"] == {"migrate_to_chat_id": group.id}
    assert (await api.text(group))["chat"]["type"] == "supergroup"


# --- edits, deletions, presses ------------------------------------------------------------------------------


async def test_an_edit_that_changes_nothing_is_refused(api, ana):
    sent = await api.text(ana, "un", reply_markup=YES)
    where = {"chat_id": ana.id, "message_id": sent["message_id"]}

    code, why = await api.no("editMessageText", **where, text="un", reply_markup=YES)
    assert (code, why[:39]) == (400, "Bad Request: message is not modified: s")
    assert "reply_markup" not in await api("editMessageText", **where, text="un")
    code, why = await api.no("editMessageReplyMarkup", **where)
    assert why.startswith("Bad Request: message is not modified")


async def test_only_the_bots_own_messages_that_are_still_there_are_edited(api, ana):
    said = await ana.says("moi")
    sent = await api.text(ana)
    await api("deleteMessage", chat_id=ana.id, message_id=sent["message_id"])

    for message, why in (
        (said.id, "message can't be edited"),
        (sent["message_id"], "message to edit not found"),
    ):
        told = await api.no("editMessageText", chat_id=ana.id, message_id=message, text="x")
        assert told == (400, f"Bad Request: {why}")


async def test_a_message_is_deleted_once_and_within_two_days(fake, api, ana):
    said = await ana.says("moi")
    sent = await api.text(ana)

    assert await api("deleteMessage", chat_id=ana.id, message_id=said.id)
    assert await api.no("deleteMessage", chat_id=ana.id, message_id=said.id) == (
        400,
        "Bad Request: message to delete not found",
    )
    fake.later(hours=2 * DAY + 1)
    code, why = await api.no("deleteMessage", chat_id=ana.id, message_id=sent["message_id"])
    assert (code, "message can't be deleted" in why) == (400, True)


async def test_many_are_deleted_at_once_those_missing_are_skipped_and_one_too_old_stops_all(fake, api, ana):
    old = await api.text(ana)
    fake.later(hours=2 * DAY + 1)
    new = [(await api.text(ana))["message_id"] for _ in range(3)]

    code, why = await api.no("deleteMessages", chat_id=ana.id, message_ids=[old["message_id"], *new])
    assert (code, "message can't be deleted" in why, len(ana.chat.there)) == (400, True, 5)
    assert await api("deleteMessages", chat_id=ana.id, message_ids=[*new, 999_999])
    assert [each.deleted for each in ana.chat.from_bot] == [False, True, True, True]


@pytest.mark.parametrize("admin", [True, False])
async def test_in_a_group_only_an_admin_deletes_what_others_wrote(fake, api, ana, admin):
    group = await fake.group("A", [ana], admin=admin)
    said = await ana.says("/aide", in_=group)
    sent = await api.text(group)

    assert await api("deleteMessage", chat_id=group.id, message_id=sent["message_id"])
    told = await api.answer("deleteMessage", json={"chat_id": group.id, "message_id": said.id})
    assert told["ok"] is admin


async def test_a_press_is_answered_once_and_within_a_quarter_of_an_hour(fake, api, ana):
    await api.text(ana, reply_markup=YES)
    first, late = await ana.presses("Oui"), await ana.presses("^N")
    old = "Bad Request: query is too old and response timeout expired or query ID is invalid"

    assert await api("answerCallbackQuery", callback_query_id=first.id, text="ok")
    assert await first.answered() == {"text": "ok"}
    assert await api.no("answerCallbackQuery", callback_query_id=first.id) == (400, old)
    fake.later(minutes=16)
    assert await api.no("answerCallbackQuery", callback_query_id=late.id) == (400, old)
    assert await api.no("answerCallbackQuery", callback_query_id="1") == (400, old)


async def test_forged_replayed_and_stale_presses_reach_the_bot(fake, api, ana):
    sent = await api.text(ana, reply_markup=YES)
    stale = ana.chat.last().button("Oui")
    await api("editMessageText", chat_id=ana.id, message_id=sent["message_id"], text="autre")

    await ana.presses(stale)
    await ana.presses_data("forged")

    assert [each["callback_query"]["data"] for each in await api("getUpdates")] == ["yes", "forged"]
    with pytest.raises(NothingCame, match="no button 'Oui'"):
        await ana.presses("Oui")


async def test_a_reply_keyboard_types_for_the_person(api, ana):
    await api.text(ana, reply_markup={"keyboard": [[{"text": "1 Oui"}, {"text": "2 Non"}]]})
    await ana.presses("Non")

    [update] = await api("getUpdates")
    assert update["message"]["text"] == "2 Non"


async def test_a_long_text_comes_in_pieces_and_an_album_as_several_messages(api, ana):
    await ana.says("🦊" * 2049)
    await ana.sends("album", pieces=2)

    texts = [each["message"] for each in await api("getUpdates")]
    assert [utf16(each["text"]) for each in texts[:2]] == [4096, 2]
    assert len({each["media_group_id"] for each in texts[2:]}) == 1
    assert [each.get("caption") for each in texts[2:]] == ["plusieurs", None]


async def test_message_ids_grow_across_private_chats_and_groups_and_each_supergroup_counts_alone(
    fake, api, ana
):
    ben = fake.person()
    await ben.says("moi")
    group, big = await fake.group("A", [ana]), await fake.group("B", [ana], supergroup=True)
    sent = [(await api.text(who))["message_id"] for who in (ana, ben, group, ana)]

    assert sent == list(range(sent[0], sent[0] + 4))
    assert (await api.text(big))["message_id"] < 10


# --- what a bot sees in groups ------------------------------------------------------------------------------


@pytest.mark.parametrize(("admin", "seen"), [(False, [1, 3, 4, 5]), (True, [0, 1, 2, 3, 4, 5])])
async def test_in_a_group_privacy_mode_lets_through_commands_replies_and_mentions(
    fake, api, ana, admin, seen
):
    group = await fake.group("A", [ana], admin=admin)
    sent = await api.text(group)
    fake.updates.forget_all()
    name = fake.me["username"]

    said = [
        await ana.says("bonjour", in_=group),
        await ana.says(f"/next@{name}", in_=group),
        await ana.says("/next@other_bot", in_=group),
        await ana.says("/next", in_=group),
        await ana.says("oui", in_=group, reply_to=group.chat.messages[sent["message_id"]]),
        await ana.says(f"@{name} bonjour", in_=group),
    ]

    read = [each["message"]["message_id"] for each in await api("getUpdates")]
    assert read == [said[at].id for at in seen]


# --- the bot's own profile ----------------------------------------------------------------------------------


async def test_commands_are_kept_for_each_scope_and_language(ptb, ana):
    await ptb.set_my_commands([BotCommand("aide", "aide")], language_code="fr")
    await ptb.set_my_commands([BotCommand("next", "x")], scope=BotCommandScopeChat(ana.id))

    assert [each.command for each in await ptb.get_my_commands(language_code="fr")] == ["aide"]
    assert [each.command for each in await ptb.get_my_commands(scope=BotCommandScopeChat(ana.id))] == ["next"]
    assert await ptb.get_my_commands() == ()
    await ptb.delete_my_commands(language_code="fr")
    assert await ptb.get_my_commands(language_code="fr") == ()


async def test_names_and_descriptions_are_kept_for_each_language(ptb):
    await ptb.set_my_name("Seuil", language_code="fr")
    await ptb.set_my_description("neutre", language_code="fr")
    await ptb.set_my_short_description("court")

    assert (await ptb.get_my_name("fr")).name == "Seuil"
    assert (await ptb.get_my_description("fr")).description == "neutre"
    assert (await ptb.get_my_description()).description == ""
    assert (await ptb.get_my_short_description("fr")).short_description == "court"


async def test_a_name_changed_more_than_a_few_times_a_day_asks_for_hours_of_patience(fake, ptb):
    for _ in range(5):
        await ptb.set_my_name("Seuil")

    with pytest.raises(RetryAfter) as refused:
        await ptb.set_my_name("Seuil")
    assert refused.value.retry_after.total_seconds() > 80_000
    fake.later(hours=DAY)
    assert await ptb.set_my_name("Seuil")


async def test_after_logging_out_nothing_works(api):
    assert (await api.no("close"))[0] == 429
    assert await api("logOut")
    assert await api.no("getMe") == (400, "Logged out")
