"""Freezing a digest marks every case of its period at once: all of them or none, and in little memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import open_store
from storage.changes import FreezeDigest, PutMeta
from storage.sqlite import SqliteStore
from tests.storekit import DAY, approved, new_id


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await open_store(f"sqlite:{tmp_path / 'data'}")
    assert isinstance(opened, SqliteStore)
    yield opened
    await opened.close()


@pytest.mark.parametrize("sound", [True, False])
async def test_a_digest_is_frozen_in_a_transaction_of_its_own(store: SqliteStore, sound: bool) -> None:
    """It marks every case of its period: a savepoint around it would hold all their rows in memory."""
    cases = [new_id() for _ in range(3)]
    for case in cases:
        await store.commit(approved(case, "coded"))
    said: list[str] = []
    await store._writer.set_trace_callback(said.append)
    freeze = FreezeDigest(1, DAY, b"frozen", bytes(32), cases if sound else [*cases, new_id()])

    answers = await asyncio.gather(
        store.commit((PutMeta("before", b"1"),)),
        store.commit((PutMeta("in it", b"1"), freeze, PutMeta("as well", b"1"))),
        store.commit((PutMeta("after", b"1"),)),
    )

    assert answers == [True, sound, True]
    assert [await store.meta(key) for key in ("before", "after")] == [b"1", b"1"]
    assert [await store.meta(key) for key in ("in it", "as well")] == [b"1" if sound else None] * 2
    assert [row.counted_in for row in await store.cases()] == [1 if sound else None] * 3
    last = max(at for at, sql in enumerate(said) if sql.startswith("INSERT INTO digest"))
    began = max(at for at, sql in enumerate(said[:last]) if sql.startswith("BEGIN"))
    assert "SAVEPOINT change" not in said[began:last]
