"""What the bot says about itself, and what it may ask about chats. Each function is a method of the Bot API.

Never here: messages (messages.py), updates and webhooks (webhook.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .chats import Chat, Json
from .messages import method
from .refusals import bad, too_many

if TYPE_CHECKING:
    from .fake import FakeTelegram

DAY = 24 * 3600
NAME_CHANGES_A_DAY = 5
"""Telegram lets a bot's name change a few times and then asks for hours of patience; it tells no number."""

ABILITIES = {
    "can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False,
    "can_connect_to_business": False, "has_main_web_app": False,
}  # fmt: skip
GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
RIGHTS = (
    "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
    "can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories",
    "can_edit_stories", "can_delete_stories", "can_send_welcome_messages",
)  # fmt: skip


@method("getMe")
def get_me(fake: FakeTelegram, args: Json) -> Json:
    return fake.short_me() | ABILITIES | {"can_read_all_group_messages": fake.sees_all}


# --- commands -----------------------------------------------------------------------------------------------


def place(fake: FakeTelegram, args: Json) -> tuple[str, Any, Any, str]:
    """Where commands are kept: one list for each scope, chat, member and language."""
    scope = args.get("scope") or {"type": "default"}
    if "chat_id" in scope:
        fake.reach(scope["chat_id"], writing=False)
    return scope["type"], scope.get("chat_id"), scope.get("user_id"), args.get("language_code") or ""


@method("setMyCommands")
def set_my_commands(fake: FakeTelegram, args: Json) -> bool:
    names = [each["command"] for each in args["commands"]]
    if len(names) != len(set(names)):
        raise bad("BOT_COMMANDS_DUPLICATE")
    fake.commands[place(fake, args)] = args["commands"]
    return True


@method("getMyCommands")
def get_my_commands(fake: FakeTelegram, args: Json) -> list[Json]:
    return fake.commands.get(place(fake, args), [])


@method("deleteMyCommands")
def delete_my_commands(fake: FakeTelegram, args: Json) -> bool:
    fake.commands.pop(place(fake, args), None)
    return True


# --- name and descriptions ----------------------------------------------------------------------------------


def tell(fake: FakeTelegram, what: str, args: Json) -> bool:
    language = args.get("language_code") or ""
    fake.profile.pop((what, language), None)
    if args.get(what):
        fake.profile[what, language] = args[what]
    return True


def told(fake: FakeTelegram, what: str, args: Json) -> Json:
    language = args.get("language_code") or ""
    return {what: fake.profile.get((what, language)) or fake.profile.get((what, ""), "")}


@method("setMyName")
def set_my_name(fake: FakeTelegram, args: Json) -> bool:
    fake.renamed = [at for at in fake.renamed if at > fake.now() - DAY]
    if len(fake.renamed) >= NAME_CHANGES_A_DAY:
        raise too_many(int(fake.renamed[0] + DAY - fake.now()) + 1)
    fake.renamed.append(fake.now())
    return tell(fake, "name", args)


@method("getMyName")
def get_my_name(fake: FakeTelegram, args: Json) -> Json:
    return told(fake, "name", args)


@method("setMyDescription")
def set_my_description(fake: FakeTelegram, args: Json) -> bool:
    return tell(fake, "description", args)


@method("getMyDescription")
def get_my_description(fake: FakeTelegram, args: Json) -> Json:
    return told(fake, "description", args)


@method("setMyShortDescription")
def set_my_short_description(fake: FakeTelegram, args: Json) -> bool:
    return tell(fake, "short_description", args)


@method("getMyShortDescription")
def get_my_short_description(fake: FakeTelegram, args: Json) -> Json:
    return told(fake, "short_description", args)


# --- chats --------------------------------------------------------------------------------------------------


@method("getChat")
def get_chat(fake: FakeTelegram, args: Json) -> Json:
    chat = fake.reach(args["chat_id"], writing=False)
    gifts = dict.fromkeys(GIFTS, True)
    return chat.wire() | {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}


@method("getChatMember")
def get_chat_member(fake: FakeTelegram, args: Json) -> Json:
    chat = fake.reach(args["chat_id"], writing=False)
    if args["user_id"] == fake.me["id"]:
        return fake.as_member(status_in(fake, chat))
    person = fake.people.get(args["user_id"])
    if person is None:
        raise bad("user not found")
    group = fake.groups.get(chat.id)
    inside = person.chat is chat if group is None else person in group.members
    creator = group is not None and person in group.members[:1]
    user = person.user()
    if creator:
        return {"user": user, "status": "creator", "is_anonymous": False}
    return {"user": user, "status": "member" if inside else "left"}


def status_in(fake: FakeTelegram, chat: Chat) -> str:
    group = fake.groups.get(chat.id)
    return group.status if group else "member"


@method("leaveChat")
def leave_chat(fake: FakeTelegram, args: Json) -> bool:
    group = fake.groups.get(fake.reach(args["chat_id"]).id)
    if group is None:
        raise bad("chat member status can't be changed in private chats")
    group.bot_leaves()
    return True


# --- the bot itself -----------------------------------------------------------------------------------------


@method("close")
def close(fake: FakeTelegram, args: Json) -> bool:
    """Telegram refuses this during the first ten minutes of a bot's life on a server."""
    if fake.now() - fake.begun < 600:
        raise too_many(int(600 - (fake.now() - fake.begun)) + 1)
    return True


@method("logOut")
def log_out(fake: FakeTelegram, args: Json) -> bool:
    fake.logged_out = True
    return True
