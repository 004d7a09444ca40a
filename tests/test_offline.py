"""It is promised that in the console profile no chat carries a testimony, and that a decision made elsewhere
is obeyed once, from whom it must come, about what it was made from, or refused with its own sentence."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import age
from bot.decisions import (
    PASTED_MOST,
    TEXT_MOST,
    VALID_DAYS,
    Decision,
    Signed,
    Unfit,
    file_name,
    items_hash,
    read_file_name,
    read_pasted,
    seal_text,
)
from bot.signing import SignKey
from handlers import Screen, offline
from storage import Store
from tests.deskkit import IDENTITY, PASSPHRASE, House, Testimony, words
from tests.offlinekit import (
    KEYS,
    STORY,
    Home,
    claimed,
    decided,
    files,
    house,
    member,
    pasted,
    state,
    store,
)
from tests.test_signing import MINISIGN, needs_minisign

__all__ = ["house", "store"]

# --- reading ------------------------------------------------------------------------------------------------


async def test_no_chat_is_shown_a_word_of_a_testimony(house: Home) -> None:
    testimony = Testimony(share="stats_and_quote", quote="J'ai eu peur chez moi.")
    await claimed(house, testimony)

    for typed in ("/open", "/open yes", "/open", "/quote", f"/open {testimony.ref}"):
        assert await house.say("moderator", typed) == words("desk-console-read")
    await house.say("moderator", "/get")

    assert STORY not in repr([screen.text for _, screen in house.shown])
    assert "peur" not in repr([screen.text for _, screen in house.shown])


async def test_get_sends_every_part_as_it_is_kept(house: Home) -> None:
    testimony = Testimony()
    await claimed(house, testimony)

    await house.say("moderator", "/get")

    kept = {
        file_name(testimony.ref, 1, item.part): item.box for item in await house.store.items(testimony.case)
    }
    assert files(house) == kept
    assert STORY.encode() in age.decrypt(files(house)[f"{testimony.ref}.1.story.age"], [IDENTITY])


async def test_sealed_files_can_be_saved_and_leave_the_chat_within_the_hour(house: Home) -> None:
    testimony = Testimony()
    await claimed(house, testimony)
    await house.say("moderator", "/get")

    (screen,) = [screen for _, screen in house.shown if screen.files]

    assert not screen.protect
    assert 0 < screen.minutes <= 60


async def test_what_somebody_else_took_is_sent_to_an_owner_only(house: Home) -> None:
    testimony = Testimony()
    await claimed(house, testimony)

    assert await house.say("moderator 2", f"/get {testimony.ref}") == words("desk-case-theirs")
    assert files(house) == {}
    await house.say("owner", f"/get {testimony.ref}")
    assert files(house)


async def test_taking_a_case_opens_nothing(house: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house.bench.__class__, "open", lambda *_: pytest.fail("the desk opened an item"))
    testimony = Testimony()

    await claimed(house, testimony)
    await house.say("moderator", "/get")
    await house.say("moderator", pasted(await decided(house, testimony, "approve"), "moderator"))

    assert await state(house, testimony) == "approved"


async def test_in_the_usual_profile_there_are_no_such_commands(store: Store) -> None:
    house = House(store)
    await house.seat("moderator")
    await house.desk.unlock(PASSPHRASE)

    assert await house.say("moderator", "/get") == words("desk-unknown")
    assert await house.say("moderator", "/decision abc") == words("desk-unknown")
    assert "/get" not in await house.say("moderator", "/help")


async def test_the_help_of_the_console_profile_names_what_there_is(house: Home) -> None:
    help_ = await house.say("moderator", "/help")

    assert words("desk-help-get") in help_
    assert words("desk-help-decision") in help_
    assert words("desk-help-open") not in help_
    assert words("desk-help-approve") not in help_


# --- deciding -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "after"), [("approve", "approved"), ("reject", "rejected"), ("escalate", "escalated")]
)
async def test_a_signed_decision_is_obeyed_and_the_log_says_so(house: Home, command: str, after: str) -> None:
    testimony = Testimony()
    await claimed(house, testimony)

    said = await house.say("moderator", pasted(await decided(house, testimony, command), "moderator"))

    assert await state(house, testimony) == after
    assert said == words(f"desk-{after}", case=testimony.ref)
    assert {"document", command} <= set(await house.acts())


@pytest.mark.parametrize(
    "typed", ["/approve", "/reject", "/escalate", "/delete", "/mask des mots", "/quote yes"]
)
async def test_a_decision_typed_in_the_chat_decides_nothing(house: Home, typed: str) -> None:
    testimony = Testimony()
    await claimed(house, testimony)

    assert await house.say("moderator", typed) == words("desk-console-decide")
    assert await state(house, testimony) == "claimed"


async def test_what_one_took_is_left_in_the_chat_and_what_one_decided_taken_back_by_a_document(
    house: Home,
) -> None:
    testimony = Testimony()
    await claimed(house, testimony)
    await house.say("moderator", "/undo")
    assert await state(house, testimony) == "waiting"

    await house.say("moderator", "/next")
    await house.say("moderator", pasted(await decided(house, testimony, "approve"), "moderator"))
    assert await house.say("moderator", "/undo") == words("desk-console-decide")
    await house.say("moderator", pasted(await decided(house, testimony, "undo"), "moderator"))

    assert await state(house, testimony) == "claimed"


async def test_nobody_takes_back_by_a_document_what_another_decided(house: Home) -> None:
    testimony = Testimony()
    await claimed(house, testimony)
    await house.say("moderator", pasted(await decided(house, testimony, "approve"), "moderator"))

    said = await house.say("moderator 2", pasted(await decided(house, testimony, "undo"), "moderator 2"))

    assert said == words("desk-nothing-to-undo")
    assert await state(house, testimony) == "approved"


async def test_words_to_mask_travel_sealed(house: Home) -> None:
    testimony = Testimony()
    await claimed(house, testimony)
    line = pasted(await decided(house, testimony, "mask", text="sous ma porte"), "moderator")

    assert "porte" not in repr(read_pasted(line))
    assert b"porte" not in read_pasted(line).decision.document()
    assert await house.say("moderator", line) == words("desk-masked", count=1, case=testimony.ref)


async def test_a_note_leaves_a_decision_from_the_same_files_good_and_a_mask_does_not(house: Home) -> None:
    testimony = Testimony()
    await claimed(house, testimony)
    approve = pasted(await decided(house, testimony, "approve", nonce="a" * 32), "moderator")
    note = await decided(house, testimony, "note", text="À relire à deux.", nonce="b" * 32)
    await house.say("moderator", pasted(note, "moderator"))
    mask = await decided(house, testimony, "mask", text="sous ma porte", nonce="c" * 32)
    await house.say("moderator", pasted(mask, "moderator"))

    assert await house.say("moderator", approve) == words("desk-decision-stale")
    again = await decided(house, testimony, "approve")
    await house.say("moderator", pasted(again, "moderator"))
    assert await state(house, testimony) == "approved"


# --- two people ---------------------------------------------------------------------------------------------


async def test_what_takes_two_is_done_with_two_signatures_and_not_with_one(house: Home) -> None:
    testimony = Testimony()
    await claimed(house, testimony)
    decision = await decided(house, testimony, "delete")

    assert await house.say("moderator", pasted(decision, "moderator")) == words("desk-decision-one")
    assert await house.say("owner", pasted(decision, "owner")) == words("desk-decision-one")
    assert await state(house, testimony) == "claimed"
    await house.say("moderator", pasted(decision, "moderator", "owner"))

    assert await state(house, testimony) == "gone"
    assert "cosigned delete" in await house.acts()


async def test_a_quote_is_released_by_two_signatures_and_remembers_both(house: Home) -> None:
    testimony = Testimony(share="stats_and_quote", quote="J'ai eu peur chez moi.")
    await claimed(house, testimony)

    decision = await decided(house, testimony, "quote_yes")
    said = await house.say("owner", pasted(decision, "moderator", "owner"))

    assert said == words("desk-quote-released", case=testimony.ref)
    row = await house.store.case(testimony.case)
    (box,) = [item for item in await house.store.items(testimony.case) if item.part == "quote"]
    assert row is not None
    body = house.bench.open(row, box).body
    for chair in ("moderator", "owner"):
        assert (await member(house, chair)).hex().encode() in body


async def test_two_signatures_of_one_person_are_one_person(house: Home) -> None:
    testimony = Testimony()
    await claimed(house, testimony)
    signed = Signed(await decided(house, testimony, "delete")).by(KEYS["moderator"])
    twice = Signed(signed.decision, signed.signatures * 2)

    with pytest.raises(Unfit, match="has signed this document already"):
        signed.by(KEYS["moderator"])
    assert await house.say("moderator", f"/decision {twice.pasted()}") == words("desk-decision-same")
    assert await state(house, testimony) == "claimed"


async def test_who_is_no_member_any_more_signs_beside_nobody(house: Home) -> None:
    testimony = Testimony()
    await claimed(house, testimony)
    line = pasted(await decided(house, testimony, "delete"), "moderator", "moderator 2")
    await house.say("owner", "/revoke moderator 2")

    assert await house.say("moderator", line) == words("desk-decision-revoked")
    assert await state(house, testimony) == "claimed"


async def test_an_auditor_with_a_key_decides_nothing_and_signs_beside_nobody(house: Home) -> None:
    key = SignKey(b"z" * 32)
    house.book.put(await member(house, "auditor"), key.verify_key.line())
    testimony = Testimony()
    await claimed(house, testimony)
    signed = Signed(await decided(house, testimony, "delete")).by(KEYS["moderator"]).by(key)

    assert await house.say("auditor", f"/decision {signed.pasted()}") == words("desk-unknown")
    assert await house.say("moderator", f"/decision {signed.pasted()}") == words("desk-decision-may-not")
    assert await state(house, testimony) == "claimed"


# --- attacks ------------------------------------------------------------------------------------------------


async def refused(house: Home, testimony: Testimony, line: str, key: str, chair: str = "moderator") -> None:
    assert await house.say(chair, line) == words(key)
    assert await state(house, testimony) == "claimed"


async def test_a_document_serves_once_also_after_a_restart(house: Home) -> None:
    testimony = Testimony()
    await claimed(house, testimony)
    approve = pasted(await decided(house, testimony, "approve", nonce="a" * 32), "moderator")
    await house.say("moderator", approve)
    await house.say("moderator", pasted(await decided(house, testimony, "undo", nonce="b" * 32), "moderator"))

    await refused(house, testimony, approve, "desk-decision-used")
    house.restart()
    await house.desk.unlock(PASSPHRASE)
    await refused(house, testimony, approve, "desk-decision-used")


@pytest.mark.parametrize("forgotten", ["database", "file"])
async def test_a_database_that_was_put_back_makes_no_document_new(house: Home, forgotten: str) -> None:
    """Either of the two places is enough: the other is the one that was put back."""
    testimony = Testimony()
    await claimed(house, testimony)
    approve = pasted(await decided(house, testimony, "approve", nonce="a" * 32), "moderator")
    await house.say("moderator", approve)
    await house.say("moderator", pasted(await decided(house, testimony, "undo", nonce="b" * 32), "moderator"))

    if forgotten == "database":
        from storage.changes import PutMeta  # noqa: PLC0415 - what whoever writes to the database does

        await house.store.commit((PutMeta("decisions-used", b""),))
    else:
        (house.folder / "decisions.used").unlink()
    house.restart()
    await house.desk.unlock(PASSPHRASE)

    await refused(house, testimony, approve, "desk-decision-used")


async def test_where_nobody_knows_what_was_obeyed_nothing_is(house: Home) -> None:
    testimony = Testimony()
    await claimed(house, testimony)
    line = pasted(await decided(house, testimony, "approve"), "moderator")

    (house.folder / "decisions.used").write_text("changed\n")
    await refused(house, testimony, line, "desk-decision-no-record")


async def test_a_list_of_keys_that_another_hand_wrote_is_believed_in_nothing(house: Home) -> None:
    testimony = Testimony()
    await claimed(house, testimony)
    line = pasted(await decided(house, testimony, "approve"), "moderator")
    place = house.folder / "moderators.keys"
    place.write_text(place.read_text().replace("RW", "RX", 1))

    await refused(house, testimony, line, "desk-decision-no-record")


async def test_who_holds_only_a_chat_account_decides_nothing_with_a_key_of_her_own(house: Home) -> None:
    testimony = Testimony()
    await claimed(house, testimony)
    own = Signed(await decided(house, testimony, "approve")).by(SignKey(b"thief" * 6 + b"!!"))

    await refused(house, testimony, f"/decision {own.pasted()}", "desk-decision-unknown-key")


async def test_who_has_no_registered_key_is_told_how_to_get_one(house: Home) -> None:
    testimony = Testimony()
    await claimed(house, testimony)
    house.book.put(await member(house, "moderator"), "")

    line = pasted(await decided(house, testimony, "approve"), "moderator")
    await refused(house, testimony, line, "desk-decision-no-key")


async def test_nobody_sends_what_another_signed(house: Home) -> None:
    testimony = Testimony()
    await claimed(house, testimony)
    line = pasted(await decided(house, testimony, "approve"), "moderator")

    await refused(house, testimony, line, "desk-decision-not-yours", chair="moderator 2")


async def test_a_document_that_was_changed_after_it_was_signed_is_refused(house: Home) -> None:
    testimony = Testimony()
    await claimed(house, testimony)
    good = Signed(await decided(house, testimony, "reject")).by(KEYS["moderator"])
    forged = Signed(await decided(house, testimony, "approve"), good.signatures)

    await refused(house, testimony, f"/decision {forged.pasted()}", "desk-decision-forged")


async def test_a_signature_for_something_else_signs_no_decision(house: Home) -> None:
    from bot import signing  # noqa: PLC0415 - here only

    testimony = Testimony()
    await claimed(house, testimony)
    decision = await decided(house, testimony, "approve")
    other = signing.sign(decision.document(), KEYS["moderator"], "digest 2026-10")

    await refused(
        house, testimony, f"/decision {Signed(decision, (other,)).pasted()}", "desk-decision-forged"
    )


async def test_a_decision_about_one_testimony_is_none_about_another(house: Home) -> None:
    testimony, other = Testimony(), Testimony()
    await claimed(house, testimony)
    await house.tell(other)
    parts = [(item.part, item.box) for item in await house.store.items(other.case)]

    swapped = await decided(house, testimony, "approve", items=items_hash(parts))
    await refused(house, testimony, pasted(swapped, "moderator"), "desk-decision-stale")


async def test_what_she_added_meanwhile_is_read_before_it_is_decided(house: Home) -> None:
    testimony = Testimony()
    await claimed(house, testimony)
    line = pasted(await decided(house, testimony, "approve"), "moderator")
    await house.store.commit((testimony.item("more-01", testimony.told()),))

    await refused(house, testimony, line, "desk-decision-stale")


async def test_a_copy_under_an_earlier_key_decides_nothing(house: Home) -> None:
    testimony = Testimony()
    await claimed(house, testimony)

    for epoch in (0, 2):
        line = pasted(await decided(house, testimony, "approve", epoch=epoch), "moderator")
        await refused(house, testimony, line, "desk-decision-epoch")


@pytest.mark.parametrize(
    ("days", "key"), [(-VALID_DAYS - 1, "desk-decision-old"), (2, "desk-decision-ahead")]
)
async def test_a_document_is_good_for_a_week_and_not_before_its_day(house: Home, days: int, key: str) -> None:
    testimony = Testimony()
    await claimed(house, testimony)

    line = pasted(await decided(house, testimony, "approve", day=house.today + days), "moderator")
    await refused(house, testimony, line, key)


async def test_what_was_obeyed_is_forgotten_once_its_day_makes_it_too_old_and_others_came(
    house: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offline, "KEPT_ANYWAY", 1)
    testimony = Testimony()
    await claimed(house, testimony)
    old = pasted(await decided(house, testimony, "note", text="Un.", nonce="a" * 32), "moderator")
    await house.say("moderator", old)

    house.now += (VALID_DAYS + 1) * 86_400
    for nonce, text in (("b" * 32, "Deux."), ("c" * 32, "Trois.")):
        new = await decided(house, testimony, "note", text=text, nonce=nonce)
        await house.say("moderator", pasted(new, "moderator"))

    assert house.bench.used is not None
    assert house.bench.used.read() == {(house.today, "b" * 32), (house.today, "c" * 32)}
    assert await house.say("moderator", old) == words("desk-decision-old")


async def test_a_clock_that_went_ahead_and_came_back_makes_no_document_new(house: Home) -> None:
    testimony, other = Testimony(), Testimony()
    await claimed(house, testimony)
    approve = pasted(await decided(house, testimony, "approve", nonce="a" * 32), "moderator")
    await house.say("moderator", approve)
    await house.say("moderator", pasted(await decided(house, testimony, "undo", nonce="b" * 32), "moderator"))
    house.now += 12 * 86_400
    await claimed(house, other, "moderator 2")
    await house.say("moderator 2", pasted(await decided(house, other, "approve"), "moderator 2"))
    house.now -= 12 * 86_400

    await refused(house, testimony, approve, "desk-decision-used")
    house.restart()
    await house.desk.unlock(PASSPHRASE)
    await refused(house, testimony, approve, "desk-decision-used")


async def test_what_was_decided_by_another_meanwhile_stays_decided(house: Home) -> None:
    testimony = Testimony()
    await claimed(house, testimony)
    late = pasted(await decided(house, testimony, "approve", nonce="a" * 32), "moderator")
    await house.say("moderator", pasted(await decided(house, testimony, "reject"), "moderator"))

    assert await house.say("moderator", late) == words("desk-case-decided")
    assert await state(house, testimony) == "rejected"


async def test_a_case_given_back_is_not_decided_by_a_document_made_before(house: Home) -> None:
    testimony = Testimony()
    await claimed(house, testimony)
    late = pasted(await decided(house, testimony, "approve"), "moderator")
    await house.say("moderator", "/undo")
    await house.say("moderator 2", "/next")

    assert await house.say("moderator", late) == words("desk-case-theirs")
    assert await state(house, testimony) == "claimed"


async def test_a_text_sealed_to_another_key_is_told_apart(house: Home) -> None:
    testimony = Testimony()
    await claimed(house, testimony)
    other = age.HybridIdentity(b"o" * 32)

    decision = await decided(house, testimony, "note", sealed=seal_text("Un mot.", other.recipient))
    await refused(house, testimony, pasted(decision, "moderator"), "desk-decision-text")


async def test_a_refused_document_is_not_used_up(house: Home) -> None:
    testimony = Testimony()
    await house.tell(testimony)
    line = pasted(await decided(house, testimony, "approve"), "moderator")
    assert await house.say("moderator", line) == words("desk-case-waiting")

    await house.say("moderator", "/next")
    await house.say("moderator", line)

    assert await state(house, testimony) == "approved"


async def test_what_is_no_document_is_refused_in_one_sentence(house: Home) -> None:
    testimony = Testimony()
    await claimed(house, testimony)
    good = pasted(await decided(house, testimony, "approve"), "moderator")

    for line in (good[:-9], "/decision bonjour", "/decision AAAA", good.replace("/decision ", "/decision A")):
        await refused(house, testimony, line, "desk-decision-unreadable")


# --- the form -----------------------------------------------------------------------------------------------

DECISION = Decision("approve", "t-k7q2m9xw", 1, "ab" * 32, 20_000, "cd" * 16)


def broken(line: str, every: int) -> Iterable[str]:
    return (line[at : at + every] for at in range(0, len(line), every))


def test_a_document_survives_what_chats_and_mails_do_to_a_long_line() -> None:
    line = Signed(DECISION).by(KEYS["owner"]).pasted()

    for spoilt in (f"  {line}\n", "\r\n".join(broken(line, 76)), f"/decision\n{line}"):
        assert read_pasted(spoilt).decision == DECISION


def test_the_longest_text_is_one_message_of_telegram() -> None:
    """With hashes and a nonce as random as they are: nothing of them is compressed away."""
    for _ in range(20):
        items, nonce = os.urandom(32).hex(), os.urandom(16).hex()
        sealed = seal_text("é" * (TEXT_MOST // 2), IDENTITY.recipient)
        decision = Decision("summary", "t-k7q2m9xw", 999_999_999, items, 99_999, nonce, sealed)

        assert len(Signed(decision).by(SignKey(os.urandom(32))).pasted()) <= PASTED_MOST


def test_a_longer_text_is_refused_before_it_is_signed() -> None:
    with pytest.raises(Unfit, match="fit into one message"):
        seal_text("a" * (TEXT_MOST + 1), IDENTITY.recipient)


@given(st.text())
def test_any_text_at_all_is_a_document_or_refused_in_one_way(text: str) -> None:
    with pytest.raises(Unfit):
        read_pasted(text)


def test_a_bomb_is_not_unpacked() -> None:
    import base64  # noqa: PLC0415 - here only
    import zlib  # noqa: PLC0415 - here only

    bomb = base64.b64encode(zlib.compress(bytes(50_000_000), 9)).decode()

    with pytest.raises(Unfit) as refused:
        read_pasted(bomb)
    assert refused.value.key == "desk-decision-unreadable"


def test_a_file_saved_twice_is_still_called_what_it_is() -> None:
    name = file_name("t-k7q2m9xw", 12, "more-0a1b")

    assert read_file_name(name) == ("t-k7q2m9xw", 12, "more-0a1b")
    assert read_file_name(name.replace(".age", " (2).age")) == ("t-k7q2m9xw", 12, "more-0a1b")
    assert read_file_name("passwords.age") is None


def test_a_rewrapped_copy_hashes_as_the_one_before() -> None:
    box = age.encrypt(b"Il est revenu.", [IDENTITY.recipient])
    moved = age.rewrap(box, [IDENTITY], [age.HybridIdentity(b"n" * 32).recipient])

    assert items_hash([("story", box)]) == items_hash([("story", moved)])
    assert items_hash([("story", box)]) != items_hash([("coded", box)])


@pytest.mark.oracle
@needs_minisign
def test_the_stock_minisign_checks_a_document_of_ours(tmp_path: Path) -> None:
    signed = Signed(DECISION).by(KEYS["owner"])
    (tmp_path / "decision.json").write_bytes(DECISION.document())
    (tmp_path / "decision.json.minisig").write_text(signed.signatures[0])

    checked = subprocess.run(
        [str(MINISIGN), "-V", "-P", KEYS["owner"].verify_key.line(), "-m", str(tmp_path / "decision.json")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert checked.returncode == 0, checked.stderr
    assert "seuil decision approve t-k7q2m9xw" in checked.stdout


def test_nothing_a_document_holds_is_in_a_repr() -> None:
    signed = Signed(DECISION).by(KEYS["owner"])

    assert DECISION.nonce not in repr(signed)
    assert signed.signatures[0] not in repr(signed)
    assert Screen("x").files == ()
