"""A digest as a set of files, and as a mail: what a partner finds in her mailbox or in her folder.

Here: which files go together (`pack`), their sealing to a partner's age key (`sealed`), the MIME message
around them (`compose`), the text as HTML that mail readers show. Never here: an address being written to, a
server, a disk, a clock. Sentences are in `locales/*/digest.ftl`, `letter-…`.

The set is the same wherever it goes: the text and every file asked for, `SHA256SUMS` over all of them, and
`SHA256SUMS.minisig`. One signature a set: a partner checks once, with two programs anybody can have, and a
file missing or added shows as well as a file changed.

Sealed, the whole set is one zip in one age file, `seuil-3-fr.zip.age`: one thing to open, whatever the number
of files, and every system unpacks a zip by itself. Sealed files apart would be six commands, and would tell
their sizes. Nothing is compressed: the files that are large already are, and bytes that depend on a version
of zlib would not be the same for ever.

Why the mail's text is not sealed as PGP or S/MIME would be: partners have an age key or none. The sealed mail
says that a digest is there and how to open it, and nothing else.

A letter is recognised: its `mark` is the same for the same content to the same place and no other, and only
who holds the signing key can compute it. It is the Message-ID, so a mail sent again after a crash is the one
its reader's system already has, and an id that got out (in an answer's References, say) lets nobody try
which address it was for, or which figures. Two things are told to the hour only or not at all: the moment
(a server stamps its own; ours would add when this team works), and this machine's name.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from itertools import groupby

from bot.age import encrypt, parse_recipient
from bot.formats.data import schema
from bot.formats.rendered import File, Rendered, Says
from bot.tally import DESIGN

SUMS = "SHA256SUMS"
SIGNED = ".minisig"
MARK_CHARACTERS = 32
"""128 bits in hexadecimal: no two letters share a mark by chance, and nobody finds one by trying."""

PLAIN_BYTES = "application/octet-stream"
"""For what must arrive as it left: some mail systems turn the line ends of what they take for text."""

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The earliest a zip can tell: files have no date of their own, and a digest is the same on any day."""

_FILE_MODE = 0o100600 << 16

Sign = Callable[[bytes, str], str]
"""(body, trusted comment) -> the minisign file, empty where nothing is signed."""


@dataclass(frozen=True, slots=True)
class Set:
    """What belongs together. `name` is such as `seuil-3-fr`; the last files are the sums and their signature.

    `text` is what a mail shows, empty where nothing may be read before it is opened.
    """

    name: str
    number: int
    files: tuple[File, ...] = field(repr=False)
    text: str = field(repr=False)
    mark: str = field(repr=False)
    is_sealed: bool = False


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who writes to whom, when. Addresses as `bot.addresses.mailbox` gives them; `date` is aware."""

    sender: str = field(repr=False)
    name: str
    """Who writes, in words, as people see it in their list of mails."""
    to: str = field(repr=False)
    reply_to: str = field(repr=False)
    date: datetime = field(repr=False)


@dataclass(frozen=True, slots=True)
class Which:
    """Which digest, in which language, for whom. `to` is an address of any channel."""

    number: int
    sha256: str
    language: str
    to: str = field(repr=False)


def pack(which: Which, rendered: Mapping[str, Rendered], wanted: tuple[str, ...], sign: Sign) -> Set:
    """The files of the formats `wanted`, signed. The same from the same, to the byte.

    Raises `LookupError` where one is not there, and `ValueError` for two files of one name.
    """
    name = f"seuil-{which.number}-{which.language}"
    if not wanted or not set(wanted) <= set(rendered):
        raise LookupError("a format that was asked for is not there")
    text = "\n\n".join(rendered["text"].messages) if "text" in wanted else ""
    files = [File(f"{name}.txt", "text/plain", f"{text}\n".encode())] if text else []
    files += [file for each in wanted for file in rendered[each].files]
    files += [schema()] if "json" in wanted else []
    if len({file.name.lower() for file in files}) < len(files):  # on some disks A and a are one
        raise ValueError("two files of a digest have one name")
    sums = File(SUMS, PLAIN_BYTES, _sums(files))
    comment = f"digest {which.number} {which.language} {which.sha256}"
    mark = _mark(b"plain", sums.body, which.to, sign)
    return Set(name, which.number, (*files, sums, *_signature(sums, comment, sign)), text, mark)


def sealed(whole: Set, recipient: str, which: Which, sign: Sign) -> Set:
    """The set as one age file, and the signature of that. Raises `KeyFileError` for a key that is none.

    Sealed anew, the bytes differ and the mark does not. The mark is in the signature's trusted comment: who
    can sign can recognise a sealed file of hers that she cannot open (`is_ours`).
    """
    sums = next(file.body for file in whole.files if file.name == SUMS)
    mark = _mark(recipient.encode(), sums, which.to, sign)
    box = encrypt(_zipped(whole), [parse_recipient(recipient)])
    file = File(f"{whole.name}.zip.age", PLAIN_BYTES, box)
    signature = _signature(file, _sealed_comment(whole.name, mark), sign)
    return Set(whole.name, whole.number, (file, *signature), "", mark, is_sealed=True)


def is_ours(kept: Mapping[str, bytes], whole: Set, sign: Sign) -> bool:
    """Whether these files, by name, are this sealed set, though sealed another time. Signing is
    deterministic, so the signature that is there must be the one we would make of what it goes with."""
    box, signature = (kept.get(f"{whole.name}.zip.age{ending}") for ending in ("", SIGNED))
    if box is None or signature is None:
        return False
    ours = sign(box, _sealed_comment(whole.name, whole.mark))
    return bool(ours) and signature == ours.encode()


def _sealed_comment(name: str, mark: str) -> str:
    return f"{name} {mark}"


def _sums(files: list[File]) -> bytes:
    """As `sha256sum` writes and checks them."""
    lines = (
        f"{hashlib.sha256(file.body).hexdigest()}  {file.name}\n"
        for file in sorted(files, key=lambda file: file.name)
    )
    return "".join(lines).encode()


def _signature(file: File, comment: str, sign: Sign) -> tuple[File, ...]:
    text = sign(file.body, comment)
    return (File(f"{file.name}{SIGNED}", PLAIN_BYTES, text.encode()),) if text else ()


def _mark(kind: bytes, sums: bytes, to: str, sign: Sign) -> str:
    """A keyed hash. An Ed25519 signature is the same each time and nobody else can make it; hashed, it is
    one no more."""
    told = b"seuil|v1|letter|" + hashlib.sha256(b"\0".join((kind, to.lower().encode(), sums))).digest()
    proof = sign(told, "seuil letter") or told.hex()
    return hashlib.sha256(proof.encode()).hexdigest()[:MARK_CHARACTERS]


def _zipped(whole: Set) -> bytes:
    """A folder of the set's name, in a zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for file in whole.files:
            entry = zipfile.ZipInfo(f"{whole.name}/{file.name}", _FIRST_DAY)
            entry.external_attr = _FILE_MODE
            entry.create_system = 3  # Unix: on any machine
            archive.writestr(entry, file.body)
    return out.getvalue()


# --- the mail ---------------------------------------------------------------------------------------------


def compose(whole: Set, envelope: Envelope, words: Says, key_line: str = "") -> bytes:
    """The mail, ready for a server: CRLF, lines under 998 bytes, ASCII throughout (RFC 5322, RFC 2045).

    `key_line`: the public key that checks the signature, empty where nothing is signed. The same from the
    same, to the byte.
    """
    mail = EmailMessage(policy=SMTP)
    _address(mail, whole, envelope, words)
    mail.set_content(_text(whole, words, key_line), cte="quoted-printable")
    if whole.text:
        page = _page(whole, words, key_line)
        mail.add_alternative(page, subtype="html", cte="quoted-printable")
    for file in whole.files:
        kind, _, subtype = file.media.partition(";")[0].partition("/")
        charset = {"charset": "utf-8"} if kind == "text" else {}
        mail.add_attachment(
            file.body, maintype=kind, subtype=subtype, filename=file.name, params=charset, cte="base64"
        )
    mail["Content-Language"] = words.language  # last: attaching moves what is about content inwards
    for at, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"=_{whole.mark}_{at}")  # =_ is in no quoted-printable and no base64
    return mail.as_bytes()


def _address(mail: EmailMessage, whole: Set, envelope: Envelope, words: Says) -> None:
    """The headers. `EmailMessage` refuses line ends in any of them; addresses could hold none anyway."""
    mail["Subject"] = words.say("letter-subject", name=envelope.name, number=whole.number)
    mail["From"] = Address(envelope.name, addr_spec=envelope.sender)
    mail["To"] = Address(addr_spec=envelope.to)
    if envelope.reply_to:
        mail["Reply-To"] = Address(addr_spec=envelope.reply_to)
    hour = envelope.date.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    mail["Date"] = format_datetime(hour)
    mail["Message-ID"] = f"<{whole.mark}@{envelope.sender.rpartition('@')[2]}>"
    # No robot answers a robot (RFC 3834); Exchange reads its own header only.
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "OOF, AutoReply"


def _text(whole: Set, words: Says, key_line: str) -> str:
    blocks = _opening(whole, words) if whole.is_sealed else _greeting(whole, words)
    shown = [whole.text] if whole.text else []
    return "\n\n".join([*blocks, *shown, *_footing(whole, words, key_line)]) + "\n"


def _greeting(whole: Set, words: Says) -> list[str]:
    key = "letter-hello" if whole.text else "letter-hello-attached"
    return [words.say(key, number=whole.number)]


def _opening(whole: Set, words: Says) -> list[str]:
    """How to open what is sealed, a step a block; commands stand alone, to be copied."""
    file = whole.files[0].name
    unsealed = file.removesuffix(".age")
    return [
        words.say("letter-sealed", number=whole.number, file=file),
        words.say("letter-open"),
        f"    age -d -i {words.say('letter-key-file')} -o {unsealed} {file}",
        words.say("letter-unpack", file=unsealed),
        words.say("letter-lost-key"),
    ]


def _footing(whole: Set, words: Says, key_line: str) -> list[str]:
    """What is attached, how to check it, who writes."""
    blocks = []
    if not whole.is_sealed:
        blocks.append(words.say("letter-files", names=", ".join(file.name for file in whole.files)))
    if key_line:
        blocks.append(words.say("letter-verify"))
        signed = whole.files[0].name if whole.is_sealed else SUMS
        blocks.append(f"    minisign -Vm {signed} -P {key_line}")
        blocks += [] if whole.is_sealed else [f"    sha256sum -c {SUMS}"]
        blocks.append(words.say("letter-verify-key"))
    return [*blocks, words.say("letter-machine")]


# --- the same, for mail readers that show HTML ------------------------------------------------------------

_STYLE = (
    "body{max-width:40em;margin:0 auto;padding:1em;font:1em/1.5 system-ui,sans-serif}"
    "body{overflow-wrap:anywhere}"
    "h1{font-size:1.5em;line-height:1.2;margin:1em 0 .5em}"
    "h2{font-size:1.15em;line-height:1.3;margin:2em 0 .5em;padding-top:.75em;border-top:1px solid #999}"
    "h3{font-size:1em;margin:1em 0 .25em}"
    "p,ul{margin:.5em 0}ul{padding-left:1.25em}li{margin:.25em 0}"
    "pre{white-space:pre-wrap}"
    "footer{margin-top:2.5em;padding-top:.75em;border-top:1px solid #999;font-size:.9em}"
)
"""No colour of ours but a line's grey: a reader's light and dark, and her own sizes, stay hers."""


def _page(whole: Set, words: Says, key_line: str) -> str:
    """The text as HTML: its titles as headings, its rows as lists. No picture, no link, no table: what a mail
    reader blocks or breaks is not there."""
    title = escape(words.say("digest-title", number=whole.number))
    parts = [
        f'<!doctype html>\n<html lang="{escape(words.language)}">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>",
        *(_paragraph(block) for block in _greeting(whole, words)),
        "<main>",
        *_body(whole.text, words),
        "</main>\n<footer>",
        *(_paragraph(block) for block in _footing(whole, words, key_line)),
        "</footer>\n</body>\n</html>",
    ]
    return "\n".join(parts) + "\n"


def _paragraph(block: str) -> str:
    """A block that is indented is a command."""
    return f"<pre>{escape(block.strip())}</pre>" if block.startswith("    ") else f"<p>{escape(block)}</p>"


def _body(text: str, words: Says) -> Iterator[str]:
    """A digest's text, block by block. Titles are known by their words, so nothing is guessed: a block that
    begins with none is the rest of a table, of which the first line is a row's title if lines follow."""
    parts = [table.id for table in DESIGN.variables] + [cross.id for cross in DESIGN.crosses]
    titles = {words.say(f"digest-{part}") for part in (*parts, "summaries", "quotes", "method")}
    blocks = [block.split("\n") for block in text.split("\n\n")]
    for at, (first, *rest) in enumerate(blocks):
        if at == 0:
            yield f"<h1>{escape(first)}</h1>"
            yield from (f"<p>{escape(line)}</p>" for line in rest)
        elif first in titles or rest:
            level = "h2" if first in titles else "h3"
            yield f"<{level}>{escape(first)}</{level}>"
            yield from _rows(rest)
        else:
            yield f"<p>{escape(first)}</p>"


def _rows(lines: list[str]) -> Iterator[str]:
    """Rows as a list, sentences among them as paragraphs: a sentence ends with a full stop."""
    for is_sentence, group in groupby(lines, key=lambda line: line.endswith(".")):
        said = [escape(line) for line in group]
        if is_sentence:
            yield from (f"<p>{line}</p>" for line in said)
        else:
            yield from ("<ul>", *(f"<li>{line}</li>" for line in said), "</ul>")
