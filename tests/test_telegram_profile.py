"""What the bot says of itself on Telegram, against a strict Bot API server over real HTTP."""

from __future__ import annotations

import io
import logging
import re
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from botapi import FakeTelegram, Person
from telegram import Bot

from bot.moderation import ROLES
from bot.places import place
from bot.questions import questionnaire
from bot.reading import COMMANDS, hear
from bot.turns import NOBODY
from handlers import Address, logs
from handlers.members import Route
from handlers.telegram.profile import (
    FIRST_LANGUAGE,
    Wearer,
    dress,
    dress_member,
    everybodys,
    groups,
    members,
    undress_member,
)
from handlers.vocabulary import vocabularies
from locales import load

WORDS = load()


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        yield fake


@pytest.fixture
async def bot(fake: FakeTelegram) -> AsyncIterator[Bot]:
    async with Bot(fake.token, base_url=f"{fake.base}/bot") as bot:
        yield bot


def names(told: Any) -> list[str]:
    return [command["command"] for command in told]


def in_private(person: Person, role: Any = "moderator", language: str = "fr") -> Wearer:
    return Wearer(role, Route(Address("telegram", str(person.id)), language))


async def test_everybody_is_offered_the_same_commands_in_her_language(fake: FakeTelegram, bot: Bot) -> None:
    assert await dress(bot, WORDS, "Seuil", ())

    english = ["start", "help", "rights", "privacy", "language", "receipt", "erase", "pause"]
    french = ["start", "aide", "droits", "confidentialite", "langue", "recu", "effacer", "pause"]
    for code in ["", *(code for code in WORDS if code != FIRST_LANGUAGE)]:
        told = fake.commands["default", None, None, code]
        assert names(told) == (english if code == "en" else french)
        words = WORDS[code or FIRST_LANGUAGE]
        said = words.say("commands-help") + words.say("profile-menu.pause")
        assert all(command["description"] in said for command in told)
        assert names(fake.commands["all_group_chats", None, None, code]) == ["help"]
    assert fake.faults == []


async def test_the_profile_is_told_in_each_language_and_tells_nothing(fake: FakeTelegram, bot: Bot) -> None:
    await dress(bot, WORDS, "Le Seuil", ())

    assert fake.profile["name", ""] == "Le Seuil"
    for code in ["", *(code for code in WORDS if code != FIRST_LANGUAGE)]:
        words = WORDS[code or FIRST_LANGUAGE]
        assert fake.profile["description", code] == words.say("profile-description")
        assert fake.profile["short_description", code] == words.say("profile-short")


@pytest.mark.parametrize("language", sorted(WORDS))
def test_nothing_in_a_chat_list_tells_what_it_is_for(language: str) -> None:
    words = WORDS[language]
    told = (
        words.say("profile-description") + words.say("profile-short") + words.say("profile-menu.group_help")
    )

    telling = ("harc", "harass", "témoi", "testimon", "viol", "abus", "agress", "victim", "threat")
    assert not [word for word in telling if word in told.casefold()]
    assert len(words.say("profile-description")) <= 512
    assert len(words.say("profile-short")) <= 120


@pytest.mark.parametrize("language", sorted(WORDS))
@pytest.mark.parametrize("role", ROLES)
def test_every_menu_fits_what_telegram_takes(language: str, role: Any) -> None:
    words = WORDS[language]
    for menu in (everybodys(words), groups(words), members(words, role, in_group=False)):
        assert menu
        assert len(menu) <= 100
        assert all(command.command.islower() and len(command.command) <= 32 for command in menu)
        assert all(1 <= len(command.description) <= 256 for command in menu)
    assert "invite" not in [command.command for command in members(words, role, in_group=True)]


async def test_a_second_time_nothing_is_set_again(fake: FakeTelegram, bot: Bot) -> None:
    ana = fake.person()
    await ana.says("/start")
    await dress(bot, WORDS, "Le Seuil", [in_private(ana)])
    before = {method: times for method, times in fake.calls.items() if method.startswith("set")}

    assert await dress(bot, WORDS, "Le Seuil", [in_private(ana)])

    assert {method: times for method, times in fake.calls.items() if method.startswith("set")} == before


async def test_each_member_has_the_menu_of_her_role_in_her_language(fake: FakeTelegram, bot: Bot) -> None:
    ana, bea = fake.person(), fake.person(first_name="Béa", language="en")
    for person in (ana, bea):
        await person.says("/start")

    await dress(bot, WORDS, "", [in_private(ana, "owner"), in_private(bea, "partner", "en")])

    hers = names(fake.commands["chat", ana.id, None, ""])
    assert {"invite", "approve", "queue"} <= set(hers)
    partners = fake.commands["chat", bea.id, None, ""]
    assert "approve" not in names(partners)
    assert {"command": "help", "description": "this list"} in partners
    assert fake.faults == []


async def test_who_joined_in_a_group_has_her_menu_there_and_others_do_not(
    fake: FakeTelegram, bot: Bot
) -> None:
    ana, bea = fake.person(), fake.person(first_name="Béa")
    group = await fake.group("Équipe", [ana, bea], supergroup=True)
    wearer = Wearer("owner", Route(Address("telegram", str(group.chat.id)), "fr", str(ana.id)))

    assert await dress_member(bot, WORDS, wearer)

    told = names(fake.commands["chat_member", group.chat.id, ana.id, ""])
    assert "approve" in told
    assert "invite" not in told
    assert not [place for place in fake.commands if bea.id in place]


async def test_who_was_revoked_has_no_menu_of_hers_left(fake: FakeTelegram, bot: Bot) -> None:
    ana = fake.person()
    await ana.says("/start")
    group = await fake.group("Équipe", [ana], supergroup=True)
    wearer = Wearer("moderator", Route(Address("telegram", str(group.chat.id)), "fr", str(ana.id)))
    await dress_member(bot, WORDS, wearer)
    assert len(fake.commands) == 2

    assert await undress_member(bot, wearer)

    assert fake.commands == {}


async def test_a_member_nobody_reaches_does_not_keep_others_from_their_menus(
    fake: FakeTelegram, bot: Bot
) -> None:
    never, ana = fake.person(), fake.person()
    await ana.says("/start")

    assert await dress(bot, WORDS, "", [in_private(never), in_private(ana)])

    assert ("chat", ana.id, None, "") in fake.commands
    assert ("chat", never.id, None, "") not in fake.commands


@pytest.mark.parametrize("how", [429, 500, "cut"])
async def test_what_telegram_refuses_is_left_for_the_next_time(
    fake: FakeTelegram, bot: Bot, how: int | str
) -> None:
    fake.fail_next("setMyDescription", how, retry_after=86_400)

    assert not await dress(bot, WORDS, "Le Seuil", ())
    fake.later(hours=25)
    assert await dress(bot, WORDS, "Le Seuil", ())

    assert fake.profile["name", ""] == "Le Seuil"


async def test_an_unreachable_telegram_stops_nothing() -> None:
    async with FakeTelegram() as fake:
        base = fake.base
    bot = Bot(fake.token, base_url=f"{base}/bot")

    assert not await dress(bot, WORDS, "Le Seuil", ())
    await bot.shutdown()


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is logged at DEBUG, as the program does; everything is put back afterwards."""
    root = logging.getLogger()
    levels = {name: logging.getLogger(name).level for name in (*logs.QUIET, "")}
    before, raising = root.handlers[:], logging.raiseExceptions
    for module, name in ((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook")):
        monkeypatch.setattr(module, name, getattr(module, name))
    told = io.StringIO()
    logs.setup_logs("DEBUG", told)
    yield told
    root.handlers[:], logging.raiseExceptions = before, raising
    logging.captureWarnings(False)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


async def test_no_log_line_holds_the_token_or_a_chat_also_at_debug(
    fake: FakeTelegram, bot: Bot, log: io.StringIO
) -> None:
    ana, never = fake.person(), fake.person()
    await ana.says("/start")
    fake.fail_next("setMyDescription", 500)

    for _ in range(2):
        await dress(bot, WORDS, "Le Seuil", [in_private(ana), in_private(never)])

    assert "profile" in log.getvalue()
    for secret in (fake.token, fake.token.partition(":")[2], str(ana.id), str(never.id), "Le Seuil"):
        assert secret not in log.getvalue()


def test_every_command_a_language_lists_is_understood_with_its_accents_too() -> None:
    for words in WORDS.values():
        listed = re.findall(r"^/(\w+)", words.say("commands-help"), re.MULTILINE)
        assert len(listed) == 7
        assert {f"/{name}" for name in listed} <= {"/start", *COMMANDS}
    vocabulary = vocabularies(WORDS)["fr"]
    here = place(questionnaire(home_context=True, about_you=False), NOBODY)
    assert hear("/Reçu", here, vocabulary, hint="fr") == COMMANDS["/receipt"]
