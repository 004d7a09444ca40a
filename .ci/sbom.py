"""The bill of materials of a release, from `requirements.lock`: CycloneDX 1.6 as JSON, on standard output.

What is listed is what an operator's `make` installs: each package with its version and the hashes it may
have. The same lock gives the same bytes. No address of a registry is in it: `pkg:pypi/…` is a name.

Format: https://cyclonedx.org/docs/1.6/json/. Never here: packages that only developers install.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
import uuid
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PINNED = re.compile(
    r"^(?P<name>[a-z0-9._-]+)==(?P<version>[^ ;\\\n]+)(?P<rest>(?:[^\n]*\\\n)*[^\n]*)", re.MULTILINE
)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def component(found: re.Match[str]) -> dict[str, Any]:
    name, version = found["name"], found["version"]
    reference = f"pkg:pypi/{name}@{version}"
    hashes = HASH.findall(found["rest"])
    if not hashes:
        raise SystemExit(f"{name} has no hash in requirements.lock: run `make lock`.")
    return {
        "type": "library",
        "bom-ref": reference,
        "name": name,
        "version": version,
        "purl": reference,
        "hashes": [{"alg": "SHA-256", "content": content} for content in sorted(hashes)],
    }


def bill(lock: str, project: dict[str, Any]) -> dict[str, Any]:
    """The whole document for a lock file's text and the `[project]` of pyproject.toml."""
    own = f"pkg:generic/{project['name']}@{project['version']}"
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, own + lock)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": project["name"],
                "version": project["version"],
                "purl": own,
                "licenses": [{"license": {"id": "AGPL-3.0-or-later"}}],
            }
        },
        "components": [component(found) for found in PINNED.finditer(lock)],
    }


def main() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    json.dump(bill(lock, project), sys.stdout, indent=1, sort_keys=True)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
