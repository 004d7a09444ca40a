"""The ledger of digests: once by constraint, in every store, and nothing of a delivery is forgotten."""

from __future__ import annotations

import hashlib

from storage import DeliveryRow, Store
from storage.changes import (
    DueDelivery,
    FreezeDigest,
    KeepRendition,
    MarkDelivery,
    MarkDigest,
)
from tests.pgkit import every_store
from tests.storekit import DAY, MEMBER, OTHER, all_of, approved, new_id, submitted

store = every_store


ONE, TWO = (FreezeDigest(number, DAY, b"", b"", ()) for number in (1, 2))


async def test_a_period_is_frozen_once_and_counts_its_cases(store: Store) -> None:
    case, later = new_id(), new_id()
    await store.commit(approved(case, "coded"))
    await store.commit(approved(later, "coded"))
    freeze = FreezeDigest(1, DAY, b"frozen", hashlib.sha256(b"frozen").digest(), (case,))

    assert await store.commit((freeze,))
    assert not await store.commit((freeze,))

    digest = await store.digest(1)
    assert digest is not None
    assert (digest.state, digest.frozen) == ("frozen", b"frozen")
    assert await store.digests() == [digest]
    assert [item.case for item in await all_of(store.coded_items())] == [later]
    counted = await store.case(case)
    assert counted is not None
    assert counted.counted_in == 1


async def test_a_digest_counts_nobody_who_withdrew_or_was_counted(store: Store) -> None:
    counted, withdrawn, waiting = new_id(), new_id(), new_id()
    await store.commit(approved(counted, "coded"))
    await store.commit(submitted(waiting, "coded"))
    await store.commit((FreezeDigest(1, DAY, b"", b"", (counted,)),))

    for case in (counted, withdrawn, waiting):
        assert not await store.commit((FreezeDigest(2, DAY, b"", b"", (case,)),))

    assert await store.digest(2) is None
    assert await store.commit((FreezeDigest(2, DAY, b"", b"", ()),))


async def test_a_digest_is_marked_only_from_the_states_named(store: Store) -> None:
    await store.commit((FreezeDigest(1, DAY, b"", b"", ()),))

    assert not await store.commit((MarkDigest(1, ("held",), "approved"),))
    assert not await store.commit((MarkDigest(2, ("frozen",), "approved"),))
    assert await store.commit((MarkDigest(1, ("frozen", "held"), "approved"),))

    digest = await store.digest(1)
    assert digest is not None
    assert digest.state == "approved"


async def test_a_delivery_is_owed_once_and_sent_once(store: Store) -> None:
    assert not await store.commit((DueDelivery(1, MEMBER),))
    await store.commit((FreezeDigest(1, DAY, b"", b"", ()), FreezeDigest(2, DAY, b"", b"", ())))
    await store.commit((DueDelivery(1, MEMBER), DueDelivery(1, MEMBER), DueDelivery(2, MEMBER)))

    assert await store.commit((MarkDelivery(1, MEMBER, "failed"),))
    assert await store.commit((MarkDelivery(1, MEMBER, "sent"),))
    assert not await store.commit((MarkDelivery(1, MEMBER, "sent"),))
    assert not await store.commit((MarkDelivery(1, OTHER, "sent"),))
    await store.commit((DueDelivery(1, MEMBER),))

    assert await store.deliveries(1) == [DeliveryRow(1, MEMBER, "sent", 2)]
    assert await store.deliveries() == [DeliveryRow(1, MEMBER, "sent", 2), DeliveryRow(2, MEMBER, "due", 0)]


async def test_a_delivery_remembers_why_it_failed_and_when_it_is_tried_again(store: Store) -> None:
    await store.commit((ONE, DueDelivery(1, MEMBER)))

    assert await store.commit((MarkDelivery(1, MEMBER, "failed", "unreachable", 29_833_333),))
    assert await store.deliveries() == [DeliveryRow(1, MEMBER, "failed", 1, "unreachable", 29_833_333)]
    assert await store.commit((MarkDelivery(1, MEMBER, "given-up", "refused"),))
    assert await store.deliveries() == [DeliveryRow(1, MEMBER, "given-up", 2, "refused", 0)]


async def test_a_delivery_begins_anew_only_where_that_is_asked(store: Store) -> None:
    await store.commit((ONE, DueDelivery(1, MEMBER), DueDelivery(1, OTHER)))
    await store.commit((MarkDelivery(1, MEMBER, "given-up", "blocked", 7), MarkDelivery(1, OTHER, "sent")))
    given_up, sent = DeliveryRow(1, MEMBER, "given-up", 1, "blocked", 7), DeliveryRow(1, OTHER, "sent", 1)

    await store.commit((DueDelivery(1, MEMBER), DueDelivery(1, OTHER)))
    assert await store.deliveries() == [given_up, sent]
    await store.commit((DueDelivery(1, MEMBER, "unsent"), DueDelivery(1, OTHER, "unsent")))
    assert await store.deliveries() == [DeliveryRow(1, MEMBER, "due", 0), sent]
    await store.commit((DueDelivery(1, OTHER, "always"),))

    assert await store.deliveries() == [DeliveryRow(1, MEMBER, "due", 0), DeliveryRow(1, OTHER, "due", 0)]
    assert await store.commit((MarkDelivery(1, OTHER, "sent"),))


async def test_a_digest_is_kept_as_it_was_rendered_first(store: Store) -> None:
    assert not await store.commit((KeepRendition(1, "fr", b"early"),))
    await store.commit((ONE, TWO))

    assert await store.commit((KeepRendition(1, "fr", b"first"),))
    assert await store.commit((KeepRendition(1, "fr", b"second"), KeepRendition(1, "en", b"english")))

    assert await store.rendition(1, "fr") == b"first"
    assert await store.rendition(1, "en") == b"english"
    assert await store.rendition(2, "fr") is None


def test_what_a_digest_says_is_in_no_repr() -> None:
    assert "canary" not in repr(KeepRendition(1, "fr", b"canary"))
