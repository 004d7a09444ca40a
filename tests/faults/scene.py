"""All of it: a fleet, hundreds who talk to it, round after round of misfortune, and what became of everybody.

Never here: how one thing is made to happen (`draws`), who says what (`people`, `members`).
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from benchmarks.crowd.post import Post
from benchmarks.crowd.ways import TOKEN
from bot.moderation import reference
from bot.opening import Expected, open_told
from bot.testimony import STORY, read_story
from handlers import Address, keyring
from handlers.instance import KEYS, passphrase_at_hand
from handlers.intake import DAY_SECONDS
from handlers.telegram.updates import CHANNEL
from tests.faults.draws import deck
from tests.faults.fleet import Fleet, Keeper, Mode, Opened
from tests.faults.many import Many
from tests.faults.members import Moderator, Partner
from tests.faults.people import DRAFT_SECONDS, Lives, Outcome
from tests.telegram_crash import Drawer, Script

MODERATOR, PARTNER = 900_001, 900_002
"""Their chats."""

WAYS = 40
"""Walked beforehand in a house in memory; everybody retells one of them."""

CALM_EVERY = 10
"""Rounds after which it is seen that everybody who waits is answered."""

STILL_SECONDS = 150.0
"""All is well again, and who is not answered for so long is not answered any more: a message is insisted on
for a minute, and what stayed owed is tried again each minute."""

HURRY_SECONDS = 0.2
"""Between what a moderator says at the end: an answer of several messages comes within it."""

PAUSE_SECONDS = 0.8
"""Between two rounds, on average."""


@dataclass(slots=True)
class Scene:
    """`haste`: how long everything lasts, against what is usual. `only`: faults whose name holds one of these
    (all, where there is none)."""

    keeper: Keeper = "sqlite"
    mode: Mode = "polling"
    people: int = 500
    rounds: int = 200
    seed: int = 2017
    haste: float = 1.0
    pause: float = 4.0
    handing_in: float = 0.3
    """Share of the ways that end with a testimony."""
    many: bool = False
    """Several processes, on PostgreSQL and Redis, whatever `keeper` and `mode` say."""
    only: tuple[str, ...] = ()
    ways: int = WAYS
    still: float = STILL_SECONDS
    say: Callable[[str], None] = lambda _: None

    async def play(self) -> Outcome:
        chance = random.Random(self.seed)
        scripts = await self.ways_of(chance)
        outcome = Outcome()
        kind = (Many, "postgresql", "webhook") if self.many else (Fleet, self.keeper, self.mode)
        async with kind[0](kind[1], kind[2], chance, outcome.restarts) as fleet:
            crowd = Lives(fleet.post, chance, scripts, fleet.now, self.pause)
            crowd.outcome = outcome
            fleet.api.crowd = crowd
            moderator, partner = await self.seat(fleet, crowd)
            fleet.moved = lambda: crowd.drafts_are_gone(older_than=DRAFT_SECONDS)
            fleet.forgot = crowd.drafts_are_gone
            await self._live(fleet, crowd, moderator, chance)
            outcome.stayed_down = fleet.stayed_down
            outcome.refused = fleet.api.faults.total()
            for fault, times in fleet.api.faults.items():
                self.say(f"refused {times} times: {fault}")
            await self._judge(fleet, crowd, moderator, partner)
            self._read_logs(fleet, crowd)
        return outcome

    async def ways_of(self, chance: random.Random) -> list[Script]:
        drawer = Drawer(chance)
        many = round(self.ways * self.handing_in)
        return [await drawer.script(f"w{n}", hands_in=n < many) for n in range(self.ways)]

    async def seat(self, fleet: Fleet, crowd: Lives) -> tuple[Moderator, Partner]:
        """The two members join, as anybody would with a code."""
        instance = await fleet.opened()
        today = int(fleet.now() // DAY_SECONDS)
        for chat, role, name in ((MODERATOR, "moderator", "Ana"), (PARTNER, "partner", "Refuge")):
            code = await instance.members.invite(role, name, today)  # type: ignore[arg-type]  # a role by name
            assert await instance.members.join(Address(CHANNEL, str(chat)), code, today, "fr") != "already"
        await instance.close()
        moderator = Moderator(MODERATOR, send=crowd.send, next_id=crowd.message_id)  # type: ignore[arg-type]  # any person
        partner = Partner(PARTNER, send=crowd.send, next_id=crowd.message_id)  # type: ignore[arg-type]  # any person
        for member in (moderator, partner):
            crowd.join(member)
        return moderator, partner

    # --- living ---------------------------------------------------------------------------------------------

    async def _live(self, fleet: Fleet, crowd: Lives, moderator: Moderator, chance: random.Random) -> None:
        outcome = crowd.outcome
        for name in fleet.bots:
            await fleet.start(name)
        crowd.start(self.people)
        partner = crowd.people[PARTNER]
        assert isinstance(partner, Partner)
        partner.plan("/format text", 0.5)
        moderator.plan("/next", 1.0)
        try:
            for number, fault in enumerate(islice(deck(fleet, chance, self.only), self.rounds), 1):
                began = time.monotonic()
                await fault.act(fleet, chance, self.haste)
                outcome.rounds, outcome.befell[fault.name] = number, outcome.befell[fault.name] + 1
                told = f"{outcome.answers:,} answers, {outcome.finished:,} lives"
                self.say(
                    f"{number} of {self.rounds}: {fault.name} ({time.monotonic() - began:.1f} s); {told}"
                )
                await asyncio.sleep(chance.uniform(0.0, 2 * PAUSE_SECONDS) * self.haste)
                moderator.look()
                partner.look()
                if number % CALM_EVERY == 0 and not await self._calm(fleet, crowd):
                    break
            await self._end(fleet, crowd, moderator, partner)
        finally:
            crowd.stop()
            for member in (moderator, partner):
                member.rests()

    async def _calm(self, fleet: Fleet, crowd: Lives) -> bool:
        """All is well: whoever waits now is answered."""
        waiting, until = crowd.waiting(), time.monotonic() + self.still
        while waiting and time.monotonic() < until:
            await asyncio.sleep(0.05)
            waiting &= crowd.waiting()
        if waiting:
            self.say(f"{len(waiting)} people are left alone; {fleet.last_words()}")
        return not waiting

    async def _end(self, fleet: Fleet, crowd: Lives, moderator: Moderator, partner: Partner) -> None:
        """Everybody comes to her end, and all processes to theirs."""
        await self.end_talking(crowd, moderator)
        await self.members_end(fleet, crowd, moderator, partner)
        await self.all_confirmed(fleet.post, crowd)
        for name in fleet.bots:
            await fleet.end(name)

    async def end_talking(self, crowd: Lives, moderator: Moderator) -> None:
        """Everybody comes to her end; who does not was left alone."""
        crowd.ending, crowd.pause = True, 0.02
        answers, since = -1, time.monotonic()
        while crowd.tellers:
            if crowd.outcome.answers + crowd.outcome.lost_by_design != answers:
                answers, since = crowd.outcome.answers + crowd.outcome.lost_by_design, time.monotonic()
            if time.monotonic() - since > self.still:
                break
            await asyncio.sleep(0.05)
            moderator.look()
        crowd.give_up()

    async def members_end(self, fleet: Fleet, crowd: Lives, moderator: Moderator, partner: Partner) -> None:
        """She reads all that waits and sends the last digest; the partner is answered, and has every
        digest."""
        await fleet.unlock()
        partner.rests()
        partner.says("/help")
        moderator.ending, moderator.longest = True, HURRY_SECONDS
        moderator.plan("/next")
        decided, since = -1, time.monotonic()
        while (not moderator.is_through or partner.waiting) and time.monotonic() - since < self.still:
            if len(moderator.approved) != decided:
                decided, since = len(moderator.approved), time.monotonic()
            moderator.look()
            await asyncio.sleep(0.05)
        crowd.outcome.unanswered += (not moderator.is_through) + partner.waiting

    async def all_confirmed(self, post: Post, crowd: Lives) -> None:
        """Nothing is left at Telegram: it would bring it again for a day."""
        until = time.monotonic() + self.still
        # nobody tells when the last one is confirmed
        while post.unconfirmed and time.monotonic() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        crowd.outcome.unconfirmed = post.unconfirmed

    # --- what became of it ----------------------------------------------------------------------------------

    async def _judge(self, fleet: Fleet, crowd: Lives, moderator: Moderator, partner: Partner) -> None:
        unlocked = keyring.unlock(fleet.settings.data / KEYS, passphrase_at_hand(fleet.settings) or "")
        instance = await fleet.opened()
        try:
            told, states = await _opened(instance, unlocked)
            _judge_cases(crowd, told)
            decided = {ref for ref, state in states if state == "approved"}
            crowd.outcome.decided = len(moderator.approved)
            crowd.outcome.lost += len(moderator.approved - decided)
            await _judge_digests(instance, crowd.outcome, partner)
        finally:
            await instance.close()

    def _read_logs(self, fleet: Fleet, crowd: Lives) -> None:
        """No log holds a word, a chat, a receipt, a token or a key of anybody."""
        instance = (fleet.settings.data / "instance.key").read_bytes()
        keys = {TOKEN, instance.hex(), str(instance)}
        for name in fleet.bots:
            log = fleet.log(name).read_text("utf-8", "replace")
            words = set(re.findall(r"\w+", log))
            crowd.outcome.leaked += len(words & crowd.words) + len(words & set(map(str, crowd.chats)))
            told = [*keys, *(" ".join(eight) for eight in crowd.receipts)]
            crowd.outcome.leaked += sum(each in log for each in told)


async def _opened(
    instance: Opened, unlocked: keyring.Unlocked
) -> tuple[list[tuple[str, ...]], list[tuple[str, str]]]:
    """Every story that is kept, and every case with its state."""
    told: list[tuple[str, ...]] = []
    states: list[tuple[str, str]] = []
    for row in await instance.store.cases():
        states.append((reference(row.case), row.state))
        for item in await instance.store.items(row.case):
            if item.part == STORY:
                expected = Expected(row.case, STORY)
                body = open_told(item.box, unlocked.identities, expected, instance.members.instance).body
                told.append(tuple(dict(read_story(body).texts)["narrative"]))
    return told, states


def _judge_cases(crowd: Lives, told: list[tuple[str, ...]]) -> None:
    outcome = crowd.outcome
    outcome.submitted = len(told)
    found = set(told)
    outcome.lost += len(crowd.must - found)
    outcome.doubled += len(told) - len(found)
    outcome.strange += len(found - crowd.must - crowd.may)


async def _judge_digests(instance: Opened, outcome: Outcome, partner: Partner) -> None:
    """Each was made once, and came; what came twice came the same."""
    rows = await instance.store.digests()
    outcome.digests = len(rows)
    numbers = [row.period for row in rows]
    outcome.doubled += len(numbers) - len(set(numbers))
    outcome.strange += len(set(partner.digests) - set(numbers))
    outcome.strange += sum(len(set(texts)) > 1 for texts in partner.digests.values())
    for row in rows:
        owed = await instance.store.deliveries(row.period)
        outcome.lost += sum(each.state != "sent" for each in owed) + (row.period not in partner.digests)
        outcome.shown_again += len(partner.digests.get(row.period, [""])) - 1


__all__ = ["Outcome", "Scene"]
