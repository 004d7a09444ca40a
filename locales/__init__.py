"""The words: every sentence a person reads, one folder a language, French first.

`load()` reads each language's `.ftl` files (Project Fluent) into `Words`; `missing()` says which language
lacks what; `crisis_phrases()` and `help_lines()` give the data that goes with the words. A language is one
folder; a question's paragraph is one message of `questions.ftl` whose attributes are its options.

Never here: what is asked and when (`bot`), who hears it (`handlers`). Nothing is translated at run time, and
a language that is not known is answered in French rather than in a machine's guess.
"""

from __future__ import annotations

from locales.helplines import HelpLine, countries, every_help_line, help_lines
from locales.loading import (
    FALLBACK,
    Languages,
    aliases,
    crisis_phrases,
    insult_phrases,
    load,
    missing,
    spoken,
)
from locales.words import Words

__all__ = [
    "FALLBACK",
    "HelpLine",
    "Languages",
    "Words",
    "aliases",
    "countries",
    "crisis_phrases",
    "every_help_line",
    "help_lines",
    "insult_phrases",
    "load",
    "missing",
    "spoken",
]
