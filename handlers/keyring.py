"""The team's key files of one instance: made once, unlocked at the console, read by the listeners.

    keys/team.age     the identities that open testimonies, one for each epoch, under a passphrase
    keys/sign.age     the key that signs replies and the list of team keys, under the same passphrase
    keys/team.keys    the list of public team keys, signed
    keys/sign.pub     the public half of the signing key

The listeners read the two last (`handlers.team_keys`) and never the others. Who makes a passphrase for trying
the program out is `first_keys`; it says so, and where it is.

Never here: what happens to keys later (`handlers.rotation`), unlocking from a chat, a passphrase in a log,
keys of witnesses.
"""

from __future__ import annotations

import os
import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path

from bot import custody, key_list
from bot.age import HybridIdentity, KeyIdentity
from bot.age.scrypt import WORK_FACTOR
from bot.errors import KeyFileError, StoreFull
from bot.receipts import new as new_receipt
from bot.receipts import words as list_words
from bot.sealing import TeamKey
from bot.signing import SignKey
from handlers.team_keys import LIST, PUBLIC, read_file, read_list
from storage.together import settle

TEAM, SIGN = "team.age", "sign.age"
PASSPHRASE = "passphrase"  # noqa: S105 - the name of a file

EPOCH = 1
"""The first epoch; rotation begins the next."""


@dataclass(frozen=True, slots=True)
class Unlocked:
    """What the desk holds while it is open."""

    identities: tuple[KeyIdentity, ...] = field(repr=False)
    """Of every epoch whose key exists, the newest first: most of what is opened is new."""
    signer: SignKey = field(repr=False)


def exists(folder: Path) -> bool:
    """Whether keys were made here, even if one of their files is missing now: then it is to be restored."""
    return any((folder / name).exists() for name in (TEAM, SIGN, LIST, PUBLIC))


def sweep_half_made(folder: Path, *, drawn: bool) -> None:
    """Take away what a first start left that was killed before the list of keys, which is written last.

    Only for an instance without a database: without the list, nothing was ever sealed to these keys. `drawn`:
    the passphrase beside them was drawn by the program, and goes too.
    """
    if not (folder / LIST).exists():
        for name in (TEAM, SIGN, PUBLIC, *((PASSPHRASE,) if drawn else ())):
            (folder / name).unlink(missing_ok=True)


def create(folder: Path, passphrase: str, *, work_factor: int = WORK_FACTOR) -> TeamKey:
    """Make the team's keys in an empty folder. Raises `KeyFileError` where there are keys already."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any((folder / name).exists() for name in (TEAM, SIGN, LIST, PUBLIC)):
        raise KeyFileError(
            "There are team keys here already; new ones would leave testimonies that nobody can open.",
            hint="Keep them. To begin again with an empty instance, name another folder in SEUIL_DATA.",
        )
    identity = custody.new_identity(secrets.token_bytes(32))
    signer = SignKey(secrets.token_bytes(32))
    key = TeamKey(EPOCH, identity.recipient, int(time.time() // 60))
    _write(folder / TEAM, custody.lock(identity, passphrase, work_factor=work_factor))
    _write(folder / SIGN, custody.lock_signer(signer, passphrase, work_factor=work_factor))
    _write(folder / PUBLIC, signer.verify_key.text().encode())
    _write(folder / LIST, key_list.write([key], signer).encode())
    return key


def first_keys(folder: Path) -> Path:
    """Keys and a passphrase of seven drawn words (77 bits) for trying the program out. Where it was
    written."""
    drawn = list_words(new_receipt(secrets.token_bytes(10)), "fr")[:7]
    place = folder / PASSPHRASE
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(place, (" ".join(drawn) + "\n").encode())
    create(folder, " ".join(drawn))
    return place


def unlock(folder: Path, passphrase: str) -> Unlocked:
    """Open the key files, the newest identity first. Raises `KeyFileError` for a wrong passphrase, a missing
    or a torn file, and where the public keys that the listeners seal to are others."""
    settle(folder)
    # All of them now, and scrypt's seconds after: files of before and behind a rotation look like a theft.
    team, sign = read_file(folder / TEAM), read_file(folder / SIGN)
    listed, verify = read_list(folder)
    identities = custody.unlock(team, passphrase)
    signer = custody.unlock_signer(sign, passphrase)
    if not all(isinstance(identity, HybridIdentity) for identity in identities):
        raise KeyFileError(
            "The team's key file holds a key of another kind.", hint="Restore keys/team.age from your backup."
        )
    own = {identity.recipient: identity for identity in identities}
    if verify != signer.verify_key or own.keys() != {key.recipient for key in listed.keys}:
        raise KeyFileError(
            "The public keys beside the team's key are not its own: somebody else may read what arrives.",
            hint=f"Stop Seuil now. Restore keys/{LIST} and keys/{PUBLIC}, and ask who can write there.",
        )
    return Unlocked(tuple(own[key.recipient] for key in reversed(listed.keys)), signer)


def read_passphrase(file: Path) -> str:
    """The first line of a passphrase file. Refuses one that others can read."""
    return read_file(file).decode("utf-8", "replace").split("\n", 1)[0].strip()


def _write(file: Path, content: bytes) -> None:
    """A new owner-only file, on disk when this returns."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
    except FileExistsError:
        raise KeyFileError(
            f"{file.name} is there already and is left as it is.", hint="Move it away first, if it is yours."
        ) from None
    except OSError as error:
        raise StoreFull(
            f"{file.name} cannot be written: {os.strerror(error.errno or 0).lower()}.",
            hint="Free some room or choose another SEUIL_DATA, then start again.",
        ) from None
