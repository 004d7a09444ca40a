"""Somebody made up, who tells something made up: for the demonstration.

The stories are put together from a few sentences written for this file, with numbers from the ranges the
regulator keeps for fiction, so that one sees redaction work. Nothing here is a testimony.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.questionnaire import AnyQuestion, Choice, Text
from locales import Words

_STORIES = {
    "fr": (
        "Il est venu pour {what}. Le soir même il m’a écrit : « vous avez un très beau sourire ». "
        "Je ne lui avais pas donné mon numéro, il l’a pris dans le dossier.",
        "Après le rendez-vous j’ai reçu des messages du 06 39 98 {a} {b}. Je n’ai pas répondu. "
        "Il est repassé deux jours après, sans rendez-vous.",
        "Pendant des semaines il a laissé des mots sous ma porte. Le bailleur en a ri : offrez-lui un café.",
        "Il s’appelle Kevin, c’est tout ce que je sais. Il a appelé depuis un numéro masqué, puis a écrit.",
        "J’ai signalé au service client. « Ce n’est pas méchant. » Il m’a rappelée le lendemain.",
    ),
    "en": (
        "He came for {what}. That evening he texted that I have a lovely smile. I never gave my number.",
        "He wrote from 07700 9001{a}, three times. I told the company; nobody answered.",
    ),
}
_WHAT = {
    "fr": ("la fibre", "une livraison", "la chaudière", "le compteur"),
    "en": ("the boiler", "a delivery"),
}

_WEIGHTED: dict[str, tuple[tuple[str, int], ...]] = {
    "who_came": (
        ("telecom_technician", 28),
        ("delivery", 24),
        ("electrician", 10),
        ("plumber", 10),
        ("works", 8),
        ("caretaker", 6),
        ("real_estate", 4),
        ("driver", 4),
        ("locksmith", 2),
        ("home_care", 2),
        ("other", 2),
    ),
    "who_sent": (
        ("telecom_operator", 18),
        ("subcontractor", 24),
        ("delivery_company", 20),
        ("landlord_agency", 14),
        ("self_employed", 10),
        ("marketplace_platform", 8),
        ("unknown", 6),
    ),
    "contact_source": (
        ("client_file", 44),
        ("given_for_visit", 34),
        ("app", 10),
        ("door_or_letterbox", 8),
        ("unknown", 4),
    ),
    "what_happened": (
        ("msg_unwanted", 30),
        ("data_misuse", 28),
        ("msg_appearance", 22),
        ("calls", 14),
        ("remarks_sexual", 14),
        ("came_back", 10),
        ("letters", 8),
        ("social_media", 8),
        ("waited_outside", 5),
        ("threats", 4),
        ("pressure", 2),
    ),
    "channel": (
        ("sms", 40),
        ("messaging_app", 22),
        ("call", 18),
        ("in_person_home", 18),
        ("letter", 8),
        ("social_network", 8),
    ),
    "repetition": (
        ("once", 30),
        ("two_to_five", 34),
        ("more_than_five", 16),
        ("ongoing", 10),
        ("unknown", 4),
    ),
    "duration": (("one_day", 20), ("under_one_month", 34), ("one_to_six_months", 20), ("over_six_months", 6)),
    "when_period": (
        ("under_three_months", 24),
        ("three_to_twelve_months", 28),
        ("one_to_six_years", 30),
        ("over_six_years", 10),
    ),
    "region": (
        ("ile_de_france", 26),
        ("auvergne_rhone_alpes", 14),
        ("occitanie", 12),
        ("nouvelle_aquitaine", 9),
        ("hauts_de_france", 9),
        ("grand_est", 7),
        ("bretagne", 6),
        ("belgium", 3),
        ("corse", 1),
        ("prefer_not", 8),
    ),
    "home_context": (("alone", 50), ("with_children", 24), ("with_adult", 20), ("prefer_not", 6)),
    "told_whom": (
        ("friends_family", 40),
        ("company_service", 34),
        ("nobody", 22),
        ("landlord_agency", 14),
        ("police_gendarmerie", 10),
    ),
    "reaction": (
        ("no_answer", 24),
        ("minimised", 30),
        ("listened", 14),
        ("handled_promised", 14),
        ("defended_worker", 8),
        ("handled_done", 6),
        ("blamed", 6),
    ),
    "after_report": (("nothing_more", 34), ("contacted_again", 24), ("apologies", 12), ("unknown", 10)),
    "backlash": (("nothing", 40), ("support", 24), ("mockery", 16), ("pressure_to_retract", 6)),
    "consequences": (
        ("fear_home", 40),
        ("avoid_appointments", 28),
        ("sleep", 22),
        ("changed_number", 8),
        ("changed_locks", 5),
        ("none", 12),
    ),
    "needs": (
        ("warn_others", 34),
        ("stop", 24),
        ("protect_data", 24),
        ("be_heard", 22),
        ("know_rights", 18),
        ("company_change", 10),
    ),
    "consent_share": (("stats_only", 50), ("stats_and_summary", 30), ("stats_and_quote", 16), ("none", 4)),
}
"""What made-up people answer, by weight. Invented: no survey stands behind it."""

_FIXED = {
    "danger_now": "no",
    "intent": "testify",
    "adult": "yes",
    "consent_collect": "accept",
    "gate_physical": "leave_out",
}


@dataclass
class Person:
    """Somebody made up: a language, a story, and what she answers where she answers."""

    chance: random.Random = field(repr=False)
    words: Words = field(repr=False)

    def answers(self, question: AnyQuestion) -> Iterator[str]:
        """What she types at a question, by label, as one does; passing one question in ten."""
        label = self.words.option
        if question.id == "lang":
            yield label("lang", self.words.language)
        elif question.id in _FIXED:
            yield label(question.words, _FIXED[question.id])
        elif isinstance(question, Text):
            yield from self._story() if question.many else ("PASSER",)
        elif self.chance.random() < 0.1 and question.id != "consent_share":
            yield "PASSER"
        elif isinstance(question, Choice):
            yield from self._chosen(question)

    def _story(self) -> Iterator[str]:
        story = self.chance.choice(_STORIES[self.words.language])
        a, b = self.chance.randrange(10, 100), self.chance.randrange(10, 100)
        yield story.format(what=self.chance.choice(_WHAT[self.words.language]), a=a, b=b)
        yield "FINI"

    def _chosen(self, question: Choice) -> Iterator[str]:
        weighted = _WEIGHTED.get(question.words)
        if weighted is None:
            yield "PASSER"
            return
        codes, weights = zip(*weighted, strict=True)
        if not question.many:
            yield self.words.option(question.words, self.chance.choices(codes, weights)[0])
            return
        chosen = list(dict.fromkeys(self.chance.choices(codes, weights, k=self.chance.randint(1, 3))))
        alone = [code for code in chosen if (option := question.option(code)) is not None and option.alone]
        for code in alone[:1] or chosen:
            yield self.words.option(question.words, code)
        if not alone:
            yield "FINI"
