"""It is promised that no log line holds a witness's words, an address, a token or a key, at any level."""

from __future__ import annotations

import asyncio
import gc
import io
import json
import logging
import re
import sys
import threading
import warnings
from pathlib import Path

import pytest

from bot.errors import StoreDamaged
from handlers.logs import QUIET, scrub, setup_logs

ROOT = Path(__file__).resolve().parent.parent
WORD = "canari-d5c1-mésange"
TOKEN = "110201543:" + "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw8"
KEY = "AGE-SECRET-KEY-PQ-1" + "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"

ours = logging.getLogger("handlers.dispatch")


class Objects(io.StringIO):
    """A log of JSON objects, read back as the lines the other form would have: the same is promised of
    both."""

    def getvalue(self) -> str:
        read = [json.loads(line) for line in super().getvalue().splitlines(keepends=True)]
        assert all(set(told) - {"errors"} == {"time", "level", "logger", "message"} for told in read)
        heads = [" ".join((told["time"], told["level"], told["logger"], told["message"])) for told in read]
        tails = [told.get("errors", []) for told in read]
        return "".join(" | ".join((head, *tail)) + "\n" for head, tail in zip(heads, tails, strict=True))


@pytest.fixture(params=["text", "json"])
def heard(monkeypatch, request):
    """What the whole process writes to its log at DEBUG, in either form; everything is put back
    afterwards."""
    root = logging.getLogger()
    levels = {name: logging.getLogger(name).level for name in (*QUIET, "")}
    handlers, raising = root.handlers[:], logging.raiseExceptions
    for place, name in ((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook")):
        monkeypatch.setattr(place, name, getattr(place, name))
    told = io.StringIO() if request.param == "text" else Objects()
    setup_logs("DEBUG", told, form=request.param)
    yield told
    root.handlers[:], logging.raiseExceptions = handlers, raising
    logging.captureWarnings(False)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def fails_deeply() -> None:
    story = f"what was told: {WORD}"
    try:
        story.encode("ascii")
    except UnicodeEncodeError as error:
        raise RuntimeError(story) from error


def test_a_line_says_when_how_bad_where_and_what(heard):
    ours.info("turns committed: %d", 12)

    assert heard.getvalue()[10:] == heard.getvalue()[10:20] + " INFO handlers.dispatch turns committed: 12\n"
    assert heard.getvalue()[:2] == "20"
    assert heard.getvalue()[19] == "Z"


def test_an_error_of_ours_is_told_with_its_way_out_once(heard):
    ours.error("put off: %s", StoreDamaged("It is damaged.", hint="Restore it."))

    assert heard.getvalue().count("Restore it.") == 1
    twice = re.compile(r"\blog\.\w+\([^)]*error, error\.hint\)")
    assert [str(file) for file in ROOT.glob("[bhs]*/**/*.py") if twice.search(file.read_text("utf-8"))] == []


def test_an_exception_is_its_type_and_lines_of_code_never_its_words(heard):
    try:
        fails_deeply()
    except RuntimeError:
        ours.exception("a turn failed")

    assert "a turn failed | RuntimeError at test_logs.py:" in heard.getvalue()
    assert "| UnicodeEncodeError at test_logs.py:" in heard.getvalue()
    assert WORD not in heard.getvalue()
    assert heard.getvalue().count("\n") == 1


def test_our_own_errors_keep_their_message_and_their_way_out(heard):
    ours.error("not started: %s", StoreDamaged("data/cases.db is not a database.", hint="Restore a backup."))
    ours.error(StoreDamaged("the chain is broken at line 3.", hint="Call someone."))

    assert (
        "not started: StoreDamaged: data/cases.db is not a database. (Restore a backup.)" in heard.getvalue()
    )
    assert "StoreDamaged: the chain is broken at line 3. (Call someone.)" in heard.getvalue()


def test_a_foreign_exception_among_the_arguments_keeps_its_words(heard):
    ours.warning("tried again after %s", ValueError(WORD))
    ours.warning("tried again after %(error)s", {"error": KeyError(WORD)})
    ours.warning(OSError(WORD))

    assert "tried again after ValueError\n" in heard.getvalue()
    assert "tried again after KeyError\n" in heard.getvalue()
    assert WORD not in heard.getvalue()


def test_every_exception_of_a_group_is_named(heard):
    try:
        raise ExceptionGroup(WORD, [ValueError(WORD), KeyError(WORD)])
    except ExceptionGroup:
        ours.exception("two things failed")

    assert "ExceptionGroup" in heard.getvalue()
    assert "| ValueError | KeyError" in heard.getvalue()
    assert WORD not in heard.getvalue()


@pytest.mark.parametrize("name", [*QUIET, "telegram.ext.Updater", "apscheduler.scheduler", "a_new_library"])
def test_libraries_are_silent_under_warning(heard, name):
    logging.getLogger(name).debug("executing %s", WORD)
    logging.getLogger(name).info("HTTP Request: POST https://api.telegram.org/bot%s/getUpdates", TOKEN)

    assert heard.getvalue() == ""


def test_a_library_tells_its_template_and_never_what_was_filled_in(heard):
    logging.getLogger("httpx").warning("retrying %s", WORD)
    logging.getLogger("httpx").warning(f"retrying {WORD}")  # noqa: G004 (libraries do)

    assert "httpx retrying %s [test_logs.py:" in heard.getvalue()
    assert "httpx (message withheld) [test_logs.py:" in heard.getvalue()
    assert WORD not in heard.getvalue()


def test_a_line_that_cannot_be_formatted_prints_no_argument(heard, capfd):
    ours.info("%d turns", WORD)
    ours.info("%s %s", WORD)

    assert heard.getvalue().count("could not be formatted) [test_logs.py:") == 2
    assert WORD not in heard.getvalue() + "".join(capfd.readouterr())


def test_a_closed_standard_error_stops_nothing_and_prints_nothing(heard, capfd):
    gone = io.StringIO()
    setup_logs("DEBUG", gone)
    gone.close()

    ours.info("nobody is left to hear %s", WORD)

    assert WORD not in "".join(capfd.readouterr())


@pytest.mark.parametrize("secret", [TOKEN, KEY, KEY.lower(), "socks5://lea:motdepasse@proxy"])
def test_tokens_and_keys_are_replaced_wherever_they_come_from(heard, secret):
    ours.error("could not use %s", secret)
    ours.error(f"could not use https://api.telegram.org/bot{secret}/getMe")

    assert secret not in heard.getvalue()
    assert "motdepasse" not in heard.getvalue()
    assert heard.getvalue().count("[") == 2


def test_one_event_is_one_line_whatever_is_in_it(heard):
    ours.info("first\nsecond\r\u2028third\x1b[31m")

    assert heard.getvalue().count("\n") == 1
    assert heard.getvalue().removesuffix("\n").isprintable()
    assert scrub("a\nb") == "a\\nb"


def test_what_nobody_catches_is_told_without_its_words(heard, capfd):
    try:
        fails_deeply()
    except RuntimeError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    thread = threading.Thread(target=fails_deeply)
    thread.start()
    thread.join()

    assert heard.getvalue().count("RuntimeError at test_logs.py:") == 2
    assert WORD not in heard.getvalue() + "".join(capfd.readouterr())


def test_leaving_with_ctrl_c_is_no_error(heard):
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)

    assert heard.getvalue() == ""


async def test_a_forgotten_task_tells_its_error_without_its_words(heard, capfd):
    async def lost() -> None:
        raise ValueError(WORD)

    task = asyncio.get_running_loop().create_task(lost(), name="lost")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task
    gc.collect()

    assert "asyncio (message withheld)" in heard.getvalue()
    assert "ValueError at test_logs.py:" in heard.getvalue()
    assert WORD not in heard.getvalue() + "".join(capfd.readouterr())


def test_an_error_in_a_destructor_is_told_without_its_words(heard, capfd):
    class Fragile:
        def __del__(self) -> None:
            raise ValueError(WORD)

    Fragile()
    gc.collect()

    assert "letting go of something | ValueError" in heard.getvalue()
    assert WORD not in heard.getvalue() + "".join(capfd.readouterr())


def test_a_warning_is_told_without_its_words(heard, capfd):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn(WORD, stacklevel=1)

    assert WORD not in heard.getvalue() + "".join(capfd.readouterr())


def test_setting_the_logs_up_twice_says_everything_once(heard):
    setup_logs("INFO", heard, form="json" if isinstance(heard, Objects) else "text")

    ours.info("once")

    assert heard.getvalue().count("once") == 1
