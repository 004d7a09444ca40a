"""The desk, by its commands: what a moderator can do, once, and what she can never do."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec.structs import replace as changed

from bot.age import HybridIdentity
from bot.errors import KeyFileError
from bot.moderation import ROLES, Role
from bot.receipts import open_reply
from bot.settings import Settings
from handlers import Address, Gone, Screen
from handlers.bench import Policy
from handlers.commands import Order, desk_is_open
from handlers.desk import BATCH
from handlers.keyring import Unlocked
from storage import Store, open_store
from storage.changes import KeepItem, QueueCommand, Withdraw
from tests.deskkit import CHAIRS, INSTANCE, PASSPHRASE, REPLY, SIGNER, TEAM, House, Testimony, words


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    kept = await open_store("memory:" if request.param == "memory" else f"sqlite:{tmp_path / 'data'}")
    yield kept
    await kept.close()


@pytest.fixture
async def house(store: Store) -> House:
    """An open desk with everybody seated."""
    made = House(store)
    await made.seat()
    await made.desk.unlock(PASSPHRASE)
    return made


# --- reading and deciding -----------------------------------------------------------------------------------


async def test_a_moderator_takes_is_warned_reads_and_approves(house: House) -> None:
    told = Testimony()
    await house.tell(told)

    warned = await house.say("moderator", "/next")
    read = await house.say("moderator", "/open")
    approved = await house.say("moderator", "/approve")

    assert words("desk-warning", case=told.ref) in warned
    assert told.story not in warned
    assert told.story in read
    assert words("desk-approved", case=told.ref) in approved
    assert [row.state for row in await house.store.cases()] == ["approved"]


async def test_a_text_is_never_shown_before_its_warning(house: House) -> None:
    told = Testimony(answers={"what_physical": ("touch_sexual",)})
    await house.tell(told)
    await house.say("moderator", "/next")
    house.new_desk()
    await house.desk.unlock(PASSPHRASE)

    first = await house.say("moderator", "/open")

    assert told.story not in first
    assert words("desk-warning-hard", case=told.ref) in first
    assert told.story in await house.say("moderator", "/open")


async def test_what_is_shown_of_a_story_is_protected_and_leaves_after_ten_minutes(house: House) -> None:
    told = Testimony()
    await house.tell(told)
    await house.say("moderator", "/next")
    await house.say("moderator", "/open")

    showing = [screen for _, screen in house.shown if told.story in screen.text]

    assert showing
    assert all(screen.protect and screen.minutes == 10 for screen in showing)


async def test_a_long_story_is_shown_whole_in_pieces_a_channel_takes(house: House) -> None:
    story = " ".join(f"mot{n}" for n in range(3000))
    await house.tell(Testimony(story=story))
    await house.say("moderator", "/next")
    await house.say("moderator", "/open")

    pieces = [screen.text for _, screen in house.shown]

    assert all(len(piece) <= 4096 for piece in pieces)
    assert all(f"mot{n}" in house.told_to("moderator") for n in range(3000))


async def test_each_view_of_a_testimony_is_a_line_in_the_log(house: House) -> None:
    await house.tell(Testimony())
    await house.say("moderator", "/next")
    await house.say("moderator", "/open")
    await house.say("moderator", "/open")

    assert (await house.acts()).count("open") == 2


async def test_one_moderator_at_a_time_works_on_a_case(house: House) -> None:
    told = Testimony()
    await house.tell(told)
    await house.say("moderator", "/next")

    answered = [
        await house.say("moderator 2", f"/open {told.ref}"),
        await house.say("moderator 2", f"/approve {told.ref}"),
        await house.say("owner", f"/reject {told.ref}"),
    ]

    assert all(words("desk-case-theirs") in answer for answer in answered)
    assert words("desk-queue-empty") in await house.say("moderator 2", "/next")


async def test_a_moderator_holds_one_case_at_a_time(house: House) -> None:
    await house.tell(Testimony(), Testimony())
    await house.say("moderator", "/next")
    await house.say("moderator", "/next")

    assert len(await house.store.cases("claimed")) == 1


async def test_next_gives_the_oldest_day_first_and_any_case_of_that_day(house: House) -> None:
    old = [Testimony(day=house.today - 3) for _ in range(4)]
    await house.tell(Testimony(), *old)
    seen: list[int] = []
    house.bench.choose = lambda rows: seen.append(len(rows)) or rows[-1]  # type: ignore[func-returns-value]  # counts, then chooses

    await house.say("moderator", "/next")

    (claimed,) = await house.store.cases("claimed")
    assert seen == [4]
    assert claimed.case in {testimony.case for testimony in old}


async def test_undo_leaves_a_case_and_takes_back_a_decision(house: House) -> None:
    told = Testimony()
    await house.tell(told)
    await house.say("moderator", "/next")
    assert words("desk-released", case=told.ref) in await house.say("moderator", "/undo")
    assert [row.state for row in await house.store.cases()] == ["waiting"]

    await house.say("moderator", "/next")
    await house.say("moderator", "/reject")
    assert words("desk-reopened", case=told.ref) in await house.say("moderator", "/undo")

    (row,) = await house.store.cases()
    assert (row.state, row.decided_day) == ("claimed", None)


async def test_nobody_takes_back_what_somebody_else_decided(house: House) -> None:
    told = Testimony()
    await house.tell(told)
    await house.say("moderator", "/next")
    await house.say("moderator", "/escalate")
    await house.say("owner", f"/approve {told.ref}")

    assert words("desk-nothing-to-undo") in await house.say("moderator 2", "/undo")
    assert words("desk-nothing-to-undo") in await house.say("moderator", "/undo")
    assert [row.state for row in await house.store.cases()] == ["approved"]


async def test_what_is_escalated_is_told_to_owners_and_is_theirs(house: House) -> None:
    told = Testimony()
    await house.tell(told)
    await house.say("moderator", "/next")
    await house.say("moderator", "/escalate")

    for owner in ("owner", "owner 2"):
        assert words("desk-escalated-alert", case=told.ref) in house.told_to(owner)
    assert words("desk-case-escalated") in await house.say("moderator", f"/open {told.ref}")
    await house.say("owner", f"/open {told.ref}")
    assert told.story in await house.say("owner", f"/open {told.ref}")


async def test_after_a_decision_the_chat_is_cleared(house: House) -> None:
    await house.tell(Testimony())
    await house.say("moderator", "/next")
    assert house.forgotten == []

    await house.say("moderator", "/approve")

    assert house.forgotten == ["moderator"]


async def test_a_withdrawn_testimony_is_gone_from_the_one_who_reads_it(house: House) -> None:
    told = Testimony()
    await house.tell(told)
    await house.say("moderator", "/next")
    keep = told.change()[0]
    assert await house.store.commit((Withdraw(keep.locator, keep.token_hash),))  # type: ignore[union-attr]  # a KeepCase

    assert told.story not in await house.say("moderator", f"/open {told.ref}")
    assert words("desk-case-gone") in await house.say("moderator", f"/approve {told.ref}")
    assert words("desk-no-case") in await house.say("moderator", "/approve")


# --- what is written beside a case --------------------------------------------------------------------------


async def taken(house: House, told: Testimony, chair: str = "moderator") -> None:
    await house.tell(told)
    await house.say(chair, "/next")


async def test_nobody_accepts_what_she_has_not_read(house: House) -> None:
    house.readers = False
    told = Testimony()
    await taken(house, told)

    assert words("desk-read-first") in await house.say("moderator", "/approve")
    assert [row.state for row in await house.store.cases()] == ["claimed"]
    await house.say("moderator", "/open")
    await house.say("moderator", "/approve")

    assert [row.state for row in await house.store.cases()] == ["approved"]


async def test_an_owner_opens_what_was_escalated_by_asking_twice(house: House) -> None:
    told = Testimony()
    await taken(house, told)
    await house.say("moderator", "/escalate")

    await house.say("owner", f"/open {told.ref}")

    assert words("desk-case-story") in await house.say("owner", "/open")


async def part_of(house: House, told: Testimony, name: str) -> str:
    row = await house.store.case(told.case)
    assert row is not None
    for item in await house.store.items(told.case):
        if item.part.startswith(name):
            return house.bench.open(row, item).body.decode()
    return ""


async def test_a_summary_is_kept_redacted_and_only_with_consent(house: House) -> None:
    allowed = Testimony(share="stats_and_summary")
    await taken(house, allowed)
    said = await house.say("moderator", "/summary Un homme a insisté, au 06 12 34 56 78.")
    assert "06 12 34" not in said + await part_of(house, allowed, "summary")
    assert "Un homme a insisté" in await part_of(house, allowed, "summary")
    await house.say("moderator", "/approve")

    refused = Testimony(share="stats_only")
    await taken(house, refused)
    assert words("desk-summary-refused") in await house.say("moderator", "/summary Un texte.")
    assert await part_of(house, refused, "summary") == ""


async def test_a_masked_word_is_gone_from_what_is_kept(house: House) -> None:
    told = Testimony(story="Il est revenu avec Zébulon le chien.", quote="Zébulon aboyait.")
    await taken(house, told)

    said = await house.say("moderator", "/mask zébulon")

    assert words("desk-masked", count=2, case=told.ref) in said
    assert "Zébulon" not in await part_of(house, told, "story")
    await house.say("moderator", "/open")
    assert "Zébulon" not in await house.say("moderator", "/open")
    assert words("desk-mask-nothing", case=told.ref) in await house.say("moderator", "/mask Zébulon")


async def test_a_note_is_seen_by_the_next_reader(house: House) -> None:
    told = Testimony()
    await taken(house, told)
    await house.say("moderator", "/note À relire à deux.")
    await house.say("moderator", "/escalate")

    await house.say("owner", f"/open {told.ref}")

    assert "À relire à deux." in await house.say("owner", f"/open {told.ref}")


async def test_a_reply_is_signed_redacted_and_opens_with_the_receipt_alone(house: House) -> None:
    told = Testimony()
    await taken(house, told)

    said = await house.say("moderator", "/reply Merci. Écrivez à moi@exemple.fr")

    (box,) = await house.store.replies(told.case)
    text = open_reply(box, REPLY, told.case, SIGNER.verify_key)
    assert text.startswith("Merci. Écrivez à ")
    assert "exemple.fr" not in text
    assert words("desk-reply-kept", case=told.ref) in said


async def test_no_reply_is_sealed_to_a_key_that_is_not_the_testimonys(house: House) -> None:
    told = Testimony()
    change = told.change()
    forged = changed(change[0], reply_key=b"\x09" * len(change[0].reply_key))  # type: ignore[union-attr,type-var]  # a KeepCase
    await house.store.commit((forged, *change[1:]))
    row = await house.store.case(told.case)
    assert row is not None

    answered = await house.say("moderator", "/next")

    assert words("desk-cannot-open") in answered
    assert words("desk-alarm-item", case=told.ref, part="coded") in house.told_to("owner")
    assert await house.store.replies(told.case) == []


async def test_a_command_that_needs_words_asks_for_them(house: House) -> None:
    await taken(house, Testimony())

    for command in ("/summary", "/mask", "/note", "/reply", "/invite", "/revoke"):
        chair = "owner" if command in ("/invite", "/revoke") else "moderator"
        assert words("desk-no-text", example="").split(":")[0] in await house.say(chair, command)


# --- two people ---------------------------------------------------------------------------------------------

QUOTE = "J'ai eu peur chez moi et personne ne m'a crue."


async def approved(house: House, told: Testimony) -> None:
    await taken(house, told)
    await house.say("moderator", "/approve")


async def test_a_sentence_is_released_by_two_different_moderators(house: House) -> None:
    told = Testimony(share="stats_and_quote", quote=QUOTE)
    await approved(house, told)

    assert QUOTE in await house.say("moderator", f"/quote {told.ref}")
    assert words("desk-quote-asked", case=told.ref) in await house.say("moderator", f"/quote oui {told.ref}")
    assert words("desk-quote-wanted", case=told.ref) in house.told_to("moderator 2")
    assert words("desk-second-same") in await house.say("moderator", f"/quote oui {told.ref}")
    assert await part_of(house, told, "quote") == ""

    assert QUOTE in await house.say("moderator 2", f"/quote {told.ref}")
    assert words("desk-quote-released", case=told.ref) in await house.say(
        "moderator 2", f"/quote {told.ref} oui"
    )
    assert QUOTE in await part_of(house, told, "quote")


async def test_the_second_person_agrees_to_the_sentence_the_first_one_read(house: House) -> None:
    told = Testimony(share="stats_and_quote", quote=QUOTE)
    await taken(house, told)
    await house.say("moderator", f"/quote oui {told.ref}")
    await house.say("moderator", "/mask chez moi")

    second = await house.say("moderator 2", f"/quote oui {told.ref}")

    assert words("desk-case-theirs") in second
    assert await part_of(house, told, "quote") == ""


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (Testimony(share="stats_and_summary", quote=QUOTE), "desk-quote-refused"),
        (Testimony(share="stats_and_quote"), "desk-quote-none"),
        (Testimony(share="stats_and_quote", quote="C'était en mars 2025."), "desk-quote-unfit"),
        (Testimony(share="stats_and_quote", quote="Le plombier m'a suivie."), "desk-quote-unfit"),
    ],
)
async def test_a_sentence_without_consent_or_that_points_somewhere_is_not_released(
    house: House, told: Testimony, why: str
) -> None:
    await approved(house, told)

    for typed in ("/quote", "/quote oui"):
        assert words(why, case=told.ref) in await house.say("moderator", f"{typed} {told.ref}")
    assert await part_of(house, told, "quote") == ""


async def test_erasing_takes_two_owners_or_moderators_and_leaves_nothing(house: House) -> None:
    told = Testimony()
    await house.tell(told)

    assert words("desk-delete-asked", case=told.ref) in await house.say("owner", f"/delete {told.ref}")
    assert words("desk-second-same") in await house.say("owner", f"/delete {told.ref}")
    assert await house.store.case(told.case) is not None
    assert words("desk-deleted", case=told.ref) in await house.say("owner 2", f"/delete {told.ref}")
    assert await house.store.case(told.case) is None
    assert await house.store.items(told.case) == []


async def test_the_request_of_somebody_who_left_counts_no_more(house: House) -> None:
    told = Testimony()
    await house.tell(told)
    await house.say("moderator", f"/delete {told.ref}")
    await house.say("owner", "/revoke moderator")

    assert words("desk-delete-asked", case=told.ref) in await house.say("owner", f"/delete {told.ref}")
    assert await house.store.case(told.case) is not None
    assert words("desk-deleted", case=told.ref) in await house.say("moderator 2", f"/delete {told.ref}")


# --- bans ---------------------------------------------------------------------------------------------------


async def test_a_ban_uses_the_tag_sealed_in_the_testimony_and_can_be_lifted(house: House) -> None:
    told = Testimony()
    await taken(house, told)

    assert words("desk-banned", case=told.ref) in await house.say("moderator", "/ban")
    assert await house.store.is_banned(told.tag)
    listed = await house.say("owner", "/unban")
    assert told.tag.hex() not in listed
    assert words("desk-bans", bans=told.ref) in listed
    assert words("desk-unbanned") in await house.say("moderator", f"/unban {told.ref}")
    assert not await house.store.is_banned(told.tag)
    assert words("desk-not-banned") in await house.say("moderator", "/unban")
    assert words("desk-bans-none") in await house.say("owner", "/unban")


# --- roles --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("chair", ["partner", "auditor"])
async def test_a_command_of_another_role_is_answered_like_nonsense(house: House, chair: str) -> None:
    told = Testimony()
    await house.tell(told)

    answers = {
        await house.say(chair, typed) for typed in ("/next", f"/open {told.ref}", "/lock", "/blah", "coucou")
    }

    assert answers == {words("desk-unknown")}


@pytest.mark.parametrize("role", ROLES)
async def test_everybody_is_helped_with_her_own_commands(house: House, role: str) -> None:
    chair = next(chair for chair, its in CHAIRS.items() if its == role)

    helped = await house.say(chair, "/help")

    assert ("/invite" in helped) == (role == "owner")
    assert ("/next" in helped) == (role in ("owner", "moderator"))
    assert "/help" in helped


async def test_owners_invite_and_revoke_and_an_owner_always_stays(house: House) -> None:
    invited = await house.say("owner", "/inviter partenaire Maison des femmes")
    code = invited.strip().splitlines()[-1]
    assert await house.members.join(Address("terminal", "new"), code, house.today) == "joined"
    assert "Maison des femmes" in await house.say("owner", "/partners")

    assert words("desk-revoked", name="Maison des femmes") in await house.say(
        "owner", "/revoke maison des femmes"
    )
    assert await house.members.find(Address("terminal", "new")) is None
    await house.say("owner", "/revoke owner 2")
    assert words("desk-revoke-last-owner") in await house.say("owner", "/revoke owner")


async def test_what_a_revoked_moderator_was_reading_goes_back_to_the_queue(house: House) -> None:
    await taken(house, Testimony())

    await house.say("owner", "/revoke moderator")

    assert [row.state for row in await house.store.cases()] == ["waiting"]


async def test_a_revoked_member_is_not_obeyed_even_for_what_she_had_queued(house: House) -> None:
    await house.tell(Testimony())
    await house.queue_up("owner", "/revoke moderator")
    await house.queue_up("moderator", "/next")

    await house.desk.pump()

    assert [row.state for row in await house.store.cases()] == ["waiting"]
    assert "command of no member" in await house.acts()


async def test_figures_about_the_queue_tell_nothing_of_what_was_told(house: House) -> None:
    await house.tell(Testimony(answers={"region": ("corse",)}), Testimony(day=house.today - 4))

    said = await house.say("auditor", "/stats")

    assert said == words("desk-stats", waiting=2, days=4, claimed=0, escalated=0, ready=0)


async def test_status_shows_the_fingerprint_and_what_is_left_to_verify(house: House) -> None:
    async def three() -> tuple[str, ...]:
        return ("fr-3919", "fr-17", "whom.1")

    house.bench.to_verify = three

    said = await house.say("owner", "/status")

    assert "Empreinte de la clé de l’équipe" in said
    assert words("desk-status-verify", count=3) in said
    assert "fr-3919" not in said


# --- audit --------------------------------------------------------------------------------------------------


async def test_the_log_is_shown_and_verified_from_the_chat(house: House) -> None:
    await taken(house, Testimony())
    await house.say("moderator", "/approve")

    shown = await house.say("auditor", "/audit")
    verified = await house.say("auditor", "/audit verify")

    assert "approve" in shown
    assert verified.startswith("Journal intact")


async def test_a_log_somebody_changed_is_found_from_the_chat(house: House) -> None:
    await taken(house, Testimony())
    honest = house.store.audit_lines

    async def forged(after: int = 0, limit: int = 1000):  # type: ignore[no-untyped-def]
        rows = await honest(after, limit)
        return [changed(row, line=row.line.replace("claim", "other")) for row in rows]

    house.store.audit_lines = forged  # type: ignore[method-assign]  # a store whose rows were changed
    said = await house.say("owner", "/audit verify")

    number = next(row.number for row in await honest() if "claim" in row.line)
    assert words("desk-audit-broken", line=number) in said


async def test_the_log_names_no_testimony_and_no_chat(house: House, canary: str) -> None:
    told = Testimony(story=canary, quote=canary, share="stats_and_quote")
    await taken(house, told)
    for typed in (f"/note {canary}", f"/mask {canary}", f"/reply {canary}", "/open", "/approve"):
        await house.say("moderator", typed)

    lines = "".join(row.line for row in await house.store.audit_lines())

    assert canary not in lines
    assert told.case.hex() not in lines


# --- the queue ----------------------------------------------------------------------------------------------


async def test_a_redelivered_command_acts_once(house: House) -> None:
    await house.tell(Testimony(), Testimony())
    member = await house.members.find(Address("terminal", "moderator"))
    assert member is not None

    for _ in range(3):
        await house.queue.put(member.member, "/next", b"update 7")
        await house.desk.pump()

    assert len(await house.store.cases("claimed")) == 1
    assert house.told_to("moderator").count("Témoignage t-") == 1


async def test_commands_are_carried_out_in_their_order(house: House) -> None:
    await house.tell(Testimony())
    for typed in ("/next", "/approve", "/undo", "/reject"):
        await house.queue_up("moderator", typed)

    await house.desk.pump()

    assert [row.state for row in await house.store.cases()] == ["rejected"]


async def test_an_order_nobody_of_this_instance_wrote_is_refused_and_alarms(house: House) -> None:
    member = await house.members.find(Address("terminal", "owner"))
    assert member is not None
    stranger = replace(house.queue, instance=b"\x07" * 32)
    await house.tell(Testimony())
    await stranger.put(member.member, "/next", b"forged")
    await house.store.commit((QueueCommand(b"x" * 32, b"not even sealed"),))

    await house.desk.pump()

    assert [row.state for row in await house.store.cases()] == ["waiting"]
    # Both are in the log; owners are told once a minute, or an alarm nobody can read would call for the next.
    assert house.told_to("owner").count(words("desk-alarm-command")) == 1
    assert (await house.acts()).count("cannot open command") == 2
    assert await house.store.commands() == []


async def test_an_answer_that_cannot_be_shown_is_tried_again_and_stops_nobody(house: House) -> None:
    house.deaf.add("moderator")
    assert await house.say("moderator", "/help") == ""
    assert words("desk-queue", waiting=0, claimed=0, escalated=0) in await house.say("owner", "/queue")

    house.deaf.clear()
    house.now += 600
    await house.desk.pump()

    assert "/next" in house.told_to("moderator")


async def test_an_answer_for_a_chat_that_blocks_us_is_given_up_and_the_log_says_so(house: House) -> None:
    house.deaf.add("moderator")
    await house.say("moderator", "/help")

    for _ in range(6):
        house.now += 3600
        house.desk._used = house.now
        await house.desk.pump()

    assert await house.store.commands() == []
    assert "answer given up" in await house.acts()


async def test_a_fault_of_ours_ends_one_command_and_not_the_desk(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(rows: object) -> object:
        raise ZeroDivisionError("secret words")

    await house.tell(Testimony())
    house.bench.choose = broken  # type: ignore[assignment]
    with caplog.at_level(logging.DEBUG):
        assert words("desk-try-again") in await house.say("moderator", "/next")

    assert "secret words" not in caplog.text
    assert "command failed" in await house.acts()
    assert "/next" in await house.say("moderator", "/help")


async def test_items_that_do_not_open_alarm_owners_and_leave_the_queue(house: House) -> None:
    told = Testimony()
    await house.tell(told)
    await house.store.commit((KeepItem(told.case, "coded", 1, b"damaged", replace=True),))

    said = await house.say("moderator", "/next")

    assert words("desk-cannot-open") in said
    assert words("desk-alarm-item", case=told.ref, part="coded") in house.told_to("owner 2")
    assert [row.state for row in await house.store.cases()] == ["escalated"]
    assert "cannot open" in await house.acts()


async def test_an_item_exchanged_between_two_cases_is_an_alarm(house: House) -> None:
    one, other = Testimony(), Testimony(story="Une autre histoire.")
    await house.tell(one, other)
    boxes = {(i.case, i.part): i for t in (one, other) for i in await house.store.items(t.case)}
    swapped = boxes[other.case, "story"].box
    await house.store.commit((KeepItem(one.case, "story", 1, swapped, replace=True),))
    house.bench.choose = lambda rows: next(row for row in rows if row.case == one.case)

    await house.say("moderator", "/next")
    said = await house.say("moderator", "/open")

    assert "Une autre histoire." not in said
    assert words("desk-cannot-open") in said
    assert words("desk-alarm-item", case=one.ref, part="story") in house.told_to("owner")


# --- the keys -----------------------------------------------------------------------------------------------


async def test_a_locked_desk_keeps_commands_and_answers_later(store: Store) -> None:
    house = House(store)
    await house.seat()
    await house.tell(Testimony())
    assert not await desk_is_open(store, house.now)

    assert await house.say("moderator", "/next") == ""
    assert [row.state for row in await store.cases()] == ["waiting"]
    await house.desk.unlock(PASSPHRASE)
    await house.desk.pump()

    assert "Témoignage t-" in house.told_to("moderator")
    assert await desk_is_open(store, house.now)


async def test_a_wrong_passphrase_leaves_the_desk_locked(store: Store) -> None:
    house = House(store)

    with pytest.raises(KeyFileError):
        await house.desk.unlock("wrong")

    assert not house.desk.is_open


async def test_a_key_that_opens_nothing_here_does_not_unlock_the_desk(store: Store) -> None:
    house = House(store)
    stranger = HybridIdentity(b"\x05" * 32)
    house.desk._unlocking = lambda _: Unlocked((stranger,), SIGNER)

    with pytest.raises(KeyFileError, match="not the key"):
        await house.desk.unlock(PASSPHRASE)

    assert not house.desk.is_open


def test_the_listening_path_of_members_cannot_open_anything() -> None:
    opening = "('bot.opening', 'bot.custody', 'handlers.desk')"
    said = f"import sys, handlers.reception; print([name for name in {opening} if name in sys.modules])"

    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_the_settings_of_an_association_are_the_policy_of_its_desk() -> None:
    policy = Policy.of(Settings(story_days=30, k=12, desk_idle_minutes=5, digest_automatic=True))

    assert (policy.story_days, policy.k, policy.idle_minutes, policy.automatic) == (30, 12, 5, True)


async def test_lock_answers_first_and_then_lets_go_of_the_keys(house: House) -> None:
    await house.queue_up("owner", "/lock")
    await house.queue_up("moderator", "/help")
    await house.desk.pump()

    assert words("desk-lock-done") in house.told_to("owner")
    assert not house.desk.is_open
    assert house.bench.ring is None
    assert not await desk_is_open(house.store, house.now)
    assert house.told_to("moderator") == ""

    await house.desk.unlock(PASSPHRASE)
    await house.desk.pump()
    assert "/next" in house.told_to("moderator")


async def test_an_idle_desk_locks_itself(house: House) -> None:
    await house.say("moderator", "/help")
    house.now += (house.policy.idle_minutes - 1) * 60
    await house.desk.tick()
    assert house.desk.is_open

    house.now += 60
    await house.desk.tick()

    assert not house.desk.is_open
    assert "idle lock" in await house.acts()


async def test_a_desk_that_was_killed_is_closed_a_few_minutes_later(house: House) -> None:
    assert await desk_is_open(house.store, house.now + 60)
    assert not await desk_is_open(house.store, house.now + 600)


async def test_nothing_secret_is_in_any_repr(house: House, canary: str) -> None:
    told = Testimony(story=canary)
    await taken(house, told)
    order = Order(b"m" * 16, canary)
    secret = (
        PASSPHRASE,
        str(house.bench.ring),
        repr(house.desk),
        repr(house.bench),
        repr(order),
        repr(told.change()),
    )

    assert canary not in "".join(secret[1:])
    assert PASSPHRASE not in "".join(secret[1:])
    assert INSTANCE.hex() not in repr(house.queue) + repr(house.members) + repr(house.bench)
    assert repr(INSTANCE)[2:-1] not in repr(house.queue) + repr(house.members) + repr(house.bench)
    assert repr(SIGNER.seed)[2:-1] not in repr(house.bench.ring)
    assert TEAM.recipient.text() not in repr(house.desk)


# --- time ---------------------------------------------------------------------------------------------------


async def test_a_notice_says_only_how_many_wait_and_not_too_often(house: House) -> None:
    await house.tell(Testimony())
    await house.desk.tick()
    assert house.told_to("moderator") == words("desk-new", count=1)
    assert house.told_to("owner") == ""

    await house.tell(Testimony(), Testimony())
    house.now += 60
    await house.desk.tick()
    assert house.told_to("moderator") == words("desk-new", count=1)

    house.now += 3600
    await house.desk.tick()
    await house.desk.tick()
    assert house.told_to("moderator") == words("desk-new", count=1) + "\n" + words("desk-new", count=3)


async def test_what_nobody_decided_is_erased_when_its_months_are_over(house: House) -> None:
    await house.tell(Testimony())
    house.now += 700 * 86_400
    assert await house.desk.hours.expire() == 0

    house.now += 60 * 86_400
    assert await house.desk.hours.expire() == 1

    assert await house.store.cases() == []


async def test_what_somebody_left_lying_goes_back_to_the_queue(store: Store) -> None:
    house = House(store, Policy(claim_minutes=60, idle_minutes=480))
    await house.seat()
    await house.desk.unlock(PASSPHRASE)
    await taken(house, Testimony())
    await house.desk.tick()

    house.now += 3599
    await house.desk.tick()
    assert [row.state for row in await store.cases()] == ["claimed"]
    house.now += 1
    await house.desk.tick()

    assert [row.state for row in await store.cases()] == ["waiting"]
    assert "lapse" in await house.acts()


async def test_stories_go_sixty_days_after_the_decision_and_all_else_after_two_years(house: House) -> None:
    told, waits = Testimony(share="stats_and_summary"), Testimony()
    await taken(house, told)
    await house.say("moderator", "/summary Un résumé.")
    await house.say("moderator", "/note Une note.")
    await house.say("moderator", "/approve")
    await house.tell(waits)

    house.now += 60 * 86_400
    assert await house.desk.hours.expire() == 0
    house.now += 86_400
    await house.desk.lock()
    assert await house.desk.hours.expire() == 1
    assert {item.part for item in await house.store.items(told.case)} == {"coded", "summary"}

    house.now += 2 * 366 * 86_400
    await house.desk.hours.expire()
    assert await house.store.case(told.case) is None
    assert await house.store.case(waits.case) is None, "undecided as long, it goes as well"


async def test_an_owner_reads_after_the_story_is_gone_that_it_is(house: House) -> None:
    told = Testimony()
    await approved(house, told)
    house.now += 61 * 86_400
    house.desk._used = house.now
    await house.desk.hours.expire()

    await house.say("owner", f"/open {told.ref}")

    assert words("desk-case-no-story") in await house.say("owner", f"/open {told.ref}")


# --- groups, refusals, slow chats ---------------------------------------------------------------------------

GROUP = Address("terminal", "-100")
"""A group on the tests' channel."""


async def seat_in_group(house: House, person: str, role: Role = "moderator") -> bytes:
    """Let somebody join in the group; her member id."""
    code = await house.members.invite(role, person, house.today)
    assert await house.members.join(GROUP, code, house.today, person=person) == "joined"
    member = await house.members.find(Address("terminal", person))
    assert member is not None
    return member.member


def told_in(house: House, chat: str) -> list[str]:
    return [screen.text for who, screen in house.shown if who == chat]


async def test_an_answer_comes_where_it_was_asked_and_a_notice_where_she_joined(house: House) -> None:
    member = await seat_in_group(house, "anna")

    await house.queue.put(member, "/queue", b"1", Address("terminal", "anna"))
    await house.queue.put(member, "/queue", b"2", GROUP)
    await house.desk.pump()
    nothing = words("desk-queue", waiting=0, claimed=0, escalated=0)
    assert [nothing in text for text in told_in(house, "anna")] == [True]
    assert [nothing in text for text in told_in(house, GROUP.chat)] == [True]

    await house.tell(Testimony())
    await house.desk.tick()
    assert told_in(house, GROUP.chat)[-1] == words("desk-new", count=1)
    assert len(told_in(house, "anna")) == 1


async def test_an_answer_never_comes_to_a_chat_that_is_hers_no_more(house: House) -> None:
    member = await seat_in_group(house, "anna")
    await house.queue.put(member, "/queue", b"1", GROUP)
    await house.members.moved(GROUP, None, house.today)

    await house.desk.pump()

    assert told_in(house, GROUP.chat) == []
    assert len(told_in(house, "anna")) == 1


async def test_an_invitation_is_shown_to_no_group(house: House) -> None:
    member = await seat_in_group(house, "anna", "owner")

    await house.queue.put(member, "/invite partner Refuge", b"1")
    await house.desk.pump()
    assert told_in(house, GROUP.chat) == [words("desk-unknown")]
    assert await house.store.invites() == []

    await house.queue.put(member, "/invite partner Refuge", b"2", Address("terminal", "anna"))
    await house.desk.pump()
    assert len(await house.store.invites()) == 1
    assert len(told_in(house, GROUP.chat)) == 1


async def test_what_is_decided_leaves_the_group_and_her_own_chat(house: House) -> None:
    member = await seat_in_group(house, "anna")
    await house.tell(Testimony())

    for number, text in enumerate(("/next", "/open", "/reject")):
        await house.queue.put(member, text, f"{number}".encode(), GROUP)
        await house.desk.pump()

    assert house.forgotten == [GROUP.chat, "anna"]


async def test_every_command_that_is_refused_is_a_line_in_the_log(house: House) -> None:
    case = Testimony()
    await house.tell(case)
    await house.say("moderator 2", "/next")

    await house.say("moderator", f"/approve {case.ref}")  # another's
    house.now += 60
    await house.say("moderator 2", f"/undo {case.ref}")
    await house.say("moderator", f"/reject {case.ref}")  # in the wrong state
    await house.say("partner", "/audit")  # the wrong role
    await house.say("auditor", f"/delete {case.ref}")
    await house.say("owner", "/open t-00000000")  # there is no such case

    lines = [json.loads(row.line)[3:5] for row in await house.store.audit_lines()]
    assert [line for line in lines if line[0].startswith("refused")] == [
        ["refused approve", case.ref],
        ["refused reject", case.ref],
        ["refused audit", ""],
        ["refused delete", case.ref],
        ["refused open", "t-00000000"],
    ]


async def test_a_flood_of_refused_commands_is_one_line_a_minute(house: House) -> None:
    for _ in range(30):
        assert await house.say("partner", "/audit") == words("desk-unknown")

    assert (await house.acts()).count("refused audit") == 1


async def test_what_is_merely_mistyped_is_no_line_in_the_log(house: House) -> None:
    before = await house.acts()
    await house.say("moderator", "bonjour")
    await house.say("moderator", "/approve")
    await house.say("moderator", "/undo")

    assert await house.acts() == before


async def test_a_slow_chat_delays_its_own_member_and_nobody_else(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.lanes.LINGER_SECONDS", 0.01)
    stuck = asyncio.Event()
    show = house._show

    async def slow(who: Address, screen: Screen) -> None:
        if who.chat == "moderator":
            await stuck.wait()
        await show(who, screen)

    house.desk._said._say = slow
    await house.queue_up("moderator", "/queue")
    await house.queue_up("moderator", "/stats")
    await house.queue_up("owner", "/stats")
    await house.desk.pump(0.01)
    await until(lambda: len(told_in(house, "owner")) == 1)
    await house.queue_up("owner", "/queue")
    await house.desk.pump(0.01)
    await until(lambda: len(told_in(house, "owner")) == 2)

    assert house.told_to("moderator") == "", "and the desk's turn was free"

    stuck.set()
    await until(lambda: len(told_in(house, "moderator")) == 2)
    first, second = told_in(house, "moderator")
    assert words("desk-queue", waiting=0, claimed=0, escalated=0) in first
    assert second == told_in(house, "owner")[0]
    await house.desk.pump(10)
    assert await house.store.commands() == []


async def until(holds: Callable[[], bool]) -> None:
    """Wait for what must come, however slow the machine; half a minute means that it does not."""
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 - what is waited for rings no bell
            await asyncio.sleep(0.005)


async def test_answers_wait_in_order_behind_one_that_could_not_be_shown(house: House) -> None:
    house.deaf.add("moderator")
    await house.say("moderator", "/queue")
    house.deaf.clear()
    await house.say("moderator", "/stats")
    assert house.told_to("moderator") == ""

    house.now += 600
    await house.desk.pump()
    assert len(told_in(house, "moderator")) == 2
    assert words("desk-queue", waiting=0, claimed=0, escalated=0) in told_in(house, "moderator")[0]


async def test_many_answers_for_deaf_chats_stop_nobody(house: House) -> None:
    house.deaf.add("moderator")
    for _ in range(BATCH + 10):
        await house.queue_up("moderator", "/queue")
    await house.desk.pump()

    assert await house.say("owner", "/stats") != ""


async def test_a_chat_that_is_gone_is_given_up_at_once(house: House) -> None:
    async def gone(who: Address, screen: Screen) -> None:
        raise Gone

    house.desk._said._say = gone
    await house.queue_up("moderator", "/queue")
    await house.desk.pump()

    assert await house.store.commands() == []
    assert (await house.acts()).count("answer given up") == 1


async def test_what_was_on_its_way_at_the_end_is_shown_after_the_next_start(house: House) -> None:
    async def never(who: Address, screen: Screen) -> None:
        await asyncio.Event().wait()

    house.desk._said._say = never
    await house.queue_up("moderator", "/queue")
    await house.desk.pump(0)
    await house.desk._lanes.close()
    assert len(await house.store.commands()) == 1

    await house.new_desk().unlock(PASSPHRASE)
    await house.desk.pump()
    assert len(told_in(house, "moderator")) == 1
    assert await house.store.commands() == []
