"""Sentences witnesses chose: which may be released at all, and which go into a digest.

A sentence leaves only after two people read it, a digest later than the figures its author is in, without a
place, a date, a number, a name, a trade or anything redaction would take out. What is here errs towards
keeping back: a moderator can mask the word, and the sentence passes without it.

Never here: the last choice and its order (`bot.digest.choose_quotes`).

Why words and not meaning: everybody can read these lists, and they say the same of a sentence every day. What
they miss (a village in small letters, an odd habit) is what the two people are for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import orjson

from bot.digest import LONGEST_QUOTE
from bot.errors import CannotOpen
from bot.normal import fold
from bot.questions import REGION
from bot.redaction import redact
from locales import Words


def _listed(words: str, between: str | None = None) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split(between))


TRADES = _listed(
    """
    accordeu antenniste artisan auxiliaire babysit bailiff builder cableu caretaker carpenter carreleu
    chauffagiste chauffeu chimney cleaner coiffeu concierge courier couvreu demarcheu demenageu depanneu
    deratis desinsect diagnostiqueu driver ebeniste eboueu electricien electrician exterminator facteu
    factric firefighter gardener gardien gazier geometre handyman huissier immobilier infirmi jardinier
    kine livreu locksmith mailman menuisier mover notaire nounou nourrice nurse ouvrier painter paysagiste
    peintre piscin plaquiste plombier plumber podolog pompier postier postiere postman ramoneu reparateu
    repairman roofer salesman serrurier taxi technicien technician tuner vendeu veterinaire vitrier vtc
    workman
    """
)
"""How the words for trades begin, folded. Common ones too: which trade is rare depends on the street."""

NUMBERS = _listed(
    """
    deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt vingts
    trente quarante cinquante soixante septante huitante octante nonante cent cents mille milliers million
    millions dizaine dizaines douzaine quinzaine vingtaine trentaine quarantaine cinquantaine soixantaine
    centaine centaines two three four five seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred
    hundreds thousand thousands dozen dozens twice thrice third fourth fifth sixth seventh eighth ninth
    tenth eleventh twelfth twenties thirties forties fifties sixties seventies eighties nineties
    """
)
"""Numbers in words, folded: ages, hours, floors, how often. Not "un", "one", "once": they count nothing."""

TIMES = _listed(
    """
    janv fevr avr juil sept oct nov dec jan feb apr jun jul aug sep printemps automne hiver autumn winter
    summer midi minuit noon midnight noel paques ascension pentecote toussaint epiphanie chandeleur
    reveillon carnaval halloween ramadan aid hanouka kippour pessah diwali christmas xmas easter
    thanksgiving
    """
)
"""Points of the year and the day, folded, beside the months and weekdays of each language."""

PHRASES = _listed(
    """
    en ete, l ete, cet ete, un ete, d ete, saint valentin, nouvel an, jour de l an, premier mai, in spring,
    last spring, this spring, the spring, new year, bank holiday, aide a domicile, aide soignant,
    aide soignante, aide menagere, estate agent, baby sitter, gas man
    """,
    ",",
)
"""Times and trades of several words, folded."""

PLACES = _listed(
    """
    alsace aquitaine ardeche ardennes auvergne bearn berry bourgogne bretagne champagne correze creuse
    dordogne finistere gers jura landes languedoc limousin lorraine lozere morbihan paca picardie poitou
    provence roussillon savoie vendee vosges yvelines wallonie flandre romandie valais vaud quebec ontario
    breton bretonne
    """
)
"""What people call where they live beside the regions asked for, folded."""

_ORDINAL = re.compile(r"\w+iemes?")
_TELLS_NOTHING = frozenset({"prefer_not", "other_country"})
_WORD = re.compile(r"\w+")
_BEGINS = re.compile(r"(?:^|[.!?…:«“\"(\[–—])\W*$")
"""What stands before a word that is written with a capital for no other reason."""
_NO_NAMES = frozenset({"I", "SMS", "TV"})


@dataclass(frozen=True, slots=True)
class Released:
    """A sentence and the two who released it, as sealed beside its case."""

    words: str = field(repr=False)
    moderators: frozenset[str]


def write_released(released: Released) -> bytes:
    return orjson.dumps([released.words, sorted(released.moderators)])


def read_released(body: bytes) -> Released:
    """The inverse of `write_released`. Raises `CannotOpen` for anything else."""
    try:
        words, moderators = orjson.loads(body)
        if not all(isinstance(each, str) for each in (words, *moderators)):
            raise ValueError("something that is no text")
        return Released(words, frozenset(moderators))
    except (ValueError, TypeError):
        raise CannotOpen(
            "A released sentence opened, but is not of this form.",
            hint="It was written by another version of Seuil, or a row was exchanged: see /audit.",
        ) from None


def may_leave(sentence: str, languages: Mapping[str, Words]) -> bool:
    """Whether a sentence is short enough and points at nothing a program can see."""
    short = 0 < len(sentence) <= LONGEST_QUOTE and not any(sign.isnumeric() for sign in sentence)
    return short and not gives_away(sentence, languages)


def gives_away(sentence: str, languages: Mapping[str, Words]) -> bool:
    """Whether it names a place, a time, a number, a trade or somebody, or holds what redaction takes out."""
    if redact(sentence).removed or _names_somebody(sentence):
        return True
    folded = fold(sentence)
    told = f" {folded} "
    typed = set(folded.split())
    return (
        not typed.isdisjoint((*NUMBERS, *TIMES, *PLACES))
        or any(_ORDINAL.fullmatch(word) or word.startswith(TRADES) for word in typed)
        or any(f" {phrase} " in told for phrase in PHRASES)
        or any(
            not _calendar(words).isdisjoint(typed) or any(f" {place} " in told for place in _places(words))
            for words in languages.values()
        )
    )


def _names_somebody(sentence: str) -> bool:
    """Whether a capital stands within a sentence: a person, a company, a town, a feast."""
    return any(
        found[0][0].isupper() and found[0] not in _NO_NAMES and not _BEGINS.search(sentence[: found.start()])
        for found in _WORD.finditer(sentence)
    )


@lru_cache(maxsize=8)
def _calendar(words: Words) -> frozenset[str]:
    # Imported here: it brings time zones along, and no start has a quote.
    from babel.dates import get_day_names, get_month_names  # noqa: PLC0415

    locale = words.language.replace("-", "_")
    names = (*get_month_names("wide", locale=locale).values(), *get_day_names("wide", locale=locale).values())
    return frozenset(form for name in names for form in (fold(name), f"{fold(name)}s"))


@lru_cache(maxsize=8)
def _places(words: Words) -> tuple[str, ...]:
    return tuple(
        fold(words.option("region", option.code)) for option in REGION if option.code not in _TELLS_NOTHING
    )
