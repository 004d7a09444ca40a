"""What somebody is answered: what she said, read where she stands, and the screens that tell what came of it.

Here it is only thought: one event, one `step`, the words. Never here: await, what is kept of it, in which
order it is made durable and shown (`handlers.dispatch`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from bot.conversation import step
from bot.places import place
from bot.questionnaire import Questionnaire
from bot.reading import Vocabulary, hear
from bot.receipts import new as new_receipt
from bot.receipts import words as receipt_words
from bot.turns import (
    Ask,
    Effect,
    Erased,
    Event,
    Left,
    Opened,
    Paused,
    SentMedia,
    State,
    SteppedAside,
    Tell,
    Turn,
)
from handlers import Button, Channel, Heard, Screen
from handlers.drafts import Envelope
from handlers.pressure import COME_BACK_MINUTES
from handlers.screens import House, Painter, together
from locales import Words

ALWAYS = (SteppedAside, Paused, Left, Erased)
"""What a button may ask for wherever she stands, however old its list: help, a pause, an end."""


class Answers:
    """Reads and paints, for all channels and languages of an instance."""

    def __init__(
        self,
        questionnaire: Questionnaire,
        words: Mapping[str, Words],
        vocabularies: Mapping[str, Vocabulary],
        house: House,
    ) -> None:
        self._questionnaire = questionnaire
        self._words = words
        self._vocabularies = vocabularies
        self._house = house
        self._painters: dict[str, Painter] = {}

    # --- reading --------------------------------------------------------------------------------------------

    def turn(self, heard: Heard, envelope: Envelope) -> Turn:
        """What comes of what was heard, for somebody who stands there."""
        state = envelope.state
        event = self._event(heard, state)
        if heard.kind in ("press", "forged") and not isinstance(event, ALWAYS):
            if not state.at:
                return step(self._questionnaire, state, Opened(self.hint(heard)))
            if heard.kind == "forged" or heard.stamp != place(self._questionnaire, state).stamp():
                return Turn(state, (Tell("button-old"), Ask()))
        if heard.kind == "unread":
            told = Tell(f"unread-{heard.text}")
            return Turn(state, (told, Ask()) if state.at else (told,))
        if heard.kind == "text" and heard.stamp and heard.stamp != place(self._questionnaire, state).stamp():
            # A number means something else in another list: to answer an older question she goes back to it.
            return Turn(state, (Tell("reply-old"), Ask()))
        if heard.kind == "edit" and heard.message and heard.message != envelope.spoke and state.at:
            # Replacing her last answer with an older one she mended would lose the last one.
            return Turn(state, (Tell("edit-too-late"), Ask()))
        return step(self._questionnaire, state, event)

    def _event(self, heard: Heard, state: State) -> Event:
        match heard.kind:
            case "media":
                return SentMedia()
            case "opened":
                return Opened(self.hint(heard))
        here = place(self._questionnaire, state)
        language = state.language if state.at else self.hint(heard)
        vocabulary = self._vocabularies.get(language) or self._vocabularies["fr"]
        return hear(heard.text, here, vocabulary, hint=self.hint(heard), edited=heard.kind == "edit")

    def hint(self, heard: Heard) -> str:
        """The language to speak in as long as she chose none."""
        base = heard.language.partition("-")[0].lower()
        return base if base in self._vocabularies else "fr"

    # --- painting -------------------------------------------------------------------------------------------

    def screens(
        self,
        channel: Channel,
        effects: Iterable[Effect],
        envelope: Envelope,
        language: str,
        told: Sequence[Screen] = (),
    ) -> list[Screen]:
        """All that is shown after a turn, as this channel shows it: what was `told` besides, what the effects
        tell and ask, and the receipt that is owed."""
        painter = self._painters.get(channel.name)
        if painter is None:
            painter = Painter(self._questionnaire, dict(self._words), self._house, channel.name)
            self._painters[channel.name] = painter
        asked = painter.turn(effects, envelope.state, language)
        if envelope.owes_receipt:
            asked = self._with_receipt(envelope, asked)
        screens = [*told, *asked]
        return together(screens) if channel.can.sounds and len(screens) > 1 else screens

    def screen(self, key: str, language: str) -> Screen:
        """One sentence that is no place of the conversation."""
        return Screen(self._words[language].say(key))

    def busy(self, heard: Heard) -> Screen:
        """Many write now: when to come back."""
        return Screen(self._words[self.hint(heard)].say("busy", minutes=COME_BACK_MINUTES))

    def _with_receipt(self, envelope: Envelope, screens: list[Screen]) -> list[Screen]:
        """The receipt in a message of its own, so that it can be hidden; then what happens now, the rest."""
        words = self._words[envelope.state.language]
        eight = receipt_words(new_receipt(envelope.entropy), envelope.state.language)
        numbered = "\n".join(f"{n}. {word}" for n, word in enumerate(eight, start=1))
        receipt = "\n".join((words.say("receipt", words=numbered), words.say("receipt-use")))
        sent = words.say("sent", story_days=self._house.story_days, coded_months=self._house.coded_months)
        first, *rest = screens
        told = Screen(receipt, protect=True, copy=Button(words.say("receipt-copy"), " ".join(eight)))
        return [told, replace(first, text=f"{sent}\n\n{first.text}"), *rest]


def receipt_in(screens: Sequence[Screen]) -> int:
    """The place of the one that holds a receipt."""
    return next((at for at, screen in enumerate(screens) if screen.copy is not None), 0)
