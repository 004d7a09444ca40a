"""The settings: what an association may choose, each with its limits, read once when the program starts.

Here: names, limits, defaults, and sentences for every fault of a `.env` at once. Each setting has its
paragraph in `.env.example`, and a test holds the two together. Never here: what follows from a setting. And
nothing found in a file is ever repeated back, since any line could hold a token put in the wrong place:
faults tell its shape.

With `bot.env_file` this is what reads a file in the thinking room: nothing else exists yet when it does.

Why limits that cannot be passed: a volunteer in a hurry must not be able to publish small numbers (`k`,
`min_people`) or to keep stories for years by a slip of the keyboard. Rounding is not a setting at all.
"""

from __future__ import annotations

import difflib
import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.env_file import Given, read
from bot.errors import SettingsError
from bot.mail_settings import Security, authority, password, port, security, sender, server, user, with_server
from bot.schedule_settings import cron, known_zone
from bot.shelf_settings import place_of_shelf
from bot.signal_settings import account, daemon, username
from bot.store_settings import database
from bot.telegram_settings import TELEGRAM, TOLD, api, listen, token, webhook
from bot.watch_settings import near_port

PREFIX = "SEUIL_"
NOT_SETTINGS = frozenset({"SEUIL_NO_SKIP", "SEUIL_NODE_MODULES"})
"""Variables of the tests, which live in the same environment and are not typing mistakes."""

FIXED = {"SEUIL_ROUNDING": "rounding is always to 5"}
"""What people look for among the settings, and why it is not one."""


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


def _shelf(before: dict[str, Any]) -> Path:
    return default_shelf(before.get("data", Path("data")))


def _one_line(text: str) -> str:
    if not text.isprintable() or not text.strip():
        raise ValueError("not a name")
    return text.strip()


def _home(path: Path) -> Path:
    return path.expanduser()


def _upper(text: object) -> object:
    return text.upper() if isinstance(text, str) else text


def _lower(text: object) -> object:
    return text.lower() if isinstance(text, str) else text


def _whole(default: int, low: int, high: int, unit: str) -> Any:
    return Field(
        default=default, ge=low, le=high, description=f"a whole number of {unit} from {low} to {high}"
    )


def _yes_no(default: bool) -> Any:
    return Field(default=default, description="true or false")


Folder = Annotated[Path, AfterValidator(_home)]


class Settings(BaseSettings):
    """Everything an operator may choose. Frozen; `Settings.load` is the way in.

    `Settings(...)` takes fields by name and SEUIL_* of the environment for the others, and reads no file.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True, hide_input_in_errors=True
    )

    # where things are
    data: Folder = Field(default=Path("data"), description="a folder")
    shelf: Annotated[Path | SecretStr, BeforeValidator(place_of_shelf)] = Field(
        default_factory=_shelf, description="a folder in memory, outside SEUIL_DATA, or a url"
    )
    passphrase_file: Folder | None = Field(
        default=None, description="a file, or nothing to be asked at the console"
    )
    store: Annotated[SecretStr, AfterValidator(database)] = Field(
        default=SecretStr(""), description="a url such as postgresql://user:password@host/database"
    )

    backup_folder: Folder | None = Field(default=None, description="a folder")
    backup_days: int = _whole(28, 1, 90, "days")

    # who runs it, and for whom
    operator_name: str = Field(default="", max_length=120, description="at most 120 characters")
    operator_contact: str = Field(
        default="", max_length=200, description="at most 200 characters", repr=False
    )
    language: str = Field(
        default="fr", pattern=r"^[a-z]{2,3}$", description="a language code such as fr or en"
    )
    help_country: Annotated[str, BeforeValidator(_upper)] = Field(
        default="FR", pattern=r"^[A-Z]{2}$", description="a country code of two letters such as FR"
    )
    bot_name: Annotated[str, AfterValidator(_one_line)] = Field(
        default="Seuil", max_length=64, description="a name of at most 64 characters"
    )
    telegram_api: Annotated[str, AfterValidator(api)] = Field(
        default=TELEGRAM, description="an address such as https://host or http://127.0.0.1:8081"
    )
    telegram_token: Annotated[SecretStr, AfterValidator(token)] = Field(
        default=SecretStr(""),
        description="a bot token as BotFather gives it (digits, a colon, 35 characters)",
    )
    telegram_webhook: Annotated[str, AfterValidator(webhook)] = Field(
        default="", description="an address such as https://host/path", repr=False
    )
    telegram_listen: Annotated[str, AfterValidator(listen)] = Field(
        default="127.0.0.1:8443", validate_default=False, description="host:port such as 127.0.0.1:8443"
    )

    # how digests leave, beside chats
    digest_folder: Folder | None = Field(default=None, description="a folder")
    smtp_from: Annotated[str, AfterValidator(sender)] = Field(
        default="", description="an e-mail address", repr=False
    )
    smtp_reply_to: Annotated[str, AfterValidator(sender)] = Field(
        default="", description="an e-mail address", repr=False
    )
    smtp_host: Annotated[str, AfterValidator(server)] = Field(
        default="", description="a server such as smtp.example.org"
    )
    smtp_security: Annotated[Security, BeforeValidator(_lower), AfterValidator(security)] = Field(
        default="tls", description="tls, starttls or none"
    )
    smtp_port: Annotated[int | None, AfterValidator(with_server), AfterValidator(port)] = Field(
        default=None, ge=1, le=65535, description="a port, a whole number from 1 to 65535"
    )
    smtp_user: Annotated[str, AfterValidator(user), AfterValidator(with_server)] = Field(
        default="", max_length=320, description="a name of at most 320 characters", repr=False
    )
    smtp_password: Annotated[SecretStr, AfterValidator(password)] = Field(
        default=SecretStr(""), description="a password"
    )
    smtp_ca: Annotated[Folder | None, AfterValidator(with_server), AfterValidator(authority)] = Field(
        default=None, description="a file of certificates (PEM)"
    )

    signal: Annotated[str, AfterValidator(daemon)] = Field(
        default="", description="a socket such as /run/signal-cli/socket, or host:port", repr=False
    )
    signal_account: Annotated[str, AfterValidator(account)] = Field(
        default="", description="a number such as +33600000000", repr=False
    )
    signal_username: Annotated[str, AfterValidator(username)] = Field(default="", description="as seuil.01")
    signal_vanish_hours: int = _whole(24, 0, 672, "hours")

    # what is asked
    ask_home_context: bool = _yes_no(True)
    ask_about_you: bool = _yes_no(False)

    # what is kept, and how long
    draft_hours: int = _whole(72, 1, 72, "hours")
    story_days: int = _whole(60, 1, 365, "days")
    coded_months: int = _whole(24, 1, 60, "months")
    desk_idle_minutes: int = _whole(30, 1, 480, "minutes")
    desk_profile: Annotated[Literal["bot", "console"], BeforeValidator(_lower)] = Field(
        default="bot", description="bot or console"
    )

    # what is told
    k: int = _whole(10, 5, 1000, "people")
    min_people: int = _whole(30, 30, 100_000, "people")
    digest_cron: Annotated[str, AfterValidator(cron)] = Field(
        default="0 9 1 * *",
        description="five columns as in crontab (minute, hour, day, month, weekday by name: mon, tue, …)",
    )
    time_zone: Annotated[str, AfterValidator(known_zone)] = Field(
        default="Europe/Paris", description="a time zone of the tz database such as Europe/Paris"
    )
    digest_automatic: bool = _yes_no(False)

    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)] = Field(
        default="INFO", description="DEBUG, INFO, WARNING or ERROR"
    )
    log_format: Annotated[Literal["text", "json"], BeforeValidator(_lower)] = Field(
        default="text", description="text or json"
    )
    metrics: Annotated[str, AfterValidator(near_port)] = Field(
        default="", description="host:port such as 127.0.0.1:9464"
    )

    @property
    def store_url(self) -> str:
        """Where everything is kept, as `storage.open_store` takes it. It may hold a password."""
        return self.store.get_secret_value() or f"sqlite:{self.data}"

    @classmethod
    def load(cls, env_file: Path | None = Path(".env")) -> Self:
        """The settings of `env_file` (which need not exist), the process's environment winning over it.

        Relative folders start where the program was started. Raises SettingsError naming every fault.
        """
        in_file, faults = read(env_file, _names())
        in_environment = {name.upper(): value for name, value in os.environ.items() if value}
        faults += _strangers(
            [*in_file, *(name for name in in_environment if name.startswith(PREFIX))], in_file
        )
        from_file = {
            name.removeprefix(PREFIX).lower(): given.value
            for name, given in in_file.items()
            if name in _names() and given.value and name not in in_environment
        }
        try:
            settings = cls(**from_file)  # type: ignore[arg-type]  # strings: pydantic reads them as it reads a .env
        except ValidationError as error:
            faults += _explained(error, in_file)
        else:
            if _is_inside(settings.shelf, settings.data):
                faults.append(
                    "SEUIL_SHELF: a folder outside SEUIL_DATA expected, one inside it found. Keys beside "
                    "what they open would go into the same backups; leave the line out to use memory."
                )
        if faults:
            raise _refusal(faults, env_file)
        return settings


def _is_inside(place: Path | SecretStr, folder: Path) -> bool:
    return isinstance(place, Path) and place.resolve().is_relative_to(folder.resolve())


def _names() -> dict[str, str]:
    """SEUIL_K -> k, for every setting."""
    return {PREFIX + name.upper(): name for name in Settings.model_fields}


def _strangers(found: Iterable[str], in_file: Mapping[str, Given]) -> list[str]:
    """A sentence for each name that looks like a setting and is none: most are typing mistakes.

    Names without our prefix belong to others, unless the prefix is all that is missing or mistyped.
    """
    known = list(_names())
    faults = []
    for name in dict.fromkeys(found):
        if name in known or name in NOT_SETTINGS:
            continue
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.6 if name.startswith(PREFIX) else 0.85)
        if PREFIX + name in known:
            near = [PREFIX + name]
        where = _where(name, in_file)
        if name in FIXED:
            faults.append(f"{name}{where}: cannot be set, {FIXED[name]}. Remove the line.")
        elif near:
            faults.append(f"{name}{where}: not a setting. {near[0]} may be meant.")
        elif name.startswith(PREFIX):
            faults.append(f"{name}{where}: not a setting, and like none. Remove the line.")
    return faults


def _where(name: str, in_file: Mapping[str, Given]) -> str:
    """The environment wins over the file, so a name in both is at fault in the environment; one that is in
    neither, nowhere."""
    if any(given.upper() == name for given, value in os.environ.items() if value):
        return " (in the environment)"
    if name not in in_file:
        return ""
    return f" (line {in_file[name].line})"


def _explained(error: ValidationError, in_file: Mapping[str, Given]) -> list[str]:
    """Pydantic's faults in our words: what was expected, the shape of what was found, the way out."""
    faults = []
    for fault in error.errors(include_url=False, include_context=True):
        setting = str(fault["loc"][0]).lower().removeprefix(PREFIX.lower())
        about = Settings.model_fields[setting]
        name = PREFIX + setting.upper()
        if fault["type"] == TOLD:
            faults.append(f"{name}{_where(name, in_file)}: {fault['msg']}")
            continue
        default = about.get_default(call_default_factory=False)
        usual = str(default.get_secret_value() if isinstance(default, SecretStr) else default)
        way_out = (
            f"Leave it out for the usual {usual}."
            if usual not in {"", "None", "PydanticUndefined"}
            else "Leave it out if unsure."
        )
        faults.append(
            f"{name}{_where(name, in_file)}: {about.description} expected, "
            f"{_shape(fault['input'], fault['type'])} found. {way_out}"
        )
    return faults


def _shape(value: object, fault: str) -> str:
    """What a value looks like, without the value: it may be a token on the wrong line."""
    if fault == "greater_than_equal":
        return "a smaller number"
    if fault == "less_than_equal":
        return "a larger number"
    text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    kinds = (
        ("digits", str.isdigit),
        ("letters", str.isalpha),
        ("letters and digits", str.isalnum),
    )
    kind = next((kind for kind, holds in kinds if holds(text)), "characters")
    return f"{len(text)} {kind}" if len(text) != 1 else f"1 {kind.removesuffix('s')}"


def _refusal(faults: list[str], env_file: Path | None) -> SettingsError:
    many = "A setting is" if len(faults) == 1 else f"{len(faults)} settings are"
    return SettingsError(
        "\n".join((f"{many} not as expected:", *(f"- {fault}" for fault in faults))),
        hint=f"Mend {env_file or 'the environment'} and start again; .env.example explains each setting.",
    )
