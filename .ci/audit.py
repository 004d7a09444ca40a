"""Whether a package we pin has a known hole: pip-audit over the lock files, asking the OSV database.

Ends with 1 where one has. Where the database (osv.dev) cannot be reached, or takes longer than it may, that
is said on a line of its own and ends with 0: a machine without a network must be able to pass, and must not
look audited.

    python .ci/audit.py [--osv-url URL]    (options go to pip-audit; `make audit`)

Never here: the registry. Names, versions and hashes come from the lock files; nothing is resolved, nothing is
downloaded.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-release.lock")

SECONDS = 240
"""For all of it: some two seconds a package on a slow line would still be enough for the longest file."""

OPTIONS = ("--require-hashes", "--disable-pip", "--vulnerability-service", "osv", "--timeout", "10")


def holes(lock: str, given: list[str], until: float) -> list[str] | None:
    """A line for each known hole; None where it could not be asked."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder, "told.json")
        asked = ("-r", ROOT / lock, "--progress-spinner", "off", "--format", "json", "--output", told)
        try:
            subprocess.run(  # noqa: S603 - our own words, and those of whoever calls
                [sys.executable, "-m", "pip_audit", *asked, *OPTIONS, *given],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=until,
                check=False,
            )
            packages = json.loads(told.read_bytes())["dependencies"]
        except (subprocess.TimeoutExpired, OSError, ValueError, KeyError):
            return None  # it writes its answer only where it has one
    return [told_of(package, hole) for package in packages for hole in package.get("vulns", ())]


def told_of(package: dict[str, Any], hole: dict[str, Any]) -> str:
    mended = ", ".join(hole["fix_versions"]) or "no version yet"
    return f"{package['name']} {package['version']}: {hole['id']}, mended in {mended}"


def main(given: list[str]) -> int:
    found: set[str] = set()
    for lock in LOCKS:
        lines = holes(lock, given, SECONDS / len(LOCKS))
        if lines is None:
            sys.stderr.write(f"NOT AUDITED: {lock}. The database (osv.dev) could not be asked.\n")
            sys.stderr.write("→ Run `make audit` on a machine with a network before a release.\n")
            break
        sys.stderr.write(f"{lock}: {len(lines)} known holes.\n")
        found |= set(lines)
    for line in sorted(found):
        sys.stderr.write(f"{line}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
