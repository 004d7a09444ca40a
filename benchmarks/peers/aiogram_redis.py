"""aiogram as its documentation has it: a finite state machine kept in Redis, long polling.

One thing is not stock: room for many connections to Redis. With the usual limit a crowd that arrives at once
gets errors instead of answers, and there would be nothing to measure.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
import sys
from pathlib import Path

import aiosqlite
import redis
from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.redis import RedisStorage
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message
from fifteen import BASE, DONE, FOLDER, QUESTIONS, REDIS, TOKEN

KEPT = Path(FOLDER, "testimonies.db")
CONNECTIONS = 20_000

Testimony = type("Testimony", (StatesGroup,), {f"q{n}": State() for n in range(len(QUESTIONS))})
STATES = [getattr(Testimony, f"q{n}") for n in range(len(QUESTIONS))]
dispatcher = Dispatcher(
    storage=RedisStorage.from_url(REDIS, connection_kwargs={"max_connections": CONNECTIONS})
)


def keyboard(n: int) -> InlineKeyboardMarkup | None:
    labels = QUESTIONS[n][1]
    rows = [
        [InlineKeyboardButton(text=label, callback_data=f"{n}:{which}")] for which, label in enumerate(labels)
    ]
    return InlineKeyboardMarkup(inline_keyboard=rows) if rows else None


@dispatcher.message(CommandStart())
async def start(message: Message, state: FSMContext) -> None:
    await state.clear()
    await state.set_state(STATES[0])
    await message.answer(QUESTIONS[0][0], reply_markup=keyboard(0))


async def keep(n: int, answer: str, message: Message, state: FSMContext, db: aiosqlite.Connection) -> None:
    answers = await state.update_data({f"a{n}": answer})
    if n + 1 < len(QUESTIONS):
        await state.set_state(STATES[n + 1])
        await message.answer(QUESTIONS[n + 1][0], reply_markup=keyboard(n + 1))
        return
    await db.execute("INSERT INTO testimony (answers) VALUES (?)", (json.dumps(answers),))
    await db.commit()
    await state.clear()
    await message.answer(DONE)


def register(n: int) -> None:
    if QUESTIONS[n][1]:

        @dispatcher.callback_query(STATES[n])
        async def pressed(query: CallbackQuery, state: FSMContext, db: aiosqlite.Connection) -> None:
            await query.answer()
            await keep(n, QUESTIONS[n][1][int(query.data.partition(":")[2])], query.message, state, db)
    else:

        @dispatcher.message(STATES[n], F.text)
        async def typed(message: Message, state: FSMContext, db: aiosqlite.Connection) -> None:
            await keep(n, message.text, message, state, db)


async def main() -> None:
    for n in range(len(QUESTIONS)):
        register(n)
    async with aiosqlite.connect(KEPT) as db:
        await db.execute("CREATE TABLE IF NOT EXISTS testimony (id INTEGER PRIMARY KEY, answers TEXT)")
        await db.commit()
        session = AiohttpSession(api=TelegramAPIServer.from_base(BASE))
        await dispatcher.start_polling(Bot(TOKEN, session=session), db=db)


def told() -> None:
    """Everything that was kept, to be searched for what was lost."""
    for (answers,) in sqlite3.connect(KEPT).execute("SELECT answers FROM testimony"):
        print(answers)
    kept = redis.Redis.from_url(REDIS)
    for key in kept.scan_iter("fsm:*:data", count=10_000):
        print(kept.get(key))


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    told() if "--told" in sys.argv else asyncio.run(main())
