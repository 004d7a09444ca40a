"""What every test may lean on: how hard hypothesis tries, a word no log may hold, and no quiet skips.

Never here: fixtures of one subject. They live beside the tests of that subject.
"""

from __future__ import annotations

import logging
import os
import traceback
from collections.abc import Generator, Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests import rights

settings.register_profile(
    "quick", deadline=None, max_examples=60, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("deep", deadline=None, max_examples=2000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
# quick is the same on every machine and every day; `HYPOTHESIS_PROFILE=deep make test` looks for what is new

NO_SKIP = bool(os.environ.get("SEUIL_NO_SKIP"))
"""Set by .ci/run, which installs every outside program: there, a skipped test is a test that did not run."""

CANARY = "canari-d5c1-mésange"
"""A word no program says by itself. Long and odd enough to be found in any byte stream."""


PEERS = bool(os.environ.get("SEUIL_PEERS"))
"""Set by `make test-peers`, the run of their own that peers have."""


def _may_be_skipped(item: pytest.Item) -> bool:
    """Even where nothing may: a bare clone has nothing beside it; a peer's run is another; and what takes a
    right that this process has not."""
    right = item.get_closest_marker("privileged")
    if right is not None:
        return not rights.has(*right.args)
    return bool(item.get_closest_marker("beside") or (item.get_closest_marker("peer") and not PEERS))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if NO_SKIP and report.skipped and not _may_be_skipped(item) and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and SEUIL_NO_SKIP allows none: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if NO_SKIP and report.outcome == "skipped":
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} was skipped, and SEUIL_NO_SKIP allows none: {report.longrepr}"
    return report


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own SEUIL_* variables change no test."""
    for name in os.environ:
        if name.startswith("SEUIL_") and name not in ("SEUIL_NO_SKIP", "SEUIL_PEERS"):
            monkeypatch.delenv(name)


class _Everything(logging.Handler):
    """Keeps what each log record could tell at its most talkative."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(f"{record.name}: {record.msg!r} {record.args!r} {record.getMessage()}")
        self.told += [repr(value) for value in vars(record).values()]
        if record.exc_info:
            self.told += traceback.format_exception(*record.exc_info)


@pytest.fixture
def canary() -> Iterator[str]:
    """A word to be told by a witness. After the test, no log record at DEBUG holds it, raw and with its
    exception: neither one of ours nor one of a library."""
    ear, root = _Everything(), logging.getLogger()
    level = root.level
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    yield CANARY
    root.removeHandler(ear)
    root.setLevel(level)
    assert not [line for line in ear.told if CANARY in line or ascii(CANARY)[1:-1] in line]
