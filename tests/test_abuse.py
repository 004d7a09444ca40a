"""Abuse: a flood of junk, insults, somebody who cannot stop. What it may cost is a moderator's minute.

It never costs a witness her testimony: whatever is doubted is kept, and looked at.
"""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from bot.junk import ALIKE, SAME, Insults, doubt, overlap, sketch
from bot.pseudonyms import sender_tag
from bot.turns import Submit
from handlers import Address
from handlers.cases import last_key
from handlers.limits import (
    CALM_AN_HOUR,
    MOST_UNANSWERED,
    PEOPLE_KEPT,
    SAME_SHORT,
    STORIES_KEPT,
    TOLD_A_DAY,
    Limits,
)
from locales import insult_phrases, load
from storage import open_store
from storage.changes import Arrival, Ban, KeepCase, KeepItem, PutMeta, Withdraw
from storage.memory import MemoryStore
from storage.sqlite_folder import APPLICATION_ID, MIGRATIONS
from tests.deskkit import NOW, PASSPHRASE, House, Testimony, words
from tests.stage import Recorder, Stage

DAY, HOUR, MINUTE = 86_400, 3_600, 60
KEY = b"k" * 32
REAL = (
    "Le technicien est venu pour la fibre un mardi. Il m'a demandé si je vivais seule, puis il a pris mon "
    "numéro sur la fiche. Depuis il m'écrit le soir, et il est repassé deux fois sans rendez-vous."
)
OTHER = (
    "C'était le plombier envoyé par le syndic. Il restait dans la cuisine après avoir fini, il parlait de ma "
    "robe et il a essayé de me prendre la main quand j'ai signé le bon."
)


def told(*texts: str, **answers: tuple[str, ...]) -> Submit:
    return Submit(answers, {"narrative": texts} if texts else {}, (), "stats_only", "")


def person(number: int) -> bytes:
    return number.to_bytes(16, "big")


def story(number: int) -> str:
    """A story nobody else tells: a crowd of words in another order each time."""
    drawn = random.Random(number)
    words = (REAL + " " + OTHER).replace(",", "").replace(".", "").split()
    return " ".join(drawn.choices(words, k=60))


def mash(number: int) -> str:
    """A hand on the keyboard."""
    drawn = random.Random(number)
    return " ".join("".join(drawn.choices("sdfghjklmwxcvbnqrtp", k=drawn.randint(5, 9))) for _ in range(8))


# --- what looks like junk -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        REAL,
        OTHER,
        "Non. Non. Non, je ne veux pas.",
        "IL EST REVENU ET IL A SONNÉ TROIS FOIS",
        "jsp pk il ma suivi ds lescalier jai tt dit a ma soeur c tt",
        "il mzé suivi jusca la cav",
        "He kept texting me after the repair, and he knew which window was mine.",
        "Er hat an der Wohnungstür geklingelt, obwohl die Reparatur abgeschlossen war.",
        "Přišel opravit topení a pak mi psal každý večer.",
        "Hydraulik przyszedł naprawić kran, a potem stał pod drzwiami.",
        "جاء الفني لإصلاح الإنترنت ثم بدأ يرسل لي رسائل كل ليلة",
        "Мастер приходил чинить газ, потом стал писать мне по ночам.",
        "他来修网络，后来每天给我发消息。",
        "ช่างมาซ่อมแล้วส่งข้อความหาฉันทุกคืน",
        "[téléphone] Il m'a appelée dix fois ce soir-là.",
        "Voir https://example.invalid/capture, c'est lui qui m'écrivait.",
    ],
)
def test_what_somebody_tells_is_language_however_she_writes(text: str) -> None:
    assert doubt([text]) != "junk"


@pytest.mark.parametrize(
    "text",
    [
        "sdfkjhsdkf jhsdkfjh sdkfjhsd",
        "qsdfghjklm qsdfghjklm wxcvbn",
        "aaaaaaaaaaaaaaaaaaaaaaaa",
        "test " * 20,
        "lol lol lol lol lol lol lol lol ok",
        "https://example.invalid/a www.example.invalid/b",
        "🤡🤡🤡 😂",
        "... !!! ???",
        "123 456 789",
        "[téléphone] [lien]",
    ],
)
def test_what_is_no_language_is_seen(text: str) -> None:
    assert doubt([text]) == "junk"


@given(st.lists(st.text()))
def test_any_text_is_judged_and_none_is_an_error(texts: list[str]) -> None:
    assert doubt(texts) in ("", "thin", "junk")
    assert overlap(sketch(texts, KEY), sketch(texts, KEY)) in (0.0, 1.0)


def test_saying_nothing_is_thin_and_no_junk() -> None:
    assert doubt([]) == doubt([""]) == "thin"


def test_one_story_is_known_again_under_another_greeting() -> None:
    assert overlap(sketch([REAL], KEY), sketch(["Bonjour à toutes ! " + REAL.upper()], KEY)) >= SAME
    assert overlap(sketch([REAL], KEY), sketch([OTHER], KEY)) < ALIKE


def test_a_sketch_tells_nothing_to_who_has_not_its_key() -> None:
    assert not sketch([REAL], KEY) & sketch([REAL], b"other" * 6)


# --- which testimonies wait apart ---------------------------------------------------------------------------


def test_three_testimonies_a_day_are_read_in_their_turn_and_the_fourth_waits_apart() -> None:
    limits = Limits()
    judged = [limits.judge(person(1), told(story(n)), NOW + n) for n in range(TOLD_A_DAY + 1)]

    assert judged == ["waiting"] * TOLD_A_DAY + ["quarantined"]
    assert limits.judge(person(2), told(REAL), NOW + 10) == "waiting"
    assert limits.judge(person(1), told(OTHER), NOW + 2 * DAY) == "waiting"


def test_one_story_sent_by_many_is_read_once_and_again_the_next_day() -> None:
    limits = Limits()

    assert limits.judge(person(1), told(REAL), NOW) == "waiting"
    assert limits.judge(person(2), told("Coucou. " + REAL), NOW + 60) == "quarantined"
    assert limits.judge(person(3), told(OTHER), NOW + 70) == "waiting"
    assert limits.judge(person(4), told(REAL), NOW + 60 + DAY) == "waiting"


def test_a_few_people_may_say_the_same_few_words() -> None:
    limits = Limits()
    judged = [limits.judge(person(n), told("Il m’a suivie."), NOW + n) for n in range(SAME_SHORT + 1)]

    assert judged == ["waiting"] * SAME_SHORT + ["quarantined"]


def test_a_turn_told_again_is_judged_as_before_and_counted_once() -> None:
    limits = Limits()
    judged = {limits.judge(person(1), told(REAL), NOW, case=b"c" * 16) for _ in range(10)}

    assert judged == {"waiting"}
    assert limits.judge(person(1), told(OTHER), NOW, case=b"d" * 16) == "waiting"


def test_a_testimony_of_choices_alone_is_read_in_its_turn_and_one_of_nothing_is_not() -> None:
    limits = Limits()

    assert limits.judge(person(1), told(what_happened=("letters",)), NOW) == "waiting"
    assert limits.judge(person(2), told(what_happened=()), NOW) == "quarantined"


def test_a_wave_of_people_is_no_flood() -> None:
    """828 an hour came to a real form, for three days."""
    limits = Limits()
    judged = [limits.judge(person(n), told(story(n)), NOW + n * HOUR / 828) for n in range(900)]

    assert set(judged) == {"waiting"}


def test_in_a_flood_what_holds_no_story_waits_apart_and_in_calm_it_does_not() -> None:
    limits = Limits()
    for n in range(CALM_AN_HOUR):
        assert limits.judge(person(n), told(what_happened=("letters",)), NOW + n) == "waiting"

    assert limits.judge(person(900), told(what_happened=("calls",)), NOW + 100) == "quarantined"
    assert limits.judge(person(901), told(REAL), NOW + 101) == "waiting"
    assert limits.judge(person(902), told(what_happened=("calls",)), NOW + 2 * HOUR) == "waiting"


def test_what_is_counted_is_bounded() -> None:
    limits = Limits()
    for n in range(PEOPLE_KEPT + 100):
        limits._often(person(n), NOW)
    for n in range(STORIES_KEPT + 50):
        limits.judge(person(n), told(story(n)), NOW + n, case=person(n))
        limits.judge(person(n), told(f"mot {n}"), NOW + n, case=person(10**6 + n))

    assert len(limits._people) == PEOPLE_KEPT
    assert len(limits._verdicts) == len(limits._short) == STORIES_KEPT
    assert STORIES_KEPT - 1 <= len(limits._stories) <= STORIES_KEPT
    assert len(limits._holding) <= STORIES_KEPT * 16
    limits.judge(person(1), told("Plus tard."), NOW + 3 * DAY)
    assert not limits._stories
    assert not limits._holding
    assert len(limits._people) == len(limits._short) == 1


def test_limits_hold_no_words() -> None:
    limits = Limits()
    limits.judge(person(1), told("Le mot canari " + REAL), NOW)

    assert repr(limits) == "Limits()"
    assert "canari" not in str([vars(limits), list(limits._stories.values())])


# --- how fast one person may speak --------------------------------------------------------------------------


def test_a_long_story_pasted_in_forty_messages_is_heard_and_a_flood_is_told_once() -> None:
    limits = Limits()

    assert {limits.enter("her") for _ in range(40)} == {"hear"}
    entries = [limits.enter("bot") for _ in range(200)]

    assert entries == ["hear"] * MOST_UNANSWERED + ["tell"] + ["drop"] * (199 - MOST_UNANSWERED)
    assert limits.enter("her") == "hear"


def test_who_was_answered_is_heard_however_fast() -> None:
    limits = Limits()
    for _ in range(1000):
        assert limits.enter("her") == "hear"
        limits.leave("her")


# --- the desk in a flood ------------------------------------------------------------------------------------


@pytest.fixture
async def house() -> House:
    house = House(MemoryStore())
    await house.seat("owner", "moderator", "moderator 2", "auditor")
    await house.desk.unlock(PASSPHRASE)
    return house


def kept_case(testimony: Testimony) -> KeepCase:
    first = testimony.change()[0]
    assert isinstance(first, KeepCase)
    return first


async def arrive(house: House, state: Arrival, *testimonies: Testimony) -> None:
    """Testimonies as the intake keeps them, in the state they were judged."""
    for testimony in testimonies:
        _, *items = testimony.change()
        assert await house.store.commit((changed(kept_case(testimony), state=state), *items))


async def states(house: House, *testimonies: Testimony) -> list[str]:
    rows = [await house.store.case(testimony.case) for testimony in testimonies]
    return [row.state if row else "gone" for row in rows]


async def flood(house: House, limits: Limits, junk: list[tuple[bytes, str]], real_at: int) -> Testimony:
    """Junk over one hour, a real testimony among it, the desk ticking each minute."""
    real = Testimony(story=REAL)
    for n, (who, text) in enumerate(junk):
        arriving = [(who, Testimony(story=text))] + ([(person(10**9), real)] if n == real_at else [])
        for sender, testimony in arriving:
            state = limits.judge(sender, told(testimony.story), house.now, case=testimony.case)
            await arrive(house, state, testimony)
        house.now = NOW + (n + 1) * HOUR / len(junk)
        if n % 12 == 0:
            await house.desk.tick()
    return real


def notices(house: House) -> list[str]:
    return [screen.text for who, screen in house.shown if who == "moderator"]


async def test_700_junk_testimonies_in_an_hour_are_one_notice_and_a_real_one_is_announced(
    house: House,
) -> None:
    junk = [(person(n), mash(n)) for n in range(700)]

    real = await flood(house, Limits(), junk, real_at=350)
    for _ in range(22):
        house.now += HOUR
        await house.desk.tick()

    assert notices(house) == [words("desk-new-and-quarantine", count=1, apart=361)]
    await house.desk.unlock(PASSPHRASE)  # it locked while nobody used it
    assert real.ref in await house.say("moderator", "/next")


async def test_junk_of_every_kind_hides_no_testimony_and_rings_once_an_hour(house: House) -> None:
    copies = [(person(n), f"Message {n}. " + OTHER) for n in range(250)]
    mashed = [(person(10_000 + n), mash(n)) for n in range(250)]
    one = [(person(77), story(n)) for n in range(200)]
    junk = copies + mashed + one
    random.Random(1).shuffle(junk)

    real = await flood(house, Limits(), junk, real_at=400)

    assert len(notices(house)) == 1
    waiting = await house.store.cases("waiting")
    assert len(waiting) == 1 + TOLD_A_DAY + 1
    assert real.case in {row.case for row in waiting}


async def test_a_quarantine_alone_is_told_once_a_day_and_without_haste(house: House) -> None:
    await arrive(house, "quarantined", Testimony())
    await house.desk.tick()
    assert notices(house) == []

    for _ in range(48):
        house.now += HOUR
        await arrive(house, "quarantined", Testimony())
        await house.desk.tick()

    assert len(notices(house)) == 2
    assert notices(house)[0] == words("desk-new-quarantine", count=2)


# --- looking into the quarantine ----------------------------------------------------------------------------


async def test_what_is_in_quarantine_is_never_handed_out_by_next(house: House) -> None:
    await arrive(house, "quarantined", Testimony())

    assert await house.say("moderator", "/next") == words("desk-queue-empty")
    assert words("desk-queue-quarantine", count=1) in await house.say("moderator", "/queue")


async def test_one_is_read_and_given_back_to_the_queue(house: House) -> None:
    held, other = Testimony(story=REAL), Testimony()
    await arrive(house, "quarantined", held, other)

    assert held.ref in await house.say("moderator", "/quarantine")
    assert REAL not in await house.say("moderator", f"/open {held.ref}")
    assert REAL in await house.say("moderator", "/open")
    assert await house.say("moderator", f"/approve {held.ref}") == words("desk-case-quarantined")
    await house.say("moderator", f"/quarantine release {held.ref}")

    assert await states(house, held, other) == ["waiting", "quarantined"]
    assert house.forgotten == ["moderator"]


async def test_all_are_given_back_and_taken_back(house: House) -> None:
    held = [Testimony() for _ in range(5)]
    await arrive(house, "quarantined", *held)

    assert await house.say("moderator", "/quarantaine remettre") == words("desk-quarantine-released", count=5)
    assert set(await states(house, *held)) == {"waiting"}
    await house.say("moderator 2", "/next")
    assert await house.say("moderator", "/undo") == words("desk-quarantine-reopened", count=4)
    assert sorted(await states(house, *held)) == ["claimed", *["quarantined"] * 4]


async def test_a_long_quarantine_is_shown_on_one_screen(house: House) -> None:
    await arrive(house, "quarantined", *(Testimony() for _ in range(60)))

    shown = await house.say("moderator", "/quarantine")

    assert words("desk-quarantine-more", count=40) in shown
    assert len(shown) < 500


@pytest.mark.parametrize("command", ["/quarantine", "/quarantine reject yes", "/quarantine release"])
async def test_an_auditor_does_not_learn_that_there_is_a_quarantine(house: House, command: str) -> None:
    await arrive(house, "quarantined", Testimony())

    assert await house.say("auditor", command) == words("desk-unknown")


# --- refusing many at once ----------------------------------------------------------------------------------


async def test_many_are_refused_by_two_clicks_as_one_act_and_taken_back_whole(house: House) -> None:
    held = [Testimony() for _ in range(40)]
    await arrive(house, "quarantined", *held)

    assert await house.say("moderator", "/quarantine reject") == words("desk-quarantine-reject", count=40)
    assert set(await states(house, *held)) == {"quarantined"}
    assert await house.say("moderator", "/quarantine reject yes") == words(
        "desk-quarantine-rejected", count=40
    )
    assert set(await states(house, *held)) == {"rejected"}
    assert (await house.acts()).count("quarantine_reject_yes") == 1

    assert await house.say("moderator", "/undo") == words("desk-quarantine-reopened", count=40)
    assert set(await states(house, *held)) == {"quarantined"}
    assert await house.say("moderator", "/undo") == words("desk-nothing-to-undo")


async def test_the_log_says_how_many_and_names_no_testimony(house: House) -> None:
    held = [Testimony() for _ in range(3)]
    await arrive(house, "quarantined", *held)
    await house.say("moderator", "/quarantine reject")
    await house.say("moderator", "/quarantine reject yes")

    last = (await house.store.audit_lines())[-1].line

    assert " x 3" in last
    assert not any(testimony.ref in last for testimony in held)


async def test_what_comes_between_the_two_clicks_is_not_refused(house: House) -> None:
    seen, late = Testimony(), Testimony()
    await arrive(house, "quarantined", seen)
    await house.say("moderator", "/quarantine reject")
    await arrive(house, "quarantined", late)

    await house.say("moderator", "/quarantine reject yes")

    assert await states(house, seen, late) == ["rejected", "quarantined"]


async def test_confirming_what_nobody_asked_asks(house: House) -> None:
    held = Testimony()
    await arrive(house, "quarantined", held)
    await house.say("moderator 2", "/quarantine reject")

    assert await house.say("moderator", "/quarantine reject yes") == words("desk-quarantine-reject", count=1)
    assert await states(house, held) == ["quarantined"]


async def test_a_lock_forgets_what_was_asked(house: House) -> None:
    held = Testimony()
    await arrive(house, "quarantined", held)
    await house.say("moderator", "/quarantine reject")
    await house.desk.lock()
    await house.desk.unlock(PASSPHRASE)

    await house.say("moderator", "/quarantine reject yes")

    assert await states(house, held) == ["quarantined"]


async def test_undo_brings_back_what_is_still_there_after_a_withdrawal(house: House) -> None:
    left, withdrawn = Testimony(), Testimony()
    await arrive(house, "quarantined", left, withdrawn)
    await house.say("moderator", "/quarantine reject")
    await house.say("moderator", "/quarantine reject yes")
    kept = kept_case(withdrawn)
    assert await house.store.commit((Withdraw(kept.locator, kept.token_hash),))

    assert await house.say("moderator", "/undo") == words("desk-quarantine-reopened", count=1)
    assert await states(house, left, withdrawn) == ["quarantined", "gone"]


async def test_undo_takes_back_the_last_decision_only(house: House) -> None:
    held, waits = Testimony(), Testimony()
    await arrive(house, "quarantined", held)
    await house.say("moderator", "/quarantine reject")
    await house.say("moderator", "/quarantine reject yes")
    await house.tell(waits)
    await house.say("moderator", "/next")
    await house.say("moderator", "/reject")

    await house.say("moderator", "/undo")
    await house.say("moderator", "/undo")

    assert await states(house, held, waits) == ["rejected", "waiting"]
    assert await house.say("moderator 2", "/undo") == words("desk-nothing-to-undo")


async def test_undo_survives_a_restart(house: House) -> None:
    held = Testimony()
    await arrive(house, "quarantined", held)
    await house.say("moderator", "/quarantine reject")
    await house.say("moderator", "/quarantine reject yes")
    await house.new_desk().unlock(PASSPHRASE)

    await house.say("moderator", "/undo")

    assert await states(house, held) == ["quarantined"]


async def test_a_decision_put_in_another_member_s_place_is_not_hers(house: House) -> None:
    held = Testimony()
    await arrive(house, "quarantined", held)
    await house.say("moderator", "/quarantine reject")
    await house.say("moderator", "/quarantine reject yes")
    one, two = [
        await house.members.find(Address("terminal", chair)) for chair in ("moderator", "moderator 2")
    ]
    assert one is not None
    assert two is not None
    copied = await house.store.meta(last_key(one.member))
    await house.store.commit((PutMeta(last_key(two.member), copied or b""),))

    assert await house.say("moderator 2", "/undo") == words("desk-nothing-to-undo")
    assert await states(house, held) == ["rejected"]


async def test_what_was_refused_with_many_is_erased_when_its_time_comes(house: House) -> None:
    held, looked_at_by_nobody = Testimony(), Testimony()
    await arrive(house, "quarantined", held)
    await house.say("moderator", "/quarantine reject")
    await house.say("moderator", "/quarantine reject yes")
    await arrive(house, "quarantined", looked_at_by_nobody)

    house.now += 61 * DAY
    await house.desk.hours.expire()
    assert [item.part for item in await house.store.items(held.case)] == ["coded"]
    house.now += 740 * DAY
    await house.desk.hours.expire()

    assert await states(house, held, looked_at_by_nobody) == ["gone", "gone"]


# --- bans ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", ["telegram", "signal", "terminal", "web"])
async def test_a_banned_sender_is_refused_on_whatever_channel_she_was_banned(channel: str) -> None:
    stage = Stage(channel=Recorder(channel))
    tag = sender_tag(stage.tag, channel, "abuser")
    await stage.store.commit((Ban(tag, 1),))

    with pytest.raises(RuntimeError, match="StopIteration"):  # no receipt is shown
        await stage.testify("abuser", REAL)
    assert await stage.store.cases() == []
    assert await stage.testify("witness", REAL)


async def test_who_is_in_quarantine_can_be_banned_without_being_released(house: House) -> None:
    held = Testimony()
    await arrive(house, "quarantined", held)

    assert await house.say("moderator", f"/ban {held.ref}") == words("desk-banned", case=held.ref)
    assert await house.store.is_banned(held.tag)
    assert await house.say("moderator", f"/unban {held.ref}") == words("desk-unbanned")


# --- insults ------------------------------------------------------------------------------------------------

HURTING = "Il m'a dit : « sale pute, je sais où tu habites » et il a claqué la porte."


async def test_a_text_that_hurts_is_shown_by_a_second_press_of_another_button(house: House) -> None:
    testimony = Testimony(story=HURTING)
    await house.tell(testimony)
    await house.say("moderator", "/next")

    for _ in range(2):
        said = await house.say("moderator", f"/open {testimony.ref}")
        assert said == words("desk-warning-insults", case=testimony.ref)
    assert house.shown[-1][1].buttons[0].say == f"/open yes {testimony.ref}"
    assert HURTING in await house.say("moderator", f"/open yes {testimony.ref}")
    assert HURTING in await house.say("moderator", "/open")


async def test_nobody_accepts_a_text_that_was_only_announced(house: House) -> None:
    house.readers = False
    testimony = Testimony(story=HURTING)
    await house.tell(testimony)
    await house.say("moderator", "/next")
    await house.say("moderator", "/open")

    assert await house.say("moderator", "/approve") == words("desk-read-first")


async def test_other_texts_are_shown_at_the_first_press(house: House) -> None:
    await house.tell(Testimony(story=REAL))
    await house.say("moderator", "/next")

    assert REAL in await house.say("moderator", "/open")


INSULTS = Insults(insult_phrases())


@pytest.mark.parametrize(
    "text",
    [
        REAL,
        OTHER,
        "Ma chienne a aboyé, il a eu peur.",
        "Il m'a insultée et il est parti.",
        "Le boulanger m'a livré du thon et du boudin.",
        "J'ai peur qu'il me retrouve.",
        "He was rude, and my dog barked.",
        "The dispute with the landlord dates from March.",
    ],
)
def test_ordinary_words_announce_nothing(text: str) -> None:
    assert not INSULTS.stand_in([text])


@pytest.mark.parametrize(
    "text", ["SALOPE", "t'es qu'une pétasse", "Nique ta mère !", "You b\u200bitch", "On sait où vous êtes."]
)
def test_insults_are_seen_however_they_are_typed(text: str) -> None:
    assert INSULTS.stand_in([text])


def test_no_sentence_of_ours_would_be_announced() -> None:
    for language in load().values():
        for key in sorted(language.keys()):
            if not language.arguments(key):
                assert not INSULTS.stand_in([language.say(key)]), key


# --- an older file ------------------------------------------------------------------------------------------


async def test_a_store_from_before_the_quarantine_is_brought_forward_whole(tmp_path: Path) -> None:
    testimony = Testimony()
    folder = tmp_path / "data"
    store = await open_store(f"sqlite:{folder}")
    await store.close()
    (folder / "seuil.db").unlink()
    kept, items = kept_case(testimony), testimony.change()[1:]
    with closing(sqlite3.connect(folder / "seuil.db")) as db:
        db.executescript((MIGRATIONS / "seuil" / "0001.sql").read_text("utf-8"))
        db.execute(
            "INSERT INTO testimony VALUES (?, 'rejected', ?, 7, NULL, NULL, ?, ?, ?)",
            (kept.case, kept.day, kept.locator, kept.token_hash, kept.reply_key),
        )
        for item in items:
            assert isinstance(item, KeepItem)
            db.execute("INSERT INTO item VALUES (?, ?, 1, ?)", (item.case, item.part, item.box))
        db.execute("INSERT INTO reply VALUES (?, 1, ?)", (kept.case, b"reply"))
        db.execute("PRAGMA user_version = 1")
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.commit()

    store = await open_store(f"sqlite:{folder}")
    row = await store.case(testimony.case)
    parts = [item.part for item in await store.items(testimony.case)]
    replies = await store.replies(testimony.case)
    assert await store.commit((changed(kept_case(Testimony()), state="quarantined"),))
    assert await store.commit((Withdraw(kept.locator, kept.token_hash),))
    left = [await store.items(testimony.case), await store.replies(testimony.case)]
    await store.check()
    await store.close()

    assert row is not None
    assert (row.state, row.decided_day) == ("rejected", 7)
    assert parts == ["coded", "story"]
    assert replies == [b"reply"]
    assert left == [[], []]
