"""The commands of a moderator's own machine, as `python -m bot --help` lists them (`handlers.own_machine`).

What is to be pasted goes to standard output; all that is said to people goes to standard error. Never here: a
text, a passphrase or a decision's text as an argument.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated

import typer

from bot.errors import CannotOpen, SettingsError
from bot.harmless import harmless
from handlers.typed import new_passphrase

if TYPE_CHECKING:
    from bot.decisions import Signed

Identities = Annotated[
    list[Path],
    typer.Option(
        "--identity", "-i", help="A key file: bare, under a passphrase, or sealed to the one before."
    ),
]
Signer = Annotated[
    Path, typer.Option("--sign", "-s", help="Your signing key, the signing.age of `own-keys`.")
]


SECRET = b"AGE-SECRET-KEY-"
"""How every secret age key begins."""


def _own() -> ModuleType:
    # Imported here: who starts a service needs none of it.
    from handlers import own_machine  # noqa: PLC0415

    return own_machine


def _say(text: str = "") -> None:
    typer.echo(text, err=True)


def open_command(
    files: Annotated[list[Path], typer.Argument(help="Age files, binary or armored; - for standard input.")],
    identity: Identities,
    language: Annotated[str, typer.Option(help="Of what is said around a testimony: fr or en.")] = "fr",
    to_output: Annotated[
        bool, typer.Option("--print", help="Write a testimony to standard output, even into a file.")
    ] = False,
) -> None:
    """Open age files with a key file. Of a testimony, show all of it on this terminal, and leave it nowhere;
    of anything else, write what it holds to standard output."""
    own = _own()
    identities = own.identities_of(identity)
    found: dict[str, list[object]] = {}
    for file in files:
        held = own.opened(file.name, own.bytes_of(file), identities)
        if isinstance(held, bytes):
            _put_out(held)
        else:
            found.setdefault(held.case, []).append(held)
    for ref, parts in sorted(found.items()):
        _read(own, ref, own.read(parts), language, to_output=to_output)


def _put_out(plain: bytes) -> None:
    """What is no testimony: to a file as it is; to a terminal only as harmless text."""
    if not sys.stdout.isatty():
        sys.stdout.buffer.write(plain)
        sys.stdout.buffer.flush()
        return
    if SECRET in plain:
        raise CannotOpen(
            "The file opens, and holds a secret key, which no terminal is to keep.",
            hint="Read testimonies with it as it is: `-i` takes your own key file, and this one after it.",
        )
    try:
        text = plain.decode()
    except UnicodeDecodeError:
        raise CannotOpen(
            "The file opens, and what it holds is no text for a terminal.",
            hint="Write it to a file: add `> NAME` to the command.",
        ) from None
    sys.stdout.write(harmless(text))
    sys.stdout.flush()


def _read(own: ModuleType, ref: str, case: object, language: str, *, to_output: bool) -> None:
    from locales import load  # noqa: PLC0415 - as `_own`

    spoken = load()
    if language not in spoken:
        raise SettingsError(
            f"--language: one of {', '.join(sorted(spoken))} expected, another word found.",
            hint="Leave it out for French.",
        )
    words = spoken[language]
    text = own.shown(ref, case, words)
    if to_output:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    if not sys.stdout.isatty():
        raise SettingsError(
            "A testimony is shown on a terminal, and this is none: it would stay in a file.",
            hint="Run the command without `>` or `|`. If it is really to be written, add --print.",
        )
    for line in own.warnings(case, words):
        _say(line)
    if sys.stdin.isatty():
        _say(words.say("desk-open-read"))
        sys.stdin.readline()
    own.page(text)


def decide(
    command: Annotated[str, typer.Argument(help="What is decided: approve, reject, escalate, undo, mask, …")],
    files: Annotated[list[Path], typer.Argument(help="All files of the testimony, under their own names.")],
    sign: Signer,
    identity: Annotated[
        list[Path] | None,
        typer.Option(
            "--identity", "-i", help="The team's key: opens and compares the files; needed for texts."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Also write the document here, and its signature beside it.")
    ] = None,
) -> None:
    """Sign a decision about a testimony you read on this machine, and print the line to paste into a chat.

    Texts (mask, summary, note, reply) are asked for, never given as an argument, and sealed to the team.
    """
    from bot import decisions  # noqa: PLC0415 - as `_own`

    own = _own()
    command = command.replace("-", "_")
    if command not in decisions.SIGNED:
        raise SettingsError(
            f"A decision expected: {', '.join(decisions.SIGNED)}. Another word found.",
            hint="For example: python -m bot decide approve t-k7q2m9xw.*.age --sign my.key",
        )
    recipient, text = None, ""
    own.boxes_of(files)
    if own.wants_text(command) and not identity:
        raise SettingsError(
            f"The text of {command} is sealed to the team's key, and no key was named.",
            hint="Add -i and the file of the team's key.",
        )
    if identity:
        recipient = own.opener_of(files, own.identities_of(identity))
    signer = own.signer_of(sign)
    if own.wants_text(command):
        text = _typed_text(command)
    decision = own.decided(command, files, text=text, recipient=recipient)
    signed = decisions.Signed(decision).by(signer)
    _tell(own, signed, out)


def cosign(
    sign: Signer,
    files: Annotated[
        list[Path] | None, typer.Argument(help="Your own copies of the testimony, to compare with.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Also write the document here, and its signatures beside it.")
    ] = None,
) -> None:
    """Add a second person's signature to a decision. Its line is typed or pasted here."""
    from bot.decisions import read_pasted  # noqa: PLC0415 - as `_own`

    own = _own()
    _say("Paste the line that starts with /decision, then Enter.")
    signed = read_pasted(sys.stdin.readline())
    _say(f"It says: {own.told_of(signed.decision)}")
    if files:
        mine = own.decided(signed.decision.command, files)
        if (mine.case, mine.items) != (signed.decision.case, signed.decision.items):
            raise CannotOpen(
                "The decision was made from other files than yours: nothing is signed.",
                hint="Receive the testimony again, both of you, and decide anew.",
            )
        _say("It was made from the same files as yours.")
    else:
        _say("Your own copies were not named, so it was not compared with them.")
    _tell(own, signed.by(own.signer_of(sign)), out)


def own_keys(
    folder: Annotated[Path, typer.Argument(help="A new folder for them, on your own machine.")],
) -> None:
    """Make a key to read with and one to sign with, under one passphrase, on a moderator's own machine.

    Hand over reading.pub and signing.pub in person; the two others leave this machine never.
    """
    own = _own()
    passphrase = new_passphrase("A passphrase for them, six words or more: ")
    typer.echo(own.new_keys(folder, passphrase).verify_key.line())
    _say("That is your signing key's public line. At the instance, with you there:")
    _say(f"  python -m bot moderator-key YOUR-NAME {folder.name}/signing.pub")
    _say(f"  python -m bot team-key {folder.name}/reading.pub team-for-you.age")


def _typed_text(command: str) -> str:
    """A text from the prompt, or from standard input."""
    if sys.stdin.isatty():
        _say(f"The text of {command}, on one line:")
    text = sys.stdin.readline().strip()
    if not text:
        raise SettingsError(f"{command} needs a text, and none was given.", hint="Nothing was signed.")
    return text


def _tell(own: ModuleType, signed: Signed, out: Path | None) -> None:
    decision, pasted = signed.decision, signed.pasted()
    missing = decision.signers - len(signed.signatures)
    _say(f"Signed: {own.told_of(decision)}")
    if missing:
        _say("It takes a second person: give her this line, for `python -m bot cosign`.")
    else:
        _say(f"Paste this line into the chat within {own.decisions.VALID_DAYS} days; it serves once.")
    if out is not None:
        own.write_out(out, signed)
    typer.echo(f"/decision {pasted}")
