"""Names of people: after cues, after titles, by first name; and then wherever they come back.

Never here: a promise. A name that follows no cue and is on no list stays, and so do nicknames; lower-case
chat leaves no capitals to go by. That is why people read what leaves the instance.
"""

# ruff: noqa: E501, SIM905 - patterns and word lists are cut where they mean something, not at a column

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.redaction.first_names import ALSO_WORDS, SURE
from bot.redaction.kinds import Kind, Span
from bot.redaction.trees import any_of
from bot.redaction.view import View
from bot.redaction.words import STOP

_FILLER: Final = (
    r"(?:(?:donc|je crois|j'crois|il me semble|je pense|apparemment|en fait|juste|genre|euh|heu|soi[ -]disant|i think|i believe|apparently|like|"
    r"tout simplement|simplement|monsieur|madame|mr|mme|m\.|en vrai|peut[ -]etre)\b[ ,.]{0,2})*"
)
_QUOTE: Final = r"[ :,(\"'«“=]*"

_CUES: Final = re.compile(
    r"(?<![a-zµ'])(?:"
    r"s ?'? ?(?:appelle|apelle|appele|apele|appel|apl|appelait|apelait|applle)\b|sappell?e?\b|s ?'? ?appeler\b|"
    r"(?:se nomme|se nommait|se prenomme|se prenommait|se fait appeler|se faisait appeler|repond au nom de|du nom de|au nom de|dont le (?:pre)?nom est|"
    r"surnommee?|prenommee?|nommee?|denommee?|un certain|une certaine|le fameux|la fameuse|le dit|un dit|le denomme|le nomme|de la part de|signee? ?:?|cordialement|"
    r"on l'appelle|tout le monde l'appelle|l'appellent|alias)\b|"
    r"(?:j'? ?m'? ?e? ?m?'?appell?e|je m'appelais|moi c'? ?est|moi je suis|mon (?:pre)?nom,? (?:c'? ?est|est)|mon nom de famille (?:c'? ?est|est))\b|"
    r"(?:son|le|leur|mon|ton|votre|sur|un) ?(?:petit |vrai |faux |nom et )?(?:pre|sur|prenom et )?nom(?: de famille)?(?: du (?:technicien|livreur|plombier|mec|type|monsieur|serrurier))?(?:,? (?:c'? ?est|est|etait|serait|c|cest|c'etait|commence par))?|"
    r"(?<![a-z])(?:pre)?nom(?: de famille)? ?[:=]|"
    r"(?:his|her|their|my|the)(?: \w+'s)? (?:first |last |full |real |sur|nick)?name(?:'s| is| was)?|name ?[:=]|(?:he|she|who|they|it|technician|guy|man|driver|plumber)(?:'s|s| is| was| are| were)? (?:called|named)|"
    r"(?:guy|man|woman|technician|driver|plumber|someone|somebody|bloke|worker|engineer|neighbour|landlord|courier|lady|person)(?:,)? (?:called|named)|goes by(?: the name(?: of)?)?|by the name of|"
    r"calls himself|calls herself|introduced himself as|introduced herself as|everyone calls (?:him|her)|people call (?:him|her)|a certain|known as|signed ?:?|"
    r"s'est presentee? (?:comme|sous le nom de?)|se presente comme|presente comme etant"
    r")" + _QUOTE + _FILLER + r"[\"'«“ ]*"
)
"""Words a name follows. Spelling mistakes are those of thumbs: `sappel`, `s'apelle`, `il apelle`."""

_CUE_WORDS: Final = frozenset(
    "appelle appelait appellent apelle appele apele appel apl apelait applle sappelle sappel sapelle sappele nomme nommait nommee prenomme prenommee prenommait surnomme "
    "surnommee denomme certain certaine fameux fameuse nom prenom surnom appeler name nickname surname lastname called named goes calls introduced known signe signee "
    "signed cordialement alias presente presentee part jappelle mappelle mapelle jmappelle".split()
)
_MYSELF: Final = re.compile(r"moi (?:c|je suis)")
_MISTER: Final = re.compile(r"M[. ]|m\. ?\w")
_WITH: Final = re.compile(r"(?<![a-zµ'])(?:avec|contre|chez|de chez) (?=[a-zµ]{3})")
_NOT_PEOPLE: Final = frozenset(
    "internet facebook instagram snapchat whatsapp telegram tinder google apple netflix android iphone windows messenger signal "
    "tiktok linkedin maman papa mamie papy france paris lyon marseille noel dieu allah".split()
)
_NEVER: Final = re.compile(r"(?:\bca |\bcela |\bc'a |\bqui |\bce que )?(?:ca|cela) (?:s'|s)?$")
_THING_BEFORE: Final = re.compile(
    r"\b(?:ca|cela|boite|societe|entreprise|appli|application|rue|residence|chien|chat|ville|immeuble|company|app|street|ce qu'on|ce que l'on|this is|it's|it is|it was|that's)(?: qui)? $"
)

_TITLE: Final = re.compile(
    r"(?<![a-zµ'\d])(?P<title>m\.|mr\.?|mrs?\.?|mme\.?|mlle\.?|monsieur|msieur|m'sieur|madame|mademoiselle|mister|ms\.?|miss|sir|dr\.?|docteur|maitre|me|prof\.?|professeur|"
    r"messieurs|mesdames|mm\.|m)(?:(?<=\.)|(?![a-zµ']))(?: et mme\.?)? {0,2}(?=[a-zµ])"
)
_TITLE_WORDS: Final = frozenset(
    "mr mrs mme mlle monsieur msieur sieur madame mademoiselle mister ms miss sir dr docteur maitre prof professeur messieurs mesdames mm".split()
)
_DETERMINED: Final = re.compile(
    r"\b(?:ce|le|un|du|au|cet|vieux|jeune|gentil|mon|des|les|aux|cher|la|une|cette|chere|deux|ces|autre|petit|gros|vieille|bonjour|bonsoir|oui|non|merci|l'autre|the|dear|yes|no|hello) ?,?$"
)

_JOBS: Final = (
    "technicien technicienne livreur livreuse plombier electricien serrurier chauffagiste gardien gardienne concierge chauffeur voisin collegue proprietaire proprio "
    "patron agent facteur artisan ouvrier peintre menuisier demenageur coursier reparateur installateur conseiller conseillere commercial bailleur syndic prof jardinier "
    "infirmier kine aide-soignant auxiliaire nounou baby-sitter femme intervenant intervenante mec gars type bonhomme "
    "technician driver plumber electrician locksmith engineer landlord caretaker courier builder cleaner handyman manager boss neighbour neighbor janitor porter agent"
)
_JOB: Final = re.compile(
    rf"(?<![a-zµ]){any_of(_JOBS.split())}"
    r"(?: (?:internet|fibre|telecom|gaz|de l'immeuble|orange|sfr|free))?,? (?:un (?:certain )?)?(?=[a-zµ])"
)
_JOB_WORDS: Final = frozenset(_JOBS.replace("aide-soignant", "").replace("baby-sitter", "").split())

_WORD: Final = re.compile(r"[a-zµ]+(?:['-][a-zµ]+)*")
_PARTICLE: Final = re.compile(
    r"(?:(?:de la|de|du|des|le|la|ben|bin|el|al|van der|van den|van|von|da|dos|di|mac|mc|st|saint|ould|ait) |d'|o')?(?=[a-zµ])"
)
_LATER_WORD: Final = re.compile(r"(?: |-)")
_NEXT_NAME: Final = re.compile(
    r"[ -](?:(?:de|du|le|la|ben|el|van|von|da|di) )?(?P<last>[a-zµ]+(?:['-][a-zµ]+){0,3})"
)
_NICKED: Final = re.compile(r"[_0-9][a-z0-9_.]*[a-z0-9_]|[_0-9]")
"""What makes an account name of a name: `kev_tech`, `kevin93`."""

_AFTER_INITIAL: Final = re.compile(r"\. ?(?=[a-zµ])")
_FAMILY_PARTICLES: Final = frozenset("ben el al van bin da dos".split())
_SHORTEST_REMEMBERED: Final = 3
"""Letters. Shorter names are taken out after their cue, but not looked for elsewhere: they are parts of too much."""

_LONE: Final = frozenset(
    "bebe cherie cheri mamour amour ma mon chaton princesse salope pute folle conne".split()
)
"""What people get called without it being a name."""
_NOT_NAMES: Final = (
    STOP
    | _LONE
    | frozenset(
        "problem probleme idee raison histoire chance hasard meme harcelement agression viol vol peur abus pareil incroyable fou folie normal anormal "
        "possible impossible inadmissible dingue horrible complique simple different personnel prive connu visible ecrit marque affiche note dessus "
        "commun propre complet sexy mort important dommage fini pire mieux clair vrai faux sur evident terrible domicile clientele accueil loi mere "
        "temps nombre age moment point mal malaise charme recul silence regard degre plaisir succes niveau effort courage risque flou air responsable delegue adjoint volontaire confiance insistance gene colere angoisse tension violence facon maniere distance somme periode epoque quantite directeur directrice commissaire juge maire president ministre muscle propre tout-le-monde le-monde technique nickname surname "
        "wrong right same different unknown hidden harassment assault abuse horrible scary wall door list badge card name names".split()
    )
)


def find(view: View) -> Iterator[Span]:
    """Names of people in a text."""
    found: list[Span] = []
    words = view.words
    if not words.isdisjoint(_CUE_WORDS) or ("moi" in words and _MYSELF.search(view.plain)):
        found.extend(_after_cues(view))
    if (
        not words.isdisjoint(_TITLE_WORDS)
        or ("m" in words and _MISTER.search(view.text))
        or "Me " in view.text
    ):
        found.extend(_after_titles(view))
    if not words.isdisjoint(_JOB_WORDS):
        found.extend(_after_jobs(view))
    if "avec" in words or "chez" in words or "contre" in words:
        found.extend(_after_company(view))
    names = {
        word for span in found for word in _WORD.findall(view.plain[span.start : span.end].replace("-", " "))
    }
    listed = words & SURE
    doubtful = frozenset(word for word in words & ALSO_WORDS if word.title() in view.text)
    if listed or doubtful or names:
        found.extend(_elsewhere(view, listed, doubtful, names))
    return iter(found)


def _after_cues(view: View) -> Iterator[Span]:
    for m in _CUES.finditer(view.plain):
        before = view.plain[max(0, m.start() - 24) : m.start()]
        if _NEVER.search(before) or _THING_BEFORE.search(before):
            continue
        cue = m.group().strip(" :,(\"'«“=")
        hesitant = cue in {
            "moi je suis",
            "part",
            "part de",
            "cordialement",
            "known as",
            "a certain",
            "le fameux",
            "la fameuse",
            "l'appellent",
            "le dit",
            "un dit",
            "alias",
        } or (cue.endswith("nom") and not re.search(r"[:=]", m.group()))
        span = _name(view, m.end(), needs_capital=hesitant and not _listed(view.plain, m.end()))
        if span is not None:
            yield span


def _listed(plain: str, at: int) -> bool:
    m = _WORD.match(plain, at)
    return m is not None and (m.group() in SURE or m.group() in ALSO_WORDS)


def _after_titles(view: View) -> Iterator[Span]:
    plain = view.plain
    for m in _TITLE.finditer(plain):
        title = m["title"].rstrip(".")
        capital = view.capital(m.end())
        upper_title = view.text[m.start()].isupper()
        if title in {"m", "me", "sir", "miss", "maitre", "prof", "professeur", "ms"} and not (
            (capital and (upper_title or title not in {"m", "me", "miss"} or m["title"] == "m."))
            or (title == "m" and m["title"] == "m." and not _sentence_end(plain, m.start()))
            or (title in {"m", "me"} and view.shouting and m["title"] == "m.")
        ):
            continue
        if title in {"me", "miss"} and not (upper_title and capital and not view.shouting):
            continue
        determined = _DETERMINED.search(plain, max(0, m.start() - 12), m.start())
        if determined and not capital and not _listed(plain, m.end()) and title not in {"mr", "mme", "mlle"}:
            continue
        span = _name(view, m.end(), needs_capital=False)
        if span is not None:
            yield span


def _after_company(view: View) -> Iterator[Span]:
    """People after "avec" and "contre": with a capital, and no common word."""
    for m in _WITH.finditer(view.plain):
        if view.capital(m.end()) and not view.capital(m.start()):
            span = _name(view, m.end(), needs_capital=True)
            if span is not None and view.plain[span.start : span.end] not in _NOT_PEOPLE:
                yield span


def _sentence_end(plain: str, at: int) -> bool:
    """A measure, not a title: "100 m. puis"."""
    return re.compile(r"\d ?$").search(plain, max(0, at - 3), at) is not None


def _after_jobs(view: View) -> Iterator[Span]:
    for m in _JOB.finditer(view.plain):
        first = _WORD.match(view.plain, m.end())
        sure = first is not None and first.group() in SURE
        if view.capital(m.end()) or sure:
            span = _name(view, m.end(), needs_capital=not sure)
            if span is not None:
                yield span


def _name(view: View, at: int, *, needs_capital: bool) -> Span | None:
    """The name that begins at `at`: a first word that is no common word, then what belongs to it."""
    plain = view.plain
    particle = _PARTICLE.match(plain, at)
    start = particle.end() if particle is not None and view.capital(particle.end()) else at
    first = _WORD.match(plain, start)
    if first is None:
        return None
    word, capital = first.group(), view.capital(start)
    ordinary = _common(word) and not (capital and word in ALSO_WORDS)
    lone = len(word) == 1 and not (capital or view.shouting)
    if (
        ordinary
        or lone
        or (needs_capital and not capital)
        or (plain[first.end()] == "'" if first.end() < len(plain) else False)
    ):
        return None
    end = first.end()
    for place in range(3):
        later = _next_part(view, end, capital=capital, initial=len(word) == 1, alone=place == 0)
        if later is None:
            break
        end = later
    tail = _NICKED.match(plain, end)
    return Span(at, tail.end() if tail else end, Kind.NAME)


def _next_part(view: View, end: int, *, capital: bool, initial: bool, alone: bool) -> int | None:
    """Where the next word of a name ends. After a capital, names go on in capitals; without, for one word more."""
    plain = view.plain
    gap = _LATER_WORD.match(plain, end) or (_AFTER_INITIAL.match(plain, end) if initial else None)
    linked = _PARTICLE.match(plain, gap.end()) if gap else None
    if gap is None or linked is None:
        return None
    later = _WORD.match(plain, linked.end())
    if later is None or _common(later.group()):
        return None
    if view.capital(linked.end()):
        return later.end()
    if capital:
        return None
    if linked.end() > gap.end():
        return later.end() if linked.group().strip() in _FAMILY_PARTICLES else None
    return later.end() if alone and len(later.group()) > 2 else None


def _common(word: str) -> bool:
    head, mark, _ = word.partition("'")
    return word in _NOT_NAMES or (
        bool(mark)
        and head
        in {
            "l",
            "d",
            "j",
            "c",
            "m",
            "n",
            "s",
            "t",
            "qu",
            "jusqu",
            "lorsqu",
            "i",
            "he",
            "she",
            "it",
            "that",
            "who",
            "they",
            "we",
            "you",
            "aujourd",
        }
    )


def _elsewhere(
    view: View, listed: frozenset[str], doubtful: frozenset[str], names: set[str]
) -> Iterator[Span]:
    """First names on the list, and names already found, wherever they stand."""
    plain = view.plain
    again = {
        n for n in names if len(n) >= _SHORTEST_REMEMBERED and n not in _NOT_NAMES and n not in ALSO_WORDS
    }
    only_capital = doubtful | {n for n in names if len(n) >= _SHORTEST_REMEMBERED and n in ALSO_WORDS}
    for m in re.finditer(r"(?<![a-zµ@0-9_.])[a-zµ]+(?![a-zµ0-9_@])", plain):
        word = m.group()
        if word in STOP:
            continue
        if (
            word in again
            or (word in listed and not _a_place(view, m.start()))
            or (
                word in only_capital
                and view.capital(m.start())
                and (word in names or _inside(view, m.start()))
            )
        ):
            yield Span(m.start(), _surname(view, m.end()), Kind.NAME)


def _surname(view: View, end: int) -> int:
    """Where a first name's surnames end: at most three more words, with capitals."""
    for _ in range(3):
        m = _NEXT_NAME.match(view.plain, end)
        if m is None or not view.capital(m.start("last")) or _common(m["last"]):
            break
        end = m.end()
    return end


def _a_place(view: View, start: int) -> bool:
    """Towns and saints: "Saint-Denis", "sainte Anne"."""
    return (
        re.search(
            r"\b(?:saint|sainte|st|ste|san|port|fort|mont|ile|hopital|lycee|college|ecole|gare|place|metro|station|stade|theatre)[ -]$",
            view.plain[max(0, start - 10) : start],
        )
        is not None
    )


def _inside(view: View, start: int) -> bool:
    """A capital inside a sentence, not after an article: "avec Pierre", but not "la Marine" nor "Rose claire"."""
    before = view.plain[max(0, start - 24) : start]
    if not before.strip() or not before.endswith(" ") or before.rstrip()[-1:] in '.!?:\n…«"-':
        return False
    last = before.split()[-1].rpartition("'")[2]
    return last not in {
        "la", "le", "les", "l", "une", "un", "des", "du", "de", "ma", "mon", "sa", "son", "en", "a", "au", "cette", "ce", "d", "the", "in", "ville",
        "couleur", "saint", "sainte", "st", "place", "vers", "vin", "jardin", "mois", "fin", "debut", "mi", "depuis", "rue", "near", "from", "at", "of", "quartier", "port", "on", "i",
    }  # fmt: skip
