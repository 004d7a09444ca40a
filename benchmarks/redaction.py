"""Redaction: what the corpus finds and misses, kind by kind, and how fast. Part of `make bench`.

Never here: thresholds; tests hold those (`tests/test_redaction.py`). This prints figures a person can judge.
"""

from __future__ import annotations

import statistics
import time
from collections import Counter

from bot.redaction import redact
from tests.redaction_corpus import Case, cases

RUNS = 7
"""Timed runs; the median is told, and the spread between the quickest and the slowest as noise."""

TEXTS = {
    "a French paragraph, nothing in it": (
        "Il est revenu trois fois sans rendez-vous, après l’intervention. J’ai eu très peur… « Ouvrez-moi », "
        "disait-il ; je n’ai pas répondu. Le lendemain, il m’a écrit que j’étais trop belle pour vivre ici. "
        "Depuis, je ne dors plus : où que j’aille, j’ai l’impression d’être suivie, et ma sœur vient ici."
    ),
    "chat French, nothing in it": (
        "il est revenu le lendemain sans prevenir, jai pas ouvert. apres il ma envoyer des messages toute la "
        "nuit en disant que jetais belle et quil savait ou jhabite. jai peur de sortir de chez moi"
    ),
    "a paragraph with eight identifiers": (
        "Il s'appelle Kévin Durand, technicien SFR, il m'a écrit du 06 39 98 12 34 le 12 mars 2024 à 14h30, "
        "puis de kevin.durand@exemple.fr. Il sait que j'habite 12 rue des Lilas et que le digicode est 12A45."
    ),
}


def main() -> None:
    """Print recall and false positives of the corpus, then microseconds a text."""
    told, found, named = Counter[str](), Counter[str](), Counter[str]()
    negatives: list[Case] = []
    for case in cases():
        if case.kind is None:
            negatives.append(case)
            continue
        told[case.kind] += 1
        found[case.kind] += not case.survivors()
        named[case.kind] += case.kind in redact(case.text, language=case.language).removed
    print(f"{'kind':<14}{'cases':>6}{'taken out':>11}{'under its own kind':>20}")
    for kind in sorted(told):
        print(f"{kind:<14}{told[kind]:>6}{found[kind] / told[kind]:>11.1%}{named[kind] / told[kind]:>20.1%}")
    every = told.total()
    print(f"{'all':<14}{every:>6}{found.total() / every:>11.1%}{named.total() / every:>20.1%}")
    touched = [case for case in negatives if redact(case.text).text != case.text]
    print(
        f"ordinary texts touched: {len(touched)} of {len(negatives)} ({len(touched) / len(negatives):.2%})\n"
    )
    for name, text in TEXTS.items():
        print(f"{name:<36}{len(text):>5} characters  {_speed(text)}")


def _speed(text: str, calls: int = 500) -> str:
    runs = []
    for _ in range(RUNS):
        start = time.perf_counter()
        for _ in range(calls):
            redact(text)
        runs.append((time.perf_counter() - start) / calls * 1e6)
    return f"{statistics.median(runs):6.1f} µs  (from {min(runs):.1f} to {max(runs):.1f})"


if __name__ == "__main__":
    main()
