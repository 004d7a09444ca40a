"""Doors, floors, staircases, entry codes, and the names on doorbells.

Never here: streets (`bot.redaction.streets`).

Why floors: together with a street that somebody knows already, a floor is a flat.
"""

# ruff: noqa: E501, SIM905 - patterns and word lists are cut where they mean something, not at a column

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.redaction.kinds import Kind, Span
from bot.redaction.view import View
from bot.redaction.words import STOP

_N: Final = r"(?: ?(?:n ?[°ºo]\.?|no\.?|num(?:ero)?|number|#))?"
_DOORS: Final = re.compile(
    r"(?<![a-zµ'])(?P<what>appartements?|appart|appt|apprt|appts?|apt|aprt|app|logement|studio|chambre|porte|bureau|box|cave|flat|apartment|unit|"
    r"room|suite|door|lot|parking|boite aux lettres|bal|batiment|batim|bat|bt|building|block|bloc|tour|escalier|escal|esc|cage|hall|entree|staircase|"
    r"stairwell|etage|floor|palier|niveau|sonnette|interphone|buzzer|intercom|pavillon|villa|maison|ilot|aile)\b(?: d'escalier| d'immeuble)?\.?"
    rf"(?:[ :-]{{0,2}}(?P<no>{_N}) ?:? ?)(?P<token>\d{{1,4}}(?: ?-? ?[a-z](?![a-zµ'0-9]))?(?:[-/.]\d{{1,4}})?|[a-z] ?-?\d{{1,4}}[a-z]?|[a-z](?![a-zµ'0-9]))(?![\d:]|[a-zµ]|[.,]\d)"
)
_COUNTS_AFTER: Final = re.compile(
    r" ?(?:pieces?|chambres?|personnes|m2|m\b|metres|fois|heures?|h\b|jours?|mois|ans|annees?|semaines?|minutes?|min\b|¤|%|euros?|e\b|km|nuits?|times|days|"
    r"hours|weeks|months|years|people|bedrooms?|beds?|rooms?|sqm|sur|par|x|a 2|ou \d|places?|voitures?|etages?|x\d|messages|appels)(?![a-zµ])"
)
_LETTER_AFTER: Final = re.compile(
    r" (?:cote|la|l'|droite|gauche|vendre|louer|cause|moitie|peine|plusieurs|nouveau|ete|eu|du|un|une|deux|toute|tout|son|sa|chaque|demi|code|cle|ouvrir|pied|and|was)"
)
_SOLID: Final = frozenset(
    "porte chambre bureau studio box cave logement tour maison villa parking lot room door suite niveau hall entree pavillon aile".split()
)
"""Things that can be followed by a number without being numbered ("porte 2 fois"): a capital, a mark or 2 digits help."""
_FLOOR: Final = re.compile(
    r"(?<![\d.,/])(?P<floor>\d{1,2} ?(?:er|ere|eme|ieme|iem|em|e|nd|nde|me|st|rd|th|°|º)? ?(?:et dernier )?(?:etage|etag|etg|et\.|floor|storey|niveau)(?![a-zµ]))"
    r"|\b(?P<words>(?:premier|deuxieme|second|troisieme|quatrieme|cinquieme|sixieme|septieme|huitieme|neuvieme|dixieme|onzieme|douzieme|treizieme|"
    r"quatorzieme|quinzieme|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth) (?:et dernier )?(?:etage|floor|storey)\b)"
    r"|\b(?:habite|habitais|vis|vivais|loge|suis|monte|monter) (?P<high>au \d{1,2} ?(?:er|ere|e|eme|ieme|em)(?![a-zµ])(?! (?:rdv|rendez|jour|mois|fois|appel|message|sms|arrondissement)))"
    r"|(?<![\d.,/])(?P<side>\d{1,2} ?(?:er|ere|eme|e|°)(?: etage)?,? (?:porte |a )?(?:gauche|droite|face|porte [a-z0-9]{1,3})(?![a-zµ]))"
)
_SIDE: Final = re.compile(r",? ?(?:porte |a |cote )?(?:de )?(?:gauche|droite|face)(?![a-zµ])")
_CODE: Final = re.compile(
    r"\b(?:digicode|digi code|digi|vigik|code(?: (?:d'entree|d'acces|de (?:la |l' ?|ma |mon |notre )?(?:porte|immeuble|entree|portail|residence|cle|boite a cles?|batiment|hall|maison|alarme|barriere|garage)"
    r"|(?:du |d'|de l')?(?:portail|immeuble|porte|entree|batiment|hall|alarme|interphone|garage)|wifi|alarme|porte|entree|immeuble))?|(?:door|gate|entry|access|key ?box|building|alarm|buzzer|keypad) ?(?:code|number)?|buzzer|pin)"
    r"(?: (?:en bas|du bas|d'en bas|de la porte|de l'immeuble|number|numero))?[ :=(\"«-]{0,4}(?:(?:c'?est|c est|est|etait|is|was|le|:|=) ?){0,2}[\"«( ]?"
    r"(?P<token>(?=[a-z*#]{0,3} ?\d)[a-z*#]{0,3}(?:[ .-]?\d[a-z0-9*#]*){1,4}(?:[ -]?[a-z*#](?![a-zµ'0-9]))?)(?![a-zµ])"
)
_RINGS: Final = re.compile(
    r"\b(?:interphone|sonnette|boite aux lettres|buzzer|intercom|letterbox|mailbox|nom sur (?:la porte|l'interphone|la sonnette|la boite)|sonne[rz]? (?:chez|a)|doorbell)"
    r"(?P<link>[ :=\"«]{1,3}(?:(?:au nom|nom|marquee?|says|labelled|sous le nom|with the name|avec le nom) ?(?:de |d' ?|: ?)?)?(?:[:=] ?)?[\"«]? ?)(?P<name>[a-zµ]{2,}(?:[ -][a-zµ]{2,})?)"
)
_DOOR_WORDS: Final = frozenset(
    "appartement appartements appart appt apprt appts apt aprt app logement studio chambre porte bureau box cave flat apartment unit room suite door "
    "lot parking boite bal batiment batim bat bt building block bloc tour escalier escal esc cage hall entree staircase stairwell etage floor palier "
    "niveau sonnette interphone buzzer intercom digicode digi code vigik gauche droite face storey pin gate entry keypad keybox key sonner sonnez sonne "
    "doorbell letterbox mailbox nom etag etg pavillon code villa maison ilot aile access alarm".split()
)
_LETTERED: Final = frozenset(
    "batiment bat bt bloc block escalier esc appt apt hall building porte entree cage".split()
)
_NEVER_LETTERED: Final = frozenset("maison app bal floor".split())
_RARELY_LETTERED: Final = frozenset("villa tour cave lot bureau room door parking".split())
"""Followed by a lone letter these are numbered only when it is a capital."""
_SMALL: Final = frozenset("a c d i j l m n s t y".split())
_FLOORED: Final = frozenset(
    "etage etag etg floor storey niveau gauche droite face habite habitais vis vivais loge suis monte monter".split()
)
_CODED: Final = frozenset("digicode digi vigik code buzzer pin".split())
_RUNG: Final = frozenset(
    "interphone sonnette boite buzzer intercom letterbox mailbox nom doorbell sonne sonner sonnez".split()
)
_NOT_RUNG: Final = frozenset(
    "casse cassee marche fonctionne hs ne video vide pleine plein cassees neuf neuve camera puis sans ouverte fermee forcee exterieure commune "
    "collective rang broken works working door doorbell again twice video camera voisine voisin droite gauche vigik badge".split()
)


def find(view: View) -> Iterator[Span]:
    """Doors, floors, codes and names on doorbells in a text."""
    if not view.words.isdisjoint(_DOOR_WORDS) or (view.digits and not view.words.isdisjoint(_FLOORED)):
        yield from _doors(view)


def _doors(view: View) -> Iterator[Span]:
    plain, words = view.plain, view.words
    lettered = not words.isdisjoint(_LETTERED) or any(len(word) == 1 for word in words - _SMALL)
    for m in _DOORS.finditer(plain) if view.digits or lettered else ():
        token = m["token"]
        if len(token) == 1 and token.isalpha():
            if not _is_letter_door(view, m):
                continue
        elif _COUNTS_AFTER.match(plain, m.end()) or not _numbered(m["what"], m["no"], token):
            continue
        yield Span(m.start(), m.end(), Kind.DOOR)
    for m in _FLOOR.finditer(plain) if not words.isdisjoint(_FLOORED) else ():
        side = _SIDE.match(plain, m.end())
        yield Span(
            m.start("high") + 3 if m["high"] else m.start(), side.end() if side else m.end(), Kind.DOOR
        )
    if view.digits and not words.isdisjoint(_CODED):
        for m in _CODE.finditer(plain):
            if sum(map(str.isdigit, m["token"])) >= 3 or "digicode" in m.group():
                yield Span(m.start("token"), m.end("token"), Kind.DOOR)
    for m in _RINGS.finditer(plain) if not words.isdisjoint(_RUNG) else ():
        yield from _rung(view, m)


def _rung(view: View, m: re.Match[str]) -> Iterator[Span]:
    """The name on a doorbell: after a mark or "au nom de", with a capital, or as the last word of the clause."""
    parts = re.split(r"[ -]", m["name"])
    pointed = any(mark in m["link"] for mark in (":", "=", '"', "«", "nom", "marque", "name"))
    named = view.capital(m.start("name"))
    last = len(parts) == 1 and _clause_ends(view.plain, m.end())
    if parts[0] not in STOP and parts[0] not in _NOT_RUNG and (pointed or named or last):
        whole = len(parts) == 1 or parts[1] not in STOP
        yield Span(m.start("name"), m.end() if whole else m.start("name") + len(parts[0]), Kind.NAME)


def _clause_ends(plain: str, end: int) -> bool:
    return re.compile(r"\s*(?:$|[,.;!?)\n])").match(plain, end) is not None


def _numbered(what: str, no: str, token: str) -> bool:
    if what in _SOLID:
        return bool(no) or len(token) > 1 or what in {"porte", "hall", "flat", "unit"}
    return what != "app" or len(token) > 1


def _is_letter_door(view: View, m: re.Match[str]) -> bool:
    """Whether "bât C" or "porte B" has a letter of its own, and not the words "à", "y", "d'"."""
    letter, what = view.text[m.start("token")], m["what"]
    if not letter.isascii() or (_LETTER_AFTER.match(view.plain, m.end()) and letter in "aA"):
        return False
    if view.capital(m.start("token")):
        return what not in _NEVER_LETTERED
    if what in _NEVER_LETTERED | _RARELY_LETTERED or _LETTER_AFTER.match(view.plain, m.end()):
        return False
    return letter.lower() not in "adjlmnstcy" or (
        what in _LETTERED - {"porte", "hall"} and letter in ("dc" if what == "bat" else "adc")
    )
