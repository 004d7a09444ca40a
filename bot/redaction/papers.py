"""Numbers on papers: plates, bank accounts, social security, companies, cards, case files; and any long number.

Never here: telephone numbers (`bot.redaction.phones`).

Why no checksum: a number with a typing error still leads to its owner, and whoever holds the list can find
it.
"""

# ruff: noqa: E501, SIM905 - patterns and word lists are cut where they mean something, not at a column

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.redaction.kinds import Kind, Span
from bot.redaction.trees import any_of
from bot.redaction.view import View

_S: Final = r"[^a-zµ0-9\x00¤$£%]{0,3}"
"""What may stand between the groups of a number."""

_PLATE: Final = re.compile(
    rf"(?<![a-z0-9µ'])[a-hj-np-tv-z]{{2}}({_S})\d{{3}}({_S})[a-hj-np-tv-z]{{2}}(?![a-z0-9µ'])"
)
_OLD_PLATE: Final = re.compile(
    rf"(?<![a-z0-9µ])\d{{2,4}}({_S})[a-z]{{2,3}}({_S})(?:0[1-9]|[1-8]\d|9[0-5]|2[ab]|97[1-6])(?![a-z0-9µ])"
)
_FOREIGN_PLATE: Final = re.compile(
    r"(?<![a-z0-9µ-])(?:[1-9]-[a-z]{3}-\d{3}|[a-z]{2}\d{2} ?[a-z]{3}|[a-z]{3}-\d{3}-?[a-z]?|(?:ge|vd|vs|fr|ne|ju|be|zh|bs|bl|ag|lu|ti) ?\d{4,6})"
    r"(?![a-z0-9µ])"
)
_PLATE_CUE: Final = re.compile(
    r"\b(?:plaques?(?: d'immatriculation| mineralogique)?|immat(?:riculation|riculee?)?|(?:number |licen[cs]e )?plates?|registration|reg)"
    r"(?: number| numero| n°)?[^a-z0-9\x00\n]{0,3}(?:(?:c'?est|est|etait|is|was|du camion|de la voiture|de sa voiture|sur|en|commence par|:) ?){0,3}"
    r"(?P<plate>(?=[a-z0-9 -]{0,10}\d)[a-z0-9]{1,8}(?:[ .-]?(?:[a-z]{1,3}(?![a-zµ'])|[a-z0-9]*\d[a-z0-9]*)){0,3})(?![a-z0-9µ])"
)
_PLATE_WORDS: Final = frozenset(
    "plaque plaques immat immatriculation immatricule immatriculee plate plates registration reg".split()
)
_UNITS: Final = frozenset(
    "km kms cm mm dm kg mg ml cl eu et en de la le un du ou on il je tu me te se ce ma ta sa ne ni si au es as a d l h mn min sec "
    "ans mois eur euros rue ter bis fr ch be av bd pm am st nd rd th to of in at by is my he we or go do so no be the and for pcs "
    "gb mo go ko mb tb px pp hp cv fps kwh mw kw lb lbs oz ft mph per ppl hrs jan feb mar apr may jun jul aug sep oct nov dec "
    "qui que par sur les des ses mes tes son mon ton une est pas plus car".split()
)

_IBAN: Final = re.compile(
    r"(?<![a-z0-9µ])(?:fr|be|ch|lu|mc|de|es|it|pt|nl|gb|ie|at|pl|ro|dk|se|no|fi|gr|cz|hu|bg|hr|lt|lv|ee|mt|cy|sk|si|li|tn|tr|ma|dz)"
    rf"{_S}\d{{2}}{_S}(?:[a-z]{{4}}{_S})?(?:(?=[a-z]{{0,3}}\d)[a-z0-9]{{1,30}}{_S}){{2,10}}"
)
_RIB_CUE: Final = re.compile(
    r"\b(?:rib|iban|bic|compte bancaire)\b[^0-9\x00\n]{0,25}(?P<number>[a-z]{0,2}\d[a-z0-9 .-]{4,60}\d)"
)
_SWIFT: Final = re.compile(
    r"\b(?:bic|swift)\b[^a-z0-9\x00]{0,4}(?:code )?(?:c'?est |: ?)?(?P<number>[a-z]{6}[a-z0-9]{2}(?:[a-z0-9]{3})?)\b"
)

_NIR: Final = re.compile(
    rf"(?<![0-9])[1-478]{_S}\d{_S}\d{_S}(?:0[1-9]|1[0-2]|[2-9]\d){_S}(?:\d{_S}\d|2{_S}[ab]){_S}\d{{3}}{_S}\d{{3}}(?:{_S}\d{{2}})?(?![0-9])"
)
_LONG: Final = re.compile(
    r"[0-9](?:(?:[^a-zµ0-9\x00¤$£%,;:\n]{0,3}[0-9]){6,}|[0-9]{2}(?:, ?[0-9]{3}){2,}(?:, ?[0-9]{2,5})?)"
)
_MIXED: Final = re.compile(r"(?<![a-z0-9µ])(?=[a-z-]*\d)[a-z0-9]+(?:-[a-z0-9]+)*(?![a-z0-9µ])")
_DATE: Final = re.compile(r"(?<!\d)\d{1,2}([/.-])\d{1,2}\1(?:19[3-9]|20[0-4])\d(?!\d)")
_AMOUNT: Final = re.compile(
    r"\s?(?:¤|%|\$|£|euros?|eur|e\b|balles|k¤|dollars?|pounds|habitants|personnes|fois|km|francs?|chf|cad|people|times|ans\b|m\b|"
    r"metres?|vues|abonnes|followers|views|millions?|milliards?)"
)
_ROUND: Final = re.compile(r"\d{1,3}(?:[ .]\d{3})+")

_LAW: Final = re.compile(
    r"\b(?:articles?|art\.?|loi|lois|decret|alinea|section|directive|reglement|act|ordonnance|arret|pourvoi|rgpd|gdpr)"
    r"(?: (?:n ?[°o]|no\.?|numero))? ?[lrda]?[. *]{0,2}(?:\d[\d-]* ?(?:et|a|,|and|to) ?){0,3}(?:[lrd]\.? ?)?$"
)
_CASE_WORDS: Final = (
    "dossier intervention ticket commande colis suivi reference ref refs contrat client cliente plainte pv facture incident demande "
    "reclamation sinistre matricule badge pdl prm compteur case order tracking booking job complaint crime invoice contract customer "
    "mission rdv rendez-vous bon bordereau siren siret licence adherent abonne abonnement assure police permis passeport passport "
    "identite securite secu nir vitale agrement livraison course parcel delivery claim account id identifiant nas siege ape naf tva "
    "carte cb visa mastercard card crypto cryptogramme cvv cvc main-courante courante policy procedure parquet enregistrement ordre"
)
_CASES: Final = frozenset(_CASE_WORDS.replace("rendez-vous", "").replace("main-courante", "").split()) | {
    "n",
    "no",
    "numero",
    "num",
    "number",
}
_SCHEDULE: Final = re.compile(r"\d{1,2} ?h(?![a-z])")
_NEXT_WORD: Final = re.compile(r" ?([a-zµ]+)")
_MEASURES: Final = frozenset(
    "fois euros mois ans jours heures h min minutes km times days weeks hours years months metres".split()
)
_FILES: Final = _CASES - {"n", "no", "numero", "num", "number"}
_NO: Final = r"(?:n ?[°ºo] ?|no\.? ?|nr\.? ?|num(?:ero)?\.? ?|numeros? ?|number ?|# ?|id )"
_CASE: Final = re.compile(
    rf"\b(?P<what>{any_of(_CASE_WORDS.split())})s?\b"
    r"(?: (?:d'intervention|de (?:suivi|commande|dossier|plainte|colis|police)|client|number|numero|file|sociale|ref(?:erence)?|bancaire|bleue|vitale|postale|visa))*"
    rf"\.?\s?[\"«(:=-]*\s?(?P<no>{_NO})?(?:(?:d'intervention|de (?:suivi|dossier|commande|client)|client) )?"
    r"(?P<is>(?:c'?est|c est|est|etait|is|was|le|numero|:) ?(?:le )?)?[\"«:=(-]*\s?"
    r"(?P<token>[a-z]{0,6}[-/. ]?\d[a-z0-9]*(?:[-/._ ]{1,3}(?=[a-z]{0,4}\d)[a-z0-9]+){0,8})(?![a-zµ])"
)
_NUMBERED: Final = re.compile(
    rf"\b{_NO}(?:(?:de |du |d'|de la |de l'|of )?(?:[a-z']+ ){{0,3}})?[:=(-]*\s?(?:(?:c'?est|est|etait|is|was) (?:le )?)?[:=(-]*\s?"
    r"(?P<token>[a-z]{0,6}[-/.]?\d[a-z0-9]*(?:[-/._ ]{1,3}(?=[a-z]{0,3}\d)[a-z0-9]+){0,8})(?![a-zµ])"
)
_CARD_ENDS: Final = re.compile(
    r"\b(?:carte|cb|visa|mastercard|card)\b[^0-9\x00\n.]{0,30}\b(?:fini[rt]?|finissant|termine|terminant|ends?|ending)[a-z ]{0,6}? (?P<number>\d{2,4})(?!\d)"
)
_CVV: Final = re.compile(r"\b(?:cvv|cvc|crypto(?:gramme)?)\b[^0-9\x00\n]{0,15}(?P<number>\d{3,4})(?!\d)")
_THREE: Final = re.compile(r"[0-9]{3}")
_OLD_PLATE_SHAPE: Final = re.compile(rf"[0-9]{_S}[a-z]{{2,3}}{_S}[0-9]")
_FOREIGN_SHAPE: Final = re.compile(r"[0-9]{2}(?:[0-9]| ?[a-z]{3})")
_MIXED_SHAPE: Final = re.compile(r"[0-9]-?[a-z]|[a-z]-?[0-9]")
"""What a plate or a code cannot be without."""
_FEWEST_IN_IBAN, _FEWEST_IN_NIR, _FEWEST_IN_LONG, _FEWEST_IN_MIXED = 10, 12, 7, 6
"""Digits in all of a text under which none of these stands in it."""
_CARD_CUES: Final = frozenset("carte cb visa mastercard card".split())
_CVV_CUES: Final = frozenset("cvv cvc crypto cryptogramme".split())
_CARD_WORDS: Final = frozenset("carte cb visa mastercard card amex".split())
_BANK: Final = frozenset("rib iban bic swift compte bancaire".split())
_SOCIAL: Final = frozenset("securite secu nir vitale".split())
_COMPANY: Final = frozenset("siren siret".split())


def find(view: View) -> Iterator[Span]:
    """Numbers of papers in a text; nothing in a text without a digit, except bank codes."""
    if not view.digits:
        return
    plain = view.plain
    count = sum(map(str.isdigit, view.figures))
    yield from _plates(view)
    for m in _IBAN.finditer(plain) if count >= _FEWEST_IN_IBAN else ():
        if sum(map(str.isdigit, m.group())) >= _FEWEST_IN_IBAN:
            yield Span(m.start(), _trimmed(plain, m.start(), m.end()), Kind.IBAN)
    if not view.words.isdisjoint(_CASES):
        yield from _cases(view)
    if not view.words.isdisjoint(_BANK):
        for pattern in (_RIB_CUE, _SWIFT):
            for m in pattern.finditer(plain):
                yield Span(m.start("number"), m.end("number"), Kind.IBAN)
    for m in _NIR.finditer(plain) if count >= _FEWEST_IN_NIR else ():
        yield Span(m.start(), m.end(), Kind.NIR)
    if count >= _FEWEST_IN_LONG:
        yield from _long(plain)
    if count >= _FEWEST_IN_MIXED and _MIXED_SHAPE.search(view.figures):
        yield from _mixed(plain)


def _trimmed(plain: str, start: int, end: int) -> int:
    while end > start and not plain[end - 1].isalnum():
        end -= 1
    return end


def _plates(view: View) -> Iterator[Span]:
    plain, text = view.plain, view.text
    cued = not view.words.isdisjoint(_PLATE_WORDS)
    figures = view.figures
    for pattern, shape in ((_PLATE, _THREE), (_OLD_PLATE, _OLD_PLATE_SHAPE)):
        for m in pattern.finditer(plain) if shape.search(figures) else ():
            letters = [w for w in re.split(r"[^a-z]+", m.group()) if w]
            joined = not m.group(1) and not m.group(2)
            dashed = bool(m.group(1).strip() and m.group(2).strip())
            upper = all(c.isupper() for c in text[m.start() : m.end()] if c.isalpha()) and not view.shouting
            ordinary = any(w in _UNITS for w in letters)
            if (
                cued
                or upper
                or (not ordinary and (joined or dashed or pattern is _PLATE or len(m.group().split()[0]) > 2))
            ):
                if pattern is _OLD_PLATE and ordinary and not cued:
                    continue
                if (
                    pattern is _PLATE
                    and ordinary
                    and not (cued or joined or dashed or (upper and not view.shouting))
                ):
                    continue
                yield Span(m.start(), m.end(), Kind.PLATE)
    for m in _FOREIGN_PLATE.finditer(plain) if _FOREIGN_SHAPE.search(figures) else ():
        letters = [w for w in re.split(r"[^a-z]+", m.group()) if w]
        upper = text[m.start() : m.end()].isupper() and not view.shouting
        if upper and not any(w in _UNITS and len(w) == 3 for w in letters):
            yield Span(m.start(), m.end(), Kind.PLATE)
    if cued:
        for m in _PLATE_CUE.finditer(plain):
            yield Span(m.start("plate"), m.end("plate"), Kind.PLATE)


def _long(plain: str) -> Iterator[Span]:
    """Any number of seven digits or more that is no amount: cards, companies and accounts by their length."""
    for m in _LONG.finditer(plain):
        digits = "".join(filter(str.isdigit, m.group()))
        groups = re.findall(r"\d+", m.group())
        if (
            all(_year(g) for g in groups)
            or (_DATE.search(m.group()) and len(digits) < 13)
            or _of_a_law(plain, m.start())
            or (_ROUND.fullmatch(m.group()) and (digits.endswith("000") or _AMOUNT.match(plain, m.end())))
        ):
            continue
        if len(digits) < 10 and (_AMOUNT.match(plain, m.end()) or all(len(g) < 3 for g in groups)):
            continue
        yield Span(m.start(), m.end(), _by_length(digits, groups))


def _of_a_law(plain: str, start: int) -> bool:
    """The number of a law, "article 222-33-2" or "loi n° 2018-703", points at nobody."""
    return _LAW.search(plain, max(0, start - 40), start) is not None


def _year(group: str) -> bool:
    return len(group) == 4 and group[:2] in {"19", "20"}


def _by_length(digits: str, groups: list[str]) -> Kind:
    count = len(digits)
    shape = tuple(map(len, groups))
    if shape in {(3, 3, 3, 5), (14,), (9, 5)}:
        return Kind.SIRET
    if count in {15, 16, 19} or (shape[:3] == (4, 4, 4) and count > 12) or shape == (4, 6, 5):
        return Kind.CARD
    if 20 <= count <= 27:
        return Kind.IBAN
    return Kind.NUMBER


def _mixed(plain: str) -> Iterator[Span]:
    """Codes of letters and digits with six digits or more, such as parcel numbers: `6A12345678901`, `INT-2024-118`."""
    for m in _MIXED.finditer(plain):
        code = m.group()
        digits = sum(map(str.isdigit, code))
        letters = sum(map(str.isalpha, code))
        if re.fullmatch(r"[a-z]*[0o]\d{9}[a-z]*", code):
            continue  # a telephone number typed without its space
        if (
            digits >= _FEWEST_IN_MIXED
            and letters
            and letters <= digits + 4
            and not re.fullmatch(r"\d+[a-z]{3,}", code)
        ):
            yield Span(m.start(), m.end(), Kind.CASE_NUMBER)


def _cases(view: View) -> Iterator[Span]:
    plain = view.plain
    for m in _CASE.finditer(plain):
        what, token = m["what"], m["token"]
        end = m.start("token") + len(token)
        if _AMOUNT.match(plain, end) or _is_measure(plain, end) or _SCHEDULE.match(token):
            continue
        digits = sum(map(str.isdigit, token))
        if digits >= (2 if m["no"] else 4 if token.isdigit() else 3) and (m["no"] or not _year(token)):
            yield Span(m.start("token"), end, _kind_for(what))
    for m in _NUMBERED.finditer(plain):
        token = m["token"]
        end = m.start("token") + len(token)
        bare_no = m.group().startswith("no") and not m.group().startswith(("no.", "no ", "nor"))
        if (
            sum(map(str.isdigit, token)) >= 3
            and not _AMOUNT.match(plain, end)
            and not _is_measure(plain, end)
            and not bare_no
        ):
            if _of_a_law(plain, m.start("token")):
                continue
            said = set(re.findall(r"[a-z]+", plain[m.start() : m.start("token")])) & _FILES
            yield Span(m.start("token"), end, Kind.CASE_NUMBER if said else Kind.NUMBER)
    for pattern, cues in ((_CARD_ENDS, _CARD_CUES), (_CVV, _CVV_CUES)):
        for m in pattern.finditer(plain) if not view.words.isdisjoint(cues) else ():
            yield Span(m.start("number"), m.end("number"), Kind.CARD)


def _is_measure(plain: str, end: int) -> bool:
    m = _NEXT_WORD.match(plain, end)
    return m is not None and m[1] in _MEASURES


def _kind_for(what: str) -> Kind:
    if what in _CARD_WORDS:
        return Kind.CARD
    if what in _SOCIAL:
        return Kind.NIR
    return Kind.SIRET if what in _COMPANY else Kind.CASE_NUMBER
