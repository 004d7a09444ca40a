"""Members: a code works once, for one chat, and no chat stands in the store."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.age import HybridIdentity, X25519Identity
from bot.errors import CannotOpen
from bot.opening import open_command
from handlers import Address, Heard, Kind, Screen
from handlers.commands import Answer, Order, Queue, lease, read_queued
from handlers.members import INVITE_DAYS, Members, Route, new_code, read_code
from handlers.pace import MOST_REMEMBERED, OnceAMinute
from handlers.reception import Reception
from storage import MemberRow, Store, open_store
from storage.changes import DropMember
from tests.deskkit import IDENTITY, INSTANCE, NOW, PASSPHRASE, TEAM, WORDS, House, words
from tests.stage import Recorder

TODAY = 20_000
CHAT = Address("telegram", "123456789")
OTHER = Address("telegram", "987654321")


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    kept = await open_store("memory:" if request.param == "memory" else f"sqlite:{tmp_path / 'data'}")
    yield kept
    await kept.close()


@pytest.fixture
def members(store: Store) -> Members:
    return Members(store, INSTANCE)


async def test_a_code_makes_one_member_and_works_once(members: Members) -> None:
    code = await members.invite("moderator", "Camille", TODAY)

    assert await members.join(CHAT, code, TODAY) == "joined"
    assert await members.join(OTHER, code, TODAY) == "refused"
    found = await members.find(CHAT)
    assert found is not None
    assert (found.role, found.name) == ("moderator", "Camille")
    assert await members.find(OTHER) is None


async def test_two_who_use_a_code_at_once_are_one_member(members: Members) -> None:
    code = await members.invite("moderator", "Camille", TODAY)

    outcomes = await asyncio.gather(*(members.join(who, code, TODAY) for who in (CHAT, OTHER)))

    assert sorted(outcomes) == ["joined", "refused"]
    assert len(await members.store.members()) == 1


async def test_a_code_is_void_after_a_week(members: Members) -> None:
    code = await members.invite("moderator", "Camille", TODAY)

    assert await members.join(CHAT, code, TODAY + INVITE_DAYS + 1) == "refused"
    assert await members.join(CHAT, code, TODAY + INVITE_DAYS) == "joined"


async def test_a_member_who_uses_a_second_code_keeps_her_place_and_the_code(members: Members) -> None:
    await members.join(CHAT, await members.invite("moderator", "Camille", TODAY), TODAY)
    code = await members.invite("owner", "Dominique", TODAY)

    assert await members.join(CHAT, code, TODAY) == "already"
    assert await members.join(OTHER, code, TODAY) == "joined"


async def test_several_chairs_of_one_channel_are_several_members(members: Members) -> None:
    for chair in ("owner", "moderator", "moderator 2"):
        code = await members.invite("moderator", chair, TODAY)
        assert await members.join(Address("terminal", chair), code, TODAY) == "joined"

    rows = await members.store.members()
    assert {members.route(row).who.chat for row in rows} == {"owner", "moderator", "moderator 2"}


async def test_a_route_leads_back_to_the_chat_and_its_language(members: Members) -> None:
    await members.join(CHAT, await members.invite("partner", "Refuge", TODAY), TODAY, "en")
    (row,) = await members.store.members("partner")

    route = members.route(row)

    assert (route.who, route.language) == (CHAT, "en")


async def test_no_chat_and_no_code_stands_in_the_store(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    store = await open_store(f"sqlite:{folder}")
    members = Members(store, INSTANCE)
    code = await members.invite("moderator", "Camille", TODAY)
    await members.join(CHAT, code, TODAY)
    unused = await members.invite("owner", "Dominique", TODAY)
    await store.close()

    held = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())

    for secret in (CHAT.chat, code, unused, read_code(code), read_code(unused)):
        assert secret is not None
        assert secret.encode() not in held


async def test_a_route_put_into_another_row_does_not_open(members: Members) -> None:
    await members.join(CHAT, await members.invite("partner", "Refuge", TODAY), TODAY)
    (row,) = await members.store.members()
    moved = MemberRow(b"other member....", row.role, row.route, row.day, row.name)

    with pytest.raises(CannotOpen):
        members.route(moved)


async def test_another_instance_finds_nobody_here(members: Members) -> None:
    await members.join(CHAT, await members.invite("partner", "Refuge", TODAY), TODAY)

    assert await Members(members.store, b"\x08" * 32).find(CHAT) is None


async def test_an_invitation_is_for_a_role_that_exists(members: Members) -> None:
    with pytest.raises(ValueError, match="role"):
        await members.invite("root", "Camille", TODAY)  # type: ignore[arg-type]  # what a mistaken caller would write


def test_a_code_has_more_than_a_hundred_bits_and_no_letter_taken_for_another() -> None:
    codes = {new_code() for _ in range(200)}

    assert len(codes) == 200
    assert all(re.fullmatch(r"([0-9a-hjkmnp-tv-z]{4}-){5}[0-9a-hjkmnp-tv-z]{4}", code) for code in codes)
    assert 24 * 5 >= 100


def test_a_code_is_read_however_it_is_typed() -> None:
    code = new_code()

    for typed in (
        code.upper(),
        f"/join {code}",
        code.replace("-", " "),
        code.replace("0", "O").replace("1", "l"),
    ):
        assert read_code(typed) == code.replace("-", "")


@given(st.text())
def test_no_text_is_an_error_where_a_code_is_read(text: str) -> None:
    assert read_code(text) is None or len(text) >= 24


# --- where members are heard --------------------------------------------------------------------------------


@dataclass
class Heart:
    """A reception with one channel, and how often its updates were acknowledged."""

    reception: Reception
    channel: Recorder = field(default_factory=Recorder)
    acked: int = 0
    updates: int = 0

    async def hear(self, chair: str, text: str, update: int = 0) -> bool:
        self.updates += 1

        async def ack() -> None:
            self.acked += 1

        said = Heard(Address("terminal", chair), update or self.updates, "text", text, "fr-FR", ack)
        return await self.reception.hear(said, self.channel)

    def told(self) -> list[str]:
        return [screen.text for _, screen in self.channel.shown]


@pytest.fixture
def heart(members: Members) -> Heart:
    house = House(members.store)
    return Heart(Reception(members, house.queue, WORDS, lambda: NOW))


async def test_a_stranger_is_not_heard_here(heart: Heart) -> None:
    assert not await heart.hear("witness", "Bonjour")
    assert not await heart.hear("witness", "/next")
    assert heart.told() == []
    assert heart.acked == 0


async def test_a_code_is_answered_with_a_welcome_and_a_used_one_with_a_refusal(heart: Heart) -> None:
    code = await heart.reception.members.invite("moderator", "Camille", int(NOW // 86_400))

    assert await heart.hear("moderator", f"/join {code}")
    assert await heart.hear("witness", code)

    role = words("desk-role-moderator")
    assert heart.told() == [words("desk-joined", role=role), words("desk-join-refused")]
    assert heart.acked == 2


async def test_a_code_sent_again_after_a_crash_is_welcomed_and_not_refused(heart: Heart) -> None:
    code = await heart.reception.members.invite("moderator", "Camille", int(NOW // 86_400))
    await heart.hear("moderator", code, update=5)

    await heart.hear("moderator", code, update=5)

    assert heart.told() == [words("desk-joined", role=words("desk-role-moderator"))] * 2
    assert await heart.reception.members.store.commands() == []


async def test_a_member_is_told_that_the_desk_is_locked_and_answered_once_it_opens(store: Store) -> None:
    house = House(store)
    await house.seat("moderator")
    heart = Heart(Reception(house.members, house.queue, WORDS, lambda: house.now))

    assert await heart.hear("moderator", "/queue")
    assert heart.told() == [words("desk-locked")]
    await house.desk.unlock(PASSPHRASE)
    await house.desk.pump()
    assert await heart.hear("moderator", "/queue")

    assert heart.told() == [words("desk-locked")]
    assert words("desk-queue", waiting=0, claimed=0, escalated=0) in house.told_to("moderator")


@pytest.mark.parametrize("chair", ["moderator", "partner"])
async def test_a_locked_desk_says_to_the_team_which_digest_waits_for_it(store: Store, chair: str) -> None:
    house = House(store)
    await house.seat(chair)
    heart = Heart(Reception(house.members, house.queue, WORDS, lambda: house.now))
    await house.desk.digests.remember_due()

    await heart.hear(chair, "/digest status")

    waits = [words("desk-digest-waits-locked")] if chair == "moderator" else []
    assert heart.told() == [words("desk-locked"), *waits]


async def test_a_redelivered_update_is_queued_once(store: Store) -> None:
    house = House(store)
    await house.seat("moderator")
    heart = Heart(Reception(house.members, house.queue, WORDS, lambda: house.now))

    await heart.hear("moderator", "/queue", update=9)
    await heart.hear("moderator", "/queue", update=9)

    assert len(await store.commands()) == 1
    assert heart.acked == 2


@pytest.mark.parametrize("typed", ["/key {}", "{}", "/clé\n{}", "voilà : {}"])
@pytest.mark.parametrize("identity", [HybridIdentity(bytes(32)), X25519Identity(bytes(32))])
async def test_a_secret_key_is_not_queued_and_is_taken_out_of_the_chat(
    heart: Heart, typed: str, identity: HybridIdentity | X25519Identity
) -> None:
    """It was refused, by the desk, once that was open; and stayed in the chat."""
    code = await heart.reception.members.invite("partner", "Refuge", int(NOW // 86_400))
    await heart.hear("partner", code)
    said = typed.format(identity.secret_text().lower())

    heard = Heard(Address("terminal", "partner"), 7, "text", said, "fr-FR", message=70)
    assert await heart.reception.hear(heard, heart.channel)

    assert heart.told()[1:] == [words("desk-key-secret")]
    assert heart.channel.forgotten == [(Address("terminal", "partner"), 70)]
    assert await heart.reception.members.store.commands() == []


def test_a_screen_with_a_code_has_no_repr_of_it() -> None:
    assert "7k2q" not in repr(Screen("7k2q-9x4m"))


# --- groups -------------------------------------------------------------------------------------------------

GROUP = Address("telegram", "-4000000001")
ELSEWHERE = Address("telegram", "-4000000002")


@dataclass
class Hall:
    """A reception with a queue that can be read, and a channel that remembers."""

    members: Members
    channel: Recorder = field(default_factory=lambda: Recorder("telegram"))
    now: float = TODAY * 86_400.0
    updates: int = 0
    acked: int = 0

    def __post_init__(self) -> None:
        queue = Queue(self.members.store, lambda: TEAM, INSTANCE, lambda: self.now)
        self.reception = Reception(self.members, queue, WORDS, lambda: self.now)

    async def hears(self, chat: Address, text: str = "", kind: Kind = "text", person: str = "") -> bool:
        async def ack() -> None:
            self.acked += 1

        self.updates += 1
        heard = Heard(chat, self.updates, kind, text, "fr", ack, person)
        return await self.reception.hear(heard, self.channel)

    async def joins(self, chat: Address, person: str = "") -> None:
        code = await self.members.invite("moderator", "Camille", TODAY)
        assert await self.hears(chat, code, person=person)
        assert words("desk-joined", role="modération") in self.told(chat)
        self.channel.shown.clear()

    def told(self, chat: Address) -> list[str]:
        return [screen.text for who, screen in self.channel.shown if who == chat]

    async def orders(self) -> list[Order]:
        rows = await self.members.store.commands()
        found = [read_queued(INSTANCE, open_command(row.box, (IDENTITY,))) for row in rows]
        return [order for order in found if isinstance(order, Order)]

    async def acts(self) -> list[str]:
        return [orjson.loads(row.line)[3] for row in await self.members.store.audit_lines()]


@pytest.fixture
async def hall(members: Members) -> Hall:
    await members.store.commit((lease(TODAY * 86_400.0),))
    return Hall(members)


async def test_who_joins_in_a_group_is_a_member_there_and_in_private_and_nobody_else_is(hall: Hall) -> None:
    await hall.joins(GROUP, CHAT.chat)

    await hall.hears(GROUP, "/queue", person=CHAT.chat)
    await hall.hears(CHAT, "/next")
    await hall.hears(GROUP, "/stats", person=OTHER.chat)

    assert [(order.text, order.where) for order in await hall.orders()] == [("/queue", None), ("/next", CHAT)]
    assert hall.told(GROUP) == [words("desk-unknown")]
    assert await hall.members.find(GROUP) is None, "a group is nobody"


async def test_who_joined_in_private_commands_in_no_group(hall: Hall) -> None:
    await hall.joins(CHAT)

    assert await hall.hears(ELSEWHERE, "/queue", person=CHAT.chat)

    assert await hall.orders() == []
    assert hall.told(ELSEWHERE) == [words("desk-unknown")]


async def test_a_member_is_an_unknown_person_in_another_group(hall: Hall) -> None:
    await hall.joins(GROUP, CHAT.chat)

    for kind in ("text", "press", "opened", "forged"):
        assert await hall.hears(ELSEWHERE, "/queue", kind, person=CHAT.chat)

    assert await hall.orders() == []
    assert hall.told(ELSEWHERE) == [words("desk-unknown")], "once a minute, not once a try"


async def test_a_group_never_becomes_a_witness_and_its_talk_is_left_alone(hall: Hall) -> None:
    await hall.joins(GROUP, CHAT.chat)
    kinds: tuple[Kind, ...] = ("text", "edit", "media", "gone")
    for kind in kinds:
        for person in (CHAT.chat, OTHER.chat):
            assert await hall.hears(GROUP, "on se voit demain ?", kind, person=person)

    assert hall.channel.shown == []
    assert await hall.orders() == []
    assert hall.acked == hall.updates


async def test_a_flood_of_commands_in_a_group_is_answered_once_a_minute(hall: Hall) -> None:
    for _ in range(50):
        await hall.hears(ELSEWHERE, "/queue", person=OTHER.chat)
    assert len(hall.told(ELSEWHERE)) == 1

    hall.now += 61
    await hall.hears(ELSEWHERE, "/queue", person=OTHER.chat)
    assert len(hall.told(ELSEWHERE)) == 2


async def test_a_pressed_button_is_what_it_says(hall: Hall) -> None:
    await hall.joins(GROUP, CHAT.chat)

    await hall.hears(GROUP, "/approve", "press", person=CHAT.chat)

    assert [order.text for order in await hall.orders()] == ["/approve"]


async def test_a_forged_press_is_written_down_and_does_nothing(hall: Hall) -> None:
    await hall.joins(CHAT)

    for _ in range(20):
        await hall.hears(CHAT, "/approve", "forged")

    assert await hall.orders() == []
    assert set(hall.told(CHAT)) == {words("desk-unknown")}
    assert (await hall.acts()).count("forged press") == 1, "a flood does not fill the log"
    hall.now += 61
    await hall.hears(CHAT, "/approve", "forged")
    assert (await hall.acts()).count("forged press") == 2


async def test_a_stranger_in_private_is_left_to_the_witness_side(hall: Hall) -> None:
    kinds: tuple[Kind, ...] = ("text", "press", "forged", "media", "opened", "gone")
    for kind in kinds:
        assert not await hall.hears(OTHER, "/queue", kind)

    assert hall.acked == 0
    assert hall.channel.shown == []


async def test_a_group_that_became_a_supergroup_keeps_its_members(hall: Hall) -> None:
    await hall.joins(GROUP, CHAT.chat)
    await hall.joins(GROUP, OTHER.chat)

    await hall.hears(GROUP, ELSEWHERE.chat, "moved")
    await hall.hears(ELSEWHERE, "/queue", person=CHAT.chat)
    await hall.hears(GROUP, "/queue", person=CHAT.chat)

    assert [order.text for order in await hall.orders()] == ["/queue"]
    rows = await hall.members.store.members()
    assert {hall.members.route(row).who for row in rows} == {ELSEWHERE}
    assert (await hall.acts()).count("chat moved") == 2


@pytest.mark.parametrize("remover", ["", OTHER.chat])
async def test_members_of_a_group_that_lost_us_are_reached_in_private(hall: Hall, remover: str) -> None:
    await hall.joins(GROUP, CHAT.chat)

    await hall.hears(GROUP, "", "gone", person=remover)

    [row] = await hall.members.store.members()
    assert hall.members.route(row).who == CHAT
    assert await hall.members.find(CHAT) == row


async def test_who_was_revoked_while_a_group_moved_does_not_come_back(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hall.joins(GROUP, CHAT.chat)
    rows = await hall.members.store.members()
    await hall.members.store.commit((DropMember(rows[0].member),))

    async def as_it_was(*roles: str) -> list[MemberRow]:
        return rows

    with monkeypatch.context() as patched:
        patched.setattr(hall.members.store, "members", as_it_was)
        assert await hall.members.moved(GROUP, ELSEWHERE, TODAY) == 0

    assert await hall.members.store.members() == []


async def test_a_code_used_in_a_group_is_answered_again_when_it_is_delivered_again(hall: Hall) -> None:
    code = await hall.members.invite("partner", "Association", TODAY)
    for _ in range(2):
        await hall.hears(GROUP, code, person=CHAT.chat)
    await hall.hears(ELSEWHERE, code, person=CHAT.chat)

    welcome = words("desk-joined", role="partenaire")
    assert hall.told(GROUP) == [welcome, welcome]
    assert hall.told(ELSEWHERE) == [words("desk-join-refused")]
    assert len(await hall.members.store.members()) == 1


async def test_one_person_is_one_member_wherever_she_types_codes(hall: Hall) -> None:
    await hall.joins(GROUP, CHAT.chat)
    second = await hall.members.invite("owner", "Camille", TODAY)

    await hall.hears(CHAT, second)
    await hall.hears(ELSEWHERE, second, person=CHAT.chat)

    assert [row.role for row in await hall.members.store.members()] == ["moderator"]
    assert hall.told(CHAT) == [words("desk-join-already")]


async def test_no_route_shows_whom_it_reaches(members: Members) -> None:
    route = Route(GROUP, "fr", CHAT.chat)

    assert CHAT.chat not in repr(route)
    assert GROUP.chat not in repr(route)


async def test_a_place_travels_inside_the_queues_box(hall: Hall) -> None:
    answer = Answer(b"\x07" * 16, (Screen("Lu."),), where=GROUP)
    box = hall.reception.queue.operation(answer, b"1").box

    assert GROUP.chat.encode() not in box
    assert read_queued(INSTANCE, open_command(box, (IDENTITY,))) == replace(
        answer, minute=int(hall.now // 60)
    )


async def test_once_a_minute_holds_for_each_name_and_forgets() -> None:
    now = 0.0
    pace = OnceAMinute(lambda: now)
    assert [pace("a"), pace("a"), pace("b")] == [True, False, True]
    for name in range(MOST_REMEMBERED):
        pace(name)
    assert not pace("one more"), "memory has an end"
    now = 61.0
    assert pace("one more")
    now = 0.0
    assert pace("one more"), "a clock that was set back locks nobody out"
