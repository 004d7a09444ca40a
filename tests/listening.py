"""A whole testimony on the listening path while nothing that opens one can be imported; run by
test_listening.py."""

from __future__ import annotations

import asyncio
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from types import ModuleType

BANNED = ("bot.custody", "bot.opening", "handlers.desk", "handlers.bench", "handlers.keyring")
"""What holds, unlocks or uses the key that opens testimonies."""


class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(
        self, name: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name in BANNED:
            raise ImportError(f"{name} must not be reachable from the listening path")
        return None


async def tell() -> int:
    from tests.stage import Stage  # noqa: PLC0415 - imported once the ban stands

    stage = Stage()
    receipt = await stage.testify("Rose", "Il a gardé mon numéro.")
    await stage.say("autre", "/receipt", "2", "Il a rappelé.", " ".join(receipt))
    await stage.say("autre", "/receipt", "3", " ".join(receipt))
    return len(receipt)


def main() -> None:
    sys.meta_path.insert(0, Refuse())
    import handlers.dispatch  # noqa: PLC0415 - the subject of the test
    import handlers.reception  # noqa: PLC0415
    import handlers.terminal  # noqa: F401, PLC0415

    words = asyncio.run(tell())
    reached = [name for name in BANNED if name in sys.modules]
    sys.stdout.write(" ".join([str(words), *reached]) + "\n")


if __name__ == "__main__":
    main()
