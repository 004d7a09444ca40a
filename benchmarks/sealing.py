"""How fast sealing is on one core: items, commands, drafts, receipts, replies. A body has 2 KiB.

    python -m benchmarks sealing

Each rate is told by the processor time it cost, which other users of the machine change less than the wall.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from benchmarks._measure import RUNS, is_quick, told, watched
from bot import age, boxes, custody, opening, receipts, sealing, signing

BODY = b"s" * 2048
STORY = "Il est revenu mardi matin. " * 40
CASE, DRAFT, SALT, KEY = b"c" * 16, b"d" * 16, b"s" * 16, b"k" * 32

Work = tuple[str, int, Callable[[], object], str]
"""What it is, how often a run does it, the work, the aim."""


def items() -> list[Work]:
    team, other = custody.new_identity(b"t" * 32), custody.new_identity(b"o" * 32)
    key = sealing.TeamKey(1, team.recipient)
    context = sealing.Context(CASE, "story", "story", 1, 1, b"r" * 32, b"s" * 16)
    item, command = sealing.seal(BODY, context, key), sealing.seal_command(b"/next", key)
    return [
        ("item: seal", 1000, lambda: sealing.seal(BODY, context, key), "aim 6,000"),
        ("item: open, compare", 1000, lambda: opening.open_item(item, [team], context), "aim 2,800"),
        ("item: rewrap for another key", 500, lambda: age.rewrap(item, [team], [other.recipient]), ""),
        ("command: seal", 1000, lambda: sealing.seal_command(b"/next", key), ""),
        ("command: open", 1000, lambda: opening.open_command(command, [team]), ""),
        ("team key: from its seed", 1000, lambda: custody.new_identity(b"t" * 32), ""),
    ]


def drafts() -> list[Work]:
    box = boxes.seal_draft(KEY, DRAFT, 1, BODY)
    return [
        ("draft: seal", 20_000, lambda: boxes.seal_draft(KEY, DRAFT, 1, BODY), "aim 100,000"),
        ("draft: open", 20_000, lambda: boxes.open_draft(KEY, DRAFT, 1, box), "aim 100,000"),
    ]


def for_receipts() -> list[Work]:
    signer, receipt = signing.SignKey(KEY), receipts.new(bytes(10))
    keys = receipts.derive(receipt, SALT)
    words = " ".join(receipts.words(receipt, "fr"))
    public, verify_key = keys.reply_recipient.public, signer.verify_key
    reply = receipts.seal_reply("Nous vous croyons.", CASE, "1", public, signer)
    return [
        ("receipt: Argon2id at its real cost", 2, lambda: receipts.derive(receipt, SALT), ""),
        ("receipt: read eight words", 2000, lambda: receipts.read(words), ""),
        ("receipt: look for one in 1,000 letters", 200, lambda: receipts.find_in(STORY), ""),
        ("reply: sign, seal", 500, lambda: receipts.seal_reply("Oui.", CASE, "1", public, signer), ""),
        ("reply: open, verify", 500, lambda: receipts.open_reply(reply, keys, CASE, verify_key), ""),
    ]


def rate(work: Callable[[], object], times: int) -> float:
    """Times a second of processor time."""

    def run() -> None:
        for _ in range(times):
            work()

    return times / watched(run).processor


def main() -> int:
    quick = is_quick(__doc__.splitlines()[0] if __doc__ else None)
    for what, times, work, aim in [*items(), *drafts(), *for_receipts()]:
        each = max(1, times // 10) if quick else times
        told(what, "a second", [rate(work, each) for _ in range(RUNS if quick else RUNS + 4)], aim)
    return 0


if __name__ == "__main__":
    sys.exit(main())
