"""What can point at somebody, and the words left in its place.

Never here: how such things are found (one file a family beside this one).

Why typed words and never a hash: a French mobile number is one of some two hundred million, so a hash of it
is the number itself to anyone with an afternoon.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Final, NamedTuple, TypeAlias

from bot.redaction.view import View


class Kind(StrEnum):
    """What was found. The value is stored and counted nowhere else than in the witness's own review."""

    PHONE = "phone"
    EMAIL = "email"
    HANDLE = "handle"
    LINK = "link"
    ADDRESS = "address"
    POSTCODE = "postcode"
    DOOR = "door"
    PLATE = "plate"
    IBAN = "iban"
    NIR = "nir"
    SIRET = "siret"
    CARD = "card"
    CASE_NUMBER = "case_number"
    NUMBER = "number"
    PLACE = "place"
    DATE = "date"
    TIME = "time"
    NAME = "name"
    COMPANY = "company"
    RECEIPT = "receipt"


class Span(NamedTuple):
    """From `start` to before `end`, in characters of the view. `band` is the harmless part that stays."""

    start: int
    end: int
    kind: Kind
    band: str = ""


def inside_any(places: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether one of `places`, sorted and apart from each other, holds all of `start` to `end`."""
    at = bisect_right(places, (start, sys.maxsize)) - 1
    return at >= 0 and end <= places[at][1]


Finder: TypeAlias = Callable[[View], Iterable[Span]]

DAYTIMES: Final = ("morning", "afternoon", "evening", "night")

_WORDS: Final[dict[str, dict[str, str]]] = {
    "fr": {
        "phone": "téléphone",
        "email": "e-mail",
        "handle": "compte",
        "link": "lien",
        "address": "adresse",
        "postcode": "code postal",
        "door": "porte",
        "plate": "plaque",
        "iban": "IBAN",
        "nir": "numéro de sécurité sociale",
        "siret": "SIRET",
        "card": "carte",
        "case_number": "dossier",
        "number": "numéro",
        "place": "lieu",
        "date": "date",
        "time": "heure",
        "name": "nom",
        "company": "entreprise",
        "receipt": "reçu",
        "morning": "matin",
        "afternoon": "après-midi",
        "evening": "soir",
        "night": "nuit",
    },
    "en": {
        "phone": "phone",
        "email": "e-mail",
        "handle": "account",
        "link": "link",
        "address": "address",
        "postcode": "postcode",
        "door": "door",
        "plate": "plate",
        "iban": "IBAN",
        "nir": "social security number",
        "siret": "company number",
        "card": "card",
        "case_number": "case number",
        "number": "number",
        "place": "place",
        "date": "date",
        "time": "time",
        "name": "name",
        "company": "company",
        "receipt": "receipt",
        "morning": "morning",
        "afternoon": "afternoon",
        "evening": "evening",
        "night": "night",
    },
}
"""The only words a witness reads that live in `bot`: they become part of her text, so they never change."""

LANGUAGES: Final = tuple(_WORDS)

PLACEHOLDER: Final = re.compile(
    r"\[(?:"
    + "|".join(
        sorted({re.escape(word) for words in _WORDS.values() for word in words.values()}, reverse=True)
    )
    + r")(?: : (?:19|20)\d\d)?\]"
)
"""Any placeholder of any language: left alone by every detector, so that redacting twice changes nothing."""


def placeholder(kind: Kind, language: str, band: str = "") -> str:
    """What stands for `kind`: `[téléphone]`, `[date : 2024]`, `[soir]`. Unknown languages read French.

    A date keeps its year and a time of day its part of the day, because years alone and "le soir" tell
    nothing that the closed questions do not ask.
    """
    words = _WORDS.get(language, _WORDS["fr"])
    if band in DAYTIMES:
        return f"[{words[band]}]"
    return f"[{words[kind]} : {band}]" if band else f"[{words[kind]}]"
