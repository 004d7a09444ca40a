"""It is promised that what grows is told from what goes up and down, so that a soak of an hour means
something."""

from __future__ import annotations

import os
import random

import pytest

from tests.faults.growth import Look, look, slopes

MINUTE = 60.0


def hour(an_hour: float, noise: float) -> list[Look]:
    """A look a minute of a process whose memory grows so many KiB an hour, and goes up and down by
    `noise`."""
    chance = random.Random(1)
    return [
        Look(n * MINUTE, 90_000 + an_hour * n / 60 + chance.uniform(-noise, noise), 60, 8, 20)
        for n in range(60)
    ]


@pytest.mark.parametrize("noise", [0.0, 4_000.0])
def test_a_process_that_only_goes_up_and_down_does_not_grow(noise: float) -> None:
    assert [slope for slope in slopes(hour(0.0, noise)) if slope.is_growth] == []


@pytest.mark.parametrize("noise", [0.0, 4_000.0])
def test_a_leak_of_a_hundred_bytes_a_turn_is_seen_within_an_hour(noise: float) -> None:
    leak = 100 * 100 * 3600 / 1024  # KiB an hour at a hundred turns a second

    grown = [slope.what for slope in slopes(hour(leak, noise)) if slope.is_growth]

    assert grown == ["memory"]


def test_what_comes_while_a_process_warms_up_is_no_growth() -> None:
    warm = [Look(n * MINUTE, min(n, 15) * 8_000.0, min(n, 15) * 4.0, 8, 20) for n in range(60)]

    assert [slope for slope in slopes(warm) if slope.is_growth] == []


def test_files_that_are_never_closed_are_seen() -> None:
    looks = [Look(n * MINUTE, 90_000, 60 + n, 8, 20) for n in range(60)]

    assert [slope.what for slope in slopes(looks) if slope.is_growth] == ["files"]


def test_a_process_can_be_looked_at() -> None:
    seen = look(os.getpid(), 0.0, 3)

    assert seen.memory > 1_000
    assert seen.files >= 3
    assert seen.threads >= 1
    assert seen.tasks == 3
