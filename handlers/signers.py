"""Moderators' own keys at the console of the instance: which sign, and to which the team's key is sealed.

Here and nowhere else: a key is handed over in person, as an invitation is, by somebody whose voice or face is
known. Whoever holds a stolen chat account could else bring a key of her own and decide with it. Owners are
told of every key that is registered, so that one registered behind their backs is seen.

Never here: what a signature is for (`handlers.offline`).
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.age import HybridRecipient, KeyIdentity, armor, encrypt, parse_recipient
from bot.custody import identity_text
from bot.errors import KeyFileError, SettingsError
from bot.moderation import COMMANDS
from bot.settings import Settings
from bot.signing import read_public
from handlers import Screen
from handlers.bench import DAY_SECONDS, mark
from handlers.commands import Answer, Queue
from handlers.members import Members
from handlers.team_keys import KEYS, read_list
from locales import Words, load
from storage import MemberRow, Store
from storage.changes import Audit
from storage.key_folder import KeyFolder
from storage.vouched import ModeratorKeys


async def at_console(settings: Settings, store: Store, name: str, key: str, now: float) -> str:
    """Make this the key of the member of this name; an empty one takes hers away. Her name.

    `key`: the line, or the file that holds it. Raises as `register`.
    """
    data, console = settings.data, settings.desk_profile == "console"
    instance = KeyFolder(data).instance(new=False)
    listed, _ = read_list(data / KEYS)
    members = Members(store, instance)
    queue = Queue(store, lambda: listed.newest, instance, lambda: now, console)
    if key and _is_there(file := Path(key)):
        key = read_text(file)
    today = int(now // DAY_SECONDS)
    return await register(members, queue, load(), ModeratorKeys(data, instance), name, key, today)


async def register(
    members: Members,
    queue: Queue,
    words: Mapping[str, Words],
    book: ModeratorKeys,
    name: str,
    key: str,
    today: int,
) -> str:
    """Raises `KeyFileError` for what is no key, `SettingsError` for a name that is nobody's or a key that is
    somebody else's, `StoreDamaged` for a list that another hand wrote."""
    public = read_public(key) if key else None
    rows = [row for row in await members.store.members() if members.is_sound(row)]
    her = _named(rows, name)
    kept = book.read()
    # One key under two ids would be two people; two keys under one id, nobody's.
    others = [read_public(line) for who, line in kept.items() if who != her.member]
    if public is not None and any(
        public.key_id == own.key_id or public.public == own.public for own in others
    ):
        raise SettingsError(
            "This key is another member's already.", hint="Each makes her own: python -m bot own-keys"
        )
    # Of those who left, nothing is kept: their ids come back to nobody.
    for gone in kept.keys() - {row.member for row in rows}:
        book.put(gone, "")
    book.put(her.member, public.line() if public is not None else "")
    told = "desk-signer-set" if public is not None else "desk-signer-dropped"
    shown = public.line() if public is not None else ""

    def notice(row: MemberRow) -> Screen:
        spoken = words.get(members.route(row).language, words["fr"])
        return Screen(spoken.say(told, name=her.name, line=shown))

    notices = [
        queue.operation(Answer(row.member, (notice(row),)), secrets.token_bytes(16))
        for row in rows
        if row.role == "owner"
    ]
    act = "signing key" if public is not None else "signing key removed"
    await members.store.commit((Audit(today, "console", act, mark(her.member)), *notices))
    return her.name


def _is_there(file: Path) -> bool:
    try:
        return file.exists()
    except OSError:  # what is too long to be the name of any file
        return False


def hand_over(identities: Sequence[KeyIdentity], reading: Path, out: Path) -> None:
    """Seal the team's key to a moderator's own, in a new file of its owner's. Raises `KeyFileError`."""
    lines = [line for line in read_text(reading).splitlines() if line.strip() and not line.startswith("#")]
    if len(lines) != 1:
        raise KeyFileError(
            f"One public key is expected in {reading.name}, {len(lines)} lines found.",
            hint="Give the reading.pub that `python -m bot own-keys` wrote.",
        )
    recipient = parse_recipient(lines[0].strip())
    if not isinstance(recipient, HybridRecipient):
        raise KeyFileError(
            "This is a classic age key, weaker than the team's key that would be sealed to it.",
            hint="She makes one with `python -m bot own-keys`, or with `age-keygen -pq` (age 1.3 or newer).",
        )
    write_new(out, armor.wrap(encrypt(identity_text(identities).encode(), [recipient])))


def read_text(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace")
    except OSError as error:
        raise KeyFileError(f"{file} cannot be read: {error.strerror}.", hint="Check the path.") from None


def write_new(file: Path, content: bytes) -> None:
    """A new owner-only file, on disk when this returns. Raises `KeyFileError`."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise KeyFileError(
            f"{file.name} is there already and is left as it is.", hint="Name another place."
        ) from None
    except OSError as error:
        raise KeyFileError(
            f"{file.name} cannot be written: {error.strerror}.", hint="Name a place in a folder of yours."
        ) from None
    with os.fdopen(handle, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def _named(rows: list[MemberRow], name: str) -> MemberRow:
    wanted = name.strip().casefold()
    deciding = [row for row in rows if row.role in COMMANDS["decision"].roles]
    found = [row for row in deciding if wanted in (row.name.casefold(), mark(row.member))]
    if len(found) == 1:
        return found[0]
    if not found:
        names = ", ".join(sorted(row.name or mark(row.member) for row in deciding)) or "nobody yet"
        raise SettingsError(
            f"No owner or moderator has this name. There are: {names}.",
            hint="Invite her first: python -m bot invite moderator --name NAME",
        )
    marks = ", ".join(sorted(mark(row.member) for row in found))
    raise SettingsError("Several members have this name.", hint=f"Write the mark instead: {marks}")
