"""Postcodes with their towns, and coordinates.

Never here: towns alone, which the closed questions ask as regions and which tell little by themselves; map links
(`bot.redaction.online`), though they are called places too.
"""

# ruff: noqa: E501, SIM905 - patterns and word lists are cut where they mean something, not at a column

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.redaction.kinds import Kind, Span
from bot.redaction.view import View
from bot.redaction.words import STOP

_FRENCH_CODE: Final = re.compile(
    r"(?<![\d.,/+-])(?:f-?)?(?P<code>(?:0[1-9]|[1-8]\d|9[0-8])[ .]?\d{3})(?![\d/]|[.,]\d)(?: ?cedex(?: \d+)?)?(?P<gap>[ ,)(-]{1,3})?(?P<town>[a-zµ][a-zµ'-]*)?"
)
_BEFORE_CODE: Final = re.compile(r"(?:\b(?:au|a|habite|dans le|code postal|cp|postal|vis|quartier) |\()$")
_ASKED_CODE: Final = re.compile(
    r"\b(?:code postal|cp|postal code|postcode|zip(?: code)?|npa)\b[ :,(]{0,3}(?:c'?est |est |de |le |is |it's )?[:( ]?(?P<code>[a-z]{0,2}-?\d{4,5})(?!\d)"
)
_NEXT_TOWN: Final = re.compile(
    r"[ -](?:(?:sur|sous|en|les|le|la|lez|de|du|des|d'|l')[ -]){0,2}(?P<last>[a-zµ']+)"
)
_COUNTED: Final = frozenset(
    "euros euro eur e balles francs chf cad dollars pounds personnes gens habitants km kms metres m fois abonnes followers vues messages "
    "pas heures ans pages mots signes degres watts kwh volts litres kilos kg g tonnes amis clients visiteurs salaries people miles steps "
    "times views words years copies calls sms mails photos colis livraisons points entrees places euros. kwh tours millions cas femmes "
    "hommes enfants logements victimes temoignages plaintes foyers francais de d' par en ou et a pour sur dans il elle je j'ai on mais "
    "qui que par the of a and or for in per".split()
)
_TOWNS: Final = frozenset(
    "paris lyon marseille lille nantes rennes toulouse bordeaux nice strasbourg montpellier reims toulon grenoble dijon angers nimes brest "
    "limoges tours amiens metz besancon perpignan orleans mulhouse caen rouen nancy montreuil argenteuil roubaix tourcoing nanterre avignon "
    "creteil poitiers versailles pau courbevoie vitry colombes aulnay aubervilliers antibes cannes bezons saint st pantin bagnolet ivry "
    "bruxelles brussels liege namur charleroi mons anvers gand bruges ixelles uccle schaerbeek etterbeek anderlecht louvain wavre tournai "
    "geneve lausanne fribourg neuchatel sion delemont zurich berne bern bale basel carouge vernier yverdon montreux nyon vevey lugano "
    "villeurbanne venissieux vincennes clichy levallois boulogne issy antony massy evry cergy meaux melun troyes valence annecy chambery "
    "bayonne biarritz lorient vannes quimper cholet laval blois bourges nevers dunkerque calais lens arras valenciennes beziers sete ajaccio "
    "bastia cayenne noumea papeete drancy bobigny noisy sevran epinay sarcelles villejuif champigny maisons malakoff montrouge".split()
)
_TOWNS_OF_YEARS: Final = frozenset("neuchatel anvers antwerpen antwerp sion martigny".split())
"""Towns whose postcode looks like a year: 2000 Neuchâtel, 1950 Sion."""
_FOUR_FIGURES: Final = re.compile(
    r"(?<![\d.,/+-])(?P<country>(?:b|be|ch|l)-)?(?P<code>[1-9]\d{3})(?![\d/]|[.,]\d)[ ,]{1,2}(?P<town>[a-zµ][a-zµ'-]+)"
)
_BRITISH: Final = re.compile(r"(?<![a-z0-9µ])[a-z]{1,2}\d[a-z\d]? ?\d[abd-hjlnp-uw-z]{2}(?![a-z0-9µ])")
_ORDINAL_END: Final = re.compile(r"(?:1er|1st|2nd|2nde?|2de|3rd|[04-9]th)$")
_CANADIAN: Final = re.compile(r"(?<![a-z0-9µ])[abceghj-nprstvxy]\d[a-z][ -]?\d[a-z]\d(?![a-z0-9µ])")
_COORDINATES: Final = re.compile(
    r"(?<![\d.])-?\d{1,2}[.,]\d{3,}°? ?[ns]?[ ,;/|et]{1,5}-?\d{1,3}[.,]\d{3,}°? ?[ewo]?\b|"
    r"\d{1,3} ?° ?\d{1,2} ?['\"¿] ?(?:\d{1,2}(?:[.,]\d+)? ?(?:''|[\"¿])? ?)?[nsewo]?(?:[ ,;]{0,3}\d{1,3} ?° ?\d{1,2} ?['\"¿] ?(?:\d{1,2}(?:[.,]\d+)? ?(?:''|[\"¿])? ?)?[nsewo]?\b)?|"
    r"(?<![a-z0-9µ])(?=[a-z]*\d)?[23456789cfghjmpqrvwx]{4,8}\+[23456789cfghjmpqrvwx]{2,3}(?![a-z0-9µ])|"
    r"\bgeo:-?\d[\d.,-]*|///[a-zµ]+\.[a-zµ]+\.[a-zµ]+"
)
_LAT_LON: Final = re.compile(r"\b(?:lat(?:itude)?|lon(?:gitude)?|lng)[ :=]{1,3}-?\d{1,3}[.,]\d+")

_FRENCH_SHAPE: Final = re.compile(r"[0-9]{2}[ .]?[0-9]{3}")
_FOUR_SHAPE: Final = re.compile(r"[0-9]{4}")
_BRITISH_SHAPE: Final = re.compile(r"[0-9][a-z0-9]? ?[0-9][a-z]{2}")
_CANADIAN_SHAPE: Final = re.compile(r"[0-9][a-z][ -]?[0-9][a-z][0-9]")
_DECIMAL_SHAPE: Final = re.compile(r"[0-9][.,][0-9]{3}")
"""What each pattern above cannot match without."""
_CODE_WORDS: Final = frozenset("postal cp postcode zip npa".split())
_LAT_LON_WORDS: Final = frozenset("lat latitude lon longitude lng".split())


def find(view: View) -> Iterator[Span]:
    """Postcodes and coordinates in a text."""
    plain = view.plain
    if view.digits:
        yield from _postcodes(view)
    if "///" in plain or (view.digits and _may_be_coordinates(view)):
        for m in _COORDINATES.finditer(plain):
            yield Span(m.start(), m.end(), Kind.PLACE)
    if view.digits and not view.words.isdisjoint(_LAT_LON_WORDS):
        for m in _LAT_LON.finditer(plain):
            yield Span(m.start(), m.end(), Kind.PLACE)


def _may_be_coordinates(view: View) -> bool:
    plain = view.plain
    return _DECIMAL_SHAPE.search(view.figures) is not None or "°" in plain or "+" in plain or "geo:" in plain


def _postcodes(view: View) -> Iterator[Span]:
    plain, figures = view.plain, view.figures
    for m in _FRENCH_CODE.finditer(plain) if _FRENCH_SHAPE.search(figures) else ():
        town, code = m["town"] or "", m["code"]
        named = bool(town) and view.capital(m.start("town")) and town not in _COUNTED
        known = town in _TOWNS or town.split("-")[0] in _TOWNS
        counted = town in _COUNTED or plain[m.end("code") : m.end("code") + 2].strip()[:1] in {
            "¤",
            "%",
            "$",
            "£",
        }
        split = len(code) > 5
        before = plain[max(0, m.start() - 20) : m.start()]
        after_town = before.rstrip(" ,").rpartition(" ")[2] in _TOWNS
        cue = after_town or _BEFORE_CODE.search(before) is not None
        sole = plain[: m.start()].strip() == "" and plain[m.end("code") :].strip(" .\n") == ""
        bracketed = plain[max(0, m.start() - 1) : m.start()] == "(" and plain[m.end("code") :][:1] == ")"
        if not counted and (
            named
            or known
            or bracketed
            or (
                not split
                and (not code.endswith("00") or after_town)
                and (cue or sole or (town and town not in STOP))
            )
        ):
            end = _town_end(view, m.start("town"), m.end()) if named or known else m.end("code")
            yield Span(m.start(), end, Kind.POSTCODE)
    for m in _ASKED_CODE.finditer(plain) if not view.words.isdisjoint(_CODE_WORDS) else ():
        yield Span(m.start("code"), m.end("code"), Kind.POSTCODE)
    for m in _FOUR_FIGURES.finditer(plain) if _FOUR_SHAPE.search(figures) else ():
        town, year = m["town"], 1900 <= int(m["code"]) < 2100
        known = town in _TOWNS or town.split("-")[0] in _TOWNS
        if town in _COUNTED or (year and not m["country"] and town not in _TOWNS_OF_YEARS):
            continue
        if (
            known
            or m["country"]
            or (view.capital(m.start("town")) and town not in STOP and not m["code"].endswith("00"))
        ):
            yield Span(m.start(), _town_end(view, m.start("town"), m.end()), Kind.POSTCODE)
    for m in _BRITISH.finditer(plain) if _BRITISH_SHAPE.search(figures) else ():
        if not _ORDINAL_END.search(m.group()):
            yield Span(m.start(), m.end(), Kind.POSTCODE)
    for m in _CANADIAN.finditer(plain) if _CANADIAN_SHAPE.search(figures) else ():
        yield Span(m.start(), m.end(), Kind.POSTCODE)


def _town_end(view: View, start: int, end: int) -> int:
    """A town's name goes on through "-sur-", "Saint" and capitals, for at most four more words."""
    for _ in range(4):
        m = _NEXT_TOWN.match(view.plain, end)
        if m is None:
            break
        saint = view.plain[start:end] in {"saint", "st", "sainte", "ste"}
        if view.plain[end] == " " and not saint and not view.capital(m.start("last")):
            break
        end = m.end()
    return end
