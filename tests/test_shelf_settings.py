"""It is promised that the place of the shelf is understood or refused, and a password in it neither shown nor
repeated."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

from bot.declared import NotAsExpected
from bot.errors import SettingsError
from bot.secret import SecretStr
from bot.settings import Settings
from storage.shelf import FolderShelf, open_shelf
from storage.shelf_redis import RedisShelf
from tests import rediskit


def place(text: str) -> Path | SecretStr:
    return Settings(shelf=text).shelf  # type: ignore[arg-type]  # as a .env gives it


def test_a_folder_is_a_folder() -> None:
    assert place("/dev/shm/canary") == Path("/dev/shm/canary")
    assert place("~/canary") == Path.home() / "canary"
    assert isinstance(Settings().shelf, Path)


@pytest.mark.parametrize(
    "url",
    [
        "redis://127.0.0.1",
        "redis://seuil:canary@shelf:6379/0",
        "redis://:canary@10.0.0.4:6379/3",
        "redis://[::1]:6379",
        "rediss://seuil:canary@shelf.example.org:6379/0",
        "rediss://shelf.example.org/0?ssl_ca_certs=/etc/seuil/authority.pem",
        "unix:///run/valkey/socket",
        "unix://seuil:canary@/run/valkey/socket?db=2",
    ],
)
def test_a_server_that_is_near_or_known_by_its_certificate_is_taken(url: str) -> None:
    taken = place(url)

    assert isinstance(taken, SecretStr)
    assert taken.get_secret_value() == url
    assert "canary" not in repr(Settings(shelf=url))  # type: ignore[arg-type]  # as a .env gives it


def test_the_other_name_of_the_scheme_is_the_same_server() -> None:
    for theirs, ours in (("valkey://:canary@h", "redis://:canary@h"), ("valkeys://h.org", "rediss://h.org")):
        taken = place(theirs)

        assert isinstance(taken, SecretStr)
        assert taken.get_secret_value() == ours


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("redis:canary", "a url such as"),
        ("redis://", "a url such as"),
        ("redis://u:canary@h/seuil", "a url such as"),
        ("redis://u:canary@h:6379:1", "a url such as"),
        ("unix://canary", "a url such as"),
        ("memcached://u:canary@h", "a url such as"),
        ("rediss://u:canary@h.example.org/0?ssl_cert_reqs=none", "a url such as"),
        ("rediss://u:canary@h.example.org/0?ssl_check_hostname=false", "a url such as"),
        ("redis://u:canary@h.example.org", "server that is near"),
        ("redis://u:canary@8.8.8.8:6379/0", "server that is near"),
        ("valkey://u:canary@8.8.8.8", "server that is near"),
        ("redis://u:canary@h/0?ssl_ca_certs=/x", "rediss"),
    ],
)
def test_any_other_url_is_refused_and_not_repeated(
    url: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEUIL_SHELF", url)

    with pytest.raises(SettingsError, match=said) as refused:
        Settings.load(None)

    assert "canary" not in str(refused.value) + refused.value.hint
    with pytest.raises(NotAsExpected) as shown:
        Settings()
    assert "canary" not in str(shown.value)


async def test_each_place_opens_its_own_kind_of_shelf() -> None:
    folder = Path(tempfile.mkdtemp(dir="/dev/shm"))
    shelf = await open_shelf(folder)
    assert isinstance(shelf, FolderShelf)
    await shelf.close()
    shutil.rmtree(folder)

    server = rediskit.emptied()
    shelf = await open_shelf(SecretStr(server.url))
    assert isinstance(shelf, RedisShelf)
    await shelf.close()
