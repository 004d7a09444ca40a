"""It is promised that a release says what is in it, that known holes are looked for, and that where they
cannot be, it says so."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def of_ci(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"ci_{name}", ROOT / ".ci" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


audit, sbom = of_ci("audit"), of_ci("sbom")


# --- known holes --------------------------------------------------------------------------------------------

STAND_IN = """
import json, sys, time
place = sys.argv[sys.argv.index("--output") + 1]
lock = sys.argv[sys.argv.index("-r") + 1]
assert "--require-hashes" in sys.argv and "--disable-pip" in sys.argv
assert sys.argv[sys.argv.index("--vulnerability-service") + 1] == "osv"
HOLES = %s
if HOLES == "away":
    sys.exit(1)
if HOLES == "silent":
    time.sleep(600)
found = HOLES if lock.endswith("/requirements.lock") else []
with open(place, "w") as told:
    json.dump({"dependencies": [{"name": "madeup", "version": "1.0", "vulns": found},
                                {"name": "skipped", "skip_reason": "unknown"}]}, told)
sys.exit(bool(found))
"""
HOLE = {"id": "MADE-UP-1", "fix_versions": ["1.1"], "aliases": []}


@pytest.fixture
def audited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]  # a function
    """The code and the words of an audit that is answered so."""

    def run(holes: object) -> tuple[int, str]:
        (tmp_path / "pip_audit.py").write_text(STAND_IN % repr(holes))
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        return audit.main([]), capfd.readouterr().err

    return run


def test_a_known_hole_is_named_and_stops_the_gate(audited) -> None:  # type: ignore[no-untyped-def]  # as above
    code, said = audited([HOLE])

    assert code == 1
    assert "madeup 1.0: MADE-UP-1, mended in 1.1" in said
    assert "NOT AUDITED" not in said


def test_without_a_known_hole_the_gate_says_what_it_looked_at(audited) -> None:  # type: ignore[no-untyped-def]  # as above
    code, said = audited([])

    assert code == 0
    assert [f"{lock}: 0 known holes." in said for lock in audit.LOCKS] == [True] * 3


@pytest.mark.parametrize("holes", ["away", "silent"])
def test_where_the_database_cannot_be_asked_the_gate_passes_and_says_that_nothing_was_audited(
    audited, monkeypatch: pytest.MonkeyPatch, holes: str
) -> None:
    monkeypatch.setattr(audit, "SECONDS", 3.0)

    code, said = audited(holes)

    assert code == 0
    assert said.count("NOT AUDITED") == 1
    assert "known holes." not in said


def test_every_lock_file_there_is_for_people_is_audited() -> None:
    there = {path.name for path in ROOT.glob("requirements*.lock")}

    assert there - {"requirements-fuzz.lock"} == set(audit.LOCKS)  # atheris runs in `make fuzz` alone


# --- the bill of materials ----------------------------------------------------------------------------------


def test_the_bill_lists_every_package_that_is_installed_with_every_hash_it_may_have() -> None:
    bill = sbom.bill(LOCK, PROJECT)

    listed = {each["name"]: each["version"] for each in bill["components"]}
    assert listed == dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", LOCK, flags=re.MULTILINE))
    hashes = [each["content"] for part in bill["components"] for each in part["hashes"]]
    assert sorted(hashes) == sorted(re.findall(r"sha256:([0-9a-f]{64})", LOCK))
    assert all(part["hashes"] and part["purl"] == part["bom-ref"] for part in bill["components"])
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", bill["serialNumber"])
    assert len({part["bom-ref"] for part in bill["components"]}) == len(bill["components"])


def test_the_same_lock_gives_the_same_bill_without_an_address_or_an_hour() -> None:
    told = [json.dumps(sbom.bill(LOCK, PROJECT), sort_keys=True) for _ in range(2)]

    assert told[0] == told[1]
    assert re.findall(r"\w+://[^\"]+", told[0]) == ["http://cyclonedx.org/schema/bom-1.6.schema.json"]
    assert "timestamp" not in told[0]


def test_another_lock_is_another_bill() -> None:
    changed = sbom.bill(LOCK.replace("==", "==9", 1), PROJECT)

    assert changed["serialNumber"] != sbom.bill(LOCK, PROJECT)["serialNumber"]


def test_a_package_without_a_hash_is_refused() -> None:
    with pytest.raises(SystemExit, match="has no hash"):
        sbom.bill("madeup==1.0\n", PROJECT)


# --- the wheel ----------------------------------------------------------------------------------------------

PYTHON = """#!/bin/sh
case "$*" in
  *whole*) echo whole ;;
  *hatchling*)
    for place; do :; done
    mkdir -p "$place"
    echo "$SOURCE_DATE_EPOCH $place" | cut -c 1-$SAME >"$place/seuil.whl" ;;
  .ci/sbom.py) echo '{}' ;;
esac
"""


@pytest.mark.parametrize(("same", "passes"), [("10", True), ("99", False)])
def test_a_wheel_whose_two_builds_differ_is_no_release(tmp_path: Path, same: str, passes: bool) -> None:
    for name in ("Makefile", "requirements.lock", "requirements-dev.lock", "requirements-release.lock"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    python = tmp_path / ".venv" / "bin" / "python"
    python.write_text(PYTHON)
    python.chmod(0o755)
    shutil.copy(ROOT / "requirements-dev.lock", tmp_path / ".venv" / ".built-dev")
    site = tmp_path / ".cache" / "release" / "site"
    site.mkdir(parents=True)
    shutil.copy(ROOT / "requirements-release.lock", site / ".built")

    made = subprocess.run(
        ["make", "wheel"], cwd=tmp_path, env={"PATH": "/usr/bin:/bin", "SAME": same},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert (made.returncode == 0) == passes, made.stderr
    assert ("two builds of the wheel differ" in made.stderr) == (not passes)
    if passes:
        assert {"seuil.whl", "seuil.cdx.json"} <= set(re.findall(r"\S+$", made.stdout, re.MULTILINE))
        assert (tmp_path / "dist" / "seuil.whl").read_text().strip() == "1580601600"
