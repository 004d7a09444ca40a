"""Dates and times of day: a date keeps its year, a time its part of the day.

Never here: durations, ages, years and months alone, "hier", "la semaine dernière": they point at nobody.

Why to a band: the one who came knows his own appointments, so a day and an hour are a signature to him. No
clock is read, because what "hier" means is nobody's business.
"""

# ruff: noqa: E501, SIM905 - patterns and word lists are cut where they mean something, not at a column

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.redaction.kinds import Kind, Span
from bot.redaction.view import View

_MONTH: Final = (
    r"(?:janvier|january|janv?|fevrier|february|fevr?|feb|mars|march|avril|april|avr|apr|mai|juin|june|jun|juillet|july|juil|jul|"
    r"aout|august|aug|septembre|september|sept?|octobre|october|oct|novembre|november|nov|decembre|december|dec)\b\.?"
)
_YEAR: Final = r"(?:19[3-9]\d|20[0-4]\d)"
_WEEKDAY: Final = (
    r"(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lun|mar|mer|jeu|ven|sam|dim|monday|tuesday|wednesday|thursday|friday|"
    r"saturday|sunday|mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)"
)
_LONG_WEEKDAY: Final = r"(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
_DAY_WORD: Final = (
    r"(?:premier|deux|trois|quatre|cinq|six|sept|huit|neuf|dix(?:[ -](?:sept|huit|neuf))?|onze|douze|treize|quatorze|quinze|seize|"
    r"vingt(?:[ -](?:et[ -]un|deux|trois|quatre|cinq|six|sept|huit|neuf))?|trente(?:[ -]et[ -]un)?|first|second|third|fourth|fifth|"
    r"sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|"
    r"nineteenth|twentieth|twenty[ -](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|thirtieth|thirty[ -]first)"
)
_DAY: Final = r"(?:0?[1-9]|[12]\d|3[01])(?: ?(?:er|e|st|nd|rd|th)\b)?"
_YEAR_WORDS: Final = r"deux[ -]mille(?:[ -](?:un|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingt|trente|et))*"

_WRITTEN: Final = re.compile(
    rf"(?<![a-z0-9µ])(?:{_WEEKDAY}\.? ,?(?:le |the )?)?(?:{_DAY}(?:,? ?(?:et|ou|au|a|and|or|to|-|/) ?(?:le )?{_DAY})*|{_DAY_WORD})"
    rf"[ ./-]?(?:of )?(?:{_MONTH}(?! ?(?:fois|times))[ ,./-]*(?:{_YEAR}|(?:'|19|20)?\d\d\b(?! ?(?:h|:|fois|ans|min|eur|¤)))?|{_MONTH})(?:{_YEAR_WORDS})?"
)
_AMERICAN: Final = re.compile(
    rf"(?<![a-z0-9µ])(?:{_WEEKDAY}\.?,? )?(?:january|jan|february|feb|march|april|apr|may|june|jun|july|jul|august|aug|september|sept|"
    rf"sep|october|oct|november|nov|december|dec)\.? (?:the )?(?:{_DAY}(?![\d:h]|\w)|{_DAY_WORD}\b)(?:(?:,? )(?P<year>{_YEAR}))?"
)
_MONTH_YEAR: Final = re.compile(
    rf"(?<![a-z0-9µ]){_MONTH}(?: de l'annee| of)?[ ,/-]{{0,3}}(?P<year>{_YEAR})(?!\d)|(?<![\d/])(?:0[1-9]|1[0-2])[/](?:19[3-9]\d|20[0-4]\d)(?!\d)"
)
_FIGURES: Final = re.compile(
    rf"(?<![\d/.,-])(?:{_WEEKDAY}\.? (?:le )?)?(?:(?:0?[1-9]|[12]\d|3[01])(?P<a>(?: ?[/.-] ?| ))(?:0?[1-9]|1[0-2])(?P=a)(?P<y1>{_YEAR})|"
    rf"(?:0?[1-9]|1[0-2])(?P<c>[/.-])(?:0?[1-9]|[12]\d|3[01])(?P=c)(?P<y4>{_YEAR})|"
    rf"(?P<y2>{_YEAR})(?P<b>[/.-])(?:0?[1-9]|1[0-2])(?P=b)(?:0?[1-9]|[12]\d|3[01])|"
    r"(?:0?[1-9]|[12]\d|3[01])(?P<d> ?[/.-] ?)(?:0?[1-9]|1[0-2])(?P=d)\d\d)(?![\d/]|[.,-]\d| ?(?:¤|eur))"
    rf"|(?<!\d)(?P<y3>{_YEAR})(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)"
    rf"|(?<!\d)(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?P<y5>{_YEAR})(?!\d)"
)
_SHORT: Final = re.compile(
    rf"(?P<cue>\b(?:le|du|au|depuis le|jusqu'au|date du|on|the|on the|from|until|since|{_LONG_WEEKDAY}|ne le|nee le)[ :]{{1,2}})?"
    r"(?<![\d/.,-])(?P<day>0?[1-9]|[12]\d|3[01])(?P<sep>[/.-])(?P<month>0?[1-9]|1[0-2])(?![\d/%]|[.,-]\d| ?(?:¤|eur|h\b|ans|%|fois|km|etoiles|stars))"
)
_WEEKDAY_DAY: Final = re.compile(
    rf"(?<![a-z0-9µ]){_LONG_WEEKDAY},? (?:le |the )?{_DAY}(?! ?(?:h|heures?|:|fois|ans|personnes|minutes?|min|am|pm|a\.m|p\.m|messages|appels|¤|euros?|o'clock|[/.,-]?\d|degres)(?![a-z]))(?![a-zµ0-9])"
)
_DATE_SHAPE: Final = re.compile(r"[0-9](?:[0-9]{3}| ?[/.-] ?[0-9])")
_WEEKDAY_SHAPE: Final = re.compile(r"(?:di|che|day),? (?:le |the )?[0-9]")
_CLOCK_SHAPE: Final = re.compile(r"[0-9] ?(?:[h:]|[ap]\.? ?m|o'? ?c)")
_DOTTED_SHAPE: Final = re.compile(r"[0-9]\.[0-9]")
_HOUR_SHAPE: Final = re.compile(r"h(?:eures?\b|(?![a-z0-9µ']))")
"""What each pattern above cannot match without: cheap to look for, and mostly not there."""

_YEAR_IN: Final = re.compile(rf"(?<!\d){_YEAR}(?!\d)")

_HOUR: Final = r"(?:[01]?\d|2[0-3])"
_NIGHTFALL: Final = r"(?P<half>(?: ?(?:du|le|ce|hier|demain) ?(?:matin|soir)| de l'apres[ -]midi| l'apres[ -]midi| ?(?:a|p)\.? ?m\b\.?| in the (?:morning|afternoon|evening)| at night))?"
_CLOCK: Final = re.compile(
    rf"(?<![\d:.,/])(?:(?P<h>{_HOUR})(?: ?[h] ?| heures? (?:et )?|:)(?P<m>[0-5]\d|quart|demie?|trente|quinze)(?: ?(?:mn|min|minutes))?(?!\d|:\d){_NIGHTFALL}"
    rf"|(?P<h2>1[0-2]|0?[1-9])(?:[:.](?P<m2>[0-5]\d))? ?(?P<ampm>[ap]\.? ?m\b\.?)|(?P<h3>{_HOUR}) ?o'? ?clock\b{_NIGHTFALL.replace('half', 'half3')})"
)
_ROUND_HOUR: Final = re.compile(
    rf"(?P<cue>(?<![a-z0-9µ'])(?:(?:vers|a|entre|avant|des|jusqu'a|jusque|apres|pour|rdv|sur les|et|de|il (?:est|etait)|around|at|about|until|before|by|"
    rf"hier|demain|matin|soir|{_LONG_WEEKDAY}|les coups de|aux alentours de|environ)[ :]{{1,2}}(?:a |vers |les )?)|(?<=[^a-z0-9]-)|^)?"
    rf"(?<![\d:.,/])(?P<h>{_HOUR}|une|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|dix[ -]sept|dix[ -]huit|dix[ -]neuf|"
    rf"vingt(?:[ -](?:et[ -]une|deux|trois))?) ?(?:h(?![a-z0-9µ'])|heures?\b)(?: (?:pile|precises?|et (?:demie|quart)|moins (?:le )?(?:quart|dix|cinq|vingt)|trente|quinze|dix))?{_NIGHTFALL}"
)
_DURATION_AFTER: Final = re.compile(
    r" ?(?:/|plus tard|plus tot|apres\b|avant\b|de (?!l'apres)|d'|par |a attendre|durant|en tout|non[ -]stop|d affilee|later|ago|par jour|chaque|/ ?24|sur 24|chrono|max)"
)
_SPOKEN_ENGLISH: Final = re.compile(
    r"\b(?:at|around|about|by|until|before|after|past) (?:(?:half|quarter|ten|five|twenty)(?: past| to)? )?(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
    r"(?: (?:thirty|fifteen|forty[ -]five|o'? ?clock|[ap]\.?m\b)|(?= in the (?:morning|afternoon|evening)))"
    r"|\b(?:at|around|about|by|before|after) half (?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b"
    r"|\b(?:half|quarter) (?:past|to) (?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\d{1,2})\b"
)
_DOTTED: Final = re.compile(
    r"\b(?:at|vers|around|about) (?P<h>[01]?\d|2[0-3])\.[0-5]\d(?![\d.]| ?(?:¤|£|%|eur|km|m\b|pounds|dollars|chf))"
)
_DURATION_BEFORE: Final = re.compile(
    r"(?:pendant|durant|dure|duree|toutes les|tous les|il y a|depuis|en|au bout de|environ|plus de|moins de|presque|quasi|quelques|for|every|during|"
    r"after|apres|in|within|dans|de retard|attendu|ca fait|cela fait|met|mis|reste)\s(?:de |au moins |plus de |environ |a peu pres |presque )?$"
)
_RANGE_BEFORE: Final = re.compile(r"(?:20\d\d,? ?(?:a |vers )?|(?:h|heures?|\d\d) ?(?:-|a|et|jusqu'a|–) ?)$")

_RANGE_AFTER: Final = re.compile(r" ?(?:a|et|-) ?\d")
_NOT_DURATION: Final = re.compile(r" ?(?:de|d') ?(?:\d|midi)| (?:du|de) l?'?(?:matin|soir)")
_BEFORE_BOTH: Final = frozenset({"avant", "until", "before"})
_BEFORE_DURATIONS: Final = frozenset({"apres", "pour", "de", "et", "environ", "about", "by"})

_MONTH_WORDS: Final = frozenset(
    "janvier january janv jan fevrier february fevr fev feb mars march avril april avr apr mai may juin june jun juillet july juil jul "
    "aout august aug septembre september sept sep octobre october oct novembre november nov decembre december dec".split()
)
_DAYS: Final = frozenset(
    "lundi mardi mercredi jeudi vendredi samedi dimanche monday tuesday wednesday thursday friday saturday sunday".split()
)
_SPOKEN_WORDS: Final = frozenset("at around about by until before after past half quarter".split())
_HOUR_WORDS: Final = frozenset("h heure heures am pm p clock half quarter thirty fifteen".split())
_MORNING, _NOON, _EVENING, _NIGHT = 6, 12, 18, 22
"""Hours at which the parts of the day begin; the night ends where the morning begins."""

_HOURS_SPELLED: Final = {
    word: hour
    for hour, word in enumerate(
        "une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize".split(),
        start=1,
    )
} | {
    "dix sept": 17,
    "dix huit": 18,
    "dix neuf": 19,
    "vingt": 20,
    "vingt et une": 21,
    "vingt deux": 22,
    "vingt trois": 23,
}


def find(view: View) -> Iterator[Span]:
    """Dates and times of day in a text."""
    months = not view.words.isdisjoint(_MONTH_WORDS)
    if months:
        yield from _with_months(view)
    if view.digits:
        if _DATE_SHAPE.search(view.figures):
            yield from _in_figures(view.plain)
        if not view.words.isdisjoint(_DAYS) and _WEEKDAY_SHAPE.search(view.figures):
            for m in _WEEKDAY_DAY.finditer(view.plain):
                yield Span(m.start(), m.end(), Kind.DATE)
    if view.digits or not view.words.isdisjoint(_HOUR_WORDS):
        yield from _times(view)


def _dated(plain: str, start: int, end: int) -> Span:
    year = _YEAR_IN.search(plain, start, end)
    return Span(start, end, Kind.DATE, year.group() if year else "")


def _with_months(view: View) -> Iterator[Span]:
    plain = view.plain
    for pattern in (_WRITTEN, _AMERICAN, _MONTH_YEAR):
        for m in pattern.finditer(plain):
            end = m.end()
            while plain[end - 1] in " ,./-":
                end -= 1
            if not _english_may(view, m.start(), m.group()):
                yield _dated(plain, m.start(), end)


def _english_may(view: View, start: int, found: str) -> bool:
    """Verbs, unless written as months are: "the 2 may have", "6 march to"."""
    word = re.search(r"\b(?:may|march)\b", found)
    return (
        word is not None
        and not view.text[start + word.start()].isupper()
        and not re.search(r"\d(?:st|nd|rd|th)|\bof\b|(?:19|20)\d\d", found)
    )


def _in_figures(plain: str) -> Iterator[Span]:
    for m in _FIGURES.finditer(plain):
        yield _dated(plain, m.start(), m.end())
    for m in _SHORT.finditer(plain):
        day, month, sep = m["day"], m["month"], m["sep"]
        padded = (
            day[0] == "0" or month[0] == "0" or (len(day) == 2 and len(month) == 2 and int(day) > int(month))
        )
        if m["cue"] or (sep == "/" and padded and len(month) == 2):
            if (
                m["cue"]
                and sep != "/"
                and len(month) == 1
                and m["cue"].split()[0] in {"du", "au", "the", "from"}
            ):
                continue
            yield Span(m.start("day"), m.end(), Kind.DATE)
    for m in _MONTH_YEAR.finditer(plain):
        yield _dated(plain, m.start(), m.end())


def _times(view: View) -> Iterator[Span]:
    plain = view.plain
    for m in _CLOCK.finditer(plain) if _CLOCK_SHAPE.search(view.figures) else ():
        if ":" not in m.group() and not m["ampm"] and not m["half"] and _lasts(plain, m.start(), m.end()):
            continue
        hour = int(m["h"] or m["h2"] or m["h3"])
        yield Span(m.start(), m.end(), Kind.TIME, _band(hour, m["half"] or m["ampm"] or m["half3"] or ""))
    for m in _ROUND_HOUR.finditer(plain) if _HOUR_SHAPE.search(plain) else ():
        start = m.start("h")
        told = m["half"] or m["cue"] or _RANGE_BEFORE.search(plain, max(0, start - 14), start)
        if not told or (not m["half"] and _lasts(plain, start, m.end(), (m["cue"] or "").strip())):
            continue
        told_hour: str = m["h"]
        value = int(told_hour) if told_hour.isdigit() else _HOURS_SPELLED[told_hour.replace("-", " ")]
        yield Span(start, m.end(), Kind.TIME, _band(value, m["half"] or ""))
    for m in _DOTTED.finditer(plain) if _DOTTED_SHAPE.search(view.figures) else ():
        yield Span(m.start("h"), m.end(), Kind.TIME, _band(int(m["h"]), ""))
    for m in _SPOKEN_ENGLISH.finditer(plain) if not view.words.isdisjoint(_SPOKEN_WORDS) else ():
        yield Span(m.start(), m.end(), Kind.TIME)


def _lasts(plain: str, start: int, end: int, cue: str = "") -> bool:
    """A duration, not a moment: "pendant 1h30", "2h plus tard", "à 2h de route"."""
    after = _DURATION_AFTER.match(plain, end)
    if cue in _BEFORE_BOTH and after is not None:
        return True
    if cue in _BEFORE_DURATIONS and not (cue in {"de", "et"} and _in_a_range(plain, start, end)):
        return True
    if _DURATION_BEFORE.search(plain, max(0, start - 30), start):
        return True
    return after is not None and _NOT_DURATION.match(plain, end) is None


def _in_a_range(plain: str, start: int, end: int) -> bool:
    """One end of "de 9h à 12h"."""
    return bool(_RANGE_BEFORE.search(plain, max(0, start - 14), start) or _RANGE_AFTER.match(plain, end))


def _band(hour: int, half: str) -> str:
    half = half.strip().replace(".", "").replace(" ", "")
    if hour < _NOON and (
        half.startswith("p") or "soir" in half or "apres" in half or "afternoon" in half or "evening" in half
    ):
        hour += 12
    if half == "atnight":
        return "night"
    if _MORNING <= hour < _NOON:
        return "morning"
    if _NOON <= hour < _EVENING:
        return "afternoon"
    return "evening" if _EVENING <= hour < _NIGHT else "night"
