"""What happens to the team's key files in their life: a new epoch, an epoch's end, another passphrase,
another recovery key.

    rotate       a new key in team.age, on the list, in the recovery copy
    destroy      the key of an epoch out of all three
    passphrase   team.age and sign.age under another one
    recovery     recovery.pub (which key, signed by the team) and recovery.age (the copy, sealed to it)

Each replaces all the files it touches together (`storage.together`): killed at any instant, or on a full
disk, the instance is as it was before, or as it is after. What stood in a file before is overwritten. Where
two people do it at once, the second is refused: written from what she had opened, it would lose the first
one's key.

Never here: what is sealed (`handlers.rewrapping`), who may ask for it (`handlers.custodians`), prompts.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot import custody, key_list, recovery
from bot.age import HybridIdentity
from bot.age.scrypt import WORK_FACTOR
from bot.errors import KeyFileError
from bot.key_list import KeyList
from bot.recovery import Copy, RecoveryKey, Share
from bot.rewrapping import Ring
from bot.sealing import TeamKey
from handlers import keyring
from handlers.keyring import SIGN, TEAM, Unlocked
from handlers.team_keys import KEYS, LIST, PUBLIC, read_file, read_list
from storage.key_folder import KeyFolder
from storage.together import Marks, marks, put_together, settle

RECOVERY_KEY, RECOVERY_COPY = "recovery.pub", "recovery.age"

MADE_FROM = (TEAM, SIGN, LIST, PUBLIC, RECOVERY_KEY)
"""Files that every change here is made from."""

SETTLED_MINUTES = 60
"""How long after a rotation the old key is kept at least. A program asks for the list before it seals, and a
turn that waits for a lost database gives up after half a minute."""


@dataclass(frozen=True, slots=True)
class Held:
    """The keys of one instance, opened with the passphrase. `data`: its data folder."""

    data: Path
    passphrase: str = field(repr=False)
    unlocked: Unlocked = field(repr=False)
    listed: KeyList
    made_from: Marks = field(repr=False)
    """How the key files were when they were opened."""
    work_factor: int = WORK_FACTOR

    @property
    def folder(self) -> Path:
        return self.data / KEYS

    @property
    def identities(self) -> dict[int, HybridIdentity]:
        """By epoch."""
        newest_first = zip(reversed(self.listed.keys), self.unlocked.identities, strict=True)
        return {key.epoch: own for key, own in newest_first if isinstance(own, HybridIdentity)}

    @property
    def ring(self) -> Ring:
        return Ring(self.identities, self.listed.newest)


def hold(data: Path, passphrase: str, *, work_factor: int = WORK_FACTOR) -> Held:
    """Open the key files. Raises `KeyFileError` as `keyring.unlock` does."""
    folder = data / KEYS
    settle(folder)
    seen = marks(folder, MADE_FROM)  # first: what changes from here on is noticed
    unlocked = keyring.unlock(folder, passphrase)
    return Held(data, passphrase, unlocked, read_list(folder)[0], seen, work_factor)


def rotate(held: Held, minute: int) -> KeyList:
    """Begin a new epoch. `minute`: now, since 1970."""
    identity = custody.new_identity(secrets.token_bytes(32))
    epoch = held.listed.newest.epoch + 1
    keys = (*held.listed.keys, TeamKey(epoch, identity.recipient, minute))
    _replace(held, keys, {**held.identities, epoch: identity})
    return KeyList(keys)


def demand_destroyable(listed: KeyList, epoch: int, minute: int) -> TeamKey:
    """The key of an epoch that may end. Raises `KeyFileError` with the reason why not."""
    key = listed.key(epoch)
    if key is None:
        epochs = ", ".join(str(key.epoch) for key in listed.keys)
        raise KeyFileError(
            f"There is no key of epoch {epoch} here: it was destroyed, or never made.",
            hint=f"The epochs whose keys exist: {epochs}.",
        )
    if key == listed.newest:
        raise KeyFileError(
            f"Epoch {epoch} is the present one: what arrives is sealed to its key.",
            hint="Begin a new epoch first: python -m bot keys rotate",
        )
    wait = listed.newest.since + SETTLED_MINUTES - minute
    if wait > 0:
        raise KeyFileError(
            f"Epoch {listed.newest.epoch} began a moment ago: something may be on its way to the old key.",
            hint=f"Try again in {wait} minutes.",
        )
    return key


def destroy(held: Held, epoch: int, minute: int) -> KeyList:
    """End an epoch: its secret key is nowhere any more. Whether something is still sealed to it, the caller
    has looked."""
    gone = demand_destroyable(held.listed, epoch, minute)
    keys = tuple(key for key in held.listed.keys if key != gone)
    _replace(held, keys, {n: own for n, own in held.identities.items() if n != epoch})
    return KeyList(keys)


def change_passphrase(held: Held, passphrase: str) -> None:
    """Lock both key files under another passphrase. Raises `KeyFileError` for an empty one."""
    identities = [held.identities[key.epoch] for key in held.listed.keys]
    files = {
        TEAM: custody.lock(identities, passphrase, work_factor=held.work_factor),
        SIGN: custody.lock_signer(held.unlocked.signer, passphrase, work_factor=held.work_factor),
    }
    put_together(held.folder, files, made_from=held.made_from)


def _replace(held: Held, keys: Sequence[TeamKey], identities: dict[int, HybridIdentity]) -> None:
    own = [identities[key.epoch] for key in keys]
    text = key_list.write(keys, held.unlocked.signer)
    files = {
        TEAM: custody.lock(own, held.passphrase, work_factor=held.work_factor),
        LIST: text.encode(),
    }
    known = recovery_key(held.folder)
    if known is not None:
        files[RECOVERY_COPY] = recovery.seal_copy(_copy(held, text, own), known.recipient)
    put_together(held.folder, files, made_from=held.made_from)


# --- recovery -----------------------------------------------------------------------------------------------


def recovery_key(folder: Path) -> RecoveryKey | None:
    """The recovery key of an instance; None where none was made. Raises `KeyFileError` for one that the team
    did not sign."""
    settle(folder)
    if not (folder / RECOVERY_KEY).exists():
        return None
    _, verify = read_list(folder)
    return recovery.read_key(read_file(folder / RECOVERY_KEY).decode("utf-8", "replace"), verify)


def keep_recovery(held: Held, identity: HybridIdentity, shares: Sequence[Share], minute: int) -> RecoveryKey:
    """Make this the recovery key, with a copy sealed to it."""
    known = recovery.describe(identity, shares, minute)
    text = read_file(held.folder / LIST).decode()
    own = [held.identities[key.epoch] for key in held.listed.keys]
    files = {
        RECOVERY_KEY: recovery.write_key(known, held.unlocked.signer).encode(),
        RECOVERY_COPY: recovery.seal_copy(_copy(held, text, own), known.recipient),
    }
    put_together(held.folder, files, made_from=held.made_from)
    return known


def _copy(held: Held, text: str, identities: Sequence[HybridIdentity]) -> Copy:
    kept = KeyFolder(held.data)
    return Copy(text, tuple(identities), held.unlocked.signer, kept.instance(new=False), kept.salt(new=False))


def drill(data: Path, shares: Sequence[Share]) -> tuple[Copy, RecoveryKey]:
    """Open the copy with two papers, and compare all that is in it with what is here. Nothing is written.

    Raises `KeyFileError` where the papers, the copy or the instance are not of each other.
    """
    folder = data / KEYS
    known = recovery_key(folder)
    if known is None:
        raise KeyFileError("No recovery key was made here.", hint="Make it: python -m bot recovery make")
    identity = recovery.join(shares)
    for share in shares:
        known.demand(share)
    copy = recovery.open_copy(read_file(folder / RECOVERY_COPY), identity)
    listed, verify = read_list(folder)
    kept = KeyFolder(data)
    same = (
        copy.listed == listed
        and copy.signer.verify_key == verify
        and (copy.instance, copy.salt) == (kept.instance(new=False), kept.salt(new=False))
    )
    if not same:
        raise KeyFileError(
            "The recovery copy opens, and it is not a copy of this instance as it is now.",
            hint="Make it again: python -m bot recovery make --replace",
        )
    return copy, known


def restore(data: Path, copy: Copy, passphrase: str, *, work_factor: int = WORK_FACTOR) -> list[str]:
    """Put back what is missing here, and lock the team's keys under a new passphrase. The names of the files.

    Raises `KeyFileError` where something of another instance, or something later, is here; then nothing has
    changed.
    """
    folder, kept = data / KEYS, KeyFolder(data)
    folder.mkdir(mode=0o700, exist_ok=True)
    settle(folder)
    missing = _demand_fitting(data, copy)
    files = {
        TEAM: custody.lock(list(copy.identities), passphrase, work_factor=work_factor),
        SIGN: custody.lock_signer(copy.signer, passphrase, work_factor=work_factor),
    }
    if not (folder / PUBLIC).exists():
        files[PUBLIC] = copy.signer.verify_key.text().encode()
    if not (folder / LIST).exists():
        files[LIST] = copy.list_text.encode()
    if missing:
        kept.put_back(instance=copy.instance, salt=copy.salt)
    put_together(folder, files)
    return [*missing, *(f"keys/{name}" for name in files)]


def _demand_fitting(data: Path, copy: Copy) -> list[str]:
    """What of the instance is missing here; `KeyFileError` for what is here and is another's."""
    missing = []
    for name, own in (("instance.key", copy.instance), ("salt", copy.salt)):
        if not (data / name).exists():
            missing.append(name)
        elif read_file(data / name) != own:
            raise _anothers(name)
    folder = data / KEYS
    public = copy.signer.verify_key.text().encode()
    if (folder / PUBLIC).exists() and read_file(folder / PUBLIC) != public:
        raise _anothers(f"keys/{PUBLIC}")
    if (folder / PUBLIC).exists() and (folder / LIST).exists() and read_list(folder)[0] != copy.listed:
        raise KeyFileError(
            "The list of team keys here is not that of the copy: keys were made or destroyed in between.",
            hint="Use the copy that was made last: keys/recovery.age changes with every rotation.",
        )
    return missing


def _anothers(name: str) -> KeyFileError:
    return KeyFileError(
        f"{name} is here already, and is not the one in the copy: this is another instance.",
        hint="Nothing was changed. Name the right folder in SEUIL_DATA, or an empty one.",
    )
