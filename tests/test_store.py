"""What every store promises, but for people (`test_store_people`). The memory store is the reference, with
which the others must agree."""

from __future__ import annotations

import asyncio

import pytest

from bot import audit
from bot.errors import SettingsError
from storage import InviteRow, MemberRow, PersonRow, Store, open_store
from storage.changes import (
    COMMANDS_REMEMBERED,
    AskSecond,
    Audit,
    Ban,
    DropDraft,
    DropItems,
    DropMember,
    EraseCase,
    FinishCommand,
    KeepCase,
    KeepDraft,
    KeepItem,
    KeepReply,
    Move,
    PutInvite,
    PutMember,
    PutMeta,
    QueueCommand,
    TakeSecond,
    Unban,
    UseInvite,
    Withdraw,
)
from tests.pgkit import every_store
from tests.storekit import DAY, MEMBER, OTHER, all_of, approved, case_of, new_id, submitted, turn

store = every_store


# --- all or nothing -----------------------------------------------------------------------------------------


async def test_a_change_that_fails_late_leaves_nothing(store: Store) -> None:
    pseudonym, case = new_id(), new_id()

    done = await store.commit((*turn(pseudonym, new_id(), 1), *submitted(case, "story"), EraseCase(new_id())))

    assert not done
    assert await store.person([pseudonym]) is None
    assert await store.case(case) is None
    assert await store.items(case) == []


async def test_a_change_whose_draft_is_refused_leaves_no_case(store: Store) -> None:
    case = new_id()

    assert not await store.commit((*submitted(case, "story"), KeepDraft(new_id(), new_id(), 5, b"", DAY)))

    assert await store.case(case) is None


async def test_later_operations_see_earlier_ones_of_the_same_change(store: Store) -> None:
    pseudonym, draft, case = new_id(), new_id(), new_id()

    assert await store.commit((*turn(pseudonym, draft, 1), *turn(pseudonym, draft, 2), DropDraft(pseudonym)))
    assert await store.commit((case_of(case), Move(case, ("waiting",), "approved", DAY), EraseCase(case)))

    assert await store.person([pseudonym]) == PersonRow(pseudonym, None, (1, 2), DAY)
    assert await store.case(case) is None


async def test_an_empty_change_is_done(store: Store) -> None:
    assert await store.commit(())


# --- testimonies --------------------------------------------------------------------------------------------


async def test_a_submitted_case_waits_with_its_items(store: Store) -> None:
    case = new_id()

    assert await store.commit(
        (case_of(case), KeepItem(case, "story", 3, b"s"), KeepItem(case, "coded", 3, b"c"))
    )

    row = await store.case(case)
    assert row is not None
    assert (row.state, row.day, row.decided_day, row.claimed_by, row.counted_in) == (
        *("waiting", DAY),
        *(None, None, None),
    )
    assert row.reply_key == b"reply key of " + case
    assert [(item.part, item.epoch, item.box) for item in await store.items(case)] == [
        ("coded", 3, b"c"),
        ("story", 3, b"s"),
    ]


async def test_a_case_is_found_by_its_locator(store: Store) -> None:
    case = new_id()
    await store.commit((case_of(case),))

    assert await store.case_at(case[::-1]) == await store.case(case)
    assert await store.case_at(new_id()) is None


async def test_a_replayed_submission_changes_nothing(store: Store) -> None:
    case = new_id()
    await store.commit(submitted(case, "story", box=b"first"))
    await store.commit((Move(case, ("waiting",), "rejected", DAY),))

    assert await store.commit(submitted(case, "story", box=b"second"))

    row = await store.case(case)
    assert row is not None
    assert row.state == "rejected"
    assert [item.box for item in await store.items(case)] == [b"first"]


async def test_two_cases_never_share_a_locator(store: Store) -> None:
    case, other = new_id(), new_id()
    await store.commit((case_of(case),))

    assert not await store.commit((KeepCase(other, DAY, case[::-1], b"r", b"t"),))

    assert await store.case(other) is None


async def test_an_item_needs_its_case(store: Store) -> None:
    assert not await store.commit((KeepItem(new_id(), "story", 1, b"box"),))
    assert not await store.commit((KeepReply(new_id(), b"box"),))


async def test_an_item_is_replaced_only_when_asked(store: Store) -> None:
    case = new_id()
    await store.commit(submitted(case, "note", box=b"one"))

    await store.commit((KeepItem(case, "note", 2, b"two"),))
    assert [item.box for item in await store.items(case)] == [b"one"]

    await store.commit((KeepItem(case, "note", 2, b"two", replace=True),))
    assert [(item.box, item.epoch) for item in await store.items(case)] == [(b"two", 2)]


async def test_items_are_dropped_by_name_and_by_prefix(store: Store) -> None:
    case, other = new_id(), new_id()
    parts = ("add-1", "add-2", "addendum", "coded", "story", "%-x")
    await store.commit(submitted(case, *parts))
    await store.commit(submitted(other, *parts))

    assert await store.commit((DropItems(case, ("add-", "story", "absent", "%-")),))

    assert [item.part for item in await store.items(case)] == ["addendum", "coded"]
    assert len(await store.items(other)) == len(parts)


async def test_a_prefix_is_told_by_its_dash(store: Store) -> None:
    case = new_id()
    await store.commit(submitted(case, "add", "add-1", "ADD-1"))

    await store.commit((DropItems(case, ("add",)),))

    assert [item.part for item in await store.items(case)] == ["ADD-1", "add-1"]


async def test_cases_are_counted_as_they_are_listed(store: Store) -> None:
    for _ in range(3):
        await store.commit(approved(new_id(), "coded"))
    states = ("waiting", "approved", "rejected")

    rows = await store.cases(*states)
    counted = await store.count_cases(*states)

    assert counted == {"approved": (3, min(row.day for row in rows))}
    assert await store.count_cases("waiting") == await store.count_cases() == {}


async def test_a_withdrawn_case_leaves_nothing_behind(store: Store) -> None:
    case = new_id()
    await store.commit((*approved(case, "coded", "story"), KeepReply(case, b"reply")))

    assert await store.commit((Withdraw(case[::-1], b"token hash of " + case),))

    assert await store.case(case) is None
    assert await store.case_at(case[::-1]) is None
    assert await store.items(case) == []
    assert await store.replies(case) == []
    assert await store.count_coded() == 0


async def test_withdrawing_needs_the_locator_and_its_own_token(store: Store) -> None:
    case, other = new_id(), new_id()
    await store.commit((case_of(case), case_of(other)))

    assert not await store.commit((Withdraw(case[::-1], b"token hash of " + other),))
    assert not await store.commit((Withdraw(new_id(), b"token hash of " + case),))

    assert len(await store.cases()) == 2


async def test_an_erased_case_leaves_nothing_and_is_erased_once(store: Store) -> None:
    case = new_id()
    await store.commit((*submitted(case, "story"), KeepReply(case, b"reply")))

    assert await store.commit((EraseCase(case),))
    assert not await store.commit((EraseCase(case),))

    assert (await store.items(case), await store.replies(case)) == ([], [])


async def test_a_case_is_claimed_by_one_moderator_only(store: Store) -> None:
    case = new_id()
    await store.commit((case_of(case),))

    assert await store.commit((Move(case, ("waiting",), "claimed", DAY, claimed_by=MEMBER),))
    assert not await store.commit((Move(case, ("waiting",), "claimed", DAY, claimed_by=OTHER),))
    assert not await store.commit((Move(case, ("claimed",), "approved", DAY, held_by=OTHER),))

    row = await store.case(case)
    assert row is not None
    assert (row.state, row.claimed_by) == ("claimed", MEMBER)


@pytest.mark.parametrize("outcome", ["approved", "rejected", "escalated"])
async def test_a_decision_keeps_its_day_and_frees_the_moderator(store: Store, outcome: str) -> None:
    case = new_id()
    await store.commit((case_of(case), Move(case, ("waiting",), "claimed", DAY, claimed_by=MEMBER)))

    decision = Move(case, ("waiting", "claimed"), outcome, DAY + 2, held_by=MEMBER)  # type: ignore[arg-type]  # one of three states
    assert await store.commit((decision,))

    row = await store.case(case)
    assert row is not None
    assert (row.state, row.claimed_by, row.decided_day) == (outcome, None, DAY + 2)


async def test_a_decision_undone_has_no_day(store: Store) -> None:
    case = new_id()
    await store.commit(approved(case))

    assert await store.commit((Move(case, ("approved",), "waiting", DAY + 1),))

    row = await store.case(case)
    assert row is not None
    assert (row.state, row.decided_day) == ("waiting", None)


async def test_a_case_that_is_not_there_does_not_move(store: Store) -> None:
    assert not await store.commit((Move(new_id(), ("waiting",), "approved", DAY),))


async def test_cases_come_by_id_and_by_state(store: Store) -> None:
    cases = [new_id() for _ in range(12)]
    for case in cases:
        await store.commit((case_of(case),))
    await store.commit((Move(cases[0], ("waiting",), "approved", DAY),))
    await store.commit((Move(cases[1], ("waiting",), "rejected", DAY),))

    assert [row.case for row in await store.cases()] == sorted(cases)
    assert [row.case for row in await store.cases("waiting")] == sorted(cases[2:])
    assert [row.case for row in await store.cases("approved", "rejected")] == sorted(cases[:2])


async def test_replies_come_in_the_order_they_were_kept(store: Store) -> None:
    case = new_id()
    await store.commit((case_of(case), KeepReply(case, b"z"), KeepReply(case, b"a")))
    await store.commit((KeepReply(case, b"m"),))

    assert await store.replies(case) == [b"z", b"a", b"m"]


async def test_coded_items_are_those_approved_and_not_yet_counted(store: Store) -> None:
    cases = sorted(new_id() for _ in range(150))
    for case in cases:
        await store.commit(approved(case, "coded", "story"))
    await store.commit(submitted(new_id(), "coded"))
    await store.commit(approved(new_id(), "story"))

    assert [item.case for item in await all_of(store.coded_items())] == cases
    assert {item.part for item in await all_of(store.coded_items())} == {"coded"}
    assert await store.count_coded() == 150


async def test_retention_names_what_is_past_its_time(store: Store) -> None:
    old, recent, open_case = new_id(), new_id(), new_id()
    await store.commit(approved(old, "coded", "story", day=10))
    await store.commit(approved(recent, "coded", "story", day=100))
    await store.commit(submitted(open_case, "coded", "story"))

    assert await store.retention(story_before=11, coded_before=10) == [(old, "story")]
    assert await store.retention(story_before=11, coded_before=11) == [(old, "coded"), (old, "story")]
    assert len(await store.retention(story_before=101, coded_before=101)) == 4


# --- the desk -----------------------------------------------------------------------------------------------


async def test_commands_wait_in_order_until_finished(store: Store) -> None:
    for key in (b"k1", b"k2", b"k3"):
        await store.commit((QueueCommand(key, b"box of " + key),))

    first, second, third = await store.commands()
    assert [row.box for row in (first, second, third)] == [b"box of k1", b"box of k2", b"box of k3"]
    assert first.number < second.number < third.number
    assert await store.commands(limit=1) == [first]

    assert await store.commit((FinishCommand(second.number),))
    assert not await store.commit((FinishCommand(second.number),))
    assert await store.commands() == [first, third]


async def test_a_redelivered_command_is_queued_once_even_after_it_was_finished(store: Store) -> None:
    await store.commit((QueueCommand(b"key", b"first"),))
    assert await store.commit((QueueCommand(b"key", b"second"),))
    (queued,) = await store.commands()
    await store.commit((FinishCommand(queued.number),))

    assert await store.commit((QueueCommand(b"key", b"third"),))

    assert queued.box == b"first"
    assert await store.commands() == []


async def test_finished_commands_are_forgotten_in_the_end(store: Store) -> None:
    keys = [b"key %d" % number for number in range(COMMANDS_REMEMBERED + 2)]
    await store.commit(tuple(QueueCommand(key, b"box") for key in keys))
    queued = await store.commands(limit=len(keys))
    await store.commit(tuple(FinishCommand(row.number) for row in queued))

    await store.commit((QueueCommand(keys[0], b"again"), QueueCommand(keys[-1], b"again")))

    assert len(await store.commands()) == 1


async def test_members_are_found_by_chat_and_by_role(store: Store) -> None:
    await store.commit((PutMember(MEMBER, b"chat 1", "moderator", b"route 1", DAY, "Alix"),))
    await store.commit((PutMember(OTHER, b"chat 2", "partner", b"route 2", DAY),))

    assert await store.member_at(b"chat 1") == MemberRow(MEMBER, "moderator", b"route 1", DAY, "Alix")
    assert await store.member_at(b"chat 3") is None
    assert [row.member for row in await store.members("partner")] == [OTHER]
    assert [row.member for row in await store.members()] == sorted([MEMBER, OTHER])


async def test_one_chat_is_one_member(store: Store) -> None:
    await store.commit((PutMember(MEMBER, b"chat", "moderator", b"route", DAY),))

    assert not await store.commit((PutMember(OTHER, b"chat", "partner", b"route", DAY),))
    assert await store.commit((PutMember(MEMBER, b"new chat", "owner", b"new route", DAY),))

    assert await store.member_at(b"chat") is None
    found = await store.member_at(b"new chat")
    assert found is not None
    assert (found.role, found.route) == ("owner", b"new route")


async def test_a_member_who_was_dropped_meanwhile_does_not_come_back(store: Store) -> None:
    back = PutMember(MEMBER, b"chat", "moderator", b"another route", DAY, only_known=True)
    assert not await store.commit((back,))

    await store.commit((PutMember(MEMBER, b"chat", "moderator", b"route", DAY),))

    assert await store.commit((back,))
    assert [row.route for row in await store.members()] == [b"another route"]


async def test_a_dropped_member_is_gone(store: Store) -> None:
    await store.commit((PutMember(MEMBER, b"chat", "moderator", b"route", DAY),))

    assert await store.commit((DropMember(MEMBER),))
    assert await store.commit((DropMember(MEMBER),))

    assert await store.members() == []


async def test_an_invitation_serves_once(store: Store) -> None:
    await store.commit((PutInvite(b"hash", "moderator", DAY, "Alix"),))
    assert await store.invite(b"hash") == InviteRow(b"hash", "moderator", DAY, "Alix")
    assert len(await store.invites()) == 1

    assert await store.commit((UseInvite(b"hash"),))
    assert not await store.commit((UseInvite(b"hash"),))

    assert await store.invite(b"hash") is None
    assert await store.invites() == []


async def test_a_ban_stands_until_lifted(store: Store) -> None:
    await store.commit((Ban(b"tag b", DAY), Ban(b"tag a", DAY), Ban(b"tag a", DAY + 1)))

    assert await store.bans() == [b"tag a", b"tag b"]
    assert await store.is_banned(b"tag a")
    assert await store.commit((Unban(b"tag a"),))
    assert not await store.commit((Unban(b"tag a"),))
    assert not await store.is_banned(b"tag a")


async def test_what_needs_two_people_takes_two_different_ones(store: Store) -> None:
    assert not await store.commit((TakeSecond("erase", MEMBER),))
    assert await store.commit((AskSecond("erase", MEMBER, DAY),))
    assert not await store.commit((AskSecond("erase", OTHER, DAY),))
    assert await store.asked_second("erase") == MEMBER

    assert not await store.commit((TakeSecond("erase", MEMBER),))
    assert await store.commit((TakeSecond("erase", OTHER),))
    assert await store.asked_second("erase") is None


# --- audit and ledger ---------------------------------------------------------------------------------------


async def test_the_audit_log_is_one_unbroken_chain(store: Store) -> None:
    for act in ("claimed", "approved", "sent"):
        assert await store.commit((Audit(DAY, "member", act, "é"), Audit(DAY, "desk", "noted")))

    rows = await store.audit_lines()

    assert [row.number for row in rows] == [1, 2, 3, 4, 5, 6]
    assert audit.first_break((row.number, row.line, row.chain) for row in rows) is None
    assert await store.audit_lines(after=4) == rows[4:]
    assert await store.audit_lines(limit=2) == rows[:2]


async def test_an_undone_change_leaves_no_line_in_the_log(store: Store) -> None:
    await store.commit((Audit(DAY, "member", "claimed"),))
    assert not await store.commit((Audit(DAY, "member", "erased"), EraseCase(new_id())))
    await store.commit((Audit(DAY, "member", "approved"),))

    rows = await store.audit_lines()

    assert len(rows) == 2
    assert audit.first_break((row.number, row.line, row.chain) for row in rows) is None


async def test_a_named_value_is_the_last_one_put(store: Store) -> None:
    await store.commit((PutMeta("verified", b"one"),))
    await store.commit((PutMeta("verified", b"two"),))

    assert await store.meta("verified") == b"two"
    assert await store.meta("absent") is None


# --- workers ------------------------------------------------------------------------------------------------


async def test_what_only_one_may_do_is_done_by_one_at_a_time(store: Store) -> None:
    one = store.only_one
    async with one("clock") as mine, one("clock") as twice, one("desk") as another:
        assert [bool(each) for each in (mine, twice, another)] == [True, False, True]
        assert [await each.still() for each in (mine, twice, another)] == [True, False, True]

    async with store.only_one("clock") as again:
        assert again


async def test_what_many_may_hold_together_nobody_holds_alone(store: Store) -> None:
    many, one = store.one_of, store.only_one
    async with many("shelf") as mine, many("shelf") as hers, one("shelf") as alone, many("desk") as other:
        assert [bool(each) for each in (mine, hers, alone, other)] == [True, True, False, True]
        assert [await each.still() for each in (mine, hers, alone)] == [True, True, False]

    async with one("shelf") as alone, many("shelf") as hers, one("desk") as other:
        assert [bool(each) for each in (alone, hers, other)] == [True, False, True]


async def test_a_name_is_free_again_after_a_failure(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        async with store.only_one("clock"):
            raise ZeroDivisionError

    async with store.only_one("clock") as mine:
        assert mine


async def test_who_waits_for_commands_hears_of_one_at_once(store: Store) -> None:
    while await store.queued(0):
        pass
    waiting = asyncio.create_task(store.queued(30))
    await asyncio.sleep(0)

    await store.commit((QueueCommand(b"key", b"box"),))

    assert await waiting
    assert not await store.queued(0.01)


async def test_what_is_no_command_calls_nobody(store: Store) -> None:
    while await store.queued(0):
        pass

    await store.commit((PutMeta("key", b"value"),))
    assert not await store.commit((QueueCommand(b"key", b"box"), EraseCase(new_id())))

    assert not await store.queued(0.05)


# --- the store itself ---------------------------------------------------------------------------------------


async def test_a_sound_store_passes_its_check(store: Store) -> None:
    await store.commit(submitted(new_id(), "story"))

    await store.check()


async def test_closing_twice_does_nothing(store: Store) -> None:
    await store.close()
    await store.close()


@pytest.mark.parametrize("url", ["", "mysql:data", "sqlite:", "data"])
async def test_a_store_of_another_kind_is_refused_with_a_way_out(url: str) -> None:
    with pytest.raises(SettingsError) as refused:
        await open_store(url)

    assert "sqlite:" in refused.value.hint


def test_no_row_and_no_operation_shows_what_it_holds() -> None:
    secret = b"canary"
    case = new_id()
    shown = repr(
        (KeepDraft(case, case, 1, secret, 1), KeepItem(case, "p", 1, secret), KeepReply(case, secret))
    )

    assert "canary" not in shown
