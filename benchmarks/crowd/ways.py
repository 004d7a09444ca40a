"""The bots that are compared, and what people do with each.

Ours speaks its own questionnaire, forty actions by text and by button; the stock ones a testimony of fifteen
questions. Everywhere a turn is one action and its answer, whole.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from benchmarks.crowd import needs
from benchmarks.crowd.plans import MARKER, Action, Plan, Press, Say
from benchmarks.crowd.stands import ROOT, Way
from benchmarks.turns import WAY

Mode = Literal["polling", "webhook"]

TOKEN = "123456789:" + "B" * 35
"""Looks like one of BotFather's, and opens nothing."""

HOOK = "/hook"
WORDS = ("FINI",)
"""Words that stand on a button as they are typed."""

LOREM = "Je ne savais pas que je pouvais en parler, et cela fait des années que cette histoire me suit. "

_SPOKEN = [text for _, text in WAY]


def _ours() -> tuple[Action, ...]:
    """The way of `benchmarks.turns`: every other choice that stands on a button is pressed."""
    actions: list[Action] = [Say("/start")]
    presses = False
    for text in _SPOKEN[1:]:
        can_press = text in WORDS or (text.isdigit() and int(text) <= 3)
        if can_press:
            presses = not presses
        if not (can_press and presses):
            actions.append(Say(text))
        elif text.isdigit():
            actions.append(Press(int(text) - 1))
        else:
            actions.append(Press(text))
    return tuple(actions)


OURS = _ours()

FIFTEEN: tuple[Action, ...] = (
    Say("/start"),
    Press(0),
    Say(f"Paris {MARKER}"),
    Press(0),
    Say(f"34 {MARKER}"),
    Press(-1),
    Say(f"au travail {MARKER}"),
    Say(f"mars 2016 {MARKER}"),
    Press(0),
    Say(f"un collègue {MARKER}"),
    Say(f"{MARKER} {(LOREM * 3)[:300]}"),
    Say(f"non {MARKER}"),
    Say(f"{MARKER} {(LOREM * 2)[:150]}"),
    Press(0),
    Say(f"aucune suite {MARKER}"),
    Say(f"merci {MARKER}"),
)


def seuil(mode: Mode) -> Way:
    """Seuil as `make run` starts it, durable and sealed, on a real disk."""
    port = needs.free_port()

    def env(base: str) -> Mapping[str, str]:
        told = {"SEUIL_TELEGRAM_TOKEN": TOKEN, "SEUIL_TELEGRAM_API": base}
        if mode == "polling":
            return told
        return told | {
            "SEUIL_TELEGRAM_WEBHOOK": f"http://127.0.0.1:{port}{HOOK}",
            "SEUIL_TELEGRAM_LISTEN": f"127.0.0.1:{port}",
        }

    return Way(f"Seuil, {mode}", "Seuil", OURS, (sys.executable, "-m", "bot", "run"), env, _own_files)


@contextmanager
def _own_files(folder: Path) -> Iterator[Mapping[str, str]]:
    shelf = Path(tempfile.mkdtemp(dir="/dev/shm", prefix="seuil-bench-"))
    try:
        yield {
            "SEUIL_DATA": str(folder / "data"),
            "SEUIL_SHELF": str(shelf / "keys"),
            "PYTHONPATH": str(ROOT),
        }
    finally:
        shutil.rmtree(shelf, ignore_errors=True)


def _told_where(folder: Path) -> Mapping[str, str]:
    return {"BENCH_TOKEN": TOKEN, "BENCH_FOLDER": str(folder)}


def _stock_env(base: str) -> Mapping[str, str]:
    return {"BENCH_API": base}


@contextmanager
def _plain_files(folder: Path) -> Iterator[Mapping[str, str]]:
    yield _told_where(folder)


@contextmanager
def _files_and_redis(folder: Path) -> Iterator[Mapping[str, str]]:
    with needs.redis(folder) as redis:
        yield {**_told_where(folder), **redis}


@contextmanager
def _files_and_node(folder: Path) -> Iterator[Mapping[str, str]]:
    yield {**_told_where(folder), "NODE_PATH": str(needs.node_side())}


def seuil_on_signal(plan: Plan) -> Way:
    """The same on Signal, given the daemon's socket."""

    def env(socket: str) -> Mapping[str, str]:
        return {"SEUIL_SIGNAL": socket}

    return Way("Seuil on Signal", "Signal", plan, (sys.executable, "-m", "bot", "run"), env, _own_files)


def conversation_handler() -> Way:
    """python-telegram-bot's ConversationHandler with PicklePersistence."""
    command = (sys.executable, str(needs.PEERS / "conversation_handler.py"))
    name = "ConversationHandler"
    return Way(name, "ConversationHandler", FIFTEEN, command, _stock_env, _plain_files, (*command, "--told"))


def aiogram() -> Way:
    """aiogram's FSM in Redis. Raises `needs.Missing`."""
    needs.python_side()
    needs.redis_server()
    command = (sys.executable, str(needs.PEERS / "aiogram_redis.py"))
    told = (*command, "--told")
    return Way("aiogram FSM, Redis", "aiogram", FIFTEEN, command, _stock_env, _files_and_redis, told)


def grammy() -> Way:
    """grammY with its runner, sessions in memory. Raises `needs.Missing`."""
    needs.node_side()
    command = (str(needs.node()), str(needs.PEERS / "grammy.js"))
    told = (sys.executable, "-c", "import pathlib; print(pathlib.Path('testimonies.jsonl').read_text())")
    return Way("grammY, runner", "grammY", FIFTEEN, command, _stock_env, _files_and_node, told)


STOCK: tuple[Callable[[], Way], ...] = (conversation_handler, aiogram, grammy)
