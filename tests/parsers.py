"""Everything that reads bytes from outside, as one table: what is read, by what, what it may answer, from
which examples one begins.

From outside is what a network, an operator, a moderator or a thief of the disk can write: updates,
notifications, requests, key files, settings, invite codes, commands, rows. The promise is the same for all: a
value, or the one error that is declared; never another, never a wait without end, never much memory. Where
there is a writer, what was read is written and read again to the same.

`tests.test_parsers` tries each a few hundred times, `python -m tests.fuzz` as long as one likes.

Never here: what is promised of one format in particular.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import orjson

from bot import age, audit, backups, custody, decisions, key_list, receipts, signing
from bot.addresses import NotAnAddress, Url, host_name, listening, mailbox
from bot.age import armor, header
from bot.age.flow import Opening
from bot.boxes import open_draft, open_small, open_under, seal_draft, seal_small, seal_under
from bot.digest import freeze, thaw
from bot.errors import CannotOpen, KeyFileError, SettingsError, StoreDamaged
from bot.moderation import ROLES, masked, parse
from bot.opening import Expected, open_command, open_item
from bot.places import place
from bot.questions import QUESTIONNAIRE
from bot.reading import hear
from bot.redaction import redact
from bot.schedule_settings import cron, known_zone
from bot.sealing import Context, TeamKey, context_line, read_context, seal, seal_command
from bot.settings import Settings
from bot.testimony import (
    CodedPart,
    ConsentRecord,
    StoryPart,
    read_coded,
    read_story,
    write_coded,
    write_story,
)
from bot.turns import NOBODY, State
from handlers.clock import Bells
from handlers.drafts import Envelope, messages_of, read_envelope, write_envelope
from handlers.errands import Errands
from handlers.members import read_code
from handlers.partners import in_folder, in_mailbox, sealable
from handlers.quotes import Released, read_released, write_released
from handlers.signal import envelopes, rpc
from handlers.telegram import calls, polling, updates, webhook, wire
from storage import ErrandRow
from storage.shelf import MemoryShelf
from tests.stage import VOCABULARIES

KEY: Final = bytes(range(32))
IDENTITY: Final = age.HybridIdentity(b"\x01" * 32)
SIGNER: Final = signing.SignKey(b"\x02" * 32)
TEAM: Final = TeamKey(1, IDENTITY.recipient)
EXAMPLES: Final = Path(__file__).parent / "vectors"


@dataclass(frozen=True)
class Parser:
    """`reads(data)` answers anything, or raises one of `raises`. `seeds`: examples to begin from."""

    name: str
    reads: Callable[[bytes], object]
    seeds: tuple[bytes, ...] = field(repr=False)
    raises: tuple[type[Exception], ...] = ()

    def tries(self, data: bytes) -> None:
        """Raises what it must not raise, and AssertionError where what was read is not what was written."""
        with suppress(*self.raises):
            self.reads(data)


def text_of(data: bytes) -> str:
    """Whatever a keyboard or a file may bring, odd letters and lone surrogates among it."""
    return data.decode("utf-8", "surrogateescape")


def typed(reads: Callable[[str], object]) -> Callable[[bytes], object]:
    return lambda data: reads(text_of(data))


def the_same(once: object, again: object) -> None:
    assert once == again, "what was written is not what was read"


# --- networks -----------------------------------------------------------------------------------------------


def _update(**what: object) -> bytes:
    return orjson.dumps({"update_id": 7, **what})


_HER = {"id": 42, "is_bot": False, "first_name": "A", "language_code": "fr"}
_PRIVATE = {"id": 42, "type": "private"}
_SAID = {"message_id": 9, "date": 1, "chat": _PRIVATE, "from": _HER, "text": "Il a écrit."}
_UPDATES: Final = (
    _update(message=_SAID),
    _update(message={**_SAID, "text": "/start@seuilbot abc"}),
    _update(message={**_SAID, "text": "", "photo": [{"file_id": "x"}], "media_group_id": "1"}),
    _update(message={**_SAID, "chat": {"id": -5, "type": "supergroup"}, "migrate_to_chat_id": -6}),
    _update(edited_message=_SAID),
    _update(callback_query={"id": "33", "from": _HER, "message": _SAID, "data": "x.1"}),
    _update(my_chat_member={"chat": _PRIVATE, "from": _HER, "new_chat_member": {"status": "kicked"}}),
    _update(poll={"id": "1"}),
)


def _told(update: updates.Update) -> object:
    reads = lambda data, chat: None if len(data) % 2 else (data, str(chat))  # noqa: E731 - two lines of table
    return updates.Translator("seuilbot", reads).heard(update)


def _one_update(data: bytes) -> object:
    return _told(updates.read_update(data))


def _polled(data: bytes) -> object:
    return [_told(update) for update in updates.read_updates(data)]


def _never(*_: object) -> None:
    """What is told of a connection's end, and of a button nobody offered."""


class _Wire:
    """Answers every call with these bytes."""

    def __init__(self, told: bytes) -> None:
        self._told = told

    async def call(self, *_: object) -> tuple[int, bytes]:
        return 200, self._told


def _asked(data: bytes) -> object:
    api = calls.Api(_Wire(data))  # type: ignore[arg-type] # what is called of it
    asking = polling.Polling(api, updates.Translator("b", _never), _never)
    return _loop().run_until_complete(asking._ask(0, 1))


class _Transport(asyncio.Transport):
    """What was written, and whether the connection was ended."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += bytes(data)

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    abort = close

    def is_reading(self) -> bool:
        return not self.closed


@cache
def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()


def fed(protocol: asyncio.Protocol, data: bytes) -> _Transport:
    """A connection on which these bytes arrive, whole or in pieces, until it is ended."""
    transport = _Transport()
    protocol.connection_made(transport)
    step = 1 + data[0] * 7 if data else 1
    for at in range(0, len(data), step):
        if transport.closed:
            break
        protocol.data_received(data[at : at + step])
    protocol.connection_lost(None)
    return transport


def hooked() -> webhook.Webhook:
    """A webhook that nobody serves yet."""
    return webhook.Webhook("https://a.example/hook", ("", 0), "s3cret", updates.Translator("b", _never))


def _served(data: bytes) -> None:
    async def serve() -> None:
        heard: list[object] = []

        async def hear(one: Any) -> None:
            heard.append(one)
            await one.ack()

        hook = hooked()
        hook._hear = hear
        transport = fed(webhook._Connection(hook), data)
        while hook._tasks:
            await asyncio.gather(*hook._tasks)
        assert b"s3cret" in data or not heard, "nothing is heard without the secret"
        assert transport.written == b"" or transport.written.startswith(b"HTTP/1.1 ")

    _loop().run_until_complete(serve())


def _request(body: bytes, *heads: bytes, verb: bytes = b"POST /hook") -> bytes:
    secret = b"X-Telegram-Bot-Api-Secret-Token: s3cret"
    heads = (secret, b"Content-Type: application/json", b"Content-Length: %d" % len(body), *heads)
    return verb + b" HTTP/1.1\r\n" + b"\r\n".join(heads) + b"\r\n\r\n" + body


def _answered(data: bytes) -> None:
    async def answer() -> None:
        line = wire._Line(_never)
        line.answered = asyncio.get_running_loop().create_future()
        answered = line.answered
        fed(line, data)
        assert answered.done(), "a call ends with its connection"
        answered.exception()

    _loop().run_until_complete(answer())


_ACI = "11111111-2222-4333-8444-555555555555"


def _notified(**envelope: object) -> bytes:
    told = {"sourceUuid": _ACI, "timestamp": 1_790_000_000_000, **envelope}
    return orjson.dumps({"jsonrpc": "2.0", "method": "receive", "params": {"envelope": told}})


_NOTIFIED: Final = (
    _notified(dataMessage={"message": "Il a écrit.", "expiresInSeconds": 0, "quote": {"id": 5}}),
    _notified(dataMessage={"message": "x", "groupInfo": {"groupId": "abc="}}),
    _notified(dataMessage={"attachments": [{"contentType": "text/x-signal-plain"}]}),
    _notified(editMessage={"targetSentTimestamp": 4, "dataMessage": {"message": "non"}}),
    _notified(typingMessage={}),
    b'{"jsonrpc":"2.0","id":1,"result":{"timestamp":1}}',
    b'{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"x","data":{"response":{"results":[]}}}}',
)


def _daemon(data: bytes) -> None:
    async def listen() -> None:
        lines: list[bytes] = []
        line = rpc.Line(lines.append)
        asked = asyncio.get_running_loop().create_future()
        line._asked[1] = asked
        fed(line, data)
        assert asked.done(), "a call ends with its connection"
        asked.exception()
        for told in lines:
            _signal(told)

    _loop().run_until_complete(listen())


def _signal(line: bytes) -> object:
    try:
        return envelopes.Translator().arrived(line)
    except CannotOpen:
        return None


# --- keys, age files, signatures ----------------------------------------------------------------------------

_X25519 = age.X25519Identity(b"\x05" * 32)
_FILES: Final = (
    age.encrypt(b"plain", [IDENTITY.recipient]),
    age.encrypt(b"", [_X25519.recipient]),
    age.encrypt(bytes(70_000), [_X25519.recipient]),
)
_KEYS: Final = tuple(
    text.encode()
    for key in (IDENTITY, _X25519)
    for text in (key.secret_text(), key.recipient.text(), key.secret_text().lower())
)


def _flowing(data: bytes) -> None:
    """A file that comes in pieces opens to what it is as a whole, or to nothing."""
    opening, plain = Opening([IDENTITY, _X25519]), b""
    step = 1 + len(data) // 7
    try:
        for at in range(0, len(data), step):
            plain += opening.add(data[at : at + step])
        plain += opening.end()
    except CannotOpen:
        pass
    else:
        the_same(plain, age.decrypt(data, [IDENTITY, _X25519]))


def _headed(data: bytes) -> None:
    head, rest = header.parse(data)
    assert data.endswith(rest)
    assert head.stanzas


def _armored(data: bytes) -> None:
    raw = armor.unwrap(data)
    the_same(armor.unwrap(armor.wrap(raw)), raw)


def _public_key(text: str) -> None:
    the_same(age.parse_recipient(text).text(), text)


def _secret_key(text: str) -> None:
    the_same(age.parse_identity(text).secret_text(), text)


_SIGNED: Final = signing.sign(b"document", SIGNER, "a comment").encode()


def _signature(text: str) -> None:
    comment = signing.verify(b"document", text, SIGNER.verify_key)
    the_same(comment, "a comment")


def _list_of_keys(text: str) -> None:
    keys = key_list.read(text, SIGNER.verify_key)
    the_same(key_list.read(key_list.write(keys.keys, SIGNER), SIGNER.verify_key), keys)


# --- what people type ---------------------------------------------------------------------------------------

_RECEIPT: Final = receipts.words(receipts.new(b"0123456789"), "fr")


def _receipt(text: str) -> None:
    receipts.looks_like(text)
    for start, end in receipts.find_in(text):
        assert 0 <= start < end <= len(text)
    found = receipts.read(text)
    if found is not None:
        the_same(receipts.read(" ".join(receipts.words(found, "en"))), found)


_PLACES: Final = tuple(
    place(QUESTIONNAIRE, state)
    for state in (NOBODY, *(State(at=at, language="fr") for at in ("narrative", "what_happened", "who_came")))
)


def _heard(text: str) -> None:
    for here in _PLACES:
        for edited in (False, True):
            hear(text, here, VOCABULARIES["fr"], edited=edited)


def _redacted(text: str) -> None:
    once = redact(text, language="fr")
    assert len(once.text) <= 40 * len(text) + 40


def _commanded(text: str) -> None:
    for role in (None, *ROLES):
        parse(text, role)
    words, _, story = text.partition("\n")
    masked((story,), words, "[…]")


_STORY: Final = "Il s’appelle Kevin Durand, 06 39 98 12 34, kevin@exemple.invalid, 12 rue des Lilas."

# --- what an operator writes --------------------------------------------------------------------------------


@cache
def _env() -> Path:
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    return Path(tempfile.mkdtemp(prefix="seuil-env-", dir=memory)) / "settings"


def _settings(data: bytes) -> None:
    _env().write_bytes(data)
    try:
        Settings.load(_env())
    finally:
        _env().unlink()


_ENV: Final = (Path(__file__).parent.parent / ".env.example").read_bytes()
_FILLED: Final = (
    b"SEUIL_DATA=data\nSEUIL_K=12\nSEUIL_STORE=postgresql://a:b@localhost/c\nSEUIL_TIME_ZONE=Europe/Paris\n",
    b"SEUIL_TELEGRAM_TOKEN=123456:" + b"a" * 35 + b"\nSEUIL_TELEGRAM_WEBHOOK=https://a.example/h\n",
    b"SEUIL_SIGNAL=127.0.0.1:7583\nSEUIL_SIGNAL_ACCOUNT=+33600000000\nSEUIL_METRICS=127.0.0.1:9090\n",
    b"SEUIL_SMTP_HOST=smtp.example.org\nSEUIL_SMTP_FROM=a@example.org\nSEUIL_SMTP_PORT=465\n",
)


def _rings(text: str) -> None:
    """A cron expression that is taken rings, and later and later."""
    bells = Bells(cron(text), "Europe/Paris")
    first = bells.next(datetime(2026, 1, 1, tzinfo=UTC))
    assert first is not None
    again = bells.next(first)
    assert again is None or again > first


def _url(text: str) -> None:
    the_same(Url.read(str(Url.read(text))), Url.read(text))


# --- rows, as a thief of the disk could write them who has the keys too -------------------------------------

_ENVELOPE: Final = write_envelope(
    Envelope(
        State(at="narrative", language="fr", texts={"narrative": ("Il a écrit.",)}),
        b"c" * 16,
        b"e" * 10,
        ConsentRecord(1, "fr", "telegram", 20_000),
        messages=bytes([2, 4, 0x83, 1]),
        last=9,
    )
)
_CODED: Final = write_coded(
    CodedPart(1, "fr", "stats_only", {"who_came": ("delivery",)}, ConsentRecord(1, "fr", "signal", 20_000))
)
_CONTEXT: Final = Context(b"c" * 16, "story", "story", 1, 1, b"r" * 32, b"t" * 16)


def _envelope(data: bytes) -> None:
    envelope = read_envelope(data)
    messages_of(envelope)
    the_same(read_envelope(write_envelope(envelope)), envelope)


def _coded(data: bytes) -> None:
    part = read_coded(data)
    the_same(read_coded(write_coded(part)), part)


def _told_story(data: bytes) -> None:
    part = read_story(data)
    the_same(read_story(write_story(part)), part)


def _released(data: bytes) -> None:
    released = read_released(data)
    the_same(read_released(write_released(released)), released)


def _context(data: bytes) -> None:
    the_same(context_line(read_context(data)), data)


def _thawed(data: bytes) -> None:
    the_same(freeze(thaw(data)), data)


def _errand(data: bytes) -> None:
    """A row of errands under the instance's key, which does not change with the day."""

    async def read() -> None:
        errands = Errands(MemoryShelf(), KEY, lambda: 1.79e9)
        await errands.read(ErrandRow(b"i" * 16, 7, data))

    _loop().run_until_complete(read())


def _boxes(data: bytes) -> None:
    for opens in (
        lambda: open_draft(KEY, b"i" * 32, 3, data),
        lambda: open_small(KEY, "route", data),
        lambda: open_under(KEY, data),
        lambda: open_item(data, [IDENTITY], Expected(b"c" * 16, "story")),
        lambda: open_command(data, [IDENTITY]),
    ):
        with suppress(CannotOpen):
            opens()


def _log(data: bytes) -> None:
    lines = data.decode("utf-8", "replace").split("\n")  # a database gives no text that is none
    rows, value = [], audit.START
    for number, text in enumerate(lines, 1):
        value = audit.chain(value, text) if text.isascii() else bytes(32)
        rows.append((number, text, value))
    audit.first_break(rows)


def _document(text: str) -> None:
    """A decision as it is pasted, or as its bytes stand in a file."""
    try:
        signed = decisions.read_pasted(text)
    except decisions.Unfit:
        the_same(decisions.read_document(text.encode("utf-8", "surrogateescape")).document(), text.encode())
    else:
        the_same(decisions.read_pasted(signed.pasted()), signed)


_DECISION: Final = decisions.Decision("approve", "t-abcdefgh", 1, "00" * 32, 20_000, "11" * 16)
_PASTED: Final = decisions.Signed(_DECISION).by(SIGNER).pasted().encode()


def _unpacked(data: bytes) -> None:
    unpacking, step = backups.Unpacking(), 1 + len(data) // 5
    for at in range(0, len(data), step):
        unpacking.add(data[at : at + step])
    unpacking.end()


def _packed() -> bytes:
    tables = (("ban", ("tag", "day")),)
    head = backups.Head(version=backups.VERSION, day=7, epoch=1, mark="m", tables=tables, kit=b"k")
    packing = backups.Packing(head)
    begun = packing.begin() + packing.rows(0, [(b"tag", 7)])
    *_, end = packing.end(backups.Known(), KEY)  # without the zeros: a megabyte or more
    return begun + end


PARSERS: Final = (
    Parser("telegram-update", _one_update, _UPDATES, (ValueError,)),
    Parser("telegram-poll", _polled, (b"[" + b",".join(_UPDATES) + b"]", *_UPDATES), (ValueError,)),
    Parser(
        "telegram-result",
        _asked,
        (
            b'{"ok":true,"result":[' + b",".join(_UPDATES) + b"]}",
            b'{"ok":true,"result":{}}',
            b'{"ok":false,"error_code":429,"description":"x","parameters":{"retry_after":3}}',
            b'{"ok":false,"error_code":400,"parameters":{"migrate_to_chat_id":-5}}',
        ),
        (calls.Refused, calls.Cut),
    ),
    Parser(
        "webhook",
        _served,
        (
            *(b"\xff" + _request(each) for each in _UPDATES[:3]),
            _request(b"", verb=b"GET /health"),
            _request(b"{}") + _request(_UPDATES[0], b"Transfer-Encoding: chunked"),
        ),
    ),
    Parser(
        "telegram-answer",
        _answered,
        (
            b'\xffHTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"ok":true}',
            b"\xffHTTP/1.1 429 Too Many\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{}}\r\n0\r\n\r\n",
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
        ),
    ),
    Parser("signal-notification", envelopes.Translator().arrived, _NOTIFIED, (CannotOpen,)),
    Parser("signal-daemon", _daemon, (b"\xff" + b"\n".join(_NOTIFIED) + b"\n",)),
    Parser("age-file", lambda data: age.decrypt(data, [IDENTITY, _X25519]), _FILES, (CannotOpen,)),
    Parser("age-armor", _armored, tuple(map(armor.wrap, _FILES)), (CannotOpen,)),
    Parser("age-header", _headed, _FILES, (CannotOpen,)),
    Parser("age-pieces", _flowing, _FILES),
    Parser("public-key", typed(_public_key), _KEYS, (KeyFileError,)),
    Parser("secret-key", typed(_secret_key), _KEYS, (KeyFileError,)),
    Parser(
        "identities",
        typed(custody.read_identities),
        (custody.identity_text([IDENTITY, _X25519]).encode(), b"# age\n\n" + _KEYS[0]),
        (KeyFileError,),
    ),
    Parser("partner-key", typed(sealable), _KEYS, (KeyFileError,)),
    Parser("signature", typed(_signature), (_SIGNED,), (signing.NotSigned,)),
    Parser(
        "minisign-public", typed(signing.read_public), (SIGNER.verify_key.text().encode(),), (KeyFileError,)
    ),
    Parser("minisign-secret", typed(signing.read_secret), (SIGNER.secret_text().encode(),), (KeyFileError,)),
    Parser("team-keys", typed(_list_of_keys), (key_list.write([TEAM], SIGNER).encode(),), (KeyFileError,)),
    Parser("receipt", typed(_receipt), (" ".join(_RECEIPT).encode(), "\n".join(_RECEIPT).upper().encode())),
    Parser("words", typed(_heard), (_STORY.encode(), b"1 3 FINI", b"/start", b"Oui, non et PASSER")),
    Parser("redaction", typed(_redacted), (_STORY.encode(), "١٢٣ rue Ａ, FR76 3000 6000".encode())),
    Parser(
        "command", typed(_commanded), (b"/reject t-abcdef12 yes", b"/mask t-abcdef12 Kevin\nKevin est venu")
    ),
    Parser("invite-code", typed(read_code), (b"/join 7k2q-9x4m-7k2q-9x4m-7k2q-9x4m", b"7k2q9x4m" * 3)),
    Parser("folder", typed(in_folder), (b"refuge", "Été 2026".encode())),
    Parser("mailbox", typed(mailbox), (b"bilans@refuge.example",), (NotAnAddress,)),
    Parser("partner-mailbox", typed(in_mailbox), (b"bilans@refuge.example",)),
    Parser("url", typed(_url), (b"https://a.example:8443/x", b"http://[::1]:80/"), (NotAnAddress,)),
    Parser("listening", typed(listening), (b"127.0.0.1:8443", b"[::1]:1"), (NotAnAddress,)),
    Parser("host", typed(host_name), (b"smtp.example.org", b"::ffff:1.2.3.4"), (NotAnAddress,)),
    Parser("time-zone", typed(known_zone), (b"Europe/Paris", b"../etc/passwd"), (ValueError,)),
    Parser("cron", typed(_rings), (b"0 9 1 * *", b"*/5 0-6,9 1 jan-mar mon"), (ValueError, SettingsError)),
    Parser("settings", _settings, (_ENV, *_FILLED), (SettingsError,)),
    Parser("envelope", _envelope, (_ENVELOPE,), (ValueError,)),
    Parser("coded-part", _coded, (_CODED,), (CannotOpen,)),
    Parser(
        "story-part",
        _told_story,
        (write_story(StoryPart("fr", (("narrative", ("Il a écrit.",)),), "Il a écrit.")),),
        (CannotOpen,),
    ),
    Parser(
        "released-quote", _released, (write_released(Released("x", frozenset({"a", "b"}))),), (CannotOpen,)
    ),
    Parser("context", _context, (context_line(_CONTEXT),), (ValueError,)),
    Parser("digest", _thawed, ((EXAMPLES / "digest-1.json").read_bytes(),), (StoreDamaged,)),
    Parser("errand", _errand, (seal_small(KEY, "errand", b"[1]"), bytes(40))),
    Parser(
        "boxes",
        _boxes,
        (
            seal_draft(KEY, b"i" * 32, 3, _ENVELOPE),
            seal_small(KEY, "route", b"x"),
            seal_under(KEY, b"x"),
            seal(b"body", _CONTEXT, TEAM),
            seal_command(b"body", TEAM),
        ),
    ),
    Parser("decision", typed(_document), (_DECISION.document(), _PASTED), (decisions.Unfit,)),
    Parser("decision-file", typed(decisions.read_file_name), (b"t-abcdefgh.1.story.age",)),
    Parser("backup", _unpacked, (_packed(),), (CannotOpen,)),
    Parser("audit-log", _log, (audit.line(1, 20_000, "desk", "unlock", "").encode(), b"[1]\n[2]\n{}")),
)
