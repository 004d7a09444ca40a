"""It is promised that the house keeps its own rules, and that a first `make` works or says what lacks."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("bot", "handlers", "storage", "locales")
SOURCES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
WRITTEN = [*SOURCES, *TESTS, *sorted((ROOT / "benchmarks").rglob("*.py"))]
DOCUMENTS = [ROOT / "Makefile", *sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
FRONT_DOOR = ROOT / "bot" / "__main__.py"

LONGEST = 400
"""Lines of a module. The median is far under; one subject a file is the rule, length its first symptom."""

LONGEST_TEST = 700
"""Lines of a test file: promises of one subject, read from top to bottom like a list."""

LONG_FOR_A_REASON = {
    "bot/conversation.py": "the whole automaton, so that it can be read, drawn and doubted in one place",
    "bot/moderation.py": "one table of who may do what at the desk",
    "tests/test_desk.py": "every act of the desk, told as what moderators see",
    "handlers/dispatch.py": "one turn from what is heard to what is shown, each step safe to be killed after",
    "storage/postgres.py": "one SQL query a method of the Store promise, read as SQL",
    "storage/memory.py": "the reference: the whole Store promise in its shortest form",
    "storage/sqlite.py": "one SQL query a method of the Store promise, read as SQL",
    "storage/sqlite_writer.py": "one SQL statement an operation, all on the one thread that writes",
}

LISTENING = (
    "handlers.answers", "handlers.commands", "handlers.dispatch", "handlers.drafts", "handlers.errands",
    "handlers.ground", "handlers.hall", "handlers.health", "handlers.intake", "handlers.intaking",
    "handlers.networks", "handlers.journal", "handlers.limits", "handlers.reception", "handlers.screens",
    "handlers.signal", "handlers.pressure", "handlers.team_keys", "handlers.telegram", "handlers.terminal",
    "handlers.testimonies", "handlers.traces", "handlers.vocabulary", "locales", "storage.postgres",
    "storage.sqlite",
)  # fmt: skip
OPENING = ("bot.opening", "bot.custody", "handlers.bench", "handlers.desk", "handlers.keyring")


def within(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


# --- the four rooms -----------------------------------------------------------------------------------------


def waits(tree: ast.AST) -> Iterator[int]:
    """Lines that wait, or prepare to."""
    for node in ast.walk(tree):
        match node:
            case ast.Await() | ast.AsyncFunctionDef() | ast.AsyncFor() | ast.AsyncWith():
                yield node.lineno
            case ast.comprehension(is_async=1):
                yield node.target.lineno
            case ast.Import(names=names) if any(each.name.split(".")[0] == "asyncio" for each in names):
                yield node.lineno
            case ast.ImportFrom(module=str(module)) if module.split(".")[0] == "asyncio":
                yield node.lineno


def test_the_thinking_room_never_waits():
    thinking = [path for path in (ROOT / "bot").rglob("*.py") if path != FRONT_DOOR]

    assert [f"{within(path)}:{line}" for path in thinking for line in waits(parsed(path))] == []


@pytest.mark.parametrize(
    "code", ["async def f(): pass", "import asyncio", "import asyncio.queues", "from asyncio import sleep",
             "from asyncio.tasks import sleep", "async def f():\n async for a in b: pass"],
)  # fmt: skip
def test_waiting_would_be_noticed(code):
    assert list(waits(ast.parse(code)))


def test_every_file_says_at_its_head_what_lives_there():
    said = [path for path in WRITTEN if path.read_text("utf-8").strip()]

    assert [within(path) for path in said if not ast.get_docstring(parsed(path))] == []


def test_nothing_is_named_after_a_drawer():
    drawers = {
        "utils",
        "util",
        "helpers",
        "helper",
        "managers",
        "manager",
        "services",
        "core",
        "common",
        "misc",
    }

    assert [within(path) for path in WRITTEN if drawers & set(path.with_suffix("").parts[-3:])] == []


def test_a_long_file_has_a_reason():
    long = {within(path) for path in SOURCES if len(path.read_text("utf-8").splitlines()) > LONGEST}
    long_tests = {within(path) for path in TESTS if len(path.read_text("utf-8").splitlines()) > LONGEST_TEST}

    assert sorted((long | long_tests) - set(LONG_FOR_A_REASON)) == []
    assert sorted(set(LONG_FOR_A_REASON) - long - long_tests) == [], "a reason without a long file"


def test_who_listens_does_not_even_load_the_code_that_opens():
    program = (
        f"import importlib, sys\n"
        f"for name in {LISTENING!r}: importlib.import_module(name)\n"
        f"print(*sorted(set({OPENING!r}) & set(sys.modules)))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()

    assert loaded == []
    assert all((ROOT / f"{name.replace('.', '/')}.py").exists() for name in OPENING)


def test_imports_go_one_way():
    program = "from importlinter.cli import lint_imports_command as check; check(['--no-logo', '--no-cache'])"
    checked = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert checked.returncode == 0, checked.stdout


# --- what is written down -----------------------------------------------------------------------------------


def pins(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", (ROOT / name).read_text(), flags=re.MULTILINE))


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "requirements-release.lock"])
def test_lock_files_pin_by_hash_and_hold_no_address(name):
    text = (ROOT / name).read_text()

    assert "://" not in text
    assert " @ " not in text
    assert not re.search(r"^--|^-", text, flags=re.MULTILINE)
    assert (
        len(re.findall(r"==[^\n]*\\\n    --hash=sha256:", text))
        == len(re.findall("^[a-z0-9]", text, re.MULTILINE))
        > 20
    )


def test_developers_and_operators_run_the_same_packages():
    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items()


def test_no_file_knows_the_machine_it_was_written_on():
    ours = [
        path
        for path in tracked()
        if path.suffix in {".py", ".md", ".toml", ".ftl", ".txt", ".yaml", ".sql", ""}
    ]
    home = re.compile(r"(?<![\w.])/(?:work|root|home/[a-z]+|Users/[A-Za-z]+)/")

    assert [within(path) for path in ours if home.search(path.read_text("utf-8"))] == []


def test_no_secret_and_no_testimony_is_committed():
    assert [
        within(path) for path in tracked() if re.search(r"(^|/)(\.env|.*\.db|.*\.key)$", within(path))
    ] == []


def tracked() -> list[Path]:
    """Files of the project: what git knows, or where there is no git, what was written here."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        names = [ROOT / name for name in listed.stdout.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        names = [*WRITTEN, *DOCUMENTS, *(ROOT / "locales").rglob("*.ftl")]
    return [path for path in names if path.is_file() and path.name != "LICENSE"]


def commands_of_make() -> set[str]:
    return set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))


@pytest.mark.parametrize("document", DOCUMENTS, ids=within)
def test_every_make_command_in_the_documents_exists(document):
    text = document.read_text("utf-8")
    told = re.findall(r"(?:`|^\$ |^    )make ([a-z]+)|^make ([a-z]+)(?: *#.*)?$", text, flags=re.MULTILINE)

    assert {command or alone for command, alone in told} <= commands_of_make()


def test_make_alone_lists_every_command():
    listed = subprocess.run(["make", "-s"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert commands_of_make() == set(re.findall(r"^  make ([a-z]+) +\S", listed, flags=re.MULTILINE))
    assert {"run", "test", "check", "bench", "demo"} <= commands_of_make()


# --- the first make, on a machine that lacks something ------------------------------------------------------

TOOLS = (
    "sh",
    "make",
    "sed",
    "cmp",
    "cp",
    "rm",
    "mkdir",
    "touch",
    "tail",
    "grep",
    "cat",
    "chmod",
    "uname",
    "dirname",
)
VENV_PYTHON = """#!/bin/sh
case "$*" in
  *whole*) echo whole ;;
  '-m pip --version') echo pip 24 ;;
  '-m pip install'*) printf '%s\\n' "$PIP_SAYS" ; exit "${PIP_EXITS:-0}" ;;
  '-m bot'*) echo "told: $*"; cat ;;
esac
"""
PYTHON = """#!/bin/sh
case "$*" in
  *'%d.%d.%d'*) echo VERSION ;;
  *'(3, 11)'*) exit OLD ;;
  *ensurepip*) exit BARE ;;
  '-m venv .venv') mkdir -p .venv/bin && cp venv-python .venv/bin/python ;;
esac
"""


class Machine:
    """A folder with our Makefile, and a PATH that holds only what a small machine has."""

    def __init__(self, place: Path) -> None:
        self.clone, self.path = place / "seuil", place / "path"
        self.clone.mkdir()
        self.path.mkdir()
        for name in ("Makefile", "requirements.lock", "requirements-dev.lock"):
            shutil.copy(ROOT / name, self.clone / name)
        for tool in TOOLS:
            (self.path / tool).symlink_to(shutil.which(tool) or tool)
        self.write(self.clone / "venv-python", VENV_PYTHON)

    def write(self, path: Path, text: str) -> None:
        path.write_text(text)
        path.chmod(0o755)

    def has(self, name: str, version: str = "3.11.2", *, bare: bool = False) -> None:
        old = tuple(map(int, version.split("."))) < (3, 11)
        script = (
            PYTHON.replace("VERSION", version).replace("OLD", str(int(old))).replace("BARE", str(int(bare)))
        )
        self.write(self.path / name, script)

    def make(self, *words: str, typed: str = "", **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["make", *words], cwd=self.clone, env={"PATH": str(self.path), **env}, input=typed,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip


def sentence(ran: subprocess.CompletedProcess[str]) -> str:
    """The one sentence that says what is missing."""
    assert ran.returncode != 0
    said = [line for line in ran.stderr.splitlines() if line.startswith("make: ") and "***" not in line]
    assert len(said) == 1, ran.stderr
    return said[0]


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def test_without_python_make_says_how_to_get_it(machine):
    assert "apt install python3 python3-venv" in sentence(machine.make("run"))


def test_with_an_old_python_make_says_which_it_found(machine):
    machine.has("python3", "3.9.2")

    said = sentence(machine.make("run"))

    assert "3.11 or newer is needed and python3 is Python 3.9.2" in said
    assert "make run PYTHON=" in said


def test_a_newer_python_beside_the_old_one_is_found(machine):
    machine.has("python3", "3.9.2")
    machine.has("python3.12", "3.12.4")

    assert machine.make("run").returncode == 0


def test_the_python_that_is_named_is_the_one_that_is_used(machine):
    machine.has("python3", "3.12.4")
    machine.has("mine", "3.10.1")

    assert "mine is Python 3.10.1" in sentence(machine.make("run", "PYTHON=mine"))
    assert "as nowhere" in sentence(machine.make("run", PYTHON="nowhere"))


def test_without_the_venv_module_make_names_the_package(machine):
    machine.has("python3", bare=True)

    assert "apt install python3-venv" in sentence(machine.make("test"))


@pytest.mark.parametrize(
    ("pip_says", "told"),
    [
        (
            "Failed to establish a new connection: Name or service not known",
            "connect this machine to the network",
        ),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
            "nothing was installed",
        ),
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("error: command 'cc' failed", "pip could not install the packages"),
    ],
)
def test_when_pip_fails_make_says_it_in_one_sentence_and_keeps_the_rest(machine, pip_says, told):
    machine.has("python3")

    assert told in sentence(machine.make("run", PIP_SAYS=pip_says, PIP_EXITS="1"))
    assert (machine.clone / ".cache" / "pip.log").read_text().strip() == pip_says
    assert machine.make("run").returncode == 0


def test_the_first_make_prepares_once_and_passes_the_play_on(machine):
    machine.has("python3")

    first = machine.make("run", typed="bonjour\n")
    second = machine.make("run", typed="bonjour\n")

    assert first.stdout == second.stdout == "told: -m bot run\nbonjour\n"
    assert "Preparing .venv" in first.stderr
    assert second.stderr == ""


def test_running_needs_nothing_of_what_testing_needs(machine):
    machine.has("python3")
    (machine.clone / "requirements-dev.lock").unlink()

    assert machine.make("run").returncode == 0


def test_testing_first_prepares_for_running_too(machine):
    machine.has("python3")
    machine.make("test")

    assert "Preparing" not in machine.make("run").stderr


def test_a_changed_lock_file_is_installed_and_a_touched_one_is_not(machine):
    machine.has("python3")
    machine.make("run")
    lock = machine.clone / "requirements.lock"

    os.utime(lock, (2e9, 2e9))
    assert "Preparing" not in machine.make("run").stderr
    lock.write_text(lock.read_text() + "\n")
    assert "Preparing" in machine.make("run").stderr


def test_a_build_that_was_cut_is_begun_anew(machine):
    machine.has("python3")
    (machine.clone / ".venv" / "bin").mkdir(parents=True)
    machine.write(machine.clone / ".venv" / "bin" / "python", VENV_PYTHON)
    half = machine.clone / ".venv" / "half-installed"
    half.touch()
    (machine.clone / ".venv" / ".building").touch()

    assert machine.make("run").returncode == 0
    assert not half.exists()


def test_an_environment_whose_python_went_away_is_built_again(machine):
    machine.has("python3")
    machine.make("run")
    (machine.clone / ".venv" / "bin" / "python").unlink()

    again = machine.make("run")

    assert again.returncode == 0
    assert "Preparing" in again.stderr


def test_a_failed_update_leaves_the_old_environment_whole(machine):
    machine.has("python3")
    machine.make("run")
    kept = machine.clone / ".venv" / "kept"
    kept.touch()
    lock = machine.clone / "requirements.lock"
    lock.write_text(lock.read_text() + "\n")

    machine.make("run", PIP_SAYS="connection refused", PIP_EXITS="1")
    machine.make("run")

    assert kept.exists()


# --- the tests' own promises --------------------------------------------------------------------------------


FEW_TESTS = {
    "test_canary.py": """
import logging

def test_told(canary):
    logging.getLogger("any.library").debug("told %s", canary)

def test_raised(canary):
    try:
        raise ValueError(canary)
    except ValueError:
        logging.getLogger("bot").debug("it failed", exc_info=True)

def test_kept(canary):
    logging.getLogger("bot").debug("told %s", len(canary))
""",
    "test_skipped.py": """
import pytest

@pytest.mark.skip
def test_skipped(): ...

@pytest.mark.xfail
def test_known(): assert False
""",
    "test_module_skipped.py": "import pytest\npytest.importorskip('no_such_module')\n",
    "test_right.py": """
import pytest
from tests import rights

rights.CAPABILITIES = {"CAP_OURS": 0, "CAP_NOBODYS": 63}
rights.STATUS.write_text("CapEff: 0000000000000001")

@pytest.mark.privileged("CAP_NOBODYS")
def test_right_we_have_not(): pytest.skip("CAP_NOBODYS is missing")

@pytest.mark.privileged("CAP_OURS")
def test_right_we_have(): pytest.skip("it is not missing")
""",
}


@pytest.mark.parametrize(
    ("no_skip", "told"),
    [
        ("", "3 passed, 4 skipped, 1 xfailed, 2 errors"),
        ("1", "1 failed, 3 passed, 1 skipped, 1 xfailed, 4 errors"),
    ],
)
def test_a_logged_canary_is_found_and_where_nothing_may_be_skipped_a_skip_is_a_failure(
    tmp_path, no_skip, told
):
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "tests").mkdir()
    told_here = (ROOT / "tests" / "rights.py").read_text("utf-8").replace("/proc/self/status", "status")
    (tmp_path / "tests" / "rights.py").write_text(told_here)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = privileged\n")
    for name, body in FEW_TESTS.items():
        (tmp_path / name).write_text(body)

    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--continue-on-collection-errors"],
        cwd=tmp_path, env={**os.environ, "SEUIL_NO_SKIP": no_skip},
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert told in ran.stdout
