"""It is promised that memory many threads asked for is not kept in an arena of each."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

PROGRAM = """
import ctypes, re, sys, threading
from pathlib import Path
if sys.argv[1] == "few":
    from handlers.memory import few_arenas
    assert few_arenas()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
gate, seen = threading.Barrier(8), set()
def ask():
    gate.wait()
    seen.add(libc.malloc(1000) >> 26)  # an arena begins at a multiple of 64 MiB
    gate.wait()
threads = [threading.Thread(target=ask) for _ in range(8)]
[thread.start() for thread in threads]; [thread.join() for thread in threads]
print(len(seen))
"""


def arenas(how: str) -> int:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, how], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return int(ran.stdout)


def test_eight_threads_ask_two_arenas_and_not_eight() -> None:
    assert arenas("few") <= 2 < arenas("many")
