"""Logs that help an operator and betray no one: one line an event, on standard error.

What a line may hold is decided here, once, and not left to care at each call:
- our own rooms log sentences with numbers and short codes; an exception among the arguments is told by its
  type;
- a library may not speak: only where it spoke from, its level and the template of its message, never what was
  filled in. Libraries put addresses, tokens and whole updates into their messages (httpx logs every URL at
  INFO, and Telegram's URLs hold the token), and asyncio puts the repr of an exception;
- an exception is its type and the lines of code it went through. Its arguments are told only for our own
  errors, which are written for operators: a UnicodeEncodeError carries the very sentence it could not write;
- whatever looks like a bot token or a secret key is replaced, as a last net under all this.

Never here: local variables, source lines, chat ids. `logging.raiseExceptions` is off because Python's own
answer to a line that cannot be formatted is to print its arguments.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from bot.errors import SeuilError
from handlers.counts import COUNTS

ROOMS = frozenset({"bot", "handlers", "storage", "locales", "__main__"})
"""Loggers whose sentences are ours. `__main__` is `python -m bot`."""

QUIET = ("httpx", "httpcore", "telegram", "apscheduler", "aiosqlite", "asyncio", "urllib3")
"""Libraries that are noisy under WARNING; silenced at the source, so that they build no message at all."""

DEEPEST = 8
"""Causes told of one exception: deeper chains are loops or noise."""

_SECRETS = (
    (re.compile(r"\d{5,20}:[A-Za-z0-9_-]{30,64}"), "[token]"),
    # other servers give out shorter ones: what follows /bot in a URL is a token whatever its length
    (re.compile(r"(?<=/bot)\d+:[A-Za-z0-9_-]+"), "[token]"),
    (re.compile(r"AGE-SECRET-KEY-[A-Z0-9-]+", re.IGNORECASE), "[key]"),
    (re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"), "[password]"),
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def scrub(text: str) -> str:
    """The text as one line, with tokens, secret keys and passwords in URLs replaced."""
    for pattern, name in _SECRETS:
        text = pattern.sub(name, text)
    return _CONTROL.sub(lambda found: found.group().encode("unicode_escape").decode(), text)


def described(error: BaseException) -> str:
    """What may be told of an exception: its type, and for ours the message and the way out."""
    name = type(error).__name__
    return f"{name}: {error} ({error.hint})" if isinstance(error, SeuilError) else name


def _frames(trace: TracebackType | None) -> str:
    """`dispatch.py:41 < conversation.py:120`, innermost first; never a value."""
    steps = [f"{Path(frame.f_code.co_filename).name}:{line}" for frame, line in traceback.walk_tb(trace)]
    return " < ".join(reversed(steps))


def _chain(error: BaseException | None, depth: int = 0) -> Iterator[str]:
    if error is None or depth >= DEEPEST:
        return
    frames = _frames(error.__traceback__)
    yield f"{described(error)} at {frames}" if frames else described(error)
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions[:DEEPEST]:
            yield from _chain(each, depth + 1)
    yield from _chain(
        error.__cause__ or (None if error.__suppress_context__ else error.__context__), depth + 1
    )


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] in ROOMS


def _safe(argument: object) -> object:
    return described(argument) if isinstance(argument, BaseException) else argument


def _message(record: logging.LogRecord) -> str:
    if not _is_ours(record):
        template = str(record.msg) if record.args else "(message withheld)"
        return f"{template} [{Path(record.pathname).name}:{record.lineno}]"
    if isinstance(record.msg, BaseException):
        return described(record.msg)
    if not record.args:
        return str(record.msg)
    if isinstance(record.args, Mapping):
        return str(record.msg) % {key: _safe(value) for key, value in record.args.items()}
    return str(record.msg) % tuple(_safe(argument) for argument in record.args)


def _when(record: logging.LogRecord) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))


def _said(record: logging.LogRecord) -> str:
    try:
        return _message(record)
    except Exception:  # a wrong template must not print its arguments, nor lose the line
        return f"(a message that could not be formatted) [{Path(record.pathname).name}:{record.lineno}]"


def _errors(record: logging.LogRecord) -> Iterator[str]:
    return _chain(record.exc_info[1] if record.exc_info else None)


class OneLine(logging.Formatter):
    """`2026-11-23T09:00:00Z WARNING handlers.clock the digest waits | SomeError at clock.py:41`."""

    def format(self, record: logging.LogRecord) -> str:
        head = f"{_when(record)} {record.levelname} {record.name} {_said(record)}"
        return scrub(" | ".join((head, *_errors(record))))


class OneObject(logging.Formatter):
    """The same as one JSON object a line: `time`, `level`, `logger`, `message`, and `errors` where there are
    any. Scrubbed before it is put into JSON, which could else hide what is to be found."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, object] = {
            "time": _when(record),
            "level": record.levelname,
            "logger": scrub(record.name),
            "message": scrub(_said(record)),
        }
        if errors := [scrub(error) for error in _errors(record)]:
            told["errors"] = errors
        return json.dumps(told, ensure_ascii=False)


FORMS: Mapping[str, Callable[[], logging.Formatter]] = {"text": OneLine, "json": OneObject}


class _Ear(logging.StreamHandler[TextIO]):
    """Our handler: lets a library through from WARNING only, whatever level we listen at."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING or _is_ours(record)

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.WARNING:
            COUNTS.logged.note(record.levelname)
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (the name logging calls)
        """Standard error is closed or full: there is nobody left to tell."""


def setup_logs(level: str = "INFO", stream: TextIO | None = None, *, form: str = "text") -> None:
    """Send every log, warning and uncaught exception of the process through here. May be called again.

    `form`: text, one line an event; json, one object a line.
    """
    root = logging.getLogger()
    for handler in root.handlers[:]:
        if isinstance(handler, _Ear):
            root.removeHandler(handler)
    ear = _Ear(stream or sys.stderr)
    ear.setFormatter(FORMS[form]())
    root.addHandler(ear)
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    logging.raiseExceptions = False
    sys.excepthook = _uncaught
    sys.unraisablehook = _unraisable
    threading.excepthook = _uncaught_in_thread


_log = logging.getLogger(__name__)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    _log.critical("stopped by an error nobody expected", exc_info=(kind, error, trace))


def _unraisable(about: Any) -> None:
    _log.error("an error while letting go of something", exc_info=about.exc_value or None)


def _uncaught_in_thread(about: threading.ExceptHookArgs) -> None:
    _log.error("a thread stopped by an error nobody expected", exc_info=about.exc_value or None)
