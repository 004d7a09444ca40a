"""Streets: French ones first, by their number and their type, then English ones by their last word.

Never here: doors and floors (`bot.redaction.doors`), postcodes (`bot.redaction.places`).

Why a name ends where it does: after a capital it goes on in capitals; in lower-case chat it takes the words that
follow until a small word or a verb. A word too many is removed rather than one too few.
"""

# ruff: noqa: E501, SIM905 - patterns and word lists are cut where they mean something, not at a column

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.redaction.kinds import Kind, Span
from bot.redaction.view import View
from bot.redaction.words import STOP

_SURE_TYPES: Final = (
    r"rue|r\.|av\.?|ave\.?|avenue|bd\.?|bvd\.?|boulv\.?|bld\.?|blvd\.?|boul\.?|boulevard|impasse|imp\.?|allees?|chemin|chem\.?|quai|square|sq\.?|"
    r"faubourg|fbg|fg|esplanade|promenade|ruelle|venelle|traverse|rond[ -]point|sentier|sente|chaussee|drève|dreve|lotissement|"
    r"route|hameau|residence|resid|rte\.?|lieu[ -]dit|zac|montee|cite|cour|rang|peripherique|parvis|rampe|corniche|esc\.|res\.|lot\."
)
_UNSURE_TYPES: Final = r"place|pl\.?|cours|passage|voie|route|villa|mail|clos|domaine|cote|all\.?|ch\.?|r|za|zi|lot|res|chemin|cours|galerie|port|pont|porte"
"""With a number before them these may count things: "3 cours de yoga", "2 places de parking"."""
_NEVER_MANY: Final = frozenset({"place", "pl", "pl.", "passage", "villa", "clos"})
FEW: Final = 5
"""From this number on, "12 place de toulouse" is an address; below, "1 place de parking" may be counted."""
_DIGITS: Final = re.compile(r"\d+")
_NUMBER: Final = (
    r"(?<![\d.,/])\d{1,4}(?: ?(?:-|/|et|,) ?\d{1,4})?(?:,? ?(?:bis|ter|quater)\b| ?[a-d]\b(?!'))?"
)
_NUMBER_WORD: Final = (
    r"(?:un|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingt|trente|quarante|cinquante|"
    r"soixante|quatre[ -]vingts?|cent)(?:[ -](?:et[ -])?(?:un|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|"
    r"quinze|seize|vingts?))*(?: (?:bis|ter))?"
)
_STREET: Final = re.compile(
    rf"(?:\b(?:n ?[°o]|numero) ?)?(?:{_NUMBER}|(?<![a-zµ])(?!une? [a-z]){_NUMBER_WORD}(?= (?:rue|avenue|boulevard|bd|av|impasse|allee))) ?,? ?(?:dans la |de la |sur l' ?|de l' ?)?\b(?P<type>{_SURE_TYPES})(?:(?<=\.)|(?![a-zµ])) ?"
)
_UNSURE_STREET: Final = re.compile(
    rf"(?:\b(?:n ?[°o]|numero) ?)?(?P<n>{_NUMBER}) ?,? ?\b(?P<type>{_UNSURE_TYPES})(?:(?<=\.)|(?![a-zµ'])) ?"
)
_BARE_STREET: Final = re.compile(
    r"(?<![a-zµ])(?P<type>rue|r\.|avenue|av\.?|boulevard|bd\.?|bld|impasse|quai|square|faubourg|residence|lotissement|allee|chemin|place|"
    r"hameau|lieu[ -]dit|cite|passage|chaussee|sentier|immeuble|route|esplanade)(?:(?<=\.)|(?![a-zµ'])) "
)
_LINK: Final = (
    r"(?:de la |de l' ?|du |des |de |d' ?|la |le |les |l' ?|aux? |a la |a l' ?|sur |saint[- ]|ste?[- ])"
)
_LINKS: Final = re.compile(rf"(?:{_LINK}){{0,2}}")
_PIECE: Final = re.compile(r"[a-z0-9µ]+(?:['-][a-z0-9µ]+)*\.?")
_GAP: Final = re.compile(r"[ ]|-")
_TAIL: Final = re.compile(
    rf",? ?(?:n ?[°o] ?|au )?{_NUMBER}(?![\d:/.,]|\s?(?:¤|h\b|heures?|fois|ans|euros|jours|mois|personnes|min))(?! ?[e°]r?\b)"
)
_NOT_STREETS: Final = STOP | frozenset(
    "principale secondaire etudiante universitaire privee securisee senior seniors commune pietonne parallele voisine deserte sombre "
    "vide barree etroite passante calme adjacente opposee parking stationnement cinema theatre concert train avion assise debout libre "
    "disponible bus yoga danse piano guitare cuisine chant maths math francais anglais espagnol allemand sport gym natation dessin "
    "theatre musique soutien particulier particuliers collectif collectifs semaine route secours cause accident retour ecole "
    "deux trois blanche coup moment endroit moins voie gauche droite metres mail mails recu recus envoye envoyes "
    "metre metres meter meters foot feet miles communautaire sociale hlm gardee fermee ouverte collective gardienne standing meublee nationale departementale".split()
)
_COMMON_BEFORE: Final = frozenset(
    "la ma mon ta ton une un cette sa son notre votre leur l' autre meme d'une chaque deux".split()
)
_SURE_BARE: Final = frozenset(
    [
        "rue",
        "r.",
        "avenue",
        "av.",
        "boulevard",
        "bd",
        "bd.",
        "impasse",
        "lotissement",
        "lieu-dit",
        "lieu dit",
        "hameau",
        "faubourg",
        "chaussee",
    ]
)
_PLAIN_AFTER_LINK: Final = frozenset(
    "mon ma mes chez derriere en face haut bas dessus dessous cote son sa ses notre nos leur leurs autre autres ici ce cette "
    "immeuble maison appartement travail boulot bureau nuit jour soir matin parking gare ecole".split()
)
_ENGLISH_TYPE: Final = r"street|st|road|rd|avenue|ave|lane|ln|drive|dr|close|court|ct|crescent|cres|terrace|gardens|gdns|way|place|square|mews|hill|grove|park|row|walk|green|boulevard|blvd|alley|parade|wharf|yard|gate|rise|view"
_ENGLISH: Final = re.compile(
    rf"(?<![\d.,:/])(?P<n>\d{{1,5}}[a-z]?(?: ?[-/] ?\d{{1,4}})?),? (?P<name>(?:[a-zµ][a-zµ'.-]* ){{1,3}}?)(?P<type>{_ENGLISH_TYPE})(?![a-zµ])\.?"
)
_ENGLISH_BARE: Final = re.compile(
    rf"(?<![a-zµ])(?P<name>(?:[a-zµ][a-zµ'.-]* ){{1,2}}?)(?P<type>{_ENGLISH_TYPE})(?![a-zµ])"
)
_ENGLISH_SURE: Final = frozenset(
    "street st road rd avenue ave lane ln crescent terrace gardens mews grove".split()
)
_ENGLISH_NOT: Final = STOP | frozenset(
    "minute minutes min mins hour hours hr mile miles metre metres meter meters foot feet yard yards year years old day days week weeks "
    "people men women guys car cars way door doors empty busy side open next quiet dead one-way two-way long short different "
    "separate other wrong right times time same bike bus taxi truck front back".split()
)
_STREET_WORDS: Final = frozenset(
    "rue r av ave avenue bd bvd boulv bld blvd boul boulevard impasse imp allee allees chemin chem quai square sq faubourg fbg fg esplanade promenade "
    "ruelle venelle traverse rond sentier sente chaussee dreve lotissement hameau residence resid rte lieu zac montee cite cour rang parvis "
    "place pl cours passage voie route villa mail clos domaine cote all ch za zi lot res immeuble galerie port pont porte corniche".split()
)
_ENGLISH_WORDS: Final = frozenset(_ENGLISH_TYPE.split("|"))


def find(view: View) -> Iterator[Span]:
    """Streets, with a number or without, in a text."""
    if not view.words.isdisjoint(_STREET_WORDS):
        yield from _streets(view)
    if not view.words.isdisjoint(_ENGLISH_WORDS):
        yield from _english(view)


def _streets(view: View) -> Iterator[Span]:
    plain = view.plain
    for m in _STREET.finditer(plain):
        end = _street_name(view, m.end())
        if end is not None:
            yield Span(m.start(), end, Kind.ADDRESS)
        elif m["type"] in {"rue", "avenue", "boulevard", "impasse", "bd", "av"}:
            yield Span(m.start(), m.end("type"), Kind.ADDRESS)
    if view.digits:
        for m in _UNSURE_STREET.finditer(plain):
            bare = bool(re.compile(r"(?:de|d') ?(?!la |l'|les )").match(plain, m.end()))
            few = m["type"] in {"r", "ch", "all", "mail", "lot", "res", "port", "pont", "porte", "galerie"}
            many = m["type"] in _NEVER_MANY and int(_DIGITS.search(m["n"])[0]) >= FEW  # type: ignore[index]
            end = _street_name(view, m.end(), needs_capital=few or (bare and not many))
            if end is not None and (not bare or many or view.capital(_after_links(plain, m.end()))):
                yield Span(m.start(), end, Kind.ADDRESS)
    for m in _BARE_STREET.finditer(plain):
        yield from _without_number(view, m)


def _street_name(view: View, at: int, *, needs_capital: bool = False) -> int | None:
    """Where the name of a street that begins at `at` ends, or None when there is none."""
    plain = view.plain
    links = _LINKS.match(plain, at)
    start = links.end() if links else at
    first = _PIECE.match(plain, start)
    if first is None or (_refused(first.group().rstrip(".")) and not view.capital(start)):
        return None
    if needs_capital and not view.capital(start):
        return None
    end, capital = first.end(), view.capital(start)
    for _ in range(5):
        if plain[end - 1] == "." and len(first.group()) > 3:
            return end - 1
        gap = _GAP.match(plain, end)
        inner = _LINKS.match(plain, gap.end()) if gap else None
        piece = _PIECE.match(plain, inner.end()) if inner else None
        if gap is None or inner is None or piece is None:
            break
        word = piece.group().rstrip(".")
        if (
            word.isdigit()
            or (_refused(word) and not view.capital(piece.start()))
            or (word in STOP and len(word) < 4)
        ):
            break
        if capital and not view.capital(piece.start()):
            break
        if (
            not capital
            and inner.group()
            and not inner.group().startswith(("de ", "du ", "des ", "d'", "saint", "st"))
        ):
            break
        first, end = piece, piece.end()
    return end - (plain[end - 1] == ".")


def _refused(word: str) -> bool:
    return word in _NOT_STREETS or (
        "'" in word and word.partition("'")[0] in {"j", "c", "m", "n", "s", "t", "qu", "l", "d"}
    )


def _after_links(plain: str, at: int) -> int:
    links = _LINKS.match(plain, at)
    return links.end() if links else at


def _without_number(view: View, m: re.Match[str]) -> Iterator[Span]:
    plain = view.plain
    name = _after_links(plain, m.end())
    linked = name > m.end()
    word = _PIECE.match(plain, name)
    if word is None:
        return
    sure = m["type"] in _SURE_BARE
    named = view.capital(name)
    before = plain[max(0, m.start() - 6) : m.start()].split()
    common = bool(before) and before[-1] in _COMMON_BEFORE
    unlike = word.group().rstrip(".") in _PLAIN_AFTER_LINK | _NOT_STREETS
    plural = m["type"] == "residence" and plain[m.end() : name].startswith(("les ", "des ", "du ", "le "))
    if not named and (not (sure or plural) or unlike or (common and not linked)):
        return
    end = _street_name(view, m.end())
    if end is not None:
        tail = _TAIL.match(plain, end)
        if m["type"] == "r." and not named and not tail:
            return
        yield Span(m.start(), tail.end() if tail else end, Kind.ADDRESS)


def _english(view: View) -> Iterator[Span]:
    if view.digits:
        for m in _ENGLISH.finditer(view.plain):
            words = m["name"].split()
            named = all(view.capital(m.start("name") + o) for o in _offsets(m["name"])) or view.shouting
            if any(w in _ENGLISH_NOT for w in words) and not (named and words[0] not in STOP):
                continue
            if named or m["type"] in _ENGLISH_SURE:
                yield Span(m.start(), m.end(), Kind.ADDRESS)
    for m in _ENGLISH_BARE.finditer(view.plain):
        offsets = list(_offsets(m["name"]))
        last = m.start("name") + offsets[-1]
        word = m["name"].split()[-1]
        if (
            not (view.capital(last) and view.capital(m.start("type")))
            or word in STOP
            or m["type"] in {"park", "place", "st", "dr", "hill", "court", "gate", "view", "green"}
        ):
            continue
        start = (
            m.start("name") if view.capital(m.start("name")) and m["name"].split()[0] not in STOP else last
        )
        yield Span(start, m.end(), Kind.ADDRESS)


def _offsets(words: str) -> Iterator[int]:
    for m in re.finditer(r"[^ ]+", words):
        yield m.start()
