"""The console's commands for the life of keys: `keys …` and `recovery …`, as people meet them.

Each first opens what it needs, then does one thing, then says what it did and what is to be done next. What
is refused is told before anything is touched.

Never here: what happens to files (`handlers.rotation`), to what is sealed (`handlers.rewrapping`), what is on
a paper (`bot.recovery`).
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from bot import recovery
from bot.custody import new_identity
from bot.errors import AlreadyRunning, CannotOpen, KeyFileError
from bot.key_list import MINUTES_A_DAY
from bot.rewrapping import Ring
from bot.sealing import fingerprint
from bot.settings import Settings
from handlers import console, custodians, rewrapping, rotation
from handlers.papers import show_papers, typed_share, typed_shares
from handlers.progress import shown
from handlers.rotation import RECOVERY_COPY, Held
from handlers.standing import commit, day_now, kept, keyed, passphrase_for, say, settings_here, standing
from handlers.team_keys import KEYS, LIST, META, read_file, read_list
from handlers.typed import new_passphrase
from storage.changes import Audit, Operation, PutMeta
from storage.key_folder import KeyFolder

keys_app = typer.Typer(help="The team's keys: which they are, and their life.", invoke_without_command=True)
recovery_app = typer.Typer(help="Three papers, two of which bring the keys back.", no_args_is_help=True)

LISTED = 20
"""Boxes that no key opens and that are named one by one."""


def minute_now() -> int:
    return int(time.time() // 60)


def held(settings: Settings) -> Held:
    """The keys, opened with the passphrase at hand or typed."""
    return rotation.hold(settings.data, passphrase_for(settings))


async def publish(settings: Settings, *more: Operation) -> None:
    """Put the list where other machines find it, with its line in the audit log."""
    text = read_file(settings.data / KEYS / LIST)
    await commit(settings, PutMeta(META, text), *more)


def _rekey(settings: Settings, passphrase: str) -> None:
    """Hand the new keys to a desk that is open. One on another machine locks itself, and says why."""
    try:
        say(asyncio.run(console.ask(settings.data, "rekey", passphrase))["said"])
    except AlreadyRunning:
        say("No Seuil runs here now; the next one that starts holds the keys as they are.")


# --- which they are -----------------------------------------------------------------------------------------


@keys_app.callback()
def keys(context: typer.Context) -> None:
    """Show the fingerprint of the team's key, to compare with what /status shows, and the public key that
    signs digests, for partners."""
    if context.invoked_subcommand is not None:
        return
    listed, verify = read_list(keyed().data / KEYS)
    typer.echo(f"team key, epoch {listed.newest.epoch}: {fingerprint(listed.newest.recipient)}")
    typer.echo(f"signing key: {verify.line()}")


@keys_app.command()
def status() -> None:
    """Show every epoch whose key exists, how old it is, when a rotation is due, and the recovery key."""
    settings = keyed()
    listed, verify = read_list(settings.data / KEYS)
    minute = minute_now()
    for key in reversed(listed.keys):
        age = f"{(minute - key.since) // MINUTES_A_DAY} days old" if key.since else "of unknown age"
        what = "sealed to now" if key == listed.newest else "older: keys rewrap, then keys destroy"
        typer.echo(f"epoch {key.epoch}: {fingerprint(key.recipient)}, {age}, {what}")
    typer.echo(f"signing key: {verify.line()}")
    days = listed.due_in_days(minute)
    when = f"due in {days} days" if days > 0 else f"due for {-days} days: python -m bot keys rotate"
    typer.echo(f"rotation: {when}")
    known = rotation.recovery_key(settings.data / KEYS)
    if known is None:
        typer.echo("recovery key: none yet. Make it: python -m bot recovery make")
    else:
        old = (minute - known.made) // MINUTES_A_DAY
        typer.echo(f"recovery key: {fingerprint(known.recipient)}, {old} days old, set {known.set}")


# --- their life ---------------------------------------------------------------------------------------------


@keys_app.command()
def rotate() -> None:
    """Begin a new epoch: what arrives is sealed to a new key from now on. Every 90 days, and when somebody
    leaves who may have seen a key.

    A running Seuil takes it up by itself, here and on other machines, and an open desk stays open.
    """
    settings = standing()
    keys = held(settings)
    listed = rotation.rotate(keys, minute_now())
    newest = listed.newest
    say(f"Epoch {newest.epoch} begins: {fingerprint(newest.recipient)}")
    _rekey(settings, keys.passphrase)
    asyncio.run(publish(settings, Audit(day_now(), "console", "rotate keys", f"epoch {newest.epoch}")))
    if rotation.recovery_key(keys.folder) is None:
        say("There is no recovery key: python -m bot recovery make")
    say("Now: python -m bot keys rewrap. Then a backup, and an hour later: /key destroy in a chat.")


@keys_app.command()
def rewrap() -> None:
    """Give everything that is kept a header for the newest key; what is inside stays as it is.

    It may be interrupted and begun again at any moment, and Seuil may run meanwhile.
    """
    settings = standing()
    ring = held(settings).ring

    async def walk() -> rewrapping.Walked:
        async with kept(settings) as store:
            with shown() as tell:
                walked = await rewrapping.rewrap(store, ring, day_now(), tell)
            if walked.unopened:
                await rewrapping.alarm(settings, store, ring, len(walked.unopened))
            return walked

    walked = asyncio.run(walk())
    say(f"{walked.moved} now under the key of epoch {ring.newest.epoch}; {walked.already} were already.")
    if walked.unopened:
        raise CannotOpen(
            f"{len(walked.unopened)} are opened by no key of ours: {', '.join(walked.unopened[:LISTED])}",
            hint="They were left as they are, and owners were told. Compare with a backup: somebody may have "
            "written to the database.",
        )


@keys_app.command()
def destroy(
    epoch: Annotated[int, typer.Argument(help="The number of a past epoch.")],
) -> None:
    """Destroy the key of a past epoch, once two members agreed in a chat (/key destroy EPOCH) and nothing is
    sealed to it any more. Backups from before the rotation open with nothing then; that is meant.
    """
    settings = standing()
    listed, _ = read_list(settings.data / KEYS)
    key = rotation.demand_destroyable(listed, epoch, minute_now())
    instance = KeyFolder(settings.data).instance(new=False)

    async def agreed() -> None:
        async with kept(settings) as store:
            await custodians.demand_agreed(store, instance, key, day_now())

    async def left(ring: Ring) -> rewrapping.Left:
        async with kept(settings) as store:
            with shown() as tell:
                return await rewrapping.left(store, ring, epoch, tell)

    asyncio.run(agreed())
    keys = held(settings)
    found = asyncio.run(left(keys.ring))
    if found:
        what = ", ".join(f"{kind} {count}" for kind, count in found.sealed.items())
        raise KeyFileError(
            f"Something is still sealed to the key of epoch {epoch}: {what}.",
            hint="Nothing was destroyed. First: python -m bot keys rewrap",
        )
    rotation.destroy(keys, epoch, minute_now())
    done = Audit(day_now(), "console", "destroy key", f"epoch {epoch}")
    asyncio.run(publish(settings, done, custodians.forget_agreement(epoch)))
    say(f"The key of epoch {epoch} is destroyed: {fingerprint(key.recipient)}. Older backups died with it.")
    say("Copies of keys/team.age or keys/recovery.age from before still hold it: find and erase them.")
    if found.unopened:
        say(f"{found.unopened} opened with no key before either: python -m bot keys rewrap names them.")


@keys_app.command()
def passphrase() -> None:
    """Lock the team's keys under another passphrase. What is running goes on; what is sealed does not change.

    Where SEUIL_PASSPHRASE_FILE gives it, change that file afterwards.
    """
    settings = standing()
    keys = held(settings)
    rotation.change_passphrase(keys, new_passphrase("The new passphrase: "))
    asyncio.run(commit(settings, Audit(day_now(), "console", "change passphrase")))
    say("Changed. The old passphrase opens nothing here any more; old copies of keys/ it still opens.")


# --- papers -------------------------------------------------------------------------------------------------


@recovery_app.command()
def make(
    replace: Annotated[
        bool, typer.Option("--replace", help="There is one: end it, and make another.")
    ] = False,
) -> None:
    """Make the recovery key: three papers, shown one after the other, each to one person alone. Any two of
    them bring the keys back; one of them, nothing.
    """
    settings = standing()
    if rotation.recovery_key(settings.data / KEYS) is not None and not replace:
        raise KeyFileError(
            "There is a recovery key here already; its papers would open older copies only.",
            hint="If that is meant: python -m bot recovery make --replace",
        )
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise KeyFileError(
            "The papers are shown on a terminal, to one person at a time; this is none.",
            hint="Sit at the machine itself, and begin again there.",
        )
    keys = held(settings)
    identity = new_identity(os.urandom(recovery.SEED))
    shares = recovery.split(identity.seed)
    show_papers(shares, time.strftime("%Y-%m-%d"))
    keys = rotation.hold(settings.data, keys.passphrase)  # writing takes people half an hour
    known = rotation.keep_recovery(keys, identity, shares, minute_now())
    asyncio.run(commit(settings, Audit(day_now(), "console", "make recovery key", f"set {known.set}")))
    say(f"The recovery key is made: set {known.set}, {fingerprint(known.recipient)}")
    say("Now each person, alone: python -m bot recovery verify")


@recovery_app.command()
def verify() -> None:
    """Type one paper back, and see that it is right, to the last word. It opens nothing."""
    settings = keyed()
    known = rotation.recovery_key(settings.data / KEYS)
    if known is None:
        raise KeyFileError("No recovery key was made here.", hint="Make it: python -m bot recovery make")
    share = typed_share("your paper")
    known.demand(share)
    say(f"Right to the last word: share {share.number} of {recovery.SHARES}, set {share.set}.")


@recovery_app.command()
def drill() -> None:
    """Open the recovery copy with two papers, compare it with what is here, and try it on what is kept.
    Nothing is changed."""
    settings = standing()
    copy, known = rotation.drill(settings.data, typed_shares())

    async def opened() -> tuple[int, int]:
        async with kept(settings) as store:
            return await rewrapping.opened_with(store, copy.identities)

    opens, of = asyncio.run(opened())
    typer.echo(f"The papers of set {known.set} open the recovery copy, and it is that of this instance.")
    typer.echo(f"Its keys open {opens} of {of} sealed boxes that were tried. Nothing was changed.")
    if opens < of:
        raise CannotOpen(
            "Not everything opens with the keys of the copy.", hint="See: python -m bot keys rewrap"
        )


@recovery_app.command()
def restore(
    copy: Annotated[
        Path | None, typer.Argument(help="The copy; keys/recovery.age in SEUIL_DATA where left out.")
    ] = None,
) -> None:
    """Bring the keys back with two papers and the recovery copy, under a new passphrase.

    Also instance.key and salt where they are missing. Over another instance nothing is restored.
    """
    settings = settings_here()
    file = copy or settings.data / KEYS / RECOVERY_COPY
    sealed = read_file(file)
    opened = recovery.open_copy(sealed, recovery.join(typed_shares()))
    newest = opened.listed.newest
    say(f"team key, epoch {newest.epoch}: {fingerprint(newest.recipient)}")
    say(f"signing key: {opened.signer.verify_key.line()}")
    say("Compare with the papers. Anybody can make a copy; only yours has these.")
    restored = rotation.restore(settings.data, opened, new_passphrase("The new passphrase: "))
    if not (settings.data / KEYS / RECOVERY_COPY).exists():
        say("Now keep the recovery copy here too, or make papers anew: python -m bot recovery make")
    say(f"Restored: {', '.join(restored)}.")
