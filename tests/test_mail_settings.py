"""It is promised that what contradicts itself about mail is told at the start, in a sentence each."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.addresses import NotAnAddress, host_name, mailbox
from bot.errors import SettingsError
from bot.settings import Settings

FROM = "SEUIL_SMTP_FROM=bilans@asso.example\n"
SERVER = FROM + "SEUIL_SMTP_HOST=smtp.asso.example\n"
HERE = FROM + "SEUIL_SMTP_HOST=127.0.0.1\nSEUIL_SMTP_SECURITY=none\n"

Read = Callable[[str], Settings]


@pytest.fixture
def read(tmp_path) -> Read:
    """The settings of a .env of this text."""

    def load(text: str) -> Settings:
        (tmp_path / ".env").write_text(text, encoding="utf-8")
        (tmp_path / ".env").chmod(0o600)
        return Settings.load(tmp_path / ".env")

    return load


def test_without_a_word_about_mail_none_leaves_and_no_folder_is_written():
    settings = Settings.load(None)

    assert (settings.smtp_host, settings.smtp_security, settings.smtp_port) == ("", "tls", None)
    assert settings.digest_folder is None


def test_a_server_and_a_sender_are_enough_and_mean_tls(read):
    settings = read(SERVER)

    assert (settings.smtp_host, settings.smtp_security) == ("smtp.asso.example", "tls")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("SEUIL_SMTP_HOST=smtp.asso.example\n", "HOST (line 1): given without SEUIL_SMTP_FROM"),
        ("SEUIL_SMTP_PORT=2525\n", "PORT (line 1): given without SEUIL_SMTP_HOST"),
        ("SEUIL_SMTP_USER=seuil\nSEUIL_SMTP_PASSWORD=x\n", "USER (line 1): given without SEUIL_SMTP_HOST"),
        ("SEUIL_SMTP_CA=ca.pem\n", "CA (line 1): given without SEUIL_SMTP_HOST"),
        (SERVER + "SEUIL_SMTP_USER=seuil\n", "PASSWORD: left out while SEUIL_SMTP_USER is given"),
        (SERVER + "SEUIL_SMTP_PASSWORD=zqzq\n", "PASSWORD (line 3): given without SEUIL_SMTP_USER"),
        (SERVER + "SEUIL_SMTP_SECURITY=none\n", "SECURITY (line 3): tls or starttls expected, none found"),
        (SERVER + "SEUIL_SMTP_SECURITY=ssl\n", "SECURITY (line 3): tls, starttls or none expected"),
        (SERVER + "SEUIL_SMTP_PORT=587\n", "PORT (line 3): another port expected, 587 found"),
        (
            SERVER + "SEUIL_SMTP_SECURITY=starttls\nSEUIL_SMTP_PORT=465\n",
            "PORT (line 4): another port expected, 465 found",
        ),
        (HERE + "SEUIL_SMTP_CA=ca.pem\n", "CA (line 4): given with SEUIL_SMTP_SECURITY=none"),
        (SERVER + "SEUIL_SMTP_PORT=65536\n", "PORT (line 3): a port, a whole number from 1 to 65535"),
        (FROM + "SEUIL_SMTP_HOST=https://asso.example\n", "HOST (line 2): a server such as"),
        ("SEUIL_SMTP_FROM=asso\n", "FROM (line 1): an e-mail address expected"),
        (FROM + "SEUIL_SMTP_REPLY_TO='A <a@b.example>'\n", "REPLY_TO (line 2): an e-mail address expected"),
    ],
)  # fmt: skip
def test_a_contradiction_is_one_sentence_with_a_way_out(read, written, told):
    with pytest.raises(SettingsError) as caught:
        read(written)

    said = str(caught.value)
    assert f"SEUIL_SMTP_{told}" in said
    assert said.startswith("A setting is not as expected:")
    assert said.endswith(".")
    assert "zqzq" not in said


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost", "LOCALHOST"])
def test_in_clear_is_for_this_machine_and_said_explicitly(read, host):
    settings = read(f"{FROM}SEUIL_SMTP_HOST={host}\nSEUIL_SMTP_SECURITY=None\n")

    assert settings.smtp_security == "none"


@pytest.mark.parametrize(
    "host", ["10.0.0.7", "192.168.1.2", "relay", "localhost.example.org", "::ffff:8.8.8.8"]
)
def test_in_clear_is_for_no_neighbour(read, host):
    with pytest.raises(SettingsError, match="would travel in clear: write tls, or starttls"):
        read(f"{FROM}SEUIL_SMTP_HOST={host}\nSEUIL_SMTP_SECURITY=none\n")


def test_addresses_and_the_password_are_in_no_repr(read):
    settings = read(
        SERVER + "SEUIL_SMTP_USER=zq-user\nSEUIL_SMTP_PASSWORD=zq-pass\nSEUIL_SMTP_REPLY_TO=zq@a.example\n"
    )

    assert "zq" not in repr(settings) + str(settings)
    assert "bilans@" not in repr(settings) + str(settings)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("a@b.example", "a@b.example"), ("A.b+c@Asso.EXAMPLE", "A.b+c@asso.example"),
     ("d'arc@xn--ete-dma.example", "d'arc@xn--ete-dma.example")],
)  # fmt: skip
def test_a_mailbox_keeps_its_name_and_its_domain_in_lower_case(written, meant):
    assert mailbox(written) == meant


@pytest.mark.parametrize(
    "written",
    ["", "a", "@b.example", "a@", "a@b", "a@@b.example", "a b@c.example", "a@b.example\n",
     "a\r\nBcc:@b.example",
     '"a b"@c.example', "a@[127.0.0.1]", "a@127.0.0.1", "A <a@b.example>", "a@b.example,c@d.example",
     "é@b.example", "a@été.example", ".a@b.example", "a..b@c.example", "a@-b.example", "a@b..example",
     "a" * 65 + "@b.example", "a@" + "b." * 130 + "example", "a@b.example>", "a@b.example\x00",
     "a@\u212a.example", "\u212a@b.example"],
)  # fmt: skip
def test_what_could_mean_something_else_to_a_server_is_no_mailbox(written):
    with pytest.raises(NotAnAddress):
        mailbox(written)


@given(st.text(max_size=60))
def test_any_text_is_a_plain_address_or_refused(text):
    for read_as in (mailbox, host_name):
        try:
            meant = read_as(text)
        except NotAnAddress:
            pass
        else:
            assert meant.isascii()
            assert meant.isprintable()
            assert not set(meant) & set(' <>,;"()\\')
