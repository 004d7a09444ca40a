"""What a partner asks for and chooses, and how partners without a chat come and go."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from zipfile import ZipFile

import pytest

from bot.age import HybridIdentity, X25519Identity, X25519Recipient, decrypt
from bot.errors import KeyFileError, SettingsError
from bot.formats import FORMATS
from bot.moderation import commands_of
from bot.sealing import fingerprint
from bot.settings import Settings
from bot.signing import read_public, verify
from handlers import Address
from handlers.bench import Policy
from handlers.delivery import USUAL_IN_A_CHAT, Parcel, wanted
from handlers.delivery.carriers import carriers
from handlers.members import Route
from handlers.partners import add, in_folder, in_mailbox, route_of
from storage import open_store
from tests.deskkit import PASSPHRASE, WORDS, House, print_here, words
from tests.test_desk_digests import THIRTY, approved, crowd

KEYS = [HybridIdentity(b"\x07" * 32), X25519Identity(b"\x08" * 32)]


class Post:
    """A carrier that keeps what it carried."""

    def __init__(self) -> None:
        self.carried: list[tuple[str, Parcel]] = []

    async def carry(self, to: Address, parcel: Parcel) -> None:
        self.carried.append((to.chat, parcel))


@pytest.fixture(autouse=True)
def quick_formats(monkeypatch: pytest.MonkeyPatch) -> None:
    """Typesetting takes a second each time, and is tested where it is the subject."""
    quick = {name: FORMATS[name] for name in ("text", "page", "csv", "json")}
    print_here(monkeypatch, quick)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House(await open_store("memory:"), Policy(idle_minutes=60 * 24 * 365))
    house.carriers |= {"mail": Post(), "folder": Post()}
    await house.seat("owner", "moderator", "partner", "partner 2")
    await house.desk.unlock(PASSPHRASE)
    yield house
    await house.store.close()


def post(house: House, channel: str = "mail") -> Post:
    there = house.carriers[channel]
    assert isinstance(there, Post)
    return there


async def published(house: House, *, times: int = 1) -> None:
    for _ in range(times):
        await approved(house, *(crowd(30) if times > 1 else THIRTY))
        await house.say("moderator", "/digest send")


def files(house: House, chair: str) -> dict[str, bytes]:
    return {file.name: file.body for who, screen in house.shown if who == chair for file in screen.files}


def endings(house: House, chair: str) -> set[str]:
    return {name.rpartition(".")[2] for name in files(house, chair)}


# --- past digests -------------------------------------------------------------------------------------------


async def test_every_approved_digest_is_listed_and_can_be_asked_for_again(house: House) -> None:
    await published(house, times=3)
    await approved(house, *THIRTY)
    await house.desk.due()
    house.shown.clear()

    listed = await house.say("partner", "/digest list")

    assert re.findall(r"· (\d)", listed) == ["1", "2", "3"], "and not what nobody approved"
    assert words("digest-title", number=2) in await house.say("partner", "/digest 2")
    assert set(files(house, "partner")) == {"seuil-2-fr.csv", "seuil-2-fr.json"}
    assert words("digest-title", number=3) in await house.say("partner", "/bilan dernier")
    for typed in ("/digest 4", "/digest 0", "/digest deux", "/digest -1"):
        assert await house.say("partner", typed) == words("desk-digest-no-such", last=3)


@pytest.mark.parametrize("typed", ["/digest", "/digest list", "/digest 1", "/bilan liste"])
async def test_before_the_first_digest_a_partner_is_told_that_there_is_none(house: House, typed: str) -> None:
    assert await house.say("partner", typed) == words("desk-digest-none")


async def test_a_held_digest_is_in_no_list(house: House) -> None:
    await published(house)
    house.deaf.add("partner 2")
    await house.say("owner", "/digest resend partner 2 1")
    await house.say("moderator", "/digest hold")

    assert await house.say("partner", "/digest list") == words("desk-digest-none")
    assert await house.say("partner", "/digest 1") == words("desk-digest-none")


# --- checking it --------------------------------------------------------------------------------------------


async def test_what_verify_sends_checks_the_files_of_the_chat(house: House) -> None:
    await published(house)
    await house.say("partner", "/format csv json text")
    sent = files(house, "partner")

    said = await house.say("partner", "/verify")

    line = house.bench.keys().signer.verify_key.line()
    assert f"minisign -Vm SHA256SUMS -P {line}" in said
    now = files(house, "partner")
    comment = verify(now["SHA256SUMS"], now["SHA256SUMS.minisig"].decode(), read_public(line))
    assert comment.startswith("digest 1 fr ")
    import hashlib  # noqa: PLC0415 - what sha256sum does

    sums = dict(line.split("  ")[::-1] for line in now["SHA256SUMS"].decode().splitlines())
    for name, body in sent.items():
        assert sums[name] == hashlib.sha256(body).hexdigest()
    assert sums["seuil-1-fr.txt"] == hashlib.sha256(now["seuil-1-fr.txt"]).hexdigest()


# --- choices ------------------------------------------------------------------------------------------------


async def test_a_partner_chooses_her_language_and_the_figures_stay(house: House) -> None:
    await published(house)
    which = WORDS["fr"].say("desk-language", language="fr", languages="fr, en")
    for typed in ("/language", "/language xx", "/langue"):
        assert await house.say("partner", typed) == which

    assert await house.say("partner", "/langue en") == words("desk-language-set", "en")

    assert words("digest-title", "en", number=1) in await house.say("partner", "/digest")
    assert await house.say("partner", "/nonsense") == words("desk-unknown", "en")
    assert "seuil-1-en.json" in files(house, "partner")


async def test_a_partner_chooses_which_files_come(house: House) -> None:
    await house.say("partner", "/format csv")
    await published(house)

    assert endings(house, "partner") == {"csv"}
    assert endings(house, "partner 2") == {"csv", "json"}
    assert words("digest-title", number=1) in house.told_to("partner")
    assert words("digest-unverified") not in house.told_to("partner"), "she wanted no text"
    assert "csv" in await house.say("partner", "/format")
    assert "page" in await house.say("partner", "/format word")
    await house.say("partner", "/formats tout")
    house.shown.clear()
    await house.say("partner", "/digest")
    assert endings(house, "partner") == {"csv", "json"}


def test_what_is_usual_depends_on_where_she_is_and_a_chart_goes_with_the_text() -> None:
    chat, mail = Address("telegram", "1"), Address("mail", "a@b.invalid")

    assert wanted(Route(chat, "fr")) == USUAL_IN_A_CHAT
    assert wanted(Route(mail, "fr")) == tuple(FORMATS)
    assert wanted(Route(chat, "fr", formats=("text", "pdf"))) == ("text", "pdf", "chart")
    assert wanted(Route(mail, "fr", formats=("csv",))) == ("csv",)
    assert {*USUAL_IN_A_CHAT} <= {*FORMATS}


async def test_a_pause_lets_digests_wait_and_what_was_missed_comes_in_order_on_resume(house: House) -> None:
    assert await house.say("partner", "/pause") == words("desk-paused")
    await published(house, times=2)
    assert "partner" not in {who for who, screen in house.shown if screen.files}
    assert words("desk-delivery-paused") in await house.say("owner", "/digest status")
    assert words("desk-digest-too-few", min=30) in await house.say("moderator", "/digest send"), (
        "she holds up nothing"
    )
    house.new_desk()
    await house.desk.unlock(PASSPHRASE)
    await house.desk.tick()
    house.shown.clear()

    said = await house.say("partner", "/resume")

    assert said.startswith(words("desk-resumed"))
    assert re.findall(words("digest-title", number=99).replace("99", r"(\d)"), said) == ["1", "2"]
    await house.desk.tick()
    assert len([1 for who, screen in house.shown if who == "partner" and screen.files]) == 2


async def test_leaving_is_asked_once_said_plainly_and_leaves_nothing(house: House) -> None:
    await published(house)
    where = Address("terminal", "partner")
    assert await house.say("partner", "/leave") == words("desk-leave")
    assert await house.members.find(where) is not None

    assert await house.say("partner", "/quitter oui") == words("desk-left")

    assert await house.members.find(where) is None
    assert words("desk-partner-left", name="partner") in house.told_to("owner")
    house.shown.clear()
    await approved(house, *crowd(30))
    await house.say("moderator", "/digest send")
    assert house.told_to("partner") == ""
    assert words("desk-delivery-gone") not in house.told_to("owner")


@pytest.mark.parametrize("identity", KEYS, ids=["hybrid", "x25519"])
async def test_with_a_key_a_chat_gets_one_sealed_file_that_the_key_opens(
    house: House, identity: HybridIdentity | X25519Identity, tmp_path: Path
) -> None:
    line = identity.recipient.text()
    assert await house.say("partner", "/key") == words("desk-key-none")

    kept = await house.say("partner", f"/key {line}")

    assert kept == words("desk-key-set", fingerprint=fingerprint(identity.recipient))
    assert fingerprint(identity.recipient) in await house.say("partner", "/clé")
    house.shown.clear()
    await published(house)
    (told,) = [screen for who, screen in house.shown if who == "partner"]
    assert told.text == words("desk-digest-sealed", period=1)
    (sealed, signature) = told.files
    line = house.bench.keys().signer.verify_key.line()
    assert verify(sealed.body, signature.body.decode(), read_public(line))
    (tmp_path / "open.zip").write_bytes(decrypt(sealed.body, [identity]))
    with ZipFile(tmp_path / "open.zip") as opened:
        names = {name.rpartition("/")[2] for name in opened.namelist()}
        text = opened.read("seuil-1-fr/seuil-1-fr.txt").decode()
    assert {"seuil-1-fr.txt", "seuil-1-fr.csv", "seuil-1-fr.json", "SHA256SUMS"} <= names
    assert words("digest-title", number=1) in text
    assert await house.say("partner", "/key remove") == words("desk-key-dropped")
    assert words("digest-title", number=1) in await house.say("partner", "/digest")


async def test_owners_hear_of_a_partners_new_key_so_that_they_can_ask_her(house: House) -> None:
    await house.say("partner", f"/key {KEYS[0].recipient.text()}")

    told = house.told_to("owner")
    assert fingerprint(KEYS[0].recipient) in told
    house.shown.clear()
    await house.say("partner", "/key remove")
    assert "scellés" in house.told_to("owner")
    assert house.told_to("moderator") == ""


@pytest.mark.parametrize(
    "typed",
    [
        *("/key age1", "/key nonsense", "/key {secret}", "/clé " + "x" * 3000),
        f"/key {X25519Recipient(bytes(32)).text()}",  # everybody has its secret: no digest could be sealed
    ],
)
async def test_what_is_no_public_key_changes_nothing_and_is_repeated_to_nobody(
    house: House, typed: str, caplog: pytest.LogCaptureFixture
) -> None:
    secret = KEYS[0].secret_text()

    said = await house.say("partner", typed.format(secret=secret))

    assert said == words("desk-key-refused")
    assert await house.say("partner", "/key") == words("desk-key-none")
    assert secret not in caplog.text


async def test_what_a_partner_chose_is_in_no_repr_and_survives_a_restart(house: House) -> None:
    line = KEYS[1].recipient.text()
    for typed in ("/language en", "/format csv json", f"/key {line}", "/pause"):
        await house.say("partner", typed)

    member = await house.members.find(Address("terminal", "partner"))

    assert member is not None
    route = house.members.route(member)
    assert (route.language, route.formats, route.paused, route.recipient) == (
        "en",
        ("csv", "json"),
        True,
        line,
    )
    assert line not in repr(route)
    assert line not in repr(member)


async def test_a_choice_moves_along_when_a_group_moves(house: House) -> None:
    code = await house.members.invite("partner", "En groupe", house.today)
    group, grown = Address("telegram", "-4"), Address("telegram", "-1004")
    assert await house.members.join(group, code, house.today, "fr", person="77") == "joined"
    member = await house.members.find(Address("telegram", "77"))
    assert member is not None
    route = house.members.route(member)
    paused = Route(route.who, "en", route.person, ("pdf",), True, KEYS[1].recipient.text())
    assert await house.store.commit((house.members.rerouted(member, paused),))

    assert await house.members.moved(group, grown, house.today) == 1

    member = await house.members.find(Address("telegram", "77"))
    assert member is not None
    assert house.members.route(member) == Route(grown, "en", "77", ("pdf",), True, paused.recipient)


async def test_a_route_of_an_older_version_is_read_and_means_the_usual(house: House) -> None:
    import orjson  # noqa: PLC0415 - the form of that version

    from bot.boxes import seal_small  # noqa: PLC0415

    member = await house.members.find(Address("terminal", "partner"))
    assert member is not None
    purpose = f"route {member.member.hex()} partner"
    for told in (["terminal", "partner", "fr"], ["terminal", "partner", "fr", "7"]):
        old = type(member)(
            member.member,
            "partner",
            seal_small(house.members.instance, purpose, orjson.dumps(told)),
            member.day,
            member.name,
        )
        route = house.members.route(old)
        assert route == Route(Address("terminal", "partner"), "fr", "7" if len(told) > 3 else "")


# --- partners without a chat --------------------------------------------------------------------------------


async def test_an_owner_adds_a_mailbox_and_a_folder_and_takes_them_away(house: House) -> None:
    assert words("desk-partner-added", name="Refuge Nord") == await house.say(
        "owner", "/partners mail Refuge Nord bilans@Refuge.Example"
    )
    assert words("desk-partner-added", name="Presse") == await house.say(
        "owner", "/partenaires dossier Presse"
    )
    assert words("desk-partner-there") == await house.say("owner", "/partners folder presse")
    await house.say("partner", "/pause")
    listed = await house.say("moderator", "/partners")
    assert "· Refuge Nord · mail · fr" in listed
    assert f"· partner · terminal · fr · {words('desk-partner-paused')}" in listed
    assert "refuge.example" not in listed

    await published(house)

    assert [to for to, _ in post(house).carried] == ["bilans@refuge.example"]
    assert [to for to, _ in post(house, "folder").carried] == ["presse"]
    parcel = post(house).carried[0][1]
    assert {"text", "page", "csv", "json"} == {*parcel.wanted} == {*parcel.rendered}
    assert parcel.key_line == house.bench.keys().signer.verify_key.line()
    await house.say("owner", "/revoke Refuge Nord")
    await approved(house, *crowd(30))
    await house.say("moderator", "/digest send")
    assert len(post(house).carried) == 1
    assert len(post(house, "folder").carried) == 2


async def test_a_way_that_is_not_set_is_a_reason_and_one_that_is_brings_the_files(
    house: House, tmp_path: Path
) -> None:
    root = tmp_path / "partners"
    root.mkdir()
    house.carriers |= carriers(Settings(digest_folder=root), WORDS, lambda: house.now)
    await house.say("owner", "/partners mail Refuge bilans@refuge.example")
    await house.say("owner", "/partners folder Presse")

    await published(house)
    await house.desk.pump()

    assert words("desk-undelivered.unset") in house.told_to("moderator")
    folder = root / "presse" / "seuil-1-fr"
    here = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert {"seuil-1-fr.txt", "seuil-1-fr.html", "seuil-1-fr.csv", "seuil-1-fr.json"} <= {*here}
    for name, body in files(house, "partner").items():
        assert here[name] == body, "the same to the byte, by whichever way"


@pytest.mark.parametrize(
    "typed",
    [
        "/partners mail Refuge",
        "/partners mail bilans@refuge.example",
        "/partners mail Refuge pas-une-adresse",
        "/partners mail Refuge a@b",
        "/partners folder ../ailleurs",
        "/partners folder /etc",
    ],
)
async def test_what_is_no_place_for_digests_adds_nobody(house: House, typed: str) -> None:
    before = await house.store.members("partner")

    assert await house.say("owner", typed) == words("desk-partner-example")
    assert await house.store.members("partner") == before


@pytest.mark.parametrize("name", ["..", "a/b", "", "-", "a\0b", "x" * 80, "C:"])
def test_no_folder_leads_anywhere_else(name: str) -> None:
    assert in_folder(name) is None


def test_a_folder_is_called_as_its_partner_without_accents() -> None:
    assert in_folder("Maison des Fées") == Address("folder", "maison-des-fees")
    assert in_mailbox("a@b.example") == Address("mail", "a@b.example")


async def test_the_console_adds_a_partner_with_a_language_and_a_key(house: House) -> None:
    line = KEYS[0].recipient.text()
    route = route_of("bilans@refuge.example", "", "en", line)

    assert await add(house.members, "Refuge", route, house.today)
    assert not await add(house.members, "Encore", route, house.today)

    await published(house)
    ((to, parcel),) = post(house).carried
    assert (to, parcel.language, parcel.recipient) == ("bilans@refuge.example", "en", line)
    assert "bilans@refuge" not in repr(route)
    assert "bilans@refuge" not in repr(parcel)
    assert all("refuge" not in row.line for row in await house.store.audit_lines())


@pytest.mark.parametrize(
    "said",
    [
        ("", "", "fr", ""),
        ("a@b.example", "refuge", "fr", ""),
        ("not an address", "", "fr", ""),
        ("", "../up", "fr", ""),
        ("a@b.example", "", "xx", ""),
        ("a@b.example", "", "fr", "age1nonsense"),
        ("a@b.example", "", "fr", X25519Recipient(bytes(32)).text()),
    ],
)
def test_the_console_says_what_it_expects_and_repeats_nothing(said: tuple[str, str, str, str]) -> None:
    with pytest.raises((SettingsError, KeyFileError)) as refused:
        route_of(*said)

    assert refused.value.hint
    assert "not an address" not in str(refused.value)


# --- who may ------------------------------------------------------------------------------------------------


async def test_partners_choices_do_not_exist_for_others_nor_owners_additions_for_partners(
    house: House,
) -> None:
    mine = {*commands_of("partner")} - {*commands_of("moderator")}
    theirs = {"partners_mail", "partners_folder", "digest_resend"}

    for name in mine:
        assert await house.say("owner", f"/{name.replace('_', ' ')}") in (
            words("desk-unknown"),
            words("desk-no-text", example="/summary (/résumé) texte"),
        )
    for name in theirs:
        typed = f"/{name.replace('_', ' ')} x y@z.example"
        assert await house.say("moderator", typed) == words("desk-unknown")
    assert await house.say("partner", "/partners mail x y@z.example") == words("desk-unknown")
