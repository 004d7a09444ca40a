"""What a submitted testimony is made of: the coded answers and the story, two parts sealed apart.

They are apart because they live differently: the story is destroyed two months after the decision, the coded
answers serve the digests longer. Both are canonical JSON. Every text in a story was redacted before it came
here.

Never here: sealing (`bot.sealing`), who told it, or when: a day of consent is the finest time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

import msgspec
import orjson

from bot.errors import CannotOpen

SCHEMA = 1
"""Version of this format, stored in the sealed preamble of each part."""

CODED = "coded"
STORY = "story"
MORE = "more-"
"""Prefix of the parts a witness adds later with her receipt."""


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """Proof of consent without a person: which text, in which language, through which kind of channel, which
    day."""

    text: int
    language: str
    channel: str
    day: int


@dataclass(frozen=True, slots=True)
class CodedPart:
    """The answers that are counted. `share` is the code chosen at `consent_share`."""

    questionnaire: int
    language: str
    share: str
    answers: Mapping[str, tuple[str, ...]] = field(repr=False)
    consented: ConsentRecord


@dataclass(frozen=True, slots=True)
class StoryPart:
    """Her words as she saw them last, by question; the sentence she offers as a quote; the kinds taken
    out."""

    language: str
    texts: tuple[tuple[str, tuple[str, ...]], ...] = field(repr=False)
    quote: str = field(default="", repr=False)
    removed: tuple[str, ...] = ()


_Number = Annotated[int, msgspec.Meta(ge=0, lt=2**31)]


class _CodedJson(msgspec.Struct):
    """A coded part as it is written. Read in C, a million times for a digest; one item of another form would
    else stop the counting of all."""

    answers: dict[str, tuple[str, ...]]
    consented: tuple[_Number, str, str, _Number]
    language: str
    questionnaire: _Number
    share: str

    def __repr__(self) -> str:
        return "_CodedJson()"


_CODED = msgspec.json.Decoder(_CodedJson)


def write_coded(part: CodedPart) -> bytes:
    record = part.consented
    return orjson.dumps(
        {
            "answers": {id: list(codes) for id, codes in part.answers.items()},
            "consented": [record.text, record.language, record.channel, record.day],
            "language": part.language,
            "questionnaire": part.questionnaire,
            "share": part.share,
        },
        option=orjson.OPT_SORT_KEYS,
    )


def read_coded(body: bytes) -> CodedPart:
    """The inverse of `write_coded`. Raises `CannotOpen` for anything else."""
    try:
        told = _CODED.decode(body)
    except (
        msgspec.MsgspecError,
        ValueError,
        RecursionError,
    ):  # bytes that are no text are a plain ValueError
        raise _not_a(CODED) from None
    return CodedPart(
        questionnaire=told.questionnaire,
        language=told.language,
        share=told.share,
        answers=told.answers,
        consented=ConsentRecord(*told.consented),
    )


def write_story(part: StoryPart) -> bytes:
    return orjson.dumps(
        {
            "language": part.language,
            "quote": part.quote,
            "removed": list(part.removed),
            "texts": [[id, list(texts)] for id, texts in part.texts],
        },
        option=orjson.OPT_SORT_KEYS,
    )


def read_story(body: bytes) -> StoryPart:
    """The inverse of `write_story`. Raises `CannotOpen` for anything else."""
    try:
        told = orjson.loads(body)
        return StoryPart(
            language=told["language"],
            texts=tuple((id, tuple(texts)) for id, texts in told["texts"]),
            quote=told["quote"],
            removed=tuple(told["removed"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _not_a(STORY) from None


def _not_a(part: str) -> CannotOpen:
    return CannotOpen(
        f"A sealed part opened, but it is not a {part} of schema {SCHEMA}.",
        hint="It was written by another version of Seuil, or a row was exchanged: see /audit.",
    )
