"""E-mail addresses, links, and accounts on networks.

Never here: map links as links (`bot.redaction.places` calls them places).
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

_LOCAL: Final = re.compile(r"(?:[a-z0-9µ_+%&'-]+ ?\. ?)*[a-z0-9µ_+%&'.-]+ ?$")
_TIGHT_DOMAIN: Final = re.compile(r"[a-z0-9µ-]+(?:\.[a-z0-9µ-]+)*")
_TLD: Final = (
    r"(?:com|fr|net|org|eu|be|ch|ca|uk|co|io|me|info|de|lu|es|it|pt|re|qc|tv|app|biz|pro|edu|gouv|paris|bzh|xyz|online|"
    r"site|dz|ma|tn|sn|ru|pl|nl|ie|gov)"
)
_AT: Final = r"(?:[\[({<]? ?(?:arr?obas[e]?|aro?base|arobaz|at) ?[\])}>]?|\( ?a ?\)|\[ ?a ?\])"
_DOT: Final = r"(?: ?\. ?| ?[\[({<]? ?(?:point|pt|dot) ?[\])}>]? ?)"
_MARK: Final = (
    r"(?: ?\. ?| ?[\[({<]? ?(?:point|pt|dot|tiret(?: du (?:bas|haut|6|8|six|huit))?|underscore|under score|dash|hyphen|"
    r"moins|plus) ?[\])}>]? ?)"
)
_PROVIDER: Final = (
    r"(?:g ?mail|googlemail|hotmail|outlook|yahoo|ymail|icloud|proton(?:mail)?|laposte|wanadoo|orange|free|sfr|live|msn|gmx|"
    r"bbox|neuf|aol|numericable|tutanota|caramail|mail|bluewin|skynet|videotron)"
)
_SPELLED: Final = re.compile(
    rf"(?<![a-z0-9µ_+-])(?:[a-z0-9µ_+-]{{1,64}}{_MARK}){{0,4}}[a-z0-9µ_+-]{{1,64}} ?"
    rf"(?:(?<![a-zµ]){_AT} ?(?![a-z]*'){_PROVIDER}(?:{_DOT}{_TLD}){{0,2}}(?![a-zµ])|"
    rf"(?:(?<![a-zµ])(?:arr?obas(?:e|se)?|aro?base|arobaz)|[\[({{<] ?(?:at|arr?obase?) ?[\])}}>]|\( ?a ?\)|\[ ?a ?\]|chez(?= [a-z0-9-]+ (?:point|dot) (?:com|fr|net))) ?[a-z0-9µ-]+(?:{_DOT}[a-z0-9µ-]+){{0,3}}|"
    rf"(?<![a-zµ])at (?:[a-z0-9µ-]+ (?:dot|point) ){{1,3}}{_TLD}(?![a-zµ])|"
    rf"(?<![a-zµ])at [a-z0-9µ-]+\.{_TLD}(?![a-zµ]))"
)
_SIGN: Final = re.compile(r"\bat ?[\])}>]|\bat [a-z0-9-]+\.[a-z]|\( ?a ?\)|\[ ?a ?\]")
_AT_WORDS: Final = frozenset("arobase arobas arobaz arrobase arrobas arobasse aerobase".split())
_DOT_WORDS: Final = frozenset("dot point pt".split())
_PROVIDERS: Final = frozenset(
    "gmail googlemail hotmail outlook yahoo ymail icloud proton protonmail laposte live".split()
)
_DOTTED: Final = re.compile(r"[./][a-z]")

_LINK: Final = re.compile(
    r"(?:h(?:tt|xx)ps? ?: ?/ ?/ ?|www ?\. ?)[^\s<>\"\x00\]]+|"
    r"(?<![a-z0-9µ@.-])(?:[a-z0-9µ][a-z0-9µ-]*\.){1,4}(?:com|fr|net|org|io|info|app|gg|ly|gl|ee|tv|xyz|biz|bzh|paris|gouv|shop|"
    r"online|site|link|social|co\.uk|qc\.ca)(?![a-z0-9µ])(?:[/?#][^\s<>\"\x00\]]*)?|"
    r"(?<![a-z0-9µ@.-])(?:[a-z0-9µ][a-z0-9µ-]*\.){1,4}[a-z]{2,6}/[^\s<>\"\x00\]]+|"
    r"(?<![a-z0-9µ@.-])(?:t|wa|m|fb|signal|telegram|ig|discord|snapchat|tiktok|insta|linktr|youtu)\.(?:me|gg|ee|be)(?:[/?#][^\s<>\"\x00\]]*)?"
)
_SITES: Final = (
    r"(?:facebook|fb|insta(?:gram)?|tiktok|twitter|linkedin|snap(?:chat)?|telegram|t|wa|youtube|onlyfans)"
)
_SPOKEN_LINK: Final = re.compile(
    rf"\b(?:www{_DOT})?[a-z0-9-]+{_DOT}(?:com|fr|net|org|me)(?: ?(?:/|slash|barre oblique) ?[a-z0-9µ_.-]+)+|"
    rf"\b{_SITES} ?(?:/|slash) ?[a-z0-9µ_.-]*[a-z0-9µ_]|"
    r"\bwww (?:point|dot) [a-z0-9-]+ (?:point|dot) (?:com|fr|net|org)|"
    r"\b[a-z0-9-]+ (?:point|dot) (?:com|fr|net|org)\b"
)
_MAP: Final = re.compile(
    r"maps?\.|/maps?\b|goo\.gl|waze|openstreetmap|osm\.org|what3words|w3w|mappy|here\.com|[?&](?:ll|q|daddr)=-?\d"
)
_WRAPPED: Final = re.compile(r"[\[({<]@[\])}>]")
_BRACKETS: Final = str.maketrans("[({<])}>", "____----")
_CAPITAL_SIGNS: Final = re.compile(r"[a-z0-9._-]{1,64}(?:AT|AROBASE)[a-z0-9-]{1,64}(?:DOT|POINT)[a-z]{2,6}")
_TRAILING: Final = ".,;:!?)'\"»…"

_HANDLE: Final = re.compile(r"@ ?(?=[a-z0-9_µ.-]*[a-z_µ])[a-z0-9µ_][a-z0-9µ_.-]*[a-z0-9µ_]|@[a-z0-9µ_]{2,}")
_NETWORK_WORDS: Final = (
    "insta instagram ig snap snapchat snape tiktok tik tok twitter facebook fb face telegram tg telegramme whatsapp whats wattsapp "
    "linkedin discord pseudo threads bluesky messenger onlyfans mym skype kik signal compte username user login profil profile "
    "account tinder badoo bumble happn grindr fruitz vinted leboncoin twitch steam psn xbox viber wechat yubo bereal mastodon "
    "pseudonyme nickname handle screenname"
)
_NETWORKS: Final = frozenset(_NETWORK_WORDS.split())
_CUE: Final = re.compile(
    r"\b(?:tik tok|compte (?:insta(?:gram)?|snap(?:chat)?|facebook|fb|tiktok|twitter|telegram|discord)|"
    r"profile? (?:insta(?:gram)?|facebook|fb|tiktok|linkedin|tinder)|user ?name|screen ?name|"
    + any_of(_NETWORKS - {"tik", "tok", "whats", "user"})
    + r")\b"
)
_LINKING: Final = re.compile(
    r" ?(?P<sign>[:=@]|-+>|=>|→|¿)+ ?@?|"
    r" ?\(@?(?P<open>)|"
    r" (?P<verb>(?:c'?est|c est|est|etait|cest|c|is|was|s'appelle|il est|elle est|il s'appelle|elle s'appelle|il c'est|he is|he's|il etait|sous le nom de|sous le nom|sous le pseudo|au nom de|called|under|as)"
    r"(?: :)?) ?[\"«“']? ?|"
    r",? ?(?P<bare>)"
)
_TOKEN: Final = re.compile(r"[a-z0-9µ_][a-z0-9µ_.-]*[a-z0-9µ_](?: ?#\d{2,6})?")
_NEXT_NAME: Final = re.compile(r" ([a-zµ-]{2,})")
_NEW_CLAUSE: Final = frozenset("il elle je on et mais puis depuis he she i and but then".split())
_LOOKS: Final = re.compile(r"[a-z]*[0-9_][a-z0-9_.-]*|[a-z0-9_-]+\.[a-z0-9_.-]+")
_NOT_ACCOUNTS: Final = STOP | frozenset(
    "prive privee public publique nul ferme fermee bloque bloquee supprime supprimee ouvert verifie mort faux fausse pirate hacke "
    "vide gratuit payant anonyme desactive desactivee introuvable signale utile pratique bien mieux horrible perso pro "
    "personnel professionnel actif inactif plein photo photos message messages story stories video videos compte demande "
    "private public closed blocked deleted fake locked gone empty hidden anonymous verified active free fine great weird creepy "
    "n'importe n m'a m'ecrit juste bancaire client clients joint courant epargne rendu tenu fait".split()
)


def find(view: View) -> Iterator[Span]:
    """E-mail addresses, links and accounts in a text."""
    plain = view.plain
    if _DOTTED.search(plain) or "www" in plain or "//" in plain:
        yield from _links(plain)
    if "@" in plain:
        yield from _with_at(plain)
    if _signed(view):
        for m in _SPELLED.finditer(plain):
            yield Span(m.start(), m.end(), Kind.EMAIL)
    if "DOT" in view.text or "POINT" in view.text:
        for m in _CAPITAL_SIGNS.finditer(view.text):
            yield Span(m.start(), m.end(), Kind.EMAIL)
    if not view.words.isdisjoint(_NETWORKS) or not view.words.isdisjoint({"point", "dot", "slash"}):
        for m in _SPOKEN_LINK.finditer(plain):
            yield Span(m.start(), m.end(), Kind.LINK)
    if not view.words.isdisjoint(_NETWORKS):
        yield from _accounts(view)


def _signed(view: View) -> bool:
    """An @ may be written out here: "arobase", "(at)", "at … dot", "chez … point"."""
    words = view.words
    if not words.isdisjoint(_AT_WORDS) or "arob" in view.plain or "arrob" in view.plain:
        return True
    spelled = not words.isdisjoint(_DOT_WORDS) or not words.isdisjoint(_PROVIDERS)
    return (spelled and ("at" in words or "chez" in words or "a" in words)) or (
        ("at" in words or "(" in view.plain or "[" in view.plain) and _SIGN.search(view.plain) is not None
    )


def _links(plain: str) -> Iterator[Span]:
    for m in _LINK.finditer(plain):
        end = m.end()
        while plain[end - 1] in _TRAILING:
            end -= 1
        yield Span(m.start(), end, Kind.PLACE if _MAP.search(m.group()) else Kind.LINK)


def _with_at(plain: str) -> Iterator[Span]:
    """Around each @: an e-mail address when something stands on both sides, an account otherwise."""
    done = 0
    plain = _WRAPPED.sub(_unwrapped, plain)
    at = plain.find("@")
    while at >= 0:
        span = _email_around(plain, at, done) if at >= done else None
        if (
            span is None
            and at >= done
            and (m := _HANDLE.match(plain, at))
            and not plain[at + 1 : m.end()].isdigit()
        ):
            span = Span(at, m.end(), Kind.HANDLE)
        if span is not None:
            yield span
            done = span.end
        at = plain.find("@", at + 1)


def _unwrapped(found: re.Match[str]) -> str:
    """`(@)` and `[@]` as an @ with letters around it, of the same length."""
    return found.group().translate(_BRACKETS)


LONGEST_PART: Final = 80
"""Characters looked at on each side of an @: RFC 5321 allows 64 before it, and labels of 63 after it."""


def _email_around(plain: str, at: int, done: int) -> Span | None:
    if plain[at - 1 : at] in {"", "@"} or plain[at + 1 : at + 2] in {"", "@"}:
        return None
    before = _LOCAL.search(plain, max(done, at - LONGEST_PART), at)
    if before is None:
        return None
    spaced = before.group().endswith(" ")
    tight = _TIGHT_DOMAIN.match(plain, at + 1, at + LONGEST_PART)
    if tight and not spaced:
        wide = re.compile(rf"(?: ?\. ?{_TLD}(?![a-zµ0-9]))+").match(plain, tight.end())
        return Span(before.start(), wide.end() if wide else tight.end(), Kind.EMAIL)
    wide = re.compile(
        rf"\s?[a-z0-9µ-]+(?: ?\. ?[a-z0-9µ-]+)*? ?\. ?{_TLD}(?![a-zµ0-9])|\s*{_PROVIDER}(?![a-zµ])"
    ).match(plain, at + 1, at + LONGEST_PART)
    return Span(before.start(), wide.end(), Kind.EMAIL) if wide else None


def _accounts(view: View) -> Iterator[Span]:
    plain = view.plain
    for cue in _CUE.finditer(plain):
        link = _LINKING.match(plain, cue.end())
        token = _TOKEN.match(plain, link.end()) if link else None
        if link is None or token is None or token.group() in _NETWORKS:
            continue
        word = token.group()
        looks = _LOOKS.fullmatch(word) and not word.isdigit()
        if looks or (
            word not in _NOT_ACCOUNTS
            and plain[token.end() : token.end() + 1] != "'"
            and (
                link["sign"]
                or (link["verb"] and (view.capital(token.start()) or _ends_there(plain, token.end())))
            )
        ):
            yield Span(token.start(), _surname(view, token.end()), Kind.HANDLE)


def _ends_there(plain: str, end: int) -> bool:
    """After "c'est", a plain word is an account when the clause ends with it or goes on with a small word."""
    after = re.compile(r"\s*(?:$|[.,;:!?)\n\"»/]|[a-zµ']+)").match(plain, end)
    word = after.group().strip() if after else ""
    return not word or not word[0].isalpha() or word in STOP or "'" in word


def _surname(view: View, end: int) -> int:
    """Where a profile's name ends: at most three more words, with capitals."""
    for _ in range(3):
        m = _NEXT_NAME.match(view.plain, end)
        if m is None or not view.capital(m.start() + 1) or m[1] in _NEW_CLAUSE:
            break
        end = m.end()
    return end
