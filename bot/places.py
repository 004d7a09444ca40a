"""What stands on the screen: a question of the way, or one of the places beside it, and what may be answered
there.

A place says what is on offer as codes, in order; the number typed is the place in that order. Reading an
answer and showing a screen both start from here, so that they can never disagree.

Never here: what follows from an answer (`bot.conversation`), or sentences (`locales`).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot import rights
from bot.questionnaire import (
    AnyQuestion,
    Choice,
    Condition,
    Gate,
    Questionnaire,
    Text,
)
from bot.turns import Answers, Chose, State, Texts

MOST_OPTIONS = 7
"""Options on one screen; longer lists are paged (domain notes, section 6)."""

LONGEST_QUOTE = 200
"""Characters. A sentence offered as a quote is short, so that it tells little beside what it says."""

COUNTRIES = ("FR", "BE", "CH", "LU", "CA", "GB", "ES", "DE", "other")
HELP_KINDS = ("danger", "talk", "sexual", "digital", "minor", "suicide", "rights", "care")
PRIVACY_PAGES = 8

RESUME, BREATH = "@resume", "@breath"
REVIEW, CHANGE, REMOVE = "@review", "@change", "@remove"
QUOTE, QUOTE_SHOWN, CONFIRM, CLOSING = "@quote", "@quote_shown", "@confirm", "@closing"
HELP, COUNTRY, RIGHTS, TOPIC = "@help", "@country", "@rights", "@topic."
PRIVACY, LANGUAGE = "@privacy", "@language"
RECEIPT, RECEIPT_READ, RECEIPT_WITHDRAW = "@receipt", "@receipt_read", "@receipt_withdraw"
RECEIPT_ADD, RECEIPT_ADD_WORDS = "@receipt_add", "@receipt_add_words"

RECEIPT_WORDS = frozenset({RECEIPT_READ, RECEIPT_WITHDRAW, RECEIPT_ADD_WORDS})
"""Where eight words are waited for, and where what is typed is never kept."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One numbered line. `label` is set where it is her own sentence; `question` where it is a question's
    text."""

    code: str
    label: str = field(default="", repr=False)
    question: AnyQuestion | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """`words` is the paragraph shown; its attributes are the labels of `offers` that have none of their
    own."""

    id: str
    words: str
    about: str = ""
    offers: tuple[Offer, ...] = field(default=(), repr=False)
    many: bool = False
    takes_text: bool = False
    turns: int = 0
    """Pages of reading matter, told one after the other (0: none)."""
    codes: frozenset[str] = field(init=False, repr=False, compare=False)
    numbers: Mapping[str, Chose] = field(init=False, repr=False, compare=False)
    """What each number typed alone means."""
    _stamp: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        codes = [offer.code for offer in self.offers]
        object.__setattr__(self, "codes", frozenset(codes))
        object.__setattr__(self, "numbers", {str(n): Chose((code,)) for n, code in enumerate(codes, start=1)})
        object.__setattr__(self, "_stamp", f"{zlib.crc32(' '.join((self.id, *codes)).encode()):x}")

    def page_count(self) -> int:
        return self.turns or max(1, -(-len(self.offers) // MOST_OPTIONS))

    def stamp(self) -> str:
        """Names this place with these offers: a button that carries another stamp belongs to another
        list."""
        return self._stamp

    def on_page(self, page: int) -> tuple[tuple[int, Offer], ...]:
        """The offers of a page with their numbers from 1, spread evenly over the pages."""
        pages = self.page_count()
        size = -(-len(self.offers) // pages)
        start = (page % pages) * size
        return tuple(enumerate(self.offers[start : start + size], start=start + 1))


def _menu(id: str, words: str, codes: str) -> Place:
    return Place(id, words, offers=tuple(Offer(code) for code in codes.split()))


_FIXED: Mapping[str, Place] = {
    place.id: place
    for place in (
        _menu(RESUME, "resume-offer", "resume erase"),
        _menu(BREATH, "crisis-offer", "go_on pause erase"),
        _menu(REVIEW, "review-menu", "keep change remove erase"),
        _menu(QUOTE_SHOWN, "quote-shown", "yes other no"),
        _menu(CONFIRM, "confirm", "send back erase"),
        _menu(CLOSING, "closing", "help grounding hide clear_chat end"),
        _menu(HELP, "help-menu", " ".join((*HELP_KINDS, "country", "end"))),
        _menu(COUNTRY, "help-country", " ".join(COUNTRIES)),
        _menu(LANGUAGE, "lang", "fr en"),
        _menu(RECEIPT, "receipt-menu", "read add withdraw end"),
        Place(PRIVACY, "privacy", turns=PRIVACY_PAGES),
        Place(RECEIPT_READ, "receipt-ask"),
        Place(RECEIPT_WITHDRAW, "withdraw-ask"),
        Place(RECEIPT_ADD, "add-ask", takes_text=True),
        Place(RECEIPT_ADD_WORDS, "receipt-ask"),
    )
}


def place(questionnaire: Questionnaire, state: State) -> Place:
    """Where she stands. Total: a place this version does not know is the start of the way."""
    here = state.here()
    question = questionnaire.question(here)
    if question is not None:
        return _of_question(question)
    if here in _FIXED:
        return _FIXED[here]
    if here.startswith(TOPIC):
        found = next((topic for topic in rights.every_topic() if topic.id == here[len(TOPIC) :]), None)
        return Place(here, here, turns=1 if found is None else found.pages)
    match here:
        case "@rights":
            return Place(here, "rights-menu", offers=tuple(_topics(state)))
        case "@change":
            told = tuple(Offer(q.id, question=q) for q in told_questions(questionnaire, state))
            return Place(here, "change-which", offers=told)
        case "@remove":
            return Place(here, "remove-which", offers=tuple(_sentence_offers(state.texts)))
        case "@quote":
            short = (o for o in _sentence_offers(state.texts) if len(o.label) <= LONGEST_QUOTE)
            return Place(here, "quote-which", offers=(*short, Offer("no_quote")))
    return _of_question(questionnaire.questions[0])


_question_places: dict[int, tuple[AnyQuestion, Place]] = {}
"""Places of questions, made once each: they are asked for twice a turn. Keyed by identity, held so that it
lasts."""


def _of_question(question: AnyQuestion) -> Place:
    known = _question_places.get(id(question))
    if known is not None and known[0] is question:
        return known[1]
    match question:
        case Choice():
            offers = tuple(Offer(option.code) for option in question.options)
            made = Place(question.id, question.words, question.about, offers, many=question.many)
        case Gate():
            made = Place(question.id, question.words, offers=tuple(Offer(o.code) for o in question.options))
        case Text():
            made = Place(question.id, question.words, many=question.many, takes_text=True)
    _question_places[id(question)] = (question, made)
    return made


def _topics(state: State) -> Iterator[Offer]:
    for topic in rights.topics(state.country or "FR", state.answers):
        yield Offer(topic.id)


# --- the path -----------------------------------------------------------------------------------------------


def holds(condition: Condition | None, answers: Answers) -> bool:
    return condition is None or condition.holds(answers)


def is_asked(question: AnyQuestion, answers: Answers) -> bool:
    return question.when is None or question.when.holds(answers)


def told_questions(questionnaire: Questionnaire, state: State) -> Iterator[AnyQuestion]:
    """The questions of the testimony itself that are still asked and were met: what review shows and may
    change."""
    for question in questionnaire.questions:
        if isinstance(question, Choice) and not question.counted:
            continue
        if (question.id in state.answers or question.id in state.texts) and is_asked(question, state.answers):
            yield question


def kept_answers(questionnaire: Questionnaire, state: State) -> dict[str, tuple[str, ...]]:
    """The counted answers that stand: those of questions no longer asked are dropped, passed ones too."""
    return {
        question.id: state.answers[question.id]
        for question in questionnaire.questions
        if isinstance(question, Choice)
        and question.counted
        and state.answers.get(question.id)
        and is_asked(question, state.answers)
    }


def kept_texts(questionnaire: Questionnaire, state: State) -> dict[str, tuple[str, ...]]:
    return {
        question.id: state.texts[question.id]
        for question in questionnaire.questions
        if state.texts.get(question.id) and is_asked(question, state.answers)
    }


# --- sentences ----------------------------------------------------------------------------------------------

_SENTENCE = re.compile(r"[^\n]+?(?:[.!?…]+(?=\s|$)|(?=\n)|$)")
"""A sentence ends at its mark or at a line's end. Good enough to point at; nothing is decided by it."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """Where a sentence stands in her words: question, message, and characters from `start` to `end`."""

    question: str
    message: int
    start: int
    end: int
    text: str = field(repr=False)


def sentences(texts: Texts) -> Iterator[Sentence]:
    for question, messages in texts.items():
        if question.startswith("@"):
            continue
        for n, message in enumerate(messages):
            for found in _SENTENCE.finditer(message):
                if found.group().strip():
                    yield Sentence(question, n, found.start(), found.end(), found.group().strip())


def _sentence_offers(texts: Texts) -> Iterator[Offer]:
    for n, sentence in enumerate(sentences(texts), start=1):
        yield Offer(f"s{n}", label=sentence.text)


def without_sentence(texts: Texts, number: int) -> dict[str, tuple[str, ...]]:
    """Her words without the sentence of that number (from 1); unchanged when there is none."""
    found = next((s for n, s in enumerate(sentences(texts), start=1) if n == number), None)
    if found is None:
        return dict(texts)
    messages = list(texts[found.question])
    left = (messages[found.message][: found.start] + messages[found.message][found.end :]).strip()
    messages[found.message] = left
    kept = tuple(message for message in messages if message)
    return {id: (kept if id == found.question else said) for id, said in texts.items()}
