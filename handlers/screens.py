"""From a turn to what is shown: places and messages become screens, in the witness's language.

What a place shows is a function of the state alone, so that showing it twice is harmless and a redelivered
update shows it again. Options are always in the text, numbered; buttons repeat them.

Never here: what follows from an answer, or which network shows the screen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from msgspec.structs import replace

from bot import places
from bot.places import Offer, Place, place
from bot.questionnaire import AnyQuestion, Questionnaire
from bot.turns import Ask, Effect, State, Tell
from handlers import Button, Screen
from locales import HelpLine, Words, help_lines

READING_CHARACTERS = 1500
"""Characters of her own story in one message on the review screen: long enough to read on, under every
limit."""

TOGETHER_CHARACTERS = 2000
"""Characters of several things told in one message: about two pages of a telephone, half of what Telegram
takes."""

WITHOUT_ROW = frozenset({places.RESUME, places.BREATH, places.CLOSING})
"""Places whose own options already say all there is to do."""

VARYING = frozenset({places.RIGHTS, places.CHANGE, places.REMOVE, places.QUOTE})
"""Places whose options follow from what she said: painted each time. All other lists are painted once."""


@dataclass(frozen=True, slots=True)
class House:
    """What the words need to know of this instance. `verified(id)` is the day an operator verified an
    entry."""

    operator: str
    contact: str
    country: str
    draft_hours: int
    story_days: int
    coded_months: int
    backup_days: int
    vanish_hours: Mapping[str, int] = field(default_factory=dict)
    """By channel, where messages disappear by themselves."""
    verified: Callable[[str], date | None] = field(default=lambda _: None, repr=False)


@dataclass(frozen=True, slots=True)
class Line:
    """One option as it is shown, and as it is shown once she has picked it."""

    code: str
    plain: str = field(repr=False)
    picked: str = field(repr=False)
    plain_button: Button = field(repr=False)
    picked_button: Button = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list ready to be shown: all of it but the marks beside what she has picked."""

    head: str = field(repr=False)
    lines: tuple[Line, ...] = field(repr=False)
    tail: tuple[str, ...]
    row: tuple[Button, ...]
    stamp: str
    untouched: Screen = field(init=False, repr=False, compare=False)
    """The screen where nothing is picked: the same one each time, as most are."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "untouched", self._painted(()))

    def screen(self, picked: Sequence[str] = ()) -> Screen:
        return self._painted(picked) if picked else self.untouched

    def _painted(self, picked: Sequence[str]) -> Screen:
        lines = "\n".join([line.picked if line.code in picked else line.plain for line in self.lines])
        buttons = [line.picked_button if line.code in picked else line.plain_button for line in self.lines]
        parts = (self.head, lines, *self.tail) if lines else (self.head, *self.tail)
        return Screen("\n\n".join(parts), tuple(buttons), self.row, stamp=self.stamp)


@dataclass(frozen=True, slots=True)
class Painter:
    """Paints turns on one kind of channel (its name chooses what is said about it)."""

    questionnaire: Questionnaire
    words: Mapping[str, Words]
    house: House
    channel: str
    _sheets: dict[tuple[str, str, int], Sheet] = field(default_factory=dict, repr=False, compare=False)
    _told: dict[tuple[str, str, str], list[str]] = field(default_factory=dict, repr=False, compare=False)

    def turn(self, effects: Iterable[Effect], state: State, language: str) -> list[Screen]:
        """What is shown after a turn: what is told in one message, then what is asked."""
        words = self.words_of(language)
        told: list[str] = []
        asks = False
        for effect in effects:
            if isinstance(effect, Tell):
                told += self.tell(effect, state, words)
            elif isinstance(effect, Ask):
                asks = True
        screens = [Screen("\n\n".join(told))] if told else []
        return screens + self.ask(state) if asks else screens

    def words_of(self, language: str) -> Words:
        return self.words.get(language) or self.words["fr"]

    # --- telling --------------------------------------------------------------------------------------------

    def tell(self, tell: Tell, state: State, words: Words) -> list[str]:
        """The paragraphs of one message."""
        match tell.key:
            case "help-lines":
                return self.help_block(tell.about, state, words)
            case "care-block":
                # Care first, then who listens, then the police: she decides about a complaint, not we.
                care, danger = self._lines("care", state)[:1], self._lines("danger", state)[:1]
                near = (*care, *self._lines("sexual", state)[:2], *danger)
                lines = "\n".join(self._short_line(line, words) for line in dict.fromkeys(near))
                return [words.say("validation-care"), words.say("care-block", lines=lines)]
        known = (words.language, tell.key, tell.about)
        told = self._told.get(known)
        if told is None:
            told = self._told[known] = self._always(tell, words)
        return told

    def _always(self, tell: Tell, words: Words) -> list[str]:
        """What is told in the same words to everybody, as long as this instance runs."""
        match tell.key:
            case "stage":
                return [self._stage(tell.about, words)]
            case "clear-chat":
                return [words.say(f"clear-chat-{self.channel}")]
            case "erased" | "stopped" | "ended" if words.has(f"remains-{self.channel}"):
                # What the network lets nobody delete is said where it deletes the rest, in the same line.
                return [" ".join((words.say(tell.key), words.say(f"remains-{self.channel}")))]
        return [words.say(tell.key, **self._facts())]

    def _stage(self, stage: str, words: Words) -> str:
        stages = [s.id for s in self.questionnaire.stages]
        progress = words.say("progress", n=stages.index(stage) + 1, of=len(stages))
        return f"{progress} {words.say(f'stage-{stage}')}"

    def help_block(self, kind: str, state: State, words: Words) -> list[str]:
        """The help lines of one kind in her country, and honestly how old what we know of them is."""
        country = state.country or self.house.country
        if country == "other":
            return [words.say("help-no-country")]
        if kind == "despair":
            kind = "danger"
            lines = tuple(dict.fromkeys((*self._lines("suicide", state), *self._lines("danger", state))))
        else:
            lines = self._lines(kind, state)
        if not lines:
            return [words.say("help-no-lines")]
        told = [words.option("help-head", kind), *(self._line(line, words) for line in lines)]
        blocks = ["\n".join(told)]
        old = [line.source_date for line in lines if self.house.verified(line.id) is None]
        if any(old) and kind != "danger":
            blocks.append(words.say("help-dated", year=min(date for date in old if date)[:4]))
        return blocks

    def _lines(self, kind: str, state: State) -> tuple[HelpLine, ...]:
        return help_lines(state.country or self.house.country, kind)

    def _line(self, line: HelpLine, words: Words) -> str:
        return words.say(
            "help-line-anonymous" if line.anonymous else "help-line",
            number=line.number,
            who=line.text("who", words.language),
            hours=line.text("hours", words.language),
            cost=line.text("cost", words.language),
        )

    def _short_line(self, line: HelpLine, words: Words) -> str:
        return words.say("help-line-short", number=line.number, who=line.text("who", words.language))

    # --- asking ---------------------------------------------------------------------------------------------

    def ask(self, state: State) -> list[Screen]:
        here = place(self.questionnaire, state)
        words = self.words_of(state.language)
        match here.id:
            case places.REVIEW:
                return self._review(state, here, words)
            case "consent_collect":
                return [Screen(self._consent(words)), self._list(state, here, words, here.words)]
            case places.PRIVACY:
                return [self._reading(state, here, words, f"privacy-{state.page % here.turns + 1}")]
            case places.QUOTE_SHOWN:
                return [self._list(state, here, words, here.words, quote=state.quote)]
        if here.id.startswith(places.TOPIC):
            return [self._reading(state, here, words, _topic_key(here.id, state.page % here.turns))]
        return [self._list(state, here, words, here.words)]

    def _consent(self, words: Words) -> str:
        notice = words.say(
            "consent-notice", story_days=self.house.story_days, coded_months=self.house.coded_months
        )
        seen = words.say(f"consent-notice-channel-{self.channel}")
        if hours := self.house.vanish_hours.get(self.channel):
            seen = " ".join((seen, words.say("consent-notice-vanish", hours=hours)))
        return "\n\n".join((notice, seen, words.say("consent-limit")))

    def _reading(self, state: State, here: Place, words: Words, key: str) -> Screen:
        text = words.say(key, **self._facts())
        page = state.page % here.turns + 1
        if page < here.turns:
            text = "\n\n".join((text, words.say("page-of-text", page=page, pages=here.turns)))
        return Screen(text, row=self._row(words, next=page < here.turns), stamp=here.stamp())

    def _facts(self) -> dict[str, str | int]:
        house = self.house
        return {
            "operator": house.operator,
            "contact": house.contact,
            "hours": house.draft_hours,
            "story_days": house.story_days,
            "coded_months": house.coded_months,
            "backup_days": house.backup_days,
        }

    def _list(self, state: State, here: Place, words: Words, key: str, **args: str) -> Screen:
        known = (words.language, here.id, state.page)
        sheet = self._sheets.get(known)
        if sheet is None:
            sheet = self._sheet(state.page, here, words, key, args)
            if here.id not in VARYING and not args:
                self._sheets[known] = sheet
        # What she has picked stands at the question, not at a place beside the way.
        return sheet.screen(() if state.aside else state.picked)

    def _sheet(self, page: int, here: Place, words: Words, key: str, args: Mapping[str, str]) -> Sheet:
        pages = here.page_count()
        tail: list[str] = []
        if pages > 1:
            tail.append(words.say("page-of", page=page % pages + 1, pages=pages))
        if here.many and not here.takes_text:
            tail.append(words.say("several-hint"))
        return Sheet(
            self._head(here, words, key, args),
            tuple(self._line_of(number, offer, words, key) for number, offer in here.on_page(page)),
            tuple(tail),
            self._row(words, next=pages > 1, done=here.many, plain=here.id in WITHOUT_ROW),
            here.stamp(),
        )

    def _line_of(self, number: int, offer: Offer, words: Words, key: str) -> Line:
        label = offer.label or self.short(offer.question, words) or words.option(key, offer.code)
        chosen = words.say("option-chosen", label=label)
        return Line(
            offer.code,
            words.say("option-line", number=number, label=label),
            words.say("option-line", number=number, label=chosen),
            Button(label, str(number)),
            Button(chosen, str(number)),
        )

    def _head(self, here: Place, words: Words, key: str, args: Mapping[str, str]) -> str:
        if here.about:
            return words.question(key, who=words.option(f"{key}-who", here.about))
        if here.id == "consent_share":
            return "\n\n".join((words.say("share-explained"), words.question(key)))
        return words.question(key, **args)

    def short(self, question: AnyQuestion | None, words: Words) -> str:
        """A question as it stands in a list of questions."""
        if question is None:
            return ""
        if words.has(f"change-which.{question.id}"):
            return words.option("change-which", question.id)
        return words.asked(question)

    def _row(
        self, words: Words, *, next: bool = False, done: bool = False, plain: bool = False
    ) -> tuple[Button, ...]:
        if plain:
            return ()
        names = (("done",) if done else ()) + (("next",) if next else ()) + ("skip", "back", "pause", "help")
        return tuple(Button(words.say(f"word-{name}"), words.say(f"word-{name}")) for name in names)

    # --- reviewing ------------------------------------------------------------------------------------------

    def _review(self, state: State, here: Place, words: Words) -> list[Screen]:
        """The exact text that will be kept, every answer and what was taken out; then what can be done."""
        texts = places.kept_texts(self.questionnaire, state)
        story = [message for said in texts.values() for message in said]
        told = (
            self._answer(question, state, words)
            for question in places.told_questions(self.questionnaire, state)
        )
        answers = [line for line in told if line]
        parts = [words.say("review-intro")]
        if story:
            parts += [words.say("review-story-head"), *story]
        if answers:
            parts.append("\n".join((words.say("review-answers-head"), *answers)))
        if state.removed:
            kinds = ", ".join(words.say(f"kind-{kind}") for kind in state.removed)
            parts.append(words.say("review-removed", kinds=kinds))
        return [*(Screen(page) for page in _pages(parts)), self._list(state, here, words, here.words)]

    def _answer(self, question: AnyQuestion, state: State, words: Words) -> str:
        codes = state.answers.get(question.id, ())
        if not codes or not hasattr(question, "options") or question.id.startswith("gate"):
            return ""
        labels = [words.option(question.words, code) for code in codes]
        return words.say("review-answer", question=self.short(question, words), answer=", ".join(labels))


def together(screens: Sequence[Screen]) -> list[Screen]:
    """What is told, and then asked, in as few messages as can still be read at once. One that is protected,
    or goes away by itself, stays alone: so does a receipt."""
    joined: list[Screen] = []
    for screen in screens:
        last = joined[-1] if joined else None
        if (
            last is not None
            and last == Screen(last.text)
            and screen.text
            and not (screen.protect or screen.minutes or screen.files or screen.copy)
            and len(last.text) + len(screen.text) <= TOGETHER_CHARACTERS
        ):
            joined[-1] = replace(screen, text=f"{last.text}\n\n{screen.text}")
        else:
            joined.append(screen)
    return joined


def _topic_key(id: str, page: int) -> str:
    key = f"right-{id[len(places.TOPIC) :]}"
    return key if page == 0 else f"{key}-{page + 1}"


def _pages(parts: Sequence[str]) -> list[str]:
    """Paragraphs joined into messages of at most `READING_CHARACTERS`; a longer paragraph is cut at
    spaces."""
    pages: list[str] = [""]
    for part in parts:
        for piece in _pieces(part):
            joined = f"{pages[-1]}\n\n{piece}" if pages[-1] else piece
            if len(joined) <= READING_CHARACTERS:
                pages[-1] = joined
            else:
                pages.append(piece)
    return [page for page in pages if page]


def _pieces(text: str) -> Iterable[str]:
    while len(text) > READING_CHARACTERS:
        cut = text.rfind(" ", 1, READING_CHARACTERS)
        cut = cut if cut > 0 else READING_CHARACTERS
        yield text[:cut]
        text = text[cut:].lstrip(" ")
    if text:
        yield text
