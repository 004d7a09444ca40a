"""A bar chart for chats: what happened, as one picture that reads on a phone. `alt` tells the same figures.

Where nothing of it may be told, the picture says so under the number of people. Never here: anything that is
not in the frozen digest, any sentence, any colour (`chart.typ`).
"""

from __future__ import annotations

from typing import Final

from bot.digest import Digest, percent, thaw
from bot.figures import SafeTable
from bot.formats.rendered import File, Rendered, Says
from bot.formats.spoken import alternative, of_table, period
from bot.formats.typeset import pictures

TEMPLATE: Final = "chart.typ"

TABLE: Final = "what_happened"

DOTS: Final = 216
"""Dots per inch: 1080 dots over the 360 points of the template, sharp on a telephone at about 80 kB."""

LARGEST: Final = 1_000_000
"""Bytes of a chart at the most. Telegram takes 10 MB for a photo; a slow telephone is what counts."""


def render(frozen: bytes, words: Says) -> Rendered:
    digest = thaw(frozen)
    table = digest.figures.table(TABLE)
    (body,) = pictures(TEMPLATE, _told(table, digest, words), dots=DOTS)
    name = f"seuil-{digest.number}-{words.language}.png"
    return Rendered(files=(File(name, "image/png", body, _alternative(table, digest, words)),))


def _alternative(table: SafeTable, digest: Digest, words: Says) -> str:
    people = words.say("digest-people", count=digest.figures.people)
    return f"{alternative(table, digest, words)} {people} {words.say('digest-unverified')}"


def _told(table: SafeTable, digest: Digest, words: Says) -> dict[str, object]:
    people = digest.figures.people
    return {
        "language": words.language,
        "running": f"{words.say('digest-title', number=digest.number)}. {period(digest, words)}",
        "title": words.say(f"digest-{table.id}"),
        "number": words.say("digest-number", count=people),
        "counted": words.say("digest-people-told"),
        "nothing": words.say("digest-nothing"),
        "several": words.say("digest-several") if table.many else None,
        "unverified": words.say("digest-unverified"),
        "bars": [
            {
                "label": label,
                "share": words.say("digest-percent", percent=percent(count, people)),
                "people": words.say("digest-count", count=count),
                "percent": percent(count, people),
                "rest": code is None,
            }
            for code, label, count in of_table(table, words)
        ],
    }
