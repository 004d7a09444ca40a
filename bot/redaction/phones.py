"""Telephone numbers, however they are disguised.

A text is read as a stream of number tokens: groups of digits, groups where O, l or I stand for digits, and
number words of French and English. Tokens close to each other form a run; inside a run, numbers are
recognised by their beginning and their count of digits, whatever stands between the groups.

Never here: other long numbers (`bot.redaction.papers`).

Why not the phonenumbers library: it misses slashes, stars, U+202F, line breaks, letters for digits and words,
and takes help lines for private numbers. As a second net it would catch nothing: a run of seven digits or more
that no shape here knows is taken out as a number anyway.
"""

# ruff: noqa: E501, SIM905 - patterns and word lists are cut where they mean something, not at a column

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from bot.redaction.kinds import Kind, Span, inside_any
from bot.redaction.trees import any_of
from bot.redaction.view import View

_UNITS: Final = {
    "zero": "0", "zeros": "0", "zeo": "0", "oh": "0", "nought": "0", "un": "1", "une": "1", "one": "1",
    "deux": "2", "duex": "2", "two": "2", "trois": "3", "troi": "3", "three": "3", "quatre": "4", "katre": "4",
    "quatres": "4", "four": "4", "cinq": "5", "cinc": "5", "sink": "5", "five": "5", "six": "6", "sis": "6",
    "sept": "7", "cet": "7", "seven": "7", "huit": "8", "uit": "8", "eight": "8", "neuf": "9", "nine": "9",
}  # fmt: skip
_TEENS: Final = {
    "dix": "10", "ten": "10", "onze": "11", "eleven": "11", "douze": "12", "twelve": "12", "treize": "13",
    "thirteen": "13", "quatorze": "14", "fourteen": "14", "quinze": "15", "fifteen": "15", "seize": "16",
    "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19",
}  # fmt: skip
_TENS: Final = {
    "vingt": "20", "vingts": "20", "vint": "20", "twenty": "20", "trente": "30", "trentes": "30", "thirty": "30",
    "quarante": "40", "quarente": "40", "karante": "40", "forty": "40", "fourty": "40", "cinquante": "50",
    "cinquantes": "50", "cinkante": "50", "fifty": "50", "soixante": "60", "soixantes": "60", "soixente": "60",
    "soissante": "60", "sixty": "60", "septante": "70", "seventy": "70", "octante": "80", "huitante": "80",
    "eighty": "80", "cent": "00", "cents": "00", "hundred": "00", "nonante": "90", "ninety": "90",
}  # fmt: skip
_TWICE: Final = {"double": 2, "triple": 3}

_NUMERALS: Final = _UNITS | _TEENS | _TENS
_WEAK: Final = frozenset(
    {
        "cent",
        "cents",
        "hundred",
        "un",
        "une",
        "one",
        "oh",
        "o",
        "cet",
        "sis",
        "double",
        "triple",
        "neuf",
        "sink",
    }
)
"""Number words that also mean something else: a run neither begins nor ends with them unless it begins with 0."""

SPELLED: Final = frozenset(_NUMERALS) - _WEAK
"""Words without which there is no spelled-out number to look for."""

_DIGITS: Final = re.compile(r"[0-9]+")
_YEAR_SHAPE: Final = re.compile(r"[0-9]{4}")
_ENDS_SHAPE: Final = re.compile(r"(?:par|en|in|with) (?:le |les )?[0-9]")
"""What a date with its year, and what "ends with" and a number, cannot be without."""
_LOOSE: Final = re.compile(
    r"[oli|]*\d[0-9olisb|]*(?![a-z])|\d+|"
    + any_of((*_NUMERALS, *_TWICE), plural_unless="ix|ept")
    + r"|(?<![a-zµ'])oo?(?![a-zµ'])"
)
_BETWEEN: Final = frozenset("point points tiret slash barre dot dash puis espace".split())
_LETTERS_AS_DIGITS: Final = re.compile(r"[oli|]\d|\d[olisb|]|\do\b|\bo \d")
_AS_DIGITS: Final = str.maketrans("oli|sb", "011158")

_GAP: Final = re.compile(r"[^a-zµ0-9\x00¤$£%]{0,5}")
_SPOKEN_GAP: Final = re.compile(
    r"[^a-zµ0-9\x00¤$£%]{0,4}"
    r"(?:(?:et|puis|then|and|point|dot|tiret|dash|slash|espace|space|virgule|euh|heu|barre|ensuite|apres)\b"
    r"[^a-zµ0-9\x00¤$£%]{1,4})?"
)
_DATE: Final = re.compile(
    r"(?<!\d)(?:\d{1,2} ?([/.-]) ?\d{1,2} ?\1 ?(?:19[3-9]|20[0-4])\d|(?:19[3-9]|20[0-4])\d([/.-])\d{1,2}\2\d{1,2})(?!\d)"
)

_AFTER_COUNTRY: Final = {
    "33": (9, 10), "32": (10, 9, 8), "41": (9, 10), "44": (10, 11), "1": (10,), "352": (9, 8, 6), "377": (8, 9),
    "262": (9,), "590": (9,), "594": (9,), "596": (9,), "687": (6,), "689": (8,), "212": (9, 10), "213": (9, 10),
    "216": (8,), "221": (9,), "223": (8,), "225": (10,), "229": (8, 10), "237": (9,), "243": (9,), "261": (9,),
    "34": (9,), "351": (9,), "49": (10, 11, 9), "39": (10, 9), "40": (9,), "48": (9,), "90": (10,), "31": (9,),
}  # fmt: skip
"""Digits after the country code, likeliest first; other countries take 7 to 12. Source: ITU-T E.164 plans."""

_UK_SHAPES: Final = frozenset(
    {
        (11,),
        (5, 6),
        (5, 3, 3),
        (3, 4, 4),
        (4, 3, 4),
        (4, 7),
        (3, 8),
        (2, 3, 3, 3),
        (5, 2, 2, 2),
        (2, 9),
        (4, 4, 3),
    }
)
_BARE_SHAPES: Final = frozenset(
    {
        (9,),
        (1, 2, 2, 2, 2),
        (3, 2, 2, 2),
        (1, 8),
        (3, 3, 3),
        (1, 4, 4),
        (1, 4, 2, 2),
        (3, 6),
        (5, 4),
        (5, 2, 2),
    }
)
_NORTH_AMERICAN: Final = re.compile(r"1?[2-9]\d\d[2-9]\d{6}")
_NORTH_AMERICAN_SHAPES: Final = frozenset(
    {(10,), (3, 3, 4), (3, 7), (6, 4), (11,), (1, 10), (1, 3, 3, 4), (1, 3, 7), (3, 3, 2, 2), (1, 3, 3, 2, 2)}
)

_EXTENSION: Final = re.compile(r",? ?(?:poste|ext\.?|extension) ?\d{1,5}(?!\d)")
_CUE: Final = re.compile(
    r"\b(?:(?:no|num|numero|n°|number|numeros) (?:de |du )?(?:tel|telephone|portable|mobile|fixe|phone|gsm)|tel|teleph?one|"
    r"tph|phone|portable|gsm|whatsapp|(?:rappele[rz]?|appele[rz]?|joindre|joignable|call(?:ed)?|reach|ring)"
    r"(?: moi| me| him| le| la)? (?:au|on|at)|(?:phone|mobile|cell|telephone) number|(?:son|mon|ce|his|her|my) (?:num|numero|number|06|07))"
    r"[^a-zµ0-9\x00\n]{0,3}(?:(?:c'?est|c est|est|etait|is|was|au|le|commence par|starts with)[^a-zµ0-9\x00\n]{0,3}){0,2}"
)
_ENDS: Final = re.compile(
    r"\b(?:fini[rt]?|finissant|termine|terminant|commence|commencant|ends?|ending|starts?|starting)"
    r"(?: ?(?:par|en|in|with)) (?:le |les )?(?=[\doO])"
)
_PARTIAL: Final = re.compile(r"\+?\d(?:[ ./_*-]{0,3}\d){3,14}")
_PARTIAL_SHORT: Final = re.compile(r"\d(?:[ ./_*-]{0,2}\d){1,14}")
_MEASURES: Final = re.compile(
    r" ?(?:¤|%|\$|£|euros?|eur|e\b|balles|km|kms|metres?|m2|m\b|fois|ans?|jours?|heures?|h\b|minutes?|mn|min|mois|"
    r"personnes|pages|messages|times|days|years|pounds|dollars|inch|pouces|percent|pour ?cent|appels|sms|calls|texts)"
)


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    digits: str = field(repr=False)
    word: str = field(default="", repr=False)


_Run = list[_Token]


def find(view: View, keep: frozenset[str]) -> tuple[list[Span], list[tuple[int, int]]]:
    """Telephone numbers, and the places of those that pass."""
    found: list[Span] = []
    kept: list[tuple[int, int]] = []
    if view.digits:
        for run in _runs_of_digits(view):
            _scan(view.plain, run, keep, found, kept)
        found.extend(_after_cues(view, kept))
    if _worth_a_loose_look(view):
        for run in _loose_runs(view.plain):
            found.extend(_spelled(view.plain, run, keep, kept))
    return found, kept


def _runs_of_digits(view: View) -> Iterator[_Run]:
    plain = view.plain
    dates: list[tuple[int, int]] = []
    if _YEAR_SHAPE.search(view.figures):
        dates = [(m.start(), m.end()) for m in _DATE.finditer(plain)]
    run: _Run = []
    for m in _DIGITS.finditer(plain):
        dated = inside_any(dates, m.start(), m.end())
        if run and (dated or not _GAP.fullmatch(plain, run[-1].end, m.start())):
            yield run
            run = []
        if not dated:
            run.append(_Token(m.start(), m.end(), m.group()))
    if run:
        yield run


def _scan(
    plain: str, run: _Run, keep: frozenset[str], found: list[Span], kept: list[tuple[int, int]]
) -> None:
    """Walk a run from left to right, taking out numbers and stepping over help lines."""
    if len(run) == 1 and len(run[0].digits) < 7 and run[0].digits not in keep:
        return
    at = 0
    while at < len(run):
        ends, digits = _ends(run, at)
        plus = "+" in plain[max(0, run[at].start - 2) : run[at].start]
        helped = _help_line(ends, digits, plus, keep)
        if helped is not None and (plus or not _french(ends, digits) or helped == ends[10]):
            kept.append((run[at].start - plus, run[helped].end))
            at = helped + 1
            continue
        last = _number(plain, run, at, ends, digits, plus=plus)
        if last is None:
            at += 1
            continue
        start = run[at].start
        while start and plain[start - 1] in "+(":
            start -= 1
        extension = _EXTENSION.match(plain, run[last].end)
        found.append(Span(start, extension.end() if extension else run[last].end, Kind.PHONE))
        at = last + 1


def _ends(run: _Run, at: int) -> tuple[dict[int, int], str]:
    """For each count of digits that ends with a token, that token's index; and up to 15 digits from here."""
    digits = ""
    ends: dict[int, int] = {}
    for index in range(at, len(run)):
        digits += run[index].digits
        if len(digits) > 16:
            break
        ends[len(digits)] = index
    return ends, digits


def national(digits: str, plus: bool) -> str:
    """A number as it is dialled at home: `+33 1…` and `0033 1…` become `01…`."""
    if digits.startswith("00"):
        digits, plus = digits[2:], True
    if plus:
        for country in ("33", "32", "41", "44"):
            if digits.startswith(country):
                return "0" + digits[2:].removeprefix("0")
    return digits


def _help_line(ends: dict[int, int], digits: str, plus: bool, keep: frozenset[str]) -> int | None:
    for count in sorted(ends, reverse=True):
        if national(digits[:count], plus) in keep:
            return ends[count]
    return None


def _french(ends: dict[int, int], digits: str) -> bool:
    """Ten digits from 01 to 09 but 08: what begins like a short help line may be a whole number."""
    return 10 in ends and digits[0] == "0" and digits[1] in "12345679"


def _number(plain: str, run: _Run, at: int, ends: dict[int, int], digits: str, *, plus: bool) -> int | None:
    """The index of the last token of the telephone number that begins at `at`, or None."""
    if plus or (digits.startswith("00") and len(digits) > 8 and digits[2:3] not in {"", "0"}):
        return _international(ends, digits if plus else digits[2:], 0 if plus else 2)
    shapes = {count: tuple(len(t.digits) for t in run[at : ends[count] + 1]) for count in ends}
    if digits[0] == "0" and len(digits) > 7 and digits[1] != "0":
        return _national(plain, run, at, ends, shapes)
    for count in (11, 10):
        if shapes.get(count) in _NORTH_AMERICAN_SHAPES and _NORTH_AMERICAN.fullmatch(digits[:count]):
            return ends[count]
    for country in ("33", "32", "41", "44"):
        if digits.startswith(country):
            exact = [2 + n for n in _AFTER_COUNTRY[country] if n >= 9 and 2 + n in ends]
            if exact and digits[2] != "0":
                return ends[exact[0]]
    if digits[0] in "1234567" and shapes.get(9) in _BARE_SHAPES and (digits[0] in "67" or shapes[9][0] == 1):
        return ends[9]
    if shapes.get(7) == (3, 4) and at + 2 >= len(run) and plain[run[at].end] in "-.":
        return None if _MEASURES.match(plain, run[at + 1].end) else ends[7]
    return None


def _international(ends: dict[int, int], digits: str, before: int) -> int | None:
    for size in (3, 2, 1):
        for count in _AFTER_COUNTRY.get(digits[:size], ()):
            if before + size + count in ends and not (
                count == 10 and digits[:2] in {"33", "32", "41"} and digits[2] != "0"
            ):
                return ends[before + size + count]
    longest = max((count for count in ends if count - before <= 15), default=0)
    return ends[longest] if longest - before >= 7 else None


def _national(
    plain: str, run: _Run, at: int, ends: dict[int, int], shapes: dict[int, tuple[int, ...]]
) -> int | None:
    """Numbers that begin with 0: French, Belgian, Swiss, British; or one digit short or long of these."""
    if shapes.get(11) in _UK_SHAPES:
        return ends[11]
    for count in (10, 11, 9, 12, 8):
        if count not in ends:
            continue
        last = ends[count]
        if count in {10, 11, 9}:
            return last
        gaps = plain[run[at].start : run[last].end]
        if last == len(run) - 1 and ":" not in gaps and "," not in gaps:
            return last
    return None


def _after_cues(view: View, kept: list[tuple[int, int]]) -> Iterator[Span]:
    """Parts of numbers, which only the words before them give away: "son tel c'est 4578", "finit par 42"."""
    plain = view.plain
    ends = _ENDS_SHAPE.search(view.figures) is not None
    for cue, shape in ((_CUE, _PARTIAL), (_ENDS, _PARTIAL_SHORT)) if ends else ((_CUE, _PARTIAL),):
        for m in cue.finditer(plain):
            number = shape.match(plain, m.end())
            if number is None or _MEASURES.match(plain, number.end()):
                continue
            if not inside_any(kept, number.start(), number.end()):
                yield Span(number.start(), number.end(), Kind.PHONE)


def _worth_a_loose_look(view: View) -> bool:
    if view.digits and _LETTERS_AS_DIGITS.search(view.figures):
        return True
    strong = view.words & SPELLED
    if len(strong) > 2 or "zero" in view.plain or ("oh" in view.words and strong):
        return True
    return view.digits and (bool(strong) or not view.words.isdisjoint(_BETWEEN))


def _loose_runs(plain: str) -> Iterator[_Run]:
    run: _Run = []
    for m in _LOOSE.finditer(plain):
        if run and not _SPOKEN_GAP.fullmatch(plain, run[-1].end, m.start()):
            yield run
            run = []
        word = m.group()
        digits = _NUMERALS.get(word) or ("" if word in _TWICE else word.translate(_AS_DIGITS))
        run.append(_Token(m.start(), m.end(), digits, "" if word.isdigit() else word))
    if run:
        yield run


def _count(run: _Run) -> str:
    """The digits a run of words stands for: `soixante`, `dix`, `huit` are 78."""
    digits = ""
    tens = False
    times = 1
    for token in run:
        if token.word in _TWICE:
            times = _TWICE[token.word]
        elif token.word.startswith("vingt") and digits.endswith("4"):
            digits, tens = digits[:-1] + "80", True
        elif tens and token.word and len(token.digits) <= 2 and token.digits != "0":
            both = int(digits[-2:]) + int(token.digits)
            digits, tens = digits[:-2] + f"{both:02}"[-2:], len(token.digits) == 2 and token.word == "dix"
        else:
            digits += token.digits * times
            tens, times = token.word in _TENS, 1
    return digits


def _spelled(plain: str, run: _Run, keep: frozenset[str], kept: list[tuple[int, int]]) -> Iterator[Span]:
    if not any(token.word for token in run) and not (run[0].digits.startswith("0") and len(run) > 2):
        return
    while run and (
        run[0].word in _WEAK - {"oh", "o", "double", "triple"} or (run[0].word == "o" and len(run) < 5)
    ):
        run = run[1:]
    while run and run[-1].word in _WEAK - {"neuf", "one", "un", "oh", "o"}:
        run = run[:-1]
    if not run or _part_of_a_word(run):
        return
    digits = _count(run)
    if digits in keep:
        kept.append((run[0].start, run[-1].end))
    elif len(digits) >= (6 if digits.startswith("0") and len(run) > 3 else 8):
        letters = [token for token in run if token.word]
        if all(token.word[0] in "oli|sb0123456789" and token.word not in _NUMERALS for token in letters) and (
            digits[0] not in "0367" or sum(c.isdigit() for t in run for c in plain[t.start : t.end]) < 5
        ):
            return
        start = run[0].start
        while start and plain[start - 1] in "+(":
            start -= 1
        yield Span(start, run[-1].end, Kind.PHONE)


def _part_of_a_word(run: _Run) -> bool:
    """A lone number word inside another word, such as the six of sixième, is no run."""
    return len(run) == 1 and bool(run[0].word) and len(run[0].digits) < 8
