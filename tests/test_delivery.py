"""Delivery: what was approved arrives, once in the ledger, the same to the byte, and never silently not.

The formats here are small and have a version, so that an upgrade can happen in the middle of a test.
"""

from __future__ import annotations

import asyncio
import errno
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace as changed

from bot.errors import StoreFull
from bot.formats import FORMATS, File, Rendered, Says
from handlers import Address, Gone, Screen, Unreached
from handlers.bench import Policy
from handlers.delivery import USUAL_IN_A_CHAT, Parcel, Reason, Undelivered
from handlers.delivery.ledger import SLOW_WAITS, WAITS
from handlers.members import Route
from storage import DeliveryRow, MemberRow, Store, open_store
from storage.changes import Change, KeepRendition
from tests.deskkit import PASSPHRASE, WORDS, House, print_here, words
from tests.test_desk_digests import THIRTY, KilledError, Mortal, approved

MINUTE = 60.0
HALF_A_DAY = 12 * 60
POLICY = Policy(idle_minutes=60 * 24 * 365)


class Press:
    """The formats of one version of Seuil. `broken`: those whose template does not work."""

    def __init__(self) -> None:
        self.version = 1
        self.broken: set[str] = set()
        self.runs = 0

    def formats(self) -> dict[str, object]:
        def small(name: str, media: str, ending: str) -> object:
            def render(frozen: bytes, says: Says) -> Rendered:
                self.runs += 1
                if name in self.broken:
                    raise ValueError(f"{name}: a template broke, and quotes {frozen!r}")
                told = WORDS[says.language].say("digest-title", number=1)
                body = f"{name} {self.version} {told}".encode()
                return Rendered(files=(File(f"seuil-1-{says.language}.{ending}", media, body, "en mots"),))

            return render

        return {
            "text": FORMATS["text"],
            "chart": small("chart", "image/png", "png"),
            "pdf": small("pdf", "application/pdf", "pdf"),
            "json": small("json", "application/json", "json"),
        }


@pytest.fixture
def press(monkeypatch: pytest.MonkeyPatch) -> Press:
    press = Press()
    print_here(monkeypatch, press.formats())
    return press


class Post:
    """A carrier that keeps what it carried, and fails as it is told."""

    def __init__(self) -> None:
        self.carried: list[tuple[str, Parcel]] = []
        self.tried: list[float] = []
        self.reason: Reason | None = None
        self.fault: Exception | None = None
        self.gate: asyncio.Event | None = None

    async def carry(self, to: Address, parcel: Parcel) -> None:
        self.tried.append(0.0)
        if self.gate is not None:
            await self.gate.wait()
        if self.fault is not None:
            raise self.fault
        if self.reason is not None:
            raise Undelivered(self.reason)
        self.carried.append((to.chat, parcel))


@pytest.fixture
async def house(press: Press) -> AsyncIterator[House]:
    store = await open_store("memory:")
    yield await opened(store)
    await store.close()


async def opened(store: Store) -> House:
    house = House(store, POLICY)
    house.carriers["mail"] = Post()
    await house.seat("owner", "moderator", "partner", "partner 2")
    await house.desk.unlock(PASSPHRASE)
    return house


@pytest.fixture
def post(house: House) -> Post:
    post = house.carriers["mail"]
    assert isinstance(post, Post)
    return post


async def by_mail(house: House, name: str = "Refuge", **chosen: object) -> None:
    route = Route(Address("mail", f"{name.lower()}@exemple.invalid"), "fr", **chosen)  # type: ignore[arg-type]  # fields by name
    assert await house.store.commit((house.members.admitted(name, route, house.today),))


async def sent_to_all(house: House) -> None:
    await approved(house, *THIRTY)
    await house.say("moderator", "/digest send")


def files(house: House, chair: str) -> dict[str, bytes]:
    return {file.name: file.body for who, screen in house.shown if who == chair for file in screen.files}


def got(house: House, chair: str) -> list[Screen]:
    """All that was shown to a chair of a digest."""
    return [screen for who, screen in house.shown if who == chair]


async def states(house: House) -> dict[str, DeliveryRow]:
    names = {row.member: row.name for row in await house.store.members()}
    return {names.get(row.member, "?"): row for row in await house.store.deliveries()}


async def later(house: House, minutes: float) -> None:
    house.now += MINUTE * minutes
    await house.desk.tick()


# --- rendered once ------------------------------------------------------------------------------------------


async def test_who_asks_after_an_upgrade_gets_what_the_others_got_to_the_byte(
    house: House, press: Press
) -> None:
    await sent_to_all(house)
    first = got(house, "partner")
    house.shown.clear()
    press.version = 2
    house.new_desk()
    await house.desk.unlock(PASSPHRASE)

    await house.say("partner", "/digest")

    assert got(house, "partner") == first
    assert b"pdf 1" in files(house, "partner")["seuil-1-fr.pdf"]


async def test_a_partner_added_late_is_sent_past_digests_identical_to_the_byte(
    house: House, post: Post, press: Press
) -> None:
    await by_mail(house, "Refuge")
    await sent_to_all(house)
    press.version = 2
    await by_mail(house, "Plus tard")
    await later(house, 60)
    assert [to for to, _ in post.carried] == ["refuge@exemple.invalid"]

    said = await house.say("owner", "/digest resend Plus tard")

    assert words("desk-resend", count=1, name="Plus tard") in said
    (_, early), (to, late) = post.carried
    assert to == "plus tard@exemple.invalid"
    assert late.rendered == early.rendered
    assert late.sha256 == early.sha256
    runs = press.runs
    await house.say("owner", "/digest resend Refuge 1")
    assert [parcel.rendered for _, parcel in post.carried] == [early.rendered] * 3
    assert press.runs == runs
    nothing = await house.say("owner", "/digest resend Plus tard")
    assert words("desk-resend-nothing", name="Plus tard") in nothing


async def test_a_rendition_that_somebody_exchanged_is_not_sent_and_alarms(house: House) -> None:
    await sent_to_all(house)
    english = await house.store.rendition(1, "en")
    honest = house.store.rendition

    async def forged(period: int, language: str) -> bytes | None:
        return english if language == "fr" else await honest(period, language)

    house.store.rendition = forged  # type: ignore[method-assign]  # a ledger somebody wrote to
    house.shown.clear()
    said = await house.say("partner", "/digest")

    assert said == words("desk-digest-cannot-read", period=1)
    assert words("desk-alarm-digest", period=1) in house.told_to("owner")
    assert files(house, "partner") == {}


async def test_nothing_of_a_digest_lies_readable_beside_it(tmp_path: Path, press: Press) -> None:
    folder = tmp_path / "data"
    store = await open_store(f"sqlite:{folder}")
    house = await opened(store)
    await sent_to_all(house)
    assert b"pdf 1" in files(house, "partner")["seuil-1-fr.pdf"]
    await store.close()

    held = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())

    assert b"pdf 1" not in held
    assert words("digest-unverified").encode() not in held


async def test_what_nobody_approved_is_shown_to_moderators_and_kept_nowhere(house: House) -> None:
    await approved(house, *THIRTY)
    await house.desk.due()

    preview = await house.say("moderator", "/digest preview")

    assert words("digest-title", number=1) in preview
    assert "en mots" in preview
    shown = [screen for who, screen in house.shown if who == "moderator" and screen.files]
    assert [screen.files[0].media for screen in shown] == ["image/png", "application/pdf"]
    assert all(screen.protect and screen.minutes for screen in shown)
    assert await house.store.rendition(1, "fr") is None
    assert got(house, "partner") == []


async def test_every_format_there_is_reaches_a_chat_as_it_was_kept(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # the press itself
    await approved(house, *THIRTY)

    preview = await house.say("moderator", "/digest preview")
    await house.say("moderator", "/digest send")

    assert words("desk-digest-preview-pdf") in preview
    (row,) = await house.store.digests()
    kept = await house.desk.digests.ledger.renditions.of(row, house.desk.digests.frozen(row), "fr")
    assert {*kept} == {*FORMATS}
    expected = {file.name: file.body for name in USUAL_IN_A_CHAT for file in kept[name].files}
    assert files(house, "partner") == expected
    assert expected["seuil-1-fr.pdf"].startswith(b"%PDF")
    pictures = [
        screen
        for screen in got(house, "partner")
        if screen.files[:1] and screen.files[0].media == "image/png"
    ]
    assert [words("digest-people", count=30) in screen.text for screen in pictures] == [True], (
        "told in words as well"
    )


# --- a broken template --------------------------------------------------------------------------------------


async def test_a_broken_template_loses_nothing_sends_nothing_and_is_told_in_a_sentence(
    house: House, press: Press, caplog: pytest.LogCaptureFixture
) -> None:
    press.broken.add("pdf")
    await approved(house, *THIRTY)

    with caplog.at_level(logging.DEBUG):
        await house.say("moderator", "/digest send")
        await house.desk.pump()

    assert got(house, "partner") == got(house, "partner 2") == []
    assert await house.store.rendition(1, "fr") is None
    for chair in ("owner", "moderator"):
        assert house.told_to(chair).count(words("desk-digest-unrendered", period=1, formats="pdf")) == 2
    status = await house.say("owner", "/digest status")
    assert status.count(words("desk-undelivered.unrendered")) == 2
    assert words("desk-delivery-next", at="2026-09-21 16:14") in status
    assert "a template broke" not in caplog.text
    press.broken.clear()
    await later(house, 1)
    assert {row.state for row in await house.store.deliveries()} == {"sent"}
    assert b"pdf 1" in files(house, "partner")["seuil-1-fr.pdf"]


async def test_a_preview_names_the_format_that_cannot_be_made(house: House, press: Press) -> None:
    press.broken.add("json")
    await approved(house, *THIRTY)

    preview = await house.say("moderator", "/digest preview")

    assert words("desk-digest-broken", formats="json") in preview
    assert words("digest-title", number=1) in preview


# --- tries --------------------------------------------------------------------------------------------------


async def tries_of(house: House, post: Post, minutes: int) -> list[int]:
    """In which minutes a delivery was tried, the desk being started anew after each."""
    start, seen, found = house.now, len(post.tried), []
    await house.desk.tick()
    while house.now - start <= MINUTE * minutes:
        if len(post.tried) > seen:
            seen = len(post.tried)
            found.append(round((house.now - start) / MINUTE))
            house.new_desk()
            await house.desk.unlock(PASSPHRASE)
        (row,) = [row for row in await house.store.deliveries() if row.state in ("failed", "given-up")]
        if row.state == "given-up":
            break
        house.now = max(house.now + MINUTE, row.next_try * MINUTE)
        await house.desk.tick()
    return found


@pytest.mark.parametrize(("reason", "waits"), [("unreachable", WAITS), ("blocked", SLOW_WAITS)])
async def test_a_delivery_is_tried_for_a_week_over_any_restart_then_given_up_aloud(
    house: House, post: Post, reason: Reason, waits: tuple[int, ...]
) -> None:
    await by_mail(house)
    post.reason = reason
    await sent_to_all(house)

    found = await tries_of(house, post, 60 * 24 * 10)

    assert [after - before for before, after in zip([0, *found], found, strict=False)] == list(waits)
    assert 6 * 24 * 60 < found[-1] <= 7 * 24 * 60
    row = (await states(house))["Refuge"]
    assert (row.state, row.reason, row.tries) == ("given-up", reason, len(waits) + 1)
    why = words(f"desk-undelivered.{reason}")
    notice = words("desk-delivery-given-up-notice", period=1, names="Refuge", why=why)
    assert house.told_to("moderator").count(notice) == house.told_to("owner").count(notice) == 1
    status = await house.say("moderator", "/digest status")
    assert words("desk-delivery-given-up") in status
    assert words("desk-delivery-anew") in status
    tried = len(post.tried)
    await later(house, 60 * 24 * 30)
    assert len(post.tried) == tried


async def test_what_was_given_up_begins_anew_when_somebody_asks(house: House, post: Post) -> None:
    await by_mail(house)
    post.reason = "refused"
    await sent_to_all(house)
    await tries_of(house, post, 60 * 24 * 10)
    assert (await states(house))["Refuge"].state == "given-up"
    post.reason = None
    elsewhere = len(got(house, "partner"))

    said = await house.say("moderator", "/digest send")

    assert words("desk-digest-sent", period=1, sent=3, failed=0, total=3) in said
    assert len(post.carried) == 1
    assert len(got(house, "partner")) == elsewhere


def test_the_waits_are_those_that_are_promised() -> None:
    assert WAITS[:6] == (1, 2, 5, 15, 60, 240)
    assert set(WAITS[6:]) == set(SLOW_WAITS) == {HALF_A_DAY}


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (Gone(), "blocked"),
        (Unreached(), "unreachable"),
        (ConnectionError("an address"), "unreachable"),
        (OSError(errno.ENOSPC, "no room", "/an/address"), "full"),
        (OSError(errno.EIO, "an address"), "other"),
        (RuntimeError("an address"), "other"),
        (KeyError("signal"), "unreachable"),
    ],
)
async def test_what_a_network_says_is_told_in_words_and_leaves_the_others_served(
    house: House, said: Exception, reason: Reason, caplog: pytest.LogCaptureFixture
) -> None:
    house.trouble["partner"] = said
    await approved(house, *THIRTY)

    with caplog.at_level(logging.DEBUG):
        told = await house.say("moderator", "/digest send")
        await house.desk.pump()

    assert words("desk-digest-sent", period=1, sent=1, failed=1, total=2) in told
    assert got(house, "partner 2") != []
    why = words(f"desk-undelivered.{reason}")
    assert why in house.told_to("owner")
    assert why in await house.say("owner", "/digest status")
    assert (await states(house))["partner"].reason == reason
    assert await house.members.find(Address("terminal", "partner")) is not None, "nobody is dropped silently"
    assert "an address" not in caplog.text


async def test_a_carrier_that_breaks_is_a_reason_like_another(
    house: House, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    await by_mail(house)
    post.fault = ZeroDivisionError("refuge@exemple.invalid")

    with caplog.at_level(logging.DEBUG):
        await sent_to_all(house)

    assert (await states(house))["Refuge"].reason == "other"
    assert "refuge@exemple" not in caplog.text


async def test_moderators_hear_of_a_failure_once_and_again_when_its_reason_changes(
    house: House, post: Post
) -> None:
    await by_mail(house, "Refuge")
    await by_mail(house, "Toit")
    post.reason = "unreachable"
    await sent_to_all(house)
    await later(house, 1)
    await later(house, 2)
    post.reason = "login"
    await later(house, 5)

    told = house.told_to("owner")
    assert told.count(words("desk-undelivered.unreachable")) == 1
    assert "Refuge, Toit" in told
    assert told.count(words("desk-undelivered.login")) == 1


async def test_a_partner_who_does_not_answer_keeps_no_moderator_waiting(
    house: House, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.lanes.LINGER_SECONDS", 0.05)
    await by_mail(house)
    post.gate = asyncio.Event()
    await approved(house, *THIRTY)

    await house.say("moderator", "/digest send")
    status = await house.say("moderator", "/digest status")

    assert words("desk-delivery-due") in status
    assert got(house, "partner") != [], "nor any other partner"
    post.gate.set()
    await house.desk.tick()
    assert {row.state for row in await house.store.deliveries()} == {"sent"}


async def test_a_digest_held_on_its_way_reaches_nobody_more(
    house: House, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.lanes.LINGER_SECONDS", 0.05)
    for name in ("A", "B", "C", "D", "E", "F"):
        await by_mail(house, name)
    post.gate = asyncio.Event()
    await approved(house, *THIRTY)
    await house.say("moderator", "/digest send")
    assert len(post.tried) <= 4

    await house.say("owner", "/digest hold")
    post.gate.set()
    await house.desk.tick()

    assert len(post.carried) <= 4
    assert {row.state for row in await house.store.deliveries()} == {"due", "sent"}


async def test_a_partner_whose_row_somebody_changed_gets_nothing_and_is_seen(house: House) -> None:
    honest = house.store.members

    async def forged(*roles: str) -> list[MemberRow]:
        return [
            changed(row, route=row.route[::-1]) if row.name == "partner" else row
            for row in await honest(*roles)
        ]

    house.store.members = forged  # type: ignore[method-assign]  # a table somebody wrote to
    await sent_to_all(house)

    assert got(house, "partner") == []
    assert got(house, "partner 2") != []
    assert words("desk-delivery-unsound") in await house.say("owner", "/digest status")


async def test_of_an_old_digest_without_the_format_she_chose_a_partner_gets_the_text(
    house: House, post: Post, press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    await by_mail(house, formats=("csv",))
    await sent_to_all(house)

    assert [parcel.wanted for _, parcel in post.carried] == [("text",)]


# --- a locked desk ------------------------------------------------------------------------------------------


async def test_a_delivery_that_waits_for_a_locked_desk_is_told_once_and_leaves_when_it_opens(
    house: House, post: Post
) -> None:
    await by_mail(house)
    post.reason = "unreachable"
    await sent_to_all(house)
    await house.desk.lock()
    notice = words("desk-delivery-waits-locked", period=1)
    assert notice not in house.told_to("moderator")

    await later(house, 1)
    await later(house, 1)

    assert len(post.tried) == 1
    assert house.told_to("moderator").count(notice) == house.told_to("owner").count(notice) == 1
    post.reason = None
    await house.desk.unlock(PASSPHRASE)
    await house.desk.tick()
    assert len(post.carried) == 1


async def test_each_bell_that_finds_the_desk_locked_is_told_once(house: House) -> None:
    await approved(house, *THIRTY)
    notice = words("desk-digest-waits-locked")
    await house.desk.lock()

    await house.desk.due()
    await house.desk.due()
    await house.desk.tick()
    assert house.told_to("moderator").count(notice) == 1
    await house.desk.unlock(PASSPHRASE)
    await house.desk.tick()
    await house.desk.lock()
    await house.desk.due()

    assert house.told_to("moderator").count(notice) == 2


async def test_a_full_disk_puts_a_delivery_off_and_the_next_tick_makes_up_for_it(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    await approved(house, *THIRTY)
    await house.desk.due()
    honest = house.store.commit

    async def full(change: Change) -> bool:
        if any(isinstance(operation, KeepRendition) for operation in change):
            raise StoreFull("The disk refuses to take more of seuil.db.", hint="Make room.")
        return await honest(change)

    house.store.commit = full  # type: ignore[method-assign]  # a disk without room for a digest's files
    said = await house.say("moderator", "/digest approve")

    assert words("desk-digest-approved", period=1) in said, "moderators are answered all the same"
    assert got(house, "partner") == []
    assert "put off: The disk refuses" in caplog.text
    house.store.commit = honest  # type: ignore[method-assign]
    await house.desk.tick()
    assert {row.state for row in await house.store.deliveries()} == {"sent"}


# --- killed at any step -------------------------------------------------------------------------------------


class Dead(Mortal):
    """A store of a process that died: from then on nothing is written, by nobody."""

    dead = False

    async def commit(self, change: object) -> bool:
        if self.dead:
            raise KilledError
        try:
            return await super().commit(change)  # type: ignore[arg-type]  # a Change
        except KilledError:
            self.dead = True
            raise


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("dies_at", range(1, 22))
async def test_a_kill_at_any_step_neither_loses_nor_changes_a_digest(
    press: Press, dies_at: int, after: bool
) -> None:
    """From the bell to the last mark: frozen, approved, rendered and kept, carried, marked, told."""
    store = await open_store("memory:")
    house = await opened(store)
    post = house.carriers["mail"]
    assert isinstance(post, Post)
    await by_mail(house)
    await approved(house, *THIRTY)
    dying = Dead(store, dies_at, after)
    house.bench.store = dying  # type: ignore[assignment]  # it keeps what it is asked for

    try:
        await house.desk.due()
        await house.queue_up("moderator", "/digest approve")
        await house.desk.pump()
        await house.desk.tick()
    except KilledError:
        pass
    await house.desk._lanes.close()  # what hung on the process went with it
    press.version = 2  # whoever starts it again may have upgraded it
    kept = await store.rendition(1, "fr")
    house.new_desk()
    await house.desk.unlock(PASSPHRASE)
    await house.desk.tick()
    if not await store.digests():
        await house.desk.due()  # the clock notes a bell once it was answered: this one rings again
    if (await store.digests())[0].state == "frozen":
        await house.say("moderator", "/digest approve")
    await house.desk.tick()

    (row,) = await store.digests()
    assert row.state == "approved"
    assert {delivery.state for delivery in await store.deliveries()} == {"sent"}
    assert (await house.acts()).count("freeze digest") == 1
    assert kept in (None, await store.rendition(1, "fr"))
    bodies = {tuple(parcel.rendered.items()) for _, parcel in post.carried}
    assert len(bodies) == 1, "sent again, it was identical"
    assert len(post.carried) <= 2
    assert len({body for who, screen in house.shown if who == "partner" for file in screen.files
                for body in [file.body] if file.name.endswith(".pdf")}) == 1  # fmt: skip
    assert (await house.acts()).count("sent digest") == 3, "and marked once for each partner"


async def test_a_second_rendition_never_replaces_the_first(house: House) -> None:
    await sent_to_all(house)
    first = await house.store.rendition(1, "fr")

    assert await house.store.commit((KeepRendition(1, "fr", b"another"),))

    assert await house.store.rendition(1, "fr") == first
