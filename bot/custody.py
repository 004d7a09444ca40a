"""The team's keys at the desk: made, locked under a passphrase, unlocked.

A locked key file is an age passphrase file around the text that `age-keygen` writes, so that the stock
`age` can unlock it when this program is gone. Bytes in, bytes out: files and prompts are the caller's.

Never here: the list for the listeners (`bot.key_list`), a default passphrase, a copy of a key that outlives
the call, a key typed into a chat.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from bot import signing
from bot.age import (
    HeaderFault,
    HybridIdentity,
    KeyIdentity,
    NoMatch,
    PassphraseIdentity,
    PassphraseRecipient,
    decrypt,
    encrypt,
    parse_identity,
)
from bot.age.scrypt import WORK_FACTOR
from bot.errors import CannotOpen, KeyFileError


def new_identity(seed: bytes) -> HybridIdentity:
    """A TEAM, RECOVERY or REPLY key from 32 random bytes."""
    return HybridIdentity(seed)


def identity_text(identities: Sequence[KeyIdentity]) -> str:
    """A key file as `age-keygen` writes it: the public key as a comment, then the secret, for each."""
    return "".join(
        f"# public key: {identity.recipient.text()}\n{identity.secret_text()}\n" for identity in identities
    )


def read_identities(text: str) -> list[KeyIdentity]:
    """The identities of a key file; blank lines and lines that start with `#` are passed over.

    Raises `KeyFileError`, naming the line by number only.
    """
    identities = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            try:
                identities.append(parse_identity(line.strip()))
            except KeyFileError as fault:
                raise KeyFileError(f"Line {number} of the key file: {fault}", hint=fault.hint) from None
    if not identities:
        raise KeyFileError(
            "The key file holds no key.", hint="Give the file that `python -m bot keygen` wrote."
        )
    return identities


def lock(
    identity: KeyIdentity | Sequence[KeyIdentity], passphrase: str, *, work_factor: int = WORK_FACTOR
) -> bytes:
    """A key file under a passphrase. `work_factor`: base-two logarithm, 18 takes about a second and 256
    MiB."""
    identities = identity if isinstance(identity, Sequence) else (identity,)
    return lock_text(identity_text(identities), passphrase, work_factor=work_factor)


def unlock(file: bytes, passphrase: str) -> tuple[KeyIdentity, ...]:
    """The identities of a locked key file.

    Raises `KeyFileError`, saying which it is: a wrong passphrase, no such file, a torn file.
    """
    return tuple(read_identities(unlock_text(file, passphrase)))


def lock_signer(key: signing.SignKey, passphrase: str, *, work_factor: int = WORK_FACTOR) -> bytes:
    """TEAM-SIGN under a passphrase."""
    return lock_text(key.secret_text(), passphrase, work_factor=work_factor)


def unlock_signer(file: bytes, passphrase: str) -> signing.SignKey:
    """Raises `KeyFileError`, as `unlock` does."""
    return signing.read_secret(unlock_text(file, passphrase))


def lock_text(text: str, passphrase: str, *, work_factor: int = WORK_FACTOR) -> bytes:
    """Any key file's text under a passphrase, which is read as Unicode NFC: keyboards differ, people do
    not."""
    if not passphrase:
        raise KeyFileError("An empty passphrase locks nothing.", hint="Choose six random words or more.")
    return encrypt(text.encode(), [PassphraseRecipient(_typed(passphrase), work_factor)])


def unlock_text(file: bytes, passphrase: str) -> str:
    try:
        return decrypt(file, [PassphraseIdentity(_typed(passphrase))]).decode()
    except NoMatch:
        raise _not_unlocked(file) from None
    except HeaderFault as fault:
        raise KeyFileError(
            f"The key file cannot be read. {fault}", hint="Restore it from its copy."
        ) from None
    except (CannotOpen, UnicodeDecodeError):
        raise KeyFileError("The key file is damaged.", hint="Restore it from its copy.") from None


def _typed(passphrase: str) -> str:
    return unicodedata.normalize("NFC", passphrase)


def _not_unlocked(file: bytes) -> KeyFileError:
    if b"-> scrypt " in file or file.lstrip().startswith(b"-----"):
        return KeyFileError(
            "The passphrase is wrong.", hint="Mind capitals, spaces and the keyboard's language."
        )
    return KeyFileError(
        "This file is not locked with a passphrase.", hint="Give the file that `python -m bot keygen` wrote."
    )
