"""The data folder of an intake apart: made where the desk is, carried to where people are heard.

It holds what seals and what says who is who, and nothing that opens a testimony. Made again after a key
changed, over the old one; what is there already and is another instance's is left as it is.

Never here: a private key of the team.
"""

from __future__ import annotations

from pathlib import Path

from bot.errors import KeyFileError
from handlers.team_keys import KEYS, LIST, PUBLIC, read_file, read_list
from storage.folder import cannot_use, own_folder, put_file

CARRIED = ("instance.key", "salt")
"""Beside the public keys. On the key of sender tags the intakes agree themselves."""


PRIVATE = ("team.age", "sign.age", "recovery.age", "passphrase")
"""In `keys/` of a desk's folder: what opens, what signs, and the passphrase of a trial."""


def demand(data: Path) -> None:
    """Before anything is touched. Raises `KeyFileError` where this is not the data folder of an intake."""
    way_out = (
        "Make an intake's folder where the desk is: python -m bot intake-folder FOLDER. "
        "Carry it here, and name it in SEUIL_DATA."
    )
    if any((data / KEYS / name).exists() for name in PRIVATE):
        raise KeyFileError(
            "SEUIL_DATA is a desk's folder, with the team's private keys: an intake is to have none.",
            hint=way_out,
        )
    for name in (*CARRIED, f"{KEYS}/{PUBLIC}", f"{KEYS}/{LIST}"):
        if not (data / name).exists():
            raise KeyFileError(f"SEUIL_DATA is no intake's folder: {name} is missing.", hint=way_out)


def make(data: Path, folder: Path) -> None:
    """Copy from the desk's data folder into an intake's. Raises `KeyFileError`, `StoreFull`."""
    read_list(data / KEYS)  # refuses a list that is not its own before anything is copied
    for name in CARRIED:
        there = folder / name
        if there.exists() and read_file(there) != read_file(data / name):
            raise KeyFileError(
                f"{folder} is the folder of another instance: its {name} is not ours.",
                hint="Name a new folder.",
            )
    try:
        own_folder(folder, {*CARRIED})
        own_folder(folder / KEYS, {LIST, PUBLIC})
        for name in CARRIED:
            put_file(folder, name, read_file(data / name))
        for name in (PUBLIC, LIST):
            put_file(folder / KEYS, name, read_file(data / KEYS / name))
    except OSError as error:
        raise cannot_use(error, "folder of the intake") from None
