"""A turn is durable before it is shown, is done once however often it arrives, and leaves no link behind."""

from __future__ import annotations

import asyncio
import logging

import pytest

from bot import reading
from bot.errors import CannotOpen, StoreAway, StoreFull
from bot.opening import Expected, open_item, open_told
from bot.receipts import read as read_receipt
from bot.receipts import seal_reply
from bot.testimony import CODED, STORY, read_coded, read_story
from handlers import Heard, testimonies, with_ack
from handlers.drafts import find
from handlers.intake import ReceiptDesk
from storage import ErrandRow
from storage.changes import Ban, Change, KeepReply, PutErrand
from storage.memory import MemoryStore
from tests.stage import CHEAP, INSTANCE, WORDS, Clock, Recorder, Stage, receipt_in

FR = WORDS["fr"]


class Failing(MemoryStore):
    """A store that refuses as many commits as it is told to."""

    refuse = 0
    die_after = False

    async def commit(self, change: Change) -> bool:
        if self.refuse:
            self.refuse -= 1
            raise StoreFull("The disk is full.", hint="Free some room.")
        kept = await super().commit(change)
        if self.die_after:
            self.die_after = False
            raise Died
        return kept


class Died(BaseException):
    """The process ends here."""


async def open_all(stage: Stage, part: str) -> list[bytes]:
    bodies = []
    for row in await stage.store.cases():
        for item in await stage.store.items(row.case):
            if item.part == part:
                expected = Expected(case=row.case, item=part)
                bodies.append(open_told(item.box, [stage.team], expected, INSTANCE).body)
    return bodies


async def test_a_submitted_testimony_is_what_the_review_showed_and_only_the_desk_opens_it():
    stage = Stage()
    await stage.testify("Rose", "Il a gardé mon 06 39 98 12 34. Il a écrit.", "6")

    (case,) = await stage.store.cases("waiting")
    (coded,) = [read_coded(body) for body in await open_all(stage, CODED)]
    (story,) = [read_story(body) for body in await open_all(stage, STORY)]
    assert dict(story.texts)["narrative"] == ("Il a gardé mon [téléphone]. Il a écrit.",)
    assert coded.answers["who_came"] == ("delivery",)
    assert coded.share == "stats_only"
    assert coded.consented.channel == "terminal"
    with pytest.raises(CannotOpen):
        open_item(
            (await stage.store.items(case.case))[0].box,
            [Stage(seed=b"x" * 32).team],
            Expected(case.case, CODED),
        )


async def test_the_draft_of_a_submitted_testimony_is_gone_with_its_key():
    stage = Stage()
    await stage.to_story("Rose")
    await stage.say("Rose", "Un.")
    before = len(stage.shelf)

    await stage.say("Rose", "FINI", "PASSER")
    await stage.to_review("Rose")
    answers = await stage.say("Rose", "1", "1", "1")
    assert any(map(receipt_in, answers))

    assert len(stage.shelf) == before == 1, "only the closing screen's own draft is left"
    await stage.say("Rose", "5")
    assert len(stage.shelf) == 0
    assert await stage.store.count_drafts() == 0


async def test_a_redelivered_update_shows_the_question_again_and_does_nothing_twice():
    stage = Stage()
    await stage.to_story("Rose")
    first = await stage.hear("Rose", "Un.", update=900)
    again = await stage.hear("Rose", "Un.", update=900)

    assert first == [FR.say("narrative-more-messages")]
    assert again == [FR.question("narrative")] or again[-1].startswith(FR.question("narrative"))
    await stage.say("Rose", "FINI", "PASSER")
    review = await stage.say("Rose", *["PASSER"] * 3)
    assert review
    person_texts = [text for _, screen in stage.channel.shown for text in [screen.text]]
    assert sum("Un." in text for text in person_texts) == 0


class Slow(Failing):
    """A store that takes its time to say what is to be done."""

    async def errands(self) -> list[ErrandRow]:
        await asyncio.sleep(0.01)
        return await super().errands()


@pytest.mark.parametrize("store", [Failing(), Slow()], ids=["the store is first", "the network is first"])
async def test_what_is_brought_again_after_a_kill_gets_the_answer_it_is_owed_and_gets_it_once(store):
    killed = Stage(store=store)
    await killed.to_story("Rose")
    store.die_after = True
    with pytest.raises(Died):
        await killed.hear("Rose", "Un.", update=900)

    stage = Stage(store=store, shelf=killed.shelf)
    resuming = asyncio.create_task(stage.dispatch.resume({"terminal": stage.channel}))
    await asyncio.sleep(0)
    await stage.hear("Rose", "Un.", update=900)
    await resuming

    assert [screen.text for _, screen in stage.channel.shown] == [FR.say("narrative-more-messages")]
    await stage.dispatch.settle()
    assert await store.errands() == []


async def test_an_answer_that_was_owed_to_another_is_shown_to_nobody():
    """Who writes to the database knows which row is whose, and puts one's answer into another's row."""
    store = Failing()
    killed = Stage(store=store)
    for name, said, update in (("Rose", "Un.", 900), ("Lila", "/aide", 901)):
        await killed.to_story(name)
        store.die_after = True
        with pytest.raises(Died):
            await killed.hear(name, said, update=update)
    rose, lila = await store.errands()
    swapped = [PutErrand(rose.id, rose.mark, lila.box), PutErrand(lila.id, lila.mark, rose.box)]
    await store.commit(tuple(swapped))

    stage = Stage(store=store, shelf=killed.shelf)
    resuming = asyncio.create_task(stage.dispatch.resume({"terminal": stage.channel}))
    await asyncio.sleep(0)
    to_rose = await stage.hear("Rose", "Un.", update=900)
    to_lila = await stage.hear("Lila", "/aide", update=901)
    await resuming

    assert to_rose == [FR.question("narrative")], "where she stands, and nothing that Lila was told"
    assert FR.say("narrative-more-messages") not in to_lila
    assert await store.errands() == []


async def test_on_a_telephone_each_answer_is_one_message_and_a_receipt_has_its_own() -> None:
    stage = Stage(channel=Recorder("telegram"))
    (_welcome,) = await stage.screens("Rose", kind="opened")
    await stage.say("Rose", "1", "2", "1", "1", "1", "Il est venu.", "FINI")
    await stage.to_review("Rose")
    await stage.say("Rose", "1", "1")

    receipt, after = await stage.screens("Rose", "1")

    assert receipt_in(receipt.text)
    assert receipt.protect
    assert receipt.copy
    assert WORDS["fr"].question("closing") in after.text


async def test_a_redelivered_submission_writes_one_case_and_shows_the_same_receipt():
    store = Failing()
    stage = Stage(store=store)
    await stage.to_story("Rose")
    await stage.say("Rose", "Un.", "FINI", "PASSER")
    await stage.to_review("Rose")
    await stage.say("Rose", "1", "1")

    store.die_after = True
    with pytest.raises(Died):
        await stage.hear("Rose", "1", update=5_000)
    shown = await stage.hear("Rose", "1", update=5_000)

    (receipt,) = [words for words in map(receipt_in, shown) if words]
    assert len(await store.cases()) == 1
    found = read_receipt(" ".join(receipt))
    assert found is not None
    assert await store.case_at((await stage.receipts.keys(found)).locator) is not None
    once_more = await stage.hear("Rose", "1", update=5_000)
    assert not any(map(receipt_in, once_more)), "once shown, the receipt is destroyed"


async def test_a_full_disk_loses_nothing_that_was_answered_and_says_so():
    store = Failing()
    stage = Stage(store=store)
    await stage.to_story("Rose")
    await stage.say("Rose", "Un.")
    store.refuse = 1

    assert await stage.hear("Rose", "Deux.", update=700) == [FR.say("failed")]
    assert await stage.hear("Rose", "Deux.", update=701) == [FR.say("narrative-more-messages")]

    await stage.say("Rose", "FINI", "PASSER")
    answers = await stage.to_review("Rose")
    assert "Un.\n\nDeux." in "\n".join(answers)


class Unsure(MemoryStore):
    """A server that is lost in the middle of commits: `done` says of each whether it was made."""

    done: tuple[bool, ...] = ()

    async def commit(self, change: Change) -> bool:
        if not self.done:
            return await super().commit(change)
        made, *left = self.done
        self.done = tuple(left)
        if made:
            await super().commit(change)
        raise StoreAway("Lost in the middle.", hint="Look.", unsure=True)


@pytest.mark.parametrize("made", [True, False])
@pytest.mark.parametrize("first", [True, False], ids=["her first word", "a word of the story"])
async def test_where_nobody_knows_whether_a_turn_was_kept_it_comes_again_and_is_kept_once(made, first):
    store, acknowledged = Unsure(), []
    stage = Stage(store=store)
    if not first:
        await stage.to_story("Rose")
    store.done = (made,)

    async def ack() -> None:
        acknowledged.append(True)

    said = Heard(stage.address("Rose"), 700, "opened" if first else "text", "Un.", "fr")
    with pytest.raises(StoreAway):
        await stage.dispatch.hear(with_ack(said, ack), stage.channel)
    assert (acknowledged, FR.say("failed") in [screen.text for _, screen in stage.channel.shown]) == (
        [],
        False,
    )

    await stage.dispatch.hear(with_ack(said, ack), stage.channel)
    assert acknowledged == [True]

    if first:
        await stage.say("Rose", "1", "2", "1", "1", "1", "Un.")
    await stage.say("Rose", "FINI", "PASSER")
    review = "\n".join(await stage.to_review("Rose"))
    assert review.count("Un.") == 1
    assert await store.count_drafts() == 1


async def test_one_persons_updates_are_handled_one_after_the_other_and_others_do_not_wait():
    stage = Stage()
    for name in ("Rose", "Line"):
        await stage.to_story(name)

    await asyncio.gather(*(stage.hear(name, f"Phrase {n}.") for n in range(20) for name in ("Rose", "Line")))
    await stage.say("Rose", "FINI", "PASSER")
    answers = await stage.to_review("Rose")

    story = "\n".join(answers)
    assert [f"Phrase {n}." in story for n in range(20)] == [True] * 20


async def test_after_a_reboot_she_is_told_that_nothing_was_kept():
    stage = Stage()
    await stage.to_story("Rose")
    await stage.say("Rose", "Un.")
    (row,) = await stage.store.drafts_before(10**6)
    await stage.shelf.destroy(row.id)

    answers = await stage.say("Rose", "FINI")

    assert FR.say("expired") in answers[0]
    assert FR.say("welcome") in "\n".join(answers)


async def test_an_older_drafts_database_put_back_is_refused():
    stage = Stage()
    await stage.to_story("Rose")
    await stage.say("Rose", "Un.")
    (row,) = await stage.store.drafts_before(10**6)
    await stage.say("Rose", "Deux.")
    await stage.shelf.advance(row.id, row.revision + 5)

    answers = await stage.say("Rose", "FINI")

    assert FR.say("expired") in answers[0]


async def test_erasing_destroys_the_key_and_every_message_the_channel_can_delete():
    stage = Stage()
    await stage.to_story("Rose")
    await stage.say("Rose", "Un.")

    assert await stage.say("Rose", "EFFACER") == [FR.say("erased")]
    assert len(stage.shelf) == 0
    assert await stage.store.count_drafts() == 0
    shown = [number for number, (who, _) in enumerate(stage.channel.shown, start=1) if who.chat == "Rose"]
    assert stage.channel.forgotten == [(stage.address("Rose"), number) for number in shown[:-1]]


# --- receipts -----------------------------------------------------------------------------------------------


async def withdraw(stage: Stage, name: str, receipt: tuple[str, ...]) -> list[str]:
    return await stage.say(name, "/receipt", "3", " ".join(receipt))


async def test_a_receipt_withdraws_from_any_chat_and_the_testimony_is_gone():
    stage = Stage()
    receipt = await stage.testify("Rose", "Il a gardé mon numéro.")
    assert len(await stage.store.cases()) == 1

    answers = await withdraw(stage, "autre téléphone", receipt)

    assert answers[0].startswith(FR.say("withdrawn"))
    assert await stage.store.cases() == []


async def test_unknown_withdrawn_and_silent_receipts_get_the_same_answer_after_the_same_time():
    stage = Stage()
    silent = await stage.testify("Rose", "Un.")
    gone = await stage.testify("Line", "Deux.")
    await withdraw(stage, "Line", gone)
    unknown = Stage()
    never = await unknown.testify("Ana", "Trois.")

    told = []
    for n, receipt in enumerate((silent, gone, never)):
        stage.clock.slept.clear()
        start = stage.clock.now
        told.append((await stage.say(f"chat {n}", "/receipt", "1", " ".join(receipt)))[0])
        assert stage.clock.now - start == 1.0

    assert told == [FR.say("receipt-nothing")] * 3


async def test_an_answer_about_a_receipt_is_not_held_for_the_hours_by_which_a_clock_is_set_back():
    clock = Clock()
    desk = ReceiptDesk(bytes(16), cost=CHEAP, clock=clock, sleep=clock.sleep)
    began = clock.now
    clock.now -= 3_600

    await desk.wait_from(began)

    assert clock.slept == [1.0]


async def test_who_came_after_midnight_is_known_when_the_clock_is_set_back_over_it():
    stage = Stage()
    stage.clock.now -= stage.clock.now % 86_400 - 60  # a minute after midnight
    asked = await stage.say("chat", "bonjour", "1", "non")
    stage.clock.now -= 3600

    told = await stage.say("chat", "raconter ce qui s'est passé")

    assert asked[-1] != told[-1]
    assert FR.say("welcome") not in " ".join(told)


async def test_withdrawing_with_an_unknown_receipt_is_answered_like_a_known_one():
    stage = Stage()
    never = await Stage().testify("Ana", "Trois.")
    known = await stage.testify("Rose", "Un.")

    assert (await withdraw(stage, "a", never))[0] == (await withdraw(stage, "b", known))[0]


async def test_a_reply_is_read_with_the_receipt_and_a_forged_one_is_not_shown():
    stage = Stage()
    receipt = await stage.testify("Rose", "Un.")
    (row,) = await stage.store.cases()
    good = seal_reply("Nous vous avons lue.", row.case, "reply-1", row.reply_key, stage.signer)
    forged = seal_reply(
        "Appelez ce numéro.", row.case, "reply-2", row.reply_key, Stage(seed=b"f" * 32).signer
    )
    await stage.store.commit((KeepReply(row.case, good), KeepReply(row.case, forged)))

    answers = await stage.say("autre", "/receipt", "1", " ".join(receipt))

    assert answers[0] == FR.say("receipt-reply", text="Nous vous avons lue.")
    assert not any("Appelez" in text for text in answers)


async def test_something_added_with_a_receipt_is_redacted_sealed_and_joined_to_its_case():
    stage = Stage()
    receipt = await stage.testify("Rose", "Un.")

    answers = await stage.say("autre", "/receipt", "2", "Il a rappelé du 06 39 98 12 34.", " ".join(receipt))

    assert answers[0] == FR.say("added")
    (row,) = await stage.store.cases()
    (more,) = [item for item in await stage.store.items(row.case) if item.part.startswith("more-")]
    body = open_told(more.box, [stage.team], Expected(row.case, more.part), INSTANCE).body
    assert dict(read_story(body).texts)["addition"] == ("Il a rappelé du [téléphone].",)


async def test_five_receipts_in_ten_minutes_and_no_more():
    stage = Stage()
    receipt = await stage.testify("Rose", "Un.")
    for _ in range(5):
        await stage.say("autre", "/receipt", "1", " ".join(receipt))

    refused = await stage.say("autre", "/receipt", "1", " ".join(receipt))
    assert refused[0] == FR.say("receipt-too-many")
    stage.clock.now += 601
    assert (await stage.say("autre", "/receipt", "1", " ".join(receipt)))[0] == FR.say("receipt-nothing")


async def test_a_mistyped_receipt_is_told_without_asking_the_database():
    stage = Stage()
    receipt = list(await stage.testify("Rose", "Un."))
    receipt[0], receipt[1] = receipt[1], receipt[0]

    answers = await stage.say("autre", "/receipt", "1", " ".join(receipt))

    assert answers == [FR.say("receipt-typo")]


async def test_a_receipt_typed_into_a_story_is_taken_out():
    stage = Stage()
    receipt = await stage.testify("Rose", "Un.")
    await stage.to_story("Line")
    await stage.say("Line", f"mes mots sont {' '.join(receipt)} voilà", "FINI", "PASSER")
    answers = await stage.to_review("Line")

    assert "[reçu]" in "\n".join(answers)
    assert not any(" ".join(receipt) in text for text in answers)


async def test_a_banned_sender_writes_no_case_and_her_next_period_is_free():
    stage = Stage()
    await stage.testify("Rose", "Un.")
    (row,) = await stage.store.cases()
    (item,) = [item for item in await stage.store.items(row.case) if item.part == CODED]
    tag = open_item(item.box, [stage.team], Expected(row.case, CODED)).context.sender_tag
    await stage.store.commit((Ban(tag, 1),))

    await stage.to_story("Rose")
    answers = await stage.say("Rose", "Deux.", "FINI", "PASSER")
    answers = await stage.to_review("Rose")
    answers = await stage.say("Rose", "1", "1", "1")

    assert answers == [FR.say("not-accepted")]
    assert len(await stage.store.cases()) == 1
    stage.tag = bytes(32)
    await stage.testify("Rose", "Trois.")
    assert len(await stage.store.cases()) == 2


# --- what must never be seen --------------------------------------------------------------------------------


async def test_her_words_are_in_no_log_and_no_repr(caplog):
    caplog.set_level(logging.DEBUG)
    stage = Stage()
    canary = "canariunique"
    await stage.to_story("Rose")
    await stage.say("Rose", f"{canary} un.")
    await stage.hear("Rose", f"{canary} deux.", kind="edit")
    await stage.say("Rose", "FINI", "PASSER", f"{canary} autre", "RETOUR")
    (row,) = await stage.store.drafts_before(10**6)

    assert canary not in caplog.text
    assert canary not in repr(row)
    assert canary.encode() not in row.box
    assert canary not in repr(stage.channel.shown)


async def test_no_table_links_a_chat_to_a_case():
    stage = Stage()
    await stage.testify("Rose", "Un.")
    await stage.say("Rose", "5")
    (row,) = await stage.store.cases()

    names = [await stage.shelf.day_keys(int(stage.clock() // 86400))]
    assert names
    items = await stage.store.items(row.case)
    assert all(b"Rose" not in item.box for item in items)
    assert await stage.store.count_drafts() == 0


async def test_several_labels_in_one_message_are_read_as_the_options_they_name():
    stage = Stage()
    await stage.to_story("Rose")
    answers = await stage.say("Rose", "Un.", "FINI", *["PASSER"] * 4)
    assert answers[-1].startswith(FR.question("what_happened"))

    label = FR.option
    picked = f"{label('what_happened', 'calls')}, {label('what_happened', 'letters')}"
    answers = await stage.say("Rose", picked)

    assert answers[-1].count("(choisi)") == 2


async def test_hiding_the_receipt_asks_the_channel_to_take_it_away():
    stage = Stage()
    await stage.testify("Rose", "Un.")
    receipt = next(n for n, (_, screen) in enumerate(stage.channel.shown, 1) if receipt_in(screen.text))

    await stage.say("Rose", "3")

    assert stage.channel.forgotten == [(stage.address("Rose"), receipt)]


async def test_who_pauses_her_story_and_writes_again_keeps_it_and_shows_nothing_of_it():
    stage = Stage()
    await stage.to_story("Rose")
    answers = await stage.say("Rose", "Un.", "PAUSE", "Deux.")

    assert answers == [text for text in answers if text.startswith(FR.question("resume-offer"))]
    await stage.say("Rose", "1", "FINI", "PASSER")
    assert "Un.\n\nDeux." in "\n".join(await stage.to_review("Rose"))


async def test_words_about_dying_bring_the_line_for_that_before_the_police():
    stage = Stage()
    await stage.to_story("Rose")
    answers = await stage.say("Rose", "je veux mourir")

    assert answers[0].index("3114") < answers[0].index("17")


async def test_numbers_and_done_in_one_message_answer_the_list_and_go_on():
    stage = Stage()
    await stage.to_story("Rose")
    await stage.say("Rose", "Un.", "FINI", *["PASSER"] * 4)

    answers = await stage.say("Rose", "1 3 FINI")

    assert answers[-1].startswith(FR.question("gate_physical"))


# --- failing closed -----------------------------------------------------------------------------------------


async def test_where_sealing_fails_nothing_is_kept_in_clear_and_she_can_send_again(monkeypatch):
    stage = Stage()
    await stage.to_story("Rose")
    await stage.say("Rose", "Un.", "FINI", "PASSER")
    await stage.to_review("Rose")
    await stage.say("Rose", "1", "1")

    def broken(*_):
        raise ValueError("canariunique")

    monkeypatch.setattr(testimonies, "seal_told", broken)
    answers = await stage.say("Rose", "1")
    assert FR.say("sealing-failed") in answers[0]
    assert answers[-1].startswith(FR.question("confirm"))
    assert await stage.store.cases() == []

    monkeypatch.undo()
    assert any(map(receipt_in, await stage.say("Rose", "1")))
    assert len(await stage.store.cases()) == 1


async def test_where_redaction_fails_her_words_are_refused_and_told_to_nobody(monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    stage = Stage()
    await stage.to_story("Rose")
    await stage.say("Rose", "Un.")

    def broken(text, **_):
        raise RuntimeError(text)

    monkeypatch.setattr(reading, "redact", broken)
    assert await stage.say("Rose", "canariunique") == [FR.say("failed")]
    monkeypatch.undo()

    assert "canariunique" not in caplog.text
    await stage.say("Rose", "FINI", "PASSER")
    story = "\n".join(await stage.to_review("Rose"))
    assert "Un." in story
    assert "canariunique" not in story


# --- days ---------------------------------------------------------------------------------------------------

DAY = 86_400
KNOWN = {
    "left": lambda stage: stage.say("Rose", "STOP"),
    "out of her hours": lambda stage: stage.shelf.expire(10**9),
}


@pytest.mark.parametrize("known", KNOWN)
async def test_who_was_known_for_days_begins_anew_and_has_all_her_hours(known):
    """Her name of the first day dies on the fifth: what she begins on the fourth must not die with it."""
    stage = Stage()
    await stage.to_story("Rose")
    await KNOWN[known](stage)
    stage.clock.now += 3 * DAY

    await stage.to_story("Rose")
    await stage.say("Rose", "Il est revenu.")
    update = stage._update

    for _ in range(2):
        stage.clock.now += DAY
        await stage.hear("Rose", "Il est revenu.", update=update)
        person = await find(stage.store, stage.shelf, stage.address("Rose"), int(stage.clock.now // DAY))
        assert person.envelope.state.texts == {"narrative": ("Il est revenu.",)}


async def test_what_she_was_answered_under_another_days_name_is_not_done_again():
    stage = Stage()
    await stage.to_story("Rose")
    await stage.say("Rose", "STOP")
    answered = stage._update
    stage.clock.now += DAY

    await stage.hear("Rose", kind="opened")
    await stage.hear("Rose", "STOP", update=answered)

    person = await find(stage.store, stage.shelf, stage.address("Rose"), int(stage.clock.now // DAY))
    assert person.envelope.state.at == "lang"
