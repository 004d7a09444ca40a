"""What an attacker tried, and must never succeed in again. One section for each position to attack from.

Most of these attackers can write to the database and hold no key: a stolen password of the host, a restored
backup that somebody doctored, a hole in another program. What they may reach is damage that is seen; never a
testimony, a draft, a role, or a word in the association's name.
"""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.audit import START, chain
from bot.digest import compose, freeze
from bot.disclosure import TooFew, protect
from bot.errors import KeyFileError
from bot.opening import Expected, open_item
from bot.pseudonyms import pseudonym
from bot.receipts import new, reply_key_hash
from bot.receipts import words as receipt_words
from bot.sealing import CODE_BYTES, Context, seal, told_code
from bot.signing import sign
from bot.tally import tally
from bot.testimony import read_story
from handlers import Address, intake, keyring
from handlers.bench import ApprovalError, ItemError, mark
from handlers.commands import lease
from handlers.counting import count
from handlers.drafts import find
from handlers.members import Members, new_code, read_code
from handlers.verifying import audit_log, note_head
from storage import open_store
from storage.audit_head import AuditHead, Head
from storage.changes import Audit, KeepItem, PutMeta, Withdraw
from storage.memory import MemoryStore
from storage.shelf import MemoryShelf
from tests.deskkit import IDENTITY, PASSPHRASE, TEAM, House, Testimony, words
from tests.people import crowd
from tests.stage import NOW, Clock, Stage


def write_to(folder: Path, sql: str, *parameters: object, file: str = "seuil.db") -> None:
    """What somebody does who can write to the database and holds no key."""
    with closing(sqlite3.connect(folder / file)) as db:
        db.execute(sql, parameters)
        db.commit()


# --- a witness's words are hers -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sentence",
    [
        "Il est encore dans la chambre",
        "il est encore dans la chambre",
        "he came back three times",
        "Il est encore\ndans la chambre",
        "abcdefghjkmnpqrstvwxyzab",
    ],
)
def test_a_sentence_of_24_letters_is_no_invitation(sentence):
    """It was taken for a code, answered with a refusal, and lost: no help lines, no draft."""
    assert read_code(sentence) is None


# --- drafts -------------------------------------------------------------------------------------------------


async def test_a_draft_put_into_another_person_s_row_does_not_open(tmp_path):
    """It opened: a stranger with a chat and the database read what somebody else was writing."""
    store, shelf = await open_store(f"sqlite:{tmp_path}"), MemoryShelf()
    stage = Stage(store=store, shelf=shelf)
    await stage.to_story("witness")
    await stage.hear("witness", "Il est revenu le soir.")
    await stage.to_story("stranger")
    await store.close()
    today = int(NOW // 86_400)
    ((_, key),) = await shelf.day_keys(today)
    hers, his = (pseudonym(key, "terminal", name) for name in ("witness", "stranger"))
    for column in ("draft", "revision", "box"):
        write_to(
            tmp_path,
            f"UPDATE person SET {column} = (SELECT {column} FROM person WHERE pseudonym = ?)"  # noqa: S608
            " WHERE pseudonym = ?",
            *(hers, his),
            file="drafts.db",
        )

    store = await open_store(f"sqlite:{tmp_path}")
    found = await find(store, shelf, stage.address("stranger"), today)
    await store.close()

    assert found.lost
    assert not found.envelope.state.texts


# --- roles --------------------------------------------------------------------------------------------------


@pytest.fixture
async def seated():
    """Opens houses on a folder: chairs taken, desk unlocked. All are closed, also where the test fails."""
    houses: list[House] = []

    async def seat(folder: Path, *chairs: str) -> House:
        house = House(await open_store(f"sqlite:{folder}"))
        houses.append(house)
        await house.seat(*chairs)
        await house.desk.unlock(PASSPHRASE)
        return house

    yield seat
    for house in houses:
        await house.store.close()


async def test_an_invitation_written_into_the_database_invites_nobody(seated, tmp_path):
    house = await seated(tmp_path, "moderator")
    code = "2345-6789-abcd-efgh-jkmn-pqrs"
    plain = hashlib.sha256(code.replace("-", "").encode()).digest()
    write_to(tmp_path, "INSERT INTO invite VALUES (?, 'owner', ?, 'Alix')", plain, house.today)

    assert await house.members.join(Address("terminal", "stranger"), code, house.today) == "refused"


@pytest.mark.parametrize(("column", "value"), [("role", "owner"), ("day", 10**6)])
async def test_an_invitation_that_was_changed_is_void(seated, tmp_path, column, value):
    house = await seated(tmp_path, "moderator")
    code = await house.members.invite("partner", "Refuge", house.today)
    write_to(tmp_path, f"UPDATE invite SET {column} = ?", value)  # noqa: S608 - two names, above

    today = house.today if column == "role" else value
    assert await house.members.join(Address("terminal", "stranger"), code, today) == "refused"


async def test_a_role_written_into_the_database_is_not_obeyed(seated, tmp_path):
    house = await seated(tmp_path, "owner", "moderator", "partner")
    testimony = Testimony()
    await house.tell(testimony)
    partner = await house.members.find(Address("terminal", "partner"))
    write_to(tmp_path, "UPDATE member SET role = 'owner' WHERE role = 'partner'")

    assert await house.members.find(Address("terminal", "partner")) is None
    await house.queue.put(partner.member, "/next", b"forged")
    await house.desk.pump()

    assert house.told_to("partner") == ""
    assert "command of no member" in await house.acts()


async def test_names_that_were_exchanged_have_nobody_revoked_for_another(seated, tmp_path):
    """Names stood beside what this instance vouches for: /revoke of the one took away the other."""
    house = await seated(tmp_path, "owner", "moderator", "moderator 2")
    exchange = "UPDATE member SET name = CASE name WHEN 'moderator' THEN 'moderator 2' ELSE 'moderator' END"
    write_to(tmp_path, exchange + " WHERE role = 'moderator'")

    assert await house.members.find(Address("terminal", "moderator")) is None
    rows = await house.store.members("moderator")
    assert not any(house.members.is_sound(row) for row in rows)
    said = await house.say("owner", "/revoke moderator")
    assert await house.store.members("moderator") == rows
    assert mark(rows[0].member) in said
    await house.say("owner", f"/revoke {mark(rows[0].member)}")
    assert await house.store.members("moderator") == rows[1:]


async def test_a_chat_put_into_an_owner_s_row_gives_no_orders(seated, tmp_path):
    """The partner copies his own look-up, which he knows from his row, over that of an owner."""
    house = await seated(tmp_path, "owner", "partner")
    (owner,), (partner,) = [await house.store.members(role) for role in ("owner", "partner")]
    with closing(sqlite3.connect(tmp_path / "seuil.db")) as db:
        (lookup,) = db.execute("SELECT lookup FROM member WHERE id = ?", (partner.member,)).fetchone()
        db.execute("DELETE FROM member WHERE id = ?", (partner.member,))
        db.execute("UPDATE member SET lookup = ? WHERE id = ?", (lookup, owner.member))
        db.commit()

    assert await house.members.find(Address("terminal", "partner")) is None


async def test_a_first_request_written_into_the_database_is_no_second_person(seated, tmp_path):
    house = await seated(tmp_path, "moderator", "moderator 2")
    testimony = Testimony()
    await house.tell(testimony)
    other = await house.members.find(Address("terminal", "moderator 2"))
    what = f"delete {testimony.case.hex()}"
    write_to(tmp_path, "INSERT INTO asking VALUES (?, ?, ?)", what, other.member, house.today)

    said = await house.say("moderator", f"/delete {testimony.ref}")

    assert said == words("desk-delete-asked", case=testimony.ref)
    assert await house.store.case(testimony.case) is not None
    await house.say("moderator 2", f"/delete {testimony.ref}")
    assert await house.store.case(testimony.case) is None


@pytest.mark.parametrize("again", ["moderator", "moderator 2"])
async def test_a_request_for_a_second_person_is_forgotten_after_a_week(seated, tmp_path, again):
    """It waited for ever: one person's slip in spring, and another's in autumn, erased a testimony."""
    house = await seated(tmp_path, "moderator", "moderator 2")
    testimony = Testimony()
    await house.tell(testimony)
    order = f"/delete {testimony.ref}"
    await house.say("moderator", order)
    write_to(tmp_path, "UPDATE asking SET day = day + 8")
    house.now += 8 * 86_400

    assert await house.say(again, order) == words("desk-delete-asked", case=testimony.ref)
    assert await house.store.case(testimony.case) is not None
    house.now += 7 * 86_400
    other = {"moderator": "moderator 2", "moderator 2": "moderator"}[again]
    assert await house.say(other, order) == words("desk-deleted", case=testimony.ref)


def test_a_name_holds_nothing_that_moves_a_terminal_s_cursor():
    made = Members(MemoryStore(), bytes(32)).invitation(new_code(), "moderator", "Al\x1b[2Jix\u202e", 1)

    assert made.name == "Al[2Jix"


# --- what leaves in the association's name ------------------------------------------------------------------


async def test_a_digest_written_into_the_ledger_is_never_sent(seated, tmp_path):
    """It was: sealed to the public key, `approved` and owed, it left at the next tick."""
    house = await seated(tmp_path, "owner", "partner")
    partner = await house.members.find(Address("terminal", "partner"))
    figures = protect(tally(crowd(40, what_happened="threats")))
    assert not isinstance(figures, TooFew)
    forged = freeze(
        compose(number=1, months=("2026-09", "2026-09"), figures=figures, before=None, summaries=("FORGED",))
    )
    context = Context(bytes(16), "digest", "digest-1", 1, 1, b"", b"")
    write_to(
        tmp_path,
        "INSERT INTO digest (period, day, state, sha256, frozen) VALUES (1, ?, 'approved', ?, ?)",
        *(house.today, hashlib.sha256(forged).digest(), seal(forged, context, TEAM)),
    )
    write_to(
        tmp_path,
        "INSERT INTO delivery (period, member, state, tries) VALUES (1, ?, 'due', 0)",
        partner.member,
    )

    await house.desk.tick()
    assert "digest was not approved" in await house.acts()
    await house.say("owner", "/digest approve")

    assert house.told_to("partner") == ""
    assert "cannot read digest" in await house.acts()


@pytest.mark.parametrize("kept", [False, True])
async def test_a_digest_approved_by_a_column_is_never_sent(seated, tmp_path, kept):
    """It was: a digest that the team held left at the next tick. Nor does the approval of another serve."""
    house = await seated(tmp_path, "owner", "moderator", "partner")
    await house.tell(*(Testimony() for _ in range(30)))
    write_to(tmp_path, "UPDATE testimony SET state = 'approved', decided_day = ?", house.today)
    await house.desk.due()
    await house.say("moderator", "/digest hold")
    if kept:
        other = house.bench.approval(2, (await house.store.digests())[0].sha256)
        write_to(tmp_path, "UPDATE meta SET value = ? WHERE key = 'digest-approved-1'", other.value)
    write_to(tmp_path, "UPDATE digest SET state = 'approved'")

    await house.desk.tick()
    assert await house.say("partner", "/digest") == words("desk-digest-none")
    assert words("desk-digest-not-approved", period=1) in await house.say("moderator", "/digest send")

    assert words("digest-title", number=1) not in house.told_to("partner")
    assert words("desk-alarm-approval", period=1) in house.told_to("owner")
    assert "digest was not approved" in await house.acts()
    await house.say("owner", "/digest approve")
    assert words("digest-title", number=1) in house.told_to("partner")


async def test_a_signature_the_desk_made_for_another_purpose_is_no_approval(seated, tmp_path):
    house = await seated(tmp_path, "owner")
    sha256 = bytes(32)
    other = sign(f"seuil|v1|digest approved|1|{sha256.hex()}\n".encode(), house.bench.keys().signer, "other")
    await house.store.commit((PutMeta("digest-approved-1", other.encode()),))

    with pytest.raises(ApprovalError):
        await house.bench.demand_approval(1, sha256)


@pytest.mark.parametrize("kind", ["", "story"])
@pytest.mark.parametrize("part", ["summary", "quote", "note-0000"])
async def test_a_text_sealed_by_somebody_else_is_not_the_desk_s(seated, tmp_path, part, kind):
    house = await seated(tmp_path, "moderator")
    testimony = Testimony(share="stats_and_quote")
    await house.tell(testimony)
    context = Context(
        case=testimony.case,
        kind=kind or part.partition("-")[0],
        item=part,
        schema=1,
        epoch=1,
        reply_key_hash=reply_key_hash(testimony.keys.reply_recipient.public),
        sender_tag=testimony.tag,
    )
    box = seal(b'["FORGED",["a","b"]]', context, TEAM)
    await house.store.commit((KeepItem(testimony.case, part, 1, box),))
    row = await house.store.case(testimony.case)

    with pytest.raises(ItemError):
        await house.bench.part(row, part, bytes.decode)


async def test_a_summary_moved_to_another_case_does_not_open(seated, tmp_path):
    house = await seated(tmp_path, "moderator")
    first, second = Testimony(share="stats_and_quote"), Testimony(share="stats_and_quote")
    await house.tell(first, second)
    row = await house.store.case(first.case)
    own, _ = await house.bench.part(row, "coded", bytes)
    written = house.bench.keep(own, "summary", b"Un texte.")
    body = open_item(written.box, [IDENTITY], Expected(first.case, "summary")).body
    await house.store.commit((written, second.item("summary", body)))

    assert (await house.bench.part(row, "summary", bytes.decode))[1] == "Un texte."
    with pytest.raises(ItemError):
        await house.bench.part(await house.store.case(second.case), "summary", bytes.decode)


@pytest.mark.parametrize("part", ["coded", "story", "more-0000"])
async def test_a_part_sealed_by_somebody_else_is_not_what_a_witness_told(seated, tmp_path, part):
    """It was: anybody could put words into her mouth, and a consent that she had never given."""
    house = await seated(tmp_path, "moderator")
    testimony = Testimony()
    await house.tell(testimony)
    context = Context(
        case=testimony.case,
        kind=part.partition("-")[0],
        item=part,
        schema=1,
        epoch=1,
        reply_key_hash=reply_key_hash(testimony.keys.reply_recipient.public),
        sender_tag=testimony.tag,
    )
    body = replace(testimony, share="stats_and_quote").coded() if part == "coded" else testimony.told()
    row = await house.store.case(testimony.case)
    own = next((item for item in await house.store.items(row.case) if item.part == part), None)
    assert own is None or house.bench.open(row, own)

    for forged in (body, told_code(bytes(32), context, body) + body):
        box = seal(forged, context, TEAM)
        await house.store.commit((KeepItem(testimony.case, part, 1, box, replace=True),))
        with pytest.raises(ItemError):
            await house.bench.part(row, part, bytes)


async def test_a_consent_sealed_by_somebody_else_is_not_counted(seated, tmp_path):
    house = await seated(tmp_path, "moderator")
    own, forged = Testimony(), Testimony()
    await house.tell(own, forged)
    write_to(tmp_path, "UPDATE testimony SET state = 'approved', decided_day = ?", house.today)
    (box,) = [item.box for item in await house.store.items(forged.case) if item.part == "coded"]
    opened = open_item(box, [IDENTITY], Expected(forged.case, "coded"))
    box = seal(bytes(CODE_BYTES) + opened.body[CODE_BYTES:], opened.context, TEAM)
    await house.store.commit((KeepItem(forged.case, "coded", 1, box, replace=True),))

    counted = await count(house.store.coded_items(), [IDENTITY], house.queue.instance)

    assert (list(counted.cases), counted.unopened) == ([own.case], (forged.case,))


# --- order and hours ----------------------------------------------------------------------------------------


async def test_neither_the_wal_nor_the_pages_tell_which_testimony_came_first(tmp_path):
    """Both told it: the WAL by the minutes of the desk's lease between them, the pages in strict order."""
    store = await open_store(f"sqlite:{tmp_path}")
    told = [Testimony() for _ in range(60)]
    wals = []
    for number, testimony in enumerate(told):
        await store.commit((lease(NOW + 60 * number),))
        await store.commit(testimony.change())
        wals.append((tmp_path / "seuil.db-wal").read_bytes())
    boxes = [next(item.box for item in await store.items(t.case) if item.part == "story") for t in told]
    await store.close()
    file = (tmp_path / "seuil.db").read_bytes()
    places = [file.find(box[-48:]) for box in boxes]

    pairs = [(early, late) for late in range(60) for early in range(late)]
    in_order = sum(places[early] < places[late] for early, late in pairs) / len(pairs)

    assert not any(wals)
    assert min(places) > 0
    assert 0.2 < in_order < 0.8  # by chance alone, outside once in 10 000 000 runs


# --- receipts -----------------------------------------------------------------------------------------------


class Slow(MemoryStore):
    """Erasing a case takes its time: the WAL is cut, two files are made durable."""

    clock: Clock

    async def commit(self, change):
        if any(isinstance(operation, Withdraw) for operation in change):
            self.clock.now += 0.3
        return await super().commit(change)


@pytest.mark.parametrize("purpose", ["2", "3"])
async def test_how_long_an_answer_takes_does_not_tell_whether_a_receipt_is_one(purpose):
    """It told: what was done to the case came after the second that was to hide it."""
    store = Slow()
    stage = Stage(store=store)
    store.clock = stage.clock
    own = await stage.testify("witness", "Il est revenu le soir.")
    took = []
    for eight in (own, receipt_words(new(b"0123456789"), "fr")):
        lines = ["Un mot de plus."] if purpose == "2" else []
        await stage.say("other", "/receipt", purpose, *lines)
        start = stage.clock.now
        await stage.say("other", " ".join(eight))
        took.append(stage.clock.now - start)

    assert took == [1.0, 1.0]


async def test_a_testimony_does_not_wait_behind_receipts_that_are_tried(monkeypatch):
    """It did: a hundred chats trying receipts kept everybody's testimony waiting behind them."""
    order: list[bytes] = []

    def derived(receipt, *_):
        order.append(receipt.entropy)

    monkeypatch.setattr(intake, "derive", derived)
    desk = intake.ReceiptDesk(bytes(16), clock=Clock())
    tries = [new(b"try%07d" % number) for number in range(20)]
    waiting = [asyncio.create_task(desk.tried(one)) for one in tries]
    await asyncio.sleep(0)
    await asyncio.gather(desk.keys(new(b"testimony!")), *waiting)

    assert order.index(b"testimony!") <= 2
    assert len(order) == 21


# --- the desk's queue ---------------------------------------------------------------------------------------


async def test_an_order_that_was_carried_out_is_not_obeyed_when_its_row_is_put_back(seated, tmp_path):
    """It was: yesterday's /digest approve approved the digest of today."""
    house = await seated(tmp_path, "moderator")
    house.queue = replace(house.queue, clock=lambda: house.now)
    await house.tell(Testimony(), Testimony())
    await house.queue_up("moderator", "/next")
    ((number, box),) = [(row.number, row.box) for row in await house.store.commands()]
    await house.desk.pump()
    await house.say("moderator", "/undo")
    house.now += 600
    await house.desk.tick()

    write_to(tmp_path, "DELETE FROM command WHERE number = ?", number)
    write_to(tmp_path, "INSERT INTO command (update_key, box) VALUES (?, ?)", b"again", box)
    house.shown.clear()
    await house.desk.pump()

    assert await house.store.cases("claimed") == []
    assert house.told_to("moderator") == ""
    assert (await house.acts())[-1] == "cannot open command"


async def test_one_item_of_an_odd_form_does_not_stop_the_digest_of_all(seated, tmp_path):
    house = await seated(tmp_path, "owner", "partner")
    odd = Testimony(answers={"what_happened": ([["threats"]],)})  # type: ignore[dict-item]  # what a forger seals
    await house.tell(odd, *(Testimony() for _ in range(30)))
    write_to(tmp_path, "UPDATE testimony SET state = 'approved', decided_day = ?", house.today)

    await house.say("owner", "/digest send")

    assert len(await house.store.digests()) == 1
    assert "cannot open" in await house.acts()


# --- the audit log ------------------------------------------------------------------------------------------


def rewrite_log(folder: Path, lines: int) -> None:
    """Cut the log to so many lines, the last of them changed, and compute the chain anew."""
    with closing(sqlite3.connect(folder / "seuil.db")) as db:
        rows = db.execute("SELECT line FROM audit ORDER BY number LIMIT ?", (lines,)).fetchall()
        db.execute("DELETE FROM audit")
        previous = START
        for number, (line,) in enumerate(rows, 1):
            told = line.replace("join", "left") if number == lines else line
            previous = chain(previous, told)
            db.execute("INSERT INTO audit (number, line, chain) VALUES (?, ?, ?)", (number, told, previous))
        db.commit()


async def vouched(seated, folder: Path, *chairs: str) -> House:
    """A house whose log is known outside the database."""
    house = await seated(folder, *chairs)
    house.bench.audit_head = AuditHead(folder, house.queue.instance)
    await house.desk.tick()
    return house


@pytest.mark.parametrize("refilled", [False, True])
async def test_an_audit_log_that_was_cut_and_computed_anew_is_found_out(seated, tmp_path, refilled):
    """It was not: the chain has no key, so a shorter one was as good."""
    house = await vouched(seated, tmp_path, "owner", "auditor", "moderator")
    before = len(await house.acts())
    head = house.bench.audit_head.read()
    assert head.lines == before
    assert "intact" in await house.say("auditor", "/audit verify")
    rewrite_log(tmp_path, 2)
    if refilled:
        for _ in range(before):
            await house.store.commit((house.bench.log("desk", "unlock"),))

    assert await house.say("auditor", "/audit verify") == words("desk-audit-cut", lines=before)
    for _ in range(3):
        await house.desk.tick()
    assert house.told_to("owner").count(words("desk-alarm-audit")) == 1
    assert "audit log was cut" in await house.acts()
    assert house.bench.audit_head.read() == head


async def test_where_the_audit_log_ended_is_kept_at_every_lock_and_unlock_for_its_owner_only(
    seated, tmp_path
):
    house = await vouched(seated, tmp_path, "owner")
    file = tmp_path / "audit.head"
    assert file.stat().st_mode & 0o777 == 0o600
    for act in (house.desk.lock, lambda: house.desk.unlock(PASSPHRASE)):
        await act()
        assert house.bench.audit_head.read().lines == len(await house.acts())

    file.write_bytes(file.read_bytes().replace(b" ", b"9 ", 1))
    assert await house.say("owner", "/audit verify") == words("desk-audit-head-damaged")
    await house.desk.tick()
    assert words("desk-alarm-audit") in house.told_to("owner")


async def test_a_log_that_goes_on_past_a_page_is_vouched_for_line_by_line(tmp_path):
    store = MemoryStore()
    for _ in range(2500):
        await store.commit((Audit(1, "desk", "unlock"),))
    file = AuditHead(tmp_path, bytes(32))

    assert await note_head(store, file)
    rows = [row for after in (0, 1000, 2000) for row in await store.audit_lines(after)]
    for lines in (1, 999, 1000, 1001, 2000, 2500):
        known = Head(lines, rows[lines - 1].chain)
        assert (await audit_log(store, known)).missing is None
        assert (await audit_log(store, replace(known, chain=bytes(32)))).missing == lines
    assert (await audit_log(store, Head(2501, bytes(32)))).missing == 2501
    assert file.read() == Head(2500, rows[-1].chain)


# --- a moderator who is curious -----------------------------------------------------------------------------


async def test_a_ban_does_not_tell_whether_one_person_told_two_testimonies(seated, tmp_path):
    """It did: `/ban` on one, and `/unban` on the other was answered with "lifted" if they had one sender."""
    house = await seated(tmp_path, "moderator", "owner")
    first = Testimony()
    same, other = Testimony(tag=first.tag), Testimony()
    await house.tell(first, same, other)
    write_to(tmp_path, "UPDATE testimony SET state = 'approved', decided_day = ?", house.today)

    await house.say("moderator", f"/ban {first.ref}")

    refused = words("desk-not-banned")
    for told in (same, other):
        assert await house.say("moderator", f"/unban {told.ref}") == refused
    assert await house.say("moderator", "/unban nobody") == refused
    assert (await house.acts()).count("unban refused") == 3
    for told in (same, other):
        await house.say("moderator", f"/ban {told.ref}")
    every = ", ".join(sorted(told.ref for told in (first, same, other)))
    assert await house.say("owner", "/unban") == words("desk-bans", bans=every)
    for told in (same, other):
        assert await house.say("moderator", f"/unban {told.ref}") == words("desk-unbanned")
    assert await house.store.bans() == [first.tag]
    await house.say("moderator", f"/unban {first.ref}")
    assert await house.store.bans() == []


async def test_a_few_masks_do_not_ruin_a_story(seated, tmp_path):
    """`/mask e` did: every letter became a placeholder, and the next mask took those apart."""
    house = await seated(tmp_path, "moderator")
    told = Testimony(
        story="Elle est revenue le soir avec Eve, [téléphone] et [retiré].", quote="Elle est là."
    )
    await house.tell(told)
    await house.say("moderator", "/next")

    said = [await house.say("moderator", f"/mask {word}") for word in ("e", "téléphone", "est", "retiré")]

    row = await house.store.case(told.case)
    _, story = await house.bench.part(row, "story", read_story)
    assert dict(story.texts)["narrative"] == (
        "Elle [retiré] revenue le soir avec Eve, [téléphone] et [retiré].",
    )
    assert story.quote == "Elle [retiré] là."
    nothing = words("desk-mask-nothing", case=told.ref)
    assert said == [nothing, nothing, words("desk-masked", count=2, case=told.ref), nothing]


# --- keys ---------------------------------------------------------------------------------------------------


def test_a_key_list_of_somebody_else_beside_the_team_s_key_opens_nothing(tmp_path):
    """Both public files exchanged fit each other: all that arrived from then on was sealed to a stranger."""
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    keyring.create(ours, "six mots", work_factor=4)
    keyring.create(theirs, "autres mots", work_factor=4)
    assert keyring.unlock(ours, "six mots")
    for name in (keyring.LIST, keyring.PUBLIC):
        (ours / name).write_bytes((theirs / name).read_bytes())

    with pytest.raises(KeyFileError, match="somebody else"):
        keyring.unlock(ours, "six mots")
