"""Companies, by a list, and words that are a company only in company.

Never here: sole traders' own names, which are people's names (`bot.redaction.names`).

Why at all: a sole trader is a person, and naming a firm beside a town and a trade can be naming the one who came.
"""

# ruff: noqa: E501, SIM905 - patterns and word lists are cut where they mean something, not at a column

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.redaction.kinds import Kind, Span
from bot.redaction.trees import any_of
from bot.redaction.view import View
from bot.redaction.words import STOP

_SURE: Final = """
sfr; red by sfr; sosh; bouygues; bouygues telecom; bouygtel; byg tel; numericable; freebox; livebox; bbox; free mobile; orange bank; nrj mobile; la poste mobile;
prixtel; coriolis; virgin mobile; b&you; engie; edf; enedis; erdf; grdf; gdf; gdf suez; totalenergies; total energies; direct energie; ekwateur; ilek;
vattenfall; plenitude; mint energie; ohm energie; sowee; eni gas; planete oui; enercoop; veolia; suez eau; lyonnaise des eaux; saur; eau de paris;
chronopost; colissimo; dpd; gls; fedex; dhl; tnt express; mondial relay; relais colis; colis prive; geodis; la poste groupe; viapost; bpost; postnl; postnord;
deliveroo; uber eats; ubereats; uber; uber eat; just eat; justeat; stuart; getir; gorillas; flink; frichti; glovo; dija; cajoo; doordash; heetch; bolt food;
blablacar; amazon; amazon logistics; amazon flex; cdiscount; zalando; vinted; leboncoin; le bon coin; aliexpress; shein; temu; airbnb;
darty; fnac darty; fnac; boulanger sa; leroy merlin; castorama; brico depot; bricomarche; bricorama; ikea; conforama; mobalpa; schmidt cuisines; electro depot;
ubaldi; carrefour; auchan; intermarche; e.leclerc; leclerc drive; e leclerc; monoprix; franprix; lidl; aldi; picard surgeles; ooshop; houra; chronodrive;
foncia; nexity; citya; orpi; century 21; laforet immobilier; guy hoquet; stephane plaza; iad france; seloger; pap.fr; bien ici; oralia; loiselet; sergic; immo de france; square habitat;
paris habitat; rivp; cdc habitat; action logement; 3f; immobiliere 3f; batigere; vilogia; erilia; in'li; seqens; grand lyon habitat; habitat 76; opac; sodexo;
axa; maif; macif; matmut; maaf; groupama; allianz; generali; gmf; mma; homeserve; home serve; inter mutuelles; europ assistance; mondial assistance; april assurances;
taskrabbit; needhelp; youpijob; allovoisins; allo voisins; stootie; yoojo; hellocasa; mesdepanneurs; mes depanneurs; viadom; onela; adhap; shiva menage; o2 care; aviva menage; wecasa; treatwell;
sogetrel; scopelec; circet; solutions 30; solution 30; constructel; axione; axians; firalp; spie; eiffage; vinci; ineo; snef; proxiserve; isitherm; techem; ocea; ista compteurs; engie home services;
otis; schindler; kone; thyssenkrupp; thyssen krupp; verisure; securitas; sector alarm; eps telesurveillance; nexecur; canal+; canal plus; canalsat; rentokil; isotoit; effy; hellio; iziconfort; izi by edf; synerciel;
sncf; ratp; transdev; keolis; g7; taxis g7; kapten; chauffeur prive; doctolib; ameli; adecco; manpower; randstad; menway;
proximus; telenet; voo; luminus; ores; fluvius; sibelga; engie electrabel; electrabel; vivaqua; swisscom; swiss post; groupe e; romande energie; sig geneve; upc cablecom; coop city; migros; digitec;
hydro-quebec; hydro quebec; energir; videotron; rogers; telus; bell canada; purolator; postes canada; canada post; intelcom; canadian tire; skip the dishes; skipthedishes;
openreach; talktalk; virgin media; british gas; octopus energy; eon energy; ovo energy; edf energy; scottish power; thames water; evri; myhermes; royal mail; parcelforce; yodel; tesco; sainsbury's; sainsburys; asda; ocado; argos; currys; screwfix; checkatrade; rightmove; foxtons; savills; dominos; domino's; ups; usps; comcast; xfinity; verizon; doordash; grubhub; instacart; taskrabbit; handy.com; home depot;
ghostbusters serrurerie; sos serrurier; sos depannage; mcdonald's; mcdo; mcdonalds; burger king; pizza hut; kfc; o'tacos; bipbip; toupargel; thiriet; maximo; bofrost; hello fresh; hellofresh; quitoque; la fourche; cora drive; super u; systeme u
"""
_AMBIGUOUS: Final = (
    "orange|free|la poste|poste immo|but|boulanger|total|suez|casino|base|salt|sky|bell|bolt|bt|o2|ee|three|shiva|stuart|picard|era|laforet|"
    "hermes|mint|eni|cora|leclerc|systeme u|city|coop|sunrise|scarlet|handy|kapten|ista|april|mutuelle|sig|otis|post office"
)
"""Colours, towns, buildings and adjectives, unless something around says who sent the person."""

_SENT_BEFORE: Final = re.compile(
    r"(?:\b(?:de )?chez|\b(?:techniciens?|technicienne|agents?|livreur(?:se|s)?|conseillere?|operateur|box|boutique|service client(?:s|ele)?|abonnement|fibre|forfait|abonnee?s?|"
    r"cliente?|sav|mec|gars|type|bonhomme|monsieur|employee?|salariee?|reparateur|installateur|technicians?|engineers?|drivers?|agence|compte|facteur|postiere?|coursier|"
    r"societe|entreprise|groupe|boite|fournisseur|contrat|facture|camionnette|camion|vehicule|uniforme|badge|prestataire|sous[ -]traitant|intervention|rdv|rendez[ -]vous|plateforme|appli|"
    r"application|chauffeur|vendeur|demarcheur|commercial|magasin|courier|guy|man|company|from|works? for|worked for|working for|with|internet|ligne|contre|appele|appeler|contacte|contacter|prevenu|signale a|ecrit a|plainte (?:a|chez|aupres de)|travaille (?:pour|a|chez)|bosse (?:pour|a|chez))"
    r"(?: (?:internet|fibre|telecom|reseau|de|d'|du|for|from|of|at|pour|par|chez|officiel|envoyee?))*)[ ':(\"«]{0,2}$"
)
_COLOURED: Final = re.compile(
    r"(?:\b(?:jus|couleur|gilet|veste|camionnette|camion|badge|uniforme|vehicule|fleur|fleurs|zeste|marmelade|confiture|peau|huile essentielle|ville|quartier|feu|pull|t-shirt|casquette|tenue) (?:d'|de |en )?)$"
)
_SENT_AFTER: Final = re.compile(
    r",? (?:m'a envoye|m'avait envoye|a envoye|nous a envoye|m'envoie|a mandate|m'a repondu|m'a dit|ne repond|ne m'a|est (?:venue?|passee?|intervenue?)|m a (?:rappelee?|repondu|dit|envoye)|n'a rien|n'a pas|n'a jamais|n'ont rien|m'a (?:rappelee?|ecoutee?|ignoree?|promis|demande|conseille|renvoyee?|raccroche)|a (?:repondu|promis|classe|minimise|ignore|change)|s'en (?:fiche|fout|moque)|a refuse|mobile|fibre|box|telecom|internet|assistance|service client|sav|sent|told me|refused|never (?:answered|replied|called)|did nothing|did not (?:answer|reply)|didn't (?:answer|reply)|ignored|promised|customer service|m'a propose|a perdu|me dit|dit que|sous-traite|a sous-traite)\b"
)
_SUBJECT_AFTER: Final = re.compile(
    r"(?:^|[\n.,;:!?(]|\b(?:et|mais|que|puis|car|donc|alors|si|quand|comme|depuis|and|but|that|then|when)) ?$"
)
"""What a company's lower-case name follows when it is the subject: an orange fruit or a free evening does not."""
_TOWN_BEFORE: Final = re.compile(r"\b(?:a|vers|vers|pres d'|ville d'|habite|sur|jusqu'a|in|depuis|near) ?$")
_POST_BUILDING: Final = re.compile(
    r"\b(?:a|vers|devant|derriere|face a|pres de|cote de|jusqu'a|a cote de|chemin de|fermer|guichet de|near|par) $"
)
_POSTED: Final = re.compile(
    r"(?:facteur|factrice|postier|postiere|agent|livreur|livreuse|employee?|salariee?|service client|conseillere?|travaille|travaillait|bosse|colis|type|mec|gars) (?:de |a |pour |chez )$|chez $"
)

_FIRM: Final = re.compile(
    r"\b(?:societe|entreprise|boite|firme|agence|cabinet|sarl|sas|eurl|sasu|company|firm|plateforme|appli(?:cation)?|syndic|bailleur|operateur|enseigne|magasin|franchise)"
    r"(?P<link> (?:(?:qui )?s'appelle |s'appelait |nommee? |appelee? |de (?:plomberie|serrurerie|menage|livraison|depannage|demenagement|nettoyage|travaux) |called |named |du nom de )?|(?: est| c'?est)? ?: ?)[\"«“]? ?(?P<name>[a-z0-9µ&][a-z0-9µ&'.-]*)"
)
_WORKS_FOR: Final = re.compile(
    r"\b(?:travaille|travaillait|bosse|bossait|employee? (?:chez|par|de)|salariee? (?:chez|de)|envoyee? par|mandatee? par|intervenait pour|intervient pour|works? for|worked for|working for|employed by|sent by|(?:technicien|livreur|plombier|serrurier|electricien|agent|technician|driver|gars|mec|type)(?: de)? chez)"
    r"(?: (?:chez|pour|a))? [\"«“]?(?P<name>[a-z0-9µ&][a-z0-9µ&'.-]*)"
)
_AFTER_FORM: Final = re.compile(
    r"(?P<name>[a-zµ&][a-zµ&'-]+(?: [a-zµ&][a-zµ&'-]+){0,2}),? (?:sarl|sas|eurl|sasu|ltd|limited|plc|inc)\b"
)


_SURE_NAMES: Final = frozenset(name.strip() for name in re.split(r"[;\n]", _SURE) if name.strip())
_LISTED: Final = re.compile(rf"(?<![a-z0-9µ@.-]){any_of(_SURE_NAMES, space='[ -]')}(?![a-z0-9µ])")
_UNSURE: Final = re.compile(rf"(?<![a-z0-9µ-])(?:{_AMBIGUOUS})(?![a-z0-9µ'-])")
_LISTED_WORDS: Final[dict[str, list[frozenset[str]]]] = {}
"""The longest word of each name, and all words of each such name: what must be there before the list is worth
looking through."""
for _words in (re.findall(r"[a-z]+", name) for name in _SURE_NAMES):
    _LISTED_WORDS.setdefault(max(_words, key=len), []).append(frozenset(_words))
_UNSURE_WORDS: Final = frozenset(re.findall(r"[a-z]+", _AMBIGUOUS)) - {"la", "u"}
_FIRM_WORDS: Final = frozenset(
    "societe entreprise boite firme agence cabinet sarl sas eurl sasu company firm plateforme appli application syndic bailleur operateur enseigne "
    "magasin franchise ltd limited plc inc travaille travaillait bosse bossait employe employee salarie salariee envoye envoyee mandate mandatee "
    "intervenait intervient works worked working employed".split()
)
_CHEZ: Final = re.compile(r"chez [A-Z]|sent by [A-Z]|work for [A-Z]")
_NEXT_CAPITAL: Final = re.compile(r" (?:(?:et|&|de|du|des|and) )?[a-z0-9µ&][a-zµ0-9&'-]*")
_NOT_FIRMS: Final = STOP | frozenset(
    "immobiliere immobilier privee prive locale sociale medical interim temporaire internet telecom telephone fibre eau gaz electricite "
    "domicile independant compte nettoyage livraison menage plomberie serrurerie demenagement chauffage exterieure exterieur mairie ville "
    "etranger nuit distance cote bas haut domicile interimaire particulier particuliers social historique mobile principal "
    "ci aux lettres gestion location transport transports building management delivery moving cleaning herself himself myself".split()
)


def find(view: View) -> Iterator[Span]:
    """Companies named in a text."""
    plain = view.plain
    if _may_be_listed(view.words) or "3f" in plain or "g7" in plain:
        for m in _LISTED.finditer(plain):
            yield Span(m.start(), m.end(), Kind.COMPANY)
    if not view.words.isdisjoint(_UNSURE_WORDS) or "o2" in plain:
        for m in _UNSURE.finditer(plain):
            if _in_company(view, m):
                yield Span(m.start(), m.end(), Kind.COMPANY)
    if not view.words.isdisjoint(_FIRM_WORDS) or _CHEZ.search(view.text):
        yield from _firms(view)


def _may_be_listed(words: frozenset[str]) -> bool:
    return any(name <= words for word in words & _LISTED_WORDS.keys() for name in _LISTED_WORDS[word])


def _in_company(view: View, m: re.Match[str]) -> bool:
    plain, word = view.plain, m.group()
    before = plain[max(0, m.start() - 60) : m.start()]
    capital = view.capital(m.start())
    if word == "la poste":
        named = capital and view.text[m.start() + 3].isupper() and not view.shouting
        if _POSTED.search(before):
            return True
        return not _POST_BUILDING.search(before) and (named or bool(_SENT_AFTER.match(plain, m.end())))
    if _SENT_AFTER.match(plain, m.end()) and (
        capital or (word in {"orange", "free", "bolt", "sky"} and _SUBJECT_AFTER.search(before))
    ):
        return True
    if _COLOURED.search(before) and not capital:
        return False
    if _SENT_BEFORE.search(before):
        return capital or (
            word
            in {
                "orange",
                "free",
                "boulanger",
                "leclerc",
                "total",
                "o2",
                "bt",
                "sky",
                "bolt",
                "shiva",
                "but",
                "stuart",
                "sosh",
            }
            and not _adjective(before, word)
        )
    inside = (
        m.start()
        and plain[m.start() - 1] not in '\n.!?«"'
        and not before.rstrip().endswith((".", "!", "?", ":", "\n"))
    )
    return bool(
        capital
        and inside
        and word
        in {"orange", "free", "but", "boulanger", "total", "o2", "sky", "bt", "ee", "bolt", "leclerc", "suez"}
        and not _TOWN_BEFORE.search(before)
        and not _COLOURED.search(before)
        and not before.endswith("d'")
    )


def _adjective(before: str, word: str) -> bool:
    """English "free" and the conjunction "but": only "chez" and its like make them companies."""
    if word == "free":
        return re.search(r"\b(?:for|with|from|man|guy|works?|contract)\s$", before) is not None
    return word == "but" and not before.endswith(("chez ", "livreur "))


def _firms(view: View) -> Iterator[Span]:
    plain = view.plain
    for m in _FIRM.finditer(plain):
        name = m["name"]
        pointed = m["link"].strip() not in {""} and not m["link"].strip().startswith("de ")
        if name in _NOT_FIRMS or "'" in name[:3] or not (view.capital(m.start("name")) or pointed):
            continue
        yield Span(m.start("name"), _capitals(view, m.end("name")), Kind.COMPANY)
    for m in _WORKS_FOR.finditer(plain):
        if m["name"] not in _NOT_FIRMS and view.capital(m.start("name")):
            yield Span(m.start("name"), _capitals(view, m.end("name")), Kind.COMPANY)
    for m in _AFTER_FORM.finditer(plain):
        words = list(re.finditer(r"[^ ]+", m["name"]))
        start = next(
            (w.start() for w in words if view.capital(m.start() + w.start()) and w.group() not in STOP), None
        )
        if start is not None:
            yield Span(m.start() + start, m.end(), Kind.COMPANY)


def _capitals(view: View, end: int) -> int:
    """The end of a name that goes on in capitals: "Dupont et Fils Plomberie"."""
    end -= view.plain[end - 1] in ".'"
    for _ in range(4):
        m = _NEXT_CAPITAL.match(view.plain, end)
        if m is None:
            break
        last = m.end() - len(m.group().split()[-1])
        if not view.capital(last) or view.plain[last : m.end()] in STOP:
            break
        end = m.end()
    return end
