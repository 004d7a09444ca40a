"""python-telegram-bot as its examples have it: ConversationHandler, PicklePersistence, updates one by one."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from fifteen import BASE, DONE, FOLDER, QUESTIONS, TOKEN
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    PicklePersistence,
    filters,
)

PICKLE = Path(FOLDER, "bot.pickle")
db = sqlite3.connect(Path(FOLDER, "testimonies.db"))
db.execute("CREATE TABLE IF NOT EXISTS testimony (id INTEGER PRIMARY KEY, answers TEXT)")

Context = ContextTypes.DEFAULT_TYPE


def keyboard(n: int) -> InlineKeyboardMarkup | None:
    labels = QUESTIONS[n][1]
    rows = [[InlineKeyboardButton(label, callback_data=f"{n}:{which}")] for which, label in enumerate(labels)]
    return InlineKeyboardMarkup(rows) if rows else None


async def start(update: Update, context: Context) -> int:
    context.user_data.clear()
    context.user_data["answers"] = []
    await update.message.reply_text(QUESTIONS[0][0], reply_markup=keyboard(0))
    return 0


def step(n: int) -> Callable[[Update, Context], Awaitable[int]]:
    async def answered(update: Update, context: Context) -> int:
        if update.callback_query:
            await update.callback_query.answer()
            answer = QUESTIONS[n][1][int(update.callback_query.data.partition(":")[2])]
        else:
            answer = update.message.text
        context.user_data["answers"].append(answer)
        if n + 1 < len(QUESTIONS):
            await update.effective_message.reply_text(QUESTIONS[n + 1][0], reply_markup=keyboard(n + 1))
            return n + 1
        with db:
            db.execute(
                "INSERT INTO testimony (answers) VALUES (?)", (json.dumps(context.user_data["answers"]),)
            )
        context.user_data.clear()
        await update.effective_message.reply_text(DONE)
        return ConversationHandler.END

    return answered


def hears(n: int) -> Any:
    if QUESTIONS[n][1]:
        return CallbackQueryHandler(step(n))
    return MessageHandler(filters.TEXT & ~filters.COMMAND, step(n))


def told() -> None:
    """Everything that was kept, to be searched for what was lost."""
    if PICKLE.exists():
        print(PICKLE.read_bytes().decode("latin-1"))
    for (answers,) in db.execute("SELECT answers FROM testimony"):
        print(answers)


def main() -> None:
    builder = ApplicationBuilder().token(TOKEN).base_url(f"{BASE}/bot").persistence(PicklePersistence(PICKLE))
    application = builder.build()
    application.add_handler(
        ConversationHandler(
            [CommandHandler("start", start)],
            {n: [hears(n)] for n in range(len(QUESTIONS))},
            [CommandHandler("start", start)],
            name="testimony",
            persistent=True,
            allow_reentry=True,
        )
    )
    application.run_polling()


if __name__ == "__main__":
    told() if "--told" in sys.argv else main()
