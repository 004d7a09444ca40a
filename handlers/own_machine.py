"""A moderator's own machine: reading what `/get` sent, deciding, signing. No instance, settings or network.

    python -m bot own-keys KEYS                        her two keys, under a passphrase
    python -m bot open t-….age -i KEYS/reading.age -i team-for-ana.age     reads, on this terminal only
    python -m bot decide approve t-….age -s KEYS/signing.age     prints the line to paste into the chat
    python -m bot cosign -s KEYS/signing.age           a second person adds her signature to such a line

What is read goes to a pager and stays nowhere: not in a file, unless it is asked for with a word of its own,
not in the pager's history, and the pager is told to start no editor and save nothing. Nothing secret is ever
an argument, which a shell would remember: passphrases and texts are typed at a prompt, or come on standard
input.

What a witness wrote may hold what a terminal would obey; it is made harmless first (`bot.harmless`).

Never here: the instance's keys, and what a decision does (`handlers.offline`).
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot import age, custody, decisions
from bot.age import KeyIdentity, KeyRecipient
from bot.decisions import Decision, Signed
from bot.errors import CannotOpen, KeyFileError, SettingsError
from bot.harmless import harmless
from bot.moderation import COMMANDS, reference
from bot.sealing import CODE_BYTES, ITEM_MAGIC, item_size, read_context, unpacked
from bot.signing import SignKey
from bot.testimony import CODED, MORE, STORY, read_coded, read_story
from handlers.bench import DAY_SECONDS, WRITTEN_HERE, known_insults
from handlers.signers import write_new
from handlers.terminal import folded
from handlers.told import Case, paragraphs, share
from handlers.typed import secret
from locales import Words
from storage.folder import refuse_shared

SIGNATURE_LINES = 4
"""Of minisign's, before what the desk wrote."""

SCRYPT = b"-> scrypt "

PAGER = "less"
PAGER_QUIET = {"LESSSECURE": "1", "LESSHISTFILE": "-", "LESS": "", "LESSCHARSET": "utf-8"}
"""less without its shell, its editor, its log file, its history, and whatever the user's settings add."""

INHERITED = ("PATH", "TERM", "LANG", "LC_ALL", "COLUMNS", "LINES")


@dataclass(frozen=True, slots=True)
class Part:
    """A file that `/get` sent, opened. `case`: its reference."""

    case: str
    part: str
    body: bytes = field(repr=False)


# --- keys ---------------------------------------------------------------------------------------------------


def identities_of(files: Sequence[Path]) -> list[KeyIdentity]:
    """The keys in these files. One that is an age file itself opens with a passphrase, or with a key of a
    file named before it: that is how the team's key is handed to each moderator. Raises `KeyFileError`."""
    found: list[KeyIdentity] = []
    for file in files:
        content = bytes_of(file)
        if not content.startswith((b"age-encryption.org/", b"-----BEGIN AGE")):
            refuse_shared(file)
            found += custody.read_identities(content.decode("utf-8", "replace"))
            continue
        binary = age.armor.unwrap(content) if age.armor.is_armored(content) else content
        if SCRYPT in binary[:200]:
            found += custody.unlock(binary, secret(f"Passphrase of {file.name}: "))
            continue
        try:
            found += custody.read_identities(age.decrypt(binary, found).decode("utf-8", "replace"))
        except age.NoMatch:
            raise KeyFileError(
                f"{file.name} is sealed to a key that was not named before it.",
                hint=f"Name your own key first: -i my-key -i {file.name}",
            ) from None
    return found


def new_keys(folder: Path, passphrase: str) -> SignKey:
    """Make a reading and a signing key in a new folder: secret halves locked, public ones beside them.

    The signing key, for its public line to be shown. Raises `KeyFileError`, and leaves what is there.
    """
    reading, signer = custody.new_identity(secrets.token_bytes(32)), SignKey(secrets.token_bytes(32))
    content = {
        "reading.age": custody.lock(reading, passphrase),
        "signing.age": custody.lock_signer(signer, passphrase),
        "reading.pub": f"{reading.recipient.text()}\n".encode(),
        "signing.pub": signer.verify_key.text().encode(),
    }
    try:
        folder.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        raise KeyFileError(
            f"{folder.name} is there already and is left as it is.", hint="Name a new folder."
        ) from None
    except OSError as error:
        raise KeyFileError(
            f"{folder.name} cannot be made: {error.strerror}.", hint="Name a place in a folder of yours."
        ) from None
    for name, written in content.items():
        write_new(folder / name, written)
    return signer


def signer_of(file: Path) -> SignKey:
    """A signing key from its locked file. Raises `KeyFileError`."""
    return custody.unlock_signer(bytes_of(file), secret(f"Passphrase of {file.name}: "))


def bytes_of(file: Path) -> bytes:
    """A file, or standard input for `-`. Raises `KeyFileError`."""
    if str(file) == "-":
        return sys.stdin.buffer.read()
    try:
        return file.read_bytes()
    except OSError as error:
        raise KeyFileError(
            f"{file} cannot be read: {error.strerror}.", hint="Check the path and its rights."
        ) from None


# --- reading ------------------------------------------------------------------------------------------------


def opened(name: str, box: bytes, identities: Sequence[KeyIdentity]) -> Part | bytes:
    """What a file holds: a part of a testimony, or whatever else was sealed. Raises `CannotOpen`.

    A file that is called as one part and holds another was exchanged on its way.
    """
    plain, called = age.decrypt(box, identities), decisions.read_file_name(name)
    if called is None and not plain.startswith(ITEM_MAGIC):
        return plain
    try:
        line, body = unpacked(plain, ITEM_MAGIC, item_size)
        context = read_context(line)
    except ValueError:
        raise CannotOpen(
            f"{harmless(name)} opens and is no part of a testimony.", hint="Receive it again with /get."
        ) from None
    case = reference(context.case)
    if called is not None and (called[0], called[2]) != (case, context.item):
        raise CannotOpen(
            f"{harmless(name)} holds another part than its name says: {case}, {context.item}.",
            hint="Somebody exchanged it, or gave it another name. Receive it again with /get; tell an owner.",
        )
    if context.kind in WRITTEN_HERE:
        return Part(case, context.item, body.split(b"\n", SIGNATURE_LINES)[-1])
    return Part(case, context.item, body[CODE_BYTES:])


def read(parts: Sequence[Part]) -> Case:
    """The parts of one case. Raises `CannotOpen` for one that is not of its kind."""
    case = Case()
    for part in sorted(parts, key=lambda each: each.part):
        if part.part == CODED:
            case.coded = read_coded(part.body)
        elif part.part == STORY:
            case.story = read_story(part.body)
        elif part.part.startswith(MORE):
            case.more.append(read_story(part.body))
        else:
            case.team.append((part.part.partition("-")[0], part.body.decode("utf-8", "replace")))
    return case


def shown(ref: str, case: Case, words: Words) -> str:
    """A case as it is read, harmless to a terminal."""
    head = words.say("desk-open-head", case=ref, language=case.language, share=share(words, case.coded))
    told = paragraphs(words, head, case)
    if case.coded is None or case.story is None:
        told.append(words.say("desk-open-partial"))
    told += [words.say("desk-open-end"), words.say("desk-open-unproved")]
    return harmless("\n\n".join(told)) + "\n"


def warnings(case: Case, words: Words) -> Iterator[str]:
    """What is said before a text is shown."""
    yield words.say("desk-open-warning-hard" if case.is_hard else "desk-open-warning")
    stories = [story for story in (case.story, *case.more) if story is not None]
    spoken = [text for story in stories for _, texts in story.texts for text in (*texts, story.quote)]
    if known_insults().stand_in(tuple(spoken)):
        yield words.say("desk-open-warning-insults")


def page(text: str) -> None:
    """Show a text on this terminal, no word of it cut in two, and leave it nowhere."""
    text = "\n".join(line for paragraph in text.split("\n") for line in folded(paragraph))
    pager = shutil.which(PAGER)
    if pager is None:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    quiet = {name: os.environ[name] for name in INHERITED if name in os.environ} | PAGER_QUIET
    subprocess.run([pager], input=text.encode(), env=quiet, check=False)  # noqa: S603 - a pager, by its path


# --- deciding -----------------------------------------------------------------------------------------------


def boxes_of(files: Sequence[Path]) -> tuple[str, int, dict[str, bytes]]:
    """Case, epoch and age files by part, from files as `/get` called them. Raises `SettingsError`."""
    boxes: dict[str, bytes] = {}
    cases, epochs = set(), set()
    for file in files:
        called = decisions.read_file_name(file.name)
        if called is None:
            raise SettingsError(
                f"{harmless(file.name)} is not called as /get calls a part of a testimony.",
                hint="Give all files of one testimony, named as they came: t-k7q2m9xw.1.story.age, …",
            )
        case, epoch, part = called
        cases.add(case)
        if decisions.is_told(part):
            epochs.add(epoch)
        boxes[part] = bytes_of(file)
    if len(cases) != 1:
        raise SettingsError(
            f"These are files of {len(cases)} testimonies.", hint="One decision is about one testimony."
        )
    if not epochs:
        raise SettingsError(
            "None of these files is what a witness told.", hint="Give all files of the testimony."
        )
    return cases.pop(), max(epochs), boxes


def decided(
    command: str, files: Sequence[Path], *, text: str = "", recipient: KeyRecipient | None = None
) -> Decision:
    """An unsigned decision about the testimony these files hold. `recipient`: the team's key, for a text."""
    case, epoch, boxes = boxes_of(files)
    sealed = decisions.seal_text(text, recipient) if text and recipient is not None else ""
    return Decision(
        command,
        case,
        epoch,
        decisions.items_hash(boxes.items()),
        int(time.time() // DAY_SECONDS),
        secrets.token_hex(decisions.NONCE),
        sealed,
    )


def opener_of(files: Sequence[Path], identities: Sequence[KeyIdentity]) -> KeyRecipient:
    """The public half of the key that opens these files; all of them are opened, and compared with their
    names. Raises `CannotOpen`."""
    found: KeyRecipient | None = None
    for file in files:
        for identity in identities:
            try:
                opened(file.name, bytes_of(file), [identity])
            except age.NoMatch:
                continue
            found = identity.recipient
            break
        else:
            raise age.NoMatch
    assert found is not None  # noqa: S101 - there is at least one file, and it opened
    return found


def wants_text(command: str) -> bool:
    return COMMANDS[command].needs_text


def told_of(decision: Decision) -> str:
    """A decision in one line, for who signs it to compare. No word of a witness is in it."""
    two = ", by two people" if decision.signers > 1 else ""
    sealed = ", with a sealed text" if decision.sealed else ""
    return f"{decision.command} {decision.case}{two}{sealed} (made from {decision.items[:16]}…)"


def write_out(place: Path, signed: Signed) -> None:
    """The document, and beside it its signatures, as the stock `minisign -V` takes them. Raises
    `KeyFileError`."""
    try:
        place.write_bytes(signed.decision.document())
        for number, signature in enumerate(signed.signatures, start=1):
            suffix = ".minisig" if number == 1 else f".{number}.minisig"
            Path(f"{place}{suffix}").write_text(signature, encoding="utf-8")
    except OSError as error:
        raise KeyFileError(
            f"{place} cannot be written: {error.strerror}.", hint="Name another file."
        ) from None
