"""It is promised that, whatever people do in whatever order, and wherever the program is killed meanwhile,
the whole service does what it says: nobody's words are lost, doubled or kept against her will.

A machine of Hypothesis draws what witnesses, members, the clock and death do; `tests.world` does it to a
whole instance. The model beside it is small on purpose. It does not know how the service works, only what was
said to whom, and what must be true then:

- what a witness was acknowledged stands in her draft, in order, until she sends it, leaves, or her hours are
  over;
- what she sent is one case, holding those words, until it is withdrawn, erased by two, or past its time;
- a case moves only as a command of somebody who may give it would move it, and nothing moves while the desk
  is locked;
- a digest that was frozen never changes, nobody is in two, and each partner is sent each once;
- the audit log only grows, and its chain holds;
- her words are in no file and no log in plain, and shown to nobody but her, moderators and owners.

Here a few lives, the same every day. `SEUIL_LIVES=2000` looks for what is new: `make soak` does.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot import audit
from bot.moderation import reference
from bot.opening import Expected, open_told
from bot.testimony import MORE, STORY, read_story
from handlers import Kind, keyring
from handlers.instance import CHAIRS, passphrase_at_hand
from storage import CaseRow, ItemRow
from tests.world import DAY_SECONDS, World, receipt_of

WITNESSES = ("Ada", "Bea", "Cléo")
ROLES = {chair: role for chair, role, _ in CHAIRS}
STAFF = tuple(chair for chair, role in ROLES.items() if role in ("moderator", "owner"))
SPELLING = "canarime"
"""What every word begins with that is to be found again, and that nobody says by himself."""

STORY_DAYS, CODED_DAYS, DRAFT_HOURS = 60, int(24 * 30.44), 72

TYPED = (
    "AIDE",
    "PAUSE",
    "RETOUR",
    "PASSER",
    "CONTINUER",
    "SUITE",
    "FINI",
    "/privacy",
    "/nimportequoi",
    "/start",
)
KEEPING: tuple[tuple[Kind, str], ...] = (
    *(("text", word) for word in TYPED),
    *(("media", ""), ("unread", "garbled"), ("forged", "3"), ("opened", "")),
)
"""What may be done anywhere and takes no word of hers away."""

PURPOSES = {"read": "1", "add": "2", "withdraw": "3"}
VERDICTS = {"/approve": "approved", "/reject": "rejected", "/escalate": "escalated"}
NAMED = ("/open", *VERDICTS, "/delete")
UNNAMED = (
    *("/next", "/undo", "/note bien lu", "/queue", "/status", "/help", "/digest", "/lock"),
    *("/quarantine release", "/quarantine reject", "/quarantine reject yes"),
)
NOT_HERS = ("/next", "/approve", "/reject", "/delete", "/quarantine release", "/undo")
GATES = st.just(0) | st.integers(1, 12)
"""After how many commits, messages and acknowledgements of this step the program is killed; 0: it lives."""

HOURS = (1, 1, 2, 30, 80, 61 * 24, 61 * 24, 800 * 24)
DIGESTS = ("/digest approve", "/digest hold", "/digest send", "bell", "bell")

State: TypeAlias = tuple[str, bytes | None]
"""Of a case: its state, and who has taken it. `("gone", None)` is none."""
GONE: State = ("gone", None)


@dataclass
class Told:
    """One testimony, as those know it who told it."""

    who: str
    words: list[str]
    receipt: tuple[str, ...]
    case: bytes
    day: int
    period: int
    state: State = ("waiting", None)
    decided: int | None = None
    added: list[str] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    asked_to_erase: set[bytes] = field(default_factory=set)
    boxes: list[bytes] = field(default_factory=list)
    """Some bytes of each thing sealed for it."""

    @property
    def alive(self) -> bool:
        return self.state != GONE

    @property
    def ref(self) -> str:
        return reference(self.case)


@dataclass(frozen=True)
class Order:
    """What somebody asked the desk for."""

    chair: str
    member: bytes
    command: str
    told: Told | None = None


def spelled_in(text: str) -> list[str]:
    return re.findall(rf"{SPELLING}\w+", text)


def steps(order: Order, told: Told, state: State) -> Iterable[State]:
    """Where this order may bring a case that is there: as the guide for moderators says it."""
    role, me = ROLES[order.chair], order.member
    name, _ = state
    if role not in ("moderator", "owner"):
        return ()
    mine, here = state == ("claimed", me), order.told is None or order.told is told
    owns = name == "escalated" and role == "owner"
    match order.command:
        case "/next" if name == "waiting":
            return (("claimed", me),)
        case "/approve" | "/reject" | "/escalate" as verdict if here and (mine or owns):
            done = VERDICTS[verdict]
            return ((done, None),) if mine or done != "escalated" else ()
        case "/undo":
            if mine:
                return (("waiting", None),)
            decided = name in ("approved", "rejected", "escalated")
            return (("claimed", me), ("quarantined", None)) if decided else ()
        case "/quarantine release" if name == "quarantined":
            return (("waiting", None),)
        case "/quarantine reject" | "/quarantine reject yes" if name == "quarantined":
            return (("rejected", None),)
        case "/delete" if here and told.asked_to_erase - {me}:
            return (GONE,)
        case _:
            return ()


def has_testimonies(service: Service) -> bool:
    return bool(service.all)


def has_work(service: Service) -> bool:
    return bool(service.all) and service.world.instance.desk.is_open


class Service(RuleBasedStateMachine):
    keeper = "memory"

    def __init__(self) -> None:
        super().__init__()
        self.world = World(self.keeper)
        self.world.begin()
        self.run = self.world.run
        self.count = 0
        self.drafts: dict[str, list[str]] = {who: [] for who in WITNESSES}
        self.begun: dict[str, float] = {}
        """When each began at the latest, in seconds; nobody is here who has no draft."""
        self.all: list[Told] = []
        self.others: set[bytes] = set()
        self.others_came = 0
        self.banned: set[str] = set()
        self.waiting: list[Order] = []
        """What was asked of a locked desk."""
        self.frozen: dict[int, tuple[bytes, bytes]] = {}
        self.counted: dict[bytes, int] = {}
        self.log: list[tuple[int, str, bytes]] = []
        rows = self.run(self.world.store.members())
        routes = {self.world.instance.members.route(row).who.chat: row.member for row in rows}
        self.member = {chair: routes[chair] for chair in ROLES}
        passphrase = passphrase_at_hand(self.world.settings) or ""
        self.keys = keyring.unlock(self.world.settings.data / "keys", passphrase)

    def teardown(self) -> None:
        try:
            self.nothing_is_left_in_plain()
        finally:
            self.world.end()

    # --- what witnesses do ----------------------------------------------------------------------------------

    def word(self) -> str:
        self.count += 1
        letters = "".join(chr(ord("a") + int(digit)) for digit in f"{self.count:04}")
        return f"{SPELLING}{letters}"

    async def at_story(self, who: str) -> bool:
        """Bring her to her story, if she is not past it already."""
        state = await self.world.state(who)
        self.begin(who, here=bool(state.at))
        if state.at == "@closing":
            await self.world.goes_on(who, "", {})
            self.forget(who)
            self.begin(who, here=False)
        if state.at and state.at != "narrative" and state.texts:
            return False
        await self.world.goes_on(who, "narrative", {})
        return True

    def begin(self, who: str, *, here: bool) -> None:
        if not here:
            assert not self.drafts[who], "her words were lost"
            self.begun[who] = self.world.clock.now

    def forget(self, who: str) -> None:
        self.drafts[who] = []
        self.begun.pop(who, None)

    @rule(who=st.sampled_from(WITNESSES), messages=st.integers(1, 3), gates=GATES)
    def tells(self, who: str, messages: int, gates: int = 0) -> None:
        async def tell() -> None:
            if not await self.at_story(who):
                return
            self.world.fuse = gates or self.world.fuse
            for _ in range(messages):
                word = self.word()
                await self.world.says(who, f"Il a laissé {word} sous la porte, puis il est revenu.")
                self.drafts[who].append(word)

        self.run(tell())

    @rule(who=st.sampled_from(WITNESSES))
    def corrects_her_last_message(self, who: str) -> None:
        async def correct() -> None:
            state = await self.world.state(who)
            if state.at == "narrative" and not state.aside and self.drafts[who]:
                word = self.word()
                await self.world.says(who, f"Il a plutôt dit {word}.", "edit")
                self.drafts[who][-1] = word

        self.run(correct())

    @rule(who=st.sampled_from(WITNESSES), what=st.sampled_from(KEEPING))
    def does_this_and_that(self, who: str, what: tuple[Kind, str]) -> None:
        self.run(self._this_and_that(who, *what))

    async def _this_and_that(self, who: str, kind: Kind, what: str) -> None:
        state = await self.world.state(who)
        self.begin(who, here=bool(state.at))
        await self.world.says(who, what, kind)
        if not (await self.world.state(who)).at:
            self.begun.pop(who, None)

    @rule(who=st.sampled_from(WITNESSES), how=st.sampled_from(["EFFACER", "STOP", "gone"]))
    def leaves(self, who: str, how: str) -> None:
        self.run(self.world.says(who, how, "gone" if how == "gone" else "text"))
        self.forget(who)

        assert not self.run(self.world.state(who)).at

    @rule(who=st.sampled_from(WITNESSES), gates=GATES)
    @precondition(lambda self: any(self.drafts.values()))
    def sends_her_testimony(self, who: str, gates: int = 0) -> None:
        if self.drafts[who]:
            self.run(self._send(who, gates))

    async def _send(self, who: str, gates: int) -> None:
        before = {row.case for row in await self.world.store.cases()}
        period = len(await self.world.store.digests())
        shown = await self.world.goes_on(who, "@review", {})
        reviewed = "\n".join(text for text in shown if SPELLING in text)
        words = self.drafts[who]
        await self.world.goes_on(who, "@confirm", {})
        self.world.fuse = gates or self.world.fuse
        shown = await self.world.goes_on(who, "", {})
        self.forget(who)
        new = {row.case for row in await self.world.store.cases()} - before
        if who in self.banned:
            assert not new
            return
        assert len(new) == 1, "sent once, kept once"
        receipt = receipt_of(shown)
        assert len(receipt) == 8
        assert not reviewed or all(word in reviewed for word in words), "she saw what is kept"
        (case,) = new
        row = await self.world.store.case(case)
        assert row is not None
        told = Told(who, words, receipt, case, self.today, period)
        told.state = (row.state, None)
        assert row.state in ("waiting", "quarantined")
        self.all.append(told)

    @rule(
        who=st.sampled_from(WITNESSES),
        number=st.integers(0, 9),
        purpose=st.sampled_from([*PURPOSES]),
        gates=GATES,
    )
    @precondition(has_testimonies)
    def uses_a_receipt(self, who: str, number: int, purpose: str, gates: int) -> None:
        self.run(self._use(who, self.all[number % len(self.all)], purpose, gates))

    async def _use(self, who: str, told: Told, purpose: str, gates: int) -> None:
        self.world.clock.now += 601  # five tries are enough for ten minutes
        state = await self.world.state(who)
        self.begin(who, here=bool(state.at))
        if state.at == "@closing":
            return
        added = f"Et {self.word()} le lendemain."
        await self.world.says(who, "/receipt")
        await self.world.says(who, PURPOSES[purpose])
        if purpose == "add":
            await self.world.says(who, added)
        self.world.fuse = gates or self.world.fuse
        shown = await self.world.says(who, " ".join(told.receipt))
        if purpose == "read":
            assert all(any(reply in text for text in shown) for reply in told.replies if told.alive)
            assert told.alive or not any(reply in text for text in shown for reply in told.replies)
        if purpose == "add" and told.alive:
            told.added.append(added.split()[1])
        if purpose == "withdraw" and told.alive:
            await self._gone(told)

    async def _gone(self, told: Told) -> None:
        told.state = GONE
        if self.keeper == "sqlite":  # a server sweeps its tables later (`storage.postgres`)
            assert self.world.files_with(told.boxes) == [], "no byte of it is in any file"

    # --- what members do ------------------------------------------------------------------------------------

    @rule(
        chair=st.sampled_from([*ROLES]),
        command=st.sampled_from([*NAMED, *UNNAMED]),
        number=st.integers(0, 9) | st.none(),
        gates=GATES,
    )
    def asks_the_desk(self, chair: str, command: str, number: int | None, gates: int = 0) -> None:
        self.world.fuse = gates or self.world.fuse
        named = command in NAMED and self.all and number is not None
        told = self.all[number % len(self.all)] if named and number is not None else None
        self.run(self.order(chair, command, told))

    def chosen(self, chair: str, number: int) -> Told:
        """One about which something can be done, if there is any."""
        at_hand = [told for told in self.all if told.decided or told.state == ("claimed", self.member[chair])]
        return (at_hand or self.all)[number % len(at_hand or self.all)]

    async def order(self, chair: str, command: str, told: Told | None = None, text: str = "") -> str:
        """What she is shown. The cases move as the order says, or not at all."""
        order = Order(chair, self.member[chair], command, told)
        self.waiting.append(order)
        line = " ".join(part for part in (command, told.ref if told else "", text) if part)
        shown = await self.world.says(chair, line)
        await self.moved()
        return "\n".join(shown)

    async def moved(self, *, by_itself: Iterable[State] = ()) -> None:
        """Every case is where an order that was carried out, or one that still waits, may have brought it."""
        orders = self.waiting
        for told in self.all:
            row = await self.world.store.case(told.case)
            now: State = GONE if row is None else (row.state, row.claimed_by)
            may = {told.state}
            for order in orders:
                may |= {after for state in tuple(may) for after in steps(order, told, state)}
                if order.command == "/delete" and order.told in (None, told):
                    told.asked_to_erase.add(order.member)
            assert now in may | {*by_itself}, (told.state, now, orders)
            if now[0] != told.state[0]:
                told.decided = self.today if now[0] in ("approved", "rejected", "escalated") else None
            if now == GONE and told.alive:
                await self._gone(told)
            told.state = now
        if self.world.instance.desk.is_open:
            assert await self.world.store.commands() == [], "what was asked is done"
            self.waiting = []

    @rule(
        chair=st.sampled_from(("auditor", "partner")),
        command=st.sampled_from(NOT_HERS),
        number=st.integers(0, 9),
    )
    @precondition(has_work)
    def tries_what_is_not_hers(self, chair: str, command: str, number: int) -> None:
        self.asks_the_desk(chair, command, number)

    @rule(chair=st.sampled_from(STAFF), verdict=st.sampled_from([*VERDICTS]), gates=GATES)
    @precondition(has_work)
    def reads_one_and_decides(self, chair: str, verdict: str, gates: int) -> None:
        self.world.fuse = gates or self.world.fuse

        async def decide() -> None:
            me = ("claimed", self.member[chair])
            if not any(told.state == me for told in self.all):
                waiting = [told for told in self.all if told.state == ("waiting", None)]
                await self.order(chair, "/next")
                assert sum(told.state == me for told in self.all) == (1 if waiting else 0)
                if not waiting:
                    return
            (mine,) = [told for told in self.all if told.state == me]
            deaths = self.world.deaths
            await self.order(chair, "/open")
            shown = await self.order(chair, "/open")
            if self.world.deaths == deaths:
                unread = [word for word in (*mine.words, *mine.added) if word not in shown]
                assert not unread, "she reads all that was told"
                await self.order(chair, verdict)
            if self.world.deaths == deaths:
                assert mine.state[0] == VERDICTS[verdict]

        self.run(decide())

    @rule(chair=st.sampled_from(STAFF), number=st.integers(0, 9), gates=GATES)
    @precondition(has_work)
    def wants_one_erased(self, chair: str, number: int, gates: int) -> None:
        self.asks_the_desk(chair, "/delete", number, gates)

    @rule(chair=st.sampled_from(STAFF), number=st.integers(0, 9), gates=GATES)
    @precondition(has_work)
    def replies_to_one(self, chair: str, number: int, gates: int) -> None:
        self.world.fuse = gates or self.world.fuse

        async def reply() -> None:
            told, before = self.chosen(chair, number), self.world.instance.desk.is_open
            text = f"Nous vous avons lue, {len(told.replies)}."
            had = len(await self.world.store.replies(told.case))
            await self.order(chair, "/reply", told, text)
            have = len(await self.world.store.replies(told.case))
            assert have in (had, had + 1)
            assert before or have == had, "a locked desk writes nothing"
            told.replies += [text] * (have - had)

        self.run(reply())

    @rule(chair=st.sampled_from(STAFF), number=st.integers(0, 9))
    @precondition(has_work)
    def bans_a_sender(self, chair: str, number: int) -> None:
        async def ban() -> None:
            told = self.chosen(chair, number)
            had = len(await self.world.store.bans())
            await self.order(chair, "/ban", told)
            if len(await self.world.store.bans()) > had and told.period == len(self.frozen):
                self.banned.add(told.who)

        self.run(ban())
        if self.banned:
            self.testifies(sorted(self.banned)[0])

    @rule()
    @precondition(lambda self: not self.world.instance.desk.is_open)
    def is_unlocked_at_the_console(self) -> None:
        self.run(self.world.does(self.world.unlock()))
        if not self.world.instance.desk.is_open:
            self.run(self.world.unlock())
        self.run(self.moved())

    # --- digests --------------------------------------------------------------------------------------------

    @initialize(crowd=st.booleans(), testified=st.sets(st.sampled_from(WITNESSES)))
    def some_testified_before(self, crowd: bool, testified: set[str]) -> None:
        if crowd:
            self.others |= {*self.run(self.world.crowd(31))}
            self.others_came = self.today
        for who in sorted(testified):
            self.testifies(who)

    @rule(who=st.sampled_from(WITNESSES))
    def testifies(self, who: str) -> None:
        self.tells(who, 1)
        self.sends_her_testimony(who)

    @rule(chair=st.sampled_from([*ROLES]), what=st.sampled_from(DIGESTS), gates=GATES)
    def asks_for_a_digest(self, chair: str, what: str, gates: int) -> None:
        self.world.fuse = gates or self.world.fuse
        before = len(self.run(self.world.store.digests()))
        if what == "bell":
            self.run(self.world.does(self.world.instance.desk.due()))
            self.run(self.moved())
            return
        self.run(self.order(chair, what))
        if chair not in STAFF:
            assert len(self.run(self.world.store.digests())) == before or self.waiting != []

    # --- time and death -------------------------------------------------------------------------------------

    @property
    def today(self) -> int:
        return int(self.world.clock.now // DAY_SECONDS)

    @rule(
        hours=st.sampled_from([1, 1, 2, 30, 80, 61 * 24, 61 * 24, 800 * 24]),
        opens=st.sampled_from([True, True, False]),
    )
    def time_passes(self, hours: int, opens: bool = True) -> None:
        async def pass_by() -> None:
            self.world.clock.now += hours * 3600
            deaths = -1
            while deaths != self.world.deaths:
                deaths = self.world.deaths
                await self.world.does(self.world.instance.tick())
                await self.world.does(self.world.instance.expire_drafts())
            await self._expired()

        self.run(pass_by())
        if opens and not self.world.instance.desk.is_open:
            self.is_unlocked_at_the_console()

    async def _expired(self) -> None:
        now = self.world.clock.now
        for who, begun in list(self.begun.items()):
            if now - begun > (DRAFT_HOURS + 1) * 3600:
                assert not (await self.world.state(who)).at, "her hours are over"
                self.forget(who)
            elif now - begun > (DRAFT_HOURS - 1) * 3600 and not (await self.world.state(who)).at:
                self.forget(who)
        for told in self.all:
            old = told.decided if told.decided is not None else told.day
            if told.alive and old < self.today - CODED_DAYS:
                assert await self.world.store.case(told.case) is None, "past its time"
                await self._gone(told)
            elif told.alive and told.decided is not None and told.decided < self.today - STORY_DAYS:
                parts = [item.part for item in await self.world.store.items(told.case)]
                assert not [part for part in parts if part == STORY or part.startswith(MORE)], "past its time"
        if self.others_came < self.today - CODED_DAYS:
            self.others.clear()
        await self.moved(by_itself=[("waiting", None)])

    @rule(gates=GATES)
    def is_ended_and_started_again(self, gates: int) -> None:
        """And killed in whatever is done next, after so many gates."""
        self.world.fuse = 0
        self.run(self.world.again())
        self.run(self.moved())
        self.world.fuse = gates

    @rule(who=st.sampled_from(WITNESSES), gates=GATES)
    def the_network_repeats_itself(self, who: str, gates: int) -> None:
        """What was acknowledged is delivered once more, within the day in which networks do that."""

        async def repeat() -> None:
            before = await self.world.state(who)
            self.world.fuse = gates or self.world.fuse
            await self.world.says_again(who)
            assert await self.world.state(who) == before

        if who in self.world.last and self.world.clock.now - self.world.last[who][0] < DAY_SECONDS:
            self.run(repeat())

    # --- what is true after each step -----------------------------------------------------------------------

    @invariant()
    def all_of_this_is_true(self) -> None:
        self.nobody_loses_a_word_she_was_acknowledged()
        self.every_testimony_is_one_case_and_nobody_elses()
        self.every_case_holds_what_was_told_and_no_more()
        self.a_frozen_digest_never_changes()
        self.a_partner_is_sent_each_digest_once()
        self.the_audit_log_only_grows_and_holds()
        self.her_words_are_shown_to_nobody_else()

    def nobody_loses_a_word_she_was_acknowledged(self) -> None:
        for who, words in self.drafts.items():
            texts = self.run(self.world.state(who)).texts
            kept = [word for said in texts.values() for text in said for word in spelled_in(text)]
            assert [word for word in kept if word in words] == words, (who, words, kept)

    def every_testimony_is_one_case_and_nobody_elses(self) -> None:
        cases = {row.case for row in self.run(self.world.store.cases())}
        assert cases == {told.case for told in self.all if told.alive} | self.others

    def every_case_holds_what_was_told_and_no_more(self) -> None:
        for told in self.all:
            if told.alive:
                self.run(self._holds(told))

    async def _holds(self, told: Told) -> None:
        row = await self.world.store.case(told.case)
        assert row is not None
        found: dict[str, list[str]] = {}
        for item in await self.world.store.items(told.case):
            if item.part == STORY or item.part.startswith(MORE):
                story = read_story(self._opened(row, item))
                texts = "\n".join(text for _, said in story.texts for text in said)
                found[item.part] = spelled_in(texts)
            told.boxes = [*{*told.boxes, item.box[200:232]}]
        over = told.decided is not None and self.today - told.decided > STORY_DAYS
        if over and not found:
            return
        assert found.pop(STORY, []) == told.words
        added = sorted(word for words in found.values() for word in words)
        assert added == sorted(told.added), (added, told)

    def _opened(self, row: CaseRow, item: ItemRow) -> bytes:
        instance = self.world.instance.dispatch._keys.instance
        return open_told(item.box, self.keys.identities, Expected(row.case, item.part), instance).body

    def a_frozen_digest_never_changes(self) -> None:
        rows = {row.period: (row.frozen, row.sha256) for row in self.run(self.world.store.digests())}
        assert {period: rows[period] for period in self.frozen} == self.frozen
        assert sorted(rows) == list(range(1, len(rows) + 1))
        if len(rows) > len(self.frozen):
            self.banned.clear()
        self.frozen = rows
        for row in self.run(self.world.store.cases()):
            if row.counted_in is not None:
                assert self.counted.setdefault(row.case, row.counted_in) == row.counted_in

    def a_partner_is_sent_each_digest_once(self) -> None:
        sent = [screen.text for who, screen in self.world.mouth.shown if who.chat == "partner"]
        for period in self.frozen:
            told = [text for text in sent if re.match(rf"Bilan n°\s{period}\n", text)]
            assert len({*told}) <= 1, "the same to the letter"
            assert len(told) <= 1 + self.world.deaths

    def the_audit_log_only_grows_and_holds(self) -> None:
        lines = self.run(self.world.store.audit_lines(limit=100_000))
        log = [(row.number, row.line, row.chain) for row in lines]
        assert log[: len(self.log)] == self.log
        assert audit.first_break(log) is None
        self.log = log

    def her_words_are_shown_to_nobody_else(self) -> None:
        tellers: dict[str, str] = {}
        for told in self.all:
            tellers |= dict.fromkeys(told.words, told.who)
        for who, screen in self.world.mouth.shown:
            for word in spelled_in(screen.text):
                assert who.chat in STAFF or who.chat == tellers.get(word, who.chat)

    def nothing_is_left_in_plain(self) -> None:
        spelled = [SPELLING.encode(), SPELLING.encode("utf-16-le"), SPELLING.upper().encode()]
        assert self.world.files_with(spelled) == []
        assert not [line for line in self.world.ear.told if SPELLING in line]


class InFiles(Service):
    keeper = "sqlite"


class OnAServer(Service):
    keeper = "postgresql"


LIVES = os.environ.get("SEUIL_LIVES", "")
TestInMemory, TestInFiles = Service.TestCase, InFiles.TestCase
TestInMemory.settings = TestInFiles.settings = settings(
    deadline=None,
    max_examples=int(LIVES or "12"),
    stateful_step_count=30,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
if LIVES:  # some seconds a life: where there is time
    TestOnAServer = OnAServer.TestCase
    TestOnAServer.settings = TestInFiles.settings
