"""Digest after digest, at a real desk: nothing told in one helps with another."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from bot.digest import Digest, compose, freeze, thaw
from bot.disclosure import protect
from bot.figures import SafeTally
from bot.formats import FORMATS
from bot.tally import Coded, tally
from storage import open_store
from storage.changes import Move, Withdraw
from tests.attack.attacker import NONE, Attacker, Release, read
from tests.deskkit import PASSPHRASE, WORDS, House, Testimony
from tests.people import coded

WHAT = ("calls", "letters", "threats", "came_back", "insults")
WHO = ("delivery", "plumber", "caretaker", "")


@pytest.fixture
async def house() -> House:
    made = House(await open_store("memory:"))
    await made.seat()
    await made.desk.unlock(PASSPHRASE)
    return made


def neighbours(seed: int, size: int) -> list[Testimony]:
    """Made-up testimonies, uneven as life is."""
    chance = random.Random(seed)
    return [
        Testimony(
            answers={
                "what_happened": tuple(sorted({chance.choice(WHAT), chance.choice(WHAT[:2])})),
                "who_came": tuple(filter(None, [chance.choice(WHO)])),
            },
            share="none" if chance.random() < 0.1 else "stats_only",
        )
        for _ in range(size)
    ]


async def approve(house: House, *testimonies: Testimony) -> None:
    await house.tell(*testimonies)
    for told in testimonies:
        assert await house.store.commit((Move(told.case, ("waiting",), "approved", house.today),))


async def withdraw(house: House, told: Testimony) -> None:
    keep = told.change()[0]
    assert await house.store.commit((Withdraw(keep.locator, keep.token_hash),))  # type: ignore[union-attr]  # a KeepCase


async def frozen(house: House) -> list[bytes]:
    return [house.desk.digests.frozen(row) for row in await house.store.digests()]


def copies(digest: bytes) -> Release:
    """What the French and the English partner hold, laid together."""
    return read(*(FORMATS["json"](digest, WORDS[language]).files[0].body for language in ("fr", "en")))


def figures_of(*testimonies: Testimony) -> SafeTally:
    """What a digest of exactly these testimonies tells."""
    safe = protect(tally(Coded(told.answers, told.share, told.tag, "fr") for told in testimonies))
    assert isinstance(safe, SafeTally)
    return safe


async def test_two_digests_share_no_person_and_a_change_tells_what_both_told(house: House) -> None:
    first, second = neighbours(1, 60), neighbours(2, 75)

    for told in (first, second):
        await approve(house, *told)
        await house.desk.due()
    one, two = [thaw(digest) for digest in await frozen(house)]

    assert (one.figures, two.figures) == (figures_of(*first), figures_of(*second))
    before, after = (copies(digest) for digest in await frozen(house))
    assert not before.told_before
    assert after.told_before
    assert after.told_before.items() <= before.told.items()


async def test_who_withdraws_after_the_digest_changes_neither_it_nor_the_next(house: House) -> None:
    """Were she taken out of the next figures, the difference would be her."""
    first, second = neighbours(3, 60), neighbours(4, 60)
    await approve(house, *first)
    await house.desk.due()
    (sent,) = await frozen(house)

    for told in first[:5]:
        await withdraw(house, told)
    await approve(house, *second)
    await house.desk.due()

    resent, following = await frozen(house)
    assert resent == sent
    assert thaw(following).figures == figures_of(*second)
    assert thaw(following).change == changes(thaw(sent), thaw(following))


def changes(before: Digest, after: Digest) -> object:
    """What may be said to have changed: differences of numbers both digests tell."""
    cells = []
    for was, now in zip(before.figures.tables, after.figures.tables, strict=True):
        for then, cell in zip(was.cells, now.cells, strict=True):
            if then.count is not None and cell.count is not None:
                cells.append((now.id, cell.code, cell.count - then.count))
    assert after.change is not None
    people = after.figures.people - before.figures.people
    return replace(after.change, since=before.number, people=people, cells=tuple(cells))


async def test_who_withdraws_before_the_digest_is_in_none(house: House) -> None:
    told = neighbours(5, 60)
    await approve(house, *told)

    await withdraw(house, told[0])
    await house.desk.due()

    (digest,) = await frozen(house)
    assert thaw(digest).figures == figures_of(*told[1:])


async def test_a_period_that_rolls_over_is_told_once_and_whole(house: House) -> None:
    """Two bells with too few people leave nothing to subtract: one digest, of all of them."""
    few, more, enough = neighbours(6, 15), neighbours(7, 10), neighbours(8, 30)

    for told in (few, more):
        await approve(house, *told)
        await house.desk.due()
        assert await frozen(house) == []
        house.now += 31 * 86_400
    await approve(house, *enough)
    await house.desk.due()

    (digest,) = [thaw(digest) for digest in await frozen(house)]
    assert digest.figures == figures_of(*few, *more, *enough)
    assert digest.first_month < digest.last_month


async def test_one_tag_in_two_periods_is_a_person_of_each_and_links_them_by_nothing(house: House) -> None:
    """She is in both digests as anybody: the second is what it would be, had she never been in the first."""
    hers = b"the same person."
    first = [*neighbours(9, 40), Testimony(tag=hers)]
    second = [*neighbours(10, 40), Testimony(tag=hers)]

    for told in (first, second):
        await approve(house, *told)
        await house.desk.due()

    assert [thaw(digest).figures for digest in await frozen(house)] == [
        figures_of(*first),
        figures_of(*second),
    ]


def test_the_attacker_does_find_newcomers_where_digests_overlap() -> None:
    """Proof that the attack can succeed: if the second digest counted the first one's people again, the three
    who came between them would be found."""
    first = [coded(n, what_happened="calls" if n < 40 else "", who_came="delivery") for n in range(100)]
    second = [*first, *(coded(n, what_happened="calls letters", who_came="plumber") for n in range(100, 103))]
    attacker = Attacker(*(known(one) for one in (first, second)), growing=True)

    assert attacker.growth(("what_happened", "messages")) == (3, 3)
    low, high = attacker.growth(("who_came", NONE))
    assert high - low < 10


def known(people: list[Coded]) -> Release:
    """The release of these people for a reader who knows its numbers unrounded."""
    exact = tally(people)
    safe = protect(exact)
    assert isinstance(safe, SafeTally)
    told = copies_of(safe)
    numbers = {("people",): exact.people} | {
        (variable.id, category.code): count
        for variable in exact.design.variables
        for category, count in zip(variable.categories, exact.counts[variable.id], strict=True)
    }
    return replace(told, rounding=1, told={key: numbers[key] for key in told.told if key in numbers})


def copies_of(safe: SafeTally) -> Release:
    return copies(freeze(compose(number=1, months=("2026-07", "2026-09"), figures=safe, before=None)))
