"""What every store promises of people who talk: drafts, the updates that were answered, what is owed."""

from __future__ import annotations

from storage import ErrandRow, PersonRow, Store
from storage.changes import (
    SEEN_KEPT,
    DropDraft,
    DropErrand,
    ForgetSeen,
    KeepDraft,
    PutErrand,
    Seen,
)
from tests.pgkit import every_store
from tests.storekit import DAY, new_id, turn

store = every_store


# --- drafts -------------------------------------------------------------------------------------------------


async def test_a_draft_is_found_again_by_its_pseudonym(store: Store) -> None:
    pseudonym, draft = new_id(), new_id()

    assert await store.commit(turn(pseudonym, draft, 1, b"the box"))

    person = await store.person([pseudonym])
    assert person is not None
    assert person.draft is not None
    assert (person.draft.id, person.draft.revision, person.draft.box) == (draft, 1, b"the box")
    assert (person.seen, person.day) == ((1,), DAY)


async def test_a_draft_moves_one_revision_at_a_time(store: Store) -> None:
    pseudonym, draft = new_id(), new_id()
    assert not await store.commit(turn(pseudonym, draft, 2))
    assert await store.commit(turn(pseudonym, draft, 1))

    assert not await store.commit(turn(pseudonym, draft, 1))
    assert not await store.commit(turn(pseudonym, draft, 3))
    assert await store.commit(turn(pseudonym, draft, 2))


async def test_a_draft_is_not_written_over_by_one_of_another_id(store: Store) -> None:
    pseudonym, draft = new_id(), new_id()
    await store.commit(turn(pseudonym, draft, 1))

    assert not await store.commit(turn(pseudonym, new_id(), 2))

    person = await store.person([pseudonym])
    assert person is not None
    assert person.draft is not None
    assert person.draft.id == draft


async def test_the_first_known_pseudonym_answers(store: Store) -> None:
    today, yesterday, before = new_id(), new_id(), new_id()
    await store.commit(turn(yesterday, new_id(), 1))
    await store.commit(turn(before, new_id(), 1))

    found = await store.person([today, yesterday, before])

    assert found is not None
    assert found.pseudonym == yesterday
    assert await store.person([today]) is None
    assert await store.person([]) is None


async def test_a_dropped_draft_is_gone_and_its_updates_are_remembered(store: Store) -> None:
    pseudonym, draft = new_id(), new_id()
    await store.commit(turn(pseudonym, draft, 1))

    assert await store.commit((DropDraft(pseudonym),))

    assert await store.person([pseudonym]) == PersonRow(pseudonym, None, (1,), DAY)
    assert await store.count_drafts() == 0
    assert await store.commit(turn(pseudonym, new_id(), 1))


async def test_dropping_what_is_not_there_changes_nothing(store: Store) -> None:
    pseudonym = new_id()

    assert await store.commit((DropDraft(pseudonym),))

    assert await store.person([pseudonym]) is None


async def test_the_last_updates_are_remembered_oldest_first(store: Store) -> None:
    pseudonym = new_id()
    for update in range(SEEN_KEPT + 3):
        await store.commit((Seen(pseudonym, update, DAY),))

    person = await store.person([pseudonym])

    assert person is not None
    assert person.seen == tuple(range(3, SEEN_KEPT + 3))


async def test_what_is_remembered_is_what_is_kept_or_nothing(store: Store) -> None:
    pseudonym, draft = new_id(), new_id()
    assert store.remembered(pseudonym) is None

    for revision in (1, 2):
        await store.commit(turn(pseudonym, draft, revision))
        assert store.remembered(pseudonym) in (None, await store.person([pseudonym]))

    await store.commit((DropDraft(pseudonym), Seen(pseudonym, 3, DAY)))
    assert store.remembered(pseudonym) in (None, await store.person([pseudonym]))


async def test_an_update_answered_twice_is_remembered_once(store: Store) -> None:
    pseudonym = new_id()
    await store.commit((Seen(pseudonym, -(2**62), DAY),))
    await store.commit((Seen(pseudonym, -(2**62), DAY),))

    person = await store.person([pseudonym])

    assert person is not None
    assert person.seen == (-(2**62),)


async def test_people_without_a_draft_are_forgotten_in_time(store: Store) -> None:
    gone, recent, telling = new_id(), new_id(), new_id()
    await store.commit((Seen(gone, 1, DAY), Seen(recent, 1, DAY + 1), *turn(telling, new_id(), 1)))

    assert await store.commit((ForgetSeen(DAY + 1),))

    assert await store.person([gone]) is None
    assert await store.person([recent]) is not None
    assert await store.person([telling]) is not None


async def test_people_are_forgotten_a_few_at_a_time(store: Store) -> None:
    people = [bytes([first]) * 16 for first in (0x00, 0x3F, 0x40, 0x7F, 0x80, 0xFF)]
    for person in people:
        await store.commit((Seen(person, 1, DAY),))

    left = []
    for start, end in ((b"\x40", b"\x80"), (b"", b"\x40"), (b"\x80", b"")):
        assert await store.commit((ForgetSeen(DAY + 1, start, end),))
        left.append([person[0] for person in people if await store.person([person])])

    assert left == [[0x00, 0x3F, 0x80, 0xFF], [0x80, 0xFF], []]


async def test_forgetting_sees_what_the_same_change_wrote(store: Store) -> None:
    told, quiet = new_id(), new_id()
    await store.commit(turn(told, new_id(), 1))

    assert await store.commit(
        (DropDraft(told), Seen(quiet, 1, DAY), ForgetSeen(DAY + 1), Seen(quiet, 2, DAY))
    )

    assert await store.person([told]) is None
    assert await store.person([quiet]) == PersonRow(quiet, None, (2,), DAY)


async def test_drafts_are_counted_and_found_by_the_day_they_were_last_written(store: Store) -> None:
    old, new = new_id(), new_id()
    await store.commit((KeepDraft(old, new_id(), 1, b"old", DAY),))
    await store.commit((KeepDraft(new, new_id(), 1, b"new", DAY + 1),))

    assert await store.count_drafts() == 2
    assert [row.pseudonym for row in await store.drafts_before(DAY + 1)] == [old]
    assert len(await store.drafts_before(DAY + 2)) == 2


async def test_an_errand_is_kept_until_it_is_done(store: Store) -> None:
    first, second = sorted((new_id(), new_id()))
    await store.commit((PutErrand(second, 0, b"delete"), PutErrand(first, 7, b"owed")))

    assert await store.errands() == [ErrandRow(first, 7, b"owed"), ErrandRow(second, 0, b"delete")]
    assert await store.count_errands() == 2

    await store.commit((DropErrand(first, 7), DropErrand(new_id(), 9)))

    assert await store.errands() == [ErrandRow(second, 0, b"delete")]


async def test_an_errand_put_later_is_not_dropped_with_the_one_before(store: Store) -> None:
    errand = new_id()
    await store.commit((PutErrand(errand, 7, b"owed"),))

    await store.commit((PutErrand(errand, 8, b"owed again"), DropErrand(errand, 7)))

    assert await store.errands() == [ErrandRow(errand, 8, b"owed again")]
