"""It is promised that a digest reaches a mailbox whole, signed, unread on its way, and once."""

from __future__ import annotations

import asyncio
import hashlib
import io
import re
import shutil
import socket
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from bot import letters
from bot.age import decrypt
from bot.errors import SettingsError
from bot.formats import FORMATS, File, Rendered
from bot.letters import SUMS, Envelope
from bot.settings import Settings
from bot.signing import verify
from handlers import Address
from handlers.delivery import Parcel, Undelivered
from handlers.delivery.mail import MailCarrier, packed
from tests.mailkit import (
    HERE,
    PASSWORD,
    USER,
    Authority,
    PostOffice,
    attached,
    deaf,
    open_office,
    read,
    shown,
)
from tests.parcels import IDENTITY, OLD_IDENTITY, SIGNER, WORDS, parcel, rendered, runs

NOW = datetime(2026, 11, 23, 12, 44, 31, tzinfo=UTC)
SENDER = "bilans@asso.example"
PARTNER = "contact.zq@partenaire.example"
TO = Address("mail", PARTNER)
LIGHT = parcel(wanted=("text", "csv"))
"""What is in it is of no interest to the server."""

SUBJECT = "Seuil\u00a0: bilan n°\u00a03"

needs_minisign = pytest.mark.skipif(
    shutil.which("minisign") is None, reason="minisign is missing: apt-get install minisign"
)
needs_age = pytest.mark.skipif(shutil.which("age") is None, reason="age is missing: apt-get install age")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"))


def carrier(
    port: int, way: str, ca: Path | None = None, seconds: float = 20.0, **changed: Any
) -> MailCarrier:
    settings = Settings(
        smtp_from=SENDER, smtp_host=changed.pop("host", HERE), smtp_security=way, smtp_port=port, smtp_ca=ca,
        **changed,
    )  # fmt: skip
    return MailCarrier(settings, WORDS, NOW.timestamp, answer_seconds=seconds, whole_seconds=3 * seconds)


@asynccontextmanager
async def office(
    authority: Authority, way: str, **changed: Any
) -> AsyncIterator[tuple[PostOffice, MailCarrier]]:
    """A post office that speaks this way, and a carrier who knows it."""
    login = changed.pop("login", None)
    settings = {"smtp_user": login[0], "smtp_password": login[1]} if login else {}
    context = None if way == "none" else authority.vouches()
    async with open_office(way, context, login=bool(login), **changed) as open_:
        ca = None if way == "none" else authority.file
        yield open_, carrier(open_.port, way, ca, **settings)


async def reason(carrying: MailCarrier, to: Address = TO, what: Parcel | None = None) -> str:
    """Why it did not arrive; nothing that is raised holds the address."""
    with pytest.raises(Undelivered) as caught:
        await carrying.carry(to, what or LIGHT)
    error = caught.value
    assert error.__cause__ is None
    assert error.__context__ is None
    assert "zq" not in repr(error) + str(error)
    return error.reason


def composed(
    what: Parcel, to: str = PARTNER, name: str = "Seuil", reply_to: str = "", now: datetime = NOW
) -> bytes:
    envelope = Envelope(SENDER, name, to, reply_to, now)
    return letters.compose(packed(what, to), envelope, WORDS[what.language], what.key_line)


# --- on its way ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["tls", "starttls"])
async def test_a_mail_leaves_encrypted_and_arrives_as_it_was_composed(authority: Authority, way: str) -> None:
    async with office(authority, way) as (there, carrying):
        await carrying.carry(TO, LIGHT)

    assert there.was_encrypted == [True]
    assert (there.senders, there.recipients) == ([SENDER], [[PARTNER]])
    assert there.kept == [composed(LIGHT)]


async def test_in_clear_a_mail_goes_to_this_machine_where_that_is_said(authority: Authority) -> None:
    async with office(authority, "none") as (there, carrying):
        await carrying.carry(TO, LIGHT)

    assert there.was_encrypted == [False]
    assert len(there.kept) == 1


@pytest.mark.parametrize("way", ["tls", "starttls"])
async def test_who_must_log_in_does_so_after_the_way_is_safe(authority: Authority, way: str) -> None:
    async with office(authority, way, login=(USER, PASSWORD)) as (there, carrying):
        await carrying.carry(TO, LIGHT)

    assert set(there.logins) == {(USER.encode(), PASSWORD.encode())}
    assert len(there.kept) == 1


async def test_the_server_is_told_the_associations_domain_and_not_this_machines_name(
    authority: Authority,
) -> None:
    async with office(authority, "starttls") as (there, carrying):
        await carrying.carry(TO, LIGHT)

    assert set(there.called) == {"asso.example"}


@pytest.mark.parametrize("drops", [{"QUIT"}, set()])
@pytest.mark.parametrize("says", [{"QUIT": "421 going away"}, {"QUIT": "500 what"}])
async def test_what_was_taken_is_sent_however_the_server_takes_its_leave(
    authority: Authority, says: dict[str, str], drops: set[str]
) -> None:
    async with office(authority, "tls", says=says, drops=drops) as (there, carrying):
        await carrying.carry(TO, LIGHT)

    assert len(there.kept) == 1


# --- what goes wrong ----------------------------------------------------------------------------------------


async def test_without_a_server_it_is_said_that_the_settings_are_missing() -> None:
    assert await reason(MailCarrier(Settings(), WORDS)) == "unset"


async def test_a_server_without_starttls_gets_neither_password_nor_mail(authority: Authority) -> None:
    async with open_office("none") as there:
        settings = {"smtp_user": USER, "smtp_password": PASSWORD}
        assert await reason(carrier(there.port, "starttls", authority.file, **settings)) == "insecure"

    assert (there.logins, there.senders, there.kept) == ([], [], [])


async def test_a_server_that_speaks_no_tls_gets_nothing(authority: Authority) -> None:
    async with open_office("none") as there:
        assert await reason(carrier(there.port, "tls", authority.file)) == "insecure"

    assert there.called == []


@pytest.mark.parametrize("way", ["tls", "starttls"])
@pytest.mark.parametrize(
    "fault", ["another authority", "another name", "out of date", "the world's authorities"]
)
async def test_a_certificate_nobody_vouches_for_gets_nothing(
    authority: Authority, tmp_path: Path, way: str, fault: str
) -> None:
    names = [x509.DNSName("autre.example")] if fault == "another name" else []
    context = authority.vouches(*names, days=-1 if fault == "out of date" else 2)
    known: Path | None = authority.file
    if fault == "another authority":
        known = Authority(tmp_path, "autre").file
    if fault == "the world's authorities":
        known = None
    async with open_office(way, context) as there:
        assert await reason(carrier(there.port, way, known)) == "insecure"

    assert (there.senders, there.kept) == ([], [])


@pytest.mark.parametrize(
    ("verb", "answer", "told"),
    [
        ("RCPT", "550 5.1.1 <contact.zq@partenaire.example> unknown", "refused"),
        ("RCPT", "551 not here", "refused"),
        ("RCPT", "552 5.2.2 mailbox full", "full"),
        ("RCPT", "452 4.2.2 mailbox full", "full"),
        ("RCPT", "550 5.2.2 over quota", "full"),
        ("RCPT", "450 4.2.1 greylisted, try later", "unreachable"),
        ("RCPT", "421 too busy", "unreachable"),
        ("MAIL", "550 5.7.1 not your address", "other"),
        ("MAIL", "530 5.7.0 authentication required", "login"),
        ("MAIL", "451 later", "unreachable"),
        ("DATA", "552 5.3.4 too large", "full"),
        ("DATA", "554 5.7.1 looks like spam to contact.zq@partenaire.example", "other"),
        ("DATA", "451 4.3.0 later", "unreachable"),
    ],
)
async def test_an_answer_becomes_a_reason_that_names_nobody(
    authority: Authority, caplog: pytest.LogCaptureFixture, verb: str, answer: str, told: str
) -> None:
    caplog.set_level("DEBUG")
    async with office(authority, "tls", says={verb: answer}) as (there, carrying):
        assert await reason(carrying) == told

    assert there.kept == []
    ours = [record for record in caplog.records if record.name.startswith("handlers")]
    assert [record.args for record in ours] == [(told, "send", int(answer[:3]))]
    assert "zq" not in "".join(record.getMessage() for record in ours)


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
async def test_a_line_that_is_cut_is_a_server_that_was_not_reached(authority: Authority, verb: str) -> None:
    async with office(authority, "tls", drops={verb}) as (_, carrying):
        assert await reason(carrying) == "unreachable"


async def test_a_wrong_password_is_told_as_one(authority: Authority) -> None:
    async with office(authority, "starttls", login=(USER, "faux")) as (there, carrying):
        assert await reason(carrying) == "login"

    assert there.kept == []


async def test_a_server_that_knows_no_login_is_told_as_one(authority: Authority) -> None:
    async with open_office("tls", authority.vouches()) as there:
        settings = {"smtp_user": USER, "smtp_password": PASSWORD}
        assert await reason(carrier(there.port, "tls", authority.file, **settings)) == "login"


@pytest.mark.parametrize("first", [b"", b"220 essai\r\n", b"220-essai"])
@pytest.mark.parametrize("way", ["tls", "starttls", "none"])
async def test_a_server_that_says_nothing_more_is_left_in_time(way: str, first: bytes) -> None:
    async with deaf(b"" if way == "tls" else first) as port:
        assert await reason(carrier(port, way, seconds=0.2)) == "unreachable"


async def test_a_server_that_is_not_there_is_told_as_one() -> None:
    with socket.socket() as taken:
        taken.bind((HERE, 0))  # bound, and nobody listens
        assert await reason(carrier(taken.getsockname()[1], "tls")) == "unreachable"
    assert await reason(carrier(465, "tls", host="no-such-host.invalid")) == "unreachable"


async def test_who_gives_up_waiting_leaves_no_line_open(authority: Authority) -> None:
    picked_up, hung_up = asyncio.Event(), asyncio.Event()
    async with deaf(b"220 essai\r\n", picked_up, hung_up) as port, asyncio.timeout(15):
        carrying = asyncio.create_task(carrier(port, "none").carry(TO, LIGHT))
        await picked_up.wait()
        carrying.cancel()
        with pytest.raises(asyncio.CancelledError):
            await carrying
        await hung_up.wait()


@pytest.mark.parametrize(
    "chat",
    ["", "zq", "zq@b.example\r\nRCPT TO:<x@y.example>", "zq <a@b.example>", "a@b.example, zq@d.example"],
)
async def test_what_is_no_address_is_said_to_no_server(authority: Authority, chat: str) -> None:
    async with office(authority, "tls") as (there, carrying):
        assert await reason(carrying, Address("mail", chat)) == "refused"

    assert there.called == []


async def test_what_cannot_be_sealed_is_not_sent_in_clear(authority: Authority) -> None:
    async with office(authority, "tls") as (there, carrying):
        assert await reason(carrying, what=parcel(recipient="age1zqzq")) == "unsealed"
        assert await reason(carrying, what=parcel(wanted=("text", "papyrus"))) == "unrendered"

    assert there.called == []


@pytest.mark.parametrize("content", [None, b"", b"zq"])
def test_a_file_of_certificates_that_is_none_is_refused_at_the_start(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "zq.pem"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(SettingsError, match=r"SEUIL_SMTP_CA: a readable file") as caught:
        carrier(465, "tls", path)

    assert "BEGIN CERTIFICATE" in caught.value.hint
    assert "zq" not in str(caught.value)


# --- what is in it ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_text_of_a_mail_is_the_digests_own(language: str) -> None:
    mail = read(composed(parcel(language)))
    body = mail.get_body(("plain",))
    assert body is not None

    for message in rendered(language)["text"].messages:
        assert message in shown(mail)
    assert mail["Content-Language"] == language
    assert body.get_content_charset() == "utf-8"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_html_says_the_same_line_for_line_and_asks_nobody_for_anything(language: str) -> None:
    mail = read(composed(parcel(language)))
    html = shown(mail, "html")

    said = unescape(re.sub(r"(?s)<style>.*</style>|<title>.*?</title>|<[^>]*>", "", html))
    lines = [line.strip() for line in shown(mail).splitlines() if line.strip()]
    assert [line for line in said.splitlines() if line] == lines
    assert f'<html lang="{language}">' in html
    assert not re.search(r"(?i)src=|href=|url\(|@import|<script|<img|<link|<form|<table|http", html)
    assert html.count("<h1>") == 1
    assert html.count("<h2>") >= 14


def test_every_file_arrives_to_the_byte() -> None:
    files = attached(read(composed(parcel())))

    for name in FORMATS:
        for file in rendered()[name].files:
            assert files[file.name] == file.body
    assert files["seuil-3-fr.txt"].decode().startswith(rendered()["text"].messages[0])
    assert list(files)[-2:] == [SUMS, f"{SUMS}.minisig"]


def test_only_what_was_asked_for_is_attached_and_text_shown_only_to_who_asked() -> None:
    mail = read(composed(parcel(wanted=("csv",))))

    assert list(attached(mail)) == ["seuil-3-fr.csv", SUMS, f"{SUMS}.minisig"]
    assert mail.get_body(("html",)) is None
    assert shown(mail).startswith("Bonjour, le bilan n°\u00a03 est dans les fichiers joints.")
    assert "personnes ont déclaré" not in shown(mail)


def test_the_head_of_a_mail_tells_nothing_to_who_looks_over_a_shoulder() -> None:
    mail = read(composed(parcel(), reply_to="reponses@asso.example"))

    assert mail["Subject"] == SUBJECT
    assert mail["From"] == f"Seuil <{SENDER}>"
    assert (mail["To"], mail["Reply-To"]) == (PARTNER, "reponses@asso.example")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert parsedate_to_datetime(mail["Date"]) == NOW.replace(minute=0, second=0)
    assert sorted(mail.keys()) == sorted(
        ["Subject", "From", "To", "Reply-To", "Date", "Message-ID", "Auto-Submitted", "MIME-Version",
         "X-Auto-Response-Suppress", "Content-Type", "Content-Language"]
    )  # fmt: skip


def test_a_mail_is_ascii_in_short_lines_so_that_every_server_passes_it_on_unchanged() -> None:
    for what in (parcel(), parcel("en"), parcel(recipient=IDENTITY.recipient.text())):
        mail = composed(what)

        assert mail.isascii()
        assert max(map(len, mail.split(b"\r\n"))) <= 78
        assert b"\n" not in mail.replace(b"\r\n", b"")


LONG = "x" * 1200 + " é" * 800 + "\n.\n..\nFrom here\n"


def test_text_of_any_shape_passes_a_server_unchanged() -> None:
    odd = {**rendered(), "text": Rendered(messages=(LONG,))}

    mail = composed(parcel(rendered=odd))

    assert LONG.strip() in shown(read(mail))
    assert max(map(len, mail.split(b"\r\n"))) <= 78


async def test_lines_of_a_single_dot_do_not_end_a_mail(authority: Authority) -> None:
    odd = {**rendered(), "text": Rendered(messages=(LONG,))}

    async with office(authority, "tls") as (there, carrying):
        await carrying.carry(TO, parcel(rendered=odd))

    assert there.kept == [composed(parcel(rendered=odd))]


@given(
    st.text(
        st.characters(codec="utf-8", exclude_categories=["C", "Z"]) | st.just(" "), min_size=1, max_size=64
    ).filter(str.strip)
)
def test_any_name_an_operator_may_choose_is_read_back_and_adds_no_header(name: str) -> None:
    name = name.strip()
    mail = read(composed(parcel(wanted=("csv",)), name=name))

    assert mail["From"].addresses[0].addr_spec == SENDER
    assert mail["Subject"].endswith("bilan n°\u00a03")
    assert [each.addr_spec for each in mail["To"].addresses] == [PARTNER]
    assert len(mail.keys()) == 10


def test_a_line_end_in_a_name_is_no_new_header() -> None:
    for name in ("Seuil\r\nBcc: x@y.example", "Seuil\nX: y", "Seuil\r"):
        with pytest.raises(ValueError, match=r"CR|linefeed"):
            composed(parcel(), name=name)


def test_two_files_of_one_name_are_refused() -> None:
    twice = {**rendered(), "csv": Rendered(files=(File("Seuil-3-fr.JSON", "text/csv", b""),))}

    with pytest.raises(ValueError, match="one name"):
        composed(parcel(rendered=twice))


# --- recognised ---------------------------------------------------------------------------------------------


def test_a_mail_sent_again_is_the_same_mail() -> None:
    later = NOW.replace(hour=18)

    assert composed(parcel()) == composed(parcel())
    again = read(composed(parcel(), now=later))
    assert again["Message-ID"] == read(composed(parcel()))["Message-ID"]
    assert attached(again) == attached(read(composed(parcel())))


def test_each_content_to_each_mailbox_has_its_own_name() -> None:
    key = {"recipient": IDENTITY.recipient.text()}
    text = ("text",)
    different: list[tuple[Parcel, str]] = [
        (parcel(wanted=text), PARTNER), (parcel(wanted=text), "x@y.example"),
        (parcel("en", wanted=text), PARTNER), (parcel(number=4, wanted=text), PARTNER),
        (parcel(wanted=("csv",)), PARTNER), (parcel(wanted=text, **key), PARTNER),
    ]  # fmt: skip

    names = [read(composed(what, to))["Message-ID"] for what, to in different]

    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"<[0-9a-f]{32}@asso\.example>", name) for name in names)


def test_without_the_signing_key_nobody_can_tell_whom_a_name_is_for() -> None:
    guess = parcel(sign=lambda _body, _comment: "")

    assert packed(guess, PARTNER).mark != packed(parcel(), PARTNER).mark


# --- signed, sealed -----------------------------------------------------------------------------------------


def saved(folder: Path, mail: bytes) -> None:
    for name, body in attached(read(mail)).items():
        (folder / name).write_bytes(body)


def test_the_sums_name_every_file_and_are_signed_for_this_digest() -> None:
    files = dict(attached(read(composed(parcel()))))
    signature = files.pop(f"{SUMS}.minisig").decode()
    sums = files.pop(SUMS)

    assert verify(sums, signature, SIGNER.verify_key) == f"digest 3 fr {parcel().sha256}"
    told = dict(reversed(line.split("  ")) for line in sums.decode().splitlines())
    assert told == {name: hashlib.sha256(body).hexdigest() for name, body in files.items()}


COMMAND = re.compile(r"^    (\S.*)$", re.MULTILINE)


def commands(mail: bytes) -> Iterator[list[str]]:
    """What the mail tells its reader to type."""
    yield from (line.split() for line in COMMAND.findall(shown(read(mail))))


@pytest.mark.oracle
@needs_minisign
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_commands_in_a_mail_find_it_good_and_a_changed_file_bad(tmp_path: Path, language: str) -> None:
    mail = composed(parcel(language))
    saved(tmp_path, mail)
    minisign, sha256sum = commands(mail)

    assert (minisign[0], sha256sum[0]) == ("minisign", "sha256sum")
    assert runs(tmp_path, *minisign).returncode == runs(tmp_path, *sha256sum).returncode == 0

    (tmp_path / f"seuil-3-{language}.csv").write_bytes(b"0")
    assert runs(tmp_path, *sha256sum).returncode != 0
    (tmp_path / SUMS).write_bytes((tmp_path / SUMS).read_bytes().replace(b"a", b"b"))
    assert runs(tmp_path, *minisign).returncode != 0


@pytest.mark.parametrize("identity", [IDENTITY, OLD_IDENTITY], ids=["age1pq1", "age1"])
def test_a_sealed_mail_shows_nothing_of_a_digest_but_its_number(identity: Any) -> None:
    what = parcel(recipient=identity.recipient.text())
    mail = composed(what)
    text = shown(read(mail))

    assert list(attached(read(mail))) == ["seuil-3-fr.zip.age", "seuil-3-fr.zip.age.minisig"]
    assert read(mail)["Subject"] == SUBJECT
    assert what.sha256 not in text
    for line in "\n".join(rendered()["text"].messages).splitlines()[1:]:
        assert not line or line not in text
    assert len([part for part in read(mail).walk() if part.get_content_maintype() == "text"]) == 1


@pytest.mark.parametrize("identity", [IDENTITY, OLD_IDENTITY], ids=["age1pq1", "age1"])
def test_opened_a_sealed_mail_is_the_very_set_of_an_open_one(identity: Any) -> None:
    box = attached(read(composed(parcel(recipient=identity.recipient.text()))))["seuil-3-fr.zip.age"]

    with zipfile.ZipFile(io.BytesIO(decrypt(box, [identity]))) as archive:
        opened = {name: archive.read(name) for name in archive.namelist()}

    plain = attached(read(composed(parcel())))
    assert opened == {f"seuil-3-fr/{name}": body for name, body in plain.items()}


def test_sealed_again_a_mail_keeps_its_name_and_opens_to_the_same_bytes() -> None:
    what = parcel(recipient=IDENTITY.recipient.text())
    first, second = read(composed(what)), read(composed(what))

    assert first["Message-ID"] == second["Message-ID"]
    boxes = [attached(mail)["seuil-3-fr.zip.age"] for mail in (first, second)]
    assert boxes[0] != boxes[1]
    assert decrypt(boxes[0], [IDENTITY]) == decrypt(boxes[1], [IDENTITY])


@pytest.mark.oracle
@needs_age
@needs_minisign
def test_the_commands_in_a_sealed_mail_open_it(tmp_path: Path) -> None:
    mail = composed(parcel(recipient=OLD_IDENTITY.recipient.text()))
    saved(tmp_path, mail)
    (tmp_path / "votre-cle.txt").write_text(OLD_IDENTITY.secret_text())
    age, minisign = commands(mail)

    assert runs(tmp_path, *minisign).returncode == 0
    assert runs(tmp_path, *age).returncode == 0

    shutil.unpack_archive(tmp_path / "seuil-3-fr.zip", tmp_path)
    inside = tmp_path / "seuil-3-fr"
    assert runs(inside, "sha256sum", "-c", SUMS).returncode == 0
    assert runs(inside, "minisign", "-Vm", SUMS, "-P", SIGNER.verify_key.line()).returncode == 0
