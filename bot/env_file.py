"""The file of settings as it is written: NAME=value on its line, each fault a sentence, nothing repeated.

Here: lines, and who may read them. A file that holds what speaks for the association (a token, a password) is
refused where others of the machine can read it. Never here: what a setting means (`bot.settings`).
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PREFIX = "SEUIL_"
"""What the name of every setting begins with, in the file as in the environment."""

NAME = re.compile(r"[A-Za-z0-9_.-]+")
"""What a name is made of, mistyped or not. What stands before a = and is none may be a url with its password,
after a colon (`SEUIL_STORE:postgresql://…?sslmode=…`), and is never repeated."""

_ABOVE = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*")
"""Blank lines and comments, which the parser counts as part of the statement below them."""

_SECRET = frozenset({"telegram_token", "telegram_webhook", "smtp_password"})
"""Settings that speak for the association by themselves."""

_ADDRESSES = frozenset({"store", "shelf"})
"""Settings that do where they are a url with a password in it."""


@dataclass(frozen=True, slots=True)
class Given:
    """A value of the file and the line it stands on."""

    value: str = field(repr=False)
    line: int


def read(env_file: Path | None, names: Mapping[str, str]) -> tuple[dict[str, Given], list[str]]:
    """Every NAME=value of the file, and a sentence for every line that is not one, and where others can read
    a secret in it. `names`: SEUIL_K -> k, for every setting."""
    if env_file is None or not env_file.exists():
        return {}, []
    try:
        text = env_file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return {}, [
            f"{env_file}, line {line}: UTF-8 text expected, other bytes found. Save the file as UTF-8."
        ]
    except OSError as error:
        reason = os.strerror(error.errno or 0).lower()
        return {}, [
            f"{env_file}: a readable file expected, “{reason}” found. Check its owner and mode (600)."
        ]
    from dotenv.parser import parse_stream  # noqa: PLC0415 (containers have an environment and no file)

    given: dict[str, Given] = {}
    faults: list[str] = []
    for binding in parse_stream(io.StringIO(text)):
        line = binding.original.line + _ABOVE.match(binding.original.string).group().count("\n")  # type: ignore[union-attr]  # matches anything
        no_name = binding.key is not None and not NAME.fullmatch(binding.key)
        if binding.error or (binding.key is not None and binding.value is None) or no_name:
            faults.append(f"{env_file}, line {line}: NAME=value expected. Mend or remove the line.")
        elif binding.key is not None and binding.value is not None:
            name = binding.key.upper()
            if name in given:
                faults.append(
                    f"{name}: one line expected, a second found on line {line}. Keep one of the two."
                )
            given[name] = Given(binding.value, line)
    return given, faults + _shown_to_others(env_file, given, names)


def _shown_to_others(env_file: Path, given: Mapping[str, Given], names: Mapping[str, str]) -> list[str]:
    """A sentence where others of this machine can read a file that holds a secret."""
    kept = [name for name, told in given.items() if _is_secret(names.get(name), told.value)]
    if not kept or not env_file.stat().st_mode & 0o077:
        return []
    return [
        f"{env_file}: a file for its owner only expected, with {', '.join(kept)} in it; others "
        f"can read it. Run `chmod 600 {env_file}`, and ask who read it meanwhile."
    ]


def _is_secret(setting: str | None, value: str) -> bool:
    return (setting in _SECRET and bool(value)) or (setting in _ADDRESSES and "@" in value)
