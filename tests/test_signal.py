"""On Signal, from witness to digest: nothing told once is lost, nothing of a number or a name is kept."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import CannotOpen, SignalError
from handlers import Screen, ground, keyring
from handlers.errands import Taken
from handlers.journal import LONGEST_MINUTES
from handlers.signal import Access, Signal, daemon
from handlers.signal.envelopes import Translator
from handlers.signal.hearing import Hearing
from handlers.signal.sending import LONGEST_BYTES, pieces
from storage.changes import PutErrand
from tests.signalapi import ACCOUNT, FakeSignal, Phone
from tests.signalkit import VANISH, Home
from tests.stage import WORDS, receipt_in
from tests.telegramkit import Ear

STORY = "Il est venu un mardi, puis il a laissé des mots sous ma porte."
WORDS_FR = WORDS["fr"]
PEER = Path(__file__).parent / "peers" / "signal"
"""What was recorded from signal-cli 0.13.19."""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring.create, "__kwdefaults__", {"work_factor": 10})  # scrypt, a thousandth
    monkeypatch.setattr(ground, "load", lambda: WORDS)  # read once, not at every start
    monkeypatch.setattr(daemon, "SETTLE_SECONDS", 0.01)  # the made-up daemon does not race


@pytest.fixture
async def fake(tmp_path: Path) -> AsyncIterator[FakeSignal]:
    async with FakeSignal(tmp_path / "socket") as fake:
        yield fake
        assert fake.faults == []


@pytest.fixture
async def home(fake: FakeSignal, tmp_path: Path) -> AsyncIterator[Home]:
    async with Home(tmp_path, fake) as home:
        yield home


@pytest.fixture
def ana(fake: FakeSignal) -> Phone:
    return fake.person()


# --- a testimony --------------------------------------------------------------------------------------------


async def test_a_witness_tells_everything_in_numbers_and_words_and_gets_her_receipt(
    home: Home, ana: Phone
) -> None:
    shown = await home.testify(ana, STORY)

    assert any(receipt_in(text) for text in shown)
    assert await home.cases("waiting") == 1


async def test_messages_disappear_from_her_chat_and_she_is_told_so(home: Home, ana: Phone) -> None:
    await home.to_story(ana)

    assert ana.timer == VANISH
    assert WORDS_FR.say("consent-notice-vanish", hours=24) in "\n".join(ana.shown)
    assert home.fake.calls["updateContact"] == 1


async def test_who_changes_the_timer_afterwards_keeps_her_own(home: Home, ana: Phone) -> None:
    await home.say(ana, "/start")
    ana.timer = 0

    await home.say(ana, "1")

    assert ana.timer == 0


async def test_the_account_hides_its_number(home: Home) -> None:
    assert home.fake.profile == {"discoverableByNumber": False, "numberSharing": False}


async def test_erasing_takes_back_every_message_of_ours_and_says_what_remains(home: Home, ana: Phone) -> None:
    await home.to_story(ana)
    await home.say(ana, STORY)

    await home.say(ana, "EFFACER")
    await home.fake.until(lambda: len(ana.shown) == 1)

    assert ana.shown == [f"{WORDS_FR.say('erased')} {WORDS_FR.say('remains-signal')}"]
    assert await home.instance.store.count_drafts() == 0


async def test_an_edit_replaces_the_last_answer_and_no_other(home: Home, ana: Phone) -> None:
    await home.to_story(ana)
    first = ana.says("Le premier.")
    second = ana.says("Le deuxieme.")
    ana.edits(second, "Le second.")
    await home.fake.until(lambda: len(home.heard) == 9 and not home.hearing)
    ana.edits(first, "Le tout premier.")
    await home.fake.until(lambda: WORDS_FR.say("edit-too-late") in ana.shown)

    await home.say(ana, "FINI")
    review = "\n".join(await home.to_review(ana))
    assert "Le premier." in review
    assert "Le second." in review
    assert "deuxieme" not in review
    assert "tout premier" not in review


async def test_a_reply_that_quotes_the_question_answers_it_and_one_that_quotes_an_older_one_changes_nothing(
    home: Home, ana: Phone
) -> None:
    await home.say(ana, "/start")
    language = ana.all[-1].timestamp
    await home.say(ana, "1", quote={"id": language, "author": ACCOUNT, "text": "…"})
    danger = ana.all[-1]
    assert danger.timestamp != language

    shown = await home.say(ana, "1", quote={"id": language, "author": ACCOUNT, "text": "…"})

    assert shown[0] == WORDS_FR.say("reply-old")
    assert shown[-1] == danger.text


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ({"attachments": [{"contentType": "image/jpeg", "id": "x.jpg", "size": 9}]}, "media-refused"),
        ({"attachments": [{"contentType": "audio/aac", "id": "x.aac", "size": 9}]}, "media-refused"),
        ({"sticker": {"packId": "aa", "stickerId": 1}}, "media-refused"),
        ({"contacts": [{"name": {"display": "Somebody"}}]}, "media-refused"),
        ({"viewOnce": True}, "media-refused"),
        ({"pollCreate": {"question": "?"}}, "media-refused"),
        ({"attachments": [{"contentType": "text/x-signal-plain", "id": "x", "size": 9}]}, "unread-long"),
    ],
)
async def test_what_is_no_text_is_refused_kindly(
    home: Home, ana: Phone, more: dict[str, Any], key: str
) -> None:
    await home.to_story(ana)

    shown = await home.say(ana, "avec", **more)

    assert WORDS_FR.say(key) in shown
    assert "avec" not in "".join(await home.say(ana, "FINI"))


@pytest.mark.parametrize(
    "envelope",
    [
        {"typingMessage": {"action": "STARTED"}},
        {"receiptMessage": {"isRead": True, "timestamps": [1]}},
        {"callMessage": {"offerMessage": {"id": 1}}},
        {"storyMessage": {"allowsReplies": True}},
        {"syncMessage": {"sentMessage": {"message": "x"}}},
        {"dataMessage": {"message": None, "expiresInSeconds": 86400}},
        {"dataMessage": {"message": None, "reaction": {"emoji": "👍"}}},
        {"dataMessage": {"message": None, "remoteDelete": {"timestamp": 1}}},
        {"dataMessage": {"message": "x", "storyContext": {"sentTimestamp": 1}}},
        {"somethingNew": {"message": "x"}},
    ],
)
async def test_what_was_not_said_to_us_is_let_pass(home: Home, ana: Phone, envelope: dict[str, Any]) -> None:
    ana.sends(home.fake.tick(), **envelope)

    shown = await home.say(ana, "/start")

    assert len(home.heard) == 1
    assert shown
    await home.signal._hearing._journal.settle()
    assert await home.signal._hearing._journal.left() == []


async def test_what_cannot_be_decrypted_brings_one_sentence(home: Home, ana: Phone) -> None:
    await home.to_story(ana)

    ana.garbled()
    await home.fake.until(lambda: WORDS_FR.say("unread-garbled") in ana.shown)

    assert await home.instance.store.count_drafts() == 1


async def test_who_is_no_longer_registered_has_her_draft_erased(home: Home, ana: Phone) -> None:
    await home.to_story(ana)
    ana.is_gone = True

    await home.say(ana, STORY)

    assert await home.instance.store.count_drafts() == 0


# --- what is told once --------------------------------------------------------------------------------------


async def test_what_was_taken_in_and_not_handled_is_handled_after_a_kill(
    home: Home, ana: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    await home.to_story(ana)
    begin, begun = Hearing._begin, []

    def noted(_: Hearing, *what: object) -> None:
        begun.append(what)
        home.fake.ring()

    monkeypatch.setattr(Hearing, "_begin", noted)  # killed between journal and turn
    ana.says(STORY)
    await home.fake.until(lambda: begun)
    await home.kill()
    monkeypatch.setattr(Hearing, "_begin", begin)

    await home.start()
    await home.fake.until(lambda: len(home.heard) == 7 and not home.hearing)
    await home.say(ana, "FINI")

    assert STORY in "\n".join(await home.to_review(ana))


@pytest.mark.parametrize("killed", [True, False])
async def test_after_a_start_no_message_is_guessed_where_they_do_not_count_up(
    home: Home, ana: Phone, killed: bool
) -> None:
    await home.to_story(ana)
    await home.again(killed=killed)
    await home.say(ana, STORY)

    await home.say(ana, "EFFACER")
    await home.fake.until(lambda: ana.all[0].is_gone)  # the oldest, and the last that is taken back

    assert home.fake.faults == []  # it notes what is deleted and was never sent


async def test_what_was_handled_before_a_kill_is_not_handled_twice(home: Home, ana: Phone) -> None:
    await home.to_story(ana)
    heard = home.heard[-1]
    await home.say(ana, STORY)
    number, timestamp = home.heard[-1].update, home.heard[-1].message >> 1
    line = json.dumps(
        {
            "method": "receive",
            "params": {
                "envelope": {
                    "sourceUuid": ana.aci,
                    "timestamp": timestamp,
                    "dataMessage": {"message": STORY, "expiresInSeconds": VANISH},
                }
            },
        }
    ).encode()
    journal = home.signal._hearing._journal  # as if its drop had not been written
    taken = Taken(number.to_bytes(8, "big") + bytes(8), journal.channel, line)
    await journal.store.commit((await journal.errands.take(taken),))
    await home.again(killed=True)
    await home.fake.until(lambda: len(home.heard) == 8 and not home.hearing)
    await home.say(ana, "FINI")

    review = "\n".join(await home.to_review(ana))

    assert heard.update != home.heard[-1].update
    assert review.count(STORY) == 1


@pytest.mark.parametrize("row", ["its own", "another's"])
async def test_a_line_that_was_handled_is_not_heard_again_when_its_row_is_put_back(
    home: Home, ana: Phone, row: str
) -> None:
    """It was: within the days its key lived, whoever writes to the database had her say again what she had
    taken back, and a member give a command a second time."""
    await home.to_story(ana)
    journal = home.signal._hearing._journal
    line = json.dumps(
        {
            "method": "receive",
            "params": {
                "envelope": {"sourceUuid": ana.aci, "timestamp": 7, "dataMessage": {"message": STORY}}
            },
        }
    ).encode()
    taken = Taken(bytes(16), journal.channel, line)
    kept = await journal.errands.take(taken)
    later = int(home.clock() // 60) + LONGEST_MINUTES + 1
    if row == "another's":
        kept = PutErrand(b"\x01" * 16, 0, kept.box)
    await journal.store.commit((kept,))

    journal.noted = lambda: later - 1 if row == "another's" else later
    assert await journal.left() == []

    journal.noted = lambda: later - 1
    assert [each.line for each in await journal.left()] == ([line] if row == "its own" else [])


async def test_no_file_tells_to_the_millisecond_when_she_wrote(home: Home, ana: Phone) -> None:
    """Signal's numbers are milliseconds: they stood beside her pseudonym for as long as her draft lived, for
    whoever compares them with a telephone."""
    await home.to_story(ana)
    await home.say(ana, STORY)
    times = [heard.message >> 1 for heard in home.heard]

    kept = b"".join(file.read_bytes() for file in home.folder.rglob("*") if file.is_file())

    assert all(times)
    for each in times:
        assert each.to_bytes(8, "big") not in kept
        assert each.to_bytes(6, "big") not in kept


async def test_what_is_written_while_we_are_away_waits_and_is_answered_in_order(
    home: Home, ana: Phone
) -> None:
    await home.to_story(ana)
    await home.stop()
    ana.says("Le premier.")
    ana.says("Le second.")

    await home.start()
    await home.fake.until(lambda: len(home.heard) == 8 and not home.hearing)
    await home.say(ana, "FINI")

    review = "\n".join(await home.to_review(ana))
    assert review.index("Le premier.") < review.index("Le second.")


async def test_a_daemon_that_dies_is_found_again_and_nothing_is_lost(
    home: Home, ana: Phone, caplog: pytest.LogCaptureFixture
) -> None:
    await home.to_story(ana)
    await home.fake.die()
    ana.says(STORY)
    await home.fake.start()

    await home.fake.until(lambda: len(home.heard) == 7 and not home.hearing)
    await home.say(ana, "FINI")

    assert STORY in "\n".join(await home.to_review(ana))
    assert "the Signal daemon is back" in caplog.text


async def test_junk_from_the_daemon_is_survived(home: Home, ana: Phone) -> None:
    await home.say(ana, "/start")
    for junk in (
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"method":"receive"}',
        b'{"method":"receive","params":{"envelope":7}}',
    ):
        home.fake.junk(junk)

    assert await home.say(ana, "1")


# --- limits -------------------------------------------------------------------------------------------------


async def test_a_captcha_is_asked_of_the_operator_and_what_waits_is_then_sent_in_order(
    home: Home, ana: Phone, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.signal.LIMITED_SECONDS", 0.01)
    await home.say(ana, "/start")
    ana.limited = ("token", -1)
    ana.says("1")
    ana.says("2")
    await home.fake.until(lambda: home.fake.calls["send"] > 4)
    assert "python -m bot captcha" in caplog.text
    assert "token" not in caplog.text
    before = len(ana.all)

    with pytest.raises(SignalError):
        await home.signal.answer_challenge("nonsense")
    assert await home.signal.answer_challenge("signalcaptcha://x")
    await home.fake.until(lambda: not home.hearing)

    shown = [each.text for each in ana.all[before:]]
    danger = next(at for at, text in enumerate(shown) if "danger" in text)
    assert danger < len(shown) - 1
    assert not await home.signal.answer_challenge("signalcaptcha://x")


# --- members ------------------------------------------------------------------------------------------------


async def test_moderators_work_in_a_private_chat_and_a_group_and_what_they_read_leaves(
    home: Home, fake: FakeSignal, ana: Phone
) -> None:
    await home.testify(ana, STORY)
    mod, other = fake.person(), fake.person()
    group = fake.group(mod, other)
    await home.joins(mod, "moderator", group)
    assert await home.say(other, "/next", group=group) == [WORDS_FR.say("desk-unknown")]

    await home.say(mod, "/next", group=group)
    await fake.until(lambda: any("/open" in text for text in mod.shown))
    await home.say(mod, "/open", group=group)
    await fake.until(lambda: any(STORY in text for text in mod.shown))
    await home.say(mod, "/approve", group=group)
    await fake.until(lambda: not any(STORY in text for text in mod.shown))

    assert await home.cases("approved") == 1


# --- what is refused before anything starts -----------------------------------------------------------------


async def no_home(access: Access) -> str:
    signal = Signal(access, None)  # type: ignore[arg-type]  # never reached
    with pytest.raises(SignalError) as refused:
        await signal.open()
    assert refused.value.hint
    return str(refused.value)


async def test_without_a_daemon_it_is_said_before_anything_starts(tmp_path: Path) -> None:
    assert "No Signal daemon answers" in await no_home(Access(tmp_path / "nothing"))


async def test_another_program_an_old_one_and_a_missing_account_are_named(fake: FakeSignal) -> None:
    fake.version = "0.12.8"
    assert "too old" in await no_home(Access(fake.place))
    fake.version = "Hello"
    assert "is not a signal-cli daemon" in await no_home(Access(fake.place))
    fake.version = "0.13.19"
    assert "does not have the account" in await no_home(Access(fake.place, "+15550100009"))
    fake.accounts = [ACCOUNT, "+15550100002"]
    assert "several accounts" in await no_home(Access(fake.place))
    fake.accounts = []
    assert "has no account" in await no_home(Access(fake.place))


# --- reading and writing ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "recorded",
    [json.loads(line) for line in (PEER / "signal-cli-0.13.19-events.jsonl").read_text("utf-8").splitlines()],
    ids=lambda each: each["kind"],
)
def test_every_recorded_notification_comes_to_what_it_should(recorded: dict[str, object]) -> None:
    told = json.dumps({"jsonrpc": "2.0", "method": "receive", "params": recorded["params"]}).encode()

    heard = Translator().arrived(told).heard

    assert (heard.kind if heard else None) == COMES_TO.get(str(recorded["kind"]))


COMES_TO = {
    **dict.fromkeys(("text", "quote", "expiring_text", "styled", "text_no_profile"), "text"),
    **dict.fromkeys(("view_once", "attachment", "voice", "document", "no_type"), "media"),
    "edit": "edit",
    "undecryptable_after_forget": "unread",
}
"""The rest leads to nothing: reactions, deletions, timers, typing, receipts, profiles."""


FIELDS = [
    *("method", "params", "result", "envelope", "dataMessage", "message", "timestamp", "sourceUuid"),
    *("editMessage", "quote", "groupInfo", "attachments", "id"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=5),
    max_leaves=20,
)


@given(st.binary(max_size=200) | JSON.map(lambda each: json.dumps(each).encode()))
def test_no_line_breaks_the_reader(line: bytes) -> None:
    with suppress(CannotOpen):
        Translator().arrived(line)


@given(st.text(max_size=6000))
def test_a_long_screen_is_told_in_several_messages_and_loses_no_word(text: str) -> None:
    told = pieces(Screen(text))

    assert all(len(piece.encode()) <= LONGEST_BYTES for piece in told)
    assert "".join("".join(told).split()) == "".join(text.split())


async def test_no_address_and_no_word_is_in_any_log_at_debug(home: Home, ana: Phone) -> None:
    ear = Ear()
    root = logging.getLogger()
    before = root.level
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    try:
        await home.testify(ana, STORY)
        await home.fake.die()
        await home.fake.start()
        await home.say(ana, "/start")
    finally:
        root.removeHandler(ear)
        root.setLevel(before)

    told = "\n".join(ear.told)
    assert "the connection to the Signal daemon is lost" in told
    assert ana.aci not in told
    assert "mardi" not in told
    assert ACCOUNT not in told
    assert "Somebody" not in told
