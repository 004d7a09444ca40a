"""The key of backups: one half on the machine, which seals; the other away from it, which opens.

    SEUIL_DATA/backup.pub    the public half
    where --out says         the secret half, an age file under a passphrase, that the stock `age` opens too

Never here: the team's keys (`handlers.keyring`), a backup.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bot import custody
from bot.age import HybridIdentity, KeyIdentity, KeyRecipient, parse_recipient
from bot.age.scrypt import WORK_FACTOR
from bot.errors import KeyFileError
from storage.folder import cannot_use, put_file

PUBLIC: Final = "backup.pub"


def demand_none(data: Path, out: Path) -> None:
    """Raises `KeyFileError` where `make_key` would: told before anybody chooses a passphrase."""
    if (data / PUBLIC).exists():
        raise KeyFileError(
            "There is a key for backups already.",
            hint=f"To change it, move {PUBLIC} away: backups made before still need the secret of before.",
        )
    if out.resolve().is_relative_to(data.resolve()):
        raise KeyFileError(
            "The secret half would lie in the data folder, beside what it opens.",
            hint="Name a stick that is taken away then: --out /media/stick/backup-key.age",
        )


def make_key(data: Path, seed: bytes, out: Path, passphrase: str, *, work_factor: int = WORK_FACTOR) -> str:
    """Make the pair: the public half into the data folder, the secret one under a passphrase to `out`, which
    is not there. The public line.

    Raises `KeyFileError` where there is a pair already, or where `out` would lie beside what it opens.
    """
    demand_none(data, out)
    identity = HybridIdentity(seed)
    locked = custody.lock(identity, passphrase, work_factor=work_factor)
    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(locked)
            file.flush()
            os.fsync(file.fileno())
        put_file(data, PUBLIC, identity.recipient.text().encode() + b"\n")
    except FileExistsError:
        raise KeyFileError(
            f"{out.name} is there already and is left as it is.", hint="Name another place with --out."
        ) from None
    except OSError as error:
        raise cannot_use(error, "place of the key") from None
    return identity.recipient.text()


def recipient(data: Path) -> KeyRecipient:
    """Whom backups are sealed to. Raises `KeyFileError`."""
    try:
        text = (data / PUBLIC).read_text("ascii").strip()
    except FileNotFoundError:
        raise KeyFileError(
            "There is no key for backups yet.",
            hint="Make it once: `python -m bot backup key --out /media/stick/backup-key.age`.",
        ) from None
    except (OSError, UnicodeDecodeError):
        raise KeyFileError(
            f"{PUBLIC} cannot be read.", hint="It is one line, age1pq1…, for its owner."
        ) from None
    return parse_recipient(text)


def identities_in(file: Path, passphrase: Callable[[], str]) -> tuple[KeyIdentity, ...]:
    """The secret half: a file of `backup key`, or one that `age-keygen -pq` wrote."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise KeyFileError(
            f"{file.name} cannot be read: {error.strerror}.", hint="Check the path and its rights."
        ) from None
    if content.startswith((b"age-encryption.org/", b"-----BEGIN AGE")):
        return custody.unlock(content, passphrase())
    return tuple(custody.read_identities(content.decode("utf-8", "replace")))
