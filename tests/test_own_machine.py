"""It is promised that a moderator reads and decides on a machine of her own that holds no instance, that what
she reads stays nowhere, and that nothing a witness wrote is obeyed by her terminal."""

from __future__ import annotations

import io
import os
import pty
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import __main__ as console
from bot import age, custody
from bot.decisions import SIGNED, file_name, read_pasted
from bot.errors import CannotOpen, KeyFileError
from bot.harmless import SHOWN_AS, harmless
from bot.moderation import COMMANDS
from bot.signing import VerifyKey, read_public
from handlers import keyring, moderator_console, own_machine
from handlers.terminal import WIDTH
from tests.deskkit import IDENTITY, Testimony
from tests.test_age_oracles import needs_node, run_node
from tests.test_main import QUICK, TO_CONSENT, Ended, own_process
from tests.test_signing import MINISIGN, needs_minisign

__all__ = ["own_process"]

ROOT = Path(__file__).parent.parent
PASSPHRASE = "corde lune abri sel vent bol"
STORY = "Il a laissé des mots sous ma porte."
OTHER = age.HybridIdentity(b"\x09" * 32)

Seuil = Callable[..., Ended]


@pytest.fixture(autouse=True)
def far_from_any_instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_process: None) -> None:
    """A folder with nothing in it, no setting, and a scrypt that takes no second."""
    monkeypatch.chdir(tmp_path)
    for lock in (custody.lock, custody.lock_signer):
        monkeypatch.setattr(lock, "__kwdefaults__", {"work_factor": QUICK})


@pytest.fixture
def seuil(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Seuil:
    """A command of the console, in this process."""

    def run(*args: str | Path, stdin: str = "") -> Ended:
        monkeypatch.setattr(sys, "argv", ["seuil", *map(str, args)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8"))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            console.main()
        told = capsys.readouterr()
        return Ended(int(ended.value.code or 0), told.out, told.err)

    return run


@pytest.fixture
def team(tmp_path: Path) -> Path:
    """The team's key, bare, as `age-keygen` would write it."""
    file = tmp_path / "team.txt"
    file.write_text(custody.identity_text([IDENTITY]))
    file.chmod(0o600)
    return file


def received(folder: Path, testimony: Testimony) -> list[Path]:
    """What `/get` sends of a testimony, saved."""
    folder.mkdir(exist_ok=True)
    parts = (testimony.item("coded", testimony.coded()), testimony.item("story", testimony.told()))
    files = []
    for kept in parts:
        file = folder / file_name(testimony.ref, 1, kept.part)
        file.write_bytes(kept.box)
        files.append(file)
    return files


# --- reading ------------------------------------------------------------------------------------------------


def test_a_testimony_is_read_as_the_desk_shows_it_where_there_is_no_instance(
    seuil: Seuil, team: Path, tmp_path: Path
) -> None:
    answers = {"what_happened": ("msg_unwanted",)}
    testimony = Testimony(share="stats_and_quote", quote="J'ai eu peur chez moi.", answers=answers)

    ended = seuil("open", *received(tmp_path, testimony), "-i", team, "--print")

    assert ended.code == 0
    for told in (
        testimony.ref,
        STORY,
        "J'ai eu peur chez moi.",
        "Des messages non désirés",
        "chiffres, résumé et phrase",
    ):
        assert told in ended.out, told
    assert not list(tmp_path.glob("data*")) + list(tmp_path.glob("*.db"))


def test_it_is_read_in_english_too(seuil: Seuil, team: Path, tmp_path: Path) -> None:
    files = received(tmp_path, Testimony())

    assert "agreed use" in seuil("open", *files, "-i", team, "--print", "--language", "en").out
    assert seuil("open", *files, "-i", team, "--print", "--language", "xx").one_sentence()


def test_a_testimony_is_written_into_no_file_unless_that_is_asked_for(
    seuil: Seuil, team: Path, tmp_path: Path
) -> None:
    ended = seuil("open", *received(tmp_path, Testimony()), "-i", team)

    assert ended.code == 3
    assert ended.out == ""
    assert "--print" in ended.err
    assert STORY not in ended.err


def test_a_missing_part_is_said(seuil: Seuil, team: Path, tmp_path: Path) -> None:
    _, story = received(tmp_path, Testimony())

    assert "Il manque une partie" in seuil("open", story, "-i", team, "--print").out


def test_a_file_that_holds_another_testimony_than_its_name_says_is_refused(
    seuil: Seuil, team: Path, tmp_path: Path
) -> None:
    _, one = received(tmp_path, Testimony())
    _, other = received(tmp_path, Testimony())
    other.write_bytes(one.read_bytes())

    ended = seuil("open", other, "-i", team, "--print")

    assert ended.code == 9
    assert "another part" in ended.one_sentence()


def test_the_teams_key_may_be_under_a_passphrase_or_sealed_to_ones_own(seuil: Seuil, tmp_path: Path) -> None:
    files = received(tmp_path, Testimony())
    (tmp_path / "reading.age").write_bytes(custody.lock(OTHER, PASSPHRASE))
    (tmp_path / "locked.age").write_bytes(custody.lock(IDENTITY, PASSPHRASE))
    sealed = age.encrypt(custody.identity_text([IDENTITY]).encode(), [OTHER.recipient])
    (tmp_path / "team-for-lou.age").write_bytes(age.armor.wrap(sealed))
    own = ("-i", "reading.age", "-i", "team-for-lou.age")

    assert STORY in seuil("open", *files, *own, "--print", stdin=f"{PASSPHRASE}\n").out
    assert STORY in seuil("open", *files, "-i", "locked.age", "--print", stdin=f"{PASSPHRASE}\n").out
    assert seuil("open", *files, "-i", "locked.age", "--print", stdin="another one\n").code == 4
    assert "named before it" in seuil("open", *files, "-i", "team-for-lou.age").one_sentence()


def test_a_bare_key_that_others_can_read_is_refused(seuil: Seuil, team: Path, tmp_path: Path) -> None:
    team.chmod(0o644)

    ended = seuil("open", *received(tmp_path, Testimony()), "-i", team, "--print")

    assert ended.code == 4
    assert "chmod 600" in ended.err


def test_the_pager_keeps_no_history_and_saves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pager = tmp_path / "less"
    pager.write_text('#!/bin/sh\nexport -p > "$0.env"\ncat > "$0.shown"\n')
    pager.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("LESSOPEN", "| tee /tmp/kept")
    monkeypatch.setenv("LESS", "-o/tmp/kept")

    own_machine.page("Il est revenu.\n")

    told = (tmp_path / "less.env").read_text()
    assert (tmp_path / "less.shown").read_text() == "Il est revenu.\n"
    assert "LESSSECURE='1'" in told or 'LESSSECURE="1"' in told
    assert "/tmp/kept" not in told


def test_no_word_is_cut_in_two_at_the_edge_of_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    told = "Récit\n\n" + "Il est revenu plusieurs fois sans rendez-vous. " * 5

    own_machine.page(told)

    lines = capsys.readouterr().out.split("\n")
    assert max(map(len, lines)) <= WIDTH
    assert " ".join(lines).split() == told.split()


HOSTILE = "Bonjour\x1b]0;titre\x07\x1b[2Jeffacé\x9b31m\r\u202eretourné\x08\x00 fin 👩\u200d👧 é"


def test_what_a_terminal_would_obey_is_shown_and_not_obeyed(seuil: Seuil, team: Path, tmp_path: Path) -> None:
    testimony = Testimony()
    hostile = replace(testimony, story=HOSTILE, quote=HOSTILE)

    shown = seuil("open", *received(tmp_path, hostile), "-i", team, "--print").out

    assert "fin 👩\u200d👧 é" in shown
    assert not set(shown) & set("\x1b\x07\x9b\r\u202e\x08\x00")
    assert SHOWN_AS in shown


@given(st.text())
def test_any_text_is_made_harmless_and_harmless_text_is_left_alone(text: str) -> None:
    shown = harmless(text)

    assert all(
        letter.isprintable() or letter in "\n\u200c\u200d\u00a0\u202f\u3000" or letter.isspace()
        for letter in shown
    )
    assert not set(shown) & {chr(code) for code in (*range(10), *range(11, 32), *range(127, 160))}
    assert harmless(shown) == shown


def test_on_a_terminal_a_warning_comes_first_and_nothing_raw_reaches_it(team: Path, tmp_path: Path) -> None:
    """The real program on a real terminal, without a pager, as on the barest machine."""
    files = received(tmp_path, Testimony(story=HOSTILE, answers={"what_happened": ("threats",)}))
    bare = tmp_path / "bin"
    bare.mkdir()
    child, terminal = pty.fork()
    if child == 0:  # pragma: no cover - this is the other process
        names = [str(file) for file in files]
        os.chdir(ROOT)
        arguments = [sys.executable, "-m", "bot", "open", *names, "-i", str(team)]
        os.execve(sys.executable, arguments, {"PATH": str(bare), "LANG": "C.UTF-8"})  # noqa: S606 - without a shell on purpose
    heard = b""
    while "Entrée pour lire".encode() not in heard:
        heard += os.read(terminal, 4096)
    assert b"Bonjour" not in heard
    os.write(terminal, b"\n")
    try:
        while chunk := os.read(terminal, 4096):
            heard += chunk
    except OSError:  # how a terminal says on Linux that the program has ended
        pass
    _, status = os.waitpid(child, 0)
    os.close(terminal)

    assert os.waitstatus_to_exitcode(status) == 0
    shown = heard.decode().replace("\r\n", "\n")
    assert "Ce texte parle de violence" in shown
    assert "Bonjour" in shown
    assert not set(shown) & set("\x1b\x07\x9b\r\u202e\x08\x00")


@pytest.mark.oracle
@needs_node
def test_another_age_program_opens_what_get_sends_and_the_key_handed_to_a_moderator(
    seuil: Seuil, tmp_path: Path
) -> None:
    _, story = received(tmp_path, Testimony())
    (tmp_path / "reading.pub").write_text(OTHER.recipient.text() + "\n")
    from handlers.signers import hand_over  # noqa: PLC0415 - here only

    hand_over([IDENTITY], tmp_path / "reading.pub", tmp_path / "team.age")
    handed = age.armor.unwrap((tmp_path / "team.age").read_bytes())

    lines = run_node("open", OTHER.secret_text(), handed).decode().splitlines()
    secret = next(line for line in lines if not line.startswith("#"))
    assert STORY.encode() in run_node("open", secret, story.read_bytes())


def test_what_is_called_a_part_and_is_none_is_not_shown_as_if_it_were(
    seuil: Seuil, team: Path, tmp_path: Path
) -> None:
    """The team's public key is public: anybody who writes to the database seals a page that looks like a
    testimony, without the line that says nothing is proved."""
    file = tmp_path / file_name(Testimony().ref, 1, "story")
    file.write_bytes(age.encrypt(STORY.encode(), [IDENTITY.recipient]))

    ended = seuil("open", file, "-i", team, "--print")

    assert ended.code == 9
    assert STORY not in ended.out
    assert "no part of a testimony" in ended.err


def test_the_teams_key_is_not_shown_on_a_terminal_by_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal keeps what scrolled by; `open` is given the handed-over key where `-i` was meant."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    shown = Terminal()
    monkeypatch.setattr(sys, "stdout", shown)

    with pytest.raises(CannotOpen, match="secret key"):
        moderator_console._put_out(custody.identity_text([IDENTITY]).encode())
    assert not shown.getvalue()
    moderator_console._put_out(b"nothing secret")
    assert shown.getvalue() == "nothing secret"


# --- deciding -----------------------------------------------------------------------------------------------


@pytest.fixture
def own_keys(seuil: Seuil) -> str:
    """The public line of a moderator's signing key; her keys are in `mine`."""
    made = seuil("own-keys", "mine", stdin=f"{PASSPHRASE}\n")
    assert made.code == 0
    return made.out.strip()


def test_own_keys_are_locked_and_for_their_owner_and_their_public_halves_beside_them(
    own_keys: str, seuil: Seuil, tmp_path: Path
) -> None:
    mine = tmp_path / "mine"

    assert {file.name: stat.S_IMODE(file.stat().st_mode) for file in mine.iterdir()} == dict.fromkeys(
        ("reading.age", "signing.age", "reading.pub", "signing.pub"), 0o600
    )
    assert read_public((mine / "signing.pub").read_text()).line() == own_keys
    (reading,) = custody.unlock((mine / "reading.age").read_bytes(), PASSPHRASE)
    assert (mine / "reading.pub").read_text().strip() == reading.recipient.text()
    assert seuil("own-keys", "mine", stdin="another\n").code == 4
    assert (
        custody.unlock_signer((mine / "signing.age").read_bytes(), PASSPHRASE).verify_key.line() == own_keys
    )


def test_a_decision_is_one_line_that_holds_what_was_read(own_keys: str, seuil: Seuil, tmp_path: Path) -> None:
    testimony = Testimony()
    files = received(tmp_path, testimony)

    ended = seuil("decide", "approve", *files, "-s", "mine/signing.age", stdin=f"{PASSPHRASE}\n")

    assert ended.code == 0
    (line,) = ended.out.splitlines()
    decision = read_pasted(line).decision
    assert (decision.command, decision.case, decision.epoch) == ("approve", testimony.ref, 1)
    assert line.startswith("/decision ")


def test_a_text_is_asked_for_and_sealed_and_stands_nowhere(
    own_keys: str, seuil: Seuil, team: Path, tmp_path: Path
) -> None:
    files = received(tmp_path, Testimony())
    typed = f"{PASSPHRASE}\nsous ma porte\n"

    ended = seuil("decide", "mask", *files, "-s", "mine/signing.age", "-i", team, stdin=typed)

    assert ended.code == 0
    assert "porte" not in ended.out + ended.err
    assert read_pasted(ended.out).decision.sealed
    without = seuil("decide", "mask", *files, "-s", "mine/signing.age", stdin=typed)
    assert "no key was named" in without.one_sentence()
    empty = seuil("decide", "mask", *files, "-s", "mine/signing.age", "-i", team, stdin=f"{PASSPHRASE}\n\n")
    assert "Nothing was signed" in empty.err


@pytest.mark.parametrize("command", ["open", "get", "next", "digest-approve", "", "approve;"])
def test_what_is_no_decision_is_told_with_those_there_are(
    own_keys: str, seuil: Seuil, tmp_path: Path, command: str
) -> None:
    files = received(tmp_path, Testimony())

    ended = seuil("decide", command, *files, "-s", "mine/signing.age", stdin=f"{PASSPHRASE}\n")

    assert ended.code == 3
    assert "approve, reject" in ended.one_sentence()


def test_files_of_two_testimonies_or_of_other_names_are_no_decision(
    own_keys: str, seuil: Seuil, tmp_path: Path
) -> None:
    one, two = received(tmp_path, Testimony()), received(tmp_path, Testimony())
    (tmp_path / "note.age").write_bytes(one[0].read_bytes())

    for files in ((one[0], two[1]), (tmp_path / "note.age",)):
        ended = seuil("decide", "approve", *files, "-s", "mine/signing.age", stdin=f"{PASSPHRASE}\n")
        assert ended.code == 3
        assert ended.one_sentence()


def test_a_second_person_sees_what_she_signs_and_signs_nothing_made_from_other_files(
    own_keys: str, seuil: Seuil, tmp_path: Path
) -> None:
    testimony = Testimony()
    files = received(tmp_path, testimony)
    assert seuil("own-keys", "hers", stdin=f"{PASSPHRASE}\n").code == 0
    first = seuil("decide", "delete", *files, "-s", "mine/signing.age", stdin=f"{PASSPHRASE}\n")
    typed = f"{first.out}{PASSPHRASE}\n"

    assert "second person" in first.err
    second = seuil("cosign", *files, "-s", "hers/signing.age", stdin=typed)
    assert (second.code, len(read_pasted(second.out).signatures)) == (0, 2)
    assert f"delete {testimony.ref}, by two people" in second.err
    assert "the same files as yours" in second.err
    others = seuil("cosign", *received(tmp_path, Testimony()), "-s", "hers/signing.age", stdin=typed)
    assert (others.code, others.out) == (9, "")
    mine = seuil("cosign", "-s", "mine/signing.age", stdin=typed)
    assert "another person" in mine.err
    alone = seuil("decide", "approve", *files, "-s", "mine/signing.age", stdin=f"{PASSPHRASE}\n")
    assert seuil("cosign", "-s", "hers/signing.age", stdin=f"{alone.out}{PASSPHRASE}\n").code == 9


@pytest.mark.oracle
@needs_minisign
def test_the_stock_minisign_checks_what_decide_writes_out(
    own_keys: str, seuil: Seuil, tmp_path: Path
) -> None:
    files = received(tmp_path, Testimony())
    place = tmp_path / "decision.json"
    seuil("decide", "reject", *files, "-s", "mine/signing.age", "--out", place, stdin=f"{PASSPHRASE}\n")
    check = [str(MINISIGN), "-V", "-P", own_keys, "-m", str(place)]

    assert subprocess.run(check, capture_output=True, check=False).returncode == 0
    place.write_bytes(place.read_bytes().replace(b"reject", b"escala"))
    assert subprocess.run(check, capture_output=True, check=False).returncode != 0


def test_every_decision_there_is_may_be_signed_and_needs_a_text_where_the_desk_does() -> None:
    assert (
        {name for name in SIGNED if own_machine.wants_text(name)}
        == {name for name in SIGNED if COMMANDS[name].needs_text}
        == {"mask", "summary", "note", "reply"}
    )


def test_a_text_that_is_no_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("rien")
    (tmp_path / "x").chmod(0o600)

    with pytest.raises(KeyFileError):
        own_machine.identities_of([tmp_path / "x"])


# --- the whole circle ---------------------------------------------------------------------------------------


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An instance of the console profile, on this machine for once."""
    monkeypatch.setattr(keyring.create, "__kwdefaults__", {"work_factor": QUICK})
    shelf = Path("/dev/shm") / f"seuil-own-{os.getpid()}-{tmp_path.name}"
    monkeypatch.setenv("SEUIL_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("SEUIL_SHELF", str(shelf))
    monkeypatch.setenv("SEUIL_DESK_PROFILE", "console")
    yield tmp_path / "data"
    shutil.rmtree(shelf)


TOLD = (*TO_CONSENT, STORY, "FINI", *["PASSER"] * 15, "1", "1")


def test_a_testimony_goes_from_the_witness_to_a_machine_of_ones_own_and_the_decision_back(
    instance: Path, seuil: Seuil, tmp_path: Path
) -> None:
    lou = ("-i", "lou/reading.age", "-i", "team-for-lou.age")
    first = seuil("run", stdin="\n".join((*TOLD, "/as moderator", "/suivant", "/ouvrir", "/recevoir")))
    assert (first.code, first.err.count("→")) == (0, 0)
    assert STORY not in first.out[first.out.index("/suivant") :]
    files = sorted((instance / "received" / "moderator").iterdir())

    assert seuil("own-keys", "lou", stdin=f"{PASSPHRASE}\n").code == 0
    assert seuil("moderator-key", "Modération 1", "lou/signing.pub").code == 0
    assert seuil("team-key", "lou/reading.pub", "team-for-lou.age").code == 0
    assert STORY in seuil("open", *files, *lou, "--print", stdin=f"{PASSPHRASE}\n").out
    line = seuil("decide", "approve", *files, "-s", "lou/signing.age", stdin=f"{PASSPHRASE}\n").out
    played = ("/as moderator 2", line, "/as moderator", line, "/as moderator", line, "/as owner", "/journal")
    last = seuil("run", stdin="\n".join(played)).out

    assert "Aucune clé n’est enregistrée pour vous" in last
    assert "est accepté" in last
    assert "Ce document a déjà servi" in last
    assert "Une clé pour signer est enregistrée" in last
    assert "document t-" in last


def test_a_server_that_does_not_hold_the_teams_key_at_all_serves_the_whole_circle(
    instance: Path, seuil: Seuil, tmp_path: Path
) -> None:
    """Once the key is handed over, it is taken off the machine: nothing of the circle needs it."""
    seuil("run", stdin="bonjour\n")
    assert seuil("own-keys", "lou", stdin=f"{PASSPHRASE}\n").code == 0
    assert seuil("moderator-key", "Modération 1", "lou/signing.pub").code == 0
    assert seuil("team-key", "lou/reading.pub", "team-for-lou.age").code == 0
    for secret in ("team.age", "sign.age", "passphrase"):
        (instance / "keys" / secret).unlink()
    lou = ("-i", "lou/reading.age", "-i", "team-for-lou.age")

    first = seuil("run", stdin="\n".join(("", *TOLD, "/as moderator", "/suivant", "/recevoir")))
    files = sorted((instance / "received" / "moderator").iterdir())
    read = seuil("open", *files, *lou, "--print", stdin=f"{PASSPHRASE}\n")
    line = seuil("decide", "approve", *files, "-s", "lou/signing.age", stdin=f"{PASSPHRASE}\n").out
    last = seuil("run", stdin="\n".join(("", "/as moderator", line, "/as owner", "/bilan envoyer")))

    assert (first.code, last.code) == (0, 0)
    assert STORY in read.out
    assert "est accepté" in last.out
    assert "Le bureau est verrouillé" in last.out


def test_a_key_is_registered_at_the_console_for_a_member_who_decides_and_for_one_only(
    instance: Path, seuil: Seuil, own_keys: str
) -> None:
    seuil("run", stdin="bonjour\n")

    assert seuil("moderator-key", "Modération 1", own_keys).code == 0
    for name, key in (("Modération 2", own_keys), ("Partenaire", own_keys), ("personne", own_keys)):
        ended = seuil("moderator-key", name, key)
        assert ended.code == 3, name
        assert ended.one_sentence()
    twin = VerifyKey(b"another!", read_public(own_keys).public)
    assert seuil("moderator-key", "Modération 2", twin.line()).code == 3
    for no_key in ("RWQnokey", "RWQ" * 200):
        assert seuil("moderator-key", "Modération 2", no_key).code == 4
    assert seuil("moderator-key", "Modération 2").code == 3
    assert seuil("moderator-key", "Modération 1", "--remove").code == 0
    assert seuil("moderator-key", "Modération 2", own_keys).code == 0


def test_the_teams_key_is_handed_over_to_a_key_as_strong_and_overwrites_nothing(
    instance: Path, seuil: Seuil, own_keys: str, tmp_path: Path
) -> None:
    seuil("run", stdin="bonjour\n")
    (tmp_path / "classic.pub").write_text(age.X25519Identity(bytes(range(32))).recipient.text())

    assert "classic" in seuil("team-key", "classic.pub", "team.age").one_sentence()
    assert seuil("team-key", "mine/signing.pub", "team.age").code == 4
    assert not (tmp_path / "team.age").exists()
    assert seuil("team-key", "mine/reading.pub", "team.age").code == 0
    assert stat.S_IMODE((tmp_path / "team.age").stat().st_mode) == 0o600
    assert seuil("team-key", "mine/reading.pub", "team.age").code == 4
