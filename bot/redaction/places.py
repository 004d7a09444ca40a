"""Where somebody lives: streets, postcodes, doors and floors, coordinates.

Never here: towns alone, which the closed questions ask as regions and which tell little by themselves.
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
    r"hameau|residence|resid|rte\.?|lieu[ -]dit|zac|montee|cite|cour|rang|peripherique|parvis|rampe|corniche|esc\.|res\.|lot\."
)
_UNSURE_TYPES: Final = r"place|pl\.?|cours|passage|voie|route|villa|mail|clos|domaine|cote|all\.?|ch\.?|r|za|zi|lot|res|chemin|cours|galerie|port|pont|porte"
"""With a number before them these may count things: "3 cours de yoga", "2 places de parking"."""

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

_TOWN: Final = (
    r"[a-zµ][a-zµ'-]+(?:[ -](?:sur|sous|en|les?|la|de|du|des|d'|l'|saint|st|ste|aux?|[a-zµ][a-zµ'-]+))*"
)
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
_ORDINAL_END: Final = re.compile(r"\d(?:er|nd|st|rd|th|de)$")
_CANADIAN: Final = re.compile(r"(?<![a-z0-9µ])[abceghj-nprstvxy]\d[a-z][ -]?\d[a-z]\d(?![a-z0-9µ])")

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
_COORDINATES: Final = re.compile(
    r"(?<![\d.])-?\d{1,2}[.,]\d{3,}°? ?[ns]?[ ,;/|et]{1,5}-?\d{1,3}[.,]\d{3,}°? ?[ewo]?\b|"
    r"\d{1,3} ?° ?\d{1,2} ?['\"¿] ?(?:\d{1,2}(?:[.,]\d+)? ?(?:''|[\"¿])? ?)?[nsewo]?(?:[ ,;]{0,3}\d{1,3} ?° ?\d{1,2} ?['\"¿] ?(?:\d{1,2}(?:[.,]\d+)? ?(?:''|[\"¿])? ?)?[nsewo]?\b)?|"
    r"(?<![a-z0-9µ])(?=[a-z]*\d)?[23456789cfghjmpqrvwx]{4,8}\+[23456789cfghjmpqrvwx]{2,3}(?![a-z0-9µ])|"
    r"\bgeo:-?\d[\d.,-]*|///[a-zµ]+\.[a-zµ]+\.[a-zµ]+"
)
_LAT_LON: Final = re.compile(r"\b(?:lat(?:itude)?|lon(?:gitude)?|lng)[ :=]{1,3}-?\d{1,3}[.,]\d+")

_STREET_WORDS: Final = frozenset(
    "rue r av ave avenue bd bvd boulv bld blvd boul boulevard impasse imp allee allees chemin chem quai square sq faubourg fbg fg esplanade promenade "
    "ruelle venelle traverse rond sentier sente chaussee dreve lotissement hameau residence resid rte lieu zac montee cite cour rang parvis "
    "place pl cours passage voie route villa mail clos domaine cote all ch za zi lot res immeuble galerie port pont porte corniche".split()
)
_ENGLISH_WORDS: Final = frozenset(_ENGLISH_TYPE.split("|"))
_DOOR_WORDS: Final = frozenset(
    "appartement appartements appart appt apprt appts apt aprt app logement studio chambre porte bureau box cave flat apartment unit room suite door "
    "lot parking boite bal batiment batim bat bt building block bloc tour escalier escal esc cage hall entree staircase stairwell etage floor palier "
    "niveau sonnette interphone buzzer intercom digicode digi code vigik gauche droite face storey pin gate entry keypad keybox key sonner sonnez sonne "
    "doorbell letterbox mailbox nom etag etg pavillon code villa maison ilot aile access alarm".split()
)


def find(view: View) -> Iterator[Span]:
    """Streets, postcodes, doors and coordinates in a text."""
    if not view.words.isdisjoint(_STREET_WORDS):
        yield from _streets(view)
    if not view.words.isdisjoint(_ENGLISH_WORDS):
        yield from _english(view)
    if not view.words.isdisjoint(_DOOR_WORDS) or (view.digits and not view.words.isdisjoint(_FLOORED)):
        yield from _doors(view)
    if view.digits:
        yield from _postcodes(view)
        for pattern in (_COORDINATES, _LAT_LON):
            for m in pattern.finditer(view.plain):
                yield Span(m.start(), m.end(), Kind.PLACE)
    elif "///" in view.plain:
        for m in _COORDINATES.finditer(view.plain):
            yield Span(m.start(), m.end(), Kind.PLACE)


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
            end = _street_name(view, m.end(), needs_capital=bare or few)
            if end is not None and (not bare or view.capital(_after_links(plain, m.end()))):
                yield Span(m.start(), end, Kind.ADDRESS)
    for m in _BARE_STREET.finditer(plain):
        yield from _without_number(view, m)


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


def _postcodes(view: View) -> Iterator[Span]:
    plain = view.plain
    for m in _FRENCH_CODE.finditer(plain):
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
    for m in _ASKED_CODE.finditer(plain):
        yield Span(m.start("code"), m.end("code"), Kind.POSTCODE)
    for m in _FOUR_FIGURES.finditer(plain):
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
    for m in _BRITISH.finditer(plain):
        if not _ORDINAL_END.search(m.group()):
            yield Span(m.start(), m.end(), Kind.POSTCODE)
    for m in _CANADIAN.finditer(plain):
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
