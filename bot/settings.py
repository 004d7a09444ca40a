"""The settings: what an association may choose, each with its limits, read once when the program starts.

Here: names, limits, defaults, what to expect. Each setting has its paragraph in `.env.example`, and a test
holds the two together. Never here: what follows from a setting; how one is read (`bot.declared`, and the
checks in the sisters of this file); what is told of a fault (`bot.settings_faults`).

With `bot.env_file` this is what reads a file in the thinking room: nothing else exists yet when it does.

Why limits that cannot be passed: a volunteer in a hurry must not be able to publish small numbers (`k`,
`min_people`) or to keep stories for years by a slip of the keyboard. Rounding is not a setting at all.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self, get_args

from bot.declared import (
    Before,
    Beside,
    Frozen,
    NotAsExpected,
    OneOf,
    Text,
    Whole,
    declared,
    derived,
    folder,
    secret,
    yes_no,
)
from bot.env_file import PREFIX, read
from bot.mail_settings import Security, authority, password, port, security, sender, server, user, with_server
from bot.schedule_settings import cron, known_zone
from bot.secret import SecretStr
from bot.settings_faults import explained, refusal, strangers
from bot.shelf_settings import place_of_shelf
from bot.signal_settings import account, daemon, username
from bot.store_settings import database
from bot.telegram_settings import TELEGRAM, api, listen, token, webhook
from bot.watch_settings import near_port


def default_shelf(data: Path, environ: Mapping[str, str] = os.environ) -> Path:
    """Where draft keys live: a folder in memory, gone after a reboot; one for each user and data folder.

    Two instances of one user must not share it: each would take the other's keys for forgotten ones.
    """
    if given := environ.get("RUNTIME_DIRECTORY"):
        return Path(given.split(":", 1)[0])  # systemd gives several, separated by colons
    instance = hashlib.sha256(bytes(data.resolve())).hexdigest()[:8]
    if runtime := environ.get("XDG_RUNTIME_DIR"):
        return Path(runtime, f"seuil-{instance}")
    return Path("/dev/shm", f"seuil-{os.getuid()}-{instance}")  # noqa: S108 (memory is what is wanted; the shelf checks owner and mode)


def _shelf(before: Before) -> Path:
    return default_shelf(before.get("data", Path("data")))


def _one_line(text: str) -> str:
    if not text.isprintable() or not text.strip():
        raise ValueError("not a name")
    return text.strip()


def _whole(default: int, low: int, high: int, unit: str) -> int:
    return declared(
        Whole(low, high), default=default, expected=f"a whole number of {unit} from {low} to {high}"
    )


def _yes_no(default: bool) -> bool:
    return declared(yes_no, default=default, expected="true or false")


Profile = Literal["bot", "console"]
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
LogFormat = Literal["text", "json"]


class Settings(Frozen):
    """Everything an operator may choose. Frozen; `Settings.load` is the way in.

    `Settings(...)` takes fields by name and SEUIL_* of the environment for the others, and reads no file.
    """

    # where things are
    data: Path = declared(folder, default=Path("data"), expected="a folder")
    shelf: Path | SecretStr = declared(
        place_of_shelf, default=derived(_shelf), expected="a folder in memory, outside SEUIL_DATA, or a url"
    )
    passphrase_file: Path | None = declared(
        folder, default=None, expected="a file, or nothing to be asked at the console"
    )
    store: SecretStr = declared(
        secret,
        database,
        default=SecretStr(""),
        expected="a url such as postgresql://user:password@host/database",
    )

    backup_folder: Path | None = declared(folder, default=None, expected="a folder")
    backup_days: int = _whole(28, 1, 90, "days")

    # who runs it, and for whom
    operator_name: str = declared(Text(120), default="", expected="at most 120 characters")
    operator_contact: str = declared(Text(200), default="", expected="at most 200 characters", shown=False)
    language: str = declared(
        Text(pattern="[a-z]{2,3}"), default="fr", expected="a language code such as fr or en"
    )
    help_country: str = declared(
        Text(pattern="[A-Z]{2}", change=str.upper),
        default="FR",
        expected="a country code of two letters such as FR",
    )
    bot_name: str = declared(Text(64), _one_line, default="Seuil", expected="a name of at most 64 characters")
    telegram_api: str = declared(
        Text(), api, default=TELEGRAM, expected="an address such as https://host or http://127.0.0.1:8081"
    )
    telegram_token: SecretStr = declared(
        secret,
        Beside(token),
        default=SecretStr(""),
        expected="a bot token as BotFather gives it (digits, a colon, 35 characters)",
    )
    telegram_webhook: str = declared(
        Text(), Beside(webhook), default="", expected="an address such as https://host/path", shown=False
    )
    telegram_listen: str = declared(
        Text(),
        Beside(listen, when_usual=False),
        default="127.0.0.1:8443",
        expected="host:port such as 127.0.0.1:8443",
    )

    # how digests leave, beside chats
    digest_folder: Path | None = declared(folder, default=None, expected="a folder")
    smtp_from: str = declared(Text(), sender, default="", expected="an e-mail address", shown=False)
    smtp_reply_to: str = declared(Text(), sender, default="", expected="an e-mail address", shown=False)
    smtp_host: str = declared(
        Text(), Beside(server), default="", expected="a server such as smtp.example.org"
    )
    smtp_security: Security = declared(
        OneOf(get_args(Security), str.lower),
        Beside(security),
        default="tls",
        expected="tls, starttls or none",
    )
    smtp_port: int | None = declared(
        Whole(1, 65535),
        Beside(with_server),
        Beside(port),
        default=None,
        expected="a port, a whole number from 1 to 65535",
    )
    smtp_user: str = declared(
        Text(320),
        user,
        Beside(with_server),
        default="",
        expected="a name of at most 320 characters",
        shown=False,
    )
    smtp_password: SecretStr = declared(
        secret, Beside(password), default=SecretStr(""), expected="a password"
    )
    smtp_ca: Path | None = declared(
        folder,
        Beside(with_server),
        Beside(authority),
        default=None,
        expected="a file of certificates (PEM)",
    )

    signal: str = declared(
        Text(),
        daemon,
        default="",
        expected="a socket such as /run/signal-cli/socket, or host:port",
        shown=False,
    )
    signal_account: str = declared(
        Text(), Beside(account), default="", expected="a number such as +33600000000", shown=False
    )
    signal_username: str = declared(Text(), Beside(username), default="", expected="as seuil.01")
    signal_vanish_hours: int = _whole(24, 0, 672, "hours")

    # what is asked
    ask_home_context: bool = _yes_no(True)
    ask_about_you: bool = _yes_no(False)

    # what is kept, and how long
    draft_hours: int = _whole(72, 1, 72, "hours")
    story_days: int = _whole(60, 1, 365, "days")
    coded_months: int = _whole(24, 1, 60, "months")
    desk_idle_minutes: int = _whole(30, 1, 480, "minutes")
    desk_profile: Profile = declared(
        OneOf(get_args(Profile), str.lower), default="bot", expected="bot or console"
    )

    # what is told
    k: int = _whole(10, 5, 1000, "people")
    min_people: int = _whole(30, 30, 100_000, "people")
    digest_cron: str = declared(
        Text(),
        cron,
        default="0 9 1 * *",
        expected="five columns as in crontab (minute, hour, day, month, weekday by name: mon, tue, …)",
    )
    time_zone: str = declared(
        Text(),
        known_zone,
        default="Europe/Paris",
        expected="a time zone of the tz database such as Europe/Paris",
    )
    digest_automatic: bool = _yes_no(False)

    log_level: LogLevel = declared(
        OneOf(get_args(LogLevel), str.upper), default="INFO", expected="DEBUG, INFO, WARNING or ERROR"
    )
    log_format: LogFormat = declared(
        OneOf(get_args(LogFormat), str.lower), default="text", expected="text or json"
    )
    metrics: str = declared(Text(), near_port, default="", expected="host:port such as 127.0.0.1:9464")

    @property
    def store_url(self) -> str:
        """Where everything is kept, as `storage.open_store` takes it. It may hold a password."""
        return self.store.get_secret_value() or f"sqlite:{self.data}"

    @classmethod
    def _elsewhere(cls) -> Mapping[str, object]:
        """SEUIL_* of the environment, in capitals or not; one that is empty is left out."""
        given = _environment()
        return {setting: given[name] for name, setting in _names().items() if name in given}

    @classmethod
    def load(cls, env_file: Path | None = Path(".env")) -> Self:
        """The settings of `env_file` (which need not exist), the process's environment winning over it.

        Relative folders start where the program was started. Raises SettingsError naming every fault.
        """
        names, in_environment = _names(), _environment()
        in_file, faults = read(env_file, names)
        faults += strangers([*in_file, *in_environment], names, in_file)
        from_file = {
            setting: in_file[name].value
            for name, setting in names.items()
            if name in in_file and in_file[name].value and name not in in_environment
        }
        try:
            settings = cls(**from_file)  # type: ignore[arg-type]  # text, which is read as each is declared
        except NotAsExpected as error:
            about = cls.declared()
            faults += [explained(fault, about[fault.name], in_file) for fault in error.faults]
        else:
            if _is_inside(settings.shelf, settings.data):
                faults.append(
                    "SEUIL_SHELF: a folder outside SEUIL_DATA expected, one inside it found. Keys beside "
                    "what they open would go into the same backups; leave the line out to use memory."
                )
        if faults:
            raise refusal(faults, env_file)
        return settings


def _is_inside(place: Path | SecretStr, folder: Path) -> bool:
    return isinstance(place, Path) and place.resolve().is_relative_to(folder.resolve())


def _names() -> dict[str, str]:
    """SEUIL_K -> k, for every setting."""
    return {PREFIX + name.upper(): name for name in Settings.declared()}


def _environment() -> dict[str, str]:
    """What the environment says with our prefix, in capitals or not; what is empty is left out."""
    named = ((name.upper(), value) for name, value in os.environ.items() if value)
    return {name: value for name, value in named if name.startswith(PREFIX)}
