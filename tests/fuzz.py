"""Bytes from outside, tried for as long as one likes on every parser of `tests.parsers`.

    python -m tests.fuzz [SECONDS [NAME …]]

One child a parser: the seeds are changed at random, and, where `atheris` is there, led by what they reach in
the code (`make fuzz` brings it). What a child stumbles on is kept in .cache/fuzz/found, and told with its
traceback: `python -m tests.fuzz 0 NAME FILE` tries one such file again. Ends with 1 where anything was found.

Never here: what is promised (`tests.parsers`).
"""

from __future__ import annotations

import importlib.util
import os
import random
import resource
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tests.parsers import Parser

ROOT: Final = Path(__file__).parent.parent
PLACE: Final = ROOT / ".cache" / "fuzz"

SECONDS: Final = 20
"""For each parser, unless more are given: a quarter of an hour in all."""

LONGEST: Final = 8192
"""Bytes of one input: every form here begins to repeat itself long before."""

ONE_TAKES_SECONDS: Final = 10
"""Of processor time. The slowest of all, a page of prose looked through for names, takes a hundredth."""

MEMORY: Final = 1 << 30
"""Bytes that an input of a few kilobytes may take, besides what the program has; beyond, a MemoryError."""

PIECES: Final = (
    *(b"\0", b"\xff", b"\n", b"\r\n", b'"', b"\\", b"{", b"[", b"]", b"}", b",", b":", b"-", b"0", b"1e999"),
    *(
        b"null",
        b"NaN",
        b"\\ud800",
        b"\xed\xa0\x80",
        b"\xc3\xa9",
        b"99999999999999999999",
        b"-9223372036854775808",
    ),
    *(
        b"[" * 3000,
        b'{"a":' * 1500,
        b"9" * 5000,
        b" " * 500,
        "é".encode() * 200,
        "\u0660\u202e\u200b".encode(),
    ),
)
"""What has broken readers before: ends, escapes, depths, numbers too long, letters that are none."""


def changed(seeds: tuple[bytes, ...], chance: random.Random) -> Iterator[bytes]:
    """One input after the other, each a seed with a few changes, without end."""
    yield from seeds
    yield from (b"", b"\0", *PIECES)
    while True:
        data = bytearray(chance.choice(seeds))
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(data) + 1)
            end = min(len(data), at + chance.choice((1, 1, 2, 8, 64, 4096)))
            match chance.randrange(6):
                case 0:
                    data[at:end] = b""
                case 1:
                    data[at:at] = chance.choice(PIECES)
                case 2:
                    data[at:end] = chance.randbytes(end - at)
                case 3:
                    data[at:at] = data[at:end]
                case 4:
                    other = chance.choice(seeds)
                    data[at:end] = other[at : at + end - at]
                case _ if at < len(data):
                    data[at] ^= 1 << chance.randrange(8)
        yield bytes(data[:LONGEST])


def tried(parser: Parser, data: bytes) -> None:
    """Raises what the parser must not raise, and AssertionError for one that takes too long."""
    began = time.process_time()
    parser.tries(data)
    assert time.process_time() - began < ONE_TAKES_SECONDS, "it takes too long"


def limit_memory() -> None:
    held = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + MEMORY, resource.RLIM_INFINITY))


# --- one parser, in a child ---------------------------------------------------------------------------------


def by_chance(parser: Parser, seconds: float) -> int:
    """How many were tried. Keeps what was found, and raises it."""
    chance, until, count = random.Random(), time.monotonic() + seconds, 0
    limit_memory()
    for data in changed(parser.seeds, chance):
        if time.monotonic() > until:
            break
        try:
            tried(parser, data)
        except BaseException:
            keep(parser, data)
            raise
        count += 1
    return count


def keep(parser: Parser, data: bytes) -> None:
    found = PLACE / "found"
    found.mkdir(parents=True, exist_ok=True)
    (found / f"{parser.name}-{abs(hash(data)):016x}").write_bytes(data)


def led(name: str, seconds: float) -> None:
    """The same with atheris, which ends the process itself. It follows what is imported while it looks."""
    import atheris  # noqa: PLC0415 - it is there for this alone

    with atheris.instrument_imports(include=["bot", "handlers"], enable_loader_override=False):
        parser = named(name)
    corpus = PLACE / "corpus" / parser.name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(parser.seeds):
        (corpus / f"seed-{number}").write_bytes(seed)
    found = PLACE / "found"
    found.mkdir(parents=True, exist_ok=True)
    atheris.Setup(
        [
            *("fuzz", str(corpus), f"-max_total_time={int(seconds)}", f"-max_len={LONGEST}"),
            *(
                f"-timeout={ONE_TAKES_SECONDS}",
                "-rss_limit_mb=2048",
                f"-artifact_prefix={found}/{parser.name}-",
            ),
            *("-verbosity=0", "-print_final_stats=1"),
        ],
        parser.tries,
    )
    atheris.Fuzz()


def named(name: str) -> Parser:
    from tests.parsers import PARSERS  # noqa: PLC0415 - late, to be followed

    return next(parser for parser in PARSERS if parser.name == name)


def one(name: str, seconds: float) -> int:
    """What a child does."""
    if importlib.util.find_spec("atheris") is not None:
        led(name, seconds)
    try:
        count = by_chance(named(name), seconds)
    except BaseException:
        traceback.print_exc()
        return 1
    sys.stderr.write(f"stat::number_of_executed_units: {count}\n")
    return 0


# --- all of them --------------------------------------------------------------------------------------------


def main() -> int:
    given = sys.argv[1:]
    if given[:1] == ["--one"]:
        return one(given[1], float(given[2]))
    seconds, names = float(given[0]) if given else SECONDS, given[1:]
    if names and Path(names[-1]).is_file():
        tried(named(names[0]), Path(names[-1]).read_bytes())
        return 0
    from tests.parsers import PARSERS  # noqa: PLC0415 - as above

    bad = []
    for parser in PARSERS:
        if names and parser.name not in names:
            continue
        ran = subprocess.run(
            [sys.executable, "-m", "tests.fuzz", "--one", parser.name, str(seconds)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            env={**os.environ, "PYTHONHASHSEED": "0"},
        )
        told = [line.split()[-1] for line in ran.stderr.splitlines() if "number_of_executed_units" in line]
        sys.stdout.write(f"{parser.name:22} {told[-1] if told else '?':>9} inputs  ")
        sys.stdout.write("nothing found\n" if ran.returncode == 0 else "FOUND\n")
        sys.stdout.flush()
        if ran.returncode:
            bad.append(parser.name)
            sys.stdout.write(
                "".join(f"    {line}\n" for line in (ran.stdout + ran.stderr).splitlines()[-30:])
            )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
