"""SQLite and PostgreSQL do what the memory store does: the same answers, and the same in all that can be read
after."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from storage import Store, open_store
from storage.changes import (
    STATES,
    AskSecond,
    Audit,
    Ban,
    Change,
    DropDraft,
    DropErrand,
    DropItems,
    DropMember,
    DueDelivery,
    EraseCase,
    FinishCommand,
    ForgetSeen,
    FreezeDigest,
    KeepCase,
    KeepDraft,
    KeepItem,
    KeepRendition,
    KeepReply,
    MarkDelivery,
    MarkDigest,
    Move,
    PutErrand,
    PutInvite,
    PutMember,
    PutMeta,
    QueueCommand,
    Seen,
    TakeSecond,
    Unban,
    UseInvite,
    Withdraw,
)
from storage.memory import MemoryStore
from storage.sealed import KINDS, Rewrap, SealedRow
from tests.pgkit import emptied_url
from tests.storekit import all_of

PEOPLE = [bytes([n]) * 16 for n in range(1, 4)]
CASES = [bytes([n]) * 16 for n in (9, 200, 77)]
PARTS = ["coded", "story", "add-1", "add-2", "add"]
MEMBERS = [b"m1", b"m2"]
WORDS = ["", "a", "é·", "owner"]

person, case, part, member = (st.sampled_from(pool) for pool in (PEOPLE, CASES, PARTS, MEMBERS))
day, number, box = st.integers(1, 3), st.integers(1, 4), st.sampled_from([b"", b"\0", b"box", b"x" * 3000])
word = st.sampled_from(WORDS)
state = st.sampled_from(STATES)
arrival = st.sampled_from(["waiting", "quarantined"])
digest_state = st.sampled_from(["frozen", "held", "approved"])


def some(of: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(of, max_size=3).map(tuple)


sealed_key = {
    "item": st.tuples(case, part),
    "command": st.tuples(number),
    "digest": st.tuples(number),
    "rendition": st.tuples(number, word),
}
rewrap = st.one_of(
    st.builds(Rewrap, st.builds(SealedRow, st.just(kind), key, number, box), box, number)
    for kind, key in sealed_key.items()
)

operation = st.one_of(
    rewrap,
    st.builds(KeepDraft, person, st.sampled_from(PEOPLE[:2]), number, box, day),
    st.builds(DropDraft, person) | st.builds(DropDraft, person, st.sampled_from(PEOPLE[:2]), number),
    st.builds(Seen, person, st.integers(-3, 12), day),
    st.builds(ForgetSeen, day, st.sampled_from([b"", *PEOPLE]), st.sampled_from([b"", *PEOPLE])),
    st.builds(PutErrand, person, number, box),
    st.builds(DropErrand, person, number),
    st.builds(KeepCase, case, day, case, box, member, arrival),
    st.builds(KeepItem, case, part, number, box, st.booleans()),
    st.builds(DropItems, case, some(st.sampled_from([*PARTS, "add-", "-"]))),
    st.builds(Withdraw, case, member),
    st.builds(EraseCase, case),
    st.builds(Move, case, some(state), state, day, st.none() | member, st.none() | member),
    st.builds(KeepReply, case, box),
    st.builds(QueueCommand, word.map(str.encode), box),
    st.builds(FinishCommand, number),
    st.builds(PutMember, member, st.sampled_from(CASES[:2]), word, box, day, word, st.booleans()),
    st.builds(DropMember, member),
    st.builds(PutInvite, member, word, day, word),
    st.builds(UseInvite, member),
    st.builds(Ban, member, day),
    st.builds(Unban, member),
    st.builds(AskSecond, word, member, day),
    st.builds(TakeSecond, word, member),
    st.builds(Audit, day, word, word, word),
    st.builds(FreezeDigest, number, day, box, member, st.lists(case, max_size=2).map(tuple)),
    st.builds(MarkDigest, number, some(digest_state), digest_state),
    st.builds(KeepRendition, number, word, box),
    st.builds(DueDelivery, number, member, st.sampled_from(["never", "unsent", "always"])),
    st.builds(
        MarkDelivery, number, member, st.sampled_from(["due", "sent", "failed", "given-up"]), word, number
    ),
    st.builds(PutMeta, word, box),
)
# A case is often there, and a person often writes: otherwise most changes would be refused at once.
begun = st.tuples(st.builds(KeepCase, case, day, case, box, member))
change = st.one_of(st.lists(operation, min_size=1, max_size=4).map(tuple), begun)
waves = st.lists(st.lists(change, min_size=1, max_size=6), min_size=1, max_size=6)
"""Changes that many people make at once, several times over."""


async def everything(store: Store) -> list[object]:
    """All that can be read of what the strategies above can write."""
    return [
        [await store.person([one]) for one in PEOPLE],
        await store.person(PEOPLE),
        [await store.count_drafts(), await store.errands()],
        [await store.drafts_before(n) for n in (2, 4)],
        [(await store.sealed(kind, None, 99), await store.count_sealed(kind)) for kind in KINDS],
        [await store.case(one) for one in CASES],
        [await store.case_at(one) for one in CASES],
        [await store.cases(), await store.cases("approved", "claimed"), await store.cases("waiting")],
        [(await store.items(one), await store.replies(one)) for one in CASES],
        [await all_of(store.coded_items()), await store.count_coded()],
        await store.retention(story_before=3, coded_before=2),
        [row.box for row in await store.commands()],
        [await store.members(), await store.members("owner"), await store.member_at(CASES[0])],
        [await store.invites(), await store.invite(MEMBERS[0]), await store.bans()],
        [await store.asked_second(one) for one in WORDS],
        [
            await store.audit_lines(),
            await store.digests(),
            await store.deliveries(),
            await store.deliveries(2),
            [await store.rendition(n, one) for n in range(1, 5) for one in WORDS],
        ],
        [await store.meta(one) for one in WORDS],
    ]


@settings(deadline=None, max_examples=60)
@given(waves)
def test_sqlite_gives_the_answers_of_the_reference(happened: list[list[Change]]) -> None:
    folder = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    try:
        asyncio.run(_compare(f"sqlite:{folder / 'data'}", happened))
    finally:
        shutil.rmtree(folder)


@settings(deadline=None, max_examples=25)
@given(waves)
def test_postgresql_gives_the_answers_of_the_reference(happened: list[list[Change]]) -> None:
    async def in_an_empty_one() -> None:
        await _compare(await emptied_url(), happened)

    asyncio.run(in_an_empty_one())


async def _compare(url: str, happened: list[list[Change]]) -> None:
    reference, store = MemoryStore(), await open_store(url)
    try:
        for wave in happened:
            expected = [await reference.commit(one) for one in wave]
            assert await asyncio.gather(*(store.commit(one) for one in wave)) == expected
            assert await everything(store) == await everything(reference)
        await store.close()
        store = await open_store(url)  # nothing of it stood in memory only
        assert await everything(store) == await everything(reference)
        await store.check()
    finally:
        await store.close()
