"""The console's commands about backups: `backup …` and `restore`, as people meet them.

Never here: what is in a backup (`bot.backups`), how it is written and put back (`handlers.backups`,
`handlers.restoring`).
"""

from __future__ import annotations

import asyncio
import os
import time
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from bot.backups import mark
from bot.errors import CannotOpen
from bot.settings import Settings
from handlers.progress import shown
from handlers.standing import passphrase_for, say, settings_here, standing
from handlers.typed import new_passphrase, secret
from storage.key_folder import KeyFolder

backup_app = typer.Typer(
    help="Back the instance up, sealed to a key that is kept elsewhere, and read it again.",
    invoke_without_command=True,
)


@backup_app.callback()
def backup(
    context: typer.Context,
    to: Annotated[
        Path | None, typer.Option("--to", help="A folder; SEUIL_BACKUP_FOLDER where left out.")
    ] = None,
) -> None:
    """Back the instance up, sealed to a key that is kept elsewhere; read it again, erase what is past its
    days. For a timer: it asks nothing, and its exit code says how it ended."""
    if context.invoked_subcommand is not None:
        return
    # Imported here: progress bars and PostgreSQL's client, which serving people may not need.
    from handlers import backups  # noqa: PLC0415

    settings = standing()
    folder = backups.folder_of(settings, to)
    with shown() as tell:
        made = asyncio.run(backups.make(settings, folder, time.time(), tell))
    say(f"{made.file.name}: {made.rows} rows, {made.bytes} bytes, read again. Instance {made.mark}.")
    say(f"{made.erased} backups older than {settings.backup_days} days were erased.")


@backup_app.command(name="key")
def backup_key(
    out: Annotated[Path, typer.Option("--out", help="Where the secret half goes: not on this machine.")],
) -> None:
    """Make the key of backups, once: the public half for this machine, the secret half to take away."""
    from handlers import backup_keys  # noqa: PLC0415 - as above

    settings = standing()
    backup_keys.demand_none(settings.data, out)
    passphrase = new_passphrase("A new passphrase for the key of backups: ")
    backup_keys.make_key(settings.data, os.urandom(32), out, passphrase)
    say(f"{out} opens every backup, with the passphrase. Keep both away from here and from each other.")
    say(f"Write on the paper of the recovery shares: instance {_mark_of(settings)}.")


@backup_app.command(name="verify")
def backup_verify(
    file: Annotated[Path, typer.Argument(help="A backup.")],
    identity: Annotated[Path, typer.Option("--identity", "-i", help="The secret half of its key.")],
) -> None:
    """Open a backup to its end and tell what is in it; nothing is written."""
    from handlers import backup_keys, backups  # noqa: PLC0415 - as above

    identities = backup_keys.identities_in(identity, _passphrase)
    with shown() as tell:
        found = backups.check(file, identities, settings_here().data, tell)
    typer.echo(f"{found.day.isoformat()}, instance {found.head.mark}, team key of epoch {found.head.epoch}")
    for name, rows, _ in found.sums.tables:
        typer.echo(f"{name}: {rows}")
    if found.vouched is False:
        raise CannotOpen(
            "It is whole, and was not made by the instance of this data folder.",
            hint="If that is as it should be, set SEUIL_DATA to its own, or to an empty one.",
        )
    say("Whole." if found.vouched else "Whole. Compare the instance with the one on paper.")


def restore(
    file: Annotated[Path, typer.Argument(help="A backup.")],
    identity: Annotated[Path, typer.Option("--identity", "-i", help="The secret half of its key.")],
    last_digest: Annotated[
        int, typer.Option("--last-digest", min=0, help="Number of the last digest that partners received.")
    ] = 0,
) -> None:
    """Put a backup back where there is no instance: whole, compared, or not at all.

    SEUIL_DATA holds what is kept with the recovery shares: keys/, or instance.key and salt.
    """
    from handlers import backup_keys, restoring  # noqa: PLC0415 - as above

    settings = settings_here()
    identities = backup_keys.identities_in(identity, _passphrase)

    with shown() as tell:
        back = asyncio.run(
            restoring.restore(
                settings,
                file,
                identities,
                partial(passphrase_for, settings),
                time.time(),
                tell,
                last_digest=last_digest,
            )
        )
    rows = ", ".join(f"{name} {count}" for name, count in back.counts.items() if count)
    say(f"Restored and compared, as of {back.day.isoformat()}: {rows}.")
    for line in _after_restoring(back.mark, back.digest, proved=back.proved, short=back.audit_short):
        say(f"→ {line}")


def _after_restoring(mark: str, digest: int, *, proved: bool, short: int) -> list[str]:
    """What only people know, or can do."""
    told = [
        "What was withdrawn or erased since is here again, and nobody can tell what. Take the newest backup "
        "there is, and say on the association's page that who withdrew since should do so again.",
        "Who left since is a member again: an owner writes /revoke ? to see who is one, then /revoke and the "
        "name. Invitations are not restored.",
        f"The last digest known to have left is {digest}. If partners received a later one, stop here and "
        "restore again with --last-digest.",
        "Rotate the team's key, make a backup, destroy the key of before: it ends what was stolen or lost.",
    ]
    if not proved:
        told.insert(
            0, f"Compare with the paper of the recovery shares: instance {mark}. If it differs, stop."
        )
    if short:
        told.insert(
            0, f"audit.head knows {short} lines more, which are lost. Note it, then remove audit.head."
        )
    return told


def _mark_of(settings: Settings) -> str:
    return mark(KeyFolder(settings.data).instance(new=False))


def _passphrase() -> str:
    return secret("Passphrase of the key of backups: ")
