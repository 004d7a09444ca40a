"""What each language lets a person say, put together from the words once, when the program starts."""

from __future__ import annotations

from collections.abc import Mapping

from bot.crisis import Phrases
from bot.normal import fold
from bot.reading import WORDS, Vocabulary
from locales import Words, aliases, crisis_phrases


def vocabularies(words: Mapping[str, Words]) -> dict[str, Vocabulary]:
    """A vocabulary for each language. The words of every language work in each of them."""
    said = {fold(word): action for word, action in aliases(words).items()}
    phrases, despair = Phrases(crisis_phrases()), Phrases(crisis_phrases(about="despair"))
    return {
        language: Vocabulary(
            language=language,
            words={word: WORDS[action] for word, action in said.items() if action in WORDS},
            labels=_Labels(words[language]),
            yes=frozenset(word for word, action in said.items() if action == "yes"),
            no=frozenset(word for word, action in said.items() if action == "no"),
            phrases=phrases,
            despair=despair,
        )
        for language in words
    }


class _Labels:
    """The folded labels of a paragraph's options, made at first use and kept."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._made: dict[str, Mapping[str, str]] = {}

    def __call__(self, paragraph: str) -> Mapping[str, str]:
        made = self._made.get(paragraph)
        if made is None:
            prefix = paragraph + "."
            codes = [key[len(prefix) :] for key in sorted(self._words.keys()) if key.startswith(prefix)]
            made = {fold(self._words.option(paragraph, code)): code for code in codes}
            self._made[paragraph] = made
        return made
