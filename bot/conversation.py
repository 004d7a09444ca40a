"""The conversation as one pure function: `step(questionnaire, state, event) -> Turn(state, effects)`.

It is total: any event in any state has an answer, and none is an exception. A question never says where to go
next; the next one is the first that is asked and not yet met, so the path follows from the answers alone and
changing one drops what is no longer asked.

The witness leads. Every question can be passed, every place left, and EFFACER and STOP work everywhere. What
she writes at a list is an answer too, kept as "other" in her own words. Nobody is told twice how to answer.

Two kinds of places: those of the way itself (`state.at`), and those beside it (`state.aside`: help, rights,
what is kept, language, receipt), from which she comes back to where she was.

Never here: sentences, sealing, storage, clocks. Effects say what must follow; `handlers.dispatch` carries it
out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from msgspec.structs import replace

from bot import places
from bot.places import Place, is_asked, place
from bot.questionnaire import AnyQuestion, Choice, Questionnaire, Text
from bot.questions import NEEDS_CARE, OTHER
from bot.redaction import Redacted
from bot.turns import (
    NOBODY,
    Ask,
    Chose,
    Effect,
    Erased,
    Event,
    Finished,
    Forget,
    HideReceipt,
    Left,
    MistypedCommand,
    MistypedReceipt,
    NoteConsent,
    Opened,
    Paused,
    Replaced,
    Resumed,
    Said,
    SentMedia,
    Skipped,
    State,
    SteppedAside,
    Submit,
    Tell,
    Texts,
    Turn,
    TurnedPage,
    TypedReceipt,
    UseReceipt,
    WentBack,
)

ADDITION = "@addition"
"""Where words wait that she wants to add to an earlier testimony, until she gives its receipt."""

MOST_KEPT_CHARACTERS = 200_000
"""Characters of her words in one draft. Nobody told more than a tenth of this in one sitting; a draft must
stay small enough to be sealed again at each turn. Beyond it she is told, and what she wrote before stays."""

_HELP_FOR = {
    "talk_to_someone": "talk",
    "be_heard": "talk",
    "medical": "care",
    "know_rights": "rights",
    "legal_help": "rights",
    "complaint_help": "rights",
}
"""Which help lines answer the first of her needs, told at once: one kind, so that they can be read."""

_COUNTRY_OF_REGION = {"belgium": "BE", "switzerland": "CH", "luxembourg": "LU", "canada": "CA"}

DANGER = Tell("help-lines", "danger")
DESPAIR = Tell("help-lines", "despair")


def step(questionnaire: Questionnaire, state: State, event: Event) -> Turn:
    """What one event makes of a state, and what follows from it. Total and pure."""
    if not state.at:
        return _arrive(questionnaire, state, event)
    act = _ACTS[type(event)]
    return _welcomed(questionnaire, state, act(questionnaire, state, event))


# --- coming and going ---------------------------------------------------------------------------------------


def _arrive(questionnaire: Questionnaire, state: State, event: Event) -> Turn:
    start = State(at=questionnaire.questions[0].id, language=state.language)
    match event:
        case Erased():
            return _erase(questionnaire, state, event)
        case Left():
            return _leave(questionnaire, state, event)
        case Opened(language):
            start = replace(start, language=language)
        case Said(crisis=True) | Replaced(crisis=True):
            return Turn(replace(start, aside=(places.BREATH,)), (_lines_first(event), Ask()))
        case SteppedAside():
            return _step_aside(questionnaire, start, event)
        case TypedReceipt() | MistypedReceipt():
            return Turn(replace(start, aside=(places.RECEIPT,)), (Ask(),))
    return Turn(start, (Tell("welcome"), Ask()))


def _welcomed(questionnaire: Questionnaire, before: State, turn: Turn) -> Turn:
    """Who came for help or rights first reads what this is before the first question; who came with a
    receipt has read it."""
    first = questionnaire.questions[0].id
    is_first = turn.state.at == first and not turn.state.aside and turn.effects[-1:] == (Ask(),)
    if not is_first or before.at != first or not before.aside or before.aside[0] == places.RECEIPT:
        return turn
    # A new language is heard in the welcome itself: one thing is told at a time.
    told = (
        effect for effect in turn.effects[:-1] if effect not in (Tell("welcome"), Tell("language-changed"))
    )
    return Turn(turn.state, (*told, Tell("welcome"), Ask()))


def _open(questionnaire: Questionnaire, state: State, event: Opened) -> Turn:
    if state.at == places.CLOSING:
        fresh = State(at=questionnaire.questions[0].id, language=state.language)
        return Turn(fresh, (Forget(), Tell("welcome"), Ask()))
    if state.at == questionnaire.questions[0].id:
        return Turn(replace(state, aside=(), page=0), (Tell("welcome"), Ask()))
    return Turn(_beside(state, places.RESUME, alone=True), (Ask(),))


def _erase(questionnaire: Questionnaire, state: State, event: Erased) -> Turn:
    return Turn(NOBODY, (Forget(messages=True), Tell("erased")))


def _leave(questionnaire: Questionnaire, state: State, event: Left) -> Turn:
    return Turn(NOBODY, (Forget(messages=True), Tell("stopped")))


def _pause(questionnaire: Questionnaire, state: State, event: Event) -> Turn:
    if state.at == places.CLOSING:
        return Turn(NOBODY, (Forget(), Tell("ended")))
    return Turn(_beside(state, places.RESUME, alone=True), (Tell("paused"),))


def _resume(questionnaire: Questionnaire, state: State, event: Resumed) -> Turn:
    if state.here() in (places.RESUME, places.BREATH):
        return Turn(_back_from_aside(state, all=state.here() == places.RESUME), (Ask(),))
    return Turn(state, (Ask(),))


def _nothing_kept(state: State, told: str) -> Turn:
    """She keeps nothing: all help stays open, and nothing of what she said remains."""
    met = {id: codes for id, codes in state.answers.items() if id in ("lang", "danger_now")}
    left = State("intent", state.language, state.country, (places.HELP,), answers=met)
    return Turn(left, (Forget(), Tell(told), Ask()))


# --- moving on the way --------------------------------------------------------------------------------------


def _at(state: State, at: str) -> State:
    """At another place of the way, with nothing picked yet."""
    return State(
        at,
        state.language,
        state.country,
        answers=state.answers,
        texts=state.texts,
        removed=state.removed,
        quote=state.quote,
    )


def _beside(state: State, *to: str, alone: bool = False) -> State:
    kept = (
        () if alone else tuple(place for place in state.aside if place not in to and place != places.RESUME)
    )
    return replace(state, aside=(*kept, *to), page=0, hinted=False)


def _back_from_aside(state: State, *, all: bool = False) -> State:
    texts = {id: said for id, said in state.texts.items() if id != ADDITION}
    return replace(state, aside=() if all else state.aside[:-1], page=0, hinted=False, texts=texts)


def _next(questionnaire: Questionnaire, state: State) -> str:
    """The first question that is asked and not yet met; the review once all are, before the choice of use."""
    answers, texts = state.answers, state.texts
    for question in questionnaire.questions:
        id = question.id
        if id == "consent_share":
            break
        if id not in answers and id not in texts and is_asked(question, answers):
            return id
    return places.REVIEW


def _advance(questionnaire: Questionnaire, state: State, *tells: Effect) -> Turn:
    to = _next(questionnaire, state)
    moved = _at(state, to)
    if to == places.REVIEW:
        return _to_review(questionnaire, moved, *tells)
    here = state.at
    if here in questionnaire.places:
        stage = questionnaire.stage_of(to)
        if stage > questionnaire.stage_of(here):
            return Turn(moved, (*tells, Tell("stage", questionnaire.stages[stage - 1].id), Ask()))
    return Turn(moved, (*tells, Ask()))


def _to_review(questionnaire: Questionnaire, state: State, *tells: Effect) -> Turn:
    if not places.kept_answers(questionnaire, state) and not places.kept_texts(questionnaire, state):
        return _nothing_kept(state, "nothing-told")
    return Turn(_at(state, places.REVIEW), (*tells, Ask()))


def _to_share(questionnaire: Questionnaire, state: State) -> Turn:
    stage = questionnaire.stages[questionnaire.stage_of("consent_share") - 1]
    return Turn(_at(state, "consent_share"), (Tell("stage", stage.id), Ask()))


_BACK_TO: Mapping[str, str] = {
    places.CHANGE: places.REVIEW,
    places.REMOVE: places.REVIEW,
    "consent_share": places.REVIEW,
    places.QUOTE: "consent_share",
    places.QUOTE_SHOWN: places.QUOTE,
    places.CONFIRM: "consent_share",
}


def _go_back(questionnaire: Questionnaire, state: State, event: WentBack) -> Turn:
    if state.aside:
        return Turn(_back_from_aside(state), (Ask(),))
    if state.at in _BACK_TO:
        return Turn(_at(state, _BACK_TO[state.at]), (Ask(),))
    if state.at == places.CLOSING:
        return Turn(state, (Ask(),))
    if state.at in questionnaire.places and _next(questionnaire, state) == places.REVIEW:
        # She came from the review to change an answer: back is back to it, never to what came before.
        return _to_review(questionnaire, state)
    end = questionnaire.places.get(state.at, questionnaire.places.get("consent_share", 0))
    for question in reversed(questionnaire.questions[:end]):
        if is_asked(question, state.answers):
            return Turn(_at_again(state, question), (Ask(),))
    return Turn(_at(state, questionnaire.questions[0].id), (Ask(),))


def _at_again(state: State, question: AnyQuestion | None) -> State:
    """At a question she met before, with what she picked there still picked: FINI keeps it, PASSER drops
    it."""
    if question is None:
        return state
    many = isinstance(question, Choice) and question.many
    return replace(_at(state, question.id), picked=state.answers.get(question.id, ()) if many else ())


def _turn_page(questionnaire: Questionnaire, state: State, event: TurnedPage) -> Turn:
    here = place(questionnaire, state)
    page = state.page + 1
    if page < here.page_count():
        return Turn(replace(state, page=page), (Ask(),))
    if here.turns and state.aside:
        return Turn(_back_from_aside(state), (Ask(),))
    if here.many and (state.picked or here.takes_text):
        return _finish(questionnaire, state, Finished())
    return Turn(replace(state, page=0), (Ask(),))


# --- her own words ------------------------------------------------------------------------------------------


def _say(questionnaire: Questionnaire, state: State, event: Said) -> Turn:
    here = place(questionnaire, state)
    if here.id == places.RESUME and not state.aside[1:]:
        main = place(questionnaire, replace(state, aside=()))
        if main.takes_text and event.words.text.strip() and not _is_full(state, event.words):
            # Kept, and not answered: whoever holds the phone learns nothing of what was going on.
            kept = _keep_words(state, main, event.words)
            if event.crisis:
                return Turn(_beside(kept, places.BREATH), (_lines_first(event), Ask()))
            return Turn(kept, (Ask(),))
    if event.crisis:
        kept = _keep_words(state, here, event.words) if here.takes_text else state
        return Turn(_beside(kept, places.BREATH), (_lines_first(event), Ask()))
    if here.id in places.RECEIPT_WORDS:
        return Turn(state, (Tell("receipt-form"),))
    if here.turns:
        return Turn(state, (Tell("not-kept"), Ask()))
    if here.takes_text:
        return _take_words(questionnaire, state, here, event.words)
    return _own_words_at_a_list(questionnaire, state, here, event.words)


def _lines_first(event: Said | Replaced) -> Tell:
    return DESPAIR if event.despair else DANGER


def _keep_words(state: State, here: Place, words: Redacted) -> State:
    """Her words added at a place that takes them; at a place that takes one message, they replace it."""
    id = ADDITION if here.id == places.RECEIPT_ADD else here.id
    earlier = state.texts.get(id, ()) if here.many else ()
    return _with_text(state, id, (*earlier, words.text), words)


def _with_text(state: State, id: str, said: tuple[str, ...], words: Redacted) -> State:
    removed = state.removed
    if words.removed:
        removed = tuple(sorted({*removed, *map(str, words.removed)}))
    answers = state.answers
    if id in answers and not answers[id]:
        answers = {met: codes for met, codes in answers.items() if met != id}
    return replace(state, texts={**state.texts, id: said}, answers=answers, removed=removed)


def _is_full(state: State, words: Redacted) -> bool:
    return (
        sum(len(said) for texts in state.texts.values() for said in texts) + len(words.text)
        > MOST_KEPT_CHARACTERS
    )


def _take_words(questionnaire: Questionnaire, state: State, here: Place, words: Redacted) -> Turn:
    if not words.text.strip():
        return Turn(state, (Ask(),))
    if _is_full(state, words):
        return Turn(state, (Tell("too-much"), Ask()))
    kept = _keep_words(state, here, words)
    if here.id == places.RECEIPT_ADD:
        return Turn(replace(kept, aside=(*kept.aside[:-1], places.RECEIPT_ADD_WORDS)), (Ask(),))
    if here.many:
        return Turn(kept, (Tell("narrative-more-messages"),))
    return _advance(questionnaire, kept)


def _own_words_at_a_list(questionnaire: Questionnaire, state: State, here: Place, words: Redacted) -> Turn:
    """Words where a list is asked: kept as "other" where there is one; else told once how to answer.

    Before consent nothing is kept. After it, a second try at a list without "other" is kept as her words at
    that question, which counts as passed: she is never told twice that she was not understood.
    """
    question = None if state.aside else questionnaire.question(state.at)
    if (
        isinstance(question, Choice)
        and question.counted
        and not _is_full(state, words)
        and any(letter.isalpha() for letter in words.text)
    ):
        said = (*state.texts.get(question.id, ()), words.text)
        if question.option(OTHER) is not None:
            kept = _with_text(state, question.id, said, words)
            if question.many:
                return Turn(
                    replace(kept, picked=_toggle(question, kept.picked, (OTHER,), add=True)), (_KEPT, Ask())
                )
            return _advance(
                questionnaire, replace(kept, answers={**kept.answers, question.id: (OTHER,)}), _KEPT
            )
        if state.hinted:
            kept = _with_text(state, question.id, said, words)
            return _advance(questionnaire, replace(kept, answers={**kept.answers, question.id: ()}), _KEPT)
    if state.hinted and isinstance(question, Choice) and question.id == "danger_now":
        return _choose(questionnaire, state, Chose((question.skipping,)))
    return _hint(state)


_KEPT = Tell("free-text-kept")


def _hint(state: State) -> Turn:
    if state.hinted:
        return Turn(state, (Tell("not-kept"), Ask()))
    return Turn(replace(state, hinted=True), (Tell("not-understood"), Ask()))


def _replace(questionnaire: Questionnaire, state: State, event: Replaced) -> Turn:
    """An edited message replaces the last of her words: here, or at the question just before."""
    here = place(questionnaire, state)
    if state.aside or event.crisis:
        return _say(questionnaire, state, Said(event.words, event.crisis, event.despair))
    id = here.id
    if not here.takes_text:
        id = _question_before(questionnaire, state)
    said = state.texts.get(id, ())
    if not said:
        return _say(questionnaire, state, Said(event.words)) if here.takes_text else Turn(state, (Ask(),))
    if _is_full(state, event.words) or not event.words.text.strip():
        return Turn(state, (Ask(),))
    kept = _with_text(state, id, (*said[:-1], event.words.text), event.words)
    return Turn(kept, (Tell("edited-replaced"), Ask()))


def _question_before(questionnaire: Questionnaire, state: State) -> str:
    end = questionnaire.places.get(state.at, 0)
    for question in reversed(questionnaire.questions[:end]):
        if is_asked(question, state.answers):
            return question.id
    return ""


# --- choosing -----------------------------------------------------------------------------------------------


def _choose(questionnaire: Questionnaire, state: State, event: Chose) -> Turn:
    here = place(questionnaire, state)
    codes = tuple([code for code in event.codes if code in here.codes])
    if not codes or (len(codes) > 1 and not here.many):
        return _hint(state)
    at_place = _AT_PLACES.get(here.id)
    if at_place is not None:
        return at_place(questionnaire, state, codes[0])
    question = questionnaire.question(here.id)
    if here.id.startswith("@") or question is None:
        return _choose_dynamic(questionnaire, state, here, codes[0])
    if isinstance(question, Choice) and question.many:
        return _pick(questionnaire, state, question, codes, event.finished)
    chosen = replace(state, answers={**state.answers, question.id: (codes[0],)})
    route = _ROUTES.get(question.id)
    return _advance(questionnaire, chosen) if route is None else route(questionnaire, chosen, codes[0])


def _toggle(
    question: Choice, picked: tuple[str, ...], codes: tuple[str, ...], *, add: bool = False
) -> tuple[str, ...]:
    chosen = set(picked)
    for code in codes:
        option = question.option(code)
        if code in chosen and not add:
            chosen.discard(code)
        elif option is not None:
            chosen = {code} if option.alone else {c for c in chosen if not _is_alone(question, c)} | {code}
    return tuple(option.code for option in question.options if option.code in chosen)


def _is_alone(question: Choice, code: str) -> bool:
    option = question.option(code)
    return option is not None and option.alone


def _pick(
    questionnaire: Questionnaire, state: State, question: Choice, codes: tuple[str, ...], finished: bool
) -> Turn:
    picked = _toggle(question, state.picked, codes)
    if finished and picked:
        return _met(questionnaire, state, question, picked)
    if len(picked) == 1 and _is_alone(question, picked[0]):
        return _met(questionnaire, state, question, picked)
    return Turn(replace(state, picked=picked), (Ask(),))


def _met(questionnaire: Questionnaire, state: State, question: Choice, codes: tuple[str, ...]) -> Turn:
    kept = replace(state, answers={**state.answers, question.id: codes}, picked=())
    if question.id == "what_physical" and not NEEDS_CARE.isdisjoint(codes):
        return _advance(questionnaire, kept, Tell("care-block"))
    if question.id == "needs":
        kind = next((_HELP_FOR[code] for code in codes if code in _HELP_FOR), "")
        return _advance(questionnaire, kept, *((Tell("help-lines", kind),) if kind else ()))
    return _advance(questionnaire, kept)


def _finish(questionnaire: Questionnaire, state: State, event: Finished) -> Turn:
    here = place(questionnaire, state)
    if here.turns and state.aside:
        return Turn(_back_from_aside(state), (Ask(),))
    question = None if state.aside else questionnaire.question(state.at)
    if isinstance(question, Text) and state.texts.get(question.id):
        tells = (Tell("validation-story"),) if question.many else ()
        return _advance(questionnaire, state, *tells)
    if isinstance(question, Choice) and question.many and state.picked:
        return _met(questionnaire, state, question, state.picked)
    if isinstance(question, Text) or (isinstance(question, Choice) and question.many):
        return _skip(questionnaire, state, Skipped())
    return _hint(state)


def _skip(questionnaire: Questionnaire, state: State, event: Skipped) -> Turn:
    if state.aside:
        return Turn(_back_from_aside(state, all=True), (Ask(),))
    question = questionnaire.question(state.at)
    if isinstance(question, Choice) and question.many and state.picked:
        return _met(questionnaire, state, question, state.picked)
    if isinstance(question, Choice) and question.skipping and state.answers.get(question.id):
        # Passing what she answered before keeps that answer: consent is taken back in words, not by passing.
        return _advance(questionnaire, state)
    if isinstance(question, Choice) and question.skipping:
        return _choose(questionnaire, replace(state, picked=()), Chose((question.skipping,)))
    if question is not None:
        if state.texts.get(question.id) and isinstance(question, Text):
            return _advance(questionnaire, state)
        return _advance(questionnaire, replace(state, answers={**state.answers, question.id: ()}, picked=()))
    match state.at:
        case places.REVIEW:
            return _to_share(questionnaire, state)
        case places.QUOTE | places.QUOTE_SHOWN:
            return _without_quote(state)
        case places.CHANGE | places.REMOVE:
            return Turn(_at(state, places.REVIEW), (Ask(),))
    return Turn(state, (Ask(),))


# --- questions that steer -----------------------------------------------------------------------------------


def _language_chosen(questionnaire: Questionnaire, state: State, code: str) -> Turn:
    spoken = replace(state, language=code)
    welcome = () if code == state.language else (Tell("welcome"),)
    return _advance(questionnaire, spoken, *welcome, Tell("stage", questionnaire.stages[0].id))


def _danger(questionnaire: Questionnaire, state: State, code: str) -> Turn:
    match code:
        case "yes":
            return Turn(NOBODY, (Forget(), DANGER, Tell("danger-offer")))
        case "unknown":
            return _advance(questionnaire, state, DANGER, Tell("danger-unsure"))
    return _advance(questionnaire, state)


def _intent(questionnaire: Questionnaire, state: State, code: str) -> Turn:
    if code == "testify":
        return _advance(questionnaire, state)
    answers = {id: codes for id, codes in state.answers.items() if id != "intent"}
    here = replace(state, answers=answers)
    if code == "withdraw":
        return _step_aside(questionnaire, here, SteppedAside("receipt"))
    return _step_aside(questionnaire, here, SteppedAside("rights" if code == "rights" else "help"))


def _adult(questionnaire: Questionnaire, state: State, code: str) -> Turn:
    if code == "no" and not questionnaire.takes_minors:
        return Turn(NOBODY, (Forget(), Tell("minor"), Tell("help-lines", "minor")))
    return _advance(questionnaire, state)


def _consent(questionnaire: Questionnaire, state: State, code: str) -> Turn:
    if code == "refuse":
        return _nothing_kept(state, "consent-refused")
    turn = _advance(questionnaire, state)
    return Turn(turn.state, (NoteConsent(), *turn.effects))


def _gate(questionnaire: Questionnaire, state: State, code: str) -> Turn:
    if code == "pause":
        answers = {id: codes for id, codes in state.answers.items() if id != state.at}
        return _pause(questionnaire, replace(state, answers=answers), Paused())
    return _advance(questionnaire, state)


def _region(questionnaire: Questionnaire, state: State, code: str) -> Turn:
    if state.country or code in ("prefer_not", "other_country"):
        return _advance(questionnaire, state)
    return _advance(questionnaire, replace(state, country=_COUNTRY_OF_REGION.get(code, "FR")))


def _share(questionnaire: Questionnaire, state: State, code: str) -> Turn:
    if code == "none":
        return _nothing_kept(state, "nothing-kept")
    if code == "stats_and_quote" and any(places.sentences(places.kept_texts(questionnaire, state))):
        return Turn(_at(replace(state, quote=""), places.QUOTE), (Ask(),))
    return Turn(_at(replace(state, quote=""), places.CONFIRM), (Ask(),))


def _without_quote(state: State) -> Turn:
    """She offered a quote and then none: she falls back to the least use, never to a wider one."""
    answers = {**state.answers, "consent_share": ("stats_only",)}
    return Turn(_at(replace(state, quote="", answers=answers), places.CONFIRM), (Ask(),))


_Route: TypeAlias = Callable[[Questionnaire, State, str], Turn]

_ROUTES: Mapping[str, _Route] = {
    "lang": _language_chosen,
    "danger_now": _danger,
    "intent": _intent,
    "adult": _adult,
    "consent_collect": _consent,
    "gate_physical": _gate,
    "region": _region,
    "consent_share": _share,
}

# --- places beside the way, and the last ones on it ---------------------------------------------------------


def _step_aside(questionnaire: Questionnaire, state: State, event: SteppedAside) -> Turn:
    match event.to:
        case "help":
            return Turn(_beside(state, places.HELP), (Tell("help-intro"), Ask()))
        case "rights":
            there = _beside(state, places.RIGHTS)
            if not place(questionnaire, there).offers:
                return Turn(_beside(state, places.HELP), (Tell("rights-none"), Ask()))
            return Turn(there, (Tell("rights-intro"), Ask()))
        case "privacy":
            return Turn(_beside(state, places.PRIVACY), (Ask(),))
        case "language":
            return Turn(_beside(state, places.LANGUAGE), (Ask(),))
        case "receipt":
            return Turn(_beside(state, places.RECEIPT), (Ask(),))


def _at_resume(questionnaire: Questionnaire, state: State, code: str) -> Turn:
    if code == "erase":
        return _erase(questionnaire, state, Erased())
    return Turn(_back_from_aside(state, all=True), (Ask(),))


def _at_breath(questionnaire: Questionnaire, state: State, code: str) -> Turn:
    if code == "erase":
        return _erase(questionnaire, state, Erased())
    here = _back_from_aside(state)
    return _pause(questionnaire, here, Paused()) if code == "pause" else Turn(here, (Ask(),))


def _at_review(questionnaire: Questionnaire, state: State, code: str) -> Turn:
    match code:
        case "keep":
            return _to_share(questionnaire, state)
        case "change":
            return Turn(_at(state, places.CHANGE), (Ask(),))
        case "remove":
            if not any(places.sentences(places.kept_texts(questionnaire, state))):
                return Turn(state, (Tell("nothing-to-remove"), Ask()))
            return Turn(_at(state, places.REMOVE), (Ask(),))
    return _erase(questionnaire, state, Erased())


def _at_quote_shown(questionnaire: Questionnaire, state: State, code: str) -> Turn:
    match code:
        case "yes":
            return Turn(_at(state, places.CONFIRM), (Ask(),))
        case "other":
            return Turn(_at(replace(state, quote=""), places.QUOTE), (Ask(),))
    return _without_quote(state)


def _at_confirm(questionnaire: Questionnaire, state: State, code: str) -> Turn:
    match code:
        case "send":
            return _send(questionnaire, state)
        case "back":
            return _to_review(questionnaire, state)
    return _erase(questionnaire, state, Erased())


def _send(questionnaire: Questionnaire, state: State) -> Turn:
    answers = places.kept_answers(questionnaire, state)
    texts = places.kept_texts(questionnaire, state)
    share = (state.answers.get("consent_share") or ("",))[0]
    if not share:
        return Turn(_at(state, "consent_share"), (Ask(),))
    if not answers and not texts:
        return _nothing_kept(state, "nothing-told")
    sent = Submit(answers, texts, state.removed, share, state.quote)
    return Turn(State(at=places.CLOSING, language=state.language, country=state.country), (sent, Ask()))


def _at_closing(questionnaire: Questionnaire, state: State, code: str) -> Turn:
    match code:
        case "help":
            return _step_aside(questionnaire, state, SteppedAside("help"))
        case "hide":
            return Turn(state, (HideReceipt(), Tell("receipt-hidden"), Ask()))
        case "grounding" | "clear_chat":
            return Turn(state, (Tell(code.replace("_", "-")), Ask()))
    return Turn(NOBODY, (Forget(messages=True), Tell("ended")))


def _at_help(questionnaire: Questionnaire, state: State, code: str) -> Turn:
    match code:
        case "end":
            return Turn(_back_from_aside(state), (Ask(),))
        case "country":
            return Turn(_beside(state, places.COUNTRY), (Ask(),))
    return Turn(replace(state, page=0), (Tell("help-lines", code), Ask()))


def _at_country(questionnaire: Questionnaire, state: State, code: str) -> Turn:
    return Turn(_back_from_aside(replace(state, country=code)), (DANGER, Ask()))


def _at_language(questionnaire: Questionnaire, state: State, code: str) -> Turn:
    return Turn(_back_from_aside(replace(state, language=code)), (Tell("language-changed"), Ask()))


def _at_receipt(questionnaire: Questionnaire, state: State, code: str) -> Turn:
    to = {"read": places.RECEIPT_READ, "add": places.RECEIPT_ADD, "withdraw": places.RECEIPT_WITHDRAW}
    if code not in to:
        return Turn(_back_from_aside(state), (Ask(),))
    return Turn(_beside(state, to[code]), (Ask(),))


_AT_PLACES: Mapping[str, _Route] = {
    places.RESUME: _at_resume,
    places.BREATH: _at_breath,
    places.REVIEW: _at_review,
    places.QUOTE_SHOWN: _at_quote_shown,
    places.CONFIRM: _at_confirm,
    places.CLOSING: _at_closing,
    places.HELP: _at_help,
    places.COUNTRY: _at_country,
    places.LANGUAGE: _at_language,
    places.RECEIPT: _at_receipt,
}


def _choose_dynamic(questionnaire: Questionnaire, state: State, here: Place, code: str) -> Turn:
    """Places whose options come from what she said: which answer, which sentence, which right."""
    match here.id:
        case places.RIGHTS:
            return Turn(_beside(state, places.TOPIC + code), (Ask(),))
        case places.CHANGE:
            return Turn(_at_again(state, questionnaire.question(code)), (Ask(),))
        case places.REMOVE:
            return _remove_sentence(questionnaire, state, int(code[1:]))
        case places.QUOTE:
            if code == "no_quote":
                return _without_quote(state)
            label = next(offer.label for offer in here.offers if offer.code == code)
            return Turn(_at(replace(state, quote=label), places.QUOTE_SHOWN), (Ask(),))
    return Turn(state, (Ask(),))


def _remove_sentence(questionnaire: Questionnaire, state: State, number: int) -> Turn:
    texts: Texts = places.without_sentence(state.texts, number)
    left = replace(state, texts={id: said for id, said in texts.items() if said}, hinted=False)
    gone = {id for id in state.texts if id not in left.texts and id not in left.answers}
    left = replace(left, answers={**left.answers, **dict.fromkeys(gone, ())})
    if any(places.sentences(left.texts)):
        return Turn(replace(left, page=0), (Tell("removed-sentence"), Ask()))
    return _to_review(questionnaire, left, Tell("removed-sentence"))


# --- receipts, media ----------------------------------------------------------------------------------------


def _show_receipt(questionnaire: Questionnaire, state: State, event: TypedReceipt) -> Turn:
    here = state.here()
    after = _back_from_aside(state, all=True)
    if not after.answers and not after.texts:
        # She came for her receipt alone: she stays with it, and is not asked to begin anything.
        after = replace(after, aside=(places.RECEIPT,))
    match here:
        case places.RECEIPT_READ:
            return Turn(after, (UseReceipt("read", event.receipt), Ask()))
        case places.RECEIPT_WITHDRAW:
            return Turn(after, (UseReceipt("withdraw", event.receipt), Ask()))
        case places.RECEIPT_ADD_WORDS:
            addition = state.texts.get(ADDITION, ())
            return Turn(after, (UseReceipt("add", event.receipt, addition), Ask()))
    return Turn(_beside(state, places.RECEIPT), (Ask(),))


def _mistype_receipt(questionnaire: Questionnaire, state: State, event: MistypedReceipt) -> Turn:
    if state.here() in places.RECEIPT_WORDS:
        return Turn(state, (Tell("receipt-typo"),))
    return Turn(_beside(state, places.RECEIPT), (Ask(),))


def _list_commands(questionnaire: Questionnaire, state: State, event: MistypedCommand) -> Turn:
    return Turn(state, (Tell("commands-help"), Ask()))


def _refuse_media(questionnaire: Questionnaire, state: State, event: SentMedia) -> Turn:
    return Turn(state, (Tell("media-refused"), Ask()))


_Act: TypeAlias = Callable[[Questionnaire, State, Any], Turn]

_ACTS: Mapping[type, _Act] = {
    Opened: _open,
    Said: _say,
    Replaced: _replace,
    Chose: _choose,
    Skipped: _skip,
    WentBack: _go_back,
    Paused: _pause,
    Left: _leave,
    Erased: _erase,
    Finished: _finish,
    TurnedPage: _turn_page,
    Resumed: _resume,
    SteppedAside: _step_aside,
    SentMedia: _refuse_media,
    TypedReceipt: _show_receipt,
    MistypedReceipt: _mistype_receipt,
    MistypedCommand: _list_commands,
}
