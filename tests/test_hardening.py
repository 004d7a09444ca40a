"""It is promised that what a process of ours holds stays in it: on no disk, in no argument, in no child, and
in no file that others of the machine can read."""

from __future__ import annotations

import ast
import logging
import os
import re
import resource
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from bot.__main__ import app
from bot.errors import KeyFileError, SettingsError
from bot.settings import Settings
from handlers import beside, intake_folder, keyring, own_machine
from handlers.console import NAME, Console
from handlers.instance import lay_keys, open_instance
from handlers.team_keys import KEYS
from handlers.unseen import warn_of_swap
from storage import open_store
from storage.key_folder import KeyFolder
from storage.shelf import open_shelf
from tests.deskkit import CHEAP

ROOT = Path(__file__).resolve().parent.parent
OURS = sorted(
    path for room in ("bot", "handlers", "storage", "locales") for path in (ROOT / room).rglob("*.py")
)
TOKEN = "110201543:" + "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw8"


def told(program: str) -> str:
    """What a Python of its own prints."""
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


# --- memory -------------------------------------------------------------------------------------------------

FIELD = """
def field(name):
    lines = open("/proc/self/status").read().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(name + ":"))
"""
NOBODY = """
import ctypes, os, resource
def become_nobody():
    if os.getuid() == 0:
        os.setgid(65534); os.setuid(65534)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # as a program is that was started by this user
"""
"""A process that no limit is lifted for, also where tests are run by root."""

ASKED = """
import ctypes, resource
libc, asked = ctypes.CDLL(None), []
class Watched:
    def __getattr__(self, name): return getattr(libc, name)
    def mlockall(self, flags): asked.extend((flags, unseen_limit()[0])); return libc.mlockall(flags)
unseen_limit = lambda: resource.getrlimit(resource.RLIMIT_MEMLOCK)
import handlers.unseen as unseen
unseen.ctypes = type("ctypes", (), {"CDLL": lambda self, _: Watched()})()
unseen.unseen()
"""


def test_memory_is_locked_page_by_page_where_the_platform_allows_it() -> None:
    program = FIELD + ASKED + "print(*asked, unseen_limit()[1], field('VmLck'))"

    flags, soft, hard, locked = map(int, told(program).split())

    assert flags == 7  # MCL_CURRENT, MCL_FUTURE, MCL_ONFAULT
    endless = hard == resource.RLIM_INFINITY
    # Under a finite limit it is tried with none allowed: it then holds only where limits do not.
    assert soft == (hard if endless else 0)
    assert (locked > 0) == (endless or is_bound_by_no_limit())


def is_bound_by_no_limit() -> bool:
    """CAP_IPC_LOCK, capabilities(7): bit 14."""
    caps = re.search(r"^CapEff:\s*(\w+)", Path("/proc/self/status").read_text(), re.MULTILINE)
    return bool(caps and int(caps[1], 16) >> 14 & 1)


def test_locked_memory_takes_no_more_room_than_is_used() -> None:
    """Without MCL_ONFAULT, twenty threads that do nothing took 160 MB."""
    program = FIELD + (
        "import threading, time; from handlers.unseen import unseen; unseen()\n"
        "before, stay = field('VmRSS'), threading.Event()\n"
        "for _ in range(20): threading.Thread(target=stay.wait).start()\n"
        "print(field('VmRSS') - before); stay.set()"
    )

    assert int(told(program)) < 20 * 1024  # kB; a stack is 8 MB


def test_where_a_limit_forbids_it_memory_is_not_locked_and_can_still_be_had() -> None:
    program = (
        FIELD
        + NOBODY
        + (
            "from handlers.unseen import unseen\n"
            "become_nobody()\n"
            "limits = (4 << 20, 8 << 20)\n"
            "resource.setrlimit(resource.RLIMIT_MEMLOCK, limits); unseen()\n"
            "much = bytearray(1 << 29)\n"
            "print(field('VmLck'), resource.getrlimit(resource.RLIMIT_MEMLOCK) == limits, len(much) >> 29)"
        )
    )

    assert told(program) == "0 True 1"


SWAP_ON = "Filename Type Size Used Priority\n/swap file 100 0 -2\n"


@pytest.mark.parametrize(
    ("status", "swaps", "warnings"),
    [
        ("VmLck:\t       0 kB\n", SWAP_ON, 1),
        ("VmLck:\t       0 kB\n", None, 1),
        (None, SWAP_ON, 1),
        ("VmLck:\t   12345 kB\n", SWAP_ON, 0),
        ("VmLck:\t       0 kB\n", SWAP_ON.splitlines()[0] + "\n", 0),
    ],
)
def test_an_operator_is_warned_once_where_keys_may_be_swapped_and_else_not(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, status: str | None, swaps: str | None, warnings: int
) -> None:
    for name, text in (("status", status), ("swaps", swaps)):
        if text is not None:
            (tmp_path / name).write_text(text)

    with caplog.at_level(logging.WARNING):
        warn_of_swap(tmp_path / "status", tmp_path / "swaps")

    assert [record.levelname for record in caplog.records] == ["WARNING"] * warnings


def test_another_program_of_the_same_user_reads_neither_its_memory_nor_its_environment() -> None:
    program = NOBODY + (
        "from handlers.unseen import unseen\n"
        "def others_read():\n"
        "    reader, writer = os.pipe()\n"
        "    if not os.fork():\n"
        "        found = ''\n"
        "        for name in ('environ', 'maps', 'mem'):\n"
        "            try:\n"
        "                open(f'/proc/{os.getppid()}/{name}', 'rb').close(); found += name + ' '\n"
        "            except OSError: pass\n"
        "        os.write(writer, found.encode() or b'nothing'); os._exit(0)\n"
        "    os.close(writer); said = os.read(reader, 99).decode().strip(); os.wait(); return said\n"
        "become_nobody()\n"
        "print(others_read(), '/', end=' '); unseen(); print(others_read())"
    )

    before, after = told(program).split(" / ")

    assert before == "environ maps mem"
    assert after == "nothing"


def _options() -> Iterator[tuple[str, str]]:
    command = typer.main.get_command(app)
    waits = list(getattr(command, "commands", {}).items())
    for name, each in waits:
        waits += getattr(each, "commands", {}).items()
        yield from ((name, str(option.name)) for option in each.params)


def test_no_command_takes_a_secret_as_an_argument() -> None:
    """Everybody on the machine reads the arguments of a process (/proc/PID/cmdline, `ps`)."""
    secret = re.compile(r"pass|token|secret|seed|receipt|word|identity_key|private")

    options = list(_options())

    assert len(options) > 20
    assert [each for each in options if secret.search(each[1])] == []


# --- children -----------------------------------------------------------------------------------------------

STARTS = re.compile(
    r"^(create_subprocess_\w+|Popen|run|call|check_call|check_output|system|popen|exec[lv]\w*|spawn\w+|fork\w*|"
    r"posix_spawn\w*|ProcessPoolExecutor|Process)$"
)
OF = {"asyncio", "subprocess", "os", "multiprocessing", "concurrent", "futures", "pty"}


def _starts(tree: ast.AST) -> Iterator[ast.Call]:
    """Calls that start a process."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and STARTS.match(node.func.attr)
            and {part.id for part in ast.walk(node.func) if isinstance(part, ast.Name)} & OF
            and not (
                node.func.attr == "run"
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "asyncio"
            )
        ):
            yield node


def test_every_process_that_is_started_is_given_an_environment_of_its_own() -> None:
    started = {
        path.relative_to(ROOT).as_posix(): {key.arg for key in call.keywords}
        for path in OURS
        for call in _starts(ast.parse(path.read_text("utf-8")))
    }

    assert set(started) == {"handlers/beside.py", "handlers/own_machine.py"}
    assert all("env" in keywords for keywords in started.values())


@pytest.mark.parametrize(
    "code", ["subprocess.Popen('x')", "os.system('x')", "asyncio.create_subprocess_exec('x')"]
)
def test_a_process_that_is_started_would_be_noticed(code: str) -> None:
    assert list(_starts(ast.parse(code)))


def test_what_a_child_inherits_holds_no_setting() -> None:
    inherited = {*beside.INHERITED, *own_machine.INHERITED}

    assert inherited <= {
        *("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TERM", "HOME", "COLUMNS", "LINES"),
        *("PYTHONHOME", "PYTHONPATH", "PYTHONHASHSEED"),
    }


# --- files --------------------------------------------------------------------------------------------------


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Of an instance whose umask lets everybody do everything."""
    monkeypatch.setattr(keyring.create, "__kwdefaults__", {"work_factor": 4})
    mask = os.umask(0)
    shelf = Path("/dev/shm") / f"seuil-hardening-{os.getpid()}"
    yield Settings(data=tmp_path / "data", shelf=shelf)
    os.umask(mask)
    for path in [*shelf.glob("*"), shelf]:
        path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)


def open_to_others(*folders: Path) -> dict[str, str]:
    """Files and folders that others than their owner may read, write or enter."""
    every = [path for folder in folders for path in (folder, *folder.rglob("*"))]
    assert len(every) > len(folders)
    return {
        path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in every if path.stat().st_mode & 0o077
    }


async def test_all_that_an_instance_writes_is_for_its_owner_only_whatever_the_umask(
    settings: Settings, tmp_path: Path
) -> None:
    lay_keys(settings)
    instance = await open_instance(settings, cost=CHEAP)
    console = Console(settings.data, {})
    await console.open()
    try:
        await instance.tick()
        intake_folder.make(settings.data, tmp_path / "apart")
        assert isinstance(settings.shelf, Path)
        found = open_to_others(settings.data, settings.shelf, tmp_path / "apart")
        names = {path.name for path in settings.data.rglob("*")}
    finally:
        await console.close()
        await instance.close()

    assert found == {}
    assert {"seuil.db", "drafts.db", "instance.key", "salt", NAME, "team.age", "passphrase"} <= names


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
@pytest.mark.parametrize("name", ["team.age", "sign.age", "team.keys", "sign.pub", "passphrase"])
def test_a_key_file_that_others_reach_is_refused(settings: Settings, name: str, mode: int) -> None:
    lay_keys(settings)
    folder = settings.data / KEYS
    (folder / name).chmod(mode)

    with pytest.raises(KeyFileError, match="read by others") as refused:
        keyring.unlock(folder, keyring.read_passphrase(folder / keyring.PASSPHRASE))
    assert f"chmod 600` on {name}" in refused.value.hint


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
@pytest.mark.parametrize("name", ["instance.key", "salt", "tag-1.key"])
def test_a_small_key_that_others_reach_is_refused(tmp_path: Path, name: str, mode: int) -> None:
    folder = KeyFolder(tmp_path / "data")
    use = {
        "instance.key": lambda: folder.instance(new=True),
        "salt": lambda: folder.salt(new=True),
        "tag-1.key": lambda: folder.tag(1),
    }[name]
    use()
    (tmp_path / "data" / name).chmod(mode)

    with pytest.raises(KeyFileError, match="read by others") as refused:
        use()
    assert f"chmod 600` on {name}" in refused.value.hint


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
@pytest.mark.parametrize(
    ("line", "refused"),
    [
        (f"SEUIL_TELEGRAM_TOKEN={TOKEN}", True),
        ("SEUIL_STORE=postgresql://seuil:madeup@127.0.0.1/seuil", True),
        ("SEUIL_SHELF=redis://seuil:madeup@127.0.0.1:6379/0", True),
        ("SEUIL_SMTP_HOST=smtp.example.org\nSEUIL_SMTP_FROM=a@example.org\nSEUIL_SMTP_PASSWORD=madeup", True),
        ("SEUIL_K=12", False),
        ("SEUIL_TELEGRAM_TOKEN=", False),
    ],
)
def test_settings_with_a_secret_that_others_reach_are_refused(
    tmp_path: Path, line: str, refused: bool, mode: int
) -> None:
    file = tmp_path / ".env"
    file.write_text(line + "\n")
    file.chmod(mode)

    try:
        Settings.load(file)
        said = ""
    except SettingsError as error:
        said = str(error)

    assert ("chmod 600" in said) == refused
    assert "madeup" not in said
    assert TOKEN not in said
    file.chmod(0o600)
    assert "chmod" not in _refusal_of(file)


def _refusal_of(file: Path) -> str:
    try:
        Settings.load(file)
    except SettingsError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("mode", [0o755, 0o710, 0o701])
async def test_a_folder_others_enter_is_closed_to_them_or_refused(
    settings: Settings, tmp_path: Path, mode: int
) -> None:
    """Ours is closed; one that holds other things may be somebody else's."""
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(mode)
    (shared / "holiday.jpg").touch()
    with pytest.raises(SettingsError, match="other users"):
        await open_store(f"sqlite:{shared}")
    with pytest.raises(SettingsError, match="other users"):
        KeyFolder(shared)
    assert isinstance(settings.shelf, Path)
    settings.shelf.mkdir()
    settings.shelf.chmod(mode)
    (settings.shelf / "other").touch()
    with pytest.raises(SettingsError, match="other users"):
        await open_shelf(settings.shelf)

    (settings.shelf / "other").unlink()
    await (await open_shelf(settings.shelf)).close()
    assert settings.shelf.stat().st_mode & 0o077 == 0


# --- comparing ----------------------------------------------------------------------------------------------

SECRETS = re.compile(
    r"(^|_)(code_?hash|mac|hmac|tokens?|secrets?|pass\w*|withdraw\w*|hashed|seal|signature|proof|salt|entropy|"
    r"instance|seed)$"
)
COMPARED_BY_OWNERS = {
    "bot/letters.py": ["signature"],  # what this desk signed, with what it signs now: both are published
    "handlers/restoring.py": ["salt"],  # two files of the operator who restores
    "handlers/signal/daemon.py": ["token"],  # a captcha's name, told by Signal: is it another than before
}


def _compared(tree: ast.AST) -> Iterator[str]:
    """Names of secrets that are compared with == or !=, which take longer the more is right."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
            for side in (node.left, *node.comparators):
                name = getattr(side, "attr", getattr(side, "id", ""))
                if SECRETS.search(name):
                    yield name


def test_nothing_secret_is_compared_but_in_constant_time() -> None:
    found = {
        path.relative_to(ROOT).as_posix(): names
        for path in OURS
        if (names := sorted(_compared(ast.parse(path.read_text("utf-8")))))
    }

    assert found == COMPARED_BY_OWNERS, "none more, and no reason for one that is not there"


def test_a_secret_that_is_compared_as_any_text_would_be_noticed() -> None:
    assert list(_compared(ast.parse("if given.token == self._token: pass"))) == ["token", "_token"]
