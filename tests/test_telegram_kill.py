"""It is promised that a `kill -9` under a crowd on Telegram loses no answer and doubles no testimony.

`make soak` plays the same with 200 people and 50 kills, by polling and by webhook.
"""

from __future__ import annotations

import pytest

from tests.telegram_crash import FORGETFUL, Mode, Scene


@pytest.mark.parametrize(("mode", "people", "kills"), [("polling", 40, 6), ("webhook", 20, 3)])
async def test_everybody_ends_with_exactly_what_she_said_however_often_the_bot_was_killed(
    mode: Mode, people: int, kills: int
) -> None:
    outcome = await Scene(mode, people, kills, handing_in=3, brings_again=mode == "polling").play()

    assert outcome.faults == {}
    assert (outcome.kills, outcome.finished, outcome.submitted) == (kills, people, 3)


async def test_a_bot_that_forgets_what_it_answered_is_seen_to_handle_twice() -> None:
    scene = Scene("polling", 20, 4, handing_in=2, command=FORGETFUL, still=2.0, brings_again=True)

    outcome = await scene.play()

    assert outcome.wrong + outcome.doubled > 0
