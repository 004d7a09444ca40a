"""A real browser for tests: Debian's chromium, driven by playwright, and axe-core, which knows the rules of
accessibility.

`.ci/run` installs both. Elsewhere either may be missing; what needs it is then skipped, and says of what.
Never here: promises.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parent.parent
NODE_MODULES = Path(os.environ.get("SEUIL_NODE_MODULES") or ROOT / ".cache" / "node" / "node_modules")
AXE = NODE_MODULES / "axe-core" / "axe.min.js"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
"""Of axe-core: WCAG 2.2, levels A and AA."""

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no browser: apt-get install chromium")
needs_axe = pytest.mark.skipif(
    not AXE.is_file(), reason="no axe-core: npm install --prefix .cache/node --no-save axe-core@4.14.1"
)


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def faults(page: Page) -> list[str]:
    """What axe-core finds wrong with a page as it is shown now, each with the elements it is about."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES)
    assert found["passes"], "axe-core looked at nothing"
    return [
        f"{rule['id']}: {', '.join(str(node['target']) for node in rule['nodes'][:5])}"
        for rule in found["violations"]
    ]
