"""Which pages on rights there are, in which order, for whom, and what each rests on.

The words are in each language's `rights.ftl`, as `right-<id>`, `right-<id>-2`, …; here is the data: how many
pages, which answers call for a page, and for every legal line its source, the date of that source and what is
doubtful about it, for the operator to verify before opening. Nothing here claims to have been verified.

Tailoring only ever leaves out what an answer rules out: a question that was passed, or answered with "other"
or "I don't know", rules out nothing, so a person who skips everything gets all pages.

Never here: sentences, advice, verdicts, or today's date.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from bot.questionnaire import Chosen

STALE_MONTHS: Final = 18
"""A source older than this is listed to the operator (design, what `check` and `/status` say)."""

RULES_NOTHING_OUT: Final = frozenset({"other", "unknown", "prefer_not", "too_early", "ongoing"})
"""Answers that leave everything possible."""


def is_stale(source_date: str, today: date, months: int = STALE_MONTHS) -> bool:
    """True where a source is older than `months` or undated. A year alone counts from its January."""
    if not source_date:
        return True
    year, month = (*map(int, source_date.split("-")), 1)[:2]
    return (today.year - year) * 12 + today.month - month > months


@dataclass(frozen=True, slots=True)
class Source:
    """One legal line of a page: the text it rests on, where it was read, when, and what is doubtful."""

    text: str
    read_in: str
    date: str = ""
    """As precise as known: "2022", "2022-03" or "2022-03-18"; empty where the source bears no date."""
    to_verify: str = ""


@dataclass(frozen=True, slots=True)
class Topic:
    """One subject of the rights pages. `when`: shown if any of these holds; empty: always shown."""

    id: str
    pages: int
    sources: tuple[Source, ...]
    when: tuple[Chosen, ...] = ()
    country: str = "FR"


@dataclass(frozen=True, slots=True)
class LegalLine:
    """A source of a topic, as the operator's list names it."""

    id: str
    country: str
    text: str
    source: str
    source_date: str
    to_verify: str

    def stale(self, today: date, months: int = STALE_MONTHS) -> bool:
        return is_stale(self.source_date, today, months)


def topics(country: str, answers: Mapping[str, Sequence[str]]) -> tuple[Topic, ...]:
    """The pages for a country, in order, without those her answers rule out; none for one not covered."""
    return tuple(topic for topic in TOPICS if topic.country == country and _may_concern(topic, answers))


def every_topic() -> tuple[Topic, ...]:
    return TOPICS


def every_legal_line() -> tuple[LegalLine, ...]:
    """Every legal line, with an id that stays, for the operator to verify and record."""
    return tuple(
        LegalLine(
            f"{topic.id}.{n}", topic.country, source.text, source.read_in, source.date, source.to_verify
        )
        for topic in TOPICS
        for n, source in enumerate(topic.sources, start=1)
    )


def _may_concern(topic: Topic, answers: Mapping[str, Sequence[str]]) -> bool:
    if not topic.when or any(
        not chosen.codes.isdisjoint(answers.get(chosen.question, ())) for chosen in topic.when
    ):
        return True
    return not all(_rules_out(answers.get(chosen.question, ())) for chosen in topic.when)


def _rules_out(codes: Sequence[str]) -> bool:
    return bool(codes) and RULES_NOTHING_OUT.isdisjoint(codes)


def _if(question: str, codes: str) -> Chosen:
    return Chosen(question, frozenset(codes.split()))


_MESSAGES = "data_misuse msg_unwanted msg_appearance calls letters gifts social_media"
_SEXUAL_WORDS = "msg_appearance remarks_sexual remarks_private_life staring insults pressure"
_AGAIN = "msg_unwanted msg_appearance calls letters gifts social_media came_back waited_outside"
_COMPANY = "telecom_operator energy_water subcontractor marketplace_platform delivery_company insurer shop"
_UNDATED = "the site that copies the article bears no date: read the version in force"

TOPICS: Final = (
    Topic(
        "whom",
        3,
        (
            Source(
                "arretonslesviolences.gouv.fr",
                "Presse et pages de la police et de la gendarmerie, 2018 à 2021",
                "2021",
                "opening hours and address of the chat",
            ),
            Source(
                "Bureaux d'aide aux victimes", "Ministère de la Justice, repris par une mairie", "2022-03-18"
            ),
        ),
    ),
    Topic(
        "evidence",
        3,
        (
            Source(
                "Preuve libre en matière pénale",
                "service-public.fr, fiche F32235, reprise par deux mairies",
                "",
                "the sheet bears no date: read the current one",
            ),
        ),
    ),
    Topic(
        "delays",
        2,
        (
            Source(
                "Prescription : 1 an, 6 ans, 20 ans ; 3 mois pour la presse",
                "service-public.fr, fiche F31982",
                "2022-02-25",
            ),
            Source(
                "Harcèlement : le délai part du dernier fait",
                "Fiche juridique et service-public.fr F32235",
                "",
                _UNDATED,
            ),
            Source(
                "Victime mineure au moment des faits",
                "",
                "",
                "no source seen: 10, 20 or 30 years after majority",
            ),
        ),
    ),
    Topic(
        "data_misuse",
        2,
        (
            Source("Code pénal, article 226-21", "Deux sites qui reprennent Légifrance", "", _UNDATED),
            Source("Code pénal, article 226-22", "Un cabinet qui reprend Légifrance", "", _UNDATED),
            Source("RGPD, articles 5 et 32", "CNIL, adresser une plainte", "2021-02"),
        ),
        when=(
            _if("what_happened", _MESSAGES),
            _if("contact_source", "client_file given_for_visit app"),
        ),
    ),
    Topic(
        "company",
        3,
        (
            Source(
                "RGPD, article 15 : accès, un mois pour répondre", "CNIL, adresser une plainte", "2021-02"
            ),
            Source(
                "RGPD, articles 16, 17, 18 et 21",
                "CNIL, adresser une plainte",
                "2021-02",
                "limits of erasure while a contract or a claim is alive",
            ),
            Source("Noms des salariés dans les journaux d'accès", "", "", "no source seen: CJEU C-579/21"),
        ),
        when=(_if("who_sent", f"{_COMPANY} public_body landlord_agency social_landlord"),),
    ),
    Topic(
        "minimised",
        2,
        (Source("RGPD, article 5", "CNIL, adresser une plainte", "2021-02"),),
        when=tuple(
            _if(f"reaction.{who}", "minimised blamed defended_worker no_answer listened refused_complaint")
            for who in ("company_service", "company_dpo", "employer_of_worker", "landlord_agency", "platform")
        ),
    ),
    Topic(
        "cnil",
        2,
        (
            Source(
                "Plainte à la CNIL : d'abord l'organisme, un mois", "CNIL, adresser une plainte", "2021-02"
            ),
            Source(
                "Plainte pénale sans attendre la CNIL",
                "Mode d'emploi syndical, ancien",
                "",
                "old and second-hand",
            ),
        ),
        when=(
            _if("what_happened", _MESSAGES),
            _if("contact_source", "client_file given_for_visit app"),
        ),
    ),
    Topic(
        "sexist_remarks",
        2,
        (
            Source("Code pénal, article R625-8-3", "Éditeur juridique, décret du 30 mars 2023", "2023-03-30"),
            Source("Code pénal, article 222-33-1-1", "Deux cabinets d'avocats", "2023"),
        ),
        when=(_if("what_happened", _SEXUAL_WORDS),),
    ),
    Topic(
        "sexual_harassment",
        2,
        (Source("Code pénal, article 222-33", "service-public.fr, fiche F1043, vérifiée", "2024-04-08"),),
        when=(_if("what_happened", _SEXUAL_WORDS),),
    ),
    Topic(
        "moral_harassment",
        1,
        (Source("Code pénal, article 222-33-2-2", "Version en vigueur le 23 mars 2024", "2024-03-23"),),
        when=(_if("what_happened", f"{_AGAIN} threats insults"),),
    ),
    Topic(
        "malicious_calls",
        1,
        (
            Source(
                "Code pénal, article 222-16", "Un site qui reprend l'article, et deux cabinets", "", _UNDATED
            ),
        ),
        when=(_if("what_happened", "calls msg_unwanted msg_appearance threats insults"),),
    ),
    Topic(
        "home_entry",
        1,
        (Source("Code pénal, article 226-4", "Code pénal en vigueur au 29 juillet 2023", "2023-07-29"),),
        when=(_if("what_happened", "stayed entered_without came_back touched_objects"),),
    ),
    Topic(
        "voyeurism",
        1,
        (Source("Code pénal, article 226-3-1", "Un site qui reprend l'article", "", _UNDATED),),
        when=(_if("what_happened", "watched_filmed"),),
    ),
    Topic(
        "sexual_assault",
        2,
        (
            Source(
                "Code pénal, article 222-22, loi 2025-1057 du 6 novembre 2025", "Cabinet d'avocats", "2025-11"
            ),
            Source(
                "Visioplainte : pas pour les agressions sexuelles", "France 3, 26 février 2024", "2024-02-26"
            ),
            Source(
                "Soins et examen sans plainte",
                "",
                "",
                "no source seen: medical-legal units and reception without complaint",
            ),
        ),
        when=(_if("what_physical", "touch_nonsexual touch_sexual exposed violence assault_forced"),),
    ),
    Topic(
        "threats",
        1,
        (Source("Code pénal, articles 222-17 et suivants", "", "", "no source seen"),),
        when=(
            _if("what_happened", "threats pressure"),
            _if("after_report", "threats"),
            _if("backlash", "online_threats"),
        ),
    ),
    Topic(
        "online_attacks",
        2,
        (
            Source(
                "Code pénal, article 222-33-2-2, plusieurs auteurs",
                "Version en vigueur le 23 mars 2024",
                "2024-03-23",
            ),
            Source(
                "Loi du 29 juillet 1881 : 3 mois, ou 1 an", "service-public.fr, fiche F31982", "2022-02-25"
            ),
            Source("3018", "Une mairie", "2023-09-28"),
        ),
        when=(
            _if("backlash", "mockery online_insults online_threats pressure_to_retract"),
            _if("told_whom", "social_media"),
        ),
    ),
    Topic(
        "police",
        3,
        (
            Source(
                "Plainte, lettre au procureur", "Association de gendarmerie", "", "the page bears no date"
            ),
            Source("Main courante", "service-public.fr, fiche F32235, reprise par une mairie", "", _UNDATED),
            Source(
                "Visioplainte",
                "France 3 et une association",
                "2024-02-26",
                "where it is open today, and for which facts",
            ),
        ),
    ),
    Topic(
        "telecom_mediator",
        2,
        (
            Source(
                "Médiateur des communications électroniques", "service-public.fr, fiche F14373", "2024-02-15"
            ),
        ),
        when=(_if("who_came", "telecom_technician"), _if("who_sent", "telecom_operator")),
    ),
    Topic(
        "landlord",
        2,
        (
            Source("Code civil, articles 1719 et 1725", "Trois pages d'avocats", "", _UNDATED),
            Source("Loi du 6 juillet 1989, article 6", "Une page d'avocats", "", _UNDATED),
        ),
        when=(
            _if("who_sent", "landlord_agency social_landlord"),
            _if("who_came", "landlord_self caretaker real_estate works plumber electrician locksmith"),
            _if("told_whom", "landlord_agency"),
        ),
    ),
    Topic(
        "defender",
        1,
        (
            Source(
                "Défenseur des droits, 39 28", "Deux pages d'information jeunesse et logement", "", _UNDATED
            ),
        ),
    ),
    Topic(
        "lawyer",
        1,
        (
            Source(
                "Bureaux d'aide aux victimes", "Ministère de la Justice, repris par une mairie", "2022-03-18"
            ),
            Source("Aide juridictionnelle", "", "", "no source seen"),
        ),
    ),
)
"""In the order they are offered: what helps everybody, then facts from words to acts, then where to turn."""
