"""A whole instance that can be driven step by step, killed between any two of them, and started again.

Real: the instance, its store, shelf, keys, desk and words. Made up: the clock, the one channel, and death.
What passes a gate (a commit, a message shown, an acknowledgement) may be the last thing that this life of the
program does: everything behind a closed gate waits for ever, as it would after `kill -9`. Then the store and
the shelf are opened again, and the network delivers once more what was not acknowledged. (That SIGKILL itself
does no more than this is `tests.crash`.)

Never here: what must be true. That is said in `tests.test_service`.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, TypeVar
from unittest.mock import patch

from bot.places import Place, place
from bot.questions import QUESTIONNAIRE
from bot.receipts import reply_key_hash
from bot.sealing import Context, seal_told
from bot.secret import SecretStr
from bot.settings import Settings
from bot.testimony import CODED, SCHEMA, CodedPart, ConsentRecord, write_coded
from bot.turns import State
from handlers import Address, Heard, Kind, Screen, hall, instance, keyring
from handlers.drafts import find
from handlers.instance import Instance, lay_keys, open_instance, passphrase_at_hand, seat_chairs
from storage import Store, open_store
from storage.changes import Change, KeepCase, KeepItem, Move
from storage.memory import MemoryStore
from tests.pgkit import emptied_url
from tests.stage import CHEAP, VOCABULARIES, WORDS, Clock, Recorder, receipt_in

T = TypeVar("T")

QUICK: Final = 10
"""scrypt's work factor: a thousandth of the real one."""

DAY_SECONDS: Final = 86_400

MOST_TURNS: Final = 70
"""Turns from the story to the end, everything passed: some forty."""


class Mortal:
    """A store that may be the last thing a life of the program touches."""

    def __init__(self, store: Store, gate: Callable[[], Awaitable[None]]) -> None:
        self.store = store
        self._gate = gate

    async def commit(self, change: Change) -> bool:
        await self._gate()
        done = await self.store.commit(change)
        await self._gate()
        return done

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


class Mouth(Recorder):
    """A channel of which people see what passed its gate."""

    def __init__(self, gate: Callable[[], Awaitable[None]]) -> None:
        super().__init__("terminal")
        self._gate = gate

    def show(self, who: Address, *screens: Screen) -> Awaitable[tuple[int, ...]]:  # type: ignore[override] # begins at once
        return asyncio.ensure_future(self._take(who, screens))

    async def _take(self, who: Address, screens: tuple[Screen, ...]) -> tuple[int, ...]:
        await self._gate()
        ids = await super().show(who, *screens)
        await self._gate()
        return ids

    async def forget(self, who: Address, messages: Sequence[int]) -> None:
        await self._gate()
        await super().forget(who, messages)


class Ear(logging.Handler):
    """All that was logged, at its most talkative."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(f"{record.name} {record.msg!r} {record.args!r} {record.exc_info!r}")


class World:
    """One instance, over all its lives."""

    def __init__(self, keeper: str) -> None:
        self.keeper = keeper
        memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
        self.folder = Path(tempfile.mkdtemp(prefix="seuil-world-", dir=memory))
        self.clock = Clock()
        self.loop = asyncio.new_event_loop()
        url = self.run(emptied_url()) if keeper == "postgresql" else ""
        self.settings = Settings(data=self.folder / "data", shelf=self.folder / "shelf", store=SecretStr(url))
        self.mouth = Mouth(self._gate)
        self.ear = Ear()
        self.memory = MemoryStore()
        self.lives = 0
        self.deaths = 0
        self.fuse = 0
        """Gates that are still passed; 0: all of them."""
        self.owed: list[Heard] = []
        """What the network delivered and was not acknowledged."""
        self.last: dict[str, tuple[float, Heard]] = {}
        """Of each person, when she did something last, and what it was."""
        self._dead = asyncio.Event()
        self._update = 0
        self.instance: Instance

    # --- lives ----------------------------------------------------------------------------------------------

    def begin(self) -> None:
        root = logging.getLogger()
        self._level = root.level
        root.addHandler(self.ear)
        root.setLevel(logging.DEBUG)
        with patch.object(keyring, "WORK_FACTOR", QUICK), _quick_keys():
            lay_keys(self.settings)
        self.run(self.start())
        self.run(self._seat())

    def end(self) -> None:
        self.fuse = 0
        self.run(self.stop())
        self.run(self._end_tasks())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
        root = logging.getLogger()
        root.removeHandler(self.ear)
        root.setLevel(self._level)
        shutil.rmtree(self.folder)

    def run(self, what: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(what)

    async def _seat(self) -> None:
        await seat_chairs(self.instance, "fr")
        await self.unlock()

    async def _open_store(self, url: str) -> Store:
        store = self.memory if self.keeper == "memory" else await open_store(url)
        return Mortal(store, self._gate)  # type: ignore[return-value] # keeps the promise by handing on

    async def start(self) -> None:
        self.lives += 1
        with patch.object(instance, "open_store", self._open_store), _same_words():
            self.instance = await open_instance(self.settings, clock=self.clock, cost=CHEAP)
        self.instance.dispatch._receipts._sleep = self.clock.sleep
        self.instance.channels["terminal"] = self.mouth
        await self.instance.resume()

    async def unlock(self) -> None:
        await self.instance.desk.unlock(passphrase_at_hand(self.settings) or "")
        await self.instance.work()

    async def stop(self) -> None:
        await self.instance.close()

    async def again(self) -> None:
        """Ended as one ends a program, and started again."""
        was_open = self.instance.desk.is_open
        await self.stop()
        await self.start()
        if was_open:
            await self.unlock()

    async def _gate(self) -> None:
        if self.fuse:
            self.fuse -= 1
            if not self.fuse:
                self._dead.set()
        if self._dead.is_set():
            await asyncio.Event().wait()

    async def does(self, what: Coroutine[Any, Any, object]) -> None:
        """Something the program does, to its end or to the program's. After that it lives again, and what the
        network still had to deliver was heard."""
        task, dead = asyncio.ensure_future(what), asyncio.ensure_future(self._dead.wait())
        await asyncio.wait({task, dead}, return_when=asyncio.FIRST_COMPLETED)
        if not self._dead.is_set():
            dead.cancel()
            await task
            return
        await self._killed()

    async def _end_tasks(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _killed(self) -> None:
        self.deaths += 1
        was_open = self.instance.desk.is_open
        await self._end_tasks()
        await self.instance.store.close()
        await self.instance.shelf.close()
        self._dead = asyncio.Event()
        self.fuse = 0
        await self.start()
        if was_open:
            await self.unlock()
        for heard in list(self.owed):
            await self.instance.hear(heard, self.mouth)
        await self.instance.work()

    # --- people ---------------------------------------------------------------------------------------------

    async def says(self, who: str, text: str = "", kind: Kind = "text") -> list[str]:
        """Somebody does something, until it is acknowledged. What she is shown."""
        before = len(self.mouth.shown)
        self._update += 1
        heard = self._heard(who, self._update, kind, text)
        self.last[who] = (self.clock.now, heard)
        self.owed.append(heard)
        await self.does(self.instance.hear(heard, self.mouth))
        assert heard not in self.owed, "the network was never told that it arrived"
        return [screen.text for to, screen in self.mouth.shown[before:] if to.chat == who]

    def _heard(self, who: str, update: int, kind: Kind, text: str) -> Heard:
        async def ack() -> None:
            await self._gate()
            if heard in self.owed:
                self.owed.remove(heard)
            await self._gate()

        heard = Heard(Address("terminal", who), update, kind, text, "fr", ack)
        return heard

    async def says_again(self, who: str) -> None:
        """The network delivers her last update once more, though it was acknowledged."""
        _, heard = self.last[who]
        await self.does(self.instance.hear(heard, self.mouth))

    async def state(self, who: str) -> State:
        today = int(self.clock.now // DAY_SECONDS)
        person = await find(self.store, self.instance.shelf, Address("terminal", who), today)
        return person.envelope.state

    @property
    def store(self) -> Store:
        return self.instance.store

    async def goes_on(self, who: str, until: str, choices: dict[str, str]) -> list[str]:
        """Answer what is asked until she stands there. All that she was shown on the way. Places at which
        there is nothing to choose are passed."""
        shown: list[str] = []
        for _ in range(MOST_TURNS):
            state = await self.state(who)
            here = place(QUESTIONNAIRE, state)
            if state.at and here.id == until and not state.aside:
                return shown
            if not state.at and until == "":
                return shown
            shown += await self.says(who, typed(state, here, choices))
        raise AssertionError(f"never came to {until!r}: stands at {here.id!r}")

    # --- what is made up ------------------------------------------------------------------------------------

    async def crowd(self, many: int) -> list[bytes]:
        """So many testimonies of others, accepted. Their cases."""
        keys, today = self.instance.dispatch._keys, int(self.clock.now // DAY_SECONDS)
        team = keys.team()
        answers = {"what_happened": ("letters",), "who_came": ("delivery",)}
        body = write_coded(
            CodedPart(1, "fr", "stats_only", answers, ConsentRecord(1, "fr", "terminal", today))
        )
        cases = []
        for _ in range(many):
            case, reply_key = os.urandom(16), os.urandom(1216)
            context = Context(
                case=case,
                kind=CODED,
                item=CODED,
                schema=SCHEMA,
                epoch=team.epoch,
                reply_key_hash=reply_key_hash(reply_key),
                sender_tag=os.urandom(16),
            )
            item = KeepItem(case, CODED, 1, seal_told(body, context, team, keys.instance))
            kept = KeepCase(case, today, os.urandom(16), reply_key, hashlib.sha256(case).digest())
            assert await self.store.commit((kept, item, Move(case, ("waiting",), "approved", today)))
            cases.append(case)
        return cases

    def files_with(self, marks: Sequence[bytes]) -> list[str]:
        """Files of the instance in which any of these bytes stand."""
        found = []
        for file in sorted(self.folder.rglob("*")):
            if file.is_file():
                content = file.read_bytes()
                found += [file.name for mark in marks if mark in content]
        return found


HERE: Final = {
    "lang": "fr",
    "danger_now": "no",
    "intent": "testify",
    "adult": "yes",
    "consent_collect": "accept",
    "@resume": "resume",
    "@breath": "go_on",
    "@review": "keep",
    "@confirm": "send",
    "@quote": "no_quote",
    "@closing": "end",
    "@receipt": "back",
    "consent_share": "stats_only",
}
"""What a person chooses where she only wants to go on."""


def typed(state: State, here: Place, choices: dict[str, str]) -> str:
    """What she types here to go on."""
    if not state.at and not state.aside:
        return "/start"
    code = choices.get(here.id) or HERE.get(here.id)
    number = next((text for text, chose in here.numbers.items() if code and chose.codes == (code,)), None)
    if number is not None:
        return number
    if state.aside:
        return "RETOUR"
    return "FINI" if here.takes_text and here.many else "PASSER"


def receipt_of(shown: Sequence[str]) -> tuple[str, ...]:
    return next((words for words in map(receipt_in, shown) if words), ())


def _quick_keys() -> Any:
    return patch.dict(keyring.create.__kwdefaults__, {"work_factor": QUICK})


def _same_words() -> ExitStack:
    """The words of every language, read once: they are the same for every life."""
    stack = ExitStack()
    stack.enter_context(patch.object(instance, "told_and_asked", lambda _settings: (QUESTIONNAIRE, WORDS)))
    stack.enter_context(patch.object(hall, "vocabularies", lambda _words: VOCABULARIES))
    return stack
