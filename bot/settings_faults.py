"""What an operator is told about settings that are not as expected: each fault a sentence with a way out.

Here: the sentences, and the shape of a value in place of the value. Never here: what a setting is
(`bot.settings`), or anything that was found: any line could hold a token put in the wrong place.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from bot.declared import Declared, Derived, Fault, Told, TooLarge, TooSmall
from bot.env_file import NAME, PREFIX, Given
from bot.errors import SettingsError
from bot.secret import SecretStr

NOT_SETTINGS = frozenset({"SEUIL_NO_SKIP", "SEUIL_NODE_MODULES"})
"""Variables of the tests, which live in the same environment and are not typing mistakes."""

FIXED = {"SEUIL_ROUNDING": "rounding is always to 5"}
"""What people look for among the settings, and why it is not one."""


def explained(fault: Fault, about: Declared, in_file: Mapping[str, Given]) -> str:
    """A fault: what was expected, the shape of what was found, the way out."""
    name = PREFIX + fault.name.upper()
    told = str(fault.why) if isinstance(fault.why, Told) else _expected(fault, about)
    return f"{name}{_where(name, in_file)}: {told}"


def _expected(fault: Fault, about: Declared) -> str:
    usual = about.default.get_secret_value() if isinstance(about.default, SecretStr) else about.default
    way_out = (
        "Leave it out if unsure."
        if usual in {"", None} or isinstance(usual, Derived)
        else f"Leave it out for the usual {usual}."
    )
    return f"{about.expected} expected, {_shape(fault)} found. {way_out}"


def strangers(found: Iterable[str], known: Collection[str], in_file: Mapping[str, Given]) -> list[str]:
    """A sentence for each name that looks like a setting and is none: most are typing mistakes.

    Names without our prefix belong to others, unless the prefix is all that is missing or mistyped.
    """
    faults = []
    for name in dict.fromkeys(found):
        if name in known or name in NOT_SETTINGS:
            continue
        if not NAME.fullmatch(name):  # in the environment: `bot.env_file` takes no such line
            faults.append(
                f"A name in the environment that begins with {PREFIX}: letters, digits and _ expected, other "
                "characters found. Write NAME=value."
            )
            continue
        near = [PREFIX + name] if PREFIX + name in known else _near(name, known)
        where = _where(name, in_file)
        if name in FIXED:
            faults.append(f"{name}{where}: cannot be set, {FIXED[name]}. Remove the line.")
        elif near:
            faults.append(f"{name}{where}: not a setting. {near[0]} may be meant.")
        elif name.startswith(PREFIX):
            faults.append(f"{name}{where}: not a setting, and like none. Remove the line.")
    return faults


def _near(name: str, known: Iterable[str]) -> list[str]:
    """The setting that is most like it, if one is: less likeness is asked of a name with our prefix."""
    import difflib  # noqa: PLC0415 (only a strange name needs it, and every start waits for the rest)

    return difflib.get_close_matches(name, known, n=1, cutoff=0.6 if name.startswith(PREFIX) else 0.85)


def _where(name: str, in_file: Mapping[str, Given]) -> str:
    """The environment wins over the file, so a name in both is at fault in the environment; one that is in
    neither, nowhere."""
    if any(given.upper() == name for given, value in os.environ.items() if value):
        return " (in the environment)"
    if name not in in_file:
        return ""
    return f" (line {in_file[name].line})"


def _shape(fault: Fault) -> str:
    """What a value looks like, without the value: it may be a token on the wrong line."""
    if isinstance(fault.why, TooSmall):
        return "a smaller number"
    if isinstance(fault.why, TooLarge):
        return "a larger number"
    given = fault.given
    text = given.get_secret_value() if isinstance(given, SecretStr) else str(given)
    kinds = (
        ("digits", str.isdigit),
        ("letters", str.isalpha),
        ("letters and digits", str.isalnum),
    )
    kind = next((kind for kind, holds in kinds if holds(text)), "characters")
    return f"{len(text)} {kind}" if len(text) != 1 else f"1 {kind.removesuffix('s')}"


def refusal(faults: list[str], env_file: Path | None) -> SettingsError:
    """All of them at once. `env_file`: where they are mended."""
    many = "A setting is" if len(faults) == 1 else f"{len(faults)} settings are"
    return SettingsError(
        "\n".join((f"{many} not as expected:", *(f"- {fault}" for fault in faults))),
        hint=f"Mend {env_file or 'the environment'} and start again; .env.example explains each setting.",
    )
