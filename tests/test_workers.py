"""It is promised that several processes serve one instance as one would: who speaks is answered in order
whichever of them hears her, any of them may be killed or started anew, and none that listens can open what it
seals.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from botapi import FakeTelegram, Person

from bot.settings import Settings
from handlers import keyring
from handlers.instance import lay_keys, passphrase_at_hand
from handlers.members import Members
from storage import Store, open_store
from storage.key_folder import KeyFolder
from tests import pgkit, rediskit
from tests.fleetkit import Fleet
from tests.processkit import PATIENCE, Process, started
from tests.stage import WORDS

STORY = "Le technicien m'a écrit le soir même."
TO_STORY = ("/start", "1", "2", "1", "1", "1", STORY, "FINI")
REVIEW = "Voici exactement"
MOST_PASSED = 60
"""Questions there can be before the review."""


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(allow_http_webhook=True) as fake:
        yield fake


@pytest.fixture
async def fleet(fake: FakeTelegram, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Fleet]:
    """Keys, folders, a database, a shelf and a balancer; no process of ours yet."""
    if not shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin"):
        pytest.skip("no nginx on this machine: `apt install nginx-light`")
    monkeypatch.setattr(keyring.create, "__kwdefaults__", {"work_factor": 10})  # scrypt, a thousandth
    shelf = rediskit.Server()
    telegram = {"SEUIL_TELEGRAM_API": fake.base, "SEUIL_TELEGRAM_TOKEN": fake.token}
    fleet = Fleet(tmp_path, await pgkit.fresh_url(), shelf.url, telegram)
    await fleet.make()
    async with fleet.nginx():
        yield fleet
    shelf.kill()


@contextlib.asynccontextmanager
async def intake(fleet: Fleet, n: int) -> AsyncIterator[Process]:
    async with started(fleet.intake_env(n), "run", "--only", "intake") as process:
        await process.says("serves Telegram")
        yield process


@contextlib.asynccontextmanager
async def desk(fleet: Fleet) -> AsyncIterator[Process]:
    async with started(fleet.desk_env, "desk") as process:
        await process.says("desk is here")
        yield process


@contextlib.asynccontextmanager
async def kept(fleet: Fleet) -> AsyncIterator[Store]:
    store = await open_store(fleet.store, console=True)
    try:
        yield store
    finally:
        await store.close()


async def joins(fleet: Fleet, who: Person, role: str) -> None:
    async with kept(fleet) as store:
        members = Members(store, KeyFolder(fleet.place / "desk").instance(new=False))
        code = await members.invite(role, "Lou", int(time.time() // 86_400))  # type: ignore[arg-type] # a role by name
    await who.asks(code)


def answered(who: Person, line: str, before: int) -> bool:
    """Looked at and not taken: two may wait for one person's messages."""
    told = who.chat.from_bot[before:]
    return bool(told) and (line == STORY or bool(told[-1].buttons))


async def says(who: Person, *lines: str) -> str:
    """Say lines, each answered whole before the next; all that the last one brought. The last message of an
    answer is the one with buttons; a piece of a story has one answer, without."""
    told = ""
    for line in lines:
        before = len(who.chat.from_bot)
        await who.says(line)
        await who.fake.until(lambda _, line=line, before=before: answered(who, line, before), PATIENCE)
        told = "\n".join(message.text for message in who.chat.from_bot[before:])
    return told


async def reads(who: Person, words: str, since: int = 0) -> None:
    """Wait until the bot wrote these words."""
    await who.fake.until(
        lambda _: any(words in message.text for message in who.chat.from_bot[since:]), PATIENCE
    )


async def tells_all(who: Person) -> None:
    """A whole testimony, up to the receipt. Told that too many hand in just now, as a slow machine tells six
    people, she does it again, as she is asked to."""
    told = await says(who, *TO_STORY)
    for _ in range(MOST_PASSED):
        if REVIEW in told:
            break
        told = await says(who, "PASSER")
    await says(who, "1", "1")
    async with asyncio.timeout(PATIENCE):
        while "huit mots" not in (told := await says(who, "1")):
            assert WORDS["fr"].say("sending-busy") in told
            await asyncio.sleep(0.2)


async def test_a_testimony_goes_through_two_workers_a_desk_and_a_moderator(
    fake: FakeTelegram, fleet: Fleet
) -> None:
    lou = fake.person(first_name="Lou", language="fr")
    people = [fake.person(first_name=f"P{n}", language="fr") for n in range(4)]
    async with intake(fleet, 0) as one, intake(fleet, 1) as other, desk(fleet) as works:
        await joins(fleet, lou, "moderator")
        await asyncio.gather(*map(tells_all, people))
        lou.chat.heard = len(lou.chat.from_bot)
        await lou.says("/next")
        await reads(lou, "Témoignage t-")
        await lou.says("/open")
        await reads(lou, STORY)

        assert [await process.end() for process in (one, other, works)] == [0, 0, 0]
    async with kept(fleet) as store:
        assert len(await store.cases()) == len(people)
    assert fake.faults == []
    for process in (one, other, works):
        for secret in (fake.token.partition(":")[2], STORY, *(str(who.id) for who in people)):
            assert secret not in process.err


async def test_workers_started_anew_one_after_the_other_lose_and_repeat_nothing(
    fake: FakeTelegram, fleet: Fleet
) -> None:
    people = [fake.person(first_name=f"P{n}", language="fr") for n in range(6)]
    async with contextlib.AsyncExitStack() as running:
        workers = [await running.enter_async_context(intake(fleet, n)) for n in (0, 1)]
        talking = asyncio.gather(*map(tells_all, people))
        for n in (0, 1):
            assert await workers[n].end() == 0
            workers[n] = await running.enter_async_context(intake(fleet, n))
        await talking
        answered = [[message.text for message in who.chat.from_bot] for who in people]

    async with kept(fleet) as store:
        assert len(await store.cases()) == len(people)
    # An answer shown twice stands there twice in a row.
    assert [text for texts in answered for text, next_ in pairwise(texts) if text == next_] == []
    assert fake.hook.error is None, "somebody took each of Telegram's calls, at the first try"
    assert fake.faults == []


async def test_a_worker_killed_in_the_middle_is_replaced_by_the_others(
    fake: FakeTelegram, fleet: Fleet
) -> None:
    people = [fake.person(first_name=f"P{n}", language="fr") for n in range(6)]
    async with intake(fleet, 0) as one, intake(fleet, 1):
        talking = [asyncio.create_task(tells_all(who)) for who in people]
        await reads(people[0], "C’est reçu")
        await one.end(signal.SIGKILL)
        await asyncio.gather(*talking)

    async with kept(fleet) as store:
        assert len(await store.cases()) == len(people)
    assert fake.faults == []


async def test_of_two_desks_one_works_and_the_other_takes_over(fake: FakeTelegram, fleet: Fleet) -> None:
    lou = fake.person(first_name="Lou", language="fr")
    async with intake(fleet, 0), desk(fleet) as first:
        await joins(fleet, lou, "moderator")
        await lou.says("/queue")
        await reads(lou, "À relire")
        second_data = fleet.place / "second"
        shutil.copytree(fleet.place / "desk", second_data, ignore=shutil.ignore_patterns("console.sock"))
        async with started({**fleet.desk_env, "SEUIL_DATA": str(second_data)}, "desk") as second:
            await second.says("takes over when that one ends")
            await first.end(signal.SIGKILL)

            before = len(lou.chat.from_bot)
            await lou.says("/queue")
            await reads(lou, "À relire", before)
    assert fake.faults == []


async def test_nothing_in_a_process_that_listens_opens_what_it_sealed(
    fake: FakeTelegram, fleet: Fleet
) -> None:
    """Read as root would: every byte of its memory, every file it has open, every file of its folder."""
    folder, desk_folder = fleet.place / "intake", fleet.place / "desk"
    ring = keyring.unlock(desk_folder / "keys", passphrase_of(desk_folder))
    secrets = [
        part
        for identity in ring.identities
        for part in (identity.secret_text().encode(), bytes(identity.seed))  # type: ignore[attr-defined] # hybrid
    ]
    public = [identity.recipient.public for identity in ring.identities]
    ana = fake.person(first_name="Ana", language="fr")
    async with (
        looked_into(fleet.intake_env(0), fleet.place / "intake.memory", *INTAKE) as listens_only,
        looked_into(fleet.desk_env, fleet.place / "desk.memory", "desk") as works,
    ):
        await listens_only.process.says("serves Telegram")
        await works.process.says("desk is here")
        await tells_all(ana)

        memory, opened = await listens_only.tells()
        assert [key for key in public if key not in memory] == [], "it is really read: it seals to these"
        assert [secret for secret in secrets if secret in memory] == []
        assert not any(str(desk_folder) in path for path in opened)
        assert any(path.startswith("socket:") for path in opened), "what is open is really told"
        memory, _ = await works.tells()
        assert [secret for secret in secrets if secret not in memory] == [], "where they are, they are found"
    assert sorted(path.name for path in (folder / "keys").iterdir()) == ["sign.pub", "team.keys"]
    assert not any(b"SECRET" in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def passphrase_of(data: Path) -> str:
    return passphrase_at_hand(Settings(data=data)) or ""


@dataclass(frozen=True)
class LookedInto:
    """A process that tells what it has in memory (`tests.looked_into`)."""

    process: Process
    file: Path

    async def tells(self) -> tuple[bytes, list[str]]:
        """Its memory, and what it has open."""
        self.process.process.send_signal(signal.SIGUSR2)
        async with asyncio.timeout(PATIENCE):
            while not self.file.exists():  # noqa: ASYNC110 - it is another process that makes it
                await asyncio.sleep(0.02)
        memory = self.file.read_bytes()
        self.file.unlink()
        return memory, self.file.with_suffix(".open").read_text("utf-8").splitlines()


@contextlib.asynccontextmanager
async def looked_into(env: dict[str, str], file: Path, *args: str) -> AsyncIterator[LookedInto]:
    async with started(env, str(file), *args, module="tests.looked_into") as process:
        yield LookedInto(process, file)


# --- refused before anything is touched ---------------------------------------------------------------------


INTAKE = ("run", "--only", "intake")
TELEGRAM = ("SEUIL_TELEGRAM_TOKEN", "SEUIL_TELEGRAM_WEBHOOK", "SEUIL_TELEGRAM_LISTEN")


async def refused(env: dict[str, str], *args: str) -> tuple[int, str, str]:
    """Exit code, what is said, and the way out."""
    async with started(env, *args) as process:
        code = await process.end(signal.SIGCONT)
    assert "Traceback" not in process.err
    said, _, way_out = process.err.strip().rpartition("\n→ ")
    assert way_out, process.err
    return code, said.splitlines()[-1], way_out


@pytest.mark.parametrize(
    ("args", "changed", "says"),
    [
        (INTAKE, {"SEUIL_STORE": ""}, "needs a store that several processes share"),
        (("desk",), {"SEUIL_STORE": ""}, "needs a store that several processes share"),
        (("run", "--only", "desk"), {}, "--only takes the word intake"),
        (INTAKE, dict.fromkeys(TELEGRAM, ""), "no network to serve"),
    ],
)  # fmt: skip
async def test_a_part_that_lacks_something_says_so_and_how_to_go_on(
    fleet: Fleet, args: tuple[str, ...], changed: dict[str, str], says: str
) -> None:
    env = fleet.desk_env if args == ("desk",) else fleet.intake_env(0)
    code, said, _ = await refused({**env, **changed}, *args)

    assert code != 0
    assert says in said


async def test_a_desk_with_other_keys_is_refused_and_changes_nothing(fleet: Fleet) -> None:
    other, none = fleet.place / "other", fleet.place / "none"
    lay_keys(Settings(data=other))
    KeyFolder(other).instance(new=True)
    KeyFolder(other).salt(new=True)
    for data, why in (
        (other, "not those of the instance in the store"),
        (none, "its keys are not in this data folder"),
    ):
        code, said, _ = await refused({**fleet.desk_env, "SEUIL_DATA": str(data)}, "desk")

        assert code != 0
        assert why in said
    assert not (none / "keys").exists()
    async with kept(fleet) as store:
        assert await store.audit_lines() == []


async def test_an_intake_without_its_folder_is_told_what_is_missing(fleet: Fleet) -> None:
    env = {**fleet.intake_env(0), "SEUIL_DATA": str(fleet.place / "none")}
    _, said, way_out = await refused(env, *INTAKE)

    assert "no intake's folder" in said
    assert "python -m bot intake-folder" in way_out


async def test_two_intakes_do_not_each_keep_the_keys_of_drafts_in_a_folder(fleet: Fleet) -> None:
    """Else every second message of one person would find no draft of hers."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as memory:
        own = [{**fleet.intake_env(n), "SEUIL_SHELF": str(Path(memory) / str(n))} for n in (0, 1)]
        async with started(own[0], *INTAKE) as first:
            await first.says("serves Telegram")
            code, said, _ = await refused(own[1], *INTAKE)

    assert code == 10
    assert "Another process of this instance listens, and keeps the keys of drafts in another place." in said
