"""The questions of Seuil, their order, and their closed lists. Version 1.

Ids and codes are stored inside testimonies: once released they never change their meaning. A new question is
one line here and its paragraph in each `questions.ftl`; a test names what was forgotten.

The order is part of the method: her own words come before any list, so that no list suggests what happened;
lists go from neutral to harder; the hardest stands behind a gate. No list holds a company's name, and nothing
here identifies the person who came.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.questionnaire import AnyQuestion, Choice, Chosen, Gate, Option, Questionnaire, Stage, Text

OTHER = "other"
UNKNOWN = "unknown"


def _one_of(codes: str) -> tuple[Option, ...]:
    return tuple(Option(code) for code in codes.split())


def _some_of(codes: str, alone: str) -> tuple[Option, ...]:
    apart = set(alone.split())
    return tuple(Option(code, alone=code in apart) for code in codes.split())


def _chose(question: str, codes: str) -> Chosen:
    return Chosen(question, frozenset(codes.split()))


WHO_CAME = _one_of(
    "telecom_technician electrician plumber locksmith meter_reader delivery mover real_estate caretaker "
    "landlord_self works appliance cleaning home_care childcare_tutor driver pest_inspection sales "
    "public_agent other unknown prefer_not"
)
WHO_SENT = _one_of(
    "telecom_operator energy_water subcontractor marketplace_platform delivery_company landlord_agency "
    "social_landlord insurer shop public_body self_employed family_friend unknown prefer_not"
)
CONTACT_SOURCE = _one_of(
    "client_file given_for_visit app door_or_letterbox lives_or_works_here unknown prefer_not"
)
WHAT_HAPPENED = _some_of(
    "data_misuse msg_unwanted msg_appearance calls letters gifts social_media remarks_private_life "
    "remarks_sexual staring came_back stayed waited_outside entered_without watched_filmed touched_objects "
    "pressure threats insults other prefer_not",
    alone="prefer_not",
)
WHAT_PHYSICAL = _some_of(
    "blocked touch_nonsexual touch_sexual exposed violence assault_forced none prefer_not",
    alone="none prefer_not",
)
CHANNEL = _some_of(
    "sms call messaging_app social_network email letter in_person_home in_person_building "
    "in_person_street_work doorbell_camera via_company_app other prefer_not",
    alone="prefer_not",
)
REPETITION = _one_of("once two_to_five more_than_five ongoing unknown prefer_not")
DURATION = _one_of("one_day under_one_month one_to_six_months over_six_months unknown prefer_not")
WHEN_PERIOD = _one_of(
    "under_three_months three_to_twelve_months one_to_six_years over_six_years unknown prefer_not"
)
REGION = _one_of(
    "auvergne_rhone_alpes bourgogne_franche_comte bretagne centre_val_de_loire corse grand_est "
    "hauts_de_france ile_de_france normandie nouvelle_aquitaine occitanie pays_de_la_loire "
    "provence_alpes_cote_d_azur guadeloupe guyane martinique la_reunion mayotte "
    "belgium switzerland luxembourg canada other_country prefer_not"
)
HOME_CONTEXT = _one_of("alone with_children with_adult other prefer_not")
TOLD_WHOM = _some_of(
    "nobody friends_family company_service company_dpo employer_of_worker landlord_agency platform "
    "police_gendarmerie cnil association doctor social_media lawyer other prefer_not",
    alone="nobody prefer_not",
)
REACTION = _one_of(
    "no_answer minimised blamed defended_worker listened handled_promised handled_done refused_complaint "
    "complaint_taken too_early prefer_not"
)
AFTER_REPORT = _some_of(
    "contacted_again apologies threats nothing_more unknown prefer_not",
    alone="nothing_more unknown prefer_not",
)
BACKLASH = _some_of(
    "mockery online_insults online_threats pressure_to_retract support nothing prefer_not",
    alone="nothing prefer_not",
)
CONSEQUENCES = _some_of(
    "fear_home sleep avoid_appointments changed_number changed_locks moved work_study health relationships "
    "money left_social_media none other prefer_not",
    alone="none prefer_not",
)
NEEDS = _some_of(
    "be_heard stop know_rights talk_to_someone legal_help complaint_help protect_data warn_others "
    "company_change medical nothing_now prefer_not",
    alone="nothing_now prefer_not",
)
CONSENT_SHARE = _one_of("stats_only stats_and_summary stats_and_quote none")
"""From the least to the most, then nothing at all. Skipping takes the least."""

RECIPIENTS = tuple(option.code for option in TOLD_WHOM if option.code not in ("nobody", "prefer_not"))
"""Whose reaction may be asked, one question each, only for those who were told."""

COMPANY_OR_LANDLORD = ("company_service", "company_dpo", "employer_of_worker", "landlord_agency", "platform")
"""The recipients whose reaction the declared cross-table counts."""

NEEDS_CARE = frozenset({"touch_sexual", "exposed", "violence", "assault_forced"})
"""After any of these, care and help lines are told at once (domain notes, list C2)."""

_REPORTED = _chose("told_whom", " ".join(RECIPIENTS))


def _reactions() -> Iterable[Choice]:
    for recipient in RECIPIENTS:
        yield Choice(
            id=f"reaction.{recipient}",
            words="reaction",
            about=recipient,
            when=_chose("told_whom", recipient),
            options=REACTION,
        )


_THRESHOLD = (
    Choice(id="lang", options=_one_of("fr en"), counted=False),
    Choice(id="danger_now", options=_one_of("yes no unknown"), counted=False, skipping="unknown"),
    Choice(id="intent", options=_one_of("testify rights help withdraw"), counted=False, skipping="testify"),
    Choice(id="adult", options=_one_of("yes no"), counted=False),
    Choice(id="consent_collect", options=_one_of("accept refuse"), counted=False, skipping="refuse"),
)
_STORY = (
    Text(id="narrative", many=True),
    Text(id="narrative_more"),
)
_FACTS = (
    Choice(id="who_came", options=WHO_CAME),
    Choice(id="who_sent", options=WHO_SENT),
    Choice(id="contact_source", options=CONTACT_SOURCE),
    Choice(id="what_happened", options=WHAT_HAPPENED, many=True),
    Gate(id="gate_physical"),
    Choice(id="what_physical", options=WHAT_PHYSICAL, many=True, when=_chose("gate_physical", "go_on")),
    Choice(id="channel", options=CHANNEL, many=True),
    Choice(id="repetition", options=REPETITION),
    Choice(
        id="duration",
        options=DURATION,
        when=_chose("repetition", "two_to_five more_than_five ongoing unknown"),
    ),
    Choice(id="when_period", options=WHEN_PERIOD),
    Choice(id="region", options=REGION),
)
_HOME = (Choice(id="home_context", options=HOME_CONTEXT),)
_AFTER = (
    Choice(id="told_whom", options=TOLD_WHOM, many=True),
    *_reactions(),
    Choice(id="after_report", options=AFTER_REPORT, many=True, when=_REPORTED),
    Choice(id="backlash", options=BACKLASH, many=True, when=_REPORTED),
    Choice(id="consequences", options=CONSEQUENCES, many=True),
    Choice(id="needs", options=NEEDS, many=True),
)
_ABOUT_YOU = (
    Choice(id="about_age", options=_one_of("from_18_to_25 from_26_to_39 from_40_to_59 from_60 prefer_not")),
    Choice(id="about_gender", options=_one_of("woman man other prefer_not")),
)


def questionnaire(
    *, home_context: bool = True, about_you: bool = False, takes_minors: bool = False
) -> Questionnaire:
    """The questionnaire an instance asks.

    `home_context` (who was at home) is a module an association may leave out. `about_you` (age band, gender)
    is off unless an association shows that it needs it: both narrow a person down (domain notes, 4.4).
    """
    return Questionnaire(
        version=1,
        takes_minors=takes_minors,
        stages=(
            Stage("threshold", _THRESHOLD),
            Stage("story", _STORY),
            Stage("facts", _FACTS + (_HOME if home_context else ())),
            Stage("after", _AFTER + (_ABOUT_YOU if about_you else ())),
            Stage(
                "choose",
                (Choice(id="consent_share", options=CONSENT_SHARE, counted=False, skipping="stats_only"),),
            ),
        ),
    )


QUESTIONNAIRE = questionnaire()

EVERY_QUESTION: tuple[AnyQuestion, ...] = questionnaire(about_you=True).questions
"""With every module on: what the words of each language must cover."""
