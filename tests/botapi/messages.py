"""What the bot does in chats: send, edit, delete, answer a press. Each function is one method of the Bot API.

Never here: shapes (reading.py has checked them), the bot's own profile (profile.py).
"""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .chats import Chat, Json, Message
from .contents import file
from .contract import Upload
from .limits import CAPTION, PHOTO_BYTES, TEXT, UPLOAD_BYTES
from .people import QUERY_SECONDS
from .refusals import NOT_MODIFIED, OLD_QUERY, bad, first_of
from .text import parse

if TYPE_CHECKING:
    from .fake import FakeTelegram

DELETABLE_SECONDS = 48 * 3600
"""How long a bot may delete a message: https://core.telegram.org/bots/api#deletemessage"""

Does = Callable[["FakeTelegram", Json], Any]
SIMULATED: dict[str, Does] = {}


def method(name: str) -> Callable[[Does], Does]:
    def named(does: Does) -> Does:
        SIMULATED[name] = does
        return does

    return named


# --- sending ------------------------------------------------------------------------------------------------


@method("sendMessage")
def send_message(fake: FakeTelegram, args: Json) -> Json:
    chat = fake.reach(args["chat_id"])
    text, entities = spoken(args)
    body: Json = {"text": text}
    if entities:
        body["entities"] = entities
    if args.get("link_preview_options"):
        body["link_preview_options"] = args["link_preview_options"]
    return post(fake, chat, args, body)


@method("sendDocument")
def send_document(fake: FakeTelegram, args: Json) -> Json:
    chat = fake.reach(args["chat_id"])
    if isinstance(args["document"], str):
        return post(fake, chat, args, {"document": fake.known_file(args["document"])} | caption(args))
    upload = uploaded(args["document"], UPLOAD_BYTES)
    kind = mimetypes.guess_type(upload.filename)[0] or "application/octet-stream"
    told = file(len(upload.content), file_name=upload.filename, mime_type=kind)
    fake.keep_file(told, upload)
    return post(fake, chat, args, {"document": told} | caption(args))


@method("sendPhoto")
def send_photo(fake: FakeTelegram, args: Json) -> Json:
    chat = fake.reach(args["chat_id"])
    if isinstance(args["photo"], str):
        return post(fake, chat, args, {"photo": [fake.known_file(args["photo"])]} | caption(args))
    upload = uploaded(args["photo"], PHOTO_BYTES)
    if not upload.content.startswith((b"\x89PNG", b"\xff\xd8", b"GIF8", b"RIFF")):
        raise bad("IMAGE_PROCESS_FAILED")
    told = file(len(upload.content), width=320, height=320)
    fake.keep_file(told, upload)
    return post(fake, chat, args, {"photo": [told]} | caption(args))


def uploaded(upload: Upload, most: int) -> Upload:
    if not upload.content:
        raise bad("file must be non-empty")
    if len(upload.content) > most:
        raise bad("file is too big")
    return upload


def spoken(args: Json) -> tuple[str, list[Json]]:
    text, entities = parse(args["text"], args.get("parse_mode"), args.get("entities"))
    first_of(TEXT.faults(text.strip(), "text"))
    return text.strip(), entities


def caption(args: Json) -> Json:
    if not args.get("caption"):
        return {}
    text, entities = parse(args["caption"], args.get("parse_mode"), args.get("caption_entities"))
    first_of(CAPTION.faults(text, "caption"))
    return {"caption": text, **({"caption_entities": entities} if entities else {})}


def post(fake: FakeTelegram, chat: Chat, args: Json, body: Json) -> Json:
    """Put the bot's message into the chat, with all that any kind of message may carry."""
    if "message_thread_id" in args:
        raise bad("message thread not found")
    head: Json = {"from": fake.short_me(), "chat": chat.wire(), "date": fake.second()}
    if replied := args.get("reply_parameters"):
        head |= reply(chat, replied)
    if args.get("protect_content"):
        body["has_protected_content"] = True
    keyboard = args.get("reply_markup")
    if rows := inline(keyboard):
        body["reply_markup"] = {"inline_keyboard": rows}
    head = {"message_id": fake.next_message(chat)} | head
    return chat.keep(Message(chat, head | body, mine=True, keyboard=keyboard)).raw


def reply(chat: Chat, told: Json) -> Json:
    to = chat.messages.get(told["message_id"])
    if to is None or to.deleted:
        if told.get("allow_sending_without_reply"):
            return {}
        raise bad("message to be replied not found")
    return {"reply_to_message": {key: value for key, value in to.raw.items() if key != "reply_to_message"}}


def inline(markup: Json | None) -> list[Any]:
    return [row for row in (markup or {}).get("inline_keyboard", []) if row]


@method("sendChatAction")
def send_chat_action(fake: FakeTelegram, args: Json) -> bool:
    chat = fake.reach(args["chat_id"])
    chat.actions.append(args["action"])
    chat.bell.ring()
    return True


# --- editing ------------------------------------------------------------------------------------------------


@method("editMessageText")
def edit_message_text(fake: FakeTelegram, args: Json) -> Json:
    message = editable(fake, args)
    if "text" not in message.raw:
        raise bad("there is no text in the message to edit")
    text, entities = spoken(args)
    body: Json = {"text": text}
    if entities:
        body["entities"] = entities
    if args.get("link_preview_options"):
        body["link_preview_options"] = args["link_preview_options"]
    return change(fake, message, args, body, ("text", "entities", "link_preview_options"))


@method("editMessageReplyMarkup")
def edit_message_reply_markup(fake: FakeTelegram, args: Json) -> Json:
    return change(fake, editable(fake, args), args, {}, ())


def editable(fake: FakeTelegram, args: Json) -> Message:
    if "inline_message_id" in args or "chat_id" not in args or "message_id" not in args:
        raise bad("message identifier is not specified")
    chat = fake.reach(args["chat_id"])
    message = chat.messages.get(args["message_id"])
    if message is None or message.deleted:
        raise bad("message to edit not found")
    if not message.mine:
        raise bad("message can't be edited")
    return message


def change(fake: FakeTelegram, message: Message, args: Json, body: Json, parts: tuple[str, ...]) -> Json:
    """Replace these parts and the inline keyboard, which an edit without one takes away."""
    if rows := inline(args.get("reply_markup")):
        body["reply_markup"] = {"inline_keyboard": rows}
    parts = (*parts, "reply_markup")
    if all(message.raw.get(part) == body.get(part) for part in parts):
        raise bad(NOT_MODIFIED)
    kept = {key: value for key, value in message.raw.items() if key not in parts}
    message.raw = kept | body | {"edit_date": fake.second()}
    message.keyboard = args.get("reply_markup")
    message.edits += 1
    message.chat.bell.ring()
    return message.raw


# --- deleting -----------------------------------------------------------------------------------------------


@method("deleteMessage")
def delete_message(fake: FakeTelegram, args: Json) -> bool:
    chat = fake.reach(args["chat_id"], writing=False)
    message = chat.messages.get(args["message_id"])
    if message is None or message.deleted:
        raise bad("message to delete not found")
    refuse_to_delete(fake, message)
    message.deleted = True
    chat.bell.ring()
    return True


@method("deleteMessages")
def delete_messages(fake: FakeTelegram, args: Json) -> bool:
    """What is not there is skipped; one that may not be deleted refuses them all."""
    chat = fake.reach(args["chat_id"], writing=False)
    there = [chat.messages[each] for each in args["message_ids"] if each in chat.messages]
    there = [each for each in there if not each.deleted]
    for message in there:
        refuse_to_delete(fake, message)
    for message in there:
        message.deleted = True
    chat.bell.ring()
    return True


def refuse_to_delete(fake: FakeTelegram, message: Message) -> None:
    age = fake.now() - message.date
    group = fake.groups.get(message.chat.id)
    may = group is None or message.mine or group.status == "administrator"
    young_dice = group is None and "dice" in message.raw and age < 24 * 3600
    if not may or age > DELETABLE_SECONDS or young_dice:
        raise bad("message can't be deleted for everyone")


# --- answering ----------------------------------------------------------------------------------------------


@method("answerCallbackQuery")
def answer_callback_query(fake: FakeTelegram, args: Json) -> bool:
    query = fake.queries.get(args["callback_query_id"])
    if query is None or query.answer is not None or fake.now() - query.at > QUERY_SECONDS:
        raise bad(OLD_QUERY)
    query.answer = {key: value for key, value in args.items() if key != "callback_query_id"}
    query.message.chat.bell.ring()
    return True
