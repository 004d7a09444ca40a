"""Parcels for tests: a made-up digest of made-up people, in every format, signed by a made-up key."""

from __future__ import annotations

import functools
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.age import HybridIdentity, X25519Identity
from bot.digest import compose, fingerprint, freeze
from bot.disclosure import protect
from bot.figures import SafeTally
from bot.formats import FORMATS, Rendered
from bot.signing import SignKey, sign
from bot.tally import tally
from handlers.delivery import Parcel
from locales import load
from tests.people import population

WORDS = load()
SIGNER = SignKey(b"\x07" * 32)
IDENTITY = HybridIdentity(b"\x08" * 32)
OLD_IDENTITY = X25519Identity(b"\x09" * 32)
SUMMARY = "Plusieurs personnes racontent des messages reçus après un rendez-vous < 1 jour & « insistants »."
QUOTE = "J’ai changé de numéro."


@functools.cache
def frozen(number: int = 3) -> bytes:
    figures = protect(tally(population(5, 400, "plain")), k=10, least=30)
    assert isinstance(figures, SafeTally)
    digest = compose(
        number=number,
        months=("2026-07", "2026-09"),
        figures=figures,
        before=None,
        summaries=(SUMMARY,),
        quotes=(QUOTE,),
    )
    return freeze(digest)


@functools.cache
def _rendered(name: str, language: str, number: int) -> Rendered:
    return FORMATS[name](frozen(number), WORDS[language])


def rendered(
    language: str = "fr", number: int = 3, names: tuple[str, ...] = tuple(FORMATS)
) -> dict[str, Rendered]:
    return {name: _rendered(name, language, number) for name in names}


def parcel(
    language: str = "fr", number: int = 3, wanted: tuple[str, ...] = tuple(FORMATS), **changed: Any
) -> Parcel:
    """What a desk would hand to a carrier; of the formats there are, those that are wanted are rendered."""
    whole = Parcel(
        number=number,
        sha256=fingerprint(frozen(number)),
        language=language,
        rendered=rendered(language, number, tuple(name for name in wanted if name in FORMATS)),
        wanted=wanted,
        sign=lambda body, comment: sign(body, SIGNER, comment),
        key_line=SIGNER.verify_key.line(),
    )
    return replace(whole, **changed)


def runs(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """An outside program, as a partner runs it in the folder where she saved the files."""
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
