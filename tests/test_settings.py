"""It is promised that settings are refused all at once, kindly, and without repeating what they hold."""

from __future__ import annotations

import re
import string
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.addresses import listening
from bot.env_file import PREFIX
from bot.errors import SettingsError
from bot.settings import Settings, default_shelf
from bot.settings_faults import FIXED

EXAMPLE = Path(__file__).parent.parent / ".env.example"
TOKEN = "110201543:" + "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw8"


@pytest.fixture
def env(tmp_path):
    """Writes a .env and gives its path."""

    def write(text: str) -> Path:
        path = tmp_path / ".env"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return path

    return write


def told(path: Path | None) -> str:
    """Everything the refusal says, or nothing when the file is accepted."""
    try:
        Settings.load(path)
    except SettingsError as error:
        return f"{error} {error.hint} {error!r}"
    return ""


def refusal(path: Path | None) -> str:
    with pytest.raises(SettingsError) as caught:
        Settings.load(path)
    assert caught.value.hint
    return str(caught.value)


def test_every_setting_has_its_paragraph_in_the_example_and_the_example_has_no_other():
    written = re.findall(r"(?:^#[^\n]*\n)+(SEUIL_\w+)=", EXAMPLE.read_text(), flags=re.MULTILINE)

    assert sorted(written) == sorted(PREFIX + name.upper() for name in Settings.declared())


def test_the_example_says_the_usual_values():
    assert Settings.load(EXAMPLE) == Settings.load(None)


def test_a_fresh_machine_needs_no_setting_at_all(tmp_path):
    settings = Settings.load(tmp_path / ".env")

    assert (settings.language, settings.k, settings.min_people, settings.draft_hours) == ("fr", 10, 30, 72)
    assert settings.telegram_token.get_secret_value() == ""


def test_the_environment_wins_over_the_file(env, monkeypatch):
    monkeypatch.setenv("SEUIL_K", "12")

    assert Settings.load(env("SEUIL_K=11\nSEUIL_STORY_DAYS=30\n")) == Settings(k=12, story_days=30)


def test_an_empty_setting_is_a_setting_left_out(env, monkeypatch):
    monkeypatch.setenv("SEUIL_K", "")

    assert Settings.load(env("SEUIL_K=11\nSEUIL_LANGUAGE=\n")).k == 11


def test_a_dollar_in_a_value_stays_a_dollar(env):
    assert Settings.load(env("SEUIL_OPERATOR_NAME='La $HOME ${HOME}'\n")).operator_name == "La $HOME ${HOME}"


def test_settings_do_not_change_once_read():
    with pytest.raises(FrozenInstanceError):
        Settings().k = 5


def test_every_fault_is_told_at_once_with_its_line(env):
    said = refusal(
        env(
            "# a comment\n\nSEUIL_K=4\nthis is not a line\nSEUIL_TIME_ZONE=Europe/Pari\n"
            "SEUIL_ASK_ABOUT_YOU=maybe\nSEUIL_MIN_PEOPLE=29\nSEUIL_LANGAGE=fr\nSEUIL_TELEGRAM_TOKEN=x\n"
        )
    )

    assert said.startswith("7 settings are not as expected:")
    for told in (
        "SEUIL_K (line 3): a whole number of people from 5 to 1000 expected, a smaller number found.",
        "line 4: NAME=value expected.",
        "SEUIL_TIME_ZONE (line 5):",
        "SEUIL_ASK_ABOUT_YOU (line 6): true or false expected, 5 letters found.",
        "SEUIL_MIN_PEOPLE (line 7):",
        "SEUIL_LANGAGE (line 8): not a setting. SEUIL_LANGUAGE may be meant.",
        "SEUIL_TELEGRAM_TOKEN (line 9):",
    ):
        assert told in said


@pytest.mark.parametrize("wrong", ["4", "0", "-1", "9.5", "dix", "1001", "1e3", "５ ０"])
def test_small_numbers_cannot_be_published_by_a_setting(env, wrong):
    assert "SEUIL_K" in refusal(env(f"SEUIL_K={wrong}\n"))


@pytest.mark.parametrize("name", sorted(FIXED))
def test_what_is_fixed_says_so(env, name):
    assert f"{name} (line 1): cannot be set" in refusal(env(f"{name}=1\n"))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("SEUIL_TELEGRAM_TOKN", "SEUIL_TELEGRAM_TOKEN"), ("TELEGRAM_TOKEN", "SEUIL_TELEGRAM_TOKEN"),
     ("SEUL_DRAFT_HOURS", "SEUIL_DRAFT_HOURS"), ("SEUIL_DIGEST_CRN", "SEUIL_DIGEST_CRON")],
)  # fmt: skip
def test_a_mistyped_name_is_told_with_the_nearest_setting(env, typed, meant):
    assert f"{typed} (line 1): not a setting. {meant} may be meant." in refusal(env(f"{typed}=1\n"))


def test_a_mistyped_name_in_the_environment_is_told_too(monkeypatch):
    monkeypatch.setenv("SEUIL_STORY_DAY", "3")

    assert "SEUIL_STORY_DAY (in the environment): not a setting. SEUIL_STORY_DAYS" in refusal(None)


def test_names_that_are_others_business_are_left_alone(env):
    assert Settings.load(env("POSTGRES_PASSWORD=x\nCOMPOSE_PROJECT_NAME=y\n")) == Settings()


def test_a_setting_given_twice_is_refused(env):
    assert "SEUIL_K: one line expected, a second found on line 2." in refusal(env("SEUIL_K=10\nSEUIL_K=20\n"))


COLON = "SEUIL_STORE:postgresql://seuil:verysecret@db.example.org/seuil?sslmode=verify-full"


def test_a_colon_in_place_of_the_sign_repeats_no_password(env):
    """It did: up to the = among the options of the url, all of it passed for a name."""
    said = told(env(f"SEUIL_K=10\n{COLON}\n{COLON}\n"))

    assert [f"line {number}: NAME=value expected" in said for number in (1, 2, 3)] == [False, True, True]
    assert "verysecret" not in said.lower()


def test_a_colon_in_place_of_the_sign_repeats_no_password_in_the_environment_either(monkeypatch):
    name, _, value = COLON.partition("=")
    monkeypatch.setenv(name, value)

    assert "A name in the environment that begins with SEUIL_" in told(None)
    assert "verysecret" not in told(None).lower()


def test_a_file_that_is_not_utf8_is_named_with_its_line(tmp_path):
    path = tmp_path / ".env"
    path.write_bytes(b"SEUIL_K=10\nSEUIL_OPERATOR_NAME=\xe9t\xe9\n")

    assert f"{path}, line 2: UTF-8 text expected" in refusal(path)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    assert f"{tmp_path}: a readable file expected" in refusal(tmp_path)


def test_draft_keys_cannot_live_beside_what_they_open(env, tmp_path):
    assert "SEUIL_SHELF" in refusal(env(f"SEUIL_DATA={tmp_path}\nSEUIL_SHELF={tmp_path}/shelf\n"))


@pytest.mark.parametrize("name", ["DATA", "SHELF", "PASSPHRASE_FILE", "BACKUP_FOLDER"])
def test_a_folder_at_the_home_of_nobody_is_told_as_every_other_fault(env, name):
    said = refusal(env(f"SEUIL_{name}=~zqzqzq/x\nSEUIL_K=4\n"))

    assert said.startswith("2 settings are not as expected:")
    assert re.search(rf"SEUIL_{name} \(line 1\): a (folder|file)\b.* expected, 9 characters found\.", said)


def test_draft_keys_live_in_memory_when_nothing_is_said():
    data = Path("data")

    assert default_shelf(data, {"RUNTIME_DIRECTORY": "/run/seuil:/run/other"}) == Path("/run/seuil")
    assert default_shelf(data, {"XDG_RUNTIME_DIR": "/run/user/7"}).parent == Path("/run/user/7")
    assert default_shelf(data, {}).parent == Path("/dev/shm")


def test_two_instances_of_one_user_never_share_their_draft_keys(tmp_path):
    here, there = Settings(data=tmp_path / "here"), Settings(data=tmp_path / "there")

    assert here.shelf != there.shelf
    assert here.shelf == Settings(data=tmp_path / "there" / ".." / "here").shelf
    assert not there.shelf.is_relative_to(here.shelf)


@pytest.mark.parametrize(
    "cron", ["0 9 1 * *", "*/15 8-18 1,15 jan-jun mon-fri", "59 23 31 12 sun", "0 9 * * *"]
)
def test_a_schedule_reads_as_crontab(env, cron):
    assert Settings.load(env(f"SEUIL_DIGEST_CRON={cron}\n")).digest_cron == cron


@pytest.mark.parametrize(
    "cron",
    ["0 9 1 *", "0 9 1 * * *", "60 9 1 * *", "0 24 1 * *", "0 9 0 * *", "0 9 1 13 *", "0 9 * * 1",
     "5-1 9 1 * *", "*/0 9 1 * *", "1-2-3 9 1 * *", "@monthly", "0 9 1 * fri-mon", ", 9 1 * *", "*/ 9 1 * *"],
)  # fmt: skip
def test_a_schedule_that_would_not_ring_is_refused(env, cron):
    assert "SEUIL_DIGEST_CRON (line 1)" in refusal(env(f"SEUIL_DIGEST_CRON={cron}\n"))


def test_a_token_is_in_no_repr_and_no_fault(env):
    settings = Settings.load(env(f"SEUIL_TELEGRAM_TOKEN={TOKEN}\nSEUIL_OPERATOR_CONTACT=dpo@example.org\n"))
    assert settings.telegram_token.get_secret_value() == TOKEN
    assert TOKEN not in repr(settings) + str(settings)
    assert "dpo@example.org" not in repr(settings)

    for name in Settings.declared():
        text = f"{PREFIX}{name.upper()}={TOKEN}!{TOKEN * 6}\n{TOKEN}\n"
        assert TOKEN not in refusal(env(text))


# --- Telegram -----------------------------------------------------------------------------------------------

LOCAL = "SEUIL_TELEGRAM_API=http://127.0.0.1:8081\n"
WITH_TOKEN = f"SEUIL_TELEGRAM_TOKEN={TOKEN}\n"
HOOK = "SEUIL_TELEGRAM_WEBHOOK=https://seuil.example.org/h\n"


def test_without_a_word_about_telegram_its_own_api_is_meant_and_asked_for_what_is_new(env):
    settings = Settings.load(env(WITH_TOKEN))

    assert settings.telegram_api == "https://api.telegram.org"
    assert settings.telegram_webhook == ""
    assert settings.telegram_listen == "127.0.0.1:8443"
    assert settings.bot_name == "Seuil"


@pytest.mark.parametrize(
    ("written", "meant"),
    [("https://API.telegram.org:443/", "https://api.telegram.org"), ("http://[::1]:8081", "http://[::1]:8081"),
     ("https://bot.example.org", "https://bot.example.org"), ("http://localhost:80/", "http://localhost"),
     ("http://10.1.2.3:8081/", "http://10.1.2.3:8081"), ("http://bot_api:8081", "http://bot_api:8081"),
     ("http://[fd00::7]:9", "http://[fd00::7]:9"), ("https://8.8.8.8", "https://8.8.8.8")],
)  # fmt: skip
def test_the_api_may_be_telegrams_or_one_of_ours(env, written, meant):
    assert Settings.load(env(f"SEUIL_TELEGRAM_API={written}\n")).telegram_api == meant


@pytest.mark.parametrize(
    "written",
    ["http://api.telegram.org", "http://bot.example.org:8081", "http://8.8.8.8", "http://134744072",
     "http://0x8080808", "http://[2606:4700::1111]", "http://[::ffff:8.8.8.8]", "http://localhost.example.org"],
)  # fmt: skip
def test_the_token_never_travels_in_clear_over_anothers_wire(env, written):
    said = refusal(env(f"SEUIL_TELEGRAM_API={written}\n"))

    assert "SEUIL_TELEGRAM_API (line 1): https expected, http to a host that is not near found." in said
    assert "write https, or use a private address" in said


@pytest.mark.parametrize(
    "written",
    ["api.telegram.org", "ftp://localhost", "https://", "https://a:b@host", "https://host?x=1", "https://h#f",
     "https://ho st", "https://host:0", "https://host:65536", "https://-a.org", "https://[1.2.3.4]",
     "https://a..org", "https://hôte", "https://host:٤٤٣"],
)  # fmt: skip
def test_what_is_no_address_is_refused_as_one(env, written):
    for name in ("SEUIL_TELEGRAM_API", "SEUIL_TELEGRAM_WEBHOOK"):
        assert f"{name} (line 1): an address such as https://host" in refusal(env(f"{name}='{written}'\n"))


def test_an_api_under_a_path_is_refused_with_what_to_keep(env):
    said = refusal(env("SEUIL_TELEGRAM_API=https://bot.example.org/bot\n"))

    assert "an address without a path expected, one with a path found. Keep scheme, host and port." in said


@pytest.mark.parametrize("token", ["1:a", "42:TEST_token-1", TOKEN])
def test_a_bot_api_server_of_ours_may_give_out_any_token(env, token):
    given = Settings.load(env(f"{LOCAL}SEUIL_TELEGRAM_TOKEN={token}\n")).telegram_token

    assert given.get_secret_value() == token


@pytest.mark.parametrize("token", ["1:", ":a", "a:a", "1:a b", "1:a/../x", "1:é", "12"])
def test_no_server_gives_out_what_is_no_token(env, token):
    assert "SEUIL_TELEGRAM_TOKEN (line 2): a bot token" in refusal(
        env(f"{LOCAL}SEUIL_TELEGRAM_TOKEN={token}\n")
    )


@pytest.mark.parametrize("api", ["", "SEUIL_TELEGRAM_API=https://Api.Telegram.org/\n"])
def test_telegrams_own_api_is_given_no_token_botfather_never_made(env, api):
    assert "SEUIL_TELEGRAM_TOKEN" in refusal(env(f"{api}SEUIL_TELEGRAM_TOKEN=42:TEST\n"))


@pytest.mark.parametrize(
    ("written", "meant"),
    [("https://seuil.example.org", "https://seuil.example.org/"),
     ("https://seuil.example.org:8443/a/b-c", "https://seuil.example.org:8443/a/b-c"),
     ("https://seuil.example.org:80/h", "https://seuil.example.org:80/h")],
)  # fmt: skip
def test_telegram_calls_a_public_https_address(env, written, meant):
    given = f"{WITH_TOKEN}SEUIL_TELEGRAM_WEBHOOK={written}\nSEUIL_TELEGRAM_LISTEN=0.0.0.0:9000\n"

    settings = Settings.load(env(given))

    assert (settings.telegram_webhook, settings.telegram_listen) == (meant, "0.0.0.0:9000")


@pytest.mark.parametrize(
    ("written", "fault"),
    [("http://seuil.example.org/h", "https expected, http found."), ("http://127.0.0.1/h", "https expected"),
     ("https://seuil.example.org:9443/h", "port 443, 80, 88 or 8443 expected, another found."),
     ("https://192.168.1.7/h", "one of a private network found."), ("https://seuil/h", "private network")],
)  # fmt: skip
def test_an_address_telegram_would_not_call_is_refused_with_a_way_out(env, written, fault):
    said = refusal(env(f"{WITH_TOKEN}SEUIL_TELEGRAM_WEBHOOK={written}\n"))

    assert "SEUIL_TELEGRAM_WEBHOOK (line 2): " in said
    assert fault in said
    assert said.endswith(".")
    assert written not in said


@pytest.mark.parametrize(
    "written", ["http://127.0.0.1:9999/h", "http://seuil:9/", "https://a.example.org:9/"]
)
def test_a_server_of_ours_may_call_without_certificate_and_on_any_port_where_it_is_near(env, written):
    assert (
        Settings.load(
            env(f"{LOCAL}SEUIL_TELEGRAM_TOKEN=1:a\nSEUIL_TELEGRAM_WEBHOOK={written}\n")
        ).telegram_webhook
        == written
    )


def test_a_server_of_ours_does_not_call_in_clear_over_anothers_wire(env):
    text = f"{LOCAL}SEUIL_TELEGRAM_TOKEN=1:a\nSEUIL_TELEGRAM_WEBHOOK=http://seuil.example.org/\n"

    assert "SEUIL_TELEGRAM_WEBHOOK (line 3): https expected, http found." in refusal(env(text))


def test_a_webhook_without_a_bot_and_a_port_without_a_webhook_are_told_in_one_sentence_each(env):
    no_bot = refusal(env(HOOK))
    no_hook = refusal(env(f"{WITH_TOKEN}SEUIL_TELEGRAM_LISTEN=127.0.0.1:8443\n"))

    assert "SEUIL_TELEGRAM_WEBHOOK (line 1): given without SEUIL_TELEGRAM_TOKEN" in no_bot
    assert "Set the token too, or leave this line out." in no_bot
    assert "SEUIL_TELEGRAM_LISTEN (line 2): given without SEUIL_TELEGRAM_WEBHOOK" in no_hook
    assert "Set the webhook too, or leave this line out." in no_hook


def test_what_contradicts_is_told_among_all_other_faults(env):
    said = refusal(env(f"SEUIL_K=3\n{HOOK}SEUIL_TELEGRAM_API=http://bot.example.org\nSEUIL_LANGUAGE=f\n"))

    assert said.startswith("4 settings are not as expected:")


@pytest.mark.parametrize(
    "written",
    ["8443", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", ":8443", "::1:8443", "[::1]", "a b:1", "h:x"],
)
def test_where_it_listens_is_a_host_and_a_port(env, written):
    said = refusal(env(f"{WITH_TOKEN}{HOOK}SEUIL_TELEGRAM_LISTEN='{written}'\n"))

    assert "SEUIL_TELEGRAM_LISTEN (line 3): host:port such as 127.0.0.1:8443 expected" in said


@pytest.mark.parametrize(
    ("written", "host", "port"),
    [("127.0.0.1:8443", "127.0.0.1", 8443), ("[::1]:80", "::1", 80), ("Seuil:9", "seuil", 9)],
)
def test_a_place_to_listen_is_taken_apart_as_a_socket_wants_it(written, host, port):
    assert listening(written) == (host, port)


def test_the_bots_name_fits_what_telegram_shows(env):
    assert Settings.load(env(f"SEUIL_BOT_NAME={'n' * 64}\n")).bot_name == "n" * 64
    assert Settings.load(env("SEUIL_BOT_NAME=' Le seuil '\n")).bot_name == "Le seuil"
    for wrong in ("n" * 65, "'  '", '"a\\nb"'):
        assert "SEUIL_BOT_NAME (line 1): a name of at most 64" in refusal(env(f"SEUIL_BOT_NAME={wrong}\n"))


def test_a_webhooks_path_is_not_shown_because_it_may_be_a_secret(env):
    settings = Settings.load(env(f"{WITH_TOKEN}SEUIL_TELEGRAM_WEBHOOK=https://a.example.org/s3cret\n"))

    assert "s3cret" not in repr(settings) + str(settings)


@given(st.text(st.characters(codec="utf-8"), max_size=80), st.sampled_from(sorted(Settings.declared())))
def test_any_text_is_read_or_refused_and_never_repeated(tmp_path_factory, text, name):
    path = tmp_path_factory.mktemp("env") / ".env"
    secret = "zq" + "".join(c for c in text if c in string.ascii_letters) + "zq"
    path.write_text(f"{text}\n{PREFIX}{name.upper()}={secret}\n", encoding="utf-8", newline="")

    assert secret not in told(path).replace(str(path), "")


def test_every_expectation_names_the_limits_it_holds():
    for name, about in Settings.declared().items():
        assert about.expected, name
        limits = [getattr(about.read, limit, None) for limit in ("low", "high", "longest")]
        assert all(str(limit) in about.expected for limit in limits if limit is not None), name
    assert (Settings.declared()["k"].read.low, Settings.declared()["k"].read.high) == (5, 1000)
