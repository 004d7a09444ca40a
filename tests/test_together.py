"""Several files are replaced together: killed at any instant, or on a full disk, all of them or none."""

from __future__ import annotations

import errno
import itertools
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import SettingsError, StoreFull
from storage import folder as folders
from storage import key_folder, together

BEFORE = {"a.age": b"first of the old", "b.age": b"second of the old, longer"}
AFTER = {"a.age": b"first of the new", "b.age": b"second", "c.age": b"one that was not there"}
KILLED = 9


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, body in BEFORE.items():
        (tmp_path / name).write_bytes(body)
    return tmp_path


def found(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class Counted:
    """`os`, in which every call goes through `each` first."""

    def __init__(self, each: Callable[[str], None]) -> None:
        self._each = each

    def __getattr__(self, name: str) -> object:
        real = getattr(os, name)
        if not callable(real):
            return real

        def call(*args: object, **kwargs: object) -> object:
            self._each(name)
            return real(*args, **kwargs)

        return call


def child_that(act: Callable[[], None], each: Callable[[str], None]) -> int:
    """Run this in a process of its own in which every call of the system is counted. Its exit code."""
    child = os.fork()
    if child == 0:  # pragma: no cover - this is the other process
        code = 1
        try:
            for module in (together, key_folder, folders):
                module.os = Counted(each)  # type: ignore[assignment,attr-defined] # the one thing that is watched
            act()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_at(instant: int) -> Callable[[str], None]:
    left = itertools.count(instant, -1)

    def each(_: str) -> None:
        if next(left) == 0:
            os._exit(KILLED)

    return each


def refused_at(instant: int, error: int) -> Callable[[str], None]:
    """One call, of those that can need room, fails; until the change is made."""
    left, made = itertools.count(instant, -1), False

    def each(name: str) -> None:
        nonlocal made
        if made or name not in ("mkdir", "open", "fsync", "link", "rename"):
            return
        if next(left) == 0:
            raise OSError(error, os.strerror(error))
        made = name == "rename"

    return each


def test_files_are_replaced_and_nothing_else_is_left(folder: Path) -> None:
    together.put_together(folder, AFTER)

    assert found(folder) == AFTER
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert [path.name for path in folder.iterdir() if path.is_dir()] == []


def test_killed_at_any_instant_all_of_it_is_done_or_nothing(folder: Path, tmp_path: Path) -> None:
    ends = set()
    for instant in itertools.count():
        place = tmp_path / f"at-{instant}"
        place.mkdir()
        for name, body in BEFORE.items():
            (place / name).write_bytes(body)
        code = child_that(lambda place=place: together.put_together(place, AFTER), killed_at(instant))  # type: ignore[misc]

        together.settle(place)

        assert found(place) in (BEFORE, AFTER), instant
        ends.add(len(found(place)))
        if code == 0:
            break
        assert code == KILLED
    assert ends == {len(BEFORE), len(AFTER)}
    assert instant > 20, "every call is an instant"


def test_a_change_that_was_killed_is_finished_also_when_finishing_is_killed(
    folder: Path, tmp_path: Path
) -> None:
    place = tmp_path / "place"
    place.mkdir()
    (place / together.READY).mkdir()
    for name, body in AFTER.items():
        (place / together.READY / name).write_bytes(body)
    for name, body in BEFORE.items():
        (place / name).write_bytes(body)
        os.link(place / name, place / together.READY / (name + together.GONE))

    for instant in range(8):
        child_that(lambda: together.settle(place), killed_at(instant))
    together.settle(place)

    assert found(place) == AFTER


def test_what_was_replaced_is_overwritten_and_not_only_unnamed(folder: Path) -> None:
    with (folder / "a.age").open("rb") as old:
        together.put_together(folder, AFTER)

        assert old.read() == bytes(len(BEFORE["a.age"]))


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EACCES])
def test_a_disk_that_refuses_anything_leaves_everything_as_it_was(
    folder: Path, error: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At every call that can need room, until the change is made."""
    for instant in itertools.count():
        with monkeypatch.context() as patch:
            patch.setattr(together, "os", Counted(refused_at(instant, error)))
            try:
                together.put_together(folder, AFTER)
                break
            except (StoreFull, SettingsError):
                assert found(folder) == BEFORE, instant
    assert instant > 5
    assert found(folder) == AFTER


def test_a_file_system_without_hard_links_does_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(*_: object) -> None:
        raise OSError(errno.EPERM, "not here")

    monkeypatch.setattr(os, "link", link)

    together.put_together(folder, AFTER)

    assert found(folder) == AFTER
