"""It is promised that an intake starts from its own folder only: one that lacks nothing, opens nothing, and
is made where the desk is."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.errors import KeyFileError
from bot.secret import SecretStr
from bot.settings import Settings
from handlers import intake_folder, keyring
from handlers.instance import lay_keys
from handlers.intaking import serve_intake
from storage.key_folder import KeyFolder


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of a desk."""
    monkeypatch.setattr(keyring.create, "__kwdefaults__", {"work_factor": 10})  # scrypt, a thousandth
    data = tmp_path / "desk"
    lay_keys(Settings(data=data))
    KeyFolder(data).instance(new=True)
    KeyFolder(data).salt(new=True)
    return data


@pytest.mark.parametrize("name", [*intake_folder.CARRIED, "keys/team.keys", "keys/sign.pub"])
def test_a_folder_that_lacks_something_is_refused_with_the_way_to_make_it(
    name: str, desk: Path, tmp_path: Path
) -> None:
    there = tmp_path / "intake"
    intake_folder.make(desk, there)
    intake_folder.demand(there)
    (there / name).unlink()

    with pytest.raises(KeyFileError, match=f"{name} is missing") as refused:
        intake_folder.demand(there)

    assert "python -m bot intake-folder" in refused.value.hint


def test_an_intake_makes_no_keys_of_its_own(tmp_path: Path) -> None:
    nowhere = SecretStr("postgresql://seuil@127.0.0.1:1/nowhere")

    with pytest.raises(KeyFileError, match="no intake's folder"):
        asyncio.run(serve_intake(Settings(data=tmp_path, store=nowhere), say=lambda _: None))

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kept", intake_folder.PRIVATE)
async def test_an_intake_refuses_a_folder_with_what_opens_or_signs(
    kept: str, desk: Path, tmp_path: Path
) -> None:
    there = tmp_path / "intake"
    intake_folder.make(desk, there)
    (there / "keys" / kept).touch()
    nowhere = SecretStr("postgresql://seuil@127.0.0.1:1/nowhere")

    with pytest.raises(KeyFileError, match="a desk's folder"):
        await serve_intake(Settings(data=there, store=nowhere), say=lambda _: None)


def test_what_a_desk_keeps_for_itself_is_all_known_here(desk: Path) -> None:
    public = {"sign.pub", "team.keys", "recovery.pub"}

    assert {file.name for file in (desk / "keys").iterdir()} - public <= set(intake_folder.PRIVATE)
