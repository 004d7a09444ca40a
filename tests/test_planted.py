"""What somebody plants where Seuil reads or writes: a link beside the backups, a backup of his own making.
None of it is followed, believed, or answered with a stack of calls."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot import age, backups
from bot.backups import Head, Kit, Known, Packing
from bot.errors import CannotOpen, KeyFileError, SettingsError, StoreDamaged
from bot.settings import Settings
from handlers.hall import Hall
from handlers.team_keys import read_list
from storage.folder import put_file
from storage.key_folder import KeyFolder
from tests.pgkit import fresh_url
from tests.storekit import DAY
from tests.test_backups import BACKUP, backed_up, kept_apart, lived, put_back, quick

__all__ = ["lived", "quick"]

KEPT = b"what nobody may write over"


# --- beside the backups -------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".part", ".sha256.new"])
async def test_a_link_planted_beside_the_backups_is_not_written_through(
    lived: Settings, tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Backups lie on another disk, which others may write to. Who guesses tomorrow's name has it point at a
    file of ours."""
    target = tmp_path / "ours"
    target.write_bytes(KEPT)
    made = await backed_up(lived)
    made.file.unlink()
    monkeypatch.setattr("handlers.backups._erase_past", lambda *_: 0)  # it is planted after the sweep
    made.file.with_name(made.file.name + suffix).symlink_to(target)

    with pytest.raises(SettingsError):
        await backed_up(lived)

    assert target.read_bytes() == KEPT
    assert not made.file.exists()


def test_a_link_planted_in_the_place_of_a_new_file_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "ours").write_bytes(KEPT)
    (tmp_path / "name.new").symlink_to(tmp_path / "ours")

    with pytest.raises(OSError):  # noqa: PT011 - the system's own, whatever it calls it
        put_file(tmp_path, "name", b"other")

    assert (tmp_path / "ours").read_bytes() == KEPT


# --- a backup of his own making -----------------------------------------------------------------------------


def forged(settings: Settings, *rows: list[Any], kit: bytes = b"") -> bytes:
    """A backup by somebody who knows the public keys, and here even the instance key."""
    own = KeyFolder(settings.data).instance(new=False)
    sealed = Kit(kit or own, bytes(16)).seal(read_list(settings.data / "keys")[0].newest)
    head = Head(
        version=1,
        day=DAY,
        epoch=1,
        mark=backups.mark(own),
        tables=(("meta", ("key", "value")),),
        kit=sealed,
    )
    packing = Packing(head)
    body = packing.begin() + packing.rows(0, rows)
    return age.encrypt(body + b"".join(packing.end(Known(), kit or own)), [BACKUP.recipient])


@pytest.mark.parametrize(
    "value",
    [2**64 - 1, 1.5, [1], {"a": 1}, True],
    ids=["huge", "float", "list", "map", "truth"],
)
async def test_values_that_no_backup_of_ours_holds_are_refused_in_one_sentence(
    lived: Settings, tmp_path: Path, value: Any
) -> None:
    (tmp_path / "odd.age").write_bytes(forged(lived, ["k", b"v"], ["odd", value]))

    for name, url in (("files", ""), ("server", await fresh_url())):
        new = kept_apart(lived, tmp_path / name, "instance.key", "salt", url=url)
        with pytest.raises((CannotOpen, StoreDamaged)) as refused:
            await put_back(new, tmp_path / "odd.age")
        assert refused.value.hint
        assert sorted(set(os.listdir(new.data)) - {"lock"}) == ["instance.key", "salt"]


async def test_a_kit_with_another_key_is_refused_where_ours_is_here_however_it_is_marked(
    lived: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mark is short enough to be copied from paper: two keys may have the same. The key here decides."""
    monkeypatch.setattr("bot.backups.mark", lambda _: "0000-0000-0000-0000")
    (tmp_path / "twin.age").write_bytes(forged(lived, ["k", b"v"], kit=b"\x09" * 32))
    new = kept_apart(lived, tmp_path / "new", "instance.key", "keys")

    with pytest.raises((CannotOpen, KeyFileError)):
        await put_back(new, tmp_path / "twin.age")

    assert sorted(set(os.listdir(new.data)) - {"lock"}) == ["instance.key", "keys"]


# --- a digest that was never made ---------------------------------------------------------------------------


async def test_a_digest_written_into_the_database_and_taken_away_again_stops_nobody_from_being_heard(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It began a period, and destroyed the sender-tag key of the present one. The same happens to who puts an
    older copy of the database back."""
    period = [3]

    class Told:
        async def digests(self) -> list[SimpleNamespace]:
            return [SimpleNamespace(period=period[0] - 1)]

    def started() -> Hall:
        parts: Any = SimpleNamespace(store=Told())
        alone: Any = SimpleNamespace(shared=None)
        nothing: Any = None
        return Hall(parts, alone, KeyFolder(tmp_path), nothing, nothing)

    running = started()
    await running.refresh()
    first = running.tag()
    period[0] = 999
    await running.refresh()
    assert running.tag() != first
    period[0] = 3

    await running.refresh()
    again = started()
    await again.refresh()

    assert again.tag() == running.tag() != first, "destroyed is destroyed"
    assert "an older copy, or somebody wrote to it" in caplog.text
    period[0] = 1000
    await again.refresh()
    assert again.tag() != running.tag()
