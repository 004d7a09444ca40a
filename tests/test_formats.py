"""It is promised that every format tells exactly the figures that were protected, and no other number.

Every promise here is about all of `FORMATS`, present and to come: how a format is read back is in
`tests/told.py`, and a format nobody can read back fails. What one format alone promises is in its own file.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings

from bot.digest import Digest, fingerprint, freeze, percent, thaw
from bot.errors import StoreDamaged
from bot.figures import ROUNDED_TO
from bot.formats import FORMATS
from tests.told import (
    LANGUAGES,
    READERS,
    TOTAL,
    WORDS,
    counts_of,
    digest,
    digests,
    facts_of,
    figures,
    number,
)

ROOT = Path(__file__).parent.parent
EACH = [(name, language) for name in FORMATS for language in LANGUAGES]
FEW = settings(max_examples=6, phases=[Phase.generate])
"""Examples for each format and language: a PDF takes a fifth of a second. They are of a few fixed crowds, so
there is nothing smaller to look for when one fails."""


def test_every_format_can_be_read_back() -> None:
    assert [name for name in FORMATS if name not in READERS] == []


# --- the same counts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "language"), EACH)
@FEW
@given(frozen=digests().map(freeze))
def test_every_format_tells_exactly_the_counts_that_were_protected(
    name: str, language: str, frozen: bytes
) -> None:
    rendered = FORMATS[name](frozen, WORDS[language])

    told = READERS[name].read(rendered, WORDS[language]).counts
    protected = counts_of(thaw(frozen).figures)
    if READERS[name].whole:
        assert told == protected
    else:
        assert told
        assert told.items() <= protected.items()


@pytest.mark.parametrize(("name", "language"), EACH)
@FEW
@given(frozen=digests().map(freeze))
def test_every_format_tells_its_months_k_rounding_and_fingerprint(
    name: str, language: str, frozen: bytes
) -> None:
    digest = thaw(frozen)

    told = READERS[name].read(FORMATS[name](frozen, WORDS[language]), WORDS[language]).facts
    whole = facts_of(digest.first_month, digest.last_month, digest.figures.k, ROUNDED_TO, fingerprint(frozen))
    assert told == (whole if READERS[name].whole else {fact: whole[fact] for fact in told})


def test_two_way_tables_are_among_what_is_compared() -> None:
    """Else all of the above could agree on nothing."""
    counts = counts_of(figures(1, 1500))

    assert len([cell for cell in counts if cell[2]]) > 50
    assert counts[TOTAL] == 1500


# --- no other number ----------------------------------------------------------------------------------------


def numbers_that_may_be_told(digest: Digest, language: str) -> Iterator[int]:
    """Figures that passed protection, what is computed of them, and what names a digest: nothing finer."""
    safe = digest.figures
    counts = counts_of(safe).values()
    yield from counts
    yield from (percent(count, safe.people) for count in counts)
    if digest.change is not None:
        yield from (digest.change.since, abs(digest.change.people))
        yield from (abs(by) for _, _, by in digest.change.cells)
    for month in (digest.first_month, digest.last_month):
        yield from map(int, month.split("-"))
    yield from (digest.number, safe.k, safe.design, ROUNDED_TO)
    yield from (1, 256)  # of the format's own number, and of SHA-256
    for line in WORDS[language].help_sources():
        yield from numbers_in(f"{line.number} {line.who} {line.hours} {line.cost} {line.source} {line.date}")


def numbers_in(said: str) -> Iterator[int]:
    """As a reader finds them: 1 235 and 1,235 are one number, and a fingerprint is none."""
    said = re.sub(r"\b[0-9a-f]{64}\b", "", said)
    yield from (number(digits) for digits in re.findall(r"\d{1,3}(?:[\u202f,]\d{3})+(?!\d)|\d+", said))


@pytest.mark.parametrize(("name", "language"), EACH)
@FEW
@given(frozen=digests().map(freeze))
def test_no_format_tells_a_number_that_did_not_pass_protection(
    name: str, language: str, frozen: bytes
) -> None:
    said = READERS[name].said(FORMATS[name](frozen, WORDS[language]))

    found = set(numbers_in(said))
    assert found
    assert found - set(numbers_that_may_be_told(thaw(frozen), language)) == set()


def test_a_number_that_did_not_pass_would_be_found() -> None:
    assert set(numbers_in("203 personnes, 1\u202f203, 1,204; 2026-07 " + "a1" * 32)) == {
        203,
        1203,
        1204,
        2026,
        7,
    }
    assert 203 not in set(numbers_that_may_be_told(digest(), "fr"))


# --- the same bytes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FORMATS)
@FEW
@given(frozen=digests().map(freeze))
def test_rendering_again_gives_the_same_bytes(name: str, frozen: bytes) -> None:
    for words in WORDS.values():
        assert FORMATS[name](frozen, words) == FORMATS[name](frozen, words)


ELSEWHERE = """
import sys
from tests.test_formats import traces
print(traces())
"""


def traces() -> dict[str, str]:
    """Every rendering of one digest, each by its hash."""
    frozen = freeze(
        digest(figures(1, 700), digest(), summaries=("Des messages.",), quotes=("J’ai eu peur.",))
    )
    return {
        f"{name} {language}": hashlib.sha256(
            repr(FORMATS[name](frozen, WORDS[language])).encode()
        ).hexdigest()
        for name, language in EACH
    }


def test_another_process_on_another_clock_gives_the_same_bytes() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", ELSEWHERE], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120,
        env={**os.environ, "PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "SOURCE_DATE_EPOCH": "1"},
    )  # fmt: skip

    assert ran.stdout.strip() == str(traces())


@pytest.mark.parametrize("name", FORMATS)
def test_files_are_named_by_their_digest_and_language(name: str) -> None:
    frozen = freeze(digest(figures(1, 700), digest()))

    for language in LANGUAGES:
        rendered = FORMATS[name](frozen, WORDS[language])
        assert rendered.messages or rendered.files
        for file in rendered.files:
            assert re.fullmatch(rf"seuil-2-{language}(-\d+)?\.[a-z]+", file.name)
            assert re.fullmatch(r"[a-z]+/[a-z.+-]+", file.media)
            assert file.body


@pytest.mark.parametrize("name", FORMATS)
def test_bytes_that_are_no_frozen_digest_are_refused(name: str) -> None:
    for harm in (b"", b"{}", freeze(digest())[:-1]):
        with pytest.raises(StoreDamaged):
            FORMATS[name](harm, WORDS["fr"])


# --- what stays behind --------------------------------------------------------------------------------------

GROWN = """
import asyncio
from pathlib import Path
from handlers.delivery.renditions import render
from tests.parcels import WORDS, frozen

def own():  # KiB
    return int(Path("/proc/self/status").read_text().partition("RssAnon:")[2].split()[0])

async def grown():
    for number in range(1, 9):
        assert (await render(frozen(number), WORDS["fr"]))[1] == ()
        if number == 2:
            before = own()
    return own() - before

print(asyncio.run(grown()))
"""


def test_making_digests_does_not_make_the_process_grow() -> None:
    """Made in a process that lives for months, six more took 40 MB: Typst remembers what it set last."""
    made = subprocess.run(
        [sys.executable, "-c", GROWN], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert made.returncode == 0, made.stderr
    assert int(made.stdout) < 8 * 1024
