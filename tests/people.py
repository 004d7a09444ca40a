"""Made-up people for the tests of figures: seeded populations, realistic and nasty. Nobody real."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping

from bot.tally import DESIGN, Coded, Design

MOODS = ("plain", "lopsided", "sparse", "crowded", "mirrored", "knotted")
"""`plain`: uneven as life is. `lopsided`: one answer takes nearly all. `sparse`: most skip. `crowded`: nearly
everybody says everything. `mirrored`: one hidden trait decides all answers, the worst case for linked tables.
`knotted`: the same, and each row of a two-way table asks for the opposite of its neighbour."""


def tag(number: int) -> bytes:
    return number.to_bytes(16, "big")


def coded(number: int, consent: str = "stats_only", **answers: str) -> Coded:
    """One testimony: `what_happened="calls threats"`. A dot in a question's id is written `__`."""
    told = {question.replace("__", "."): tuple(codes.split()) for question, codes in answers.items()}
    return Coded(told, consent, tag(number), "fr")


def crowd(size: int, **answers: str) -> list[Coded]:
    """`size` people who all say the same."""
    return [coded(number, **answers) for number in range(size)]


def population(seed: int, size: int, mood: str, design: Design = DESIGN) -> Iterator[Coded]:
    """`size` people who answer by the weights of a mood, the same for the same seed."""
    chance = random.Random(f"{seed} {mood}")
    weights = {
        variable.id: [_weight(chance, mood, place) for place in range(len(variable.categories))]
        for variable in design.variables
    }
    for number in range(size):
        answers: dict[str, set[str]] = {}
        turn = chance.random()
        for variable in design.variables:
            for place in _places(chance, mood, weights[variable.id], variable.many, turn):
                question, option = min(variable.categories[place].of)
                answers.setdefault(question, set()).add(option)
        yield Coded(_sorted(answers), "stats_only", tag(number), "fr")


def _weight(chance: random.Random, mood: str, place: int) -> float:
    match mood:
        case "lopsided":
            return 0.93 if place == 0 else 0.07 * chance.random()
        case "sparse":
            return 0.25 * chance.random() ** 2
        case "crowded":
            return 1 - 0.3 * chance.random() ** 2
        case _:
            return chance.random() ** 2


def _places(chance: random.Random, mood: str, weights: list[float], many: bool, turn: float) -> Iterable[int]:
    if many:
        if mood == "mirrored":
            return [place for place, weight in enumerate(weights) if turn < weight]
        if mood == "knotted":
            return [place for place in range(len(weights)) if (int(turn * 5) + place) % 5 < 2 + place % 2]
        return [place for place, weight in enumerate(weights) if chance.random() < weight]
    draw = (turn if mood in ("mirrored", "knotted") else chance.random()) * (sum(weights) + 0.3)
    for place, weight in enumerate(weights):
        draw -= weight
        if draw < 0:
            return [place]
    return []


def _sorted(answers: Mapping[str, set[str]]) -> dict[str, tuple[str, ...]]:
    return {question: tuple(sorted(codes)) for question, codes in answers.items()}
