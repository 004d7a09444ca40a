"""It is promised that an answer which was owed is shown, though the store was away just when it was to be."""

from __future__ import annotations

import pytest

from bot.errors import SeuilError, StoreAway
from handlers import Address, Screen
from storage import ErrandRow, PersonRow
from storage.changes import Change
from storage.memory import MemoryStore
from tests.stage import WORDS, Recorder, Stage, receipt_in

FR = WORDS["fr"]


def away() -> SeuilError:
    return StoreAway("The store is away.", hint="Wait.")


class Away(MemoryStore):
    """A store that is away when `at` is asked of it, so many times."""

    at = ""
    times = 0
    dies = False

    def _look(self, at: str) -> None:
        if at == self.at and self.times:
            self.times -= 1
            raise away()

    async def errands(self) -> list[ErrandRow]:
        self._look("errands")
        return await super().errands()

    def remembered(self, pseudonym: bytes) -> PersonRow | None:
        self._look("remembered")
        return super().remembered(pseudonym)

    async def commit(self, change: Change) -> bool:
        self._look("commit")
        kept = await super().commit(change)
        if self.dies:
            self.dies = False
            raise Died
        return kept


class Died(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("at", ["errands", "remembered"])
async def test_what_was_owed_at_the_start_is_shown_by_the_clock_where_the_store_was_away(at: str) -> None:
    store = Away()
    killed = Stage(store=store)
    for name in ("Rose", "Lila"):
        await killed.to_story(name)
        store.dies = True
        with pytest.raises(Died):
            await killed.hear(name, "Un.", update=900)

    store.at, store.times = at, 1
    stage = Stage(store=store, shelf=killed.shelf)
    await stage.dispatch.resume({"terminal": stage.channel})
    await stage.dispatch.resume({"terminal": stage.channel}, all=False)
    await stage.dispatch.resume({"terminal": stage.channel}, all=False)

    assert sorted((who.chat, screen.text) for who, screen in stage.channel.shown) == [
        ("Lila", FR.say("narrative-more-messages")),
        ("Rose", FR.say("narrative-more-messages")),
    ]
    assert stage.dispatch.unreached == 0


class Falling(Recorder):
    """The store is away for a moment once the first receipt was shown."""

    store: Away

    async def show(self, who: Address, *screens: Screen) -> tuple[int, ...]:
        if not self.store.at and any(receipt_in(screen.text) for screen in screens):
            self.store.at, self.store.times = "commit", 1
        return await super().show(who, *screens)


async def test_who_saw_her_receipt_is_not_told_that_nothing_was_kept() -> None:
    """The store went away before the receipt was destroyed here: that is done when she speaks next."""
    store, channel = Away(), Falling()
    channel.store = store
    stage = Stage(store=store, channel=channel)

    receipt = await stage.testify("Rose", "Il est entré.")
    shown = [screen.text for _, screen in channel.shown]
    again = await stage.hear("Rose", "AIDE")

    assert FR.say("failed") not in shown
    assert len(await store.cases()) == 1
    assert any(receipt_in(text) == receipt for text in again)
    assert not any(map(receipt_in, await stage.hear("Rose", "AIDE"))), "and now it is destroyed"
