"""The front door: what runs Seuil, the console's commands in the order of their manual, and the one place
that knows every room.

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
from collections.abc import Callable, Coroutine
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

from bot.errors import SettingsError, SeuilError
from bot.redaction import kept_line
from bot.settings import Settings
from handlers import console
from handlers.command_table import Place, group_of
from handlers.instance import FirstStart, demand_free, lay_keys, wants_keys
from handlers.logs import setup_logs
from handlers.memory import few_arenas
from handlers.networks import try_networks
from handlers.running import serve_networks, talk
from handlers.standing import passphrase_for, say, settings_here, standing
from handlers.unseen import unseen, warn_of_swap
from storage.folder import cannot_use

gc.freeze()
gc.enable()

log = logging.getLogger(__name__)


# --- running ------------------------------------------------------------------------------------------------


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
    settings = settings_here()
    if only:
        _run_intake(settings, only, take_over=take_over)
        return
    if settings.telegram_token.get_secret_value() or settings.signal:
        setup_logs(settings.log_level, form=settings.log_format)
        warn_of_swap()
        _lay(settings, trying=try_networks)
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
    asyncio.run(talk(settings, guide=not quiet, typed=_typed_at_start, say=say))


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


def desk() -> None:
    """Be the desk apart: what `run --only intake` queues is carried out here, and digests leave from here.

    On another machine or under another user, with the same SEUIL_STORE. Makes its keys at the first start.
    Several may run: one works, the others wait and take over.
    """
    settings = settings_here()
    _demand_networks(settings)
    from handlers import desking, ground  # noqa: PLC0415 - as above

    ground.demand_server(settings, "A desk apart")
    setup_logs(settings.log_level, form=settings.log_format)
    warn_of_swap()
    _lay(settings)
    _run_fast(desking.serve_desk(settings, typed=_typed_at_start, say=say))


def intake_folder(
    folder: Annotated[Path, typer.Argument(help="A new folder, or the same one after a key changed.")],
) -> None:
    """Make the data folder of `run --only intake`: public keys, instance key and salt. Nothing in it opens a
    testimony; carry it to where people are heard, by a way that nobody else can read."""
    from handlers import intake_folder as made  # noqa: PLC0415 - as above

    made.make(standing().data, folder)
    say(f"Made: {folder}. Name it in SEUIL_DATA there; its files are for their owner only.")


def _lay(
    settings: Settings, *, trying: Callable[[Settings], Coroutine[Any, Any, None]] | None = None
) -> None:
    """Make what an instance needs where it is not there yet, and say so; first see that the store is free for
    it, and try what `trying` tries."""
    if wants_keys(settings):
        asyncio.run(demand_free(settings))
        if trying is not None:
            _run_fast(trying(settings))
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


def demo(
    people: Annotated[int, typer.Option(min=30, max=5000, help="How many made-up witnesses.")] = 240,
    folder: Annotated[Path, typer.Option(help="A new folder for the demonstration.")] = Path("demo"),
) -> None:
    """Fill a new instance with made-up testimonies through the real conversation, moderate them, show the
    digest."""
    # Imported here: a mail server and progress bars, which serving people needs at no start.
    from handlers import demo as made_up  # noqa: PLC0415

    setup_logs("WARNING")
    asyncio.run(made_up.play(folder, people))


# --- keys and members ---------------------------------------------------------------------------------------


def unlock() -> None:
    """Open the desk of the running Seuil: the passphrase is typed here, never in a chat."""
    settings = standing()
    passphrase = passphrase_for(settings)
    answer = asyncio.run(console.ask(settings.data, "unlock", passphrase))
    say(answer["said"])


def captcha(
    captcha: Annotated[
        str, typer.Argument(help="The link of `Open Signal`, with signalcaptcha:// before it.")
    ],
) -> None:
    """Give Signal the captcha it asks for before it takes more messages; the log says when it does."""
    say(asyncio.run(console.ask(standing().data, "captcha", captcha))["said"])


def lock() -> None:
    """Lock the desk of the running Seuil."""
    say(asyncio.run(console.ask(standing().data, "lock"))["said"])


def status() -> None:
    """Show how the running Seuil is: what it serves, what waits, room on the disk."""
    typer.echo(asyncio.run(console.ask(standing().data, "status"))["said"])


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

    moved = asyncio.run(moving.carry_over(settings_here(), source, target))
    say(f"Moved and compared: {moved} rows. Once it runs from there, erase seuil.db and drafts.db.")


# --- files --------------------------------------------------------------------------------------------------


def redact(
    language: Annotated[str, typer.Option(help="Language of the placeholders: fr or en.")] = "fr",
) -> None:
    r"""Read lines on standard input and print what would be kept of each (a literal \n stands for a line
    break)."""
    for line in sys.stdin:
        print(kept_line(line.rstrip("\n"), language))  # noqa: T201 - this is the command's output
        sys.stdout.flush()


# --- the table ----------------------------------------------------------------------------------------------

COMMANDS: dict[str, Place] = {
    "run": run,
    "desk": desk,
    "intake-folder": intake_folder,
    "demo": demo,
    "unlock": unlock,
    "captcha": captcha,
    "lock": lock,
    "status": status,
    "invite": "handlers.member_commands:invite",
    "partner": "handlers.member_commands:partner",
    "moderator-key": "handlers.member_commands:moderator_key",
    "team-key": "handlers.member_commands:team_key",
    "move": move,
    "restore": "handlers.backup_commands:restore",
    "open": "handlers.moderator_console:open_command",
    "decide": "handlers.moderator_console:decide",
    "cosign": "handlers.moderator_console:cosign",
    "own-keys": "handlers.moderator_console:own_keys",
    "redact": redact,
    "check": "handlers.check_commands:check",
    "verify": "handlers.check_commands:verify",
    "audit": "handlers.check_commands:audit_app",
    "backup": "handlers.backup_commands:backup_app",
    "keys": "handlers.key_commands:keys_app",
    "recovery": "handlers.key_commands:recovery_app",
}

app = typer.Typer(
    name="seuil",
    cls=group_of(COMMANDS),
    help="Seuil: a doorstep where what happened at home can be told, in private.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def _front_door() -> None:
    pass


# --- ending -------------------------------------------------------------------------------------------------


def _run_fast(work: Coroutine[Any, Any, Any]) -> Any:
    """On uvloop where there is one: it carries some more turns a second, and nothing depends on it."""
    try:
        uvloop = importlib.import_module("uvloop")
    except ImportError:
        return asyncio.run(work)
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
