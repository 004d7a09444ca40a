"""What an attacker tried, and must never succeed in again. One section for each position to attack from.

Most of these attackers can write to the database and hold no key: a stolen password of the host, a restored
backup that somebody doctored, a hole in another program. What they may reach is damage that is seen; never a
testimony, a draft, a role, or a word in the association's name.
"""

from __future__ import annotations

import pytest

from handlers.members import read_code

# --- a witness's words are hers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sentence",
    [
        "Il est encore dans la chambre",
        "il est encore dans la chambre",
        "he came back three times",
        "Il est encore\ndans la chambre",
        "abcdefghjkmnpqrstvwxyzab",
    ],
)
def test_a_sentence_of_24_letters_is_no_invitation(sentence):
    """It was taken for a code, answered with a refusal, and lost: no help lines, no draft."""
    assert read_code(sentence) is None
