"""It is promised that the url of a database is understood or refused, and neither shown nor repeated."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from bot.errors import SettingsError
from bot.settings import Settings

URL = "postgresql://seuil:canary@db:5432/seuil"


def test_without_a_url_everything_is_kept_in_the_data_folder() -> None:
    settings = Settings(data="somewhere")  # type: ignore[arg-type]  # as a .env gives it

    assert settings.store_url == "sqlite:somewhere"


@pytest.mark.parametrize(
    "url",
    [
        URL,
        "postgresql:///seuil?host=/run/postgresql",
        "postgresql://seuil@[::1]:5432/seuil",
        "postgresql://seuil@10.0.0.3,10.0.0.4:5433/seuil",
        "postgresql://seuil:p%40ss@db.example.org/seuil?sslmode=verify-full",
    ],
)
def test_a_server_that_is_near_or_known_by_its_certificate_is_taken(url: str) -> None:
    settings = Settings(store=url)  # type: ignore[arg-type]  # as a .env gives it

    assert settings.store_url == url


def test_the_short_name_of_the_scheme_is_the_same_server() -> None:
    settings = Settings(store=URL.replace("postgresql", "postgres"))  # type: ignore[arg-type]  # as above

    assert settings.store_url == URL


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://u:canary@db/seuil", "a url such as"),
        ("canary", "a url such as"),
        ("postgresql:canary", "a url such as"),
        ("postgresql://u:canary@[db/seuil", "a url such as"),
        ("postgresql://u:canary@db", "name at the end"),
        ("postgresql://u:canary@db/", "name at the end"),
        ("postgresql://u:canary@db.example.org/seuil", "server that is near"),
        ("postgresql://u:canary@db.example.org/seuil?sslmode=require", "server that is near"),
        ("postgresql://u:canary@db,8.8.8.8/seuil", "server that is near"),
        ("postgresql://u@/seuil?host=canary.example.org", "server that is near"),
    ],
)
def test_any_other_url_is_refused_and_not_repeated(
    url: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEUIL_STORE", url)

    with pytest.raises(SettingsError, match=said) as refused:
        Settings.load(None)

    assert "canary" not in f"{refused.value} {refused.value.hint}"


def test_a_password_is_in_no_repr() -> None:
    settings = Settings(store=URL)  # type: ignore[arg-type]  # as a .env gives it

    assert "canary" not in repr(settings) + str(settings)
    with pytest.raises(FrozenInstanceError):
        settings.store = settings.store
