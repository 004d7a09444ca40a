"""The console as the people who run Seuil meet it: every command, and every fault in one sentence with a way
out."""

from __future__ import annotations

import base64
import io
import json
import logging
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.exceptions import UnsupportedAlgorithm

from bot import __main__ as console
from bot import age
from bot.sealing import fingerprint
from handlers import keyring
from locales import load, loading
from storage.key_folder import KeyFolder
from tests import age_vectors

ROOT = Path(__file__).resolve().parent.parent
VECTORS = json.loads((ROOT / "tests" / "vectors" / "age.json").read_text("utf-8"))
EVERY_KIND = {v["expect"]: v for v in VECTORS if v["identities"] == ["x25519", "hybrid"]}
"""A vector of our own for each way a file can end."""

HYBRID = age.HybridIdentity(age_vectors.SECRET)
QUICK = 10
"""scrypt's work factor here: a thousandth of the real one."""

TO_CONSENT = ("bonjour", "1", "2", "1", "1", "1")


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    def one_sentence(self) -> str:
        """What went wrong, when it is told as it should be: a sentence, a way out, nothing else."""
        *said, way_out = self.err.strip().split("\n")
        assert said
        assert said[-1].endswith((".", ":")) or said[0].endswith(":"), self.err
        assert way_out.startswith("→ "), self.err
        assert way_out.endswith(".") or ": " in way_out, self.err  # a sentence, or a command to type
        assert "Traceback" not in self.err
        assert "stopped by an error" not in self.err
        return "\n".join(said)


@pytest.fixture(autouse=True)
def own_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a command changes in its process is put back."""
    root, hooks = logging.getLogger(), (sys.excepthook, sys.unraisablehook, threading.excepthook)
    before, level, warn = root.handlers[:], root.level, logging.raiseExceptions
    yield
    root.handlers[:] = before
    root.setLevel(level)
    logging.captureWarnings(False)
    logging.raiseExceptions = warn
    sys.excepthook, sys.unraisablehook, threading.excepthook = hooks


@pytest.fixture
def seuil(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """A command of the console, in this process: `seuil("redact", stdin="…")`."""

    def run(*args: str, stdin: str | bytes = "") -> Ended:
        typed = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr(sys, "argv", ["seuil", *args])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed), "utf-8"))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            console.main()
        told = capsys.readouterr()
        return Ended(int(ended.value.code or 0), told.out, told.err)

    return run


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An instance somebody started once, with keys that are quick to unlock."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keyring.create, "__kwdefaults__", {"work_factor": QUICK})
        folder = tmp_path_factory.mktemp("made") / "data"
        shelf = Path("/dev/shm") / f"seuil-main-{os.getpid()}"
        patch.setenv("SEUIL_DATA", str(folder))
        patch.setenv("SEUIL_SHELF", str(shelf))
        patch.setattr(sys, "argv", ["seuil", "run"])
        patch.setattr(sys, "stdin", io.StringIO("/quit\n"))
        with pytest.raises(SystemExit) as ended:
            console.main()
        assert not ended.value.code
        yield folder
        shutil.rmtree(shelf)


@pytest.fixture
def instance(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of that instance, chosen by the environment as an operator would."""
    folder = tmp_path / "data"
    shutil.copytree(made, folder, ignore=shutil.ignore_patterns("*.sock"))
    shelf = Path("/dev/shm") / f"seuil-main-{os.getpid()}-{tmp_path.name}"
    shutil.copytree(Path("/dev/shm") / f"seuil-main-{os.getpid()}", shelf)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEUIL_DATA", str(folder))
    monkeypatch.setenv("SEUIL_SHELF", str(shelf))
    yield folder
    shutil.rmtree(shelf)


# --- a play -------------------------------------------------------------------------------------------------


def test_a_play_on_standard_input_goes_from_chair_to_chair_and_ends_cleanly(
    seuil: Callable[..., Ended], instance: Path
) -> None:
    play = "\n".join(
        (
            "# a witness",
            *TO_CONSENT,
            "Il a écrit du 06 39 98 12 34.",
            "FINI",
            *["PASSER"] * 15,
            "1",
            "1",
            "/as modératrice",
            "/suivant",
            "/ouvrir",
            "/accepter",
        )
    )

    ended = seuil("run", stdin=play)

    assert (ended.code, ended.err) == (0, "")
    assert "moderator > /ouvrir" in ended.out
    assert "Il a écrit du [téléphone]." in ended.out
    assert "est accepté" in ended.out.splitlines()[-2] + ended.out.splitlines()[-3]


def test_what_a_terminal_shows_has_no_trailing_spaces(seuil: Callable[..., Ended], instance: Path) -> None:
    shown = seuil("run", stdin="bonjour\n1\n").out

    assert [line for line in shown.splitlines() if line != line.rstrip()] == []


def test_a_first_start_says_what_it_made_and_where_the_passphrase_is(
    seuil: Callable[..., Ended], instance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEUIL_DATA", str(tmp_path / "new"))
    monkeypatch.setattr(keyring.create, "__kwdefaults__", {"work_factor": QUICK})

    ended = seuil("run", stdin="/quit\n")

    passphrase = tmp_path / "new" / "keys" / "passphrase"
    assert ended.code == 0
    assert str(passphrase) in ended.err
    assert "docs/operating.md" in ended.err
    assert passphrase.read_text("utf-8").strip() not in ended.err + ended.out
    assert passphrase.stat().st_mode & 0o777 == 0o600


# --- each kind of fault has its exit code -------------------------------------------------------------------


def test_every_fault_of_the_settings_is_told_at_once_with_code_3(
    seuil: Callable[..., Ended], instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEUIL_K", "3")
    monkeypatch.setenv("SEUIL_TIME_ZONE", "Lune/Mer")

    ended = seuil("run")

    assert ended.code == 3
    assert "SEUIL_K" in ended.one_sentence()
    assert "SEUIL_TIME_ZONE" in ended.one_sentence()


@pytest.mark.parametrize(("name", "value"), [("SEUIL_LANGUAGE", "zz"), ("SEUIL_HELP_COUNTRY", "ZZ")])
def test_words_that_are_not_there_are_refused_with_those_that_are(
    seuil: Callable[..., Ended], instance: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    ended = seuil("run")

    assert ended.code == 3
    assert name in ended.one_sentence()
    assert "fr" in ended.one_sentence().lower()


def test_a_data_folder_that_is_a_file_is_refused_with_code_3(
    seuil: Callable[..., Ended], instance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SEUIL_DATA", str(tmp_path / "file"))

    ended = seuil("run")

    assert ended.code == 3
    assert "data folder" in ended.one_sentence()


@pytest.mark.parametrize(
    "command", [("check",), ("verify", "x"), ("audit", "verify"), ("invite", "owner"), ("keys",)]
)
def test_a_command_about_no_instance_makes_none(
    seuil: Callable[..., Ended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("SEUIL_DATA", str(tmp_path / "nothing"))
    monkeypatch.setenv("SEUIL_SHELF", str(tmp_path / "shelf"))

    ended = seuil(*command)

    assert ended.code == 3
    assert "There is no instance" in ended.one_sentence()
    assert not (tmp_path / "nothing").exists()


OF_A_STORE = (
    *(("check",), ("verify", "x"), ("audit", "verify"), ("invite", "owner"), ("partner", "Refuge")),
    *(("backup",), ("keys", "rotate"), ("keys", "rewrap"), ("keys", "passphrase"), ("recovery", "drill")),
)


@pytest.mark.parametrize("command", OF_A_STORE)
def test_no_command_makes_an_empty_database_where_keys_wait_for_theirs(
    seuil: Callable[..., Ended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    """So it is after `recovery restore`: an empty one would be backed up, and no restoration replaces it."""
    monkeypatch.setenv("SEUIL_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("SEUIL_SHELF", str(tmp_path / "shelf"))
    KeyFolder(tmp_path / "data").instance(new=True)
    keyring.create(tmp_path / "data" / "keys", "six mots", work_factor=QUICK)
    before = sorted(tmp_path.rglob("*"))

    ended = seuil(*command)

    assert ended.code == 3
    assert "no instance that was started with them" in ended.one_sentence()
    assert "python -m bot restore" in ended.err
    assert sorted(tmp_path.rglob("*")) == before


def test_keys_are_compared_before_their_database_is_back(
    seuil: Callable[..., Ended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEUIL_DATA", str(tmp_path / "data"))
    key = keyring.create(tmp_path / "data" / "keys", "six mots", work_factor=QUICK)

    ended = seuil("keys")

    assert ended.code == 0
    assert fingerprint(key.recipient) in ended.out


def test_a_wrong_passphrase_is_told_with_code_4(seuil: Callable[..., Ended], instance: Path) -> None:
    (instance / "keys" / "passphrase").write_text("autre chose\n")

    ended = seuil("run")

    assert ended.code == 4
    assert ended.one_sentence() == "The passphrase is wrong."


def test_a_passphrase_others_can_read_is_refused_with_code_4(
    seuil: Callable[..., Ended], instance: Path
) -> None:
    (instance / "keys" / "passphrase").chmod(0o644)

    ended = seuil("run")

    assert ended.code == 4
    assert "can be read by others" in ended.one_sentence()


@pytest.mark.parametrize("name", ["team.age", "sign.age", "sign.pub", "team.keys"])
def test_a_missing_key_file_is_named_with_code_4(
    seuil: Callable[..., Ended], instance: Path, name: str
) -> None:
    (instance / "keys" / name).unlink()

    ended = seuil("run")

    assert ended.code == 4
    assert ended.one_sentence() == f"The key file keys/{name} is missing."
    assert "backup" in ended.err


def test_a_damaged_database_is_told_with_code_5_and_left_as_it_is(
    seuil: Callable[..., Ended], instance: Path
) -> None:
    database = instance / "seuil.db"
    damaged = database.read_bytes()[:8192] + os.urandom(8192) + database.read_bytes()[16384:]
    database.write_bytes(damaged)

    ended = seuil("run")

    assert ended.code == 5
    assert "seuil.db" in ended.one_sentence()
    assert database.read_bytes() == damaged


def with_a_disk_of(kib: int, play: str) -> Ended:
    """`run` where no file may grow over so much: it stands for a disk that takes no more."""
    limited = f"ulimit -f {kib}; exec {sys.executable} -m bot run"
    done = subprocess.run(
        ["bash", "-c", limited], cwd=ROOT, capture_output=True, text=True, input=play, check=False
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def test_a_full_disk_at_the_start_is_told_with_code_6(instance: Path) -> None:
    ended = with_a_disk_of(8, play="")

    assert ended.code == 6
    assert "disk" in ended.one_sentence()


def test_a_disk_that_fills_while_she_writes_is_told_to_her_and_ends_nothing(instance: Path) -> None:
    play = "\n".join((*TO_CONSENT, "Il a gardé mon numéro.", "FINI", *["PASSER"] * 30))

    ended = with_a_disk_of(100, play)

    assert ended.code == 0
    assert load()["fr"].say("failed").split()[0] in ended.out
    assert "The disk refuses to take more" in ended.err
    assert "numéro" not in ended.err


def test_a_broken_line_of_words_is_named_by_file_and_line_with_code_7(
    seuil: Callable[..., Ended], instance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = tmp_path / "locales"
    shutil.copytree(ROOT / "locales", words)
    talk = words / "fr" / "talk.ftl"
    lines = talk.read_text("utf-8").splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith("welcome ="))
    lines[place] = lines[place].replace("welcome =", "welcome")
    talk.write_text("\n".join(lines) + "\n", "utf-8")
    monkeypatch.setattr(loading, "HERE", words)

    ended = seuil("run")

    assert ended.code == 7
    assert "talk.ftl" in ended.one_sentence()
    assert str(place + 1) in ended.one_sentence()


def test_a_python_without_the_packages_says_which_one_has_them() -> None:
    """For who types `python -m bot` before `. .venv/bin/activate`. With -S no package is found."""
    done = subprocess.run(
        [sys.executable, "-S", "-m", "bot", "keys"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 8
    assert "Python" in Ended(done.returncode, done.stdout, done.stderr).one_sentence()
    assert ".venv/bin/activate" in done.stderr


def test_without_ml_kem_nothing_starts_and_the_code_is_8(
    seuil: Callable[..., Ended], instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Missing:
        @classmethod
        def from_seed_bytes(cls, _: bytes) -> None:
            raise UnsupportedAlgorithm("ML-KEM is not supported by this build.")

    monkeypatch.setattr("bot.age.hybrid.MLKEM768PrivateKey", Missing)

    ended = seuil("run", stdin="bonjour\n")

    assert ended.code == 8
    assert "ML-KEM" in ended.one_sentence()
    assert "Bonjour" not in ended.out


def test_a_file_that_does_not_open_is_told_with_code_9(seuil: Callable[..., Ended], tmp_path: Path) -> None:
    vector = next(v for v in VECTORS if v["expect"] == "header failure" and v["file"])
    (tmp_path / "file.age").write_bytes(base64.b64decode(vector["file"]))
    (tmp_path / "keys.txt").write_text(HYBRID.secret_text() + "\n")
    (tmp_path / "keys.txt").chmod(0o600)

    ended = seuil("open", str(tmp_path / "file.age"), "--identity", str(tmp_path / "keys.txt"))

    assert ended.code == 9
    assert ended.out == ""
    assert ended.one_sentence()


def test_a_second_seuil_on_the_same_folder_is_refused_with_code_10(
    seuil: Callable[..., Ended], instance: Path
) -> None:
    first = subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(instance / "console.sock")

        ended = seuil("run")
        told = [seuil(*command) for command in (("lock",), ("unlock",), ("check",), ("audit", "verify"))]
    finally:
        first.send_signal(signal.SIGINT)
        first.communicate()

    assert ended.code == 10
    assert "Another process" in ended.one_sentence()
    assert [each.code for each in told] == [0, 0, 0, 0]
    assert told[0].err.strip() == "The desk is locked."
    assert told[1].err.strip() == "The desk is open."


def wait_for(file: Path) -> None:
    for _ in range(300):
        if file.exists():
            return
        time.sleep(0.05)
    raise AssertionError(f"{file.name} never came")


def test_lock_and_unlock_without_a_running_seuil_say_how_to_start_one(
    seuil: Callable[..., Ended], instance: Path
) -> None:
    for command in ("lock", "unlock"):
        ended = seuil(command, stdin="mot\n")

        assert ended.code == 10
        assert "make run" in ended.err


# --- small commands -----------------------------------------------------------------------------------------


def test_redact_answers_each_line_with_one_line(seuil: Callable[..., Ended]) -> None:
    lines = ("Son numéro : 06 39 98\\n12 34", "", "Rien à retirer ici.", "é" * 20_000)

    ended = seuil("redact", stdin="\n".join(lines) + "\n")

    assert ended.code == 0
    told = ended.out.splitlines()
    assert len(told) == len(lines)
    assert told[0] == "Son numéro : [téléphone]"
    assert told[1:3] == ["", "Rien à retirer ici."]


def test_redact_keeps_a_literal_line_break_literal(seuil: Callable[..., Ended]) -> None:
    assert seuil("redact", stdin="Un soir.\\nPuis rien.\n").out == "Un soir.\\nPuis rien.\n"


def test_redact_speaks_english_when_asked(seuil: Callable[..., Ended]) -> None:
    assert seuil("redact", "--language", "en", stdin="Call 06 39 98 12 34\n").out == "Call [phone]\n"


@pytest.mark.parametrize("vector", EVERY_KIND.values(), ids=EVERY_KIND.keys())
def test_open_tells_our_vectors_apart(
    seuil: Callable[..., Ended], tmp_path: Path, vector: dict[str, str]
) -> None:
    keys = (age.X25519Identity(age_vectors.SECRET), HYBRID)
    (tmp_path / "keys.txt").write_text("".join(key.secret_text() + "\n" for key in keys))
    (tmp_path / "keys.txt").chmod(0o600)

    ended = seuil("open", "-", "-i", str(tmp_path / "keys.txt"), stdin=base64.b64decode(vector["file"]))

    assert ended.code == (0 if vector["expect"] == "success" else 9)
    assert ended.out.encode() == base64.b64decode(vector["plain"])


@pytest.mark.parametrize("armored", [False, True])
def test_open_writes_what_a_file_holds_and_nothing_else(
    seuil: Callable[..., Ended], tmp_path: Path, armored: bool
) -> None:
    box = age.encrypt("reçu".encode(), [HYBRID.recipient])
    (tmp_path / "file.age").write_bytes(age.armor.wrap(box) if armored else box)
    (tmp_path / "keys.txt").write_text(f"# made for a test\n{HYBRID.secret_text()}\n")
    (tmp_path / "keys.txt").chmod(0o600)

    ended = seuil("open", str(tmp_path / "file.age"), "-i", str(tmp_path / "keys.txt"))

    assert (ended.code, ended.out, ended.err) == (0, "reçu", "")


def test_an_invitation_is_one_line_and_only_its_hash_is_kept(
    seuil: Callable[..., Ended], instance: Path
) -> None:
    ended = seuil("invite", "moderator", "--name", "Ana")

    code = ended.out.strip()
    assert ended.code == 0
    assert [len(group) for group in code.split("-")] == [4] * 6
    with sqlite3.connect(instance / "seuil.db") as database:
        kept = "\n".join(database.iterdump())
    assert code not in kept
    assert code.replace("-", "") not in kept


def test_an_unknown_role_is_told_with_those_there_are(seuil: Callable[..., Ended], instance: Path) -> None:
    ended = seuil("invite", "boss")

    assert ended.code == 3
    assert "owner, moderator, auditor, partner" in ended.one_sentence()
    assert "boss" not in ended.err


def test_keys_shows_fingerprints_and_no_secret(seuil: Callable[..., Ended], instance: Path) -> None:
    ended = seuil("keys")

    assert ended.code == 0
    assert "team key, epoch 1: " in ended.out
    assert "SECRET" not in ended.out


def test_what_was_verified_leaves_the_list_of_what_to_verify(
    seuil: Callable[..., Ended], instance: Path
) -> None:
    before = seuil("check").out
    name = before.splitlines()[0].partition(" ")[0]

    recorded = seuil("verify", name)

    assert recorded.err.strip() == "Recorded: 1."
    assert f"\n{name} [" not in "\n" + seuil("check").out
    assert f"\n{name} [" in "\n" + seuil("check", "--all").out
    assert seuil("verify", "no-such-entry").code == 3


def test_every_entry_to_verify_says_where_it_comes_from(seuil: Callable[..., Ended], instance: Path) -> None:
    lines = seuil("check", "--all").out.splitlines()

    sources = [line for line in lines if line.strip().startswith("source:")]
    assert sources
    assert [line for line in sources if line.strip().startswith("source: ,")] == []


def test_the_audit_log_is_told_whole_and_told_broken(seuil: Callable[..., Ended], instance: Path) -> None:
    assert seuil("audit", "verify").out.startswith("The audit log is whole: ")

    with sqlite3.connect(instance / "seuil.db") as database:
        database.execute("UPDATE audit SET line = replace(line, '[', '[ ') WHERE number = 3")

    broken = seuil("audit", "verify")
    assert broken.code == 5
    assert "broken at line 3" in broken.one_sentence()


def test_a_partner_without_a_chat_is_added_once_and_its_address_is_repeated_nowhere(
    seuil: Callable[..., Ended], instance: Path
) -> None:
    added = seuil("partner", "Refuge Nord", "--mail", "bilans@refuge.example", "--language", "en")
    again = seuil("partner", "Refuge", "--mail", "bilans@REFUGE.example")
    neither = seuil("partner", "Refuge")

    assert (added.code, again.code, neither.code) == (0, 3, 3)
    assert "/digest resend Refuge Nord" in added.err
    assert "at this place already" in again.one_sentence()
    assert "Either a mail address or a folder" in neither.one_sentence()
    with sqlite3.connect(instance / "seuil.db") as database:
        assert database.execute("SELECT role FROM member WHERE name = 'Refuge Nord'").fetchall() == [
            ("partner",)
        ]
    assert b"refuge.example" not in b"".join(path.read_bytes() for path in instance.glob("seuil.db*"))
    assert "refuge.example" not in added.err + again.err


def test_a_folder_in_use_is_not_a_place_for_a_demonstration(
    seuil: Callable[..., Ended], instance: Path
) -> None:
    ended = seuil("demo", "--folder", str(instance))

    assert ended.code == 3
    assert "not empty" in ended.one_sentence()


def test_asking_for_nothing_shows_the_manual(seuil: Callable[..., Ended]) -> None:
    shown = seuil("--help").out

    assert seuil().err == shown
    for command in ("run", "demo", "unlock", "lock", "invite", "keys", "open", "redact", "check", "verify"):
        assert f"\n  {command} " in shown
