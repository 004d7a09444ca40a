"""A strict Bot API server for tests, over real HTTP on loopback: it refuses what Telegram refuses, keeps
chats as Telegram does, and fails on purpose.

    async with FakeTelegram() as fake:
        ana = fake.person(first_name="Ana", language="fr")
        await ana.says("/start")                  # the bot under test polls fake.base
        [welcome] = await ana.hears()
        await ana.presses("Français")
        assert fake.faults == []                  # every refused call, by method and field names

Never here: anything the program imports, and anything made for this program only; a bot that works here
speaks plain Bot API. Its own promises are in test_botapi.py.

Where it is stricter than Telegram: unknown and misspelt fields, `null`, numbers as JSON strings, and messages
that may not be deleted in `deleteMessages` (which then deletes none) are refused.
"""

from .chats import Button, Chat, Message, NothingCame
from .contract import BESIDE, Upload
from .fake import TOKEN, FakeTelegram
from .groups import Group
from .people import Person, Query
from .refusals import Fault
from .trouble import Trouble

__all__ = [
    "BESIDE",
    "TOKEN",
    "Button",
    "Chat",
    "FakeTelegram",
    "Fault",
    "Group",
    "Message",
    "NothingCame",
    "Person",
    "Query",
    "Trouble",
    "Upload",
]
