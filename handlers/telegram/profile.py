"""What the bot is called on Telegram, what it says of itself, and the commands its menus offer.

Nothing here tells what the bot is for: a name and a description are read by whoever looks over a shoulder, or
finds the bot in a list. Witnesses' commands are everybody's, each in her language. A member's are offered to
her alone: in her own chat, and in the group where she joined.

Every call is spared that would change nothing: Telegram takes a bot's name only a few times a day. Whatever
fails is left for the next time, within a minute: a menu is a convenience, and stops nothing.

Never here: a chat's id, a name or a token in a log; what a command does.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeChat,
    BotCommandScopeChatMember,
    BotCommandScopeDefault,
)
from telegram.constants import BotCommandLimit, BotDescriptionLimit, BotNameLimit
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from bot.moderation import Role, commands_of
from handlers.members import Route
from locales import Words

log = logging.getLogger(__name__)

# Otherwise every `RetryAfter` that the library raises warns of its next major version.
os.environ.setdefault("PTB_TIMEDELTA", "1")

FIRST_LANGUAGE = "fr"
"""What those read whose language is none of ours."""

WHOLE_SECONDS = 60.0
"""The most `dress` takes; the rest is done the next time."""

CALL_SECONDS = 5.0

NEVER_IN_GROUPS = frozenset({"invite"})
"""Its answer is for one person, and the desk gives it in no group."""

_LINE = re.compile(r"/(?P<name>[a-z0-9_]{1,32})\b[^:]*:\s*(?P<what>.+)")
"""A line of a help text: `/queue (/file) : ce qui attend`."""

Job: TypeAlias = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Wearer:
    """A member, as far as her menu goes."""

    role: Role
    route: Route = field(repr=False)


async def dress(bot: Bot, words: Mapping[str, Words], name: str, members: Iterable[Wearer]) -> bool:
    """Set what is not as it should be: name, descriptions, everybody's menus, each member's. Raises nothing.

    `name`: as the settings have it; empty leaves the one it has. False: something is left for the next time.
    """
    first = words[FIRST_LANGUAGE]
    spoken = [("", first), *((code, words[code]) for code in words if code != FIRST_LANGUAGE)]
    jobs: list[Job] = []
    for code, said in spoken:
        jobs.append(_commands(bot, BotCommandScopeDefault(), code, everybodys(said)))
        jobs.append(_commands(bot, BotCommandScopeAllGroupChats(), code, groups(said)))
        jobs.append(_description(bot, code, said.say("profile-description")))
        jobs.append(_short_description(bot, code, said.say("profile-short")))
    for member in members:
        jobs += _menus(bot, words, member)
    if name:
        jobs.append(_name(bot, name))  # last: it is what Telegram may refuse
    return await _done(jobs)


async def dress_member(bot: Bot, words: Mapping[str, Words], member: Wearer) -> bool:
    """The menu of somebody who joined, or whose group moved. As `dress`."""
    return await _done(_menus(bot, words, member))


async def undress_member(bot: Bot, member: Wearer) -> bool:
    """Take the menu away from somebody who was revoked. As `dress`."""
    return await _done([_forgotten(bot, scope) for scope, _ in _places(member)])


# --- what is offered ----------------------------------------------------------------------------------------


def everybodys(words: Words) -> tuple[BotCommand, ...]:
    """A witness's commands, as the help text has them, and a word for those who must stop at once."""
    return (
        *_read(words.say("commands-help").splitlines()),
        BotCommand("pause", words.say("profile-menu.pause")),
    )


def groups(words: Words) -> tuple[BotCommand, ...]:
    """What a group is offered where nobody is a member yet: one command, which tells nothing."""
    return (BotCommand("help", words.say("profile-menu.group_help")),)


def members(words: Words, role: Role, *, in_group: bool) -> tuple[BotCommand, ...]:
    """What a member of this role may say, as the desk's help has it. Two words are no menu's."""
    names = [name for name in commands_of(role) if "_" not in name]
    if in_group:
        names = [name for name in names if name not in NEVER_IN_GROUPS]
    own = {name: f"desk-help-{name}-{role}" for name in names}
    return _read(words.say(own[name] if words.has(own[name]) else f"desk-help-{name}") for name in names)


def _read(lines: Iterable[str]) -> tuple[BotCommand, ...]:
    found = [match for line in lines if (match := _LINE.match(line.strip()))]
    longest = BotCommandLimit.MAX_DESCRIPTION
    return tuple(BotCommand(match["name"], match["what"].strip()[:longest]) for match in found)


def _places(member: Wearer) -> list[tuple[BotCommandScope, bool]]:
    """Where a member has her menu, and whether it is a group."""
    route = member.route
    found: list[tuple[BotCommandScope, bool]] = [(BotCommandScopeChat(int(route.private.chat)), False)]
    if route.person:
        here = BotCommandScopeChatMember(int(route.who.chat), int(route.person))
        found.append((here, True))
    return found


def _menus(bot: Bot, words: Mapping[str, Words], member: Wearer) -> list[Job]:
    said = words[member.route.language]
    return [
        _commands(bot, scope, "", members(said, member.role, in_group=in_group))
        for scope, in_group in _places(member)
    ]


# --- one call that is needed or not -------------------------------------------------------------------------


def _commands(bot: Bot, scope: BotCommandScope, code: str, wanted: Sequence[BotCommand]) -> Job:
    async def job() -> None:
        if await bot.get_my_commands(scope, code, **_patience()) != tuple(wanted):
            await bot.set_my_commands(wanted, scope, code, **_patience())

    return job


def _forgotten(bot: Bot, scope: BotCommandScope) -> Job:
    return lambda: bot.delete_my_commands(scope, **_patience())


def _name(bot: Bot, name: str) -> Job:
    async def job() -> None:
        wanted = name[: BotNameLimit.MAX_NAME_LENGTH]
        if (await bot.get_my_name(**_patience())).name != wanted:
            await bot.set_my_name(wanted, **_patience())

    return job


def _description(bot: Bot, code: str, text: str) -> Job:
    async def job() -> None:
        wanted = text[: BotDescriptionLimit.MAX_DESCRIPTION_LENGTH]
        if (await bot.get_my_description(code, **_patience())).description != wanted:
            await bot.set_my_description(wanted, code, **_patience())

    return job


def _short_description(bot: Bot, code: str, text: str) -> Job:
    async def job() -> None:
        wanted = text[: BotDescriptionLimit.MAX_SHORT_DESCRIPTION_LENGTH]
        if (await bot.get_my_short_description(code, **_patience())).short_description != wanted:
            await bot.set_my_short_description(wanted, code, **_patience())

    return job


def _patience() -> dict[str, Any]:
    return {
        "read_timeout": CALL_SECONDS,
        "write_timeout": CALL_SECONDS,
        "connect_timeout": CALL_SECONDS,
        "pool_timeout": CALL_SECONDS,
    }


async def _done(jobs: Iterable[Job]) -> bool:
    """Do these in order, as far as it goes. Whether nothing is left to be tried again."""
    try:
        async with asyncio.timeout(WHOLE_SECONDS):
            for job in jobs:
                try:
                    await job()
                except (BadRequest, Forbidden) as error:
                    # A chat that is not there, or that she never opened: it will not be there in an hour.
                    log.info("a menu could not be offered: %s", type(error).__name__)
    except RetryAfter:
        log.warning("Telegram asks for patience before it takes the rest of the bot's profile")
        return False
    except (TelegramError, TimeoutError) as error:
        log.warning("the bot's profile could not be set, and is tried again: %s", type(error).__name__)
        return False
    return True
