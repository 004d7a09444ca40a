"""Members: a code works once, for one chat, and no chat stands in the store."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import CannotOpen
from handlers import Address, Heard, Screen
from handlers.members import INVITE_DAYS, Members, new_code, read_code
from handlers.reception import Reception
from storage import MemberRow, Store, open_store
from tests.deskkit import INSTANCE, NOW, PASSPHRASE, WORDS, House, words
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


async def test_a_redelivered_update_is_queued_once(store: Store) -> None:
    house = House(store)
    await house.seat("moderator")
    heart = Heart(Reception(house.members, house.queue, WORDS, lambda: house.now))

    await heart.hear("moderator", "/queue", update=9)
    await heart.hear("moderator", "/queue", update=9)

    assert len(await store.commands()) == 1
    assert heart.acked == 2


def test_a_screen_with_a_code_has_no_repr_of_it() -> None:
    assert "7k2q" not in repr(Screen("7k2q-9x4m"))
