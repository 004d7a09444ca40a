"""It is promised that a partner's folder holds each digest whole or not at all, and never another."""

from __future__ import annotations

import asyncio
import errno
import io
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.age import decrypt
from bot.formats import File, Rendered
from bot.letters import SUMS
from bot.signing import SignKey, sign, verify
from handlers import Address
from handlers.delivery import Parcel, Undelivered
from handlers.delivery.folder import FolderCarrier
from tests.parcels import IDENTITY, OLD_IDENTITY, SIGNER, parcel, rendered, runs

PARTNER = "refuge-zq"
TO = Address("folder", PARTNER)
LIGHT = parcel(wanted=("text", "csv"))
SEALED = parcel(wanted=("text", "csv"), recipient=IDENTITY.recipient.text())
ROOT = Path(__file__).parent.parent


@pytest.fixture
def root(tmp_path: Path) -> Path:
    path = tmp_path / "bilans"
    path.mkdir()
    return path


def keep(root: Path, what: Parcel = LIGHT, to: Address = TO) -> None:
    asyncio.run(FolderCarrier(root).carry(to, what))


def reason(root: Path | None, what: Parcel = LIGHT, to: Address = TO) -> str:
    with pytest.raises(Undelivered) as caught:
        asyncio.run(FolderCarrier(root).carry(to, what))
    assert caught.value.__context__ is None
    assert "zq" not in repr(caught.value)
    return caught.value.reason


def tree(root: Path) -> dict[str, tuple[int, int, bytes]]:
    """Every path under it: its mode, when it was written, what it holds."""
    return {
        str(path.relative_to(root)): (
            path.lstat().st_mode & 0o777,
            path.lstat().st_mtime_ns,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in root.rglob("*")
    }


# --- what is there ------------------------------------------------------------------------------------------


def test_a_partner_finds_every_file_in_a_folder_of_the_digests_own(root: Path) -> None:
    what = parcel()
    keep(root, what)

    inside = root / PARTNER / "seuil-3-fr"
    for name in what.wanted:
        for file in rendered()[name].files:
            assert (inside / file.name).read_bytes() == file.body
    assert (inside / "seuil-3-fr.txt").read_text("utf-8").startswith("Bilan n°")
    signature = (inside / f"{SUMS}.minisig").read_text()
    assert verify((inside / SUMS).read_bytes(), signature, SIGNER.verify_key) == f"digest 3 fr {what.sha256}"
    assert runs(inside, "sha256sum", "-c", SUMS).returncode == 0
    assert [path.name for path in (root / PARTNER).iterdir()] == ["seuil-3-fr"]


def test_nobody_else_on_the_machine_reads_it(root: Path) -> None:
    before = os.umask(0)
    try:
        keep(root)
    finally:
        os.umask(before)

    modes = {path: mode for path, (mode, _, _) in tree(root).items()}
    assert {modes.pop(PARTNER), modes.pop(f"{PARTNER}/seuil-3-fr")} == {0o700}
    assert set(modes.values()) == {0o600}


def test_digests_languages_and_partners_lie_side_by_side(root: Path) -> None:
    keep(root)
    keep(root, parcel("en", wanted=("text",)))
    keep(root, parcel(number=4, wanted=("text",)))
    keep(root, to=Address("folder", "autre"))

    assert sorted(path.name for path in (root / PARTNER).iterdir()) == [
        "seuil-3-en",
        "seuil-3-fr",
        "seuil-4-fr",
    ]
    assert [path.name for path in (root / "autre").iterdir()] == ["seuil-3-fr"]


def test_sealed_there_is_one_file_that_the_partners_key_opens(root: Path) -> None:
    keep(root, SEALED)
    keep(root, to=Address("folder", "ouvert"))

    inside = root / PARTNER / "seuil-3-fr"
    assert sorted(path.name for path in inside.iterdir()) == [
        "seuil-3-fr.zip.age",
        "seuil-3-fr.zip.age.minisig",
    ]
    box = (inside / "seuil-3-fr.zip.age").read_bytes()
    verify(box, (inside / "seuil-3-fr.zip.age.minisig").read_text(), SIGNER.verify_key)
    with zipfile.ZipFile(io.BytesIO(decrypt(box, [IDENTITY]))) as archive:
        archive.extractall(root / "opened")
    plain = root / "ouvert" / "seuil-3-fr"
    assert {path.name: path.read_bytes() for path in plain.iterdir() if path.name != f"{SUMS}.minisig"} == {
        path.name: path.read_bytes()
        for path in (root / "opened" / "seuil-3-fr").iterdir()
        if path.name != f"{SUMS}.minisig"
    }


# --- again --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", [LIGHT, SEALED], ids=["open", "sealed"])
def test_the_same_digest_again_changes_nothing(root: Path, what: Parcel) -> None:
    keep(root, what)
    before = tree(root)

    keep(root, what)

    assert tree(root) == before


def test_what_a_partner_put_beside_it_is_hers(root: Path) -> None:
    keep(root)
    (root / PARTNER / "seuil-3-fr" / ".DS_Store").write_bytes(b"x")
    (root / PARTNER / "notes.txt").write_bytes(b"y")
    before = tree(root)

    keep(root)

    assert tree(root) == before


Harm = Callable[[Path], object]
HARMS: dict[str, Harm] = {
    "changed": lambda inside: next(inside.glob("*.minisig")).write_bytes(b"x"),
    "longer": lambda inside: os.truncate(next(inside.glob("seuil*")), 1_000_000),
    "missing": lambda inside: next(inside.glob("seuil*")).unlink(),
    "a folder in place of a file": lambda inside: (
        next(inside.glob("seuil*")).unlink(),
        (inside / "x").mkdir(),
    ),
    "nothing left": lambda inside: [path.unlink() for path in inside.iterdir()],
}


@pytest.mark.parametrize("what", [LIGHT, SEALED], ids=["open", "sealed"])
@pytest.mark.parametrize("harm", HARMS)
def test_something_else_under_its_name_is_told_and_never_overwritten(
    root: Path, what: Parcel, harm: str
) -> None:
    keep(root, what)
    HARMS[harm](root / PARTNER / "seuil-3-fr")
    before = tree(root)

    assert reason(root, what) == "other"

    assert tree(root) == before


@pytest.mark.parametrize(
    "other",
    [
        parcel(wanted=("text",)),
        parcel(wanted=("text", "csv"), recipient=OLD_IDENTITY.recipient.text()),
        parcel(wanted=("csv",), recipient=IDENTITY.recipient.text()),
        parcel(wanted=("text", "csv"), recipient=IDENTITY.recipient.text(),
               sign=lambda body, comment: sign(body, SignKey(b"x" * 32), comment)),
        parcel(wanted=("text", "csv"), recipient=IDENTITY.recipient.text(), sign=lambda _body, _comment: ""),
    ],
    ids=["open", "another key", "other formats", "another signer", "unsigned"],
)  # fmt: skip
def test_a_sealed_digest_is_recognised_without_being_opened_and_no_other_taken_for_it(
    root: Path, other: Parcel
) -> None:
    keep(root, SEALED)
    before = tree(root)

    assert reason(root, other) == "other"

    assert tree(root) == before


# --- names --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["", ".", "..",
     "../zq", "zq/..", "/zq", "zq/x", "zq\\x", "ZQ", "zq\n", "zq\x00", ".zq", "-zq", "zq ", "é",
     "a" * 65],
)  # fmt: skip
def test_a_name_leads_nowhere_else(root: Path, name: str) -> None:
    before = tree(root.parent)

    assert reason(root, to=Address("folder", name)) == "refused"

    assert tree(root.parent) == before


@pytest.mark.parametrize("name", ["../x", "/x", ".x", "a/b", "", "a\x00", "x" * 101])
def test_a_format_that_gives_a_file_another_name_writes_nothing(root: Path, name: str) -> None:
    odd = {"csv": Rendered(files=(File(name, "text/csv", b"x"),))}

    with pytest.raises(ValueError, match="lead elsewhere"):
        keep(root, parcel(wanted=("csv",), rendered=odd))

    assert list(root.iterdir()) == []


def test_a_link_in_place_of_a_partners_folder_is_not_followed(root: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (root / PARTNER).symlink_to(tmp_path / "elsewhere")

    assert reason(root) == "unwritable"
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_link_or_a_pipe_in_place_of_a_digest_is_not_followed(root: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (root / PARTNER).mkdir()
    (root / PARTNER / "seuil-3-fr").symlink_to(tmp_path / "elsewhere")
    assert reason(root) == "unwritable"

    keep(root, to=Address("folder", "autre"))
    file = root / "autre" / "seuil-3-fr" / "seuil-3-fr.csv"
    file.unlink()
    os.mkfifo(file)
    assert reason(root, to=Address("folder", "autre")) == "other"


# --- what goes wrong ----------------------------------------------------------------------------------------


def test_without_a_folder_it_is_said_that_the_setting_is_missing() -> None:
    assert reason(None) == "unset"


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """A disk that is not mounted: what is written in its place would be covered, and missed."""
    assert reason(tmp_path / "bilans") == "unwritable"
    assert not (tmp_path / "bilans").exists()


def test_a_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "bilans").write_bytes(b"")

    assert reason(tmp_path / "bilans") == "unwritable"


def test_what_cannot_be_sealed_is_not_written_in_clear(root: Path) -> None:
    assert reason(root, parcel(wanted=("text",), recipient="age1zqzq")) == "unsealed"
    assert reason(root, parcel(wanted=("papyrus",))) == "unrendered"
    assert list(root.iterdir()) == []


STEPS = ("mkdir", "open", "write", "fsync", "rename")


class Failing:
    """Makes the n-th of the calls that write to the disk fail."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, at: int, code: int) -> None:
        self.calls = 0
        for step in STEPS:
            monkeypatch.setattr(os, step, self._failing(getattr(os, step), at, code))

    def _failing(self, call: Callable[..., Any], at: int, code: int) -> Callable[..., Any]:
        def instead(*args: Any, **named: Any) -> Any:
            self.calls += 1
            if self.calls == at:
                raise OSError(code, "zq", "zq")
            return call(*args, **named)

        return instead


def steps(root: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many calls a delivery takes."""
    with monkeypatch.context() as patch:
        failing = Failing(patch, -1, 0)
        keep(root, LIGHT, Address("folder", "essai"))
    shutil.rmtree(root / "essai")
    return failing.calls


@pytest.mark.parametrize(
    ("code", "told"),
    [(errno.ENOSPC, "full"), (errno.EDQUOT, "full"), (errno.EROFS, "unwritable"), (errno.EIO, "unreachable"),
     (errno.EMFILE, "other")],
)  # fmt: skip
def test_a_disk_that_fails_at_any_step_leaves_all_or_nothing_and_the_next_try_succeeds(
    root: Path, monkeypatch: pytest.MonkeyPatch, code: int, told: str
) -> None:
    for at in range(1, 1 + steps(root, monkeypatch)):
        to = Address("folder", f"p{at}")
        with monkeypatch.context() as patch:
            Failing(patch, at, code)
            assert reason(root, to=to) == told

        left = list((root / to.chat).iterdir()) if (root / to.chat).exists() else []
        assert [path.name for path in left] in ([], ["seuil-3-fr"])
        keep(root, to=to)
        assert [path.name for path in (root / to.chat).iterdir()] == ["seuil-3-fr"]
        assert len(list((root / to.chat / "seuil-3-fr").iterdir())) == 4


KILLED = """
import os, signal, sys
sys.path.insert(0, {root!r})
from pathlib import Path
from tests.test_folder import LIGHT, STEPS, keep
from handlers import Address
calls = 0
def dying(call):
    def instead(*args, **named):
        global calls
        calls += 1
        if calls == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*args, **named)
    return instead
for step in STEPS:
    setattr(os, step, dying(getattr(os, step)))
for at in range(1, 1 + int(sys.argv[2])):
    calls = 0
    if os.fork() == 0:
        keep(Path(sys.argv[1]), LIGHT, Address("folder", f"p{{at}}"))
        os._exit(0)
    print(os.wait()[1])
"""


def test_killed_between_any_two_steps_nothing_is_half_there_and_the_next_try_cleans_up(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = steps(root, monkeypatch)
    program = textwrap.dedent(KILLED).format(root=str(ROOT))
    ran = subprocess.run(
        [sys.executable, "-c", program, str(root), str(many)], cwd=ROOT, capture_output=True, text=True,
        check=True, timeout=120,
    )  # fmt: skip
    assert ran.stdout.split() == [str(int(signal.SIGKILL))] * many

    halves = 0
    for at in range(1, 1 + many):
        folder = root / f"p{at}"
        seen = [path for path in folder.iterdir() if not path.name.startswith(".")] if folder.exists() else []
        halves += len(list(folder.glob(".*"))) if folder.exists() else 0
        assert [path.name for path in seen] in ([], ["seuil-3-fr"])
        assert all(len(list(path.iterdir())) == 4 for path in seen)
        keep(root, to=Address("folder", f"p{at}"))
        assert [path.name for path in folder.iterdir()] == ["seuil-3-fr"]
        assert len(list((folder / "seuil-3-fr").iterdir())) == 4
    assert halves > 5
