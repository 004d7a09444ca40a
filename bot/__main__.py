"""The front door: every command of the console, and the one place that knows every room.

`python -m bot --help` reads like a manual. An error is one clear sentence and a way out on standard error,
with an exit code for its kind (`bot.errors`); nothing a witness said, and no key, is ever in it.
"""

from __future__ import annotations

import asyncio
import gc
import getpass
import importlib
import logging
import os
import sys
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

try:
    # What is imported stays: looking for garbage among it is a tenth of all the imports.
    gc.disable()
    import typer
except ModuleNotFoundError:
    # Another Python than the one `make` prepared; nothing of ours can be loaded either.
    sys.stderr.write(
        "This Python does not have what Seuil needs.\n"
        "→ Type `. .venv/bin/activate` in Seuil's folder, then ask again. "
        "`make run` makes .venv where it is missing.\n"
    )
    raise SystemExit(8) from None

from bot.backups import mark
from bot.errors import CannotOpen, SettingsError, SeuilError, StoreDamaged
from bot.moderation import ROLES
from bot.redaction import kept_line
from bot.settings import Settings
from handlers import console, keyring, moderator_console, partners, signers, verifying
from handlers.instance import FirstStart, lay_keys, passphrase_at_hand
from handlers.key_commands import keys_app, recovery_app
from handlers.logs import setup_logs
from handlers.members import Members
from handlers.memory import few_arenas
from handlers.networks import try_networks
from handlers.progress import shown
from handlers.running import serve_networks, talk
from handlers.team_keys import KEYS
from handlers.unseen import unseen, warn_of_swap
from locales import countries, spoken
from storage import Store, open_store
from storage.audit_head import AuditHead
from storage.folder import cannot_use
from storage.key_folder import KeyFolder

gc.freeze()
gc.enable()

log = logging.getLogger(__name__)

app = typer.Typer(
    name="seuil",
    help="Seuil: a doorstep where what happened at home can be told, in private.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
audit_app = typer.Typer(help="The audit log.", no_args_is_help=True)
app.add_typer(audit_app, name="audit")
backup_app = typer.Typer(
    help="Back the instance up, sealed to a key that is kept elsewhere, and read it again.",
    invoke_without_command=True,
)
app.add_typer(backup_app, name="backup")
app.add_typer(keys_app, name="keys")
app.add_typer(recovery_app, name="recovery")

DAY_SECONDS = 86_400


def say(text: str = "") -> None:
    """To the person at the console, beside what a channel shows."""
    typer.echo(text, err=True)


def _settings() -> Settings:
    """The settings, where the words they name exist. Raises `SettingsError`."""
    settings = Settings.load()
    languages, helped = sorted(spoken()), sorted(countries())
    if settings.language not in languages:
        raise SettingsError(
            f"SEUIL_LANGUAGE: a folder of locales/ expected. There are {', '.join(languages)}.",
            hint="Name one of these, or leave the line out for the usual fr.",
        )
    if settings.help_country not in helped:
        raise SettingsError(
            f"SEUIL_HELP_COUNTRY: a country with help lines expected. There are {', '.join(helped)}.",
            hint="Name one of these, or leave the line out for the usual FR.",
        )
    return settings


def _standing() -> Settings:
    """The settings of an instance that was started before. Raises `SettingsError` where there is none."""
    settings = _settings()
    if not any((settings.data / name).exists() for name in ("seuil.db", "instance.key")):
        raise SettingsError(
            f"There is no instance in {settings.data} yet.",
            hint="Start it once with `make run`, or name its folder in SEUIL_DATA.",
        )
    return settings


@asynccontextmanager
async def _kept(settings: Settings) -> AsyncIterator[Store]:
    """The store of an instance, beside a program that may be running on it."""
    store = await open_store(settings.store_url, console=True)
    try:
        yield store
    finally:
        await store.close()


# --- running ------------------------------------------------------------------------------------------------


@app.command()
def run(
    quiet: Annotated[bool, typer.Option("--quiet", help="Do not explain the chairs at the start.")] = False,
    take_over: Annotated[
        bool,
        typer.Option("--take-over", help="The other address that served this token no longer does."),
    ] = False,
    only: Annotated[
        str, typer.Option(help="`intake`: only listen, one of several; the desk is another process.")
    ] = "",
) -> None:
    """Serve Telegram where SEUIL_TELEGRAM_TOKEN is set, Signal where SEUIL_SIGNAL is; else talk with Seuil in
    this terminal: witness, moderator, partner (type /as to change chairs).

    Makes its keys at the first start and says what it made. In the terminal, reads a play from standard input
    when that is none: one line a turn.
    """
    settings = _settings()
    if only:
        _run_intake(settings, only, take_over=take_over)
        return
    if settings.telegram_token.get_secret_value() or settings.signal:
        setup_logs(settings.log_level, form=settings.log_format)
        warn_of_swap()
        if not keyring.exists(settings.data / KEYS):
            _run_fast(try_networks(settings))
        _lay(settings)
        _run_fast(serve_networks(settings, typed=_typed_at_start, say=say, take_over=take_over))
        return
    if take_over:
        raise SettingsError(
            "--take-over is about a bot on Telegram, and SEUIL_TELEGRAM_TOKEN is not set.",
            hint="Set the token, or leave the option out.",
        )
    # A terminal shows the conversation; the log would only stand between its lines.
    level = settings.log_level if settings.log_level == "DEBUG" else "WARNING"
    setup_logs(level, form=settings.log_format)
    _lay(settings)
    _run(talk(settings, guide=not quiet, typed=_typed_at_start, say=say))


def _run_intake(settings: Settings, only: str, *, take_over: bool) -> None:
    if only != "intake":
        raise SettingsError(
            "--only takes the word intake; another word was found.",
            hint="python -m bot run --only intake, and the desk: python -m bot desk",
        )
    _demand_networks(settings)
    # Imported here: it loads nothing that opens a testimony.
    from handlers import intaking  # noqa: PLC0415

    setup_logs(settings.log_level, form=settings.log_format)
    warn_of_swap()
    _run_fast(intaking.serve_intake(settings, say=say, take_over=take_over))


def _demand_networks(settings: Settings) -> None:
    if not settings.telegram_token.get_secret_value() and not settings.signal:
        raise SettingsError(
            "There is no network to serve: SEUIL_TELEGRAM_TOKEN and SEUIL_SIGNAL are empty.",
            hint="Set one of them. To try things out in a terminal: python -m bot run",
        )


@app.command()
def desk() -> None:
    """Be the desk apart: what `run --only intake` queues is carried out here, and digests leave from here.

    On another machine or under another user, with the same SEUIL_STORE. Makes its keys at the first start.
    Several may run: one works, the others wait and take over.
    """
    settings = _settings()
    _demand_networks(settings)
    from handlers import desking, ground  # noqa: PLC0415 - as above

    ground.demand_server(settings, "A desk apart")
    setup_logs(settings.log_level, form=settings.log_format)
    warn_of_swap()
    _lay(settings)
    _run_fast(desking.serve_desk(settings, typed=_typed_at_start, say=say))


@app.command()
def intake_folder(
    folder: Annotated[Path, typer.Argument(help="A new folder, or the same one after a key changed.")],
) -> None:
    """Make the data folder of `run --only intake`: public keys, instance key and salt. Nothing in it opens a
    testimony; carry it to where people are heard, by a way that nobody else can read."""
    from handlers import intake_folder as made  # noqa: PLC0415 - as above

    made.make(_standing().data, folder)
    say(f"Made: {folder}. Name it in SEUIL_DATA there; its files are for their owner only.")


def _lay(settings: Settings) -> None:
    """Make what an instance needs where it is not there yet, and say so."""
    try:
        made = lay_keys(settings)
    except OSError as error:
        raise cannot_use(error, "data folder") from None
    if made is not None:
        _tell_first_start(settings, made)


def _typed_at_start() -> str | None:
    """The passphrase typed before the conversation begins; None when nobody sits at the console."""
    if sys.stdin is None or not sys.stdin.isatty():  # a service may have none at all
        return None
    return getpass.getpass("Passphrase of the desk (empty: stay locked): ")


def _tell_first_start(settings: Settings, made: FirstStart) -> None:
    databases = "" if settings.store_url.startswith("postgresql:") else "the databases, and "
    say(f"First start. Made in {settings.data}: {databases}the team's keys in {made.keys}.")
    if made.passphrase is not None:
        say(f"The keys are locked under a passphrase drawn for you, written to {made.passphrase}.")
        say("That is for trying Seuil out. For real use it belongs elsewhere: see docs/operating.md.")
    say()


@app.command(name="demo")
def demo_command(
    people: Annotated[int, typer.Option(min=30, max=5000, help="How many made-up witnesses.")] = 240,
    folder: Annotated[Path, typer.Option(help="A new folder for the demonstration.")] = Path("demo"),
) -> None:
    """Fill a new instance with made-up testimonies through the real conversation, moderate them, show the
    digest."""
    # Imported here: a mail server and progress bars, which serving people needs at no start.
    from handlers import demo  # noqa: PLC0415

    setup_logs("WARNING")
    _run(demo.play(folder, people))


# --- keys and members ---------------------------------------------------------------------------------------


@app.command()
def unlock() -> None:
    """Open the desk of the running Seuil: the passphrase is typed here, never in a chat."""
    settings = _standing()
    passphrase = passphrase_at_hand(settings) or _typed_passphrase()
    answer = _run(console.ask(settings.data, "unlock", passphrase))
    say(answer["said"])


@app.command(name="captcha")
def signal_captcha(
    captcha: Annotated[
        str, typer.Argument(help="The link of `Open Signal`, with signalcaptcha:// before it.")
    ],
) -> None:
    """Give Signal the captcha it asks for before it takes more messages; the log says when it does."""
    say(_run(console.ask(_standing().data, "captcha", captcha))["said"])


@app.command()
def lock() -> None:
    """Lock the desk of the running Seuil."""
    say(_run(console.ask(_standing().data, "lock"))["said"])


def _typed_passphrase() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    return getpass.getpass("Passphrase of the desk: ")


@app.command()
def status() -> None:
    """Show how the running Seuil is: what it serves, what waits, room on the disk."""
    typer.echo(_run(console.ask(_standing().data, "status"))["said"])


@app.command()
def invite(
    role: Annotated[str, typer.Argument(help="owner, moderator, auditor or partner")],
    name: Annotated[str, typer.Option(help="A first name, or the partner's name; not an account.")] = "",
) -> None:
    """Make a one-time code. Hand it over in person; whoever types it to the bot joins with that role."""
    if role not in ROLES:
        raise SettingsError(
            f"A role expected: {', '.join(ROLES)}. Another word found.",
            hint="For example: python -m bot invite moderator --name Ana",
        )
    settings = _standing()

    async def make() -> str:
        async with _kept(settings) as store:
            members = Members(store, KeyFolder(settings.data).instance(new=False))
            return await members.invite(role, name, int(time.time() // DAY_SECONDS))

    typer.echo(_run(make()))
    say("Valid seven days, once. It is typed to the bot as it is.")


@app.command()
def partner(
    name: Annotated[str, typer.Argument(help="The partner's name, as members read it.")],
    mail: Annotated[str, typer.Option(help="Digests go to this mail address.")] = "",
    folder: Annotated[str, typer.Option(help="Digests go into this folder of SEUIL_DIGEST_FOLDER.")] = "",
    language: Annotated[str, typer.Option(help="Of its digests: fr or en.")] = "fr",
    key: Annotated[str, typer.Option(help="Its age public key, age1…: its digests are sealed to it.")] = "",
) -> None:
    """Add a partner without a chat: a mailbox or a folder. /revoke takes it away again.

    Past digests go to it with /digest resend NAME.
    """
    settings = _standing()
    route = partners.route_of(mail, folder, language, key)

    async def add() -> bool:
        async with _kept(settings) as store:
            members = Members(store, KeyFolder(settings.data).instance(new=False))
            return await partners.add(members, name, route, int(time.time() // DAY_SECONDS))

    if not _run(add()):
        raise SettingsError(
            "Somebody receives digests at this place already.",
            hint="See /partners. To begin again with it, /revoke that partner first.",
        )
    say(f"{name} receives the next digests. Past ones: /digest resend {name}")


@app.command(name="moderator-key")
def moderator_key(
    name: Annotated[str, typer.Argument(help="The member's name, as members read it.")],
    key: Annotated[str, typer.Argument(help="Her public signing key, RW…, or the file that holds it.")] = "",
    remove: Annotated[bool, typer.Option("--remove", help="Take her key away instead.")] = False,
) -> None:
    """Register the key by which a moderator signs what she decides on her own machine (console profile).

    She hands the line over in person. It is done here and never in a chat: who holds a stolen account must
    not be able to bring a key of her own. Owners are told.
    """
    if bool(key) == remove:
        raise SettingsError(
            "A key, or --remove, is expected, and one of the two only.",
            hint="For example: python -m bot moderator-key Lou signing.pub",
        )
    settings = _standing()

    async def put() -> str:
        async with _kept(settings) as store:
            return await signers.at_console(settings, store, name, key, time.time())

    called = _run(put())
    say(f"The key of {called} signs nothing any more." if remove else f"{called} signs with this key now.")


@app.command(name="team-key")
def team_key(
    recipient: Annotated[Path, typer.Argument(help="A moderator's reading.pub, as `own-keys` wrote it.")],
    out: Annotated[Path, typer.Argument(help="A new file, for her alone.")],
) -> None:
    """Seal the team's key to one moderator, who then reads on her own machine (console profile).

    Whoever has this file, her reading key and its passphrase reads every testimony of the epoch. When she
    leaves, rotate the key.
    """
    settings = _standing()
    passphrase = passphrase_at_hand(settings) or _typed_passphrase()
    signers.hand_over(keyring.unlock(settings.data / KEYS, passphrase).identities, recipient, out)
    say(f"Written: {out}. She opens testimonies with: python -m bot open FILES -i reading.age -i {out.name}")


@app.command()
def move(
    source: Annotated[str, typer.Argument(help="sqlite:FOLDER; SEUIL_DATA where left out.")] = "",
    target: Annotated[str, typer.Argument(help="postgresql://…; SEUIL_STORE where left out.")] = "",
) -> None:
    """Carry a stopped instance over from its two files to an empty PostgreSQL database; compare every row.

    Keys, salt and heads stay in SEUIL_DATA, keys of open drafts on the shelf. Set SEUIL_STORE, move, start.
    A url that is typed here stands in the shell's history: SEUIL_STORE is the better place for a password.
    """
    # Imported here: PostgreSQL's client, which a start without it does not need.
    from handlers import moving  # noqa: PLC0415

    moved = _run(moving.carry_over(_settings(), source, target))
    say(f"Moved and compared: {moved} rows. Once it runs from there, erase seuil.db and drafts.db.")


# --- backups ------------------------------------------------------------------------------------------------


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

    settings = _standing()
    folder = backups.folder_of(settings, to)
    with shown() as tell:
        made = _run(backups.make(settings, folder, time.time(), tell))
    say(f"{made.file.name}: {made.rows} rows, {made.bytes} bytes, read again. Instance {made.mark}.")
    say(f"{made.erased} backups older than {settings.backup_days} days were erased.")


@backup_app.command(name="key")
def backup_key(
    out: Annotated[Path, typer.Option("--out", help="Where the secret half goes: not on this machine.")],
) -> None:
    """Make the key of backups, once: the public half for this machine, the secret half to take away."""
    from handlers import backup_keys  # noqa: PLC0415
    from handlers.typed import new_passphrase  # noqa: PLC0415

    settings = _standing()
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
    from handlers import backup_keys, backups  # noqa: PLC0415

    identities = backup_keys.identities_in(identity, _backup_passphrase)
    with shown() as tell:
        found = backups.check(file, identities, _settings().data, tell)
    typer.echo(f"{found.day.isoformat()}, instance {found.head.mark}, team key of epoch {found.head.epoch}")
    for name, rows, _ in found.sums.tables:
        typer.echo(f"{name}: {rows}")
    if found.vouched is False:
        raise CannotOpen(
            "It is whole, and was not made by the instance of this data folder.",
            hint="If that is as it should be, set SEUIL_DATA to its own, or to an empty one.",
        )
    say("Whole." if found.vouched else "Whole. Compare the instance with the one on paper.")


@app.command()
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
    # Imported here, as above.
    from handlers import backup_keys, restoring  # noqa: PLC0415

    settings = _settings()
    identities = backup_keys.identities_in(identity, _backup_passphrase)

    def passphrase() -> str:
        return passphrase_at_hand(settings) or _typed_passphrase()

    with shown() as tell:
        back = _run(
            restoring.restore(
                settings, file, identities, passphrase, time.time(), tell, last_digest=last_digest
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


def _backup_passphrase() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    return getpass.getpass("Passphrase of the key of backups: ")


# --- files --------------------------------------------------------------------------------------------------


moderator_console.register(app)


@app.command()
def redact(
    language: Annotated[str, typer.Option(help="Language of the placeholders: fr or en.")] = "fr",
) -> None:
    r"""Read lines on standard input and print what would be kept of each (a literal \n stands for a line
    break)."""
    for line in sys.stdin:
        print(kept_line(line.rstrip("\n"), language))  # noqa: T201 - this is the command's output
        sys.stdout.flush()


# --- verifying ----------------------------------------------------------------------------------------------


@app.command()
def check(
    all_entries: Annotated[bool, typer.Option("--all", help="Also what needs no look.")] = False,
) -> None:
    """List what to verify before opening: every help line and legal line that is old, undated or doubtful.

    Also reads every page of the database, and says so if one is damaged.
    """
    settings = _standing()
    today = datetime.now(UTC).date()

    async def look() -> list[verifying.Entry]:
        async with _kept(settings) as store:
            await store.check()
            return await verifying.entries(store, today)

    found = _run(look())
    asking = [entry for entry in found if entry.asks(today)]
    for entry in found if all_entries else asking:
        typer.echo(_line(entry))
    say()
    say(f"{len(asking)} of {len(found)} entries to verify. Record them: python -m bot verify NAME [NAME …]")


def _line(entry: verifying.Entry) -> str:
    source = f"{entry.source or 'none'}, {entry.source_date or 'undated'}"
    doubt = f"\n    to verify: {entry.doubt}" if entry.doubt else ""
    seen = f"\n    verified {entry.verified.isoformat()}" if entry.verified else ""
    return f"{entry.id} [{entry.country}]\n    {entry.says}\n    source: {source}{doubt}{seen}"


@app.command()
def verify(
    names: Annotated[list[str], typer.Argument(help="Names as `check` lists them.")],
) -> None:
    """Record that you looked at these entries today and found them right."""
    settings = _standing()
    today = datetime.now(UTC).date()

    async def record() -> int:
        async with _kept(settings) as store:
            return await verifying.record(store, names, today)

    say(f"Recorded: {_run(record())}.")


@audit_app.command(name="verify")
def audit_verify() -> None:
    """Check the audit log from its first line to its last."""
    settings = _standing()

    async def walk() -> verifying.Walk:
        async with _kept(settings) as store:
            instance = KeyFolder(settings.data).instance(new=False)
            return await verifying.audit_log(store, AuditHead(settings.data, instance).read())

    found = _run(walk())
    if found.broken is not None:
        raise StoreDamaged(
            f"The audit log is broken at line {found.broken}.",
            hint="Keep the database as it is, and compare it with the last backup before anything else.",
        )
    if found.missing is not None:
        raise StoreDamaged(
            f"The audit log is broken: it was cut or written anew. There were {found.missing} lines that are "
            f"not these {found.lines}.",
            hint="If you put back an older copy of the database yourself, remove audit.head: the desk writes "
            "it anew. Otherwise keep the database as it is, and ask who can write to it.",
        )
    typer.echo(f"The audit log is whole: {found.lines} lines.")


# --- ending -------------------------------------------------------------------------------------------------


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def _run_fast(work: Coroutine[Any, Any, Any]) -> Any:
    """On uvloop where there is one: it carries some more turns a second, and nothing depends on it."""
    try:
        uvloop = importlib.import_module("uvloop")
    except ImportError:
        return _run(work)
    return uvloop.run(work)


def _take_standard_places() -> None:
    """Where standard input, output or error is closed, put nothing in its place.

    Else the next file opened, a database or a socket, would stand there and be written to as if it were a
    console; and libuv, under uvloop, aborts the process when such a file is closed.
    """
    for place in range(3):
        try:
            os.fstat(place)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free place, which is this one


STOPPED = 130
"""The exit code after Ctrl-C: 128 and the number of SIGINT, as shells tell it."""


def main() -> None:
    """Run the console; every error of ours is told in one sentence with a way out."""
    _take_standard_places()
    unseen()
    few_arenas()
    try:
        app()
    except SeuilError as error:
        say(f"{error}\n→ {error.hint}")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        say()
        sys.exit(STOPPED)
    except SystemExit as end:
        if end.code == STOPPED and sys.stderr.isatty():
            say()  # typer ends so at Ctrl-C; the shell's next line is not to stand behind a prompt
        raise
    except BrokenPipeError:
        sys.exit(141)


if __name__ == "__main__":
    main()
