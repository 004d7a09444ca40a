"""Exact counts of people, cell by cell, for the tables a digest may hold. These numbers never leave the desk.

Here: which tables exist (`DESIGN`), and one pass over the coded testimonies that fills them. Never here: what
may be told (`bot.disclosure` is the only reader of a `Tally`), words, storage.

How people are counted
- A person is a sender tag. Whatever she told under one tag in a period is one person: her testimonies are
  united before anything is counted, so order and repetition change nothing.
- Consent comes first: a testimony not given for figures is not looked at, and refusals are not counted.
- A variable with one answer takes, when her testimonies differ, the category that is declared first.
- "Other", "I do not know", "I prefer not to say", a question skipped or not asked are no category. Such
  people are in the total, and in the remainder that `bot.disclosure` makes; how many they are is never told.

Why so few tables, all declared: every table is also a clue to the others. What must not be tabulated is left
out by design, not by care: region, language, age, gender, who was at home (who did it knows where he went).
Why each variable has one coding, the same in every table: nested codings (an option here, its group there)
can be subtracted. Why no category follows from another ("none of these" beside a list, "told the company"
beside the company's reaction): the same. `told_nobody` is a reaction for that reason, and `told_whom` leaves
the companies out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.errors import StoreDamaged
from bot.questions import COMPANY_OR_LANDLORD

COUNTED = frozenset({"stats_only", "stats_and_summary", "stats_and_quote"})
"""The choices at `consent_share` that allow figures. Anything else, known or not, is not counted."""

TAG_BYTES = 16
"""Shortest sender tag. A missing or cut tag would make one person of many, or many of one."""


@dataclass(frozen=True, slots=True)
class Coded:
    """What of one testimony is counted: codes by question, the choice at `consent_share`, the sender tag."""

    answers: Mapping[str, tuple[str, ...]] = field(repr=False)
    consent: str
    tag: bytes = field(repr=False)
    language: str


@dataclass(frozen=True, slots=True)
class Category:
    """A person is in it when she chose any of these (question, option)."""

    code: str
    of: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Variable:
    """A one-way table. `many`: a person may be in several categories; otherwise in the first that holds."""

    id: str
    many: bool
    categories: tuple[Category, ...]


@dataclass(frozen=True, slots=True)
class Cross:
    """A declared two-way table: rows of a `many` variable, columns of a variable with one answer."""

    id: str
    rows: str
    columns: str


@dataclass(frozen=True, slots=True)
class Design:
    """Every table there is. A change of any category is a new version, and two versions do not compare.

    Raises `ValueError` for a two-way table that `bot.disclosure` has no method for.
    """

    version: int
    variables: tuple[Variable, ...]
    crosses: tuple[Cross, ...]

    def __post_init__(self) -> None:
        for cross in self.crosses:
            if not self.variable(cross.rows).many or self.variable(cross.columns).many:
                raise ValueError(
                    f"{cross.id}: rows of several answers and columns of one expected; any other two-way "
                    "table adds up in ways bot.disclosure does not protect."
                )

    def variable(self, id: str) -> Variable:
        return next(variable for variable in self.variables if variable.id == id)


@dataclass(frozen=True, slots=True)
class Tally:
    """Exact counts of distinct people. `counts[variable][category]`, `crosses[cross][row][column]`, by place
    in the design; a row's people outside every column are not in it."""

    design: Design = field(repr=False)
    people: int = field(repr=False)
    counts: Mapping[str, tuple[int, ...]] = field(repr=False)
    crosses: Mapping[str, tuple[tuple[int, ...], ...]] = field(repr=False)


def _variable(question: str, many: bool, **categories: str) -> Variable:
    """Categories as `code="option option"`; an empty string stands for the option of that same code."""
    return Variable(
        question,
        many,
        tuple(
            Category(code, frozenset((question, option) for option in (options or code).split()))
            for code, options in categories.items()
        ),
    )


def _reaction(code: str, options: str) -> Category:
    asked = [f"reaction.{recipient}" for recipient in COMPANY_OR_LANDLORD]
    return Category(code, frozenset((question, option) for question in asked for option in options.split()))


_HAPPENED = _variable(
    "what_happened",
    True,
    data_misuse="",
    messages="msg_unwanted msg_appearance calls social_media",
    letters_gifts="letters gifts",
    remarks="remarks_private_life remarks_sexual staring insults",
    presence="came_back stayed waited_outside",
    intrusion="entered_without watched_filmed touched_objects",
    threats="pressure threats",
)
_PHYSICAL = _variable(
    "what_physical",
    True,
    physical="blocked touch_nonsexual touch_sexual exposed violence assault_forced",
)
_WHAT_HAPPENED = Variable("what_happened", True, _HAPPENED.categories + _PHYSICAL.categories)
_COMPANY_REACTION = Variable(
    "company_reaction",
    False,
    (
        # The hardest first: with several reactions, that one is counted, and the method says so.
        _reaction("dismissed", "minimised blamed defended_worker refused_complaint"),
        _reaction("no_answer", "no_answer"),
        _reaction("listened", "listened"),
        _reaction("acted", "handled_promised handled_done complaint_taken"),
        Category("told_nobody", frozenset({("told_whom", "nobody")})),
    ),
)

DESIGN = Design(
    version=1,
    variables=(
        _WHAT_HAPPENED,
        _variable(
            "who_came",
            False,
            telecom_energy="telecom_technician electrician meter_reader",
            delivery_transport="delivery mover driver",
            repair_works="plumber locksmith works appliance",
            building_housing="real_estate caretaker landlord_self",
            personal_services="cleaning home_care childcare_tutor",
        ),
        _variable(
            "who_sent",
            False,
            telecom_operator="",
            energy_water="",
            subcontractor="",
            platform_delivery="marketplace_platform delivery_company",
            landlord="landlord_agency social_landlord",
            self_employed="",
        ),
        _variable(
            "contact_source",
            False,
            client_file="",
            given_for_visit="",
            app="",
            door_or_letterbox="",
            lives_or_works_here="",
        ),
        _variable("repetition", False, ongoing="", more_than_five="", two_to_five="", once=""),
        _variable(
            "when_period",
            False,
            under_three_months="",
            three_to_twelve_months="",
            one_to_six_years="",
            over_six_years="",
        ),
        _variable(
            "told_whom",
            True,
            friends_family="",
            police_gendarmerie="",
            association="",
            doctor="",
            lawyer="",
            cnil="",
            social_media="",
        ),
        _COMPANY_REACTION,
        _variable(
            "consequences",
            True,
            fear_home="",
            sleep="",
            avoid_appointments="",
            changed_habits="changed_number changed_locks left_social_media",
            moved="",
            work_study_money="work_study money",
            health="",
            relationships="",
        ),
        _variable(
            "needs",
            True,
            be_heard="",
            stop="",
            rights_legal="know_rights legal_help complaint_help",
            talk_medical="talk_to_someone medical",
            protect_data="",
            change="warn_others company_change",
        ),
    ),
    crosses=(
        Cross("happened_by_who_came", "what_happened", "who_came"),
        Cross("happened_by_reaction", "what_happened", "company_reaction"),
    ),
)


def tally(testimonies: Iterable[Coded], *, design: Design = DESIGN) -> Tally:
    """Count distinct people. One pass; memory grows with people, by a tag and a small integer each.

    `bot.roll` does the same for a million people, in pieces and in less memory; it must agree with this.
    Raises `StoreDamaged` for a testimony whose sender tag is shorter than `TAG_BYTES`.
    """
    table = bits(design)
    people: dict[bytes, int] = {}
    for told in testimonies:
        her = profile(told, table)
        if her is not None:
            people[told.tag] = people.get(told.tag, 0) | her
    return counted(design, people.values())


Bits = Mapping[str, Mapping[str, int]]
"""question -> option -> the bits of the categories it puts a person in."""


def bits(design: Design) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    place = 0
    for variable in design.variables:
        for category in variable.categories:
            for question, option in category.of:
                options = found.setdefault(question, {})
                options[option] = options.get(option, 0) | 1 << place
            place += 1
    return found


def profile(told: Coded, table: Bits) -> int | None:
    """The categories a testimony puts a person in; None where she does not allow figures.

    Raises `StoreDamaged` where the sender tag is cut.
    """
    if told.consent not in COUNTED:
        return None
    if len(told.tag) < TAG_BYTES:
        raise StoreDamaged(
            f"A testimony carries a sender tag of {len(told.tag)} bytes; at least {TAG_BYTES} expected.",
            hint="It was not sealed by this version of Seuil. Hold the digest and check the backups.",
        )
    her = 0
    for question, codes in told.answers.items():
        options = table.get(question)
        if options is not None:
            for code in codes:
                her |= options.get(code, 0)
    return her


def counted(design: Design, profiles: Iterable[int]) -> Tally:
    """Every table, from one profile a person. Each is cut into variables: hardly two people share a whole
    profile, and many an answer, so what is remembered stays small however many there are."""
    cuts = _cuts(design)
    ones: list[tuple[int, int, dict[int, int]]] = [(*cut, {}) for cut in cuts.values()]
    twos: list[tuple[int, int, int, int, dict[tuple[int, int], int]]] = [
        (*cuts[cross.rows], *cuts[cross.columns], {}) for cross in design.crosses
    ]
    people = 0
    for her in profiles:
        people += 1
        for start, mask, seen in ones:
            answer = her >> start & mask
            seen[answer] = seen.get(answer, 0) + 1
        for row, rows, column, columns, met in twos:
            both = (her >> row & rows, her >> column & columns)
            met[both] = met.get(both, 0) + 1
    return Tally(
        design,
        people,
        {of.id: _cells(of, seen) for of, (_, _, seen) in zip(design.variables, ones, strict=True)},
        {
            cross.id: _rows(design.variable(cross.rows), design.variable(cross.columns), met)
            for cross, (*_, met) in zip(design.crosses, twos, strict=True)
        },
    )


def _cuts(design: Design) -> dict[str, tuple[int, int]]:
    """Where in a profile a variable's bits begin, and their mask."""
    cuts: dict[str, tuple[int, int]] = {}
    start = 0
    for variable in design.variables:
        size = len(variable.categories)
        cuts[variable.id] = (start, (1 << size) - 1)
        start += size
    return cuts


def _cells(variable: Variable, answers: Mapping[int, int]) -> tuple[int, ...]:
    cells = [0] * len(variable.categories)
    for answer, number in answers.items():
        for place in _places(variable, answer):
            cells[place] += number
    return tuple(cells)


def _rows(of: Variable, by: Variable, crossed: Mapping[tuple[int, int], int]) -> tuple[tuple[int, ...], ...]:
    cells = [[0] * len(by.categories) for _ in of.categories]
    for (answer, other), number in crossed.items():
        for row in _places(of, answer):
            for column in _places(by, other):
                cells[row][column] += number
    return tuple(tuple(row) for row in cells)


def _places(variable: Variable, answer: int) -> list[int]:
    """The categories an answer is in; one at most where a person has one answer."""
    held = [place for place in range(len(variable.categories)) if answer >> place & 1]
    return held if variable.many else held[:1]
